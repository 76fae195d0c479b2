/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emulate/linked.h"

#include <gelf.h>

enum mote_status linked_open(struct linked *linked, struct bytes file, const struct frame *at)
{
    *linked = (struct linked){.file = file};
    elf_version(EV_CURRENT);
    if (file.size < EI_NIDENT || memcmp(file.data, ELFMAG, SELFMAG) != 0 || file.data[EI_DATA] != ELFDATA2LSB)
        return fail(at, MOTE_ERR_FORMAT, "not a little-endian ELF file");
    linked->elf = elf_memory((char *)file.data, file.size); /* which it only reads */
    if (linked->elf != NULL && elf_kind(linked->elf) == ELF_K_ELF &&
        elf_getshdrnum(linked->elf, &linked->n_sections) == 0 &&
        elf_getphdrnum(linked->elf, &linked->n_segments) == 0 && elf_getshdrstrndx(linked->elf, &linked->names) == 0)
        return MOTE_OK;
    linked_close(linked);
    return fail(at, MOTE_ERR_FORMAT, "the ELF file is damaged: %s", elf_errmsg(-1));
}

void linked_close(struct linked *linked)
{
    elf_end(linked->elf);
    linked->elf = NULL;
}

struct linked_section linked_section(const struct linked *linked, size_t i)
{
    Elf_Scn *section = elf_getscn(linked->elf, i);
    GElf_Shdr head;
    const char *name;

    if (section == NULL || gelf_getshdr(section, &head) == NULL)
        return (struct linked_section){.name = ""};
    name = elf_strptr(linked->elf, linked->names, head.sh_name);
    return (struct linked_section){name ? name : "", head.sh_size, head.sh_flags & SHF_ALLOC};
}

struct linked_load linked_load(const struct linked *linked, size_t i)
{
    GElf_Phdr head;

    if (gelf_getphdr(linked->elf, (int)i, &head) == NULL || head.p_type != PT_LOAD ||
        head.p_offset > linked->file.size || head.p_filesz > linked->file.size - head.p_offset)
        return (struct linked_load){0};
    return (struct linked_load){{linked->file.data + head.p_offset, head.p_filesz}, head.p_paddr};
}

static const char *function_in(const struct linked *linked, Elf_Scn *table, uint64_t address)
{
    Elf_Data *data = elf_getdata(table, NULL);
    GElf_Shdr head;
    GElf_Sym symbol;

    if (data == NULL || gelf_getshdr(table, &head) == NULL)
        return NULL;
    for (int i = 0; gelf_getsym(data, i, &symbol) != NULL; i++) {
        uint64_t start = symbol.st_value & ~UINT64_C(1); /* bit 0 says Thumb */

        if (GELF_ST_TYPE(symbol.st_info) == STT_FUNC && address >= start && address - start < symbol.st_size)
            return elf_strptr(linked->elf, head.sh_link, symbol.st_name);
    }
    return NULL;
}

const char *linked_function_at(const struct linked *linked, struct pool *pool, uint64_t address)
{
    for (Elf_Scn *section = NULL; (section = elf_nextscn(linked->elf, section)) != NULL;) {
        GElf_Shdr head;
        const char *name = NULL;

        if (gelf_getshdr(section, &head) != NULL && head.sh_type == SHT_SYMTAB)
            name = function_in(linked, section, address);
        if (name != NULL)
            return pool_strdup(pool, name);
    }
    return NULL;
}
