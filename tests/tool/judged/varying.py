"""The battery of wrong variants: for a dozen formulas and hypotheses, all of them written by hand."""

from __future__ import annotations

from collections import Counter
from types import ModuleType
from typing import Any

from sympy import (
    And,
    Contains,
    Ei,
    Eq,
    Ge,
    Gt,
    Integers,
    Integral,
    Le,
    Lt,
    Not,
    Or,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    oo,
    sin,
)

from tests.tool.judged.kernel import replaced
from tests.tool.judged.widening import hypotheses_vary, some_are_taken
from theorem_audit.exact.zero import relations
from theorem_audit.tests.made_up import claim

x, y, z = (Symbol(name, real=True) for name in "xyz")
m, n, u = Symbol("m", integer=True), Symbol("n", integer=True), Symbol("u")
p, q, after, later = (Symbol(name, real=True) for name in ("p_1", "p_2", "p_1^+", "p2^+"))
MORE, LESS = Rational(1001, 1000), Rational(999, 1000)
LARGE, SMALL = Rational(3, 2), Rational(1, 2)  # another size of changes: by one half
Parts = dict[str, list[Any]]


def _right(*sides: Any) -> list[Any]:
    return [Eq(z, side, evaluate=False) for side in sides]


def _sum(a: Any, b: Any) -> Parts:
    """Of z = a + b: what all terms have in common."""
    return {
        "coefficient": _right(*(k * u + v for u, v in ((a, b), (b, a)) for k in (MORE, LESS))),
        "sign": _right(b - a, a - b), "integer": _right(2 * a + b, a + 2 * b), "dropped term": _right(b, a),
    }  # fmt: skip


def _side(value: Any) -> Parts:
    """Of z = value, which is no sum: the same."""
    return {"coefficient": _right(MORE * value, LESS * value), "sign": _right(-value),
            "integer": _right(2 * value)}  # fmt: skip


def _and(*tables: Parts) -> Parts:
    found: Parts = {}
    for table in tables:
        for group, parts in table.items():
            found.setdefault(group, []).extend(parts)
    return found


def _of_u(*tables: Parts) -> Parts:
    """The same of u, of which nothing is known: it may be infinite, for all that SymPy knows."""
    return {k: [c.xreplace({z: u}) for c in v] for k, v in _and(*tables).items()}


def _long(inner: Any) -> Any:
    return Integral(exp(inner), (x, 0, oo))


def _cases(value: Any, end: Any = 0, how: Any = Gt) -> Any:
    return Piecewise((value, how(x, end)), (y, True))


def _either(one: Any, two: Any) -> Any:
    return Or(Contains(one, Integers), Contains(two, Integers))


def _over(of: Any) -> tuple[Any, Parts]:
    """A sum, or a product, of two indices, and its changes."""

    def made(term: Any, inner: Any = (2, n), outer: Any = (7, x)) -> Any:
        return of(term, (m, *inner), (n, *outer))

    ends = [made(1 / m, inner=k) for k in ((3, n), (1, n), (2, n + 1), (2, n - 1))]
    ends += [made(1 / m, outer=k) for k in ((8, x), (6, x), (7, x + 1), (7, x - 1))]
    own = {"exponent": _right(made(1), made(m**-2)), "limit": _right(*ends)}
    return Eq(z, made(1 / m)), _and(_side(made(1 / m)), own)


