/* SPDX-License-Identifier: Apache-2.0 */
/* mote eval: accuracy over labeled data, on the host's cores or on an emulated board. */
#include "host/cli/image_view.h"
#include "host/cli/io.h"
#include "host/cli/measure.h"
#include "host/data/dataset.h"
#include "host/exec/sweep.h"

struct eval {
    struct cli *cli;
    struct pipeline p;
    struct frame file, data_file;
    struct dataset data;
    struct preprocess preprocess; /* the model's */
    struct measure measure;       /* its runner is used on the host too; no board: host */
    size_t n, input_bytes, output_bytes;
    const int32_t *samples; /* [n] of the data set */
    uint8_t *outputs;       /* [n][output_bytes] */
    int32_t n_classes;      /* elements of the first output */
    const char **classes;   /* [n_classes] */
    int32_t *predictions;   /* [n] */
    struct confusion confusion;
};

/* ---- what is to be done ---- */
static enum mote_status open_model(struct eval *e)
{
    struct mote_model *m = &e->measure.runner.model;
    struct mote_io out;
    double value;

    if (cli_value(e->cli, "--target") != NULL)
        TRY(measure_open(e->cli, &e->p, &e->file, &e->measure));
    else if (cli_value(e->cli, "--via") != NULL)
        return usage_error(e->cli, "--via means nothing without --target");
    else
        TRY(runner_open(&e->cli->pool, e->p.image, &e->measure.runner, &e->file));
    if (mote_model_output(m, 0, &out) != MOTE_OK)
        return fail(&e->file, MOTE_ERR_UNSUPPORTED, "the model has no output");
    e->n_classes = (int32_t)io_elements(&out);
    if (e->n_classes < 2 || !io_element(&out, 0, &value))
        return fail(&e->file, MOTE_ERR_UNSUPPORTED,
                    "its output \"%s\" has %d element%s of %s; accuracy wants a number for each of several classes",
                    out.name, e->n_classes, e->n_classes == 1 ? "" : "s", type_name((enum mote_type)out.type));
    if (e->n_classes > CONFUSION_CLASSES_MAX)
        return fail(&e->file, MOTE_ERR_UNSUPPORTED, "its output \"%s\" has %d elements; %d classes are the most here",
                    out.name, e->n_classes, CONFUSION_CLASSES_MAX);
    e->input_bytes = runner_input_bytes(&e->measure.runner);
    e->output_bytes = runner_output_bytes(&e->measure.runner);
    return MOTE_OK;
}

/* The model's, else the data's, else numbers. */
static void choose_names(struct eval *e)
{
    struct pool *pool = &e->cli->pool;
    int32_t n;
    const char *const *names = image_classes(pool, &e->measure.runner.model, &n);

    if (n != e->n_classes)
        names = e->data.n_classes == e->n_classes ? e->data.classes : NULL;
    e->classes = pool_array(pool, (size_t)e->n_classes, sizeof *e->classes);
    for (int32_t i = 0; i < e->n_classes; i++) {
        const char *name = names != NULL ? names[i] : pool_printf(pool, "%d", i);

        e->classes[i] = e->cli->json ? name : printable(pool, name); /* JSON has escapes of its own */
    }
}

/* The place of sample i of those that are evaluated. */
static struct frame place(const struct eval *e, size_t i)
{
    return (struct frame){
        .up = &e->data_file, .name = dataset_place(&e->cli->pool, &e->data, e->samples[i]), .index = -1};
}

static int32_t label_of(const struct eval *e, size_t i) { return e->data.labels[e->samples[i]]; }

static enum mote_status choose_samples(struct eval *e)
{
    static const char *const words[] = {"test", "validation", "train", NULL};
    static const enum split splits[] = {SPLIT_TEST, SPLIT_VALIDATION, SPLIT_TRAIN};
    const struct dataset *d = &e->data;
    const char *word;
    int64_t limit = INT32_MAX;

    TRY(cli_number(e->cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_word(e->cli, "--split", words, &word));
    for (size_t i = 0; i < COUNT(splits); i++)
        if (strcmp(word, words[i]) == 0) {
            e->samples = d->split[splits[i]];
            e->n = (size_t)d->n_split[splits[i]];
        }
    if (e->n == 0)
        return fail(&e->data_file, MOTE_ERR_VALUE,
                    "its %s split is empty (train has %d samples, validation %d, test %d); --split chooses another",
                    word, d->n_split[SPLIT_TRAIN], d->n_split[SPLIT_VALIDATION], d->n_split[SPLIT_TEST]);
    e->n = (size_t)limit < e->n ? (size_t)limit : e->n;
    return MOTE_OK;
}

/* Bytes of unknown type are all inputs of a model, one after the other. */
static enum mote_status check_inputs(struct eval *e)
{
    struct runner *r = &e->measure.runner;
    struct mote_io io;

