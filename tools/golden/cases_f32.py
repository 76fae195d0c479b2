#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Float32 cases of the operators that operator_cases.py has in int8: the same program, the same arguments.

There is nothing to check the runner's floats with: its outputs are what counts, within a tolerance (docs/EXACT.md,
"Float"); operators that only move elements stay exact.
"""

import math
import sys

import exact_arithmetic as exact
from exact_arithmetic import f32
from operator_cases import ACTIVATIONS, PADDINGS, Random, add_case, byte, main, number
from tflite_writer import FLOAT32, INT32, Scalar, Tensor


def reals(random, count, span=1.0):
    """Uniform in [-span, span), with a zero here and there."""
    return [0.0 if random.integer(0, 15) == 0 else f32(random.real(-span, span)) for _ in range(count)]


def float_case(operator, name, operands, result, options, span=1.0, runs=None, moves=False, stateful=False, count=2):
    inputs = [t for t in operands if t is not None and t.data is None and not t.variable]
    random = Random("f32/" + operator + "/" + name)
    if runs is None:
        runs = [[reals(random, t.elements(), span * 3**k) for t in inputs] for k in range(count)]
    add_case(operator, name, operands, result, options, None, runs, stateful, tolerance=not moves)


def convolution_case(name, x=(1, 6, 5, 3), kernel=(3, 3), channels=6, padding="SAME", strides=(1, 1),
                     dilations=(1, 1), activation="NONE", bias=True, multiplier=0, groups=1):
    operator = "DEPTHWISE_CONV_2D" if multiplier else "CONV_2D"
    random = Random("f32/weights/" + operator + name)
    if multiplier:
        channels = x[3] * multiplier
        w_shape = [1, kernel[0], kernel[1], channels]
    else:
        w_shape = [channels, kernel[0], kernel[1], x[3] // groups]
    sizes, _ = zip(*(exact.padding(padding, x[1 + d], kernel[d], strides[d], dilations[d]) for d in (0, 1)))
    operands = [Tensor(list(x), FLOAT32), Tensor(w_shape, FLOAT32, data=reals(random, math.prod(w_shape)))]
    if bias:
        operands.append(Tensor([channels], FLOAT32, data=reals(random, channels)))
    options = {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0])}
    tail = {0: byte(ACTIVATIONS[activation]), 1: number(dilations[1]), 2: number(dilations[0])}
    first = 4 if multiplier else 3
    options.update({first + slot: value for slot, value in tail.items()})
    if multiplier:
        options[3] = number(multiplier)
    float_case(operator, name, operands, Tensor([x[0], *sizes, channels], FLOAT32), options)


def convolution_cases():
    for multiplier in (0, 1):
        def case(name, **settings):
            convolution_case(name, multiplier=multiplier, **settings)

        case("same_3x3")
        case("valid_3x3_relu", padding="VALID", activation="RELU")
        case("same_1x1_relu6", kernel=(1, 1), activation="RELU6")
        case("same_5x3_stride_2x1", kernel=(5, 3), strides=(2, 1))
        case("same_4x2_stride_3x2", kernel=(4, 2), strides=(3, 2), x=(1, 7, 6, 2))
        case("same_dilation_2x3", dilations=(2, 3), x=(1, 6, 8, 2), activation="RELU_N1_TO_1")
        case("kernel_larger_than_image", kernel=(5, 5), x=(1, 3, 2, 2))
        case("batch_2_no_bias", x=(2, 4, 3, 3), bias=False)
    convolution_case("one_output_channel", channels=1)
    convolution_case("groups_2", x=(1, 4, 4, 4), groups=2, channels=10)
    convolution_case("depth_multiplier_3_valid_stride_2", multiplier=3, padding="VALID", strides=(2, 2))
    convolution_case("depth_multiplier_4_one_channel", multiplier=4, x=(1, 5, 4, 1), kernel=(4, 3))


def fully_connected_case(name, x=(1, 24), columns=7, activation="NONE", bias=True, keep=False, depth=None):
    random = Random("f32/weights/FULLY_CONNECTED" + name)
    depth = depth or x[-1]
    rows = math.prod(x) // depth
    operands = [Tensor(list(x), FLOAT32), Tensor([columns, depth], FLOAT32, data=reals(random, columns * depth))]
    if bias:
        operands.append(Tensor([columns], FLOAT32, data=reals(random, columns)))
    float_case("FULLY_CONNECTED", name, operands,
               Tensor(list(x[:-1]) + [columns] if keep else [rows, columns], FLOAT32),
               {0: byte(ACTIVATIONS[activation]), 2: byte(keep)})


def fully_connected_cases():
    case = fully_connected_case
    case("plain")
    case("batch_3_relu", x=(3, 20), activation="RELU")
    case("relu6", activation="RELU6", columns=8)
    case("relu_n1_to_1", activation="RELU_N1_TO_1")
    case("no_bias_one_output", bias=False, columns=1)
    case("keep_num_dims", x=(2, 3, 10), keep=True)
    case("flattened_rank_4", x=(1, 2, 3, 4), depth=24)


def pool_cases():
    for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        def case(name, x=(1, 7, 6, 3), window=(2, 2), strides=(2, 2), padding="VALID", activation="NONE"):
            sizes, _ = zip(*(exact.padding(padding, x[1 + d], window[d], strides[d]) for d in (0, 1)))
            float_case(operator, name, [Tensor(list(x), FLOAT32)], Tensor([x[0], *sizes, x[3]], FLOAT32),
                       {0: byte(PADDINGS[padding]), 1: number(strides[1]), 2: number(strides[0]),
                        3: number(window[1]), 4: number(window[0]), 5: byte(ACTIVATIONS[activation])}, span=2.5)

        case("valid_2x2")
        case("same_5x3_stride_2x3", padding="SAME", window=(5, 3), strides=(2, 3), x=(1, 9, 8, 2))
        case("same_3x3_relu6", padding="SAME", window=(3, 3), strides=(1, 1), x=(1, 3, 4, 2), activation="RELU6")
        case("whole_image_relu", window=(7, 6), strides=(7, 6), activation="RELU")
        case("batch_2_relu_n1_to_1", x=(2, 4, 3, 3), activation="RELU_N1_TO_1")


def mean_cases():
    def case(name, x=(1, 4, 5, 3), axes=(1, 2), keep=False):
        resolved = {axis % len(x) for axis in axes}
        out = [1 if axis in resolved else size for axis, size in enumerate(x) if keep or axis not in resolved]
        float_case("MEAN", name, [Tensor(list(x), FLOAT32), Tensor([len(axes)], INT32, data=list(axes))],
                   Tensor(out, FLOAT32), {0: byte(keep)})

    case("spatial")
    case("spatial_keep_dims", keep=True)
    case("axis_negative", axes=(-1,))
    case("axis_0", axes=(0,), x=(3, 2, 2, 5))
    case("axes_1_3", axes=(1, 3), x=(2, 3, 4, 5))
    case("axes_all", axes=(0, 1, 2, 3))
    case("rank_2", x=(4, 17), axes=(1,))


def arithmetic_cases():
    for operator in ("ADD", "MUL"):
        def case(name, a=(1, 3, 4, 5), b=None, activation="NONE", constant=False):
            b = a if b is None else b
            rank = max(len(a), len(b))
            wide = [[1] * (rank - len(s)) + list(s) for s in (a, b)]
            data = reals(Random("f32/constant/" + operator + name), math.prod(b), 3.0) if constant else None
            float_case(operator, name, [Tensor(list(a), FLOAT32), Tensor(list(b), FLOAT32, data=data)],
                       Tensor([max(p, q) for p, q in zip(*wide)], FLOAT32), {0: byte(ACTIVATIONS[activation])},
                       span=2.0)

        case("same_shape")
        case("relu", activation="RELU")
        case("relu6", activation="RELU6", a=(2, 9))
        case("relu_n1_to_1", activation="RELU_N1_TO_1", a=(17,))
        case("second_constant_scalar", b=(1,), constant=True)
        case("channel", b=(5,))
        case("column", b=(1, 3, 1, 1))
        case("both_broadcast", a=(1, 3, 1, 5), b=(1, 1, 4, 1))
        case("ranks_2_and_3", a=(4, 5), b=(3, 1, 5))


def moving_cases():
    for name, operator, value in (("spatial", "PAD", None), ("value", "PADV2", 2.5)):
        x, paddings = (1, 3, 4, 2), ((0, 0), (1, 2), (2, 0), (0, 0))
        operands = [Tensor(list(x), FLOAT32),
                    Tensor([len(x), 2], INT32, data=[v for pair in paddings for v in pair])]
        if value is not None:
            operands.append(Tensor([1], FLOAT32, data=[value]))
        float_case(operator, name, operands, Tensor([s + sum(p) for s, p in zip(x, paddings)], FLOAT32), {},
                   moves=True, count=1)
    float_case("RESHAPE", "flatten", [Tensor([1, 2, 3, 4], FLOAT32), Tensor([2], INT32, data=[1, 24])],
               Tensor([1, 24], FLOAT32), {}, moves=True, count=1)
    x, perm = (2, 3, 4), (2, 0, 1)
    float_case("TRANSPOSE", "rank_3_perm_201", [Tensor(list(x), FLOAT32), Tensor([3], INT32, data=list(perm))],
               Tensor([x[p] for p in perm], FLOAT32), {}, moves=True, count=1)
    float_case("RESIZE_NEAREST_NEIGHBOR", "3x4_to_5x7", [Tensor([1, 3, 4, 2], FLOAT32),
                                                         Tensor([2], INT32, data=[5, 7])],
               Tensor([1, 5, 7, 2], FLOAT32), {0: byte(0), 1: byte(0)}, moves=True, count=1)


def softmax_cases():
    def case(name, x=(1, 10), beta=1.0, span=1.0, runs=None):
        float_case("SOFTMAX", name, [Tensor(list(x), FLOAT32)], Tensor(list(x), FLOAT32), {0: Scalar("f", beta)}, span,
                   runs, count=3)

    case("ten_classes")
    case("far_apart", x=(2, 12), span=40.0)
    case("beta_2_5", beta=2.5)
    case("beta_small", beta=0.01, x=(2, 7), span=20.0)
    case("rank_4", x=(1, 2, 3, 5))
    case("one_class", x=(4, 1))
    case("wide", x=(1, 60), span=3.0)
    case("large", x=(1, 5), runs=[[[300.0, 299.5, -300.0, 250.0, 299.0]], [[3e38, -3e38, 0.0, 1.0, 3e38]]])


def lstm_case(name, batch=1, steps=4, width=5, units=3, time_major=False, cell_clip=0.0, span=1.0):
    random = Random("f32/weights/LSTM" + name)
    operands = [Tensor([steps, batch, width] if time_major else [batch, steps, width], FLOAT32)]
    operands += [Tensor([units, width], FLOAT32, data=reals(random, units * width, span)) for _ in range(4)]
    operands += [Tensor([units, units], FLOAT32, data=reals(random, units * units, span)) for _ in range(4)]
    operands += [None] * 3
    operands += [Tensor([units], FLOAT32, data=reals(random, units, span)) for _ in range(4)]
    operands += [None] * 2
    operands += [Tensor([batch, units], FLOAT32, variable=True), Tensor([batch, units], FLOAT32, variable=True)]
    operands += [None] * 4
    result = Tensor([steps, batch, units] if time_major else [batch, steps, units], FLOAT32)
    float_case("UNIDIRECTIONAL_SEQUENCE_LSTM", name, operands, result,
               {0: byte(ACTIVATIONS["TANH"]), 1: Scalar("f", cell_clip), 2: Scalar("f", 0.0), 3: byte(time_major)},
               stateful=True, count=3)


def lstm_cases():
    case = lstm_case
    case("small")
    case("batch_2", batch=2)
    case("batch_2_time_major", batch=2, time_major=True)
    case("one_unit", units=1, width=1, steps=9)
    case("cell_clip", cell_clip=0.4, steps=10)
    case("longer", steps=12, width=4, units=6)
    case("gates_saturated", span=12.0, steps=6)


if __name__ == "__main__":
    sys.exit(main((convolution_cases, fully_connected_cases, pool_cases, mean_cases, arithmetic_cases, moving_cases,
                   softmax_cases, lstm_cases)))
