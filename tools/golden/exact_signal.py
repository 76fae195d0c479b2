# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of docs/EXACT.md for the operators of sound, written down a second time to check that page."""

import math
import struct

SNR_BITS, OUT_BITS = 12, 6


def wrap(x, bits=16):
    return (x + 2**(bits - 1)) % 2**bits - 2**(bits - 1)


def window(x, shape, shift):
    return [max(-2**15, min(2**15 - 1, a * b >> shift)) for a, b in zip(x, shape)]


def frames(x, size, step, skip):
    return [x[i:i + size] for i in range(skip, len(x) - size + 1, step)]


def fft_auto_scale(x, frontend):
    """The frame, and by how many bits it was shifted."""
    largest = 0
    for a in x:
        if frontend:
            largest = max(largest, abs(a) if a > -2**15 else 0)
        elif a > largest:
            largest = a
        elif -a > largest:
            largest = wrap(-a)
    bits = 15 - largest.bit_length() if largest > 0 or frontend else 0
    return [wrap(a << bits) for a in x], bits


# --- spectra ----------------------------------------------------------------

def rounded(x, bits=16):
    return x + 2**(bits - 2) >> bits - 1


def turn(part_of_a_turn, bits=16):
    angle = -2 * math.pi * part_of_a_turn
    return [math.floor(0.5 + (2**(bits - 1) - 1) * f(angle)) for f in (math.cos, math.sin)]


def product(a, b, bits=16):
    return [wrap(rounded(a[0] * b[0] - a[1] * b[1], bits), bits), wrap(rounded(a[0] * b[1] + a[1] * b[0], bits), bits)]


