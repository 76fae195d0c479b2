/* SPDX-License-Identifier: Apache-2.0 */
/* What lower.c and recurrent.c share: a copy of the model whose operators are said anew, one after the other. */
#ifndef MOTE_EMIT_TFLITE_LOWER_H
#define MOTE_EMIT_TFLITE_LOWER_H

#include "host/base/faults.h"
#include "host/emit/tflite/tflite.h"

struct lowering_tfl {
    struct model *m;
    struct graph *g;
    struct faults faults;
    bool *variable;     /* [tensors that the graph had] */
    int32_t n_variable; /* how many those are */
    int32_t *local;     /* [n_variable] of a state that begins anew in each inference what it holds now; else absent */
};

/* An operator of one output at the end. */
struct op *tfl_append(struct lowering_tfl *l, enum op_id id, int n_in, const int32_t *in, int32_t out);
int32_t tfl_add_constant(struct lowering_tfl *l, enum mote_type type, int rank, const int64_t *dims, const void *data,
                         size_t size);
/* At most 2 * RANK_MAX int32. */
int32_t tfl_add_ints(struct lowering_tfl *l, int rank, const int64_t *dims, const int32_t *values, int n);

/* ---- recurrent.c ---- */
/* A layer that becomes its steps; `g` is the graph as it was. */
bool tfl_unrolls(const struct graph *g, const struct op *op);
MUST_CHECK enum mote_status tfl_check_recurrent(const struct graph *g, const struct op *op, const struct frame *at);
/* The states of such layers that begin anew: fills in l->local. */
void tfl_find_local(struct lowering_tfl *l, const struct graph *g);
int32_t tfl_hidden(const struct op *op);
/* op reads its other states already; `hidden` is the tensor that h is kept in. */
void tfl_unroll(struct lowering_tfl *l, const struct op *op, int32_t hidden);

#endif
