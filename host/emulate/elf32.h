/* SPDX-License-Identifier: Apache-2.0 */
/* What Mote reads of a linked firmware: 32-bit little-endian ELF, every access within bounds. */
#ifndef MOTE_ELF32_H
#define MOTE_ELF32_H

#include <elf.h>

#include "host/base/base.h"

struct elf32 {
    struct bytes file;
    const Elf32_Shdr *sections;
    int32_t n_sections;
    uint32_t names; /* index of the section with the sections' names */
    const Elf32_Phdr *segments;
    int32_t n_segments;
};

/* Bytes that belong into memory before the program starts, and the address that they are stored at. */
struct elf32_load {
    struct bytes bytes;
    uint32_t address;
};

/* The file's bytes must stay; they must lie as pool_alloc places them. */
MUST_CHECK enum mote_status elf32_open(struct elf32 *elf, struct bytes file, const struct frame *at);
/* The name of section i; "" if it has none. */
const char *elf32_section_name(const struct elf32 *elf, int32_t i);
/* What segment i loads; no bytes if it loads none, or says that they lie outside the file. */
struct elf32_load elf32_load(const struct elf32 *elf, int32_t i);
/* The function that holds an address; NULL if none does. */
const char *elf32_function_at(const struct elf32 *elf, uint32_t address);

#endif
