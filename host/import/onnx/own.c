/* SPDX-License-Identifier: Apache-2.0 */
/* Operators of the user's (host/graph/own.h): a node that names one that is loaded, in whatever domain. Its attributes
 * are its options, a line each: name=value, lists with commas between. */
#include "host/graph/own.h"

#include "host/import/onnx/ops.h"

bool onnx_is_own(const Onnx__NodeProto *node) { return own_find(node->op_type ? node->op_type : "") != NULL; }

/* Text that a line, or a list in it, can hold. */
static void add_string(struct build *r, struct text *t, const char *name, ProtobufCBinaryData s, bool in_list)
{
    const char *value = pool_printf(r->pool, "%.*s", (int)s.len, (const char *)s.data);

    if (strlen(value) != s.len || strchr(value, '\n') != NULL || (in_list && strchr(value, ',') != NULL))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "attribute %s has a line's end, a comma in a list, or no text",
                   printable(r->pool, name));
    text_add(t, "%s", value);
}

static void add_list(struct build *r, struct text *t, const char *name, const Onnx__AttributeProto *a)
{
    for (size_t i = 0; i < a->n_ints; i++)
        text_add(t, "%s%lld", i > 0 ? "," : "", (long long)a->ints[i]);
    for (size_t i = 0; i < a->n_floats; i++)
        text_add(t, "%s%.9g", i > 0 ? "," : "", (double)a->floats[i]);
    for (size_t i = 0; i < a->n_strings; i++) {
        text_add(t, "%s", i > 0 ? "," : "");
        add_string(r, t, name, a->strings[i], true);
    }
}

static void add_attribute(struct build *r, struct text *t, const char *name)
{
    const Onnx__AttributeProto *a = node_attr(r, name);

    if (a == NULL)
        return;
    if (a->t || a->g || a->n_tensors > 0 || a->n_graphs > 0 || a->sparse_tensor || a->n_sparse_tensors > 0) {
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "attribute %s is no number, no text and no list of these: what is a tensor can be an input",
                   printable(r->pool, name));
        return;
    }
    if (strpbrk(name, "=\n") != NULL)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "attribute %s: a name with = or a line's end in it",
                   printable(r->pool, name));
    text_add(t, "%s=", name);
    if (a->has_i)
        text_add(t, "%lld", (long long)a->i);
    else if (a->has_f)
        text_add(t, "%.9g", (double)a->f);
    else if (a->has_s)
        add_string(r, t, name, a->s, false);
    else
        add_list(r, t, name, a);
    text_add(t, "\n");
}

static int32_t add_bytes(struct build *r, const char *bytes)
{
    return add_const(r, TYPE_U8, 1, (int64_t[]){(int64_t)strlen(bytes)}, bytes);
}

static int32_t options_of(struct build *r, const Onnx__NodeProto *node)
{
    struct text t = {.pool = r->pool};

    for (size_t i = 0; i < node->n_attribute && has_room(r, 0); i++)
        if (node->attribute[i]->name)
            add_attribute(r, &t, node->attribute[i]->name);
    return t.s != NULL && r->status == MOTE_OK ? add_bytes(r, t.s) : TENSOR_ABSENT;
}

/* As the file says of that name among values or outputs; false: it does not. */
static bool type_among(struct build *r, size_t n, Onnx__ValueInfoProto *const *values, const char *name,
                       enum mote_type *type)
{
    for (size_t i = 0; i < n; i++) {
        const Onnx__TypeProto *t = values[i]->type;

        if (!values[i]->name || strcmp(values[i]->name, name) != 0 || !t ||
            t->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || t->tensor_type->elem_type == 0)
            continue;
        if (r->status == MOTE_OK)
            r->status = onnx_type(t->tensor_type->elem_type, type, r->at);
        return true;
    }
    return false;
}

/* The outputs' type: what the file says, else the first input's. */
static enum mote_type type_of(struct build *r, const Onnx__NodeProto *node)
{
    const Onnx__GraphProto *g = onnx_of(r)->file->graph;
    enum mote_type type = TYPE_NONE, of_all = TYPE_NONE;

    for (size_t i = 0; i < node->n_output; i++) {
        if (!type_among(r, g->n_value_info, g->value_info, node->output[i], &type) &&
            !type_among(r, g->n_output, g->output, node->output[i], &type))
            type = node_has(r, 0) ? tensor_at(r, onnx_of(r)->in[0])->type : TYPE_F32;
        if (i > 0 && type != of_all)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "its outputs are %s and %s: here they have one type", type_name(of_all),
                       type_name(type));
        of_all = type;
    }
    return of_all;
}

void onnx_own(struct build *r)
{
    const Onnx__NodeProto *node = onnx_of(r)->node;
    const int n = onnx_of(r)->n_in, n_out = (int)node->n_output;
    int32_t *in = pool_array(r->pool, (size_t)n + OWN_INPUTS, sizeof *in);
    int32_t *out = pool_array(r->pool, (size_t)n_out, sizeof *out);
    enum mote_type type;

    if (n_out == 0)
        build_fail(r, MOTE_ERR_FORMAT, "it has no outputs");
    in[OWN_NAME] = add_bytes(r, node->op_type);
    in[OWN_OPTIONS] = options_of(r, node);
    for (int i = 0; i < n; i++)
        in[OWN_INPUTS + i] = onnx_of(r)->in[i];
    type = type_of(r, node);
    if (r->status != MOTE_OK)
        return;
    emit_many(r, OP_OWN, NULL, type, n + OWN_INPUTS, in, n_out, out);
    for (int i = 0; i < n_out; i++)
        node_out(r, i, out[i]);
}
