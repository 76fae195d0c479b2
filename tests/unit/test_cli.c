/* SPDX-License-Identifier: Apache-2.0 */
/* The program from outside: exit statuses, messages, what it prints, and that nothing is left behind. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

static void wrong_command_lines(void **state)
{
    static const struct bad bad[] = {
        {2, "there is no command \"frobnicate\"", {"frobnicate"}},
        {2, "there is no command \"frobnicate\"", {"help", "frobnicate"}},
        {2, "unknown option --frobnicate", {"run", GRAPH, "--frobnicate"}},
        {2, "unknown option --frob (did you mean --from?); see `mote help eval`", {"eval", GRAPH, "--frob=1"}},
        {2, "something is missing", {"inspect"}},
        {2, "what is \"extra\"?", {"inspect", GRAPH, "extra"}},
        {2, "--json takes no value", {"inspect", GRAPH, "--json=1"}},
        {2, "--input wants FILE", {"run", GRAPH, "--input"}},
        {2, "-o is missing", {"compile", GRAPH}},
        {2,
         "--emit wants image or c or graph or tflite or ell, not \"elf\"",
         {"compile", GRAPH, "-o", "@out/x", "--emit", "elf"}},
        {2, "--input for \"image\" is missing", {"run", GRAPH}},
        {2, "more --input files", {"run", GRAPH, "--input", "@in/zeros.bin", "--input", "@in/zeros.bin"}},
        {2,
         "more --output files",
         {"run", GRAPH, "--input", "@in/zeros.bin", "--output", "@out/a", "--output", "@out/b"}},
        {2, "there is no board frob", {"compile", GRAPH, "-o", "@out/x", "--target", "frob"}},
        {2, "there is no board cortex-m4f", {"profile", GRAPH, "--target", "cortex-m4f"}},
        {2, "there is no board frob", {"profile", GRAPH, "--target", "frob"}},
        {2, "there is no board frob", {"emulate", GRAPH, "--target", "frob", "--input", "@in/zeros.bin"}},
        {2,
         "no pass or stage is called 'frob': there are boundary, fold, recurrent, layout, channels_last,",
         {"inspect", GRAPH, "--dump", "frob"}},
        {2,
         "of the plan lower, coding, fold_rows, rings, reuse, channels, feed, listen, hybrids, halves, kernels, "
         "schedule, "
         "lifetimes,",
         {"compile", GRAPH, "-o", "@out/x", "--dump", "fold,legalize"}},
        {2,
         "--optimize wants balanced or ram or speed or flash, not \"fun\"",
         {"compile", GRAPH, "-o", "@out/x", "--optimize", "fun"}},
        {2,
         "--ram wants bytes, such as 20000, 20kB or 20KiB, not \"20 kB\"",
         {"compile", GRAPH, "-o", "@out/x", "--ram", "20 kB"}},
        {2, "--time wants milliseconds above 0, not \"0\"", {"compile", GRAPH, "-o", "@out/x", "--time", "0"}},
        {1, "no plan is within --ram 1: --ram ", {"compile", GRAPH, "-o", "@out/x", "--ram", "1"}},
        {2,
         "--time wants a board, whose clock is known; cortex-m4f has none",
         {"compile", GRAPH, "-o", "@out/x", "--target", "cortex-m4f", "--time", "10"}},
        {2,
         "--time: no timing of rv32imc is documented",
         {"compile", GRAPH, "-o", "@out/x", "--target", "riscv32-virt", "--time", "10"}},
        {2,
         "--flash wants a target whose kernels' code is measured; that of portable is not",
         {"compile", GRAPH, "-o", "@out/x", "--flash", "20kB"}},
        {2, "--feed wants whole or rows, not \"fish\"", {"compile", GRAPH, "-o", "@out/x", "--feed", "fish"}},
        {1,
         "CONV_2D: it cannot stream: its padding sees the ends of the window",
         {"compile", GRAPH, "-o", "@out/x", "--stream"}},
        {2, "an image is fed as it was compiled", {"compile", "@in/strokes.mote", "-o", "@out/x", "--feed", "rows"}},
        {2, "--boundary wants model or int8, not \"float\"", {"compile", GRAPH, "-o", "@out/x", "--boundary", "float"}},
        {2, "there is nothing to take away", {"compile", GRAPH, "-o", "@out/x", "--boundary", "int8"}},
        {2, "--target is missing", {"profile", GRAPH}},
        {2, "--target is missing", {"emulate", GRAPH, "--input", "@in/zeros.bin"}},
        {2, "--via wants image or c, not \"pigeon\"", {"profile", GRAPH, "--target", "mps2-an386", "--via", "pigeon"}},
        {2, "--via means nothing without --target", {"eval", GRAPH, "--data", DATA, "--via", "c"}},
        {2, "--data is missing", {"eval", GRAPH}},
        {2, "--limit wants a number from 1 to 2147483647, not \"0\"", {"eval", GRAPH, "--data", DATA, "--limit", "0"}},
        {2, "--limit wants a number", {"eval", GRAPH, "--data", DATA, "--limit", "many"}},
        {2, "--threads wants a number from 1 to 256", {"eval", GRAPH, "--data", DATA, "--threads", "257"}},
        {2, "there is no status \"1000\"", {"explain", "1000"}},
        {2, "--input wants FILE, not an empty word", {"run", GRAPH, "--input", ""}},
        {2, "--input wants FILE, not an empty word", {"run", GRAPH, "--input="}},
        {2,
         "an image holds no graph to generate C from",
         {"emulate", "@in/strokes.mote", "--target", "mps2-an386", "--via", "c", "--input", "@in/zeros.bin"}},
        {2, "an image holds no graph", {"profile", "@in/strokes.mote", "--target", "mps2-an386", "--via", "c"}},
        {2, "an image holds no graph", {"compile", "@in/strokes.mote", "-o", "@out/x", "--emit", "c"}},
        {2, "an image holds no graph", {"inspect", "@in/strokes.mote", "--text"}},
    };

    (void)state;
    want_bad(bad, COUNT(bad));
}

static void wrong_inputs(void **state)
{
    static const struct bad bad[] = {
        {1, "none.tflite: cannot read: No such file or directory", {"inspect", "@in/none.tflite"}},
        {1, "a folder, where a model is wanted", {"compile", "@in", "-o", "@out/x"}},
        {1, "nor a graph file, nor an image", {"inspect", "@in/words.txt"}},
        {1, "broken.tflite: ", {"compile", "@in/broken.tflite", "-o", "@out/x.mote"}},
        {1, "fourier", {"compile", "@in/unknown_op.graph", "-o", "@out/x.mote"}},
        {1, "double.graph: op 0 MAX_POOL_2D: ", {"compile", "@in/double.graph", "-o", "@out/x.mote"}},
        {1, "short.bin: holds 3 bytes", {"run", GRAPH, "--input", "@in/short.bin", "--output", "@out/y"}},
        {1,
         "no multiple of the tensor's 144",
         {"emulate", GRAPH, "--target", "mps2-an386", "--input", "@in/short.bin"}},
        {1, "cannot read", {"run", GRAPH, "--input", "@in/none.bin"}},
        {2, "arduino-uno via c only: give --emit c", {"compile", GRAPH, "--target", "arduino-uno", "-o", "@out/x"}},
        {2, "arduino-uno via c only: give --via c", {"profile", GRAPH, "--target", "arduino-uno"}},
        {1, "none.csv: cannot read: No such file or directory", {"run", GRAPH, "--input", "@in/none.csv"}},
        {1, "none: cannot read: No such file or directory", {"eval", GRAPH, "--data", "@in/none"}},
        {1, "y_labels.csv line 2: has 2 fields", {"eval", GRAPH, "--data", "@in/ragged"}},
        {1, "y_labels.csv line 1: cannot read", {"eval", GRAPH, "--data", "@in/missing"}},
        {1, "y_labels.csv line 2: the label is 8, but the model has 5 classes", {"eval", GRAPH, "--data", "@in/wide"}},
        {1,
         "y_labels.csv line 1: ../zeros.bin has 288 bytes, the model's input 144",
         {"eval", GRAPH, "--data", "@in/wide", "--limit", "1"}},
        {1, "cannot read", {"eval", GRAPH, "--data", "@in/nowhere"}},
        {1,
         "has 4097 elements; 4096 classes are the most here",
         {"eval", "@in/many.graph", "--data", "@in/table.csv", "--task", "classification"}},
        {1, "cannot write", {"compile", GRAPH, "-o", "@in/words.txt/folder/x.mote"}},
        {1, "cannot write", {"run", GRAPH, "--input", "@in/zeros.bin", "--output", "@in/words.txt/y"}},
        {1, "cannot write", {"eval", GRAPH, "--data", DATA, "--limit", "2", "--predictions", "@in/words.txt/p"}},
        {1, "cannot read: No such file or directory [ERR_FILE]", {"inspect", "@in/none.tflite"}},
        {3, "No space left on device", {"compile", GRAPH, "-o", "/dev/full"}},
    };

    (void)state;
    want_bad(bad, COUNT(bad));
}

static void models_too_big_are_refused_with_the_numbers(void **state)
{
    static const struct bad bad[] = {
        {1,
         "does not fit nano-33-ble-sense",
         {"compile", "@in/big.graph", "-o", "@out/x", "--target", "nano-33-ble-sense"}},
        {1,
         "bytes of RAM of 262144 (arena 363600, stack 192)",
         {"compile", "@in/big.graph", "-o", "@out/x", "--emit", "c", "--target", "nano-33-ble-sense"}},
        {1,
         "does not fit nano-33-ble-sense",
         {"emulate", "@in/big.graph", "--target", "nano-33-ble-sense", "--input", "@in/picture.bin"}},
        {1,
         "does not fit nano-33-ble-sense",
         {"emulate", "@in/big.graph", "--via", "c", "--target", "nano-33-ble-sense", "--input", "@in/picture.bin"}},
    };

    (void)state;
    put_bytes("in/picture.bin", pool_alloc(&pool, 360000), 360000);
    want_bad(bad, COUNT(bad));
    OK("compile", "@in/big.graph", "-o", "@out/x.mote", "--target", "mps2-an386");
    OK("compile", "@in/big.graph", "-o", "@out/x.mote", "--target", "cortex-m4f"); /* of unknown memory */
    OK("compile", "@in/strokes.mote", "-o", "@out/y.mote", "--target", "nano-33-ble-sense");
    assert_memory_equal(slurp(here("out/y.mote")).data, slurp(here("in/strokes.mote")).data,
                        slurp(here("in/strokes.mote")).size);
}

