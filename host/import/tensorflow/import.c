/* SPDX-License-Identifier: Apache-2.0 */
/* From a frozen GraphDef's bytes to a model: which nodes are wanted, inputs, then node by node. */
#include "host/import/tensorflow/ops.h"

/* ---- ends of the graph ---- */
static bool begins_with_one(const char *op, size_t n, const char *const *begins)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(op, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

#define BEGINS(op, ...)                                                                                                \
    begins_with_one(op, COUNT(((const char *const[]){__VA_ARGS__})), (const char *const[]){__VA_ARGS__})

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), length = strlen(end);

    return n >= length && strcmp(text + n - length, end) == 0;
}

/* What it reads becomes a variable's number, which is no output. */
static bool sets_variables(const char *op) { return BEGINS(op, "Assign", "Apply", "ResourceApply", "SparseApply"); }

/* What training and saving leave behind: nobody wants it as an output. */
static bool is_leftover(const Tf__NodeDef *def)
{
    static const char *const names[] = {"Const", "Placeholder", "PlaceholderWithDefault", "NoOp", "Assert"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(def->op, names[i]) == 0)
            return true;
    return sets_variables(def->op) || BEGINS(def->op, "Save", "Restore", "MergeV2Checkpoints", "ShardedFilename") ||
           ends_with(def->op, "Summary") || strstr(def->name, "gradients/") != NULL || BEGINS(def->name, "save/");
}

/* Outputs of the model: values of nodes. */
struct ends {
    struct tf_source *list;
    int32_t n;
    bool named; /* by --to */
};

static void add_end(struct build *r, struct ends *e, struct tf_source s)
{
    e->list = pool_grow(r->pool, e->list, (size_t)e->n, sizeof *e->list);
    e->list[e->n++] = s;
}

/* Nodes that nobody reads. */
static void find_unread(struct build *r, struct ends *e)
{
    const struct tf *tf = tf_of(r);
    bool *read = pool_array(r->pool, (size_t)tf->n, sizeof *read);

    for (int32_t i = 0; i < tf->n; i++)
        for (int k = 0; k < tf->nodes[i].n_in; k++)
            if (tf->nodes[i].from[k].node != NAME_ABSENT &&
                (!is_leftover(tf->nodes[i].def) || sets_variables(tf->nodes[i].def->op)))
                read[tf->nodes[i].from[k].node] = true;
    for (int32_t i = 0; i < tf->n; i++)
        if (!read[i] && !is_leftover(tf->nodes[i].def))
            add_end(r, e, (struct tf_source){i, 0});
}

static enum mote_status find_named(struct build *r, const char *option, const char *name, struct tf_source *s,
                                   const struct frame *at)
{
    const struct tf *tf = tf_of(r);
    struct nearest near = {.word = name};

    *s = tf_find(r, name);
    for (int32_t i = 0; s->node == NAME_ABSENT && i < tf->n; i++)
        nearest_try(&near, tf->nodes[i].def->name);
    if (s->node == NAME_ABSENT)
        return fail(at, MOTE_ERR_USAGE, "%s: no node is called '%s'%s%s", option, printable(r->pool, name),
                    near.found ? "; there is " : "", near.found ? printable(r->pool, near.found) : "");
    return MOTE_OK;
}

static enum mote_status find_ends(struct build *r, struct ends *e, const struct frame *at)
{
    const struct import_options *o = tf_of(r)->options;
    struct tf_source s;

    for (size_t i = 0; o && o->to && o->to[i]; i++) {
        struct tf_node *node;

        TRY(find_named(r, "--to", o->to[i], &s, at));
        node = &tf_of(r)->nodes[s.node];
        if (s.output >= node->n_out)
            return fail(at, MOTE_ERR_USAGE, "--to: nobody reads output %d of '%s'", (int)s.output,
                        printable(r->pool, node->def->name));
        add_end(r, e, s);
        e->named = true;
    }
    if (e->n == 0)
        find_unread(r, e);
    return e->n > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "the graph has no node that is an output");
}

