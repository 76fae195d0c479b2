/* SPDX-License-Identifier: Apache-2.0 */
/* What is around each call of a kernel. In a file of its own: compiled into the loops that call it, it would have too
 * few registers for its own. */
#include "registry.h"
#include "schedule.h"

void mote_schedule_call(struct mote_model *m, uint32_t step, uint32_t first, int32_t count)
{
    const struct mote_image_step *s = &m->steps[step];
    const struct mote_image_tensor *tensors = m->tensors;
    const uint16_t *index = m->args + s->args;
    uint32_t n = s->n_args;
    void *args[MOTE_ARGS_MAX + 1], **arg = args;
    struct mote_call call = {m->params + s->params, args, (int32_t)first, count};

    mote_assert(n > 0 && n <= MOTE_ARGS_MAX);
    args[n] = NULL;
    do {
        const struct mote_image_tensor *t = &tensors[*index++];

        *arg++ = m->regions[t->region] + t->offset;
    } while (--n > 0);
    mote_kernels_at(m->kernels, s->kernel)->version->run(&call);
    if (m->hook != NULL)
        m->hook(m->user, m, (int32_t)step, s->kernel);
}