def divided(a, n, bits=16):
    return [rounded(x * ((2**(bits - 1) - 1) // n), bits) for x in a]


def fft(points, bits=16, way=1):
    """The other way round if `way` is -1."""
    n = len(points)
    if n == 1:
        return points
    p = 4 if n % 4 == 0 else 2
    m = n // p
    parts = [fft(points[i::p], bits, way) for i in range(p)]
    out = [None] * n
    for k in range(m):
        z = [divided(part[k], p, bits) for part in parts]
        z = [z[0]] + [product(z[i], turn(way * i * k / n, bits), bits) for i in range(1, p)]
        for j in range(p):
            out[k + j * m] = [0, 0]
            for i in range(p):
                re, im = z[i]
                for _ in range(i * j * 4 // p % 4):
                    re, im = way * im, way * -re
                out[k + j * m] = [wrap(out[k + j * m][0] + re, bits), wrap(out[k + j * m][1] + im, bits)]
    return out


def rfft(x, length):
    x = x + [0] * (length - len(x))
    n = length // 2
    z = fft([x[2 * i:2 * i + 2] for i in range(n)])
    out = [None] * (n + 1)
    re, im = divided(z[0], 2)
    out[0], out[n] = [wrap(re + im), 0], [wrap(re - im), 0]
    for k in range(1, n // 2 + 1):
        a, b = divided(z[k], 2), divided([z[n - k][0], wrap(-z[n - k][1])], 2)
        t = product([wrap(a[0] - b[0]), wrap(a[1] - b[1])], turn(k / n / 2 + 0.25))
        s = [wrap(a[0] + b[0]), wrap(a[1] + b[1])]
        out[k] = [s[0] + t[0] >> 1, s[1] + t[1] >> 1]
        out[n - k] = [s[0] - t[0] >> 1, t[1] - s[1] >> 1]
    return [y for pair in out for y in pair]


def irfft(x, length, bits=16):
    def sums(a, b, sign=1):
        return [wrap(a[0] + sign * b[0], bits), wrap(a[1] + sign * b[1], bits)]

    def mirrored(a):
        return [a[0], wrap(-a[1], bits)]

    n = length // 2
    z = [divided(sums([x[0], x[0]], [x[2 * n], -x[2 * n]]), 2, bits)] + [None] * (n - 1)
    for k in range(1, n // 2 + 1):
        a, b = divided(x[2 * k:2 * k + 2], 2, bits), divided(mirrored(x[2 * (n - k):2 * (n - k) + 2]), 2, bits)
        t = product(sums(a, b, -1), turn(-(k / n / 2 + 0.25), bits), bits)
        s = sums(a, b)
        z[k] = sums(s, t)
        z[n - k] = mirrored(sums(s, t, -1))
    return [y for pair in fft(z, bits, -1) for y in pair]


def energy(x, start, end):
    return [x[2 * i]**2 + x[2 * i + 1]**2 if start <= i < end else 0 for i in range(len(x) // 2)]


# --- channels ---------------------------------------------------------------

def filter_bank(x, weights, unweights, frequencies, starts, widths):
    def total(table, c):
        return sum(table[starts[c] + j] * x[frequencies[c] + j] for j in range(widths[c]))
    return [(total(weights, c) + total(unweights, c - 1)) % 2**64 for c in range(1, len(widths))]


def square_root(x, bits):
    root = math.isqrt(x)
    if x - root * root > root and root != (2**16 - 1 if x < 2**32 else 2**32 - 1):
        root += 1
    return root >> bits


def subtraction(x, noise, o):
    """The channels, and the noise after them."""
    out, after = [], []
    for c, (a, before) in enumerate(zip(x, noise)):
        way = "alternate_" * (c % 2)
        up = (a << o["smoothing_bits"]) % 2**32
        estimate = ((up * o[way + "smoothing"] + before * o[way + "one_minus_smoothing"]) % 2**64
                    >> o["spectral_subtraction_bits"]) % 2**32
        floor = (a * o["min_signal_remaining"] >> o["spectral_subtraction_bits"]) % 2**32
        out.append(max(up - min(estimate, up) >> o["smoothing_bits"], floor))
        after.append(min(estimate, up) if o["clamping"] else estimate)
    return out, after


def gain(x, gains):
    if x <= 2:
        return gains[x]
    n = x.bit_length()
    y, a, b = gains[4 * n - 6:4 * n - 3]
    t = (x << 11 - n if n < 11 else x >> n - 11) & 1023
    return wrap((((b * t >> 5) + a * 32) * t + 2**14 >> 15) + y)


def pcan(x, noise, gains, shift):
    snr = (x * (gain(noise, gains) % 2**32) % 2**64 >> shift) % 2**32
    if snr < 2 << SNR_BITS:
        return snr * snr >> 2 + 2 * SNR_BITS - OUT_BITS
    return (snr >> SNR_BITS - OUT_BITS) - 2**OUT_BITS


LOGARITHMS = [round(2**16 * (math.log2(1 + i / 128) - i / 128)) for i in range(129)]


def log(x, scale, correction, most):
    x = (x << correction if correction >= 0 else x >> -correction) % 2**32
    if x <= 1:
        return 0
    n = x.bit_length() - 1
    fraction = (x << 31 - n & 2**31 - 1) >> 15
    a, b = LOGARITHMS[fraction >> 9:(fraction >> 9) + 2]
    log2 = (n << 16) + fraction + a + ((b - a) * (fraction & 511) >> 16)
    natural = 45426 * log2 + 2**15 >> 16
    return min((natural * scale + 2**15) % 2**32 >> 16, most)


# --- floats: each operation is rounded to float ------------------------------

def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def window_floats(x, shape, emphasis):
    """Of the last len(shape) samples."""
    at = len(x) - len(shape)
    before = [x[at - 1] if at > 0 else 0] + x[at:-1]
    return [f32(f32(a - f32(emphasis * b)) * w) for a, b, w in zip(x[at:], before, shape)]


def powers(x, start, end):
    return [f32(f32(x[2 * i]**2) + f32(x[2 * i + 1]**2)) if start <= i < end else 0.0 for i in range(len(x) // 2)]


def magnitudes(x):
    return [f32(math.sqrt(a)) for a in powers(x, 0, len(x) // 2)]


def bands(x, weights, firsts, widths):
    out, at = [], 0
    for first, width in zip(firsts, widths):
        total = 0.0
        for a, w in zip(x[first:first + width], weights[at:at + width]):
            total = f32(total + f32(a * w))
        out.append(total)
        at += width
    return out


def statistics(x):
    """Of one channel."""
    total = squares = spread = 0.0
    for a in x:
        total, squares = f32(total + a), f32(squares + f32(a * a))
    mean = f32(total / len(x))
    for a in x:
        distance = f32(a - mean)
        spread = f32(spread + f32(distance * distance))
    crossings = sum((a >= mean) != (b >= mean) for a, b in zip(x, x[1:]))
    return [mean, f32(math.sqrt(f32(spread / len(x)))), f32(math.sqrt(f32(squares / len(x)))), min(x), max(x),
            f32(crossings / (len(x) - 1)) if len(x) > 1 else 0.0]


def turn_floats(part_of_a_turn):
    angle = -2 * math.pi * part_of_a_turn
    return [f32(math.cos(angle)), f32(math.sin(angle))]


def plus(a, b, sign=1):
    return [f32(a[0] + sign * b[0]), f32(a[1] + sign * b[1])]


def turned_floats(x, turn):
    return [f32(f32(x[0] * turn[0]) - f32(x[1] * turn[1])), f32(f32(x[0] * turn[1]) + f32(x[1] * turn[0]))]


def join_floats(parts, way=1):
    if len(parts) == 2:
        return [plus(parts[0], parts[1]), plus(parts[0], parts[1], -1)]
    a, b, c, d = parts
    even, odd, difference, across = plus(a, c), plus(b, d), plus(a, c, -1), plus(b, d, -1)
    across = [way * across[1], way * -across[0]]
    return [plus(even, odd), plus(difference, across), plus(even, odd, -1), plus(difference, across, -1)]


def transform_floats(x, way=1):
    """Of a power of two complex numbers; the other way round if `way` is -1."""
    n = len(x)
    p = 4 if n % 4 == 0 else 2
    if n == p:
        return join_floats(x, way)
    parts, out = [transform_floats(x[i::p], way) for i in range(p)], [None] * n
    for k in range(n // p):
        turns = [turn_floats(way * i * k / n) for i in range(p)]
        given = [parts[i][k] if i == 0 else turned_floats(parts[i][k], turns[i]) for i in range(p)]
        for i, y in enumerate(join_floats(given, way)):
            out[k + i * (n // p)] = y
    return out


def rfft_floats(x, length):
    x = x + [0.0] * (length - len(x))
    n = length // 2
    z = transform_floats([x[2 * i:2 * i + 2] for i in range(n)])
    out = [[f32(z[0][0] + z[0][1]), 0.0]] + [None] * (n - 1) + [[f32(z[0][0] - z[0][1]), 0.0]]
    for k in range(1, n // 2 + 1):
        other = [z[n - k][0], -z[n - k][1]]
        total, turn = plus(z[k], other), turned_floats(plus(z[k], other, -1), turn_floats(k / length + 0.25))
        out[k] = [0.5 * a for a in plus(total, turn)]
        low = plus(total, turn, -1)
        out[n - k] = [0.5 * low[0], -0.5 * low[1]]
    return [a for pair in out for a in pair]


def irfft_floats(x, length):
    n = length // 2
    z = [[f32(x[0] + x[2 * n]), f32(x[0] - x[2 * n])]] + [None] * (n - 1)
    for k in range(1, n // 2 + 1):
        a, b = x[2 * k:2 * k + 2], [x[2 * (n - k)], -x[2 * (n - k) + 1]]
        total, turn = plus(a, b), turned_floats(plus(a, b, -1), turn_floats(-(k / length + 0.25)))
        low = plus(total, turn, -1)
        z[k], z[n - k] = plus(total, turn), [low[0], -low[1]]
    return [f32(a / length) for pair in transform_floats(z, -1) for a in pair]
