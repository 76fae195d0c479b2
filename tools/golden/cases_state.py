#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases with resource variables, run in a row and from reset: operator_cases.py's program and arguments.

    cases_state.py --refused DIR

writes instead the models that Mote refuses: the files variables_*.tflite of the importer's corpus.
"""

import math
import sys
from pathlib import Path

from cases_moves import ints, tensor
from operator_cases import CASES, Case, Random, main, number
from tflite_writer import BOOL, FLOAT32, INT8, INT16, INT32, INT64, RESOURCE, Scalar, Step, Tensor, Text, model


def case(operator, name, inputs, outputs, steps, called=(), runs=3):
    sequence = [[[(37 * k + 11 * i + 5 * j) % 90 - 40 if t.type != FLOAT32 else k - i / 4 for j in range(t.elements())]
                 for i, t in enumerate(inputs)] for k in range(runs)]
    return Case(operator, name, inputs, outputs[0], None, None, sequence, stateful=True, results=outputs,
                model=model(operator, inputs, outputs, steps, called))


def handle_of(name, container=""):
    handle = Tensor([1], RESOURCE)
    return handle, Step("VAR_HANDLE", [], [handle],
                        {0: Text(container) if container is not None else None, 1: Text(name)})


def add(a, b, out):
    return Step("ADD", [a, b], [out], {0: Scalar("b", 0)})


def accumulator(name, initial=None, shape=(1, 4)):
    """out = variable + x; variable = out."""
    x, old, out = (tensor(shape) for _ in range(3))
    handle, make = handle_of("sum")
    steps = [make, Step("READ_VARIABLE", [handle], [old]), add(old, x, out), Step("ASSIGN_VARIABLE", [handle, out], [])]
    called = []
    if initial is not None:
        inner, make_inner = handle_of("sum")
        value = tensor(shape, INT8, initial)
        called = [[make_inner, Step("ASSIGN_VARIABLE", [inner, value], [])]]
        steps.insert(0, Step("CALL_ONCE", [], [], {0: number(1)}))
    return case("READ_VARIABLE", name, [x], [out], steps, called)


def window(name, kind=INT8, initial=None):
    """The last three rows: out = concatenation(variable, x); variable = out without its first row."""
    x, old, out, kept = (tensor([n, 2], kind) for n in (1, 3, 4, 3))
    handle, make = handle_of("history", "audio")
    steps = [make, Step("READ_VARIABLE", [handle], [old]), Step("CONCATENATION", [old, x], [out], {0: number(0)}),
             Step("SLICE", [out, ints([1, 0]), ints([3, 2])], [kept]), Step("ASSIGN_VARIABLE", [handle, kept], [])]
    called = []
    if initial:
        inner, make_inner = handle_of("history", "audio")
        called = [[make_inner, Step("ASSIGN_VARIABLE", [inner, tensor([3, 2], kind, initial)], [])]]
        steps.insert(1, Step("CALL_ONCE", [], [], {0: number(1)}))
    return case("ASSIGN_VARIABLE", name, [x], [out], steps, called, runs=4)


def cases():
    yield accumulator("initial_values", [1, -2, 3, -4])
    yield accumulator("starts_at_zero_point")
    yield accumulator("more_initial_values", list(range(-20, 20)), (2, 20))
    yield window("window_initial_values", INT8, [9, 8, 7, 6, 5, 4])
    yield window("window")
    yield window("window_int16", INT16)
    yield window("window_float_initial_values", FLOAT32, [0.5, -2.0, 1e-3, 100.0, -0.0, 3.0])

    # read after it was assigned: the value of before stays what it was
    x, before, after, out = (tensor([1, 3]) for _ in range(4))
    handle, make = handle_of("last")
    yield case("READ_VARIABLE", "read_before_and_after", [x], [before, out],
               [make, Step("READ_VARIABLE", [handle], [before]), Step("ASSIGN_VARIABLE", [handle, x], []),
                Step("READ_VARIABLE", [handle], [after]), add(after, before, out)])

    # assigned twice, two handles of one variable
    x, y, old, out = (tensor([1, 3]) for _ in range(4))
    (first, make_first), (second, make_second) = handle_of("v", "a"), handle_of("v", "a")
    yield case("ASSIGN_VARIABLE", "twice", [x, y], [old, out],
               [make_first, make_second, Step("READ_VARIABLE", [second], [old]),
                Step("ASSIGN_VARIABLE", [first, x], []), Step("ASSIGN_VARIABLE", [second, y], []),
                Step("READ_VARIABLE", [first], [out])])

    # two variables that change places; one has an initial value
    x, a, b, out = (tensor([1, 2]) for _ in range(4))
    (left, make_left), (right, make_right), (inner, make_inner) = handle_of("a"), handle_of("b"), handle_of("b")
    yield case("ASSIGN_VARIABLE", "two_variables", [x], [out],
               [make_left, make_right, Step("CALL_ONCE", [], [], {0: number(1)}),
                Step("READ_VARIABLE", [left], [a]), Step("READ_VARIABLE", [right], [b]),
                Step("ASSIGN_VARIABLE", [left, b], []), Step("ASSIGN_VARIABLE", [right, x], []),
                add(a, b, out)],
               [[make_inner, Step("ASSIGN_VARIABLE", [inner, tensor([1, 2], INT8, [50, -50])], [])]], runs=4)

    # read in another shape than it is assigned in; int32 moves only
    x, old = tensor([2, 3], INT32), tensor([6], INT32)
    handle, make = handle_of("v")
    yield case("ASSIGN_VARIABLE", "other_shape", [x], [old],
               [make, Step("READ_VARIABLE", [handle], [old]), Step("ASSIGN_VARIABLE", [handle, x], [])])


# ---- operators that keep what they have seen in themselves ----
def one_step(operator, name, x, outputs, options, runs=5):
    return case(operator, name, [x], outputs, [Step(operator, [x], outputs, options)], runs=runs)


def delay(name, shape, length):
    return one_step("SignalDelay", name, tensor(shape, INT16, zero=0), [tensor(shape, INT16, zero=0)],
                    {"delay_length": length})


def where_valid(operator, name, x, made, options, runs=5):
    """What is made and whether that is valid; where it is not, the reference leaves what it made last."""
    valid, out = Tensor([], BOOL), tensor(made.shape, INT16, zero=0)
    zeros = tensor(made.shape, INT16, [0] * made.elements(), zero=0)
    return case(operator, name, [x], [out, valid], [Step(operator, [x], [made, valid], options),
                                                    Step("SELECT_V2", [valid, made, zeros], [out])], runs=runs)


def framer(name, shape, size, step, prefill):
    x, frames = tensor(shape, INT16, zero=0), shape[-1] // step
    return where_valid("SignalFramer", name, x, tensor([*shape[:-1], frames, size], INT16, zero=0),
                       {"frame_size": size, "frame_step": step, "prefill": prefill})


def stacker(name, channels, left, right, step):
    return where_valid("SignalStacker", name, tensor([channels], INT16, zero=0),
                       tensor([channels * (left + right + 1)], INT16, zero=0),
                       {"num_channels": channels, "stacker_left_context": left, "stacker_right_context": right,
                        "stacker_step": step}, runs=9)


def overlap_add(name, shape, step, kind=INT16):
    """Large numbers, whose sums saturate."""
    random, size = Random(name), math.prod(shape)
    x, out = Tensor(shape, kind), Tensor([*shape[:-2], shape[-2] * step], kind)
    made = case("SignalOverlapAdd", name, [x], [out],
                [Step("SignalOverlapAdd", [x], [out], {"T": kind, "frame_step": step})], runs=4)
    made.runs = [[random.integers(size, -30000, 30000) if kind == INT16 else [random.real(-1, 1) for _ in range(size)]]
                 for _ in made.runs]
    return made


def buffer_of(x, slots, options):
    kept = tensor([1, slots, *x.shape[2:]], zero=x.zero_point)
    kept.variable = True
    return kept, Step("CIRCULAR_BUFFER", [x], [kept], options)


def circular(name, slots, width, options, zero=3):
    """What it keeps, plus the input, which so lives as long as the inference."""
    x, out = tensor([1, 1, 1, width], zero=zero), tensor([1, slots, 1, width], zero=0)
    kept, step = buffer_of(x, slots, options)
    return case("CIRCULAR_BUFFER", name, [x], [out], [step, add(kept, x, out)], runs=6)


def two_buffers(name, first, second):
    """The second one runs in some of the inferences in which the first one lets it. What is between them is an output,
    so that the reference leaves the other output's memory alone."""
    x, total, out = tensor([1, 1, 1, 2], zero=0), tensor([1, 1, 1, 2], zero=0), tensor([1, 3, 1, 2], zero=0)
    kept, step = buffer_of(x, 1, {"cycles_max": first})
    again, second_step = buffer_of(total, 3, {"cycles_max": second})
    return case("CIRCULAR_BUFFER", name, [x], [out, total],
                [step, add(kept, x, total), second_step, add(again, x, out)], runs=9)


