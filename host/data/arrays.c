/* SPDX-License-Identifier: Apache-2.0 */
/* .npy: an array of samples, and labels as another array or as text, a line each; or both, and perhaps a test, as
 * arrays of a .npz. Types that a sample cannot have become float32. */
#include <math.h>
#include <strings.h>

#include "host/data/npy.h"
#include "host/data/source.h"

struct part {
    const char *path, *labels;                 /* NULL: there is none */
    const struct npz_member *member, *answers; /* of a .npz: the samples and the labels; NULL: files have them */
    struct npy array;
    const char **words, **groups; /* [n] labels as text, in the scratch pool; groups: NULL if there are none */
    bool reals;                   /* the labels were floating point */
};

static const enum mote_type types[] = {TYPE_S8,  TYPE_U8,  TYPE_S16, TYPE_U16, TYPE_S32, TYPE_U32,
                                       TYPE_S64, TYPE_U64, TYPE_F32, TYPE_F64, TYPE_BOOL};

enum mote_type array_type(const struct npy *a)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (strcmp(a->type, npy_type(types[i])) == 0)
            return types[i];
    return TYPE_NONE;
}

double array_number(enum mote_type type, const uint8_t *p)
{
    uint16_t half;
    uint32_t word;
    uint64_t wide;
    float real;
    double value;

    switch (type_bits(type)) {
    case 8:
        return type == TYPE_S8 ? (int8_t)*p : *p;
    case 16:
        memcpy(&half, p, sizeof half);
        return type == TYPE_S16 ? (int16_t)half : half;
    case 32:
        memcpy(&word, p, sizeof word);
        memcpy(&real, p, sizeof real);
        return type == TYPE_F32 ? (double)real : type == TYPE_S32 ? (int32_t)word : (double)word;
    default:
        memcpy(&wide, p, sizeof wide);
        memcpy(&value, p, sizeof value);
        return type == TYPE_F64 ? value : type == TYPE_S64 ? (double)(int64_t)wide : (double)wide;
    }
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Of a member of a .npz, else of a file. `text`: it may be of words. */
static enum mote_status read_array(struct reading *r, const struct npz_member *member, const char *path, bool text,
                                   struct npy *out, const struct frame *at)
{
    struct bytes file;

    if (member != NULL)
        file = member->bytes;
    else
        TRY(packed_read(r, path, &file, at));
    TRY(npy_parse(&r->scratch, file, out, at));
    if (array_type(out) == TYPE_NONE && !(text && out->letters > 0))
        return fail(at, MOTE_ERR_TYPE, "the array's type is '%s'; integers, float32 and float64 are read", out->type);
    if (out->rank < 1 || out->dims[0] < 1 || out->dims[0] > INT32_MAX || out->elements < 1)
        return fail(at, MOTE_ERR_SHAPE, "the array's shape is %s; its first dimension is to be the samples",
                    out->shape);
    return MOTE_OK;
}

/* ---- labels ---- */
static enum mote_status words_of_text(struct reading *r, const struct npy *a, struct part *p, const struct frame *at)
{
    for (size_t i = 0; i < a->elements; i++) {
        struct frame here = frame_line(at, "sample", (int64_t)i);

        p->words[i] = npy_word(&r->scratch, a, i);
        if (p->words[i] == NULL)
            return fail(&here, MOTE_ERR_VALUE, "the label has what is no character");
        if (p->words[i][0] == '\0')
            return fail(&here, MOTE_ERR_VALUE, "the label is empty");
    }
    return MOTE_OK;
}

static enum mote_status words_of_array(struct reading *r, const struct npy *a, struct part *p, const struct frame *at)
{
    enum mote_type type = array_type(a);

    if (a->elements != a->dims[0])
        return fail(at, MOTE_ERR_SHAPE, "labels have the shape %s; one dimension is wanted", a->shape);
    if (a->letters > 0)
        return words_of_text(r, a, p, at);
    p->reals = type == TYPE_F32 || type == TYPE_F64;
    for (size_t i = 0; i < a->elements; i++) {
        double value = array_number(type, a->data.data + i * (size_t)type_bits(type) / 8);
        struct frame here = frame_line(at, "sample", (int64_t)i);

        if (!isfinite(value))
            return fail(&here, MOTE_ERR_VALUE, "the label is %g; a number is wanted", value);
        p->words[i] = pool_printf(&r->scratch, fabs(value) < 1e15 ? "%.15g" : "%.17g", value);
    }
    return MOTE_OK;
}

/* The last column, without a header if there is one. */
static enum mote_status words_of_table(struct reading *r, struct part *p, const struct frame *at)
{
    const char **groups = pool_array(&r->scratch, (size_t)p->array.dims[0], sizeof *groups);
    struct bytes text;
    struct table t;
    int32_t column;

    TRY(packed_read(r, p->labels, &text, at));
    TRY(table_parse(&r->scratch, text, r->spec->header, 0, &t, at));
    if ((uint64_t)t.n != p->array.dims[0])
        return fail(at, MOTE_ERR_SHAPE, "has %d labels, %s has %llu samples", t.n, name_of(p->path),
                    (unsigned long long)p->array.dims[0]);
    TRY(table_groups(r, &t, t.columns - 1, &column, groups, at));
    p->groups = column >= 0 ? groups : NULL;
    for (int32_t i = 0; i < t.n; i++) {
        struct frame here = frame_line(at, "line", t.lines[i]);

        p->words[i] = t.cells[(size_t)(i + 1) * (size_t)t.columns - 1];
        if (p->words[i][0] == '\0')
            return fail(&here, MOTE_ERR_VALUE, "the label is empty");
    }
    return MOTE_OK;
}

static enum mote_status read_labels(struct reading *r, struct part *p)
{
    struct frame here = frame_of(r->at, name_of(p->labels));
    struct npy a;

    p->words = pool_array(&r->scratch, (size_t)p->array.dims[0], sizeof *p->words);
    if (p->answers == NULL && !has_ending(p->labels, ".npy") && !has_ending(p->labels, ".npy.gz"))
        return words_of_table(r, p, &here);
    TRY(read_array(r, p->answers, p->labels, true, &a, &here));
    if (a.dims[0] != p->array.dims[0])
        return fail(&here, MOTE_ERR_SHAPE, "has %llu labels, %s has %llu samples", (unsigned long long)a.dims[0],
                    name_of(p->path), (unsigned long long)p->array.dims[0]);
    return words_of_array(r, &a, p, &here);
}

/* ---- samples ---- */
/* An array for a model's input is samples along its first dimension, or one sample; or it has one dimension, and the
 * samples' elements follow each other: its dimensions become the samples, then a sample's. */
static enum mote_status fit_input(struct npy *a, const struct mote_io *io, const struct frame *at)
{
    uint64_t n = (uint64_t)elements_of(io);
    bool one = a->elements == n;
    int skip = 0;

    if (a->rank > 1 && a->dims[0] * n == a->elements)
        return MOTE_OK;
    if (n == 0 || a->elements % n != 0 || (a->rank > 1 && !one) || a->rank >= NPY_RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE,
                    "the array's shape is %s, which is no sample of the %llu numbers that the model's input takes, and "
                    "no row of such",
                    a->shape, (unsigned long long)n);
    if (a->rank > 1) {
        memmove(a->dims + 1, a->dims, (size_t)a->rank * sizeof *a->dims);
        a->dims[0] = 1;
        a->rank++;
        return MOTE_OK;
    }
    while (skip < io->rank && io->dims[skip] == 1)
        skip++;
    a->dims[0] = a->elements / n;
    for (int i = skip; i < io->rank; i++)
        a->dims[a->rank++] = io->dims[i];
    return MOTE_OK;
}

static enum mote_status read_part(struct reading *r, struct part *p)
{
    struct frame here = frame_of(r->at, name_of(p->path));
    const struct frame *at =
        p->member != NULL || (r->from != NULL && !r->moved) ? &here : r->at; /* it names the array */

    TRY(read_array(r, p->member, p->path, false, &p->array, at));
    if (r->input != NULL)
        TRY(fit_input(&p->array, r->input, at));
    if (p->array.rank - 1 > RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "the array's shape is %s; samples have at most %d dimensions", p->array.shape,
                    RANK_MAX);
    return p->labels != NULL ? read_labels(r, p) : MOTE_OK;
}

static void choose_shape(struct dataset *d, const struct npy *a)
{
    enum mote_type type = array_type(a);

    d->type = type == TYPE_BOOL ? TYPE_U8 : type == TYPE_U8 || type == TYPE_S8 || type == TYPE_S16 ? type : TYPE_F32;
    d->elements = 1;
    for (int32_t i = 1; i < a->rank; i++) {
        d->dims[d->rank++] = (int64_t)a->dims[i];
        d->elements *= (int64_t)a->dims[i];
    }
    assert(d->rank <= RANK_MAX && d->elements >= 0);
    if (d->rank == 0)
        d->dims[d->rank++] = 1;
    if (d->type == TYPE_U8 && d->rank == 2 && type == TYPE_U8)
        d->dims[d->rank++] = 1;
    if (d->type == TYPE_U8 && d->rank == 3 && (d->dims[2] == 1 || d->dims[2] == 3))
        d->preprocess = (struct preprocess){.kind = "image", .channels = d->dims[2] == 3 ? "rgb" : "gray"};
}

static void fill(struct reading *r, const struct part *p, uint8_t *to)
{
    enum mote_type type = array_type(&p->array);
    size_t size = (size_t)type_bits(type) / 8;

    if (r->out->type != TYPE_F32) {
        memcpy(to, p->array.data.data, p->array.data.size);
        return;
    }
    for (size_t i = 0; i < p->array.elements; i++, to += sizeof(float)) {
        float real = (float)array_number(type, p->array.data.data + i * size);

        memcpy(to, &real, sizeof real);
    }
}

static bool same_samples(const struct npy *a, const struct npy *b)
{
    return strcmp(a->type, b->type) == 0 && a->rank == b->rank &&
           memcmp(a->dims + 1, b->dims + 1, (size_t)(a->rank - 1) * sizeof *a->dims) == 0;
}

/* ---- both parts ---- */
/* Of both parts; all samples have one, or none counts. */
static void join_groups(struct reading *r, const struct part *train, const struct part *test)
{
    size_t first = (size_t)train->array.dims[0], n = (size_t)r->out->n;

    r->groups = NULL;
    if (train->groups == NULL || (test->path != NULL && test->groups == NULL))
        return;
    r->groups = pool_array(&r->scratch, n, sizeof *r->groups);
    memcpy(r->groups, train->groups, first * sizeof *r->groups);
    if (test->path != NULL)
        memcpy(r->groups + first, test->groups, (n - first) * sizeof *r->groups);
}

/* The rows of both parts count from 0. */
static void note_places(struct reading *r, const struct part *train, const struct part *test)
{
    size_t n = (size_t)r->out->n, first = (size_t)train->array.dims[0];
    const char **files = pool_array(r->pool, n, sizeof *files);
    int32_t *rows = pool_array(r->pool, n, sizeof *rows);

    for (size_t i = 0; i < n; i++) {
        files[i] = name_of(i < first || test->path == NULL ? train->path : test->path);
        rows[i] = (int32_t)(i < first ? i : i - first);
    }
    r->source->files = files;
    r->source->rows = rows;
    r->source->row_kind = "sample";
}

static enum mote_status label_all(struct reading *r, const struct part *train, const struct part *test)
{
    int32_t n = r->out->n, first = (int32_t)train->array.dims[0];
    const char **words = pool_array(&r->scratch, (size_t)n, sizeof *words);

    memcpy(words, train->words, (size_t)first * sizeof *words);
    if (test->words != NULL)
        memcpy(words + first, test->words, (size_t)(n - first) * sizeof *words);
    return labels_make(r, words, train->reals || test->reals, r->at);
}

static enum mote_status join(struct reading *r, const struct part *train, const struct part *test)
{
    struct frame second;
    int64_t n = (int64_t)(train->array.dims[0] + test->array.dims[0]);
    uint8_t *samples, *given;
    size_t half;

    TRY(samples_alloc(r, n, &samples, r->at));
    assert(n == r->out->n);
    fill(r, train, samples);
    if (test->path == NULL)
        return MOTE_OK;
    second = frame_of(r->at, name_of(test->path));
    if (!same_samples(&train->array, &test->array))
        return fail(&second, MOTE_ERR_SHAPE, "its samples have another type or shape than those of %s",
                    name_of(train->path));
    if ((train->words == NULL) != (test->words == NULL))
        return fail(r->at, MOTE_ERR_VALUE, "one part has labels, the other has none");
    half = (size_t)train->array.elements * (size_t)type_bits(r->out->type) / 8;
    fill(r, test, samples + half);
    r->source->given = given = pool_alloc(r->pool, (size_t)n);
    for (int64_t i = 0; i < n; i++)
        given[i] = i < (int64_t)train->array.dims[0] ? SPLIT_TRAIN : SPLIT_TEST;
    return MOTE_OK;
}

/* ---- a .npz ---- */
static const struct npz_member *called(const struct npz_member *members, size_t n, const char *const *words)
{
    for (; *words != NULL; words++)
        for (size_t i = 0; i < n; i++)
            if (strcasecmp(members[i].name, *words) == 0)
                return &members[i];
    return NULL;
}

/* As messages call it: with the file, unless they begin with it. */
static const char *member_text(struct reading *r, const struct npz_member *member)
{
    return r->source->bare ? member->name : pool_printf(r->pool, "%s: %s", name_of(r->path), member->name);
}

static void take_part(struct reading *r, struct part *p, const struct npz_member *samples,
                      const struct npz_member *labels)
{
    p->member = samples;
    p->path = member_text(r, samples);
    if (labels == NULL || p->labels != NULL || r->input != NULL)
        return;
    p->answers = labels;
    p->labels = member_text(r, labels);
}

/* Finds the arrays by the names that people give them. */
static enum mote_status take_npz(struct reading *r, struct part *train, struct part *test)
{
    static const char *const samples[] = {"x_train", "train_x",  "train_images", "x",     "data", "samples",
                                          "images",  "features", "inputs",       "arr_0", NULL};
    static const char *const labels[] = {"y_train", "train_y", "train_labels", "y",     "label", "labels",
                                         "target",  "targets", "classes",      "arr_1", NULL};
    static const char *const test_samples[] = {"x_test", "test_x", "test_images", NULL};
    static const char *const test_labels[] = {"y_test", "test_y", "test_labels", NULL};
    const struct frame here = path_frame(r), *at = &here;
    const struct npz_member *found;
    struct npz_member *members;
    struct bytes file;
    size_t n;

    TRY(file_read(&r->scratch, r->path, &file, r->at));
    TRY(npz_members(r, file, &members, &n, at));
    found = n == 1 ? members : called(members, n, samples);
    if (found == NULL)
        return fail(at, MOTE_ERR_FORMAT,
                    "holds %zu arrays (%s): call the samples x and the labels y, or x_train, y_train, x_test, y_test",
                    n, npz_names(&r->scratch, members, n));
    take_part(r, train, found, n > 1 ? called(members, n, labels) : NULL);
    found = called(members, n, test_samples);
    if (found != NULL && found != train->member && test->path == NULL)
        take_part(r, test, found, called(members, n, test_labels));
    return MOTE_OK;
}

static const char *beside(const struct reading *r, const char *path)
{
    return path != NULL ? path_beside(r->pool, r->from, path) : NULL;
}

enum mote_status read_arrays(struct reading *r)
{
    struct part train = {.path = r->path, .labels = beside(r, r->spec->labels)};
    struct part test = {.path = beside(r, r->spec->test_path), .labels = beside(r, r->spec->test_labels)};

    if (has_ending(r->path, ".npz"))
        TRY(take_npz(r, &train, &test));
    TRY(read_part(r, &train));
    if (test.path != NULL)
        TRY(read_part(r, &test));
    choose_shape(r->out, &train.array);
    TRY(join(r, &train, &test));
    join_groups(r, &train, &test);
    note_places(r, &train, &test);
    return train.words != NULL ? label_all(r, &train, &test) : MOTE_OK;
}
