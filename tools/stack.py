#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stack of the device code, from GCC's call graphs (-fcallgraph-info=su), for each core that a machine of targets/ has:
measures all of it and writes host/deploy/stack.def. A row a function: what opens a model by itself, the frames of what
calls the kernels' checks there, what sets an input, the frames of what runs a model, and the kernels' versions and
checks; the column of a core is the most bytes of stack below the caller's frame, 0 where there is no code."""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "host/deploy/stack.def"
# As host/emulate/firmware.c builds them.
FLAGS = ["-std=c11", "-ffreestanding", "-ffunction-sections", "-fdata-sections"]
SIZES = {"kernels": "-O2", "runtime": "-Os"}
# Functions of libgcc and the C library, whose frames no compiler tells: none of those that are called has more.
LIBRARY = 64
# What assembly pushes besides, which no compiler tells, either.
PUSHED = {**{f"conv_2d_s8_dsp:filters_{n}": 16 for n in (1, 2, 3, 4)}, "mote_put_small": 8,
          "conv_2d_huffman_s8_dsp:put_tiles": 4}
FAR = 1 << 20  # deeper than any calls of the device's
RETURN_AVR = 2  # a call pushes its address there; elsewhere who calls on saves it in its frame


def machines():
    """{core: (compiler, flags)} of the boards that are machines and are built with GCC."""
    found = {}
    for path in sorted(ROOT.glob("targets/*/board.yaml")):
        text = path.read_text()
        core, compiler, flags = (re.search(rf"^ *{key}: *(.+?) *(?:#.*)?$", text, re.M)[1]
                                 for key in ("core", "compiler", "flags"))
        if "\nmachine:" in text and compiler.endswith("gcc"):
            found.setdefault(core, (compiler, [flag.strip() for flag in flags.strip("[]").split(",")]))
    return found


def graph_of_gcc(ci):
    """(own frames, calls) of a source, by GCC's own graph; functions that the source keeps for itself have a colon."""
    frames = re.findall(r'node: { title: "([^"]*)" label: "[^"]*\\n(\d+) bytes', ci)
    calls = re.findall(r'edge: { sourcename: "([^"]*)" targetname: "([^"]*)"', ci)
    return [(name.split(":")[-1], int(frame)) for name, frame in frames], [
        tuple(name.split(":")[-1] for name in call) for call in calls]


def graph_of_avr(su, code):
    """The same for AVRs, whose GCC is too old to write graphs: frames it knows, calls are in the disassembly."""
    frames = [(line.split()[0].split(":")[-1], int(line.split()[1])) for line in su.splitlines()]
    calls, caller = [], ""
    for line in code.splitlines():
        if start := re.match(r"[0-9a-f]+ <([\w.]+)>:", line):
            caller = start[1]
        elif call := re.search(r"R_AVR_CALL\s+(?:\.text\.)?([\w.]+)", line):
            calls.append((caller, call[1]))
        elif re.search(r"\te?icall", line):
            calls.append((caller, "__indirect_call"))
    # Long jumps have the same relocation: those to the function itself, and into what saves registers.
    saving = "__prologue", "__epilogue"
    return frames, [call for call in calls if call[0] != call[1] and not call[1].startswith(saving)]


def call_graph(compiler, flags, folder, only):
    """({function: own frame}, {function: callees}) of all device code, or of `only` these kernels."""
    avr = compiler.startswith("avr")
    frames, calls = {}, {}
    files = [f"kernels/*/{name}*.c" for name in only] or ["kernels/**/*.c", "runtime/**/*.c"]
    for part, source in ((file.split("/")[0], p) for file in files for p in sorted(ROOT.glob(f"device/mote/{file}"))):
        made = folder / (source.stem + ".o")
        subprocess.run([compiler, *FLAGS, *flags, SIZES[part], "-fstack-usage" if avr else "-fcallgraph-info=su",
                        "-c", source.relative_to(ROOT), "-o", made], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
        if avr:
            code = subprocess.run(["avr-objdump", "-dr", made], capture_output=True, text=True, check=True).stdout
            mine, between = graph_of_avr(made.with_suffix(".su").read_text(), code)
        else:
            mine, between = graph_of_gcc(made.with_suffix(".ci").read_text())
        local = {name: name if name.startswith("mote_") else f"{source.stem}:{name}" for name, _ in mine}
        frames.update((local[name], frame + PUSHED.get(local[name], RETURN_AVR if avr else 0)) for name, frame in mine)
        for caller, callee in between:
            calls.setdefault(local[caller], set()).add(local.get(callee, callee))
    return frames, calls


def depth(name, frames, calls, indirect):
    if name == "__indirect_call":
        return indirect
    if name not in frames:
        return LIBRARY
    return frames[name] + max((depth(c, frames, calls, indirect) for c in calls.get(name, ())), default=0)


def rows(compiler, flags, only=()):
    with tempfile.TemporaryDirectory() as folder:
        frames, calls = call_graph(compiler, flags, pathlib.Path(folder), only)
    parts = {name.split(":")[-1]: name for name in frames}
    deep = lambda name, indirect=0: depth(parts[name], frames, calls, indirect)
    table = {} if only else {
        "open": deep("mote_model_open"), "check": deep("mote_model_open", FAR) - FAR,
        "set_input": deep("mote_model_set_input"),
        "run": max(frames[f"mote_model_{how}"] for how in ("run", "step", "feed")) + frames["mote_schedule_call"]}
    for name in sorted(parts):
        what, _, kernel = name.partition("_")
        if what == "run":
            table[kernel] = deep(name)
        elif what in ("need", "trust"):
            row = kernel.removeprefix("any_") + "_check"
            table[row] = max(table.get(row, 0), deep(name))
    return table


def write(columns):
    first = list(next(iter(columns.values())))[:4]
    names = first + sorted({name for column in columns.values() for name in column} - set(first))
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* Made by tools/stack.py: bytes of stack of the device's code. */",
             f"STACK_CORES({', '.join(map(json.dumps, columns))})"]
    lines += [f"STACK({name}, {', '.join(str(column.get(name, 0)) for column in columns.values())})" for name in names]
    TABLE.write_text("\n".join([*lines, "#undef STACK", "#undef STACK_CORES"]) + "\n")


def read():
    """{core: {function: bytes}} as committed."""
    text = TABLE.read_text()
    cores = json.loads(f"[{re.search('STACK_CORES.(.*).$', text, re.M)[1]}]")
    cells = [row.split(", ") for row in re.findall(r"^STACK\((.*)\)$", text, re.M)]
    return {core: {name: int(numbers[i]) for name, *numbers in cells} for i, core in enumerate(cores)}


def command_line(doc):
    """What is asked for; code_size.py is asked in the same way."""
    parser = argparse.ArgumentParser(description=doc)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", nargs="+", metavar="CORE", choices=machines(),
                      help="change nothing, but compare these cores' columns with what the sources give")
    what.add_argument("kernels", nargs="*", metavar="KERNEL", default=[], help="measure these kernels' rows alone")
    asked = parser.parse_args()
    for kernel in asked.kernels:
        if not list(ROOT.glob(f"device/mote/kernels/*/{kernel}*.c")):
            parser.error(f"there is no kernel {kernel}")
    return asked


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
        for name, size in rows(compiler, flags).items():
            if committed[core].get(name) != size:
                was = committed[core].get(name)
                print(f"{core}: {name} takes {size} bytes of stack, not {was}: run tools/stack.py")
                bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
