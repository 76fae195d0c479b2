/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/letters.h"

#include <ctype.h>

#define BLOCK 0x7FFF

/* Five rows of three pixels, an octal digit each: the first row in the upper bits, the left pixel the upper bit. */
static const uint16_t letters[128] = {
    [' '] = 000000, ['!'] = 022202, ['"'] = 055000, ['#'] = 057575,  ['%'] = 051245, ['&'] = 025356, ['\''] = 022000,
    ['('] = 012221, [')'] = 042224, ['*'] = 052725, ['+'] = 002720,  [','] = 000024, ['-'] = 000700, ['.'] = 000002,
    ['/'] = 011244, ['0'] = 075557, ['1'] = 026227, ['2'] = 071747,  ['3'] = 071717, ['4'] = 055711, ['5'] = 074717,
    ['6'] = 074757, ['7'] = 071111, ['8'] = 075757, ['9'] = 075717,  [':'] = 002020, [';'] = 002024, ['<'] = 012421,
    ['='] = 007070, ['>'] = 042124, ['?'] = 071202, ['@'] = 075747,  ['A'] = 025755, ['B'] = 065656, ['C'] = 034443,
    ['D'] = 065556, ['E'] = 074647, ['F'] = 074644, ['G'] = 034553,  ['H'] = 055755, ['I'] = 072227, ['J'] = 011152,
    ['K'] = 055655, ['L'] = 044447, ['M'] = 057755, ['N'] = 065555,  ['O'] = 025552, ['P'] = 065644, ['Q'] = 025563,
    ['R'] = 065655, ['S'] = 034216, ['T'] = 072222, ['U'] = 055557,  ['V'] = 055552, ['W'] = 055775, ['X'] = 055255,
    ['Y'] = 055222, ['Z'] = 071247, ['['] = 064446, ['\\'] = 044211, [']'] = 031113, ['_'] = 000007, ['|'] = 022222,
};

static uint16_t letter_of(unsigned char c)
{
    uint16_t bits = c < 128 ? letters[toupper(c)] : 0;

    return bits != 0 || c == ' ' ? bits : BLOCK;
}

static void paint_letter(struct picture *p, int32_t y, int32_t x, uint16_t bits)
{
    for (int32_t i = 0; i < LETTERS_HEIGHT; i++)
        for (int32_t k = 0; k < 3 * LETTERS_SCALE; k++) {
            const int bit = 14 - (3 * (i / LETTERS_SCALE) + k / LETTERS_SCALE);

            if (bits >> bit & 1)
                memset(p->data + ((size_t)(y + i) * (size_t)p->width + (size_t)(x + k)) * (size_t)p->channels, 0xFF,
                       (size_t)p->channels);
        }
}

void letters_paint(struct picture *p, int32_t y, int32_t x, const char *text)
{
    assert(y >= 0 && x >= 0 && y + LETTERS_HEIGHT <= p->height);
    for (; *text != '\0' && x + LETTERS_WIDTH <= p->width; text++) {
        if (((unsigned char)*text & 0xC0) == 0x80) /* a character of UTF-8 is one block */
            continue;
        paint_letter(p, y, x, letter_of((unsigned char)*text));
        x += LETTERS_WIDTH;
    }
}
