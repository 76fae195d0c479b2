/* SPDX-License-Identifier: Apache-2.0 */
/* Portable conversion: the definition of cast.h. Every element passes through 32 bits, or through a float. */
#include "cast.h"

#include "../shared/integers.h"
#include "../shared/rows.h"

/* u32 and s32 are the same bits here. */
static uint32_t load(const void *data, int32_t type, int32_t i)
{
    if (type == MOTE_ARG_BOOL)
        return ((const uint8_t *)data)[i] != 0;
    return (uint32_t)mote_integer(data, type == MOTE_ARG_U32 ? MOTE_ARG_S32 : type, i);
}

static void store(void *data, int32_t type, int32_t i, uint32_t x)
{
    switch (mote_cast_size(type)) {
    case 1:
        ((uint8_t *)data)[i] = type == MOTE_ARG_BOOL ? x != 0 : (uint8_t)x;
        break;
    case 2:
        ((uint16_t *)data)[i] = (uint16_t)x;
        break;
    default:
        ((uint32_t *)data)[i] = x;
        break;
    }
}

static uint32_t from_float(float x, int32_t type)
{
    if (type == MOTE_ARG_BOOL)
        return x != 0.0f;
    if (type == MOTE_ARG_U32)
        return x >= 4294967296.0f ? UINT32_MAX : x > 0.0f ? (uint32_t)x : 0;
    if (x >= 2147483648.0f)
        return INT32_MAX;
    return x > -2147483648.0f ? (uint32_t)(int32_t)x : x == x ? (uint32_t)INT32_MIN : 0;
}

static void cast_row(const struct mote_cast *p, const void *in, int32_t from, void *out, int32_t to)
{
    for (int32_t i = 0; i < p->len; i++) {
        if (p->in_type == MOTE_ARG_F32 && p->out_type == MOTE_ARG_F32) {
            ((float *)out)[to + i] = ((const float *)in)[from + i];
        } else if (p->in_type == MOTE_ARG_F32) {
            store(out, p->out_type, to + i, from_float(((const float *)in)[from + i], p->out_type));
        } else {
            uint32_t x = load(in, p->in_type, from + i);

            if (p->out_type == MOTE_ARG_F32)
                ((float *)out)[to + i] = p->in_type == MOTE_ARG_U32 ? (float)x : (float)(int32_t)x;
            else
                store(out, p->out_type, to + i, x);
        }
    }
}

MOTE_WEAK void mote_cast(const struct mote_cast *p, const void *in, void *out, int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        cast_row(p, in, mote_ring(r, p->in_ring) * p->len, out, mote_ring(r, p->out_ring) * p->len);
}

static void run_cast(const struct mote_call *c) { mote_cast(c->params, c->args[0], c->args[1], c->first, c->count); }

MOTE_KERNEL_VERSION(cast, portable);
