/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `coding`: weights most of which are 0 are stored Huffman-coded or as pairs of bytes, those of few values as
 * indices of a few bits, and a kernel decodes them as it needs them. */
#include <math.h>

#include "host/coding/biases.h"
#include "host/coding/huffman.h"
#include "host/coding/packed.h"
#include "host/coding/sparse.h"
#include "host/plan/build.h"
#include "host/plan/code.h"
#include "host/plan/cost.h"
#include "host/plan/stages.h"
#include "mote/kernels/conv/conv_2d_huffman_s8.h"
#include "mote/kernels/conv/conv_2d_packed_s8.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/dense/fully_connected_huffman_s8.h"
#include "mote/kernels/dense/fully_connected_packed_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "mote/kernels/dense/fully_connected_sparse_s8.h"
#include "mote/kernels/recurrent/lstm_huffman_s8.h"

/* Nobody has asked: for a device what is smaller and faster is coded, where RAM is not all that counts. */
static bool is_found(const struct plan *plan)
{
    return plan->options.coding == CODING_USUAL && plan->options.optimize != OPTIMIZE_FLASH;
}

static enum coding coding_of(const struct plan *plan)
{
    if (plan->options.coding != CODING_USUAL)
        return plan->options.coding;
    return is_found(plan) && (plan->options.optimize == OPTIMIZE_RAM || plan->target.core == MOTE_CORE_PORTABLE)
               ? CODING_DENSE
               : CODING_AUTO;
}

/* Of codes where RAM is short: tables of an eighth, for some 4 % more bytes of a pruned LeNet-300-100. */
#define SHORT_BITS 5

/* ---- kernels ---- */
enum { MATRICES_MAX = 2, LSTM_GATES = MOTE_LSTM_S8_GATES };

union params {
    struct mote_fully_connected_huffman_s8 fully_connected;
    struct mote_conv_2d_huffman_s8 conv;
    struct mote_lstm_huffman_s8 lstm;
    struct mote_fully_connected_packed_s8 packed_fully_connected;
    struct mote_conv_2d_packed_s8 packed_conv;
    struct mote_fully_connected_sparse_s8 sparse_fully_connected;
};

struct matrix {
    const int8_t *data; /* [rows][columns] */
    int32_t rows, columns;
    struct huffman coded;
    struct packed packed; /* of coders that pack: the only matrix */
    struct sparse sparse; /* of pairs of bytes: the only matrix */
};

/* What a step's weights and biases become; without a coder they stay as they are. */
struct coded {
    const struct coder *by;
    struct matrix weights[MATRICES_MAX];
    const uint8_t *dense_biases; /* [rows of the first] of 32 bits, the zero point of its inputs folded in */
    struct biases biases;
    int32_t in_zero;
    union params params;
    uint32_t bytes[MOTE_ARGS_MAX + 1]; /* of arguments */
};

/* What a coded step says of one of its matrices. */
struct form {
    int32_t rows, columns, gap_bits, level_bits, bias_bytes; /* bits: of Huffman codes, of indices level_bits */
};

/* A dense kernel that has a sibling for coded weights: so many matrices from argument 1 of both on, then biases; of
 * what is packed its levels in between. `take` finds the matrices and biases in the order of the coded kernel's; false:
 * they cannot be coded. */
struct coder {
    enum coding coding;
    enum kernel_id dense, coded;
    int32_t matrices;
    int32_t scratch; /* the argument; 0: none */
    enum mote_type scratch_type;
    bool (*take)(const struct plan *plan, const struct step *s, struct coded *coded);
    void (*params)(const struct plan *plan, const void *dense, struct coded *coded);
    struct form (*form)(const union params *p, int32_t matrix);
};

static const uint8_t *data_of(const struct plan *plan, const struct step *s, int32_t arg)
{
    return plan->values[s->args[arg]].data;
}

