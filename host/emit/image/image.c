/* SPDX-License-Identifier: Apache-2.0 */
/* Plan -> flat image. Each section is built apart, then all are laid one after the other. Values that no step and no
 * input or output names are left out; the order of everything is the plan's, so that a small change of the model is a
 * small change of the image. */
#include <math.h>
#include <unistd.h>

#include "host/base/sha256.h"
#include "host/emit/emit.h"
#include "mote/mote.h"
#include "mote/ops/image.h"

#define SECTIONS_MAX 16
#define DATA_ALIGN   4

struct section {
    uint32_t id, count;
    struct text bytes;
};

/* Runs of elements of a section, found by their bytes: equal runs are stored once. */
struct run {
    size_t end, bytes; /* where it ends in the section; 0: free */
};

struct runs {
    struct section *section;
    struct run *table; /* [mask + 1] hashed, at most half full */
    uint32_t mask;
    uint8_t key[16]; /* random: nobody can choose runs that collide */
};

struct image {
    struct pool *pool;
    const struct plan *plan;
    int32_t *index; /* value -> tensor of the image, -1 if left out */
    int32_t n_tensors;
    int32_t *step_of; /* the plan's steps -> the image's */
    struct section sections[SECTIONS_MAX];
    uint32_t n_sections;
    struct runs strings, args, params, steps;
    struct section *schedule;
    uint32_t *begins, most_units; /* where each block begins; of the longest */
};

static struct section *open_section(struct image *im, uint32_t id)
{
    struct section *s = &im->sections[im->n_sections++];

    assert(im->n_sections <= SECTIONS_MAX && id >= 1);
    s->id = id;
    s->bytes.pool = im->pool;
    return s;
}

static void add(struct section *s, const void *element, size_t size)
{
    text_bytes(&s->bytes, element, size);
    s->count++;
}

/* `most` runs at most will be stored. */
static struct runs open_runs(struct image *im, uint32_t id, size_t most)
{
    struct runs r = {.section = open_section(im, id), .mask = 15};

    while (r.mask < 2 * most)
        r.mask = 2 * r.mask + 1;
    r.table = pool_array(im->pool, r.mask + 1, sizeof *r.table);
    if (getentropy(r.key, sizeof r.key) != 0)
        memset(r.key, 0, sizeof r.key); /* the image is the same */
    return r;
}

static uint32_t slot_of(const struct runs *r, const void *bytes, size_t size)
{
    struct sha256 s;
    uint8_t hash[SHA256_BYTES];

    sha256_begin(&s);
    sha256_add(&s, r->key, sizeof r->key);
    sha256_add(&s, bytes, size);
    sha256_end(&s, hash);
    return le32(hash) & r->mask;
}

/* Offset in bytes of a run of n elements; a run of none is at the beginning. */
static size_t add_run(struct runs *r, const void *elements, size_t n, size_t size)
{
    struct text *t = &r->section->bytes;
    const size_t bytes = n * size;

    if (bytes == 0)
        return 0;
    for (uint32_t slot = slot_of(r, elements, bytes);; slot = (slot + 1) & r->mask) {
        struct run *run = &r->table[slot];

        if (run->end == 0) {
            text_bytes(t, elements, bytes);
            r->section->count += (uint32_t)n;
            *run = (struct run){t->len, bytes};
        }
        assert(run->end <= t->len && run->bytes <= run->end);
        if (run->bytes == bytes && memcmp(t->s + run->end - bytes, elements, bytes) == 0)
            return run->end - bytes;
    }
}

/* Room for the strings of all that can have one. */
static struct runs open_strings(struct image *im)
{
    const struct plan *plan = im->plan;

    return open_runs(im, MOTE_SECTION_STRINGS,
                     (size_t)plan->model->n_classes + (size_t)plan->graph->n_inputs + (size_t)plan->graph->n_outputs +
                         1);
}

static uint32_t add_string(struct image *im, const char *string)
{
    const char *s = string != NULL ? string : "";

    return (uint32_t)add_run(&im->strings, s, strlen(s) + 1, 1);
}

static void use(struct image *im, int32_t value)
{
    assert(value >= 0 && value < im->plan->n_values);
    if (im->index[value] < 0)
        im->index[value] = 0;
}

