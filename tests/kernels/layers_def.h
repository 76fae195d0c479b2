/* SPDX-License-Identifier: Apache-2.0 */
/* Layers as models have them, small enough for a board's memory, to be counted: what a version saves there. The kernel,
 * the model and what the layer is in it, then fields of the kernel's parameters. */

#define IMAGE(h, w, c)        .batch = 1, .in_h = h, .in_w = w, .in_c = c, .in_ring = h
#define RESULT(h, w, c)       .out_h = h, .out_w = w, .out_c = c, .out_ring = h
#define WINDOW(h, w, sh, sw)  .kernel_h = h, .kernel_w = w, .stride_h = sh, .stride_w = sw
#define FILTER(c, top, left)  .filter_c = c, .dilation_h = 1, .dilation_w = 1, .pad_top = top, .pad_left = left
#define DEPTH(m, top, left)   .depth_multiplier = m, .dilation_h = 1, .dilation_w = 1, .pad_top = top, .pad_left = left
#define BYTES                 .out_zero = -5, .lo = -128, .hi = 127
#define POOLED(h, w, c)       .batch = 1, .in_h = h, .in_w = w, .channels = c, .in_ring = h
#define PAIRS(n, b)           .rows = 1, .rank = 1, .a_len = n, .a_ring = 1, .b_len = b, .b_ring = 1, .out_len = n, \
                              .out_ring = 1
#define SCALES                .a_zero = -128, .a_mult = 1623821475, .a_shift = -2, .b_zero = 4, .b_mult = 1 << 30, \
                              .out_mult = 1098017566, .out_shift = -17

LAYER(conv_2d_s8, "kws: first, 10x4, stride 2", IMAGE(49, 10, 1), RESULT(25, 5, 64), WINDOW(10, 4, 2, 2),
      FILTER(1, 4, 1), BYTES, .per_channel = 1)
LAYER(conv_2d_s8, "kws: 1x1, 64 to 64", IMAGE(25, 5, 64), RESULT(25, 5, 64), WINDOW(1, 1, 1, 1), FILTER(64, 0, 0),
      BYTES, .per_channel = 1)
LAYER(conv_2d_s8, "vww: 1x1, 8 to 16", IMAGE(24, 24, 8), RESULT(24, 24, 16), WINDOW(1, 1, 1, 1), FILTER(8, 0, 0), BYTES,
      .per_channel = 1)
LAYER(conv_2d_s8, "resnet: 3x3, 32 to 32", IMAGE(16, 16, 32), RESULT(16, 16, 32), WINDOW(3, 3, 1, 1), FILTER(32, 1, 1),
      BYTES, .per_channel = 1)
LAYER(conv_2d_s8, "micro_speech: 10x8, 1 to 8", IMAGE(49, 40, 1), RESULT(25, 20, 8), WINDOW(10, 8, 2, 2),
      FILTER(1, 4, 3), BYTES, .per_channel = 1)
LAYER(conv_2d_s8, "3x3, 32 to 32 in 4 groups", IMAGE(8, 8, 32), RESULT(8, 8, 32), WINDOW(3, 3, 1, 1), FILTER(8, 1, 1),
      BYTES, .per_channel = 1)
LAYER(depthwise_conv_2d_s8, "kws: 3x3, 64 channels", IMAGE(25, 5, 64), RESULT(25, 5, 64), WINDOW(3, 3, 1, 1),
      DEPTH(1, 1, 1), BYTES, .per_channel = 1)
LAYER(depthwise_conv_2d_s8, "vww: 3x3, 8 channels", IMAGE(48, 48, 8), RESULT(48, 48, 8), WINDOW(3, 3, 1, 1),
      DEPTH(1, 1, 1), BYTES, .per_channel = 1)
LAYER(depthwise_conv_2d_s8, "person_detect: 3x3, stride 2, 16 channels", IMAGE(24, 24, 16), RESULT(12, 12, 16),
      WINDOW(3, 3, 2, 2), DEPTH(1, 0, 0), BYTES, .per_channel = 1)
LAYER(depthwise_conv_2d_s8, "3x3, 8 to 16 channels", IMAGE(24, 24, 8), RESULT(24, 24, 16), WINDOW(3, 3, 1, 1),
      DEPTH(2, 1, 1), BYTES, .per_channel = 1)
LAYER(fully_connected_s8, "ad01: 128 to 128", .rows = 1, .in_len = 128, .out_c = 128, BYTES)
LAYER(fully_connected_s8, "resnet: 64 to 10", .rows = 1, .in_len = 64, .out_c = 10, BYTES)
LAYER(fully_connected_rows_s8, "micro_speech: 25 rows of 160 to 4", .batch = 1, .in_h = 25, .in_len = 160,
      .in_ring = 25, .out_c = 4, BYTES)
