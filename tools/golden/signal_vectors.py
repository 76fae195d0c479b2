#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/<operator>.vec of the operators of sound, from exact_signal.py.

    tools/golden/signal_vectors.py --to tests/vectors [--reference LIBRARY]

LIBRARY is a shared library around the reference's signal/src, whose functions have the C names and the arguments of
the calls of check() below; what it computes otherwise is printed, and the exit status is 1.
"""

import argparse
import ctypes
import struct
import sys
from pathlib import Path

import exact_signal
from operator_cases import Random

HEAD = """# SPDX-License-Identifier: Apache-2.0
# Made by tools/golden/signal_vectors.py (numbers from SplitMix64, seeded with each case's name); equal to the signal
# library of TensorFlow Lite Micro (commit 90b983c) where that has the operator's option. Do not edit. The format:
# tests/golden/vec.h.
"""
RANGES = {"s16": (-2**15, 2**15 - 1), "s32": (-2**31, 2**31 - 1), "u32": (0, 2**32 - 1), "u64": (0, 2**64 - 1)}
C_TYPES = {"s16": ctypes.c_int16, "s32": ctypes.c_int32, "u32": ctypes.c_uint32, "u64": ctypes.c_uint64,
           "f32": ctypes.c_float}


class Library:
    def __init__(self, path):
        self.library = ctypes.CDLL(path) if path else None
        self.differ = 0

    def check(self, name, function, arguments, outputs):
        """arguments: ints, or (type, values); of an output the values that are wanted, in place."""
        if self.library is None:
            return
        given = [a if isinstance(a, int) else (C_TYPES[a[0]] * len(a[1]))(*a[1]) for a in arguments]
        result = getattr(self.library, function)(*given)
        for where, want in outputs.items():
            got = result if where is None else list(given[where])
            if got != want:
                print("%s differs: %s, not %s" % (name, got, want))
                self.differ += 1


def number(random, kind):
    """Ends of the range are as likely as any size."""
    low, high = RANGES[kind]
    way = random.integer(0, 9)
    if way < 2:
        return (low, high)[way]
    x = random.bits() % (high + 1) >> random.integer(0, high.bit_length() - 1)
    return -x if low < 0 and random.integer(0, 1) else x


def numbers(random, kind, n):
    return [number(random, kind) for _ in range(n)]


class File:
    """One operator's cases."""

    def __init__(self, operator, library):
        self.operator, self.library, self.text, self.n = operator, library, HEAD, 0

    def case(self, name, tensors, options, runs):
        """tensors: (type, dims, data | "in" | "out" | "state"); runs: [(inputs, outputs, state)], each from reset."""
        self.n += 1
        words = {word: [i for i, t in enumerate(tensors) if t[2] == word] for word in ("in", "out", "state")}
        text = ["", "case " + name, "mote-graph 1", "model %s_%s version 0" % (self.operator, name), 'graph "main"']
        for i, (kind, dims, what) in enumerate(tensors):
            data = " state" if what == "state" else ""
            if isinstance(what, list):
                data = " data [%s]" % ", ".join("%.9g" % a if kind == "f32" else str(a) for a in what)
            text.append('tensor %d "t%d" %s [%s]%s source %d' % (i, i, kind, ",".join(map(str, dims)), data, i))
        reads = [i for i in range(len(tensors)) if i not in words["out"]]
        text.append("op 0 %s in %s out %s source 0%s" % (self.operator, reads, words["out"], options))
        text += ["inputs %s" % words["in"], "outputs %s" % words["out"], "end"]
        for k, (inputs, outputs, state) in enumerate(runs):
            text += ["input %d %d: %s" % (k, i, " ".join(map(str, x))) for i, x in enumerate(inputs)]
            text += ["want %d %d: %s" % (k, i, " ".join(map(str, x))) for i, x in enumerate(outputs)]
            if state is not None:
                text.append("state %d 0: %s" % (k, " ".join(map(str, state))))
        self.text += "\n".join(text) + "\n"

    def write(self, folder):
        (folder / (self.operator + ".vec")).write_text(self.text + "\ncases %d\n" % self.n)
        print("%s.vec: %d cases" % (self.operator, self.n))


