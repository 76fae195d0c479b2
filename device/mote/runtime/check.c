/* SPDX-License-Identifier: Apache-2.0 */
/* Proves an image before it is used: after MOTE_OK every offset, size, index and parameter that model.c and the kernels
 * will read is in range, whatever bytes the image held. docs/SPEC.md, "What a reader checks", lists the rules. */
#include "../memory.h"
#include "../mote.h"
#include "../ops/image.h"
#include "../ops/types.h"
#include "registry.h"
#include "schedule.h"

/* The step and the tensor that are being looked at are in m->error all along: each check only says what is wrong. */
#define CHECK(condition, status, detail)                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return wrong(m, status, (int32_t)(detail));                                                                \
    } while (0)

static int32_t wrong(struct mote_model *m, int32_t status, int32_t detail)
{
    m->error.status = status;
    m->error.detail = detail;
    return status;
}

static void at_none(struct mote_model *m) { m->error = (struct mote_error){MOTE_OK, -1, -1, -1}; }

static const struct mote_image_header *header_of(const void *image) { return (const struct mote_image_header *)image; }

static int32_t check_header(struct mote_model *m, const void *image, size_t bytes)
{
    const struct mote_image_header *h = header_of(image);

    CHECK(((uintptr_t)image & (MOTE_IMAGE_ALIGN - 1)) == 0, MOTE_ERR_ALIGN, 0);
    CHECK(bytes >= sizeof *h && h->magic == MOTE_IMAGE_MAGIC, MOTE_ERR_MAGIC, -1);
    CHECK(h->major == MOTE_IMAGE_MAJOR, MOTE_ERR_VERSION, h->major);
    CHECK((h->required & ~(MOTE_BLOCKS ? MOTE_IMAGE_BLOCKS : 0u)) == 0, MOTE_ERR_VERSION, h->required);
    CHECK(h->bytes >= sizeof *h && h->bytes <= bytes && h->bytes % MOTE_IMAGE_ALIGN == 0, MOTE_ERR_BOUNDS, -1);
    CHECK(h->arena_bytes % MOTE_IMAGE_ALIGN == 0, MOTE_ERR_BOUNDS, -1); /* so below mote_bytes()'s UINT32_MAX */
    return MOTE_OK;
}

uint32_t mote_image_arena_bytes(const void *image, size_t image_bytes)
{
    struct mote_model m;

    return check_header(&m, image, image_bytes) == MOTE_OK ? header_of(image)->arena_bytes : 0;
}

/* The trailer at `at`, of which `bytes` bytes are there. */
static int32_t check_trailer(const struct mote_image_trailer *at, size_t bytes)
{
    if (bytes < sizeof at->magic || at->magic != MOTE_TRAILER_MAGIC)
        return MOTE_ERR_SIGNATURE;
    if (bytes < sizeof *at || at->bytes > bytes - sizeof *at)
        return MOTE_ERR_BOUNDS;
    if (at->algorithm != MOTE_ALGORITHM_ED25519)
        return MOTE_ERR_VERSION;
    return at->bytes == MOTE_ED25519_BYTES ? MOTE_OK : MOTE_ERR_FORMAT;
}

int32_t mote_image_signature(const void *image, size_t image_bytes, struct mote_signature *out)
{
    const uint8_t *start = image;
    struct mote_model m;
    int32_t status = check_header(&m, image, image_bytes);

    if (status != MOTE_OK)
        return status;

    uint32_t bytes = header_of(image)->bytes;
    const struct mote_image_trailer *trailer = (const void *)(start + bytes);

    status = check_trailer(trailer, image_bytes - bytes);
    if (status != MOTE_OK)
        return status;
    out->algorithm = trailer->algorithm;
    out->key_id = trailer->key_id;
    out->signed_bytes = bytes + sizeof *trailer;
    out->signature = start + out->signed_bytes;
    out->bytes = trailer->bytes;
    return MOTE_OK;
}

