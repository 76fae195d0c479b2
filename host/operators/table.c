/* SPDX-License-Identifier: Apache-2.0 */
/* What each operator's file defines, by operator. A row of ops.def without its functions does not link. */
#include "host/graph/op_info.h"
#include "host/plan/build.h"

#define OP(id, NAME, name, in_min, in_max, out, opts)                                                                  \
    enum mote_status infer_##name(const struct model *, struct graph *, const struct op *, const struct frame *);      \
    int64_t macs_##name(const struct graph *, const struct op *);                                                      \
    lower_fn lower_##name;
#define OP_HOST(id, NAME, name, in_min, in_max, out, opts)                                                             \
    enum mote_status infer_##name(const struct model *, struct graph *, const struct op *, const struct frame *);      \
    int64_t macs_##name(const struct graph *, const struct op *);
#include "host/graph/ops.def"

static enum mote_status lower_host(struct lowering *l, const struct op *op, const struct frame *at)
{
    (void)l;
    (void)op;
    return fail(at, MOTE_ERR_UNSUPPORTED, "an operator of training, which devices do not execute");
}

const struct op_info op_info[OP_LIMIT] = {
#define OP(id, NAME, name, in_min, in_max, out, opts)                                                                  \
    [id] = {#NAME, #name, in_min, in_max, (out) == MANY ? 1 : (out), out, OPTS_##opts, infer_##name, macs_##name},
#include "host/graph/ops.def"
};

lower_fn *const op_lower[OP_LIMIT] = {
#define OP(id, NAME, name, ...)      [id] = lower_##name,
#define OP_HOST(id, NAME, name, ...) [id] = lower_host,
#include "host/graph/ops.def"
};
