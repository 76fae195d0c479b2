/* SPDX-License-Identifier: Apache-2.0 */
/* mote run: inferences on the host, from samples or tensor files to tensor files. */
#include "host/cli/io.h"
#include "host/jobs/kept_tensors.h"

static enum mote_status run_run(struct cli *cli)
{
    const char *tensors = cli_value(cli, "--tensors"), *result = NULL;
    struct pipeline_options options = {.passes = cli_value(cli, "--passes"),
                                       .dump_after = cli_value(cli, "--dump"),
                                       .keep_all = tensors != NULL,
                                       .target = &cli->machine};
    struct class_names classes;
    struct inferences x;
    struct runner runner;
    struct pipeline p;
    struct frame file;

    TRY(cli_load(cli, &p, &file));
    if (tensors != NULL && !p.has_graph)
        return fail(&file, MOTE_ERR_USAGE, "an image does not name its tensors; give the .tflite or graph file");
    TRY(pipeline_compile(&p, &options, &file));
    TRY(runner_open_on(&cli->pool, p.image, &cli->machine, &runner, &file));
    TRY(cli_read_inferences(cli, &runner.model, &x));
    TRY(inferences_run(&cli->pool, &runner.model, &x, &cli_progress, &file));
    classes = class_names_of(&cli->pool, &runner.model);
    if (cli->json)
        result =
            cli_json_text(cli, json_pack("{s:I, s:o}", "inferences", (json_int_t)x.n, "results", inferences_json(&x)));
    if (tensors != NULL)
        TRY(tensors_write_all(&cli->pool, &p, &runner, tensors, &file));
    TRY(cli_write_outputs(cli, &x));
    if (cli->json)
        fputs(result, stdout);
    else
        inferences_print(&x, &classes);
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
                                       SHAPE_OPTION,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_run,
};
