/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/terminal.h"

#include "host/report/columns.h"

#include <math.h>
#include <unistd.h>

#define NAME_SHOWN    12
#define BAR           10
#define CELL_LEAST    4 /* columns of a matrix */
#define CELL_MOST     10
#define SHOWN_SECONDS 0.1
#define WIDE          100 /* columns for all that is known of an epoch */

/* ---- results ---- */
/* A class's name in `width` columns, aligned. */
static void print_name(const struct confusion *c, int32_t i, int32_t width, bool right, struct pool *pool, FILE *to)
{
    const char *name = printable(pool, confusion_name(c, i, pool));
    int32_t n = columns_text(name), rest = n < width ? width - n : 0;

    fprintf(to, "%*s", right ? rest : 0, "");
    print_shortened(to, name, width);
    fprintf(to, "%*s", right ? 0 : rest, "");
}

/* The columns of the classes from `first` on. Wants no memory: what the command leaves is there already. */
static void print_row(const struct confusion *c, int32_t label, int32_t first, int32_t end, int32_t width,
                      struct pool *pool, FILE *to)
{
    print_name(c, label, NAME_SHOWN, false, pool, to);
    for (int32_t k = first; k < end; k++) {
        int32_t count = confusion_count(c, label, k);
        bool right = k == label && count > 0;
        char cell[16] = ".";

        if (count > 0)
            snprintf(cell, sizeof cell, "%d", count);
        fprintf(to, " %s%*s%s", style_begin(to, right ? STYLE_GREEN : STYLE_NONE), width, cell,
                right ? style_end(to) : "");
    }
    fputc('\n', to);
}

/* As wide as the largest count and, where there is room, the longest name. */
static int32_t cell_width(const struct confusion *c, int32_t room, struct pool *pool)
{
    int32_t width = 1, name = 1;

    for (int32_t i = 0; i < c->n_classes; i++) {
        int32_t n = columns_text(printable(pool, confusion_name(c, i, pool)));

        name = n > name ? n : name;
        for (int32_t k = 0; k < c->n_classes; k++) {
            n = snprintf(NULL, 0, "%d", confusion_count(c, i, k));
            width = n > width ? n : width;
        }
    }
    room = room / c->n_classes - 1;
    width = width < CELL_LEAST ? CELL_LEAST : width;
    name = name > CELL_MOST ? CELL_MOST : name;
    return room < width || name < width ? width : name < room ? name : room;
}

static void print_columns(const struct confusion *c, int32_t first, int32_t end, int32_t width, struct pool *pool,
                          FILE *to)
{
    fprintf(to, "\n%-*s  predicted\n%-*s", NAME_SHOWN, "label", NAME_SHOWN, "");
    for (int32_t k = first; k < end; k++) {
        fputc(' ', to);
        print_name(c, k, width, true, pool, to);
    }
    fputc('\n', to);
    for (int32_t i = 0; i < c->n_classes; i++)
        print_row(c, i, first, end, width, pool, to);
}

void print_confusion(const struct confusion *c, struct pool *pool, FILE *to)
{
    const int32_t room = columns_of(to) - NAME_SHOWN;
    int32_t width, fit;

    if (c->n_classes > MATRIX_MAX) {
        fprintf(to, "the confusion matrix of %d classes: --json\n", c->n_classes);
        return;
    }
    width = c->n_classes > 0 ? cell_width(c, room, pool) : 1;
    fit = room / (width + 1) > 0 ? room / (width + 1) : 1;
    for (int32_t first = 0; first < c->n_classes; first += fit)
        print_columns(c, first, first + fit < c->n_classes ? first + fit : c->n_classes, width, pool, to);
}

static void print_percent(double share, FILE *to)
{
    if (isnan(share))
        fprintf(to, " %11s", "-");
    else
        fprintf(to, " %9.2f %%", 100 * share);
}

void print_class_metrics(const struct confusion *c, struct pool *pool, FILE *to)
{
    fprintf(to, "\n%-*s  samples   precision      recall          F1\n", NAME_SHOWN, "class");
    for (int32_t i = 0; i < c->n_classes; i++) {
        struct class_metrics m = class_metrics(c, i);

        print_name(c, i, NAME_SHOWN, false, pool, to);
        fprintf(to, " %8lld", (long long)m.labeled);
        print_percent(m.precision, to);
        print_percent(m.recall, to);
        print_percent(m.f1, to);
        fputc('\n', to);
    }
    fprintf(to, "%-*s %8lld %11s", NAME_SHOWN, "mean", (long long)confusion_samples(c), "");
    print_percent(confusion_mean_recall(c), to);
    print_percent(confusion_mean_f1(c), to);
    fputc('\n', to);
}

