# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of docs/EXACT.md, written down a second time to check that page.

Nothing here is fast. Tensors are flat lists of Python integers, row-major.
"""

import math
import struct

LIMITS = {"b": (-128, 127), "h": (-32768, 32767), "B": (0, 255), "i": (-2**31, 2**31 - 1)}


def f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def wrap32(value):
    return (value + 2**31) % 2**32 - 2**31


def clamp(value, low, high):
    return min(max(value, low), high)


def round_away(value):
    """C's round: to nearest, ties away from zero (exact for f32 and f64 values)."""
    whole = math.floor(abs(value))
    if abs(value) - whole >= 0.5:
        whole += 1
    return whole if value >= 0 else -whole


def divide_c(a, b):
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def quantize_multiplier(real):
    if real == 0:
        return 0, 0
    fraction, exponent = math.frexp(real)
    multiplier = round_away(fraction * 2**31)
    if multiplier == 2**31:
        multiplier //= 2
        exponent += 1
    if exponent < -31:
        return 0, 0
    return multiplier, exponent


def high_mul(a, b):
    return 2**31 - 1 if a == b == -2**31 else (a * b + 2**30) >> 31


def divide_by_power(value, exponent):
    mask = (1 << exponent) - 1
    return (value >> exponent) + ((value & mask) > (mask >> 1) + (value < 0))


def requantize(value, multiplier, exponent):
    shifted = wrap32(value << max(exponent, 0))
    return divide_by_power(high_mul(shifted, multiplier), max(-exponent, 0))


def requantize64(value, multiplier, exponent):
    reduced = (multiplier + 2**15) >> 16 if multiplier < 0x7FFF0000 else 0x7FFF
    shift = 15 - exponent
    return wrap32((value * reduced + (1 << (shift - 1))) >> shift)


