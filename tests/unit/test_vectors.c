/* SPDX-License-Identifier: Apache-2.0 */
/* Every operator against the reference: all cases of tests/vectors, from the graph's text through passes, plan, image
 * and runtime, without passes and with all. An operator of host/graph/ops.def without vectors fails.
 * Then what was wrong once (tests/regression), where equality of image and generated C, which test_random looks for,
 * cannot show it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/plan/kernels.h"
#include "mote/ops/image.h"
#include "mote/runtime/registry.h"
#include "tests/golden/road.h"
#include "tests/golden/vec.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

static const char *const passes_tried[] = {"none", NULL /* all */};

/* One case, one choice of passes. */
struct trial {
    const struct vec_file *file;
    const struct vec_case *c;
    const char *passes;
    struct pipeline p;
    struct runner runner;
    struct frame at;
    int compared, bad;
};

static enum mote_status trial_open(struct trial *t)
{
    struct pool *pool = t->file->pool;
    struct pipeline_options options = {.passes = t->passes};

    t->p = pipeline_of(pool, t->file->at.name);
    TRY(model_parse(&t->p.model, t->c->graph, &t->at));
    TRY(model_verify(&t->p.model, &t->at));
    TRY(pipeline_compile(&t->p, &options, &t->at));
    return runner_open(pool, t->p.image, &t->runner, &t->at);
}

/* A kernel asks for what its arguments have, to the byte: less would let an image make it read or write outside. The
 * row of zero points is one for many, as long as the longest. */
static void count_bytes(struct trial *t)
{
    const struct mote_model *m = &t->runner.model;

    for (uint32_t s = 0; s < m->n_steps; s++) {
        const struct mote_kernel *k = kernels[m->steps[s].kernel];
        uint32_t need[MOTE_ARGS_MAX + 1];

        k->need(m->params + m->steps[s].params, need);
        for (uint32_t i = 0; i < k->n_args; i++) {
            uint32_t bytes = m->tensors[m->args[m->steps[s].args + i]].bytes;

            if (need[i] == bytes || (need[i] < bytes && strcmp(k->arg_names[i], "zeros") == 0))
                continue;
            printf("FAIL %s: step %u, %s asks for %u bytes of %s, which has %u\n", t->at.name, s, k->name, need[i],
                   k->arg_names[i], bytes);
            t->bad++;
        }
    }
}

/* A step of no rows leaves all memory as it is. */
static void compute_no_rows(struct trial *t)
{
    struct mote_model *m = &t->runner.model;
    size_t size = mote_image_arena_bytes(m->regions[MOTE_REGION_IMAGE], t->p.image.size);
    uint8_t *before = pool_alloc(t->file->pool, size);

    for (size_t i = 0; i < size; i++)
        m->regions[MOTE_REGION_ARENA][i] = before[i] = (uint8_t)(i * 37 + 11);
    for (uint32_t s = 0; s < m->n_steps; s++) {
        const struct mote_image_step *step = &m->steps[s];
        void *args[MOTE_ARGS_MAX];
        uint32_t need[MOTE_ARGS_MAX + 1];

        kernels[step->kernel]->need(m->params + step->params, need);
        for (uint32_t i = 0; i < step->n_args; i++) {
            const struct mote_image_tensor *a = &m->tensors[m->args[step->args + i]];

            args[i] = m->regions[a->region] + a->offset;
        }
        for (int32_t first = 0; first < (int32_t)need[step->n_args]; first++)
            mote_kernels_find(&mote_kernels, step->kernel)
                ->version->run(
                    &(struct mote_call){.params = m->params + step->params, .args = args, .first = first, .count = 0});
        if (memcmp(m->regions[MOTE_REGION_ARENA], before, size) == 0)
            continue;
        printf("FAIL %s: step %u, %s writes rows that nobody asked for\n", t->at.name, s, kernels[step->kernel]->name);
        t->bad++;
    }
}

static enum mote_status set_inputs(struct trial *t, int run)
{
    for (int32_t i = 0; i < mote_model_inputs(&t->runner.model); i++) {
        struct mote_io io = runner_input(&t->runner, i);
        const struct vec_line *line = vec_find(t->c, "input", run, i);

        if (line == NULL)
            return fail(&t->at, MOTE_ERR_FORMAT, "input %d %d is missing", run, i);
        TRY(vec_bytes(t->file, line, (enum mote_type)io.type, io.bytes / (type_bits((enum mote_type)io.type) / 8),
                      io.data));
    }
    return MOTE_OK;
}

static enum mote_status compare_line(struct trial *t, const struct vec_line *line, enum mote_type type,
                                     const uint8_t *got, size_t bytes)
{
    const char *what = pool_printf(t->file->pool, "%s %s, passes %s, %s %d %d", t->file->at.name, t->c->name,
                                   t->passes != NULL ? t->passes : "all", line->kind, line->run, line->index);
    uint8_t *want = pool_alloc(t->file->pool, bytes);

    TRY(vec_bytes(t->file, line, type, (int64_t)bytes / (type_bits(type) / 8), want));
    t->compared++;
    t->bad += !(t->c->tolerance && type == TYPE_F32 ? floats_near(what, got, want, bytes)
                                                    : bytes_equal(what, type, got, want, bytes));
    return MOTE_OK;
}

