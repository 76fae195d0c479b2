/* SPDX-License-Identifier: Apache-2.0 */
/* The models and golden vectors of the shared folder: where they are, and which vectors a model has. */
#ifndef MOTE_TESTS_GOLDEN_H
#define MOTE_TESTS_GOLDEN_H

#include "tests/shared.h"

struct golden_model {
    const char *name, *path; /* below models/golden, below models */
    bool state;
    bool tolerance; /* its floats need only be near (road.h) */
};

/* The nine that the spine is proved with, two larger ones, and the float ones. */
static const struct golden_model golden_models[] = {
    {"kws", "mlperf_tiny/kws.tflite", false, false},
    {"vww", "mlperf_tiny/vww.tflite", false, false},
    {"resnet", "mlperf_tiny/resnet.tflite", false, false},
    {"ad01", "mlperf_tiny/ad01.tflite", false, false},
    {"strww", "mlperf_tiny/strww.tflite", false, false},
    {"micro_speech", "tflite_micro/micro_speech.tflite", false, false},
    {"person_detect", "tflite_micro/person_detect.tflite", false, false},
    {"hello_world", "tflite_micro/hello_world.tflite", false, false},
    {"mnist_lstm", "tflite_micro/mnist_lstm.tflite", true, false},
    {"tinyengine_vww", "tinyengine/vww.tflite", false, false},
    {"tinyengine_detection", "tinyengine/detection.tflite", false, false},
    {"hello_world_float", "tflite_micro/hello_world_float.tflite", false, true},
    {"mnist_lstm_float", "tflite_micro/mnist_lstm_float.tflite", true, true},
    {"ad01_float", "mlperf_tiny/ad01_float.tflite", false, true},
    {"resnet_float", "mlperf_tiny/resnet_float.tflite", false, true},
    {"vww_float", "mlperf_tiny/vww_float.tflite", false, true},
};
#define GOLDEN_NINE        9
#define GOLDEN_FLOAT_FIRST 11
#define GOLDEN_FLOATS      5

/* Models of one operator each with int16 activations, whose vectors lie beside them: one run each. */
#define SEANET(name) {"../seanet/" name, "seanet/" name "/model.tflite", false, false},
/* clang-format off */
static const struct golden_model golden_seanet[] = {
    SEANET("add0") SEANET("add3") SEANET("add6") SEANET("add9") SEANET("add12") SEANET("conv0") SEANET("conv3")
    SEANET("conv6") SEANET("conv9") SEANET("conv12") SEANET("conv15") SEANET("conv18") SEANET("conv21")
    SEANET("leaky_relu0") SEANET("leaky_relu4") SEANET("leaky_relu8") SEANET("leaky_relu12") SEANET("leaky_relu16")
    SEANET("leaky_relu20") SEANET("pad0") SEANET("pad5") SEANET("pad10") SEANET("pad15") SEANET("quantize0")
    SEANET("strided_slice0") SEANET("strided_slice6") SEANET("strided_slice12") SEANET("strided_slice18")
    SEANET("strided_slice24") SEANET("strided_slice30") SEANET("sub2") SEANET("sub4") SEANET("transpose_conv0")
    SEANET("transpose_conv3")
};
/* clang-format on */

/* SVDF with int16 and with int8 state; the outputs are constant, so the tensors in between are what counts. */
static const struct golden_model golden_keywords[] = {
    {"keyword_scrambled", "tflite_micro/keyword_scrambled.tflite", true, false},
    {"keyword_scrambled_8bit", "tflite_micro/keyword_scrambled_8bit.tflite", true, false},
};

/* Vector k's file of a model with n inputs (outputs): "…/input4.bin", or with several "…/input4_1.bin". False if there
 * is none. */
static inline bool golden_file(struct pool *pool, const char *folder, const char *kind, int k, int i, struct bytes *out)
{
    struct report_text report = {0};
    struct frame at = {.name = folder, .index = -1, .sink = &report};
    const char *path = pool_printf(pool, "%s/%s%d.bin", folder, kind, k);

    if (i > 0 || access(path, R_OK) != 0)
        path = pool_printf(pool, "%s/%s%d_%d.bin", folder, kind, k, i);
    return access(path, R_OK) == 0 && file_read(pool, path, out, &at) == MOTE_OK;
}

static inline bool golden_has(struct pool *pool, const char *folder, const char *kind, int k)
{
    return access(pool_printf(pool, "%s/%s%d.bin", folder, kind, k), R_OK) == 0 ||
           access(pool_printf(pool, "%s/%s%d_0.bin", folder, kind, k), R_OK) == 0;
}

#define GOLDEN_VECTORS 64 /* numbers k of vectors are below this; not all are there */

#endif
