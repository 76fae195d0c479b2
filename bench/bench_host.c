/* SPDX-License-Identifier: Apache-2.0 */
/* How long an inference takes on this machine with one thread, by instruction sets: bench_host MODEL [--seconds S]
 * [--json] [--steps]. The portable versions and those for what the machine has take turns, five runs of S seconds each;
 * a figure is the median of its runs, a ratio that of the rounds' ratios. With --steps each step's share is printed.
 * Nothing else may run. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "host/base/random.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"

enum { RUNS = 5, SETS = 3, STEPS_MAX = 256 };

struct set {
    const char *name; /* what --cpu takes; NULL: all that the machine has */
    uint32_t features;
    struct runner runner;
    double us[RUNS];
};

struct bench {
    struct pool pool;
    struct report_text text;
    struct frame at;
    struct set sets[SETS]; /* the portable one is the last: what a machine has can only be narrowed */
    int n_sets;
    double seconds;
    bool json, steps;
    uint8_t *input, *output;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int usage(void)
{
    fputs("usage: bench_host MODEL [--seconds S] [--json] [--steps]\n", stderr);
    return 2;
}

/* ---- one runner a set of instructions ---- */
/* Any bytes; floats from -1 to 1, since others are none or take longer. */
static void fill_input(struct bench *b, const struct runner *r, size_t bytes)
{
    struct mote_io io;
    size_t at = 0;

    for (size_t i = 0; i < bytes; i++)
        b->input[i] = (uint8_t)(i * 2654435761u >> 13);
    for (int32_t k = 0; k < mote_model_inputs(&r->model); k++, at += io.bytes) {
        mote_model_input(&r->model, k, &io);
        for (size_t i = 0; io.type == TYPE_F32 && i + sizeof(float) <= io.bytes; i += sizeof(float))
            memcpy(b->input + at + i, &(float){(float)b->input[at + i] / 128 - 1}, sizeof(float));
    }
}

static enum mote_status open_set(struct bench *b, const char *model, struct set *s)
{
    struct target target = target_host();
    struct pipeline_options options = {.target = &target};
    struct pipeline p;
    size_t bytes;

    if (s->name != NULL)
        TRY(target_host_with(&b->pool, s->name, &target, &b->at));
    s->features = target.features;
    TRY(pipeline_load(&b->pool, model, &p, &b->at));
    TRY(pipeline_compile(&p, &options, &b->at));
    TRY(runner_open_on(&b->pool, p.image, &target, &s->runner, &b->at));
    bytes = runner_input_bytes(&s->runner);
    b->input = pool_alloc(&b->pool, bytes);
    b->output = pool_alloc(&b->pool, runner_output_bytes(&s->runner));
    fill_input(b, &s->runner, bytes);
    return MOTE_OK;
}

/* All that the machine has, AVX2 alone where there is more, and nothing. */
static enum mote_status open_sets(struct bench *b, const char *model)
{
    const uint32_t all = target_host().features;
    const char *names[SETS] = {NULL, "avx2", "portable"};

    for (int i = 0; i < SETS; i++) {
        if ((i == 0 && all == 0) || (i == 1 && (!(all & MOTE_HAS_AVX2) || all == MOTE_HAS_AVX2)))
            continue;
        b->sets[b->n_sets].name = names[i];
        TRY(open_set(b, model, &b->sets[b->n_sets++]));
    }
    return MOTE_OK;
}

static double us_of(struct bench *b, struct set *s)
{
    double start = now(), end = start;
    int n = 0;

    for (; end - start < b->seconds; end = now())
        for (int i = 0; i < 16; i++, n++)
            runner_run(&s->runner, b->input, b->output);
    return (end - start) * 1e6 / n;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *runs)
{
    double sorted[RUNS];

    memcpy(sorted, runs, sizeof sorted);
    qsort(sorted, RUNS, sizeof *sorted, compare);
    return sorted[RUNS / 2];
}

/* How many times as fast as the portable versions. */
static double ratio(const struct bench *b, const struct set *s)
{
    double times[RUNS];

    for (int i = 0; i < RUNS; i++)
        times[i] = b->sets[b->n_sets - 1].us[i] / s->us[i];
    return median(times);
}

static const char *set_name(struct bench *b, const struct set *s)
{
    return s->features ? features_text(&b->pool, s->features) : "portable";
}

/* ---- steps ---- */
struct profile {
    double us[STEPS_MAX], last;
};

static void on_step(void *user, const struct mote_model *model, int32_t step, int32_t kernel)
{
    struct profile *p = user;
    double t = now();

    (void)model;
    (void)kernel;
    if (step < STEPS_MAX)
        p->us[step] += (t - p->last) * 1e6;
    p->last = now();
}

static void print_steps(struct bench *b, struct set *s)
{
    static struct profile p;
    const int times = 1000;

    p = (struct profile){.last = 0};
    s->runner.model.hook = on_step;
    s->runner.model.user = &p;
    for (int i = 0; i < times; i++) {
        p.last = now();
        runner_run(&s->runner, b->input, b->output);
    }
    s->runner.model.hook = NULL;
    printf("%s, with the clock's cost in each:\n", set_name(b, s));
    for (uint32_t i = 0; i < s->runner.model.n_steps && i < STEPS_MAX; i++)
        printf("  step %2u %-24s %9.2f us\n", i, kernels[s->runner.model.steps[i].kernel]->name, p.us[i] / times);
}

/* ---- results ---- */
static void print_json(struct bench *b)
{
    json_t *rows = json_array();

    for (int i = 0; i < b->n_sets; i++)
        json_array_append_new(rows, json_pack("{s:s, s:f, s:f}", "versions", set_name(b, &b->sets[i]), "us",
                                              median(b->sets[i].us), "times_portable", ratio(b, &b->sets[i])));
    json_dumpf(rows, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    puts("");
    json_decref(rows);
}

static void print_text(struct bench *b)
{
    for (int i = 0; i < b->n_sets; i++)
        printf("%-18s %10.2f us %8.2f times portable\n", set_name(b, &b->sets[i]), median(b->sets[i].us),
               ratio(b, &b->sets[i]));
}

static enum mote_status run(struct bench *b, const char *model)
{
    TRY(open_sets(b, model));
    for (int r = 0; r < RUNS; r++)
        for (int i = 0; i < b->n_sets; i++)
            b->sets[i].us[r] = us_of(b, &b->sets[i]);
    for (int i = 0; i < b->n_sets && b->steps; i++)
        print_steps(b, &b->sets[i]);
    if (b->json)
        print_json(b);
    else
        print_text(b);
    return MOTE_OK;
}

int main(int argc, char **argv)
{
    static struct bench b = {.at = {.index = -1}, .seconds = 0.5};
    const char *model = NULL;
    enum mote_status status;

    b.at.sink = &b.text;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            b.json = true;
        else if (strcmp(argv[i], "--steps") == 0)
            b.steps = true;
        else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
            b.seconds = strtod(argv[++i], NULL);
        else if (argv[i][0] != '-' && model == NULL)
            model = argv[i];
        else
            return usage();
    }
    if (model == NULL)
        return usage();
    status = run(&b, model);
    if (status != MOTE_OK)
        fprintf(stderr, "bench_host: %s\n", b.text.text);
    pool_free(&b.pool);
    return status != MOTE_OK;
}
