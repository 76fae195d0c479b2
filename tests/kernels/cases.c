/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/cases.h"

#include "tests/kernels/huffman.h"
#include "tests/kernels/sparse.h"
#include "tests/kernels/memory.h"

/* ---- parameters by name ---- */
static int32_t index_of(const struct kernel_case *c, const char *name)
{
    for (int32_t i = 0; i < c->kernel->n_params; i++)
        if (strcmp(c->kernel->param_names[i], name) == 0)
            return i;
    return -1;
}

static int32_t get(const struct kernel_case *c, const char *name, int32_t otherwise)
{
    int32_t i = index_of(c, name);

    return i < 0 ? otherwise : c->params[i];
}

/* Nothing where the kernel has no such parameter. */
static void set(struct kernel_case *c, const char *name, int32_t value)
{
    int32_t i = index_of(c, name);

    if (i >= 0)
        c->params[i] = value;
}

static bool ends(const char *name, const char *with)
{
    size_t n = strlen(name), w = strlen(with);

    return n >= w && strcmp(name + n - w, with) == 0;
}

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

static int32_t draw_dim(struct kernel_case *c, int32_t most)
{
    return c->large ? draw_between(&c->draw, (most + 1) / 2, most) : draw_size(&c->draw, most);
}

/* ---- what the parameters of a family owe each other ---- */
struct axis {
    const char *in, *out, *kernel, *stride, *dilation, *pad;
};

/* `inside`: every window holds an element of the image; else some may hold none. */
static void draw_window(struct kernel_case *c, const struct axis *a, bool inside)
{
    struct draw *d = &c->draw;
    int32_t in = get(c, a->in, 1);
    int32_t kernel = draw_dim(c, draw_one_in(d, 16) ? smaller(c->most, MOTE_KERNEL_ROWS_MAX) : smaller(c->most, 5));
    int32_t stride = draw_one_in(d, 12) ? draw_dim(c, c->most) : draw_between(d, 1, 3);
    int32_t dilation = draw_one_in(d, 2) ? 1 : draw_between(d, 1, 4);
    int32_t pad = draw_between(d, 0, kernel - 1), most = (in - 1 + pad) / stride + 1;
    int32_t valid = (in + pad - (kernel - 1) * dilation - 1) / stride + 1;

    if (!inside && draw_one_in(d, 8)) {
        pad += draw_between(d, 0, 2 * kernel * dilation);
        most += draw_between(d, 0, 2);
    }
    set(c, a->kernel, kernel);
    set(c, a->stride, stride);
    set(c, a->dilation, dilation);
    set(c, a->pad, pad);
    set(c, a->out, valid >= 1 && draw_one_in(d, 2) ? valid : draw_one_in(d, 2) ? most : draw_between(d, 1, most));
}

static const struct axis axes[] = {{"in_h", "out_h", "kernel_h", "stride_h", "dilation_h", "pad_top"},
                                   {"in_w", "out_w", "kernel_w", "stride_w", "dilation_w", "pad_left"}};

static void draw_windows(struct kernel_case *c, bool inside)
{
    set(c, "batch", draw_one_in(&c->draw, 3) ? draw_between(&c->draw, 2, 4) : 1);
    draw_window(c, &axes[0], inside);
    draw_window(c, &axes[1], inside);
}

static void relate_conv(struct kernel_case *c)
{
    int32_t groups = draw_one_in(&c->draw, 2) ? 1 : draw_between(&c->draw, 1, 4);

    draw_windows(c, false);
    set(c, "in_c", groups * get(c, "filter_c", 1));
    set(c, "out_c", groups * draw_dim(c, c->most));
}

/* As models have most: 3, at stride 1 or 2, a window's width around the image at most. */
static void draw_window_of_3(struct kernel_case *c, const struct axis *a)
{
    struct draw *d = &c->draw;
    int32_t stride = draw_between(d, 1, 2), pad = draw_between(d, 0, 1), in = get(c, a->in, 1);

    set(c, a->kernel, 3);
    set(c, a->stride, stride);
    set(c, a->dilation, 1);
    set(c, a->pad, pad);
    set(c, a->out, in + pad > 2 ? (in + pad - 2) / stride + draw_between(d, 0, 1) : 1);
    if (get(c, a->out, 1) < 1)
        set(c, a->out, 1);
}

/* As models of sound have: a column, whose channels are a multiple of eight. */
static void draw_signal(struct kernel_case *c)
{
    static const char *const ones[] = {"in_w", "out_w", "kernel_w", "stride_w", "dilation_w"};

    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        set(c, ones[i], 1);
    set(c, "pad_left", 0);
    set(c, "in_c", 8 * draw_between(&c->draw, 1, 4));
}

static void relate_depthwise(struct kernel_case *c)
{
    int32_t multiplier = draw_one_in(&c->draw, 2) ? 1 : draw_between(&c->draw, 1, 9);

    draw_windows(c, false);
    if (draw_one_in(&c->draw, 3)) {
        draw_window_of_3(c, &axes[0]);
        draw_window_of_3(c, &axes[1]);
        multiplier = 1;
    }
    if (draw_one_in(&c->draw, 6))
        draw_signal(c);
    set(c, "depth_multiplier", multiplier);
    set(c, "out_c", multiplier * get(c, "in_c", 1));
}

