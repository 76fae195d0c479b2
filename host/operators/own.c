/* SPDX-License-Identifier: Apache-2.0 */
/* OWN: a user's operator. The user's functions see a copy of what the graph says, and what they make of it is checked
 * as if a file had said it. */
#include "host/graph/op_info.h"
#include "host/graph/own.h"
#include "host/plan/build.h"
#include "host/plan/plan.h"
#include "mote/kernels/own/own.h"

/* Tools have the operators that they load. */
__attribute__((visibility("default"))) const struct mote_operator *mote_operator_find(const char *name)
{
    return own_find(name);
}

/* Its name as a string; the file's bytes need not end. */
static enum mote_status find(const struct graph *g, const struct op *op, struct pool *pool, const char **name,
                             const struct mote_operator **out, const struct frame *at)
{
    const struct tensor *t = op_in(g, op, OWN_NAME);

    if (t == NULL || t->data == NULL || t->type != TYPE_U8 || t->rank != 1 || t->dims[0] < 1 || t->dims[0] > 1000)
        return fail(at, MOTE_ERR_FORMAT, "its first input is not a name, a constant of bytes");
    *name = pool_printf(pool, "%.*s", (int)t->dims[0], (const char *)t->data);
    *out = own_find(*name);
    if (*out == NULL)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "the operator \"%s\" is a user's: --operators names the library that has it",
                    printable(pool, *name));
    return MOTE_OK;
}

static int inputs_of(const struct op *op) { return op->n_in > OWN_INPUTS ? op->n_in - OWN_INPUTS : 0; }

static enum mote_status check_counts(const struct op *op, const struct frame *at)
{
    if (inputs_of(op) > MOTE_OPERATOR_INPUTS || op->n_out > MOTE_OPERATOR_OUTPUTS)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "it has %d inputs and %d outputs; a user's operator has at most %d and %d", inputs_of(op),
                    op->n_out, MOTE_OPERATOR_INPUTS, MOTE_OPERATOR_OUTPUTS);
    return MOTE_OK;
}

static enum mote_status show(const struct tensor *t, struct mote_operator_tensor *out, const struct frame *at)
{
    *out = (struct mote_operator_tensor){.rank = t->rank, .type = (uint8_t)t->type, .data = t->data};
    for (int d = 0; d < t->rank; d++) {
        if (t->dims[d] > INT32_MAX)
            return fail(at, MOTE_ERR_SHAPE, "tensor \"%s\" has a dimension of %lld", t->name, (long long)t->dims[d]);
        out->dims[d] = (int32_t)t->dims[d];
    }
    if (t->quant.n == 1) {
        out->scale = t->quant.scale[0];
        out->zero = t->quant.zero[0];
    }
    return MOTE_OK;
}

static enum mote_status show_node(const struct graph *g, const struct op *op, struct mote_operator_node *n,
                                  const struct frame *at)
{
    const struct tensor *options = op_in(g, op, OWN_OPTIONS);

    TRY(check_counts(op, at));
    if (options != NULL && (options->data == NULL || options->type != TYPE_U8 || options->rank != 1))
        return fail(at, MOTE_ERR_FORMAT, "its second input is not its options, a constant of bytes");
    *n = (struct mote_operator_node){.n_in = inputs_of(op), .n_out = op->n_out};
    if (options != NULL && options->dims[0] > 0) {
        n->options = options->data;
        n->options_bytes = (uint32_t)options->dims[0];
    }
    for (int i = 0; i < n->n_in; i++)
        if (op_in(g, op, OWN_INPUTS + i) != NULL)
            TRY(show(op_in(g, op, OWN_INPUTS + i), &n->in[i], at));
    for (int i = 0; i < n->n_out; i++)
        TRY(show(op_out(g, op, i), &n->out[i], at));
    for (int i = 0; i < n->n_in; i++)
        for (int d = 0; d < n->in[i].rank; d++)
            if (n->in[i].dims[d] < 0)
                return fail(at, MOTE_ERR_SHAPE, "dimension %d of its input %d is not known", d, i);
    return MOTE_OK;
}

static enum mote_status refuse(const struct mote_operator_node *n, struct pool *pool, const char *name,
                               const char *what, int32_t result, const struct frame *at)
{
    const char *why = pool_printf(pool, "%.*s", (int)sizeof n->error, n->error);

    if (*why != '\0')
        return fail(at, MOTE_ERR_UNSUPPORTED, "%s of the operator \"%s\": %s", what, printable(pool, name),
                    printable(pool, why));
    return fail(at, MOTE_ERR_UNSUPPORTED, "%s of the operator \"%s\" returns %d", what, printable(pool, name),
                (int)result);
}

static enum mote_status set_output(const struct mote_operator_tensor *said, struct tensor *out, int i,
                                   const struct frame *at)
{
    int64_t dims[RANK_MAX] = {0};

    if (said->type != out->type)
        return fail(at, MOTE_ERR_TYPE, "its shape() makes output %d %s; the file has %s", i,
                    type_name((enum mote_type)said->type), type_name(out->type));
    if (said->rank < 0 || said->rank > RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "its shape() gives output %d %d dimensions", i, (int)said->rank);
    for (int d = 0; d < said->rank; d++) {
        dims[d] = said->dims[d];
        if (dims[d] < 1)
            return fail(at, MOTE_ERR_SHAPE, "its shape() makes dimension %d of output %d %d", d, i, (int)dims[d]);
    }
    return infer_set(at, out, said->rank, dims);
}

static enum mote_status infer_in(struct graph *g, const struct op *op, struct pool *pool, const struct frame *at)
{
    const struct mote_operator *own = NULL;
    struct mote_operator_node n = {0};
    const char *name;
    int32_t result;

