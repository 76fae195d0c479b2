/* SPDX-License-Identifier: Apache-2.0 */
/* Mote as a library: models are read, compiled and run on this machine (libmote_compile; mote_train.h and mote_boards.h
 * have the rest). docs/API.md shows it at work.
 *
 * Every function that can fail returns 0, or a negative status (device/mote/ops/status_def.h has them,
 * mote_status_name() spells them) and then leaves *out NULL and one line with the place and the reason in the context.
 * Nothing exits, nothing is printed; memory that runs out is MOTE_NO_MEMORY. There is no state but what handles hold:
 * two threads may work at the same time with a context each. A handle outlives the context that made it. Files are
 * written whole or not at all.
 *
 * Structs of options may be all zeros: that is the default of each field. Structs begin with their size, so that a
 * later version may add fields at their ends: MOTE_OPTIONS(struct mote_compile_options, .target = "cortex-m4f"). */
#ifndef MOTE_API_H
#define MOTE_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_API_VERSION 3      /* of this header; a library has all that its version and those before it have */
int mote_api_version(void);     /* of the library */
const char *mote_version(void); /* Mote's, "0.1.0" */
const char *mote_status_name(int status); /* "ERR_SHAPE" */

enum mote_result { MOTE_DONE = 0, MOTE_NO_MEMORY = -1, MOTE_STOPPED = -13 }; /* those that a caller may want to know */

#define MOTE_OPTIONS(type, ...)                                                                                        \
    (type) { .size = sizeof(type), __VA_ARGS__ }

/* ---- context: what calls tell, and are told ---- */
struct mote_context;
struct mote_callbacks {
    size_t size;
    void *user; /* goes to all of them */
    /* Now and then, from the thread that called, while work lasts: what, and how much of it is done. Not 0: stop; the
     * call returns MOTE_STOPPED. */
    int (*progress)(void *user, const char *what, int64_t done, int64_t total);
    void (*note)(void *user, const char *line); /* what a person may want to know */
    uint64_t memory;                            /* bytes that one call may take at most; 0: no such bound */
};
struct mote_context *mote_context_new(const struct mote_callbacks *callbacks); /* may be NULL; NULL: no memory */
void mote_context_free(struct mote_context *context);
const char *mote_context_error(const struct mote_context *context); /* of the last call that failed; "" before */

/* ---- graph: a model as it is read, trained, or quantized ---- */
struct mote_graph;
/* A .tflite, an .onnx, a frozen .pb, a Darknet .cfg (from a file: its weights are beside it) or a graph file, from
 * memory or from a file; `name` is for messages, and the model's where it has none. */
int mote_graph_read(struct mote_context *context, const void *bytes, size_t size, const char *name,
                    struct mote_graph **out);
int mote_graph_load(struct mote_context *context, const char *path, struct mote_graph **out);
/* The same with what the file leaves open. */
struct mote_graph_options {
    size_t size;
    const char *const *shapes; /* of inputs, each once: "x=1,16000"; the list ends with NULL. NULL: none */
    /* Nodes of a frozen TensorFlow graph behind which the model begins, and with which it ends; lists as above. */
    const char *const *from, *const *to;
};
int mote_graph_read_with(struct mote_context *context, const void *bytes, size_t size, const char *name,
                         const struct mote_graph_options *options, struct mote_graph **out);
int mote_graph_load_with(struct mote_context *context, const char *path, const struct mote_graph_options *options,
                         struct mote_graph **out);
int mote_graph_save(struct mote_context *context, const struct mote_graph *graph, const char *path); /* docs/GRAPH.md */
void mote_graph_free(struct mote_graph *graph);

/* ---- compiled: a plan of it, as an image and as C ---- */
struct mote_compile_options {
    size_t size;
    const char *target;   /* a core ("cortex-m4f"), "host", "portable"; NULL: portable */
    const char *optimize; /* "balanced", "ram", "speed", "flash"; NULL: balanced */
    const char *passes;   /* names, comma-separated, or "none"; NULL: all */
    const char *name;     /* what the model is called in image and C; NULL: as it is */
    int int8_boundary;    /* quantizing at the ends leaves the model */
    int rows;             /* the input comes row by row */
    int stream;           /* and goes on forever */
};
struct mote_cost {
    int64_t image_bytes, weight_bytes, arena_bytes;
    int64_t arena_bound; /* no plan with these steps has a smaller arena */
    int64_t macs;        /* multiply-accumulates of a call */
};
struct mote_compiled;
int mote_compile(struct mote_context *context, const struct mote_graph *graph,
                 const struct mote_compile_options *options, struct mote_compiled **out);
/* For the interpreter; as long as the handle is there. 64-byte aligned. */
const void *mote_compiled_image(const struct mote_compiled *compiled);
size_t mote_compiled_image_bytes(const struct mote_compiled *compiled);
struct mote_cost mote_compiled_cost(const struct mote_compiled *compiled);
/* Generated C with the sources that it needs, into a folder. `home` has Mote's device/ (pkg-config --variable=home
 * mote); NULL: the environment's MOTE_HOME. */
int mote_compiled_write_c(struct mote_context *context, const struct mote_compiled *compiled, const char *home,
                          const char *folder);
void mote_compiled_free(struct mote_compiled *compiled);

/* ---- session: an image on this machine, with the device's own code ---- */
struct mote_session;
/* Any image, for whatever core. It is copied, and checked as a device does. */
int mote_session_open(struct mote_context *context, const void *image, size_t bytes, struct mote_session **out);
void mote_session_free(struct mote_session *session);

/* An input or an output. `data` is the session's, to be written before a run, or read after it. */
struct mote_tensor {
    const char *name, *type; /* "s8", "f32", …: docs/GRAPH.md */
    int32_t rank;
    int32_t dims[8];
    float scale; /* real = scale * (q - zero); 0: not quantized */
    int32_t zero;
    void *data;
    size_t bytes;
};
int32_t mote_session_inputs(const struct mote_session *session);
int32_t mote_session_outputs(const struct mote_session *session);
/* 0, or ERR_USAGE where there is no such input (output). */
int mote_session_input(const struct mote_session *session, int32_t i, struct mote_tensor *out);
int mote_session_output(const struct mote_session *session, int32_t i, struct mote_tensor *out);
/* Input i from a sample as the data of training have it: by the model's preprocessing. `bytes` is the sample's. */
int mote_session_set_raw(struct mote_context *context, struct mote_session *session, int32_t i, const void *sample,
                         size_t bytes);
int mote_session_run(struct mote_context *context, struct mote_session *session);
void mote_session_reset(struct mote_session *session);                         /* states start anew */
const char *mote_session_class(const struct mote_session *session, int32_t i); /* NULL: there is no such name */

#ifdef __cplusplus
}
#endif
#endif
