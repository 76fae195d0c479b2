/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/listening.h"

#include <math.h>

#include "host/jobs/manifest.h"

#define GATE_BELOW    60   /* decibels below full scale, */
#define GATE_HOLD     1000 /* milliseconds, or the network's window, */
#define GATE_BEFORE   100  /* and milliseconds, as usual */
#define GATE_HELD_MAX (UINT16_MAX - GATE_BEFORE_MAX)
#define SLICES_BLIND  100 /* frames after a reset and after an event, as microWakeWord */

_Static_assert(GATE_BEFORE_MAX == MOTE_GATE_BEFORE_MAX, "as a device has room for");

struct making {
    struct pool *pool;
    struct listen_options o;
    const char *word;   /* of a single class without a name */
    struct front_end f; /* that the model has inside now */
    bool streams;       /* else it keeps its own history, or looks at single frames */
    int32_t advance;    /* samples from one inference to the next */
};

static int32_t or_else(int32_t said, int32_t usual) { return said >= 0 ? said : usual; }

/* ---- how scores become events ---- */
static bool is_background(const char *name)
{
    static const char *const words[] = {"silence", "unknown", "background", "noise", "other", "none", "negative"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return name[0] == '_';
}

struct posterior posterior_kept(const struct mote_posterior *p)
{
    return (struct posterior){(enum posterior_kind)(p->kind + 1), p->threshold, p->window, p->minimum, p->suppression};
}

enum mote_status posterior_of(const struct model *m, struct mote_posterior *out, const struct frame *at)
{
    const struct posterior *p = &m->hears.posterior;
    bool any = false;

    assert(p->kind != POSTERIOR_NONE && m->n_classes >= 1 && m->n_classes <= MOTE_POSTERIOR_CLASSES_MAX);
    *out = (struct mote_posterior){.kind = (uint8_t)(p->kind - 1),
                                   .threshold = (uint8_t)p->threshold,
                                   .classes = (uint16_t)m->n_classes,
                                   .window = (uint16_t)p->window,
                                   .minimum = (uint16_t)(p->minimum > 0 ? p->minimum : 1),
                                   .suppression = (uint16_t)p->suppression};
    for (int32_t c = 0; c < m->n_classes; c++)
        if (m->n_classes == 1 || !is_background(m->classes[c])) {
            out->commands[c / 8] |= (uint8_t)(1 << c % 8);
            any = true;
        }
    return any ? MOTE_OK
               : fail(at, MOTE_ERR_VALUE, "none of its classes is a command: all are silence, unknown or background");
}

static int32_t inferences_of(const struct making *k, double ms)
{
    const double n = ms / 1000 * k->f.rate / k->advance;

    return n > UINT16_MAX ? UINT16_MAX : (int32_t)lround(n);
}

static int32_t usual_suppression(const struct making *k, int32_t kind)
{
    if (k->o.suppression_ms >= 0)
        return inferences_of(k, k->o.suppression_ms);
    if (kind == MOTE_POSTERIOR_AVERAGE)
        return inferences_of(k, 1500);
    return (SLICES_BLIND - 1) * k->f.step / k->advance;
}

/* A word alone is heard as microWakeWord's, one of several as micro_speech's. */
static void choose_posterior(const struct making *k, struct model *m)
{
    const struct listen_options *o = &k->o;
    const int32_t kind = or_else(o->kind, m->n_classes == 1 ? MOTE_POSTERIOR_SUM : MOTE_POSTERIOR_AVERAGE);
    const int32_t wide = or_else(o->window, kind == MOTE_POSTERIOR_AVERAGE ? inferences_of(k, 1000) + 1 : 5);
    const int32_t window = wide < MOTE_POSTERIOR_WINDOW_MAX ? wide : MOTE_POSTERIOR_WINDOW_MAX;
    const int32_t minimum = or_else(o->minimum, window / 4 + 1 > 3 ? window / 4 + 1 : 3);

    m->hears.posterior = (struct posterior){
        .kind = (enum posterior_kind)(kind + 1),
        .threshold = (int32_t)((o->threshold >= 0 ? o->threshold : 200 / 255.0) * 255 + 1e-9),
        .window = window,
        .minimum = minimum < window ? minimum : window,
        .suppression = or_else(o->suppression, usual_suppression(k, kind)),
    };
}

/* ---- when it listens ---- */
static double power_of(double decibels) { return pow(10, decibels / 10); }

static int32_t steps_of(const struct making *k, int32_t ms, int32_t most)
{
    const double n = ceil(ms / 1000.0 * k->f.rate / k->advance - 1e-9);

    return n > most ? most : (int32_t)n;
}

/* Milliseconds that the network looks at. */
static int64_t window_of(const struct making *k)
{
    return (front_end_samples(&k->f) * 1000 + k->f.rate - 1) / k->f.rate;
}

/* What is not said stays as the model has it. Held is what the network hears, which lags behind. */
static void choose_gate(const struct making *k, struct model *m)
{
    const struct gate_wish *w = &k->o.gate;
    const struct gate *old = &m->hears.gate;
    const int32_t usual = window_of(k) > GATE_HOLD ? (int32_t)window_of(k) : GATE_HOLD;
    int32_t least = old->least, before = old->before, held = old->hold - old->before;

    if (!w->said)
        return;
    if (w->least > 0 || old->ratio == 0)
        least = (int32_t)(GATE_LEAST_MAX * power_of(-(w->least > 0 ? (double)w->least : GATE_BELOW)));
    if (w->hold_ms >= 0 || old->ratio == 0)
        held = steps_of(k, w->hold_ms >= 0 ? w->hold_ms : usual, GATE_HELD_MAX);
    if (w->before_ms >= 0 || old->ratio == 0)
        before = steps_of(k, w->before_ms >= 0 ? w->before_ms : GATE_BEFORE, GATE_BEFORE_MAX);
    m->hears.gate = (struct gate){.ratio = w->above > 0 ? (int32_t)lround(256 * power_of((double)w->above)) : 0,
                                  .least = least,
                                  .hold = held + before,
                                  .before = before};
}

/* What a window keeps while the gate is closed is to be quiet. */
static enum mote_status check_gate(const struct making *k, const struct gate *g, const struct frame *at)
{
    const int64_t held = (int64_t)(g->hold - g->before) * k->advance * 1000 / k->f.rate;

    if (g->ratio == 0 || !k->streams || held >= window_of(k))
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "a gate that closes after %lld ms: the network looks at %lld ms, hold at least those", (long long)held,
                (long long)window_of(k));
}

