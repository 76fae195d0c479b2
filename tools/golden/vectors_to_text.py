#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the folders that operator_cases.py makes into tests/vectors/<operator>.vec (tests/golden/vec.h has the format).

    vectors_to_text.py --mote build/mote --from DIR --to tests/vectors [--family FAMILY] [--reference COMMIT]
                       [--skip OPERATOR/CASE] [--refused OPERATOR/CASE=STATUS]

A case whose model Mote does not import is an error unless --skip names it (may repeat). --refused (may repeat) marks
cases whose types Mote does not compute yet: the test wants them refused. PADV2, which Mote holds as a PAD with three
inputs, goes to pad.vec.
"""

import argparse
import json
import re
import struct
import subprocess
import sys
from pathlib import Path

# What Mote holds as other operators.
FILES = {"padv2": "pad", "signaldelay": "assign_variable", "signalframer": "assign_variable",
         "signalstacker": "assign_variable", "signaloverlapadd": "assign_variable",
         "circular_buffer": "assign_variable", "if": "select_v2", "while": "add", "pow": "exp"}
CODES = {"s8": "b", "u8": "B", "s16": "h", "u16": "H", "s32": "i", "u32": "I", "s64": "q", "bool": "B", "f32": "I"}
HEAD = """# SPDX-License-Identifier: Apache-2.0
# One-operator models, inputs, and the outputs of TensorFlow Lite Micro's reference kernels (commit %s, double \
rounding).
# Made by tools/golden/%s (numbers from SplitMix64, seeded with each case's name) with a runner around the
# reference, then tools/golden/vectors_to_text.py; docs/EXACT.md says how. Do not edit. The format: tests/golden/vec.h.
"""


class Graph:
    """What the text form says about types, inputs and outputs."""

    def __init__(self, text):
        self.types, self.states = {}, []
        for index, kind, rest in re.findall(r'^tensor (\d+)(?: "[^"]*")? (\w+) (.*)$', text, re.M):
            self.types[int(index)] = kind
            if " state" in rest.split(" data ")[0]:
                self.states.append(int(index))
        self.inputs, self.outputs = (
            [int(i) for i in re.search(r"^%s \[(.*)\]$" % word, text, re.M).group(1).split(",") if i.strip()]
            for word in ("inputs", "outputs"))


def values(path, kind):
    data = path.read_bytes()
    code = CODES[kind]
    numbers = struct.unpack("<%d%s" % (len(data) // struct.calcsize(code), code), data)
    return " ".join("0x%08x" % n if kind == "f32" else str(n) for n in numbers)


def lines(folder, word, stem, run, types):
    single = folder / ("%s%d.bin" % (stem, run))
    if single.exists():
        return ["%s %d 0: %s" % (word, run, values(single, types[0]))]
    found = []
    for i, kind in enumerate(types):
        path = folder / ("%s%d_%d.bin" % (stem, run, i))
        if path.exists():
            found.append("%s %d %d: %s" % (word, run, i, values(path, kind)))
    return found


def case_text(name, folder, case, text, refused):
    graph = Graph(text)
    kinds = lambda tensors: [graph.types[t] for t in tensors]
    out = ["", "case " + name] + text.rstrip("\n").split("\n")
    if refused:
        out.append("refused " + refused)
    if case.get("tolerance"):
        out.append("tolerance")
    runs = case["runs"]
    for k in range(runs):
        out += lines(folder, "input", "input", k, kinds(graph.inputs))
        out += lines(folder, "want", "output", k, kinds(graph.outputs))
        out += lines(folder, "state", "state", k, kinds(graph.states[-1:]))
    for k in range(runs):
        out += lines(folder, "seq_want", "seq_output", k, kinds(graph.outputs))
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mote", required=True, help="the built program")
    parser.add_argument("--from", dest="source", required=True, type=Path, help="operator_cases.py's --out")
    parser.add_argument("--to", required=True, type=Path)
    parser.add_argument("--family", help="write <operator>.FAMILY.vec")
    parser.add_argument("--made-by", default="operator_cases.py",
                        help="the program that made DIR, for the files' heads")
    parser.add_argument("--reference", default="90b983c", help="the reference's commit, for the files' heads")
    parser.add_argument("--skip", action="append", default=[], metavar="OPERATOR/CASE")
    parser.add_argument("--refused", action="append", default=[], metavar="OPERATOR/CASE=STATUS")
    arguments = parser.parse_args()
    refused = dict(argument.split("=") for argument in arguments.refused)
    texts, counts, failed = {}, {}, 0
    for case in json.loads((arguments.source / "cases.json").read_text()):
        operator = case["folder"].split("/")[0]
        stem = FILES.get(operator, operator)
        name = case["case"] if stem == operator else operator + "_" + case["case"]
        if case["folder"] in arguments.skip:
            continue
        folder = arguments.source / case["folder"]
        done = subprocess.run([arguments.mote, "inspect", str(folder / "model.tflite"), "--text", "--values"],
                              stdout=subprocess.PIPE, check=False, text=True)
        if done.returncode != 0:
            failed += 1
            continue
        model = re.sub(r"\W", "_", "_".join(filter(None, (stem, arguments.family, name))))
        text = re.sub(r"^model \w+", "model " + model, done.stdout, count=1, flags=re.M)
        texts[stem] = texts.get(stem, "") + case_text(name, folder, case, text,
                                                         refused.get(case["folder"]))
        counts[stem] = counts.get(stem, 0) + 1
    arguments.to.mkdir(parents=True, exist_ok=True)
    for stem, text in texts.items():
        name = stem + (".%s" % arguments.family if arguments.family else "") + ".vec"
        (arguments.to / name).write_text(
            HEAD % (arguments.reference, arguments.made_by) + text + "\ncases %d\n" % counts[stem])
        print("%s: %d cases" % (name, counts[stem]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
