/* SPDX-License-Identifier: Apache-2.0 */
/* NumPy's .npz: a zip of .npy files, read in memory. No other format and no packer but zip's own is taken, so no
 * program is started, and what unpacks to more than it may is refused. */
#include <archive.h>
#include <archive_entry.h>

#include "host/data/source.h"

#define ENDING ".npy"
#define CHUNK  65536

/* Names of an array that is the recording where there are several. */
static bool is_main(const char *name)
{
    static const char *const words[] = {"x", "data", "samples", "signal", "recording", "arr_0"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return false;
}

static enum mote_status read_member(struct reading *r, struct archive *a, int64_t *left, struct bytes *out,
                                    const struct frame *at)
{
    size_t room = CHUNK, size = 0;
    uint8_t *data = pool_alloc(&r->scratch, room);
    la_ssize_t n;

    while ((n = archive_read_data(a, data + size, room - size)) > 0) {
        size += (size_t)n;
        *left -= n;
        if (*left < 0)
            return fail(at, MOTE_ERR_MEMORY,
                        "unpacks to more than %lld bytes; if you trust it, --max-bytes sets the bound",
                        (long long)r->max_bytes);
        if (size == room) {
            uint8_t *larger = pool_alloc(&r->scratch, 2 * room);

            memcpy(larger, data, size);
            data = larger;
            room *= 2;
        }
    }
    if (n < 0)
        return fail(at, MOTE_ERR_FORMAT, "cannot be unpacked: %s", archive_error_string(a));
    *out = (struct bytes){data, size};
    return MOTE_OK;
}

static enum mote_status read_members(struct reading *r, struct archive *a, struct npz_member **out, size_t *n,
                                     const struct frame *at)
{
    struct archive_entry *entry;
    int64_t left = r->max_bytes;
    int code;

    while ((code = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        struct npz_member *m;

        if (name == NULL || !has_ending(name, ENDING))
            continue;
        *out = pool_grow(&r->scratch, *out, *n, sizeof **out);
        m = &(*out)[(*n)++];
        m->name = pool_printf(r->pool, "%.*s", (int)(strlen(name) - strlen(ENDING)), printable(&r->scratch, name));
        TRY(read_member(r, a, &left, &m->bytes, at));
    }
    if (code != ARCHIVE_EOF)
        return fail(at, MOTE_ERR_FORMAT, "is no .npz: %s", archive_error_string(a));
    return *n > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "holds no array");
}

enum mote_status npz_members(struct reading *r, struct bytes file, struct npz_member **out, size_t *n,
                             const struct frame *at)
{
    struct archive *a = archive_read_new();
    enum mote_status status;

    *out = NULL;
    *n = 0;
    if (a == NULL)
        return fail(at, MOTE_ERR_MEMORY, "libarchive does not start");
    if (archive_read_support_format_zip(a) == ARCHIVE_OK &&
        archive_read_open_memory(a, file.data, file.size) == ARCHIVE_OK)
        status = read_members(r, a, out, n, at);
    else
        status = fail(at, MOTE_ERR_FORMAT, "is no .npz: %s", archive_error_string(a));
    archive_read_free(a);
    return status;
}

const char *npz_names(struct pool *pool, const struct npz_member *members, size_t n)
{
    struct text names = {.pool = pool};

    for (size_t i = 0; i < n; i++)
        text_add(&names, "%s%s", i > 0 ? ", " : "", members[i].name);
    return names.s;
}

enum mote_status npz_read(struct reading *r, struct bytes file, struct bytes *out, const struct frame *at)
{
    struct npz_member *members;
    size_t n, found = 0;

    TRY(npz_members(r, file, &members, &n, at));
    while (n > 1 && found < n && !is_main(members[found].name))
        found++;
    if (found == n)
        return fail(
            at, MOTE_ERR_FORMAT,
            "holds %zu arrays (%s): call the recording's `data`, or save it alone; if these are all samples and "
            "their labels, give the file, not its folder",
            n, npz_names(&r->scratch, members, n));
    *out = members[found].bytes;
    return MOTE_OK;
}
