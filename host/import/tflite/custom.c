/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/custom.h"

#include "host/graph/own.h"
#include "host/import/tflite/flexbuffer.h"
#include "host/import/tflite/streams.h"
#include "host/import/tflite/unpooling.h"

#include <stddef.h>

struct custom_option {
    const char *name;
    uint16_t to;   /* offset in Mote's struct */
    bool implied;  /* the tensors say it, too, or it says nothing about numbers */
    bool is_float; /* of Mote's field */
    bool optional; /* what is absent is `otherwise` */
    int32_t otherwise;
};

typedef enum mote_status read_struct(struct tfl_reader *r, struct fb_table t, struct graph *g,
                                     const struct tfl_lists *l, int32_t index, const struct frame *at);

struct tfl_custom {
    const char *name;
    enum op_id id;
    int n;
    const struct custom_option *options;
    make_stream *make; /* it becomes several operators; NULL: `id` */
    read_struct *read; /* its options are a struct of C, and it becomes what this makes of it; NULL: `id` */
};

#define OPTION_WORDS 8 /* of those that become several */

#define TO(opts, field) .name = #field, .to = offsetof(struct opts##_opts, field)
#define TAKE(opts, field)                                                                                              \
    {                                                                                                                  \
        TO(opts, field)                                                                                                \
    }
#define FLOAT(opts, field)                                                                                             \
    {                                                                                                                  \
        TO(opts, field), .is_float = true                                                                              \
    }
#define OPTIONAL(opts, field, value)                                                                                   \
    {                                                                                                                  \
        TO(opts, field), .optional = true, .otherwise = value                                                          \
    }
#define IMPLIED(what)                                                                                                  \
    {                                                                                                                  \
        .name = what, .implied = true                                                                                  \
    }
#define ROW(name, id, options)                                                                                         \
    {                                                                                                                  \
        name, OP_##id, (int)COUNT(options), options, NULL, NULL                                                        \
    }
#define ROW_STREAM(name, list)                                                                                         \
    {                                                                                                                  \
        name, OP_NOP, (int)COUNT(list), list, tfl_make_##list, NULL                                                    \
    }

static const struct custom_option window[] = {TAKE(window, shift)};
static const struct custom_option rfft[] = {TAKE(rfft, fft_length), IMPLIED("T")};
static const struct custom_option energy[] = {TAKE(energy, start_index), TAKE(energy, end_index)};
static const struct custom_option filter_bank[] = {TAKE(filter_bank, num_channels)};
static const struct custom_option subtraction[] = {
    TAKE(filter_bank_spectral_subtraction, smoothing),
    TAKE(filter_bank_spectral_subtraction, one_minus_smoothing),
    TAKE(filter_bank_spectral_subtraction, alternate_smoothing),
    TAKE(filter_bank_spectral_subtraction, alternate_one_minus_smoothing),
    TAKE(filter_bank_spectral_subtraction, min_signal_remaining),
    TAKE(filter_bank_spectral_subtraction, smoothing_bits),
    TAKE(filter_bank_spectral_subtraction, spectral_subtraction_bits),
    TAKE(filter_bank_spectral_subtraction, clamping),
    IMPLIED("num_channels"),
};
static const struct custom_option pcan[] = {TAKE(pcan, snr_shift)};
static const struct custom_option filter_bank_log[] = {TAKE(filter_bank_log, output_scale),
                                                       TAKE(filter_bank_log, input_correction_bits)};

static const struct custom_option delay[] = {TAKE(delay, delay_length)};
static const struct custom_option framer[] = {TAKE(framer, frame_size), TAKE(framer, frame_step),
                                              TAKE(framer, prefill)};
static const struct custom_option stacker[] = {TAKE(stacker, num_channels), TAKE(stacker, stacker_left_context),
                                               TAKE(stacker, stacker_right_context), TAKE(stacker, stacker_step)};
static const struct custom_option overlap_add[] = {IMPLIED("T"), TAKE(overlap_add, frame_step)};
static const struct custom_option circular_buffer[] = {TAKE(circular_buffer, cycles_max)};
static const struct custom_option detection[] = {
    TAKE(detection_postprocess, max_detections),
    TAKE(detection_postprocess, max_classes_per_detection),
    OPTIONAL(detection_postprocess, detections_per_class, 100),
    OPTIONAL(detection_postprocess, use_regular_nms, 0),
    FLOAT(detection_postprocess, nms_score_threshold),
    FLOAT(detection_postprocess, nms_iou_threshold),
    TAKE(detection_postprocess, num_classes),
    FLOAT(detection_postprocess, y_scale),
    FLOAT(detection_postprocess, x_scale),
    FLOAT(detection_postprocess, h_scale),
    FLOAT(detection_postprocess, w_scale),
    IMPLIED("_output_quantized"),
    IMPLIED("_output_types"),
    IMPLIED("_support_output_type_float_in_quantized_op"),
};

