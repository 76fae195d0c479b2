/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/compress_show.h"

#include "host/cli/io.h"

static json_t *histogram_json(const struct weights_histogram *h)
{
    json_t *counts = json_array();

    for (int k = 0; k < STAGE_BINS; k++)
        json_array_append_new(counts, json_integer((json_int_t)h->counts[k]));
    return json_pack("{s:f, s:o}", "range", h->range, "counts", counts);
}

static json_t *layer_json(const struct compression_layer *l)
{
    return json_pack("{s:o, s:I, s:I, s:i, s:s, s:I, s:f}", "name", json_text(l->name), "weights",
                     (json_int_t)l->weights, "kept", (json_int_t)l->kept, "levels", (int)l->levels, "coding", l->coding,
                     "bytes", (json_int_t)l->bytes, "bits", compression_bits(l));
}

void compression_json(const struct compression *c, json_t *json, json_t *rows)
{
    const struct compression_bytes *b = &c->bytes;
    json_t *layers = json_array();

    for (size_t i = 0; i < c->n_stages; i++)
        json_object_set_new(json_array_get(rows, i), "histogram", histogram_json(&c->stages[i].histogram));
    for (size_t i = 0; i < c->n_layers; i++)
        json_array_append_new(layers, layer_json(&c->layers[i]));
    json_object_update_new(json, json_pack("{s:o, s:{s:I, s:I, s:I, s:I, s:I}}", "layers", layers, "bytes_by_kind",
                                           "weights", (json_int_t)b->weights, "tables", (json_int_t)b->tables,
                                           "codebooks", (json_int_t)b->codebooks, "biases", (json_int_t)b->biases,
                                           "multipliers", (json_int_t)b->multipliers));
}
