/* SPDX-License-Identifier: Apache-2.0 */
/* mote mlperf from outside: the benchmark over an emulated board's UART. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

#include "mote/mote.h"
#include "mote/ops/image.h"

static void accuracy_goes_through_the_port(void **state)
{
    const char *model = shared("models/mlperf_tiny/kws.tflite"), *data = shared("data/kws01");
    const char *log;
    struct result r;
    json_t *json, *trials, *infer;

    (void)state;
    if (!have_board())
        return;
    r = OK("mlperf", model, "--target", "mps2-an386", "--via", "c", "--accuracy", "--data", data, "--limit", "5", "-o",
           "@out/session", "--json");
    json = json_of(&r);
    assert_int_equal(integer(json, "samples"), 5);
    assert_int_equal(integer(json, "correct"), 5);
    assert_int_equal(integer(json, "different"), 0);
    assert_true(real(json, "clock_error") < 1e-3);
    assert_string_equal(json_string_value(json_object_get(json, "task")), "kws01");
    assert_non_null(strstr(text_of(here("out/session/results.txt")), "ulp-mlperf: Top 1% = 100.0\n"));
    log = text_of(here("out/session/log.txt"));
    assert_non_null(strstr(log, "ulp-mlperf: Loading file tst_000000_Stop_7.bin segment 0\n"));
    assert_non_null(strstr(log, "ulp-mlperf:   m-results    : [0.0"));
    trials = json_loads(text_of(here("out/session/results.json")), 0, NULL);
    assert_int_equal(json_array_size(trials), 5);
    infer = json_object_get(json_array_get(trials, 0), "infer");
    assert_int_equal(json_array_size(json_object_get(infer, "results")), 12);
    assert_true(integer(infer, "elapsed_time") == integer(infer, "end_time") - integer(infer, "start_time"));
    json_decref(trials);
    json_decref(json);
}

/* Five trials of 10 s at least, which are milliseconds of this fast one's instructions. */
static void performance_is_of_five_trials(void **state)
{
    const char *model = shared("models/mlperf_tiny/ad01.tflite");
    const char *results;
    struct result r;
    json_t *json;

    (void)state;
    if (!have_board())
        return;
    r = OK("mlperf", model, "--target", "mps2-an386", "-o", "@out/session", "--json");
    json = json_of(&r);
    assert_int_equal(integer(json, "samples"), 5);
    assert_int_equal(integer(json, "different"), 0);
    assert_true(json_is_true(json_object_get(json, "patterns")));
    assert_true(integer(json, "inferences") >= 1500 && real(json, "seconds") >= 10);
    assert_true(real(json, "clock_error") < 1e-3);
    assert_true(fabs(real(json, "throughput") * (double)integer(json, "cycles") / 25e6 - 1) < 1e-3);
    results = text_of(here("out/session/results.txt"));
    assert_non_null(strstr(results, "Performance results for window 5\n"));
    assert_non_null(strstr(results, "ulp-mlperf: Median throughput is "));
    assert_non_null(strstr(text_of(here("out/session/log.txt")), "patterns, not the benchmark's files"));
    json_decref(json);
}

/* The benchmark's energy mode: what `mote profile` says of an inference, for what the plugin counted. */
static void energy_is_estimated_between_timestamps(void **state)
{
    const char *model = shared("models/mlperf_tiny/ad01.tflite");
    const char *results;
    struct result r;
    json_t *json, *profile, *trials, *power;

    (void)state;
    if (!have_board())
        return;
    r = OK("profile", model, "--target", "sparkfun-edge", "--via", "c", "--json");
    profile = json_of(&r);
    r = OK("mlperf", model, "--target", "sparkfun-edge", "--via", "c", "--energy", "-o", "@out/session", "--json");
    json = json_of(&r);
    assert_int_equal(integer(json, "different"), 0);
    assert_true(json_is_true(json_object_get(json, "estimated")));
    assert_true(json_is_null(json_object_get(json, "clock_error")));
    assert_true(integer(json, "inferences") >= 1500 && real(json, "seconds") >= 10);
    assert_true(fabs(real(json, "energy_uj") / real(profile, "energy_uj") - 1) < 1e-3);
    assert_true(fabs(real(json, "energy_uj_low") / real(profile, "energy_uj_low") - 1) < 1e-3);
    assert_true(fabs(real(json, "energy_uj_high") / real(profile, "energy_uj_high") - 1) < 1e-3);
    results = text_of(here("out/session/results.txt"));
    assert_true(strncmp(results, "Power Edition Output\nESTIMATED, not measured", 44) == 0);
    assert_non_null(strstr(results, "Energy data for trial 4\n"));
    assert_non_null(strstr(results, "\nMedian energy cost is "));
    trials = json_loads(text_of(here("out/session/results.json")), 0, NULL);
    assert_int_equal(json_array_size(trials), 5);
    power = json_object_get(json_array_get(trials, 4), "power");
    assert_true(json_is_true(json_object_get(power, "estimated")));
    assert_true(fabs(real(power, "energy_uj") / real(json, "energy_uj") - 1) < 1e-3);
    assert_null(json_object_get(json_object_get(json_array_get(trials, 4), "infer"), "start_time"));
    json_decref(trials);
    json_decref(json);
    json_decref(profile);
}

