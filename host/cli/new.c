/* SPDX-License-Identifier: Apache-2.0 */
/* mote new: somebody's data become a recipe that trains at once. */
#include "host/report/columns.h"
#include "host/cli/data_show.h"
#include "host/cli/io.h"
#include "host/jobs/new_board.h"

/* ---- what is to be done ---- */
static enum mote_status read_size(struct cli *cli, struct data_section *s)
{
    const char *value = cli_value(cli, "--size");
    int height, width, n = 0;

    if (value == NULL)
        return MOTE_OK;
    if (sscanf(value, "%4dx%4d%n", &height, &width, &n) != 2 || value[n] != '\0' || height < 1 || width < 1)
        return usage_error(cli, "--size wants HEIGHTxWIDTH, not \"%s\"", value);
    s->size = pool_copy(&cli->pool, (int64_t[]){height, width}, 2 * sizeof(int64_t));
    s->size_count = 2;
    return MOTE_OK;
}

static enum design_features features_of(const char *const *words, const char *word)
{
    int i = FEATURES_NONE;

    while (words[i] != NULL && words[i] != word)
        i++;
    return words[i] != NULL ? (enum design_features)i : FEATURES_NONE;
}

static enum mote_status read_options(struct cli *cli, struct new_options *out)
{
    static const char *const tasks[] = {"as it looks", "classification", "regression", "anomaly", NULL};
    int64_t epochs = 0, skip = 0, window = 0, step = 0, resample = 0;
    static const char *const features[] = {[FEATURES_NONE] = "none",
                                           [FEATURES_STATISTICS] = "statistics",
                                           [FEATURES_SPECTRUM] = "spectrum",
                                           [FEATURES_BOTH] = "both",
                                           NULL};
    const char *task, *of;

    TRY(cli_word(cli, "--task", tasks, &task));
    TRY(cli_word(cli, "--features", features, &of));
    TRY(cli_number(cli, "--epochs", 1, 1000000, &epochs));
    TRY(cli_number(cli, "--skip", 0, 1000000, &skip));
    TRY(cli_number(cli, "--window", 2, 1000000, &window));
    TRY(cli_number(cli, "--step", 1, 1000000, &step));
    TRY(cli_number(cli, "--resample", 2, 1000000, &resample));
    if (cli_value(cli, "-o") == NULL)
        return usage_error(cli, "-o is missing: the folder for the recipe");
    *out = (struct new_options){
        .folder = cli_value(cli, "-o"),
        .target = cli_value(cli, "--target"),
        .normal = cli_value(cli, "--normal"),
        .anomaly = task == tasks[3],
        .features = features_of(features, of),
        .epochs = (int32_t)epochs,
        .max_bytes = cli->max_bytes,
        .given = {.path = cli->positional[0],
                  .label = cli_value(cli, "--label"),
                  .labels = cli_value(cli, "--labels"),
                  .group = cli_value(cli, "--group"),
                  .missing = cli_value(cli, "--missing"),
                  .skip = (int32_t)skip,
                  .window = (int32_t)window,
                  .step = (int32_t)step,
                  .resample = (int32_t)resample,
                  .task = task == tasks[1]   ? DATA_CLASSIFICATION
                          : task == tasks[2] ? DATA_REGRESSION
                                             : DATA_TASK_AUTO},
    };
    return read_size(cli, &out->given);
}

/* ---- what was found ---- */
/* Groups and recordings go into one split as a whole: where there are few, the test may lack a class. */
static void print_lacking(const struct newborn *n)
{
    const struct dataset *d = &n->data;
    struct text lacking = {.pool = n->pool};
    int32_t *counts = pool_array(n->pool, (size_t)d->n_classes + 1, sizeof *counts);

    for (int32_t i = 0; d->labels != NULL && i < d->n_split[SPLIT_TEST]; i++)
        counts[d->labels[d->split[SPLIT_TEST][i]]]++;
    for (int32_t c = 0; d->labels != NULL && c < d->n_classes; c++)
        if (counts[c] == 0)
            text_add(&lacking, "%s%s", lacking.len > 0 ? ", " : "",
                     d->classes != NULL ? printable(n->pool, d->classes[c]) : pool_printf(n->pool, "%d", c));
    if (lacking.len > 0)
        print_fitting(
            stdout,
            "no sample of %s is in the test, so it says little: there are too few samples, or too few recordings "
            "(groups), which are in one split as a whole; --folds of mote train tests on all\n",
            lacking.s);
}

