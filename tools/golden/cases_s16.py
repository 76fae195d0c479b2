#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""int16 of operators that have int8 elsewhere: operator_cases.py's program and arguments. Of MAXIMUM and MINIMUM the
runner's outputs are what counts."""

import math
import sys

import exact_arithmetic as exact
import exact_math
import exact_wide

from cases_moves import chain
from exact_arithmetic import f32
from operator_cases import CASES, Random, add_case, byte, lstm_case, main
from tflite_writer import INT8, INT16, Step, Tensor

SHAPES = {"same": ([2, 3, 5], [2, 3, 5]), "row": ([2, 3, 5], [5]), "both": ([4, 1, 3], [1, 6, 3]),
          "one": ([7], [1]), "channels": ([1, 4, 4, 3], [1, 1, 1, 3])}


def wide(shape, data=None):
    return Tensor(list(shape), INT16, f32(0.001), 0, data=data)


def cases():
    for operator in ("MAXIMUM", "MINIMUM"):
        for name, (a, b) in SHAPES.items():
            random = Random("s16/" + operator + name)
            rank = max(len(a), len(b))
            padded = [[1] * (rank - len(s)) + s for s in (a, b)]
            x, y, out = wide(a), wide(b), wide([max(m, n) for m, n in zip(*padded)])
            runs = [[random.integers(t.elements(), -32768, 32767) for t in (x, y)] for _ in range(2)]
            yield chain(operator, name, [x, y], [out], [Step(operator, [x, y], [out])], runs)
        random = Random("s16/constant" + operator)
        x, out = wide([3, 4]), wide([3, 4])
        yield chain(operator, "constant", [x], [out],
                    [Step(operator, [x, wide([4], [-32768, -1, 0, 32767])], [out])],
                    [[random.integers(12, -32768, 32767)]])


WORD = exact.LIMITS["h"]


def unary_cases():
    def case(operator, name, scales, element, values):
        scales = [f32(s) for s in scales]
        of = element(scales, (0, 0), WORD)
        add_case(operator, name, [Tensor([1, len(values)], INT16, scales[0], 0)],
                 Tensor([1, len(values)], INT16, scales[1], 0), {}, lambda inputs: [of(q) for q in inputs[0]],
                 [[values]])

    spread = list(range(-32768, 32768, 331)) + list(range(-20, 20)) + [-32767, 32767]
    for name, scales in (("same", (0.0004, 0.0004)), ("finer", (0.0004, 0.00013)), ("coarser", (0.0004, 0.0017)),
                         ("ties", (0.25, 0.5)), ("tiny", (1e-9, 4.0))):
        case("ABS", name, scales, exact_math.abs_element, spread)
    above = (list(range(0, 60)) + [4**k + d for k in range(3, 8) for d in (-1, 0, 1)] +
             list(range(100, 32768, 401)) + [32767])
    for name, scales in (("usual", (0.0001, 0.001)), ("finer", (0.0001, 0.00002)), ("coarser", (0.0001, 0.1)),
                         ("one", (1.0, 1.0)), ("powers_of_two", (2.0**-12, 2.0**-9)), ("saturating", (1e-8, 0.0001))):
        case("RSQRT", name, scales, exact_math.rsqrt_element, above)


def pair_case(operator, name, a, b, scales, zeros, element, kind=INT16, constant=False):
    rank = max(len(a), len(b))
    out = [max(p, q) for p, q in zip(*([1] * (rank - len(s)) + list(s) for s in (a, b)))]
    low, high = exact.LIMITS["h" if kind == INT16 else "b"]
    data = Random("s16/constant" + operator + name).integers(math.prod(b), low, high) if constant else None
    add_case(operator, name, [Tensor(list(a), INT16, scales[0], zeros[0]),
                              Tensor(list(b), kind, scales[1], zeros[1], data=data)],
             Tensor(out, INT16, scales[2], zeros[2]), {},
             lambda inputs: exact.broadcast(inputs[0], a, data or inputs[1], b, out, element))


def squared_difference_cases():
    def case(name, scales=(0.0003, 0.0002, 0.004), a=(2, 3, 5), b=(2, 3, 5), **settings):
        scales = [f32(s) for s in scales]
        element = exact_math.squared_difference_element(scales, (0, 0, 0), WORD, 0)
        pair_case("SQUARED_DIFFERENCE", name, a, b, scales, (0, 0, 0), element, **settings)

    for name, (a, b) in SHAPES.items():
        case(name, a=a, b=b)
    case("constant", b=(5,), constant=True)
    case("same_scales", scales=(0.0003, 0.0003, 0.01))
    case("scales_far_apart", scales=(0.9, 0.0007, 50000.0))
    case("output_scale_small", scales=(0.5, 0.5, 0.0005))
    case("powers_of_two", scales=(0.5, 0.25, 1024.0))


