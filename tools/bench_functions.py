#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes bench/functions.csv: where the instructions of an inference go, on a Cortex-M4 and a Cortex-M55.

    tools/bench_functions.py BUILD [--models FOLDER]

A row for each function that takes at least a hundredth of a model's instructions, generated C. What the compiler puts
into its caller counts there. Without the folder of models it says so and leaves the file alone.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys

from bench import MODELS

ROOT = pathlib.Path(__file__).resolve().parent.parent
CSV = ROOT / "bench" / "functions.csv"
BOARDS = ["mps2-an386", "mps3-an547"]
LEAST = 0.01


def rows_of(mote, models, model, board):
    name = model.split("/")[1]
    out = subprocess.run([mote, "emulate", models / f"{model}.tflite", "--target", board, "--via", "c", "--functions",
                          "--json", "--input", models / "golden" / name / "input0.bin"],
                         check=True, capture_output=True, text=True).stdout
    functions = json.loads(out)["functions"]
    total = sum(f["instructions"] for f in functions)
    for f in functions:
        if f["instructions"] >= LEAST * total:
            yield [name, board, f["name"], f["instructions"], f"{100 * f['instructions'] / total:.1f}"]


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--models", type=pathlib.Path, default=ROOT.parent / "shared" / "models")
    args = p.parse_args()
    if not args.models.is_dir():
        sys.exit(f"bench_functions: SKIP: there is no {args.models}")
    rows = [row for model in MODELS for board in BOARDS
            for row in rows_of(args.build / "mote", args.models, model, board)]
    temporary = CSV.with_suffix(".tmp")
    with open(temporary, "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["model", "board", "function", "instructions", "percent"])
        writer.writerows(rows)
    temporary.rename(CSV)


if __name__ == "__main__":
    main()
