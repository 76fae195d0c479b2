#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Cases of IF and WHILE: operator_cases.py's program and arguments.

    cases_control.py --files DIR

writes instead the files control_*.tflite of the importer's corpus: loops as TensorFlow's converter makes them of
recurrent layers, and models that Mote refuses.
"""

import sys
from pathlib import Path

from cases_moves import ints, tensor
from operator_cases import CASES, Case, Random, byte, main, number
from tflite_writer import BOOL, FLOAT32, INT8, INT32, Graph, Step, Tensor, model


def case(operator, name, inputs, outputs, steps, called, runs):
    return Case(operator, name, inputs, outputs[0], None, None, runs, results=outputs,
                model=model(operator, inputs, outputs, steps, called))


def scalar(value=None, kind=INT32):
    return Tensor([], kind, data=None if value is None else [value])


def binary(operator, a, b, out):
    return Step(operator, [a, b], [out], {0: byte(0)} if operator in ("ADD", "SUB", "MUL") else {})


def activation(operator, x, kind=INT8):
    y = tensor(x.shape, kind)
    return y, Step(operator, [x], [y])


def draw(name, count, shape, low=-128, high=127):
    random, size = Random(name), 1
    for dim in shape:
        size *= dim
    return [random.integers(size, low, high) for _ in range(count)]


# --- IF ---------------------------------------------------------------------

def branches(shape=(1, 6)):
    """y = a + b, or y = a - b."""
    graphs = []
    for operator in ("ADD", "SUB"):
        a, b, y = (tensor(shape) for _ in range(3))
        graphs.append(Graph([a, b], [y], [binary(operator, a, b, y)]))
    return graphs


GRAPHS = {0: number(1), 1: number(2)}


def if_cases():
    for value in (0, 1):
        a, b, y = (tensor((1, 6)) for _ in range(3))
        yield case("IF", "constant_%d" % value, [a, b], [y],
                   [Step("IF", [scalar(value, BOOL), a, b], [y], GRAPHS)], branches(),
                   [draw("if%d%d" % (value, k), 2, (1, 6)) for k in range(2)])

    condition, a, b, y = Tensor([1], BOOL), *(tensor((1, 6)) for _ in range(3))
    yield case("IF", "of_an_input", [condition, a, b], [y], [Step("IF", [condition, a, b], [y], GRAPHS)], branches(),
               [[[k % 2], *draw("if_input%d" % k, 2, (1, 6))] for k in range(3)])

    # the condition is computed, and of what the branches make one output is what went in
    x, other, y, same, less = *(tensor((1, 4)) for _ in range(4)), Tensor([1], BOOL)
    first, second = Tensor([1], INT32), Tensor([1], INT32)
    graphs = []
    for operator in ("ADD", "MUL"):
        p, q, out = (tensor((1, 4)) for _ in range(3))
        graphs.append(Graph([p, q], [out, p], [binary(operator, p, q, out)]))
    yield case("IF", "computed", [first, second, x, other], [y, same],
               [binary("LESS", first, second, less), Step("IF", [less, x, other], [y, same], GRAPHS)], graphs,
               [[[k], [1], *draw("if_computed%d" % k, 2, (1, 4))] for k in range(3)])

    # one in the other
    outer, inner = Tensor([1], BOOL), Tensor([1], BOOL)
    a, b, y = (tensor((1, 6)) for _ in range(3))
    i, p, q, out = Tensor([1], BOOL), *(tensor((1, 6)) for _ in range(3))
    j, r, s, maximum = Tensor([1], BOOL), *(tensor((1, 6)) for _ in range(3))
    nested = Graph([i, p, q], [out], [Step("IF", [i, p, q], [out], {0: number(3), 1: number(4)})])
    plain = Graph([j, r, s], [maximum], [Step("MAXIMUM", [r, s], [maximum])])
    yield case("IF", "nested", [outer, inner, a, b], [y], [Step("IF", [outer, inner, a, b], [y], GRAPHS)],
               [nested, plain, *branches()],
               [[[k & 1], [k >> 1], *draw("if_nested%d" % k, 2, (1, 6))] for k in range(4)])


# --- WHILE ------------------------------------------------------------------

def counted(limit, *others):
    """The graph that says whether i < limit, of i and others."""
    i, less = scalar(), Tensor([], BOOL)
    return Graph([i, *others], [less], [binary("LESS", i, scalar(limit), less)])


def count_on(i):
    following = scalar()
    return following, binary("ADD", i, scalar(1), following)


def while_of(operands, results):
    return Step("WHILE", operands, results, GRAPHS)


def while_cases():
    for times in (0, 1, 5):
        x, c, y, c_end = (tensor((1, 5)) for _ in range(4))
        i_end = scalar()
        i, p, q, total = scalar(), *(tensor((1, 5)) for _ in range(3))
        following, count = count_on(i)
        body = Graph([i, p, q], [following, total, q], [count, binary("ADD", p, q, total)])
        yield case("WHILE", "adds_%d_times" % times, [x, c], [y, i_end],
                   [while_of([scalar(0), x, c], [i_end, y, c_end])],
                   [counted(times, tensor((1, 5)), tensor((1, 5))), body],
                   [draw("while%d%d" % (times, k), 2, (1, 5), -30, 30) for k in range(2)])

    # values change places
    x, c, y, z, i_end = *(tensor((1, 3)) for _ in range(4)), scalar()
    i, p, q = scalar(), tensor((1, 3)), tensor((1, 3))
    following, count = count_on(i)
    yield case("WHILE", "changes_places", [x, c], [y, z], [while_of([scalar(0), x, c], [i_end, y, z])],
               [counted(3, tensor((1, 3)), tensor((1, 3))), Graph([i, p, q], [following, q, p], [count])],
               [draw("places", 2, (1, 3))])

    # a list, of which each time reads a row and fills one
    x, zeros, y, i_end, x_end = tensor((4, 3)), tensor((4, 3), data=[3] * 12), tensor((4, 3)), scalar(), tensor((4, 3))
    i, whole, made, row, doubled, shaped = (scalar(), tensor((4, 3)), tensor((4, 3)), tensor((3,)), tensor((3,)),
                                            tensor((1, 3)))
    start, updated = Tensor([2], INT32), tensor((4, 3))
    following, count = count_on(i)
    body = Graph([i, whole, made], [following, whole, updated],
                 [count, Step("GATHER", [whole, i], [row], {0: number(0)}), binary("ADD", row, row, doubled),
                  Step("RESHAPE", [doubled, ints([1, 3])], [shaped]),
                  Step("PACK", [i, scalar(0)], [start], {0: number(2), 1: number(0)}),
                  Step("DYNAMIC_UPDATE_SLICE", [made, shaped, start], [updated])])
    yield case("WHILE", "fills_a_list", [x], [y], [while_of([scalar(0), x, zeros], [i_end, x_end, y])],
               [counted(4, tensor((4, 3)), tensor((4, 3))), body], [draw("list", 1, (4, 3)), draw("list1", 1, (4, 3))])

    # one in the other: 3 times 2 additions
    x, y, i_end = tensor((1, 4)), tensor((1, 4)), scalar()
    i, p, j_end, total = scalar(), tensor((1, 4)), scalar(), tensor((1, 4))
    j, q, sum_ = scalar(), tensor((1, 4)), tensor((1, 4))
    following, count = count_on(i)
    inner_following, inner_count = count_on(j)
    outer = Graph([i, p], [following, total],
                  [count, Step("WHILE", [scalar(0), p], [j_end, total], {0: number(3), 1: number(4)})])
    inner = Graph([j, q], [inner_following, sum_],
                  [inner_count, binary("ADD", q, tensor((1, 4), data=[7, 5, 3, 1]), sum_)])
    yield case("WHILE", "nested", [x], [y], [while_of([scalar(0), x], [i_end, y])],
               [counted(3, tensor((1, 4))), outer, counted(2, tensor((1, 4))), inner],
               [draw("nested%d" % k, 1, (1, 4), -20, 20) for k in range(2)])


    # the model computes when it ends: what is added is above a limit, or it has run four times
    x, y, i_end = tensor((1, 3)), tensor((1, 3)), scalar()
    i, p, q, largest = scalar(), tensor((1, 3)), tensor((1, 3)), tensor((1,))
    below, fewer, both = Tensor([1], BOOL), Tensor([], BOOL), Tensor([1], BOOL)
    condition = Graph([i, p], [both],
                      [Step("REDUCE_MAX", [p, ints([1])], [largest], {0: byte(0)}),
                       binary("LESS", largest, tensor((1,), data=[90]), below), binary("LESS", i, scalar(4), fewer),
                       Step("LOGICAL_AND", [below, fewer], [both])])
    j = scalar()
    following, count = count_on(j)
    body = Graph([j, q], [following, total := tensor((1, 3))],
                 [count, binary("ADD", q, tensor((1, 3), data=[40, 20, 30]), total)])
    yield case("WHILE", "end_is_computed", [x], [y, i_end], [while_of([scalar(0), x], [i_end, y])], [condition, body],
               [[[a, max(a - 20, -128), -50]] for a in (-128, -60, 0, 60, 89, 90, 127)])


def decided_cases():
    """Loops of which nobody knows before how often they run."""
    yield trips("trips_are_an_input", (0, 1, 3, 7), lambda i, p: [binary("ADD", p, tensor((1, 4), data=[9, 4, -3, 40]),
                                                                          out := tensor((1, 4)))] + [out])

    # until the largest is above a limit, which takes no time, or many
    x, y = tensor((1, 3)), tensor((1, 3))
    p, largest, below = tensor((1, 3)), tensor((1,)), Tensor([1], BOOL)
    condition = Graph([p], [below], [Step("REDUCE_MAX", [p, ints([1])], [largest], {0: byte(0)}),
                                     binary("LESS", largest, tensor((1,), data=[90]), below)])
    q, total = tensor((1, 3)), tensor((1, 3))
    body = Graph([q], [total], [binary("ADD", q, tensor((1, 3), data=[7, 5, 9]), total)])
    yield case("WHILE", "until_it_is_large", [x], [y], [while_of([x], [y])], [condition, body],
               [[[a, max(a - 20, -128), -50]] for a in (-128, 0, 89, 90, 127)])

    # values change places as often as the input says, and one of them is added to
    x, z, n, y, w, i_end, n_end = *(tensor((1, 3)) for _ in range(2)), scalar(), tensor((1, 3)), tensor((1, 3)), \
        scalar(), scalar()
    i, p, q, m = scalar(), tensor((1, 3)), tensor((1, 3)), scalar()
    following, count = count_on(i)
    added = tensor((1, 3))
    body = Graph([i, p, q, m], [following, q, added, m], [count, binary("ADD", p, q, added)])
    yield case("WHILE", "changes_places_n_times", [x, z, n], [y, w, i_end],
               [while_of([scalar(0), x, z, n], [i_end, y, w, n_end])],
               [below_input(tensor((1, 3)), tensor((1, 3))), body],
               [[*draw("places%d" % k, 2, (1, 3), -30, 30), [k]] for k in (0, 1, 2, 5)])

    # a branch each time, of which one has a loop of its own, as long as the counter says
    x, n, y, i_end, n_end = tensor((1, 4)), scalar(), tensor((1, 4)), scalar(), scalar()
    i, p, m, out, small = scalar(), tensor((1, 4)), scalar(), tensor((1, 4)), Tensor([], BOOL)
    following, count = count_on(i)
    body = Graph([i, p, m], [following, out, m],
                 [count, binary("LESS", i, scalar(2), small),
                  Step("IF", [small, i, p], [out], {0: number(3), 1: number(4)})])
    i, p, out = scalar(), tensor((1, 4)), tensor((1, 4))
    more = Graph([i, p], [out], [binary("ADD", p, tensor((1, 4), data=[30, 20, 10, 5]), out)])
    i, p, j_end, i_end2, out = scalar(), tensor((1, 4)), scalar(), scalar(), tensor((1, 4))
    again = Graph([i, p], [out], [while_of_graphs([scalar(0), p, i], [j_end, out, i_end2], 5, 6)])
    j, q, less = scalar(), tensor((1, 4)), tensor((1, 4))
    next_j, count_j = count_on(j)
    k = scalar()
    inner = Graph([j, q, k], [next_j, less, k], [count_j, binary("SUB", q, tensor((1, 4), data=[7, 5, 6, 9]), less)])
    yield case("WHILE", "branches_and_loops_inside", [x, n], [y, i_end],
               [while_of([scalar(0), x, n], [i_end, y, n_end])],
               [below_input(tensor((1, 4))), body, more, again, below_input(tensor((1, 4))), inner],
               [[*draw("inside%d" % times, 1, (1, 4), -60, 60), [times]] for times in (0, 1, 2, 3, 6)])


def while_of_graphs(operands, results, condition, body):
    return Step("WHILE", operands, results, {0: number(condition), 1: number(body)})


def below_input(*others):
    """Whether i < n, of i, others and n."""
    i, n, less = scalar(), scalar(), Tensor([], BOOL)
    return Graph([i, *others, n], [less], [binary("LESS", i, n, less)])


def trips(name, runs, make):
    """A loop of x as often as n says."""
    x, n, y, i_end, n_end = tensor((1, 4)), scalar(), tensor((1, 4)), scalar(), scalar()
    i, p, m = scalar(), tensor((1, 4)), scalar()
    following, count = count_on(i)
    *steps, out = make(i, p)
    body = Graph([i, p, m], [following, out, m], [count, *steps])
    return case("WHILE", name, [x, n], [y, i_end], [while_of([scalar(0), x, n], [i_end, y, n_end])],
                [below_input(tensor((1, 4))), body],
                [[*draw("%s%d" % (name, times), 1, (1, 4), -60, 60), [times]] for times in runs])


# --- recurrent layers, as TensorFlow's converter writes Keras' loops ----------

def floats(name, *shape):
    random, size = Random(name), 1
    for dim in shape:
        size *= dim
    return tensor(shape, FLOAT32, [random.real(-1, 1) for _ in range(size)])


class Steps(list):
    """Operators, each a call that gives its result."""

    def put(self, operator, operands, shape, options=None, kind=FLOAT32):
        out = Tensor(list(shape), kind)
        self.append(Step(operator, operands, [out], options or {}))
        return out

    def dense(self, x, weights, bias=None):
        return self.put("FULLY_CONNECTED", [x, weights] + ([bias] if bias else []), [1, weights.shape[0]])

    def both(self, operator, a, b):
        return self.put(operator, [a, b], a.shape, {0: byte(0)})

    def one(self, operator, x):
        return self.put(operator, [x], x.shape)

    def split(self, x, n):
        parts = [Tensor([1, x.shape[1] // n], FLOAT32) for _ in range(n)]
        self.append(Step("SPLIT", [scalar(1), x], parts, {0: number(n)}))
        return parts

    def count(self, i):
        return self.put("ADD", [i, scalar(1)], [], {0: byte(0)}, INT32)

    def set_item(self, list_, i, item):
        """The list is cut in two around row i."""
        pack = lambda *values: self.put("PACK", list(values), [3], {0: number(3), 1: number(0)}, INT32)
        before = self.put("SLICE", [list_, ints([0, 0, 0]), pack(i, scalar(-1), scalar(-1))], [-1, *list_.shape[1:]])
        after = self.put("SLICE", [list_, pack(self.count(i), scalar(0), scalar(0)), ints([-1, -1, -1])],
                         [-1, *list_.shape[1:]])
        row = self.put("EXPAND_DIMS", [item, scalar(0)], [1, *item.shape])
        return self.put("CONCATENATION", [before, row, after], list_.shape, {0: number(0)})


def gru_step(steps, x, h, features, units):
    sums, inner = (steps.dense(a, floats("gru_%s" % word, 3 * units, n), floats("gru_b%s" % word, 3 * units))
                   for a, word, n in ((x, "w", features), (h, "r", units)))
    (z, r, n), (hz, hr, hn) = steps.split(sums, 3), steps.split(inner, 3)
    z, r = (steps.one("LOGISTIC", steps.both("ADD", a, b)) for a, b in ((z, hz), (r, hr)))
    n = steps.one("TANH", steps.both("ADD", n, steps.both("MUL", r, hn)))
    rest = steps.put("SUB", [Tensor([], FLOAT32, data=[1.0]), z], z.shape, {0: byte(0)})
    return [steps.both("ADD", steps.both("MUL", z, h), steps.both("MUL", rest, n))]


def lstm_step(steps, x, h, c, features, units):
    sums = steps.both("ADD", steps.dense(x, floats("lstm_w", 4 * units, features)),
                      steps.dense(h, floats("lstm_r", 4 * units, units)))
    sums = steps.put("ADD", [sums, floats("lstm_b", 4 * units)], sums.shape, {0: byte(0)})
    i, f, g, o = steps.split(sums, 4)
    c = steps.both("ADD", steps.both("MUL", steps.one("LOGISTIC", f), c),
                   steps.both("MUL", steps.one("LOGISTIC", i), steps.one("TANH", g)))
    return [steps.both("MUL", steps.one("LOGISTIC", o), steps.one("TANH", c)), c]


def recurrent(name, step, n_states, times=5, features=3, units=4, sequences=False):
    """The last state of a layer, or what all times made."""
    def shapes():
        return [Tensor([times, 1, units], FLOAT32), *(Tensor([1, units], FLOAT32) for _ in range(n_states)),
                Tensor([times, 1, features], FLOAT32)]

    main, body, cond = Steps(), Steps(), Steps()
    x = Tensor([1, times, features], FLOAT32)
    turned = main.put("TRANSPOSE", [x, ints([1, 0, 2])], [times, 1, features])
    zero = Tensor([], FLOAT32, data=[0.0])
    made = main.put("FILL", [ints([times, 1, units]), zero], [times, 1, units])
    batch = main.put("STRIDED_SLICE", [main.put("SHAPE", [x], [3], {0: byte(INT32)}, INT32), ints([0]), ints([1]),
                                       ints([1])], [], {4: number(1)}, INT32)
    dims = main.put("PACK", [batch, scalar(units)], [2], {0: number(2), 1: number(0)}, INT32)
    states = [main.put("FILL", [dims, zero], [1, units]) for _ in range(n_states)]
    ends = [scalar(), scalar(), scalar(), *shapes()]
    main.append(while_of([scalar(0), scalar(times), scalar(0), made, *states, turned], ends))

    counter, most, time, list_, *values, sequence = scalar(), scalar(), scalar(), *shapes()
    more = [cond.put("LESS", [a, b], [], kind=BOOL) for a, b in ((counter, most), (time, scalar(times)))]
    goes_on = cond.put("LOGICAL_AND", more, [], kind=BOOL)
    condition = Graph([counter, most, time, list_, *values, sequence], [goes_on], cond)

    counter, most, time, list_, *values, sequence = scalar(), scalar(), scalar(), *shapes()
    row = body.put("GATHER", [sequence, time], [1, features], {0: number(0)})
    following = step(body, row, *values, features, units)
    filled = body.set_item(list_, time, following[0])
    loop = Graph([counter, most, time, list_, *values, sequence],
                 [body.count(counter), most, body.count(time), filled, *following, sequence], body)
    outputs = [main.put("TRANSPOSE", [ends[3], ints([1, 0, 2])], [1, times, units])] if sequences else [ends[4]]
    return name, model("WHILE", [x], outputs, main, [condition, loop])


def rows_of(name, n, step):
    """Twice what the step makes of n rows."""
    x, y, i_end = tensor((n, 4)), tensor((n, 4)), scalar()
    i, p = scalar(), tensor((n, 4))
    following, count = count_on(i)
    made = step(p)
    return name, model("WHILE", [x], [y], [while_of([scalar(0), x], [i_end, y])],
                       [counted(2, tensor((n, 4))), Graph([i, p], [following, *made.results], [count, made])])


def part_of_bools():
    """Three times, x or its double, as the first of three bools says, which the loop cuts out."""
    x, flags, y, i_end, flags_end = tensor((1, 4)), Tensor([3], BOOL), tensor((1, 4)), scalar(), Tensor([3], BOOL)
    i, p, all_, first, out = scalar(), tensor((1, 4)), Tensor([3], BOOL), Tensor([1], BOOL), tensor((1, 4))
    following, count = count_on(i)
    body = Graph([i, p, all_], [following, out, all_],
                 [count, Step("SLICE", [all_, ints([0]), ints([1])], [first]),
                  Step("IF", [first, p], [out], {0: number(3), 1: number(4)})])
    same, single, double = tensor((1, 4)), tensor((1, 4)), tensor((1, 4))
    return "part_of_bools", model("WHILE", [x, flags], [y],
                                  [while_of([scalar(0), x, flags], [i_end, y, flags_end])],
                                  [counted(3, tensor((1, 4)), Tensor([3], BOOL)), body, Graph([same], [same], []),
                                   Graph([single], [double], [binary("ADD", single, single, double)])])


def files():
    """Name and model of the files of the importer's corpus."""
    yield recurrent("gru", gru_step, 1)
    yield recurrent("gru_sequences", gru_step, 1, sequences=True)
    yield recurrent("lstm", lstm_step, 2)
    yield recurrent("lstm_sequences", lstm_step, 2, sequences=True)

    x, y, i_end = tensor((1, 4)), tensor((1, 4)), scalar()

    def loop(name, first, condition, body, *more):
        return name, model("WHILE", [x], [y], [while_of([first, x], [i_end, y])], [condition, body, *more])

    i, p = scalar(), tensor((1, 4))
    same = Graph([i, p], [i, p], [])
    i, p = scalar(), tensor((1, 4))
    following, count = count_on(i)
    counting = Graph([i, p], [following, p], [count])
    yield loop("without_end", scalar(0), counted(3, tensor((1, 4))), same)
    yield loop("too_often", scalar(0), counted(5000, tensor((1, 4))), counting)
    yield "changes_nothing", model("WHILE", [x, first := scalar()], [y],
                                   [while_of([first, x], [i_end, y])], [counted(3, tensor((1, 4))), same])
    yield loop("no_bool", scalar(0), same, counting)
    yield loop("other_counts", scalar(0), counted(3), counting)
    i, p, i_end, out = scalar(), tensor((1, 4)), scalar(), tensor((1, 4))
    again = Graph([i, p], [i_end, out], [while_of([i, p], [i_end, out])])
    yield loop("calls_itself", scalar(0), counted(3, tensor((1, 4))), again)
    first, i_end = scalar(), scalar()
    yield "computed", model("WHILE", [x, first], [y], [while_of([first, x], [i_end, y])],
                            [counted(3, tensor((1, 4))), counting])
    a, b, out = (tensor((1, 6)) for _ in range(3))
    yield "no_graph", model("IF", [a, b], [out],
                            [Step("IF", [scalar(1, BOOL), a, b], [out], {0: number(7), 1: number(2)})], branches())
    short = Graph([tensor((1, 6)), tensor((1, 6))], [tensor((1, 5), data=[1] * 5)], [])
    condition, a, b, out = Tensor([1], BOOL), *(tensor((1, 6)) for _ in range(3))
    yield "two_shapes", model("IF", [condition, a, b], [out], [Step("IF", [condition, a, b], [out], GRAPHS)],
                              [branches()[0], short])
    i, p = scalar(), tensor((1, 4))
    following, count = count_on(i)
    absent = Graph([i, p], [following, p], [count, Step("SHAPE", [None], [Tensor([2], INT32)], {0: byte(INT32)})])
    yield loop("absent_input", scalar(0), counted(3, tensor((1, 4))), absent)
    i, p, constant = scalar(), tensor((1, 4)), tensor((1, 4), data=[1] * 4)
    following, count = count_on(i)
    yield loop("writes_a_constant", scalar(0), counted(3, tensor((1, 4))),
               Graph([i, p], [following, constant], [count, binary("ADD", p, p, constant)]))
    yield part_of_bools()
    yield rows_of("no_rows", 0, lambda p: Step("DYNAMIC_UPDATE_SLICE", [p, p, ints([0, 0])], [tensor(p.shape)]))
    yield rows_of("free_rows", -1, lambda p: Step("CONCATENATION", [p, tensor((2, 4), data=[1] * 8)],
                                                  [tensor(p.shape)], {0: number(0)}))
    other = Tensor([1, 6], INT8, 0.5, 0)
    scaled = Graph([other, tensor((1, 6))], [other], [])
    yield "other_scale", model("IF", [a, b], [out], [Step("IF", [scalar(1, BOOL), a, b], [out], GRAPHS)],
                               [scaled, branches()[1]])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--files"]:
        for label, data in files():
            (Path(sys.argv[2]) / ("control_%s.tflite" % label)).write_bytes(data)
        sys.exit(0)
    sys.exit(main([lambda: CASES.extend(if_cases()), lambda: CASES.extend(while_cases()),
                   lambda: CASES.extend(decided_cases())]))
