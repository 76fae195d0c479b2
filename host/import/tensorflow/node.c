/* SPDX-License-Identifier: Apache-2.0 */
/* What a node has: inputs, outputs, attributes. */
#include "host/import/tensorflow/tensorflow.h"

static struct tf_node *node_of(const struct build *r) { return &tf_of(r)->nodes[tf_of(r)->index]; }

const char *tf_op_name(const struct build *r) { return node_of(r)->def->op; }

/* ---- inputs and outputs ---- */
int tf_inputs(const struct build *r) { return node_of(r)->n_in; }

bool tf_has(const struct build *r, int i) { return i < node_of(r)->n_in; }

int32_t tf_in(struct build *r, int i)
{
    assert(i >= 0);
    if (tf_has(r, i))
        return tf_of(r)->in[i];
    build_fail(r, MOTE_ERR_FORMAT, "input %d is missing", i);
    return TENSOR_ABSENT;
}

int64_t tf_number(struct build *r, int i, const char *what)
{
    int64_t value = 0;
    int n;

    const_ints(r, tf_in(r, i), what, 1, &n, &value);
    if (r->status == MOTE_OK && n != 1)
        build_fail(r, MOTE_ERR_SHAPE, "%s is no single number", what);
    return r->status == MOTE_OK ? value : 0;
}

/* Outputs that nobody reads are nothing. */
void tf_out(struct build *r, int i, int32_t tensor)
{
    struct tf_node *node = node_of(r);
    struct tensor *t;

    assert(i >= 0);
    if (r->status != MOTE_OK || i >= node->n_out)
        return;
    node->out[i] = tensor;
    if (tensor < 0)
        return;
    t = &r->g->tensors[tensor];
    if (t->name[0] == '\0')
        t->name = printable(r->pool, i == 0 ? node->def->name : pool_printf(r->pool, "%s:%d", node->def->name, i));
}

/* ---- attributes ---- */
const Tf__AttrValue *tf_attr(const struct build *r, const char *name)
{
    const Tf__NodeDef *def = node_of(r)->def;

    for (size_t i = 0; i < def->n_attr; i++)
        if (strcmp(def->attr[i]->key, name) == 0)
            return def->attr[i]->value;
    return NULL;
}

/* The attribute, which must be of the kind; NULL without it. */
static const Tf__AttrValue *attr_of_kind(struct build *r, const char *name, Tf__AttrValue__ValueCase kind,
                                         const char *what)
{
    const Tf__AttrValue *a = tf_attr(r, name);

    if (a && a->value_case != kind)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s is no %s", name, what);
    return a && a->value_case == kind ? a : NULL;
}

int64_t tf_int(struct build *r, const char *name, int64_t absent)
{
    const Tf__AttrValue *a = attr_of_kind(r, name, TF__ATTR_VALUE__VALUE_I, "integer");

    return a ? a->i : absent;
}

float tf_float(struct build *r, const char *name, float absent)
{
    const Tf__AttrValue *a = attr_of_kind(r, name, TF__ATTR_VALUE__VALUE_F, "float");

    return a ? a->f : absent;
}

bool tf_bool(struct build *r, const char *name, bool absent)
{
    const Tf__AttrValue *a = attr_of_kind(r, name, TF__ATTR_VALUE__VALUE_B, "bool");

    return a ? a->b != 0 : absent;
}

const char *tf_string(struct build *r, const char *name, const char *absent)
{
    const Tf__AttrValue *a = attr_of_kind(r, name, TF__ATTR_VALUE__VALUE_S, "string");

    return a ? pool_printf(r->pool, "%.*s", a->s.len < 1024 ? (int)a->s.len : 1024, (const char *)a->s.data) : absent;
}

enum mote_type tf_type(struct build *r, const char *name, enum mote_type absent)
{
    const Tf__AttrValue *a = attr_of_kind(r, name, TF__ATTR_VALUE__VALUE_TYPE, "type");
    enum mote_type type = absent;

    if (a && r->status == MOTE_OK)
        r->status = tf_type_of(a->type, &type, r->at);
    return type;
}

void tf_ints(struct build *r, const char *name, int most, int *n, int64_t *values)
{
    const Tf__AttrValue *a = attr_of_kind(r, name, TF__ATTR_VALUE__VALUE_LIST, "list");

    *n = -1;
    if (!a)
        return;
    if (a->list->n_i > (size_t)most) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "attribute %s has %zu numbers; %d are the most", name, a->list->n_i, most);
        return;
    }
    *n = (int)a->list->n_i;
    for (int i = 0; i < *n; i++)
        values[i] = a->list->i[i];
}

bool tf_planes(struct build *r)
{
    const char *format = tf_string(r, "data_format", "NHWC");

    if (strcmp(format, "NHWC") != 0 && strcmp(format, "NCHW") != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "data_format is '%s', neither NHWC nor NCHW", printable(r->pool, format));
    return strcmp(format, "NCHW") == 0;
}

/* ---- constants that several nodes read ---- */
int32_t tf_turned(struct build *r, int32_t x)
{
    struct tf *tf = tf_of(r);
    int32_t turned;

    for (int32_t i = 0; i < tf->n_turned; i++)
        if (tf->turned[2 * i] == x)
            return tf->turned[2 * i + 1];
    turned = transpose_move(r, x, 1, 0);
    if (r->status != MOTE_OK || !is_const(r, x))
        return turned;
    tf->turned = pool_grow(r->pool, tf->turned, (size_t)tf->n_turned, 2 * sizeof *tf->turned);
    tf->turned[2 * tf->n_turned] = x;
    tf->turned[2 * tf->n_turned++ + 1] = turned;
    return turned;
}
