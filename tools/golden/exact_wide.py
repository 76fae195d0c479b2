# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of docs/EXACT.md for int16 activations ("16x8"), SUB, LEAKY_RELU, STRIDED_SLICE, TRANSPOSE_CONV and
SVDF, written down a second time to check that page. Tensors are flat lists of Python integers, row-major.
"""

import itertools
import math

from exact_arithmetic import (LIMITS, broadcast, clamp, f32, positions, quantize_multiplier, requantize, requantize64,
                              strides_of, wrap32)


def scale_sum(total, multiplier, wide):
    return requantize64(total, *multiplier) if wide else requantize(wrap32(total), *multiplier)


def matmul_element(scales):
    multiplier = quantize_multiplier(f32(scales[0] * scales[1]) / scales[2])
    return lambda pairs: clamp(requantize64(sum(p * q for p, q in pairs), *multiplier), *LIMITS["h"])


def rounded_log2(scale):
    """(the exponent, whether the scale is taken for that power of two)."""
    log = math.log2(scale)
    return math.floor(log + 0.5), abs(log - math.floor(log + 0.5)) < 1e-3


def sigmoid_table():
    """The sigmoid at k / 24, moved by half of the error in the middle of the line that follows."""
    at = lambda x: 65536 / (1 + math.exp(-x / 24))
    return [math.floor(at(k) + (at(k + 0.5) - (at(k) + at(k + 1)) / 2) / 2 + 0.5) for k in range(255)] + [65535]


SIGMOIDS = sigmoid_table()


def sigmoid_argument(scale, tanh):
    """A function of the input: units of 2^-12 / 3."""
    exponent, is_power = rounded_log2(scale)
    if is_power and exponent + 12 in ((0, 1) if tanh else (0,)):
        return lambda q: q * (3 << (exponent + 12))
    real, shift = scale * 4096 * 3, 0
    while real <= 32767 / 2 and shift <= 30:
        real, shift = real * 2, shift + 1
    return lambda q: (q * int(real) + ((1 << shift) >> 1)) >> shift


def sigmoid_element(scale):
    argument = sigmoid_argument(scale, False)

    def element(q):
        x = argument(q)
        k, part = abs(x) >> 9, abs(x) & 511
        y = 0x7FFF << 10 if k >= 255 else (SIGMOIDS[k] << 9) + part * (SIGMOIDS[k + 1] - SIGMOIDS[k])
        return (y + 512 if x >= 0 else (1 << 25) - y + 511) >> 10

    return element


def tangent_element(scale):
    argument = sigmoid_argument(scale, True)

    def element(q):
        x = argument(q)
        k, part = abs(x) >> 8, abs(x) & 255
        y = 0xFFFF << 8 if k >= 255 else (SIGMOIDS[k] << 8) + part * (SIGMOIDS[k + 1] - SIGMOIDS[k])
        return (y - 2**23 + 128 if x >= 0 else 2**23 - y + 127) >> 8

    return element


def relu_element(scales):
    multiplier = quantize_multiplier(f32(scales[0] / scales[1]))
    return lambda q: clamp(requantize(q, *multiplier), 0, 32767)


def total(x, x_shape, axes, scales):
    """SUM."""
    axes = {axis % len(x_shape) for axis in axes}
    kept = [axis for axis in range(len(x_shape)) if axis not in axes]
    multiplier, sums = quantize_multiplier(scales[0] / scales[1]), {}
    for position, value in zip(positions(x_shape), x):
        key = tuple(position[axis] for axis in kept)
        sums[key] = sums.get(key, 0) + value
    return [clamp(requantize(wrap32(sums[key]), *multiplier), -32768, 32767) for key in sorted(sums)]


def convolution(x, x_shape, w, w_shape, bias, out_shape, pads, strides, dilations, multipliers, limits, wide):
    """CONV_2D with int16 activations."""
    xs, ws = strides_of(x_shape), strides_of(w_shape)
    _, height, width, depth = x_shape
    out = []
    for b, oy, ox, oc in positions(out_shape):
        group = oc // (out_shape[3] // (depth // w_shape[3]))
        acc = bias[oc] if bias else 0
        for fy, fx in itertools.product(range(w_shape[1]), range(w_shape[2])):
            y, column = oy * strides[0] - pads[0] + fy * dilations[0], ox * strides[1] - pads[1] + fx * dilations[1]
            if 0 <= y < height and 0 <= column < width:
                base = b * xs[0] + y * xs[1] + column * xs[2] + group * w_shape[3]
                weight = oc * ws[0] + fy * ws[1] + fx * ws[2]
                acc += sum(x[base + i] * w[weight + i] for i in range(w_shape[3]))
        out.append(clamp(scale_sum(acc, multipliers[oc], wide), *limits))
    return out


def depthwise(x, x_shape, w, w_shape, bias, out_shape, pads, strides, dilations, multipliers, limits):
    xs, ws = strides_of(x_shape), strides_of(w_shape)
    per_channel = out_shape[3] // x_shape[3]
    out = []
    for b, oy, ox, oc in positions(out_shape):
        acc = bias[oc] if bias else 0
        for fy, fx in itertools.product(range(w_shape[1]), range(w_shape[2])):
            y, column = oy * strides[0] - pads[0] + fy * dilations[0], ox * strides[1] - pads[1] + fx * dilations[1]
            if 0 <= y < x_shape[1] and 0 <= column < x_shape[2]:
                acc += (x[b * xs[0] + y * xs[1] + column * xs[2] + oc // per_channel]
                        * w[fy * ws[1] + fx * ws[2] + oc])
        out.append(clamp(requantize64(acc, *multipliers[oc]), *limits))
    return out


def fully_connected(x, w, depth, bias, rows, columns, multipliers, limits, wide):
    out = []
    for r, c in itertools.product(range(rows), range(columns)):
        acc = (bias[c] if bias else 0) + sum(x[r * depth + i] * w[c * depth + i] for i in range(depth))
        out.append(clamp(scale_sum(acc, multipliers[c], wide), *limits))
    return out


# --- softmax: functions as 512 straight lines -------------------------------

def round_away(value):
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def lines_of(function, first, last):
    """513 ends of lines over 512 steps from first to last, all in f32; a line is lowered by half of what it is too high
    in its middle."""
    unit = f32(2 / 65535)
    step = f32(f32(last - first) / 512)
    inverse = f32(65536 / f32(f32(unit * 32767) - f32(unit * -32768)))
    out = []
    for i in range(512):
        here = f32(first + f32(i * step))
        middle = f32(here + f32(step / 2))
        end = f32(first + f32((i + 1) * step))
        value = round_away(f32(f32(function(here)) * inverse))
        straight = round_away(f32(f32(f32(f32(function(end)) * inverse) + value) / 2))
        error = straight - round_away(f32(f32(function(middle)) * inverse))
        out.append(clamp(value - round_away(error / 2), -32768, 32767))
    return out + [clamp(round_away(f32(f32(function(last)) * inverse)), -32768, 32767)]


EXPONENTIALS = lines_of(math.exp, f32(f32(10 / 65535) * -65535), 0.0)
INVERSES = lines_of(lambda x: 1 / (1 + x), 0.0, f32(f32(1 / 65535) * 65535))


def on_line(table, x):
    base = table[256 + (x >> 7)]
    return base + (((table[257 + (x >> 7)] - base) * (x & 127) + 64) >> 7)


def softmax(x, depth, beta, scale):
    multiplier = quantize_multiplier(scale * beta / (10 / 65535))
    out = []
    for start in range(0, len(x), depth):
        row = x[start:start + depth]
        exps = [on_line(EXPONENTIALS, clamp(requantize(q - max(row), *multiplier) + 32767, -32768, 32767)) for q in row]
        total = sum(exps)
        room = 31 - total.bit_length()
        inverse = on_line(INVERSES, clamp((((total << room) + 2**13) >> 14) - 3 * 2**15, -32768, 32767))
        out += [clamp((e * inverse + 2**(29 - room)) >> (30 - room), 0, 32767) for e in exps]
    return out


def transpose_convolution(x, x_shape, x_zero, w, w_shape, bias, out_shape, pads, strides, multipliers, out_zero,
                          limits, wide):
    """Scattered, as the operator is defined."""
    xs, ws, os = strides_of(x_shape), strides_of(w_shape), strides_of(out_shape)
    acc = [0] * math.prod(out_shape)
    for b, iy, ix, c in positions(x_shape):
        value = x[b * xs[0] + iy * xs[1] + ix * xs[2] + c] - x_zero
        for oc, fy, fx in positions([w_shape[0], w_shape[1], w_shape[2]]):
            y, column = iy * strides[0] - pads[0] + fy, ix * strides[1] - pads[1] + fx
            if 0 <= y < out_shape[1] and 0 <= column < out_shape[2]:
                acc[b * os[0] + y * os[1] + column * os[2] + oc] += value * w[oc * ws[0] + fy * ws[1] + fx * ws[2] + c]
    out = []
    for i, total in enumerate(acc):
        oc = i % out_shape[3]
        total += bias[oc] if bias else 0
        out.append(clamp(wrap32(scale_sum(total, multipliers[oc], wide) + out_zero), *limits))
    return out


def difference_element(scales, zeros, limits, left_shift):
    """As ADD, but the multipliers are made in float."""
    twice = f32(2 * max(scales[0], scales[1]))
    first, second = (quantize_multiplier(f32(scale / twice)) for scale in scales[:2])
    third = quantize_multiplier(f32(twice / f32(2**left_shift * scales[2])))

    def element(a, b):
        total = (requantize((a - zeros[0]) << left_shift, *first)
                 - requantize((b - zeros[1]) << left_shift, *second))
        return clamp(requantize(wrap32(total), *third) + zeros[2], *limits)

    return element


def difference(a, a_shape, b, b_shape, out_shape, element):
    return broadcast(a, a_shape, b, b_shape, out_shape, element)


def leaky_relu(x, alpha, scales, zeros, code):
    slope = f32(f32(scales[0] * f32(alpha)) / scales[1])
    low, identity = quantize_multiplier(abs(slope)), quantize_multiplier(f32(scales[0] / scales[1]))
    out = []
    for q in x:
        value = q - zeros[0]
        scaled = requantize(value, *identity) if value >= 0 else requantize(value, *low) * (-1 if slope < 0 else 1)
        out.append(clamp(wrap32(scaled + zeros[1]), *LIMITS[code]))
    return out


def strided_slice(x, x_shape, begin, end, strides, masks):
    """masks: begin, end, shrink_axis. Returns (values, shape)."""
    ranges, shape = [], []
    for d, size in enumerate(x_shape):
        step, bit = strides[d], 1 << d
        lowest, highest = (0, size) if step > 0 else (-1, size - 1)

        def place(index):
            return clamp(index + (size if index < 0 else 0), lowest, highest)

        first = (0 if step > 0 else size - 1) if masks[0] & bit else place(begin[d])
        stop = (size if step > 0 else -1) if masks[1] & bit else place(end[d])
        if masks[2] & bit:
            stop, step = first + 1, 1
        ranges.append(range(first, stop, step))
        if not masks[2] & bit:
            shape.append(len(ranges[-1]))
    steps = strides_of(x_shape)
    return [x[sum(i * s for i, s in zip(position, steps))] for position in itertools.product(*ranges)], shape


def svdf(x, batch, width, features, times, memory, rank, bias, scales, zeros, state, code):
    """scales: input, features, times, state, output; zeros: input, state, output. state changes in place."""
    first = quantize_multiplier(f32(f32(scales[0] * scales[1]) / scales[3]))
    second = quantize_multiplier(f32(f32(scales[3] * scales[2]) / scales[4]))
    filters = len(features) // width
    out = []
    for b in range(batch):
        totals = []
        for f in range(filters):
            place = (b * filters + f) * memory
            dot = sum(features[f * width + i] * (x[b * width + i] - zeros[0]) for i in range(width))
            newest = zeros[1] + clamp(requantize(wrap32(dot), *first), *LIMITS[code])
            low, high = LIMITS[code]
            newest = (newest - low) % (high - low + 1) + low
            state[place:place + memory] = state[place + 1:place + memory] + [newest]
            totals.append(sum((state[place + m] - zeros[1]) * times[f * memory + m] for m in range(memory)))
        for u in range(filters // rank):
            total = wrap32((bias[u] if bias else 0) + sum(totals[u * rank:(u + 1) * rank]))
            out.append(clamp(wrap32(requantize(total, *second) + zeros[2]), -128, 127))
    return out
