/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/mix.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/base/random.h"
#include "host/yaml/yaml.h"

#define PURPOSE     0x6d697821 /* of the random numbers */
#define RATE        16000
#define SECONDS_MAX 14400
#define COUNT_MAX   100000
#define GAP         1  /* second */
#define QUIET       10 /* a clip's ends are where it first and last has a tenth of its peak */

/* ---- the list ---- */
struct mix_clips {
    const char *path, *word; /* a folder or a file; NULL: no word, which must not be heard */
    int32_t count;
};
struct mix_list {
    uint64_t seed;
    float seconds, snr;
    float *gap;             /* the shortest between two clips, seconds; NULL: GAP */
    const char *background; /* a folder or a file; NULL: silence */
    struct mix_clips *clips;
    unsigned clips_count;
};

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define POINTER  CYAML_FLAG_POINTER

static const cyaml_schema_field_t clip_fields[] = {
    CYAML_FIELD_STRING_PTR("path", POINTER, struct mix_clips, path, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("word", POINTER | OPTIONAL, struct mix_clips, word, 1, YAML_TEXT_MAX),
    CYAML_FIELD_INT("count", CYAML_FLAG_DEFAULT, struct mix_clips, count),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t clip = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct mix_clips, clip_fields)};
static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_UINT("seed", OPTIONAL, struct mix_list, seed),
    CYAML_FIELD_FLOAT("seconds", CYAML_FLAG_STRICT, struct mix_list, seconds),
    CYAML_FIELD_FLOAT("snr", CYAML_FLAG_STRICT | OPTIONAL, struct mix_list, snr),
    CYAML_FIELD_FLOAT_PTR("gap", POINTER | CYAML_FLAG_STRICT | OPTIONAL, struct mix_list, gap),
    CYAML_FIELD_STRING_PTR("background", POINTER | OPTIONAL, struct mix_list, background, 1, YAML_TEXT_MAX),
    CYAML_FIELD_SEQUENCE("clips", POINTER, struct mix_list, clips, &clip, 1, YAML_LIST_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct mix_list, fields)};

struct mixing {
    struct pool *pool;
    const struct mix_list *list;
    const char *from;
    struct mixed *out;
    struct placed {
        struct sound sound;
        const char *word;
        int64_t start; /* in the stream */
    } * clips;
    int32_t n;
    int64_t length; /* of all clips together */
    int64_t gap;
};

static float gap_of(const struct mix_list *l) { return l->gap != NULL ? *l->gap : GAP; }

static enum mote_status check(const struct mix_list *l, const struct frame *at)
{
    if (!(l->seconds >= 1 && l->seconds <= SECONDS_MAX))
        return fail(at, MOTE_ERR_VALUE, "seconds is %g; 1 to %d are wanted", (double)l->seconds, SECONDS_MAX);
    if (!(l->snr >= -60 && l->snr <= 100))
        return fail(at, MOTE_ERR_VALUE, "snr is %g; -60 to 100 decibels are wanted", (double)l->snr);
    if (!(gap_of(l) >= 0 && gap_of(l) <= SECONDS_MAX))
        return fail(at, MOTE_ERR_VALUE, "gap is %g; 0 to %d seconds are wanted", (double)gap_of(l), SECONDS_MAX);
    for (unsigned i = 0; i < l->clips_count; i++)
        if (l->clips[i].count < 1 || l->clips[i].count > COUNT_MAX)
            return fail(at, MOTE_ERR_VALUE, "clips of %s: count is %d; 1 to %d is wanted", l->clips[i].path,
                        l->clips[i].count, COUNT_MAX);
    return MOTE_OK;
}

