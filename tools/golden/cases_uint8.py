#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models with uint8 at their boundary and int8 inside: operator_cases.py's program and arguments."""

import sys

from cases_moves import chain
from exact_arithmetic import f32
from operator_cases import CASES, byte, main
from tflite_writer import FLOAT32, INT8, UINT8, Step, Tensor

SCALE, ZERO = f32(0.05), 131
EVERY = list(range(256))


def boundary(name, inner_scale, inner_zero, out_scale, out_zero):
    """uint8 -> int8 -> x + x -> uint8."""
    x, y = Tensor([1, 256], UINT8, SCALE, ZERO), Tensor([1, 256], UINT8, f32(out_scale), out_zero)
    inside, sum_ = Tensor([1, 256], INT8, f32(inner_scale), inner_zero), Tensor([1, 256], INT8, f32(0.1), -7)
    return chain("QUANTIZE", name, [x], [y],
                 [Step("QUANTIZE", [x], [inside]), Step("ADD", [inside, inside], [sum_], {0: byte(0)}),
                  Step("QUANTIZE", [sum_], [y])], [[EVERY]])


def cases():
    yield boundary("boundary_128_apart", SCALE, ZERO - 128, 0.1, 121)
    yield boundary("boundary_other_scales", 0.07, -20, 0.03, 200)
    x, real, y = Tensor([256], UINT8, SCALE, ZERO), Tensor([256], FLOAT32), Tensor([256], INT8, f32(0.06), 11)
    yield chain("QUANTIZE", "boundary_through_float", [x], [y],
                [Step("DEQUANTIZE", [x], [real]), Step("QUANTIZE", [real], [y])], [[EVERY]])
    x, inside, real = Tensor([256], UINT8, SCALE, ZERO), Tensor([256], INT8, SCALE, ZERO - 128), Tensor([256], FLOAT32)
    yield chain("QUANTIZE", "boundary_to_float", [x], [real],
                [Step("QUANTIZE", [x], [inside]), Step("DEQUANTIZE", [inside], [real])], [[EVERY]])


if __name__ == "__main__":
    sys.exit(main([lambda: CASES.extend(cases())]))
