/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as files hold them, little-endian, and what they become: float64, float16 and bfloat16 are computed as f32,
 * int64, uint32 and uint64 as s32, saturating. (numbers.c) */
#ifndef MOTE_NUMBERS_H
#define MOTE_NUMBERS_H

#include "host/graph/graph.h"

/* ONNX's own numbers for them. */
enum number {
    NUMBER_NONE,
    NUMBER_F32,
    NUMBER_U8,
    NUMBER_S8,
    NUMBER_U16,
    NUMBER_S16,
    NUMBER_S32,
    NUMBER_S64,
    NUMBER_STRING,
    NUMBER_BOOL,
    NUMBER_F16,
    NUMBER_F64,
    NUMBER_U32,
    NUMBER_U64,
    NUMBER_C64,
    NUMBER_C128,
    NUMBER_BF16,
    NUMBER_LIMIT
};

struct number_info {
    int bytes;
    enum mote_type becomes; /* TYPE_NONE: nothing computes with it */
    const char *name;
};
extern const struct number_info number_info[NUMBER_LIMIT];

bool number_is_kept(enum number of); /* what it becomes has the same bytes */
/* One number, whose bytes are the lowest of `bits`, or n of them, as what they become. */
void number_store(enum number of, uint64_t bits, uint8_t *out);
void numbers_convert(enum number of, const uint8_t *raw, int64_t n, uint8_t *out);

#endif
