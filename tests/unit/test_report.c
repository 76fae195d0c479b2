/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: the history's file, lines on the terminal, the page and its charts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/random.h"
#include "host/jobs/judge.h"
#include "host/report/chart.h"
#include "host/report/columns.h"
#include "host/report/html.h"
#include "host/report/terminal.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

static struct pool pool;
static struct report_text report;
static const struct frame at = {.name = "history", .index = -1, .sink = &report};
static char folder[] = "/tmp/mote-report-XXXXXX";
static const char *path; /* of the one file */

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    path = pool_printf(&pool, "%s/file", folder);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    report = (struct report_text){.status = MOTE_OK};
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    pool_free(&pool);
    return rmdir(folder); /* fails if a test left something */
}

static void put(const char *text) { assert_int_equal(file_write(path, text, strlen(text), &at), MOTE_OK); }

static const char *content(void)
{
    struct bytes file;

    assert_int_equal(file_read(&pool, path, &file, &at), MOTE_OK);
    return (const char *)file.data;
}

/* ---- history ---- */
static struct history_row row(int32_t epoch)
{
    return (struct history_row){.epoch = epoch,
                                .rate = 0.001,
                                .train_loss = 1.0 / epoch,
                                .train_accuracy = 0.5,
                                .validation_loss = 1.25 / epoch,
                                .validation_accuracy = NAN,
                                .seconds = 12.5,
                                .samples_per_second = 4800,
                                .validation_mae = NAN,
                                .validation_rmse = NAN,
                                .validation_r2 = NAN,
                                .threads = NAN,
                                .batch = epoch > 1 ? 32 : NAN,
                                .seed = NAN};
}

static bool same(double a, double b) { return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-8 * fabs(a); }

static bool same_row(const struct history_row *a, const struct history_row *b)
{
    return a->epoch == b->epoch && same(a->rate, b->rate) && same(a->train_loss, b->train_loss) &&
           same(a->train_accuracy, b->train_accuracy) && same(a->validation_loss, b->validation_loss) &&
           same(a->validation_accuracy, b->validation_accuracy) && same(a->seconds, b->seconds) &&
           same(a->samples_per_second, b->samples_per_second) && same(a->batch, b->batch) && same(a->seed, b->seed);
}

static void write_rows(int32_t n)
{
    struct history h;

    assert_int_equal(history_open(&pool, path, 0, &h, &at), MOTE_OK);
    for (int32_t i = 1; i <= n; i++) {
        struct history_row r = row(i);

        assert_int_equal(history_add(&h, &r, &at), MOTE_OK);
    }
}

static void history_comes_back(void **state)
{
    struct history h;

    (void)state;
    write_rows(20);
    assert_int_equal(history_read(&pool, path, &h, &at), MOTE_OK);
    assert_int_equal(h.n, 20);
    for (int32_t i = 0; i < 20; i++) {
        struct history_row want = row(i + 1);

        assert_true(same_row(&h.rows[i], &want));
    }
}

static void history_is_lines_of_json(void **state)
{
    (void)state;
    write_rows(1);
    assert_string_equal(content(), "{\"epoch\": 1, \"rate\": 0.001, \"train_loss\": 1.0, \"train_accuracy\": 0.5, "
                                   "\"validation_loss\": 1.25, \"validation_accuracy\": null, \"seconds\": 12.5, "
                                   "\"samples_per_second\": 4800.0}\n");
}

/* Cut at every byte: the rows whose lines are whole, or whole but for their end, are there. */
static void history_cut_off_anywhere(void **state)
{
    const char *all;
    size_t len;

    (void)state;
    write_rows(3);
    all = content();
    len = strlen(all);
    for (size_t cut = 0; cut <= len; cut++) {
        struct history h;
        size_t whole = 0;

        assert_int_equal(file_write(path, all, cut, &at), MOTE_OK);
        for (size_t i = 0; i < cut; i++)
            whole += all[i] == '}';
        assert_int_equal(history_read(&pool, path, &h, &at), MOTE_OK);
        assert_int_equal(h.n, whole);
    }
}

static void training_continues(void **state)
{
    struct history_row next = row(4);
    struct history h;

    (void)state;
    write_rows(6);
    next.rate = 0.5;
    assert_int_equal(history_open(&pool, path, 3, &h, &at), MOTE_OK);
    assert_int_equal(h.n, 3);
    assert_int_equal(history_add(&h, &next, &at), MOTE_OK);
    assert_int_equal(history_read(&pool, path, &h, &at), MOTE_OK);
    assert_int_equal(h.n, 4);
    assert_true(same_row(&h.rows[3], &next));
    unlink(path);
    assert_int_equal(history_open(&pool, path, 3, &h, &at), MOTE_OK); /* no file: no rows */
    assert_int_equal(h.n, 0);
    put("old, and no JSON\n");
    assert_int_equal(history_open(&pool, path, 0, &h, &at), MOTE_OK); /* a new training does not look at it */
}

