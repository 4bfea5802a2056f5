"""Which wrong variants are none: the same as the claim, weaker, or implied by the other hypotheses."""

from __future__ import annotations

from itertools import product

import pytest
from flint import fmpq
from sympy import And, Eq, Expr, Ge, Gt, Integer, Le, Lt, Ne, Or, Rational, Symbol, exp, log, sqrt
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt import compare
from theorem_audit.doubt.implication import implied
from theorem_audit.doubt.variants import variants
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.values import value_at
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


@pytest.mark.parametrize(("name", "kind", "pair"), TABLE, ids=[row[0] for row in TABLE])
def test_points_change_no_answer(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: str, pair: tuple[Boolean, Boolean]
) -> None:
    """A proof that is not looked for, as a point contradicts it, is one that would not be found."""
    region = And(HALF, Or(Eq(h, 0), Eq(h, 1))) if "gate" in name else HALF
    monkeypatch.setattr(compare, "_open", lambda factors, *_: list(factors))
    assert compare.compare(*pair, region) == kind


size = Symbol("size", integer=True, positive=True)


@pytest.mark.parametrize(
    ("region", "loose"),
    [
        (HALF, {s, size}),
        (And(HALF, Or(Eq(h, 0), Eq(h, 1))), {s}),
        (And(Ge(size, 2), Eq(s, size * a), Gt(a, 0)), {S, Symbol("e", positive=True)}),
    ],
    ids=("half", "a gate", "an equation"),
)
def test_points_lie_in_the_region(region: Boolean, loose: set[Symbol]) -> None:
    frozen = {exp(a): Symbol("f0"), exp(-a): Symbol("f1")}
    points = list(compare._samples(region, loose | set(frozen.values()), frozen))
    assert len(points) >= 24
    for at in points:
        exact = {x: Rational(int(v.p), int(v.q)) for x, v in at.items()}
        assert satisfies(region, {x: exact[x] for x in region.free_symbols})
        assert all(v > 0 for x, v in exact.items() if x.is_positive)
        assert all(v.is_integer for x, v in exact.items() if x.is_integer)
        assert at[frozen[exp(a)]] == at[frozen[exp(-a)]] > 0
    assert all(len({at[x] for at in points}) > 3 for x in loose)


def test_no_point_where_all_are_irrational() -> None:
    assert list(compare._samples(And(Eq(a**2, 2), Gt(a, 0)), {a, s}, {})) == []


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (a, a * (1 + a), {1, Rational(1, 2), a}),
        (a, -a, set()),
        (a, S * 0 + 2 * a, {1, 2, Rational(1, 2), a}),
        (1 / (2 * a - 1), 1 / (2 * a - 1), {1, 2}),  # < 0, with a pole at an end of the region
        (r2 - S, r2 - S - 1, set()),
    ],
    ids=("itself by more", "its opposite", "twice", "with a pole", "one less"),
)
def test_which_proofs_are_left(old: Expr, new: Expr, left: set[Expr]) -> None:
    factors = [Rational(1), Rational(2), Rational(1, 2), a]
    region = And(HALF, Ge(a, Rational(1, 100)))
    assert set(compare._open(factors, old, new, {}, region)) == left
    points = [at for at in compare._samples(region, {a, S, r2}, {}) if at[a] != fmpq(1, 2)]
    for c in set(factors) - left:
        assert any(value_at(new - c * old, at) < 0 for at in points)


def test_values_at_a_point() -> None:
    at = {a: fmpq(1, 2), S: fmpq(-3)}
    assert value_at(S**2 / (a + 1) - 2 * a * S + Rational(1, 3), at) == fmpq(28, 3)
    with pytest.raises(ZeroDivisionError):
        value_at(1 / (2 * a - 1), at)


def test_a_huge_power_is_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    at = {size: Integer(10**9), a: Rational(1, 2)}
    assert compare._large(s - 2 ** (-size), at)
    assert not compare._large(s - 2**a + S**3, at)
    assert not compare._large(2 ** (-size), {size: Integer(compare.LARGEST)})
    pair, region = (Le(s, Rational(1, 2) ** size), Le(s, Rational(1, 3) ** size)), Ge(size, 2)
    assert compare.separated(*pair, region)
    monkeypatch.setattr(compare, "LARGEST", 1)
    assert not compare.separated(*pair, region)
