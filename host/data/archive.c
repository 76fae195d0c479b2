/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures in a tar or zip. Nothing is written to the disk.
 *
 * A stranger's archive starts no program (libarchive runs some packers from PATH) and does not unpack without end: it
 * is packed once at most, by a packer that libarchive has built in, and two archives are read, one in the other. The
 * outer one unpacks, in pieces that are counted; the inner one reads tar or zip, and every member is read in pieces,
 * also one that is passed over. */
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <errno.h>

#include "host/data/source.h"

#define CHUNK      ((size_t)65536)
#define FIRST_ROOM ((size_t)16 << 20) /* bytes: the most that a head is believed before there are as many */

struct unpacking {
    struct archive *outer, *inner;
    struct archive_entry *entry;
    int64_t max, left; /* bytes that may be unpacked, and still */
    bool over, begun, twice;
    uint8_t buffer[CHUNK];
};

static enum mote_status archive_failed(const struct unpacking *u, struct archive *a, const struct frame *at)
{
    const char *text = a != NULL ? archive_error_string(a) : NULL;

    if (u->over)
        return fail(at, MOTE_ERR_MEMORY, "unpacks to more than %lld bytes; if you trust it, --max-bytes sets the bound",
                    (long long)u->max);
    if (u->twice)
        return fail(at, MOTE_ERR_VALUE, "the archive is packed twice, which is not unpacked here; unpack it once");
    return fail(at, a == NULL || archive_errno(a) == ENOMEM ? MOTE_ERR_MEMORY : MOTE_ERR_FORMAT,
                "the archive cannot be read: %s", text != NULL ? text : "it is damaged");
}

static bool count(struct unpacking *u, la_ssize_t bytes)
{
    u->left -= bytes;
    u->over = u->left < 0;
    return !u->over;
}

