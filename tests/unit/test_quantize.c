/* SPDX-License-Identifier: Apache-2.0 */
/* What the host works out for kernels: multipliers, activation ranges, windows, and a mean's axes. Expected numbers are
 * worked out by hand from docs/EXACT.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/operators/quantization.h"
#include "host/plan/plan.h"
#include "mote/runtime/registry.h"

static void multipliers(void **state)
{
    static const struct {
        double scale;
        int32_t mult, shift;
    } cases[] = {
        {.scale = 0},
        {.scale = 1, .mult = 1 << 30, .shift = 1},
        {.scale = 0.5, .mult = 1 << 30},
        {.scale = 0.75, .mult = 3 << 29},
        {.scale = 3, .mult = 3 << 29, .shift = 2},
        {.scale = 1 - 1.0 / (INT64_C(1) << 40), .mult = 1 << 30, .shift = 1}, /* rounds up to 2^31, which is no int32 */
        {.scale = 0.5 + 1.5 / (INT64_C(1) << 32), .mult = (1 << 30) + 1},
        {.scale = 0.5 + 1.0 / (INT64_C(1) << 32), .mult = (1 << 30) + 1}, /* a tie */
        {.scale = 1.0 / (INT64_C(1) << 32), .mult = 1 << 30, .shift = -31},
        {.scale = 1.0 / (INT64_C(1) << 33)},
        {.scale = 1073741824.0, .mult = 1 << 30, .shift = 31},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t mult, shift;

        quantize_multiplier(cases[i].scale, &mult, &shift);
        assert_int_equal(mult, cases[i].mult);
        assert_int_equal(shift, cases[i].shift);
    }
}

static void activation_ranges(void **state)
{
    static const struct {
        int activation;
        float scale;
        int32_t zero, lo, hi;
    } cases[] = {
        {.activation = ACTIVATION_NONE, .scale = 0.5f, .zero = 3, .lo = -128, .hi = 127},
        {.activation = ACTIVATION_TANH, .scale = 0.5f, .zero = 3, .lo = -128, .hi = 127},
        {.activation = ACTIVATION_RELU, .scale = 0.5f, .zero = 3, .lo = 3, .hi = 127},
        {.activation = ACTIVATION_RELU, .scale = 0.5f, .zero = -128, .lo = -128, .hi = 127},
        {.activation = ACTIVATION_RELU6, .scale = 0.5f, .zero = 3, .lo = 3, .hi = 15},
        {.activation = ACTIVATION_RELU6, .scale = 0.01f, .hi = 127},
        {.activation = ACTIVATION_RELU6, .scale = 4.0f, .hi = 2}, /* 1.5 rounds away from zero */
        {.activation = ACTIVATION_RELU_N1_TO_1, .scale = 0.25f, .zero = 1, .lo = -3, .hi = 5},
        {.activation = ACTIVATION_RELU_N1_TO_1, .scale = 2.0f, .lo = -1, .hi = 1},
        {.activation = ACTIVATION_RELU_N1_TO_1, .scale = 0.001f, .lo = -128, .hi = 127},
    };
    struct report_text text = {0};
    const struct frame at = {.name = "test", .index = -1, .sink = &text};
    int32_t lo, hi;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tensor t = {.quant = {1, 0, &cases[i].scale, &cases[i].zero}};

        assert_int_equal(activation_range_s8(&t, cases[i].activation, &lo, &hi, &at), MOTE_OK);
        assert_int_equal(lo, cases[i].lo);
        assert_int_equal(hi, cases[i].hi);
    }

    struct tensor tiny = {.quant = {1, 0, &(const float){1e-12f}, &(const int32_t){0}}};
    assert_int_equal(activation_range_s8(&tiny, ACTIVATION_RELU6, &lo, &hi, &at), MOTE_ERR_QUANT);
}

