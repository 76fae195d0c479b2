/* SPDX-License-Identifier: Apache-2.0 */
/* The device's runtime against images that no host would write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/base/base.h"
#include "host/plan/kernels.h"
#include "mote/mote.h"
#include "mote/ops/image.h"
#include "mote/ops/types.h"
#include "mote/runtime/registry.h"
#include "tests/golden/road.h"
#include "tests/trust.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

static struct bytes image_of(struct pool *pool, const char *graph)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p = pipeline_of(pool, "test");

    assert_int_equal(model_parse(&p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &at), MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    return p.image;
}

static const char copy_of_constant[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 s8 [4] data [1, 2, 3, 4]\n"
                                       "tensor 1 s8 [2,2]\nop 0 reshape in [0] out [1]\n"
                                       "inputs []\noutputs [1]\nend\n";

static void *section(struct bytes image, uint32_t id)
{
    const struct mote_image_header *h = (void *)image.data;
    const struct mote_image_section *s = (void *)(image.data + sizeof *h);

    for (uint32_t i = 0; i < h->n_sections; i++)
        if (s[i].id == id)
            return image.data + s[i].offset;
    fail_msg("the image has no section %u", id);
    return NULL;
}

/* A copy whose rows and bytes overflow 32 bits asks for UINT32_MAX bytes, which no tensor may have. */
static void no_tensor_has_the_size_that_stands_for_too_much(void **state)
{
    static _Alignas(16) uint8_t arena[16];
    struct pool pool = {0};
    struct bytes image = image_of(&pool, copy_of_constant);
    struct mote_image_header *h = (void *)image.data;
    struct mote_image_tensor *out = section(image, MOTE_SECTION_TENSORS);
    int32_t *params = section(image, MOTE_SECTION_PARAMS);
    struct mote_image_io *io = section(image, MOTE_SECTION_IO);
    struct mote_model model;

    (void)state;
    while (out->region != MOTE_REGION_ARENA)
        out++;
    out->bytes = h->arena_bytes = UINT32_MAX;
    io->dims[0] = UINT32_MAX;
    io->dims[1] = 1;
    params[0] = 1;         /* rows */
    params[1] = 4;         /* row_bytes */
    params[3] = INT32_MAX; /* out_ring: 4 * (2^31 - 1) bytes */
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_image_arena_bytes(image.data, image.size), 0);
    assert_int_equal(mote_model_open(&model, &mote_kernels, image.data, image.size, arena, SIZE_MAX), MOTE_ERR_BOUNDS);
    pool_free(&pool);
}

