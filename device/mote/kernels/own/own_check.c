/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of own may rely on: own.h. */
#include "own.h"

static bool need_own(const struct mote_own *p, uint32_t bytes[])
{
    const int32_t *words = (const int32_t *)(const void *)p;
    const int32_t *in = words + offsetof(struct mote_own, in_0) / sizeof *words;
    const int32_t *out = words + offsetof(struct mote_own, out_0) / sizeof *words;

    for (int32_t i = 0; i < MOTE_OPERATOR_INPUTS; i++)
        *bytes++ = (uint32_t)in[i];
    *bytes++ = (uint32_t)(p->name + p->prepared);
    *bytes++ = (uint32_t)p->state;
    *bytes++ = (uint32_t)p->scratch;
    for (int32_t i = 0; i < MOTE_OPERATOR_OUTPUTS; i++)
        *bytes++ = (uint32_t)out[i];
    *bytes = 1;
    return (p->name & 3) == 0 && (p->prepared & 3) == 0;
}

static bool trust_own(const struct mote_own *p, const struct mote_block *args)
{
    const struct mote_operator_call call = mote_own_call(p, args[MOTE_OPERATOR_INPUTS].data);
    const MOTE_FLASH char *name = args[MOTE_OPERATOR_INPUTS].data;
    const struct mote_operator *own;

    if (name[p->name - 1] != '\0')
        return false;
    own = mote_operator_find(name);
    return own != NULL && (own->check == NULL || own->check(&call));
}

MOTE_KERNEL_TRUST(own, MOTE_OWN_PARAMS, MOTE_OWN_ARGS);