static void windows(void **state)
{
    static const struct {
        int how;
        int64_t in, filter, stride, spread, before, after, out, pad;
    } cases[] = {
        {.how = PADDING_SAME, .in = 10, .filter = 4, .stride = 2, .spread = 1, .out = 5, .pad = 1},
        {.how = PADDING_SAME,
         .in = 5,
         .filter = 3,
         .stride = 1,
         .spread = 1,
         .before = 9,
         .after = 9,
         .out = 5,
         .pad = 1},
        {.how = PADDING_SAME, .in = 49, .filter = 10, .stride = 2, .spread = 1, .out = 25, .pad = 4},
        {.how = PADDING_SAME, .in = 1, .filter = 7, .stride = 3, .spread = 1, .out = 1, .pad = 3},
        {.how = PADDING_SAME, .in = 4, .filter = 1, .stride = 3, .spread = 1, .out = 2},
        {.how = PADDING_SAME, .in = 8, .filter = 3, .stride = 1, .spread = 2, .out = 8, .pad = 2},
        {.how = PADDING_VALID, .in = 10, .filter = 4, .stride = 2, .spread = 1, .out = 4},
        {.how = PADDING_VALID, .in = 10, .filter = 3, .stride = 1, .spread = 4, .out = 2},
        {.how = PADDING_VALID, .in = 3, .filter = 4, .stride = 1, .spread = 1},
        {.how = PADDING_VALID, .in = 3, .filter = 9, .stride = 2, .spread = 1},
        {.how = PADDING_EXPLICIT,
         .in = 5,
         .filter = 3,
         .stride = 2,
         .spread = 1,
         .before = 2,
         .after = 1,
         .out = 3,
         .pad = 2},
        {.how = PADDING_EXPLICIT, .in = 1, .filter = 4, .stride = 1, .spread = 1, .before = 1, .after = 1},
        {.how = PADDING_SAME, .in = 5, .filter = 3, .spread = 1},
        {.how = PADDING_VALID, .in = 5, .filter = 3, .stride = 1},
        {.how = PADDING_EXPLICIT, .in = 5, .filter = 3, .stride = 1, .spread = 1, .before = -1},
        {.how = PADDING_SAME, .in = DIM_UNKNOWN, .filter = 3, .stride = 1, .spread = 1, .out = DIM_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct window w = window_fit(cases[i].how, cases[i].in, cases[i].filter, cases[i].stride, cases[i].spread,
                                     cases[i].before, cases[i].after);

        assert_int_equal(w.out, cases[i].out);
        assert_int_equal(w.pad_before, cases[i].pad);
    }
}

/* Equal scales and n a power of two: the multiplier is 1/2 and the rest of 1 / n the shift, so the sum is halved, ties
 * up, and then divided by n / 2, ties away from zero. */
static int64_t mean_of(int64_t sum, int64_t n)
{
    int64_t half = sum + 1 >= 0 ? (sum + 1) / 2 : -((-sum) / 2);

    if (n == 1)
        return sum;
    return half < 0 ? -((-half + n / 4) / (n / 2)) : (half + n / 4) / (n / 2);
}

/* A model of one MEAN, planned and run. `by_rows`: rows of it are folded. */
static void check_mean(bool by_rows, int rank, const int64_t *dims, int n_axes, const int32_t *axes)
{
    struct pool pool = {0};
    struct model m = {.pool = &pool, .name = "mean"};
    struct report_text text = {0};
    const struct frame at = {.name = "test", .index = -1, .sink = &text};
    struct graph *g = model_add_graph(&m, "main");
    struct tensor in = {.name = "in", .type = TYPE_S8, .rank = rank}, out = {.name = "out", .type = TYPE_S8};
    int32_t ids[3], outputs, per;
    struct tensor list = {
        .name = "axes", .type = TYPE_S32, .rank = 1, .dims = {n_axes}, .data = (const void *)(n_axes ? axes : &per)};
    void (*run)(const struct mote_call *call);
    const struct step *s;
    struct plan plan;
    int64_t sums[256] = {0};
    int32_t folded[256];

    memcpy(in.dims, dims, (size_t)rank * sizeof *dims);
    quant_set(&m, &in.quant, 0.5f, -7);
    quant_set(&m, &out.quant, 0.5f, 11);
    ids[0] = graph_add_tensor(&m, g, &in);
    ids[1] = graph_add_tensor(&m, g, &list);
    ids[2] = graph_add_tensor(&m, g, &out);
    graph_add_op(&m, g, OP_MEAN, 2, ids, 1, &ids[2]);
    g->inputs = &ids[0];
    g->outputs = &ids[2];
    g->n_inputs = g->n_outputs = 1;
    assert_int_equal(graph_infer(&m, g, &at), MOTE_OK);
    assert_int_equal(plan_make(&pool, &m, &target_portable, &(struct plan_options){0}, &plan, &at), MOTE_OK);
    assert_int_equal(plan.n_steps, 1);

    int32_t elements = (int32_t)tensor_elements(&in);
    int8_t *values = pool_alloc(&pool, (size_t)elements), result[256];

    outputs = (int32_t)tensor_elements(&g->tensors[ids[2]]);
    per = elements / outputs;
    for (int32_t e = 0; e < elements; e++) {
        int32_t left = e, to = 0, weight = 1;

        values[e] = (int8_t)(e * 37 % 251 - 125);
        for (int d = rank - 1; d >= 0; d--) {
            bool reduced = false;

            for (int i = 0; i < n_axes; i++)
                reduced |= (axes[i] + rank) % rank == d;
            if (!reduced) {
                to += left % (int32_t)dims[d] * weight;
                weight *= (int32_t)dims[d];
            }
            left /= (int32_t)dims[d];
        }
        sums[to] += values[e] + 7;
    }
    s = &plan.steps[0];
    run = mote_kernels_find(&mote_kernels, (uint32_t)s->kernel)->version->run;
    if (s->kernel == KERNEL_mean_s8)
        run(&(struct mote_call){.params = s->params, .args = (void *[]){values, result}, .first = 0, .count = s->rows});
    else
        run(&(struct mote_call){
            .params = s->params, .args = (void *[]){values, folded, result}, .first = 0, .count = s->rows});
    assert_int_equal(s->kernel, by_rows ? KERNEL_mean_rows_s8 : KERNEL_mean_s8);
    for (int32_t i = 0; i < outputs; i++) {
        int64_t mean = mean_of(sums[i], per);

        assert_in_range(mean + 11 + 128, 0, 255);
        assert_int_equal(result[i], mean + 11);
    }
    pool_free(&pool);
}

static void mean_axes(void **state)
{
    (void)state;
    check_mean(true, 4, (int64_t[]){1, 4, 8, 3}, 2, (int32_t[]){1, 2});
    check_mean(true, 4, (int64_t[]){3, 4, 2, 5}, 2, (int32_t[]){-2, 1});
    check_mean(true, 4, (int64_t[]){2, 4, 3, 5}, 1, (int32_t[]){1});
    check_mean(true, 4, (int64_t[]){2, 3, 4, 5}, 1, (int32_t[]){2});
    check_mean(true, 4, (int64_t[]){1, 4, 2, 4}, 3, (int32_t[]){1, 2, 3});
    check_mean(true, 4, (int64_t[]){1, 4, 1, 4}, 3, (int32_t[]){0, 1, 3});
    check_mean(true, 3, (int64_t[]){3, 4, 5}, 1, (int32_t[]){1});
    check_mean(true, 3, (int64_t[]){3, 2, 4}, 1, (int32_t[]){2});
    check_mean(false, 4, (int64_t[]){2, 3, 2, 4}, 1, (int32_t[]){3});
    check_mean(false, 4, (int64_t[]){1, 4, 2, 4}, 2, (int32_t[]){1, 3});
    check_mean(false, 4, (int64_t[]){2, 3, 4, 5}, 2, (int32_t[]){2, 0});
    check_mean(false, 4, (int64_t[]){2, 3, 5, 4}, 3, (int32_t[]){3, -1, 3});
    check_mean(false, 3, (int64_t[]){2, 4, 4}, 3, (int32_t[]){0, 1, 2});
    check_mean(false, 2, (int64_t[]){3, 5}, 0, NULL);
    check_mean(false, 8, (int64_t[]){2, 3, 2, 2, 2, 3, 2, 2}, 4, (int32_t[]){0, 2, 4, 6});
    check_mean(false, 8, (int64_t[]){3, 2, 1, 2, 2, 1, 3, 4}, 3, (int32_t[]){1, 7, 2});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multipliers),
        cmocka_unit_test(activation_ranges),
        cmocka_unit_test(windows),
        cmocka_unit_test(mean_axes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