static void relate_transpose_conv(struct kernel_case *c)
{
    set(c, "batch", draw_one_in(&c->draw, 3) ? draw_between(&c->draw, 2, 4) : 1);
    for (int i = 0; i < 2; i++) {
        const struct axis *a = &axes[i];
        int32_t kernel = draw_dim(c, smaller(c->most, 6)), stride = draw_between(&c->draw, 1, 4);
        int32_t all = (get(c, a->in, 1) - 1) * stride + kernel;
        int32_t pad = draw_between(&c->draw, 0, draw_one_in(&c->draw, 8) ? all + 1 : kernel - 1);

        set(c, a->kernel, kernel);
        set(c, a->stride, stride);
        set(c, a->pad, pad);
        set(c, a->out, draw_one_in(&c->draw, 2) && all > pad ? all - pad : draw_between(&c->draw, 1, all + 2));
    }
}

static void relate_pool(struct kernel_case *c) { draw_windows(c, true); }

/* Lines of the table: {dimension, step, step}. */
static void set_line(struct kernel_case *c, int32_t line, int32_t columns, int32_t dim, int32_t a, int32_t b)
{
    c->table[line * columns] = dim;
    c->table[line * columns + 1] = a;
    if (columns == 3)
        c->table[line * columns + 2] = b;
}

static int32_t draw_rank(struct kernel_case *c)
{
    return draw_one_in(&c->draw, 6) ? draw_between(&c->draw, 4, 8) : draw_between(&c->draw, 1, 3);
}

/* Elements of an operand from one to the next: side by side, as the host has them, or not. */
static int32_t draw_step(struct kernel_case *c)
{
    return !c->large && draw_one_in(&c->draw, 8) ? draw_between(&c->draw, 2, 3) : 1;
}

/* Operands that repeat along some dimensions. */
static void relate_broadcast(struct kernel_case *c)
{
    int32_t rank = draw_rank(c), a_len = draw_step(c), b_len = draw_step(c), out_len = 1;
    int32_t kind = draw_between(&c->draw, 0, 2);

    for (int32_t i = rank - 1; i >= 0; i--) {
        int32_t dim = draw_dim(c, smaller(c->most, rank > 3 ? 3 : 300));
        bool a = kind == 0 || draw_one_in(&c->draw, 2), b = kind == 0 || draw_one_in(&c->draw, 2);

        set_line(c, i, 3, dim, a ? a_len : 0, b ? b_len : 0);
        a_len *= a ? dim : 1;
        b_len *= b ? dim : 1;
        out_len *= dim;
    }
    set(c, "rank", rank);
    set(c, "a_len", a_len);
    set(c, "b_len", b_len);
    set(c, "out_len", out_len);
}

/* As the host makes multipliers: the larger scale becomes 1/2. */
static void relate_add(struct kernel_case *c)
{
    bool a = draw_one_in(&c->draw, 2);

    relate_broadcast(c);
    if (draw_one_in(&c->draw, 4))
        return;
    set(c, a ? "a_mult" : "b_mult", INT32_C(1) << 30);
    set(c, a ? "a_shift" : "b_shift", 0);
    set(c, "out_shift", draw_between(&c->draw, -22, -16));
}

/* Either operand may be transposed, and may repeat along dimensions of the batch. */
static void relate_matrices(struct kernel_case *c)
{
    struct draw *d = &c->draw;
    int32_t h = get(c, "out_h", 1), w = get(c, "out_w", 1), depth = get(c, "depth", 1), rank = draw_rank(c);
    int32_t a_len = h * depth, b_len = depth * w, matrices = 1;
    bool a = draw_one_in(d, 2), b = draw_one_in(d, 2);

    set(c, "a_row", a ? 1 : depth);
    set(c, "a_k", a ? h : 1);
    set(c, "b_k", b ? 1 : w);
    set(c, "b_column", b ? depth : 1);
    for (int32_t i = rank - 1; i >= 0; i--) {
        int32_t dim = draw_between(d, 1, 3);
        bool a_repeats = draw_one_in(d, 3), b_repeats = draw_one_in(d, 3);

        set_line(c, i, 3, dim, a_repeats ? 0 : a_len, b_repeats ? 0 : b_len);
        a_len *= a_repeats ? 1 : dim;
        b_len *= b_repeats ? 1 : dim;
        matrices *= dim;
    }
    set(c, "rank", rank);
    set(c, "rows", matrices * h);
    set(c, "a_len", a_len);
    set(c, "b_len", b_len);
}

/* Images, of one row some, and divisors of all sizes. */
static void relate_mean_rows(struct kernel_case *c)
{
    set(c, "batch", draw_one_in(&c->draw, 3) ? draw_between(&c->draw, 2, 4) : 1);
    if (draw_one_in(&c->draw, 6))
        set(c, "in_h", 1);
    if (draw_one_in(&c->draw, 2))
        set(c, "divisor", draw_one_in(&c->draw, 2) ? 0 : smaller(get(c, "in_h", 1) * get(c, "in_w", 1), 1 << 23));
}

