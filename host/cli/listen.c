/* SPDX-License-Identifier: Apache-2.0 */
/* mote listen: what a network hears in a sound, and how often it is right. */
#include <math.h>
#include <stdlib.h>

#include "host/report/columns.h"
#include "host/cli/listening.h"
#include "host/cli/measure_show.h"
#include "host/jobs/listen.h"
#include "host/jobs/listen_board.h"
#include "host/jobs/sweep.h"
#include "host/report/html.h"

struct listening {
    struct cli *cli;
    struct listener listener;
    const char *sound_path;
    struct sound sound;
    struct listened heard;
    bool judged;
    struct truth truth;
    struct detections found;
    struct pipeline p;
    struct measure measure; /* with --target */
    struct listened_board board;
    struct sweep sweep; /* with --truth */
    int32_t chosen;     /* threshold, or -1 */
};

/* ---- what it says ---- */
static const char *const kind_names[] = {"average", "sum", "hits"};

static void print_events(const struct listening *x)
{
    const struct listener *l = &x->listener;
    const struct mote_posterior *p = &l->posterior;
    const char *changes = sound_changes(&x->cli->pool, &x->sound);
    char lead[64] = "";

    if (x->heard.lead > 0)
        snprintf(lead, sizeof lead, "; %g s of silence before and after it", x->heard.lead);
    print_fitting(stdout, "%s: %.2f s, %d inferences, one each %g ms, by %s of %d above %.3f%s\n", x->sound_path,
                  x->heard.seconds, x->heard.n, 1000 * l->pace, kind_names[p->kind], p->window, p->threshold / 255.0,
                  lead);
    if (changes != NULL)
        print_fitting(stdout, "%s\n", changes);
    if (l->ear.gate != NULL)
        printf("the gate was open for %d of them: %.1f %%\n", x->heard.n - x->heard.n_closed,
               100.0 * (x->heard.n - x->heard.n_closed) / x->heard.n);
    for (int32_t i = 0; i < x->heard.n_events; i++) {
        const struct event *e = &x->heard.events[i];

        print_fitting(stdout, "%10.3f s  %s  %.3f\n", e->time, printable(&x->cli->pool, l->names[e->command]),
                      e->score / 255.0);
    }
    printf("%d event%s\n", x->heard.n_events, x->heard.n_events == 1 ? "" : "s");
}

static void print_found(const struct detections *d)
{
    struct confidence missed = interval_of_share(d->misses, d->words), wrong = interval_of_count(d->false_accepts);
    double hours = d->seconds / 3600;

    printf("%d of %d words heard, %d missed", d->hits, d->words, d->misses);
    if (d->words > 0)
        printf(" (%.1f %%; 95 %%: %.1f to %.1f %%)", 100.0 * d->misses / d->words, 100 * missed.low, 100 * missed.high);
    putchar('\n');
    print_fitting(stdout, "%d false accepts in %.3f h, %.2f an hour (95 %%: %.2f to %.2f)\n", d->false_accepts, hours,
                  d->false_accepts / hours, wrong.low / hours, wrong.high / hours);
    if (d->hits > 0)
        printf("heard %.0f ms after a word's end (median)\n", 1000 * d->latency);
}

static json_t *found_json(const struct detections *d)
{
    struct confidence missed = interval_of_share(d->misses, d->words), wrong = interval_of_count(d->false_accepts);
    double hours = d->seconds / 3600;
    json_t *json = json_pack("{s:i, s:i, s:i, s:i, s:f, s:[f, f]}", "words", d->words, "hits", d->hits, "misses",
                             d->misses, "false_accepts", d->false_accepts, "false_accepts_per_hour",
                             d->false_accepts / hours, "false_accepts_interval", wrong.low / hours, wrong.high / hours);

    if (d->words > 0)
        json_object_set_new(json, "misses_interval", json_pack("[f, f]", missed.low, missed.high));
    if (d->hits > 0)
        json_object_set_new(json, "latency", json_real(d->latency));
    return json;
}

/* ---- on a board ---- */
/* The share of the board's clock that listening takes; 0: no timing of its core is documented. */
static double share_of_clock(const struct listening *x)
{
    return (double)x->board.cycles / x->board.seconds / (double)x->measure.board->clock_hz;
}

