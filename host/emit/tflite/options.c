/* SPDX-License-Identifier: Apache-2.0 */
/* Operators' options, by the table of host/formats/tflite/ops.c. */
#include "host/emit/tflite/tflite.h"

static int32_t word_of(const struct op *op, size_t offset)
{
    int32_t word;

    memcpy(&word, (const char *)op->opts + offset, sizeof word);
    return word;
}

static bool is_list(const struct tfl_option *o) { return o->kind == TFL_OPTION_DIMS || o->kind == TFL_OPTION_SHAPE; }

/* ---- numbers ---- */
static void put_from_graph(struct fb_fields *f, const struct tfl_option *o, const struct graph *g, const struct op *op)
{
    switch ((enum tfl_option_kind)o->kind) {
    case TFL_OPTION_FALSE:
        fb_put_u8(f, o->field, 0, 1);
        break;
    case TFL_OPTION_INPUTS:
        fb_put_u32(f, o->field, (uint32_t)op->n_in, 0);
        break;
    case TFL_OPTION_OUTPUTS:
        fb_put_u32(f, o->field, (uint32_t)op->n_out, 0);
        break;
    case TFL_OPTION_MULTIPLIER:
        fb_put_u32(f, o->field, (uint32_t)(op_out(g, op, 0)->dims[3] / op_in(g, op, 0)->dims[3]), 0);
        break;
    case TFL_OPTION_IN_TYPE:
        fb_put_u8(f, o->field, (uint8_t)tfl_type_number(op_in(g, op, 0)->type), 0);
        break;
    case TFL_OPTION_OUT_TYPE:
        fb_put_u8(f, o->field, (uint8_t)tfl_type_number(op_out(g, op, 0)->type), 0);
        break;
    default: /* it is the options' */
        break;
    }
}

static void put_number(struct fb_fields *f, const struct tfl_option *o, const struct op *op)
{
    const int32_t word = o->kind == TFL_OPTION_REFUSED ? 0 : word_of(op, o->to);
    float real;

    switch ((enum tfl_option_kind)o->kind) {
    case TFL_OPTION_INT:
        fb_put_u32(f, o->field, (uint32_t)word, (uint32_t)o->initial);
        break;
    case TFL_OPTION_FLOAT:
        memcpy(&real, &word, sizeof real);
        fb_put_f32(f, o->field, real, 0.0f);
        break;
    case TFL_OPTION_IS_S32:
        fb_put_u8(f, o->field, word ? TFL_TYPE_INT32 : 0, 0);
        break;
    default: /* a byte of the same values */
        fb_put_u8(f, o->field, (uint8_t)word, 0);
        break;
    }
}

/* ---- lists ---- */
/* Dimensions from bits: d for dimension d, 16 - d for dimension -d. */
static size_t list_dims(int32_t bits, int32_t dims[32])
{
    size_t n = 0;

    for (int32_t d = -RANK_MAX; d < RANK_MAX; d++)
        if (bits >> (d < 0 ? 16 + d : d) & 1)
            dims[n++] = d;
    return n;
}

static void write_list(struct fb_writer *w, size_t from, const struct tfl_option *o, const struct graph *g,
                       const struct op *op)
{
    int32_t dims[32];
    size_t n = 0;

    if (o->kind == TFL_OPTION_DIMS)
        n = list_dims(word_of(op, o->to), dims);
    else
        for (; n < (size_t)op_out(g, op, 0)->rank; n++)
            dims[n] = (int32_t)op_out(g, op, 0)->dims[n];
    fb_write_s32s(w, from, dims, n);
}

/* ---- tables ---- */
void tfl_write_options(struct fb_writer *w, size_t from, const struct graph *g, const struct op *op,
                       const struct tfl_op *row)
{
    struct fb_fields f = {0};
    size_t table;

    for (int i = 0; i < row->n_options; i++) {
        const struct tfl_option *o = &row->options[i];

        if (is_list(o))
            fb_refer(&f, o->field);
        else if (tfl_option_is_read(o->kind))
            put_number(&f, o, op);
        else
            put_from_graph(&f, o, g, op);
    }
    table = fb_write_table(w, from, &f);
    for (int i = 0; i < row->n_options; i++)
        if (is_list(&row->options[i]))
            write_list(w, fb_slot(w, table, row->options[i].field), &row->options[i], g, op);
}

static bool is_said(const struct tfl_op *row, size_t offset)
{
    for (int i = 0; i < row->n_options; i++)
        if (tfl_option_is_read(row->options[i].kind) && row->options[i].kind != TFL_OPTION_REFUSED &&
            row->options[i].to == offset)
            return true;
    return false;
}

const char *tfl_unsaid_option(const struct op *op, const struct tfl_op *row)
{
    const struct opts_info *opts = &opts_info[op_info[op->id].opts];

    for (int32_t i = 0; i < opts->n; i++)
        if (!is_said(row, 4 * (size_t)i) && word_of(op, 4 * (size_t)i) != 0)
            return opts->fields[i].name;
    return NULL;
}