/* ---- behind a port ---- */
struct board_process {
    pid_t pid;
    const char *port;
};

/* A program that says /dev/pts/N in its first line, and stays. */
static struct board_process start_board(const char *program, const char *const *argv)
{
    struct board_process b;
    char line[256] = "";
    int ends[2];
    char *port;

    assert_int_equal(pipe(ends), 0);
    b.pid = fork();
    if (b.pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execvp(program, (char *const *)argv);
        _exit(126);
    }
    close(ends[1]);
    assert_true(read(ends[0], line, sizeof line - 1) > 0);
    close(ends[0]);
    port = strstr(line, "/dev/");
    assert_non_null(port);
    b.port = pool_printf(&pool, "%.*s", (int)strcspn(port, " \n"), port);
    return b;
}

static void stop_board(const struct board_process *b)
{
    int status;

    kill(b->pid, SIGTERM); /* SIGINT may be ignored here */
    assert_int_equal(waitpid(b->pid, &status, 0), b->pid);
}

static void want_valid(const char *port, const char *name, int samples)
{
    struct result r = OK("validate", GRAPH, "--port", port, "--data", DATA, "--limit",
                         pool_printf(&pool, "%d", samples), "--times", "3", "--json");
    json_t *json = json_of(&r);

    assert_int_equal(integer(json, "samples"), samples);
    assert_int_equal(integer(json, "different"), 0);
    assert_true(real(json, "microseconds") > 0);
    assert_string_equal(json_string_value(json_object_get(json, "device")), name);
    json_decref(json);
}

/* A pseudoterminal stands for a flashed board's port. */
static void a_board_behind_a_port_is_validated(void **state)
{
    struct board_process b;
    struct result r;

    (void)state;
    if (!have_board())
        return;
    b = start_board(MOTE_BINARY_DIR "/mote",
                    ARGS("mote", "mlperf", GRAPH, "--target", "mps2-an386", "--via", "c", "--serve"));
    want_valid(b.port, "mps2-an386", 5);
    r = RUN("validate", MOTE_SOURCE_DIR "/models/ink.graph", "--port", b.port);
    want_status(&r, 1); /* the board's folder is still there */
    assert_non_null(strstr(r.err, "its model is another one"));
    stop_board(&b);
}

/* ---- firmware ---- */
static void build(const char *folder)
{
    const char *command = pool_printf(&pool, "make -C %s >%s/make.log 2>&1", here(folder), here("tmp"));

    if (system(command) != 0)
        fail_msg("%s:\n%s", command, text_of(here("tmp/make.log")));
    unlink(here("tmp/make.log"));
    assert_true(slurp(pool_printf(&pool, "%s/firmware.bin", here(folder))).size > 1000);
    assert_true(slurp(pool_printf(&pool, "%s/firmware.hex", here(folder))).data[0] == ':');
}

static void firmware_answers_on_the_board(void **state)
{
    struct board_process b;

    (void)state;
    if (!have_board() || !have("make"))
        return;
    OK("firmware", GRAPH, "--target", "microbit", "-o", "@out/firmware");
    build("out/firmware");
    assert_non_null(strstr(text_of(here("out/firmware/README.md")), "Nothing is to be filled in"));
    b = start_board("qemu-system-arm", ARGS("qemu-system-arm", "-M", "microbit", "-display", "none", "-monitor", "none",
                                            "-serial", "pty", "-kernel", here("out/firmware/firmware.elf")));
    want_valid(b.port, "microbit", 5);
    stop_board(&b);
}

