# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of docs/EXACT.md for the mathematical operators, written down a second time to check that page.

Functions named *_element give the function of one element, or of a pair.
"""

import math

from exact_arithmetic import (activation_range, broadcast, clamp, divide_by_power, divide_c, f32, high_mul, positions,
                              quantize_multiplier, requantize, round_away, shift_left_saturating, strides_of, wrap32)

BYTE = (-128, 127)


# --- fixed point ------------------------------------------------------------

def exp_of_negative(a, integer_bits):
    quarter = 29 - integer_bits
    r = (a & (2**quarter - 1)) - 2**quarter
    x = r * 2**integer_bits + 2**28
    x2 = high_mul(x, x)
    x3, x4 = high_mul(x2, x), high_mul(x2, x2)
    y = divide_by_power(high_mul(divide_by_power(x4, 2) + x3, 715827883) + x2, 1)
    w = 1895147668 + high_mul(1895147668, x + y)
    constants = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)[:integer_bits + 2]
    for bit, constant in enumerate(constants, quarter):
        if (r - a) >> bit & 1:
            w = high_mul(w, constant)
    return 2**31 - 1 if a == 0 else w


def newton(x):
    """2 / (1 + x) with 29 fraction bits, x with 31."""
    h = (x + 2**31) // 2
    z = 1515870810 + high_mul(h, -1010580540)
    for _ in range(3):
        z = wrap32(z + shift_left_saturating(high_mul(z, 2**29 - high_mul(h, z)), 2))
    return z


def inverse_of_one_plus(x):
    return shift_left_saturating(newton(x), 1)


def logistic(a):
    if a == 0:
        return 2**30
    y = inverse_of_one_plus(exp_of_negative(-abs(a), 4))
    return y if a > 0 else 2**31 - 1 - y


def tanh(a):
    if a == 0:
        return 0
    y = shift_left_saturating(newton(exp_of_negative(-abs(a), 5)) - 2**29, 2)
    return y if a > 0 else -y


def fixed_element(function, scale, zero):
    multiplier, exponent = quantize_multiplier(scale * 2**27)
    radius = math.floor(15 * 2**27 / 2**exponent)

    def element(q):
        x = q - zero
        if abs(x) >= radius:
            return -128 if x <= -radius else 127
        return clamp(function(requantize(x, multiplier, exponent)), *BYTE)

    return element


def logistic_element(scale, zero):
    return fixed_element(lambda a: divide_by_power(logistic(a), 23) - 128, scale, zero)


def tanh_element(scale, zero):
    return fixed_element(lambda a: divide_by_power(tanh(a), 24), scale, zero)


def inverse_square_root(v):
    """(multiplier, exponent) of 1 / sqrt(v)."""
    if v <= 1:
        return 2**31 - 1, 0
    right = 11
    while v >= 2**29:
        v //= 4
        right += 1
    pairs = (32 - v.bit_length() - 1) // 2 - 1
    right -= pairs
    v <<= 2 * pairs
    v >>= 1
    half = divide_by_power(v, 1)
    x = 2**28
    for _ in range(5):
        cube = shift_left_saturating(high_mul(high_mul(x, x), x), 6)
        x = shift_left_saturating(high_mul(2**28 + 2**27, x) - high_mul(half, cube), 3)
    x = high_mul(x, 1518500250)
    if right < 0:
        x <<= -right
        right = 0
    return x, -right


# --- one operand ------------------------------------------------------------

def relu_element(scales, zeros):
    multiplier = quantize_multiplier(f32(scales[0] / scales[1]))
    return lambda q: clamp(wrap32(zeros[1] + requantize(q - zeros[0], *multiplier)), zeros[1], 127)


def relu6_element(scale, zero):
    return lambda q: clamp(q, *activation_range("RELU6", scale, zero))


def high_mul16(a, b):
    if a == b == -2**15:
        return 2**15 - 1
    return divide_c(a * b + (2**14 if a * b >= 0 else 1 - 2**14), 2**15)


def wrap16(value):
    return (value + 2**15) % 2**16 - 2**15


def divide_by_power16(value, exponent):
    mask = wrap16(2**exponent - 1)
    return (value >> exponent) + ((value & mask) > (mask >> 1) + (value < 0))


def multiplier16(multiplier):
    return 2**15 - 1 if multiplier >= 2**31 - 1 - 2**15 else (multiplier + 2**15) >> 16


def hard_swish_element(scales, zeros):
    fine = f32(f32(1 / 128) * scales[0])
    out_multiplier, out_exponent = quantize_multiplier(f32(fine / scales[1]))
    relu_multiplier, relu_exponent = quantize_multiplier(f32(fine / f32(3 / 32768)))
    out_multiplier, relu_multiplier = multiplier16(out_multiplier), multiplier16(relu_multiplier)
    word = (-2**15, 2**15 - 1)

    def element(q):
        x = (q - zeros[0]) * 128
        y = high_mul16(x, out_multiplier)
        r = x
        if relu_exponent > 0:
            r = clamp(r * 2**(relu_exponent - 1), *word)
        r = high_mul16(r, relu_multiplier)
        if relu_exponent > 0:
            r = clamp(r * 2, *word)
        if relu_exponent < 0:
            r = divide_by_power16(r, -relu_exponent)
        r = (r + 2**15) >> 1
        product = divide_c(r * y, 2**15)
        return clamp(wrap16(divide_by_power16(product, -out_exponent) + zeros[1]), *BYTE)

    return element


def abs_element(scales, zeros, limits=BYTE):
    multiplier = quantize_multiplier(f32(scales[0] / scales[1]))

    def element(q):
        x = abs(q - zeros[0])
        return clamp((x if scales[0] == scales[1] else requantize(x, *multiplier)) + zeros[1], *limits)

    return element


def rsqrt_element(scales, zeros, limits=BYTE):
    multiplier, exponent = quantize_multiplier(1 / f32(f32(math.sqrt(scales[0])) * scales[1]))

    def element(q):
        if q <= zeros[0]:
            return limits[1]
        root, shift = inverse_square_root(q - zeros[0])
        y = requantize(requantize(1, root, shift + 20), multiplier, exponent - 20)
        return clamp(wrap32(y + zeros[1]), *limits)

    return element


# --- two operands -----------------------------------------------------------

def prelu_element(scales, zeros, limits=BYTE):
    positive = quantize_multiplier(scales[0] / scales[2])
    negative = quantize_multiplier(scales[0] * scales[1] / scales[2])

    def element(a, b):
        a -= zeros[0]
        y = requantize(a, *positive) if a >= 0 else requantize(a * (b - zeros[1]), *negative)
        return clamp(wrap32(y + zeros[2]), *limits)

    return element


def squared_difference_element(scales, zeros, limits=BYTE, left=7):
    twice = 2 * max(scales[0], scales[1])
    first, second = (quantize_multiplier(scale / twice) for scale in scales[:2])
    third = quantize_multiplier(twice * twice / (2**(2 * left) * scales[2]))

    def element(a, b):
        difference = requantize((a - zeros[0]) << left, *first) - requantize((b - zeros[1]) << left, *second)
        return clamp(wrap32(requantize(difference * difference, *third) + zeros[2]), *limits)

    return element


def div_element(scales, zeros, limits):
    multiplier, exponent = quantize_multiplier(f32(scales[0] / f32(scales[1] * scales[2])))

    def element(a, b):
        a, b = a - zeros[0], b - zeros[1]
        if b < 0:
            a, b = -a, -b
        headroom = 31 - (a if a >= 0 else ~a).bit_length()
        shift = exponent - (b.bit_length() - 1) - headroom
        quotient = high_mul(a << headroom, inverse_of_one_plus((b << (32 - b.bit_length())) - 2**31))
        y = divide_by_power(high_mul(quotient, multiplier), -shift) if shift >= -31 else 0
        return clamp(y + zeros[2], *limits)

    return element


def div_is_defined(scales, zeros, a, b):
    """Whether the reference's last shift is one that its C++ defines."""
    _, exponent = quantize_multiplier(f32(scales[0] / f32(scales[1] * scales[2])))
    a, b = a - zeros[0], b - zeros[1]
    if b < 0:
        a, b = -a, -b
    if b == 0:
        return False
    headroom = 31 - (a if a >= 0 else ~a).bit_length()
    return -31 <= exponent - (b.bit_length() - 1) - headroom <= 0