/* Element sizes of the sections whose count is used. */
static uint32_t element_bytes(uint32_t id)
{
    switch (id) {
    case MOTE_SECTION_TENSORS:
        return sizeof(struct mote_image_tensor);
    case MOTE_SECTION_STEPS:
        return sizeof(struct mote_image_step);
    case MOTE_SECTION_SCHEDULE:
    case MOTE_SECTION_PROGRAMS:
        return sizeof(struct mote_image_entry);
    case MOTE_SECTION_ARGS:
        return sizeof(uint16_t);
    case MOTE_SECTION_PARAMS:
        return sizeof(int32_t);
    case MOTE_SECTION_IO:
        return sizeof(struct mote_image_io);
    default:
        return 1;
    }
}

static void bind(struct mote_model *m, const struct mote_image_section *s)
{
    const void *start = m->regions[MOTE_REGION_IMAGE] + s->offset;

    switch (s->id) {
    case MOTE_SECTION_TENSORS:
        m->tensors = start;
        m->n_tensors = s->count;
        break;
    case MOTE_SECTION_STEPS:
        m->steps = start;
        m->n_steps = s->count;
        break;
    case MOTE_SECTION_ARGS:
        m->args = start;
        m->n_args = s->count;
        break;
    case MOTE_SECTION_PARAMS:
        m->params = start;
        m->n_params = s->count;
        break;
    case MOTE_SECTION_SCHEDULE:
        m->schedule = start;
        m->n_schedule = s->count;
        break;
    case MOTE_SECTION_IO:
        m->io = start;
        m->n_io = s->count;
        break;
    case MOTE_SECTION_STRINGS:
        m->strings = start;
        m->n_strings = s->bytes;
        break;
    default:
        break;
    }
}

static int32_t check_sections(struct mote_model *m)
{
    const struct mote_image_header *h = header_of(m->regions[MOTE_REGION_IMAGE]);
    const struct mote_image_section *s = (const void *)(m->regions[MOTE_REGION_IMAGE] + sizeof *h);
    uint32_t last = 0;

    CHECK(h->n_sections <= (h->bytes - sizeof *h) / sizeof *s, MOTE_ERR_BOUNDS, 0);
    for (uint32_t i = 0; i < h->n_sections; i++, s++) {
        CHECK(s->id > last, MOTE_ERR_FORMAT, s->id);
        CHECK(s->offset % MOTE_IMAGE_ALIGN == 0 && s->offset <= h->bytes && s->bytes <= h->bytes - s->offset,
              MOTE_ERR_BOUNDS, s->id);
        CHECK(s->count <= s->bytes / element_bytes(s->id), MOTE_ERR_BOUNDS, s->id);
        last = s->id;
        bind(m, s);
    }
    CHECK(m->n_tensors > 0 && m->n_tensors <= UINT16_MAX, MOTE_ERR_FORMAT, MOTE_SECTION_TENSORS);
    CHECK(m->n_io <= UINT16_MAX, MOTE_ERR_FORMAT, MOTE_SECTION_IO);
    CHECK(m->n_strings > 0 && m->strings[m->n_strings - 1] == '\0', MOTE_ERR_FORMAT, MOTE_SECTION_STRINGS);
    return MOTE_OK;
}

/* The size that a tensor's offset and bytes are multiples of; 0 if it has no such type. Elements of less than a byte
 * lie somehow only where a coding or packing says how. */
static uint32_t element_size(const struct mote_image_tensor *t)
{
    static const uint8_t bits[] = {
#define TYPE(number, NAME, name, bits, ctype) [number] = bits,
#include "../ops/types_def.h"
    };
    uint32_t n = t->type < sizeof bits ? bits[t->type] : 0;

    if (n < 8)
        n = n > 0 && t->form != 0 ? 8 : 0;
    return n / 8;
}

/* Reset writes each state, so that all together may have the arena's bytes: states of an honest image do not overlap.
 */
