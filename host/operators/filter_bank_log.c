/* SPDX-License-Identifier: Apache-2.0 */
/* FILTER_BANK_LOG: logarithms of channels, as int16, or as uint16 where the output's type is that. */
#include "host/operators/signal.h"
#include "mote/kernels/signal/filter_bank_log.h"

#include <math.h>

static int32_t lower_log_table(struct lowering *l)
{
    uint16_t table[MOTE_FILTER_BANK_LOG_TABLE];

    for (int i = 0; i < MOTE_FILTER_BANK_LOG_TABLE; i++)
        table[i] = (uint16_t)lround(0x1p16 * (log2(1 + i / 128.0) - i / 128.0));
    return lower_const(l, "logarithms", TYPE_U16, table, sizeof table, false);
}

static enum mote_status lower_filter_bank_log(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct filter_bank_log_opts *o = op->opts;
    const struct graph *g = l->graph;
    const struct tensor *out = op_out(g, op, 0);

    TRY(want_type(at, g, op->in[0], TYPE_U32));
    if (out->type != TYPE_S16 && out->type != TYPE_U16)
        return refuse_type(at, g, op->out[0], "s16 and u16");
    TRY(want_option(at, "output_scale", o->output_scale, 0, INT32_MAX));
    TRY(want_option(at, "input_correction_bits", o->input_correction_bits, -31, 31));

    struct frames f = frames_of(op_in(g, op, 0));
    struct mote_filter_bank_log p = {
        .rows = f.rows,
        .len = f.len,
        .type = (int32_t)out->type,
        .scale = o->output_scale,
        .correction_bits = o->input_correction_bits,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_log_table(l), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_filter_bank_log, &p, args, at);
}

const struct operator operator_filter_bank_log = {
    .infer = infer_same,
    .lower = lower_filter_bank_log,
};
