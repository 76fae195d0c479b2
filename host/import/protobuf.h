/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are one protobuf message. (protobuf.c) */
#ifndef MOTE_PROTOBUF_H
#define MOTE_PROTOBUF_H

#include <protobuf-c/protobuf-c.h>

#include "host/base/base.h"

/* The message in `file`; at most `limit` bytes of the pool in all. */
MUST_CHECK enum mote_status protobuf_decode(struct pool *pool, size_t limit, const ProtobufCMessageDescriptor *of,
                                            struct bytes file, void **out, const struct frame *at);

#endif
