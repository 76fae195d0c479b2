#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole .tflite files against a program that runs the reference's kernels.

    compare_models.py --mote build/mote --runner RUNNER [--runner ANOTHER …] FILE_OR_FOLDER …

draws inputs for each model (of a file that is there several times, once), runs it with Mote and with the first
runner that takes it, and prints a line: `same` (all outputs' bytes are), `near` (floats are, the greatest difference
by the greatest number), DIFFERS, or why nothing was compared. A runner is called as operator_cases.py calls it:
RUNNER MODEL OUTDIR INPUT…, and writes OUTDIR/output_<j>.bin. Exit status 1 if one differs."""

import argparse
import hashlib
import json
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from operator_cases import Random

SIZES = {"s8": 1, "u8": 1, "bool": 1, "s16": 2, "u16": 2, "f16": 2, "s32": 4, "u32": 4, "f32": 4, "s64": 8, "u64": 8}
NEAR = 1e-4


def tail(output):
    return " ".join(output.decode(errors="replace").split())[-200:]


def run(command, seconds):
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"takes more than {seconds} s"
    return None if done.returncode == 0 else tail(done.stdout + done.stderr)


def draw(tensor, random):
    """Bytes are any; floats lie between -1 and 1; larger integers are small, as they may be indices."""
    kind, n = tensor["type"], math.prod(tensor["shape"])
    if kind == "f32":
        return struct.pack(f"<{n}f", *(random.real(-1, 1) for _ in range(n)))
    if kind in ("s8", "u8", "s16"):
        return bytes(random.integer(0, 255) for _ in range(n * SIZES[kind]))
    return b"".join(random.integer(0, 1 if kind == "bool" else 3).to_bytes(SIZES[kind], "little") for _ in range(n))


def difference(kind, mine, theirs):
    """None if the bytes are the same; a share of the largest float, or a text."""
    if kind == "s32" and len(theirs) == 2 * len(mine):  # Mote narrows indices
        theirs = b"".join(theirs[i:i + 4] for i in range(0, len(theirs), 8))
    if mine == theirs:
        return None
    if len(mine) != len(theirs):
        return f"{len(mine)} bytes, not {len(theirs)}"
    if kind != "f32":
        return f"{sum(a != b for a, b in zip(mine, theirs))} bytes of {len(mine)}"
    a, b = (struct.unpack(f"<{len(x) // 4}f", x) for x in (mine, theirs))
    pairs = [(x, y) for x, y in zip(a, b) if not (x == y or (x != x and y != y))]
    most = max((abs(y) for y in b if math.isfinite(y)), default=0) or 1
    return max((abs(x - y) / most if math.isfinite(x) and math.isfinite(y) else math.inf for x, y in pairs), default=0)


def compare(path, name, options, folder):
    command = [options.mote, "inspect", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        return "refused", tail(done.stderr)
    model, random = json.loads(done.stdout), Random(name)
    inputs, outputs = ([model["tensors"][i] for i in model[key]] for key in ("inputs", "outputs"))
    files = [folder / f"input{k}.bin" for k in range(len(inputs))]
    for file, tensor in zip(files, inputs):
        file.write_bytes(draw(tensor, random))
    command = [options.mote, "run", str(path)] + [word for file in files for word in ("--input", str(file))]
    for j in range(len(outputs)):
        command += ["--output", str(folder / f"mote_{j}.bin")]
    why = run(command, 600)
    if why:
        return "refused", why
    for runner in options.runner:
        why = run([runner, str(path), str(folder), *map(str, files)], 600)
        if why is None:
            break
    if why:
        return "no reference", why
    found = [difference(t["type"], (folder / f"mote_{j}.bin").read_bytes(), (folder / f"output_{j}.bin").read_bytes())
             for j, t in enumerate(outputs)]
    texts = [x for x in found if isinstance(x, str) or (x is not None and x > NEAR)]
    if texts:
        return "DIFFERS", ", ".join(str(x) for x in texts)
    return ("near", f"{max(x for x in found if x is not None):.1e}") if any(found) else ("same", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mote", required=True)
    parser.add_argument("--runner", required=True, action="append")
    parser.add_argument("paths", nargs="+", type=Path)
    options = parser.parse_args()
    found = [f for p in options.paths for f in (sorted(p.rglob("*.tflite")) if p.is_dir() else [p])]
    seen, counts = set(), {}
    for path in sorted(found, key=lambda f: f.stat().st_size):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        with tempfile.TemporaryDirectory() as folder:
            verdict, text = compare(path, digest, options, Path(folder))
        counts[verdict] = counts.get(verdict, 0) + 1
        print(verdict, path, text, sep="\t", flush=True)
    print(*(f"{n} {verdict}" for verdict, n in sorted(counts.items())), sep=", ")
    return 1 if "DIFFERS" in counts else 0


if __name__ == "__main__":
    sys.exit(main())
