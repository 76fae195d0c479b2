/* SPDX-License-Identifier: Apache-2.0 */
/* mote emulate and mote profile from outside, on emulated boards. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

/* Every instruction is some function's, and the checksum is computed twice: by itself, and when the model is opened. */
static json_int_t of_all(const json_t *list, const char *key)
{
    json_int_t sum = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);

        sum += json_integer_value(key ? json_object_get(one, key) : one);
    }
    return sum;
}

static void want_emulation(const char *via, json_int_t inferences)
{
    struct result r = OK("emulate", GRAPH, "--target", "mps2-an386", "--via", via, "--input", "@in/zeros.bin",
                         "--output", "@out/board.bin", "--functions", "--json");
    struct result host = OK("run", GRAPH, "--input", "@in/zeros.bin", "--output", "@out/host.bin", "--json");
    json_t *json = json_of(&r), *host_json = json_of(&host);
    struct bytes got = slurp(here("out/board.bin")), want = slurp(here("out/host.bin"));
    json_int_t functions;

    assert_int_equal(got.size, want.size);
    assert_memory_equal(got.data, want.data, want.size);
    assert_true(json_equal(json_object_get(json, "results"), json_object_get(host_json, "results")));
    assert_true(json_equal(json_object_get(json, "outputs"),
                           json_object_get(json_array_get(json_object_get(host_json, "results"), 0), "outputs")));
    assert_int_equal(json_array_size(json_object_get(json, "instructions_each")), inferences);
    assert_true(integer(json, "instructions") > 7076); /* the model's multiplications are fewer */
    assert_true(integer(json, "setup_instructions") > 0 && integer(json, "code_bytes") > 0);
    assert_true(integer(json, "checksum_instructions") > 0 || strcmp(via, "c") == 0);
    assert_true(integer(json, "constant_bytes") > 0 && integer(json, "weight_bytes") > 0);
    assert_true(integer(json, "arena_bytes") > 0 && integer(json, "data_bss_bytes") >= 0);
    assert_true(integer(json, "loads") > 0 && integer(json, "load_words") >= integer(json, "loads"));
    assert_true(integer(json, "stores") > 0 && integer(json, "multiplies") > 0 && integer(json, "divides") >= 0);
    assert_true(integer(json, "branches") >= integer(json, "taken_branches"));
    assert_true(integer(json, "cycles") > integer(json, "instructions") && integer(json, "crude_cycles") > 0);
    assert_true(json_real_value(json_object_get(json, "milliseconds")) == (double)integer(json, "cycles") * 1e3 / 25e6);
    assert_true(integer(json, "stack_bytes") > 0 && integer(json, "harness_code_bytes") > 0);
    functions = of_all(json_object_get(json, "functions"), "instructions") -
                of_all(json_object_get(json, "instructions_each"), NULL) - integer(json, "setup_instructions");
    if (strcmp(via, "c") == 0) /* the call that computes no checksum */
        assert_int_equal(functions, 2);
    else
        assert_int_equal(functions, 2 * integer(json, "checksum_instructions"));
    json_decref(json);
    json_decref(host_json);
    assert_int_equal(entries(here("tmp")), 0);
}

/* Row by row, on the board and from an image. */
static void want_fed(const char *via)
{
    struct bytes want;

    OK("run", GRAPH, "--input", "@in/zeros.bin", "--output", "@out/host.bin");
    want = slurp(here("out/host.bin"));
    OK("compile", GRAPH, "-o", "@out/fed.mote", "--feed", "rows");
    OK("run", "@out/fed.mote", "--input", "@in/zeros.bin", "--output", "@out/fed.bin");
    assert_memory_equal(slurp(here("out/fed.bin")).data, want.data, want.size);
    OK("emulate", GRAPH, "--target", "mps2-an386", "--via", via, "--feed", "rows", "--input", "@in/zeros.bin",
       "--output", "@out/board.bin");
    assert_int_equal(slurp(here("out/board.bin")).size, want.size);
    assert_memory_equal(slurp(here("out/board.bin")).data, want.data, want.size);
    OK("emulate", "@out/fed.mote", "--target", "mps2-an386", "--input", "@in/zeros.bin");
}

static void rows_are_fed_on_the_board(void **state)
{
    (void)state;
    if (!have_board())
        return;
    want_fed("c");
    want_fed("image");
}

