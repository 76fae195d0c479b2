/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32, four bits at a time: 64 bytes of table, and a word of input an iteration where the data is aligned. */
#include "../mote.h"

static const uint32_t nibble[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

#define FOLD(crc) ((crc) = (crc) >> 4 ^ nibble[(crc)&15])

uint32_t mote_crc32(const void *data, size_t bytes)
{
    const uint8_t *p = data;
    uint32_t crc = UINT32_MAX;

    while (bytes > 0 && ((uintptr_t)p & 3) != 0) {
        crc ^= *p++;
        FOLD(crc);
        FOLD(crc);
        bytes--;
    }
    for (; bytes >= 4; bytes -= 4, p += 4) {
        crc ^= *(const uint32_t *)(const void *)p;
        FOLD(crc);
        FOLD(crc);
        FOLD(crc);
        FOLD(crc);
        FOLD(crc);
        FOLD(crc);
        FOLD(crc);
        FOLD(crc);
    }
    while (bytes-- > 0) {
        crc ^= *p++;
        FOLD(crc);
        FOLD(crc);
    }
    return ~crc;
}
