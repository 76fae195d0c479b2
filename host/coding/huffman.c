/* SPDX-License-Identifier: Apache-2.0 */
/* A weight is a gap (zeros before it in its row, of those columns that have a weight anywhere) and a level. A gap
 * longer than the longest that has a code is that one with a level of 0, and then the rest; how long that is to be is
 * tried. If it is 0, codes of gaps take no bits: of dense weights of few values each is a level's code. */
#include "host/coding/huffman.h"

#include "host/coding/lengths.h"

#define BEHIND      3 /* readable bytes behind the stream: a word starts in its last */
#define COUNT_MAX   65535
#define GAP_MAX     127 /* that a table's entry holds */
#define BYTES_LIMIT (1 << 28)

struct matrix {
    const int8_t *weights;
    int32_t rows, columns;
    bool *used; /* [columns] */
};

typedef void each_fn(void *context, int32_t row, int32_t gap, int8_t level);

/* Every weight that is not 0, row by row. */
static void each(const struct matrix *m, each_fn *fn, void *context)
{
    const int8_t *w = m->weights;

    for (int32_t row = 0; row < m->rows; row++)
        for (int32_t column = 0, gap = 0; column < m->columns; column++, w++) {
            if (*w != 0)
                fn(context, row, gap, *w);
            if (m->used[column])
                gap = *w != 0 ? 0 : gap + 1;
        }
}

/* ---- counting ---- */
struct counts {
    uint64_t *gaps; /* [columns] */
    int32_t longest;
    uint64_t levels[256];
};

static void count(void *context, int32_t row, int32_t gap, int8_t level)
{
    struct counts *c = context;

    (void)row;
    c->gaps[gap]++;
    c->longest = gap > c->longest ? gap : c->longest;
    c->levels[(uint8_t)level]++;
}

struct codes {
    struct lengths gaps, levels;
    int32_t longest; /* gap with a code */
};

/* If gaps above `longest` are split, and codes of gaps have at most so many bits: of one that is 0 none. */
static bool make_codes(const struct counts *c, int32_t gap_limit, int32_t level_limit, int32_t longest,
                       struct codes *codes)
{
    *codes = (struct codes){.gaps.limit = gap_limit, .levels.limit = level_limit, .longest = longest};
    memcpy(codes->levels.times, c->levels, sizeof c->levels);
    for (int32_t gap = 0; gap <= c->longest; gap++) {
        const uint64_t split = c->gaps[gap] * (uint64_t)(gap / (longest + 1));

        codes->gaps.times[gap % (longest + 1)] += c->gaps[gap];
        codes->gaps.times[longest] += split;
        codes->levels.times[0] += split;
    }
    return (longest == 0 || (gap_limit > 0 && lengths_make(&codes->gaps))) && lengths_make(&codes->levels);
}

static uint64_t bits_of(const struct codes *c)
{
    return c->gaps.bits + c->levels.bits + 8 * (uint64_t)(c->gaps.values + c->levels.values);
}

/* Without gaps zeros are decoded, too, one by one: that is to save something. */
static uint64_t price_of(const struct codes *c)
{
    const uint64_t bits = bits_of(c);

    return c->longest > 0 ? bits : bits + bits / 8;
}

/* The codes that take the fewest bits, or almost, and have one for gaps of at least that if there are any. */
static bool choose_codes(const struct counts *c, struct huffman_limits limits, int32_t least, struct codes *best)
{
    bool found = false;

    assert(limits.code > 0 && limits.code <= LENGTHS_MAX && limits.pair > 0);
    for (int32_t level = limits.code; level > 0 && limits.pair - level <= limits.code; level--)
        for (int32_t longest = least; longest <= c->longest && longest <= GAP_MAX; longest++) {
            struct codes codes;

            if (level <= limits.pair && make_codes(c, limits.pair - level, level, longest, &codes) &&
                (!found || price_of(&codes) < price_of(best))) {
                *best = codes;
                found = true;
            }
        }
    return found;
}