static void firmware_of_other_chips_answers(void **state)
{
    const struct {
        const char *board;
        const char *const *machine;
    } chips[] = {
        {"pyboard", ARGS("qemu-system-arm", "-M", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial",
                         "pty", "-kernel", here("out/pyboard/firmware.elf"))},
        {"arduino-uno", ARGS(MOTE_BINARY_DIR "/mote_count_avr", "atmega328p", here("out/arduino-uno/firmware.elf"),
                             pool_printf(&pool, "counter,out=%s,start=222c,stop=332c", here("out/counts")), "pty")},
    };

    (void)state;
    if (!have_board() || !have("make") || !have("avr-gcc"))
        return;
    for (size_t i = 0; i < COUNT(chips); i++) {
        const char *folder = pool_printf(&pool, "out/%s", chips[i].board);
        struct board_process b;

        OK("firmware", GRAPH, "--target", chips[i].board, "-o", pool_printf(&pool, "@%s", folder));
        build(folder);
        assert_non_null(
            strstr(text_of(here(pool_printf(&pool, "%s/README.md", folder))), "Nothing is to be filled in"));
        b = start_board(chips[i].machine[0], chips[i].machine);
        want_valid(b.port, chips[i].board, 1);
        stop_board(&b);
    }
}

/* An Uno's cycles are simavr's: what the device's clock says is what they take, and the printed lines around them. */
static void the_clock_of_an_uno_is_right(void **state)
{
    struct result r;
    json_t *json, *profile;
    double apart;

    (void)state;
    if (!have_board() || !have("avr-gcc"))
        return;
    r = OK("profile", GRAPH, "--target", "arduino-uno", "--via", "c", "--json");
    profile = json_of(&r);
    r = OK("validate", GRAPH, "--target", "arduino-uno", "--via", "c", "--limit", "1", "--times", "3", "--json");
    json = json_of(&r);
    apart = real(json, "microseconds") / (1e3 * real(profile, "milliseconds")) - 1;
    assert_true(apart > -0.03 && apart < 0.03); /* the patterns are not zeros */
    json_decref(json);
    json_decref(profile);
}

/* As a power monitor sees it: at the start, and on both sides of the timed inferences, the pin falls and rises. */
static void firmware_for_a_power_monitor_has_edges(void **state)
{
    struct board_process b;
    struct result r;
    json_t *json;
    int edges = 0;

    (void)state;
    if (!have_board() || !have("make"))
        return;
    OK("firmware", GRAPH, "--target", "microbit", "--energy", "-o", "@out/firmware");
    build("out/firmware");
    b = start_board("qemu-system-arm", ARGS("qemu-system-arm", "-M", "microbit", "-display", "none", "-monitor", "none",
                                            "-serial", "pty", "-trace", "nrf51_gpio_write", "-D", here("out/pins"),
                                            "-kernel", here("out/firmware/firmware.elf")));
    r = OK("validate", GRAPH, "--port", b.port, "--baud", "9600", "--data", DATA, "--limit", "2", "--json");
    stop_board(&b);
    json = json_of(&r);
    assert_int_equal(integer(json, "different"), 0);
    assert_true(json_is_null(json_object_get(json, "microseconds")));
    json_decref(json);
    for (const char *at = text_of(here("out/pins"));
         (at = strstr(at, "0x50c value 0x8\nnrf51_gpio_write offset 0x508 value 0x8\n")) != NULL; at++)
        edges++;
    assert_int_equal(edges, 1 + 2 * 2);
}

static void firmware_of_other_boards_builds_and_says_what_it_lacks(void **state)
{
    struct result r = OK("firmware", GRAPH, "--target", "nano-33-ble-sense", "-o", "@out/firmware", "--json");
    json_t *json = json_of(&r);

    (void)state;
    assert_true(json_is_false(json_object_get(json, "complete")));
    json_decref(json);
    assert_non_null(strstr(text_of(here("out/firmware/README.md")), "Three functions to fill in"));
    if (have_board() && have("make"))
        build("out/firmware");
    OK("firmware", GRAPH, "--target", "nano-33-ble-sense", "--energy", "-o", "@out/energy");
    assert_non_null(strstr(text_of(here("out/energy/README.md")), "Five functions to fill in"));
    if (have_board() && have("make"))
        build("out/energy");
}

static void other_models_are_validated_on_emulated_boards(void **state)
{
    static const char *const boards[] = {"microbit", "mps3-an547"};

    (void)state;
    if (!have_board())
        return;
    for (size_t i = 0; i < COUNT(boards); i++)
        OK("validate", GRAPH, "--target", boards[i], "--via", i == 0 ? "image" : "c", "--data", DATA, "--limit", "3");
}

