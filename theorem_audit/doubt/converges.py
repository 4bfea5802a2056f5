"""Whether the infinite sums and the integrals of a formula converge on its whole region.

Shown are sums and integrals whose terms grow as factorials, powers and logarithms do (``growth``): by
d'Alembert's, Gauss' and Bertrand's tests, and Leibniz' for alternating signs.  What diverges at an exact point
of the region is a part of the formula without a value.  What is neither is open, and its author has to say why
it converges (``Claim.converges``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import sympy
from sympy import (
    And,
    Dummy,
    Expr,
    Integral,
    Piecewise,
    Poly,
    Pow,
    Product,
    Sum,
    Symbol,
    expand,
    fraction,
    oo,
    real_roots,
    together,
    true,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt.growth import Growth, NotZero, growth, order, sign
from theorem_audit.doubt.implication import nonnegative
from theorem_audit.doubt.instances import NODES, Found, Instance, edges, find, somewhere
from theorem_audit.doubt.signs import nonzero, positive

CONTINUOUS = (
    sympy.exp, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.tanh, sympy.atan, sympy.asinh, sympy.erf,
    sympy.erfc, sympy.Abs, sympy.Max, sympy.Min,
)  # fmt: skip


@dataclass(frozen=True)
class Unsettled:
    """A sum, product or integral that diverges at an instance; or (None) whose convergence is not shown."""

    what: str
    instance: Instance | None


def unsettled(nodes: Iterable[Found], region: Boolean) -> Iterator[Unsettled]:
    """What of a formula diverges somewhere in the region, or is not shown to converge on all of it."""
    for node, _, within, guard in dict.fromkeys(nodes):
        if isinstance(node, ExprWithLimits) and _asks(node):
            here = And(region, true if within is None else within, guard)
            found = _found(node, here)
            if found is not None:
                yield found


def _asks(node: ExprWithLimits) -> bool:
    """Whether it is a limit: an integral between two ends, or anything infinite."""
    if not all(len(x) == 3 for x in node.limits):
        return False
    return isinstance(node, Integral) or any(end.has(oo, -oo) for x in node.limits for end in x[1:])


@cache
def _found(node: ExprWithLimits, region: Boolean) -> Unsettled | None:
    if _shown(node, region):
        return None
    places = [somewhere(region), *(x.instance for x in edges(region))]
    for bad in _suspects(node):
        places.insert(
            0, find(And(region, bad), max_nodes=NODES) if bad is not sympy.false else None
        )
    for at in places:
        if at is not None and node.free_symbols <= set(at) & region.free_symbols:
            told = node.func(
                node.function.subs(at), *((x, a.subs(at), b.subs(at)) for x, a, b in node.limits)
            )
            if isinstance(told, ExprWithLimits) and _diverges(told):
                return Unsettled(
                    f"{node} diverges", {x: v for x, v in at.items() if x in node.free_symbols}
                )
    return Unsettled(f"{node}", None)


def _suspects(node: ExprWithLimits) -> list[Boolean]:
    """Conditions on the other symbols under which it may diverge."""
    found: list[Boolean] = []
    for f, x in _tails(node):
        if (g := growth(f, x, lambda value: True)) is not None:
            ratio, one = _ratio(g), sympy.S.One
            if ratio.as_base_exp()[0] == sympy.E:
                ratio, one = ratio.as_base_exp()[1], sympy.S.Zero
            said = [
                Ge(g.power, -1),
                Gt(ratio, one),
                Eq(ratio, one),
                Lt(ratio, -1),
                Gt(g.factorial, 0),
            ]
            found += [y for y in said if isinstance(y, Relational)]
    return found


def _ratio(g: Growth) -> Expr:
    """The geometric part, with its sign."""
    return sympy.powsimp(sympy.Mul(*(b**s for b, s in g.bases)))


def _tails(node: ExprWithLimits) -> Iterator[tuple[Expr, Symbol]]:
    """What is summed or integrated to infinity, one symbol going there for each end."""
    if len(node.limits) != 1:
        return
    x, low, high = node.limits[0]
    whole = isinstance(node, Sum | Product)
    f = node.function - 1 if isinstance(node, Product) else node.function
    for end, turn in ((high, 1), (low, -1)):
        y = Dummy("x", integer=True) if whole else Dummy("x", real=True)
        if end in (oo, -oo):
            yield f.subs(x, y if end == oo else -y), y
        elif not whole:
            yield f.subs(x, end - turn / y) / y**2, y


def _shown(node: ExprWithLimits, region: Boolean) -> bool:
    if isinstance(node, Integral):
        return _integral(node, region)
    if len(node.limits) != 1:
        return False
    absolutely = isinstance(node, Product)
    return all(_series(f, x, region, absolutely) for f, x in _tails(node))


def _series(f: Expr, x: Symbol, region: Boolean, absolutely: bool = False) -> bool:
    return any(
        all(_small(growth(part, x, _sure(region)), region, absolutely) for part in parts)
        for parts in ((f,), sympy.Add.make_args(expand(f)))
    )


def _sure(region: Boolean) -> NotZero:
    return lambda value: nonzero(value, region)


def _small(g: Growth | None, region: Boolean, absolutely: bool) -> bool:
    """Whether terms of this growth are shown to have a sum, whatever the region's point."""
    if g is None:
        return False
    if not g.free_symbols:
        return converging(g, absolutely) is True
    if g.fast[0].free_symbols or g.factorial.free_symbols:
        return False
    if (sign(g.fast[0]) or sign(g.factorial)) in (1, -1):
        return order(Growth(g.fast, g.factorial)) == -1
    ratio = _ratio(g)
    base, exponent = ratio.as_base_exp()
    if base == sympy.E:
        return positive(-exponent, region)
    if ratio != 1:
        return positive(1 - ratio, region) and positive(1 + ratio, region)
    return positive(-1 - g.power, region)


