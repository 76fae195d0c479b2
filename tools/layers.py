#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes go one way: layers.py checks that every folder of host/ sees only what its row names, directly or through
what it includes, that neither folders nor files include each other in a circle, and that each row is in use. Prints
the offending include, with the way to it; exit status 1 if there is one. docs/DESIGN.md draws the same table."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What a folder may see. Of the device: `ops` are facts (device/mote/ops), `kernels` arithmetic and its contract,
# `runtime` the interpreter and what firmware includes. A row may name those above it alone: so there is no circle.
ALLOWED = """
base       ops
yaml       base ops
target     base ops
boards     target yaml base ops
metrics    base ops
graph      base ops
report     metrics graph base ops
coding     base kernels ops
formats    graph base ops
gradient   graph base ops
plan       coding graph target base kernels ops
operators  plan gradient graph target base kernels ops
emit       formats plan graph target base runtime kernels ops
run        plan graph target base runtime kernels ops
program    coding run operators plan graph base ops
passes     run operators graph base kernels ops
import     run formats graph base ops
front_end  graph base ops
pipeline   passes import emit plan graph target base kernels ops
hear       front_end pipeline run plan graph target base runtime kernels ops
quantize   passes emit run plan graph target base runtime kernels ops
sign       base runtime kernels ops
emulate    boards target base ops
serial     base ops
energy     boards target base ops
deploy     energy emulate boards pipeline run emit plan graph target base runtime kernels ops
data       hear front_end run plan yaml graph target base runtime kernels ops
train      data program metrics gradient graph yaml base runtime kernels ops
compress   train quantize passes run plan coding graph target base runtime kernels ops
"""
# These see everything above and before them: nobody sees the command line.
ABOVE = ["jobs", "api", "cli"]

INCLUDE = re.compile(r'^ *# *include +"([^"]+)"', re.M)


def folder_of(path):
    parts = path.split("/")
    if parts[0] == "host":
        return parts[1]
    if parts[2] == "ops":
        return "ops"
    return "runtime" if parts[2] in ("runtime", "mote.h", "input.h", "score.h") else "kernels"


def resolve(path, name):
    for base in (ROOT, ROOT / "device", (ROOT / path).parent):
        target = (base / name).resolve()
        if target.is_file() and ROOT in target.parents:
            return target.relative_to(ROOT).as_posix()
    return None


def read_includes():
    found = sorted(p for top in ("host", "device") for p in (ROOT / top).rglob("*.[chd]*"))
    files = [p.relative_to(ROOT).as_posix() for p in found if p.is_file()]
    return {f: [(m, t) for m in INCLUDE.findall((ROOT / f).read_text()) if (t := resolve(f, m))] for f in files}


def rows():
    table = {"ops": set(), "kernels": {"ops"}, "runtime": {"kernels", "ops"}}
    for line in ALLOWED.strip().splitlines():
        name, *may = line.split()
        for other in may:
            if other not in table:
                sys.exit(f"layers.py: {name} names {other}, which is not above it")
        table[name] = set(may)
    for name in ABOVE:
        table[name] = set(table)
    return table


def reach(files, start):
    """Each file that `start` sees, with the one that includes it; files of its own folder are followed, too."""
    way, queue = {start: None}, [start]
    for f in queue:
        for _, target in files[f]:
            if target not in way:
                way[target] = f
                queue.append(target)
    return way


def chain(way, target):
    names = [target]
    while way[names[-1]]:
        names.append(way[names[-1]])
    return " <- ".join(names)


def circle(files):
    """A circle of files that include each other, or None."""
    state = {}

    def visit(f, path):
        state[f] = 1
        for _, target in files[f]:
            if state.get(target) == 1:
                return path[path.index(target):] + [target] if target in path else [f, target]
            if target not in state and (found := visit(target, path + [target])):
                return found
        state[f] = 2
        return None

    for f in files:
        if f not in state and (found := visit(f, [f])):
            return found
    return None


def main():
    files, table, bad = read_includes(), rows(), []
    used, ways = {name: set() for name in table}, {}
    for f in files:
        if not f.startswith("host/"):
            continue
        name = folder_of(f)
        if name not in table:
            bad.append(f"{f}: host/{name} has no row in tools/layers.py")
            continue
        way = reach(files, f)
        for target in way:
            other = folder_of(target)
            used[name].add(other)
            if other != name and other not in table[name]:
                ways.setdefault((name, other), []).append(chain(way, target))
    for (name, other), chains in ways.items():
        bad.append(f"host/{name} must not see {other}: {min(chains, key=len)} ({len(chains)} such ways)")
    for name in table:
        unused = table[name] - used[name] - {name}
        if name not in ABOVE and name not in ("ops", "kernels", "runtime") and unused:
            bad.append(f"host/{name} sees nothing of {', '.join(sorted(unused))}: its row says more than it uses")
    found = circle(files)
    if found:
        bad.append("a circle: " + " -> ".join(found))
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
