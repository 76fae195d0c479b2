/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures in a tar or zip, packed by anything that libarchive reads. Nothing is written to the disk. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "host/data/source.h"

#define CHUNK      ((size_t)65536)
#define FIRST_ROOM ((size_t)16 << 20) /* bytes: the most that a head is believed before there are as many */

static enum mote_status archive_failed(struct archive *a, const struct frame *at)
{
    const char *text = archive_error_string(a);

    return fail(at, archive_errno(a) == ENOMEM ? MOTE_ERR_MEMORY : MOTE_ERR_FORMAT, "the archive cannot be read: %s",
                text != NULL ? text : "it is damaged");
}

/* A member may be larger or smaller than its head says. */
static enum mote_status read_member(struct reading *r, struct archive *a, size_t hint, size_t *room, struct bytes *out,
                                    const struct frame *at)
{
    size_t capacity = hint < *room ? hint + 1 : CHUNK;

    capacity = capacity < FIRST_ROOM ? capacity : FIRST_ROOM;
    *out = (struct bytes){pool_alloc(&r->scratch, capacity), 0};
    for (;;) {
        la_ssize_t n = archive_read_data(a, out->data + out->size, capacity - out->size);

        if (n < 0)
            return archive_failed(a, at);
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

static enum mote_status read_members(struct reading *r, struct archive *a, struct archive_entry *entry,
                                     struct archive_member **out, size_t *n)
{
    size_t room = FILE_LIMIT;
    int code;

    while ((code = archive_read_next_header2(a, entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        const char *name = archive_entry_pathname(entry);
        int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
        struct archive_member *m;
        struct frame here = frame_of(r->at, name);

        if (name == NULL || archive_entry_filetype(entry) != AE_IFREG || !is_picture_name(name))
            continue;
        *out = pool_grow(&r->scratch, *out, *n, sizeof **out);
        m = &(*out)[(*n)++];
        m->name = pool_strdup(r->pool, name);
        TRY(read_member(r, a, size > 0 ? (size_t)size : 0, &room, &m->bytes, &here));
    }
    return code == ARCHIVE_EOF ? MOTE_OK : archive_failed(a, r->at);
}

static bool start(const struct reading *r, struct archive *a)
{
    archive_read_support_filter_all(a);
    return archive_read_support_format_tar(a) == ARCHIVE_OK && archive_read_support_format_zip(a) == ARCHIVE_OK &&
           archive_read_open_filename(a, r->path, CHUNK) == ARCHIVE_OK;
}

enum mote_status archive_read_pictures(struct reading *r, struct archive_member **out, size_t *n)
{
    struct archive *a = archive_read_new();
    struct archive_entry *entry = archive_entry_new(); /* libarchive does not check whether it has one of its own */
    enum mote_status status;

    *out = NULL;
    *n = 0;
    inputs_add(r->path);
    if (a == NULL || entry == NULL)
        status = fail(r->at, MOTE_ERR_MEMORY, "libarchive does not start");
    else if (!start(r, a))
        status = archive_failed(a, r->at);
    else
        status = read_members(r, a, entry, out, n);
    archive_entry_free(entry);
    archive_read_free(a);
    return status;
}