static enum mote_status cut_at(struct build *r, struct tf_source s)
{
    struct tf_node *node = &tf_of(r)->nodes[s.node];

    if (!node->cut && has_room(r, node->n_out))
        node->cut = pool_array(r->pool, (size_t)node->n_out, sizeof *node->cut);
    if (node->cut)
        node->cut[s.output] = true;
    return r->status;
}

static enum mote_status read_cuts(struct build *r, const struct frame *at)
{
    const struct import_options *o = tf_of(r)->options;
    struct tf_source s;

    for (size_t i = 0; o && o->from && o->from[i]; i++) {
        TRY(find_named(r, "--from", o->from[i], &s, at));
        if (s.output >= tf_of(r)->nodes[s.node].n_out)
            return fail(at, MOTE_ERR_USAGE, "--from: no node reads '%s'", printable(r->pool, o->from[i]));
        TRY(cut_at(r, s));
    }
    return MOTE_OK;
}

/* ---- what is missing ---- */
static bool is_variable(const char *op)
{
    return strcmp(op, "VarHandleOp") == 0 || strcmp(op, "ReadVariableOp") == 0 || strcmp(op, "VariableV2") == 0 ||
           strcmp(op, "Variable") == 0;
}

static bool is_call(const char *op)
{
    return strcmp(op, "PartitionedCall") == 0 || strcmp(op, "StatefulPartitionedCall") == 0;
}

static bool is_training(const Tf__NodeDef *def)
{
    return strstr(def->name, "gradients/") != NULL || sets_variables(def->op) || ends_with(def->op, "Grad");
}

static bool brings_samples(const char *op)
{
    return BEGINS(op, "Iterator", "ParseExample", "ParseSingleExample", "QueueDequeue", "FIFOQueue",
                  "RandomShuffleQueue", "ReaderRead", "TFRecord");
}

static void miss(struct build *r, struct faults *missing, int32_t index)
{
    const char *op = tf_of(r)->nodes[index].def->op, *near = tf_op_nearest(op);
    struct report_text failed = {.status = MOTE_OK};
    const struct frame root = {.index = -1, .sink = &failed}, here = tf_frame(r, index, &root);
    enum mote_status status;

    if (is_variable(op))
        status = fail(&here, MOTE_ERR_UNSUPPORTED,
                      "a variable, whose numbers are in other files; freeze the graph, so that they are constants");
    else if (is_call(op))
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "a call of a function; freeze the graph with functions inlined");
    else if (is_training(tf_of(r)->nodes[index].def))
        status = fail(&here, MOTE_ERR_UNSUPPORTED,
                      "a node of training; --to NODE says which node before it is the output that is wanted");
    else if (brings_samples(op))
        status = fail(&here, MOTE_ERR_UNSUPPORTED,
                      "it reads samples from files; --from NODE says which node behind it is the input");
    else
        status = fail(&here, MOTE_ERR_UNSUPPORTED, "an operator that Mote does not have%s%s", near ? "; it has " : "",
                      near ? near : "");
    if (status != MOTE_OK)
        faults_add(missing, printable(r->pool, op), &failed);
}

static void find_missing(struct build *r, struct faults *missing)
{
    const struct tf *tf = tf_of(r);

    for (int32_t i = 0; i < tf->n_order; i++)
        if (!tf->nodes[tf->order[i]].op)
            miss(r, missing, tf->order[i]);
}

/* ---- inputs ---- */
#define NEEDED (-3) /* an output that becomes an input */

static enum mote_status read_graph(struct build *r, const struct frame *at);