static void emulation_equals_the_host(void **state)
{
    (void)state;
    if (!have_board())
        return;
    want_emulation("image", 2);
    want_emulation("c", 2);
    OK("emulate", "@in/strokes.mote", "--target", "nano-33-ble-sense", "--input", "@in/zeros.bin");
}

/* Interrupted while it compiles or emulates: no folder stays, and no program that could make another. */
static void interrupted_emulation_leaves_nothing(void **state)
{
    static const struct {
        int signal;
        const char *via;
        long ms;
    } cases[] = {{SIGINT, "image", 0}, {SIGTERM, "c", 20}, {SIGHUP, "image", 100}, {SIGTERM, "c", 300}};

    (void)state;
    if (!have_board())
        return;
    put_bytes("in/many.bin", pool_alloc(&pool, 144 * 20000), 144 * 20000); /* minutes of emulation */
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *argv[] = {"mote",
                        "emulate",
                        (char *)(uintptr_t)GRAPH,
                        "--target",
                        "mps2-an386",
                        "--via",
                        (char *)(uintptr_t)cases[i].via,
                        "--input",
                        (char *)(uintptr_t)here("in/many.bin"),
                        NULL};
        pid_t pid = fork();
        int status;

        assert_true(pid >= 0);
        if (pid == 0)
            become(argv, NULL);
        while (entries(here("tmp")) == 0)
            assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
        nanosleep(&(struct timespec){.tv_nsec = cases[i].ms * 1000000}, NULL);
        assert_int_equal(kill(pid, cases[i].signal), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 128 + cases[i].signal);
        want_nothing_left("mote emulate, interrupted,");
    }
}

static void emulated_eval_equals_the_host(void **state)
{
    (void)state;
    if (!have_board())
        return;
    OK("eval", GRAPH, "--data", DATA, "--limit", "10", "--predictions", "@out/host.csv");
    OK("eval", GRAPH, "--data", DATA, "--limit", "10", "--target", "mps2-an386", "--via", "c", "--predictions",
       "@out/board.csv");
    assert_string_equal(text_of(here("out/board.csv")), text_of(here("out/host.csv")));
    assert_int_equal(entries(here("tmp")), 0);
}

static bool have_uno(void)
{
    if (have("avr-gcc") && access(MOTE_BINARY_DIR "/mote_count_avr", X_OK) == 0)
        return true;
    puts("SKIP: no avr-gcc, or Mote was built without libsimavr-dev: tools/setup.sh check installs them");
    return false;
}

/* Four numbers a row; each class has its own two of them high. */
static void put_clusters(void)
{
    static const char *const classes[] = {"near", "middle", "far"};
    struct text csv = {.pool = &pool};

    text_add(&csv, "a,b,c,d,label\n");
    for (int i = 0; i < 120; i++) {
        for (int k = 0; k < 4; k++)
            text_add(&csv, "%g,", 3 * ((i + k) % 3) + (i * 7 + k * 13) % 11 / 10.0);
        text_add(&csv, "%s\n", classes[i % 3]);
    }
    put_text("in/clusters.csv", csv.s);
}