def stream_cases():
    yield delay("shorter_than_the_frame", [2, 5], 3)
    yield delay("longer_than_the_frame", [3], 7)
    yield delay("nothing", [4], 0)
    yield framer("prefilled", [2, 4], 7, 2, 1)
    yield framer("step_is_size", [6], 3, 3, 1)
    yield framer("one_frame_prefilled", [3], 5, 3, 1)
    yield framer("frames_as_they_fill", [2, 4], 7, 2, 0)
    yield framer("smaller_than_the_step", [6], 2, 3, 0)
    yield framer("one_frame", [3], 8, 3, 0)
    yield stacker("both_sides", 2, 2, 1, 2)
    yield stacker("only_left", 3, 2, 0, 3)
    yield stacker("only_right", 2, 0, 3, 1)
    yield stacker("one_frame", 2, 0, 0, 1)
    yield overlap_add("several_frames", [2, 3, 5], 2)
    yield overlap_add("no_overlap", [2, 4], 4)
    yield overlap_add("one_frame_float", [1, 6], 4, FLOAT32)
    yield overlap_add("frames_float", [2, 2, 4], 1, FLOAT32)
    yield circular("each_time", 3, 2, {"cycles_max": 1})
    yield circular("one_slot", 1, 3, {"cycles_max": 1})
    yield circular("cycles_are_not_said", 5, 2, {})
    yield circular("every_second", 4, 2, {"cycles_max": 2}, zero=0)
    yield circular("every_third_is_not_said", 3, 2, {"cycles_max": 3}, zero=0)
    yield two_buffers("one_after_the_other", 2, 2)
    yield two_buffers("inner_always_runs", 3, 1)


