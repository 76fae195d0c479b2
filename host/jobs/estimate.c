/* SPDX-License-Identifier: Apache-2.0 */
/* What weights would take on the device: from entropies, which codes of whole bits come near. */
#include "host/base/levels.h"
#include "host/jobs/compress.h"

#define GAP_MAX 65535 /* longer ones count as one value */

struct weights {
    const struct tensor *t;
    int64_t rows, columns;
    const bool *used; /* [columns] */
};

static float weight_at(const struct tensor *t, int64_t i)
{
    float real;

    if (t->type == TYPE_S8)
        return ((const int8_t *)t->data)[i];
    memcpy(&real, t->data + (size_t)i * sizeof real, sizeof real);
    return real;
}

/* ---- entropies ---- */
static double bits_of(const int64_t *counts, int64_t n)
{
    double bits = 0;
    int64_t all = 0;

    for (int64_t i = 0; i < n; i++)
        all += counts[i];
    for (int64_t i = 0; i < n; i++)
        bits += counts[i] > 0 ? (double)counts[i] * log2((double)all / (double)counts[i]) : 0;
    return bits;
}

static void count_gaps(const struct weights *w, int64_t *counts)
{
    for (int64_t r = 0; r < w->rows; r++) {
        int64_t gap = 0;

        for (int64_t c = 0; c < w->columns; c++)
            if (weight_at(w->t, r * w->columns + c) != 0) {
                counts[gap < GAP_MAX ? gap : GAP_MAX]++;
                gap = 0;
            } else {
                gap += w->used[c];
            }
    }
}

static double level_bits(const struct weights *w, const struct levels *levels)
{
    int64_t counts[LEVELS_MAX] = {0};

    for (int64_t i = 0; i < w->rows * w->columns; i++)
        for (int32_t k = 0; k < levels->n; k++)
            counts[k] += weight_at(w->t, i) == levels->of[k];
    return bits_of(counts, levels->n);
}

/* ---- a tensor ---- */
static const bool *used_columns(struct pool *pool, const struct tensor *t, int64_t rows, int64_t columns)
{
    bool *used = pool_array(pool, (size_t)columns, sizeof *used);

    for (int64_t i = 0; i < rows * columns; i++)
        used[i % columns] |= weight_at(t, i) != 0;
    return used;
}

static double sparse_bytes(struct pool *pool, const struct weights *w, const struct levels *levels, int64_t kept)
{
    int64_t *counts = pool_array(pool, GAP_MAX + 1, sizeof *counts);
    double bits = levels != NULL ? level_bits(w, levels) + 8.0 * levels->n : 8.0 * (double)kept;

    count_gaps(w, counts);
    return (bits + bits_of(counts, GAP_MAX + 1) + (double)w->columns) / 8 + (double)w->rows;
}

static int64_t add_weights(const struct tensor *t, struct compress_row *row)
{
    struct pool pool = {0};
    struct weights w = {.t = t, .rows = t->dims[0], .columns = tensor_elements(t) / t->dims[0]};
    struct levels levels = {0};
    bool few = true;
    int64_t kept = 0, n = tensor_elements(t);
    double bytes;

    for (int64_t i = 0; i < n; i++) {
        kept += weight_at(t, i) != 0;
        few = few && levels_add(&levels, weight_at(t, i));
    }
    w.used = used_columns(&pool, t, w.rows, w.columns);
    bytes = sparse_bytes(&pool, &w, few ? &levels : NULL, kept);
    pool_free(&pool);
    row->weights += n;
    row->kept += kept;
    row->levels = !few || row->levels < 0 ? -1 : levels.n > row->levels ? levels.n : row->levels;
    return bytes < (double)n ? (int64_t)ceil(bytes) : n;
}

/* Weights have dimensions, biases one. */
void estimate_bytes(const struct model *m, struct compress_row *row)
{
    const struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *t = &g->tensors[i];

        if (t->data == NULL)
            continue;
        if (t->rank >= 2 && (t->type == TYPE_F32 || t->type == TYPE_S8))
            row->bytes += add_weights(t, row);
        else if (t->rank == 1 && (t->type == TYPE_F32 || t->type == TYPE_S32))
            row->bytes += 4 * tensor_elements(t);
    }
    row->levels = row->levels < 0 ? 0 : row->levels;
}
