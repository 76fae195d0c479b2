/* SPDX-License-Identifier: Apache-2.0 */
/* The graph: Mote's one intermediate form. Importers end here, passes go from here to here, the planner starts here.
 *
 * A model has graphs (graph 0 is the main one; others are called by operators, later). A graph is an array of tensors
 * and an array of operators in an order in which they can run. Operators refer to tensors by index; TENSOR_ABSENT
 * stands for an optional input that is not there. Everything lives in the model's pool; nothing is freed alone.
 * model_verify() states what holds after every importer and every pass. */
#ifndef MOTE_GRAPH_H
#define MOTE_GRAPH_H

#include "host/base/base.h"
#include "host/graph/opts.h"
#include "mote/ops/image.h"
#include "mote/ops/types.h"

enum op_id {
    OP_NOP = 0, /* a dead operator: passes leave it, graph_compact() removes it */
#define OP(id, NAME, ...) OP_##NAME = id,
#include "host/graph/ops.def"
    OP_LIMIT
};

enum opts_id {
#define OPTS(NAME, name) OPTS_##NAME,
#define OPT(kind, field)
#define OPTS_END
#include "host/graph/ops.def"
    OPTS_COUNT
};

#define RANK_MAX          8
#define DIM_UNKNOWN       (-1)
#define TENSOR_ABSENT     (-1)
#define TENSOR_BYTES_MAX  ((int64_t)1 << 30)
#define GRAPH_OPS_MAX     16384 /* some passes take time in the square of it */
#define GRAPH_TENSORS_MAX 65535 /* what an image can number */

/* real = scale * (q - zero). n is 0 (not quantized), 1 (per tensor) or dims[axis] (per channel). An f32 tensor may have
 * one, too: all that it holds are the reals of some int8 q, as the file quantized them (the pass `integers`). */
struct quant {
    int32_t n, axis;
    const float *scale;
    const int32_t *zero;
};

/* What a tensor holds, or what of it is to be kept: what is outside saturates. */
struct range {
    float min, max;
};

struct tensor {
    const char *name; /* as in the source; may be "" */
    enum mote_type type;
    int32_t rank;
    int64_t dims[RANK_MAX]; /* outermost first; DIM_UNKNOWN where not known yet */
    struct quant quant;
    bool ranged; /* f32 that is computed: `range` is known, from samples (calibrate()) or from the graph file */
    struct range range;
    const uint8_t *data;    /* constant: tensor_bytes() little-endian bytes; NULL otherwise */
    bool state;             /* keeps its value between inferences */
    const uint8_t *initial; /* state: the tensor_bytes() that it starts with; NULL: real zero */
    int32_t source;         /* index in the source file, -1 if Mote made it */
};

struct op {
    enum op_id id;
    const char *name; /* as in the source; may be "" */
    int32_t n_in, n_out;
    int32_t *in, *out; /* tensor indices, TENSOR_ABSENT allowed in `in` */
    void *opts;        /* struct <opts>_opts, words as host/graph/ops.def says; NULL for `none` */
    bool uint8;        /* its int8 tensors stand for uint8 ones, 128 less: computes as on those (EXACT.md) */
    int32_t source;    /* index in the source file, -1 if Mote made it */
};

struct graph {
    const char *name;
    int32_t n_tensors, n_ops, n_inputs, n_outputs;
    struct tensor *tensors;
    struct op *ops;
    int32_t *inputs, *outputs;
};

/* How raw data becomes the input tensor: real = (raw - mean[c]) * (1 / std[c]) in float32, channels in this order.
 * mote/input.h computes it. */
struct preprocess {
    const char *kind;                  /* "none", "image", "audio", "values" */
    const char *channels;              /* "rgb", "bgr", "gray" or "" */
    int32_t n;                         /* of mean and std: 0, 1 or the number of channels */
    const float *mean, *std, *inverse; /* inverse: 1 / std; an image has no std, which is NULL then */
    enum mote_type type;               /* of a raw number, with mean and std: u8, s8, s16, f32; else TYPE_NONE */
};

#define KINDS  (MOTE_KIND_AUDIO + 1)
#define ORDERS (MOTE_CHANNELS_GRAY + 1)

extern const char *const raw_kind_names[KINDS], *const order_names[ORDERS]; /* by enum mote_kind, mote_channel_order */

