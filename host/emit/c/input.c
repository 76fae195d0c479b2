/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C that fills the first input from raw samples, as mote_model_set_input() does, with the code that this one
 * has too (mote/input.h). Where raw numbers have 8 bits and the input is of integers, all results are worked out here:
 * a device without an FPU computes no float for a picture. */
#include <math.h>

#include "host/emit/c/c.h"
#include "mote/input.h"
#include "mote/mote.h"

#define TABLES_MAX 4 /* more channels than a picture has are computed: a table is 256 elements */

struct setting {
    const struct plan *plan;
    const char *name, *NAME;
    const struct tensor *t;
    enum mote_type raw;
    struct mote_channels channels;
    uint32_t elements, rows;
    bool cuts;   /* there are no rows to set: they would cut pixels whose red and blue change, or are fed */
    bool tables; /* of the results */
};

static bool fits(const struct tensor *t)
{
    int32_t lo = t->type == TYPE_S8 ? INT8_MIN : t->type == TYPE_U8 ? 0 : INT16_MIN;
    int32_t hi = t->type == TYPE_S8 ? INT8_MAX : t->type == TYPE_U8 ? UINT8_MAX : INT16_MAX;

    if (t->type == TYPE_F32)
        return true;
    return (t->type == TYPE_S8 || t->type == TYPE_U8 || t->type == TYPE_S16) && t->quant.n > 0 &&
           t->quant.zero[0] >= lo && t->quant.zero[0] <= hi;
}

static uint32_t rows_of(const struct tensor *t)
{
    struct mote_io io = {.rank = (uint8_t)t->rank};
    uint32_t dims[RANK_MAX];

    for (int32_t i = 0; i < t->rank; i++)
        dims[i] = (uint32_t)t->dims[i];
    io.dims = dims;
    return mote_io_rows(&io);
}

/* False if raw samples are not for this model: mote_model_set_input() would return an error. */
static bool find(const struct plan *plan, const char *NAME, struct setting *s)
{
    const struct preprocess *p = &plan->model->preprocess;
    const struct tensor *t = plan->graph->n_inputs > 0 ? &plan->graph->tensors[plan->graph->inputs[0]] : NULL;

    *s = (struct setting){.plan = plan, .name = plan->model->name, .NAME = NAME, .t = t};
    if (t == NULL || !fits(t))
        return false;
    s->raw = p->n > 0 ? p->type : TYPE_F32;
    s->channels = (struct mote_channels){.raw = (uint8_t)s->raw,
                                         .type = (uint8_t)t->type,
                                         .swap = strcmp(p->channels, "bgr") == 0,
                                         .n = (uint32_t)p->n,
                                         .mean = p->mean,
                                         .inverse = p->inverse,
                                         .scale = t->quant.n > 0 ? t->quant.scale[0] : 0,
                                         .zero = t->quant.n > 0 ? t->quant.zero[0] : 0};
    s->elements = (uint32_t)tensor_elements(t);
    s->rows = rows_of(t);
    s->cuts = plan->feed.rows > 0 || (s->channels.swap && s->elements / s->rows % 3 != 0);
    s->tables = type_bits(s->raw) == 8 && t->type != TYPE_F32 && p->n <= TABLES_MAX;
    return true;
}

bool c_sets_input(const struct plan *plan)
{
    struct setting s;

    return find(plan, "", &s);
}

/* An anomaly detector's output 0, where it can be compared with the input: mote_model_score() would. */
static const struct tensor *scored_output(const struct setting *s)
{
    const struct graph *g = s->plan->graph;
    const struct tensor *out = g->n_outputs > 0 ? &g->tensors[g->outputs[0]] : NULL;

    return s->plan->model->task.kind == MOTE_TASK_ANOMALY && out != NULL && fits(out) &&
                   tensor_elements(out) == s->elements
               ? out
               : NULL;
}

bool c_scores(const struct plan *plan)
{
    struct setting s;

    return find(plan, "", &s) && scored_output(&s) != NULL;
}

/* ---- the header ---- */
static void put_numbers(struct text *t, const struct setting *s, const char *what, const float *numbers)
{
    text_add(t, "#define %s_%s {", s->NAME, what);
    for (uint32_t i = 0; i < s->channels.n; i++)
        text_add(t, "%s%.8ef", i > 0 ? ", " : "", (double)numbers[i]);
    text_add(t, "}\n");
}

static void put_how(struct text *t, const struct setting *s)
{
    if (s->channels.n == 0)
        text_add(t, " * Raw numbers are reals.");
    else
        text_add(t, " * real = (raw - mean) * (1 / std)%s.",
                 s->channels.n > 1 ? " of each channel; channels take turns" : "");
    if (s->channels.swap)
        text_add(t, " Raw pictures are RGB, whatever the model\n * has: red and blue change here.");
    text_add(t, " */\n");
}

static void put_rows_header(struct text *t, const struct setting *s)
{
    if (s->cuts)
        return;
    text_add(t,
             "/* The same, one row at a time, in any order, all rows before an inference: time steps, lines of a "
             "picture. */\n#define %s_ROWS %u\n#define %s_ROW_BYTES (%s_RAW_BYTES / %s_ROWS)\n"
             "void %s_set_input_row(%s, uint32_t row, const %s *raw);\n",
             s->NAME, s->rows, s->NAME, s->NAME, s->NAME, s->name, c_arena(s->plan, false), c_type(s->raw));
}

static void put_score_header(struct text *t, const struct setting *s)
{
    if (scored_output(s) != NULL)
        text_add(t,
                 "/* After an inference: how badly output 0 repeats the raw sample that input 0 was set from "
                 "(mote/score.h). */\nfloat %s_score(%s, const %s *raw);\n",
                 s->name, c_arena(s->plan, true), c_type(s->raw));
}

