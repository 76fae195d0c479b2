#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Code of the device's kernels, from GCC's object files, for each core that a machine of targets/ has: measures all of
it and writes host/plan/code.def. A row a version of a kernel (what generated C calls: functions and their constants), a
row a kernel's checks, which images want, and the interpreter's; SMALL rows are built with -Os and -DMOTE_HOT=0. The
column of a core is bytes, 0 where there is no code."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from stack import FLAGS, ROOT, command_line, machines

TABLE = ROOT / "host/plan/code.def"
LEVELS = {"CODE": ["-O2"], "SMALL": ["-Os", "-DMOTE_HOT=0"]}
# What firmware has only if it asks for it.
UNUSED = {"registry", "feed", "real", "score", "posterior", "listen", "set_input", "task"}
SLACK = 0.1  # estimates may be a bit old
# What images alone call, and the table of versions.
UNCALLED = re.compile(r"\.(text\.(run_\w+|fit|need_\w+)|rodata\.(mote_version_\w+|forms))$")


def size(compiler, flags, source, level, folder):
    made = folder / f"{source.stem}{level[0]}.o"
    subprocess.run([compiler, *FLAGS, *flags, *level, "-c", source.relative_to(ROOT), "-o", made], cwd=ROOT, check=True,
                   stderr=subprocess.DEVNULL)
    tool = "avr-size" if compiler.startswith("avr") else "size"
    text = subprocess.run([tool, "-A", made], capture_output=True, text=True, check=True).stdout
    check = source.stem.endswith("_check") or source.parent.name == "runtime"
    return sum(int(n) for section, n in re.findall(r"^(\.(?:text|rodata|progmem|srodata)\S*)\s+(\d+)", text, re.M)
               if check or not UNCALLED.search(section))


def rows(compiler, flags, only=()):
    """{(macro, name): bytes} of a core, of all code or of `only` these kernels."""
    table = {}
    sources = [source for name in only for source in sorted(ROOT.glob(f"device/mote/kernels/*/{name}*.c"))] or \
        sorted(ROOT.glob("device/mote/kernels/*/*.c")) + sorted(ROOT.glob("device/mote/runtime/*.c"))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        for macro, level in LEVELS.items():
            sizes = pool.map(lambda s: size(compiler, flags, s, level, pathlib.Path(folder)), sources)
            for source, n in zip(sources, sizes):
                name = "runtime" if source.parent.name == "runtime" else source.stem
                if source.parent.name == "shared" or source.stem in UNUSED:
                    continue
                table[macro, name] = table.get((macro, name), 0) + n
    return table


def write(columns):
    names = sorted({key for column in columns.values() for key in column}, key=lambda key: (key[0], key[1]))
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* Made by tools/code_size.py: bytes of code of the device's kernels; SMALL is built with -Os and "
             "-DMOTE_HOT=0. */",
             f"CODE_CORES({', '.join(map(json.dumps, columns))})"]
    lines += [f"{macro}({name}, {', '.join(str(column.get((macro, name), 0)) for column in columns.values())})"
              for macro, name in names if any(column.get((macro, name), 0) for column in columns.values())]
    TABLE.write_text("\n".join([*lines, "#undef CODE", "#undef SMALL", "#undef CODE_CORES"]) + "\n")


def read():
    """{core: {(macro, name): bytes}} as committed."""
    text = TABLE.read_text()
    cores = json.loads(f"[{re.search('CODE_CORES.(.*).$', text, re.M)[1]}]")
    cells = [(macro, *row.split(", ")) for macro, row in re.findall(r"^(CODE|SMALL)\((.*)\)$", text, re.M)]
    return {core: {(macro, name): int(numbers[i]) for macro, name, *numbers in cells} for i, core in enumerate(cores)}


def main():
    asked = command_line(__doc__)
    if not asked.check:
        kept = read() if asked.kernels else {}
        write({core: kept.get(core, {}) | rows(*how, asked.kernels) for core, how in machines().items()})
        return 0
    bad, committed = 0, read()
    for core in asked.check:
        compiler, flags = machines()[core]
        if shutil.which(compiler) is None:
            print(f"SKIP: {compiler} is not installed")
            continue
        for (macro, name), n in rows(compiler, flags).items():
            old = committed[core].get((macro, name), 0)
            if abs(n - old) > max(SLACK * n, 64) or (n == 0) != (old == 0):
                print(f"{core}: {macro} {name} is {n} bytes, not {old}: run tools/code_size.py")
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
