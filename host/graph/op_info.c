/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of op_info.h, expanded from ops.def and opts.def. A row without its functions does not link. */
#include "host/graph/op_info.h"

#define OP(id, NAME, name, in_min, in_max, out, opts)                                                                  \
    enum mote_status infer_##name(const struct model *, struct graph *, const struct op *, const struct frame *);      \
    int64_t macs_##name(const struct graph *, const struct op *);                                                      \
    enum mote_status lower_##name(struct lowering *, const struct op *, const struct frame *);
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
    [id] = {#NAME, #name,       in_min,       in_max,      (out) == MANY ? 1 : (out),                                  \
            out,   OPTS_##opts, infer_##name, macs_##name, lower_##name},
#define OP_HOST(id, NAME, name, in_min, in_max, out, opts)                                                             \
    [id] = {#NAME, #name,       in_min,       in_max,      (out) == MANY ? 1 : (out),                                  \
            out,   OPTS_##opts, infer_##name, macs_##name, lower_host},
#include "host/graph/ops.def"
};

/* The kinds as host/graph/opts.def spells them. */
enum {
    KIND_int = OPT_INT,
    KIND_float = OPT_FLOAT,
    KIND_flag = OPT_FLAG,
    KIND_padding = OPT_PADDING,
    KIND_activation = OPT_ACTIVATION
};

#define OPTS(NAME, name) static const struct opt_field fields_##name[] = {
#define OPT(kind, field) {#field, (enum opt_kind)KIND_##kind},
#define OPTS_END                                                                                                       \
    {                                                                                                                  \
        NULL, OPT_INT                                                                                                  \
    }                                                                                                                  \
    }                                                                                                                  \
    ;
#include "host/graph/opts.def"

const struct opts_info opts_info[OPTS_COUNT] = {
#define OPTS(NAME, name) [OPTS_##NAME] = {fields_##name, (int32_t)COUNT(fields_##name) - 1},
#define OPT(kind, field)
#define OPTS_END
#include "host/graph/opts.def"
};

const char *padding_name(int padding)
{
    static const char *const names[PADDING_COUNT] = {"same", "valid", "explicit"};

    return padding >= 0 && padding < PADDING_COUNT ? names[padding] : "?";
}

const char *activation_name(int activation)
{
    static const char *const names[ACTIVATION_COUNT] = {"none", "relu", "relu_n1_to_1", "relu6", "tanh", "sign_bit"};

    return activation >= 0 && activation < ACTIVATION_COUNT ? names[activation] : "?";
}