static void print_row(const char *what, double value, const char *note)
{
    print_fitting(stdout, "  %-36s %12.0f%s%s\n", what, value, note[0] != '\0' ? "  " : "", note);
}

static void print_board(const struct listening *x)
{
    const struct board *b = x->measure.board;
    const struct footprint f = measure_footprint(&x->measure);
    struct pool *pool = &x->cli->pool;

    print_fitting(stdout, "\n%s (%s), via %s, %d samples a call: the same %d event%s\n", b->name, b->core,
                  measure_via(&x->measure), LISTEN_PIECE, x->heard.n_events, x->heard.n_events == 1 ? "" : "s");
    print_row("instructions a second of sound", (double)x->board.instructions / x->board.seconds, "");
    print_row("instructions of the longest call", (double)x->board.most, "");
    if (x->board.cycles > 0)
        print_row("cycles a second, estimated", (double)x->board.cycles / x->board.seconds,
                  pool_printf(pool, "%.2f %% of %.4g MHz (docs/CYCLES.md)", 100 * share_of_clock(x),
                              (double)b->clock_hz / 1e6));
    print_row("RAM, bytes", (double)footprint_ram(&f),
              pool_printf(pool, "arena %lld, data %lld, stack %lld", (long long)f.arena, (long long)f.data_bss,
                          (long long)f.stack));
    print_row("flash, bytes", (double)footprint_flash(&f),
              pool_printf(pool, "code %lld, constants %lld, weights %lld", (long long)f.code, (long long)f.constants,
                          (long long)f.weights));
}

static json_t *board_json(const struct listening *x)
{
    const struct footprint f = measure_footprint(&x->measure);
    json_t *json = footprint_json(&f);

    json_object_set_new(json, "target", json_string(x->measure.board->name));
    json_object_set_new(json, "via", json_string(measure_via(&x->measure)));
    json_object_set_new(json, "samples_a_call", json_integer(LISTEN_PIECE));
    json_object_set_new(json, "instructions", json_integer((json_int_t)x->board.instructions));
    json_object_set_new(json, "instructions_per_second", json_real((double)x->board.instructions / x->board.seconds));
    json_object_set_new(json, "instructions_longest_call", json_integer((json_int_t)x->board.most));
    if (x->board.cycles > 0)
        json_object_set_new(json, "share_of_clock", json_real(share_of_clock(x)));
    return json;
}

static const char *json_of(struct listening *x)
{
    json_t *events = json_array(), *json;

    for (int32_t i = 0; i < x->heard.n_events; i++) {
        const struct event *e = &x->heard.events[i];

        json_array_append_new(events, json_pack("{s:f, s:s, s:f}", "time", e->time, "word",
                                                printable(&x->cli->pool, x->listener.names[e->command]), "score",
                                                e->score / 255.0));
    }
    json = json_pack("{s:f, s:i, s:f, s:f, s:s, s:i, s:f, s:o}", "seconds", x->heard.seconds, "inferences", x->heard.n,
                     "pace", x->listener.pace, "silence", x->heard.lead, "posterior",
                     kind_names[x->listener.posterior.kind], "over", x->listener.posterior.window, "threshold",
                     x->listener.posterior.threshold / 255.0, "events", events);
    if (x->listener.ear.gate != NULL)
        json_object_set_new(json, "open", json_real(1 - (double)x->heard.n_closed / x->heard.n));
    if (x->judged)
        json_object_set_new(json, "truth", found_json(&x->found));
    if (x->chosen >= 0)
        json_object_set_new(
            json, "chosen",
            json_pack("{s:f, s:o}", "threshold", x->chosen / 255.0, "truth", found_json(&x->sweep.at[x->chosen])));
    if (x->measure.board != NULL)
        json_object_set_new(json, "board", board_json(x));
    return cli_json_text(x->cli, json);
}

/* ---- thresholds ---- */
static double accepts_an_hour(const struct detections *d) { return d->false_accepts / d->seconds * 3600; }

