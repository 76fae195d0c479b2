/* SPDX-License-Identifier: Apache-2.0 */
/* Text that fits a terminal: its width and colors, wrapped paragraphs, names shortened in the middle, tables. */
#ifndef MOTE_COLUMNS_H
#define MOTE_COLUMNS_H

#include "host/base/base.h"

#define COLUMNS 80 /* of what is no terminal, or does not say */

/* What COLUMNS in the environment says, else the terminal of `to`, else 80; at least 40. */
int columns_of(FILE *to);
/* "\33[1m" and others where `to` is a terminal and NO_COLOR is unset, else "". */
enum style { STYLE_NONE, STYLE_BOLD, STYLE_GREEN, STYLE_RED };
const char *style_begin(FILE *to, enum style style);
const char *style_end(FILE *to);

/* Characters of UTF-8, each of which takes one column. */
int32_t columns_text(const char *s);
/* "block_1/…/conv": at most `width` columns, 1 or more, with the first and the last of the text. */
const char *shortened(struct pool *pool, const char *s, int32_t width);
void print_shortened(FILE *to, const char *s, int32_t width); /* the same, without memory */

/* The words of s, from column `at` of a line that has begun, in lines of at most `width` that start with `indent`
 * spaces; a tab is a space where no line ends. Ends without a newline. */
void print_wrapped(FILE *to, const char *s, int at, int indent, int width);

#define FITTING_MAX 4096 /* bytes at once; what is left out of more is marked */
/* What printf() would print, without memory: each line of it in lines as wide as `to`, those after the first indented
 * by two spaces. */
void print_fitting(FILE *to, const char *fmt, ...) PRINTF(2, 3);

/* Columns are as wide as their cells. Where a line is too long, those that may be shortened are, the widest first. */
struct column {
    const char *heading;
    bool right;    /* aligned, as numbers are */
    int32_t least; /* shortened down to so many columns; 0: never */
};
struct table {
    struct pool *pool;
    const struct column *columns;
    int32_t n_columns;
    const char **cells; /* [n_rows * n_columns], printable */
    size_t n_cells;
};
/* `cells`: [n_columns]; they stay the caller's. */
void table_row(struct table *t, const char *const *cells);
#define TABLE_ROW(t, ...) table_row(t, (const char *const[]){__VA_ARGS__})
#define TABLE_COLUMNS_MAX 16
void table_print(const struct table *t, FILE *to); /* without memory */

#endif
