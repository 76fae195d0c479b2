/* SPDX-License-Identifier: Apache-2.0 */
/* TFLite's operators and types: their numbers, which of them Mote has, and which field of the file is which option. One
 * table, which the importer reads by and the emitter writes by. */
#ifndef MOTE_FORMATS_TFLITE_OPS_H
#define MOTE_FORMATS_TFLITE_OPS_H

#include "host/formats/tflite/schema.h"
#include "host/graph/graph.h"

enum tfl_option_kind {
    TFL_OPTION_INT,
    TFL_OPTION_FLOAT,
    TFL_OPTION_FLAG,
    TFL_OPTION_IS_S32, /* an element type that matters only if it is this one */
    TFL_OPTION_PADDING,
    TFL_OPTION_ACTIVATION,
    TFL_OPTION_DIMS,    /* a list of dimensions; Mote has bits: d for dimension d, 16 - d for dimension -d */
    TFL_OPTION_REFUSED, /* a byte that is 0 */
    /* What the graph says anyway: written, not read. */
    TFL_OPTION_FALSE, /* true where it is absent */
    TFL_OPTION_INPUTS,
    TFL_OPTION_OUTPUTS,    /* how many there are */
    TFL_OPTION_MULTIPLIER, /* a depthwise convolution's outputs of an input */
    TFL_OPTION_IN_TYPE,
    TFL_OPTION_OUT_TYPE,
    TFL_OPTION_SHAPE, /* the first output's */
};

static inline bool tfl_option_is_read(int kind) { return kind < TFL_OPTION_FALSE; }

struct tfl_option {
    uint8_t field;   /* position in TFLite's table */
    uint8_t kind;    /* enum tfl_option_kind */
    uint16_t to;     /* offset in Mote's struct */
    int32_t initial; /* an int's value where the file has none; all others start at 0, as the schema says */
    const char *name;
};

struct tfl_op {
    enum op_id id;
    enum tfl_options table;
    uint8_t n_fields, n_options; /* of TFLite's table; of the list */
    const struct tfl_option *options;
};

/* The row of a builtin operator; NULL if Mote does not have it. */
const struct tfl_op *tfl_op_find(int32_t builtin);
/* The builtin operator that a file has for Mote's of so many inputs; -1 if there is none. */
int32_t tfl_builtin_of(enum op_id id, int32_t n_in);
/* "GATHER"; NULL for numbers that the schema does not have. */
const char *tfl_builtin_name(int32_t builtin);

enum mote_type tfl_type_of(int number);   /* TYPE_NONE if the schema has none of that number */
int tfl_type_number(enum mote_type type); /* -1 if the schema has no such type */

#endif
