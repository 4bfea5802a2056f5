"""What the evidence of the chapter purity_time shares: instances, strategies, derivations."""

from __future__ import annotations

from typing import Any

from sympy import Rational, Symbol

from tests.forms import cancel
from tests.inequalities import is_strict
from theorem_audit import expect
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theory.minibatch.purity_time import eps, purity, rate
from theory.notation import a, b, eta, n, p

x, c = Symbol("x", real=True), Symbol("c", real=True)
POINTS = [
    {a: Rational(3, 10), p: Rational(1, 7), n: 5, b: 2, eta: Rational(2, 5),
     eps: Rational(1, 9), purity: Rational(2, 3), rate: Rational(-1, 50)},
    {a: Rational(1, 10), p: Rational(1, 3), n: 9, b: 5, eta: Rational(1, 3),
     eps: Rational(1, 50), purity: Rational(4, 5), rate: Rational(-1, 80)},
]  # fmt: skip


def points(*symbols: Symbol) -> list[dict[Symbol, Any]]:
    return [{key: point[key] for key in symbols} for point in POINTS]


def expect_follows(needed: Any, region: Any) -> None:
    """One of the region's conditions is a positive multiple of the needed one."""
    for known in relations(region):
        share = cancel(difference(known) / difference(needed))
        if share.is_Rational and share > 0 and (is_strict(known) or not is_strict(needed)):
            expect(True, f"{needed}")
            return
    raise Undecided(f"{needed} is no condition of {region}")
