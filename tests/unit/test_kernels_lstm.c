/* SPDX-License-Identifier: Apache-2.0 */
/* UNIDIRECTIONAL_SEQUENCE_LSTM of int8 against the definition, step by step, with weights that are dense and coded. */
#include "mote/kernels/recurrent/lstm_huffman_s8.h"
#include "tests/trust.h"
#include "tests/unit/one_operator.h"

#define CASES 300

extern const struct mote_version mote_version_lstm_huffman_s8_portable;

struct lstm {
    int batch, time, n, units, time_major;
    float x_scale, h_scale, c_scale, x_weight_scale[4], h_weight_scale[4];
    int32_t x_zero, h_zero;
    const int8_t *x, *x_weights[4], *h_weights[4];
    const int32_t *bias[4];
    int64_t clip; /* in units of the cell state; 0 for none */
};

/* The table as a function, with one more bit than the kernels' path: interpolated in 64 bits. */
static int64_t table_at(int64_t v, int bits)
{
    static uint16_t table[256];
    int64_t k = v >> bits, rest = v % (INT64_C(1) << bits);

    if (table[0] == 0)
        sigmoid_table(table);
    if (k >= 255)
        return INT64_C(65535) << bits;
    return table[k] * ((INT64_C(1) << bits) - rest) + table[k + 1] * rest;
}

static int32_t lstm_sigmoid(int32_t s)
{
    if (s >= 0)
        return (int32_t)((table_at(3 * (int64_t)s, 9) + 512) / 1024);
    return (int32_t)(((INT64_C(1) << 25) - table_at(-3 * (int64_t)s, 9) + 511) / 1024);
}

static int32_t lstm_tanh(int64_t v)
{
    int64_t y = table_at(v < 0 ? -v : v, 8) - (INT64_C(1) << 23);

    return (int32_t)floor(((double)(v < 0 ? -y : y) + (v < 0 ? 127 : 128)) / 256);
}

static int64_t lstm_product(const int8_t *w, const int8_t *x, int n, int32_t zero, int32_t bias, double scale)
{
    int64_t sum = bias;

    for (int i = 0; i < n; i++)
        sum += w[i] * (x[i] - zero);
    return clamp(scaled(wrap(sum), multiplier(scale * 4096)), -32768, 32767);
}

/* One step of one batch entry, gate by gate over all units. */
static void lstm_step(const struct lstm *l, const int8_t *x, int8_t *h, int16_t *c)
{
    int32_t gate[4][16];

    for (int g = 0; g < 4; g++)
        for (int u = 0; u < l->units; u++) {
            float x_scale = l->x_scale * l->x_weight_scale[g], h_scale = l->h_scale * l->h_weight_scale[g];
            int64_t s = lstm_product(l->x_weights[g] + u * l->n, x, l->n, l->x_zero, l->bias[g][u], (double)x_scale) +
                        lstm_product(l->h_weights[g] + u * l->units, h, l->units, l->h_zero, 0, (double)h_scale);

            s = clamp(s, -32768, 32767);
            gate[g][u] = g == 2 ? lstm_tanh(3 * s) : lstm_sigmoid((int32_t)s);
        }
    for (int u = 0; u < l->units; u++) {
        int64_t kept = clamp(scaled(gate[1][u] * c[u], multiplier(1 / 32768.0)), -32768, 32767);
        int64_t added =
            clamp(scaled(gate[0][u] * gate[2][u], multiplier(ldexp(1, -30) / (double)l->c_scale)), -32768, 32767);
        double argument;

        c[u] = (int16_t)clamp(kept + added, -32768, 32767);
        if (l->clip > 0)
            c[u] = (int16_t)clamp(c[u], -l->clip, l->clip);
        argument = floor(3.0 * c[u] * (double)l->c_scale * 4096 + 0.5);
        h[u] = (int8_t)clamp(
            scaled(lstm_tanh((int64_t)argument) * gate[3][u], multiplier(ldexp(1, -30) / (double)l->h_scale)) +
                l->h_zero,
            -128, 127);
    }
}

