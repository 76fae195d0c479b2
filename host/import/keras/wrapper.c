/* SPDX-License-Identifier: Apache-2.0 */
/* Layers around layers. */
#include "host/import/keras/keras.h"

/* All steps at once, as if they were a batch: [b][t][…] is [b * t][…]. */
void keras_time_distributed(struct build *r)
{
    const struct keras_layer *l = keras_of(r)->layer;
    int32_t x = layer_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    struct tensor y;
    int64_t dims[RANK_MAX] = {t.dims[0] * t.dims[1]};

    if (r->status == MOTE_OK && t.rank < 3)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", (int)t.rank);
    if (r->status != MOTE_OK)
        return;
    memcpy(dims + 1, t.dims + 2, (size_t)(t.rank - 2) * sizeof *dims);
    x = keras_apply(r, &l->children[0], reshape(r, x, t.rank - 1, dims));
    if (r->status != MOTE_OK)
        return;
    y = *tensor_at(r, x);
    if (y.rank < 1 || y.rank >= RANK_MAX || y.dims[0] != t.dims[0] * t.dims[1]) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a layer that changes the batch");
        return;
    }
    dims[0] = t.dims[0], dims[1] = t.dims[1];
    memcpy(dims + 2, y.dims + 1, (size_t)(y.rank - 1) * sizeof *dims);
    layer_out(r, reshape(r, x, y.rank + 1, dims));
}

/* ---- Bidirectional ---- */
/* What both make of x, by merge_mode; without it they are two outputs. */
static void merge(struct build *r, int32_t a, int32_t b)
{
    static const struct {
        const char *name;
        enum op_id id;
    } modes[] = {{"concat", OP_CONCATENATION}, {"sum", OP_ADD}, {"mul", OP_MUL}, {"ave", OP_MEAN}};
    const json_t *given = json_object_get(keras_of(r)->layer->config, "merge_mode");
    const char *mode = setting_string(r, "merge_mode", "concat");

    if (json_is_null(given)) {
        layer_out(r, a);
        layer_out(r, b);
        return;
    }
    for (size_t i = 0; i < COUNT(modes); i++) {
        if (strcmp(mode, modes[i].name) != 0)
            continue;
        if (modes[i].id == OP_CONCATENATION)
            layer_out(r, concat(r, tensor_at(r, a)->rank - 1, 2, (int32_t[]){a, b}));
        else if (modes[i].id == OP_MEAN)
            layer_out(r, times(r, emit_binary(r, OP_ADD, a, b), 0.5f));
        else
            layer_out(r, emit_binary(r, modes[i].id, a, b));
        return;
    }
    build_fail(r, MOTE_ERR_UNSUPPORTED, "merge_mode %s", printable(r->pool, mode));
}

/* States that are given are the forward layer's, then the backward layer's, and so are those that come out. */
void keras_bidirectional(struct build *r)
{
    static const struct keras_call plain = {.n = 0};
    struct keras *k = keras_of(r);
    const struct keras_layer *l = k->layer;
    int32_t made[2][MODEL_OUTPUTS_MAX], n[2] = {0, 0}, in[MODEL_OUTPUTS_MAX], states = (k->n_in - 1) / 2;

    if (k->n_in % 2 == 0 || states >= MODEL_OUTPUTS_MAX)
        build_fail(r, MOTE_ERR_FORMAT, "%d inputs", (int)k->n_in);
    in[0] = layer_in(r, 0);
    for (int i = 0; i < 2 && r->status == MOTE_OK; i++) {
        memcpy(in + 1, k->in + 1 + i * states, (size_t)states * sizeof *in);
        k->turn_sequence = i == 1;
        n[i] = keras_call(r, &l->children[i], &plain, 1 + states, in, made[i]);
        k->turn_sequence = false;
    }
    if (r->status == MOTE_OK && (n[0] != n[1] || n[0] < 1 || 2 * n[0] > OUTPUTS_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "layers of %d and %d outputs", (int)n[0], (int)n[1]);
    if (r->status != MOTE_OK)
        return;
    merge(r, made[0][0], made[1][0]);
    for (int i = 0; i < 2; i++)
        for (int s = 1; s < n[i] && r->status == MOTE_OK; s++)
            layer_out(r, made[i][s]);
}
