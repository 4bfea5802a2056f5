"""Whether an equation of the claim is compared for all that it speaks of, or at some of its points alone.

``expect_identity(claim.formula, {y: 1, x: 1})`` looks at one number, where the claim says y = x^2 for all x.
An equation in k symbols leaves k - 1 of them free, less one for each equation of the claim's conditions on
them, and for each of them that the claim says is a number.  What is put in must leave as many, and must not
make the equation hold by a number at which a factor of it is 0.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sympy import (
    Basic,
    Dummy,
    Expr,
    Heaviside,
    Matrix,
    Mod,
    Rational,
    Symbol,
    cancel,
    ceiling,
    floor,
    frac,
    fraction,
    prime,
    sign,
    sympify,
)
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.checks.run_context import RunContext
from theorem_audit.doubt.kinks import branches
from theorem_audit.doubt.signs import nonzero
from theorem_audit.exact.zero import conjuncts, difference, relations
from theorem_audit.statement.recording import held

POINTS = (3, 5)  # the rank may happen to be less at one of two
STEPS = (Mod, floor, ceiling, frac, sign, Heaviside)  # constant between their jumps


def note_reach(context: RunContext, equation: Boolean, derived: Mapping[Symbol, Expr]) -> None:
    """Note of an equation that holds whether it was compared in general, or at less than it is claimed for."""
    put = frozenset(equation.free_symbols & set(derived))
    if context.claim is None or not put:
        return
    left = _directions([sympify(derived.get(x, x)) for x in sorted(equation.free_symbols, key=str)])
    said = conjuncts(held(context.claim, "formula"))
    near = [x for x in said if isinstance(x, Eq) and x.free_symbols & put]
    # Of a number, any equation with one of these symbols may be meant.
    meant = near if left == 0 else []
    if equation in said:
        meant = [equation]
    region = held(context.claim, "region")
    short = [
        x for x in meant if left < _free(x, said, region) or _by_a_factor(x, derived, said, region)
    ]
    if not short:
        context.in_general |= {equation} & said or {x for x in near if _follows(x, equation)}
        return
    values = ", ".join(f"{x} = {derived[x]}" for x in sorted(put, key=str))
    where = "at some of its points" if left else "at one number"
    context.at_points[frozenset(short)] = (
        f"{equation} is compared {where} alone ({values}), and the claim says it for more: put in what its "
        "symbols are in general"
    )


def at_points(context: RunContext) -> str:
    """What to say of an equation that was compared at some of its points, and never in general; or empty."""
    return next((x for short, x in context.at_points.items() if short - context.in_general), "")


def _free(equation: Boolean, said: Collection[Boolean], region: Boolean) -> int:
    """How many symbols of an equation of the claim are free, by its conditions."""
    symbols = equation.free_symbols
    every, _ = _conditions(equation, said, region)
    return len(symbols) - 1 - (len(every) - _of_others(every, symbols))


def _conditions(
    equation: Boolean, said: Collection[Boolean], region: Boolean
) -> tuple[list[Boolean], dict[Basic, Basic]]:
    """The equations on which an equation of the claim may rely, and the symbols that they make numbers.

    Those of the region, and those of the claim that give numbers, one after the other: w = 1, z = w + 1.
    """
    given = [x for x in relations(region) if isinstance(x, Eq) and _of_numbers(x) and _cuts(x)]
    own = sorted(
        (x for x in said if isinstance(x, Eq) and x != equation and _of_numbers(x) and _cuts(x)),
        key=str,
    )
    known: dict[Basic, Basic] = {}
    used = []
    waiting = [*given, *own]
    while (one := next((x for x in waiting if len(_left(x, known)) == 1), None)) is not None:
        waiting.remove(one)
        (symbol,) = _left(one, known)
        value = _number(_plain(difference(one).subs(known)), symbol)
        if value is not None:
            known[symbol] = value
            used.append(one)
    every = list[Boolean]()
    # What says no more of these numbers, or what another one says, takes nothing away.
    for one in given:
        left = _plain(difference(one).subs(known)).free_symbols - known.keys()
        if one in used or (left and not any(_follows(one, x) for x in every)):
            every.append(one)
    return [*every, *(x for x in used if x not in given)], known


def _left(equation: Boolean, known: Mapping[Basic, Basic]) -> set[Basic]:
    return equation.free_symbols - known.keys()


def _number(gap: Expr, symbol: Basic) -> Basic | None:
    """The number that gap = 0 makes of a symbol, the symbol itself where it is one of several; else None."""
    if gap.free_symbols != {symbol}:
        return None  # a coefficient is one of several numbers, and may be 0
    rate = _plain(gap.diff(symbol))
    return _plain(symbol - gap / rate) if rate.is_number else symbol


def _of_numbers(equation: Boolean) -> bool:
    """Whether both sides are numbers: pairs and matrices are compared as they are."""
    return all(isinstance(x, Expr) and not getattr(x, "is_Matrix", False) for x in equation.args)


def _cuts(equation: Boolean) -> bool:
    """Whether that an equation holds takes a direction away: 2 | n, |x| = x and sign(x) = 1 take none."""
    gap = difference(equation)
    jumps = {x: Dummy() for x in gap.atoms(*STEPS)}
    return all(_plain(x).free_symbols - {*jumps.values()} for x in branches(gap.xreplace(jumps)))


def _plain(expr: Expr) -> Expr:
    """A quotient without common factors; what is none as it is."""
    try:
        return cancel(expr)
    except BasePolynomialError:
        return expr


def _by_a_factor(
    equation: Boolean, derived: Mapping[Symbol, Expr], said: Collection[Boolean], region: Boolean
) -> bool:
    """Whether an equation holds because a number is put in at which a factor is 0: a y = a x^2 at a = 0.

    Not where the claim says that the symbol is a number, or where what is left over is 0 nowhere in the
    region: x y = 3 x says that y is 3, where x > 0.
    """
    if not _of_numbers(equation):
        return False
    _, known = _conditions(equation, said, region)
    gap = difference(equation)
    for symbol in sorted(equation.free_symbols & {*derived} - {*known}, key=str):
        value = sympify(derived[symbol])
        if value.free_symbols or not equation.free_symbols - {symbol, *known}:
            continue
        if _plain(gap.subs(symbol, value)) == 0 and not nonzero(
            fraction(_plain(gap / (symbol - value)))[0], region
        ):
            return True
    return False


def _follows(claimed: Boolean, other: Boolean) -> bool:
    """Whether an equation holds wherever another one does, since its gap is a multiple of that one's."""
    if not (_of_numbers(claimed) and _of_numbers(other)):
        return bool(claimed == other)
    ratio = _plain(difference(claimed) / difference(other))
    return bool(ratio.is_finite is not False and fraction(ratio)[1].is_number)


