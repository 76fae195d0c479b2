/* SPDX-License-Identifier: Apache-2.0 */
/* Random graphs, and what must hold for each: the image of the optimized graph, the same with its rows computed in
 * another order, that whose input comes row by row, the image of the graph as it is and the generated C return the same
 * bytes, for several inferences in a row.
 *
 * A graph is a function of its seed and of the largest number of operators: the first n operators of a seed's graph are
 * the same for every larger number, so that a failure can be cut down. */
#ifndef MOTE_TESTS_RANDOM_H
#define MOTE_TESTS_RANDOM_H

#include "host/graph/graph.h"

#define RANDOM_OPS_MAX 12 /* operators of a graph, unless said otherwise */

/* ---- graphs ---- */
/* A verified model, named after its seed. A graph that Mote refuses is a finding: the status says so. */
MUST_CHECK enum mote_status random_model(struct pool *pool, uint64_t seed, int max_ops, struct model *out,
                                         const struct frame *at);
/* How often each operator has been made so far in this process, by op_id. */
extern int64_t random_made[OP_LIMIT];

/* ---- what must hold ---- */
struct finding {
    bool found;
    struct text what; /* for people: the seed, the first difference, the graph's text */
};

/* A list of models that are compared together, since one run of the C compiler costs as much as many models. */
struct batch;
struct batch *batch_new(struct pool *pool);
/* Compares the images; false, with *finding filled in, if they differ or one is refused. `name` is for messages. */
bool batch_add(struct batch *b, const char *name, const struct model *m, uint64_t input_seed, struct finding *finding);
/* Compiles and runs the generated C of all models that were added, and forgets them. False if one differs. */
bool batch_finish(struct batch *b, struct finding *finding);

/* A byte to be changed on purpose, so that it can be seen that a difference is. */
enum random_wrong { WRONG_NOTHING, WRONG_PASSES, WRONG_ORDER, WRONG_C };
extern enum random_wrong random_wrong;
extern int random_rings; /* plans in which memory holds fewer rows than it has */
extern int random_fed;   /* plans whose input came row by row */
extern int random_coded; /* plans that decode weights */
extern int random_cuts;  /* plans whose arena two memories share */
/* Plans within limits, and limits that no plan was within. */
extern int random_limited, random_refused;

/* Gives the plan a random schedule that respects what steps need of one another, and places its values anew. */
struct plan;
MUST_CHECK enum mote_status random_schedule(struct plan *plan, uint64_t seed, const struct frame *at);

/* Seeds first … first + n - 1 in batches; stops at the first finding, cut down to the fewest operators that show it,
 * and prints it. Returns whether there was none. */
bool random_run(uint64_t first, uint64_t n, bool progress);
/* A graph file, with inputs from the seed. */
bool random_run_file(const char *path, uint64_t input_seed);

#endif
