/* SPDX-License-Identifier: Apache-2.0 */
/* What Mote reads of a linked firmware: little-endian ELF of 32 or 64 bits, through libelf. */
#ifndef MOTE_LINKED_H
#define MOTE_LINKED_H

#include <libelf.h>

#include "host/base/base.h"

struct linked {
    struct bytes file;
    Elf *elf;
    size_t n_sections, n_segments;
    size_t names; /* index of the section with the sections' names */
};

struct linked_section {
    const char *name; /* "" if it has none */
    uint64_t bytes;
    bool allocated; /* it is in the memory of the running program */
};

/* Bytes that belong into memory before the program starts, and the address that they are stored at. */
struct linked_load {
    struct bytes bytes;
    uint64_t address;
};

/* The file's bytes must stay until linked_close(); they must lie as pool_alloc places them. */
MUST_CHECK enum mote_status linked_open(struct linked *linked, struct bytes file, const struct frame *at);
void linked_close(struct linked *linked);
struct linked_section linked_section(const struct linked *linked, size_t i);
/* What segment i loads; no bytes if it loads none, or says that they lie outside the file. */
struct linked_load linked_load(const struct linked *linked, size_t i);
/* The function that holds an address, in the pool; NULL if none does. */
const char *linked_function_at(const struct linked *linked, struct pool *pool, uint64_t address);

#endif
