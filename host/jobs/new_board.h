/* SPDX-License-Identifier: Apache-2.0 */
/* A new project: data are looked at, and get a recipe whose network suits them and fits a board. */
#ifndef MOTE_JOBS_NEW_BOARD_H
#define MOTE_JOBS_NEW_BOARD_H

#include "host/jobs/design.h"
#include "host/target/target.h"

#define NEW_RECIPE "recipe.yaml"
#define NEW_TARGET "nano-33-ble-sense" /* without another */
/* What a network may take unless the board has less: half of its memories. */
#define NEW_ARENA ((int64_t)64 << 10)
#define NEW_FLASH ((int64_t)256 << 10)
#define NEW_CODE  ((int64_t)40 << 10) /* of the flash, for code and constants besides the image */
#define NEW_MACS  ((int64_t)12000000) /* of an inference */

struct new_options {
    struct data_section given; /* what the user says: path as the working folder sees it, label, labels, task, group */
    const char *folder;        /* gets NEW_RECIPE */
    const char *name;          /* of the network; NULL: the folder's */
    const char *target;        /* the board; NULL: NEW_TARGET */
    const char *normal;        /* a class, by name or number: a detector of what is not like it; NULL: all */
    bool anomaly;
    enum design_features features; /* of series */
    int32_t epochs;                /* 0: as many as suit the data */
    int64_t max_bytes;             /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
};

struct newborn {
    struct pool *pool;
    const struct new_options *options;
    const struct frame *at;
    struct frame data_file;
    struct target target;
    struct data_section section;
    struct dataset data;
    const char *notes; /* lines: what was decided by looking */
    struct design design;
    const char *path; /* of the recipe */
    struct text recipe;
    int32_t width;
    int64_t arena, image, macs, parameters; /* bytes of the int8 network, for the board; of an inference */
};

MUST_CHECK enum mote_status new_run(struct pool *pool, const struct new_options *options, struct newborn *out,
                                    const struct frame *at);

#endif
