/* SPDX-License-Identifier: Apache-2.0 */
#include "host/api/context.h"

#include "host/graph/text.h"

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

    c->context->error = (struct report_text){.status = MOTE_OK};
    c->context->stopped = false;
    if (c->at == NULL)
        c->at = &c->context->root;
    return guarded_run(&g, c->at);
}

enum mote_status api_options(const struct call *call, const void *options, void *out, size_t size)
{
    size_t given = 0;

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
    return pipeline_read(&call->pool, pool_strdup(&call->pool, graph->name), copy_of(&call->pool, graph->file), out,
                         file);
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