/* ---- writing ---- */
struct writer {
    const struct codes *codes;
    uint32_t *counts; /* [rows] of symbols */
    int32_t count_bits;
    int32_t row; /* that is being written; rows before are complete */
    uint16_t gap_words[256], level_words[256];
    uint8_t *data;
    uint64_t bits;
};

static void put(struct writer *w, uint32_t word, int32_t bits)
{
    for (int32_t i = bits - 1; i >= 0; i--, w->bits++)
        w->data[w->bits / 8] |= (uint8_t)((word >> i & 1) << (7 - w->bits % 8));
}

/* Each code is the one before plus 1, with as many zeros behind as it is longer. */
static void number_codes(const struct lengths *l, uint16_t words[256])
{
    uint8_t values[LENGTHS_VALUES];
    uint32_t next = 0;

    lengths_order(l, values);
    for (int32_t i = 0; i < l->values; i++) {
        words[values[i]] = (uint16_t)(next >> (LENGTHS_MAX - l->length[values[i]]));
        next += 1u << (LENGTHS_MAX - l->length[values[i]]);
    }
}

/* Begins rows up to this one. */
static void put_rows(struct writer *w, int32_t row)
{
    while (w->row < row) {
        const uint32_t n = w->counts[++w->row];

        put(w, n > 0, 1);
        if (n > 0)
            put(w, n, w->count_bits);
    }
}

static void put_symbol(struct writer *w, int32_t gap, int8_t level)
{
    put(w, w->gap_words[gap], w->codes->gaps.length[gap]);
    put(w, w->level_words[(uint8_t)level], w->codes->levels.length[(uint8_t)level]);
}

static void put_weight(void *context, int32_t row, int32_t gap, int8_t level)
{
    struct writer *w = context;

    put_rows(w, row);
    for (; gap > w->codes->longest; gap -= w->codes->longest + 1)
        put_symbol(w, w->codes->longest, 0);
    put_symbol(w, gap, level);
}

static void count_in_row(void *context, int32_t row, int32_t gap, int8_t level)
{
    struct writer *w = context;

    (void)level;
    w->counts[row] += 1u + (uint32_t)(gap / (w->codes->longest + 1));
}

/* How many codes each length has; their values. */
static uint8_t *put_code(uint8_t *at, const struct lengths *l)
{
    for (int32_t i = 0; i < 256; i++)
        if (l->length[i] > 0)
            at[l->length[i] - 1]++;
    lengths_order(l, at + l->longest);
    return at + l->longest + l->values;
}

static uint8_t *put_columns(uint8_t *at, const struct matrix *m)
{
    for (int32_t i = 0; i < m->columns; i++)
        if (m->used[i])
            at[i / 8] |= (uint8_t)(0x80 >> i % 8);
    return at + (m->columns + 7) / 8;
}

static bool count_rows(const struct matrix *m, struct writer *w, struct huffman *out)
{
    uint32_t most = 1;

    each(m, count_in_row, w);
    for (int32_t i = 0; i < m->rows; i++) {
        most = w->counts[i] > most ? w->counts[i] : most;
        out->symbols += (int32_t)w->counts[i];
    }
    out->longest = (int32_t)most;
    for (w->count_bits = 1; most >> w->count_bits > 0;)
        w->count_bits++;
    return most <= COUNT_MAX;
}

static void write_all(struct pool *pool, const struct matrix *m, struct writer *w, struct huffman *out)
{
    const struct codes *c = w->codes;
    const uint64_t most = 2 * LENGTHS_MAX + 2 * 256 + (uint64_t)m->columns / 8 + 1 + BEHIND + 1 +
                          ((uint64_t)m->rows * (uint64_t)(1 + w->count_bits) + c->gaps.bits + c->levels.bits) / 8;
    uint8_t *data = pool_alloc(pool, most), *at;

    memset(data, 0, most);
    at = put_code(put_code(data, &c->gaps), &c->levels);
    if (out->columns < m->columns)
        at = put_columns(at, m);
    w->data = at;
    w->row = -1;
    number_codes(&c->gaps, w->gap_words);
    number_codes(&c->levels, w->level_words);
    each(m, put_weight, w);
    put_rows(w, m->rows - 1);
    out->data = data;
    out->bytes = (int32_t)(at - data) + (int32_t)((w->bits + 7) / 8) + BEHIND;
    assert((uint64_t)out->bytes <= most && w->row == m->rows - 1);
}

