/* SPDX-License-Identifier: Apache-2.0 */
#include "classes.h"

#include <string.h>

/* A row of a table: what the masked instruction is, and what it does with registers and memory, in letters:
 *
 *   w r a b   the field at this bit (3 bits of a 16-bit instruction, else 4) is written, read, part of an address,
 *             or an address that is written back
 *   e o       an even register, by its upper three bits, an odd one: read and written
 *   D N M     16 bits: the four-bit register at 7 and 2..0 is written, read; the one at 6..3 is read
 *   S s       the stack pointer is an address, and written back; T t: it is read, and written
 *   l p q x   a list of registers: of 8; with LR; with PC; of 16: loaded or stored, each is a word
 *   1 2 4     words that are moved; d: one, or two if bit 8 is set; v: as many as the low byte says */
struct row {
    uint32_t mask, value;
    enum kind kind;
    const char *operands;
};

#define ROW(mask, value, kind, operands) {mask, value, KIND_##kind, operands},
static const struct row thumb16[] = {
#include "thumb16.def"
};
#define ROW(mask, value, kind, operands) {mask, value, KIND_##kind, operands},
static const struct row thumb32[] = {
#include "thumb32.def"
#define ROW(mask, value, kind, operands) {mask, value, KIND_##kind, operands},
#include "mve.def"
};
#define ROW(mask, value, kind, operands) {mask, value, KIND_##kind, operands},
static const struct row rv32[] = {
#include "rv32.def"
};
#define ROW(mask, value, kind, operands) {mask, value, KIND_##kind, operands},
static const struct row avr[] = {
#include "avr.def"
};

/* ---- fields ---- */
struct word {
    uint32_t value;
    unsigned width; /* of a field with a register */
};

static unsigned field(struct word w, unsigned at) { return w.value >> at & ((1u << w.width) - 1); }

static unsigned high_register(struct word w) { return (w.value >> 4 & 8) | (w.value & 7); }

static uint8_t bits_of(uint32_t v)
{
    uint8_t n = 0;

    for (; v != 0; v &= v - 1)
        n++;
    return n;
}

static void add_list(struct instruction *i, uint32_t list)
{
    uint16_t *to = class_of(i->kind) == CLASS_LOAD ? &i->writes : &i->reads;

    *to |= (uint16_t)list;
    i->words = bits_of(list);
}

static void add_address(struct instruction *i, unsigned reg)
{
    i->reads |= (uint16_t)(1u << reg);
    i->address |= (uint16_t)(1u << reg);
}

/* A letter that stands for itself; false if a number follows. */
static bool take_letter(struct instruction *i, char letter, struct word w)
{
    switch (letter) {
    case 'D':
        i->writes |= (uint16_t)(1u << high_register(w));
        break;
    case 'N':
        i->reads |= (uint16_t)(1u << high_register(w));
        break;
    case 'M':
        i->reads |= (uint16_t)(1u << (w.value >> 3 & 15));
        break;
    case 'S':
        i->writes |= 1u << 13;
        add_address(i, 13);
        break;
    case 's':
        add_address(i, 13);
        break;
    case 'T':
        i->writes |= 1u << 13;
        i->reads |= 1u << 13;
        break;
    case 't':
        i->reads |= 1u << 13;
        break;
    case 'l':
        add_list(i, w.value & 0xff);
        break;
    case 'p':
        add_list(i, (w.value & 0xff) | (w.value & 0x100) << 6);
        break;
    case 'q':
        add_list(i, (w.value & 0xff) | (w.value & 0x100) << 7);
        break;
    case 'x':
        add_list(i, w.value & 0xffff);
        break;
    case '1':
    case '2':
    case '4':
        i->words = (uint8_t)(letter - '0');
        break;
    case 'd':
        i->words = w.value & 0x100 ? 2 : 1;
        break;
    case 'v':
        i->words = (uint8_t)w.value;
        break;
    case ' ':
        break;
    default:
        return false;
    }
    return true;
}

static void take_field(struct instruction *i, char letter, unsigned reg)
{
    uint16_t bit = (uint16_t)(1u << reg);

    i->writes |= letter == 'w' || letter == 'b' ? bit : 0;
    if (letter == 'r')
        i->reads |= bit;
    else if (letter != 'w')
        add_address(i, reg);
}