static void inputs_and_outputs_are_whole_bytes(void **state)
{
    static const char *const graphs[] = {
        "tensor 0 \"x\" s8 [1]\ntensor 1 \"unused\" s8 [?]\ninputs [0, 1]\n",
        "tensor 0 \"x\" s8 [1]\ntensor 1 \"unused\" s8 [0]\ninputs [0, 1]\n",
        "tensor 0 \"x\" s8 [1]\ntensor 1 \"text\" string [2]\ninputs [0, 1]\n",
        "tensor 0 \"nibbles\" s4 [2]\ninputs [0]\n",
        "tensor 0 \"nibbles\" s4 [2] data [1, 2]\ninputs []\n",
    };
    static const char *const messages[] = {
        "odd.graph: input 1 unused: dimension 0 is free; say what it is, as by --shape unused=1 [ERR_SHAPE]",
        "odd.graph: tensor 1 unused: its shape is not known, or it is empty [ERR_SHAPE]",
        "odd.graph: tensor 1 text: an input or output of type string",
        "odd.graph: tensor 0 nibbles: an input or output of type s4",
        "odd.graph: tensor 0 nibbles: an input or output of type s4",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(graphs); i++) {
        const char *text = pool_printf(&pool, "mote-graph 1\nmodel odd\ngraph\n%soutputs [0]\nend\n", graphs[i]);
        struct bad bad = {1, messages[i], {"compile", "@in/odd.graph", "-o", "@out/x"}};

        put_bytes("in/odd.graph", text, strlen(text));
        want_bad(&bad, 1);
    }
}

