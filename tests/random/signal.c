/* SPDX-License-Identifier: Apache-2.0 */
/* Makers of operators of sound: frames along the last dimension. */
#include "tests/random/builder.h"

static const struct quantization none = {.scale = 0, .zero = 0};

/* Quantized as CAST's are, since other operators may read it. */
static int32_t new_signal(struct builder *b, enum mote_type type)
{
    return new_output(b, type, type == TYPE_U64 || type == TYPE_U16 ? none : random_quantization(b, type));
}

/* A tensor of the type, if need be by a CAST of another. */
static int32_t pick_signal(struct builder *b, enum mote_type type)
{
    int32_t in = pick(b, UINT32_C(1) << type, 1, 5), out;

    if (in != TENSOR_ABSENT)
        return in;
    in = pick(b, TYPES(TYPE_S8, TYPE_S16, TYPE_S32, TYPE_F32), 1, 5);
    if (in == TENSOR_ABSENT)
        return TENSOR_ABSENT;
    out = new_signal(b, type);
    op_done(b, new_op(b, OP_CAST, 1, &in, 1, &out));
    return out;
}

static int64_t frame_of(struct builder *b, int32_t tensor)
{
    const struct tensor *t = tensor_of(b, tensor);

    return t->dims[t->rank - 1];
}

bool make_window(struct builder *b)
{
    int32_t in = pick_signal(b, TYPE_S16), out;
    int64_t n;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    n = frame_of(b, in);
    out = new_signal(b, TYPE_S16);
    op = new_op(b, OP_WINDOW, 2, (int32_t[]){in, new_const(b, TYPE_S16, 1, &n, none)}, 1, &out);
    *(struct window_opts *)op->opts = (struct window_opts){.shift = dice_chance(b, 2) ? 15 : dice_range(b, 0, 31)};
    return op_done(b, op);
}

/* Constants of floats, or of whole numbers. */
static int32_t new_words(struct builder *b, enum mote_type type, int64_t n, const int32_t *words)
{
    int32_t tensor = new_const(b, type, 1, &n, none);

    if (words != NULL)
        tensor_of(b, tensor)->data = pool_copy(b->model->pool, words, (size_t)n * sizeof *words);
    return tensor;
}

bool make_float_window(struct builder *b)
{
    int32_t in = pick_signal(b, TYPE_S16), out, n;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    n = dice_range(b, 1, (int32_t)frame_of(b, in));
    out = new_output(b, TYPE_F32, none);
    op = new_op(b, OP_WINDOW, 2, (int32_t[]){in, new_words(b, TYPE_F32, n, NULL)}, 1, &out);
    *(struct window_opts *)op->opts = (struct window_opts){.emphasis = dice_chance(b, 2) ? 0 : 0.96875F};
    return op_done(b, op);
}

bool make_float_rfft(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_F32), 1, 5), length = 4, out;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    while (length < frame_of(b, in) || dice_chance(b, 3))
        length *= 2;
    if (length > 4096)
        return false;
    out = new_output(b, TYPE_F32, none);
    op = new_op(b, OP_RFFT, 1, &in, 1, &out);
    *(struct rfft_opts *)op->opts = (struct rfft_opts){.fft_length = length};
    return op_done(b, op);
}

static int32_t pick_pairs(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_F32), 1, 5);

    return in == TENSOR_ABSENT || frame_of(b, in) % 2 != 0 ? TENSOR_ABSENT : in;
}

bool make_float_energy(struct builder *b)
{
    int32_t in = pick_pairs(b), out, end;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    end = dice_range(b, 0, (int32_t)frame_of(b, in) / 2);
    out = new_output(b, TYPE_F32, none);
    op = new_op(b, OP_ENERGY, 1, &in, 1, &out);
    *(struct energy_opts *)op->opts = (struct energy_opts){.start_index = dice_range(b, 0, end), .end_index = end};
    return op_done(b, op);
}

bool make_complex_abs(struct builder *b)
{
    int32_t in = pick_pairs(b), out;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_output(b, TYPE_F32, none);
    return op_done(b, new_op(b, OP_COMPLEX_ABS, 1, &in, 1, &out));
}

bool make_bands(struct builder *b)
{
    int32_t in[4] = {pick(b, TYPES(TYPE_F32), 1, 5)}, out, channels = dice_range(b, 1, 8), n, weights = 0;
    int32_t firsts[8], widths[8];

    if (in[0] == TENSOR_ABSENT)
        return false;
    n = (int32_t)frame_of(b, in[0]);
    for (int32_t c = 0; c < channels; c++) {
        widths[c] = dice_range(b, c == 0, n < 40 ? n : 40);
        firsts[c] = dice_range(b, 0, n - widths[c]);
        weights += widths[c];
    }
    in[1] = new_words(b, TYPE_F32, weights, NULL);
    in[2] = new_words(b, TYPE_S32, channels, firsts);
    in[3] = new_words(b, TYPE_S32, channels, widths);
    out = new_output(b, TYPE_F32, none);
    return op_done(b, new_op(b, OP_BANDS, 4, in, 1, &out));
}