static void history_refuses(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"{\"epoch\": 1}\nnot JSON\n{\"epoch\": 2}\n", "history: line 2: no row of a training's history"},
        {"{\"epoch\": 1}\n\n", "history: line 2: no row"},
        {"{\"epoch\": 0}\n", "history: line 1: no row"},
        {"{\"epoch\": 3000000000}\n", "history: line 1: no row"},
        {"{\"epoch\": \"1\"}\n", "history: line 1: no row"},
        {"[1]\n", "history: line 1: no row"},
        {"{\"epoch\": 2}\n{\"epoch\": 2}\n", "history: line 2: epoch 2 comes after epoch 2"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct history h;

        put(cases[i].text);
        report = (struct report_text){.status = MOTE_OK};
        assert_int_equal(history_read(&pool, path, &h, &at), MOTE_ERR_VALUE);
        assert_non_null(strstr(report.text, cases[i].want));
    }
    unlink(path);
    report = (struct report_text){.status = MOTE_OK};
    assert_int_equal(history_read(&pool, path, &(struct history){0}, &at), MOTE_ERR_FILE);
}

static void what_a_history_does_not_say(void **state)
{
    struct history h;

    (void)state;
    put("{\"epoch\": 7, \"train_loss\": 2, \"rate\": \"fast\", \"color\": \"blue\"}\n");
    assert_int_equal(history_read(&pool, path, &h, &at), MOTE_OK);
    assert_int_equal(h.rows[0].epoch, 7);
    assert_true(h.rows[0].train_loss == 2 && isnan(h.rows[0].rate) && isnan(h.rows[0].seconds));
}

static void the_best_row(void **state)
{
    struct history_row rows[] = {row(1), row(2), row(3), row(4)};
    struct history h = {.rows = rows, .n = 4};

    (void)state;
    rows[1].validation_loss = 0.1;
    rows[2].validation_loss = 0.1;
    rows[3].validation_loss = NAN; /* it diverged */
    rows[3].train_loss = 0.001;
    assert_true(history_best(&h) == &rows[1]);
    for (size_t i = 0; i < 4; i++)
        rows[i].validation_loss = NAN;
    assert_true(history_best(&h) == &rows[3]);
    for (size_t i = 0; i < 4; i++)
        rows[i].train_loss = NAN;
    assert_null(history_best(&h));
}

/* ---- terminal ---- */
static const char *duration(double seconds)
{
    static char out[32];

    return duration_text(seconds, out);
}

static void durations(void **state)
{
    (void)state;
    assert_string_equal(duration(0), "0.0 s");
    assert_string_equal(duration(59.94), "59.9 s");
    assert_string_equal(duration(59.96), "1 min 00 s");
    assert_string_equal(duration(200), "3 min 20 s");
    assert_string_equal(duration(3599.6), "1 h 00 min");
    assert_string_equal(duration(7500), "2 h 05 min");
    assert_string_equal(duration(NAN), "?");
    assert_string_equal(duration(-1), "?");
    assert_string_equal(duration(1e300), "?");
}

static void lines_of_epochs(void **state)
{
    struct epoch_progress p = {3, 20, 40, 100, 0.43214, 0.9125, 10, 0};
    struct history_row r = {3, 0.001, 0.43214, 0.9125, 0.4411, 0.908, 12.5, 4800, NAN, NAN, NAN, NAN, NAN, NAN};
    char out[LINE_SIZE];

    (void)state;
    assert_string_equal(epoch_progress_text(&p, out),
                        "epoch  3/20 [####......]  40 %  loss 0.4321  accuracy 91.25 %  7 min 20 s left");
    assert_string_equal(epoch_progress_text(&(struct epoch_progress){.epoch = 1,
                                                                     .epochs = 1,
                                                                     .done = 0,
                                                                     .total = 10,
                                                                     .loss = NAN,
                                                                     .accuracy = NAN,
                                                                     .seconds = 0,
                                                                     .shown = 0},
                                            out),
                        "epoch 1/1 [..........]   0 %");
    assert_string_equal(epoch_line(&r, 20, 100, out), "epoch  3/20  loss 0.4321  accuracy 91.25 %  validation 0.4411  "
                                                      "90.80 %  rate 0.001  12.5 s");
    assert_string_equal(epoch_line(&r, 20, 80, out), "epoch  3/20  loss 0.4321  91.25 %  validation 0.4411  90.80 %  "
                                                     "12.5 s");
    r.train_loss = r.validation_loss = 1.2345e-10;
    r.train_accuracy = r.validation_accuracy = 1;
    assert_string_equal(epoch_line(&r, 10000, 80, out), "epoch     3/10000  loss 1.234e-10  100.00 %  validation "
                                                        "1.234e-10  100.00 %");
    r.train_loss = 0.43214;
    r.train_accuracy = r.validation_loss = r.validation_accuracy = r.rate = r.seconds = NAN;
    assert_string_equal(epoch_line(&r, 3, 80, out), "epoch 3/3  loss 0.4321");
    r.validation_loss = 0.5;
    r.validation_mae = 3.25;
    r.validation_rmse = 4;
    r.validation_r2 = 0.71;
    assert_string_equal(epoch_line(&r, 3, 80, out), "epoch 3/3  loss 0.4321  validation 0.5  MAE 3.25  R2 0.7100");
    p.loss = 1e300;
    p.seconds = 1e300;
    assert_true(strlen(epoch_progress_text(&p, out)) < LINE_SIZE);
}

