/* SPDX-License-Identifier: Apache-2.0 */
/* mote features: what a network hears of a sound. */
#include "host/cli/cli.h"
#include "host/jobs/features.h"
#include "host/report/columns.h"

/* The front end alone, or before a model. */
static enum mote_status write_graph(struct cli *cli, struct front_end *f, const char *before, const char *path)
{
    struct pipeline p = {.model = {.pool = &cli->pool}};
    struct text text = {.pool = &cli->pool};

    if (path == NULL)
        return MOTE_OK;
    if (before == NULL)
        TRY(front_end_model(f, &p.model, &cli->root));
    else
        TRY(features_before(&cli->pool, f, before, &p, &cli->root));
    model_write(&p.model, &text);
    return file_write(path, text.s, text.len, &cli->root);
}

static void print_features(const struct front_end *f, const struct features *x, const char *changes)
{
    print_fitting(stdout, "%s: %d frames of %d features, %s, a window of %d samples every %d\n", f->preset,
                  (int)x->frames, (int)x->channels, type_name(x->type), (int)f->window, (int)f->step);
    if (changes != NULL)
        print_fitting(stdout, "%s\n", changes);
    if (x->sound.n > (int64_t)(x->frames - 1) * f->step + f->window)
        printf("the last %lld samples gave no frame\n",
               (long long)(x->sound.n - (int64_t)(x->frames - 1) * f->step - f->window));
}

static const char *features_json(struct cli *cli, const struct front_end *f, const struct features *x)
{
    return cli_json_text(cli, json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:s, s:I, s:i}", "preset", f->preset, "rate",
                                        f->rate, "window", f->window, "step", f->step, "frames", x->frames, "channels",
                                        x->channels, "type", type_name(x->type), "samples", (json_int_t)x->sound.n,
                                        "sound_channels", x->sound.channels));
}

static enum mote_status show(struct cli *cli, const struct front_end *f, const struct features *x)
{
    const char *out = cli_value(cli, "-o"), *picture = cli_value(cli, "--picture");
    const char *json = features_json(cli, f, x);

    if (out != NULL)
        TRY(features_write(&cli->pool, x, out, &cli->root));
    if (picture != NULL)
        TRY(features_picture(&cli->pool, x, picture, &cli->root));
    if (cli->json)
        fputs(json, stdout);
    else
        print_features(f, x, sound_changes(&cli->pool, &x->sound));
    return MOTE_OK;
}

/* A model hears the sound. */
static enum mote_status run_inside(struct cli *cli)
{
    struct front_end f;
    struct features x;

    for (const char *const *option = (const char *const[]){"--window", "--step", "--channels", "--graph", NULL};
         *option != NULL; option++)
        if (cli_value(cli, *option) != NULL)
            return usage_error(cli, "%s is a preset's: a model has its front end inside", *option);
    TRY(features_inside(&cli->pool, cli->positional[0], cli->positional[1], &f, &x, &cli->root));
    return show(cli, &f, &x);
}

static enum mote_status run_features(struct cli *cli)
{
    const char *graph = cli_value(cli, "--graph"), *preset = cli_value(cli, "--preset");
    const char *before = cli_value(cli, "--before");
    int64_t window = 0, step = 0, channels = 0;
    struct front_end f;
    struct features x;

    if (preset == NULL && cli->n_positional == 2)
        return run_inside(cli);
    if (preset == NULL)
        return usage_error(cli, "--preset is missing: %s", front_end_presets(&cli->pool));
    if (cli->n_positional == 2)
        return usage_error(cli, "a preset hears one sound: a model with its front end inside needs no --preset");
    if (cli->n_positional == 0 && graph == NULL)
        return usage_error(cli, "nothing to do: a sound, or --graph");
    if (before != NULL && graph == NULL)
        return usage_error(cli, "--before wants --graph: the model with the front end goes there");
    TRY(cli_number(cli, "--window", 1, 1000, &window));
    TRY(cli_number(cli, "--step", 1, 1000, &step));
    TRY(cli_number(cli, "--channels", 1, 256, &channels));
    TRY(front_end_find(preset,
                       &(struct front_end_wish){.window_ms = (int32_t)window,
                                                .step_ms = (int32_t)step,
                                                .channels = (int32_t)channels,
                                                .absolute = cli_flag(cli, "--absolute")},
                       &f, &cli->root));
    TRY(write_graph(cli, &f, before, graph));
    if (cli->n_positional == 0)
        return MOTE_OK;
    TRY(features_make(&cli->pool, &f, cli->positional[0], &x, &cli->root));
    return show(cli, &f, &x);
}

const struct command command_features = {
    .name = "features",
    .arguments = "--preset P|MODEL [--step MS …] [CLIP.wav] [-o F.npy] [--picture F.png] [--graph F.graph]",
    .summary = "what a network hears of a sound: a front end's features, frame after frame",
    .details =
        "The preset `micro` is TensorFlow Lite Micro's micro frontend: 16 kHz, windows of 30 ms every 20, 40\n"
        "channels, uint16; --window, --step and --channels say others. The first frame comes after a window, then\n"
        "one each step; the noise's estimate is 0 at first and carried on. Files are WAV, FLAC, OGG and others, of\n"
        "any width and rate; of several channels the first counts. -o writes [frames, features], raw or .npy by the "
        "name.\n\n"
        "`mfcc`, `lfbe` and `logmel` are MLPerf Tiny's, of floats: 10 coefficients of windows of 30 ms every 20, 40\n"
        "channels and 128 of 64 ms every 32 (docs/AUDIO.md). mfcc has samples in units of the clip's largest.\n\n"
        "Without --preset, MODEL is one with its front end inside, and the features are what its network sees.\n\n"
        "--graph writes the front end as a graph file, whose input is a frame of samples: any command takes it.\n"
        "With --before it is the model's with the front end inside, whose input is the samples of all its frames;\n"
        "`mote compile --stream` makes that one that takes a step of samples a call.\n\n"
        "JSON keys: preset, rate, window, step (samples), frames, channels, type, samples, sound_channels.",
    .example = "mote features --preset micro yes.wav -o yes.npy --picture yes.png",
    .positional_min = 0,
    .positional_max = 2,
    .options = (const struct option[]){{"--preset", "P", "which front end: micro, mfcc, lfbe or logmel"},
                                       {"--window", "MS", "milliseconds of a frame"},
                                       {"--step", "MS", "milliseconds from frame to frame"},
                                       {"--channels", "N", "features of a frame"},
                                       {"--absolute", NULL, "mfcc: samples as they are, not over the clip's largest"},
                                       {"-o", "FILE", "where the features go"},
                                       {"--picture", "FILE", "where a picture of them goes, a PNG"},
                                       {"--graph", "FILE", "where the front end goes, a graph file"},
                                       {"--before", "MODEL", "what of --graph comes after it: the features' model"},
                                       {NULL, NULL, NULL}},
    .run = run_features,
};
