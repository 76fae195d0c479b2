/* SPDX-License-Identifier: Apache-2.0 */
/* mote validate: a flashed board against this machine, over a serial port. */
#include "host/cli/io.h"
#include "host/cli/measure_show.h"
#include "host/jobs/mlperf_board.h"
#include "host/jobs/validate_board.h"
#include "host/report/columns.h"

#include <math.h>

static enum mote_status read_options(struct cli *cli, struct validate_options *out)
{
    int64_t limit = 0, times = 1, baud = 115200;

    TRY(cli_number(cli, "--limit", 1, INT32_MAX, &limit));
    TRY(cli_number(cli, "--times", 1, 999999999, &times));
    TRY(cli_number(cli, "--baud", 1, INT32_MAX, &baud));
    *out = (struct validate_options){.port = cli_value(cli, "--port"),
                                     .baud = baud,
                                     .data = cli_value(cli, "--data"),
                                     .limit = (int32_t)limit,
                                     .times = times,
                                     .max_bytes = cli->max_bytes,
                                     .progress = &cli_progress};
    if ((out->port == NULL) == (cli_value(cli, "--target") == NULL))
        return usage_error(cli, "one of --port, a device's, and --target, a board to emulate, is wanted");
    return MOTE_OK;
}

/* On an emulated board, which is ended whatever comes. */
static enum mote_status validate_emulated(struct cli *cli, struct validate_options *options, struct pipeline *p,
                                          struct validated *out, const struct frame *file)
{
    struct emulate_server server;
    struct served served;
    enum mote_status status, ended;
    struct measure m;

    TRY(measure_read_options(cli, p, &m, file));
    TRY(measure_check(&m, p, file));
    served = mlperf_served(&m, p);
    TRY(measure_serve(&m, p, &served, &server, file));
    options->port = server.port;
    status = validate_on_board(&cli->pool, options, p, out, file);
    ended = emulate_serve_end(&server, status == MOTE_OK ? file : NULL);
    TRY(status);
    return ended;
}

static json_t *validated_json(const struct validated *x)
{
    return json_pack("{s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o}", "device", json_text(x->device), "model",
                     json_text(x->model), "samples", x->n, "different", x->different, "first_different",
                     x->first != NULL ? json_text(x->first) : json_null(), "microseconds", json_number(x->median_us),
                     "microseconds_least", json_number(x->shortest_us), "microseconds_most",
                     json_number(x->longest_us));
}

static void print_text(struct pool *pool, const struct validated *x)
{
    print_fitting(stdout, "%s on %s: the host's bytes in %d of %d samples\n", printable(pool, x->model),
                  printable(pool, x->device), (int)(x->n - x->different), (int)x->n);
    if (isnan(x->median_us))
        puts("the device tells no times: its firmware is of the benchmark's energy mode");
    else
        print_fitting(stdout, "%.6g ms an inference by the device's clock (median; %.6g to %.6g)\n", x->median_us / 1e3,
                      x->shortest_us / 1e3, x->longest_us / 1e3);
}

static enum mote_status run_validate(struct cli *cli)
{
    struct validate_options options;
    const char *json = NULL;
    struct validated x;
    struct pipeline p;
    struct frame file;

    TRY(read_options(cli, &options));
    TRY(cli_compile(cli, &p, &file));
    TRY(options.port != NULL ? validate_on_board(&cli->pool, &options, &p, &x, &file)
                             : validate_emulated(cli, &options, &p, &x, &file));
    if (x.different > 0)
        return fail(
            &file, MOTE_ERR_VALUE,
            "%d of %d samples have other outputs on the device, the first %s, from byte %lld on: is it the same "
            "model?",
            (int)x.different, (int)x.n, printable(&cli->pool, x.first), (long long)x.first_byte);
    if (cli->json)
        json = cli_json_text(cli, validated_json(&x));
    if (json != NULL)
        fputs(json, stdout);
    else
        print_text(&cli->pool, &x);
    return MOTE_OK;
}

const struct command command_validate = {
    .name = "validate",
    .arguments = "M --port /dev/ttyACM0 [--data SPEC] [--limit N] [--times N]",
    .summary = "a flashed board against this machine, over a serial port: outputs byte for byte, and times",
    .details =
        "The board runs the firmware of `mote firmware M`, which speaks over its UART (docs/FIRMWARE.md). Each sample\n"
        "goes there, an inference is made, and all bytes of all outputs come back; they must be those of this "
        "machine.\n"
        "One byte that differs is an error. Without --data samples are patterns.\n\n"
        "With --target instead of --port the firmware is built and runs on the board's emulator.\n\n"
        "JSON keys: device, model (as the device says), samples, different, first_different (null), microseconds (of "
        "an\n"
        "inference, by the device's clock; the median), microseconds_least, microseconds_most (null: the device tells "
        "no "
        "times).",
    .example = "mote validate kws.tflite --port /dev/ttyACM0 --data kws01 --limit 20",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--port", "TTY", "the serial port"},
                                       {"--baud", "N", "its rate; default: 115200"},
                                       MEASURE_OPTIONS,
                                       OPERATORS_OPTION,
                                       {"--data", "SPEC", "samples: a folder, a file or a YAML file"},
                                       {"--limit", "N", "only the first N samples"},
                                       {"--times", "N", "timed inferences of each sample; default: 1"},
                                       DATA_OPTIONS,
                                       OPTIMIZE_OPTION,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_validate,
};
