/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emulate/elf32.h"

static bool inside(const struct elf32 *elf, uint64_t offset, uint64_t size)
{
    return offset <= elf->file.size && size <= elf->file.size - offset;
}

enum mote_status elf32_open(struct elf32 *elf, struct bytes file, const struct frame *at)
{
    const Elf32_Ehdr *head = (const Elf32_Ehdr *)(const void *)file.data;

    *elf = (struct elf32){.file = file};
    if (file.size < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_ident[EI_CLASS] != ELFCLASS32 || head->e_ident[EI_DATA] != ELFDATA2LSB)
        return fail(at, MOTE_ERR_FORMAT, "not a 32-bit little-endian ELF file");
    if (head->e_shentsize != sizeof(Elf32_Shdr) || head->e_shoff % _Alignof(Elf32_Shdr) != 0 ||
        !inside(elf, head->e_shoff, (uint64_t)head->e_shnum * sizeof(Elf32_Shdr)) || head->e_shstrndx >= head->e_shnum)
        return fail(at, MOTE_ERR_FORMAT, "the ELF file's table of sections lies outside it");
    elf->sections = (const Elf32_Shdr *)(const void *)(file.data + head->e_shoff);
    elf->n_sections = head->e_shnum;
    elf->names = head->e_shstrndx;
    if (head->e_phnum == 0)
        return MOTE_OK;
    if (head->e_phentsize != sizeof(Elf32_Phdr) || head->e_phoff % _Alignof(Elf32_Phdr) != 0 ||
        !inside(elf, head->e_phoff, (uint64_t)head->e_phnum * sizeof(Elf32_Phdr)))
        return fail(at, MOTE_ERR_FORMAT, "the ELF file's table of segments lies outside it");
    elf->segments = (const Elf32_Phdr *)(const void *)(file.data + head->e_phoff);
    elf->n_segments = head->e_phnum;
    return MOTE_OK;
}

struct elf32_load elf32_load(const struct elf32 *elf, int32_t i)
{
    const Elf32_Phdr *s = &elf->segments[i];

    if (s->p_type != PT_LOAD || !inside(elf, s->p_offset, s->p_filesz))
        return (struct elf32_load){0};
    return (struct elf32_load){{elf->file.data + s->p_offset, s->p_filesz}, s->p_paddr};
}

/* A string of a string section, "" if it is not wholly inside. */
static const char *string_at(const struct elf32 *elf, uint32_t section, uint32_t offset)
{
    const Elf32_Shdr *s;

    if (section >= (uint32_t)elf->n_sections)
        return "";
    s = &elf->sections[section];
    if (s->sh_type != SHT_STRTAB || !inside(elf, s->sh_offset, s->sh_size) || offset >= s->sh_size ||
        !memchr(elf->file.data + s->sh_offset + offset, '\0', s->sh_size - offset))
        return "";
    return (const char *)elf->file.data + s->sh_offset + offset;
}

const char *elf32_section_name(const struct elf32 *elf, int32_t i)
{
    return string_at(elf, elf->names, elf->sections[i].sh_name);
}

static const char *function_in(const struct elf32 *elf, const Elf32_Shdr *table, uint32_t address)
{
    for (uint32_t i = 0; i < table->sh_size / sizeof(Elf32_Sym); i++) {
        Elf32_Sym symbol;
        uint32_t start;

        memcpy(&symbol, elf->file.data + table->sh_offset + i * sizeof symbol, sizeof symbol);
        start = symbol.st_value & ~1u; /* bit 0 says Thumb */
        if (ELF32_ST_TYPE(symbol.st_info) == STT_FUNC && address >= start && address - start < symbol.st_size)
            return string_at(elf, table->sh_link, symbol.st_name);
    }
    return NULL;
}

const char *elf32_function_at(const struct elf32 *elf, uint32_t address)
{
    for (int32_t i = 0; i < elf->n_sections; i++) {
        const Elf32_Shdr *s = &elf->sections[i];
        const char *name = NULL;

        if (s->sh_type == SHT_SYMTAB && s->sh_entsize == sizeof(Elf32_Sym) && inside(elf, s->sh_offset, s->sh_size))
            name = function_in(elf, s, address);
        if (name)
            return name;
    }
    return NULL;
}