/* What audio nodes make follows from their attributes: frames of a clip, and features of each. */
static void audio_shape(struct build *r, int32_t index, int depth, struct tensor *out)
{
    struct tf *tf = tf_of(r);
    const struct tf_node *node = &tf->nodes[index];
    struct tensor from = {.dims = {DIM_UNKNOWN, 1, DIM_UNKNOWN}};
    int64_t window, stride, bins = 1;

    if (depth > 0 && node->n_in > 0 && node->from[0].node != NAME_ABSENT && tf_is_audio(&tf->nodes[node->from[0].node]))
        audio_shape(r, node->from[0].node, depth - 1, &from);
    tf->index = index;
    *out = (struct tensor){.name = "", .type = TYPE_F32, .source = -1, .rank = 3};
    if (strcmp(node->def->op, "DecodeWav") == 0) {
        out->rank = 2;
        out->dims[0] = tf_int(r, "desired_samples", DIM_UNKNOWN);
        out->dims[1] = tf_int(r, "desired_channels", 1);
    } else if (strcmp(node->def->op, "AudioSpectrogram") == 0) {
        window = tf_int(r, "window_size", 1), stride = tf_int(r, "stride", 1);
        while (bins < window && bins < INT32_MAX)
            bins *= 2;
        out->dims[0] = from.dims[1];
        out->dims[1] =
            stride > 0 && window > 0 && from.dims[0] >= window ? 1 + (from.dims[0] - window) / stride : DIM_UNKNOWN;
        out->dims[2] = bins / 2 + 1;
    } else {
        out->dims[0] = from.dims[0], out->dims[1] = from.dims[1];
        out->dims[2] = tf_int(r, "dct_coefficient_count", 13);
    }
    for (int d = 0; d < out->rank; d++)
        if (out->dims[d] < 1 || out->dims[d] > INT32_MAX)
            out->dims[d] = DIM_UNKNOWN;
}

/* What a node before a cut makes, by reading the graph as far as there; false: that does not go. */
static bool find_shape(struct build *r, const char *value, struct tensor *out)
{
    struct report_text lost = {.status = MOTE_OK};
    const struct frame nowhere = {.index = -1, .sink = &lost};
    struct model m = {.pool = r->pool, .preprocess = {.kind = "none", .channels = ""}};
    const struct import_options to = {.to = (const char *const[]){value, NULL}};
    struct tf tf = {.file = tf_of(r)->file, .options = &to};
    struct build before = {.pool = r->pool, .m = &m, .limit = r->limit, .reader = &tf, .at = &nowhere};

    if (read_graph(&before, &nowhere) != MOTE_OK || tf.missing.n > 0)
        return false;
    *out = before.g->tensors[before.g->outputs[0]];
    *out = (struct tensor){.name = "", .type = out->type, .rank = out->rank, .source = -1};
    memcpy(out->dims, before.g->tensors[before.g->outputs[0]].dims, sizeof out->dims);
    return true;
}

/* A Placeholder's shape; false: the file does not say it. Old files' scalars are tensors of which nothing is known. */
static enum mote_status placeholder_shape(struct build *r, struct tensor *out, bool *known, const struct frame *at)
{
    enum { SCALARS_KNOWN = 24 }; /* the producer's version from which on they are scalars */
    const Tf__AttrValue *a = tf_attr(r, "shape");
    const Tf__VersionDef *versions = tf_of(r)->file->versions;
    const bool has = a && a->value_case == TF__ATTR_VALUE__VALUE_SHAPE && !a->shape->unknown_rank;

    *out = (struct tensor){.name = "", .type = tf_type(r, "dtype", TYPE_F32), .source = -1};
    TRY(r->status);
    if (has)
        TRY(tf_read_shape(a->shape, out, at));
    *known = has && (out->rank > 0 || (versions && versions->producer >= SCALARS_KNOWN));
    return MOTE_OK;
}

