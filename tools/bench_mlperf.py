#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""MLPerf Tiny's benchmark over emulated UARTs (docs/MLPERF.md): bench/mlperf.csv, a row a task, board and mode. Rows
that are measured replace those of the same task, board and mode.

  tools/bench_mlperf.py MOTE [TASK/BOARD/MODE ...]     of ROWS below, or all of them

Models and data are those of the shared folder ($MOTE_SHARED, else ../shared)."""
import csv
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.environ.get("MOTE_SHARED") or os.path.join(ROOT, "..", "shared")
RESULTS = os.path.join(ROOT, "bench", "mlperf.csv")
MODELS = {"kws01": "kws", "vww01": "vww", "ic01": "resnet", "ad01": "ad01"}
ROWS = ["kws01/mps2-an386/accuracy", "vww01/mps2-an386/accuracy",
        *(f"{task}/mps2-an386/performance" for task in MODELS), "kws01/microbit/performance",
        "kws01/mps3-an547/performance", *(f"{task}/stm32-nucleo-l4r5zi/energy" for task in MODELS)]
FIELDS = ["task", "target", "mode", "via", "samples", "patterns", "estimated", "correct", "accuracy", "auc",
          "throughput", "energy_uj", "energy_uj_low", "energy_uj_high", "inferences", "seconds", "instructions",
          "cycles", "different", "clock_error"]


def every_fifth(data, folder):
    """The data set of every fifth of its samples: those of one class lie behind each other."""
    os.symlink(os.path.abspath(os.path.join(data, "images")), os.path.join(folder, "images"))
    with open(os.path.join(data, "y_labels.csv"), encoding="utf-8") as f:
        labels = f.readlines()[::5]
    with open(os.path.join(folder, "y_labels.csv"), "w", encoding="utf-8") as f:
        f.writelines(labels)
    return folder


def data(task, mode, folder):
    """What --data takes; None: patterns. A picture of vww01 takes 5 s to its board: 200 of the 1,000 go there."""
    if task == "vww01":
        path = os.path.join(SHARED, "data", "vww")
        if mode == "accuracy":
            path = every_fifth(path, tempfile.mkdtemp(dir=folder))
        with open(os.path.join(folder, "vww.yaml"), "w", encoding="utf-8") as f:
            f.write(f'data: {{path: "{os.path.abspath(path)}", channels: bgr}}\n')
        return f.name
    return os.path.join(SHARED, "data", "kws01") if task == "kws01" else None


def measure(mote, row):
    task, board, mode = row.split("/")
    with tempfile.TemporaryDirectory() as folder:
        samples = data(task, mode, folder)
        model = os.path.join(SHARED, "models", "mlperf_tiny", MODELS[task] + ".tflite")
        done = subprocess.run([mote, "mlperf", model, "--target", board, "--via", "c", "--" + mode, "--json", "-o",
                               os.path.join(folder, "session"), *(["--data", samples] if samples else [])],
                              stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_mlperf: {row} ended with {done.returncode}")
    said = json.loads(done.stdout)
    return {k: "%.6g" % said[k] if isinstance(said.get(k), float) else said.get(k) for k in FIELDS}


def key(row):
    return row["task"], row["target"], row["mode"]


def main():
    if len(sys.argv) < 2 or any(row not in ROWS for row in sys.argv[2:]):
        sys.exit(__doc__ + "\nROWS: " + " ".join(ROWS))
    rows = {}
    if os.path.exists(RESULTS):
        with open(RESULTS, encoding="utf-8") as f:
            rows = {key(row): row for row in csv.DictReader(f)}
    for name in sys.argv[2:] or ROWS:
        row = measure(sys.argv[1], name)
        rows[key(row)] = row
        with open(RESULTS, "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, FIELDS, lineterminator="\n", restval="")
            out.writeheader()
            out.writerows(rows[k] for k in sorted(rows))


if __name__ == "__main__":
    main()