/* Names of classes are in the image, but in firmware of generated C only if it uses them. */
static void the_fit_of_c_is_not_that_of_the_image(void **state)
{
    struct text t = {.pool = &pool};

    (void)state;
    text_add(&t, "mote-graph 1\nmodel names\nclasses");
    for (int i = 0; i < 300; i++)
        text_add(&t, " \"%0120d\"", i);
    text_add(&t, "\ngraph\ntensor 0 \"x\" s8 [1,300] quant [1; 0]\ntensor 1 \"y\" s8 [1,300] quant [1; 0]\n"
                 "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    put_text("in/names.graph", t.s);
    assert_true(slurp(here("in/names.graph")).size > 32768);
    OK("compile", "@in/names.graph", "--emit", "c", "--target", "arduino-uno", "-o", "@out/names");
    if (!have_uno())
        return;
    put_bytes("in/names.bin", pool_alloc(&pool, 300), 300);
    OK("emulate", "@in/names.graph", "--target", "arduino-uno", "--via", "c", "--input", "@in/names.bin");
}

/* A model that adds up what it gets: samples are independent, as for eval, but tensors are in a row. */
static void samples_do_not_know_each_other(void **state)
{
    static const uint8_t row[] = {1, 2, 1, 2, 1, 2}, sums[] = {1, 2, 2, 4, 3, 6};
    const char *sum = "@in/sum.graph";

    (void)state;
    put_text("in/sum.graph", "mote-graph 1\nmodel sum\ngraph\ntensor 0 \"x\" s8 [1,2] quant [1; 0]\n"
                             "tensor 1 \"last\" s8 [1,2] quant [1; 0] state\n"
                             "tensor 2 \"sum\" s8 [1,2] quant [1; 0]\nop 0 add in [0, 1] out [2]\n"
                             "op 1 quantize in [2] out [1]\ninputs [0]\noutputs [2]\nend\n");
    put_text("in/row.csv", "1,2\n1,2\n1,2\n");
    put_bytes("in/row.bin", row, sizeof row);
    OK("run", sum, "--input", "@in/row.csv", "--output", "@out/sum.bin");
    assert_memory_equal(slurp(here("out/sum.bin")).data, row, sizeof row);
    OK("run", sum, "--input", "@in/row.bin", "--output", "@out/sum.bin");
    assert_memory_equal(slurp(here("out/sum.bin")).data, sums, sizeof sums);
    OK("run", sum, "--input", "@in/row.bin", "--output", "@out/sum.bin", "--reset-each");
    assert_memory_equal(slurp(here("out/sum.bin")).data, row, sizeof row);
    if (!have_board())
        return;
    OK("emulate", sum, "--target", "mps2-an386", "--input", "@in/row.csv", "--output", "@out/sum.bin");
    assert_memory_equal(slurp(here("out/sum.bin")).data, row, sizeof row);
}

/* An AVR's int has 16 bits, which products of int16 leave. */
static void products_of_int16_are_whole_on_the_uno(void **state)
{
    static const int16_t x[] = {-32768, 32767, 300, -200, 181, 1};
    static const int16_t squares[] = {16384, 16383, 1, 1, 0, 0}; /* by 2^-16 */

    (void)state;
    put_text("in/square.graph", "mote-graph 1\nmodel square\ngraph\ntensor 0 \"x\" s16 [1,6] quant [1; 0]\n"
                                "tensor 1 \"y\" s16 [1,6] quant [65536; 0]\nop 0 mul in [0, 0] out [1]\n"
                                "inputs [0]\noutputs [1]\nend\n");
    put_bytes("in/square.bin", x, sizeof x);
    OK("run", "@in/square.graph", "--input", "@in/square.bin", "--output", "@out/squares.bin");
    assert_memory_equal(slurp(here("out/squares.bin")).data, squares, sizeof squares);
    if (!have_uno())
        return;
    OK("emulate", "@in/square.graph", "--target", "arduino-uno", "--via", "c", "--input", "@in/square.bin", "--output",
       "@out/squares.bin");
    assert_memory_equal(slurp(here("out/squares.bin")).data, squares, sizeof squares);
}

/* Trained, quantized, as C for a board whose constants are in program memory: the host's bytes. */
static void a_trained_classifier_reaches_the_uno(void **state)
{
    struct result r;
    struct bytes host, board;
    json_t *json;

    (void)state;
    put_clusters();
    put_text("in/uno.yaml", "name: uno\ndata: {path: clusters.csv, test: 0.25, normalize: auto}\nnetwork:\n"
                            "  - fully_connected: {units: 6, activation: relu}\n  - fully_connected: {units: 3}\n"
                            "  - softmax: {}\ntraining: {epochs: 20, batch: 8, optimizer: {rate: 0.02}}\n");
    RUN("train", "@in/uno.yaml", "-o", "@out/uno");
    OK("quantize", "@out/uno/model.graph", "--data", "@in/clusters.csv", "-o", "@out/uno.graph");
    r = OK("eval", "@out/uno.graph", "--data", "@in/clusters.csv", "--json");
    json = json_of(&r);
    assert_true(real(json, "accuracy") > 0.9);
    json_decref(json);
    OK("compile", "@out/uno.graph", "--emit", "c", "--target", "arduino-uno", "-o", "@out/uno.c");
    OK("compile", "@out/uno.graph", "--emit", "graph", "--target", "arduino-uno", "-o", "@out/uno2.graph");
    if (!have_uno())
        return;
    put_text("in/uno.bin", "four bytes each, and ten such for a run."); /* 40: ten inferences */
    OK("run", "@out/uno.graph", "--input", "@in/uno.bin", "--output", "@out/host.bin");
    OK("emulate", "@out/uno.graph", "--target", "arduino-uno", "--via", "c", "--input", "@in/uno.bin", "--output",
       "@out/board.bin");
    host = slurp(here("out/host.bin"));
    board = slurp(here("out/board.bin"));
    assert_int_equal(host.size, 30);
    assert_int_equal(board.size, host.size);
    assert_memory_equal(board.data, host.data, host.size);
    assert_int_equal(entries(here("tmp")), 0);
}

/* It ends by a signal while it waits for its input, unless the signal was ignored when it began: so does nohup. */
static void ignored_signals_stay_ignored(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const char *pipe = here("in/pipe.bin");
    char *argv[] = {"mote", "run", (char *)(uintptr_t)GRAPH, "--input", (char *)(uintptr_t)pipe, NULL};

    (void)state;
    assert_int_equal(mkfifo(pipe, 0666), 0);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2 * COUNT(signals); i++) {
        int number = signals[i / 2], status, fd;
        bool ignored = i % 2 == 1;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            signal(number, ignored ? SIG_IGN : SIG_DFL);
            become(argv, NULL);
        }
        fd = open(pipe, O_WRONLY); /* waits for the reader */
        assert_true(fd >= 0 && kill(pid, number) == 0);
        assert_true(write(fd, (char[144]){0}, 144) == 144 || !ignored);
        close(fd);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), ignored ? 0 : 128 + number);
    }
    signal(SIGPIPE, SIG_DFL);
}