/* What zip has packed itself is counted here, the rest where it is unpacked. */
static bool count_member(struct unpacking *u, la_ssize_t bytes)
{
    return (archive_format(u->inner) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_ZIP || count(u, bytes);
}

/* ---- members ---- */
/* A member may be larger or smaller than its head says. */
static enum mote_status read_member(struct reading *r, struct unpacking *u, size_t hint, size_t *room,
                                    struct bytes *out, const struct frame *at)
{
    size_t capacity = hint < *room ? hint + 1 : CHUNK;

    capacity = capacity < FIRST_ROOM ? capacity : FIRST_ROOM;
    *out = (struct bytes){pool_alloc(&r->scratch, capacity), 0};
    for (;;) {
        la_ssize_t n = archive_read_data(u->inner, out->data + out->size, capacity - out->size);

        if (n < 0 || !count_member(u, n))
            return archive_failed(u, u->inner, at);
        if (n == 0)
            break;
        out->size += (size_t)n;
        if (out->size > *room)
            return fail(at, MOTE_ERR_MEMORY, "the pictures in the archive have more than %zu bytes, the most here",
                        FILE_LIMIT);
        if (out->size == capacity) {
            uint8_t *more = pool_alloc(&r->scratch, 2 * capacity);

            memcpy(more, out->data, out->size);
            out->data = more;
            capacity *= 2;
        }
    }
    *room -= out->size;
    return MOTE_OK;
}

/* libarchive would pass over it in one go. */
static enum mote_status pass_over(struct unpacking *u, const struct frame *at)
{
    const void *block;
    size_t size;
    la_int64_t offset;
    int code;

    while ((code = archive_read_data_block(u->inner, &block, &size, &offset)) == ARCHIVE_OK)
        if (!count_member(u, (la_ssize_t)size))
            return archive_failed(u, u->inner, at);
    return code == ARCHIVE_EOF || code == ARCHIVE_WARN ? MOTE_OK : archive_failed(u, u->inner, at);
}

/* What macOS puts beside files, and what begins with a dot, as in folders. */
static bool is_hidden(const char *name)
{
    const char *slash = strrchr(name, '/'), *base = slash != NULL ? slash + 1 : name;

    return base[0] == '.' || strncmp(name, "__MACOSX/", 9) == 0;
}

static enum mote_status read_members(struct reading *r, struct unpacking *u, struct archive_member **out, size_t *n)
{
    struct archive_entry *entry = u->entry;
    size_t room = FILE_LIMIT;
    int code;

    while ((code = archive_read_next_header2(u->inner, entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        const char *name = archive_entry_pathname(entry);
        int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
        struct archive_member *m;
        struct frame here = frame_of(r->at, name);

        if (name == NULL || archive_entry_filetype(entry) != AE_IFREG || !is_picture_name(name) || is_hidden(name)) {
            if (name != NULL && archive_entry_filetype(entry) == AE_IFREG && r->other == NULL)
                r->other = pool_strdup(r->pool, name);
            TRY(pass_over(u, &here));
            continue;
        }
        *out = pool_grow(&r->scratch, *out, *n, sizeof **out);
        m = &(*out)[(*n)++];
        m->name = pool_strdup(r->pool, name);
        TRY(read_member(r, u, size > 0 ? (size_t)size : 0, &room, &m->bytes, &here));
    }
    return code == ARCHIVE_EOF ? MOTE_OK : archive_failed(u, u->inner, r->at);
}

/* ---- packers ---- */
#define HEAD        ((size_t)512)
#define USTAR       "ustar"
#define USTAR_PLACE ((size_t)257)

struct packer {
    const char *name, *magic;
    size_t length;
    int filter; /* of libarchive; -1: it would run a program */
};
#define PACKER(name, magic, filter)                                                                                    \
    {                                                                                                                  \
        name, magic, sizeof magic - 1, filter                                                                          \
    }

static const struct packer *find_packer(const uint8_t *head, size_t n)
{
    static const struct packer packers[] = {
        PACKER("gzip", "\x1f\x8b", ARCHIVE_FILTER_GZIP),
        PACKER("bzip2", "BZh", ARCHIVE_FILTER_BZIP2),
        PACKER("xz", "\xfd\x37zXZ", ARCHIVE_FILTER_XZ),
        PACKER("zstd", "\x28\xb5\x2f\xfd", ARCHIVE_FILTER_ZSTD),
        PACKER("lz4", "\x04\x22\x4d\x18", ARCHIVE_FILTER_LZ4),
        PACKER("compress", "\x1f\x9d", ARCHIVE_FILTER_COMPRESS),
        PACKER("lzip", "LZIP", ARCHIVE_FILTER_LZIP),
        PACKER("lzma", "\x5d\0\0", ARCHIVE_FILTER_LZMA),
        PACKER("lrzip", "LRZI", -1),
        PACKER("lzop", "\x89LZO", -1),
        PACKER("grzip", "GRZip", -1),
    };

    if (n >= USTAR_PLACE + strlen(USTAR) && memcmp(head + USTAR_PLACE, USTAR, strlen(USTAR)) == 0)
        return NULL; /* a tar, which begins with a name: any bytes */
    for (size_t i = 0; i < COUNT(packers); i++)
        if (n >= packers[i].length && memcmp(head, packers[i].magic, packers[i].length) == 0)
            return &packers[i];
    return NULL;
}

static la_ssize_t pull(struct archive *inner, void *user, const void **block)
{
    struct unpacking *u = user;
    la_ssize_t n = archive_read_data(u->outer, u->buffer, sizeof u->buffer);

    *block = u->buffer;
    u->twice = !u->begun && n > 0 && find_packer(u->buffer, (size_t)n) != NULL;
    u->begun = true;
    if (n >= 0 && !u->twice && count(u, n))
        return n;
    archive_set_error(inner, archive_errno(u->outer), "%s", n < 0 ? archive_error_string(u->outer) : "refused");
    return ARCHIVE_FATAL;
}

static enum mote_status open_outer(const struct reading *r, struct unpacking *u, const struct packer *p)
{
    struct archive_entry *entry;

    if (p->filter < 0 || archive_read_append_filter(u->outer, p->filter) != ARCHIVE_OK) /* not built in */
        return fail(r->at, MOTE_ERR_VALUE, "is packed by %s; pack it by gzip, bzip2, xz or zstd", p->name);
    if (archive_read_support_format_raw(u->outer) != ARCHIVE_OK ||
        archive_read_open_filename(u->outer, r->path, CHUNK) != ARCHIVE_OK ||
        archive_read_next_header(u->outer, &entry) != ARCHIVE_OK)
        return archive_failed(u, u->outer, r->at);
    return MOTE_OK;
}

static enum mote_status read_head(const char *path, uint8_t *head, size_t size, size_t *n, const struct frame *at)
{
    FILE *file = fopen(path, "rbe");

    if (file == NULL)
        return file_fail(at, "read", path, errno);
    *n = fread(head, 1, size, file);
    fclose(file);
    return MOTE_OK;
}

static enum mote_status open_archive(const struct reading *r, struct unpacking *u)
{
    uint8_t head[HEAD];
    const struct packer *p;
    size_t n = 0;
    int code;

    if (u->outer == NULL || u->inner == NULL || u->entry == NULL)
        return fail(r->at, MOTE_ERR_MEMORY, "libarchive does not start");
    TRY(read_head(r->path, head, sizeof head, &n, r->at));
    p = find_packer(head, n);
    if (p != NULL)
        TRY(open_outer(r, u, p));
    if (archive_read_support_format_tar(u->inner) != ARCHIVE_OK ||
        archive_read_support_format_zip(u->inner) != ARCHIVE_OK)
        return archive_failed(u, u->inner, r->at);
    code = p != NULL ? archive_read_open(u->inner, u, NULL, pull, NULL)
                     : archive_read_open_filename(u->inner, r->path, CHUNK);
    return code == ARCHIVE_OK ? MOTE_OK : archive_failed(u, u->inner, r->at);
}

enum mote_status archive_read_pictures(struct reading *r, struct archive_member **out, size_t *n)
{
    struct unpacking *u = pool_alloc(&r->scratch, sizeof *u);
    /* libarchive has no name for a member if the locale cannot say it, as "C" cannot say "ü". */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before = uselocale(utf8);
    enum mote_status status;

    *out = NULL;
    *n = 0;
    u->left = u->max = r->max_bytes;
    u->outer = archive_read_new();
    u->inner = archive_read_new();
    u->entry = archive_entry_new(); /* libarchive does not check whether it has one of its own */
    status = open_archive(r, u);
    if (status == MOTE_OK)
        status = read_members(r, u, out, n);
    archive_entry_free(u->entry);
    archive_read_free(u->inner);
    archive_read_free(u->outer);
    uselocale(before);
    if (utf8 != (locale_t)0)
        freelocale(utf8);
    return status;
}