    if (mote_model_inputs(&r->model) == 1 && mote_model_input(&r->model, 0, &io) == MOTE_OK)
        return dataset_fits(&e->data, &io, &e->preprocess, &e->data_file);
    if (!e->data.raw)
        return fail(&e->file, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; such data are for models with one",
                    mote_model_inputs(&r->model));
    io = (struct mote_io){.type = TYPE_U8, .bytes = (uint32_t)e->input_bytes};
    return dataset_fits(&e->data, &io, NULL, &e->data_file);
}

static enum mote_status open_data(struct eval *e, const char *specification)
{
    e->data_file = (struct frame){.name = specification, .index = -1, .sink = &e->cli->error};
    TRY(dataset_open(&e->cli->pool, specification, &e->data, &e->data_file));
    if (e->data.labels == NULL)
        return fail(&e->data_file, MOTE_ERR_VALUE, "has no labels; accuracy wants them");
    TRY(choose_samples(e));
    for (size_t i = 0; i < e->n; i++)
        if (label_of(e, i) >= e->n_classes) {
            struct frame here = place(e, i);

            return fail(&here, MOTE_ERR_VALUE, "the label is %d, but the model has %d classes, from 0", label_of(e, i),
                        e->n_classes);
        }
    e->preprocess = image_preprocess_values(&e->cli->pool, &e->measure.runner.model);
    TRY(check_inputs(e));
    e->outputs = pool_array(&e->cli->pool, e->n, e->output_bytes);
    choose_names(e);
    return MOTE_OK;
}

/* The inputs of the model for sample i of those that are evaluated. */
static void make_input(const struct eval *e, size_t i, uint8_t *out)
{
    const struct mote_model *m = &e->measure.runner.model;
    struct mote_io io = {.bytes = 0};

    mote_model_input(m, 0, &io);
    dataset_input(&e->data, e->samples[i], &io, &e->preprocess, out);
}

/* ---- on the host ---- */
static void fill(void *context, int32_t i, const struct mote_model *m)
{
    const struct eval *e = context;
    struct mote_io io;

    mote_model_input(m, 0, &io);
    if (mote_model_inputs(m) == 1)
        dataset_input(&e->data, e->samples[i], &io, &e->preprocess, io.data);
    else
        model_set_inputs(m, e->data.samples + e->samples[i] * e->data.elements); /* raw: check_inputs() */
}

static void take(void *context, int32_t thread, int32_t i, const struct mote_model *m)
{
    const struct eval *e = context;

    (void)thread;
    model_get_outputs(m, e->outputs + (size_t)i * e->output_bytes);
}

static enum mote_status run_host(struct eval *e)
{
    struct sweep sweep = {.image = e->p.image,
                          .n = (int32_t)e->n,
                          .context = e,
                          .fill = fill,
                          .take = take,
                          .progress = cli_progress,
                          .what = "samples"};
    int64_t threads = 0;

