/* SPDX-License-Identifier: Apache-2.0 */
/* offsets_solve against brute force, on packings without a gap, at its limits, and on published instances. */
#include "host/plan/offsets.h"
#include "tests/shared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h> /* after base.h: it has a macro named fail */

static uint32_t seed;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * n) >> 32);
}

static bool together(const struct buffer *a, const struct buffer *b)
{
    return a->lower < b->upper && b->lower < a->upper;
}

/* Everything that a result promises, but for its total's being small. */
static void check_placement(const struct buffer *b, int32_t n, int64_t align, struct offsets_result r)
{
    int64_t total = 0, bound = 0;

    for (int32_t i = 0; i < n; i++) {
        int64_t size = (b[i].size + align - 1) / align * align, alive = 0;

        assert_true(b[i].offset >= 0 && b[i].offset % align == 0);
        total = b[i].offset + size > total ? b[i].offset + size : total;
        for (int32_t j = 0; j < n; j++) {
            if (b[j].lower <= b[i].lower && b[i].lower < b[j].upper)
                alive += (b[j].size + align - 1) / align * align;
            if (j < i && together(&b[i], &b[j]))
                assert_true(b[i].offset >= b[j].offset + b[j].size || b[j].offset >= b[i].offset + b[i].size);
        }
        bound = alive > bound ? alive : bound;
    }
    assert_int_equal(r.total, total);
    assert_int_equal(r.bound, bound);
    assert_true(r.total >= r.bound && (r.optimal || r.total > r.bound));
}

/* The least total over all orders in which each buffer is dropped to the lowest place above those before it. */
static int64_t brute(struct buffer *b, int32_t n, uint32_t placed, int64_t total)
{
    int64_t best = INT64_MAX;

    if (placed == (1u << n) - 1)
        return total;
    for (int32_t i = 0; i < n; i++) {
        int64_t got;

        if (placed & 1u << i)
            continue;
        b[i].offset = 0;
        for (int32_t j = 0; j < n; j++)
            if (placed & 1u << j && together(&b[i], &b[j]) && b[j].offset + b[j].size > b[i].offset)
                b[i].offset = b[j].offset + b[j].size;
        got = brute(b, n, placed | 1u << i, b[i].offset + b[i].size > total ? b[i].offset + b[i].size : total);
        best = got < best ? got : best;
    }
    return best;
}

static void small_instances_equal_brute_force(void **state)
{
    (void)state;
    seed = 1;
    for (int run = 0; run < 3000; run++) {
        struct pool pool = {0};
        struct buffer b[6], c[6];
        int32_t n = 1 + (int32_t)below(6), span = 2 + (int32_t)below(8);
        struct offsets_result r;

        for (int32_t i = 0; i < n; i++) {
            b[i].lower = (int32_t)below((uint32_t)span) - 1;
            b[i].upper = b[i].lower + 1 + (int32_t)below((uint32_t)span);
            b[i].size = 1 + below(9);
        }
        memcpy(c, b, sizeof(c));
        r = offsets_solve(&pool, b, n, 1, 0);
        check_placement(b, n, 1, r);
        assert_true(r.optimal);
        assert_int_equal(r.total, brute(c, n, 0, 0));
        pool_free(&pool);
    }
}

/* Cuts the rectangle lower..upper x size into n buffers without a gap. */
static void cut(struct buffer *b, int32_t n, int32_t lower, int32_t upper, int64_t size)
{
    int32_t left = 1 + (int32_t)below((uint32_t)(n > 1 ? n - 1 : 1));

    if (n == 1 || (upper - lower < 2 && size < 2)) {
        for (int32_t i = 0; i < n; i++) /* too small to cut: the rest becomes short-lived buffers outside it */
            b[i] = (struct buffer){.lower = i ? 5000 + i : lower, .upper = i ? 5001 + i : upper, .size = i ? 1 : size};
    } else if (upper - lower >= 2 && (size < 2 || below(2))) {
        int32_t at = lower + 1 + (int32_t)below((uint32_t)(upper - lower - 1));

        cut(b, left, lower, at, size);
        cut(b + left, n - left, at, upper, size);
    } else {
        int64_t at = 1 + below((uint32_t)(size - 1));

        cut(b, left, lower, upper, at);
        cut(b + left, n - left, lower, upper, size - at);
    }
}

static void perfect_packings_reach_the_bound(void **state)
{
    (void)state;
    seed = 2;
    for (int run = 0; run < 300; run++) {
        struct pool pool = {0};
        struct buffer b[40];
        int32_t n = 2 + run % 39;
        struct offsets_result r;

        cut(b, n, 0, 60, 4096);
        for (int32_t i = n - 1; i > 0; i--) {
            int32_t j = (int32_t)below((uint32_t)i + 1);
            struct buffer t = b[i];

            b[i] = b[j], b[j] = t;
        }
        r = offsets_solve(&pool, b, n, 1, 0);
        check_placement(b, n, 1, r);
        if (r.total != r.bound)
            print_error("run %d: %d buffers take %lld, the bound is %lld\n", run, n, (long long)r.total,
                        (long long)r.bound);
        assert_int_equal(r.total, r.bound);
        assert_int_equal(r.bound, 4096);
        pool_free(&pool);
    }
}

