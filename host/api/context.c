/* SPDX-License-Identifier: Apache-2.0 */
#include "host/api/context.h"

#include "host/graph/text.h"
#include "host/run/image_view.h"
#include "host/run/runner.h"

/* ---- calls ---- */
static enum mote_status do_work(void *context)
{
    struct call *c = context;
    const enum mote_status status = c->work(c);

    if (c->clean != NULL)
        c->clean(c);
    if (status != MOTE_OK)
        pool_free(&c->pool);
    return status;
}

/* Its memory is about to be given back. */
static void give_up(void *context)
{
    struct call *c = context;

    if (c->clean != NULL)
        c->clean(c);
    c->pool = (struct pool){0};
}

int api_call(struct call *c)
{
    const uint64_t memory = c->context->callbacks.memory;
    const struct guarded g = {
        .work = do_work, .clean = give_up, .context = c, .limit = memory > SIZE_MAX ? SIZE_MAX : (size_t)memory};
    int status;

    assert(c->work != NULL && c->pool.used == 0);
    c->context->error = (struct report_text){.status = MOTE_OK};
    c->context->stopped = false;
    if (c->at == NULL)
        c->at = &c->context->root;
    status = guarded_run(&g, c->at);
    if (status == MOTE_OK && c->handle != NULL)
        *c->handle = c->pool;
    return status;
}

void api_free(struct pool *handle)
{
    struct pool pool;

    if (handle == NULL)
        return;
    pool = *handle;
    pool_free(&pool);
}

enum mote_status api_options(const struct call *call, const void *options, void *out, size_t size)
{
    size_t given = 0;

    assert(size >= sizeof given);
    memset(out, 0, size);
    if (options == NULL)
        return MOTE_OK;
    memcpy(&given, options, sizeof given); /* every struct begins with it */
    if (given < sizeof given || given > size)
        return fail(call->at, MOTE_ERR_USAGE,
                    "options of %zu bytes, where this library knows %zu: set `size` with MOTE_OPTIONS(), or use a "
                    "newer library",
                    given, size);
    memcpy(out, options, given);
    return MOTE_OK;
}

/* ---- graphs ---- */
struct frame api_file(const struct call *call, const char *name)
{
    return (struct frame){.name = name, .index = -1, .sink = &call->context->error};
}

/* A NUL follows, for parsers of text. */
static struct bytes copy_of(struct pool *pool, struct bytes b)
{
    struct bytes copy = {pool_alloc(pool, b.size + 1), b.size};

    if (b.size > 0)
        memcpy(copy.data, b.data, b.size);
    return copy;
}

enum mote_status api_model(struct call *call, const struct mote_graph *graph, struct pipeline *out,
                           const struct frame *file)
{
    return pipeline_read_as(&call->pool, pool_strdup(&call->pool, graph->name), copy_of(&call->pool, graph->file),
                            &graph->import, out, file);
}

struct mote_graph *api_graph_of_bytes(const char *name, struct bytes file)
{
    struct pool pool = {0};
    struct mote_graph *g = pool_alloc(&pool, sizeof *g);

    g->name = pool_strdup(&pool, name);
    g->file = copy_of(&pool, file);
    g->pool = pool;
    return g;
}

struct mote_graph *api_graph_of_model(const char *name, const struct model *m)
{
    struct pool scratch = {0};
    struct text text = {.pool = &scratch};
    struct mote_graph *g;

    model_write(m, &text);
    g = api_graph_of_bytes(name, (struct bytes){(uint8_t *)text.s, text.len});
    pool_free(&scratch);
    return g;
}

/* ---- compiled ---- */
enum mote_status api_compile_options(const struct call *call, const struct mote_compile_options *o,
                                     const struct target *target, struct pipeline_options *out)
{
    *out = (struct pipeline_options){.passes = o->passes,
                                     .target = target,
                                     .int8_boundary = o->int8_boundary != 0,
                                     .feed = o->rows != 0,
                                     .stream = o->stream != 0};
    if (o->optimize == NULL)
        return MOTE_OK;
    for (size_t i = 0; optimize_words[i] != NULL; i++)
        if (strcmp(o->optimize, optimize_words[i]) == 0) {
            out->optimize = (enum optimize)i;
            return MOTE_OK;
        }
    return fail(call->at, MOTE_ERR_USAGE, "`optimize` is \"%s\", not balanced, ram, speed or flash", o->optimize);
}

static enum mote_status rename_model(const struct call *call, const char *name, struct model *m)
{
    if (name != NULL && strcmp(model_name_from(m->pool, name), name) != 0)
        return fail(call->at, MOTE_ERR_USAGE, "`name` is no C identifier of small letters, digits and _: \"%s\"", name);
    if (name != NULL)
        m->name = pool_strdup(m->pool, name);
    return MOTE_OK;
}

static struct mote_cost cost_of(const struct pipeline *p, const struct mote_model *m)
{
    return (struct mote_cost){.image_bytes = (int64_t)p->image.size,
                              .weight_bytes = image_weight_bytes(m),
                              .arena_bytes = image_header(m)->arena_bytes,
                              .arena_bound = p->plan.arena_bound,
                              .macs = p->macs_executed};
}

enum mote_status api_compile(struct call *call, const struct mote_graph *graph, const struct mote_compile_options *o,
                             const struct pipeline_options *options, struct mote_compiled **out,
                             const struct frame *file)
{
    struct mote_compiled *c = pool_alloc(&call->pool, sizeof *c);
    struct runner runner;

    assert(options->target != NULL);
    c->name = pool_strdup(&call->pool, graph->name);
    c->via_c = options->via_c;
    TRY(api_model(call, graph, &c->p, file));
    TRY(rename_model(call, o->name, &c->p.model));
    TRY(pipeline_compile(&c->p, options, file));
    TRY(runner_open(&call->pool, c->p.image, &runner, file));
    c->cost = cost_of(&c->p, &runner.model);
    call->handle = &c->pool;
    *out = c;
    return MOTE_OK;
}
