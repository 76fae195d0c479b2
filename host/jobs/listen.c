/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/listen.h"

#include <math.h>

#include "host/jobs/manifest.h"
#include "host/pipeline/pipeline.h"
#include "host/run/elements.h"
#include "host/run/image_view.h"

/* ---- how scores become events ---- */
#define SLICES_BLIND 100 /* frames after a reset and after an event, as microWakeWord */

static int32_t inferences_of(const struct listener *l, double ms)
{
    double n = ms / 1000 / l->pace;

    return n > UINT16_MAX ? UINT16_MAX : (int32_t)lround(n);
}

static bool is_background(const char *name)
{
    static const char *const words[] = {"silence", "unknown", "background", "noise", "other", "none", "negative"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return name[0] == '_';
}

static void choose_commands(const struct listener *l, struct mote_posterior *p)
{
    for (int32_t c = 0; c < p->classes; c++)
        if (p->classes == 1 || !is_background(l->names[c]))
            p->commands[c / 8] |= (uint8_t)(1 << c % 8);
}

static int32_t or_else(int32_t said, int32_t usual) { return said >= 0 ? said : usual; }

/* A word alone is heard as microWakeWord's, one of several as micro_speech's. */
static enum mote_status choose_posterior(struct listener *l, const struct listen_options *o, const struct frame *at)
{
    struct mote_posterior *p = &l->posterior;
    bool alone = l->posterior.classes == 1;
    int32_t second = inferences_of(l, 1000), window;

    p->kind = (uint8_t)or_else(o->kind, alone ? MOTE_POSTERIOR_SUM : MOTE_POSTERIOR_AVERAGE);
    window = or_else(o->window, p->kind == MOTE_POSTERIOR_AVERAGE ? second + 1 : 5);
    p->window = (uint16_t)(window < MOTE_POSTERIOR_WINDOW_MAX ? window : MOTE_POSTERIOR_WINDOW_MAX);
    p->threshold = (uint8_t)((o->threshold >= 0 ? o->threshold : 200 / 255.0) * 255 + 1e-9);
    p->minimum = (uint16_t)or_else(o->minimum, p->window / 4 + 1 > 3 ? p->window / 4 + 1 : 3);
    if (p->minimum > p->window)
        p->minimum = p->window;
    p->suppression = (uint16_t)(o->suppression >= 0                 ? o->suppression
                                : o->suppression_ms >= 0            ? inferences_of(l, o->suppression_ms)
                                : p->kind == MOTE_POSTERIOR_AVERAGE ? inferences_of(l, 1500)
                                                                    : (SLICES_BLIND - 1) / l->fresh);
    choose_commands(l, p);
    for (int32_t c = 0; c < p->classes; c++)
        if (mote_posterior_is_command(p, c))
            return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE, "none of its classes is a command: all are silence, unknown or background");
}

/* ---- the network ---- */
static bool keeps_history(const struct model *m)
{
    for (int32_t g = 0; g < m->n_graphs; g++)
        for (int32_t i = 0; i < m->graphs[g].n_tensors; i++)
            if (m->graphs[g].tensors[i].state)
                return true;
    return false;
}

static const char *const *names_of(struct pool *pool, const struct listener *l, const struct listen_options *o,
                                   const char *word, int32_t n)
{
    int32_t known;
    const char *const *names = image_classes(pool, &l->network.model, &known), **made;

    if (known == n)
        return names;
    if (o->n_names == n)
        return o->names;
    made = pool_array(pool, (size_t)n, sizeof *made);
    for (int32_t i = 0; i < n; i++)
        made[i] = n == 1 ? word : pool_printf(pool, "%d", i);
    return made;
}

static enum mote_status check_output(struct listener *l, const struct frame *at)
{
    double value;
    int32_t n;

    if (mote_model_output(&l->network.model, 0, &l->output) != MOTE_OK || !io_element(&l->output, 0, &value))
        return fail(at, MOTE_ERR_UNSUPPORTED, "its output is no list of probabilities");
    n = (int32_t)io_elements(&l->output);
    if (n > MOTE_POSTERIOR_CLASSES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its output has %d elements; %d classes are the most here", n,
                    MOTE_POSTERIOR_CLASSES_MAX);
    if (l->output.type != TYPE_F32 && !(l->output.scale > 0))
        return fail(at, MOTE_ERR_QUANT, "its output \"%s\" is not quantized: no probabilities", l->output.name);
    l->posterior.classes = (uint16_t)n;
    return MOTE_OK;
}

/* Frames as the input wants them: by the model's preprocessing, by micro's own int8, or reals. */
static enum mote_status check_input(struct listener *l, const struct frame *at)
{
    enum mote_type raw = l->ear.type == TYPE_U16 ? TYPE_S16 : l->ear.type;
    uint32_t n;

