/* SPDX-License-Identifier: Apache-2.0 */
/* What a command writes is never what it reads, and never another model's: under any name, link or path the file stays
 * as it was, and the message names it. The same command again is no such case. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ftw.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/emulate/process.h"

#include <cmocka.h>

#define GRAPH MOTE_SOURCE_DIR "/models/strokes.graph"
#define DATA  MOTE_SOURCE_DIR "/models/strokes"

static struct pool pool;
static char folder[] = "/tmp/mote-overwriting-XXXXXX"; /* where the commands run */

static const char *path_of(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static struct bytes slurp(const char *name)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct bytes file;

    if (file_read(&pool, *name == '/' ? name : path_of(name), &file, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    return file;
}

static void put(const char *name, struct bytes data)
{
    FILE *file = fopen(path_of(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data.data, 1, data.size, file), data.size);
    assert_int_equal(fclose(file), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, (struct bytes){(uint8_t *)pool_strdup(&pool, text), strlen(text)});
}

/* Runs `mote args` in the folder; what it says. */
static const char *mote(int status, const char *const *args)
{
    const char **argv = pool_array(&pool, 24, sizeof *argv);
    struct process p = {.argv = argv, .folder = folder, .log = path_of("log"), .seconds = 120};
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    const char *said;

    argv[0] = MOTE_BINARY_DIR "/mote";
    for (int i = 0; args[i] != NULL; i++)
        argv[i + 1] = args[i];
    assert_int_equal(process_run(&p, 1, &at), MOTE_OK);
    said = (const char *)slurp("log").data;
    if (p.exit_code != status)
        fail_msg("mote %s %s …: exit status %d, want %d: %s", args[0], args[1], p.exit_code, status, said);
    return said;
}
#define MOTE(status, ...) mote(status, (const char *const[]){__VA_ARGS__, NULL})

static void want_kept(const char *name, struct bytes before)
{
    struct bytes now = slurp(name);

    assert_int_equal(now.size, before.size);
    assert_memory_equal(now.data, before.data, before.size);
}

/* The command is refused, the message has `part`, and `name` is what it was. */
static void refused(const char *name, const char *part, const char *const *args)
{
    struct bytes before = slurp(name);
    const char *said = mote(2, args);

    if (strstr(said, part) == NULL)
        fail_msg("mote %s: \"%s\" is not in: %s", args[0], part, said);
    want_kept(name, before);
}
#define REFUSED(name, part, ...) refused(name, part, (const char *const[]){__VA_ARGS__, NULL})

#define INPUT "would overwrite the input"

static void no_command_writes_over_what_it_is_given(void **state)
{
    (void)state;
    put("m.graph", slurp(GRAPH));
    MOTE(0, "compile", "m.graph", "-o", "m.mote");
    assert_int_equal(mkdir(path_of("sub"), 0777), 0);
    assert_int_equal(symlink("m.graph", path_of("link.graph")), 0);
    assert_int_equal(link(path_of("m.graph"), path_of("hard.graph")), 0);
    REFUSED("m.graph", INPUT, "compile", "m.graph", "-o", "m.graph");
    REFUSED("m.graph", INPUT, "compile", "m.graph", "-o", "sub/../m.graph");
    REFUSED("m.graph", INPUT, "compile", "m.graph", "-o", path_of("m.graph"));
    REFUSED("m.graph", INPUT, "compile", "link.graph", "--emit", "graph", "-o", "m.graph");
    REFUSED("m.graph", INPUT, "compile", "m.graph", "-o", "link.graph");
    REFUSED("m.graph", INPUT, "compile", "m.graph", "-o", "hard.graph");
    REFUSED("m.mote", INPUT, "compile", "m.mote", "-o", "m.mote");
    REFUSED("m.graph", INPUT, "quantize", "m.graph", "--data", DATA, "-o", "link.graph");
    REFUSED("m.mote", INPUT, "eval", "m.mote", "--data", DATA, "--predictions", "m.mote");
}

static void no_tensor_file_is_written_over(void **state)
{
    static uint8_t zeros[12 * 12];

    (void)state;
    put("in.bin", (struct bytes){zeros, sizeof zeros});
    put("m.graph", slurp(GRAPH));
    REFUSED("in.bin", INPUT, "run", "m.graph", "--input", "in.bin", "--output", "in.bin");
    REFUSED("in.bin", INPUT, "emulate", "m.graph", "--target", "mps2-an386", "--input", "in.bin", "--output", "in.bin");
    assert_int_equal(mkdir(path_of("tensors"), 0777), 0);
    put("tensors/index.txt", slurp(GRAPH)); /* a name that --tensors writes */
    REFUSED("tensors/index.txt", "overwritten", "run", "tensors/index.txt", "--input", "in.bin", "--tensors",
            "tensors");
    assert_int_equal(access(path_of("tensors/t0.bin"), F_OK), -1);
    MOTE(0, "run", "m.graph", "--input", "in.bin", "--output", "out.bin");
    MOTE(0, "run", "m.graph", "--input", "in.bin", "--output", "out.bin"); /* its own output, again */
}

/* What files name in their turn: the pictures of a folder, the table and the recipe of a training. */
static void what_data_consist_of_is_kept(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path_of("data"), 0777), 0);
    put_text("data/rows.csv", "a,b,kind\n0,1,x\n1,0,y\n0,2,x\n2,0,y\n1,2,x\n2,1,y\n0,3,x\n3,0,y\n");
    put_text("rows.yaml", "data:\n  kind: table\n  path: data/rows.csv\n  validation: 0.25\n");
    REFUSED("rows.yaml", INPUT, "data", "rows.yaml", "--sheet", "rows.yaml");
    put_text("history.jsonl", "network:\n  - fully_connected: {}\n  - softmax: {}\ntraining:\n  epochs: 1\n");
    REFUSED("history.jsonl", "overwritten", "train", "history.jsonl", "--data", "rows.yaml", "-o", ".");
}

