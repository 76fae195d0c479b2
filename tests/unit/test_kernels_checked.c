/* SPDX-License-Identifier: Apache-2.0 */
/* All kernels on random cases (tests/kernels/), hostile parameters among them; and the harness itself: what its cases
 * reach, and wrong versions that it must find out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/target/target.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "mote/kernels/elementwise/requantize_s8.h"
#include "tests/kernels/check.h"
#include "tests/kernels/layers.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

enum { ARGUMENT_BYTES = 1 << 19, CASES = 200, HOSTILE_LEAST = 50, REACH_CASES = 1500 };

static const struct case_limits limits = {ARGUMENT_BYTES, 100000, 66000, false},
                                hostile_limits = {1 << 14, 100000, 0, false};

static struct check fresh_check(void)
{
    struct check k = {.size = CHECK_MEMORY(ARGUMENT_BYTES)};

    k.memory = aligned_alloc(16, k.size);
    assert_non_null(k.memory);
    return k;
}

static void fails(const struct known_kernel *known, int32_t version, uint64_t seed, const struct check_fault *f)
{
    if (f->what != NULL)
        fail_msg("%s/%s, seed %llu: %s: %s[%u] is %d, want %d", known->kernel->name, known->versions[version].name,
                 (unsigned long long)seed, f->what, f->argument, f->at, f->got, f->want);
}

/* ---- kernels ---- */
static struct known_kernel known_here(int32_t i)
{
    return known_kernel(i, target_host().features | FEATURES_IN_C, true);
}

static void every_version_is_the_portable_one(void **state)
{
    struct check k = fresh_check();

    (void)state;
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_here(i);

        for (uint64_t seed = 1; seed <= CASES; seed++) {
            struct kernel_case c;
            struct check_fault f;

            assert_true(case_draw(&c, known.kernel, seed, &limits));
            f = check_reference(&k, &c, known.versions[0].version);
            fails(&known, 0, seed, &f);
            for (int32_t v = 1; v < known.n; v++) {
                f = check_version(&k, &c, known.versions[v].version);
                fails(&known, v, seed, &f);
            }
        }
    }
    free(k.memory);
}

static bool in_ranges(const struct kernel_case *c)
{
    for (int32_t i = 0; i < c->kernel->n_params; i++)
        if (c->params[i] < c->kernel->ranges[i].min || c->params[i] > c->kernel->ranges[i].max)
            return false;
    return true;
}

static void every_version_is_the_portable_one_on_layers(void **state)
{
    struct check k = fresh_check();
    int layers = 0;

    (void)state;
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_here(i);
        struct kernel_case c;

        for (int32_t n = 0; layer_name(known.kernel, n) != NULL; n++, layers++) {
            struct check_fault f;

            assert_true(layer_case(&c, known.kernel, n));
            assert_true(in_ranges(&c));
            f = check_reference(&k, &c, known.versions[0].version);
            fails(&known, 0, (uint64_t)n, &f);
            for (int32_t v = 1; v < known.n; v++) {
                f = check_version(&k, &c, known.versions[v].version);
                fails(&known, v, (uint64_t)n, &f);
            }
        }
        assert_false(layer_case(&c, known.kernel, 1000));
    }
    assert_true(layers > 20);
    free(k.memory);
}

static void no_parameters_do_harm(void **state)
{
    struct check k = fresh_check();

    (void)state;
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_here(i);
        int ran = 0;

        for (uint64_t seed = 1; seed <= 2000 && ran < 500; seed++) {
            struct kernel_case c;
            struct check_fault f;
            bool did;

            if (!case_draw_hostile(&c, known.kernel, seed, &hostile_limits))
                continue;
            f = check_hostile(&k, &c, known.versions[seed % (uint64_t)known.n].version, &did);
            fails(&known, (int32_t)(seed % (uint64_t)known.n), seed, &f);
            ran += did;
        }
        if (ran < HOSTILE_LEAST)
            fail_msg("%s ran %d times only: the draw is too wild", known.kernel->name, ran);
    }
    free(k.memory);
}