/* Of the only matrix. */
static void take_matrix(const struct plan *plan, const struct step *s, int32_t rows, int32_t columns,
                        struct coded *coded)
{
    coded->weights[0] = (struct matrix){.data = (const int8_t *)data_of(plan, s, 1), .rows = rows, .columns = columns};
    coded->dense_biases = data_of(plan, s, 2);
}

/* ---- fully connected layers ---- */
static bool take_fully_connected(const struct plan *plan, const struct step *s, struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = (const void *)s->params;

    take_matrix(plan, s, p->out_c, p->in_len, coded);
    return p->weights_zero == 0;
}

static void params_fully_connected(const struct plan *plan, const void *dense, struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = dense;
    const struct huffman *h = &coded->weights[0].coded;

    (void)plan;
    coded->params.fully_connected = (struct mote_fully_connected_huffman_s8){.rows = p->rows,
                                                                             .in_len = p->in_len,
                                                                             .out_c = p->out_c,
                                                                             .columns = h->columns,
                                                                             .coded_bytes = h->bytes,
                                                                             .gap_bits = h->gap_bits,
                                                                             .level_bits = h->level_bits,
                                                                             .count_bits = h->count_bits,
                                                                             .bias_bytes = coded->biases.bytes,
                                                                             .bias_shift = coded->biases.shift,
                                                                             .in_zero = coded->in_zero,
                                                                             .out_zero = p->out_zero,
                                                                             .lo = p->lo,
                                                                             .hi = p->hi,
                                                                             .per_channel = p->per_channel};
}

static struct form form_fully_connected(const union params *params, int32_t matrix)
{
    const struct mote_fully_connected_huffman_s8 *p = &params->fully_connected;

    (void)matrix;
    return (struct form){p->out_c, p->in_len, p->gap_bits, p->level_bits, p->bias_bytes};
}

static void params_packed_fully_connected(const struct plan *plan, const void *dense, struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = dense;

    (void)plan;
    coded->params.packed_fully_connected =
        (struct mote_fully_connected_packed_s8){.rows = p->rows,
                                                .in_len = p->in_len,
                                                .out_c = p->out_c,
                                                .bits = coded->weights[0].packed.bits,
                                                .bias_bytes = coded->biases.bytes,
                                                .bias_shift = coded->biases.shift,
                                                .in_zero = coded->in_zero,
                                                .out_zero = p->out_zero,
                                                .lo = p->lo,
                                                .hi = p->hi,
                                                .per_channel = p->per_channel};
}

static struct form form_packed_fully_connected(const union params *params, int32_t matrix)
{
    const struct mote_fully_connected_packed_s8 *p = &params->packed_fully_connected;

    (void)matrix;
    return (struct form){p->out_c, p->in_len, 0, p->bits, p->bias_bytes};
}

static void params_sparse_fully_connected(const struct plan *plan, const void *dense, struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = dense;

    (void)plan;
    coded->params.sparse_fully_connected =
        (struct mote_fully_connected_sparse_s8){.rows = p->rows,
                                                .in_len = p->in_len,
                                                .out_c = p->out_c,
                                                .pair_bytes = coded->weights[0].sparse.bytes,
                                                .bias_bytes = coded->biases.bytes,
                                                .bias_shift = coded->biases.shift,
                                                .out_zero = p->out_zero,
                                                .lo = p->lo,
                                                .hi = p->hi,
                                                .per_channel = p->per_channel};
}

static struct form form_sparse_fully_connected(const union params *params, int32_t matrix)
{
    const struct mote_fully_connected_sparse_s8 *p = &params->sparse_fully_connected;

    (void)matrix;
    return (struct form){.rows = p->out_c, .columns = p->in_len, .bias_bytes = p->bias_bytes};
}

/* ---- convolutions ---- */
static bool take_conv(const struct plan *plan, const struct step *s, struct coded *coded)
{
    const struct mote_conv_2d_s8 *p = (const void *)s->params;

    take_matrix(plan, s, p->out_c, p->kernel_h * p->kernel_w * p->filter_c, coded);
    return true;
}

