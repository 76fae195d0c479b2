/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/html_pieces.h"

#include <math.h>

#include "host/report/chart.h"

void html_element(struct text *out, const char *tag, const char *content)
{
    text_add(out, "<%s>", tag);
    text_escaped(out, content);
    text_add(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

/* Apart by narrow spaces. */
void html_count(struct text *out, int64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n);

    for (int i = 0; i < len; i++)
        text_add(out, "%s%c", i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-' ? "\xe2\x80\xaf" : "", digits[i]);
}

void html_count_cell(struct text *out, int64_t n)
{
    text_add(out, "<td class=\"number\">");
    if (n < 0)
        text_add(out, "\xe2\x80\x93");
    else
        html_count(out, n);
    text_add(out, "</td>");
}

void html_percent_cell(struct text *out, double share)
{
    if (isnan(share))
        text_add(out, "<td class=\"number\">\xe2\x80\x93</td>");
    else
        text_add(out, "<td class=\"number\">%.2f %%</td>", 100 * share);
}

void html_bar_cell(struct text *out, double share)
{
    text_add(out, "<td class=\"bar\"><span style=\"width:%.1f%%\"></span></td>", isnan(share) ? 0.0 : 100 * share);
}