HALF, POWER, INSIDE = x / 2 - y, x ** (y + 1), Contains(x, Integers)
LONG, CASES = _long(-x), _cases(x + 1)
# A formula, and the formulas that come of its changes, by group.
CHANGED: tuple[tuple[Any, Parts], ...] = (
    (Eq(z, 3 * x + y**2), _and(_sum(3 * x, y**2), {"integer": _right(4 * x + y**2, 2 * x + y**2),
     "exponent": _right(3 * x**2 + y**2, 3 * x + y**3, 3 * x + y)})),
    (Eq(z, HALF), _and(_sum(x / 2, -y), {"integer": _right(x / 3 - y),
     "exponent": _right(x**2 / 2 - y, x / 2 - y**2)})),
    (Eq(z, POWER), _and(_side(POWER), {"coefficient": _right(*(x ** (k * y + 1) for k in (MORE, LESS)),
     *(x ** (y + k) for k in (MORE, LESS))), "sign": _right(x ** (1 - y), x ** (y - 1)),
     "integer": _right(x ** (2 * y + 1), x ** (y + 2), x**y), "dropped term": _right(x)})),
    (Eq(z, x), _side(x)), (Eq(z, x**x), _side(x**x)), (Eq(z, 5 * x * y), _and(_side(5 * x * y),
     {"integer": _right(6 * x * y, 4 * x * y), "exponent": _right(5 * x**2 * y, 5 * x * y**2)})),
    (Eq(z, x**2 * y), _and(_side(x**2 * y), {"exponent": _right(x**2 * y**2, x**3 * y, x * y)})),
    (Eq(z, 7), _and(_side(7), {"integer": _right(8, 6)})),
    (Eq(z, -1), {"sign": _right(1), "integer": _right(0, -2), "coefficient": _right(-MORE, -LESS)}),
    (Eq(u, Ei(-1)), _of_u(_side(Ei(-1)), {"sign": _right(Ei(1)), "integer": _right(Ei(-2))})),
    (Eq(u, -Ei(-1)), _of_u(_side(-Ei(-1)), {"sign": _right(-Ei(1)), "integer": _right(-Ei(-2), 0),
     "exponent": _right(-(Ei(-1) ** 2))})),
    (Eq(u, 1 / sin(1)), _of_u(_side(1 / sin(1)), {"coefficient": _right(1 / sin(MORE), 1 / sin(LESS)),
     "integer": _right(1 / sin(2)), "exponent": _right(1, 1 / sin(1) ** 2)})),
    (Eq(z, LONG), _and(_side(LONG), {"sign": _right(_long(x)), "integer": _right(_long(0), _long(-2 * x)),
     "exponent": _right(_long(-(x**2))), "limit": _right(*(LONG.func(exp(-x), (x, k, oo)) for k in (1, -1)))})),
    (Eq(z, CASES), _and(_side(CASES), {
     "coefficient": _right(*(_cases(y) for k in (MORE, LESS) for y in (k * x + 1, x + k)),
                           _cases(x + 1, MORE - 1), _cases(x + 1, LESS - 1)),
     "sign": _right(_cases(1 - x), _cases(x - 1), _cases(x + 1, 0, Lt)), "dropped term": _right(_cases(1)),
     "integer": _right(_cases(2 * x + 1), _cases(x + 2), _cases(x))})),
    (Eq(x + y, 2 * z, evaluate=False), {
     "coefficient": [Eq(u, v) for k in (MORE, LESS) for u, v in ((k * x + y, 2 * z), (x + k * y, 2 * z),
     (x + y, 2 * k * z))],
     "sign": [Eq(y - x, 2 * z), Eq(x - y, 2 * z), Eq(x + y, -2 * z)], "exponent": [Eq(x + y, 2 * z**2)],
     "integer": [Eq(2 * x + y, 2 * z), Eq(x + 2 * y, 2 * z), *(Eq(x + y, k * z) for k in (4, 3, 1))],
     "dropped term": [Eq(y, 2 * z), Eq(x, 2 * z)]}),
    (INSIDE, {"sign": [Not(INSIDE)]}), (Not(INSIDE), {"sign": [INSIDE]}),
    (Contains(n / 2, Integers), {"sign": [Contains(-n / 2, Integers)], "integer": [Contains(n / 3, Integers)],
     "coefficient": [Contains(k * n / 2, Integers) for k in (MORE, LESS)], "exponent": [Contains(n**2 / 2,
     Integers)]}),
    (Le(x, 0), {"strictness": [Lt(x, 0)], "sign": [Ge(x, 0), Le(-x, 0)],
     "coefficient": [Le(MORE * x, 0), Le(LESS * x, 0), Le(x, MORE - 1), Le(x, LESS - 1)],
     "integer": [Le(2 * x, 0)]}),
    (Lt(2, x * y), {"sign": [Gt(2, x * y), Lt(-2, x * y), Lt(2, -x * y)],
     "coefficient": [*(Lt(2 * k, x * y) for k in (MORE, LESS)), *(Lt(2, k * x * y) for k in (MORE, LESS))],
     "integer": [Lt(k, x * y) for k in (3, 1, 4)] + [Lt(2, 2 * x * y)], "exponent": [Lt(2, x**2 * y), Lt(2,
     x * y**2)]}),
    (Le(x**2, 0), {"coefficient": [Le(k * x**2, 0) for k in (MORE, LESS)]
     + [Le(x**2, MORE - 1)], "integer": [Le(2 * x**2, 0)], "exponent": [Le(x, 0), Le(x**3, 0)]}),
    (Or(INSIDE, Gt(x**2, 3)), {"coefficient": [Or(INSIDE, c) for k in (MORE, LESS)
     for c in (Gt(k * x**2, 3), Gt(x**2, 3 * k))], "sign": [INSIDE],
     "exponent": [Or(INSIDE, Gt(x, 3)), Or(INSIDE, Gt(x**3, 3))],
     "integer": [Or(INSIDE, c) for c in (Gt(2 * x**2, 3), Gt(x**2, 4), Gt(x**2, 2), Gt(x**2, 6))]}),
    (Eq(z, Integral(1 / x, (x, 3, 5))), _and(_side(Integral(1 / x, (x, 3, 5))),
     {"exponent": _right(Integral(1, (x, 3, 5)), Integral(x**-2, (x, 3, 5))),
      "limit": _right(*(Integral(1 / x, (x, *ends)) for ends in ((4, 5), (2, 5), (3, 6), (3, 4))))})),
    *map(_over, (Sum, Product)),
    (Or(INSIDE, Gt(x, 1)), {"coefficient": [Or(INSIDE, c) for k in (MORE, LESS) for c in (Gt(k * x, 1),
     Gt(x, k))],
     "sign": [Or(INSIDE, Gt(-x, 1)), Or(INSIDE, Gt(x, -1))],
     "integer": [Or(INSIDE, c) for c in (Gt(2 * x, 1), Gt(x, 2), Gt(x, 0))]}),
    (Gt(p, 2 * q), {"swap": [Gt(q, 2 * p), Gt(p, 2 * p)], "sign": [Lt(p, 2 * q), Gt(-p, 2 * q), Gt(p, -2 * q)],
     "coefficient": [c for k in (MORE, LESS) for c in (Gt(k * p, 2 * q), Gt(p, 2 * k * q))],
     "integer": [Gt(2 * p, 2 * q), *(Gt(p, k * q) for k in (4, 3, 1))], "exponent": [Gt(p, 2 * q**2)]}),
    (_either(p, q / 2), {"swap": [_either(q, p / 2)], "integer": [_either(p, q), _either(p, q / 3)],
     "exponent": [_either(p, q**2 / 2)], "sign": [_either(p, -q / 2)],
     "coefficient": [_either(p, k * q / 2) for k in (MORE, LESS)]}),
)  # fmt: skip
# By hand, with the size of the changes and the claim's other conjunct: all names, and what each says.
FIRST, SECOND = Eq(z, x + x * y), Le(z, x * y)
NAMED = {
    "coefficient: x -> 3*x/2 (FIRST)": _right(LARGE * x + x * y), "coefficient: x -> x/2 (FIRST)":
    _right(x / 2 + x * y), "sign: x -> -x (FIRST)": _right(x * y - x),
    "integer: x -> 2*x (FIRST)": _right(2 * x + x * y), "dropped term: x out of x*y + x (FIRST)": _right(x * y),
    "coefficient: x*y -> 3*x*y/2 (FIRST)": _right(x + LARGE * x * y), 
    "coefficient: x*y -> x*y/2 (FIRST)":
    _right(x + x * y / 2), "sign: x*y -> -x*y (FIRST)": _right(x - x * y),
    "integer: x*y -> 2*x*y (FIRST)": _right(x + 2 * x * y), 
    "dropped term: x*y out of x*y + x (FIRST)": _right(x),
    "exponent: factor x of x*y squared (FIRST)": _right(x + x**2 * y),
    "exponent: factor y of x*y squared (FIRST)": _right(x + x * y**2),
    "strictness: z <= x*y made strict (SECOND)": [Lt(z, x * y)], "sign: z <= x*y reversed (SECOND)": [Ge(z,
    x * y)],
    "coefficient: z -> 3*z/2 (SECOND)": [Le(LARGE * z, x * y)], "coefficient: z -> z/2 (SECOND)": [Le(z / 2,
    x * y)],
    "sign: z -> -z (SECOND)": [Le(-z, x * y)], "integer: z -> 2*z (SECOND)": [Le(2 * z, x * y)],
    "coefficient: x*y -> 3*x*y/2 (SECOND)": [Le(z, LARGE * x * y)], "coefficient: x*y -> x*y/2 (SECOND)":
    [Le(z, x * y / 2)], "sign: x*y -> -x*y (SECOND)": [Le(z, -x * y)], "integer: x*y -> 2*x*y (SECOND)":
    [Le(z, 2 * x * y)], "exponent: factor x of x*y squared (SECOND)": [Le(z, x**2 * y)],
    "exponent: factor y of x*y squared (SECOND)": [Le(z, x * y**2)],
}  # fmt: skip