/* ---- files ---- */
static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* A file, or those of a folder that are not hidden, by name. */
static enum mote_status list_files(struct mixing *m, const char *path, const char ***files, int32_t *n,
                                   const struct frame *at)
{
    const char *slash = strrchr(m->from, '/');
    const char *full =
        path[0] == '/' || slash == NULL ? path : pool_printf(m->pool, "%.*s/%s", (int)(slash - m->from), m->from, path);
    struct dirent *entry;
    struct stat st;
    DIR *dir;

    *files = NULL;
    *n = 0;
    if (stat(full, &st) != 0)
        return file_fail(at, "read", full, errno);
    dir = S_ISDIR(st.st_mode) ? opendir(full) : NULL;
    if (S_ISDIR(st.st_mode) && dir == NULL)
        return file_fail(at, "read", full, errno);
    if (dir == NULL) {
        *files = pool_grow(m->pool, *files, 0, sizeof **files);
        (*files)[(*n)++] = full;
        return MOTE_OK;
    }
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.') {
            *files = pool_grow(m->pool, *files, (size_t)*n, sizeof **files);
            (*files)[(*n)++] = pool_printf(m->pool, "%s/%s", full, entry->d_name);
        }
    closedir(dir);
    if (*n == 0)
        return fail(at, MOTE_ERR_FILE, "%s holds no files", full);
    qsort(*files, (size_t)*n, sizeof **files, by_name);
    return MOTE_OK;
}

/* Without its quiet ends; nothing is left of silence. */
static void trim(struct sound *s)
{
    int64_t from = 0, to = s->n;
    int peak = 0;

    for (int64_t i = 0; i < s->n; i++)
        peak = abs(s->samples[i]) > peak ? abs(s->samples[i]) : peak;
    while (from < to && (peak == 0 || abs(s->samples[from]) * QUIET < peak))
        from++;
    while (to > from && abs(s->samples[to - 1]) * QUIET < peak)
        to--;
    s->samples += from;
    s->n = to - from;
}

/* What is left of the time beside clips and gaps. */
static enum mote_status find_room(const struct mixing *m, int64_t *left, const struct frame *at)
{
    *left = m->out->sound.n - m->length - m->gap * (m->n + 1);
    if (*left < 0)
        return fail(at, MOTE_ERR_VALUE, "%d clips of %.1f s, with %g s between them, do not fit into %g s", m->n,
                    (double)m->length / RATE, (double)m->gap / RATE, (double)m->list->seconds);
    return MOTE_OK;
}

/* In an order of its own, which begins anew when all were taken. */
static enum mote_status take_clips(struct mixing *m, unsigned which, const struct frame *at)
{
    const struct mix_clips *c = &m->list->clips[which];
    struct random_stream s = random_stream(m->list->seed, PURPOSE, 1, which);
    const char **files;
    int64_t left;
    int32_t n;

    TRY(list_files(m, c->path, &files, &n, at));
    assert(n > 0);
    for (int32_t i = n - 1; i > 0; i--) {
        int32_t k = (int32_t)random_below(s, (uint64_t)i, (uint32_t)i + 1);
        const char *file = files[i];

        files[i] = files[k];
        files[k] = file;
    }
    for (int32_t i = 0; i < c->count; i++) {
        struct frame here = {at, files[i % n], NULL, -1, NULL};
        struct placed *p;

        m->clips = pool_grow(m->pool, m->clips, (size_t)m->n, sizeof *m->clips);
        p = &m->clips[m->n++];
        *p = (struct placed){.word = c->word};
        TRY(sound_read_at(m->pool, files[i % n], RATE, &p->sound, at));
        trim(&p->sound);
        if (p->sound.n == 0)
            return fail(&here, MOTE_ERR_SHAPE, "is silence, or has no samples");
        m->length += p->sound.n;
        TRY(find_room(m, &left, at)); /* before more is read than ever fits */
    }
    return MOTE_OK;
}

/* ---- the stream ---- */
static void shuffle(struct mixing *m)
{
    struct random_stream s = random_stream(m->list->seed, PURPOSE, 2, 0);

    for (int32_t i = m->n - 1; i > 0; i--) {
        int32_t k = (int32_t)random_below(s, (uint64_t)i, (uint32_t)i + 1);
        struct placed p = m->clips[i];

        m->clips[i] = m->clips[k];
        m->clips[k] = p;
    }
}

