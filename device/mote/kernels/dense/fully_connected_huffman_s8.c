/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 fully connected layer of coded weights: the definition of fully_connected_huffman_s8.h. */
#include "../shared/hot.h"

#include "fully_connected_huffman_s8.h"

#include "../shared/huffman_rows.h"
#include "../shared/requant.h"

MOTE_WEAK void mote_fully_connected_huffman_s8(const struct mote_fully_connected_huffman_s8 *p, const int8_t *in,
                                               const MOTE_FLASH uint8_t *coded, const MOTE_FLASH uint8_t *bias,
                                               const MOTE_FLASH int32_t *mult, const MOTE_FLASH int8_t *shift,
                                               int8_t *out, int16_t *tables, int32_t first, int32_t count)
{
    int16_t *levels = tables + mote_huffman_entries(p->gap_bits);
    int8_t *some = (int8_t *)(levels + (1 << p->level_bits));
    const struct mote_huffman codes = {tables,
                                       levels,
                                       mote_huffman_shift(p->gap_bits),
                                       (uint8_t)(32 - p->level_bits),
                                       (uint8_t)(32 - p->count_bits),
                                       (int8_t)p->in_zero};
    const bool all = p->columns == p->in_len;
    const MOTE_FLASH uint8_t *map =
        mote_huffman_table(levels, mote_huffman_table(tables, coded, p->gap_bits), p->level_bits);
    const MOTE_FLASH uint8_t *stream = all ? map : map + ((uint32_t)p->in_len + 7) / 8;

    mote_assert(first >= 0 && count >= 0 && first <= p->rows - count);
    in += first * p->in_len;
    out += first * p->out_c;
    if (mote_huffman_overlap(tables, mote_fully_connected_huffman_s8_entries(p), out, (uint32_t)(count * p->out_c)))
        return;
    for (; count > 0; count--, in += p->in_len) {
        struct mote_huffman_reader reader = mote_huffman_open(stream);

        if (!all)
            mote_huffman_pick(in, map, some, some + p->columns);
        for (int32_t o = 0; o < p->out_c; o++) {
            uint32_t sum = mote_short_bias(bias + o * p->bias_bytes, p->bias_bytes, p->bias_shift);
            int32_t q = p->per_channel ? o : 0;

            sum = mote_huffman_add_row(&codes, &reader, all ? in : some, sum);
            *out++ = mote_requant_s8((int32_t)sum, mult[q], shift[q], p->out_zero, p->lo, p->hi);
        }
    }
}

static void run_fully_connected_huffman_s8(const struct mote_call *c)
{
    mote_fully_connected_huffman_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                    c->args[6], c->first, c->count);
}

#if MOTE_DESCRIBE
/* A call fills the tables; a pair takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_fully_connected_huffman_s8 *p = params;

    return 100 + 2.5 * mote_fully_connected_huffman_s8_entries(p) +
           rows * (21.0 * p->coded_bytes + 8.0 * p->in_len + 40.0 * p->out_c);
}
#endif

MOTE_KERNEL_CODE(fully_connected_huffman_s8, portable, .run = run_fully_connected_huffman_s8,
                 MOTE_INSTRUCTIONS(instructions));
