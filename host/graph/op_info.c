/* SPDX-License-Identifier: Apache-2.0 */
/* Options and their names, expanded from ops.def. */
#include "host/graph/op_info.h"

/* The kinds as host/graph/ops.def spells them. */
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
#include "host/graph/ops.def"

const struct opts_info opts_info[OPTS_COUNT] = {
#define OPTS(NAME, name) [OPTS_##NAME] = {fields_##name, (int32_t)COUNT(fields_##name) - 1},
#define OPT(kind, field)
#define OPTS_END
#include "host/graph/ops.def"
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

enum mote_status op_infer(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    assert(op->id > OP_NOP && op->id < OP_LIMIT);
    return op_info[op->id].is->infer(m, g, op, at);
}

int64_t op_macs(const struct graph *g, const struct op *op)
{
    const struct operator* is = op_info[op->id].is;

    assert(op->id > OP_NOP && op->id < OP_LIMIT);
    return is->macs != NULL ? is->macs(g, op) : 0;
}

opt_activation *op_activation(const struct op *op)
{
    const struct op_info *info = &op_info[op->id];
    const struct opts_info *opts = &opts_info[info->opts];
    int32_t i = 0;

    if (op->id == OP_NOP || !info->is->fuses)
        return NULL;
    while (i < opts->n && opts->fields[i].kind != OPT_ACTIVATION)
        i++;
    assert(i < opts->n);
    return (opt_activation *)op->opts + i;
}
