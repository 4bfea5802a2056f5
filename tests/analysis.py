"""Tools for evidence with logarithms and quotients: identities, rational inequalities, balls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import flint
from sympy import (
    Expr,
    Integer,
    Pow,
    Symbol,
    binomial,
    expand_log,
    fraction,
    log,
    together,
)
from sympy.logic.boolalg import Boolean

from tests.forms import cancel
from theorem_audit import exact_quotient, expect, expect_nonnegative
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.checker import Certificate
from theorem_audit.exact.region import Box, satisfies
from theorem_audit.exact.zero import as_rational, difference, is_zero, prove_nonnegative
from theorem_audit.statement.claim import Claim

Point = Mapping[Symbol, Any]


def log_terms(expr: Expr) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """``expr`` as plain + sum of coefficient * log(argument)."""
    plain: Expr = Integer(0)
    logs = []
    for term in expr.expand(log=False, power_base=False, power_exp=False).as_ordered_terms():
        factors = term.as_ordered_factors()
        found = [x for x in factors if x.func is log]
        if not found:
            plain += term
            continue
        rest = term / found[0]
        if rest.has(log):
            raise Undecided(f"{term} is not a coefficient times a logarithm")
        logs.append((cancel(rest), found[0].args[0]))
    return plain, logs


def log_zero(expr: Expr) -> bool:
    """Whether a sum of coefficient * log(argument) is shown to be identically zero.

    Rational functions over QQ; arguments are positive where the claim holds.  Logarithms whose
    coefficients are integer multiples of each other are merged.  False means: not shown.
    """
    plain, terms = log_terms(expr)
    merged: dict[Expr, Expr] = {}
    for coefficient, argument in terms:
        merged[argument] = merged.get(argument, Integer(0)) + coefficient
    logs = [(cancel(together(c)), x) for x, c in merged.items()]
    logs = [(c, x) for c, x in logs if c != 0]
    groups: list[tuple[Expr, Expr]] = []
    for coefficient, argument in logs:
        for index, (base, product) in enumerate(groups):
            ratio = cancel(coefficient / base)
            if ratio.is_Integer:
                groups[index] = (base, product * argument**ratio)
                break
            if ratio.is_Rational and (1 / ratio).is_Integer:
                groups[index] = (coefficient, product ** (1 / ratio) * argument)
                break
        else:
            groups.append((coefficient, argument))
    # The products are left uncancelled, so that whoever listens sees what is decided to be 1.
    return (plain == 0 or is_zero(plain)) and all(is_zero(product - 1) for _, product in groups)


def expect_same(claimed: Expr, derived: Expr, points: Iterable[Point], message: str) -> None:
    """Check claimed == derived identically; a point where balls exclude equality refutes it.

    Squares and products of logarithms are compared term by term, as polynomials in logarithms of
    equal argument.
    """
    gap = claimed - derived
    for point in points:
        value = ball(gap, point)
        expect(value.contains(0), f"{message}: {claimed} is off by {value}", **_named(point))
    if not _zero(gap):
        raise Undecided(f"{message}: {claimed} against {derived} is not decided")
    expect(True, message)


def frozen(expr: Expr, table: dict[Expr, Symbol]) -> Expr:
    """``expr`` with powers to symbolic exponents and binomials replaced by symbols, equal by equal."""
    atoms = [x for x in expr.atoms(Pow) if not x.exp.is_Rational] + list(expr.atoms(binomial))
    for x in sorted(atoms, key=str):
        table.setdefault(x, Symbol(f"_atom{len(table)}"))
    return expr.xreplace(table)


def _zero(gap: Expr) -> bool:
    gap = frozen(gap, {})
    try:
        return log_zero(gap)
    except Undecided:
        swapped: dict[Expr, Symbol] = {}
        for x in sorted(gap.atoms(log), key=str):
            same = next((y for y in swapped if is_zero(x.args[0] - y.args[0])), None)
            swapped[x] = swapped[same] if same is not None else Symbol(f"_log{len(swapped)}")
        return is_zero(gap.xreplace(swapped))


def log_of(power: Expr) -> Expr:
    """log of a product of powers, expanded; bases are positive where the claim holds."""
    return expand_log(log(power), force=True)


def ball(expr: Expr, point: Point, bits: int = 256) -> flint.arb:
    """The value of ``expr`` at an exact rational point, as an interval."""
    old, flint.ctx.prec = flint.ctx.prec, bits
    try:
        whole = {x: value for x, value in point.items() if x.is_integer}
        values = {x: flint.arb(flint.fmpq(*_pair(value))) for x, value in point.items()}
        return enclose(expr.subs(whole), values)
    finally:
        flint.ctx.prec = old


def expect_quotient(
    relation: Boolean,
    box: Box,
    *,
    positive: Iterable[Expr],
    chart: Mapping[Symbol, Expr] | None = None,
    factors: Iterable[Expr] = (),
) -> Certificate:
    """Certify an inequality between rational functions on a box.

    positive: known to be > 0 on the region; the denominator must be made of them alone.
    factors: divided out of the numerator where they divide it and are >= 0 on the box.
    chart: puts in the box's coordinates.
    """
    chart = dict(chart or {})
    top, bottom = fraction(together(difference(relation).subs(chart)))
    numerator = top.expand()
    for factor in positive:
        while bottom.free_symbols:
            quotient = exact_quotient(bottom, factor.subs(chart))
            if quotient is None:
                break
            bottom = quotient
    if bottom.free_symbols or bottom == 0:
        raise Undecided(f"{relation}: the sign of the denominator's factor {bottom} is open")
    numerator = numerator / bottom
    for factor in factors:
        quotient = exact_quotient(numerator, factor)
        if quotient is not None and _nonnegative(factor, box):
            numerator = quotient
    return expect_nonnegative(numerator.expand(), box, str(relation))


def _nonnegative(factor: Expr, box: Box) -> bool:
    try:
        prove_nonnegative(factor, box)
    except (Refuted, Undecided):
        return False
    return True


def upper_bound_on(claim: Claim, symbol: Symbol) -> Expr:
    """What the claim's one inequality with ``symbol`` says it is at most; Undecided otherwise."""
    relation = claim.conjunct(symbol, kind="inequality")
    gap = difference(relation).expand()
    weight = -gap.coeff(symbol)
    rest = gap + weight * symbol
    if not (weight.is_Rational and weight > 0) or rest.has(symbol):
        raise Undecided(f"{relation} does not bound {symbol} from above")
    return rest / weight


def expect_outside(claim: Claim, point: Point, message: str) -> None:
    """The point, where the claim's conclusion is known to fail, must not lie in its region."""
    inside = satisfies(claim.region, point)
    expect(not inside, f"{message}, yet the region {claim.region} admits it", **_named(point))


def _pair(value: Any) -> tuple[int, int]:
    number = as_rational(value)
    return int(number.p), int(number.q)


def _named(point: Point) -> dict[str, Any]:
    return {str(symbol): value for symbol, value in point.items()}
