/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of data sets share. A reader (one a form of files) fills in samples, labels and where they came
 * from; dataset.c then makes splits and preprocessing, which are the same for all forms. */
#ifndef MOTE_DATA_SOURCE_H
#define MOTE_DATA_SOURCE_H

#include "host/data/dataset.h"
#include "host/data/spec.h"

#define DATASET_BYTES_MAX   ((size_t)2 << 30) /* of samples */
#define DATASET_CLASSES_MAX 65536
#define SPLIT_NONE          ((uint8_t)SPLIT_COUNT) /* given by nobody */

struct dataset_source {
    const char *const *files;   /* [n] the file of a sample, relative to the specification's; NULL: one file, `file` */
    const char *file, *list;    /* list: the file that the rows are of, if it is another */
    bool bare;                  /* messages begin with `file` already: no other file names it */
    const int32_t *rows;        /* [n]; NULL: none */
    const char *row_kind;       /* "line", "sample" */
    const uint8_t *given;       /* [n] split that the files say, or SPLIT_NONE; NULL: they say nothing */
    bool assumed;               /* the preprocessing is the default of pictures: nobody asked for it */
    const float *reals;         /* [channels][256] of a byte, for types of one byte; NULL for others */
    const float *mean, *factor; /* [channels], for types of more: real = (raw - mean) * factor */
    int32_t channels;           /* 1 or the last dimension */
    struct clips *clips;        /* of sounds; else NULL */
    const float *quantiles;     /* [QUANTILES] of the normal distribution, times the noise; NULL: no noise */
};
#define QUANTILES 4096

/* One opening of a data set. */
struct reading {
    struct pool *pool;   /* what stays */
    struct pool scratch; /* what ends with the opening */
    int64_t max_bytes;   /* that packed data may unpack to */
    const struct data_section *spec;
    const char *from;            /* the YAML file that paths are relative to, NULL: the working folder */
    bool moved;                  /* `at` is of the data, which `from` does not name */
    bool draw;                   /* splits, where nothing says what they are */
    int32_t folds, fold;         /* of a cross-validation; 0: none */
    const char *path;            /* of the data */
    const struct model *trained; /* whose split and task are to be known again; NULL: none */
    const struct mote_io *input; /* samples are wanted for it, and labels are not; NULL: a data set as it is */
    struct dataset *out;
    struct dataset_source *source;
    const char **groups; /* [n] of the samples, if readers know them: `group` of the specification, or of `trained` */
    uint64_t *digests;   /* [n] readers of pictures set them, before they resize; else make_digests() */
    const char *other;   /* an archive's first member that is no picture */
    const struct frame *at;
};

/* ---- readers ---- */
MUST_CHECK enum mote_status read_idx(struct reading *r);
MUST_CHECK enum mote_status read_images(struct reading *r);     /* of a folder or an archive, by class */
MUST_CHECK enum mote_status read_listed(struct reading *r);     /* y_labels.csv */
MUST_CHECK enum mote_status read_table(struct reading *r);      /* CSV */
MUST_CHECK enum mote_status read_arrays(struct reading *r);     /* .npy */
MUST_CHECK enum mote_status read_recordings(struct reading *r); /* of sensors, in a folder */
bool is_time_name(const char *column);                          /* "time", "ms", … */
bool is_recording_name(const char *file);                       /* .csv, .npy, … */
bool recordings_folder(struct pool *pool, const char *path);    /* has such files, no pictures and no sounds */
bool sounds_folder(struct pool *pool, const char *path);        /* has sounds, and no pictures */
MUST_CHECK enum mote_status read_clips(struct reading *r);      /* sounds */
bool hears_sounds(const struct reading *r);                     /* the specification says so, or the model */
#define RECORDING_GROUP "recording" /* of `group`: the windows of a recording belong together */
/* Refuses keys of the specification that this kind of data does not have. */
MUST_CHECK enum mote_status check_keys(struct reading *r, enum data_kind kind);
/* Forgets such keys of a section that was written for data of another kind, and the classes. */
void forget_keys(struct data_section *section, enum data_kind kind);
/* Where the data are, for messages: with the path that the specification has, unless it is named already. */
struct frame path_frame(const struct reading *r);
/* Adds a line to the data set's notes. */
void note(struct reading *r, const char *fmt, ...) PRINTF(2, 3);
/* ERR_VALUE at a key of the specification, wherever the data are: the YAML file, and the key's line. */
MUST_CHECK enum mote_status fail_key(const struct reading *r, const char *key, const char *fmt, ...) PRINTF(3, 4);
struct frame specification_frame(const struct reading *r); /* the file that says what the data are */
bool idx_folder(struct pool *pool, const char *path);
bool has_ending(const char *s, const char *ending); /* without regard to case */
#define LABELS_FILE "y_labels.csv"

