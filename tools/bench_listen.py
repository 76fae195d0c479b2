#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models that listen, on emulated boards: instructions of a second of sound and of the longest call of 10 ms, share of
the clock, RAM and flash, as image and as C; what they hear against a truth. Writes bench/listening.csv; what does not
fit a board has no row. Models and sounds are those of ../shared (MOTE_SHARED); each board's events must be this
machine's, or `mote listen` fails."""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
from itertools import product

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("MOTE_SHARED", ROOT / "../shared"))
BOARDS = ["mps2-an386", "microbit", "riscv32-virt"]
STRWW = ["--preset", "lfbe", "--posterior", "hits", "--over", "1", "--threshold", "0.953", "--silence", "0",
         "--classes", "marvin,_silence,_unknown", "--truth", "data/speech_misc/sww_short_test.json"]
MICRO_SPEECH = ["--preset", "micro", "--classes", "silence,unknown,yes,no"]
MODELS = {
    "alexa": ("models/microwakeword/v2/alexa.json", "data/wake_words/alexa_test.wav", []),
    "okay_nabu": ("models/microwakeword/v2/okay_nabu.json", "data/wake_words/alexa_test.wav", []),
    "alexa_v1": ("models/microwakeword/v1/alexa.json", "data/wake_words/alexa_test.wav", []),
    "strww": ("models/mlperf_tiny/strww.tflite", "data/speech_misc/short_wav_easy10s.wav", STRWW),
    "micro_speech": ("models/tflite_micro/micro_speech.tflite", "data/speech_misc/yes_1000ms.wav", MICRO_SPEECH),
}
OUT = ROOT / "bench/listening.csv"
COLUMNS = ["model", "board", "via", "ms_between_inferences", "instructions_a_second", "longest_call", "share_of_clock",
           "ram_bytes", "flash_bytes", "events", "hits", "false_accepts"]


def measure(mote, name, board, via):
    model, sound, options = MODELS[name]
    options = [str(SHARED / o) if o.endswith(".json") else o for o in options]
    command = [mote, "listen", SHARED / model, SHARED / sound, *options, "--target", board, "--via", via, "--json"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if "ERR_FIT" in done.stdout + done.stderr:
        return None
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    found = json.loads(done.stdout)
    there, truth = found["board"], found.get("truth", {})
    return {"model": name, "board": board, "via": via,
            "ms_between_inferences": round(1000 * found["pace"], 1),
            "instructions_a_second": round(there["instructions_per_second"]),
            "longest_call": there["instructions_longest_call"],
            "share_of_clock": "%.4f" % there["share_of_clock"] if "share_of_clock" in there else "",
            "ram_bytes": sum(there[k] for k in ("arena_bytes", "data_bss_bytes", "stack_bytes")),
            "flash_bytes": sum(there[k] for k in ("code_bytes", "constant_bytes", "weight_bytes")),
            "events": len(found["events"]), "hits": truth.get("hits", ""),
            "false_accepts": truth.get("false_accepts", "")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", help="the build directory")
    parser.add_argument("--board", action="append", choices=BOARDS, help="this one alone; repeats")
    parser.add_argument("--model", action="append", choices=MODELS, help="this one alone; repeats")
    arguments = parser.parse_args()
    mote = pathlib.Path(arguments.build).resolve() / "mote"
    rows = {(r["model"], r["board"], r["via"]): r for r in csv.DictReader(OUT.open())} if OUT.exists() else {}
    for name, board, via in product(arguments.model or MODELS, arguments.board or BOARDS, ("image", "c")):
        row = measure(mote, name, board, via)
        if row is not None:
            rows[name, board, via] = row
        print(*(row.values() if row else (name, board, via, "does not fit")), flush=True)
    with OUT.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows[k] for k in product(MODELS, BOARDS, ("image", "c")) if k in rows)


if __name__ == "__main__":
    main()
