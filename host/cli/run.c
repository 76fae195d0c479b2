/* SPDX-License-Identifier: Apache-2.0 */
/* mote run: inferences on the host, from samples or tensor files to tensor files. */
#include "host/cli/io.h"
#include "host/run/runner.h"

struct job {
    struct cli *cli;
    struct pipeline p;
    struct frame file;
    struct runner runner;
    struct inferences inferences;
};

/* All inputs of inference k, and the inference. */
static void infer(struct job *j, size_t k)
{
    struct mote_model *m = &j->runner.model;
    const struct inferences *x = &j->inferences;
    struct mote_io io;

    if (x->rows > 0 && mote_model_input(m, 0, &io) == MOTE_OK) {
        for (size_t row = 0; row < (size_t)x->rows; row++)
            mote_model_feed(m, x->inputs[0].data + (k * (size_t)x->rows + row) * io.bytes);
        return;
    }
    for (int32_t i = 0; mote_model_input(m, i, &io) == MOTE_OK; i++)
        memcpy(io.data, x->inputs[i].data + k * io.bytes, io.bytes);
    mote_model_run(m);
}

static void infer_all(struct job *j)
{
    struct mote_model *m = &j->runner.model;
    struct inferences *x = &j->inferences;
    struct mote_io io;

    inferences_make_outputs(&j->cli->pool, x);
    for (size_t k = 0; k < x->n; k++) {
        progress_step(&cli_progress, "inferences", (int64_t)k, (int64_t)x->n);
        if (x->reset_each)
            mote_model_reset(m);
        infer(j, k);
        for (int32_t i = 0; mote_model_output(m, i, &io) == MOTE_OK; i++)
            memcpy(x->outputs[i].data + k * io.bytes, io.data, io.bytes);
    }
    progress_step(&cli_progress, "inferences", (int64_t)x->n, (int64_t)x->n);
}

/* ---- every tensor of the graph ---- */
static enum mote_status write_tensor(struct job *j, struct staging *files, int32_t index, struct text *list,
                                     const struct frame *at)
{
    const struct tensor *t = &j->p.model.graphs[0].tensors[index];
    int32_t value = j->p.plan.value_of_tensor[index];
    char shape[96];

    if (value == VALUE_NONE || t->source < 0)
        return MOTE_OK;

    const struct value *v = &j->p.plan.values[value];
    const uint8_t *data = v->kind == VALUE_CONST ? t->data : j->runner.model.regions[MOTE_REGION_ARENA] + v->offset;

    if (data == NULL)
        return MOTE_OK;
    TRY(staging_put(files, pool_printf(&j->cli->pool, "t%d.bin", t->source), data, (size_t)tensor_bytes(t), at));
    text_add(list, "%d %s %s %lld %s\n", t->source, type_name(t->type), shape_text(t, shape),
             (long long)tensor_bytes(t), printable(&j->cli->pool, t->name));
    return MOTE_OK;
}

static enum mote_status put_tensors(struct job *j, struct staging *files, const struct frame *at)
{
    struct text list = {.pool = &j->cli->pool};

    text_add(&list, "%s", "");
    for (int32_t i = 0; i < j->p.model.graphs[0].n_tensors; i++)
        TRY(write_tensor(j, files, i, &list, at));
    TRY(staging_put(files, "index.txt", list.s, list.len, at));
    return staging_commit(files, at);
}

static enum mote_status write_tensors(struct job *j, const char *dir)
{
    struct frame here = {.name = dir, .index = -1, .sink = &j->cli->error};
    struct staging files;
    enum mote_status status = staging_begin(&j->cli->pool, dir, &files, &here);

    if (status == MOTE_OK)
        status = put_tensors(j, &files, &here);
    staging_end(&files);
    return status;
}

static enum mote_status run_run(struct cli *cli)
{
    struct job j = {.cli = cli};
    const char *tensors = cli_value(cli, "--tensors"), *result = NULL;
    const struct target here = target_host();
    struct pipeline_options options = {.passes = cli_value(cli, "--passes"),
                                       .dump_after = cli_value(cli, "--dump"),
                                       .keep_all = tensors != NULL,
                                       .target = &here};

    TRY(cli_load(cli, &j.p, &j.file));
    if (tensors != NULL && !j.p.has_graph)
        return fail(&j.file, MOTE_ERR_USAGE, "an image does not name its tensors; give the .tflite or graph file");
    TRY(pipeline_compile(&j.p, &options, &j.file));
    TRY(runner_open(&cli->pool, j.p.image, &j.runner, &j.file));
    TRY(inferences_read(cli, &j.runner.model, &j.inferences));
    infer_all(&j);
    if (cli->json)
        result = cli_json_text(cli, json_pack("{s:I, s:o}", "inferences", (json_int_t)j.inferences.n, "results",
                                              inferences_json(&j.inferences)));
    if (tensors != NULL)
        TRY(write_tensors(&j, tensors));
    TRY(inferences_write(cli, &j.inferences));
    if (cli->json)
        fputs(result, stdout);
    else
        inferences_print(&j.inferences);
    return MOTE_OK;
}

const struct command command_run = {
    .name = "run",
    .arguments = "M --input F [--raw] [--output F] [--reset-each] [--passes none --tensors DIR]",
    .summary = "runs a model on the host: samples or tensors in, tensors out",
    .details = INPUT_DETAILS
    "Prints the outputs as real numbers; files of --output are raw elements, or .npy by their name.\n\n"
    "--tensors writes every tensor, after the last inference, as DIR/t<index>.bin with the source's index;\n"
    "DIR/index.txt names them. With --passes none these are all the tensors of the imported graph.\n\n"
    "JSON keys: inferences, results: [{outputs: [{name, type, shape, scale, zero_point, data, real}], and of\n"
    "an anomaly detector score and anomaly (null: it has no threshold)}].",
    .example = "mote run kws.tflite --input sample.bin --output scores.npy",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){INPUT_OPTIONS,
                                       DATA_OPTIONS,
                                       CPU_OPTION,
                                       {"--tensors", "DIR", "write every tensor"},
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_run,
};
