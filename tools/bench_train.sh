#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Training, Mote beside PyTorch: tools/bench_train.sh [resnet_8] [ds_cnn] [lenet_5]; prints a table
# and writes their rows to bench/training.csv, where those of other models stay.
# BUILD (build), BATCH (64), THREADS (2), STEPS (100) and PYTHON (/usr/bin/python3) come from the environment. Every
# figure is of the median step. Nothing else should run on the machine: all cores are in use.
set -eu
cd "$(dirname "$0")/.."

build=${BUILD:-build}
options="--batch ${BATCH:-64} --threads ${THREADS:-2} --steps ${STEPS:-100}"
python=${PYTHON:-/usr/bin/python3} # Debian's, which has Debian's packages

[ -x "$build/bench_train" ] || { echo "bench_train: there is no $build/bench_train: build Mote first" >&2; exit 3; }
"$python" -c 'import torch' 2>/dev/null || { echo "bench_train: no PyTorch: tools/setup.sh bench_train" >&2; exit 3; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# A sample's shape and the number of classes, as tools/bench_train.py has them.
data_of() {
    case $1 in
    resnet_8) echo "--input 32x32x3 --classes 10" ;;
    ds_cnn) echo "--input 49x10x1 --classes 12" ;;
    lenet_5) echo "--input 28x28x1 --classes 10" ;;
    *) echo "bench_train: $1 is none of resnet_8, ds_cnn, lenet_5" >&2; exit 2 ;;
    esac
}

[ $# -gt 0 ] || set -- resnet_8 ds_cnn lenet_5
for name in "$@"; do
    data=$(data_of "$name")
    echo "bench_train: $name" >&2
    "$build/bench_train" "models/recipes/$name.yaml" $data $options --json >"$work/$name.mote.json"
    "$python" tools/bench_train.py --model "$name" $options >"$work/$name.torch.json"
    echo "$name" >>"$work/names"
done

"$python" - "$work" $options <<'PYTHON'
import csv
import json
import pathlib
import sys

work = pathlib.Path(sys.argv[1])
print("training, " + " ".join(sys.argv[2:]))
print("mote/torch: samples a second, Mote's by PyTorch's. step/primitives: Mote's step by the sum of its primitives.")
print(f"\n{'model':<10} {'Mote /s':>9} {'PyTorch /s':>11} {'mote/torch':>11} {'step us':>9} {'primitives us':>14}"
      f" {'step/primitives':>16}  PyTorch's layout")
FIELDS = ["model", "samples_per_second", "pytorch_samples_per_second", "times_pytorch", "times_primitives"]
CSV = pathlib.Path("bench/training.csv")
rows = {name: None for name in ("resnet_8", "ds_cnn", "lenet_5")}
if CSV.exists():
    with CSV.open(newline="") as f:
        rows.update((row["model"], [row[field] for field in FIELDS]) for row in csv.DictReader(f))
for name in (work / "names").read_text().split():
    mote = json.loads((work / f"{name}.mote.json").read_text())
    torch = json.loads((work / f"{name}.torch.json").read_text())
    print(f"{name:<10} {mote['samples_per_second']:>9.0f} {torch['samples_per_second']:>11.0f}"
          f" {mote['samples_per_second'] / torch['samples_per_second']:>11.2f} {mote['step_us']:>9.0f}"
          f" {mote['primitives_us']:>14.0f} {mote['ratio']:>16.3f}  {torch['layout']}")
    rows[name] = [name, f"{mote['samples_per_second']:.0f}", f"{torch['samples_per_second']:.0f}",
                  f"{mote['samples_per_second'] / torch['samples_per_second']:.2f}", f"{mote['ratio']:.2f}"]
print(f"\n{torch['framework']}, {torch['blas']}")
with CSV.open("w", newline="") as f:
    writer = csv.writer(f, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(row for row in rows.values() if row)
PYTHON
