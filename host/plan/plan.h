/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: every decision about one graph on one target, made once. The image and the generated C are two spellings
 * of it; the profile reads it. */
#ifndef MOTE_PLAN_H
#define MOTE_PLAN_H

#include "host/graph/blocks.h"
#include "host/plan/kernels.h"
#include "host/plan/offsets.h"
#include "host/target/target.h"
#include "mote/listener.h"

#define ARENA_ALIGN 16
#define VALUE_NONE  (-1)

enum value_kind { VALUE_ACTIVATION, VALUE_STATE, VALUE_CONST, VALUE_SCRATCH };

/* Memory regions of values; the numbers are image format. */
enum region { REGION_IMAGE = 0, REGION_ARENA = 1 };

struct value {
    enum value_kind kind;
    const char *name; /* the tensor's, or what the constant is */
    enum mote_type type;
    int32_t tensor;      /* graph tensor, -1 if none */
    int64_t bytes;       /* that are stored */
    int64_t decoded;     /* bytes of its elements, dense and row-major */
    uint16_t form;       /* VALUE_CONST: how they are stored, MOTE_FORM(coding, packing) */
    const uint8_t *data; /* VALUE_CONST */
    bool weight;         /* VALUE_CONST: counts as weight_bytes */
    bool grows;          /* VALUE_CONST: a later step may want more of it, so it is no other constant's */
    int32_t alias;       /* value whose memory this one shares, VALUE_NONE if it has its own */
    uint8_t fill;        /* VALUE_STATE: the byte it starts with */
    int32_t initial;     /* VALUE_STATE: 1 + the constant that it starts with; 0: it starts with `fill` */
    int32_t first, last; /* calls of the schedule in which it is alive, inclusive; -1: before all, n_calls: after */
    const struct extent *live; /* [last - first + 1] bytes that are worth something at each time; NULL: all */
    int64_t offset;            /* in its region; set by the planner (arena) and the emitter (image) */
};

struct step {
    enum kernel_id kernel;
    int32_t op;                           /* graph operator */
    int32_t n_args, *args;                /* values */
    int32_t rows;                         /* of its output */
    int32_t *params;                      /* the kernel's n_params words */
    const struct kernel_version *version; /* the same in all steps of a kernel */
};

/* Output rows first … first + rows - 1 of a step; in round i of its group, i * hop further. */
struct schedule_entry {
    int32_t step, first, rows, hop;
};

/* Entries first … first + n - 1, which run in order, `repeat` times. Their first rows are base … base + 65535. */
struct schedule_group {
    int32_t first, n, repeat, base;
};

/* Rows first … first + rows - 1 of a step. */
struct schedule_call {
    int32_t step, first, rows;
};

/* Every row of every step is computed once. */
struct plan_schedule {
    int32_t n_calls, n_entries, n_groups;
    struct schedule_call *calls; /* what groups of entries, round after round, are */
    struct schedule_entry *entries;
    struct schedule_group *groups;
};

/* What a plan is to be best in. */
enum optimize {
    OPTIMIZE_BALANCED = 0, /* a smaller arena, where it costs few instructions */
    OPTIMIZE_RAM,          /* the smallest arena */
    OPTIMIZE_SPEED,        /* every step computes all its rows at once */
    OPTIMIZE_FLASH,        /* so it does, and the least code and constants do it */
};

extern const char *const optimize_words[]; /* "balanced", …: what users call them; ends with NULL */

/* How constant weights are stored. Floats that all are numbers of half precision, or integers of 8 bits with a
 * scale a channel, are stored as such, but for DENSE and OPTIMIZE_SPEED, where that saves more than the kernel's
 * code; for HUFFMAN always. */
enum coding {
    CODING_USUAL = 0, /* RAM, and no core in particular: DENSE; FLASH: AUTO; else AUTO of what is also faster */
    CODING_DENSE,     /* as they are, floats as floats */
    CODING_AUTO,      /* those coded that become much smaller, if that saves more than the kernel's code */
    CODING_HUFFMAN,   /* all that can be, in Huffman codes */
    CODING_PACKED,    /* all that have few values, in indices of a few bits */
    CODING_SPARSE,    /* all fully connected layers, in pairs of bytes of what is not 0 */
};

/* A model whose one input is samples, and whose one output scores: how these come and become commands. */
struct plan_listen {
    int32_t rate;    /* samples a second */
    int32_t silence; /* before the first one */
    int32_t advance; /* new ones an inference */
    struct mote_posterior posterior;
    struct gate gate;
};

