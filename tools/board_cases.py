#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every operator on an emulated board: cases of tests/vectors are built, run there and on the host, and compared, bytes
with bytes, floats within the tolerance of docs/EXACT.md. The board's painted stack is held against what `mote profile`
says. A line for each case; the exit status is 1 if one is wrong. Minutes a board: not part of `make check`.

    tools/board_cases.py MOTE BOARD [--via image|c] [--each N] [PATTERN ...]

--each N takes N cases of a file (default 2); PATTERN: names of files that begin so, default all."""

import argparse
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BYTES = {"s8": 1, "u8": 1, "bool": 1, "s16": 2, "u16": 2, "s32": 4, "u32": 4, "f32": 4, "s64": 8, "u64": 8, "f64": 8}
NEAR = 1e-5


def cases(path):
    """(name, graph text, {input: words} of the first run) of each case that is not refused."""
    for part in re.split(r"^case ", open(path).read(), flags=re.M)[1:]:
        name, rest = part.split("\n", 1)
        head, end, tail = rest.partition("\nend\n")
        head = head[head.index("mote-graph"):]
        inputs = {int(i): words.split() for i, words in re.findall(r"^input 0 (\d+): (.*)$", tail, flags=re.M)}
        if "refused " not in rest.split("mote-graph")[0] + tail and end:
            yield name, head + end, inputs


def input_bytes(graph, inputs):
    """Each input's bytes, in order."""
    order = re.search(r"^inputs \[(.*)\]$", graph, flags=re.M).group(1).replace(",", " ").split()
    for i, tensor in enumerate(order):
        kind = re.search(rf'^tensor {tensor} (?:"(?:[^"\\]|\\.)*" )?(\w+)', graph, flags=re.M).group(1)
        size = BYTES[kind]
        yield b"".join((int(w, 0) & ((1 << 8 * size) - 1)).to_bytes(size, "little") for w in inputs[i])


def call(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["failed without a word"])[-1])
    return json.loads(done.stdout)


def same(host, board):
    """Whether the outputs are equal, floats nearly."""
    for h, b in zip(host, board):
        if len(h["data"]) != len(b["data"]):
            return False
        for x, y in zip(h["data"], b["data"]):
            if x != y and not (h["type"] == "f32" and x is not None and y is not None and
                               abs(x - y) <= NEAR * max(1, abs(x))):
                return False
    return True


def try_case(options, folder, graph, inputs):
    """What is to be said of a case, and whether it is right."""
    model = os.path.join(folder, "case.graph")
    with open(model, "w") as file:
        file.write(graph)
    feed = []
    for i, data in enumerate(input_bytes(graph, inputs)):
        path = os.path.join(folder, f"{i}.bin")
        with open(path, "wb") as file:
            file.write(data)
        feed += ["--input", path]
    target = ["--target", options.board, "--via", options.via, "--json"]
    profile = call([options.mote, "profile", model, *target])
    kernels = " ".join(sorted({k for op in profile["operators"] for k in op["kernels"].split()}))
    if not profile["fits"]:
        return kernels, "does not fit", True
    host = call([options.mote, "run", model, "--json", *feed])
    board = call([options.mote, "emulate", model, *target, *feed])
    host = host["results"][0]["outputs"] if "results" in host else host["outputs"]
    said, painted = profile["ram"].get("stack_bytes"), board["stack_bytes"]
    right = same(host, board["outputs"]) and (said is None or painted <= said)
    return kernels, f"{'same' if same(host, board['outputs']) else 'DIFFERS'}, stack {painted} of {said}", right


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mote")
    parser.add_argument("board")
    parser.add_argument("--via", default="c")
    parser.add_argument("--each", type=int, default=2)
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_intermixed_args()
    wrong = 0
    folder_of_cases = os.path.join(HOME, "tests", "vectors")
    for name in sorted(os.listdir(folder_of_cases)):
        if options.patterns and not any(name.startswith(p) for p in options.patterns):
            continue
        few = sorted(cases(os.path.join(folder_of_cases, name)), key=lambda c: len(c[1]))[:options.each]
        for case, graph, inputs in few:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    kernels, said, right = try_case(options, folder, graph, inputs)
                except RuntimeError as error:
                    kernels, said, right = "?", str(error), False
            wrong += not right
            print(f"{'ok  ' if right else 'FAIL'} {name} {case}: {kernels}: {said}", flush=True)
    print(f"{wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