/* ---- what the files say ---- */
/* What the model says, where nobody else does. */
static void complete(struct listen_options *o, const struct hears *h)
{
    const struct posterior *p = &h->posterior;

    if (h->preset != NULL && o->preset == NULL) {
        o->preset = h->preset;
        if (o->wish.window_ms == 0)
            o->wish.window_ms = h->window;
        if (o->wish.step_ms == 0)
            o->wish.step_ms = h->step;
        o->wish.channels = h->channels;
    }
    if (p->kind == POSTERIOR_NONE)
        return;
    o->threshold = o->threshold >= 0 ? o->threshold : p->threshold / 255.0;
    if (o->kind >= 0 && o->kind != (int32_t)p->kind - 1)
        return;
    o->kind = (int32_t)p->kind - 1;
    o->window = or_else(o->window, p->window);
    o->minimum = or_else(o->minimum, p->minimum);
    if (o->suppression < 0 && o->suppression_ms < 0)
        o->suppression = p->suppression;
}

/* Options, completed by the manifest. */
static enum mote_status read_manifest(struct making *k, const char **path, const struct frame *at)
{
    struct listen_options *o = &k->o;
    struct manifest m;

    if (!is_manifest(*path))
        return MOTE_OK;
    TRY(manifest_read(k->pool, *path, &m, at));
    *path = m.model;
    k->word = m.wake_word;
    if (o->preset == NULL)
        o->preset = "micro";
    if (o->wish.step_ms == 0)
        o->wish.step_ms = m.step_ms;
    o->kind = or_else(o->kind, MOTE_POSTERIOR_SUM);
    o->window = or_else(o->window, m.window);
    o->threshold = o->threshold >= 0 ? o->threshold : m.cutoff;
    return MOTE_OK;
}

/* ---- the model ---- */
/* It keeps something from one inference to the next, besides what its front end does: what comes after the features
 * reads a state. */
static bool keeps_history(const struct graph *g)
{
    bool behind = false;

    for (int32_t i = 0; i < g->n_ops; i++) {
        const struct op *op = &g->ops[i];

        for (int32_t k = 0; behind && k < op->n_in; k++)
            if (op->in[k] >= 0 && g->tensors[op->in[k]].state)
                return true;
        for (int32_t k = 0; k < op->n_out; k++)
            behind |= op->out[k] >= 0 && strcmp(g->tensors[op->out[k]].name, FRONT_END_FEATURES) == 0;
    }
    return false;
}

static enum mote_status put_front_end(struct making *k, struct model *m, const struct frame *at)
{
    const struct listen_options *o = &k->o;

    if (front_end_inside(m, &k->f))
        return o->preset == NULL || m->hears.preset != NULL
                   ? MOTE_OK
                   : fail(at, MOTE_ERR_USAGE, "it has its front end inside, and takes no --preset");
    if (o->preset == NULL)
        return fail(at, MOTE_ERR_USAGE, "does not say what it hears by: --preset, of %s", front_end_presets(k->pool));
    TRY(front_end_find(o->preset, &o->wish, &k->f, at));
    if (k->f.peak)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "%s takes samples in units of a whole sound's largest, which is not known while it is heard",
                    k->f.preset);
    return front_end_before(&k->f, m, at);
}

