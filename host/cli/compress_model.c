/* SPDX-License-Identifier: Apache-2.0 */
/* mote compress of a model: no training. */
#include "host/report/columns.h"
#include "host/cli/compress_model.h"

#include <math.h>
#include <stdlib.h>

#include "host/boards/board.h"
#include "host/cli/compress_show.h"
#include "host/cli/io.h"
#include "host/cli/judge_show.h"
#include "host/jobs/post.h"

/* ---- what it is for ---- */
enum mote_status compress_read_goal(struct cli *cli, struct goal *out)
{
    static const char *const goals[] = {"flash", "speed", NULL};
    struct target *target = pool_alloc(&cli->pool, sizeof *target);
    const char *word;

    TRY(cli_word(cli, "--optimize", goals, &word));
    *out = (struct goal){.target = target, .given = cli_value(cli, "--optimize") != NULL};
    if (out->given)
        out->optimize = word == goals[0] ? OPTIMIZE_FLASH : OPTIMIZE_SPEED;
    if (out->given && cli_value(cli, "--target") == NULL)
        return usage_error(cli, "--optimize counts what is saved on a board: say which with --target");
    return target_find(&cli->pool, cli_value(cli, "--target"), target, &cli->root);
}

/* ---- what is to be done ---- */
/* "method:number"; the method's length. */
static size_t split_method(const char *value, const char **number)
{
    const char *colon = strchr(value, ':');

    *number = colon != NULL ? colon + 1 : NULL;
    return colon != NULL ? (size_t)(colon - value) : strlen(value);
}

static enum mote_status read_keep(struct cli *cli, const char *option, const char *value, const char *number,
                                  const char *what, double *out)
{
    char *end;

    *out = number != NULL ? strtod(number, &end) : 0;
    if (number == NULL || end == number || *end != '\0' || !(*out > 0 && *out <= 1))
        return usage_error(cli, "%s wants the share of %s that stays, above 0, at most 1, such as %.*s:0.5", option,
                           what, (int)strcspn(value, ":"), value);
    return MOTE_OK;
}

static enum mote_status read_prune(struct cli *cli, struct post_options *o)
{
    const char *value = cli_value(cli, "--prune"), *number;
    size_t len;

    o->prunes = value != NULL;
    if (value == NULL)
        return MOTE_OK;
    len = split_method(value, &number);
    o->prune.compensate = len == 3 && strncmp(value, "obs", len) == 0;
    if (!o->prune.compensate && !(len == 9 && strncmp(value, "magnitude", len) == 0))
        return usage_error(cli, "--prune wants obs:KEEP or magnitude:KEEP, not \"%s\"", value);
    return read_keep(cli, "--prune", value, number, "weights", &o->prune.keep);
}

static enum mote_status read_channels(struct cli *cli, struct post_options *o)
{
    const char *value = cli_value(cli, "--channels"), *number;
    size_t len;
    int method = 0;

    o->channels = value != NULL;
    if (value == NULL)
        return MOTE_OK;
    len = split_method(value, &number);
    while (method < CHANNEL_METHODS &&
           !(strlen(channel_methods[method].name) == len && strncmp(channel_methods[method].name, value, len) == 0))
        method++;
    if (method == CHANNEL_METHODS)
        return usage_error(cli, "--channels wants apoz:KEEP or norm:KEEP, not \"%s\"", value);
    o->channel.method = (enum channel_method)method;
    return read_keep(cli, "--channels", value, number, "channels", &o->channel.keep);
}

static const char *method_names(struct pool *pool)
{
    struct text t = {.pool = pool};

    for (int i = GRID_WHOLE + 1; i < GRID_METHODS; i++)
        text_add(&t, "%s%s", i == GRID_WHOLE + 1 ? "" : i == GRID_METHODS - 1 ? " or " : ", ", grids[i].name);
    return t.s;
}

