/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of conv_2d_huffman_s8 may rely on: conv_2d_huffman_s8.h. */
#include "conv_2d_huffman_s8.h"

#include "../shared/huffman_check.h"
#include "../shared/requant.h"
#include "../shared/rows.h"

/* Bytes of scratch, or more than there can be. Offsets within a window are 16 bits wide. */
static uint32_t scratch_bytes(const struct mote_conv_2d_huffman_s8 *p)
{
    const struct mote_conv_window w = mote_conv_2d_huffman_s8_window(p);
    const int64_t row = (int64_t)w.columns * p->in_c;
    const int64_t down = ((int64_t)p->kernel_h - 1) * p->dilation_h,
                  across = ((int64_t)p->kernel_w - 1) * p->dilation_w;

    if (row > INT32_MAX || down > UINT16_MAX || across > UINT16_MAX ||
        down * row + across * p->in_c + p->filter_c > UINT16_MAX || w.rows * row > INT32_MAX / 2 ||
        p->columns > INT32_C(1) << 16)
        return UINT32_MAX;
    return mote_conv_2d_huffman_s8_lists(p) + (uint32_t)mote_packed_align((uint32_t)(w.rows * row), 4);
}

static bool need_conv_2d_huffman_s8(const struct mote_conv_2d_huffman_s8 *p, uint32_t bytes[])
{
    const uint32_t filter = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);
    const uint32_t channels = p->per_channel ? (uint32_t)p->out_c : 1;

    bytes[0] = mote_bytes(p->in_ring, p->in_w, p->in_c);
    bytes[1] = (uint32_t)p->coded_bytes;
    bytes[2] = (uint32_t)(p->out_c * p->bias_bytes);
    bytes[3] = channels * 4;
    bytes[4] = channels;
    bytes[5] = mote_bytes(p->in_w, p->in_c, 1);
    bytes[6] = mote_bytes(p->out_ring, p->out_w, p->out_c);
    bytes[8] = mote_bytes(p->batch, p->out_h, 1);
    if (p->block > p->out_h ||
        !mote_window_fits(p->batch, p->in_h, p->out_h, p->kernel_h, p->stride_h, p->dilation_h) ||
        !mote_window_fits(1, p->in_w, p->out_w, p->kernel_w, p->stride_w, p->dilation_w))
        return false;
    bytes[7] = scratch_bytes(p);
    return bytes[0] <= INT32_MAX && bytes[6] <= INT32_MAX && bytes[7] <= INT32_MAX && p->lo <= p->hi &&
           (uint32_t)p->columns <= filter && p->in_c % p->filter_c == 0 && p->out_c % (p->in_c / p->filter_c) == 0;
}

static bool trust_conv_2d_huffman_s8(const struct mote_conv_2d_huffman_s8 *p, const struct mote_block args[])
{
    const struct mote_huffman_matrix m = {.rows = p->out_c,
                                          .row_len = p->kernel_h * p->kernel_w * p->filter_c,
                                          .columns = p->columns,
                                          .gap_bits = p->gap_bits,
                                          .level_bits = p->level_bits,
                                          .count_bits = p->count_bits,
                                          .longest = p->longest};

    return mote_shifts_in_range(args[4].data, p->per_channel ? p->out_c : 1) &&
           mote_huffman_is_matrix(&m, args[1].data, p->coded_bytes);
}

MOTE_KERNEL_TRUST(conv_2d_huffman_s8, MOTE_CONV_2D_HUFFMAN_S8_PARAMS, MOTE_CONV_2D_HUFFMAN_S8_ARGS);
