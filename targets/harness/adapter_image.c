/* SPDX-License-Identifier: Apache-2.0 */
/* The model as an image in flash, through the runtime. */
#include "harness.h"
#include "mote/listen.h"
#include "mote/mote.h"

extern const uint8_t harness_image[], harness_image_end[]; /* image.S */

/* Counts as the model's RAM, not as the harness's: the linker script puts .bss.model there. */
static struct mote_model model __attribute__((section(".bss.model")));
static volatile uint32_t checksum_result;

static size_t image_bytes(void) { return (size_t)(harness_image_end - harness_image); }

void adapter_checksum(void) { checksum_result = mote_crc32(harness_image, image_bytes()); }

static int32_t open_model(void)
{
    return mote_model_open(&model, &mote_kernels, harness_image, image_bytes(), harness_arena, MOTE_ARENA_BYTES);
}

#if MOTE_LISTEN
static struct mote_ear ear __attribute__((section(".bss.model")));

int32_t adapter_open(void)
{
    int32_t status = open_model();

    return status == 0 ? mote_ear_open(&ear, &model) : status;
}

uint32_t adapter_listen(const int16_t *samples, uint32_t n, struct heard *heard)
{
    struct mote_event event;
    uint32_t taken = mote_ear_listen(&ear, samples, n, &event);

    *heard = (struct heard){event.command, event.time, event.score};
    return taken;
}
#else
int32_t adapter_open(void) { return open_model(); }
#endif

int32_t adapter_reset(void)
{
    mote_model_reset(&model);
    return 0;
}

#if MOTE_LISTEN
#elif MOTE_FEED_ROWS
int32_t adapter_feed(const void *row) { return mote_model_feed(&model, row); }
#else
int32_t adapter_run(void) { return mote_model_run(&model); }

#if MOTE_STEPS
int32_t adapter_step(int32_t step)
{
    (void)step;
    return mote_model_step(&model);
}
#endif
#endif
int32_t adapter_inputs(void) { return mote_model_inputs(&model); }
int32_t adapter_outputs(void) { return mote_model_outputs(&model); }

void adapter_where(int32_t *step, int32_t *tensor, int32_t *detail)
{
    *step = model.error.step;
    *tensor = model.error.tensor;
    *detail = model.error.detail;
}

int32_t adapter_input(int32_t index, struct span *span)
{
    struct mote_io io;
    int32_t status = mote_model_input(&model, index, &io);

    if (status == 0) {
        span->data = io.data;
        span->bytes = io.bytes;
    }
    return status;
}

#if MOTE_RAW_ROW_BYTES
int32_t adapter_set_input(const void *raw) { return mote_model_set_input(&model, 0, raw); }

int32_t adapter_set_input_row(uint32_t row, const void *raw) { return mote_model_set_input_row(&model, 0, row, raw); }
#endif

int32_t adapter_output(int32_t index, struct span *span)
{
    struct mote_io io;
    int32_t status = mote_model_output(&model, index, &io);

    if (status == 0) {
        span->data = io.data;
        span->bytes = io.bytes;
    }
    return status;
}