/* Each threshold at which something changes. */
static void print_sweep(const struct listening *x)
{
    const struct detections *before = NULL;

    printf("\nthreshold  missed  false accepts an hour\n");
    for (int32_t t = 0; t < THRESHOLDS; t++) {
        const struct detections *d = &x->sweep.at[t];

        if (before == NULL || d->misses != before->misses || d->false_accepts != before->false_accepts)
            printf("%9.3f  %4d/%d  %.2f\n", t / 255.0, d->misses, d->words, accepts_an_hour(d));
        before = d;
    }
}

static void print_chosen(const struct listening *x)
{
    const struct detections *d = &x->sweep.at[x->chosen];

    print_fitting(stdout, "\nthreshold %.3f: %d of %d words missed, %.2f false accepts an hour, on this sound\n",
                  x->chosen / 255.0, d->misses, d->words, accepts_an_hour(d));
}

/* Where the model goes with the threshold that is chosen, NULL: nowhere. */
static enum mote_status where_to_keep(struct listening *x, const char **out)
{
    const char *model = x->cli->positional[0], *dot = strrchr(model, '.');

    *out = cli_value(x->cli, "-o");
    if (!cli_flag(x->cli, "--keep"))
        return MOTE_OK;
    if (*out != NULL)
        return usage_error(x->cli, "--keep and -o are two places for the model: one of them");
    if (dot == NULL || strcmp(dot, ".graph") != 0)
        return usage_error(x->cli, "--keep writes into graph files; %s goes elsewhere, with -o M.graph", model);
    *out = model;
    return MOTE_OK;
}

/* From 0 to `most`; *number stays as it is without the option. */
static enum mote_status read_limit(struct cli *cli, const char *option, double most, const char *what, double *number)
{
    const char *text = cli_value(cli, option);
    char *end;
    double n;

    if (text == NULL)
        return MOTE_OK;
    n = strtod(text, &end);
    if (end == text || *end != '\0' || !(n >= 0 && n <= most))
        return usage_error(cli, "%s wants %s, not \"%s\"", option, what, text);
    *number = n;
    return MOTE_OK;
}

/* The threshold that keeps within the limits, which a model is written with. */
static enum mote_status choose(struct listening *x)
{
    const bool accepts = cli_value(x->cli, "--false-accepts") != NULL, misses = cli_value(x->cli, "--misses") != NULL;
    struct frame here = {&x->cli->root, x->sound_path, NULL, -1, NULL};
    struct sweep_limits limits = {.per_hour = INFINITY, .missed = -100};
    const char *out;

    x->chosen = -1;
    TRY(where_to_keep(x, &out));
    if (out != NULL && !accepts && !misses)
        return usage_error(x->cli, "-o and --keep keep a threshold that --false-accepts or --misses chooses");
    if (!accepts && !misses)
        return MOTE_OK;
    TRY(read_limit(x->cli, "--false-accepts", INFINITY, "a number an hour", &limits.per_hour));
    TRY(read_limit(x->cli, "--misses", 100, "percent of the words", &limits.missed));
    limits.missed /= 100;
    if (!x->judged)
        return usage_error(x->cli, "%s wants --truth", accepts ? "--false-accepts" : "--misses");
    if (out != NULL && !x->p.has_graph)
        return fail(&x->cli->root, MOTE_ERR_USAGE, "an image keeps its threshold: give the .tflite or graph file");
    return sweep_choose(&x->sweep, &limits, &x->chosen, &here);
}

static enum mote_status keep(struct listening *x)
{
    const char *out;

    TRY(where_to_keep(x, &out));
    return out == NULL
               ? MOTE_OK
               : listening_keep(&x->cli->pool, x->cli->positional[0], &x->p.model, x->chosen, out, &x->cli->root);
}

/* ---- a page ---- */
static enum mote_status write_page(struct listening *x)
{
    const char *path = cli_value(x->cli, "--html");
    const struct detections *d = x->judged ? &x->found : NULL;
    struct pool *pool = &x->cli->pool;
    struct frame here = {&x->cli->root, path, NULL, -1, NULL};
    struct det det;
    struct fact facts[4];
    struct html_report page = {.title = pool_printf(pool, "What %s hears", x->cli->positional[0]),
                               .recipe = x->sound_path,
                               .results = facts,
                               .det_kept = -1};

