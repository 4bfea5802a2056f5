"""Exact starts from which SGD surely does not converge to a data point, one family an assumption."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Integer, Rational, Symbol

from tests.instances import Instance, exact
from theorem_audit import expect
from theory.notation import a, b, n, r2, s


def full_batch_starts() -> list[tuple[dict[Symbol, Any], str]]:
    """b = n: the ratio q_1/q_2 = 3/4 is kept for ever."""
    found = []
    for points in (2, 3, 7):
        weight = [Fraction(3, 5), Fraction(4, 5)] + [Fraction(0)] * (points - 2)
        basis = [[Fraction(int(i == j)) for j in range(points)] for i in range(points)]
        at = Instance(basis, [x / 2 for x in weight], tuple(range(points)), Fraction(1, 4), "relu")
        after = at.step()
        expect(after.q[0] * at.q[1] == after.q[1] * at.q[0], "full batch keeps ratios", n=points)
        found.append(({n: points, b: points, a: Rational(1, 4), r2: Rational(1, 4),
                       s: Rational(1, 4)}, "full batch keeps every ratio"))  # fmt: skip
    return found


def two_cycles() -> list[tuple[dict[Symbol, Any], str]]:
    """a > 1/2: |q_1| alternates between two rational values; a = 1/(2 (1 - y^2)), x^2 + 3 y^2 = 4."""
    found = []
    for k in (2, 4, 10, 100, 10**4):
        y, x = Fraction(4 * k, k**2 + 3), Fraction(2 * (k**2 - 3), k**2 + 3)
        step, low, high = 1 / (2 * (1 - y**2)), (x - y) / 2, (x + y) / 2
        if not (0 < low < high and high**2 < 2 and step > 0):
            continue
        basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
        at = Instance(basis, [low, Fraction(0)], (0,), step, "linear")
        after = at.step()
        expect(after.weight == [high, 0] and after.step().weight == at.weight, "2-cycle", a=step)
        idle = Instance(basis, [low, Fraction(0)], (1,), step, "linear")
        expect(idle.step().weight == idle.weight, "nothing moves when 2 is drawn", a=step)
        for size in (low, high):
            square = exact(size**2)
            found.append(({n: 2, b: 1, a: exact(step), r2: square, s: square}, "a 2-cycle"))
    return found


def caught_starts() -> list[tuple[dict[Symbol, Any], str]]:
    """r2 > 2 with little live mass: r2 > 2 for ever, so the limit is no unit vector.

    While r2 >= 2 + h a drawn coordinate falls by 1 - ah or more (and no factor changes sign), so all
    batches together see sum_k S_k <= s/(1 - (1-ah)^2), and rho >= rho_0 (1 - 2a sum S) >= 2 + h.
    """
    found = []
    for step, excess in ((Fraction(1, 4), Fraction(1, 2)), (Fraction(2, 5), Fraction(1, 100)),
                         (Fraction(1, 10), Fraction(1, 10**6))):  # fmt: skip
        h = excess / 2
        live = h * (1 - (1 - step * h) ** 2) / (16 * step)
        off = 2 + excess - live
        total = live / (1 - (1 - step * h) ** 2)
        expect(1 - step * live - step * excess > 0, "factors stay positive")
        expect(off * (1 - 2 * step * total) >= 2 + h, "caught", a=step, r2=2 + excess)
        found.append(({n: 2, b: 1, a: exact(step), r2: exact(2 + excess), s: exact(live)},
                      "caught outside radius^2 2"))  # fmt: skip
    return found


def dead_starts() -> list[tuple[dict[Symbol, Any], str]]:
    """No live coordinate: S = 0 for every batch, and nothing moves."""
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    weight = [Fraction(-1, 2), Fraction(-1, 2)]
    for batch in ((0,), (1,)):
        at = Instance(basis, weight, batch, Fraction(1, 4), "relu")
        expect(at.step().weight == weight, "a dead neuron moves")
    return [({n: 2, b: 1, a: Rational(1, 4), r2: Rational(1, 2), s: Integer(0)}, "a dead neuron")]


OBSTRUCTIONS = {
    "without replacement": full_batch_starts,
    "step size": two_cycles,
    "radius": caught_starts,
    "live coordinate": dead_starts,
}