/* Output rows for which filters are decoded once: as many as have so many pixels, whose inputs are copied. */
static int32_t block_of(const struct plan *plan, const struct mote_conv_2d_s8 *p)
{
    static const int32_t pixels[] = {
        [OPTIMIZE_BALANCED] = 64, [OPTIMIZE_RAM] = 8, [OPTIMIZE_SPEED] = 256, [OPTIMIZE_FLASH] = 64};
    const int32_t rows = (pixels[plan->options.optimize] + p->out_w - 1) / p->out_w;

    return rows < p->out_h ? rows : p->out_h;
}

static void params_conv(const struct plan *plan, const void *dense, struct coded *coded)
{
    struct mote_conv_2d_huffman_s8 *p = &coded->params.conv;
    const struct huffman *h = &coded->weights[0].coded;

    _Static_assert(offsetof(struct mote_conv_2d_huffman_s8, columns) == sizeof(struct mote_conv_2d_s8),
                   "its parameters begin with those of conv_2d_s8");
    memcpy(p, dense, sizeof(struct mote_conv_2d_s8));
    p->columns = h->columns;
    p->coded_bytes = h->bytes;
    p->gap_bits = h->gap_bits;
    p->level_bits = h->level_bits;
    p->count_bits = h->count_bits;
    p->longest = h->longest;
    p->block = block_of(plan, dense);
    p->bias_bytes = coded->biases.bytes;
    p->bias_shift = coded->biases.shift;
    p->in_zero = coded->in_zero;
}

static struct form form_conv(const union params *params, int32_t matrix)
{
    const struct mote_conv_2d_huffman_s8 *p = &params->conv;

    (void)matrix;
    return (struct form){p->out_c, p->kernel_h * p->kernel_w * p->filter_c, p->gap_bits, p->level_bits, p->bias_bytes};
}

static void params_packed_conv(const struct plan *plan, const void *dense, struct coded *coded)
{
    struct mote_conv_2d_packed_s8 *p = &coded->params.packed_conv;

    _Static_assert(offsetof(struct mote_conv_2d_packed_s8, bits) == sizeof(struct mote_conv_2d_s8),
                   "its parameters begin with those of conv_2d_s8");
    memcpy(p, dense, sizeof(struct mote_conv_2d_s8));
    p->bits = coded->weights[0].packed.bits;
    p->block = block_of(plan, dense);
    p->bias_bytes = coded->biases.bytes;
    p->bias_shift = coded->biases.shift;
    p->in_zero = coded->in_zero;
}

static struct form form_packed_conv(const union params *params, int32_t matrix)
{
    const struct mote_conv_2d_packed_s8 *p = &params->packed_conv;

    (void)matrix;
    return (struct form){p->out_c, p->kernel_h * p->kernel_w * p->filter_c, 0, p->bits, p->bias_bytes};
}

/* ---- LSTMs ---- */
/* From gates of units to units' gates: elements of `bytes`. */
static const uint8_t *by_unit(struct pool *pool, const uint8_t *gates, int32_t units, size_t bytes)
{
    uint8_t *out = pool_array(pool, (size_t)units * LSTM_GATES, bytes);

    for (int32_t u = 0; u < units; u++)
        for (int32_t g = 0; g < LSTM_GATES; g++)
            memcpy(out + (size_t)(u * LSTM_GATES + g) * bytes, gates + (size_t)(g * units + u) * bytes, bytes);
    return out;
}

/* The biases of h's products are nothing but its zero point, which the coded kernel subtracts from h. */
static bool are_folded(const uint8_t *bias, const struct matrix *m, int32_t zero)
{
    const int8_t *w = m->data;

    for (int32_t row = 0; row < m->rows; row++) {
        uint32_t own = le32(bias + 4 * (size_t)row);

        for (int32_t i = 0; i < m->columns; i++)
            own += (uint32_t)(zero * *w++);
        if (own != 0)
            return false;
    }
    return true;
}

