#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes one-operator .tflite models and inputs, and outputs if a runner is named.

    operator_cases.py --out DIR [--runner COMMAND] [--check] [--only OPERATOR]

writes DIR/<operator>/<case>/model.tflite and input<k>.bin (a model of several
inputs: input<k>_<i>.bin), k counting the runs, and DIR/cases.json. COMMAND is called as

    COMMAND MODEL OUTDIR [--seq] INPUT...

and writes OUTDIR/output_<j>.bin for one run from reset; its output is stored as
output<k>.bin. A case that the runner refuses is removed. Models with state also get
seq_output<k>.bin: the runs in the order of k without a reset between them (the
runner is then given the inputs of all runs, with --seq, and writes
OUTDIR/output<k>_<j>.bin), and state<k>.bin: the last variable tensor (the cell state)
after run k from reset (the runner is given --tensors and writes tensor n to OUTDIR/t<n>.bin;
a runner that does not is no error). --check compares each output with exact_arithmetic.py.
"""

import argparse
import json
import math
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import exact_arithmetic as exact
from exact_arithmetic import f32
from tflite_writer import (FLOAT32, INT8, INT16, INT32, INT64, UINT8, TYPE_CODE, Scalar, Tensor,
                           one_operator_model, pack, unpack)

ACTIVATIONS = {"NONE": 0, "RELU": 1, "RELU_N1_TO_1": 2, "RELU6": 3, "TANH": 4}
PADDINGS = {"SAME": 0, "VALID": 1}


class Random:
    """SplitMix64: the same numbers in every version of Python."""

    def __init__(self, name):
        self.state = 0
        for letter in name.encode():
            self.state = (self.state * 1099511628211 + letter + 1) % 2**64

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return z ^ z >> 31

    def integer(self, low, high):
        return low + self.bits() % (high - low + 1)

    def real(self, low, high):
        return low + (high - low) * (self.bits() >> 11) / 2**53

    def integers(self, count, low, high):
        return [self.integer(low, high) for _ in range(count)]


@dataclass
class Case:
    operator: str
    name: str
    operands: list
    result: Tensor
    options: dict
    expect: object  # function of the list of input value lists, giving output values
    runs: list = field(default_factory=list)  # per run: list of value lists, one per input
    stateful: bool = False
    tolerance: bool = False  # the outputs are floats that need only be near the reference's
    model: object = None  # bytes of a model of several operators; then operands are its inputs
    results: list = None  # of a model of several outputs

    def __post_init__(self):
        self.results = self.results or [self.result]


CASES = []


def add_case(operator, name, operands, result, options, expect, runs=None, stateful=False, count=2, tolerance=False):
    inputs = [t for t in operands if t is not None and t.data is None and not t.variable]
    random = Random(operator + "/" + name)
    if runs is None:
        runs = []
        for k in range(count):
            run = []
            for tensor in inputs:
                size = tensor.elements()
                low, high = (-1, 1) if tensor.type == FLOAT32 else exact.LIMITS[TYPE_CODE[tensor.type]]
                if k == 0:
                    run.append(random.integers(size, low, high))
                else:  # noise near the zero point, with some extremes
                    center = int(tensor.zero_points()[0]) if tensor.scale is not None else 0
                    run.append([(low, low, high)[random.integer(0, 2)] if random.integer(0, 5) == 0 else
                                exact.clamp(center + random.integer(-25, 25), low, high) for _ in range(size)])
            runs.append(run)
    CASES.append(Case(operator, name, operands, result, options, expect, runs, stateful, tolerance))


def byte(value):
    return Scalar("B", int(value))


def number(value):
    return Scalar("i", value)


def weights_of(random, count, kind):
    if kind == "saturating":
        return [(-128, 127)[random.integer(0, 1)] for _ in range(count)]
    if kind == "zero":
        return [0] * count
    if kind == "lowest":
        return [-128] * count
    return random.integers(count, -127, 127)


def biases_of(random, count, kind):
    if kind == "none":
        return None
    if kind == "wrapping":  # close to the ends of int32, so that sums wrap around
        return [sign * (2**31 - 1 - random.integer(0, 3000)) for sign, _ in
                zip([1, -1] * count, range(count))]
    if kind == "beyond_2_30":
        return [(-1, 1)[random.integer(0, 1)] * random.integer(2**30, 2**31 - 1) for _ in range(count)]
    return random.integers(count, -20000, 20000)


def split_bias(first, second, zero_point, target):
    """A bias that two almost equal multipliers requantize to different values, or 0."""
    def boundary(multiplier):
        low, high = 0, 2**31 - 1
        while low < high:
            middle = (low + high) // 2
            if exact.requantize(middle, *multiplier) + zero_point >= target:
                high = middle
            else:
                low = middle + 1
        return low

    a, b = boundary(exact.quantize_multiplier(first)), boundary(exact.quantize_multiplier(second))
    return (a + b) // 2 if abs(a - b) > 1 else 0


# --- CONV_2D and DEPTHWISE_CONV_2D ------------------------------------------

def convolution_case(name, x=(1, 7, 6, 3), kernel=(3, 3), channels=4, padding="SAME", strides=(1, 1),
                     dilations=(1, 1), activation="NONE", per_channel=True, bias="normal", x_zero=-3,
                     out_zero=5, weights="random", multiplier=0, groups=1, x_scale=0.0473, w_scale=0.0091,
                     out_scale=None, split=False, w_zero=0):
    operator = "DEPTHWISE_CONV_2D" if multiplier else "CONV_2D"
    random = Random("weights/" + operator + name)
    if multiplier:
        channels, depth = x[3] * multiplier, 1
        w_shape = [1, kernel[0], kernel[1], channels]
    else:
        depth = x[3] // groups
        w_shape = [channels, kernel[0], kernel[1], depth]
    sizes, pads = zip(*(exact.padding(padding, x[1 + d], kernel[d], strides[d], dilations[d]) for d in (0, 1)))
    out_shape = [x[0], sizes[0], sizes[1], channels]
    x_scale = f32(x_scale)
    w_scales = [f32(w_scale * random.real(0.3, 1.0)) for _ in range(channels)] if per_channel else [f32(w_scale)]
    if out_scale is None:
        taps = kernel[0] * kernel[1] * depth
        out_scale = x_scale * w_scale * 0.6 * math.sqrt(taps) * 74 * 74 / 45
        if bias == "wrapping":
            out_scale = x_scale * w_scale * 2**31 / 90
        if bias == "beyond_2_30":
            out_scale = x_scale * w_scale * 2**31 / 150
    out_scale = f32(out_scale)
    w = weights_of(random, math.prod(w_shape), weights)
    b = biases_of(random, channels, bias)
    all_scales = w_scales * channels if len(w_scales) == 1 else w_scales
    if split:
        b = [split_bias(x_scale * s / out_scale, f32(x_scale * s) / out_scale, out_zero, 110 - c)
             for c, s in enumerate(all_scales)]
    multipliers = [exact.quantize_multiplier(x_scale * s / out_scale) for s in all_scales]
    limits = exact.activation_range(activation, out_scale, out_zero)
    scale = w_scales if per_channel else w_scales[0]
    operands = [Tensor(list(x), INT8, x_scale, x_zero),
                Tensor(w_shape, INT8, scale, w_zero, dimension=3 if multiplier else 0, data=w)]
    if b is not None:
        bias_scales = [f32(x_scale * s) for s in w_scales]
        operands.append(Tensor([channels], INT32, bias_scales if per_channel else bias_scales[0], 0, data=b))
    result = Tensor(out_shape, INT8, out_scale, out_zero)
    options = {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0])}
    tail = {0: byte(ACTIVATIONS[activation]), 1: number(dilations[1]), 2: number(dilations[0])}
    first = 4 if multiplier else 3
    options.update({first + slot: value for slot, value in tail.items()})
    if multiplier:
        options[3] = number(multiplier)

    def expect(inputs):
        return exact.convolution(inputs[0], x, x_zero, w, w_shape, b, out_shape, pads, strides, dilations,
                                 multipliers, out_zero, limits, multiplier)

    add_case(operator, name, operands, result, options, expect)


def convolution_cases():
    for multiplier in (0, 1):
        def case(name, **settings):
            convolution_case(name, multiplier=multiplier, **settings)

        case("same_3x3")
        case("valid_3x3", padding="VALID")
        case("same_1x1", kernel=(1, 1))
        case("valid_1x1_stride_2", kernel=(1, 1), padding="VALID", strides=(2, 2))
        case("same_5x3_stride_2x1", kernel=(5, 3), strides=(2, 1), activation="RELU")
        case("same_2x2_even", kernel=(2, 2), x=(1, 5, 6, 2))
        case("same_4x2_stride_3x2", kernel=(4, 2), strides=(3, 2), x=(1, 9, 8, 2))
        case("valid_2x4_stride_1x3", kernel=(2, 4), strides=(1, 3), padding="VALID", x=(1, 6, 11, 2))
        case("same_stride_3", strides=(3, 3), x=(1, 8, 10, 3), activation="RELU6", out_scale=0.05)
        case("same_dilation_2", dilations=(2, 2), x=(1, 8, 7, 2))
        case("valid_dilation_3x2", dilations=(3, 2), padding="VALID", x=(1, 9, 8, 2))
        case("same_dilation_1x3", dilations=(1, 3), x=(1, 5, 9, 2))
        case("same_dilation_2_stride_2", dilations=(2, 2), strides=(2, 2), x=(1, 9, 9, 2))
        case("kernel_larger_than_image", kernel=(5, 5), x=(1, 3, 2, 2))
        case("whole_image_kernel", kernel=(4, 5), x=(1, 4, 5, 3), padding="VALID")
        case("batch_2", x=(2, 5, 4, 3), activation="RELU")
        case("no_bias", bias="none")
        case("per_tensor", per_channel=False)
        case("per_tensor_relu6", per_channel=False, activation="RELU6", out_scale=0.04, out_zero=-128)
        case("relu_n1_to_1", activation="RELU_N1_TO_1", out_scale=0.013)
        case("input_zero_point_lowest", x_zero=-128, out_zero=127)
        case("input_zero_point_highest", x_zero=127, out_zero=-128, weights="saturating")
        case("saturating_weights", weights="saturating", x_zero=0)
        case("wrapping_bias", bias="wrapping", weights="saturating")
        case("bias_beyond_2_30", bias="beyond_2_30")
        case("left_shift_wraps", bias="beyond_2_30", out_scale=0.0473 * 0.0091 / 5.3)
        case("left_shift_small", bias="normal", out_scale=0.0473 * 0.0091 / 2.9, kernel=(1, 1))
        case("multiplier_flushed_to_zero", x_scale=1e-6, w_scale=1e-7, out_scale=50.0)
        case("ties", x_scale=0.5, w_scale=0.25, out_scale=16.0, per_channel=False, x_zero=0, out_zero=0)
        case("ties_negative", x_scale=0.5, w_scale=0.25, out_scale=32.0, per_channel=False, x_zero=-1,
             out_zero=-7, weights="saturating")
        case("scale_product_in_double", weights="zero", out_scale=0.0473 * 0.0091 * 2**23, split=True,
             per_channel=False)
        case("scale_product_in_double_per_channel", weights="zero", out_scale=0.0473 * 0.0091 * 2**23, split=True)
        case("wide", x=(1, 3, 4, 19), channels=17, kernel=(3, 3))
    convolution_case("one_output_channel", channels=1)
    convolution_case("one_dimensional_rows", x=(1, 1, 12, 5), kernel=(1, 4), strides=(1, 2))
    convolution_case("pointwise_many_channels", x=(1, 3, 3, 33), kernel=(1, 1), channels=21)
    convolution_case("groups_2", x=(1, 5, 5, 4), groups=2, channels=6)
    convolution_case("filter_zero_point_ignored", per_channel=False, w_zero=9)
    convolution_case("depth_multiplier_2", multiplier=2)
    convolution_case("depth_multiplier_3_valid_stride_2", multiplier=3, padding="VALID", strides=(2, 2))
    convolution_case("depth_multiplier_4_one_channel", multiplier=4, x=(1, 8, 5, 1), kernel=(4, 3), strides=(2, 2),
                     activation="RELU")
    convolution_case("depth_multiplier_2_batch_2_dilation_2", multiplier=2, x=(2, 6, 5, 3), dilations=(2, 1))
    convolution_case("unequal_strides", multiplier=1, strides=(2, 1), x=(1, 7, 6, 4))


# --- FULLY_CONNECTED --------------------------------------------------------

def fully_connected_case(name, x=(1, 24), columns=7, activation="NONE", per_channel=False, bias="normal",
                         x_zero=-3, out_zero=5, weights="random", keep=False, x_scale=0.0473, w_scale=0.0091,
                         out_scale=None, split=False, depth=None, absent_bias=False):
    random = Random("weights/FULLY_CONNECTED" + name)
    depth = depth or x[-1]
    rows = math.prod(x) // depth
    x_scale = f32(x_scale)
    w_scales = [f32(w_scale * random.real(0.3, 1.0)) for _ in range(columns)] if per_channel else [f32(w_scale)]
    if out_scale is None:
        out_scale = x_scale * w_scale * math.sqrt(depth) * 74 * 74 / 45
        if bias == "wrapping":
            out_scale = x_scale * w_scale * 2**31 / 90
        if bias == "beyond_2_30":
            out_scale = x_scale * w_scale * 2**31 / 150
    out_scale = f32(out_scale)
    all_scales = w_scales * columns if len(w_scales) == 1 else w_scales
    in_double = [x_scale * s / out_scale for s in all_scales]
    in_float = [f32(x_scale * s) / out_scale for s in all_scales]
    w = weights_of(random, columns * depth, weights)
    b = biases_of(random, columns, bias)
    if split:
        b = [split_bias(p, q, out_zero, 110 - c) for c, (p, q) in enumerate(zip(in_double, in_float))]
    multipliers = [exact.quantize_multiplier(r) for r in (in_double if per_channel else in_float)]
    limits = exact.activation_range(activation, out_scale, out_zero)
    operands = [Tensor(list(x), INT8, x_scale, x_zero),
                Tensor([columns, depth], INT8, w_scales if per_channel else w_scales[0], 0, data=w)]
    if b is not None:
        bias_scales = [f32(x_scale * s) for s in w_scales]
        operands.append(Tensor([columns], INT32, bias_scales if per_channel else bias_scales[0], 0, data=b))
    elif absent_bias:
        operands.append(None)
    out_shape = list(x[:-1]) + [columns] if keep else [rows, columns]

    def expect(inputs):
        return exact.fully_connected(inputs[0], x_zero, w, 0, depth, b, rows, columns, multipliers, out_zero,
                                     limits)

    add_case("FULLY_CONNECTED", name, operands, Tensor(out_shape, INT8, out_scale, out_zero),
             {0: byte(ACTIVATIONS[activation]), 2: byte(keep)}, expect)


def fully_connected_cases():
    case = fully_connected_case
    case("plain")
    case("batch_3", x=(3, 20))
    case("relu", activation="RELU", out_zero=-128)
    case("relu6", activation="RELU6", out_scale=0.05, out_zero=-20, x=(6, 24), w_scale=0.003)
    case("relu_n1_to_1", activation="RELU_N1_TO_1", out_scale=0.013, x=(6, 24), w_scale=0.0007)
    case("no_bias", bias="none")
    case("absent_bias", bias="none", absent_bias=True)
    case("per_channel", per_channel=True)
    case("per_channel_batch_2_no_bias", per_channel=True, x=(2, 33), columns=5, bias="none")
    case("keep_num_dims", x=(2, 3, 10), keep=True)
    case("keep_num_dims_rank_4", x=(1, 2, 2, 9), keep=True, per_channel=True)
    case("flattened_rank_4", x=(1, 2, 3, 4), depth=24)
    case("rank_3_to_rows", x=(2, 3, 8))
    case("one_output", columns=1)
    case("one_input", x=(4, 1), columns=6)
    case("input_zero_point_lowest", x_zero=-128, out_zero=127)
    case("input_zero_point_highest", x_zero=127, out_zero=-128, weights="saturating")
    case("saturating_weights", weights="saturating", x=(1, 200), columns=4)
    case("wrapping_bias", bias="wrapping", weights="saturating")
    case("bias_beyond_2_30", bias="beyond_2_30")
    case("left_shift_wraps", bias="beyond_2_30", out_scale=0.0473 * 0.0091 / 5.3)
    case("ties", x_scale=0.5, w_scale=0.25, out_scale=16.0, x_zero=0, out_zero=0, x=(4, 16))
    case("multiplier_flushed_to_zero", x_scale=1e-6, w_scale=1e-7, out_scale=50.0)
    case("scale_product_in_float", weights="zero", out_scale=0.0473 * 0.0091 * 2**23, split=True)
    case("scale_product_in_double_per_channel", weights="zero", out_scale=0.0473 * 0.0091 * 2**23, split=True,
         per_channel=True)


# --- pools ------------------------------------------------------------------

def pool_case(operator, name, x=(1, 7, 6, 3), window=(2, 2), strides=(2, 2), padding="VALID",
              activation="NONE", scale=0.031, zero_point=4, kind=INT8, out_scale=None):
    sizes, pads = zip(*(exact.padding(padding, x[1 + d], window[d], strides[d]) for d in (0, 1)))
    out_shape = [x[0], sizes[0], sizes[1], x[3]]
    out_scale = scale if out_scale is None else out_scale
    code = TYPE_CODE[kind]
    limits = exact.activation_range(activation, out_scale, zero_point, code)

    def expect(inputs):
        return exact.pool(inputs[0], x, out_shape, pads, strides, window, limits,
                          operator == "AVERAGE_POOL_2D", exact.LIMITS[code][0])

    add_case(operator, name, [Tensor(list(x), kind, f32(scale), zero_point)],
             Tensor(out_shape, kind, f32(out_scale), zero_point),
             {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0]), 3: number(window[1]),
              4: number(window[0]), 5: byte(ACTIVATIONS[activation])}, expect)


def pool_cases():
    for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        def case(name, **settings):
            pool_case(operator, name, **settings)

        case("valid_2x2")
        case("same_2x2", padding="SAME")
        case("same_3x3_stride_1", padding="SAME", window=(3, 3), strides=(1, 1))
        case("same_5x3_stride_2x3", padding="SAME", window=(5, 3), strides=(2, 3), x=(1, 9, 8, 2))
        case("valid_1x1_stride_3", window=(1, 1), strides=(3, 3))
        case("valid_3x2_stride_1x2", window=(3, 2), strides=(1, 2))
        case("whole_image", window=(7, 6), strides=(7, 6))
        case("window_larger_than_image", padding="SAME", window=(5, 5), strides=(1, 1), x=(1, 2, 3, 4))
        case("batch_2", x=(2, 4, 5, 3))
        case("relu", activation="RELU", zero_point=-10)
        case("relu6", activation="RELU6", zero_point=-100, scale=0.05)
        case("relu_n1_to_1", activation="RELU_N1_TO_1", zero_point=7, scale=0.0213)
        case("zero_point_lowest", zero_point=-128, padding="SAME", window=(3, 3))
        case("zero_point_highest", zero_point=127, padding="SAME", window=(3, 3))
        case("scales_almost_equal", scale=0.031, out_scale=0.0310009)
        case("one_channel_wide", x=(1, 1, 40, 1), window=(1, 4), strides=(1, 2))
        case("int16", kind=INT16, zero_point=0, padding="SAME", window=(3, 3))
        case("int16_relu6", kind=INT16, zero_point=0, scale=0.0004, activation="RELU6")


# --- MEAN -------------------------------------------------------------------

def mean_case(name, x=(1, 4, 5, 3), axes=(1, 2), keep=False, in_scale=0.04, out_scale=0.04, x_zero=3, out_zero=3,
              kind=INT8):
    resolved = {axis % len(x) for axis in axes}
    out_shape = [1 if axis in resolved else size for axis, size in enumerate(x) if keep or axis not in resolved]
    in_scale, out_scale = f32(in_scale), f32(out_scale)

    def expect(inputs):
        return exact.mean(inputs[0], x, x_zero, axes, in_scale / out_scale, out_zero,
                          exact.LIMITS[TYPE_CODE[kind]])

    add_case("MEAN", name, [Tensor(list(x), kind, in_scale, x_zero), Tensor([len(axes)], INT32, data=list(axes))],
             Tensor(out_shape, kind, out_scale, out_zero), {0: byte(keep)}, expect)


def mean_cases():
    case = mean_case
    case("spatial")
    case("spatial_keep_dims", keep=True)
    case("spatial_other_scale", out_scale=0.013, out_zero=-20)
    case("spatial_other_zero_point", out_zero=-128, x_zero=127)
    case("spatial_larger_scale", out_scale=0.11, x_zero=-128)
    case("axes_swapped", axes=(2, 1), keep=True)
    case("axis_negative", axes=(-1,))
    case("axis_0", axes=(0,), x=(3, 2, 2, 5))
    case("axis_1_keep_dims", axes=(1,), keep=True, out_scale=0.03)
    case("axis_2", axes=(2,), out_scale=0.021, out_zero=9)
    case("axes_duplicate", axes=(1, -3), x=(2, 6, 3, 2))
    case("axes_all", axes=(0, 1, 2, 3))
    case("axes_all_keep_dims", axes=(0, 1, 2, 3), keep=True, out_scale=0.011)
    case("axes_1_3", axes=(1, 3), x=(2, 3, 4, 5))
    case("rank_2", x=(4, 17), axes=(1,))
    case("rank_3", x=(2, 7, 9), axes=(1,), keep=True, out_scale=0.017)
    case("rank_1", x=(31,), axes=(0,), keep=True)
    case("rank_5", x=(2, 2, 3, 2, 3), axes=(1, 3))
    case("count_power_of_two", x=(1, 4, 4, 6))
    case("count_1", x=(2, 1, 1, 9), out_scale=0.05)
    case("count_large", x=(1, 17, 19, 2), out_scale=0.009, out_zero=-4)
    case("upscaled", in_scale=0.3, out_scale=0.004)
    case("scale_tiny", in_scale=1e-9, out_scale=4.0, out_zero=11)
    case("int16", kind=INT16, x_zero=0, out_zero=0, in_scale=0.0004, out_scale=0.0003)


# --- ADD and MUL ------------------------------------------------------------

def arithmetic_case(operator, name, a=(1, 3, 4, 5), b=None, activation="NONE", scales=(0.031, 0.047, 0.06),
                    zeros=(3, -7, 5), constant=False, kind=INT8):
    b = a if b is None else b
    rank = max(len(a), len(b))
    wide = [[1] * (rank - len(s)) + list(s) for s in (a, b)]
    out_shape = [max(p, q) for p, q in zip(*wide)]
    scales = [f32(s) for s in scales]
    code = TYPE_CODE[kind]
    limits = exact.activation_range(activation, scales[2], zeros[2], code)
    if operator == "ADD":
        element = exact.add_element(scales, zeros, limits, 15 if kind == INT16 else 20)
    else:
        element = exact.mul_element(scales, zeros, limits)
    data = None
    if constant:
        data = Random("constant/" + operator + name).integers(math.prod(b), *exact.LIMITS[code])

    def expect(inputs):
        return exact.broadcast(inputs[0], a, data or inputs[1], b, out_shape, element)

    add_case(operator, name, [Tensor(list(a), kind, scales[0], zeros[0]),
                              Tensor(list(b), kind, scales[1], zeros[1], data=data)],
             Tensor(out_shape, kind, scales[2], zeros[2]), {0: byte(ACTIVATIONS[activation])}, expect)


def arithmetic_cases():
    for operator in ("ADD", "MUL"):
        usual = (0.031, 0.047, 0.06) if operator == "ADD" else (0.031, 0.047, 0.12)

        def case(name, scales=usual, **settings):
            arithmetic_case(operator, name, scales=scales, **settings)

        case("same_shape")
        case("relu", activation="RELU")
        case("relu6", activation="RELU6", zeros=(0, 0, -60))
        case("relu_n1_to_1", activation="RELU_N1_TO_1", scales=(0.031, 0.02, 0.012))
        case("zero_points_extreme", zeros=(-128, 127, 127))
        case("zero_points_extreme_other", zeros=(127, 127, -128))
        case("equal_quantization", scales=(0.05, 0.05, 0.05), zeros=(1, 1, 1))
        case("powers_of_two", scales=(0.5, 0.25, 0.5), zeros=(0, 0, 0), a=(1, 8, 8, 4))
        case("scales_far_apart", scales=(0.9, 0.0007, 0.7))
        case("output_scale_small", scales=(0.02, 0.03, 0.0005))
        case("second_scalar", b=(1,))
        case("second_rank_0", b=())
        case("second_constant_scalar", b=(1,), constant=True)
        case("first_scalar", a=(1, 1, 1, 1), b=(1, 3, 4, 5))
        case("channel", b=(5,))
        case("channel_rank_4", b=(1, 1, 1, 5))
        case("channel_constant", b=(1, 1, 1, 5), constant=True)
        case("row", b=(4, 5))
        case("column", b=(1, 3, 1, 1))
        case("both_broadcast", a=(1, 3, 1, 5), b=(1, 1, 4, 1))
        case("batch", a=(2, 3, 2, 3), b=(1, 3, 2, 3))
        case("ranks_2_and_3", a=(4, 5), b=(3, 1, 5))
        case("rank_1", a=(17,))
        case("rank_5", a=(2, 1, 3, 2, 3), b=(1, 4, 3, 1, 3))
        case("rank_6", a=(1, 2, 1, 3, 2, 2), b=(2, 1, 2, 1, 2, 1))
        case("squeeze_and_excite", a=(1, 4, 4, 6), b=(1, 1, 1, 6), zeros=(-128, -128, 4))
        case("int16", kind=INT16, zeros=(0, 0, 0), scales=(0.0003, 0.0002, 0.0004 if operator == "ADD" else 0.002))
    arithmetic_case("MUL", "left_shift_wraps", scales=(3.0, 5.0, 2e-6), zeros=(0, 0, 0))


# --- PAD, RESHAPE, TRANSPOSE, RESIZE ----------------------------------------

def pad_case(name, x=(1, 3, 4, 2), paddings=((0, 0), (1, 2), (2, 0), (0, 0)), zero_point=-5, value=None,
             in_zero=None, kind=INT8):
    out_shape = [size + before + after for size, (before, after) in zip(x, paddings)]
    operands = [Tensor(list(x), kind, 0.05, zero_point if in_zero is None else in_zero),
                Tensor([len(x), 2], INT32, data=[v for pair in paddings for v in pair])]
    if value is not None:
        operands.append(Tensor([1], kind, 0.05, zero_point, data=[value]))
    around = value if value is not None else zero_point if kind == INT8 else 0
    add_case("PADV2" if value is not None else "PAD", name, operands, Tensor(out_shape, kind, 0.05, zero_point), {},
             lambda inputs: exact.pad(inputs[0], x, paddings, around, out_shape), count=1)


def pad_cases():
    case = pad_case
    case("spatial")
    case("one_side", paddings=((0, 0), (0, 1), (0, 1), (0, 0)), zero_point=-128)
    case("channels", paddings=((0, 0), (0, 0), (0, 0), (1, 3)))
    case("all_dimensions", paddings=((1, 0), (0, 2), (1, 1), (2, 1)))
    case("nothing", paddings=((0, 0),) * 4)
    case("rank_1", x=(5,), paddings=((2, 3),))
    case("rank_2", x=(3, 4), paddings=((1, 0), (0, 2)), zero_point=127)
    case("rank_3", x=(2, 3, 2), paddings=((0, 1), (1, 1), (2, 0)))
    case("rank_5", x=(1, 2, 2, 2, 2), paddings=((0, 1), (1, 0), (0, 0), (1, 1), (0, 2)))
    case("input_zero_point_differs", in_zero=40)
    case("int16", kind=INT16, zero_point=0)
    for name, value in (("value", 77), ("value_lowest", -128)):
        case(name, value=value)
    case("value_rank_2", x=(3, 4), paddings=((1, 0), (0, 2)), value=-1)
    case("value_all_dimensions", paddings=((1, 0), (0, 2), (1, 1), (2, 1)), value=127)


def moving_cases():
    for name, x, out in (("flatten", (1, 2, 3, 4), (1, 24)), ("expand", (24,), (1, 2, 3, 4)),
                         ("rank_2_to_3", (4, 6), (2, 3, 4)), ("same", (2, 5), (2, 5))):
        shape = Tensor([len(out)], INT32, data=list(out))
        add_case("RESHAPE", name, [Tensor(list(x), INT8, 0.1, 3), shape], Tensor(list(out), INT8, 0.1, 3), {},
                 lambda inputs: inputs[0], count=1)
    add_case("RESHAPE", "shape_tensor_with_minus_1",
             [Tensor([1, 2, 3, 4], INT8, 0.1, 3), Tensor([2], INT32, data=[-1, 6])],
             Tensor([4, 6], INT8, 0.1, 3), {}, lambda inputs: inputs[0], count=1)
    add_case("RESHAPE", "shape_tensor_not_read",
             [Tensor([1, 2, 3, 4], INT8, 0.1, 3), Tensor([2], INT32, data=[3, 8])],
             Tensor([4, 6], INT8, 0.1, 3), {}, lambda inputs: inputs[0], count=1)
    add_case("RESHAPE", "without_shape_tensor", [Tensor([2, 6], INT8, 0.1, 3)], Tensor([3, 4], INT8, 0.1, 3), {},
             lambda inputs: inputs[0], count=1)
    add_case("RESHAPE", "int16", [Tensor([2, 6], INT16, 0.1, 0), Tensor([1], INT32, data=[12])],
             Tensor([12], INT16, 0.1, 0), {}, lambda inputs: inputs[0], count=1)

    for x, perm in (((7,), (0,)), ((3, 5), (1, 0)), ((3, 5), (0, 1)), ((2, 3, 4), (2, 0, 1)), ((2, 3, 4), (1, 2, 0)),
                    ((2, 3, 4), (0, 2, 1)), ((1, 3, 4, 5), (0, 3, 1, 2)), ((1, 4, 5, 3), (0, 2, 1, 3)),
                    ((2, 3, 4, 5), (3, 2, 1, 0)), ((2, 3, 4, 2), (2, 3, 0, 1)), ((2, 3, 2, 2, 3), (4, 2, 0, 3, 1)),
                    ((2, 1, 3, 2, 2), (1, 0, 2, 4, 3)), ((1, 2, 3, 2, 2, 2), (0, 2, 1, 4, 3, 5))):
        name = "rank_%d_perm_%s" % (len(x), "".join(map(str, perm)))
        add_case("TRANSPOSE", name, [Tensor(list(x), INT8, 0.1, 3), Tensor([len(perm)], INT32, data=list(perm))],
                 Tensor([x[p] for p in perm], INT8, 0.1, 3), {},
                 lambda inputs, x=x, perm=perm: exact.transpose(inputs[0], x, perm), count=1)
    x, perm = (2, 3, 4), (2, 1, 0)
    add_case("TRANSPOSE", "int16", [Tensor(list(x), INT16, 0.1, 0), Tensor([3], INT32, data=list(perm))],
             Tensor([x[p] for p in perm], INT16, 0.1, 0), {},
             lambda inputs: exact.transpose(inputs[0], (2, 3, 4), (2, 1, 0)), count=1)

    # sizes at which the f32 arithmetic gives another index than exact arithmetic would
    rounded = {(False, False): ((1, 26, 14, 1), (22, 46)), (False, True): ((1, 14, 2, 1), (23, 41)),
               (True, False): ((1, 14, 8, 1), (23, 47)), (True, True): ((1, 14, 8, 1), (12, 24))}
    for corners in (False, True):
        for centers in (False, True):
            for x, size in (rounded[corners, centers], ((1, 3, 4, 2), (6, 8)), ((1, 7, 5, 2), (3, 2)),
                            ((1, 4, 5, 3), (7, 11)),
                            ((2, 3, 2, 2), (5, 1)), ((1, 1, 6, 1), (4, 13)), ((1, 10, 10, 1), (3, 6))):
                name = "%dx%d_to_%dx%d%s%s" % (x[1], x[2], size[0], size[1], "_align_corners" if corners else "",
                                               "_half_pixel_centers" if centers else "")

                def expect(inputs, x=x, size=size, corners=corners, centers=centers):
                    rows = [exact.nearest(i, x[1], size[0], corners, centers) for i in range(size[0])]
                    columns = [exact.nearest(i, x[2], size[1], corners, centers) for i in range(size[1])]
                    return [inputs[0][((b * x[1] + r) * x[2] + c) * x[3] + d] for b in range(x[0]) for r in rows
                            for c in columns for d in range(x[3])]

                add_case("RESIZE_NEAREST_NEIGHBOR", name,
                         [Tensor(list(x), INT8, 0.1, 3), Tensor([2], INT32, data=list(size))],
                         Tensor([x[0], size[0], size[1], x[3]], INT8, 0.1, 3), {0: byte(corners), 1: byte(centers)},
                         expect, count=1)


# --- SOFTMAX ----------------------------------------------------------------

def softmax_case(name, x=(1, 10), beta=1.0, scale=0.1, zero_point=4, kind=INT8, runs=None):
    beta, scale = f32(beta), f32(scale)
    result = Tensor(list(x), kind, 1 / 256 if kind == INT8 else 1 / 65536, -128 if kind == INT8 else -32768)
    add_case("SOFTMAX", name, [Tensor(list(x), INT8, scale, zero_point)], result, {0: Scalar("f", beta)},
             lambda inputs: exact.softmax(inputs[0], x[-1], beta, scale, TYPE_CODE[kind]), runs, count=3)


def softmax_cases():
    case = softmax_case
    case("ten_classes")
    case("twelve_classes_coarse", x=(1, 12), scale=0.37)
    case("two_classes", x=(3, 2), scale=0.05)
    case("one_class", x=(4, 1))
    case("rank_1", x=(9,), scale=0.03)
    case("rank_3", x=(2, 3, 6), scale=0.02)
    case("rank_4", x=(1, 2, 2, 7), scale=0.2)
    case("beta_half", beta=0.5)
    case("beta_2_5", beta=2.5, scale=0.04)
    case("beta_small", beta=0.01, scale=0.05)
    case("scale_fine", scale=0.0011, x=(2, 20))
    case("scale_1", scale=1.0)
    case("scale_huge", scale=70.0)
    case("zero_point_lowest", zero_point=-128, scale=0.07)
    case("wide", x=(1, 150), scale=0.06)
    case("all_differences", x=(1, 256), scale=0.043, runs=[[list(range(-128, 128))]])
    case("all_differences_fine", x=(1, 256), scale=0.0043, runs=[[list(range(-128, 128))]])
    case("equal_values", x=(1, 7), runs=[[[5] * 7], [[-128] * 7], [[127] * 7]])
    case("int16_output", kind=INT16)
    case("int16_output_rank_3", kind=INT16, x=(2, 2, 11), scale=0.03)
    case("int16_output_all_differences", kind=INT16, x=(1, 256), scale=0.043, runs=[[list(range(-128, 128))]])


# --- QUANTIZE and DEQUANTIZE ------------------------------------------------

def requantize_case(source, target, name, in_scale, out_scale, in_zero=0, out_zero=0, span=None):
    in_scale, out_scale = f32(in_scale), f32(out_scale)
    low, high = exact.LIMITS[TYPE_CODE[source]]
    if source in (INT8, UINT8):
        values = list(range(low, high + 1))
    else:
        random = Random("requantize/" + name)
        values = random.integers(100, -span, span) if span else random.integers(100, low, high)
        values += [low, low + 1, -1, 0, 1, high - 1, high]
    add_case("QUANTIZE", name, [Tensor([1, len(values)], source, in_scale, in_zero)],
             Tensor([1, len(values)], target, out_scale, out_zero), {},
             lambda inputs: exact.requantize_all(inputs[0], in_scale / out_scale, in_zero, out_zero,
                                                 TYPE_CODE[target]), runs=[[values]])


def quantize_cases():
    for kind, label, settings in ((INT8, "int8", ((0.05, 3), (0.0078125, 0), (0.3, -128), (1.7, 127))),
                                  (INT16, "int16", ((0.0003, 0), (0.25, 0)))):
        for scale, zero_point in settings:
            scale = f32(scale)
            name = "float_to_%s_scale_%g_zero_%d" % (label, scale, zero_point)
            random = Random(name)
            values = [f32(scale * random.real(-150, 150)) for _ in range(60)]
            values += [f32(scale * (n + 0.5)) for n in range(-20, 20)]  # ties
            values += [0.0, -0.0, 1e-30, -1e-30, f32(scale * 127), f32(scale * 1e4), f32(scale * -1e4),
                       f32(scale * 1e6), f32(scale * -1e6)]
            code = TYPE_CODE[kind]
            add_case("QUANTIZE", name, [Tensor([1, len(values)], FLOAT32)],
                     Tensor([1, len(values)], kind, scale, zero_point), {},
                     lambda inputs, s=scale, z=zero_point, c=code: exact.quantize_float(inputs[0], s, z, c),
                     runs=[[values]])
    case = requantize_case
    case(INT8, INT8, "int8_to_int8_finer", 0.05, 0.013, 3, -7)
    case(INT8, INT8, "int8_to_int8_coarser", 0.05, 0.17, -128, 127)
    case(INT8, INT8, "int8_to_int8_same_scale", 0.05, 0.05, -3, 10)
    case(INT8, INT8, "int8_to_int8_half", 0.05, 0.1, 0, 0)
    case(INT8, UINT8, "int8_to_uint8_same_scale", 0.05, 0.05, -3, 125)
    case(INT8, UINT8, "int8_to_uint8", 0.05, 0.04, -3, 100)
    case(UINT8, INT8, "uint8_to_int8_same_scale", 0.05, 0.05, 131, 3)
    case(UINT8, INT8, "uint8_to_int8", 0.05, 0.07, 120, -9)
    case(INT8, INT16, "int8_to_int16", 0.05, 0.0002, 5, 0)
    case(INT8, INT16, "int8_to_int16_saturating", 0.05, 0.00007, -128, 0)
    case(INT8, INT32, "int8_to_int32", 0.05, 1e-6, 5, 0)
    case(INT8, INT32, "int8_to_int32_wrapping", 0.05, 1.7e-10, 5, 0)
    case(INT16, INT8, "int16_to_int8", 0.0003, 0.09, 0, -4)
    case(INT16, INT8, "int16_to_int8_zero_points", 0.0003, 0.05, 100, 7)
    case(INT16, INT16, "int16_to_int16", 0.0003, 0.0007, 0, 0)
    case(INT16, INT16, "int16_to_int16_finer", 0.0003, 0.00011, 0, 0)
    case(INT16, INT32, "int16_to_int32", 0.0003, 1e-7, 0, 0)
    case(INT16, INT32, "int16_to_int32_wrapping", 0.0003, 1e-10, 0, 0)
    case(INT32, INT8, "int32_to_int8", 1e-6, 0.05, 0, 3, span=5000000)
    case(INT32, INT8, "int32_to_int8_full_range", 1e-9, 0.013, 0, 3)
    case(INT32, INT8, "int32_to_int8_zero_point_wraps", 1e-9, 0.013, 1000, 3)
    case(INT32, INT16, "int32_to_int16", 1e-6, 0.0002, 0, 0, span=5000000)
    case(INT32, INT16, "int32_to_int16_left_shift_wraps", 0.7, 0.2, 0, 0)

    for kind, label, zero_point, scale in ((INT8, "int8", 3, 0.05), (INT8, "int8_lowest", -128, 1 / 256),
                                           (INT8, "int8_odd_scale", 127, 0.0123457),
                                           (INT16, "int16", 0, 0.000307), (INT16, "int16_zero_point", -77, 0.1),
                                           (UINT8, "uint8", 128, 0.0999)):
        scale = f32(scale)
        low, high = exact.LIMITS[TYPE_CODE[kind]]
        values = list(range(low, high + 1)) if high < 256 else Random(label).integers(200, low, high) + [low, high]
        add_case("DEQUANTIZE", label + "_to_float", [Tensor([1, len(values)], kind, scale, zero_point)],
                 Tensor([1, len(values)], FLOAT32), {},
                 lambda inputs, s=scale, z=zero_point: [f32(s * (q - z)) for q in inputs[0]], runs=[[values]])


# --- UNIDIRECTIONAL_SEQUENCE_LSTM -------------------------------------------

def lstm_case(name, batch=1, steps=4, width=5, units=3, time_major=False, cell_power=-11, cell_clip=0.0,
              x_quant=(0.02, -4), h_quant=(0.0078, 3), weight_scale=0.013, weights="random", bias="normal",
              bias_span=3000, kind=INT8):
    random = Random("weights/LSTM" + name)
    x_scale, h_scale = f32(x_quant[0]), f32(h_quant[0])
    cell_scale = 2.0**cell_power
    input_weights, recurrent_weights, biases = [], [], []
    for _ in range(4):
        input_weights.append((f32(weight_scale * random.real(0.5, 1.5)), weights_of(random, units * width, weights)))
        recurrent_weights.append((f32(weight_scale * random.real(0.5, 1.5)),
                                  weights_of(random, units * units, weights)))
        biases.append(random.integers(units, -bias_span, bias_span))
    operands = [Tensor([steps, batch, width] if time_major else [batch, steps, width], kind, x_scale, x_quant[1])]
    operands += [Tensor([units, width], INT8, s, 0, data=w) for s, w in input_weights]
    operands += [Tensor([units, units], INT8, s, 0, data=w) for s, w in recurrent_weights]
    operands += [None] * 3
    operands += [Tensor([units], INT32 if kind == INT8 else INT64, f32(x_scale * s), 0, data=b)
                 for (s, _), b in zip(input_weights, biases)]
    operands += [None] * 2
    operands += [Tensor([batch, units], kind, h_scale, h_quant[1], variable=True),
                 Tensor([batch, units], INT16, cell_scale, 0, variable=True)]
    operands += [None] * 4
    result = Tensor([steps, batch, units] if time_major else [batch, steps, units], kind, h_scale, h_quant[1])
    state = {}

    def expect(inputs, reset=True):
        if reset:
            state["hidden"] = [h_quant[1]] * (batch * units)
            state["cell"] = [0] * (batch * units)
        return exact.lstm(inputs[0], batch, steps, width, units, time_major, (x_scale, x_quant[1]),
                          (h_scale, h_quant[1]), cell_scale, f32(cell_clip), input_weights, recurrent_weights,
                          biases, state["hidden"], state["cell"], TYPE_CODE[kind])

    expect.state = state
    add_case("UNIDIRECTIONAL_SEQUENCE_LSTM", name, operands, result,
             {0: byte(ACTIVATIONS["TANH"]), 1: Scalar("f", cell_clip), 2: Scalar("f", 0.0), 3: byte(time_major)},
             expect, stateful=True, count=3)


def lstm_cases():
    case = lstm_case
    case("small")
    case("time_major", time_major=True)
    case("batch_2", batch=2)
    case("batch_2_time_major", batch=2, time_major=True)
    case("one_step", steps=1)
    case("one_unit", units=1, width=1, steps=9)
    case("longer", steps=20, width=8, units=6)
    case("cell_clip", cell_clip=0.7, steps=10)
    case("cell_clip_saturating", cell_clip=100.0, steps=6)
    case("cell_scale_2_12", cell_power=-12, steps=8)
    case("cell_scale_2_13", cell_power=-13, steps=8)
    case("cell_scale_2_15", cell_power=-15, steps=8)
    case("cell_scale_2_9", cell_power=-9, steps=8)
    case("hidden_zero_point_0", h_quant=(1 / 128, 0))
    case("hidden_zero_point_lowest", h_quant=(0.004, -128), steps=8)
    case("input_zero_point_lowest", x_quant=(0.05, -128), steps=6)
    case("gates_saturated", weights="saturating", weight_scale=0.06, x_quant=(0.1, 0), steps=6)
    case("cell_saturated", weights="saturating", weight_scale=0.05, x_quant=(0.1, 100), steps=24, cell_power=-15,
         bias_span=30)
    case("long", steps=64, width=6, units=12, weight_scale=0.01)
    case("long_fine_hidden_scale", steps=48, width=4, units=12, weight_scale=0.01, h_quant=(0.001, -9),
         cell_power=-13)
    case("gates_small", weight_scale=0.0007, steps=6, bias_span=100)


# --- the program ------------------------------------------------------------

def values_match(case, a, b):
    if case.tolerance:
        tolerance = 1e-5 * max(abs(y) for y in b) + 1e-6
        return all(abs(x - y) <= tolerance for x, y in zip(a, b))
    if case.result.type == FLOAT32:
        return pack(FLOAT32, a) == pack(FLOAT32, b)
    return a == b


def report_difference(case, label, got, want):
    wrong = [i for i, (g, w) in enumerate(zip(got, want)) if g != w]
    print("DIFFERS %s/%s %s: %d of %d, first at %s: runner %s, here %s"
          % (case.operator, case.name, label, len(wrong), len(want), wrong[:1], [got[i] for i in wrong[:3]],
             [want[i] for i in wrong[:3]]))


def run_case(case, folder, model_path, paths, runner, check):
    """Stores the runner's outputs. Returns (accepted, equal to exact_arithmetic.py)."""
    equal = True

    def call(arguments):
        return subprocess.run(runner + arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)

    with tempfile.TemporaryDirectory() as scratch:
        for k, run_paths in enumerate(paths):
            done = call([str(model_path), scratch] + run_paths)
            if done.returncode != 0:
                message = done.stderr.decode(errors="replace").strip().splitlines()
                print("refused %s/%s: %s" % (case.operator, case.name, message[0] if message else done.returncode))
                return False, equal
            data = (Path(scratch) / "output_0.bin").read_bytes()
            for i in range(len(case.results)):
                shutil.copy(Path(scratch) / ("output_%d.bin" % i),
                            folder / ("output%d.bin" % k if len(case.results) == 1 else "output%d_%d.bin" % (k, i)))
            if case.stateful and case.model is None:
                present = [t for t in case.operands if t is not None]
                number_of_state = max(i for i, t in enumerate(present) if t.variable)
                call([str(model_path), scratch, "--tensors"] + run_paths)
                state_path = Path(scratch) / ("t%d.bin" % number_of_state)
                if state_path.exists():
                    shutil.copy(state_path, folder / ("state%d.bin" % k))
                    state_path.unlink()
            if check and case.expect:
                got, want = unpack(case.result.type, data), case.expect(case.runs[k])
                if case.stateful and (folder / ("state%d.bin" % k)).exists():
                    got += unpack(present[number_of_state].type, (folder / ("state%d.bin" % k)).read_bytes())
                    want = want + case.expect.state["cell"]
                if not values_match(case, got, want):
                    report_difference(case, "run %d" % k, got, want)
                    equal = False
        if case.stateful:
            done = call([str(model_path), scratch, "--seq"] + [p for run in paths for p in run])
            if done.returncode != 0:
                return False, equal
            for k in range(len(paths)):
                data = (Path(scratch) / ("output%d_0.bin" % k)).read_bytes()
                for i in range(len(case.results)):
                    shutil.copy(Path(scratch) / ("output%d_%d.bin" % (k, i)),
                                folder / ("seq_output%d.bin" % k if len(case.results) == 1 else
                                          "seq_output%d_%d.bin" % (k, i)))
                if check and case.expect:
                    got, want = unpack(case.result.type, data), case.expect(case.runs[k], reset=k == 0)
                    if got != want:
                        report_difference(case, "sequence %d" % k, got, want)
                        equal = False
    return True, equal


