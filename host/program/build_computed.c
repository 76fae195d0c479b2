/* SPDX-License-Identifier: Apache-2.0 */
/* What neither the library nor a loop of ours has: the device's kernels compute it, as they would on a device. */
#include "host/program/builder.h"
#include "host/run/compute.h"

struct computed {
    const struct computation *of;
    int32_t n_in; /* of the call's values; outputs are behind them */
    void **data;  /* [values] where the computation has them */
    size_t *bytes;
};

static void loop_computed(const struct call *c)
{
    const struct computed *o = c->opts;

    for (int32_t i = 0; i < o->n_in; i++)
        memcpy(o->data[i], c->data[i], o->bytes[i]);
    computation_run(o->of);
    for (int32_t i = o->n_in; i < c->count; i++)
        memcpy(c->data[i], o->data[i], o->bytes[i]);
}

/* Value n of the call is that tensor. */
static void bind_tensor(const struct program *p, struct computed *o, int32_t n, int32_t tensor)
{
    o->data[n] = computation_data(o->of, tensor);
    o->bytes[n] = (size_t)tensor_bytes(&p->graph->tensors[tensor]);
}

enum mote_status build_computed(struct program *p, const struct op *op, const struct frame *at)
{
    struct computed o = {
        .data = pool_array(p->pool, (size_t)op->n_in + (size_t)op->n_out, sizeof *o.data),
        .bytes = pool_array(p->pool, (size_t)op->n_in + (size_t)op->n_out, sizeof *o.bytes),
    };
    int32_t n = 0, *values = pool_array(p->pool, (size_t)op->n_in + (size_t)op->n_out, sizeof *values);
    struct computation *of;

    TRY(computation_make(p->pool, p->model, p->graph, op, &of, at));
    o.of = of;
    for (int32_t k = 0; k < op->n_in; k++) {
        const struct tensor *t = op_in(p->graph, op, k);

        if (t == NULL || t->data != NULL || computation_data(of, op->in[k]) == NULL)
            continue;
        TRY(value_use(p, op->in[k], plain_of(p, op->in[k]), &values[n], at));
        bind_tensor(p, &o, n++, op->in[k]);
    }
    o.n_in = n;
    for (int32_t k = 0; k < op->n_out; k++, n++) {
        values[n] = value_make(p, op->out[k], plain_of(p, op->out[k]));
        bind_tensor(p, &o, n, op->out[k]);
    }
    step_loop(p, op_info[op->id].name, loop_computed, pool_copy(p->pool, &o, sizeof o), n, values);
    return MOTE_OK;
}
