/* SPDX-License-Identifier: Apache-2.0 */
/* mote data: what a data set holds, before any work is done with it. */
#include "host/cli/data_show.h"

static enum mote_status write_sheet(struct data_view *v, const char *path)
{
    struct frame here = {.name = path, .index = -1, .sink = &v->cli->error};
    struct bytes png;

    if (path == NULL)
        return MOTE_OK;
    TRY(dataset_sheet(&v->cli->pool, &v->data, &png, &v->at));
    return file_write(path, png.data, png.size, &here);
}

static enum mote_status run_data(struct cli *cli)
{
    struct data_view v = {.cli = cli, .at = {.name = cli->positional[0], .index = -1, .sink = &cli->error}};
    const struct dataset_options options = {.max_bytes = cli->max_bytes};
    const char *json = NULL;

    TRY(dataset_open(&cli->pool, cli->positional[0], &options, &v.data, &v.at));
    data_look(&v);
    if (cli->json)
        json = cli_json_text(cli, data_json(&v));
    TRY(write_sheet(&v, cli_value(cli, "--sheet")));
    if (json != NULL)
        fputs(json, stdout);
    else
        data_print(&v);
    return MOTE_OK;
}

const struct command command_data = {
    .name = "data",
    .arguments = "SPEC [--sheet F.png]",
    .summary = "what a data set holds: classes, splits, ranges, a contact sheet",
    .details =
        "SPEC is a folder, a file, or a YAML file with a `data:` section (docs/DATA.md):\n"
        "  a folder of MNIST's files (IDX, .gz or not), of pictures by class, or with\n"
        "  y_labels.csv; a tar or zip of pictures by class; .csv; .npy\n"
        "Everything is read, decoded and checked; the first thing that is wrong is named.\n\n"
        "--sheet writes ten pictures of each class, a class a row with its name and number, of the first 64 "
        "classes.\n\n"
        "JSON keys: samples, repeated (left out of validation and test: another split has the same), type, shape, "
        "splits: {train, validation, test} or null if nothing says what they are,\n"
        "classes: [{name, samples: {train, validation, test}}], target: range or null, preprocess: {kind, channels, "
        "type, mean, std}, range: {min,\n"
        "max, mean, std} of the raw values, channels: [range], suspects: {samples that may be mislabelled, compared "
        "with each other, agreement: share of these that most neighbors agree with, first: [{sample, index, class, "
        "neighbors}]}.",
    .example = "mote data /usr/share/datasets/fashion-mnist --sheet fashion.png",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--sheet", "FILE", "where the contact sheet goes, a PNG"},
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_data,
};
