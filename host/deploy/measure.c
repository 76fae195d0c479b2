/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/measure.h"

#include "host/emit/emit.h"
#include "host/plan/kernels.h"
#include "host/plan/memories.h"
#include "host/run/image_view.h"
#include "host/target/home.h"
#include "mote/input.h"

enum mote_status measure_open(struct pool *pool, const struct pipeline *p, bool via_c, struct measure *out,
                              const struct frame *file)
{
    assert(p->target.board != NULL);
    *out = (struct measure){.pool = pool, .board = p->target.board, .job = {.via_c = via_c}};
    if (via_c && !p->has_graph)
        return fail(file, MOTE_ERR_USAGE,
                    "an image holds no graph to generate C from; give the .tflite or graph file, or use --via image");
    return runner_open(pool, p->image, &out->runner, file);
}

/* ---- raw samples ---- */
#define RAW_WHOLE_BYTES 64 /* a larger sample comes in rows: there may be no RAM for it beside the arena */

bool measure_feeds_raw(struct measure *m, const void *sample)
{
    const struct mote_model *model = &m->runner.model;
    struct mote_preprocess p;
    uint32_t elements, rows;
    struct mote_io io;

    if (mote_model_set_input(model, 0, sample) != MOTE_OK || mote_model_preprocess(model, 0, &p) != MOTE_OK)
        return false;
    mote_model_input(model, 0, &io);
    elements = io.bytes / mote_input_bytes(io.type);
    rows = mote_io_rows(&io);
    assert(rows > 0 && elements % rows == 0);
    if (elements * mote_input_bytes(p.type) <= RAW_WHOLE_BYTES ||
        mote_model_set_input_row(model, 0, 0, sample) != MOTE_OK)
        rows = 1;
    m->job.raw_rows = (int32_t)rows;
    m->job.raw_row_bytes = (int64_t)(elements / rows) * mote_input_bytes(p.type);
    return true;
}

/* ---- the job ---- */
/* The kernels that the image's steps name, in the versions of its plan; without one, in those that the board has for
 * what is packed. */
static enum mote_status list_kernels(struct measure *m, const struct pipeline *p, const struct frame *file)
{
    const struct mote_model *model = &m->runner.model;
    const struct kernel_version *used[KERNEL_LIMIT] = {NULL};
    struct text list = {.pool = m->pool};

    for (int32_t i = 0; i < p->plan.n_steps; i++)
        used[p->plan.steps[i].kernel] = p->plan.steps[i].version;
    for (uint32_t i = 0; i < model->n_steps; i++) {
        enum kernel_id id = (enum kernel_id)model->steps[i].kernel;

        if (used[id] == NULL)
            used[id] = image_version(model, id, target_of_board(m->board).features);
        if (used[id] == NULL)
            return fail(
                file, MOTE_ERR_CODING,
                "constants of %s are packed for core %s, and no version for %s reads them so; compile the model "
                "with --target %s",
                kernels[id]->name, core_name((enum mote_core)image_header(model)->core), m->board->name,
                m->board->name);
    }
    kernel_list(&list, used);
    m->job.kernel_list = list.s;
    return MOTE_OK;
}

static enum mote_status generate_c(struct measure *m, const struct pipeline *p, const struct frame *file)
{
    const char *home;

    TRY(mote_home(m->pool, &home, file));
    TRY(folder_temporary(m->pool, "mote-c", &m->folder, file));
    return emit_c(&p->plan, home, m->folder, file);
}

_Static_assert(EMULATE_MORE == MEMORIES_MAX - 1, "the arenas that a plan may have");

/* Of an arena that is cut. */
static void take_arenas(struct measure *m, const struct plan *plan)
{
    if (plan->n_memories == 0)
        return;
    m->job.arena_bytes = plan->memories[0].bytes;
    m->elsewhere = arena_elsewhere(plan);
    m->job.n_more = plan->n_memories - 1;
    for (int32_t k = 0; k < m->job.n_more; k++)
        m->job.more_bytes[k] = plan->memories[k + 1].bytes;
}

static enum mote_status want_own(const struct measure *m, const struct frame *file)
{
    const struct mote_model *model = &m->runner.model;

