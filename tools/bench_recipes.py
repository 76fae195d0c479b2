#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains shipped recipes, quantizes the networks, and writes what they score to bench/recipes.csv, a row a recipe.

tools/bench_recipes.py [--build DIR] [--trained DIR] [RECIPE ...]

Without names: all that have data here. MNIST and CIFAR-10 (as JPEG, which is lossy: its accuracy compares with itself
alone) come from ../shared or $MOTE_SHARED, Fashion-MNIST from Debian's package. Everything is trained anew, with all
cores; nothing else should run. --trained takes the networks of an earlier run (DIR/RECIPE) and only measures them.
"""
import argparse
import csv
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MOTE_SHARED") or ROOT.parent / "shared") / "data"
CSV = ROOT / "bench" / "recipes.csv"
DATA = {  # None: what the recipe says
    "digits": SHARED / "mnist",
    "fashion_mnist": None,
    "lenet_300_100": SHARED / "mnist",
    "lenet_5": SHARED / "mnist",
    "lstm": SHARED / "mnist",
    "resnet_8": SHARED / "cifar10" / "cifar10_images_jpg.tar.xz",
}
NAMES = {"mnist": "MNIST", "cifar10_images_jpg.tar.xz": "CIFAR-10 as JPEG"}
FIELDS = ["recipe", "data", "macs", "epochs", "best_epoch", "test_samples", "accuracy_float", "accuracy_int8",
          "cpu_seconds"]


def mote(build, *arguments):
    done = subprocess.run([build / "mote", *map(str, arguments), "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(build, name, folder, trained):
    recipe = ROOT / "models" / "recipes" / f"{name}.yaml"
    data = ["--data", DATA[name]] if DATA[name] else []
    if trained:
        if not (folder / "train.json").exists():
            sys.exit(f"bench_recipes: there is no {folder / 'train.json'}: a run without --trained makes it")
        result = json.loads((folder / "train.json").read_text())
    else:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        start = cpu_seconds()
        result = mote(build, "train", recipe, *data, "-o", folder)
        result["cpu_seconds"] = cpu_seconds() - start
        (folder / "train.json").write_text(json.dumps(result))
    quantized = mote(build, "quantize", folder / "model.graph", "--data", DATA[name] or recipe, "-o",
                     folder / "int8.graph")
    return {
        "recipe": name,
        "data": NAMES[DATA[name].name] if DATA[name] else "Fashion-MNIST",
        "macs": result["macs"],
        "epochs": result["epochs"],
        "best_epoch": result["best_epoch"],
        "test_samples": result["samples"],
        "accuracy_float": f"{100 * quantized['accuracy_float']:.2f}",
        "accuracy_int8": f"{100 * quantized['accuracy_int8']:.2f}",
        "cpu_seconds": f"{result['cpu_seconds']:.0f}",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--trained", type=pathlib.Path)
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help=", ".join(DATA))
    options = parser.parse_args()
    rows = {}
    if CSV.exists():
        with CSV.open(newline="") as f:
            rows = {row["recipe"]: row for row in csv.DictReader(f)}
    for name in options.recipes or DATA:
        if name not in DATA:
            parser.error(f"{name} is not among {', '.join(DATA)}")
        if DATA[name] and not DATA[name].exists():
            print(f"skipped: {name}: there is no {DATA[name]}", file=sys.stderr)
            continue
        folder = (options.trained or options.build / "recipes") / name
        rows[name] = measure(options.build, name, folder, options.trained)
        with CSV.open("w", newline="") as f:
            writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[name] for name in DATA if name in rows)
        print(", ".join(f"{k} {v}" for k, v in rows[name].items()))


if __name__ == "__main__":
    main()
