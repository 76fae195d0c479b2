/* SPDX-License-Identifier: Apache-2.0 */
/* "What a reader checks" (docs/SPEC.md), rule by rule: an image that breaks one rule alone is refused with the rule's
 * status and place; what is just within it opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "host/plan/kernels.h"
#include "mote/ops/image.h"
#include "mote/ops/types.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

#define ARENA 4096

/* A convolution of two rows, a filter over time with a state, all roles that arguments have. */
static const char graph[] =
    "mote-graph 1\nmodel checked\nclasses \"a\" \"b\" \"c\"\ngraph \"main\"\n"
    "tensor 0 \"in\" s8 [1,3,3,2] quant [0.05; -3]\n"
    "tensor 1 \"w\" s8 [2,2,1,2] quant [0.01; 0] data [1, -2, 3, -4, 5, -6, 7, -8]\n"
    "tensor 2 \"b\" s32 [2] quant [0.0005; 0] data [9, -9]\n"
    "tensor 3 \"conv\" s8 [1,2,3,2] quant [0.05; -3]\n"
    "tensor 4 \"flat\" s8 [1,12] quant [0.05; -3]\n"
    "tensor 5 \"features\" s8 [3,12] quant [0.01; 0] data [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, "
    "18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36]\n"
    "tensor 6 \"times\" s8 [3,4] quant [0.012; 0] data [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\n"
    "tensor 7 \"bias\" s32 [3] quant [0.00048; 0] data [-10731, 7725, -7998]\n"
    "tensor 8 \"state\" s8 [1,12] quant [0.04; 0] state\n"
    "tensor 9 \"out\" s8 [1,3] quant [0.06; 5]\n"
    "op 0 conv_2d in [0, 1, 2] out [3] padding valid\n"
    "op 1 reshape in [3] out [4]\n"
    "op 2 svdf in [4, 5, 6, 7, 8] out [9] rank 1\n"
    "inputs [0]\noutputs [9]\nend\n";

/* An image that may be changed, with one tensor more than its steps use; each attempt to open it restores it. */
struct fixture {
    struct pool pool;
    struct bytes image, good;
    struct mote_image_header *h;
    struct mote_image_section *sections; /* by id - 1 */
    struct mote_image_tensor *t;
    struct mote_image_step *step;
    struct mote_image_entry *unit; /* a group, an entry a step */
    uint16_t *args;
    int32_t *params;
    struct mote_image_io *io;
    char *strings;
    uint32_t spare; /* index of the tensor that no step uses */
};

static _Alignas(16) uint8_t arena[ARENA];

static struct mote_image_section *find(struct fixture *f, uint32_t id)
{
    for (uint32_t i = 0; i < f->h->n_sections; i++)
        if (f->sections[i].id == id)
            return &f->sections[i];
    fail_msg("the image has no section %u", id);
    return NULL;
}

static void *start(struct fixture *f, uint32_t id) { return f->image.data + find(f, id)->offset; }

/* The tensors once more at the image's end, and one that is free. */
static void add_spare_tensor(struct fixture *f)
{
    struct mote_image_section *s = find(f, MOTE_SECTION_TENSORS);
    size_t old = f->image.size, bytes = (s->count + 1) * sizeof(struct mote_image_tensor);

    f->image.size = align_up(old + bytes, MOTE_IMAGE_ALIGN);
    memcpy(f->image.data + old, f->image.data + s->offset, s->bytes);
    f->spare = s->count;
    *s = (struct mote_image_section){
        .id = s->id, .offset = (uint32_t)old, .bytes = (uint32_t)bytes, .count = f->spare + 1};
    f->h->bytes = (uint32_t)f->image.size;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p = pipeline_of(&f->pool, "checked");

    assert_int_equal(model_parse(&p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, sizeof graph - 1}, &at),
                     MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    f->image = (struct bytes){pool_alloc(&f->pool, p.image.size + 4096), p.image.size};
    memcpy(f->image.data, p.image.data, p.image.size);
    f->h = (void *)f->image.data;
    f->sections = (void *)(f->h + 1);
    add_spare_tensor(f);
    f->h->arena_bytes = ARENA;
    f->t = start(f, MOTE_SECTION_TENSORS);
    f->step = start(f, MOTE_SECTION_STEPS);
    f->unit = start(f, MOTE_SECTION_SCHEDULE);
    f->args = start(f, MOTE_SECTION_ARGS);
    f->params = start(f, MOTE_SECTION_PARAMS);
    f->io = start(f, MOTE_SECTION_IO);
    f->strings = start(f, MOTE_SECTION_STRINGS);
    f->t[f->spare] = (struct mote_image_tensor){.type = TYPE_S8, .region = MOTE_REGION_ARENA, .bytes = 1};
    f->good = (struct bytes){pool_copy(&f->pool, f->image.data, f->image.size), f->image.size};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    pool_free(&f->pool);
    free(f);
    return 0;
}