/* ---- what the cases reach ---- */
struct reach {
    int32_t least[CASE_PARAMS_MAX], most[CASE_PARAMS_MAX];
    bool many_rows;
};

static void reach_of(const struct mote_kernel *kernel, struct reach *r)
{
    for (int32_t p = 0; p < kernel->n_params; p++)
        r->least[p] = INT32_MAX;
    for (uint64_t seed = 1; seed <= REACH_CASES; seed++) {
        struct kernel_case c;

        assert_true(case_draw(&c, kernel, seed, &limits));
        r->many_rows |= case_rows(&c) > 3;
        for (int32_t p = 0; p < kernel->n_params; p++) {
            r->least[p] = c.params[p] < r->least[p] ? c.params[p] : r->least[p];
            r->most[p] = c.params[p] > r->most[p] ? c.params[p] : r->most[p];
        }
    }
}

/* Flags, zero points, clamps and shifts: narrow ranges; of types and of kernels' rows not all will do. */
static bool ends_are_wanted(const struct mote_range *range, const char *name)
{
    return (int64_t)range->max - range->min <= UINT16_MAX && range->max < MOTE_DIM_MAX &&
           range->max != MOTE_KERNEL_ROWS_MAX && strstr(name, "type") == NULL;
}

static bool is_dimension(const struct mote_range *range) { return range->min == 1 && range->max >= MOTE_DIM_MAX; }

/* The kernels that reduce axes, unpack or choose boxes compute all in one row, and so does
 * the one whose output is there already. */
static bool has_rows(const struct mote_kernel *kernel)
{
    return strncmp(kernel->name, "reduce_", 7) != 0 && strncmp(kernel->name, "mean_", 5) != 0 &&
           strncmp(kernel->name, "unpack_", 7) != 0 && strncmp(kernel->name, "detection_", 10) != 0 &&
           strncmp(kernel->name, "non_max_", 8) != 0 && strcmp(kernel->name, "update_slice") != 0;
}

static void cases_reach_the_ends(void **state)
{
    (void)state;
    for (int32_t i = 0; i < known_kernels_count; i++) {
        const struct mote_kernel *kernel = known_here(i).kernel;
        struct reach r = {.many_rows = false};

        reach_of(kernel, &r);
        if (has_rows(kernel) && !r.many_rows)
            fail_msg("%s: no case of more than 3 rows", kernel->name);
        for (int32_t p = 0; p < kernel->n_params; p++) {
            const struct mote_range *range = &kernel->ranges[p];
            const char *name = kernel->param_names[p];

            if (ends_are_wanted(range, name) && (r.least[p] != range->min || r.most[p] != range->max))
                fail_msg("%s: %s is %d to %d, not %d to %d", kernel->name, name, r.least[p], r.most[p], range->min,
                         range->max);
            if (is_dimension(range) && r.most[p] < 4)
                fail_msg("%s: %s is %d at most", kernel->name, name, r.most[p]);
        }
    }
}

static void a_seed_is_a_case(void **state)
{
    struct kernel_case a, b;

    (void)state;
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    for (uint64_t seed = 1; seed < 20; seed++) {
        assert_true(case_draw(&a, known_here(0).kernel, seed, &limits));
        assert_true(case_draw(&b, known_here(0).kernel, seed, &limits));
        assert_memory_equal(a.params, b.params, sizeof a.params);
    }
}

/* ---- wrong versions ---- */
extern const struct mote_version mote_version_requantize_s8_portable, mote_version_unary_f32_portable,
    mote_version_lstm_s8_portable, mote_version_fully_connected_s8_portable;

static void right(const struct mote_call *call) { mote_version_requantize_s8_portable.run(call); }

static int8_t *first_out(const struct mote_call *call)
{
    const struct mote_requantize_s8 *p = call->params;

    return (int8_t *)call->args[1] + call->first % p->out_ring * p->len;
}

/* The tail of 16 elements and one. */
static void wrong_tail(const struct mote_call *call)
{
    const struct mote_requantize_s8 *p = call->params;

    right(call);
    if (p->len % 16 == 1)
        first_out(call)[p->len - 1] ^= 1;
}

