"""The battery of convergence: known sums and integrals, and each rule by itself, on what is written by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    Abs,
    And,
    Dummy,
    Eq,
    Ge,
    Gt,
    Integral,
    Le,
    Limit,
    Lt,
    Max,
    Ne,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    binomial,
    cosh,
    erf,
    exp,
    factorial,
    false,
    floor,
    gamma,
    log,
    lowergamma,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    sympify,
    tan,
    true,
)

from theorem_audit.doubt.growth import Growth, growth
from theorem_audit.doubt.undefined import _nodes
from theorem_audit.tests.test_converges import CONVERGES, DIVERGES, OPEN

x, y, z = (Symbol(name, real=True) for name in "xyz")
k, n = (Symbol(name, integer=True) for name in "kn")
HALF = Rational(1, 2)
UNIT = And(Ge(y, 0), Le(y, 1))
# What diverges somewhere (and where), what is shown to converge, what is open.
MORE: tuple[tuple[Any, Any, Any], ...] = (
    (Sum(2**k, (k, -oo, oo)), true, set()), (Integral(1 / z, (x, 0, 1), (z, 0, 1)), true, "open"),
    (Integral(1 / sqrt(x), (x, -1, 1)), true, "open"),
    (Integral(exp(-x), (x, -oo, 0)), true, set()),
    (Integral(1 / (sqrt(x) * (5 - x)), (x, 0, y)), And(Gt(y, 0), Lt(y, 3)), ""),
    (Sum(y / k, (k, 1, oo)), UNIT, {y}), (Sum(y / k, (k, 1, oo)), Eq(y, 0), "open"), (Sum(z / k**2, (k, 1,
     oo)), Gt(z, 0), ""),
    (Sum(y**k / k, (k, 1, oo)), And(Ge(y, -1), Lt(y, 1)), "open"), (Sum(k**y, (k, 1, oo)), Lt(y, -1), ""),
     (Sum(k**y, (k, 1, oo)), Le(y, -1), {y}),
    (Sum(factorial(k) * y**k, (k, 0, oo)), Gt(y, 0), {y}), (Sum(y**k / factorial(k), (k, 0, oo)), true, ""),
     (Sum(exp(-y * k), (k, 0, oo)), Gt(y, 0), ""),
    
     (Sum(y**k, (k, 0, oo)), Lt(y, HALF), {y}),
    (Sum(1 / k**2, (k, 1, oo), (n, 1, 3)), true, "open"), (Sum(1 / k**2 + 1 / k, (k, 1, oo)), true, set()),
     (Sum(k * n, (k, 1, n)), Ge(n, 1), ""),
    (Sum(1 / k**2, (k, -oo, -1)), true, ""), (Sum(1 / k, (k, -oo, -1)), true, set()), (Product(1 + 1 / k**2,
     (k, 1, oo)), true, ""),
    (Product(1 + (-1) ** k / k, (k, 2, oo)), true, "open"), (Product(1 + 1 / k, (k, 1, n)), Ge(n, 1), ""),
     
    (Integral(exp(-x), (x, 0, oo)), true, ""), (Integral(exp(x), (x, -oo, 0)), true, ""), (Integral(exp(x),
     (x, 0, oo)), true, set()),
    (Integral(1 / x**2, (x, 1, oo)), true, ""), (Integral(1 / x**2, (x, 0, 1)), true, set()),
     (Integral(1 / sqrt(1 - x), (x, 0, 1)), true, ""),
    (Integral(1 / (1 - x), (x, 0, 1)), true, set()), 
     (Integral(1 / sqrt(Abs(x)), (x, -1, 1)), true, "open"),
    
     (Integral(1 / (x**2 - 4), (x, -1, 1)), true, ""),
    (Integral(x**y, (x, 0, 1)), Gt(y,
     -1), ""), 
    
    (Integral(log(x), (x, 0, 1)), true, ""), (Integral(floor(x), (x, 0, 3)), true, "open"),
     (Integral(sin(x) * exp(-x), (x, 0, oo)), true, ""),
    (Integral(1 / x, (x, 1, y)), Ge(y, 0), {y}),
     (Integral(1 / sqrt(x), (x, 0, y)), Gt(y, 0), ""),
    (Integral(1 / sqrt(x), (x, 0, y)), true, "open"), (Integral(1 / sqrt(x - 1), (x, 3, 1)), true, ""),
     
    (Integral(sin(1 / x), (x, 1, 2)), true, ""), (Integral(x**2, x), true, ""), (Limit(1 / x, x, 0), true,
     ""), (Integral(exp(-(x**2)), (x, oo, -oo)), true, ""),
    (Sum((-1) ** k / sqrt(k) + 1 / k**2, (k, 1, oo)), true, ""), (Sum((-1) ** k / log(k), (k, 2, oo)), true,
     "open"), (Integral(y * exp(-x), (x, 0, y)), Gt(y, 0), ""),
)  # fmt: skip


def _g(
    power: Any = 0,
    logs: Any = 0,
    bases: Any = (),
    factor: Any = 0,
    fast: Any = (0, 0),
    **more: bool,
) -> Growth:
    pairs = tuple((sympify(b), sympify(s)) for b, s in bases)
    return Growth(
        (sympify(fast[0]), fast[1]), sympify(factor), pairs, sympify(power), sympify(logs), **more
    )


# A growth, and whether such terms have a sum; what is asked of their sizes is the third.
TERMS: tuple[tuple[Growth, bool | None, bool | None], ...] = (
    (_g(-2), True, True), (_g(-1), False, False), (_g(-HALF), False, False), (_g(-1, -2), True, True),
     (_g(-1, -1), False, False),
    (_g(-1, 3), False, False), (_g(-1, Rational(-3, 2)), True, True), (_g(5, 0, [(HALF, 1)]), True, True),
     (_g(-5, 0, [(2, 1)]), False, False),
    (_g(-5, 0, [(-2, 1)]), False, False), (_g(3, 0, [(-HALF, 1)]), True, True), (_g(-1, 0, [(-1, 1)]), True,
     False), (_g(-HALF, 0, [(-1, 3)]), True, False),
    (_g(0, 0, [(-1, 1)]), False, False), (_g(-1, 0, [(-1, 2)]), False, False), (_g(-1, 0, [(-1, 1), (-1,
     1)]), False, False), (_g(0, -1, [(-1, 1)]), True, False),
    (_g(-1, 0, [(-1, HALF)]), None, None), (_g(-1, 0, [(y, 1)]), None, None), (_g(9, 0, [(7, 1)], -1), True,
     True), (_g(-9, 0, [(HALF, 1)], 1), False, False),
    (_g(9, 0, [(7, 1)], 3, (-1, 2)), True, True), (_g(-9, 0, [(HALF, 1)], -3, (1, 2)), False, False),
     (_g(-1, exact=False), None, None),
    (_g(-2, exact=False), True, True), (_g(-1, 0, [(-1, 1)], exact=False), None, None), (_g(-1, 0, [(-1,
     1)], plain=False), None, False),
    (_g(-2, plain=False), True, True), (_g(1, 0, [(2, 1)], exact=False), None, None), (_g(-2, 0, [(2, 1),
     (HALF, 1)]), True, True),
    (_g(log(4) - 2 * log(2) - 1), None, None), (_g(-2, fast=(log(9) - 2 * log(3), 2)), None, None), (_g(0,
     0, [(-1, 1)], plain=False), None, False),
)  # fmt: skip
# A function, a region, and whether it is shown to be continuous in x there.
SMOOTH: tuple[tuple[Any, Any, bool], ...] = (
    (x, true, True), (sympify(3), true, True), (1 / y, true, True), (floor(y), true, True), (x**3 - x, true,
     True), (1 / x, Gt(x, 0), True),
    (1 / x, Lt(x, 0), True), (1 / x, true, False), (1 / x, Ge(x, 0), False), (sqrt(x), Ge(x, 0), True),
     (sqrt(x), true, False), (sqrt(x), Le(x, 0), False),
    (1 / sqrt(x), Gt(x, 0), True), (1 / sqrt(x), Lt(x, 0), False), (x**y, And(Ge(x, 0), Gt(y, 0)), True),
     (x**y, And(Ge(x, 0), Ge(y, 0)), False),
    (x**y, Gt(x, 0), True), (2**x, true, True), ((-2) ** x, true, False), (exp(1 / x), Gt(x, 0), True),
     (exp(1 / x), true, False), (x**x, Gt(x, 0), True),
    (x**n, Ne(x, 0), False), (x**-2, Lt(x, -1), True), ((1 / x) ** 2, true, False), (log(x), Gt(x, 0),
     True), (log(x), Ge(x, 0), False),
    (log(log(x)), Gt(x, 1), False), (gamma(x), Gt(x, 0), True), (gamma(x), Gt(x, -1), False), (lowergamma(x,
     y), And(Gt(x, 0), Ge(y, 0)), True),
    (lowergamma(x, y), And(Gt(x, 0), Ge(y, -1)), False), (lowergamma(y, x), And(Ge(y, 0), Ge(x, 0)), False),
     (sin(x), true, True), (tan(x), true, False),
    (sin(1 / x), true, False), (Max(x, 1) * Abs(x) + erf(x), true, True), (sign(x), true, False), (floor(x),
     true, False), (cosh(x) / (1 + x**2), true, True),
    (Piecewise((x, x > 0), (1, True)), true, True), (Piecewise((1 / x, x > 0), (1, True)), true, False),
     (x + floor(x), true, False), (1 + 1 / x, true, False),
    (x / y, true, True), (Abs(x) ** HALF, true, False), (sqrt(x**2 + 1), true, True), (x * log(x + 1), Gt(x,
     -1), True),
)  # fmt: skip


def sums_hold(judge: ModuleType) -> None:
    """What diverges at a point that is told, what is shown to converge, and what nobody shows."""
    for growth_, told, absolutely in TERMS:
        assert judge.converging(growth_) is judge.converging(growth_, False) is told, growth_
        assert judge.converging(growth_, True) is absolutely, growth_
    for value, region, told in SMOOTH:
        assert judge.continuous(value, {x}, region) is told, (value, region)
    _parts(judge)
    _ends(judge)
    for name in SOME:
        table = next(t for t in (DIVERGES, CONVERGES, OPEN) if name in t)
        side, region = table[name]
        found = [*judge.unsettled(_nodes(side), region)]
        assert len(found) == (table is not CONVERGES), name
        assert not found or (found[0].instance is None) == (table is OPEN), name
    for node, region, told in MORE:
        found = [*judge.unsettled(_nodes(node), region)]
        if told == "":
            assert found == [], node
            continue
        (one,) = found
        if told == "open":
            assert (one.what, one.instance) == (str(node), None)
        else:
            assert one.what == f"{node} diverges"
            assert {*one.instance} == told
            assert region.subs(one.instance) == true


SOME = (
    "across a pole", "one term of two", "in a case of a table", "a difference", "both ways",
    "a product", "over a triangle",
    "two infinite indices", "a symbol that nothing is said of", "Euler's",
    "of Euler's, at 0", "factorials",
)  # fmt: skip


def _parts(judge: ModuleType) -> None:
    """Which nodes are asked, once each; where nobody comes to them they are not."""
    node = Sum(1 / k, (k, 1, oo))
    nobody = And(Gt(y, 1), Lt(y, 0))
    for rows, many in (
        ([(node, frozenset(), None, true)], 1), ([(node, frozenset(), true, true)] * 2, 1), ([(1 + node,
         frozenset(), true, true)], 0),
        ([(Integral(x, x), frozenset(), true, true)], 0), ([(Sum(y * k, (k, 1, n)), frozenset(), true,
         true)], 0),
    ):  # fmt: skip
        assert len([*judge.unsettled(rows, true)]) == many
    decays = Sum(y**k, (k, 0, oo))
    for within, guard, region, many in (
        (Lt(y, 1), true, Gt(y, -1), 0), (true, Lt(y, 1), Gt(y, -1), 0), (None, Gt(y, -1), Lt(y, 1), 0),
         (true, true, Gt(y, -1), 1),
    ):  # fmt: skip
        assert len([*judge.unsettled([(decays, frozenset(), within, guard)], region)]) == many
    assert nobody.subs(y, 2) == false
    for asked, told in (
        (Integral(x, (x, 0, 1)), True), (Sum(k, (k, 0, n)), False), (Sum(k, (k, 0, oo)), True), (Sum(k, (k,
         -oo, 0)), True),
        (Product(k, (k, 1, oo)), True), (Integral(x, x), False), (Sum(k * n, (k, 1, 3), (n, 1, oo)), True),
         (Integral(x * y, (x, 0, 1), y), False),
    ):  # fmt: skip
        assert judge._asks(asked) is told, asked
    there = {Gt(y, 1), Eq(y, 1), Lt(y, -1)}
    for node, told in (
        (Sum(y**k, (k, 0, oo)), there), (Sum(k**y, (k, 1, oo)), {Ge(y, -1)}), (Sum(exp(-y * k), (k, 0, oo)),
         {Gt(-y, 0), Eq(-y, 0), Lt(-y, -1)}),
        (Sum(factorial(k) ** y, (k, 1, oo)), {Gt(y, 0), Ge(y / 2, -1)}),
    ):  # fmt: skip
        assert {*judge._suspects(node)} >= told, (node, judge._suspects(node))


def _ends(judge: ModuleType) -> None:
    """Ends of ranges in order; what goes to infinity at each; poles between them."""
    for low, high, regions, told in (
        (0, 1, [true], "up"), (1, 0, [true], "down"), (1, 1, [true], "up"), (sqrt(2), pi, [true], "up"),
         (pi, sqrt(2), [true], "down"), (0, oo, [true], "up"),
        (oo, 0, [true], "down"), (-oo, y, [true], "up"), (y, -oo, [true], "down"), (0, y, [Ge(y, 0)], "up"),
         (0, y, [Le(y, 0)], "down"), (0, y, [true], "both"),
        (0, y, [Ge(y, 0), Ge(y, -1)], "both"), (0, y, [Ge(y, 0), Ge(y, 1)], "up"), (0, y, [Le(y, -1), Le(y,
         0)], "down"), (-oo, oo, [true], "up"),
        (oo, -oo, [true], "down"), (oo, y, [true], "down"), (y, oo, [true], "up"), (0, y, [Le(y, 0), true],
         "both"),
    ):  # fmt: skip
        low, high = sympify(low), sympify(high)
        ways = {"up": [(low, high)], "down": [(high, low)], "both": [(low, high), (high, low)]}
        assert judge._upwards(low, high, regions) == ways[told], (low, high)
    for node, told in (
        (Sum(k**2, (k, 1, oo)), ["t**2"]), (Sum(k**3, (k, -oo, 4)), ["-t**3"]), (Sum(k, (k, -oo, oo)), ["t",
         "-t"]), (Product(k, (k, 1, oo)), ["t - 1"]),
        (Sum(k, (k, 1, n)), []), (Sum(k * n, (k, 1, oo), (n, 1, oo)), []), (Integral(x + 3, (x, 2, 5)),
         ["(8 - 1/t)/t**2", "(5 + 1/t)/t**2"]),
        (Integral(x, (x, 2, oo)), ["t", "(2 + 1/t)/t**2"]), (Integral(x**3, (x, -oo, 7)),
         ["(7 - 1/t)**3/t**2", "-t**3"]),
    ):  # fmt: skip
        found = [value.subs(t, Symbol("t")) for value, t in judge._tails(node)]
        assert len(found) == len(told), node
        assert all(
            (one - sympify(two)).expand() == 0 for one, two in zip(found, told, strict=True)
        ), (node, found)
        for _, t in judge._tails(node):
            assert (
                t.is_integer if isinstance(node, Sum | Product) else t.is_real and not t.is_integer
            )
    for value, low, high, told in (
        (1 / x, 0, 1, [0]), (1 / x, 1, 2, []), (1 / (x**2 - 2), 0, 3, [sqrt(2)]), (1 / (x**2 - 2), -2, 3,
         [-sqrt(2), sqrt(2)]), (x**2, -1, 1, []),
        (1 / (x - 1) + 1 / (x - 3), 1, 3, [1, 3]), (1 / sin(x), 0, 1, None), (1 / (x - y), 0, 1, None),
         (1 / (x - pi), 0, 1, None), (x**y, -1, 1, [0]),
        (2**-x, -1, 1, []), (1 / (1 / x - 1), 0, 3, [0, 1]), ((x - 1) ** -2, 0, 3, [1]),
         (1 / (x**2 - 2) ** 2, 0, 1, []),
    ):  # fmt: skip
        found = judge._poles(value, x, sympify(low), sympify(high))
        assert (found is None) == (told is None), (value, found)
        assert told is None or {*found} == {*map(sympify, told)}, (value, found)
    node, at = Integral(1 / ((x - 1) * (x - 3)), (x, 1, 3)), Symbol("t")
    found = [value.subs(t, at) for value, t in judge._inner(node)]
    assert {*found} == {node.function.subs(x, v) / at**2 for v in (1 + 1 / at, 3 - 1 / at)}
    node = Integral(1 / (x - 1), (x, 0, 3))
    assert [value.subs(t, Symbol("t")) for value, t in judge._inner(node)] == [
        1 / Symbol("t"),
        -1 / Symbol("t"),
    ]
    assert [*judge._inner(Sum(1 / (k - 1), (k, 0, 3)))] == []
    for node, told in (
        (Integral(1 / x, (x, 0, 1)), True), (Integral(1 / x, (x, 1, 0)), True), (Integral(1 / x, (x, 1, 2)),
         False), (Product(1 + k, (k, 1, oo)), False),
        (Integral(y / x, (x, 0, 1)), False), (Sum(1 / k + 1 / k**2, (k, 1, oo)), True),
         (Sum(1 / k + sin(k) / k, (k, 1, oo)), False),
        (Sum(1 / k - 1 / (k + 1), (k, 1, oo)), False), (Sum(0 * k, (k, 1, oo)), False), (Sum(k * n, (k, 1,
         oo), (n, 1, oo)), False),
        (Sum(sin(k) / k**2 + 1 / k, (k, 1, oo)), True), (Sum(2 / k + 1 / sqrt(k), (k, 1, oo)), True),
         (Sum(1 / k - 1 / sqrt(k**2 + 1), (k, 1, oo)), False),
         (Integral(1 / (x - 1), (x, 0, 3)), True),
    ):  # fmt: skip
        assert judge._diverges(node) is told, node
    t = Dummy("t", real=True)
    for value, told in (
        (1 / t, False),
        (1 / t**2, True),
        (sin(t) / t, None),
        (tan(t), None),
        (y / t, False),
        (sin(t), None),
        ((1 - t) / t**3, True),
    ):
        assert judge._converging(value, t) is told, value
    for value, region, absolutely, told in (
        (1 / t**2, true, False, True), (1 / t, true, False, False), (y**t, And(Gt(y, -1), Lt(y, 1)), False,
         True), (y**t, Gt(y, -1), False, False),
        (y**t, Lt(y, 1), False, False), (t**y, Lt(y, -1), False, True), (t**y, Le(y, -1), False, False),
         (exp(-y * t), Gt(y, 0), False, True),
        (exp(-y * t**2) / t**2, true, False, False),
        (factorial(t) * y**t, And(Gt(y, 0), Lt(y, HALF)), False, False),
        (y**t, And(Gt(y, -2), Lt(y, 1)), False, False), (y**t, And(Gt(y, -1), Lt(y, 2)), False, False),
        (t**t * y**t, And(Gt(y, 0), Lt(y, HALF)), False, False),
        (exp(-y * t), Ge(y, 0), False, False), (factorial(t) * y**t, Gt(y, 0), False, False),
         (y**t / factorial(t), Gt(y, 0), False, True),
        (exp(-(t**2)) * y**t, Gt(y, 0), False, True), (exp(t**2) * y**t, Gt(y, 0), False, False),
         (exp(-y * t**2), Gt(y, 0), False, False),
        (binomial(2 * t, t) * y**t, Gt(y, 0), False, False), (factorial(t) ** y, Lt(y, 0), False, False),
         (tan(t), true, False, False),
    ):  # fmt: skip
        found = judge._small(growth(value, t, lambda v: True), region, absolutely)
        assert found is told, (value, region)
    alternating = growth((-1) ** k / k, k, lambda v: True)
    assert judge._small(alternating, true, False)
    assert not judge._small(alternating, true, True)
