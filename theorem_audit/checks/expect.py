"""The assertions evidence is made of.  Each call is counted: evidence that checks nothing is an error.

All raise ``Refuted`` with a witness where the claim is false.  That one failed is noted where it is judged
(``with current()``): evidence that catches it does not pass, but inside ``attempt``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import numpy as np
from sympy import (
    QQ,
    Basic,
    Expr,
    Float,
    Mul,
    Poly,
    Rational,
    Symbol,
    SympifyError,
    div,
    factor_list,
    false,
    sympify,
    true,
)
from sympy.core.relational import Eq, Gt, Lt
from sympy.logic.boolalg import Boolean, BooleanAtom, BooleanFalse

from theorem_audit.checks.at_one_point import note_reach
from theorem_audit.checks.covering import expect_within, own_inequality, says_less
from theorem_audit.checks.over_nothing import expect_entries, expect_items
from theorem_audit.checks.run_context import RunContext, current
from theorem_audit.exact.ball import prove_positive
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.checker import Certificate, check_certificate
from theorem_audit.exact.decided import listening, tell
from theorem_audit.exact.region import Box, box_of
from theorem_audit.exact.zero import difference, is_zero, prove_nonnegative, relations

MARGINS = (Rational(1, 100), Rational(1, 10**6))  # any positive number proves strictness


def truth(condition: Any) -> bool:
    """Whether a verdict is true: a bool, a NumPy bool, or SymPy's true or false.

    Raises Undecided for None and for a relation that SymPy left open, and TypeError for anything else:
    a pair, a number or an array is true or false in Python, and no verdict.
    """
    if isinstance(condition, bool | np.bool_ | BooleanAtom):
        return bool(condition)
    if condition is None or (isinstance(condition, Boolean) and not isinstance(condition, Expr)):
        raise Undecided(f"{condition} is neither true nor false")
    raise TypeError(
        f"{condition!r} is no verdict: a bool is needed, not {type(condition).__name__}"
    )


def expect(condition: Any, message: str, **witness: Any) -> None:
    """Check one condition; ``witness`` is what a reader needs to see the failure for himself.

    Raises Refuted where it does not hold, what ``truth`` raises where it is no verdict, and ValueError where it
    is true because there was nothing to check: ``expect(all(...))`` over no items, in a file of evidence, or
    NumPy's of an empty array.

    >>> expect(2 + 2 == 4, "the sum of two numbers", left=2, right=2)
    """
    with current() as context:
        context.count()
        if not truth(condition):
            shown = ", ".join(f"{key}={value}" for key, value in witness.items())
            raise Refuted(f"{message}{' at ' + shown if shown else ''}", witness)
        if context.counted:
            expect_items(sys._getframe(1), message)
        expect_entries(sys._getframe(1), message)
        tell("condition", message)


def expect_zero(expr: Expr, message: str) -> None:
    """Check that ``expr`` is identically zero, by normal form over QQ.

    Raises Refuted where it is another function, Undecided where the normal form does not tell, and TypeError
    for text or a float.

    >>> from sympy import symbols
    >>> x = symbols("x", real=True)
    >>> expect_zero((x + 1) ** 2 - (x**2 + 2 * x + 1), "the square of a sum")
    """
    with current() as context:
        context.count()
        _no_words(expr=expr)
        if not is_zero(expr):
            raise Refuted(f"{message}: {expr} is not identically zero")


def expect_identity(formula: Boolean, derived: Mapping[Symbol, Expr]) -> None:
    """Check each equation of ``formula`` after substituting the derived quantities.

    derived: symbol -> expression obtained independently of the formula.  Every equation must use at
    least one of them (else it would speak about nothing derived), and every one must be used.  A formula
    of another form may be true all the same: it is Undecided, not refuted.  Raises Refuted where an equation
    does not hold.  An equation of the claim that is compared at a number, or at some other part of what it is
    claimed for, decides nothing: evidence of a deciding kind that does no more is inconclusive.

    >>> from sympy import Eq, symbols
    >>> eta, x, after = symbols("eta x x^+", real=True)
    >>> expect_identity(Eq(after, (1 - eta) * x), {after: x - eta * x})
    """
    with current() as context:
        _no_words(**{str(x): value for x, value in derived.items()})
        equations = relations(formula)
        _of_form(bool(equations), f"{formula} states nothing")
        used: set[Symbol] = set()
        for equation in equations:
            _of_form(isinstance(equation, Eq), f"{equation} is not an equation")
            used |= equation.free_symbols & set(derived)
            about = bool(equation.free_symbols & set(derived))
            _of_form(about, f"{equation} mentions nothing derived")
            gap = difference(equation).subs(dict(derived), simultaneous=True)
            tell("sides", tuple(x.subs(dict(derived), simultaneous=True) for x in equation.args))
            expect_zero(gap, f"{equation} against the derivation")
            note_reach(context, equation, derived)
        _of_form(used == set(derived), f"{formula} says nothing about {set(derived) - used}")


def _no_words(**values: Any) -> None:
    """Text would be read as symbols without assumptions, which are others than the claim's, and a float less
    the rational next to it is 0.
    """
    for name, value in values.items():
        if isinstance(value, str):
            raise TypeError(f"{name}={value!r}: an expression is needed, not text")
        if _holds_a_float(value):
            raise TypeError(
                f"{name}={value!r}: an exact expression is needed, floats decide nothing"
            )


def _holds_a_float(value: Any) -> bool:
    """Whether it is a number of rounded digits, or SymPy reads one in it: a complex one, mpmath's, an array."""
    rounded = isinstance(value, float | complex | np.inexact | Decimal)
    if rounded or hasattr(value, "_mpf_") or hasattr(value, "_mpc_"):
        return True
    try:
        read = value if isinstance(value, Basic) else sympify(value)
    except SympifyError:  # what it cannot read it refuses where it is used
        return False
    return isinstance(read, Basic) and bool(read.has(Float))