/* ---- two models of one name ---- */
static const char *tiny(const char *shape, const char *op, const char *scale)
{
    return pool_printf(&pool,
                       "mote-graph 1\nmodel tiny version 0\ngraph \"main\"\ntensor 0 \"x\" s8 %s quant [%s; 0]\n"
                       "tensor 1 \"y\" s8 %s quant [%s; 0]\nop 0 %s in [0] out [1]\ninputs [0]\noutputs [1]\nend\n",
                       shape, scale, shape, scale, op);
}

static void two_models_of_one_name_do_not_meet(void **state)
{
    struct bytes before;

    (void)state;
    put_text("a.graph", tiny("[1,4]", "relu", "0.5"));
    put_text("b.graph", tiny("[1,5]", "relu", "0.5"));
    put_text("c.graph", tiny("[1,4]", "relu6", "0.5"));
    MOTE(0, "compile", "a.graph", "--emit", "c", "-o", "fw");
    MOTE(0, "compile", "a.graph", "--emit", "c", "-o", "fw");
    MOTE(0, "compile", "a.graph", "--emit", "c", "-o", "fw", "--passes", "none");
    before = slurp("fw/tiny.h");
    REFUSED("fw/tiny.c", "--name", "compile", "b.graph", "--emit", "c", "-o", "fw");
    REFUSED("fw/tiny.c", "--name", "compile", "c.graph", "--emit", "c", "-o", "fw");
    want_kept("fw/tiny.h", before);
    MOTE(0, "compile", "b.graph", "--emit", "c", "-o", "fw", "--name", "other");
    want_kept("fw/tiny.h", before);
    assert_non_null(strstr((const char *)slurp("fw/other.h").data, "void other_run(void *arena);"));
    /* other scales, the same structure: the model, trained anew */
    put_text("a.graph", tiny("[1,4]", "relu", "0.25"));
    MOTE(0, "compile", "a.graph", "--emit", "c", "-o", "fw");
}

static void files_that_somebody_wrote_stay(void **state)
{
    (void)state;
    put_text("a.graph", tiny("[1,4]", "relu", "0.5"));
    assert_int_equal(mkdir(path_of("mine"), 0777), 0);
    put_text("mine/tiny.c", "int mine;\n");
    REFUSED("mine/tiny.c", "not a file that Mote generated", "compile", "a.graph", "--emit", "c", "-o", "mine");
    assert_int_equal(access(path_of("mine/tiny.h"), F_OK), -1);
}

