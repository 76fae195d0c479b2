/* SPDX-License-Identifier: Apache-2.0 */
/* Activations of several operators, which formats share. */
#ifndef MOTE_ACTIVATION_H
#define MOTE_ACTIVATION_H

#include "host/import/build.h"

/* One by a name, as recurrent operators have them. */
struct function {
    const char *name;
    int32_t (*of)(struct build *r, const struct function *f, int32_t x);
    enum op_id id; /* of those that are one operator */
    int n;         /* how many of alpha and beta it has; here they are what holds where a file has none */
    float alpha, beta;
};

int32_t times(struct build *r, int32_t x, float factor);
int32_t plus(struct build *r, int32_t x, float term);
int32_t leaky_relu(struct build *r, int32_t x, float alpha);
int32_t clip(struct build *r, int32_t x, float min, float max); /* infinite: no bound */
/* max(x, 0) + alpha (exp(min(x, 0) / scale) - 1) */
int32_t elu(struct build *r, int32_t x, float alpha, float scale);
/* alpha x + beta, within 0 and 1 */
int32_t hard_sigmoid(struct build *r, int32_t x, float alpha, float beta);
/* max(x, 0) + log(1 + exp(-|x|)) */
int32_t softplus(struct build *r, int32_t x);
int32_t mish(struct build *r, int32_t x);
int32_t swish(struct build *r, int32_t x, float alpha); /* x / (1 + exp(-alpha x)) */
/* x / 2 (1 + erf(x / sqrt(2))), or with tanh the polynomial that was there before. */
int32_t gelu(struct build *r, int32_t x, bool approximate);
int32_t softsign(struct build *r, int32_t x);
/* SOFTMAX or LOG_SOFTMAX along the last dimension. */
int32_t softmax_last(struct build *r, enum op_id id, int32_t x);

#endif
