/* SPDX-License-Identifier: Apache-2.0 */
/* IF and WHILE. What they make has the shapes that the file says: importers make other operators of them
 * (host/import/control.c). */
#include "host/graph/op_info.h"

static enum mote_status infer_nothing(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    (void)m, (void)g, (void)op, (void)at;
    return MOTE_OK;
}

const struct operator operator_if = {.infer = infer_nothing};
const struct operator operator_while = {.infer = infer_nothing};
