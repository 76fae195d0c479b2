/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/figures.h"

#include <math.h>

#include "host/report/chart.h"
#include "host/report/html_pieces.h"

#define WIDTH  160 /* of a curve, in px */
#define HEIGHT 72
#define POINTS 160 /* of a curve that are drawn */

/* RFC 4648, section 4. */
static void base64(struct bytes b, struct text *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < b.size; i += 3) {
        const size_t n = b.size - i < 3 ? b.size - i : 3;
        uint32_t bits = 0;
        char four[4] = {'=', '=', '=', '='};

        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? b.data[i + k] : 0);
        for (size_t k = 0; k <= n; k++)
            four[k] = digits[bits >> (18 - 6 * k) & 63];
        text_bytes(out, four, sizeof four);
    }
}

static void picture(const struct figure *f, struct text *out)
{
    text_add(out, "<img alt=\"");
    text_escaped(out, f->caption != NULL ? f->caption : "a sample");
    text_add(out, "\" src=\"data:image/png;base64,");
    base64(f->png, out);
    text_add(out, "\"/>");
}

/* ---- curves ---- */
static void find_extremes(const struct figure *f, double *min, double *max)
{
    *min = INFINITY;
    *max = -INFINITY;
    for (int64_t i = 0; i < (int64_t)f->rows * f->channels; i++)
        if (isfinite(f->values[i])) {
            *min = fmin(*min, (double)f->values[i]);
            *max = fmax(*max, (double)f->values[i]);
        }
}

/* Of more rows than POINTS, those at equal distances. */
static void curve(const struct figure *f, int32_t channel, double min, double max, struct text *out)
{
    const int32_t points = f->rows < POINTS ? f->rows : POINTS;
    const double height = max > min ? (HEIGHT - 4) / (max - min) : 0, width = points > 1 ? WIDTH / (points - 1.0) : 0;
    bool pen = false;

    text_add(out, "<path class=\"line c%d\" d=\"", channel);
    for (int32_t i = 0; i < points; i++) {
        const int64_t row = (int64_t)i * f->rows / points;
        const double y = (double)f->values[row * f->channels + channel];

        if (isfinite(y))
            text_add(out, "%c%.1f %.1f", pen ? 'L' : 'M', i * width,
                     max > min ? HEIGHT - 2 - (y - min) * height : HEIGHT / 2.0);
        pen = isfinite(y);
    }
    text_add(out, "\"/>");
}

static void curves(const struct figure *f, struct text *out)
{
    double min, max;

    find_extremes(f, &min, &max);
    text_add(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
    text_escaped(out, f->caption != NULL ? f->caption : "a sample");
    text_add(out, "\">");
    for (int32_t c = 0; c < f->channels && c < FIGURE_CHANNELS && isfinite(min); c++)
        curve(f, c, min, max, out);
    text_add(out, "</svg>");
}

void figures_html(const struct figure *figures, size_t n, struct text *out)
{
    if (n == 0)
        return;
    text_add(out, "<div class=\"figures\">\n");
    for (size_t i = 0; i < n; i++) {
        text_add(out, "<figure>");
        if (figures[i].png.size > 0)
            picture(&figures[i], out);
        else
            curves(&figures[i], out);
        text_add(out, "<figcaption>");
        if (figures[i].caption != NULL)
            html_element(out, "span", figures[i].caption);
        if (figures[i].below != NULL)
            html_element(out, "span class=\"soft\"", figures[i].below);
        text_add(out, "</figcaption></figure>\n");
    }
    text_add(out, "</div>\n");
}