/* What a product by constant weights wants, where the file says nothing of its input; false: nobody reads it so. */
static bool shape_of_product(struct build *r, struct tf_source s, struct tensor *out)
{
    struct tf *tf = tf_of(r);

    for (int32_t i = 0; i < tf->n_order; i++) {
        const int32_t reader = tf->order[i];
        const struct tf_node *node = &tf->nodes[reader];
        struct tf_source weights;
        const Tf__AttrValue *value;

        if (strcmp(node->def->op, "MatMul") != 0 || node->n_in != 2 || node->from[0].node != s.node ||
            node->from[0].output != s.output)
            continue;
        weights = node->from[1];
        if (strcmp(tf->nodes[weights.node].def->op, "Identity") == 0 && tf->nodes[weights.node].n_in == 1)
            weights = tf->nodes[weights.node].from[0];
        if (weights.node == NAME_ABSENT) /* of what a cut leaves out */
            continue;
        tf->index = weights.node;
        value = tf_attr(r, "value");
        if (!value || value->value_case != TF__ATTR_VALUE__VALUE_TENSOR || !value->tensor->tensor_shape ||
            value->tensor->tensor_shape->n_dim != 2)
            continue;
        tf->index = reader;
        out->rank = 2;
        out->dims[0] = DIM_UNKNOWN;
        out->dims[1] = value->tensor->tensor_shape->dim[tf_bool(r, "transpose_b", false)]->size;
        if (!tf_bool(r, "transpose_a", false) && out->dims[1] >= 1 && out->dims[1] <= INT32_MAX)
            return r->status == MOTE_OK;
    }
    return false;
}

static enum mote_status find_input(struct build *r, struct tf_source s, const char *name, struct tensor *out,
                                   const struct frame *at)
{
    const struct import_shape *given = import_shape_of(tf_of(r)->options, name);
    const struct tf_node *node = &tf_of(r)->nodes[s.node];
    bool known = true;

    tf_of(r)->index = s.node;
    if (tf_is_audio(node))
        audio_shape(r, s.node, 2, out);
    else if (strcmp(node->def->op, "Placeholder") == 0)
        TRY(placeholder_shape(r, out, &known, at));
    else
        known = find_shape(r, name, out);
    if (known)
        return r->status;
    out->type = out->type == TYPE_NONE ? TYPE_F32 : out->type;
    if (!given)
        return shape_of_product(r, s, out)
                   ? r->status
                   : fail(at, MOTE_ERR_SHAPE, "the file does not say its shape; say it, as by --shape %s=1,49,10",
                          name);
    out->rank = given->rank;
    for (int d = 0; d < given->rank; d++)
        out->dims[d] = DIM_UNKNOWN;
    return r->status;
}

static enum mote_status add_input(struct build *r, struct tf_source s, const struct frame *at)
{
    struct tf_node *node = &tf_of(r)->nodes[s.node];
    const char *name =
        printable(r->pool, s.output == 0 ? node->def->name : pool_printf(r->pool, "%s:%d", node->def->name, s.output));
    const struct frame here = tf_frame(r, s.node, at);
    struct tensor t = {.name = "", .source = -1};

    r->at = &here;
    TRY(find_input(r, s, name, &t, &here));
    r->at = at;
    t.name = name;
    node->out[s.output] = graph_add_tensor(r->m, r->g, &t);
    r->g->inputs = pool_grow(r->pool, r->g->inputs, (size_t)r->g->n_inputs, sizeof *r->g->inputs);
    r->g->inputs[r->g->n_inputs++] = node->out[s.output];
    return MOTE_OK;
}

/* "DecodeWav, AudioSpectrogram, Mfcc: …" where the graph has been cut behind such nodes. */
static void remark_audio(struct build *r)
{
    const struct tf *tf = tf_of(r);
    struct text t = {.pool = r->pool};
    char shape[96];
    int inputs = 0;

    for (int32_t i = 0; i < tf->n; i++)
        if (tf_is_audio(&tf->nodes[i]))
            text_add(&t, "%s%s", t.s ? ", " : "the graph begins with audio nodes (", tf->nodes[i].def->op);
    for (int32_t i = 0; i < tf->n; i++)
        for (int k = 0; k < tf->nodes[i].n_out && tf_is_audio(&tf->nodes[i]); k++)
            if (tf->nodes[i].out[k] >= 0)
                text_add(&t, "%s what '%s' makes, %s", inputs++ == 0 ? "), which are left out: its input is" : ", and",
                         printable(r->pool, tf->nodes[i].def->name),
                         shape_text(tensor_at(r, tf->nodes[i].out[k]), shape));
    if (inputs > 0)
        r->m->remarks = r->m->remarks ? pool_printf(r->pool, "%s\n%s", t.s, r->m->remarks) : t.s;
}