def _formulas(judge: ModuleType) -> None:
    for formula, told in CHANGED:
        made = claim(formula)
        found: Parts = {}
        for v in judge.formula_variants(made):
            assert v.part[0] == 0
            assert v.claim.formula == v.part[1]
            found.setdefault(v.group, []).append(v.part[1])
            assert v.relative == (Rational(1, 1000) if v.group == "coefficient" else None)
        assert {k: Counter(v) for k, v in found.items()} == {
            k: Counter(v) for k, v in told.items()
        }, formula
        for group in judge.GROUPS:
            alone = [x.part for x in judge.changed_parts(made, 0, (group,)) if x.part is not None]
            assert {*alone} >= {*told.get(group, [])}, (formula, group)
            assert len(alone) == len({*alone})
        every = [x.what for x in judge.changed_parts(made, 0, judge.GROUPS)]
        assert every == [x.what for x in judge.drafts(made)]
    both = claim(And(FIRST, SECOND, evaluate=False))
    parts = relations(both.formula)
    assert {*parts} == {FIRST, SECOND}
    told = {}
    for name, said in NAMED.items():
        which = parts.index(FIRST if "FIRST" in name else SECOND)
        told[f"{name.partition('(')[0]}(part {which + 1})"] = (which, *said)
    rows = {v.name: v for v in judge.formula_variants(both, SMALL)}
    assert {k: v.part for k, v in rows.items()} == told
    for v in rows.values():
        index, changed = v.part
        assert {*relations(v.claim.formula)} == {changed, parts[1 - index]}
        assert v.relative == (SMALL if v.group == "coefficient" else None)
    _numbered(judge)