/* A window of any length, which is known when it is compiled. */
static void shapes_left_open_are_given(void **state)
{
    static const char text[] = "mote-graph 1\nmodel open\ngraph\ntensor 0 \"a=b\" f32 [1,?]\n"
                               "tensor 1 \"x\" f32 [?,2]\ntensor 2 \"y\" f32 [1,?]\ninputs [0, 1]\n"
                               "outputs [2]\nop 0 relu in [0] out [2]\nend\n";
    static const char *const open = "@in/open.graph";
    const struct bad bad[] = {
        {1, "input 0 a=b: dimension 1 is free; say what it is, as by --shape a=b=1,1", {"run", open}},
        {2, "no input is called 'z'; the model's are: 'a=b', 'x'", {"inspect", open, "--shape", "z=1,2"}},
        {1, "input 1 x: --shape has 1 dimensions for it, the file says 2: ?x2", {"inspect", open, "--shape", "x=1"}},
        {1, "dimension 1 is 3, but it is fixed in the file: ?x2", {"inspect", open, "--shape", "x=1,3"}},
        {2, "--shape wants an input's name and up to 8 dim", {"inspect", open, "--shape", "x"}},
        {2, "--shape wants an input's name", {"inspect", open, "--shape", "=1"}},
        {2, "--shape wants an input's name", {"inspect", open, "--shape", "x=1,"}},
        {2, "--shape wants an input's name", {"inspect", open, "--shape", "x=0,2"}},
        {2, "--shape wants an input's name", {"inspect", open, "--shape", "x=1,2x"}},
        {2, "--shape wants an input's name", {"inspect", open, "--shape", "x=1,4294967296"}},
        {2, "--shape wants an input's name", {"inspect", open, "--shape", "x=1,1,1,1,1,1,1,1,1"}},
        {2, "says twice what shape 'x' has", {"inspect", open, "--shape", "x=1,2", "--shape", "x=1,2"}},
        {2, "an image keeps its shapes", {"inspect", "@in/strokes.mote", "--shape", "x=1,2"}},
        {2, "--shape is for models", {"compress", "@in/none.yaml", "--shape", "x=1,2"}},
    };
    struct result r;

    (void)state;
    put_text("in/open.graph", text);
    want_bad(bad, COUNT(bad));
    OK("compile", open, "--shape", "a=b=1,3", "--shape=x=4,2", "--emit", "graph", "-o", "@out/closed.graph");
    r = OK("inspect", "@out/closed.graph", "--text");
    assert_non_null(strstr(r.out, "\"a=b\" f32 [1,3]"));
    assert_non_null(strstr(r.out, "\"x\" f32 [4,2]"));
    assert_non_null(strstr(r.out, "\"y\" f32 [1,3]"));
    unlink(here("in/open.graph"));
}