static void seal(struct fixture *f) { f->h->checksum = mote_crc32(f->image.data + 20, f->image.size - 20); }

static struct mote_error open_image(struct fixture *f)
{
    struct mote_model m;
    int32_t status = mote_model_open(&m, &mote_kernels, f->image.data, f->image.size, arena, ARENA);

    assert_int_equal(status, m.error.status);
    memcpy(f->image.data, f->good.data, f->good.size);
    return m.error;
}

static void refused(struct fixture *f, int32_t status, int32_t step, int32_t tensor, int32_t detail)
{
    struct mote_error e;

    seal(f);
    e = open_image(f);
    assert_int_equal(e.status, status);
    assert_int_equal(e.step, step);
    assert_int_equal(e.tensor, tensor);
    assert_int_equal(e.detail, detail);
}

static void taken(struct fixture *f) { refused(f, MOTE_OK, -1, -1, -1); }

/* ---- 1, 2: the header ---- */
static void header_is_checked(void **state)
{
    struct fixture *f = *state;

    taken(f);
    f->h->magic ^= 1;
    refused(f, MOTE_ERR_MAGIC, -1, -1, -1);
    f->h->major++;
    refused(f, MOTE_ERR_VERSION, -1, -1, MOTE_IMAGE_MAJOR + 1);
    f->h->minor++; /* what it adds may be ignored */
    taken(f);
    f->h->bytes -= 8;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, -1);
    f->h->bytes += MOTE_IMAGE_ALIGN;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, -1);
    f->h->bytes = sizeof *f->h - MOTE_IMAGE_ALIGN;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, -1);
    f->h->arena_bytes -= 8;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, -1);
    f->h->arena_bytes += MOTE_IMAGE_ALIGN;
    refused(f, MOTE_ERR_ARENA, -1, -1, ARENA + MOTE_IMAGE_ALIGN);
    f->h->checksum ^= 1;
    assert_int_equal(open_image(f).status, MOTE_ERR_CHECKSUM);
    f->h->model_version ^= 1; /* any byte from `model_version` on counts */
    assert_int_equal(open_image(f).status, MOTE_ERR_CHECKSUM);
    f->image.data[f->image.size - 1] ^= 1;
    assert_int_equal(open_image(f).status, MOTE_ERR_CHECKSUM);
}

static void required_features_are_known(void **state)
{
    struct fixture *f = *state;

    for (int bit = 0; bit < 32; bit++) {
        f->h->required = UINT32_C(1) << bit;
        if (f->h->required & MOTE_IMAGE_FEATURES)
            taken(f);
        else
            refused(f, MOTE_ERR_VERSION, -1, -1, (int32_t)(UINT32_C(1) << bit));
    }
}