/* ---- epochs ---- */
const char *duration_text(double seconds, char out[32])
{
    int64_t s = seconds >= 0 && seconds < 1e9 ? (int64_t)(seconds + 0.5) : -1;

    if (s < 0)
        snprintf(out, 32, "?");
    else if (seconds < 59.95)
        snprintf(out, 32, "%.1f s", seconds);
    else if (s < 3600)
        snprintf(out, 32, "%d min %02d s", (int)(s / 60), (int)(s % 60));
    else
        snprintf(out, 32, "%lld h %02d min", (long long)(s / 3600), (int)(s % 3600 / 60));
    return out;
}

/* snprintf() at the end of a line; what does not fit is cut off. */
static void add(char line[LINE_SIZE], const char *fmt, ...) PRINTF(2, 3);
static void add(char line[LINE_SIZE], const char *fmt, ...)
{
    size_t len = strlen(line);
    va_list args;

    va_start(args, fmt);
    vsnprintf(line + len, LINE_SIZE - len, fmt, args);
    va_end(args);
}

static void add_number(char line[LINE_SIZE], const char *fmt, double value)
{
    if (!isnan(value)) {
        char text[64];

        snprintf(text, sizeof text, fmt, value);
        add(line, "  %s", text);
    }
}

static void begin(char line[LINE_SIZE], int32_t epoch, int32_t epochs)
{
    char last[16];
    int width = snprintf(last, sizeof last, "%d", epochs);

    snprintf(line, LINE_SIZE, "epoch %*d/%s", width, epoch, last);
}

/* Of this epoch, and of those that come, each as long as this one. */
static double seconds_left(const struct epoch_progress *p)
{
    double step = p->done > 0 ? p->seconds / (double)p->done : NAN;

    return step * ((double)(p->total - p->done) + (double)(p->epochs - p->epoch) * (double)p->total);
}

const char *epoch_progress_text(const struct epoch_progress *p, char out[LINE_SIZE])
{
    int filled = p->total > 0 ? (int)(BAR * p->done / p->total) : 0;
    char left[32];

    assert(p->done >= 0 && p->done <= p->total);
    begin(out, p->epoch, p->epochs);
    add(out, " [%.*s%.*s] %3d %%", filled, "##########", BAR - filled, "..........",
        p->total > 0 ? (int)(100 * p->done / p->total) : 0);
    add_number(out, "loss %.4g", p->loss);
    add_number(out, "accuracy %.2f %%", 100 * p->accuracy);
    if (p->done > 0)
        add(out, "  %s left", duration_text(seconds_left(p), left));
    return out;
}

void epoch_progress_show(struct epoch_progress *p, FILE *to)
{
    int width = columns_of(to) - 1;
    char line[LINE_SIZE];

    if (!isatty(fileno(to)) || (p->shown > 0 && p->seconds - p->shown < SHOWN_SECONDS))
        return;
    fprintf(to, "\r%-*.*s", width, width, epoch_progress_text(p, line));
    fflush(to);
    p->shown = p->seconds > 0 ? p->seconds : SHOWN_SECONDS;
}

void epoch_progress_remove(struct epoch_progress *p, FILE *to)
{
    if (p->shown > 0)
        fprintf(to, "\r%*s\r", columns_of(to) - 1, "");
    p->shown = 0;
}

const char *epoch_line(const struct history_row *row, int32_t epochs, int width, char out[LINE_SIZE])
{
    char time[32], took[40] = "";
    const bool wide = width >= WIDE;

    begin(out, row->epoch, epochs);
    add_number(out, "loss %.4g", row->train_loss);
    add_number(out, wide ? "accuracy %.2f %%" : "%.2f %%", 100 * row->train_accuracy);
    add_number(out, "validation %.4g", row->validation_loss);
    add_number(out, "%.2f %%", 100 * row->validation_accuracy);
    add_number(out, "MAE %.4g", row->validation_mae);
    add_number(out, "R2 %.4f", row->validation_r2);
    if (wide)
        add_number(out, "rate %.3g", row->rate);
    if (!isnan(row->seconds))
        snprintf(took, sizeof took, "  %s", duration_text(row->seconds, time));
    if (strlen(out) + strlen(took) <= (size_t)width)
        add(out, "%s", took);
    return out;
}