/* Four kept and four reduced dimensions of a dense tensor, in any order. */
static void relate_reduce(struct kernel_case *c)
{
    static const char *const dims[] = {"keep0", "keep1", "keep2", "keep3", "reduce0", "reduce1", "reduce2", "reduce3"};
    static const char *const steps[] = {"keep_step0",   "keep_step1",   "keep_step2",   "keep_step3",
                                        "reduce_step0", "reduce_step1", "reduce_step2", "reduce_step3"};
    int32_t order[8], step = 1;

    for (int32_t i = 0; i < 8; i++) {
        int32_t j = draw_between(&c->draw, 0, i);

        order[i] = order[j];
        order[j] = i;
    }
    for (int32_t i = 0; i < 8; i++) {
        int32_t dim = draw_one_in(&c->draw, 2) ? 1 : draw_dim(c, smaller(c->most, i < 2 ? 300 : 5));

        set(c, dims[order[i]], dim);
        set(c, steps[order[i]], step);
        step *= dim;
    }
}

/* The dimensions of a dense tensor in another order. */
static void relate_transpose(struct kernel_case *c)
{
    int32_t rank = draw_rank(c), order[8], step = get(c, "chunk", 1);

    for (int32_t i = 0; i < rank; i++) {
        int32_t j = draw_between(&c->draw, 0, i);

        order[i] = order[j];
        order[j] = i;
    }
    for (int32_t i = 0; i < rank; i++) {
        int32_t dim = draw_dim(c, smaller(c->most, rank > 3 ? 4 : 40));

        set_line(c, order[i], 2, dim, step, 0);
        step *= dim;
    }
    set(c, "rank", rank);
    set(c, "rows", c->table[0]);
    set(c, "in_bytes", step);
    set(c, "out_bytes", step);
}

/* A walk through the input, forwards, backwards or on the spot, and one through an output that may have gaps. */
static void relate_strided_copy(struct kernel_case *c)
{
    struct draw *d = &c->draw;
    int32_t rank = draw_rank(c), chunk = get(c, "chunk", 1), in = chunk, out = chunk, in_at = 0;

    for (int32_t i = rank - 1; i >= 0; i--) {
        int32_t dim = draw_dim(c, smaller(c->most, rank > 3 ? 3 : 20)), way = draw_between(d, -1, 1);

        set_line(c, i, 3, dim, way * in, out);
        in_at += way < 0 ? (dim - 1) * in : 0;
        in = way == 0 ? in : in * dim + draw_between(d, 0, 1) * chunk;
        out = out * dim + (draw_one_in(d, 4) ? chunk : 0);
    }
    set(c, "rank", rank);
    set(c, "rows", c->table[0]);
    set(c, "in_at", in_at);
    set(c, "in_bytes", in);
    set(c, "out_at", draw_between(d, 0, 3));
    set(c, "out_bytes", out + 3);
}

static void relate_pad(struct kernel_case *c)
{
    struct draw *d = &c->draw;
    int32_t rank = draw_rank(c), rows = 1, in_rows = 1, before = draw_between(d, 0, 4);

    for (int32_t i = 0; i < rank; i++) {
        int32_t in = draw_dim(c, smaller(c->most, rank > 3 ? 2 : 6)), low = draw_between(d, 0, 2);
        int32_t out = in + low + draw_between(d, 0, 2);

        c->table[i * 3] = in;
        c->table[i * 3 + 1] = low;
        c->table[i * 3 + 2] = out;
        rows *= out;
        in_rows *= in;
    }
    set(c, "rank", rank);
    set(c, "rows", rows);
    set(c, "in_ring", in_rows);
    set(c, "before", before);
    set(c, "out_len", get(c, "in_len", 1) + before + draw_between(d, 0, 4));
}

static void relate_s8_or_f32(struct kernel_case *c)
{
    set(c, "type", draw_one_in(&c->draw, 2) ? MOTE_ARG_S8 : MOTE_ARG_F32);
}

static void relate_add_sub(struct kernel_case *c)
{
    bool s8 = draw_one_in(&c->draw, 2);
    int32_t min = s8 ? INT8_MIN : INT16_MIN, max = s8 ? INT8_MAX : INT16_MAX;

    relate_broadcast(c);
    set(c, "type", s8 ? MOTE_ARG_S8 : MOTE_ARG_S16);
    set(c, "lo", draw_edge(&c->draw, min, max));
    set(c, "hi", draw_edge(&c->draw, min, max));
}

/* As relate_broadcast, with elements of one of the types and its functions. */
static void relate_compare(struct kernel_case *c)
{
    static const int32_t types[] = {MOTE_ARG_S8, MOTE_ARG_S32, MOTE_ARG_S64, MOTE_ARG_F32, MOTE_ARG_BOOL};
    int32_t type = types[draw_between(&c->draw, 0, 4)];

    relate_broadcast(c);
    set(c, "type", type);
    set(c, "function", draw_between(&c->draw, 0, type == MOTE_ARG_BOOL ? 5 : 3));
}