static void print_findings(const struct newborn *n)
{
    const struct dataset *d = &n->data;

    print_fitting(stdout, "%s", n->notes);
    if (d->equal > 0)
        print_fitting(stdout, "%d sample%s equal to another one: equal ones stay in one split\n", d->equal,
                      d->equal == 1 ? " is" : "s are");
    print_lacking(n);
    if (d->torn > 0)
        print_fitting(stdout, "%d samples are equal to one of another class: one of their labels must be wrong\n",
                      d->torn);
}

static void print_text(struct cli *cli, const struct newborn *n)
{
    struct data_view v = {.cli = cli, .data = n->data, .at = n->data_file};

    v.data.notes = "";
    data_look(&v);
    data_print(&v);
    putchar('\n');
    print_findings(n);
    print_fitting(
        stdout,
        "\n%s: for %s, %lld parameters, %lld multiply-accumulates; as int8 on %s %lld bytes of arena, an image "
        "of %lld bytes\n",
        printable(n->pool, n->path), design_kind_names[n->design.kind], (long long)n->parameters, (long long)n->macs,
        n->target.name, (long long)n->arena, (long long)n->image);
    printf("Next: mote train %s\n", shell_path(n->pool, n->path));
}

static json_t *new_json(struct cli *cli, const struct newborn *n)
{
    struct data_view v = {.cli = cli, .data = n->data, .at = n->data_file};

    data_look(&v);
    return json_pack("{s:o, s:s, s:I, s:I, s:I, s:I, s:i, s:i, s:o}", "recipe", json_text(n->path), "target",
                     n->target.name, "parameters", (json_int_t)n->parameters, "macs", (json_int_t)n->macs,
                     "arena_bytes", (json_int_t)n->arena, "image_bytes", (json_int_t)n->image, "equal", n->data.equal,
                     "equal_of_other_classes", n->data.torn, "data", data_json(&v));
}

static enum mote_status run_new(struct cli *cli)
{
    struct newborn *n = pool_alloc(&cli->pool, sizeof *n);
    struct new_options options;

    TRY(read_options(cli, &options));
    TRY(new_run(&cli->pool, &options, n, &cli->root));
    if (cli->json)
        cli_print_json(new_json(cli, n));
    else
        print_text(cli, n);
    return MOTE_OK;
}

const struct command command_new = {
    .name = "new",
    .arguments = "DATA [--target BOARD] [--task T] -o DIR",
    .summary = "looks at data, and writes a recipe for them that fits a board",
    .details =
        "DATA is a folder or a file: docs/DATA.md lists the forms. What it holds is found out by looking, and "
        "printed:\n"
        "samples, classes, splits, ranges, what is equal, what was decided. DIR/recipe.yaml gets a network for "
        "pictures,\n"
        "series or rows of numbers, whose int8 form fits half of the board, 64 KiB of arena and 256 KiB of flash at "
        "most.\n"
        "It is yours to change. `mote train DIR/recipe.yaml` ends with DIR/int8.graph, run on the board's emulator.\n\n"
        "JSON keys: recipe, target, parameters, macs, arena_bytes, image_bytes, equal (samples that another one is "
        "equal "
        "to),\n"
        "equal_of_other_classes, data (mote help data).",
    .example = "mote new wine_data.csv --target nano-33-ble-sense -o wine",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const struct option[]){
            {"-o", "DIR", "the folder for the recipe, and later for the training"},
            {"--target", "BOARD", "default: " NEW_TARGET},
            {"--task", "T", "classification, regression or anomaly; default: as labels look"},
            {"--normal", "CLASS", "anomalies: the class that is none; default: all samples"},
            {"--label", "COLUMN", "of a table, by name or by number from 0"},
            {"--labels", "FILE", "labels in a second file, a line a sample"},
            {"--group", "G", "what belongs together: docs/DATA.md"},
            {"--missing", "HOW", "gaps of a table or of recordings: drop, mean or a number"},
            {"--skip", "N", "first lines that are none of the table's"},
            {"--size", "HxW", "of pictures"},
            {"--window", "N", "rows of a sample: recordings are cut; of sounds ms"},
            {"--step", "N", "rows from one window to the next; default: half a window; of sounds ms"},
            {"--resample", "N", "rows to which each recording is stretched"},
            {"--features", "F", "of series: statistics, spectrum or both, that the device computes; default: none"},
            {"--epochs", "N", "of the training"},
            DATA_OPTIONS,
            {NULL, NULL, NULL}},
    .run = run_new,
};
