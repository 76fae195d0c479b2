/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of kernels of two operands and a result: parameters as in operands.h, walked as in broadcast.h. */
#ifndef MOTE_SHARED_OPERANDS_CHECK_H
#define MOTE_SHARED_OPERANDS_CHECK_H

#include "broadcast.h"
#include "operands.h"

/* need_<kernel>, trust_<kernel> and the kernel's row. Elements of the operands have SIZE bytes, of the result OUT_SIZE;
 * ALSO is what else must hold. All may use p, the parameters, and the last two SIZE's value, size. */
#define MOTE_OPERANDS_CHECK(kernel, PARAMS, ARGS, SIZE, OUT_SIZE, ALSO)                                                \
    static bool need_##kernel(const struct mote_##kernel *p, uint32_t bytes[])                                         \
    {                                                                                                                  \
        const int32_t size = SIZE;                                                                                     \
                                                                                                                       \
        bytes[0] = mote_bytes(p->a_ring, p->a_len, size);                                                              \
        bytes[1] = mote_bytes(p->b_ring, p->b_len, size);                                                              \
        bytes[2] = mote_bytes(p->rank, 3, 4);                                                                          \
        bytes[3] = mote_bytes(p->out_ring, p->out_len, OUT_SIZE);                                                      \
        bytes[4] = (uint32_t)p->rows;                                                                                  \
        return (ALSO) && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[3] <= INT32_MAX;                      \
    }                                                                                                                  \
    static bool trust_##kernel(const struct mote_##kernel *p, const struct mote_block args[])                          \
    {                                                                                                                  \
        return mote_broadcast_trust(args[2].data, p->rank, p->a_len, p->b_len, p->out_len);                            \
    }                                                                                                                  \
    MOTE_KERNEL_TRUST(kernel, PARAMS, ARGS)

#endif
