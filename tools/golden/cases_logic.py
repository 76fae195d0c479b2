#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of the operators that make bools, or read them: comparisons, AND, OR, NOT, SELECT_V2. The same program as
operator_cases.py, the same arguments.
"""

import math
import operator as python
import sys

import exact_arithmetic as exact
from exact_arithmetic import f32
from operator_cases import Random, add_case, main
from tflite_writer import BOOL, FLOAT32, INT8, INT16, INT32, INT64, Tensor

SHAPES = (("same_shape", (1, 3, 4, 5), (1, 3, 4, 5)), ("scalar", (1, 3, 4, 5), (1,)),
          ("first_scalar", (1,), (1, 3, 4, 5)), ("channel", (1, 3, 4, 5), (1, 1, 1, 5)),
          ("both_broadcast", (1, 3, 1, 5), (1, 1, 4, 1)), ("rank_1", (17,), (17,)),
          ("rank_6", (2, 1, 2, 3, 1, 2), (2, 3, 1, 3, 2, 1)))
COMPARISONS = {"EQUAL": python.eq, "NOT_EQUAL": python.ne, "LESS": python.lt, "LESS_EQUAL": python.le,
               "GREATER": python.gt, "GREATER_EQUAL": python.ge}


def few(name, count, kind):
    """Values of which some are equal, with the type's ends."""
    random = Random("few/" + name)
    ends = {INT8: (-128, 127), INT32: (-2**31, 2**31 - 1), INT64: (-2**63, 2**63 - 1, 2**40), BOOL: (0, 1),
            FLOAT32: (-0.0, 0.0, 1e30, f32(1e-42), math.inf, -math.inf, math.nan), INT16: (-32768, 32767)}[kind]
    low, high = (0, 1) if kind == BOOL else (-3, 3)
    return [ends[random.integer(0, len(ends) - 1)] if random.integer(0, 3) == 0 else
            random.integer(low, high) / (2 if kind == FLOAT32 else 1) for _ in range(count)]


def values(name, count, kind):
    return [v if kind == FLOAT32 else int(v) for v in few(name, count, kind)]


def out_shape_of(*shapes):
    rank = max(len(s) for s in shapes)
    return [max(dims) for dims in zip(*([1] * (rank - len(s)) + list(s) for s in shapes))]


def two_case(operator, name, kind, a, b, element, quantization=((None, 0), (None, 0)), runs=None):
    out = out_shape_of(a, b)
    runs = runs or [[values("%s/%s/%d/%d" % (operator, name, k, i), math.prod(s), kind) for i, s in enumerate((a, b))]
                    for k in range(2)]
    add_case(operator, name, [Tensor(list(a), kind, *quantization[0]), Tensor(list(b), kind, *quantization[1])],
             Tensor(out, BOOL), {}, lambda inputs: exact.broadcast(inputs[0], a, inputs[1], b, out,
                                                                   lambda x, y: int(element(x, y))), runs)


def scaled(scale, zero):
    multiplier = exact.quantize_multiplier(scale)
    return lambda q: exact.requantize((q - zero) * 256, *multiplier)


def comparison_cases():
    for operator, holds in COMPARISONS.items():
        kinds = {"float": FLOAT32, "s32": INT32, "s64": INT64}
        if operator in ("EQUAL", "NOT_EQUAL"):
            kinds["bool"] = BOOL
        for label, kind in kinds.items():
            for name, a, b in SHAPES[:1] + SHAPES[4:] if label != "float" else SHAPES:
                two_case(operator, "%s_%s" % (label, name), kind, a, b, holds)
        for name, scales, zeros in (("same", (0.05, 0.05), (3, 3)), ("other_zero", (0.05, 0.05), (3, -9)),
                                    ("other_scale", (0.05, 0.03), (0, -128)), ("coarse", (0.99, 0.5), (127, 0)),
                                    ("merging", (0.0013, 0.0011), (-5, 5)), ("tiny", (1e-7, 1e-12), (0, 1))):
            scales = [f32(s) for s in scales]
            first, second = scaled(scales[0], zeros[0]), scaled(scales[1], zeros[1])
            every = list(range(-128, 128))
            runs = [[every, every[k:] + every[:k]] for k in (0, 1, 100)]
            two_case(operator, "s8_" + name, INT8, (256,), (256,),
                     lambda x, y, holds=holds, first=first, second=second: holds(first(x), second(y)),
                     tuple(zip(scales, zeros)), runs)
        for name, a, b in SHAPES[1:]:
            first, second = scaled(f32(0.05), 1), scaled(f32(0.04), -2)
            two_case(operator, "s8_" + name, INT8, a, b,
                     lambda x, y, holds=holds, first=first, second=second: holds(first(x), second(y)),
                     ((f32(0.05), 1), (f32(0.04), -2)))


def logical_cases():
    for operator, holds in (("LOGICAL_AND", lambda x, y: x and y), ("LOGICAL_OR", lambda x, y: x or y)):
        for name, a, b in SHAPES:
            two_case(operator, name, BOOL, a, b, holds)
    for name, shape in (("rank_4", (1, 3, 2, 5)), ("scalar", ()), ("rank_1", (9,))):
        add_case("LOGICAL_NOT", name, [Tensor(list(shape), BOOL)], Tensor(list(shape), BOOL), {},
                 lambda inputs: [1 - x for x in inputs[0]],
                 [[values("LOGICAL_NOT/%s/%d" % (name, k), math.prod(shape), BOOL)] for k in range(2)])


def select_cases():
    shapes = (("same_shape", (1, 3, 4, 5),) * 1 + ((1, 3, 4, 5), (1, 3, 4, 5)),
              ("condition_scalar", (), (2, 3), (2, 3)), ("condition_row", (3, 1), (3, 4), (3, 4)),
              ("scalars", (2, 3, 4), (), ()), ("all_broadcast", (1, 3, 1, 2), (2, 1, 1, 1), (1, 1, 4, 1)),
              ("first_scalar", (2, 5), (1,), (2, 5)), ("rank_5", (2, 1, 2, 1, 3), (2, 2, 1, 2, 1), (1, 2, 2, 1, 3)),
              ("all_one", (1,), (1,), (1,)))
    for label, kind in (("float", FLOAT32), ("s8", INT8), ("s16", INT16)):
        quantization = (None, 0) if kind == FLOAT32 else (f32(0.05), 0)
        for name, *three in shapes:
            out = out_shape_of(*three)
            runs = [[values("SELECT_V2/%s/%d/%d" % (name, k, i), math.prod(s), BOOL if i == 0 else kind)
                     for i, s in enumerate(three)] for k in range(2)]

            def expect(inputs, three=three, out=out):
                def spread(i):
                    ones = [0] * math.prod(out)
                    return exact.broadcast(inputs[i], three[i], ones, out, out, lambda x, _: x)
                return [x if c else y for c, x, y in zip(spread(0), spread(1), spread(2))]

            add_case("SELECT_V2", "%s_%s" % (label, name),
                     [Tensor(list(three[0]), BOOL)] + [Tensor(list(s), kind, *quantization) for s in three[1:]],
                     Tensor(out, kind, *quantization), {}, expect, runs)


if __name__ == "__main__":
    sys.exit(main((comparison_cases, logical_cases, select_cases)))