def bits(x):
    """Floats as the file has them."""
    return ["0x%08x" % struct.unpack("<I", struct.pack("<f", a))[0] for a in x]


def floats(random, n, size=8):
    return [exact_signal.f32(random.integer(-2**24, 2**24) / 2**24 * 2.0**random.integer(-size, size))
            for _ in range(n)]


def by_frames(x, n):
    return [x[i:i + n] for i in range(0, len(x), n)]


def window_cases(file):
    for name, rows, n, shift in (("frame", 1, 40, 12), ("frames", 3, 15, 12), ("saturates", 2, 9, 0),
                                 ("down", 1, 7, 31)):
        random, runs = Random("window/" + name), []
        shape = numbers(random, "s16", n)
        for _ in range(3):
            x = numbers(random, "s16", rows * n)
            out = []
            for frame in by_frames(x, n):
                out += exact_signal.window(frame, shape, shift)
                file.library.check("window/" + name, "window",
                                   [("s16", frame), ("s16", shape), n, shift, ("s16", [0] * n)], {4: out[-n:]})
            runs.append(([x], [out], None))
        dims = [n] if rows == 1 else [1, rows, n]
        file.case(name, [("s16", dims, "in"), ("s16", [n], shape), ("s16", dims, "out")], " shift %d" % shift, runs)


    for name, rows, n, length, emphasis in (("floats", 2, 12, 12, 0), ("lead", 3, 9, 8, 0.96875),
                                            ("emphasis", 1, 7, 7, 0.5), ("tail", 1, 14, 5, 0)):
        random, runs = Random("window/" + name), []
        shape = floats(random, length)
        for _ in range(3):
            x = numbers(random, "s16", rows * n)
            out = [a for frame in by_frames(x, n) for a in exact_signal.window_floats(frame, shape, emphasis)]
            runs.append(([x], [bits(out)], None))
        file.case(name, [("s16", [rows, n], "in"), ("f32", [length], shape), ("f32", [rows, length], "out")],
                  " emphasis %.9g" % emphasis if emphasis else "", runs)


def fft_auto_scale_cases(file):
    for name, rows, n, limit, frontend in (("frame", 1, 30, 2**12, 0), ("small", 2, 9, 3, 0), ("any", 3, 12, 2**15, 0),
                                           ("frontend", 1, 30, 2**12, 1), ("frontend_any", 3, 12, 2**15, 1)):
        random, runs = Random("fft_auto_scale/" + name), []
        for k in range(5):
            x = [a if abs(a) < limit else a % limit for a in numbers(random, "s16", rows * n)]
            if k == 0:
                x = [0] * len(x)
            if k == 1:
                x[random.integer(0, len(x) - 1)] = -2**15
            found = [exact_signal.fft_auto_scale(frame, frontend) for frame in by_frames(x, n)]
            for frame, (out, bits) in zip(by_frames(x, n), found):
                if not frontend:
                    file.library.check("fft_auto_scale/" + name, "fft_auto_scale",
                                       [("s16", frame), n, ("s16", [0] * n)], {2: out, None: bits})
            runs.append(([x], [[a for out, _ in found for a in out], [bits for _, bits in found]], None))
        dims = [rows, n]
        file.case(name, [("s16", dims, "in"), ("s16", dims, "out"), ("s32", [rows], "out")],
                  " frontend 1" if frontend else "", runs)


