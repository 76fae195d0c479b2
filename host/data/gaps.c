/* SPDX-License-Identifier: Apache-2.0 */
/* What is missing in a table or an array: what `missing` says of it, and how the rows of a recording are mended. */
#include <math.h>

#include "host/data/source.h"

enum mote_status missing_read(const struct reading *r, enum data_missing *how, float *value)
{
    const char *word = r->spec->missing;

    *how = word == NULL                ? DATA_MISSING_ERROR
           : strcmp(word, "drop") == 0 ? DATA_MISSING_DROP
           : strcmp(word, "mean") == 0 ? DATA_MISSING_MEAN
                                       : DATA_MISSING_VALUE;
    if (*how == DATA_MISSING_VALUE && !yaml_real(word, value))
        return fail_key(r, "missing", "missing is \"%s\"; drop, mean or a number is wanted", word);
    return MOTE_OK;
}

static bool has_gap(const struct table *t, const bool *used, int32_t row)
{
    for (int32_t c = 0; c < t->columns; c++)
        if (used[c] && table_is_missing(t->cells[(size_t)row * (size_t)t->columns + (size_t)c]))
            return true;
    return false;
}

/* The rows that are left follow each other. */
static int32_t drop_rows(struct table *t, const bool *used)
{
    const size_t columns = (size_t)t->columns;
    const int32_t n = t->n;

    t->n = 0;
    for (int32_t row = 0; row < n; row++) {
        if (has_gap(t, used, row))
            continue;
        memmove(t->cells + (size_t)t->n * columns, t->cells + (size_t)row * columns, columns * sizeof *t->cells);
        t->lines[t->n++] = t->lines[row];
    }
    return n - t->n;
}

/* NULL: no row has a number. */
static const char *mean_of(struct pool *pool, const struct table *t, int32_t column)
{
    double sum = 0, value;
    int32_t n = 0;

    for (int32_t row = 0; row < t->n; row++) {
        const char *cell = t->cells[(size_t)row * (size_t)t->columns + (size_t)column];

        if (!table_is_missing(cell) && table_number(cell, &value)) {
            sum += value;
            n++;
        }
    }
    return n > 0 ? pool_printf(pool, "%.9g", sum / n) : NULL;
}

static enum mote_status fill_column(struct reading *r, struct table *t, int32_t column, const char *value,
                                    int32_t *filled, const struct frame *at)
{
    for (int32_t row = 0; row < t->n; row++) {
        const char **cell = &t->cells[(size_t)row * (size_t)t->columns + (size_t)column];

        if (!table_is_missing(*cell))
            continue;
        if (value == NULL)
            value = mean_of(&r->scratch, t, column);
        if (value == NULL)
            return fail(at, MOTE_ERR_VALUE,
                        "column %d has no number that `missing: mean` could take; ignore it, or "
                        "say a number",
                        column);
        *cell = value;
        ++*filled;
    }
    return MOTE_OK;
}

static enum mote_status check_drop(const struct reading *r)
{
    if (r->spec->labels == NULL)
        return MOTE_OK;
    return fail_key(r, "missing",
                    "`missing: drop` leaves rows out, and `labels` counts them: `mean` or a number fills gaps");
}

enum mote_status gaps_mend(struct reading *r, struct table *t, const bool *used, int32_t *mended,
                           const struct frame *at)
{
    enum data_missing how;
    float value;

    TRY(missing_read(r, &how, &value));
    if (how == DATA_MISSING_DROP) {
        TRY(check_drop(r));
        *mended += drop_rows(t, used);
    }
    if (t->n == 0)
        return fail(at, MOTE_ERR_FORMAT, "has a gap in every line: `missing: mean`, or a number, fills them");
    for (int32_t c = 0; c < t->columns && (how == DATA_MISSING_MEAN || how == DATA_MISSING_VALUE); c++)
        if (used[c])
            TRY(fill_column(r, t, c, how == DATA_MISSING_VALUE ? pool_printf(&r->scratch, "%.9g", (double)value) : NULL,
                            mended, at));
    return MOTE_OK;
}

/* ---- of numbers ---- */
static bool is_full(const float *row, int32_t columns)
{
    for (int32_t c = 0; c < columns; c++)
        if (isnan(row[c]))
            return false;
    return true;
}

static enum mote_status check_numbers(const float *x, int32_t rows, int32_t columns, enum data_missing how,
                                      const struct frame *at)
{
    for (int64_t i = 0; i < (int64_t)rows * columns; i++) {
        struct frame here = frame_line(at, "row", i / columns);

        if (isinf(x[i]))
            return fail(&here, MOTE_ERR_VALUE,
                        "column %d is infinite, or too large for a float32; correct it, or remove the row",
                        (int)(i % columns));
        if (isnan(x[i]) && how == DATA_MISSING_ERROR)
            return fail(&here, MOTE_ERR_VALUE,
                        "column %d is NaN; fill it in, or say `missing: mean`, drop or a number in the data section, "
                        "`mote new --missing mean`",
                        (int)(i % columns));
    }
    return MOTE_OK;
}

static enum mote_status fill_numbers(float *x, int32_t rows, int32_t columns, int32_t column, const float *value,
                                     int32_t *filled, const struct frame *at)
{
    const int32_t before = *filled;
    double sum = 0;
    int32_t n = 0;
    float with;

    for (int32_t i = 0; i < rows; i++)
        if (!isnan(x[(size_t)i * (size_t)columns + (size_t)column])) {
            sum += (double)x[(size_t)i * (size_t)columns + (size_t)column];
            n++;
        }
    with = value != NULL ? *value : n > 0 ? (float)(sum / n) : 0;
    for (int32_t i = 0; i < rows; i++) {
        float *number = &x[(size_t)i * (size_t)columns + (size_t)column];

        *filled += isnan(*number) ? 1 : 0;
        *number = isnan(*number) ? with : *number;
    }
    if (value == NULL && n == 0 && *filled > before)
        return fail(at, MOTE_ERR_VALUE,
                    "column %d has no number that `missing: mean` could take; say a number, or save the array without "
                    "the column",
                    column);
    return MOTE_OK;
}

enum mote_status gaps_mend_numbers(struct reading *r, float *x, int32_t *rows, int32_t columns, int32_t *mended,
                                   const struct frame *at)
{
    const int32_t n = *rows;
    enum data_missing how;
    float value = 0;

    TRY(missing_read(r, &how, &value));
    TRY(check_numbers(x, n, columns, how, at));
    if (how == DATA_MISSING_DROP) {
        TRY(check_drop(r));
        for (int32_t i = *rows = 0; i < n; i++)
            if (is_full(x + (size_t)i * (size_t)columns, columns))
                memmove(x + (size_t)(*rows)++ * (size_t)columns, x + (size_t)i * (size_t)columns,
                        (size_t)columns * sizeof *x);
        *mended += n - *rows;
        if (*rows == 0)
            return fail(at, MOTE_ERR_FORMAT, "has a gap in every row: `missing: mean`, or a number, fills them");
    }
    for (int32_t c = 0; c < columns && (how == DATA_MISSING_MEAN || how == DATA_MISSING_VALUE); c++)
        TRY(fill_numbers(x, n, columns, c, how == DATA_MISSING_VALUE ? &value : NULL, mended, at));
    return MOTE_OK;
}