/* ---- opening takes time in proportion to the image and the arena ---- */
static const char softmax[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 s8 [1,4] quant [0.01; 0]\n"
                              "tensor 1 s8 [1,4] quant [0.00390625; -128]\nop 0 softmax in [0] out [1] beta 1\n"
                              "inputs [0]\noutputs [1]\nend\n";

static const char two_states[] =
    "mote-graph 1\nmodel t\ngraph\ntensor 0 s8 [32]\ntensor 1 s8 [32] state\ntensor 2 s8 [32] state\n"
    "op 0 assign_variable in [0] out [1]\nop 1 assign_variable in [0] out [2]\ninputs [0]\noutputs [1, 2]\nend\n";

/* The image's first step, n times over. */
static struct bytes repeated(struct pool *pool, struct bytes image, uint32_t n)
{
    const struct mote_image_section *old = (const void *)(image.data + sizeof(struct mote_image_header));
    size_t size = image.size + align_up(n * sizeof(struct mote_image_step), MOTE_IMAGE_ALIGN);
    struct bytes more = {pool_alloc(pool, size), size};
    struct mote_image_header *h = (void *)more.data;
    struct mote_image_section *s = (void *)(h + 1);
    struct mote_image_step *steps = (void *)(more.data + image.size);

    memset(more.data, 0, size);
    memcpy(more.data, image.data, image.size);
    for (; s->id != MOTE_SECTION_STEPS; s++, old++)
        continue;
    for (uint32_t i = 0; i < n; i++)
        steps[i] = *(const struct mote_image_step *)(const void *)(image.data + old->offset);
    *s = (struct mote_image_section){
        .id = s->id, .offset = (uint32_t)image.size, .bytes = n * (uint32_t)sizeof *steps, .count = n};
    h->bytes = (uint32_t)size;
    h->checksum = mote_crc32(more.data + 20, h->bytes - 20);
    return more;
}

/* Bytes of the image with its first step n times. */
static size_t bytes_of_repeated(struct bytes image, size_t n)
{
    return align_up(image.size + n * sizeof(struct mote_image_step), MOTE_IMAGE_ALIGN);
}

static int32_t open_repeated(struct pool *pool, struct bytes image, uint32_t n, struct mote_model *model)
{
    static _Alignas(16) uint8_t arena[64];
    struct bytes many = repeated(pool, image, n);

    return mote_model_open(model, &mote_kernels, many.data, many.size, arena, sizeof arena);
}

/* Each step has the same table checked again: all together may read 8 times the image. */
static void checks_are_bounded_by_the_image(void **state)
{
    struct pool pool = {0};
    struct bytes image = image_of(&pool, softmax);
    const int32_t *params = section(image, MOTE_SECTION_PARAMS);
    uint32_t table = 4 * (uint32_t)params[5], n = 1;
    struct mote_model model;

    (void)state;
    assert_int_equal(table, 1024);
    while (table * (n + 1) <= 8 * bytes_of_repeated(image, n + 1))
        n++;
    assert_in_range(n, 10, 50);
    assert_int_equal(open_repeated(&pool, image, n, &model), MOTE_OK);
    assert_int_equal(open_repeated(&pool, image, n + 1, &model), MOTE_ERR_WORK);
    assert_int_equal(model.error.step, n);
    assert_int_equal(model.error.detail, 1);
    pool_free(&pool);
}

/* Steps that read nothing share arguments and parameters: there is one for 20 bytes. */
static void steps_are_bounded_by_the_image(void **state)
{
    struct pool pool = {0};
    struct bytes image = image_of(&pool, copy_of_constant);
    struct mote_model model;
    uint32_t n = 1;

    (void)state;
    while (20 * (n + 1) <= bytes_of_repeated(image, n + 1))
        n++;
    assert_in_range(n, 20, 80);
    assert_int_equal(open_repeated(&pool, image, n, &model), MOTE_OK);
    assert_int_equal(open_repeated(&pool, image, n + 1, &model), MOTE_ERR_WORK);
    assert_int_equal(model.error.step, -1);
    pool_free(&pool);
}

/* Reset writes every state: one after the other they fit the arena. */
static void resets_are_bounded_by_the_arena(void **state)
{
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes image = image_of(&pool, two_states);
    struct mote_image_header *h = (void *)image.data;
    struct mote_image_tensor *t = section(image, MOTE_SECTION_TENSORS);
    struct mote_image_tensor *last = NULL;
    uint32_t left = h->arena_bytes;
    struct mote_model model;

    (void)state;
    assert_int_equal(mote_model_open(&model, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    for (uint32_t i = 0; i < model.n_tensors; i++)
        if (t[i].flags & MOTE_TENSOR_STATE) {
            t[i].offset = 0;
            left -= t[i].bytes;
            last = &t[i];
        }
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_model_open(&model, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    last->bytes += left;
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_model_open(&model, &mote_kernels, image.data, image.size, arena, sizeof arena),
                     MOTE_ERR_BOUNDS); /* its io */
    last->bytes++;
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_model_open(&model, &mote_kernels, image.data, image.size, arena, sizeof arena),
                     MOTE_ERR_WORK);
    assert_int_equal(model.error.tensor, last - t);
    pool_free(&pool);
}

/* A trust function may read what counts towards the bound, and nothing else: other arguments are NULL here. */
static void trust_reads_checked_constants_only(void **state)
{
    static const int32_t zeros[MOTE_DIM_MAX];
    int judged = 0;

    (void)state;
    for (int id = 0; id < KERNEL_LIMIT; id++) {
        const struct mote_kernel *k = kernels[id];
        const void *args[MOTE_ARGS_MAX] = {NULL};
        int32_t params[64];

        if (k == NULL)
            continue;
        for (int i = 0; i < k->n_params; i++)
            params[i] = k->ranges[i].min > 1 ? k->ranges[i].min : k->ranges[i].max < 1 ? k->ranges[i].max : 1;
        for (int i = 0; i < k->n_args; i++)
            if (k->arg[i].role == MOTE_ROLE_CONST)
                args[i] = zeros;
        (void)trusts(k, params, args);
        judged += k->trust != NULL;
    }
    assert_true(judged > 20);
}

/* ---- sizes at the ends of what 31 bits hold ---- */
/* Kernels count these in size_t, or by elements of 4 bytes, so that they may be larger. */
static bool may_be_larger(const struct mote_kernel *k, int arg)
{
    static const char *const larger[] = {"copy in",
                                         "copy out",
                                         "lstm_s8 x_weights",
                                         "lstm_s8 h_weights",
                                         "resize_nearest_neighbor in",
                                         "resize_nearest_neighbor out",
                                         "fully_connected_s8 bias",
                                         "fully_connected_s8 mult",
                                         "fully_connected_computed_s8 bias",
                                         "fully_connected_computed_s8 mult"};
    char name[64];

    snprintf(name, sizeof name, "%s %s", k->name, k->arg_names[arg]);
    for (size_t i = 0; i < COUNT(larger); i++)
        if (strcmp(name, larger[i]) == 0)
            return true;
    return false;
}

/* Whether the need function is right to take or refuse: arguments of 2^31 bytes and more are refused. */
static bool need_is_right(const struct mote_kernel *k, const int32_t *params, bool all_fits)
{
    uint32_t need[MOTE_ARGS_MAX + 1];
    bool taken = k->need(params, need);

    for (int i = 0; i < k->n_args; i++)
        if (need[i] > INT32_MAX && !may_be_larger(k, i))
            return !taken;
    return taken || !all_fits;
}

static bool need_of_two(const struct mote_kernel *k, const int32_t *base, int i, int j, int32_t value, int32_t other)
{
    const char *name = k->param_names[i];
    size_t length = strlen(name);
    int32_t params[64];

    memcpy(params, base, (size_t)k->n_params * sizeof *params);
    if (i != j && k->ranges[j].max > 1)
        params[j] = k->ranges[j].max < other ? k->ranges[j].max : k->ranges[j].min > other ? k->ranges[j].min : other;
    params[i] = k->ranges[i].max < value ? k->ranges[i].max : value;
    return need_is_right(k, params, i == j && length > 5 && strcmp(name + length - 5, "_ring") == 0);
}

/* From 1 everywhere, a ring of 2^31 - 1 rows of a byte is taken; 2^30 of two bytes, and what two of the largest
 * parameters make, are refused. */
static void arguments_have_31_bits(void **state)
{
    int judged = 0;

    (void)state;
    for (int id = 0; id < KERNEL_LIMIT; id++) {
        const struct mote_kernel *k = kernels[id];
        int32_t params[64];
        uint32_t need[MOTE_ARGS_MAX + 1];

        if (k == NULL)
            continue;
        for (int i = 0; i < k->n_params; i++)
            params[i] = k->ranges[i].min > 1 ? k->ranges[i].min : k->ranges[i].max < 1 ? k->ranges[i].max : 1;
        if (!k->need(params, need))
            continue; /* 1 everywhere is no picture */
        judged++;
        for (int i = 0; i < k->n_params; i++)
            for (int j = 0; j < k->n_params; j++)
                if (!need_of_two(k, params, i, j, INT32_MAX, INT32_MAX) || !need_of_two(k, params, i, j, 1 << 30, 2))
                    fail_msg("%s with large %s and %s", k->name, k->param_names[i], k->param_names[j]);
    }
    assert_true(judged >= 50);
}

/* The helpers take what the image says of a tensor, which is not checked: numbers modulo 2^32, but no overflow. */
static int32_t modulo(int64_t x) { return (int32_t)(uint32_t)(uint64_t)x; }

static int32_t clamped(int32_t q) { return q < INT8_MIN ? INT8_MIN : q > INT8_MAX ? INT8_MAX : q; }

static void helpers_take_any_zero_point(void **state)
{
    static const int32_t zeros[] = {INT32_MIN, INT32_MIN + 1, -129, -1, 0, 1, 128, INT32_MAX - 1, INT32_MAX};
    int32_t data[2] = {INT32_MIN, INT32_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT(zeros); i++) {
        struct mote_io io = {.data = data, .bytes = 8, .type = TYPE_S32, .scale = 1, .zero = zeros[i]};

        for (uint32_t k = 0; k < 2; k++)
            assert_true(mote_dequantize(&io, k) == (float)modulo((int64_t)data[k] - zeros[i]));
        for (int32_t real = -500; real <= 500; real += 125)
            assert_int_equal(mote_quantize_s8(&io, (float)real), clamped(modulo((int64_t)zeros[i] + real)));
    }
}

/* ---- schedules ---- */
/* Two steps of four rows; the model's name is a string that a program can have, and so is "". */
static const char two_steps[] = "mote-graph 1\nmodel t\ngraph\ntensor 0 s8 [1,4,2,3] quant [0.1; 3]\n"
                                "tensor 1 s8 [1,4,2,3] quant [0.2; -4]\ntensor 2 s8 [1,4,2,3] quant [0.05; 1]\n"
                                "op 0 quantize in [0] out [1]\nop 1 quantize in [1] out [2]\n"
                                "inputs [0]\noutputs [2]\nend\n";

union unit {
    struct mote_image_group group;
    struct mote_image_entry entry;
    struct mote_image_program program;
};

#define GROUP(entries, repeat)                                                                                         \
    {                                                                                                                  \
        .group = { entries, repeat, 0 }                                                                                \
    }
#define GROUP_FROM(base, entries, repeat)                                                                              \
    {                                                                                                                  \
        .group = { entries, repeat, base }                                                                             \
    }
#define ENTRY(step, first, rows) ENTRY_HOP(step, first, rows, rows)
#define ENTRY_HOP(step, first, rows, hop)                                                                              \
    {                                                                                                                  \
        .entry = { step, rows, first, hop }                                                                            \
    }
#define PROGRAM(name, units)                                                                                           \
    {                                                                                                                  \
        .program = { name, units }                                                                                     \
    }

static struct mote_image_section section_of(struct bytes image, uint32_t id, size_t offset, size_t units)
{
    assert_true(offset + 8 * units <= image.size);
    return (struct mote_image_section){
        .id = id, .offset = (uint32_t)offset, .bytes = 8 * (uint32_t)units, .count = (uint32_t)units};
}

/* The image with another schedule, and with programs instead of its DATA, which is empty. */
static struct bytes scheduled(struct pool *pool, struct bytes image, const union unit *units, size_t n,
                              const union unit *programs, size_t n_programs)
{
    const size_t at = align_up(image.size + 8 * n, MOTE_IMAGE_ALIGN),
                 size = align_up(at + 8 * n_programs, MOTE_IMAGE_ALIGN);
    struct bytes out = {pool_alloc(pool, size), size};
    struct mote_image_header *h = (void *)out.data;
    struct mote_image_section *s = (struct mote_image_section *)(h + 1) + 6;

    memset(out.data, 0, size);
    memcpy(out.data, image.data, image.size);
    memcpy(out.data + image.size, units, 8 * n);
    if (n_programs > 0)
        memcpy(out.data + at, programs, 8 * n_programs);
    assert_true(h->n_sections == 8 && s[0].id == MOTE_SECTION_DATA && s[0].bytes == 0);
    s[0] = section_of(out, MOTE_SECTION_SCHEDULE, image.size, n);
    s[1] = section_of(out, MOTE_SECTION_PROGRAMS, at, n_programs);
    h->bytes = (uint32_t)size;
    h->arena_bytes = 256;
    h->checksum = mote_crc32(out.data + 20, h->bytes - 20);
    return out;
}

struct trace {
    char calls[64]; /* a digit a call: the step */
    size_t n;
};

static void trace_call(void *user, const struct mote_model *m, int32_t step, int32_t kernel)
{
    struct trace *t = user;

    assert_int_equal(kernel, m->steps[step].kernel);
    assert_true(t->n + 1 < sizeof t->calls);
    t->calls[t->n++] = (char)('0' + step);
    t->calls[t->n] = '\0';
}

/* The steps that are called, and the output. */
static const char *run_traced(struct mote_model *m, struct trace *t, bool step_by_step, uint8_t *out)
{
    struct mote_io io;
    int calls = 1;

    *t = (struct trace){.calls = {0}, .n = 0};
    m->hook = trace_call;
    m->user = t;
    mote_model_input(m, 0, &io);
    for (uint32_t i = 0; i < io.bytes; i++)
        ((int8_t *)io.data)[i] = (int8_t)(i * 11 - 100);
    if (step_by_step) {
        while (mote_model_step(m) == 1)
            calls++;
        assert_int_equal(calls, t->n > 0 ? t->n : 1);
    } else {
        assert_int_equal(mote_model_run(m), MOTE_OK);
    }
    mote_model_output(m, 0, &io);
    assert_int_equal(io.bytes, 24);
    memcpy(out, io.data, 24);
    return t->calls;
}

/* Groups in their order, rounds in theirs: the same rows, in whatever pieces. */
static void rounds_run_in_order(void **state)
{
    static const struct {
        union unit units[8];
        size_t n;
        const char *calls;
    } cases[] = {
        {{GROUP(2, 1), ENTRY(0, 0, 4), ENTRY(1, 0, 4)}, 3, "01"},
        {{GROUP(2, 4), ENTRY(0, 0, 1), ENTRY(1, 0, 1)}, 3, "01010101"},
        {{GROUP(2, 2), ENTRY(0, 0, 2), ENTRY(1, 0, 2)}, 3, "0101"},
        {{GROUP(1, 4), ENTRY(0, 0, 1), GROUP(1, 2), ENTRY(1, 0, 2)}, 4, "000011"},
        {{GROUP(1, 1), ENTRY(0, 0, 1), GROUP(2, 3), ENTRY(0, 1, 1), ENTRY(1, 0, 1), GROUP(1, 1), ENTRY(1, 3, 1)},
         7,
         "00101011"},
        {{GROUP(3, 2), ENTRY(0, 0, 1), ENTRY(0, 2, 1), ENTRY(1, 0, 1), GROUP(1, 1), ENTRY(1, 2, 2)}, 6, "0010011"},
        {{GROUP(3, 2), ENTRY_HOP(0, 0, 1, 2), ENTRY_HOP(0, 1, 1, 2), ENTRY(1, 0, 2)}, 4, "001001"},
        {{GROUP(3, 2), ENTRY(0, 0, 2), ENTRY_HOP(1, 0, 1, 2), ENTRY_HOP(1, 1, 1, 2)}, 4, "011011"},
        {{GROUP(1, 3), ENTRY_HOP(0, 0, 4, 0), GROUP(1, 1), ENTRY_HOP(1, 0, 4, 9)}, 4, "0001"},
        {{GROUP(1, 1), ENTRY(0, 0, 4), GROUP(1, 2), ENTRY(1, 0, 1), GROUP_FROM(2, 1, 2), ENTRY(1, 0, 1)}, 6, "01111"},
        {{GROUP(1, 1), ENTRY(0, 0, 4), GROUP_FROM(1, 1, 3), ENTRY(1, 0, 1), GROUP(1, 1), ENTRY(1, 0, 1)}, 6, "01111"},
    };
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes whole = image_of(&pool, two_steps);
    uint8_t want[24], got[24];
    struct trace t;
    struct mote_model m;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes image = scheduled(&pool, whole, cases[i].units, cases[i].n, NULL, 0);

        assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
        for (int how = 0; how < 4; how++) {
            assert_string_equal(run_traced(&m, &t, how % 2 == 1, got), cases[i].calls);
            if (i == 0 && how == 0)
                memcpy(want, got, sizeof want);
            assert_memory_equal(got, want, sizeof want);
        }
        for (size_t calls = 1; calls < strlen(cases[i].calls); calls++) { /* left in the middle */
            for (size_t k = 0; k < calls; k++)
                assert_int_equal(mote_model_step(&m), 1);
            assert_string_equal(run_traced(&m, &t, false, got), cases[i].calls);
            for (size_t k = 0; k < calls; k++)
                assert_int_equal(mote_model_step(&m), 1);
            mote_model_reset(&m);
            assert_string_equal(run_traced(&m, &t, true, got), cases[i].calls);
            assert_memory_equal(got, want, sizeof want);
        }
    }
    pool_free(&pool);
}

/* A schedule of nothing computes nothing. */
static void nothing_may_be_scheduled(void **state)
{
    static const union unit none[] = {GROUP(0, 0)};
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes image = scheduled(&pool, image_of(&pool, two_steps), none, 0, NULL, 0);
    uint8_t out[24];
    struct trace t;
    struct mote_model m;

    (void)state;
    assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    assert_string_equal(run_traced(&m, &t, false, out), "");
    assert_string_equal(run_traced(&m, &t, true, out), "");

    struct mote_image_header *h = (void *)image.data; /* nor is the section wanted */
    struct mote_image_section *s = (struct mote_image_section *)(h + 1) + 6;

    assert_int_equal(s->id, MOTE_SECTION_SCHEDULE);
    s[0].id = 1000;
    s[1].id = 1001;
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    assert_string_equal(run_traced(&m, &t, false, out), "");
    assert_string_equal(run_traced(&m, &t, true, out), "");
    assert_int_equal(mote_model_select(&m, "infer"), MOTE_OK);
    assert_string_equal(run_traced(&m, &t, false, out), "");
    assert_int_equal(mote_model_select(&m, "t"), MOTE_ERR_USAGE);
    pool_free(&pool);
}

static void programs_are_selected_by_name(void **state)
{
    static const union unit infer[] = {GROUP(2, 1), ENTRY(0, 0, 4), ENTRY(1, 0, 4)};
    static const union unit programs[] = {PROGRAM(0, 3), GROUP(2, 2), ENTRY(0, 0, 2), ENTRY(1, 0, 1),
                                          PROGRAM(1, 2), GROUP(1, 3), ENTRY(1, 1, 1)};
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes image = scheduled(&pool, image_of(&pool, two_steps), infer, COUNT(infer), programs, COUNT(programs));
    uint8_t out[24];
    struct trace t;
    struct mote_model m;

    (void)state;
    assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    assert_int_equal(mote_model_step(&m), 1);
    assert_int_equal(mote_model_select(&m, "t"), MOTE_OK);
    assert_string_equal(run_traced(&m, &t, true, out), "0101");
    assert_int_equal(mote_model_select(&m, ""), MOTE_OK);
    assert_string_equal(run_traced(&m, &t, false, out), "111");
    assert_int_equal(mote_model_select(&m, "none"), MOTE_ERR_USAGE);
    assert_string_equal(run_traced(&m, &t, true, out), "111");
    assert_int_equal(mote_model_select(&m, "infer"), MOTE_OK);
    assert_string_equal(run_traced(&m, &t, false, out), "01");
    pool_free(&pool);
}

/* A program is checked when it is selected; who does not select it is not disturbed. */
static void programs_are_checked(void **state)
{
    static const struct {
        union unit units[6];
        size_t n;
        int32_t status, step, detail;
    } cases[] = {
        {.units = {PROGRAM(0, 2), GROUP(1, 1), ENTRY(1, 0, 4)}, .n = 3, .status = MOTE_OK, .step = -1, .detail = -1},
        {.units = {PROGRAM(0, 2), GROUP(1, 1), ENTRY(1, 0, 5)},
         .n = 3,
         .status = MOTE_ERR_PARAMS,
         .step = 1,
         .detail = 1},
        {.units = {PROGRAM(0, 2), GROUP(1, 5), ENTRY(0, 0, 1)}, .n = 3, .status = MOTE_ERR_PARAMS, .detail = 1},
        {.units = {PROGRAM(0, 2), GROUP(1, 1), ENTRY(2, 0, 1)},
         .n = 3,
         .status = MOTE_ERR_BOUNDS,
         .step = -1,
         .detail = 1},
        {.units = {PROGRAM(0, 2), GROUP(2, 1), ENTRY(0, 0, 1), ENTRY(0, 0, 1)},
         .n = 4,
         .status = MOTE_ERR_BOUNDS,
         .step = -1},
        {.units = {PROGRAM(0, 3), GROUP(1, 1), ENTRY(0, 0, 1)},
         .n = 3,
         .status = MOTE_ERR_USAGE,
         .step = -1,
         .detail = -1}, /* its units are not there */
        {.units = {PROGRAM(1000, 2), GROUP(1, 1), ENTRY(0, 0, 1)},
         .n = 3,
         .status = MOTE_ERR_USAGE,
         .step = -1,
         .detail = -1},
        {.units = {PROGRAM(1, UINT32_MAX), PROGRAM(0, 0)}, .n = 2, .status = MOTE_ERR_USAGE, .step = -1, .detail = -1},
        {.units = {PROGRAM(1, 0), PROGRAM(0, 0)}, .n = 2, .status = MOTE_OK, .step = -1, .detail = -1},
    };
    static const union unit infer[] = {GROUP(2, 1), ENTRY(0, 0, 4), ENTRY(1, 0, 4)};
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes whole = image_of(&pool, two_steps);
    uint8_t out[24];
    struct trace t;
    struct mote_model m;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bytes image = scheduled(&pool, whole, infer, COUNT(infer), cases[i].units, cases[i].n);

        assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
        assert_int_equal(mote_model_select(&m, "t"), cases[i].status);
        assert_int_equal(m.error.step, cases[i].step);
        assert_int_equal(m.error.detail, cases[i].detail);
        if (cases[i].status != MOTE_OK)
            assert_string_equal(run_traced(&m, &t, false, out), "01");
    }
    pool_free(&pool);
}

