"""Inequalities that follow from a claim's hypotheses by one identity.

To prove g >= 0 from hypotheses a >= 0, b >= 0, ... it is enough to write

    (something positive) * g  =  (a sum of products of hypotheses, with coefficients >= 0)

and to compare both sides by normal form.  The hypotheses are looked up in the claim that is on trial: where
one was dropped or changed, there is no proof, and a counterexample is searched instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sympy import And, Dummy, Expr, Integer, Not, Poly, Rational, Symbol, cancel
from sympy.core.relational import Eq, Gt, Lt, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit import expect
from theorem_audit.doubt.instances import find
from theorem_audit.exact import Undecided, difference, is_zero, relations
from theorem_audit.statement import Claim
from theorem_audit.statement.conjuncts import matching

Assumed = Callable[[Any], Expr]
Proof = Callable[[Assumed], tuple[Any, Any]]


def equations(claim: Claim) -> Boolean:
    """The equations of a claim's formula, together."""
    return And(*matching(claim.formula, kind="equation"), evaluate=False)


class _Hypotheses:
    """A region's each with a token that stands for its gap in a proof."""

    def __init__(self, region: Boolean) -> None:
        conditions = relations(region)
        self.known = {x.lhs: x.rhs for x in conditions if isinstance(x, Eq)}
        self.tokens: dict[Symbol, tuple[Expr, bool]] = {
            Dummy(): (self.plain(difference(x)), isinstance(x, Gt | Lt))
            for x in conditions
            if not isinstance(x, Eq)
        }

    def plain(self, expr: Any) -> Expr:
        """``expr`` with what the region's equations define put in."""
        return (expr + Integer(0)).subs(self.known)

    def assumed(self, gap: Any) -> Expr:
        """The token of the hypothesis ``gap >= 0`` (or > 0); Undecided where there is none."""
        for token, (own, _) in self.tokens.items():
            if is_zero(own - self.plain(gap)):
                return token
        raise Undecided(f"no hypothesis says that {gap} has a sign")

    def read(self, expr: Any) -> tuple[Expr, bool]:
        """A sum of products of tokens as an expression, and whether it is surely positive.

        Raises Undecided where a coefficient is negative or a factor is no hypothesis.
        """
        expr = expr + Integer(0)
        if not expr.free_symbols <= set(self.tokens):
            raise Undecided(f"{expr} is not made of hypotheses alone")
        poly = Poly(expr, *self.tokens, domain="QQ")
        if any(value < 0 for value in poly.coeffs()):
            raise Undecided(f"{expr} has a negative coefficient")
        strict = [token for token, (_, is_strict) in self.tokens.items() if is_strict]
        positive = any(
            all(token in strict for token, power in zip(poly.gens, powers, strict=True) if power)
            for powers, value in poly.terms()
            if value > 0
        )
        return expr.subs({token: gap for token, (gap, _) in self.tokens.items()}), positive


def expect_consequence(
    relation: Relational,
    region: Boolean,
    proofs: Sequence[Proof],
    derived: Mapping[Symbol, Expr] | None = None,
) -> None:
    """Check that ``relation`` follows from ``region`` by one of ``proofs``.

    derived: symbol -> expression that was found independently, put into the relation first.
    A proof is a function of ``assumed`` and returns (multiplier, combination), sums of products of what
    ``assumed(gap)`` gives.  Raises Refuted at an exact point of the region where the relation fails, and
    Undecided where there is neither.
    """
    relation = relation.subs(dict(derived or {}), simultaneous=True)
    here = _Hypotheses(region)
    why = []
    for proof in proofs:
        try:
            (factor, nonzero), (total, positive) = map(here.read, proof(here.assumed))
            if not nonzero:
                raise Undecided(f"{factor} may be zero")
            if isinstance(relation, Gt | Lt) and not positive:
                raise Undecided(f"{total} may be zero")
            if is_zero(here.plain(difference(relation)) * factor - total):
                expect(True, f"{relation}")
                return
            why.append("the identity does not hold")
        except Undecided as undecided:
            why.append(str(undecided))
    against = counterexample(And(region, Not(relation)))
    expect(against is None, f"{relation} fails", **named(against or {}))
    raise Undecided(f"{relation}: no counterexample found, and no proof: {'; '.join(why)}")


def counterexample(condition: Boolean) -> dict[Symbol, Expr] | None:
    """An exact point at which ``condition`` holds, where a finite search finds one."""
    symbols = sorted(condition.free_symbols, key=str)
    starts = [{}, *({x: Integer(value)} for value in (1, 4) for x in symbols)]
    found = (find(condition, start, max_nodes=300) for start in starts)
    return next((at for at in found if at is not None), None)


def polynomial(relation: Relational, positive: Expr) -> Relational:
    """An inequality with its gap times ``positive``, which clears the denominators."""
    return type(relation)(*(cancel(side * positive) for side in relation.args))


def rational(value: Any) -> Rational:
    """A Fraction as SymPy's rational."""
    return Rational(value.numerator, value.denominator)


def expect_fails(
    relation: Boolean, at: Mapping[Symbol, Any], region: Boolean, dropped: Boolean
) -> None:
    """Check that at a point all conditions of ``region`` hold but ``dropped``, and ``relation`` fails."""
    for condition in relations(region):
        expect(
            condition.subs(dict(at)) == (condition != dropped),
            f"{condition} at the witness",
            **named(at),
        )
    expect(relation.subs(dict(at)) == False, f"{relation} was to fail", **named(at))  # noqa: E712


def named(at: Mapping[Symbol, Any]) -> dict[str, Any]:
    """A point with names for keys."""
    return {str(key): value for key, value in at.items()}