struct plan_options {
    bool several;                     /* an arena that the first memory has no room for may lie in several */
    bool feed;                        /* the input comes row by row, between calls of the schedule, */
    bool stream;                      /* and goes on forever: rows are time, */
    int32_t advance;                  /* of which a call brings at least so many elements; 0: as few as will do */
    const struct plan_listen *listen; /* NULL: the model does not */
    bool keep_all;                    /* every tensor keeps its own memory, so that all can be read afterwards */
    bool small; /* few kernels, each in the version with the least code; always so for OPTIMIZE_FLASH */
    enum optimize optimize;
    enum coding coding;
    double
        worth; /* of OPTIMIZE_BALANCED: a percent of instructions is worth so many of the arena; 0: as many as usual */
    const char *dump_after; /* print the plan to dump_to after this stage (host/plan/stages.h); NULL: never */
    FILE *dump_to;
};

/* States that become rings of rows: the stage `rings`. */
enum rings_wanted {
    RINGS_FAST = 0, /* that take no more instructions */
    RINGS_ALL,
    RINGS_NONE,
};

#define PLACE_BYTES 6 /* group, entry and round */

/* An input that comes row by row: step 0 copies each to its place in a ring. */
struct plan_feed {
    int32_t rows;   /* calls of an inference, or of a first window; 0: the input is there as a whole */
    int32_t axis;   /* the dimension of the input that they are slices of */
    int32_t slices; /* of a row */
    int32_t hop;    /* rows a call */
    int32_t end;    /* rows of the input that steps count to */
    int64_t macs;   /* of a call of a stream */
};

/* An inference is a round, and rows are counted from one to the next, until all rings are where they were. */
struct plan_rounds {
    int32_t n;                            /* entries of a round; 0: there are no rounds */
    const struct schedule_entry *entries; /* [n] of the first */
    const int32_t *begin;                 /* [n] the first round in which each runs, at most warm_up; NULL: round 0 */
    int32_t warm_up, period;              /* rounds before the first window is there; rounds that then go on forever */
};

/* A memory of the target, and the part of the arena that lies in it. */
struct plan_memory {
    const struct board_memory *ram;
    int64_t start, bytes; /* of the arena; multiples of ARENA_ALIGN, bytes above 0 */
    double accesses;      /* bytes that are read and written there in an inference, about */
};

struct plan {
    struct pool *pool;
    const struct model *model;
    const struct graph *graph;
    struct target target;
    struct plan_options options;
    enum rings_wanted rings;
    bool no_scratch[KERNEL_LIMIT]; /* kernels whose version must do without scratch memory */
    int32_t n_values, n_steps;
    struct value *values;
    struct step *steps;
    struct blocks blocks; /* a step runs in that of its operator */
    struct plan_schedule schedule;
    struct plan_feed feed;
    struct plan_rounds rounds;
    int32_t place;    /* the state in which generated C keeps where it is in the schedule, or VALUE_NONE */
    int32_t listener; /* the state of a model that listens, or VALUE_NONE */
    struct mote_listening listening;
    struct mote_gate gate; /* of it, if gated */
    bool gated;
    int32_t *value_of_tensor; /* [graph->n_tensors], VALUE_NONE if it is not needed */
    int32_t zeros[256];       /* by zero point + 128: the shared row of zero points, VALUE_NONE if nobody asked */
    int64_t arena_bytes;      /* multiple of ARENA_ALIGN */
    int32_t n_memories;       /* parts of the arena, one behind the other; 0: it is one */
    struct plan_memory *memories;
    int64_t arena_bound; /* no placement of these values can be smaller: the largest sum alive at one time */
    int64_t state_bytes, scratch_peak;
    int64_t weight_bytes, table_bytes; /* constants: weights, and the rest */
};

MUST_CHECK enum mote_status plan_make(struct pool *pool, const struct model *m, const struct target *target,
                                      const struct plan_options *options, struct plan *out, const struct frame *at);

/* What runs is for the model to decide, and not all that is in the schedule, or more than once. */
static inline bool plan_has_blocks(const struct plan *plan) { return plan->blocks.n > 1; }
static inline int32_t plan_block(const struct plan *plan, int32_t step)
{
    return plan->blocks.of_op[plan->steps[step].op];
}

/* Adds a value; a number of scratch bytes. */
int32_t plan_value(struct plan *plan, const struct value *v);
int32_t plan_scratch(struct plan *plan, enum mote_type type, size_t bytes);
/* Adds plan->place. */
void plan_place(struct plan *plan);

#endif