/* Three operands; along dimensions of 1 their strides may be anything. */
static void relate_select(struct kernel_case *c)
{
    static const char *const len[] = {"condition_len", "a_len", "b_len"};
    int32_t rank = draw_rank(c), lens[3], out_len = 1, kind = draw_between(&c->draw, 0, 2);

    for (int32_t k = 0; k < 3; k++)
        lens[k] = draw_step(c);
    for (int32_t i = rank - 1; i >= 0; i--) {
        int32_t dim = draw_dim(c, smaller(c->most, rank > 3 ? 3 : 300));

        c->table[i * 4] = dim;
        for (int32_t k = 0; k < 3; k++) {
            bool varies = kind == 0 || draw_one_in(&c->draw, 2);

            c->table[i * 4 + 1 + k] = varies ? lens[k] : dim > 1 || draw_one_in(&c->draw, 2) ? 0 : INT32_MAX;
            lens[k] *= varies ? dim : 1;
        }
        out_len *= dim;
    }
    for (int32_t k = 0; k < 3; k++)
        set(c, len[k], lens[k]);
    set(c, "rank", rank);
    set(c, "out_len", out_len);
    set(c, "size", 1 << draw_between(&c->draw, 0, 3));
}

/* A box somewhere in a larger one. */
static void relate_update_slice(struct kernel_case *c)
{
    struct draw *d = &c->draw;
    int32_t rank = draw_rank(c), chunk = get(c, "chunk", 1), update = chunk, out = chunk, stride = chunk;

    for (int32_t i = rank - 1; i >= 0; i--) {
        int32_t dim = draw_dim(c, smaller(c->most, rank > 3 ? 3 : 12)), last = draw_between(d, 0, 3);

        set_line(c, i, 3, dim, last, stride);
        out += (dim - 1 + last) * stride;
        stride *= dim + last;
        update *= dim;
    }
    set(c, "type", draw_one_in(d, 2) ? MOTE_ARG_S32 : MOTE_ARG_S64);
    set(c, "rank", rank);
    set(c, "update_bytes", update);
    set(c, "out_bytes", out + draw_between(d, 0, 3));
}

static void relate_svdf(struct kernel_case *c)
{
    if (get(c, "wide", 1) == 0)
        set(c, "state_zero", draw_edge(&c->draw, INT8_MIN, INT8_MAX));
}

/* Products of sigmoid and hyperbolic tangent become smaller. */
static void relate_lstm(struct kernel_case *c)
{
    if (!c->usual)
        return;
    set(c, "cell_shift", draw_between(&c->draw, -30, -1));
    set(c, "out_shift", draw_between(&c->draw, -30, -1));
}

/* h' is coarser than the state. */
static void relate_gru(struct kernel_case *c)
{
    if (c->usual)
        set(c, "out_shift", draw_between(&c->draw, -15, -1));
}

/* A parameter of one of several matrices, whose names begin with `of`: "" where there is one. */
static int32_t index_of_one(const struct kernel_case *c, const char *of, const char *name)
{
    const size_t n = strlen(of);

    for (int32_t i = 0; i < c->kernel->n_params; i++)
        if (strncmp(c->kernel->param_names[i], of, n) == 0 && strcmp(c->kernel->param_names[i] + n, name) == 0)
            return i;
    return -1;
}

static int32_t get_of(const struct kernel_case *c, const char *of, const char *name, int32_t otherwise)
{
    int32_t i = index_of_one(c, of, name);

    return i < 0 ? otherwise : c->params[i];
}

/* A convolution's rows are filters, an LSTM's its units' gates, of x's ("x_") and of h's ("h_") weights. */
static struct huffman_shape huffman_shape(const struct kernel_case *c, const char *of)
{
    const int32_t taps = get(c, "kernel_h", 1) * get(c, "kernel_w", 1) * get(c, "filter_c", 1);
    const int32_t units = get(c, "units", 1);

    return (struct huffman_shape){.in_len = of[0] == 'h' ? units : get(c, "in_len", taps),
                                  .out_c = of[0] != 0 ? 4 * units : get(c, "out_c", 1),
                                  .columns = get_of(c, of, "columns", 1),
                                  .gap_bits = get_of(c, of, "gap_bits", 1),
                                  .level_bits = get_of(c, of, "level_bits", 1),
                                  .count_bits = get_of(c, of, "count_bits", 1),
                                  .longest = get_of(c, of, "longest", UINT16_MAX)};
}

/* Some of the inputs have weights, and some bytes are there for them. */
static void relate_matrix(struct kernel_case *c, const char *of)
{
    struct huffman_shape shape = huffman_shape(c, of);
    int32_t in_len = shape.in_len, weights = smaller(in_len, 1 << 16) * smaller(shape.out_c, 1 << 10);

    c->params[index_of_one(c, of, "columns")] = draw_one_in(&c->draw, 3) ? in_len : draw_between(&c->draw, 1, in_len);
    shape = huffman_shape(c, of);
    c->params[index_of_one(c, of, "coded_bytes")] =
        huffman_least_bytes(&shape) + draw_between(&c->draw, 0, weights / draw_between(&c->draw, 1, 9));
}

static void relate_huffman(struct kernel_case *c) { relate_matrix(c, ""); }

/* Indices of 3 bits there are none. */
static void relate_packed(struct kernel_case *c) { set(c, "bits", 1 << draw_between(&c->draw, 0, 2)); }

/* Counts, and some bytes for pairs. */
static void relate_sparse(struct kernel_case *c)
{
    const int32_t rows = smaller(get(c, "out_c", 1), 1 << 10), columns = smaller(get(c, "in_len", 1), 1 << 16);

    set(c, "pair_bytes", 2 * rows + draw_between(&c->draw, 0, rows * columns / draw_between(&c->draw, 1, 9)));
}

