/* SPDX-License-Identifier: Apache-2.0 */
/* check_kernels: every version of every kernel against the portable one, on random cases, for as long as you like, here
 * or on an emulated board; and how long they take. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/target/target.h"
#include "tests/kernels/board.h"
#include "tests/kernels/suite.h"

enum { BENCH_TIMES = 5 };

static const struct case_limits hostile_limits = {1 << 14, 300000, 0, false};

struct work {
    struct suite suite;
    const char *kernel; /* NULL: all */
    const char *board;  /* NULL: this machine */
    double seconds;     /* 0: the suite's cases, once */
    bool bench;
    long failed, cases, hostile;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool is_wanted(const struct work *w, const struct known_kernel *known)
{
    return w->kernel == NULL || strcmp(w->kernel, known->kernel->name) == 0;
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

static void check_hostile_case(struct work *w, const struct known_kernel *known, uint64_t seed)
{
    for (int32_t v = 0; v < known->n; v++) {
        struct check_fault f;
        struct kernel_case c;
        bool ran;

        if (!case_draw_hostile(&c, known->kernel, seed, &hostile_limits))
            return;
        f = check_hostile(&w->suite.check, &c, known->versions[v].version, &ran);
        w->hostile += ran;
        if (f.what)
            report(w, &c, known->versions[v].name, seed, &f);
    }
}

static void check_kernel(struct work *w, const struct known_kernel *known)
{
    struct suite_result r = suite_check(&w->suite, known);
    struct kernel_case c;

    w->cases += w->suite.cases;
    if (r.fault.what) {
        (void)case_draw(&c, known->kernel, r.seed, &w->suite.limits);
        report(w, &c, r.version, r.seed, &r.fault);
    }
    for (int32_t i = 0; i < w->suite.cases; i++)
        check_hostile_case(w, known, w->suite.seed + (uint64_t)i);
}

static void check_all(struct work *w)
{
    uint64_t seed = w->suite.seed;
    double end = now() + w->seconds;

    do {
        for (int32_t i = 0; i < known_kernels_count; i++) {
            struct known_kernel known = known_kernel(i, w->suite.features, true);

            if (is_wanted(w, &known))
                check_kernel(w, &known);
        }
        w->suite.seed += (uint64_t)w->suite.cases;
    } while (now() < end);
    printf("%ld cases, %ld hostile ones, seeds from %llu on: %ld failed\n", w->cases, w->hostile,
           (unsigned long long)seed, w->failed);
}

/* ---- timing ---- */
/* The fastest of some. */
static double seconds_of(struct work *w, struct kernel_case *c, const struct mote_version *version)
{
    double best = 1e9;

    if (!check_prepare(&w->suite.check, c, version))
        return 0;

    for (int i = 0; i < BENCH_TIMES; i++) {
        double start = now(), each;
        int n = 0;

        do
            check_run(&w->suite.check, c, version);
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
    uint64_t seed = w->suite.seed;
    struct kernel_case c;

    for (int32_t i = 0; suite_bench_case(&w->suite, known, i, &seed, &c); i++) {
        operations += case_operations(&c);
        for (int32_t v = 0; v < known->n; v++)
            seconds[v] += seconds_of(w, &c, known->versions[v].version);
    }
    for (int32_t v = 0; v < known->n && operations > 0; v++)
        printf("%-28s %-12s %12.0f %12.0f %9.3f %8.2f\n", known->kernel->name, known->versions[v].name, operations,
               seconds[v] * 1e9, seconds[v] * 1e9 / operations, seconds[0] / seconds[v]);
}

static void bench_all(struct work *w)
{
    printf("%-28s %-12s %12s %12s %9s %8s\n", "kernel", "version", "operations", "ns", "each", "speed");
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_kernel(i, w->suite.features, true);

        if (is_wanted(w, &known))
            bench_kernel(w, &known);
    }
}

static int run_here(struct work *w)
{
    if (w->bench)
        bench_all(w);
    else
        check_all(w);
    return w->failed > 0;
}

static int run_on_board(struct work *w)
{
    struct pool pool = {0};
    struct report_text error = {.status = MOTE_OK};
    struct frame at = {.name = "check_kernels", .index = -1, .sink = &error};
    enum mote_status status = board_check(&pool, w->board, w->kernel, &w->suite, w->bench, &w->failed, &at);

    if (status != MOTE_OK)
        fprintf(stderr, "%s\n", error.text);
    else
        printf("%s: %d cases a kernel, seeds from %llu on: %ld failed\n", w->board, (int)w->suite.cases,
               (unsigned long long)w->suite.seed, w->failed);
    pool_free(&pool);
    return status != MOTE_OK ? 2 : w->failed > 0;
}

/* ---- options ---- */
static int usage(void)
{
    fprintf(
        stderr,
        "usage: check_kernels [--kernel NAME] [--target BOARD] [--seed N] [--cases N] [--seconds S] [--bench] "
        "[--layers] [--list]\n"
        "Checks every version of every kernel (or of one) on N random cases each, or for S seconds. With --target it\n"
        "does so on the emulated board, whose portable versions must give this machine's bytes. --bench times the\n"
        "versions: on a board it counts their instructions, besides checking. --layers does so for layers of models,\n"
        "and writes a board's counts as rows of bench/versions.csv.\n");
    return 2;
}

static bool is_known(const char *name)
{
    for (int32_t i = 0; i < known_kernels_count; i++)
        if (strcmp(known_kernel(i, 0, true).kernel->name, name) == 0)
            return true;
    fprintf(stderr, "check_kernels: there is no kernel %s; --list lists them\n", name);
    return false;
}

/* All that there are, whether this machine runs them or not. */
static int list(void)
{
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_kernel(i, UINT32_MAX, false);

        for (int32_t v = 0; v < known.n; v++)
            printf("%s/%s\n", known.kernel->name, known.versions[v].name);
    }
    return 0;
}

