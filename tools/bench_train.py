#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of the training benchmark: steps of training on random data that is already in memory.

A step is forward, cross-entropy, backward and Adam. Both memory layouts are timed, contiguous and channels_last, with a
warm-up before; the faster one counts. Needs Debian's python3-torch with OpenBLAS (tools/setup.sh bench_train): with the
reference BLAS, which Debian installs otherwise, dense layers are many times slower, and that would be no comparison.
tools/bench_train.sh runs Mote's side too.

JSON keys: framework, blas, model, batch, threads, steps, parameters, layout (the faster one), samples_per_second (of
the median step), samples_per_second_fastest, step_us, step_us_fastest, layouts: {contiguous, channels_last: {step_us,
step_us_fastest}}.
"""
import argparse
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    """ResNet-8's stack: two convolutions beside the identity, or beside one of 1x1 where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=True)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=True)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, x):
        y = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


def resnet_8():
    """MLPerf Tiny, image classification."""
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2),
        nn.AvgPool2d(8), nn.Flatten(), nn.Linear(64, 10))


def ds_cnn():
    """MLPerf Tiny, keyword spotting. TensorFlow's "same" for 49x10, a filter of 10x4 and stride 2: 25x5."""
    layers = [nn.ZeroPad2d((1, 1, 4, 5)), nn.Conv2d(1, 64, (10, 4), 2), nn.BatchNorm2d(64), nn.ReLU(), nn.Dropout(0.2)]
    for _ in range(4):
        layers += [nn.Conv2d(64, 64, 3, padding=1, groups=64), nn.BatchNorm2d(64), nn.ReLU(),
                   nn.Conv2d(64, 64, 1), nn.BatchNorm2d(64), nn.ReLU()]
    return nn.Sequential(*layers, nn.Dropout(0.4), nn.AvgPool2d((25, 5)), nn.Flatten(), nn.Linear(64, 12))


def lenet_5():
    """As Caffe's example has it."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))


MODELS = {  # how to build it, one sample's shape, classes
    "resnet_8": (resnet_8, (3, 32, 32), 10),
    "ds_cnn": (ds_cnn, (1, 49, 10), 12),
    "lenet_5": (lenet_5, (1, 28, 28), 10),
}


def time_steps(name, layout, arguments):
    """Microseconds of each step, and the number of parameters."""
    torch.manual_seed(1)
    build, shape, classes = MODELS[name]
    model = build().to(memory_format=layout).train()
    samples = torch.randn(arguments.batch, *shape).to(memory_format=layout)
    labels = torch.randint(classes, (arguments.batch,))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    times = []
    for _ in range(arguments.warm_up + arguments.steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(model(samples), labels).backward()
        optimizer.step()
        times.append((time.perf_counter() - start) * 1e6)
    return times[arguments.warm_up:], sum(p.numel() for p in model.parameters())


def blas():
    """The folder or file name of the BLAS that is loaded."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if "libblas" in line}
    return " ".join(sorted(path.split("x86_64-linux-gnu/")[-1] for path in paths)) or "unknown"


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=MODELS, required=True)
    parser.add_argument("--batch", type=positive, default=64)
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--steps", type=positive, default=100)
    parser.add_argument("--warm-up", type=positive, default=10, help="steps that are not counted")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    layouts = {}
    for layout, memory_format in (("contiguous", torch.contiguous_format), ("channels_last", torch.channels_last)):
        times, parameters = time_steps(arguments.model, memory_format, arguments)
        layouts[layout] = {"step_us": round(statistics.median(times), 1), "step_us_fastest": round(min(times), 1)}
    best = min(layouts, key=lambda layout: layouts[layout]["step_us"])
    step, fastest = layouts[best]["step_us"], layouts[best]["step_us_fastest"]
    json.dump({
        "framework": f"PyTorch {torch.__version__}", "blas": blas(), "model": arguments.model,
        "batch": arguments.batch, "threads": arguments.threads, "steps": arguments.steps,
        "parameters": parameters, "layout": best,
        "samples_per_second": round(arguments.batch / step * 1e6, 1),
        "samples_per_second_fastest": round(arguments.batch / fastest * 1e6, 1),
        "step_us": step, "step_us_fastest": fastest, "layouts": layouts}, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
