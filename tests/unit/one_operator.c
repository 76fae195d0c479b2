/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/one_operator.h"

#include "mote/runtime/registry.h"

/* ---- values ---- */
uint64_t seed;

uint32_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 32) ^ (uint32_t)(seed >> 61);
}

int32_t between(int32_t min, int32_t max)
{
    return (int32_t)(min + (int64_t)(draw() % ((uint64_t)((int64_t)max - min) + 1)));
}

bool chance(int32_t one_in) { return between(1, one_in) == 1; }

/* An integer of the type, its extremes often. */
int64_t draw_integer(enum mote_type type)
{
    bool is_signed = type != TYPE_U8;
    int bits = type_bits(type);
    int64_t min = is_signed ? -(INT64_C(1) << (bits - 1)) : 0, max = min + (INT64_C(1) << bits) - 1;

    switch (between(0, 8)) {
    case 0:
        return min;
    case 1:
        return max;
    case 2:
        return between(-1, 1) < min ? min : between(0, 1);
    default:
        return min + (int64_t)(((uint64_t)draw() << 32 | draw()) % ((uint64_t)(max - min) + 1));
    }
}

int64_t get(const void *data, enum mote_type type, int64_t i)
{
    switch (type) {
    case TYPE_S8:
        return ((const int8_t *)data)[i];
    case TYPE_U8:
        return ((const uint8_t *)data)[i];
    case TYPE_S16:
        return ((const int16_t *)data)[i];
    default:
        return ((const int32_t *)data)[i];
    }
}

void put(void *data, enum mote_type type, int64_t i, int64_t x)
{
    switch (type) {
    case TYPE_S8:
        ((int8_t *)data)[i] = (int8_t)x;
        break;
    case TYPE_U8:
        ((uint8_t *)data)[i] = (uint8_t)x;
        break;
    case TYPE_S16:
        ((int16_t *)data)[i] = (int16_t)x;
        break;
    default:
        ((int32_t *)data)[i] = (int32_t)x;
        break;
    }
}

/* A scale over some magnitudes. */
float draw_scale(void) { return ldexpf((float)between(1 << 23, (1 << 24) - 1), between(-34, -22)); }

/* ---- arithmetic, otherwise than the kernels: divisions that cut off, as the definition has them ---- */
int32_t wrap(int64_t x) { return (int32_t)(uint32_t)(uint64_t)x; }

static int32_t high_mul(int32_t a, int32_t b)
{
    int64_t ab = (int64_t)a * b;

    return (int32_t)((ab + (ab >= 0 ? INT64_C(1) << 30 : 1 - (INT64_C(1) << 30))) / (INT64_C(1) << 31));
}

/* To nearest, ties away from zero. */
static int32_t divide(int32_t x, int n)
{
    int64_t whole = INT64_C(1) << n, half = whole / 2, a = llabs((long long)x);

    return (int32_t)(x < 0 ? -((a + half) / whole) : (a + half) / whole);
}

struct multiplier multiplier(double real)
{
    struct multiplier r;
    double q = frexp(real, &r.e), m = round(q * 2147483648.0);

    if (m == 2147483648.0) {
        m /= 2;
        r.e++;
    }
    r.m = (int32_t)m;
    if (r.e < -31)
        r = (struct multiplier){.m = 0, .e = 0};
    return r;
}

int32_t scaled(int32_t x, struct multiplier r)
{
    if (r.e > 0)
        return high_mul(wrap((int64_t)((uint64_t)(int64_t)x << r.e)), r.m);
    return divide(high_mul(x, r.m), -r.e);
}

int64_t clamp(int64_t x, int64_t lo, int64_t hi) { return x < lo ? lo : x > hi ? hi : x; }