static void wrong_extreme(const struct mote_call *call)
{
    const struct mote_requantize_s8 *p = call->params;

    right(call);
    if (p->in_zero == INT8_MIN && p->mult == INT32_MAX)
        first_out(call)[0] ^= 1;
}

/* The guards are poisoned where AddressSanitizer watches: these two mean it. */
#define UNWATCHED __attribute__((no_sanitize("address")))

static UNWATCHED void writes_behind(const struct mote_call *call)
{
    const struct mote_requantize_s8 *p = call->params;

    right(call);
    ((int8_t *)call->args[1])[p->out_ring * p->len] ^= 1;
}

static UNWATCHED void writes_before(const struct mote_call *call)
{
    right(call);
    ((int8_t *)call->args[1])[-1] ^= 1;
}

static void writes_its_input(const struct mote_call *call)
{
    right(call);
    ((int8_t *)call->args[0])[0] ^= 1;
}

static void leaves_an_element_out(const struct mote_call *call)
{
    const struct mote_requantize_s8 *p = call->params;
    int8_t *last = first_out(call) + p->len - 1, was = *last;

    right(call);
    *last = was;
}

static void computes_one_row(const struct mote_call *call)
{
    struct mote_call one = *call;

    one.count = 1;
    right(&one);
}

static void forgets_the_first_row(const struct mote_call *call)
{
    struct mote_call from_zero = *call;

    from_zero.first = 0;
    right(&from_zero);
}

static const struct mote_kernel *kernel_named(const char *name)
{
    for (int32_t i = 0; i < known_kernels_count; i++)
        if (strcmp(known_here(i).kernel->name, name) == 0)
            return known_here(i).kernel;
    fail_msg("no kernel %s", name);
    return NULL;
}

/* The first fault that is found in some cases, or none. */
static const char *found_in(const char *kernel, const struct mote_version *portable, const struct mote_version *version,
                            bool as_reference)
{
    struct check k = fresh_check();
    struct check_fault f = {.what = NULL};

    for (uint64_t seed = 1; seed <= 1000 && f.what == NULL; seed++) {
        struct kernel_case c;

        assert_true(case_draw(&c, kernel_named(kernel), seed, &limits));
        f = check_reference(&k, &c, as_reference ? version : portable);
        if (f.what == NULL && !as_reference)
            f = check_version(&k, &c, version);
    }
    free(k.memory);
    return f.what;
}

static void wrong_versions_are_found(void **state)
{
    static const struct {
        void (*run)(const struct mote_call *call);
        const char *what;
    } wrong[] = {
        {right, NULL},
        {wrong_tail, "is not the portable version's"},
        {wrong_extreme, "is not the portable version's"},
        {writes_behind, "wrote behind the argument"},
        {writes_before, "wrote before the argument"},
        {writes_its_input, "wrote into what it only reads"},
        {leaves_an_element_out, "is not the portable version's"},
        {computes_one_row, "is not the portable version's"},
        {forgets_the_first_row, "depends on the rows of a call or on what memory held"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct mote_version version = {.run = wrong[i].run};
        const char *what = found_in("requantize_s8", &mote_version_requantize_s8_portable, &version, false);

        if (wrong[i].what == NULL)
            assert_null(what);
        else
            assert_string_equal(what != NULL ? what : "nothing", wrong[i].what);
    }
}

/* The definition itself has no other to be compared with. */
static void a_wrong_definition_is_found(void **state)
{
    static void (*const runs[])(const struct mote_call *call) = {writes_behind, writes_its_input, leaves_an_element_out,
                                                                 forgets_the_first_row};

    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        const struct mote_version version = {.run = runs[i]};

        assert_non_null(found_in("requantize_s8", NULL, &version, true));
    }
}

/* No number is no number, whichever. */
static void another_nan(const struct mote_call *call)
{
    uint32_t *out = call->args[1];

    mote_version_unary_f32_portable.run(call);
    if ((out[0] & INT32_MAX) > 0x7f800000)
        out[0] = 0xffc12345;
}

static void any_nan_will_do(void **state)
{
    const struct mote_version version = {.run = another_nan};

    (void)state;
    assert_null(found_in("unary_f32", &mote_version_unary_f32_portable, &version, false));
}

