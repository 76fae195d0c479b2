/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/runner.h"

#include "host/plan/kernels.h"
#include "host/run/image_view.h"
#include "mote/ops/image.h"

/* An inference of a model that streams is a round. */
bool model_streams(const struct mote_model *m)
{
    return m->n_io > m->n_inputs && m->io[m->n_inputs].axis != MOTE_AXIS_NONE;
}

/* Of a round. */
static double work_of_group(const struct mote_model *m, const struct mote_image_group *g,
                            const struct mote_image_entry *entries)
{
    double work = 0;

    for (uint32_t i = 0; i < g->entries; i++) {
        const struct mote_image_step *s = &m->steps[entries[i].step];

        assert(entries[i].step < m->n_steps && s->kernel < KERNEL_LIMIT && kernels[s->kernel] != NULL);
        work += 1 + entries[i].rows * kernels[s->kernel]->cost(m->params + s->params);
    }
    return work;
}

bool model_has_blocks(const struct mote_model *m) { return (image_header(m)->required & MOTE_IMAGE_BLOCKS) != 0; }

/* The unit that follows a group's entries, or a unit that begins or ends a block. */
static uint32_t next_unit(const struct mote_model *m, uint32_t at)
{
    const struct mote_image_group *g = (const void *)&m->schedule[at];

    return at + 1 + (g->repeat > 0 ? g->entries : 0);
}

/* The first unit behind the outermost loop in which `at` is; `loop` is that behind the one before. */
static uint32_t end_of_loop(const struct mote_model *m, uint32_t at, uint32_t loop)
{
    const struct mote_image_block *b = (const void *)&m->schedule[at];

    return at >= loop && b->mark == 0 && b->kind == MOTE_BLOCK_LOOP ? at + 1 + b->units : loop;
}

/* All loops together take at most so many trips. */
double runner_work(const struct mote_model *m)
{
    uint32_t loop = 0;
    double work = 0;

    for (uint32_t at = 0; at < m->n_schedule; at = next_unit(m, at)) {
        const struct mote_image_group *g = (const void *)&m->schedule[at];

        loop = end_of_loop(m, at, loop);
        if (g->repeat > 0)
            work += work_of_group(m, g, &m->schedule[at + 1]) * (model_streams(m) ? 1 : g->repeat) *
                    (at < loop ? MOTE_TRIPS + 1 : 1);
    }
    return work;
}

int64_t model_feed_rows(const struct mote_model *m)
{
    int64_t rows = 0, before = 0; /* the last group */

    if (m->n_inputs != 1 || m->io->axis == MOTE_AXIS_NONE)
        return 0;
    for (uint32_t at = 0; at < m->n_schedule;) {
        const struct mote_image_group *g = (const void *)&m->schedule[at];

        before = rows;
        rows += model_streams(m) ? g->repeat : 0;
        for (uint32_t i = 1; i <= g->entries && !model_streams(m); i++)
            if (m->args[m->steps[m->schedule[at + i].step].args] == m->io->tensor)
                rows += g->repeat;
        at += 1 + g->entries;
    }
    return model_streams(m) && rows > 0 ? before + 1 : rows;
}

enum mote_status want_whole_input(const struct mote_model *m, const struct frame *at)
{
    if (model_feed_rows(m) == 0)
        return MOTE_OK;
    return fail(
        at, MOTE_ERR_USAGE,
        "the image is fed by rows, which only `mote run` and `mote emulate` do: give the .tflite or graph file");
}

/* The runtime checks that section where it is used. */
static enum mote_status check_preprocess(const struct mote_model *m, const struct frame *at)
{
    struct mote_preprocess p;
    int32_t status = mote_model_inputs(m) > 0 ? mote_model_preprocess(m, 0, &p) : MOTE_OK;

    if (status == MOTE_OK)
        return MOTE_OK;
    return fail(at, (enum mote_status)status, "the section of preprocessing: %s; compile the model again",
                status_text(status));
}