static enum mote_status check_cuts(struct build *r, const struct frame *at)
{
    const struct import_options *o = tf_of(r)->options;

    for (size_t i = 0; o && o->from && o->from[i]; i++) {
        const struct tf_source s = tf_find(r, o->from[i]);

        if (tf_of(r)->nodes[s.node].out[s.output] != NEEDED)
            return fail(at, MOTE_ERR_USAGE, "--from: no node between '%s' and the outputs reads it",
                        printable(r->pool, o->from[i]));
    }
    return MOTE_OK;
}

/* Placeholders, and what is read across a cut, in the file's order. */
static enum mote_status read_inputs(struct build *r, const struct frame *at)
{
    struct tf *tf = tf_of(r);

    tf_settle_training(r);
    for (int32_t i = 0; i < tf->n_order; i++) {
        struct tf_node *node = &tf->nodes[tf->order[i]];

        if (strcmp(node->def->op, "Placeholder") == 0 && node->out[0] < 0)
            node->out[0] = NEEDED;
        for (int k = 0; k < node->n_in; k++)
            if (tf_is_cut(tf, node, node->from[k]))
                tf->nodes[node->from[k].node].out[node->from[k].output] = NEEDED;
    }
    TRY(check_cuts(r, at));
    for (int32_t i = 0; i < tf->n; i++)
        for (int k = 0; k < tf->nodes[i].n_out; k++)
            if (tf->nodes[i].out[k] == NEEDED)
                TRY(add_input(r, (struct tf_source){i, k}, at));
    TRY(import_set_shapes(r->m, tf->options, at));
    for (int32_t i = 0; i < r->g->n_inputs; i++)
        import_assume_batch(&r->g->tensors[r->g->inputs[i]]);
    TRY(import_want_shapes(r->m, at));
    for (int32_t i = 0; i < r->g->n_inputs; i++)
        TRY(build_check_size(&r->g->tensors[r->g->inputs[i]], at));
    remark_audio(r);
    return MOTE_OK;
}

/* ---- outputs ---- */
static enum mote_status read_outputs(struct build *r, const struct ends *e, const struct frame *at)
{
    const struct tf *tf = tf_of(r);

    r->g->outputs = pool_array(r->pool, (size_t)e->n, sizeof *r->g->outputs);
    for (int32_t i = 0; i < e->n; i++) {
        const struct tf_node *node = &tf->nodes[e->list[i].node];
        const int32_t tensor = node->out[e->list[i].output];

        if (tensor < 0 && !e->named)
            continue; /* a constant condition does not go there, or it makes nothing */
        if (tensor < 0)
            return fail(at, MOTE_ERR_USAGE, "--to: '%s' makes nothing", printable(r->pool, node->def->name));
        if (is_const(r, tensor) && !e->named)
            continue;
        if (tensor_elements(tensor_at(r, tensor)) == 0)
            return fail(at, MOTE_ERR_SHAPE, "output '%s' has no elements", printable(r->pool, node->def->name));
        r->g->outputs[r->g->n_outputs++] = build_output(r, tensor, node->def->name);
    }
    return r->g->n_outputs > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "all outputs of the graph are constants");
}

/* ---- the file ---- */
static enum mote_status want_ends(struct build *r, const struct ends *e, const struct frame *at)
{
    int32_t *wanted = pool_array(r->pool, (size_t)e->n, sizeof *wanted), n = 0;

    for (int32_t i = 0; i < e->n; i++) {
        const struct tf_node *node = &tf_of(r)->nodes[e->list[i].node];

        if (!node->cut || !node->cut[e->list[i].output])
            wanted[n++] = e->list[i].node;
    }
    return tf_want(r, n, wanted, at);
}

static enum mote_status run_all(struct build *r, const struct frame *at)
{
    const struct tf *tf = tf_of(r);

