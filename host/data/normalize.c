/* SPDX-License-Identifier: Apache-2.0 */
/* How samples become reals: mean and standard deviation of a channel (the last dimension) from the specification, from
 * a scale, or from the samples for training. */
#include <math.h>

#include "host/data/source.h"
#include "mote/input.h"

static int32_t channels_of(const struct dataset *d) { return (int32_t)d->dims[d->rank - 1]; }

static void set(struct reading *r, int32_t n, const float *mean, const float *std)
{
    struct preprocess *p = &r->out->preprocess;

    p->type = r->out->type;
    preprocess_scale(r->pool, p, n, mean, std);
    if (strcmp(p->kind, "none") == 0)
        p->kind = "values";
}

static enum mote_status take_lists(struct reading *r)
{
    const struct data_section *spec = r->spec;
    int32_t n = (int32_t)spec->mean_count;

    if (spec->mean_count != spec->std_count)
        return fail_key(r, "mean", "%u values of mean, %u of std; there must be as many", spec->mean_count,
                        spec->std_count);
    if (n != 1 && n != channels_of(r->out))
        return fail_key(r, "mean", "%d values of mean; one is wanted, or one for each of %d channels", n,
                        channels_of(r->out));
    for (int32_t i = 0; i < n; i++)
        if (!isfinite(spec->mean[i]) || !isfinite(spec->std[i]) || spec->std[i] <= 0)
            return fail_key(r, "mean", "mean %g, std %g: both must be finite, std above 0", (double)spec->mean[i],
                            (double)spec->std[i]);
    set(r, n, spec->mean, spec->std);
    return MOTE_OK;
}

static enum mote_status take_scale(struct reading *r)
{
    float mean = (float)r->spec->zero_point, std = 1 / *r->spec->scale;

    if (!(*r->spec->scale > 0) || !isfinite(std))
        return fail_key(r, "scale", "scale is %g; a number above 0 is wanted", (double)*r->spec->scale);
    set(r, 1, &mean, &std);
    return MOTE_OK;
}

/* Of the samples for training; if there are none, of all. */
static void measure(struct reading *r)
{
    const struct dataset *d = r->out;
    int32_t c = channels_of(d), trained = d->n_split[SPLIT_TRAIN];
    struct dataset_range *ranges = pool_array(&r->scratch, (size_t)c, sizeof *ranges);
    float *mean = pool_array(&r->scratch, (size_t)c, sizeof *mean);
    float *std = pool_array(&r->scratch, (size_t)c, sizeof *std);

    dataset_ranges(&r->scratch, d, trained > 0 ? d->split[SPLIT_TRAIN] : NULL, trained > 0 ? trained : d->n, c, ranges);
    for (int32_t k = 0; k < c; k++) {
        mean[k] = (float)ranges[k].mean;
        std[k] = ranges[k].std > 1e-12 ? (float)ranges[k].std : 1; /* a constant becomes zero */
    }
    set(r, c, mean, std);
}

static enum mote_status choose(struct reading *r)
{
    static const float zero = 0, white = 255, micro = 25.6F; /* as the front end gives it to networks */
    const struct data_section *spec = r->spec;
    bool lists = spec->mean_count > 0 || spec->std_count > 0, scaled = spec->scale != NULL;
    bool word = spec->normalize != DATA_NORMALIZE_DEFAULT;

    if (lists + scaled + word > 1)
        return fail_key(r, lists ? "mean" : "scale",
                        "mean and std, scale, normalize: only one can say what the reals are");
    if (spec->zero_point != 0 && !scaled)
        return fail_key(r, "zero_point", "zero_point is %d, but there is no scale that it goes with",
                        (int)spec->zero_point);
    if (r->out->raw && lists + scaled + (spec->normalize == DATA_NORMALIZE_AUTO) > 0)
        return fail_key(r,
                        lists    ? "mean"
                        : scaled ? "scale"
                                 : "normalize",
                        "the bytes' type is not known: add `type: s8`, or another");
    if (lists)
        return take_lists(r);
    if (scaled)
        return take_scale(r);
    if (spec->normalize == DATA_NORMALIZE_AUTO)
        measure(r);
    if (!word && r->source->clips != NULL && r->out->type == TYPE_S16)
        set(r, 1, &zero, &micro);
    r->source->assumed = !word && strcmp(r->out->preprocess.kind, "image") == 0;
    if (r->source->assumed)
        set(r, 1, &zero, &white);
    return MOTE_OK;
}

/* What dataset_real() reads: a table of a byte's reals, or a factor. */
static void make_tables(struct reading *r)
{
    const struct dataset *d = r->out;
    const struct preprocess *p = &d->preprocess;
    size_t n = p->n > 1 ? (size_t)p->n : 1;
    float *mean = pool_array(r->pool, n, sizeof *mean), *factor = pool_array(r->pool, n, sizeof *factor), *table;

    r->source->channels = (int32_t)n;
    r->source->mean = mean;
    r->source->factor = factor;
    for (size_t c = 0; c < n; c++) {
        mean[c] = p->n > 0 ? p->mean[c] : 0;
        factor[c] = p->n > 0 ? p->inverse[c] : 1;
    }
    if (type_bits(d->type) != 8)
        return;
    r->source->reals = table = pool_array(r->pool, n * 256, sizeof *table);
    for (size_t c = 0; c < n; c++)
        for (int byte = 0; byte < 256; byte++)
            table[c * 256 + (size_t)byte] =
                mote_input_real((float)(d->type == TYPE_S8 ? (int8_t)byte : byte), mean[c], factor[c]);
}

enum mote_status make_preprocess(struct reading *r)
{
    struct preprocess *p = &r->out->preprocess;

    if (p->kind == NULL)
        *p = (struct preprocess){.kind = "none", .channels = ""};
    TRY(choose(r));
    make_tables(r);
    return MOTE_OK;
}
