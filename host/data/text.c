/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that the readers share: words, lines, places, packed files. */
#include <strings.h>
#include <zlib.h>

#include "host/data/source.h"

bool has_ending(const char *s, const char *ending)
{
    size_t n = strlen(s), m = strlen(ending);

    return n >= m && strcasecmp(s + n - m, ending) == 0;
}

bool is_picture_name(const char *name)
{
    return has_ending(name, ".png") || has_ending(name, ".jpg") || has_ending(name, ".jpeg");
}

char *text_line(char *s, char **next)
{
    char *newline = strchr(s, '\n'), *end = newline != NULL ? newline : s + strlen(s);

    if (end > s && end[-1] == '\r')
        end[-1] = '\0';
    *end = '\0';
    *next = newline != NULL ? newline + 1 : NULL;
    return s;
}

bool text_whole(const char *s, int64_t max, int64_t *out)
{
    size_t digits = strspn(s, "0123456789");
    int64_t value = 0;

    if (digits == 0 || digits > 10 || s[digits] != '\0')
        return false;
    for (; *s != '\0'; s++)
        value = value * 10 + (*s - '0');
    *out = value;
    return value <= max;
}

void note(struct reading *r, const char *fmt, ...)
{
    const char *line;
    va_list args;

    va_start(args, fmt);
    line = pool_vprintf(r->pool, fmt, args);
    va_end(args);
    r->out->notes = pool_printf(r->pool, "%s%s\n", r->out->notes, line);
}

struct frame path_frame(const struct reading *r) { return r->source->bare ? *r->at : frame_of(r->at, r->spec->path); }

struct frame frame_of(const struct frame *up, const char *name)
{
    return (struct frame){.up = up, .name = name, .index = -1};
}

struct frame frame_line(const struct frame *up, const char *kind, int64_t line)
{
    return (struct frame){.up = up, .kind = kind, .index = (int)line};
}

const char *path_beside(struct pool *pool, const char *from, const char *path)
{
    const char *slash = from != NULL ? strrchr(from, '/') : NULL;

    if (path[0] == '/' || slash == NULL)
        return path;
    return pool_printf(pool, "%.*s/%s", (int)(slash - from), from, path);
}

enum mote_status samples_alloc(struct reading *r, int64_t n, uint8_t **samples, const struct frame *at)
{
    const struct dataset *d = r->out;
    int64_t bytes = d->elements * (type_bits(d->type) / 8);

    if (n < 1 || d->elements < 1)
        return fail(at, MOTE_ERR_SHAPE, "%lld samples of %lld elements: there must be one at least", (long long)n,
                    (long long)d->elements);
    if (n > INT32_MAX || bytes > (int64_t)DATASET_BYTES_MAX / n)
        return fail(at, MOTE_ERR_MEMORY, "%lld samples of %lld bytes; %zu bytes in all are the most that Mote holds",
                    (long long)n, (long long)bytes, DATASET_BYTES_MAX);
    r->out->n = (int32_t)n;
    r->out->samples = *samples = pool_array(r->pool, (size_t)n, (size_t)bytes);
    return MOTE_OK;
}

/* ---- gzip ---- */
/* zlib's memory, which ends with the pool. */
static void *zlib_alloc(void *pool, unsigned n, unsigned size) { return pool_array(pool, n, size); }
static void zlib_free(void *pool, void *p)
{
    (void)pool;
    (void)p;
}

/* The size stands at the end; deflate makes at most 1032 bytes of one. */
static enum mote_status unpack(struct reading *r, struct bytes in, struct bytes *out, const struct frame *at)
{
    size_t size = le32(in.data + in.size - 4);
    z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = &r->scratch};
    int code;

    if (size > FILE_LIMIT || size / 1032 > in.size)
        return fail(at, MOTE_ERR_FORMAT, "is a gzip file that says it holds %zu bytes: damaged, or too large", size);
    if ((int64_t)size > r->max_bytes)
        return fail(at, MOTE_ERR_MEMORY, "unpacks to %zu bytes, more than --max-bytes, %lld", size,
                    (long long)r->max_bytes);
    *out = (struct bytes){pool_alloc(&r->scratch, size + 1), size};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return fail(at, MOTE_ERR_MEMORY, "zlib does not start");
    z.next_in = in.data;
    z.avail_in = (unsigned)in.size;
    z.next_out = out->data;
    z.avail_out = (unsigned)size;
    code = inflate(&z, Z_FINISH);
    if (code != Z_STREAM_END || z.total_out != size || z.avail_in != 0)
        return fail(at, MOTE_ERR_FORMAT, "the gzip file is damaged after %lu bytes of what it holds%s%s",
                    (unsigned long)z.total_out, z.msg != NULL ? ": " : "", z.msg != NULL ? z.msg : "");
    return MOTE_OK;
}

enum mote_status packed_read(struct reading *r, const char *path, struct bytes *out, const struct frame *at)
{
    struct bytes file;

    TRY(file_read(&r->scratch, path, &file, at));
    *out = file;
    if (file.size < 18 || file.data[0] != 0x1f || file.data[1] != 0x8b)
        return MOTE_OK;
    return unpack(r, file, out, at);
}