static read_struct add_transposed;

static const struct tfl_custom rows[] = {
    ROW("SignalWindow", WINDOW, window),
    {"SignalFftAutoScale", OP_FFT_AUTO_SCALE, 0, NULL, NULL, NULL},
    ROW("SignalRfft", RFFT, rfft),
    ROW("SignalIrfft", IRFFT, rfft),
    ROW("SignalEnergy", ENERGY, energy),
    ROW("SignalFilterBank", FILTER_BANK, filter_bank),
    {"SignalFilterBankSquareRoot", OP_FILTER_BANK_SQUARE_ROOT, 0, NULL, NULL, NULL},
    ROW("SignalFilterBankSpectralSubtraction", FILTER_BANK_SPECTRAL_SUBTRACTION, subtraction),
    ROW("SignalPCAN", PCAN, pcan),
    ROW("SignalFilterBankLog", FILTER_BANK_LOG, filter_bank_log),
    ROW_STREAM("SignalDelay", delay),
    ROW_STREAM("SignalFramer", framer),
    ROW_STREAM("SignalStacker", stacker),
    ROW_STREAM("SignalOverlapAdd", overlap_add),
    ROW_STREAM("CIRCULAR_BUFFER", circular_buffer),
    ROW("TFLite_Detection_PostProcess", DETECTION_POSTPROCESS, detection),
    {"Convolution2DTransposeBias", OP_NOP, 0, NULL, NULL, add_transposed},
    {"MaxPoolingWithArgmax2D", OP_NOP, 0, NULL, NULL, tfl_read_pooling_argmax},
    {"MaxUnpooling2D", OP_NOP, 0, NULL, NULL, tfl_read_unpooling},
};