static int by_place(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* What is left of the time lies between clips: as many places as clips, drawn and in order. */
static enum mote_status place(struct mixing *m, const struct frame *at)
{
    struct random_stream s = random_stream(m->list->seed, PURPOSE, 3, 0);
    int64_t *spare = pool_array(m->pool, (size_t)m->n, sizeof *spare), at_sample = m->gap, left;

    TRY(find_room(m, &left, at));
    for (int32_t i = 0; i < m->n; i++)
        spare[i] = (int64_t)((double)random_unit(s, (uint64_t)i) * (double)left);
    qsort(spare, (size_t)m->n, sizeof *spare, by_place);
    for (int32_t i = 0; i < m->n; i++) {
        m->clips[i].start = at_sample + spare[i];
        at_sample += m->clips[i].sound.n + m->gap;
    }
    return MOTE_OK;
}

static double power_of(const int16_t *s, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += (double)s[i] * s[i];
    return n > 0 ? sum / (double)n : 0;
}

/* Sounds of the background, one after the other, as loud as the clips' mean power and `snr` say. */
static enum mote_status lay_background(struct mixing *m, const struct frame *at)
{
    struct sound *out = &m->out->sound;
    double clips = 0, power, noise;
    const char **files;
    int64_t i = 0;
    int32_t n;

    if (m->list->background == NULL)
        return MOTE_OK;
    TRY(list_files(m, m->list->background, &files, &n, at));
    assert(n > 0);
    for (int32_t k = 0; i < out->n; k++) {
        struct frame here = {at, files[k % n], NULL, -1, NULL};
        struct pool scratch = {0};
        struct sound s;
        enum mote_status status = sound_read_at(&scratch, files[k % n], RATE, &s, at);

        if (status == MOTE_OK && power_of(s.samples, s.n) == 0)
            status = fail(&here, MOTE_ERR_VALUE, "is a background of silence");
        for (int64_t j = 0; status == MOTE_OK && j < s.n && i < out->n; j++)
            out->samples[i++] = s.samples[j];
        pool_free(&scratch);
        TRY(status);
    }
    power = power_of(out->samples, out->n);
    if (power == 0) /* what is not silent comes after the stream's end */
        return fail(at, MOTE_ERR_VALUE, "%s: its first %g s are silence, no background", m->list->background,
                    (double)m->list->seconds);
    for (int32_t k = 0; k < m->n; k++)
        clips += power_of(m->clips[k].sound.samples, m->clips[k].sound.n) / m->n;
    noise = sqrt(clips / power * pow(10, -(double)m->list->snr / 10));
    for (i = 0; i < out->n; i++) {
        double x = noise * out->samples[i];

        out->samples[i] = (int16_t)lrint(fmax(INT16_MIN, fmin(INT16_MAX, x)));
    }
    return MOTE_OK;
}

static void lay_clips(struct mixing *m)
{
    struct truth *t = &m->out->truth;

    t->said = pool_array(m->pool, (size_t)m->n, sizeof *t->said);
    t->words = pool_array(m->pool, (size_t)m->n, sizeof *t->words);
    for (int32_t k = 0; k < m->n; k++) {
        const struct placed *p = &m->clips[k];
        int16_t *to = m->out->sound.samples + p->start;

        for (int64_t i = 0; i < p->sound.n; i++) {
            int32_t x = to[i] + p->sound.samples[i];

            to[i] = (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
        }
        m->out->others += p->word == NULL;
        if (p->word == NULL)
            continue;
        t->words[t->n] = p->word;
        t->said[t->n++] = (struct said){(double)p->start / RATE, (double)(p->start + p->sound.n) / RATE, -1};
    }
}

enum mote_status mix_make(struct pool *pool, const char *path, struct mixed *out, const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};
    struct mixing m = {.pool = pool, .from = path, .out = out};
    void *read;

    *out = (struct mixed){.others = 0};
    TRY(yaml_read(pool, path, &schema, &read, &here));
    m.list = read;
    TRY(check(m.list, &here));
    out->sound = (struct sound){.rate = RATE, .from = RATE, .channels = 1};
    out->sound.n = (int64_t)((double)m.list->seconds * RATE);
    m.gap = (int64_t)lroundf(gap_of(m.list) * RATE);
    for (unsigned i = 0; i < m.list->clips_count; i++)
        TRY(take_clips(&m, i, &here));
    out->sound.samples = pool_array(pool, (size_t)out->sound.n, sizeof *out->sound.samples);
    shuffle(&m);
    TRY(place(&m, &here));
    TRY(lay_background(&m, &here));
    lay_clips(&m);
    return MOTE_OK;
}
