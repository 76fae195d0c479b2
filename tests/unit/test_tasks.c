/* SPDX-License-Identifier: Apache-2.0 */
/* Other tasks than classes, from outside and on every road: a recipe and a table become a network, an int8 image, and
 * answers on the host and on the emulated board. Runs build/mote on data that are made here. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/base.h"
#include "host/base/random.h"
#include "tests/shared.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define ARGS_MAX 24

static struct pool pool;
static const char *folder;

/* ---- files ---- */
static const char *here(const char *name) { return pool_printf(&pool, "%s/%s", folder, name); }

static void put(const char *name, const char *text)
{
    struct frame at = {.index = -1};

    assert_int_equal(file_write(here(name), text, strlen(text), &at), MOTE_OK);
}

static struct bytes slurp(const char *name)
{
    struct frame at = {.index = -1};
    struct bytes file;

    if (file_read_back(&pool, here(name), &file, &at) != MOTE_OK)
        fail_msg("cannot read %s", name);
    return file;
}

static const char *text_of(const char *name)
{
    struct bytes file = slurp(name);

    return pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
}

static void want_same(const char *a, const char *b)
{
    struct bytes x = slurp(a), y = slurp(b);

    if (x.size != y.size || memcmp(x.data, y.data, x.size) != 0)
        fail_msg("%s and %s differ", a, b);
}

/* ---- running ---- */
struct result {
    int status;
    const char *command, *out, *err;
};

