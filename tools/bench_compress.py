#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compresses shipped recipes and writes what comes out to bench/compression.csv, a row a model, method and seed.

tools/bench_compress.py [--build DIR] [--work DIR] [--again] [MODEL[:METHOD[:SEED]] ...]

Without names: all rows that the file does not have yet. A method is the recipe's `compress` section with other
numbers, or the recipe's as it is. The dense training of a seed is shared by its rows; all trainings are below --work
and go on where they were stopped, so that this command can be stopped at any time. Data come from ../shared or
$MOTE_SHARED, Fashion-MNIST from Debian's package.

Bytes are `weight_bytes` of `mote emulate --coding huffman` on the Cortex-M4; errors are of int8, on the validation
split, by which numbers are chosen, and on the whole test set, as are those of the dense network. Samples of the test
set run on that board, too, and must give the host's bytes: for LeNets all, for others the first 1,000, of folders as
many of each class. Instructions are of one inference, of plans for the goal that GOAL names; packed_bytes and
packed_instructions_m4, of the models of PACKED, are with --coding packed. CPU seconds are of the
training: of a row made again, what they were. The commit is that of the tree that was built; of rows from before this
column the one that they came with. Methods of the file that are not below, "levels not rounded", are of earlier code:
nothing makes them again.
"""
import argparse
import csv
import gzip
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MOTE_SHARED") or ROOT.parent / "shared") / "data"
CSV = ROOT / "bench" / "compression.csv"
DATA = {
    "lenet_300_100": SHARED / "mnist",
    "lenet_5": SHARED / "mnist",
    "lstm": SHARED / "mnist",
    "digits": SHARED / "mnist",
    "fashion_mnist": pathlib.Path("/usr/share/datasets/fashion-mnist"),
    "resnet_8": SHARED / "cifar10" / "cifar10_images_jpg.tar.xz",
}
SEEDS = [1, 2, 3]
FRESH = {"lenet_300_100": [4, 5, 6]}  # of the recipe alone: its numbers were chosen with the errors of the others seen
RECIPE = "recipe"  # the method that is the recipe's own
TEACHER = {"temperature": "3", "share": "0.7"}
SCALED = {"count": None, "bit_price": None, "ramp": None, "rate": "0.001"}  # levels with a scale a channel
METHODS = {  # model: {method: {stage: its keys that differ, or None: without it}}
    "lenet_300_100": {
        RECIPE: {},
        "bit_price 4e-6": {"levels": {"bit_price": "4e-6"}},
        "teacher, bit_price 2e-5": {"teacher": TEACHER, "levels": {"bit_price": "2e-5"}},
        "teacher, bit_price 5e-5": {"teacher": TEACHER, "levels": {"bit_price": "5e-5"}},
        "no bit price": {"prune": {"keep": "0.0125"}, "levels": {"bit_price": None, "ramp": None}},
        "magnitude, no bit price": {"prune": {"method": "magnitude", "keep": "0.0125"},
                                    "levels": {"bit_price": None, "ramp": None}},
    },
    "lenet_5": {
        RECIPE: {},
    },
    "lstm": {
        RECIPE: {},
        "bit_price 8e-6": {"levels": {"bit_price": "8e-6"}},
    },
    "digits": {  # the curve of few bits
        RECIPE: {},
        "linear 4": {"prune": None,
                     "levels": {**SCALED, "method": "linear", "bits": "4", "epochs": "8", "rounds": None}},
        "ternary": {"prune": None, "levels": {**SCALED, "method": "ternary", "epochs": "12"}},
        "binary": {"prune": None, "levels": {**SCALED, "method": "binary", "epochs": "14"}},
    },
    "fashion_mnist": {
        RECIPE: {},
        "int8 activations": {"levels": {"activations": "int8"}},
    },
    "resnet_8": {
        RECIPE: {},
        "keep 0.25, teacher, int8 activations": {
            "teacher": TEACHER, "prune": {"keep": "0.25", "epochs": "18", "ramp": "8"},
            "levels": {"epochs": "8", "activations": "int8"}},
        "keep 0.25, linear 5, teacher, int8 activations": {
            "teacher": TEACHER, "prune": {"keep": "0.25", "epochs": "18", "ramp": "8"},
            "levels": {"count": None, "method": "linear", "bits": "5", "epochs": "8", "activations": "int8"}},
    },
}
BOARDS = {"m4": "mps2-an386", "m0": "microbit", "rv32": "riscv32-virt"}
FITS = {"resnet_8": ["m4", "rv32"]}  # others fit all boards
GOAL = {"resnet_8": "speed"}  # of plans, else balanced
PACKED = ["digits"]  # networks that are measured with --coding packed as well
ON_BOARD = {"lenet_300_100": 10000, "lenet_5": 10000}  # samples whose bytes are compared
ON_BOARD_ELSE = 1000
FIELDS = ["model", "method", "seed", "bytes", "kept", "levels", "validation_error", "test_error",
          "dense_validation_error", "dense_test_error", *(f"instructions_{core}" for core in BOARDS), "dense_bytes",
          "dense_instructions_m4", "packed_bytes", "packed_instructions_m4", "cpu_seconds", "commit"]


def mote(options, *arguments):
    return json.loads(subprocess.run([options.build / "mote", *map(str, arguments), "--json"], stdout=subprocess.PIPE,
                                     check=True).stdout)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def recipe_text(model, method, seed):
    """The shipped recipe with this seed, and its stages with the method's keys."""
    head, compress = (ROOT / "models" / "recipes" / f"{model}.yaml").read_text().split("\ncompress:\n")
    stages = {"teacher": {}, "optimizer": {}, "prune": {}, "levels": {}}
    for name, keys in re.findall(r"  (\w+): \{(.*)\}\n", compress):
        stages[name] = dict(item.split(": ") for item in keys.split(", "))
    for name, keys in METHODS[model][method].items():
        stages[name] = {**stages[name], **keys} if keys else {}
    inside = {name: ", ".join(f"{k}: {v}" for k, v in keys.items() if v is not None) for name, keys in stages.items()}
    return (head.replace("\ntraining:\n", f"\ntraining:\n  seed: {seed}\n") + "\ncompress:\n" +
            "".join(f"  {name}: {{{keys}}}\n" for name, keys in inside.items() if keys))


