/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes are wanted, and in which order they can run. Nodes of a loop run together: they are one unit, which wants
 * all that they read from outside. What goes back to the loop's beginning is no edge of the order. */
#include <stdlib.h>

#include "host/import/tensorflow/ops.h"

#define OUTPUTS_MAX 256 /* of a node */
#define LOOPS_MAX   16
#define NODE_BYTES  512 /* that a node takes here, beside its lists */

enum mark { UNSEEN, OPEN, DONE };

/* ---- names ---- */
static bool is_control(const char *input) { return input[0] == '^'; }

struct tf_source tf_find(struct build *r, const char *input)
{
    const char *colon = strrchr(input, ':');
    struct tf_source s = {names_get(&tf_of(r)->names, input), 0};

    if (s.node != NAME_ABSENT || !colon || colon[1] == '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return s;
    s.node = names_get(&tf_of(r)->names, pool_printf(r->pool, "%.*s", (int)(colon - input), input));
    s.output = strlen(colon + 1) > 6 ? OUTPUTS_MAX : atoi(colon + 1);
    return s;
}

static enum mote_status add_source(struct build *r, struct tf_node *node, const char *input, const struct frame *at)
{
    struct tf *tf = tf_of(r);
    const struct tf_source s = tf_find(r, input);

    if (s.output >= OUTPUTS_MAX)
        return fail(at, MOTE_ERR_FORMAT, "it reads '%s': nodes have at most %d outputs", printable(r->pool, input),
                    OUTPUTS_MAX);
    node->from[node->n_in++] = s;
    if (s.node != NAME_ABSENT && tf->nodes[s.node].n_out <= s.output)
        tf->nodes[s.node].n_out = s.output + 1;
    return MOTE_OK;
}

struct frame tf_frame(struct build *r, int32_t node, const struct frame *at)
{
    const Tf__NodeDef *def = tf_of(r)->nodes[node].def;

    return (struct frame){at, printable(r->pool, def->op), printable(r->pool, def->name), -1, NULL};
}

enum mote_status tf_index(struct build *r, const struct frame *at)
{
    struct tf *tf = tf_of(r);

    if (!has_room(r, (int64_t)tf->file->n_node * NODE_BYTES))
        return r->status;
    tf->n = (int32_t)tf->file->n_node;
    tf->nodes = pool_array(r->pool, tf->file->n_node, sizeof *tf->nodes);
    for (int32_t i = 0; i < tf->n; i++) {
        const Tf__NodeDef *def = tf->file->node[i];

        if (names_get(&tf->names, def->name) != NAME_ABSENT)
            return fail(at, MOTE_ERR_FORMAT, "two nodes are called '%s'", printable(r->pool, def->name));
        names_set(r->pool, &tf->names, def->name, i);
        tf->nodes[i] = (struct tf_node){.def = def, .op = tf_op_find(def->op), .n_out = 1};
    }
    for (int32_t i = 0; i < tf->n; i++) {
        struct tf_node *node = &tf->nodes[i];
        const struct frame here = tf_frame(r, i, at);

        node->from = pool_array(r->pool, node->def->n_input, sizeof *node->from);
        for (size_t k = 0; k < node->def->n_input; k++)
            if (!is_control(node->def->input[k]))
                TRY(add_source(r, node, node->def->input[k], &here));
    }
    for (int32_t i = 0; i < tf->n && has_room(r, tf->nodes[i].n_out * (int64_t)sizeof(int32_t)); i++) {
        tf->nodes[i].out = pool_array(r->pool, (size_t)tf->nodes[i].n_out, sizeof *tf->nodes[i].out);
        for (int k = 0; k < tf->nodes[i].n_out; k++)
            tf->nodes[i].out[k] = TENSOR_ABSENT;
    }
    return r->status;
}

/* ---- what comes before what ---- */
/* Units 0 to n - 1, each with what it wants: lists[first[u]] to lists[first[u + 1] - 1]. */
struct walk {
    int32_t n, *first, *lists, *order, n_order, *stack, *next;
    uint8_t *mark; /* enum mark */
};

static struct walk walk_new(struct pool *pool, int32_t n, int32_t *first, int32_t *lists)
{
    size_t units = (size_t)n;