/* What is written for others is read again. */
static void other_formats_are_written(void **state)
{
    (void)state;
    OK("compile", GRAPH, "--emit", "tflite", "-o", "@out/other.tflite");
    OK("inspect", "@out/other.tflite");
}

/* One file in the way, and none is written: neither those before it nor those after it. */
static void folders_are_written_whole_or_not_at_all(void **state)
{
    struct result r;

    (void)state;
    OK("compile", GRAPH, "-o", "@in/made", "--emit", "c");
    assert_int_equal(entries(here("in/made")), 3);
    assert_int_equal(mkdir(here("in/half"), 0777) | mkdir(here("in/half/strokes.h"), 0777), 0);
    r = RUN("compile", GRAPH, "-o", "@in/half", "--emit", "c");
    want_failure(&r, 1, "in/half/strokes.h: Is a directory");
    assert_int_equal(entries(here("in/half")), 1);
    assert_int_equal(mkdir(here("in/half/index.txt"), 0777), 0);
    r = RUN("run", GRAPH, "--input", "@in/zeros.bin", "--output", "@out/y", "--tensors", "@in/half");
    want_failure(&r, 1, "in/half/index.txt: Is a directory");
    assert_int_equal(entries(here("in/half")), 2);
    r = RUN("run", "@in/strokes.mote", "--input", "@in/zeros.bin", "--output", "@out/y", "--tensors", "@out/t");
    want_failure(&r, 2, "an image does not name its tensors");
}