/* Some of them 0, of so many values that all codes have words; some columns are empty. */
static const int8_t *draw_weights(struct fixture *f, int rows, int columns)
{
    int8_t *w = draw_tensor(f, TYPE_S8, rows * columns);
    int sparse = between(1, 9), empty = between(0, columns);

    for (int i = 0; i < rows * columns && f->coding != CODING_USUAL; i++)
        w[i] = between(1, sparse) > 1 || (i % columns == empty) ? 0 : (int8_t)(w[i] / 4 * 4);
    return w;
}

static void draw_lstm(struct fixture *f, struct lstm *l)
{
    *l = (struct lstm){.batch = between(1, 3),
                       .time = between(1, 5),
                       .n = between(1, 9),
                       .units = between(1, 9),
                       .time_major = between(0, 1)};
    l->x_scale = (float)between(1, 100) / 1000;
    l->h_scale = (float)between(50, 100) / 10000;
    l->c_scale = ldexpf(1, between(-16, -8));
    l->x_zero = (int32_t)draw_integer(TYPE_S8);
    l->h_zero = chance(2) ? 0 : between(-20, 20);
    l->x = draw_tensor(f, TYPE_S8, l->batch * l->time * l->n);
    l->clip = chance(3) ? between(1, 40000) : 0;
    for (int g = 0; g < 4; g++) {
        int32_t *bias = pool_array(&f->pool, (size_t)l->units, 4);

        for (int u = 0; u < l->units; u++)
            bias[u] = chance(9) ? (int32_t)draw() : between(-3000, 3000);
        l->bias[g] = bias;
        l->x_weight_scale[g] = (float)between(1, 100) / 5000;
        l->h_weight_scale[g] = (float)between(1, 100) / 5000;
        l->x_weights[g] = draw_weights(f, l->units, l->n);
        l->h_weights[g] = draw_weights(f, l->units, l->units);
    }
}

static struct lstm_opts *build_lstm(struct fixture *f, const struct lstm *l, int32_t in[24], int32_t *out)
{
    int64_t x_dims[] = {l->time_major ? l->time : l->batch, l->time_major ? l->batch : l->time, l->n};
    int64_t x_weights[] = {l->units, l->n}, h_weights[] = {l->units, l->units}, states[] = {l->batch, l->units};
    int64_t units = l->units;
    struct lstm_opts *o;

    for (int i = 0; i < 24; i++)
        in[i] = TENSOR_ABSENT;
    in[0] = tensor(f, TYPE_S8, 3, x_dims, l->x_scale, l->x_zero, NULL);
    for (int g = 0; g < 4; g++) {
        in[1 + g] = tensor(f, TYPE_S8, 2, x_weights, l->x_weight_scale[g], 0, l->x_weights[g]);
        in[5 + g] = tensor(f, TYPE_S8, 2, h_weights, l->h_weight_scale[g], 0, l->h_weights[g]);
        in[12 + g] = tensor(f, TYPE_S32, 1, &units, 0, 0, l->bias[g]);
    }
    in[18] = tensor(f, TYPE_S8, 2, states, l->h_scale, l->h_zero, NULL);
    in[19] = tensor(f, TYPE_S16, 2, states, l->c_scale, 0, NULL);
    f->g->tensors[in[18]].state = f->g->tensors[in[19]].state = true;
    *out = tensor(f, TYPE_S8, 0, NULL, l->h_scale, l->h_zero, NULL);
    o = add_op(f, OP_UNIDIRECTIONAL_SEQUENCE_LSTM, 24, in, *out)->opts;
    o->activation = ACTIVATION_TANH;
    o->time_major = l->time_major;
    o->cell_clip = (float)l->clip * l->c_scale;
    return o;
}

