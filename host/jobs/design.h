/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe for data that somebody has: a network that suits what a sample is, of a width that the caller chooses. */
#ifndef MOTE_JOBS_DESIGN_H
#define MOTE_JOBS_DESIGN_H

#include "host/data/dataset.h"
#include "host/data/spec.h"

enum design_kind { DESIGN_TABLE, DESIGN_PICTURE, DESIGN_SERIES, DESIGN_SOUND };
/* What a network of series reads: the numbers as they are, or features of each window (docs/RECIPES.md#layers). */
enum design_features { FEATURES_NONE, FEATURES_STATISTICS, FEATURES_SPECTRUM, FEATURES_BOTH };

struct design {
    const struct dataset *data;
    const struct data_section *section; /* how they are opened, with the path as the recipe has it */
    const char *name, *target;
    const char *heading;    /* comment lines */
    const char *background; /* sounds: the folder of what may be heard behind them, or NULL */
    enum design_kind kind;
    enum design_features features; /* SERIES without `anomaly` */
    bool anomaly;                  /* an autoencoder, */
    int32_t normal;                /* trained on this class; -1: on all */
    int32_t epochs;                /* 0: as many as suit the data */
};

/* What a sample looks like. */
enum design_kind design_kind_of(const struct dataset *d);
/* Rows of numbers that are pictures (of whole numbers, like their neighbors to the right and below) or series (each
 * number like the one before): their dimensions; false: they are neither. */
bool design_shape_of(const struct dataset *d, int64_t shape[3], unsigned *n);
/* Widths to try, the widest first; ends with 0. */
extern const int32_t design_widths[];
/* The recipe's text. */
void design_write(const struct design *d, int32_t width, struct text *to);
extern const char *const design_kind_names[]; /* "pictures" */

#endif