static const char *two_memories(const char *file, int dtcm, int sram)
{
    put_text(file, pool_printf(&pool,
                               "name: two\ntitle: t\ncore: cortex-m4f\nclock_hz: 1\nmemory:\n"
                               "  - {name: flash, kind: flash, origin: 0, size: 0x10000}\n"
                               "  - {name: dtcm, kind: ram, origin: 0x20000000, size: %d}\n"
                               "  - {name: sram, kind: ram, origin: 0x30000000, size: %d}\n"
                               "toolchain:\n  compiler: arm-none-eabi-gcc\n  packages: p\n  support: cortex-m\n"
                               "  flags: [-mcpu=cortex-m4, -mthumb, -mfloat-abi=hard, -mfpu=fpv4-sp-d16]\n"
                               "emulator: mps2-an386\n",
                               dtcm, sram));
    return here(file);
}

/* Generated C for a board of several memories; an image wants one that has room for all. */
static void memories_are_named(void **state)
{
    const char *two = two_memories("in/two.yaml", 2048 + 128, 512), *small = two_memories("in/small.yaml", 1024, 128);
    struct result r = RUN("compile", GRAPH, "-o", "@out/small", "--emit", "c", "--target", small);
    const char *header;
    json_t *json;

    (void)state;
    want_failure(&r, 1, "bytes of sram, which has 128: ");
    r = RUN("compile", GRAPH, "-o", "@out/two.mote", "--target", small);
    want_failure(&r, 1, "an image has one arena, generated C one in each memory");
    r = OK("compile", GRAPH, "-o", "@out/two", "--emit", "c", "--target", two);
    header = text_of(here("out/two/strokes.h"));
    assert_non_null(strstr(r.out, " in dtcm, "));
    assert_non_null(strstr(header, "#define STROKES_ARENAS      2 "));
    assert_non_null(strstr(header, "/* in sram */"));
    assert_non_null(strstr(header, "void strokes_run(void *const *arena);"));
    if (!have_board())
        return;
    r = OK("profile", GRAPH, "--target", two, "--via", "c", "--json");
    json = json_of(&r);
    assert_true(json_is_true(json_object_get(json, "fits")));
    assert_int_equal(json_array_size(json_object_get(json_object_get(json, "ram"), "memories")), 2);
    json_decref(json);
    OK("run", GRAPH, "--input", "@in/zeros.bin", "--output", "@out/host.bin");
    OK("emulate", GRAPH, "--target", two, "--via", "c", "--input", "@in/zeros.bin", "--output", "@out/board.bin");
    assert_memory_equal(slurp(here("out/board.bin")).data, slurp(here("out/host.bin")).data, 5);
}

