"""The battery of alternatives: what of a formula is read apart, and what its equations share, by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    ITE,
    And,
    Eq,
    Equivalent,
    Function,
    Ge,
    Gt,
    ImmutableMatrix,
    Implies,
    Integer,
    Le,
    Matrix,
    Max,
    Min,
    Ne,
    Not,
    Or,
    Piecewise,
    Tuple,
    Xor,
    exp,
    log,
    sign,
    symbols,
    true,
)

from theorem_audit.tests.made_up import claim

x, y, z, w = symbols("x y z w", real=True)
n = symbols("n", integer=True)
TABLE = Piecewise((2 * x, x < 1), (7 * x - 91, True))
CASES = Tuple(x < 1, True)
INNER = Piecewise((z, n < 1), (w, n < 5), (TABLE, True))
GREATEST = Max(x, 2 * z)
SAME = Equivalent(Gt(x, 0), Gt(y, 1))
F = Function("f")
ABOVE = Gt(x, 0)

# A conjunct, and what of it is to be read apart.
APART: tuple[tuple[Any, list[Any]], ...] = (
    (Eq(y, TABLE), [CASES, 2 * x, 7 * x - 91]), (Ge(y, TABLE), []), (Eq(y, 3 * x), []),
    (Eq(y, 1 + GREATEST), [*GREATEST.args]), (Eq(y, Min(x, w)), [*Min(x, w).args]), (Le(y, GREATEST), []),
    (Or(Eq(y, x), Eq(y, 2 * x)), []),
    (Eq(Tuple(y, z), Tuple(x, w)), [y, z, x, w]), (Eq(y, TABLE + Max(z, w)), [CASES, 2 * x, 7 * x - 91, w, z]),
    (SAME, [*SAME.args]), (Not(Gt(x, 0)), []), (Xor(Eq(y, x), Eq(y, z)), [Eq(y, x), Eq(y, z)]),
    (Implies(ABOVE, Ge(y, Min(z, w))), []), (Implies(ABOVE, Eq(y, Min(z, w))), [w, z]),
    (Implies(Equivalent(x > 0, w > 0), Eq(y, z)), []), (Eq(y, INNER), [Tuple(n < 1, n < 5, True), z, w, CASES,
     2 * x, 7 * x - 91]),
    (ITE(x > 0, Eq(y, x), Eq(y, TABLE)), [x > 0, Eq(y, x), CASES, 2 * x, 7 * x - 91]),
    (And(Eq(y, TABLE), Gt(z, 0)), [CASES, 2 * x, 7 * x - 91, Gt(z, 0)]),
    (Eq(Matrix([y, z]), Matrix([2 * x, 9 * x])), [y, z, 2 * x, 9 * x]),
    (Eq(ImmutableMatrix([y]), ImmutableMatrix([Max(x, w)])), [y, w, x]),
    (Xor(Gt(x, 0), Eq(y, Max(z, w))), [Gt(x, 0), w, z]), (Eq(y, x + Max(x, 0)), [x, Integer(0)]),
    (Tuple(Ge(y, Max(z, w)), Gt(x, 0)), [Ge(y, Max(z, w)), Gt(x, 0)]), (Eq(y, exp(Max(z, w))), [w, z]),
    (Gt(x, Max(y, TABLE)), []), (Eq(Tuple(y), Tuple(y), evaluate=False), []), (x, []),
)  # fmt: skip
OTHER = Piecewise((2 * x, x < 1), (7 * x + 91, True))
# A conjunct, a changed one, and which alternative is another there.
ONLY: tuple[tuple[Any, Any, Any], ...] = (
    (Eq(y, TABLE), Eq(y, OTHER), 7 * x - 91), (Eq(y, TABLE), Eq(2 * y, TABLE), None),
    (Eq(y, TABLE), Eq(y, Piecewise((3 * x, x < 1), (7 * x + 91, True))), None),
    (Eq(y, TABLE), Eq(y, Piecewise((2 * x, x < 2), (7 * x - 91, True))), CASES),
    (Eq(y, GREATEST), Eq(y, Max(x, 3 * z)), 2 * z),
    (Eq(Tuple(y, z), Tuple(x, x)), Eq(Tuple(y, z), Tuple(x, w)), x),
    (Ge(y, GREATEST), Ge(y, Max(x, 3 * z)), None), (Eq(y, TABLE), Eq(y, 2 * x), None),
)  # fmt: skip
BOTH = And(Eq(y, 3 * x), Eq(z, 6 * x))
# A formula, and what its equations are with what they share doubled, by its name.
SHARED: tuple[tuple[Any, dict[str, Any]], ...] = (
    (BOTH, {"x": And(Eq(y, 6 * x), Eq(z, 12 * x))}), (Eq(y, 3 * x), {}), (And(Eq(y, 3 * x), Ge(y, x)), {}),
    (And(Eq(y, 3 * x), Eq(z, y * w), Ge(z, x)), {"y": And(Eq(y, 3 * x / 2), Eq(z, 2 * y * w), Ge(z, x))}),
    (And(Eq(y, x), Eq(z, x), Ge(w, x)), {"x": And(Eq(y, 2 * x), Eq(z, 2 * x), Ge(w, 2 * x))}),
    (And(Eq(y, sign(x)), Eq(z, 3 * sign(x))), {}), (And(Eq(y, sign(x)), Eq(z, sign(x)), Ge(x, 1)), {}),
    (And(Eq(y, sign(x)), Eq(z, x)), {"x": And(Eq(y, sign(x)), Eq(z, 2 * x))}),
    (And(Eq(y, x * w), Eq(z, x * w)), {"w": And(Eq(y, 2 * x * w), Eq(z, 2 * x * w)),
     "x": And(Eq(y, 2 * x * w), Eq(z, 2 * x * w))}),
    (And(Eq(y, x), Eq(w, z)), {}),
    (And(Eq(x, 3), Eq(y, x)), {"x": And(Eq(x, Integer(3) / 2), Eq(y, 2 * x))}),
    (Tuple(Eq(y, 3 * x), Eq(z, 6 * x)), {"x": Tuple(Eq(y, 6 * x), Eq(z, 12 * x))}),
    (And(Eq(3 * x, y), Eq(z, x)), {"x": And(Eq(6 * x, y), Eq(z, 2 * x))}),
)  # fmt: skip
# A formula, its region, and of what each doubling is shown to be another claim.
DIFFERENT: tuple[tuple[Any, Any, list[bool]], ...] = (
    (BOTH, true, [True]), (BOTH, ABOVE, [True]), (BOTH, Eq(x, 0), [False]),
    (And(Eq(x * (y - 3), 0), Eq(x * (z - 4), 0)), Ne(x, 0), [False]),
    (And(Eq(x, 0), Eq(y, x + 3)), true, [False]), (And(Eq(x, 0), Eq(y, x + 3), Eq(z, 1)), true, [False]),
    (And(Eq(y, log(2 * x) - log(x)), Eq(z, 3 * log(2 * x) - 3 * log(x))), ABOVE, [False]),
    (And(Eq(y, exp(x)), Eq(z, exp(2 * x))), ABOVE, [True]), (And(Eq(y, F(x)), Eq(z, 2 * F(x))), ABOVE, [False]),
    (And(Eq(y, x**n), Eq(z, 2 * x**n)), And(ABOVE, Ge(n, 1)), [True, True]),
    (And(Eq(x**2 + y**2, 1), Eq(z, x * w)), true, [True]),
    (And(Eq(Tuple(y, z), Tuple(x, x)), Eq(w, x)), true, [True]),
    (And(Eq(Tuple(y, z), Tuple(x, x)), Eq(w, x)), Eq(x, 0), [False]),
    (And(Eq(Matrix([y, z]), Matrix([3 * x, x])), Eq(w, x)), true, [True]),
    (And(Eq(Tuple(y, z), w), Eq(n, x), Eq(w, x)), true, [False]),
    (And(Eq(Tuple(y, Tuple(z, w)), Tuple(x, Tuple(x, x))), Eq(n, x)), true, [True]),
    (And(Eq(y, x), Eq(z, F(x)), Eq(w, x)), true, [True]),
    (And(Eq(y, x), Eq(z, F(x)), Eq(w, x)), Gt(z, 0), [False]),
    (And(Eq(y, x), Eq(z, F(x)), Eq(w, x + z)), true, [False, False]),
    (And(Eq(y, x), Eq(z, F(z)), Eq(w, x)), true, [False]),
    (And(Eq(y, x), Eq(z**2, F(x)), Eq(w, x)), true, [False]),
)  # fmt: skip


def alternatives_hold(judge: ModuleType) -> None:
    """Parts, the one that is another, changes of one alone, what is doubled, and whether that is a change."""
    for part, found in APART:
        told = judge.alternatives(part)
        assert (len(told), {*told}) == (len(found), {*found}), part
    for part, changed, found in ONLY:
        assert judge.only(part, changed) == found, (part, changed)
    for formula, found in SHARED:
        said = {name: of.formula for name, of in judge.rescaled(claim(formula))}
        assert said == {f"{name} doubled throughout": of for name, of in found.items()}, formula
    for formula, region, found in DIFFERENT:
        made = claim(formula, region)
        assert [judge.shown_different(made, wrong) for _, wrong in judge.rescaled(made)] == found, (
            formula
        )
    made = claim(And(Eq(w, 1), Eq(y, TABLE)))
    index = [*made.formula.args].index(Eq(y, TABLE))
    for alternative in (2 * x, 7 * x - 91):
        drafts = [*judge.of_one(made, index, alternative)]
        assert len(drafts) > 2
        assert {x.group for x in drafts} <= {"sign", "integer", "dropped term", "exponent"}
        assert len({x.group for x in drafts}) > 1
        for draft in drafts:
            (case, _), (last, _) = draft.part.rhs.args
            assert draft.part.lhs == y
            assert (case == 2 * x) != (last == 7 * x - 91)
            assert (last == 7 * x - 91) == (alternative == 2 * x)
    made = claim(And(Eq(w, 1), Eq(y, Piecewise((2 * x, x < 1), (3 * x, True)))))
    index = [*made.formula.args].index(Eq(y, Piecewise((2 * x, x < 1), (3 * x, True))))
    drafts = [*judge.of_one(made, index, 2 * x)]
    assert drafts
    assert all(x.part.has(Piecewise) for x in drafts), "3 x in both cases is no table"