def unpack_pictures(folder, archive, n):
    """The test set's first pictures of each class, as many of all, in folders; and one of them."""
    path, counts, first = folder / "inputs", {}, None
    with tarfile.open(archive) as files:
        for member in files:
            parts = pathlib.PurePosixPath(member.name).parts
            if member.isfile() and parts[0] == "test" and counts.setdefault(parts[1], 0) < n // 10:
                counts[parts[1]] += 1
                target = path / parts[1] / parts[2]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(files.extractfile(member).read())
                first = first or target
    return path, first


def write_inputs(folder, model):
    """Pictures of the test set, and one of them: as int8 tensors, or as they are."""
    data, n = DATA[model], ON_BOARD.get(model, ON_BOARD_ELSE)
    if data.is_file():
        return unpack_pictures(folder, data, n)
    with gzip.open(next(data.glob("t10k-images-idx3-ubyte.gz"))) as f:
        f.read(16)
        pictures = f.read(784 * n)
    path, one = folder / "inputs.bin", folder / "one.bin"
    path.write_bytes(bytes(byte ^ 0x80 for byte in pictures))
    one.write_bytes(path.read_bytes()[:784])
    return path, one


def commit(options):
    """Of the tree that was built."""
    cache = (options.build / "CMakeCache.txt").read_text()
    tree = re.search("^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache, re.MULTILINE)[1]
    return subprocess.run(["git", "-C", tree, "rev-parse", "--short=8", "HEAD"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout.strip()


def emulate(options, folder, graph, model, core, coding, inputs):
    return mote(options, "emulate", graph, "--target", BOARDS[core], "--coding", coding, "--optimize",
                GOAL.get(model, "balanced"), "--input", inputs, "--output", folder / f"{core}.bin", "--reset-each")


def on_boards(options, folder, graph, model):
    """(bytes of weights, {core: instructions}); the first board computes what the host does."""
    inputs, one = write_inputs(folder.parent, model)
    mote(options, "run", graph, "--input", inputs, "--output", folder / "host.bin", "--reset-each")
    results = {core: emulate(options, folder, graph, model, core, "huffman", inputs if core == "m4" else one)
               for core in FITS.get(model, BOARDS)}
    if (folder / "host.bin").read_bytes() != (folder / "m4.bin").read_bytes():
        sys.exit(f"bench_compress: {graph}: the board computes other bytes than the host")
    return results["m4"]["weight_bytes"], {core: result["instructions"] for core, result in results.items()}


def packed_on_board(options, folder, model):
    """The same network with packed weights, on the first board, which computes what the host does."""
    result = emulate(options, folder, folder / "made" / "int8.graph", model, "m4", "packed",
                     write_inputs(folder.parent, model)[0])
    if (folder / "host.bin").read_bytes() != (folder / "m4.bin").read_bytes():
        sys.exit(f"bench_compress: {folder}: the board computes other bytes with packed weights than the host")
    return {"packed_bytes": result["weight_bytes"], "packed_instructions_m4": result["instructions"]}


def percent(accuracy):
    return f"{100 * (1 - accuracy):.2f}"


def dense_errors(options, folder, data):
    """Of the int8 network without compression: on the validation and the test split."""
    graph = folder / "int8.graph"
    if not graph.exists():
        mote(options, "quantize", folder / "model.graph", "--data", data, "-o", graph)
    errors = {}
    for split in ("validation", "test"):
        accuracy = mote(options, "eval", graph, "--data", data, "--split", split)["accuracy"]
        errors[f"dense_{split}_error"] = percent(accuracy)
    return errors


def measure_dense(options, folder, model):
    """The same, and what it takes on the first board."""
    errors = dense_errors(options, folder, DATA[model])
    board = emulate(options, folder, folder / "int8.graph", model, "m4", "dense",
                    write_inputs(folder.parent, model)[1])
    return {**errors, "dense_bytes": board["weight_bytes"], "dense_instructions_m4": board["instructions"]}


def share_pruned(folder):
    """Methods that prune alike begin with one pruning: a folder of it that another method of the seed has made."""
    def beginning(other):
        return (other / "recipe.yaml").read_text().split("\n  levels:")[0]

    for other in sorted(folder.parent.iterdir()):
        pruned = (other / "made" / "prune").exists() and (other / "made" / "levels").exists()  # the stage after it
        if pruned and other != folder and not (folder / "made").exists() and beginning(other) == beginning(folder):
            shutil.copytree(other / "made" / "prune", folder / "made" / "prune")


def measure(options, model, method, seed):
    data, seeds = DATA[model], options.work / model / f"seed_{seed}"
    folder = seeds / re.sub(r"\W+", "_", method)
    folder.mkdir(parents=True, exist_ok=True)
    recipe = folder / "recipe.yaml"
    recipe.write_text(recipe_text(model, method, seed))
    share_pruned(folder)
    begun, start = (folder / "made").exists(), cpu_seconds()
    made = mote(options, "compress", recipe, "--data", data, "--dense", seeds / "dense", "-o", folder / "made",
                "--threads", 1)
    seconds = cpu_seconds() - start
    weights, instructions = on_boards(options, folder, folder / "made" / "int8.graph", model)
    packed = packed_on_board(options, folder, model) if model in PACKED else {}
    last, before = made["stages"][-1], read_rows().get((model, method, seed), {})
    return {"model": model, "method": method, "seed": seed, "bytes": weights, "kept": last["kept"],
            "levels": last["levels"], "validation_error": percent(last["accuracy"]),
            "test_error": percent(made["accuracy_int8"]), **measure_dense(options, seeds / "dense", model),
            **{f"instructions_{core}": n for core, n in instructions.items()}, **packed,
            "cpu_seconds": before.get("cpu_seconds", "") if begun else f"{seconds:.0f}", "commit": commit(options)}


def read_rows():
    if not CSV.exists():
        return {}
    with CSV.open(newline="") as f:
        return {(row["model"], row["method"], int(row["seed"])): row for row in csv.DictReader(f)}


def wanted(names):
    rows = [(model, method, seed) for model, methods in METHODS.items() for method in methods
            for seed in SEEDS + (FRESH.get(model, []) if method == RECIPE else [])]
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
        if not DATA[key[0]].exists():
            print(f"skipped: {key[0]}: there is no {DATA[key[0]]}", file=sys.stderr)
            continue
        row = measure(options, *key)
        rows = {**read_rows(), key: row}  # another may have added some
        with CSV.open("w", newline="") as f:
            writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[key] for key in [*wanted([]), *sorted(set(rows) - set(wanted([])))] if key in rows)
        print(", ".join(f"{k} {v}" for k, v in row.items()), flush=True)


if __name__ == "__main__":
    main()