static void relate_lstm_huffman(struct kernel_case *c)
{
    relate_lstm(c);
    relate_matrix(c, "x_");
    relate_matrix(c, "h_");
}

static void relate_conv_packed(struct kernel_case *c)
{
    relate_conv(c);
    relate_packed(c);
    set(c, "block", draw_dim(c, get(c, "out_h", 1)));
}

static void relate_conv_huffman(struct kernel_case *c)
{
    relate_conv(c);
    set(c, "block", draw_dim(c, get(c, "out_h", 1)));
    set(c, "longest", draw_dim(c, 2 * c->most));
    relate_huffman(c);
}

/* A power of two from the frame's samples on. */
static void relate_rfft(struct kernel_case *c)
{
    const int32_t most = ends(c->kernel->name, "f32") ? 4096 : 8192;
    int32_t length = 4;

    while (length < get(c, "in_len", 1) || draw_one_in(&c->draw, 4))
        length *= 2;
    set(c, "length", draw_one_in(&c->draw, 30) ? most : smaller(length, most));
}

static void relate_irfft(struct kernel_case *c)
{
    const int32_t most = ends(c->kernel->name, "s16") ? 8192 : 4096, least = draw_dim(c, c->most);
    int32_t length = 4;

    while (length < least || draw_one_in(&c->draw, 4))
        length *= 2;
    set(c, "length", draw_one_in(&c->draw, 30) ? most : smaller(length, most));
}

static void relate_energy(struct kernel_case *c)
{
    int32_t end = draw_edge(&c->draw, 0, get(c, "len", 1));

    set(c, "start", draw_edge(&c->draw, 0, end));
    set(c, "end", end);
}

static void relate_window(struct kernel_case *c)
{
    set(c, "in_len", get(c, "len", 1) + draw_edge(&c->draw, 0, 3));
    if (draw_one_in(&c->draw, 2))
        set(c, "emphasis", 0);
}

/* Channels of any frequencies: as many as their table holds, and `rest` of which nothing comes. */
static void draw_bank(struct kernel_case *c, int32_t rest)
{
    int32_t len = get(c, "len", 1), channels = smaller(get(c, "channels", 1), CASE_TABLE_MAX - rest), weights = 0;

    for (int32_t i = 0; i < channels + rest; i++) {
        int32_t n = draw_edge(&c->draw, weights == 0 && i == channels + rest - 1 ? 1 : 0, smaller(len, UINT16_MAX));

        c->table[i] = draw_edge(&c->draw, 0, len - n) | (int32_t)((uint32_t)n << 16);
        weights += n;
    }
    set(c, "channels", channels);
    set(c, "weights", weights);
}

static void relate_filter_bank(struct kernel_case *c) { draw_bank(c, 1); }

static void relate_bands(struct kernel_case *c) { draw_bank(c, 0); }

static void relate_frame(struct kernel_case *c)
{
    int32_t window = draw_dim(c, smaller(c->most, 9)), stride = draw_between(&c->draw, 1, 2 * window);
    int32_t skip = draw_edge(&c->draw, 0, 3), out_h = draw_dim(c, c->most);

    set(c, "batch", draw_one_in(&c->draw, 3) ? draw_between(&c->draw, 2, 4) : 1);
    set(c, "window", window);
    set(c, "stride", stride);
    set(c, "skip", skip);
    set(c, "out_h", out_h);
    set(c, "in_h", skip + (out_h - 1) * stride + window + draw_edge(&c->draw, 0, 2 * stride));
}

static void relate_detection(struct kernel_case *c)
{
    set(c, "coords", draw_between(&c->draw, 4, 6));
    set(c, "width", get(c, "classes", 1) + draw_between(&c->draw, 0, 1));
}

static void relate_nothing(struct kernel_case *c) { (void)c; }

static const struct relation {
    const char *kernel; /* its name's beginning; the first that fits */
    void (*relate)(struct kernel_case *c);
} relations[] = {
    {"conv_2d_huffman_", relate_conv_huffman},
    {"conv_2d_packed_", relate_conv_packed},
    {"conv_2d_", relate_conv},
    {"depthwise_conv_2d_", relate_depthwise},
    {"transpose_conv_", relate_transpose_conv},
    {"average_pool_2d_", relate_pool},
    {"max_pool_2d_", relate_pool},
    {"pool_2d_", relate_pool},
    {"mean_rows_", relate_mean_rows},
    {"mean_", relate_reduce},
    {"reduce_", relate_reduce},
    {"batch_matmul_", relate_matrices},
    {"add_sub", relate_add_sub},
    {"add_n_", relate_nothing},
    {"floor_div_", relate_broadcast},
    {"add_", relate_add},
    {"mul_", relate_broadcast},
    {"binary_", relate_broadcast},
    {"compare", relate_compare},
    {"select", relate_select},
    {"update_slice", relate_update_slice},
    {"transpose", relate_transpose},
    {"strided_copy", relate_strided_copy},
    {"pad", relate_pad},
    {"arg_max", relate_s8_or_f32},
    {"cumsum", relate_s8_or_f32},
    {"svdf_", relate_svdf},
    {"lstm_s", relate_lstm},
    {"gru_s8", relate_gru},
    {"lstm_huffman_", relate_lstm_huffman},
    {"fully_connected_huffman_", relate_huffman},
    {"fully_connected_packed_", relate_packed},
    {"fully_connected_sparse_", relate_sparse},
    {"detection_", relate_detection},
    {"frame", relate_frame},
    {"rfft_", relate_rfft},
    {"irfft_", relate_irfft},
    {"energy", relate_energy},
    {"spectrum_", relate_energy},
    {"window_f32", relate_window},
    {"bands_", relate_bands},
    {"statistics_", relate_nothing},
    {"filter_bank_", relate_nothing},
    {"filter_bank", relate_filter_bank},
    {"", relate_nothing},
};