def _of_others(equations: Collection[Boolean], symbols: Collection[Basic]) -> int:
    """How many equations say what another symbol is, each of its own: a = x + w leaves a free, and says x."""
    said: dict[Basic, Boolean] = {}

    def says(equation: Boolean, tried: set[Basic]) -> bool:
        for x in equation.free_symbols - {*symbols, *tried}:
            tried.add(x)
            if x not in said or says(said[x], tried):
                said[x] = equation
                return True
        return False

    return sum(says(x, set()) for x in equations)


def _directions(values: list[Expr]) -> int:
    """In how many directions some values move together, as what they are made of does."""
    plain = {x for x in values if x.is_Symbol}
    made = [x for x in values if not x.is_Symbol]
    own = sorted({y for x in made for y in x.free_symbols} - plain, key=str)
    most = min(len(made), len(own))
    if most < 2:
        return len(plain) + most
    every = sorted(set().union(*(x.free_symbols for x in made)), key=str)
    ranks = []
    for point in POINTS:
        at = {x: Rational(prime(k + point), point) for k, x in enumerate(every)}
        rows = Matrix([[x.diff(y).subs(at, simultaneous=True) for y in own] for x in made])
        if all(x.is_Rational for x in rows):  # neither a pole nor a logarithm
            ranks.append(rows.rank())
    return len(plain) + max(ranks, default=most)


__all__ = ["at_points", "note_reach"]