static const char *printed(void (*print)(const struct confusion *, struct pool *, FILE *), const struct confusion *c)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    const char *copy;

    print(c, &pool, f);
    fclose(f);
    copy = pool_strdup(&pool, text);
    free(text);
    return copy;
}

static void matrices_are_printed(void **state)
{
    static const char *const names[] = {"left", "a long \n"};
    struct confusion c = confusion_make(&pool, 2, names), many = confusion_make(&pool, 33, NULL);

    (void)state;
    confusion_add(&c, (const int32_t[]){0, 0, 0, 1}, (const int32_t[]){0, 0, 1, 1}, 4);
    assert_string_equal(printed(print_confusion, &c), "\nlabel         predicted\n"
                                                      "                   left a lo… \\x0a\n"
                                                      "left                  2          1\n"
                                                      "a long \\x0a           .          1\n");
    assert_string_equal(printed(print_class_metrics, &c),
                        "\nclass         samples   precision      recall          F1\n"
                        "left                3    100.00 %     66.67 %     80.00 %\n"
                        "a long \\x0a         1     50.00 %    100.00 %     66.67 %\n"
                        "mean                4                 83.33 %     73.33 %\n");
    assert_string_equal(printed(print_confusion, &many), "the confusion matrix of 33 classes: --json\n");
    c.classes = NULL;
    assert_non_null(strstr(printed(print_confusion, &c), "\n0               2    1\n"));
}

/* Nothing on a stream that is no terminal. */
/* Of few weights beside many there is a trace. */
static void compressions_are_printed(void **state)
{
    static const struct compression_stage stages[] = {
        {"dense", 1000, 1000, 0, 1000, 0.92, 0.3, {.range = 2, .counts = {[0] = 1, [STAGE_BINS - 1] = 999}}}};
    static const struct compression_layer weights[] = {{"dense_1", 1000, 40, 16, "huffman", 125}};
    static const struct compression c = {stages, weights, NULL, 1, 1, 0, {100, 20, 5, 12, 14}};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);

    (void)state;
    setenv("COLUMNS", "1000", 1); /* a line each */
    compression_print(&c, &pool, to);
    unsetenv("COLUMNS");
    fclose(to);
    assert_non_null(strstr(text, "dense    |."));
    assert_non_null(strstr(text, " @| to 2\n"));
    assert_non_null(strstr(text, "huffman    125  1.00\n"));
    assert_non_null(strstr(text, "codebooks 5, biases 12, multipliers 14: 151\n"));
    free(text);
}

static void progress_in_a_file(void **state)
{
    struct epoch_progress p = {.epoch = 1, .epochs = 1, .done = 1, .total = 2, .seconds = 1};
    FILE *f = tmpfile();

    (void)state;
    epoch_progress_show(&p, f);
    epoch_progress_remove(&p, f);
    assert_int_equal(ftell(f), 0);
    fclose(f);
}

/* ---- the page ---- */
/* Every element is closed by its own name, attributes are quoted, no markup where text is. */
static void want_well_formed(const char *s)
{
    const char *open[64];
    size_t depth = 0;

    for (s = strstr(s, "<html"); s != NULL; s = strchr(s + 1, '<')) {
        const char *end = strchr(s, '>'), *name = s[1] == '/' ? s + 2 : s + 1;
        size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789"), quotes = 0;

        assert_non_null(end);
        assert_true(len > 0);
        for (const char *c = s + 1; c < end; c++) {
            quotes += *c == '"';
            assert_true(*c != '<');
        }
        assert_true(quotes % 2 == 0);
        if (s[1] == '/') {
            assert_true(depth > 0 && strncmp(open[depth - 1], name, len) == 0);
            depth--;
        } else if (end[-1] != '/') {
            assert_true(depth < COUNT(open));
            open[depth++] = name;
        }
    }
    assert_int_equal(depth, 0);
}