    if (mote_model_inputs(&l->network.model) != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "has %d inputs; listening wants one",
                    mote_model_inputs(&l->network.model));
    if (mote_model_input(&l->network.model, 0, &l->input) != MOTE_OK ||
        mote_model_preprocess(&l->network.model, 0, &l->how) != MOTE_OK)
        return fail(at, MOTE_ERR_FORMAT, "its preprocessing is broken");
    n = io_elements(&l->input);
    if (n % (uint32_t)l->ear.channels != 0)
        return fail(at, MOTE_ERR_SHAPE, "its input has %u elements, no number of frames of %d features of `%s`", n,
                    l->ear.channels, l->ear.front_end.preset);
    l->rows = (int32_t)n / l->ear.channels;
    if (l->how.n == 0 && l->ear.type == TYPE_U16 && l->input.type != TYPE_S8)
        return fail(at, MOTE_ERR_TYPE, "its input is %s and it has no preprocessing: `%s` makes int8 for such",
                    type_name((enum mote_type)l->input.type), l->ear.front_end.preset);
    if (l->how.n > 0 && l->how.type != raw)
        return fail(at, MOTE_ERR_TYPE, "is for raw numbers of %s, the features of `%s` are %s",
                    type_name((enum mote_type)l->how.type), l->ear.front_end.preset, type_name(raw));
    return MOTE_OK;
}

/* What the model says, where nobody else does. */
static void complete(struct listen_options *o, const struct hears *h)
{
    const struct posterior *p = &h->posterior;

    if (h->preset == NULL || o->preset != NULL)
        return;
    o->preset = h->preset;
    if (o->wish.window_ms == 0)
        o->wish.window_ms = h->window;
    if (o->wish.step_ms == 0)
        o->wish.step_ms = h->step;
    o->wish.channels = h->channels;
    if (p->kind == POSTERIOR_NONE || o->kind >= 0)
        return;
    o->kind = (int32_t)p->kind - 1;
    o->threshold = o->threshold >= 0 ? o->threshold : p->threshold / 255.0;
    o->window = or_else(o->window, p->window);
    o->minimum = or_else(o->minimum, p->minimum);
    o->suppression = or_else(o->suppression, p->suppression);
}

static enum mote_status open_network(struct pool *pool, const char *path, struct listener *l, struct listen_options *o,
                                     bool *history, const struct frame *at)
{
    struct pipeline p;

    TRY(pipeline_load(pool, path, &p, at));
    if (!p.has_graph)
        return fail(at, MOTE_ERR_USAGE, "is an image: give the .tflite or graph file");
    *history = keeps_history(&p.model);
    complete(o, &p.model.hears);
    TRY(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, at));
    TRY(runner_open(pool, p.image, &l->network, at));
    return want_whole_input(&l->network.model, at);
}

static enum mote_status open_ear(struct pool *pool, const struct listen_options *o, struct listener *l,
                                 const struct frame *at)
{
    struct front_end f;

    if (o->preset == NULL)
        return fail(at, MOTE_ERR_USAGE, "does not say what it hears by: --preset, of %s", front_end_presets(pool));
    TRY(front_end_find(o->preset, &o->wish, &f, at));
    return hearing_open(pool, &f, &l->ear, at);
}

/* Options, completed by the manifest. */
static enum mote_status read_manifest(struct pool *pool, const char **path, struct listen_options *o, const char **word,
                                      const struct frame *at)
{
    struct manifest m;

    if (!is_manifest_name(*path))
        return MOTE_OK;
    TRY(manifest_read(pool, *path, &m, at));
    *path = m.model;
    *word = m.wake_word;
    if (o->preset == NULL)
        o->preset = "micro";
    if (o->wish.step_ms == 0)
        o->wish.step_ms = m.step_ms;
    o->kind = or_else(o->kind, MOTE_POSTERIOR_SUM);
    o->window = or_else(o->window, m.window);
    o->threshold = o->threshold >= 0 ? o->threshold : m.cutoff;
    return MOTE_OK;
}

enum mote_status listener_open(struct pool *pool, const char *path, const struct listen_options *options,
                               struct listener *out, const struct frame *at)
{
    struct listen_options o = *options;
    const char *word = "the word";
    struct frame file = {at, path, NULL, -1, NULL};
    bool history = false;

    *out = (struct listener){.rows = 0};
    TRY(read_manifest(pool, &path, &o, &word, at));
    file.kind = path;
    TRY(open_network(pool, path, out, &o, &history, &file));
    TRY(open_ear(pool, &o, out, &file));
    TRY(check_output(out, &file));
    TRY(check_input(out, &file));
    out->names = names_of(pool, out, &o, word, out->posterior.classes);
    out->fresh = history ? out->rows : o.every > 0 ? o.every : 1;
    out->pace = (double)out->fresh * out->ear.front_end.step / out->ear.front_end.rate;
    return choose_posterior(out, &o, &file);
}

/* ---- listening ---- */
struct hearer {
    struct listener *l;
    uint8_t *frames; /* [rows] the newest, as the network's raw numbers */
    uint8_t *feature;
    size_t bytes; /* of a frame of raw numbers */
};

/* As micro_speech and microWakeWord make int8 of what micro gives. */
static int8_t int8_of_micro(uint16_t x)
{
    int32_t y = ((int32_t)x * 256 + 333) / 666 - 128;

    return (int8_t)(y > INT8_MAX ? INT8_MAX : y);
}