/* The name of a stranger's image is written into C that is compiled: nothing in it ends the text there. */
static void a_name_stays_a_name(void **state)
{
    static const char name[] = "a\"\n#x";
    struct mote_image_header *h;
    struct bytes image;
    struct result r;
    json_t *json;

    (void)state;
    if (!have_board())
        return;
    OK("compile", GRAPH, "-o", "@out/strokes.mote");
    image = slurp(here("out/strokes.mote"));
    h = (void *)image.data;
    for (uint32_t i = 0; i < h->n_sections; i++) {
        const struct mote_image_section *s = (const struct mote_image_section *)(h + 1) + i;

        if (s->id == MOTE_SECTION_STRINGS)
            memcpy(image.data + s->offset, name, sizeof name - 1); /* "strokes" */
    }
    h->checksum = mote_crc32(image.data + 20, image.size - 20);
    put_bytes("in/strange.mote", image.data, image.size);
    r = OK("validate", "@in/strange.mote", "--target", "mps2-an386", "--via", "image", "--limit", "1", "--json");
    json = json_of(&r);
    assert_string_equal(json_string_value(json_object_get(json, "model")), "a_xes");
    json_decref(json);
}

static void what_cannot_be_is_said(void **state)
{
    static const struct bad bad[] = {
        {2, "-o is missing", {"mlperf", GRAPH, "--target", "mps2-an386"}},
        {2,
         "one run is of",
         {"mlperf", GRAPH, "--target", "mps2-an386", "--accuracy", "--performance", "-o", "@out/x"}},
        {2, "one run is of", {"mlperf", GRAPH, "--target", "mps2-an386", "--energy", "--performance", "-o", "@out/x"}},
        {2, "on which pin a power monitor", {"firmware", GRAPH, "--target", "mps2-an386", "--energy", "-o", "@out/x"}},
        {2, "--target is missing", {"mlperf", GRAPH, "-o", "@out/x"}},
        {2, "--limit wants --accuracy", {"mlperf", GRAPH, "--target", "mps2-an386", "--limit", "3", "-o", "@out/x"}},
        {2, "another runner: no", {"mlperf", GRAPH, "--target", "mps2-an386", "--serve", "-o", "@out/x"}},
        {2, "-o is missing", {"firmware", GRAPH, "--target", "microbit"}},
        {2, "--target is missing", {"firmware", GRAPH, "-o", "@out/x"}},
        {1, "there is `mote compile --emit c`", {"firmware", GRAPH, "--target", "aarch64-linux", "-o", "@out/x"}},
        {2, "one of --port", {"validate", GRAPH}},
        {2, "one of --port", {"validate", GRAPH, "--port", "x", "--target", "mps2-an386"}},
        {2, "no rate of a serial port", {"validate", GRAPH, "--port", "/dev/null", "--baud", "115201"}},
        {3, "/nonexistent cannot be opened", {"validate", GRAPH, "--port", "/nonexistent"}},
        {3, "/dev/null is no serial port", {"validate", GRAPH, "--port", "/dev/null"}},
        {1, "`mote validate` is for other models", {"mlperf", GRAPH, "--target", "mps2-an386", "-o", "@out/x"}},
    };

    (void)state;
    want_bad(bad, COUNT(bad));
}

static void boards_without_a_uart_or_power_are_refused(void **state)
{
    const char *model = shared("models/mlperf_tiny/kws.tflite");
    struct result r = RUN("mlperf", model, "--target", "aarch64-linux", "-o", "@out/x");

    (void)state;
    want_failure(&r, 2, "no emulator with a UART stands for the board aarch64-linux");
    r = RUN("mlperf", model, "--target", "mps2-an386", "--accuracy", "-o", "@out/x");
    want_failure(&r, 2, "--data is missing");
    r = RUN("mlperf", model, "--target", "mps2-an386", "--energy", "-o", "@out/x");
    want_failure(&r, 2, "nobody says what mps2-an386 draws");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accuracy_goes_through_the_port),
        TEST(performance_is_of_five_trials),
        TEST(energy_is_estimated_between_timestamps),
        TEST(a_board_behind_a_port_is_validated),
        TEST(firmware_answers_on_the_board),
        TEST(firmware_of_other_chips_answers),
        TEST(the_clock_of_an_uno_is_right),
        TEST(firmware_for_a_power_monitor_has_edges),
        TEST(firmware_of_other_boards_builds_and_says_what_it_lacks),
        TEST(other_models_are_validated_on_emulated_boards),
        TEST(a_name_stays_a_name),
        TEST(what_cannot_be_is_said),
        TEST(boards_without_a_uart_or_power_are_refused),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