static int32_t check_tensors(struct mote_model *m)
{
    const struct mote_image_header *h = header_of(m->regions[MOTE_REGION_IMAGE]);
    uint32_t left = h->arena_bytes;

    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const struct mote_image_tensor *t = &m->tensors[i];
        uint32_t size = element_size(t), limit = t->region == MOTE_REGION_IMAGE ? h->bytes : h->arena_bytes;

        m->error.tensor = (int32_t)i;
        CHECK(size > 0, MOTE_ERR_TYPE, t->type);
        CHECK(t->region <= MOTE_REGION_ARENA, MOTE_ERR_VERSION, t->region);
        CHECK(t->offset <= limit && t->bytes <= limit - t->offset && ((t->offset | t->bytes) & (size - 1)) == 0 &&
                  (t->offset & 3) == 0,
              MOTE_ERR_BOUNDS, -1);
        CHECK(!(t->flags & MOTE_TENSOR_STATE) || t->region == MOTE_REGION_ARENA, MOTE_ERR_FORMAT, -1);
        CHECK(t->initial <= m->n_tensors, MOTE_ERR_BOUNDS, t->initial);
        CHECK(t->initial == 0 ||
                  ((t->flags & MOTE_TENSOR_STATE) && m->tensors[t->initial - 1].region == MOTE_REGION_IMAGE &&
                   m->tensors[t->initial - 1].bytes == t->bytes),
              MOTE_ERR_FORMAT, t->initial);
        if (t->flags & MOTE_TENSOR_STATE) {
            CHECK(t->bytes <= left, MOTE_ERR_WORK, -1);
            left -= t->bytes;
        }
    }
    m->error.tensor = -1;
    return MOTE_OK;
}

