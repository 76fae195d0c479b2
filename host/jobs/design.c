/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/design.h"

#include <math.h>

const int32_t design_widths[] = {32, 24, 16, 12, 8, 6, 4, 2, 0};
const char *const design_kind_names[] = {[DESIGN_TABLE] = "rows of numbers",
                                         [DESIGN_PICTURE] = "pictures",
                                         [DESIGN_SERIES] = "series",
                                         [DESIGN_SOUND] = "sounds"};

/* ---- what a sample is ---- */
enum design_kind design_kind_of(const struct dataset *d)
{
    if (d->hears.preset != NULL)
        return DESIGN_SOUND;
    if (d->rank == 3 && d->dims[0] >= 4 && d->dims[1] >= 4)
        return DESIGN_PICTURE;
    return d->rank == 2 && d->dims[0] >= 8 ? DESIGN_SERIES : DESIGN_TABLE;
}

#define LOOK_AT     500 /* samples */
#define CLASS_SMALL 5   /* samples: too few to be divided */
#define ALIKE       0.4
#define SERIES_AT   32 /* numbers: fewer are a table */

/* How alike elements are that are `step` apart: the correlation over samples and places, with the mean of each sample
 * taken away. */
static double likeness(const struct dataset *d, int64_t step)
{
    int32_t n = d->n < LOOK_AT ? d->n : LOOK_AT;
    struct pool scratch = {0};
    float *x = pool_array(&scratch, (size_t)d->elements, sizeof *x);
    double together = 0, alone = 0;

    for (int32_t i = 0; i < n; i++) {
        double mean = 0;

        dataset_real(d, (int32_t)((int64_t)i * d->n / n), x);
        for (int64_t k = 0; k < d->elements; k++)
            mean += (double)x[k] / (double)d->elements;
        for (int64_t k = step; k < d->elements; k++) {
            double a = (double)x[k - step] - mean, b = (double)x[k] - mean;

            together += a * b;
            alone += (a * a + b * b) / 2;
        }
    }
    pool_free(&scratch);
    return alone > 0 ? together / alone : 0;
}

static bool are_whole(const struct dataset *d)
{
    struct pool scratch = {0};
    float *x = pool_array(&scratch, (size_t)d->elements, sizeof *x);
    bool whole = true;

    for (int32_t i = 0; i < d->n && i < LOOK_AT && whole; i++) {
        dataset_real(d, i, x);
        for (int64_t k = 0; k < d->elements; k++)
            whole = whole && x[k] == floorf(x[k]) && x[k] >= 0;
    }
    pool_free(&scratch);
    return whole;
}

bool design_shape_of(const struct dataset *d, int64_t shape[3], unsigned *n)
{
    int64_t side = (int64_t)(sqrt((double)d->elements) + 0.5);

    if (d->rank != 1 || d->type != TYPE_F32 || d->elements < SERIES_AT)
        return false;
    if (side * side == d->elements && side >= 8 && are_whole(d) && likeness(d, 1) > ALIKE / 2 &&
        likeness(d, side) > ALIKE / 2) {
        shape[0] = shape[1] = side;
        shape[2] = 1;
        *n = 3;
        return true;
    }
    if (likeness(d, 1) < 2 * ALIKE)
        return false;
    shape[0] = d->elements;
    shape[1] = 1;
    *n = 2;
    return true;
}