LAYER(fully_connected_rows_s8, "mnist_lstm: 28 rows of 20 to 10", .batch = 1, .in_h = 28, .in_len = 20,
      .in_ring = 28, .out_c = 10, BYTES)
LAYER(average_pool_2d_s8, "resnet: 8x8, 64 channels", POOLED(8, 8, 64), .out_h = 1, .out_w = 1, .out_ring = 1,
      WINDOW(8, 8, 8, 8), .lo = -128, .hi = 127)
LAYER(average_pool_2d_s8, "2x2, 32 channels", POOLED(16, 16, 32), .out_h = 8, .out_w = 8, .out_ring = 8,
      WINDOW(2, 2, 2, 2), .lo = -128, .hi = 127)
LAYER(max_pool_2d_s8, "2x2, 32 channels", POOLED(16, 16, 32), .out_h = 8, .out_w = 8, .out_ring = 8, WINDOW(2, 2, 2, 2),
      .lo = -128, .hi = 127)
LAYER(mean_rows_s8, "kws: 25x5, 64 channels", POOLED(25, 5, 64), .out_ring = 1, .divisor = 125, BYTES)
LAYER(add_s8, "resnet: 16x16x32", PAIRS(8192, 8192), SCALES, BYTES)
LAYER(mul_s8, "16x16x32", PAIRS(8192, 8192), .mult = 1 << 30, .shift = -7, BYTES)
LAYER(softmax_s8, "resnet: 10 classes", .rows = 1, .groups = 1, .depth = 10, .in_ring = 1, .out_ring = 1,
      .n_table = 64)
LAYER(softmax_s8, "100 rows of 64", .rows = 100, .groups = 1, .depth = 64, .in_ring = 100, .out_ring = 100,
      .n_table = 64)
LAYER(lstm_s8, "mnist_lstm: 28 steps, 28 to 20", .batch = 1, .time = 28, .in_len = 28, .units = 20, .in_ring = 28,
      .out_ring = 28, .cell_mult = 1 << 30, .cell_shift = -17, .out_mult = 2146304392, .out_shift = -23, .clip = 32767)
LAYER(gru_s8, "GRU_S: 25 steps, 10 to 154", .batch = 1, .time = 25, .in_len = 10, .units = 154, .in_ring = 25,
      .out_ring = 25, .out_mult = 1 << 30, .out_shift = -7)
LAYER(gru_s8, "25 steps, 40 to 48, reset after", .batch = 1, .time = 25, .in_len = 40, .units = 48, .reset_after = 1,
      .in_ring = 25, .out_ring = 25, .out_mult = 1 << 30, .out_shift = -7)
LAYER(svdf_s8, "keyword_scrambled: 96 to 64, memory 8, int16", .batch = 1, .inputs = 96, .units = 64, .rank = 1,
      .memory = 8, .wide = 1, .in_zero = -128, .state_mult = 2134672896, .state_shift = -3, .out_zero = -128,
      .out_mult = 1206190336, .out_shift = -13)
LAYER(svdf_s8, "keyword_scrambled: 16 to 32, memory 32, int16", .batch = 1, .inputs = 16, .units = 32, .rank = 1,
      .memory = 32, .wide = 1, .in_zero = -2, .state_mult = 1679941248, .out_zero = -128, .out_mult = 1075176320,
      .out_shift = -15)
LAYER(conv_2d_s16, "seanet: 7x7, 2 to 8", IMAGE(8, 166, 2), RESULT(2, 160, 8), WINDOW(7, 7, 1, 1), FILTER(2, 0, 0),
      .lo = -32768, .hi = 32767, .per_channel = 1, .wide = 1)
LAYER(conv_2d_s16, "seanet: 3x3, 16 to 16", IMAGE(4, 82, 16), RESULT(2, 80, 16), WINDOW(3, 3, 1, 1), FILTER(16, 0, 0),
      .lo = -32768, .hi = 32767, .per_channel = 1, .wide = 1)
LAYER(transpose_conv_s16, "seanet: 4x4, stride 2, 32 to 16", IMAGE(1, 40, 32), RESULT(4, 82, 16), WINDOW(4, 4, 2, 2),
      .lo = -32768, .hi = 32767, .per_channel = 1)

#undef LAYER
#undef IMAGE
#undef RESULT
#undef WINDOW
#undef FILTER
#undef DEPTH
#undef BYTES
#undef POOLED
#undef PAIRS
#undef SCALES
