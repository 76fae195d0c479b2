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

static int64_t up(int64_t size, int64_t align) { return (size + align - 1) / align * align; }

/* What a buffer holds at a time: nothing outside its life. */
static struct extent held_at(const struct buffer *b, int32_t time)
{
    if (time < b->lower || time >= b->upper)
        return (struct extent){.from = 0, .to = 0};
    return b->live != NULL ? b->live[time - b->lower] : (struct extent){.from = 0, .to = b->size};
}

/* The sum of what is held at a time; where all that live are whole, of their rounded sizes. */
static int64_t load_at(const struct buffer *b, int32_t n, int64_t align, int32_t time)
{
    int64_t exact = 0, rounded = 0;
    bool parted = false;

    for (int32_t i = 0; i < n; i++) {
        struct extent e = held_at(&b[i], time);

        exact += e.to - e.from;
        rounded += up(e.to - e.from, align);
        parted = parted || (b[i].live != NULL && b[i].lower <= time && time < b[i].upper);
    }
    return parted ? up(exact, align) : rounded;
}

/* Does one of the two lie below the other at all times at which both hold something? */
static bool ordered(const struct buffer *a, const struct buffer *b)
{
    int32_t lo = a->lower > b->lower ? a->lower : b->lower, hi = a->upper < b->upper ? a->upper : b->upper;
    bool below = true, above = true;

    for (int32_t t = lo; t < (a->live == NULL && b->live == NULL ? lo + 1 : hi); t++) {
        struct extent x = held_at(a, t), y = held_at(b, t);
        if (x.from == x.to || y.from == y.to)
            continue;
        below = below && a->offset + x.to <= b->offset + y.from;
        above = above && b->offset + y.to <= a->offset + x.from;
    }
    return below || above;
}

