#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times inferences on this machine, one thread, and writes bench/host.csv: a row per model and set of instructions.

    tools/bench_host.py BUILD [--models FOLDER] [--samples FOLDER] [--seconds S] [--idle]

Versions of kernels for all that the CPU has, for AVX2 alone and the portable ones take turns in one process
(bench_host.c): five runs of S seconds each, a figure is the median, a ratio that of the rounds' ratios. The row
`mote eval` is the CPU time of 1000 samples for the keyword model, files and all: user and system, the median of five.
Nothing else should run: with --idle a machine with work for more than a quarter of a CPU is refused. Rows of another
CPU or compiler stay. Without the folder of models it says so and leaves the file alone.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CSV = ROOT / "bench" / "host.csv"
MODELS = ["kws", "vww", "resnet", "strww", "ad01", "kws_float", "vww_float", "resnet_float", "ad01_float"]
FIELDS = ["model", "versions", "us", "times_portable", "cpu", "compiler"]
RUNS = 5


def cpu_name():
    """What the kernel calls it, with family and model: virtual machines hide the name."""
    info = dict(re.findall(r"^(model name|cpu family|model|stepping)\s*: (.*)$",
                           pathlib.Path("/proc/cpuinfo").read_text(), re.M))
    return "{} (family {} model {} stepping {})".format(*(info.get(key, "?") for key in
                                                          ("model name", "cpu family", "model", "stepping")))


def compiler_name(build):
    """The compiler of the build, by its own words, with the build's type."""
    cache = (build / "CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", cache, re.M).group(1)
    version = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True).stdout
    kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", cache, re.M)
    return version.splitlines()[0] + ", " + (kind.group(1) if kind and kind.group(1) else "RelWithDebInfo")


def time_model(build, path, seconds):
    """Rows of one model: versions, microseconds, times portable."""
    out = subprocess.run([build / "bench_host", path, "--seconds", str(seconds), "--json"], check=True,
                         capture_output=True, text=True).stdout
    return [[row["versions"], f"{row['us']:.1f}", f"{row['times_portable']:.1f}"] for row in json.loads(out)]


def cpu_seconds(command):
    """User and system time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def time_eval(build, model, samples):
    """Rows of `mote eval`: all versions and the portable ones in turns."""
    sets = [("all", []), ("portable", ["--cpu", "portable"])]
    times = {name: [] for name, _ in sets}
    for _ in range(RUNS):
        for name, options in sets:
            times[name].append(cpu_seconds([build / "mote", "eval", model, "--data", samples, *options]))
    ratio = statistics.median(p / a for a, p in zip(times["all"], times["portable"]))
    return [[name, f"{statistics.median(times[name]) * 1e6:.0f}", f"{ratio if name == 'all' else 1:.1f}"]
            for name, _ in sets]


def write_rows(rows, cpu, compiler):
    """Replaces the rows of this CPU and compiler."""
    others = []
    if CSV.exists():
        with CSV.open(newline="") as f:
            others = [row for row in csv.reader(f)][1:]
    others = [row for row in others if row[4:] != [cpu, compiler]]
    with CSV.open("w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerows([FIELDS] + others + rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--models", type=pathlib.Path, default=ROOT.parent / "shared/models/mlperf_tiny")
    parser.add_argument("--samples", type=pathlib.Path, default=ROOT.parent / "shared/data/kws01")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--idle", action="store_true")
    arguments = parser.parse_args()
    if not arguments.models.is_dir():
        sys.exit(f"bench_host: there is no {arguments.models}: bench/host.csv stays as it is")
    if arguments.idle and os.getloadavg()[0] > 0.25:
        sys.exit(f"bench_host: the machine is busy, its load is {os.getloadavg()[0]:.2f}")
    cpu, compiler, rows = cpu_name(), compiler_name(arguments.build), []
    for name in MODELS:
        rows += [[name, *row, cpu, compiler] for row in
                 time_model(arguments.build, arguments.models / f"{name}.tflite", arguments.seconds)]
    if arguments.samples.is_dir():
        rows += [["kws: mote eval", *row, cpu, compiler] for row in
                 time_eval(arguments.build, arguments.models / "kws.tflite", arguments.samples)]
    for row in rows:
        print(f"{row[0]:<16} {row[1]:<18} {row[2]:>10} us {row[3]:>7} times portable")
    write_rows(rows, cpu, compiler)


if __name__ == "__main__":
    main()