    TRY(find(g, op, pool, &name, &own, at));
    TRY(show_node(g, op, &n, at));
    assert(own != NULL);
    for (int i = 0; i < n.n_out; i++)
        n.out[i].rank = -1; /* to be set */
    result = own->shape(&n);
    if (result != 0)
        return refuse(&n, pool, name, "shape()", result, at);
    for (int i = 0; i < op->n_out; i++)
        TRY(set_output(&n.out[i], op_out(g, op, i), i, at));
    return MOTE_OK;
}

static enum mote_status infer_own(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    struct pool pool = {0};
    enum mote_status status = infer_in(g, op, &pool, at);

    (void)m;
    pool_free(&pool);
    return status;
}

/* ---- lowering ---- */
static enum mote_status prepare(struct lowering *l, const struct mote_operator *own, struct mote_operator_node *n,
                                const char *name, const struct frame *at)
{
    int32_t result;

    n->prepared = pool_alloc(l->pool, MOTE_OPERATOR_PREPARED);
    result = own->prepare != NULL ? own->prepare(n) : 0;
    if (result != 0)
        return refuse(n, l->pool, name, "prepare()", result, at);
    if (n->prepared_bytes > MOTE_OPERATOR_PREPARED || n->state_bytes > INT32_MAX || n->scratch_bytes > INT32_MAX)
        return fail(at, MOTE_ERR_MEMORY,
                    "its prepare() wants %u bytes prepared, %u of state and %u of scratch; %d is the "
                    "most of the first",
                    n->prepared_bytes, n->state_bytes, n->scratch_bytes, MOTE_OPERATOR_PREPARED);
    return MOTE_OK;
}

/* The name, ended and filled up, then what is prepared. */
static int32_t lower_prepared(struct lowering *l, const struct mote_operator_node *n, const char *name,
                              struct mote_own *p)
{
    uint8_t *data;

    p->name = (int32_t)align_up(strlen(name) + 1, 4);
    p->prepared = (int32_t)align_up(n->prepared_bytes, 4);
    data = pool_alloc(l->pool, (size_t)p->name + (size_t)p->prepared);
    memcpy(data, name, strlen(name) + 1);
    memcpy(data + p->name, n->prepared, n->prepared_bytes);
    return lower_const(l, "prepared", TYPE_S32, data, (size_t)p->name + (size_t)p->prepared, false);
}

static int32_t lower_state(struct lowering *l, size_t bytes)
{
    return plan_value(l->plan, &(struct value){.kind = VALUE_STATE,
                                               .name = "state",
                                               .type = TYPE_U8,
                                               .tensor = -1,
                                               .bytes = (int64_t)bytes,
                                               .alias = VALUE_NONE});
}

static int32_t operations_of(const struct mote_operator_node *n, const struct graph *g, const struct op *op)
{
    int64_t bytes = 1;

    if (n->operations > 0)
        return n->operations <= INT32_MAX ? (int32_t)n->operations : INT32_MAX;
    for (int i = OWN_INPUTS; i < op->n_in; i++)
        bytes += op_in(g, op, i) != NULL ? tensor_bytes(op_in(g, op, i)) : 0;
    for (int i = 0; i < op->n_out; i++)
        bytes += tensor_bytes(op_out(g, op, i));
    return bytes <= INT32_MAX ? (int32_t)bytes : INT32_MAX;
}

static enum mote_status lower_own(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct graph *g = l->graph;
    const struct mote_operator *own = NULL;
    struct mote_operator_node n = {0};
    struct mote_own p = {0};
    int32_t *in = &p.in_0, *out = &p.out_0, args[MOTE_OPERATOR_INPUTS + 3 + MOTE_OPERATOR_OUTPUTS], at_arg = 0;
    int32_t prepared, unused, absent;
    const char *name;

    TRY(find(g, op, l->pool, &name, &own, at));
    TRY(show_node(g, op, &n, at));
    assert(own != NULL);
    TRY(prepare(l, own, &n, name, at));
    prepared = lower_prepared(l, &n, name, &p);
    unused = lower_scratch(l, TYPE_U8, 4);
    /* No input is `prepared`: that is in an AVR's program memory, and inputs in its RAM. */
    absent = lower_const(l, "absent", TYPE_S32, pool_alloc(l->pool, 4), 4, false);
    p.state = (int32_t)n.state_bytes;
    p.scratch = (int32_t)n.scratch_bytes;
    p.operations = operations_of(&n, g, op);
    for (int i = 0; i < MOTE_OPERATOR_INPUTS; i++) {
        const struct tensor *t = op_in(g, op, OWN_INPUTS + i);

        in[i] = t != NULL ? (int32_t)tensor_bytes(t) : 0;
        args[at_arg++] = t != NULL ? lower_tensor(l, op->in[OWN_INPUTS + i]) : absent;
    }
    args[at_arg++] = prepared;
    args[at_arg++] = n.state_bytes > 0 ? lower_state(l, n.state_bytes) : unused;
    args[at_arg++] = n.scratch_bytes > 0 ? lower_scratch(l, TYPE_U8, n.scratch_bytes) : unused;
    for (int i = 0; i < MOTE_OPERATOR_OUTPUTS; i++) {
        out[i] = i < op->n_out ? (int32_t)tensor_bytes(op_out(g, op, i)) : 0;
        args[at_arg++] = i < op->n_out ? lower_tensor(l, op->out[i]) : unused;
    }
    return lower_step(l, KERNEL_own, &p, args, at);
}

const struct operator operator_own = {.infer = infer_own, .lower = lower_own};
