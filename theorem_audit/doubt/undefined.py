"""Where in its region a formula makes no sense: a division by zero, a root of what is negative, no case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import sympy
from sympy import (
    Abs,
    And,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Function,
    Limit,
    MatPow,
    Max,
    Min,
    Mul,
    Not,
    Or,
    Piecewise,
    PolynomialError,
    Pow,
    Product,
    Rational,
    Subs,
    Sum,
    Symbol,
    factor_terms,
    false,
    log,
    nan,
    oo,
    to_cnf,
    true,
    zoo,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit.doubt import converges
from theorem_audit.doubt.between import zero_between
from theorem_audit.doubt.condition import condition_of
from theorem_audit.doubt.converges import Unsettled
from theorem_audit.doubt.instances import NODES, Boundary, Found, Instance, defining, edges, find
from theorem_audit.doubt.kinks import has_slope, kinks
from theorem_audit.doubt.limits import without_limit
from theorem_audit.doubt.overlapping import overlapping, uncovered
from theorem_audit.doubt.probe import BINDING, probed, without_number
from theorem_audit.doubt.ranges import without_range
from theorem_audit.doubt.unspoken import unspoken
from theorem_audit.doubt.within import imaginary, without_value
from theorem_audit.doubt.worked_out import determinant, worked_out
from theorem_audit.exact.sizes import fits
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning, line_of

# Function -> where it has no value, as a condition on its argument.
EDGES: dict[type, tuple[Callable[[Expr], Boolean], ...]] = {
    **dict.fromkeys(
        (sympy.asin, sympy.acos, sympy.atanh), (lambda x: Gt(x, 1), lambda x: Lt(x, -1))
    ),
    sympy.acosh: (lambda x: Lt(x, 1),),
    **dict.fromkeys((sympy.acoth, sympy.asec), (lambda x: And(Gt(x, -1), Lt(x, 1)),)),
    sympy.asech: (lambda x: Lt(x, 0), lambda x: Gt(x, 1)),
    sympy.LambertW: (lambda x: Lt(x, Rational(-37, 100)),),  # -1/e = -0.367...
    **dict.fromkeys((sympy.gamma, sympy.loggamma), (lambda x: Eq(x, 0), lambda x: Eq(x, -1))),
    sympy.factorial: (lambda x: Eq(x, -1), lambda x: Eq(x, -2)),
    sympy.Mod: (lambda x: Eq(x, 0),),
    sympy.DiracDelta: (lambda x: Eq(x, 0),),  # no function, and has no value there
}
LONG = 10_000  # the exponent of a power that is not worked out where its sign is enough


def undefined(claim: Claim) -> list[Boundary]:
    """Where in its region some part of the formula makes no sense: x/0, 0/0, a root or log below 0.

    Looked for are the boundary cases, and zeros of each denominator (a root's or logarithm's argument
    below 0; arcus functions beyond 1, poles of the gamma function, powers of what is negative, a case that
    no alternative of a table covers, or two with different values; singular matrices; derivatives at a kink)
    inside the region.  What a formula's own equations define is put in, and what is written is worked out.
    A symbol that the region does not speak of is any number (``unspoken``); what is played, or out of reach, is
    what it is in a run, and a denominator with it is left alone, unless it is a size.  A sum needs a range
    (``ranges``).

    log 0 is no real number, whether |x| or x is 0 in it, and so is no value of a symbol that is one.  It is -oo
    for a symbol whose meaning is -oo somewhere (``Meaning.low``): the mean logarithm of a factor that may be 0.
    """
    lines = {
        x: line_of(claim.symbols, claim.chapter, str(x)) for x in _of_logarithms(claim.formula)
    }
    low = frozenset(x for x, said in lines.items() if isinstance(said, Meaning) and said.low)
    return list(_undefined(claim.formula, And(claim.region, *unspoken(claim)), low))


def _of_logarithms(formula: Boolean) -> list[Symbol]:
    """The symbols that an equation says to be something with a logarithm in it."""
    return [y for x in _equal(formula) if x.has(log) for y in x.args if isinstance(y, Symbol)]


def _equal(formula: Boolean) -> list[Boolean]:
    return [x for x in relations(formula) if isinstance(x, Eq)]


@cache
def _undefined(
    formula: Boolean, region: Boolean, low: frozenset[Symbol] = frozenset()
) -> tuple[Boundary, ...]:
    """low: symbols that may be -oo."""
    meant = {y for x in _equal(formula) if low & {*x.args} for y in x.atoms(log)}
    poles, terms = _poles(formula)
    terms = [x for x in terms if x[3] not in meant or not isinstance(x[0], Eq)]
    ends = {x for y in meant for x in _of_node(y) if isinstance(x, Eq)}
    # of a term of a sum: to put the index in shows nothing, and a zero of its denominator is one
    lost = [
        Boundary(str(x), at)
        for x, within, guard, node in terms
        if (at := _reached(x, formula, And(region, within), guard)) and not _real(node, at)
    ]
    reached = {x: at for x in poles if (at := _reached(x, formula, region))}
    cases = [Boundary(str(x), at) for x, at in reached.items()]
    lost += _crossed([x for x in poles if x not in reached and x not in ends], formula, region)
    nodes = [x for x in _nodes(formula) if x[0] not in meant]
    lost += [
        Boundary(f"{node} has two slopes, or none", at)
        for node, guard, edge, derived, along, put in kinks(nodes)
        if (at := _kinked(edge, node, formula, region, guard)) is not None
        and not has_slope(derived, along, put, at)
    ]
    lost += probed([x for x in nodes if x[0].free_symbols & x[1]], region)
    cases += probed([x for x in nodes if not x[0].free_symbols & x[1]], region)
    for case, bound in uncovered(nodes, region, formula):
        (lost if bound else cases).append(case)
    if cases or any(x.free_symbols <= region.free_symbols for x in poles):
        cases += edges(region)
    return (
        *lost,
        *_nowhere(nodes, region),
        *without_range(nodes, region),
        *overlapping(nodes, region),
        *imaginary(formula, region),
        *(x for x in cases if any(_senseless(p, x.instance, low) for p in relations(formula))),
    )


def false_anywhere(claim: Claim) -> Boolean | None:
    """A conjunct whose sides differ by a number that it does not allow: 1 + x = 2 + x, unevaluated."""
    for part in relations(claim.formula):
        if not isinstance(part, Eq | Ge | Gt | Le | Lt):
            continue
        try:
            gap = difference(part)  # left - right, or greater - less
        except TypeError:  # pairs and relations have none
            continue
        if not gap.is_Rational:
            continue
        holds = (
            gap == 0
            if isinstance(part, Eq)
            else gap > 0 or (gap == 0 and isinstance(part, Ge | Le))
        )
        if not holds:
            return part
    return None


def _nowhere(nodes: Iterable[Found], region: Boolean) -> Iterator[Boundary]:
    """What has no value wherever it is asked for: 1 over the sum of k - 2 to k = 3, expint(1, 0)."""
    for node, _, within, guard in nodes:
        if within is not None and (node in (nan, zoo) or without_number(node)):
            at = find(And(region, within, guard), max_nodes=NODES)
            if at is not None:
                yield Boundary(f"{node} where it is worked out", at)


def _crossed(poles: list[Boolean], formula: Boolean, region: Boolean) -> list[Boundary]:
    """Denominators with both signs in the region, where no zero was tried: there is one between.  What is under
    a root or a logarithm and no polynomial: it is negative where balls say so, at a number between the ends.
    """
    if formula.has(Piecewise, Or, *BINDING):  # another case may hold there
        return []
    found = (
        (x, zero_between(x.lhs - x.rhs, region) if isinstance(x, Eq) else _dip(x, region))
        for x in poles
    )
    return [Boundary(str(x), at) for x, at in found if at is not None]


def _dip(pole: Boolean, region: Boolean) -> Instance | None:
    if not pole.free_symbols or pole.has(Eq) or _rational(relations(pole)[0]):
        return None
    inside = pole.free_symbols <= region.free_symbols
    return find(And(region, pole), max_nodes=NODES) if inside else None


def unsettled(claim: Claim) -> list[Unsettled]:
    """What of a formula diverges somewhere in its region, or has no limit; then what is not shown to converge
    on all of it, unless its author says why (``Claim.converges``).  That something is oo, a formula may say.
    """
    if not claim.formula.has(ExprWithLimits, Limit):
        return []
    said = {x: true for x in claim.formula.atoms(Relational) if {oo, -oo} & {*x.args}}
    nodes = list(_nodes(claim.formula.xreplace(said)))
    found = [
        *converges.unsettled(nodes, claim.region),
        *without_limit(nodes, claim.region),
    ]
    return [x for x in found if x.instance is not None] + [
        x for x in found if x.instance is None and not claim.converges
    ]


def _poles(
    formula: Boolean,
) -> tuple[list[Boolean], list[tuple[Boolean, Boolean, Boolean, Basic]]]:
    """Conditions under which a part of the formula may be undefined; those on the index of a sum or product
    apart, each with the index's limits, the cases it stands in, and the part.  What an integral is over is
    left alone: a pole may be integrable.
    """
    found: dict[Boolean, None] = {}
    terms: dict[tuple[Boolean, Boolean, Boolean, Basic], None] = {}
    for node, index, within, guard in _nodes(formula):
        for pole in _of_node(node):
            if pole is false:
                continue
            if not (pole.free_symbols | guard.free_symbols) & index:
                found[pole] = None
            elif within is not None:
                terms[pole, within, guard, node] = None
    return list(found), list(terms)


def _nodes(
    node: Basic,
    index: frozenset[Symbol] = frozenset(),
    within: Boolean | None = true,
    guard: Boolean = true,
) -> Iterator[tuple[Basic, frozenset[Symbol], Boolean | None, Boolean]]:
    """Each node with the symbols that are bound there, their limits (None where these are no conditions),
    and when the cases of a Piecewise come to it.  Where something is written and not worked out, the same
    once more as what it comes to.
    """
    yield node, index, within, guard
    if isinstance(node, Pow | Function | Subs | Derivative) and (out := worked_out(node)) != node:
        yield from _nodes(out, index, within, guard)
        if isinstance(node, Subs):
            return
    if isinstance(node, Limit | Subs):  # what stands within is asked for near a point, or nowhere
        inner, own, end, *_ = node.args
        yield from _nodes(inner, index | {*sympy.flatten([own])}, None, guard)
        yield from _nodes(end, index, within, guard)
        return
    if isinstance(node, Piecewise):
        for value, cond in node.args:
            yield from _nodes(cond, index, within, guard)
            yield from _nodes(value, index, within, And(guard, cond))
            guard = And(guard, Not(cond))
        return
    if not isinstance(node, ExprWithLimits):
        for part in node.args:
            yield from _nodes(part, index, within, guard)
        return
    limits = And(*(y for x, *ends in node.limits if len(ends) == 2 for y in _between(x, *ends)))
    inner = None if within is None or not isinstance(node, Sum | Product) else And(within, limits)
    yield from _nodes(node.function, index | {x[0] for x in node.limits}, inner, guard)
    for _, *ends in node.limits:
        for end in ends:
            yield from _nodes(end, index, within, guard)


def _between(x: Symbol, low: Expr, high: Expr) -> tuple[Boolean, ...]:
    return tuple(y for y in (Ge(x, low), Le(x, high)) if not y.has(oo, -oo))


def _of_node(node: Basic) -> list[Boolean]:
    if isinstance(node, log):
        inner = node.args[0]
        return [Lt(inner, 0), Eq(inner.args[0] if isinstance(inner, Abs) else inner, 0)]
    if isinstance(node, MatPow):
        found = determinant(node.base) if node.exp.is_negative else None
        return [] if found is None else [Eq(found, 0)]
    if isinstance(node, Pow):
        return _of_power(node.base, node.exp)
    return [where(node.args[-1]) for where in EDGES.get(type(node), ())]


def _of_power(base: Expr, exp: Expr) -> list[Boolean]:
    found: list[Boolean] = []
    if exp.is_negative:
        found += [Eq(x, 0) for x in Mul.make_args(factor_terms(base))]
    elif not exp.is_number:  # the search tries no other negative integers
        found.append(And(Eq(base, 0), Eq(exp, -1) if exp.is_integer else Lt(exp, 0)))
    whole = exp.is_integer is not False if exp.is_number else exp.is_integer
    if not whole and exp.is_real is not False and base.is_extended_real is not False:
        found.append(Lt(base, 0))
    return found


def _reached(
    pole: Boolean, formula: Boolean, region: Boolean, guard: Boolean = true
) -> Instance | None:
    """An instance of the region at which both conditions hold, where the search finds one."""
    if not all(isinstance(x, Relational) for x in relations(pole)) or not pole.free_symbols:
        return None
    guard = to_cnf(guard)  # the form that the search takes
    cases = [y for x in relations(guard) for y in (x.args if isinstance(x, Or) else (x,))]
    needed = pole.free_symbols | guard.free_symbols
    known = defining(formula, needed, region)
    needed |= And(*known).free_symbols
    bound = region.free_symbols | {x.lhs for x in known}
    if any(not x.is_integer for x in needed - bound) or not all(
        map(_rational, (*relations(pole), *cases, *known))
    ):
        return None
    case = And(region, pole, guard, *known)
    return None if case is false else find(case, max_nodes=NODES)


def _kinked(
    edge: Boolean, node: Basic, formula: Boolean, region: Boolean, guard: Boolean
) -> Instance | None:
    """An instance at which a derivative is taken at what may be a kink; any one, where the point is fixed."""
    if edge is not true:
        return _reached(edge, formula, region, guard)
    known = defining(formula, node.free_symbols | guard.free_symbols, region)
    at = find(And(region, guard, *known), max_nodes=NODES)
    return at if at is not None and node.free_symbols <= at.keys() else None


def _rational(condition: Boolean) -> bool:
    """Whether the search can evaluate the condition exactly and fast."""
    try:
        return isinstance(condition, Relational) and condition_of(condition).values is not None
    except (TypeError, KeyError, ZeroDivisionError, PolynomialError):
        return False


def _real(part: Basic, at: Mapping[Symbol, Expr]) -> bool:
    """Whether it surely is a real number: a power whose exponent happens to be whole there."""
    try:
        return fits(part, at) and bool(part.subs(dict(at), simultaneous=True).is_real)
    except (TypeError, ZeroDivisionError):
        return False


def _put(side: Basic, at: Mapping[Symbol, Expr]) -> Basic:
    return side.xreplace({x: v for x, v in at.items() if x in side.free_symbols})


def _long_powers(side: Expr, at: Mapping[Symbol, Expr]) -> dict[Basic, Expr]:
    """Powers that would fill pages there, each with an unknown number of its sign."""
    found: dict[Basic, Expr] = {}
    if not any(x.is_Rational and abs(x) > LONG for x in at.values()):
        return found
    for power in side.atoms(Pow):
        base, exp = _put(power.base, at), _put(power.exp, at)
        if base.is_Rational and base.is_nonzero and exp.is_Integer and abs(exp) > LONG:
            above = bool(base > 0) or exp.is_even
            found[power] = Dummy(positive=True) if above else Dummy(negative=True)
    return found


def _senseless(
    part: Boolean, at: Mapping[Symbol, Expr], low: frozenset[Symbol] = frozenset()
) -> bool:
    sides = [side for x in part.atoms(Relational) for side in x.args if isinstance(side, Expr)]
    zero: dict[Basic, Expr] = {}
    if isinstance(part, Eq) and low & {*part.args}:
        zero = {x: -oo for x in part.atoms(log) if _put(x.args[0], at) == 0}
        sides = [side.xreplace(zero) for side in sides]
    try:
        sides = [worked_out(side) for side in sides]
        if any(side.has(Derivative) and not side.has(AppliedUndef) for side in sides):
            return False  # no number can be put in for what is differentiated by
        long = [_long_powers(side, at) for side in sides]
        short = [side.xreplace(x) for side, x in zip(sides, long, strict=True)]
        if not all(fits(side, at) for side in short):
            return False  # of that nobody knows here
        quick = [_put(side, at) for side in short]
    except ZeroDivisionError:  # of SymPy's Mod
        return True
    except TypeError:  # of its comparisons, where a case of a table is asked by 1/0
        return part.has(Piecewise)
    except (
        ValueError
    ):  # of its Max and Min, where an argument is 1/0, or of a function of other numbers
        return part.has(Function, Max, Min)
    if isinstance(part, Relational) and any(without_value(x, at) for x in short):
        return True  # 1/(1 + 1/x) is 0 to SymPy where x is
    if all(v.is_real and not v.has(nan, zoo) for v in quick):
        return False  # the usual case, and real numbers can be compared: ``subs`` is much slower
    if any(long):
        quick = [_put(side, at) for side in sides]
    # Where nothing binds a symbol, both put in the same.
    values = [
        worked_out(side.subs(dict(at), simultaneous=True)) if side.has(*BINDING) else v
        for side, v in zip(sides, quick, strict=True)
    ]
    if zero:
        return not all(v == -oo or v.is_real for v in values)
    wrong = any(
        v.has(nan, zoo)
        or v.is_extended_real is False
        or any(x.base.is_negative and x.exp.is_irrational for x in v.atoms(Pow))  # SymPy: None
        or any(x.exp.is_negative and determinant(x.base) == 0 for x in v.atoms(MatPow))
        or any(map(without_number, v.atoms(Function)))
        for v in values
    )
    # Ei(0) is SymPy's -oo; where infinity is written, it is meant.
    infinite = any(
        v.has(oo, -oo) and not side.has(oo, -oo) for side, v in zip(sides, values, strict=True)
    )
    if not wrong and not infinite:
        return False
    if infinite and isinstance(part, Relational):
        return True  # SymPy compares with it
    try:
        holds = part.subs(dict(at), simultaneous=True) is true
    except TypeError:  # SymPy does not compare with infinity
        return True
    return not holds  # one alternative is enough
