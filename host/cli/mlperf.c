/* SPDX-License-Identifier: Apache-2.0 */
/* mote mlperf: MLPerf Tiny's benchmark on an emulated board, as its runner does it. */
#include "host/cli/io.h"
#include "host/cli/measure_show.h"
#include "host/jobs/mlperf_board.h"
#include "host/report/columns.h"

#include <unistd.h>

#define SERVE_PAUSE 200000 /* microseconds */

static enum mote_status read_options(struct cli *cli, struct mlperf_options *out)
{
    const bool accuracy = cli_flag(cli, "--accuracy"), performance = cli_flag(cli, "--performance"),
               energy = cli_flag(cli, "--energy");
    int64_t limit = 0;

    *out = (struct mlperf_options){.data = NULL};
    if (accuracy + performance + energy > 1)
        return usage_error(cli, "one run is of the accuracy, of the performance or of the energy");
    if (cli_flag(cli, "--serve"))
        return accuracy || performance || energy || cli_value(cli, "-o") != NULL
                   ? usage_error(cli, "--serve leaves measuring to another runner: no --accuracy, --performance, "
                                      "--energy or -o")
                   : MOTE_OK;
    if (cli_value(cli, "-o") == NULL)
        return usage_error(cli, "-o is missing: the folder for log.txt, results.txt and results.json");
    if (cli_value(cli, "--limit") != NULL && !accuracy)
        return usage_error(cli, "--limit wants --accuracy: performance and energy are those of five samples");
    TRY(cli_number(cli, "--limit", 1, INT32_MAX, &limit));
    *out = (struct mlperf_options){.mode = accuracy ? MLPERF_ACCURACY
                                           : energy ? MLPERF_ENERGY
                                                    : MLPERF_PERFORMANCE,
                                   .data = cli_value(cli, "--data"),
                                   .limit = (int32_t)limit,
                                   .max_bytes = cli->max_bytes,
                                   .progress = &cli_progress};
    return MOTE_OK;
}

/* Keys of the energy. */
static void energy_json(json_t *json, const struct mlperf *x)
{
    json_object_set_new(json, "estimated", json_true());
    json_object_set_new(json, "energy_uj", json_real(x->microjoules.value));
    json_object_set_new(json, "energy_uj_low", json_real(x->microjoules.low));
    json_object_set_new(json, "energy_uj_high", json_real(x->microjoules.high));
    json_object_set_new(json, "volts", json_real(x->cost.budget.volts));
}

static json_t *mlperf_json(const struct mlperf *x, const struct measure *m)
{
    static const char *const modes[] = {
        [MLPERF_ACCURACY] = "accuracy", [MLPERF_PERFORMANCE] = "performance", [MLPERF_ENERGY] = "energy"};
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:b, s:i, s:I, s:o, s:o}", "task", x->task->id, "target", m->board->name, "via",
        measure_via(m), "mode", modes[x->options->mode], "samples", x->n, "patterns", x->options->data == NULL,
        "different", x->different, "instructions", (json_int_t)x->instructions, "cycles",
        x->cycles > 0 ? json_integer(x->cycles) : json_null(), "clock_error", json_number(x->clock_error));

    if (x->options->mode == MLPERF_ACCURACY) {
        json_object_set_new(json, "correct", json_integer(x->correct));
        json_object_set_new(json, "accuracy", json_real((double)x->correct / x->n));
        json_object_set_new(json, "auc", json_number(x->auc));
        return json;
    }
    if (x->options->mode == MLPERF_ENERGY)
        energy_json(json, x);
    else
        json_object_set_new(json, "throughput", json_number(x->median));
    json_object_set_new(json, "inferences", json_integer((json_int_t)x->trials[0].times));
    json_object_set_new(json, "seconds", json_number(x->shortest));
    return json;
}

static void print_energy(const struct mlperf *x)
{
    const struct budget *b = &x->cost.budget;

    print_fitting(stdout, "median energy %.4g uJ an inference, from %.4g to %.4g\n", x->microjoules.value,
                  x->microjoules.low, x->microjoules.high);
    print_fitting(stdout,
                  "estimated, not measured: counted instructions, by the figures of the board's file at %.4g MHz and "
                  "%.3g V (docs/ENERGY.md)\n",
                  b->clock_hz / 1e6, b->volts);
}

static void print_result(const struct mlperf *x)
{
    switch (x->options->mode) {
    case MLPERF_ACCURACY:
        printf("%d of %d right, top 1 %.1f %%, AUC %.3f\n", x->correct, x->n, 100.0 * x->correct / x->n, x->auc);
        return;
    case MLPERF_PERFORMANCE:
        printf("median throughput %.3f inferences a second\n", x->median);
        break;
    case MLPERF_ENERGY:
        print_energy(x);
        break;
    }
    print_fitting(stdout, "%d trials of %lld inferences, the shortest of %.3f s%s\n", x->n,
                  (long long)x->trials[0].times, x->shortest,
                  x->options->data == NULL ? "; on patterns, not on the benchmark's files" : "");
}