static void relate(struct kernel_case *c)
{
    const struct relation *r = relations;

    while (strncmp(c->kernel->name, r->kernel, strlen(r->kernel)) != 0)
        r++;
    r->relate(c);
}

/* ---- parameters ---- */
static bool is_float(const struct mote_range *range, const char *name)
{
    return range->min == INT32_MIN && range->max == INT32_MAX && !ends(name, "zero");
}

static bool is_size(const struct mote_range *range) { return range->min == 1 && range->max >= MOTE_DIM_MAX; }

static int32_t draw_param(struct kernel_case *c, int32_t i, int32_t longest)
{
    const struct mote_range *range = &c->kernel->ranges[i];
    const char *name = c->kernel->param_names[i];
    int32_t bits;

    if (ends(name, "mult"))
        return draw_mult(&c->draw);
    if (ends(name, "shift"))
        return draw_shift(&c->draw, range->min, range->max);
    if (ends(name, "scale")) { /* the bits of a float above 0 */
        bits = draw_float(&c->draw, false) & INT32_MAX;
        return bits < range->min || draw_one_in(&c->draw, 4) ? draw_between(&c->draw, range->min, range->max) : bits;
    }
    if (is_float(range, name))
        return draw_float(&c->draw, draw_one_in(&c->draw, 4));
    if (is_size(range))
        return i == c->long_one ? smaller(draw_between(&c->draw, UINT16_MAX - 1, longest), range->max)
                                : draw_dim(c, c->most);
    return draw_edge(&c->draw, range->min, range->max);
}

/* The rows of the tensor that an argument is a ring of; where rows are folded an image becomes one. */
static int32_t whole_ring(const struct kernel_case *c, const char *ring)
{
    const char *height = strcmp(ring, "in_ring") == 0 ? "in_h" : "out_h";

    if (strcmp(c->kernel->name, "pad") == 0 && strcmp(ring, "in_ring") == 0)
        return get(c, ring, 1);
    return get(c, height, get(c, "time", get(c, "rows", 1))) * get(c, "batch", 1);
}

/* The whole tensor, a ring in it, or more than there is. */
static void draw_rings(struct kernel_case *c)
{
    for (int32_t i = 0; i < c->kernel->n_params; i++) {
        const char *name = c->kernel->param_names[i];
        int32_t whole;

        if (!ends(name, "_ring"))
            continue;
        whole = whole_ring(c, name);
        c->params[i] = draw_one_in(&c->draw, 2)   ? whole
                       : draw_one_in(&c->draw, 4) ? whole + draw_between(&c->draw, 1, 2)
                                                  : draw_between(&c->draw, 1, draw_one_in(&c->draw, 4) ? 1 : whole);
    }
}

static float float_of(int32_t bits)
{
    float x;

    memcpy(&x, &bits, 4);
    return x;
}

/* A clamp's ends the right way round. */
static void order_clamp(struct kernel_case *c)
{
    int32_t i = index_of(c, "lo"), lo = get(c, "lo", 0), hi = get(c, "hi", 0);

    if (i >= 0 && (is_float(&c->kernel->ranges[i], "lo") ? float_of(lo) > float_of(hi) : lo > hi)) {
        set(c, "lo", hi);
        set(c, "hi", lo);
    }
}

int32_t case_rows(const struct kernel_case *c) { return (int32_t)c->bytes[c->kernel->n_args]; }

double case_operations(const struct kernel_case *c) { return c->kernel->cost(c->params) * c->bytes[c->kernel->n_args]; }

static bool is_allowed(struct kernel_case *c, const struct case_limits *limits)
{
    if (!c->kernel->need(c->params, c->bytes))
        return false;
    for (int32_t i = 0; i <= c->kernel->n_args; i++)
        if (c->bytes[i] > limits->argument_bytes)
            return false;
    return case_operations(c) <= limits->operations;
}

bool case_draw(struct kernel_case *c, const struct mote_kernel *kernel, uint64_t seed, const struct case_limits *limits)
{
    static const int32_t most[] = {2, 4, 9, 9, 17, 40, 300, 16, 32, 64};

    *c = (struct kernel_case){.draw = {seed}, .kernel = kernel, .large = limits->large};
    c->usual = c->large || draw_one_in(&c->draw, 2);
    c->most = most[c->large ? draw_between(&c->draw, 7, 9) : draw_between(&c->draw, 0, 6)];
    c->long_one = -1;
    if (limits->longest > 0 && draw_one_in(&c->draw, 40)) {
        c->long_one = draw_between(&c->draw, 0, kernel->n_params - 1);
        c->most = 3;
    }
    for (int attempt = 0; attempt < 400; attempt++) {
        for (int32_t i = 0; i < kernel->n_params; i++)
            c->params[i] = draw_param(c, i, limits->longest);
        relate(c);
        draw_rings(c);
        order_clamp(c);
        if (is_allowed(c, limits))
            return true;
        if (attempt == 40) /* so long a dimension is too much for this kernel */
            c->long_one = -1;
        if (attempt % 8 == 7 && c->most > 2)
            c->most = c->most * 3 / 4;
    }
    return false;
}

