/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, opening an image gives a status and never a fault; an image that opens runs without a
 * read or write outside image and arena. The checksum is put right first, so that mutations get past it. */
#include <stdlib.h>

#include "host/plan/lower.h"
#include "mote/mote.h"
#include "ops/image.h"

#define ARENA_MAX 65536
#define WORK_MAX  4000000 /* products of a run; more is not wrong, only slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An upper bound of a step's products: every row may read each pair of argument bytes once. */
static double work_of(const struct mote_model *m, const struct mote_image_step *s)
{
    uint32_t need[MOTE_ARGS_MAX + 1], first = 0, second = 0;

    kernels[s->kernel]->need(m->params + s->params, need);
    for (int i = 0; i < kernels[s->kernel]->n_args; i++)
        if (need[i] > first) {
            second = first;
            first = need[i];
        } else if (need[i] > second) {
            second = need[i];
        }
    return ((double)s->count + 1) * (double)first * ((double)second + 64);
}

static void run(struct mote_model *m)
{
    double work = 0;
    struct mote_io io;

    for (uint32_t i = 0; i < m->n_steps; i++)
        work += work_of(m, &m->steps[i]);
    if (work > WORK_MAX)
        return;
    for (int32_t i = 0; mote_model_input(m, i, &io) == 0; i++)
        memset(io.data, 0x5a, io.bytes);
    mote_model_run(m);
    for (int32_t i = 0; mote_model_output(m, i, &io) == 0; i++)
        for (uint32_t k = 0; io.bytes >= 8 && k < io.bytes / 8; k++)
            (void)mote_dequantize(&io, k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mote_image_header *h;
    struct mote_model model;
    uint8_t *image, *arena;
    uint32_t arena_bytes;

    if (size < sizeof *h)
        return 0;
    image = aligned_alloc(MOTE_IMAGE_ALIGN, align_up(size, MOTE_IMAGE_ALIGN)); /* exact blocks: the sanitizer watches */
    memcpy(image, data, size);
    h = (void *)image;
    if (h->bytes >= 20 && h->bytes <= size)
        h->checksum = mote_crc32(image + 20, h->bytes - 20);
    arena_bytes = mote_image_arena_bytes(image, size);
    if (arena_bytes <= ARENA_MAX) {
        arena = aligned_alloc(MOTE_IMAGE_ALIGN, align_up(arena_bytes + 1, MOTE_IMAGE_ALIGN));
        if (mote_model_open(&model, image, size, arena, arena_bytes) == 0)
            run(&model);
        else if (model.error.status >= 0)
            abort(); /* a refusal says why */
        free(arena);
    }
    free(image);
    return 0;
}