static void what_the_caller_has_is_checked(void **state)
{
    struct fixture *f = *state;
    uint8_t *copy = pool_alloc(&f->pool, f->image.size + 2 * MOTE_IMAGE_ALIGN), *at = copy;
    struct mote_model m;

    at += MOTE_IMAGE_ALIGN - (uintptr_t)at % MOTE_IMAGE_ALIGN;
    for (size_t off = 1; off < MOTE_IMAGE_ALIGN; off++) {
        memcpy(at + off, f->image.data, f->image.size);
        assert_int_equal(mote_model_open(&m, &mote_kernels, at + off, f->image.size, arena, ARENA), MOTE_ERR_ALIGN);
        assert_int_equal(m.error.detail, 0);
        seal(f);
        assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->image.size, arena + off, ARENA),
                         MOTE_ERR_ALIGN);
        assert_int_equal(m.error.detail, 1);
    }
    seal(f);
    assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->image.size, arena, ARENA - 1),
                     MOTE_ERR_ARENA);
    assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->image.size - 1, arena, ARENA),
                     MOTE_ERR_BOUNDS);
    assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, sizeof *f->h - 1, arena, ARENA), MOTE_ERR_MAGIC);
    assert_int_equal(mote_image_arena_bytes(f->image.data, f->image.size), ARENA);
    assert_int_equal(mote_image_arena_bytes(f->image.data, f->image.size - 1), 0);
}

/* ---- 3: sections ---- */
static void sections_are_checked(void **state)
{
    struct fixture *f = *state;
    struct mote_image_section *s = find(f, MOTE_SECTION_ARGS);

    s->offset += 4;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, MOTE_SECTION_ARGS);
    s->offset = f->h->bytes;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, MOTE_SECTION_ARGS);
    s->offset = UINT32_MAX - 15;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, MOTE_SECTION_ARGS);
    s->bytes = f->h->bytes - s->offset; /* to the very end */
    taken(f);
    s->bytes = f->h->bytes - s->offset + 1;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, MOTE_SECTION_ARGS);
    s[1].id = s->id;
    refused(f, MOTE_ERR_FORMAT, -1, -1, MOTE_SECTION_ARGS);
    f->sections[0].id = 0;
    refused(f, MOTE_ERR_FORMAT, -1, -1, 0);
    f->h->n_sections = (f->h->bytes - sizeof *f->h) / sizeof *s + 1;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 0);
}

/* The count of each list that is used is at most what its bytes hold. */
static void counts_fit_their_bytes(void **state)
{
    struct fixture *f = *state;

    for (uint32_t i = 0; i < f->h->n_sections; i++) {
        uint32_t id = f->sections[i].id, size = f->sections[i].bytes / f->sections[i].count;

        f->sections[i].bytes = f->sections[i].count * size - 1;
        if (id != MOTE_SECTION_STRINGS)
            refused(f, MOTE_ERR_BOUNDS, -1, -1, (int32_t)id);
        f->sections[i].count = UINT32_MAX;
        refused(f, MOTE_ERR_BOUNDS, -1, -1, (int32_t)id);
    }
}

static void sections_that_must_be(void **state)
{
    struct fixture *f = *state;
    struct mote_image_section *s = find(f, MOTE_SECTION_STRINGS);

    find(f, MOTE_SECTION_TENSORS)->count = 0;
    refused(f, MOTE_ERR_FORMAT, -1, -1, MOTE_SECTION_TENSORS);
    f->strings[s->bytes - 1] = 'x';
    refused(f, MOTE_ERR_FORMAT, -1, -1, MOTE_SECTION_STRINGS);
    s->bytes = s->count = 0;
    refused(f, MOTE_ERR_FORMAT, -1, -1, MOTE_SECTION_STRINGS);
}

