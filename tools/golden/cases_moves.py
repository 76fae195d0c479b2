#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of the operators that move data, of CAST, and of chains of them: operator_cases.py's program and arguments.

Inputs count up, so that a moved element shows where it came from; the runner's outputs are what counts.
"""

import sys

from operator_cases import CASES, Case, main, number
from tflite_writer import (BOOL, FLOAT32, INT8, INT16, INT32, INT64, UINT32, Scalar, Step, Tensor, Vector, model)

NAMES = {FLOAT32: "float", INT8: "int8", INT16: "int16", INT32: "int32", INT64: "int64", BOOL: "bool", UINT32: "uint32"}
QUANTIZED = {INT8: (0.1, 3), INT16: (0.1, 0)}


def tensor(shape, kind=INT8, data=None, zero=None):
    scale, usual = QUANTIZED.get(kind, (None, 0))
    zero = usual if zero is None else zero
    return Tensor(list(shape), kind, scale, zero, data=data)


def ints(values, kind=INT32):
    return Tensor([len(values)], kind, data=list(values))


def counted(t, start):
    """Different values, as far as the type has them."""
    n = t.elements()
    if t.type == FLOAT32:
        return [start + i / 8 - 3.5 for i in range(n)]
    if t.type == BOOL:
        return [(i * i + i // 3 + start) % 2 for i in range(n)]
    if t.type == INT8:
        return [(start + i * 5) % 256 - 128 for i in range(n)]
    return [start * 1000 + i * 7 - 50 for i in range(n)]


def case(operator, name, operands, results, options=None, runs=None):
    inputs = list({id(t): t for t in operands if t.data is None}.values())
    return chain(operator, name, inputs, results, [Step(operator, operands, results, options)], runs)


def chain(operator, name, inputs, outputs, steps, runs=None):
    return Case(operator, name, inputs, outputs[0], None, None,
                runs or [[counted(t, 11 * i) for i, t in enumerate(inputs)]], results=outputs,
                model=model(operator, inputs, outputs, steps))


def replaced(shape, axis, size):
    out = list(shape)
    out[axis] = size
    return out


def concatenation():
    for kind in (INT8, INT16, INT32, INT64, FLOAT32, BOOL):
        yield case("CONCATENATION", NAMES[kind], [tensor([2, 3, 2], kind), tensor([2, 1, 2], kind)],
                   [tensor([2, 4, 2], kind)], {0: number(1)})
    for axis in range(-4, 4):
        parts = [replaced((2, 3, 2, 3), axis, n) for n in (1, 3, 2)]
        yield case("CONCATENATION", "axis_%s" % str(axis).replace("-", "minus_"), [tensor(p) for p in parts],
                   [tensor(replaced((2, 3, 2, 3), axis, 6))], {0: number(axis)})
    yield case("CONCATENATION", "one_input", [tensor([2, 3])], [tensor([2, 3])], {0: number(0)})
    yield case("CONCATENATION", "ten_inputs", [tensor([1, 2]) for _ in range(10)], [tensor([1, 20])], {0: number(1)})
    yield case("CONCATENATION", "constant_input", [tensor([2, 2]), tensor([2, 2], data=[1, 2, 3, 4])],
               [tensor([2, 4])], {0: number(-1)})
    same = tensor([2, 2])
    yield case("CONCATENATION", "one_tensor_twice", [same, same], [tensor([4, 2])], {0: number(0)})


def split():
    for kind in (INT8, INT16, INT32, FLOAT32):
        yield case("SPLIT", NAMES[kind], [ints([1]), tensor([2, 4, 2], kind)],
                   [tensor([2, 2, 2], kind) for _ in range(2)], {0: number(2)})
        yield case("SPLIT_V", NAMES[kind], [tensor([2, 4, 2], kind), ints([1, 3]), ints([1])],
                   [tensor([2, n, 2], kind) for n in (1, 3)], {0: number(2)})
    for axis in range(-3, 3):
        name = "axis_%s" % str(axis).replace("-", "minus_")
        yield case("SPLIT", name, [ints([axis]), tensor([6, 6, 3])],
                   [tensor(replaced((6, 6, 3), axis, 2 if axis % 3 < 2 else 1)) for _ in range(3)], {0: number(3)})
        yield case("SPLIT_V", name, [tensor([6, 6, 6]), ints([3, 1, 2]), ints([axis])],
                   [tensor(replaced((6, 6, 6), axis, n)) for n in (3, 1, 2)], {0: number(3)})
    yield case("SPLIT", "one_output", [ints([0]), tensor([3, 2])], [tensor([3, 2])], {0: number(1)})
    yield case("SPLIT_V", "size_minus_1", [tensor([2, 7]), ints([2, -1, 1]), ints([1])],
               [tensor([2, n]) for n in (2, 4, 1)], {0: number(3)})


def slice_():
    for kind in (INT8, INT16, INT32, FLOAT32, BOOL):
        yield case("SLICE", NAMES[kind], [tensor([3, 4, 2], kind), ints([1, 1, 0]), ints([2, 2, 2])],
                   [tensor([2, 2, 2], kind)])
    for name, shape, begin, size in (
            ("rank_1", (9,), (2,), (5,)), ("rank_5", (2, 3, 2, 3, 2), (1, 0, 0, 1, 1), (1, 3, 2, 2, 1)),
            ("to_the_end", (4, 5), (1, 2), (-1, -1)), ("all", (2, 3), (0, 0), (2, 3)),
            ("one_element", (3, 3, 3), (2, 1, 0), (1, 1, 1)), ("rows", (5, 2, 3), (2, 0, 0), (2, -1, -1)),
            ("channels", (1, 3, 3, 6), (0, 0, 0, 2), (1, 3, 3, 3))):
        out = [n - b if s == -1 else s for n, b, s in zip(shape, begin, size)]
        yield case("SLICE", name, [tensor(shape), ints(begin), ints(size)], [tensor(out)])
    yield case("SLICE", "int64_indices", [tensor([4, 5]), ints([1, 2], INT64), ints([2, 2], INT64)],
               [tensor([2, 2])])


def pack_unpack():
    for kind in (INT8, INT16, INT32, INT64, FLOAT32):
        yield case("PACK", NAMES[kind], [tensor([2, 3], kind) for _ in range(3)], [tensor([2, 3, 3], kind)],
                   {0: number(3), 1: number(1)})
        if kind != INT64:
            yield case("UNPACK", NAMES[kind], [tensor([2, 3, 3], kind)], [tensor([2, 3], kind) for _ in range(3)],
                       {0: number(3), 1: number(1)})
    for axis in range(-3, 3):
        name, whole = "axis_%s" % str(axis).replace("-", "minus_"), [3, 4]
        whole.insert(axis % 3, 2)
        yield case("PACK", name, [tensor([3, 4]) for _ in range(2)], [tensor(whole)], {0: number(2), 1: number(axis)})
        yield case("UNPACK", name, [tensor(whole)], [tensor([3, 4]) for _ in range(2)],
                   {0: number(2), 1: number(axis)})
    yield case("PACK", "scalars", [tensor([]) for _ in range(3)], [tensor([3])], {0: number(3), 1: number(0)})
    yield case("PACK", "one_input", [tensor([2, 2])], [tensor([1, 2, 2])], {0: number(1), 1: number(0)})
    yield case("UNPACK", "scalars", [tensor([3])], [tensor([]) for _ in range(3)], {0: number(3), 1: number(0)})


def shapes():
    for kind in (INT8, FLOAT32):
        yield case("SHAPE", NAMES[kind], [tensor([2, 1, 5], kind)], [tensor([3], INT32)], {0: Scalar("b", INT32)})
        yield case("SQUEEZE", NAMES[kind], [tensor([1, 3, 1, 2], kind)], [tensor([3, 2], kind)])
        yield case("EXPAND_DIMS", NAMES[kind], [tensor([3, 2], kind), ints([1])], [tensor([3, 1, 2], kind)])
    for name, shape, dims, out in (("one", (1, 3, 1, 2), [0], (3, 1, 2)), ("two", (1, 3, 1, 1), [0, 2], (3, 1)),
                                   ("negative", (1, 3, 1, 2), [-2], (1, 3, 2)),
                                   ("twice", (1, 3, 1, 2), [-2, 2, 0], (3, 2)), ("nothing", (2, 3), [], (2, 3))):
        yield case("SQUEEZE", name, [tensor(shape)], [tensor(out)], {0: Vector("i", dims)})
    for axis in (-3, -2, -1, 0, 2):
        out = [3, 2]
        out.insert(axis + 3 if axis < 0 else axis, 1)
        yield case("EXPAND_DIMS", "axis_%s" % str(axis).replace("-", "minus_"), [tensor([3, 2]), ints([axis])],
                   [tensor(out)])
    yield case("EXPAND_DIMS", "int16", [tensor([3], INT16), ints([0])], [tensor([1, 3], INT16)])


def blocks():
    for kind in (INT8, FLOAT32):
        for name, shape, size in (("2", (1, 4, 6, 3), 2), ("3", (2, 3, 6, 1), 3), ("1", (1, 2, 2, 2), 1),
                                  ("channel", (1, 2, 4, 1), 2)):
            deep = [shape[0], shape[1] // size, shape[2] // size, shape[3] * size * size]
            if kind == FLOAT32 and name != "2":
                continue
            name = "%s_block_%s" % (NAMES[kind], name)
            yield case("SPACE_TO_DEPTH", name, [tensor(shape, kind)], [tensor(deep, kind)], {0: number(size)})
            yield case("DEPTH_TO_SPACE", name, [tensor(deep, kind)], [tensor(shape, kind)], {0: number(size)})
        for name, shape, block, border in (
                ("2x2", (1, 4, 4, 2), (2, 2), (0, 0, 0, 0)), ("2x3", (2, 4, 6, 1), (2, 3), (0, 0, 0, 0)),
                ("border", (1, 3, 4, 2), (2, 2), (1, 0, 1, 1)), ("wide_border", (2, 2, 1, 2), (3, 2), (3, 1, 0, 3)),
                ("1x4", (1, 2, 7, 1), (1, 4), (0, 0, 1, 0)), ("rank_3", (2, 6, 3), (3,), (0, 0)),
                ("rank_3_border", (1, 5, 2), (4,), (1, 2)), ("1x1", (2, 3, 3, 1), (1, 1), (0, 0, 0, 0))):
            if kind == FLOAT32 and name not in ("2x2", "border"):
                continue
            batches, n = list(shape), len(block)
            for i in range(n):
                batches[0] *= block[i]
                batches[1 + i] = (shape[1 + i] + border[2 * i] + border[2 * i + 1]) // block[i]
            constants = [ints(block), Tensor([n, 2], INT32, data=list(border))]
            name = "%s_%s" % (NAMES[kind], name)
            zero = 0 if any(border) else None  # the reference's border is real zero only then
            yield case("SPACE_TO_BATCH_ND", name, [tensor(shape, kind, zero=zero), *constants],
                       [tensor(batches, kind, zero=zero)])
            yield case("BATCH_TO_SPACE_ND", name, [tensor(batches, kind), *constants], [tensor(shape, kind)])


def gather():
    for kind in (INT8, FLOAT32):
        for name, shape, indices, axis, batch in (
                ("axis_0", (4, 3), (2, 0, 2), 0, 0), ("axis_1", (2, 4, 3), (3, 1), 1, 0),
                ("axis_minus_1", (2, 5), (4, 0, 3), -1, 0), ("one", (4, 3), (3,), 0, 0),
                ("batch_1", (2, 4, 3), (1, 0, 3, 2), 1, 1), ("batch_minus_1", (2, 3, 4), (3, 0), 2, -1)):
            x = tensor(shape, kind)
            at = list(shape[:batch % 2]) + [-1] if batch else [len(indices)]
            if batch:
                at[-1] = len(indices) // at[0]
            place = axis % len(shape)
            out = list(shape[:place]) + (at[1:] if batch else at) + list(shape[place + 1:])
            for constant in (True, False):
                t = Tensor(at, INT32, data=list(indices) if constant else None)
                runs = [[counted(x, 3)] + ([] if constant else [list(indices)])]
                yield case("GATHER", "%s_%s%s" % (NAMES[kind], name, "" if constant else "_runtime"), [x, t],
                           [tensor(out, kind)], {0: number(axis), 1: number(batch)}, runs)
    x = tensor((5, 2))
    yield case("GATHER", "scalar_index", [x, Tensor([], INT32, data=[3])], [tensor((2,))], {0: number(0)})
    yield case("GATHER", "indices_of_rank_2", [x, Tensor([2, 3], INT32, data=[0, 4, 1, 1, 2, 3])],
               [tensor((2, 3, 2))], {0: number(0)})


def mirror_pad():
    for kind in (INT8, FLOAT32):
        for mode, label in ((0, "reflect"), (1, "symmetric")):
            for name, shape, paddings in (
                    ("2d", (3, 4), (1, 2, 2, 1)), ("image", (1, 3, 4, 2), (0, 0, 1, 1, 2, 2, 0, 0)),
                    ("whole", (2, 3, 2), (1, 1, 2, 2, 1, 1)), ("before", (5,), (3, 0)), ("after", (2, 4), (0, 0, 0, 3)),
                    ("nothing", (2, 2), (0, 0, 0, 0))):
                if kind == FLOAT32 and name != "image":
                    continue
                out = [n + a + b for n, a, b in zip(shape, paddings[::2], paddings[1::2])]
                yield case("MIRROR_PAD", "%s_%s_%s" % (NAMES[kind], label, name),
                           [tensor(shape, kind), Tensor([len(shape), 2], INT32, data=list(paddings))],
                           [tensor(out, kind)], {0: Scalar("b", mode)})
    yield case("MIRROR_PAD", "int64_paddings", [tensor((3, 4)), Tensor([2, 2], INT64, data=[1, 1, 0, 2])],
               [tensor((5, 6))], {0: Scalar("b", 1)})


def cast():
    values = {INT8: [-128, -1, 0, 1, 127, 64], INT16: [-32768, -129, -1, 0, 255, 32767],
              INT32: [-2**31, -65537, -1, 0, 16777217, 2**31 - 1], UINT32: [0, 1, 255, 65535, 2**31, 2**32 - 1],
              BOOL: [0, 1, 1, 0, 0, 1]}
    floats = {INT8: [-128.9, -1.5, -0.99, 0.99, 1.5, 127.9], INT16: [-32768.9, -2.5, -0.5, 0.5, 2.5, 32767.9],
              INT32: [-2.0**31, -16777217.5, -0.5, 0.75, 123456.7, 2147483520.0],
              UINT32: [0.0, 0.99, 1.5, 65535.5, 2.0**31, 4294967040.0],
              FLOAT32: [0.0, -1.25, 1e-40, -1e30, 3.5, 16777216.0]}
    for source in (INT8, INT16, INT32, UINT32, FLOAT32, BOOL):
        for target in (INT8, INT16, INT32, UINT32, FLOAT32):
            x = Tensor([2, 3], source)
            run = floats[target] if source == FLOAT32 else values[source]
            yield case("CAST", "%s_to_%s" % (NAMES[source], NAMES[target]), [x], [Tensor([2, 3], target)],
                       {0: Scalar("b", source), 1: Scalar("b", target)}, [[run]])


def chains():
    x, parts, out = tensor([2, 6, 3]), [tensor([2, 2, 3]) for _ in range(3)], tensor([2, 6, 3])
    yield chain("SPLIT", "then_concatenation", [x], [out],
                [Step("SPLIT", [ints([1]), x], parts, {0: number(3)}),
                 Step("CONCATENATION", [parts[2], parts[0], parts[1]], [out], {0: number(1)})])
    x, parts, out = tensor([4, 2]), [tensor([2]) for _ in range(4)], tensor([2, 4])
    yield chain("UNPACK", "then_pack", [x], [out, parts[1]],
                [Step("UNPACK", [x], parts, {0: number(4), 1: number(0)}),
                 Step("PACK", parts[::-1], [out], {0: number(4), 1: number(1)})])
    x, batches, out = tensor([1, 5, 5, 2]), tensor([4, 3, 3, 2]), tensor([1, 5, 5, 2])
    block, border = ints([2, 2]), Tensor([2, 2], INT32, data=[0, 1, 1, 0])
    yield chain("SPACE_TO_BATCH_ND", "there_and_back", [x], [out],
                [Step("SPACE_TO_BATCH_ND", [x, block, border], [batches]),
                 Step("BATCH_TO_SPACE_ND", [batches, block, border], [out])])
    x, thin, wide, flat, out = (tensor(s) for s in ([1, 4, 1, 3], [4, 3], [4, 1, 3], [12], [1, 12]))
    yield chain("SQUEEZE", "then_expand_dims_and_reshape", [x], [out],
                [Step("SQUEEZE", [x], [thin]), Step("EXPAND_DIMS", [thin, ints([1])], [wide]),
                 Step("RESHAPE", [wide, ints([12])], [flat], {}), Step("EXPAND_DIMS", [flat, ints([0])], [out])])
    # the shape of a reshape and the box of a slice, worked out from a shape
    x, shape, first, two = tensor([3, 4]), tensor([2], INT32), tensor([1], INT32), tensor([2], INT32)
    out, box = tensor([3, 4]), tensor([1, 3])
    yield chain("SHAPE", "then_slice_reshape", [x], [out, box],
                [Step("SHAPE", [x], [shape], {0: Scalar("b", INT32)}),
                 Step("SLICE", [shape, ints([0]), ints([1])], [first]),
                 Step("CONCATENATION", [first, ints([-1])], [two], {0: number(0)}),
                 Step("RESHAPE", [x, two], [out], {}),
                 Step("SLICE", [x, ints([1, 1]), ints([1, 3])], [box])])


def repeated():
    for kind in (INT8, INT32, FLOAT32):
        for constant in (True, False):
            value = Tensor([], kind, *QUANTIZED.get(kind, (None, 0)), data=[7] if constant else None)
            yield case("FILL", NAMES[kind] + ("" if constant else "_runtime"), [ints([2, 1, 3]), value],
                       [tensor([2, 1, 3], kind)], runs=[[] if constant else [[-5]]])
    yield case("FILL", "int64_dims", [ints([4], INT64), Tensor([], FLOAT32)], [tensor([4], FLOAT32)], runs=[[[1.5]]])
    for kind in (INT8, INT32, INT64, FLOAT32):
        yield case("ZEROS_LIKE", NAMES[kind], [tensor([2, 3, 2], kind)], [tensor([2, 3, 2], kind)])
    for kind in (INT8, INT16, INT32, INT64, FLOAT32, BOOL):
        yield case("BROADCAST_TO", NAMES[kind], [tensor([3, 1], kind), ints([2, 3, 4])], [tensor([2, 3, 4], kind)])
    for name, shape, out in (("scalar", (), (2, 3)), ("row", (4,), (3, 4)), ("channel", (1, 1, 3), (2, 2, 3)),
                             ("first", (2, 1, 1), (2, 3, 2)), ("middle", (2, 1, 3), (2, 4, 3)),
                             ("same", (2, 3), (2, 3)),
                             ("rank_5", (1, 2, 1, 2, 1), (2, 2, 2, 2, 2)), ("ones", (1, 1), (1, 1, 1))):
        yield case("BROADCAST_TO", name, [tensor(shape), ints(out)], [tensor(out)])
    yield case("BROADCAST_TO", "int64_shape", [tensor([3, 1]), ints([3, 2], INT64)], [tensor([3, 2])])
    for kind in (INT32, INT64):
        for name, a, b, out in (("same_length", (2, 1, 4), (1, 3, 4), (2, 3, 4)),
                                ("longer", (5, 1, 3), (2, 1), (5, 2, 3)),
                                ("shorter", (4,), (3, 2, 1), (3, 2, 4)), ("one", (1,), (1,), (1,))):
            yield case("BROADCAST_ARGS", "%s_%s" % (NAMES[kind], name), [ints(a, kind), ints(b, kind)],
                       [tensor([len(out)], kind)])
        yield case("BROADCAST_ARGS", NAMES[kind] + "_runtime", [tensor([3], kind), tensor([3], kind)],
                   [tensor([3], kind)], runs=[[[2, 1, 4], [1, 3, 4]], [[1, 1, 1], [6, 1, 7]]])


def reverse():
    for kind in (INT8, INT16, INT32, INT64, FLOAT32, BOOL):
        yield case("REVERSE_V2", NAMES[kind], [tensor([2, 3, 2], kind), ints([1])], [tensor([2, 3, 2], kind)])
    for name, shape, axes in (("rank_1", (7,), (0,)), ("first", (3, 2, 2), (0,)), ("last", (2, 3, 4), (-1,)),
                              ("two", (2, 3, 4), (1, 2)), ("all", (2, 3, 2, 2), (3, 0, 1, 2)),
                              ("negative_and_positive", (2, 2, 3, 2), (2, -3)), ("of_one", (3, 1, 2), (1,))):
        yield case("REVERSE_V2", name, [tensor(shape), ints(axes)], [tensor(shape)])


def gather_nd():
    for kind in (INT8, FLOAT32):
        for name, shape, at, indices in (
                ("elements", (3, 4), (3, 2), (2, 1, 0, 3, 2, 3)), ("rows", (4, 3), (2, 1), (3, 1)),
                ("one", (5,), (1,), (4,)), ("pixels", (2, 3, 2, 2), (2, 2, 2), (1, 2, 0, 0, 1, 1, 0, 2)),
                ("deep", (2, 2, 2, 2, 2), (2, 5), (1, 0, 1, 1, 0, 0, 1, 1, 0, 1)),
                ("slices", (2, 3, 4), (3, 1), (1, 1, 0))):
            out = list(at[:-1]) + list(shape[at[-1]:])
            for constant in (True, False):
                t = Tensor(list(at), INT32, data=list(indices) if constant else None)
                x = tensor(shape, kind)
                runs = [[counted(x, 3)] + ([] if constant else [list(indices)])]
                yield case("GATHER_ND", "%s_%s%s" % (NAMES[kind], name, "" if constant else "_runtime"), [x, t],
                           [tensor(out, kind)], {}, runs)


def embedding_lookup():
    for kind, to in ((INT8, INT8), (FLOAT32, FLOAT32), (INT8, FLOAT32)):
        for name, shape in (("rank_2", (5, 3)), ("rank_4", (3, 2, 1, 2))):
            for constant in (True, False):
                rows, indices = tensor(shape, kind, zero=0), Tensor([4], INT32)
                rows.data = counted(rows, 9) if constant else None
                runs = [[k] + ([] if constant else [counted(rows, 9)]) for k in ([2, 0, 2, 1], [0, 1, 1, 2])]
                label = NAMES[kind] + ("_float" if kind != to else "")
                yield case("EMBEDDING_LOOKUP", "%s_%s%s" % (label, name, "_constant" if constant else ""),
                           [indices, rows], [tensor([4, *shape[1:]], to, zero=0)], {}, runs)


def dynamic_update_slice():
    for kind in (INT8, INT16, INT32, FLOAT32):
        for index in (INT32, INT64):
            x, update, start = tensor([3, 4], kind), tensor([2, 2], kind), tensor([2], index)
            runs = [[counted(x, 1), counted(update, 5), at] for at in ([0, 0], [1, 2], [1, 1], [-3, 9], [7, -1])]
            yield case("DYNAMIC_UPDATE_SLICE", "%s_%s" % (NAMES[kind], NAMES[index]), [x, update, start],
                       [tensor([3, 4], kind)], {}, runs)
    for name, shape, box, at in (("rank_1", (6,), (2,), (3,)), ("rank_4", (2, 3, 2, 3), (1, 2, 1, 3), (1, 1, 0, 0)),
                                 ("whole", (2, 3), (2, 3), (1, 1)), ("element", (3, 2, 2), (1, 1, 1), (2, 1, 0))):
        x, update = tensor(shape), tensor(box)
        yield case("DYNAMIC_UPDATE_SLICE", name, [x, update, ints(at)], [tensor(shape)], {},
                   [[counted(x, 1), counted(update, 7)]])


def collector(cases):
    return lambda: CASES.extend(cases())


if __name__ == "__main__":
    sys.exit(main([collector(cases) for cases in (concatenation, split, slice_, pack_unpack, shapes, blocks, gather,
                                                  mirror_pad, cast, chains, repeated, reverse, gather_nd,
                                                  embedding_lookup, dynamic_update_slice)]))