def main(collectors):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--runner", help="command that runs a model")
    parser.add_argument("--check", action="store_true", help="compare with exact_arithmetic.py")
    parser.add_argument("--only", help="one operator")
    arguments = parser.parse_args()
    for collect in collectors:
        collect()
    index, refused, unequal = [], 0, 0
    for case in CASES:
        if arguments.only and case.operator != arguments.only:
            continue
        folder = arguments.out / case.operator.lower() / case.name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        model_path = folder / "model.tflite"
        model_path.write_bytes(case.model or
                               one_operator_model(case.operator, case.operands, case.result, case.options))
        inputs = [t for t in case.operands if t is not None and t.data is None and not t.variable]
        paths = []
        for k, run in enumerate(case.runs):
            paths.append([])
            for i, (tensor, values) in enumerate(zip(inputs, run)):
                path = folder / ("input%d.bin" % k if len(inputs) == 1 else "input%d_%d.bin" % (k, i))
                path.write_bytes(pack(tensor.type, values))
                paths[-1].append(str(path))
        if arguments.runner:
            accepted, equal = run_case(case, folder, model_path, paths, shlex.split(arguments.runner),
                                       arguments.check)
            unequal += not equal
            if not accepted:
                refused += 1
                shutil.rmtree(folder)
                continue
        index.append({"operator": case.operator, "case": case.name,
                      "folder": "%s/%s" % (case.operator.lower(), case.name),
                      "runs": len(case.runs), "inputs": [list(t.shape) for t in inputs],
                      "output": list(case.result.shape), "stateful": case.stateful,
                      "tolerance": case.tolerance})
    (arguments.out / "cases.json").write_text(json.dumps(index, indent=1) + "\n")
    print("%d cases, %d refused, %d unequal" % (len(index), refused, unequal))
    return 1 if unequal else 0


if __name__ == "__main__":
    sys.exit(main((convolution_cases, fully_connected_cases, pool_cases, mean_cases, arithmetic_cases, pad_cases,
                   moving_cases, softmax_cases, quantize_cases, lstm_cases)))
