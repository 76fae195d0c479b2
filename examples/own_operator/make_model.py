#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes steps.tflite: 8 samples of an accelerometer, int8 [1, 8, 3], become their lengths by the custom operator
Magnitude, and a MEAN of these. A converter writes such a file for a layer that TensorFlow calls by a custom name."""

import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tools" / "golden"))
from tflite_writer import INT8, INT32, Step, Tensor, model  # noqa: E402

samples = Tensor([1, 8, 3], INT8, 1 / 32, 0)
lengths = Tensor([1, 8], INT8, 1 / 16, -128)
mean = Tensor([1], INT8, 1 / 16, -128)
axes = Tensor([1], INT32, data=[1])
steps = [Step("Magnitude", [samples], [lengths], custom=struct.pack("<i", 3)),
         Step("MEAN", [lengths, axes], [mean], {})]
(HERE / "steps.tflite").write_bytes(model("steps", [samples], [mean], steps))
