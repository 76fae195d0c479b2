/* SPDX-License-Identifier: Apache-2.0 */
/* libmote_compile. */
#include <stdlib.h>

#include "host/api/context.h"
#include "host/emit/emit.h"
#include "host/run/image_view.h"
#include "host/run/runner.h"
#include "mote/input.h"

/* ---- what there is ---- */
API int mote_api_version(void) { return MOTE_API_VERSION; }

API const char *mote_version(void) { return MOTE_VERSION; }

API const char *mote_status_name(int status) { return status_name(status); }

/* ---- context ---- */
static bool tell(void *context, const char *what, int64_t done, int64_t total)
{
    struct mote_context *c = context;

    if (c->callbacks.progress != NULL && c->callbacks.progress(c->callbacks.user, what, done, total) != 0)
        c->stopped = true;
    return !c->stopped;
}

API struct mote_context *mote_context_new(const struct mote_callbacks *callbacks)
{
    struct mote_context *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->root = (struct frame){.index = -1, .sink = &c->error};
    c->progress = (struct progress){c, tell};
    if (callbacks != NULL)
        memcpy(&c->callbacks, callbacks, callbacks->size < sizeof c->callbacks ? callbacks->size : sizeof c->callbacks);
    return c;
}

API void mote_context_free(struct mote_context *context) { free(context); }

API const char *mote_context_error(const struct mote_context *context) { return context->error.text; }

/* ---- graph ---- */
struct read_call {
    struct call call;
    const char *name, *path;
    struct bytes file;
    const struct mote_graph_options *options;
    struct mote_graph *out;
};

static enum mote_status read_options(struct pool *pool, const struct mote_graph_options *o, struct import_options *out,
                                     const struct frame *at)
{
    TRY(import_read_shapes(pool, o->shapes, out, at));
    out->from = import_copy_names(pool, o->from);
    out->to = import_copy_names(pool, o->to);
    return MOTE_OK;
}

/* Read once, so that a wrong one is found here. */
static enum mote_status read_graph(struct call *call)
{
    struct read_call *c = (struct read_call *)call;
    struct mote_graph given = {.name = c->name, .file = c->file};
    struct mote_graph_options o;
    struct pipeline p;

    TRY(api_options(call, c->options, &o, sizeof o));
    TRY(read_options(&call->pool, &o, &given.import, call->at));
    TRY(api_model(call, &given, &p, call->at));
    if (!p.has_graph)
        return fail(call->at, MOTE_ERR_FORMAT, "an image is no graph; mote_session_open() takes it");
    c->out = api_graph_of_bytes(c->name, c->file);
    return read_options(&c->out->pool, &o, &c->out->import, call->at);
}

static enum mote_status load_graph(struct call *call)
{
    struct read_call *c = (struct read_call *)call;

    TRY(file_read(&call->pool, c->path, &c->file, call->at));
    return read_graph(call);
}

static int finish_graph(struct read_call *c, struct mote_graph **out)
{
    int status;

    *out = NULL;
    status = api_call(&c->call);
    if (status == MOTE_OK)
        *out = c->out;
    pool_free(&c->call.pool);
    return status;
}

API int mote_graph_read(struct mote_context *context, const void *bytes, size_t size, const char *name,
                        struct mote_graph **out)
{
    return mote_graph_read_with(context, bytes, size, name, NULL, out);
}

API int mote_graph_read_with(struct mote_context *context, const void *bytes, size_t size, const char *name,
                             const struct mote_graph_options *options, struct mote_graph **out)
{
    struct frame file = {.name = name, .index = -1, .sink = &context->error};
    struct read_call c = {.call = {.context = context, .at = &file, .work = read_graph},
                          .name = name,
                          .options = options,
                          .file = {(uint8_t *)(uintptr_t)bytes, size}};

    return finish_graph(&c, out);
}

API int mote_graph_load(struct mote_context *context, const char *path, struct mote_graph **out)
{
    return mote_graph_load_with(context, path, NULL, out);
}

API int mote_graph_load_with(struct mote_context *context, const char *path, const struct mote_graph_options *options,
                             struct mote_graph **out)
{
    struct frame file = {.name = path, .index = -1, .sink = &context->error};
    struct read_call c = {
        .call = {.context = context, .at = &file, .work = load_graph}, .name = path, .path = path, .options = options};

    return finish_graph(&c, out);
}