static const char *page(const struct html_report *r)
{
    struct text t = {.pool = &pool};

    html_report_text(r, &t);
    assert_int_equal(strlen(t.s), t.len);
    want_well_formed(t.s);
    assert_null(strstr(t.s, "http"));
    assert_null(strstr(t.s, "<script"));
    assert_null(strstr(t.s, "nan"));
    assert_null(strstr(t.s, "inf"));
    return t.s;
}

static const char HOSTILE[] =
    "</td></table><script>alert(\"1\" & '2')</script>\n\x1b[31m\xff\xc0\xaf\xed\xa0\x80\xe2\x82";
static const char *const hostile_names[] = {HOSTILE, "b", "\" onload=\"x"};

/* Two models, of which the second is the board's; a picture and a curve with a gap. */
static struct life full_life(bool hostile)
{
    static const uint8_t picture[] = {0xfb, 0xff, 0xfe, 0};
    static const float values[] = {1, 2, NAN, 4, 3, -INFINITY};
    static struct life_class classes[] = {{"cat", {5, 2, 1}}};
    static struct figure figures[] = {{"cat", "taken for dog", {(uint8_t *)picture, sizeof picture}, NULL, 0, 0},
                                      {NULL, NULL, {NULL, 0}, values, 3, 2}};
    static struct life_data data = {"a.csv", classes, 1, {"all", {5, 2, 1}}, figures, 2, figures, 1};
    static struct life_model rows[] = {{.path = "a/float.graph",
                                        .name = "float.graph",
                                        .form = "float",
                                        .weights = 4000,
                                        .arena = -1,
                                        .flash = -1,
                                        .score = 0.9,
                                        .score_text = "90.00 %"},
                                       {.path = "a/int8.graph",
                                        .name = "int8.graph",
                                        .form = "integers",
                                        .weights = 1000,
                                        .arena = 512,
                                        .flash = 9000,
                                        .score = 0.9,
                                        .score_text = "90.00 %",
                                        .instructions = 12345,
                                        .time = "1.5 ms",
                                        .energy = "3 uJ",
                                        .board_score = "91.00 %",
                                        .board_n = 99,
                                        .board_all = 100}};
    static struct life_models models = {"accuracy", true, true, rows, 2, 1};
    static struct life_block blocks[] = {{"in", LIFE_TENSOR, 0, 256, -1, 0}, {"work", LIFE_SCRATCH, 256, 128, 0, 1}};
    static struct life_operator operators[] = {{.name = "CONV_2D",
                                                .output = "1x4x4x2",
                                                .macs = 12000,
                                                .weights = 900,
                                                .tables = 10,
                                                .instructions = 10000,
                                                .cycles = 13000,
                                                .milliseconds = 1.25,
                                                .microjoules = 2.5,
                                                .classes = {4000, 1000, 2500, 500, 2000}},
                                               {.name = "RESHAPE", .output = "1x32", .macs = -1}};
    static const double rates[] = {1, 10, 100}, days[] = {1000, 900, 300};
    static struct life_board board = {
        .title = "A board",
        .via = "via image",
        .arena = {blocks, 2, 2, 384, 384, 0},
        .operators = operators,
        .n_operators = 2,
        .fits = {{"RAM", {{"arena", 384}, {"stack", 200}}, 500}, {"flash", {{"weights", 1000}, {"code", 8000}}, 65536}},
        .code = 8000,
        .constants = 10,
        .facts = {{"energy", "3 uJ"}},
        .n_facts = 1,
        .battery = "220 mAh at 3 V",
        .per_hour = rates,
        .days = days,
        .days_low = days,
        .days_high = days,
        .n_battery = 3,
        .rate = 60};

    classes[0].name = figures[0].caption = hostile ? HOSTILE : "cat";
    figures[0].below = data.source = operators[0].output = board.facts[0].value = hostile ? HOSTILE : "text";
    rows[0].path = rows[0].name = board.via = board.battery = hostile ? HOSTILE : "other text";
    rows[1].board_score = hostile ? HOSTILE : "91.00 %";
    blocks[0].name = hostile ? HOSTILE : "in";
    operators[0].name = hostile ? HOSTILE : "CONV_2D";
    board.title = hostile ? HOSTILE : "A board";
    life_find_best(&models);
    return (struct life){&data, &models, &board};
}

