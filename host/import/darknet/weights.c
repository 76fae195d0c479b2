/* SPDX-License-Identifier: Apache-2.0 */
/* The .weights: three int32 (version), how many images were seen, then float32, all little-endian. */
#include "host/import/darknet/darknet.h"

enum mote_status darknet_begin_weights(struct darknet *d, const struct frame *at)
{
    enum { VERSION = 12, ODD = 1000 };
    int64_t major, minor;

    if (d->weights.size < VERSION + 4)
        return fail(at, MOTE_ERR_FORMAT, "%s has %zu bytes: no weights", d->weights_path, d->weights.size);
    major = (int32_t)le32(d->weights.data);
    minor = (int32_t)le32(d->weights.data + 4);
    d->transposed = major > ODD || minor > ODD;
    d->at = VERSION + (major * 10 + minor >= 2 && !d->transposed ? 8 : 4);
    if (d->at > d->weights.size)
        return fail(at, MOTE_ERR_FORMAT, "%s has %zu bytes: no weights", d->weights_path, d->weights.size);
    return MOTE_OK;
}

float *weights_take(struct build *r, int64_t n)
{
    struct darknet *d = darknet_of(r);
    const size_t left = (d->weights.size - d->at) / sizeof(float);
    float *out;

    if (r->status == MOTE_OK && (n < 1 || (uint64_t)n > left))
        build_fail(r, MOTE_ERR_FORMAT,
                   "it wants %lld weights, %s has %zu left: .cfg and .weights do not belong together, or it is cut off",
                   (long long)n, d->weights_path, left);
    if (r->status != MOTE_OK || !has_room(r, n * (int64_t)sizeof *out))
        return NULL;
    out = pool_copy(r->pool, d->weights.data + d->at, (size_t)n * sizeof *out);
    d->at += (size_t)n * sizeof *out;
    return out;
}