static enum mote_status compare_outputs(struct trial *t, const char *kind, int run)
{
    for (int32_t j = 0; j < mote_model_outputs(&t->runner.model); j++) {
        struct mote_io io = runner_output(&t->runner, j);
        const struct vec_line *line = vec_find(t->c, kind, run, j);

        if (line == NULL)
            return fail(&t->at, MOTE_ERR_FORMAT, "%s %d %d is missing", kind, run, j);
        TRY(compare_line(t, line, (enum mote_type)io.type, io.data, io.bytes));
    }
    return MOTE_OK;
}

/* The last state tensor, where the case says what is in it. */
static enum mote_status compare_state(struct trial *t, int run)
{
    const struct graph *g = &t->p.model.graphs[0];
    const struct vec_line *line = vec_find(t->c, "state", run, 0);
    int32_t last = TENSOR_ABSENT;

    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].state)
            last = i;
    if (line == NULL)
        return MOTE_OK;
    if (last == TENSOR_ABSENT || t->p.plan.value_of_tensor[last] == VALUE_NONE)
        return fail(&t->at, MOTE_ERR_FORMAT, "the model has no state");

    const struct value *v = &t->p.plan.values[t->p.plan.value_of_tensor[last]];

    return compare_line(t, line, g->tensors[last].type, t->runner.model.regions[MOTE_REGION_ARENA] + v->offset,
                        (size_t)v->bytes);
}

static enum mote_status trial_run(struct trial *t)
{
    TRY(trial_open(t));
    count_bytes(t);
    compute_no_rows(t);
    for (int run = 0; run < t->c->runs; run++) {
        mote_model_reset(&t->runner.model);
        TRY(set_inputs(t, run));
        mote_model_run(&t->runner.model);
        TRY(compare_outputs(t, "want", run));
        TRY(compare_state(t, run));
    }
    if (vec_find(t->c, "seq_want", 0, 0) == NULL)
        return MOTE_OK;
    mote_model_reset(&t->runner.model);
    for (int run = 0; run < t->c->runs; run++) {
        TRY(set_inputs(t, run));
        mote_model_run(&t->runner.model);
        TRY(compare_outputs(t, "seq_want", run));
    }
    return MOTE_OK;
}

/* Returns whether it is exact (or refused, where that is wanted) with every choice of passes. */
static bool case_is_right(const struct vec_file *file, const struct vec_case *c)
{
    bool right = true;

    for (size_t i = 0; i < COUNT(passes_tried); i++) {
        struct report_text report = {0};
        struct trial t = {.file = file, .c = c, .passes = passes_tried[i]};

        t.at = (struct frame){
            .name = pool_printf(file->pool, "%s %s", file->at.name, c->name), .index = -1, .sink = &report};
        enum mote_status status = trial_run(&t);

        if (c->refused != NULL) {
            if (strcmp(status_name(status), c->refused) == 0)
                continue;
            printf("FAIL %s: is to be refused with %s\n", t.at.name, c->refused);
        } else if (status != MOTE_OK) {
            printf("FAIL %s\n", report.text[0] != '\0' ? report.text : file->at.sink->text);
        } else if (t.bad == 0 && t.compared > 0) {
            continue;
        }
        right = false;
    }
    return right;
}

