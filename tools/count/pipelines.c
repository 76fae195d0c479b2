/* SPDX-License-Identifier: Apache-2.0 */
#include "pipelines.h"

static enum unit unit_of(const struct instruction *i)
{
    static const uint8_t unit[KINDS] = {
        [KIND_SHIFT] = UNIT_SHIFT,
        [KIND_SIMD] = UNIT_SIMD,
        [KIND_EXTEND] = UNIT_SIMD,
        [KIND_SYSTEM] = UNIT_LONE,
        [KIND_BARRIER] = UNIT_LONE,
        [KIND_LOAD] = UNIT_LOAD,
        [KIND_LOAD_NARROW] = UNIT_LOAD,
        [KIND_LOAD_MULTI] = UNIT_LONE,
        [KIND_LOAD_FLOAT] = UNIT_LOAD,
        [KIND_LOAD_VECTOR] = UNIT_VECTOR_MEMORY,
        [KIND_STORE] = UNIT_STORE,
        [KIND_STORE_INDEXED] = UNIT_STORE,
        [KIND_STORE_MULTI] = UNIT_LONE,
        [KIND_STORE_FLOAT] = UNIT_STORE,
        [KIND_STORE_VECTOR] = UNIT_VECTOR_MEMORY,
        [KIND_MUL] = UNIT_MAC,
        [KIND_MAC] = UNIT_MAC,
        [KIND_MUL_LONG] = UNIT_MAC,
        [KIND_MAC_LONG] = UNIT_MAC,
        [KIND_DIVIDE] = UNIT_LONE,
        [KIND_BRANCH] = UNIT_BRANCH,
        [KIND_BRANCH_IF] = UNIT_BRANCH,
        [KIND_BRANCH_REGISTER] = UNIT_BRANCH,
        [KIND_CALL] = UNIT_BRANCH,
        [KIND_CALL_REGISTER] = UNIT_BRANCH,
        [KIND_TABLE] = UNIT_LONE,
        [KIND_LOOP_END] = UNIT_BRANCH,
        [KIND_FLOAT] = UNIT_FLOAT,
        [KIND_FLOAT_MUL] = UNIT_FLOAT,
        [KIND_FLOAT_MAC] = UNIT_FLOAT,
        [KIND_FLOAT_DIVIDE] = UNIT_LONE,
        [KIND_FLOAT_MOVE2] = UNIT_FLOAT,
        [KIND_VECTOR] = UNIT_VECTOR_INTEGER,
        [KIND_VECTOR_MUL] = UNIT_VECTOR_FLOAT,
        [KIND_VECTOR_FLOAT] = UNIT_VECTOR_FLOAT,
    };

    return unit[i->kind];
}

/* Two ALUs and two ways to load, one of each other unit; parallel instructions go first or alone. */
static bool pairs_m7(const struct instruction *first, const struct instruction *second)
{
    enum unit a = unit_of(first), b = unit_of(second);

    return a != UNIT_LONE && b != UNIT_LONE && a != UNIT_BRANCH && b != UNIT_SIMD &&
           (a != b || a == UNIT_ALU || a == UNIT_LOAD);
}

static bool is_light(const struct instruction *i)
{
    return i->kind == KIND_SHORT || i->kind == KIND_EXTEND || i->kind == KIND_IT || unit_of(i) == UNIT_BRANCH;
}

/* Two instructions of 16 bits, one of them an addition or the like, or a branch. */
static bool pairs_short(const struct instruction *first, const struct instruction *second)
{
    return first->bytes == 2 && second->bytes == 2 && (is_light(first) || is_light(second)) &&
           unit_of(first) != UNIT_BRANCH;
}

#define PRODUCTS(n) [KIND_MUL] = (n), [KIND_MAC] = (n), [KIND_MUL_LONG] = (n), [KIND_MAC_LONG] = (n)

