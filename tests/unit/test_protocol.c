/* SPDX-License-Identifier: Apache-2.0 */
/* The device's side of MLPerf Tiny's protocol: what it answers, to the letter, and where the reference would leave its
 * buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "targets/harness/protocol.c"

static uint8_t memory[6]; /* of which 4 are the sample */
const struct protocol_device protocol_device = {
    .name = "board", .model = "kws01", .input = "4 bytes", .sample = memory + 1, .bytes = 4};

static char out[4096];
static size_t n_out;
static int loads;
static uint32_t inferred;
static bool model_fails;

void device_put(char c)
{
    assert_true(n_out + 1 < sizeof out);
    out[n_out++] = c;
    out[n_out] = '\0';
}

void device_timestamp(void) { say_number("m-lap-us-", inferred, ""); }

bool device_load(void)
{
    loads++;
    return true;
}

bool device_infer(uint32_t times)
{
    inferred += times;
    if (model_fails)
        say("e-[The model fails with status -9]");
    return !model_fails;
}

void device_results(void) { say("m-results-[0.500]"); }
void device_outputs(void) { say("m-outputs-[80]"); }

static int fresh(void **unused)
{
    (void)unused;
    memset(&state, 0, sizeof state);
    memset(memory, 0xee, sizeof memory);
    loads = 0;
    inferred = 0;
    model_fails = false;
    return 0;
}

/* `want` has a '/' where a line ends, and is without the last one, "m-ready". */
static void ask(const char *command, const char *want)
{
    char lines[4096];
    size_t n = 0;

    n_out = 0;
    out[0] = '\0';
    for (const char *c = command; *c != '\0'; c++)
        protocol_take(*c);
    assert_string_equal(out, "");
    protocol_take('%');
    for (size_t i = 0; i < n_out; i++)
        if (out[i] == '\n')
            lines[n++] = '/';
        else if (out[i] != '\r')
            lines[n++] = out[i];
        else
            assert_true(out[i + 1] == '\n');
    lines[n] = '\0';
    assert_true(n >= 8 && strcmp(lines + n - 8, "m-ready/") == 0);
    lines[n - 8] = '\0';
    assert_string_equal(lines, want);
}

static void says_who_it_is(void **unused)
{
    (void)unused;
    ask("name", "m-name-dut-[board]/");
    ask("profile", "m-profile-[ULPMark for tinyML Firmware V0.0.1]/m-model-[kws01]/m-input-[4 bytes]/");
    ask("timestamp", "m-lap-us-0/");
    ask("\r\nname\n", "m-name-dut-[board]/"); /* of somebody who types */
    n_out = 0;
    protocol_begin();
    assert_string_equal(out, "m-timestamp-mode-performance\r\nm-lap-us-0\r\nm-init-done\r\nm-ready\r\n");
}

static void takes_a_sample(void **unused)
{
    (void)unused;
    ask("db load 4", "m-[Expecting 4 bytes]/");
    ask("db 01fF", "");
    ask("db print", "m-buffer-01-ff/");
    ask("db 80", "");
    ask("db 7f", "m-load-done/");
    assert_memory_equal(memory, "\xee\x01\xff\x80\x7f\xee", 6);
    ask("db load 2", "m-[Expecting 2 bytes]/"); /* anew */
    ask("db 0506070809", "m-load-done/");       /* the rest is dropped, as the reference does */
    assert_memory_equal(memory, "\xee\x05\x06\x80\x7f\xee", 6);
}

static void stays_within_the_sample(void **unused)
{
    (void)unused;
    ask("db 01", "e-[No bytes are expected: db load N comes first]/");
    ask("db load 5", "e-[A sample has at most 4 bytes]/");
    ask("db load 4294967297", "e-[db load wants a number of bytes above 0]/");
    ask("db load 4", "m-[Expecting 4 bytes]/");
    ask("db load 5", "e-[A sample has at most 4 bytes]/");
    ask("db 0102030405060708", "m-load-done/");
    ask("db 09", "e-[No bytes are expected: db load N comes first]/");
    assert_memory_equal(memory, "\xee\x01\x02\x03\x04\xee", 6);
}