/* A name that is behind the strings is none, whatever is there; units behind the section are not counted. */
static void programs_lie_in_their_sections(void **state)
{
    static const union unit infer[] = {GROUP(2, 1), ENTRY(0, 0, 4), ENTRY(1, 0, 4)};
    static const union unit programs[] = {PROGRAM(0, 0), PROGRAM('t', 0)};
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes image = scheduled(&pool, image_of(&pool, two_steps), infer, COUNT(infer), programs, COUNT(programs));
    struct mote_image_header *h = (void *)image.data;
    struct mote_image_section *s = (struct mote_image_section *)(h + 1);
    struct mote_image_program *p = (void *)(image.data + s[7].offset);
    struct mote_model m;

    (void)state;
    assert_true(s[5].id == MOTE_SECTION_STRINGS && s[7].id == MOTE_SECTION_PROGRAMS);
    p->name = s[7].offset + sizeof *p - s[5].offset; /* the second one's first byte */
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    assert_int_equal(mote_model_select(&m, "t"), MOTE_ERR_USAGE);
    s[7].count++;
    h->checksum = mote_crc32(image.data + 20, h->bytes - 20);
    assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_ERR_BOUNDS);
    assert_int_equal(m.error.detail, MOTE_SECTION_PROGRAMS);
    pool_free(&pool);
}