/* What is kept between inferences is a result, too. */
static void wrong_state(const struct mote_call *call)
{
    mote_version_lstm_s8_portable.run(call);
    ((int8_t *)call->args[7])[0] ^= 1;
}

static void state_is_compared(void **state)
{
    const struct mote_version version = {.run = wrong_state};

    (void)state;
    assert_string_equal(found_in("lstm_s8", &mote_version_lstm_s8_portable, &version, false),
                        "is not the portable version's");
}

/* ---- packed arguments and scratch ---- */
static uint32_t roundabout_fit(const void *params, uint32_t *bytes)
{
    const struct mote_fully_connected_s8 *p = params;

    bytes[1] = mote_packed_align((uint32_t)p->out_c, 4) * mote_packed_align((uint32_t)p->in_len, 4);
    return (uint32_t)p->out_c * (uint32_t)p->in_len;
}

static void roundabout_shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_s8 *p = params;

    assert_int_equal(arg, 1);
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->in_len;
}

/* Weights are unpacked into scratch, for the portable version. */
static void unpack_and_run(const struct mote_call *call)
{
    const struct mote_fully_connected_s8 *p = call->params;
    int32_t shape[MOTE_PACKED_DIMS] = {p->out_c, p->in_len};
    int8_t *to = call->args[6];
    void *args[6];

    for (int32_t o = 0; o < p->out_c; o++)
        for (int32_t i = 0; i < p->in_len; i++)
            *to++ = ((const int8_t *)call->args[1])[mote_packed_quads_4(shape, (uint32_t)o, (uint32_t)i)];
    memcpy(args, call->args, sizeof args);
    args[1] = call->args[6];
    mote_version_fully_connected_s8_portable.run(
        &(struct mote_call){.params = p, .args = args, .first = call->first, .count = call->count});
}

static UNWATCHED void overruns_its_scratch(const struct mote_call *call)
{
    const struct mote_fully_connected_s8 *p = call->params;

    unpack_and_run(call);
    ((int8_t *)call->args[6])[p->out_c * p->in_len] ^= 1;
}

static void writes_packed_weights(const struct mote_call *call)
{
    unpack_and_run(call);
    ((int8_t *)call->args[1])[0] ^= 1;
}

/* On what scratch holds from the call before. */
static void relies_on_scratch(const struct mote_call *call)
{
    const struct mote_fully_connected_s8 *p = call->params;

    if (call->first == 0)
        unpack_and_run(call);
    else {
        void *args[6];

        memcpy(args, call->args, sizeof args);
        args[1] = call->args[6];
        mote_version_fully_connected_s8_portable.run(
            &(struct mote_call){.params = p, .args = args, .first = call->first, .count = call->count});
    }
}

static void packed_and_scratch_arguments_are_checked(void **state)
{
    static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4), 0, 0, 0, 0};
    static const struct {
        void (*run)(const struct mote_call *call);
        const char *what;
    } versions[] = {
        {unpack_and_run, NULL},
        {overruns_its_scratch, "wrote behind the argument"},
        {writes_packed_weights, "wrote into what it only reads"},
        {relies_on_scratch, "depends on the rows of a call or on what memory held"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const struct mote_version version = {
            .run = versions[i].run, .forms = forms, .fit = roundabout_fit, .shape = roundabout_shape};
        const char *what = found_in("fully_connected_s8", &mote_version_fully_connected_s8_portable, &version, false);

        if (versions[i].what == NULL)
            assert_null(what);
        else
            assert_string_equal(what != NULL ? what : "nothing", versions[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_is_the_portable_one),
        cmocka_unit_test(every_version_is_the_portable_one_on_layers),
        cmocka_unit_test(no_parameters_do_harm),
        cmocka_unit_test(cases_reach_the_ends),
        cmocka_unit_test(a_seed_is_a_case),
        cmocka_unit_test(wrong_versions_are_found),
        cmocka_unit_test(a_wrong_definition_is_found),
        cmocka_unit_test(any_nan_will_do),
        cmocka_unit_test(state_is_compared),
        cmocka_unit_test(packed_and_scratch_arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
