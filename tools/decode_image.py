#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The second decoder of the image: written from docs/SPEC.md and the tables that it names (types_def.h and
kernels_def.h of device/mote/ops, the lists in the kernels' headers), and from nothing else, so that it can say
whether the first one and the specification agree. Checks what a reader checks, in that order, but for the kernels'
need and trust functions, which are code (and so not how many bytes the latter read); prints the image.

    tools/decode_image.py [--json] IMAGE
"""
import ast
import collections
import hashlib
import json
import math
import pathlib
import re
import struct
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTIONS = {1: "tensors", 2: "steps", 3: "args", 4: "params", 5: "io", 6: "strings", 7: "preprocess", 8: "task",
            9: "data", 10: "schedule", 11: "programs", 12: "listen"}
ENTRY = collections.namedtuple("ENTRY", "step first_row rows hop")
TASKS = "none", "classification", "regression", "anomaly"
ELEMENT = {"tensors": 20, "steps": 8, "args": 2, "params": 4, "io": 56, "schedule": 8, "programs": 8}
IMAGE, ARENA = 0, 1
ROW_MAJOR = 0, 0  # coding, packing
RAW_BYTES = {"s8": 1, "u8": 1, "s16": 2, "f32": 4}
ALGORITHMS = {1: ("ed25519", 64)}  # name, bytes of a signature
KINDS = None, "values", "image", "audio"
CHANNELS = "", "rgb", "bgr", "gray"


class Refused(Exception):
    """An image that a reader refuses; `step` is the last that was looked at, or -1."""

    def __init__(self, status, text, step=-1):
        super().__init__(f"{text} [{status}]")
        self.status, self.step = status, step


def want(condition, status, text, step=-1):
    if not condition:
        raise Refused(status, text, step)


# ---- the tables that the specification names ----

def rows(path, macro):
    """The rows MACRO(a, b, c) of a table."""
    text = re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(), flags=re.S)
    return [[field.strip() for field in row.split(",")] for row in re.findall(rf"^{macro}\((.*?)\)", text, re.M)]


class Types:
    def __init__(self):
        table = rows("device/mote/ops/types_def.h", "TYPE")
        self.name = {int(r[0]): r[2] for r in table}
        self.number = {r[1]: int(r[0]) for r in table}
        self.bits = {int(r[0]): int(r[3]) for r in table}
        self.bytes = {number: bits // 8 for number, bits in self.bits.items()}


class Headers:
    """#define NAME VALUE of the device's headers, their enumerators, and the lists that they hold."""

    def __init__(self, types):
        self.types = types
        self.constants = {"INT32_MAX": "2147483647", "INT32_MIN": "-2147483648", "INT16_MAX": "32767",
                          "INT16_MIN": "-32768", "INT8_MAX": "127", "INT8_MIN": "-128", "UINT8_MAX": "255"}
        self.lists = {}
        for path in sorted(ROOT.glob("device/mote/*.h")) + sorted(ROOT.glob("device/mote/kernels/*/*.h")):
            text = path.read_text().replace("\\\n", " ")
            define = r"^#define (\w+)(?:\((\w)((?:, \w+)*)\))?[ \t]+(.*)$"
            for name, letter, given, value in re.findall(define, text, re.M):
                value = re.sub(r'/\*.*?\*/|"(?:[^"\\]|\\.)*"', "", value)
                if letter:
                    self.lists[name] = re.findall(r"\w+", given), re.sub(rf"\b{letter}\(", "ROW(", value)
                else:
                    self.constants.setdefault(name, value)
            for body in re.findall(r"^enum(?: \w+)? \{([^{}#]*)\}", re.sub(r"/\*.*?\*/", "", text, flags=re.S), re.M):
                self.enumerators(body)

    def enumerators(self, body):
        """NAME = VALUE, or one more than the name before; or LIST(F) NAME, one more than the number of its last row."""
        following = "0"
        for entry in filter(None, (e.strip() for e in body.split(","))):
            listed = re.fullmatch(r"(\w+)\(\w+\)\s*(\w+)", entry)
            if listed:
                following, entry = f"{self.rows(listed[1])[-1][0]} + 1", listed[2]
            name, _, value = (part.strip() for part in entry.partition("="))
            self.constants.setdefault(name, value or following)
            following = f"{name} + 1"

    def rows(self, name, *values):
        """A list's rows, in order; a list may contain others, and give them values for their rows."""
        names, text = self.lists[name]
        given, found = dict(zip(names, values)), []
        for inner, fields in re.findall(r"(\w+)\(((?:[^()]|\([^()]*\))*)\)", text):
            fields = [given.get(field.strip(), field.strip()) for field in fields.split(",")]
            found.extend([fields] if inner == "ROW" else self.rows(inner, *fields[1:]))
        return found

    def value(self, text):
        """A constant expression of integers."""
        text = re.sub(r"\b(?:U?INT(?:32|64)_C)\b|(?<=\d)[uUlL]+\b", "", text.strip())
        return self.evaluate(ast.parse(text, mode="eval").body)

    def evaluate(self, node):
        operators = {ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
                     ast.LShift: lambda a, b: a << b, ast.FloorDiv: lambda a, b: a // b}
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.evaluate(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in operators:
            return operators[type(node.op)](self.evaluate(node.left), self.evaluate(node.right))
        if isinstance(node, ast.Name) and node.id.startswith("MOTE_ARG_"):
            return self.types.number[node.id[len("MOTE_ARG_"):]]
        if isinstance(node, ast.Name):
            return self.value(self.constants[node.id])
        raise ValueError(ast.dump(node))


class Kernel:
    def __init__(self, headers, name):
        upper = name.upper()
        self.name = name
        self.params = [(r[0], headers.value(r[1]), headers.value(r[2]))
                       for r in headers.rows(f"MOTE_{upper}_PARAMS")]
        self.args = [(r[0], 0 if r[1] == "ANY" else headers.types.number[r[1]], r[2])
                     for r in headers.rows(f"MOTE_{upper}_ARGS")]


class Tables:
    def __init__(self):
        self.types = Types()
        headers = Headers(self.types)
        self.cores = {int(r[0]): r[2].strip('"') for r in rows("device/mote/ops/cores_def.h", "CORE")}
        self.packings = {int(r[0]): r[2] for r in rows("device/mote/ops/packings_def.h", "PACKING")}
        self.versions = {r[1] for r in rows("device/mote/ops/kernels_def.h", "VERSION")}
        self.kernels = {int(r[0]): Kernel(headers, r[2]) for r in rows("device/mote/ops/kernels_def.h", "KERNEL")}


# ---- the image ----

def is_shown(code):
    """No control character, end of line or mark that turns the direction of writing, and no byte that is no UTF-8."""
    turns = (0x61c, 0x200e, 0x200f, *range(0x2028, 0x202f), *range(0x2066, 0x206a))
    return code >= 0x20 and not 0x7f <= code <= 0x9f and code not in turns and not 0xdc80 <= code <= 0xdcff


def entry_of(unit, base):
    step, rows, first, hop = struct.unpack("<4H", unit)
    return ENTRY(step, base + first, rows, hop)


BLOCKS = ["if", "unless", "loop", "again"]
BLOCK_DEPTH_MAX = 16


def block_of(unit):
    """What begins or ends a block, or None."""
    units, mark, tensor, kind = struct.unpack("<4H", unit)
    if mark != 0 or kind >= len(BLOCKS):
        return None
    return {"block": BLOCKS[kind], "units": units, **({"tensor": tensor} if kind < 2 else {})}


def groups_of(units):
    at = 0
    while at < len(units):
        entries, repeat, base = struct.unpack("<HHI", units[at])
        if block_of(units[at]):
            yield block_of(units[at])
            at += 1
            continue
        if entries >= len(units) - at:
            return
        yield {"repeat": repeat, "entries": [entry_of(unit, base)._asdict()
                                             for unit in units[at + 1:at + 1 + entries]]}
        at += 1 + entries


class Image:
    def __init__(self, data, tables):
        self.data, self.tables = data, tables
        self.header()
        self.section_table()
        self.state_bytes = 0
        self.tensors = [self.tensor(i) for i in range(self.count("tensors"))]
        self.ios = self.inputs_and_outputs()
        self.steps = []
        self.groups = self.steps_and_schedule()

    def header(self):
        want(len(self.data) >= 64 and self.data[:4] == b"MOTE", "ERR_MAGIC", "no image")
        (_, self.major, self.minor, self.required, self.bytes, self.checksum, self.model_version, self.arena_bytes,
         self.n_sections, self.core, self.hash) = struct.unpack_from("<4sHHIIIIIHH32s", self.data)
        want(self.major == 1, "ERR_VERSION", f"major version {self.major}")
        want(self.required & ~1 == 0, "ERR_VERSION", f"required features {self.required:#x}")
        want(64 <= self.bytes <= len(self.data) and self.bytes % 16 == 0, "ERR_BOUNDS", f"{self.bytes} bytes")
        want(self.arena_bytes % 16 == 0, "ERR_BOUNDS", f"arena of {self.arena_bytes} bytes")
        self.data, self.behind = self.data[:self.bytes], self.data[self.bytes:]
        want(zlib.crc32(self.data[20:]) == self.checksum, "ERR_CHECKSUM", "the checksum differs")

    def section_table(self):
        want(64 + 16 * self.n_sections <= self.bytes, "ERR_BOUNDS", f"{self.n_sections} sections")
        self.sections, last = [], 0
        for i in range(self.n_sections):
            number, offset, size, count = struct.unpack_from("<4I", self.data, 64 + 16 * i)
            name = SECTIONS.get(number, "?")
            want(number > last, "ERR_FORMAT", f"section {number} after {last}")
            want(offset % 16 == 0 and offset + size <= self.bytes, "ERR_BOUNDS", f"section {number}: offset or size")
            want(count * ELEMENT.get(name, 1) <= size, "ERR_BOUNDS", f"section {number}: {count} elements")
            self.sections.append({"id": number, "name": name, "offset": offset, "bytes": size, "count": count})
            last = number
        want(1 <= self.count("tensors") <= 65535, "ERR_FORMAT", f"{self.count('tensors')} tensors")
        want(self.count("io") <= 65535, "ERR_FORMAT", "inputs and outputs")
        strings = self.section("strings")
        self.strings = self.data[strings["offset"]:strings["offset"] + strings["bytes"]]
        want(self.strings[-1:] == b"\0", "ERR_FORMAT", "strings")

    def section(self, name):
        """A section that is not there is an empty one."""
        empty = {"offset": 0, "bytes": 0, "count": 0}
        return next((s for s in self.sections if s["name"] == name), empty)

    def count(self, name):
        return self.section(name)["count"]

    def element(self, name, i, form):
        return struct.unpack_from(form, self.data, self.section(name)["offset"] + i * ELEMENT[name])

    def string(self, offset):
        if offset >= len(self.strings):
            return "?"
        raw = self.strings[offset:self.strings.index(0, offset)]
        try:
            return raw.decode()
        except UnicodeDecodeError:  # JSON cannot hold it: what is not shown is spelled byte by byte
            return "".join(c if is_shown(ord(c)) else "".join(f"\\x{b:02x}" for b in c.encode(errors="surrogateescape"))
                           for c in raw.decode(errors="surrogateescape"))

    def tensor(self, i):
        number, region, flags, fill, coding, packing, initial, offset, size, decoded = self.element("tensors", i,
                                                                                                    "<6BH3I")
        form = coding, packing
        element, limit = self.element_size(number, form), self.bytes if region == IMAGE else self.arena_bytes
        want(element > 0, "ERR_TYPE", f"tensor {i}: type {number}")
        want(region in (IMAGE, ARENA), "ERR_VERSION", f"tensor {i}: region {region}")
        want(offset + size <= limit and offset % max(4, element) == 0 and size % element == 0, "ERR_BOUNDS",
             f"tensor {i}: offset {offset}, {size} bytes")
        want(not flags & 1 or region == ARENA, "ERR_FORMAT", f"tensor {i}: state outside the arena")
        self.initial(i, initial, flags, size)
        self.state_bytes += size if flags & 1 else 0
        want(self.state_bytes <= self.arena_bytes, "ERR_WORK", f"tensor {i}: states of {self.state_bytes} bytes")
        return {"index": i, "type": self.tables.types.name[number], "region": ["image", "arena"][region],
                "offset": offset, "bytes": size, "decoded": decoded, "coding": coding,
                "packing": self.tables.packings.get(packing, "?"), "state": bool(flags & 1),
                "weight": bool(flags & 2), "fill": fill,
                "initial": initial - 1 if initial > 0 else None}

    def element_size(self, number, form):
        """What a tensor's offset and bytes are multiples of; elements below a byte need a form that says how."""
        bits = self.tables.types.bits.get(number, 0)
        return 1 if form != ROW_MAJOR and 0 < bits < 8 else bits // 8

    def initial(self, i, initial, flags, size):
        want(initial <= self.count("tensors"), "ERR_BOUNDS", f"tensor {i}: initial {initial}")
        if initial > 0:
            other = self.element("tensors", initial - 1, "<6BH3I")
            want(flags & 1 and other[1] == IMAGE and other[8] == size, "ERR_FORMAT", f"tensor {i}: initial {initial}")

    def inputs_and_outputs(self):
        found = {"inputs": [], "outputs": []}
        for i in range(self.count("io")):
            tensor, output, rank, axis, hop, name, scale, zero, *dims = self.element("io", i, "<HBBB3xIIfi8I")
            want(tensor < len(self.tensors) and rank <= 8 and name < len(self.strings), "ERR_BOUNDS", f"io {i}")
            t = self.tensors[tensor]
            want(self.is_plain(t), "ERR_CODING", f"io {i}: its tensor is packed")
            size = self.tables.types.bytes[self.type_number(t)]
            for dim in dims:
                size = size * dim if size < 1 << 32 else size
            want(size == t["bytes"], "ERR_BOUNDS", f"io {i}: its shape has {size} bytes, its tensor {t['bytes']}")
            want(hop == 0 if axis == 255 else axis < rank and 1 <= hop <= dims[axis], "ERR_BOUNDS",
                 f"io {i}: axis, hop")
            want(output or t["region"] == "arena", "ERR_FORMAT", f"io {i}: an input in the image")
            want(output or not found["outputs"], "ERR_FORMAT", f"io {i}: an input after an output")
            found["outputs" if output else "inputs"].append(
                {"name": self.string(name), "type": t["type"], "shape": dims[:rank], "bytes": t["bytes"],
                 "scale": scale if abs(scale) < float("inf") else None, "zero_point": zero,
                 "axis": axis if axis != 255 else None, "hop": hop})
        return found

    def is_plain(self, tensor):
        return tensor["coding"] == 0 and tensor["packing"] == "row_major"

    def type_number(self, tensor):
        return next(n for n, name in self.tables.types.name.items() if name == tensor["type"])

    def step(self, i):
        number, n_args, args, params = self.element("steps", i, "<4H")
        want(number in self.tables.kernels, "ERR_KERNEL", f"step {i}: kernel {number}", i)
        k = self.tables.kernels[number]
        want(len(k.args) <= n_args <= len(k.args) + 1 and args + n_args <= self.count("args"), "ERR_BOUNDS",
             f"step {i}: arguments", i)
        want(params + len(k.params) <= self.count("params"), "ERR_BOUNDS", f"step {i}: parameters", i)
        values = [self.element("params", params + j, "<i")[0] for j in range(len(k.params))]
        for (name, low, high), value in zip(k.params, values):
            want(low <= value <= high, "ERR_PARAMS", f"step {i}: {name} is {value}, not {low} to {high}", i)
        tensors = [self.element("args", args + j, "<H")[0] for j in range(n_args)]
        args = [*k.args, ("scratch", 0, "SCRATCH")][:n_args]  # whether a version wants scratch, and how much, is code
        for (name, kind, role), tensor in zip(args, tensors):
            self.argument(i, k, name, kind, role, tensor)
        return {"index": i, "kernel": k.name,
                "tensors": {arg[0]: tensor for arg, tensor in zip(args, tensors)},
                "params": {param[0]: value for param, value in zip(k.params, values)}}

    def units(self, section):
        return [self.element(section, i, "8s")[0] for i in range(self.count(section))]

    def steps_and_schedule(self):
        """Each step in its order, and then the schedule as far as it needs no later one."""
        groups, entries, base, at, units = [], 0, 0, 0, self.units("schedule")
        blocks = []  # that are open: where each begins, its kind, and the unit behind it
        want(20 * self.count("steps") <= self.bytes, "ERR_WORK", f"{self.count('steps')} steps")
        for i in range(self.count("steps")):
            self.steps.append(self.step(i))
            while at < len(units):
                if entries == 0:
                    while blocks and blocks[-1][2] == at:
                        blocks.pop()
                    end = blocks[-1][2] if blocks else len(units)
                    entries, repeat, base = struct.unpack("<HHI", units[at])
                    if repeat == 0 and self.required & 1:
                        groups.append(self.block(units[at], at, end, blocks))
                        entries, at = 0, at + 1
                        continue
                    want(0 < entries < end - at and repeat > 0, "ERR_BOUNDS", f"unit {at}: a group", i)
                    groups.append({"repeat": repeat, "entries": []})
                else:
                    entry = entry_of(units[at], base)
                    if entry.step > i:
                        break
                    most = 0x7fffffff  # the step's rows, which the kernel's need function says
                    end = entry.first_row + (groups[-1]["repeat"] - 1) * entry.hop + entry.rows
                    want(entry.rows > 0 and end <= most, "ERR_PARAMS", f"unit {at}: rows of step {entry.step}",
                         entry.step)
                    groups[-1]["entries"].append(entry._asdict())
                    entries -= 1
                at += 1
        want(at == len(units), "ERR_BOUNDS", f"unit {at}: a step that is not there", len(self.steps) - 1)
        return groups

    def block(self, unit, at, end, blocks):
        b = block_of(unit)
        want(b is not None, "ERR_FORMAT", f"unit {at}: no kind of block")
        if b["block"] == "again":
            outer = blocks[-2:]
            want([kind for _, kind, _ in outer] == ["loop", "if"] and all(behind == at + 1 for _, _, behind in outer)
                 and b["units"] == at - outer[0][0] - 1, "ERR_BOUNDS", f"unit {at}: the end of a loop")
            return b
        want(len(blocks) < BLOCK_DEPTH_MAX and b["units"] <= end - at - 1, "ERR_BOUNDS", f"unit {at}: a block")
        if b["block"] != "loop":
            want(b["tensor"] < len(self.tensors), "ERR_BOUNDS", f"unit {at}: tensor {b['tensor']}")
            t = self.tensors[b["tensor"]]
            want(t["type"] == "bool" and self.is_plain(t) and t["bytes"] > 0, "ERR_TYPE", f"unit {at}: no bool")
        blocks.append((at, b["block"], at + 1 + b["units"]))
        return b

    def programs(self):
        """The inference, which is checked, then the others, as far as they can be read: who selects one checks it."""
        yield {"name": "infer", "groups": self.groups}
        units, at = self.units("programs"), 0
        while at < len(units):
            name, n = struct.unpack("<II", units[at])
            if n >= len(units) - at:
                return
            yield {"name": self.string(name), "groups": list(groups_of(units[at + 1:at + 1 + n]))}
            at += 1 + n

    def argument(self, step, kernel, name, kind, role, tensor):
        want(tensor < len(self.tensors), "ERR_BOUNDS", f"step {step}: {name} is tensor {tensor}", step)
        t = self.tensors[tensor]
        want(kind in (0, self.type_number(t)), "ERR_TYPE", f"step {step}: {name} is {t['type']}", step)
        place = {"IN": t["region"], "WEIGHTS": t["region"], "CONST": "image"}.get(role, "arena")
        want(t["region"] == place, "ERR_PARAMS", f"step {step}: {name} is in the {t['region']}", step)
        want(self.is_plain(t) or (name != "scratch" and kernel.name in self.tables.versions), "ERR_CODING",
             f"step {step}: {name} is packed", step)

    def task_section(self):
        """task, threshold, normal, the names' offsets; a section without room for what it says says nothing."""
        s = self.section("task")
        if s["bytes"] >= 16:
            *fields, n = struct.unpack_from("<IfiI", self.data, s["offset"])
            if 16 + 4 * n <= s["bytes"]:
                return *fields, struct.unpack_from(f"<{n}I", self.data, s["offset"] + 16)
        return 0, math.inf, -1, ()

    def classes(self):
        return [self.string(offset) for offset in self.task_section()[3]]

    def preprocess(self):
        """What set_input reads, of the first input; a reader that does not set inputs from raw samples skips it."""
        s = self.section("preprocess")
        if not self.ios["inputs"] or not any(x["name"] == "preprocess" for x in self.sections):
            return None
        want(s["bytes"] >= 8, "ERR_BOUNDS", "preprocess: its size")
        number, kind, channels, n = struct.unpack_from("<3BxI", self.data, s["offset"])
        want(8 * n <= s["bytes"] - 8, "ERR_BOUNDS", f"preprocess: {n} channels")
        raw = self.tables.types.name.get(number)
        want(raw in RAW_BYTES, "ERR_TYPE", f"preprocess: the raw type {number}")
        want(0 < kind < len(KINDS) and channels < len(CHANNELS), "ERR_VERSION", f"preprocess: {kind}, {channels}")
        numbers = struct.unpack_from(f"<{2 * n}f", self.data, s["offset"] + 8)
        want(all(map(math.isfinite, numbers)), "ERR_VALUE", "preprocess: mean or inverse")
        io = self.ios["inputs"][0]
        elements = io["bytes"] // RAW_BYTES[io["type"]] if io["type"] in RAW_BYTES else 0
        bgr = CHANNELS[channels] == "bgr"
        want(elements % (3 if bgr else max(n, 1)) == 0 and not (bgr and n > 1 and n != 3), "ERR_SHAPE", "preprocess")
        return {"kind": KINDS[kind], "channels": CHANNELS[channels], "type": raw if n else None,
                "mean": list(numbers[:n]), "inverse_std": list(numbers[n:])}

    def task(self):
        task, threshold, normal, _ = self.task_section()
        if not 0 < task < len(TASKS):
            return None
        return {"kind": TASKS[task], "threshold": threshold if 0 <= threshold < math.inf else None, "normal": normal}

    def hash_is_right(self):
        return hashlib.sha256(self.data[64:]).digest() == self.hash

    def signature(self):
        """What the trailer says; a reader that does not verify skips it."""
        if self.behind[:4] != b"MSIG":
            return None
        want(len(self.behind) >= 32, "ERR_BOUNDS", "the trailer is cut off")
        algorithm, size, key_id = struct.unpack_from("<II20s", self.behind, 4)
        want(32 + size <= len(self.behind), "ERR_BOUNDS", f"the trailer: a signature of {size} bytes")
        want(algorithm in ALGORITHMS, "ERR_VERSION", f"the trailer: algorithm {algorithm}")
        name, right = ALGORITHMS[algorithm]
        want(size == right, "ERR_FORMAT", f"the trailer: {size} bytes are no signature of {name}")
        return {"algorithm": name, "key_id": key_id.hex(), "signed_bytes": self.bytes + 32,
                "signature": self.behind[32:32 + size].hex()}

    def weight_bytes(self):
        weights = sum(t["bytes"] for t in self.tensors if t["weight"] and t["region"] == "image")
        return min(weights, self.bytes)

    def as_dict(self):
        return {"kind": "image", "model": self.string(0), "model_version": self.model_version,
                "format": f"{self.major}.{self.minor}",
                "core": self.tables.cores.get(self.core, "unknown"),
                "hash": self.hash.hex(), "hash_right": self.hash_is_right(),
                "image_bytes": self.bytes, "arena_bytes": self.arena_bytes, "weight_bytes": self.weight_bytes(),
                "inputs": self.ios["inputs"], "outputs": self.ios["outputs"], "classes": self.classes(),
                "preprocess": self.preprocess(), "task": self.task(), "signature": self.signature(),
                "sections": self.sections, "steps": self.steps, "programs": list(self.programs()),
                "tensors": self.tensors}


# ---- for people ----

def text_of(d):
    yield (f"model {d['model']}, version {d['model_version']}, format {d['format']}, {d['image_bytes']} bytes, "
           f"arena {d['arena_bytes']} bytes")
    yield f"hash {d['hash']}{'' if d['hash_right'] else ': not that of the content'}"
    if d["classes"]:
        yield "classes " + ", ".join(d["classes"])
    if d["preprocess"]:
        yield f"preprocess {d['preprocess']}"
    if d["task"]:
        yield f"task {d['task']}"
    if d["signature"]:
        yield f"signature {d['signature']}"
    for what in "inputs", "outputs":
        for i, io in enumerate(d[what]):
            yield (f"{what[:-1]} {i} {io['name']}: {io['type']} {'x'.join(map(str, io['shape']))}, "
                   f"scale {io['scale']:.9g}, zero {io['zero_point']}, axis {io['axis']}, hop {io['hop']}")
    for s in d["sections"]:
        yield f"section {s['id']} {s['name']}: {s['bytes']} bytes at {s['offset']}, {s['count']} elements"
    for t in d["tensors"]:
        yield (f"tensor {t['index']}: {t['type']}, {t['bytes']} bytes at {t['offset']} of the {t['region']}, "
               f"{t['packing']}{', state' if t['state'] else ''}{', weight' if t['weight'] else ''}")
    for s in d["steps"]:
        yield f"step {s['index']}: {s['kernel']}"
        yield "    " + ", ".join(f"{name} = tensor {tensor}" for name, tensor in s["tensors"].items())
        yield "    " + ", ".join(f"{name} {value}" for name, value in s["params"].items())
    for p in d["programs"]:
        yield f"program {p['name']}"
        for g in p["groups"]:
            if "block" in g:
                yield f"    {g['block']}, {g['units']} units" + (f", tensor {g['tensor']}" if "tensor" in g else "")
                continue
            yield f"    {g['repeat']} times"
            for e in g["entries"]:
                yield f"        step {e['step']}, rows {e['first_row']} + {e['rows']}, hop {e['hop']}"


def main(arguments):
    as_json = "--json" in arguments
    paths = [a for a in arguments if a != "--json"]
    if len(paths) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        image = Image(pathlib.Path(paths[0]).read_bytes(), Tables()).as_dict()
    except Refused as refused:
        print(f"{paths[0]}: {refused}", file=sys.stderr)
        return 1
    if as_json:
        json.dump(image, sys.stdout, indent=2)
        print()
    else:
        print("\n".join(text_of(image)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