/* ---- one step after the other ---- */
static uint8_t value_of(const struct mote_model *m, int32_t output)
{
    struct mote_io io;

    assert_int_equal(mote_model_output(m, output, &io), MOTE_OK);
    return *(const uint8_t *)io.data;
}

static void set(const struct mote_model *m, uint8_t value)
{
    struct mote_io io;

    assert_int_equal(mote_model_input(m, 0, &io), MOTE_OK);
    memset(io.data, value, io.bytes);
}

/* A reset in the middle of an inference ends it: the next step is the first. So does a run. */
static void reset_rewinds(void **state)
{
    static _Alignas(16) uint8_t arena[256];
    struct pool pool = {0};
    struct bytes image = image_of(&pool, two_states);
    struct mote_model m;

    (void)state;
    assert_int_equal(mote_model_open(&m, &mote_kernels, image.data, image.size, arena, sizeof arena), MOTE_OK);
    for (int inference = 0; inference < 2; inference++) {
        set(&m, 7);
        assert_int_equal(mote_model_step(&m), 1);
        assert_true(value_of(&m, 0) == 7 && value_of(&m, 1) == 0);
        mote_model_reset(&m);
        assert_true(value_of(&m, 0) == 0 && value_of(&m, 1) == 0);
    }
    set(&m, 8);
    assert_int_equal(mote_model_step(&m), 1);
    assert_true(value_of(&m, 0) == 8 && value_of(&m, 1) == 0);
    assert_int_equal(mote_model_step(&m), 0);
    assert_true(value_of(&m, 0) == 8 && value_of(&m, 1) == 8);
    set(&m, 9);
    assert_int_equal(mote_model_step(&m), 1);
    set(&m, 10);
    assert_int_equal(mote_model_run(&m), MOTE_OK);
    assert_true(value_of(&m, 0) == 10 && value_of(&m, 1) == 10);
    assert_int_equal(mote_model_step(&m), 1);
    pool_free(&pool);
}

