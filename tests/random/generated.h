/* SPDX-License-Identifier: Apache-2.0 */
/* The C of many plans as one shared object, since a run of the C compiler costs as much as many models. Its kernels are
 * the program's own, which must export them. */
#ifndef MOTE_TESTS_GENERATED_H
#define MOTE_TESTS_GENERATED_H

#include "host/plan/plan.h"

/* A model's functions. */
struct entry {
    int32_t inputs, outputs, steps, rows; /* rows of an input that is fed; 0: it is whole */
    size_t arena_bytes, second_bytes;     /* 0: there is one arena */
    void (*reset)(void *arena);           /* of two, an array of them, and so below */
    void (*run)(void *arena);
    void (*step)(void *arena, int32_t step);
    int32_t (*feed)(void *arena, const void *row);
    void *(*input)(void *arena, int32_t i);
    uint32_t (*input_bytes)(int32_t i);
    const void *(*output)(const void *arena, int32_t i);
    uint32_t (*output_bytes)(int32_t i);
};

struct generated {
    const char *dir;
    void *library;
    const struct entry *entries; /* [n] in the plans' order */
    size_t n;
};

/* Models get other names. Close it whatever came. */
MUST_CHECK enum mote_status generated_open(struct pool *pool, struct plan *const *plans, size_t n,
                                           struct generated *out, const struct frame *at);
void generated_close(struct generated *c);

#endif
