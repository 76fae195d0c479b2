/* SPDX-License-Identifier: Apache-2.0 */
/* Sounds -> clips of one length -> features. */
#include "host/data/clips.h"

#include <math.h>
#include <pthread.h>

/* ---- which front end ---- */
#define CLIP_MS 1000
#define PRESET  "micro" /* where nobody names one */

bool hears_sounds(const struct reading *r)
{
    return r->spec->input != NULL || (r->trained != NULL && r->trained->hears.preset != NULL);
}

static struct hears wanted(const struct reading *r)
{
    const struct data_input *in = r->spec->input;
    struct hears h = {.clip = CLIP_MS};

    if (in == NULL && r->trained != NULL && r->trained->hears.preset != NULL)
        return r->trained->hears;
    if (in == NULL) {
        h.preset = PRESET;
        return h;
    }
    h.preset = in->audio;
    h.window = in->window;
    h.step = in->step;
    h.channels = in->channels;
    h.clip = in->clip > 0 ? in->clip : CLIP_MS;
    return h;
}

static enum mote_status check_wanted(const struct reading *r, const struct hears *h)
{
    const struct {
        const char *name;
        int32_t value, max;
    } keys[] = {{"window", h->window, HEARS_MS_MAX},
                {"step", h->step, HEARS_MS_MAX},
                {"channels", h->channels, HEARS_CHANNELS_MAX},
                {"clip", h->clip, HEARS_MS_MAX}};

    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].value < 0 || keys[i].value > keys[i].max)
            return fail_key(r, "input", "input: %s is %d; at most %d is wanted", keys[i].name, keys[i].value,
                            keys[i].max);
    return MOTE_OK;
}

/* Opens the ear, and says in the data set's `hears` what the model is to know of it. */
static enum mote_status open_ear(struct reading *r, struct clips *c)
{
    struct hears *h = &r->out->hears;
    struct front_end f;

    *h = wanted(r);
    TRY(check_wanted(r, h));
    TRY(front_end_find(h->preset, &(struct front_end_wish){h->window, h->step, h->channels, .absolute = true}, &f,
                       r->at));
    TRY(hearing_open(r->pool, &f, &c->ear, r->at));
    h->preset = f.preset;
    h->window = f.window / (f.rate / 1000);
    h->step = f.step / (f.rate / 1000);
    h->channels = f.channels;
    c->samples = (int64_t)h->clip * (f.rate / 1000);
    c->frames = (int32_t)hearing_frames(&f, c->samples);
    if (c->frames < 1)
        return fail_key(r, "input", "input: a clip of %d ms is shorter than a window of %d ms", h->clip, h->window);
    return MOTE_OK;
}

/* ---- clips ---- */
struct counts {
    int32_t shorter, longer, converted, several, silent;
};

/* Sounds become clips: what is read, and of which entry of the list, and from when on, each clip is. */
struct taking {
    struct reading *r;
    struct clips *c;
    const struct clip_list *list;
    struct pool pool; /* of the sound */
    const char *file; /* that it is of */
    struct sound sound;
    int32_t *of, *ms, room;
    struct counts counts;
};

/* Where the loudest `n` of `all` samples begin. */
static int64_t loudest(const int16_t *samples, int64_t all, int64_t n)
{
    double sum = 0, best = -1;
    int64_t from = 0;

    for (int64_t i = 0; i < all; i++) {
        sum += (double)samples[i] * samples[i];
        if (i >= n)
            sum -= (double)samples[i - n] * samples[i - n];
        if (i >= n - 1 && sum > best) {
            best = sum;
            from = i - n + 1;
        }
    }
    return from;
}

static bool is_silent(const int16_t *samples, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (samples[i] != samples[0])
            return false;
    return true;
}

static enum mote_status make_room(struct taking *t)
{
    struct clips *c = t->c;
    const size_t bytes = (size_t)c->samples * sizeof *c->audio;
    const int64_t most = (int64_t)(DATASET_BYTES_MAX / bytes), wanted = t->room > 0 ? 2 * (int64_t)t->room : t->list->n;
    int16_t *more;