/* ---- what readers use ---- */
int64_t elements_of(const struct mote_io *io);
/* Room for n samples of out->elements of out->type, or an error. */
MUST_CHECK enum mote_status samples_alloc(struct reading *r, int64_t n, uint8_t **samples, const struct frame *at);
const char *path_beside(struct pool *pool, const char *from, const char *path);
/* A whole file; one that gzip has packed is unpacked. A NUL follows the data. */
MUST_CHECK enum mote_status packed_read(struct reading *r, const char *path, struct bytes *out, const struct frame *at);
/* All arrays of a .npz, in its order, aligned as allocations are; at least one. Their names, "x, y". */
struct npz_member {
    const char *name; /* without .npy */
    struct bytes bytes;
};
MUST_CHECK enum mote_status npz_members(struct reading *r, struct bytes file, struct npz_member **out, size_t *n,
                                        const struct frame *at);
const char *npz_names(struct pool *pool, const struct npz_member *members, size_t n);
/* The array of a .npz: the only one, or the one that is called as recordings are. It is aligned as allocations are. */
MUST_CHECK enum mote_status npz_read(struct reading *r, struct bytes file, struct bytes *out, const struct frame *at);
/* The next line: ends it with a NUL without its CR, *next gets what follows or NULL. */
char *text_line(char *s, char **next);
bool text_whole(const char *s, int64_t max, int64_t *out); /* digits only, at most max */
struct frame frame_of(const struct frame *up, const char *name);
struct frame frame_line(const struct frame *up, const char *kind, int64_t line);

/* Classes by name: words of labels -> numbers. The specification lists the classes; else whole numbers from 0 on are
 * indices; else the distinct words are the classes, in the order of numbers if all are, else of letters. */
struct vocabulary {
    const char *const *words; /* [n] */
    int32_t n;
    const struct class_word {
        const char *word;
        int32_t number;
    } * sorted;
};
MUST_CHECK enum mote_status vocabulary_make(struct reading *r, const char *const *words, size_t n,
                                            struct vocabulary *out, const struct frame *at);
int32_t vocabulary_find(const struct vocabulary *v, const char *word); /* -1: not there */
/* Labels of all samples as words, one each, become classes or numbers to predict: as `task` says, else as they look.
 * `reals`: they were stored as floating point. The samples' places are known already. (labels.c) */
MUST_CHECK enum mote_status labels_make(struct reading *r, const char *const *words, bool reals,
                                        const struct frame *at);
/* The specification's names for n_classes that are numbers; there may be more names than numbers were met, unless the
 * files say how many there are. */
MUST_CHECK enum mote_status classes_name(struct reading *r, bool exactly);

/* ---- pictures ---- */
struct picture {
    int32_t height, width, channels; /* 1: gray, 3: RGB */
    uint8_t *data;                   /* [height][width][channels] */
};
#define PICTURE_SIDE_MAX   16384
#define PICTURE_PIXELS_MAX ((int64_t)1 << 26)
/* PNG or JPEG. On failure `why` says what is wrong with it. */
MUST_CHECK enum mote_status picture_decode(struct pool *pool, struct bytes file, struct picture *out, char why[200]);
/* A PNG. */
MUST_CHECK enum mote_status picture_encode(struct pool *pool, const struct picture *p, struct bytes *png,
                                           const struct frame *at);
/* Gray to RGB, RGB to gray, red and blue changed. */
void picture_channels(struct pool *pool, struct picture *p, int32_t channels, bool swap);
void picture_resize(struct pool *pool, struct picture *p, int32_t height, int32_t width);

struct picture_file {
    const char *path;   /* read from here, unless */
    struct bytes bytes; /* these are not NULL */
};
/* Decodes all on all cores into r->out->samples; sets its dimensions, type and preprocessing's order. Failures are at
 * `place` of the sample. */
MUST_CHECK enum mote_status pictures_read(struct reading *r, const struct picture_file *files, int32_t n);

struct archive_member {
    const char *name;
    struct bytes bytes;
};
/* The pictures in a tar or zip. */
MUST_CHECK enum mote_status archive_read_pictures(struct reading *r, struct archive_member **out, size_t *n);

/* ---- sounds ---- */
/* r->out's n, labels, files and splits, of the sounds in its folder by class, as read_images() has them. */
MUST_CHECK enum mote_status read_sound_names(struct reading *r);
/* All below a folder, by name. */
MUST_CHECK enum mote_status find_sounds(struct reading *r, const char *folder, const char *const **names, size_t *n);
uint8_t split_of_word(const char *word); /* "train", "val", …; SPLIT_NONE */
struct clips;
bool clips_augment(const struct clips *c);
/* What a clip becomes by what (seed, epoch, sample) draw: reals. */
void clip_augmented(const struct dataset *d, int32_t i, uint64_t seed, int32_t epoch, float *out);
MUST_CHECK enum mote_status make_clip_augment(struct reading *r, const struct data_augment *a);

