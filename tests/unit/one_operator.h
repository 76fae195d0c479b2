/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of single operators, from the graph through lowering to their kernels: one operator as a model, values
 * whose extremes are over-drawn, and the reference's arithmetic otherwise than the kernels have it. */
#ifndef TESTS_ONE_OPERATOR_H
#define TESTS_ONE_OPERATOR_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/operators/elementwise.h"
#include "host/plan/plan.h"

/* ---- values ---- */
extern uint64_t seed; /* of the draws; tests set it, so that each can be run alone */

uint32_t draw(void);
int32_t between(int32_t min, int32_t max);
bool chance(int32_t one_in);
/* An integer of the type, its extremes often. */
int64_t draw_integer(enum mote_type type);
/* A scale over some magnitudes. */
float draw_scale(void);
/* Element i of integers. */
int64_t get(const void *data, enum mote_type type, int64_t i);
void put(void *data, enum mote_type type, int64_t i, int64_t x);

/* ---- arithmetic: divisions that cut off, as the definition has them ---- */
struct multiplier {
    int32_t m;
    int e;
};
int32_t wrap(int64_t x);
struct multiplier multiplier(double real);
int32_t scaled(int32_t x, struct multiplier r);
int64_t clamp(int64_t x, int64_t lo, int64_t hi);

/* ---- one operator as a model ---- */
struct fixture {
    struct pool pool;
    struct model m;
    struct graph *g;
    struct report_text sink;
    struct frame root;
    int32_t n_in, in[24];
    enum coding coding; /* of weights */
    struct plan plan;
    uint8_t *arena;
};
void set_up(struct fixture *f);
void tear_down(struct fixture *f);
/* Tensors, by index: scale 0 is not quantized; data NULL is computed. */
int32_t tensor(struct fixture *f, enum mote_type type, int rank, const int64_t *dims, float scale, int32_t zero,
               const void *data);
int32_t ints(struct fixture *f, int64_t n, const int32_t *values);
/* n elements of the fixture's pool. */
void *draw_tensor(struct fixture *f, enum mote_type type, int64_t n);
/* What of its inputs is computed, and its output, are the graph's. */
struct op *add_op(struct fixture *f, enum op_id id, int n, const int32_t *in, int32_t out);
/* Infers, lowers, and gives the arena; states are reset. */
enum mote_status prepare(struct fixture *f);
/* All steps; `piece` rows at a time. */
void run(const struct fixture *f, int32_t piece);
void *memory_of(const struct fixture *f, int32_t tensor);
void must(const struct fixture *f, enum mote_status status);
/* prepare() fails so, with this in its message; ends the fixture. */
void expect_refused(struct fixture *f, enum mote_status want, const char *text);
void PRINTF(1, 2) failed(const char *format, ...);

/* ---- multi-indices ---- */
int64_t product(int rank, const int64_t *dims);
void unravel(int64_t i, int rank, const int64_t *dims, int64_t *at);
int64_t ravel(int rank, const int64_t *dims, const int64_t *at);

#endif
