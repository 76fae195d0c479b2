/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of a model: its name, classes, preprocessing, task, and the split that it was trained on. */
#include "host/graph/text_parse.h"

#include <math.h>

enum mote_status parse_model(struct parser *ps)
{
    struct word name;
    int64_t version = 0;

    if (ps->has_model)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second model");
    ps->has_model = true;
    TRY(words_word(&ps->w, "the model's name", &name));
    ps->m->name = memcpy(pool_alloc(ps->m->pool, name.len + 1), name.s, name.len);
    if (words_accept(&ps->w, "version"))
        TRY(words_int(&ps->w, "the version", 0, UINT32_MAX, &version));
    ps->m->version = (uint32_t)version;
    if (words_accept(&ps->w, "graphs"))
        return words_i32(&ps->w, "the number of graphs", 1, INT32_MAX, &ps->n_graphs);
    return MOTE_OK;
}

enum mote_status parse_classes(struct parser *ps)
{
    struct model *m = ps->m;

    if (m->n_classes > 0)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second list of classes");
    do {
        m->classes = pool_grow(m->pool, m->classes, (size_t)m->n_classes, sizeof *m->classes);
        TRY(words_string(&ps->w, "a class's name in quotes", &m->classes[m->n_classes]));
        m->n_classes++;
    } while (!words_at_end(&ps->w));
    return MOTE_OK;
}

enum mote_status parse_preprocess(struct parser *ps)
{
    static const enum mote_type types[] = {TYPE_U8, TYPE_S8, TYPE_S16, TYPE_F32};
    struct preprocess *p = &ps->m->preprocess;
    struct f32_list mean = {NULL, 0}, std = {NULL, 0};

    if (strcmp(p->kind, "none") != 0)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second preprocess");
    for (int i = 1; i < KINDS; i++)
        if (words_accept(&ps->w, raw_kind_names[i]))
            p->kind = raw_kind_names[i];
    if (strcmp(p->kind, "none") == 0)
        return words_expected(&ps->w, "image, audio or values");
    for (int i = 1; i < ORDERS && !p->channels[0]; i++)
        if (words_accept(&ps->w, order_names[i]))
            p->channels = order_names[i];
    for (size_t i = 0; i < COUNT(types) && p->type == TYPE_NONE; i++)
        if (words_accept(&ps->w, type_name(types[i])))
            p->type = types[i];
    if (words_at_end(&ps->w) && p->type == TYPE_NONE)
        return MOTE_OK;
    if (!words_accept(&ps->w, "mean"))
        return words_expected(&ps->w, p->type != TYPE_NONE ? "mean"
                                      : p->channels[0]     ? "u8, s8, s16, f32 or mean"
                                                           : "rgb, bgr, gray, u8, s8, s16, f32 or mean");
    TRY(words_list(&ps->w, item_f32, &mean));
    if (!words_accept(&ps->w, "std"))
        return words_expected(&ps->w, "std");
    TRY(words_list(&ps->w, item_f32, &std));
    if (mean.n != std.n)
        return words_fail(&ps->w, MOTE_ERR_VALUE, "%d values of mean, %d of std", mean.n, std.n);
    preprocess_scale(ps->m->pool, p, mean.n, mean.v, std.v);
    return MOTE_OK;
}

/* A word and a number. */
static enum mote_status words_named(struct words *ws, const char *word, int32_t min, int32_t max, int32_t *out)
{
    if (!words_accept(ws, word))
        return words_expected(ws, word);
    return words_i32(ws, word, min, max, out);
}

enum mote_status parse_task(struct parser *ps)
{
    struct task *t = &ps->m->task;

    if (t->kind != MOTE_TASK_NONE)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second task");
    for (int k = 1; k < TASKS; k++)
        if (words_accept(&ps->w, task_names[k]))
            t->kind = (enum mote_task)k;
    if (t->kind == MOTE_TASK_NONE)
        return words_expected(&ps->w, "classification, regression or anomaly");
    if (t->kind != MOTE_TASK_ANOMALY)
        return MOTE_OK;
    *t = (struct task){MOTE_TASK_ANOMALY, INFINITY, -1};
    if (words_accept(&ps->w, "threshold"))
        TRY(words_f32(&ps->w, &t->threshold));
    return words_accept(&ps->w, "normal") ? words_i32(&ps->w, "the normal class", 0, INT32_MAX, &t->normal) : MOTE_OK;
}

/* ---- what it hears ---- */
static enum mote_status parse_posterior(struct words *ws, struct posterior *p)
{
    for (int k = 1; k < POSTERIORS; k++)
        if (words_accept(ws, posterior_names[k]))
            p->kind = (enum posterior_kind)k;
    if (p->kind == POSTERIOR_NONE)
        return words_expected(ws, "average, sum or hits");
    TRY(words_named(ws, "threshold", 0, 255, &p->threshold));
    TRY(words_named(ws, "window", 1, POSTERIOR_WINDOW_MAX, &p->window));
    TRY(words_named(ws, "minimum", 0, p->window, &p->minimum));
    return words_named(ws, "suppression", 0, UINT16_MAX, &p->suppression);
}