/* ---- arguments ---- */
int32_t case_type(const struct kernel_case *c, int32_t i)
{
    const char *name = c->kernel->arg_names[i];

    if (c->kernel->arg[i].type != MOTE_ARG_ANY)
        return c->kernel->arg[i].type;
    if (strcmp(name, "times") == 0 || strcmp(name, "state") == 0)
        return get(c, "wide", 0) ? MOTE_ARG_S16 : MOTE_ARG_S8;
    return get(c, "type", get(c, strcmp(name, "out") == 0 ? "out_type" : "in_type", 0));
}

/* Sums of 64 bits take smaller shifts. */
static int32_t shift_max(const struct kernel_case *c)
{
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        if (c->kernel->arg[i].type == MOTE_ARG_S64 && get(c, "wide", 1))
            return 7;
    return 30;
}

static void put32(uint8_t *data, uint32_t i, int32_t x) { memcpy(data + 4 * i, &x, 4); }

/* Where an output row or column lies between two of the input. */
static void fill_places(struct kernel_case *c, int32_t n, uint8_t *data, uint32_t bytes)
{
    for (uint32_t i = 0; i + 2 < bytes / 4; i += 3) {
        put32(data, i, draw_between(&c->draw, 0, n - 1));
        put32(data, i + 1, draw_between(&c->draw, 0, n - 1));
        put32(data, i + 2,
              ends(c->kernel->name, "f32")  ? draw_float(&c->draw, false)
              : ends(c->kernel->name, "u8") ? draw_edge(&c->draw, 0, 0x3f800000)
                                            : draw_edge(&c->draw, 0, 1024));
    }
}

static void fill_indices(struct kernel_case *c, int32_t n, uint8_t *data, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 2; i++) {
        uint16_t x = (uint16_t)draw_edge(&c->draw, 0, n - 1);

        memcpy(data + 2 * i, &x, 2);
    }
}

/* Falling from 2^31 - 1. */
static void fill_exponentials(struct kernel_case *c, uint8_t *data, uint32_t bytes)
{
    int32_t x = INT32_MAX, keep = draw_between(&c->draw, 0, 64);

    for (uint32_t i = 0; i < bytes / 4; i++) {
        put32(data, i, x);
        x = (int32_t)((int64_t)x * keep / 64);
    }
}

static void fill_shifts(struct kernel_case *c, uint8_t *data, uint32_t bytes)
{
    int32_t min = c->usual ? -22 : -31, max = c->usual ? -1 : shift_max(c);

    for (uint32_t i = 0; i < bytes; i++)
        data[i] = (uint8_t)draw_shift(&c->draw, min, max);
}

static void fill_multipliers(struct kernel_case *c, uint8_t *data, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 4; i++)
        put32(data, i, !c->usual && draw_one_in(&c->draw, 8) ? (int32_t)draw_word(&c->draw) : draw_mult(&c->draw));
}

/* Small beside what 32 bits hold. */
static void fill_biases(struct kernel_case *c, uint8_t *data, uint32_t bytes)
{
    int32_t most = INT32_C(1) << draw_between(&c->draw, 8, 29);

    for (uint32_t i = 0; i < bytes / 4; i++)
        put32(data, i, draw_between(&c->draw, -most, most - 1));
}

/* From 1/2 to 1, as a sigmoid from 0 on. */
static void fill_sigmoid(uint8_t *data, uint32_t bytes)
{
    for (uint32_t i = 0, n = bytes / 2; i < n; i++) {
        uint32_t rest = n - i;
        uint16_t x = (uint16_t)(65535 - 32767 * rest / n * rest / n);

        memcpy(data + 2 * i, &x, 2);
    }
}

static void fill_coded(struct kernel_case *c, const char *of, uint8_t *data, uint32_t bytes)
{
    const struct huffman_shape shape = huffman_shape(c, of);

    huffman_fill(&c->draw, &shape, data, bytes);
}

/* Where a hostile case has more channels, they have no frequencies. */
static void fill_spans(struct kernel_case *c, uint8_t *data, uint32_t bytes)
{
    memset(data, 0, bytes);
    memcpy(data, c->table, bytes < sizeof c->table ? bytes : sizeof c->table);
}

static void fill_constant(struct kernel_case *c, const char *name, uint8_t *data, uint32_t bytes)
{
    if (strcmp(name, "shift") == 0)
        fill_shifts(c, data, bytes);
    else if (strcmp(name, "rows") == 0)
        fill_places(c, get(c, "in_h", 1), data, bytes);
    else if (strcmp(name, "columns") == 0)
        fill_places(c, get(c, "in_w", 1), data, bytes);
    else if (strcmp(name, "ys") == 0)
        fill_indices(c, get(c, "in_h", 1), data, bytes);
    else if (strcmp(name, "xs") == 0)
        fill_indices(c, get(c, "in_w", 1), data, bytes);
    else if (ends(name, "coded"))
        fill_coded(c, strcmp(name, "coded") == 0 ? "" : name[0] == 'x' ? "x_" : "h_", data, bytes);
    else if (strcmp(name, "pairs") == 0)
        sparse_fill(&c->draw, get(c, "out_c", 1), get(c, "in_len", 1), data, bytes);
    else if (strcmp(name, "table") == 0)
        fill_exponentials(c, data, bytes);
    else if (strcmp(name, "spans") == 0)
        fill_spans(c, data, bytes);
    else
        memcpy(data, c->table, bytes); /* of 8 dimensions at most */
}