static void file_is_exact(struct pool *pool, const char *path)
{
    struct report_text report = {0};
    struct vec_file file;
    struct vec_case c;
    bool more = true;
    int right = 0, refused = 0;

    if (vec_open(pool, path, &report, &file) != MOTE_OK)
        printf("FAIL %s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    file.at.name = strrchr(path, '/') + 1;
    while (vec_next(&file, &c, &more) == MOTE_OK && more) {
        right += case_is_right(&file, &c);
        refused += c.refused != NULL;
    }
    print_message("%s: %d of %d cases right (%d of them refused)\n", file.at.name, right, file.n_cases, refused);
    if (report.status != MOTE_OK)
        printf("FAIL %s\n", report.text);
    assert_int_equal(report.status, MOTE_OK);
    assert_true(file.n_cases > 0);
    assert_int_equal(right, file.n_cases);
}

static void operator_is_exact(void **state)
{
    struct pool pool = {0};
    const char **paths;
    size_t n = vec_files(&pool, *state, &paths);

    if (n == 0)
        printf("FAIL the operator %s has no vectors\n", (const char *)*state);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        file_is_exact(&pool, paths[i]);
    pool_free(&pool);
}

static void findings_stay_fixed(void **state)
{
    struct pool pool = {0};
    glob_t found;

    (void)state;
    assert_int_equal(glob(MOTE_SOURCE_DIR "/tests/regression/*/*.vec", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        file_is_exact(&pool, found.gl_pathv[i]);
    globfree(&found);
    pool_free(&pool);
}

/* ---- the test itself ---- */
static struct vec_file file_of(struct pool *pool, struct report_text *report, const char *text)
{
    return (struct vec_file){
        .pool = pool, .at = {.name = "t.vec", .index = -1, .sink = report}, .rest = pool_strdup(pool, text)};
}

#define RESHAPE                                                                                                        \
    "case flat\nmote-graph 1\nmodel flat version 0\ngraph \"main\"\ntensor 0 s8 [2,2] quant [0.5; 0]\n"                \
    "tensor 1 s8 [4] quant [0.5; 0]\nop 0 reshape in [0] out [1]\ninputs [0]\noutputs [1]\nend\n"

#define FLOATS                                                                                                         \
    "case sum\nmote-graph 1\nmodel sum version 0\ngraph \"main\"\ntensor 0 f32 [2]\ntensor 1 f32 [2]\n"                \
    "op 0 add in [0, 0] out [1]\ninputs [0]\noutputs [1]\nend\n"

static void one_wrong_value_is_seen(void **state)
{
    static const struct {
        const char *text;
        bool right;
    } trials[] = {
        {RESHAPE "input 0 0: 1 -2 3 127\nwant 0 0: 1 -2 3 127\ncases 1\n", true},
        {RESHAPE "input 0 0: 1 -2 3 127\nwant 0 0: 1 -2 3 126\ncases 1\n", false},
        {RESHAPE "input 0 0: 1 -2 3 127\nwant 0 0: 1 -2 3\ncases 1\n", false},
        {RESHAPE "input 0 0: 1 -2 3 127\nwant 0 0: 1 -2 3 127 0\ncases 1\n", false},
        {RESHAPE "input 0 0: 1 -2 3 527\nwant 0 0: 1 -2 3 527\ncases 1\n", false},
        {RESHAPE "want 0 0: 1 -2 3 127\ncases 1\n", false},
        {RESHAPE "refused ERR_TYPE\ninput 0 0: 1 -2 3 127\nwant 0 0: 1 -2 3 127\ncases 1\n", false},
        {RESHAPE "input 0 0: 1 -2 3 127\ncases 1\n", false},
        /* 1 + 1 and 3 + 3; 0x40000010 is 2 + 4e-6, 0x40000100 is 2 + 6e-5; the tolerance is 6.1e-5 */
        {FLOATS "input 0 0: 0x3f800000 0x40400000\nwant 0 0: 0x40000000 0x40c00000\ncases 1\n", true},
        {FLOATS "input 0 0: 0x3f800000 0x40400000\nwant 0 0: 0x40000010 0x40c00000\ncases 1\n", false},
        {FLOATS "tolerance\ninput 0 0: 0x3f800000 0x40400000\nwant 0 0: 0x40000010 0x40c00000\ncases 1\n", true},
        {FLOATS "tolerance\ninput 0 0: 0x3f800000 0x40400000\nwant 0 0: 0x40000110 0x40c00000\ncases 1\n", false},
        {FLOATS "tolerance\ninput 0 0: 0x3f800000 0x7fc00000\nwant 0 0: 0x40000000 0x40c00000\ncases 1\n", false},
    };

    (void)state;
    print_message("(the FAIL lines until the next OK belong here)\n");
    for (size_t i = 0; i < COUNT(trials); i++) {
        struct pool pool = {0};
        struct report_text report = {0};
        struct vec_file file = file_of(&pool, &report, trials[i].text);
        struct vec_case c;
        bool more;

        assert_int_equal(vec_next(&file, &c, &more), MOTE_OK);
        assert_true(more);
        assert_int_equal(case_is_right(&file, &c), trials[i].right);
        pool_free(&pool);
    }
}

static void a_cut_file_is_seen(void **state)
{
    static const char *const texts[] = {"",
                                        RESHAPE "input 0 0: 1\n",
                                        RESHAPE "input 0 0: 1\ncases 2\n",
                                        "case x\nmote-graph 1\n",
                                        RESHAPE "cases 1\n",
                                        RESHAPE "output 0 0: 1\ncases 1\n"};

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct pool pool = {0};
        struct report_text report = {0};
        struct vec_file file = file_of(&pool, &report, texts[i]);
        struct vec_case c;
        bool more = true;

        while (more && vec_next(&file, &c, &more) == MOTE_OK)
            continue;
        assert_int_equal(report.status, MOTE_ERR_FORMAT);
        pool_free(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_wrong_value_is_seen),
        cmocka_unit_test(a_cut_file_is_seen),
        cmocka_unit_test(findings_stay_fixed),
#define OP(id, NAME, name, ...) {"vectors of " #name, operator_is_exact, NULL, NULL, #name},
#define OP_HOST(...)
#include "host/graph/ops.def"
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
