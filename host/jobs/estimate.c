/* SPDX-License-Identifier: Apache-2.0 */
/* What weights take as they are coded for the device: of float ones, as int8 would make them. */
#include <math.h>

#include "host/base/levels.h"
#include "host/coding/biases.h"
#include "host/jobs/compress.h"
#include "host/jobs/stored_weights.h"

/* As the integer that it is, if it is one or remembers one. */
static float weight_at(const struct tensor *t, int64_t i)
{
    float real;

    if (t->type == TYPE_S8)
        return ((const int8_t *)t->data)[i];
    memcpy(&real, t->data + (size_t)i * sizeof real, sizeof real);
    return t->quant.n > 0 ? roundf(real / stored_scale(t, i)) : real;
}

/* Which values the codes stand for is nothing to their lengths: numbers of levels, or shares of the largest weight, but
 * what is not 0 stays so. */
static int8_t code_of(float x, const struct levels *levels, float largest)
{
    int8_t code;

    if (x == 0) /* so may be the largest */
        return 0;
    for (int8_t k = 0; levels != NULL && k < levels->n; k++)
        if (levels->of[k] == x)
            return (int8_t)(k + 1);
    code = (int8_t)lroundf(x / largest * INT8_MAX);
    return code != 0 ? code : x < 0 ? -1 : 1;
}

/* Codes of one tensor that is coded alone, with its own levels; of one of several in multiples of its scale. */
static const int8_t *codes_of(struct pool *pool, const struct tensor *t, const struct levels *levels)
{
    const int64_t n = tensor_elements(t);
    int8_t *codes = pool_array(pool, (size_t)n, sizeof *codes);
    float largest = 0;

    for (int64_t i = 0; i < n; i++)
        largest = fmaxf(largest, fabsf(weight_at(t, i)));
    if (levels == NULL && t->quant.n > 0)
        largest = INT8_MAX;
    for (int64_t i = 0; i < n; i++)
        codes[i] = code_of(weight_at(t, i), levels, largest);
    return codes;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* In the smallest of the codings; a byte each is one, too. */
static int64_t coded_bytes(const struct graph *g, int32_t tensor, const struct levels *levels)
{
    const struct tensor *t = &g->tensors[tensor];
    const struct stored_group group = stored_group(g, tensor);
    const int64_t n = tensor_elements(t);
    const int8_t *codes[STORED_GATES];
    struct pool pool = {0};
    int64_t bytes;

    for (int32_t k = 0; k < group.n; k++)
        codes[k] = codes_of(&pool, &g->tensors[group.tensors[k]], group.n == 1 ? levels : NULL);
    bytes = least(n, stored_share(&pool, &group, codes, (int32_t)t->dims[0], (int32_t)(n / t->dims[0])));
    if (group.n == 1)
        bytes =
            least(bytes, least(stored_packed(&pool, g, tensor, codes[0]), stored_sparse(&pool, g, tensor, codes[0])));
    pool_free(&pool);
    return bytes;
}

static void add_weights(const struct graph *g, int32_t tensor, struct compress_row *row)
{
    const struct tensor *t = &g->tensors[tensor];
    struct levels levels = {0};
    bool few = true;

    for (int64_t i = 0; i < tensor_elements(t); i++) {
        row->weights++;
        row->kept += weight_at(t, i) != 0;
        few = few && levels_add(&levels, weight_at(t, i));
    }
    row->levels = !few || row->levels < 0 ? -1 : levels.n > row->levels ? levels.n : row->levels;
    row->bytes += weights_are_coded(g, tensor) ? coded_bytes(g, tensor, few ? &levels : NULL) : tensor_elements(t);
}

static int64_t bias_bytes_of(const struct graph *g, int32_t tensor)
{
    const struct tensor *t = &g->tensors[tensor];
    struct pool pool = {0};
    int64_t n = tensor_elements(t);
    struct biases biases = {.bytes = 4};

    if (t->type == TYPE_S32 && biases_are_packed(g, tensor))
        biases_pack(&pool, (const int32_t *)(const void *)t->data, (int32_t)n, &biases);
    pool_free(&pool);
    return n * biases.bytes;
}

/* Other whole numbers than biases are shapes. */
static bool is_bias(const struct tensor *t)
{
    return t->rank == 1 && (t->type == TYPE_F32 || (t->type == TYPE_S32 && t->quant.n > 0));
}

/* Weights have dimensions, biases one. */
void estimate_bytes(const struct model *m, struct compress_row *row)
{
    const struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *t = &g->tensors[i];

        if (t->data == NULL)
            continue;
        if (t->rank >= 2 && (t->type == TYPE_F32 || t->type == TYPE_S8))
            add_weights(g, i, row);
        else if (is_bias(t))
            row->bytes += bias_bytes_of(g, i);
    }
    row->levels = row->levels < 0 ? 0 : row->levels;
}
