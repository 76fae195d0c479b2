/* SPDX-License-Identifier: Apache-2.0 */
/* FILTER_BANK: sums of energies that count in two neighboring channels, with a weight in one and an unweight in the
 * other. Of each of the num_channels + 1 channels two constants say from which frequency and weight on it has how many;
 * the first gives nothing but its unweights. The kernel's table has them one after the other, without the zeros at
 * their ends. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/filter_bank.h"

enum { INPUT, WEIGHTS, UNWEIGHTS, FREQUENCIES, STARTS, WIDTHS, INPUTS };
#define PAIRS_MAX (1 << 20) /* of weights, of all channels together: far more than a spectrum has, for files that lie */

static enum mote_status infer_filter_bank(const struct model *m, struct graph *g, const struct op *op,
                                          const struct frame *at)
{
    const struct filter_bank_opts *o = op->opts;

    (void)m;
    TRY(want_option(at, "num_channels", o->num_channels, 1, INT16_MAX));
    return infer_frames(at, g, op, 0, o->num_channels);
}

static enum mote_status check_tables(const struct graph *g, const struct op *op, const struct frame *at)
{
    static const char *const names[] = {"", "weights", "unweights", "first frequencies", "first weights", "widths"};
    const struct filter_bank_opts *o = op->opts;
    int64_t n;

    for (int i = WEIGHTS; i < INPUTS; i++)
        TRY(want_table(at, g, op, i, TYPE_S16, names[i]));
    n = op_in(g, op, WEIGHTS)->dims[0];
    if (op_in(g, op, UNWEIGHTS)->dims[0] != n)
        return fail(at, MOTE_ERR_SHAPE, "there are %lld weights and %lld unweights", (long long)n,
                    (long long)op_in(g, op, UNWEIGHTS)->dims[0]);
    for (int i = FREQUENCIES; i < INPUTS; i++)
        if (op_in(g, op, i)->dims[0] != (int64_t)o->num_channels + 1)
            return fail(at, MOTE_ERR_SHAPE, "there are %lld %s, not one more than num_channels, %d",
                        (long long)op_in(g, op, i)->dims[0], names[i], (int)o->num_channels);
    for (int64_t i = 0; i < n; i++)
        if (const_int(op_in(g, op, WEIGHTS), i) < 0 || const_int(op_in(g, op, UNWEIGHTS), i) < 0)
            return fail(at, MOTE_ERR_VALUE, "weight or unweight %lld is negative", (long long)i);
    return MOTE_OK;
}

struct tables {
    uint16_t *weights, *spans;
    int32_t n_weights;
};

static bool is_nothing(const struct graph *g, const struct op *op, int64_t weight)
{
    return const_int(op_in(g, op, WEIGHTS), weight) == 0 && const_int(op_in(g, op, UNWEIGHTS), weight) == 0;
}

/* Channel c's weights. At least one of them all stays, as no kernel takes an empty table. */
static enum mote_status put_channel(const struct graph *g, const struct op *op, int64_t c, struct tables *t,
                                    const struct frame *at)
{
    int64_t frequency = const_int(op_in(g, op, FREQUENCIES), c), start = const_int(op_in(g, op, STARTS), c);
    int64_t n = const_int(op_in(g, op, WIDTHS), c);

    if (frequency < 0 || start < 0 || n < 0 || frequency + n > frames_of(op_in(g, op, INPUT)).len ||
        start + n > op_in(g, op, WEIGHTS)->dims[0])
        return fail(at, MOTE_ERR_VALUE,
                    "channel %lld: %lld frequencies from %lld on with the weights from %lld on are not all there",
                    (long long)c, (long long)n, (long long)frequency, (long long)start);
    for (; n > 0 && is_nothing(g, op, start + n - 1) && (c > 0 || n > 1); n--)
        ;
    for (; n > 1 && is_nothing(g, op, start); n--, start++)
        frequency++;
    t->spans[2 * c] = (uint16_t)frequency;
    t->spans[2 * c + 1] = (uint16_t)n;
    for (int64_t i = start; i < start + n; i++, t->n_weights++) {
        t->weights[2 * t->n_weights] = (uint16_t)const_int(op_in(g, op, WEIGHTS), i);
        t->weights[2 * t->n_weights + 1] = (uint16_t)const_int(op_in(g, op, UNWEIGHTS), i);
    }
    return MOTE_OK;
}

/* Widths may have channels share weights, so that their sum says how many there can be. */
static enum mote_status make_tables(struct lowering *l, const struct op *op, struct tables *t, const struct frame *at)
{
    const struct filter_bank_opts *o = op->opts;
    size_t channels = (size_t)o->num_channels + 1, most = 0;

    TRY(check_tables(l->graph, op, at));
    for (size_t c = 0; c < channels; c++) {
        int64_t n = const_int(op_in(l->graph, op, WIDTHS), (int64_t)c);

        most += n > 0 ? (size_t)n : 0;
    }
    if (most > PAIRS_MAX)
        return fail(at, MOTE_ERR_VALUE, "the widths are %zu together: %d are the most", most, PAIRS_MAX);
    *t = (struct tables){.weights = pool_alloc(l->model->pool, (most + 1) * 2 * sizeof(uint16_t)),
                         .spans = pool_alloc(l->model->pool, channels * 2 * sizeof(uint16_t))};
    for (size_t c = 0; c < channels; c++)
        TRY(put_channel(l->graph, op, (int64_t)c, t, at));
    if (t->n_weights == 0)
        return fail(at, MOTE_ERR_VALUE, "no channel has a frequency");
    return MOTE_OK;
}

static enum mote_status lower_filter_bank(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct filter_bank_opts *o = op->opts;
    const struct graph *g = l->graph;
    struct tables t = {.n_weights = 0};

    TRY(want_type(at, g, op->in[0], TYPE_U32));
    TRY(want_type(at, g, op->out[0], TYPE_U64));
    TRY(make_tables(l, op, &t, at));

    struct frames f = frames_of(op_in(g, op, INPUT));
    struct mote_filter_bank p = {.rows = f.rows, .len = f.len, .channels = o->num_channels, .weights = t.n_weights};
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_const(l, "weights", TYPE_U16, t.weights, (size_t)t.n_weights * 4, true),
        lower_const(l, "spans", TYPE_U16, t.spans, ((size_t)o->num_channels + 1) * 4, false),
        lower_tensor(l, op->out[0]),
    };

    return lower_step(l, KERNEL_filter_bank, &p, args, at);
}

const struct operator operator_filter_bank = {
    .infer = infer_filter_bank,
    .lower = lower_filter_bank,
};
