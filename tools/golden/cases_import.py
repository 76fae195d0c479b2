#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models for the importer's tests and corpus: cases_import.py DIR writes tests/fuzz/corpus/fuzz_tflite's files of
stale shapes, float16 weights, tables of values, sparse weights, int64, and several faults at once.
"""

import sys
from pathlib import Path

from tflite_writer import (BOOL, COMPLEX64, FLOAT16, FLOAT32, INT16, INT32, INT64, INT8, UINT8, Scalar, Step, Table,
                           TableVector, Tensor, Vector, model, pack)


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


LISTS = [("B", 3), ("H", 2), ("i", 1)]  # the schema's numbers of lists of indices


def sparse(shape, kind, rows, order, blocks=(), **how):
    """A sparse constant of two dimensions, `rows` its dense values: levels in `order`; blocks: (dimension, size) of
    those that are cut, whose levels come last and are dense. The second level alone is a list."""
    sizes = list(shape)
    for dimension, size in blocks:
        sizes[dimension] //= size
    sizes += [size for _, size in blocks]

    def value(places):
        at = [places[0], places[1]]
        for k, (dimension, size) in enumerate(blocks):
            at[dimension] = at[dimension] * size + places[2 + k]
        return rows[at[0]][at[1]]

    def below(first, second):
        inner = [(a, b) for a in range((sizes + [1])[2]) for b in range((sizes + [1, 1])[3])]
        pair = (first, second) if order[0] == 0 else (second, first)
        return [value([*pair, *places]) for places in inner]

    segments, indices, values = [0], [], []
    for first in range(sizes[order[0]]):
        for second in range(sizes[order[1]]):
            if any(below(first, second)):
                indices.append(second)
                values += below(first, second)
        segments.append(len(indices))
    code, number = how.pop("lists")
    lists = [Table({0: Vector(code, v)}) for v in (segments, indices)]
    levels = [Table({0: Scalar("b", 0), 1: Scalar("i", sizes[order[0]])}),
              Table({0: Scalar("b", 1), 2: Scalar("B", number), 3: lists[0], 4: Scalar("B", number), 5: lists[1]})]
    levels += [Table({0: Scalar("b", 0), 1: Scalar("i", size)}) for _, size in blocks]
    return Tensor(shape, kind, data=values, sparsity=Table({
        0: Vector("i", [*order, *range(2, 2 + len(blocks))]), 1: Vector("i", [d for d, _ in blocks]),
        2: TableVector(levels)}), **how)


def sparse_weights():
    """Lists of columns; lists of blocks of a row; of rows and columns, of float16; and DENSIFY before all of them."""
    x, y, z = floats([1, 6]), Tensor([1, 8], INT8, 0.5, 0), floats([1, 4])
    out = [floats([1, 4]), Tensor([1, 3], INT8, 0.5, 0), floats([1, 4])]
    real = sparse([4, 6], FLOAT32, [[0, 1.5, 0, 0, -2, 0], [0] * 6, [3, 0, 0, 0, 0, 4], [0, 0, 0.25, 0, 0, 0]], [0, 1],
                  lists=LISTS[0])
    whole = sparse([3, 8], INT8, [[0, 0, 0, 0, 5, -6, 0, 7], [-128, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 127]],
                   [0, 1], [(1, 4)], lists=LISTS[1], scale=0.5)
    half = sparse([4, 4], FLOAT16, [[1, 2, 0, 0], [0, -4, 0, 0], [0, 0, 0, 0], [0, 0, 0.5, 0]], [1, 0],
                  [(0, 2), (1, 2)], lists=LISTS[2])
    dense = [floats([4, 6]), Tensor([3, 8], INT8, 0.5, 0), floats([4, 4], kind=FLOAT16), floats([4, 4])]
    return model("sparse_weights", [x, y, z], out, [
        *(Step("DENSIFY", [a], [b]) for a, b in zip([real, whole, half], dense)),
        Step("DEQUANTIZE", [dense[2]], [dense[3]]), fully_connected(x, dense[0], out[0]),
        fully_connected(y, dense[1], out[1]), fully_connected(z, dense[3], out[2])])


def sparse_vector(n, values, segments, indices):
    levels = [Table({0: Scalar("b", 1), 2: Scalar("B", 3), 3: Table({0: Vector("B", segments)}), 4: Scalar("B", 3),
                     5: Table({0: Vector("B", indices)})})]
    x, y = Tensor([n], INT8, 0.5, 0), Tensor([n], INT8, 0.5, 0)
    weights = Tensor([n], INT8, 0.5, 0, data=values, sparsity=Table({0: Vector("i", [0]), 2: TableVector(levels)}))
    return model("sparse_vector", [x], [y], [Step("ADD", [x, weights], [y], {0: Scalar("b", 0)})])


def sparse_growth():
    """One element of 200,000, in a file that is smaller than a 128th of them."""
    return sparse_vector(200000, [1], [0, 1], [5])


def sparse_twice():
    """Three places of two."""
    return sparse_vector(2, [1, 2, 3], [0, 3], [0, 1, 1])


def state_without_input():
    """SignalStacker of nothing."""
    x, y, valid = Tensor([8], INT16), Tensor([24], INT16), Tensor([1], BOOL)
    return model("state_without_input", [x], [y], [
        Step("SignalStacker", [], [y, valid], {"num_channels": 8, "stacker_left_context": 1,
                                               "stacker_right_context": 1, "stacker_step": 1})])


def buffer_of_nothing():
    """CIRCULAR_BUFFER in a graph without tensors."""
    return model("buffer_of_nothing", [], [], [Step("CIRCULAR_BUFFER", [], [], {"cycles_max": 1})])


def int64_places():
    """ARG_MAX that counts in int64, and a RESHAPE of that."""
    x, best, flat = Tensor([2, 3, 4], INT8, 0.5, 0), Tensor([2, 3], INT64), Tensor([6], INT64)
    return model("int64_places", [x], [flat], [
        Step("ARG_MAX", [x, ints([1], [2])], [best], {0: Scalar("b", 4)}),
        Step("RESHAPE", [best, ints([1], [6])], [flat])])


def spectra(name="spectra", length=(1, 8), last="COMPLEX_ABS", kind=FLOAT32):
    """Three rows of six samples, with zeros behind them, and the magnitudes of what is in them."""
    x, y = floats([3, 1, 6]), Tensor([3, 5], kind)
    rows, flat = Tensor([3, 1, 5], COMPLEX64), Tensor([3, 5], COMPLEX64)
    return model(name, [x], [y], [
        Step("RFFT2D", [x, ints([2], list(length))], [rows]), Step("RESHAPE", [rows, ints([2], [3, 5])], [flat]),
        Step(last, [flat], [y])])


def spectra_both_ways():
    return spectra("spectra_both_ways", (3, 8))


def spectra_cut():
    return spectra("spectra_cut", (1, 4))


def spectra_of_spectra():
    return spectra("spectra_of_spectra", last="EXP", kind=COMPLEX64)


def spectra_and_back(name="spectra_and_back", numbers=10):
    """Of two rows of eight samples the samples."""
    x, rows, y = floats([2, 8]), floats([2, numbers]), floats([2, 8])
    options = {"T": 0, "fft_length": 8}
    steps = [Step("SignalRfft", [x], [rows], options)] if numbers == 10 else []
    return model(name, [x if steps else rows], [y], [*steps, Step("SignalIrfft", [rows], [y], options)])


def spectra_too_short():
    return spectra_and_back("spectra_too_short", 8)


if __name__ == "__main__":
    for make in (stale_shapes, half_weights, several_faults, lookup_tables, sparse_weights, sparse_growth,
                 sparse_twice, state_without_input, buffer_of_nothing, int64_places, spectra,
                 spectra_both_ways, spectra_cut, spectra_of_spectra, spectra_and_back, spectra_too_short):
        Path(sys.argv[1], make.__name__ + ".tflite").write_bytes(make())
