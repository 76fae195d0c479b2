/* SPDX-License-Identifier: Apache-2.0 */
/* Constants that a file stores as sparse tensors (the schema's SparsityParameters), made dense when it is read: what
 * DENSIFY makes of one is the constant itself. The format is TACO's, as tensorflow/lite/kernels/internal/utils/
 * sparsity_format_converter.cc reads it: levels in the order of traversal, of the tensor's dimensions first and then of
 * the blocks that some of them are cut into; a level holds all of its indices, or for each index of the level above a
 * segment of a list of them. */
#include "host/import/tflite/sparse.h"

#define LEVELS_MAX (2 * RANK_MAX)
#define GROWTH_MAX 128 /* all that is made dense, of the file's size: half of what an importer may take (import.h) */

enum { DIMENSION_DENSE = 0, DIMENSION_CSR = 1 };
enum { VECTOR_S32 = 1, VECTOR_U16 = 2, VECTOR_U8 = 3 };

/* Whole numbers of 8, 16 or 32 bits. */
struct list {
    struct fb_vector v;
    size_t width;
};

struct level {
    bool dense;
    int64_t n;                     /* indices, if dense */
    struct list segments, indices; /* else */
    int32_t dim;                   /* of the tensor */
    int64_t times;                 /* what an index counts in that dimension */
};

struct sparse {
    const struct tensor *t;
    struct level levels[LEVELS_MAX];
    int32_t n_levels;
    int64_t strides[RANK_MAX], size; /* in elements; bytes of an element */
    const uint8_t *values;
    int64_t n_values, used;
    uint8_t *out;
};

/* ---- lists ---- */
static int64_t at_list(const struct list *l, int64_t i)
{
    const uint8_t *p = fb_bytes(l->v) + (size_t)i * l->width;

    assert(i >= 0 && i < (int64_t)l->v.n);
    if (l->width == 4)
        return fb_s32_at(l->v, (uint32_t)i);
    return l->width == 2 ? p[0] | p[1] << 8 : p[0];
}

static enum mote_status read_list(struct fb_table dimension, unsigned type_field, unsigned field, struct list *out,
                                  const struct frame *at)
{
    static const size_t widths[] = {[VECTOR_S32] = 4, [VECTOR_U16] = 2, [VECTOR_U8] = 1};
    const int type = fb_s8(dimension, type_field);

    if (type < VECTOR_S32 || type > VECTOR_U8)
        return fail(at, MOTE_ERR_FORMAT, "a list of indices of type %d", type);
    out->width = widths[type];
    out->v = fb_get_vector(fb_get_table(dimension, field), 0, out->width);
    fb_charge(dimension.fb, out->v.at, out->v.n * out->width); /* other tensors may have the same list */
    return fb_status(dimension.fb, at);
}

/* ---- levels ---- */
/* Segments lie one behind the other and are all of the indices: so each is visited once. */
static enum mote_status check_level(const struct level *l, int64_t parents, int64_t limit, const struct frame *at)
{
    const struct list *s = &l->segments;
    const int64_t most = parents * limit;

    if (s->v.n != parents + 1 || at_list(s, 0) != 0 || at_list(s, parents) != (int64_t)l->indices.v.n)
        return fail(at, MOTE_ERR_FORMAT, "its segments do not hold its indices");
    if ((int64_t)l->indices.v.n > most)
        return fail(at, MOTE_ERR_FORMAT, "%u indices, of which %lld can differ", (unsigned)l->indices.v.n,
                    (long long)most);
    for (int64_t i = 0; i < parents; i++)
        if (at_list(s, i) > at_list(s, i + 1))
            return fail(at, MOTE_ERR_FORMAT, "segment %lld ends before it begins", (long long)i);
    for (int64_t i = 0; i < (int64_t)l->indices.v.n; i++)
        if (at_list(&l->indices, i) < 0 || at_list(&l->indices, i) >= limit)
            return fail(at, MOTE_ERR_FORMAT, "index %lld is %lld of %lld", (long long)i,
                        (long long)at_list(&l->indices, i), (long long)limit);
    return MOTE_OK;
}

