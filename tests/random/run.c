/* SPDX-License-Identifier: Apache-2.0 */
/* Many seeds, in batches; a finding is cut down to the fewest operators that show it. */
#include "tests/random/random.h"

#define BATCH 100

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

static bool run_batch(uint64_t first, uint64_t n)
{
    struct pool pool = {0};
    struct finding f = {.what = {.pool = &pool}};
    struct batch *b = batch_new(&pool);
    bool right = true;

    for (uint64_t seed = first; seed < first + n; seed++)
        if (!add_seed(&pool, b, seed, RANDOM_OPS_MAX, &f)) {
            cut_down(seed);
            right = false;
            break;
        }
    if (right && !batch_finish(b, &f)) {
        print_finding(&f);
        find_seed(first, n);
        right = false;
    }
    pool_free(&pool);
    return right;
}

bool random_run(uint64_t first, uint64_t n, bool progress)
{
    for (uint64_t done = 0; done < n; done += BATCH) {
        if (progress)
            fprintf(stderr, "seeds %llu on: %llu of %llu done\n", (unsigned long long)(first + done),
                    (unsigned long long)done, (unsigned long long)n);
        if (!run_batch(first + done, n - done < BATCH ? n - done : BATCH))
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
