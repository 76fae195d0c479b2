/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/elements.h"

#include <string.h>

#include "host/base/largest.h"
#include "host/graph/graph.h"

static uint32_t element_bytes(const struct mote_io *io) { return (uint32_t)type_bits((enum mote_type)io->type) / 8; }

uint32_t io_elements(const struct mote_io *io)
{
    uint32_t size = element_bytes(io);

    return size > 0 ? io->bytes / size : 0;
}

bool io_element(const struct mote_io *io, uint32_t i, double *out)
{
    const uint8_t *p = (const uint8_t *)io->data + (size_t)i * element_bytes(io);
    uint16_t half;
    int32_t word;
    uint32_t unsigned_word;
    int64_t wide;
    float real;

    switch (io->type) {
    case TYPE_S8:
        *out = (int8_t)*p;
        return true;
    case TYPE_U8:
    case TYPE_BOOL:
        *out = *p;
        return true;
    case TYPE_S16:
        memcpy(&half, p, sizeof half);
        *out = (int16_t)half;
        return true;
    case TYPE_U16:
        memcpy(&half, p, sizeof half);
        *out = half;
        return true;
    case TYPE_S32:
        memcpy(&word, p, sizeof word);
        *out = word;
        return true;
    case TYPE_U32:
        memcpy(&unsigned_word, p, sizeof unsigned_word);
        *out = unsigned_word;
        return true;
    case TYPE_S64:
        memcpy(&wide, p, sizeof wide);
        *out = (double)wide;
        return true;
    case TYPE_F32:
        memcpy(&real, p, sizeof real);
        *out = (double)real;
        return true;
    case TYPE_F64:
        memcpy(out, p, sizeof *out);
        return true;
    default:
        return false;
    }
}

int32_t io_largest(const struct mote_io *io)
{
    int32_t n = (int32_t)io_elements(io);
    struct largest l = {.any = false};
    double value;

    for (int32_t i = 0; i < n; i++)
        if (io_element(io, (uint32_t)i, &value))
            largest_see(&l, i, value);
    return l.index;
}
