/* SPDX-License-Identifier: Apache-2.0 */
/* Constants as C initializers. Every value reads back to the same bits. */
#include <inttypes.h>
#include <math.h>

#include "host/emit/c/c.h"

#define LINE_WIDTH 110

const char *c_type(enum mote_type type)
{
    static const char *const names[] = {
#define TYPE(number, NAME, name, bits, ctype) [number] = #ctype,
#include "mote/ops/types_def.h"
    };

    assert((size_t)type < COUNT(names) && names[type] != NULL);
    return names[type];
}

static int put_float(char out[64], double x, const char *suffix)
{
    if (isnan(x))
        return snprintf(out, 64, "__builtin_nanf(\"\")");
    if (isinf(x))
        return snprintf(out, 64, "%s__builtin_inff()", x < 0 ? "-" : "");
    return snprintf(out, 64, "%a%s", x, suffix);
}

/* Bytes of the C type: a 128-bit element is two. */
static int c_bytes(enum mote_type type)
{
    int bytes = type_bits(type) / 8;

    return bytes < 8 ? bytes : 8;
}

/* An element as C text. */
static int put_element(char out[64], enum mote_type type, const uint8_t *p)
{
    int64_t wide = 0;
    float f;
    double d;

    switch (type) {
    case TYPE_F32:
        memcpy(&f, p, sizeof f);
        return put_float(out, (double)f, "f");
    case TYPE_F64:
        memcpy(&d, p, sizeof d);
        return put_float(out, d, "");
    case TYPE_S8:
        return snprintf(out, 64, "%d", (int8_t)*p);
    case TYPE_S16:
        return snprintf(out, 64, "%d", (int16_t)(p[0] | p[1] << 8));
    case TYPE_S32:
        if (le32(p) == 0x80000000u)
            return snprintf(out, 64, "-2147483647 - 1");
        return snprintf(out, 64, "%" PRId32, (int32_t)le32(p));
    case TYPE_S64:
        memcpy(&wide, p, sizeof wide);
        return wide == INT64_MIN ? snprintf(out, 64, "-INT64_C(9223372036854775807) - 1")
                                 : snprintf(out, 64, "INT64_C(%" PRId64 ")", wide);
    default: /* unsigned and types that kernels only move */
        for (int b = c_bytes(type); b-- > 0;)
            wide = (int64_t)((uint64_t)wide << 8 | p[b]);
        return snprintf(out, 64, "%" PRIu64 "u", (uint64_t)wide);
    }
}

static void put_elements(struct text *t, enum mote_type type, const uint8_t *data, int64_t n)
{
    size_t line = t->len;

    for (int64_t i = 0; i < n; i++) {
        char element[64];
        int len = put_element(element, type, data + i * c_bytes(type));

        if (i == 0 || t->len - line + (size_t)len + 2 > LINE_WIDTH) {
            text_add(t, "\n    ");
            line = t->len - 4;
        } else {
            text_add(t, " ");
        }
        text_add(t, "%s,", element);
    }
}

void c_array(struct text *t, const char *head, enum mote_type type, const uint8_t *data, int64_t bytes)
{
    int64_t n = bytes / c_bytes(type);

    assert(bytes > 0 && bytes % c_bytes(type) == 0);
    text_add(t, "%s[%lld] = {", head, (long long)n);
    put_elements(t, type, data, n);
    text_add(t, "\n};\n");
}

void c_constant(struct text *t, const struct plan *plan, int32_t value, bool as_data)
{
    const struct value *v = &plan->values[value];
    int bytes = c_bytes(v->type);
    const char *head =
        pool_printf(plan->pool, "%sstatic const %s_Alignas(%d) %s %s_c%d", v->weight ? "MOTE_WEIGHTS\n" : "",
                    as_data ? "" : "MOTE_FLASH ", bytes > 4 ? bytes : 4, c_type(v->type), plan->model->name, value);

    assert(v->kind == VALUE_CONST && v->data != NULL);
    text_add(t, "\n/* %s */\n", c_comment(plan->pool, v->name));
    c_array(t, head, v->type, v->data, v->bytes);
}
