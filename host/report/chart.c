/* SPDX-License-Identifier: Apache-2.0 */
/* Charts: data -> range -> ticks -> SVG. A range is widened to whole ticks, whose steps are 1, 2 or 5 times a power of
 * ten. */
#include "host/report/chart.h"

#include <math.h>

#define LEFT        58 /* px around the plot */
#define RIGHT       18
#define TOP         34
#define BOTTOM      40
#define TICKS       5    /* wanted on an axis; there are up to twice as many */
#define TICKS_MAX   64   /* on one axis */
#define LOG_FROM    50.0 /* SCALE_AUTO: largest / smallest */
#define POINTS_DOTS 40   /* series of at most so many points have dots */

struct range {
    double min, max;
    bool logarithmic; /* min and max are logarithms to base 10 */
    int n;
    double ticks[TICKS_MAX]; /* values, not logarithms */
};

struct plot {
    const struct chart *chart;
    struct range x, y;
    struct text *out;
};

static bool drawn(const struct series *s, size_t i) { return isfinite(s->x[i]) && isfinite(s->y[i]); }

static bool has_points(const struct series *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (drawn(s, i))
            return true;
    return false;
}

/* ---- ranges and ticks ---- */
/* min > max if there is nothing. */
static void find_extremes(const struct chart *c, bool of_y, double *min, double *max)
{
    *min = INFINITY;
    *max = -INFINITY;
    for (size_t k = 0; k < SERIES_MAX; k++) {
        const struct series *s = &c->series[k];

        for (size_t i = 0; i < s->n; i++)
            if (drawn(s, i)) {
                *min = fmin(*min, of_y ? s->y[i] : s->x[i]);
                *max = fmax(*max, of_y ? s->y[i] : s->x[i]);
            }
    }
}

/* The smallest of 1, 2, 5 times a power of ten that is not below `least`. */
static double nice_step(double least)
{
    static const double nice[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(least)));

    assert(least > 0);
    for (size_t i = 0; i < COUNT(nice); i++)
        if (nice[i] * power >= least * (1 - 1e-9))
            return nice[i] * power;
    return 10 * power;
}

static void add_tick(struct range *r, double value)
{
    if (r->n < TICKS_MAX)
        r->ticks[r->n++] = value;
}

/* Ticks at whole steps from min to max, which `widen` moves outward to such. */
static void linear_ticks(struct range *r, bool whole, bool widen)
{
    double step = nice_step((r->max - r->min) / TICKS), first;

    if (whole && step < 1)
        step = 1;
    if (widen) {
        r->min = floor(r->min / step + 1e-9) * step;
        r->max = ceil(r->max / step - 1e-9) * step;
        if (r->max <= r->min)
            r->max = r->min + step;
    }
    first = ceil(r->min / step - 1e-9);
    for (int i = 0; (first + i) * step <= r->max + 1e-9 * step && r->n < TICKS_MAX; i++)
        add_tick(r, (first + i) * step + 0.0); /* + 0: no -0 */
}

/* 1, 2, 5 of each decade; only the powers if there are many decades. */
static void log_ticks(struct range *r)
{
    double first = floor(log10(r->min)), last = ceil(log10(r->max)), every = ceil((last - first) / 8);

    for (int k = 0; first + k * every <= last; k++)
        for (int i = 0; i < 3; i++) {
            double value = pow(10, first + k * every) * (const double[]){1, 2, 5}[i];

            if ((i == 0 || last - first <= 3) && value >= r->min * (1 - 1e-9) && value <= r->max * (1 + 1e-9))
                add_tick(r, value);
        }
    r->min = log10(r->min);
    r->max = log10(r->max);
    r->logarithmic = true;
}

static void widen_a_point(struct range *r)
{
    double by = r->min != 0 ? fabs(r->min) / 2 : 0.5;

    r->min -= by;
    r->max += by;
}

static struct range make_range(const struct chart *c, const struct axis *axis, bool of_y)
{
    struct range r = {.min = axis->min, .max = axis->max};
    bool fixed = axis->min < axis->max, all_shares;

    if (!fixed)
        find_extremes(c, of_y, &r.min, &r.max);
    all_shares = axis->scale == SCALE_PERCENT && r.max <= 1;
    if (axis->scale == SCALE_AUTO && r.min > 0 && r.max / r.min >= LOG_FROM) {
        log_ticks(&r);
        return r;
    }
    if (r.max - r.min <= 1e-9 * fmax(fabs(r.min), fabs(r.max)))
        widen_a_point(&r);
    linear_ticks(&r, axis->scale == SCALE_WHOLE, of_y && !fixed);
    if (all_shares)
        r.max = fmin(r.max, 1);
    return r;
}

/* ---- places ---- */
static double place(const struct range *r, double value)
{
    assert(r->max > r->min);
    return ((r->logarithmic ? log10(value) : value) - r->min) / (r->max - r->min);
}

static double x_of(const struct plot *p, double value)
{
    return LEFT + place(&p->x, value) * (p->chart->width - LEFT - RIGHT);
}

static double y_of(const struct plot *p, double value)
{
    return p->chart->height - BOTTOM - place(&p->y, value) * (p->chart->height - TOP - BOTTOM);
}

/* ---- SVG ---- */
static void draw_label(struct text *out, const struct axis *axis, double value)
{
    if (axis->scale == SCALE_PERCENT)
        text_add(out, "%.6g %%", 100 * value);
    else
        text_add(out, "%.6g", value);
}

