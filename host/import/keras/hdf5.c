/* SPDX-License-Identifier: Apache-2.0 */
/* HDF5's library believes what a file says, and one flipped bit may end the process in it: so it reads in a process
 * apart (hdf5_library.c), which hands back a list of records, and these are believed in nothing. */
#include "host/import/keras/hdf5.h"

#include <stdlib.h>

#include "host/import/keras/apart.h"
#include "host/import/keras/hdf5_library.h"

static const char signature[] = "\x89HDF\r\n\x1a\n";

bool hdf5_matches(struct bytes file)
{
    return file.size >= sizeof signature - 1 && memcmp(file.data, signature, sizeof signature - 1) == 0;
}

/* ---- records: what follows begins at a multiple of 8 ---- */
enum kind { TEXTS = 1, TENSOR };

static size_t padded(size_t bytes) { return (bytes + 7) / 8 * 8; }

static void put(FILE *out, const void *data, size_t bytes)
{
    static const uint8_t zeros[8];

    fwrite(data, 1, bytes, out);
    fwrite(zeros, 1, padded(bytes) - bytes, out);
}

static void put_number(FILE *out, int64_t value) { put(out, &value, sizeof value); }

/* With its end. */
static void put_text(FILE *out, const char *text)
{
    size_t bytes = strlen(text) + 1;

    put_number(out, (int64_t)bytes);
    put(out, text, bytes);
}

struct job {
    struct bytes file;
    const char *skip;
    size_t limit;
};

static void put_all(const struct hdf5 *h, FILE *out)
{
    for (int32_t i = 0; i < h->n_texts; i++) {
        put_number(out, TEXTS);
        put_text(out, h->texts[i].path);
        put_text(out, h->texts[i].name);
        put_number(out, h->texts[i].n);
        for (int32_t k = 0; k < h->texts[i].n; k++)
            put_text(out, h->texts[i].texts[k]);
    }
    for (int32_t i = 0; i < h->n_tensors; i++) {
        const struct tensor *t = &h->tensors[i].t;

        put_number(out, TENSOR);
        put_text(out, h->tensors[i].path);
        put_number(out, t->rank);
        put(out, t->dims, (size_t)t->rank * sizeof *t->dims);
        put(out, t->data, (size_t)tensor_bytes(t));
    }
}

static enum mote_status read_apart(void *context, FILE *out, const struct frame *at)
{
    const struct job *job = context;
    struct pool pool = {.limit = job->limit}; /* gone with the process */
    struct hdf5 h;

    TRY(hdf5_library_read(&pool, job->limit, job->file, job->skip, &h, at));
    put_all(&h, out);
    return MOTE_OK;
}

/* ---- what comes back ---- */
struct list {
    struct pool *pool;
    size_t limit;
    struct bytes bytes;
    size_t at;
    bool bad;
};

static const void *take(struct list *l, uint64_t bytes)
{
    const void *from = l->bytes.data + l->at;

    l->bad = l->bad || bytes > l->bytes.size - l->at || padded((size_t)bytes) > l->bytes.size - l->at;
    if (l->bad)
        return NULL;
    l->at += padded((size_t)bytes);
    return from;
}

static int64_t take_number(struct list *l, int64_t most)
{
    const void *from = take(l, sizeof(int64_t));
    int64_t value = 0;

    if (from)
        memcpy(&value, from, sizeof value);
    l->bad = l->bad || value < 0 || value > most;
    return l->bad ? 0 : value;
}

static const char *take_text(struct list *l)
{
    int64_t bytes = take_number(l, INT32_MAX);
    const char *text = take(l, (uint64_t)bytes);

    l->bad = l->bad || bytes == 0 || text[bytes - 1] != '\0';
    return l->bad ? "" : text;
}

static bool has_room(struct list *l, uint64_t bytes)
{
    l->bad = l->bad || l->pool->used > l->limit || bytes > l->limit - l->pool->used;
    return !l->bad;
}

