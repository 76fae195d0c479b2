/* SPDX-License-Identifier: Apache-2.0 */
/* Protobuf messages that tests assemble, field by field. */
#ifndef MOTE_TESTS_PROTOBUF_MADE_H
#define MOTE_TESTS_PROTOBUF_MADE_H

#include "host/base/base.h"

static inline void put_varint(struct text *t, uint64_t value)
{
    uint8_t byte;

    for (; value > 127; value >>= 7) {
        byte = (uint8_t)(value | 128);
        text_bytes(t, &byte, 1);
    }
    byte = (uint8_t)value;
    text_bytes(t, &byte, 1);
}

static inline void put_int(struct text *t, int field, int64_t value)
{
    put_varint(t, (uint64_t)field << 3);
    put_varint(t, (uint64_t)value);
}

static inline void put_bytes(struct text *t, int field, const void *data, size_t size)
{
    put_varint(t, (uint64_t)field << 3 | 2);
    put_varint(t, size);
    text_bytes(t, data, size);
}

static inline void put_string(struct text *t, int field, const char *s) { put_bytes(t, field, s, strlen(s)); }

static inline void put_message(struct text *t, int field, const struct text *message)
{
    put_bytes(t, field, message->s, message->len);
}

#endif
