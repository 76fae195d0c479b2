/* SPDX-License-Identifier: Apache-2.0 */
#include "host/pipeline/pipeline.h"

#include "host/emit/emit.h"
#include "host/graph/op_info.h"
#include "host/import/import.h"
#include "host/passes/passes.h"
#include "host/pipeline/trade.h"
#include "host/plan/stages.h"
#include "mote/ops/image.h"

static bool image_matches(struct bytes file) { return file.size >= 4 && le32(file.data) == MOTE_IMAGE_MAGIC; }

static bool has_limits(const struct limits *l) { return l->ram > 0 || l->flash > 0 || l->time > 0; }

/* What is missing and, of the rest, what cannot be lowered. Other faults of the rest may come from what is missing. */
static enum mote_status fail_missing(struct pipeline *p, const struct import_missing *missing, const struct frame *at)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame root = {.index = -1, .sink = &failed};
    struct pipeline_options options = {.passes = NULL};
    enum mote_status status = p->model.n_graphs > 0 ? pipeline_compile(p, &options, &root) : MOTE_OK;

    if (status != MOTE_ERR_TYPE && status != MOTE_ERR_UNSUPPORTED && status != MOTE_ERR_QUANT)
        return fail(at, missing->status, "%s", missing->what);
    return fail(at, missing->status, "%s; of the others, %.*s", missing->what, (int)failed.end, failed.text);
}

static bool has_cuts(const struct import_options *o) { return o && (o->from || o->to); }

static enum mote_status load(struct pipeline *p, const struct importer *importer, const struct import_options *options,
                             const struct frame *at)
{
    struct import_missing missing;

    p->has_graph = true;
    if (has_cuts(options) && !importer->cuts)
        return fail(at, MOTE_ERR_USAGE, "--from and --to cut a frozen TensorFlow graph; this is %s", importer->name);
    TRY(importer->read(p->pool, p->path, p->file, options, &p->model, &missing, at));
    return missing.what ? fail_missing(p, &missing, at) : MOTE_OK;
}

static enum mote_status fail_unknown(struct pool *pool, struct bytes file, const struct frame *at)
{
    const char *known = known_format(pool, file, true);
    struct text names = {.pool = pool};

    if (known != NULL)
        return fail(at, MOTE_ERR_FORMAT, "%s%s", strcmp(known, "empty") == 0 ? "is " : "", known);
    for (int i = 0; i < importers_count; i++)
        text_add(&names, "%s%s", i == 0 ? "neither " : ", nor ", importers[i].name);
    return fail(at, MOTE_ERR_FORMAT, "%s, nor an image of Mote's", names.s);
}

enum mote_status pipeline_read(struct pool *pool, const char *path, struct bytes file, struct pipeline *out,
                               const struct frame *at)
{
    return pipeline_read_as(pool, path, file, NULL, out, at);
}

enum mote_status pipeline_read_as(struct pool *pool, const char *path, struct bytes file,
                                  const struct import_options *options, struct pipeline *out, const struct frame *at)
{
    *out =
        (struct pipeline){.pool = pool, .path = path, .file = file, .model = {.pool = pool}, .target = target_portable};
    if (image_matches(out->file)) {
        if (options && (options->n_shapes > 0 || has_cuts(options)))
            return fail(at, MOTE_ERR_USAGE, "an image keeps its shapes; %s wants the file that it was made of",
                        options->n_shapes > 0 ? "--shape" : "--from or --to");
        out->image = out->file;
        return MOTE_OK;
    }
    for (int i = 0; i < importers_count; i++)
        if (importers[i].probe(file))
            return load(out, &importers[i], options, at);
    return fail_unknown(pool, out->file, at);
}

int64_t model_macs(const struct model *m)
{
    const struct graph *g = &m->graphs[0];
    int64_t sum = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            sum += op_macs(g, &g->ops[i]);
    return sum;
}

static enum mote_status want_known_shape(const struct graph *g, int32_t tensor, const struct frame *at)
{
    struct frame here = frame_tensor(at, g, tensor);

    if (tensor_elements(&g->tensors[tensor]) <= 0)
        return fail(&here, MOTE_ERR_SHAPE, "its shape is not known, or it is empty");
    return MOTE_OK;
}

