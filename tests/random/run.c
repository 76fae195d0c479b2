/* SPDX-License-Identifier: Apache-2.0 */
/* Many seeds, in batches; a finding is cut down to the fewest operators that show it. */
#include "tests/random/random.h"

/* Plans are kept until a batch ends: of most graphs a few MB, of those whose limits are tried a hundred. */
#define BATCH       100
#define BATCH_BYTES ((size_t)1 << 30)

/* The graph of a seed, into the batch. */
static bool add_seed(struct pool *pool, struct batch *b, uint64_t seed, int max_ops, struct finding *f)
{
    struct report_text report = {0};
    struct frame at = {.name = pool_printf(pool, "seed %llu", (unsigned long long)seed), .index = -1, .sink = &report};
    struct model *m = pool_alloc(pool, sizeof *m);

    if (random_model(pool, seed, max_ops, m, &at) == MOTE_OK)
        return batch_add(b, at.name, m, seed, f);
    f->found = true;
    text_add(&f->what, "%s\n", report.text);
    model_print(m, &f->what, true);
    return false;
}

static void print_finding(const struct finding *f)
{
    printf("FAIL %s\n", f->what.s);
    fflush(stdout);
}

/* Prints what the fewest operators show. */
static void cut_down(uint64_t seed)
{
    for (int ops = 1; ops <= RANDOM_OPS_MAX; ops++) {
        struct pool pool = {0};
        struct finding f = {.what = {.pool = &pool}};
        struct batch *b = batch_new(&pool);

        if (!add_seed(&pool, b, seed, ops, &f) || !batch_finish(b, &f)) {
            printf("seed %llu, cut down to at most %d operators:\n", (unsigned long long)seed, ops);
            print_finding(&f);
            pool_free(&pool);
            return;
        }
        pool_free(&pool);
    }
    printf("seed %llu: it does not fail alone\n", (unsigned long long)seed);
}

/* The generated C of a batch failed: whose? */
static void find_seed(uint64_t first, uint64_t n)
{
    for (uint64_t seed = first; seed < first + n; seed++) {
        struct pool pool = {0};
        struct finding f = {.what = {.pool = &pool}};
        struct batch *b = batch_new(&pool);
        bool right = add_seed(&pool, b, seed, RANDOM_OPS_MAX, &f) && batch_finish(b, &f);

        pool_free(&pool);
        if (!right) {
            cut_down(seed);
            return;
        }
    }
}

/* Of n seeds as many as there is room for: *end is behind the last one. */
static bool run_batch(uint64_t first, uint64_t n, uint64_t *end)
{
    struct pool pool = {0};
    struct finding f = {.what = {.pool = &pool}};
    struct batch *b = batch_new(&pool);
    bool right = true;

    for (*end = first; right && *end < first + n && pool.used < BATCH_BYTES; ++*end)
        if (!add_seed(&pool, b, *end, RANDOM_OPS_MAX, &f)) {
            cut_down(*end);
            right = false;
        }
    if (right && !batch_finish(b, &f)) {
        print_finding(&f);
        find_seed(first, *end - first);
        right = false;
    }
    pool_free(&pool);
    return right;
}

bool random_run(uint64_t first, uint64_t n, bool progress)
{
    for (uint64_t seed = first, end; seed < first + n; seed = end) {
        const uint64_t left = first + n - seed;

        if (progress)
            fprintf(stderr, "seeds %llu on: %llu of %llu done\n", (unsigned long long)seed,
                    (unsigned long long)(seed - first), (unsigned long long)n);
        if (!run_batch(seed, left < BATCH ? left : BATCH, &end))
            return false;
    }
    return true;
}

bool random_run_file(const char *path, uint64_t input_seed)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.name = path, .index = -1, .sink = &report};
    struct finding f = {.what = {.pool = &pool}};
    struct model m = {.pool = &pool};
    struct batch *b = batch_new(&pool);
    struct bytes file;
    bool right = false;

    if (file_read(&pool, path, &file, &at) != MOTE_OK || model_parse(&m, file, &at) != MOTE_OK)
        printf("FAIL %s\n", report.text);
    else if (batch_add(b, path, &m, input_seed, &f) && batch_finish(b, &f))
        right = true;
    else
        print_finding(&f);
    pool_free(&pool);
    return right;
}