static void profile_adds_up(void **state)
{
    (void)state;
    if (!have_board())
        return;
    for (int c = 0; c < 2; c++) {
        struct result r = OK("profile", GRAPH, "--target", "nano-33-ble-sense", "--via", c ? "c" : "image", "--json");
        json_t *json = json_of(&r), *ram = json_object_get(json, "ram"), *flash = json_object_get(json, "flash"), *op;
        json_int_t macs = 0;
        int balanced = 0;
        size_t i;

        assert_true(json_is_true(json_object_get(json, "fits")));
        assert_int_equal(integer(ram, "arena_bytes"), integer(ram, "tensor_bytes") + integer(ram, "scratch_bytes") +
                                                          integer(ram, "state_bytes") +
                                                          integer(ram, "arena_gap_bytes"));
        assert_int_equal(integer(ram, "total_bytes"),
                         integer(ram, "arena_bytes") + integer(ram, "data_bss_bytes") + integer(ram, "stack_bytes"));
        assert_int_equal(integer(flash, "total_bytes"), integer(flash, "code_bytes") +
                                                            integer(flash, "constant_bytes") +
                                                            integer(flash, "weight_bytes"));
        assert_true(integer(flash, "code_bytes") > 1000);
        json_array_foreach(json_object_get(json, "operators"), i, op) macs += integer(op, "macs");
        assert_int_equal(macs, integer(json, "macs"));
        json_array_foreach(json_object_get(json, "plans"), i, op)
        {
            const char *name = json_string_value(json_object_get(op, "optimize"));

            if (name == NULL || strstr(name, "balanced") == NULL)
                continue;
            balanced++;
            assert_int_equal(integer(op, "arena_bytes"), integer(ram, "arena_bytes"));
            assert_true(integer(op, "flash_bytes") > integer(flash, "total_bytes") * 0.9);
            assert_true(integer(op, "flash_bytes") < integer(flash, "total_bytes") * 1.1);
            assert_true(json_number_value(json_object_get(op, "milliseconds")) > 0);
        }
        assert_int_equal(balanced, 1);
        json_decref(json);
    }
    OK("profile", GRAPH, "--target", "nano-33-ble-sense");
    OK("profile", "@in/strokes.mote", "--target", "nano-33-ble-sense");
    assert_non_null(strstr(OK("profile", "@in/big.graph", "--target", "nano-33-ble-sense").out, "It does not fit."));
    assert_int_equal(entries(here("tmp")), 0);
}

/* Of what it has of two options, those of the ends. */
static json_int_t instructions_of(const char *model, bool floats, bool planes)
{
    const char *first = floats ? "--boundary" : NULL, *second = floats && planes ? "--layout" : NULL;
    struct result r = OK("emulate", model, "--target", "mps2-an386", "--via", "image", "--input", "@in/black.bin",
                         "--json", first, "int8", second, "channels-last");
    json_t *json = json_of(&r);
    const json_int_t n = integer(json, "instructions");

    json_decref(json);
    return n;
}

/* MLPerf Tiny's networks as ONNX files that compute in float between QuantizeLinear and DequantizeLinear: in integers a
 * Cortex-M4 takes at most 5 % more instructions for them than for the .tflite. */
static void quantized_onnx_files_cost_what_tflite_files_do(void **state)
{
    static const struct {
        const char *onnx, *tflite;
        size_t bytes;
        bool planes;
    } pairs[] = {
        {"kws_ref_model", "kws", 490, false},
        {"mobilenet_v1", "vww", 27648, true},
        {"resnet", "resnet", 3072, false},
        {"deep_autoencoder", "ad01", 640, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        const char *onnx = shared(pool_printf(&pool, "models/onnx/kai_jiang_%s.onnx", pairs[i].onnx));
        const char *tflite = shared(pool_printf(&pool, "models/mlperf_tiny/%s.tflite", pairs[i].tflite));
        json_int_t is, twin;

        put_bytes("in/black.bin", pool_array(&pool, pairs[i].bytes, 1), pairs[i].bytes);
        is = instructions_of(onnx, true, pairs[i].planes);
        twin = instructions_of(tflite, false, false);
        print_message("%s: %lld instructions, the .tflite %lld\n", pairs[i].onnx, (long long)is, (long long)twin);
        assert_true(twin > 0 && is * 100 <= twin * 105);
    }
}

/* The example's C file is a library to the tools, and a source of the firmware. */
static void an_operator_of_the_user_runs_on_boards(void **state)
{
    static const char model[] = MOTE_SOURCE_DIR "/examples/own_operator/steps.tflite";
    static const char library[] = MOTE_BINARY_DIR "/examples/libexample_magnitude.so";
    static const char source[] = MOTE_SOURCE_DIR "/examples/own_operator/magnitude.c";
    struct result refused;
    int8_t samples[24];
    struct bytes want;

    (void)state;
    for (int i = 0; i < 24; i++)
        samples[i] = (int8_t)(i * 37 % 120 - 60);
    put_bytes("in/steps.bin", samples, sizeof samples);
    refused = RUN("emulate", model, "--operators", library, "--target", "mps2-an386", "--input", "@in/steps.bin");
    want_failure(&refused, 1, "--operator-source");
    OK("run", model, "--operators", library, "--input", "@in/steps.bin", "--output", "@out/host.bin");
    want = slurp(here("out/host.bin"));
    if (!have_board())
        return;
    for (int i = 0; i < 2; i++) {
        OK("emulate", model, "--operators", library, "--operator-source", source, "--target", "mps2-an386", "--via",
           i == 0 ? "image" : "c", "--input", "@in/steps.bin", "--output", "@out/board.bin");
        assert_memory_equal(slurp(here("out/board.bin")).data, want.data, want.size);
    }
    if (!have_uno())
        return;
    OK("emulate", model, "--operators", library, "--operator-source", source, "--target", "arduino-uno", "--via", "c",
       "--input", "@in/steps.bin", "--output", "@out/board.bin");
    assert_memory_equal(slurp(here("out/board.bin")).data, want.data, want.size);
}

/* Whoever runs a model takes operators of users, and whoever runs it on boards their sources. */
static void commands_that_run_models_take_operators(void **state)
{
    static const struct {
        const char *command;
        bool boards;
    } all[] = {{"quantize", false}, {"compile", false}, {"sign", false},  {"run", false},    {"inspect", false},
               {"compress", false}, {"eval", true},     {"listen", true}, {"profile", true}, {"emulate", true},
               {"mlperf", true},    {"validate", true}, {"report", true}};

    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct result r = OK("help", all[i].command);

        if (strstr(r.out, "--operators") == NULL || (strstr(r.out, "--operator-source") != NULL) != all[i].boards)
            fail_msg("mote help %s: --operators, --operator-source", all[i].command);
    }
}