static enum mote_status read_number(struct cli *cli, const struct grid_info *g, const char *text, int32_t *out)
{
    char *end;
    long n = text != NULL ? strtol(text, &end, 10) : g->usual;

    if (text != NULL && g->number == NULL)
        return usage_error(cli, "--levels %s takes no number", g->name);
    if (text != NULL && (end == text || *end != '\0' || n < g->least || n > g->most))
        return usage_error(cli, "--levels %s wants %s from %d to %d, not \"%s\"", g->name, g->number, (int)g->least,
                           (int)g->most, text);
    *out = (int32_t)n;
    return MOTE_OK;
}

static enum mote_status read_levels(struct cli *cli, struct post_options *o)
{
    const char *value = cli_value(cli, "--levels"), *number;
    size_t len;

    o->levels = value != NULL;
    if (value == NULL)
        return MOTE_OK;
    len = split_method(value, &number);
    for (int i = GRID_WHOLE + 1; i < GRID_METHODS; i++)
        if (strlen(grids[i].name) == len && strncmp(grids[i].name, value, len) == 0) {
            o->level = (struct post_levels){(enum grid_method)i, 0, !cli_flag(cli, "--no-compensation")};
            return read_number(cli, &grids[i], number, &o->level.number);
        }
    return usage_error(cli, "--levels wants %s, not \"%s\"", method_names(&cli->pool), value);
}

static enum mote_status read_goal(struct cli *cli, struct post_options *o)
{
    const char *drop = cli_value(cli, "--accuracy-drop");
    char *end;

    TRY(cli_bytes(cli, "--budget", &o->budget));
    o->drop = drop != NULL ? strtod(drop, &end) : NAN;
    if (drop != NULL && (end == drop || *end != '\0' || !(o->drop >= 0 && o->drop <= 100)))
        return usage_error(cli, "--accuracy-drop wants points from 0 to 100, not \"%s\"", drop);
    if ((o->budget > 0) + (drop != NULL) + (o->prunes || o->levels) > 1 ||
        (o->budget == 0 && drop == NULL && !o->prunes && !o->levels && !o->channels))
        return usage_error(cli, "a model wants either --budget, or --accuracy-drop, or --prune, --levels or both; and "
                                "--channels before or alone");
    if (o->prunes && o->levels && o->level.method == GRID_BINARY)
        return usage_error(cli,
                           "--levels binary has no 0, which --prune makes of weights: take ternary, or no --prune");
    return MOTE_OK;
}

static enum mote_status read_options(struct cli *cli, struct post_options *o)
{
    int64_t samples = 0, limit = 0, threads = 0;