static bool take_lstm(const struct plan *plan, const struct step *s, struct coded *coded)
{
    const struct mote_lstm_s8 *p = (const void *)s->params;
    const uint8_t *bias = data_of(plan, s, 3), *h_bias = bias + 4 * (size_t)(LSTM_GATES * p->units);
    const int32_t columns[] = {p->in_len, p->units};

    for (int32_t k = 0; k < 2; k++)
        coded->weights[k] = (struct matrix){
            .data = (const int8_t *)by_unit(plan->pool, data_of(plan, s, 1 + k), p->units, (size_t)columns[k]),
            .rows = LSTM_GATES * p->units,
            .columns = columns[k]};
    coded->dense_biases = by_unit(plan->pool, bias, p->units, 4);
    return are_folded(by_unit(plan->pool, h_bias, p->units, 4), &coded->weights[1], p->out_zero);
}

static void params_lstm(const struct plan *plan, const void *dense, struct coded *coded)
{
    struct mote_lstm_huffman_s8 *p = &coded->params.lstm;
    const struct huffman *x = &coded->weights[0].coded, *h = &coded->weights[1].coded;

    _Static_assert(offsetof(struct mote_lstm_huffman_s8, x_columns) == sizeof(struct mote_lstm_s8),
                   "its parameters begin with those of lstm_s8");
    (void)plan;
    memcpy(p, dense, sizeof(struct mote_lstm_s8));
    p->x_columns = x->columns;
    p->x_coded_bytes = x->bytes;
    p->x_gap_bits = x->gap_bits;
    p->x_level_bits = x->level_bits;
    p->x_count_bits = x->count_bits;
    p->h_columns = h->columns;
    p->h_coded_bytes = h->bytes;
    p->h_gap_bits = h->gap_bits;
    p->h_level_bits = h->level_bits;
    p->h_count_bits = h->count_bits;
    p->bias_bytes = coded->biases.bytes;
    p->bias_shift = coded->biases.shift;
    p->in_zero = coded->in_zero;
}

static struct form form_lstm(const union params *params, int32_t matrix)
{
    const struct mote_lstm_huffman_s8 *p = &params->lstm;
    const int32_t rows = LSTM_GATES * p->units;

    return matrix == 0 ? (struct form){rows, p->in_len, p->x_gap_bits, p->x_level_bits, p->bias_bytes}
                       : (struct form){rows, p->units, p->h_gap_bits, p->h_level_bits, p->bias_bytes};
}

static const struct coder coders[] = {
    {CODING_HUFFMAN, KERNEL_fully_connected_s8, KERNEL_fully_connected_huffman_s8, 1, 6, TYPE_S16, take_fully_connected,
     params_fully_connected, form_fully_connected},
    {CODING_HUFFMAN, KERNEL_conv_2d_s8, KERNEL_conv_2d_huffman_s8, 1, 7, TYPE_S32, take_conv, params_conv, form_conv},
    {CODING_HUFFMAN, KERNEL_lstm_s8, KERNEL_lstm_huffman_s8, 2, 10, TYPE_S16, take_lstm, params_lstm, form_lstm},
    {CODING_PACKED, KERNEL_fully_connected_s8, KERNEL_fully_connected_packed_s8, 1, 0, TYPE_S8, take_fully_connected,
     params_packed_fully_connected, form_packed_fully_connected},
    {CODING_PACKED, KERNEL_conv_2d_s8, KERNEL_conv_2d_packed_s8, 1, 8, TYPE_S32, take_conv, params_packed_conv,
     form_packed_conv},
    {CODING_SPARSE, KERNEL_fully_connected_s8, KERNEL_fully_connected_sparse_s8, 1, 0, TYPE_S8, take_fully_connected,
     params_sparse_fully_connected, form_sparse_fully_connected},
};

static bool is_packing(const struct coder *by) { return by->coding == CODING_PACKED; }

/* The argument of the biases. */
static int32_t biases_of(const struct coder *by) { return by->matrices + 1 + is_packing(by); }

