#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The mathematical operators' cases, int8 and float32: functions of one element and of two, reductions, images and
matrices. The same program as operator_cases.py, the same arguments.
"""

import math
import sys

import exact_arithmetic as exact
import exact_math
from exact_arithmetic import f32
from operator_cases import ACTIVATIONS, PADDINGS, Random, add_case, byte, main, number
from tflite_writer import BOOL, FLOAT32, INT8, INT32, Tensor

ALL_BYTES = list(range(-128, 128))


def reals(name, count, low=-4.0, high=4.0):
    random = Random("reals/" + name)
    return [f32(random.real(low, high)) for _ in range(count)]


# --- one operand --------------------------------------------------------

def table_case(operator, name, scales, zeros, element, values=None):
    scales = [f32(scale) for scale in scales]
    values = values or ALL_BYTES
    element = element(scales, zeros)
    add_case(operator, name, [Tensor([1, len(values)], INT8, scales[0], zeros[0])],
             Tensor([1, len(values)], INT8, scales[1], zeros[1]), {},
             lambda inputs: [element(q) for q in inputs[0]], [[values]])


def table_cases():
    case = table_case
    for operator, element, out in (("LOGISTIC", exact_math.logistic_element, (1 / 256, -128)),
                                   ("TANH", exact_math.tanh_element, (1 / 128, 0))):
        for name, scale, zero in (("usual", 0.05, 3), ("wide", 0.3, -20), ("fine", 0.004, 0), ("coarse", 1.9, 11),
                                  ("power_of_two", 0.0625, 0), ("zero_point_lowest", 0.03, -128),
                                  ("zero_point_highest", 0.03, 127), ("tiny", 1e-6, 5), ("radius_1", 8.0, 1),
                                  ("radius_0", 17.0, 1), ("smallest_scale", 2.0**-28, 0)):
            case(operator, name, (scale, out[0]), (zero, out[1]),
                 lambda scales, zeros, element=element: element(scales[0], zeros[0]))
        add_case(operator, "rank_4", [Tensor([1, 2, 3, 4], INT8, f32(0.1), -7)],
                 Tensor([1, 2, 3, 4], INT8, out[0], out[1]), {},
                 lambda inputs, element=element: [element(f32(0.1), -7)(q) for q in inputs[0]])
    case("TANH", "output_not_looked_at", (0.05, 0.3), (3, 17),
         lambda scales, zeros: exact_math.tanh_element(scales[0], zeros[0]))
    for name, scales, zeros in (("same", (0.05, 0.05), (3, 3)), ("same_lowest", (0.05, 0.05), (-128, -128)),
                                ("finer", (0.05, 0.013), (3, -7)), ("coarser", (0.05, 0.17), (-128, 100)),
                                ("highest", (0.05, 0.06), (127, 127)), ("lowest", (0.1, 0.07), (0, -128)),
                                ("ties", (0.25, 0.5), (0, 0)), ("ratio_in_float", (0.3, 0.1), (0, -128)),
                                ("tiny", (1e-9, 4.0), (5, 5))):
        case("RELU", name, scales, zeros, exact_math.relu_element)
    for name, scales, zeros in (("same", (0.05, 0.05), (3, 3)), ("fine", (0.01, 0.01), (-128, -128)),
                                ("coarse", (4.0, 4.0), (0, 0)), ("full", (6 / 255, 6 / 255), (-128, -128)),
                                ("output_not_looked_at", (0.05, 0.3), (3, -90)), ("highest", (0.05, 0.05), (127, 127))):
        case("RELU6", name, scales, zeros, lambda scales, zeros: exact_math.relu6_element(scales[0], zeros[0]))
    for name, scales, zeros in (("usual", (0.05, 0.04), (3, -120)), ("wide", (0.2, 0.1), (-10, -126)),
                                ("fine", (0.004, 0.003), (0, -3)), ("coarse", (1.5, 1.4), (0, -128)),
                                ("left_shift", (0.09, 0.09), (2, -124)), ("large_left_shift", (7.0, 6.0), (2, -124)),
                                ("right_shift", (0.001, 0.001), (0, 0)), ("lowest", (0.06, 0.05), (-128, -128)),
                                ("highest", (0.06, 0.05), (127, 100)), ("far", (0.01, 90.0), (3, 0)),
                                ("farther", (0.001, 20000.0), (3, 5)), ("saturating", (0.05, 0.0005), (3, 7))):
        case("HARD_SWISH", name, scales, zeros, exact_math.hard_swish_element)
    for name, scales, zeros in (("same", (0.05, 0.05), (3, 3)), ("same_scale", (0.05, 0.05), (-3, -128)),
                                ("coarser", (0.05, 0.09), (20, -128)), ("finer", (0.05, 0.02), (-128, 0)),
                                ("highest", (0.05, 0.051), (127, 127)), ("ties", (0.25, 0.5), (0, 0))):
        case("ABS", name, scales, zeros, exact_math.abs_element)
    for name, scales, zeros in (("usual", (0.05, 0.04), (-128, -128)), ("coarse", (1.3, 0.01), (-128, -100)),
                                ("fine", (0.0004, 0.5), (-128, -128)), ("middle", (0.1, 0.05), (3, -128)),
                                ("ones", (1.0, 1 / 128), (-128, 0)), ("saturating", (0.01, 0.003), (-100, 20))):
        case("RSQRT", name, scales, zeros, exact_math.rsqrt_element, list(range(zeros[0], 128)))


    for name, scales, zeros in (("usual", (0.05, 0.03), (3, -90)), ("coarse", (1.3, 1.1), (-20, -120)),
                                ("fine", (0.004, 0.003), (0, -3)), ("same", (0.05, 0.05), (0, 0)),
                                ("lowest", (0.06, 0.05), (-128, -128)), ("highest", (0.06, 0.01), (127, 127)),
                                ("saturating", (0.05, 0.0005), (3, 7)), ("ties", (0.25, 0.5), (0, 0))):
        case("ELU", name, scales, zeros, exact_math.elu_element)


def unary_f32_case(operator, name, values, function):
    add_case(operator, name, [Tensor([1, len(values)], FLOAT32)], Tensor([1, len(values)], FLOAT32), {},
             lambda inputs: [f32(function(x)) for x in inputs[0]], [[values]],
             tolerance=operator not in ("ABS", "RELU", "RELU6", "SQRT", "SQUARE", "NEG", "CEIL", "FLOOR", "ROUND"))


def unary_f32_cases():
    special = [0.0, -0.0, 1.0, -1.0, 1e-30, -1e-30, f32(1e-42), 3.0, -3.0, 6.0, 6.5]
    wide = [f32(k / 4) for k in range(-80, 81, 3)]
    for operator, function in (("LOGISTIC", exact_math.logistic_f32), ("TANH", math.tanh),
                               ("RELU", lambda x: x if x >= 0 else 0.0),
                               ("RELU6", lambda x: 6.0 if x > 6 else 0.0 if x < 0 else x),
                               ("HARD_SWISH", exact_math.hard_swish_f32), ("ABS", abs)):
        unary_f32_case(operator, "float", special + reals(operator, 40) + wide, function)
    unary_f32_case("LOGISTIC", "float_small", reals("LOGISTIC_small", 30, -30.0, -8.0), exact_math.logistic_f32)
    unary_f32_case("TANH", "float_small", reals("TANH_small", 30, -0.01, 0.01), math.tanh)
    unary_f32_case("EXP", "float", special + reals("EXP", 40), math.exp)
    for sign, low, high in (("negative", -80.0, -4.0), ("positive", 4.0, 80.0)):
        for part in range(3):  # a tolerance is relative to the largest value of a tensor
            third = (high - low) / 3
            unary_f32_case("EXP", "float_%s_%d" % (sign, part),
                                [f32(low + third * (part + i / 400)) for i in range(0, 40, 2)], math.exp)
    for operator, function in (("NEG", lambda x: -x), ("CEIL", exact_math.ceil_f32), ("FLOOR", exact_math.floor_f32),
                               ("ROUND", exact_math.round_f32)):
        halves = [sign * (k + 0.5) for k in range(6) for sign in (1, -1)] + [2.0**23 + 1, -2.0**23 + 0.5, 2.0**31, 1e30]
        unary_f32_case(operator, "float", special + halves + reals(operator, 40), function)
    for operator, function in (("SIN", math.sin), ("COS", math.cos)):
        unary_f32_case(operator, "float", special + wide + reals(operator, 40), function)
        unary_f32_case(operator, "float_large", [f32(2.0**k * x) for k in range(10, 128, 5) for x in (1.1, -1.7)],
                       function)
        near = [f32(k * math.pi / 4 + d) for k in range(-9, 10) for d in (-1e-4, 0, 1e-6)]
        unary_f32_case(operator, "float_near_eighths", near, function)
    unary_f32_case("LOG", "float", [1.0, 2.0, f32(0.7071), f32(1.5)] + reals("LOG", 40, 0.01, 100.0), math.log)
    unary_f32_case("LOG", "float_ends", [f32(1e-30), f32(1e30), f32(1e-42), f32(3.4e38)], math.log)
    unary_f32_case("LOG", "float_near_1", reals("LOG_near_1", 30, 0.99, 1.01), math.log)
    positive = [0.0, 1.0, 2.0, 4.0, f32(1e-30), f32(1e30), f32(1e-42)] + reals("SQRT", 40, 0.0, 100.0)
    unary_f32_case("ELU", "float", special + reals("ELU", 40) + wide, lambda x: x if x >= 0 else math.expm1(x))
    unary_f32_case("ELU", "float_small", reals("ELU_small", 30, -0.01, 0.01),
                   lambda x: x if x >= 0 else math.expm1(x))
    unary_f32_case("SQRT", "float", positive, math.sqrt)
    unary_f32_case("SQRT", "float_small", reals("SQRT_small", 30, 0.0, 1e-3), math.sqrt)
    unary_f32_case("SQUARE", "float", special + reals("SQUARE", 40), lambda x: x * x)
    unary_f32_case("RSQRT", "float", [1.0, 2.0, 0.25] + reals("RSQRT", 40, 0.01, 100.0),
                        lambda x: 1 / math.sqrt(x))


# --- two operands -------------------------------------------------------

SHAPES = (("same_shape", (1, 3, 4, 5), (1, 3, 4, 5)), ("scalar", (1, 3, 4, 5), (1,)),
          ("first_scalar", (1,), (1, 3, 4, 5)), ("channel", (1, 3, 4, 5), (1, 1, 1, 5)),
          ("row", (1, 3, 4, 5), (4, 5)), ("both_broadcast", (1, 3, 1, 5), (1, 1, 4, 1)), ("rank_1", (17,), (17,)))


def binary_case(operator, name, a, b, scales, zeros, element, options=None, kind=INT8, constant=False,
                runs=None):
    rank = max(len(a), len(b))
    out_shape = [max(p, q) for p, q in zip(*([1] * (rank - len(s)) + list(s) for s in (a, b)))]
    data = None
    if constant:
        random = Random("constant/" + operator + name)
        data = (random.integers(math.prod(b), -128, 127) if kind == INT8 else
                [f32(random.real(-2, 2)) for _ in range(math.prod(b))])
    if kind == FLOAT32 and runs is None:
        runs = [[reals("%s/%s/%d/%d" % (operator, name, k, i), math.prod(s))
                 for i, s in enumerate((a,) if constant else (a, b))] for k in range(2)]
    quantization = [(f32(s), z) for s, z in zip(scales, zeros)] if kind == INT8 else [(None, 0)] * 3

    def expect(inputs):
        return exact.broadcast(inputs[0], a, data or inputs[1], b, out_shape, element)

    add_case(operator, name, [Tensor(list(a), kind, *quantization[0]),
                              Tensor(list(b), kind, *quantization[1], data=data)],
             Tensor(out_shape, kind, *quantization[2]), options or {}, expect, runs)


def prelu_cases():
    def case(name, scales=(0.05, 0.01, 0.06), zeros=(3, -5, 7), a=(1, 3, 4, 5), b=(1, 1, 5), constant=True):
        scales = [f32(scale) for scale in scales]
        binary_case("PRELU", name, a, b, scales, zeros, exact_math.prelu_element(scales, zeros),
                         constant=constant)

    case("channel")
    case("element", b=(1, 3, 4, 5))
    case("one", b=(1, 1, 1))
    case("computed", constant=False)
    case("lowest", zeros=(-128, -128, -128))
    case("highest", zeros=(127, 127, 127))
    case("finer", scales=(0.05, 0.02, 0.004))
    case("coarser", scales=(0.05, 0.001, 0.7))
    case("ties", scales=(0.5, 0.5, 1.0), zeros=(0, 0, 0))
    for name, b in (("float_channel", (1, 1, 5)), ("float_element", (1, 3, 4, 5)), ("float_one", (1,))):
        binary_case("PRELU", name, (1, 3, 4, 5), b, (), (), lambda x, y: f32(x if x >= 0 else x * y),
                         kind=FLOAT32, constant=True)


def minimum_maximum_cases():
    for operator, element in (("MINIMUM", min), ("MAXIMUM", max)):
        for name, a, b in SHAPES:
            binary_case(operator, name, a, b, (0.05,) * 3, (3,) * 3, element)
            binary_case(operator, "float_" + name, a, b, (), (), element, kind=FLOAT32)
        binary_case(operator, "quantization_not_looked_at", (2, 7), (2, 7), (0.05, 0.1, 0.2), (3, -10, 50),
                         element)
        binary_case(operator, "constant", (2, 9), (9,), (0.05,) * 3, (3,) * 3, element, constant=True)


def squared_difference_cases():
    def case(name, scales=(0.031, 0.047, 0.05), zeros=(3, -7, -100), a=(1, 3, 4, 5), b=(1, 3, 4, 5)):
        scales = [f32(scale) for scale in scales]
        binary_case("SQUARED_DIFFERENCE", name, a, b, scales, zeros,
                         exact_math.squared_difference_element(scales, zeros))

    for name, a, b in SHAPES:
        case(name, a=a, b=b)
        binary_case("SQUARED_DIFFERENCE", "float_" + name, a, b, (), (), lambda x, y: f32(f32(x - y)**2),
                         kind=FLOAT32)
    case("same_scales", scales=(0.05, 0.05, 0.4), zeros=(1, 1, -128))
    case("zero_points_extreme", zeros=(-128, 127, -128), scales=(0.05, 0.04, 1.6))
    case("zero_points_extreme_other", zeros=(127, -128, 127))
    case("scales_far_apart", scales=(0.9, 0.0007, 50.0))
    case("output_scale_small", scales=(0.5, 0.5, 0.0005))
    case("powers_of_two", scales=(0.5, 0.25, 1.0), zeros=(0, 0, -128))


def div_cases():
    def case(name, scales, zeros, a=(1, 3, 4, 5), b=(1, 3, 4, 5), activation="NONE"):
        scales = [f32(scale) for scale in scales]
        limits = exact.activation_range(activation, scales[2], zeros[2])
        random = Random("div/" + name)
        runs = []
        for _ in range(2):
            first = random.integers(math.prod(a), -128, 127)
            second = [q for q in random.integers(9 * math.prod(b), -128, 127) if q != zeros[1]][:math.prod(b)]
            runs.append([first, second])
            assert all(exact_math.div_is_defined(scales, zeros, p, q) for p in set(first) for q in set(second)), name
        binary_case("DIV", name, a, b, scales, zeros, exact_math.div_element(scales, zeros, limits),
                         {0: byte(ACTIVATIONS[activation])}, runs=runs)

    # The last shift of the reference is defined in all pairs if the scales' quotient is from 2^7 to 2^23.
    for name, a, b in SHAPES:
        case(name, (1.1, 0.01, 0.5), (3, -7, 5), a, b)
    case("relu", (1.1, 0.01, 0.5), (3, -7, 5), activation="RELU")
    case("relu6", (1.1, 0.01, 0.4), (3, -7, -20), activation="RELU6")
    case("zero_points_extreme", (1.7, 0.003, 1.1), (-128, 127, 127))
    case("zero_points_extreme_other", (1.7, 0.003, 1.1), (127, -128, -128))
    case("large_quotient", (1e3, 1e-3, 1.3), (0, 0, 0))
    case("powers_of_two", (1.0, 0.0078125, 0.5), (0, 0, 0))
    for name, a, b in SHAPES:
        divisors = [y if abs(y) > 0.05 else 0.5 for y in reals("DIV/float/" + name, math.prod(b))]
        binary_case("DIV", "float_" + name, a, b, (), (), lambda x, y: f32(x / y), {0: byte(0)},
                         FLOAT32, runs=[[reals("DIV/float/first/" + name, math.prod(a)), divisors]])
    binary_case("DIV", "float_relu6", (2, 9), (9,), (), (), lambda x, y: min(max(f32(x / y), 0.0), 6.0),
                     {0: byte(3)}, FLOAT32,
                     runs=[[reals("DIV/float_relu6", 18), [f32(0.3 * k) for k in range(-4, 0)]
                            + [f32(0.3 * k) for k in range(1, 6)]]])


# --- reductions ---------------------------------------------------------

REDUCTIONS = (("spatial", (1, 4, 5, 3), (1, 2), False), ("spatial_keep_dims", (1, 4, 5, 3), (1, 2), True),
              ("axis_negative", (1, 4, 5, 3), (-1,), False), ("axis_0", (3, 2, 2, 5), (0,), True),
              ("axes_duplicate", (2, 6, 3, 2), (1, -3), False), ("axes_all", (1, 4, 5, 3), (0, 1, 2, 3), False),
              ("axes_1_3", (2, 3, 4, 5), (1, 3), False), ("rank_1", (31,), (0,), True),
              ("rank_5", (2, 2, 3, 2, 3), (1, 3), False))


def reduce_case(operator, name, x, axes, keep, scales, zeros, function, kind=INT8):
    resolved = {axis % len(x) for axis in axes}
    out_shape = [1 if axis in resolved else size for axis, size in enumerate(x) if keep or axis not in resolved]
    runs = [[reals("%s/%s/%d" % (operator, name, k), math.prod(x))] for k in range(2)] \
        if kind == FLOAT32 else None
    quantization = [(f32(s), z) for s, z in zip(scales, zeros)] if kind == INT8 else [(None, 0)] * 2
    add_case(operator, name, [Tensor(list(x), kind, *quantization[0]),
                              Tensor([len(axes)], INT32, data=list(axes))],
             Tensor(out_shape, kind, *quantization[1]), {0: byte(keep)},
             lambda inputs: exact_math.reduce(inputs[0], x, axes, function), runs,
             tolerance=operator == "SUM" and kind == FLOAT32)


def reduce_cases():
    def sum_case(name, x, axes, keep=False, scales=(0.04, 0.3), zeros=(3, -4)):
        scales = [f32(scale) for scale in scales]
        reduce_case("SUM", name, x, axes, keep, scales, zeros, exact_math.sum_element(scales, zeros))

    for name, x, axes, keep in REDUCTIONS:
        sum_case(name, x, axes, keep)
        reduce_case("SUM", "float_" + name, x, axes, keep, (), (), lambda values: f32(sum(values)), FLOAT32)
        reduce_case("REDUCE_MAX", name, x, axes, keep, (0.04,) * 2, (3,) * 2, max)
        reduce_case("REDUCE_MAX", "float_" + name, x, axes, keep, (), (), max, FLOAT32)
    sum_case("same_quantization", (1, 4, 5, 3), (1, 2), scales=(0.04, 0.04), zeros=(3, 3))
    sum_case("zero_points_extreme", (1, 4, 5, 3), (1, 2), scales=(0.04, 0.9), zeros=(-128, 127))
    sum_case("finer", (2, 9), (1,), scales=(0.3, 0.004), zeros=(0, 0))
    sum_case("ties", (2, 3, 7), (1,), scales=(0.25, 0.5), zeros=(0, 0))
    sum_case("tiny", (2, 3, 7), (1,), scales=(1e-9, 4.0), zeros=(7, 11))


def arg_max_cases():
    for name, x, axis in (("classes", (1, 10), 1), ("last", (2, 3, 7), -1), ("first", (4, 5), 0),
                          ("middle", (2, 6, 3), 1), ("channels", (1, 3, 4, 5), 3), ("rank_1", (19,), 0),
                          ("one", (3, 1), 1)):
        out_shape = [size for d, size in enumerate(x) if d != axis % len(x)]

        def expect_of(extreme, x=x, axis=axis):
            return lambda inputs: exact_math.reduce(inputs[0], x, (axis,), lambda values: values.index(extreme(values)))

        random = Random("arg_max/" + name)
        for kind, label in ((INT8, ""), (FLOAT32, "float_")):
            quantization = (f32(0.1), 3) if kind == INT8 else (None, 0)
            count = math.prod(x)
            ties = [(-3, 5, 5, 4)[random.integer(0, 3)] for _ in range(count)]
            runs = [[random.integers(count, -128, 127) if kind == INT8 else reals("arg_max" + name, count)],
                    [ties if kind == INT8 else [float(v) for v in ties]]]
            for operator, extreme in (("ARG_MAX", max), ("ARG_MIN", min)):
                add_case(operator, label + name,
                         [Tensor(list(x), kind, *quantization), Tensor([1], INT32, data=[axis])],
                         Tensor(out_shape, INT32), {0: byte(INT32)}, expect_of(extreme), runs)


def cumsum_cases():
    def case(name, x, axis, exclusive=False, reverse=False, scales=None, zeros=(3, -4)):
        kind = FLOAT32 if scales is None else INT8
        if kind == FLOAT32:
            quantization = [(None, 0)] * 2
            how = 0.0, lambda total, value: f32(total + value), lambda total: total
            runs = [[reals("cumsum/" + name, math.prod(x))]]
        else:
            quantization = [(f32(scale), zero) for scale, zero in zip(scales, zeros)]
            how = exact_math.cumsum_s8([scale for scale, _ in quantization], zeros)
            runs = None
        add_case("CUMSUM", name, [Tensor(list(x), kind, *quantization[0]), Tensor([1], INT32, data=[axis])],
                 Tensor(list(x), kind, *quantization[1]), {0: byte(exclusive), 1: byte(reverse)},
                 lambda inputs: exact_math.cumsum(inputs[0], x, axis % len(x), exclusive, reverse, *how), runs)

    for name, x, axis in (("rank_1", (15,), 0), ("last", (2, 3, 7), -1), ("first", (6, 5), 0), ("middle", (2, 6, 3), 1),
                          ("one", (4, 1), 1), ("rank_5", (2, 2, 3, 2, 3), 2)):
        for exclusive in (False, True):
            for reverse in (False, True):
                label = name + "_exclusive" * exclusive + "_reverse" * reverse
                case(label, x, axis, exclusive, reverse, (0.04, 0.3))
                case("float_" + label, x, axis, exclusive, reverse)
    case("symmetric", (3, 9), 1, scales=(0.04, 0.04), zeros=(0, 0))
    case("zero_points_extreme", (3, 9), 1, scales=(0.04, 0.3), zeros=(-128, 127))
    case("finer", (3, 9), 1, scales=(0.3, 0.004), zeros=(5, 0))
    case("ties", (3, 9), 1, scales=(0.25, 0.5), zeros=(0, 0))
    case("tiny", (3, 9), 1, scales=(1e-9, 4.0), zeros=(7, 11))
    case("wraps", (2, 60), 1, scales=(0.04, 1.7), zeros=(-128, 0))


# --- images and matrices ------------------------------------------------

def resize_bilinear_cases():
    for corners, centers in ((False, False), (True, False), (False, True)):
        for x, size in (((1, 3, 4, 2), (6, 8)), ((1, 7, 5, 2), (3, 2)), ((1, 4, 5, 3), (7, 11)),
                        ((2, 3, 2, 2), (5, 1)), ((1, 1, 6, 1), (4, 13)), ((1, 10, 10, 1), (3, 6)),
                        ((1, 4, 4, 1), (4, 4)), ((1, 14, 13, 1), (9, 3))):
            for kind, label in ((INT8, ""), (FLOAT32, "float_")):
                name = "%s%dx%d_to_%dx%d%s%s" % (label, x[1], x[2], size[0], size[1],
                                                 "_align_corners" if corners else "",
                                                 "_half_pixel_centers" if centers else "")
                quantization = (f32(0.1), 3) if kind == INT8 else (None, 0)

                def expect(inputs, x=x, size=size, corners=corners, centers=centers, kind=kind):
                    return exact_math.resize_bilinear(inputs[0], x, size, corners, centers, kind == FLOAT32)

                add_case("RESIZE_BILINEAR", name,
                         [Tensor(list(x), kind, *quantization), Tensor([2], INT32, data=list(size))],
                         Tensor([x[0], size[0], size[1], x[3]], kind, *quantization),
                         {2: byte(corners), 3: byte(centers)}, expect,
                         [[reals(name, math.prod(x))]] if kind == FLOAT32 else None, count=1,
                         tolerance=kind == FLOAT32)


def l2_normalization_cases():
    def normalize(x, depth):
        rows = [x[i:i + depth] for i in range(0, len(x), depth)]
        return [f32(v / max(math.sqrt(sum(w * w for w in row)), 1e-6)) for row in rows for v in row]

    for name, x, zero in (("rows", (3, 10), 3), ("rank_4", (1, 2, 3, 5), -128), ("one", (6, 1), 5),
                          ("two", (9, 2), 127), ("long", (1, 300), -20), ("rank_1", (12,), 0)):
        runs = None
        if name == "rows":
            runs = [[[3] * 10 + [3] * 9 + [4] + [3, 2] * 5], [[-128, 127] * 15], [list(range(-10, 20))]]
        add_case("L2_NORMALIZATION", name, [Tensor(list(x), INT8, f32(0.1), zero)],
                 Tensor(list(x), INT8, 1 / 128, 0), {0: byte(0)},
                 lambda inputs, x=x, zero=zero: exact_math.l2_normalization(inputs[0], x[-1], zero),
                 runs)
        values = reals(name, math.prod(x))
        add_case("L2_NORMALIZATION", "float_" + name, [Tensor(list(x), FLOAT32)],
                 Tensor(list(x), FLOAT32), {0: byte(0)},
                 lambda inputs, x=x: normalize(inputs[0], x[-1]),
                 [[values], [[f32(v * 1e-8) for v in values]], [[0.0] * len(values)]], tolerance=True)


def log_softmax_cases():
    def case(name, x=(2, 10), scale=0.1, zero=4, runs=None):
        scale = f32(scale)
        add_case("LOG_SOFTMAX", name, [Tensor(list(x), INT8, scale, zero)], Tensor(list(x), INT8, 16 / 256, 127), {},
                 lambda inputs: exact_math.log_softmax(inputs[0], x[-1], scale), runs, count=3)

    case("ten_classes")
    case("twelve_classes_coarse", x=(1, 12), scale=0.37)
    case("two_classes", x=(3, 2), scale=0.05)
    case("one_class", x=(4, 1))
    case("rank_1", x=(9,), scale=0.03)
    case("rank_4", x=(1, 2, 2, 7), scale=0.2)
    case("fine", scale=0.0011, x=(2, 20))
    case("smallest_scale", scale=1.1 * 2**-26)
    case("scale_1", scale=1.0)
    case("radius_1", scale=9.0)
    case("radius_0", scale=70.0)
    case("zero_point_lowest", zero=-128, scale=0.07)
    case("all_differences", x=(1, 256), scale=0.043, runs=[[ALL_BYTES]])
    case("all_differences_fine", x=(1, 256), scale=0.0043, runs=[[ALL_BYTES]])
    case("all_differences_coarse", x=(1, 256), scale=0.13, runs=[[ALL_BYTES]])
    for n in (2, 3, 5, 8, 11, 23, 64, 1000, 4095):  # logarithms on both sides of the seams
        runs = [[[5] * n], [[5] * (n - 1) + [-3]], [[-2] * (n // 2) + [9] * (n - n // 2)]]
        case("equal_%d" % n, x=(1, n), runs=runs)
    for name, x, span in (("rows", (3, 10), 3.0), ("rank_4", (1, 2, 3, 5), 20.0), ("one", (6, 1), 5.0),
                          ("long", (1, 300), 1.0), ("far", (2, 8), 90.0)):
        values = reals("log_softmax/" + name, math.prod(x), -span, span)
        add_case("LOG_SOFTMAX", "float_" + name, [Tensor(list(x), FLOAT32)], Tensor(list(x), FLOAT32), {}, None,
                 [[values], [[0.0] * len(values)], [[f32(v * 1e-8) for v in values]]], tolerance=True)


def batch_matmul_cases():
    for name, a, b in (("plain", (3, 4), (4, 5)), ("batch", (2, 3, 4), (2, 4, 2)),
                       ("batches", (2, 3, 2, 5), (2, 3, 5, 3)),
                       ("second_broadcast", (2, 3, 4), (1, 4, 5)), ("first_broadcast", (1, 3, 4), (2, 4, 5)),
                       ("both_broadcast", (2, 1, 3, 2), (1, 3, 2, 4)), ("ranks", (2, 3, 4), (4, 5)),
                       ("vector", (1, 7), (7, 1))):
        for adj_x, adj_y in ((False, False), (False, True), (True, False), (True, True)):
            if (adj_x or adj_y) and name not in ("plain", "batch", "both_broadcast"):
                continue
            rank = max(len(a), len(b))
            wide = [[1] * (rank - len(s)) + list(s) for s in (a, b)]
            out_shape = [max(p, q) for p, q in zip(wide[0][:-2], wide[1][:-2])] + [a[-2], b[-1]]
            shapes = [list(s[:-2]) + ([s[-1], s[-2]] if adj else list(s[-2:])) for s, adj in ((a, adj_x), (b, adj_y))]
            matmul_case(name + "_adj_x" * adj_x + "_adj_y" * adj_y, shapes, out_shape, adj_x, adj_y)
    matmul_case("constant", ([2, 6], [6, 4]), [2, 4], False, False, constant=True)
    matmul_case("zero_points_extreme", ([2, 6], [6, 4]), [2, 4], False, False, zeros=(-128, 127, 127))
    matmul_case("finer", ([2, 6], [6, 4]), [2, 4], False, False, scales=(0.5, 0.5, 0.1))


def matmul_case(name, shapes, out_shape, adj_x, adj_y, scales=(0.05, 0.04, 0.9), zeros=(3, -4, 5),
                constant=False):
    scales = [f32(scale) for scale in scales]
    for kind, label in ((INT8, ""), (FLOAT32, "float_")):
        quantization = list(zip(scales, zeros)) if kind == INT8 else [(None, 0)] * 3
        element = exact_math.matmul_element(scales, zeros) if kind == INT8 else \
            (lambda pairs: f32(sum(p * q for p, q in pairs)))
        counts = [math.prod(shape) for shape in shapes]
        data = runs = None
        if constant:
            data = Random("matmul/" + name).integers(counts[1], -128, 127)
            data = [float(v) for v in data] if kind == FLOAT32 else data
        if kind == FLOAT32:
            runs = [[reals("matmul/%s/%d" % (name, i), n) for i, n in enumerate(counts)][:1 if constant else 2]]

        def expect(inputs, data=data, element=element):
            return exact_math.batch_matmul(inputs[0], shapes[0], data or inputs[1], shapes[1], out_shape, adj_x,
                                           adj_y, element)

        add_case("BATCH_MATMUL", label + name,
                 [Tensor(shapes[0], kind, *quantization[0]),
                  Tensor(shapes[1], kind, *quantization[1], data=data)],
                 Tensor(out_shape, kind, *quantization[2]),
                 {0: byte(adj_x), 1: byte(adj_y)}, expect, runs, tolerance=kind == FLOAT32)


# --- what the resolver has besides ----------------------------------------

def floored_cases():
    def case(operator, name, a, b, x, y):
        function = exact_math.floor_div_f32 if operator == "FLOOR_DIV" else exact_math.floor_mod_f32
        binary_case(operator, name, a, b, (), (), function, None, FLOAT32, runs=[[x, y]])

    for operator in ("FLOOR_DIV", "FLOOR_MOD"):
        for name, a, b in SHAPES:
            x = reals("%s/%s/x" % (operator, name), math.prod(a), -30, 30)
            y = [v if abs(v) > 0.05 else 0.5 for v in reals("%s/%s/y" % (operator, name), math.prod(b))]
            case(operator, "float_" + name, a, b, x, y)
        whole = [float(p) for p in range(-6, 7) for q in (-3, -2, 2, 3)]
        case(operator, "float_whole", (52,), (52,), whole, [float(q) for _ in range(13) for q in (-3, -2, 2, 3)])
        near = [f32(k * f32(0.1)) for k in range(1, 41)]
        case(operator, "float_tenths", (80,), (80,), near + [-v for v in near], [f32(0.1)] * 80)
        large = [f32(1.1 * 2.0**k) for k in range(-40, 24, 3)]
        case(operator, "float_large", (22,), (22,), large, [f32(0.7)] * 22)
    case("FLOOR_DIV", "float_infinite", (6,), (6,), [-5.0, 5.0, -5.0, 5.0, 0.0, -0.0],
         [math.inf, math.inf, -math.inf, -math.inf, math.inf, math.inf])
    case("FLOOR_MOD", "float_far", (4,), (4,), [f32(1e30), f32(-1e30), f32(3e38), 1.0],
         [0.5, 7.0, f32(1e-42), f32(3e38)])


def add_n_cases():
    for name, n, shape in (("two", 2, (1, 3, 4, 2)), ("three", 3, (2, 5)), ("seven", 7, (9,))):
        for label, scales, zeros in (("", (0.05, 0.2), (0, 3)), ("_zero", (0.05, 0.2), (-7, 5)),
                                     ("_fine", (0.05, 0.05), (3, 3)), ("_coarse", (0.9, 3.7), (-128, 127)),
                                     ("_ties", (0.5, 1.0), (0, 0))):
            scales = [f32(s) for s in scales]
            add_case("ADD_N", name + label, [Tensor(list(shape), INT8, scales[0], zeros[0]) for _ in range(n)],
                     Tensor(list(shape), INT8, scales[1], zeros[1]), {},
                     lambda inputs, s=scales, z=zeros: exact_math.add_n(inputs, s, z))
        runs = [[reals("ADD_N/%s/%d/%d" % (name, k, i), math.prod(shape)) for i in range(n)] for k in range(2)]

        def total(inputs):
            out = [0.0] * len(inputs[0])
            for x in inputs:
                out = [f32(p + q) for p, q in zip(out, x)]
            return out

        add_case("ADD_N", "float_" + name, [Tensor(list(shape), FLOAT32) for _ in range(n)],
                 Tensor(list(shape), FLOAT32), {}, total, runs)


def smallest_cases():
    for name, x, axes, keep in REDUCTIONS:
        reduce_case("REDUCE_MIN", name, x, axes, keep, (0.04,) * 2, (3,) * 2, min)
        reduce_case("REDUCE_MIN", "float_" + name, x, axes, keep, (), (), min, FLOAT32)
        random = Random("REDUCE_ALL/" + name)
        resolved = {axis % len(x) for axis in axes}
        out = [1 if axis in resolved else size for axis, size in enumerate(x) if keep or axis not in resolved]
        add_case("REDUCE_ALL", name, [Tensor(list(x), BOOL), Tensor([len(axes)], INT32, data=list(axes))],
                 Tensor(out, BOOL), {0: byte(keep)},
                 lambda inputs, x=x, axes=axes: exact_math.reduce(inputs[0], x, axes, min),
                 [[[int(random.integer(0, 9) > 0) for _ in range(math.prod(x))]] for _ in range(2)])


def l2_pool_cases():
    for name, x, window, stride, padding, activation in (
            ("valid", (1, 5, 6, 2), (2, 3), (1, 2), "VALID", "NONE"),
            ("same", (2, 5, 4, 3), (3, 3), (2, 2), "SAME", "NONE"),
            ("relu6", (1, 4, 4, 2), (2, 2), (2, 2), "SAME", "RELU6"),
            ("n1_to_1", (1, 4, 4, 1), (2, 2), (1, 1), "VALID", "RELU_N1_TO_1"),
            ("one", (1, 3, 3, 2), (1, 1), (1, 1), "SAME", "NONE"),
            ("whole", (1, 4, 3, 2), (4, 3), (1, 1), "VALID", "NONE")):
        sizes, pads = zip(*(exact.padding(padding, x[1 + d], window[d], stride[d]) for d in (0, 1)))
        options = {0: byte(PADDINGS[padding]), 1: number(stride[1]), 2: number(stride[0]), 3: number(window[1]),
                   4: number(window[0]), 5: byte(ACTIVATIONS[activation])}
        out = [x[0], sizes[0], sizes[1], x[3]]
        low, high = {"NONE": (-math.inf, math.inf), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}[activation]
        add_case("L2_POOL_2D", "float_" + name, [Tensor(list(x), FLOAT32)], Tensor(out, FLOAT32), options,
                 lambda inputs, x=x, out=out, window=window, stride=stride, pads=pads, low=low, high=high:
                 [min(max(v, low), high) for v in exact_math.l2_pool(inputs[0], x, out, window, stride, pads)],
                 [[reals("L2/" + name, math.prod(x), -8, 8)]], tolerance=True)


def power_cases():
    """Not TensorFlow Lite Micro's: TensorFlow Lite has std::pow()."""
    def case(name, y=None, y_shape=(1,), x=None, x_shape=(2, 3, 5)):
        count = math.prod(x_shape)
        x = x or [abs(v) + 0.01 for v in reals("power/" + name, count)]
        operands = [Tensor(list(x_shape), FLOAT32), Tensor(list(y_shape), FLOAT32, data=y)]
        add_case("POW", name, operands, Tensor(list(x_shape), FLOAT32), {}, None,
                 [[[f32(v) for v in x]] + ([reals("power/y" + name, math.prod(y_shape))] if y is None else [])],
                 tolerance=True)

    signed = reals("power/signed", 30)
    for name, y in (("cube", 3.0), ("square", 2.0), ("one", 1.0), ("fourth", 4.0), ("fifth", 5.0), ("inverse", -1.0),
                    ("inverse_cube", -3.0)):
        case(name, [y], x=signed)
    for name, y in (("root", 0.5), ("inverse_root", -0.5), ("third", f32(1 / 3)), ("gamma", f32(2.2)), ("zero", 0.0)):
        case(name, [y])
    case("square_of_scalar_exponent", [2.0], (), x=signed)
    case("exponents", [f32(v) for v in (0.5, 2.0, -1.5, 3.0, 1.0)], (5,))
    case("whole_exponents", [2.0, 3.0, -1.0, 0.0, -2.0], (5,), x=signed)
    case("computed", y_shape=(2, 3, 5))
    case("computed_row", y_shape=(5,))


if __name__ == "__main__":
    sys.exit(main((table_cases, unary_f32_cases, prelu_cases, minimum_maximum_cases, squared_difference_cases,
                   div_cases, reduce_cases, arg_max_cases, cumsum_cases, resize_bilinear_cases,
                   l2_normalization_cases, log_softmax_cases, batch_matmul_cases, floored_cases, add_n_cases,
                   smallest_cases, l2_pool_cases, power_cases)))
