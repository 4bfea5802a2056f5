"""Whether a claim's own inequality is certified on the claim's region, or on a part of it.

A box may be smaller than the region that the evidence was handed; a certificate on it says less than the claim.
Compared is what speaks of the claim's symbols: in new coordinates a box is the evidence's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from sympy import (
    ITE,
    And,
    Basic,
    Expr,
    Implies,
    Integer,
    Not,
    Or,
    Poly,
    Symbol,
    div,
    factor_list,
    false,
    sympify,
    true,
)
from sympy.core.relational import Ge, Gt, Le, Lt
from sympy.logic.boolalg import Boolean
from sympy.polys.polyerrors import BasePolynomialError

from theorem_audit.checks.at_one_point import at_points
from theorem_audit.checks.run_context import RunContext
from theorem_audit.doubt.lemmas import follows, supposed
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import conjuncts, difference, relations
from theorem_audit.statement.recording import held


def expect_within(
    context: RunContext,
    relation: Boolean,
    region: Any,
    order: Sequence[Symbol],
    part: Boolean,
    derived: Mapping[Symbol, Expr],
) -> tuple[Boolean, ...]:
    """What of the claim's formula ``relation`` says, however it is written: an inequality, or alternatives of
    which it is one, each where it is said; none where it is no inequality of the claim.

    Raises Undecided where it is one, and the claim's region is not shown to lie in what it is certified on.

    part: on which part of the claim's region that is.  derived: what is put in for symbols.
    """
    stated = _stated(context)
    if (own := _own(relation, stated)) is None:
        return ()
    whole, symbols = supposed(context.claim)
    here = And(whole, part, Or(*stated[own].values()))
    for condition in _conditions(region, order):
        if condition.free_symbols <= symbols and not follows(condition, here):
            raise Undecided(_not_shown(relation, str(condition), part))
    for x, condition in _bounds(region, order):
        if x in symbols and (more := condition.free_symbols - symbols):
            told = f"{condition}, where the claim does not speak of {min(map(str, more))}"
            raise Undecided(_not_shown(relation, told, part))
    bounded = whole.free_symbols
    if put := {x: value for x, value in derived.items() if x in bounded}:
        shown = _image(put, region, symbols) if isinstance(region, Mapping) else None
        if shown is None or not follows(shown, here):
            told = ", ".join(f"{x} = {value}" for x, value in put.items())
            raise Undecided(_not_shown(relation, told, part))
    return tuple(stated[own])


def _not_shown(relation: Boolean, where: str, part: Boolean) -> str:
    return (
        f"{relation} is certified where {where}, and that the claim's region says so"
        f"{'' if part is true else f' where {part}'} is not shown: hand over the whole, or say which "
        "part it is (part=)"
    )


def _own(relation: Boolean, said: Collection[Boolean]) -> Boolean | None:
    """Which of these inequalities this one is, or is with > for >=: turned round, times a number, with all on
    one side.
    """
    if relation in said:
        return relation
    if not hasattr(relation, "gts"):
        return None
    mine = _terms(difference(relation))
    for own in sorted((x for x in said if hasattr(x, "gts")), key=str):
        if _multiple(mine, _terms(difference(own))) is not None:
            return own
    return None


def _terms(expr: Expr) -> dict[Expr, Expr]:
    """The terms of an expression, each with its coefficient."""
    return dict(expr.expand().as_coefficients_dict())


def _multiple(mine: Mapping[Expr, Expr], theirs: Mapping[Expr, Expr]) -> Expr | None:
    """The number k > 0 with theirs = k mine, term by term; None where there is none."""
    if mine.keys() != theirs.keys():
        return None
    scales = {theirs[x] / mine[x] for x in mine}
    return scales.pop() if len(scales) == 1 and min(scales) > 0 else None


def own_inequality(context: RunContext, expr: Expr) -> Boolean | None:
    """The inequality of the claim that ``expr >= 0`` says, if it says one.

    Its gap is k expr + c with numbers k > 0 and c >= 0, or expr times what the claim's region says is >= 0.
    """
    for relation, said in _stated(context).items():
        if not hasattr(relation, "gts") or not expr.free_symbols:
            continue
        gap = difference(relation)
        if relation not in said:  # one of several: it may hold elsewhere alone
            continue
        if expr.free_symbols == gap.free_symbols and _says_all(expr, gap):
            return relation
        if expr.free_symbols <= gap.free_symbols and _divides(expr, gap, context):
            return relation
    return None


def says_less(context: RunContext, relation: Boolean, expr: Expr, strictly: bool) -> bool:
    """Whether ``expr >= 0`` (``strictly``: > 0) says less than this inequality of the claim, which is strict.

    It says as much where the gap is k expr + c with c > 0; ``expr > 0`` also where c = 0, or where the gap is
    expr times what is > 0 by the claim's conditions.
    """
    if not isinstance(relation, Gt | Lt):
        return False
    gap = difference(relation)
    if expr.free_symbols == gap.free_symbols and _says_all(expr, gap):
        return not strictly and _says_all(gap, expr)  # the other way round, too: c = 0
    return not (strictly and _divides(expr, gap, context, strictly=True))


def _divides(expr: Expr, gap: Expr, context: RunContext, strictly: bool = False) -> bool:
    """Whether gap = expr times a polynomial of which each factor is even, or >= 0 by the claim's conditions;
    ``strictly``: of which each is > 0 by them.
    """
    than = Gt if strictly else Ge
    try:
        rest, left = div(Poly(gap, *gap.free_symbols), Poly(expr, *gap.free_symbols))
        constant, powers = factor_list(rest.as_expr())
    except BasePolynomialError:
        return False
    whole, _ = supposed(context.claim)
    return bool(
        left.is_zero
        and constant > 0
        and all(
            (power % 2 == 0 and not strictly) or follows(than(x, 0), whole) for x, power in powers
        )
    )


def _says_all(expr: Expr, gap: Expr) -> bool:
    """Whether gap = k expr + c with numbers k > 0 and c >= 0, term by term."""
    mine, own = _terms(expr), _terms(gap)
    low, high = (x.pop(Integer(1), Integer(0)) for x in (mine, own))
    scale = _multiple(mine, own)
    return scale is not None and bool(high >= scale * low)


# A relation -> what it is a part of, and where that is said.
Stated = dict[Boolean, dict[Boolean, Boolean]]


def _stated(context: RunContext) -> Stated:
    """The relations of the claim's formula: what each is a part of, and where that is said.

    Of "if a, then b" b is said where a holds; of "b or c" both are parts of that.  What is said twice is said
    where either of its conditions holds.
    """
    found: Stated = {}
    if context.claim is not None:
        for part in sorted(conjuncts(held(context.claim, "formula")), key=str):
            _within(part, true, None, found)
    return found


def _within(part: Boolean, guard: Boolean, of: Boolean | None, found: Stated) -> None:
    if isinstance(part, Implies):
        _within(part.args[1], And(guard, part.args[0]), of, found)
    elif isinstance(part, ITE):
        where, one, other = part.args
        _within(one, And(guard, where), of, found)
        _within(other, And(guard, Not(where)), of, found)
    elif isinstance(part, And | Or):
        if of is None and isinstance(part, Or):
            of = part
        for x in part.args:
            _within(x, guard, of, found)
    else:
        said = found.setdefault(part, {})
        whole = part if of is None else of
        said[whole] = Or(said.get(whole, false), guard)


def _conditions(region: Any, order: Sequence[Symbol]) -> list[Boolean]:
    if isinstance(region, Mapping):
        ends = [(Ge(x, low), Le(x, high)) for x, (low, high) in region.items()]
        return [x for pair in ends for x in pair if x is not true]
    return [x for x in relations(region) if x.free_symbols <= set(order)]


def _bounds(region: Any, order: Sequence[Symbol]) -> Iterator[tuple[Symbol, Boolean]]:
    """Each symbol with what bounds it by others, which stand before it."""
    if isinstance(region, Mapping):
        for x, (low, high) in region.items():
            yield from ((x, y) for y in (Ge(x, low), Le(x, high)) if y is not true)
        return
    for condition in relations(region):
        if condition.free_symbols <= set(order) and condition.free_symbols:
            yield max(condition.free_symbols, key=order.index), condition


def _image(
    put: Mapping[Symbol, Expr], box: Mapping[Symbol, Any], symbols: set[Basic]
) -> Boolean | None:
    """Values that what is put in surely takes on a box of coordinates of its own, all of them at once.

    A polynomial on a box takes each value between those at two corners; several in coordinates apart, each.
    """
    seen: set[Basic] = set()
    found: list[Boolean] = []
    for x, said in put.items():
        value = sympify(said)
        own = sorted(value.free_symbols, key=str)
        ends = [box.get(u, (None, None)) for u in own]
        plain = all(getattr(sympify(e), "is_Rational", False) for two in ends for e in two)
        if not plain or not value.is_polynomial(*own) or {*own} & (seen | symbols):
            return None
        seen |= {*own}
        corners = [value.subs(dict(zip(own, at, strict=True))) for at in product(*ends)]
        if not all(c.is_Rational for c in corners):
            return None
        found += [Ge(x, min(corners)), Le(x, max(corners))]
    return And(*found)


def left_out(context: RunContext) -> str:
    """What to say of an inequality of the claim that is certified on parts alone, not shown to be all, or that
    is strict, and certified with >= alone; or of an equation that is compared at some points alone.
    """
    stated = _stated(context) if context.pieces else {}  # else nothing is asked of the claim
    guards = {of: guard for said in stated.values() for of, guard in said.items()}
    for relation, parts in context.pieces.items():
        region = And(held(context.claim, "region"), guards.get(relation, true))
        if not _cover(region, parts):
            told = "; ".join(map(str, parts))
            return f"{relation} is certified on a part of its region, and this is not all: {told}"
    for relation, expr in context.weakly.items():
        if relation not in context.pieces:
            return (
                f"{relation} is strict, and no more than >= is certified, of {expr}: expect_inequality "
                "certifies what is strict"
            )
    return at_points(context)


def _cover(region: Boolean, parts: Sequence[Boolean]) -> bool:
    """Whether the parts are shown to be all of it: where a condition of the first fails, the others are."""
    return bool(parts) and all(
        follows(x, region) or _cover(And(region, Not(x)), parts[1:]) for x in relations(parts[0])
    )


__all__ = ["expect_within", "left_out", "own_inequality", "says_less"]
