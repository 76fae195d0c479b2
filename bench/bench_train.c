/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a training step is, beside its parts: bench_train RECIPE --input HxWxC --classes N [--batch N] [--threads N]
 * [--steps N] [--json] [--profile]. Data are random and in memory. The step's time is the median of all; the parts' are
 * each step of the program alone, repeated, the fastest: oneDNN's primitives without its reorders are what nobody
 * could save. With --data SPEC instead of --input, steps whose batches the loader makes meanwhile, augmented as the
 * data say, are timed too, in turns with the others. With --one-in N the step is of a compression that has left one
 * weight in N. Nothing else may run. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "host/base/random.h"
#include "host/program/program.h"
#include "host/train/step.h"
#include "host/train/loader.h"

struct bench {
    struct pool pool;
    struct report_text text;
    struct frame at;
    const char *recipe_path, *data_path;
    struct dataset data;
    int32_t batch, threads, steps, one_in;
    bool json, profile;
    struct recipe recipe;
    struct model net;
    struct training_graph graph;
    struct program *program;
    struct loader *loader;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int usage(void)
{
    fputs("usage: bench_train RECIPE --input HxWxC --classes N | --data SPEC [--batch N] [--threads N] [--steps N] "
          "[--one-in N] [--json] [--profile]\n",
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
                          : strcmp(argv[i], "--one-in") == 0  ? &b->one_in
                                                              : NULL;

        if (strcmp(argv[i], "--json") == 0)
            b->json = true;
        else if (strcmp(argv[i], "--profile") == 0)
            b->profile = true;
        else if (strcmp(argv[i], "--input") == 0 && parse_shape(value, &b->data))
            i++;
        else if (strcmp(argv[i], "--data") == 0 && *value != '\0')
            b->data_path = argv[++i];
        else if (number != NULL && (*number = (int32_t)strtol(value, NULL, 10)) > 0)
            i++;
        else if (argv[i][0] != '-' && b->recipe_path == NULL)
            b->recipe_path = argv[i];
        else
            return false;
    }
    return b->recipe_path != NULL && (b->data_path != NULL || (b->data.elements > 0 && b->data.n_classes > 1));
}

static enum mote_status start_loader(struct bench *b)
{
    struct loader_options o = {.seed = 1, .batch = b->batch, .n = b->data.n_split[SPLIT_TRAIN]};

