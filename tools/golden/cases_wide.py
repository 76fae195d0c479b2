#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of int16 activations ("16x8"), of SUB, LEAKY_RELU, STRIDED_SLICE, TRANSPOSE_CONV and SVDF in all types, and
of FULLY_CONNECTED with computed weights.

    cases_wide.py FAMILY …     FAMILY is int8, s16, f32 or computed; the other arguments are operator_cases.py's
"""

import math
import sys

import exact_arithmetic as exact
import exact_wide as wide
from exact_arithmetic import f32
from operator_cases import (ACTIVATIONS, PADDINGS, Random, add_case, biases_of, byte, main, mean_case, number,
                            pool_case, weights_of)
from operator_cases import arithmetic_case as product_case
from tflite_writer import FLOAT32, INT8, INT16, INT32, INT64, TYPE_CODE, Scalar, Tensor


def reals(random, count, span=1.0):
    return [0.0 if random.integer(0, 15) == 0 else f32(random.real(-span, span)) for _ in range(count)]


def float_runs(name, operands, spans=(1.0, 3.0)):
    random = Random("f32/" + name)
    inputs = [t for t in operands if t is not None and t.data is None and not t.variable]
    return [[reals(random, t.elements(), span) for t in inputs] for span in spans]


# --- CONV_2D, 16x8 ----------------------------------------------------------

def wide_biases(random, count, kind):
    """(values, type), (None, None) for none."""
    if kind in ("none", "none_s32"):
        return None, None
    if kind == "s32":
        return random.integers(count, -3000000, 3000000), INT32
    if kind == "s32_wrapping":
        return biases_of(random, count, "wrapping"), INT32
    if kind == "s16":
        return random.integers(count, -32768, 32767), INT16
    if kind == "beyond_2_40":
        return [(-1, 1)[random.integer(0, 1)] * random.integer(2**40, 2**46) for _ in range(count)], INT64
    return random.integers(count, -3000000, 3000000), INT64


def convolution_case(name, x=(1, 5, 4, 3), kernel=(3, 3), channels=3, padding="SAME", strides=(1, 1), dilations=(1, 1),
                     activation="NONE", per_channel=True, bias="s64", weights="random", groups=1, x_scale=0.00047,
                     w_scale=0.0091, out_scale=None, runs=None):
    random = Random("weights/CONV_2D/s16/" + name)
    depth = x[3] // groups
    w_shape = [channels, kernel[0], kernel[1], depth]
    sizes, pads = zip(*(exact.padding(padding, x[1 + d], kernel[d], strides[d], dilations[d]) for d in (0, 1)))
    out_shape = [x[0], sizes[0], sizes[1], channels]
    x_scale = f32(x_scale)
    w_scales = [f32(w_scale * random.real(0.3, 1.0)) for _ in range(channels)] if per_channel else [f32(w_scale)]
    if out_scale is None:
        out_scale = x_scale * w_scale * 0.6 * math.sqrt(kernel[0] * kernel[1] * depth) * 74 * 2.5
        if bias == "s32_wrapping":
            out_scale = x_scale * w_scale * 2**31 / 20000
        if bias == "beyond_2_40":
            out_scale = x_scale * w_scale * 2**46 / 40000
    out_scale = f32(out_scale)
    w = weights_of(random, math.prod(w_shape), weights)
    b, bias_type = wide_biases(random, channels, bias)
    sums64 = bias not in ("s32", "s32_wrapping", "none_s32")
    multipliers = [exact.quantize_multiplier(x_scale * s / out_scale)
                   for s in (w_scales * channels if len(w_scales) == 1 else w_scales)]
    limits = exact.activation_range(activation, out_scale, 0, "h")
    operands = [Tensor(list(x), INT16, x_scale, 0),
                Tensor(w_shape, INT8, w_scales if per_channel else w_scales[0], 0, data=w)]
    if b is not None:
        bias_scales = [f32(x_scale * s) for s in w_scales]
        operands.append(Tensor([channels], bias_type, bias_scales if per_channel else bias_scales[0], 0, data=b))
    options = {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0]),
               3: byte(ACTIVATIONS[activation]), 4: number(dilations[1]), 5: number(dilations[0])}
    if bias == "none_s32":
        options[6] = byte(INT32)

    def expect(inputs):
        return wide.convolution(inputs[0], x, w, w_shape, b, out_shape, pads, strides, dilations, multipliers, limits,
                                sums64)

    add_case("CONV_2D", name, operands, Tensor(out_shape, INT16, out_scale, 0), options, expect, runs)


def convolution_cases():
    case = convolution_case
    case("same_3x3")
    case("valid_3x3", padding="VALID")
    case("same_1x1", kernel=(1, 1), x=(1, 3, 4, 7))
    case("same_4x2_stride_3x2", kernel=(4, 2), strides=(3, 2), x=(1, 7, 6, 2))
    case("same_dilation_2x3", dilations=(2, 3), x=(1, 5, 7, 2))
    case("valid_dilation_2_relu", dilations=(2, 1), padding="VALID", activation="RELU")
    case("kernel_larger_than_image", kernel=(5, 5), x=(1, 3, 2, 2))
    case("batch_2", x=(2, 4, 3, 3))
    case("groups_2", x=(1, 4, 4, 4), groups=2, channels=6)
    case("per_tensor_relu6", per_channel=False, activation="RELU6")
    case("relu_n1_to_1", activation="RELU_N1_TO_1")
    case("no_bias", bias="none")
    case("no_bias_32_bits", bias="none_s32", weights="saturating", x=(1, 5, 5, 20), padding="VALID")
    case("bias_s32", bias="s32")
    case("bias_s32_wrapping", bias="s32_wrapping", weights="saturating")
    case("bias_beyond_2_40", bias="beyond_2_40")
    case("result_beyond_32_bits", bias="beyond_2_40", out_scale=0.00047 * 0.0091 / 100, per_channel=False)
    case("multiplier_cut_to_7fff", x_scale=0.5, w_scale=0.249999, out_scale=16.0, per_channel=False)
    case("multiplier_rounded_up", x_scale=0.5, w_scale=0.24999, out_scale=0.125, per_channel=False)
    case("multiplier_flushed_to_zero", x_scale=1e-8, w_scale=1e-7, out_scale=50.0)
    case("left_shift", out_scale=0.00047 * 0.0091 / 90, kernel=(1, 1), x=(1, 3, 3, 1), channels=2, bias="none")
    case("left_shift_32_bits", out_scale=0.00047 * 0.0091 / 900, kernel=(1, 1), x=(1, 3, 3, 1), channels=2, bias="s32")
    case("ties", x_scale=0.5, w_scale=0.25, out_scale=16.0, per_channel=False)
    case("ties_32_bits", x_scale=0.5, w_scale=0.25, out_scale=16.0, per_channel=False, bias="s32")
    lowest = [[[-32768] * 700], [[-32768] * 300 + [32767] * 400]]
    case("sum_beyond_32_bits", x=(1, 1, 1, 700), kernel=(1, 1), channels=2, weights="saturating", runs=lowest)
    case("sum_of_the_largest_products", x=(1, 1, 1, 700), kernel=(1, 1), channels=1, weights="lowest", runs=lowest)


# --- DEPTHWISE_CONV_2D, 16x8 ------------------------------------------------

def depthwise_case(name, x=(1, 5, 4, 3), kernel=(3, 3), multiplier=1, padding="SAME", strides=(1, 1),
                   dilations=(1, 1), activation="NONE", per_channel=True, bias="s64", weights="random",
                   x_scale=0.00047, w_scale=0.0091, out_scale=None, runs=None):
    random = Random("weights/DEPTHWISE_CONV_2D/s16/" + name)
    channels = x[3] * multiplier
    w_shape = [1, kernel[0], kernel[1], channels]
    sizes, pads = zip(*(exact.padding(padding, x[1 + d], kernel[d], strides[d], dilations[d]) for d in (0, 1)))
    out_shape = [x[0], sizes[0], sizes[1], channels]
    x_scale = f32(x_scale)
    w_scales = [f32(w_scale * random.real(0.3, 1.0)) for _ in range(channels)] if per_channel else [f32(w_scale)]
    if out_scale is None:
        out_scale = x_scale * w_scale * 0.6 * math.sqrt(kernel[0] * kernel[1]) * 74 * 2.5
        if bias == "beyond_2_40":
            out_scale = x_scale * w_scale * 2**46 / 40000
    out_scale = f32(out_scale)
    w = weights_of(random, math.prod(w_shape), weights)
    b, bias_type = wide_biases(random, channels, bias)
    multipliers = [exact.quantize_multiplier(x_scale * s / out_scale)
                   for s in (w_scales * channels if len(w_scales) == 1 else w_scales)]
    limits = exact.activation_range(activation, out_scale, 0, "h")
    operands = [Tensor(list(x), INT16, x_scale, 0),
                Tensor(w_shape, INT8, w_scales if per_channel else w_scales[0], 0, data=w, dimension=3)]
    if b is not None:
        bias_scales = [f32(x_scale * s) for s in w_scales]
        operands.append(Tensor([channels], bias_type, bias_scales if per_channel else bias_scales[0], 0, data=b))
    options = {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0]), 3: number(multiplier),
               4: byte(ACTIVATIONS[activation]), 5: number(dilations[1]), 6: number(dilations[0])}

    def expect(inputs):
        return wide.depthwise(inputs[0], x, w, w_shape, b, out_shape, pads, strides, dilations, multipliers, limits)

    add_case("DEPTHWISE_CONV_2D", name, operands, Tensor(out_shape, INT16, out_scale, 0), options, expect, runs)


def depthwise_cases():
    case = depthwise_case
    case("same_3x3")
    case("valid_3x3", padding="VALID")
    case("same_1x1", kernel=(1, 1), x=(1, 3, 4, 7))
    case("multiplier_3", multiplier=3)
    case("multiplier_4_one_channel", multiplier=4, x=(1, 5, 5, 1))
    case("same_4x2_stride_3x2", kernel=(4, 2), strides=(3, 2), x=(1, 7, 6, 2))
    case("same_dilation_2x3", dilations=(2, 3), x=(1, 5, 7, 2))
    case("valid_dilation_2_relu", dilations=(2, 1), padding="VALID", activation="RELU")
    case("kernel_larger_than_image", kernel=(5, 5), x=(1, 3, 2, 2))
    case("batch_2", x=(2, 4, 3, 3))
    case("per_tensor_relu6", per_channel=False, activation="RELU6")
    case("relu_n1_to_1", activation="RELU_N1_TO_1")
    case("no_bias", bias="none")
    case("saturating_weights", weights="saturating", kernel=(5, 5), x=(1, 7, 7, 2))
    case("bias_beyond_2_40", bias="beyond_2_40")
    case("multiplier_flushed_to_zero", x_scale=1e-8, w_scale=1e-7, out_scale=50.0)
    case("left_shift", out_scale=0.00047 * 0.0091 / 90, kernel=(1, 1), x=(1, 3, 3, 2), bias="none")
    case("ties", x_scale=0.5, w_scale=0.25, out_scale=16.0, per_channel=False)


# --- FULLY_CONNECTED, 16x8 and with computed weights ------------------------

def fully_connected_case(name, x=(1, 24), columns=7, activation="NONE", per_channel=False, bias="s64",
                         weights="random", keep=False, x_scale=0.00047, w_scale=0.0091, out_scale=None, runs=None):
    random = Random("weights/FULLY_CONNECTED/s16/" + name)
    depth, rows = x[-1], math.prod(x[:-1])
    x_scale = f32(x_scale)
    w_scales = [f32(w_scale * random.real(0.3, 1.0)) for _ in range(columns)] if per_channel else [f32(w_scale)]
    if out_scale is None:
        out_scale = x_scale * w_scale * 0.6 * math.sqrt(depth) * 74 * 2.5
        if bias == "s32_wrapping":
            out_scale = x_scale * w_scale * 2**31 / 20000
        if bias == "beyond_2_40":
            out_scale = x_scale * w_scale * 2**46 / 40000
    out_scale = f32(out_scale)
    w = weights_of(random, columns * depth, weights)
    b, bias_type = wide_biases(random, columns, bias)
    products = [x_scale * s if per_channel else f32(x_scale * s)
                for s in (w_scales * columns if len(w_scales) == 1 else w_scales)]
    multipliers = [exact.quantize_multiplier(product / out_scale) for product in products]
    limits = exact.activation_range(activation, out_scale, 0, "h")
    operands = [Tensor(list(x), INT16, x_scale, 0),
                Tensor([columns, depth], INT8, w_scales if per_channel else w_scales[0], 0, data=w)]
    if b is not None:
        bias_scales = [f32(x_scale * s) for s in w_scales]
        operands.append(Tensor([columns], bias_type, bias_scales if per_channel else bias_scales[0], 0, data=b))
    options = {0: byte(ACTIVATIONS[activation]), 2: byte(keep)}
    if bias == "none_s32":
        options[4] = byte(INT32)
    sums64 = bias not in ("s32", "s32_wrapping", "none_s32")

    def expect(inputs):
        return wide.fully_connected(inputs[0], w, depth, b, rows, columns, multipliers, limits, sums64)

    out_shape = list(x[:-1]) + [columns] if keep else [rows, columns]
    add_case("FULLY_CONNECTED", name, operands, Tensor(out_shape, INT16, out_scale, 0), options, expect, runs)


def fully_connected_cases():
    case = fully_connected_case
    case("plain")
    case("batch_3", x=(3, 20))
    case("per_channel", per_channel=True)
    case("relu", activation="RELU")
    case("relu6_per_channel", activation="RELU6", per_channel=True)
    case("relu_n1_to_1", activation="RELU_N1_TO_1")
    case("keep_num_dims", x=(2, 3, 10), keep=True)
    case("rank_3_to_rows", x=(2, 3, 8))
    case("one_output", columns=1)
    case("one_input", x=(4, 1), columns=6)
    case("no_bias", bias="none")
    case("no_bias_32_bits", bias="none_s32", weights="saturating", x=(2, 300))
    case("bias_s32", bias="s32")
    case("bias_s32_per_channel", bias="s32", per_channel=True)
    case("bias_s32_wrapping", bias="s32_wrapping", weights="saturating")
    case("bias_beyond_2_40", bias="beyond_2_40")
    case("multiplier_flushed_to_zero", x_scale=1e-8, w_scale=1e-7, out_scale=50.0)
    case("left_shift", out_scale=0.00047 * 0.0091 / 90, x=(2, 3), bias="none")
    case("left_shift_32_bits", out_scale=0.00047 * 0.0091 / 900, x=(2, 3), bias="s32")
    case("ties", x_scale=0.5, w_scale=0.25, out_scale=16.0)
    case("ties_32_bits", x_scale=0.5, w_scale=0.25, out_scale=16.0, bias="s32")
    lowest = [[[-32768] * 700], [[-32768] * 300 + [32767] * 400]]
    case("sum_beyond_32_bits", x=(1, 700), columns=2, weights="saturating", runs=lowest)
    case("sum_of_the_largest_products", x=(1, 700), columns=1, weights="lowest", runs=lowest)


def computed_case(name, kind, x=(3, 8), columns=5, activation="NONE", bias=True, scales=(0.0473, 0.0091, 0.02),
                  zeros=(-3, 0, 5)):
    random = Random("computed/" + name)
    depth, rows = x[-1], math.prod(x[:-1])
    options = {0: byte(ACTIVATIONS[activation])}
    if kind == FLOAT32:
        operands = [Tensor(list(x), FLOAT32), Tensor([columns, depth], FLOAT32)]
        if bias:
            operands.append(Tensor([columns], FLOAT32, data=reals(random, columns)))
        add_case("FULLY_CONNECTED", "float_" + name, operands, Tensor([rows, columns], FLOAT32), options, None,
                 float_runs(name, operands), tolerance=True)
        return
    scales = [f32(s) for s in scales]
    product = f32(scales[0] * scales[1])
    multipliers = [exact.quantize_multiplier(product / scales[2])] * columns
    limits = exact.activation_range(activation, scales[2], zeros[2])
    operands = [Tensor(list(x), INT8, scales[0], zeros[0]), Tensor([columns, depth], INT8, scales[1], zeros[1])]
    b = random.integers(columns, -3000, 3000) if bias else None
    if bias:
        operands.append(Tensor([columns], INT32, product, 0, data=b))

    def expect(inputs):
        return exact.fully_connected(inputs[0], zeros[0], inputs[1], zeros[1], depth, b, rows, columns, multipliers,
                                     zeros[2], limits)

    add_case("FULLY_CONNECTED", name, operands, Tensor([rows, columns], INT8, scales[2], zeros[2]), options, expect)


def computed_cases():
    for kind in (INT8, FLOAT32):
        computed_case("plain", kind)
        computed_case("no_bias", kind, bias=False)
        computed_case("relu6", kind, activation="RELU6")
        computed_case("one_output", kind, columns=1)
        computed_case("one_input", kind, x=(4, 1))
        computed_case("rank_3", kind, x=(2, 2, 7))
    computed_case("zero_points_at_the_ends", INT8, zeros=(-128, 0, 127))
    computed_case("zero_points_at_the_other_ends", INT8, zeros=(127, 0, -128))
    computed_case("zero_point_of_weights", INT8, zeros=(5, -17, 0))
    computed_case("finer", INT8, scales=(0.5, 0.5, 0.1))


# --- SOFTMAX, int16 ---------------------------------------------------------

def softmax_case(name, x=(2, 10), beta=1.0, scale=0.0003, runs=None):
    beta, scale = f32(beta), f32(scale)
    add_case("SOFTMAX", name, [Tensor(list(x), INT16, scale, 0)], Tensor(list(x), INT16, 1 / 32768, 0),
             {0: Scalar("f", beta)}, lambda inputs: wide.softmax(inputs[0], x[-1], beta, scale), runs, count=3)


def softmax_cases():
    case = softmax_case
    case("ten_classes")
    case("coarse", scale=0.01)
    case("fine", scale=0.00001)
    case("left_shift", scale=2.4)
    case("two_classes", x=(3, 2))
    case("one_class", x=(4, 1))
    case("rank_1", x=(9,))
    case("rank_4", x=(1, 2, 2, 7))
    case("beta_half", beta=0.5)
    case("beta_2_5", beta=2.5)
    case("beta_0", beta=0.0)
    case("multiplier_flushed_to_zero", scale=1e-15)
    case("wide", x=(1, 1500))
    case("equal_values", x=(1, 7), runs=[[[5] * 7], [[-32768] * 7], [[32767] * 7]])
    case("differences", x=(1, 700), scale=10 / 65535, runs=[[list(range(-32768, 32768, 93))[:700]]])
    for n in (2, 3, 4, 5, 8, 16, 17, 64):  # the sum at and beside powers of two
        case("equal_%d" % n, x=(1, n), runs=[[[77] * n], [[77] * (n - 1) + [-20000]]])


# --- ADD and SUB ------------------------------------------------------------

def arithmetic_case(operator, name, kind, a=(1, 3, 4, 2), b=None, scales=(0.05, 0.03, 0.061), zeros=(3, -11, 7),
                    activation="NONE"):
    b = a if b is None else b
    rank = max(len(a), len(b))
    full = [[1] * (rank - len(s)) + list(s) for s in (a, b)]
    out_shape = [max(p, q) for p, q in zip(*full)]
    options = {0: byte(ACTIVATIONS[activation])}
    if kind == FLOAT32:
        operands = [Tensor(list(a), FLOAT32), Tensor(list(b), FLOAT32)]
        add_case(operator, name, operands, Tensor(out_shape, FLOAT32), options, None, float_runs(name, operands),
                 tolerance=True)
        return
    if kind == INT16:
        scales = [s / 256 for s in scales]
    scales = [f32(s) for s in scales]
    limits = exact.activation_range(activation, scales[2], zeros[2], TYPE_CODE[kind])
    left = 20 if kind == INT8 else 15
    element = (exact.add_element if operator == "ADD" else wide.difference_element)(scales, zeros, limits, left)
    add_case(operator, name, [Tensor(list(a), kind, scales[0], zeros[0]), Tensor(list(b), kind, scales[1], zeros[1])],
             Tensor(out_shape, kind, scales[2], zeros[2]), options,
             lambda inputs: exact.broadcast(inputs[0], a, inputs[1], b, out_shape, element))


def arithmetic_cases(operator, kind):
    def case(name, **settings):
        if kind == INT16 and operator == "SUB":
            settings.setdefault("zeros", (0, 0, 0))
        arithmetic_case(operator, name, kind, **settings)

    case("plain")
    case("relu", activation="RELU")
    case("relu6", activation="RELU6")
    case("relu_n1_to_1", activation="RELU_N1_TO_1")
    case("scalar_second", b=(1,))
    case("scalar_first", a=(1,), b=(2, 3))
    case("channel_second", b=(2,))
    case("both_broadcast", a=(2, 1, 3), b=(1, 4, 1))
    case("ranks_differ", a=(2, 3, 2), b=(3, 1))
    case("batch", a=(3, 2, 2, 2), b=(1, 2, 2, 2))
    if kind == FLOAT32:
        return
    case("scales_far_apart", scales=(0.7, 0.0004, 0.5))
    case("scales_far_apart_reversed", scales=(0.0004, 0.7, 0.5))
    case("equal_scales", scales=(0.05, 0.05, 0.05))
    case("saturating", scales=(0.05, 0.05, 0.0011))
    case("coarse_output", scales=(0.01, 0.013, 3.0))
    if kind == INT8:
        case("zero_points_at_the_ends", zeros=(-128, 127, -128))
        case("zero_points_at_the_other_ends", zeros=(127, -128, 127))
    elif operator == "ADD":
        case("zero_points", zeros=(300, -20000, 77))
        case("zero_points_at_the_ends", zeros=(-32766, 32766, 0))


# --- int16 of operators that have int8 and float cases elsewhere ------------

def element_case(operator, name, scales, element, values=None):
    scales = [f32(s) for s in scales]
    random = Random("element/" + operator + name)
    values = values or (list(range(-32768, 32768, 331)) + list(range(-20, 20)) + [-32767, 32767] +
                        random.integers(50, -3000, 3000))
    element = element(scales)
    add_case(operator, name, [Tensor([1, len(values)], INT16, scales[0], 0)],
             Tensor([1, len(values)], INT16, scales[1], 0), {}, lambda inputs: [element(q) for q in inputs[0]],
             [[values]])


def sigmoid_cases():
    for operator, element in (("LOGISTIC", wide.sigmoid_element), ("TANH", wide.tangent_element)):
        for name, scale in (("usual", 0.00031), ("power_of_two", 2.0**-12), ("next_power_of_two", 2.0**-11),
                            ("lower_power_of_two", 2.0**-13), ("nearly_a_power_of_two", 2.0**-12 * 1.0005),
                            ("hardly_a_power_of_two", 2.0**-12 * 1.0009), ("fine", 0.000021), ("coarse", 0.01),
                            ("one", 1.0), ("largest", 2.6), ("tiny", 1e-9), ("tiniest", 1e-13)):
            element_case(operator, name, (scale, 2.0**-15), lambda scales, element=element: element(scales[0]))


def relu_wide_cases():
    for name, scales in (("same", (0.0004, 0.0004)), ("finer", (0.0004, 0.00013)), ("coarser", (0.0004, 0.0017)),
                         ("ties", (0.25, 0.5)), ("ratio_in_float", (0.3, 0.1)), ("tiny", (1e-9, 4.0))):
        element_case("RELU", name, scales, wide.relu_element)
    for name, scales in (("same", (0.0004, 0.0004)), ("fine", (0.0001, 0.0001)), ("coarse", (4.0, 4.0)),
                         ("full", (6 / 32767, 6 / 32767))):
        element_case("RELU6", name, scales,
                     lambda scales: lambda q: exact.clamp(q, *exact.activation_range("RELU6", scales[0], 0, "h")))


def product_cases():
    def case(name, scales=(0.0003, 0.0002, 0.002), **settings):
        product_case("MUL", name, scales=scales, zeros=(0, 0, 0), kind=INT16, **settings)

    case("same_shape")
    case("relu", activation="RELU")
    case("relu6", activation="RELU6")
    case("relu_n1_to_1", activation="RELU_N1_TO_1")
    case("second_scalar", b=(1,))
    case("second_constant_scalar", b=(1,), constant=True)
    case("channel", b=(5,))
    case("both_broadcast", a=(1, 3, 1, 5), b=(1, 1, 4, 1))
    case("rank_6", a=(1, 2, 1, 3, 2, 2), b=(2, 1, 2, 1, 2, 1))
    case("powers_of_two", scales=(0.5, 0.25, 64.0))
    case("output_scale_small", scales=(0.0003, 0.0002, 1e-6))
    case("scales_tiny", scales=(1e-9, 1e-9, 1.0))


def pool_wide_cases():
    for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        def case(name, **settings):
            pool_case(operator, name, kind=INT16, zero_point=0, **{"scale": 0.0004, **settings})

        case("valid_2x2")
        case("same_3x3_stride_1", padding="SAME", window=(3, 3), strides=(1, 1))
        case("same_5x3_stride_2x3", padding="SAME", window=(5, 3), strides=(2, 3), x=(1, 9, 8, 2))
        case("whole_image", window=(7, 6), strides=(7, 6))
        case("window_larger_than_image", padding="SAME", window=(5, 5), strides=(1, 1), x=(1, 2, 3, 4))
        case("batch_2", x=(2, 4, 5, 3))
        case("relu", activation="RELU")
        case("relu_n1_to_1", activation="RELU_N1_TO_1", scale=0.0001)


def sum_wide_cases():
    def case(name, x=(1, 4, 5, 3), axes=(1, 2), keep=False, scales=(0.0004, 0.0003)):
        mean_case(name, x, axes, keep, scales[0], scales[1], 0, 0, INT16)
        sum_case(name, x, axes, keep, scales)

    def sum_case(name, x, axes, keep, scales):
        scales = [f32(scale * 1.0) for scale in (scales[0], scales[1] * 8)]
        resolved = {axis % len(x) for axis in axes}
        out = [1 if axis in resolved else size for axis, size in enumerate(x) if keep or axis not in resolved]
        add_case("SUM", name, [Tensor(list(x), INT16, scales[0], 0), Tensor([len(axes)], INT32, data=list(axes))],
                 Tensor(out, INT16, scales[1], 0), {0: byte(keep)},
                 lambda inputs: wide.total(inputs[0], x, axes, scales))

    case("spatial")
    case("spatial_keep_dims", keep=True)
    case("same_scale", scales=(0.0004, 0.0004))
    case("axis_negative", axes=(-1,))
    case("axes_1_3", axes=(1, 3), x=(2, 3, 4, 5))
    case("axes_all", axes=(0, 1, 2, 3))
    case("rank_1", x=(31,), axes=(0,), keep=True)
    case("rank_5", x=(2, 2, 3, 2, 3), axes=(1, 3))
    case("count_large", x=(1, 17, 19, 2), scales=(0.0004, 0.0001))
    case("upscaled", scales=(0.3, 0.04))
    case("scale_tiny", scales=(1e-9, 4.0))


# --- LEAKY_RELU -------------------------------------------------------------

def leaky_relu_case(name, kind, alpha=0.1, scales=(0.05, 0.043), zeros=(-7, 11)):
    if kind == FLOAT32:
        operands = [Tensor([3, 7], FLOAT32)]
        runs = float_runs(name, operands) + [[[0.0, -0.0, 1e-40, -1e-40, 3e38, -3e38] + [-1.5] * 15]]
        add_case("LEAKY_RELU", name, operands, Tensor([3, 7], FLOAT32), {0: Scalar("f", alpha)}, None, runs,
                 tolerance=True)
        return
    if kind == INT16:
        scales = [s / 256 for s in scales]
    scales = [f32(s) for s in scales]
    random = Random("leaky/" + name)
    low, high = exact.LIMITS[TYPE_CODE[kind]]
    values = list(range(low, high + 1)) if kind == INT8 else random.integers(93, low, high) + [
        low, high, zeros[0], max(low, zeros[0] - 1), min(high, zeros[0] + 1), low + 1, high - 1]
    shape = [2, len(values) // 2]
    add_case("LEAKY_RELU", name, [Tensor(shape, kind, scales[0], zeros[0])], Tensor(shape, kind, scales[1], zeros[1]),
             {0: Scalar("f", alpha)}, lambda inputs: wide.leaky_relu(inputs[0], alpha, scales, zeros, TYPE_CODE[kind]),
             runs=[[values]])


def leaky_relu_cases(kind):
    for name, alpha in (("a_tenth", 0.1), ("small", 0.003), ("zero", 0.0), ("one", 1.0), ("two_and_a_half", 2.5),
                        ("negative", -0.4), ("negative_large", -3.0), ("default_keras", 0.30000001192092896)):
        leaky_relu_case(name, kind, alpha=alpha)
    if kind == FLOAT32:
        return
    leaky_relu_case("finer_output", kind, scales=(0.05, 0.007))
    leaky_relu_case("coarser_output", kind, scales=(0.05, 0.9))
    leaky_relu_case("equal_scales", kind, scales=(0.05, 0.05), zeros=(0, 0))
    leaky_relu_case("zero_points_at_the_ends", kind, zeros=exact.LIMITS[TYPE_CODE[kind]])
    leaky_relu_case("zero_points_at_the_other_ends", kind, zeros=exact.LIMITS[TYPE_CODE[kind]][::-1])
    leaky_relu_case("slope_flushed_to_zero", kind, alpha=1e-11)


# --- STRIDED_SLICE ----------------------------------------------------------

def strided_slice_case(name, x, begin, end, strides=None, begin_mask=0, end_mask=0, shrink=0, kind=INT8):
    strides = strides or [1] * len(x)
    masks = (begin_mask, end_mask, shrink)
    quantized = {INT8: (0.1, 3), INT16: (0.1, 0)}.get(kind, (None, 0))
    out_shape = wide.strided_slice(range(math.prod(x)), x, begin, end, strides, masks)[1]
    operands = [Tensor(list(x), kind, *quantized)] + [Tensor([len(x)], INT32, data=v) for v in (begin, end, strides)]
    count = math.prod(x)
    values = [i / 8 - 2 for i in range(count)] if kind == FLOAT32 else [i * 3 % 251 - 125 for i in range(count)]
    add_case("STRIDED_SLICE", name, operands, Tensor(out_shape, kind, *quantized),
             {0: number(begin_mask), 1: number(end_mask), 4: number(shrink)},
             lambda inputs: wide.strided_slice(inputs[0], x, begin, end, strides, masks)[0], runs=[[values]])


def strided_slice_cases():
    case = strided_slice_case
    case("one_dimension", [10], [2], [7])
    case("one_dimension_step_3", [10], [1], [10], [3])
    case("one_dimension_backwards", [10], [8], [2], [-1])
    case("one_dimension_backwards_step_3", [11], [9], [0], [-3])
    case("all_backwards", [7], [0], [0], [-1], begin_mask=1, end_mask=1)
    case("all_backwards_step_2", [8], [0], [0], [-2], begin_mask=1, end_mask=1)
    case("negative_indices", [10], [-7], [-2])
    case("negative_indices_backwards", [10], [-2], [-9], [-2])
    case("indices_beyond_the_ends", [6], [-100], [100])
    case("indices_beyond_the_ends_backwards", [6], [100], [-100], [-1])
    case("begin_mask", [4, 5], [2, 2], [3, 4], begin_mask=1)
    case("end_mask", [4, 5], [1, 2], [2, 3], end_mask=2)
    case("masks_with_steps", [5, 6], [1, 1], [2, 2], [2, 3], begin_mask=2, end_mask=3)
    case("shrink_first", [4, 5], [2, 1], [3, 4], shrink=1)
    case("shrink_last", [4, 5], [0, -1], [4, 0], shrink=2)
    case("shrink_all_but_one", [3, 4, 5], [1, 2, 1], [2, 3, 5], shrink=3)
    case("shrink_with_begin_mask", [4, 5], [2, 1], [3, 4], begin_mask=1, shrink=1)
    case("rows", [4, 3, 2], [1, 0, 0], [3, 3, 2])
    case("columns", [2, 6, 3], [0, 2, 0], [2, 5, 3])
    case("channels", [2, 3, 8], [0, 0, 2], [2, 3, 5])
    case("image_step_2", [1, 6, 7, 3], [0, 0, 0, 0], [1, 6, 7, 3], [1, 2, 2, 1])
    case("image_mirrored", [1, 3, 5, 2], [0, 0, 0, 0], [0, 0, 0, 0], [1, 1, -1, 1], begin_mask=15, end_mask=15)
    case("image_turned", [2, 3, 4, 2], [0, 0, 0, 0], [0, 0, 0, 0], [1, -1, -1, 1], begin_mask=15, end_mask=15)
    case("four_dimensions", [3, 4, 5, 6], [1, 3, 0, 5], [3, 0, 5, 0], [1, -2, 2, -3])
    case("everything", [2, 3, 4], [0, 0, 0], [2, 3, 4])
    case("everything_by_masks", [2, 3, 4], [1, 1, 1], [1, 1, 1], begin_mask=7, end_mask=7)
    for label, kind in (("int16", INT16), ("int32", INT32), ("float", FLOAT32)):
        case(label, [3, 4, 5], [0, 3, 1], [3, 0, 4], [2, -1, 1], kind=kind)
        case(label + "_innermost_backwards", [2, 3, 5], [0, 0, 4], [2, 3, 0], [1, 2, -2], kind=kind)


# --- TRANSPOSE_CONV ---------------------------------------------------------

def transpose_conv_case(name, kind, x=(1, 3, 4, 2), kernel=(3, 3), channels=3, padding="SAME", strides=(2, 2),
                        out=None, activation="NONE", per_channel=True, bias="normal", x_zero=-3, out_zero=5,
                        weights="random", x_scale=0.0473, w_scale=0.0091, out_scale=None, given=False):
    random = Random("weights/TRANSPOSE_CONV/%d/" % kind + name)
    w_shape = [channels, kernel[0], kernel[1], x[3]]
    if out is None:
        out = [x[1 + d] * strides[d] if padding == "SAME" else (x[1 + d] - 1) * strides[d] + kernel[d] for d in (0, 1)]
    pads = [exact.padding(padding, out[d], kernel[d], strides[d])[1] for d in (0, 1)]
    out_shape = [x[0], out[0], out[1], channels]
    options = {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0]),
               3: byte(ACTIVATIONS[activation])}
    shape = Tensor([4], INT32, data=None if given else out_shape)
    if kind == FLOAT32:
        operands = [shape, Tensor(w_shape, FLOAT32, data=reals(random, math.prod(w_shape))), Tensor(list(x), FLOAT32)]
        if bias != "none":
            operands.append(Tensor([channels], FLOAT32, data=reals(random, channels)))
        add_case("TRANSPOSE_CONV", name, operands, Tensor(out_shape, FLOAT32), options, None,
                 float_runs(name, operands), tolerance=True)
        return
    if kind == INT16:
        x_scale, x_zero, out_zero = x_scale / 256, 0, 0
    x_scale = f32(x_scale)
    w_scales = [f32(w_scale * random.real(0.3, 1.0)) for _ in range(channels)] if per_channel else [f32(w_scale)]
    if out_scale is None:
        taps = max(1, kernel[0] * kernel[1] * x[3] / (strides[0] * strides[1]))
        out_scale = x_scale * w_scale * 0.6 * math.sqrt(taps) * 74 * 74 / 45
        if bias == "wrapping":
            out_scale = x_scale * w_scale * 2**31 / 90
        if bias == "beyond_2_40":
            out_scale = x_scale * w_scale * 2**46 / 40000
    out_scale = f32(out_scale)
    w = weights_of(random, math.prod(w_shape), weights)
    if kind == INT8:
        b, bias_type = biases_of(random, channels, bias), INT32
    else:
        b, bias_type = wide_biases(random, channels, "s64" if bias == "normal" else bias)
    multipliers = [exact.quantize_multiplier(x_scale * s / out_scale)
                   for s in (w_scales * channels if len(w_scales) == 1 else w_scales)]
    limits = exact.activation_range(activation, out_scale, out_zero, TYPE_CODE[kind])
    operands = [shape, Tensor(w_shape, INT8, w_scales if per_channel else w_scales[0], 0, data=w),
                Tensor(list(x), kind, x_scale, x_zero)]
    if b is not None:
        bias_scales = [f32(x_scale * s) for s in w_scales]
        operands.append(Tensor([channels], bias_type, bias_scales if per_channel else bias_scales[0], 0, data=b))

    def expect(inputs):
        return wide.transpose_convolution(inputs[-1], x, x_zero, w, w_shape, b, out_shape, pads, strides, multipliers,
                                          out_zero, limits, kind == INT16)

    low, high = exact.LIMITS[TYPE_CODE[kind]]
    runs = [([out_shape] if given else []) + [values.integers(math.prod(x), low, high)]
            for values in (Random("x/%d/" % k + name) for k in range(2))]
    add_case("TRANSPOSE_CONV", name, operands, Tensor(out_shape, kind, out_scale, out_zero), options, expect, runs)


def transpose_conv_cases(kind):
    def case(name, **settings):
        transpose_conv_case(name, kind, **settings)

    case("same_3x3_stride_2")
    case("valid_3x3_stride_2", padding="VALID")
    case("same_3x3_stride_1", strides=(1, 1))
    case("valid_3x3_stride_1", strides=(1, 1), padding="VALID")
    case("same_4x4_stride_2", kernel=(4, 4))
    case("same_2x2_stride_2", kernel=(2, 2))
    case("same_1x1_stride_2", kernel=(1, 1))
    case("valid_2x3_stride_3x2", kernel=(2, 3), strides=(3, 2), padding="VALID")
    case("same_5x2_stride_1x3", kernel=(5, 2), strides=(1, 3))
    case("same_odd_output", out=(5, 7))
    case("valid_larger_output", padding="VALID", out=(8, 10))
    case("batch_2", x=(2, 3, 2, 2))
    case("one_row", x=(1, 1, 5, 4), kernel=(1, 4), strides=(1, 2))
    case("no_bias", bias="none")
    if kind != FLOAT32:
        case("output_shape_is_an_input", given=True)
    if kind == FLOAT32:
        return
    case("relu", activation="RELU")
    case("relu6", activation="RELU6")
    case("per_tensor", per_channel=False)
    case("saturating_weights", weights="saturating")
    case("left_shift", out_scale=0.0473 * 0.0091 / 2.9 / (256 if kind == INT16 else 1), kernel=(1, 1), bias="none")
    if kind == INT8:
        case("wrapping_bias", bias="wrapping", weights="saturating")
        case("zero_points_at_the_ends", x_zero=-128, out_zero=127)
        case("zero_points_at_the_other_ends", x_zero=127, out_zero=-128)
    else:
        case("bias_s16", bias="s16")
        case("bias_beyond_2_40", bias="beyond_2_40")


# --- SVDF -------------------------------------------------------------------

def svdf_case(name, kind, batch=1, width=6, units=3, rank=1, memory=4, activation="NONE", bias="normal",
              scales=(0.05, 0.01, 0.012, 0.04, 0.06), zeros=(-3, 0, 5), weights="random", steps=6):
    """kind: the type of the state: INT8, INT16 or FLOAT32."""
    random = Random("weights/SVDF/%d/" % kind + name)
    filters = units * rank
    options = {0: number(rank), 1: byte(ACTIVATIONS[activation])}
    if kind == FLOAT32:
        operands = [Tensor([batch, width], FLOAT32),
                    Tensor([filters, width], FLOAT32, data=reals(random, filters * width)),
                    Tensor([filters, memory], FLOAT32, data=reals(random, filters * memory)),
                    Tensor([units], FLOAT32, data=reals(random, units)),
                    Tensor([batch, filters * memory], FLOAT32, variable=True)]
        add_case("SVDF", name, operands, Tensor([batch, units], FLOAT32), options, None,
                 float_runs(name, operands, [1.0] * steps), stateful=True, tolerance=True)
        return
    scales = [f32(s) for s in scales]
    if kind == INT16:
        scales[2], scales[3] = f32(scales[2] / 256), f32(scales[3] / 256)
        zeros = (zeros[0], 0, zeros[2])
    low, high = exact.LIMITS[TYPE_CODE[kind]]
    features = weights_of(random, filters * width, weights)
    times = ([(low, high)[random.integer(0, 1)] for _ in range(filters * memory)] if weights == "saturating" else
             random.integers(filters * memory, low + 1, high))
    b = biases_of(random, units, bias)
    operands = [Tensor([batch, width], INT8, scales[0], zeros[0]),
                Tensor([filters, width], INT8, scales[1], 0, data=features),
                Tensor([filters, memory], kind, scales[2], 0, data=times),
                Tensor([units], INT32, f32(scales[3] * scales[2]), 0, data=b),
                Tensor([batch, filters * memory], kind, scales[3], zeros[1], variable=True)]
    state = {}

    def expect(inputs, reset=True):
        if reset:
            state["cell"] = [zeros[1]] * (batch * filters * memory)
        return wide.svdf(inputs[0], batch, width, features, times, memory, rank, b, scales, zeros, state["cell"],
                         TYPE_CODE[kind])

    expect.state = state
    add_case("SVDF", name, operands, Tensor([batch, units], INT8, scales[4], zeros[2]), options, expect, stateful=True,
             count=steps)


def svdf_cases(kind):
    def case(name, **settings):
        svdf_case(name, kind, **settings)

    case("rank_1")
    case("rank_2", rank=2)
    case("rank_3_batch_2", rank=3, batch=2, units=2)
    case("memory_1", memory=1)
    case("one_unit", units=1, width=1, memory=9, steps=12)
    case("wider", width=40, units=8, memory=8, scales=(0.05, 0.01, 0.012, 0.08, 0.12))
    case("relu", activation="RELU")
    if kind == FLOAT32:
        case("relu6", activation="RELU6")
        case("relu_n1_to_1", activation="RELU_N1_TO_1")
        return
    case("saturating", weights="saturating", scales=(0.05, 0.01, 0.012, 0.002, 0.06))
    case("wrapping_bias", bias="wrapping", scales=(0.05, 0.01, 0.012, 0.04, 3000.0))
    case("input_zero_point_lowest", zeros=(-128, 0, 127))
    case("input_zero_point_highest", zeros=(127, 0, -128))
    case("left_shifts", scales=(0.05, 0.9, 0.5, 0.004, 0.0006), width=2)
    if kind == INT8:
        case("state_zero_point", zeros=(3, 17, -9))
        case("state_zero_point_wraps", zeros=(3, 120, -9), weights="saturating",
             scales=(0.05, 0.01, 0.012, 0.002, 0.06))
    else:
        case("sums_wrap", weights="saturating", memory=10, rank=2, width=8, scales=(0.05, 0.9, 0.012, 0.001, 0.9),
             steps=12)


def families():
    arithmetic = lambda operator, kind: lambda: arithmetic_cases(operator, kind)
    of_kind = lambda cases, kind: lambda: cases(kind)
    new = (leaky_relu_cases, transpose_conv_cases, svdf_cases)
    return {
        "int8": [arithmetic("SUB", INT8), strided_slice_cases] + [of_kind(c, INT8) for c in new],
        "s16": [convolution_cases, depthwise_cases, fully_connected_cases, softmax_cases, arithmetic("ADD", INT16),
                arithmetic("SUB", INT16), sigmoid_cases, relu_wide_cases, product_cases, pool_wide_cases,
                sum_wide_cases] + [of_kind(c, INT16) for c in new],
        "f32": [arithmetic("SUB", FLOAT32)] + [of_kind(c, FLOAT32) for c in new],
        "computed": [computed_cases],
    }


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in families():
        sys.exit(__doc__)
    sys.exit(main(families()[sys.argv.pop(1)]))
