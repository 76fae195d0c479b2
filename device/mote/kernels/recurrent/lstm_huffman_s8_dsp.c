/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_huffman_s8 with rows as huffman_rows_dsp.h sums them, and units as lstm_s8_dsp has them. */
#include "../shared/hot.h"

#include "lstm_huffman_s8_dsp.h"

#include "../shared/huffman_rows_dsp.h"
#include "../shared/rows.h"
#include "lstm_s8_unit_dsp.h"

static uint32_t x_words_bytes(const struct mote_lstm_huffman_s8 *p)
{
    return mote_huffman_words_bytes(p->x_gap_bits, p->x_level_bits);
}

static uint32_t h_words_bytes(const struct mote_lstm_huffman_s8 *p)
{
    return mote_huffman_words_bytes(p->h_gap_bits, p->h_level_bits);
}

static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)bytes;
    return x_words_bytes(params) + h_words_bytes(params);
}

#if MOTE_DSP
/* The weights of x or of h. */
struct matrix {
    struct mote_huffman_dsp codes;
    const uint8_t *map;
    int8_t *some, *end; /* inputs that have a weight; none: all have */
};

struct layer {
    const struct mote_lstm_huffman_s8 *p;
    struct mote_lstm_s8 unit; /* the parameters that it begins with */
    struct matrix x, h;
    const uint8_t *bias;
    const int32_t *mult;
    const int8_t *shift;
    const uint16_t *table;
    struct mote_lstm_scale scales[2 * MOTE_GATES];
    struct mote_lstm_units units;
    bool simple; /* the last two are there */
};

static void begin_step(struct matrix *m, const int8_t *in)
{
    m->codes.at = 0;
    m->codes.in = in;
    if (m->some < m->end) {
        mote_huffman_pick_dsp(in, m->map, m->some, m->end);
        m->codes.in = m->some;
    }
}

enum { CHUNK = 4 * MOTE_GATES }; /* rows that are summed at a time */

/* Without a shift there is nothing that is rounded again. */
static inline int32_t scaled(int32_t sum, const struct mote_lstm_scale *s)
{
    if (s->right > 0)
        return mote_saturate_16(mote_lstm_scaled(sum, *s));
    __asm__("smmulr %0, %1, %2" : "=r"(sum) : "r"(2 * sum), "r"(s->mult));
    return mote_saturate_16(sum);
}

/* Of n rows from this one on. */
static void sum_rows(struct layer *l, int32_t row, int32_t n, int32_t x[CHUNK], int32_t h[CHUNK])
{
    const int32_t bytes = l->p->bias_bytes;

    for (int32_t k = 0; k < n; k++) {
        x[k] = (int32_t)mote_short_bias(l->bias + (row + k) * bytes, bytes, l->p->bias_shift);
        h[k] = 0;
    }
    mote_huffman_add_rows_dsp(&l->x.codes, x, n);
    mote_huffman_add_rows_dsp(&l->h.codes, h, n);
}

static inline int8_t put_unit(const struct layer *l, const int32_t x[MOTE_GATES], const int32_t h[MOTE_GATES],
                              int16_t *cell)
{
    int16_t gate[MOTE_GATES];

    for (int32_t g = 0; g < MOTE_GATES; g++)
        gate[g] = (int16_t)mote_saturate_16(scaled(x[g], &l->scales[g]) + scaled(h[g], &l->scales[MOTE_GATES + g]));
    return mote_lstm_unit_dsp(&l->units, gate, cell);
}

/* What the arithmetic of halfwords is too narrow for. */
static __attribute__((noinline)) int8_t put_slowly(const struct layer *l, const int32_t x[MOTE_GATES],
                                                   const int32_t h[MOTE_GATES], int16_t *cell)
{
    int32_t gate[MOTE_GATES];

    for (int32_t g = 0; g < MOTE_GATES; g++)
        gate[g] = mote_lstm_s8_gate((uint32_t)x[g], (uint32_t)h[g], l->mult, l->shift, g);
    return mote_lstm_s8_unit(&l->unit, l->table, gate, cell);
}