static void an_operator_of_the_user_is_judged_on_boards(void **state)
{
    static const char model[] = MOTE_SOURCE_DIR "/examples/own_operator/steps.tflite";
    static const char library[] = MOTE_BINARY_DIR "/examples/libexample_magnitude.so";
    static const char source[] = MOTE_SOURCE_DIR "/examples/own_operator/magnitude.c";
    struct text rows = {.pool = &pool};
    struct result r;

    (void)state;
    for (int i = 0; i < 8 * 24; i++)
        text_add(&rows, "%g%s", (i * 37 % 120 - 60) / 32.0, i % 24 < 23 ? "," : i / 24 % 2 ? ",1.5\n" : ",0.5\n");
    put_text("in/steps.csv", rows.s);
    r = RUN("eval", model, "--operators", library, "--operator-source", source, "--data", "@in/steps.csv");
    want_failure(&r, 2, "--operator-source means nothing without --target");
    r = RUN("report", model, "--operators", library, "--operator-source", source, "-o", "@out/life.html");
    want_failure(&r, 2, "--target is missing");
    r = RUN("report", model, "--operators", library, "--target", "mps2-an386", "-o", "@out/life.html");
    want_failure(&r, 1, "--operator-source");
    r = RUN("report", model, "--target", "mps2-an386", "-o", "@out/life.html");
    want_failure(&r, 1, "Magnitude");
    if (!have_board())
        return;
    OK("eval", model, "--operators", library, "--data", "@in/steps.csv", "--predictions", "@out/host.csv");
    OK("eval", model, "--operators", library, "--operator-source", source, "--data", "@in/steps.csv", "--target",
       "mps2-an386", "--predictions", "@out/board.csv");
    assert_string_equal(text_of(here("out/host.csv")), text_of(here("out/board.csv")));
    OK("report", model, "--operators", library, "--operator-source", source, "--target", "mps2-an386", "-o",
       "@out/life.html");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_fit_of_c_is_not_that_of_the_image),
        TEST(emulation_equals_the_host),
        TEST(interrupted_emulation_leaves_nothing),
        TEST(rows_are_fed_on_the_board),
        TEST(emulated_eval_equals_the_host),
        TEST(products_of_int16_are_whole_on_the_uno),
        TEST(a_trained_classifier_reaches_the_uno),
        TEST(samples_do_not_know_each_other),
        TEST(an_operator_of_the_user_runs_on_boards),
        TEST(commands_that_run_models_take_operators),
        TEST(an_operator_of_the_user_is_judged_on_boards),
        TEST(ignored_signals_stay_ignored),
        TEST(memories_are_named),
        TEST(quantized_onnx_files_cost_what_tflite_files_do),
        TEST(profile_adds_up),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
