#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check.py MOTE PAGE …: the commands of documents do what they say. All blocks ```sh of the pages are run as they are
printed, one page after the other, in one empty folder; the first that fails ends it. In a block after the comment
`<!-- minutes -->` trainings get `--epochs 1 --threads 1`. What a page promises of a command's output stands after it as
a block ```text: each of its lines must be there, but for numbers."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"(<!-- minutes -->\n)?```(sh|text)\n(.*?)```", re.S)


def shape(line):
    return re.sub(r"[0-9][0-9.,]*", "#", " ".join(line.split()))


def run(script, folder, env):
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.exit(f"FAIL: exit status {done.returncode} of\n{script}\n{done.stdout}")
    return done.stdout


def check(page, folder, env):
    printed, blocks = "", 0
    for minutes, kind, text in BLOCK.findall(page.read_text()):
        if kind == "sh":
            script = re.sub(r"(?m)^(mote train .*)$", r"\1 --epochs 1 --threads 1", text) if minutes else text
            printed = run(script, folder, env)
            blocks += 1
            continue
        there = {shape(line) for line in printed.splitlines()}
        for line in text.splitlines():
            if line.strip() and line.strip() != "…" and shape(line) not in there:
                sys.exit(f"FAIL: {page.name}: no line like\n{line}\nin\n{printed}")
    if blocks == 0:
        sys.exit(f"FAIL: {page} has no commands")
    print(f"{page.name}: {blocks} blocks of commands")


def main():
    mote, *pages = sys.argv[1:]
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm"):
        if shutil.which(tool) is None:
            print(f"SKIP: no {tool}: the commands of the first hour")
            return
    env = {**os.environ, "PATH": f"{Path(mote).resolve().parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory() as folder:
        for page in pages:
            check(Path(page), folder, env)


main()