/* ---- what is coded ---- */
/* Of a step's matrices: as they are, and as they become. */
static int64_t dense_bytes(const struct plan *plan, const struct step *s, const struct coder *by)
{
    int64_t bytes = 0;

    for (int32_t k = 0; k < by->matrices; k++)
        bytes += plan->values[s->args[1 + k]].bytes;
    return bytes;
}

static int64_t bytes_of_matrix(const struct coded *coded, int32_t k)
{
    return coded->bytes[1 + k] + (is_packing(coded->by) ? coded->bytes[2] : 0);
}

static int64_t coded_bytes(const struct coded *coded)
{
    int64_t bytes = 0;

    for (int32_t k = 0; k < coded->by->matrices; k++)
        bytes += bytes_of_matrix(coded, k);
    return bytes;
}

/* Biases are short without what the input's zero point adds to them, which is what the dense kernel has, and that of
 * pairs, which takes no instruction for it. */
static void encode_biases(const struct plan *plan, const struct step *s, struct coded *coded)
{
    const struct value *in = &plan->values[s->args[0]];
    const struct matrix *m = &coded->weights[0];
    const int8_t *w = m->data;
    uint32_t *own = pool_array(plan->pool, (size_t)m->rows, sizeof *own);

    if (coded->by->coding != CODING_SPARSE && in->tensor >= 0 && plan->graph->tensors[in->tensor].quant.n == 1)
        coded->in_zero = plan->graph->tensors[in->tensor].quant.zero[0];
    for (int32_t row = 0; row < m->rows; row++) {
        own[row] = le32(coded->dense_biases + 4 * (size_t)row);
        for (int32_t i = 0; i < m->columns; i++)
            own[row] += (uint32_t)(coded->in_zero * *w++);
    }
    biases_pack(plan->pool, (const int32_t *)own, m->rows, &coded->biases);
}

static double cost_of(const struct plan *plan, const struct step *s, enum kernel_id kernel, const void *params)
{
    struct step one = *s;

    one.kernel = kernel;
    one.params = (int32_t *)(uintptr_t)params;
    one.version = kernel_version_best(kernel, plan->target.features);
    return step_cost(&one, s->rows);
}

/* In codes within these limits. */
static bool encode_within(const struct plan *plan, const struct step *s, struct huffman_limits limits,
                          struct coded *coded)
{
    for (int32_t k = 0; k < coded->by->matrices; k++) {
        struct matrix *m = &coded->weights[k];

        if (!huffman_encode(plan->pool, m->data, m->rows, m->columns, limits, &m->coded))
            return false;
    }
    coded->by->params(plan, s->params, coded);
    return kernels[coded->by->coded]->need(&coded->params, coded->bytes);
}

/* Of the coded kernel, whose estimate takes a pair for a byte. */
static double coded_cost(const struct plan *plan, const struct step *s, const struct coded *coded)
{
    struct coded other = *coded;

    for (int32_t k = 0; k < other.by->matrices; k++)
        other.weights[k].coded.bytes = coded->weights[k].coded.symbols;
    other.by->params(plan, s->params, &other);
    return cost_of(plan, s, other.by->coded, &other.params);
}

static uint32_t scratch_of(const struct coded *coded)
{
    return coded->by->scratch > 0 ? coded->bytes[coded->by->scratch] : 0;
}

/* Less is better: bytes where little flash is wanted, instructions where speed is, else a percent of bytes for two of
 * instructions. */
static double score_of(const struct plan *plan, const struct step *s, const struct coded *coded)
{
    const double bytes = log((double)coded_bytes(coded)), cost = log(coded_cost(plan, s, coded));

    switch (plan->options.optimize) {
    case OPTIMIZE_FLASH:
        return bytes;
    case OPTIMIZE_SPEED:
        return cost;
    default:
        return bytes + 0.5 * cost;
    }
}