/* An image need not be signed, but a trailer is one. */
static enum mote_status check_signature(struct bytes image, const struct frame *at)
{
    struct mote_signature s;
    int32_t status = mote_image_signature(image.data, image.size, &s);

    if (status == MOTE_OK || status == MOTE_ERR_SIGNATURE)
        return MOTE_OK;
    return fail(at, (enum mote_status)status, "the signature behind the image: %s", status_text(status));
}

static bool step_is_own(const struct mote_model *m, int32_t step)
{
    return step >= 0 && m->steps[step].kernel == KERNEL_own;
}

enum mote_status runner_open_on(struct pool *pool, struct bytes image, const struct target *machine, struct runner *out,
                                const struct frame *at)
{
    const uint32_t cpu = machine != NULL ? machine->features : target_host().features;
    size_t arena_bytes = mote_image_arena_bytes(image.data, image.size);
    const struct mote_error *e = &out->model.error;
    int32_t status;

    if (arena_bytes > ARENA_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "the image asks for an arena of %zu bytes; %zu is the most here", arena_bytes,
                    ARENA_LIMIT);
    out->arena = pool_alloc(pool, arena_bytes + 1);
    status = image_open(pool, image, cpu, out->arena, arena_bytes, &out->model);
    if (status == MOTE_ERR_PARAMS && e->tensor < 0 && step_is_own(&out->model, e->step)) {
        struct frame step = {.up = at, .kind = "step", .index = e->step};

        return fail(
            &step, MOTE_ERR_UNSUPPORTED,
            "a user's operator, which is not there, or whose check() refuses it: --operators names its library");
    }
    if (status != MOTE_OK) {
        struct frame step = {.up = at, .kind = "step", .index = e->step};
        struct frame tensor = {.up = e->step >= 0 ? &step : at, .kind = "tensor", .index = e->tensor};

        return fail(e->tensor >= 0 ? &tensor : tensor.up, (enum mote_status)status, "%s (detail %d)",
                    status_text(status), e->detail);
    }
    if (runner_work(&out->model) > WORK_LIMIT)
        return fail(at, MOTE_ERR_VALUE,
                    "one inference takes %.3g operations; %.3g are the most that Mote does on the host",
                    runner_work(&out->model), WORK_LIMIT);
    TRY(check_preprocess(&out->model, at));
    return check_signature(image, at);
}

enum mote_status runner_open(struct pool *pool, struct bytes image, struct runner *out, const struct frame *at)
{
    return runner_open_on(pool, image, NULL, out, at);
}

static size_t bytes_of(const struct runner *r, int32_t (*get)(const struct mote_model *, int32_t, struct mote_io *),
                       int32_t n)
{
    size_t sum = 0;

    for (int32_t i = 0; i < n; i++) {
        struct mote_io io;

        get(&r->model, i, &io);
        sum += io.bytes;
    }
    return sum;
}

size_t runner_input_bytes(const struct runner *r)
{
    return bytes_of(r, mote_model_input, mote_model_inputs(&r->model));
}

size_t runner_output_bytes(const struct runner *r)
{
    return bytes_of(r, mote_model_output, mote_model_outputs(&r->model));
}

void model_set_inputs(const struct mote_model *m, const uint8_t *inputs)
{
    struct mote_io io;

    for (int32_t i = 0; mote_model_input(m, i, &io) == MOTE_OK; i++) {
        memcpy(io.data, inputs, io.bytes);
        inputs += io.bytes;
    }
}

void model_get_outputs(const struct mote_model *m, uint8_t *outputs)
{
    struct mote_io io;

    for (int32_t i = 0; mote_model_output(m, i, &io) == MOTE_OK; i++) {
        memcpy(outputs, io.data, io.bytes);
        outputs += io.bytes;
    }
}

void runner_run(struct runner *r, const uint8_t *inputs, uint8_t *outputs)
{
    model_set_inputs(&r->model, inputs);
    mote_model_run(&r->model);
    model_get_outputs(&r->model, outputs);
}
