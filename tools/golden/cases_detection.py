#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of DETECTION_POSTPROCESS, and (with --transposed) of MediaPipe's Convolution2DTransposeBias, whose runner is
another one: operator_cases.py's program and arguments. The runner's outputs are what counts.
"""

import struct
import sys

from cases_moves import chain
from exact_arithmetic import f32
from operator_cases import CASES, Random, main
from tflite_writer import FLOAT32, INT8, Step, Tensor

NAME = "TFLite_Detection_PostProcess"


def options(most, classes, regular=False, per_class=None, score=0.0, iou=0.5, scales=(10.0, 10.0, 5.0, 5.0)):
    out = {"max_detections": most, "max_classes_per_detection": 1, "num_classes": classes, "use_regular_nms": regular,
           "nms_score_threshold": f32(score), "nms_iou_threshold": f32(iou)}
    out.update(zip(("y_scale", "x_scale", "h_scale", "w_scale"), scales))
    if per_class is not None:
        out["detections_per_class"] = per_class
    return out


def anchors(rows, columns, size):
    data = []
    for y in range(rows):
        for x in range(columns):
            data += [f32((y + 0.5) / rows), f32((x + 0.5) / columns), f32(size), f32(size)]
    return data


def detect(name, rows, columns, classes, background, size, said, most, coords=4, spread=4.0, equal=False):
    random, boxes = Random("detect/" + name), rows * columns
    width = classes + background
    codes, scores = Tensor([1, boxes, coords], FLOAT32), Tensor([1, boxes, width], FLOAT32)
    results = [Tensor(shape, FLOAT32) for shape in ([1, most, 4], [1, most], [1, most], [1])]
    real = lambda n, low, high: [f32(random.real(low, high)) for _ in range(n)]
    runs = [[real(boxes * coords, -spread, spread),
             [f32(random.integer(0, 4) / 4) for _ in range(boxes * width)] if equal else real(boxes * width, 0, 1)]
            for _ in range(2)]
    case = chain(NAME, name, [codes, scores], results,
                 [Step(NAME, [codes, scores, Tensor([boxes, 4], FLOAT32, data=anchors(rows, columns, size))], results,
                       said)], runs)
    case.operator, case.tolerance = "DETECTION_POSTPROCESS", True
    return case


def quantized():
    """int8 codes and scores behind their DEQUANTIZE, as the reference wants them."""
    random, boxes, most = Random("detect/int8"), 12, 6
    codes, scores = Tensor([1, boxes, 4], INT8, f32(0.07), 5), Tensor([1, boxes, 3], INT8, f32(1 / 256), -128)
    real = [Tensor([1, boxes, n], FLOAT32) for n in (4, 3)]
    results = [Tensor(shape, FLOAT32) for shape in ([1, most, 4], [1, most], [1, most], [1])]
    case = chain(NAME, "int8", [codes, scores], results,
                 [Step("DEQUANTIZE", [codes], [real[0]]), Step("DEQUANTIZE", [scores], [real[1]]),
                  Step(NAME, [*real, Tensor([boxes, 4], FLOAT32, data=anchors(3, 4, 0.3))], results,
                       options(most, 2, True, score=0.3))],
                 [[random.integers(boxes * 4, -128, 127), random.integers(boxes * 3, -128, 127)] for _ in range(2)])
    case.operator, case.tolerance = "DETECTION_POSTPROCESS", True
    return case


def transposed():
    rows = [("same_2x2", (1, 4, 3, 5), (3, 2, 2), (2, 2), True), ("same_3x3", (1, 4, 5, 2), (4, 3, 3), (2, 2), True),
            ("valid_3x3", (2, 3, 4, 2), (2, 3, 3), (2, 1), False), ("same_4x5", (1, 5, 3, 1), (2, 4, 5), (1, 3), True),
            ("stride_above", (1, 3, 3, 2), (2, 2, 2), (3, 3), True)]
    for name, shape, (filters, height, width), (down, across), same in rows:
        random = Random("transposed/" + name)
        real = lambda n: [f32(random.real(-1, 1)) for _ in range(n)]
        sizes = []
        for n, k, stride in ((shape[1], height, down), (shape[2], width, across)):
            sizes.append(stride * (n - 1) + k - (max(0, k - (n - 1) % stride - 1) if same else 0))
        x, y = Tensor(list(shape), FLOAT32), Tensor([shape[0], *sizes, filters], FLOAT32)
        size = height * width * shape[3]
        weights = Tensor([filters, height, width, shape[3]], FLOAT32, data=real(filters * size))
        bias = Tensor([filters], FLOAT32, data=real(filters))
        case = chain("Convolution2DTransposeBias", name, [x], [y],
                     [Step("Convolution2DTransposeBias", [x, weights, bias], [y],
                           custom=struct.pack("<iii", 1 if same else 2, across, down))],
                     [[real(x.elements())] for _ in range(2)])
        case.operator, case.tolerance = "TRANSPOSE_CONV", True
        yield case


def cases():
    yield detect("fast", 4, 5, 3, 1, 0.2, options(4, 3), 4)
    yield detect("fast_without_background", 6, 6, 2, 0, 0.4, options(3, 2, iou=0.3), 3)
    yield detect("fast_one_class", 5, 5, 1, 1, 0.3, options(5, 1, iou=0.6), 5, coords=6)
    yield detect("regular", 4, 5, 3, 1, 0.3, options(10, 3, True, per_class=4), 10)
    yield detect("regular_few", 5, 5, 4, 1, 0.5, options(7, 4, True, score=0.9, iou=0.2), 7)
    yield detect("regular_more_than_most", 6, 6, 5, 0, 0.2, options(5, 5, True, per_class=100), 5)
    yield detect("regular_equal_scores", 4, 4, 3, 1, 0.3, options(9, 3, True, per_class=5, score=0.2), 9, equal=True)
    yield detect("fast_equal_scores", 6, 5, 3, 1, 0.1, options(6, 3, score=0.2), 6, equal=True)
    yield detect("none", 3, 3, 2, 1, 0.3, options(4, 2, True, score=2.0), 4)
    yield detect("other_units", 4, 4, 2, 1, 0.3, options(6, 2, True, scales=(3.0, 7.5, 2.0, 11.0)), 6, spread=2.0)
    yield quantized()


if __name__ == "__main__":
    TRANSPOSED = "--transposed" in sys.argv
    sys.argv = [a for a in sys.argv if a != "--transposed"]
    sys.exit(main([lambda: CASES.extend(transposed() if TRANSPOSED else cases())]))