def _numbered(judge: ModuleType) -> None:
    """Variants of one name are numbered, but those of which none is made; what the others say is none."""
    product = Eq(z, (x + y) * (x + 2))
    names = [
        v.name for v in judge.formula_variants(claim(product)) if v.name.startswith("sign: x ->")
    ]
    assert names == ["sign: x -> -x", "sign: x -> -x #2"]
    # The other conjunct is its first change of x, or (by its sides) says it.
    for other, unmade in ((Eq(z, (x + y) * (2 - x)), []), (Eq((x + y) * (2 - x), z), [None])):
        made = claim(And(product, other, evaluate=False))
        index = relations(made.formula).index(product)
        for found in (judge.changed_parts(made, index, ("sign",)), judge.drafts(made)):
            few = [v.variant for v in found if (v.index, v.what) == (index, "x -> -x")]
            assert few[:-1] == unmade
            assert few[-1].name == f"sign: x -> -x (part {index + 1})"
            assert few[-1].part == (index, Eq(z, (y - x) * (x + 2)))
    # Two that differ where their words are cut.
    one, two = (Symbol("q" * 36 + str(k) + "q" * 20, real=True) for k in (1, 2))
    made = claim(Eq(z, one + two))
    for rows in (
        [*judge.formula_variants(made)],
        [v.variant for v in judge.changed_parts(made, 0, judge.GROUPS)],
    ):
        names = [v.name for v in rows if v.group == "sign"]
        short = f"{'q' * 36} ... {'q' * 7}"
        assert names == [f"sign: {short} -> -{short[1:]}", f"sign: {short} -> -{short[1:]} #2"]
    rows = [v.name for v in judge.formula_variants(claim(Eq(z, 7)))]
    changes = (
        ("coefficient", "7007/1000"),
        ("coefficient", "6993/1000"),
        ("sign", "-7"),
        ("integer", "8"),
        ("integer", "6"),
    )
    assert rows == [
        *(f"{group}: 7 in Eq(z, 7) -> {new}" for group, new in changes),
        "integer: 7 -> 14",
    ]
    for size, told in ((47, "q" * 47), (48, "q" * 48), (49, short)):
        assert judge._short(Symbol("q" * size)) == told


ROLES = tuple(tuple(map(Symbol, x)) for x in ("xy", "stu", "z"))
ALIKE = (
    ("p_1", "p_2"),
    ("r2", "r3"),
    ("r2^+", "r3^+"),
    ("x", "y"),
    ("s", "u"),
    ("p1", "p_2"),
    ("p_a", "p_b"),
)
UNLIKE = (
    ("p_1", "q_1"),
    ("r2", "r3^+"),
    ("x", "z"),
    ("a", "b"),
    (r"\bar{a}", r"\bar{b}"),
    ("a", r"\bar{b}"),
    ("p", "p_1"),
)


def _roles(judge: ModuleType) -> None:
    for pairs, told in ((ALIKE, True), (UNLIKE, False)):
        for pair in pairs:
            one, two = map(Symbol, pair)
            assert judge._alike(one, two) is judge._alike(two, one) is told, pair


def variants_hold(judge: ModuleType) -> None:
    """What may be changed in a formula, in hypotheses and meanings; and which of many are taken."""
    with replaced(judge, _like_roles=lambda: ROLES):
        _roles(judge)
    with replaced(judge, _like_roles=lambda: ()):
        _formulas(judge)
    some_are_taken(judge)
    hypotheses_vary(judge)
