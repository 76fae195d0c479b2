/* SPDX-License-Identifier: Apache-2.0 */
/* What the printer and the parser of graph files (docs/GRAPH.md) have to agree on. */
#ifndef MOTE_GRAPH_TEXT_H
#define MOTE_GRAPH_TEXT_H

#include "host/graph/op_info.h"

#define GRAPH_FILE_VERSION 1
#define BLOB_ALIGN         64 /* of the blob, from the file's start */
#define BLOB_CONST_ALIGN   16 /* of a constant, from the blob's start */

/* How the elements of a constant are spelled. */
enum spelling {
    SPELL_NONE,     /* the type has no elements of fixed size */
    SPELL_SIGNED,   /* decimal */
    SPELL_UNSIGNED, /* decimal */
    SPELL_F32,      /* decimal that reads back to the same bits, inf, -inf, or bits as 0x… */
    SPELL_F64,
    SPELL_BITS /* 0x…, most significant digit first */
};
enum spelling type_spelling(enum mote_type type);

/* What an option is where an operator's line does not name it, as a word. */
uint32_t option_default(const struct opt_field *field);

#endif