/* A report with all sections, all whose text is hostile if `hostile`. */
static struct html_report full_report(bool hostile, struct history *h, struct confusion *c, struct roc *roc)
{
    static struct fact results[] = {{"Accuracy", NULL}, {"float", "92 %"}};
    static struct layer_row layers[] = {{"conv", "CONV_2D", "1x2x2x4", 1234567, 1000},
                                        {"softmax", "SOFTMAX", "1x4", 0, 0}};
    static const float scores[] = {1, 2, 3, 4};
    static const struct compression_point points[] = {{900, 0.91, NAN}, {400, 0.5, NAN}};
    static struct compression_stage stages[] = {
        {"dense", 1000, 1000, 0, 1000, 0.92, 0.3, {.range = 2, .counts = {[0] = 1, [STAGE_BINS - 1] = 999}}},
        {"prune", 1000, 0, 0, 10, NAN, NAN, {.range = 0}}};
    static struct compression_layer weights[] = {{"dense_1", 1000, 40, 16, "huffman", 125}};
    static const struct compression compression = {stages, weights, points, 2, 1, 2, {100, 20, 5, 12, 14}};
    struct html_report r = {.title = "Title",
                            .recipe = "recipe.yaml",
                            .results = results,
                            .n_results = 2,
                            .costs = results,
                            .n_costs = 2,
                            .history = h,
                            .best_epoch = 2,
                            .confusion = c,
                            .roc = roc,
                            .compression = &compression,
                            .layers = layers,
                            .n_layers = 2,
                            .life = full_life(hostile)};

    *h = (struct history){.pool = &pool, .path = path};
    h->rows = pool_array(&pool, 3, sizeof *h->rows);
    for (; h->n < 3; h->n++)
        h->rows[h->n] = row((int32_t)h->n + 1);
    *c = confusion_make(&pool, 3, hostile ? hostile_names : NULL);
    confusion_add(c, (const int32_t[]){0, 1, 1}, (const int32_t[]){0, 1, 2}, 3);
    for (size_t i = 0; i < r.life.models->n; i++)
        r.life.models->rows[i].confusion = c;
    r.life.models->rows[1].board_confusion = c;
    *roc = roc_make(&pool, scores, (const bool[]){false, true, false, true}, 4);
    if (hostile) {
        r.title = r.recipe = results[0].label = results[1].label = results[1].value = HOSTILE;
        layers[0].name = layers[0].op = layers[0].shape = HOSTILE;
        stages[0].name = weights[0].name = weights[0].coding = HOSTILE;
    }
    return r;
}

static void pages_have_their_sections(void **state)
{
    static const char *const sections[] = {
        "Results",          "Costs",           "Training",         "Confusion",
        "Classes",          "Recall by model", "Detection",        "Models",
        "A board",          "Arena",           "Operators",        "Data",
        "Most wrong",       "Compression",     "Weights by stage", "Size against accuracy",
        "Weights by layer", "Bytes",           "Network"};
    struct confusion c;
    struct history h;
    struct roc roc;
    struct html_report r = full_report(false, &h, &c, &roc);
    const char *s = page(&r), *none = page(&(struct html_report){.title = "Nothing"});

    (void)state;
    for (size_t i = 0; i < COUNT(sections); i++) {
        const char *heading = pool_printf(&pool, "<h2>%s</h2>", sections[i]);

        assert_non_null(strstr(s, heading));
        assert_null(strstr(none, heading));
    }
    assert_non_null(strstr(s, "AUC <strong>0.7500</strong>"));
    assert_non_null(strstr(s, "<td>huffman</td><td class=\"number\">125</td><td class=\"number\">1.00</td>"));
    assert_non_null(strstr(s, "<th>all</th><td class=\"number\">151</td>"));
    assert_non_null(strstr(s, "1\xe2\x80\xaf"
                              "234\xe2\x80\xaf"
                              "567</td>"));
    assert_non_null(strstr(s, ">kept</text>"));
    assert_non_null(strstr(s, "aria-label=\"Loss\""));
    assert_non_null(strstr(s, "<details><summary>on the board: 2 of 3</summary>"));
    assert_null(strstr(s, "a/int8.graph")); /* below the folder */
    assert_string_equal(s, page(&r));       /* same report, same bytes */
}

/* RFC 4648, section 10, has "foobar"; RFC 2397 the form. */
static void pictures_are_in_the_page(void **state)
{
    static const char *const want[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};

    (void)state;
    for (size_t n = 1; n < COUNT(want); n++) {
        struct text t = {.pool = &pool};
        const struct figure f = {.png = {(uint8_t *)"foobar", n}};

        figures_html(&f, 1, &t);
        assert_non_null(strstr(t.s, pool_printf(&pool, "src=\"data:image/png;base64,%s\"/>", want[n])));
    }
}

static void a_board_says_what_does_not_fit(void **state)
{
    struct life l = full_life(false);
    struct text t = {.pool = &pool};

    (void)state;
    assert_int_equal(life_fit_used(&l.board->fits[0]), 584);
    life_board_html(l.board, &t);
    assert_non_null(strstr(t.s, "<strong>RAM</strong>: 584 of 500 bytes: it does not fit"));
    assert_non_null(strstr(t.s, "<title>work (scratch): 128 bytes at 256</title>"));
    assert_null(strstr(t.s, "65\xe2\x80\xaf"
                            "536 bytes: it"));
}

