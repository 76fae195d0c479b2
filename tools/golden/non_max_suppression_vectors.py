#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/non_max_suppression.vec: boxes on a grid, so that all sums are exact, chosen in fractions.

    tools/golden/non_max_suppression_vectors.py --to tests/vectors
"""

import argparse
import struct
from fractions import Fraction
from pathlib import Path

from operator_cases import Random

HEAD = """# SPDX-License-Identifier: Apache-2.0
# Made by tools/golden/non_max_suppression_vectors.py (numbers from SplitMix64, seeded with each case's name), in
# fractions, as docs/EXACT.md defines the operator. Do not edit. The format: tests/golden/vec.h.
"""
RUNS = 2

#        name            batches classes boxes most  iou  score centered
CASES = (("one",               1,      1,    1,   1, 0.5,  None, 0),
         ("corners",           1,      1,   20,   6, 0.5,  None, 0),
         ("centered",          1,      2,   20,   6, 0.5,  None, 1),
         ("scores",            1,      3,   17,  17, 0.25,  0.5, 0),
         ("batches",           3,      2,    9,   4, 0.3,  0.25, 0),
         ("more_than_boxes",   2,      2,    5, 100, 0.4,  0.125, 1),
         ("no_overlap_at_all", 1,      2,   30,  10, 0.0,  None, 0),
         ("any_overlap",       1,      2,   12,  12, 1.0,  None, 0),
         ("nothing_scores",    1,      2,    8,   3, 0.5,  2.0, 0))


def bits(x):
    return "0x%08x" % struct.unpack("<I", struct.pack("<f", float(x)))[0]


def corners(box, centered):
    if centered:
        x, y, w, h = box
        return y - h / 2, x - w / 2, y + h / 2, x + w / 2
    return min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])


def overlap(a, b):
    sides = [max(min(a[k + 2], b[k + 2]) - max(a[k], b[k]), 0) for k in (0, 1)]
    both, areas = sides[0] * sides[1], [(c[2] - c[0]) * (c[3] - c[1]) for c in (a, b)]
    return Fraction(both, sum(areas) - both) if min(areas) > 0 else Fraction(0)


def choose(boxes, scores, most, iou, score):
    order = sorted((i for i in range(len(boxes)) if score is None or scores[i] > score), key=lambda i: (-scores[i], i))
    taken = []
    for i in order:
        if len(taken) < most and all(overlap(boxes[i], boxes[t]) <= iou for t in taken):
            taken.append(i)
    return taken


def case(name, batches, classes, boxes, most, iou, score, centered):
    random, rows = Random("non_max_suppression/" + name), batches * classes * min(most, boxes)
    options = "max_boxes_per_class %d" % most
    options += " iou_threshold %.9g" % iou if iou else ""
    options += "" if score is None else " score_threshold %.9g has_score_threshold 1" % score
    options += " center_point_box 1" if centered else ""
    text = ["", "case " + name, "mote-graph 1", "model non_max_suppression_%s version 0" % name, 'graph "main"',
            'tensor 0 "boxes" f32 [%d,%d,4]' % (batches, boxes),
            'tensor 1 "scores" f32 [%d,%d,%d]' % (batches, classes, boxes), 'tensor 2 "chosen" s32 [%d,3]' % rows,
            "op 0 non_max_suppression in [0, 1] out [2] " + options, "inputs [0, 1]", "outputs [2]", "end"]
    for run in range(RUNS):
        drawn = [[[Fraction(random.integer(0, 8 if k < 2 or not centered else 5)) for k in range(4)]
                  for _ in range(boxes)] for _ in range(batches)]
        scores = [[[Fraction(random.integer(0, 24), 16) for _ in range(boxes)] for _ in range(classes)]
                  for _ in range(batches)]
        limits = Fraction(*struct.unpack("<f", struct.pack("<f", iou))[0].as_integer_ratio()), score
        want = [(b, c, i) for b in range(batches) for c in range(classes)
                for i in choose([corners(x, centered) for x in drawn[b]], scores[b][c], most, *limits)]
        want += [(-1, -1, -1)] * (rows - len(want))
        text.append("input %d 0: %s" % (run, " ".join(bits(x) for image in drawn for box in image for x in box)))
        text.append("input %d 1: %s" % (run, " ".join(bits(x) for image in scores for of in image for x in of)))
        text.append("want %d 0: %s" % (run, " ".join(str(x) for row in want for x in row)))
    return "\n".join(text) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, required=True)
    options = parser.parse_args()
    (options.to / "non_max_suppression.vec").write_text(HEAD + "".join(case(*c) for c in CASES) +
                                                        "\ncases %d\n" % len(CASES))


if __name__ == "__main__":
    main()
