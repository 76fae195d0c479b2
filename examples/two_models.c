/* SPDX-License-Identifier: Apache-2.0 */
/* Two models at once, one each way: generated C as a gate that always runs (is there ink?), and behind it the
 * interpreter with a model that could be replaced in the field (which way does the stroke run?). Each has its own
 * arena; neither knows of the other. The gate takes a picture as a camera gives it. Usage: two_models strokes.mote
 * sample.bin …; a sample is the input's bytes. */
#include <stdio.h>
#include <string.h>

#include "ink.h"
#include "mote/mote.h"

static _Alignas(16) uint8_t gate_arena[INK_ARENA_BYTES], image[1 << 16], arena[1 << 14];

static size_t load(const char *path, void *to, size_t size)
{
    FILE *f = fopen(path, "rb");
    size_t n = f != NULL ? fread(to, 1, size, f) : 0;

    if (f != NULL)
        fclose(f);
    return n;
}

static int largest(const int8_t *values, uint32_t n)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < n; i++)
        if (values[i] > values[best])
            best = i;
    return (int)best;
}

int main(int argc, char **argv)
{
    struct mote_model strokes;
    struct mote_io in, out;

    if (argc < 3 ||
        mote_model_open(&strokes, &mote_kernels, image, load(argv[1], image, sizeof image), arena, sizeof arena) != 0)
        return 2;
    mote_model_input(&strokes, 0, &in);
    mote_model_output(&strokes, 0, &out);
    ink_reset(gate_arena);

    for (int i = 2; i < argc; i++) {
        int8_t picture[144];
        uint8_t pixels[INK_RAW_BYTES];

        if (load(argv[i], picture, sizeof picture) != sizeof picture)
            return 1;
        for (size_t k = 0; k < sizeof pixels; k++)
            pixels[k] = (uint8_t)(picture[k] + 128);
        ink_set_input(gate_arena, pixels);
        ink_run(gate_arena);
        if (largest(ink_output_0(gate_arena), ink_output_bytes(0)) == 0) {
            printf("%s: %s\n", argv[i], ink_classes[0]);
            continue;
        }
        memcpy(in.data, picture, in.bytes);
        mote_model_run(&strokes);
        printf("%s: direction %d\n", argv[i], largest(out.data, out.bytes));
    }
    return 0;
}