static enum mote_status prepare_model(struct making *k, struct model *m, const struct frame *at)
{
    complete(&k->o, &m->hears);
    TRY(put_front_end(k, m, at));
    k->streams = !keeps_history(&m->graphs[0]) && k->f.frames > 1;
    k->advance = k->streams ? (k->o.every > 0 ? k->o.every : 1) * k->f.step : k->f.frames * k->f.step;
    return MOTE_OK;
}

static enum mote_status load_model(struct making *k, const char *path, struct pipeline *p, const struct frame *at)
{
    TRY(pipeline_load(k->pool, path, p, at));
    return p->has_graph ? prepare_model(k, &p->model, at) : MOTE_OK;
}

/* How far a stream goes on a call depends on its strides, which the plan knows. */
static enum mote_status plan_advance(struct making *k, struct pipeline *p, const struct frame *at)
{
    TRY(pipeline_compile(p, &(struct pipeline_options){.stream = true, .advance = k->advance}, at));
    k->advance = (int32_t)tensor_elements(&p->plan.graph->tensors[p->plan.graph->inputs[0]]);
    return MOTE_OK;
}

static enum mote_status find_advance(struct making *k, const char *path, const struct frame *at)
{
    struct pipeline p;

    if (!k->streams)
        return MOTE_OK;
    TRY(load_model(k, path, &p, at));
    return plan_advance(k, &p, at);
}

static enum mote_status name_classes(const struct making *k, struct model *m, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];
    const int64_t n = g->n_outputs == 1 ? tensor_elements(&g->tensors[g->outputs[0]]) : 0;

    if (n < 1 || n > MOTE_POSTERIOR_CLASSES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d outputs, the first of %lld elements: one of 1 to %d scores is wanted",
                    g->n_outputs, (long long)n, MOTE_POSTERIOR_CLASSES_MAX);
    if (m->n_classes == n)
        return MOTE_OK;
    m->n_classes = (int32_t)n;
    m->classes = pool_array(m->pool, (size_t)n, sizeof *m->classes);
    for (int32_t i = 0; i < m->n_classes; i++)
        m->classes[i] = k->o.n_names == n ? k->o.names[i] : n == 1 ? k->word : pool_printf(m->pool, "%d", i);
    return MOTE_OK;
}

/* What whoever reads the model's graph file later is to know. */
static void remember(const struct making *k, struct model *m)
{
    const int32_t ms = k->f.rate / 1000, clip = (int32_t)(front_end_samples(&k->f) / ms);

    m->hears.preset = k->o.preset != NULL ? k->o.preset : k->f.preset;
    m->hears.window = k->f.window / ms;
    m->hears.step = k->f.step / ms;
    m->hears.channels = k->f.channels;
    m->hears.clip = clip < HEARS_MS_MAX ? clip : HEARS_MS_MAX;
}

static enum mote_status finish(struct making *k, struct pipeline *p, const struct frame *at)
{
    struct model *m = &p->model;
    struct plan_listen *l = pool_alloc(k->pool, sizeof *l);

    TRY(name_classes(k, m, at));
    remember(k, m);
    choose_posterior(k, m);
    choose_gate(k, m);
    TRY(check_gate(k, &m->hears.gate, at));
    *l = (struct plan_listen){
        .rate = k->f.rate, .silence = front_end_silence(&k->f), .advance = k->advance, .gate = m->hears.gate};
    TRY(posterior_of(m, &l->posterior, at));
    p->listen = l;
    p->streams = k->streams;
    return MOTE_OK;
}

static bool says_something(const struct listen_options *o)
{
    return o->preset != NULL || o->every > 0 || o->kind >= 0 || o->threshold >= 0 || o->window >= 0 ||
           o->minimum >= 0 || o->suppression_ms >= 0 || o->gate.said;
}

enum mote_status listening_load(struct pool *pool, const char *path, const struct listen_options *options,
                                struct pipeline *out, const struct frame *at)
{
    struct making k = {.pool = pool, .o = *options, .word = "the word"};
    struct frame file = {at, path, NULL, -1, NULL};

    TRY(read_manifest(&k, &path, at));
    file.kind = path;
    TRY(load_model(&k, path, out, &file));
    if (!out->has_graph)
        return says_something(options)
                   ? fail(&file, MOTE_ERR_USAGE, "an image listens as it was compiled: give the .tflite or graph file")
                   : MOTE_OK;
    TRY(find_advance(&k, path, &file));
    return finish(&k, out, &file);
}

enum mote_status listening_settle(struct pool *pool, const struct listen_options *options, struct model *m,
                                  const struct frame *at)
{
    struct making k = {.pool = pool, .o = *options};
    struct pipeline p = {.pool = pool, .path = at->name, .has_graph = true, .model = {.pool = pool}};
    struct mote_posterior ignored;

    assert(m->hears.preset != NULL && m->n_classes >= 1);
    model_copy(m, &p.model);
    TRY(prepare_model(&k, &p.model, at));
    if (k.streams)
        TRY(plan_advance(&k, &p, at));
    choose_posterior(&k, m);
    choose_gate(&k, m);
    TRY(check_gate(&k, &m->hears.gate, at));
    return posterior_of(m, &ignored, at);
}
