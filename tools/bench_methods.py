#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each method of compression does alone, to bench/compression_methods.csv: a row a model, method and seed.

tools/bench_methods.py [--build DIR] [--work DIR] [--again] [MODEL[:METHOD[:SEED]] ...]

Without names: all rows that the file does not have yet. All methods of a seed begin with the same dense network, which
bench_compress.py shares and this command trains if it is not there; everything is below --work and goes on where it was
stopped. A method with training is a `compress` section with one stage of EPOCHS epochs, one without is options of
`mote compress` on the dense network's int8 form with SAMPLES samples.

Bytes are `weight_bytes` of `mote emulate` on the Cortex-M4 with --coding huffman if that saves a tenth of them, else
with --coding dense, and instructions those of one inference with it. fast_coding is the coding of which bytes times
the root of instructions are least: a percent of the one is worth two of the other. The first ON_BOARD samples of the
test set give the host's bytes with each. Errors are of int8 in percent, on the whole validation and test splits.
kept: weights that are not 0, levels: the most values of one tensor besides 0 (0: more than 16). CPU seconds are of
the method, without the dense training.
"""
import argparse
import csv
import pathlib
import re
import sys

import bench_compress as base
from bench_compress import ROOT, mote, percent

CSV = ROOT / "bench" / "compression_methods.csv"
EPOCHS = 10
SAMPLES = 200
ON_BOARD = 20
SEEDS = [1]
ENSEMBLE = ", ".join(f"../../../seed_{seed}/dense/model.graph" for seed in (1, 2, 3))
FEATURES = "{layer: fully_connected_1}, {layer: fully_connected_2}"
BOARD = "mps2-an386"
FIELDS = ["model", "method", "seed", "bytes", "kept", "levels", "validation_error", "test_error",
          "dense_validation_error", "dense_test_error", "coding", "instructions_m4", "fast_coding", "fast_bytes",
          "fast_instructions_m4", "cpu_seconds"]


def prune(method, keep):
    return f"  prune: {{method: {method}, keep: {keep}, epochs: {EPOCHS}, ramp: {EPOCHS // 2}, rate: 0.001}}\n"


def levels(how):
    return f"  levels: {{{how}, epochs: {EPOCHS}, rate: 0.0005}}\n"


def teacher(more):
    return f"  teacher: {{temperature: 3, share: 0.7{more}}}\n"


TRAINED = {  # stages of a recipe
    "prune magnitude 0.05": prune("magnitude", 0.05),
    "prune obd 0.05": prune("obd", 0.05),
    "levels kmeans 16": levels("method: kmeans, count: 16"),
    **{f"levels linear {bits}": levels(f"method: linear, bits: {bits}") for bits in (8, 4, 3, 2)},
    "levels linear 8, int8 activations": levels("method: linear, bits: 8, activations: int8"),
    "levels linear 4, int8 activations": levels("method: linear, bits: 4, activations: int8"),
    **{f"levels log {bits}": levels(f"method: log, bits: {bits}") for bits in (4, 3)},
    "levels ternary": levels("method: ternary"),
    "levels binary": levels("method: binary"),
    "bit price 4e-6": levels("count: 16, bit_price: 4e-6, ramp: " + str(EPOCHS // 2)),
    "prune obd 0.05, by layer": prune("obd", "0.05, scope: layer"),
    "channels apoz 0.7": prune("apoz", 0.7),
    "channels norm 0.7": prune("norm", 0.7),
    "teacher": teacher("") + prune("obd", 1),
    "prune obd 0.05, teacher": teacher("") + prune("obd", 0.05),
    "prune obd 0.05, teachers of three seeds": teacher(f", models: [{ENSEMBLE}]") + prune("obd", 0.05),
    "prune obd 0.05, teacher's features": teacher(f", features: [{FEATURES}]") + prune("obd", 0.05),
}
UNTRAINED = {  # options on the int8 model; none: the dense model itself
    "none": [],
    "huffman": [],
    "untrained: prune magnitude 0.2": ["--prune", "magnitude:0.2"],
    "untrained: prune obs 0.2": ["--prune", "obs:0.2"],
    "untrained: channels apoz 0.7": ["--channels", "apoz:0.7"],
    "untrained: channels norm 0.7": ["--channels", "norm:0.7"],
    "untrained: levels kmeans 16": ["--levels", "kmeans:16"],
    "untrained: levels linear 4": ["--levels", "linear:4"],
    "untrained: levels ternary": ["--levels", "ternary"],
}
CODINGS = {"none": ["dense"], "huffman": ["huffman"]}  # others: all are tried
METHODS = {
    "lenet_300_100": [*UNTRAINED, *TRAINED],
    "lenet_5": ["prune obd 0.05", "levels kmeans 16", "bit price 4e-6", "levels linear 4"],  # the four best
}


def recipe_text(model, seed, stages):
    head = (ROOT / "models" / "recipes" / f"{model}.yaml").read_text().split("\ncompress:\n")[0]
    return (head.rstrip() + "\n").replace("\ntraining:\n", f"\ntraining:\n  seed: {seed}\n") + "compress:\n" + stages


def make_dense(options, model, seed, folder, data):
    """The dense network of the seed, and its int8 form."""
    recipe = folder.parent / "methods_dense.yaml"
    if not (folder / "int8.graph").exists():
        folder.mkdir(parents=True, exist_ok=True)
        recipe.write_text(recipe_text(model, seed, "").replace("compress:\n", ""))
        if not (folder / "report.html").exists():
            again = ["--resume"] if (folder / "checkpoint.graph").exists() else []
            mote(options, "train", recipe, "--data", data, "-o", folder, "--threads", 1, *again)
        mote(options, "quantize", folder / "model.graph", "--data", data, "-o", folder / "int8.graph")
    return folder / "int8.graph"


def make(options, model, method, seed, folder, dense, data):
    """The graph that the method makes."""
    if method in TRAINED:
        (folder / "recipe.yaml").write_text(recipe_text(model, seed, TRAINED[method]))
        made = mote(options, "compress", folder / "recipe.yaml", "--data", data, "--dense", dense, "-o",
                    folder / "made", "--threads", 1)
        return made["output"]
    if not UNTRAINED[method]:
        return dense / "int8.graph"
    return mote(options, "compress", dense / "int8.graph", "--data", data, "--samples", SAMPLES, "--limit", 1000,
                *UNTRAINED[method], "-o", folder / "made", "--threads", 1)["output"]


def on_board(options, folder, graph, model, codings):
    """Bytes of weights and instructions; the board computes what the host does."""
    inputs, _ = base.write_inputs(folder, model)
    inputs.write_bytes(inputs.read_bytes()[:784 * ON_BOARD])
    mote(options, "run", graph, "--input", inputs, "--output", folder / "host.bin", "--reset-each")
    rows = []
    for coding in codings:
        result = mote(options, "emulate", graph, "--target", BOARD, "--coding", coding, "--input", inputs, "--output",
                      folder / "m4.bin", "--reset-each")
        if (folder / "host.bin").read_bytes() != (folder / "m4.bin").read_bytes():
            sys.exit(f"bench_methods: {graph}: the board computes other bytes than the host")
        rows.append({"coding": coding, "bytes": result["weight_bytes"], "instructions_m4": result["instructions"]})
    small = rows[1] if len(rows) > 1 and rows[1]["bytes"] <= 0.9 * rows[0]["bytes"] else rows[0]
    fast = min(rows, key=lambda row: row["bytes"] * row["instructions_m4"] ** 0.5)
    return {**small, "fast_coding": fast["coding"], "fast_bytes": fast["bytes"],
            "fast_instructions_m4": fast["instructions_m4"]}


def weights_of(options, graph):
    stored = [t["stored"] for t in mote(options, "inspect", graph)["tensors"] if t["stored"]]
    most = max(s["levels"] for s in stored)
    return {"kept": sum(s["kept"] for s in stored), "levels": most if most <= 16 else 0}


def measure(options, model, method, seed):
    data, seeds = base.DATA[model], options.work / model / f"seed_{seed}"
    folder = seeds / "methods" / re.sub(r"\W+", "_", method)
    folder.mkdir(parents=True, exist_ok=True)
    for other in (1, 2, 3) if ENSEMBLE in TRAINED.get(method, "") else (seed,):
        make_dense(options, model, other, seeds.parent / f"seed_{other}" / "dense", data)
    done, start = (folder / "made").exists(), base.cpu_seconds()
    before = read_rows().get((model, method, seed), {})
    graph = make(options, model, method, seed, folder, seeds / "dense", data)
    seconds = base.cpu_seconds() - start
    errors = [percent(mote(options, "eval", graph, "--data", data, "--split", split)["accuracy"])
              for split in ("validation", "test")]
    return {"model": model, "method": method, "seed": seed, **weights_of(options, graph),
            "validation_error": errors[0], "test_error": errors[1],
            **base.dense_errors(options, seeds / "dense", data),
            **on_board(options, folder, graph, model, CODINGS.get(method, ["dense", "huffman", "packed", "sparse"])),
            "cpu_seconds": before.get("cpu_seconds", "") if done else f"{seconds:.0f}"}


def read_rows():
    if not CSV.exists():
        return {}
    with CSV.open(newline="") as f:
        return {(row["model"], row["method"], int(row["seed"])): row for row in csv.DictReader(f)}


def wanted(names):
    rows = [(model, method, seed) for model, methods in METHODS.items() for method in methods for seed in SEEDS]
    return [row for row in rows if not names or any(":".join(map(str, row)).startswith(name) for name in names)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--work", type=pathlib.Path, help="default: BUILD/compression")
    parser.add_argument("--again", action="store_true", help="measure rows that are there, too")
    parser.add_argument("names", nargs="*", metavar="MODEL[:METHOD[:SEED]]")
    options = parser.parse_args()
    options.work = options.work or options.build / "compression"
    for key in wanted(options.names):
        if key in read_rows() and not options.again:
            continue
        if not base.DATA[key[0]].exists():
            print(f"skipped: {key[0]}: there is no {base.DATA[key[0]]}", file=sys.stderr)
            continue
        row = measure(options, *key)
        rows = {**read_rows(), key: row}
        with CSV.open("w", newline="") as f:
            writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[key] for key in [*wanted([]), *sorted(set(rows) - set(wanted([])))] if key in rows)
        print(", ".join(f"{k} {v}" for k, v in row.items()), flush=True)


if __name__ == "__main__":
    main()
