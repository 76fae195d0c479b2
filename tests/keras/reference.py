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


def pools_and_normalizations():
    one("max_pool", "MaxPooling2D", [5, 4, 2], [], lambda x: pool(x, [2, 3], [2, 1], "same", max), pool_size=[2, 3],
        strides=[2, 1], padding="same")
    one("average_pool", "AveragePooling2D", [5, 4, 2], [], lambda x: pool(x, [2, 2], [2, 2], "same", mean),
        pool_size=[2, 2], strides=None, padding="same")
    one("max_pool_1d", "MaxPooling1D", [6, 2], [], lambda x: pool(x, [2], [2], "valid", max), pool_size=2)
    one("average_pool_3d", "AveragePooling3D", [4, 4, 4, 1], [], lambda x: pool(x, [2] * 3, [2] * 3, "valid", mean))
    one("global_average", "GlobalAveragePooling2D", [3, 4, 2], [],
        lambda x: reshaped(pool(x, [3, 4], [1, 1], "valid", mean), [1, 2]))
    one("global_max_1d", "GlobalMaxPooling1D", [3, 2], [], lambda x: pool(x, [3], [1], "valid", max), keepdims=True)
    gamma, beta, m, v = drawn(2), drawn(2), drawn(2), drawn(2).map(lambda a: a * a + 0.5)
    parts = [("gamma", gamma), ("beta", beta), ("moving_mean", m), ("moving_variance", v)]
    one("batch_norm", "BatchNormalization", [3, 2, 2], parts, lambda x: batch_norm(x, gamma, beta, m, v), axis=[3])
    one("batch_norm_plain", "BatchNormalization", [3, 2], parts[2:], lambda x: batch_norm(x, None, None, m, v, 0.01),
        scale=False, center=False, epsilon=0.01, axis=-1)
    one("batch_norm_channels_first", "BatchNormalization", [2, 3, 2], parts,
        lambda x: permuted(batch_norm(permuted(x, [0, 2, 3, 1]), gamma, beta, m, v), [0, 3, 1, 2]), axis=1)

    def layer_norm(row):
        a = mean(row)
        deviation = math.sqrt(mean([(b - a) ** 2 for b in row]) + 1e-3)
        return [(b - a) / deviation * g + c for b, g, c in zip(row, gamma3.data, beta3.data)]

    gamma3, beta3 = drawn(4), drawn(4)
    one("layer_norm", "LayerNormalization", [3, 4], [("gamma", gamma3), ("beta", beta3)], lambda x: last(x, layer_norm),
        axis=[-1])
    one("unit_norm", "UnitNormalization", [2, 3], [],
        lambda x: last(x, lambda row: [a / math.sqrt(sum(b * b for b in row)) for a in row]), axis=-1)
    one("rescaling", "Rescaling", [4], [], lambda x: x.map(lambda a: a * 0.5 - 1), scale=0.5, offset=-1)
    one("normalization", "Normalization", [3, 2], [("mean", m), ("variance", v), ("count", T([], [5]))],
        lambda x: last(x, lambda row: [(a - b) / math.sqrt(c) for a, b, c in zip(row, m.data, v.data)]), axis=[-1])
    one("normalization_told", "Normalization", [2], [], lambda x: x.map(lambda a: (a - 0.5) / 2), axis=None, mean=0.5,
        variance=4.0)


