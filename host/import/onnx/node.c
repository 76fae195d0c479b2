/* SPDX-License-Identifier: Apache-2.0 */
/* What a node has: inputs, outputs, attributes. */
#include "host/import/onnx/onnx.h"

/* ---- inputs and outputs ---- */
bool node_has(const struct build *r, int i)
{
    assert(i >= 0);
    return i < onnx_of(r)->n_in && onnx_of(r)->in[i] != TENSOR_ABSENT;
}

int32_t node_in(struct build *r, int i)
{
    if (node_has(r, i))
        return onnx_of(r)->in[i];
    build_fail(r, MOTE_ERR_FORMAT, "input %d is missing", i);
    return TENSOR_ABSENT;
}

int32_t node_in_or(struct build *r, int i, int32_t absent) { return node_has(r, i) ? onnx_of(r)->in[i] : absent; }

bool node_wants(const struct build *r, int i)
{
    return (size_t)i < onnx_of(r)->node->n_output && onnx_of(r)->node->output[i][0] != '\0';
}

void node_out(struct build *r, int i, int32_t tensor)
{
    const char *name = node_wants(r, i) ? onnx_of(r)->node->output[i] : NULL;
    struct tensor *t;

    if (r->status != MOTE_OK || name == NULL)
        return;
    assert(tensor >= 0 && tensor < r->g->n_tensors);
    if (names_get(&onnx_of(r)->values, name) != TENSOR_ABSENT) {
        build_fail(r, MOTE_ERR_FORMAT, "output %d, '%s', has been made before", i, printable(r->pool, name));
        return;
    }
    names_set(r->pool, &onnx_of(r)->values, name, tensor);
    t = &r->g->tensors[tensor];
    if (t->name[0] == '\0')
        t->name = printable(r->pool, name);
}

/* ---- by another operator's function ---- */
void node_replace(struct build *r, int32_t was, int32_t tensor)
{
    if (r->status != MOTE_OK || was == tensor)
        return;
    r->g->tensors[tensor].name = r->g->tensors[was].name;
    r->g->tensors[was].name = "";
    names_set(r->pool, &onnx_of(r)->values, onnx_of(r)->node->output[0], tensor);
}

int32_t node_compute(struct build *r, void (*function)(struct build *), int n, const int32_t *in)
{
    int32_t *own = onnx_of(r)->in;
    int n_own = onnx_of(r)->n_in;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    onnx_of(r)->in = pool_copy(r->pool, in, (size_t)n * sizeof *in);
    onnx_of(r)->n_in = n;
    function(r);
    onnx_of(r)->in = own;
    onnx_of(r)->n_in = n_own;
    return r->status == MOTE_OK && node_wants(r, 0) ? names_get(&onnx_of(r)->values, onnx_of(r)->node->output[0])
                                                    : TENSOR_ABSENT;
}

/* ---- attributes ---- */
static const Onnx__AttributeProto *attr_of(const Onnx__NodeProto *node, const char *name)
{
    for (size_t i = 0; i < node->n_attribute; i++)
        if (node->attribute[i]->name && strcmp(node->attribute[i]->name, name) == 0)
            return node->attribute[i];
    return NULL;
}

/* In a function's body an attribute may be one of the call. */
const Onnx__AttributeProto *node_attr(const struct build *r, const char *name)
{
    const Onnx__AttributeProto *a = attr_of(onnx_of(r)->node, name);
    const struct onnx_call *call = onnx_of(r)->call;

    for (; a && a->ref_attr_name && a->ref_attr_name[0] && call; call = call->outer)
        a = attr_of(call->node, a->ref_attr_name);
    return a;
}

int64_t node_int(struct build *r, const char *name, int64_t absent)
{
    const Onnx__AttributeProto *a = node_attr(r, name);

    if (a && !a->has_i)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s is no integer", name);
    return a && a->has_i ? saturate_s32(a->i) : absent;
}

enum mote_type node_type(struct build *r, const char *name, enum mote_type absent)
{
    enum mote_type type = absent;
    int32_t code = (int32_t)node_int(r, name, 0);

    if (node_attr(r, name) && r->status == MOTE_OK)
        r->status = onnx_type(code, &type, r->at);
    return type;
}

float node_float(struct build *r, const char *name, float absent)
{
    const Onnx__AttributeProto *a = node_attr(r, name);

    if (a && !a->has_f)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s is no float", name);
    return a && a->has_f ? a->f : absent;
}

const char *node_string(struct build *r, const char *name, const char *absent)
{
    const Onnx__AttributeProto *a = node_attr(r, name);

    if (a && !a->has_s)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s is no string", name);
    return a && a->has_s ? pool_printf(r->pool, "%.*s", (int)a->s.len, (const char *)a->s.data) : absent;
}

void node_ints(struct build *r, const char *name, int most, int *n, int64_t *values)
{
    const Onnx__AttributeProto *a = node_attr(r, name);

    *n = -1;
    if (!a)
        return;
    if (a->n_ints > (size_t)most) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "attribute %s has %zu numbers; %d are the most", name, a->n_ints, most);
        return;
    }
    *n = (int)a->n_ints;
    for (int i = 0; i < *n; i++)
        values[i] = saturate_s32(a->ints[i]);
}

/* A list that node_floats() or node_strings() has: NULL without it, or where it is longer than `most`. */
static const Onnx__AttributeProto *list_of(struct build *r, const char *name, int most, int *n)
{
    const Onnx__AttributeProto *a = node_attr(r, name);
    size_t length = a ? a->n_floats + a->n_strings : 0;

    *n = 0;
    if (length > (size_t)most) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "attribute %s has %zu values; %d are the most", name, length, most);
        return NULL;
    }
    *n = (int)length;
    return a;
}

void node_floats(struct build *r, const char *name, int most, int *n, float *values)
{
    const Onnx__AttributeProto *a = list_of(r, name, most, n);

    if (a && a->n_strings > 0)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s has strings, not floats", name);
    for (int i = 0; i < *n && r->status == MOTE_OK; i++)
        values[i] = a->floats[i];
}

void node_strings(struct build *r, const char *name, int most, int *n, const char **values)
{
    const Onnx__AttributeProto *a = list_of(r, name, most, n);

    if (a && a->n_floats > 0)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s has floats, not strings", name);
    for (int i = 0; i < *n && r->status == MOTE_OK; i++)
        values[i] = pool_printf(r->pool, "%.*s", (int)a->strings[i].len, (const char *)a->strings[i].data);
}

void node_list(struct build *r, const char *attribute, int i, int most, int *n, int64_t *values)
{
    if (node_has(r, i))
        const_ints(r, onnx_of(r)->in[i], attribute, most, n, values);
    else
        node_ints(r, attribute, most, n, values);
}
