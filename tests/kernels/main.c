/* SPDX-License-Identifier: Apache-2.0 */
/* check_kernels: every version of every kernel against the portable one, on random cases, for as long as you like; and
 * how long they take. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/kernels/check.h"

enum { ARGUMENT_BYTES = 1 << 16, VERSIONS_MAX = 8, BENCH_CASES = 100, BENCH_TIMES = 5, BENCH_OPERATIONS = 2000 };

static const struct case_limits limits = {ARGUMENT_BYTES, 300000};
static const struct case_limits bench_limits = {ARGUMENT_BYTES, 3000000};

struct work {
    struct check check;
    const char *kernel; /* NULL: all */
    uint64_t seed;
    int64_t cases; /* a kernel */
    double seconds;
    long failed, ran, hostile;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- checking ---- */
static void report(struct work *w, const struct kernel_case *c, const char *version, uint64_t seed,
                   const struct check_fault *f)
{
    w->failed++;
    printf("FAIL %s/%s: %s: %s[%u] is %d, want %d\n     ", c->kernel->name, version, f->what, f->argument, f->at,
           f->got, f->want);
    for (int32_t i = 0; i < c->kernel->n_params; i++)
        printf(" %s=%d", c->kernel->param_names[i], c->params[i]);
    printf("\n      check_kernels --kernel %s --seed %llu --cases 1\n", c->kernel->name, (unsigned long long)seed);
}

static void check_case(struct work *w, const struct known_kernel *known, uint64_t seed)
{
    struct kernel_case c;
    struct check_fault f;

    if (!case_draw(&c, known->kernel, seed, &limits)) {
        f = (struct check_fault){.what = "no parameters that the contract takes", .argument = ""};
        report(w, &c, "contract", seed, &f);
        return;
    }
    w->ran++;
    f = check_reference(&w->check, &c, known->versions[0].version);
    for (int32_t v = 0; v < known->n; v++) {
        if (v > 0 && f.what == NULL)
            f = check_version(&w->check, &c, known->versions[v].version);
        if (f.what)
            report(w, &c, known->versions[v].name, seed, &f);
        if (f.what)
            return;
    }
}

static void check_hostile_case(struct work *w, const struct known_kernel *known, uint64_t seed)
{
    for (int32_t v = 0; v < known->n; v++) {
        struct check_fault f;
        struct kernel_case c;
        bool ran;

        if (!case_draw_hostile(&c, known->kernel, seed, &limits))
            return;
        f = check_hostile(&w->check, &c, known->versions[v].version, &ran);
        w->hostile += ran;
        if (f.what)
            report(w, &c, known->versions[v].name, seed, &f);
    }
}

static void check_all(struct work *w)
{
    double end = now() + w->seconds;

    for (int64_t n = 0; n < w->cases && (w->seconds == 0 || now() < end); n++)
        for (int32_t i = 0; i < known_kernels_count; i++)
            if (w->kernel == NULL || strcmp(w->kernel, known_kernels[i].kernel->name) == 0) {
                check_case(w, &known_kernels[i], w->seed + (uint64_t)n);
                check_hostile_case(w, &known_kernels[i], w->seed + (uint64_t)n);
            }
    printf("%ld cases, %ld hostile ones, seeds from %llu on: %ld failed\n", w->ran, w->hostile,
           (unsigned long long)w->seed, w->failed);
}

/* ---- timing ---- */
static double seconds_of(struct work *w, const struct kernel_case *c, const struct mote_version *version)
{
    double best = 1e9;

    for (int i = 0; i < BENCH_TIMES; i++) {
        double start = now(), each;
        int n = 0;

        do
            check_run(&w->check, c, version);
        while (++n < 1000 && now() - start < 0.0005);
        each = (now() - start) / n;
        best = each < best ? each : best;
    }
    return best;
}

/* All versions on the same cases. */
static void bench_kernel(struct work *w, const struct known_kernel *known)
{
    double seconds[VERSIONS_MAX] = {0}, operations = 0;

    for (uint64_t seed = w->seed; seed < w->seed + BENCH_CASES; seed++) {
        struct kernel_case c;

        if (!case_draw(&c, known->kernel, seed, &bench_limits) || case_operations(&c) < BENCH_OPERATIONS)
            continue;
        (void)check_reference(&w->check, &c, known->versions[0].version);
        operations += case_operations(&c);
        for (int32_t v = 0; v < known->n && v < VERSIONS_MAX; v++)
            seconds[v] += seconds_of(w, &c, known->versions[v].version);
    }
    for (int32_t v = 0; v < known->n && v < VERSIONS_MAX; v++)
        printf("%-28s %-12s %12.0f %12.0f %9.3f %8.2f\n", known->kernel->name, known->versions[v].name, operations,
               seconds[v] * 1e9, seconds[v] * 1e9 / operations, seconds[0] / seconds[v]);
}

static void bench_all(struct work *w)
{
    printf("%-28s %-12s %12s %12s %9s %8s\n", "kernel", "version", "operations", "ns", "ns/op", "speed");
    for (int32_t i = 0; i < known_kernels_count; i++)
        if (w->kernel == NULL || strcmp(w->kernel, known_kernels[i].kernel->name) == 0)
            bench_kernel(w, &known_kernels[i]);
}

/* ---- options ---- */
static int usage(void)
{
    fprintf(stderr,
            "usage: check_kernels [--kernel NAME] [--seed N] [--cases N] [--seconds S] [--bench] [--list]\n"
            "Checks every version of every kernel (or of one) on N random cases each, 100 unless said otherwise,\n"
            "or for S seconds. --bench times them instead.\n");
    return 2;
}

static bool is_known(const char *name)
{
    for (int32_t i = 0; i < known_kernels_count; i++)
        if (strcmp(known_kernels[i].kernel->name, name) == 0)
            return true;
    fprintf(stderr, "check_kernels: there is no kernel %s; --list lists them\n", name);
    return false;
}

static void list(void)
{
    for (int32_t i = 0; i < known_kernels_count; i++)
        for (int32_t v = 0; v < known_kernels[i].n; v++)
            printf("%s/%s\n", known_kernels[i].kernel->name, known_kernels[i].versions[v].name);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"kernel", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 's'},
        {"cases", required_argument, NULL, 'c'},
        {"seconds", required_argument, NULL, 't'},
        {"bench", no_argument, NULL, 'b'},
        {"list", no_argument, NULL, 'l'},
        {NULL, 0, NULL, 0},
    };
    struct work w = {.seed = 1, .cases = 100};
    bool bench = false;

    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        if (o == 'k' && is_known(optarg))
            w.kernel = optarg;
        else if (o == 's')
            w.seed = strtoull(optarg, NULL, 10);
        else if (o == 'c')
            w.cases = strtoll(optarg, NULL, 10);
        else if (o == 't')
            w = (struct work){.kernel = w.kernel, .seed = w.seed, .cases = INT64_MAX, .seconds = strtod(optarg, NULL)};
        else if (o == 'b')
            bench = true;
        else if (o == 'l')
            return list(), 0;
        else
            return o == 'k' ? 2 : usage();
    }
    if (optind < argc)
        return usage();
    w.check.size = CHECK_MEMORY(ARGUMENT_BYTES);
    w.check.memory = aligned_alloc(16, w.check.size);
    if (w.check.memory == NULL)
        return 3;
    (bench ? bench_all : check_all)(&w);
    free(w.check.memory);
    return w.failed > 0;
}
