"""Deciding "expression >= 0 at every state", exactly, for lattice and interval state spaces.

A rational function of one variable changes sign only at roots of numerator and denominator, so
finitely many states decide for all of them: SymPy isolates the real roots over QQ.  Anything else is
decided at one state by ball arithmetic, and for all states only where these are finitely many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise

import flint
from sympy import QQ, Expr, Poly, Rational, Symbol, ceiling, floor, oo, sympify

from theorem_audit.exact.ball import PRECISION, enclose
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import rational_form

MAX_STATES = 10_000  # finite state spaces up to this size are walked through
TRIAL = 64  # states looked at for a counterexample where nothing decides for all of them


@dataclass(frozen=True)
class Decision:
    """verdict: ``holds`` | ``fails`` | ``undecided``; witness: a state where it fails."""

    verdict: str
    witness: Rational | None = None
    detail: str = ""


@dataclass(frozen=True)
class States:
    """The states ``low, low+1, ...`` (lattice) or the interval ``[low, high]``; ``high`` may be oo.

    symbol: what a law depends on: usually the position, but time or any hidden variable will do.
    Raises TypeError for bounds that are not rational, ValueError when no state is left.
    """

    symbol: Symbol
    low: Expr
    high: Expr = oo
    lattice: bool = True

    def __post_init__(self) -> None:
        low, high = sympify(self.low), sympify(self.high)
        if not low.is_Rational or not (high.is_Rational or high is oo):
            raise TypeError(f"low={low}, high={high}: rationals are needed (high may be oo)")
        if low > high:
            raise ValueError(f"low={low}, high={high}: low <= high is needed")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def between(self, low: Expr | None, high: Expr | None) -> States:
        """The states of this space in ``[low, high]``; ``None`` leaves that end as it is."""
        new_low = self.low if low is None else max(self.low, sympify(low))
        new_high = self.high if high is None else min(self.high, sympify(high))
        if self.lattice:
            new_low = self.low + ceiling(new_low - self.low)
        return replace(self, low=new_low, high=new_high)

    def first(self, count: int) -> Iterator[Rational]:
        """Up to ``count`` states, from the low end (an interval is cut evenly)."""
        if self.lattice:
            for k in range(count):
                if self.low + k > self.high:
                    return
                yield self.low + k
        else:
            width = Rational(count) if self.high is oo else self.high - self.low
            yield from (self.low + width * Rational(k, count) for k in range(count + 1))

    @property
    def is_small(self) -> bool:
        """Whether all states can be looked at one by one."""
        return self.lattice and self.high is not oo and self.high - self.low < MAX_STATES


def sign(value: Expr) -> int | None:
    """Sign of a constant expression, exactly or by balls; None where balls do not tell."""
    value = sympify(value)
    if value.is_Rational:
        return (value.p > 0) - (value.p < 0)
    if value in (oo, -oo):
        return 1 if value is oo else -1
    old, flint.ctx.prec = flint.ctx.prec, PRECISION
    try:
        ball = enclose(value, {})
    except Undecided:
        return None
    finally:
        flint.ctx.prec = old
    return 1 if ball > 0 else -1 if ball < 0 else None


def decide(
    expr: Expr, states: States, *, strict: bool = False, skip: frozenset[Rational] = frozenset()
) -> Decision:
    """Whether ``expr >= 0`` (``> 0`` when strict) at every state outside ``skip``.

    expr: in ``states.symbol`` only.  A pole at a state leaves the matter undecided there.
    """
    expr, symbol = sympify(expr), states.symbol
    if extra := expr.free_symbols - {symbol}:
        raise ValueError(f"expr={expr} has {sorted(map(str, extra))} besides {symbol}")
    least = 1 if strict else 0

    def walk_through(points: Iterator[Rational], enough: bool) -> Decision:
        gap = None
        for point in points:
            if point in skip:
                continue
            found = sign(expr.subs(symbol, point))
            if found is None:
                gap = Decision("undecided", point, f"the sign of {expr} is open there")
            elif found < least:
                return Decision("fails", point, f"{expr} = {expr.subs(symbol, point)}")
        return gap or Decision(
            "holds" if enough else "undecided", detail="" if enough else str(expr)
        )

    if not expr.free_symbols:
        return walk_through(iter([states.low]), True)
    try:
        top, bottom = rational_form(expr)
    except Undecided:
        return walk_through(states.first(MAX_STATES if states.is_small else TRIAL), states.is_small)
    if any(str(x).startswith("_root") for x in top.gens + bottom.gens):
        return walk_through(states.first(MAX_STATES if states.is_small else TRIAL), states.is_small)
    product = Poly((top * bottom).as_expr(), symbol, domain=QQ)
    if strict and not states.lattice and product.count_roots(states.low, _top(states)):
        return Decision("undecided", detail=f"{expr} has a zero in {states}")
    return walk_through(_critical(product, states, lambda x: x in skip), True)


def _top(states: States) -> Expr | None:
    return None if states.high is oo else states.high


def _critical(
    poly: Poly, states: States, skipped: Callable[[Rational], bool]
) -> Iterator[Rational]:
    """States that decide the sign of ``poly`` at every state: one in each stretch between roots."""
    cells = poly.intervals(eps=Rational(1, 4), inf=states.low) if poly.degree() > 0 else []
    ends = [(a, b) for (a, b), _ in cells if a <= states.high]
    if not states.lattice:
        inside = [states.low, *chain(*ends)]
        inside.append(inside[-1] + 1 if states.high is oo else states.high)
        inside += [(x + y) / 2 for x, y in pairwise(inside)]
        yield from (x for x in inside if states.low <= x <= states.high)
        return
    seeds = [states.low]
    for a, b in ends:
        low = states.low + floor(a - states.low) - 1
        seeds += [low + k for k in range(int(ceiling(b - low)) + 2)]
    for seed in seeds:
        point = seed
        while skipped(point):
            point += 1
        if states.low <= point <= states.high:
            yield point