/* Which values the image needs; they are numbered in the plan's order. */
static void number_values(struct image *im)
{
    const struct plan *plan = im->plan;

    im->index = pool_array(im->pool, (size_t)plan->n_values, sizeof *im->index);
    for (int32_t i = 0; i < plan->n_values; i++)
        im->index[i] = plan->values[i].kind == VALUE_STATE && i != plan->place ? 0 : -1; /* only C's place is there */
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].initial > 0)
            use(im, plan->values[i].initial - 1);
    for (int32_t s = 0; s < plan->n_steps; s++)
        for (int32_t i = 0; i < plan->steps[s].n_args; i++)
            use(im, plan->steps[s].args[i]);
    for (int32_t i = BLOCK_WHOLE + 1; i < plan->blocks.n; i++)
        if (plan->blocks.all[i].test != TENSOR_ABSENT)
            use(im, plan->value_of_tensor[plan->blocks.all[i].test]);
    for (int32_t i = 0; i < plan->graph->n_inputs; i++)
        use(im, plan->value_of_tensor[plan->graph->inputs[i]]);
    for (int32_t i = 0; i < plan->graph->n_outputs; i++)
        use(im, plan->value_of_tensor[plan->graph->outputs[i]]);
    for (int32_t i = 0; i < plan->n_values; i++)
        if (im->index[i] >= 0)
            im->index[i] = im->n_tensors++;
}

/* Constants' offsets within the data section, weights first, so that what changes in an update lies together. */
static void build_data(struct image *im, struct plan *plan, struct section *data)
{
    static const uint8_t zeros[DATA_ALIGN * 4];

    for (int weight = 1; weight >= 0; weight--)
        for (int32_t i = 0; i < plan->n_values; i++) {
            struct value *v = &plan->values[i];
            size_t size = (size_t)type_bits(v->type) / 8, align = size > DATA_ALIGN ? size : DATA_ALIGN;

            if (v->kind != VALUE_CONST || im->index[i] < 0 || v->weight != (weight == 1))
                continue;
            text_bytes(&data->bytes, zeros, align_up(data->bytes.len, align) - data->bytes.len);
            v->offset = (int64_t)data->bytes.len;
            text_bytes(&data->bytes, v->data, (size_t)v->bytes);
        }
    data->count = (uint32_t)data->bytes.len;
}

static void build_tensors(struct image *im, struct section *tensors)
{
    for (int32_t i = 0; i < im->plan->n_values; i++) {
        const struct value *v = &im->plan->values[i];
        struct mote_image_tensor t = {
            .type = (uint8_t)v->type,
            .region = v->kind == VALUE_CONST ? MOTE_REGION_IMAGE : MOTE_REGION_ARENA,
            .flags = (uint8_t)((v->kind == VALUE_STATE ? MOTE_TENSOR_STATE : 0) | (v->weight ? MOTE_TENSOR_WEIGHT : 0)),
            .fill = v->fill,
            .form = v->form,
            .initial = (uint16_t)(v->initial > 0 ? im->index[v->initial - 1] + 1 : 0),
            .offset = (uint32_t)v->offset,
            .bytes = (uint32_t)v->bytes,
            .decoded = (uint32_t)(v->form == 0 ? v->bytes : v->decoded),
        };

        if (im->index[i] >= 0)
            add(tensors, &t, sizeof t);
    }
}

/* Tensor indices of a step's arguments. */
static size_t add_args(struct image *im, const struct step *s)
{
    uint16_t args[MOTE_ARGS_MAX];

    for (int32_t i = 0; i < s->n_args; i++) {
        assert(im->index[s->args[i]] >= 0); /* number_values() has seen it */
        args[i] = (uint16_t)im->index[s->args[i]];
    }
    return add_run(&im->args, args, (size_t)s->n_args, sizeof *args) / sizeof *args;
}