/* Everything that a result promises, but for its total's being small. */
static void check_placement(const struct buffer *b, int32_t n, int64_t align, struct offsets_result r)
{
    int64_t total = 0, bound = 0;

    for (int32_t i = 0; i < n; i++) {
        int64_t size = up(b[i].size, align);

        assert_true(b[i].offset >= 0 && b[i].offset % align == 0);
        total = b[i].offset + size > total ? b[i].offset + size : total;
        bound = size > bound ? size : bound;
        for (int32_t t = b[i].lower; t < b[i].upper && (b[i].live != NULL || t == b[i].lower); t++) {
            int64_t load = load_at(b, n, align, t);

            bound = load > bound ? load : bound;
        }
        for (int32_t j = 0; j < i; j++)
            assert_true(!together(&b[i], &b[j]) || ordered(&b[i], &b[j]));
    }
    assert_int_equal(r.total, total);
    assert_true(bound <= r.bound && r.bound <= r.total && r.optimal == (r.bound == r.total));
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
        struct buffer b[6] = {0}, c[6];
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

/* Takes a tenth of the buffers away, but none that is alive at `time`; returns how many are left. */
static int32_t thin_out(struct buffer *b, int32_t n, int32_t time)
{
    int32_t left = 0;

    for (int32_t i = 0; i < n; i++)
        if ((b[i].lower <= time && time < b[i].upper) || below(10) > 0)
            b[left++] = b[i];
    return left;
}

static void shuffle(struct buffer *b, int32_t n)
{
    for (int32_t i = n - 1; i > 0; i--) {
        int32_t j = (int32_t)below((uint32_t)i + 1);
        struct buffer t = b[i];

        b[i] = b[j], b[j] = t;
    }
}

/* Instances as hard as the published ones, whose optimum is known: the rectangle that they were cut from. */
static void large_packings_reach_the_optimum(void **state)
{
    int reached = 0;

    (void)state;
    seed = 7;
    for (int run = 0; run < 20; run++) {
        struct pool pool = {0};
        static struct buffer b[300];
        int32_t n = 110 + 10 * run;
        struct offsets_result r;

        cut(b, n, 0, 1024, 1048576);
        if (run % 2)
            n = thin_out(b, n, (int32_t)below(1024));
        shuffle(b, n);
        r = offsets_solve(&pool, b, n, 1, 1000000);
        check_placement(b, n, 1, r);
        reached += r.total == 1048576;
        pool_free(&pool);
    }
    assert_true(reached >= 16);
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
        shuffle(b, n);
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
    struct buffer b[] = {{.lower = 0, .upper = 2, .size = 1},
                         {.lower = 1, .upper = 3, .size = 17},
                         {.lower = 2, .upper = 4, .size = 32}};
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

#define ROWS 10

/* A convolution 3 x 1 whose input gives its rows back: output row t is written while input rows t - 1 .. t + 1 are
 * read. Fills in what both hold. */
static void slide(struct buffer *in, struct buffer *out, struct extent extents[2][ROWS], int64_t in_row,
                  int64_t out_row)
{
    for (int32_t t = 0; t < ROWS; t++) {
        extents[0][t] = (struct extent){.from = (t > 0 ? t - 1 : 0) * in_row, .to = ROWS * in_row};
        extents[1][t] = (struct extent){.from = 0, .to = (t + 1) * out_row};
    }
    *in = (struct buffer){.lower = 0, .upper = ROWS, .size = ROWS * in_row, .live = extents[0]};
    *out = (struct buffer){.lower = 0, .upper = ROWS, .size = ROWS * out_row, .live = extents[1]};
}

static void an_output_slides_over_its_input(void **state)
{
    static const struct {
        int64_t in_row, out_row, align, total;
    } cases[] = {
        {.in_row = 8,
         .out_row = 8,
         .align = 1,
         .total = 96}, /* two rows below the input: one that is read still, one that is written */
        {.in_row = 8, .out_row = 8, .align = 16, .total = 96}, /* 80 + 16 */
        {.in_row = 8,
         .out_row = 4,
         .align = 1,
         .total = 88}, /* two of its rows are there while the input's first is read still */
        {.in_row = 8,
         .out_row = 16,
         .align = 1,
         .total = 176}, /* all but two rows of the input are gone when it is complete */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pool pool = {0};
        struct extent extents[2][ROWS];
        struct buffer b[2];
        struct offsets_result r;

        slide(&b[0], &b[1], extents, cases[i].in_row, cases[i].out_row);
        r = offsets_solve(&pool, b, 2, cases[i].align, 0);
        check_placement(b, 2, cases[i].align, r);
        assert_true(r.optimal);
        assert_int_equal(r.total, cases[i].total);
        pool_free(&pool);
    }
}

/* So does one that lives on, and one that is there at both ends of the pair's life. */
static void others_lie_beside_a_sliding_pair(void **state)
{
    struct pool pool = {0};
    struct extent extents[2][ROWS], ends[ROWS] = {{0, 30}, [ROWS - 1] = {0, 30}};
    struct buffer b[4];
    struct offsets_result r;

    (void)state;
    slide(&b[0], &b[1], extents, 8, 8);
    b[2] = (struct buffer){.lower = -5, .upper = 50, .size = 40};
    r = offsets_solve(&pool, b, 3, 1, 0);
    check_placement(b, 3, 1, r);
    assert_true(r.optimal && r.total == 136);

    b[3] = (struct buffer){.lower = 0, .upper = ROWS, .size = 30, .live = ends};
    r = offsets_solve(&pool, b, 4, 1, 0);
    check_placement(b, 4, 1, r);
    assert_true(r.optimal && r.total == r.bound);
    assert_int_equal(r.bound, 40 + 30 + 96);
    pool_free(&pool);
}

/* Some of the buffers get random extents: rows that come, rows that go, a window that moves, or anything. */
static void make_extents(struct pool *pool, struct buffer *b, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t life = b[i].upper - b[i].lower, kind = (int32_t)below(6);
        struct extent *live = pool_array(pool, (size_t)life, sizeof(*live));

        for (int32_t t = 0; t < life; t++) {
            int64_t size = b[i].size, to = size * (t + 1) / life, from = size * t / life;
            int64_t x = below((uint32_t)size + 1), y = below((uint32_t)size + 1);

            live[t] = kind == 0   ? (struct extent){.from = 0, .to = to}
                      : kind == 1 ? (struct extent){.from = from, .to = size}
                      : kind == 2 ? (struct extent){.from = from, .to = to}
                                  : (struct extent){.from = x < y ? x : y, .to = x < y ? y : x};
        }
        b[i].live = kind < 4 ? live : NULL;
    }
}

/* The least total over all offsets of those from `i` on, less than `best`. */
static int64_t brute_offsets(struct buffer *b, int32_t n, int32_t i, int64_t align, int64_t total, int64_t best)
{
    if (i == n)
        return total;
    for (b[i].offset = 0; b[i].offset + up(b[i].size, align) < best; b[i].offset += align) {
        int64_t end = b[i].offset + up(b[i].size, align), got;
        bool fits = true;

        for (int32_t j = 0; j < i && fits; j++)
            fits = ordered(&b[i], &b[j]);
        got = fits ? brute_offsets(b, n, i + 1, align, end > total ? end : total, best) : best;
        best = got < best ? got : best;
    }
    return best;
}

static void extents_equal_brute_force(void **state)
{
    (void)state;
    seed = 5;
    for (int run = 0; run < 1000; run++) {
        struct pool pool = {0};
        struct buffer b[4] = {0}, c[4];
        int32_t n = 2 + (int32_t)below(3);
        struct offsets_result r;
        int64_t align = 1 + below(4), best;

        for (int32_t i = 0; i < n; i++) {
            b[i].lower = (int32_t)below(4) - 1;
            b[i].upper = b[i].lower + 1 + (int32_t)below(5);
            b[i].size = 1 + below(5 * (uint32_t)align);
        }
        make_extents(&pool, b, n);
        memcpy(c, b, sizeof(c));
        r = offsets_solve(&pool, b, n, align, 0);
        check_placement(b, n, align, r);
        best = brute_offsets(c, n, 0, align, 0, r.total);
        assert_true(r.optimal && r.total == best);
        pool_free(&pool);
    }
}

static void extents_never_overlap(void **state)
{
    (void)state;
    seed = 6;
    for (int run = 0; run < 60; run++) {
        struct pool pool = {0};
        struct buffer b[60] = {0};
        int32_t n = 1 + run;
        int64_t align = 1 + below(16);
        struct offsets_result r;

        make_random(b, n, 200, 60);
        for (int32_t i = 0; i < n; i++)
            b[i].size = 1 + b[i].size % 4096;
        make_extents(&pool, b, n);
        r = offsets_solve(&pool, b, n, align, 3000);
        check_placement(b, n, align, r);
        pool_free(&pool);
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
    struct buffer a[80] = {0}, b[80];
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

/* Six hard instances of a compiler for accelerators; each is known to fit 1,048,576 bytes. */
static void published_instances(void **state)
{
    const char *name = "ACEGIK";
    char line[200];

    (void)state;
    for (; *name; name++) {
        struct buffer b[1000] = {0};
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
        print_message("%c: %3d buffers, total %lld, bound %lld, %.2f s\n", *name, n, (long long)r.total,
                      (long long)r.bound, (double)(clock() - start) / CLOCKS_PER_SEC);
        check_placement(b, n, 1, r);
        assert_true(r.optimal && r.total <= 1048576);
        pool_free(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_instances_equal_brute_force),
        cmocka_unit_test(perfect_packings_reach_the_bound),
        cmocka_unit_test(large_packings_reach_the_optimum),
        cmocka_unit_test(sizes_are_rounded_to_the_alignment),
        cmocka_unit_test(nothing_to_place),
        cmocka_unit_test(an_output_slides_over_its_input),
        cmocka_unit_test(others_lie_beside_a_sliding_pair),
        cmocka_unit_test(extents_equal_brute_force),
        cmocka_unit_test(extents_never_overlap),
        cmocka_unit_test(large_instances_and_sizes),
        cmocka_unit_test(equal_inputs_give_equal_offsets),
        cmocka_unit_test(published_instances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
