/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "tests/onnx/suite.h"
#include "tests/random/generated.h"

static void *block(size_t bytes)
{
    void *p = aligned_alloc(16, align_up(bytes + 1, 16));

    if (p == NULL)
        abort();
    return memset(p, 0xa5, align_up(bytes + 1, 16));
}

/* The same bytes as the image gave, but for how NaN is written. */
static bool same(const uint8_t *a, const uint8_t *b, size_t size, enum mote_type type)
{
    for (size_t i = 0; i + 4 <= size && type == TYPE_F32; i += 4) {
        float x, y;

        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (memcmp(a + i, b + i, 4) != 0 && !(isnan(x) && isnan(y)))
            return false;
    }
    return type == TYPE_F32 || memcmp(a, b, size) == 0;
}

static void run(struct test *t, const struct entry *e)
{
    const struct graph *g = &t->pipeline.model.graphs[0];
    uint8_t *arena = block(e->arena_bytes);
    const uint8_t *want = t->got.data;
    int32_t given = 0;

    e->reset(arena);
    for (size_t i = 0; i < t->ran->n_in; i++)
        if (!t->is_bound[i]) {
            memcpy(e->input(arena, given), t->ran->in[i].data, e->input_bytes(given));
            given++;
        }
    e->run(arena);
    t->same_in_c = true;
    for (int32_t i = 0; i < e->outputs; i++) {
        t->same_in_c &= same(e->output(arena, i), want, e->output_bytes(i), g->tensors[g->outputs[i]].type);
        want += e->output_bytes(i);
    }
    free(arena);
}

void tests_run_c(struct test *tests, size_t n)
{
    struct pool pool = {0};
    struct plan **plans = pool_array(&pool, n + 1, sizeof *plans);
    struct report_text failed = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &failed};
    struct generated c;
    size_t passed = 0, entry = 0;

    for (size_t i = 0; i < n; i++)
        if (tests[i].outcome == PASSED)
            plans[passed++] = &tests[i].pipeline.plan;
    if (passed > 0) {
        if (generated_open(&pool, plans, passed, &c, &at) != MOTE_OK)
            fprintf(stderr, "%s\n", failed.text);
        for (size_t i = 0; i < n && failed.status == MOTE_OK; i++)
            if (tests[i].outcome == PASSED)
                run(&tests[i], &c.entries[entry++]);
        generated_close(&c);
    }
    pool_free(&pool);
}
