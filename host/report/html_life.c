/* SPDX-License-Identifier: Apache-2.0 */
/* What a network was made of, and what became of it: data, the folder's models, size against worth. */
#include <math.h>
#include <stdlib.h>

#include "host/report/chart.h"
#include "host/report/html_pieces.h"
#include "host/report/life.h"

/* ---- data ---- */
static void class_row(const char *tag, const struct life_class *c, int64_t most, struct text *out)
{
    int64_t all = 0;

    text_add(out, "<tr>");
    html_element(out, tag, c->name);
    for (int s = 0; s < LIFE_SPLITS; s++) {
        html_count_cell(out, c->samples[s]);
        all += c->samples[s];
    }
    html_count_cell(out, all);
    if (most > 0)
        html_bar_cell(out, (double)all / (double)most);
    else
        text_add(out, "<td></td>");
    text_add(out, "</tr>\n");
}

static int64_t most_samples(const struct life_data *d)
{
    int64_t most = 1;

    for (size_t i = 0; i < d->n_classes; i++) {
        int64_t all = 0;

        for (int s = 0; s < LIFE_SPLITS; s++)
            all += d->classes[i].samples[s];
        most = all > most ? all : most;
    }
    return most;
}

void life_data_html(const struct life_data *d, struct text *out)
{
    text_add(out, "<section>\n<h2>Data</h2>\n");
    html_element(out, "p class=\"soft\"", d->source);
    text_add(out, "\n<div class=\"wide\"><table class=\"full\">\n<thead><tr><th>class</th><th class=\"number\">"
                  "training</th><th class=\"number\">validation</th><th class=\"number\">test</th>"
                  "<th class=\"number\">all</th><th class=\"bar\"></th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < d->n_classes; i++)
        class_row("th class=\"any\"", &d->classes[i], most_samples(d), out);
    text_add(out, "</tbody>\n<tfoot>");
    class_row("th", &d->all, 0, out);
    text_add(out, "</tfoot></table></div>\n");
    figures_html(d->examples, d->n_examples, out);
    text_add(out, "</section>\n");
    if (d->n_worst == 0)
        return;
    text_add(out,
             "<section>\n<h2>Most wrong</h2>\n<p class=\"soft\">Samples of the test, the worst first: look at their "
             "labels, too.</p>\n");
    figures_html(d->worst, d->n_worst, out);
    text_add(out, "</section>\n");
}

/* ---- models ---- */
static bool as_good(const struct life_models *m, double a, double b) { return m->larger ? a >= b : a <= b; }

/* Of equals all are best. */
void life_find_best(struct life_models *m)
{
    for (size_t i = 0; i < m->n; i++) {
        struct life_model *a = &m->rows[i];

        a->best = !isnan(a->score);
        for (size_t k = 0; k < m->n && a->best; k++) {
            const struct life_model *b = &m->rows[k];

            if (!isnan(b->score) && b->weights <= a->weights && as_good(m, b->score, a->score) &&
                (b->weights < a->weights || b->score != a->score))
                a->best = false;
        }
    }
}

size_t life_compared(const struct life_models *m, size_t which[LIFE_COMPARED])
{
    const struct confusion *c = m->rows[m->main].confusion;
    size_t n = 0;

    if (c == NULL)
        return 0;
    which[n++] = m->main;
    for (size_t i = 0; i < m->n && n < LIFE_COMPARED; i++) {
        const struct life_model *r = &m->rows[i];

        if (i != m->main && r->best && r->confusion != NULL && r->confusion->n_classes == c->n_classes)
            which[n++] = i;
    }
    return n;
}

static void text_cell(struct text *out, const char *s)
{
    html_element(out, "td class=\"number\"", s != NULL ? s : "\xe2\x80\x93");
}

static void board_cell(const struct life_model *r, struct text *out)
{
    if (r->board_score == NULL) {
        text_cell(out, NULL);
        return;
    }
    text_add(out, "<td class=\"number\">");
    text_escaped(out, r->board_score);
    text_add(out, "<br/><span class=\"soft\">%lld of %lld equal</span></td>", (long long)r->board_n,
             (long long)r->board_all);
}

static void model_row(const struct life_models *m, size_t i, struct text *out)
{
    const struct life_model *r = &m->rows[i];

    text_add(out, "<tr%s>", i == m->main ? " class=\"chosen\"" : "");
    html_element(out, "th class=\"any\"", r->name);
    html_element(out, "td", r->form);
    html_count_cell(out, r->weights);
    html_count_cell(out, r->flash);
    html_count_cell(out, r->arena);
    if (m->score != NULL)
        text_cell(out, r->score_text);
    if (m->score != NULL)
        board_cell(r, out);
    html_count_cell(out, r->instructions > 0 ? (int64_t)r->instructions : -1);
    text_cell(out, r->time);
    text_cell(out, r->energy);
    text_add(out, "</tr>\n");
}

struct pair {
    double x, y;
};

static int by_x(const void *a, const void *b)
{
    const double x = ((const struct pair *)a)->x, y = ((const struct pair *)b)->x;

    return (x > y) - (x < y);
}

/* The models, or only the best of them, by their weights. */
static struct series points(struct pool *pool, const struct life_models *m, const char *name, bool best)
{
    struct pair *pairs = pool_array(pool, m->n + 1, sizeof *pairs);
    double *x = pool_array(pool, m->n + 1, sizeof *x), *y = pool_array(pool, m->n + 1, sizeof *y);
    size_t n = 0;

    for (size_t i = 0; i < m->n; i++)
        if (!isnan(m->rows[i].score) && (!best || m->rows[i].best))
            pairs[n++] = (struct pair){(double)m->rows[i].weights, m->rows[i].score};
    qsort(pairs, n, sizeof *pairs, by_x);
    for (size_t i = 0; i < n; i++) {
        x[i] = pairs[i].x;
        y[i] = pairs[i].y;
    }
    return (struct series){.name = name, .x = x, .y = y, .n = n};
}

static void trade(const struct life_models *m, struct text *out)
{
    struct pool pool = {0};
    struct chart chart = {.title = pool_printf(&pool, "Size against %s", m->score),
                          .x = {.name = "bytes of weights", .scale = SCALE_AUTO},
                          .y = {.scale = m->share ? SCALE_PERCENT : SCALE_NUMBER},
                          .mark = (double)m->rows[m->main].weights,
                          .mark_name = "main",
                          .width = 510,
                          .height = 260};

    chart.series[0] = points(&pool, m, "best", true);
    chart.series[1] = points(&pool, m, "all", false);
    chart.series[1].apart = true;
    text_add(out, "<div class=\"half\">\n");
    chart_svg(&chart, out);
    text_add(out, "</div>\n");
    pool_free(&pool);
}

void life_models_html(const struct life_models *m, struct text *out)
{
    assert(m->n > 0 && m->main < m->n);
    text_add(out, "<section>\n<h2>Models</h2>\n<div class=\"wide\"><table class=\"full\">\n<thead><tr><th>model</th>"
                  "<th>numbers</th><th class=\"number\">weights</th><th class=\"number\">flash</th>"
                  "<th class=\"number\">arena</th>");
    if (m->score != NULL) {
        html_element(out, "th class=\"number\"", m->score);
        text_add(out, "<th class=\"number\">on the board</th>");
    }
    text_add(out, "<th class=\"number\">instructions</th><th class=\"number\">time</th>"
                  "<th class=\"number\">energy</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < m->n; i++)
        model_row(m, i, out);
    text_add(out, "</tbody></table></div>\n");
    if (m->score != NULL && m->n > 1)
        trade(m, out);
    text_add(out, "</section>\n");
}

/* ---- classes ---- */
static void recall_row(const struct life_models *m, const size_t *which, size_t n, int32_t class, struct text *out)
{
    const struct confusion *all = m->rows[m->main].confusion, *board = m->rows[m->main].board_confusion;
    struct pool pool = {0};

    text_add(out, "<tr>");
    html_element(out, "th class=\"any\"", confusion_name(all, class, &pool));
    for (size_t i = 0; i < n; i++)
        html_percent_cell(out, class_metrics(m->rows[which[i]].confusion, class).recall);
    if (board != NULL)
        html_percent_cell(out, class_metrics(board, class).recall);
    text_add(out, "</tr>\n");
    pool_free(&pool);
}

void life_classes_html(const struct life_models *m, struct text *out)
{
    size_t which[LIFE_COMPARED], n = life_compared(m, which);
    const struct life_model *r = &m->rows[m->main];

    if (r->confusion == NULL || n + (r->board_confusion != NULL) < 2)
        return;
    text_add(out, "<section>\n<h2>Recall by model</h2>\n<div class=\"wide\"><table class=\"full\">\n<thead><tr>"
                  "<th>class</th>");
    for (size_t i = 0; i < n; i++) {
        text_add(out, "<th class=\"number any\">");
        text_escaped(out, m->rows[which[i]].name);
        text_add(out, "<br/>%s</th>", m->rows[which[i]].form);
    }
    if (r->board_confusion != NULL)
        text_add(out, "<th class=\"number\">on the board,<br/>%lld samples</th>",
                 (long long)confusion_samples(r->board_confusion));
    text_add(out, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < r->confusion->n_classes; i++)
        recall_row(m, which, n, i, out);
    text_add(out, "</tbody></table></div>\n</section>\n");
}
