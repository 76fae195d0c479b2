/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, opening an image gives a status and never a fault; an image that opens runs without a
 * read or write outside image and arena. The checksum is put right first, so that mutations get past it. A trailer is
 * taken only where it lies, whole, behind the image. */
#include <stdlib.h>

#include "host/run/runner.h"
#include "mote/listen.h"
#include "mote/mote.h"
#include "mote/ops/image.h"

#define ARENA_MAX 65536
#define WORK_MAX  2e6 /* operations of a run; more is not wrong, only slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A raw sample has as many numbers as the input; none has more than four bytes. */
static void set_input(struct mote_model *m)
{
    struct mote_preprocess p;
    struct mote_io io;

    for (int32_t i = 0; mote_model_input(m, i, &io) == 0; i++) {
        uint8_t *raw = calloc((size_t)io.bytes + 1, sizeof(float));

        (void)mote_model_preprocess(m, i, &p);
        (void)mote_model_set_input(m, i, raw);
        for (uint32_t row = 0; row < 3; row++)
            (void)mote_model_set_input_row(m, i, row, raw);
        free(raw);
    }
}

/* Names end inside the image. */
static void ask_what_outputs_mean(const struct mote_model *m)
{
    const uint32_t classes[] = {0, 1, UINT32_MAX};

    if (!(mote_model_threshold(m) >= 0))
        abort();
    for (size_t i = 0; i < COUNT(classes); i++) {
        const char *name = mote_model_class(m, classes[i]);

        if (name != NULL && strlen(name) >= m->n_strings)
            abort();
    }
}

/* Rows of exactly their size, for an inference and some more. */
static void feed(struct mote_model *m)
{
    struct mote_io io;
    uint8_t *row = mote_model_input(m, 0, &io) == 0 ? calloc((size_t)io.bytes + !io.bytes, 1) : NULL;
    int32_t status = 1;

    for (int i = 0; row != NULL && i < 20 && status > 0; i++)
        status = mote_model_feed(m, i % 3 == 2 ? NULL : row);
    if (row != NULL && status > 0)
        mote_model_reset(m);
    free(row);
}

/* Samples in pieces, as a model that listens takes them; long silences are not wrong, only slow. */
static void listen(struct mote_model *m)
{
    static const int16_t samples[64] = {INT16_MIN, 1, INT16_MAX, -2};
    struct mote_event event;
    struct mote_ear ear;

    if (mote_ear_open(&ear, m) != MOTE_OK || ear.how->silence > COUNT(samples))
        return;
    for (uint32_t n = 1; n <= COUNT(samples); n++)
        if (mote_ear_listen(&ear, samples, n, &event) > n)
            abort();
}

static void run(struct mote_model *m)
{
    struct mote_io io;

    set_input(m);
    if (runner_work(m) > WORK_MAX)
        return;
    for (int32_t i = 0; mote_model_input(m, i, &io) == 0; i++)
        memset(io.data, 0x5a, io.bytes);
    mote_model_run(m);
    while (mote_model_step(m) == 1)
        continue;
    feed(m);
    listen(m);
    for (int32_t i = 0; mote_model_output(m, i, &io) == 0; i++)
        for (uint32_t k = 0; io.bytes >= 8 && k < io.bytes / 8; k++)
            (void)mote_dequantize(&io, k);
}

/* A program that has the model's name, as seeds have, and the inference again. */
static void run_programs(struct mote_model *m)
{
    ask_what_outputs_mean(m);
    run(m);
    if (mote_model_select(m, mote_model_name(m)) == MOTE_OK)
        run(m);
    if (mote_model_select(m, "infer") != MOTE_OK)
        abort();
    run(m);
}

/* A signature that is taken is there to be read, whatever follows it; it covers all before itself. */
static void check_signature(const uint8_t *image, size_t size)
{
    const struct mote_image_header *h = (const void *)image;
    struct mote_signature s;
    unsigned sum = 0;

    if (mote_image_signature(image, size, &s) != MOTE_OK)
        return;
    if (s.signed_bytes != h->bytes + sizeof(struct mote_image_trailer) || s.signature != image + s.signed_bytes)
        abort();
    for (size_t i = 0; i < s.bytes; i++)
        sum += s.signature[i];
    for (size_t i = 0; i < MOTE_KEY_ID_BYTES; i++)
        sum += s.key_id[i];
    if (sum == UINT_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mote_image_header *h;
    struct mote_model model;
    uint8_t *image, *arena;
    uint32_t arena_bytes;
    void *block;

    if (size < sizeof *h)
        return 0;
    if (posix_memalign(&block, MOTE_IMAGE_ALIGN, size) != 0) /* exact blocks: the sanitizer watches */
        abort();
    image = block;
    memcpy(image, data, size);
    h = (void *)image;
    if (h->bytes >= 20 && h->bytes <= size)
        h->checksum = mote_crc32(image + 20, h->bytes - 20);
    check_signature(image, size);
    arena_bytes = mote_image_arena_bytes(image, size);
    if (arena_bytes <= ARENA_MAX) {
        arena = aligned_alloc(MOTE_IMAGE_ALIGN, align_up(arena_bytes + 1, MOTE_IMAGE_ALIGN));
        if (mote_model_open(&model, &mote_kernels, image, size, arena, arena_bytes) == 0)
            run_programs(&model);
        else if (model.error.status >= 0)
            abort(); /* a refusal says why */
        free(arena);
    }
    free(image);
    return 0;
}
