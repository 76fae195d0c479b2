/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a kernel trusts its arguments, which are as long as it asks for. */
#ifndef TESTS_TRUST_H
#define TESTS_TRUST_H

#include "mote/kernel.h"

static inline bool trusts(const struct mote_kernel *k, const void *params, const void *args)
{
    const void *const *data = args;
    struct mote_block blocks[MOTE_ARGS_MAX];
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    (void)k->need(params, bytes);
    for (int i = 0; i < k->n_args; i++)
        blocks[i] = (struct mote_block){.data = data[i], .bytes = bytes[i]};
    return k->trust == NULL || k->trust(params, blocks);
}

#endif
