/* SPDX-License-Identifier: Apache-2.0 */
/* Portable: calls the user's operator. */
#include "own.h"

static bool is_same(const char *a, const MOTE_FLASH char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Tools have another, for operators that they load. */
MOTE_WEAK const struct mote_operator *mote_operator_find(const MOTE_FLASH char *name)
{
    const struct mote_operator *const *o = mote_operators;

    while (*o != NULL && !is_same((*o)->name, name))
        o++;
    return *o;
}

static const void *input(const void *in, int32_t bytes) { return bytes > 0 ? in : NULL; }
static void *memory(void *at, int32_t bytes) { return bytes > 0 ? at : NULL; }

MOTE_WEAK void mote_own(const struct mote_own *p, const void *in0, const void *in1, const void *in2, const void *in3,
                        const void *in4, const void *in5, const void *in6, const void *in7,
                        const MOTE_FLASH int32_t *prepared, void *state, void *scratch, void *out0, void *out1,
                        void *out2, void *out3, int32_t first, int32_t count)
{
    const void *const in[] = {input(in0, p->in_0), input(in1, p->in_1), input(in2, p->in_2), input(in3, p->in_3),
                              input(in4, p->in_4), input(in5, p->in_5), input(in6, p->in_6), input(in7, p->in_7)};
    void *const out[] = {memory(out0, p->out_0), memory(out1, p->out_1), memory(out2, p->out_2),
                         memory(out3, p->out_3)};
    struct mote_operator_call call = mote_own_call(p, prepared);

    (void)first;
    if (count == 0)
        return;
    for (int32_t i = 0; i < MOTE_OPERATOR_INPUTS; i++)
        call.in[i] = in[i];
    for (int32_t i = 0; i < MOTE_OPERATOR_OUTPUTS; i++)
        call.out[i] = out[i];
    call.state = memory(state, p->state);
    call.scratch = memory(scratch, p->scratch);
    mote_operator_find((const MOTE_FLASH char *)prepared)->run(&call);
}

static void run_own(const struct mote_call *c)
{
    mote_own(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6], c->args[7],
             c->args[8], c->args[9], c->args[10], c->args[11], c->args[12], c->args[13], c->args[14], c->first,
             c->count);
}

MOTE_KERNEL_VERSION(own, portable);