/* The first column is one where there is no weight at all. */
static void find_columns(struct pool *pool, struct matrix *m, bool all, struct huffman *out)
{
    m->used = pool_array(pool, (size_t)m->columns, sizeof *m->used);
    memset(m->used, all, (size_t)m->columns * sizeof *m->used);
    for (int64_t i = 0; i < (int64_t)m->rows * m->columns; i++)
        if (m->weights[i] != 0) {
            m->used[i % m->columns] = true;
            out->kept++;
        }
    m->used[0] |= out->kept == 0;
    for (int32_t i = 0; i < m->columns; i++)
        out->columns += m->used[i];
}

/* Of what has no code, too; where there are no codes, 0 takes no bits. */
static void copy_lengths(const struct lengths *l, int32_t n, int32_t *bits)
{
    for (int32_t i = 0; i < n; i++)
        bits[i] = l->length[i] > 0 || (i == 0 && l->values == 0) ? l->length[i] : l->longest + 1;
}

bool huffman_find_costs(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns,
                        struct huffman_costs *out)
{
    struct matrix m = {weights, rows, columns, NULL};
    struct counts counts = {.gaps = pool_array(pool, (size_t)columns, sizeof *counts.gaps)};
    struct huffman found = {0};
    struct codes codes;

    memset(counts.gaps, 0, (size_t)columns * sizeof *counts.gaps);
    assert(rows > 0 && columns > 0);
    find_columns(pool, &m, false, &found);
    each(&m, count, &counts);
    if (!choose_codes(&counts, HUFFMAN_ANY, counts.longest > 0, &codes))
        return false;
    *out = (struct huffman_costs){.longest = codes.longest, .count_bits = 1};
    copy_lengths(&codes.gaps, GAP_MAX + 1, out->gaps);
    copy_lengths(&codes.levels, 256, out->levels);
    while (4 * found.kept / rows >> out->count_bits > 0)
        out->count_bits++;
    return true;
}

int32_t huffman_gap_bits(const struct huffman_costs *c, int32_t gap)
{
    const int32_t splits = gap / (c->longest + 1);

    assert(gap >= 0);
    return c->gaps[gap % (c->longest + 1)] + splits * (c->gaps[c->longest] + c->levels[0]);
}

bool huffman_encode(struct pool *pool, const int8_t *weights, int32_t rows, int32_t columns,
                    struct huffman_limits limits, struct huffman *out)
{
    struct matrix m = {weights, rows, columns, NULL};
    struct counts counts = {.gaps = pool_array(pool, (size_t)columns, sizeof *counts.gaps)};
    struct writer w = {.counts = pool_array(pool, (size_t)rows, sizeof *w.counts)};
    struct codes codes;

    assert(rows > 0 && columns > 0);
    *out = (struct huffman){0};
    memset(counts.gaps, 0, (size_t)columns * sizeof *counts.gaps);
    memset(w.counts, 0, (size_t)rows * sizeof *w.counts);
    find_columns(pool, &m, limits.all, out);
    each(&m, count, &counts);
    for (int32_t i = 0; i < 256; i++)
        out->levels += counts.levels[i] > 0;
    if (!choose_codes(&counts, limits, 0, &codes) || bits_of(&codes) / 8 >= BYTES_LIMIT / 2)
        return false;
    w.codes = &codes;
    if (!count_rows(&m, &w, out))
        return false;
    write_all(pool, &m, &w, out);
    out->gap_bits = codes.gaps.longest;
    out->level_bits = codes.levels.longest;
    out->count_bits = w.count_bits;
    out->symbol_bits = (int64_t)(codes.gaps.bits + codes.levels.bits);
    return true;
}

bool huffman_pays(int64_t coded_bytes, int64_t dense_bytes) { return coded_bytes <= dense_bytes / 2; }
