#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/keras/layers.txt: small models of Keras with weights, inputs, and the outputs that this program computes
as Keras's documentation says, in plain loops over Python's doubles:
python3 tests/keras/reference.py > tests/keras/layers.txt"""

import itertools
import json
import math
import random


# ---- tensors: dims and numbers in C's order ----
class T:
    def __init__(self, dims, data):
        self.dims, self.data = list(dims), list(data)
        assert len(self.data) == math.prod(self.dims), (self.dims, len(self.data))

    def at(self, *index):
        place = 0
        for n, i in zip(self.dims, index):
            assert 0 <= i < n
            place = place * n + i
        return self.data[place]

    def map(self, f):
        return T(self.dims, map(f, self.data))


def make(dims, f):
    return T(dims, (f(*i) for i in itertools.product(*map(range, dims))))


rng = random.Random(13)


def drawn(*dims):
    """Eighths between -2 and 2: exact in any form of float."""
    return T(dims, (rng.randint(-16, 16) / 8 for _ in range(math.prod(dims))))


def last(x, f):
    """f of each list along the last dimension."""
    n = x.dims[-1]
    out = [f(x.data[i : i + n]) for i in range(0, len(x.data), n)]
    return T(x.dims[:-1] + [len(out[0])], [v for row in out for v in row])


def permuted(x, perm):
    return make([x.dims[p] for p in perm], lambda *i: x.at(*(i[perm.index(d)] for d in range(len(perm)))))


def reshaped(x, dims):
    return T(dims, x.data)


# ---- what layers compute: x has its channels last ----
def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def softmax(row):
    e = [math.exp(v - max(row)) for v in row]
    return [v / sum(e) for v in e]


def dense(x, w, b=None):
    return last(x, lambda row: [sum(v * w.at(i, o) for i, v in enumerate(row)) + (b.data[o] if b else 0)
                                for o in range(w.dims[1])])


def window_sizes(n, k, stride, dilation, padding):
    reach = (k - 1) * dilation + 1
    if padding == "same":
        out = -(-n // stride)
        return out, max((out - 1) * stride + reach - n, 0) // 2
    if padding == "causal":
        return (n - 1) // stride + 1, reach - 1
    return (n - reach) // stride + 1, 0


def windows(x, kernel, strides, padding, dilation=None):
    """For each place of the output: its index, and (place in the window, index in x) of those that are in x."""
    space = x.dims[1:-1]
    dilation = dilation or [1] * len(space)
    sizes = [window_sizes(*a, padding) for a in zip(space, kernel, strides, dilation)]
    taps = {}
    for o in itertools.product(*(range(s[0]) for s in sizes)):
        taps[o] = []
        for k in itertools.product(*map(range, kernel)):
            i = tuple(p * s + q * d - z[1] for p, s, q, d, z in zip(o, strides, k, dilation, sizes))
            if all(0 <= a < n for a, n in zip(i, space)):
                taps[o].append((k, i))
    return [s[0] for s in sizes], taps


def conv(x, w, b=None, strides=None, padding="valid", dilation=None, groups=1):
    n = len(x.dims) - 2
    strides = strides or [1] * n
    sizes, taps = windows(x, w.dims[:n], strides, padding, dilation)
    c, filters = w.dims[n], w.dims[n + 1]

    def one(i, *rest):
        place, f = rest[:-1], rest[-1]
        first = f // (filters // groups) * c
        total = sum(x.at(i, *p, first + k) * w.at(*q, k, f) for q, p in taps[place] for k in range(c))
        return total + (b.data[f] if b else 0)

    return make([x.dims[0], *sizes, filters], one)


def depthwise(x, w, b=None, strides=None, padding="valid", dilation=None):
    n = len(x.dims) - 2
    sizes, taps = windows(x, w.dims[:n], strides or [1] * n, padding, dilation)
    m = w.dims[n + 1]

    def one(i, *rest):
        place, f = rest[:-1], rest[-1]
        return sum(x.at(i, *p, f // m) * w.at(*q, f // m, f % m) for q, p in taps[place]) + (b.data[f] if b else 0)

    return make([x.dims[0], *sizes, x.dims[-1] * m], one)


def conv_transpose(x, w, b, strides, padding):
    """Each element of x adds the kernel, times itself, to the output."""
    n = len(x.dims) - 2
    k = w.dims[:n]
    sizes = [i * s if padding == "same" else (i - 1) * s + max(q, s) for i, s, q in zip(x.dims[1:-1], strides, k)]
    cut = [max((i - 1) * s + q - o, 0) // 2 if padding == "same" else 0
           for i, s, q, o in zip(x.dims[1:-1], strides, k, sizes)]
    out = {}
    for i in itertools.product(*map(range, x.dims[:-1])):
        for q in itertools.product(*map(range, k)):
            place = tuple(a * s + c - z for a, s, c, z in zip(i[1:], strides, q, cut))
            for f in range(w.dims[n]):
                v = sum(x.at(*i, c) * w.at(*q, f, c) for c in range(x.dims[-1]))
                out[(i[0], *place, f)] = out.get((i[0], *place, f), 0) + v
    return make([x.dims[0], *sizes, w.dims[n]], lambda *i: out.get(i, 0) + (b.data[i[-1]] if b else 0))


def pool(x, kernel, strides, padding, f):
    sizes, taps = windows(x, kernel, strides, padding)
    return make([x.dims[0], *sizes, x.dims[-1]],
                lambda i, *rest: f([x.at(i, *p, rest[-1]) for _, p in taps[rest[:-1]]]))


def mean(values):
    return sum(values) / len(values)


def batch_norm(x, gamma, beta, m, v, epsilon=1e-3):
    return last(x, lambda row: [(a - m.data[i]) / math.sqrt(v.data[i] + epsilon) * (gamma.data[i] if gamma else 1) +
                                (beta.data[i] if beta else 0) for i, a in enumerate(row)])


def steps(x, order):
    """[b][t][n] as a list of steps, each a list of rows."""
    return [[[x.at(b, t, i) for i in range(x.dims[2])] for b in range(x.dims[0])] for t in order]


def times(row, w):
    return [sum(v * w.at(i, o) for i, v in enumerate(row)) for o in range(w.dims[1])]


def plus(*rows):
    return [sum(v) for v in zip(*rows)]


def lstm_cell(u, w, r, b, gate=sigmoid, new=math.tanh):
    def step(row, state):
        h, c = state
        z = plus(times(row, w), times(h, r), b.data)
        i, f, g, o = (z[k * u : (k + 1) * u] for k in range(4))
        c = [gate(f[k]) * c[k] + gate(i[k]) * new(g[k]) for k in range(u)]
        return [gate(o[k]) * new(c[k]) for k in range(u)], c

    return step


def gru_cell(u, w, r, b, reset_after):
    def step(row, state):
        h = state[0]
        bx, bh = (b.data[: 3 * u], b.data[3 * u :]) if reset_after else (b.data, [0] * 3 * u)
        x, y = plus(times(row, w), bx), plus(times(h, r), bh)
        z = [sigmoid(x[k] + y[k]) for k in range(u)]
        reset = [sigmoid(x[u + k] + y[u + k]) for k in range(u)]
        if reset_after:
            inner = [reset[k] * y[2 * u + k] for k in range(u)]
        else:
            inner = times([reset[k] * h[k] for k in range(u)], r)[2 * u :]
        new = [math.tanh(x[2 * u + k] + inner[k]) for k in range(u)]
        return ([z[k] * h[k] + (1 - z[k]) * new[k] for k in range(u)],)

    return step


def rnn_cell(u, w, r, b):
    return lambda row, state: ([math.tanh(v) for v in plus(times(row, w), times(state[0], r), b.data)],)


def recurrent(x, u, cell, states, sequences=False, backwards=False):
    order = range(x.dims[1])
    state, all_y = [([0.0] * u,) * states for _ in range(x.dims[0])], []
    for rows in steps(x, reversed(order) if backwards else order):
        state = [cell(row, s) for row, s in zip(rows, state)]
        all_y.append([s[0] for s in state])
    if sequences:
        return make([x.dims[0], x.dims[1], u], lambda b, t, k: all_y[t][b][k])
    return make([x.dims[0], u], lambda b, k: all_y[-1][b][k])


# ---- cases ----
def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, **config}}


def sequential(shape, *layers, **input_config):
    first = layer("InputLayer", "x", batch_input_shape=[None, *shape], dtype="float32", **input_config)
    return {"class_name": "Sequential", "config": {"name": "made", "layers": [first, *layers]}}


def line(what, x):
    print(what, ",".join(map(str, x.dims)), ":", " ".join(f"{v:.9g}" for v in x.data))


def case(name, config, weights, inputs, outputs, version="2.13.1", form="h5"):
    print("case", name)
    print("form", form, version)
    print("config", json.dumps(config))
    for path, w in weights:
        line("weight " + path, w)
    for x in inputs:
        line("input", x)
    for y in outputs:
        line("want", y)
    print()


def one(name, kind, shape, weights, f, version="2.13.1", x=None, **config):
    """A model of one layer; weights by name, in Keras's order."""
    x = x or drawn(1, *shape)
    weights = [(f"l/l/{n}:0", w) for n, w in weights]
    case(name, sequential(shape, layer(kind, "l", **config)), weights, [x], [f(x)], version)