    if (path == NULL)
        return MOTE_OK;
    if (d == NULL)
        return usage_error(x->cli, "--html wants --truth");
    det = sweep_curve(pool, &x->sweep);
    page.det = &det;
    facts[page.n_results++] = (struct fact){"Words heard", pool_printf(pool, "%d of %d", d->hits, d->words)};
    facts[page.n_results++] = (struct fact){"False accepts an hour", pool_printf(pool, "%.2f", accepts_an_hour(d))};
    facts[page.n_results++] =
        (struct fact){"Threshold", pool_printf(pool, "%.3f", x->listener.posterior.threshold / 255.0)};
    if (x->chosen >= 0) {
        page.det_kept = x->sweep.at[x->chosen].false_accepts;
        facts[page.n_results++] = (struct fact){"Threshold kept", pool_printf(pool, "%.3f", x->chosen / 255.0)};
    }
    return html_report_write(&page, path, &here);
}

/* ---- the command ---- */
static enum mote_status open_listener(struct listening *x, const struct listen_options *options)
{
    const char *path = x->cli->positional[0];
    struct frame file = {&x->cli->root, path, NULL, -1, NULL};

    TRY(listening_load(&x->cli->pool, path, options, &x->p, &x->cli->root));
    TRY(cli_compile_loaded(x->cli, &x->p, &file));
    return listener_open(&x->cli->pool, &x->p, &x->listener, &file);
}

static enum mote_status hear(struct listening *x)
{
    struct frame here = {&x->cli->root, x->sound_path, NULL, -1, NULL};
    int64_t silence = -1000;

    TRY(cli_number(x->cli, "--silence", 0, 10000, &silence));
    TRY(sound_read_at(&x->cli->pool, x->sound_path, x->listener.rate, &x->sound, &x->cli->root));
    return listener_hear(&x->cli->pool, &x->listener, &x->sound, (double)silence / 1000, &x->heard, &cli_progress,
                         &here);
}

/* On the board, too, if there is one. */
static enum mote_status hear_on_board(struct listening *x)
{
    struct frame file = {&x->cli->root, x->cli->positional[0], NULL, -1, NULL};

    if (cli_value(x->cli, "--target") == NULL)
        return cli_value(x->cli, "--via") == NULL && cli_value(x->cli, "--operator-source") == NULL
                   ? MOTE_OK
                   : usage_error(x->cli, "--via and --operator-source want --target");
    TRY(measure_read_options(x->cli, &x->p, &x->measure, &file));
    return listen_on_board(&x->cli->pool, &x->listener, &x->p, &x->measure, &x->sound, &x->heard, &x->board, &file);
}

static enum mote_status judge(struct listening *x, const char *path)
{
    struct cli *cli = x->cli;
    struct frame here = {&cli->root, path, NULL, -1, NULL};

    if (path == NULL)
        return cli_flag(cli, "--sweep") ? usage_error(cli, "--sweep wants --truth") : MOTE_OK;
    TRY(truth_read(&cli->pool, path, x->sound_path, x->heard.seconds, &x->truth, &cli->root));
    TRY(truth_name(&x->truth, x->listener.names, x->listener.posterior.classes, &here));
    x->found =
        detections_of(&cli->pool, x->truth.said, x->truth.n, x->heard.events, x->heard.n_events, x->heard.seconds);
    x->sweep = sweep_make(&x->listener.posterior, &x->heard, &x->truth);
    x->judged = true;
    return MOTE_OK;
}

static enum mote_status write_scores(struct listening *x, const char *path)
{
    return path == NULL
               ? MOTE_OK
               : file_write(path, x->heard.scores, (size_t)x->heard.n * x->listener.posterior.classes, &x->cli->root);
}

static enum mote_status run_listen(struct cli *cli)
{
    struct listening *x = pool_alloc(&cli->pool, sizeof *x);
    struct listen_options options;
    const char *json = NULL;

