/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of recurrent_f32 and recurrent_hybrid share, which say what NEED, RECURRENT and WEIGHT_BYTES are, and
 * SCALES, the number of arguments that hold the scales of weights on x, and of those on h. */
#ifndef MOTE_RECURRENT_FLOATS_CHECK_H
#define MOTE_RECURRENT_FLOATS_CHECK_H

static bool NEED(const struct RECURRENT *p, uint32_t bytes[])
{
    const int32_t gates = p->lstm ? 4 : 1;
    const uint32_t rows = mote_bytes(p->batch, p->time, 1), bias = mote_bytes(p->units, gates * 4, 1);
    uint32_t *h_weights = &bytes[SCALES + 2], *after = &bytes[2 * SCALES + 3];

    bytes[1 + SCALES] = bias;
    h_weights[SCALES] = bias;
    bytes[0] = mote_bytes(p->in_ring, p->in_len, 4);
    bytes[1] = mote_bytes(p->units, p->in_len, gates * WEIGHT_BYTES);
    h_weights[0] = mote_bytes(p->units, p->units, gates * WEIGHT_BYTES);
    after[0] = bias;
    after[1] = p->peephole ? mote_bytes(p->units, 3 * 4, 1) : bias;
    after[2] = mote_bytes(p->batch, p->units, 4);
    after[3] = after[2];
    after[4] = mote_bytes(p->out_ring, p->units, 4);
    after[5] = rows;
    return rows <= INT32_MAX && bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && h_weights[0] <= INT32_MAX &&
           after[2] <= INT32_MAX && after[4] <= INT32_MAX;
}

#endif
