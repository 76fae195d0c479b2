/* SPDX-License-Identifier: Apache-2.0 */
/* The operators' rows: what ops.def says, and what their files do. A row without its file does not link. */
#include "host/graph/op_info.h"

#define OP(id, NAME, name, in_min, in_max, out, opts) extern const struct operator operator_##name;
#include "host/graph/ops.def"

const struct op_info op_info[OP_LIMIT] = {
#define OP(id, NAME, name, in_min, in_max, out, opts)                                                                  \
    [id] = {#NAME, #name, in_min, in_max, (out) == MANY ? 1 : (out), out, OPTS_##opts, &operator_##name},
#include "host/graph/ops.def"
};
