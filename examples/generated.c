/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C: the model is compiled into the program. `mote compile models/strokes.graph --emit c -o DIR` made
 * strokes.h and strokes.c; they need nothing but the kernels' sources beside them. Usage: generated sample.bin */
#include <stdio.h>
#include <string.h>

#include "strokes.h"

static _Alignas(16) uint8_t arena[STROKES_ARENA_BYTES];

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    const int8_t *scores;
    uint32_t best = 0;

    if (f == NULL)
        return 2;
    strokes_reset(arena);
    if (fread(strokes_input_0(arena), 1, strokes_input_bytes(0), f) != strokes_input_bytes(0))
        return 1;
    fclose(f);

    strokes_run(arena);

    scores = strokes_output_0(arena);
    for (uint32_t i = 1; i < strokes_output_bytes(0); i++)
        if (scores[i] > scores[best])
            best = i;
    printf("%s, in %d bytes of RAM\n", strokes_classes[best], STROKES_ARENA_BYTES);
    return 0;
}