def prelu_cases():
    def case(name, scales=(0.0003, 0.01, 0.0004), zeros=(0, 0, 0), a=(1, 3, 4, 5), b=(1, 1, 5), constant=True):
        scales = [f32(s) for s in scales]
        pair_case("PRELU", name, a, b, scales, zeros, exact_math.prelu_element(scales, zeros, WORD), INT8, constant)

    case("channel")
    case("element", b=(1, 3, 4, 5))
    case("one", b=(1, 1, 1))
    case("computed", constant=False)
    case("zero_points", zeros=(300, -5, -7000))
    case("zero_points_at_the_ends", zeros=(-32768, 127, 32767))
    case("finer", scales=(0.0003, 0.02, 0.00004))
    case("coarser", scales=(0.0003, 0.001, 0.007))
    case("ties", scales=(0.5, 0.5, 1.0))


def matmul_cases():
    def case(name, a=(2, 3, 4), b=(2, 4, 5), adj=(False, False), scales=(0.0003, 0.0002, 0.005), constant=False,
             runs=None):
        scales = [f32(s) for s in scales]
        batch = [max(p, q) for p, q in zip(*([1] * (max(len(a), len(b)) - len(s)) + list(s[:-2]) for s in (a, b)))]
        out = batch + [a[-2], b[-1]]
        shapes = [list(s[:-2]) + ([s[-1], s[-2]] if turned else list(s[-2:])) for s, turned in zip((a, b), adj)]
        data = Random("s16/matmul" + name).integers(math.prod(b), -32768, 32767) if constant else None

        def expect(inputs):
            return exact_math.batch_matmul(inputs[0], shapes[0], data or inputs[1], shapes[1], out, *adj,
                                           exact_wide.matmul_element(scales))

        add_case("BATCH_MATMUL", name, [Tensor(shapes[0], INT16, scales[0], 0),
                                        Tensor(shapes[1], INT16, scales[1], 0, data=data)],
                 Tensor(out, INT16, scales[2], 0), {0: byte(adj[0]), 1: byte(adj[1])}, expect, runs)

    case("plain", a=(3, 4), b=(4, 5))
    case("batch")
    case("adj_x", adj=(True, False))
    case("adj_y", adj=(False, True))
    case("adj_both", adj=(True, True))
    case("both_broadcast", a=(2, 1, 3, 2), b=(1, 3, 2, 4))
    case("ranks", b=(4, 5))
    case("vector", a=(1, 7), b=(7, 1))
    case("constant", a=(2, 6), b=(6, 4), constant=True)
    case("finer", scales=(0.0003, 0.0002, 0.00000006))
    case("left_shift", scales=(0.5, 0.5, 0.003))
    case("ties", scales=(0.5, 0.25, 16.0))
    case("multiplier_cut_to_7fff", scales=(0.5, 0.249999, 16.0))
    case("sum_beyond_32_bits", a=(1, 90), b=(90, 2), scales=(0.0003, 0.0002, 0.1),
         runs=[[[-32768] * 90, [-32768] * 180], [[32767] * 90, [-32768] * 90 + [32767] * 90]])


def lstm_cases():
    """x of 1 / 4096, h of 1 / 32768 unless said otherwise; the numbers drawn are of all 16 bits, and of 25 around 0."""
    def case(name, x=2.0**-12, h=2.0**-15, **settings):
        lstm_case(name, x_quant=(x, 0), h_quant=(h, 0), kind=INT16, **{"bias_span": 300000, **settings})

    case("small")
    case("time_major", time_major=True)
    case("batch_2", batch=2)
    case("batch_2_time_major", batch=2, time_major=True)
    case("one_unit", units=1, width=1, steps=9)
    case("longer", steps=20, width=8, units=6)
    case("cell_clip", cell_clip=0.7, steps=10)
    case("cell_clip_saturating", cell_clip=100.0, steps=6)
    for power in (-15, -13, -9):
        case("cell_scale_2_%d" % -power, cell_power=power, steps=8)
    case("coarse_hidden", h=0.003, steps=8)
    case("fine_input", x=1e-6, steps=6, bias_span=30000000)
    case("gates_saturated", weights="saturating", weight_scale=0.06, x=0.001, steps=6)
    case("cell_saturated", weights="saturating", weight_scale=0.05, x=0.0004, steps=24, cell_power=-15, bias_span=300)
    case("bias_beyond_32_bits", bias_span=2**40, x=1e-8)
    case("left_shifts", x=0.05, weight_scale=0.3, steps=5)
    case("sums_beyond_32_bits", width=700, steps=3, weights="saturating", weight_scale=0.001, x=0.00001)
    case("long", steps=64, width=6, units=12, weight_scale=0.01)


if __name__ == "__main__":
    sys.exit(main([lambda: CASES.extend(cases()), unary_cases, squared_difference_cases, prelu_cases, matmul_cases,
                   lstm_cases]))