    x->cli = cli;
    x->sound_path = cli->positional[1];
    TRY(cli_read_listening(cli, &options));
    TRY(open_listener(x, &options));
    TRY(hear(x));
    TRY(hear_on_board(x));
    TRY(judge(x, cli_value(cli, "--truth")));
    TRY(choose(x));
    if (cli->json)
        json = json_of(x);
    TRY(write_scores(x, cli_value(cli, "--scores")));
    TRY(write_page(x));
    TRY(keep(x));
    if (json != NULL) {
        fputs(json, stdout);
        return MOTE_OK;
    }
    print_events(x);
    if (x->measure.board != NULL)
        print_board(x);
    if (x->judged)
        print_found(&x->found);
    if (x->judged && cli_flag(cli, "--sweep"))
        print_sweep(x);
    if (x->chosen >= 0)
        print_chosen(x);
    return MOTE_OK;
}

const struct command command_listen = {
    .name = "listen",
    .arguments = "M SOUND.wav [--truth T.json [--sweep]] [--preset P --step MS] [--threshold P …] [--target BOARD "
                 "--via image|c]",
    .summary = "what a network hears in a sound: events with times and scores, and how often it is right",
    .details =
        "M is a model, or a manifest of microWakeWord (.json), which says the rest. A front end makes frames of the\n"
        "sound, the network gives probabilities, and a posterior says when these are a command, once:\n"
        "  average   the best class's mean over the last inferences is above the\n"
        "            threshold, and it is another one than before, or --suppress has\n"
        "            passed (micro_speech's recognizer; several classes)\n"
        "  sum       the sum of the last --over probabilities is above threshold x\n"
        "            --over; then nothing for --suppress, nor after the beginning\n"
        "            (microWakeWord; one class)\n"
        "  hits      so many probabilities in a row are above the threshold\n"
        "Classes called silence, unknown, background, noise, other, none or negative, or whose names begin with _\n"
        "are no commands.\n\n"
        "Silence is put before and after the sound (1 s, or as long as nothing is heard at first), so that words at\n"
        "its ends are heard, too; --silence MS says how much. Times are the sound's.\n\n"
        "--truth says what is said in it, as MLPerf Tiny's streaming wake word does; an event from a word's start to\n"
        "1 s after its end is a hit, several within 1 s count once, other events are false accepts. --sweep repeats\n"
        "that for all thresholds. --false-accepts N chooses one: of those with at most N an hour the largest with the\n"
        "fewest misses. --misses P chooses the largest, with at most N if both are given, that misses at most P "
        "percent of the words: so few false accepts as these allow. -o writes it into a graph file, and --keep into "
        "M; so choose it on validation data.\n\n"
        "--target listens on that emulated board, too, in calls of 160 samples, and measures it; other events there "
        "are\n"
        "an error.\n\n"
        "JSON keys: seconds, inferences, pace (seconds between them), silence, posterior, over, threshold, "
        "open (with a gate, the share of inferences for which it was), events: "
        "[{time, word, score}], truth:\n"
        "{words, hits, misses, misses_interval, false_accepts, false_accepts_per_hour, false_accepts_interval,\n"
        "latency}, chosen: {threshold, truth}, board: {target, via, samples_a_call, instructions, "
        "instructions_per_second,\n"
        "instructions_longest_call, share_of_clock (where the core's timing is documented), code_bytes, "
        "constant_bytes,\n"
        "weight_bytes, arena_bytes, data_bss_bytes, stack_bytes}.",
    .example = "mote listen alexa.json alexa_test.wav",
    .positional_min = 2,
    .positional_max = 2,
    .options = (const struct option[]){{"--truth", "FILE", "what is said in the sound, and when"},
                                       {"--sweep", NULL, "misses and false accepts at all thresholds"},
                                       {"--false-accepts", "N", "choose a threshold with at most N an hour"},
                                       {"--misses", "P", "choose the largest that misses at most P percent"},
                                       {"-o", "M.graph", "where the model with that threshold goes"},
                                       {"--keep", NULL, "that threshold goes into M, a graph file"},
                                       {"--html", "FILE", "a page with the curve of misses and false accepts"},
                                       LISTENING_OPTIONS,
                                       {"--silence", "MS", "silence before and after the sound"},
                                       MEASURE_OPTIONS,
                                       OPERATORS_OPTION,
                                       OPTIMIZE_OPTION,
                                       {"--scores", "FILE", "where the scores go, a byte a class and inference"},
                                       {NULL, NULL, NULL}},
    .run = run_listen,
};