static void build_steps(struct image *im)
{
    im->step_of = pool_array(im->pool, (size_t)im->plan->n_steps, sizeof *im->step_of);
    for (int32_t i = 0; i < im->plan->n_steps; i++) {
        const struct step *s = &im->plan->steps[i];
        size_t n_params = kernels[s->kernel]->n_params, size = sizeof *s->params;
        struct mote_image_step out = {
            .kernel = (uint16_t)s->kernel,
            .n_args = (uint16_t)s->n_args,
            .args = (uint16_t)add_args(im, s),
            .params = (uint16_t)(add_run(&im->params, s->params, n_params, size) / size),
        };

        im->step_of[i] = (int32_t)(add_run(&im->steps, &out, 1, sizeof out) / sizeof out);
    }
}

/* ---- the schedule ---- */
static struct mote_image_block *block_at(const struct image *im, uint32_t unit)
{
    return (struct mote_image_block *)(void *)im->schedule->bytes.s + unit;
}

static void set_units(struct image *im, uint32_t unit, uint32_t units)
{
    block_at(im, unit)->units = (uint16_t)units;
    im->most_units = units > im->most_units ? units : im->most_units;
}

static void add_block(struct image *im, enum mote_block_kind kind, int32_t test)
{
    const struct plan *plan = im->plan;
    const int32_t tensor = test == TENSOR_ABSENT ? 0 : im->index[plan->value_of_tensor[test]];

    add(im->schedule, &(struct mote_image_block){.kind = (uint16_t)kind, .tensor = (uint16_t)tensor},
        sizeof(struct mote_image_block));
}

static void begin_block(void *image, int32_t block)
{
    static const enum mote_block_kind kinds[] = {[BLOCK_IF] = MOTE_BLOCK_IF,
                                                 [BLOCK_UNLESS] = MOTE_BLOCK_UNLESS,
                                                 [BLOCK_LOOP] = MOTE_BLOCK_LOOP,
                                                 [BLOCK_BODY] = MOTE_BLOCK_IF};
    struct image *im = image;
    const struct block *b = &im->plan->blocks.all[block];

    im->begins[block] = im->schedule->count;
    add_block(im, kinds[b->kind], b->test);
}

/* How long it is stands where it begins, and how far a loop goes back where it ends. */
static void end_block(void *image, int32_t block)
{
    struct image *im = image;
    const struct block *b = &im->plan->blocks.all[block];

    if (b->kind == BLOCK_BODY) {
        add_block(im, MOTE_BLOCK_AGAIN, TENSOR_ABSENT);
        set_units(im, im->schedule->count - 1, im->schedule->count - 1 - (im->begins[b->parent] + 1));
    }
    set_units(im, im->begins[block], im->schedule->count - im->begins[block] - 1);
}

static void build_group(struct image *im, const struct schedule_group *g)
{
    const struct schedule_entry *e = im->plan->schedule.entries + g->first;

    add(im->schedule, &(struct mote_image_group){(uint16_t)g->n, (uint16_t)g->repeat, (uint32_t)g->base},
        sizeof(struct mote_image_group));
    for (const struct schedule_entry *end = e + g->n; e < end; e++)
        add(im->schedule,
            &(struct mote_image_entry){(uint16_t)im->step_of[e->step], (uint16_t)e->rows,
                                       (uint16_t)(e->first - g->base), (uint16_t)e->hop},
            sizeof(struct mote_image_entry));
}

static void build_schedule(struct image *im)
{
    const struct plan *plan = im->plan;
    const struct plan_schedule *s = &plan->schedule;
    int32_t block = BLOCK_WHOLE;

    im->schedule = open_section(im, MOTE_SECTION_SCHEDULE);
    im->begins = pool_array(im->pool, (size_t)plan->blocks.n + 1, sizeof *im->begins);
    for (int32_t i = 0; i < s->n_groups; i++) {
        const int32_t next = plan_block(plan, s->entries[s->groups[i].first].step);

        blocks_go(&plan->blocks, block, next, begin_block, end_block, im);
        block = next;
        build_group(im, &s->groups[i]);
    }
    blocks_go(&plan->blocks, block, BLOCK_WHOLE, begin_block, end_block, im);
}

