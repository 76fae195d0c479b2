/* SPDX-License-Identifier: Apache-2.0 */
/* mote record: what a board sends on a serial line becomes a recording. */
#include "host/cli/io.h"
#include "host/jobs/record.h"
#include "host/report/columns.h"

static enum mote_status read_columns(struct cli *cli, struct record_options *o)
{
    char *names = cli_value(cli, "--columns") != NULL ? pool_strdup(&cli->pool, cli_value(cli, "--columns")) : NULL;

    while (names != NULL && o->n < RECORD_COLUMNS_MAX)
        o->columns[o->n++] = strsep(&names, ",");
    if (o->n == 0)
        return usage_error(cli, "--columns is missing: the names of a line's numbers, \"ax,ay,az\"");
    if (names != NULL)
        return usage_error(cli, "--columns has more than %d names", RECORD_COLUMNS_MAX);
    return MOTE_OK;
}

static enum mote_status read_options(struct cli *cli, struct record_options *o)
{
    *o = (struct record_options){.port = cli_value(cli, "--port"),
                                 .label = cli_value(cli, "--label"),
                                 .folder = cli_value(cli, "-o"),
                                 .baud = RECORD_BAUD,
                                 .seconds = RECORD_SECONDS};
    if (o->port == NULL)
        return usage_error(cli, "--port is missing: the board's serial line, /dev/ttyACM0 or the like");
    if (o->label == NULL)
        return usage_error(cli, "--label is missing: what is being done, the class");
    if (o->folder == NULL)
        return usage_error(cli, "-o is missing: the folder of all recordings");
    TRY(cli_number(cli, "--baud", 1, 100000000, &o->baud));
    TRY(cli_number(cli, "--seconds", 1, 86400, &o->seconds));
    return read_columns(cli, o);
}

static void print_text(struct pool *pool, const struct record_options *o, const struct recorded *r, double rate)
{
    print_fitting(stdout, "%s: %d rows in %.1f s, %.1f a second%s\n", printable(pool, r->path), r->rows, r->seconds,
                  rate, r->skipped > 0 ? pool_printf(pool, "; %d other lines are left out", r->skipped) : "");
    puts("When there are recordings of all classes:");
    printf("Next: mote new %s -o DIR\n", shell_path(pool, o->folder));
}

static enum mote_status run_record(struct cli *cli)
{
    struct record_options o;
    struct recorded r;
    double rate;

    TRY(read_options(cli, &o));
    TRY(record_run(&cli->pool, &o, &r, &cli->root));
    rate = r.seconds > 0 ? (r.rows - 1) / r.seconds : 0;
    if (cli->json)
        cli_print_json(json_pack("{s:o, s:i, s:i, s:f, s:f}", "path", json_text(r.path), "rows", (int)r.rows, "skipped",
                                 (int)r.skipped, "seconds", r.seconds, "rate", rate));
    else
        print_text(&cli->pool, &o, &r, rate);
    return MOTE_OK;
}

const struct command command_record = {
    .name = "record",
    .arguments = "--port TTY --columns A,B,… --label CLASS -o DIR",
    .summary = "a recording of what a board sends on a serial line, for `mote new`",
    .details = "The board prints a line a sample: numbers between commas, semicolons or blanks. Other lines\n"
               "are left out and counted, and so is the first one, which may have begun before.\n"
               "DIR/CLASS/0001.csv, or the next number, gets them: `mote new DIR` takes the folder's\n"
               "name for the class.\n\n"
               "JSON keys: path, rows, skipped, seconds (from the first row to the last), rate (rows a second).",
    .example = "mote record --port /dev/ttyACM0 --columns ax,ay,az --label walk -o gestures",
    .positional_min = 0,
    .positional_max = 0,
    .options = (const struct option[]){{"--port", "TTY", "the board's serial line"},
                                       {"--columns", "LIST", "names of a line's numbers"},
                                       {"--label", "CLASS", "what is being done"},
                                       {"-o", "DIR", "the folder of all recordings"},
                                       {"--seconds", "N", "from the first row on; default: 10"},
                                       {"--baud", "N", "of the serial line; default: 115200"},
                                       {NULL, NULL, NULL}},
    .run = run_record,
};
