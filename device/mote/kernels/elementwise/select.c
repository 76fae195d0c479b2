/* SPDX-License-Identifier: Apache-2.0 */
/* Portable choice between two operands: the definition of select.h. */
#include "select.h"

#include "../../memory.h"
#include "../shared/rows.h"

/* Where the three operands of a row are, or their strides, in elements. */
struct places {
    int32_t condition, a, b;
};

static struct places places_of(const MOTE_FLASH int32_t *line) { return (struct places){line[1], line[2], line[3]}; }

static struct places step(struct places at, struct places by, int32_t times)
{
    return (struct places){at.condition + by.condition * times, at.a + by.a * times, at.b + by.b * times};
}

/* memmove of a constant size is a load and a store; an operand may be where the result is. No step leads behind the
 * last element: along a dimension of 1 a stride may be anything. */
#define LOOP(size)                                                                                                     \
    for (int32_t i = 0;; at = step(at, by, 1)) {                                                                       \
        memmove(out + i * (size), condition[at.condition] ? a + at.a * (size) : b + at.b * (size), size);              \
        if (++i == n)                                                                                                  \
            break;                                                                                                     \
    }

static void innermost(int32_t size, const uint8_t *condition, const uint8_t *a, const uint8_t *b, struct places at,
                      struct places by, uint8_t *out, int32_t n)
{
    switch (size) {
    case 1:
        LOOP(1);
        break;
    case 2:
        LOOP(2);
        break;
    case 4:
        LOOP(4);
        break;
    default:
        LOOP(8);
        break;
    }
}

static void select_row(const struct mote_select *p, const uint8_t *condition, const uint8_t *a, const uint8_t *b,
                       const MOTE_FLASH int32_t *shape, uint8_t *out)
{
    const MOTE_FLASH int32_t *inner = shape + 4 * (p->rank - 1);
    struct places at = {0, 0, 0};
    int32_t index[MOTE_RANK_MAX] = {0};

    for (;;) {
        int32_t d = p->rank - 2;

        innermost(p->size, condition, a, b, at, places_of(inner), out, inner[0]);
        out += inner[0] * p->size;
        for (; d >= 0 && index[d] == shape[4 * d] - 1; d--) {
            at = step(at, places_of(shape + 4 * d), -index[d]);
            index[d] = 0;
        }
        if (d < 0)
            return;
        index[d]++;
        at = step(at, places_of(shape + 4 * d), 1);
    }
}

MOTE_WEAK void mote_select(const struct mote_select *p, const uint8_t *condition, const void *a, const void *b,
                           const MOTE_FLASH int32_t *shape, void *out, int32_t first, int32_t count)
{
    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        select_row(p, condition + mote_ring(r, p->condition_ring) * p->condition_len,
                   (const uint8_t *)a + mote_ring(r, p->a_ring) * p->a_len * p->size,
                   (const uint8_t *)b + mote_ring(r, p->b_ring) * p->b_len * p->size, shape,
                   (uint8_t *)out + mote_ring(r, p->out_ring) * p->out_len * p->size);
}

static void run_select(const struct mote_call *c)
{
    mote_select(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first, c->count);
}

MOTE_KERNEL_VERSION(select, portable);
