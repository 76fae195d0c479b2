#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What somebody gets from own data with two commands and no edited line: `mote new DATA -o DIR`, and
`mote train DIR/recipe.yaml`, which ends with an int8 network on the board's emulator.

    tools/bench_own_data.py [BUILD] [--only NAME …] [--threads N] [--work DIR]

Writes a row a data set into bench/own_data.csv: mean and standard deviation over folds or seeds of the int8 networks on
their tests, the bar, and what the last network takes of the board. Rows of sets that are not run stay. The data are in
MOTE_SHARED, ../shared without it."""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MOTE_SHARED", ROOT.parent / "shared")) / "data"
OUT = ROOT / "bench" / "own_data.csv"
FIELDS = ["data", "options of new", "runs", "metric", "mean", "deviation", "bar", "samples on the board",
          "instructions", "arena bytes", "flash bytes"]
ECG = "ecg/ecg5000/ECG5000_TRAIN.txt"
LABELS = SHARED / "tabular" / "diabetes_target.csv.gz"

# name: data, options of `mote new`, options of `mote train`, metric, bar
SETS = {
    "digits": ("tabular/digits.csv.gz", [], ["--seeds", "3"], "accuracy", 0.96),
    "wine": ("tabular/wine_data.csv", [], ["--folds", "5"], "accuracy", 0.93),
    "breast cancer": ("tabular/breast_cancer.csv", [], ["--folds", "5"], "accuracy", 0.94),
    "diabetes": ("tabular/diabetes_data_raw.csv.gz", ["--labels", str(LABELS)], ["--folds", "5"], "R2", 0.40),
    "ECG5000": (ECG, [], ["--folds", "5"], "accuracy", 0.92),
    "HAR, by recording": ("har/emlearn_har/har_record_exercises_1/data", [], ["--folds", "5"], "accuracy", 0.85),
    "magic wand": ("har/magic_wand_digits", [], ["--folds", "5"], "accuracy", 0.95),
    "HAR, features": ("har/emlearn_har/har_record_exercises_1/data", ["--features", "both"], ["--folds", "5"],
                      "accuracy", 0.85),
    "magic wand, features": ("har/magic_wand_digits", ["--features", "both"], ["--folds", "5"], "accuracy", 0.95),
    "ECG5000, anomalies": (ECG, ["--normal", "1"], ["--folds", "5"], "AUC", 0.95),
    "CIFAR-10 as JPEG": ("cifar10/cifar10_images_jpg.tar.xz", [], [], "accuracy", 0.75),
}


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_own_data.py: {' '.join(command)} ended with {done.returncode}")
    return json.loads(done.stdout)


def measure(name, mote, work, threads):
    data, new, train, metric, bar = SETS[name]
    folder = f"{work}/{''.join(c if c.isalnum() else '_' for c in name)}"
    run([mote, "new", str(SHARED / data), *new, "-o", folder, "--json"])
    result = run([mote, "train", f"{folder}/recipe.yaml", *train, "--threads", str(threads), "--json"])
    if train:
        mean, deviation = (result["metrics"][metric][k] for k in ("mean", "deviation"))
        board = result["last"]["board"]
    else:
        mean, deviation, board = result["int8"]["accuracy_int8"], "", result["int8"]["board"]
    size = board["footprint"]
    shown = ["labels in a second file" if o == str(LABELS) else o for o in new if o != "--labels"]
    return dict(zip(FIELDS, [name, " ".join(shown), " ".join(train) or "one training", metric, f"{mean:.4f}",
                             f"{deviation:.4f}" if deviation != "" else "", bar, board["samples"],
                             board["instructions_mean"], size["arena_bytes"],
                             size["code_bytes"] + size["constant_bytes"] + size["weight_bytes"]]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", nargs="?", default="build")
    parser.add_argument("--only", action="append", choices=list(SETS))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", help="an empty folder for the trainings, which stays; default: a temporary one")
    args = parser.parse_args()
    rows = {r["data"]: r for r in csv.DictReader(OUT.open())} if OUT.exists() else {}
    with tempfile.TemporaryDirectory() as temporary:
        for name in args.only or SETS:
            rows[name] = measure(name, str(Path(args.build) / "mote"), args.work or temporary, args.threads)
            print(*rows[name].values(), sep=", ", flush=True)
            with OUT.open("w", newline="") as file:
                writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows[n] for n in SETS if n in rows)


if __name__ == "__main__":
    main()
