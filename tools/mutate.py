#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Would the tests see it? mutate.py changes one condition, bound or constant of the device's code at a time and runs
the unit tests (tests/unit), which must fail.

    tools/mutate.py [--sample 400] [--seed 1] [--minutes 40] [--jobs N] [--slowest 60] [--work DIR] [--only TEXT]

All mutants of the sample are compiled into one build of a copy of the sources, in build-mutate: what was `a < b` is
`(mote_mutant_is(7) ? (a <= b) : (a < b))`, and MOTE_MUTANT=7 in the environment chooses. The tests run once without a
mutant, which tells how long they take and which mutants each reaches; a mutant then meets the tests that reach it, the
fastest first, until one fails or takes ten times as long as it did. Left out are tests that fail without a mutant in
the copy and those that take longer than SLOWEST seconds (the list is printed).

What is changed, in the bodies of functions:
    conditions  < becomes >= (<= >, and so on), == becomes !=, && becomes ||, the reverse of each; ! goes; what an `if`,
                `while` or `?:` tests without any of these is negated
    bounds      < becomes <= (> >=), and the reverse
    constants   an integer becomes the next larger or the next smaller one, a real number twice or half as large, a NAME
                in capitals one more (..._MAX: one less)
Left alone are constant expressions, which cannot change at run time: static tables, ranges of parameters, case labels,
sizes of arrays; and what the host's compiler does not see.

A mutant that survives shows a test that is missing, or changes nothing that anyone can tell: a sum that is not used, a
constant where both give the same. People judge the list; MOTE_MUTANT=N build-mutate/build/test_... runs a test with the
list's number N. The exit status is 0 if at least 85 % were killed."""
import argparse
import bisect
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEVICE = "device"
TESTS = "tests/unit/test_*.c"
ENOUGH = 0.85
SHOWN = 72  # characters of a mutant's text

# Before the first line of each file that has mutants. Weak, so that any number of files may be linked, with or without
# the chooser below; its constructor is linked into the programs of the build alone, not into what tests compile.
HEAD = """#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Woverflow"
#pragma GCC diagnostic ignored "-Wtautological-compare"
#pragma GCC diagnostic ignored "-Wint-in-bool-context"
#ifndef MOTE_MUTANT_IS
#define MOTE_MUTANT_IS
extern __attribute__((weak)) int mote_mutant;
extern __attribute__((weak)) unsigned char mote_reached[];
__attribute__((weak)) int mote_mutant;
__attribute__((weak)) unsigned char mote_reached[%(most)d];
static inline int mote_mutant_is(int number) { mote_reached[number] = 1; return mote_mutant == number; }
#endif
#line 1
"""
CHOOSER = """#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int mote_mutant;
unsigned char mote_reached[%(most)d];
__attribute__((constructor)) static void choose(void)
{
    const char *number = getenv("MOTE_MUTANT");
    mote_mutant = number ? atoi(number) : 0;
}
__attribute__((destructor)) static void tell(void)
{
    const char *folder = getenv("MOTE_REACHED");
    char path[4096];
    FILE *f;
    if (!folder)
        return;
    snprintf(path, sizeof path, "%%s/%%d", folder, (int)getpid());
    f = fopen(path, "a");
    for (int i = 0; f && i < %(most)d; i++)
        if (mote_reached[i])
            fprintf(f, "%%d\\n", i);
    if (f)
        fclose(f);
}
"""