/* In codes that are the better the shorter two are together: kernels look up both as one, or two pairs at a time. */
static bool encode_best(const struct plan *plan, const struct step *s, struct coded *coded)
{
    static const int32_t pairs[] = {12, 8};
    bool found = encode_within(plan, s, HUFFMAN_ANY, coded);

    for (size_t i = 0; i < COUNT(pairs) && found && plan->options.optimize != OPTIMIZE_FLASH; i++) {
        struct coded other = *coded;

        if (encode_within(plan, s, (struct huffman_limits){HUFFMAN_BITS, pairs[i], false}, &other) &&
            score_of(plan, s, &other) < score_of(plan, s, coded))
            *coded = other;
    }
    return found;
}

/* In the least scratch: there are inputs of columns with a weight in it, unless all columns count. */
static bool encode_short(const struct plan *plan, const struct step *s, struct coded *coded)
{
    struct coded other = *coded;

    if (!encode_within(plan, s, (struct huffman_limits){SHORT_BITS, 2 * SHORT_BITS, false}, coded))
        return false;
    if (encode_within(plan, s, (struct huffman_limits){SHORT_BITS, 2 * SHORT_BITS, true}, &other) &&
        other.bytes[other.by->scratch] < coded->bytes[coded->by->scratch])
        *coded = other;
    return true;
}

/* In bytes or indices. */
static bool encode_plainly(const struct plan *plan, const struct step *s, struct coded *coded)
{
    struct matrix *m = &coded->weights[0];

    if (is_packing(coded->by) ? !packed_encode(plan->pool, m->data, m->rows, m->columns, &m->packed)
                              : !sparse_encode(plan->pool, m->data, m->rows, m->columns, &m->sparse))
        return false;
    coded->by->params(plan, s->params, coded);
    return kernels[coded->by->coded]->need(&coded->params, coded->bytes);
}

static bool encode(const struct plan *plan, const struct step *s, const struct coder *by, struct coded *coded)
{
    for (int32_t k = 1; k <= by->matrices + 1; k++)
        if (plan->values[s->args[k]].kind != VALUE_CONST)
            return false;
    coded->by = by;
    if (!by->take(plan, s, coded))
        return false;
    encode_biases(plan, s, coded);
    if (by->coding != CODING_HUFFMAN)
        return encode_plainly(plan, s, coded);
    return (plan->options.optimize == OPTIMIZE_RAM && encode_short(plan, s, coded)) || encode_best(plan, s, coded);
}

/* Bits of the weights' values alone, each as long as it is rare. */
static double entropy(const int8_t *weights, int64_t n)
{
    int64_t times[256] = {0};
    double bits = 0;

    for (int64_t i = 0; i < n; i++)
        times[(uint8_t)weights[i]]++;
    for (int i = 0; i < 256; i++)
        bits -= times[i] > 0 ? (double)times[i] * log2((double)times[i] / (double)n) : 0;
    return bits / (double)n;
}

/* Six bits and more never become half of eight: most weights are like that, and encoding takes its time. */
static bool may_pay(const struct plan *plan, const struct step *s, const struct coder *by)
{
    for (int32_t k = 1; k <= by->matrices; k++) {
        const struct value *w = &plan->values[s->args[k]];

        if (w->kind == VALUE_CONST && entropy((const int8_t *)w->data, w->bytes) < 6)
            return true;
    }
    return false;
}

/* Half the bytes or a bit more, and no more instructions where speed is wanted. What nobody has asked for is to be
 * faster for sure, as estimates are rough, and to save more than its tables take of the arena. */
static bool pays(const struct plan *plan, const struct step *s, const struct coded *coded)
{
    const int64_t dense = dense_bytes(plan, s, coded->by), bytes = coded_bytes(coded);

    if (!(is_packing(coded->by) ? packed_pays(bytes, dense) : huffman_pays(bytes, dense)))
        return false;
    if (is_found(plan))
        return 3 * coded_cost(plan, s, coded) <= 2 * cost_of(plan, s, s->kernel, s->params) &&
               dense - bytes >= 4 * (int64_t)scratch_of(coded);
    return plan->options.optimize != OPTIMIZE_SPEED ||
           coded_cost(plan, s, coded) <= cost_of(plan, s, s->kernel, s->params);
}