def rfft_cases(file):
    for name, rows, n, length in (("least", 1, 4, 4), ("eight", 2, 8, 8), ("sixteen", 1, 13, 16),
                                  ("thirty_two", 1, 32, 32), ("odd", 2, 1, 64), ("128", 1, 100, 128),
                                  ("256", 1, 256, 256), ("512", 1, 480, 512)):
        random, runs = Random("rfft/" + name), []
        for k in range(3):
            x = numbers(random, "s16", rows * n)
            if k == 1:
                x = [random.integer(*RANGES["s16"]) for _ in x]
            if k == 2:
                x = [(-2**15, 2**15 - 1)[random.integer(0, 1)] for _ in x]
            out = []
            for frame in by_frames(x, n):
                y = exact_signal.rfft(frame, length)
                file.library.check("rfft/" + name, "rfft",
                                   [("s16", frame + [0] * (length - n)), length, ("s16", [0] * (length + 2))], {2: y})
                out += y
            runs.append(([x], [out], None))
        file.case(name, [("s16", [rows, n], "in"), ("s16", [rows, length + 2], "out")], " fft_length %d" % length, runs)


    for name, rows, n, length in (("floats_least", 1, 4, 4), ("floats_eight", 2, 8, 8), ("floats_sixteen", 1, 13, 16),
                                  ("floats_short", 2, 9, 32), ("floats_64", 1, 49, 64), ("floats_512", 1, 480, 512)):
        random, runs = Random("rfft/" + name), []
        for k in range(1 if length > 100 else 3):
            x = floats(random, rows * n, 4 * k)
            out = [a for frame in by_frames(x, n) for a in exact_signal.rfft_floats(frame, length)]
            runs.append(([bits(x)], [bits(out)], None))
        file.case(name, [("f32", [rows, n], "in"), ("f32", [rows, length + 2], "out")], " fft_length %d" % length, runs)


def whole_spectra_cases(file, kind, prefix, shapes):
    """Of 16 and 32 bits, in samples of two values, too, whose sums do not fit."""
    least, most = RANGES[kind]
    for name, rows, length in shapes:
        random, runs = Random("irfft/" + prefix + name), []
        for k in range(3):
            x = numbers(random, kind, rows * (length + 2))
            if k == 1:
                x = [random.integer(least, most) for _ in x]
            if k == 2:
                x = [(least, most)[random.integer(0, 1)] for _ in x]
            out = []
            for spectrum in by_frames(x, length + 2):
                y = exact_signal.irfft(spectrum, length, 32 if kind == "s32" else 16)
                file.library.check("irfft/" + prefix + name, "irfft_s32" if kind == "s32" else "irfft",
                                   [(kind, spectrum), length, (kind, [0] * length)], {2: y})
                out += y
            runs.append(([x], [out], None))
        file.case(prefix + name, [(kind, [rows, length + 2], "in"), (kind, [rows, length], "out")],
                  " fft_length %d" % length, runs)


def irfft_cases(file):
    whole_spectra_cases(file, "s16", "", (("least", 1, 4), ("eight", 2, 8), ("sixteen", 1, 16), ("thirty_two", 1, 32),
                                          ("64", 2, 64), ("128", 1, 128), ("512", 1, 512)))
    whole_spectra_cases(file, "s32", "words_", (("least", 1, 4), ("eight", 2, 8), ("sixteen", 1, 16), ("64", 2, 64),
                                                ("256", 1, 256)))
    for name, rows, length in (("floats_least", 1, 4), ("floats_eight", 2, 8), ("floats_sixteen", 1, 16),
                               ("floats_64", 1, 64), ("floats_512", 1, 512)):
        random, runs = Random("irfft/" + name), []
        for k in range(1 if length > 100 else 3):
            x, out = floats(random, rows * (length + 2), 4 * k), []
            for spectrum in by_frames(x, length + 2):
                y = exact_signal.irfft_floats(spectrum, length)
                file.library.check("irfft/" + name, "irfft_floats",
                                   [("f32", spectrum), length, ("f32", [0] * length)], {2: y})
                out += y
            runs.append(([bits(x)], [bits(out)], None))
        file.case(name, [("f32", [rows, length + 2], "in"), ("f32", [rows, length], "out")], " fft_length %d" % length,
                  runs)


