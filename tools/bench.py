#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures models on the emulated boards and writes bench/results.csv, a row per model, board and way.

Instructions are counted, not timed, so the rows repeat to the digit and a change of them shows up in review. A row is
only written if the first two golden vectors come back byte for byte; of float models, within the tolerance of
docs/EXACT.md ("near"), and where there are no vectors, with the bytes of this machine. --check measures nothing but
fails if the tables of README.md, docs/CYCLES.md and docs/LIMITS.md are not what bench/results.csv says; --table makes
them so. --board measures one board and leaves the rows of the others; --compare fails where one of its rows differs
from the committed one. Without the folder of models it says so and leaves the files alone.
"""
import argparse
import csv
import json
import os
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "bench", "results.csv")
README = os.path.join(ROOT, "README.md")
MODELS = ["mlperf_tiny/kws", "mlperf_tiny/vww", "mlperf_tiny/resnet", "mlperf_tiny/ad01", "mlperf_tiny/strww",
          "tflite_micro/micro_speech", "tflite_micro/person_detect", "tflite_micro/hello_world",
          "tflite_micro/mnist_lstm"]
SMALL = ["mlperf_tiny/strww", "tflite_micro/micro_speech", "tflite_micro/hello_world", "tflite_micro/mnist_lstm"]
FLOATS = ["tflite_micro/hello_world_float", "tflite_micro/mnist_lstm_float"]
WITH_FPU = ["mlperf_tiny/resnet_float", "mlperf_tiny/kws_float", "onnx/mnist-8"]
COMPILED = ["mlperf_tiny/kws", "mlperf_tiny/vww", "mlperf_tiny/resnet", "mlperf_tiny/strww",
            "tflite_micro/micro_speech", "tflite_micro/mnist_lstm"]
BOTH = ("image", "c")
BOARDS = {  # what fits, and the ways
    "mps2-an386": (MODELS + FLOATS + WITH_FPU, BOTH), "mps2-an385": (MODELS + FLOATS, BOTH),
    "mps2-an500": (MODELS + WITH_FPU, BOTH), "mps2-an505": (MODELS + WITH_FPU, BOTH),
    "mps3-an547": (MODELS, BOTH), "riscv32-virt": (MODELS, BOTH),
    "aarch64-linux": (MODELS, ("c",)), "aarch64-linux-dotprod": (MODELS, ("c",)), "nrf51-large": (MODELS, BOTH),
    "microbit": (SMALL, BOTH), "arduino-uno": (["tflite_micro/hello_world"], ("c",)),
    "mps2-an385-os": (COMPILED, ("c",)), "mps2-an386-os": (COMPILED, ("c",)), "mps2-an386-clang": (COMPILED, ("c",)),
    "mps2-an386-clang-os": (COMPILED, ("c",)), "mps3-an547-os": (COMPILED, ("c",)),
    "riscv32-virt-os": (COMPILED, ("c",)),
}
FED = ["mlperf_tiny/kws", "mlperf_tiny/resnet", "mlperf_tiny/vww", "tflite_micro/person_detect",
       "tflite_micro/micro_speech"]
SPARED = ["mlperf_tiny/kws", "mlperf_tiny/resnet", "mlperf_tiny/strww", "tflite_micro/micro_speech"]
SMALLEST = ["mlperf_tiny/kws"]
STREAMS = {"mlperf_tiny/strww": 30}  # rows of a window: a row of results is a call's, the mean of so many
OPTIONS = {  # on the board, besides no options
    "mps2-an386": {"--optimize ram": SPARED, "--optimize flash": SMALLEST, "--feed rows": FED,
                   "--stream": list(STREAMS)},
}
CLASSES = ["loads", "load_words", "stores", "store_words", "multiplies", "divides", "branches", "taken_branches",
           "cycles", "crude_cycles"]  # empty where docs/CYCLES.md has no table
FIELDS = ["model", "board", "via", "options", "macs_imported", "macs", "instructions", "setup_instructions",
          "checksum_instructions", "arena_bytes", "data_bss_bytes", "stack_bytes", "code_bytes", "constant_bytes",
          "weight_bytes", "image_bytes", "exact", *CLASSES]
TABLE_START, TABLE_END = "<!-- results: made by tools/bench.py -->", "<!-- end of results -->"
CYCLES = os.path.join(ROOT, "docs", "CYCLES.md")
CYCLES_START, CYCLES_END = "<!-- cycles: made by tools/bench.py -->", "<!-- end of cycles -->"
PUBLISHED = {  # cycles per multiply-accumulate, MLPerf Tiny, closed division: core, board, by; kws, vww, resnet, ad01
    "nrf51-large": ("M0", "M0+, STM32G0B1, Bosch", (11.4, 12.1, 7.8, 9.9)),
    "mps2-an386": ("M4", "M4, STM32L4R5, ST and Plumerai", (1.95, 1.42, 1.58, 1.84)),
    "mps2-an505": ("M33", "M33, STM32U575, ST", (1.75, 1.27, 1.42, 2.08)),
    "mps2-an500": ("M7", "M7, STM32H7A3, ST", (1.19, 0.89, 0.91, 1.30)),
    "mps3-an547": ("M55", None, None),
}
LIMITS = os.path.join(ROOT, "docs", "LIMITS.md")
COMPILERS_START, COMPILERS_END = "<!-- compilers: made by tools/bench.py -->", "<!-- end of compilers -->"
COMPILERS = {  # the same board otherwise compiled: that one, what it is
    "mps2-an386-os": ("mps2-an386", "M4, GCC -Os"), "mps2-an386-clang": ("mps2-an386", "M4, clang -O2"),
    "mps2-an386-clang-os": ("mps2-an386", "M4, clang -Os"), "mps3-an547-os": ("mps3-an547", "M55, GCC -Os"),
    "mps2-an385-os": ("mps2-an385", "M3, GCC -Os"), "riscv32-virt-os": ("riscv32-virt", "RV32, GCC -Os"),
}


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("bench: %s ended with %d" % (" ".join(command), done.returncode))
    return json.loads(done.stdout)


def target(board):
    """Boards that only measure how they are compiled are none of `mote targets`."""
    path = os.path.join(ROOT, "bench", "boards", board + ".yaml")
    return path if os.path.exists(path) else board


def first_two(golden, what):
    names = [os.path.join(golden, "%s%d.bin" % (what, k)) for k in range(32)]
    return [n for n in names if os.path.exists(n)][:2]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def near(got, want):
    got, want = (struct.unpack("<%df" % (len(data) // 4), data) for data in (got, want))
    tolerance = 1e-5 * max(abs(w) for w in want) + 1e-6
    return len(got) == len(want) and all(abs(g - w) <= tolerance for g, w in zip(got, want))


def is_exact(model, options, got, want):
    """yes, near, or None. A stream has an output for each row: its windows' are the last of as many as they have."""
    if options == "--stream":
        got = got[-len(want):]
    return "yes" if got == want else "near" if model in FLOATS + WITH_FPU and near(got, want) else None


