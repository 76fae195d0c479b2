/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures taken apart into blocks. */
#include "host/operators/blocks.h"

#include "host/operators/elementwise.h"

#define BLOCK_MAX 65535

enum mote_status find_blocks(const struct graph *g, const struct op *op, struct blocks *out, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t block[2 * RANK_MAX], borders[2 * RANK_MAX], n;

    TRY(want_rank(at, in, "input", 3, 4));
    *out = (struct blocks){.n = in->rank - 2, .rank = in->rank};
    memcpy(out->in, in->dims, sizeof out->in);
    TRY(want_ints(at, g, op, 1, "block shape", out->n, out->n, &n, block));
    TRY(want_ints(at, g, op, 2, "list of borders", 2 * out->n, 2 * out->n, &n, borders));
    for (int i = 0; i < out->n; i++) {
        if (block[i] < 1 || block[i] > BLOCK_MAX)
            return fail(at, MOTE_ERR_VALUE, "the block has %lld pixels", (long long)block[i]);
        if (borders[2 * i] < 0 || borders[2 * i] > BLOCK_MAX || borders[2 * i + 1] < 0 ||
            borders[2 * i + 1] > BLOCK_MAX)
            return fail(at, MOTE_ERR_VALUE, "borders of %lld and %lld pixels", (long long)borders[2 * i],
                        (long long)borders[2 * i + 1]);
        out->block[i] = block[i];
        out->border[i][0] = borders[2 * i];
        out->border[i][1] = borders[2 * i + 1];
    }
    return MOTE_OK;
}

struct walk blocks_walk(const struct blocks *b)
{
    struct walk w = {.rank = 2 * b->n + 2};
    int64_t channels = b->pixels[b->rank - 1], picture = channels, batch = channels, stride = channels;

    assert(b->n >= 1 && b->n <= 2 && b->rank == b->n + 2);
    for (int i = 0; i < b->n; i++) {
        picture *= b->pixels[1 + i];
        batch *= b->batches[1 + i];
    }
    /* {place in a block}, picture, {block}, channels: outermost first, in the order of the batches */
    w.dims[b->n] = (struct walk_dim){b->pixels[0], picture, batch};
    batch *= b->pixels[0];
    for (int i = b->n - 1; i >= 0; i--) {
        w.dims[i] = (struct walk_dim){b->block[i], stride, batch};
        w.dims[b->n + 1 + i] = (struct walk_dim){b->batches[1 + i], stride * b->block[i], 0};
        batch *= b->block[i];
        stride *= b->pixels[1 + i];
    }
    stride = channels;
    for (int i = b->n - 1; i >= 0; i--) {
        w.dims[b->n + 1 + i].out_stride = stride;
        stride *= b->batches[1 + i];
    }
    w.dims[2 * b->n + 1] = (struct walk_dim){channels, 1, 1};
    return w;
}

struct walk blocks_border_walk(const struct blocks *b)
{
    int64_t dims[RANK_MAX], stride = 1;
    struct walk w;

    for (int d = 0; d < b->rank; d++)
        dims[d] = b->pixels[d] - (d >= 1 && d <= b->n ? b->border[d - 1][0] + b->border[d - 1][1] : 0);
    w = walk_dense(b->rank, dims);
    for (int d = b->rank - 1; d >= 0; d--) {
        w.dims[d].out_stride = stride;
        w.out_at += d >= 1 && d <= b->n ? b->border[d - 1][0] * stride : 0;
        stride *= b->pixels[d];
    }
    return w;
}

bool blocks_have_border(const struct blocks *b)
{
    for (int i = 0; i < b->n; i++)
        if (b->border[i][0] != 0 || b->border[i][1] != 0)
            return true;
    return false;
}

struct walk walk_reversed(const struct walk *w)
{
    struct walk r = *w;

    assert(w->rank >= 0 && w->rank <= WALK_MAX);
    r.in_at = w->out_at;
    r.out_at = w->in_at;
    for (int d = 0; d < w->rank; d++) {
        r.dims[d].in_stride = w->dims[d].out_stride;
        r.dims[d].out_stride = w->dims[d].in_stride;
    }
    return r;
}

int32_t lower_pictures(struct lowering *l, const struct blocks *b, enum mote_type type)
{
    int64_t bytes = type_bits(type) / 8;

    for (int d = 0; d < b->rank; d++)
        bytes *= b->pixels[d];
    return lower_scratch(l, type, (size_t)bytes);
}