def energy_cases(file):
    for name, rows, n, start, end in (("all", 1, 9, 0, 9), ("some", 2, 12, 3, 7), ("none", 1, 4, 2, 2)):
        random, runs = Random("energy/" + name), []
        for _ in range(3):
            x = numbers(random, "s16", rows * 2 * n)
            out = []
            for frame in by_frames(x, 2 * n):
                y = exact_signal.energy(frame, start, end)
                file.library.check("energy/" + name, "energy", [("s16", frame), start, end, ("u32", [0] * n)], {3: y})
                out += y
            runs.append(([x], [out], None))
        options = "".join(" %s %d" % o for o in (("start_index", start), ("end_index", end)) if o[1])
        file.case(name, [("s16", [rows, 2 * n], "in"), ("u32", [rows, n], "out")], options, runs)


    for name, rows, n, start, end in (("floats", 2, 9, 0, 9), ("floats_some", 1, 12, 3, 7)):
        random, runs = Random("energy/" + name), []
        for _ in range(3):
            x = floats(random, rows * 2 * n)
            out = [a for frame in by_frames(x, 2 * n) for a in exact_signal.powers(frame, start, end)]
            runs.append(([bits(x)], [bits(out)], None))
        options = "".join(" %s %d" % o for o in (("start_index", start), ("end_index", end)) if o[1])
        file.case(name, [("f32", [rows, 2 * n], "in"), ("f32", [rows, n], "out")], options, runs)


def complex_abs_cases(file):
    for name, rows, n in (("frame", 1, 17), ("frames", 3, 5)):
        random, runs = Random("complex_abs/" + name), []
        for k in range(3):
            x = floats(random, rows * 2 * n, 20 * k)
            out = [a for frame in by_frames(x, 2 * n) for a in exact_signal.magnitudes(frame)]
            runs.append(([bits(x)], [bits(out)], None))
        file.case(name, [("f32", [rows, 2 * n], "in"), ("f32", [rows, n], "out")], "", runs)