/* ---- 4: tensors ---- */
static void tensors_are_checked(void **state)
{
    struct fixture *f = *state;
    const int32_t i = (int32_t)f->spare;
    struct mote_image_tensor *t = &f->t[i];

    t->type = TYPE_NONE;
    refused(f, MOTE_ERR_TYPE, -1, i, TYPE_NONE);
    t->type = TYPE_S4; /* less than a byte */
    refused(f, MOTE_ERR_TYPE, -1, i, TYPE_S4);
    t->type = UINT8_MAX;
    refused(f, MOTE_ERR_TYPE, -1, i, UINT8_MAX);
    for (int region = MOTE_REGION_ARENA + 1; region <= UINT8_MAX; region++) {
        t->region = (uint8_t)region;
        refused(f, MOTE_ERR_VERSION, -1, i, region);
    }
    t->form = MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4);
    taken(f); /* no step reads it */
    t->form = MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4);
    t->type = TYPE_S4; /* the packing says how elements of half a byte lie */
    taken(f);
    t->form = MOTE_FORM(1, MOTE_PACKING_ROW_MAJOR);
    t->type = TYPE_STRING;
    refused(f, MOTE_ERR_TYPE, -1, i, TYPE_STRING);
}

static void tensors_lie_in_their_region(void **state)
{
    struct fixture *f = *state;
    const int32_t i = (int32_t)f->spare;
    struct mote_image_tensor *t = &f->t[i];

    for (uint8_t region = 0; region <= MOTE_REGION_ARENA; region++) {
        const uint32_t end = region == MOTE_REGION_ARENA ? f->h->arena_bytes : f->h->bytes;
        struct mote_image_tensor base = *t;

        base.region = region;
        *t = base;
        t->bytes = end;
        taken(f);
        *t = base;
        t->offset = 4;
        t->bytes = end - 4;
        taken(f);
        *t = base;
        t->offset = 4;
        t->bytes = end - 3;
        refused(f, MOTE_ERR_BOUNDS, -1, i, -1);
        *t = base;
        t->offset = end;
        t->bytes = 0;
        taken(f);
        *t = base;
        t->offset = end + 4;
        t->bytes = 0;
        refused(f, MOTE_ERR_BOUNDS, -1, i, -1);
        *t = base;
        t->offset = UINT32_MAX - 3;
        t->bytes = 8;
        refused(f, MOTE_ERR_BOUNDS, -1, i, -1);
    }
}

static void tensors_are_aligned(void **state)
{
    struct fixture *f = *state;
    const int32_t i = (int32_t)f->spare;
    struct mote_image_tensor *t = &f->t[i];

    t->offset = 2; /* to 4, whatever the type */
    refused(f, MOTE_ERR_BOUNDS, -1, i, -1);
    t->type = TYPE_S32;
    t->bytes = 6;
    refused(f, MOTE_ERR_BOUNDS, -1, i, -1);
    t->type = TYPE_S64;
    t->offset = 4;
    t->bytes = 8;
    refused(f, MOTE_ERR_BOUNDS, -1, i, -1);
    t->type = TYPE_S64;
    t->offset = t->bytes = 8;
    taken(f);
}

static void states_lie_in_the_arena(void **state)
{
    struct fixture *f = *state;
    const int32_t i = (int32_t)f->spare;

    f->t[i].flags = MOTE_TENSOR_STATE;
    taken(f);
    f->t[i].flags = MOTE_TENSOR_STATE;
    f->t[i].region = MOTE_REGION_IMAGE;
    refused(f, MOTE_ERR_FORMAT, -1, i, -1);
}

/* ---- 5: inputs and outputs ---- */
/* Input 0 is [1,3,3,2], output 0, here 1, is [1,3]. */
static void slices_are_checked(struct fixture *f)
{
    static const struct {
        uint32_t io, axis, hop;
        bool taken;
    } cases[] = {{.axis = 1, .hop = 1, .taken = true},
                 {.axis = 1, .hop = 3, .taken = true},
                 {.axis = 3, .hop = 2, .taken = true},
                 {.io = 1, .axis = 1, .hop = 3, .taken = true},
                 {.axis = MOTE_AXIS_NONE, .taken = true},
                 {.axis = MOTE_AXIS_NONE, .hop = 1},
                 {.axis = MOTE_AXIS_NONE, .hop = UINT32_MAX},
                 {.axis = 1},
                 {.axis = 1, .hop = 4},
                 {.axis = 1, .hop = UINT32_MAX},
                 {.axis = 4, .hop = 1}, /* beyond its rank, where dims are 1 */
                 {.axis = 8, .hop = 1},
                 {.axis = 254, .hop = 1},
                 {.io = 1, .axis = 2, .hop = 1},
                 {.io = 1, .axis = 1, .hop = 4}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        int32_t tensor = f->io[cases[i].io].tensor;

        assert_true(f->io[cases[i].io].axis == MOTE_AXIS_NONE && f->io[cases[i].io].hop == 0);
        f->io[cases[i].io].axis = (uint8_t)cases[i].axis;
        f->io[cases[i].io].hop = cases[i].hop;
        if (cases[i].taken)
            taken(f);
        else
            refused(f, MOTE_ERR_BOUNDS, -1, tensor, (int32_t)cases[i].io);
    }
    memset(f->io[0].reserved, 0xff, sizeof f->io[0].reserved); /* of a later minor */
    taken(f);
}

