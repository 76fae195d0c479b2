/* SPDX-License-Identifier: Apache-2.0 */
/* Data sets: files -> samples in memory. Everything is read, decoded and checked when it is opened, so that a corrupt
 * file is named before any work is done; afterwards nothing can fail.
 *
 * A specification (SPEC) is a folder, a file, or a YAML file with a `data:` section; docs/DATA.md describes all forms.
 * A sample is `elements` raw numbers of one type, row-major (images [height, width, channels]); the preprocessing says
 * how they become reals: real = (raw - mean[c]) * (1 / std[c]), as mote/input.h computes it. */
#ifndef MOTE_DATASET_H
#define MOTE_DATASET_H

#include "host/graph/graph.h"
#include "mote/mote.h"

enum split { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLIT_COUNT };

/* What is drawn anew for each sample in each epoch; all 0: nothing. */
struct augment {
    int32_t shift;        /* images: moved by up to this many pixels each way; what comes in is real zero */
    bool flip_horizontal; /* images: mirrored, every other time */
    float noise;          /* standard deviation of Gaussian noise, in units of the reals */
};

struct dataset {
    struct pool *pool;
    int32_t n, n_classes; /* n_classes 0: without labels */
    int32_t rank;
    int64_t dims[RANK_MAX];     /* of one sample */
    int64_t elements;           /* their product */
    enum mote_type type;        /* of raw elements: U8, S8, S16, F32 */
    const char *const *columns; /* [last dimension] names of a table's, or NULL */
    bool raw;                   /* bytes of unknown type (and shape), which only a model can tell: U8 here */
    const uint8_t *samples;     /* [n][elements] of `type` */
    const int32_t *labels;      /* [n], 0 to n_classes - 1; NULL without labels */
    const char *const *classes; /* [n_classes] names, or NULL */
    const float *targets; /* [n] regression: the numbers to predict, instead of labels; NULL: classes, or nothing */
    struct preprocess preprocess;
    struct hears hears; /* sounds: the front end whose features the samples are; else its preset is NULL */
    struct augment augment;
    bool splits;         /* false: nobody said what the splits are, all samples are SPLIT_TEST */
    bool given;          /* the splits, by files or lists */
    int32_t equal, torn; /* samples that others are equal to; of them those of several classes. To train on only */
    const char *notes;   /* lines: what was decided without being asked; "" if nothing was */
    struct split_memory memory; /* for a model that is trained on this; with `trained` the model's */
    int32_t repeated;  /* samples of validation and test that are left out: training, or validation, has the same */
    int32_t differing; /* with `trained`: samples that are test by the model's split or by the data's, not by both */
    bool sizes_differ; /* it could not be opened, since pictures differ in size: `size` mends it */
    /* It could not be opened, since recordings have from `least` to `most` rows: `window` or `resample` mends it. */
    struct {
        int32_t least, most; /* 0: that was not it */
    } lengths;
    int32_t n_split[SPLIT_COUNT];
    const int32_t *split[SPLIT_COUNT];   /* [n_split] sample indices; a set without splits is all SPLIT_TEST */
    const struct dataset_source *source; /* where samples came from, for messages */
};

#define DATASET_MAX_BYTES ((int64_t)4 << 30) /* unless the caller says otherwise */

struct dataset_options {
    /* The most bytes that packed data may unpack to, what nobody wants of them included: a few bytes can stand for any
     * number. 0: DATASET_MAX_BYTES. */
    int64_t max_bytes;
    /* Where it remembers its split (its graph is a file's: trained->split.known), the splits are these: what the model
     * was trained or validated on, whatever the specification says, and all else is SPLIT_TEST. And where it has a task
     * and the specification has none, it says whether labels are classes or numbers. NULL: no model. */
    const struct model *trained;
    /* To train on: where nothing says what the splits are, 8 of 10 samples are for training, one for validation, one
     * for the test. */
    bool draw;
    /* Cross-validation: the samples (or groups) are divided into so many parts, and part `fold`, from 0, is the test.
     * 0: no folds. */
    int32_t folds, fold;
};

/* `options` may be NULL. */
MUST_CHECK enum mote_status dataset_open(struct pool *pool, const char *specification,
                                         const struct dataset_options *options, struct dataset *out,
                                         const struct frame *at);

/* The `data:` section of another YAML file (a recipe): the field for its schema, and the same opening. `from` is the
 * YAML file's path, from which relative paths are seen. */