def bands_cases(file):
    for name, rows, n, channels in (("one", 1, 6, 1), ("bands", 1, 30, 5), ("frames", 3, 12, 4)):
        random, runs = Random("bands/" + name), []
        widths = [random.integer(c == 0, n // 2) for c in range(channels)]
        firsts = [random.integer(0, n - width) for width in widths]
        weights = floats(random, sum(widths))
        for _ in range(3):
            x = floats(random, rows * n)
            out = [a for frame in by_frames(x, n) for a in exact_signal.bands(frame, weights, firsts, widths)]
            runs.append(([bits(x)], [bits(out)], None))
        file.case(name, [("f32", [rows, n], "in"), ("f32", [len(weights)], weights), ("s32", [channels], firsts),
                         ("s32", [channels], widths), ("f32", [rows, channels], "out")], "", runs)


def statistics_cases(file):
    for name, rows, n, channels in (("one", 1, 1, 1), ("step", 1, 2, 3), ("axes", 1, 25, 3), ("windows", 3, 8, 2)):
        random, runs = Random("statistics/" + name), []
        for k in range(3):
            x = floats(random, rows * n * channels, 10 * k)
            out = [a for window in by_frames(x, n * channels) for c in range(channels)
                   for a in exact_signal.statistics(window[c::channels])]
            runs.append(([bits(x)], [bits(out)], None))
        file.case(name, [("f32", [rows, n, channels], "in"), ("f32", [rows, channels, 6], "out")], "", runs)


def filter_bank_cases(file):
    for name, rows, n, channels, most in (("one", 1, 6, 1, 4096), ("bank", 1, 30, 5, 4096),
                                          ("frames", 3, 12, 4, 32767)):
        random, runs = Random("filter_bank/" + name), []
        widths = [random.integer(1, n // 2) for _ in range(channels + 1)]
        frequencies = [random.integer(0, n - width) for width in widths]
        starts = [sum(widths[:c]) for c in range(channels + 1)]
        weights, unweights = [[random.integer(0, most) * (random.integer(0, 3) > 0) for _ in range(sum(widths))]
                              for _ in range(2)]
        tables = [weights, unweights, frequencies, starts, widths]
        for _ in range(3):
            x = numbers(random, "u32", rows * n)
            out = []
            for frame in by_frames(x, n):
                y = exact_signal.filter_bank(frame, *tables)
                first = sum(weights[j] * frame[frequencies[0] + j] for j in range(widths[0]))
                file.library.check("filter_bank/" + name, "filter_bank",
                                   [("u32", frame), channels] + [("s16", t) for t in tables]
                                   + [("u64", [0] * (channels + 1))], {7: [first % 2**64] + y})
                out += y
            runs.append(([x], [out], None))
        file.case(name, [("u32", [rows, n], "in")] + [("s16", [len(t)], t) for t in tables]
                  + [("u64", [rows, channels], "out")], " num_channels %d" % channels, runs)


def square_root_cases(file):
    squares = [2**32 - 1, 2**32, 65535**2 - 1, 65535**2, 65535**2 + 65535, 65535**2 + 65536, 2**64 - 1,
               (2**32 - 1)**2 - 1, (2**32 - 1)**2, 2**62 - 1, 2**63, 0, 1, 2, 3, 2**33, 2**48 + 1]
    for name, rows, n in (("frame", 1, 17), ("frames", 3, 17)):
        random, runs = Random("filter_bank_square_root/" + name), []
        for k in range(3):
            x = (squares if k == 0 else numbers(random, "u64", n)) + numbers(random, "u64", (rows - 1) * n)
            bits = [random.integer(0, 15) * (k > 0) for _ in range(rows)]
            out = []
            for frame, shift in zip(by_frames(x, n), bits):
                y = [exact_signal.square_root(a, shift) for a in frame]
                file.library.check("filter_bank_square_root/" + name, "root",
                                   [("u64", frame), n, shift, ("u32", [0] * n)], {3: y})
                out += y
            runs.append(([x, bits], [out], None))
        file.case(name, [("u64", [rows, n], "in"), ("s32", [rows], "in"), ("u32", [rows, n], "out")], "", runs)


SUBTRACTION = {"smoothing": 409, "one_minus_smoothing": 15975, "alternate_smoothing": 983,
               "alternate_one_minus_smoothing": 15401, "min_signal_remaining": 819, "smoothing_bits": 10,
               "spectral_subtraction_bits": 14, "clamping": 0}


def subtraction_cases(file):
    wild = {"smoothing": 2**31 - 1, "one_minus_smoothing": 2**31 - 1, "min_signal_remaining": 2**31 - 1,
            "smoothing_bits": 31, "spectral_subtraction_bits": 3}
    for name, rows, n, change in (("frame", 1, 9, {}), ("clamping", 1, 6, {"clamping": 1}), ("frames", 4, 7, {}),
                                  ("wild", 3, 6, wild)):
        random, runs = Random("filter_bank_spectral_subtraction/" + name), []
        o = dict(SUBTRACTION, **change)
        for _ in range(3):
            x, noise, outs, afters = numbers(random, "u32", rows * n), [0] * n, [], []
            for frame in by_frames(x, n):
                before = noise
                out, noise = exact_signal.subtraction(frame, noise, o)
                file.library.check("filter_bank_spectral_subtraction/" + name, "subtraction",
                                   [("s32", list(o.values())), n, ("u32", frame), ("u32", [0] * n), ("u32", before)],
                                   {3: out, 4: noise})
                outs, afters = outs + out, afters + noise
            runs.append(([x], [outs, afters], noise))
        file.case(name, [("u32", [rows, n], "in"), ("u32", [n], "state")] + 2 * [("u32", [rows, n], "out")],
                  "".join(" %s %d" % option for option in o.items() if option[1]), runs)


def pcan_cases(file):
    for name, rows, n, shift in (("frame", 1, 34, 6), ("frames", 2, 20, 0), ("down", 1, 20, 63)):
        random, runs = Random("pcan/" + name), []
        gains = numbers(random, "s16", 125)
        for k in range(3):
            x = numbers(random, "u32", rows * n)
            noise = [2**i - (k == 1) for i in range(min(n, 32))] if k < 2 else []
            noise += numbers(random, "u32", rows * n - len(noise))
            y = [exact_signal.pcan(a, b, gains, shift) for a, b in zip(x, noise)]
            file.library.check("pcan/" + name, "pcan",
                               [("s16", gains), shift, ("u32", noise), ("u32", x), rows * n], {3: y})
            runs.append(([x, noise], [y], None))
        file.case(name, 2 * [("u32", [rows, n], "in")] + [("s16", [125], gains), ("u32", [rows, n], "out")],
                  " snr_shift %d" % shift if shift else "", runs)


def log_cases(file):
    for name, rows, n, scale, correction, kind in (
            ("frame", 1, 40, 64, 3, "s16"), ("frames", 3, 14, 1600, 0, "s16"), ("saturates", 1, 20, 200000, 5, "s16"),
            ("u16", 1, 20, 64, 3, "u16"), ("u16_saturates", 2, 20, 2**31 - 1, 0, "u16"),
            ("down", 1, 20, 64, -9, "u16")):
        random, runs = Random("filter_bank_log/" + name), []
        for k in range(3):
            x = numbers(random, "u32", rows * n) if k else [(1 << i % 32) - i % 2 for i in range(rows * n)]
            y = [exact_signal.log(a, scale, correction, 2**15 - 1 if kind == "s16" else 2**16 - 1) for a in x]
            if kind == "s16":
                file.library.check("filter_bank_log/" + name, "logs", [("u32", x), rows * n, scale, correction,
                                                                       ("s16", [0] * rows * n)], {4: y})
            runs.append(([x], [y], None))
        file.case(name, [("u32", [rows, n], "in"), (kind, [rows, n], "out")],
                  " output_scale %d" % scale + (" input_correction_bits %d" % correction if correction else ""), runs)


def frame_cases(file):
    for name, kind, batch, n, size, step, skip in (
            ("overlap", "s16", 1, 40, 12, 8, 0), ("skip", "s16", 1, 41, 12, 8, 4), ("apart", "s32", 1, 30, 3, 9, 0),
            ("odd", "s16", 2, 23, 7, 3, 1), ("one", "u32", 1, 9, 9, 1, 0)):
        random, runs = Random("frame/" + name), []
        for _ in range(2):
            x = numbers(random, kind, batch * n)
            out = [exact_signal.frames(y, size, step, skip) for y in by_frames(x, n)]
            count = len(out[0])
            runs.append(([x], [[a for frames in out for frame in frames for a in frame]], None))
        options = " size %d step %d" % (size, step) + (" skip %d" % skip if skip else "")
        file.case(name, [(kind, [batch, n], "in"), (kind, [batch, count, size], "out")], options, runs)


OPERATORS = {"window": window_cases, "fft_auto_scale": fft_auto_scale_cases, "rfft": rfft_cases, "irfft": irfft_cases,
             "energy": energy_cases, "filter_bank": filter_bank_cases, "filter_bank_square_root": square_root_cases,
             "filter_bank_spectral_subtraction": subtraction_cases, "pcan": pcan_cases,
             "filter_bank_log": log_cases, "frame": frame_cases, "complex_abs": complex_abs_cases, "bands": bands_cases,
             "statistics": statistics_cases}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", required=True, type=Path)
    parser.add_argument("--reference", metavar="LIBRARY")
    arguments = parser.parse_args()
    library = Library(arguments.reference)
    for operator, cases in OPERATORS.items():
        file = File(operator, library)
        cases(file)
        file.write(arguments.to)
    return 1 if library.differ else 0


if __name__ == "__main__":
    sys.exit(main())