/* ---- by what ---- */
/* A step in each coding that it may have. */
struct candidates {
    struct coded of[COUNT(coders)]; /* without a coder: not so */
};

/* The one that is best of those whose coders are allowed; NULL: it stays as it is. */
static const struct coded *best_of(const struct plan *plan, int32_t step, const struct candidates *c,
                                   const bool allowed[COUNT(coders)])
{
    const struct coded *best = NULL;

    for (size_t k = 0; k < COUNT(coders); k++)
        if (c->of[k].by != NULL && allowed[k] &&
            (best == NULL || score_of(plan, &plan->steps[step], &c->of[k]) < score_of(plan, &plan->steps[step], best)))
            best = &c->of[k];
    return best;
}

/* Bytes that a step's constants take less: weights and biases, if `changes` says which steps have others. */
static int64_t saved_of(const struct plan *plan, const bool *changes, int32_t step, const struct coded *coded)
{
    int64_t all = 0;

    for (int32_t k = 0; k < coded->by->matrices; k++)
        all += constant_saves(plan, changes, step, 1 + k, bytes_of_matrix(coded, k));
    return all + constant_saves(plan, changes, step, coded->by->matrices + 1, coded->bytes[biases_of(coded->by)]);
}

/* What a coder saves where it is the best: where bytes decide, of what is saved without it, too. */
static int64_t saved_by(const struct plan *plan, size_t coder, const struct candidates *c,
                        const bool allowed[COUNT(coders)])
{
    bool *changes = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *changes), others[COUNT(coders)];
    int64_t all = 0;

    memcpy(others, allowed, sizeof others);
    others[coder] = false;
    for (int32_t i = 0; i < plan->n_steps; i++)
        changes[i] = best_of(plan, i, &c[i], allowed) != NULL;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct coded *best = best_of(plan, i, &c[i], allowed), *other = best_of(plan, i, &c[i], others);

        if (best == NULL || best->by != &coders[coder])
            continue;
        all += saved_of(plan, changes, i, best);
        if (other != NULL && plan->options.optimize == OPTIMIZE_FLASH)
            all -= saved_of(plan, changes, i, other);
    }
    return all;
}

static int64_t code_of_coder(const struct plan *plan, size_t coder)
{
    const struct kernel_version *version = kernel_version_first(coders[coder].coded);

    while (version->features & ~plan->target.features)
        version = kernel_version_next(version);
    return code_of_version(plan->target.core, version, true);
}

/* Of those that are allowed, none saves less than its code: the worst is left out, until that is so. */
static void leave_out(const struct plan *plan, const struct candidates *c, bool allowed[COUNT(coders)])
{
    for (;;) {
        int64_t least = 1;
        size_t worst = 0;

        for (size_t k = 0; k < COUNT(coders); k++) {
            const int64_t gain = allowed[k] ? saved_by(plan, k, c, allowed) - code_of_coder(plan, k) : 1;

            if (gain < least) {
                least = gain;
                worst = k;
            }
        }
        if (least > 0)
            return;
        allowed[worst] = false;
    }
}

/* Where bytes decide, those that become much smaller. */
static void find_candidates(const struct plan *plan, enum coding coding, const struct coder *by, int32_t step,
                            struct coded *coded)
{
    const struct step *s = &plan->steps[step];

    if (s->kernel != by->dense || (coding != CODING_AUTO && coding != by->coding))
        return;
    if ((coding == CODING_AUTO && !may_pay(plan, s, by)) || !encode(plan, s, by, coded) ||
        (coding == CODING_AUTO && !pays(plan, s, coded)))
        coded->by = NULL;
}

