/* SPDX-License-Identifier: Apache-2.0 */
/* What the program prints for people: within 80 columns, wider where the terminal is, without colors where there is no
 * terminal; quietly at an end where nobody reads on. And errors for programs. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

#include "host/report/columns.h"

/* In each form in which people write it, before --help, which does no work. */
static void want_option_forms(const char *name, const json_t *option, const char *help)
{
    const char *word = json_string_value(json_object_get(option, "name"));

    if (json_is_string(json_object_get(option, "value"))) {
        assert_string_equal(OK(name, word, "x", "-h").out, help);
        if (strncmp(word, "--", 2) == 0)
            assert_string_equal(OK(name, pool_printf(&pool, "%s=x=y", word), "-h").out, help);
    } else {
        assert_string_equal(OK(name, word, "-h").out, help);
    }
}

/* -h, -v, --json and `--opt=value`, of each command that the help lists: of its options, which are all read in one
 * place, another one each time. */
static void options_have_all_forms(void **state)
{
    json_t *json, *command;
    struct result r = OK("--json", "help");
    const char *version = OK("--version").out;
    size_t i;

    (void)state;
    json = json_of(&r);
    json_array_foreach(json_object_get(json, "commands"), i, command)
    {
        const char *name = json_string_value(json_object_get(command, "name")), *help = OK(name, "--help").out;
        const json_t *options = json_object_get(command, "options");

        assert_string_equal(OK("--json", name, "-h").out, help);
        assert_string_equal(OK(name, i % 2 == 0 ? "-v" : "--version").out, version);
        if (json_array_size(options) > 0)
            want_option_forms(name, json_array_get(options, i % json_array_size(options)), help);
    }
    assert_true(i > 20);
    json_decref(json);
    assert_string_equal(OK("--json", "targets").out, OK("targets", "--json").out);
    assert_string_equal(OK("--json").out, OK("help", "--json").out);
    assert_string_equal(OK("--json", "-v").out, version);
    assert_string_equal(OK("profile", GRAPH, "--estimate", "--target=microbit").out,
                        OK("profile", GRAPH, "--estimate", "--target", "microbit").out);
    r = RUN("targets", "--jsn");
    want_failure(&r, 2, "did you mean --json?");
    r = RUN("--json", "targets", "--no-such-option");
    want_failure(&r, 2, "ERR_USAGE");
    r = RUN("targets", "--json=x");
    want_failure(&r, 2, "takes no value");
    r = RUN("profile", "--target=");
    want_failure(&r, 2, "not an empty word");
    r = RUN("profile", "--target");
    want_failure(&r, 2, "--target wants ");
}

static void help_has_80_columns(void **state)
{
    json_t *json, *command;
    struct result r = OK("help", "--json");
    size_t i;

    (void)state;
    json = json_of(&r);
    json_array_foreach(json_object_get(json, "commands"), i, command)
    {
        const char *name = json_string_value(json_object_get(command, "name"));

        r = OK("help", name);
        want_narrow(&r);
        assert_string_equal(OK(name, "--help").out, r.out);
        assert_string_equal(OK(name, "-h").out, r.out);
        assert_non_null(strstr(OK("help", name, "--as", "man").out, ".SH OPTIONS\n"));
    }
    assert_true(i > 10);
    json_decref(json);
    r = OK("help");
    want_narrow(&r);
    assert_string_equal(OK("-h").out, r.out);
    assert_string_equal(OK("-v").out, OK("--version").out);
}