/* Smaller and as good is better; of equals both are best; what has no score is not. */
static void the_best_models(void **state)
{
    struct life_model rows[] = {{.weights = 100, .score = 0.9}, {.weights = 50, .score = 0.9},
                                {.weights = 50, .score = 0.9},  {.weights = 40, .score = 0.8},
                                {.weights = 10, .score = NAN},  {.weights = 200, .score = 0.95}};
    struct life_models m = {.larger = true, .rows = rows, .n = COUNT(rows)};

    (void)state;
    life_find_best(&m);
    assert_true(!rows[0].best && rows[1].best && rows[2].best && rows[3].best && !rows[4].best && rows[5].best);
    m.larger = false; /* errors */
    life_find_best(&m);
    assert_true(!rows[0].best && !rows[1].best && rows[3].best && !rows[4].best && !rows[5].best);
}

/* A folder may hold networks of other numbers of classes. */
static void models_of_as_many_classes_are_compared(void **state)
{
    struct confusion two = confusion_make(&pool, 2, NULL), three = confusion_make(&pool, 3, NULL);
    struct life_model rows[] = {{.name = "two", .form = "float", .best = true, .confusion = &two},
                                {.name = "main", .form = "float", .confusion = &three},
                                {.name = "three", .form = "float", .best = true, .confusion = &three}};
    struct life_models m = {.rows = rows, .n = COUNT(rows), .main = 1};
    struct text t = {.pool = &pool};
    size_t which[LIFE_COMPARED];

    (void)state;
    assert_int_equal(life_compared(&m, which), 2);
    assert_true(which[0] == 1 && which[1] == 2);
    life_classes_html(&m, &t);
    assert_non_null(strstr(t.s, "three<br/>float"));
    assert_null(strstr(t.s, "two<br/>float"));
    rows[1].confusion = NULL;
    assert_int_equal(life_compared(&m, which), 0);
}

/* The largest errors first; no number at all is worse than any. */
/* The last character is whole, and a mark says that there was more. */
static void what_is_too_long_is_marked(void **state)
{
    char *text = NULL, *words = pool_array(&pool, 2 * FITTING_MAX, 1);
    size_t size;

    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        FILE *to = open_memstream(&text, &size);

        assert_non_null(to);
        strcpy(words, extra == 0 ? "" : "x");
        for (int i = 0; i < FITTING_MAX / 2 + 10; i++)
            strcat(words, "\xc3\xa9");
        print_fitting(to, "%s\n", words);
        assert_int_equal(fclose(to), 0);
        assert_true(size > FITTING_MAX - 16 && size < FITTING_MAX);
        assert_string_equal(text + size - 6, "\xc3\xa9\xe2\x80\xa6\n");
        free(text);
    }
}

static void the_worst_samples(void **state)
{
    static float values[] = {1, 2, NAN, 4}, targets[] = {1, 2.5F, 3, 8};
    static const int32_t samples[] = {0, 1, 2, 3};
    static const struct dataset data = {.n = 4, .targets = targets};
    const struct judge j = {
        .pool = &pool, .what = {.data = &data, .samples = samples, .n = 4}, .how = &judging_numbers, .values = values};
    int32_t worst[4];

    (void)state;
    assert_int_equal(judge_worst(&j, worst, 4), 3);
    assert_true(worst[0] == 2 && worst[1] == 3 && worst[2] == 1);
    assert_int_equal(judge_worst(&j, worst, 1), 1);
}

static const char *printed_life(const struct life *l)
{
    char *s = NULL;
    size_t n;
    FILE *to = open_memstream(&s, &n);
    const char *kept;

    assert_non_null(to);
    life_print(l, &pool, to);
    assert_int_equal(fclose(to), 0);
    kept = pool_strdup(&pool, s);
    free(s);
    return kept;
}

static void lives_are_printed(void **state)
{
    struct life l = full_life(false);
    const char *s = printed_life(&l);

    (void)state;
    assert_non_null(strstr(s, pool_printf(&pool, "%-28s %10d %10d %10d\n", "cat", 5, 2, 1)));
    assert_non_null(strstr(s, "int8.graph     1000    512   90.00 %         12345  * <\n"));
    assert_non_null(strstr(s, "other text     4000      -   90.00 %             -\n"));
    assert_non_null(strstr(s, "on the board: 91.00 %; 99 of 100 outputs are this machine's\n"));
    assert_non_null(strstr(s, "584 of 500 bytes: it does not fit\n"));
    assert_non_null(strstr(s, "fullest in call 0 of 2:\n         256  in\n         128  work\n"));
    for (const char *line = s; *line != '\0'; line = strchr(line, '\n') + 1)
        if (strchr(line, 10) - line > 80)
            fail_msg("too wide: %.*s", (int)(strchr(line, 10) - line), line);
    l = full_life(true);
    assert_null(strchr(printed_life(&l), 0x1b));
}

