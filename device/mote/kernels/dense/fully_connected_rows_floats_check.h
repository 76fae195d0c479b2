/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of fully_connected_rows_f32, _f16 and _hybrid share, which say what NEED, FULLY_CONNECTED_ROWS and
 * WEIGHT_BYTES are, and SCALES, the number of arguments that hold them. */
#ifndef MOTE_FULLY_CONNECTED_ROWS_FLOATS_CHECK_H
#define MOTE_FULLY_CONNECTED_ROWS_FLOATS_CHECK_H

static bool NEED(const struct FULLY_CONNECTED_ROWS *p, uint32_t bytes[])
{
    uint32_t len = mote_bytes(p->in_h, p->in_len, 1);

    bytes[0] = mote_bytes(p->in_ring, p->in_len, 4);
    bytes[1] = len <= INT32_MAX ? mote_bytes(p->out_c, (int32_t)len, WEIGHT_BYTES) : UINT32_MAX;
    bytes[2] = mote_bytes(p->out_c, 4, 1);
    bytes[SCALES + 2] = bytes[2];
    bytes[SCALES + 3] = mote_bytes(p->out_c, 4, 1);
    bytes[SCALES + 4] = mote_bytes(p->out_c, 4, 1);
    bytes[SCALES + 5] = mote_bytes(p->batch, p->in_h, 1);
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && bytes[2] <= INT32_MAX && bytes[SCALES + 5] <= INT32_MAX;
}

#endif
