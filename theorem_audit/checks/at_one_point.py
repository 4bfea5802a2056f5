"""Whether an equation of the claim is compared for all that it speaks of, or at some of its points alone.

``expect_identity(claim.formula, {y: 1, x: 1})`` looks at one number, where the claim says y = x^2 for all x.
An equation in k symbols leaves k - 1 of them free, less one for each equation of the claim's conditions on
them, and for each of them that the claim says is a number.  What is put in must leave as many.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sympy import Basic, Expr, Matrix, Rational, Symbol, prime, sympify
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean

from theorem_audit.checks.run_context import RunContext
from theorem_audit.exact.zero import conjuncts, relations
from theorem_audit.statement.recording import held

POINTS = (3, 5)  # the rank may happen to be less at one of two


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
    if equation in said:  # one symbol put in leaves the others as they are
        meant = [equation] if len(put) > 1 else []
    short = [x for x in meant if left < _free(x, said, context)]
    if not short:
        context.in_general |= {equation} if equation in said else {*near}
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


def _free(equation: Boolean, said: Collection[Boolean], context: RunContext) -> int:
    """How many symbols of an equation of the claim are free, by its conditions."""
    symbols = equation.free_symbols
    given = [x for x in relations(held(context.claim, "region")) if isinstance(x, Eq)]
    numbers = [x for x in said if isinstance(x, Eq) and x != equation and len(x.free_symbols) == 1]
    every = (*given, *numbers)
    return len(symbols) - 1 - (len(every) - _of_others(every, symbols))


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