static void hostile_text_stays_text(void **state)
{
    struct confusion c;
    struct history h;
    struct roc roc;
    struct html_report r = full_report(true, &h, &c, &roc);
    const char *s = page(&r);

    (void)state;
    assert_non_null(strstr(s, "&lt;/td&gt;&lt;/table&gt;&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)"));
    assert_non_null(strstr(s, "&quot; onload=&quot;x"));
    assert_null(strchr(s, 0x1b));
    assert_null(strchr(s, 0xff));
}

static void pages_are_written(void **state)
{
    (void)state;
    assert_int_equal(html_report_write(&(struct html_report){.title = "T"}, path, &at), MOTE_OK);
    assert_int_equal(strncmp(content(), "<!DOCTYPE html>\n", 16), 0);
    assert_int_equal(html_report_write(&(struct html_report){.title = "T"}, folder, &at), MOTE_ERR_FILE);
}

static void large_matrices_become_lists(void **state)
{
    struct confusion c = confusion_make(&pool, 100, NULL);
    const char *s;

    (void)state;
    c.counts[3 * 100 + 4] = 17;
    c.counts[5 * 100 + 6] = 18;
    c.counts[9 * 100 + 2] = 17;
    c.counts[9 * 100 + 9] = 1000;
    s = page(&(struct html_report){.title = "T", .confusion = &c});
    assert_null(strstr(s, "class=\"matrix\""));
    assert_non_null(strstr(s, "<tr><th class=\"any\">5</th><td class=\"any\">6</td><td class=\"number\">18</td></tr>\n"
                              "<tr><th class=\"any\">3</th><td class=\"any\">4</td><td class=\"number\">17</td></tr>\n"
                              "<tr><th class=\"any\">9</th><td class=\"any\">2</td><td class=\"number\">17</td></tr>\n"
                              "</tbody>"));
}

static const char *escaped(const char *s)
{
    struct text t = {.pool = &pool};

    text_escaped(&t, s);
    return t.s != NULL ? t.s : "";
}

