/* SPDX-License-Identifier: Apache-2.0 */
/* Many pictures -> samples, on all cores. The first picture (or the specification) says the size and the channels of
 * all. Threads take the next picture until there is none; of those that fail, the first in the list is reported. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "host/base/guard.h"
#include "host/data/source.h"

#define THREADS_MAX 64

struct work {
    struct reading *r;
    const struct picture_file *files;
    int32_t n, height, width, channels;
    bool resize, swap;
    bool guarded; /* the thread that asks for it is */
    uint8_t *samples;
    uint64_t *digests; /* [n] of what was decoded */
    atomic_int next;
    pthread_mutex_t lock; /* of what follows */
    int32_t failed;       /* the first that failed; n: none */
    bool differs;         /* in its size, which is why */
    enum mote_status status;
    char why[512];
};

static void complain(struct work *w, int32_t i, enum mote_status status, bool differs, const char *why)
{
    pthread_mutex_lock(&w->lock);
    if (i < w->failed) {
        w->failed = i;
        w->status = status;
        w->differs = differs;
        snprintf(w->why, sizeof w->why, "%s", why);
    }
    pthread_mutex_unlock(&w->lock);
    atomic_store(&w->next, w->n);
}

/* Reads and decodes, as the file has it. */
static enum mote_status load(struct pool *pool, const struct picture_file *f, struct picture *p, char why[512])
{
    struct report_text report = {.status = MOTE_OK};
    struct frame root = {.index = -1, .sink = &report};
    struct bytes file = f->bytes;
    char *text;

    why[0] = '\0';
    if (file.data != NULL)
        return picture_decode(pool, file, p, why);
    if (file_read(pool, f->path, &file, &root) == MOTE_OK)
        return picture_decode(pool, file, p, why);
    text = strstr(report.text, "cannot");
    snprintf(why, 512, "%.500s", text != NULL ? text : report.text);
    text = strstr(why, " [ERR_");
    if (text != NULL)
        *text = '\0';
    return report.status;
}

static void take(struct work *w, struct pool *pool, int32_t i)
{
    size_t bytes = (size_t)w->height * (size_t)w->width * (size_t)w->channels;
    enum mote_status status;
    struct picture p = {0};
    bool differs;
    char why[512];

    status = load(pool, &w->files[i], &p, why);
    differs = status == MOTE_OK && !w->resize && (p.height != w->height || p.width != w->width);
    if (differs) {
        status = MOTE_ERR_SHAPE;
        snprintf(why, sizeof why,
                 "is a picture of %d x %d pixels (height x width), the first is one of %d x %d; "
                 "`size: [%d, %d]` in a YAML file makes all equal",
                 p.height, p.width, w->height, w->width, w->height, w->width);
    }
    if (status != MOTE_OK) {
        complain(w, i, status, differs, why);
        return;
    }
    w->digests[i] = digest_of(p.data, (size_t)p.height * (size_t)p.width * (size_t)p.channels);
    picture_channels(pool, &p, w->channels, w->swap);
    picture_resize(pool, &p, w->height, w->width);
    memcpy(w->samples + (size_t)i * bytes, p.data, bytes);
}

struct taken {
    struct work *work;
    struct pool *pool;
    int32_t i;
};

static enum mote_status take_one(void *context)
{
    struct taken *t = context;

    take(t->work, t->pool, t->i);
    return MOTE_OK;
}

/* Where memory may run out, each thread has to come back by itself. */
static void take_guarded(struct work *w, struct pool *pool, int32_t i)
{
    struct taken t = {w, pool, i};
    const struct guarded g = {.work = take_one, .context = &t};
    const struct frame quiet = {.index = -1};

    if (!w->guarded)
        take(w, pool, i);
    else if (guarded_run(&g, &quiet) != MOTE_OK) {
        *pool = (struct pool){0};
        complain(w, i, MOTE_ERR_MEMORY, false, "there is no memory for it");
    }
}

static void *run(void *argument)
{
    struct work *w = argument;
    struct pool pool = {0};
    int32_t i;

    while ((i = atomic_fetch_add(&w->next, 1)) < w->n && i >= 0) {
        take_guarded(w, &pool, i);
        pool_free(&pool);
    }
    return NULL;
}

static void run_all(struct work *w)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int n = cores < 1 ? 1 : cores < THREADS_MAX ? (int)cores : THREADS_MAX, started = 0;
    pthread_t threads[THREADS_MAX];

    while (started < n - 1 && pthread_create(&threads[started], NULL, run, w) == 0)
        started++;
    run(w); /* this thread is a worker, too */
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* What the first picture is, if the specification does not say it. */
static void choose(struct work *w, const struct picture *first)
{
    const struct data_section *spec = w->r->spec;

    w->resize = spec->size_count == 2;
    w->height = w->resize ? (int32_t)spec->size[0] : first->height;
    w->width = w->resize ? (int32_t)spec->size[1] : first->width;
    w->channels = spec->channels == DATA_GRAY ? 1 : spec->channels == DATA_CHANNELS_AUTO ? first->channels : 3;
    w->swap = spec->channels == DATA_BGR;
}

static enum mote_status open_first(struct work *w, const struct frame *at)
{
    struct reading *r = w->r;
    struct pool pool = {0};
    struct picture first = {0};
    char why[512];
    enum mote_status status = load(&pool, w->files, &first, why);

    if (status == MOTE_OK)
        choose(w, &first);
    pool_free(&pool);
    if (status != MOTE_OK)
        return fail(at, status, "%s", why);
    r->out->type = TYPE_U8;
    r->out->rank = 3;
    r->out->dims[0] = w->height;
    r->out->dims[1] = w->width;
    r->out->dims[2] = w->channels;
    r->out->elements = (int64_t)w->height * w->width * w->channels;
    r->out->preprocess = (struct preprocess){.kind = "image", .channels = w->channels == 1 ? "gray" : "rgb"};
    return samples_alloc(r, w->n, &w->samples, r->at);
}

static enum mote_status check_spec(const struct reading *r)
{
    for (unsigned i = 0; i < r->spec->size_count; i++)
        if (r->spec->size[i] < 1 || r->spec->size[i] > PICTURE_SIDE_MAX)
            return fail(r->at, MOTE_ERR_VALUE, "size has %lld; a height and a width from 1 to %d are wanted",
                        (long long)r->spec->size[i], PICTURE_SIDE_MAX);
    return MOTE_OK;
}

enum mote_status pictures_read(struct reading *r, const struct picture_file *files, int32_t n)
{
    struct work w = {
        .r = r, .files = files, .n = n, .failed = n, .lock = PTHREAD_MUTEX_INITIALIZER, .guarded = is_guarded()};
    struct frame place;

    TRY(check_spec(r));
    r->out->n = n;
    place = frame_of(r->at, dataset_place(r->pool, r->out, 0));
    TRY(open_first(&w, &place));
    r->digests = w.digests = pool_array(&r->scratch, (size_t)n, sizeof *w.digests);
    run_all(&w);
    if (w.failed == n)
        return MOTE_OK;
    r->out->sizes_differ = w.differs;
    place = frame_of(r->at, dataset_place(r->pool, r->out, w.failed));
    return fail(&place, w.status, "%s", w.why);
}