def converging(g: Growth, absolutely: bool = False) -> bool | None:
    """Whether a sum (or an integral to infinity) of such terms converges; None where that is open."""
    flips = [s for b, s in g.bases if sign(b) == -1]
    if not all(s.is_integer for s in flips) or any(sign(b) is None for b, _ in g.bases):
        return None
    ratio = g.base
    for step in (g.fast[0], g.factorial, sympy.S.Zero if ratio == 1 else sympy.log(ratio)):
        if (found := sign(step)) != 0:
            return None if found is None else _told(g, found < 0)
    if sum(flips) % 2 and not absolutely:
        falls = g.plain and g.exact  # a bounded factor may undo each change of sign
        return _told(g, order(Growth(power=g.power, logs=g.logs)) == -1) if falls else None
    past = sign(g.power + 1)
    if past == 0:
        past = -1 if sign(g.logs + 1) == -1 else 1
    return None if past is None else _told(g, past == -1)


def _told(g: Growth, small: bool) -> bool | None:
    return small if small or g.exact else None


def _diverges(node: ExprWithLimits) -> bool:
    """Whether one without other symbols surely diverges: one end does, or one term of several."""
    if isinstance(node, Product) or len(node.limits) != 1 or node.free_symbols:
        return False
    if isinstance(node, Integral):
        ((x, *ends),) = node.limits
        node = Integral(node.function, (x, *_upwards(*ends)[0]))
    for f, x in [*_tails(node), *_inner(node)]:
        if f == 0:
            continue
        if _converging(f, x) is False:
            return True
        said = [_converging(y, x) for y in sympy.Add.make_args(expand(f))]
        if said.count(False) == 1 and said.count(True) == len(said) - 1:
            return True
    return False


def _converging(f: Expr, x: Symbol) -> bool | None:
    """Whether what goes to infinity in no other symbol converges; None where that is open."""
    g = growth(f, x, lambda value: sign(value) in (1, -1))
    return None if g is None else converging(g)


def _poles(f: Expr, x: Symbol, low: Expr, high: Expr) -> list[Expr] | None:
    """The zeros of its denominators between two numbers; None where they are not found."""
    found: list[Expr] = []
    for part in (y for y in f.atoms(Pow) if y.has(x)):
        if part.exp.is_nonnegative or part.exp.has(x) or not part.base.has(x):
            continue
        top = fraction(together(part.base))[0]
        if not top.is_polynomial(x) or any(not c.is_Rational for c in Poly(top, x).coeffs()):
            return None
        found += real_roots(Poly(top, x), multiple=True)
    return [c for c in dict.fromkeys(found) if sign(c - low) != -1 and sign(high - c) != -1]


