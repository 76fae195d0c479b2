/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a training step is, beside its parts: bench_train RECIPE --input HxWxC --classes N [--batch N] [--threads N]
 * [--steps N] [--json] [--profile]. Data are random and in memory. The step's time is the median of all; the parts' are
 * each step of the program alone, repeated, the fastest: oneDNN's primitives without its reorders are what nobody
 * could save. Nothing else may run meanwhile. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "host/base/random.h"
#include "host/exec/program.h"
#include "host/train/gradient.h"

struct bench {
    struct pool pool;
    struct report_text text;
    struct frame at;
    const char *recipe_path;
    struct dataset data;
    int32_t batch, threads, steps;
    bool json, profile;
    struct recipe recipe;
    struct model net;
    struct training_graph graph;
    struct program *program;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int usage(void)
{
    fputs("usage: bench_train RECIPE --input HxWxC --classes N [--batch N] [--threads N] [--steps N] [--json] "
          "[--profile]\n",
          stderr);
    return 2;
}

static bool parse_shape(const char *s, struct dataset *d)
{
    d->elements = 1;
    for (d->rank = 0; d->rank < 3; d->rank++) {
        char *end;

        d->dims[d->rank] = strtol(s, &end, 10);
        if (end == s || d->dims[d->rank] < 1 || d->dims[d->rank] > 4096)
            return false;
        d->elements *= d->dims[d->rank];
        s = end + (*end == 'x');
        if (*end == '\0') {
            d->rank++;
            return true;
        }
    }
    return false;
}

static bool parse(struct bench *b, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        int32_t *number = strcmp(argv[i], "--batch") == 0     ? &b->batch
                          : strcmp(argv[i], "--threads") == 0 ? &b->threads
                          : strcmp(argv[i], "--steps") == 0   ? &b->steps
                          : strcmp(argv[i], "--classes") == 0 ? &b->data.n_classes
                                                              : NULL;

        if (strcmp(argv[i], "--json") == 0)
            b->json = true;
        else if (strcmp(argv[i], "--profile") == 0)
            b->profile = true;
        else if (strcmp(argv[i], "--input") == 0 && parse_shape(value, &b->data))
            i++;
        else if (number != NULL && (*number = (int32_t)strtol(value, NULL, 10)) > 0)
            i++;
        else if (argv[i][0] != '-' && b->recipe_path == NULL)
            b->recipe_path = argv[i];
        else
            return false;
    }
    return b->recipe_path != NULL && b->data.elements > 0 && b->data.n_classes > 1;
}

static enum mote_status prepare(struct bench *b)
{
    TRY(recipe_read(&b->pool, b->recipe_path, &b->recipe, &b->at));
    b->recipe.training.optimizer = OPTIMIZER_ADAM;
    b->data.type = TYPE_U8;
    b->data.preprocess = (struct preprocess){"none", "", 0, NULL, NULL};
    TRY(network_build(&b->pool, &b->recipe, &b->data, &b->net, &b->at));
    TRY(training_graph_make(&b->pool, &b->net, &b->recipe.training, b->batch, false, &b->graph, &b->at));
    return program_make(&b->pool, &b->graph.model, b->threads, &b->program, &b->at);
}

static void fill(struct bench *b)
{
    float *x = program_input(b->program, b->graph.input);
    int32_t *labels = program_input(b->program, b->graph.target);
    struct random_stream s = random_stream(1, 0, 0, 0);

    for (int64_t i = 0; i < b->batch * b->data.elements; i++)
        x[i] = random_unit(s, (uint64_t)i);
    for (int32_t i = 0; i < b->batch; i++)
        labels[i] = (int32_t)random_below(s, (uint64_t)i, (uint32_t)b->data.n_classes);
    *(float *)program_input(b->program, b->graph.rate) = 1e-3f;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median_step(struct bench *b)
{
    double *seconds = pool_array(&b->pool, (size_t)b->steps, sizeof *seconds);

    for (int32_t i = -5; i < b->steps; i++) {
        double start = now();

        *(int32_t *)program_input(b->program, b->graph.step) = i + 6;
        program_run(b->program);
        if (i >= 0)
            seconds[i] = now() - start;
    }
    qsort(seconds, (size_t)b->steps, sizeof *seconds, by_size);
    return seconds[b->steps / 2];
}

static void print(struct bench *b, double step, const struct program_times *t)
{
    json_t *json;

    if (b->profile)
        program_profile(b->program, 20, stderr);
    if (!b->json) {
        printf("%s: a step of %d samples takes %.0f us (%.0f samples a second): %.2f times oneDNN's primitives, "
               "%.0f us; reorders %.0f us, loops %.0f us; %.1f MB\n",
               b->recipe.name, (int)b->batch, 1e6 * step, b->batch / step, step / t->primitives, 1e6 * t->primitives,
               1e6 * t->reorders, 1e6 * t->loops, 1e-6 * (double)program_memory(b->program));
        return;
    }
    json = json_pack("{s:s, s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "recipe", b->recipe.name, "batch", (int)b->batch,
                     "samples_per_second", b->batch / step, "step_us", 1e6 * step, "primitives_us", 1e6 * t->primitives,
                     "reorders_us", 1e6 * t->reorders, "loops_us", 1e6 * t->loops, "ratio", step / t->primitives);
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(json);
}

int main(int argc, char **argv)
{
    struct bench b = {.batch = 64, .threads = 2, .steps = 100};
    struct program_times times;
    double step;

    if (!parse(&b, argc, argv))
        return usage();
    b.at = (struct frame){.name = b.recipe_path, .index = -1, .sink = &b.text};
    if (prepare(&b) != MOTE_OK) {
        fprintf(stderr, "bench_train: %s\n", b.text.text);
        return 1;
    }
    fill(&b);
    step = median_step(&b);
    times = program_measure(b.program, 20);
    print(&b, step, &times);
    program_free(b.program);
    pool_free(&b.pool);
    return 0;
}
