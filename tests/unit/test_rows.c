/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows a kernel needs, asked of the kernels themselves: in every step of every case of tests/vectors, rows that
 * rows_needed() leaves out may hold anything, and the bytes that come out are the same; the first and the last of those
 * that it names make a difference somewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/plan/rows.h"
#include "mote/kernels/pool/mean_rows_s8.h"
#include "mote/runtime/registry.h"
#include "tests/golden/road.h"
#include "tests/golden/vec.h"
#include "tests/random/builder.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

#define TRIALS 4 /* ranges of output rows of a step */

/* What was seen of a kernel's argument. */
struct seen {
    int judged;
    bool first_matters, last_matters;
};

static struct seen seen[KERNEL_LIMIT][MOTE_ARGS_MAX];

/* A step with memory of its own. */
struct bench {
    const struct plan *plan;
    const struct step *step;
    const struct mote_kernel *k;
    uint8_t *args[MOTE_ARGS_MAX], *start[MOTE_ARGS_MAX], *want[MOTE_ARGS_MAX]; /* now, before, after the first run */
    size_t bytes[MOTE_ARGS_MAX];
    uint64_t dice;
};

static bool is_written(const struct bench *b, int32_t arg)
{
    uint8_t role = b->k->arg[arg].role;

    return role == MOTE_ROLE_OUT || role == MOTE_ROLE_STATE || role == MOTE_ROLE_SUMS;
}

static void set_up(struct bench *b, struct pool *pool)
{
    for (int32_t i = 0; i < b->k->n_args; i++) {
        const struct value *v = &b->plan->values[b->step->args[i]];

        b->bytes[i] = (size_t)v->bytes;
        b->args[i] = pool_alloc(pool, b->bytes[i] + 16);
        b->start[i] = pool_alloc(pool, b->bytes[i] + 16);
        b->want[i] = pool_alloc(pool, b->bytes[i] + 16);
        if (v->kind == VALUE_CONST)
            memcpy(b->start[i], v->data, b->bytes[i]);
        else
            fill_random(&b->dice, v->type, b->start[i], v->bytes * 8 / type_bits(v->type));
    }
}

static void run(struct bench *b, struct row_range out)
{
    void *args[MOTE_ARGS_MAX];

    for (int32_t i = 0; i < b->k->n_args; i++) {
        args[i] = b->args[i];
        if (is_written(b, i))
            memcpy(b->args[i], b->start[i], b->bytes[i]);
    }
    mote_kernels_find(&mote_kernels, (uint32_t)b->step->kernel)
        ->version->run(
            &(struct mote_call){.params = b->step->params, .args = args, .first = out.first, .count = out.count});
}

static bool is_same(const struct bench *b)
{
    for (int32_t i = 0; i < b->k->n_args; i++)
        if (is_written(b, i) && memcmp(b->args[i], b->want[i], b->bytes[i]) != 0)
            return false;
    return true;
}

/* Rows from … to - 1 of an argument of `rows` rows get other values. */
static void poison(struct bench *b, int32_t arg, int32_t rows, int32_t from, int32_t to)
{
    const struct value *v = &b->plan->values[b->step->args[arg]];
    size_t row = b->bytes[arg] / (size_t)rows;

    fill_random(&b->dice, v->type, b->args[arg] + (size_t)from * row,
                (int64_t)((size_t)(to - from) * row) * 8 / type_bits(v->type));
}

static void restore(struct bench *b, int32_t arg) { memcpy(b->args[arg], b->start[arg], b->bytes[arg]); }

static int judge_input(struct bench *b, int32_t arg, int32_t rows, struct row_range out)
{
    struct seen *s = &seen[b->step->kernel][arg];
    struct row_range in = rows_needed(b->plan, b->step, arg, out);
    int bad = 0;

    s->judged++;
    poison(b, arg, rows, 0, in.first);
    poison(b, arg, rows, in.first + in.count, rows);
    run(b, out);
    if (!is_same(b)) {
        printf("FAIL %s: output rows %d + %d need more of %s than rows %d + %d of %d\n", b->k->name, out.first,
               out.count, b->k->arg_names[arg], in.first, in.count, rows);
        bad = 1;
    }
    restore(b, arg);
    if (in.count == 0)
        return bad;
    poison(b, arg, rows, in.first, in.first + 1);
    run(b, out);
    s->first_matters |= !is_same(b);
    restore(b, arg);
    poison(b, arg, rows, in.first + in.count - 1, in.first + in.count);
    run(b, out);
    s->last_matters |= !is_same(b);
    restore(b, arg);
    return bad;
}