static void print_text(const struct mlperf *x, const struct measure *m)
{
    print_fitting(stdout, "%s (%s) on %s, via %s\n", x->task->id, x->task->title, m->board->name, measure_via(m));
    print_result(x);
    printf("outputs: the host's bytes in %d of %d\n", x->n - x->different, x->n);
    if (x->options->mode == MLPERF_ENERGY)
        return;
    if (x->cycles > 0)
        print_fitting(stdout,
                      "time: %.4f documented cycles an instruction at %.4g MHz, without wait states (docs/CYCLES.md); "
                      "within %.3g %% of the counted instructions\n",
                      (double)x->cycles / (double)x->instructions, (double)m->board->clock_hz / 1e6,
                      100 * x->clock_error);
    else
        print_fitting(stdout,
                      "time: as if an instruction were a cycle at %.4g MHz, since no timing of the core is documented; "
                      "within %.3g %% of the counted instructions\n",
                      (double)m->board->clock_hz / 1e6, 100 * x->clock_error);
}

/* For others' runners: until Ctrl-C. */
static enum mote_status serve(struct cli *cli, struct measure *m, const struct pipeline *p, const struct frame *file)
{
    struct served served;
    struct emulate_server server;

    (void)cli;
    TRY(measure_check(m, p, file));
    TRY(measure_count(m, p, file));
    served = mlperf_served(m, p);
    served.instructions = m->result.instructions[0];
    served.cycles = m->result.counts != NULL ? m->result.counts[0].cycles : 0;
    TRY(measure_serve(m, p, &served, &server, file));
    printf("%s with %s: %s\n", served.device, served.model, server.port);
    fflush(stdout);
    while (process_runs(&server.machine.running))
        usleep(SERVE_PAUSE);
    return emulate_serve_end(&server, file);
}

static enum mote_status run_mlperf(struct cli *cli)
{
    struct mlperf_options options;
    const char *json = NULL;
    struct mlperf x = {.different = 0};
    struct measure m;
    struct pipeline p;
    struct frame file;

    TRY(read_options(cli, &options));
    TRY(cli_compile(cli, &p, &file));
    TRY(measure_read_options(cli, &p, &m, &file));
    if (cli_flag(cli, "--serve"))
        return serve(cli, &m, &p, &file);
    TRY(mlperf_on_board(&cli->pool, &options, &p, &m, &x, &file));
    if (cli->json)
        json = cli_json_text(cli, mlperf_json(&x, &m));
    TRY(mlperf_write(&x, cli_value(cli, "-o"), &cli->root));
    if (json != NULL)
        fputs(json, stdout);
    else
        print_text(&x, &m);
    return x.different == 0 ? MOTE_OK
                            : fail(&file, MOTE_ERR_VALUE, "%d outputs of the board are not the host's", x.different);
}

const struct command command_mlperf = {
    .name = "mlperf",
    .arguments =
        "M --target BOARD [--via image|c] [--accuracy --data SPEC [--limit N]|--performance|--energy] -o DIR|--serve",
    .summary = "MLPerf Tiny's benchmark on an emulated board, over its UART, as the benchmark's runner does it",
    .details =
        "M is one of MLPerf Tiny's int8 models: kws01, vww01, ic01 or ad01, which its input and outputs say. The "
        "board's\n"
        "firmware speaks the benchmark's protocol over the emulated UART; docs/MLPERF.md has it all.\n\n"
        "--accuracy runs every sample once (not of ad01). --performance, the default, runs five samples, each as "
        "often\n"
        "as the benchmark says, and longer if that lasts less than 10 s; without --data they are patterns. --energy "
        "does\n"
        "the same in the benchmark's energy mode, where the device's timestamps are edges of a pin: an emulated board\n"
        "draws nothing, so what the inferences between two of them take is estimated, as `mote profile` does "
        "(docs/ENERGY.md),\n"
        "and all that is written says so.\n\n"
        "The device's clock runs as the core's documented cycles say, where it has a timing (docs/CYCLES.md); it is "
        "held\n"
        "against the instructions that the emulator counts. All outputs are compared with the host's bytes.\n\n"
        "--serve starts the board, prints the pseudoterminal of its UART, and waits for Ctrl-C: for others' "
        "runners.\n\n"
        "DIR gets what the runner writes: log.txt, results.txt, results.json.\n\n"
        "JSON keys: task, target, via, mode, samples, patterns, different (samples whose outputs are not the host's),\n"
        "instructions, cycles (of an inference; null: not documented), clock_error (a share); of the accuracy "
        "correct,\n"
        "accuracy, auc; of the performance throughput (a second), inferences, seconds (of the shortest trial); of the\n"
        "energy estimated (true), energy_uj, energy_uj_low, energy_uj_high, volts, inferences, seconds (clock_error is "
        "null).",
    .example = "mote mlperf kws.tflite --target mps2-an386 --accuracy --data kws01 -o session",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){MEASURE_OPTIONS,
                                       OPERATORS_OPTION,
                                       {"--accuracy", NULL, "how many of the samples of --data are right"},
                                       {"--performance", NULL, "inferences a second"},
                                       {"--energy", NULL, "microjoules an inference, estimated"},
                                       {"--data", "SPEC", "the benchmark's samples: a folder, a file or a YAML file"},
                                       {"--limit", "N", "accuracy: only the first N samples"},
                                       {"--serve", NULL, "only start the board, for another runner"},
                                       {"-o", "DIR", "where log.txt, results.txt and results.json go"},
                                       DATA_OPTIONS,
                                       OPTIMIZE_OPTION,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_mlperf,
};
