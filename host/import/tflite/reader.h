/* SPDX-License-Identifier: Apache-2.0 */
/* What the importer's parts share. */
#ifndef MOTE_TFLITE_READER_H
#define MOTE_TFLITE_READER_H

#include "host/base/faults.h"
#include "host/formats/tflite/ops.h"
#include "host/graph/graph.h"
#include "host/import/import.h"
#include "host/import/tflite/flatbuffer.h"

struct tfl_variable; /* variables.c */

/* From operator `first` on, nothing runs in an inference in which `runs`, a bool, does not hold (streams.c). */
struct tfl_hold {
    int32_t first, runs;
};

/* The resource variables of the graph that is being read, and its circular buffers. */
struct tfl_variables {
    struct tfl_variable *list;
    int32_t n, *of_handle; /* [tensors of the file's graph], -1 where a tensor is no handle */
    int32_t n_buffers;     /* that do not say how often they run */
    struct tfl_hold *holds;
    int32_t n_holds;
};

struct tfl_reader {
    struct fb fb;
    struct pool *pool;
    size_t limit; /* bytes of the pool */
    const struct import_options *options;
    struct model *out;
    struct fb_vector codes, subgraphs, buffers;
    const uint8_t **copies; /* [buffers.n] aligned copies of buffers that are misaligned in the file */
    struct tfl_variables variables;
    int64_t decoded;      /* bytes of constants (decode.c) */
    int64_t densified;    /* bytes of constants (sparse.c) */
    uint8_t *called_once; /* [subgraphs.n], or NULL if no graph is (variables.c) */
    bool initializing;    /* one of those is being read */
    const char *missing;  /* the operators that Mote does not have, NULL if there are none */
    struct faults faults; /* what else it does not have */
    bool *left_out_reads; /* [tensors of the file's graph] of operators that are left out */
    bool *left_out_makes;
    bool *pairs; /* [n_pairs] of the file's tensors: complex64 there, pairs of f32 here */
    int32_t n_pairs;
    bool *narrowed; /* [tensors of the file's graph] int64 there, int32 here */
};

/* A string field on one line: bytes that are not UTF-8 and control characters become \xNN. "" if absent. */
const char *tfl_string(struct tfl_reader *r, struct fb_table t, unsigned field);

MUST_CHECK enum mote_status tfl_read_tensor(struct tfl_reader *r, struct fb_table t, int32_t index, struct tensor *out,
                                            const struct frame *at);

/* Dimensions that the file's signature leaves open become unknown. */
void tfl_open_dims(struct fb_table t, struct tensor *tensor);

/* Adds the graph to r->out. */
MUST_CHECK enum mote_status tfl_read_graph(struct tfl_reader *r, uint32_t index, const struct frame *up);

/* Lists all operators that Mote does not have, in all graphs, in r->missing. */
MUST_CHECK enum mote_status tfl_check_operators(struct tfl_reader *r, const struct frame *at);

/* An Operator's code. */
struct tfl_code {
    uint32_t index; /* in the file's list of codes */
    int32_t builtin, version;
    const char *custom; /* custom operators' name, else NULL */
};
MUST_CHECK enum mote_status tfl_read_code(struct tfl_reader *r, struct fb_table operator_table, struct tfl_code *out,
                                          const struct frame *at);

/* Fills the operator's options from the file's Operator table. */
MUST_CHECK enum mote_status tfl_read_options(const struct tfl_op *row, struct fb_table operator_table, void *opts,
                                             const struct frame *at);

#endif
