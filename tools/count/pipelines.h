/* SPDX-License-Identifier: Apache-2.0 */
/* Cores that issue two instructions a cycle and whose results have a latency, for which no table of cycles is
 * published: instructions go in order, each when its registers and its unit are ready, with the one before it if the
 * two are a pair. Floating-point and vector registers are not followed. */
#ifndef MOTE_PIPELINES_H
#define MOTE_PIPELINES_H

#include "classes.h"

enum unit {
    UNIT_ALU,
    UNIT_SHIFT,
    UNIT_SIMD,
    UNIT_LOAD,
    UNIT_STORE,
    UNIT_MAC,
    UNIT_BRANCH,
    UNIT_FLOAT,
    UNIT_LONE, /* whatever nothing pairs with */
    UNIT_VECTOR_MEMORY,
    UNIT_VECTOR_INTEGER,
    UNIT_VECTOR_FLOAT, /* and products */
    UNITS,
};

struct pipeline {
    uint8_t latency[KINDS]; /* cycles from an instruction to one that needs its result; 0: 1 */
    uint8_t takes[KINDS];   /* cycles to the next one that is no pair with it; 0: 1 */
    uint8_t words;          /* moved in a cycle by what moves several registers */
    uint8_t early;          /* cycles by which an address is needed earlier than other operands */
    uint8_t beats;          /* cycles that a vector keeps its unit */
    bool forwards_products; /* to an accumulator, a cycle earlier */
    bool (*pairs)(const struct instruction *first, const struct instruction *second);
};

extern const struct pipeline pipeline_m7, pipeline_m33, pipeline_m55;

/* Where a block is; all zero at its start. */
struct pipeline_state {
    uint32_t now, end;    /* cycles: when the last instruction was issued, when one that is no pair with it may be */
    uint32_t ready[16];   /* when a register may be read */
    uint32_t free[UNITS]; /* when a vector's unit may be taken */
    uint16_t products;    /* registers that hold a product */
    bool paired;          /* the last instruction was the second of a pair */
};

/* The cycles that one more instruction adds, behind `before` (NULL: nothing). */
unsigned pipeline_add(const struct pipeline *p, struct pipeline_state *s, const struct instruction *before,
                      const struct instruction *i);

#endif