    o.samples = b->data.split[SPLIT_TRAIN];
    if (o.n < b->batch)
        return fail(&b->at, MOTE_ERR_VALUE, "%d training samples are no batch of %d", (int)o.n, (int)b->batch);
    return loader_start(&b->pool, &b->data, &o, &b->loader, &b->at);
}

/* As pruning would leave it, which masks no more. */
static void thin_out(struct bench *b)
{
    struct random_stream s = random_stream(2, 0, 0, 0);
    struct graph *g = &b->net.graphs[0];
    uint64_t n = 0;

    b->recipe.training.stage = (struct stage){.kind = STAGE_PRUNE, .keep = 1, .steps = 1, .every = 1 << 30};
    for (int32_t i = 0; i < g->n_tensors; i++)
        for (int64_t k = 0; g->tensors[i].data != NULL && g->tensors[i].rank > 1 && k < tensor_elements(&g->tensors[i]);
             k++)
            if (random_below(s, n++, (uint32_t)b->one_in) > 0)
                ((float *)(uintptr_t)g->tensors[i].data)[k] = 0;
}

static enum mote_status prepare(struct bench *b)
{
    TRY(recipe_read(&b->pool, b->recipe_path, &b->recipe, &b->at));
    b->recipe.training.optimizer = OPTIMIZER_ADAM;
    b->data.type = TYPE_U8;
    b->data.preprocess = (struct preprocess){.kind = "none", .channels = ""};
    if (b->data_path != NULL) {
        TRY(dataset_open(&b->pool, b->data_path, NULL, &b->data, &b->at));
        TRY(start_loader(b));
    }
    TRY(network_build(&b->pool, &b->recipe, &b->data, &b->net, &b->at));
    if (b->one_in > 0)
        thin_out(b);
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

static double median(double *seconds, int32_t n)
{
    qsort(seconds, (size_t)n, sizeof *seconds, by_size);
    return seconds[n / 2];
}

static double one_step(struct bench *b, int32_t number)
{
    double start = now();

    *(int32_t *)program_input(b->program, b->graph.step) = number;
    program_run(b->program);
    return now() - start;
}

/* With the loader: the batch is waited for and copied, as the trainer does it. */
static double loaded_step(struct bench *b, int32_t number, int32_t steps_per_epoch)
{
    double start = now();
    const struct batch *batch;

    if (number % steps_per_epoch == 0)
        loader_epoch(b->loader, 1 + number / steps_per_epoch, 0);
    batch = loader_next(b->loader);
    memcpy(program_input(b->program, b->graph.input), batch->input,
           (size_t)b->batch * (size_t)b->data.elements * sizeof(float));
    memcpy(program_input(b->program, b->graph.target), batch->labels, (size_t)b->batch * sizeof(int32_t));
    one_step(b, number + 1);
    return now() - start;
}

#define WARM_UP 5
#define TURN    20

/* Medians; loaded is 0 without a loader. */
static void time_steps(struct bench *b, double *step, double *loaded)
{
    double *steps = pool_array(&b->pool, (size_t)b->steps, sizeof *steps);
    double *loads = pool_array(&b->pool, (size_t)b->steps, sizeof *loads);
    int32_t epoch = b->loader != NULL ? b->data.n_split[SPLIT_TRAIN] / b->batch : 1, n = 0, m = 0;

    for (int32_t i = 0; i < WARM_UP; i++)
        one_step(b, i + 1);
    while (n < b->steps) { /* in runs of each kind: a single loaded step would find its batch ready */
        for (int32_t end = n + TURN; n < end && n < b->steps; n++)
            steps[n] = one_step(b, n + WARM_UP + 1);
        for (; b->loader != NULL && m < n; m++)
            loads[m] = loaded_step(b, m, epoch);
    }
    *step = median(steps, b->steps);
    *loaded = b->loader != NULL ? median(loads, b->steps) : 0;
}

static void print(struct bench *b, double step, double loaded, const struct program_times *t)
{
    json_t *json;

    if (b->profile)
        program_profile(b->program, 20, stderr);
    if (!b->json) {
        printf("%s: a step of %d samples takes %.0f us (%.0f samples a second): %.2f times oneDNN's primitives, "
               "%.0f us; reorders %.0f us, loops %.0f us; %.1f MB\n",
               b->recipe.name, (int)b->batch, 1e6 * step, b->batch / step, step / t->primitives, 1e6 * t->primitives,
               1e6 * t->reorders, 1e6 * t->loops, 1e-6 * (double)program_memory(b->program));
        if (b->loader != NULL)
            printf("with the loader %.0f us, %.3f times\n", 1e6 * loaded, loaded / step);
        return;
    }
    json = json_pack("{s:s, s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "recipe", b->recipe.name, "batch", (int)b->batch,
                     "samples_per_second", b->batch / step, "step_us", 1e6 * step, "primitives_us", 1e6 * t->primitives,
                     "reorders_us", 1e6 * t->reorders, "loops_us", 1e6 * t->loops, "ratio", step / t->primitives);
    if (b->loader != NULL)
        json_object_set_new(json, "loader_ratio", json_real(loaded / step));
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(json);
}

int main(int argc, char **argv)
{
    struct bench b = {.batch = 64, .threads = 2, .steps = 100};
    struct program_times times;
    double step, loaded;

    if (!parse(&b, argc, argv))
        return usage();
    b.at = (struct frame){.name = b.recipe_path, .index = -1, .sink = &b.text};
    if (prepare(&b) != MOTE_OK) {
        fprintf(stderr, "bench_train: %s\n", b.text.text);
        return 1;
    }
    fill(&b);
    time_steps(&b, &step, &loaded);
    times = program_measure(b.program, 20);
    print(&b, step, loaded, &times);
    loader_stop(b.loader);
    program_free(b.program);
    pool_free(&b.pool);
    return 0;
}
