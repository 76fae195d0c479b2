/* SPDX-License-Identifier: Apache-2.0 */
/* A model's life for a terminal. */
#include <math.h>

#include "host/report/columns.h"
#include "host/report/life.h"

#define NAME_WIDTH 28
#define MAP_WIDTH  64 /* letters */
#define MAP_HEIGHT 12
#define BAR        30
#define FACT_AT    24 /* where the values of facts begin */

static void data(const struct life_data *d, struct pool *pool, FILE *to)
{
    fprintf(to, "\n%-*s %10s %10s %10s\n", NAME_WIDTH, "data", "training", "validation", "test");
    for (size_t i = 0; i <= d->n_classes; i++) {
        const struct life_class *c = i < d->n_classes ? &d->classes[i] : &d->all;

        fprintf(to, "%-*.*s %10lld %10lld %10lld\n", NAME_WIDTH, NAME_WIDTH, printable(pool, c->name),
                (long long)c->samples[0], (long long)c->samples[1], (long long)c->samples[2]);
    }
}

/* "-" of what is not known. */
static const char *count_text(struct pool *pool, bool known, double n)
{
    return known ? pool_printf(pool, "%.0f", n) : "-";
}

static void models(const struct life_models *m, struct pool *pool, FILE *to)
{
    const struct column columns[] = {{"model", false, 12},      {"weights", true, 0},
                                     {"arena", true, 0},        {m->score != NULL ? m->score : "", true, 0},
                                     {"instructions", true, 0}, {"", false, 0}};
    static const char *const marks[2][2] = {{"", "  <"}, {"*", "* <"}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (size_t i = 0; i < m->n; i++) {
        const struct life_model *r = &m->rows[i];

        TABLE_ROW(&t, printable(pool, r->name), count_text(pool, true, (double)r->weights),
                  count_text(pool, r->arena >= 0, (double)r->arena), m->score != NULL ? r->score_text : "",
                  count_text(pool, r->instructions > 0, r->instructions), marks[r->best][i == m->main]);
    }
    fputc('\n', to);
    table_print(&t, to);
    fputs(m->score != NULL ? "  * no smaller one is as good   < the rest is about this one\n" : "", to);
    if (m->rows[m->main].board_score != NULL)
        fprintf(to, "on the board: %s; %lld of %lld outputs are this machine's\n",
                printable(pool, m->rows[m->main].board_score), (long long)m->rows[m->main].board_n,
                (long long)m->rows[m->main].board_all);
}

/* Columns are calls, rows bytes; a letter is a kind of block. */
static char map_letter(const struct life_arena *a, int column, int row)
{
    static const char letters[] = "#+s";
    const int64_t at = (a->bytes * (2 * row + 1)) / (2 * MAP_HEIGHT);
    const int32_t call = (int32_t)((int64_t)column * (a->calls + 2) / MAP_WIDTH) - 1;

    for (size_t i = 0; i < a->n; i++)
        if (a->blocks[i].first <= call && call <= a->blocks[i].last && a->blocks[i].offset <= at &&
            at < a->blocks[i].offset + a->blocks[i].bytes)
            return letters[a->blocks[i].kind];
    return ' ';
}

static void arena(const struct life_arena *a, struct pool *pool, FILE *to)
{
    if (a->n == 0 || a->bytes == 0)
        return;
    fprintf(to, "\narena: %lld bytes, at least %lld (# tensors, + scratch, s state)\n", (long long)a->bytes,
            (long long)a->bound);
    for (int row = MAP_HEIGHT; row-- > 0;) {
        fprintf(to, "%8lld |", (long long)(a->bytes * row / MAP_HEIGHT));
        for (int column = 0; column < MAP_WIDTH; column++)
            putc(map_letter(a, column, row), to);
        putc('\n', to);
    }
    fprintf(to, "fullest in call %d of %d:\n", (int)a->fullest, (int)a->calls);
    for (size_t i = 0; i < a->n; i++)
        if (a->blocks[i].first <= a->fullest && a->fullest <= a->blocks[i].last)
            fprintf(to, "  %10lld  %s\n", (long long)a->blocks[i].bytes,
                    shortened(pool, printable(pool, a->blocks[i].name), NAME_WIDTH));
}

static void fit(const struct life_fit *f, FILE *to)
{
    const int64_t used = life_fit_used(f);
    const double share = f->available > 0 ? (double)used / (double)f->available : 1;

    fprintf(to, "%-6s [", f->memory);
    for (int i = 0; i < BAR; i++)
        putc(i < BAR * share ? '#' : '.', to);
    fprintf(to, "] %lld of %lld bytes%s\n", (long long)used, (long long)f->available,
            used > f->available ? ": it does not fit" : "");
}

static void operators(const struct life_board *b, struct pool *pool, FILE *to)
{
    static const struct column columns[] = {{"operator", false, 12},   {"output", false, 6}, {"weights", true, 0},
                                            {"instructions", true, 0}, {"ms", true, 0},      {"uJ", true, 0}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (size_t i = 0; i < b->n_operators; i++) {
        const struct life_operator *o = &b->operators[i];

        TABLE_ROW(&t, printable(pool, o->name), printable(pool, o->output), count_text(pool, true, (double)o->weights),
                  count_text(pool, true, o->instructions), pool_printf(pool, "%.3g", o->milliseconds),
                  o->microjoules > 0 ? pool_printf(pool, "%.3g", o->microjoules) : "-");
    }
    fputc('\n', to);
    table_print(&t, to);
}

static void board(const struct life_board *b, struct pool *pool, FILE *to)
{
    putc('\n', to);
    print_fitting(to, "%s, %s\n", printable(pool, b->title), printable(pool, b->via));
    fit(&b->fits[0], to);
    fit(&b->fits[1], to);
    for (size_t i = 0; i < b->n_facts; i++) {
        fprintf(to, "%-*s", FACT_AT, b->facts[i].name);
        print_wrapped(to, printable(pool, b->facts[i].value), FACT_AT, FACT_AT, columns_of(to));
        putc('\n', to);
    }
    arena(&b->arena, pool, to);
    operators(b, pool, to);
    if (b->battery == NULL)
        return;
    fprintf(to, "\n%14s %10s   of %s\n", "inferences/h", "days", printable(pool, b->battery));
    for (size_t i = 0; i < b->n_battery; i += 8)
        fprintf(to, "%14.4g %10.4g   %.4g to %.4g\n", b->per_hour[i], b->days[i], b->days_low[i], b->days_high[i]);
}

void life_print(const struct life *l, struct pool *pool, FILE *to)
{
    if (l->data != NULL)
        data(l->data, pool, to);
    if (l->models != NULL)
        models(l->models, pool, to);
    if (l->board != NULL)
        board(l->board, pool, to);
}