def _of_form(holds: bool, message: str) -> None:
    """Count one check of a formula's form; where it has another, nothing is decided."""
    current().count()
    if not holds:
        raise Undecided(message)


def expect_nonnegative(
    poly: Expr, box: Mapping[Symbol, tuple[Any, Any]], message: str = "", *, part: Boolean = true
) -> Certificate:
    """Certify ``poly >= 0`` on ``box`` and have the separate checker accept the certificate.

    Where that says an inequality of the claim (its gap is k poly + c, c >= 0), the box must hold the claim's
    region, or ``part`` of it, as for ``expect_inequality``.  A strict one is Undecided by it, unless c > 0.

    poly, box and errors: as in ``theorem_audit.exact.prove_nonnegative``.

    >>> from sympy import symbols
    >>> x = symbols("x", real=True)
    >>> expect_nonnegative(x * (1 - x), {x: (0, 1)}, "a parabola").symbols
    ('x',)
    """
    with current() as context, _own(context, poly, box, part):
        return _certified(poly, box, message)


@contextmanager
def _own(
    context: RunContext,
    expr: Expr,
    box: Mapping[Symbol, tuple[Any, Any]],
    part: Boolean,
    strictly: bool = False,
) -> Iterator[None]:
    """What ``expr >= 0`` says of the claim is asked, and noted when it is certified, as of its inequality.

    strictly: what is certified is ``expr > 0``.
    """
    relation = own_inequality(context, expr)
    own = () if relation is None else expect_within(context, relation, box, (), part, {})
    yield
    if relation is not None and says_less(context, relation, expr, strictly):
        context.weakly.setdefault(relation, expr)
        return
    for said in own:
        context.pieces.setdefault(said, []).append(part)


def _certified(poly: Expr, box: Mapping[Symbol, tuple[Any, Any]], message: str) -> Certificate:
    """The same, where a failure is one of several tries."""
    current().count()
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
    part: Boolean = true,
) -> Certificate:
    """Certify one inequality of a claim on its region, strictly where it is strict.

    region: the claim's; where the inequality is one of the claim's formula and another is handed over (a
    box, other conditions), it must hold all of the claim's, as far as it speaks of the claim's symbols.
    part: a condition that says on which part of the claim's region it is certified.  Parts decide where
    together they are shown to be all of it.

    derived: substituted first (next-step symbols by the derived map).  Where that is a symbol of the claim's
    region, the box is one of new coordinates, and what is put in must be shown to take all values of it.
    factor: a factor that is >= 0 on the region; where it divides the difference exactly, the
    quotient is certified instead (and a wrong variant that it does not divide is tried as it is).
    That it is >= 0 is certified too: ValueError where it is not.
    A strict inequality P > 0 is certified as P >= c * slack^k with a number c > 0, where slack is the
    product of the region's own strict slacks, which is positive on the region (1 for a box, which is
    closed).  ``factor`` is then not divided out: it may be 0.  Raises Refuted at a point of the region
    where P = 0, and Undecided where neither is found.
    """
    with current() as context:
        if isinstance(relation, BooleanFalse):
            raise Refuted(f"{relation} holds nowhere")
        _of_form(
            not isinstance(relation, Eq) and hasattr(relation, "gts"),
            f"{relation} is not an inequality",
        )
        _no_words(**{str(x): value for x, value in (derived or {}).items()})
        own = expect_within(context, relation, region, order, part, derived or {})
        try:
            found = _certify(relation, region, order, derived or {}, factor)
        except Refuted as refuted:
            raise _told_in(refuted, derived or {}) from refuted
        for said in own:  # noted when it is certified: an attempt may fail
            context.pieces.setdefault(said, []).append(part)
        return found


