#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `mote profile` says of MLPerf Tiny's networks on every board that has a figure of its active power, an inference
a second from 220 mAh at 3 V, via generated C: bench/energy.csv. Beside it the least energy that anybody has published
for the same network on the same board and supply (host/energy/published.def), which is of other software on a board.

  tools/bench_energy.py [BUILD]           measures, and writes the file
  tools/bench_energy.py [BUILD] --table   prints docs/ENERGY.md's table of boards, from the file
"""
import csv
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "energy.csv")
MODELS = {"kws": "KWS", "vww": "VWW", "resnet": "IC", "ad01": "AD"}
PUBLISHED = {"stm32-nucleo-l4r5zi": ("L4R5", "1.8"), "stm32-nucleo-l4r5zi-p": ("L4R5_P", "3.0"),
             "stm32-nucleo-u575zi-q": ("U575", "1.8"), "stm32-nucleo-u385rg-q": ("U385", "1.8"),
             "stm32-nucleo-h7a3zi-q": ("H7A3", "3.0"), "ek-ra6m4": ("RA6M4", "3.0")}
INTERVALS = ["cycles", "milliseconds", "energy_uj", "average_ua", "battery_days"]
FIELDS = ["model", "board", "kind", "volts", "instructions_from", "instructions", "documented_cycles", "wait_cycles",
          *[name + end for name in INTERVALS for end in ("", "_low", "_high")], "published_uj"]


def profile(mote, path, board):
    done = subprocess.run([mote, "profile", path, "--target", board, "--via", "c", "--json", "--every", "1s",
                           "--battery", "220mAh@3V"], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("bench_energy: %s on %s ended with %d" % (path, board, done.returncode))
    return json.loads(done.stdout)


def published():
    """{(board, volts, task): microjoules}"""
    least = {}
    with open(os.path.join(ROOT, "host", "energy", "published.def"), encoding="utf-8") as f:
        for line in f:
            found = re.match(r'RESULT\( *\d+, (\w+), *([\d.]+), "[^"]*", *(\w+), *\d+, *([\d.]+)\)', line)
            if found and not (found[1] == "L4R5" and '"ST v1.1"' in line):
                key = found.group(1, 2, 3)
                least[key] = min(least.get(key, float("inf")), float(found[4]))
    return least


def boards():
    """Those with a figure of their active power."""
    for name in sorted(os.listdir(os.path.join(ROOT, "targets"))):
        path = os.path.join(ROOT, "targets", name, "board.yaml")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                if "state: active" in f.read():
                    yield name


def short(value):
    return "" if value is None else value if isinstance(value, (str, int)) else "%.4g" % value


def row(mote, models, model, board, least):
    path = os.path.join(models, "mlperf_tiny", model + ".tflite")
    r = profile(mote, path, board)
    active = r["power"]["active"]
    volts = active["volts"] / r["volts"] if active["supply"] == "ldo" else 1  # energy at the figure's, as is published
    for name in ("energy_uj", "energy_uj_low", "energy_uj_high"):
        r[name] *= volts
    fields = {name: short(r.get(name)) for name in FIELDS}
    fields.update({"model": model, "board": board, "kind": active["kind"], "volts": short(active["volts"]),
                   "published_uj": short(least.get((*PUBLISHED.get(board, ("", "")), MODELS[model])))})
    return fields


def measure(build):
    models = os.path.join(os.environ.get("MOTE_SHARED", os.path.join(ROOT, "..", "shared")), "models")
    if not os.path.isdir(models):
        print("bench_energy: no models in %s: nothing is measured" % models)
        return
    least = published()
    rows = [row(os.path.join(build, "mote"), models, model, board, least) for board in boards() for model in MODELS]
    with open(RESULTS + ".new", "w", newline="", encoding="utf-8") as f:
        writer = csv.DictWriter(f, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(f.name, RESULTS)


def plain(text):
    """Three digits, without an exponent."""
    value = float("%.3g" % float(text))
    return "%d" % value if value >= 100 else "%g" % value


def interval(r, name):
    if not r[name]:
        return "not known"
    value, low, high = (plain(r[name + end]) for end in ("", "_low", "_high"))
    return "%s (%s to %s)" % (value, low, high) if low != high else value


def table():
    print("| kws, once a second | active figure | ms | µJ | average µA | days of 220 mAh |")
    print("|---|---|--:|--:|--:|--:|")
    with open(RESULTS, encoding="utf-8") as f:
        for r in csv.DictReader(f):
            if r["model"] == "kws":
                print("| `%s` | %s, %s V | %s | %s | %s | %s |" % (
                    r["board"], r["kind"], r["volts"], interval(r, "milliseconds"), interval(r, "energy_uj"),
                    interval(r, "average_ua"), interval(r, "battery_days")))


def main():
    arguments = [a for a in sys.argv[1:] if a != "--table"]
    build = arguments[0] if arguments else os.path.join(ROOT, "build")
    if "--table" in sys.argv:
        table()
    else:
        measure(build)


if __name__ == "__main__":
    main()
