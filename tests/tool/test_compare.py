"""Which wrong variants are none: the same as the claim, weaker, or implied by the other hypotheses."""

from __future__ import annotations

from itertools import product

import pytest
from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, Or, Rational, Symbol, exp, log, sqrt
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt import compare
from theorem_audit.doubt.implication import implied
from theorem_audit.doubt.variants import variants
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim, Source
from theory.notation import S, a, delta, delta_next, r2, rho, s

h = Symbol("h", real=True)
HALF = And(Gt(a, 0), Le(a, Rational(1, 2)), Ge(S, 0), Le(S, r2), Le(r2, 2))
SAME = {
    "expanded": (Eq(s, (a + 1) ** 2), Eq(s, a**2 + 2 * a + 1)),
    "multiplied": (Eq(s, a / 3), Eq(3 * s, a)),
    "sides exchanged": (Eq(s, a), Eq(a, s)),
    "inside a function": (Eq(s, 2 * log(1 + a)), Eq(s - log(1 + a), log(1 + a))),
    "gate squared": (Eq(s, h * a), Eq(s, h**2 * a)),
    "inequality multiplied": (Le(s, a / 4), Le(4 * s, a)),
    "turned round": (Le(s, a), Ge(a, s)),
}
LOOSER = {
    "larger bound": (Le(delta_next, a / 4), Le(delta_next, a / 3)),
    "less strict": (Lt(s, a), Le(s, a)),
    "smaller lower bound": (Ge(s, a * S), Ge(s, a * S / 2)),
    "term of one sign dropped": (Ge(s, r2 + a * (2 + a) * S), Ge(s, r2 + 2 * a * S)),
    "touches zero inside": (
        Ge(s, a * S * (1 - 2 * a)),
        Ge(s, a * S * (1 - 2 * a) - a * (S - 1) ** 2),
    ),
    "root times a number": (Le(s, sqrt(a)), Le(s, 2 * sqrt(a))),
    "larger exponential": (Le(s, exp(-a)), Le(s, exp(Rational(1, 9) - a))),
    "times a positive symbol": (Gt(1 - 2 * a * (s - 1), 0), Gt(1 - 2 * a**2 * (s - 1), 0)),
}
OTHER = {
    "coefficient": (Eq(s, a), Eq(s, Rational(1001, 1000) * a)),
    "smaller bound": (Le(delta_next, a / 4), Le(delta_next, Rational(999, 4000) * a)),
    "stricter": (Le(s, a), Lt(s, a)),
    "sign of the gap": (Le(s, a), Ge(s, a)),
    "another equation": (Eq(s, a), Eq(s, a + S * 0 + rho)),
    "equation to inequality": (Eq(s, a), Le(s, a)),
    "function's argument": (Eq(s, log(1 + a)), Eq(s, log(1 + 2 * a))),
    "smaller exponential": (Le(s, exp(-a)), Le(s, exp(-2 * a))),
    "logarithm": (Le(s, log(S)), Le(s, 2 * log(S))),
    "root": (Eq(s, sqrt(a)), Eq(s, sqrt(2 * a))),
    "weaker on one side only": (Ge(s, a * (S - 1)), Ge(s, 2 * a * (S - 1))),
    "times a symbol that may be zero": (Gt(1 - s, 0), Gt(S * (1 - s), 0)),
}
TABLE = [
    (name, kind, pair)
    for table, kind in ((SAME, "equal"), (LOOSER, "weaker"), (OTHER, "different"))
    for name, pair in table.items()
]


@pytest.mark.parametrize(("name", "kind", "pair"), TABLE, ids=[row[0] for row in TABLE])
def test_comparison(name: str, kind: str, pair: tuple[Boolean, Boolean]) -> None:
    region = And(HALF, Or(Eq(h, 0), Eq(h, 1))) if "gate" in name else HALF
    assert compare.compare(*pair, region) == kind


@pytest.mark.parametrize(
    ("condition", "so"),
    [
        (Ge(r2, 0), True),  # from 0 <= S <= r2
        (Gt(a + r2, 0), True),
        (Gt(r2, 0), False),  # r2 = S = 0
        (Le(S, 2), True),
        (Le(S, Rational(19, 10)), False),
        (Ne(a, 0), False),  # true, but not decided
    ],
    ids=str,
)
def test_what_the_other_hypotheses_imply(condition: Boolean, so: bool) -> None:
    assert implied(condition, HALF) == so


def test_what_is_called_weaker_follows_on_a_grid() -> None:
    """``weaker`` against brute force, for all variants of one inequality."""
    region, relation = And(Gt(a, 0), Le(a, 1), Ge(S, 0)), Le(delta, a / 4 - S)
    grid = [Rational(k, 4) for k in range(9)]
    points = [
        {a: x, S: y, delta: z}
        for x, y, z in product(grid, grid, (-1, 0, *grid))
        if satisfies(region, {a: x, S: y})
    ]
    counts = {"weaker": 0, "different": 0}
    made = Claim("GRAD", "made up", relation, Source("lemma", "made up"), "exact", "made")
    for v in variants(made):
        found = compare.compare(relation, v.part[1], region)  # type: ignore[index]
        counts[found] = counts.get(found, 0) + 1
        if found == "weaker":
            assert all(v.part[1].subs(p) for p in points if relation.subs(p))  # type: ignore[index]
    assert counts["weaker"] >= 3
    assert counts["different"] >= 3
