/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the steps of an image that check.c has proved. */
#include "../memory.h"
#include "../mote.h"
#include "../ops/image.h"
#include "../ops/types.h"
#include "registry.h"

static void *place(const struct mote_model *m, uint32_t tensor)
{
    const struct mote_image_tensor *t = &m->tensors[tensor];
    /* Kernels take image bytes through pointers to const; the argument list is one for all, so const goes here. */
    union {
        const uint8_t *from;
        uint8_t *to;
    } image = {.from = m->image};

    return (t->region == MOTE_REGION_IMAGE ? image.to : m->arena) + t->offset;
}

static void run_step(struct mote_model *m, uint32_t index)
{
    const struct mote_image_step *s = &m->steps[index];
    void *args[MOTE_ARGS_MAX];
    struct mote_call call = {m->params + s->params, args, (int32_t)s->first, (int32_t)s->count};

    mote_assert(s->n_args <= MOTE_ARGS_MAX);
    for (uint32_t i = 0; i < s->n_args; i++)
        args[i] = place(m, m->args[s->args + i]);
    mote_kernels_at(m->kernels, s->kernel)->version->run(&call);
    if (m->hook != NULL)
        m->hook(m->user, m, (int32_t)index, s->kernel);
}

int32_t mote_model_step(struct mote_model *m)
{
    if (m->next < m->n_steps)
        run_step(m, m->next++);
    if (m->next < m->n_steps)
        return 1;
    m->next = 0;
    return 0;
}

int32_t mote_model_run(struct mote_model *m)
{
    m->next = 0;
    while (mote_model_step(m) == 1)
        continue;
    return MOTE_OK;
}

void mote_model_reset(struct mote_model *m)
{
    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const struct mote_image_tensor *t = &m->tensors[i];

        if (!(t->flags & MOTE_TENSOR_STATE))
            continue;
        if (t->initial > 0)
            memcpy(place(m, i), place(m, t->initial - 1u), t->bytes);
        else
            memset(place(m, i), t->fill, t->bytes);
    }
    m->next = 0;
}

int32_t mote_model_inputs(const struct mote_model *m) { return (int32_t)m->n_inputs; }

int32_t mote_model_outputs(const struct mote_model *m) { return (int32_t)(m->n_io - m->n_inputs); }

static void describe(const struct mote_model *m, const struct mote_image_io *from, struct mote_io *io)
{
    io->data = place(m, from->tensor);
    io->bytes = m->tensors[from->tensor].bytes;
    io->name = m->strings + from->name;
    io->type = m->tensors[from->tensor].type;
    io->rank = from->rank;
    io->dims = from->dims;
    io->scale = from->scale;
    io->zero = from->zero;
}

int32_t mote_model_input(const struct mote_model *m, int32_t i, struct mote_io *io)
{
    if (i < 0 || i >= mote_model_inputs(m))
        return MOTE_ERR_USAGE;
    describe(m, m->io + i, io);
    return MOTE_OK;
}

int32_t mote_model_output(const struct mote_model *m, int32_t i, struct mote_io *io)
{
    if (i < 0 || i >= mote_model_outputs(m))
        return MOTE_ERR_USAGE;
    describe(m, m->io + m->n_inputs + (uint32_t)i, io);
    return MOTE_OK;
}

const char *mote_model_name(const struct mote_model *m) { return m->strings; }
