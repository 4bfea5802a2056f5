"""Statement objects put together at random: refused where they are declared, or read by all that reads them."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Ne,
    Or,
    Rational,
    Tuple,
    nan,
    oo,
    sqrt,
    symbols,
    true,
    zoo,
)  # fmt: skip
from sympy.core.relational import Relational

from theorem_audit.doubt import instances
from theorem_audit.doubt.variants import formula_variants
from theorem_audit.report.mathematics import mathml
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.sense import vacuous
from theorem_audit.weigh.told import Told, describe, fingerprint

X, Y = symbols("x y", real=True)
N = symbols("n", integer=True)
ATOMS = st.sampled_from(
    [X, Y, N, Integer(-2), Integer(0), Integer(1), Integer(3), Rational(1, 2), sqrt(2)]
)


def _grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    return (
        pairs.map(lambda p: p[0] + p[1])
        | pairs.map(lambda p: p[0] * p[1])
        | pairs.map(lambda p: p[0] / p[1])
        | inner.map(lambda x: x**2)
        | inner.map(sqrt)
    )


EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=5).filter(
    lambda x: not x.has(nan, oo, -oo, zoo) and x.is_extended_real is not False
)
SIMPLE = st.sampled_from([X, Y, N, X + Y, X - Y, X * Y])
KINDS = st.sampled_from([Eq, Ge, Gt, Le, Lt])
RELATIONS = st.builds(
    lambda kind, x, y, evaluate: kind(x, y, evaluate=evaluate),
    KINDS | st.just(Ne), EXPRESSIONS, EXPRESSIONS, st.booleans(),
)  # fmt: skip
CONDITIONS = st.builds(
    lambda kind, x, k: kind(x, Integer(k), evaluate=False), KINDS, SIMPLE, st.integers(-3, 12)
)
JUNK: Any = st.sampled_from([3, None, True, "x > 0", true, Tuple(), [], 0.5])
FORMULAS = (
    RELATIONS
    | st.lists(RELATIONS, min_size=2, max_size=3).map(lambda r: And(*r))
    | st.lists(RELATIONS, min_size=2, max_size=2).map(lambda r: Or(*r))
    | EXPRESSIONS
    | JUNK
)


@IN_CI
@settings(max_examples=60)
@given(formula=FORMULAS, conditions=st.lists(CONDITIONS, max_size=2))
def test_no_statement_breaks_what_reads_it(formula: Any, conditions: list[Any]) -> None:
    """Told, typeset, looked at and varied; an instance obeys the region, and a variant is another formula."""
    assumptions = tuple(Assumption(f"a{k}", x) for k, x in enumerate(conditions))
    try:
        claim = Claim("FUZZ", "t", formula, Source("new", "x"), "exact", "made", assumptions)
    except TypeError:
        assert not isinstance(formula, Relational | And | Or | Expr)
        return
    assert claim.sentence
    assert str(mathml(claim.statement))
    told = json.loads(json.dumps(describe(claim)))
    assert Told.back(told) == Told.of(claim)
    assert fingerprint(claim) == fingerprint(claim)
    found = vacuous(claim, 0)
    if found is None:
        assert claim.region.subs(instances.instance(claim), simultaneous=True) in (true, True)
    else:
        false_there = any(x in found.detail for x in (" is false, whatever ", " is false at "))
        assert found.outcome == ("refuted" if false_there else "error")
        assert found.detail
    for variant in islice(formula_variants(claim), 20):
        assert variant.claim.formula != claim.formula, variant.name
