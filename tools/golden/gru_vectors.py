#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/gru.s8.vec from exact_arithmetic.py.

    tools/golden/gru_vectors.py --to tests/vectors
"""

import argparse
from pathlib import Path

from exact_arithmetic import f32, gru
from operator_cases import Random

HEAD = """# SPDX-License-Identifier: Apache-2.0
# Made by tools/golden/gru_vectors.py (numbers from SplitMix64, seeded with each case's name) as docs/EXACT.md defines
# the operator; no reference has it. Do not edit. The format: tests/golden/vec.h.
"""
RUNS = 3
X_SCALES, H_SCALES = (0.02, 0.01, 0.005), (0.004, 0.02, 0.01)

#        name                  batch steps width units time_major reset_after scales of weights: of x, of h
CASES = (("reset_before",          1,    4,    5,    3,         0,          0, (0.01,), (0.008,)),
         ("reset_after",           1,    4,    5,    3,         0,          1, (0.01,), (0.008,)),
         ("scales_before",         1,    3,    4,    4,         1,          0, X_SCALES, H_SCALES),
         ("scales_after",          1,    3,    4,    4,         1,          1, X_SCALES, H_SCALES),
         ("batch_before",          2,    3,    7,    5,         0,          0, (0.01,), (0.01,)),
         ("time_major_after",      3,    2,    2,    9,         1,          1, (0.01,), (0.01,)),
         ("slow",                  1,    6,    1,    1,         0,          1, (0.001,), (0.001,)),
         ("saturates",             1,    4,   16,    8,         0,          0, (0.5,), (0.3,)),
         ("seventeen",             1,    3,   19,   17,         0,          1, (0.005,), (0.005,)))


def listed(values):
    return "[%s]" % ", ".join(map(str, values))


def quant(scales, rows):
    if len(scales) == 1:
        return "quant [%.9g; 0]" % scales[0]
    each = ["%.9g" % scales[3 * i // rows] for i in range(rows)]
    return "quant axis 0 [%s; 0]" % ", ".join(each)


def number(random):
    """Of int8; the ends and the middle often."""
    way = random.integer(0, 9)
    return (-128, 127, 0)[way] if way < 3 else random.integer(-128, 127)


def case(name, batch, steps, width, units, time_major, reset_after, x_scales, h_scales):
    random = Random("gru/" + name)
    scales = [[f32(s) for s in of] for of in (x_scales, h_scales)]
    x_quant, h_quant = (f32(0.03), random.integer(-40, 40)), (f32(1 / 127), random.integer(-9, 9))
    matrices = [[number(random) for _ in range(3 * units * n)] for n in (width, units)]
    biases = [random.integers(3 * units, -3000, 3000) for _ in range(2)]
    gates = [[(of[g % len(of)], m[g * len(m) // 3:(g + 1) * len(m) // 3]) for g in range(3)]
             for of, m in zip(scales, matrices)]
    dims = (steps, batch) if time_major else (batch, steps)
    options = "".join(" %s 1" % o for o, on in (("reset_after", reset_after), ("time_major", time_major)) if on)
    text = ["", "case " + name, "mote-graph 1", "model gru_s8_%s version 0" % name, 'graph "main"',
            'tensor 0 "x" s8 [%d,%d,%d] quant [%.9g; %d]' % (*dims, width, *x_quant),
            'tensor 1 "x_weights" s8 [%d,%d] %s data %s' % (3 * units, width, quant(scales[0], 3 * units),
                                                            listed(matrices[0])),
            'tensor 2 "h_weights" s8 [%d,%d] %s data %s' % (3 * units, units, quant(scales[1], 3 * units),
                                                            listed(matrices[1])),
            'tensor 3 "x_bias" s32 [%d] data %s' % (3 * units, listed(biases[0])),
            'tensor 4 "h_bias" s32 [%d] data %s' % (3 * units, listed(biases[1])),
            'tensor 5 "hidden" s16 [%d,%d] quant [3.05175781e-05; 0] state' % (batch, units),
            'tensor 6 "out" s8 [%d,%d,%d] quant [%.9g; %d]' % (*dims, units, *h_quant),
            "op 0 gru in [0, 1, 2, 3, 4, 5] out [6]" + options, "inputs [0]", "outputs [6]", "end"]
    inputs = [[number(random) for _ in range(batch * steps * width)] for _ in range(RUNS)]
    shape = (batch, steps, width, units, time_major, reset_after, x_quant, h_quant, *gates, biases)
    going_on, lines = [0] * (batch * units), []
    for k, x in enumerate(inputs):
        state = [0] * (batch * units)
        text.append("input %d 0: %s" % (k, " ".join(map(str, x))))
        text.append("want %d 0: %s" % (k, " ".join(map(str, gru(x, *shape, state)))))
        text.append("state %d 0: %s" % (k, " ".join(map(str, state))))
        lines.append("seq_want %d 0: %s" % (k, " ".join(map(str, gru(x, *shape, going_on)))))
    return "\n".join(text + lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    (options.to / "gru.s8.vec").write_text(HEAD + "".join(case(*c) for c in CASES) + "\ncases %d\n" % len(CASES))


if __name__ == "__main__":
    main()
