/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/targets.h"

#include <math.h>

struct standard standard_of(const struct dataset *d)
{
    const int32_t *samples = d->split[SPLIT_TRAIN], n = d->n_split[SPLIT_TRAIN];
    double sum = 0, squares = 0, mean;

    assert(n > 0 && d->targets != NULL);
    for (int32_t i = 0; i < n; i++)
        sum += (double)d->targets[samples[i]];
    mean = sum / n;
    for (int32_t i = 0; i < n; i++)
        squares += pow((double)d->targets[samples[i]] - mean, 2);
    return (struct standard){mean, squares > 0 ? sqrt(squares / n) : 1};
}

float standard_number(const struct standard *s, float target)
{
    return (float)(((double)target - s->mean) / s->deviation);
}

float standard_target(const struct standard *s, float number)
{
    return (float)((double)number * s->deviation + s->mean);
}

/* ---- the last layer ---- */
/* Each x of a constant becomes scale * x + shift. */
static void change(struct model *m, int32_t tensor, double scale, double shift)
{
    struct tensor *t = &m->graphs[0].tensors[tensor];
    const float *from = (const void *)t->data;
    int64_t n = tensor_elements(t);
    float *to = pool_array(m->pool, (size_t)n, sizeof *to);

    assert(t->data != NULL && t->type == TYPE_F32);
    for (int64_t i = 0; i < n; i++)
        to[i] = (float)((double)from[i] * scale + shift);
    t->data = (const uint8_t *)to;
}

static void change_scales(struct model *m, struct quant *q, double scale)
{
    float *to = pool_array(m->pool, (size_t)q->n, sizeof *to);

    for (int32_t i = 0; i < q->n; i++)
        to[i] = (float)((double)q->scale[i] * scale);
    q->scale = to;
}

static void change_last(struct model *m, double scale, double shift)
{
    const struct graph *g = &m->graphs[0];
    const struct op *last = &g->ops[g->n_ops - 1];

    assert(last->id == OP_FULLY_CONNECTED && last->n_in == 3 && last->out[0] == g->outputs[0]);
    change(m, last->in[1], scale, 0);
    change(m, last->in[2], scale, shift);
    change_scales(m, &m->graphs[0].tensors[last->in[1]].quant, scale);
}

void standard_fold(struct model *m, const struct standard *s) { change_last(m, s->deviation, s->mean); }

void standard_unfold(struct model *m, const struct standard *s)
{
    change_last(m, 1 / s->deviation, -s->mean / s->deviation);
}
