/* SPDX-License-Identifier: Apache-2.0 */
/* TFLM_DECODE, the custom operator of TensorFlow Lite Micro's compressed models: pairs of constants, encoded ones and
 * what to decode them with, become tensors. Here they become constants when the model is read, of which Mote's own
 * codings see the few values that they have. The format is that of tflite-micro's
 * tensorflow/lite/micro/compression/decode.py and kernels/decode_state_lut.cc: 16 bytes of header, then a table of
 * values for each channel of the result's quantization; the encoded tensor has an index into it for each element, the
 * bits of a byte from the top down. */
#include "host/import/tflite/decode.h"

enum { TYPE_TABLES = 0, TYPE_HUFFMAN = 1, TYPE_PRUNED = 2 }; /* byte 0 */
enum { AT_TYPE = 0, AT_VERSION = 1, AT_FORM = 4, AT_BITS = 5, AT_STRIDE = 6, HEADER_BYTES = 16 };
#define VERSION    1
#define GROWTH_MAX 32 /* all that is decoded, of the file's size: elements of 4 bytes from indices of a bit */

struct coded {
    const uint8_t *bits, *table;
    int64_t n; /* elements */
    int width, stride, size;
    int64_t channels, below;
};

bool tfl_is_decode(const struct tfl_code *code)
{
    return code->custom != NULL && strcmp(code->custom, TFLM_DECODE) == 0;
}

/* ---- what is there ---- */
static enum mote_status want_constant(const struct graph *g, int32_t tensor, const struct frame *at)
{
    if (tensor == TENSOR_ABSENT || g->tensors[tensor].data == NULL)
        return fail(at, MOTE_ERR_UNSUPPORTED, "what it decodes must be constants");
    return MOTE_OK;
}

static enum mote_status read_header(const struct tensor *with, struct coded *out, const struct frame *at)
{
    const uint8_t *h = with->data;

    if (tensor_bytes(with) < HEADER_BYTES)
        return fail(at, MOTE_ERR_FORMAT, "its header has %lld bytes of %d", (long long)tensor_bytes(with),
                    HEADER_BYTES);
    if (h[AT_VERSION] != VERSION)
        return fail(at, MOTE_ERR_VERSION, "its data have version %d; Mote reads version %d", h[AT_VERSION], VERSION);
    if (h[AT_TYPE] != TYPE_TABLES)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its data are of type %d%s; Mote reads type %d, tables of values",
                    h[AT_TYPE],
                    h[AT_TYPE] == TYPE_HUFFMAN  ? ", Huffman codes"
                    : h[AT_TYPE] == TYPE_PRUNED ? ", pruned weights"
                                                : "",
                    TYPE_TABLES);
    if (h[AT_FORM] != VERSION)
        return fail(at, MOTE_ERR_VERSION, "its tables have version %d; Mote reads version %d", h[AT_FORM], VERSION);
    out->width = h[AT_BITS] & 7;
    out->stride = h[AT_STRIDE];
    out->table = h + HEADER_BYTES;
    if (out->width == 0)
        return fail(at, MOTE_ERR_FORMAT, "its indices have no bits");
    return MOTE_OK;
}

/* A table of the first or the last dimension's channels, as the reference has them; else one of all. */
static enum mote_status find_channels(const struct tensor *t, struct coded *out, const struct frame *at)
{
    const struct quant *q = &t->quant;

    out->channels = 1;
    out->below = out->n > 0 ? out->n : 1;
    if (q->n <= 1)
        return MOTE_OK;
    if (t->rank < 1 || (q->axis != 0 && q->axis != t->rank - 1))
        return fail(at, MOTE_ERR_UNSUPPORTED, "its tables are of dimension %d; the first or the last may have them",
                    (int)q->axis);
    if (t->dims[q->axis] != q->n)
        return fail(at, MOTE_ERR_QUANT, "%d scales for %lld channels", (int)q->n, (long long)t->dims[q->axis]);
    out->channels = q->n;
    out->below = q->axis == t->rank - 1 ? 1 : out->n / q->n;
    return MOTE_OK;
}

static enum mote_status check_sizes(const struct tensor *encoded, const struct tensor *with, const struct coded *c,
                                    const struct frame *at)
{
    const int64_t tables = c->channels * c->stride * c->size, has = tensor_bytes(with) - HEADER_BYTES;

    if (c->n < 0 || c->n > tensor_bytes(encoded) * 8 / c->width)
        return fail(at, MOTE_ERR_FORMAT, "%lld bytes are too few for its %lld indices of %d bits",
                    (long long)tensor_bytes(encoded), (long long)c->n, c->width);
    if (tables > has)
        return fail(at, MOTE_ERR_FORMAT, "its tables have %lld bytes of %lld", (long long)has, (long long)tables);
    return MOTE_OK;
}

/* ---- decoding ---- */
static int index_at(const struct coded *c, int64_t i)
{
    int index = 0;

    for (int64_t bit = i * c->width; bit < (i + 1) * c->width; bit++)
        index = index << 1 | (c->bits[bit / 8] >> (7 - bit % 8) & 1);
    return index;
}

static enum mote_status decode(const struct coded *c, uint8_t *out, const struct frame *at)
{
    for (int64_t i = 0; i < c->n; i++) {
        const int index = index_at(c, i);
        const int64_t channel = i / c->below % c->channels;

        if (index >= c->stride)
            return fail(at, MOTE_ERR_FORMAT, "element %lld is value %d of a table of %d", (long long)i, index,
                        c->stride);
        memcpy(out + i * c->size, c->table + (channel * c->stride + index) * c->size, (size_t)c->size);
    }
    return MOTE_OK;
}

static enum mote_status decode_one(struct tfl_reader *r, struct graph *g, const int32_t *pair, int32_t result,
                                   const struct frame *at)
{
    struct tensor *t = &g->tensors[result];
    struct coded c = {.n = tensor_elements(t), .size = type_bits(t->type) / 8};
    struct frame here;
    uint8_t *out;

    TRY(want_constant(g, pair[0], at));
    TRY(want_constant(g, pair[1], at));
    here = frame_tensor(at, g, result);
    if (t->data != NULL || t->state || c.size == 0)
        return fail(&here, MOTE_ERR_UNSUPPORTED, "what is decoded cannot be a %s of type %s",
                    t->data != NULL ? "constant"
                    : t->state      ? "state"
                                    : "tensor",
                    type_name(t->type));
    c.bits = g->tensors[pair[0]].data;
    TRY(read_header(&g->tensors[pair[1]], &c, &here));
    TRY(find_channels(t, &c, &here));
    TRY(check_sizes(&g->tensors[pair[0]], &g->tensors[pair[1]], &c, &here));
    r->decoded += c.n * c.size;
    if (r->decoded > GROWTH_MAX * (int64_t)r->fb.size)
        return fail(&here, MOTE_ERR_MEMORY, "more is decoded than %d times the file", GROWTH_MAX);
    out = pool_array(r->pool, (size_t)c.n + 1, (size_t)c.size);
    TRY(decode(&c, out, &here));
    t->data = out;
    return MOTE_OK;
}

enum mote_status tfl_read_decode(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g,
                                 const struct frame *at)
{
    if (l->n_out < 1 || l->n_in != 2 * l->n_out)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs for %d outputs; each has two", (int)l->n_in, (int)l->n_out);
    for (int32_t i = 0; i < l->n_out; i++)
        TRY(decode_one(r, g, l->in + 2 * i, l->out[i], at));
    return MOTE_OK;
}
