/* SPDX-License-Identifier: Apache-2.0 */
/* The whole road in two calls: a file becomes a model, a model becomes a plan and an image. */
#ifndef MOTE_PIPELINE_H
#define MOTE_PIPELINE_H

#include <stdio.h>

#include "host/plan/plan.h"

struct import_options; /* host/import/import.h */

/* What a plan may take; 0: whatever it needs. */
struct limits {
    int64_t ram;   /* bytes of the arena */
    int64_t flash; /* bytes, as trade.h estimates them */
    double time;   /* milliseconds, as trade.h estimates them */
};

struct pipeline_options {
    const char *passes;          /* NULL: all; "none"; or names, comma-separated, run in the table's order */
    const char *dump_after;      /* print the graph, or the plan, to stderr after this pass or stage; NULL: never */
    const struct target *target; /* NULL: portable */
    bool keep_all;               /* every tensor keeps its memory: for reading all of them after a run */
    bool int8_boundary;          /* quantizing at the ends leaves the model: the pass `boundary` */
    bool channels_last;          /* transposing at the ends leaves the model: the pass `channels_last` */
    enum optimize optimize;
    enum coding coding;
    struct limits limits;
    bool via_c;      /* for generated C: it takes arenas in several memories of the target, and flash is its */
    bool feed;       /* the input comes row by row */
    bool stream;     /* and goes on forever */
    int32_t advance; /* with so many elements of it a call at least; 0: as few as will do */
};

struct pipeline {
    struct pool *pool;
    const char *path;
    struct bytes file;
    bool has_graph; /* false: the file is an image, and model and plan are empty */
    struct model model;
    struct target target;
    const struct plan_listen *listen; /* of a model that is compiled to listen, set before that; else NULL */
    bool streams;                     /* it listens as a stream */
    struct plan plan;
    struct bytes image;                   /* 16-byte aligned */
    int64_t macs_imported, macs_executed; /* 0 for an image, which does not know them; executed: of a stream's call */
};

/* Reads a .tflite, a graph file or an image: which one, the first bytes say. `file` must outlive the pipeline; `path`
 * is what it is called. */
MUST_CHECK enum mote_status pipeline_read(struct pool *pool, const char *path, struct bytes file, struct pipeline *out,
                                          const struct frame *at);
/* The same of a file (load.c). */
MUST_CHECK enum mote_status pipeline_load(struct pool *pool, const char *path, struct pipeline *out,
                                          const struct frame *at);
/* Both with what the file leaves open; NULL: nothing. An image takes none. */
MUST_CHECK enum mote_status pipeline_read_as(struct pool *pool, const char *path, struct bytes file,
                                             const struct import_options *options, struct pipeline *out,
                                             const struct frame *at);
MUST_CHECK enum mote_status pipeline_load_as(struct pool *pool, const char *path, const struct import_options *options,
                                             struct pipeline *out, const struct frame *at);
/* Passes, plan, image. An image stays what it is. */
MUST_CHECK enum mote_status pipeline_compile(struct pipeline *p, const struct pipeline_options *options,
                                             const struct frame *at);
/* Its two halves, of a pipeline that has a graph: the graph after its passes; plan and image. */
MUST_CHECK enum mote_status pipeline_passes(struct pipeline *p, const struct pipeline_options *options,
                                            const struct frame *at);
MUST_CHECK enum mote_status pipeline_plan(struct pipeline *p, const struct pipeline_options *options,
                                          const struct frame *at);
int64_t model_macs(const struct model *m); /* of graph 0 */

#endif