static void lstm_case(enum coding coding)
{
    int8_t h[3][16];
    int16_t c[3][16] = {{0}};
    int32_t in[24], out;
    struct lstm l;
    struct fixture f;

    set_up(&f);
    f.coding = coding;
    draw_lstm(&f, &l);
    build_lstm(&f, &l, in, &out);
    if (l.clip > 32767)
        l.clip = 32767;
    must(&f, prepare(&f));
    assert_int_equal(f.plan.steps[0].kernel, coding == CODING_HUFFMAN ? KERNEL_lstm_huffman_s8 : KERNEL_lstm_s8);
    assert_int_equal(op_macs(f.g, &f.g->ops[0]), l.batch * l.time * 4 * l.units * (l.n + l.units));
    for (int b = 0; b < l.batch; b++)
        for (int u = 0; u < l.units; u++)
            h[b][u] = (int8_t)l.h_zero;
    for (int again = 0; again < 2; again++) { /* the second time with the state of the first */
        const int8_t *result = memory_of(&f, out);

        memcpy(memory_of(&f, in[0]), l.x, (size_t)(l.batch * l.time * l.n));
        run(&f, chance(2) ? INT32_MAX / 2 : between(1, 3));
        for (int t = 0; t < l.time; t++)
            for (int b = 0; b < l.batch; b++) {
                int row = l.time_major ? t * l.batch + b : b * l.time + t;

                lstm_step(&l, l.x + row * l.n, h[b], c[b]);
                assert_memory_equal(result + row * l.units, h[b], (size_t)l.units);
            }
        for (int b = 0; b < l.batch; b++) {
            assert_memory_equal((int8_t *)memory_of(&f, in[18]) + b * l.units, h[b], (size_t)l.units);
            assert_memory_equal((int16_t *)memory_of(&f, in[19]) + b * l.units, c[b], (size_t)l.units * 2);
        }
    }
    tear_down(&f);
}

static void test_lstm(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= CASES; i++) {
        seed = i;
        lstm_case(CODING_USUAL);
        seed = i;
        lstm_case(CODING_HUFFMAN);
    }
}

/* ---- what is no such stream ---- */
/* A coded layer's step; its weights are copied, so that the sanitizers see what is beyond. */
struct coded {
    struct fixture f;
    const struct mote_kernel *kernel;
    struct mote_lstm_huffman_s8 p;
    uint8_t *weights[2]; /* arguments 1 and 2 */
    const void *args[MOTE_ARGS_MAX];
};

static void begin_coded(struct coded *c)
{
    int32_t in[24], out;
    struct lstm l;

    set_up(&c->f);
    c->f.coding = CODING_HUFFMAN;
    draw_lstm(&c->f, &l);
    build_lstm(&c->f, &l, in, &out);
    must(&c->f, prepare(&c->f));
    c->kernel = kernels[KERNEL_lstm_huffman_s8];
    memcpy(&c->p, c->f.plan.steps[0].params, sizeof c->p);
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        const struct value *v = &c->f.plan.values[c->f.plan.steps[0].args[i]];

        c->args[i] = v->kind == VALUE_CONST ? v->data : c->f.arena + v->offset;
        if (i == 1 || i == 2)
            c->args[i] = c->weights[i - 1] = memcpy(malloc((size_t)v->bytes), v->data, (size_t)v->bytes);
    }
}

static void end_coded(struct coded *c)
{
    free(c->weights[0]);
    free(c->weights[1]);
    tear_down(&c->f);
}

static void run_coded(const struct coded *c)
{
    mote_version_lstm_huffman_s8_portable.run(&(struct mote_call){
        .params = &c->p, .args = (void *const *)(uintptr_t)c->args, .count = c->f.plan.steps[0].rows});
}

static void damaged_streams_are_refused_or_harmless(void **state)
{
    int32_t refused = 0;

    (void)state;
    for (uint64_t i = 1; i <= 1000; i++) {
        struct coded c;
        int32_t which;

        seed = i;
        begin_coded(&c);
        assert_true(trusts(c.kernel, &c.p, c.args));
        which = between(0, 1);
        for (int32_t n = between(1, 3); n > 0; n--)
            c.weights[which][between(0, (which ? c.p.h_coded_bytes : c.p.x_coded_bytes) - 1)] ^=
                (uint8_t)(1 << between(0, 7));
        if (trusts(c.kernel, &c.p, c.args))
            run_coded(&c);
        else
            refused++;
        end_coded(&c);
    }
    assert_in_range(refused, 300, 990);
}