    TRY(cli_number(e->cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    sweep.threads = (int32_t)threads;
    return sweep_run(&e->cli->pool, &sweep, &e->file);
}

/* ---- on the board ---- */
static enum mote_status run_board(struct eval *e)
{
    struct measure *m = &e->measure;
    struct footprint f = footprint_least(e->p.image);
    uint8_t *inputs;

    if (cli_value(e->cli, "--threads") != NULL)
        return usage_error(e->cli, "--threads is for the host, not for a board");
    TRY(check_footprint(&f, true, m->board, &e->file));
    inputs = pool_array(&e->cli->pool, e->n, e->input_bytes);
    for (size_t i = 0; i < e->n; i++)
        make_input(e, i, inputs + i * e->input_bytes);
    m->job.input = (struct bytes){inputs, e->n * e->input_bytes};
    m->job.n = (int32_t)e->n;
    m->job.reset_each = true;
    TRY(measure_run(m, &e->p, &e->file));
    f = measure_footprint(m);
    TRY(check_footprint(&f, false, m->board, &e->file));
    if (m->result.output.size != e->n * e->output_bytes)
        return fail(&e->file, MOTE_ERR_ENVIRONMENT, "the emulated board wrote %zu bytes of outputs, not %zu",
                    m->result.output.size, e->n * e->output_bytes);
    e->outputs = m->result.output.data;
    return MOTE_OK;
}

/* ---- what came out ---- */
static void judge(struct eval *e)
{
    struct pool *pool = &e->cli->pool;
    struct mote_io out;

    mote_model_output(&e->measure.runner.model, 0, &out);
    e->predictions = pool_array(pool, e->n, sizeof *e->predictions);
    e->confusion = confusion_make(pool, e->n_classes, e->classes);
    for (size_t i = 0; i < e->n; i++) {
        int32_t label = label_of(e, i);

        out.data = e->outputs + i * e->output_bytes;
        e->predictions[i] = io_largest(&out);
        confusion_add(&e->confusion, &label, &e->predictions[i], 1);
    }
}

static enum mote_status write_predictions(const struct eval *e)
{
    const char *path = cli_value(e->cli, "--predictions");
    struct frame here = {.name = path, .index = -1, .sink = &e->cli->error};
    struct text t = {.pool = &e->cli->pool};

    if (path == NULL)
        return MOTE_OK;
    for (size_t i = 0; i < e->n; i++)
        text_add(&t, "%s,%d,%d\n", dataset_name(&e->cli->pool, &e->data, e->samples[i]), label_of(e, i),
                 e->predictions[i]);
    return file_write(path, t.s, t.len, &here);
}

static json_t *footprint_json(const struct footprint *f)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "code_bytes", (json_int_t)f->code, "constant_bytes",
                     (json_int_t)f->constants, "weight_bytes", (json_int_t)f->weights, "arena_bytes",
                     (json_int_t)f->arena, "data_bss_bytes", (json_int_t)f->data_bss, "stack_bytes",
                     (json_int_t)f->stack);
}

static json_t *eval_json(const struct eval *e)
{
    const struct emulate_result *r = &e->measure.result;
    json_t *confusion = json_array(), *classes = json_array(), *json;
    json_int_t instructions = 0;

    for (int32_t i = 0; i < e->n_classes; i++) {
        json_t *row = json_array();

        for (int32_t k = 0; k < e->n_classes; k++)
            json_array_append_new(row, json_integer(confusion_count(&e->confusion, i, k)));
        json_array_append_new(confusion, row);
        json_array_append_new(classes, json_text(confusion_name(&e->confusion, i, &e->cli->pool)));
    }
    json = json_pack("{s:I, s:I, s:f, s:o, s:o}", "samples", (json_int_t)e->n, "correct",
                     (json_int_t)confusion_correct(&e->confusion), "accuracy", confusion_accuracy(&e->confusion),
                     "classes", classes, "confusion", confusion);
    if (e->measure.board != NULL) {
        struct footprint f = measure_footprint(&e->measure);

        for (size_t i = 0; i < e->n; i++)
            instructions += r->instructions[i];
        json_object_set_new(json, "footprint", footprint_json(&f));
        json_object_set_new(json, "target", json_text(e->measure.board->name));
        json_object_set_new(json, "via", json_string(e->measure.via));
        if (e->n > 0)
            json_object_set_new(json, "instructions_mean", json_integer(instructions / (json_int_t)e->n));
    }
    return json;
}

static void print_text(const struct eval *e)
{
    printf("%lld of %zu correct: %.2f %%", (long long)confusion_correct(&e->confusion), e->n,
           100 * confusion_accuracy(&e->confusion));
    if (e->measure.board != NULL)
        printf(" on %s, via %s", e->measure.board->name, e->measure.via);
    putchar('\n');
    print_confusion(&e->confusion, &e->cli->pool, stdout);
}

static enum mote_status run_eval(struct cli *cli)
{
    struct eval *e = pool_alloc(&cli->pool, sizeof *e);
    const char *specification = cli_value(cli, "--data"), *json = NULL;

    e->cli = cli;
    if (specification == NULL)
        return usage_error(cli, "--data is missing");
    TRY(cli_compile(cli, &e->p, &e->file));
    TRY(open_model(e));
    TRY(open_data(e, specification));
    TRY(e->measure.board != NULL ? run_board(e) : run_host(e));
    judge(e);
    if (cli->json)
        json = cli_json_text(cli, eval_json(e));
    TRY(write_predictions(e)); /* nothing after it can run out of memory */
    if (json != NULL)
        fputs(json, stdout);
    else
        print_text(e);
    return MOTE_OK;
}

const struct command command_eval = {
    .name = "eval",
    .arguments = "M --data SPEC [--split S] [--target BOARD [--via image|c]] [--limit N] [--predictions F]",
    .summary = "accuracy and confusion matrix over labeled data",
    .details =
        "The prediction is the largest element of the model's first output as it is stored; of equals, the first.\n"
        "Samples are independent: state is reset before each. Runs on all cores of the host, or with --target on the\n"
        "emulated board, in one run.\n\n"
        "SPEC is a folder, a file, or a YAML file with a `data:` section; `mote help data` and docs/DATA.md list the\n"
        "forms. Its test split counts; a set without splits is all test. Samples become the input as the model's own\n"
        "preprocessing says; without one, as the data's.\n\n"
        "The file of --predictions gets a line a sample: file (or file:row), label, prediction.\n\n"
        "JSON keys: samples, correct, accuracy, classes, confusion: [label][prediction]; and with --target: target,\n"
        "via, instructions_mean (of one inference), footprint: {code_bytes, constant_bytes, weight_bytes, "
        "arena_bytes,\n"
        "data_bss_bytes, stack_bytes}.",
    .example = "mote eval kws.tflite --data kws01 --limit 100",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--data", "SPEC", "the labeled data: a folder, a file or a YAML file"},
                                       {"--split", "S", "test, validation or train; default: test"},
                                       MEASURE_OPTIONS,
                                       {"--limit", "N", "only the first N samples"},
                                       {"--predictions", "FILE", "where the predictions go"},
                                       {"--threads", "N", "of the host; default: all cores"},
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_eval,
};
