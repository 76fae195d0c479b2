/* SPDX-License-Identifier: Apache-2.0 */
/* The report's page, from the top to the bottom. All text that comes from outside goes through text_escaped(); every
 * element is closed, so that the page is well-formed XML, too. */
#include "host/report/html.h"

#include <math.h>

#include "host/report/chart.h"
#include "host/report/html_pieces.h"
#include "host/report/html_style.h"

#define CHART_WIDTH      510
#define CHART_HEIGHT     300
#define MATRIX_CLASSES   40  /* of a matrix that is still readable */
#define CONFUSIONS_SHOWN 20  /* of a larger one */
#define ROC_POINTS       400 /* drawn */

static void facts(const char *title, const struct fact *f, size_t n, struct text *out)
{
    if (n == 0)
        return;
    text_add(out, "<section>\n");
    html_element(out, "h2", title);
    text_add(out, "\n<table class=\"full\"><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        text_add(out, "<tr>");
        if (f[i].value == NULL) {
            html_element(out, "th class=\"group any\" colspan=\"2\"", f[i].label);
        } else {
            html_element(out, "th class=\"any\"", f[i].label);
            html_element(out, "td class=\"number any\"", f[i].value);
        }
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody></table>\n</section>\n");
}

/* ---- curves ---- */
struct curves {
    struct pool *pool;
    const struct history *h;
    const double *epochs;
    double mark;
    struct text *out;
};

/* One of a row's numbers, at `offset` in the struct, of all rows. */
static struct series series_of(const struct curves *c, const char *name, size_t offset)
{
    double *y = pool_array(c->pool, c->h->n, sizeof *y);

    for (size_t i = 0; i < c->h->n; i++)
        memcpy(&y[i], (const char *)&c->h->rows[i] + offset, sizeof y[i]);
    return (struct series){.name = name, .x = c->epochs, .y = y, .n = c->h->n};
}

static void curve(const struct curves *c, const char *title, enum scale scale, struct series a, struct series b)
{
    struct chart chart = {
        .title = title,
        .x = {.name = "epoch", .scale = SCALE_WHOLE},
        .y = {.scale = scale},
        .series = {a, b},
        .mark = c->mark,
        .mark_name = "kept",
        .width = CHART_WIDTH,
        .height = CHART_HEIGHT,
    };

    chart_svg(&chart, c->out);
}

#define SERIES(c, name, field) series_of(c, name, offsetof(struct history_row, field))

/* What the task has besides its loss: accuracy, errors of numbers, or nothing. */
static void task_curve(const struct curves *c)
{
    const struct history_row *first = &c->h->rows[0];

    if (!isnan(first->train_accuracy) || !isnan(first->validation_accuracy))
        curve(c, "Accuracy", SCALE_PERCENT, SERIES(c, "training", train_accuracy),
              SERIES(c, "validation", validation_accuracy));
    if (!isnan(first->validation_mae))
        curve(c, "Mean absolute error", SCALE_AUTO, SERIES(c, "validation", validation_mae), (struct series){.n = 0});
}

/* What the file says of how it was trained. */
static void settings(const struct history *h, struct text *out)
{
    const struct history_row *last = &h->rows[h->n - 1];

    text_add(out, "<p class=\"soft\">");
    html_count(out, last->epoch);
    text_add(out, " epoch%s", last->epoch == 1 ? "" : "s");
    if (!isnan(last->batch))
        text_add(out, " in batches of %.9g", last->batch);
    if (!isnan(last->seed))
        text_add(out, ", seed %.9g", last->seed);
    if (!isnan(last->threads))
        text_add(out, ", %.9g thread%s", last->threads, last->threads == 1 ? "" : "s");
    text_add(out, ".</p>\n");
}

static void training(const struct html_report *r, struct pool *pool, struct text *out)
{
    struct curves c = {.pool = pool, .h = r->history, .mark = r->best_epoch > 0 ? r->best_epoch : NAN, .out = out};
    double *epochs;

    if (r->history == NULL || r->history->n == 0)
        return;
    epochs = pool_array(pool, c.h->n, sizeof *epochs);
    for (size_t i = 0; i < c.h->n; i++)
        epochs[i] = c.h->rows[i].epoch;
    c.epochs = epochs;
    text_add(out, "<section>\n<h2>Training</h2>\n");
    settings(c.h, out);
    text_add(out, "<div class=\"columns\">\n");
    curve(&c, "Loss", SCALE_AUTO, SERIES(&c, "training", train_loss), SERIES(&c, "validation", validation_loss));
    task_curve(&c);
    curve(&c, "Learning rate", SCALE_NUMBER, SERIES(&c, NULL, rate), (struct series){.n = 0});
    curve(&c, "Samples per second", SCALE_NUMBER, SERIES(&c, NULL, samples_per_second), (struct series){.n = 0});
    text_add(out, "</div>\n</section>\n");
}

/* ---- confusion ---- */
static void name_span(const struct confusion *c, int32_t i, struct pool *pool, struct text *out)
{
    const char *name = confusion_name(c, i, pool);

    text_add(out, "<span title=\"");
    text_escaped(out, name);
    text_add(out, "\">");
    text_escaped(out, name);
    text_add(out, "</span>");
}

static bool names_are_long(const struct confusion *c, struct pool *pool)
{
    for (int32_t i = 0; i < c->n_classes; i++)
        if (strlen(confusion_name(c, i, pool)) > 4)
            return true;
    return false;
}

/* Mistakes are few in good models: their color rises as the root. */
static void matrix_cell(const struct confusion *c, int32_t label, int32_t prediction, int64_t labeled, struct text *out)
{
    int32_t n = confusion_count(c, label, prediction);
    double share = labeled > 0 ? (double)n / (double)labeled : 0;
    bool hit = label == prediction;

    if (n == 0)
        text_add(out, "<td></td>");
    else
        text_add(out, "<td class=\"%s\" style=\"--a:%.2f\" title=\"%.2f %%\">%d</td>", hit ? "hit" : "miss",
                 0.1 + 0.65 * (hit ? share : sqrt(share)), 100 * share, n);
}

static void matrix(const struct confusion *c, struct pool *pool, struct text *out)
{
    text_add(out,
             "<div class=\"wide\"><table class=\"matrix\">\n<thead%s><tr><th class=\"corner\">label \xe2\x86\x93 "
             "prediction \xe2\x86\x92</th>",
             names_are_long(c, pool) ? " class=\"upright\"" : "");
    for (int32_t k = 0; k < c->n_classes; k++) {
        text_add(out, "<th>");
        name_span(c, k, pool, out);
        text_add(out, "</th>");
    }
    text_add(out, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < c->n_classes; i++) {
        struct class_metrics m = class_metrics(c, i);

        text_add(out, "<tr><th>");
        name_span(c, i, pool, out);
        text_add(out, "</th>");
        for (int32_t k = 0; k < c->n_classes; k++)
            matrix_cell(c, i, k, m.labeled, out);
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody></table></div>\n");
}

/* The cell after `last` in the order of falling counts, then of places; -1 if none is left that has samples. */
static int64_t next_mistake(const struct confusion *c, int64_t last)
{
    int64_t n = (int64_t)c->n_classes * c->n_classes, best = -1;

    for (int64_t i = 0; i < n; i++) {
        bool after = last < 0 || c->counts[i] < c->counts[last] || (c->counts[i] == c->counts[last] && i > last);

        if (i / c->n_classes != i % c->n_classes && c->counts[i] > 0 && after &&
            (best < 0 || c->counts[i] > c->counts[best]))
            best = i;
    }
    return best;
}

static void mistakes(const struct confusion *c, struct pool *pool, struct text *out)
{
    int64_t at = -1;

    text_add(out, "<p class=\"soft\">%d classes are too many for a matrix; these are the most frequent mistakes.</p>\n",
             c->n_classes);
    text_add(out, "<table><thead><tr><th>label</th><th>prediction</th><th class=\"number\">samples</th></tr></thead>\n"
                  "<tbody>\n");
    for (int i = 0; i < CONFUSIONS_SHOWN && (at = next_mistake(c, at)) >= 0; i++) {
        text_add(out, "<tr>");
        html_element(out, "th class=\"any\"", confusion_name(c, (int32_t)(at / c->n_classes), pool));
        html_element(out, "td class=\"any\"", confusion_name(c, (int32_t)(at % c->n_classes), pool));
        html_count_cell(out, c->counts[at]);
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody></table>\n");
}

static void class_row(const struct confusion *c, int32_t i, struct pool *pool, struct text *out)
{
    struct class_metrics m = class_metrics(c, i);

    text_add(out, "<tr>");
    html_element(out, "th class=\"any\"", confusion_name(c, i, pool));
    html_count_cell(out, m.labeled);
    html_percent_cell(out, m.precision);
    html_percent_cell(out, m.recall);
    html_percent_cell(out, m.f1);
    html_bar_cell(out, m.f1);
    text_add(out, "</tr>\n");
}

static void classes(const struct confusion *c, struct pool *pool, struct text *out)
{
    text_add(out, "<section>\n<h2>Classes</h2>\n<div class=\"wide\"><table class=\"full\">\n<thead><tr><th>class</th>"
                  "<th class=\"number\">samples</th><th class=\"number\">precision</th><th class=\"number\">recall</th>"
                  "<th class=\"number\">F1</th><th class=\"bar\"></th></tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < c->n_classes; i++)
        class_row(c, i, pool, out);
    text_add(out, "</tbody>\n<tfoot><tr><th>mean</th>");
    html_count_cell(out, confusion_samples(c));
    text_add(out, "<td></td>");
    html_percent_cell(out, confusion_mean_recall(c));
    html_percent_cell(out, confusion_mean_f1(c));
    text_add(out, "<td></td></tr></tfoot></table></div>\n</section>\n");
}

/* Of the other models, and of the board: to open. */
static void other_matrix(const char *of, const struct confusion *c, struct pool *pool, struct text *out)
{
    if (c == NULL || c->n_classes > MATRIX_CLASSES)
        return;
    text_add(out, "<details><summary>");
    text_escaped(out, of);
    text_add(out, ": ");
    html_count(out, confusion_correct(c));
    text_add(out, " of ");
    html_count(out, confusion_samples(c));
    text_add(out, "</summary>\n");
    matrix(c, pool, out);
    text_add(out, "</details>\n");
}

static void other_matrices(const struct life_models *m, struct pool *pool, struct text *out)
{
    size_t which[LIFE_COMPARED], n = m != NULL ? life_compared(m, which) : 0;

    for (size_t i = 1; i < n; i++)
        other_matrix(m->rows[which[i]].name, m->rows[which[i]].confusion, pool, out);
    if (m != NULL)
        other_matrix("on the board", m->rows[m->main].board_confusion, pool, out);
}

static void confusion(const struct html_report *r, struct pool *pool, struct text *out)
{
    const struct confusion *c = r->confusion;

    if (c == NULL)
        return;
    text_add(out, "<section>\n<h2>Confusion</h2>\n<p class=\"soft\">");
    html_count(out, confusion_correct(c));
    text_add(out, " of ");
    html_count(out, confusion_samples(c));
    text_add(out, " samples are right.</p>\n");
    if (c->n_classes <= MATRIX_CLASSES)
        matrix(c, pool, out);
    else
        mistakes(c, pool, out);
    other_matrices(r->life.models, pool, out);
    text_add(out, "</section>\n");
    classes(c, pool, out);
    if (r->life.models != NULL)
        life_classes_html(r->life.models, out);
}

/* ---- ROC ---- */
/* The curve's points, but of those that lie nearer together than can be seen only some. */
static struct series roc_series(const struct roc *roc, struct pool *pool)
{
    double *x = pool_array(pool, roc->n, sizeof *x), *y = pool_array(pool, roc->n, sizeof *y);
    size_t n = 0;

    for (size_t i = 0; i < roc->n; i++) {
        const struct roc_point *p = &roc->points[i];

        if (n > 0 && i + 1 < roc->n && p->false_positives - x[n - 1] < 1.0 / ROC_POINTS &&
            p->true_positives - y[n - 1] < 1.0 / ROC_POINTS)
            continue;
        x[n] = p->false_positives;
        y[n++] = p->true_positives;
    }
    return (struct series){.x = x, .y = y, .n = n};
}

static void roc_facts(const struct roc *roc, struct text *out)
{
    const struct roc_point *best = roc_best(roc);

    text_add(out, "<p>AUC <strong>%.4f</strong>, of ", roc->auc);
    html_count(out, roc->positives);
    text_add(out, " positive and ");
    html_count(out, roc->negatives);
    text_add(out, " negative samples.</p>\n<p class=\"soft\">");
    if (isfinite(best->threshold))
        text_add(out,
                 "The rates are farthest apart at a threshold of %.6g: %.2f %% of the positives are found, and %.2f %% "
                 "of the negatives are false alarms.",
                 best->threshold, 100 * best->true_positives, 100 * best->false_positives);
    text_add(out, "</p>\n");
}

static void roc_section(const struct roc *roc, struct pool *pool, struct text *out)
{
    static const double diagonal[] = {0, 1};
    struct chart chart = {
        .title = "ROC",
        .x = {.name = "false positives", .scale = SCALE_PERCENT, .min = 0, .max = 1},
        .y = {.name = "true positives", .scale = SCALE_PERCENT, .min = 0, .max = 1},
        .mark = NAN,
        .width = 440,
        .height = 420,
    };

    if (roc == NULL || roc->n == 0)
        return;
    chart.series[0] = roc_series(roc, pool);
    chart.series[1] = (struct series){.x = diagonal, .y = diagonal, .n = 2, .dashed = true};
    text_add(out, "<section>\n<h2>Detection</h2>\n<div class=\"columns\">\n<div class=\"square\">\n");
    chart_svg(&chart, out);
    text_add(out, "</div>\n<div>\n");
    roc_facts(roc, out);
    text_add(out, "</div>\n</div>\n</section>\n");
}

/* ---- DET ---- */
/* Of none, half of one is drawn, so that the axis can be logarithmic. */
static double det_accepts(const struct det *det, int32_t accepts) { return (accepts > 0 ? accepts : 0.5) / det->hours; }

static void det_section(const struct html_report *r, struct pool *pool, struct text *out)
{
    const struct det *det = r->det;
    double *x, *y;
    struct chart chart = {
        .title = "DET",
        .x = {.name = "false accepts an hour", .scale = SCALE_AUTO},
        .y = {.name = "words missed", .scale = SCALE_PERCENT, .min = 0, .max = 1},
        .mark = NAN,
        .mark_name = "kept",
        .width = 440,
        .height = 420,
    };

    if (det == NULL || det->n == 0)
        return;
    x = pool_array(pool, det->n, sizeof *x);
    y = pool_array(pool, det->n, sizeof *y);
    for (size_t i = 0; i < det->n; i++) {
        x[i] = det_accepts(det, det->points[i].false_accepts);
        y[i] = det->points[i].missed;
    }
    if (r->det_kept >= 0)
        chart.mark = det_accepts(det, r->det_kept);
    chart.series[0] = (struct series){.x = x, .y = y, .n = det->n};
    text_add(out, "<section>\n<h2>Detection errors</h2>\n<div class=\"square\">\n");
    chart_svg(&chart, out);
    text_add(
        out,
        "</div>\n<p class=\"soft\">Over all thresholds, the fewest misses for each number of false accepts in %.3f "
        "hours; none is drawn as half of one.</p>\n</section>\n",
        det->hours);
}

/* ---- network ---- */
static void network(const struct html_report *r, struct text *out)
{
    int64_t parameters = 0, macs = 0, most = 1;

    if (r->n_layers == 0)
        return;
    for (size_t i = 0; i < r->n_layers; i++) {
        parameters += r->layers[i].parameters;
        macs += r->layers[i].macs;
        most = r->layers[i].macs > most ? r->layers[i].macs : most;
    }
    text_add(out, "<section>\n<h2>Network</h2>\n<div class=\"wide\"><table class=\"full\">\n<thead><tr><th>layer</th>"
                  "<th>operator</th><th>output</th><th class=\"number\">parameters</th><th class=\"number\">MACs</th>"
                  "<th class=\"bar\"></th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < r->n_layers; i++) {
        const struct layer_row *l = &r->layers[i];

        text_add(out, "<tr>");
        html_element(out, "th class=\"any\"", l->name);
        html_element(out, "td", l->op);
        html_element(out, "td", l->shape);
        html_count_cell(out, l->parameters);
        html_count_cell(out, l->macs);
        html_bar_cell(out, (double)l->macs / (double)most);
        text_add(out, "</tr>\n");
    }
    text_add(out, "</tbody>\n<tfoot><tr><th>all</th><td></td><td></td>");
    html_count_cell(out, parameters);
    html_count_cell(out, macs);
    text_add(out, "<td></td></tr></tfoot></table></div>\n</section>\n");
}

/* ---- the page ---- */
static void head(const struct html_report *r, struct text *out)
{
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\"/>\n");
    html_element(out, "title", r->title);
    text_add(out, "\n<style>\n%s</style>\n</head>\n<body>\n<header>\n", html_style);
    html_element(out, "h1", r->title);
    if (r->recipe != NULL) {
        text_add(out, "\n");
        html_element(out, "p class=\"soft\"", r->recipe);
    }
    text_add(out, "\n</header>\n");
}

void html_report_text(const struct html_report *r, struct text *out)
{
    struct pool scratch = {0};

    head(r, out);
    text_add(out, "<div class=\"columns\">\n");
    facts("Results", r->results, r->n_results, out);
    facts("Costs", r->costs, r->n_costs, out);
    text_add(out, "</div>\n");
    if (r->life.models != NULL)
        life_models_html(r->life.models, out);
    if (r->life.board != NULL)
        life_board_html(r->life.board, out);
    training(r, &scratch, out);
    confusion(r, &scratch, out);
    roc_section(r->roc, &scratch, out);
    det_section(r, &scratch, out);
    if (r->life.data != NULL)
        life_data_html(r->life.data, out);
    if (r->compression != NULL)
        compression_html(r->compression, out);
    network(r, out);
    text_add(out, "<footer>Mote " MOTE_VERSION "</footer>\n</body>\n</html>\n");
    pool_free(&scratch);
}

enum mote_status html_report_write(const struct html_report *r, const char *path, const struct frame *at)
{
    struct pool scratch = {0};
    struct text t = {.pool = &scratch};
    enum mote_status status;

    html_report_text(r, &t);
    status = file_write(path, t.s, t.len, at);
    pool_free(&scratch);
    return status;
}