    *o = (struct post_options){.model = cli->positional[0],
                               .data = cli_value(cli, "--data"),
                               .folder = cli_value(cli, "-o"),
                               .max_bytes = cli->max_bytes};
    if (o->data == NULL)
        return usage_error(cli, "--data is missing: samples say which weights matter");
    if (cli_value(cli, "--dense") != NULL)
        return usage_error(cli, "--dense is for recipes");
    if (cli_value(cli, "--epochs") != NULL)
        return usage_error(cli, "--epochs is for recipes: a model is not trained");
    TRY(cli_read_shapes(cli, &o->import));
    TRY(compress_read_goal(cli, &o->goal));
    TRY(read_channels(cli, o));
    TRY(read_prune(cli, o));
    TRY(read_levels(cli, o));
    TRY(read_goal(cli, o));
    TRY(judge_read_options(cli, &o->judge));
    TRY(cli_number(cli, "--samples", 1, INT32_MAX, &samples));
    TRY(cli_number(cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_number(cli, "--threads", 1, SWEEP_THREADS_MAX, &threads));
    o->parts = (struct parts_options){(int32_t)samples, (int32_t)limit, (int32_t)threads, &cli_progress};
    return MOTE_OK;
}

/* ---- what came out ---- */
static json_t *row_json(const struct post_row *row)
{
    json_t *json = json_pack("{s:s, s:o, s:I, s:I, s:o, s:I, s:o, s:o, s:I, s:I, s:f}", "stage", row->stage, "model",
                             json_text(row->path), "weights", (json_int_t)row->weights, "kept", (json_int_t)row->kept,
                             "levels", row->levels > 0 ? json_integer(row->levels) : json_null(), "weight_bytes",
                             (json_int_t)row->bytes, "agreement", json_number(row->agreement), "sqnr_db",
                             json_number(row->sqnr), "macs", (json_int_t)row->macs, "arena_bytes",
                             (json_int_t)row->arena, "instructions_estimated", row->instructions);

    judge_metrics_json(&row->judge, json, "");
    return json;
}

static json_t *result_json(const struct posted *c)
{
    json_t *rows = json_array(), *json;

    for (int32_t i = 0; i < c->n_rows; i++)
        json_array_append_new(rows, row_json(&c->rows[i]));
    json =
        json_pack("{s:o, s:o, s:b, s:s, s:i, s:i, s:b}", "output", json_text(c->rows[c->n_rows - 1].path), "stages",
                  rows, "quantized", (int)c->was_float, "split", c->parts.kind, "samples", (int)c->parts.test.samples.n,
                  "calibration_samples", (int)c->parts.calibration.samples.n, "met", (int)c->reached);
    compression_json(&c->compression, json, rows);
    return json;
}

static const char *share_text(struct pool *pool, double x)
{
    return isnan(x) ? "-" : pool_printf(pool, "%.2f %%", 100 * x);
}

static void add_row(struct table *t, const struct posted *c, const struct post_row *row)
{
    const struct judge *j = &row->judge;
    struct pool *pool = t->pool;

    TABLE_ROW(t, row->stage, pool_printf(pool, "%.2f %%", 100 * (double)row->kept / (double)c->rows[0].weights),
              row->levels > 0 ? pool_printf(pool, "%d", (int)row->levels) : "-",
              isinf(row->sqnr) ? "-" : pool_printf(pool, "%.1f", row->sqnr), share_text(pool, row->agreement),
              j->n_metrics > 0 ? metric_text(pool, &j->metrics[0]) : "-",
              pool_printf(pool, "%lld", (long long)row->bytes), pool_printf(pool, "%lld", (long long)row->macs),
              pool_printf(pool, "%lld", (long long)row->arena));
}

static void print_text(struct pool *pool, const struct posted *c)
{
    const struct judge *j = &c->rows[0].judge;
    const struct column columns[] = {
        {"stage", false, 6}, {"not 0", true, 0},     {"levels", true, 0},
        {"dB", true, 0},     {"agreement", true, 6}, {j->n_metrics > 0 ? j->metrics[0].name : "", true, 8},
        {"bytes", true, 0},  {"MACs", true, 0},      {"arena", true, 0}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (int32_t i = 0; i < c->n_rows; i++)
        add_row(&t, c, &c->rows[i]);
    table_print(&t, stdout);
    print_fitting(stdout, "on %d %s samples; weights from %d others\n", (int)c->parts.test.samples.n, c->parts.kind,
                  (int)c->parts.calibration.samples.n);
    if (!c->reached)
        printf("that is as near as it comes to what was asked for\n");
    compression_print(&c->compression, pool, stdout);
    print_fitting(stdout, "\n%s is the compressed network, %s/" COMPRESS_REPORT " shows it\n",
                  printable(pool, c->rows[c->n_rows - 1].path), printable(pool, c->folder));
}

bool is_recipe_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

enum mote_status compress_model(struct cli *cli)
{
    struct posted *c = pool_alloc(&cli->pool, sizeof *c);
    struct post_options options;

    TRY(read_options(cli, &options));
    TRY(post_run(&cli->pool, &options, c, &cli->root));
    if (cli->json)
        cli_print_json(result_json(c));
    else
        print_text(&cli->pool, c);
    return MOTE_OK;
}
