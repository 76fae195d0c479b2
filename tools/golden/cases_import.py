#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models for the importer's tests and corpus: cases_import.py DIR writes tests/fuzz/corpus/fuzz_tflite's files of
stale shapes, float16 weights, tables of values, and several faults at once.
"""

import sys
from pathlib import Path

from tflite_writer import FLOAT16, FLOAT32, INT32, INT64, INT8, UINT8, Scalar, Step, Tensor, model, pack


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


def tables(result, bits, values, indices):
    """The two constants that TFLM_DECODE makes `result` of: indices of `bits` bits into the channels' tables."""
    text = "".join(f"{i:0{bits}b}" for i in indices)
    encoded = [int(text[k:k + 8].ljust(8, "0"), 2) for k in range(0, len(text), 8)]
    header = [0, 1, 0, 0, 1, bits, len(values[0])] + [0] * 9
    ancillary = header + list(pack(result.type, [v for table in values for v in table]))
    return [Tensor([len(encoded)], UINT8, data=encoded), Tensor([len(ancillary)], UINT8, data=ancillary)]


def lookup_tables():
    """A table of each row, of each channel of the last dimension, and of all of a tensor of floats."""
    x, y = (Tensor(shape, INT8, 0.5, 0) for shape in ([1, 5], [1, 3]))
    z, deep = (Tensor(shape, INT8, 0.5, 0) for shape in ([1, 3, 3, 2], [1, 1, 1, 2]))
    f, out = floats([1, 3]), floats([1, 2])
    rows = Tensor([3, 5], INT8, [0.5, 0.25, 0.125], [0, 0, 0], dimension=0)
    last = Tensor([1, 3, 3, 2], INT8, [0.5, 0.25], [0, 0], dimension=3)
    real = floats([2, 3])
    codes = [*tables(rows, 2, [[-7, 0, 5, 9], [1, 2, 3, 4], [-128, 127, 0, 0]],
                     [0, 1, 2, 3, 0, 3, 2, 1, 0, 1, 0, 1, 0, 1, 1]),
             *tables(last, 3, [[10, 20, 30, 40, 50], [-1, -2, -3, -4, -5]],
                     [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 1, 2, 3, 4, 0, 1, 2])]
    return model("lookup_tables", [x, z, f], [y, deep, out], [
        Step("TFLM_DECODE", codes, [rows, last]), fully_connected(x, rows, y),
        Step("DEPTHWISE_CONV_2D", [z, last], [deep],
             {0: Scalar("b", 1), 1: Scalar("i", 1), 2: Scalar("i", 1), 3: Scalar("i", 1)}),
        Step("TFLM_DECODE", tables(real, 7, [[0.5, -1.5, 2.25]], [2, 1, 0, 0, 1, 2]), [real]),
        fully_connected(f, real, out)])


if __name__ == "__main__":
    for make in (stale_shapes, half_weights, several_faults, lookup_tables):
        Path(sys.argv[1], make.__name__ + ".tflite").write_bytes(make())
