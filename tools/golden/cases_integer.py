#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""int16, int32, int64 and plain int8 of operators that TensorFlow Lite Micro computes in other types:
operator_cases.py's program and arguments. The runner is one around the reference's headers, not its interpreter.
"""

import math
import sys

import exact_arithmetic as exact
import exact_math

from cases_logic import COMPARISONS, SHAPES as LOGIC_SHAPES, two_case
from cases_math import REDUCTIONS
from cases_s16 import SHAPES, WORD, wide
from exact_arithmetic import f32
from operator_cases import Random, add_case, byte, main
from tflite_writer import INT8, INT16, INT32, INT64, Tensor

NUMBER = (-2**31, 2**31 - 1)
LONG = (-2**63, 2**63 - 1)
PLAIN = {INT8: exact.LIMITS["b"], INT16: WORD, INT32: NUMBER, INT64: LONG}


def wrapped(x, bits=32):
    return (x + 2**(bits - 1)) % 2**bits - 2**(bits - 1)


def draw(name, count, kind):
    """Of all the type, small ones, and its ends."""
    random, (low, high) = Random("integer/" + name), PLAIN[kind]
    return [random.integer(low, high) if k == 0 else random.integer(-9, 9) if k < 4 else (low, high)[k - 4]
            for k in random.integers(count, 0, 5)]


def extreme_cases():
    for operator, function in (("REDUCE_MAX", max), ("REDUCE_MIN", min)):
        for name, x, axes, keep in REDUCTIONS:
            resolved = {axis % len(x) for axis in axes}
            out = [1 if axis in resolved else size for axis, size in enumerate(x) if keep or axis not in resolved]
            for kind, label in ((INT16, ""), (INT32, "s32_")):
                quantization = (f32(0.001), 0) if kind == INT16 else (None, 0)
                add_case(operator, label + name,
                         [Tensor(list(x), kind, *quantization), Tensor([len(axes)], INT32, data=list(axes))],
                         Tensor(out, kind, *quantization), {0: byte(keep)},
                         lambda inputs, x=x, axes=axes, function=function:
                         exact_math.reduce(inputs[0], x, axes, function),
                         [[draw("%s/%s/%d" % (operator, label + name, k), math.prod(x), kind)] for k in range(2)])


def resize_cases():
    for corners, centers in ((False, False), (True, False), (False, True)):
        for x, size in (((1, 3, 4, 2), (6, 8)), ((1, 7, 5, 2), (3, 2)), ((2, 4, 5, 3), (7, 11)),
                        ((1, 1, 6, 1), (4, 13)), ((1, 14, 13, 1), (9, 3))):
            name = "%dx%d_to_%dx%d%s%s" % (x[1], x[2], *size, "_align_corners" if corners else "",
                                           "_half_pixel_centers" if centers else "")
            add_case("RESIZE_BILINEAR", name, [wide(list(x)), Tensor([2], INT32, data=list(size))],
                     wide([x[0], *size, x[3]]), {2: byte(corners), 3: byte(centers)},
                     lambda inputs, x=x, size=size, corners=corners, centers=centers:
                     exact_math.resize_bilinear(inputs[0], x, size, corners, centers, False))


def integer_case(operator, name, kind, shapes, out, element, runs=None):
    runs = runs or [[draw("%s/%s/%d/%d" % (operator, name, k, i), math.prod(s), kind) for i, s in enumerate(shapes)]
                    for k in range(2)]
    if operator.startswith("FLOOR_"):
        runs = [[a, [v or 3 for v in b]] for a, b in runs]
    if len(shapes) == 2:
        def expect(inputs):
            return exact.broadcast(inputs[0], shapes[0], inputs[1], shapes[1], out, element)
    else:
        def expect(inputs):
            return [element(*values) for values in zip(*inputs)]
    add_case(operator, name, [Tensor(list(s), kind) for s in shapes], Tensor(list(out), kind), {}, expect, runs)


def integer_cases():
    for name, (a, b) in SHAPES.items():
        rank = max(len(a), len(b))
        out = [max(p, q) for p, q in zip(*([1] * (rank - len(s)) + list(s) for s in (a, b)))]
        integer_case("SQUARED_DIFFERENCE", "s32_" + name, INT32, (a, b), out, lambda x, y: wrapped((x - y)**2))
        for operator, function in (("MAXIMUM", max), ("MINIMUM", min)):
            integer_case(operator, "s64_" + name, INT64, (a, b), out, function)
        for kind, label, bits in ((INT8, "s8_", 8), (INT16, "s16_", 16)):
            integer_case("FLOOR_DIV", label + name, kind, (a, b), out, lambda x, y, bits=bits: wrapped(x // y, bits))
            integer_case("FLOOR_MOD", label + name, kind, (a, b), out, lambda x, y: x % y)
    for name, shape in (("s32_rank_1", (19,)), ("s32_rank_4", (1, 2, 3, 4)), ("s32_scalar", ())):
        integer_case("ABS", name, INT32, (shape,), shape, lambda x: wrapped(abs(x)))
        integer_case("NEG", name, INT32, (shape,), shape, lambda x: wrapped(-x))
        for n in (2, 3, 7):
            integer_case("ADD_N", "%s_of_%d" % (name, n), INT32, (shape,) * n, shape, lambda *x: wrapped(sum(x)))


def power_cases():
    """In range: the reference's power is one of doubles."""
    def case(name, x, y, shapes=None, constant=True):
        shapes = shapes or ((len(x),), (1,))
        random = Random("integer/POW" + name)
        rank = max(len(s) for s in shapes)
        out = [max(p, q) for p, q in zip(*([1] * (rank - len(s)) + list(s) for s in shapes))]
        x = x or random.integers(math.prod(shapes[0]), -4, 4)
        operands = [Tensor(list(shapes[0]), INT32), Tensor(list(shapes[1]), INT32, data=y if constant else None)]
        add_case("POW", "s32_" + name, operands, Tensor(out, INT32), {},
                 lambda inputs: exact.broadcast(inputs[0], shapes[0], y, shapes[1], out, lambda p, q: p**q),
                 [[x] if constant else [x, y]])

    small = list(range(-9, 10))
    for power in (0, 1, 2, 3, 5, 8, 9):
        case("by_%d" % power, small, [power])
    case("by_30", [-2, -1, 0, 1, 2], [30])
    case("by_scalar", small, [3], ((19,), ()))
    case("by_33", [-1, 0, 1], [33])
    case("by_each", [-3, 3, -2, 2, 7, -1, 0, 0, 1, 5], [0, 19, 31, 30, 11, 99, 0, 64, 1000, 1], ((10,), (10,)))
    case("computed", [-3, 3, -2, 2, 7, -1, 0, 0, 1, 5], [0, 19, 31, 30, 11, 99, 0, 64, 1000, 1], ((10,), (10,)), False)
    case("computed_scalar", small, [4], ((19,), ()), False)
    case("broadcast", None, [0, 1, 2, 3, 4, 5], ((2, 3, 1), (6,)), False)


def comparison_cases():
    for operator, holds in COMPARISONS.items():
        for name, a, b in LOGIC_SHAPES:
            two_case(operator, name, INT16, a, b, holds, ((f32(0.001), 0),) * 2)
        two_case(operator, "plain", INT16, (40,), (40,), holds)


if __name__ == "__main__":
    sys.exit(main((comparison_cases, extreme_cases, resize_cases, integer_cases, power_cases)))
