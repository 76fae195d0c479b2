/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of sounds -> clips of one length -> features. A folder a class, as with pictures, or a table that names each
 * file, its label and its split. */
#include "host/data/clips.h"

#include <math.h>
#include <pthread.h>

/* ---- which front end ---- */
#define CLIP_MS 1000

bool hears_sounds(const struct reading *r)
{
    return r->spec->input != NULL || (r->trained != NULL && r->trained->hears.preset != NULL);
}

static struct hears wanted(const struct reading *r)
{
    const struct data_input *in = r->spec->input;
    struct hears h = {.clip = CLIP_MS};

    if (in == NULL)
        return r->trained->hears;
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

/* ---- which sounds ---- */
static int32_t column_of(const struct table *t, const char *name)
{
    for (int32_t i = 0; i < t->columns; i++)
        if (strcmp(t->names[i], name) == 0)
            return i;
    return -1;
}

static enum mote_status take_splits(struct reading *r, const struct table *t, int32_t column, const struct frame *at)
{
    uint8_t *given = pool_array(r->pool, (size_t)t->n, sizeof *given);

    for (int32_t i = 0; i < t->n; i++) {
        const char *word = t->cells[(size_t)i * (size_t)t->columns + (size_t)column];
        struct frame here = frame_line(at, "line", t->lines[i]);

        given[i] = split_of_word(word);
        if (given[i] == SPLIT_NONE)
            return fail(&here, MOTE_ERR_VALUE, "the split is \"%s\"; train, validation or test is wanted", word);
    }
    r->source->given = given;
    return MOTE_OK;
}

static enum mote_status take_table(struct reading *r, const struct table *t, const struct frame *at)
{
    int32_t file = column_of(t, "file"), label = column_of(t, "label"), split = column_of(t, "split");
    const char **names = pool_array(r->pool, (size_t)t->n, sizeof *names);
    const char **words = pool_array(&r->scratch, (size_t)t->n, sizeof *words);
    int32_t *labels = pool_array(r->pool, (size_t)t->n, sizeof *labels);
    struct vocabulary v;

    if (file < 0 || label < 0)
        return fail(at, MOTE_ERR_FORMAT, "has no columns \"file\" and \"label\", or its first line does not name them");
    for (int32_t i = 0; i < t->n; i++) {
        names[i] = pool_strdup(r->pool, t->cells[(size_t)i * (size_t)t->columns + (size_t)file]);
        words[i] = t->cells[(size_t)i * (size_t)t->columns + (size_t)label];
    }
    TRY(vocabulary_make(r, words, (size_t)t->n, &v, at));
    for (int32_t i = 0; i < t->n; i++)
        labels[i] = vocabulary_find(&v, words[i]);
    if (split >= 0)
        TRY(take_splits(r, t, split, at));
    TRY(file_groups(r, names, (size_t)t->n));
    r->out->n = t->n;
    r->out->labels = labels;
    r->source->files = names;
    return MOTE_OK;
}

static enum mote_status read_names(struct reading *r)
{
    struct frame here = frame_of(r->at, r->spec->index);
    struct bytes text;
    struct table t;

    if (r->spec->index == NULL)
        return read_sound_names(r);
    TRY(packed_read(r, pool_printf(&r->scratch, "%s/%s", r->path, r->spec->index), &text, r->at));
    TRY(table_parse(&r->scratch, text, DATA_HEADER_YES, 0, &t, &here));
    return take_table(r, &t, &here);
}

/* ---- clips ---- */
struct counts {
    int32_t shorter, longer, converted, several, silent;
};

/* Where the loudest `n` samples of it begin. */
static int64_t loudest(const struct sound *s, int64_t n)
{
    double sum = 0, best = -1;
    int64_t from = 0;

    for (int64_t i = 0; i < s->n; i++) {
        sum += (double)s->samples[i] * s->samples[i];
        if (i >= n)
            sum -= (double)s->samples[i - n] * s->samples[i - n];
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

static enum mote_status read_clip(struct reading *r, struct clips *c, int32_t i, struct counts *n)
{
    struct frame here = frame_of(r->at, r->source->files[i]);
    int16_t *to = c->audio + i * c->samples;
    struct pool scratch = {0};
    struct sound s;
    enum mote_status status = sound_read_at(&scratch, pool_printf(&scratch, "%s/%s", r->path, r->source->files[i]),
                                            c->ear.front_end.rate, &s, r->at);

    if (status == MOTE_OK && s.n == 0)
        status = fail(&here, MOTE_ERR_SHAPE, "has no samples");
    if (status == MOTE_OK) {
        int64_t take = s.n < c->samples ? s.n : c->samples;

        memcpy(to, s.samples + (s.n > c->samples ? loudest(&s, c->samples) : 0), (size_t)take * sizeof *to);
        n->shorter += s.n < c->samples;
        n->longer += s.n > c->samples;
        n->converted += s.from != s.rate;
        n->several += s.channels > 1;
        n->silent += is_silent(to, c->samples);
    }
    pool_free(&scratch);
    return status;
}

static void note_counts(struct reading *r, const struct clips *c, const struct counts *n)
{
    if (n->shorter > 0)
        note(r, "%d of %d clips are shorter than %d ms: silence follows them", n->shorter, c->n, r->out->hears.clip);
    if (n->longer > 0)
        note(r, "%d of %d clips are longer than %d ms: their loudest part is taken", n->longer, c->n,
             r->out->hears.clip);
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
    struct counts counts = {0};

    TRY(open_ear(r, c));
    TRY(read_names(r));
    c->n = r->out->n;
    if ((uint64_t)c->n * (uint64_t)c->samples > DATASET_BYTES_MAX / sizeof *c->audio)
        return fail(r->at, MOTE_ERR_MEMORY, "%d clips of %d ms are more than Mote holds", c->n, r->out->hears.clip);
    c->audio = pool_array(r->pool, (size_t)c->n * (size_t)c->samples, sizeof *c->audio);
    for (int32_t i = 0; i < c->n; i++)
        TRY(read_clip(r, c, i, &counts));
    note_counts(r, c, &counts);
    TRY(make_features(r, c));
    c->heard = pool_array(r->pool, (size_t)c->samples, sizeof *c->heard);
    c->features = pool_array(r->pool, (size_t)c->frames, c->ear.bytes);
    r->source->clips = c;
    return MOTE_OK;
}
