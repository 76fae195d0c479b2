/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emit/emit.h"

void emit_kernel_list(const struct plan *plan, struct text *out)
{
    bool used[KERNEL_LIMIT] = {false};

    for (int32_t i = 0; i < plan->n_steps; i++)
        used[plan->steps[i].kernel] = true;
    text_add(out, "/* The kernels of model %s: build the runtime with -DMOTE_KERNELS='\"<this file>\"'. */\n",
             plan->model->name);
    for (int id = 0; id < KERNEL_LIMIT; id++)
        if (used[id])
            text_add(out, "KERNEL(%d, %s, %s, portable)\n", id, kernel_families[id], kernels[id]->name);
    text_add(out, "#undef KERNEL\n");
}
