/* SPDX-License-Identifier: Apache-2.0 */
/* Random graphs (tests/random): a few hundred seeds, and the graphs that were findings once (tests/regression). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <glob.h>

#include "host/graph/op_info.h"
#include "tests/random/builder.h"
#include "tests/random/random.h"

#include <cmocka.h>

#define GRAPHS 500

static void one_wrong_byte_is_seen(void **state)
{
    (void)state;
    print_message("(the FAIL lines until the next OK belong here)\n");
    for (random_wrong = WRONG_PASSES; random_wrong <= WRONG_C; random_wrong++)
        assert_false(random_run(7, 2, false));
    random_wrong = WRONG_NOTHING;
}

static void all_ways_agree(void **state)
{
    (void)state;
    random_rings = random_coded = random_fed = random_cuts = random_limited = random_refused = 0;
    assert_true(random_run(1, GRAPHS, false));
    print_message("%d of %d graphs passed rows on, %d decoded weights, %d were fed, %d were in two memories, %d had "
                  "limits, %d times refused\n",
                  random_rings, GRAPHS, random_coded, random_fed, random_cuts, random_limited, random_refused);
    assert_true(random_cuts > GRAPHS / 20);
    assert_true(random_coded > GRAPHS / 50);
    assert_true(random_fed > GRAPHS / 20);
    assert_true(random_rings > GRAPHS / 30); /* 131 of the first 2,000 do: 33 of 500, give or take 6 */
    assert_true(random_limited > GRAPHS / 2 && random_refused > GRAPHS / 20);
}

/* The first seed behind those above whose graph has the operator; 0 if there is none for long. */
static uint64_t seed_with(int id)
{
    uint64_t seed = GRAPHS;
    enum mote_status status = MOTE_OK;

    while (random_made[id] == 0 && status == MOTE_OK && seed < 100 * GRAPHS) {
        struct report_text report = {0};
        struct frame at = {.name = "random", .index = -1, .sink = &report};
        struct pool pool = {0};
        struct model m;

        status = random_model(&pool, ++seed, RANDOM_OPS_MAX, &m, &at);
        pool_free(&pool);
    }
    return random_made[id] > 0 ? seed : 0;
}

/* Why no graph has the operator; NULL: one must. */
static const char *why_undrawn(int id)
{
    if (id == OP_IF || id == OP_WHILE)
        return "files have it, graphs BRANCH and LOOP (test_blocks)";
    if (id == OP_OWN)
        return "its kernel is its user's (test_own_operator)";
    if (op_info[id].is->lower == NULL)
        return "of training: devices do not execute it (test_gradient)";
    return NULL;
}

/* Depends on the test above, which makes many; what it has not made is looked for. */
static void every_maker_makes(void **state)
{
    int without = 0;
    uint64_t seed;

    (void)state;
    for (int i = 0; i < makers_count; i++) {
        if (random_made[makers[i].id] > 0)
            continue;
        seed = seed_with(makers[i].id);
        print_message("%s: seed %llu\n", op_info[makers[i].id].NAME, (unsigned long long)seed);
        assert_true(seed > 0 && random_run(seed, 1, false));
    }
    for (int i = 0; i < OP_LIMIT; i++)
        if (op_info[i].NAME != NULL && random_made[i] == 0) {
            const char *why = why_undrawn(i);

            print_message("%s: %s\n", op_info[i].NAME, why ? why : "drawn by no maker");
            assert_non_null(why);
            without++;
        }
    print_message("%d makers, %d operators that no graph has\n", makers_count, without);
}

static void findings_stay_fixed(void **state)
{
    glob_t files;

    (void)state;
    assert_int_equal(glob(MOTE_SOURCE_DIR "/tests/regression/*/*.graph", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        for (uint64_t seed = 1; seed <= 3; seed++)
            assert_true(random_run_file(files.gl_pathv[i], seed));
    print_message("%zu graphs of tests/regression\n", files.gl_pathc);
    globfree(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_wrong_byte_is_seen),
        cmocka_unit_test(all_ways_agree),
        cmocka_unit_test(every_maker_makes),
        cmocka_unit_test(findings_stay_fixed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