def activation_range(activation, scale, zero_point, code="b"):
    low, high = LIMITS[code]

    def quantized(real):
        return zero_point + round_away(f32(real / f32(scale)))

    bounds = {"RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}
    lower, upper = bounds.get(activation, (None, None))
    if lower is not None:
        low = max(low, quantized(lower))
    if upper is not None:
        high = min(high, quantized(upper))
    return low, high


def padding(mode, size, filter_size, stride, dilation=1):
    """(output size, padding before)."""
    reach = (filter_size - 1) * dilation + 1
    if mode == "SAME":
        out = (size + stride - 1) // stride
    else:
        out = (size + stride - reach) // stride
    return out, max(0, (out - 1) * stride + reach - size) // 2


def strides_of(shape):
    strides, step = [0] * len(shape), 1
    for axis in reversed(range(len(shape))):
        strides[axis] = step
        step *= shape[axis]
    return strides


def positions(shape):
    if not shape:
        yield ()
        return
    for first in range(shape[0]):
        for rest in positions(shape[1:]):
            yield (first,) + rest


def convolution(x, x_shape, x_zero, w, w_shape, bias, out_shape, pads, strides, dilations,
                multipliers, out_zero, limits, depth_multiplier=0):
    """CONV_2D, or DEPTHWISE_CONV_2D when depth_multiplier is not 0."""
    xs, ws = strides_of(x_shape), strides_of(w_shape)
    _, height, width, depth = x_shape
    out = []
    for b, oy, ox, oc in positions(out_shape):
        acc = 0
        for fy in range(w_shape[1]):
            y = oy * strides[0] - pads[0] + fy * dilations[0]
            for fx in range(w_shape[2]):
                column = ox * strides[1] - pads[1] + fx * dilations[1]
                if not (0 <= y < height and 0 <= column < width):
                    continue
                base = b * xs[0] + y * xs[1] + column * xs[2]
                if depth_multiplier:
                    acc += (x[base + oc // depth_multiplier] - x_zero) * w[fy * ws[1] + fx * ws[2] + oc]
                    continue
                group = oc // (out_shape[3] // (depth // w_shape[3]))
                weight = oc * ws[0] + fy * ws[1] + fx * ws[2]
                for i in range(w_shape[3]):
                    acc += (x[base + group * w_shape[3] + i] - x_zero) * w[weight + i]
        if bias:
            acc += bias[oc]
        value = wrap32(requantize(wrap32(acc), *multipliers[oc]) + out_zero)
        out.append(clamp(value, *limits))
    return out


def fully_connected(x, x_zero, w, w_zero, depth, bias, rows, columns, multipliers, out_zero, limits):
    out = []
    for row in range(rows):
        for column in range(columns):
            acc = sum((w[column * depth + i] - w_zero) * (x[row * depth + i] - x_zero) for i in range(depth))
            acc += bias[column] if bias else 0
            out.append(clamp(wrap32(requantize(wrap32(acc), *multipliers[column]) + out_zero), *limits))
    return out


def pool(x, x_shape, out_shape, pads, strides, window, limits, average, lowest=-128):
    xs = strides_of(x_shape)
    out = []
    for b, oy, ox, c in positions(out_shape):
        taken = []
        for fy in range(window[0]):
            for fx in range(window[1]):
                y, column = oy * strides[0] - pads[0] + fy, ox * strides[1] - pads[1] + fx
                if 0 <= y < x_shape[1] and 0 <= column < x_shape[2]:
                    taken.append(x[b * xs[0] + y * xs[1] + column * xs[2] + c])
        if average:
            total, count = sum(taken), len(taken)
            value = divide_c(total + count // 2 if total > 0 else total - count // 2, count)
        else:
            value = max(taken + [lowest])
        out.append(clamp(value, *limits))
    return out


def mean(x, x_shape, x_zero, axes, real_multiplier, out_zero, limits):
    axes = {axis % len(x_shape) for axis in axes}
    kept = [axis for axis in range(len(x_shape)) if axis not in axes]
    count = math.prod(x_shape[axis] for axis in axes)
    multiplier, exponent = quantize_multiplier(real_multiplier)
    shift = min(count.bit_length() - 1, 32, 31 + exponent)
    multiplier, exponent = (multiplier << shift) // count, exponent - shift
    sums = {}
    for position, value in zip(positions(x_shape), x):
        key = tuple(position[axis] for axis in kept)
        sums[key] = sums.get(key, 0) + value
    return [clamp(wrap32(requantize(wrap32(sums[key] - x_zero * count), multiplier, exponent) + out_zero), *limits)
            for key in sorted(sums)]


def broadcast(a, a_shape, b, b_shape, out_shape, operation):
    def index(position, shape):
        shape = [1] * (len(out_shape) - len(shape)) + list(shape)
        steps = strides_of(shape)
        return sum(p * step for p, step, size in zip(position, steps, shape) if size > 1)

    return [operation(a[index(p, a_shape)], b[index(p, b_shape)]) for p in positions(out_shape)]


def add_element(scales, zeros, limits, left_shift=20):
    twice = 2 * max(scales[0], scales[1])
    first, second = (quantize_multiplier(scale / twice) for scale in scales[:2])
    third = quantize_multiplier(twice / (2**left_shift * scales[2]))

    def element(a, b):
        total = (requantize((a - zeros[0]) << left_shift, *first)
                 + requantize((b - zeros[1]) << left_shift, *second))
        return clamp(requantize(total, *third) + zeros[2], *limits)

    return element


def mul_element(scales, zeros, limits):
    multiplier = quantize_multiplier(scales[0] * scales[1] / scales[2])

    def element(a, b):
        product = (a - zeros[0]) * (b - zeros[1])
        return clamp(wrap32(requantize(product, *multiplier) + zeros[2]), *limits)

    return element


# --- softmax ----------------------------------------------------------------

def shift_left_saturating(value, exponent):
    limit = 2**(31 - exponent) - 1
    if value > limit:
        return 2**31 - 1
    return -2**31 if value < -limit else value << exponent


def exp_of_negative(a):
    r = (a & (2**24 - 1)) - 2**24
    x = r * 32 + 2**28
    x2 = high_mul(x, x)
    x3, x4 = high_mul(x2, x), high_mul(x2, x2)
    y = divide_by_power(high_mul(divide_by_power(x4, 2) + x3, 715827883) + x2, 1)
    w = 1895147668 + high_mul(1895147668, x + y)
    constants = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for bit, constant in enumerate(constants, 24):
        if (r - a) >> bit & 1:
            w = high_mul(w, constant)
    return 2**31 - 1 if a == 0 else w


def inverse_of_one_plus(x):
    h = (x + 2**31) // 2
    z = 1515870810 + high_mul(h, -1010580540)
    for _ in range(3):
        z = wrap32(z + shift_left_saturating(high_mul(z, 2**29 - high_mul(h, z)), 2))
    return shift_left_saturating(z, 1)


def softmax(x, depth, beta, scale, code):
    low, high = LIMITS[code]
    multiplier, exponent = quantize_multiplier(min(beta * scale * 2**26, 2.0**31 - 1))
    lowest = -math.floor(31 * 2**26 / 2**exponent)
    out = []
    for start in range(0, len(x), depth):
        row = x[start:start + depth]
        exps = [exp_of_negative(high_mul(wrap32((q - max(row)) << exponent), multiplier))
                if q - max(row) >= lowest else None for q in row]
        total = sum(divide_by_power(e, 12) for e in exps if e is not None)
        zeros = 32 - total.bit_length()
        inverse = inverse_of_one_plus((total << zeros) - 2**31)
        shift = 12 - zeros + (23 if code == "b" else 15)
        out += [low if e is None else clamp(divide_by_power(high_mul(inverse, e), shift) + low, low, high)
                for e in exps]
    return out


# --- LSTM -------------------------------------------------------------------

def _sigmoid_table():
    def s(x):
        return 65536 / (1 + math.exp(-x / 24))

    return [math.floor(s(k) + (s(k + 0.5) - (s(k) + s(k + 1)) / 2) / 2 + 0.5) for k in range(255)] + [65535]


SIGMOID = _sigmoid_table()


def _interpolate(distance, bits):
    k = distance >> bits
    return (SIGMOID[k] << bits) + (distance & ((1 << bits) - 1)) * (SIGMOID[k + 1] - SIGMOID[k])


def sigmoid16(s):
    r = _interpolate(abs(3 * s), 9)
    return (r + 512) >> 10 if s >= 0 else (2**25 - r + 511) >> 10


def tanh16(v):
    r = 65535 * 256 if abs(v) >> 8 >= 255 else _interpolate(abs(v), 8)
    return (r - 2**23 + 128) >> 8 if v >= 0 else (-r + 2**23 + 127) >> 8


def lstm(x, batch, steps, width, units, time_major, x_quant, h_quant, cell_scale, cell_clip,
         weights, recurrent, biases, hidden, cell, code="b"):
    """weights, recurrent: per gate i, f, c, o (scale, values). hidden, cell change in place."""
    x_scale, x_zero = x_quant
    h_scale, h_zero = h_quant
    input_m = [quantize_multiplier(f32(x_scale * s) / 2.0**-12) for s, _ in weights]
    recurrent_m = [quantize_multiplier(f32(h_scale * s) / 2.0**-12) for s, _ in recurrent]
    product_m = quantize_multiplier(2.0**-30 / cell_scale)
    hidden_m = quantize_multiplier(2.0**-30 / h_scale)
    power = round_away(math.log2(cell_scale)) + 12
    clip = math.trunc(min(max(cell_clip / cell_scale, -32768.0), 32767.0))
    word = LIMITS["h"]
    scaled = lambda total, m: requantize(wrap32(total), *m) if code == "b" else requantize64(total, *m)
    out = [0] * (batch * steps * units)

    def tanh_cell(c):
        return tanh16(wrap32(c * (3 << power)) if power >= 0 else (3 * c + (1 << (-power - 1))) >> -power)

    for b in range(batch):
        for t in range(steps):
            row = t * batch + b if time_major else b * steps + t
            xt = x[row * width:(row + 1) * width]
            ht = hidden[b * units:(b + 1) * units]
            gates = []
            for g in range(4):
                values = []
                for u in range(units):
                    a = biases[g][u] + sum(weights[g][1][u * width + i] * (xt[i] - x_zero) for i in range(width))
                    a = clamp(scaled(a, input_m[g]), *word)
                    r = sum(recurrent[g][1][u * units + i] * (ht[i] - h_zero) for i in range(units))
                    r = clamp(scaled(r, recurrent_m[g]), *word)
                    s = clamp(a + r, *word)
                    values.append(tanh16(3 * s) if g == 2 else sigmoid16(s))
                gates.append(values)
            for u in range(units):
                i, f, g, o = (values[u] for values in gates)
                n = b * units + u
                c = clamp(clamp(requantize(f * cell[n], 2**30, -14), *word)
                          + clamp(requantize(i * g, *product_m), *word), *word)
                if cell_clip > 0:
                    c = max(min(c, clip), -clip)
                cell[n] = c
                hidden[n] = clamp(requantize(tanh_cell(c) * o, *hidden_m) + h_zero, *LIMITS[code])
                out[row * units + u] = hidden[n]
    return out


# --- GRU --------------------------------------------------------------------

def _half(value):
    return (value + 2**14) >> 15


def gru(x, batch, steps, width, units, time_major, reset_after, x_quant, out_quant, weights, recurrent, biases, hidden):
    """weights, recurrent: per gate z, r, n (scale, values); biases: of x and of h. hidden changes in place."""
    x_scale, x_zero = x_quant
    h_scale, h_zero = out_quant
    out_m = quantize_multiplier(2.0**-15 / h_scale)
    word = LIMITS["h"]
    out = [0] * (batch * steps * units)

    def seen(h):
        return clamp(requantize(h, *out_m) + h_zero, -128, 127)

    def sum_of(which, g, u, values, zero, scale):
        of_scale, w = which[g]
        n = len(values)
        total = biases[which is recurrent][g * units + u] + sum(w[u * n + i] * (values[i] - zero) for i in range(n))
        return clamp(requantize(wrap32(total), *quantize_multiplier(scale * of_scale / 2.0**-12)), *word)

    for b in range(batch):
        for t in range(steps):
            row = t * batch + b if time_major else b * steps + t
            xt = x[row * width:(row + 1) * width]
            state = hidden[b * units:(b + 1) * units]
            ht = [seen(h) for h in state]

            def of_x(g, u):
                return sum_of(weights, g, u, xt, x_zero, x_scale)

            def of_h(g, u, values):
                return sum_of(recurrent, g, u, values, h_zero, h_scale)

            r = [sigmoid16(clamp(of_x(1, u) + of_h(1, u, ht), *word)) for u in range(units)]
            reset = [seen(_half(r[u] * state[u])) for u in range(units)]
            for u in range(units):
                z = sigmoid16(clamp(of_x(0, u) + of_h(0, u, ht), *word))
                of = _half(r[u] * of_h(2, u, ht)) if reset_after else of_h(2, u, reset)
                n = tanh16(3 * clamp(of_x(2, u) + of, *word))
                h = clamp(_half((2**15 - z) * n + z * state[u]), *word)
                hidden[b * units + u] = h
                out[row * units + u] = seen(h)
    return out


# --- moving and converting --------------------------------------------------

def pad(x, x_shape, paddings, value, out_shape):
    steps = strides_of(x_shape)
    out = []
    for position in positions(out_shape):
        source = [p - before for p, (before, _) in zip(position, paddings)]
        inside = all(0 <= p < size for p, size in zip(source, x_shape))
        out.append(x[sum(p * step for p, step in zip(source, steps))] if inside else value)
    return out


def transpose(x, x_shape, perm):
    steps = strides_of(x_shape)
    return [x[sum(p * steps[perm[k]] for k, p in enumerate(position))]
            for position in positions([x_shape[axis] for axis in perm])]


def nearest(index, size, new_size, align_corners, half_pixel_centers):
    if align_corners and new_size > 1:
        scale = f32((size - 1) / (new_size - 1))
    else:
        scale = f32(size / new_size)
    place = f32(f32(index + (0.5 if half_pixel_centers else 0.0)) * scale)
    source = min(round_away(place) if align_corners else math.floor(place), size - 1)
    return max(0, source) if half_pixel_centers else source


def quantize_float(x, scale, zero_point, code):
    return [clamp(round_away(f32(value / scale)) + zero_point, *LIMITS[code]) for value in x]


def requantize_all(x, real_multiplier, in_zero, out_zero, code):
    multiplier = quantize_multiplier(real_multiplier)
    return [clamp(wrap32(requantize(wrap32(q - in_zero), *multiplier) + out_zero), *LIMITS[code]) for q in x]