def _inner(node: ExprWithLimits) -> Iterator[tuple[Expr, Symbol]]:
    """The same of both sides of each pole within an integral's range."""
    x, low, high = node.limits[0]
    if isinstance(node, Integral):
        y = Dummy("x", real=True)
        for c in _poles(node.function, x, low, high) or ():
            for side in (1, -1):
                if (sign(high - c) if side > 0 else sign(c - low)) == 1:
                    yield node.function.subs(x, c + side / y) / y**2, y


def _integral(node: Integral, region: Boolean) -> bool:
    """Continuous on the closed range; or between its ends, and integrable at each of them and at poles."""
    new = {x: Dummy(x.name, real=True) for x, *_ in node.limits}
    f = node.function.subs(new)
    limits = [(new[x], *(y.subs(new) for y in ends)) for x, *ends in node.limits]
    ranges, turned = [region], list[tuple[Expr, Expr]]()
    for x, low, high in reversed(limits):  # from the outermost in: the others may hang on it
        ways = _upwards(low, high, ranges)
        turned.append(ways[0])
        ranges = [And(r, Ge(x, a), Le(x, b)) for r in ranges for a, b in ways]
    infinite = any(end.has(oo, -oo) for _, *ends in limits for end in ends)
    if not infinite and all(continuous(f, {*new.values()}, r) for r in ranges):
        return True
    if len(limits) != 1 or len(ranges) != 1:
        return False
    x, (low, high) = limits[0][0], turned[0]
    limits = [(x, low, high)]
    inside = [y for y in (Gt(x, low), Lt(x, high)) if not y.has(oo, -oo)]
    tails = [*_tails(Integral(f, *limits))]
    poles = (
        []
        if f.free_symbols - {x} or low.free_symbols | high.free_symbols
        else _poles(f, x, low, high)
    )
    if poles:
        tails += _inner(Integral(f, *limits))
        cuts = [low, *sorted(poles), high]
        pieces = [(Gt(x, a), Lt(x, b)) for a, b in pairwise(cuts) if a != b]
        smooth = all(continuous(f, {x}, And(*(y for y in p if not y.has(oo, -oo)))) for p in pieces)
    else:
        smooth = continuous(f, {x}, And(region, *inside))
    return smooth and all(_series(g, y, region) for g, y in tails)


def _upwards(
    low: Expr, high: Expr, regions: Iterable[Boolean] = (true,)
) -> list[tuple[Expr, Expr]]:
    """The ends of a range, the lower first; both ways round where it is not shown which that is."""
    if low == -oo or high == oo:
        return [(low, high)]
    if low == oo or high == -oo:
        return [(high, low)]
    known = sign(high - low)
    if known is not None:
        return [(low, high) if known >= 0 else (high, low)]
    if all(nonnegative(high - low, r) for r in regions):
        return [(low, high)]
    if all(nonnegative(low - high, r) for r in regions):
        return [(high, low)]
    return [(low, high), (high, low)]


def continuous(f: Expr, over: set[Symbol], region: Boolean) -> bool:
    """Whether it is shown to be continuous wherever the region holds (or in pieces, of a Piecewise).

    over: what is integrated; what has none of it is a constant.
    """
    if f.is_Symbol or not f.free_symbols & over:
        return True
    if isinstance(f, Pow | sympy.exp):
        base, e = f.as_base_exp()
        if not (continuous(base, over, region) and continuous(e, over, region)):
            return False
        if (e.is_integer and e.is_nonnegative) or positive(base, region):
            return True
        if e.is_integer:
            return positive(-base, region)
        return (positive(e, region) and nonnegative(base, region)) if base.free_symbols else False
    if isinstance(f, Piecewise):
        return all(continuous(value, over, region) for value, _ in f.args)
    if not all(isinstance(y, Expr) and continuous(y, over, region) for y in f.args):
        return False
    if isinstance(f, sympy.log | sympy.gamma):
        return positive(f.args[0], region)
    if isinstance(f, sympy.lowergamma):
        return positive(f.args[0], region) and nonnegative(f.args[1], region)
    return isinstance(f, (sympy.Add, sympy.Mul, *CONTINUOUS))


__all__ = ["Unsettled", "unsettled"]
