#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job, whole: check.py MOTE. `mote demo` must train Fashion-MNIST to at least 91.0 % in float, lose at most
0.3 points in int8, and at most 2 more with weights compressed to less than a third; and the emulated board's
predictions must be the host's (which the command itself checks). The demo's recipe trains longer than that takes: here
it has EPOCHS, which leave it 91.5 %."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RECIPE = ROOT / "models/recipes/fashion_mnist.yaml"
EPOCHS = 11
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")


def is_good(said):
    small = said["compressed"]
    yield said["accuracy_float"] >= 0.910
    yield said["accuracy_int8"] >= said["accuracy_float"] - 0.003
    yield said["accuracy_compressed"] >= said["accuracy_int8"] - 0.02
    yield 3 * small["weight_bytes"] < said["c"]["weight_bytes"]
    yield small["samples"] > 0 and small["equal"] == small["samples"]


def main():
    if not DATA.exists():
        print("SKIP: dataset-fashion-mnist is not installed")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        demo = pathlib.Path(folder) / "demo"
        recipe = pathlib.Path(folder) / RECIPE.name
        text, n = re.subn(r"\n  epochs: \d+\n", f"\n  epochs: {EPOCHS}\n", RECIPE.read_text())
        recipe.write_text(text)
        done = subprocess.run([sys.argv[1], "demo", "-o", demo, "--recipe", recipe, "--json"], stdout=subprocess.PIPE,
                              text=True)
        print(done.stdout)
        if done.returncode != 0 or n != 1:
            return 1
    return 0 if all(is_good(json.loads(done.stdout))) else 1


if __name__ == "__main__":
    sys.exit(main())
