/* SPDX-License-Identifier: Apache-2.0 */
/* The program from outside: exit statuses, messages, what it prints, and that nothing is left behind. Runs build/mote
 * on the models of models/; with the shared models also on real ones. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <math.h>
#include <png.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "host/base/base.h"
#include "tests/shared.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define GRAPH        MOTE_SOURCE_DIR "/models/strokes.graph"
#define DATA         MOTE_SOURCE_DIR "/models/strokes"
#define ARG_MAX_HERE 24

static struct pool pool;
static char folder[] = "/tmp/mote-cli-XXXXXX"; /* in: inputs, out: what mote writes, tmp: its TMPDIR */

/* ---- running ---- */
struct result {
    int status;
    const char *command, *out, *err;
};

static const char *here(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static struct bytes slurp(const char *path)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct bytes file;

    if (file_read(&pool, path, &file, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    return file;
}

static const char *text_of(const char *path)
{
    struct bytes file = slurp(path);

    return pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
}

static void become(char **argv, const char *env_path)
{
    int out = open(here("stdout.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err = open(here("stderr.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666);

    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    if (env_path != NULL)
        setenv("PATH", env_path, 1);
    execv(MOTE_BINARY_DIR "/mote", argv);
    _exit(126);
}

/* "@name" stands for a file of the folder. */
static struct result run_list(const char *env_path, const char *const *args)
{
    char *argv[ARG_MAX_HERE + 2] = {(char *)(uintptr_t) "mote"};
    struct text command = {.pool = &pool};
    int n = 1, status;
    pid_t pid;

    text_add(&command, "mote");
    for (; *args != NULL; args++) {
        assert_true(n <= ARG_MAX_HERE);
        argv[n] = pool_strdup(&pool, **args == '@' ? here(*args + 1) : *args);
        text_add(&command, " %s", argv[n++]);
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(argv, env_path);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return (struct result){WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status), command.s,
                           text_of(here("stdout.txt")), text_of(here("stderr.txt"))};
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define RUN(...)  run_list(NULL, ARGS(__VA_ARGS__))

static void want_status(const struct result *r, int status)
{
    if (r->status != status)
        fail_msg("%s: exit status %d, want %d\n%s", r->command, r->status, status, r->err);
}

static struct result run_ok(const char *const *args)
{
    struct result r = run_list(NULL, args);

    want_status(&r, 0);
    if (r.err[0] != '\0')
        fail_msg("%s: wrote to stderr: %s", r.command, r.err);
    return r;
}
#define OK(...) run_ok(ARGS(__VA_ARGS__))

static json_t *json_of(const struct result *r)
{
    json_t *json = json_loads(r->out, 0, NULL);

    if (json == NULL)
        fail_msg("%s: no JSON: %.200s", r->command, r->out);
    return json;
}

static json_int_t integer(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_integer(value))
        fail_msg("the key %s is missing or no integer", key);
    return json_integer_value(value);
}

/* ---- the folder ---- */
static int entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

static void want_nothing_left(const char *command)
{
    if (entries(here("out")) != 0 || entries(here("tmp")) != 0)
        fail_msg("%s: left something behind", command);
}

/* A failure is one line on stderr, nothing on stdout and no file. */
static void want_failure(const struct result *r, int status, const char *part)
{
    const char *newline = strchr(r->err, '\n');

    want_status(r, status);
    if (strncmp(r->err, "mote: ", 6) != 0 || newline == NULL || newline[1] != '\0' || strstr(r->err, part) == NULL)
        fail_msg("%s: says \"%s\", want one line with \"%s\"", r->command, r->err, part);
    if (r->out[0] != '\0')
        fail_msg("%s: failed, but wrote to stdout: %.200s", r->command, r->out);
    want_nothing_left(r->command);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static void clean(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(mkdir(path, 0777), 0);
}

static void put(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(here(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text) { put(name, text, strlen(text)); }

static void put_npy(const char *name, const char *type, const char *shape, const void *data, size_t size)
{
    struct text t = {.pool = &pool};
    const char *header = pool_printf(&pool, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);

    text_bytes(&t, "\x93NUMPY\1", 8);
    text_bytes(&t, (uint8_t[]){(uint8_t)strlen(header), 0}, 2);
    text_add(&t, "%s", header);
    text_bytes(&t, data, size);
    put(name, t.s, t.len);
}

/* Max pooling of a picture of `side` by `side` bytes. */
static void put_pool(const char *name, int side)
{
    put_text(name,
             pool_printf(&pool,
                         "mote-graph 1\nmodel big version 0\ngraph \"main\"\n"
                         "tensor 0 \"in\" s8 [1,%d,%d,1] quant [1; 0]\n"
                         "tensor 1 \"out\" s8 [1,%d,%d,1] quant [1; 0]\n"
                         "op 0 max_pool_2d in [0] out [1] padding valid stride_h 2 stride_w 2 filter_h 2 filter_w 2\n"
                         "inputs [0]\noutputs [1]\nend\n",
                         side, side, side / 2, side / 2));
}

/* A float classifier, and a table of what it classifies: which of two columns is larger. Half of it has a third class,
 * which the model does not know. */
static void put_float_model(void)
{
    struct text table = {.pool = &pool}, wide = {.pool = &pool};

    put_text("in/float.graph", "mote-graph 1\nmodel f version 0\ngraph \"main\"\n"
                               "tensor 0 \"x\" f32 [1,2]\ntensor 1 \"w\" f32 [2,2] data [1.5, -1, -1, 1.5]\n"
                               "tensor 2 \"a\" f32 [1,2]\ntensor 3 \"y\" f32 [1,2]\n"
                               "op 0 fully_connected in [0, 1] out [2]\nop 1 softmax in [2] out [3] beta 1\n"
                               "inputs [0]\noutputs [3]\nend\n");
    text_add(&table, "a,b,larger\n");
    text_add(&wide, "a,b,larger\n");
    for (int i = 0; i < 40; i++) {
        int a = i * 7 % 40, b = i * 11 % 40 + (i % 40 == 0);

        text_add(&table, "%d,%d,%s\n", a, b, a > b ? "a" : "b");
        text_add(&wide, "%d,%d,%c\n", a, b, 'a' + i % 3);
    }
    put("in/table.csv", table.s, table.len);
    put("in/wide.csv", wide.s, wide.len);
    put_text("in/plain.yaml", "data:\n  path: table.csv\n  normalize: none\n");
    put_text("in/parts.yaml", "data:\n  path: table.csv\n  test: 0.5\n");
}

static int setup_all(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    setenv("TMPDIR", here("tmp"), 1);
    unsetenv("MOTE_KEEP");
    assert_int_equal(mkdir(here("in"), 0777) | mkdir(here("out"), 0777) | mkdir(here("tmp"), 0777), 0);
    OK("compile", GRAPH, "-o", "@in/strokes.mote");
    put_text("in/short.bin", "abc");
    put("in/zeros.bin", (char[288]){0}, 288);
    put("in/broken.tflite", "\x1c\0\0\0TFL3\0\0\0\0", 12);
    put_text("in/words.txt", "this is no model\n");
    put_pool("in/big.graph", 600);
    put_text("in/double.graph", "mote-graph 1\nmodel f version 0\ngraph \"main\"\n"
                                "tensor 0 \"in\" f64 [1,4,4,1]\ntensor 1 \"out\" f64 [1,2,2,1]\n"
                                "op 0 max_pool_2d in [0] out [1] padding valid stride_h 2 stride_w 2 filter_h 2 "
                                "filter_w 2\ninputs [0]\noutputs [1]\nend\n");
    put_text("in/unknown_op.graph", "mote-graph 1\nmodel u version 0\ngraph \"main\"\n"
                                    "tensor 0 \"in\" s8 [4] quant [1; 0]\ntensor 1 \"out\" s8 [4] quant [1; 0]\n"
                                    "op 0 fourier in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    assert_int_equal(mkdir(here("in/ragged"), 0777) | mkdir(here("in/missing"), 0777) | mkdir(here("in/wide"), 0777),
                     0);
    put_text("in/ragged/y_labels.csv", "a.bin,5,0\nb.bin,5\n");
    put_text("in/missing/y_labels.csv", "a.bin,5,0\n");
    put_text("in/wide/y_labels.csv", "../zeros.bin,9,0\n../zeros.bin,9,8\n");
    put_text("in/many.graph", "mote-graph 1\nmodel m version 0\ngraph \"main\"\ntensor 0 \"x\" f32 [1,4097]\n"
                              "tensor 1 \"y\" f32 [1,4097]\nop 0 relu in [0] out [1]\n"
                              "inputs [0]\noutputs [1]\nend\n");
    put_float_model();
    return 0;
}

static int teardown_all(void **state)
{
    (void)state;
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    pool_free(&pool);
    return 0;
}

static int before_each(void **state)
{
    (void)state;
    clean(here("out"));
    clean(here("tmp"));
    return 0;
}

/* ---- what is wrong ---- */
struct bad {
    int status;
    const char *part;
    const char *args[12];
};

static void want_bad(const struct bad *bad, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct result r = run_list(NULL, bad[i].args);

        want_failure(&r, bad[i].status, bad[i].part);
    }
}

static void wrong_command_lines(void **state)
{
    static const struct bad bad[] = {
        {2, "there is no command \"frobnicate\"", {"frobnicate"}},
        {2, "there is no command \"frobnicate\"", {"help", "frobnicate"}},
        {2, "unknown option --frobnicate", {"run", GRAPH, "--frobnicate"}},
        {2, "unknown option --frob=1; see `mote help eval`", {"eval", GRAPH, "--frob=1"}},
        {2, "something is missing", {"inspect"}},
        {2, "what is \"extra\"?", {"inspect", GRAPH, "extra"}},
        {2, "--json takes no value", {"inspect", GRAPH, "--json=1"}},
        {2, "--input wants FILE", {"run", GRAPH, "--input"}},
        {2, "-o is missing", {"compile", GRAPH}},
        {2, "--emit wants image or c or graph, not \"elf\"", {"compile", GRAPH, "-o", "@out/x", "--emit", "elf"}},
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
         "no pass or stage is called 'frob': there are boundary, fold, legalize,",
         {"inspect", GRAPH, "--dump", "frob"}},
        {2,
         "of the plan lower, coding, fold_rows, rings, reuse, feed, kernels, schedule, lifetimes,",
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
        {1, "cannot read", {"compile", "@in", "-o", "@out/x"}},
        {1, "words.txt: neither a .tflite, nor a graph file, nor an image", {"inspect", "@in/words.txt"}},
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
        {1, "cannot write", {"compile", GRAPH, "-o", "@out/no/folder/x.mote"}},
        {1, "cannot write", {"run", GRAPH, "--input", "@in/zeros.bin", "--output", "@out/no/folder/y"}},
        {1, "cannot write", {"eval", GRAPH, "--data", DATA, "--limit", "2", "--predictions", "@out/no/folder/p"}},
        {1, "[ERR_FILE]: check the path", {"inspect", "@in/none.tflite"}}, /* what to do follows */
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
    put("in/picture.bin", pool_alloc(&pool, 360000), 360000);
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
        "odd.graph: tensor 1 unused: its shape is not known, or it is empty [ERR_SHAPE]",
        "odd.graph: tensor 1 unused: its shape is not known, or it is empty [ERR_SHAPE]",
        "odd.graph: tensor 1 text: an input or output of type string",
        "odd.graph: tensor 0 nibbles: an input or output of type s4",
        "odd.graph: tensor 0 nibbles: an input or output of type s4",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(graphs); i++) {
        const char *text = pool_printf(&pool, "mote-graph 1\nmodel odd\ngraph\n%soutputs [0]\nend\n", graphs[i]);
        struct bad bad = {1, messages[i], {"compile", "@in/odd.graph", "-o", "@out/x"}};

        put("in/odd.graph", text, strlen(text));
        want_bad(&bad, 1);
    }
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

        put(name, whole.data, size);
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
        put("in/flipped.mote", good.data, good.size);
        good.data[i] ^= 0x10;
        r = RUN("run", "@in/flipped.mote", "--input", "@in/zeros.bin", "--output", "@out/y");
        want_failure(&r, 1, "flipped.mote: ");
    }
}

/* ---- what is right ---- */
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
    struct result all = OK("help", "--json"), one = OK("help", "run", "--json");
    json_t *json = json_of(&all), *single = json_of(&one), *list = json_object_get(json, "commands");
    const json_t *run = json_array_get(list, 7);

    (void)state;
    assert_int_equal(json_array_size(list), 15);
    assert_true(json_equal(run, json_array_get(json_object_get(single, "commands"), 0)));
    assert_string_equal(json_string_value(json_object_get(run, "name")), "run");
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

/* ---- signatures, with the keys of RFC 8410 ---- */
#define PEM(label, text) "-----BEGIN " label "-----\n" text "\n-----END " label "-----\n"
#define PRIVATE_KEY      "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"
#define PUBLIC_KEY       "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
#define KEY_ID           "e744c0791320c3285460eddb523f14c88d857ada"
#define OTHER_KEY        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void put_signed(void)
{
    put_text("in/key.pem", PEM("PRIVATE KEY", PRIVATE_KEY));
    put_text("in/public.pem", "A key for updates.\n" PEM("PUBLIC KEY", PUBLIC_KEY));
    put_text("in/other.pem", PEM("PUBLIC KEY", OTHER_KEY));
    OK("sign", "@in/strokes.mote", "--key", "@in/key.pem", "-o", "@in/signed.mote");
}

static void a_signed_image_is_the_image_and_its_trailer(void **state)
{
    struct bytes plain = slurp(here("in/strokes.mote")), image;
    struct result r;
    json_t *json, *signature;

    (void)state;
    put_signed();
    image = slurp(here("in/signed.mote"));
    assert_int_equal(image.size, plain.size + 96);
    assert_memory_equal(image.data, plain.data, plain.size);
    r = OK("inspect", "@in/signed.mote", "--public-key", "@in/public.pem", "--json");
    json = json_of(&r);
    signature = json_object_get(json, "signature");
    assert_string_equal(json_string_value(json_object_get(signature, "algorithm")), "ed25519");
    assert_string_equal(json_string_value(json_object_get(signature, "key_id")), KEY_ID);
    assert_int_equal(integer(signature, "signed_bytes"), plain.size + 32);
    assert_int_equal(integer(json, "image_bytes"), plain.size);
    json_decref(json);
    assert_non_null(strstr(OK("inspect", "@in/signed.mote").out, "signature ed25519"));
    assert_null(strstr(OK("inspect", "@in/strokes.mote").out, "signature"));
    r = OK("inspect", "@in/strokes.mote", "--json");
    json = json_of(&r);
    assert_true(json_is_null(json_object_get(json, "signature")));
    json_decref(json);
}

/* Signed again it has one trailer; a copy keeps it; and it runs as before. */
static void a_signed_image_is_an_image(void **state)
{
    static const char *const made[][8] = {
        {"sign", "@in/signed.mote", "--key", "@in/key.pem", "-o", "@out/x.mote"},
        {"compile", "@in/signed.mote", "-o", "@out/x.mote"},
    };
    struct bytes image, plain_out, out;

    (void)state;
    put_signed();
    image = slurp(here("in/signed.mote"));
    for (size_t i = 0; i < COUNT(made); i++) {
        run_ok(made[i]);
        out = slurp(here("out/x.mote"));
        assert_int_equal(out.size, image.size);
        assert_memory_equal(out.data, image.data, out.size);
    }
    OK("run", "@in/strokes.mote", "--input", "@in/zeros.bin", "--raw", "--output", "@out/plain");
    OK("run", "@in/signed.mote", "--input", "@in/zeros.bin", "--raw", "--output", "@out/signed");
    plain_out = slurp(here("out/plain"));
    out = slurp(here("out/signed"));
    assert_int_equal(out.size, plain_out.size);
    assert_memory_equal(out.data, plain_out.data, out.size);
}

static void wrong_signatures(void **state)
{
    static const struct bad bad[] = {
        {1, "signed with another key", {"inspect", "@in/signed.mote", "--public-key", "@in/other.pem"}},
        {1, "not signed [ERR_SIGNATURE]", {"inspect", "@in/strokes.mote", "--public-key", "@in/public.pem"}},
        {1, "the image was changed", {"inspect", "@in/changed.mote", "--public-key", "@in/public.pem"}},
        {1, "signature behind the image", {"inspect", "@in/cut.mote"}},
        {1, "signature behind the image", {"run", "@in/cut.mote", "--input", "@in/zeros.bin"}},
        {1, "signature behind the image", {"compile", "@in/cut.mote", "-o", "@out/x"}},
        {1, "is no public key", {"inspect", "@in/signed.mote", "--public-key", "@in/key.pem"}},
        {1, "cannot read", {"inspect", "@in/signed.mote", "--public-key", "@in/nokey.pem"}},
        {2, "--public-key wants a .mote", {"inspect", GRAPH, "--public-key", "@in/public.pem"}},
        {2, "images are signed", {"sign", GRAPH, "--key", "@in/key.pem", "-o", "@out/x"}},
        {2, "--key is missing", {"sign", "@in/strokes.mote", "-o", "@out/x"}},
        {2, "-o is missing", {"sign", "@in/strokes.mote", "--key", "@in/key.pem"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/public.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/words.txt", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/half.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/long.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/curve.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/encrypted.pem", "-o", "@out/x"}},
    };
    struct bytes image;

    (void)state;
    put_signed();
    put_text("in/half.pem", "-----BEGIN PRIVATE KEY-----\n" PRIVATE_KEY "\n");
    put_text("in/long.pem", PEM("PRIVATE KEY", PRIVATE_KEY "AAAA"));
    put_text("in/curve.pem", PEM("PRIVATE KEY", "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"));
    put_text("in/encrypted.pem", PEM("ENCRYPTED PRIVATE KEY", PRIVATE_KEY));
    image = slurp(here("in/signed.mote"));
    put("in/cut.mote", image.data, image.size - 1);
    image.data[image.size - 1] ^= 1;
    put("in/changed.mote", image.data, image.size);
    want_bad(bad, COUNT(bad));
}

static json_int_t want_eval(const struct result *r, size_t samples)
{
    json_t *json = json_of(r), *confusion = json_object_get(json, "confusion");
    json_int_t sum = 0, diagonal = 0, correct = integer(json, "correct");

    for (size_t i = 0; i < json_array_size(confusion); i++)
        for (size_t k = 0; k < json_array_size(confusion); k++) {
            json_int_t n = json_integer_value(json_array_get(json_array_get(confusion, i), k));

            sum += n;
            diagonal += i == k ? n : 0;
        }
    assert_int_equal(integer(json, "samples"), samples);
    assert_int_equal(sum, samples);
    assert_int_equal(diagonal, correct);
    assert_true(json_real_value(json_object_get(json, "accuracy")) == (double)correct / (double)samples);
    json_decref(json);
    return correct;
}

static int count_lines(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void eval_counts(void **state)
{
    struct result one = OK("eval", GRAPH, "--data", DATA, "--json", "--threads", "1", "--predictions", "@out/one.csv");
    struct result many =
        OK("eval", "@in/strokes.mote", "--data", DATA, "--json", "--threads", "7", "--predictions", "@out/many.csv");
    const char *predictions = text_of(here("out/one.csv"));
    int lines = count_lines(text_of(DATA "/y_labels.csv"));
    struct result few = OK("eval", GRAPH, "--data", DATA, "--limit", "5", "--json");

    (void)state;
    assert_string_equal(one.out, many.out);
    assert_string_equal(predictions, text_of(here("out/many.csv")));
    assert_true(want_eval(&one, (size_t)lines) > lines / 2);
    want_eval(&few, 5);
    assert_int_equal(count_lines(predictions), lines);
    assert_non_null(strstr(OK("eval", GRAPH, "--data", DATA).out, "horizontal"));
}

/* Equal scores: the first class is the prediction. */
static void eval_takes_the_first_of_equals(void **state)
{
    (void)state;
    put_text("in/same.graph", "mote-graph 1\nmodel same version 0\ngraph \"main\"\n"
                              "tensor 0 \"in\" s8 [1,2,2,3] quant [1; 0]\ntensor 1 \"out\" s8 [1,1,1,3] quant [1; 0]\n"
                              "op 0 max_pool_2d in [0] out [1] padding valid filter_h 2 filter_w 2\n"
                              "inputs [0]\noutputs [1]\nend\n");
    if (mkdir(here("in/same"), 0777) != 0)
        fail_msg("cannot make a folder");
    put_text("in/same/y_labels.csv", "equal.bin,3,2\nlast.bin,3,2\nmiddle.bin,3,0\n");
    put("in/same/equal.bin", "\4\4\4\4\4\4\4\4\4\4\4\4", 12);
    put("in/same/last.bin", "\4\4\4\4\4\5\4\4\4\4\4\4", 12);
    put("in/same/middle.bin", "\0\0\0\0\0\0\xff\7\7\xff\xff\xff", 12);
    OK("eval", "@in/same.graph", "--data", "@in/same", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "equal.bin,2,0\nlast.bin,2,2\nmiddle.bin,0,1\n");
}

static void wrong_quantizations(void **state)
{
    static const struct bad bad[] = {
        {2, "--data is missing", {"quantize", "@in/float.graph", "-o", "@out/q.mote"}},
        {2, "-o is missing", {"quantize", "@in/float.graph", "--data", "@in/table.csv"}},
        {2,
         "--method wants minmax or percentile or mse, not \"kl\"",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--method", "kl"}},
        {2,
         "--percentile is for --method percentile",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--percentile", "99"}},
        {2,
         "--percentile wants a number above 50, at most 100, not \"1e9\"",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--method", "percentile",
          "--percentile", "1e9"}},
        {2,
         "--samples wants a number",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--samples", "0"}},
        {2,
         "--boundary wants int8 or float",
         {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote", "--boundary", "s8"}},
        {2,
         "an image holds no graph to quantize",
         {"quantize", "@in/strokes.mote", "--data", "@in/table.csv", "-o", "@out/q.mote"}},
        {1,
         "it is quantized already, as s8; a float model is wanted",
         {"quantize", GRAPH, "--data", "@in/table.csv", "-o", "@out/q.mote"}},
        {1, "cannot read", {"quantize", "@in/float.graph", "--data", "@in/no.csv", "-o", "@out/q.mote"}},
        {1, "the model's input 8", {"quantize", "@in/float.graph", "--data", DATA, "-o", "@out/q.mote"}},
        {1, "cannot write", {"quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/no/folder/q.mote"}},
    };

    (void)state;
    want_bad(bad, COUNT(bad));
}

static double real(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* Whatever the data's preprocessing is, `mote eval` of the result counts what `mote quantize` said. */
static void quantize_says_what_eval_counts(void **state)
{
    static const char *const data[] = {"@in/table.csv", "@in/plain.yaml", "@in/parts.yaml"};
    static const char *const outputs[] = {"@out/q.mote", "@out/q.graph"};
    static const char *const boundaries[] = {"int8", "float"};

    (void)state;
    for (size_t i = 0; i < COUNT(data) * COUNT(outputs) * COUNT(boundaries); i++) {
        const char *d = data[i / 4], *o = outputs[i % 2];
        struct result r = OK("quantize", "@in/float.graph", "--data", d, "-o", o, "--samples", "40", "--boundary",
                             boundaries[i / 2 % 2], "--json");
        struct result e = OK("eval", o, "--data", d, "--json");
        json_t *json = json_of(&r), *counted = json_of(&e);

        assert_int_equal(integer(json, "test_samples"), integer(counted, "samples"));
        assert_true(fabs(real(json, "accuracy_int8") - real(counted, "accuracy")) < 1e-6);
        assert_true(real(json, "accuracy_float") >= 0.9 && real(json, "accuracy_int8") >= 0.9);
        assert_true(json_is_true(json_object_get(json, "tests_seen")) == (i / 4 != 2));
        assert_int_equal(json_array_size(json_object_get(json, "layers")), 2);
        json_decref(json);
        json_decref(counted);
    }
    assert_non_null(strstr(OK("quantize", "@in/float.graph", "--data", "@in/table.csv", "-o", "@out/q.mote",
                              "--samples", "10", "--method", "mse")
                               .out,
                           "accuracy on 30 other samples"));
}

/* Outputs that are no classes of the data (an autoencoder's) are right about nothing. */
static void quantize_counts_for_classifiers_alone(void **state)
{
    struct result r = OK("quantize", "@in/float.graph", "--data", "@in/wide.csv", "-o", "@out/q.mote", "--json");
    json_t *json = json_of(&r);

    (void)state;
    assert_true(json_is_null(json_object_get(json, "accuracy_float")));
    assert_true(json_is_null(json_object_get(json, "accuracy_int8")));
    json_decref(json);
    r = OK("quantize", "@in/float.graph", "--data", "@in/wide.csv", "-o", "@out/q.mote");
    assert_non_null(strstr(r.out, "no accuracy: the model has 2 outputs, the data have 3 classes"));
}

/* ---- data sets ---- */
/* A sample of the strokes as a picture. */
static void put_png(const char *name, const char *sample)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 12, .height = 12, .format = PNG_FORMAT_GRAY};
    struct bytes raw = slurp(pool_printf(&pool, DATA "/%s", sample));
    uint8_t pixels[144];

    for (int i = 0; i < 144; i++)
        pixels[i] = raw.data[i] ^ 0x80;
    assert_true(png_image_write_to_file(&image, here(name), 0, pixels, 0, NULL));
}

static void put_pictures(void)
{
    static const char *const folders[] = {"in/set",
                                          "in/set/train",
                                          "in/set/test",
                                          "in/set/train/blank",
                                          "in/set/train/horizontal",
                                          "in/set/test/horizontal"};

    for (size_t i = 0; i < COUNT(folders); i++)
        mkdir(here(folders[i]), 0777);
    put_png("in/set/train/blank/a.png", "004_blank.bin");
    put_png("in/set/train/horizontal/a.png", "015_horizontal.bin");
    put_png("in/set/test/horizontal/b.png", "005_horizontal.bin");
    put_text("in/set.yaml", "data:\n  path: set\n  classes: [horizontal, vertical, rising, falling, blank]\n");
}

static void data_shows_what_is_in_it(void **state)
{
    struct result text, json;
    json_t *root, *splits;

    (void)state;
    put_pictures();
    text = OK("data", "@in/set.yaml", "--sheet", "@out/sheet.png");
    assert_non_null(strstr(text.out, "3 samples of 12x12x1 u8, 5 classes"));
    assert_non_null(strstr(text.out, "preprocessing: image gray of u8, real = (raw - 0) / 255"));
    assert_memory_equal(slurp(here("out/sheet.png")).data, "\x89PNG", 4);
    json = OK("data", "@in/set.yaml", "--json");
    root = json_of(&json);
    splits = json_object_get(root, "splits");
    assert_int_equal(integer(root, "samples"), 3);
    assert_true(integer(splits, "train") == 2 && integer(splits, "validation") == 0 && integer(splits, "test") == 1);
    assert_int_equal(json_array_size(json_object_get(root, "classes")), 5);
    assert_true(json_real_value(json_object_get(json_object_get(root, "range"), "max")) > 200);
    json_decref(root);
    assert_non_null(strstr(OK("data", DATA).out, "bytes of unknown type"));
}

static void wrong_data_are_refused(void **state)
{
    static const struct bad bad[] = {
        {1, "set/train/blank/a.png: is a damaged PNG", {"data", "@in/broken"}},
        {1, "is a damaged PNG", {"eval", GRAPH, "--data", "@in/broken"}},
        {1, "these samples are none", {"data", DATA, "--sheet", "@out/sheet.png"}},
        {1, "cannot write", {"data", "@in/set", "--sheet", "@out/no/sheet.png"}},
        {1, "cannot read", {"data", "@in/nowhere"}},
        {1,
         "in/broken/set/train/blank/a.png: is a damaged PNG",
         {"run", GRAPH, "--input", "@in/broken/set/train/blank/a.png"}},
        {1,
         "its validation split is empty (train has 2 samples, validation 0, test 1)",
         {"eval", GRAPH, "--data", "@in/set", "--split", "validation"}},
        {1, "samples are 6x6x1, the model's input is 1x12x12x1", {"eval", GRAPH, "--data", "@in/small.yaml"}},
        {2,
         "--split wants test or validation or train or all, not \"every\"",
         {"eval", GRAPH, "--data", "@in/set", "--split", "every"}},
    };
    struct bytes png;

    (void)state;
    put_pictures();
    for (size_t i = 0; i < 5; i++)
        mkdir(here((const char *[]){"in/broken", "in/broken/set", "in/broken/set/train", "in/broken/set/train/blank",
                                    "in/broken/set/train/other"}[i]),
              0777);
    png = slurp(here("in/set/train/blank/a.png"));
    put("in/broken/set/train/blank/a.png", png.data, png.size - 30);
    put_text("in/small.yaml", "data: {path: set, size: [6, 6]}\n");
    want_bad(bad, COUNT(bad));
}

static void pictures_are_inputs(void **state)
{
    struct result r;

    (void)state;
    put_pictures();
    r = OK("run", GRAPH, "--input", "@in/set/test/horizontal/b.png");
    assert_string_equal(r.out, OK("run", GRAPH, "--input", DATA "/005_horizontal.bin").out);
    assert_non_null(strstr(r.out, "largest [0]"));
    assert_non_null(strstr(r.out, "\n  horizontal "));
    OK("eval", GRAPH, "--data", "@in/set.yaml", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "test/horizontal/b.png,0,0\n");
    OK("eval", GRAPH, "--data", "@in/set.yaml", "--split", "train", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "train/blank/a.png,4,4\ntrain/horizontal/a.png,0,0\n");
}

/* A classifier of raw lines of a table, which its preprocessing makes comparable: without it all are versicolor. */
static void put_flowers(void)
{
    static const double rows[3][4] = {{5.1, 3.5, 1.4, 0.2}, {6.4, 3.2, 4.5, 1.5}, {4.9, 3, 1.4, 0.2}};
    static const float flat[4] = {6.4f, 3.2f, 4.5f, 1.5f};

    put_text("in/flowers.graph", "mote-graph 1\nmodel flowers version 0\nclasses \"setosa\" \"versicolor\"\n"
                                 "preprocess values f32 mean [5.5, 3.1, 2.8, 0.8] std [0.6, 0.5, 1.5, 0.6]\n"
                                 "graph \"main\"\ntensor 0 \"x\" s8 [1,4] quant [0.03; 1]\n"
                                 "tensor 1 \"w\" s8 [2,4] quant [0.01; 0] data [-20, 30, -90, -80, 20, -30, 90, 80]\n"
                                 "tensor 2 \"y\" s8 [1,2] quant [0.05; 0]\n"
                                 "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n");
    put_text("in/flowers.csv", "length,width,petal,petal width,kind\n5.1,3.5,1.4,0.2,setosa\n"
                               "6.4,3.2,4.5,1.5,versicolor\n4.9,3.0,1.4,0.2,setosa\n");
    put_text("in/bare.csv", "5.1;3.5;1.4;0.2\n6.4;3.2;4.5;1.5\n4.9;3.0;1.4;0.2\n");
    put_text("in/one.tsv", "5.1\t3.5\t1.4\t0.2\t\n"); /* nobody knows yet what it is */
    put_text("in/flowers.yaml", "data: {path: turned.csv, label: kind}\n");
    put_text("in/turned.csv", "kind,a,b,c,d\nsetosa,5.1,3.5,1.4,0.2\nversicolor,6.4,3.2,4.5,1.5\n"
                              "setosa,4.9,3.0,1.4,0.2\n");
    put_npy("in/flowers.npy", "<f8", "(3, 4)", rows, sizeof rows);
    put_npy("in/row.npy", "<f4", "(4,)", flat, sizeof flat);
}

static const char *flowers(const char *input, const char *flag)
{
    return OK("run", "@in/flowers.graph", "--input", input, "--output", "@out/y.bin", flag).out;
}

static void data_files_are_inputs(void **state)
{
    static const char *const same[] = {"@in/bare.csv", "@in/flowers.npy", "@in/flowers.yaml"};
    const char *want, *first, *tensor;

    (void)state;
    put_flowers();
    want = flowers("@in/flowers.csv", NULL);
    OK("eval", "@in/flowers.graph", "--data", "@in/flowers.csv", "--predictions", "@out/p.csv");
    assert_string_equal(text_of(here("out/p.csv")), "flowers.csv:2,0,0\nflowers.csv:3,1,1\nflowers.csv:4,0,0\n");
    first = strstr(want, "\n  setosa ");
    assert_true(first != NULL && first < strstr(want, "\n  versicolor "));
    for (size_t i = 0; i < COUNT(same); i++)
        assert_string_equal(flowers(same[i], NULL), want);
    assert_memory_equal(flowers("@in/one.tsv", NULL), want, (size_t)(strstr(want, "\n1 y") - want));

    assert_non_null(strstr(OK("inspect", "@in/flowers.graph").out,
                           "preprocessing: values of f32, real = (raw - mean) / std of each of 4 channels, "
                           "mean 5.5 3.1 2.8 0.8, std 0.6 0.5 1.5 0.6\n"));
    /* (6.4 - 5.5) / 0.6 / 0.03 + 1 = 51, and so on */
    put("in/ready.bin", "\x33\x08\x27\x28", 4);
    put("in/ready.csv", "\x33\x08\x27\x28", 4);
    put_npy("in/ready.npy", "|i1", "(1, 4)", "\x33\x08\x27\x28", 4);
    tensor = flowers("@in/ready.bin", NULL);
    assert_string_equal(flowers("@in/row.npy", NULL), tensor);
    assert_string_equal(flowers("@in/ready.csv", "--raw"), tensor);
    assert_string_equal(flowers("@in/ready.npy", "--raw"), tensor);
}

static void what_is_no_input_is_refused_by_name(void **state)
{
    static const struct bad bad[] = {
        {2, "in/x.txt: its name does not say what it holds", {"run", "@in/flowers.graph", "--input", "@in/x.txt"}},
        {2, "is to be called .bin, or give --raw", {"run", "@in/flowers.graph", "--input", "@in/none"}},
        {1,
         "in/wide.csv: has 6 columns; the model's input takes 4 numbers a line",
         {"run", "@in/flowers.graph", "--input", "@in/wide.csv"}},
        {1,
         "in/words.csv: line 2: column 1: \"many\" is no finite number",
         {"run", "@in/flowers.graph", "--input", "@in/words.csv"}},
        {1,
         "in/wide.npy: the array's shape is (2, 3), which is no sample of the 4 numbers",
         {"run", "@in/flowers.graph", "--input", "@in/wide.npy"}},
        {1, "nan.npy sample 0: element 1 is NaN", {"run", "@in/flowers.graph", "--input", "@in/nan.npy"}},
        {1,
         "the array's type is '<f4', the tensor's |i1 (s8)",
         {"run", "@in/flowers.graph", "--raw", "--input", "@in/nan.npy"}},
        {1,
         "in/wide.csv: holds 12 bytes of data, which is no multiple",
         {"run", "@in/sum.graph", "--raw", "--input", "@in/wide.csv"}},
        {3,
         "more than --max-bytes, 10",
         {"run", "@in/flowers.graph", "--input", "@in/packed.csv.gz", "--max-bytes", "10"}},
        {1, "has the type s32; samples become", {"run", "@in/sum.graph", "--input", "@in/bare.csv"}},
    };
    gzFile packed;

    (void)state;
    put_flowers();
    put_text("in/sum.graph", "mote-graph 1\nmodel sum\ngraph\ntensor 0 \"x\" s32 [4]\ninputs [0]\noutputs [0]\nend\n");
    packed = gzopen(here("in/packed.csv.gz"), "wb");
    assert_int_equal(gzputs(packed, "5.1,3.5,1.4,0.2\n"), 16);
    gzclose(packed);
    put_text("in/x.txt", "5.1,3.5,1.4,0.2\n");
    put_text("in/wide.csv", "1,2,3,4,5,6\n");
    put_text("in/words.csv", "1,2,3,4\n1,many,3,4\n");
    put_npy("in/wide.npy", "<f4", "(2, 3)", (float[6]){0}, 24);
    put_npy("in/nan.npy", "<f4", "(4,)", (float[4]){1, (float)NAN}, 16);
    want_bad(bad, COUNT(bad));
}

/* ---- on the emulated board ---- */
static bool have(const char *program)
{
    char *paths = pool_strdup(&pool, getenv("PATH") != NULL ? getenv("PATH") : ""), *rest = paths, *path;

    while ((path = strtok_r(rest, ":", &rest)) != NULL)
        if (access(pool_printf(&pool, "%s/%s", path, program), X_OK) == 0)
            return true;
    return false;
}

static bool have_board(void)
{
    if (have("arm-none-eabi-gcc") && have("qemu-system-arm"))
        return true;
    puts("SKIP: no arm-none-eabi-gcc or no qemu-system-arm: tools/setup.sh check installs them");
    return false;
}

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
    put("in/many.bin", pool_alloc(&pool, 144 * 20000), 144 * 20000); /* minutes of emulation */
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

/* ---- the smallest board ---- */
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
    put("in/names.bin", pool_alloc(&pool, 300), 300);
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
    put("in/row.bin", row, sizeof row);
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

/* ---- the demo ---- */
#define DEMO "demo", "-o", "@out/demo", "--recipe"

static void put_demo_recipes(void)
{
    put_text("in/demo.yaml", "name: larger\ndata: {path: table.csv, test: 0.5}\n"
                             "network:\n  - fully_connected: {units: 2}\n  - softmax: {}\n"
                             "training: {epochs: 2, batch: 4}\n");
    put_text("in/copy.yaml",
             "name: copy\ndata: {path: table.csv, test: 0.5}\nnetwork:\n  - fully_connected: {units: 2}\n"
             "training: {epochs: 2, batch: 4, loss: mean_squared_error, normal: 0}\n");
}

/* After a step that failed, here for want of a compiler, the training is not done again. */
static void demo_goes_on_where_it_failed(void **state)
{
    (void)state;
    put_demo_recipes();
    for (int again = 0; again < 2; again++) {
        struct result r = run_list("/nowhere", ARGS(DEMO, "@in/demo.yaml"));

        want_status(&r, 3);
        assert_string_equal(r.out, "");
        assert_non_null(strstr(r.err, "\n$ mote eval "));
        assert_non_null(strstr(r.err, "mote: mote eval failed; what it said stands above [ERR_ENVIRONMENT]\n"));
        assert_true((strstr(r.err, " --resume\n") != NULL) == (again == 1));
    }
    assert_int_equal(entries(here("tmp")), 0);
}

static void demo_is_for_classifiers(void **state)
{
    struct result r;

    (void)state;
    put_demo_recipes();
    r = RUN(DEMO, "@in/copy.yaml");
    want_status(&r, 1);
    assert_non_null(strstr(r.err, "copy.yaml: trains no classifier"));
}

static void demo_tells_all_as_json(void **state)
{
    struct result r;
    json_t *json, *image, *c;

    (void)state;
    if (!have_board())
        return;
    put_demo_recipes();
    r = RUN(DEMO, "@in/demo.yaml", "--json");
    want_status(&r, 0);
    json = json_of(&r);
    image = json_object_get(json, "image");
    c = json_object_get(json, "c");
    assert_string_equal(json_string_value(json_object_get(json, "recipe")), "larger");
    assert_int_equal(integer(json, "samples"), 20);
    assert_true(real(json, "accuracy_float") >= 0 && real(json, "accuracy_int8") == real(c, "accuracy"));
    assert_true(integer(image, "equal") == 20 && integer(c, "equal") == 20 && integer(c, "samples") == 20);
    assert_true(integer(c, "code_bytes") > 0 && integer(c, "code_bytes") < integer(image, "code_bytes"));
    assert_true(integer(c, "ram_bytes") > 0 && integer(c, "weight_bytes") > 0 && real(c, "milliseconds") > 0);
    json_decref(json);
    assert_int_equal(entries(here("tmp")), 0);
}

/* Its child has a folder in tmp and runs a compiler. */
static void interrupted_demo_leaves_nothing(void **state)
{
    char *argv[] = {
        "mote", "demo", "-o", (char *)(uintptr_t)here("out/demo"), "--recipe", (char *)(uintptr_t)here("in/demo.yaml"),
        NULL};
    int status;
    pid_t pid;

    (void)state;
    if (!have_board())
        return;
    put_demo_recipes();
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(argv, NULL);
    while (entries(here("tmp")) == 0)
        assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
    assert_int_equal(entries(here("tmp")), 0);
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

/* ---- real models ---- */
/* Skips the test where there is none. */
static const char *shared(const char *name)
{
    const char *path = shared_path(&pool, name);

    if (path == NULL)
        skip();
    return path;
}

static void kws_is_as_accurate_as_the_reference(void **state)
{
    struct result r = OK("eval", shared("models/mlperf_tiny/kws.tflite"), "--data", shared("data/kws01"), "--json");

    (void)state;
    assert_int_equal(want_eval(&r, 1000), 901);
}

/* Red and blue of the files are changed; without --data's YAML the model would have 71.7 %. */
static void vww_is_as_accurate_as_published(void **state)
{
    const char *model = shared("models/mlperf_tiny/vww_float.tflite");
    struct result r;

    (void)state;
    put_text("in/vww.yaml", pool_printf(&pool, "data: {path: \"%s\", channels: bgr}\n", shared("data/vww")));
    r = OK("eval", model, "--data", "@in/vww.yaml", "--json");
    assert_int_equal(want_eval(&r, 1000), 852);
}

static void real_files_cut_off_are_refused(void **state)
{
    (void)state;
    want_prefixes_refused(shared("models/mlperf_tiny/kws.tflite"), 4999, "tflite");
}

#define TEST(name) cmocka_unit_test_setup(name, before_each)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_command_lines),
        TEST(wrong_inputs),
        TEST(the_fit_of_c_is_not_that_of_the_image),
        TEST(models_too_big_are_refused_with_the_numbers),
        TEST(inputs_and_outputs_are_whole_bytes),
        TEST(folders_are_written_whole_or_not_at_all),
        TEST(missing_tools_are_the_environments_fault),
        TEST(truncated_models_are_refused),
        TEST(flipped_images_are_refused),
        TEST(help_is_complete),
        TEST(help_as_json_has_every_command),
        TEST(explain_takes_every_spelling),
        TEST(targets_lists_the_boards),
        TEST(inspect_shows_graphs),
        TEST(inspect_shows_what_cannot_be_compiled),
        TEST(inspect_shows_images),
        TEST(a_signed_image_is_the_image_and_its_trailer),
        TEST(a_signed_image_is_an_image),
        TEST(wrong_signatures),
        TEST(eval_counts),
        TEST(eval_takes_the_first_of_equals),
        TEST(wrong_quantizations),
        TEST(quantize_says_what_eval_counts),
        TEST(quantize_counts_for_classifiers_alone),
        TEST(data_shows_what_is_in_it),
        TEST(wrong_data_are_refused),
        TEST(pictures_are_inputs),
        TEST(data_files_are_inputs),
        TEST(what_is_no_input_is_refused_by_name),
        TEST(emulation_equals_the_host),
        TEST(interrupted_emulation_leaves_nothing),
        TEST(rows_are_fed_on_the_board),
        TEST(emulated_eval_equals_the_host),
        TEST(a_trained_classifier_reaches_the_uno),
        TEST(samples_do_not_know_each_other),
        TEST(ignored_signals_stay_ignored),
        TEST(demo_goes_on_where_it_failed),
        TEST(demo_is_for_classifiers),
        TEST(demo_tells_all_as_json),
        TEST(interrupted_demo_leaves_nothing),
        TEST(memories_are_named),
        TEST(profile_adds_up),
        TEST(kws_is_as_accurate_as_the_reference),
        TEST(vww_is_as_accurate_as_published),
        TEST(real_files_cut_off_are_refused),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
