# SPDX-License-Identifier: Apache-2.0
"""Writes small .tflite models of one operator, with no dependency.

The file is a FlatBuffer laid out front to back: every table is written before
the objects that it refers to, so that all offsets point forward.
"""

import struct
from dataclasses import dataclass, field

FLOAT32, INT32, UINT8, INT64, INT16, INT8 = 0, 2, 3, 4, 7, 9
TYPE_CODE = {FLOAT32: "f", INT32: "i", UINT8: "B", INT64: "q", INT16: "h", INT8: "b"}

# name: (operator code, type of its options table in the union)
OPERATORS = {
    "ADD": (0, 11),
    "AVERAGE_POOL_2D": (1, 5),
    "CONV_2D": (3, 1),
    "DEPTHWISE_CONV_2D": (4, 2),
    "DEQUANTIZE": (6, 38),
    "FULLY_CONNECTED": (9, 8),
    "MAX_POOL_2D": (17, 5),
    "MUL": (18, 21),
    "RESHAPE": (22, 17),
    "SOFTMAX": (25, 9),
    "PAD": (34, 22),
    "TRANSPOSE": (39, 26),
    "MEAN": (40, 27),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (44, 71),
    "PADV2": (60, 43),
    "RESIZE_NEAREST_NEIGHBOR": (97, 74),
    "QUANTIZE": (114, 89),
}


# --- FlatBuffer objects -----------------------------------------------------

@dataclass
class Scalar:
    code: str  # struct code: B, i, I, f
    value: object


@dataclass
class Vector:
    code: str
    values: object
    alignment: int = 4


@dataclass
class Text:
    value: str


@dataclass
class TableVector:
    tables: list


@dataclass
class Table:
    slots: dict = field(default_factory=dict)  # slot number: object


class _Writer:
    def __init__(self):
        self.bytes = bytearray()

    def align(self, alignment, ahead=0):
        while (len(self.bytes) + ahead) % alignment:
            self.bytes.append(0)

    def point(self, place, target):
        struct.pack_into("<I", self.bytes, place, target - place)

    def write(self, item):
        if isinstance(item, Table):
            return self.write_table(item)
        if isinstance(item, Text):
            data = item.value.encode()
            self.align(4)
            start = len(self.bytes)
            self.bytes += struct.pack("<I", len(data)) + data + b"\0"
            return start
        if isinstance(item, Vector):
            self.align(max(4, item.alignment), ahead=4)
            start = len(self.bytes)
            self.bytes += struct.pack("<I", len(item.values))
            if isinstance(item.values, (bytes, bytearray)):
                self.bytes += item.values
            else:
                self.bytes += struct.pack("<%d%s" % (len(item.values), item.code), *item.values)
            return start
        if isinstance(item, TableVector):
            self.align(4)
            start = len(self.bytes)
            self.bytes += struct.pack("<I", len(item.tables)) + bytes(4 * len(item.tables))
            for index, table in enumerate(item.tables):
                self.point(start + 4 + 4 * index, self.write(table))
            return start
        raise TypeError(item)

    def write_table(self, table):
        slots = {slot: item for slot, item in table.slots.items() if item is not None}
        count = max(slots, default=-1) + 1

        def size(item):
            return struct.calcsize("<" + item.code) if isinstance(item, Scalar) else 4

        offsets, place = [0] * count, 4
        order = sorted(slots, key=lambda slot: -size(slots[slot]))
        for slot in order:
            place += -place % size(slots[slot])
            offsets[slot] = place
            place += size(slots[slot])
        self.align(2)
        vtable = len(self.bytes)
        self.bytes += struct.pack("<%dH" % (2 + count), 4 + 2 * count, place, *offsets)
        self.align(4)
        start = len(self.bytes)
        self.bytes += struct.pack("<i", start - vtable) + bytes(place - 4)
        for slot in order:
            item = slots[slot]
            if isinstance(item, Scalar):
                struct.pack_into("<" + item.code, self.bytes, start + offsets[slot], item.value)
        for slot in sorted(slots):
            if not isinstance(slots[slot], Scalar):
                self.point(start + offsets[slot], self.write(slots[slot]))
        return start


def flatbuffer(root, identifier):
    writer = _Writer()
    writer.bytes += bytes(4) + identifier
    writer.point(0, writer.write(root))
    return bytes(writer.bytes)


# --- models -----------------------------------------------------------------

@dataclass
class Tensor:
    shape: list
    type: int = INT8
    scale: object = None  # a number, or a list for per-channel quantization
    zero_point: object = 0
    dimension: int = 0  # quantized dimension
    data: object = None  # list of values of a constant tensor
    variable: bool = False

    def scales(self):
        return self.scale if isinstance(self.scale, list) else [self.scale]

    def zero_points(self):
        if isinstance(self.zero_point, list):
            return self.zero_point
        return [self.zero_point] * len(self.scales())

    def elements(self):
        product = 1
        for size in self.shape:
            product *= size
        return product


def pack(type_, values):
    return struct.pack("<%d%s" % (len(values), TYPE_CODE[type_]), *values)


def unpack(type_, data):
    code = TYPE_CODE[type_]
    return list(struct.unpack("<%d%s" % (len(data) // struct.calcsize(code), code), data))


def one_operator_model(name, operands, result, options=None):
    """The bytes of a model of one operator.

    operands: Tensor or None (absent) each; those without data that are not
    variables are the model's inputs, in order. options: {slot: Scalar or Vector}.
    """
    code, options_type = OPERATORS[name]
    buffers, tensors, inputs, operand_indices = [Table()], [], [], []

    def add(tensor, label):
        buffer = 0
        if tensor.data is not None:
            buffer = len(buffers)
            buffers.append(Table({0: Vector("B", pack(tensor.type, tensor.data), 16)}))
        quantization = None
        if tensor.scale is not None:
            quantization = Table({2: Vector("f", tensor.scales()),
                                  3: Vector("q", tensor.zero_points(), 8),
                                  6: Scalar("i", tensor.dimension)})
        tensors.append(Table({0: Vector("i", tensor.shape), 1: Scalar("B", tensor.type),
                              2: Scalar("I", buffer), 3: Text(label), 4: quantization,
                              5: Scalar("B", 1) if tensor.variable else None}))
        return len(tensors) - 1

    for position, tensor in enumerate(operands):
        if tensor is None:
            operand_indices.append(-1)
            continue
        index = add(tensor, "operand%d" % position)
        operand_indices.append(index)
        if tensor.data is None and not tensor.variable:
            inputs.append(index)
    output = add(result, "result")
    operator = Table({0: Scalar("I", 0), 1: Vector("i", operand_indices), 2: Vector("i", [output]),
                      3: Scalar("B", options_type), 4: Table(options or {})})
    subgraph = Table({0: TableVector(tensors), 1: Vector("i", inputs), 2: Vector("i", [output]),
                      3: TableVector([operator]), 4: Text("main")})
    operator_code = Table({0: Scalar("b", min(code, 127)), 2: Scalar("i", 1), 3: Scalar("i", code)})
    model = Table({0: Scalar("I", 3), 1: TableVector([operator_code]), 2: TableVector([subgraph]),
                   3: Text(name.lower()), 4: TableVector(buffers)})
    return flatbuffer(model, b"TFL3")