static void names_what_is_wrong(void **unused)
{
    (void)unused;
    ask("", "e-[Unknown command: ]/");
    ask("nam", "e-[Unknown command: nam]/");
    ask("names", "e-[Unknown command: names]/");
    ask("db", "e-[db wants two hexadecimal digits a byte]/");
    ask("db load", "e-[db load wants a number of bytes above 0]/");
    ask("db load 0", "e-[db load wants a number of bytes above 0]/");
    ask("db load 4x", "e-[db load wants a number of bytes above 0]/");
    ask("db load 4", "m-[Expecting 4 bytes]/");
    ask("db 012", "e-[db wants two hexadecimal digits a byte]/");
    ask("db 010g", "e-[db wants hexadecimal digits]/");
    ask("db print", ""); /* nothing of these was taken */
    ask("infer 0", "e-[infer wants a number of inferences above 0]/");
    ask("infer 1 -1", "e-[infer wants a number of warm-ups]/");
    ask("infer 1 0", "e-[The sample has 0 of 4 bytes]/");
}

static void ends_a_command_at_80_characters(void **unused)
{
    char line[PROTOCOL_LINE + 2];

    (void)unused;
    memset(line, '0', sizeof line);
    memcpy(line, "db ", 3);
    line[PROTOCOL_LINE + 1] = '\0';
    ask(line, "e-[A command has at most 80 characters]/");
    ask("name", "m-name-dut-[board]/");
    line[PROTOCOL_LINE] = '\0';
    ask(line, "e-[db wants two hexadecimal digits a byte]/"); /* 77 of them: all of the line came */
}

static void infers_as_asked(void **unused)
{
    (void)unused;
    ask("db load 4", "m-[Expecting 4 bytes]/");
    ask("db 01020304", "m-load-done/");
    ask("infer 1 0",
        "m-warmup-start-0/m-warmup-done/m-infer-start-1/m-lap-us-0/m-lap-us-1/m-infer-done/m-results-[0.500]/");
    assert_int_equal(loads, 1);
    ask("infer 70 10",
        "m-warmup-start-10/m-warmup-done/m-infer-start-70/m-lap-us-11/m-lap-us-81/m-infer-done/m-results-[0.500]/");
    assert_int_equal(loads, 3); /* what is reported had the sample, too */
    assert_int_equal(inferred, 1 + 80 + 1);
    ask("infer", "m-warmup-start-10/m-warmup-done/m-infer-start-1/m-lap-us-92/m-lap-us-93/m-infer-done/"
                 "m-results-[0.500]/");
    ask("results", "m-results-[0.500]/");
    ask("outputs", "m-outputs-[80]/");
    model_fails = true;
    ask("infer 1 0", "m-warmup-start-0/e-[The model fails with status -9]/");
}

static void want_real(float x, const char *want)
{
    n_out = 0;
    out[0] = '\0';
    protocol_real(x);
    assert_string_equal(out, want);
}

static void writes_reals(void **unused)
{
    (void)unused;
    want_real(0, "0.000");
    want_real(0.99609375f, "0.996");
    want_real(0.9996f, "1.000");
    want_real(-0.25f, "-0.250");
    want_real(12.0625f, "12.063");
    want_real(1e20f, "1000000000.000");
    want_real(-1e20f, "-1000000000.000");
    want_real(0.0f / 0.0f, "1000000000.000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(says_who_it_is, fresh),
        cmocka_unit_test_setup(takes_a_sample, fresh),
        cmocka_unit_test_setup(stays_within_the_sample, fresh),
        cmocka_unit_test_setup(names_what_is_wrong, fresh),
        cmocka_unit_test_setup(ends_a_command_at_80_characters, fresh),
        cmocka_unit_test_setup(infers_as_asked, fresh),
        cmocka_unit_test_setup(writes_reals, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