def _certify(
    relation: Boolean,
    region: Boolean | Box,
    order: Sequence[Symbol],
    derived: Mapping[Symbol, Expr],
    factor: Expr | None,
) -> Certificate:
    gap = difference(relation).subs(dict(derived), simultaneous=True)
    box = region if isinstance(region, dict) else box_of(region, order)
    if isinstance(relation, Gt | Lt):
        whole = true if isinstance(region, dict) else region
        return _expect_positive(gap, whole, box, relation)
    if factor is not None and (quotient := exact_quotient(gap, factor)) is not None:
        certify_factor(factor, box)
        gap = quotient
    return _certified(gap, box, f"{relation}")


def _told_in(refuted: Refuted, derived: Mapping[Symbol, Expr]) -> Refuted:
    """The same with the values of what was put in, too: whether they are the claim's can be told by these."""
    more = {
        x: value.subs(refuted.witness)
        for x, value in derived.items()
        if isinstance(value, Basic) and x not in refuted.witness
    }
    return Refuted(str(refuted), {**refuted.witness, **more})


def certify_factor(factor: Expr, box: Box) -> None:
    """Raise ValueError where ``factor`` is negative on the box; even powers in it are >= 0 anyway."""
    constant, powers = factor_list(factor)
    odd = Mul(constant, *(base for base, exponent in powers if exponent % 2))
    with listening(lambda kind, what: None):  # it is no part of what the claim says
        try:
            check_certificate(prove_nonnegative(odd, box))
        except Refuted as refuted:
            raise ValueError(
                f"factor={factor}: it is negative at {refuted.witness}; it must be >= 0 on the region"
            ) from refuted


def _expect_positive(gap: Expr, region: Boolean, box: Box, relation: Boolean) -> Certificate:
    strict = [difference(x) for x in relations(region) if isinstance(x, Gt | Lt)]
    slack = Mul(*(x for x in strict if x.free_symbols <= set(box)))
    equal = ""
    for margin in MARGINS:
        for power in (1, 2, 3) if strict else (1,):
            try:
                return _certified((gap - margin * slack**power).expand(), box, str(relation))
            except Refuted as refuted:
                value, at = gap.subs(refuted.witness), refuted.witness
                inside = region.subs(at) is not false
                if value < 0 or (value == 0 and inside):
                    raise Refuted(f"{relation}: the difference is {value} at {at}", at) from refuted
                equal = f", equality at {at}, on the edge" if value == 0 else equal
            except Undecided as undecided:
                equal = equal or f" ({undecided})"
    raise Undecided(f"{relation} is strict, and no positive margin was certified{equal}")


def exact_quotient(expr: Expr, factor: Expr) -> Expr | None:
    """``expr / factor`` over QQ when the division leaves no remainder, else None.

    >>> from sympy import symbols
    >>> x = symbols("x", real=True)
    >>> exact_quotient(x**2 - 1, x - 1), exact_quotient(x**2 + 1, x - 1)
    (x + 1, None)
    """
    gens = sorted(expr.free_symbols | factor.free_symbols, key=str)
    quotient, remainder = div(Poly(expr, *gens, domain=QQ), Poly(factor, *gens, domain=QQ))
    return quotient.as_expr() if remainder.is_zero else None


def expect_positive_ball(
    expr: Expr, box: Mapping[Symbol, tuple[Any, Any]], message: str, *, part: Boolean = true
) -> int:
    """Prove ``expr > 0`` on a rational box by ball arithmetic; returns the number of cells.

    Where that says an inequality of the claim, the box must hold its region, as for ``expect_nonnegative``.

    expr, box and errors: as in ``theorem_audit.exact.prove_positive``.

    >>> from sympy import exp, symbols
    >>> x = symbols("x", real=True)
    >>> expect_positive_ball(exp(x) - x, {x: (0, 1)}, "exp(x) > x")
    3
    """
    with current() as context, _own(context, expr, box, part, strictly=True):
        context.count()
        try:
            return prove_positive(expr, box)
        except Refuted as refuted:
            raise Refuted(f"{message}: {refuted}", refuted.witness) from refuted