def file_of(models, model):
    path = os.path.join(models, model)
    return os.path.join(path, "model.onnx") if os.path.isdir(path) else path + ".tflite"


def two_inputs(models, model):
    """The golden ones; for a model without, its folder's (of which a .pb ends with the numbers), or the int8 twin's."""
    name, path = model.split("/")[1], os.path.join(models, model)
    if os.path.isdir(path):
        return [read(os.path.join(path, "test_data_set_%d" % k, "input_0.pb"))[-28 * 28 * 4:] for k in range(2)]
    golden = os.path.join(models, "golden", name)
    if os.path.isdir(golden):
        return [read(p) for p in first_two(golden, "input")]
    twin = [read(p) for p in first_two(golden.removesuffix("_float"), "input")]
    return [struct.pack("<%df" % len(b), *struct.unpack("%db" % len(b), b)) for b in twin]


def two_outputs(mote, models, model, joined, folder):
    """The golden ones, or what this machine computes."""
    golden = os.path.join(models, "golden", model.split("/")[1])
    if os.path.isdir(golden):
        return [read(p) for p in first_two(golden, "output")]
    out = os.path.join(folder, "host.bin")
    run(mote, "run", file_of(models, model), "--input", joined, "--output", out, "--reset-each", "--json")
    return [read(out)]


