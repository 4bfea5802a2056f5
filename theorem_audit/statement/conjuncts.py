"""The conjuncts of a statement, asked for by what stands in them and on their sides.

Evidence that reads one relation of a formula, or of a region, asks for it here and nowhere else: where a
wrong variant has lost it, or has two that look like it, the answer is ``Undecided``, never the first that
happens to come.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Basic, Eq, Expr
from sympy.core.relational import _Inequality as Inequality
from sympy.logic.boolalg import Boolean

from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import relations

KINDS = {"equation": Eq, "inequality": Inequality}


def matching(
    statement: Basic,
    *of: Basic | type[Basic],
    number: int | None = None,
    without: Iterable[Basic] = (),
    symbols: Iterable[Basic] | None = None,
    kind: str = "",
    side: Expr | None = None,
    lesser: Expr | None = None,
    greater: Expr | None = None,
) -> list[Boolean]:
    """The conjuncts of ``statement``, in its order, in which each of ``of`` occurs and none of ``without``.

    number: there must be that many.
    symbols: these are the conjunct's free symbols, all of them.
    kind: "equation", or "inequality", strict or not; "" for either, and for what is neither.
    side: what stands alone on one of its two sides; lesser, greater: on that side of an inequality,
    whichever way round it is written.
    Raises Undecided, which makes evidence inconclusive, where there are not ``number``; ValueError for another
    kind, and where ``without`` or ``symbols`` is one expression and no sequence.

    >>> from sympy.abc import x, y
    >>> from sympy import And, Ge, Le
    >>> matching(And(Eq(x, 2), Ge(y, x), Le(y, 3)), y)
    [y >= x, y <= 3]
    >>> matching(And(Eq(x, 2), Ge(y, x), Le(y, 3)), lesser=x)
    [y >= x]
    """
    if kind and kind not in KINDS:
        raise ValueError(f"kind={kind!r}: {', '.join(map(repr, KINDS))} or '' is needed")
    for name, value in {"without": without, "symbols": symbols}.items():
        if isinstance(value, Basic):
            raise ValueError(f"{name}={value}: a sequence of expressions is needed")
    barred, exactly = tuple(without), None if symbols is None else {*symbols}

    def fits(part: Boolean) -> bool:
        return (
            all(part.has(x) for x in of)
            and not (barred and part.has(*barred))
            and (exactly is None or part.free_symbols == exactly)
            and (not kind or isinstance(part, KINDS[kind]))
            and (side is None or side in part.args)
            and (lesser is None or getattr(part, "lts", None) == lesser)
            and (greater is None or getattr(part, "gts", None) == greater)
        )

    found = [x for x in relations(statement) if fits(x)]
    if number is not None and len(found) != number:
        asked = {"with": of, "without": barred, "of symbols": exactly, "of kind": kind, "on a side": side,
                 "as lesser side": lesser, "as greater side": greater}  # fmt: skip
        told = "".join(
            f", {x} {value}" for x, value in asked.items() if value not in ((), None, "")
        )
        raise Undecided(f"{statement} has {len(found)} conjuncts{told}; needed: {number}")
    return found


def conjunct(statement: Basic, *of: Basic | type[Basic], **asked: Any) -> Boolean:
    """The one conjunct of ``statement`` that ``matching`` finds by the same words.

    Raises Undecided where there is none, or where there are several; ValueError as ``matching`` does.

    >>> from sympy.abc import x, y
    >>> from sympy import And, Ge, Le
    >>> conjunct(And(Eq(x, 2), Ge(y, x), Le(y, 3)), y, without=[x])
    y <= 3
    """
    return matching(statement, *of, number=1, **asked)[0]


def equated(statement: Basic) -> dict[Expr, Expr]:
    """Left side -> right side of each equation among the conjuncts; inequalities are passed by.

    Raises Undecided where two equations have one left side.

    >>> from sympy.abc import x, y
    >>> from sympy import And, Ge
    >>> equated(And(Eq(x, 2), Ge(y, x), Eq(y, 3)))
    {x: 2, y: 3}
    """
    found = matching(statement, kind="equation")
    said = {x.lhs: x.rhs for x in found}
    if len(said) != len(found):
        raise Undecided(f"{statement} has two equations of one left side")
    return said


__all__ = ["conjunct", "equated", "matching"]
