/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int8 LSTM of coded weights: the definition of lstm_huffman_s8.h. Its rows come in the order in which a step
 * wants them: a unit's four gates, then the next unit's. */
#include "../shared/hot.h"

#include "lstm_huffman_s8.h"

#include "../shared/huffman_rows.h"
#include "../shared/rows.h"
#include "lstm_s8_unit.h"

_Static_assert(offsetof(struct mote_lstm_huffman_s8, x_columns) == sizeof(struct mote_lstm_s8),
               "its parameters begin with those of lstm_s8");

/* The weights of x or of h. */
struct matrix {
    struct mote_huffman codes;
    const MOTE_FLASH uint8_t *map, *stream;
    int8_t *some, *end; /* inputs that have a weight; none: all have */
};

struct layer {
    const struct mote_lstm_huffman_s8 *p;
    struct mote_lstm_s8 unit; /* the parameters that it begins with */
    struct matrix x, h;
    const MOTE_FLASH uint8_t *bias;
    const MOTE_FLASH int32_t *mult;
    const MOTE_FLASH int8_t *shift;
    const MOTE_FLASH uint16_t *table;
};

/* Where a step is in a matrix. */
struct reading {
    const int8_t *in;
    struct mote_huffman_reader reader;
};

static struct reading begin_step(const struct matrix *m, const int8_t *in)
{
    if (m->some < m->end) {
        mote_huffman_pick(in, m->map, m->some, m->end);
        in = m->some;
    }
    return (struct reading){in, mote_huffman_open(m->stream)};
}

static void lstm_row(const struct layer *l, const int8_t *x, int8_t *hidden, int16_t *cell, int8_t *out)
{
    const struct mote_lstm_huffman_s8 *p = l->p;
    const MOTE_FLASH uint8_t *bias = l->bias;
    struct reading of_x = begin_step(&l->x, x), of_h = begin_step(&l->h, hidden);

    for (int32_t u = 0; u < p->units; u++) {
        uint32_t x_sum[MOTE_GATES];
        int32_t gate[MOTE_GATES];

        for (int32_t g = 0; g < MOTE_GATES; g++, bias += p->bias_bytes)
            x_sum[g] = mote_huffman_add_row(&l->x.codes, &of_x.reader, of_x.in,
                                            mote_short_bias(bias, p->bias_bytes, p->bias_shift));
        for (int32_t g = 0; g < MOTE_GATES; g++)
            gate[g] = mote_lstm_s8_gate(x_sum[g], mote_huffman_add_row(&l->h.codes, &of_h.reader, of_h.in, 0), l->mult,
                                        l->shift, g);
        out[u] = mote_lstm_s8_unit(&l->unit, l->table, gate, cell + u);
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

/* Makes the codes' tables; returns what is behind them. */
static int16_t *begin(struct matrix *m, int16_t *tables, const MOTE_FLASH uint8_t *coded, int32_t gap_bits,
                      int32_t level_bits, int32_t count_bits, int32_t zero)
{
    int16_t *levels = tables + mote_huffman_entries(gap_bits);

    m->codes = (struct mote_huffman){
        tables,      levels, mote_huffman_shift(gap_bits), (uint8_t)(32 - level_bits), (uint8_t)(32 - count_bits),
        (int8_t)zero};
    m->map = mote_huffman_table(levels, mote_huffman_table(tables, coded, gap_bits), level_bits);
    return levels + (1 << level_bits);
}

/* Inputs of which `columns` have a weight, and room for these; returns what is behind it. */
static int8_t *begin_inputs(struct matrix *m, int8_t *room, int32_t n, int32_t columns)
{
    const bool all = columns == n;

    m->stream = all ? m->map : m->map + ((uint32_t)n + 7) / 8;
    m->some = room;
    m->end = all ? room : room + columns;
    return m->end;
}

static bool overlaps(const struct mote_lstm_huffman_s8 *p, const int16_t *tables, const int8_t *hidden,
                     const int16_t *cell, const int8_t *out)
{
    const uint32_t bytes = mote_lstm_huffman_s8_entry_bytes(p), states = (uint32_t)(p->batch * p->units);

    return mote_huffman_overlap(tables, bytes, hidden, states) ||
           mote_huffman_overlap(tables, bytes, (const int8_t *)cell, 2 * states) ||
           mote_huffman_overlap(tables, bytes, out, (uint32_t)(p->out_ring * p->units));
}

MOTE_WEAK void mote_lstm_huffman_s8(const struct mote_lstm_huffman_s8 *p, const int8_t *x,
                                    const MOTE_FLASH uint8_t *x_coded, const MOTE_FLASH uint8_t *h_coded,
                                    const MOTE_FLASH uint8_t *bias, const MOTE_FLASH int32_t *mult,
                                    const MOTE_FLASH int8_t *shift, const MOTE_FLASH uint16_t *table, int8_t *hidden,
                                    int16_t *cell, int8_t *out, int16_t *tables, int32_t first, int32_t count)
{
    struct layer l = {.p = p, .bias = bias, .mult = mult, .shift = shift, .table = table};
    int16_t *room;

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    if (overlaps(p, tables, hidden, cell, out))
        return;
    __builtin_memcpy(&l.unit, p, sizeof l.unit);
    room = begin(&l.x, tables, x_coded, p->x_gap_bits, p->x_level_bits, p->x_count_bits, p->in_zero);
    room = begin(&l.h, room, h_coded, p->h_gap_bits, p->h_level_bits, p->h_count_bits, p->out_zero);
    begin_inputs(&l.h, begin_inputs(&l.x, (int8_t *)room, p->in_len, p->x_columns), p->units, p->h_columns);
    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        lstm_row(&l, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                 out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_lstm_huffman_s8(const struct mote_call *c)
{
    mote_lstm_huffman_s8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                         c->args[7], c->args[8], c->args[9], c->args[10], c->first, c->count);
}

#if MOTE_DESCRIBE
/* A call fills the tables; a pair takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_lstm_huffman_s8 *p = params;
    const double coded = (double)p->x_coded_bytes + p->h_coded_bytes, in = (double)p->in_len + p->units;

    return 200 + 1.25 * mote_lstm_huffman_s8_entry_bytes(p) + rows * (21 * coded + 8 * in + 550.0 * p->units);
}
#endif

MOTE_KERNEL_CODE(lstm_huffman_s8, portable, .run = run_lstm_huffman_s8, MOTE_INSTRUCTIONS(instructions));
