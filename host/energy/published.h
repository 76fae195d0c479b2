/* SPDX-License-Identifier: Apache-2.0 */
/* How well the model does on what others have measured: each published figure is predicted from the others, and the
 * errors say how wide intervals must be. All errors are logarithms of predicted / measured. */
#ifndef MOTE_PUBLISHED_H
#define MOTE_PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

#include "host/energy/interval.h"

enum published_board { L4R5, L4R5_P, U575, U385, H7A3, RA6M4, RX65N };
enum published_task { AD, IC, KWS, VWW };

struct published_result {
    int32_t submission;
    enum published_board board;
    double volts; /* 0: not said */
    const char *who;
    enum published_task task;
    double cycles, microjoules;
};

enum published_who { OCTOML, EDGEMARK };
enum published_core { M4, M33 };

struct published_report {
    enum published_who who;
    enum published_core core;
    enum published_task task;
    double cycles, instructions, by_rule, weights;
};

struct published_stream {
    enum published_board board;
    double megahertz, milliwatts, share;
    int32_t submission;
};

extern const struct published_result published_results[];
extern const struct published_report published_reports[];
extern const struct published_stream published_streams[];
extern const int32_t published_n_results, published_n_reports, published_n_streams;

/* The four of ST's v1.1 for the L4R5: its image classification takes 0.7 of the energy a cycle of the others. */
bool published_is_doubtful(const struct published_result *r);

/* Joules a cycle of other results, their geometric mean; 0 if there are none. */
double published_same_submission(const struct published_result *r);   /* its other tasks */
double published_other_submissions(const struct published_result *r); /* of the same board and voltage */
/* The same for a board at a voltage, of all that are published. */
double published_per_cycle(enum published_board board, double volts);

/* So wide that 90 of 100 results lie inside, if predicted from other submissions; those of submission `without` are not
 * asked (-1: all are). */
double published_energy_width(int32_t without);

/* Cycles that a core takes where the rule says one, and for each byte of weights that it reads from flash. */
struct published_timing {
    double rule, byte;
};

/* What fits OctoML's networks on a core best, but for the task of `without` (NULL: all four). */
struct published_timing published_timing_without(enum published_core core, const struct published_report *without);
double published_cycles(const struct published_report *r, struct published_timing t);
/* The largest error of a board's cycles from the other board's timing: so far may a board be off that nobody timed. */
double published_cycles_width(void);

/* Cycles an instruction of all reports: the mean of their logarithms, the least and the most. */
struct interval published_cycles_an_instruction(void);

/* The power of a stream, from what another one of the same board says of idling; milliwatts. */
double published_stream_power(const struct published_stream *of, const struct published_stream *from);
/* What the board draws while it waits, milliwatts. */
double published_idle_power(const struct published_stream *s);

#endif
