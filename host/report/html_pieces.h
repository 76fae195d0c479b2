/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of a report's page. */
#ifndef MOTE_HTML_PIECES_H
#define MOTE_HTML_PIECES_H

#include "host/base/base.h"

/* tag: with its attributes; content is escaped. */
void html_element(struct text *out, const char *tag, const char *content);
void html_count(struct text *out, int64_t n); /* digits in groups of three */
/* Cells of a table. */
void html_count_cell(struct text *out, int64_t n);      /* negative: a dash */
void html_percent_cell(struct text *out, double share); /* NAN: a dash */
void html_bar_cell(struct text *out, double share);     /* 0 to 1 */

#endif
