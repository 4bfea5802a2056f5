"""The assertions evidence is made of.  Each call is counted: evidence that checks nothing is an error.

All raise ``Refuted`` with a witness where the claim is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import QQ, Expr, Poly, Symbol, div
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean, BooleanFalse

from audit.run_context import current
from theory.ball import prove_positive
from theory.bernstein import Refuted
from theory.certificate import Certificate, check_certificate
from theory.decided import tell
from theory.exact import difference, is_zero, prove_nonnegative, relations
from theory.region import Box, box_of


def expect(condition: Any, message: str, **witness: Any) -> None:
    """Check one condition; ``witness`` is what a reader needs to see the failure for himself."""
    current().checks += 1
    if not bool(condition):
        shown = ", ".join(f"{key}={value}" for key, value in witness.items())
        raise Refuted(f"{message}{' at ' + shown if shown else ''}", witness)
    tell("condition", message)


def expect_zero(expr: Expr, message: str) -> None:
    """Check that ``expr`` is identically zero, by normal form over QQ."""
    current().checks += 1
    if not is_zero(expr):
        raise Refuted(f"{message}: {expr} is not identically zero")


def expect_identity(formula: Boolean, derived: Mapping[Symbol, Expr]) -> None:
    """Check each equation of ``formula`` after substituting the derived quantities.

    derived: symbol -> expression obtained independently of the formula.  Every equation must use at
    least one of them (else it would speak about nothing derived), and every one must be used.
    """
    equations = relations(formula)
    expect(equations, f"{formula} states nothing")
    used: set[Symbol] = set()
    for equation in equations:
        expect(isinstance(equation, Eq), f"{equation} is not an equation")
        used |= equation.free_symbols & set(derived)
        expect(equation.free_symbols & set(derived), f"{equation} mentions nothing derived")
        gap = difference(equation).subs(dict(derived), simultaneous=True)
        tell("sides", tuple(x.subs(dict(derived), simultaneous=True) for x in equation.args))
        expect_zero(gap, f"{equation} against the derivation")
    expect(used == set(derived), f"{formula} says nothing about {set(derived) - used}")


def expect_nonnegative(
    poly: Expr, box: Mapping[Symbol, tuple[Any, Any]], message: str = ""
) -> Certificate:
    """Certify ``poly >= 0`` on ``box`` and have the separate checker accept the certificate."""
    current().checks += 1
    try:
        certificate = prove_nonnegative(poly, box)
    except Refuted as refuted:
        raise Refuted(f"{message}: {refuted}", refuted.witness) from refuted
    check_certificate(certificate)
    return certificate


def expect_inequality(
    relation: Boolean,
    region: Boolean | Box,
    order: Sequence[Symbol] = (),
    *,
    derived: Mapping[Symbol, Expr] | None = None,
    factor: Expr | None = None,
) -> Certificate:
    """Certify one inequality of a claim on its region.

    derived: substituted first (next-step symbols by the derived map).
    factor: a factor known to be >= 0 on the region; where it divides the difference exactly, the
    quotient is certified instead (and a wrong variant that it does not divide is tried as it is).
    """
    expect(
        not isinstance(relation, BooleanFalse | Eq) and hasattr(relation, "gts"),
        f"{relation} is not an inequality",
    )
    gap = difference(relation).subs(dict(derived or {}), simultaneous=True)
    box = region if isinstance(region, dict) else box_of(region, order)
    if factor is not None and (quotient := exact_quotient(gap, factor)) is not None:
        gap = quotient
    return expect_nonnegative(gap, box, f"{relation}")


def exact_quotient(expr: Expr, factor: Expr) -> Expr | None:
    """``expr / factor`` over QQ when the division leaves no remainder, else None."""
    gens = sorted(expr.free_symbols | factor.free_symbols, key=str)
    quotient, remainder = div(Poly(expr, *gens, domain=QQ), Poly(factor, *gens, domain=QQ))
    return quotient.as_expr() if remainder.is_zero else None


def expect_positive_ball(expr: Expr, box: Mapping[Symbol, tuple[Any, Any]], message: str) -> int:
    """Prove ``expr > 0`` on a rational box by ball arithmetic; returns the number of cells."""
    current().checks += 1
    try:
        return prove_positive(expr, box)
    except Refuted as refuted:
        raise Refuted(f"{message}: {refuted}", refuted.witness) from refuted
