/* SPDX-License-Identifier: Apache-2.0 */
/* IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist): 0, 0, type, rank, dimensions and numbers in big-endian
 * order. A folder has the files of MNIST by their names; the part called t10k is the test split. */
#include <unistd.h>

#include "host/data/source.h"

/* ---- the format ---- */
static enum mote_type idx_type(uint8_t code)
{
    switch (code) {
    case 0x08:
        return TYPE_U8;
    case 0x09:
        return TYPE_S8;
    case 0x0b:
        return TYPE_S16;
    case 0x0c:
        return TYPE_S32;
    case 0x0d:
        return TYPE_F32;
    default:
        return TYPE_NONE;
    }
}

static void turn(uint8_t *p, size_t n, size_t size)
{
    for (size_t i = 0; size > 1 && i < n; i++, p += size)
        for (size_t k = 0; k < size / 2; k++) {
            uint8_t byte = p[k];

            p[k] = p[size - 1 - k];
            p[size - 1 - k] = byte;
        }
}

enum mote_status idx_parse(struct bytes file, struct idx *out, const struct frame *at)
{
    size_t head, bytes;

    *out = (struct idx){.elements = 1};
    if (file.size < 4 || file.data[0] != 0 || file.data[1] != 0)
        return fail(at, MOTE_ERR_FORMAT, "is not an IDX file");
    out->type = idx_type(file.data[2]);
    out->rank = file.data[3];
    if (out->type == TYPE_NONE)
        return fail(at, MOTE_ERR_TYPE, "is an IDX file of the type 0x%02x; 8, 9, b, c and d are read", file.data[2]);
    head = 4 + 4 * (size_t)out->rank;
    if (out->rank < 1 || out->rank > RANK_MAX || file.size < head)
        return fail(at, MOTE_ERR_FORMAT, "is an IDX file of %d dimensions, cut off or damaged", out->rank);
    bytes = (size_t)type_bits(out->type) / 8;
    for (int32_t i = 0; i < out->rank; i++) {
        const uint8_t *p = file.data + 4 + 4 * (size_t)i;
        size_t dim = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

        if (dim == 0 || dim > FILE_LIMIT / out->elements)
            return fail(at, MOTE_ERR_SHAPE, "has the dimension %zu", dim);
        out->dims[i] = (int64_t)dim;
        out->elements *= dim;
    }
    if (out->elements * bytes != file.size - head)
        return fail(at, MOTE_ERR_FORMAT, "holds %zu bytes of data, its head says %zu: is it cut off?", file.size - head,
                    out->elements * bytes);
    out->data = file.data + head;
    turn(out->data, out->elements, bytes);
    return MOTE_OK;
}

/* ---- files ---- */
struct part {
    const char *images, *labels; /* NULL: there is no such part; there are no labels */
    struct idx idx, label;
};

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static enum mote_status read_labels(struct reading *r, struct part *p)
{
    struct frame here = frame_of(r->at, name_of(p->labels));
    struct bytes file;

    TRY(packed_read(r, p->labels, &file, &here));
    TRY(idx_parse(file, &p->label, &here));
    if (p->label.rank != 1 || (p->label.type != TYPE_U8 && p->label.type != TYPE_S32))
        return fail(&here, MOTE_ERR_TYPE, "labels are one dimension of bytes or of 32-bit integers");
    if (p->label.dims[0] != p->idx.dims[0])
        return fail(&here, MOTE_ERR_SHAPE, "has %lld labels, %s has %lld samples", (long long)p->label.dims[0],
                    name_of(p->images), (long long)p->idx.dims[0]);
    return MOTE_OK;
}

static enum mote_status read_part(struct reading *r, struct part *p)
{
    struct frame here;
    struct bytes file;

    if (p->images == NULL)
        return MOTE_OK;
    here = frame_of(r->at, name_of(p->images));
    TRY(packed_read(r, p->images, &file, &here));
    TRY(idx_parse(file, &p->idx, &here));
    if (p->idx.type == TYPE_S32)
        return fail(&here, MOTE_ERR_TYPE, "samples are 8 or 16 bits wide, or float32; convert them");
    return p->labels != NULL ? read_labels(r, p) : MOTE_OK;
}

/* Bytes of two or more dimensions are pictures; those of two are gray. */
static void choose_shape(struct dataset *d, const struct idx *idx)
{
    bool picture =
        idx->type == TYPE_U8 && (idx->rank == 3 || (idx->rank == 4 && (idx->dims[3] == 1 || idx->dims[3] == 3)));

    d->type = idx->type;
    d->rank = idx->rank - 1;
    d->elements = 1;
    for (int32_t i = 0; i < d->rank; i++) {
        d->dims[i] = idx->dims[i + 1];
        d->elements *= d->dims[i];
    }
    if (d->rank == 0 || (picture && d->rank == 2))
        d->dims[d->rank++] = 1;
    if (picture)
        d->preprocess = (struct preprocess){.kind = "image", .channels = d->dims[2] == 3 ? "rgb" : "gray"};
}

static enum mote_status check_same(const struct reading *r, const struct part *a, const struct part *b)
{
    struct frame here = frame_of(r->at, name_of(b->images));
    bool same = a->idx.type == b->idx.type && a->idx.rank == b->idx.rank;

