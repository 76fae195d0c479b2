# SPDX-License-Identifier: Apache-2.0
"""Writes small .tflite models of one operator, with no dependency.

The file is a FlatBuffer laid out front to back: every table is written before
the objects that it refers to, so that all offsets point forward.
"""

import struct
from dataclasses import dataclass, field

FLOAT32, FLOAT16, INT32, UINT8, INT64, BOOL, INT16, INT8, RESOURCE, UINT32 = 0, 1, 2, 3, 4, 6, 7, 9, 13, 15
COMPLEX64 = 8
CUSTOM = 32
TYPE_CODE = {FLOAT32: "f", FLOAT16: "e", INT32: "i", UINT8: "B", INT64: "q", INT16: "h", INT8: "b", BOOL: "B",
             UINT32: "I"}

# name: (operator code, type of its options table in the union)
OPERATORS = {
    "ADD": (0, 11),
    "AVERAGE_POOL_2D": (1, 5),
    "CONV_2D": (3, 1),
    "DEPTHWISE_CONV_2D": (4, 2),
    "DENSIFY": (124, 99),
    "RFFT2D": (131, 105),
    "COMPLEX_ABS": (135, 0),
    "DEQUANTIZE": (6, 38),
    "FULLY_CONNECTED": (9, 8),
    "MAX_POOL_2D": (17, 5),
    "MUL": (18, 21),
    "RESHAPE": (22, 17),
    "SOFTMAX": (25, 9),
    "LOG_SOFTMAX": (50, 36),
    "PAD": (34, 22),
    "TRANSPOSE": (39, 26),
    "MEAN": (40, 27),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (44, 71),
    "PADV2": (60, 43),
    "RESIZE_NEAREST_NEIGHBOR": (97, 74),
    "QUANTIZE": (114, 89),
    "SVDF": (27, 6),
    "SUB": (41, 28),
    "STRIDED_SLICE": (45, 32),
    "TRANSPOSE_CONV": (67, 49),
    "LEAKY_RELU": (98, 75),

    "CONCATENATION": (2, 10),
    "DEPTH_TO_SPACE": (5, 94),
    "SPACE_TO_DEPTH": (26, 19),
    "GATHER": (36, 23),
    "BATCH_TO_SPACE_ND": (37, 24),
    "SPACE_TO_BATCH_ND": (38, 25),
    "SQUEEZE": (43, 30),
    "SPLIT": (49, 35),
    "CAST": (53, 37),
    "SLICE": (65, 48),
    "EXPAND_DIMS": (70, 52),
    "SHAPE": (77, 55),
    "PACK": (83, 59),
    "UNPACK": (88, 64),
    "MIRROR_PAD": (100, 77),
    "SPLIT_V": (102, 79),
    "CALL_ONCE": (129, 103),
    "VAR_HANDLE": (142, 111),
    "READ_VARIABLE": (143, 112),
    "ASSIGN_VARIABLE": (144, 113),
    "L2_NORMALIZATION": (11, 12),
    "LOGISTIC": (14, 0),
    "RELU": (19, 0),
    "RELU6": (21, 0),
    "RESIZE_BILINEAR": (23, 15),
    "TANH": (28, 0),
    "DIV": (42, 29),
    "EXP": (47, 33),
    "PRELU": (54, 0),
    "POW": (78, 56),
    "MAXIMUM": (55, 39),
    "ARG_MAX": (56, 40),
    "MINIMUM": (57, 39),
    "SUM": (74, 27),
    "SQRT": (75, 0),
    "RSQRT": (76, 0),
    "REDUCE_MAX": (82, 27),
    "SQUARE": (92, 66),
    "SQUARED_DIFFERENCE": (99, 76),
    "ABS": (101, 78),
    "HARD_SWISH": (117, 91),
    "BATCH_MATMUL": (126, 101),
    "CUMSUM": (128, 102),
    "FLOOR": (8, 0),
    "FLOOR_DIV": (90, 65),
    "FLOOR_MOD": (95, 72),
    "ARG_MIN": (79, 57),
    "L2_POOL_2D": (12, 5),
    "REDUCE_MIN": (89, 27),
    "ADD_N": (106, 82),
    "REDUCE_ALL": (140, 27),
    "FILL": (94, 68),
    "ZEROS_LIKE": (93, 67),
    "BROADCAST_TO": (130, 104),
    "BROADCAST_ARGS": (145, 0),
    "GATHER_ND": (107, 83),
    "REVERSE_V2": (105, 81),
    "EMBEDDING_LOOKUP": (7, 0),
    "DYNAMIC_UPDATE_SLICE": (151, 117),
    "LESS": (58, 41),
    "GREATER": (61, 44),
    "GREATER_EQUAL": (62, 45),
    "LESS_EQUAL": (63, 46),
    "EQUAL": (71, 53),
    "NOT_EQUAL": (72, 54),
    "LOGICAL_OR": (84, 60),
    "LOGICAL_AND": (86, 62),
    "LOGICAL_NOT": (87, 63),
    "SELECT_V2": (123, 98),
    "ELU": (111, 0),
    "NEG": (59, 42),
    "SIN": (66, 0),
    "LOG": (73, 0),
    "CEIL": (104, 0),
    "COS": (108, 84),
    "ROUND": (116, 0),
    "IF": (118, 92),
    "WHILE": (119, 93),
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
    sparsity: object = None  # the table, of a sparse constant, whose data are its values

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


def code_of(name):
    return OPERATORS.get(name, (CUSTOM, 0))


class Step:
    """An operator of a model: its name in OPERATORS (others are custom), its operands and results, its options, which
    are a dictionary of slots, or of names where it is custom; or `custom`, the bytes of a custom operator's."""

    def __init__(self, name, operands, results, options=None, custom=None):
        self.name, self.operands, self.results, self.options = name, operands, results, options or {}
        self.custom = custom

    def tables(self):
        if self.name in OPERATORS:
            return {4: Table(self.options)}
        custom = self.custom or (flex_map(self.options) if self.options else None)
        return {5: Vector("B", custom, 16)} if custom else {}


@dataclass
class Graph:
    """One that is called, with inputs and outputs."""
    inputs: list
    outputs: list
    steps: list


def flex_map(values):
    """A FlexBuffer of names and numbers: integers, floats and bools, all of 4 bytes."""
    kinds = {bool: (26, "I"), float: (3, "f"), int: (1, "i")}
    names, data, places = sorted(values), bytearray(), []
    for name in names:
        places.append(len(data))
        data += name.encode() + b"\0"
    data += bytes(-len(data) % 4) + struct.pack("<I", len(names))
    keys = len(data)
    for place in places:
        data += struct.pack("<I", len(data) - place)
    data += struct.pack("<III", len(data) - keys, 4, len(names))
    first = len(data)
    data += b"".join(struct.pack("<" + kinds[type(values[name])][1], values[name]) for name in names)
    data += bytes(kinds[type(values[name])][0] << 2 | 2 for name in names)
    data += bytes(-len(data) % 4)
    return bytes(data) + struct.pack("<IBB", len(data) - first, 9 << 2 | 2, 4)


def model(name, inputs, outputs, steps, called=()):
    """The bytes of a model. A tensor is itself wherever the same object stands.

    called: further graphs; a list of steps is one without inputs and outputs.
    """
    called = [graph if isinstance(graph, Graph) else Graph([], [], graph) for graph in called]
    codes = sorted({step.name for graph in [steps, *(graph.steps for graph in called)] for step in graph})
    buffers = [Table()]

    def graph_of(label, graph_inputs, graph_outputs, graph_steps):
        tensors, indices = [], {}

        def add(tensor, tensor_label):
            if tensor is None:
                return -1
            if id(tensor) in indices:
                return indices[id(tensor)]
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
                                  2: Scalar("I", buffer), 3: Text(tensor_label), 4: quantization,
                                  5: Scalar("B", 1) if tensor.variable else None, 6: tensor.sparsity}))
            indices[id(tensor)] = len(tensors) - 1
            return indices[id(tensor)]

        operators = []
        for number, step in enumerate(graph_steps):
            mark = str(number) if len(graph_steps) > 1 else ""
            operands = [add(t, "operand%s%d" % (mark and mark + "_", i)) for i, t in enumerate(step.operands)]
            several = len(step.results) > 1
            results = [add(t, "result" + (mark and "_" * several + mark) + ("_%d" % i if several else ""))
                       for i, t in enumerate(step.results)]
            operators.append(Table({0: Scalar("I", codes.index(step.name)), 1: Vector("i", operands),
                                    2: Vector("i", results), 3: Scalar("B", code_of(step.name)[1]),
                                    **step.tables()}))
        ends = [[add(t, "%s%d" % (word, i)) for i, t in enumerate(list_)]
                for word, list_ in (("input", graph_inputs), ("output", graph_outputs))]
        return Table({0: TableVector(tensors), 1: Vector("i", ends[0]), 2: Vector("i", ends[1]),
                      3: TableVector(operators), 4: Text(label)})

    graphs = [graph_of("main", inputs, outputs, steps)]
    graphs += [graph_of("called_%d" % i, graph.inputs, graph.outputs, graph.steps) for i, graph in enumerate(called)]
    code_tables = [Table({0: Scalar("b", min(code_of(code)[0], 127)),
                          1: Text(code) if code not in OPERATORS else None, 2: Scalar("i", 1),
                          3: Scalar("i", code_of(code)[0])}) for code in codes]
    return flatbuffer(Table({0: Scalar("I", 3), 1: TableVector(code_tables), 2: TableVector(graphs),
                             3: Text(name.lower()), 4: TableVector(buffers)}), b"TFL3")


def one_operator_model(name, operands, result, options=None):
    """The bytes of a model of one operator.

    operands: Tensor or None (absent) each; those without data that are not
    variables are the model's inputs, in order. options: {slot: Scalar or Vector}.
    """
    inputs = [t for t in operands if t is not None and t.data is None and not t.variable]
    return model(name, inputs, [result], [Step(name, operands, [result], options)])
