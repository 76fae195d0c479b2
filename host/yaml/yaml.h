/* SPDX-License-Identifier: Apache-2.0 */
/* YAML files: they are checked strictly against a schema (yaml_check.c), then libcyaml builds the structs, in the pool
 * like everything else. */
#ifndef MOTE_YAML_H
#define MOTE_YAML_H

#include <cyaml/cyaml.h>

#include "host/base/base.h"

#define YAML_FILE_MAX ((size_t)65536) /* bytes: larger files are refused */
#define YAML_TEXT_MAX 1000            /* characters of one word */
#define YAML_LIST_MAX 1024            /* elements of one list */

/* `schema` describes the whole file, a CYAML_FLAG_POINTER mapping; *out gets the struct. A wrong file gives one line
 * that says what, where, and in which line of the file. */
MUST_CHECK enum mote_status yaml_read(struct pool *pool, const char *path, const cyaml_schema_value_t *schema,
                                      void **out, const struct frame *at);

/* The same of bytes that are read already. */
MUST_CHECK enum mote_status yaml_parse(struct pool *pool, struct bytes file, const cyaml_schema_value_t *schema,
                                       void **out, const struct frame *at);

/* Names the line of a key that the schema does not have, with the one that was meant, of one that is there twice, of a
 * section that lacks one, and of a value that is not all that the schema wants. yaml_read() begins with it. */
MUST_CHECK enum mote_status yaml_check(struct pool *pool, struct bytes file, const cyaml_schema_value_t *schema,
                                       const struct frame *at);

/* The line of a key in a section of the file, 0 if it is not there: for what a schema cannot say. */
int yaml_line(struct bytes file, const char *section, const char *key);

/* How many values a key at the file's top has: elements of lists, and one of each other value; *line is the first's. */
int yaml_values(struct bytes file, const char *key, int *line);

/* Numbers that a schema takes as text, to say more of them: these read all of it, or return false. */
bool yaml_whole(const char *s, int64_t *out); /* digits with or without a '-' before them */
bool yaml_real(const char *s, float *out);    /* finite */
#define YAML_FLAGS 4
extern const cyaml_strval_t yaml_flags[YAML_FLAGS]; /* true, false, yes, no: of an enum or an int, 1 or 0 */

#endif
