/* SPDX-License-Identifier: Apache-2.0 */
/* Raw samples into the inputs of an open model. Apart from the rest of the runtime, so that who feeds tensors does not
 * link it; so mote_model_open() does not look at the PREPROCESS section, and it is checked here, where it is used. */
#include <stdbool.h>

#include "../input.h"
#include "../ops/types.h"
#include "sections.h"

/* ---- what the image says ---- */
static bool is_finite(float x) { return x - x == 0.0f; }

static bool is_input_type(uint32_t type)
{
    return type == MOTE_S8 || type == MOTE_U8 || type == MOTE_S16 || type == MOTE_F32;
}

static int32_t check_numbers(const struct mote_preprocess *p)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (!is_finite(p->mean[i]) || !is_finite(p->inverse[i]))
            return MOTE_ERR_VALUE;
    return MOTE_OK;
}

static int32_t read_section(const struct mote_model *m, const struct mote_image_section *s, struct mote_preprocess *p)
{
    const struct mote_image_preprocess *head = (const void *)(m->regions[MOTE_REGION_IMAGE] + s->offset);

    if (s->bytes < sizeof *head || head->n > (s->bytes - sizeof *head) / (2 * sizeof(float)))
        return MOTE_ERR_BOUNDS;
    if (!is_input_type(head->type))
        return MOTE_ERR_TYPE;
    if (head->kind == MOTE_KIND_NONE || head->kind > MOTE_KIND_AUDIO || head->channels > MOTE_CHANNELS_GRAY)
        return MOTE_ERR_VERSION;
    p->kind = head->kind;
    p->channels = head->channels;
    p->type = head->type;
    p->n = head->n;
    p->mean = (const void *)(head + 1);
    p->inverse = p->mean + p->n;
    return check_numbers(p);
}

static bool swaps(const struct mote_preprocess *p) { return p->channels == MOTE_CHANNELS_BGR; }

int32_t mote_model_preprocess(const struct mote_model *m, int32_t i, struct mote_preprocess *p)
{
    const struct mote_image_section *s = section_find(m, MOTE_SECTION_PREPROCESS);
    struct mote_io io;
    int32_t status = mote_model_input(m, i, &io);

    *p = (struct mote_preprocess){.type = MOTE_F32};
    if (status != MOTE_OK || i > 0 || s == NULL)
        return status;
    status = read_section(m, s, p);
    if (status != MOTE_OK)
        return status;

    uint32_t period = swaps(p) ? 3 : p->n, elements = is_input_type(io.type) ? io.bytes / mote_input_bytes(io.type) : 0;

    return (period > 1 && elements % period != 0) || (swaps(p) && p->n > 1 && p->n != 3) ? MOTE_ERR_SHAPE : MOTE_OK;
}

/* ---- setting ---- */
struct mote_channels mote_preprocess_channels(const struct mote_preprocess *p)
{
    return (struct mote_channels){.raw = p->type, .swap = swaps(p), .n = p->n, .mean = p->mean, .inverse = p->inverse};
}

void mote_set_input(const struct mote_preprocess *p, const struct mote_io *io, uint32_t first, const void *raw,
                    uint32_t count)
{
    struct mote_channels channels = mote_preprocess_channels(p);

    channels.type = io->type;
    channels.scale = io->scale;
    channels.zero = io->zero;
    mote_input_set(&channels, first, raw, io->data, count);
}

/* An image's scale and zero point may be anything. */
static int32_t check_input(const struct mote_io *io)
{
    int32_t lo = io->type == MOTE_S8 ? INT8_MIN : io->type == MOTE_U8 ? 0 : INT16_MIN;
    int32_t hi = io->type == MOTE_S8 ? INT8_MAX : io->type == MOTE_U8 ? UINT8_MAX : INT16_MAX;

    if (!is_input_type(io->type))
        return MOTE_ERR_TYPE;
    if (io->type != MOTE_F32 && (!(io->scale > 0.0f) || !is_finite(io->scale) || io->zero < lo || io->zero > hi))
        return MOTE_ERR_QUANT;
    return MOTE_OK;
}

static int32_t get(const struct mote_model *m, int32_t i, struct mote_preprocess *p, struct mote_io *io)
{
    int32_t status = mote_model_preprocess(m, i, p);

    if (status != MOTE_OK)
        return status;
    mote_model_input(m, i, io);
    return check_input(io);
}

int32_t mote_model_set_input(const struct mote_model *m, int32_t i, const void *raw)
{
    struct mote_preprocess p;
    struct mote_io io;
    int32_t status = get(m, i, &p, &io);

    if (status == MOTE_OK)
        mote_set_input(&p, &io, 0, raw, io.bytes / mote_input_bytes(io.type));
    return status;
}

uint32_t mote_io_rows(const struct mote_io *io)
{
    uint32_t d = 0;

    while (d + 1 < io->rank && io->dims[d] == 1)
        d++;
    return d < io->rank ? io->dims[d] : 1;
}

int32_t mote_model_set_input_row(const struct mote_model *m, int32_t i, uint32_t row, const void *raw)
{
    struct mote_preprocess p;
    struct mote_io io;
    int32_t status = get(m, i, &p, &io);
    uint32_t rows, count;

    if (status != MOTE_OK)
        return status;
    rows = mote_io_rows(&io);
    if (row >= rows)
        return MOTE_ERR_USAGE;
    count = io.bytes / mote_input_bytes(io.type) / rows;
    if (swaps(&p) && count % 3 != 0)
        return MOTE_ERR_SHAPE;
    mote_set_input(&p, &io, row * count, raw, count);
    return MOTE_OK;
}