struct save_call {
    struct call call;
    const struct mote_graph *graph;
    const char *path;
};

static enum mote_status save_graph(struct call *call)
{
    const struct save_call *c = (const struct save_call *)call;
    const struct frame file = api_file(call, c->graph->name), to = api_file(call, c->path);
    struct text text = {.pool = &call->pool};
    struct pipeline p;

    TRY(api_model(call, c->graph, &p, &file));
    model_write(&p.model, &text);
    return file_write(c->path, text.s, text.len, &to);
}

API int mote_graph_save(struct mote_context *context, const struct mote_graph *graph, const char *path)
{
    struct save_call c = {.call = {.context = context, .work = save_graph}, .graph = graph, .path = path};
    const int status = api_call(&c.call);

    pool_free(&c.call.pool);
    return status;
}

API void mote_graph_free(struct mote_graph *graph) { api_free((struct pool *)graph); }

/* ---- compiled ---- */
struct compile_call {
    struct call call;
    const struct mote_graph *graph;
    const struct mote_compile_options *options;
    struct mote_compiled *out;
};

static enum mote_status compile(struct call *call)
{
    struct compile_call *c = (struct compile_call *)call;
    const struct frame file = api_file(call, c->graph->name);
    struct mote_compile_options o;
    struct pipeline_options options;
    struct target target;

    TRY(api_options(call, c->options, &o, sizeof o));
    if (!target_named(o.target, &target))
        return fail(call->at, MOTE_ERR_USAGE, "there is no core \"%s\": device/mote/ops/cores_def.h lists them",
                    o.target);
    TRY(api_compile_options(call, &o, &target, &options));
    return api_compile(call, c->graph, &o, &options, &c->out, &file);
}

API int mote_compile(struct mote_context *context, const struct mote_graph *graph,
                     const struct mote_compile_options *options, struct mote_compiled **out)
{
    struct compile_call c = {.call = {.context = context, .work = compile}, .graph = graph, .options = options};
    const int status = api_call(&c.call);

    *out = status == MOTE_OK ? c.out : NULL;
    return status;
}

API const void *mote_compiled_image(const struct mote_compiled *compiled) { return compiled->p.image.data; }

API size_t mote_compiled_image_bytes(const struct mote_compiled *compiled) { return compiled->p.image.size; }

API struct mote_cost mote_compiled_cost(const struct mote_compiled *compiled) { return compiled->cost; }

struct emit_call {
    struct call call;
    const struct mote_compiled *compiled;
    const char *home, *folder;
};

static enum mote_status write_c(struct call *call)
{
    const struct emit_call *c = (const struct emit_call *)call;
    const struct frame folder = api_file(call, c->folder);
    const char *home = c->home != NULL ? c->home : getenv("MOTE_HOME");
    struct plan plan = c->compiled->p.plan;

    if (home == NULL)
        return fail(call->at, MOTE_ERR_ENVIRONMENT,
                    "where Mote's device/ is, is not known: give `home`, or set MOTE_HOME");
    plan.pool = &call->pool;
    return emit_c(&plan, home, c->folder, &folder);
}

API int mote_compiled_write_c(struct mote_context *context, const struct mote_compiled *compiled, const char *home,
                              const char *folder)
{
    struct emit_call c = {
        .call = {.context = context, .work = write_c}, .compiled = compiled, .home = home, .folder = folder};
    const int status = api_call(&c.call);

    pool_free(&c.call.pool);
    return status;
}

API void mote_compiled_free(struct mote_compiled *compiled) { api_free((struct pool *)compiled); }

/* ---- session ---- */
struct mote_session {
    struct pool pool; /* that the handle itself lies in */
    struct bytes image;
    struct runner runner;
};

struct open_call {
    struct call call;
    const void *image;
    size_t bytes;
    struct mote_session *out;
};

static enum mote_status open_session(struct call *call)
{
    struct open_call *c = (struct open_call *)call;

    c->out = pool_alloc(&call->pool, sizeof *c->out);
    call->handle = &c->out->pool;
    c->out->image = (struct bytes){pool_copy(&call->pool, c->image, c->bytes), c->bytes};
    TRY(runner_open(&call->pool, c->out->image, &c->out->runner, call->at));
    TRY(want_whole_input(&c->out->runner.model, call->at));
    mote_model_reset(&c->out->runner.model);
    return MOTE_OK;
}