def elu_element(scales, zeros):
    def element(q):
        x = f32(scales[0] * (q - zeros[0]))
        y = f32(f32(math.exp(x)) - 1) if x < 0 else x
        scaled = f32(y * f32(1 / scales[1]))
        return int(min(max(f32(round_away(scaled) + zeros[1]), BYTE[0]), BYTE[1]))
    return element


# --- reductions -------------------------------------------------------------

def reduce(x, shape, axes, function):
    """function of the list of values of each output, in the order of the input."""
    axes = {axis % len(shape) for axis in axes}
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    lists = {}
    for position, value in zip(positions(shape), x):
        lists.setdefault(tuple(position[axis] for axis in kept), []).append(value)
    return [function(lists[key]) for key in sorted(lists)]


def sum_element(scales, zeros):
    multiplier = quantize_multiplier(scales[0] / scales[1])
    return lambda values: clamp(wrap32(requantize(wrap32(sum(values) - zeros[0] * len(values)), *multiplier)
                                       + zeros[1]), *BYTE)


def cumsum(x, shape, axis, exclusive, reverse, start, add, result):
    inner, length = math.prod(shape[axis + 1:]), shape[axis]
    out = [None] * len(x)
    for block in range(len(x) // (length * inner)):
        for i in range(inner):
            total = start
            for k in reversed(range(length)) if reverse else range(length):
                at = (block * length + k) * inner + i
                after = add(total, x[at])
                out[at] = result(total if exclusive else after)
                total = after
    return out


def cumsum_s8(scales, zeros):
    """start, add and result of int8 sums"""
    multiplier, exponent = quantize_multiplier(2 * scales[0] / (2**20 * scales[1]))
    return (-zeros[0] * 2**19, lambda total, q: wrap32(total + (q - zeros[0]) * 2**19),
            lambda total: clamp(requantize(total, multiplier, exponent) + zeros[1], *BYTE))


def l2_normalization(x, depth, zero):
    out = []
    for start in range(0, len(x), depth):
        row = [q - zero for q in x[start:start + depth]]
        multiplier, exponent = inverse_square_root(wrap32(sum(q * q for q in row)))
        out += [clamp(requantize(q, multiplier, exponent + 7), *BYTE) for q in row]
    return out


# --- matrices and images ----------------------------------------------------

def batch_matmul(a, a_shape, b, b_shape, out_shape, adj_x, adj_y, element, zero=0):
    """element(list of pairs) of each output; zero stands in for none."""
    def place(batch, row, column, shape, adjoint):
        shape = [1] * (len(out_shape) - len(shape)) + list(shape)
        index = list(batch) + ([column, row] if adjoint else [row, column])
        return sum(i * step for i, step, size in zip(index, strides_of(shape), shape) if size > 1)

    depth = a_shape[-2] if adj_x else a_shape[-1]
    return [element([(a[place(p[:-2], p[-2], k, a_shape, adj_x)], b[place(p[:-2], k, p[-1], b_shape, adj_y)])
                     for k in range(depth)]) for p in positions(out_shape)]


def matmul_element(scales, zeros):
    multiplier = quantize_multiplier(f32(scales[0] * scales[1]) / scales[2])

    def element(pairs):
        total = sum((p - zeros[0]) * (q - zeros[1]) for p, q in pairs)
        return clamp(wrap32(requantize(wrap32(total), *multiplier) + zeros[2]), *BYTE)

    return element


def bilinear_place(i, size, new_size, corners, centers):
    """(lower index, upper index, position * 1024) of output index i."""
    scale = (1024 * size + new_size // 2) // new_size
    if corners and new_size > 1:
        scale = (1024 * (size - 1) + (new_size - 1) // 2) // (new_size - 1)
    place = i * scale + (scale // 2 - 512 if centers else 0)
    return max(divide_c(place, 1024), 0), min(divide_c(place + 1023, 1024), size - 1), place


def bilinear_place_f32(i, size, new_size, corners, centers):
    scale = f32(size / new_size)
    if corners and new_size > 1:
        scale = f32((size - 1) / (new_size - 1))
    place = f32(f32(f32(i + 0.5) * scale) - 0.5) if centers else f32(i * scale)
    return max(math.floor(place), 0), min(math.ceil(place), size - 1), place


def resize_bilinear(x, shape, size, corners, centers, is_float):
    unit = 1 if is_float else 1024
    place = bilinear_place_f32 if is_float else bilinear_place
    out = []
    for b, oy, ox, c in positions([shape[0], size[0], size[1], shape[3]]):
        y0, y1, y = place(oy, shape[1], size[0], corners, centers)
        x0, x1, x_ = place(ox, shape[2], size[1], corners, centers)
        dy, dx = y - unit * y0, x_ - unit * x0

        def pixel(row, column):
            return x[((b * shape[1] + row) * shape[2] + column) * shape[3] + c]

        total = (pixel(y0, x0) * (unit - dy) * (unit - dx) + pixel(y1, x0) * dy * (unit - dx)
                 + pixel(y0, x1) * (unit - dy) * dx + pixel(y1, x1) * dy * dx)
        out.append(total if is_float else divide_c(total + (2**19 if total > 0 else -2**19), 2**20))
    return out


# --- float ------------------------------------------------------------------


def logistic_f32(x):
    return 1.0 if x > 16.619047164916992188 else math.exp(x) if x < -9 else 1 / (1 + math.exp(-x))


def hard_swish_f32(x):
    return x * min(6.0, max(0.0, x + 3)) / 6


def floor_f32(x):
    return x if x == 0 else float(math.floor(x))


def ceil_f32(x):
    return -floor_f32(-x)


def floor_div_f32(x, y):
    return f32(floor_f32(x / y))


def floor_mod_f32(x, y):
    r = math.fmod(x, y)
    return f32(r + y) if r != 0 and (r < 0) != (y < 0) else f32(r)


def add_n(inputs, scales, zeros):
    twice = 2 * scales[0]
    multiplier = quantize_multiplier(twice / (2**20 * scales[1]))
    return [clamp(wrap32(requantize(wrap32((sum(q - zeros[0] for q in numbers) - zeros[0]) * 2**19), *multiplier)
                         + zeros[1]), *BYTE) for numbers in zip(*inputs)]


def l2_pool(x, shape, out_shape, window, stride, pads):
    out = []
    for b, oy, ox, c in positions(out_shape):
        inside = [x[((b * shape[1] + y) * shape[2] + column) * shape[3] + c]
                  for y in range(oy * stride[0] - pads[0], oy * stride[0] - pads[0] + window[0]) if 0 <= y < shape[1]
                  for column in range(ox * stride[1] - pads[1], ox * stride[1] - pads[1] + window[1])
                  if 0 <= column < shape[2]]
        out.append(math.sqrt(sum(v * v for v in inside) / len(inside)))
    return out


def round_f32(x):
    whole = floor_f32(x)
    return whole if x - whole < 0.5 or (x - whole == 0.5 and whole % 2 == 0) else whole + 1


# --- LOG_SOFTMAX ------------------------------------------------------------

def log_from_one_on(x):
    """x with 12 integer bits, the result with 5 (docs/EXACT.md)."""
    half, fourth = 1518500250, 1805811301
    zeros = 32 - x.bit_length()
    r_a = shift_left_saturating(high_mul(x << (zeros - 1), half), 1)
    n_a = (12 - zeros) * 2**25 + 2**23
    zeros = 32 - high_mul(x, half).bit_length()
    r_b = shift_left_saturating(x, zeros - 1)
    n_b = (12 - (zeros - 1)) * 2**25 - 2**23
    r, n = min(r_a, r_b), max(n_a, n_b)
    p, q = (r + fourth + 1) // 2, 2 * (r - fourth)
    square = high_mul(q, q)
    above = high_mul(q, r) + high_mul(high_mul(q, square), 117049297)
    below = high_mul(p, 1057819769 + q + high_mul(127690142, square)) + high_mul(638450708, q)
    return shift_left_saturating(
        high_mul(n, 1488522236) + high_mul(divide_by_power(above, 6), inverse_of_one_plus(below)), 1)


def log_softmax(x, depth, scale):
    multiplier, exponent = quantize_multiplier(min(scale * 2**26, 2.0**31 - 1))
    lowest = -math.floor(31 * 2**26 / 2**exponent)
    back = quantize_multiplier(2**(31 - exponent) / multiplier)
    out = []
    for start in range(0, len(x), depth):
        row = x[start:start + depth]
        near = [high_mul((q - max(row)) << exponent, multiplier) if q - max(row) >= lowest else None for q in row]
        log_sum = log_from_one_on(sum(divide_by_power(exp_of_negative(a, 5), 12) for a in near if a is not None))
        bound = max(lowest - 1, requantize(log_sum - 2**31, *back))
        out += [-128 if q - max(row) <= bound else clamp(divide_by_power(a - log_sum, 22) + 127, -128, 127)
                for q, a in zip(row, near)]
    return out