static enum mote_status parse_gate(struct words *ws, struct gate *g)
{
    TRY(words_named(ws, "ratio", 256, UINT16_MAX, &g->ratio));
    TRY(words_named(ws, "least", 0, GATE_LEAST_MAX, &g->least));
    TRY(words_named(ws, "hold", 1, UINT16_MAX, &g->hold));
    return words_named(ws, "before", 0, GATE_BEFORE_MAX, &g->before);
}

enum mote_status parse_hears(struct parser *ps)
{
    struct hears *h = &ps->m->hears;

    if (h->preset != NULL)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second hears");
    TRY(words_string(&ps->w, "a preset's name in quotes", &h->preset));
    TRY(words_named(&ps->w, "window", 1, HEARS_MS_MAX, &h->window));
    TRY(words_named(&ps->w, "step", 1, HEARS_MS_MAX, &h->step));
    TRY(words_named(&ps->w, "channels", 1, HEARS_CHANNELS_MAX, &h->channels));
    TRY(words_named(&ps->w, "clip", 1, HEARS_MS_MAX, &h->clip));
    if (words_accept(&ps->w, "posterior"))
        TRY(parse_posterior(&ps->w, &h->posterior));
    return words_accept(&ps->w, "gate") ? parse_gate(&ps->w, &h->gate) : MOTE_OK;
}

/* ---- the split ---- */
struct u64_list {
    uint64_t *v;
    int32_t n;
};

static enum mote_status item_u64(struct words *ws, void *into)
{
    struct u64_list *list = into;
    uint8_t bytes[8] = {0};

    TRY(words_hex(ws, bytes, 8));
    list->v = pool_grow(ws->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = le64(bytes);
    return MOTE_OK;
}

static enum mote_status item_digest(struct words *ws, void *into)
{
    struct text *list = into;
    uint8_t bytes[DIGEST_BYTES] = {0};

    TRY(words_hex(ws, bytes, DIGEST_BYTES));
    text_bytes(list, bytes, DIGEST_BYTES);
    return MOTE_OK;
}

static enum mote_status parse_digests(struct parser *ps, struct split_digests *d, int32_t which)
{
    struct text list = {.pool = ps->m->pool};

    if (words_char(&ps->w, '[')) {
        TRY(words_items(&ps->w, ']', item_digest, &list));
        *d = (struct split_digests){(int32_t)(list.len / DIGEST_BYTES), (const uint8_t *)list.s};
        return MOTE_OK;
    }
    TRY(words_i32(&ps->w, "the number of digests", 1, (int32_t)(FILE_LIMIT / DIGEST_BYTES), &d->n));
    if (!words_char(&ps->w, '@'))
        return words_expected(&ps->w, "'@'");
    return parse_blob_offset(ps, (size_t)d->n * DIGEST_BYTES, OF_SPLIT, which);
}

static enum mote_status parse_cutoffs(struct words *ws, struct split_memory *s)
{
    struct u64_list test = {NULL, 0}, validation = {NULL, 0};

    if (!words_char(ws, '['))
        return words_expected(ws, "'['");
    TRY(words_items(ws, ';', item_u64, &test));
    TRY(words_items(ws, ']', item_u64, &validation));
    if (test.n < 1 || test.n != validation.n)
        return words_fail(ws, MOTE_ERR_VALUE, "%d cutoffs of test and %d of validation: as many are wanted", test.n,
                          validation.n);
    s->n_cutoffs = test.n;
    s->test = test.v;
    s->validation = validation.v;
    return MOTE_OK;
}

static enum mote_status parse_seed(struct words *ws, uint64_t *out)
{
    struct number n;

    TRY(words_number(ws, "the seed", &n));
    if (n.negative && n.magnitude > 0)
        return words_fail(ws, MOTE_ERR_VALUE, "a seed below 0");
    *out = n.magnitude;
    return MOTE_OK;
}

enum mote_status parse_split(struct parser *ps)
{
    struct split_memory *s = &ps->m->split;
    bool seed = false;

    if (s->known)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "a second split");
    s->known = true;
    while (!words_at_end(&ps->w)) {
        if (s->group == NULL && words_accept(&ps->w, "group"))
            TRY(words_string(&ps->w, "a group in quotes", &s->group));
        else if (!seed && words_accept(&ps->w, "seed")) {
            seed = true;
            TRY(parse_seed(&ps->w, &s->seed));
        } else if (s->n_cutoffs == 0 && words_accept(&ps->w, "cutoffs"))
            TRY(parse_cutoffs(&ps->w, s));
        else if (s->trained.n == 0 && words_accept(&ps->w, "trained"))
            TRY(parse_digests(ps, &s->trained, 0));
        else if (s->checked.n == 0 && words_accept(&ps->w, "checked"))
            TRY(parse_digests(ps, &s->checked, 1));
        else
            return words_expected(&ps->w, "group, seed, cutoffs, trained or checked, each once");
    }
    return MOTE_OK;
}

enum mote_status parse_graph(struct parser *ps)
{
    const char *name;

    if (!ps->has_model)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "expected a line with model and its name before the first graph");
    TRY(words_name(&ps->w, &name));
    model_add_graph(ps->m, name);
    ps->in_graph = true;
    ps->has_inputs = ps->has_outputs = false;
    return MOTE_OK;
}