static void escapes(void **state)
{
    (void)state;
    assert_string_equal(escaped(""), "");
    assert_string_equal(escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    assert_string_equal(escaped("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"), "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
    assert_string_equal(escaped("\t\x7f"), "\\x09\\x7f");
    assert_string_equal(escaped("\x80x"), "\\x80x");
    assert_string_equal(escaped("\xc0\xaf"), "\\xc0\\xaf");                   /* overlong */
    assert_string_equal(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80");          /* a surrogate */
    assert_string_equal(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80"); /* beyond the last */
    assert_string_equal(escaped("\xe2\x82"), "\\xe2\\x82");                   /* cut off */
    assert_string_equal(escaped("\xc2\x9b"
                                "1m\xe2\x80\xae"),
                        "\\xc2\\x9b"
                        "1m\\xe2\\x80\\xae");
    assert_string_equal(escaped("\xe2<"), "\\xe2&lt;");
}

/* ---- charts ---- */
static const char *svg(const double *y, size_t n, enum scale scale)
{
    struct text t = {.pool = &pool};
    double *x = pool_array(&pool, n + 1, sizeof *x);
    struct chart c = {.title = "T",
                      .x = {.scale = SCALE_WHOLE},
                      .y = {.scale = scale},
                      .series = {{.x = x, .y = y, .n = n}},
                      .mark = NAN,
                      .width = 400,
                      .height = 300};

    for (size_t i = 0; i < n; i++)
        x[i] = (double)i + 1;
    chart_svg(&c, &t);
    return t.s != NULL ? t.s : "";
}

static bool has_tick(const char *s, const char *label)
{
    return strstr(s, pool_printf(&pool, ">%s</text>", label)) != NULL;
}

static void ticks_are_readable(void **state)
{
    const char *s = svg((const double[]){0.13, 0.97, 1.82}, 3, SCALE_AUTO);

    (void)state;
    assert_true(has_tick(s, "0") && has_tick(s, "0.5") && has_tick(s, "1.5") && has_tick(s, "2"));
    assert_true(has_tick(s, "3") && !has_tick(s, "1.2")); /* whole epochs */
    s = svg((const double[]){0.31, 0.99}, 2, SCALE_PERCENT);
    assert_true(has_tick(s, "20 %") && has_tick(s, "100 %") && !has_tick(s, "120 %"));
    s = svg((const double[]){100, 10, 0.5}, 3, SCALE_AUTO);
    assert_true(has_tick(s, "100") && has_tick(s, "1") && has_tick(s, "0.5") && !has_tick(s, "0"));
    s = svg((const double[]){5, 5, 5}, 3, SCALE_NUMBER); /* a range of nothing */
    assert_true(has_tick(s, "5"));
    s = svg((const double[]){0}, 1, SCALE_AUTO);
    assert_true(has_tick(s, "0") && has_tick(s, "1"));
    assert_non_null(strstr(s, "<circle"));
}

static void gaps_and_nothing(void **state)
{
    const char *s = svg((const double[]){1, NAN, 2, INFINITY, 3}, 5, SCALE_NUMBER);
    int moves = 0;

    (void)state;
    for (const char *c = strstr(s, "class=\"line"); *c != '/'; c++)
        moves += *c == 'M';
    assert_int_equal(moves, 3);
    assert_string_equal(svg((const double[]){NAN, INFINITY}, 2, SCALE_AUTO), "");
    assert_string_equal(svg(NULL, 0, SCALE_AUTO), "");
}

/* Any numbers: it ends, and what is drawn is finite. */
static void charts_of_anything(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct random_stream r = random_stream(seed, 0, 0, 0);
        size_t n = 1 + random_below(r, 0, 60);
        double y[60], size = pow(10, (double)random_below(r, 1, 60) - 30);
        const char *s;

        for (size_t i = 0; i < n; i++)
            y[i] = size * ((double)random_unit(r, 10 + i) - (random_below(r, 2, 2) == 0 ? 0.5 : 0));
        s = svg(y, n, (enum scale)random_below(r, 3, 4));
        assert_true(strlen(s) > 0);
        assert_null(strstr(s, "nan"));
        assert_null(strstr(s, "inf"));
    }
}

/* ---- layers ---- */
/* Parameters and multiply-accumulates by hand; the shape that RESHAPE reads is no parameter. */
static void layers_of_a_graph(void **state)
{
    static const struct layer_row want[] = {
        {"lines", "CONV_2D", "1x12x12x4", 4 * 9 + 4, 144 * 4 * 9},
        {"along", "DEPTHWISE_CONV_2D", "1x6x6x4", 9 * 4 + 4, 36 * 4 * 9},
        {"rivals", "CONV_2D", "1x6x6x4", 4 * 4, 36 * 4 * 4},
        {"votes", "AVERAGE_POOL_2D", "1x1x1x4", 0, 0},
        {"flatten", "RESHAPE", "1x4", 0, 0},
        {"classes", "FULLY_CONNECTED", "1x5", 5 * 4 + 5, 5 * 4},
        {"probabilities", "SOFTMAX", "1x5", 0, 0},
    };
    struct model m = {.pool = &pool};
    struct bytes file;
    struct layer_row *rows;
    size_t n;

    (void)state;
    assert_int_equal(file_read(&pool, MOTE_SOURCE_DIR "/models/strokes.graph", &file, &at), MOTE_OK);
    assert_int_equal(model_parse(&m, file, &at), MOTE_OK);
    rows = layers_of(&pool, &m.graphs[0], &n);
    assert_int_equal(n, COUNT(want));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(rows[i].name, want[i].name);
        assert_string_equal(rows[i].op, want[i].op);
        assert_string_equal(rows[i].shape, want[i].shape);
        assert_int_equal(rows[i].parameters, want[i].parameters);
        assert_int_equal(rows[i].macs, want[i].macs);
    }
}

#define WITH_FILE(test) cmocka_unit_test_teardown(test, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FILE(history_comes_back),
        WITH_FILE(history_is_lines_of_json),
        WITH_FILE(history_cut_off_anywhere),
        WITH_FILE(training_continues),
        WITH_FILE(history_refuses),
        WITH_FILE(what_a_history_does_not_say),
        cmocka_unit_test(the_best_row),
        cmocka_unit_test(durations),
        cmocka_unit_test(lines_of_epochs),
        cmocka_unit_test(matrices_are_printed),
        cmocka_unit_test(compressions_are_printed),
        cmocka_unit_test(progress_in_a_file),
        cmocka_unit_test(pages_have_their_sections),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(pictures_are_in_the_page),
        cmocka_unit_test(a_board_says_what_does_not_fit),
        cmocka_unit_test(the_best_models),
        cmocka_unit_test(models_of_as_many_classes_are_compared),
        cmocka_unit_test(what_is_too_long_is_marked),
        cmocka_unit_test(the_worst_samples),
        cmocka_unit_test(lives_are_printed),
        WITH_FILE(pages_are_written),
        cmocka_unit_test(large_matrices_become_lists),
        cmocka_unit_test(escapes),
        cmocka_unit_test(ticks_are_readable),
        cmocka_unit_test(gaps_and_nothing),
        cmocka_unit_test(charts_of_anything),
        cmocka_unit_test(layers_of_a_graph),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
