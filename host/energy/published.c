/* SPDX-License-Identifier: Apache-2.0 */
#include "host/energy/published.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/base.h"

const struct published_result published_results[] = {
#define RESULT(number, board, volts, who, task, cycles, microjoules)                                                   \
    {number, board, volts, who, task, cycles, microjoules},
#define REPORT(...)
#define STREAM(...)
#include "host/energy/published.def"
};

const struct published_report published_reports[] = {
#define RESULT(...)
#define REPORT(who, core, task, cycles, instructions, rule, weights)                                                   \
    {who, core, task, cycles, instructions, rule, weights},
#define STREAM(...)
#include "host/energy/published.def"
};

const struct published_stream published_streams[] = {
#define RESULT(...)
#define REPORT(...)
#define STREAM(board, megahertz, milliwatts, share, number) {board, megahertz, milliwatts, share, number},
#include "host/energy/published.def"
};

const int32_t published_n_results = COUNT(published_results), published_n_reports = COUNT(published_reports),
              published_n_streams = COUNT(published_streams);

bool published_is_doubtful(const struct published_result *r) { return r->board == L4R5 && !strcmp(r->who, "ST v1.1"); }

/* ---- energy ---- */
struct mean {
    double logarithms;
    int32_t n;
};

static void mean_add(struct mean *m, double x)
{
    m->logarithms += log(x);
    m->n++;
}

static double mean_of(const struct mean *m) { return m->n > 0 ? exp(m->logarithms / m->n) : 0; }

static void mean_add_result(struct mean *m, const struct published_result *r)
{
    mean_add(m, r->microjoules * 1e-6 / r->cycles);
}

double published_same_submission(const struct published_result *r)
{
    struct mean m = {0, 0};

    for (const struct published_result *o = published_results; o < published_results + published_n_results; o++)
        if (o->submission == r->submission && o != r)
            mean_add_result(&m, o);
    return mean_of(&m);
}

static double mean_of_board(enum published_board board, double volts, int32_t without)
{
    struct mean m = {0, 0};

    for (const struct published_result *o = published_results; o < published_results + published_n_results; o++)
        if (o->board == board && o->volts > 0 && fabs(o->volts - volts) < 0.05 && o->submission != without)
            mean_add_result(&m, o);
    return mean_of(&m);
}

double published_other_submissions(const struct published_result *r)
{
    return mean_of_board(r->board, r->volts, r->submission);
}

double published_per_cycle(enum published_board board, double volts) { return mean_of_board(board, volts, -1); }

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double published_energy_width(int32_t without)
{
    double errors[COUNT(published_results)];
    size_t n = 0;

    for (const struct published_result *r = published_results; r < published_results + published_n_results; r++) {
        const double per_cycle = published_other_submissions(r);

        if (per_cycle > 0 && r->submission != without)
            errors[n++] = fabs(log(per_cycle * r->cycles / (r->microjoules * 1e-6)));
    }
    qsort(errors, n, sizeof *errors, by_size);
    assert(n >= 10);
    /* One more result is one of n + 1, and as likely any of them. */
    return errors[(size_t)ceil(0.9 * (double)(n + 1)) - 1];
}

/* ---- cycles ---- */
/* Least squares of relative errors; a flash does not give cycles back. */
struct published_timing published_timing_without(enum published_core core, const struct published_report *without)
{
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0, determinant;
    struct published_timing t;

    for (const struct published_report *r = published_reports; r < published_reports + published_n_reports; r++) {
        const double a = r->by_rule / r->cycles, b = r->weights / r->cycles;

        if (r->who != OCTOML || r->core != core || (without != NULL && r->task == without->task))
            continue;
        aa += a * a;
        ab += a * b;
        bb += b * b;
        a1 += a;
        b1 += b;
    }
    determinant = aa * bb - ab * ab;
    assert(aa > 0 && determinant > 0);
    t = (struct published_timing){(a1 * bb - b1 * ab) / determinant, (aa * b1 - ab * a1) / determinant};
    return t.byte >= 0 ? t : (struct published_timing){a1 / aa, 0};
}

double published_cycles(const struct published_report *r, struct published_timing t)
{
    return t.rule * r->by_rule + t.byte * r->weights;
}

double published_cycles_width(void)
{
    double width = 0;

    for (const struct published_report *r = published_reports; r < published_reports + published_n_reports; r++) {
        const struct published_timing other = published_timing_without(r->core == M4 ? M33 : M4, NULL);

        if (r->who == OCTOML)
            width = fmax(width, fabs(log(published_cycles(r, other) / r->cycles)));
    }
    return width;
}

struct interval published_cycles_an_instruction(void)
{
    struct interval range = {0, INFINITY, 0};
    struct mean m = {0, 0};

    for (const struct published_report *r = published_reports; r < published_reports + published_n_reports; r++) {
        const double cycles = r->cycles / r->instructions;

        mean_add(&m, cycles);
        range.low = fmin(range.low, cycles);
        range.high = fmax(range.high, cycles);
    }
    range.value = mean_of(&m);
    return range;
}

/* ---- idling ---- */
static double active_power(const struct published_stream *s)
{
    struct mean m = {0, 0};

    for (const struct published_result *r = published_results; r < published_results + published_n_results; r++)
        if (r->submission == s->submission)
            mean_add_result(&m, r);
    return mean_of(&m) * s->megahertz * 1e6 * 1e3;
}

double published_idle_power(const struct published_stream *s)
{
    assert(s->share >= 0 && s->share < 1);
    return (s->milliwatts - active_power(s) * s->share) / (1 - s->share);
}

double published_stream_power(const struct published_stream *of, const struct published_stream *from)
{
    return active_power(of) * of->share + published_idle_power(from) * (1 - of->share);
}
