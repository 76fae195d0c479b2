/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter: the model is a file (on a microcontroller: an array or an address in flash). Usage: interpreter
 * model.mote sample.bin; the sample is the input's bytes. */
#include <stdio.h>
#include <string.h>

#include "mote/mote.h"

static _Alignas(16) uint8_t image[1 << 20], arena[1 << 18];

static size_t load(const char *path, void *to, size_t size)
{
    FILE *f = fopen(path, "rb");
    size_t n = f != NULL ? fread(to, 1, size, f) : 0;

    if (f != NULL)
        fclose(f);
    return n;
}

/* Called after each step: the place to read a cycle counter. */
static void count_steps(void *user, const struct mote_model *model, int32_t step, int32_t kernel)
{
    (void)model;
    (void)step;
    (void)kernel;
    ++*(int *)user;
}

int main(int argc, char **argv)
{
    struct mote_model model;
    struct mote_io in, out;
    uint32_t best = 0;
    const char *name;
    int steps = 0;
    int32_t status;

    if (argc != 3)
        return 2;
    status = mote_model_open(&model, &mote_kernels, image, load(argv[1], image, sizeof image), arena, sizeof arena);
    if (status != 0) {
        fprintf(stderr, "status %d at step %d, tensor %d: see `mote explain %d`\n", (int)status, (int)model.error.step,
                (int)model.error.tensor, (int)status);
        return 1;
    }
    mote_model_input(&model, 0, &in);
    mote_model_output(&model, 0, &out);
    if (load(argv[2], in.data, in.bytes) != in.bytes)
        return 1;

    model.hook = count_steps;
    model.user = &steps;
    while (mote_model_step(&model) == 1)
        continue; /* here an RTOS would yield, a watchdog be fed */

    for (uint32_t i = 1; i < out.bytes; i++)
        if (((const int8_t *)out.data)[i] > ((const int8_t *)out.data)[best])
            best = i;
    name = mote_model_class(&model, best);
    printf("%s: class %u, %s, with %.3f, after %d steps\n", mote_model_name(&model), (unsigned)best,
           name != NULL ? name : "which has no name", (double)mote_dequantize(&out, best), steps);
    return 0;
}
