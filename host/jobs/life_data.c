/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/life_data.h"

#define SIDE 96 /* px of a picture */

void life_count(struct pool *pool, const struct dataset *d, struct life_data *out)
{
    struct life_class *classes = pool_array(pool, (size_t)d->n_classes + 1, sizeof *classes);

    for (int32_t i = 0; i < d->n_classes; i++)
        classes[i].name = d->classes != NULL ? d->classes[i] : pool_printf(pool, "%d", (int)i);
    for (int s = 0; s < SPLIT_COUNT; s++) {
        out->all.samples[s] = d->n_split[s];
        for (int32_t i = 0; d->labels != NULL && i < d->n_split[s]; i++)
            classes[d->labels[d->split[s][i]]].samples[s]++;
    }
    out->all.name = "all";
    out->classes = classes;
    out->n_classes = (size_t)d->n_classes;
}

enum mote_status life_figure(struct pool *pool, const struct dataset *d, int32_t i, struct figure *out,
                             const struct frame *at)
{
    float *reals;

    if (dataset_is_shown(d))
        return dataset_thumbnail(pool, d, i, SIDE, &out->png, at);
    reals = pool_array(pool, (size_t)d->elements, sizeof *reals);
    dataset_real(d, i, reals);
    out->channels = d->rank >= 2 ? (int32_t)d->dims[d->rank - 1] : 1;
    out->rows = (int32_t)(d->elements / out->channels);
    out->values = reals;
    return MOTE_OK;
}