static void inputs_and_outputs_are_checked(void **state)
{
    struct fixture *f = *state;
    int32_t in = f->io[0].tensor, out = f->io[1].tensor, n = (int32_t)f->spare + 1;

    f->io[1].tensor = (uint16_t)n;
    refused(f, MOTE_ERR_BOUNDS, -1, n, 1);
    f->io[1].rank = MOTE_IMAGE_RANK_MAX + 1;
    refused(f, MOTE_ERR_BOUNDS, -1, out, 1);
    f->io[1].rank = MOTE_IMAGE_RANK_MAX;
    taken(f);
    f->io[1].name = find(f, MOTE_SECTION_STRINGS)->bytes;
    refused(f, MOTE_ERR_BOUNDS, -1, out, 1);
    f->io[1].name = find(f, MOTE_SECTION_STRINGS)->bytes - 1;
    taken(f);
    f->io[0].dims[0]++;
    refused(f, MOTE_ERR_BOUNDS, -1, in, 0);
    f->io[0].dims[7] = 2; /* beyond its rank */
    refused(f, MOTE_ERR_BOUNDS, -1, in, 0);
    for (int d = 0; d < 4; d++) /* 2^64 times as many bytes */
        f->io[0].dims[4 + d] = 1u << 16;
    refused(f, MOTE_ERR_BOUNDS, -1, in, 0);
    slices_are_checked(f);
    f->io[0].output = 1;
    f->io[1].output = 0; /* an input after an output */
    refused(f, MOTE_ERR_FORMAT, -1, out, 1);
    f->io[0].tensor = (uint16_t)f->spare;
    f->t[f->spare] = f->t[in];
    f->t[f->spare].region = MOTE_REGION_IMAGE;
    f->t[f->spare].offset = 0;
    refused(f, MOTE_ERR_FORMAT, -1, (int32_t)f->spare, 0);
}

/* ---- 6: steps ---- */
static const struct mote_kernel *kernel_of(const struct fixture *f, int step) { return kernels[f->step[step].kernel]; }

static void steps_name_what_there_is(void **state)
{
    struct fixture *f = *state;
    int32_t n_args = (int32_t)find(f, MOTE_SECTION_ARGS)->count,
            n_params = (int32_t)find(f, MOTE_SECTION_PARAMS)->count;
    int32_t wants = f->step[1].n_args;

    f->step[1].kernel = 0;
    refused(f, MOTE_ERR_KERNEL, 1, -1, 0);
    f->step[1].kernel = KERNEL_LIMIT;
    refused(f, MOTE_ERR_KERNEL, 1, -1, KERNEL_LIMIT);
    f->step[1].n_args++;
    refused(f, MOTE_ERR_BOUNDS, 1, -1, wants + 1);
    f->step[1].n_args--;
    refused(f, MOTE_ERR_BOUNDS, 1, -1, wants - 1);
    assert_int_equal(f->step[1].args, n_args - wants);
    f->step[1].args++;
    refused(f, MOTE_ERR_BOUNDS, 1, -1, wants);
    f->step[1].args = UINT16_MAX;
    refused(f, MOTE_ERR_BOUNDS, 1, -1, wants);
    assert_int_equal(f->step[1].params, n_params - kernel_of(f, 1)->n_params);
    f->step[1].params++;
    refused(f, MOTE_ERR_BOUNDS, 1, -1, -1);
    f->step[1].params = UINT16_MAX;
    refused(f, MOTE_ERR_BOUNDS, 1, -1, -1);
}

