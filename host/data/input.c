/* SPDX-License-Identifier: Apache-2.0 */
/* Samples -> a model's input. */
#include "host/data/source.h"
#include "mote/input.h"

int64_t elements_of(const struct mote_io *io) { return (int64_t)io->bytes * 8 / type_bits((enum mote_type)io->type); }

static bool says_nothing(const struct preprocess *p) { return p == NULL || p->kind == NULL || p->n == 0; }

static bool is_raw(const struct dataset *d, const struct mote_io *io, const struct preprocess *model)
{
    return d->raw ||
           (io->type == (uint8_t)d->type && says_nothing(model) && (io->type != TYPE_F32 || d->preprocess.n == 0));
}

/* Dimensions of 1 do not count; one side may be flat. */
static bool same_shape(const struct dataset *d, const struct mote_io *io)
{
    int64_t a[RANK_MAX], b[RANK_MAX];
    int n = 0, m = 0;

    for (int i = 0; i < d->rank; i++)
        if (d->dims[i] != 1)
            a[n++] = d->dims[i];
    for (int i = 0; i < io->rank && m < RANK_MAX; i++)
        if (io->dims[i] != 1)
            b[m++] = io->dims[i];
    if (n <= 1 || m <= 1)
        return true;
    return n == m && memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static const char *dims_text(const struct dataset *d, char out[96])
{
    struct tensor t = {.rank = d->rank};

    memcpy(t.dims, d->dims, sizeof t.dims);
    return shape_text(&t, out);
}

static enum mote_status check_shape(const struct dataset *d, const struct mote_io *io, const struct frame *at)
{
    struct tensor t = {.rank = io->rank < RANK_MAX ? io->rank : RANK_MAX};
    char have[96], want[96];
    bool picture = strcmp(d->preprocess.kind, "image") == 0;

    for (int i = 0; i < t.rank; i++)
        t.dims[i] = io->dims[i];
    if (elements_of(io) == d->elements && same_shape(d, io))
        return MOTE_OK;
    return fail(at, MOTE_ERR_SHAPE, "samples are %s, the model's input is %s%s", dims_text(d, have),
                shape_text(&t, want), picture ? "; `size` and `channels` in a YAML file change pictures" : "");
}

static enum mote_status check_type(const struct mote_io *io, const struct frame *at)
{
    switch (io->type) {
    case TYPE_F32:
        return MOTE_OK;
    case TYPE_S8:
    case TYPE_U8:
    case TYPE_S16:
        if (io->scale > 0)
            return MOTE_OK;
        return fail(at, MOTE_ERR_QUANT, "the model's input \"%s\" of %s is not quantized: samples must have its type",
                    io->name != NULL ? io->name : "", type_name((enum mote_type)io->type));
    default:
        return fail(at, MOTE_ERR_TYPE, "the model's input \"%s\" has the type %s; samples become s8, u8, s16 or f32",
                    io->name != NULL ? io->name : "", type_name((enum mote_type)io->type));
    }
}

enum mote_status dataset_fits(const struct dataset *d, const struct mote_io *io, const struct preprocess *model,
                              const struct frame *at)
{
    if (d->raw && io->bytes != (uint64_t)d->elements) {
        struct frame here = frame_of(at, dataset_place(d->pool, d, 0));

        return fail(&here, MOTE_ERR_SHAPE, "%s has %lld bytes, the model's input %u", dataset_name(d->pool, d, 0),
                    (long long)d->elements, io->bytes);
    }
    if (d->raw)
        return MOTE_OK;
    TRY(check_shape(d, io, at));
    if (!says_nothing(model) && model->n != 1 && model->n != d->dims[d->rank - 1])
        return fail(at, MOTE_ERR_SHAPE, "the model's preprocessing is for %d channels, samples have %lld", model->n,
                    (long long)d->dims[d->rank - 1]);
    return is_raw(d, io, model) ? MOTE_OK : check_type(io, at);
}

static bool fills_range(const struct dataset *d, const struct mote_io *io, const struct preprocess *model)
{
    return d->source->assumed && d->type == TYPE_U8 && io->type == TYPE_S8 && says_nothing(model);
}

static bool to_bgr(const struct preprocess *model)
{
    return model != NULL && model->channels != NULL && strcmp(model->channels, "bgr") == 0;
}

static bool swaps(const struct dataset *d, const struct preprocess *model)
{
    return to_bgr(model) && strcmp(d->preprocess.channels, "rgb") == 0;
}

bool dataset_is_raw_of(const struct dataset *d, const struct preprocess *model)
{
    if (d->raw || swaps(d, model) != to_bgr(model))
        return false;
    return says_nothing(model) ? d->type == TYPE_F32 && d->preprocess.n == 0 : d->type == model->type;
}

struct preprocess dataset_preprocess(const struct dataset *d)
{
    static const float none = 0, one = 1;
    struct preprocess p = d->preprocess;

    if (p.kind == NULL)
        p = (struct preprocess){.kind = "none", .channels = ""};
    if (p.n > 0 || d->raw || d->type == TYPE_F32)
        return p;
    if (strcmp(p.kind, "none") == 0)
        p.kind = "values";
    p.n = 1;
    p.mean = &none;
    p.std = p.inverse = &one;
    p.type = d->type;
    return p;
}

static struct mote_preprocess how_of(const struct dataset *d, const struct preprocess *model)
{
    const struct preprocess *p = says_nothing(model) ? &d->preprocess : model;

    return (struct mote_preprocess){.channels = swaps(d, model) ? MOTE_CHANNELS_BGR : MOTE_CHANNELS_NONE,
                                    .type = (uint8_t)d->type,
                                    .n = (uint32_t)p->n,
                                    .mean = p->mean,
                                    .inverse = p->inverse};
}

static const uint8_t *sample_of(const struct dataset *d, int32_t i)
{
    assert(i >= 0 && i < d->n);
    return d->samples + i * d->elements * (type_bits(d->type) / 8);
}

/* Where numbers are not preprocessed, the input's scale and zero point are those that leave them as they are. */
void dataset_input(const struct dataset *d, int32_t i, const struct mote_io *io, const struct preprocess *model,
                   uint8_t *out)
{
    struct mote_preprocess how = how_of(d, model);
    struct mote_io to = *io;

    to.data = out;
    if (is_raw(d, io, model) || fills_range(d, io, model)) {
        how.n = 0;
        to.scale = 1;
        to.zero = is_raw(d, io, model) ? 0 : INT8_MIN;
    }
    if (d->raw)
        memcpy(out, sample_of(d, i), (size_t)d->elements);
    else
        mote_set_input(&how, &to, 0, sample_of(d, i), (uint32_t)d->elements);
}

/* Numbers that are not preprocessed stand for what the input's scale and zero point say. */
float dataset_score(const struct dataset *d, int32_t i, const struct mote_io *in, const struct preprocess *model,
                    const struct mote_io *out)
{
    const struct mote_preprocess how = how_of(d, model);
    struct mote_channels channels = mote_preprocess_channels(&how);
    bool raw = is_raw(d, in, model), fills = !raw && fills_range(d, in, model);
    float mean = (float)((int64_t)in->zero - (fills ? INT8_MIN : 0)), std = 1 / in->scale, inverse = 1 / std;

    if (raw || fills) {
        channels.raw = d->raw ? in->type : (uint8_t)d->type;
        channels.n = in->type != TYPE_F32 && in->scale > 0 ? 1 : 0;
        channels.mean = &mean;
        channels.inverse = &inverse;
    }
    return mote_score(&channels, sample_of(d, i), out);
}