/* Their numbers, -1 if there is no such name. */
int raw_kind_number(const char *name);
int order_number(const char *name);

/* Copies of n of both, and the reciprocals. */
void preprocess_scale(struct pool *pool, struct preprocess *p, int32_t n, const float *mean, const float *std);

/* What the first output means. An anomaly detector's is its input again: the score of a sample is the mean squared
 * error of that, and what scores above the threshold is an anomaly. */
struct task {
    enum mote_task kind;
    float threshold; /* anomaly: at least 0; INFINITY: nobody chose one */
    int32_t normal;  /* anomaly: the class that is normal, -1 if that is not known */
};

/* Which samples a model was trained on, so that any command knows them again in any other file (docs/DATA.md). A sample
 * has a digest of its contents, or of its group's name; its key is the digest mixed with the seed. Where fractions drew
 * the splits, a class has cutoffs of keys, and what they cannot say is listed; where files or lists decided, the
 * digests of all samples for training and validation are. */
#define DIGEST_BYTES 8
struct split_digests {
    int32_t n;
    const uint8_t *data; /* [n][DIGEST_BYTES] little-endian, ascending, none twice */
};
struct split_memory {
    bool known;
    const char *group; /* what says which samples go together; NULL: each is alone */
    uint64_t seed;
    int32_t n_cutoffs;                     /* 0: nothing was drawn; 1: for all classes; else one a class */
    const uint64_t *test, *validation;     /* [n_cutoffs] keys below the first are test, others below the second */
    struct split_digests trained, checked; /* for training; for validation */
};

/* How scores become commands (mote/posterior.h), in inferences. */
struct posterior {
    enum posterior_kind { POSTERIOR_NONE, POSTERIOR_AVERAGE, POSTERIOR_SUM, POSTERIOR_HITS } kind;
    int32_t threshold, window, minimum, suppression;
};
/* Of what listens (mote/gate.h), in inferences. */
struct gate {
    int32_t ratio; /* of 2^8, of the background's power; 0: there is none */
    int32_t least; /* mean square of samples */
    int32_t hold, before;
};
#define GATE_BEFORE_MAX 255
#define GATE_LEAST_MAX  (1 << 30)
#define GATE_ABOVE      6 /* decibels, as usual */
#define GATE_ABOVE_MAX  24
#define GATE_BELOW_MAX  90
/* What somebody wants of one. */
struct gate_wish {
    bool said;                  /* else as the model has it */
    float above;                /* decibels above the background, to GATE_ABOVE_MAX; 0: no gate */
    float least;                /* decibels below full scale, to GATE_BELOW_MAX; 0: as usual */
    int32_t hold_ms, before_ms; /* below 0: as usual */
};
#define POSTERIORS           (POSTERIOR_HITS + 1)
#define POSTERIOR_WINDOW_MAX 4096
#define HEARS_MS_MAX         60000
#define HEARS_CHANNELS_MAX   1024
extern const char *const posterior_names[POSTERIORS];

/* The front end whose features the input is made of (host/front_end), and what comes after the output. */
struct hears {
    const char *preset;   /* NULL: the model does not say it */
    int32_t window, step; /* milliseconds */
    int32_t channels;
    int32_t clip; /* milliseconds of sound that a sample was */
    struct posterior posterior;
    struct gate gate;
};

struct model {
    struct pool *pool;
    const char *name;   /* a C identifier, from the file's name */
    uint32_t version;   /* the user's, 0 if none */
    uint64_t structure; /* model_structure() of what was loaded, before any pass; 0 if nobody asked */
    int32_t n_graphs, n_classes;
    struct graph *graphs;
    const char **classes;
    struct preprocess preprocess;
    struct task task;
    struct hears hears;        /* in graph files; an image that listens has what it needs of it */
    const char *remarks;       /* what whoever compiles it should know, in lines; NULL: nothing */
    bool shapes_may_be_stale;  /* while a file is imported: of what operators make, inputs know better than the file */
    struct split_memory split; /* in graph files alone: no device needs it */
};

