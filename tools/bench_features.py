#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Front ends on emulated boards: instructions of a frame, of set-up, RAM and flash, as image and as C, of each preset;
writes bench/features.csv. The frames are those of a sound that is computed here, one after the other; what is
counted is the mean of all but the first. Each board's features must be this machine's bytes."""
import argparse
import csv
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
from itertools import product

ROOT = pathlib.Path(__file__).resolve().parent.parent
BOARDS = ["mps2-an386", "mps3-an547", "microbit", "riscv32-virt"]
PRESETS = {"micro": (480, 320, []), "mfcc": (480, 320, ["--absolute"]), "lfbe": (1025, 512, []),
           "logmel": (1024, 512, [])}
OUT = ROOT / "bench/features.csv"
COLUMNS = ["preset", "board", "via", "instructions", "setup_instructions", "ram_bytes", "flash_bytes"]


def sound(n):
    """Two tones and noise that become louder."""
    state, out = 1, []
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        tones = (i // 9 % 2 * 2 - 1) * 900 + (i // 31 % 2 * 2 - 1) * 2500
        out.append(tones * min(i, 4000) // 4000 + (state >> 20) - 2048)
    return out


def frames(preset, count):
    window, step, _ = PRESETS[preset]
    samples = sound(step * count + window)
    return b"".join(struct.pack("<%dh" % window, *samples[i * step:i * step + window]) for i in range(count))


def measure(mote, preset, board, via, count, folder):
    graph, data, here, there = (folder / name for name in ("p.graph", "frames.bin", "here.bin", "there.bin"))
    subprocess.run([mote, "features", "--preset", preset, *PRESETS[preset][2], "--graph", graph], check=True)
    data.write_bytes(frames(preset, count))
    subprocess.run([mote, "run", graph, "--input", data, "--output", here], check=True, stdout=subprocess.DEVNULL)
    command = [mote, "emulate", graph, "--input", data, "--target", board, "--via", via, "--output", there, "--json"]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    if here.read_bytes() != there.read_bytes():
        sys.exit("%s on %s via %s: other bytes than here" % (preset, board, via))
    each = found["instructions_each"][1:]
    return {"preset": preset, "board": board, "via": via, "instructions": round(sum(each) / len(each)),
            "setup_instructions": found["setup_instructions"],
            "ram_bytes": sum(found[k] for k in ("arena_bytes", "data_bss_bytes", "stack_bytes")),
            "flash_bytes": sum(found[k] for k in ("code_bytes", "constant_bytes", "weight_bytes"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--board", action="append", choices=BOARDS, help="this one alone; repeats")
    parser.add_argument("--frames", type=int, default=6)
    arguments = parser.parse_args()
    mote = pathlib.Path(arguments.build).resolve() / "mote"
    rows = {(r["preset"], r["board"], r["via"]): r for r in csv.DictReader(OUT.open())} if OUT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        for preset in PRESETS:
            for board in arguments.board or BOARDS:
                for via in ("image", "c"):
                    row = measure(mote, preset, board, via, arguments.frames, pathlib.Path(folder))
                    rows[preset, board, via] = row
                    print(*row.values(), flush=True)
    with OUT.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[k] for k in product(PRESETS, BOARDS, ("image", "c")) if k in rows)


if __name__ == "__main__":
    main()