# ---- C, as tokens ----
TOKEN = re.compile(r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:[^\n\\]|\\.)*)
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[uUlLfF]*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""", re.S | re.M | re.X)

# How tightly binary operators hold; what is not listed ends an operand.
TIGHT = {"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7, "<<": 8, ">>": 8,
         "+": 9, "-": 9, "*": 10, "/": 10, "%": 10}
ENDS = set(", ; ? : { } = return case += -= *= /= %= &= |= ^= <<= >>=".split())
REVERSE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
NEXT = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
CONSTANT = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
DECLARES = re.compile(r"(const|struct|union|enum|unsigned|signed|int|char|float|double|void|bool|\w+_t|MOTE_FLASH)$")

Token = collections.namedtuple("Token", "kind text start end")
Mutant = collections.namedtuple("Mutant", "path line start end kind was text")


def tokens_of(text):
    found = (Token(m.lastgroup, m[0], m.start(), m.end()) for m in TOKEN.finditer(text))
    return [t for t in found if t.kind != "space"]


class Source:
    """One file, its tokens and the mutants of its functions."""

    def __init__(self, path, text):
        self.path, self.text, self.tokens = path, text, tokens_of(text)
        self.lines = [m.end() for m in re.finditer("\n", text)]
        self.match = self.matches()
        self.mutants = []
        for first, last in self.bodies():
            self.fixed = self.constants_of_the_compiler(first, last)
            for i in range(first, last):
                if i not in self.fixed:
                    self.mutate(i)

    def matches(self):
        """{index of a bracket: index of its partner}."""
        found, open_ = {}, []
        for i, t in enumerate(self.tokens):
            if t.kind == "sign" and t.text in "([{":
                open_.append(i)
            elif t.kind == "sign" and t.text in ")]}" and open_:
                found[i] = open_.pop()
                found[found[i]] = i
        return found

    def bodies(self):
        """Functions' bodies: braces of the file's level after a closing parenthesis."""
        i = 0
        while i < len(self.tokens):
            text = self.tokens[i].text
            if text == "{" and self.tokens[i - 1].text == ")":
                yield i + 1, self.match[i]
            if text in ("{", "(", "["):
                # `extern "C" {` is entered
                i = i if text == "{" and self.tokens[i - 1].kind == "string" else self.match.get(i, i)
            i += 1

    def constants_of_the_compiler(self, first, last):
        """Tokens that must stay constants: statics, labels, sizes."""
        fixed, i, fresh = set(), first, True
        while i < last:
            text = self.tokens[i].text
            end = i
            if fresh and text in ("static", "enum", "_Static_assert"):
                end = self.until(i, last, {";"})
            elif text == "case":
                end = self.until(i, last, {":"})
            elif text == "sizeof":
                end = self.operand_end(i + 1, last)
            elif fresh and DECLARES.match(text):
                fixed |= self.sizes(i, self.until(i, last, {";"}))
            fixed.update(range(i, end + 1) if end > i else ())
            i = end
            fresh = self.tokens[i].text in (";", "{", "}", ":")
            i += 1
        return fixed

    def sizes(self, first, last):
        """Of arrays that a declaration from first to last makes: brackets before the `=` of a declarator."""
        found, i, value = set(), first, False
        while i < last:
            text = self.tokens[i].text
            value = text == "=" or value and text != ","
            if text in ("(", "[", "{"):
                if text == "[" and not value:
                    found.update(range(i, self.match[i]))
                i = self.match[i]
            i += 1
        return found

    def until(self, i, last, ends):
        while i < last and self.tokens[i].text not in ends:
            i = self.match.get(i, i) if self.tokens[i].text in ("(", "[", "{") else i
            i += 1
        return i

    # ---- operands ----
    def left(self, i, tight):
        """The first token of the operand that ends before i."""
        while True:
            t = self.tokens[i - 1]
            if t.text in (")", "]", "}") and t.kind == "sign":
                i = self.match[i - 1]
            elif t.text in ("(", "[", "{") or t.text in ENDS and t.kind in ("sign", "name"):
                return i
            elif t.kind == "sign" and TIGHT.get(t.text, 99) < tight:
                return i
            else:
                i -= 1

    def right(self, i, tight):
        """After the last token of the operand that begins at i."""
        first = i
        while True:
            t = self.tokens[i]
            if t.text in ("(", "[", "{") and t.kind == "sign":
                i = self.match[i] + 1
            elif t.kind == "sign" and (t.text in (")", "]", "}") or t.text in ENDS):
                return i
            elif t.kind == "sign" and i > first and TIGHT.get(t.text, 99) <= tight and self.is_binary(i):
                return i
            else:
                i += 1

    def is_binary(self, i):
        before = self.tokens[i - 1]
        return before.kind != "sign" or before.text in (")", "]")

    def operand_end(self, i, last):
        """The last token of the operand of a sign like ! or sizeof."""
        while i < last and self.tokens[i].text in ("!", "~", "-", "+", "*", "&"):
            i += 1
        i = self.match.get(i, i)
        while self.tokens[i + 1].text in (".", "->", "[", "("):
            i += 1
            i = self.match[i] if self.tokens[i].text in ("[", "(") else i + 1
        return i

    # ---- mutants ----
    def add(self, kind, first, end, text):
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        line = bisect.bisect_right(self.lines, start) + 1
        self.mutants.append(Mutant(self.path, line, start, stop, kind, self.text[start:stop], text))

    def piece(self, first, end):
        return self.text[self.tokens[first].start:self.tokens[end - 1].end]

    def mutate(self, i):
        t = self.tokens[i]
        if t.kind == "sign" and t.text in REVERSE:
            first, end = self.left(i, TIGHT[t.text]), self.right(i + 1, TIGHT[t.text])
            for kind, other in (("condition", REVERSE), ("bound", NEXT)):
                if t.text in other:
                    self.add(kind, first, end, f"{self.piece(first, i)} {other[t.text]} {self.piece(i + 1, end)}")
        elif t.text == "!":
            end = self.operand_end(i + 1, len(self.tokens)) + 1
            self.add("condition", i, end, f"!!{self.piece(i + 1, end)}")
        elif t.text in ("if", "while"):
            self.negate(i + 2, self.match[i + 1])
        elif t.text == "?":
            self.negate(self.left(i, 0), i)
        elif t.kind == "number" and self.tokens[i - 2].text not in ("INT64_C", "UINT64_C", "INT32_C", "UINT32_C"):
            self.change(i, i + 1, t.text)
        elif t.text in ("INT64_C", "UINT64_C", "INT32_C", "UINT32_C"):
            self.change(i, i + 4, self.tokens[i + 2].text)
        elif CONSTANT.match(t.text) and self.tokens[i + 1].kind != "name" and self.tokens[i + 1].text != "(":
            self.add("constant", i, i + 1, f"{t.text} {'-' if t.text.endswith('_MAX') else '+'} 1")

    def negate(self, first, end):
        """A condition that has no sign of its own."""
        i = first
        while i < end:
            if self.tokens[i].text in REVERSE or self.tokens[i].text == "!":
                return
            i = self.match[i] if self.tokens[i].text in ("(", "[") and i > first else i
            i += 1
        if not (end - first == 1 and self.tokens[first].kind == "number"):
            self.add("condition", first, end, f"!({self.piece(first, end)})")

    def change(self, first, end, number):
        zero = re.fullmatch(r"(0+\.?0*|0[xX]0+)[uUlLfF]*", number)
        real = not zero and re.fullmatch(r"(?!0[xX]).*[.eE].*", number)
        for other in ["+ 1"] if zero else ["* 2", "/ 2"] if real else ["+ 1", "- 1"]:
            self.add("constant", first, end, f"{self.piece(first, end)} {other}")


def rewritten(source, numbered, most):
    """The file with its mutants: (number, mutant) pairs. One within another's text is not in that one's variant."""
    inner_first = sorted(numbered, key=lambda nm: (nm[1].start, -nm[1].end))

    def render(start, end, todo):
        out, at = "", start
        while todo:
            whole = (todo[0][1].start, todo[0][1].end)
            here = [nm for nm in todo if (nm[1].start, nm[1].end) == whole]
            inside = [nm for nm in todo[len(here):] if nm[1].end <= whole[1]]
            text = "(" + render(*whole, inside) + ")"
            for number, mutant in here:
                text = f"(mote_mutant_is({number}) ? ({mutant.text}) : {text})"
            out += source.text[at:whole[0]] + text
            at = whole[1]
            todo = todo[len(here) + len(inside):]
        return out + source.text[at:end]

    return HEAD % {"most": most} + render(0, len(source.text), inner_first)


# ---- the copy, and its build ----
def copy_tree(work):
    copy = work / "source"
    shutil.rmtree(copy, ignore_errors=True)
    files = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True).stdout
    for name in files.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


def sources():
    paths = sorted((ROOT / DEVICE).rglob("*.[ch]"))
    return [Source(str(p.relative_to(ROOT)), p.read_text()) for p in paths]


def write_mutants(copy, files, numbered, most):
    by_path = collections.defaultdict(list)
    for number, mutant in numbered:
        by_path[mutant.path].append((number, mutant))
    for source in files:
        text = rewritten(source, by_path[source.path], most) if by_path[source.path] else source.text
        if (copy / source.path).read_text() != text:
            (copy / source.path).write_text(text)


def seen_by_the_compiler(copy, folder, files, mutants):
    """Those of the mutants that the build's own commands leave when they only preprocess."""
    seen = set()
    write_mutants(copy, files, list(enumerate(mutants)), len(mutants))
    ninja = subprocess.run(["ninja", "-C", folder, "-t", "compdb"], capture_output=True, text=True, check=True)
    units = (c for c in json.loads(ninja.stdout) if f"{copy}/{DEVICE}/" in c["file"])
    commands = [c["command"] for c in units if c["file"].endswith(".c")]
    for command in commands:
        command = re.sub(r" -o \S+ -c ", " -E ", re.sub(r" -MD -MT \S+ -MF \S+", "", command))
        out = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=True).stdout
        seen.update(int(n) for n in re.findall(r"mote_mutant_is\((\d+)\)", out))
    return [m for n, m in enumerate(mutants) if n in seen]


