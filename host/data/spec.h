/* SPDX-License-Identifier: Apache-2.0 */
/* The `data:` section of a YAML file, as libcyaml fills it: docs/DATA.md says what each key means. Keys that are absent
 * leave zero or NULL. Another file's schema holds the section as
 *
 *     CYAML_FIELD_MAPPING_PTR("data", CYAML_FLAG_OPTIONAL, struct recipe_file, data, data_section_fields),
 *
 * with `struct data_section *data;` in its struct, and opens it with dataset_open_section(). */
#ifndef MOTE_DATA_SPEC_H
#define MOTE_DATA_SPEC_H

#include "host/yaml/yaml.h"
#include "mote/ops/types.h"

enum data_kind { DATA_AUTO, DATA_IDX, DATA_IMAGES, DATA_TENSORS, DATA_TABLE, DATA_ARRAYS, DATA_SOUNDS, DATA_SERIES };
enum data_channels { DATA_CHANNELS_AUTO, DATA_RGB, DATA_BGR, DATA_GRAY };
enum data_header { DATA_HEADER_AUTO, DATA_HEADER_YES, DATA_HEADER_NO };
enum data_drawing { DATA_STRATIFIED, DATA_RANDOM };
enum data_normalize { DATA_NORMALIZE_DEFAULT, DATA_NORMALIZE_AUTO, DATA_NORMALIZE_NONE };
enum data_task { DATA_TASK_AUTO, DATA_CLASSIFICATION, DATA_REGRESSION };
enum data_missing { DATA_MISSING_ERROR, DATA_MISSING_DROP, DATA_MISSING_MEAN, DATA_MISSING_VALUE };
enum data_flip { DATA_FLIP_NONE, DATA_FLIP_HORIZONTAL };

/* Files with a line a sample: its name, or its index. */
struct data_lists {
    const char *train, *validation, *test;
};

struct data_augment {
    int32_t shift;
    enum data_flip flip;
    float noise;
    /* sounds: `shift` is milliseconds */
    float gain;             /* decibels */
    const char *background; /* a folder, relative to the data's */
    float *snr;             /* [snr_count]: the least and the most, decibels */
    unsigned snr_count;
    float *share;
    int32_t mask_frames, mask_channels;
    int32_t lead; /* milliseconds */
};

/* What is to be heard of sounds: the front end, and how much sound a sample is. 0: as the preset has it. */
struct data_input {
    const char *audio;
    int32_t window, step, channels, clip;
};
extern const cyaml_schema_field_t data_input_fields[];

struct data_section {
    enum data_kind kind;
    const char *path, *labels;           /* relative to the YAML file; labels: IDX, arrays, tables */
    const char *test_path, *test_labels; /* IDX and arrays: a second part, which is the test split */
    enum mote_type type;                 /* tensors: of an element; TYPE_NONE: unknown */
    float *scale;                        /* tensors: real = scale * (raw - zero_point) */
    int32_t zero_point;
    int64_t *shape, *size; /* [shape_count]; [size_count]: height and width to which images are resized */
    unsigned shape_count, size_count;
    enum data_channels channels;
    enum data_header header; /* table: whether the first row names the columns */
    const char *label;       /* the label column's name or index; NULL: a table's last, and none of series */
    const char *recording;   /* series: the column that says which recording a row is of, or NULL */
    float rate;              /* series: rows a second; 0: nobody says */
    const char **columns,
        **ignore; /* [columns_count] table: names or indices of the inputs; [ignore_count] of no inputs */
    unsigned columns_count, ignore_count;
    const char *missing; /* table: "drop", "mean", or a number for what is missing; NULL: an error */
    int32_t skip;        /* table: first lines that are none of its */
    int32_t window, step,
        resample;        /* series: rows of a window, and from one to the next; or of a stretched recording */
    enum data_task task; /* table, arrays: what the labels are; AUTO: as they look */
    const char *group;   /* what samples that go together have in common; NULL: each is alone */
    const char **classes;
    unsigned classes_count;
    float *validation, *test; /* fractions of the samples */
    enum data_drawing split;
    uint64_t seed;
    struct data_lists *lists;
    enum data_normalize normalize;
    float *mean, *std; /* [1] or one a channel */
    unsigned mean_count, std_count;
    struct data_augment *augment;
    const char *index;              /* sounds: a table of files, labels and splits, in the data's folder */
    const struct data_input *input; /* a section of its own, beside this one; NULL: the data are no sounds */
};

extern const cyaml_schema_field_t data_section_fields[]; /* ends with CYAML_FIELD_END */

/* Those of its keys that say how to read the data, and that no model remembers: "size, label"; NULL: none. */
const char *data_section_keys(struct pool *pool, const struct data_section *section);

/* Of a folder or a file. */
bool data_is_series(const char *path);
/* Has sounds, and no pictures: how long most of them are at least, and the longest, in seconds. */
bool data_is_sounds(const char *path, double *usual, double *longest);
/* By its name, else by its contents; DATA_AUTO for all that is no data, YAML files among them. */
enum data_kind data_kind_of_file(const char *path);

/* What the columns of a table are, by looking: sets label, ignore (columns of words) and missing where the section
 * leaves them open and they are needed. *perhaps: a column that may as well be the label, NULL: none. */
MUST_CHECK enum mote_status data_guess_columns(struct pool *pool, struct data_section *section, int64_t max_bytes,
                                               const char **perhaps, const struct frame *at);
/* Of a table, or of the recordings in a folder: sets label, recording and ignore, as far as the section leaves them
 * open, where rows follow each other in time: there are columns of a time or of a recording, and labels stay for many
 * rows (or, of a folder, any). *is says whether it is so. Files that cannot be read are left to those who open them. */
void data_guess_series(struct pool *pool, struct data_section *section, int64_t max_bytes, bool *is);

/* Reads a YAML file that has a `data:` section and nothing else. */
MUST_CHECK enum mote_status data_section_read(struct pool *pool, const char *path, const struct data_section **out,
                                              const struct frame *at);

#endif
