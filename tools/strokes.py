#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the labeled images of models/strokes: 12 x 12 pixels, one stroke (or none) in noise.

    strokes.py [--out models/strokes] [--count 200] [--seed 1]

writes <number>_<class>.bin, 144 bytes of int8 (-128 is paper, 127 full ink; rows from the top), and y_labels.csv with a
line "file,5,label" an image. The same seed gives the same bytes. --show NUMBER prints one image instead.
"""

import argparse
import math
import sys
from pathlib import Path

SIZE = 12
CLASSES = ["horizontal", "vertical", "rising", "falling", "blank"]
ANGLES = [0, 90, 45, 135]  # degrees, counter-clockwise
WOBBLE = 19                # degrees off at most: the border between two classes is at 22.5


class Random:
    """SplitMix64: the same numbers in every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def real(self, low, high):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        z ^= z >> 31
        return low + (high - low) * (z >> 11) / 2**53


def draw(random, label):
    """One image as int8 numbers: noise, and ink where a pixel's center is near the stroke."""
    paper, noise = random.real(0.0, 0.15), random.real(0.02, 0.14)
    pixels = [[paper + random.real(-noise, noise) for _ in range(SIZE)] for _ in range(SIZE)]
    if label < len(ANGLES):
        angle = math.radians(ANGLES[label] + random.real(-WOBBLE, WOBBLE))
        along, half = (math.cos(angle), -math.sin(angle)), random.real(3.0, 5.5)
        center = (random.real(3.5, 7.5), random.real(3.5, 7.5))
        width, ink = random.real(0.45, 0.85), random.real(0.45, 0.85)
        for y in range(SIZE):
            for x in range(SIZE):
                dx, dy = x - center[0], y - center[1]
                t = max(-half, min(half, dx * along[0] + dy * along[1]))
                distance = math.hypot(dx - t * along[0], dy - t * along[1])
                pixels[y][x] += ink * max(0.0, min(1.0, width + 0.5 - distance))
    return [max(-128, min(127, math.floor(255 * value + 0.5) - 128)) for row in pixels for value in row]


def show(image):
    shades = " .:-=+*#%@"
    for y in range(SIZE):
        print("".join(2 * shades[(v + 128) * len(shades) // 256] for v in image[y * SIZE:(y + 1) * SIZE]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "models" / "strokes")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, metavar="NUMBER")
    arguments = parser.parse_args()
    lines = []
    for number in range(arguments.count):
        label = number % len(CLASSES)
        image = draw(Random(arguments.seed * 2**32 + number), label)
        if arguments.show is not None:
            if arguments.show == number:
                print(CLASSES[label])
                show(image)
            continue
        arguments.out.mkdir(parents=True, exist_ok=True)
        name = "%03d_%s.bin" % (number, CLASSES[label])
        (arguments.out / name).write_bytes(bytes(v & 255 for v in image))
        lines.append("%s,%d,%d\n" % (name, len(CLASSES), label))
    if lines:
        (arguments.out / "y_labels.csv").write_text("".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