def measure(mote, models, model, board, via, options, folder):
    name = model.split("/")[1]
    path = file_of(models, model)
    joined, out, image = (os.path.join(folder, n) for n in ("in.bin", "out.bin", "model.mote"))
    samples = 1 if options == "--stream" else 2
    with open(joined, "wb") as f:
        f.write(b"".join(two_inputs(models, model)[:samples]))
    reset = [] if options == "--stream" else ["--reset-each"]
    r = run(mote, "emulate", path, "--target", target(board), "--via", via, "--input", joined, "--output", out,
            "--json", *reset, *options.split())
    c = run(mote, "compile", path, "-o", image, "--json", *options.split())
    i = run(mote, "inspect", path, "--json")
    want = b"".join(two_outputs(mote, models, model, joined, folder)[:samples])
    exact = is_exact(model, options, read(out), want)
    if exact is None:
        sys.exit("bench: %s %s on %s via %s does not give the golden bytes" % (model, options, board, via))
    row = {**r, "model": name, "board": board, "via": via, "options": options, "exact": exact,
           "image_bytes": c["image_bytes"], "macs": i["macs_executed"], "macs_imported": i["macs_imported"]}
    if options == "--stream":
        row.update(macs=c["macs"], **{k: row[k] // STREAMS[model] for k in ["instructions", *CLASSES]})
    print("%-14s %-12s %-5s %12d instructions %s" % (name, board, via, row["instructions"], options), file=sys.stderr)
    return {k: row.get(k, "") if k in CLASSES else row[k] for k in FIELDS}


def measure_board(mote, models, board, folder):
    options = {"": BOARDS[board][0], **OPTIONS.get(board, {})}
    return [measure(mote, models, m, board, via, o, folder)
            for o, some in options.items() for m in some for via in BOARDS[board][1]]


def table(rows):
    lines = ["| model | MACs | instructions, M4 | arena | code + constants, image / C | weights | image | exact |",
             "|---|--:|--:|--:|--:|--:|--:|---|"]
    c = {r["model"]: r for r in rows if r["via"] == "c" and r["board"] == "mps2-an386" and not r["options"]}
    for r in rows:
        if r["via"] != "image" or r["board"] != "mps2-an386" or r["options"]:
            continue
        flash = [int(x["code_bytes"]) + int(x["constant_bytes"]) for x in (r, c[r["model"]])]
        lines.append("| %s | %s | %s | %s | %s / %s | %s | %s | %s |" % (
            r["model"], *("{:,}".format(int(n)) for n in (r["macs"], r["instructions"], r["arena_bytes"], *flash,
                                                         r["weight_bytes"], r["image_bytes"])), r["exact"]))
    return "\n".join(lines)


def cycles_table(rows):
    c = {(r["board"], r["model"]): r for r in rows if r["via"] == "c" and r.get("cycles") and not r["options"]}
    lines = ["| | kws | vww | resnet | ad01 |", "|---|--:|--:|--:|--:|"]
    for board, (core, who, published) in PUBLISHED.items():
        models = [c.get((board, m)) for m in ("kws", "vww", "resnet", "ad01")]
        if all(models):
            each = ["%.2f" % (int(r["cycles"]) / int(r["macs_imported"])) for r in models]
            lines.append("| Cortex-%s, estimated | %s |" % (core, " | ".join(each)))
        if all(models) and published:
            lines.append("| published: %s | %s |" % (who, " | ".join("%g" % n for n in published)))
    return "\n".join(lines)


def compilers_table(rows):
    c = {(r["board"], r["model"]): int(r["instructions"]) for r in rows if r["via"] == "c" and not r["options"]}
    names = [m.split("/")[1] for m in COMPILED]
    lines = ["| | %s |" % " | ".join(names), "|---|" + "--:|" * len(names)]
    for board, (base, what) in COMPILERS.items():
        if all((b, m) in c for b in (board, base) for m in names):
            more = [100 * (c[board, m] / c[base, m] - 1) for m in names]
            lines.append("| %s | %s |" % (what, " | ".join("%+.1f %%" % n for n in more)))
    return "\n".join(lines)


def with_table(path, start, end, lines):
    """The file's text, and what it should be."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    head, rest = text.split(start)
    return text, head + start + "\n" + lines + "\n" + end + rest.split(end)[1]


def tables(rows):
    return {README: with_table(README, TABLE_START, TABLE_END, table(rows)),
            CYCLES: with_table(CYCLES, CYCLES_START, CYCLES_END, cycles_table(rows)),
            LIMITS: with_table(LIMITS, COMPILERS_START, COMPILERS_END, compilers_table(rows))}


def write_tables(rows):
    for path, (_, text) in tables(rows).items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


def compare(rows):
    with open(RESULTS, encoding="utf-8") as f:
        file = csv.DictReader(f)
        committed = {(r["model"], r["board"], r["via"], r["options"]): r for r in file}
        known = [k for k in FIELDS if k in file.fieldnames]  # a new column waits for the next `make bench`
    bad = 0
    for r in rows:
        old = committed.get((r["model"], r["board"], r["via"], r["options"]), {})
        for k in known:
            if str(r[k]) != old.get(k):
                print("%s %s %s %s: %s is %s, bench/results.csv says %s; run `make bench` if the change is meant" % (
                    r["model"], r["board"], r["via"], r["options"], k, r[k], old.get(k)))
                bad = 1
    print("%d rows compared" % len(rows))
    return bad


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = os.environ.get("MOTE_SHARED") or os.path.join(ROOT, "..", "shared")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--board", choices=list(BOARDS), metavar="BOARD", help="measure this board alone")
    what.add_argument("--compare", choices=list(BOARDS), metavar="BOARD", help="measure it and compare its rows")
    what.add_argument("--table", action="store_true", help="make the tables from bench/results.csv")
    what.add_argument("--check", action="store_true", help="compare the tables with bench/results.csv")
    parser.add_argument("build", nargs="?", metavar="BUILD", help="the folder with mote, where something is measured")
    parser.add_argument("--models", metavar="FOLDER", default=os.path.join(shared, "models"))
    args = parser.parse_args()
    if not (args.build or args.table or args.check):
        parser.error("BUILD is missing")
    return args


def check_tables():
    with open(RESULTS, encoding="utf-8") as f:
        stale = [os.path.relpath(p, ROOT) for p, (old, new) in tables(list(csv.DictReader(f))).items() if old != new]
    sys.exit("%s: the table is not what bench/results.csv says: run tools/bench.py --table" % ", ".join(stale)
             if stale else 0)


def measure_boards(build, models, boards):
    with tempfile.TemporaryDirectory() as folder:
        mote = os.path.join(build, "mote")
        return [row for board in boards for row in measure_board(mote, models, board, folder)]


def write_results(rows, board):
    if board:
        with open(RESULTS, encoding="utf-8") as f:
            old = list(csv.DictReader(f))
        at = next((i for i, r in enumerate(old) if r["board"] == board), len(old))
        rows = old[:at] + rows + [r for r in old[at:] if r["board"] != board]
    with open(RESULTS, "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, FIELDS, lineterminator="\n")
        w.writeheader()
        w.writerows(rows)
    write_tables(rows)


def main():
    args = read_arguments()
    if args.check:
        check_tables()
    if args.table:
        with open(RESULTS, encoding="utf-8") as f:
            write_tables(list(csv.DictReader(f)))
        return
    if not os.path.isdir(args.models):
        print("SKIP: no %s; MOTE_SHARED names the folder that holds models/ and data/" % args.models)
        return
    one = args.board or args.compare
    rows = measure_boards(args.build, args.models, [one] if one else list(BOARDS))
    if args.compare:
        sys.exit(compare(rows))
    write_results(rows, args.board)


if __name__ == "__main__":
    main()