    return (struct walk){
        .n = n,
        .first = first,
        .lists = lists,
        .order = pool_array(pool, units, sizeof *first),
        .stack = pool_array(pool, units, sizeof *first),
        .next = pool_array(pool, units, sizeof *first),
        .mark = pool_alloc(pool, units + 1),
    };
}

/* The unit behind all that it wants. Gives 0, or how many units on the stack's end go in a circle. */
static int32_t walk_to(struct walk *w, int32_t root)
{
    int32_t n = 0;

    if (w->mark[root] == UNSEEN)
        w->stack[n++] = root;
    while (n > 0) {
        const int32_t unit = w->stack[n - 1];
        int32_t want;

        if (w->mark[unit] == UNSEEN)
            w->next[unit] = w->first[unit];
        w->mark[unit] = OPEN;
        if (w->next[unit] == w->first[unit + 1]) {
            w->mark[unit] = DONE;
            w->order[w->n_order++] = unit;
            n--;
            continue;
        }
        want = w->lists[w->next[unit]++];
        if (w->mark[want] == UNSEEN) {
            w->stack[n++] = want;
        } else if (w->mark[want] == OPEN) {
            int32_t length = 1;

            while (w->stack[n - length] != want)
                length++;
            memmove(w->stack, w->stack + n - length, (size_t)length * sizeof *w->stack);
            return length;
        }
    }
    return 0;
}

static enum mote_status fail_circle(struct build *r, const struct walk *w, int32_t length, const struct frame *at)
{
    const struct tf *tf = tf_of(r);
    struct text names = {.pool = r->pool};

    for (int32_t i = length - 1; i >= 0 && i >= length - 4; i--)
        text_add(&names, "%s'%s'", i < length - 1 ? ", " : "",
                 printable(r->pool,
                           w->stack[i] < tf->n ? tf->nodes[w->stack[i]].def->name : tf->loops[w->stack[i] - tf->n]));
    return fail(at, MOTE_ERR_FORMAT, "%d nodes go in a circle: %s%s", (int)length, names.s, length > 4 ? " ..." : "");
}

/* ---- wanted nodes ---- */
static bool is_op(const struct tf_node *node, const char *name) { return strcmp(node->def->op, name) == 0; }

bool tf_is_audio(const struct tf_node *node)
{
    return is_op(node, "DecodeWav") || is_op(node, "AudioSpectrogram") || is_op(node, "Mfcc");
}

static bool is_back_edge(const struct tf *tf, const struct tf_node *node, int i)
{
    return is_op(node, "Merge") && node->from[i].node != NAME_ABSENT &&
           is_op(&tf->nodes[node->from[i].node], "NextIteration");
}

/* The source is an input of the model. */
bool tf_is_cut(const struct tf *tf, const struct tf_node *reader, struct tf_source s)
{
    const struct tf_node *node = &tf->nodes[s.node];

    return (node->cut && s.output < node->n_out && node->cut[s.output]) || (tf_is_audio(node) && !tf_is_audio(reader));
}

static bool is_edge(const struct tf *tf, const struct tf_node *node, int i)
{
    return node->from[i].node != NAME_ABSENT && !is_back_edge(tf, node, i) && !tf_is_cut(tf, node, node->from[i]);
}

static struct walk node_walk(struct build *r)
{
    const struct tf *tf = tf_of(r);
    int32_t *first = pool_array(r->pool, (size_t)tf->n + 1, sizeof *first), *lists, n = 0;

    for (int32_t i = 0; i < tf->n; i++)
        n += tf->nodes[i].n_in;
    lists = pool_array(r->pool, (size_t)n, sizeof *lists);
    n = 0;
    for (int32_t i = 0; i < tf->n; i++) {
        first[i] = n;
        for (int k = 0; k < tf->nodes[i].n_in; k++)
            if (is_edge(tf, &tf->nodes[i], k))
                lists[n++] = tf->nodes[i].from[k].node;
    }
    first[tf->n] = n;
    return walk_new(r->pool, tf->n, first, lists);
}

static enum mote_status check_sources(struct build *r, int32_t index, const struct frame *at)
{
    const struct tf_node *node = &tf_of(r)->nodes[index];
    const struct frame here = tf_frame(r, index, at);

    for (size_t i = 0, k = 0; i < node->def->n_input; i++)
        if (!is_control(node->def->input[i]) && node->from[k++].node == NAME_ABSENT)
            return fail(&here, MOTE_ERR_FORMAT, "it reads '%s', which the file does not have",
                        printable(r->pool, node->def->input[i]));
    return MOTE_OK;
}

/* The node, and all that it wants, those that a loop goes back from, too. */
static enum mote_status want(struct build *r, struct walk *w, int32_t root, const struct frame *at)
{
    const struct tf *tf = tf_of(r);
    int32_t seen = w->n_order, circle = walk_to(w, root);

