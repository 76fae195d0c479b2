/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "tests/shared.h"
#include "tests/unit/command.h"

#include <dirent.h>
#include <ftw.h>

#include "host/report/columns.h"

struct pool pool;

static char folder[] = "/tmp/mote-cli-XXXXXX";

const char *here(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

struct bytes slurp(const char *path)
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct bytes file;

    if (file_read(&pool, path, &file, &at) != MOTE_OK)
        fail_msg("%s", report.text);
    return file;
}

const char *text_of(const char *path)
{
    struct bytes file = slurp(path);

    return pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
}

void become(char **argv, const char *env_path)
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

static void want_narrow_text(const char *command, const char *text)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *s = pool_printf(&pool, "%.*s", (int)strcspn(line, "\n"), line);
        const bool pasted = strncmp(s, "Next: mote ", 11) == 0 || strncmp(s, "$ mote ", 7) == 0;

        if ((columns_text(s) > COLUMNS && !pasted && strchr(s + strspn(s, " "), ' ') != NULL) ||
            strchr(s, '\33') != NULL)
            fail_msg("%s: %d columns: %s", command, columns_text(s), s);
    }
}

void want_narrow(const struct result *r)
{
    want_narrow_text(r->command, r->out);
    if (r->status == 0)
        want_narrow_text(r->command, r->err);
}

/* Whatever a test runs: what is not for programs, shells or manuals. */
static bool is_for_people(const char *const *args)
{
    for (; *args != NULL; args++)
        if (strcmp(*args, "--json") == 0 || strcmp(*args, "--as") == 0 || strcmp(*args, "--text") == 0 ||
            strncmp(*args, "--dump", 6) == 0)
            return false;
    return getenv("COLUMNS") == NULL;
}

/* "@name" stands for a file of the folder. */
struct result run_list(const char *env_path, const char *const *args)
{
    char *argv[ARG_MAX_HERE + 2] = {(char *)(uintptr_t) "mote"};
    const bool people = is_for_people(args);
    struct result result;
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
    result = (struct result){.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status),
                             .command = command.s,
                             .out = text_of(here("stdout.txt")),
                             .err = text_of(here("stderr.txt"))};
    if (people)
        want_narrow(&result);
    return result;
}

void want_status(const struct result *r, int status)
{
    if (r->status != status)
        fail_msg("%s: exit status %d, want %d\n%s", r->command, r->status, status, r->err);
}

struct result run_ok(const char *const *args)
{
    struct result r = run_list(NULL, args);

    want_status(&r, 0);
    if (r.err[0] != '\0')
        fail_msg("%s: wrote to stderr: %s", r.command, r.err);
    return r;
}

json_t *json_of(const struct result *r)
{
    json_t *json = json_loads(r->out, 0, NULL);

    if (json == NULL)
        fail_msg("%s: no JSON: %.200s", r->command, r->out);
    return json;
}

json_int_t integer(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_integer(value))
        fail_msg("the key %s is missing or no integer", key);
    return json_integer_value(value);
}

/* ---- the folder ---- */
int entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2;
}

void want_nothing_left(const char *command)
{
    if (entries(here("out")) != 0 || entries(here("tmp")) != 0)
        fail_msg("%s: left something behind", command);
}

/* A failure is one line on stderr, of JSON if that was asked for, nothing on stdout and no file. */
void want_failure(const struct result *r, int status, const char *part)
{
    const char *newline = strchr(r->err, '\n'), *json = strstr(r->command, " --json");
    const char *begins = json != NULL && (json[7] == ' ' || json[7] == '\0') ? "{\"error\": " : "mote: ";

    want_status(r, status);
    if (strncmp(r->err, begins, strlen(begins)) != 0 || newline == NULL || newline[1] != '\0' ||
        strstr(r->err, part) == NULL)
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

void put_bytes(const char *name, const void *data, size_t size)
{
    FILE *file = fopen(here(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void put_text(const char *name, const char *text) { put_bytes(name, text, strlen(text)); }

void put_npy(const char *name, const char *type, const char *shape, const void *data, size_t size)
{
    struct text t = {.pool = &pool};
    const char *header = pool_printf(&pool, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);

    text_bytes(&t, "\x93NUMPY\1", 8);
    text_bytes(&t, (uint8_t[]){(uint8_t)strlen(header), 0}, 2);
    text_add(&t, "%s", header);
    text_bytes(&t, data, size);
    put_bytes(name, t.s, t.len);
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
    put_bytes("in/table.csv", table.s, table.len);
    put_bytes("in/wide.csv", wide.s, wide.len);
    put_text("in/plain.yaml", "data:\n  path: table.csv\n  normalize: none\n");
    put_text("in/parts.yaml", "data:\n  path: table.csv\n  test: 0.5\n");
}

int setup_all(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    setenv("TMPDIR", here("tmp"), 1);
    setenv("COLUMNS", "1000", 1); /* one line each: test_cli_columns asks for 80 */
    unsetenv("MOTE_KEEP");
    assert_int_equal(mkdir(here("in"), 0777) | mkdir(here("out"), 0777) | mkdir(here("tmp"), 0777), 0);
    OK("compile", GRAPH, "-o", "@in/strokes.mote");
    put_text("in/short.bin", "abc");
    put_bytes("in/zeros.bin", (char[288]){0}, 288);
    put_bytes("in/broken.tflite", "\x1c\0\0\0TFL3\0\0\0\0", 12);
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

int setup_narrow(void **state)
{
    int status = setup_all(state);

    unsetenv("COLUMNS");
    return status;
}

int teardown_all(void **state)
{
    (void)state;
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    pool_free(&pool);
    return 0;
}

int before_each(void **state)
{
    (void)state;
    clean(here("out"));
    clean(here("tmp"));
    return 0;
}

void want_bad(const struct bad *bad, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct result r = run_list(NULL, bad[i].args);

        want_failure(&r, bad[i].status, bad[i].part);
    }
}

json_int_t want_eval(const struct result *r, size_t samples)
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

int count_lines(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

double real(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    assert_true(json_is_number(value));
    return json_number_value(value);
}

bool have(const char *program)
{
    char *paths = pool_strdup(&pool, getenv("PATH") != NULL ? getenv("PATH") : ""), *rest = paths, *path;

    while ((path = strtok_r(rest, ":", &rest)) != NULL)
        if (access(pool_printf(&pool, "%s/%s", path, program), X_OK) == 0)
            return true;
    return false;
}

bool have_board(void)
{
    if (have("arm-none-eabi-gcc") && have("qemu-system-arm"))
        return true;
    puts("SKIP: no arm-none-eabi-gcc or no qemu-system-arm: tools/setup.sh check installs them");
    return false;
}

/* Skips the test where there is none. */
const char *shared(const char *name)
{
    const char *path = shared_path(&pool, name);

    if (path == NULL)
        skip();
    return path;
}