/* ---- questions ---- */
int64_t tensor_elements(const struct tensor *t); /* -1 if a dimension is unknown; 1 for rank 0 */
int64_t tensor_bytes(const struct tensor *t);    /* -1 if unknown */
int type_bits(enum mote_type type);
const char *type_name(enum mote_type type);                /* "s8" */
enum mote_type type_of_name(const char *name, size_t len); /* TYPE_NONE if there is none */
static inline bool tensor_is_quantized(const struct tensor *t) { return t->quant.n > 0; }
bool split_equal(const struct split_memory *a, const struct split_memory *b);
bool split_has(const struct split_digests *list, uint64_t digest);
bool quant_equal(const struct quant *a, const struct quant *b);
bool shape_equal(const struct tensor *a, const struct tensor *b);
const char *shape_text(const struct tensor *t, char out[96]); /* "1x49x10x1" */
/* Uses of a tensor as an operator's input; as a graph output it counts too. */
int graph_uses(const struct graph *g, int32_t tensor);
/* Of a tensor that is no constant, for messages: "an input of the model" or "computed by the model". */
const char *graph_origin(const struct graph *g, int32_t tensor);
int32_t graph_producer(const struct graph *g, int32_t tensor); /* operator index, -1 if none */
bool graph_is_output(const struct graph *g, int32_t tensor);
struct frame frame_op(const struct frame *up, const struct graph *g, int32_t op);
struct frame frame_tensor(const struct frame *up, const struct graph *g, int32_t tensor);

/* A model's name, a C identifier, from a file's: "dir/Kws-3x3.tflite" becomes "kws_3x3". Never a keyword of C or C++,
 * never empty, at most 63 characters. */
const char *model_name_from(struct pool *pool, const char *name);

#define TASKS 4
extern const char *const task_names[TASKS]; /* of enum mote_task, as the graph file has them */

/* ---- building ---- */
struct graph *model_add_graph(struct model *m, const char *name);
int32_t graph_add_tensor(struct model *m, struct graph *g, const struct tensor *t); /* copies the struct */
/* Copies the lists; opts zeroed. The op is appended. */
struct op *graph_add_op(struct model *m, struct graph *g, enum op_id id, int n_in, const int32_t *in, int n_out,
                        const int32_t *out);
/* Where operators are left out: what they would make (made[n]) becomes an input, what they would read (read[n]) an
 * output, so that the rest is whole; constants and state are neither. */
void graph_leave_out(struct model *m, struct graph *g, bool *made, bool *read, int32_t n);
void quant_set(struct model *m, struct quant *q, float scale, int32_t zero);
/* Drops OP_NOP and the tensors that nothing names; indices change, order stays. */
void graph_compact(struct model *m, struct graph *g);
/* Differs where operators, shapes, types, inputs, outputs or classes do; weights and quantization do not count. */
uint64_t model_structure(const struct model *m);
void model_copy(const struct model *from, struct model *to); /* deep but for constants' bytes, names and split */

/* ---- whole-graph work ---- */
/* Shapes of all outputs from shapes of the inputs; known dimensions in the file must agree, unless shapes_may_be_stale.
 */
MUST_CHECK enum mote_status graph_infer(struct model *m, struct graph *g, const struct frame *at);
/* Indices in range, each tensor made once and before its use, counts and options in range, shapes and types agree. */
MUST_CHECK enum mote_status model_verify(struct model *m, const struct frame *at);

/* ---- the file: text, then an aligned blob (docs/GRAPH.md) ---- */
void model_print(const struct model *m, struct text *out, bool inline_data); /* inline_data: no blob, all as text */
/* Reads and verifies; m->pool must be set. Constants in the blob are not copied: `file` must outlive the model. Takes
 * at most GRAPH_FILE_MEMORY(file.size) of the pool. */
#define GRAPH_FILE_MEMORY(size) pool_limit_for(size, 64, (size_t)1 << 16)
MUST_CHECK enum mote_status model_parse(struct model *m, struct bytes file, const struct frame *at);
/* As model_parse(), but wrong lines of tensors and operators are no failure: they are in *faults, and the model is
 * without them, so that the rest can be judged; it has no graph where there is no rest to judge. */
struct faults;
MUST_CHECK enum mote_status model_parse_partly(struct model *m, struct bytes file, struct faults *faults,
                                               const struct frame *at);
void model_write(const struct model *m, struct text *out); /* text and blob */

#endif
