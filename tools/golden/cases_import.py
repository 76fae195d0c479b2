#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models for the importer's tests and corpus: cases_import.py DIR writes tests/fuzz/corpus/fuzz_tflite's files of
stale shapes, float16 weights, and several faults at once.
"""

import sys
from pathlib import Path

from tflite_writer import FLOAT16, FLOAT32, INT32, INT64, Scalar, Step, Tensor, model


def floats(shape, data=None, kind=FLOAT32):
    return Tensor(list(shape), kind, data=data)


def ints(shape, values):
    return Tensor(list(shape), INT32, data=list(values))


def fully_connected(x, weights, out):
    return Step("FULLY_CONNECTED", [x, weights], [out], {0: Scalar("b", 0)})


def stale_shapes():
    """Batch 1 goes in; the tensors between have the shapes of other batches, the RESHAPE's too."""
    x, tall, taller, flat, out = (floats(s) for s in ([1, 4, 1], [1, 2, 1], [7, 2, 1], [14, 1], [3, 2]))
    return model("stale_shapes", [x], [out], [
        Step("SPACE_TO_BATCH_ND", [x, ints([1], [2]), ints([1, 2], [0, 0])], [tall]),
        Step("ADD", [tall, floats([1], [0.5])], [taller], {0: Scalar("b", 0)}),
        Step("RESHAPE", [taller, ints([2], [-1, 1])], [flat], {}),
        fully_connected(flat, floats([2, 1], [1.0, -2.0]), out)])


def half_weights():
    """Weights in half precision, read by two operators after one DEQUANTIZE, and a result that is one of a constant."""
    x, hidden, out, shown = (floats(s) for s in ([1, 2], [1, 2], [1, 2], [3]))
    half, wide = floats([2, 2], [0.5, -65504.0, 2.0 ** -24, 1.0009765625], FLOAT16), floats([2, 2])
    constant = floats([3], [1.5, float("-inf"), -0.0], FLOAT16)
    return model("half_weights", [x], [out, shown], [
        Step("DEQUANTIZE", [half], [wide]), fully_connected(x, wide, hidden), fully_connected(hidden, wide, out),
        Step("DEQUANTIZE", [constant], [shown])])


def several_faults():
    """Two operators that nobody has, and faults of types before, between and after them."""
    x, a, b, c, d, e, out = (floats([1, 2]) for _ in range(7))
    half, wide, long = floats([1, 2], kind=FLOAT16), floats([1, 2]), Tensor([1, 2], INT64)
    return model("several_faults", [x, half, long], [out, wide, e], [
        Step("DEQUANTIZE", [half], [wide]), Step("Ours", [x], [a]),
        Step("LOGISTIC", [long], [b]), Step("LOGISTIC", [long], [c]), Step("Ours", [a], [d]),
        Step("ADD", [c, b], [e], {0: Scalar("b", 0)}), Step("Theirs", [d], [out])])


if __name__ == "__main__":
    for make in (stale_shapes, half_weights, several_faults):
        Path(sys.argv[1], make.__name__ + ".tflite").write_bytes(make())
