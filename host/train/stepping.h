/* SPDX-License-Identifier: Apache-2.0 */
/* The graph of a training step while it is made: what step.c, step_stages.c and step_teacher.c share. */
#ifndef MOTE_STEPPING_H
#define MOTE_STEPPING_H

#include "host/train/step.h"

/* Weights decay, biases do not. */
enum role { ROLE_NONE, ROLE_WEIGHT, ROLE_DEPTHWISE_WEIGHT, ROLE_BIAS, ROLE_STATISTIC };

struct stepping {
    struct pool *pool;
    const struct training *t;
    bool forward;
    int32_t batch;
    struct training_graph *out;
    struct model *m;
    struct graph *g;
    const bool *stays;   /* [operators of the network] float_head() */
    enum role *roles;    /* [tensors of the network] */
    int32_t *axis;       /* [tensors of the network] of the channels of weights; -1 */
    int32_t *importance; /* [parameters] states that rank weights: what pruning and levels go by; TENSOR_ABSENT */
    int32_t *active;     /* [tensors of the network] of weights, what their layer gives: behind its activation */
    const char **layers; /* [tensors of the network] of weights, whose they are */
    float *costs;        /* [tensors of the network] what pruning divides the scores of its weights by */
};

static inline bool role_decays(enum role role) { return role == ROLE_WEIGHT || role == ROLE_DEPTHWISE_WEIGHT; }

int32_t stepping_tensor(struct stepping *s, const char *name, enum mote_type type, int rank, const int64_t *dims);
/* The same operator once more. */
struct op *stepping_copy(struct stepping *s, const struct op *op);
/* The first input of an operator that is a state: those behind are, too. */
int32_t stepping_first_state(const struct op *op);

/* ---- stages of a compression (step_stages.c) ---- */
/* What the network, of these n operators, is to read instead of parameter i, in seen [n_parameters]. */
void stepping_compress(struct stepping *s, const struct op *ops, int32_t n, int32_t *seen);
/* Behind the optimizer, which has said what is important: weights go, or levels move. */
MUST_CHECK enum mote_status stepping_check_stage(const struct stepping *s, const struct frame *at);
void stepping_add_stage(struct stepping *s);

/* ---- a teacher (step_teacher.c) ---- */
/* The loss of `result`, the network's logits. */
void stepping_taught_loss(struct stepping *s, int32_t result, int32_t batch);

#endif
