/* SPDX-License-Identifier: Apache-2.0 */
/* Compression on a page: what stages leave, their weights' histograms, size against accuracy, layers, bytes. */
#include <math.h>
#include <stdlib.h>

#include "host/report/chart.h"
#include "host/report/compression.h"
#include "host/report/html_pieces.h"

#define CHART_WIDTH  510
#define CHART_HEIGHT 240

/* ---- stages ---- */
static void stage_row(const struct compression *c, const struct compression_stage *s, struct text *out)
{
    text_add(out, "<tr>");
    html_element(out, "th class=\"any\"", s->name);
    html_count_cell(out, s->kept);
    html_percent_cell(out, (double)s->kept / (double)c->stages[0].weights);
    if (s->levels > 0)
        html_count_cell(out, s->levels);
    else
        text_add(out, "<td class=\"number\">\xe2\x80\x93</td>");
    html_percent_cell(out, s->accuracy);
    if (isnan(s->loss))
        text_add(out, "<td class=\"number\">\xe2\x80\x93</td>");
    else
        text_add(out, "<td class=\"number\">%.4g</td>", s->loss);
    html_count_cell(out, s->bytes);
    html_bar_cell(out, (double)s->bytes / (double)c->stages[0].bytes);
    text_add(out, "</tr>\n");
}

