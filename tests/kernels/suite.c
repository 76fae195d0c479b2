/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/suite.h"

#include "tests/kernels/layers.h"

#define HASH_START  UINT32_C(2166136261)
#define BENCH_DRAWS 16

/* What any of layers_def.h takes, in the memory of the smallest board that they are counted on. */
#define LAYERS_MEMORY 400000

struct suite suite_for_host(void)
{
    return (struct suite){.seed = 1,
                          .cases = 100,
                          .limits = {1 << 20, 400000, 70000, false},
                          .bench_limits = {1 << 16, 3000000, 0, true},
                          .bench_cases = 20};
}

struct suite suite_for_board(void)
{
    return (struct suite){.seed = 1,
                          .cases = 20,
                          .limits = {1 << 11, 20000, 0, false},
                          .bench_limits = {1 << 12, 100000, 0, true},
                          .bench_cases = 5};
}

uint32_t suite_memory_bytes(const struct suite *s)
{
    uint32_t a = s->limits.argument_bytes, b = s->bench_limits.argument_bytes;

    return s->layers ? LAYERS_MEMORY : CHECK_MEMORY(a > b ? a : b);
}

static struct suite_result check_case(struct suite *s, const struct known_kernel *known, uint64_t seed)
{
    struct suite_result r = {.version = known->versions[0].name, .seed = seed};
    struct kernel_case c;

    if (!case_draw(&c, known->kernel, seed, &s->limits)) {
        r.fault = (struct check_fault){.what = "no parameters that the contract takes", .argument = ""};
        return r;
    }
    r.fault = check_reference(&s->check, &c, known->versions[0].version);
    r.hash = check_hash(&s->check, &c);
    for (int32_t v = 1; v < known->n && r.fault.what == NULL; v++) {
        r.version = known->versions[v].name;
        r.fault = check_version(&s->check, &c, known->versions[v].version);
    }
    return r;
}

struct suite_result suite_check(struct suite *s, const struct known_kernel *known)
{
    struct suite_result r = {.hash = HASH_START};
    uint32_t hash = HASH_START;

    for (int32_t i = 0; i < s->cases && r.fault.what == NULL; i++) {
        r = check_case(s, known, s->seed + (uint64_t)i);
        hash = (hash ^ r.hash) * UINT32_C(16777619);
    }
    r.hash = hash;
    return r;
}

/* The longest of some. */
static bool draw_long(struct suite *s, const struct known_kernel *known, uint64_t *seed, struct kernel_case *c)
{
    uint64_t best = *seed;
    double most = 0;

    for (int i = 0; i < BENCH_DRAWS; i++, ++*seed)
        if (case_draw(c, known->kernel, *seed, &s->bench_limits) && case_operations(c) > most) {
            most = case_operations(c);
            best = *seed;
        }
    return case_draw(c, known->kernel, best, &s->bench_limits);
}

bool suite_bench_case(struct suite *s, const struct known_kernel *known, int32_t i, uint64_t *seed,
                      struct kernel_case *c)
{
    if (s->layers ? !layer_case(c, known->kernel, i) : i >= s->bench_cases || !draw_long(s, known, seed, c))
        return false;
    return check_reference(&s->check, c, known->versions[0].version).what == NULL;
}