/* One half of a 64-bit number in two registers. */
static void take_half(struct instruction *i, char letter, uint32_t three)
{
    uint16_t bit = (uint16_t)(1u << ((three & 7) * 2 + (letter == 'o')));

    i->reads |= bit;
    i->writes |= bit;
}

static void take_operands(struct instruction *i, const char *s, struct word w)
{
    for (char letter; (letter = *s) != '\0';) {
        unsigned at = 0;

        s++;
        if (take_letter(i, letter, w))
            continue;
        for (; *s >= '0' && *s <= '9'; s++)
            at = at * 10 + (unsigned)(*s - '0');
        if (letter == 'e' || letter == 'o')
            take_half(i, letter, w.value >> at);
        else
            take_field(i, letter, field(w, at));
    }
}

static struct instruction look_up(const struct row *rows, size_t n, struct word w, size_t size)
{
    struct instruction i = {.kind = KIND_OTHER, .bytes = (uint8_t)size};

    for (size_t k = 0; k < n; k++)
        if ((w.value & rows[k].mask) == rows[k].value) {
            i.kind = rows[k].kind;
            take_operands(&i, rows[k].operands, w);
            break;
        }
    i.conditional = i.kind == KIND_BRANCH_IF || i.kind == KIND_LOOP_END;
    return i;
}

/* ---- instruction sets ---- */
#define ROWS(table) table, sizeof(table) / sizeof *(table)

static uint32_t half(const uint8_t *bytes) { return bytes[0] | (uint32_t)bytes[1] << 8; }

/* The first halfword of an instruction of 32 bits; at the end of a page QEMU 7.2 gives a halfword too many. */
#define THUMB32_LEAST 0xe800

static struct instruction decode_thumb(const void *bytes, size_t size)
{
    const uint8_t *b = bytes;
    struct instruction i;

    if (size >= 4 && half(b) >= THUMB32_LEAST)
        return look_up(ROWS(thumb32), (struct word){half(b) << 16 | half(b + 2), 4}, 4);
    i = look_up(ROWS(thumb16), (struct word){half(b), 3}, 2);
    if (i.kind == KIND_IT)
        for (uint32_t mask = half(b) & 15; mask != 0; mask = mask << 1 & 15)
            i.covers++;
    return i;
}

static struct instruction decode_rv32(const void *bytes, size_t size)
{
    const uint8_t *b = bytes;

    return look_up(ROWS(rv32), (struct word){half(b) | (size == 4 ? half(b + 2) << 16 : 0), 4}, size);
}

static struct instruction decode_avr(const void *bytes, size_t size)
{
    return look_up(ROWS(avr), (struct word){half(bytes), 4}, size);
}

decode_fn *decoder_of(const char *core)
{
    static const struct {
        const char *prefix;
        decode_fn *decode;
    } decoders[] = {{"cortex-m", decode_thumb}, {"rv32", decode_rv32}, {"avr", decode_avr}};

    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (strncmp(core, decoders[i].prefix, strlen(decoders[i].prefix)) == 0)
            return decoders[i].decode;
    return NULL;
}

enum class class_of(enum kind kind) {
    if (kind >= KIND_LOAD && kind <= KIND_LOAD_VECTOR) return CLASS_LOAD;
    if (kind >= KIND_STORE && kind <= KIND_STORE_VECTOR) return CLASS_STORE;
    if (kind >= KIND_BRANCH && kind <= KIND_LOOP_END) return CLASS_BRANCH;
    if (kind == KIND_DIVIDE || kind == KIND_FLOAT_DIVIDE) return CLASS_DIVIDE;
    if ((kind >= KIND_MUL && kind <= KIND_MAC_LONG) || kind == KIND_FLOAT_MUL || kind == KIND_FLOAT_MAC ||
        kind == KIND_VECTOR_MUL) return CLASS_MULTIPLY;
    return CLASS_OTHER;
}

bool may_branch(const struct instruction *i)
{
    enum class class = class_of(i->kind);

    return class == CLASS_BRANCH || (class == CLASS_LOAD && (i->writes >> PC & 1));
}
