/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as text of HTML: names in a model are the model's author's, who may be anybody. */
#include "host/report/chart.h"

/* NULL: as it is. */
static const char *replacement(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void text_escaped(struct text *out, const char *s)
{
    char c[SHOWN_SIZE];

    while (*s != '\0') {
        const char *markup = replacement(*s);

        if (markup != NULL)
            s++;
        else
            shown_next(&s, c);
        text_add(out, "%s", markup != NULL ? markup : c);
    }
}
