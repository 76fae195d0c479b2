/* SPDX-License-Identifier: Apache-2.0 */
/* A float graph, training graphs among them, made ready to run on the host: oneDNN's primitives for what it has, loops
 * of our own (loops.h) or the device's kernels for the rest, one plan of memory for all.
 *
 * Every tensor has a home, the memory layout in which the operator that makes it leaves it; what wants another layout
 * gets a copy by a reorder step of its own. Weights and the optimizer's states stay in the layout that the forward
 * operator prefers, from step to step. From outside every tensor is row-major, as the graph says. */
#ifndef MOTE_PROGRAM_H
#define MOTE_PROGRAM_H

#include "host/graph/graph.h"

struct program;

/* `m` must be verified, its main graph's shapes known, and outlive the program. What is trained and what is between it
 * and the loss is f32, labels and step numbers are s32; operators with other types are left to the device's kernels.
 * With several threads the sums of a step may depend on their number, but two runs with the same number give the same
 * bytes. threads 0: all processors. The program's memory is the pool's; what oneDNN holds goes with program_free().
 * Fails for operators that the host cannot run, by name. */
MUST_CHECK enum mote_status program_make(struct pool *pool, const struct model *m, int threads, struct program **out,
                                         const struct frame *at);
int program_threads(const struct program *p); /* what 0 became */
void program_free(struct program *p);

void program_run(struct program *p);

/* Bytes of a graph input, a state or a constant in; of an input, a state, or an output of the graph out. Row-major,
 * tensor_bytes() of them. A state holds its initial value (or zeros) until it is written. */
void program_write(struct program *p, int32_t tensor, const void *data);
void program_read(struct program *p, int32_t tensor, void *data);
/* The same without a copy, for inputs: where to write them. */
void *program_input(struct program *p, int32_t tensor);

int64_t program_memory(const struct program *p); /* bytes of all tensors, copies and scratch */

/* What one run is made of: times of each step alone, repeated, the fastest of them. */
struct program_times {
    double primitives; /* seconds: oneDNN's primitives but reorders */
    double reorders, loops;
};
struct program_times program_measure(struct program *p, int repeats);
/* A line a step to `to`, with the median of its times in `repeats` whole runs. */
void program_profile(struct program *p, int repeats, FILE *to);

#endif
