/* SPDX-License-Identifier: Apache-2.0 */
#include "host/operators/turns.h"

#include "mote/kernels/signal/fft_order.h"

#include <math.h>

struct turns {
    enum mote_type type;
    double sign;
    union {
        void *next;
        int16_t *s16;
        int32_t *s32;
        float *f32;
    } to;
};

static void put(struct turns *t, double x)
{
    switch (t->type) {
    case TYPE_F32:
        *t->to.f32++ = (float)x;
        return;
    case TYPE_S32:
        *t->to.s32++ = (int32_t)floor(0.5 + INT32_MAX * x);
        return;
    default:
        assert(t->type == TYPE_S16);
        *t->to.s16++ = (int16_t)floor(0.5 + INT16_MAX * x);
    }
}

static void put_turn(struct turns *t, double half_turns)
{
    const double pi = 3.14159265358979323846, angle = t->sign * pi * half_turns;

    put(t, cos(angle));
    put(t, sin(angle));
}

static void put_turns(struct turns *to, int32_t n)
{
    for (int32_t m = mote_fft_smallest(n); m < n; m *= 4)
        for (int32_t k = 0; k < m; k++)
            for (int32_t i = 1; i <= 3; i++)
                put_turn(to, 2.0 * (k * i) / (4 * m));
    for (int32_t k = 1; k <= n / 2; k++)
        put_turn(to, (double)k / n + 0.5);
}

int32_t lower_turns(struct lowering *l, int32_t length, enum mote_type type, bool inverse)
{
    const size_t bytes = (size_t)mote_fft_turns(length) * 2 * (size_t)(type_bits(type) / 8);
    void *table = pool_alloc(l->model->pool, bytes);
    struct turns to = {.type = type, .sign = inverse ? 1 : -1, .to.next = table};

    put_turns(&to, length / 2);
    assert((const char *)to.to.next == (const char *)table + bytes);
    return lower_const(l, "turns", type, table, bytes, true);
}
