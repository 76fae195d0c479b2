/* SPDX-License-Identifier: Apache-2.0 */
/* A float graph as ELL's .ell: JSON, whose fields stand in the one order that ELL reads. The order is that of its
 * writers (microsoft/ELL, libraries/model, nodes and predictors). */
#include "host/emit/ell/ell.h"

#include "host/base/faults.h"
#include "host/emit/emit.h"

/* ---- pieces ---- */
static void add_list(struct text *t, const char *name, int n, const int64_t *values)
{
    text_add(t, ",\"%s\":[", name);
    for (int i = 0; i < n; i++)
        text_add(t, "%s%lld", i == 0 ? "" : ",", (long long)values[i]);
    text_add(t, "]");
}

/* n zeros. */
static void add_zeros(struct text *t, const char *name, int64_t n)
{
    text_add(t, ",\"%s\":[", name);
    for (int64_t i = 0; i < n; i++)
        text_add(t, "%s", i == 0 ? "0" : ",0");
    text_add(t, "]");
}

void ell_layout_of(struct text *t, const char *name, int n, const int64_t *size)
{
    int64_t none[3] = {0}, order[3] = {0, 1, 2}, increment[3];

    for (int i = n - 1; i >= 0; i--)
        increment[i] = i == n - 1 ? 1 : increment[i + 1] * size[i + 1];
    text_add(t, ",\"%s\":{\"_type\":\"MemoryLayout\",\"_version\":\"0\"", name);
    add_list(t, "size", n, size);
    add_list(t, "extent", n, size);
    add_list(t, "offset", n, none);
    add_list(t, "order", n, order);
    add_list(t, "increment", n, increment);
    text_add(t, "}");
}

/* Images have three dimensions, all else is a vector. */
static void add_tensor_layout(struct text *t, const char *name, const struct tensor *tensor)
{
    int64_t shape[3];

    ell_shape(tensor, shape);
    ell_layout_of(t, name, tensor->rank >= 3 ? 3 : 1, tensor->rank >= 3 ? shape : shape + 2);
}

void ell_port(struct text *t, const char *field, int own, const char *name, int from)
{
    text_add(t,
             ",\"%s\":{\"_type\":\"InputPort<float>\",\"_version\":\"0\",\"nodeId\":\"%d\",\"name\":\"%s\",\"type\":1,"
             "\"input\":\"%d.output\"}",
             field, own, name, from);
}

static void begin_node(struct text *t, const char *type, int version, int id)
{
    text_add(t, "%s\n{\"_type\":\"%s<float>\",\"_version\":\"%d\",\"id\":\"%d\"", t->s[t->len - 1] == '[' ? "" : ",",
             type, version, id);
}

/* ---- networks ---- */
static void begin_layer(struct text *t, const char *type, int scheme, int pad, const int64_t shape[3], int out_scheme,
                        int out_pad)
{
    const int64_t whole[3] = {shape[0] + 2 * out_pad, shape[1] + 2 * out_pad, shape[2]};

    text_add(t, "\n {\"_type\":\"%s\",\"_version\":\"0\",\"inputPaddingScheme\":%d,\"inputPaddingSize\":%d", type,
             scheme, pad);
    add_list(t, "outputShape", 3, whole);
    text_add(t, ",\"outputPaddingScheme\":%d,\"outputPaddingSize\":%d", out_scheme, out_pad);
}

/* A layer's output has the padding that the next one wants. */
static void add_network(struct text *t, const struct ell_node *node)
{
    const int64_t *out = node->layers[node->n - 1].shape;

    text_add(t, ",\"predictor\":{\"_type\":\"NeuralNetworkPredictor<float>\",\"_version\":\"1\",\"inputLayer\":");
    begin_layer(t, "InputLayer<float>", ELL_ZEROS, 0, node->shape, node->layers[0].scheme, node->layers[0].pad);
    text_add(t, ",\"data_rows\":%lld,\"data_columns\":%lld,\"data_channels\":%lld", (long long)node->shape[0],
             (long long)node->shape[1], (long long)node->shape[2]);
    add_zeros(t, "data_values", node->shape[0] * node->shape[1] * node->shape[2]);
    text_add(t, ",\"scale\":1},\"layers\":[");
    for (int32_t i = 0; i < node->n; i++) {
        const struct ell_layer *l = &node->layers[i], *next = i + 1 < node->n ? l + 1 : NULL;

        text_add(t, "%s", i == 0 ? "" : ",");
        begin_layer(t, l->type, l->scheme, l->pad, l->shape, next ? next->scheme : ELL_ZEROS, next ? next->pad : 0);
        text_add(t, "%s}", l->fields);
    }
    text_add(t, "]");
    add_zeros(t, "output", out[0] * out[1] * out[2]);
    text_add(t, "}");
}

static void add_binary(struct text *t, const struct ell_node *node, int id)
{
    ell_port(t, "input1", id, "input1", node->in[0]);
    ell_port(t, "input2", id, "input2", node->in[1]);
    ell_layout_of(t, "inputLayout1", 3, node->shape);
    ell_layout_of(t, "inputLayout2", 3, node->shape);
    text_add(t, ",\"operation\":\"%s\"", node->operation);
    ell_layout_of(t, "outputLayout", 3, node->shape);
    text_add(t, ",\"padding\":0");
}

