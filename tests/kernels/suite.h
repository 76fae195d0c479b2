/* SPDX-License-Identifier: Apache-2.0 */
/* What the harness does with one kernel, on the host and on boards alike. */
#ifndef TESTS_KERNELS_SUITE_H
#define TESTS_KERNELS_SUITE_H

#include "tests/kernels/check.h"

struct suite {
    struct check check;
    uint32_t features; /* instruction sets of the versions that are checked */
    uint64_t seed;     /* of the first case */
    int32_t cases;     /* of each kernel */
    struct case_limits limits, bench_limits;
    int32_t bench_cases;
    bool layers; /* those of models are timed, not random cases */
};

/* Boards have less memory. Memory of suite_memory_bytes() is to be lent. */
struct suite suite_for_host(void);
struct suite suite_for_board(void);
uint32_t suite_memory_bytes(const struct suite *s);

struct suite_result {
    uint32_t hash;            /* of all that the portable version wrote; no number where one is wanted is one value */
    struct check_fault fault; /* the first; .what is NULL: none */
    const char *version;      /* whose, */
    uint64_t seed;            /* and in which case */
};
/* All versions on all cases, until one is at fault. */
struct suite_result suite_check(struct suite *s, const struct known_kernel *known);

/* Draws and lays out case i to be timed, from *seed on, which moves behind it; false if there are no more. */
bool suite_bench_case(struct suite *s, const struct known_kernel *known, int32_t i, uint64_t *seed,
                      struct kernel_case *c);

#endif