static void a_name_is_a_c_identifier(void **state)
{
    static const char *const bad[] = {"../evil", "2nd", "int", "Kws", "a-b", "x y"};

    (void)state;
    put_text("a.graph", tiny("[1,4]", "relu", "0.5"));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_non_null(
            strstr(MOTE(2, "compile", "a.graph", "-o", "x.mote", "--name", bad[i]), "--name wants a C identifier"));
    assert_int_equal(access(path_of("x.mote"), F_OK), -1);
    MOTE(0, "compile", "a.graph", "-o", "x.mote", "--name", "second");
    assert_non_null(strstr(MOTE(0, "inspect", "x.mote"), "model second"));
    assert_non_null(strstr(MOTE(2, "compile", "x.mote", "-o", "y.mote", "--name", "third"), "keeps its name"));
    assert_non_null(strstr(MOTE(2, "compile", "x.mote", "-o", "y.mote", "--boundary", "int8"), "--boundary wants"));
}

/* A recipe without a name: the folder's. */
static void a_model_is_called_as_its_folder(void **state)
{
    const char *recipe = "network:\n  - fully_connected: {}\n  - softmax: {}\ntraining:\n  epochs: 1\n";

    (void)state;
    put_text("table.csv", "a,b,kind\n0,1,x\n1,0,y\n0,2,x\n2,0,y\n1,2,x\n2,1,y\n0,3,x\n3,0,y\n");
    put_text("table.yaml", "data:\n  kind: table\n  path: table.csv\n  validation: 0.25\n");
    put_text("r.yaml", recipe);
    MOTE(0, "train", "r.yaml", "--data", "table.yaml", "-o", "runs-Flowers/");
    assert_non_null(strstr((const char *)slurp("runs-Flowers/model.graph").data, "\nmodel runs_flowers version"));
    MOTE(0, "train", "r.yaml", "--data", "table.yaml", "-o", "runs-Flowers/", "--resume");
    MOTE(0, "train", "r.yaml", "--data", "table.yaml");
    assert_non_null(strstr((const char *)slurp("r/model.graph").data, "\nmodel r version"));
    put_text("named.yaml", pool_printf(&pool, "name: mine\n%s", recipe));
    MOTE(0, "train", "named.yaml", "--data", "table.yaml", "-o", "elsewhere");
    assert_non_null(strstr((const char *)slurp("elsewhere/model.graph").data, "\nmodel mine version"));
}

/* ---- an image is told as it is ---- */
static json_int_t number(const char *said, const char *key)
{
    json_t *json = json_loads(said, 0, NULL), *value = json_object_get(json, key);
    json_int_t n = json_is_null(value) ? -1 : json_integer_value(value);

    assert_non_null(value);
    json_decref(json);
    return n;
}

static void figures_of_an_image_are_its_own(void **state)
{
    static const char *const same[] = {"image_bytes", "arena_bytes", "weight_bytes"};
    const char *first, *second, *text;

    (void)state;
    first = MOTE(0, "compile", GRAPH, "-o", "s.mote", "--json");
    second = MOTE(0, "compile", "s.mote", "-o", "copy.mote", "--json");
    want_kept("copy.mote", slurp("s.mote"));
    for (size_t i = 0; i < COUNT(same); i++) {
        assert_true(number(first, same[i]) > 0);
        assert_int_equal(number(first, same[i]), number(second, same[i]));
    }
    assert_true(number(first, "macs") > 0 && number(first, "arena_bound_bytes") > 0);
    assert_int_equal(number(second, "macs"), -1);
    assert_int_equal(number(second, "arena_bound_bytes"), -1);
    text = MOTE(0, "compile", "s.mote", "-o", "copy.mote");
    assert_null(strstr(text, " 0 MACs"));
    assert_non_null(strstr(text, pool_printf(&pool, "arena %lld bytes", (long long)number(first, "arena_bytes"))));
    assert_non_null(strstr(MOTE(2, "compile", "s.mote", "--emit", "c", "-o", "fw2"), "holds no graph"));
}

/* ---- running ---- */
static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    pool_free(&pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_writes_over_what_it_is_given),
        cmocka_unit_test(no_tensor_file_is_written_over),
        cmocka_unit_test(what_data_consist_of_is_kept),
        cmocka_unit_test(two_models_of_one_name_do_not_meet),
        cmocka_unit_test(files_that_somebody_wrote_stay),
        cmocka_unit_test(a_name_is_a_c_identifier),
        cmocka_unit_test(a_model_is_called_as_its_folder),
        cmocka_unit_test(figures_of_an_image_are_its_own),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