const struct tfl_custom *tfl_custom_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < COUNT(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static int option_of(const struct tfl_custom *row, const char *name)
{
    for (int i = 0; i < row->n; i++)
        if (strcmp(row->options[i].name, name) == 0)
            return i;
    return -1;
}

static enum mote_status word_of(const struct custom_option *option, const struct flex_number *value, int32_t *word,
                                const struct frame *at)
{
    float real = value->is_float ? (float)value->fraction : (float)value->whole;

    if (option->is_float) {
        memcpy(word, &real, sizeof *word);
        return MOTE_OK;
    }
    *word = (int32_t)value->whole;
    if (value->is_float)
        return fail(at, MOTE_ERR_VALUE, "option %s is %g, not an integer", option->name, value->fraction);
    if (*word != value->whole)
        return fail(at, MOTE_ERR_VALUE, "option %s is %lld", option->name, (long long)value->whole);
    return MOTE_OK;
}

/* The value's option, whose bit becomes set; one that Mote does not know is refused unless it is 0. */
static enum mote_status take(struct tfl_reader *r, const struct tfl_custom *row, const char *name,
                             const struct flex_number *value, void *opts, uint32_t *taken, const struct frame *at)
{
    int i = option_of(row, name);
    int32_t word = 0;

    if (i < 0 && !value->is_float && value->whole == 0)
        return MOTE_OK;
    if (i < 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "option %.40s is there, newer than this Mote", printable(r->pool, name));
    *taken |= UINT32_C(1) << i;
    if (row->options[i].implied)
        return MOTE_OK;
    TRY(word_of(&row->options[i], value, &word, at));
    memcpy((char *)opts + row->options[i].to, &word, sizeof word);
    return MOTE_OK;
}

/* What the file does not say. */
static enum mote_status fill_in(const struct tfl_custom *row, uint32_t taken, void *opts, const struct frame *at)
{
    for (int i = 0; i < row->n; i++) {
        const struct custom_option *o = &row->options[i];

        if ((taken >> i & 1) != 0 || o->implied)
            continue;
        if (!o->optional)
            return fail(at, MOTE_ERR_FORMAT, "option %s is missing", o->name);
        memcpy((char *)opts + o->to, &o->otherwise, sizeof o->otherwise);
    }
    return MOTE_OK;
}

static enum mote_status read_options(struct tfl_reader *r, const struct tfl_custom *row, struct fb_table t, void *opts,
                                     const struct frame *at)
{
    struct fb_vector bytes = fb_get_vector(t, TFL_OPERATOR_CUSTOM_OPTIONS, 1);
    struct flex_map map;
    uint32_t taken = 0;

    TRY(fb_status(&r->fb, at));
    if (row->n == 0 || (row->make == tfl_make_circular_buffer && bytes.n == 0))
        return MOTE_OK;
    if (bytes.n == 0 || !fb_charge(&r->fb, bytes.at, bytes.n))
        return fail(at, MOTE_ERR_FORMAT, "its options are missing");
    TRY(flex_open(fb_bytes(bytes), bytes.n, &map, at));
    for (size_t i = 0; i < map.n; i++) {
        const char *name;
        struct flex_number value;

        TRY(flex_entry(&map, i, &name, &value, at));
        TRY(take(r, row, name, &value, opts, &taken, at));
    }
    return fill_in(row, taken, opts, at);
}

/* The file's operator keeps its estimate of the noise itself. */
static enum mote_status add_noise(struct tfl_reader *r, struct graph *g, const struct tfl_lists *l, int32_t in[2],
                                  const struct frame *at)
{
    struct tensor noise = {.name = "noise", .type = TYPE_U32, .rank = 1, .state = true, .source = -1};

    if (l->n_in != 1 || l->in[0] == TENSOR_ABSENT || g->tensors[l->in[0]].rank < 1)
        return fail(at, MOTE_ERR_FORMAT, "it has not one input of at least one dimension");
    noise.dims[0] = g->tensors[l->in[0]].dims[g->tensors[l->in[0]].rank - 1];
    in[0] = l->in[0];
    in[1] = graph_add_tensor(r->out, g, &noise);
    return MOTE_OK;
}

/* Where it reads quantized numbers, it dequantizes them; here that is an operator of its own. */
static void dequantize_inputs(struct tfl_reader *r, struct graph *g, const struct tfl_lists *l, int32_t *in)
{
    for (int32_t k = 0; k < l->n_in; k++) {
        struct tensor t;

        in[k] = l->in[k];
        if (in[k] == TENSOR_ABSENT || (g->tensors[in[k]].type != TYPE_U8 && g->tensors[in[k]].type != TYPE_S8))
            continue;
        t = g->tensors[in[k]];
        t.name = "";
        t.type = TYPE_F32;
        t.quant = (struct quant){0};
        t.data = NULL;
        t.source = -1;
        in[k] = graph_add_tensor(r->out, g, &t);
        graph_add_op(r->out, g, OP_DEQUANTIZE, 1, &l->in[k], 1, &in[k]);
    }
}

/* ---- MediaPipe's transposed convolution ---- */
/* Its padding is of the whole output, the odd row at the end; its options are a struct of C. */
struct transposed {
    int32_t padding, stride_w, stride_h;
};

static enum mote_status read_transposed(struct tfl_reader *r, struct fb_table t, struct transposed *out,
                                        const struct frame *at)
{
    struct fb_vector bytes = fb_get_vector(t, TFL_OPERATOR_CUSTOM_OPTIONS, 1);

    TRY(fb_status(&r->fb, at));
    if (bytes.n < sizeof *out)
        return fail(at, MOTE_ERR_FORMAT, "its options are missing");
    *out = (struct transposed){.padding = (int32_t)le32(fb_bytes(bytes)),
                               .stride_w = (int32_t)le32(fb_bytes(bytes) + 4),
                               .stride_h = (int32_t)le32(fb_bytes(bytes) + 8)};
    if (out->padding != 1 && out->padding != 2)
        return fail(at, MOTE_ERR_VALUE, "its padding is %d, neither same nor valid", (int)out->padding);
    if (out->stride_w < 1 || out->stride_w > UINT16_MAX || out->stride_h < 1 || out->stride_h > UINT16_MAX)
        return fail(at, MOTE_ERR_VALUE, "its strides are %d and %d", (int)out->stride_h, (int)out->stride_w);
    return MOTE_OK;
}

static int64_t padding_of(const struct transposed *o, int64_t in, int64_t filter, int64_t stride)
{
    int64_t padding = o->padding == 1 ? filter - (in - 1) % stride - 1 : 0;

    return padding > 0 ? padding : 0;
}

static int32_t add_shape(struct tfl_reader *r, struct graph *g, const int64_t dims[4])
{
    struct tensor t = {.name = "", .type = TYPE_S32, .rank = 1, .dims = {4}, .source = -1};
    uint8_t *data = pool_alloc(r->pool, 16);

    for (int i = 0; i < 16; i++)
        data[i] = (uint8_t)((uint64_t)dims[i / 4] >> 8 * (i % 4));
    t.data = data;
    return graph_add_tensor(r->out, g, &t);
}

static bool is_known(const struct tensor *t)
{
    for (int d = 0; d < t->rank; d++)
        if (t->dims[d] < 1 || t->dims[d] > UINT16_MAX)
            return false;
    return t->rank == 4;
}

static enum mote_status add_transposed(struct tfl_reader *r, struct fb_table t, struct graph *g,
                                       const struct tfl_lists *l, int32_t index, const struct frame *at)
{
    const struct tensor *in, *w;
    struct transpose_conv_opts *opts;
    struct transposed o = {0, 0, 0};
    int64_t y, x;
    struct op *op;

    TRY(read_transposed(r, t, &o, at));
    if (l->n_in != 3 || l->n_out != 1 || l->in[0] == TENSOR_ABSENT || l->in[1] == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_FORMAT, "it has not an input, weights, a bias and one output");
    in = &g->tensors[l->in[0]];
    w = &g->tensors[l->in[1]];
    if (!is_known(in) || !is_known(w))
        return fail(at, MOTE_ERR_SHAPE, "the shapes of its input and weights are not four known dimensions each");
    y = padding_of(&o, in->dims[1], w->dims[1], o.stride_h);
    x = padding_of(&o, in->dims[2], w->dims[2], o.stride_w);

    const int64_t dims[] = {in->dims[0], o.stride_h * (in->dims[1] - 1) + w->dims[1] - y,
                            o.stride_w * (in->dims[2] - 1) + w->dims[2] - x, w->dims[0]};
    const int32_t inputs[] = {add_shape(r, g, dims), l->in[1], l->in[0], l->in[2]};

    op = graph_add_op(r->out, g, OP_TRANSPOSE_CONV, 4, inputs, 1, l->out);
    op->source = index;
    opts = op->opts;
    *opts = (struct transpose_conv_opts){.padding = PADDING_EXPLICIT,
                                         .pad_top = (int32_t)(y / 2),
                                         .pad_bottom = (int32_t)(y - y / 2),
                                         .pad_left = (int32_t)(x / 2),
                                         .pad_right = (int32_t)(x - x / 2),
                                         .stride_h = o.stride_h,
                                         .stride_w = o.stride_w};
    return MOTE_OK;
}

enum mote_status tfl_read_custom(struct tfl_reader *r, const struct tfl_custom *row, struct fb_table t, struct graph *g,
                                 const struct tfl_lists *l, int32_t index, const struct frame *at)
{
    int32_t n_in = l->n_in, own[3], *in = l->in;
    struct op *op;

    if (row->make != NULL) {
        struct stream s = {r, g, l, index};
        int32_t opts[OPTION_WORDS] = {0};

        TRY(tfl_want_room(r, 0, at));
        TRY(read_options(r, row, t, opts, at));
        return row->make(&s, opts, at);
    }
    if (row->read != NULL)
        return row->read(r, t, g, l, index, at);
    if (row->id == OP_FILTER_BANK_SPECTRAL_SUBTRACTION) {
        TRY(add_noise(r, g, l, own, at));
        in = own;
        n_in = 2;
    }
    if (row->id == OP_DETECTION_POSTPROCESS && n_in == (int32_t)COUNT(own)) {
        dequantize_inputs(r, g, l, own);
        in = own;
    }
    op = graph_add_op(r->out, g, row->id, n_in, in, l->n_out, l->out);
    op->source = index;
    return read_options(r, row, t, op->opts, at);
}

static int32_t add_bytes(struct tfl_reader *r, struct graph *g, const char *name, const void *data, size_t n)
{
    return graph_add_tensor(
        r->out, g,
        &(struct tensor){.name = name, .type = TYPE_U8, .rank = 1, .dims = {(int64_t)n}, .data = data, .source = -1});
}

enum mote_status tfl_read_own(struct tfl_reader *r, const char *name, struct fb_table t, struct graph *g,
                              const struct tfl_lists *l, int32_t index, const struct frame *at)
{
    struct fb_vector options = fb_get_vector(t, TFL_OPERATOR_CUSTOM_OPTIONS, 1);
    int32_t *in = pool_array(r->pool, (size_t)l->n_in + OWN_INPUTS, sizeof *in);
    struct op *op;

    TRY(fb_status(&r->fb, at));
    if (options.n > 0 && !fb_charge(&r->fb, options.at, options.n))
        return fail(at, MOTE_ERR_FORMAT, "too many operators have the same options");
    TRY(tfl_want_room(r, 0, at));
    in[OWN_NAME] = add_bytes(r, g, "name", name, strlen(name));
    in[OWN_OPTIONS] = options.n > 0 ? add_bytes(r, g, "options", fb_bytes(options), options.n) : TENSOR_ABSENT;
    for (int32_t i = 0; i < l->n_in; i++)
        in[OWN_INPUTS + i] = l->in[i];
    op = graph_add_op(r->out, g, OP_OWN, l->n_in + OWN_INPUTS, in, l->n_out, l->out);
    op->source = index;
    return MOTE_OK;
}