static void missing_tools_are_the_environments_fault(void **state)
{
    static const char *const commands[][10] = {
        {"emulate", GRAPH, "--target", "mps2-an386", "--input", "@in/zeros.bin", "--output", "@out/y"},
        {"emulate", GRAPH, "--target", "mps2-an386", "--via", "c", "--input", "@in/zeros.bin"},
        {"profile", GRAPH, "--target", "mps2-an386", "--via", "c"},
        {"eval", GRAPH, "--data", DATA, "--limit", "1", "--target", "mps2-an386"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct result r = run_list("/nonexistent", commands[i]);

        want_failure(&r, 3, "arm-none-eabi-gcc is not installed: install the Debian package gcc-arm-none-eabi");
    }
}

static void want_prefixes_refused(const char *path, size_t step, const char *suffix)
{
    struct bytes whole = slurp(path);
    const char *name = pool_printf(&pool, "in/cut.%s", suffix), *place = pool_printf(&pool, "@%s", name);

    for (size_t size = 0; size < whole.size; size += step) {
        struct result r;

        put_bytes(name, whole.data, size);
        r = RUN("compile", place, "-o", "@out/x.mote");
        want_failure(&r, 1, pool_printf(&pool, "cut.%s: ", suffix));
    }
}

static void truncated_models_are_refused(void **state)
{
    (void)state;
    want_prefixes_refused(here("in/strokes.mote"), 217, "mote");
    want_prefixes_refused(GRAPH, 217, "graph");
}

static void flipped_images_are_refused(void **state)
{
    struct bytes good = slurp(here("in/strokes.mote"));

    (void)state;
    for (size_t i = 0; i < good.size; i += 97) {
        struct result r;

        good.data[i] ^= 0x10;
        put_bytes("in/flipped.mote", good.data, good.size);
        good.data[i] ^= 0x10;
        r = RUN("run", "@in/flipped.mote", "--input", "@in/zeros.bin", "--output", "@out/y");
        want_failure(&r, 1, "flipped.mote: ");
    }
}

static void help_is_complete(void **state)
{
    static const char *const names[] = {"compile",  "sign", "run",     "inspect", "profile", "emulate", "eval",
                                        "quantize", "data", "targets", "explain", "help",    "demo"};
    struct result all = OK("help");

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct result a = OK("help", names[i]), b = OK(names[i], "--help");

        assert_string_equal(a.out, b.out);
        assert_non_null(strstr(a.out, "\nExample:\n  mote "));
        assert_non_null(strstr(a.out, "JSON keys"));
        assert_non_null(strstr(all.out, pool_printf(&pool, "\n  mote %s ", names[i])));
    }
    assert_non_null(strstr(OK("--version").out, "mote "));
}

static void help_as_json_has_every_command(void **state)
{
    static const char *const names[] = {
#define COMMAND(name) #name,
#include "host/cli/commands.def"
    };
    struct result all = OK("help", "--json"), one = OK("help", "run", "--json");
    json_t *json = json_of(&all), *single = json_of(&one), *list = json_object_get(json, "commands");
    const json_t *run = NULL;

    (void)state;
    assert_int_equal(json_array_size(list), COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        const json_t *command = json_array_get(list, i);

        assert_string_equal(json_string_value(json_object_get(command, "name")), names[i]);
        run = strcmp(names[i], "run") == 0 ? command : run;
    }
    assert_true(json_equal(run, json_array_get(json_object_get(single, "commands"), 0)));
    assert_true(json_array_size(json_object_get(run, "options")) > 3);
    json_decref(json);
    json_decref(single);
}

/* In the spellings in which people meet a status: -22 is no option. */
static void explain_takes_every_spelling(void **state)
{
    static const char *const spellings[] = {"-22", "22", "ERR_CHECKSUM", "MOTE_ERR_CHECKSUM"};

    (void)state;
    for (size_t i = 0; i < COUNT(spellings); i++) {
        struct result r = OK("explain", spellings[i], "--json"), text = OK("explain", spellings[i]);
        json_t *json = json_of(&r);

        assert_int_equal(integer(json, "status"), -22);
        assert_string_equal(json_string_value(json_object_get(json, "name")), "ERR_CHECKSUM");
        assert_non_null(strstr(text.out, "-22 ERR_CHECKSUM: "));
        json_decref(json);
    }
}

