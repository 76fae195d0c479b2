/* SPDX-License-Identifier: Apache-2.0 */
/* From a .cfg, and the .weights beside it, to a model: layer by layer. */
#include "host/import/darknet/darknet.h"

/* ---- what is missing ---- */
static void find_missing(struct build *r, struct faults *missing)
{
    const struct darknet *d = darknet_of(r);

    for (int i = 1; i < d->n; i++) {
        struct report_text failed = {.status = MOTE_OK};
        const struct frame root = {.index = -1, .sink = &failed}, here = darknet_frame(r, i, &root);
        const char *near = darknet_layer_nearest(d->sections[i].name);

        if (!darknet_layer_find(d->sections[i].name) &&
            fail(&here, MOTE_ERR_UNSUPPORTED, "a layer that Mote does not have%s%s", near ? "; it has " : "",
                 near ? near : "") != MOTE_OK)
            faults_add(missing, printable(r->pool, d->sections[i].name), &failed);
    }
}

/* ---- ends ---- */
static enum mote_status want_net(struct build *r, const struct frame *at)
{
    const struct frame here = darknet_frame(r, 0, at);
    const char *name = darknet_of(r)->sections[0].name;

    return strcmp(name, "net") == 0 || strcmp(name, "network") == 0
               ? MOTE_OK
               : fail(&here, MOTE_ERR_FORMAT, "the first section is not [net]");
}

/* An image as [1][C][H][W], or a vector. */
static enum mote_status read_input(struct build *r, const struct import_options *options, const struct frame *at)
{
    struct darknet *d = darknet_of(r);
    const struct frame here = darknet_frame(r, 0, at);
    struct tensor t = {.name = "input", .type = TYPE_F32, .rank = 4, .source = -1};

    r->at = &here;
    t.dims[0] = 1;
    t.dims[1] = key_int(r, "channels", 0, 0, INT16_MAX);
    t.dims[2] = key_int(r, "height", 0, 0, INT16_MAX);
    t.dims[3] = key_int(r, "width", 0, 0, INT16_MAX);
    if (t.dims[1] == 0 || t.dims[2] == 0 || t.dims[3] == 0) {
        t.rank = 2;
        t.dims[1] = key_int(r, "inputs", 0, 0, INT32_MAX);
    }
    if (r->status == MOTE_OK && t.dims[1] == 0)
        build_fail(r, MOTE_ERR_FORMAT, "neither width, height and channels nor inputs say what goes in");
    TRY(r->status);
    TRY(build_check_size(&t, &here));
    r->at = at;
    d->x = graph_add_tensor(r->m, r->g, &t);
    r->g->inputs = pool_copy(r->pool, &d->x, sizeof d->x);
    r->g->n_inputs = 1;
    d->x = t.rank == 4 ? transpose_move(r, d->x, 1, 3) : d->x;
    return import_set_shapes(r->m, options, at);
}

/* What boxes are made of, and else what the last layer makes. */
static enum mote_status read_outputs(struct build *r, const struct frame *at)
{
    struct darknet *d = darknet_of(r);
    int32_t *list = pool_array(r->pool, (size_t)d->n_outputs + 1, sizeof *list);

    if (d->n_outputs == 0)
        d->outputs = pool_copy(r->pool, &d->x, sizeof d->x), d->n_outputs = 1;
    for (int32_t i = 0; i < d->n_outputs; i++)
        list[i] = darknet_planes(r, d->outputs[i]);
    TRY(r->status);
    r->g->outputs = pool_array(r->pool, (size_t)d->n_outputs, sizeof *list);
    for (int32_t i = 0; i < d->n_outputs; i++) {
        const char *name = d->n_outputs > 1 ? pool_printf(r->pool, "output_%d", (int)i) : "output";
        const int32_t tensor = build_output(r, list[i], name);

        r->g->tensors[tensor].name = name;
        r->g->outputs[r->g->n_outputs++] = tensor;
    }
    if (d->at != d->weights.size)
        return fail(at, MOTE_ERR_FORMAT,
                    "%s has %zu bytes that no layer wants: .cfg and .weights do not belong together", d->weights_path,
                    d->weights.size - d->at);
    return MOTE_OK;
}