/* ---- the file ---- */
static void add_nodes(struct text *t, const struct ell_writer *w)
{
    const struct graph *g = w->g;
    int id = ELL_FIRST_ID;

    for (int32_t i = 0; i < g->n_inputs; i++, id++) {
        begin_node(t, "InputNode", 2, id);
        add_tensor_layout(t, "layout", &g->tensors[g->inputs[i]]);
        text_add(t, "}");
    }
    for (int32_t i = 0; i < w->n; i++, id++) {
        const struct ell_node *node = &w->nodes[i];

        if (node->type) {
            begin_node(t, node->type, node->version, id);
            text_add(t, "%s", node->fields);
        } else if (node->operation) {
            begin_node(t, "BinaryOperationNode", 7, id);
            add_binary(t, node, id);
        } else {
            begin_node(t, "NeuralNetworkPredictorNode", 2, id);
            ell_port(t, "input", id, "input", node->in[0]);
            add_network(t, node);
        }
        text_add(t, "}");
    }
    for (int32_t i = 0; i < g->n_outputs; i++, id++) {
        begin_node(t, "OutputNode", 2, id);
        ell_port(t, "input", id, "input", ell_id_of(w, g->outputs[i]));
        add_tensor_layout(t, "layout", &g->tensors[g->outputs[i]]);
        text_add(t, "}");
    }
}

/* Strings must hold no escapes. */
static void add_names(struct text *t, const char *field, const struct graph *g, const int32_t *tensors, int32_t n,
                      const char *what)
{
    text_add(t, ",\"%s\":[", field);
    for (int32_t i = 0; i < n; i++) {
        const char *name = g->tensors[tensors[i]].name;

        text_add(t, "%s\"", i == 0 ? "" : ",");
        if (name[0] == '\0')
            text_add(t, "%s%d", what, (int)i);
        for (const char *p = name; *p; p++)
            text_add(t, "%c", *p < ' ' || *p == '"' || *p == '\\' || (uint8_t)*p > '~' ? '_' : *p);
        text_add(t, "\"");
    }
    text_add(t, "]");
}

static void add_ids(struct text *t, const char *field, int first, int32_t n, const char *end)
{
    text_add(t, ",\"%s\":[", field);
    for (int32_t i = 0; i < n; i++)
        text_add(t, "%s\"%d%s\"", i == 0 ? "" : ",", first + (int)i, end);
    text_add(t, "]");
}

static void write_map(struct text *t, const struct ell_writer *w)
{
    const struct graph *g = w->g;

    text_add(t, "{\"_type\":\"Map\",\"_version\":\"2\",\"model\":{\"_type\":\"Model\",\"_version\":\"2\",\"nodes\":[");
    add_nodes(t, w);
    text_add(t, "]}");
    add_names(t, "inputNames", g, g->inputs, g->n_inputs, "input");
    add_ids(t, "inputIds", ELL_FIRST_ID, g->n_inputs, "");
    add_names(t, "outputNames", g, g->outputs, g->n_outputs, "output");
    add_ids(t, "outputElements", ELL_FIRST_ID + g->n_inputs + w->n, g->n_outputs, ".output");
    text_add(t, "}\n");
}

/* ---- what ELL has no form for ---- */
static enum mote_status check_ends(const struct ell_writer *w, const struct frame *at)
{
    const struct graph *g = w->g;

    for (int32_t i = 0; i < g->n_inputs; i++) {
        const struct frame here = frame_tensor(at, g, g->inputs[i]);
        const struct tensor *t = &g->tensors[g->inputs[i]];

        if (t->type != TYPE_F32)
            return fail(&here, MOTE_ERR_TYPE, "an input of %s; ELL's layers have floats alone", type_name(t->type));
        if (t->rank == 0 || t->rank > 4 || (t->rank == 4 && t->dims[0] != 1))
            return fail(&here, MOTE_ERR_UNSUPPORTED, "an input that is neither a vector nor an image");
    }
    return MOTE_OK;
}

static enum mote_status check_outputs(const struct ell_writer *w, const struct frame *at)
{
    for (int32_t i = 0; i < w->g->n_outputs; i++) {
        const struct frame here = frame_tensor(at, w->g, w->g->outputs[i]);

        if (ell_id_of(w, w->g->outputs[i]) < 0)
            return fail(&here, MOTE_ERR_UNSUPPORTED, "an output that no layer makes");
    }
    return MOTE_OK;
}

static enum mote_status add_ops(struct ell_writer *w, const struct frame *at)
{
    struct faults faults = {.pool = w->pool};

    for (int32_t i = 0; i < w->g->n_ops; i++) {
        struct report_text failed = {.status = MOTE_OK};
        const struct frame root = {.index = -1, .sink = &failed}, here = frame_op(&root, w->g, i);

        if (ell_add_op(w, &w->g->ops[i], &here) != MOTE_OK)
            faults_add(&faults, op_info[w->g->ops[i].id].NAME, &failed);
    }
    return faults_fail(&faults, at);
}

enum mote_status emit_ell(struct pool *pool, const struct model *m, struct bytes *out, const struct frame *at)
{
    struct model copy = {.pool = pool};
    struct text t = {.pool = pool};
    struct ell_writer w = {.pool = pool};

    model_copy(m, &copy);
    graph_compact(&copy, &copy.graphs[0]);
    w.g = &copy.graphs[0];
    w.stands_for = pool_array(pool, (size_t)w.g->n_tensors + 1, sizeof *w.stands_for);
    w.made_by = pool_array(pool, (size_t)w.g->n_tensors + 1, sizeof *w.made_by);
    for (int32_t i = 0; i < w.g->n_tensors; i++) {
        w.stands_for[i] = i;
        w.made_by[i] = -1;
    }
    TRY(check_ends(&w, at));
    TRY(add_ops(&w, at));
    TRY(check_outputs(&w, at));
    write_map(&t, &w);
    *out = (struct bytes){(uint8_t *)t.s, t.len};
    return MOTE_OK;
}
