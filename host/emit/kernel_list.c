/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emit/emit.h"

void emit_kernel_list(const struct plan *plan, struct text *out)
{
    const struct kernel_version *used[KERNEL_LIMIT] = {NULL};

    for (int32_t i = 0; i < plan->n_steps; i++)
        used[plan->steps[i].kernel] = plan->steps[i].version;
    text_add(out, "/* The kernels of model %s: build the runtime with -DMOTE_KERNELS='\"<this file>\"'. */\n",
             plan->model->name);
    kernel_list(out, used);
}