static void build_io(struct image *im, struct section *io, const int32_t *tensors, int32_t n, bool output)
{
    const struct plan_feed *feed = &im->plan->feed;
    const bool is_fed = !output && feed->rows > 0, streams = output && im->plan->rounds.n > 0;

    for (int32_t i = 0; i < n; i++) {
        const struct tensor *t = &im->plan->graph->tensors[tensors[i]];
        struct mote_image_io out = {
            .tensor = (uint16_t)im->index[im->plan->value_of_tensor[tensors[i]]],
            .output = output,
            .rank = (uint8_t)t->rank,
            .axis = (uint8_t)(is_fed    ? feed->axis
                              : streams ? 0
                                        : MOTE_AXIS_NONE),
            .hop = is_fed ? (uint32_t)(feed->hop * feed->slices) : streams,
            .name = add_string(im, t->name),
            .scale = t->quant.n > 0 ? t->quant.scale[0] : 0.0f,
            .zero = t->quant.n > 0 ? t->quant.zero[0] : 0,
        };

        assert(out.rank <= MOTE_IMAGE_RANK_MAX && im->index[im->plan->value_of_tensor[tensors[i]]] >= 0);
        for (int d = 0; d < MOTE_IMAGE_RANK_MAX; d++)
            out.dims[d] = d < t->rank ? (uint32_t)t->dims[d] : 1;
        add(io, &out, sizeof out);
    }
}

static void build_preprocess(struct section *s, const struct preprocess *p)
{
    struct mote_image_preprocess head = {.type = (uint8_t)(p->n > 0 ? p->type : TYPE_F32),
                                         .kind = (uint8_t)raw_kind_number(p->kind),
                                         .channels = (uint8_t)order_number(p->channels),
                                         .n = (uint32_t)p->n};

    assert(raw_kind_number(p->kind) >= 0 && order_number(p->channels) >= 0);
    assert(p->n == 0 || p->inverse != NULL);
    text_bytes(&s->bytes, &head, sizeof head);
    text_bytes(&s->bytes, p->mean, (size_t)p->n * sizeof(float));
    text_bytes(&s->bytes, p->inverse, (size_t)p->n * sizeof(float));
    s->count = (uint32_t)s->bytes.len;
}

static void build_task(struct image *im, struct section *s, const struct model *m)
{
    struct mote_image_task task = {(uint32_t)m->task.kind, INFINITY, -1, (uint32_t)m->n_classes};

    if (m->task.kind == MOTE_TASK_ANOMALY) {
        task.threshold = m->task.threshold;
        task.normal = m->task.normal;
    }
    text_bytes(&s->bytes, &task, sizeof task);
    for (int32_t i = 0; i < m->n_classes; i++)
        text_bytes(&s->bytes, &(uint32_t){add_string(im, m->classes[i])}, sizeof(uint32_t));
    s->count = (uint32_t)s->bytes.len;
}

static void build_listen(const struct image *im, struct section *s)
{
    struct mote_listening how = im->plan->listening;

    how.state = (uint16_t)im->index[im->plan->listener];
    text_bytes(&s->bytes, &how, sizeof how);
    if (im->plan->gated)
        text_bytes(&s->bytes, &im->plan->gate, sizeof im->plan->gate);
    s->count = (uint32_t)s->bytes.len;
}

static void build(struct image *im, struct plan *plan)
{
    const struct model *m = plan->model;
    const size_t n_steps = (size_t)plan->n_steps;
    struct section *tensors = open_section(im, MOTE_SECTION_TENSORS), *io, *data;

    im->steps = open_runs(im, MOTE_SECTION_STEPS, n_steps);
    im->args = open_runs(im, MOTE_SECTION_ARGS, n_steps);
    im->params = open_runs(im, MOTE_SECTION_PARAMS, n_steps);
    io = open_section(im, MOTE_SECTION_IO);
    im->strings = open_strings(im);
    add_string(im, m->name);
    number_values(im);
    build_steps(im);
    build_io(im, io, plan->graph->inputs, plan->graph->n_inputs, false);
    build_io(im, io, plan->graph->outputs, plan->graph->n_outputs, true);
    if (m->preprocess.kind != NULL && strcmp(m->preprocess.kind, "none") != 0)
        build_preprocess(open_section(im, MOTE_SECTION_PREPROCESS), &m->preprocess);
    if (m->task.kind != MOTE_TASK_NONE || m->n_classes > 0)
        build_task(im, open_section(im, MOTE_SECTION_TASK), m);
    data = open_section(im, MOTE_SECTION_DATA);
    build_data(im, plan, data);
    build_schedule(im);
    if (plan->listener != VALUE_NONE)
        build_listen(im, open_section(im, MOTE_SECTION_LISTEN));
    build_tensors(im, tensors); /* offsets of constants are still relative to the data section */
}