    for (; circle == 0 && seen < w->n_order; seen++) {
        const struct tf_node *node = &tf->nodes[w->order[seen]];

        TRY(check_sources(r, w->order[seen], at));
        for (int i = 0; i < node->n_in && circle == 0; i++)
            if (is_back_edge(tf, node, i))
                circle = walk_to(w, node->from[i].node);
    }
    return circle > 0 ? fail_circle(r, w, circle, at) : MOTE_OK;
}

/* ---- loops ---- */
/* The loop of an Enter, by its frame's name: a number from 1. */
static int32_t loop_named(struct build *r, const char *name)
{
    struct tf *tf = tf_of(r);

    for (int32_t i = 0; i < tf->n_loops; i++)
        if (strcmp(tf->loops[i], name) == 0)
            return i + 1;
    tf->loops = pool_grow(r->pool, tf->loops, (size_t)tf->n_loops, sizeof *tf->loops);
    tf->loops[tf->n_loops] = name;
    return ++tf->n_loops;
}

static enum mote_status find_loop(struct build *r, int32_t index, const struct frame *at)
{
    struct tf *tf = tf_of(r);
    struct tf_node *node = &tf->nodes[index];
    const struct frame here = tf_frame(r, index, at);

    r->at = &here;
    for (int i = 0; i < node->n_in; i++) {
        const struct tf_node *from = &tf->nodes[node->from[i].node];

        if (from->loop == 0 || is_op(from, "Exit") || !is_edge(tf, node, i))
            continue;
        if (is_op(node, "Enter") || (node->loop != 0 && node->loop != from->loop))
            return fail(&here, MOTE_ERR_UNSUPPORTED, "a loop within a loop; only loops that are alone are read");
        node->loop = from->loop;
        node->in_body |= from->in_body || (is_op(from, "Switch") && node->from[i].output == 1);
    }
    if (is_op(node, "Enter")) {
        tf->index = index;
        node->loop = loop_named(r, tf_string(r, "frame_name", ""));
    }
    r->at = at;
    return r->status;
}

/* Nodes are units as before; behind them are the loops. */
static struct walk unit_walk(struct build *r, const struct walk *nodes)
{
    const struct tf *tf = tf_of(r);
    int32_t units = tf->n + tf->n_loops, n = 0;
    int32_t *first = pool_array(r->pool, (size_t)units + 1, sizeof *first);
    int32_t *lists = pool_array(r->pool, (size_t)nodes->first[tf->n], sizeof *lists);

    for (int32_t u = 0; u < units; u++) {
        first[u] = n;
        for (int32_t i = u < tf->n ? u : 0; i < (u < tf->n ? u + 1 : tf->n); i++)
            for (int32_t k = nodes->first[i]; k < nodes->first[i + 1]; k++) {
                const int32_t to = tf->nodes[nodes->lists[k]].loop, of = tf->nodes[i].loop;

                if (nodes->mark[i] == DONE && (u < tf->n ? of == 0 : of == u - tf->n + 1) && (to == 0 || to != of))
                    lists[n++] = to == 0 ? nodes->lists[k] : tf->n + to - 1;
            }
    }
    first[units] = n;
    return walk_new(r->pool, units, first, lists);
}

enum mote_status tf_want(struct build *r, int32_t n, const int32_t *wanted, const struct frame *at)
{
    struct tf *tf = tf_of(r);
    struct walk nodes = node_walk(r), units;

    for (int32_t i = 0; i < n; i++)
        TRY(want(r, &nodes, wanted[i], at));
    for (int32_t i = 0; i < nodes.n_order; i++)
        TRY(find_loop(r, nodes.order[i], at));
    tf->order = nodes.order;
    tf->n_order = nodes.n_order;
    if (tf->n_loops > LOOPS_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d loops; %d are the most", (int)tf->n_loops, LOOPS_MAX);
    units = unit_walk(r, &nodes);
    for (int32_t i = 0; i < n; i++) {
        const int32_t loop = tf->nodes[wanted[i]].loop;
        const int32_t circle = walk_to(&units, loop == 0 ? wanted[i] : tf->n + loop - 1);

        if (circle > 0)
            return fail_circle(r, &units, circle, at);
    }
    tf->units = units.order;
    tf->n_units = units.n_order;
    return MOTE_OK;
}