bool make_statistics(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_F32), 2, 5), out;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_output(b, TYPE_F32, none);
    return op_done(b, new_op(b, OP_STATISTICS, 1, &in, 1, &out));
}

bool make_frame(struct builder *b)
{
    int32_t in = pick(b, TYPES(TYPE_S8, TYPE_S16, TYPE_S32, TYPE_F32), 1, 4), out, n, size, skip;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    n = (int32_t)frame_of(b, in);
    size = dice_range(b, 1, n);
    skip = dice_chance(b, 2) ? 0 : dice_range(b, 0, n - size);
    out = new_output(b, tensor_of(b, in)->type, quantization_of(b, in));
    op = new_op(b, OP_FRAME, 1, &in, 1, &out);
    *(struct frame_opts *)op->opts =
        (struct frame_opts){.size = size, .step = dice_range(b, 1, size + 1), .skip = skip};
    return op_done(b, op);
}

bool make_fft_auto_scale(struct builder *b)
{
    int32_t in = pick_signal(b, TYPE_S16), out[2];
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    out[0] = new_signal(b, TYPE_S16);
    out[1] = new_signal(b, TYPE_S32);
    op = new_op(b, OP_FFT_AUTO_SCALE, 1, &in, 2, out);
    *(struct fft_auto_scale_opts *)op->opts = (struct fft_auto_scale_opts){.frontend = dice_chance(b, 2)};
    return op_done(b, op);
}

bool make_rfft(struct builder *b)
{
    int32_t in = pick_signal(b, TYPE_S16), length = 4, out;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    while (length < frame_of(b, in) || dice_chance(b, 3))
        length *= 2;
    if (length > 4096)
        return false;
    out = new_signal(b, TYPE_S16);
    op = new_op(b, OP_RFFT, 1, &in, 1, &out);
    *(struct rfft_opts *)op->opts = (struct rfft_opts){.fft_length = length};
    return op_done(b, op);
}

/* Of spectra that FRAME cuts from a tensor. */
bool make_irfft(struct builder *b)
{
    static const enum mote_type types[] = {TYPE_S16, TYPE_S32, TYPE_F32};
    int32_t in = pick_signal(b, DICE_OF(b, types)), length = 4, spectra, out;
    struct op *op;

    if (in == TENSOR_ABSENT || tensor_of(b, in)->rank > 4 || frame_of(b, in) < length + 2)
        return false;
    while (2 * length + 2 <= frame_of(b, in) && dice_chance(b, 2))
        length *= 2;
    spectra = new_same_output(b, in);
    op = new_op(b, OP_FRAME, 1, &in, 1, &spectra);
    *(struct frame_opts *)op->opts = (struct frame_opts){.size = length + 2, .step = dice_range(b, 1, length + 2)};
    if (!op_done(b, op))
        return false;
    out = new_same_output(b, in);
    op = new_op(b, OP_IRFFT, 1, &spectra, 1, &out);
    *(struct rfft_opts *)op->opts = (struct rfft_opts){.fft_length = length};
    return op_done(b, op);
}

bool make_energy(struct builder *b)
{
    int32_t in = pick_signal(b, TYPE_S16), out, n, end;
    struct op *op;

    if (in == TENSOR_ABSENT || frame_of(b, in) % 2 != 0)
        return false;
    n = (int32_t)frame_of(b, in) / 2;
    out = new_signal(b, TYPE_U32);
    op = new_op(b, OP_ENERGY, 1, &in, 1, &out);
    end = dice_range(b, 0, n);
    *(struct energy_opts *)op->opts = (struct energy_opts){.start_index = dice_range(b, 0, end), .end_index = end};
    return op_done(b, op);
}

#define CHANNELS_MAX 8
#define WEIGHTS_MAX  40

static int32_t new_numbers(struct builder *b, int64_t n, const int16_t *numbers)
{
    int32_t tensor = new_const(b, TYPE_S16, 1, &n, none);
    uint8_t *data = pool_alloc(b->model->pool, (size_t)n * sizeof *numbers);

    memcpy(data, numbers, (size_t)n * sizeof *numbers);
    tensor_of(b, tensor)->data = data;
    return tensor;
}

static int32_t new_weights_of(struct builder *b, int64_t n)
{
    int16_t weights[WEIGHTS_MAX];

    for (int64_t i = 0; i < n; i++)
        weights[i] = (int16_t)(dice_chance(b, 4) ? 0 : dice_range(b, 0, dice_chance(b, 6) ? INT16_MAX : 4096));
    weights[0] = 1; /* at least one is there */
    return new_numbers(b, n, weights);
}