static void tables_have_80_columns(void **state)
{
    static const char *const lists[][4] = {{"targets"},
                                           {"inspect", GRAPH},
                                           {"inspect", "@in/strokes.mote"},
                                           {"inspect", "@in/long.graph"},
                                           {"inspect", "@in/gate.graph"},
                                           {"eval", GRAPH, "--data", DATA}};

    (void)state;
    put_text("in/long.graph",
             "mote-graph 1\nmodel long version 0\ngraph \"main\"\n"
             "tensor 0 \"serving_default_a_long_name_of_an_input_of_the_model:0\" f32 [1,1024,1024,3]\n"
             "tensor 1 \"StatefulPartitionedCall/model/block_1/activation/Relu6;and/more\" f32 "
             "[1,1024,1024,3]\nop 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    put_text("in/gate.graph",
             "mote-graph 1\nmodel gate version 0\nhears \"micro\" window 30 step 20 channels 40 clip 1000 posterior "
             "average threshold 204 window 50 minimum 12 suppression 50 gate ratio 1019 least 1073 hold 55 before 5\n"
             "graph \"main\"\ntensor 0 \"x\" f32 [1,2]\ntensor 1 \"y\" f32 [1,2]\nop 0 relu in [0] out [1]\n"
             "inputs [0]\noutputs [1]\nend\n");
    for (size_t i = 0; i < COUNT(lists); i++) {
        const char *args[] = {lists[i][0], lists[i][1], lists[i][2], lists[i][3], NULL};
        struct result r = run_list(NULL, args);

        want_status(&r, 0);
        want_narrow(&r);
    }
    assert_non_null(strstr(OK("inspect", "@in/long.graph").out, "serving_def"));
    assert_null(strstr(OK("inspect", "@in/long.graph").out, "Call/model"));
    setenv("COLUMNS", "200", 1);
    assert_non_null(strstr(OK("inspect", "@in/long.graph").out, "Call/model/block_1/activation/Relu6;and/more\n"));
    unsetenv("COLUMNS");
}

static void profile_has_80_columns(void **state)
{
    struct result r;

    (void)state;
    if (!have_board())
        return;
    r = OK("profile", GRAPH, "--target", "stm32-nucleo-l4r5zi-p", "--via", "c", "--every", "100ms", "--battery",
           "cr2032");
    want_narrow(&r);
    assert_non_null(strstr(r.out, "depthwis…"));
    r = OK("profile", GRAPH, "--target", "stm32-nucleo-l4r5zi", "--estimate");
    want_narrow(&r);
    assert_non_null(strstr(r.out, "Least is drawn at 120 MHz and 1.8 V: "));
    r = OK("profile", GRAPH, GRAPH, "--compare", "--target", "microbit", "--estimate");
    want_narrow(&r);
}

#define LONG  "the_operator_that_has_a_name_which_a_program_has_made_and_nobody_reads"
#define CLASS "a_class_whose_name_is_a_sentence_of_its_own_with_no_end_number"

/* A table of three classes, and a network for it, all of whose names are long. */
static void put_long(void)
{
    struct text t = {.pool = &pool};

    for (int i = 0; i < 240; i++)
        text_add(&t, "%d.5,%d,%d,%s_%d\n", i % 3 * 40 + i % 7, i % 3 * 20 - i % 5, i, CLASS,
                 i % 29 == 0 ? (i + 1) % 3 : i % 3);
    put_text("in/" LONG ".csv", t.s);
    put_text(
        "in/long.yaml",
        "name: " LONG "\ndata: {path: " LONG ".csv, test: 0.2, validation: 0.1, normalize: auto}\nnetwork:\n"
        "  - fully_connected: {name: " LONG "_1, units: 16, activation: relu}\n"
        "  - fully_connected: {name: " LONG "_2}\n  - softmax: {name: " LONG "_3}\n"
        "training: {epochs: 3, batch: 16}\ncompress: {prune: {epochs: 1, keep: 0.5}, levels: {count: 4, epochs: 1}}\n");
}

/* What each command prints about it. */
static void long_names_fit(void **state)
{
    static const char *const lists[][12] = {
        {"data", "@in/" LONG ".csv"},
        {"data", "@in/long.yaml"},
        {"new", "@in/" LONG ".csv", "-o", "@out/" LONG "/" LONG},
        {"train", "@in/long.yaml", "-o", "@out/t", "--threads", "1"},
        {"train", "@in/long.yaml", "-o", "@out/seeds", "--threads", "1", "--seeds", "2"},
        {"inspect", "@out/t/model.graph"},
        {"quantize", "@out/t/model.graph", "--data", "@in/" LONG ".csv", "-o", "@out/" LONG ".graph"},
        {"compile", "@out/" LONG ".graph", "-o", "@out/" LONG ".mote"},
        {"inspect", "@out/" LONG ".graph"},
        {"inspect", "@out/" LONG ".mote"},
        {"eval", "@out/" LONG ".graph", "--data", "@in/" LONG ".csv"},
        {"run", "@out/" LONG ".graph", "--input", "@in/" LONG ".csv"},
        {"compress", "@in/long.yaml", "-o", "@out/c", "--threads", "1"},
        {"compress", "@out/" LONG ".graph", "--data", "@in/" LONG ".csv", "-o", "@out/p", "--budget", "2kB"},
        {"report", "@out/t", "--data", "@in/long.yaml", "-o", "@out/r.html"},
    };
    static const char *const on_board[][12] = {
        {"emulate", "@out/" LONG ".graph", "--target", "mps2-an386", "--input", "@in/" LONG ".csv"},
        {"eval", "@out/" LONG ".graph", "--data", "@in/" LONG ".csv", "--target", "mps2-an386", "--limit", "2"},
        {"report", "@out/t", "--target", "stm32-nucleo-l4r5zi-p", "--estimate", "--every", "1s", "-o", "@out/r.html"},
    };

    (void)state;
    put_long();
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct result r = run_list(NULL, lists[i]);

        want_status(&r, 0);
        assert_true(r.out[0] != '\0');
        want_narrow(&r);
    }
    for (size_t i = 0; i < COUNT(on_board) && have_board(); i++) {
        struct result r = run_list(NULL, on_board[i]);

        want_status(&r, 0);
        want_narrow(&r);
    }
}