API int mote_session_open(struct mote_context *context, const void *image, size_t bytes, struct mote_session **out)
{
    struct frame at = {.name = "image", .index = -1, .sink = &context->error};
    struct open_call c = {
        .call = {.context = context, .at = &at, .work = open_session}, .image = image, .bytes = bytes};
    const int status = api_call(&c.call);

    *out = status == MOTE_OK ? c.out : NULL;
    return status;
}

API void mote_session_free(struct mote_session *session) { api_free((struct pool *)session); }

API int32_t mote_session_inputs(const struct mote_session *session)
{
    return mote_model_inputs(&session->runner.model);
}

API int32_t mote_session_outputs(const struct mote_session *session)
{
    return mote_model_outputs(&session->runner.model);
}

static struct mote_tensor tensor_of(const struct mote_io *io)
{
    struct mote_tensor t = {.name = io->name,
                            .type = type_name((enum mote_type)io->type),
                            .rank = io->rank,
                            .scale = io->scale,
                            .zero = io->zero,
                            .data = io->data,
                            .bytes = io->bytes};

    assert(io->rank <= COUNT(t.dims));
    for (int32_t d = 0; d < t.rank; d++)
        t.dims[d] = (int32_t)io->dims[d];
    return t;
}

API int mote_session_input(const struct mote_session *session, int32_t i, struct mote_tensor *out)
{
    struct mote_io io;

    if (i < 0 || mote_model_input(&session->runner.model, i, &io) != MOTE_OK)
        return MOTE_ERR_USAGE;
    *out = tensor_of(&io);
    return MOTE_OK;
}

API int mote_session_output(const struct mote_session *session, int32_t i, struct mote_tensor *out)
{
    struct mote_io io;

    if (i < 0 || mote_model_output(&session->runner.model, i, &io) != MOTE_OK)
        return MOTE_ERR_USAGE;
    *out = tensor_of(&io);
    return MOTE_OK;
}

struct run_call {
    struct call call;
    struct mote_session *session;
    int32_t input;
    const void *sample;
    size_t bytes;
};

static enum mote_status set_raw(struct call *call)
{
    const struct run_call *c = (const struct run_call *)call;
    const struct mote_model *m = &c->session->runner.model;
    struct mote_preprocess p;
    struct mote_io io;
    size_t want;
    int32_t status;

    if (c->input < 0 || mote_model_input(m, c->input, &io) != MOTE_OK)
        return fail(call->at, MOTE_ERR_USAGE, "there is no input %d: there are %d", (int)c->input,
                    (int)mote_model_inputs(m));
    status = mote_model_preprocess(m, c->input, &p);
    if (status != MOTE_OK)
        return fail(call->at, (enum mote_status)status, "input %d: %s", (int)c->input, status_text(status));
    want = io.bytes / mote_input_bytes(io.type) * mote_input_bytes(p.type);
    if (c->bytes != want)
        return fail(call->at, MOTE_ERR_SHAPE, "the sample has %zu bytes, input %d wants %zu", c->bytes, (int)c->input,
                    want);
    status = mote_model_set_input(m, c->input, c->sample);
    if (status != MOTE_OK)
        return fail(call->at, (enum mote_status)status, "input %d: %s", (int)c->input, status_text(status));
    return MOTE_OK;
}

API int mote_session_set_raw(struct mote_context *context, struct mote_session *session, int32_t i, const void *sample,
                             size_t bytes)
{
    struct run_call c = {.call = {.context = context, .work = set_raw},
                         .session = session,
                         .input = i,
                         .sample = sample,
                         .bytes = bytes};

    return api_call(&c.call);
}

static enum mote_status run(struct call *call)
{
    const struct run_call *c = (const struct run_call *)call;
    const int32_t status = mote_model_run(&c->session->runner.model);

    return status == MOTE_OK ? MOTE_OK : fail(call->at, (enum mote_status)status, "%s", status_text(status));
}

API int mote_session_run(struct mote_context *context, struct mote_session *session)
{
    struct run_call c = {.call = {.context = context, .work = run}, .session = session};

    return api_call(&c.call);
}

API void mote_session_reset(struct mote_session *session) { mote_model_reset(&session->runner.model); }

API const char *mote_session_class(const struct mote_session *session, int32_t i)
{
    return i < 0 ? NULL : mote_model_class(&session->runner.model, (uint32_t)i);
}
