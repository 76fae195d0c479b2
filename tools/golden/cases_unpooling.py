#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of MediaPipe's MaxPoolingWithArgmax2D and MaxUnpooling2D: operator_cases.py's program and arguments. The runner
is one around their functions, whose outputs are what counts.
"""

import struct
import sys

from cases_moves import chain
from exact_arithmetic import f32
from operator_cases import CASES, Random, main
from tflite_writer import FLOAT32, Step, Tensor


def options(same, stride, window):
    return struct.pack("<6i", 1 if same else 2, stride[1], stride[0], window[1], window[0], 0)


def sizes(x, stride, window, same):
    spatial = [-(-n // s) if same else (n - k + s) // s for n, s, k in zip(x[1:3], stride, window)]
    return [x[0], *spatial, x[3]]


def greatest():
    for name, x, window, stride, same in (
            ("2x2", (1, 4, 6, 3), (2, 2), (2, 2), True), ("2x2_odd", (2, 5, 3, 2), (2, 2), (2, 2), True),
            ("3x3_padded", (1, 6, 5, 2), (3, 3), (2, 2), True), ("valid", (1, 7, 6, 2), (3, 2), (2, 3), False),
            ("overlapping", (1, 4, 5, 1), (2, 3), (1, 1), True), ("one_row", (1, 1, 9, 2), (1, 4), (1, 2), False)):
        random = Random("argmax/" + name)
        tensor, out = Tensor(list(x), FLOAT32), sizes(x, stride, window, same)
        results = [Tensor(list(out), FLOAT32), Tensor(list(out), FLOAT32)]
        runs = [[[f32(random.real(-3, 3)) for _ in range(tensor.elements())]],
                [[f32(random.integer(-1, 1)) for _ in range(tensor.elements())]]]  # equal ones: the first counts
        case = chain("MaxPoolingWithArgmax2D", name, [tensor], results,
                     [Step("MaxPoolingWithArgmax2D", [tensor], results, custom=options(same, stride, window))], runs)
        case.operator, case.name = "MAX_POOL_2D", "argmax_" + name
        yield case


def back():
    for name, x, window, same in (("2x2", (1, 2, 3, 3), (2, 2), True), ("2x3", (2, 3, 2, 2), (2, 3), True),
                                  ("valid", (1, 3, 2, 1), (3, 3), False), ("1x4", (1, 2, 2, 2), (1, 4), True)):
        random = Random("unpooling/" + name)
        tensors = [Tensor(list(x), FLOAT32), Tensor(list(x), FLOAT32)]
        result = Tensor([x[0], x[1] * window[0], x[2] * window[1], x[3]], FLOAT32)
        count = tensors[0].elements()
        runs = [[[f32(random.real(-3, 3)) for _ in range(count)],
                 [f32(random.integer(0, window[0] * window[1] - 1) + fraction) for _ in range(count)]]
                for fraction in (f32(0.1), 0.0, 0.75)]
        case = chain("MaxUnpooling2D", name, tensors, [result],
                     [Step("MaxUnpooling2D", tensors, [result], custom=options(same, window, window))], runs)
        case.operator, case.name = "SELECT_V2", "unpooling_" + name
        yield case


if __name__ == "__main__":
    sys.exit(main((lambda: CASES.extend(greatest()), lambda: CASES.extend(back()))))