static void parameters_are_in_their_ranges(void **state)
{
    struct fixture *f = *state;

    for (int s = 0; s < 2; s++)
        for (int i = 0; i < kernel_of(f, s)->n_params; i++) {
            struct mote_range range = kernel_of(f, s)->ranges[i];
            int32_t *p = &f->params[f->step[s].params + (uint32_t)i];

            if (range.min > INT32_MIN) {
                *p = range.min - 1;
                refused(f, MOTE_ERR_PARAMS, s, -1, i);
            }
            if (range.max < INT32_MAX) {
                *p = range.max + 1;
                refused(f, MOTE_ERR_PARAMS, s, -1, i);
            }
        }
}

static void parameters_agree(void **state)
{
    struct fixture *f = *state;
    int32_t *p = &f->params[f->step[0].params];

    assert_string_equal(kernel_of(f, 0)->param_names[19], "lo");
    p[19] = 1;
    p[20] = 0; /* hi */
    refused(f, MOTE_ERR_PARAMS, 0, -1, -1);
}

/* ---- 7: the schedule ---- */
static struct mote_image_group *group(struct fixture *f, int unit) { return (void *)&f->unit[unit]; }

/* One group of the first step alone. */
static void only_the_first_step(struct fixture *f)
{
    find(f, MOTE_SECTION_SCHEDULE)->count = 2;
    group(f, 0)->entries = 1;
}

static void entries_compute_rows_that_there_are(void **state)
{
    static const struct {
        uint32_t base;
        uint16_t repeat, rows, first, hop;
        bool right;
    } cases[] = {
        {.repeat = 1, .rows = 2, .right = true},
        {.repeat = 1, .rows = 1, .right = true},
        {.repeat = 1, .rows = 1, .first = 1, .right = true},
        {.base = 1, .repeat = 1, .rows = 1, .right = true},
        {.repeat = 2, .rows = 1, .hop = 1, .right = true},
        {.repeat = 2, .rows = 2, .right = true},
        {.repeat = 1, .rows = 2, .hop = UINT16_MAX, .right = true}, /* there is no second round */
        {.repeat = UINT16_MAX, .rows = 1, .first = 1, .right = true},
        {.repeat = 1},
        {.repeat = 1, .first = 2},
        {.repeat = 1, .rows = 3},
        {.repeat = 1, .rows = 2, .first = 1},
        {.base = 1, .repeat = 1, .rows = 2},
        {.repeat = 1, .rows = 1, .first = 2},
        {.base = 1, .repeat = 1, .rows = 1, .first = 1},
        {.base = 2, .repeat = 1, .rows = 1},
        {.repeat = 2, .rows = 2, .hop = 1},
        {.repeat = 2, .rows = 1, .first = 1, .hop = 1},
        {.base = 1, .repeat = 2, .rows = 1, .hop = 1},
        {.repeat = 2, .rows = 1, .hop = 2},
        {.repeat = 3, .rows = 1, .hop = 1},
        {.base = UINT32_MAX, .repeat = 1, .rows = 1},
        {.base = UINT32_MAX, .repeat = 1, .rows = 2},
        {.base = UINT32_MAX, .repeat = 1, .rows = 1, .first = 1},
        {.base = UINT32_MAX, .repeat = 2, .rows = 1, .hop = 1},
        {.base = UINT32_MAX, .repeat = UINT16_MAX, .rows = UINT16_MAX, .first = UINT16_MAX, .hop = UINT16_MAX},
        {.base = 1, .repeat = UINT16_MAX, .rows = 1, .hop = UINT16_MAX}, /* 65534 * 65535 + 2 is 2^32 - 131068 */
        {.base = 131069, .repeat = UINT16_MAX, .rows = 1, .hop = UINT16_MAX},
        {.repeat = 1, .rows = UINT16_MAX},
        {.repeat = 1, .rows = 1, .first = UINT16_MAX},
    };
    struct fixture *f = *state;

    assert_int_equal(f->unit[1].rows, 2);
    for (size_t i = 0; i < COUNT(cases); i++) {
        only_the_first_step(f);
        *group(f, 0) = (struct mote_image_group){.entries = 1, .repeat = cases[i].repeat, .base = cases[i].base};
        f->unit[1] =
            (struct mote_image_entry){.step = 0, .rows = cases[i].rows, .first = cases[i].first, .hop = cases[i].hop};
        if (cases[i].right)
            taken(f);
        else
            refused(f, MOTE_ERR_PARAMS, 0, -1, 1);
    }
    f->unit[2].rows++; /* the second entry, after one that is right */
    refused(f, MOTE_ERR_PARAMS, 1, -1, 2);
    f->unit[2].step++;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 2);
    f->unit[1].step = UINT16_MAX;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 1);
    f->unit[2] = f->unit[1]; /* a step twice; its rows are asked for again */
    taken(f);
    f->unit[2] = f->unit[1];
    f->unit[2].rows++;
    refused(f, MOTE_ERR_PARAMS, 0, -1, 2);
}

