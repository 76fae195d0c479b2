/* SPDX-License-Identifier: Apache-2.0 */
/* mote firmware: all that a board needs to run a model and to answer over a UART. */
#include "host/cli/io.h"
#include "host/deploy/bundle.h"
#include "host/jobs/mlperf_board.h"
#include "host/report/columns.h"

static enum mote_status run_firmware(struct cli *cli)
{
    const char *out = cli_value(cli, "-o"), *target = cli_value(cli, "--target");
    struct bundle bundle;
    struct served served;
    struct measure m;
    struct pipeline p;
    struct frame file;

    if (out == NULL)
        return usage_error(cli, "-o is missing: the folder for the firmware");
    if (target == NULL)
        return usage_error(cli, "--target is missing; `mote targets` lists the boards");
    TRY(cli_compile(cli, &p, &file));
    if (p.target.board == NULL)
        return fail(&cli->root, MOTE_ERR_USAGE, "there is no board %s: `mote targets` lists them", target);
    TRY(measure_open(&cli->pool, &p, true, &m, &file));
    served = mlperf_served(&m, &p);
    served.energy = cli_flag(cli, "--energy");
    TRY(bundle_write(&m, &p, &served, out, &bundle, &file));
    if (cli->json)
        cli_print_json(json_pack("{s:o, s:s, s:s, s:b, s:I}", "output", json_text(out), "target", m.board->name,
                                 "model", served.model, "complete", bundle.complete, "stack_bytes",
                                 (json_int_t)bundle.stack_bytes));
    else
        print_fitting(stdout, "%s: %s on %s, %s; README.md says how to build and to flash it\n",
                      printable(&cli->pool, out), served.model, m.board->name,
                      bundle.complete ? "complete" : "with functions to fill in (board.c)");
    return MOTE_OK;
}

const struct command command_firmware = {
    .name = "firmware",
    .arguments = "M --target BOARD [--energy] -o DIR",
    .summary = "firmware for a board, as a folder that `make` builds: the model, start-up, a UART that answers",
    .details = "DIR gets generated C, start-up code, a linker script, MLPerf Tiny's protocol over a UART, a Makefile "
               "and a README\n"
               "of how to flash it. `mote validate M --port …` then compares the board with this machine "
               "(docs/FIRMWARE.md).\n\n"
               "For boards whose file says where their UART is (`serial`) it is complete; for other Cortex-M boards "
               "board.c has\n"
               "three functions to fill in, and the README says so. With --energy it is for a power monitor, as the "
               "benchmark's\n"
               "energy mode wants it: 9600 baud, and edges of a pin instead of times (docs/MLPERF.md).\n\n"
               "JSON keys: output, target, model (what the device calls it), complete, stack_bytes.",
    .example = "mote firmware kws.tflite --target microbit -o firmware",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--target", "BOARD", "the board; `mote targets` lists them"},
                                       {"--energy", NULL, "for a power monitor: timestamps are edges of a pin"},
                                       {"-o", "DIR", "the folder"},
                                       OPTIMIZE_OPTION,
                                       BOUNDARY_OPTION,
                                       SHAPE_OPTION,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_firmware,
};