static void take_texts(struct list *l, struct hdf5 *out)
{
    struct hdf5_texts t = {.path = take_text(l)};

    t.name = take_text(l);
    t.n = (int32_t)take_number(l, (int64_t)(l->bytes.size / 16)); /* each is a number and a text */
    if (!has_room(l, (uint64_t)t.n * sizeof *t.texts + (uint64_t)out->n_texts * 4 * sizeof t + 4096))
        return;
    t.texts = pool_array(l->pool, (size_t)t.n + 1, sizeof *t.texts);
    for (int32_t i = 0; i < t.n && !l->bad; i++)
        t.texts[i] = take_text(l);
    out->texts = pool_grow(l->pool, out->texts, (size_t)out->n_texts, sizeof t);
    out->texts[out->n_texts++] = t;
}

static void take_tensor(struct list *l, struct hdf5 *out)
{
    struct hdf5_tensor t = {take_text(l), {.type = TYPE_F32, .source = -1}};
    uint8_t *data;

    t.t.name = t.path;
    t.t.rank = (int)take_number(l, RANK_MAX);
    for (int d = 0; d < t.t.rank; d++)
        t.t.dims[d] = take_number(l, INT32_MAX);
    if (l->bad || tensor_elements(&t.t) == 0 || tensor_bytes(&t.t) > TENSOR_BYTES_MAX ||
        !has_room(l, (uint64_t)tensor_bytes(&t.t) + (uint64_t)out->n_tensors * 4 * sizeof t + 4096)) {
        l->bad = true;
        return;
    }
    data = (uint8_t *)(uintptr_t)take(l, (uint64_t)tensor_bytes(&t.t));
    t.t.data = data;
    out->tensors = pool_grow(l->pool, out->tensors, (size_t)out->n_tensors, sizeof t);
    out->tensors[out->n_tensors++] = t;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct hdf5_tensor *)a)->path, ((const struct hdf5_tensor *)b)->path);
}

static void sort(struct hdf5 *h)
{
    if (h->n_tensors > 0)
        qsort(h->tensors, (size_t)h->n_tensors, sizeof *h->tensors, by_path);
}

enum mote_status hdf5_unpack(struct pool *pool, size_t limit, struct bytes records, struct hdf5 *out,
                             const struct frame *at)
{
    struct list l = {.pool = pool, .limit = limit, .bytes = records};

    *out = (struct hdf5){.n_texts = 0};
    while (!l.bad && l.at < records.size) {
        int64_t kind = take_number(&l, TENSOR);

        if (kind == TEXTS)
            take_texts(&l, out);
        else if (kind == TENSOR)
            take_tensor(&l, out);
        else
            l.bad = true;
    }
    if (l.bad)
        return fail(at, MOTE_ERR_FORMAT, "the file is damaged: what its library has read makes no sense");
    sort(out);
    return MOTE_OK;
}

void hdf5_take_backslashes(struct pool *pool, struct hdf5 *h)
{
    for (int32_t i = 0; i < h->n_tensors; i++) {
        char *path = pool_strdup(pool, h->tensors[i].path);

        for (char *c = path; *c; c++)
            *c = *c == '\\' ? '/' : *c;
        h->tensors[i].path = path;
    }
    sort(h);
}

/* A third is the records', a third the list of them, and a third whoever reads it. */
enum mote_status hdf5_read(struct pool *pool, size_t limit, struct bytes file, const char *skip, struct hdf5 *out,
                           const struct frame *at)
{
    size_t room = pool->used < limit ? (limit - pool->used) / 3 : 0;
    struct job job = {file, skip, room};
    struct bytes records;

    TRY(apart_run(&(struct apart){read_apart, &job}, pool, room, &records, at));
    return hdf5_unpack(pool, limit, records, out, at);
}

const struct hdf5_texts *hdf5_texts_of(const struct hdf5 *h, const char *path, const char *name)
{
    for (int32_t i = 0; i < h->n_texts; i++)
        if (strcmp(h->texts[i].name, name) == 0 && strcmp(h->texts[i].path, path) == 0)
            return &h->texts[i];
    return NULL;
}

const struct hdf5_tensor *hdf5_tensor_of(const struct hdf5 *h, const char *path)
{
    const struct hdf5_tensor key = {.path = path};

    return h->n_tensors > 0 ? bsearch(&key, h->tensors, (size_t)h->n_tensors, sizeof key, by_path) : NULL;
}