/* 0 to go on, else 1 + the exit status. */
static int take_option(struct work *w, int option, const char *value)
{
    switch (option) {
    case 'k':
        w->kernel = value;
        return is_known(value) ? 0 : 3;
    case 's':
        w->suite.seed = strtoull(value, NULL, 10);
        return 0;
    case 'c':
        w->suite.cases = (int32_t)strtol(value, NULL, 10);
        return w->suite.cases > 0 ? 0 : 1 + usage();
    case 't':
        w->seconds = strtod(value, NULL);
        return 0;
    case 'b':
        w->bench = true;
        return 0;
    case 'm':
        w->bench = w->suite.layers = true;
        return 0;
    case 'o':
        return 0; /* --target: main() has seen it */
    case 'l':
        return 1 + list();
    default:
        return 1 + usage();
    }
}

static const char *board_of(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "--target") == 0)
            return argv[i + 1];
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"kernel", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 's'},
        {"cases", required_argument, NULL, 'c'},
        {"seconds", required_argument, NULL, 't'},
        {"target", required_argument, NULL, 'o'},
        {"bench", no_argument, NULL, 'b'},
        {"list", no_argument, NULL, 'l'},
        {"layers", no_argument, NULL, 'm'},
        {NULL, 0, NULL, 0},
    };
    struct work w = {.board = board_of(argc, argv)};
    int status;

    w.suite = w.board ? suite_for_board() : suite_for_host();
    w.suite.features = target_host().features | FEATURES_IN_C;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
        status = take_option(&w, o, optarg);
        if (status > 0)
            return status - 1;
    }
    if (optind < argc)
        return usage();
    w.suite.check.size = suite_memory_bytes(&w.suite);
    w.suite.check.memory = aligned_alloc(16, w.suite.check.size);
    if (w.suite.check.memory == NULL)
        return 3;
    status = w.board ? run_on_board(&w) : run_here(&w);
    free(w.suite.check.memory);
    return status;
}
