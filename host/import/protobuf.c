/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to protobuf messages, within bounds: protobuf-c takes what it is told to from an allocator, which says no at
 * the limit, but goes as deep as messages are nested, so that depth is counted before. */
#include "host/import/protobuf.h"

#define DEPTH_MAX 32 /* graphs in nodes in graphs take three each */

enum { VARINT = 0, FIXED_64 = 1, LENGTH = 2, FIXED_32 = 5 };

struct cursor {
    const uint8_t *at, *end;
};

static bool take_varint(struct cursor *c, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; c->at < c->end && shift < 64; shift += 7) {
        uint8_t byte = *c->at++;

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* A field's number, and of one with a length its bytes. */
static bool take_field(struct cursor *c, unsigned *number, struct cursor *inside)
{
    uint64_t key, value;

    *inside = (struct cursor){NULL, NULL};
    if (!take_varint(c, &key))
        return false;
    *number = (unsigned)(key >> 3);
    value = (key & 7) == FIXED_64 ? 8 : 4;
    if ((key & 7) == VARINT)
        return take_varint(c, &value);
    if ((key & 7) != FIXED_64 && (key & 7) != FIXED_32 && ((key & 7) != LENGTH || !take_varint(c, &value)))
        return false;
    if (value > (uint64_t)(c->end - c->at))
        return false;
    if ((key & 7) == LENGTH)
        *inside = (struct cursor){c->at, c->at + value};
    c->at += value;
    return true;
}

static const ProtobufCMessageDescriptor *message_of(const ProtobufCMessageDescriptor *of, unsigned number)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(of, number);

    return field && field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
}

static enum mote_status check_depth(const ProtobufCMessageDescriptor *of, struct cursor c, int depth,
                                    const struct frame *at)
{
    struct cursor inside;
    unsigned number;

    if (depth > DEPTH_MAX)
        return fail(at, MOTE_ERR_FORMAT, "messages nested more than %d deep", DEPTH_MAX);
    while (c.at < c.end) {
        const ProtobufCMessageDescriptor *message;

        if (!take_field(&c, &number, &inside))
            return fail(at, MOTE_ERR_FORMAT, "the file is cut off, or no protobuf message");
        message = inside.at ? message_of(of, number) : NULL;
        if (message)
            TRY(check_depth(message, inside, depth + 1, at));
    }
    return MOTE_OK;
}

/* ---- memory ---- */
struct budget {
    struct pool *pool;
    size_t limit;
    bool exceeded;
};

static void *take(void *data, size_t size)
{
    struct budget *b = data;

    if (size > b->limit || b->pool->used > b->limit - size) {
        b->exceeded = true;
        return NULL;
    }
    return pool_alloc(b->pool, size);
}

static void give_back(void *data, void *pointer) { (void)data, (void)pointer; } /* with the pool */

enum mote_status protobuf_decode(struct pool *pool, size_t limit, const ProtobufCMessageDescriptor *of,
                                 struct bytes file, void **out, const struct frame *at)
{
    struct budget budget = {pool, limit, false};
    ProtobufCAllocator allocator = {take, give_back, &budget};

    TRY(check_depth(of, (struct cursor){file.data, file.data + file.size}, 0, at));
    *out = protobuf_c_message_unpack(of, &allocator, file.size, file.data);
    if (*out)
        return MOTE_OK;
    if (budget.exceeded)
        return fail(at, MOTE_ERR_MEMORY, "its messages take more than %zu bytes, %zu times the file", limit,
                    limit / (file.size + 1));
    return fail(at, MOTE_ERR_FORMAT, "the file is cut off, or no protobuf message of the kind");
}