/* Returns where it ends. */
static size_t lay_out(struct image *im, struct mote_image_header *h, uint8_t *image, size_t data_offset)
{
    struct mote_image_section *table = (void *)(image + sizeof *h);
    size_t at = align_up(sizeof *h + im->n_sections * sizeof *table, MOTE_IMAGE_ALIGN);

    for (uint32_t i = 0; i < im->n_sections; i++) {
        const struct section *s = &im->sections[i];

        table[i] = (struct mote_image_section){s->id, (uint32_t)at, (uint32_t)s->bytes.len, s->count};
        if (s->bytes.len > 0)
            memcpy(image + at, s->bytes.s, s->bytes.len);
        if (s->id == MOTE_SECTION_TENSORS) {
            struct mote_image_tensor *t = (void *)(image + at);

            for (uint32_t k = 0; k < s->count; k++)
                if (t[k].region == MOTE_REGION_IMAGE)
                    t[k].offset += (uint32_t)data_offset;
        }
        at = align_up(at + s->bytes.len, MOTE_IMAGE_ALIGN);
    }
    return at;
}

static size_t image_bytes(const struct image *im, size_t *data_offset)
{
    size_t at = align_up(sizeof(struct mote_image_header) + im->n_sections * sizeof(struct mote_image_section),
                         MOTE_IMAGE_ALIGN);

    for (uint32_t i = 0; i < im->n_sections; i++) {
        if (im->sections[i].id == MOTE_SECTION_DATA)
            *data_offset = at;
        at = align_up(at + im->sections[i].bytes.len, MOTE_IMAGE_ALIGN);
    }
    return at;
}

enum mote_status emit_image(struct plan *plan, struct bytes *out, const struct frame *at)
{
    struct image im = {.pool = plan->pool, .plan = plan};
    struct mote_image_header *h;
    struct sha256 hash;
    size_t data_offset = 0, end;

    build(&im, plan);
    out->size = image_bytes(&im, &data_offset);
    if (out->size > INT32_MAX || im.n_tensors > UINT16_MAX)
        return fail(at, MOTE_ERR_FIT, "the image would have %zu bytes and %d tensors; 2 GiB and 65535 are the most",
                    out->size, im.n_tensors);
    if (im.most_units > UINT16_MAX)
        return fail(at, MOTE_ERR_FIT, "a block of the image would have %u groups and calls; 65535 are the most",
                    im.most_units);
    if (plan->n_steps > UINT16_MAX || im.args.section->count > UINT16_MAX || im.params.section->count > UINT16_MAX)
        return fail(at, MOTE_ERR_FIT,
                    "the image would have %d steps with %u arguments and %u words of parameters; 65535 of each are the "
                    "most",
                    plan->n_steps, im.args.section->count, im.params.section->count);
    out->data = pool_alloc(plan->pool, out->size);
    h = (void *)out->data;
    end = lay_out(&im, h, out->data, data_offset);
    assert(end == out->size && data_offset > 0 && data_offset % MOTE_IMAGE_ALIGN == 0);
    (void)end;
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind == VALUE_CONST)
            plan->values[i].offset += (int64_t)data_offset;
    *h = (struct mote_image_header){
        .magic = MOTE_IMAGE_MAGIC,
        .major = MOTE_IMAGE_MAJOR,
        .minor = MOTE_IMAGE_MINOR,
        .required = plan_has_blocks(plan) ? MOTE_IMAGE_BLOCKS : 0,
        .bytes = (uint32_t)out->size,
        .model_version = plan->model->version,
        .arena_bytes = (uint32_t)plan->arena_bytes,
        .n_sections = (uint16_t)im.n_sections,
        .core = (uint16_t)plan->target.core,
    };
    sha256_begin(&hash);
    sha256_add(&hash, out->data + sizeof *h, out->size - sizeof *h);
    sha256_end(&hash, h->hash);
    h->checksum = mote_crc32(out->data + 20, out->size - 20);
    return MOTE_OK;
}