static void targets_lists_the_boards(void **state)
{
    struct result text = OK("targets"), r = OK("targets", "--json");
    json_t *json = json_of(&r), *boards = json_object_get(json, "boards"), *board;
    size_t i;
    int seen = 0;

    (void)state;
    assert_non_null(strstr(text.out, "mps2-an386"));
    json_array_foreach(boards, i, board)
    {
        assert_true(integer(board, "flash_bytes") > 0 && integer(board, "clock_hz") > 0);
        if (strcmp(json_string_value(json_object_get(board, "name")), "nano-33-ble-sense") != 0)
            continue;
        assert_int_equal(integer(board, "flash_bytes"), 0x100000);
        assert_int_equal(integer(board, "ram_bytes"), 0x40000);
        assert_string_equal(json_string_value(json_object_get(board, "emulator")), "mps2-an386");
        seen++;
    }
    assert_int_equal(seen, 1);
    json_decref(json);
}

static void inspect_shows_graphs(void **state)
{
    struct result r = OK("inspect", GRAPH, "--json"), text = OK("inspect", GRAPH, "--text", "--values"), again;
    json_t *json = json_of(&r), *op;
    json_int_t imported = 0, executed = 0;
    size_t i;

    (void)state;
    json_array_foreach(json_object_get(json, "operators"), i, op)
    {
        imported += integer(op, "macs_imported");
        executed += integer(op, "macs_executed");
    }
    assert_true(imported > 0);
    assert_int_equal(imported, integer(json, "macs_imported"));
    assert_int_equal(executed, integer(json, "macs_executed"));
    assert_string_equal(json_string_value(json_object_get(json, "model")), "strokes");
    assert_true(integer(json, "weight_bytes") > 0 && integer(json, "arena_bytes") > 0);
    assert_true(json_is_null(json_object_get(json, "problem")));
    assert_true(json_is_null(json_object_get(json_array_get(json_object_get(json, "tensors"), 0), "stored")));
    json_decref(json);

    put_text("in/again.graph", text.out); /* the text form is a graph file */
    again = OK("inspect", "@in/again.graph", "--text", "--values");
    assert_string_equal(again.out, text.out);
    OK("compile", "@in/again.graph", "-o", "@out/again.mote");
    assert_memory_equal(slurp(here("out/again.mote")).data, slurp(here("in/strokes.mote")).data,
                        slurp(here("in/strokes.mote")).size);
    OK("inspect", GRAPH);
    OK("inspect", GRAPH, "--compiled");
    OK("inspect", GRAPH, "--compiled", "--text");
}

