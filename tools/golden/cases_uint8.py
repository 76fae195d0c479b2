#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models of uint8, as converters of TensorFlow 1 made them: operator_cases.py's program and arguments.

Models with uint8 at their boundary and int8 inside, too. The runner's outputs are what counts; for what computes in
uint8 it is a program around the reference's headers (docs/EXACT.md, "uint8").
"""

import sys

from cases_moves import chain
from exact_arithmetic import f32
from operator_cases import ACTIVATIONS, CASES, PADDINGS, Random, byte, main, number
from tflite_writer import FLOAT32, INT8, INT32, UINT8, Scalar, Step, Tensor

SCALE, ZERO = f32(0.05), 131
EVERY = list(range(256))


def boundary(name, inner_scale, inner_zero, out_scale, out_zero):
    """uint8 -> int8 -> x + x -> uint8."""
    x, y = Tensor([1, 256], UINT8, SCALE, ZERO), Tensor([1, 256], UINT8, f32(out_scale), out_zero)
    inside, sum_ = Tensor([1, 256], INT8, f32(inner_scale), inner_zero), Tensor([1, 256], INT8, f32(0.1), -7)
    return chain("QUANTIZE", name, [x], [y],
                 [Step("QUANTIZE", [x], [inside]), Step("ADD", [inside, inside], [sum_], {0: byte(0)}),
                  Step("QUANTIZE", [sum_], [y])], [[EVERY]])


def boundaries():
    yield boundary("boundary_128_apart", SCALE, ZERO - 128, 0.1, 121)
    yield boundary("boundary_other_scales", 0.07, -20, 0.03, 200)
    x, real, y = Tensor([256], UINT8, SCALE, ZERO), Tensor([256], FLOAT32), Tensor([256], INT8, f32(0.06), 11)
    yield chain("QUANTIZE", "boundary_through_float", [x], [y],
                [Step("DEQUANTIZE", [x], [real]), Step("QUANTIZE", [real], [y])], [[EVERY]])
    x, inside, real = Tensor([256], UINT8, SCALE, ZERO), Tensor([256], INT8, SCALE, ZERO - 128), Tensor([256], FLOAT32)
    yield chain("QUANTIZE", "boundary_to_float", [x], [real],
                [Step("QUANTIZE", [x], [inside]), Step("DEQUANTIZE", [inside], [real])], [[EVERY]])


# ---- networks of uint8 ----


def bytes_(shape, scale=0.05, zero=128, data=None):
    return Tensor(list(shape), UINT8, f32(scale), zero, data=data)


def ints(values, shape=None):
    return Tensor(shape or [len(values)], INT32, data=list(values))


def drawn(random, tensors):
    """Two runs: any bytes, and the ends with what is near the zero points."""
    def near(t):
        return [random.integer(0, 1) * 255 if random.integer(0, 4) == 0 else
                min(255, max(0, t.zero_point + random.integer(-30, 30))) for _ in range(t.elements())]
    return [[random.integers(t.elements(), 0, 255) for t in tensors], [near(t) for t in tensors]]


def one(operator, name, operands, results, options=None, runs=None):
    inputs = list({id(t): t for t in operands if t is not None and t.data is None}.values())
    return chain(operator, name, inputs, results, [Step(operator, operands, results, options)],
                 runs or drawn(Random("uint8/" + operator + name), inputs))


def weights(random, shape, scale, zero, low=1, high=255):
    size = 1
    for n in shape:
        size *= n
    return bytes_(shape, scale, zero, [low, high] + random.integers(size - 2, low, high) if size > 2 else [low] * size)


def bias(random, n, x, w, size=3000):
    return Tensor([n], INT32, f32(x.scale * w.scale), 0, data=random.integers(n, -size, size))


def conv_options(padding, stride, activation, dilation=1):
    return {0: byte(PADDINGS[padding]), 1: number(stride), 2: number(stride), 3: byte(ACTIVATIONS[activation]),
            4: number(dilation), 5: number(dilation)}


def convolutions():
    rows = [  # input, filter, stride, padding, activation, input's and weights' zero points, low, high
        ("1x1", (1, 4, 3, 6), (5, 1, 1), 1, "SAME", "RELU6", 128, 151, 1, 255),
        ("3x3_same", (1, 6, 5, 3), (7, 3, 3), 2, "SAME", "RELU6", 101, 110, 1, 255),
        ("3x3_valid", (2, 6, 5, 3), (4, 3, 3), 1, "VALID", "NONE", 0, 200, 0, 255),
        ("symmetric", (1, 5, 5, 4), (8, 3, 3), 1, "SAME", "RELU", 120, 128, 1, 255),
        ("narrow", (1, 5, 5, 4), (3, 3, 3), 1, "SAME", "NONE", 255, 230, 130, 255),
        ("zero_0", (1, 4, 4, 2), (9, 2, 2), 1, "SAME", "NONE", 7, 0, 0, 255),
        ("zero_255", (1, 4, 4, 2), (2, 2, 2), 1, "SAME", "RELU_N1_TO_1", 64, 255, 0, 255),
        ("even_filter", (1, 7, 8, 1), (6, 4, 2), 3, "SAME", "NONE", 130, 140, 1, 255),
    ]
    for name, shape, (filters, height, width), stride, padding, activation, x_zero, zero, low, high in rows:
        random = Random("uint8/conv" + name)
        x = bytes_(shape, 0.0472, x_zero)
        w = weights(random, [filters, height, width, shape[3]], 0.0213, zero, low, high)
        size = [-(-n // stride) if padding == "SAME" else (n - k) // stride + 1
                for n, k in ((shape[1], height), (shape[2], width))]
        y = bytes_([shape[0], *size, filters], 0.061, 0 if activation.startswith("RELU6") else 117)
        yield one("CONV_2D", name, [x, w, bias(random, filters, x, w)], [y], conv_options(padding, stride, activation))
    # scales whose product is another number in float
    for k, scale in enumerate((0.0078431377, 0.0235285, 0.00373, 0.0151)):
        random = Random("uint8/product%d" % k)
        x, w = bytes_([1, 3, 3, 8], 0.10103, 90 + k), weights(random, [16, 1, 1, 8], scale, 120 + 9 * k)
        y = bytes_([1, 3, 3, 16], 0.02, 128)
        yield one("CONV_2D", "product_%d" % k, [x, w, bias(random, 16, x, w, 90000)], [y],
                  conv_options("SAME", 1, "NONE"))
    random = Random("uint8/dilated")
    x, w = bytes_([1, 9, 8, 2], 0.04, 133), weights(random, [3, 3, 3, 2], 0.02, 99)
    yield one("CONV_2D", "dilated", [x, w, bias(random, 3, x, w)], [bytes_([1, 9, 8, 3], 0.05, 128)],
              conv_options("SAME", 1, "NONE", 2))
    random = Random("uint8/no_bias")
    x, w = bytes_([1, 3, 3, 4], 0.04, 133), weights(random, [5, 1, 1, 4], 0.02, 77)
    yield one("CONV_2D", "no_bias", [x, w], [bytes_([1, 3, 3, 5], 0.05, 128)], conv_options("SAME", 1, "NONE"))


def depthwise():
    rows = [
        ("3x3", (1, 5, 6, 8), 1, (3, 3), 1, "SAME", "RELU6", 128, 158, 0, 255),
        ("stride_2", (1, 7, 7, 6), 1, (3, 3), 2, "SAME", "RELU6", 0, 110, 1, 255),
        ("multiplier_2", (1, 4, 5, 3), 2, (2, 3), 1, "VALID", "NONE", 140, 90, 0, 255),
        ("multiplier_4", (2, 4, 4, 2), 4, (3, 3), 1, "SAME", "NONE", 140, 255, 0, 255),
        ("one_channel", (1, 5, 5, 1), 5, (3, 3), 1, "SAME", "RELU", 99, 60, 0, 255),
        ("symmetric", (1, 5, 5, 4), 1, (3, 3), 1, "SAME", "NONE", 99, 128, 1, 255),
        ("one_channel_symmetric", (1, 5, 5, 1), 3, (3, 3), 1, "SAME", "NONE", 99, 140, 30, 255),
    ]
    for name, shape, depth, kernel, stride, padding, activation, x_zero, zero, low, high in rows:
        random = Random("uint8/depthwise" + name)
        channels = shape[3] * depth
        x, w = bytes_(shape, 0.0472, x_zero), weights(random, [1, *kernel, channels], 0.0213, zero, low, high)
        size = [-(-n // stride) if padding == "SAME" else (n - k) // stride + 1 for n, k in zip(shape[1:3], kernel)]
        y = bytes_([shape[0], *size, channels], 0.0233, 0 if activation == "RELU6" else 121)
        yield one("DEPTHWISE_CONV_2D", name, [x, w, bias(random, channels, x, w)], [y],
                  {0: byte(PADDINGS[padding]), 1: number(stride), 2: number(stride), 3: number(depth),
                   4: byte(ACTIVATIONS[activation]), 5: number(1), 6: number(1)})


def fully_connected():
    for name, zero, low, high, activation in (("asymmetric", 151, 1, 255, "NONE"), ("symmetric", 128, 1, 255, "RELU"),
                                              ("narrow", 20, 0, 140, "RELU6"), ("zero_0", 0, 0, 255, "NONE")):
        random = Random("uint8/dense" + name)
        x, w = bytes_([2, 19], 0.031, 140), weights(random, [7, 19], 0.012, zero, low, high)
        yield one("FULLY_CONNECTED", name, [x, w, bias(random, 7, x, w)], [bytes_([2, 7], 0.05, 100)],
                  {0: byte(ACTIVATIONS[activation])})


def transposed():
    random = Random("uint8/transposed")
    for name, zero, low, high in (("symmetric", 128, 1, 255), ("narrow", 200, 80, 255)):
        x, w = bytes_([1, 3, 3, 2], 0.04, 100), weights(random, [3, 3, 3, 2], 0.02, zero, low, high)
        yield one("TRANSPOSE_CONV", name, [ints([1, 6, 6, 3]), w, x], [bytes_([1, 6, 6, 3], 0.05, 128)],
                  {0: byte(0), 1: number(2), 2: number(2)})


def pools():
    rows = [("2x2", (1, 6, 5, 3), (2, 2), 2, "VALID"), ("3x3_same", (1, 5, 6, 2), (3, 3), 1, "SAME"),
            ("7x7", (1, 7, 7, 4), (7, 7), 7, "VALID"), ("global_4x4", (2, 4, 4, 3), (4, 4), 4, "VALID"),
            ("4x1", (1, 9, 3, 2), (4, 1), 3, "SAME")]
    for name, shape, kernel, stride, padding in rows:
        size = [-(-n // stride) if padding == "SAME" else (n - k) // stride + 1 for n, k in zip(shape[1:3], kernel)]
        options = {0: byte(PADDINGS[padding]), 1: number(stride), 2: number(stride), 3: number(kernel[1]),
                   4: number(kernel[0]), 5: byte(0)}
        for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
            yield one(operator, name, [bytes_(shape)], [bytes_([shape[0], *size, shape[3]])], options)
    # every sum of four, the middles of two bytes among them
    runs = [[[(i + k) % 256 for i in range(256) for k in (0, 0, 0, j)]] for j in (1, 2, 3)]
    yield one("AVERAGE_POOL_2D", "ties", [bytes_([256, 2, 2, 1])], [bytes_([256, 1, 1, 1])],
              {0: byte(1), 1: number(2), 2: number(2), 3: number(2), 4: number(2), 5: byte(ACTIVATIONS["RELU6"])}, runs)


def elements():
    a, b = bytes_([1, 3, 4, 5], 0.041, 120), bytes_([1, 3, 4, 5], 0.0177, 3)
    row = bytes_([5], 0.0177, 250)
    for operator in ("ADD", "SUB", "MUL"):
        yield one(operator, "same_shape", [a, b], [bytes_([1, 3, 4, 5], 0.05, 97)], {0: byte(0)})
        yield one(operator, "broadcast_relu6", [a, row], [bytes_([1, 3, 4, 5], 0.0235, 0)],
                  {0: byte(ACTIVATIONS["RELU6"])})
    table, ramp = bytes_([256], 0.041, 120), bytes_([256], 0.05, 128)
    for k in range(4):  # scales whose product is another number in float
        x, y = bytes_([256], 0.0401 + 0.0173 * k, 9 * k), bytes_([256], 0.031 + 0.007 * k, 255 - k)
        yield one("MUL", "product_%d" % k, [x, y], [bytes_([256], 0.07, 40)], {0: byte(0)})
    for scale, zero in ((0.05, 128), (0.6, 200), (0.011, 0)):
        x = bytes_([256], scale, zero)
        name = "scale_%s" % str(scale).replace(".", "_")
        yield one("LOGISTIC", name, [x], [bytes_([256], 1 / 256, 0)], runs=[[EVERY]])
        yield one("LOGISTIC", name + "_other_output", [x], [bytes_([256], 0.0047, 13)], runs=[[EVERY]])
        yield one("TANH", name, [x], [bytes_([256], 1 / 128, 128)], runs=[[EVERY]])
    yield one("RELU6", "uint8", [table], [bytes_([256], 0.041, 120)], runs=[[EVERY]])
    yield one("RELU", "uint8", [table], [bytes_([256], 0.03, 11)], runs=[[EVERY]])
    yield one("LEAKY_RELU", "uint8", [table], [bytes_([256], 0.03, 41)], {0: Scalar("f", f32(0.3))}, runs=[[EVERY]])
    yield one("MAXIMUM", "uint8", [ramp, bytes_([256], 0.05, 128)], [bytes_([256], 0.05, 128)])
    yield one("SOFTMAX", "uint8", [bytes_([3, 10], 0.11, 77)], [bytes_([3, 10], 1 / 256, 0)], {0: Scalar("f", 1.0)})
    for name, shape, scale, zero in (("uint8", [3, 10], 0.11, 77), ("uint8_long", [2, 300], 0.02, 128),
                                     ("uint8_lowest", [4, 7], 0.05, 0), ("uint8_highest", [5, 3], 0.05, 255),
                                     ("uint8_one", [64, 1], 0.05, 130)):
        yield one("L2_NORMALIZATION", name, [bytes_(shape, scale, zero)], [bytes_(shape, 1 / 128, 128)], {0: byte(0)})
    yield one("SOFTMAX", "two", [bytes_([64, 2], 0.2, 128)], [bytes_([64, 2], 1 / 256, 0)], {0: Scalar("f", 1.0)})


def moves():
    a, b, c = bytes_([2, 3, 2], 0.05, 120), bytes_([2, 64, 2], 0.031, 140), bytes_([2, 4, 2], 0.11, 0)
    yield one("CONCATENATION", "other_scales", [a, b, c], [bytes_([2, 71, 2], 0.05, 120)], {0: number(1), 1: byte(0)})
    x, y = bytes_([256], 0.0937, 31), bytes_([256], 0.0471, 200)
    for k, scale in enumerate((0.0943, 0.021, 0.0472)):
        yield one("CONCATENATION", "rescaled_%d" % k, [x, y], [bytes_([512], scale, 100)], {0: number(0), 1: byte(0)},
                  [[EVERY, EVERY[::-1]]])
    for name, size, corners, half in (("double", (8, 6), 0, 0), ("corners", (7, 9), 1, 0), ("centers", (9, 5), 0, 1),
                                      ("smaller", (3, 2), 0, 0), ("odd", (11, 13), 0, 1)):
        yield one("RESIZE_BILINEAR", name, [bytes_([1, 4, 3, 5]), ints(size)], [bytes_([1, *size, 5])],
                  {2: byte(corners), 3: byte(half)})
    for keep in (0, 1):
        shape = [2, 1, 1, 5] if keep else [2, 5]
        yield one("MEAN", "keep_%d" % keep, [bytes_([2, 3, 4, 5], 0.05, 99), ints([1, 2])], [bytes_(shape, 0.04, 110)],
                  {0: byte(keep)})
    yield one("MEAN", "7x7", [bytes_([1, 7, 7, 3], 0.0235, 0), ints([1, 2])], [bytes_([1, 3], 0.0235, 0)], {0: byte(0)})
    yield one("PAD", "uint8", [bytes_([1, 2, 3, 2], 0.05, 77), ints([0, 0, 1, 0, 2, 1, 0, 0], [4, 2])],
              [bytes_([1, 3, 6, 2], 0.05, 77)])
    x = bytes_([256], 0.05, 131)
    yield one("DEQUANTIZE", "after_add", [x], [Tensor([256], FLOAT32)], runs=[[EVERY]])
    x, twice, best = bytes_([5, 9], 0.05, 131), bytes_([5, 9], 0.1, 128), Tensor([5], INT32)
    yield chain("ARG_MAX", "uint8", [x], [best], [Step("ADD", [x, x], [twice], {0: byte(0)}),
                                                  Step("ARG_MAX", [twice, ints([1])], [best], {0: byte(INT32)})],
                drawn(Random("uint8/arg_max"), [x]))


def networks():
    """What MobileNet v1 and a network of branches are made of."""
    random = Random("uint8/mobilenet")
    x, steps = bytes_([1, 8, 8, 3], 0.0078125, 128), []
    now, scale = x, 0.0235285
    for k, (channels, stride) in enumerate(((8, 1), (16, 2), (16, 1))):
        w = weights(random, [1, 3, 3, now.shape[3]], 0.03 + 0.01 * k, 110 + 40 * k, 0)
        size = now.shape[1] // stride
        out = bytes_([1, size, size, now.shape[3]], scale, 0)
        steps.append(Step("DEPTHWISE_CONV_2D", [now, w, bias(random, now.shape[3], now, w)], [out],
                          {0: byte(0), 1: number(stride), 2: number(stride), 3: number(1), 4: byte(3), 5: number(1),
                           6: number(1)}))
        now = out
        w = weights(random, [channels, 1, 1, now.shape[3]], 0.008 + 0.003 * k, 151 - 41 * k)
        out = bytes_([1, size, size, channels], scale, 0)
        steps.append(Step("CONV_2D", [now, w, bias(random, channels, now, w)], [out], conv_options("SAME", 1, "RELU6")))
        now = out
    pooled, w = bytes_([1, 1, 1, 16], scale, 0), weights(random, [10, 1, 1, 16], 0.005, 74)
    steps.append(Step("AVERAGE_POOL_2D", [now], [pooled],
                      {0: byte(1), 1: number(2), 2: number(2), 3: number(4), 4: number(4), 5: byte(0)}))
    scores, flat, out = bytes_([1, 1, 1, 10], 0.1, 66), bytes_([1, 10], 0.1, 66), bytes_([1, 10], 1 / 256, 0)
    steps += [Step("CONV_2D", [pooled, w, bias(random, 10, pooled, w)], [scores], conv_options("SAME", 1, "NONE")),
              Step("RESHAPE", [scores, ints([1, 10])], [flat], {}),
              Step("SOFTMAX", [flat], [out], {0: Scalar("f", 1.0)})]
    yield chain("CONV_2D", "mobilenet", [x], [out], steps, drawn(random, [x]))
    random = Random("uint8/branches")
    x, a, b = bytes_([1, 4, 4, 6], 0.02, 128), bytes_([1, 4, 4, 6], 0.02, 128), bytes_([1, 4, 4, 3], 0.05, 90)
    w, both, out = weights(random, [3, 1, 1, 6], 0.01, 140), bytes_([1, 4, 4, 9], 0.04, 100), bytes_([1, 9], 0.04, 100)
    yield chain("CONCATENATION", "branches", [x], [out, b],
                [Step("AVERAGE_POOL_2D", [x], [a], {0: byte(0), 1: number(1), 2: number(1), 3: number(3), 4: number(3),
                                                    5: byte(0)}),
                 Step("CONV_2D", [x, w, bias(random, 3, x, w)], [b], conv_options("SAME", 1, "NONE")),
                 Step("CONCATENATION", [a, b], [both], {0: number(3), 1: byte(0)}),
                 Step("MEAN", [both, ints([1, 2])], [out], {0: byte(0)})], drawn(random, [x]))


def cases():
    for group in (convolutions, depthwise, fully_connected, transposed, pools, elements, moves, networks):
        yield from group()


if __name__ == "__main__":
    BOUNDARY = "--boundary" in sys.argv  # int8 inside: the runner is the reference's interpreter
    sys.argv = [a for a in sys.argv if a != "--boundary"]
    sys.exit(main([lambda: CASES.extend(boundaries() if BOUNDARY else cases())]))
