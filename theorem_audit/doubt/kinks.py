"""Derivatives that are taken at a kink: of |x| at 0, of a maximum where its arguments meet.

SymPy works the derivative of |x| out to sign(x), which is 0 at 0, where there is none.  At each point of the
region that may be a kink the slopes on both sides are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from sympy import (
    Abs,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Heaviside,
    Max,
    Min,
    Mul,
    Piecewise,
    Subs,
    Symbol,
    cancel,
    ceiling,
    factor_terms,
    floor,
    limit,
    nan,
    zoo,
)
from sympy import sign as sign_of
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Relational
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.doubt.instances import Found
from theorem_audit.doubt.worked_out import MOST_OPERATIONS

WHOLE = (-1, 0, 1, 2)  # where a floor's jumps are looked for

# A derivative, in which case of a table it stands, where it may have no value, and what is derived there: an
# expression, by a symbol, and what is put in afterwards.
Kink = tuple[Basic, Boolean, Boolean, Expr, Symbol, Mapping[Basic, Expr]]


def kinks(nodes: Iterable[Found]) -> Iterator[Kink]:
    """The kinks of all that is derived, of each order and along each symbol."""
    for node, index, within, guard in dict.fromkeys(nodes):
        if within is None or node.free_symbols & index:
            continue
        put: dict[Basic, Expr] = {}
        if isinstance(node, Subs):
            put = dict(zip(node.variables, node.point, strict=True))
        elif not isinstance(node, Derivative):
            continue
        inner = node.expr if isinstance(node, Subs) else node
        for part in sorted(inner.atoms(Derivative), key=str):
            for derived, along in _levels(part):
                for edge in _edges(derived, along):
                    yield node, guard, edge.subs(put, simultaneous=True), derived, along, put


def _levels(part: Derivative) -> Iterator[tuple[Expr, Symbol]]:
    """What is derived, and by which symbol, one time after the other."""
    if part.has(AppliedUndef) or not all(count.is_Integer for _, count in part.variable_count):
        return
    derived = part.expr
    for along in part.variables:
        yield derived, along
        if derived.count_ops() > MOST_OPERATIONS:
            return
        derived = derived.diff(along)


def _edges(derived: Expr, along: Symbol) -> Iterator[Boolean]:
    """Conditions under which an expression may have a kink or a jump along a symbol."""
    for x in sorted(
        derived.atoms(Abs, sign_of, Heaviside, Max, Min, floor, ceiling, Piecewise), key=str
    ):
        if isinstance(x, Max | Min):
            gaps = [one - two for one, two in combinations(x.args, 2)]
        elif isinstance(x, Piecewise):
            gaps = [y.lhs - y.rhs for case in x.args for y in case.cond.atoms(Relational)]
        else:
            ends = WHOLE if isinstance(x, floor | ceiling) else (0,)
            gaps = [x.args[0] - end for end in ends]
        factors = [y for gap in gaps for z in branches(gap) for y in Mul.make_args(factor_terms(z))]
        yield from (Eq(y, 0) for y in dict.fromkeys(factors) if y.has(along))


def branches(gap: Expr) -> Iterator[Expr]:
    """What an expression is on some open sets, one of which each point lies in or beside."""
    split = next(iter(sorted(gap.atoms(Abs, Max, Min, Piecewise), key=str)), None)
    if split is None:
        yield gap
        return
    if isinstance(split, Abs):
        parts = (split.args[0], -split.args[0])
    elif isinstance(split, Piecewise):
        parts = tuple(value for value, _ in split.args)
    else:
        parts = split.args
    for part in parts:
        yield from branches(gap.xreplace({split: part}))


def has_slope(
    derived: Expr, along: Symbol, put: Mapping[Basic, Expr], at: Mapping[Symbol, Expr]
) -> bool:
    """Whether the slopes on both sides of a point are one number; True, too, where that is not settled."""
    where = {
        x: put.get(x, x).subs(dict(at), simultaneous=True) for x in {*derived.free_symbols, along}
    }
    here = derived.subs(where, simultaneous=True)
    step = Dummy(positive=True)
    try:
        right, left = (
            _limit(
                (_beside(derived.xreplace({**where, along: where[along] + h}), step) - here) / h,
                step,
            )
            for h in (step, -step)
        )
        return bool(cancel(right - left) == 0)
    except (NotImplementedError, ValueError, TypeError, ZeroDivisionError, BasePolynomialError):
        return True


def _beside(part: Basic, step: Symbol) -> Basic:
    """The same without bars, maxima, jumps and cases, as it is for all steps that are small enough."""
    if isinstance(part, Piecewise):
        case = next((value for value, cond in part.args if _holds(cond, step)), nan)
        return _beside(case, step)
    if not part.args:
        return part
    args = [_beside(x, step) for x in part.args]
    if isinstance(part, Abs):
        return args[0] * _sign(args[0], step)
    if isinstance(part, sign_of):
        return _sign(args[0], step)
    if isinstance(part, Heaviside):
        return (1 + _sign(args[0], step)) / 2
    if isinstance(part, floor | ceiling):
        end = _limit(args[0], step)
        return part.func(end + _sign(args[0] - end, step) / 2) if end.is_integer else part.func(end)
    if isinstance(part, Max | Min):
        side = 1 if isinstance(part, Max) else -1
        most = args[0]
        for other in args[1:]:
            most = other if _sign(other - most, step) == side else most
        return most
    return part.func(*args)


def _holds(cond: Boolean, step: Symbol) -> bool:
    """Whether a condition holds for all steps that are small enough."""
    told = {x: x.func(_sign(_beside(x.lhs - x.rhs, step), step), 0) for x in cond.atoms(Relational)}
    return bool(cond.xreplace(told))


def _sign(part: Expr, step: Symbol) -> Expr:
    """The sign of an expression for all steps that are small enough."""
    lead = cancel(part)
    return sign_of(lead.as_leading_term(step).subs(step, 1))


def _limit(part: Expr, step: Symbol) -> Expr:
    plain = cancel(part)
    end = plain.subs(step, 0)
    return limit(plain, step, 0, "+") if end.has(nan, zoo) else end


__all__ = ["Kink", "branches", "has_slope", "kinks"]
