/* SPDX-License-Identifier: Apache-2.0 */
/* From an .onnx file's bytes to a model: inputs, initializers, then node by node, in an order in which they can run.
 * Shapes are worked out on the way, by the graph's own operators. */
#include "host/import/import.h"

#include "host/import/onnx/ops.h"

#define NODES_MAX 65536 /* that are read, those of bodies again and again */

/* ---- what is missing ---- */
static void miss(struct faults *missing, const struct build *r, const Onnx__NodeProto *node, int32_t index)
{
    struct report_text failed = {.status = MOTE_OK};
    const char *name = printable(r->pool, node->op_type ? node->op_type : "");
    struct frame root = {.index = -1, .sink = &failed}, here = {&root, "node", name, index, NULL};
    const char *domain = DOMAIN(node->domain), *near = *domain ? NULL : onnx_op_nearest(name);
    enum mote_status status;

    if (*domain)
        status = fail(&here, MOTE_ERR_UNSUPPORTED,
                      "an operator of %s, which Mote does not have: --operators brings operators of your own",
                      printable(r->pool, domain));
    else if (near && strcmp(near, name) == 0)
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "not as opset %lld has it", (long long)onnx_of(r)->opset);
    else
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "an operator of opset %lld that Mote does not have%s%s",
                      (long long)onnx_of(r)->opset, near ? "; it has " : "", near ? near : "");
    if (status != MOTE_OK)
        faults_add(missing, name, &failed);
}

static const struct onnx_op *op_of(const struct build *r, const Onnx__NodeProto *node)
{
    return onnx_op_find(DOMAIN(node->domain), node->op_type ? node->op_type : "", onnx_of(r)->opset);
}

static void find_missing(struct build *r, size_t n, Onnx__NodeProto *const *nodes, struct faults *missing)
{
    for (size_t i = 0; i < n; i++) {
        const Onnx__NodeProto *node = nodes[i];

        if (!op_of(r, node) && !onnx_function_of(r, node) && !onnx_is_own(node))
            miss(missing, r, node, (int32_t)i);
        for (size_t k = 0; k < node->n_attribute; k++)
            if (node->attribute[k]->g)
                find_missing(r, node->attribute[k]->g->n_node, node->attribute[k]->g->node, missing);
    }
}

static void find_missing_in_file(struct build *r, struct faults *missing)
{
    const int64_t opset = onnx_of(r)->opset;

    find_missing(r, onnx_of(r)->file->graph->n_node, onnx_of(r)->file->graph->node, missing);
    for (size_t i = 0; i < onnx_of(r)->file->n_functions; i++) {
        const Onnx__FunctionProto *f = onnx_of(r)->file->functions[i];

        onnx_of(r)->opset = onnx_opset(f->n_opset_import, f->opset_import, opset);
        find_missing(r, f->n_node, f->node, missing);
    }
    onnx_of(r)->opset = opset;
}

/* ---- values ---- */
enum mote_status onnx_set_value(struct build *r, const char *name, int32_t tensor, const struct frame *at)
{
    if (names_get(&onnx_of(r)->values, name) != TENSOR_ABSENT)
        return fail(at, MOTE_ERR_FORMAT, "'%s' is there twice", printable(r->pool, name));
    names_set(r->pool, &onnx_of(r)->values, name, tensor);
    return MOTE_OK;
}

enum mote_status onnx_read_initializers(struct build *r, const Onnx__GraphProto *graph, const struct frame *at)
{
    if (graph->n_sparse_initializer > 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "sparse initializers; export the model with dense weights");
    for (size_t i = 0; i < graph->n_initializer; i++) {
        const Onnx__TensorProto *t = graph->initializer[i];
        struct tensor tensor;

        TRY(onnx_read_tensor(r->pool, onnx_of(r)->path, t, &tensor, at));
        if (r->pool->used > r->limit)
            return fail(at, MOTE_ERR_MEMORY, "its tensors take more than %zu bytes", r->limit);
        TRY(onnx_set_value(r, t->name ? t->name : "", graph_add_tensor(r->m, r->g, &tensor), at));
    }
    return MOTE_OK;
}