/* Nothing beside the rows of the output is written, and what is folded not before the last row that goes into it. */
static int judge_output(const struct bench *b, int32_t arg, int32_t rows, struct row_range out)
{
    struct row_range in = rows_needed(b->plan, b->step, arg, out);
    bool folds = rows_folds(b->step, arg);
    size_t row = b->bytes[arg] / (size_t)rows, from = (size_t)in.first * row, to;

    if (folds && rows_until(b->step, arg, in.first + in.count) > out.first + out.count)
        in.count--;
    to = from + (size_t)in.count * row;
    seen[b->step->kernel][arg].judged++;
    if ((folds || in.count == out.count) && memcmp(b->want[arg], b->start[arg], from) == 0 &&
        memcmp(b->want[arg] + to, b->start[arg] + to, b->bytes[arg] - to) == 0)
        return 0;
    printf("FAIL %s: output rows %d + %d are not rows %d + %d of %s\n", b->k->name, out.first, out.count, in.first,
           in.count, b->k->arg_names[arg]);
    return 1;
}

static struct row_range draw_rows(uint64_t *dice, int32_t rows)
{
    int32_t first = (int32_t)(dice_next(dice) % (uint64_t)rows);

    return (struct row_range){.first = first, .count = 1 + (int32_t)(dice_next(dice) % (uint64_t)(rows - first))};
}

static int judge(struct bench *b, struct row_range out)
{
    int bad = 0;

    for (int32_t i = 0; i < b->k->n_args; i++)
        restore(b, i);
    run(b, out);
    for (int32_t i = 0; i < b->k->n_args; i++)
        memcpy(b->want[i], b->args[i], b->bytes[i]);
    for (int32_t i = 0; i < b->k->n_args; i++) {
        int32_t rows = rows_of_arg(b->plan, b->step, i);

        if (rows > 0 && b->k->arg[i].role == MOTE_ROLE_IN)
            bad += judge_input(b, i, rows, out);
        if (rows > 0 && b->k->arg[i].role == MOTE_ROLE_OUT)
            bad += judge_output(b, i, rows, out);
    }
    return bad;
}

static int judge_plan(struct pool *pool, const struct plan *plan, uint64_t dice)
{
    int bad = 0;

    for (int32_t s = 0; s < plan->n_steps; s++) {
        struct bench b = {.plan = plan, .step = &plan->steps[s], .k = kernels[plan->steps[s].kernel], .dice = dice};

        set_up(&b, pool);
        for (int trial = 0; trial < TRIALS && b.step->rows > 0; trial++)
            bad += judge(&b, draw_rows(&b.dice, b.step->rows));
    }
    return bad;
}

static int judge_file(const char *path, uint64_t dice)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct pipeline_options options = {.passes = "none",
                                       .optimize = OPTIMIZE_SPEED}; /* no rings: rows lie as they are */
    struct vec_file file;
    struct vec_case c;
    bool more = true;
    int bad = 0;

    assert_int_equal(vec_open(&pool, path, &report, &file), MOTE_OK);
    while (vec_next(&file, &c, &more) == MOTE_OK && more) {
        struct pipeline p = pipeline_of(&pool, path);

        if (c.refused == NULL && model_parse(&p.model, c.graph, &file.at) == MOTE_OK &&
            pipeline_compile(&p, &options, &file.at) == MOTE_OK)
            bad += judge_plan(&pool, &p.plan, ++dice);
    }
    assert_int_equal(report.status, MOTE_OK);
    pool_free(&pool);
    return bad;
}

