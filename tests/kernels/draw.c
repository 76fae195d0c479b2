/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/draw.h"

#include "mote/kernel.h"
#include "tests/kernels/memory.h"

#define COUNT(a) ((int32_t)(sizeof(a) / sizeof(a)[0]))

/* splitmix64 */
uint32_t draw_word(struct draw *d)
{
    uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

int32_t draw_between(struct draw *d, int32_t min, int32_t max)
{
    uint64_t n = (uint64_t)((int64_t)max - min) + 1;

    return (int32_t)(min + (int64_t)((draw_word(d) * n) >> 32));
}

bool draw_one_in(struct draw *d, int32_t n) { return draw_between(d, 1, n) == 1; }

static int32_t within(int32_t x, int32_t min, int32_t max) { return x < min ? min : x > max ? max : x; }

int32_t draw_edge(struct draw *d, int32_t min, int32_t max)
{
    switch (draw_between(d, 0, 7)) {
    case 0:
        return min;
    case 1:
        return max;
    case 2:
        return within(draw_between(d, -2, 2), min, max);
    default:
        return draw_between(d, min, max);
    }
}

int32_t draw_size(struct draw *d, int32_t most)
{
    int32_t size = draw_between(d, 1, most);

    switch (draw_between(d, 0, 7)) {
    case 0:
        return within(draw_between(d, 1, 3), 1, most);
    case 1:
        return most;
    case 2:
        return within((size + 8) / 16 * 16 + draw_between(d, -1, 1), 1, most);
    default:
        return draw_one_in(d, 2) ? within(size, 1, 9) : size;
    }
}

int32_t draw_mult(struct draw *d)
{
    static const int32_t ends[] = {0, 1, INT32_C(1) << 30, 0x7fff0000, 0x7ffeffff, INT32_MAX};

    if (draw_one_in(d, 6))
        return ends[draw_between(d, 0, COUNT(ends) - 1)];
    return draw_between(d, draw_one_in(d, 8) ? 0 : INT32_C(1) << 30, INT32_MAX);
}

int32_t draw_shift(struct draw *d, int32_t min, int32_t max)
{
    if (draw_one_in(d, 4))
        return draw_edge(d, min, max);
    return within(draw_between(d, -14, 2), min, max);
}

int32_t draw_float(struct draw *d, bool wild)
{
    static const uint32_t ends[] = {0x7fc00000, 0x7f800000, 0xff800000, 0x7f7fffff, 0xff7fffff, 0x00000001,
                                    0x80000001, 0x4f000000, 0xcf000000, 0x4f800000, 0x00800000, 0x3effffff};
    float x = (float)draw_between(d, -2000000, 2000000) / 1000000.0f;
    int32_t bits;

    if (wild && draw_one_in(d, 4))
        return (int32_t)ends[draw_between(d, 0, COUNT(ends) - 1)];
    if (draw_one_in(d, 16))
        x = (float)draw_between(d, -2, 2);
    if (x == 0 && draw_one_in(d, 2))
        x = -0.0f;
    memcpy(&bits, &x, 4);
    return bits;
}

/* ---- elements ---- */
uint32_t draw_element_bytes(int32_t type)
{
    static const uint8_t bits[] = {
        [0] = 8,
#define TYPE(number, NAME, name, bits, ctype) [number] = bits,
#include "mote/ops/types_def.h"
    };

    return bits[type] < 8 ? 1 : bits[type] / 8;
}

static int32_t type_min(int32_t type)
{
    return type == MOTE_ARG_S8 ? INT8_MIN : type == MOTE_ARG_S16 ? INT16_MIN : type == MOTE_ARG_S32 ? INT32_MIN : 0;
}

static int32_t type_max(int32_t type)
{
    switch (type) {
    case MOTE_ARG_S8:
        return INT8_MAX;
    case MOTE_ARG_S16:
        return INT16_MAX;
    case MOTE_ARG_S32:
        return INT32_MAX;
    case MOTE_ARG_U16:
    case MOTE_ARG_F16:
        return UINT16_MAX;
    case MOTE_ARG_BOOL:
        return 1;
    default:
        return UINT8_MAX;
    }
}

static void draw_element(struct draw *d, int32_t type, bool wild, uint8_t *to, uint32_t n)
{
    uint64_t x;

    if (type == MOTE_ARG_F32)
        x = (uint32_t)draw_float(d, wild);
    else if (type == MOTE_ARG_S64) /* sums of products, and any */
        x = (uint64_t)((int64_t)((uint64_t)draw_word(d) << 32 | draw_word(d)) >> draw_between(d, 0, 63));
    else if (type == MOTE_ARG_U64)
        x = ((uint64_t)draw_word(d) << 32 | draw_word(d)) >> draw_between(d, 0, 63);
    else if (type == MOTE_ARG_U32)
        x = draw_word(d) >> draw_between(d, 0, 31);
    else if (type == MOTE_ARG_F16)
        x = draw_word(d) >> 16;
    else
        x = (uint64_t)(int64_t)draw_edge(d, type_min(type), type_max(type));
    memcpy(to, &x, n); /* little-endian, as all of Mote's machines */
}

void draw_elements(struct draw *d, int32_t type, uint8_t *data, uint32_t bytes)
{
    uint32_t size = draw_element_bytes(type), done = 0;
    bool wild = draw_one_in(d, 8), equal = draw_one_in(d, 12); /* equal ones: the largest sums */

    for (; done + size <= bytes; done += size)
        if (equal && done > 0)
            memcpy(data + done, data, size);
        else
            draw_element(d, type, wild, data + done, size);
    for (; done < bytes; done++)
        data[done] = (uint8_t)draw_word(d);
}