/* What the two matrices are told to be must be what their streams are. */
static void wrong_sizes_are_refused(void **state)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    struct coded c;

    (void)state;
    seed = 8;
    begin_coded(&c);
    c.p.x_columns = c.p.in_len + 1;
    assert_false(c.kernel->need(&c.p, bytes));
    c.p.x_columns = 1;
    c.p.h_columns = c.p.units + 1;
    assert_false(c.kernel->need(&c.p, bytes));
    end_coded(&c);
    for (begin_coded(&c); c.p.x_level_bits == 1 || c.p.h_level_bits == 1; begin_coded(&c))
        end_coded(&c);
    c.p.x_level_bits--;
    assert_false(trusts(c.kernel, &c.p, c.args));
    c.p.x_level_bits++;
    assert_true(trusts(c.kernel, &c.p, c.args));
    c.p.h_level_bits--;
    assert_false(trusts(c.kernel, &c.p, c.args));
    end_coded(&c);
}

/* A hostile image's arena may have its tables where the kernel writes: then it writes nothing. */
static void tables_that_are_written_over_stay(void **state)
{
    static const int written[] = {7, 8, 9};

    (void)state;
    for (size_t i = 0; i < COUNT(written); i++) {
        struct coded c;
        uint8_t before[64];
        uint32_t bytes[MOTE_ARGS_MAX + 1];

        seed = 20 + i;
        begin_coded(&c);
        assert_true(c.kernel->need(&c.p, bytes));
        c.args[10] = c.args[written[i]];
        memcpy(before, c.args[9], bytes[9] < sizeof before ? bytes[9] : sizeof before);
        run_coded(&c);
        assert_memory_equal(c.args[9], before, bytes[9] < sizeof before ? bytes[9] : sizeof before);
        end_coded(&c);
    }
}

static void test_sigmoid_table(void **state)
{
    uint16_t table[256];

    (void)state;
    sigmoid_table(table);
    assert_int_equal(table[0], 32768);
    assert_int_equal(table[1], 33451);
    assert_int_equal(table[4], 35493);
    assert_int_equal(table[254], 65534);
    assert_int_equal(table[255], 65535);
    for (int k = 0; k < 256; k++)
        assert_true(fabs(table[k] - 65536 / (1 + exp(-k / 24.0))) < 3);
}

static void test_lstm_variants(void **state)
{
    static const struct {
        int input;
        const char *text;
    } cases[] = {{9, "peepholes"}, {11, "peepholes"}, {16, "projection"}, {17, "projection"}, {20, "normalization"}};
    int32_t in[24], out;
    struct lstm l;
    struct fixture f;

    (void)state;
    seed = 5;
    for (size_t i = 0; i < COUNT(cases); i++) {
        set_up(&f);
        draw_lstm(&f, &l);
        build_lstm(&f, &l, in, &out);
        f.g->ops[0].in[cases[i].input] = in[12];
        expect_refused(&f, MOTE_ERR_UNSUPPORTED, cases[i].text);
    }
    set_up(&f);
    draw_lstm(&f, &l);
    build_lstm(&f, &l, in, &out);
    f.g->ops[0].in[1] = TENSOR_ABSENT;
    expect_refused(&f, MOTE_ERR_UNSUPPORTED, "coupled");

    set_up(&f);
    draw_lstm(&f, &l);
    build_lstm(&f, &l, in, &out)->activation = ACTIVATION_RELU;
    expect_refused(&f, MOTE_ERR_UNSUPPORTED, "relu");

    set_up(&f);
    draw_lstm(&f, &l);
    l.c_scale = 0.0003f;
    build_lstm(&f, &l, in, &out);
    expect_refused(&f, MOTE_ERR_QUANT, "power of two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lstm),
        cmocka_unit_test(damaged_streams_are_refused_or_harmless),
        cmocka_unit_test(wrong_sizes_are_refused),
        cmocka_unit_test(tables_that_are_written_over_stay),
        cmocka_unit_test(test_sigmoid_table),
        cmocka_unit_test(test_lstm_variants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