    if (c->n < t->room)
        return MOTE_OK;
    if (c->n >= most || t->list->n > most)
        return fail(t->r->at, MOTE_ERR_MEMORY, "there are more than %lld clips of %d ms, the most that Mote holds",
                    (long long)most, t->r->out->hears.clip);
    t->room = (int32_t)(wanted < most ? wanted : most);
    more = pool_array(t->r->pool, (size_t)t->room, bytes);
    if (c->n > 0)
        memcpy(more, c->audio, (size_t)c->n * bytes);
    c->audio = more;
    return MOTE_OK;
}

/* Of the sound from `from` on, `n` of its samples. */
static enum mote_status add_clip(struct taking *t, int32_t of, int64_t from, int64_t n)
{
    struct clips *c = t->c;
    int64_t take = n < c->samples ? n : c->samples;
    int16_t *to;

    TRY(make_room(t));
    to = c->audio + c->n * c->samples;
    memcpy(to, t->sound.samples + from, (size_t)take * sizeof *to);
    t->of = pool_grow(&t->r->scratch, t->of, (size_t)c->n, sizeof *t->of);
    t->ms = pool_grow(&t->r->scratch, t->ms, (size_t)c->n, sizeof *t->ms);
    t->of[c->n] = of;
    t->ms[c->n++] = (int32_t)(from * 1000 / t->sound.rate);
    t->counts.shorter += n < c->samples;
    t->counts.converted += t->sound.from != t->sound.rate;
    t->counts.several += t->sound.channels > 1;
    t->counts.silent += is_silent(to, c->samples);
    return MOTE_OK;
}

static enum mote_status read_sound(struct taking *t, const char *file)
{
    struct reading *r = t->r;
    struct frame here = frame_of(r->at, file);

    if (t->file != NULL && strcmp(t->file, file) == 0)
        return MOTE_OK;
    pool_free(&t->pool);
    t->file = file;
    TRY(sound_read_at(&t->pool, pool_printf(&t->pool, "%s/%s", r->path, file), t->c->ear.front_end.rate, &t->sound,
                      r->at));
    return t->sound.n > 0 ? MOTE_OK : fail(&here, MOTE_ERR_SHAPE, "has no samples");
}

#define LATE 0.02 /* seconds: what people round */

/* The samples that entry i of the list means. */
static enum mote_status find_part(const struct taking *t, int32_t i, int64_t *from, int64_t *n)
{
    const struct clip_part *part = t->list->parts != NULL ? &t->list->parts[i] : NULL;
    const double rate = t->sound.rate, seconds = (double)t->sound.n / rate;
    struct frame here = frame_of(t->r->at, t->r->source->files[i]);

    *from = 0;
    *n = t->sound.n;
    if (part == NULL)
        return MOTE_OK;
    if (!(part->end <= seconds + LATE))
        return fail(&here, MOTE_ERR_VALUE, "has %.3f s, and line %d of the labels names %g s to %g s of it", seconds,
                    part->line, part->start, part->end);
    *from = (int64_t)(part->start * rate);
    *n = (int64_t)(part->end * rate) < t->sound.n ? (int64_t)(part->end * rate) - *from : t->sound.n - *from;
    return *n > 0 ? MOTE_OK
                  : fail(&here, MOTE_ERR_VALUE, "line %d of the labels names %g s to %g s of it: nothing", part->line,
                         part->start, part->end);
}

/* With a step all that is long enough, else the loudest clip. */
static enum mote_status take_entry(struct taking *t, int32_t i)
{
    const int64_t samples = t->c->samples, step = (int64_t)t->list->step * (t->c->ear.front_end.rate / 1000);
    int64_t from, n;

    TRY(read_sound(t, t->r->source->files[i]));
    TRY(find_part(t, i, &from, &n));
    if (step == 0 || n < samples) {
        t->counts.longer += n > samples;
        return add_clip(t, i, n > samples ? from + loudest(t->sound.samples + from, n, samples) : from, n);
    }
    for (int64_t k = 0; k + samples <= n; k += step)
        TRY(add_clip(t, i, from + k, samples));
    return MOTE_OK;
}

static void *spread(struct pool *pool, const void *from, size_t size, const int32_t *of, int32_t n)
{
    char *to = pool_array(pool, (size_t)n, size);

    assert(of != NULL);
    for (int32_t i = 0; i < n; i++)
        memcpy(to + (size_t)i * size, (const char *)from + (size_t)of[i] * size, size);
    return to;
}