static enum mote_status read_dims(const Onnx__TensorShapeProto *shape, struct tensor *out, const struct frame *at)
{
    if (!shape)
        return fail(at, MOTE_ERR_SHAPE, "an input without a shape; export the model with one");
    if (shape->n_dim > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%zu dimensions; Mote has up to %d", shape->n_dim, RANK_MAX);
    out->rank = (int32_t)shape->n_dim;
    for (int i = 0; i < out->rank; i++) {
        const Onnx__TensorShapeProto__Dimension *d = shape->dim[i];
        bool known = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;

        if (known && d->dim_value > INT32_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld", i, (long long)d->dim_value);
        out->dims[i] = known && d->dim_value >= 0 ? d->dim_value : DIM_UNKNOWN; /* some say -1 of what is free */
    }
    return MOTE_OK;
}

static enum mote_status read_input(struct build *r, const Onnx__ValueInfoProto *input, int32_t index,
                                   const struct frame *at)
{
    struct tensor t = {.name = printable(r->pool, input->name ? input->name : ""), .source = -1};
    struct frame here = {at, "input", t.name, index, NULL};

    if (!input->type || input->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
        return fail(&here, MOTE_ERR_TYPE, "an input that is no tensor");
    TRY(onnx_type(input->type->tensor_type->elem_type, &t.type, &here));
    TRY(read_dims(input->type->tensor_type->shape, &t, &here));
    r->g->inputs[r->g->n_inputs++] = graph_add_tensor(r->m, r->g, &t);
    return onnx_set_value(r, input->name ? input->name : "", r->g->inputs[r->g->n_inputs - 1], &here);
}

/* Initializers may be listed as inputs, too: then they are what the inputs are without being fed. */
static enum mote_status read_inputs(struct build *r, const Onnx__GraphProto *graph, const struct frame *at)
{
    const char *assumed = NULL;

    r->g->inputs = pool_array(r->pool, graph->n_input, sizeof *r->g->inputs);
    for (size_t i = 0; i < graph->n_input; i++) {
        const char *name = graph->input[i]->name ? graph->input[i]->name : "";

        if (names_get(&onnx_of(r)->values, name) == TENSOR_ABSENT)
            TRY(read_input(r, graph->input[i], (int32_t)i, at));
    }
    TRY(import_set_shapes(r->m, onnx_of(r)->options, at));
    for (int32_t i = 0; i < r->g->n_inputs; i++) {
        struct tensor *t = &r->g->tensors[r->g->inputs[i]];
        const struct frame here = {at, "input", t->name, (int)i, NULL};

        if (t->rank > 0 && t->dims[0] == DIM_UNKNOWN && !assumed)
            assumed = t->name;
        import_assume_batch(t);
        TRY(build_check_size(t, &here));
    }
    TRY(import_want_shapes(r->m, at));
    onnx_of(r)->assumed = assumed;
    return MOTE_OK;
}

/* ---- nodes ---- */
static bool is_among(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Operators whose first input is optional; functions say themselves what they want. */
static bool needs_first(const struct onnx_op *op)
{
    static const char *const names[] = {"Constant", "Loop", "Scan"};

    return op && !is_among(op->name, names, COUNT(names));
}

/* Lists of no numbers are values like others where shapes are computed; nobody computes with no elements. */
static bool takes_empty(const struct onnx_op *op)
{
    static const char *const names[] = {"Cast", "Concat", "ConstantOfShape", "Identity", "Shape", "Size", "Slice"};

    return !op || is_among(op->name, names, COUNT(names));
}

static enum mote_status find_inputs(struct build *r, const struct onnx_op *op, const Onnx__NodeProto *node,
                                    const struct frame *at)
{
    if (needs_first(op) && (node->n_input == 0 || !node->input[0][0]))
        return fail(at, MOTE_ERR_FORMAT, "input 0 is missing");
    onnx_of(r)->n_in = (int)node->n_input;
    onnx_of(r)->in = pool_array(r->pool, node->n_input, sizeof *onnx_of(r)->in);
    for (int i = 0; i < onnx_of(r)->n_in; i++) {
        onnx_of(r)->in[i] = node->input[i][0] ? names_get(&onnx_of(r)->values, node->input[i]) : TENSOR_ABSENT;
        if (node->input[i][0] && onnx_of(r)->in[i] == TENSOR_ABSENT)
            return fail(at, MOTE_ERR_FORMAT,
                        "input %d, '%s', is neither an input of the graph, nor an initializer, nor made before: it is "
                        "missing, or nodes go in a circle",
                        i, printable(r->pool, node->input[i]));
    }
    if (onnx_of(r)->n_in > 0 && tensor_elements(tensor_at(r, onnx_of(r)->in[0])) == 0 && !takes_empty(op))
        return fail(at, MOTE_ERR_SHAPE, "input 0 is empty");
    return MOTE_OK;
}

bool onnx_count_node(struct build *r)
{
    if (++onnx_of(r)->n_nodes > NODES_MAX)
        build_fail(r, MOTE_ERR_MEMORY, "more than %d nodes, with those of loops and functions each time", NODES_MAX);
    return r->status == MOTE_OK && has_room(r, 0);
}

static enum mote_status read_node(struct build *r, const Onnx__NodeProto *node, int32_t index, const struct frame *at)
{
    const struct onnx_op *op = op_of(r, node);
    int32_t first = r->g->n_ops;

    onnx_of(r)->node = node;
    onnx_of(r)->index = index;
    r->at = at;
    if (!onnx_count_node(r))
        return r->status;
    TRY(find_inputs(r, op, node, at));
    if (op)
        op->read(r);
    else if (onnx_function_of(r, node))
        onnx_call_function(r, onnx_function_of(r, node));
    else
        onnx_own(r);
    TRY(r->status);
    build_number(r, first, node->name ? node->name : "", index);
    for (size_t i = 0; i < node->n_output; i++)
        if (node->output[i][0] && names_get(&onnx_of(r)->values, node->output[i]) == TENSOR_ABSENT)
            return fail(at, MOTE_ERR_UNSUPPORTED, "output %zu is not one that Mote makes", i);
    return MOTE_OK;
}

/* ---- nodes, one after the other ---- */
/* All, in this order; NULL: as they stand. */
static enum mote_status read_nodes(struct build *r, size_t n, Onnx__NodeProto *const *nodes, const int32_t *order,
                                   const struct frame *at)
{
    const struct frame *outer = r->at; /* a node's within which these are */

    for (size_t k = 0; k < n; k++) {
        const int32_t i = order ? order[k] : (int32_t)k;
        const struct frame here = {at, "node", nodes[i]->op_type, (int)i, NULL};
        const enum mote_status status = read_node(r, nodes[i], i, &here);

        r->at = outer;
        TRY(status);
    }
    return MOTE_OK;
}

enum mote_status onnx_read_nodes(struct build *r, size_t n, Onnx__NodeProto *const *nodes, const struct frame *at)
{
    return read_nodes(r, n, nodes, NULL, at);
}

/* ---- outputs ---- */
/* How many rows NonMaxSuppression makes, is known only when it runs: what the file says was so once. */
static bool counts_rows(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_NON_MAX_SUPPRESSION && g->ops[i].out[0] == tensor)
            return true;
    return false;
}

static enum mote_status check_output(const Onnx__ValueInfoProto *output, const struct graph *g, int32_t tensor,
                                     const struct frame *at)
{
    const struct tensor *t = &g->tensors[tensor];
    const Onnx__TypeProto__Tensor *type =
        output->type && output->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ? output->type->tensor_type
                                                                                        : NULL;
    char text[96];

    for (size_t i = 0; type && type->shape && i < type->shape->n_dim; i++) {
        const Onnx__TensorShapeProto__Dimension *d = type->shape->dim[i];

        if (d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && d->dim_value >= 0 &&
            (type->shape->n_dim != (size_t)t->rank ||
             (d->dim_value != t->dims[i] && !(i == 0 && counts_rows(g, tensor)))))
            return fail(at, MOTE_ERR_SHAPE, "the file says that dimension %zu is %lld, but the nodes make it %s", i,
                        (long long)d->dim_value, shape_text(t, text));
    }
    return MOTE_OK;
}

static enum mote_status read_outputs(struct build *r, const Onnx__GraphProto *graph, const struct frame *at)
{
    r->g->outputs = pool_array(r->pool, graph->n_output, sizeof *r->g->outputs);
    for (size_t i = 0; i < graph->n_output; i++) {
        const char *name = graph->output[i]->name ? graph->output[i]->name : "";
        struct frame here = {at, "output", printable(r->pool, name), (int)i, NULL};
        int32_t tensor = names_get(&onnx_of(r)->values, name);

        if (tensor == TENSOR_ABSENT)
            return fail(&here, MOTE_ERR_FORMAT, "no node makes it");
        if (tensor_elements(&r->g->tensors[tensor]) == 0)
            return fail(&here, MOTE_ERR_SHAPE, "it has no elements");
        TRY(check_output(graph->output[i], r->g, tensor, &here));
        tensor = build_output(r, tensor, name);
        r->g->outputs[r->g->n_outputs++] = tensor;
    }
    return r->g->n_outputs > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "the graph has no outputs");
}

/* ---- the file ---- */
int64_t onnx_opset(size_t n, Onnx__OperatorSetIdProto *const *sets, int64_t absent)
{
    for (size_t i = 0; i < n; i++)
        if (!*DOMAIN(sets[i]->domain))
            return sets[i]->version;
    return absent;
}

static enum mote_status read_graph(struct build *r, const Onnx__GraphProto *graph, const struct frame *at)
{
    r->g = model_add_graph(r->m, "main");
    TRY(onnx_read_initializers(r, graph, at));
    TRY(read_inputs(r, graph, at));
    TRY(read_nodes(r, graph->n_node, graph->node, onnx_order_of(r->pool, graph->n_node, graph->node), at));
    TRY(read_outputs(r, graph, at));
    graph_compact(r->m, r->g);
    return model_verify(r->m, at);
}

/* What a free first dimension was taken as may be why a shape does not fit. */
static enum mote_status read_graph_and_say(struct build *r, const Onnx__GraphProto *graph, const struct frame *at)
{
    struct report_text failed = {.status = MOTE_OK};
    const struct frame root = {.index = -1, .sink = &failed};
    const enum mote_status status = read_graph(r, graph, &root);
    const char *assumed = onnx_of(r)->assumed;

    if (status == MOTE_OK)
        return MOTE_OK;
    if (status != MOTE_ERR_SHAPE || !assumed)
        return fail_again(at, &failed);
    return fail(at, status, "%.*s; dimension 0 of input '%s', which is free, was taken as 1: --shape says what it is",
                (int)failed.end, failed.text, assumed);
}

/* A TensorProto as tests save them beside models: dimensions, one by one, a type, then a name or data. */
static bool is_tensor(struct bytes file)
{
    size_t at = 0;
    int n = 0;

    for (; n < 16 && at < file.size && file.data[at] == 0x08; n++) {
        at++;
        while (at < file.size && file.data[at] & 0x80)
            at++;
        at++;
    }
    return n > 0 && at + 3 < file.size && file.data[at] == 0x10 && file.data[at + 1] >= 1 && file.data[at + 1] < 32 &&
           (file.data[at + 2] & 7) == 2;
}

enum mote_status onnx_import(struct pool *pool, const char *name, struct bytes file,
                             const struct import_options *options, struct model *out, struct import_missing *missing,
                             const struct frame *at)
{
    struct onnx o = {.options = options, .path = name};
    struct build r = {
        .pool = pool, .m = out, .limit = pool->used + IMPORT_MEMORY(file.size), .reader = &o, .bytes = true};
    struct faults faults = {.pool = pool};
    void *message;

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    if (file.size > FILE_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "larger than %d MiB", (int)(FILE_LIMIT >> 20));
    if (is_tensor(file))
        return fail(at, MOTE_ERR_FORMAT,
                    "one tensor (ONNX's TensorProto), as tests save inputs and outputs, and no model: give the .onnx");
    TRY(protobuf_decode(pool, r.limit - IMPORT_MEMORY(file.size) / 4, &onnx__model_proto__descriptor, file, &message,
                        at));
    o.file = message;
    o.opset = onnx_opset(o.file->n_opset_import, o.file->opset_import, 1);
    if (o.opset < 1)
        return fail(at, MOTE_ERR_VERSION, "opset %lld", (long long)o.opset);
    if (!o.file->graph || o.file->graph->n_node == 0)
        return fail(at, MOTE_ERR_FORMAT, "the file has no graph, or one without nodes");
    find_missing_in_file(&r, &faults);
    if (faults.n == 0)
        return read_graph_and_say(&r, o.file->graph, at);
    missing->what = faults_text(&faults);
    return MOTE_OK;
}

/* The first fields of a ModelProto, or of a tensor, which is told apart: no other format begins so. */
bool onnx_matches(struct bytes file)
{
    return is_tensor(file) || (file.size >= 4 && file.data[0] == 0x08 && file.data[1] >= 1 && file.data[1] <= 32);
}