def activations():
    def gelu(a):
        return a / 2 * (1 + math.erf(a / math.sqrt(2)))

    def selu(a):
        return 1.05070098 * (a if a > 0 else 1.67326324 * (math.exp(a) - 1))

    functions = {
        "linear": lambda a: a, "relu": lambda a: max(a, 0), "relu6": lambda a: min(max(a, 0), 6), "sigmoid": sigmoid,
        "tanh": math.tanh, "elu": lambda a: a if a > 0 else math.exp(a) - 1, "selu": selu, "gelu": gelu,
        "softplus": lambda a: math.log(1 + math.exp(a)), "softsign": lambda a: a / (1 + abs(a)),
        "swish": lambda a: a * sigmoid(a), "silu": lambda a: a * sigmoid(a), "exponential": math.exp,
        "mish": lambda a: a * math.tanh(math.log(1 + math.exp(a))), "leaky_relu": lambda a: a if a > 0 else 0.2 * a,
        "hard_silu": lambda a: a * min(max(a + 3, 0), 6) / 6, "log_sigmoid": lambda a: math.log(sigmoid(a)),
        "celu": lambda a: a if a > 0 else math.exp(a) - 1, "tanh_shrink": lambda a: a - math.tanh(a),
        "hard_tanh": lambda a: min(max(a, -1), 1),
    }
    wide = drawn(1, 8).map(lambda a: a * 4)
    for name, f in functions.items():
        one("activation_" + name, "Activation", [8], [], lambda x: x.map(f), x=wide, activation=name)
    one("hard_sigmoid_2", "Activation", [8], [], lambda x: x.map(lambda a: min(max(0.2 * a + 0.5, 0), 1)), x=wide,
        activation="hard_sigmoid")
    one("hard_sigmoid_3", "Activation", [8], [], lambda x: x.map(lambda a: min(max(a + 3, 0), 6) / 6), "3.4.1", wide,
        activation="hard_sigmoid")
    one("softmax", "Activation", [2, 3], [], lambda x: last(x, softmax), activation="softmax")
    one("softmax_axis", "Softmax", [2, 3], [],
        lambda x: permuted(last(permuted(x, [0, 2, 1]), softmax), [0, 2, 1]), axis=1)
    one("relu_layer", "ReLU", [8], [], lambda x: x.map(lambda a: min(max(a, 0), 3)), x=wide, max_value=3.0)
    one("relu_slope", "ReLU", [8], [], lambda x: x.map(lambda a: min(a, 2.5) if a >= 1 else 0.25 * (a - 1)), x=wide,
        max_value=2.5, negative_slope=0.25, threshold=1.0)
    one("leaky_2", "LeakyReLU", [8], [], lambda x: x.map(lambda a: a if a > 0 else 0.1 * a), x=wide, alpha=0.1)
    one("leaky_3", "LeakyReLU", [8], [], lambda x: x.map(lambda a: a if a > 0 else 0.125 * a), "3.0.0", wide,
        negative_slope=0.125)
    one("elu_layer", "ELU", [8], [], lambda x: x.map(lambda a: a if a > 0 else 0.5 * (math.exp(a) - 1)), x=wide,
        alpha=0.5)
    one("thresholded", "ThresholdedReLU", [8], [], lambda x: x.map(lambda a: a if a > 1.5 else 0), x=wide, theta=1.5)
    slope = drawn(1, 2)
    one("prelu", "PReLU", [3, 2], [("alpha", slope)],
        lambda x: last(x, lambda row: [a if a > 0 else a * s for a, s in zip(row, slope.data)]), shared_axes=[1])
    w = drawn(3, 2)
    one("dense_with_a_layer", "Dense", [3], [("kernel", w)],
        lambda x: dense(x, w).map(lambda a: a if a > 0 else 0.25 * a), units=2, use_bias=False,
        activation={"class_name": "LeakyReLU", "config": {"name": "leaky", "negative_slope": 0.25}})