static void kernels_need_the_rows_that_they_say(void **state)
{
    struct pool pool = {0};
    const char **paths;
    int bad = 0;

    (void)state;
#define OP(id, NAME, name, ...)                                                                                        \
    for (size_t i = 0, n = vec_files(&pool, #name, &paths); i < n; i++)                                                \
        bad += judge_file(paths[i], id);
#define OP_HOST(...)
#include "host/graph/ops.def"
    assert_int_equal(bad, 0);
    pool_free(&pool);
}

/* Depends on the test above. Whether the first row matters cannot be seen where none is needed but the whole. */
static void rows_that_are_needed_matter(void **state)
{
    int judged = 0, bad = 0;

    (void)state;
    for (int id = 1; id < KERNEL_LIMIT; id++)
        for (int32_t arg = 0; kernels[id] != NULL && arg < kernels[id]->n_args; arg++) {
            const struct seen *s = &seen[id][arg];

            if (s->judged == 0)
                continue;
            judged++;
            if (kernels[id]->arg[arg].role != MOTE_ROLE_IN || (s->first_matters && s->last_matters))
                continue;
            printf("FAIL %s %s: %s row never mattered\n", kernels[id]->name, kernels[id]->arg_names[arg],
                   s->first_matters ? "the last" : "the first");
            bad++;
        }
    assert_int_equal(bad, 0);
    assert_true(judged > 80);
}

/* By hand: two images of 3 rows become two rows. */
static void folded_rows_are_there_after_the_last(void **state)
{
    struct mote_mean_rows_s8 p = {.batch = 2, .in_h = 3, .in_w = 2, .channels = 5, .in_ring = 6, .out_ring = 2};
    struct value values[] = {{.decoded = 6 * 10}, {.decoded = 5 * 4}, {.decoded = 2 * 5}};
    const struct plan plan = {.values = values};
    const struct step step = {
        .kernel = KERNEL_mean_rows_s8, .n_args = 3, .args = (int32_t[]){0, 1, 2}, .params = (void *)&p, .rows = 6};

    (void)state;
    assert_true(rows_folds(&step, 2) && rows_of_arg(&plan, &step, 0) == 6 && rows_of_arg(&plan, &step, 2) == 2);
    assert_int_equal(rows_of_arg(&plan, &step, 1), 0);
    for (int32_t row = 0; row < 6; row++) {
        struct row_range in = rows_needed(&plan, &step, 0, (struct row_range){.first = row, .count = 1});
        struct row_range out = rows_needed(&plan, &step, 2, (struct row_range){.first = row, .count = 1});

        assert_true(in.first == row && in.count == 1 && out.first == row / 3 && out.count == 1);
    }
    assert_int_equal(rows_until(&step, 2, 0), 0);
    assert_int_equal(rows_until(&step, 2, 1), 3);
    assert_int_equal(rows_until(&step, 2, 2), 6);
}

/* By hand: a window of 3 with a stride of 2 and a row of padding, on two images of 7 rows. */
static void ranges_are_those_of_the_window(void **state)
{
    static const struct {
        struct row_range out, in;
    } cases[] = {
        {{0, 1}, {0, 2}},  {{1, 1}, {1, 3}}, {{3, 1}, {5, 2}},  {{0, 4}, {0, 7}}, {{4, 1}, {7, 2}},
        {{7, 1}, {12, 2}}, {{3, 2}, {5, 4}}, {{0, 8}, {0, 14}}, {{2, 0}, {0, 0}}, {{5, 2}, {8, 5}},
    };
    const struct mote_kernel *k = kernels[KERNEL_max_pool_2d_s8];
    int32_t params[16] = {0};
    static const struct {
        const char *name;
        int32_t value;
    } set[] = {{"batch", 2},    {"in_h", 7},     {"in_w", 5},     {"channels", 3}, {"in_ring", 14},
               {"out_h", 4},    {"out_w", 5},    {"out_ring", 8}, {"kernel_h", 3}, {"kernel_w", 1},
               {"stride_h", 2}, {"stride_w", 1}, {"pad_top", 1},  {"lo", -128},    {"hi", 127}};

    (void)state;
    for (size_t i = 0; i < COUNT(set); i++)
        for (int p = 0; p < k->n_params; p++)
            if (strcmp(k->param_names[p], set[i].name) == 0)
                params[p] = set[i].value;

    struct value values[] = {{.decoded = 14 * 15}, {.decoded = 8 * 15}};
    const struct plan plan = {.values = values};
    const struct step step = {
        .kernel = KERNEL_max_pool_2d_s8, .n_args = 2, .args = (int32_t[]){0, 1}, .params = params, .rows = 8};

    assert_int_equal(rows_of_arg(&plan, &step, 0), 14);
    assert_int_equal(rows_of_arg(&plan, &step, 1), 8);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct row_range in = rows_needed(&plan, &step, 0, cases[i].out);

        assert_int_equal(in.first, cases[i].in.first);
        assert_int_equal(in.count, cases[i].in.count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_need_the_rows_that_they_say),
        cmocka_unit_test(rows_that_are_needed_matter),
        cmocka_unit_test(ranges_are_those_of_the_window),
        cmocka_unit_test(folded_rows_are_there_after_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