/* ---- the parsers, which take any bytes ---- */
struct idx {
    enum mote_type type; /* U8, S8, S16, S32, F32, of this machine's byte order in `data` */
    int32_t rank;
    int64_t dims[RANK_MAX];
    uint8_t *data;
    size_t elements;
};
/* Changes the byte order in place. */
MUST_CHECK enum mote_status idx_parse(struct bytes file, struct idx *out, const struct frame *at);

struct table {
    int32_t n, columns;
    const char **names;   /* [columns] or NULL */
    const char **cells;   /* [n][columns], in the file's bytes */
    int32_t *lines;       /* [n] */
    const char **classes; /* [n_classes] of scikit-learn's first line */
    int32_t n_classes;
};
/* Text in UTF-8, without a byte order mark: UTF-16 with one, and what is no UTF-8 (taken for Latin-1), are made so. A
 * NUL follows it. */
struct bytes text_utf8(struct pool *pool, struct bytes text);
#define UTF8_MAX 0x10FFFFu
size_t utf8_put(uint8_t *to, uint32_t c); /* bytes that code point `c`, at most UTF8_MAX, takes: 1 to 4 */
/* The text must end with a NUL, which does not count, and is changed. */
MUST_CHECK enum mote_status table_parse(struct pool *pool, struct bytes text, enum data_header header, int32_t skip,
                                        struct table *out, const struct frame *at);
/* The last column of a table of n lines, which are the labels of `of`. */
MUST_CHECK enum mote_status labels_file(struct reading *r, const char *path, int32_t n, const char *of,
                                        const char **words);
/* The column of `group`, -1 if nobody asks for groups; r->groups gets `groups`, [n]. */
MUST_CHECK enum mote_status table_groups(struct reading *r, const struct table *t, int32_t label, int32_t *column,
                                         const char **groups, const struct frame *at);
int32_t table_column(const struct table *t, const char *word); /* by name or by number from 0; -1: there is none */
bool table_number(const char *cell, double *out);              /* finite */
/* Columns start_s and end_s, -1: there are none. And what a row says in them: 0 <= start < end. */
MUST_CHECK enum mote_status seconds_columns(const struct table *t, int32_t *start, int32_t *end,
                                            const struct frame *at);
MUST_CHECK enum mote_status seconds_of(const struct table *t, int32_t row, int32_t start_column, int32_t end_column,
                                       double *start, double *end, const struct frame *at);
#define COLUMNS_MAX 65536
bool table_is_missing(const char *cell); /* as people and programs write that there is nothing */
/* What the specification says of gaps; *value is of DATA_MISSING_VALUE. (gaps.c) */
MUST_CHECK enum mote_status missing_read(const struct reading *r, enum data_missing *how, float *value);
/* Mends a recording's rows so, in the used[t->columns]: drops those with a gap, or fills them, with the column's mean
 * over this table, or the value. At least a row is left. Adds rows dropped, or cells filled, to *mended. */
MUST_CHECK enum mote_status gaps_mend(struct reading *r, struct table *t, const bool *used, int32_t *mended,
                                      const struct frame *at);
/* The same of an array's numbers, x: [*rows][columns], in which NaN is a gap; the mean is the array's. What is infinite
 * is an error. */
MUST_CHECK enum mote_status gaps_mend_numbers(struct reading *r, float *x, int32_t *rows, int32_t columns,
                                              int32_t *mended, const struct frame *at);

/* ---- which samples are the same: digest.c ---- */
uint64_t digest_of(const void *data, size_t size);
const char *data_group(const struct reading *r); /* NULL: each sample is alone */
/* r->groups by files' names: a group's name ends where `group` begins. Does nothing where nobody asks for groups. */
MUST_CHECK enum mote_status file_groups(struct reading *r, const char *const *files, size_t n);
/* Of windows and clips, files[n] that they are of: those of one stay together, unless `group` says more. */
void group_by_recording(struct reading *r, const char *const *files);
/* file_groups(), but not for groups that group_by_recording() made when a model was trained. */
MUST_CHECK enum mote_status sound_groups(struct reading *r, const char *const *files, size_t n);
MUST_CHECK enum mote_status check_group(const struct reading *r); /* is the model's group, if both have one */
MUST_CHECK enum mote_status make_digests(struct reading *r);

/* ---- splits that a model remembers: seen.c; all want r->digests ---- */
uint64_t split_key(uint64_t seed, uint64_t digest);
struct split_digests digests_list(struct reading *r, const uint8_t *mark, uint8_t wanted); /* of samples so marked */
/* Remembers all digests of split[n], and leaves out of it (SPLIT_NONE) what another split has already. */
void splits_settle(struct reading *r, uint8_t *split);
/* Turns the data's own splits into those that the model remembers. */
void splits_recall(struct reading *r, uint8_t *split);

/* ---- after reading ---- */
MUST_CHECK enum mote_status make_splits(struct reading *r);
MUST_CHECK enum mote_status make_preprocess(struct reading *r);
MUST_CHECK enum mote_status make_augment(struct reading *r);

#endif
