/* SPDX-License-Identifier: Apache-2.0 */
/* An operator's options, by the table of host/formats/tflite/ops.c. */
#include "host/import/tflite/reader.h"

/* An option's word; only one that is refused, or that the graph says, has no place. */
static void put(void *to, const void *word)
{
    assert(to != NULL);
    memcpy(to, word, sizeof(int32_t));
}

/* Both enums have TFLite's numbers in Mote, which has more of them. */
static enum mote_status read_enum(const struct tfl_option *o, struct fb_table table, int count, void *to,
                                  const struct frame *at)
{
    int32_t value = fb_s8(table, o->field);

    if (value < 0 || value >= count)
        return fail(at, MOTE_ERR_FORMAT, "option %s is %d, which means nothing", o->name, (int)value);
    put(to, &value);
    return MOTE_OK;
}

static enum mote_status read_dims(const struct tfl_option *o, struct fb_table table, void *to, const struct frame *at)
{
    struct fb_vector v = fb_get_vector(table, o->field, 4);
    int32_t bits = 0;

    for (uint32_t i = 0; i < v.n; i++) {
        int32_t d = fb_s32_at(v, i);

        if (d < -RANK_MAX || d >= RANK_MAX)
            return fail(at, MOTE_ERR_FORMAT, "option %s names dimension %d", o->name, (int)d);
        bits |= 1 << (d < 0 ? 16 + d : d);
    }
    put(to, &bits);
    return MOTE_OK;
}

static enum mote_status read_option(const struct tfl_option *o, struct fb_table table, void *to, const struct frame *at)
{
    int32_t value = 0;
    float real;

    switch ((enum tfl_option_kind)o->kind) {
    case TFL_OPTION_FLOAT:
        real = fb_f32(table, o->field);
        put(to, &real);
        return MOTE_OK;
    case TFL_OPTION_PADDING:
        return read_enum(o, table, PADDING_VALID + 1, to, at);
    case TFL_OPTION_ACTIVATION:
        return read_enum(o, table, ACTIVATION_SIGN_BIT + 1, to, at);
    case TFL_OPTION_DIMS:
        return read_dims(o, table, to, at);
    case TFL_OPTION_REFUSED:
        if (fb_s8(table, o->field) != 0)
            return fail(at, MOTE_ERR_UNSUPPORTED, "option %s is %d; Mote takes only 0", o->name,
                        fb_s8(table, o->field));
        return MOTE_OK;
    case TFL_OPTION_INT:
        value = fb_s32(table, o->field, o->initial);
        break;
    case TFL_OPTION_FLAG:
        value = fb_bool(table, o->field);
        break;
    case TFL_OPTION_IS_S32:
        value = fb_s8(table, o->field) == TFL_TYPE_INT32;
        break;
    default: /* the graph says it */
        return MOTE_OK;
    }
    put(to, &value);
    return MOTE_OK;
}

enum mote_status tfl_read_options(const struct tfl_op *row, struct fb_table operator_table, void *opts,
                                  const struct frame *at)
{
    uint8_t type = (uint8_t)fb_s8(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS_TYPE);
    struct fb_table table;

    if ((type != TFL_NoOptions && type != row->table) || fb_s8(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS_2_TYPE))
        return fail(at, MOTE_ERR_FORMAT, "the options are another operator's");
    table = fb_get_table(operator_table, TFL_OPERATOR_BUILTIN_OPTIONS);
    for (unsigned i = row->n_fields; i < table.n_fields; i++)
        if (fb_has(table, i))
            return fail(at, MOTE_ERR_UNSUPPORTED, "the options have a field %u, newer than this Mote", i);
    for (int i = 0; i < row->n_options; i++) {
        const struct tfl_option *o = &row->options[i];

        if (tfl_option_is_read(o->kind))
            TRY(read_option(o, table, opts ? (char *)opts + o->to : NULL, at)); /* a refused one has no place */
    }
    return fb_status(operator_table.fb, at);
}
