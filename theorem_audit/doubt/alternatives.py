"""What of one conjunct has to be read apart, and what of several must not be read off each other.

A table has cases, a maximum has numbers, a pair has sides: evidence that rejects a wrong first case may never
look at the second.  And evidence that takes y from one equation of a claim to check another, and the other way
round, rejects each change of one of them, and accepts the same change of both.  What one alternative suffices
for is left alone: "or", and a bound by the larger of two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sympy import (
    ITE,
    And,
    Basic,
    Equivalent,
    Implies,
    MatrixBase,
    Max,
    Min,
    Piecewise,
    Symbol,
    Tuple,
    Xor,
)
from sympy.core.function import AppliedUndef
from sympy.core.relational import Eq, Ne
from sympy.logic.boolalg import Boolean, BooleanAtom
from sympy.matrices.immutable import ImmutableDenseMatrix

from theorem_audit.doubt.instances import NODES, find
from theorem_audit.doubt.variants import Draft, changed_parts, joined
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim

ALL_READ = (And, Equivalent, ITE, Tuple, Xor)  # of which each argument is a part of what is said
GREATEST = (Max, Min)
MATRICES = (MatrixBase, ImmutableDenseMatrix)


def alternatives(part: Basic) -> list[Basic]:
    """The parts of a conjunct that are to be read each for itself; none where there are not two.

    The conditions of a table are one of them.

    >>> from sympy import symbols
    >>> x, y = symbols("x y", real=True)
    >>> alternatives(Eq(y, Piecewise((x, x < 1), (2 * x, True))))
    [(x < 1, True), x, 2*x]
    """
    found = list(dict.fromkeys(_leaves(part, isinstance(part, Eq))))
    return found if len(found) > 1 else []


def _leaves(node: Basic, equal: bool) -> Iterator[Basic]:
    """equal: whether the node is a side of an equation."""
    if isinstance(node, Piecewise):
        yield Tuple(*(x.cond for x in node.args))
        inner = tuple(x.expr for x in node.args)
    elif isinstance(node, MATRICES):
        inner = tuple(node)
    elif isinstance(node, ALL_READ) or (equal and isinstance(node, GREATEST)):
        inner = node.args
    elif isinstance(node, Implies):  # what is supposed may be more than is needed
        yield from _leaves(node.args[1], isinstance(node.args[1], Eq))
        return
    elif isinstance(node, Boolean) and not isinstance(node, Eq):
        return
    else:
        for x in node.args:
            yield from _leaves(x, equal)
        return
    for x in inner:
        below = list(_leaves(x, equal or isinstance(x, Eq)))
        yield from below or [x]


def only(part: Basic, changed: Basic) -> Basic | None:
    """The one alternative of a conjunct that is another in the changed one; None where it is not one."""
    equal = isinstance(part, Eq)
    gone = Counter(_leaves(part, equal)) - Counter(_leaves(changed, equal))
    return next(iter(gone)) if gone.total() == 1 else None


def of_one(claim: Claim, index: int, alternative: Basic) -> Iterator[Draft]:
    """The changes of one conjunct that are of one of its alternatives alone."""
    part = relations(claim.formula)[index]
    for draft in changed_parts(claim, index, ("sign", "integer", "dropped term", "exponent")):
        # Before its equation is worked out, which takes long.
        if only(part, draft.new) == alternative and draft.part is not None:
            yield draft


def rescaled(claim: Claim) -> Iterator[tuple[str, Claim]]:
    """The claim with a quantity that several of its equations speak of doubled in all of them, by its name.

    None where less than two conjuncts are equations, and none that leaves each equation as it is: a sign has
    no scale.
    """
    parts = relations(claim.formula)
    equations = [x for x in parts if isinstance(x, Eq)]
    if len(equations) < 2:
        return
    counted = Counter(y for x in equations for y in x.free_symbols)
    for symbol in sorted((x for x, n in counted.items() if n > 1), key=str):
        double = {symbol: 2 * symbol}
        changed = [_solved(x, x.subs(double, simultaneous=True), symbol) for x in parts]
        if any(isinstance(x, BooleanAtom) for x in changed) or {*equations} <= {*changed}:
            continue
        yield f"{symbol} doubled throughout", replace(claim, formula=joined(claim, changed))


def shown_different(claim: Claim, wrong: Claim) -> bool:
    """Whether an exact point of the claim's region was found at which all its equations hold, and one of the
    changed claim's does not: x (y - 3) = 0 says the same of 2 x.
    """
    before, after = (
        [y for x in relations(of.formula) if isinstance(x, Eq) for y in _entries(x)]
        for of in (claim, wrong)
    )
    known = [x for x in before if not _of_nobodys(x, [claim.region, *before])]
    if any(x.has(AppliedUndef) for x in known):  # of which nobody knows where they hold
        return False
    for new in after:
        if new in before:
            continue
        try:
            at = find(And(claim.region, *known, Ne(*new.args)), max_nodes=NODES, thorough=True)
        except (TypeError, NotImplementedError):  # what can be asked at no point
            continue
        if at is not None:
            return True
    return False


def _of_nobodys(equation: Boolean, said: Sequence[Boolean]) -> bool:
    """Whether an equation defines a symbol, of which nothing else speaks, by a function that nobody knows:
    whatever that is, it holds for some value.
    """
    named = equation.has(AppliedUndef) and isinstance(equation.lhs, Symbol)
    others = [x for x in said if x != equation] + [equation.rhs]
    return bool(named and not any(equation.lhs in x.free_symbols for x in others))


def _entries(equation: Boolean) -> list[Boolean]:
    """An equation between lists or matrices as one of each entry."""
    left, right = equation.args
    kinds = (Tuple, *MATRICES)
    if not (isinstance(left, kinds) and isinstance(right, kinds) and len(left) == len(right)):
        return [equation]
    return [y for x in zip(left, right, strict=True) for y in _entries(Eq(*x, evaluate=False))]


def _solved(part: Boolean, changed: Boolean, symbol: Basic) -> Boolean:
    """An equation that says what a symbol is keeps this form: y = 3 x, with y doubled, is y = 3 x/2."""
    if isinstance(part, Eq) and part.lhs == symbol and isinstance(changed, Eq):
        return Eq(symbol, changed.rhs / 2, evaluate=False)
    return changed


__all__ = ["alternatives", "of_one", "only", "rescaled", "shown_different"]