static int runs;

static void count_runs(const struct mote_call *call)
{
    runs++;
    mote_kernels_find(&mote_kernels, KERNEL_copy)->version->run(call);
}

/* Each model runs with the table that it was opened with, and sees nothing of what is linked elsewhere. */
static void models_have_tables_of_their_own(void **state)
{
    static const struct mote_version counting = {.run = count_runs};
    static _Alignas(16) uint8_t arena[2][64];
    const struct mote_linked rows[] = {{NULL, NULL}, {&counting, kernels[KERNEL_copy]}};
    uint8_t place[KERNEL_LIMIT] = {0};
    const struct mote_kernels none = {rows, place, 0}, other = {rows, (const uint8_t[KERNEL_LIMIT]){0}, KERNEL_LIMIT},
                              mine = {rows, place, KERNEL_LIMIT};
    struct pool pool = {0};
    struct bytes image = image_of(&pool, copy_of_constant);
    struct mote_model a, b;
    struct mote_io out;

    (void)state;
    place[KERNEL_copy] = 1;
    assert_int_equal(mote_model_open(&a, &none, image.data, image.size, arena[0], sizeof arena[0]), MOTE_ERR_KERNEL);
    assert_int_equal(mote_model_open(&a, &other, image.data, image.size, arena[0], sizeof arena[0]), MOTE_ERR_KERNEL);
    assert_int_equal(a.error.detail, KERNEL_copy);
    assert_int_equal(mote_model_open(&a, &mine, image.data, image.size, arena[0], sizeof arena[0]), MOTE_OK);
    assert_int_equal(mote_model_open(&b, &mote_kernels, image.data, image.size, arena[1], sizeof arena[1]), MOTE_OK);
    runs = 0;
    assert_int_equal(mote_model_run(&b), MOTE_OK);
    assert_int_equal(runs, 0);
    assert_int_equal(mote_model_run(&a), MOTE_OK);
    assert_int_equal(runs, 1);
    assert_int_equal(mote_model_output(&a, 0, &out), MOTE_OK);
    assert_memory_equal(out.data, ((const uint8_t[]){1, 2, 3, 4}), 4);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_tensor_has_the_size_that_stands_for_too_much),
        cmocka_unit_test(checks_are_bounded_by_the_image),
        cmocka_unit_test(steps_are_bounded_by_the_image),
        cmocka_unit_test(resets_are_bounded_by_the_arena),
        cmocka_unit_test(trust_reads_checked_constants_only),
        cmocka_unit_test(models_have_tables_of_their_own),
        cmocka_unit_test(arguments_have_31_bits),
        cmocka_unit_test(helpers_take_any_zero_point),
        cmocka_unit_test(rounds_run_in_order),
        cmocka_unit_test(nothing_may_be_scheduled),
        cmocka_unit_test(programs_are_selected_by_name),
        cmocka_unit_test(programs_are_checked),
        cmocka_unit_test(programs_lie_in_their_sections),
        cmocka_unit_test(reset_rewinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
