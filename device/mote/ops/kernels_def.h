/* SPDX-License-Identifier: Apache-2.0 */
/* The device's kernels, once. Ids are image format: never reuse one. Each has device/mote/kernels/<family>/<name>.h
 * (contract, parameters, arguments), <name>_check.c (what the contract asks of them) and <name>.c (the version
 * `portable`: the definition). The last column is the version that is linked. */
#ifndef KERNEL
#define KERNEL(id, family, name, version)
#endif
#ifndef VERSION
#define VERSION(family, kernel, version, FEATURE)
#endif
/*
 *     id   family      name                         version */
KERNEL(1,   conv,        conv_2d_s8,                   portable)
KERNEL(2,   conv,        depthwise_conv_2d_s8,         portable)
KERNEL(3,   dense,       fully_connected_s8,           portable)
KERNEL(4,   pool,        average_pool_2d_s8,           portable)
KERNEL(5,   pool,        max_pool_2d_s8,               portable)
KERNEL(6,   pool,        mean_s8,                      portable)
KERNEL(7,   elementwise, add_s8,                       portable)
KERNEL(8,   elementwise, mul_s8,                       portable)
KERNEL(9,   move,        pad,                          portable)
KERNEL(10,  move,        copy,                         portable)
KERNEL(11,  move,        transpose,                    portable)
KERNEL(12,  elementwise, softmax_s8,                   portable)
KERNEL(13,  move,        resize_nearest_neighbor,      portable)
KERNEL(14,  elementwise, quantize_f32_s8,              portable)
KERNEL(15,  elementwise, dequantize_s8_f32,            portable)
KERNEL(16,  elementwise, requantize_s8,                portable)
KERNEL(17,  recurrent,   lstm_s8,                      portable)
KERNEL(18,  elementwise, softmax_s8_s16,               portable)
KERNEL(19,  elementwise, quantize_f32_s16,             portable)
KERNEL(20,  elementwise, dequantize_f32,               portable)
KERNEL(21,  elementwise, requantize,                   portable)
KERNEL(40,  conv,        conv_2d_f32,                  portable)
KERNEL(41,  conv,        depthwise_conv_2d_f32,        portable)
KERNEL(42,  dense,       fully_connected_f32,          portable)
KERNEL(43,  pool,        pool_2d_f32,                  portable)
KERNEL(44,  pool,        reduce_f32,                   portable)
KERNEL(45,  elementwise, binary_f32,                   portable)
KERNEL(46,  elementwise, softmax_f32,                  portable)
KERNEL(47,  recurrent,   lstm_f32,                     portable)
KERNEL(60,  move,        strided_copy,                 portable)
KERNEL(61,  conv,        conv_2d_s16,                  portable)
KERNEL(62,  elementwise, add_sub,                      portable)
KERNEL(63,  elementwise, leaky_relu_s16,               portable)
KERNEL(64,  conv,        transpose_conv_s8,            portable)
KERNEL(65,  conv,        transpose_conv_s16,           portable)
KERNEL(66,  conv,        transpose_conv_f32,           portable)
KERNEL(67,  recurrent,   svdf_s8,                      portable)
KERNEL(68,  recurrent,   svdf_f32,                     portable)
KERNEL(69,  dense,       fully_connected_s16,          portable)
KERNEL(70,  conv,        depthwise_conv_2d_s16,        portable)
KERNEL(71,  elementwise, softmax_s16,                  portable)
KERNEL(72,  dense,       fully_connected_computed_s8,  portable)
KERNEL(73,  dense,       fully_connected_computed_f32, portable)
KERNEL(74,  elementwise, log_softmax_s8,               portable)
KERNEL(75,  elementwise, log_softmax_f32,              portable)
KERNEL(80,  move,        gather,                       portable)
KERNEL(81,  elementwise, cast,                         portable)
KERNEL(100, elementwise, table_s8,                     portable)
KERNEL(101, elementwise, unary_f32,                    portable)
KERNEL(102, elementwise, binary_s8,                    portable)
KERNEL(103, pool,        reduce_max_s8,                portable)
KERNEL(104, pool,        arg_max,                      portable)
KERNEL(105, move,        resize_bilinear_s8,           portable)
KERNEL(106, move,        resize_bilinear_f32,          portable)
KERNEL(107, elementwise, l2_normalization_s8,          portable)
KERNEL(108, elementwise, l2_normalization_f32,         portable)
KERNEL(109, dense,       batch_matmul_s8,              portable)
KERNEL(110, dense,       batch_matmul_f32,             portable)

/* Versions for instruction sets (features_def.h), the best of a kernel first: <kernel>_<version>.c.
 *
 *      family       kernel                      version   FEATURE */
VERSION(conv,        conv_2d_s8,                 mve,      MVE)
VERSION(conv,        conv_2d_s8,                 dsp,      DSP)
VERSION(conv,        depthwise_conv_2d_s8,       mve,      MVE)
VERSION(elementwise, add_s8,                     mve,      MVE)
VERSION(dense,       fully_connected_s8,         avx2,     AVX2)
VERSION(dense,       fully_connected_s8,         mve,      MVE)
VERSION(dense,       fully_connected_s8,         dsp,      DSP)
#undef KERNEL
#undef VERSION
