/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a .keras that are read, unpacked in memory. */
#include <archive.h>
#include <archive_entry.h>

#include "host/import/keras/keras.h"

#define MEMBERS_MAX 4096

struct wanted {
    const char *name;
    struct bytes *out;
};

static enum mote_status damaged(struct archive *a, const struct frame *at)
{
    const char *text = archive_error_string(a);

    return fail(at, MOTE_ERR_FORMAT, "the zip cannot be read: %s", text ? text : "it is damaged");
}

/* A member may be larger than its head says: it is read in pieces, as far as the limit goes. */
static enum mote_status read_member(struct pool *pool, size_t limit, struct archive *a, struct bytes *out,
                                    const struct frame *at)
{
    size_t capacity = (size_t)1 << 16;
    la_ssize_t n;

    if (out->data)
        return fail(at, MOTE_ERR_FORMAT, "it is there twice");
    for (*out = (struct bytes){.size = 0};; out->size += (size_t)n) {
        if (out->data == NULL || out->size == capacity) {
            uint8_t *larger;

            capacity *= 2;
            if (pool->used > limit || capacity > limit - pool->used)
                return fail(at, MOTE_ERR_MEMORY, "unpacks to more than %zu bytes, the most for a file of its size",
                            limit);
            larger = pool_alloc(pool, capacity);
            if (out->data)
                memcpy(larger, out->data, out->size);
            out->data = larger;
        }
        n = archive_read_data(a, out->data + out->size, capacity - out->size);
        if (n < 0)
            return damaged(a, at);
        if (n == 0)
            return MOTE_OK;
    }
}

static enum mote_status read_members(struct pool *pool, size_t limit, struct archive *a, struct wanted *wanted, int n,
                                     const struct frame *at)
{
    struct archive_entry *entry;
    int code, members = 0;

    while ((code = archive_read_next_header(a, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        const char *name = archive_entry_pathname(entry);

        if (++members > MEMBERS_MAX)
            return fail(at, MOTE_ERR_MEMORY, "more than %d members", MEMBERS_MAX);
        for (int i = 0; i < n && name; i++)
            if (strcmp(name, wanted[i].name) == 0) {
                const struct frame here = {at, "member", wanted[i].name, -1, NULL};

                TRY(read_member(pool, limit, a, wanted[i].out, &here));
            }
        if (name && strlen(name) >= 8 && strcmp(name + strlen(name) - 8, "data.pkl") == 0)
            return fail(at, MOTE_ERR_UNSUPPORTED,
                        "a PyTorch file, whose pickles are programs; export the model with torch.onnx.export()");
    }
    return code == ARCHIVE_EOF ? MOTE_OK : damaged(a, at);
}

enum mote_status keras_unzip(struct pool *pool, size_t limit, struct bytes file, struct keras_zip *out,
                             const struct frame *at)
{
    struct wanted wanted[] = {
        {"metadata.json", &out->metadata}, {"config.json", &out->config}, {"model.weights.h5", &out->weights}};
    struct archive *a = archive_read_new();
    enum mote_status status = MOTE_OK;

    *out = (struct keras_zip){.config.size = 0};
    if (a == NULL)
        return fail(at, MOTE_ERR_MEMORY, "no memory to unpack it");
    if (archive_read_support_format_zip(a) != ARCHIVE_OK ||
        archive_read_open_memory(a, file.data, file.size) != ARCHIVE_OK)
        status = damaged(a, at);
    if (status == MOTE_OK)
        status = read_members(pool, limit, a, wanted, COUNT(wanted), at);
    archive_read_free(a);
    TRY(status);
    if (out->config.data == NULL)
        return fail(at, MOTE_ERR_FORMAT, "a zip without config.json: no .keras file");
    if (out->weights.data == NULL)
        return fail(at, MOTE_ERR_FORMAT, "a .keras file without model.weights.h5");
    return MOTE_OK;
}
