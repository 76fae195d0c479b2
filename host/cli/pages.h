/* SPDX-License-Identifier: Apache-2.0 */
/* The help in its forms, from one text: for terminals, man pages, and the completion of shells. */
#ifndef MOTE_PAGES_H
#define MOTE_PAGES_H

#include "host/cli/cli.h"

/* A command, or NULL: of all of them the list. */
void help_print(struct pool *pool, const struct command *command, FILE *to);
void man_print(struct pool *pool, const struct command *command, FILE *to); /* roff, as man-pages(7) has it */
void completion_print(bool zsh, FILE *to);

extern const struct option options_of_all[]; /* --json and --help; ends with a NULL name */

#endif