/* ---- layers ---- */
static enum mote_status read_layer(struct build *r, int index, const struct frame *at)
{
    struct darknet *d = darknet_of(r);
    const struct frame here = darknet_frame(r, index, at);
    const int32_t first = r->g->n_ops;

    r->at = &here;
    d->index = index;
    if (has_room(r, 0))
        darknet_layer_find(d->sections[index].name)->read(r);
    d->values[index] = d->x;
    build_number(r, first, pool_printf(r->pool, "%d_%s", index - 1, d->sections[index].name), index - 1);
    r->at = at;
    return r->status;
}

static enum mote_status read_network(struct build *r, const struct import_options *options, const struct frame *at)
{
    struct darknet *d = darknet_of(r);

    d->values = pool_array(r->pool, (size_t)d->n, sizeof *d->values);
    TRY(read_input(r, options, at));
    TRY(darknet_begin_weights(d, at));
    for (int i = 1; i < d->n; i++)
        TRY(read_layer(r, i, at));
    TRY(read_outputs(r, at));
    graph_compact(r->m, r->g);
    return model_verify(r->m, at);
}

enum mote_status darknet_read(struct pool *pool, const char *name, struct bytes cfg, struct bytes weights,
                              const struct import_options *options, struct model *out, struct import_missing *missing,
                              const struct frame *at)
{
    struct darknet d = {.weights = weights, .remarks = {.pool = pool}};
    struct build r = {
        .pool = pool, .m = out, .limit = pool->used + IMPORT_MEMORY(cfg.size + weights.size), .reader = &d, .at = at};
    struct faults faults = {.pool = pool};

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    d.weights_path = printable(pool, darknet_weights_path(pool, name));
    r.g = model_add_graph(out, "main");
    TRY(darknet_parse(pool, cfg, &d, at));
    TRY(want_net(&r, at));
    find_missing(&r, &faults);
    if (faults.n == 0)
        return read_network(&r, options, at);
    missing->what = faults_text(&faults);
    out->n_graphs = 0;
    return MOTE_OK;
}

/* ---- the files ---- */
/* "net.weights" of "net.cfg". */
const char *darknet_weights_path(struct pool *pool, const char *cfg)
{
    const char *slash = strrchr(cfg, '/'), *dot = strrchr(slash ? slash : cfg, '.');

    return pool_printf(pool, "%.*s.weights", (int)(dot ? (size_t)(dot - cfg) : strlen(cfg)), cfg);
}

/* The version of Darknet that wrote them. */
static bool is_weights(struct bytes file)
{
    return file.size >= 20 && le32(file.data) == 0 && le32(file.data + 4) >= 1 && le32(file.data + 4) <= 2 &&
           le32(file.data + 8) <= 5;
}

/* [net] comes first, behind blanks and comments. */
bool darknet_matches(struct bytes file)
{
    const char *p = (const char *)file.data, *end = p + file.size;

    if (is_weights(file))
        return true;
    while (p < end && (*p == '#' || *p == ';' || *p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
        const char *stop = *p == '#' || *p == ';' ? memchr(p, '\n', (size_t)(end - p)) : p;

        p = stop ? stop + 1 : end;
    }
    return (size_t)(end - p) > 5 && (memcmp(p, "[net]", 5) == 0 || memcmp(p, "[netw", 5) == 0);
}

enum mote_status darknet_import(struct pool *pool, const char *name, struct bytes file,
                                const struct import_options *options, struct model *out, struct import_missing *missing,
                                const struct frame *at)
{
    const char *path = darknet_weights_path(pool, name);
    const struct frame beside = {at, "the weights beside it", "", -1, NULL};
    struct bytes weights;

    if (is_weights(file))
        return fail(at, MOTE_ERR_FORMAT, "weights of Darknet; the model is the .cfg beside them");
    TRY(file_read(pool, path, &weights, &beside));
    return darknet_read(pool, name, file, weights, options, out, missing, at);
}