bool make_filter_bank(struct builder *b)
{
    int32_t in[6] = {pick_signal(b, TYPE_U32)}, out, channels = dice_range(b, 1, CHANNELS_MAX);
    int32_t n_weights = dice_range(b, 1, WEIGHTS_MAX), n;
    int16_t frequencies[CHANNELS_MAX + 1], starts[CHANNELS_MAX + 1], widths[CHANNELS_MAX + 1];
    struct op *op;

    if (in[0] == TENSOR_ABSENT)
        return false;
    n = (int32_t)frame_of(b, in[0]);
    for (int32_t c = 0; c <= channels; c++) {
        int32_t width = dice_range(b, c == 0, n < n_weights ? n : n_weights);

        widths[c] = (int16_t)width;
        frequencies[c] = (int16_t)dice_range(b, 0, n - width);
        starts[c] = (int16_t)(c == 0 ? 0 : dice_range(b, 0, n_weights - width));
    }
    in[1] = new_weights_of(b, n_weights);
    in[2] = new_weights_of(b, n_weights);
    in[3] = new_numbers(b, channels + 1, frequencies);
    in[4] = new_numbers(b, channels + 1, starts);
    in[5] = new_numbers(b, channels + 1, widths);
    out = new_signal(b, TYPE_U64);
    op = new_op(b, OP_FILTER_BANK, 6, in, 1, &out);
    *(struct filter_bank_opts *)op->opts = (struct filter_bank_opts){.num_channels = channels};
    return op_done(b, op);
}

bool make_filter_bank_square_root(struct builder *b)
{
    int32_t in[2] = {pick(b, TYPES(TYPE_U64), 1, 5)}, out;
    struct tensor t;

    if (in[0] == TENSOR_ABSENT)
        return false;
    t = *tensor_of(b, in[0]);
    in[1] = new_const(b, TYPE_S32, t.rank - 1, t.dims, none);
    for (int32_t i = 0; i < in[1]; i++) { /* bits of the same frames, where there are some */
        const struct tensor *bits = tensor_of(b, i);

        if (bits->type == TYPE_S32 && !bits->state && shape_equal(bits, tensor_of(b, in[1])) && dice_chance(b, 2))
            in[1] = i;
    }
    out = new_signal(b, TYPE_U32);
    return op_done(b, new_op(b, OP_FILTER_BANK_SQUARE_ROOT, 2, in, 1, &out));
}

bool make_filter_bank_spectral_subtraction(struct builder *b)
{
    int32_t in[2] = {pick_signal(b, TYPE_U32)}, out[2];
    int64_t n;
    struct op *op;

    if (in[0] == TENSOR_ABSENT)
        return false;
    n = frame_of(b, in[0]);
    in[1] = new_state(b, TYPE_U32, 1, &n, none);
    out[0] = new_signal(b, TYPE_U32);
    out[1] = new_signal(b, TYPE_U32);
    op = new_op(b, OP_FILTER_BANK_SPECTRAL_SUBTRACTION, 2, in, 2, out);
    *(struct filter_bank_spectral_subtraction_opts *)op->opts = (struct filter_bank_spectral_subtraction_opts){
        .smoothing = dice_range(b, 0, 16384),
        .one_minus_smoothing = dice_range(b, 0, dice_chance(b, 4) ? INT32_MAX : 16384),
        .alternate_smoothing = dice_range(b, 0, 16384),
        .alternate_one_minus_smoothing = dice_range(b, 0, 16384),
        .min_signal_remaining = dice_range(b, 0, 16384),
        .smoothing_bits = dice_range(b, 0, 31),
        .spectral_subtraction_bits = dice_chance(b, 4) ? dice_range(b, 0, 31) : 14,
        .clamping = dice_chance(b, 2),
    };
    return op_done(b, op);
}

bool make_pcan(struct builder *b)
{
    int32_t in[3] = {pick_signal(b, TYPE_U32)}, out;
    struct op *op;

    if (in[0] == TENSOR_ABSENT)
        return false;
    in[1] = in[0];
    for (int32_t i = 0; i < b->graph->n_tensors; i++) {
        const struct tensor *t = tensor_of(b, i);

        if (t->type == TYPE_U32 && !t->state && shape_equal(t, tensor_of(b, in[0])) && dice_chance(b, 2))
            in[1] = i;
    }
    in[2] = new_const(b, TYPE_S16, 1, (int64_t[]){125}, none);
    out = new_signal(b, TYPE_U32);
    op = new_op(b, OP_PCAN, 3, in, 1, &out);
    *(struct pcan_opts *)op->opts = (struct pcan_opts){.snr_shift = dice_chance(b, 3) ? dice_range(b, 0, 63) : 6};
    return op_done(b, op);
}

bool make_filter_bank_log(struct builder *b)
{
    int32_t in = pick_signal(b, TYPE_U32), out;
    struct op *op;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_signal(b, dice_chance(b, 2) ? TYPE_S16 : TYPE_U16);
    op = new_op(b, OP_FILTER_BANK_LOG, 1, &in, 1, &out);
    *(struct filter_bank_log_opts *)op->opts =
        (struct filter_bank_log_opts){.output_scale = dice_chance(b, 4) ? dice_range(b, 0, INT32_MAX) : 64,
                                      .input_correction_bits = dice_range(b, dice_chance(b, 4) ? -31 : 0, 5)};
    return op_done(b, op);
}
