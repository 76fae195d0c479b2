/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the libraries' calls. Each shared library has this code for itself; handles have one layout for all, which
 * is why libraries of one version belong together (their names have it). */
#ifndef MOTE_API_CONTEXT_H
#define MOTE_API_CONTEXT_H

#include "host/api/mote_api.h"
#include "host/base/guard.h"
#include "host/import/import.h"
#include "host/pipeline/pipeline.h"

struct mote_context {
    struct mote_callbacks callbacks;
    struct report_text error;
    struct frame root; /* no name */
    struct progress progress;
    bool stopped; /* the caller has asked for it */
};

/* What was read, as it was: each call makes its own model of it, which it may change. */
struct mote_graph {
    struct pool pool; /* that the handle itself lies in */
    const char *name; /* for messages */
    struct bytes file;
    struct import_options import;
};

/* A plan, and the image of it. */
struct mote_compiled {
    struct pool pool; /* that the handle itself lies in */
    const char *name; /* of the graph, for messages */
    struct pipeline p;
    struct mote_cost cost;
    bool via_c; /* of a board: it comes as generated C */
};

/* A call of the library, the first member of its arguments. */
struct call {
    struct mote_context *context;
    const struct frame *at;
    struct pool pool;    /* of what it makes: empty where it fails, else the caller's to free, or a handle's */
    struct pool *handle; /* that of the handle that `work` has made, which the pool then becomes; else NULL */
    enum mote_status (*work)(struct call *call);
    void (*clean)(struct call *call); /* after it, whatever came, and before memory is given back; may be NULL */
};
#define API __attribute__((visibility("default")))
/* Memory that runs out leaves nothing but the message. */
int api_call(struct call *call);
/* Copies the caller's options, whose version may be older: what they do not have is 0, and NULL has nothing. */
MUST_CHECK enum mote_status api_options(const struct call *call, const void *options, void *out, size_t size);

/* The graph's model, in the call's pool. */
MUST_CHECK enum mote_status api_model(struct call *call, const struct mote_graph *graph, struct pipeline *out,
                                      const struct frame *file);
/* What `o` says, for a target; compile.c and boards.c know what a name means. */
MUST_CHECK enum mote_status api_compile_options(const struct call *call, const struct mote_compile_options *o,
                                                const struct target *target, struct pipeline_options *out);
MUST_CHECK enum mote_status api_compile(struct call *call, const struct mote_graph *graph,
                                        const struct mote_compile_options *o, const struct pipeline_options *options,
                                        struct mote_compiled **out, const struct frame *file);
/* Frees a handle that lies in its pool; NULL has nothing. */
void api_free(struct pool *handle);
struct frame api_file(const struct call *call, const char *name);
/* A handle with a pool of its own. */
struct mote_graph *api_graph_of_bytes(const char *name, struct bytes file);
struct mote_graph *api_graph_of_model(const char *name, const struct model *m);

#endif