    for (int32_t i = 1; same && i < a->idx.rank; i++)
        same = a->idx.dims[i] == b->idx.dims[i];
    if (!same)
        return fail(&here, MOTE_ERR_SHAPE, "its samples have another type or shape than those of %s",
                    name_of(a->images));
    if ((a->labels == NULL) != (b->labels == NULL))
        return fail(&here, MOTE_ERR_VALUE, "one part has labels, the other has none");
    return MOTE_OK;
}

static enum mote_status take_label(struct reading *r, const struct part *p, int64_t i, int32_t *out)
{
    uint32_t word = p->label.type == TYPE_U8 ? p->label.data[i] : le32(p->label.data + 4 * i);
    struct frame file = frame_of(r->at, name_of(p->labels)), here = frame_line(&file, "sample", i);

    if (word >= DATASET_CLASSES_MAX)
        return fail(&here, MOTE_ERR_VALUE, "the label is %d; a number from 0 to %d is wanted", (int32_t)word,
                    DATASET_CLASSES_MAX - 1);
    *out = (int32_t)word;
    if (*out >= r->out->n_classes)
        r->out->n_classes = *out + 1;
    return MOTE_OK;
}

struct filling {
    uint8_t *samples, *given;
    const char **files;
    int32_t *rows, *labels;
    int64_t at;
};

static enum mote_status fill(struct reading *r, const struct part *p, uint8_t split, struct filling *f)
{
    size_t sample = (size_t)r->out->elements * (size_t)type_bits(r->out->type) / 8;

    for (int64_t i = 0; p->images != NULL && i < p->idx.dims[0]; i++, f->at++) {
        memcpy(f->samples + (size_t)f->at * sample, p->idx.data + (size_t)i * sample, sample);
        f->given[f->at] = split;
        f->files[f->at] = name_of(p->images);
        f->rows[f->at] = (int32_t)i;
        if (p->labels != NULL)
            TRY(take_label(r, p, i, &f->labels[f->at]));
    }
    return MOTE_OK;
}

static enum mote_status join(struct reading *r, const struct part *train, const struct part *test)
{
    const struct part *first = train->images != NULL ? train : test;
    int64_t n = (train->images != NULL ? train->idx.dims[0] : 0) + (test->images != NULL ? test->idx.dims[0] : 0);
    bool both = train->images != NULL && test->images != NULL;
    struct filling f = {.at = 0};

    choose_shape(r->out, &first->idx);
    if (both)
        TRY(check_same(r, train, test));
    TRY(samples_alloc(r, n, &f.samples, r->at));
    f.given = pool_array(r->pool, (size_t)n, sizeof *f.given);
    f.files = pool_array(r->pool, (size_t)n, sizeof *f.files);
    f.rows = pool_array(r->pool, (size_t)n, sizeof *f.rows);
    f.labels = pool_array(r->pool, (size_t)n, sizeof *f.labels);
    TRY(fill(r, train, SPLIT_TRAIN, &f));
    TRY(fill(r, test, SPLIT_TEST, &f));
    r->source->files = f.files;
    r->source->rows = f.rows;
    r->source->row_kind = "sample";
    r->source->given = both ? f.given : NULL;
    if (first->labels == NULL)
        return MOTE_OK;
    r->out->labels = f.labels;
    return classes_name(r, false);
}

/* ---- names ---- */
/* "train-images-idx3-ubyte" or "train-images.idx3-ubyte", packed or not. NULL: not there. */
static const char *find(struct pool *pool, const char *folder, const char *part, const char *what, int rank)
{
    static const char marks[] = "-.";
    static const char *const endings[] = {"", ".gz"};

    for (size_t m = 0; m < sizeof marks - 1; m++)
        for (size_t e = 0; e < COUNT(endings); e++) {
            const char *path =
                pool_printf(pool, "%s/%s-%s%cidx%d-ubyte%s", folder, part, what, marks[m], rank, endings[e]);

            if (access(path, F_OK) == 0)
                return path;
        }
    return NULL;
}

static const char *find_images(struct pool *pool, const char *folder, const char *part)
{
    const char *gray = find(pool, folder, part, "images", 3);

    return gray != NULL ? gray : find(pool, folder, part, "images", 4);
}

bool idx_folder(struct pool *pool, const char *path)
{
    return find_images(pool, path, "train") != NULL || find_images(pool, path, "t10k") != NULL;
}

static const char *beside(const struct reading *r, const char *path)
{
    return path != NULL ? path_beside(r->pool, r->from, path) : NULL;
}

enum mote_status read_idx(struct reading *r)
{
    struct part train = {.images = r->path, .labels = beside(r, r->spec->labels)};
    struct part test = {.images = beside(r, r->spec->test_path), .labels = beside(r, r->spec->test_labels)};

    if (idx_folder(r->pool, r->path)) {
        train.images = find_images(r->pool, r->path, "train");
        train.labels = find(r->pool, r->path, "train", "labels", 1);
        test.images = find_images(r->pool, r->path, "t10k");
        test.labels = find(r->pool, r->path, "t10k", "labels", 1);
    }
    TRY(read_part(r, &train));
    TRY(read_part(r, &test));
    return join(r, &train, &test);
}