def shapes():
    one("flatten_channels_first", "Flatten", [2, 2, 3], [], lambda x: reshaped(permuted(x, [0, 2, 3, 1]), [1, 12]),
        data_format="channels_first")
    one("reshape", "Reshape", [2, 6], [], lambda x: reshaped(x, [1, 3, 2, 2]), target_shape=[3, -1, 2])
    one("permute", "Permute", [2, 3, 4], [], lambda x: permuted(x, [0, 3, 1, 2]), dims=[3, 1, 2])
    one("repeat", "RepeatVector", [3], [], lambda x: T([1, 2, 3], x.data * 2), n=2)

    def padded(x, front, back):
        dims = [f + n + b for f, n, b in zip(front, x.dims, back)]
        inside = lambda i: all(0 <= a - f < n for a, f, n in zip(i, front, x.dims))
        return make(dims, lambda *i: x.at(*(a - f for a, f in zip(i, front))) if inside(i) else 0)

    one("zero_padding", "ZeroPadding2D", [2, 2, 1], [], lambda x: padded(x, [0, 1, 0, 0], [0, 0, 2, 0]),
        padding=[[1, 0], [0, 2]])
    one("zero_padding_all", "ZeroPadding2D", [2, 2, 1], [], lambda x: padded(x, [0, 1, 1, 0], [0, 1, 1, 0]), padding=1)
    one("zero_padding_1d", "ZeroPadding1D", [2, 2], [], lambda x: padded(x, [0, 1, 0], [0, 2, 0]), padding=[1, 2])
    one("cropping", "Cropping2D", [4, 5, 1], [],
        lambda x: make([1, 2, 3, 1], lambda b, i, j, c: x.at(b, i + 1, j + 2, c)), cropping=[[1, 1], [2, 0]])
    one("up_sampling", "UpSampling2D", [2, 2, 1], [], lambda x: make([1, 4, 6, 1], lambda b, i, j, c:
        x.at(b, i // 2, j // 3, c)), size=[2, 3], interpolation="nearest")
    one("up_sampling_1d", "UpSampling1D", [3, 2], [], lambda x: make([1, 6, 2], lambda b, i, c: x.at(b, i // 2, c)),
        size=2)

    def bilinear(x, h, w):
        def row(n, out, i):
            at = min(max((i + 0.5) * n / out - 0.5, 0), n - 1)
            a = min(int(at), n - 1)
            return a, min(a + 1, n - 1), at - a

        def value(b, i, j, c):
            (a0, a1, p), (b0, b1, q) = row(x.dims[1], h, i), row(x.dims[2], w, j)
            return (x.at(b, a0, b0, c) * (1 - p) * (1 - q) + x.at(b, a0, b1, c) * (1 - p) * q +
                    x.at(b, a1, b0, c) * p * (1 - q) + x.at(b, a1, b1, c) * p * q)

        return make([x.dims[0], h, w, x.dims[3]], value)

    one("up_sampling_bilinear", "UpSampling2D", [2, 3, 1], [], lambda x: bilinear(x, 4, 6), size=2,
        interpolation="bilinear")
    one("resizing", "Resizing", [3, 3, 1], [], lambda x: bilinear(x, 5, 4), height=5, width=4, interpolation="bilinear")
    table = drawn(5, 3)
    indices = T([1, 4], [3, 0, 4, 3])
    one("embedding", "Embedding", [4], [("embeddings", table)],
        lambda x: make([1, 4, 3], lambda b, t, k: table.at(int(x.at(b, t)), k)), x=indices, input_dim=5, output_dim=3)
    one("dropout", "Dropout", [3], [], lambda x: x, rate=0.5)


def recurrent_layers():
    u, n, shape = 2, 3, [4, 3]

    def weights(gates, biases=1):
        b = drawn(2, gates * u) if biases == 2 else drawn(gates * u)
        return [("lstm_cell/kernel", drawn(n, gates * u)), ("lstm_cell/recurrent_kernel", drawn(u, gates * u)),
                ("lstm_cell/bias", b)]

    def values(w):
        return [t for _, t in w]

    def hard(a):
        return min(max(0.2 * a + 0.5, 0), 1)

    for name, config in (("", {}), ("_sequences", {"return_sequences": True}), ("_backward", {"go_backwards": True}),
                         ("_backward_sequences", {"return_sequences": True, "go_backwards": True})):
        kw = {"sequences": config.get("return_sequences", False), "backwards": config.get("go_backwards", False)}
        w = weights(4)
        one("lstm" + name, "LSTM", shape, w, lambda x: recurrent(x, u, lstm_cell(u, *values(w)), 2, **kw), units=u,
            **config)
        w3 = weights(3, 2)
        one("gru_reset_after" + name, "GRU", shape, w3,
            lambda x: recurrent(x, u, gru_cell(u, *values(w3), True), 1, **kw), units=u, reset_after=True, **config)
        w1 = weights(1)
        one("simple_rnn" + name, "SimpleRNN", shape, w1, lambda x: recurrent(x, u, rnn_cell(u, *values(w1)), 1, **kw),
            units=u, **config)
    w = weights(4)
    # test_keras runs these in two halves, too, with states that are kept.
    for name, kind, gates, biases, cell, states in (
            ("lstm", "LSTM", 4, 1, lambda *v: lstm_cell(u, *v), 2),
            ("rnn", "SimpleRNN", 1, 1, lambda *v: rnn_cell(u, *v), 1),
            ("gru", "GRU", 3, 2, lambda *v: gru_cell(u, *v, True), 1),
            ("lstm_relu", "LSTM", 4, 1, lambda *v: lstm_cell(u, *v, sigmoid, lambda a: max(a, 0)), 2)):
        v = weights(gates, biases)
        more = {"reset_after": True} if kind == "GRU" else {"activation": "relu"} if name == "lstm_relu" else {}
        one("from_states_" + name, kind, shape, v, lambda x: recurrent(x, u, cell(*values(v)), states), units=u, **more)
    one("lstm_hard", "LSTM", shape, w,
        lambda x: recurrent(x, u, lstm_cell(u, *values(w), hard, lambda a: max(a, 0)), 2), units=u,
        recurrent_activation="hard_sigmoid", activation="relu")
    w3 = weights(3)
    one("gru_reset_before", "GRU", shape, w3,
        lambda x: recurrent(x, u, gru_cell(u, *values(w3), False), 1, True), units=u, reset_after=False,
        return_sequences=True)
    cell = layer("LSTMCell", "cell", units=u)
    one("rnn_of_a_cell", "RNN", shape, w, lambda x: recurrent(x, u, lstm_cell(u, *values(w)), 2, True), cell=cell,
        return_sequences=True)

    # Both ways.
    for mode, merge in (("concat", lambda a, b: a + b), ("sum", lambda a, b: plus(a, b)),
                        ("ave", lambda a, b: [v / 2 for v in plus(a, b)]),
                        ("mul", lambda a, b: [p * q for p, q in zip(a, b)])):
        for sequences in (False, True):
            f, g = weights(4), weights(4)

            def both(x):
                a = recurrent(x, u, lstm_cell(u, *values(f)), 2, sequences)
                b = recurrent(x, u, lstm_cell(u, *values(g)), 2, sequences, True)
                if sequences:
                    b = make(b.dims, lambda i, t, k: b_at(b, i, t, k))
                rows = [merge(a.data[k : k + u], b.data[k : k + u]) for k in range(0, len(a.data), u)]
                return T(a.dims[:-1] + [len(rows[0])], [v for row in rows for v in row])

            def b_at(b, i, t, k):
                return b.at(i, b.dims[1] - 1 - t, k)

            named = [("forward_" + p, t) for p, t in f] + [("backward_" + p, t) for p, t in g]
            one(f"bidirectional_{mode}{'_sequences' if sequences else ''}", "Bidirectional", shape, named, both,
                merge_mode=mode, layer=layer("LSTM", "inner", units=u, return_sequences=sequences))

    k, b = drawn(3, 2), drawn(2)
    one("time_distributed_dense", "TimeDistributed", [2, 3], [("kernel", k), ("bias", b)], lambda x: dense(x, k, b),
        layer=layer("Dense", "inner", units=2))
    c = drawn(2, 2, 1, 2)
    one("time_distributed_conv", "TimeDistributed", [2, 3, 3, 1], [("kernel", c)],
        lambda x: reshaped(conv(reshaped(x, [2, 3, 3, 1]), c), [1, 2, 2, 2, 2]),
        layer=layer("Conv2D", "inner", filters=2, kernel_size=2, use_bias=False))


# ---- functional models ----
def model(name, inputs, outputs, *layers, kind="Functional"):
    """Layers are (class, name, calls, settings); a call is a list of names, or of (name, node, output)."""
    made = []
    for what, key, calls, config in layers:
        one_layer = what if isinstance(what, dict) else layer(what, key, **config)
        nodes = [[[*((c, 0, 0) if isinstance(c, str) else c), {}] for c in call] for call in calls]
        made.append({**one_layer, "name": key, "inbound_nodes": nodes})
    ends = {"input_layers": [[n, 0, 0] for n in inputs],
            "output_layers": [[*((n, 0, 0) if isinstance(n, str) else n)] for n in outputs]}
    return {"class_name": kind, "config": {"name": name, "layers": made, **ends}}


def entry(name, *shape, dtype="float32"):
    return ("InputLayer", name, [], {"batch_input_shape": [None, *shape], "dtype": dtype})


def pairs(a, b, f):
    """Of each two elements, with dimensions of 1 repeated."""
    dims = [max(p, q) for p, q in zip(a.dims, b.dims)]

    def pick(t, i):
        return t.at(*(0 if n == 1 else k for k, n in zip(i, t.dims)))

    return make(dims, lambda *i: f(pick(a, i), pick(b, i)))


def functional():
    w, b = drawn(3, 3), drawn(3)
    x, y = drawn(1, 3), drawn(1, 3)
    named = [("shared/shared/kernel:0", w), ("shared/shared/bias:0", b)]
    config = model("made", ["a", "b"], ["sum", ("shared", 1, 0)], entry("a", 3), entry("b", 3),
                   ("Dense", "shared", [["a"], ["b"]], {"units": 3}),
                   ("Add", "sum", [[("shared", 0, 0), ("shared", 1, 0)]], {}))
    p, q = dense(x, w, b), dense(y, w, b)
    case("shared_layer", config, named, [x, y], [pairs(p, q, lambda s, t: s + t), q])

    x, y = drawn(1, 2, 3, 2), drawn(1, 2)
    for kind, f in (("Add", lambda p, q: p + q), ("Subtract", lambda p, q: p - q), ("Multiply", lambda p, q: p * q),
                    ("Average", lambda p, q: (p + q) / 2), ("Maximum", max), ("Minimum", min)):
        config = model("made", ["a", "b"], ["m"], entry("a", 2, 3, 2), entry("b", 2), (kind, "m", [["a", "b"]], {}))
        case("merge_" + kind.lower(), config, [], [x, y], [pairs(x, reshaped(y, [1, 1, 1, 2]), f)])
    x, y = drawn(1, 2, 1), drawn(1, 2, 2)
    config = model("made", ["a", "b"], ["m"], entry("a", 2, 1), entry("b", 2, 2),
                   ("Concatenate", "m", [["a", "b"]], {"axis": -1}))
    joined = make([1, 2, 3], lambda i, j, k: x.at(i, j, 0) if k == 0 else y.at(i, j, k - 1))
    case("concatenate", config, [], [x, y], [joined])

    # x + y, 2 - x: Python's operators.
    config = model("made", ["a", "b"], ["less"], entry("a", 3), entry("b", 3),
                   ("TFOpLambda", "plus", [], {"function": "__operators__.add"}),
                   ("TFOpLambda", "less", [], {"function": "math.subtract"}))
    config["config"]["layers"][2]["inbound_nodes"] = [["a", 0, 0, {"y": ["b", 0, 0], "name": None}]]
    config["config"]["layers"][3]["inbound_nodes"] = [["_CONSTANT_VALUE", -1, 2.0, {"y": ["plus", 0, 0]}]]
    x, y = drawn(1, 3), drawn(1, 3)
    case("python_operators", config, [], [x, y], [pairs(x, y, lambda p, q: 2 - (p + q))])

    # A model in a model, whose weights are in one list: those that are trained first.
    k, c = drawn(2, 2), drawn(2)
    gamma, beta, m, v = drawn(2), drawn(2), drawn(2), drawn(2).map(lambda t: t * t + 0.5)
    inner = model("inner", ["i"], ["bn"], entry("i", 2), ("Dense", "d", [["i"]], {"units": 2}),
                  ("BatchNormalization", "bn", [["d"]], {"axis": [1]}), kind="Model")
    config = model("made", ["a"], ["last"], entry("a", 2), (inner, "inner", [["a"], [("inner", 1, 0)]], {}),
                   ("Dense", "last", [[("inner", 2, 0)]], {"units": 2}))
    named = [("inner/d/kernel:0", k), ("inner/d/bias:0", c), ("inner/bn/gamma:0", gamma), ("inner/bn/beta:0", beta),
             ("inner/bn/moving_mean:0", m), ("inner/bn/moving_variance:0", v), ("last/last/kernel:0", k),
             ("last/last/bias:0", c)]
    x = y = drawn(1, 2)
    for _ in range(2):
        y = batch_norm(dense(y, k, c), gamma, beta, m, v)
    case("model_in_a_model", config, named, [x], [dense(y, k, c)])
    first = model("inner", ["i"], ["d"], entry("i", 2), ("BatchNormalization", "bn", [["i"]], {"axis": [1]}),
                  ("Dense", "d", [["bn"]], {"units": 2}))
    config = model("made", ["a"], [("inner", 1, 0)], entry("a", 2), (first, "inner", [["a"]], {}))
    named = [("inner/bn/gamma:0", gamma), ("inner/bn/beta:0", beta), ("inner/d/kernel:0", k), ("inner/d/bias:0", c),
             ("inner/bn/moving_mean:0", m), ("inner/bn/moving_variance:0", v)]
    case("trained_weights_first", config, named, [x], [dense(batch_norm(x, gamma, beta, m, v), k, c)])


def states():
    u, w = 2, [drawn(3, 8), drawn(2, 8), drawn(8)]
    x, h, c = drawn(1, 4, 3), drawn(1, 2), drawn(1, 2)
    config = model("made", ["a", "h", "c"], [("l", 0, 0), ("l", 0, 1), ("l", 0, 2)], entry("a", 4, 3), entry("h", 2),
                   entry("c", 2), ("LSTM", "l", [["a", "h", "c"]], {"units": u, "return_state": True}))
    cell, state = lstm_cell(u, *w), (h.data, c.data)
    for rows in steps(x, range(4)):
        state = cell(rows[0], state)
    out = [T([1, 2], state[0]), T([1, 2], state[0]), T([1, 2], state[1])]
    named = [(f"l/l/{n}:0", t) for n, t in zip(("kernel", "recurrent_kernel", "bias"), w)]
    case("states_in_and_out", config, named, [x, h, c], out)


def attention(query, value, heads, size, w):
    def project(x, k, b):
        return [[[sum(x.at(0, t, i) * k.at(i, h, s) for i in range(x.dims[2])) + b.at(h, s) for s in range(size)]
                 for t in range(x.dims[1])] for h in range(heads)]

    q, k, v = project(query, *w[0:2]), project(value, *w[2:4]), project(value, *w[4:6])
    mixed = []
    for h in range(heads):
        scores = [softmax([sum(a * b for a, b in zip(row, other)) / math.sqrt(size) for other in k[h]]) for row in q[h]]
        mixed.append([[sum(p * v[h][t][s] for t, p in enumerate(row)) for s in range(size)] for row in scores])
    return make([1, query.dims[1], w[6].dims[2]], lambda i, t, o: w[7].data[o] + sum(
        mixed[h][t][s] * w[6].at(h, s, o) for h in range(heads) for s in range(size)))


# ---- .keras files, of Keras 3 and 2 ----
def tensor_of(name, node=0, output=0):
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, node, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def keras_3(name, inputs, outputs, *layers):
    """Layers are (class, name, calls, settings); a call is (arguments, those by name)."""
    made = [{**(what if isinstance(what, dict) else layer(what, key, **config)), "name": key,
             "inbound_nodes": [{"args": a, "kwargs": k} for a, k in calls]} for what, key, calls, config in layers]
    return {"module": "keras", "class_name": "Functional", "config": {
        "name": name, "trainable": True, "layers": made, "input_layers": inputs, "output_layers": outputs}}


def zips():
    heads, size = 2, 3
    w = [drawn(4, heads, size), drawn(heads, size), drawn(2, heads, size), drawn(heads, size), drawn(2, heads, size),
         drawn(heads, size), drawn(heads, size, 4), drawn(4)]
    x, y = drawn(1, 3, 4), drawn(1, 2, 2)
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}
    call = ([tensor_of("a")], {"value": tensor_of("b"), "use_causal_mask": False})
    config = keras_3("made", [["a", 0, 0], ["b", 0, 0]], ["plus", 0, 0],
                     ("InputLayer", "a", [], {"batch_shape": [None, 3, 4], "dtype": policy}),
                     ("InputLayer", "b", [], {"batch_shape": [None, 2, 2], "dtype": "float32"}),
                     ("MultiHeadAttention", "att", [call],
                      {"num_heads": heads, "key_dim": size, "value_dim": size, "use_bias": True}),
                     ("Add", "plus", [([tensor_of("att"), 0.5], {})], {}))
    paths = [f"layers/multi_head_attention/{o}_dense/vars/{i}" for o in ("query", "key", "value", "output")
             for i in (0, 1)]
    case("attention", config, list(zip(paths, w)), [x, y],
         [attention(x, y, heads, size, w).map(lambda t: t + 0.5)], "3.6.0", "keras")

    # Groups with gaps, a wrapper, a model in a model.
    f, g = [drawn(2, 4), drawn(1, 4), drawn(4)], [drawn(2, 4), drawn(1, 4), drawn(4)]
    k, b, last_k, last_b = drawn(2, 2), drawn(2), drawn(2, 1), drawn(1)
    inner = {"class_name": "Sequential", "config": {"name": "s", "layers": [
        layer("InputLayer", "i", batch_shape=[None, 3, 2]), layer("Dense", "d", units=2, activation="tanh"),
        layer("Dense", "e", units=2)]}}
    config = keras_3("made", ["a", 0, 0], [["out", 0, 0]],
                     ("InputLayer", "a", [], {"batch_shape": [None, 3, 2], "dtype": "float32"}),
                     (inner, "s", [([tensor_of("a")], {"training": False})], {}),
                     ("Bidirectional", "both", [([tensor_of("s")], {})],
                      {"merge_mode": "concat", "layer": layer("LSTM", "f", units=1),
                       "backward_layer": layer("LSTM", "b", units=1, go_backwards=True)}),
                     ("Dense", "out", [([tensor_of("both")], {})], {"units": 1}))
    for form, version, root, numbers in (("layers", "3.4.1", "layers", ("", "_1")),
                                         ("dependencies", "2.13.1", "_layer_checkpoint_dependencies", ("", "_2"))):
        weights = [(f"{root}/sequential/{root}/dense{n}/vars/{i}", t) for n in numbers for i, t in enumerate((k, b))]
        weights += [(f"{root}/bidirectional/{d}_layer/cell/vars/{i}", t) for d, ts in (("forward", f), ("backward", g))
                    for i, t in enumerate(ts)]
        weights += [(f"{root}/dense_3/vars/0", last_k), (f"{root}/dense_3/vars/1", last_b)]
        x = drawn(1, 3, 2)
        y = dense(dense(x, k, b).map(math.tanh), k, b)
        p = recurrent(y, 1, lstm_cell(1, *f), 2)
        q = recurrent(y, 1, lstm_cell(1, *g), 2, backwards=True)
        want = dense(T([1, 2], p.data + q.data), last_k, last_b)
        case("groups_" + form, config, weights, [x], [want], version, "keras")


def main():
    print("# Made by tests/keras/reference.py; do not edit.\n")
    dense_and_convolutions()
    pools_and_normalizations()
    activations()
    shapes()
    recurrent_layers()
    functional()
    states()
    zips()


if __name__ == "__main__":
    main()