void case_fill(struct kernel_case *c, int32_t i, uint8_t *data)
{
    const char *name = c->kernel->arg_names[i];
    uint32_t bytes = c->bytes[i];

    if (c->kernel->arg[i].role == MOTE_ROLE_CONST)
        fill_constant(c, name, data, bytes);
    else if (strcmp(name, "zeros") == 0)
        memset(data, draw_edge(&c->draw, INT8_MIN, INT8_MAX), bytes);
    else if (strcmp(name, "mult") == 0)
        fill_multipliers(c, data, bytes);
    else if (strcmp(name, "bias") == 0 && case_type(c, i) == MOTE_ARG_S32 && c->usual)
        fill_biases(c, data, bytes);
    else if (strcmp(name, "table") == 0 && case_type(c, i) == MOTE_ARG_U16 && c->usual)
        fill_sigmoid(data, bytes);
    else if (strcmp(name, "indices") == 0)
        for (uint32_t k = 0; k < bytes / 4; k++)
            put32(data, k,
                  draw_one_in(&c->draw, 8) ? draw_edge(&c->draw, INT32_MIN, INT32_MAX)
                                           : draw_between(&c->draw, -1, get(c, "length", 1)));
    else
        draw_elements(&c->draw, case_type(c, i), data, bytes);
}

/* ---- what a hostile image has ---- */
static int32_t draw_hostile(struct draw *d, const struct mote_range *range)
{
    int64_t x;

    switch (draw_between(d, 0, 9)) {
    case 0:
        return range->min;
    case 1:
        return range->max;
    case 2:
        x = (int32_t)draw_word(d);
        break;
    case 3:
        x = draw_word(d) >> draw_between(d, 1, 31);
        break;
    default: /* from the smallest or from 0, on to something small */
        x = (range->min > 0 ? range->min : 0) + draw_between(d, 0, draw_one_in(d, 2) ? 3 : 12);
        break;
    }
    return (int32_t)(x < range->min ? range->min : x > range->max ? range->max : x);
}

/* Anything within the ranges. */
static bool draw_anywhere(struct kernel_case *c, const struct case_limits *limits)
{
    for (int attempt = 0; attempt < 1000; attempt++) {
        for (int32_t i = 0; i < c->kernel->n_params; i++)
            c->params[i] = draw_hostile(&c->draw, &c->kernel->ranges[i]);
        if (is_allowed(c, limits))
            return true;
    }
    return false;
}

/* A good case with one or two parameters that are not. */
static bool draw_near(struct kernel_case *c, const struct case_limits *limits)
{
    const struct kernel_case good = *c;

    for (int attempt = 0; attempt < 100; attempt++) {
        memcpy(c->params, good.params, sizeof c->params);
        for (int32_t n = draw_between(&c->draw, 1, 2); n > 0 && c->kernel->n_params > 0; n--) {
            int32_t i = draw_between(&c->draw, 0, c->kernel->n_params - 1);

            c->params[i] = draw_hostile(&c->draw, &c->kernel->ranges[i]);
        }
        if (is_allowed(c, limits))
            return true;
    }
    return false;
}

bool case_draw_hostile(struct kernel_case *c, const struct mote_kernel *kernel, uint64_t seed,
                       const struct case_limits *limits)
{
    if (!case_draw(c, kernel, seed, limits))
        return false;
    c->near = draw_one_in(&c->draw, 2);
    return c->near ? draw_near(c, limits) : draw_anywhere(c, limits);
}

/* Small numbers, mostly, as constants have them; bytes; floats of all kinds. */
static void fill_anything(struct draw *d, uint8_t *data, uint32_t bytes)
{
    int kind = draw_between(d, 0, 4);

    for (uint32_t k = 0; k < bytes; k++)
        data[k] = kind == 0 ? (uint8_t)draw_word(d) : k % 4 == 0 ? (uint8_t)draw_between(d, 0, kind == 1 ? 1 : 4) : 0;
    for (uint32_t k = 0; kind == 4 && k < bytes / 4; k++)
        put32(data, k, draw_float(d, true));
    if (kind == 2 && bytes >= 4)
        put32(data, 0, INT32_MAX);
}

void case_fill_hostile(struct kernel_case *c, int32_t i, uint8_t *data)
{
    bool is_const = c->kernel->arg[i].role == MOTE_ROLE_CONST;

    if (!c->near || (!is_const && draw_one_in(&c->draw, 2))) {
        fill_anything(&c->draw, data, c->bytes[i]);
        return;
    }
    case_fill(c, i, data);
    if (is_const && c->bytes[i] > 0 && draw_one_in(&c->draw, 2))
        data[draw_between(&c->draw, 0, (int32_t)c->bytes[i] - 1)] = (uint8_t)draw_edge(&c->draw, 0, 255);
}
