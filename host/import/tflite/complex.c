/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/complex.h"

#include "host/graph/op_info.h"

/* ---- pairs ---- */
/* Tensors that the importer has made, states among them, come after the file's. */
static bool is_pair(const struct tfl_reader *r, int32_t tensor)
{
    return tensor != TENSOR_ABSENT && tensor < r->n_pairs && r->pairs[tensor];
}

static bool is_pairs(const struct tfl_reader *r, const struct tfl_lists *l)
{
    return l->n_in > 0 && is_pair(r, l->in[0]);
}

/* A complex64 tensor becomes rows of twice as many floats. */
static enum mote_status make_pairs(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g,
                                   const struct frame *at)
{
    struct tensor *t = &g->tensors[l->out[0]];

    if (t->type != TYPE_C64 || t->rank < 1 || t->data != NULL)
        return fail(at, MOTE_ERR_TYPE, "its output is %s: complex64 with a dimension is wanted", type_name(t->type));
    t->type = TYPE_F32;
    if (t->dims[t->rank - 1] > INT32_MAX)
        return fail(at, MOTE_ERR_SHAPE, "%lld numbers a row: too many", (long long)t->dims[t->rank - 1]);
    if (t->dims[t->rank - 1] != DIM_UNKNOWN)
        t->dims[t->rank - 1] *= 2;
    r->pairs[l->out[0]] = true;
    return MOTE_OK;
}

static int32_t add_shape(struct tfl_reader *r, struct graph *g, const struct tensor *like)
{
    struct tensor t = {.name = "", .type = TYPE_S32, .rank = 1, .dims = {like->rank}, .source = -1};
    int32_t *data = pool_array(r->pool, (size_t)like->rank, sizeof *data);

    for (int i = 0; i < like->rank; i++)
        data[i] = (int32_t)like->dims[i];
    t.data = (const uint8_t *)data;
    return graph_add_tensor(r->out, g, &t);
}

enum mote_status tfl_use_pairs(struct tfl_reader *r, enum op_id id, struct tfl_lists *l, struct graph *g,
                               const struct frame *at)
{
    int32_t *in;

    for (int32_t i = 0; i < l->n_in; i++)
        if (is_pair(r, l->in[i]) && (i > 0 || id != OP_RESHAPE || l->n_out != 1))
            return fail(at, MOTE_ERR_UNSUPPORTED, "reads complex numbers: RESHAPE and COMPLEX_ABS do");
    if (!is_pairs(r, l))
        return MOTE_OK;
    TRY(make_pairs(r, l, g, at));
    in = pool_array(r->pool, 2, sizeof *in);
    in[0] = l->in[0];
    in[1] = add_shape(r, g, &g->tensors[l->out[0]]);
    l->in = in;
    l->n_in = 2;
    return MOTE_OK;
}

/* ---- RFFT2D ---- */
/* The second of fft_length, [1, N]. */
static enum mote_status read_length(const struct tfl_reader *r, const struct tfl_lists *l, const struct graph *g,
                                    int32_t *length, const struct frame *at)
{
    const struct tensor *in, *t;
    int32_t both[2];

    if (l->n_in != 2 || l->n_out != 1 || l->in[0] == TENSOR_ABSENT || l->in[1] == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs and %d outputs; it has two and one", (int)l->n_in, (int)l->n_out);
    in = &g->tensors[l->in[0]];
    t = &g->tensors[l->in[1]];
    if (in->type != TYPE_F32 || is_pair(r, l->in[0]))
        return fail(at, MOTE_ERR_TYPE, "its input is %s: float32 is wanted",
                    is_pair(r, l->in[0]) ? "complex64" : type_name(in->type));
    if (t->data == NULL || t->type != TYPE_S32 || tensor_elements(t) != 2)
        return fail(at, MOTE_ERR_UNSUPPORTED, "fft_length must be a constant of two int32");
    memcpy(both, t->data, sizeof both);
    if (both[0] != 1 || in->rank < 2 || in->dims[in->rank - 2] != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "it transforms in two dimensions: spectra of single rows are there");
    if (in->dims[in->rank - 1] > both[1])
        return fail(at, MOTE_ERR_UNSUPPORTED, "rows of %lld samples are cut to fft_length, %d: cut them before",
                    (long long)in->dims[in->rank - 1], (int)both[1]);
    *length = both[1];
    return MOTE_OK;
}

static enum mote_status read_rfft2d(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g, int32_t index,
                                    const struct frame *at)
{
    struct op *op;
    int32_t length = 0;

    TRY(read_length(r, l, g, &length, at));
    TRY(make_pairs(r, l, g, at));
    op = graph_add_op(r->out, g, OP_RFFT, 1, l->in, 1, l->out);
    op->source = index;
    ((struct rfft_opts *)op->opts)->fft_length = length;
    return MOTE_OK;
}

/* ---- both ---- */
bool tfl_is_complex(int builtin) { return builtin == BUILTIN_RFFT2D || builtin == BUILTIN_COMPLEX_ABS; }

enum mote_status tfl_read_complex(struct tfl_reader *r, int builtin, const struct tfl_lists *l, struct graph *g,
                                  int32_t index, const struct frame *at)
{
    if (builtin == BUILTIN_RFFT2D)
        return read_rfft2d(r, l, g, index, at);
    if (l->n_in != 1 || l->n_out != 1 || !is_pairs(r, l))
        return fail(at, MOTE_ERR_UNSUPPORTED, "reads what no RFFT2D makes");
    graph_add_op(r->out, g, OP_COMPLEX_ABS, 1, l->in, 1, l->out)->source = index;
    return MOTE_OK;
}
