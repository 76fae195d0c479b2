/* SPDX-License-Identifier: Apache-2.0 */
/* The score of an anomaly detector. Apart from the rest of the runtime, so that other models do not
 * link it. */
#include <stdbool.h>

#include "../mote.h"
#include "../score.h"
#include "../ops/types.h"

static bool is_scored_type(uint32_t type)
{
    return type == MOTE_S8 || type == MOTE_U8 || type == MOTE_S16 || type == MOTE_F32;
}

static uint32_t elements(const struct mote_io *io) { return io->bytes / mote_input_bytes(io->type); }

float mote_score(const struct mote_channels *p, const void *raw, const struct mote_io *out)
{
    const struct mote_scored s = {.type = out->type, .scale = out->scale, .zero = out->zero};

    return mote_score_of(p, raw, &s, out->data, elements(out));
}

int32_t mote_model_score(const struct mote_model *m, const void *raw, float *score)
{
    struct mote_preprocess p;
    struct mote_io in, out;
    int32_t status = mote_model_preprocess(m, 0, &p);

    if (status == MOTE_OK)
        status = mote_model_output(m, 0, &out);
    if (status != MOTE_OK)
        return status;
    mote_model_input(m, 0, &in);
    if (!is_scored_type(in.type) || !is_scored_type(out.type))
        return MOTE_ERR_TYPE;
    if (elements(&in) != elements(&out) || elements(&out) == 0)
        return MOTE_ERR_SHAPE;

    const struct mote_channels channels = mote_preprocess_channels(&p);

    *score = mote_score(&channels, raw, &out);
    return MOTE_OK;
}
