/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/layers.h"

#include "tests/kernels/memory.h"

/* The kernels' parameters. */
#define KERNEL(id, family, name, version) extern const struct mote_kernel mote_kernel_##name;
#include "mote/ops/kernels_def.h"

#include "mote/kernels/conv/conv_2d_s16.h"
#include "mote/kernels/conv/conv_2d_s8.h"
#include "mote/kernels/conv/depthwise_conv_2d_s8.h"
#include "mote/kernels/conv/transpose_conv_s16.h"
#include "mote/kernels/dense/fully_connected_rows_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"
#include "mote/kernels/elementwise/add_s8.h"
#include "mote/kernels/elementwise/mul_s8.h"
#include "mote/kernels/elementwise/softmax_s8.h"
#include "mote/kernels/pool/average_pool_2d_s8.h"
#include "mote/kernels/pool/max_pool_2d_s8.h"
#include "mote/kernels/pool/mean_rows_s8.h"
#include "mote/kernels/recurrent/gru_s8.h"
#include "mote/kernels/recurrent/lstm_s8.h"
#include "mote/kernels/recurrent/svdf_s8.h"

static const struct layer {
    const struct mote_kernel *kernel;
    const char *name;
    const void *params;
    size_t bytes;
} layers[] = {
#define LAYER(kernel, name, ...)                                                                                       \
    {&mote_kernel_##kernel, name, &(const struct mote_##kernel){__VA_ARGS__}, sizeof(struct mote_##kernel)},
#include "tests/kernels/layers_def.h"
};

static const struct layer *find(const struct mote_kernel *kernel, int32_t i)
{
    for (size_t k = 0; k < sizeof layers / sizeof layers[0]; k++)
        if (layers[k].kernel == kernel && i-- == 0)
            return &layers[k];
    return NULL;
}

const char *layer_name(const struct mote_kernel *kernel, int32_t i)
{
    const struct layer *l = find(kernel, i);

    return l ? l->name : NULL;
}

bool layer_case(struct kernel_case *c, const struct mote_kernel *kernel, int32_t i)
{
    const struct layer *l = find(kernel, i);

    if (l == NULL)
        return false;
    *c = (struct kernel_case){.draw = {(uint64_t)i}, .kernel = kernel, .large = true, .usual = true, .long_one = -1};
    memcpy(c->params, l->params, l->bytes);
    c->table[0] = kernel == &mote_kernel_add_s8   ? ((const struct mote_add_s8 *)l->params)->out_len
                  : kernel == &mote_kernel_mul_s8 ? ((const struct mote_mul_s8 *)l->params)->out_len
                                                  : 0;
    c->table[1] = c->table[2] = 1; /* operands of equal shapes */
    return kernel->need(c->params, c->bytes);
}