    for (uint32_t i = 0; i < model->n_steps && m->job.own == NULL; i++)
        if (model->steps[i].kernel == KERNEL_own)
            return fail(file, MOTE_ERR_UNSUPPORTED,
                        "it has operators of your own, whose C file the firmware wants: --operator-source "
                        "(docs/OWN_OPERATORS.md)");
    return MOTE_OK;
}

enum mote_status measure_prepare(struct measure *m, const struct pipeline *p, const struct frame *file)
{
    const int64_t rows = model_feed_rows(&m->runner.model);
    struct mote_io row;

    TRY(want_own(m, file));
    if (rows > 0 && m->job.listen == 0 && mote_model_input(&m->runner.model, 0, &row) == MOTE_OK) {
        m->job.feed_rows = (int32_t)rows;
        m->job.feed_row_bytes = row.bytes;
    }
    m->job.board = m->board;
    m->job.small = p->plan.options.small;
    m->job.progress = m->progress;
    m->job.output_bytes = m->job.listen > 0 ? 0 : (int64_t)runner_output_bytes(&m->runner); /* events are few */
    m->job.arena_bytes = mote_image_arena_bytes(p->image.data, p->image.size);
    if (m->job.via_c) {
        m->job.name = p->model.name;
        take_arenas(m, &p->plan);
        TRY(generate_c(m, p, file));
        m->job.c_dir = m->folder;
        return MOTE_OK;
    }
    m->job.image = p->image;
    return list_kernels(m, p, file);
}

static enum mote_status work(struct measure *m, const struct pipeline *p,
                             enum mote_status (*emulate)(struct pool *, const struct emulate_job *,
                                                         struct emulate_result *, const struct frame *),
                             const struct frame *file)
{
    enum mote_status status = measure_prepare(m, p, file);

    assert(m->job.n > 0 && p->image.size > 0);
    if (status == MOTE_OK)
        status = emulate(m->pool, &m->job, &m->result, file);
    measure_end(m);
    return status;
}

void measure_end(struct measure *m)
{
    emulate_end(&m->result);
    folder_remove(m->folder);
    m->folder = NULL;
}

enum mote_status measure_check(const struct measure *m, const struct pipeline *p, const struct frame *file)
{
    const struct footprint least = footprint_least(&m->runner.model, &p->plan, m->job.via_c);

    TRY(check_memories(&p->plan, file));
    return check_footprint(&least, true, m->board, file);
}

enum mote_status measure_run(struct measure *m, const struct pipeline *p, const struct frame *file)
{
    struct footprint f;

    TRY(work(m, p, emulate_run, file));
    f = measure_footprint(m);
    return check_footprint(&f, false, m->board, file);
}

enum mote_status measure_count(struct measure *m, const struct pipeline *p, const struct frame *file)
{
    const int64_t rows = model_feed_rows(&m->runner.model);

    m->job.per_class = true;
    m->job.per_step = rows == 0 && !model_has_blocks(&m->runner.model); /* else which steps run is not known */
    m->job.n = m->job.per_step ? 2 : 1;
    m->job.input.size = runner_input_bytes(&m->runner) * (size_t)(rows > 0 ? rows : m->job.n);
    m->job.input.data = pool_alloc(m->pool, m->job.input.size);
    return work(m, p, emulate_run, file);
}

enum mote_status measure_build(struct measure *m, const struct pipeline *p, const struct frame *file)
{
    m->job.n = 1; /* with none, the linker would drop the model */
    return work(m, p, emulate_build, file);
}

struct footprint measure_footprint(const struct measure *m)
{
    const struct emulate_result *r = &m->result;
    int64_t in_image = m->job.via_c ? 0 : image_weight_bytes(&m->runner.model);

    return (struct footprint){.code = r->code_bytes,
                              .constants = r->constant_bytes + r->image_bytes - in_image,
                              .weights = r->weight_bytes + in_image,
                              .arena = m->job.arena_bytes + m->elsewhere,
                              .elsewhere = m->elsewhere,
                              .data_bss = r->data_bss_bytes,
                              .stack = r->stack_bytes};
}