/* ---- YAML ---- */
static const char *quoted(struct pool *pool, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/.-";
    static const char *const special[] = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"};
    struct text t = {.pool = pool};
    bool safe = s[0] != '\0' && s[0] != '-' && s[strspn(s, plain)] == '\0' && s[strspn(s, "0123456789.-")] != '\0';

    for (size_t i = 0; i < COUNT(special); i++)
        safe = safe && strcmp(s, special[i]) != 0;
    if (safe)
        return s;
    text_add(&t, "\"");
    for (; *s != '\0'; s++)
        if ((uint8_t)*s < ' ' || *s == 0x7f)
            text_add(&t, "\\x%02x", (unsigned)(uint8_t)*s);
        else
            text_add(&t, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
    text_add(&t, "\"");
    return t.s;
}

static void add_words(struct text *t, const char *key, const char *const *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        text_add(t, "%s%s", i == 0 ? pool_printf(t->pool, "  %s: [", key) : ", ", quoted(t->pool, words[i]));
    if (n > 0)
        text_add(t, "]\n");
}

static void add_numbers(struct text *t, const char *key, const int64_t *numbers, unsigned n, const char *why)
{
    for (unsigned i = 0; i < n; i++)
        text_add(t, "%s%lld", i == 0 ? pool_printf(t->pool, "  %s: [", key) : ", ", (long long)numbers[i]);
    if (n > 0)
        text_add(t, "] # %s\n", why);
}

static void add_word(struct text *t, const char *key, const char *word, const char *why)
{
    if (word != NULL)
        text_add(t, "  %s: %s%s%s\n", key, quoted(t->pool, word), why != NULL ? " # " : "", why != NULL ? why : "");
}

/* Samples of the smallest class that has any. */
static int32_t smallest_class(const struct dataset *d)
{
    struct pool scratch = {0};
    int32_t *counts = pool_array(&scratch, (size_t)d->n_classes + 1, sizeof *counts), least = d->n;

    for (int32_t i = 0; d->labels != NULL && i < d->n; i++)
        counts[d->labels[i]]++;
    for (int32_t c = 0; c < d->n_classes; c++)
        least = counts[c] > 0 && counts[c] < least ? counts[c] : least;
    pool_free(&scratch);
    return least;
}

static bool is_unequal(const struct dataset *d)
{
    return d->n / (d->n_classes > 0 ? d->n_classes : 1) > 2 * smallest_class(d);
}

static void add_splits(struct text *t, const struct design *d)
{
    bool small = d->data->n < 1000;

    if (d->data->n_split[SPLIT_TEST] > 0 && d->data->given) {
        if (d->data->n_split[SPLIT_VALIDATION] == 0)
            text_add(t, "  validation: 0.1 # of the samples for training: the best epoch is chosen by them\n");
        return;
    }
    text_add(t, "  validation: %s # of all samples: the best epoch is chosen by them\n", small ? "0.15" : "0.1");
    text_add(t, "  test: %s # of all samples: what the network is tested on\n", small ? "0.2" : "0.1");
    if (d->data->labels != NULL && smallest_class(d->data) < CLASS_SMALL)
        text_add(t, "  split: random # not each class by itself: one has %d samples\n", smallest_class(d->data));
}

static void add_augment(struct text *t, const struct design *d)
{
    const struct dataset *data = d->data;
    int64_t side = data->dims[0] < data->dims[1] ? data->dims[0] : data->dims[1];

    if (d->kind != DESIGN_PICTURE || d->anomaly || side < 8)
        return;
    text_add(t, "  augment: {shift: %d%s} # %s\n",
             (int)(side >= 64   ? 6
                   : side >= 32 ? 4
                                : 1),
             data->dims[2] == 3 ? ", flip: horizontal" : "",
             data->dims[2] == 3 ? "moved, and mirrored every other time: no flip where left and right differ"
                                : "moved by so many pixels, anew in each epoch");
}

static void add_sound_augment(struct text *t, const struct design *d)
{
    text_add(t, "  augment: {shift: 100, gain: 6, mask_frames: 5, mask_channels: 4");
    if (d->background != NULL)
        text_add(t, ", background: %s, snr: [5, 25], share: 0.5", quoted(t->pool, d->background));
    text_add(t, "} # moved by so many ms, louder or softer by so many dB, stripes left out\n");
}

static void add_input(struct text *t, const struct data_section *s)
{
    if (s->input != NULL)
        text_add(t, "input: {audio: %s, clip: %d} # a sample is so many milliseconds as the front end hears them\n",
                 s->input->audio, (int)s->input->clip);
}

static void add_data(struct text *t, const struct design *d)
{
    const struct data_section *s = d->section;
    bool picture = d->data->preprocess.kind != NULL && strcmp(d->data->preprocess.kind, "image") == 0;

    add_input(t, s);
    text_add(t, "data:\n");
    add_word(t, "path", s->path, NULL);
    add_word(t, "labels", s->labels, NULL);
    if (s->kind == DATA_SERIES)
        text_add(t, "  kind: series # rows in the order of time\n");
    add_word(t, "label", s->label, "the column that is to be predicted");
    add_word(t, "recording", s->recording, "the column that says which recording a row is of");
    if (s->skip > 0)
        text_add(t, "  skip: %d\n", s->skip);
    add_words(t, "columns", s->columns, s->columns_count);
    add_words(t, "ignore", s->ignore, s->ignore_count);
    add_word(t, "missing", s->missing, "there are gaps: drop, mean or a number");
    add_word(t, "group", s->group, "what belongs together is in one split");
    if (s->task != DATA_TASK_AUTO)
        add_word(t, "task", s->task == DATA_REGRESSION ? "regression" : "classification", NULL);
    if (s->window > 0)
        text_add(t, "  window: %d # rows of a sample\n  step: %d # rows from one window to the next\n", s->window,
                 s->step > 0 ? s->step : s->window);
    if (s->input != NULL && s->step > 0)
        text_add(t, "  step: %d # ms from one clip of a sound to the next; without it the loudest clip of each\n",
                 s->step);
    if (s->resample > 0)
        text_add(t, "  resample: %d # rows to which each recording is stretched\n", s->resample);
    add_numbers(t, "shape", s->shape, s->shape_count, "of a sample");
    add_numbers(t, "size", s->size, s->size_count, "height and width to which all pictures are resized");
    add_words(t, "classes", s->classes, s->classes_count);
    add_splits(t, d);
    if (d->kind == DESIGN_SOUND && !d->anomaly)
        add_sound_augment(t, d);
    if (!picture && d->kind != DESIGN_SOUND)
        text_add(t, "  normalize: auto # mean 0, deviation 1, as measured on the samples for training\n");
    add_augment(t, d);
}

/* ---- networks ---- */
static void add_end(struct text *t, const struct design *d)
{
    if (d->data->targets != NULL)
        text_add(t, "  - fully_connected: {} # the number to predict\n");
    else
        text_add(t, "  - fully_connected: {} # as many as there are classes\n  - softmax: {}\n");
}

static void add_autoencoder(struct text *t, const struct design *d, int32_t width)
{
    int64_t n = d->data->elements;
    int32_t wide = 4 * width, narrow = width / 4 > 2 ? width / 4 : 2;

    text_add(t,
             "  # Through few numbers and back: what is not like the samples of the training comes out wrong.\n"
             "  - fully_connected: {units: %d, activation: relu}\n"
             "  - fully_connected: {units: %d, activation: relu}\n"
             "  - fully_connected: {units: %d, activation: relu}\n"
             "  - fully_connected: {units: %lld}\n",
             wide, narrow, wide, (long long)n);
    if (d->data->rank > 1) {
        text_add(t, "  - reshape: {shape: [");
        for (int32_t i = 0; i < d->data->rank; i++)
            text_add(t, "%s%lld", i > 0 ? ", " : "", (long long)d->data->dims[i]);
        text_add(t, "]}\n");
    }
}

static void add_table_network(struct text *t, const struct design *d, int32_t width)
{
    int32_t wide = d->data->targets != NULL ? width / 2 : width;

    text_add(t,
             "  - fully_connected: {units: %d, activation: relu}\n"
             "  - fully_connected: {units: %d, activation: relu}\n",
             wide, wide / 2 > 4 ? wide / 2 : 4);
    add_end(t, d);
}

static void add_picture_network(struct text *t, const struct design *d, int32_t width)
{
    const struct dataset *data = d->data;
    int64_t side = data->dims[0] < data->dims[1] ? data->dims[0] : data->dims[1];
    int32_t filters = width, stride = side > 40 ? 2 : 1;

    text_add(t, "  - conv_2d: {filters: %d, kernel: 3, %sbatch_norm: true, activation: relu}\n", filters,
             stride == 2 ? "stride: 2, " : "");
    for (side = (side + stride - 1) / stride; side >= 8; side = (side + 1) / 2) {
        filters = 2 * filters < 4 * width ? 2 * filters : 4 * width;
        text_add(t,
                 "  - conv_2d: {filters: %d, kernel: 3, stride: 2, batch_norm: true, activation: relu}\n"
                 "  - conv_2d: {filters: %d, kernel: 3, batch_norm: true, activation: relu}\n",
                 filters, filters);
    }
    text_add(t, "  - global_average_pool: {}\n  - dropout: {rate: 0.2}\n");
    add_end(t, d);
}

/* Of frames x channels: wide windows over time and frequency, then each by itself. */
static void add_sound_network(struct text *t, const struct design *d, int32_t width)
{
    const int64_t frames = d->data->dims[0], channels = d->data->dims[1];
    const int32_t first = width + width / 2;

    text_add(t, "  - conv_2d: {filters: %d, kernel: %dx%d, stride: %dx%d, batch_norm: true, activation: relu}\n", first,
             frames < 10 ? (int)frames : 10, channels < 8 ? (int)channels : 8, frames < 20 ? 1 : 2,
             channels < 20 ? 2 : 4);
    for (int i = 0; i < 4; i++)
        text_add(t,
                 "  - depthwise_conv_2d: {kernel: 3, %sbatch_norm: true, activation: relu}\n"
                 "  - conv_2d: {filters: %d, kernel: 1, batch_norm: true, activation: relu}\n",
                 i == 1 ? "stride: 2, " : "", i == 0 ? 2 * first : 4 * width);
    text_add(t, "  - global_average_pool: {}\n  - dropout: {rate: 0.1}\n");
    add_end(t, d);
}

static void add_series_network(struct text *t, const struct design *d, int32_t width)
{
    int64_t time = d->data->dims[0];
    int32_t filters = width / 2 > 2 ? width / 2 : 2;

    text_add(t, "  - conv_1d: {filters: %d, kernel: 7, %sbatch_norm: true, activation: relu}\n", filters,
             time >= 64 ? "stride: 2, " : "");
    for (time = time >= 64 ? time / 2 : time; time >= 16; time = (time + 1) / 2) {
        filters = 2 * filters < 2 * width ? 2 * filters : 2 * width;
        text_add(t, "  - conv_1d: {filters: %d, kernel: 5, stride: 2, batch_norm: true, activation: relu}\n", filters);
    }
    text_add(t, "  - global_average_pool: {}\n  - dropout: {rate: 0.3}\n");
    add_end(t, d);
}

/* Few numbers of each window, which the device computes, and two layers. */
static void add_features_network(struct text *t, const struct design *d, int32_t width)
{
    text_add(t, "  # Features that the device computes of each window: docs/RECIPES.md#layers.\n");
    if (d->features != FEATURES_SPECTRUM)
        text_add(t, "  - statistics: {name: statistics, from: input}\n");
    if (d->features != FEATURES_STATISTICS)
        text_add(t, "  - spectrum: {name: spectrum, from: input}\n");
    if (d->features == FEATURES_BOTH)
        text_add(t, "  - concatenation: {from: [statistics, spectrum]}\n");
    text_add(t,
             "  - batch_norm: {} # to one scale\n  - fully_connected: {units: %d, activation: relu}\n"
             "  - dropout: {rate: 0.3}\n",
             width);
    add_end(t, d);
}

static void add_network(struct text *t, const struct design *d, int32_t width)
{
    text_add(t, "network:\n");
    if (d->anomaly)
        add_autoencoder(t, d, width);
    else if (d->kind == DESIGN_PICTURE)
        add_picture_network(t, d, width);
    else if (d->kind == DESIGN_SOUND)
        add_sound_network(t, d, width);
    else if (d->kind == DESIGN_SERIES && d->features != FEATURES_NONE)
        add_features_network(t, d, width);
    else if (d->kind == DESIGN_SERIES)
        add_series_network(t, d, width);
    else
        add_table_network(t, d, width);
}

/* ---- training ---- */
/* Pictures many times less often than rows of a table, which cost nothing. */
static int32_t epochs_of(const struct design *d)
{
    int64_t seen = d->kind == DESIGN_PICTURE  ? 1000000
                   : d->kind == DESIGN_SERIES ? 300000
                   : d->kind == DESIGN_SOUND  ? 200000
                                              : 400000;
    int64_t n = seen / (d->data->n > 0 ? d->data->n : 1), most = d->kind == DESIGN_TABLE ? 200 : 100;

    return d->epochs > 0 ? d->epochs : (int32_t)(n < 10 ? 10 : n > most ? most : n);
}

static void add_training(struct text *t, const struct design *d)
{
    int32_t n = d->data->n, batch = n < 1000 ? 16 : n < 10000 ? 32 : 128;

    text_add(t, "training:\n  epochs: %d\n  batch: %d\n", (int)epochs_of(d), (int)batch);
    if (d->anomaly)
        text_add(t, "  loss: mean_squared_error # of the output against the input: the score\n");
    if (d->anomaly && d->normal >= 0)
        text_add(t, "  normal: %d # the class that is trained on: %s\n", (int)d->normal,
                 d->data->classes != NULL ? printable(t->pool, d->data->classes[d->normal]) : "by its number");
    if (d->data->labels != NULL && !d->anomaly && is_unequal(d->data))
        text_add(t, "  # class_weights: balanced # each class counts as much: better for rare ones, often worse for "
                    "all together\n");
    text_add(t, "  optimizer: {kind: adamw, rate: %s, weight_decay: %s}\n",
             d->kind == DESIGN_TABLE && !d->anomaly ? "0.003"
             : d->anomaly                           ? "0.001"
                                                    : "0.002",
             d->data->targets != NULL ? "0.1" : "0.02");
    text_add(t, "  schedule: {kind: cosine, warm_up: 1}\n");
}

void design_write(const struct design *d, int32_t width, struct text *to)
{
    text_add(to, "%sname: %s\n", d->heading, quoted(to->pool, d->name));
    if (d->target != NULL)
        text_add(to, "target: %s # training ends with int8.graph, which is run on this board's emulator\n",
                 quoted(to->pool, d->target));
    add_data(to, d);
    add_network(to, d, width);
    add_training(to, d);
}