/* Level i, of `limit` indices; *parents becomes how many there are in all: at most the tensor's elements, as each
 * dimension and block is there once. */
static enum mote_status read_level(struct sparse *s, struct fb_table dimension, int32_t i, int64_t limit,
                                   int64_t *parents, const struct frame *at)
{
    struct frame here = {at, "level", NULL, i, NULL};
    struct level *l = &s->levels[i];
    const int format = fb_s8(dimension, TFL_DIMENSION_FORMAT);

    if (format != DIMENSION_DENSE && format != DIMENSION_CSR)
        return fail(&here, MOTE_ERR_FORMAT, "of format %d", format);
    l->dense = format == DIMENSION_DENSE;
    l->n = fb_s32(dimension, TFL_DIMENSION_DENSE_SIZE, 0);
    if (l->dense && l->n != limit)
        return fail(&here, MOTE_ERR_FORMAT, "has %lld indices, the shape wants %lld", (long long)l->n,
                    (long long)limit);
    if (l->dense) {
        *parents *= limit;
        return MOTE_OK;
    }
    TRY(read_list(dimension, TFL_DIMENSION_SEGMENTS_TYPE, TFL_DIMENSION_SEGMENTS, &l->segments, &here));
    TRY(read_list(dimension, TFL_DIMENSION_INDICES_TYPE, TFL_DIMENSION_INDICES, &l->indices, &here));
    TRY(check_level(l, *parents, limit, &here));
    *parents = l->indices.v.n;
    return MOTE_OK;
}

/* Each of n numbers from 0 on is there once. */
static bool is_order(struct fb_vector v, int32_t n)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < v.n; i++) {
        const int32_t x = fb_s32_at(v, i);

        if (x < 0 || x >= n || (seen >> x & 1) != 0)
            return false;
        seen |= UINT32_C(1) << x;
    }
    return v.n == (uint32_t)n;
}

/* The dimension that level i is of, whose blocks it counts, or places in a block. */
static enum mote_status find_dims(struct sparse *s, struct fb_vector order, struct fb_vector blocks,
                                  struct fb_vector dimensions, int64_t sizes[LEVELS_MAX], const struct frame *at)
{
    const int32_t rank = s->t->rank;
    int64_t block_of[RANK_MAX];

    for (int32_t d = 0; d < rank; d++)
        block_of[d] = 1;
    for (int32_t i = rank; i < s->n_levels; i++) {
        const int32_t x = fb_s32_at(order, (uint32_t)i), dim = x >= rank ? fb_s32_at(blocks, (uint32_t)(x - rank)) : -1;

        if (dim < 0 || dim >= rank || block_of[dim] != 1)
            return fail(at, MOTE_ERR_FORMAT, "level %d is no block of a dimension", (int)i);
        sizes[i] = block_of[dim] = fb_s32(fb_table_at(dimensions, (uint32_t)i), TFL_DIMENSION_DENSE_SIZE, 0);
        s->levels[i] = (struct level){.dim = dim, .times = 1};
        if (sizes[i] <= 0 || s->t->dims[dim] % sizes[i] != 0)
            return fail(at, MOTE_ERR_FORMAT, "blocks of %lld for a dimension of %lld", (long long)sizes[i],
                        (long long)s->t->dims[dim]);
    }
    for (int32_t i = 0; i < rank; i++) {
        const int32_t dim = fb_s32_at(order, (uint32_t)i);

        if (dim >= rank)
            return fail(at, MOTE_ERR_UNSUPPORTED, "blocks come before dimensions; Mote reads them after all of these");
        s->levels[i] = (struct level){.dim = dim, .times = block_of[dim]};
        sizes[i] = s->t->dims[dim] / block_of[dim];
    }
    return MOTE_OK;
}

static enum mote_status read_levels(struct sparse *s, struct fb_table sparsity, const struct frame *at)
{
    struct fb_vector order = fb_get_vector(sparsity, TFL_SPARSITY_TRAVERSAL_ORDER, 4),
                     blocks = fb_get_vector(sparsity, TFL_SPARSITY_BLOCK_MAP, 4),
                     dimensions = fb_get_vector(sparsity, TFL_SPARSITY_DIM_METADATA, 4);
    int64_t sizes[LEVELS_MAX] = {0}, parents = 1;