void PRINTF(1, 2) failed(const char *format, ...)
{
    char text[1200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_error("%s\n", text);
    assert_true(false);
}

/* ---- one operator as a model ---- */
void set_up(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->m.pool = &f->pool;
    f->g = model_add_graph(&f->m, "main");
    f->root = (struct frame){.name = "test", .index = -1, .sink = &f->sink};
}

void tear_down(struct fixture *f)
{
    free(f->arena);
    pool_free(&f->pool);
}

int32_t tensor(struct fixture *f, enum mote_type type, int rank, const int64_t *dims, float scale, int32_t zero,
               const void *data)
{
    struct tensor t = {.name = "t", .type = type, .rank = rank, .data = data, .source = -1};

    for (int d = 0; d < rank; d++)
        t.dims[d] = dims[d];
    if (scale > 0)
        quant_set(&f->m, &t.quant, scale, zero);
    return graph_add_tensor(&f->m, f->g, &t);
}

int32_t ints(struct fixture *f, int64_t n, const int32_t *values)
{
    return tensor(f, TYPE_S32, 1, &n, 0, 0, pool_copy(&f->pool, values, (size_t)n * 4));
}

struct op *add_op(struct fixture *f, enum op_id id, int n, const int32_t *in, int32_t out)
{
    struct graph *g = f->g;
    int32_t *inputs = pool_array(&f->pool, (size_t)n, sizeof *inputs), *outputs = pool_array(&f->pool, 1, sizeof out);

    for (int i = 0; i < n; i++)
        if (in[i] != TENSOR_ABSENT && !g->tensors[in[i]].data && !g->tensors[in[i]].state)
            inputs[g->n_inputs++] = in[i];
    g->inputs = inputs;
    g->outputs = outputs;
    outputs[g->n_outputs++] = out;
    return graph_add_op(&f->m, g, id, n, in, 1, &out);
}

void *memory_of(const struct fixture *f, int32_t tensor)
{
    return f->arena + f->plan.values[f->plan.value_of_tensor[tensor]].offset;
}

/* Infers, lowers, and gives the arena; states are reset. */
enum mote_status prepare(struct fixture *f)
{
    TRY(graph_infer(&f->m, f->g, &f->root));
    TRY(plan_make(&f->pool, &f->m, &target_portable, &(struct plan_options){.keep_all = true, .coding = f->coding},
                  &f->plan, &f->root));
    f->arena = aligned_alloc(16, align_up((size_t)f->plan.arena_bytes + 16, 16));
    memset(f->arena, 0xa5, (size_t)f->plan.arena_bytes);
    for (int32_t i = 0; i < f->plan.n_values; i++)
        if (f->plan.values[i].kind == VALUE_STATE)
            memset(f->arena + f->plan.values[i].offset, f->plan.values[i].fill, (size_t)f->plan.values[i].bytes);
    return MOTE_OK;
}

/* All steps; `piece` rows at a time. */
void run(const struct fixture *f, int32_t piece)
{
    for (int32_t s = 0; s < f->plan.n_steps; s++) {
        const struct step *step = &f->plan.steps[s];
        void *args[MOTE_ARGS_MAX];

        for (int32_t i = 0; i < step->n_args; i++) {
            const struct value *v = &f->plan.values[step->args[i]];

            args[i] = v->kind == VALUE_CONST ? (void *)(uintptr_t)v->data : f->arena + v->offset;
        }
        for (int32_t r = 0; r < step->rows; r += piece)
            mote_kernels_find(&mote_kernels, (uint32_t)step->kernel)
                ->version->run(&(struct mote_call){.params = step->params,
                                                   .args = args,
                                                   .first = r,
                                                   .count = step->rows - r < piece ? step->rows - r : piece});
    }
}

void must(const struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        failed("%s", f->sink.text);
}

void *draw_tensor(struct fixture *f, enum mote_type type, int64_t n)
{
    void *data = pool_array(&f->pool, (size_t)n, (size_t)type_bits(type) / 8);

    for (int64_t i = 0; i < n; i++)
        put(data, type, i, draw_integer(type));
    return data;
}

int64_t product(int rank, const int64_t *dims)
{
    int64_t n = 1;

    for (int d = 0; d < rank; d++)
        n *= dims[d];
    return n;
}

/* The multi-index of element i. */
void unravel(int64_t i, int rank, const int64_t *dims, int64_t *at)
{
    for (int d = rank - 1; d >= 0; d--) {
        at[d] = i % dims[d];
        i /= dims[d];
    }
}

int64_t ravel(int rank, const int64_t *dims, const int64_t *at)
{
    int64_t i = 0;

    for (int d = 0; d < rank; d++)
        i = i * dims[d] + at[d];
    return i;
}

void expect_refused(struct fixture *f, enum mote_status want, const char *text)
{
    enum mote_status status = prepare(f);

    assert_int_equal(status, want);
    if (strstr(f->sink.text, text) == NULL)
        failed("no \"%s\" in \"%s\"", text, f->sink.text);
    tear_down(f);
}