def refused():
    """Name and model."""
    def of(name, steps, *called):
        x, y = tensor([2]), tensor([2])
        return name, model(name, [x], [y], [Step("ADD", [x, x], [y], {0: Scalar("b", 0)}), *steps], called)

    def variable(name="v", kind=INT8, size=2, data=None):
        handle, make = handle_of(name)
        return make, Step("ASSIGN_VARIABLE", [handle, tensor([size], kind, data or [0] * size)], [])

    once = lambda graph=1: Step("CALL_ONCE", [], [], {0: number(graph)})
    handle, make = handle_of("v")
    read = [make, Step("READ_VARIABLE", [handle], [tensor([2])])]
    yield of("good", [once(), *read], variable())
    pair, place, same = tensor([1, 2], INT8, [3, 4]), Tensor([1], INT64), Tensor([1], INT64)
    counted = Step("ARG_MAX", [pair, ints([1])], [place], {0: Scalar("b", 4)})  # int64, which is int32 in Mote
    yield of("beside_places", [counted, once(), Step("RESHAPE", [place, ints([1])], [same]), *read], variable())
    yield of("two_sizes", [*read, *variable(size=3)])
    yield of("two_types", [*read, *variable(kind=INT16, size=1)])
    yield of("no_handle", [Step("READ_VARIABLE", [tensor([2], INT8, [1, 2])], [tensor([2])])])
    yield of("used_before", [*read, once()], variable())
    yield of("called_twice", [once(), once()], variable())
    yield of("calls_main", [once(0)])
    yield of("calls_nothing", [once(2)], variable())
    yield of("nested", [once()], [once(2)], variable())
    c = tensor([2], INT8, [1, 2])
    sum_, (inner, make_inner) = tensor([2]), handle_of("v")
    yield of("computes", [once()], [make_inner, add(c, c, sum_), Step("ASSIGN_VARIABLE", [inner, sum_], [])])
    odd = Tensor([2], INT16, 0.1, 5, data=[1, 2])
    yield of("odd_zero_point", [make_inner, Step("ASSIGN_VARIABLE", [inner, odd], [])])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--refused"]:
        for label, data in refused():
            (Path(sys.argv[2]) / ("variables_%s.tflite" % label)).write_bytes(data)
        sys.exit(0)
    sys.exit(main([lambda: CASES.extend(cases()), lambda: CASES.extend(stream_cases())]))
