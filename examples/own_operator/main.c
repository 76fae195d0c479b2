/* SPDX-License-Identifier: Apache-2.0 */
/* A model with an operator of its own, both ways in one program: as an image for the interpreter, and as generated C.
 * magnitude.c is compiled as it is and linked. Usage: own_operator steps.mote */
#include <stdio.h>
#include <string.h>

#include "mote/mote.h"
#include "steps.h"

static _Alignas(16) uint8_t image[4096], arena[1024], other[STEPS_ARENA_BYTES];

/* Someone who takes eight steps. */
static const int8_t samples[] = {3, 1, 31, -9, 4, 52, -2, 8, 70, 6, -3, 40, 1, 0, 12, -4, 2, 28, 5, 5, 61, 0, -7, 33};

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    struct mote_model model;
    struct mote_io in, out;
    int32_t status;

    if (f == NULL)
        return 2;
    status = mote_model_open(&model, &mote_kernels, image, fread(image, 1, sizeof image, f), arena, sizeof arena);
    fclose(f);
    if (status != 0) {
        fprintf(stderr, "status %d at step %d: see `mote explain %d`\n", (int)status, (int)model.error.step,
                (int)status);
        return 1;
    }
    mote_model_input(&model, 0, &in);
    mote_model_output(&model, 0, &out);
    memcpy(in.data, samples, sizeof samples);
    mote_model_run(&model);

    steps_reset(other);
    memcpy(steps_input_0(other), samples, sizeof samples);
    steps_run(other);

    printf("mean length %.4f, by generated C %.4f\n", (double)mote_dequantize(&out, 0),
           (double)STEPS_OUTPUT_0_SCALE * (steps_output_0(other)[0] - STEPS_OUTPUT_0_ZERO_POINT));
    return *(const int8_t *)out.data == steps_output_0(other)[0] ? 0 : 1;
}
