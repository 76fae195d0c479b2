/* SPDX-License-Identifier: Apache-2.0 */
/* Posteriors against what is said of them in mote/posterior.h, and detections against events written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include "host/metrics/detections.h"
#include "mote/posterior.h"

#include <cmocka.h>

/* Which inferences of one class's scores are events: a digit's character each, 0 to 9 times 25. */
static const char *heard(const struct mote_posterior *how, const char *scores)
{
    static char out[256];
    static uint32_t memory[64];
    struct mote_posterior_state *s = (void *)memory;
    size_t n = strlen(scores);

    assert_true(mote_posterior_bytes(how) <= sizeof memory);
    mote_posterior_reset(how, s);
    for (size_t i = 0; i < n; i++) {
        uint8_t score = (uint8_t)((scores[i] - '0') * 25);
        struct mote_heard h = mote_posterior_hear(how, s, &score);

        out[i] = h.command < 0 ? '.' : '!';
    }
    out[n] = '\0';
    return out;
}

static void sums_are_heard_once(void **state)
{
    struct mote_posterior how = {
        .kind = MOTE_POSTERIOR_SUM, .threshold = 150, .classes = 1, .window = 3, .suppression = 4, .commands = {1}};

    (void)state;
    assert_string_equal(heard(&how, "000009999999999"), ".......!....!..");
    assert_string_equal(heard(&how, "9990000"), "......."); /* nothing for four after a reset */
    how.suppression = 0;
    assert_string_equal(heard(&how, "000666007770"), "..........!."); /* equal is not above */
    assert_string_equal(heard(&how, "9099899"), "....!..");
}

static void hits_are_in_a_row(void **state)
{
    const struct mote_posterior how = {
        .kind = MOTE_POSTERIOR_HITS, .threshold = 150, .classes = 1, .window = 3, .suppression = 4, .commands = {1}};

    (void)state;
    assert_string_equal(heard(&how, "999000"), "..!...");
    assert_string_equal(heard(&how, "9909906660"), "..........");
    assert_string_equal(heard(&how, "9999999999"), "..!....!..");
}

/* Classes 0 (silence), 1 and 2 by turns; a letter is the class whose score is 255. */
static const char *recognized(const struct mote_posterior *how, const char *classes)
{
    static char out[256];
    static uint32_t memory[64];
    struct mote_posterior_state *s = (void *)memory;
    size_t n = strlen(classes);

    assert_true(mote_posterior_bytes(how) <= sizeof memory);
    mote_posterior_reset(how, s);
    for (size_t i = 0; i < n; i++) {
        uint8_t scores[3] = {0};
        struct mote_heard h;

        scores[classes[i] - 'a'] = 255;
        h = mote_posterior_hear(how, s, scores);
        out[i] = h.command < 0 ? '.' : (char)('a' + h.command);
    }
    out[n] = '\0';
    return out;
}

static void averages_are_heard_as_by_micro_speech(void **state)
{
    const struct mote_posterior how = {.kind = MOTE_POSTERIOR_AVERAGE,
                                       .threshold = 150,
                                       .classes = 3,
                                       .window = 4,
                                       .minimum = 3,
                                       .suppression = 5,
                                       .commands = {6}};

    (void)state;
    assert_string_equal(recognized(&how, "bbbbbb"), "..b...");               /* not before the minimum */
    assert_string_equal(recognized(&how, "bbbbbbbbbbb"), "..b.....b..");     /* the same only after a while */
    assert_string_equal(recognized(&how, "aaaabbbaaabbb"), "......b.....b"); /* silence frees the way */
    assert_string_equal(recognized(&how, "aaaabbbccc"), "......b..c");       /* and so does another word */
    assert_string_equal(recognized(&how, "aabbaabbaabb"), "............");   /* never a clear one */
}

static void words_are_hit_or_missed(void **state)
{
    static const struct said said[] = {{1, 1.5, -1}, {4, 4.5, 1}, {8, 8.5, 0}};
    static const struct event events[] = {{0.9, 0, 200},                /* too early: a false accept */
                                          {1.7, 0, 200}, {2.4, 0, 200}, /* one hit */
                                          {4.2, 0, 200},                /* another word: a false accept */
                                          {6, 1, 200},   {6.5, 1, 200}, {6.9, 1, 200}, /* one false accept */
                                          {9.5, 0, 200}};
    struct pool pool = {0};
    struct detections d = detections_of(&pool, said, 3, events, 8, 3600);

    (void)state;
    assert_int_equal(d.words, 3);
    assert_int_equal(d.hits, 2);
    assert_int_equal(d.misses, 1);
    assert_int_equal(d.false_accepts, 3);
    assert_true(fabs(d.latency - 0.6) < 1e-9);
    d = detections_of(&pool, NULL, 0, NULL, 0, 1);
    assert_int_equal(d.false_accepts, 0);
    assert_true(isnan(d.latency));
    pool_free(&pool);
}

/* Tables of the Poisson distribution (Garwood, 1936), Wilson's formula by hand. */
static void intervals_are_those_of_tables(void **state)
{
    struct confidence i;

    (void)state;
    i = interval_of_count(0);
    assert_true(i.low == 0 && fabs(i.high - 2.9957) < 1e-4);
    i = interval_of_count(1);
    assert_true(fabs(i.low - 0.0253) < 1e-4 && fabs(i.high - 5.5716) < 1e-4);
    i = interval_of_count(10);
    assert_true(fabs(i.low - 4.7954) < 1e-4 && fabs(i.high - 18.3904) < 1e-4);
    i = interval_of_share(0, 10);
    assert_true(i.low == 0 && fabs(i.high - 0.2775) < 1e-4);
    i = interval_of_share(5, 10);
    assert_true(fabs(i.low - 0.2366) < 1e-4 && fabs(i.high - 0.7634) < 1e-4);
    assert_true(isnan(interval_of_share(0, 0).low));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_heard_once),
        cmocka_unit_test(hits_are_in_a_row),
        cmocka_unit_test(averages_are_heard_as_by_micro_speech),
        cmocka_unit_test(words_are_hit_or_missed),
        cmocka_unit_test(intervals_are_those_of_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