    TRY(fb_status(sparsity.fb, at));
    if (dimensions.n > LEVELS_MAX || dimensions.n != (uint32_t)s->t->rank + blocks.n ||
        !is_order(order, (int32_t)dimensions.n))
        return fail(at, MOTE_ERR_FORMAT, "its levels are not those of %d dimensions and %u blocks", (int)s->t->rank,
                    (unsigned)blocks.n);
    s->n_levels = (int32_t)dimensions.n;
    TRY(find_dims(s, order, blocks, dimensions, sizes, at));
    for (int32_t i = 0; i < s->n_levels; i++)
        TRY(read_level(s, fb_table_at(dimensions, (uint32_t)i), i, sizes[i], &parents, at));
    if (parents != s->n_values)
        return fail(at, MOTE_ERR_FORMAT, "it has %lld values, its levels want %lld", (long long)s->n_values,
                    (long long)parents);
    return fb_status(sparsity.fb, at);
}

/* ---- values ---- */
/* All below index number `parent` of level i - 1, from element `to` on. */
static void put(struct sparse *s, int32_t i, int64_t parent, int64_t to)
{
    const struct level *l = &s->levels[i];
    const int64_t step = i < s->n_levels ? l->times * s->strides[l->dim] : 0;

    if (i == s->n_levels) {
        memcpy(s->out + to * s->size, s->values + s->used++ * s->size, (size_t)s->size);
        return;
    }
    if (l->dense)
        for (int64_t k = 0; k < l->n; k++)
            put(s, i + 1, parent * l->n + k, to + k * step);
    else
        for (int64_t k = at_list(&l->segments, parent); k < at_list(&l->segments, parent + 1); k++)
            put(s, i + 1, k, to + at_list(&l->indices, k) * step);
}

enum mote_status tfl_read_sparse(struct tfl_reader *r, struct fb_table sparsity, struct bytes values,
                                 struct tensor *out, const struct frame *at)
{
    struct sparse s = {.t = out, .size = type_bits(out->type) / 8, .values = values.data};
    const int64_t n = tensor_elements(out), most = GROWTH_MAX * (int64_t)r->fb.size;

    if (out->state || s.size == 0 || out->rank == 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a sparse %s of type %s and %d dimensions",
                    out->state ? "state" : "tensor", type_name(out->type), (int)out->rank);
    if (n <= 0 || values.size % (size_t)s.size != 0)
        return fail(at, MOTE_ERR_FORMAT, "%zu bytes of values for %lld elements", values.size, (long long)n);
    s.n_values = (int64_t)values.size / s.size;
    if (n > most || n * s.size > most - r->densified)
        return fail(at, MOTE_ERR_MEMORY, "sparse tensors become more than %d times the file", GROWTH_MAX);
    r->densified += n * s.size;
    s.strides[out->rank - 1] = 1;
    for (int32_t d = out->rank - 2; d >= 0; d--)
        s.strides[d] = s.strides[d + 1] * out->dims[d + 1];
    TRY(read_levels(&s, sparsity, at));
    out->data = s.out = pool_array(r->pool, (size_t)n, (size_t)s.size);
    put(&s, 0, 0, 0);
    assert(s.used == s.n_values);
    return MOTE_OK;
}

/* ---- DENSIFY ---- */
enum mote_status tfl_read_densify(const struct tfl_lists *l, struct graph *g, const struct frame *at)
{
    struct tensor *from, *to;

    if (l->n_in != 1 || l->n_out != 1 || l->in[0] == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs and %d outputs; it has one of each", (int)l->n_in, (int)l->n_out);
    from = &g->tensors[l->in[0]];
    to = &g->tensors[l->out[0]];
    if (from->data == NULL)
        return fail(at, MOTE_ERR_UNSUPPORTED, "what it makes dense must be a constant");
    if (to->data != NULL || to->state || to->type != from->type || tensor_bytes(to) != tensor_bytes(from))
        return fail(at, MOTE_ERR_FORMAT, "its output is not of its input's type and size");
    to->data = from->data;
    return MOTE_OK;
}
