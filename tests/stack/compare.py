#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The stack that `mote profile` adds up from the table of frames, against the painted stack of the emulated board; and
a board whose RAM ends in the middle of that stack, which is refused before anything runs. Arguments: mote, and `all`
for more boards than the tests take."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SLACK = 128  # functions that the model does not call, registers that a call chain does not save
CASES = [("ink", "mps2-an386", "image"), ("strokes", "arduino-uno", "c")]
# Not ink via C: its table counts what sets the input of raw samples, which `mote emulate` does not measure.
MORE = [("strokes", "mps2-an386", "c"), ("strokes", "microbit", "image"), ("strokes", "mps2-an505", "c"),
        ("strokes", "riscv32-virt", "image"), ("strokes", "riscv32-virt", "c")]


def mote(*words):
    return subprocess.run([sys.argv[1], *map(str, words)], capture_output=True, text=True, check=False)


def answer(*words):
    done = mote(*words, "--json")
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: {done.stderr}")
    return json.loads(done.stdout)


def graph(model):
    return ROOT / f"models/{model}.graph"


def table(model, board, via):
    return answer("profile", graph(model), "--target", board, "--via", via, "--estimate")["ram"]


def painted(folder, model, board, via):
    image, zeros = pathlib.Path(folder, "m.mote"), pathlib.Path(folder, "zeros.bin")
    answer("compile", graph(model), "-o", image)
    zeros.write_bytes(bytes(answer("inspect", image)["inputs"][0]["bytes"]))
    return answer("emulate", graph(model), "--target", board, "--via", via, "--input", zeros)["stack_bytes"]


def smaller_board(folder, size):
    """mps2-an386 with RAM of that size; its machine keeps what it has."""
    text = (ROOT / "targets/mps2-an386/board.yaml").read_text().split("\nmachine:")[0] + "\n"
    text = text.replace("name: mps2-an386", "name: smaller", 1)
    text = re.sub(r"(kind: ram, origin: 0x20000000, size: )\w+", rf"\g<1>{size}", text)
    path = pathlib.Path(folder, "board.yaml")
    path.write_text(text)
    return path


def main():
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        rams = {case: table(*case) for case in CASES + (MORE if "all" in sys.argv else [])}
        for case, ram in rams.items():
            used = painted(folder, *case)
            print(*case, f"table {ram['stack_bytes']}, painted {used}")
            bad += not used <= ram["stack_bytes"] <= used + SLACK
        whole = rams[CASES[0]]["total_bytes"]
        for size, refused in ((whole - 300, True), (whole, False)):
            board = smaller_board(folder, size)
            done = mote("compile", graph("ink"), "-o", pathlib.Path(folder, "m.mote"), "--target", board)
            print(f"RAM of {size}: {done.stderr.strip() or 'compiled'}")
            bad += (done.returncode != 0) is not refused or ("stack" in done.stderr) is not refused
        bad += answer("profile", graph("ink"), "--target", smaller_board(folder, whole - 300), "--estimate")["fits"]
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