static void sizes_are_rounded_to_the_alignment(void **state)
{
    struct pool pool = {0};
    struct buffer b[] = {{0, 2, 1, 0}, {1, 3, 17, 0}, {2, 4, 32, 0}};
    struct offsets_result r = offsets_solve(&pool, b, 3, 16, 0);

    (void)state;
    check_placement(b, 3, 16, r);
    assert_int_equal(r.total, 64);
    pool_free(&pool);
}

static void nothing_to_place(void **state)
{
    struct pool pool = {0};
    struct offsets_result r = offsets_solve(&pool, NULL, 0, 16, 0);

    (void)state;
    assert_true(r.total == 0 && r.bound == 0 && r.optimal);
    pool_free(&pool);
}

static void make_random(struct buffer *b, int32_t n, int32_t span, int32_t life)
{
    for (int32_t i = 0; i < n; i++) {
        b[i].lower = (int32_t)below((uint32_t)span);
        b[i].upper = b[i].lower + 1 + (int32_t)below((uint32_t)life);
        b[i].size = 1 + below(1u << below(20));
    }
}

static void large_instances_and_sizes(void **state)
{
    struct buffer *b = calloc(10000, sizeof(*b));
    const int64_t huge = (int64_t)1 << 40;
    struct pool pool = {0};
    struct offsets_result r;

    (void)state;
    seed = 3;
    make_random(b, 10000, 10000, 40);
    r = offsets_solve(&pool, b, 10000, 16, 0);
    check_placement(b, 10000, 16, r);
    assert_true((double)r.total < 1.2 * (double)r.bound);

    make_random(b, 60, 30, 10); /* beyond the search's 32-bit offsets */
    for (int32_t i = 0; i < 60; i++)
        b[i].size += huge;
    r = offsets_solve(&pool, b, 60, 1, 0);
    check_placement(b, 60, 1, r);
    pool_free(&pool);
    free(b);
}

static void equal_inputs_give_equal_offsets(void **state)
{
    struct buffer a[80], b[80];
    struct pool pool = {0};

    (void)state;
    seed = 4;
    make_random(a, 80, 60, 20);
    memcpy(b, a, sizeof(b));
    offsets_solve(&pool, a, 80, 16, 20000);
    offsets_solve(&pool, b, 80, 16, 20000);
    for (int32_t i = 0; i < 80; i++)
        assert_int_equal(a[i].offset, b[i].offset);
    pool_free(&pool);
}

/* Six hard instances of a compiler for accelerators; each is known to fit 1,048,576 bytes. Prints what is reached. */
static void published_instances(void **state)
{
    const char *name = "ACEGIK";
    char line[200];

    (void)state;
    for (; *name; name++) {
        struct buffer b[1000];
        struct pool pool = {0};
        char csv[] = "data/minimalloc/_.1048576.csv";
        int32_t n = 0;
        struct offsets_result r;
        clock_t start = clock();
        const char *path;
        FILE *f;

        *strchr(csv, '_') = *name;
        path = shared_path(&pool, csv);
        if (path == NULL) {
            pool_free(&pool);
            skip();
        }
        f = fopen(path, "r");
        assert_non_null(f);
        assert_non_null(fgets(line, sizeof(line), f));
        while (n < 1000 && fgets(line, sizeof(line), f)) {
            long long size;

            assert_int_equal(sscanf(line, "%*d,%d,%d,%lld", &b[n].lower, &b[n].upper, &size), 3);
            b[n++].size = size;
        }
        fclose(f);
        r = offsets_solve(&pool, b, n, 1, 0);
        print_message("%c: %3d buffers, total %lld, bound %lld, capacity 1048576 %s, %.2f s\n", *name, n,
                      (long long)r.total, (long long)r.bound, r.total <= 1048576 ? "reached" : "missed",
                      (double)(clock() - start) / CLOCKS_PER_SEC);
        check_placement(b, n, 1, r);
        assert_true((double)r.total <= 1.10 * 1048576);
        pool_free(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_instances_equal_brute_force),
        cmocka_unit_test(perfect_packings_reach_the_bound),
        cmocka_unit_test(sizes_are_rounded_to_the_alignment),
        cmocka_unit_test(nothing_to_place),
        cmocka_unit_test(large_instances_and_sizes),
        cmocka_unit_test(equal_inputs_give_equal_offsets),
        cmocka_unit_test(published_instances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
