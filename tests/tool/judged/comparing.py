"""The battery of harmless variants: answers by hand, and points, branches, ratios and edges by themselves."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from flint import fmpq
from sympy import (
    And,
    Contains,
    Dummy,
    Eq,
    Ge,
    Gt,
    Integer,
    Integers,
    Le,
    Lt,
    Ne,
    Or,
    Rational,
    Symbol,
    Tuple,
    exp,
    log,
    sin,
    sqrt,
    true,
)

from theorem_audit.exact.region import satisfies

a, b, S, r, s, t, h = (Symbol(name, real=True) for name in "abSrsth")
e, size = Symbol("e", positive=True), Symbol("size", integer=True, positive=True)
HALF = And(Gt(a, 0), Le(a, Rational(1, 2)), Ge(S, 0), Le(S, r), Le(r, 2))
GATE = And(HALF, Or(Eq(h, 0), Eq(h, 1)))
LINE = And(Gt(a, 0), Lt(a, 1), Eq(b, 2 * a))

SPREAD = [fmpq(*v) for v in ((1, 2), (7, 3), (-1, 1), (-1, 5), (10, 1), (1, 9), (-13, 2), (3, 1))]
# original, variant, region, and how the one stands to the other
STANDS: tuple[tuple[Any, Any, Any, str], ...] = (
    (Le(s, a), Le(s, a), HALF, "equal"), (Contains(s, Integers), Contains(s, Integers), HALF, "equal"),
    (Contains(s, Integers), Le(s, a), HALF, "different"), (Le(s, a), Contains(s, Integers), HALF, "different"),
    (Eq(s, (a + 1) ** 2), Eq(s, a**2 + 2 * a + 1), HALF, "equal"), (Eq(s, a / 3), Eq(3 * s, a), HALF, "equal"),
    (Eq(s, a), Eq(a, s), HALF, "equal"),
    (Eq(Tuple(s, a), Tuple(a, s)), Eq(Tuple(s, a), Tuple(s, s)), HALF, "different"),
    (Eq(s, a), Eq(Tuple(s), Tuple(a)), HALF, "different"),
    (Eq(s, 2 * log(1 + a)), Eq(s - log(1 + a), log(1 + a)), HALF, "equal"),
    (Eq(s, h * a), Eq(s, h**2 * a), GATE, "equal"), (Eq(s, h * a), Eq(s, 2 * h * a), GATE, "different"),
    (Eq(s, h * a), Eq(s, h**2 * a), HALF, "different"), (Eq(s, b), Eq(s, 2 * a), LINE, "equal"),
    (Eq(s, b), Eq(s, 3 * a), LINE, "different"), (Le(s, a / 4), Le(4 * s, a), HALF, "equal"),
    (Le(s, b), Le(s, 2 * a), LINE, "equal"), (Lt(s, b), Le(s, 2 * a), LINE, "weaker"),
    (Le(s, b), Lt(s, 2 * a), LINE, "different"), (Le(s, b), Ge(s, 2 * a), LINE, "different"),
    (Le(s, a), Ge(a, s), HALF, "equal"), (Lt(s, a), Gt(a, s), HALF, "equal"),
    (Lt(s, a), Gt(2 * a, 2 * s), HALF, "equal"),
    (Le(s, a / 4), Le(s, a / 3), HALF, "weaker"), (Lt(s, a), Le(s, a), HALF, "weaker"),
    (Lt(s, a / 4), Lt(s, a / 3), HALF, "weaker"), (Lt(s, a / 4), Le(s, a / 3), HALF, "weaker"),
    (Ge(s, a * S), Ge(s, a * S / 2), HALF, "weaker"), (Le(s, sqrt(a)), Le(s, 2 * sqrt(a)), HALF, "weaker"),
    (Le(s, exp(-a)), Le(s, exp(Rational(1, 9) - a)), HALF, "weaker"),
    (Gt(1 - 2 * a * (s - 1), 0), Gt(1 - 2 * a**2 * (s - 1), 0), HALF, "weaker"),
    (Ge(s, a * S * (1 - 2 * a)), Ge(s, a * S * (1 - 2 * a) - a * (S - 1) ** 2), HALF, "weaker"),
    (Eq(s, a), Eq(s, Rational(1001, 1000) * a), HALF, "different"), (Le(s, a), Lt(s, a), HALF, "different"),
    (Le(s, a), Ge(s, a), HALF, "different"), (Eq(s, a), Le(s, a), HALF, "different"),
    (Le(s, a), Eq(s, a), HALF, "different"),
    (Ne(s, a), Ge(s, a), HALF, "different"), (Ge(s, a), Ne(s, a), HALF, "different"),
    (Eq(s, a), Eq(s, a + t), HALF, "different"),
    (Le(s, exp(-a)), Le(s, exp(-2 * a)), HALF, "different"),
    (Le(s, log(S)), Le(s, 2 * log(S)), HALF, "different"),
    (Ge(s, a * (S - 1)), Ge(s, 2 * a * (S - 1)), HALF, "different"),
    (Gt(1 - s, 0), Gt(S * (1 - s), 0), HALF, "different"), (Ge(1 - s, 0), Ge(S * (1 - s), 0), HALF, "weaker"),
    (Ge(1 - s, 0), Ge(a * (1 - s), 0), HALF, "weaker"), (Ge(1 - s, 0), Ge(t * (1 - s), 0), HALF, "different"),
    (Eq(0, a - a * 1 + 0 * s, evaluate=False), Eq(s, a), HALF, "different"),
    (Eq(s, 1 / a), Eq(s * a, 1), HALF, "different"), (Eq(s, 1 / a), Eq(2 * s, 2 / a), HALF, "equal"),
    (Eq(s, a), Eq(1, 1, evaluate=False), HALF, "different"),
    (Eq(s, h * log(1 + a)), Eq(s, 2 * h * log(1 + a)), GATE, "different"),
    (Ge(s, h * log(1 + a)), Ge(s, 2 * h * log(1 + a)), GATE, "different"),
    (Ge(a, -1), Ge(a, -2), HALF, "weaker"), (Gt(a, -1), Gt(a, -2), HALF, "weaker"),
)  # fmt: skip
# A region, and what its equations put in, branch by branch.
BRANCHES: tuple[tuple[Any, list[dict[Any, Any]]], ...] = (
    (true, [{}]), (HALF, [{}]), (LINE, [{a: b / 2}]), (GATE, [{h: Integer(0)}, {h: Integer(1)}]),
    (Or(Eq(h, 0), Gt(a, 0)), [{}]), (Eq(a**2, 2), [{}]), (Eq(a * b, 1), [{}]),
    (Eq(a**2 + 3 * b, 1), [{b: (1 - a**2) / 3}]),
)  # fmt: skip
RATIOS: tuple[tuple[Any, Any, Any], ...] = (
    (2 * a, a, 2), (a, 2 * a, Rational(1, 2)), (-3 * a + 3 * s, a - s, -3), (a, s, None),
    (Integer(0), a, None),
    (a, Integer(0), None), (1 / a, 2 / a, Rational(1, 2)), (a / (a + 1), 5 * a / (3 * a + 3), Rational(3, 5)),
    (a + 1, a, None), (Integer(6), Integer(4), Rational(3, 2)), (a**2 - 1, (a - 1) * (a + 1), 1),
    (a + s, a - s, None),
)  # fmt: skip
ROOTS = (
    (2 * a - 3, Rational(3, 2)),
    (a**2 - 1, 0),
    (Integer(5), 0),
    (-a, 0),
    (sin(a), 0),
    (a / 2 + 4, -8),
)
HOLDS = (
    (Eq(s, a), 0, True), (Eq(s, a), 1, False), (Eq(s, a), -1, False), (Gt(s, a), 0, False),
    (Gt(s, a), 1, True),
    (Lt(s, a), 0, False), (Lt(s, a), 1, True), (Gt(s, a), -1, False), (Ge(s, a), 0, True), (Le(s, a), 0, True),
    (Ge(s, a), -1, False), (Le(s, a), 2, True), (Ge(s, a), sqrt(2), None), (Ge(s, a), a, None),
)  # fmt: skip
# original, variant, region, and whether a point tells them apart
SEPARATED = (
    (Le(s, a), Le(s, a / 2), HALF, True), (Le(s, a / 2), Le(s, a), HALF, False),
    (Eq(s, a), Eq(s, 2 * a), HALF, True),
    (Le(s, a), Lt(s, a), HALF, True), (Lt(s, a), Le(s, a), HALF, False), (Eq(s, a), Eq(a, s), HALF, False),
    (Ge(s, 0), Ge(s, 1), true, True), (Ge(s, 1), Ge(s, 0), true, False),
    (Ge(s + t, 0), Ge(s - t, 0), true, True),
    (Le(s, Rational(1, 2) ** size), Le(s, Rational(1, 3) ** size), Ge(size, 2), True),
    (Le(s, a), Le(s, a / 2), And(Eq(a**2, 2), Gt(a, 0)), False),
    (Ge(a, 0), Ge(a, 1), And(Gt(a, 0), Lt(a, 2)), True),
)  # fmt: skip


def comparisons_hold(judge: ModuleType) -> None:
    """Whole comparisons, and the parts that they are made of."""
    for new, old, ratio in RATIOS:
        assert judge._constant_ratio(new, old) == ratio, (new, old)
    for gap, root in ROOTS:
        assert judge._root(gap, a) == root, gap
    for relation, gap, so in HOLDS:
        assert judge._holds(relation, Integer(gap) if isinstance(gap, int) else gap) is so, (
            relation,
            gap,
        )
    for region, put in BRANCHES:
        assert list(judge.branches(region)) == put, region
    _frozen_parts(judge)
    _points(judge)
    for original, variant, region, so in SEPARATED:
        assert judge.separated(original, variant, region) == so, (original, variant)
    _proofs(judge)
    for original, variant, region, stands in STANDS:
        assert judge.compare(original, variant, region) == stands, (original, variant, region)
    long = sum(((a + k) ** k * S ** (k % 5) for k in range(1, 10)), start=a).expand()
    pair = Ge(s, long), Ge(s, long - (a * S + 1) ** 12 * (r + 1) ** 5)
    assert judge.compare(*pair, HALF, thorough=False) == "different"
    forty = sum(a**k * S**j for k in range(1, 9) for j in range(5))
    for more, stands in (
        (0, "weaker"),
        (a**9, "different"),
    ):  # of more than 40 terms nothing is proved quickly
        assert judge.compare(Ge(s, 0), Ge(s + forty + more, 0), HALF, thorough=False) == stands
        assert judge.compare(Ge(s, 0), Ge(s + forty + more, 0), HALF) == "weaker"
    quick = Ge(s, a), Ge(s, a / 2)
    assert judge.compare(*quick, HALF, thorough=False) == "weaker"


def _frozen_parts(judge: ModuleType) -> None:
    table: dict[Any, Any] = {}
    assert judge._frozen(a * s + 3 / b - Rational(1, 2), table) == a * s + 3 / b - Rational(1, 2)
    assert table == {}
    found = judge._frozen(a * exp(s) + sqrt(a) + exp(s) ** 2 + (a + log(s)) ** 3, table)
    assert set(table) == {exp(s), exp(2 * s), sqrt(a), log(s)}
    assert all(isinstance(x, Dummy) for x in table.values())
    assert found.xreplace({x: part for part, x in table.items()}) == (
        a * exp(s) + sqrt(a) + (a + log(s)) ** 3 + exp(2 * s)
    )
    one, two, root, other = (Dummy(str(k)) for k in range(4))
    known = set(judge._known({exp(a): one, exp(-a): two, sqrt(a): root, log(a): other}, HALF))
    assert known == {Ge(one, 0), Ge(two, 0), Ge(root, 0), Ge(one, two)}
    assert judge._is_root(sqrt(a))
    assert not any(map(judge._is_root, (a, a**2, a ** Rational(1, 3), 1 / sqrt(a), exp(a))))
    assert judge._kin(Gt(a, 0)) == judge._kin(Lt(a, 0)) == (Gt, Lt)
    assert judge._kin(Ge(a, 0)) == judge._kin(Le(a, 0)) == (Ge, Le)


def _points(judge: ModuleType) -> None:
    for region in (HALF, LINE, GATE):
        found = judge._points(region)
        assert len(found) > (region is HALF)
        assert all(satisfies(region, at) for at in found)
    assert judge._points(And(Gt(a, 0), Lt(a, 0), evaluate=False)) == ()
    frozen = {exp(a): Symbol("f0"), exp(-a): Symbol("f1")}
    samples = list(judge._samples(HALF, {s, size, e, *frozen.values()}, frozen))
    assert len(samples) == 24 * len(
        [at for at in judge._points(HALF) if all(v.is_Rational for v in at.values())]
    )
    for at in samples:
        assert at[frozen[exp(a)]] == at[frozen[exp(-a)]] > 0
        assert at[size] > 0
        assert at[e] > 0
        assert at[size].q == 1
        assert satisfies(HALF, {x: Rational(int(at[x].p), int(at[x].q)) for x in (a, S, r)})
    assert len({at[s] for at in samples}) == 8 == len({at[frozen[exp(a)]] for at in samples})
    assert len({(at[s], at[e]) for at in samples}) > 8
    assert len(list(judge._samples(LINE, {a, b}, {}))) == len(judge._points(LINE))
    assert len(list(judge._samples(LINE, {a, b}, frozen))) == 24 * len(judge._points(LINE))
    assert list(judge._samples(And(Eq(a**2, 2), Gt(a, 0), Eq(b, 1)), {a, b, s}, {})) == []
    met = {(at[s], at[t]) for at in judge._samples(true, {s, t}, {})}
    assert met == {(v, SPREAD[(k + d) % 8]) for k, v in enumerate(SPREAD) for d in (1, 2, 3)}
    assert list(judge._samples(And(Eq(a**2, 2), Gt(a, 0)), {a, s}, {})) == []
    for x, value, allowed in (
        (s, -3, -3),
        (e, -3, 3),
        (size, fmpq(-5, 2), 3),
        (Symbol("k", integer=True), fmpq(-5, 2), -2),
    ):
        assert judge._allowed(x, fmpq(value)) == allowed, x
    settings = list(judge._settings(2 * s - 3, s - t))
    values = (
        ("1/2", "2/3"),
        ("3/2", "2/3"),
        ("5/3", "2/3"),
        ("-1/3", "2/3"),
        ("1/2", 0),
        ("1/2", "3/2"),
        ("1/2", "-1/2"),
    )
    assert settings == [{s: Rational(v), t: Rational(w)} for v, w in values]
    assert judge._large(s - 2 ** (-size), {size: Integer(10**9)})
    assert not judge._large(s - 2**a + S**3, {size: Integer(10**9), a: Rational(1, 2)})
    assert not judge._large(2 ** (-size), {size: Integer(1000)})
    assert judge._large(2 ** (-size), {size: Integer(1001)})
    assert not judge._large(2**size + s**1001, {a: Integer(1)})
    # at such a point nothing is worked out, whichever of the two has the power
    huge = And(Ge(size, 10**9), Le(size, 10**9))
    for pair in ((Ge(s, 2**-size), Ge(s, 1)), (Ge(s, 0), Ge(s, 2**-size + 1))):
        assert not judge.separated(*pair, huge)


def _proofs(judge: ModuleType) -> None:
    region, scales = (
        And(HALF, Ge(a, Rational(1, 100))),
        [Rational(1), Rational(2), Rational(1, 2), a],
    )
    for old, new, left in (
        (a, a * (1 + a), {1, Rational(1, 2), a}), (a, -a, set()), (a, 2 * a, {1, 2, Rational(1, 2), a}),
        (1 / (2 * a - 1), 1 / (2 * a - 1), {1, 2}), (r - S, r - S - 1, set()), (a + 1, sqrt(a), set(scales)),
        (a, a + s, set()),
    ):  # fmt: skip
        assert set(judge._open(scales, old, new, {}, region)) == left, (old, new)
    assert judge._factors({a, S, r, s}, Ge(s, 0), HALF) == [S, a, r]
    assert judge._factors({a, S, r, s}, Gt(s, 0), HALF) == [a]
    assert judge._factors({a, S, r, s}, Lt(s, 0), HALF) == [a]
    assert judge._factors({s, a}, Le(s, 0), HALF) == [a]
    assert judge._factors({s, t}, Le(s, 0), And(HALF, Le(t, 3))) == []
    for equation, put in (
        (Eq(b, 2 * a), {a: b / 2}),
        (Eq(a**2, 2), {}),
        (Eq(a * b, 1), {}),
        (Eq(a**2 + 3 * b, 1), None),
    ):
        found = judge._solved(equation)
        assert (
            found == (put if put is not None else {b: (1 - a**2) / 3})
            or (found[b] - (1 - a**2) / 3).expand() == 0
        )
