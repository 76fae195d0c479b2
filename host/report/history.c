/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/history.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* The one list of a row's numbers, key and field, and of those that are left out where they are not known. */
#define NUMBERS(X)                                                                                                     \
    X(rate) X(train_loss) X(train_accuracy) X(validation_loss) X(validation_accuracy) X(seconds) X(samples_per_second)
#define OTHERS(X) X(validation_mae) X(validation_rmse) X(validation_r2) X(threads) X(batch) X(seed)

/* ---- one line ---- */
static json_t *number_json(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static double json_number_or_nan(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);

    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void add_line(struct text *t, const struct history_row *row)
{
    json_t *json = json_pack("{s:i}", "epoch", row->epoch);
    char *line;

#define X(field) json_object_set_new(json, #field, number_json(row->field));
    NUMBERS(X)
#undef X
#define X(field)                                                                                                       \
    if (isfinite(row->field))                                                                                          \
        json_object_set_new(json, #field, number_json(row->field));
    OTHERS(X)
#undef X
    line = json_dumps(json, JSON_REAL_PRECISION(9));
    json_decref(json);
    if (line == NULL)
        memory_ran_out();
    text_add(t, "%s\n", line);
    free(line);
}

/* False if it is no row. */
static bool read_line(const char *line, size_t len, struct history_row *row)
{
    json_t *json = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *epoch = json_object_get(json, "epoch");
    json_int_t n = json_integer_value(epoch);
    bool good = n >= 1 && n <= INT32_MAX;

    if (good) {
        row->epoch = (int32_t)n;
#define X(field) row->field = json_number_or_nan(json, #field);
        NUMBERS(X)
        OTHERS(X)
#undef X
    }
    json_decref(json);
    return good;
}

/* ---- the file ---- */
static void push(struct history *h, const struct history_row *row)
{
    h->rows = pool_grow(h->pool, h->rows, h->n, sizeof *h->rows);
    h->rows[h->n++] = *row;
}

static int32_t last_of(const struct history *h) { return h->n > 0 ? h->rows[h->n - 1].epoch : 0; }

enum mote_status history_read(struct pool *pool, const char *path, struct history *out, const struct frame *at)
{
    struct bytes file;
    const char *line, *end, *next;
    int number = 1;

    *out = (struct history){.pool = pool, .path = path};
    TRY(file_read_back(pool, path, &file, at));
    line = (const char *)file.data;
    end = line + file.size;
    for (; line < end; line = next + 1, number++) {
        struct frame here = {.up = at, .kind = "line", .index = number};
        struct history_row row;

        next = memchr(line, '\n', (size_t)(end - line));
        if (!read_line(line, (size_t)((next != NULL ? next : end) - line), &row)) {
            if (next == NULL)
                return MOTE_OK; /* unfinished */
            return fail(&here, MOTE_ERR_VALUE, "no row of a training's history: JSON with an \"epoch\" from 1");
        }
        if (row.epoch <= last_of(out))
            return fail(&here, MOTE_ERR_VALUE, "epoch %d comes after epoch %d", row.epoch, last_of(out));
        push(out, &row);
        if (next == NULL)
            return MOTE_OK;
    }
    return MOTE_OK;
}

enum mote_status history_open(struct pool *pool, const char *path, int32_t last_epoch, struct history *out,
                              const struct frame *at)
{
    *out = (struct history){.pool = pool, .path = path};
    if (last_epoch == 0 || access(path, F_OK) != 0)
        return MOTE_OK;
    TRY(history_read(pool, path, out, at));
    while (out->n > 0 && last_of(out) > last_epoch)
        out->n--;
    return MOTE_OK;
}

/* The number that a reader of the file will have. */
static double as_written(double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.9g", value);
    return isfinite(value) ? strtod(text, NULL) : NAN;
}

enum mote_status history_add(struct history *h, const struct history_row *row, const struct frame *at)
{
    struct pool scratch = {0};
    struct text t = {.pool = &scratch};
    enum mote_status status;

    assert(row->epoch > last_of(h));
    push(h, row);
#define X(field) h->rows[h->n - 1].field = as_written(row->field);
    NUMBERS(X)
    OTHERS(X)
#undef X
    for (size_t i = 0; i < h->n; i++)
        add_line(&t, &h->rows[i]);
    status = file_write(h->path, t.s, t.len, at);
    pool_free(&scratch);
    return status;
}

const struct history_row *history_best(const struct history *h)
{
    const struct history_row *best = NULL;
    bool validated = false;
    double least = INFINITY;

    for (size_t i = 0; i < h->n; i++)
        validated = validated || !isnan(h->rows[i].validation_loss);
    for (size_t i = 0; i < h->n; i++) {
        double loss = validated ? h->rows[i].validation_loss : h->rows[i].train_loss;

        if (loss < least) { /* not if it is NAN */
            best = &h->rows[i];
            least = loss;
        }
    }
    return best;
}
