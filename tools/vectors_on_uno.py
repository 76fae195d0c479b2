#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs vectors (tests/vectors) as generated C on an emulated Arduino Uno, an ATmega328P of 32 kB of flash and 2 kB of
RAM, and writes bench/uno_vectors.csv: of each operator and type of its first input the smallest cases that fit.

    tools/vectors_on_uno.py [--mote build/mote] [--each N] [--seconds S] [--out FILE] [OPERATOR …]

Results: equal (to the byte; floats that the vectors call tolerant within docs/EXACT.md's tolerance), differs, no room
(each case that was tried needs more flash or RAM than there is). Exits with 1 if a case differs or does not run.
"""

import argparse
import csv
import json
import math
import re
import struct
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODES = {"s8": "b", "u8": "B", "s16": "h", "u16": "H", "s32": "i", "u32": "I", "s64": "q", "u64": "Q", "bool": "B",
         "f32": "f"}
TRIED = 6  # cases of an operator and type before it is said to have no room
COLUMNS = ("operator", "type", "case", "result", "code_bytes", "arena_bytes", "instructions")


class Case:
    def __init__(self, operator, text):
        head, lines = text.split("\nend\n", 1)
        self.operator, self.name, self.lines = operator, head.split()[0], lines.split("\n")
        self.graph = head.split("\n", 1)[1] + "\nend\n"
        self.types = dict(re.findall(r'^tensor (\d+)(?: "[^"]*")? (\w+) ', self.graph, re.M))
        self.inputs = self.ends("inputs")
        self.outputs = self.ends("outputs")
        self.tolerance = "tolerance" in self.lines
        self.refused = any(line.startswith("refused") for line in self.lines)

    def ends(self, word):
        found = re.search(r"^%s \[(.*)\]" % word, self.graph, re.M)
        return [self.types[t.strip()] for t in found.group(1).split(",") if t.strip()] if found else []

    def values(self, kind, index, code):
        """Of all runs, one after the other, as bytes."""
        data = b""
        for line in self.lines:
            found = re.match(r"%s \d+ %d:(.*)" % (kind, index), line)
            for x in found.group(1).split() if found else ():
                if code == "f" and x.startswith("0x"):
                    data += struct.pack("<I", int(x, 16))
                else:
                    data += struct.pack("<" + code, float(x) if code == "f" else int(x, 0))
        return data


def cases_of(paths):
    """By operator and type, the smallest first."""
    cases = {}
    for path in paths:
        for text in re.split(r"^case ", path.read_text(), flags=re.M)[1:]:
            case = Case(path.name.split(".")[0], text)
            if case.inputs and not case.refused and "data @" not in case.graph:
                cases.setdefault((case.operator, case.inputs[0]), []).append(case)
    for group in cases.values():
        group.sort(key=lambda case: len(case.graph) + sum(map(len, case.lines)))
    return cases


def is_near(got, want):
    a, b = (struct.unpack("<%df" % (len(x) // 4), x) for x in (got, want))
    most = max((abs(x) for x in b if math.isfinite(x)), default=0)
    return all(x == y or (math.isnan(x) and math.isnan(y)) or abs(x - y) <= 1e-5 * most + 1e-6 for x, y in zip(a, b))


def is_equal(case, code, got, want):
    return got == want or (len(got) == len(want) and code == "f" and case.tolerance and is_near(got, want))


def run(mote, case):
    """A row's result and numbers."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "m.graph").write_text(case.graph)
        command = [mote, "emulate", str(folder / "m.graph"), "--target", "arduino-uno", "--via", "c", "--raw",
                   "--reset-each", "--json"]
        for k, kind in enumerate(case.inputs):
            (folder / ("in%d.bin" % k)).write_bytes(case.values("input", k, CODES[kind]))
            command += ["--input", str(folder / ("in%d.bin" % k))]
        for k in range(len(case.outputs)):
            command += ["--output", str(folder / ("out%d.bin" % k))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            told = done.stderr.strip().split("\n")[-1] if done.stderr.strip() else "no message"
            return ("no room" if re.search("ERR_SIZE|ERR_MEMORY|ERR_ARENA|ERR_LIMIT|does not fit|more than|overflow",
                                           done.stderr) else "error: " + told), {}
        right = all(is_equal(case, CODES[kind], (folder / ("out%d.bin" % k)).read_bytes(),
                             case.values("want", k, CODES[kind])) for k, kind in enumerate(case.outputs))
        return "equal" if right else "differs", json.loads(done.stdout)


def rows_of(mote, group, each, deadline):
    rows, last = [], None
    for case in group[:max(TRIED, each)]:
        if time.monotonic() > deadline or len(rows) == each:
            break
        result, numbers = run(mote, case)
        row = [case.operator, case.inputs[0], case.name, result] + [numbers.get(key, "") for key in COLUMNS[4:]]
        if result == "no room":
            last = row
        else:
            rows.append(row)
    return rows or ([last] if last else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mote", default=str(ROOT / "build/mote"))
    parser.add_argument("--each", type=int, default=1, help="cases of an operator and type")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no case after so long")
    parser.add_argument("--out", default=str(ROOT / "bench/uno_vectors.csv"))
    parser.add_argument("operators", nargs="*")
    options = parser.parse_args()
    paths = sorted((ROOT / "tests/vectors").glob("*.vec"))
    cases = cases_of(p for p in paths if not options.operators or p.name.split(".")[0] in options.operators)
    deadline = time.monotonic() + options.seconds
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda key: rows_of(options.mote, cases[key], options.each, deadline), sorted(cases)))
    rows = [row for group in found for row in group]
    with open(options.out, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    counts = {}
    for row in rows:
        counts[row[3].split(":")[0]] = counts.get(row[3].split(":")[0], 0) + 1
        if row[3] not in ("equal", "no room"):
            print(*row[:4])
    print("%d operators and types, %d run: %s" % (len(cases), len(rows), counts))
    return int(any(row[3] not in ("equal", "no room") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