/* Each command and option is there, as bash finds them. */
static void shells_complete(void **state)
{
    const char *bash = OK("help", "--as", "bash").out, *zsh = OK("help", "--as", "zsh").out;

    (void)state;
    assert_non_null(strstr(bash, "        compile) words=\" -o --emit "));
    assert_non_null(strstr(bash, " --json --version --help\""));
    assert_non_null(strstr(zsh, " '--emit:image"));
    assert_non_null(strstr(zsh, "makes a model'\\''s weights few"));
    put_text("in/complete.sh", pool_printf(&pool,
                                           "%s\nCOMP_WORDS=(mote tr) COMP_CWORD=1; _mote; echo ${COMPREPLY[@]}\n"
                                           "COMP_WORDS=(mote train --thr) COMP_CWORD=2; _mote; echo ${COMPREPLY[@]}\n"
                                           "COMP_WORDS=(mote compile x --target nano) COMP_CWORD=4; "
                                           "PATH=%s:$PATH; _mote; echo ${COMPREPLY[@]}\n",
                                           bash, MOTE_BINARY_DIR));
    assert_int_equal(system(pool_printf(&pool, "bash %s >%s", here("in/complete.sh"), here("in/completed"))), 0);
    assert_string_equal(text_of(here("in/completed")), "train\n--threads\nnano-33-ble-sense\n");
    put_text("in/_mote", zsh);
    if (have("zsh"))
        assert_int_equal(system(pool_printf(&pool, "zsh -n %s", here("in/_mote"))), 0);
    else
        puts("SKIP: no zsh: the syntax of its completion; tools/setup.sh check installs it");
}

static void errors_are_json(void **state)
{
    static const char *const cases[][4] = {{"frob", "--json"}, {"inspect", "@in/none", "--json"}, {"run", "--json"}};
    static const char *const names[] = {"ERR_USAGE", "ERR_FILE", "ERR_USAGE"};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct result r = run_list(NULL, cases[i]);
        json_t *json = json_loads(r.err, 0, NULL), *error = json_object_get(json, "error");

        assert_true(r.status != 0 && r.out[0] == '\0' && strchr(r.err, '\n')[1] == '\0');
        assert_string_equal(json_string_value(json_object_get(error, "name")), names[i]);
        assert_true(integer(error, "status") < 0);
        assert_non_null(strstr(json_string_value(json_object_get(error, "text")), names[i]));
        json_decref(json);
    }
}

/* As `mote help | true`. */
static void nobody_reads_on(void **state)
{
    int ends[2], status;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    pid = fork();
    if (pid == 0) {
        int err = open(here("stderr.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666);

        dup2(ends[1], STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execl(MOTE_BINARY_DIR "/mote", "mote", "help", (char *)NULL);
        _exit(126);
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
    assert_string_equal(text_of(here("stderr.txt")), "");
}

static void folders_are_made(void **state)
{
    (void)state;
    OK("compile", GRAPH, "-o", "@out/a/b/strokes.mote");
    OK("compile", GRAPH, "-o", "@out/c/d/strokes", "--emit", "c");
    assert_int_equal(access(here("out/a/b/strokes.mote"), R_OK) | access(here("out/c/d/strokes/strokes.h"), R_OK), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(help_has_80_columns),    TEST(options_have_all_forms), TEST(tables_have_80_columns),
        TEST(profile_has_80_columns), TEST(long_names_fit),         TEST(shells_complete),
        TEST(errors_are_json),        TEST(nobody_reads_on),        TEST(folders_are_made),
    };

    return cmocka_run_group_tests(tests, setup_narrow, teardown_all);
}