/* Fully connected layers with one weight in 16, of 3 values, with none that is 0, and with four values. */
static void inspect_shows_how_weights_could_be_stored(void **state)
{
    char graph[4096], *at = graph;
    struct result r;
    json_t *json, *tensors, *sparse, *dense, *few;

    (void)state;
    at += sprintf(at, "mote-graph 1\nmodel s version 0\ngraph\ntensor 0 \"x\" s8 [1,32] quant [0.1; 0]\n"
                      "tensor 1 \"sparse\" s8 [8,32] quant [0.1; 0] data [");
    for (int i = 0; i < 256; i++)
        at += sprintf(at, "%s%d", i > 0 ? ", " : "", i % 16 == 5 ? i / 16 % 3 * 7 - 10 : 0);
    at += sprintf(at, "]\ntensor 2 \"y\" s8 [1,8] quant [0.1; 0]\ntensor 3 \"dense\" s8 [4,8] quant [0.1; 0] data [");
    for (int i = 0; i < 32; i++)
        at += sprintf(at, "%s%d", i > 0 ? ", " : "", i * 4 - 63);
    at += sprintf(at, "]\ntensor 4 \"z\" s8 [1,4] quant [0.1; 0]\ntensor 5 \"few\" s8 [32,4] quant [0.1; 0] data [");
    for (int i = 0; i < 128; i++)
        at += sprintf(at, "%s%d", i > 0 ? ", " : "", i * 5 / 3 % 4 * 40 - 60);
    sprintf(at, "]\ntensor 6 \"u\" s8 [1,32] quant [0.1; 0]\nop 0 fully_connected in [0, 1, -] out [2]\n"
                "op 1 fully_connected in [2, 3, -] out [4]\nop 2 fully_connected in [4, 5, -] out [6]\n"
                "inputs [0]\noutputs [6]\nend\n");
    put_text("in/sparse.graph", graph);
    r = OK("inspect", "@in/sparse.graph", "--json");
    json = json_of(&r);
    tensors = json_object_get(json, "tensors");
    sparse = json_object_get(json_array_get(tensors, 1), "stored");
    dense = json_object_get(json_array_get(tensors, 3), "stored");
    few = json_object_get(json_array_get(tensors, 5), "stored");
    assert_int_equal(integer(sparse, "weights"), 256);
    assert_int_equal(integer(sparse, "kept"), 16);
    assert_int_equal(integer(sparse, "levels"), 3);
    assert_string_equal(json_string_value(json_object_get(sparse, "coding")), "huffman");
    assert_in_range(integer(sparse, "bytes"), 10, 40);
    assert_int_equal(integer(dense, "kept"), 32);
    assert_string_equal(json_string_value(json_object_get(dense, "coding")), "dense");
    assert_int_equal(integer(dense, "bytes"), 32);
    assert_string_equal(json_string_value(json_object_get(few, "coding")), "packed");
    assert_int_equal(integer(few, "bytes"), 32 + 4); /* indices of two bits, and what they mean */
    assert_true(json_number_value(json_object_get(few, "bits")) == 2.25);
    json_decref(json);
    assert_non_null(strstr(OK("inspect", "@in/sparse.graph").out, "bits a weight"));
    OK("compile", "@in/sparse.graph", "-o", "@out/sparse.mote", "--coding", "huffman");
    assert_non_null(strstr(OK("inspect", "@out/sparse.mote").out, "fully_connected_huffman_s8"));
}

static void inspect_shows_what_cannot_be_compiled(void **state)
{
    struct result text = OK("inspect", "@in/double.graph"), r = OK("inspect", "@in/double.graph", "--json");
    json_t *json = json_of(&r);

    (void)state;
    assert_non_null(strstr(text.out, "cannot be compiled: "));
    assert_true(json_is_null(json_object_get(json, "arena_bytes")));
    assert_true(json_is_string(json_object_get(json, "problem")));
    json_decref(json);
}

static void inspect_shows_images(void **state)
{
    struct result r = OK("inspect", "@in/strokes.mote", "--json");
    json_t *json = json_of(&r);

    (void)state;
    OK("inspect", "@in/strokes.mote");
    assert_int_equal(integer(json, "image_bytes"), slurp(here("in/strokes.mote")).size);
    assert_int_equal(strlen(json_string_value(json_object_get(json, "hash"))), 64);
    assert_int_equal(json_array_size(json_object_get(json, "classes")), 5);
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "classes"), 4)), "blank");
    assert_true(json_array_size(json_object_get(json, "steps")) > 0);
    assert_true(integer(json, "weight_bytes") > 0);
    json_decref(json);
}

static void real_files_cut_off_are_refused(void **state)
{
    (void)state;
    want_prefixes_refused(shared("models/mlperf_tiny/kws.tflite"), 4999, "tflite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines),
        TEST(wrong_inputs),
        TEST(models_too_big_are_refused_with_the_numbers),
        TEST(inputs_and_outputs_are_whole_bytes),
        TEST(shapes_left_open_are_given),
        TEST(other_formats_are_written),
        TEST(folders_are_written_whole_or_not_at_all),
        TEST(missing_tools_are_the_environments_fault),
        TEST(truncated_models_are_refused),
        TEST(flipped_images_are_refused),
        TEST(help_is_complete),
        TEST(help_as_json_has_every_command),
        TEST(explain_takes_every_spelling),
        TEST(targets_lists_the_boards),
        TEST(inspect_shows_graphs),
        TEST(inspect_shows_how_weights_could_be_stored),
        TEST(inspect_shows_what_cannot_be_compiled),
        TEST(inspect_shows_images),
        TEST(real_files_cut_off_are_refused),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
