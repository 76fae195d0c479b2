/* SPDX-License-Identifier: Apache-2.0 */
/* A case of a kernel: parameters and arguments that its contract allows, drawn from a seed. What ranges and names say
 * is drawn by rules for all kernels; what the parameters owe each other, by a function a family (cases.c). */
#ifndef TESTS_KERNELS_CASES_H
#define TESTS_KERNELS_CASES_H

#include "mote/kernel.h"
#include "tests/kernels/draw.h"

#define CASE_PARAMS_MAX 40
#define CASE_TABLE_MAX  32 /* numbers of a constant that says how arguments are walked: 8 lines of 4 */

struct kernel_case {
    struct draw draw;
    const struct mote_kernel *kernel;
    bool usual;       /* constants as models have them, for which versions have tricks; else anything */
    int32_t most;     /* the largest dimension to draw */
    bool large;       /* dimensions are from half of it on */
    int32_t long_one; /* the parameter that is a dimension beyond 16 bits all the same, -1: none */
    int32_t params[CASE_PARAMS_MAX];
    uint32_t bytes[MOTE_ARGS_MAX + 1]; /* need()'s answer */
    int32_t table[CASE_TABLE_MAX];
    bool near; /* hostile: a good case with something wrong in it; else anything */
};

/* No argument is larger, and no case longer. */
struct case_limits {
    uint32_t argument_bytes;
    double operations;
    int32_t longest; /* now and then one dimension is about so long; 0: none is */
    bool large;      /* no small dimensions, as models have few, and usual constants: for timing */
};

/* Draws until the contract takes the parameters; false if it never does. */
bool case_draw(struct kernel_case *c, const struct mote_kernel *kernel, uint64_t seed,
               const struct case_limits *limits);
/* Contents of argument i, of bytes[i] bytes. */
void case_fill(struct kernel_case *c, int32_t i, uint8_t *data);
/* What the argument's elements are: a type's number, 0 if the kernel moves bytes. */
int32_t case_type(const struct kernel_case *c, int32_t i);
int32_t case_rows(const struct kernel_case *c);
double case_operations(const struct kernel_case *c);

/* The parameters from anywhere in their ranges, and contents that may be of any kind: what a hostile image has. */
bool case_draw_hostile(struct kernel_case *c, const struct mote_kernel *kernel, uint64_t seed,
                       const struct case_limits *limits);
void case_fill_hostile(struct kernel_case *c, int32_t i, uint8_t *data);

#endif