const struct pipeline pipeline_m7 = {
    .latency = {[KIND_LOAD_NARROW] = 2, PRODUCTS(2)},
    .takes = {[KIND_DIVIDE] = 7, [KIND_TABLE] = 2, [KIND_SYSTEM] = 3, [KIND_BARRIER] = 3, [KIND_FLOAT_DIVIDE] = 16},
    .words = 2,
    .early = 1,
    .forwards_products = true,
    .pairs = pairs_m7,
};

const struct pipeline pipeline_m33 = {
    .latency = {[KIND_LOAD] = 2, [KIND_LOAD_NARROW] = 2, [KIND_SIMD] = 2, PRODUCTS(2)},
    .takes = {[KIND_DIVIDE] = 7, [KIND_TABLE] = 3, [KIND_FLOAT_MAC] = 3, [KIND_FLOAT_DIVIDE] = 14},
    .words = 1,
    .forwards_products = true,
    .pairs = pairs_short,
};

const struct pipeline pipeline_m55 = {
    .latency = {[KIND_LOAD] = 2,
                [KIND_LOAD_NARROW] = 2,
                [KIND_SIMD] = 2,
                PRODUCTS(2),
                [KIND_VECTOR_MUL] = 2,
                [KIND_VECTOR_FLOAT] = 2},
    .takes = {[KIND_DIVIDE] = 7, [KIND_TABLE] = 3, [KIND_FLOAT_DIVIDE] = 14},
    .words = 2,
    .beats = 2,
    .pairs = pairs_short,
};

static bool accumulates(enum kind kind) { return kind == KIND_MAC || kind == KIND_MAC_LONG; }

/* When its registers are there. */
static uint32_t when_ready(const struct pipeline *p, const struct pipeline_state *s, const struct instruction *i)
{
    uint32_t when = 0;

    for (unsigned r = 0; r < PC; r++) {
        uint32_t ready = s->ready[r];

        if (!(i->reads >> r & 1) || ready == 0)
            continue;
        ready += i->address >> r & 1 ? p->early : 0;
        ready -= p->forwards_products && accumulates(i->kind) && (s->products >> r & 1);
        when = ready > when ? ready : when;
    }
    return when;
}

static uint32_t cycles_of(const struct pipeline *p, const struct instruction *i)
{
    if (i->kind == KIND_LOOP_END)
        return 0;
    if (i->kind == KIND_LOAD_MULTI || i->kind == KIND_STORE_MULTI)
        return (uint32_t)(i->words + p->words - 1) / p->words;
    return p->takes[i->kind] ? p->takes[i->kind] : 1;
}

static void finish(const struct pipeline *p, struct pipeline_state *s, const struct instruction *i)
{
    uint32_t latency = p->latency[i->kind] ? p->latency[i->kind] : 1, cycles = cycles_of(p, i);
    bool product = unit_of(i) == UNIT_MAC;

    if (latency < cycles)
        latency = cycles;
    for (unsigned r = 0; r < PC; r++)
        if (i->writes >> r & 1) /* what an address is written back to is there early */
            s->ready[r] = s->now + (i->address >> r & 1 ? 1 : latency);
    s->products = (uint16_t)((s->products & ~i->writes) | (product ? i->writes : 0));
    if (unit_of(i) >= UNIT_VECTOR_MEMORY)
        s->free[unit_of(i)] = s->now + p->beats;
}

unsigned pipeline_add(const struct pipeline *p, struct pipeline_state *s, const struct instruction *before,
                      const struct instruction *i)
{
    uint32_t ready = when_ready(p, s, i), end = s->end, unit = s->free[unit_of(i)];

    s->paired = before && !s->paired && p->pairs(before, i) && ready <= s->now;
    if (!s->paired) {
        s->now = end > ready ? end : ready;
        s->now = unit > s->now ? unit : s->now;
        s->end = s->now + cycles_of(p, i);
    }
    finish(p, s, i);
    return s->end - end;
}
