/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of fully_connected_f32, _f16 and _hybrid share, which say what NEED, FULLY_CONNECTED and
 * WEIGHT_BYTES are, and SCALES, the number of arguments that hold them. */
#ifndef MOTE_FULLY_CONNECTED_FLOATS_CHECK_H
#define MOTE_FULLY_CONNECTED_FLOATS_CHECK_H

static bool NEED(const struct FULLY_CONNECTED *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->rows, p->in_len, 4);
    bytes[1] = mote_bytes(p->out_c, p->in_len, WEIGHT_BYTES);
    bytes[2] = mote_bytes(p->out_c, 4, 1);
    bytes[SCALES + 2] = bytes[2];
    bytes[SCALES + 3] = mote_bytes(p->rows, p->out_c, 4);
    bytes[SCALES + 4] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[SCALES + 3] <= INT32_MAX;
}

#endif
