/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a FlexBuffer that nobody has checked: one map of names to numbers, which custom operators have for options.
 *
 * A value is a number of 1, 2, 4 or 8 bytes, little-endian; places are numbers that count backwards from where they
 * stand. The last three parts of a buffer are the root, its type and how many bytes it has. A map has, backwards from
 * its first value: how many values there are, the bytes of a key's place, and the place of the keys; behind its values,
 * a byte of type for each. Every access is checked. Source: FlatBuffers' documentation, "FlexBuffers". */
#ifndef MOTE_FLEXBUFFER_H
#define MOTE_FLEXBUFFER_H

#include "host/base/base.h"

struct flex_map {
    const uint8_t *data;
    size_t size;
    size_t values, keys; /* where they begin */
    size_t width, key_width;
    size_t n;
};

/* A number, as a file has it: `whole`, or `fraction` where it is a float. */
struct flex_number {
    bool is_float;
    int64_t whole;
    double fraction;
};

/* ERR_FORMAT if the buffer holds no map. */
MUST_CHECK enum mote_status flex_open(const uint8_t *data, size_t size, struct flex_map *out, const struct frame *at);
/* The i-th value's name, NUL-terminated, in the buffer; the value, of a number or a bool. i < n. */
MUST_CHECK enum mote_status flex_entry(const struct flex_map *m, size_t i, const char **name, struct flex_number *value,
                                       const struct frame *at);

#endif