struct data_section;
MUST_CHECK enum mote_status dataset_open_section(struct pool *pool, const struct data_section *section,
                                                 const char *from, const struct dataset_options *options,
                                                 struct dataset *out, const struct frame *at);
/* The same for data that are at `path`, as the working folder sees it; `at` is of them. */
MUST_CHECK enum mote_status dataset_open_moved(struct pool *pool, const struct data_section *section, const char *path,
                                               const char *from, const struct dataset_options *options,
                                               struct dataset *out, const struct frame *at);

/* The place of sample i, for messages that begin with the specification: its file, if that is another, and line or row;
 * the text is in `pool`. */
const char *dataset_place(struct pool *pool, const struct dataset *d, int32_t i);
/* The name of sample i, for lists: its file, or "file:row" if the file has many. */
const char *dataset_name(struct pool *pool, const struct dataset *d, int32_t i);

/* Reals of sample i, [elements]. With an augmentation the result depends on (seed, epoch, i) and on nothing else. */
void dataset_real(const struct dataset *d, int32_t i, float *out);
void dataset_augmented(const struct dataset *d, int32_t i, uint64_t seed, int32_t epoch, float *out);

/* Of raw elements, a channel (the last dimension's index); channels 1: of all together. */
struct dataset_range {
    double min, max, mean, std;
};
void dataset_ranges(struct pool *scratch, const struct dataset *d, const int32_t *samples, int32_t n, int32_t channels,
                    struct dataset_range *out); /* samples NULL: the first n */

/* A PNG with a row of samples a class; of pictures only. */
MUST_CHECK enum mote_status dataset_sheet(struct pool *pool, const struct dataset *d, struct bytes *png,
                                          const struct frame *at);

/* Sample i as a PNG of at most `side` pixels each way: a picture, numbers that lie as one, or the map of a sound's
 * features (and of all else that has many numbers a row), time from left to right. False for other samples. */
bool dataset_is_shown(const struct dataset *d);
MUST_CHECK enum mote_status dataset_thumbnail(struct pool *pool, const struct dataset *d, int32_t i, int32_t side,
                                              struct bytes *png, const struct frame *at);

/* Sample i as a model's input wants it: the raw bytes where the input has the data's type and the model says nothing of
 * preprocessing; else the reals by the model's preprocessing (without one, the data's), quantized as the input is.
 * Where neither says anything, pictures fill an int8 input's whole range: 0 is -128, 255 is 127. dataset_fits() says
 * once whether that is possible. */
MUST_CHECK enum mote_status dataset_fits(const struct dataset *d, const struct mote_io *io,
                                         const struct preprocess *model, const struct frame *at);
void dataset_input(const struct dataset *d, int32_t i, const struct mote_io *io, const struct preprocess *model,
                   uint8_t *out);

/* How badly the output repeats sample i, as the model's own score on a device says (mote/score.h): where
 * dataset_input() makes the input of reals, with these reals, else with what the stored numbers are in the input. `out`
 * has as many elements as the input, each of the four types that mote/input.h knows. */
float dataset_score(const struct dataset *d, int32_t i, const struct mote_io *in, const struct preprocess *model,
                    const struct mote_io *out);

/* Whether dataset_input() is what the model's own set_input on a device makes of the raw sample: its preprocessing
 * counts, for raw numbers of this type; without one these are reals in float32. */
bool dataset_is_raw_of(const struct dataset *d, const struct preprocess *model);

/* What a model that learns from these data says of them. Integers without mean and std are reals as they are, which it
 * has to say. */
struct preprocess dataset_preprocess(const struct dataset *d);

/* Samples for a model's input, without labels: what dataset_open() takes, but here a table may lack the label's column,
 * a .npy may be one sample, and a picture file, whose size and channels become those of the shape
 * [1, height, width, channels], is one. dataset_fits() is still to be asked. */
MUST_CHECK enum mote_status dataset_open_input(struct pool *pool, const char *specification, const struct mote_io *io,
                                               const struct dataset_options *options, struct dataset *out,
                                               const struct frame *at);
bool is_data_name(const char *specification); /* what it takes, by its name; or a folder */
/* One picture file. */
MUST_CHECK enum mote_status dataset_open_picture(struct pool *pool, const char *path, const struct mote_io *io,
                                                 struct dataset *out, const struct frame *at);
bool is_picture_name(const char *name); /* .png, .jpg, .jpeg */
bool is_sound_name(const char *name);   /* .wav, .flac, … */

#endif