static void stages(const struct compression *c, struct text *out)
{
    text_add(out, "<section>\n<h2>Compression</h2>\n<div class=\"wide\"><table class=\"full\">\n<thead><tr>"
                  "<th>stage</th><th class=\"number\">weights</th><th class=\"number\">of all</th>"
                  "<th class=\"number\">levels</th><th class=\"number\">accuracy</th><th class=\"number\">loss</th>"
                  "<th class=\"number\">bytes</th><th class=\"bar\"></th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->n_stages; i++)
        stage_row(c, &c->stages[i], out);
    text_add(out, "</tbody></table></div>\n</section>\n");
}

/* ---- histograms ---- */
/* A bin is two points as high, so that the line is its outline. */
static void histogram(const struct compression_stage *s, struct text *out)
{
    double x[2 * STAGE_BINS], y[2 * STAGE_BINS];
    const double range = s->histogram.range, width = 2 * range / STAGE_BINS;
    const struct chart chart = {
        .title = s->name,
        .x = {.name = "weights that are not 0", .min = -range, .max = range},
        .series = {{.x = x, .y = y, .n = COUNT(x)}},
        .mark = NAN,
        .width = CHART_WIDTH,
        .height = CHART_HEIGHT,
    };

    for (int k = 0; k < STAGE_BINS; k++) {
        x[2 * k] = -range + k * width;
        x[2 * k + 1] = -range + (k + 1) * width;
        y[2 * k] = y[2 * k + 1] = (double)s->histogram.counts[k];
    }
    chart_svg(&chart, out);
}

static void histograms(const struct compression *c, struct text *out)
{
    text_add(out, "<section>\n<h2>Weights by stage</h2>\n<div class=\"columns\">\n");
    for (size_t i = 0; i < c->n_stages; i++)
        if (c->stages[i].histogram.range > 0)
            histogram(&c->stages[i], out);
    text_add(out, "</div>\n</section>\n");
}

/* ---- size against accuracy ---- */
struct pair {
    double x, y;
};

static int by_x(const void *a, const void *b)
{
    const double x = ((const struct pair *)a)->x, y = ((const struct pair *)b)->x;

    return (x > y) - (x < y);
}

static struct series sorted(struct pool *pool, const char *name, struct pair *pairs, size_t n)
{
    double *x = pool_array(pool, n + 1, sizeof *x), *y = pool_array(pool, n + 1, sizeof *y);

    qsort(pairs, n, sizeof *pairs, by_x);
    for (size_t i = 0; i < n; i++) {
        x[i] = pairs[i].x;
        y[i] = pairs[i].y;
    }
    return (struct series){.name = name, .x = x, .y = y, .n = n};
}

static void trade(const struct compression *c, struct text *out)
{
    struct pool pool = {0};
    const bool of_loss = isnan(c->stages[0].accuracy);
    struct pair *of_stages = pool_array(&pool, c->n_stages + 1, sizeof *of_stages);
    struct pair *of_points = pool_array(&pool, c->n_points + 1, sizeof *of_points);
    struct chart chart = {.title = of_loss ? "Loss" : "Accuracy",
                          .x = {.name = "bytes"},
                          .y = {.scale = of_loss ? SCALE_NUMBER : SCALE_PERCENT},
                          .mark = NAN,
                          .width = CHART_WIDTH,
                          .height = CHART_HEIGHT};

    for (size_t i = 0; i < c->n_stages; i++)
        of_stages[i] = (struct pair){(double)c->stages[i].bytes, of_loss ? c->stages[i].loss : c->stages[i].accuracy};
    for (size_t i = 0; i < c->n_points; i++)
        of_points[i] = (struct pair){(double)c->points[i].bytes, of_loss ? c->points[i].loss : c->points[i].accuracy};
    chart.series[0] = sorted(&pool, "stages", of_stages, c->n_stages);
    chart.series[1] = sorted(&pool, "tried", of_points, c->n_points);
    text_add(out, "<section>\n<h2>Size against accuracy</h2>\n<div class=\"columns\">\n");
    chart_svg(&chart, out);
    text_add(out, "</div>\n</section>\n");
    pool_free(&pool);
}

/* ---- layers ---- */
static void layer_row(const struct compression_layer *l, struct text *out)
{
    const double share = l->weights > 0 ? (double)l->kept / (double)l->weights : 0;

    text_add(out, "<tr>");
    html_element(out, "th class=\"any\"", l->name);
    html_count_cell(out, l->weights);
    html_percent_cell(out, share);
    html_bar_cell(out, share);
    html_count_cell(out, l->levels);
    html_element(out, "td", l->coding);
    html_count_cell(out, l->bytes);
    text_add(out, "<td class=\"number\">%.2f</td></tr>\n", compression_bits(l));
}

static void layers(const struct compression *c, struct text *out)
{
    text_add(out,
             "<section>\n<h2>Weights by layer</h2>\n<div class=\"wide\"><table class=\"full\">\n<thead><tr>"
             "<th>layer</th><th class=\"number\">weights</th><th class=\"number\">not 0</th><th class=\"bar\"></th>"
             "<th class=\"number\">levels</th><th>coding</th><th class=\"number\">bytes</th>"
             "<th class=\"number\">bits a weight</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->n_layers; i++)
        layer_row(&c->layers[i], out);
    text_add(out, "</tbody></table></div>\n</section>\n");
}

/* ---- bytes ---- */
static void bytes_row(const char *what, int64_t bytes, int64_t all, struct text *out)
{
    text_add(out, "<tr>");
    html_element(out, "th", what);
    html_count_cell(out, bytes);
    html_percent_cell(out, all > 0 ? (double)bytes / (double)all : NAN);
    html_bar_cell(out, all > 0 ? (double)bytes / (double)all : 0);
    text_add(out, "</tr>\n");
}

static void bytes(const struct compression_bytes *b, struct text *out)
{
    const int64_t all = compression_all_bytes(b);

    text_add(out, "<section>\n<h2>Bytes</h2>\n<table class=\"full\"><tbody>\n");
    bytes_row("weights", b->weights, all, out);
    bytes_row("tables of codes", b->tables, all, out);
    bytes_row("codebooks", b->codebooks, all, out);
    bytes_row("biases", b->biases, all, out);
    bytes_row("multipliers", b->multipliers, all, out);
    text_add(out, "</tbody>\n<tfoot><tr><th>all</th>");
    html_count_cell(out, all);
    text_add(out, "<td></td><td></td></tr></tfoot></table>\n</section>\n");
}

void compression_html(const struct compression *c, struct text *out)
{
    assert(c->n_stages > 0);
    stages(c, out);
    histograms(c, out);
    trade(c, out);
    layers(c, out);
    bytes(&c->bytes, out);
}
