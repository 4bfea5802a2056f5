"""From a claim's region to a box that the prover can walk.

A region is a conjunction of inequalities.  Given an order of the symbols it becomes a box

    low_1 <= x_1 <= high_1,   low_2(x_1) <= x_2 <= high_2(x_1),   ...

when every inequality bounds the last of its symbols (in that order) from one side, with bounds
polynomial in the earlier ones.  Strict inequalities are closed: proving on the closure proves more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, Poly, Symbol
from sympy.logic.boolalg import Boolean

from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.integers import possible
from theorem_audit.exact.values import holds
from theorem_audit.exact.zero import difference, prove_nonnegative, relations

Box = dict[Symbol, tuple[Expr, Expr]]


def box_of(region: Boolean, order: Sequence[Symbol]) -> Box:
    """The closed box of ``region`` over ``order``.

    A second bound on the same side is dropped when the prover shows it redundant; otherwise the
    region is no box.  Conditions on symbols outside ``order`` are ignored: the caller chose to prove
    more than asked.

    Raises Undecided when a symbol is unbounded on a side or the region is no box in this order.
    """
    lows: dict[Symbol, list[Expr]] = {x: [] for x in order}
    highs: dict[Symbol, list[Expr]] = {x: [] for x in order}
    for condition in relations(region):
        if not condition.free_symbols <= set(order):
            continue
        if not hasattr(condition, "gts"):
            raise Undecided(f"{condition} in the region is not an inequality")
        gap = difference(condition)
        if not gap.free_symbols:
            continue
        last = max(gap.free_symbols, key=order.index)
        poly = Poly(gap, last)
        if poly.degree() != 1 or not poly.LC().is_Rational:
            raise Undecided(f"{condition} does not bound {last} by a polynomial in earlier symbols")
        bound = (-poly.TC() / poly.LC()).expand()
        (lows if poly.LC() > 0 else highs)[last].append(bound)
    box: Box = {}
    for symbol in order:
        low = _tightest(lows[symbol], 1, box, symbol)
        high = _tightest(highs[symbol], -1, box, symbol)
        box[symbol] = (low, high)
    return box


def _tightest(bounds: list[Expr], sign: int, box: Box, symbol: Symbol) -> Expr:
    for candidate in bounds:
        others = [x for x in bounds if x is not candidate]
        if all(_implied(sign * (candidate - other), box) for other in others):
            return candidate
    side = "low" if sign > 0 else "high"
    if not bounds:
        raise Undecided(f"the region has no {side} bound for {symbol}")
    raise Undecided(f"the {side} bounds {bounds} of {symbol} cross: the region is no box")


def _implied(gap: Expr, box: Box) -> bool:
    if not gap.free_symbols:
        return bool(gap >= 0)
    try:
        prove_nonnegative(gap, box)
    except (AssertionError, Undecided):
        return False
    return True


def satisfies(region: Boolean, point: Mapping[Symbol, Expr]) -> bool:
    """Whether ``point`` (exact values for all symbols of the region) lies in the region.

    Where a symbol stands for an integer, nothing else does.
    """
    value = holds(region, point)
    if value is None:
        value = region.subs(dict(point))
    if value not in (True, False):
        raise ValueError(f"point={dict(point)} leaves {value} open")
    return bool(value) and possible(point)
