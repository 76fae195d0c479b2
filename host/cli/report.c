/* SPDX-License-Identifier: Apache-2.0 */
/* mote report: a model's whole life on one page. */
#include <sys/stat.h>

#include "host/boards/board.h"
#include "host/cli/cost_show.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/cli/measure_show.h"
#include "host/jobs/life_board.h"

/* ---- what is to be done ---- */
static enum mote_status find_board(struct cli *cli, struct life_options *o)
{
    static const char *const ways[] = {"image", "c", NULL};
    const char *name = cli_value(cli, "--target"), *via;
    struct target *target = pool_alloc(&cli->pool, sizeof *target);

    TRY(cli_word(cli, "--via", ways, &via));
    TRY(cost_read_usage(cli, &o->usage));
    o->via_c = via == ways[1];
    o->estimate = cli_flag(cli, "--estimate");
    if (name == NULL && (cli_value(cli, "--via") != NULL || cli_value(cli, "--operator-source") != NULL ||
                         o->estimate || o->usage.every_s > 0 || o->usage.duty > 0))
        return usage_error(cli, "what a model takes is of a board: --target is missing");
    if (name == NULL)
        return MOTE_OK;
    if (cli_value(cli, "--operator-source") != NULL)
        o->own = cli_values(cli, "--operator-source");
    TRY(target_find(&cli->pool, name, target, &cli->root));
    if (target->board == NULL)
        return fail(&cli->root, MOTE_ERR_USAGE, "there is no board %s: `mote targets` lists them", name);
    o->target = target;
    if (!board_takes(target->board, BOARD_IMAGE) && cli_value(cli, "--via") == NULL)
        o->via_c = true;
    return board_check_way(target->board, o->via_c ? BOARD_C : BOARD_IMAGE, "--via", &cli->root);
}

static enum mote_status read_options(struct cli *cli, struct life_options *o)
{
    int64_t threads = 0;

    *o = (struct life_options){.place = cli->positional[0],
                               .data = cli_value(cli, "--data"),
                               .coding = CODING_AUTO,
                               .max_bytes = cli->max_bytes,
                               .progress = &cli_progress};
    TRY(cli_number(cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    o->threads = (int32_t)threads;
    TRY(judge_read_options(cli, &o->judge));
    return find_board(cli, o);
}

static const char *path_of(struct cli *cli)
{
    const char *o = cli_value(cli, "-o"), *place = cli->positional[0];
    struct stat st;

    if (o != NULL)
        return o;
    return stat(place, &st) == 0 && S_ISDIR(st.st_mode) ? pool_printf(&cli->pool, "%s/" LIFE_REPORT, place)
                                                        : LIFE_REPORT;
}

/* ---- what came out ---- */
static json_t *model_json(const struct life_job *j, size_t i)
{
    const struct life_model *r = &j->models.rows[i];
    json_t *json = json_pack("{s:o, s:s, s:I, s:I, s:o, s:b, s:b}", "model", json_text(r->path), "form", r->form,
                             "weight_bytes", (json_int_t)r->weights, "arena_bytes", (json_int_t)r->arena, "score",
                             json_number(r->score), "best", r->best, "main", i == j->models.main);

    if (j->options->target == NULL)
        return json;
    json_object_set_new(json, "flash_bytes", json_integer((json_int_t)r->flash));
    cost_json(json, &j->subjects[i].cost);
    if (r->board_score != NULL)
        json_object_set_new(
            json, "board",
            json_pack("{s:I, s:I}", "samples", (json_int_t)r->board_all, "equal", (json_int_t)r->board_n));
    return json;
}

static json_t *report_json(const struct life_job *j, const char *path)
{
    json_t *models = json_array();

    for (size_t i = 0; i < j->models.n; i++)
        json_array_append_new(models, model_json(j, i));
    return json_pack("{s:o, s:s?, s:o}", "report", json_text(path), "score", j->models.score, "models", models);
}

static enum mote_status run_report(struct cli *cli)
{
    struct life_options *options = pool_alloc(&cli->pool, sizeof *options);
    struct life_job *job = pool_alloc(&cli->pool, sizeof *job);
    const char *path = path_of(cli), *json;
    struct frame file = {.name = path, .index = -1, .sink = &cli->error};

    TRY(read_options(cli, options));
    TRY(life_run(&cli->pool, options, job, &cli->root));
    json = cli->json ? cli_json_text(cli, report_json(job, path)) : NULL;
    TRY(html_report_write(&job->page, path, &file));
    if (json != NULL) {
        fputs(json, stdout);
        return MOTE_OK;
    }
    life_print(&job->page.life, &cli->pool, stdout);
    printf("\n%s is the report\n", printable(&cli->pool, path));
    return MOTE_OK;
}

const struct command command_report = {
    .name = "report",
    .arguments = "DIR|M [--data SPEC] [--target BOARD [--via image|c]] [-o F.html]",
    .summary = "a model's whole life on one page: data, training, models, board, battery",
    .details =
        "Looks at all models of a folder (what `mote train`, `quantize` and `compress` leave, .tflite, .onnx, .mote;\n"
        "checkpoints do not count), or at one. With --data each is tested, and the page shows the data, confusions "
        "and\n"
        "the samples that are most wrong. With --target each is built for the board and counted there, and of the\n"
        "smallest model of integers the page shows whether it fits, the arena over the calls, flash, time and energy\n"
        "by operator, and how long a battery lasts at any rate; samples of the test run there, too, and are compared.\n"
        "Weights are coded where that makes them half or less (--coding auto). The page needs no other "
        "file.\n" COST_DETAILS
        "\nJSON keys: report, score (what it is of; null without data), models: [{model, form (integers, "
        "float, image),\n"
        "weight_bytes, arena_bytes, score, best (no smaller one is as good), main (the one the page is about); with a "
        "board\n"
        "also flash_bytes, board: {samples, equal}, and the cost as `mote profile` has it}].",
    .example = "mote report mote-demo --data /usr/share/datasets/fashion-mnist \\\n      --target mps2-an386 --via c",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--data", "SPEC", "labeled data to test on"},
                                       MEASURE_OPTIONS,
                                       OPERATORS_OPTION,
                                       COST_OPTIONS,
                                       JUDGE_OPTIONS,
                                       {"--threshold", "X", "anomalies: what scores above it is one"},
                                       {"--threads", "N", "of the host; default: all cores"},
                                       {"-o", "FILE", "where the page goes; default: " LIFE_REPORT " in the folder"},
                                       DATA_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_report,
};
