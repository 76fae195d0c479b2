/* SPDX-License-Identifier: Apache-2.0 */
/* A chart of lines as inline SVG. Colors and fonts come from the page's style sheet: classes chart, grid, axis, tick,
 * title, mark, and s0, s1, … for the series. */
#ifndef MOTE_CHART_H
#define MOTE_CHART_H

#include "host/base/base.h"

#define SERIES_MAX 4

enum scale {
    SCALE_NUMBER,
    SCALE_PERCENT, /* 0.25 reads 25 % */
    SCALE_WHOLE,   /* ticks are whole numbers */
    SCALE_AUTO,    /* logarithmic if all values are positive and the largest is many times the smallest */
};

struct axis {
    const char *name; /* NULL: none */
    enum scale scale;
    double min, max; /* min < max: fixed; else they follow from the data */
};

struct series {
    const char *name;    /* in the legend; NULL: not there */
    const double *x, *y; /* [n], x ascending; what is not finite leaves a gap */
    size_t n;
    bool dashed;
    bool apart; /* dots, no line */
};

struct chart {
    const char *title;
    struct axis x, y;
    struct series series[SERIES_MAX]; /* those without a finite point are left out */
    double mark;                      /* a vertical line at this x, named mark_name; NAN: none */
    const char *mark_name;
    double width, height; /* in px, of a page that has the room */
};

/* Nothing if no series has a finite point. Names are escaped here. */
void chart_svg(const struct chart *c, struct text *out);

/* Text of HTML and SVG and their attributes: markup is escaped, and what is no character (control characters, broken
 * UTF-8) becomes U+FFFD. */
void text_escaped(struct text *out, const char *s);

#endif