/* The regions that arguments may lie in: two bits a role. */
#define LIES(role, image, arena)                                                                                       \
    ((uint32_t)((image) << MOTE_REGION_IMAGE | (arena) << MOTE_REGION_ARENA) << 2 * MOTE_ROLE_##role)
static const uint32_t may_lie = LIES(IN, 1, 1) | LIES(OUT, 0, 1) | LIES(WEIGHTS, 1, 1) | LIES(STATE, 0, 1) |
                                LIES(SCRATCH, 0, 1) | LIES(CONST, 1, 0) | LIES(SUMS, 0, 1);

/* What a step has beyond dense arguments, and what the linked version wants: forms, and scratch as one argument more.
 * Scratch that is not wanted is looked at all the same. */
static int32_t check_version(struct mote_model *m, uint32_t step, const struct mote_linked *linked, uint32_t scratch)
{
    const struct mote_image_step *s = &m->steps[step];
    const uint16_t *indices = m->args + s->args, *forms = linked->version->forms;
    uint32_t n = linked->kernel->n_args, index;

    for (uint32_t i = 0; i < n; i++) {
        m->error.tensor = indices[i];
        CHECK(m->tensors[indices[i]].form == (forms != NULL ? forms[i] : 0), MOTE_ERR_CODING, i);
    }
    m->error.tensor = -1;
    if (s->n_args == n) {
        CHECK(scratch == 0, MOTE_ERR_CODING, n);
        return MOTE_OK;
    }
    index = indices[n];
    m->error.tensor = (int32_t)index;
    CHECK(index < m->n_tensors, MOTE_ERR_BOUNDS, n);
    CHECK(m->tensors[index].region == MOTE_REGION_ARENA && scratch <= m->tensors[index].bytes, MOTE_ERR_PARAMS, n);
    return MOTE_OK;
}

/* `left` are the bytes of constants that trust functions may still read: only those are told where they are. Sets
 * `forms` to 0 if all arguments are dense. */
static int32_t check_args(struct mote_model *m, uint32_t step, const struct mote_kernel *k, const uint32_t *need,
                          struct mote_block *args, uint64_t *left, uint32_t *forms)
{
    const uint16_t *indices = m->args + m->steps[step].args;
    const struct mote_arg *arg = k->arg;

    for (uint32_t i = 0; i < k->n_args; i++, arg++) {
        uint32_t index = indices[i], role = arg->role;

        m->error.tensor = (int32_t)index;
        CHECK(index < m->n_tensors, MOTE_ERR_BOUNDS, i);

        const struct mote_image_tensor *t = &m->tensors[index];

        CHECK(arg->type == MOTE_ARG_ANY || arg->type == t->type, MOTE_ERR_TYPE, i);
        CHECK(may_lie >> (2 * role + t->region) & 1, MOTE_ERR_PARAMS, i);
        CHECK(need[i] <= t->bytes, MOTE_ERR_PARAMS, i);
        *forms |= t->form;
        if (role == MOTE_ROLE_CONST) {
            args[i] = (struct mote_block){m->regions[MOTE_REGION_IMAGE] + t->offset, t->form == 0 ? need[i] : t->bytes};
            CHECK(args[i].bytes <= *left, MOTE_ERR_WORK, i);
            *left -= args[i].bytes;
        }
    }
    return MOTE_OK;
}

/* The first parameter that is outside its range, or -1. */
static int32_t out_of_range(const struct mote_kernel *k, const int32_t *params)
{
    const struct mote_range *r = k->ranges, *end = r + k->n_params;

    for (; r < end; r++, params++)
        if ((uint32_t)*params - (uint32_t)r->min > (uint32_t)r->max - (uint32_t)r->min)
            return (int32_t)(r - k->ranges);
    return -1;
}

/* `left` are the bytes of constants that trust functions may still read; `need` becomes what the kernel needs. */
static int32_t check_step(struct mote_model *m, uint32_t step, const struct mote_linked *linked, uint64_t *left,
                          uint32_t *need)
{
    const struct mote_image_step *s = &m->steps[step];
    const struct mote_kernel *k = linked->kernel;
    uint32_t scratch = 0, forms = 0;
    struct mote_block args[MOTE_ARGS_MAX];
    int32_t first_wrong;

    CHECK(k != NULL && linked->version->run != NULL, MOTE_ERR_KERNEL, s->kernel);
    CHECK((uint32_t)s->n_args - k->n_args <= 1 && s->args <= m->n_args && s->n_args <= m->n_args - s->args,
          MOTE_ERR_BOUNDS, s->n_args);
    CHECK(s->params <= m->n_params && k->n_params <= m->n_params - s->params, MOTE_ERR_BOUNDS, -1);

    const int32_t *params = m->params + s->params;

    CHECK((first_wrong = out_of_range(k, params)) < 0, MOTE_ERR_PARAMS, first_wrong);
    CHECK(k->need(params, need) && need[k->n_args] <= INT32_MAX, MOTE_ERR_PARAMS, -1);
    if (linked->version->fit != NULL)
        scratch = linked->version->fit(params, need);

    int32_t status = check_args(m, step, k, need, args, left, &forms);

    if (status == MOTE_OK && (forms != 0 || linked->version->fit != NULL || s->n_args > k->n_args))
        status = check_version(m, step, linked, scratch);
    if (status != MOTE_OK)
        return status;
    m->error.tensor = -1;
    CHECK(k->trust == NULL || k->trust(params, args), MOTE_ERR_PARAMS, -1);
    return MOTE_OK;
}

/* Of a step that was checked before; `need` is room. */
static uint32_t rows_of(const struct mote_model *m, uint32_t step, uint32_t *need)
{
    const struct mote_image_step *s = &m->steps[step];
    const struct mote_kernel *k = mote_kernels_at(m->kernels, s->kernel)->kernel;

    (void)k->need(m->params + s->params, need);
    return need[k->n_args];
}

#if MOTE_BLOCKS
/* Blocks in which a unit is. */
struct open_blocks {
    uint32_t n, begin[MOTE_BLOCK_DEPTH_MAX], end[MOTE_BLOCK_DEPTH_MAX];
};
#endif

/* How far the schedule has been checked: up to unit `at`, and so many entries of a group are to come. */
struct progress {
    uint32_t at, entries, rounds, base; /* `rounds` after the first */
#if MOTE_BLOCKS
    struct open_blocks open;
#endif
};

#if MOTE_BLOCKS
static bool has_blocks(const struct mote_model *m)
{
    return (header_of(m->regions[MOTE_REGION_IMAGE])->required & MOTE_IMAGE_BLOCKS) != 0;
}

/* The first unit behind the block in which unit `at`, which ends others, is. */
static uint32_t end_of_block(const struct mote_model *m, struct open_blocks *open, uint32_t at)
{
    while (open->n > 0 && open->end[open->n - 1] == at)
        open->n--;
    return open->n > 0 ? open->end[open->n - 1] : m->n_schedule;
}

static bool is_kind(const struct mote_model *m, const struct open_blocks *open, uint32_t depth,
                    enum mote_block_kind kind)
{
    return schedule_block(m, open->begin[depth])->kind == kind;
}

/* Unit `at` is the last of an IF's block and of the loop's in which that is, and goes back to the loop's first. */
static bool is_end_of_loop(const struct mote_model *m, const struct open_blocks *open, uint32_t at)
{
    const uint32_t n = open->n;

    return n >= 2 && is_kind(m, open, n - 1, MOTE_BLOCK_IF) && is_kind(m, open, n - 2, MOTE_BLOCK_LOOP) &&
           open->end[n - 1] == at + 1 && open->end[n - 2] == at + 1 &&
           schedule_block(m, at)->units == at - open->begin[n - 2] - 1;
}

/* Of a test. */
static bool is_bool(const struct mote_image_tensor *t) { return t->type == TYPE_BOOL && t->form == 0 && t->bytes > 0; }

static int32_t check_block(struct mote_model *m, struct open_blocks *open, uint32_t at, uint32_t end)
{
    const struct mote_image_block *b = schedule_block(m, at);

    CHECK(b->kind <= MOTE_BLOCK_AGAIN, MOTE_ERR_FORMAT, at);
    if (b->kind == MOTE_BLOCK_AGAIN) {
        CHECK(is_end_of_loop(m, open, at), MOTE_ERR_BOUNDS, at);
        return MOTE_OK;
    }
    CHECK(open->n < MOTE_BLOCK_DEPTH_MAX && b->units <= end - at - 1, MOTE_ERR_BOUNDS, at);
    if (b->kind != MOTE_BLOCK_LOOP) {
        CHECK(b->tensor < m->n_tensors, MOTE_ERR_BOUNDS, at);
        CHECK(is_bool(&m->tensors[b->tensor]), MOTE_ERR_TYPE, at);
    }
    open->begin[open->n] = at;
    open->end[open->n++] = at + 1u + b->units;
    return MOTE_OK;
}
#endif

/* The units up to the first entry of a later step than `step`, which has `rows_of_step`; `need` is room. In each round
 * of its group an entry computes rows that its step has. */
static int32_t check_units(struct mote_model *m, uint32_t step, uint32_t rows_of_step, uint32_t *need,
                           struct progress *p)
{
    for (; p->at < m->n_schedule; p->at++) {
        const struct mote_image_entry *e = &m->schedule[p->at];
        const struct mote_image_group *g = (const void *)e;
        uint32_t rows = rows_of_step, last;

        if (p->entries == 0) {
#if MOTE_BLOCKS
            const uint32_t end = end_of_block(m, &p->open, p->at);

            m->error.step = -1;
            if (g->repeat == 0 && has_blocks(m)) {
                int32_t status = check_block(m, &p->open, p->at, end);

                if (status != MOTE_OK)
                    return status;
                continue;
            }
            CHECK(g->entries < end - p->at, MOTE_ERR_BOUNDS, p->at);
#endif
            p->entries = g->entries;
            p->rounds = g->repeat - 1u;
            p->base = g->base;
            m->error.step = -1;
            CHECK(g->entries > 0 && g->entries < m->n_schedule - p->at && g->repeat > 0, MOTE_ERR_BOUNDS, p->at);
            continue;
        }
        if (e->step > step)
            break;
        if (e->step < step)
            rows = rows_of(m, e->step, need);
        m->error.step = e->step;
        last = p->rounds * e->hop + e->first + e->rows; /* all below 2^16 */
        CHECK(e->rows > 0 && last <= rows && p->base <= rows - last, MOTE_ERR_PARAMS, p->at);
        p->entries--;
    }
    return MOTE_OK;
}

/* Steps may share constants, arguments and parameters, and each has its own checked. The bound keeps opening linear in
 * the image's bytes. */
int32_t mote_check_schedule(struct mote_model *m)
{
    uint64_t left = (uint64_t)MOTE_IMAGE_CHECKED * header_of(m->regions[MOTE_REGION_IMAGE])->bytes;
    struct progress p = {0};
    uint32_t need[MOTE_ARGS_MAX + 1];

    CHECK(m->n_steps <= header_of(m->regions[MOTE_REGION_IMAGE])->bytes / MOTE_IMAGE_STEP, MOTE_ERR_WORK, -1);
    for (uint32_t i = 0; i < m->n_steps; i++) {
        const struct mote_linked *linked = mote_kernels_find(m->kernels, m->steps[i].kernel);
        int32_t status;

        m->error.step = (int32_t)i;
        status = check_step(m, i, linked, &left, need);

        if (status == MOTE_OK)
            status = check_units(m, i, need[linked->kernel->n_args], need, &p);
        if (status != MOTE_OK)
            return status;
    }
    at_none(m);
    CHECK(p.at == m->n_schedule, MOTE_ERR_BOUNDS, p.at); /* a step that is not there */
    return MOTE_OK;
}

/* Slices are of a dimension that there is, and no call takes more of them than it has. */
static bool is_sliced_rightly(const struct mote_image_io *io)
{
    if (io->axis == MOTE_AXIS_NONE)
        return io->hop == 0;
    return io->axis < io->rank && io->hop > 0 && io->hop <= io->dims[io->axis];
}

/* Inputs come first; what is described fits what is stored. */
static int32_t check_io(struct mote_model *m)
{
    for (uint32_t i = 0; i < m->n_io; i++) {
        const struct mote_image_io *io = &m->io[i];
        uint64_t bytes;

        m->error.tensor = io->tensor;
        CHECK(io->tensor < m->n_tensors && io->rank <= MOTE_IMAGE_RANK_MAX && io->name < m->n_strings, MOTE_ERR_BOUNDS,
              i);
        CHECK(m->tensors[io->tensor].form == 0, MOTE_ERR_CODING, i);
        bytes = element_size(&m->tensors[io->tensor]);
        for (uint32_t d = 0; d < MOTE_IMAGE_RANK_MAX && bytes <= UINT32_MAX; d++)
            bytes *= io->dims[d];
        CHECK(bytes == m->tensors[io->tensor].bytes, MOTE_ERR_BOUNDS, i);
        CHECK(is_sliced_rightly(io), MOTE_ERR_BOUNDS, i);
#if MOTE_BLOCKS
        CHECK(io->axis == MOTE_AXIS_NONE || !has_blocks(m), MOTE_ERR_FORMAT, i); /* feed and rounds know no blocks */
#endif
        CHECK(io->output || m->tensors[io->tensor].region == MOTE_REGION_ARENA, MOTE_ERR_FORMAT, i);
        CHECK(io->output || m->n_inputs == i, MOTE_ERR_FORMAT, i);
        if (!io->output)
            m->n_inputs++;
    }
    m->error.tensor = -1;
    return MOTE_OK;
}

int32_t mote_model_open(struct mote_model *m, const struct mote_kernels *kernels, const void *image, size_t image_bytes,
                        void *arena, size_t arena_bytes)
{
    const struct mote_image_header *h = header_of(image);
    /* Kernels take image bytes through pointers to const; the argument list is one for all, so const goes here. */
    union {
        const void *from;
        uint8_t *to;
    } start = {.from = image};
    int32_t status;

    memset(m, 0, sizeof *m);
    at_none(m);
    status = check_header(m, image, image_bytes);
    if (status != MOTE_OK)
        return status;
    CHECK(mote_crc32((const uint8_t *)image + 20, h->bytes - 20) == h->checksum, MOTE_ERR_CHECKSUM, -1);
    CHECK(((uintptr_t)arena & (MOTE_IMAGE_ALIGN - 1)) == 0, MOTE_ERR_ALIGN, 1);
    CHECK(arena_bytes >= h->arena_bytes, MOTE_ERR_ARENA, h->arena_bytes);

    m->kernels = kernels;
    m->regions[MOTE_REGION_IMAGE] = start.to;
    m->regions[MOTE_REGION_ARENA] = arena;
    m->schedule = image; /* of nothing, if there is none */
    if ((status = check_sections(m)) != MOTE_OK || (status = check_tensors(m)) != MOTE_OK ||
        (status = check_io(m)) != MOTE_OK)
        return status;
    if ((status = mote_check_schedule(m)) != MOTE_OK)
        return status;
    mote_model_reset(m);
    return MOTE_OK;
}