def configure(work, copy, most):
    folder = work / "build"
    chooser = work / "chooser.c"
    chooser.write_text(CHOOSER % {"most": most})
    subprocess.run(["cc", "-O1", "-c", chooser, "-o", work / "chooser.o"], check=True)
    subprocess.run(["cmake", "-G", "Ninja", "-S", copy, "-B", folder, "-DCMAKE_BUILD_TYPE=None",
                    "-DCMAKE_C_FLAGS=-O1 -DNDEBUG -w", f"-DCMAKE_EXE_LINKER_FLAGS={work}/chooser.o"],
                   check=True, stdout=subprocess.DEVNULL)
    return folder


# ---- tests ----
def run_test(program, folder, seconds, mutant=0, reached=None):
    """(exit status, None after too long; seconds). What the test started ends with it."""
    env = {**os.environ, "MOTE_MUTANT": str(mutant), **({"MOTE_REACHED": reached} if reached else {})}
    before = time.monotonic()
    test = subprocess.Popen([program], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        status = test.wait(seconds)
    except subprocess.TimeoutExpired:
        status = None
    try:
        os.killpg(test.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    test.wait()
    return status, time.monotonic() - before


def alone(folder, name, slowest):
    """A test without a mutant: (why it is left out or None, seconds, mutants that it reaches)."""
    with tempfile.TemporaryDirectory() as reached:
        status, seconds = run_test(folder / name, folder, slowest, reached=reached)
        numbers = {int(n) for f in pathlib.Path(reached).iterdir() for n in f.read_text().split()}
    why = "takes too long" if status is None else "fails without a mutant" if status != 0 else None
    return why, seconds, numbers


def baseline(pool, folder, names, slowest):
    """{test: (seconds, mutants it reaches)} of the tests that are used."""
    found = {}
    for name, (why, seconds, numbers) in zip(names, pool.map(lambda name: alone(folder, name, slowest), names)):
        if why:
            print(f"left out: {name} {why} ({seconds:.1f} s)", flush=True)
        elif numbers:
            found[name] = (seconds, numbers)
    return found


def meet(number, tests, folder, until):
    """What kills the mutant: a test's name; None if nothing does; "" if there was no time."""
    for name, (seconds, reached) in sorted(tests.items(), key=lambda item: item[1][0]):
        if number in reached:
            if time.monotonic() > until:
                return ""
            status, _ = run_test(folder / name, folder, 10 + 10 * seconds, number)
            if status != 0:
                return name
    return None


def one_line(text):
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[:SHOWN - 1] + "…"


def report(numbered, killers, tests, total):
    reached = set().union(*(numbers for _, numbers in tests.values())) if tests else set()
    tried = [(n, m) for n, m in numbered if killers.get(n) != ""]
    survivors = [(n, m) for n, m in tried if killers[n] is None]
    for n, m in survivors:
        note = "" if n in reached else " (no test reaches it)"
        print(f"survived: {n}: {m.path}:{m.line}: {m.kind}: {one_line(m.was)}  ->  {one_line(m.text)}{note}")
    for kind in ("condition", "bound", "constant"):
        of_kind = [n for n, m in tried if m.kind == kind]
        print(f"{kind}s: {sum(killers[n] is not None for n in of_kind)} of {len(of_kind)} killed")
    rate = 1 - len(survivors) / len(tried) if tried else 0
    print(f"{len(tried) - len(survivors)} of {len(tried)} mutants killed, {100 * rate:.1f} % (of {total} there are; "
          f"{len(numbered) - len(tried)} not tried for want of time)")
    return rate


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--sample", type=int, default=400)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--minutes", type=float, default=40, help="after the build; what is left then is not tried")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("--slowest", type=float, default=60, help="seconds that a test may take")
    p.add_argument("--work", type=pathlib.Path, default=ROOT / "build-mutate")
    p.add_argument("--only", default="", help="files whose path has this text")
    args = p.parse_args()
    work = args.work.resolve()
    work.mkdir(parents=True, exist_ok=True)

    files = sources()
    copy = copy_tree(work)
    folder = configure(work, copy, args.sample + 1)
    everything = seen_by_the_compiler(copy, folder, files, [m for s in files for m in s.mutants if args.only in m.path])
    sample = random.Random(args.seed).sample(everything, min(args.sample, len(everything)))
    sample = list(enumerate(sorted(sample), 1))
    write_mutants(copy, files, sample, args.sample + 1)
    subprocess.run(["ninja", "-C", folder], check=True, stdout=subprocess.DEVNULL)

    start = time.monotonic()
    killers = {}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        tests = baseline(pool, folder, sorted(t.stem for t in ROOT.glob(TESTS)), args.slowest)
        waiting = {pool.submit(meet, n, tests, folder, start + 60 * args.minutes): n for n, _ in sample}
        for done in concurrent.futures.as_completed(waiting):
            killers[waiting[done]] = done.result()
            print(f"{len(killers)} of {len(sample)}", end="\r", file=sys.stderr, flush=True)
    rate = report(sample, killers, tests, len(everything))
    print(f"seed {args.seed}, {(time.monotonic() - start) / 60:.1f} minutes after the build")
    return 0 if rate >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
