/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders that tell training from inference: conditions that only decide branches, and how much a dropout keeps.
 * A model for inference has no such inputs, so that they are what inference gives them. */
#include "host/import/tensorflow/ops.h"

enum { UNKNOWN = -1 };

static bool is_among(const char *op, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(op, names[i]) == 0)
            return true;
    return false;
}

#define IS(op, ...) is_among(op, (const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})))

/* ---- dropout: floor(keep + u) and u >= rate, of random u ---- */
/* The placeholder whose number comes in at s, or 1 less that number. */
static int32_t placeholder_of(const struct tf *tf, struct tf_source s, bool *less)
{
    *less = false;
    for (int32_t steps = 0; s.node != NAME_ABSENT && steps < tf->n; steps++) {
        const struct tf_node *node = &tf->nodes[s.node];
        const char *op = node->def->op;

        if (strcmp(op, "Placeholder") == 0)
            return s.node;
        if (strcmp(op, "Sub") == 0 && node->n_in == 2)
            *less = !*less;
        else if (!IS(op, "Identity", "Switch") || node->n_in < 1)
            return NAME_ABSENT;
        s = node->from[strcmp(op, "Sub") == 0 ? 1 : 0];
    }
    return NAME_ABSENT;
}

/* It may be a single number: the file says no other shape of it. */
static bool may_be_number(struct build *r, int32_t node)
{
    const Tf__AttrValue *a;

    tf_of(r)->index = node;
    a = tf_attr(r, "shape");
    return !a || a->value_case != TF__ATTR_VALUE__VALUE_SHAPE || a->shape->unknown_rank || a->shape->n_dim == 0;
}

static void find_kept(struct build *r, int8_t *values)
{
    const struct tf *tf = tf_of(r);
    bool *random = pool_array(r->pool, (size_t)tf->n, sizeof *random);

    for (int32_t i = 0; i < tf->n_order; i++) {
        const struct tf_node *node = &tf->nodes[tf->order[i]];
        const char *op = node->def->op;
        int from = -1;

        for (int k = 0; k < node->n_in && k < 2; k++)
            from = random[node->from[k].node] ? k : from;
        random[tf->order[i]] =
            strcmp(op, "RandomUniform") == 0 || (from >= 0 && IS(op, "Identity", "Add", "AddV2", "Mul"));
        if (from >= 0 && node->n_in == 2 && IS(op, "Add", "AddV2", "GreaterEqual")) {
            bool less;
            const int32_t placeholder = placeholder_of(tf, node->from[1 - from], &less);

            if (placeholder != NAME_ABSENT && may_be_number(r, placeholder))
                values[placeholder] = (strcmp(op, "GreaterEqual") == 0) == less;
        }
    }
}

/* ---- conditions ---- */
static bool is_bool(struct build *r, int32_t node)
{
    tf_of(r)->index = node;
    return strcmp(tf_of(r)->nodes[node].def->op, "Placeholder") == 0 && tf_type(r, "dtype", TYPE_F32) == TYPE_BOOL;
}

/* Read by the conditions of Switch alone, through whatever hands them on. */
static void find_conditions(struct build *r, int8_t *values)
{
    const struct tf *tf = tf_of(r);
    bool *only = pool_array(r->pool, (size_t)tf->n, sizeof *only), *read = pool_array(r->pool, (size_t)tf->n, 1);

    for (int32_t i = 0; i < tf->n; i++)
        only[i] = true;
    for (int32_t i = tf->n_order - 1; i >= 0; i--) { /* from the readers to what they read */
        const int32_t index = tf->order[i];
        const struct tf_node *node = &tf->nodes[index];
        const char *op = node->def->op;

        for (int k = 0; k < node->n_in; k++) {
            const bool decides = strcmp(op, "Switch") == 0 && k == 1;

            read[node->from[k].node] = true;
            only[node->from[k].node] &= decides || (only[index] && IS(op, "Identity", "LogicalNot", "Switch"));
        }
        if (read[index] && only[index] && is_bool(r, index))
            values[index] = 0;
    }
}

void tf_settle_training(struct build *r)
{
    struct tf *tf = tf_of(r);
    int8_t *values = pool_array(r->pool, (size_t)tf->n, sizeof *values);
    struct text t = {.pool = r->pool};

    memset(values, UNKNOWN, (size_t)tf->n);
    find_kept(r, values);
    find_conditions(r, values);
    for (int32_t i = 0; i < tf->n; i++) {
        const bool is = values[i] == 1, condition = values[i] != UNKNOWN && is_bool(r, i);

        if (values[i] == UNKNOWN || import_shape_of(tf->options, tf->nodes[i].def->name))
            continue;
        tf->nodes[i].out[0] =
            condition ? add_const(r, TYPE_BOOL, 0, NULL, pool_copy(r->pool, &is, 1)) : add_float(r, values[i]);
        text_add(&t, "%s'%s' is %s", t.s ? ", " : "inputs that tell training from inference are left out: ",
                 printable(r->pool, tf->nodes[i].def->name),
                 condition ? "false"
                 : is      ? "1"
                           : "0");
    }
    r->m->remarks = t.s;
}