void c_input_header(struct text *t, const struct plan *plan, const char *NAME)
{
    struct setting s;

    if (!find(plan, NAME, &s))
        return;
    text_add(t,
             "\n/* Input 0 from a raw sample: its numbers as the data of training had them, in the input's shape.\n");
    put_how(t, &s);
    text_add(t, "#define %s_RAW_BYTES %lld\n", NAME, (long long)s.elements * type_bits(s.raw) / 8);
    text_add(t, "#define %s_CHANNELS %u\n", NAME, s.channels.n);
    if (s.channels.n > 0) {
        put_numbers(t, &s, "MEAN", plan->model->preprocess.mean);
        put_numbers(t, &s, "STD", plan->model->preprocess.std);
    }
    text_add(t, "void %s_set_input(%s, const %s *raw);\n", s.name, c_arena(plan, false), c_type(s.raw));
    put_rows_header(t, &s);
    put_score_header(t, &s);
}

/* ---- the source ---- */
/* Every result of every byte, by the device's own code. */
static void put_tables(struct text *t, const struct setting *s)
{
    uint32_t n = s->channels.n, bytes = mote_input_bytes((uint8_t)s->t->type); /* n is not 0: that is float32 */
    uint8_t raw[256], *table = pool_alloc(s->plan->pool, (size_t)n * 256 * bytes);
    struct mote_channels one = s->channels;

    for (int i = 0; i < 256; i++)
        raw[i] = (uint8_t)i;
    one.swap = 0;
    for (uint32_t c = 0; c < n; c++) {
        one.n = 1;
        one.mean = s->channels.mean + c;
        one.inverse = s->channels.inverse + c;
        mote_input_set(&one, 0, raw, table + (size_t)c * 256 * bytes, 256);
    }
    text_add(t, "\n/* What input 0 gets for each byte%s. */\n", n > 1 ? " of a channel; channel after channel" : "");
    c_array(t, pool_printf(s->plan->pool, "static const MOTE_FLASH %s %s_results", c_type(s->t->type), s->name),
            s->t->type, table, (int64_t)n * 256 * bytes);
    text_add(t,
             "\nstatic const struct mote_channel_tables %s_raw = {\n    .type = %d, .swap = %d, .n = %u, .table = "
             "%s_results\n};\n",
             s->name, s->t->type, s->channels.swap, n, s->name);
}

static void put_channels(struct text *t, const struct setting *s, const char *what)
{
    struct pool *pool = s->plan->pool;
    int64_t bytes = (int64_t)s->channels.n * (int64_t)sizeof(float);

    if (s->channels.n > 0) {
        text_add(t, "\n/* How raw numbers become input 0. */\n");
        c_array(t, pool_printf(pool, "static const MOTE_FLASH float %s_mean", s->name), TYPE_F32,
                (const uint8_t *)s->channels.mean, bytes);
        c_array(t, pool_printf(pool, "static const MOTE_FLASH float %s_inverse", s->name), TYPE_F32,
                (const uint8_t *)s->channels.inverse, bytes);
    }
    text_add(t, "\nstatic const struct mote_channels %s_%s = {\n    .raw = %d, .type = %d, .swap = %d, .n = %u,\n",
             s->name, what, s->raw, s->t->type, s->channels.swap, s->channels.n);
    if (s->channels.n > 0)
        text_add(t, "    .mean = %s_mean, .inverse = %s_inverse,\n", s->name, s->name);
    text_add(t, "    .scale = %af, .zero = %d\n};\n", (double)s->channels.scale, s->channels.zero);
}

static void put_score(struct text *t, const struct setting *s)
{
    const struct tensor *out = scored_output(s);
    bool quantized = out != NULL && out->quant.n == 1;

    if (out == NULL)
        return;
    if (s->tables)
        put_channels(t, s, "reals");
    text_add(t,
             "\nfloat %s_score(%s, const %s *raw)\n{\n    static const struct mote_scored output = "
             "{.type = %d, .scale = %af, .zero = %d};\n\n    return mote_score_of(&%s_%s, raw, &output, "
             "%s_output_0(arena), %u);\n}\n",
             s->name, c_arena(s->plan, true), c_type(s->raw), out->type, quantized ? (double)out->quant.scale[0] : 0.0,
             quantized ? out->quant.zero[0] : 0, s->name, s->tables ? "reals" : "raw", s->name, s->elements);
}

void c_input_source(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *how;
    struct setting s;

    if (!find(plan, NAME, &s))
        return;
    if (s.tables)
        put_tables(t, &s);
    else
        put_channels(t, &s, "raw");
    put_score(t, &s);
    how = s.tables ? "look_up" : "set";
    text_add(t,
             "\nvoid %s_set_input(%s, const %s *raw)\n{\n    mote_input_%s(&%s_raw, 0, raw, "
             "%s_input_0(arena), %u);\n}\n",
             s.name, c_arena(plan, false), c_type(s.raw), how, s.name, s.name, s.elements);
    if (s.cuts)
        return;
    text_add(t,
             "\nvoid %s_set_input_row(%s, uint32_t row, const %s *raw)\n{\n    if (row < %s_ROWS)\n"
             "        mote_input_%s(&%s_raw, row * %uu, raw, %s_input_0(arena), %u);\n}\n",
             s.name, c_arena(plan, false), c_type(s.raw), NAME, how, s.name, s.elements / s.rows, s.name,
             s.elements / s.rows);
}