static void groups_fit_their_program(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(find(f, MOTE_SECTION_SCHEDULE)->count, 3);
    assert_int_equal(group(f, 0)->entries, 2);
    group(f, 0)->entries = 3;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 0);
    group(f, 0)->entries = UINT16_MAX;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 0);
    group(f, 0)->entries = 0;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 0);
    group(f, 0)->repeat = 0;
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 0);
    group(f, 0)->entries = 1; /* and a second group, of none */
    f->unit[2] = (struct mote_image_entry){0};
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 2);
    group(f, 0)->entries = 1; /* and one of an entry that is not there */
    *group(f, 2) = (struct mote_image_group){.entries = 1, .repeat = 1, .base = 0};
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 2);
}

/* Steps are checked, whether the inference uses them or not. */
static void all_steps_are_checked(void **state)
{
    struct fixture *f = *state;

    only_the_first_step(f);
    taken(f);
    only_the_first_step(f);
    f->step[1].kernel = 0;
    refused(f, MOTE_ERR_KERNEL, 1, -1, 0);
    f->unit[1].step = 1; /* in their order: the first one's fault comes first */
    f->step[0].kernel = f->step[1].kernel = 0;
    refused(f, MOTE_ERR_KERNEL, 0, -1, 0);
}

static void a_schedule_may_be_empty(void **state)
{
    struct fixture *f = *state;

    find(f, MOTE_SECTION_SCHEDULE)->count = 0;
    taken(f);
    find(f, MOTE_SECTION_SCHEDULE)->count = 1; /* a head without entries */
    refused(f, MOTE_ERR_BOUNDS, -1, -1, 0);
}

/* The spare tensor takes an argument's place, as it is and in the other region. */
static bool lies(uint8_t role, uint8_t region)
{
    return region == MOTE_REGION_IMAGE ? role == MOTE_ROLE_IN || mote_role_is_const(role) : role != MOTE_ROLE_CONST;
}

static struct mote_image_tensor *replace(struct fixture *f, int step, int arg)
{
    uint16_t *index = &f->args[f->step[step].args + (uint32_t)arg];

    f->t[f->spare] = f->t[*index];
    f->t[f->spare].flags = 0;
    f->t[f->spare].initial = 0;
    *index = (uint16_t)f->spare;
    return &f->t[f->spare];
}

