/* SPDX-License-Identifier: Apache-2.0 */
/* mote mix: streams to listen to, and what is said in them. */
#include "host/cli/cli.h"
#include "host/jobs/mix.h"

static const char *mix_json(struct cli *cli, const struct mixed *x)
{
    return cli_json_text(cli, json_pack("{s:f, s:i, s:i}", "seconds", (double)x->sound.n / x->sound.rate, "words",
                                        x->truth.n, "others", x->others));
}

static enum mote_status run_mix(struct cli *cli)
{
    const char *out = cli_value(cli, "-o"), *truth = cli_value(cli, "--truth"), *json, *text;
    struct mixed x;

    if (out == NULL)
        return usage_error(cli, "-o is missing: where the stream goes, a WAV");
    TRY(mix_make(&cli->pool, cli->positional[0], &x, &cli->root));
    json = mix_json(cli, &x);
    text = truth_text(&cli->pool, out, x.sound.rate, (double)x.sound.n / x.sound.rate, &x.truth);
    TRY(sound_write(&cli->pool, out, &x.sound, &cli->root));
    if (truth != NULL)
        TRY(file_write(truth, text, strlen(text), &cli->root));
    if (cli->json)
        fputs(json, stdout);
    else
        printf("%.1f s: %d words, %d other sounds\n", (double)x.sound.n / x.sound.rate, x.truth.n, x.others);
    return MOTE_OK;
}

const struct command command_mix = {
    .name = "mix",
    .arguments = "LIST.yaml -o STREAM.wav [--truth T.json]",
    .summary = "streams to listen to: clips over a background, and what is said in them when",
    .details =
        "LIST says of what, all paths beside it:\n"
        "  seed: 1              the same list, files and seed give the same bytes\n"
        "  seconds: 600\n"
        "  gap: 2               the least between two clips; 1 s without it\n"
        "  snr: 10              decibels, the clips' mean power above it; 0 without\n"
        "  background: noise    a folder or a file, repeated; silence without it\n"
        "  clips:\n"
        "    - {path: yes, word: \"yes\", count: 20}    a folder or a file\n"
        "    - {path: other, count: 100}              no word: must not be heard\n\n"
        "A word lasts from the first to the last sample of its clip with a tenth of the peak. The stream is a WAV of\n"
        "16 kHz; --truth gets the words and their times, as `mote listen --truth` reads them.\n\n"
        "JSON keys: seconds, words, others.",
    .example = "mote mix list.yaml -o stream.wav --truth truth.json",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"-o", "FILE", "where the stream goes, a WAV"},
                                       {"--truth", "FILE", "where the words and their times go, JSON"},
                                       {NULL, NULL, NULL}},
    .run = run_mix,
};