static void become(char **argv)
{
    dup2(open(here("stdout.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
    dup2(open(here("stderr.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0666), STDERR_FILENO);
    execv(MOTE_BINARY_DIR "/mote", argv);
    _exit(126);
}

/* "@name" stands for a file of the folder. */
static struct result run_list(const char *const *args)
{
    char *argv[ARGS_MAX + 2] = {(char *)(uintptr_t) "mote"};
    struct text command = {.pool = &pool};
    int n = 1, status;
    pid_t pid;

    for (; *args != NULL; args++) {
        assert_true(n <= ARGS_MAX);
        argv[n] = pool_strdup(&pool, **args == '@' ? here(*args + 1) : *args);
        text_add(&command, " %s", argv[n++]);
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        become(argv);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return (struct result){.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status),
                           .command = command.s,
                           .out = text_of("stdout.txt"),
                           .err = text_of("stderr.txt")};
}

static struct result run_ok(const char *const *args)
{
    struct result r = run_list(args);

    if (r.status != 0)
        fail_msg("mote%s: exit status %d\n%s", r.command, r.status, r.err);
    return r;
}

#define OK(...) run_ok((const char *const[]){__VA_ARGS__, NULL})

static json_t *json_ok(const char *const *args)
{
    struct result r = run_ok(args);
    json_t *json = json_loads(r.out, 0, NULL);

    if (json == NULL)
        fail_msg("mote%s: no JSON: %.200s", r.command, r.out);
    return json;
}

#define JSON(...) json_ok((const char *const[]){__VA_ARGS__, "--json", NULL})

static void want_bad(const char *part, const char *const *args)
{
    struct result r = run_list(args);

    if (r.status != 1 && r.status != 2)
        fail_msg("mote%s: exit status %d", r.command, r.status);
    if (strstr(r.err, part) == NULL)
        fail_msg("mote%s: said \"%s\", not \"%s\"", r.command, r.err, part);
}

#define BAD(part, ...) want_bad(part, (const char *const[]){__VA_ARGS__, NULL})

static double real(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_number(value))
        fail_msg("the key %s is missing or no number", key);
    return json_number_value(value);
}

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

/* The board's answers are the host's, to the byte. */
static void want_board(const char *model, const char *data, const char *via)
{
    if (!have_board())
        return;
    OK("eval", model, "--data", data, "--split", "all", "--limit", "20", "--predictions", "@host.csv");
    OK("eval", model, "--data", data, "--split", "all", "--limit", "20", "--predictions", "@board.csv", "--target",
       "mps2-an386", "--via", via);
    want_same("host.csv", "board.csv");
}

/* ---- regression ---- */
#define AWAY    500.0 /* targets lie about here, so that one that is not standardized is never learned */
#define SPREAD  100.0
#define REGRESS "training: {epochs: 40, batch: 16, optimizer: {rate: 0.01}}\n"

static void put_regression(void)
{
    struct text t = {.pool = &pool};
    struct random_stream s = random_stream(3, 0, 0, 0);

    text_add(&t, "a,b,c,y\n");
    for (int i = 0; i < 400; i++) {
        double x[3];

        for (int k = 0; k < 3; k++)
            x[k] = round(1000 * (double)random_normal(s, (uint64_t)(4 * i + k))) / 1000;
        text_add(&t, "%.3f,%.3f,%.3f,%.2f\n", x[0], x[1], x[2],
                 AWAY + SPREAD * (x[0] - 0.5 * x[1] + 0.5 * fabs(x[2])) +
                     (double)random_normal(s, (uint64_t)(4 * i + 3)));
    }
    put("numbers.csv", t.s);
    put("numbers.yaml",
        "data: {path: numbers.csv, validation: 0.1, test: 0.2}\n"
        "network:\n  - fully_connected: {units: 16, activation: relu}\n  - fully_connected: {}\n" REGRESS);
}

static double last_history(const char *name, const char *key)
{
    const char *text = text_of(name), *line = text + strlen(text) - 1;
    json_t *row;
    double value;

    while (line > text && line[-1] != '\n')
        line--;
    row = json_loads(line, 0, NULL);
    value = real(row, key);
    json_decref(row);
    return value;
}

/* Real units everywhere, and the same figures wherever they are asked for. */
static void regressions_on_every_road(void **state)
{
    json_t *train, *graph, *quantized, *image;

    (void)state;
    put_regression();
    train = JSON("train", "@numbers.yaml", "-o", "@numbers", "--threads", "1");
    graph = JSON("eval", "@numbers/model.graph", "--data", "@numbers.csv");
    assert_string_equal(json_string_value(json_object_get(graph, "task")), "regression");
    assert_int_equal(json_integer_value(json_object_get(graph, "samples")), 80);
    assert_null(json_object_get(train, "accuracy"));
    assert_true(fabs(real(train, "mae") - real(graph, "mae")) < 1e-3);
    assert_true(fabs(real(train, "rmse") - real(graph, "rmse")) < 1e-3);
    assert_true(fabs(real(train, "r2") - real(graph, "r2")) < 1e-5);
    assert_true(real(graph, "r2") > 0.95 && real(graph, "mae") < 0.2 * SPREAD && real(graph, "mae") > 0.5);
    assert_true(last_history("numbers/history.jsonl", "validation_mae") < 0.2 * SPREAD);
    assert_true(last_history("numbers/history.jsonl", "validation_r2") > 0.9);
    assert_non_null(strstr(text_of("numbers/report.html"), "Mean absolute error"));
    assert_null(strstr(text_of("numbers/report.html"), "Accuracy"));

    quantized = JSON("quantize", "@numbers/model.graph", "--data", "@numbers.csv", "-o", "@numbers.mote");
    image = JSON("eval", "@numbers.mote", "--data", "@numbers.csv", "--split", "all");
    assert_true(fabs(real(quantized, "mae_float") - real(graph, "mae")) < 1e-3);
    assert_true(real(quantized, "rmse_int8") < 2 * real(quantized, "rmse_float"));
    assert_true(real(image, "r2") > 0.95);
    OK("quantize", "@numbers/model.graph", "--data", "@numbers.csv", "-o", "@q.graph");
    json_decref(image);
    image = JSON("eval", "@q.graph", "--data", "@numbers.csv");
    assert_true(real(image, "mae") == real(quantized, "mae_int8"));
    want_board("@numbers.mote", "@numbers.csv", "image");
    want_board("@q.graph", "@numbers.csv", "c");
    json_decref(train);
    json_decref(graph);
    json_decref(quantized);
    json_decref(image);
}

/* A model that predicts numbers takes labels for numbers, even if they look like classes. */
static void the_model_says_what_labels_are(void **state)
{
    struct result r;

    (void)state;
    put("counts.csv", "a,b,c,y\n0,0,0,500\n1,0,0,600\n0,1,0,450\n");
    r = OK("eval", "@numbers.mote", "--data", "@counts.csv", "--predictions", "@counts.txt");
    assert_non_null(strstr(r.out, "MAE "));
    assert_non_null(strstr(text_of("counts.txt"), "counts.csv:3,600,"));
    put("words.csv", "a,b,c,y\n0,0,0,low\n1,0,0,high\n");
    BAD("words.csv: line 2: the label \"low\" is no finite number", "eval", "@numbers.mote", "--data", "@words.csv");
    BAD("its output \"probabilities\" has 5 elements of s8; the data have one number to predict", "eval",
        MOTE_SOURCE_DIR "/models/strokes.graph", "--data", "@numbers.csv");
}

static void bad_regressions(void **state)
{
    static const struct {
        const char *network, *part;
    } bad[] = {
        {"  - fully_connected: {units: 2}\ntraining: {epochs: 1}\n", "the network gives 2 numbers, the data have one"},
        {"  - fully_connected: {activation: relu}\ntraining: {epochs: 1}\n",
         "layer 1 fully_connected_1: the labels are "
         "numbers to predict: the last layer has to be"},
        {"  - fully_connected: {bias: false}\ntraining: {epochs: 1}\n", "with a bias"},
        {"  - fully_connected: {batch_norm: true}\ntraining: {epochs: 1}\n", "without activation or batch_norm"},
        {"  - fully_connected: {}\n  - softmax: {}\ntraining: {epochs: 1}\n",
         "layer 2 softmax_1: the labels are numbers"},
        {"  - fully_connected: {}\ntraining: {epochs: 1, loss: cross_entropy}\n", "leave `loss` out"},
        {"  - fully_connected: {}\ntraining: {epochs: 1, label_smoothing: 0.1}\n", "label_smoothing is for classes"},
        {"  - fully_connected: {}\ntraining: {epochs: 1, loss: mean_squared_error, normal: 1}\n",
         "normal is for classes"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        put("bad.yaml", pool_printf(&pool, "data: {path: numbers.csv, test: 0.2}\nnetwork:\n%s", bad[i].network));
        BAD(bad[i].part, "train", "@bad.yaml", "-o", "@bad");
        assert_int_not_equal(access(here("bad"), F_OK), 0);
    }
}

/* ---- anomalies ---- */
#define SAMPLES 300
#define WIDTH   16
#define NORMAL  "hum" /* class 1: "click" is 0 */

/* An array file of the numbers of a table without labels. */
static void put_array(const char *name, const char *csv, int rows, int columns)
{
    struct frame at = {.index = -1};
    char header[128], *end = NULL;

    snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", rows, columns);
    uint8_t *file = pool_alloc(&pool, 128 + (size_t)(rows * columns) * sizeof(float));
    memcpy(file, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(file + 10, pool_printf(&pool, "%-117s\n", header), 118);
    for (int i = 0; i < rows * columns; i++, csv = end + 1) {
        float x = strtof(csv, &end);

        memcpy(file + 128 + (size_t)i * sizeof x, &x, sizeof x);
    }
    assert_int_equal(file_write(here(name), file, 128 + (size_t)(rows * columns) * sizeof(float), &at), MOTE_OK);
}

/* Hums are sines of any phase; clicks have one element besides that is far away, also for an int8 input. */
static void put_anomalies(void)
{
    struct text all = {.pool = &pool}, unlabeled = {.pool = &pool};
    struct random_stream s = random_stream(5, 0, 0, 0);

    for (int i = 0; i < SAMPLES; i++) {
        double phase = 6.28 * (double)random_below(s, (uint64_t)(100 * i), 1000) / 1000;
        bool click = i % 3 == 0;
        int at = (int)random_below(s, (uint64_t)(100 * i + 1), WIDTH);
        struct text *to[] = {&all, &unlabeled};

        for (int k = 0; k < WIDTH; k++)
            for (size_t j = 0; j < (click ? 1 : COUNT(to)); j++)
                text_add(to[j], "%.3f%s",
                         10 * sin(phase + 0.5 * k) + (click && k == at ? 60 : 0) +
                             0.3 * (double)random_normal(s, (uint64_t)(100 * i + 2 + k)),
                         k < WIDTH - 1 || j == 0 ? "," : "\n");
        text_add(&all, "%s\n", click ? "click" : NORMAL);
    }
    put("sounds.csv", all.s);
    put("hums.csv", unlabeled.s);
    put_array("hums.npy", unlabeled.s, SAMPLES - SAMPLES / 3, WIDTH);
    put("sounds.yaml",
        "data: {path: sounds.csv, validation: 0.2, test: 0.3, normalize: auto}\n"
        "network:\n  - fully_connected: {units: 12, activation: relu}\n"
        "  - fully_connected: {units: 4}\n  - fully_connected: {units: 12, activation: relu}\n"
        "  - fully_connected: {units: 16}\n"
        "training: {epochs: 60, batch: 16, loss: mean_squared_error, normal: 1, optimizer: {rate: 0.01}}\n");
}

/* The AUC by all pairs, and the alarms, from the lines "name,label,score,alarm" of --predictions. */
struct judged {
    double auc;
    int64_t false_alarms, misses, wrong; /* wrong: an alarm without a score above the threshold, or none with one */
};

static struct judged judge(const char *predictions, int normal, double threshold)
{
    double scores[SAMPLES];
    bool other[SAMPLES];
    int n = 0;
    int64_t pairs = 0;
    struct judged j = {.auc = 0};

    for (const char *line = text_of(predictions); *line != '\0'; line = strchr(line, '\n') + 1, n++) {
        int label, alarm;

        assert_true(n < SAMPLES);
        assert_int_equal(sscanf(strchr(line, ','), ",%d,%lf,%d", &label, &scores[n], &alarm), 3);
        other[n] = label != normal;
        j.false_alarms += alarm && !other[n];
        j.misses += !alarm && other[n];
        j.wrong += alarm != (scores[n] > threshold);
    }
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            if (other[a] && !other[b]) {
                j.auc += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
                pairs++;
            }
    j.auc /= (double)pairs;
    return j;
}

/* What `eval` says is what its list of scores says. */
static json_t *want_judged(const char *model, const char *data, const char *split)
{
    json_t *json = JSON("eval", model, "--data", data, "--split", split, "--predictions", "@scores.csv");
    struct judged j = judge("scores.csv", 1, real(json, "threshold"));

    assert_string_equal(json_string_value(json_object_get(json, "task")), "anomaly");
    assert_string_equal(json_string_value(json_object_get(json, "threshold_from")), "model");
    assert_true(fabs(real(json, "auc") - j.auc) < 1e-8);
    assert_int_equal(json_integer_value(json_object_get(json, "false_alarms")), j.false_alarms);
    assert_int_equal(json_integer_value(json_object_get(json, "misses")), j.misses);
    assert_int_equal(j.wrong, 0);
    assert_null(json_object_get(json, "accuracy"));
    return json;
}

static void anomalies_on_every_road(void **state)
{
    json_t *train, *graph, *checked, *quantized, *image;
    struct result r;

    (void)state;
    put_anomalies();
    train = JSON("train", "@sounds.yaml", "-o", "@sounds", "--threads", "1");
    graph = want_judged("@sounds/model.graph", "@sounds.csv", "test");
    assert_true(real(train, "roc_auc") == real(graph, "auc") && real(train, "threshold") == real(graph, "threshold"));
    assert_true(real(train, "false_alarm_rate") == real(graph, "false_alarm_rate"));
    assert_true(real(graph, "auc") > 0.95 && real(graph, "miss_rate") < 0.2 && real(graph, "false_alarm_rate") < 0.2);
    checked = want_judged("@sounds/model.graph", "@sounds.csv", "validation");
    assert_int_equal(json_integer_value(json_object_get(checked, "normal_samples")),
                     json_integer_value(json_object_get(train, "threshold_samples")));
    assert_true(real(checked, "false_alarm_rate") <= 0.01);

    quantized = JSON("quantize", "@sounds/model.graph", "--data", "@sounds.csv", "-o", "@sounds.mote");
    image = want_judged("@sounds.mote", "@sounds.csv", "all");
    assert_true(real(quantized, "auc_float") == real(graph, "auc") && real(quantized, "auc_int8") > 0.95);
    assert_true(real(quantized, "threshold_float") == real(graph, "threshold"));
    assert_true(real(quantized, "threshold_int8") == real(image, "threshold"));
    assert_true(real(quantized, "threshold_int8") != real(graph, "threshold"));
    assert_true(real(image, "auc") > 0.95); /* although the int8 input cannot hold a click */
    r = OK("inspect", "@sounds.mote");
    assert_non_null(strstr(r.out, "task: anomaly, threshold"));
    OK("quantize", "@sounds/model.graph", "--data", "@sounds.csv", "-o", "@sounds.graph");
    want_board("@sounds.mote", "@sounds.csv", "image");
    want_board("@sounds.graph", "@sounds.csv", "c");
    json_decref(train);
    json_decref(graph);
    json_decref(checked);
    json_decref(quantized);
    json_decref(image);
}

/* The scores of generated C, of hums.csv's raw samples, a line each. */
static const char program[] =
    "#include <stdio.h>\n#include \"sounds.h\"\n"
    "static _Alignas(16) uint8_t arena[SOUNDS_ARENA_BYTES];\n"
    "int main(void)\n{\n    float raw[16];\n    int n = 0;\n\n"
    "    while (scanf(\"%f%*c\", &raw[n]) == 1)\n        if (++n == 16) {\n            n = 0;\n"
    "            sounds_reset(arena);\n            sounds_set_input(arena, raw);\n"
    "            sounds_run(arena);\n            printf(\"%.9g,%d\\n\", "
    "(double)sounds_score(arena, raw), sounds_score(arena, raw) > SOUNDS_THRESHOLD);\n        }\n"
    "    return 0;\n}\n";

/* `run` says the same of each sample as `eval`. */
static void run_gives_the_score(void **state)
{
    json_t *run = JSON("run", "@sounds.mote", "--input", "@hums.npy"), *result;
    const char *line;
    size_t i;

    (void)state;
    OK("eval", "@sounds.mote", "--data", "@hums.npy", "--predictions", "@scores.csv");
    line = text_of("scores.csv");
    json_array_foreach(json_object_get(run, "results"), i, result)
    {
        double score;
        int alarm;

        assert_int_equal(sscanf(strchr(line, ','), ",,%lf,%d", &score, &alarm), 2);
        assert_true((float)score == (float)real(result, "score"));
        assert_int_equal(alarm, json_is_true(json_object_get(result, "anomaly")));
        line = strchr(line, '\n') + 1;
    }
    assert_int_equal(i, SAMPLES - SAMPLES / 3);
    json_decref(run);
    assert_non_null(strstr(OK("run", "@sounds.mote", "--input", "@hums.npy").out, "not above the threshold"));
    put("strange.graph", "mote-graph 1\nmodel strange\ntask anomaly threshold 1\ngraph\n"
                         "tensor 0 \"x\" s8 [1,16] quant [0.5; 127]\ntensor 1 \"y\" s8 [1,16] quant [0.5; 127]\n"
                         "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    put("tensor.bin", "AAAAAAAAAAAAAAAA"); /* of stored numbers: each is 0.5 * (65 - 127) = -31, and becomes 0 */
    assert_non_null(strstr(OK("run", "@strange.graph", "--input", "@tensor.bin").out,
                           "  score 961, above the threshold 1: an anomaly"));
}

static void generated_c_gives_the_score(void **state)
{
    struct text scores = {.pool = &pool};

    (void)state;
    OK("compile", "@sounds.graph", "--name", "sounds", "--emit", "c", "-o", "@c");
    OK("eval", "@sounds.mote", "--data", "@hums.npy", "--predictions", "@scores.csv");
    put("c/main.c", program);
    if (system(pool_printf(&pool,
                           "cd %s/c && cc -std=c11 -Wall -Wextra -Werror -I. main.c sounds.c "
                           "mote/kernels/*/*.c -o main && ./main <../hums.csv >../c.csv",
                           folder)) != 0)
        fail_msg("generated C does not compile, or does not run");
    for (const char *line = text_of("scores.csv"); *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *score = strchr(strchr(line, ',') + 1, ',') + 1;

        text_add(&scores, "%.*s\n", (int)strcspn(score, "\n"), score);
    }
    assert_string_equal(text_of("c.csv"), scores.s);
}

static void what_nobody_says_the_user_does(void **state)
{
    struct result r;
    json_t *json;

    (void)state;
    r = OK("eval", "@sounds.mote", "--data", "@hums.npy"); /* no labels: all are normal */
    assert_non_null(strstr(r.out, "AUC -, of 200 normal samples and 0 others"));
    r = OK("eval", "@sounds.mote", "--data", "@sounds.csv", "--threshold", "0");
    assert_non_null(strstr(r.out, "threshold 0 (given): 200 false alarms (100.00 % of the normal samples), 0 misses"));
    /* A stranger's model: nothing says that it is an autoencoder but its shape. */
    put("echo.graph", "mote-graph 1\nmodel echo\ngraph\ntensor 0 \"x\" f32 [1,16]\ntensor 1 \"y\" f32 [1,16]\n"
                      "op 0 relu in [0] out [1]\ninputs [0]\noutputs [1]\nend\n");
    BAD("which of them is normal is not known: --normal CLASS says it", "eval", "@echo.graph", "--data", "@sounds.csv");
    json = JSON("eval", "@echo.graph", "--data", "@sounds.csv", "--normal", NORMAL, "--predictions", "@scores.csv");
    assert_string_equal(json_string_value(json_object_get(json, "threshold_from")), "samples");
    assert_true(fabs(real(json, "auc") - judge("scores.csv", 1, real(json, "threshold")).auc) < 1e-8);
    assert_int_equal(judge("scores.csv", 1, real(json, "threshold")).wrong, 0);
    json_decref(json);
    json = JSON("quantize", "@echo.graph", "--data", "@sounds.csv", "--normal", NORMAL, "-o", "@echo.mote");
    assert_true(real(json, "auc_int8") > 0);
    json_decref(json);
    r = OK("eval", "@echo.mote", "--data", "@sounds.csv"); /* which knows its threshold and its normal class now */
    assert_non_null(strstr(r.out, "(the model's)"));
    r = OK("quantize", "@echo.graph", "--data", "@sounds.csv", "-o", "@echo.mote");
    assert_non_null(strstr(r.out, "an autoencoder is judged with --normal CLASS"));

    BAD("--normal is \"buzz\", which is none of the data's 2 classes", "eval", "@sounds.mote", "--data", "@sounds.csv",
        "--normal", "buzz");
    BAD("--threshold wants a number of at least 0, not \"-1\"", "eval", "@sounds.mote", "--data", "@sounds.csv",
        "--threshold", "-1");
    BAD("--task wants classification or regression or anomaly, not \"x\"", "eval", "@sounds.mote", "--data",
        "@sounds.csv", "--task", "x");
    BAD("--normal is for anomalies, and the task is regression", "eval", "@numbers.mote", "--data", "@numbers.csv",
        "--normal", "1");
    BAD("the data have no labels: leave it out", "eval", "@sounds.mote", "--data", "@hums.npy", "--normal", "1");
    BAD("its output \"probabilities\" has 5 elements, its input 144; an anomaly's score compares the two", "eval",
        MOTE_SOURCE_DIR "/models/strokes.graph", "--data", MOTE_SOURCE_DIR "/models/strokes", "--task", "anomaly");
}

/* MLPerf Tiny's detector, float and int8, on numbers that are made up: it is no classifier of 640. */
static void real_autoencoders(void **state)
{
    struct text t = {.pool = &pool};
    struct random_stream s = random_stream(6, 0, 0, 0);

    (void)state;
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 640; k++)
            text_add(&t, "%.3f,", -20 - (i % 2) * 30 + (double)random_normal(s, (uint64_t)(1000 * i + k)));
        text_add(&t, "%d\n", i % 2);
    }
    put("mel.csv", t.s);
    for (int i = 0; i < 2; i++) {
        const char *model =
            shared_path(&pool, i == 0 ? "models/mlperf_tiny/ad01_float.tflite" : "models/mlperf_tiny/ad01.tflite");
        json_t *json;

        if (model == NULL)
            return;
        json = JSON("eval", model, "--data", "@mel.csv", "--normal", "0", "--predictions", "@scores.csv");
        assert_string_equal(json_string_value(json_object_get(json, "task")), "anomaly");
        assert_true(fabs(real(json, "auc") - judge("scores.csv", 0, 0).auc) < 1e-8);
        json_decref(json);
    }
}

/* ---- on every road ---- */
/* Stopped after three epochs of six and resumed, a training ends with the same model, threshold included. */
static void resumed_trainings_end_alike(void **state)
{
    static const char *const recipes[] = {"numbers", "sounds"};

    (void)state;
    for (size_t i = 0; i < COUNT(recipes); i++) {
        const char *yaml = text_of(pool_printf(&pool, "%s.yaml", recipes[i]));
        const char *whole = pool_printf(&pool, "@%s-whole", recipes[i]);
        const char *parts = pool_printf(&pool, "@%s-parts", recipes[i]);

        put("steady.yaml",
            pool_printf(&pool, "name: steady\n%.*s, schedule: {kind: constant}}\n", (int)strlen(yaml) - 2, yaml));
        OK("train", "@steady.yaml", "-o", whole, "--threads", "1", "--epochs", "6");
        OK("train", "@steady.yaml", "-o", parts, "--threads", "1", "--epochs", "3");
        OK("train", "@steady.yaml", "-o", parts, "--threads", "1", "--epochs", "6", "--resume");
        want_same(pool_printf(&pool, "%s/model.graph", whole + 1), pool_printf(&pool, "%s/model.graph", parts + 1));
        want_same(pool_printf(&pool, "%s/checkpoint.graph", whole + 1),
                  pool_printf(&pool, "%s/checkpoint.graph", parts + 1));
    }
}

static int setup(void **state)
{
    struct frame at = {.index = -1};

    (void)state;
    return folder_temporary(&pool, "mote-test-tasks", &folder, &at) == MOTE_OK ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    folder_remove(folder);
    pool_free(&pool);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regressions_on_every_road),
        cmocka_unit_test(the_model_says_what_labels_are),
        cmocka_unit_test(bad_regressions),
        cmocka_unit_test(anomalies_on_every_road),
        cmocka_unit_test(run_gives_the_score),
        cmocka_unit_test(generated_c_gives_the_score),
        cmocka_unit_test(what_nobody_says_the_user_does),
        cmocka_unit_test(real_autoencoders),
        cmocka_unit_test(resumed_trainings_end_alike),
    };
    setenv("COLUMNS", "1000", 1); /* a line each */
    return cmocka_run_group_tests(tests, setup, teardown);
}
