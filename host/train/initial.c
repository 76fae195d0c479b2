/* SPDX-License-Identifier: Apache-2.0 */
/* He, Zhang, Ren, Sun: Delving deep into rectifiers, 2015. Glorot, Bengio: Understanding the difficulty of training
 * deep feedforward neural networks, 2010. */
#include "host/train/initial.h"

#include "host/base/random.h"

#define PURPOSE_WEIGHTS 0x77656967u /* of the seed's streams: unlike everybody else's number */

float *initial_weights(struct pool *pool, int64_t elements, const struct initial *how)
{
    struct random_stream s = random_stream(how->seed, PURPOSE_WEIGHTS, (uint64_t)how->layer, (uint64_t)how->tensor);
    float bound = (float)sqrt(6.0 / (double)(how->relu ? how->fan_in : how->fan_in + how->fan_out));
    float *w = pool_array(pool, (size_t)elements, sizeof *w);

    assert(elements > 0 && how->fan_in > 0 && how->fan_out >= 0);
    for (int64_t i = 0; i < elements; i++)
        w[i] = bound * (2 * random_unit(s, (uint64_t)i) - 1);
    return w;
}

float *initial_fill(struct pool *pool, int64_t elements, float value)
{
    float *w = pool_array(pool, (size_t)elements, sizeof *w);

    for (int64_t i = 0; i < elements; i++)
        w[i] = value;
    return w;
}
