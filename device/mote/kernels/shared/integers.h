/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a type that is known only at run time: for kernels that are general rather than fast. */
#ifndef MOTE_INTEGERS_H
#define MOTE_INTEGERS_H

#include "../../kernel.h"

/* The i-th element; `type` is MOTE_ARG_S8, U8, S16 or S32. */
static inline int32_t mote_integer(const void *data, int32_t type, int32_t i)
{
    switch (type) {
    case MOTE_ARG_U8:
        return ((const uint8_t *)data)[i];
    case MOTE_ARG_S16:
        return ((const int16_t *)data)[i];
    case MOTE_ARG_S32:
        return ((const int32_t *)data)[i];
    default:
        return ((const int8_t *)data)[i];
    }
}

/* Bytes of an element, 0 if the type is none of the four. */
static inline int32_t mote_integer_size(int32_t type)
{
    switch (type) {
    case MOTE_ARG_S8:
    case MOTE_ARG_U8:
        return 1;
    case MOTE_ARG_S16:
        return 2;
    case MOTE_ARG_S32:
        return 4;
    default:
        return 0;
    }
}

#endif
