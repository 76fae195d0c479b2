/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes that a file computes of shapes become constants when it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/graph/op_info.h"
#include "host/import/import.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

enum { X, SHAPE, BEGIN, END, STEP, SLICE, TWICE, SIZE, Y, TENSORS };

static void ints(struct model *m, struct graph *g, const char *name, int64_t n, const int32_t *values)
{
    struct tensor t = {.name = name, .type = TYPE_S32, .rank = 1, .dims = {n}, .source = -1};

    if (values != NULL)
        t.data = pool_copy(m->pool, values, (size_t)n * sizeof *values);
    graph_add_tensor(m, g, &t);
}

/* An image is made twice as high and as wide: its height and width are cut from its shape, and doubled. */
static struct graph *doubled(struct pool *pool, struct model *m)
{
    struct graph *g;

    *m = (struct model){.pool = pool, .name = "m", .preprocess = {.kind = "none", .channels = ""}};
    g = model_add_graph(m, "main");
    graph_add_tensor(m, g,
                     &(struct tensor){.name = "x", .type = TYPE_S8, .rank = 4, .dims = {1, 4, 6, 2}, .source = -1});
    quant_set(m, &g->tensors[X].quant, 0.5f, 0);
    ints(m, g, "shape", 4, NULL);
    ints(m, g, "begin", 1, (int32_t[]){1});
    ints(m, g, "end", 1, (int32_t[]){3});
    ints(m, g, "step", 1, (int32_t[]){1});
    ints(m, g, "slice", 2, NULL);
    ints(m, g, "twice", 2, (int32_t[]){2, 2});
    ints(m, g, "size", 2, NULL);
    graph_add_tensor(m, g,
                     &(struct tensor){.name = "y", .type = TYPE_S8, .rank = 4, .dims = {-1, -1, -1, -1}, .source = -1});
    quant_set(m, &g->tensors[Y].quant, 0.5f, 0);
    graph_add_op(m, g, OP_SHAPE, 1, (int32_t[]){X}, 1, (int32_t[]){SHAPE});
    graph_add_op(m, g, OP_STRIDED_SLICE, 4, (int32_t[]){SHAPE, BEGIN, END, STEP}, 1, (int32_t[]){SLICE});
    graph_add_op(m, g, OP_MUL, 2, (int32_t[]){SLICE, TWICE}, 1, (int32_t[]){SIZE});
    graph_add_op(m, g, OP_RESIZE_NEAREST_NEIGHBOR, 2, (int32_t[]){X, SIZE}, 1, (int32_t[]){Y});
    g->inputs = pool_copy(pool, (int32_t[]){X}, sizeof(int32_t));
    g->outputs = pool_copy(pool, (int32_t[]){Y}, sizeof(int32_t));
    g->n_inputs = g->n_outputs = 1;
    assert_int_equal(g->n_tensors, TENSORS);
    return g;
}

static enum mote_status verify(struct model *m)
{
    struct report_text report = {.status = MOTE_OK};
    const struct frame at = {.name = "m", .index = -1, .sink = &report};

    return model_verify(m, &at);
}

static void a_size_of_a_shape_is_a_constant(void **state)
{
    struct pool pool = {0};
    struct model m;
    struct graph *g = doubled(&pool, &m);

    (void)state;
    import_sizes(&m);
    assert_non_null(g->tensors[SIZE].data);
    assert_int_equal(const_int(&g->tensors[SIZE], 0), 8);
    assert_int_equal(const_int(&g->tensors[SIZE], 1), 12);
    assert_int_equal(g->ops[2].id, OP_NOP);
    assert_int_equal(verify(&m), MOTE_OK);
    assert_int_equal(g->tensors[Y].dims[1], 8);
    assert_int_equal(g->tensors[Y].dims[2], 12);
    pool_free(&pool);
}

/* Of an unknown shape, of data, and what is an output itself. */
static void the_rest_stays(void **state)
{
    struct pool pool = {0};
    struct model m;
    struct graph *g = doubled(&pool, &m);

    (void)state;
    g->tensors[X].dims[1] = DIM_UNKNOWN;
    import_sizes(&m);
    assert_null(g->tensors[SHAPE].data);
    g->tensors[X].dims[1] = 4;
    g->outputs[0] = SIZE;
    import_sizes(&m);
    assert_non_null(g->tensors[SLICE].data);
    assert_null(g->tensors[SIZE].data);
    assert_int_equal(g->ops[2].id, OP_MUL);
    pool_free(&pool);
}

/* As files have them that nobody has checked. */
static void nonsense_is_left_to_others(void **state)
{
    struct pool pool = {0};
    struct model m;
    struct graph *g = doubled(&pool, &m);

    (void)state;
    g->ops[0].in[0] = 1000;
    g->ops[1].out[0] = -7;
    g->tensors[TWICE].type = TYPE_F32;
    import_sizes(&m);
    assert_null(g->tensors[SIZE].data);
    assert_int_not_equal(verify(&m), MOTE_OK);
    pool_free(&pool);
}

/* A constant that is written would be taken for as many numbers as it then has; scales may be anything. */
static void what_is_written_or_quantized_is_no_size(void **state)
{
    struct pool pool = {0};
    struct model m;
    struct graph *g = doubled(&pool, &m);

    (void)state;
    g->ops[1].out[0] = TWICE;
    g->ops[2].in[0] = TWICE;
    g->tensors[TWICE].dims[0] = 1;
    import_sizes(&m);
    assert_int_equal(g->tensors[TWICE].dims[0], 1);
    assert_int_equal(g->ops[1].id, OP_STRIDED_SLICE);
    assert_int_not_equal(verify(&m), MOTE_OK);
    g = doubled(&pool, &m);
    quant_set(&m, &g->tensors[TWICE].quant, 0.5f, 0);
    g->tensors[TWICE].quant.axis = 1000;
    import_sizes(&m);
    assert_null(g->tensors[SIZE].data);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_of_a_shape_is_a_constant),
        cmocka_unit_test(the_rest_stays),
        cmocka_unit_test(nonsense_is_left_to_others),
        cmocka_unit_test(what_is_written_or_quantized_is_no_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