static void put_row(struct layer *l, const int8_t *x, int8_t *hidden, int16_t *cell, int8_t *out)
{
    const int32_t rows = MOTE_GATES * l->p->units;
    int32_t x_sums[CHUNK], h_sums[CHUNK];

    begin_step(&l->x, x);
    begin_step(&l->h, hidden);
    for (int32_t row = 0, n; row < rows; row += n) {
        n = rows - row < CHUNK ? rows - row : CHUNK;
        sum_rows(l, row, n, x_sums, h_sums);
        for (int32_t k = 0, u = row / MOTE_GATES; k < n; k += MOTE_GATES, u++)
            out[u] = l->simple ? put_unit(l, x_sums + k, h_sums + k, cell + u)
                               : put_slowly(l, x_sums + k, h_sums + k, cell + u);
    }
    for (int32_t u = 0; u < l->p->units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

/* ---- layers ---- */
static bool set_scales(struct layer *l)
{
    const struct mote_lstm_huffman_s8 *p = l->p;

    if (!mote_huffman_has_room(p->x_columns, p->bias_bytes, p->bias_shift) ||
        !mote_huffman_has_room(p->h_columns, 0, 0) || !mote_lstm_begin_units(&l->units, &l->unit, l->table))
        return false;
    for (int32_t i = 0; i < 2 * MOTE_GATES; i++) {
        const int32_t mult = l->mult[i], shift = l->shift[i];

        if (!mote_lstm_is_simple(mult, shift < 0 ? shift : shift - 1))
            return false;
        l->scales[i] = shift < 0 ? mote_lstm_scale_of(mult, shift) : (struct mote_lstm_scale){.mult = mult};
    }
    return true;
}

/* Inputs of which `columns` have a weight, and room for these; returns what is behind it. */
static int8_t *begin_inputs(struct matrix *m, int8_t *room, int32_t n, int32_t columns)
{
    const bool all = columns == n;

    m->codes.stream = all ? m->map : m->map + ((uint32_t)n + 7) / 8;
    m->some = room;
    m->end = all ? room : room + columns;
    return m->end;
}

static void begin(struct layer *l, const uint8_t *x_coded, const uint8_t *h_coded, int16_t *tables, uint32_t *words)
{
    const struct mote_lstm_huffman_s8 *p = l->p;
    int16_t *h_tables = tables + mote_huffman_entries(p->x_gap_bits) + (1 << p->x_level_bits);
    int8_t *room = (int8_t *)tables + mote_lstm_huffman_s8_entry_bytes(p);

    l->x.map = mote_huffman_begin_dsp(&l->x.codes, x_coded, tables, words, p->x_gap_bits, p->x_level_bits,
                                      p->x_count_bits, p->in_zero);
    l->h.map = mote_huffman_begin_dsp(&l->h.codes, h_coded, h_tables, words + x_words_bytes(p) / sizeof *words,
                                      p->h_gap_bits, p->h_level_bits, p->h_count_bits, p->out_zero);
    begin_inputs(&l->h, begin_inputs(&l->x, room, p->in_len, p->x_columns), p->units, p->h_columns);
    l->simple = set_scales(l);
}

/* Whether something that is written lies in n bytes of scratch that say where to read. */
static bool overlap(const struct mote_lstm_huffman_s8 *p, const void *scratch, uint32_t n, const int8_t *hidden,
                    const int16_t *cell, const int8_t *out)
{
    const uint32_t states = (uint32_t)(p->batch * p->units);

    return n > 0 && (mote_huffman_overlap(scratch, n, hidden, states) ||
                     mote_huffman_overlap(scratch, n, (const int8_t *)cell, 2 * states) ||
                     mote_huffman_overlap(scratch, n, out, (uint32_t)(p->out_ring * p->units)));
}

MOTE_WEAK void mote_lstm_huffman_s8_dsp(const struct mote_lstm_huffman_s8 *p, const int8_t *x, const uint8_t *x_coded,
                                        const uint8_t *h_coded, const uint8_t *bias, const int32_t *mult,
                                        const int8_t *shift, const uint16_t *table, int8_t *hidden, int16_t *cell,
                                        int8_t *out, int16_t *tables, uint32_t *words, int32_t first, int32_t count)
{
    const uint32_t entries = mote_lstm_huffman_s8_entry_bytes(p), more = x_words_bytes(p) + h_words_bytes(p);
    struct layer l = {.p = p, .bias = bias, .mult = mult, .shift = shift, .table = table};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    if (overlap(p, tables, entries, hidden, cell, out) || overlap(p, words, more, hidden, cell, out) ||
        (more > 0 && mote_huffman_overlap(words, more, (const int8_t *)tables, mote_lstm_huffman_s8_tables_bytes(p))))
        return;
    __builtin_memcpy(&l.unit, p, sizeof l.unit);
    begin(&l, x_coded, h_coded, tables, words);
    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        put_row(&l, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_lstm_huffman_s8_dsp(const struct mote_call *c)
{
    mote_lstm_huffman_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                             c->args[6], c->args[7], c->args[8], c->args[9], c->args[10], c->args[11], c->first,
                             c->count);
}
#endif

#if MOTE_DESCRIBE
/* A call fills the tables; a pair takes about a byte. */
static double instructions(const void *params, int32_t rows)
{
    const struct mote_lstm_huffman_s8 *p = params;
    const double pairs = mote_huffman_pair_instructions(p->x_gap_bits, p->x_level_bits) * p->x_coded_bytes +
                         mote_huffman_pair_instructions(p->h_gap_bits, p->h_level_bits) * p->h_coded_bytes;

    return 700 + 1.25 * mote_lstm_huffman_s8_entry_bytes(p) + 0.5 * fit(p, NULL) +
           rows * (pairs + 5 * ((double)p->in_len + p->units) + 500.0 * p->units);
}
#endif

MOTE_KERNEL_CODE(lstm_huffman_s8, dsp, .run = MOTE_IF_DSP(run_lstm_huffman_s8_dsp), .fit = fit,
                 MOTE_SCRATCH MOTE_INSTRUCTIONS(instructions));