def dense_and_convolutions():
    w, b = drawn(3, 2), drawn(2)
    one("dense", "Dense", [3], [("kernel", w), ("bias", b)], lambda x: dense(x, w, b), units=2)
    one("dense_relu_of_steps", "Dense", [2, 3], [("kernel", w)], lambda x: dense(x, w).map(lambda v: max(v, 0)),
        units=2,
        use_bias=False, activation="relu")
    for padding, strides in (("same", [2, 1]), ("valid", [1, 2])):
        k, c = drawn(3, 2, 2, 3), drawn(3)
        one("conv2d_" + padding, "Conv2D", [4, 5, 2], [("kernel", k), ("bias", c)],
            lambda x: conv(x, k, c, strides, padding), filters=3, kernel_size=[3, 2], strides=strides, padding=padding)
    k = drawn(3, 3, 1, 2)
    one("conv2d_groups", "Conv2D", [4, 4, 2], [("kernel", k)], lambda x: conv(x, k, None, None, "same", None, 2),
        filters=2,
        kernel_size=3, padding="same", groups=2, use_bias=False)
    k2 = drawn(2, 2, 1, 2)
    one("conv2d_dilated", "Conv2D", [5, 5, 1], [("kernel", k2)], lambda x: conv(x, k2, dilation=[2, 3]), filters=2,
        kernel_size=2, dilation_rate=[2, 3], use_bias=False)
    k3, b3 = drawn(2, 2, 2, 2), drawn(2)
    one("conv2d_channels_first", "Conv2D", [2, 3, 4], [("kernel", k3), ("bias", b3)],
        lambda x: permuted(conv(permuted(x, [0, 2, 3, 1]), k3, b3, None, "same"), [0, 3, 1, 2]), filters=2,
        kernel_size=2,
        padding="same", data_format="channels_first")
    k4 = drawn(3, 2, 2)
    one("conv1d_causal", "Conv1D", [6, 2], [("kernel", k4), ("bias", b)], lambda x: conv(x, k4, b, [1], "causal", [2]),
        filters=2, kernel_size=[3], padding="causal", dilation_rate=2)
    one("conv1d_stride", "Conv1D", [7, 2], [("kernel", k4)], lambda x: conv(x, k4, None, [2], "same"), filters=2,
        kernel_size=3, padding="same", strides=2, use_bias=False)
    k5 = drawn(2, 2, 2, 1, 2)
    one("conv3d", "Conv3D", [3, 3, 3, 1], [("kernel", k5)], lambda x: conv(x, k5, None, [1, 1, 2], "same"), filters=2,
        kernel_size=2, strides=[1, 1, 2], padding="same", use_bias=False)
    d, db = drawn(3, 2, 2, 2), drawn(4)
    one("depthwise", "DepthwiseConv2D", [4, 4, 2], [("depthwise_kernel", d), ("bias", db)],
        lambda x: depthwise(x, d, db, [2, 2], "same"), kernel_size=[3, 2], strides=[2, 2], padding="same",
        depth_multiplier=2)
    d1 = drawn(3, 2, 1)
    one("depthwise_1d", "DepthwiseConv1D", [5, 2], [("depthwise_kernel", d1)], lambda x: depthwise(x, d1),
        kernel_size=3,
        use_bias=False)
    p, pb = drawn(1, 1, 4, 3), drawn(3)
    one("separable", "SeparableConv2D", [4, 4, 2], [("depthwise_kernel", d), ("pointwise_kernel", p), ("bias", pb)],
        lambda x: conv(depthwise(x, d, None, None, "same"), p, pb), filters=3, kernel_size=[3, 2], padding="same",
        depth_multiplier=2)
    s1, q1 = drawn(2, 2, 1), drawn(1, 2, 2)
    one("separable_1d", "SeparableConv1D", [5, 2], [("depthwise_kernel", s1), ("pointwise_kernel", q1)],
        lambda x: conv(depthwise(x, s1), q1), filters=2, kernel_size=2, use_bias=False)
    for name, k, strides, padding in (("same", [3, 3], [2, 2], "same"), ("valid", [2, 3], [1, 2], "valid"),
                                      ("apart", [2, 2], [3, 3], "valid"), ("small", [1, 2], [2, 2], "same")):
        t, tb = drawn(*k, 2, 3), drawn(2)
        one("transposed_" + name, "Conv2DTranspose", [2, 3, 3], [("kernel", t), ("bias", tb)],
            lambda x: conv_transpose(x, t, tb, strides, padding), filters=2, kernel_size=k, strides=strides,
            padding=padding)
    t1 = drawn(3, 1, 2)
    one("transposed_1d", "Conv1DTranspose", [3, 2], [("kernel", t1)], lambda x: conv_transpose(x, t1, None, [2],
        "same"),
        filters=1, kernel_size=3, strides=2, padding="same", use_bias=False)


def main():
    print("# Made by tests/keras/reference.py; do not edit.\n")
    dense_and_convolutions()


if __name__ == "__main__":
    main()