/* Where sounds have several clips, what is known of a sound is so of each; they stay in one split. */
static void spread_all(struct taking *t)
{
    struct reading *r = t->r;
    const int32_t n = t->c->n;

    r->out->n = n;
    if (t->list->step == 0 && t->list->parts == NULL) {
        if (data_group(r) != NULL && r->groups == NULL) /* a model's */
            group_by_recording(r, r->source->files);
        return;
    }
    r->out->labels = spread(r->pool, r->out->labels, sizeof *r->out->labels, t->of, n);
    r->source->files = spread(r->pool, r->source->files, sizeof *r->source->files, t->of, n);
    if (r->source->given != NULL)
        r->source->given = spread(r->pool, r->source->given, sizeof *r->source->given, t->of, n);
    r->source->rows = pool_copy(r->pool, t->ms, (size_t)n * sizeof *t->ms);
    r->source->row_kind = "millisecond";
    if (r->groups != NULL)
        r->groups = spread(&r->scratch, r->groups, sizeof *r->groups, t->of, n);
    else
        group_by_recording(r, r->source->files);
}

static enum mote_status take_all(struct reading *r, struct clips *c, const struct clip_list *list,
                                 struct counts *counts)
{
    struct taking t = {.r = r, .c = c, .list = list};
    enum mote_status status = MOTE_OK;

    for (int32_t i = 0; i < list->n && status == MOTE_OK; i++)
        status = take_entry(&t, i);
    if (status == MOTE_OK)
        spread_all(&t);
    pool_free(&t.pool);
    *counts = t.counts;
    return status;
}

static void note_counts(struct reading *r, const struct clips *c, const struct counts *n)
{
    if (n->shorter > 0)
        note(r, "%d of %d clips are shorter than %d ms: silence follows them", n->shorter, c->n, r->out->hears.clip);
    if (n->longer > 0)
        note(r,
             "%d of %d clips are longer than %d ms: their loudest part is taken; `step: %d` in the data section takes "
             "all "
             "of them",
             n->longer, c->n, r->out->hears.clip, r->out->hears.clip);
    if (n->converted > 0)
        note(r, "%d of %d clips are converted to %d samples a second", n->converted, c->n, c->ear.front_end.rate);
    if (n->several > 0)
        note(r, "%d of %d clips have several channels: the first counts", n->several, c->n);
    if (n->silent > 0)
        note(r, "%d of %d clips are silence alone", n->silent, c->n);
}

/* ---- features ---- */
static enum mote_type raw_type(const struct clips *c) { return c->ear.type == TYPE_U16 ? TYPE_S16 : c->ear.type; }

static enum mote_status make_features(struct reading *r, struct clips *c)
{
    struct dataset *d = r->out;
    const size_t bytes = (size_t)c->frames * c->ear.bytes;
    uint8_t *samples;

    d->type = raw_type(c);
    d->rank = 3;
    d->dims[0] = c->frames;
    d->dims[1] = c->ear.channels;
    d->dims[2] = 1;
    d->elements = (int64_t)c->frames * c->ear.channels;
    d->preprocess = (struct preprocess){.kind = "audio", .channels = ""};
    TRY(samples_alloc(r, c->n, &samples, r->at));
    r->digests = pool_array(&r->scratch, (size_t)c->n, sizeof *r->digests);
    for (int32_t i = 0; i < c->n; i++) {
        const int16_t *audio = c->audio + i * c->samples;

        r->digests[i] = digest_of(audio, (size_t)c->samples * sizeof *audio);
        hearing_all(&c->ear, audio, c->samples, samples + (size_t)i * bytes);
    }
    return MOTE_OK;
}

enum mote_status read_clips(struct reading *r)
{
    struct clips *c = pool_alloc(r->pool, sizeof *c);
    struct clip_list list;
    struct counts counts = {0};

    TRY(open_ear(r, c));
    TRY(clips_find(r, &list));
    TRY(take_all(r, c, &list, &counts));
    note_counts(r, c, &counts);
    TRY(make_features(r, c));
    r->source->clips = c;
    return MOTE_OK;
}