static void add_frame(struct hearer *h, const int16_t *samples)
{
    struct listener *l = h->l;
    uint8_t *newest = h->frames + (size_t)(l->rows - 1) * h->bytes;

    hearing_frame(&l->ear, samples, h->feature);
    memmove(h->frames, h->frames + h->bytes, (size_t)(l->rows - 1) * h->bytes);
    if (l->ear.type != TYPE_U16 || l->how.n > 0)
        memcpy(newest, h->feature, h->bytes);
    else
        for (int32_t c = 0; c < l->ear.channels; c++)
            newest[c] = (uint8_t)int8_of_micro(((const uint16_t *)(const void *)h->feature)[c]);
}

static void set_input(struct hearer *h)
{
    struct listener *l = h->l;

    if (l->how.n > 0 || l->ear.type == TYPE_F32)
        mote_set_input(&l->how, &l->input, 0, h->frames, io_elements(&l->input));
    else
        memcpy(l->input.data, h->frames, l->input.bytes);
}

static void get_scores(const struct listener *l, uint8_t *scores)
{
    for (uint32_t c = 0; c < l->posterior.classes; c++) {
        double x = 0;

        io_element(&l->output, c, &x);
        x = 256 * (l->output.type == TYPE_F32 ? x : (double)l->output.scale * (x - l->output.zero));
        scores[c] = (uint8_t)(x > 255 ? 255 : x > 0 ? x : 0);
    }
}

static void hearer_begin(struct pool *pool, struct listener *l, struct hearer *h)
{
    *h = (struct hearer){.l = l, .bytes = l->ear.bytes};
    if (l->ear.type == TYPE_U16 && l->how.n == 0)
        h->bytes = (size_t)l->ear.channels;
    h->frames = pool_array(pool, (size_t)l->rows, h->bytes);
    h->feature = pool_alloc(pool, l->ear.bytes);
    hearing_reset(&l->ear);
    mote_model_reset(&l->network.model);
}

void listened_again(struct pool *pool, const struct mote_posterior *how, struct listened *x)
{
    struct mote_posterior_state s;

    mote_posterior_reset(&s, how, pool_array(pool, how->window, how->classes));
    x->events = NULL;
    x->n_events = 0;
    for (int32_t i = 0; i < x->n; i++) {
        struct mote_heard heard = mote_posterior_hear(&s, x->scores + (size_t)i * how->classes);

        if (heard.command < 0)
            continue;
        x->events = pool_grow(pool, x->events, (size_t)x->n_events, sizeof *x->events);
        x->events[x->n_events++] = (struct event){x->times[i], heard.command, heard.score};
    }
}

/* With silence around it. */
static int16_t *surround(struct pool *pool, const struct sound *s, int64_t silence)
{
    int16_t *all = pool_array(pool, (size_t)(s->n + 2 * silence), sizeof *all);

    memcpy(all + silence, s->samples, (size_t)s->n * sizeof *all);
    return all;
}

enum mote_status listener_hear(struct pool *pool, struct listener *l, const struct sound *sound, double lead,
                               struct listened *out, const struct progress *progress, const struct frame *at)
{
    const struct front_end *f = &l->ear.front_end;
    double blind = l->posterior.kind == MOTE_POSTERIOR_SUM ? (l->posterior.suppression + 1) * l->pace : 0;
    int64_t silence = (int64_t)ceil((lead >= 0 ? lead : fmax(1, blind)) * f->rate);
    int64_t frames = hearing_frames(f, sound->n + 2 * silence);
    const int16_t *samples;
    struct hearer h;

    if (sound->rate != f->rate)
        return fail(at, MOTE_ERR_VALUE, "has %d samples a second, the front end wants %d", sound->rate, f->rate);
    if (sound->n < 1)
        return fail(at, MOTE_ERR_SHAPE, "has no samples");
    if (frames < l->rows)
        return fail(at, MOTE_ERR_SHAPE, "is too short: the network wants %d frames, and there are %lld", l->rows,
                    (long long)frames);
    *out = (struct listened){.seconds = (double)sound->n / f->rate, .lead = (double)silence / f->rate};
    out->times = pool_array(pool, (size_t)(frames / l->fresh + 1), sizeof *out->times);
    out->scores = pool_array(pool, (size_t)(frames / l->fresh + 1), l->posterior.classes);
    samples = surround(pool, sound, silence);
    hearer_begin(pool, l, &h);
    for (int64_t i = 0; i < frames; i++) {
        add_frame(&h, samples + i * f->step);
        if (i + 1 < l->rows || (i + 1 - l->rows) % l->fresh != 0)
            continue;
        if (out->n % 1000 == 0 && !progress_step(progress, "frames", i, frames))
            return fail_cancelled(at, "listening");
        set_input(&h);
        mote_model_run(&l->network.model);
        get_scores(l, out->scores + (size_t)out->n * l->posterior.classes);
        out->times[out->n++] = (double)(i * f->step + f->window - silence) / f->rate;
    }
    progress_step(progress, "frames", frames, frames);
    listened_again(pool, &l->posterior, out);
    return MOTE_OK;
}
