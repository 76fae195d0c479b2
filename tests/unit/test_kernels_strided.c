/* SPDX-License-Identifier: Apache-2.0 */
/* strided_copy: random walks, forwards and backwards, through lowering and the kernel, against a loop over all indices;
 * what no walk may do is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/operators/strided.h"
#include "host/plan/plan.h"
#include "mote/kernels/move/strided_copy.h"
#include "tests/trust.h"

#define CASES 2000
#define ROOM  4096

static uint64_t seed;

static uint32_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 32) ^ (uint32_t)(seed >> 61);
}

static int64_t between(int64_t min, int64_t max) { return min + (int64_t)(draw() % (uint64_t)(max - min + 1)); }

/* A walk of one side: strides of a box that is a part of a dense one of `total` elements, some of them backwards. */
static int64_t draw_side(int rank, const int64_t *dims, int64_t *strides, int64_t *total)
{
    int64_t stride = 1, at = 0;

    for (int d = rank - 1; d >= 0; d--) {
        int64_t every = between(1, 3) == 1 ? between(1, 3) : 1, more = between(1, 3) == 1 ? between(0, 2) : 0;
        bool backwards = between(1, 4) == 1;

        strides[d] = backwards ? -stride * every : stride * every;
        at += backwards ? (dims[d] - 1) * every * stride : 0;
        stride *= (dims[d] - 1) * every + 1 + more;
    }
    *total = stride;
    return at;
}

static void move(const struct walk *w, int depth, const uint8_t *in, int64_t from, uint8_t *out, int64_t to, int size)
{
    if (depth == w->rank) {
        memcpy(out + to * size, in + from * size, (size_t)size);
        return;
    }
    for (int64_t i = 0; i < w->dims[depth].dim; i++)
        move(w, depth + 1, in, from + i * w->dims[depth].in_stride, out, to + i * w->dims[depth].out_stride, size);
}

static void walk_case(void)
{
    static const enum mote_type types[] = {TYPE_S8, TYPE_S16, TYPE_F32, TYPE_S64};
    static uint8_t in[ROOM], out[ROOM], want[ROOM];
    enum mote_type type = types[between(0, 3)];
    struct pool pool = {0};
    struct model model = {.pool = &pool};
    struct graph *g = model_add_graph(&model, "main");
    struct plan plan = {.pool = &pool, .model = &model, .graph = g};
    struct lowering l = {.model = &model, .graph = g, .plan = &plan};
    struct report_text sink = {0};
    struct frame at = {.name = "case", .index = -1, .sink = &sink};
    int rank = (int)between(0, 6), size = type_bits(type) / 8;
    int64_t dims[RANK_MAX], in_strides[RANK_MAX], out_strides[RANK_MAX], in_total, out_total;
    struct walk w;

    for (int d = 0; d < rank; d++)
        dims[d] = between(1, 3);
    w = walk_dense(rank, dims);
    w.in_at = draw_side(rank, dims, in_strides, &in_total);
    w.out_at = draw_side(rank, dims, out_strides, &out_total);
    for (int d = 0; d < rank; d++) {
        bool again = between(1, 8) == 1; /* the same input for all of the dimension */

        w.in_at -= again && in_strides[d] < 0 ? -in_strides[d] * (dims[d] - 1) : 0;
        w.dims[d].in_stride = again ? 0 : in_strides[d];
        w.dims[d].out_stride = out_strides[d];
    }
    if (in_total * size > ROOM || out_total * size > ROOM) {
        pool_free(&pool);
        return;
    }
    for (int i = 0; i < ROOM; i++) {
        in[i] = (uint8_t)draw();
        out[i] = want[i] = (uint8_t)draw();
    }

    struct tensor t[] = {{.name = "in", .type = type, .rank = 1, .dims = {in_total}},
                         {.name = "out", .type = type, .rank = 1, .dims = {out_total}}};

    graph_add_tensor(&model, g, &t[0]);
    graph_add_tensor(&model, g, &t[1]);
    graph_add_op(&model, g, OP_TRANSPOSE, 1, (int32_t[]){0}, 1, (int32_t[]){1}); /* the steps are some operator's */
    plan.value_of_tensor = (int32_t[]){VALUE_NONE, VALUE_NONE};

    int32_t args[] = {lower_tensor(&l, 0), lower_tensor(&l, 1)};
    enum mote_status status = lower_walk(&l, &w, args[0], args[1], &at);

    assert_string_equal(sink.text, "");
    assert_int_equal(status, MOTE_OK);
    move(&w, 0, in, w.in_at, want, w.out_at, size);

    const struct step *s = &plan.steps[0];

    for (int32_t r = 0; r < s->rows; r++) /* rows one by one are the same as all at once */
        mote_strided_copy((const void *)s->params, in, (const void *)plan.values[s->args[1]].data, out, r, 1);
    assert_memory_equal(out, want, ROOM);
    memset(out, 0, ROOM);
    memset(want, 0, ROOM);
    mote_strided_copy((const void *)s->params, in, (const void *)plan.values[s->args[1]].data, out, 0, s->rows);
    move(&w, 0, in, w.in_at, want, w.out_at, size);
    assert_memory_equal(out, want, ROOM);
    pool_free(&pool);
}

static void test_walks(void **state)
{
    (void)state;
    for (seed = 1; seed <= CASES; seed += 1) {
        uint64_t kept = seed;

        walk_case();
        seed = kept;
    }
}

static bool takes(struct mote_strided_copy p, const int32_t *shape)
{
    const void *args[] = {NULL, shape, NULL};
    uint32_t bytes[4];

    return kernels[KERNEL_strided_copy]->need(&p, bytes) && trusts(kernels[KERNEL_strided_copy], &p, args);
}

static void test_refusals(void **state)
{
    const struct mote_strided_copy p = {
        .rows = 3, .rank = 1, .chunk = 2, .in_bytes = 10, .in_at = 0, .out_bytes = 6, .out_at = 0};
    struct mote_strided_copy q = p;

    (void)state;
    assert_true(takes(p, (const int32_t[]){3, 4, 2}));
    assert_false(takes(p, (const int32_t[]){3, 5, 2}));  /* beyond the input's end */
    assert_false(takes(p, (const int32_t[]){3, -4, 2})); /* before its start */
    assert_false(takes(p, (const int32_t[]){3, 4, 3}));
    assert_false(takes(p, (const int32_t[]){3, 4, -2}));
    assert_false(takes(p, (const int32_t[]){4, 2, 1})); /* not `rows` */
    q.in_at = 8;
    assert_true(takes(q, (const int32_t[]){3, -4, 2}));
    assert_false(takes(q, (const int32_t[]){3, -5, 2}));
    q = p;
    q.rows = 4;
    assert_false(takes(q, (const int32_t[]){4, 0, 1})); /* more bytes than the output has */
    q = p;
    q.rank = 3;
    q.chunk = 1;
    q.rows = 1;
    assert_false(takes(q, (const int32_t[]){1, 0, 0, INT32_MAX, INT32_MAX, 0, INT32_MAX, INT32_MIN, 0}));
    assert_false(takes(q, (const int32_t[]){1, 0, 0, 0, 1, 1, 1, 1, 1}));
    assert_false(takes(q, (const int32_t[]){1, 0, 0, -1, 1, 1, -1, 1, 1}));
    q.rank = 2;
    assert_false(takes(q, (const int32_t[]){1, 0, 0, 2, INT32_MAX, 1}));
    assert_false(takes(q, (const int32_t[]){1, 0, 0, 2, INT32_MIN, 1}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_walks), cmocka_unit_test(test_refusals)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