static void draw_axes(const struct plot *p)
{
    const struct chart *c = p->chart;
    double right = c->width - RIGHT, bottom = c->height - BOTTOM;

    for (int i = 0; i < p->y.n; i++) {
        double y = y_of(p, p->y.ticks[i]);

        text_add(p->out, "<path class=\"grid\" d=\"M%d %.1fH%.1f\"/><text class=\"tick end\" x=\"%d\" y=\"%.1f\">",
                 LEFT, y, right, LEFT - 7, y + 4);
        draw_label(p->out, &c->y, p->y.ticks[i]);
        text_add(p->out, "</text>\n");
    }
    for (int i = 0; i < p->x.n; i++) {
        double x = x_of(p, p->x.ticks[i]);

        text_add(p->out, "<path class=\"axis\" d=\"M%.1f %.1fv4\"/><text class=\"tick middle\" x=\"%.1f\" y=\"%.1f\">",
                 x, bottom, x, bottom + 17);
        draw_label(p->out, &c->x, p->x.ticks[i]);
        text_add(p->out, "</text>\n");
    }
    text_add(p->out, "<path class=\"axis\" d=\"M%d %.1fH%.1f\"/>\n", LEFT, bottom, right);
    if (c->x.name != NULL) {
        text_add(p->out, "<text class=\"tick middle\" x=\"%.1f\" y=\"%.1f\">", (LEFT + right) / 2, c->height - 7);
        text_escaped(p->out, c->x.name);
        text_add(p->out, "</text>\n");
    }
    if (c->y.name != NULL) {
        text_add(p->out, "<text class=\"tick middle\" transform=\"translate(13 %.1f) rotate(-90)\">",
                 (TOP + bottom) / 2);
        text_escaped(p->out, c->y.name);
        text_add(p->out, "</text>\n");
    }
}

static void draw_mark(const struct plot *p)
{
    const struct chart *c = p->chart;
    double x = x_of(p, c->mark);
    bool left = x > c->width / 2;

    if (!isfinite(c->mark))
        return;
    text_add(p->out, "<path class=\"mark\" d=\"M%.1f %dV%.1f\"/><text class=\"tick %s\" x=\"%.1f\" y=\"%.1f\">", x, TOP,
             c->height - BOTTOM, left ? "end" : "start", left ? x - 5 : x + 5, c->height - BOTTOM - 6);
    text_escaped(p->out, c->mark_name);
    text_add(p->out, "</text>\n");
}

static void draw_line(const struct plot *p, size_t k)
{
    const struct series *s = &p->chart->series[k];
    bool pen = false;

    text_add(p->out, "<path class=\"line s%zu%s\" d=\"", k, s->dashed ? " dashed" : "");
    for (size_t i = 0; i < s->n; i++) {
        if (drawn(s, i))
            text_add(p->out, "%c%.1f %.1f", pen ? 'L' : 'M', x_of(p, s->x[i]), y_of(p, s->y[i]));
        pen = drawn(s, i);
    }
    text_add(p->out, "\"/>\n");
}

/* A point apart from others has no line; its dot shows it. */
static void draw_series(const struct plot *p, size_t k)
{
    const struct series *s = &p->chart->series[k];

    if (!s->apart)
        draw_line(p, k);
    for (size_t i = 0; i < s->n && (s->n <= POINTS_DOTS || s->apart) && !s->dashed; i++)
        if (drawn(s, i)) {
            text_add(p->out, "<circle class=\"dot s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"><title>", k,
                     x_of(p, s->x[i]), y_of(p, s->y[i]));
            text_escaped(p->out, s->name != NULL ? s->name : p->chart->title);
            text_add(p->out, ", %.6g: ", s->x[i]);
            draw_label(p->out, &p->chart->y, s->y[i]);
            text_add(p->out, "</title></circle>\n");
        }
}

/* From the right edge to the left: a stroke and a name each, as wide as its letters are on average. */
static void draw_legend(const struct plot *p)
{
    double right = p->chart->width - RIGHT;

    for (size_t k = SERIES_MAX; k-- > 0;) {
        const struct series *s = &p->chart->series[k];

        if (s->name == NULL || !has_points(s))
            continue;
        text_add(p->out, "<text class=\"tick end\" x=\"%.1f\" y=\"18\">", right);
        text_escaped(p->out, s->name);
        text_add(p->out, "</text>");
        right -= 6.3 * (double)strlen(s->name) + 8;
        if (s->apart)
            text_add(p->out, "<circle class=\"dot s%zu\" cx=\"%.1f\" cy=\"14\" r=\"2.5\"/>\n", k, right - 4);
        else
            text_add(p->out, "<path class=\"line s%zu%s\" d=\"M%.1f 14h-18\"/>\n", k, s->dashed ? " dashed" : "",
                     right);
        right -= 18 + 16;
    }
}

void chart_svg(const struct chart *c, struct text *out)
{
    struct plot p = {.chart = c, .out = out};
    bool any = false;

    for (size_t k = 0; k < SERIES_MAX; k++)
        any = any || has_points(&c->series[k]);
    if (!any)
        return;
    assert(c->width > LEFT + RIGHT && c->height > TOP + BOTTOM);
    p.x = make_range(c, &c->x, false);
    p.y = make_range(c, &c->y, true);
    text_add(out, "<svg class=\"chart\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", c->width, c->height);
    text_escaped(out, c->title);
    text_add(out, "\">\n<text class=\"title\" x=\"%d\" y=\"18\">", LEFT);
    text_escaped(out, c->title);
    text_add(out, "</text>\n");
    draw_axes(&p);
    draw_mark(&p);
    for (size_t k = 0; k < SERIES_MAX; k++)
        if (has_points(&c->series[k]))
            draw_series(&p, k);
    draw_legend(&p);
    text_add(out, "</svg>\n");
}
