#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MAXIMUM and MINIMUM of int16: operator_cases.py's program and arguments. The runner's outputs are what counts."""

import sys

from cases_moves import chain
from exact_arithmetic import f32
from operator_cases import CASES, Random, main
from tflite_writer import INT16, Step, Tensor

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


if __name__ == "__main__":
    sys.exit(main([lambda: CASES.extend(cases())]))