static enum mote_status want_whole_bytes(const struct graph *g, const int32_t *tensors, int32_t n,
                                         const struct frame *at)
{
    for (int32_t i = 0; i < n; i++) {
        const struct tensor *t = &g->tensors[tensors[i]];
        struct frame here = frame_tensor(at, g, tensors[i]);

        TRY(want_known_shape(g, tensors[i], at));
        if (type_bits(t->type) < 8)
            return fail(&here, MOTE_ERR_TYPE, "an input or output of type %s: its elements must be whole bytes",
                        type_name(t->type));
    }
    return MOTE_OK;
}

/* The planner wants numbers: every dimension known, at least one element a tensor. What goes in and out, used or not,
 * the device describes in bytes. */
static enum mote_status want_known_shapes(const struct model *m, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];

    TRY(want_whole_bytes(g, g->inputs, g->n_inputs, at));
    TRY(want_whole_bytes(g, g->outputs, g->n_outputs, at));
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (graph_uses(g, i) > 0)
            TRY(want_known_shape(g, i, at));
    return MOTE_OK;
}

static bool is_stage(const char *name)
{
    for (int i = 0; i < stages_count; i++)
        if (strcmp(stages[i].name, name) == 0)
            return true;
    return false;
}

static enum mote_status check_dump(struct pool *pool, const char *name, const struct frame *at)
{
    struct text names = {.pool = pool};

    for (int i = 0; i < passes_count; i++) {
        if (strcmp(passes[i].name, name) == 0)
            return MOTE_OK;
        text_add(&names, "%s%s", i == 0 ? "" : ", ", passes[i].name);
    }
    text_add(&names, "; and of the plan");
    for (int i = 0; i < stages_count; i++)
        text_add(&names, "%s %s", i == 0 ? "" : ",", stages[i].name);
    return is_stage(name) ? MOTE_OK
                          : fail(at, MOTE_ERR_USAGE, "--dump: no pass or stage is called '%s': there are %s",
                                 printable(pool, name), names.s);
}

enum mote_status pipeline_passes(struct pipeline *p, const struct pipeline_options *options, const struct frame *at)
{
    const char *dump = options->dump_after;

    if (dump)
        TRY(check_dump(p->pool, dump, at));
    if (dump && is_stage(dump))
        dump = NULL;
    p->model.structure = model_structure(&p->model);
    TRY(import_want_shapes(&p->model, at));
    TRY(graph_infer(&p->model, &p->model.graphs[0], at));
    TRY(want_known_shapes(&p->model, at));
    p->macs_imported = model_macs(&p->model);
    if (options->channels_last)
        TRY(passes_run(&p->model, "layout,channels_last", dump, stderr, at));
    TRY(passes_run(&p->model, options->passes, dump, stderr, at));
    if (options->int8_boundary) /* what the file computes in float is int8 by now */
        TRY(passes_run(&p->model, "boundary,dead_code", dump, stderr, at));
    p->macs_executed = model_macs(&p->model);
    return MOTE_OK;
}

enum mote_status pipeline_plan(struct pipeline *p, const struct pipeline_options *options, const struct frame *at)
{
    const bool dumped = options->dump_after && is_stage(options->dump_after);
    const struct plan_options plan_options = {.keep_all = options->keep_all,
                                              .optimize = options->optimize,
                                              .coding = options->coding,
                                              .several = options->via_c,
                                              .feed = options->feed,
                                              .stream = options->stream || p->streams,
                                              .advance = p->listen ? p->listen->advance : options->advance,
                                              .listen = p->listen,
                                              .dump_after = dumped ? options->dump_after : NULL,
                                              .dump_to = stderr};

    p->target = options->target ? *options->target : target_portable;
    if (has_limits(&options->limits))
        TRY(trade_within(p, &plan_options, options->via_c, &options->limits, &p->plan, at));
    else
        TRY(plan_make(p->pool, &p->model, &p->target, &plan_options, &p->plan, at));
    if (p->plan.feed.macs > 0)
        p->macs_executed = p->plan.feed.macs;
    return emit_image(&p->plan, &p->image, at);
}

enum mote_status pipeline_compile(struct pipeline *p, const struct pipeline_options *options, const struct frame *at)
{
    p->target = options->target ? *options->target : target_portable;
    if (!p->has_graph && options->int8_boundary)
        return fail(at, MOTE_ERR_USAGE,
                    "an image keeps its inputs and outputs; --boundary wants the .tflite or graph file");
    if (!p->has_graph && has_limits(&options->limits))
        return fail(at, MOTE_ERR_USAGE, "an image is planned; limits want the .tflite or graph file");
    if (!p->has_graph)
        return MOTE_OK;
    TRY(pipeline_passes(p, options, at));
    return pipeline_plan(p, options, at);
}
