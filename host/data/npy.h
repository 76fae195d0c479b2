/* SPDX-License-Identifier: Apache-2.0 */
/* NumPy's .npy, which NumPy Enhancement Proposal 1 describes: a magic, a version, and a Python dictionary as text. */
#ifndef MOTE_NPY_H
#define MOTE_NPY_H

#include "host/base/base.h"

#define NPY_MAGIC    "\x93NUMPY"
#define NPY_RANK_MAX 32 /* NumPy's limit, and more than a tensor's */

struct npy {
    char type[16];     /* "<f4", "|i1": byte order, kind, bytes; "<U5", "|S5": text, as long as its longest */
    int32_t letters;   /* of text: so many characters each; else 0 */
    const char *shape; /* "(2, 49)", for messages */
    int rank;
    uint64_t dims[NPY_RANK_MAX], elements;
    struct bytes data; /* in the file's; elements of `type`, or *at knows why not */
};

/* Little-endian arrays in C order. That the data have elements * (bytes of an element) bytes is checked, too. */
MUST_CHECK enum mote_status npy_parse(struct pool *pool, struct bytes file, struct npy *out, const struct frame *at);
enum mote_type array_type(const struct npy *a); /* of those that samples and labels have; else TYPE_NONE (arrays.c) */
double array_number(enum mote_type type, const uint8_t *p);
/* An element of text, as UTF-8; NULL: it has what is no character. */
const char *npy_word(struct pool *pool, const struct npy *a, size_t i);
const char *npy_type(enum mote_type type); /* "<f4"; NULL for types that NumPy has not */

#endif