static void arguments_lie_where_their_role_says(void **state)
{
    struct fixture *f = *state;
    int32_t spare = (int32_t)f->spare;
    unsigned seen = 0;

    for (int s = 0; s < 2; s++)
        for (int i = 0; i < kernel_of(f, s)->n_args; i++) {
            uint8_t role = kernel_of(f, s)->arg[i].role;
            struct mote_image_tensor *t = replace(f, s, i);

            assert_true(lies(role, t->region));
            taken(f);
            t = replace(f, s, i);
            t->region ^= 1;
            t->offset = 0;
            if (lies(role, t->region))
                taken(f);
            else
                refused(f, MOTE_ERR_PARAMS, s, spare, i);
            seen |= 1u << role;
        }
    assert_int_equal(seen, 1u << MOTE_ROLE_IN | 1u << MOTE_ROLE_OUT | 1u << MOTE_ROLE_WEIGHTS | 1u << MOTE_ROLE_STATE |
                               1u << MOTE_ROLE_CONST);
}

static void arguments_have_their_types_and_bytes(void **state)
{
    struct fixture *f = *state;
    int32_t spare = (int32_t)f->spare;

    for (int s = 0; s < 2; s++)
        for (int i = 0; i < kernel_of(f, s)->n_args; i++) {
            struct mote_image_tensor *t = replace(f, s, i);
            uint32_t bytes = t->bytes;

            if (kernel_of(f, s)->arg[i].type != MOTE_ARG_ANY) {
                t->type = t->type == TYPE_S8 ? TYPE_U8 : TYPE_F32;
                refused(f, MOTE_ERR_TYPE, s, spare, i);
            }
            for (int form = 1; form <= UINT8_MAX; form++) { /* that no version of the kernel takes */
                replace(f, s, i)->form = MOTE_FORM(form, 0);
                refused(f, MOTE_ERR_CODING, s, spare, i);
                replace(f, s, i)->form = MOTE_FORM(0, form);
                refused(f, MOTE_ERR_CODING, s, spare, i);
            }
            t = replace(f, s, i);
            t->bytes -= t->type == TYPE_S32 ? 4 : 1;
            refused(f, MOTE_ERR_PARAMS, s, spare, i);
            assert_int_equal(f->t[f->args[f->step[s].args + (uint32_t)i]].bytes, bytes);
            f->args[f->step[s].args + (uint32_t)i] = (uint16_t)(spare + 1);
            refused(f, MOTE_ERR_BOUNDS, s, spare + 1, i);
        }
}

static void checked_values_are_checked(void **state)
{
    struct fixture *f = *state;
    const struct mote_image_tensor *t = NULL;

    for (int i = 0; i < kernel_of(f, 0)->n_args; i++)
        if (kernel_of(f, 0)->arg[i].role == MOTE_ROLE_CONST)
            t = &f->t[f->args[f->step[0].args + (uint32_t)i]];
    assert_non_null(t);
    f->image.data[t->offset] = 31; /* a shift */
    refused(f, MOTE_ERR_PARAMS, 0, -1, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_is_checked),
        cmocka_unit_test(required_features_are_known),
        cmocka_unit_test(what_the_caller_has_is_checked),
        cmocka_unit_test(sections_are_checked),
        cmocka_unit_test(counts_fit_their_bytes),
        cmocka_unit_test(sections_that_must_be),
        cmocka_unit_test(tensors_are_checked),
        cmocka_unit_test(tensors_lie_in_their_region),
        cmocka_unit_test(tensors_are_aligned),
        cmocka_unit_test(states_lie_in_the_arena),
        cmocka_unit_test(inputs_and_outputs_are_checked),
        cmocka_unit_test(steps_name_what_there_is),
        cmocka_unit_test(parameters_are_in_their_ranges),
        cmocka_unit_test(parameters_agree),
        cmocka_unit_test(entries_compute_rows_that_there_are),
        cmocka_unit_test(groups_fit_their_program),
        cmocka_unit_test(all_steps_are_checked),
        cmocka_unit_test(a_schedule_may_be_empty),
        cmocka_unit_test(arguments_lie_where_their_role_says),
        cmocka_unit_test(arguments_have_their_types_and_bytes),
        cmocka_unit_test(checked_values_are_checked),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