static const uint8_t *data_of_matrix(const struct coded *coded, int32_t k)
{
    const struct matrix *m = &coded->weights[k];

    switch (coded->by->coding) {
    case CODING_PACKED:
        return m->packed.data;
    case CODING_SPARSE:
        return m->sparse.data;
    default:
        return m->coded.data;
    }
}

static enum mote_status code_step(struct plan *plan, int32_t i, const struct coded *coded, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct coder *by = coded->by;
    struct lowering l = lowering_of(plan, s.op);
    int32_t args[MOTE_ARGS_MAX];

    memcpy(args, s.args, (size_t)s.n_args * sizeof *args);
    for (int32_t k = 0; k < by->matrices; k++)
        args[1 + k] = lower_const(&l, plan->values[s.args[1 + k]].name, TYPE_U8, data_of_matrix(coded, k),
                                  coded->bytes[1 + k], true);
    if (is_packing(by)) {
        memmove(args + 3, s.args + 2, ((size_t)s.n_args - 2) * sizeof *args);
        args[2] = lower_const(&l, "levels", TYPE_S8, coded->weights[0].packed.levels, coded->bytes[2], true);
    }
    args[biases_of(by)] = lower_const(&l, "bias", TYPE_U8, coded->biases.data, coded->bytes[biases_of(by)], true);
    if (by->scratch > 0)
        args[by->scratch] = lower_scratch(&l, by->scratch_type, coded->bytes[by->scratch]);
    TRY(lower_step(&l, by->coded, &coded->params, args, at));
    plan->steps[i] = plan->steps[--plan->n_steps];
    return MOTE_OK;
}

enum mote_status stage_coding(struct plan *plan, const struct frame *at)
{
    const enum coding coding = coding_of(plan);
    struct candidates *c = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *c);
    bool allowed[COUNT(coders)];

    if (coding == CODING_DENSE)
        return MOTE_OK;
    memset(c, 0, ((size_t)plan->n_steps + 1) * sizeof *c);
    memset(allowed, true, sizeof allowed);
    for (int32_t i = 0; i < plan->n_steps; i++)
        for (size_t k = 0; k < COUNT(coders); k++)
            find_candidates(plan, coding, &coders[k], i, &c[i].of[k]);
    if (coding == CODING_AUTO)
        leave_out(plan, c, allowed);
    for (int32_t i = 0, n = plan->n_steps; i < n; i++) {
        const struct coded *best = best_of(plan, i, &c[i], allowed);

        if (best != NULL)
            TRY(code_step(plan, i, best, at));
    }
    return MOTE_OK;
}

/* ---- printing ---- */
static void print_coded(const struct plan *plan, const struct step *s, const struct coder *by, struct text *text)
{
    const union params *p = (const void *)s->params;

    text_add(text, "%s, ", is_packing(by) ? "packed" : by->coding == CODING_SPARSE ? "sparse" : "huffman");
    for (int32_t k = 0; k < by->matrices; k++) {
        const struct form f = by->form(p, k);

        text_add(text, "%dx%d weights ", (int)f.rows, (int)f.columns);
        if (is_packing(by))
            text_add(text, "of %d bits ", (int)f.level_bits);
        text_add(text, "in %lld bytes, ", (long long)plan->values[s->args[1 + k]].bytes);
        if (by->coding == CODING_HUFFMAN)
            text_add(text, "codes to %d and %d bits, ", (int)f.gap_bits, (int)f.level_bits);
    }
    if (by->scratch > 0)
        text_add(text, "tables of %lld bytes, ", (long long)plan->values[s->args[by->scratch]].bytes);
    text_add(text, "biases of %d bytes\n", (int)by->form(p, 0).bias_bytes);
}

void print_coding(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        size_t k = 0;

        text_add(text, "step %d: ", (int)i);
        while (k < COUNT(coders) && s->kernel != coders[k].coded)
            k++;
        if (k < COUNT(coders))
            print_coded(plan, s, &coders[k], text);
        else
            text_add(text, "dense\n");
    }
}
