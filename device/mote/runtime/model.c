/* SPDX-License-Identifier: Apache-2.0 */
/* What is around an inference with an image that check.c has proved: states, inputs, outputs. */
#include "../memory.h"
#include "../mote.h"
#include "../ops/image.h"
#include "../ops/types.h"
#include "schedule.h"

void mote_model_reset(struct mote_model *m)
{
    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const struct mote_image_tensor *t = &m->tensors[i];

        if (!(t->flags & MOTE_TENSOR_STATE))
            continue;
        if (t->initial > 0)
            memcpy(model_place(m, i), model_place(m, t->initial - 1u), t->bytes);
        else
            memset(model_place(m, i), t->fill, t->bytes);
    }
    schedule_enter(m, 0);
}

int32_t mote_model_inputs(const struct mote_model *m) { return (int32_t)m->n_inputs; }

int32_t mote_model_outputs(const struct mote_model *m) { return (int32_t)(m->n_io - m->n_inputs); }

static void describe(const struct mote_model *m, const struct mote_image_io *from, struct mote_io *io)
{
    io->data = model_place(m, from->tensor);
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