    for (int32_t i = 0; i < tf->n_units && r->status == MOTE_OK; i++)
        if (tf->units[i] < tf->n)
            tf_run(r, tf->units[i], at);
        else
            tf_run_loop(r, tf->units[i] - tf->n + 1, at);
    return r->status;
}

/* Where operators are missing, the model has no graph. */
static enum mote_status read_graph(struct build *r, const struct frame *at)
{
    struct ends ends = {.n = 0};

    r->g = model_add_graph(r->m, "main");
    tf_of(r)->missing.pool = r->pool;
    TRY(tf_index(r, at));
    TRY(read_cuts(r, at));
    TRY(find_ends(r, &ends, at));
    TRY(want_ends(r, &ends, at));
    find_missing(r, &tf_of(r)->missing);
    if (tf_of(r)->missing.n > 0)
        return MOTE_OK;
    TRY(read_inputs(r, at));
    TRY(run_all(r, at));
    return read_outputs(r, &ends, at);
}

static bool begins(struct bytes file, const char *text)
{
    return file.size >= strlen(text) && memcmp(file.data, text, strlen(text)) == 0;
}

/* Its first field is its version, 1; the second one a message, whose first field is one, too. */
static bool is_saved_model(struct bytes file)
{
    size_t at = 3;

    if (file.size < 8 || file.data[0] != 0x08 || file.data[1] != 1 || file.data[2] != 0x12)
        return false;
    while (at < 8 && at + 1 < file.size && file.data[at] & 0x80)
        at++;
    return at + 1 < file.size && file.data[at + 1] == 0x0a;
}

static bool is_text(struct bytes file) { return begins(file, "node {") || begins(file, "node{"); }

static enum mote_status refuse(struct bytes file, const struct frame *at)
{
    if (is_saved_model(file))
        return fail(
            at, MOTE_ERR_FORMAT,
            "a saved model: its graph, but no weights, which are in the folder 'variables' beside it; freeze it "
            "to a GraphDef, or convert its folder to a .tflite");
    return fail(at, MOTE_ERR_FORMAT, "a GraphDef as text; write it in binary (as_text=False)");
}

enum mote_status tensorflow_import(struct pool *pool, const char *name, struct bytes file,
                                   const struct import_options *options, struct model *out,
                                   struct import_missing *missing, const struct frame *at)
{
    struct tf tf = {.options = options};
    struct build r = {.pool = pool, .m = out, .limit = pool->used + IMPORT_MEMORY(file.size), .reader = &tf, .at = at};
    void *message;

    *missing = (struct import_missing){MOTE_ERR_UNSUPPORTED, NULL};
    *out = (struct model){.pool = pool, .preprocess = {.kind = "none", .channels = ""}};
    out->name = model_name_from(pool, name);
    if (is_saved_model(file) || is_text(file))
        return refuse(file, at);
    if (file.size > FILE_LIMIT)
        return fail(at, MOTE_ERR_MEMORY, "larger than %d MiB", (int)(FILE_LIMIT >> 20));
    TRY(protobuf_decode(pool, r.limit - IMPORT_MEMORY(file.size) / 4, &tf__graph_def__descriptor, file, &message, at));
    tf.file = message;
    if (tf.file->n_node == 0)
        return fail(at, MOTE_ERR_FORMAT, "the file has no nodes");
    TRY(read_graph(&r, at));
    if (tf.missing.n > 0) {
        missing->what = faults_text(&tf.missing);
        out->n_graphs = 0;
        return MOTE_OK;
    }
    graph_compact(out, r.g);
    return model_verify(out, at);
}

/* A node, which begins with its name or operator, as nothing else does; or what is told apart to be refused. */
bool tensorflow_matches(struct bytes file)
{
    size_t at = 1;

    if (is_saved_model(file) || is_text(file))
        return true;
    if (file.size < 8 || file.data[0] != 0x0a)
        return false;
    while (at < 6 && file.data[at] & 0x80)
        at++;
    return at + 1 < file.size && (file.data[at + 1] == 0x0a || file.data[at + 1] == 0x12);
}
