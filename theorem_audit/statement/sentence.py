"""A statement's words and LaTeX, made of its items, its conditions and its formula.

Conditions that bound one quantity from both sides are put together as a reader expects them:
``0 < a < 1/2`` for ``And(a > 0, a < 1/2)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sympy import And, Basic, Eq, Ge, Gt, Le, Lt, Ne, Not, Or, Symbol, true
from sympy.core.relational import Relational
from sympy.printing.latex import LatexPrinter, translate

from theorem_audit.statement.names import composed, is_composed
from theorem_audit.statement.plain import integers

if TYPE_CHECKING:
    from theorem_audit.statement.vocabulary import Item

NOTHING: Mapping[str, str] = MappingProxyType({})
Link = tuple[Basic, str, Basic]  # left, "<" or "<=", right


class _Printer(LatexPrinter):
    """SymPy's LaTeX, with one subscript for an indexed symbol, and names left whole.

    SymPy reads an accent into the end of some names: *local* became a calligraphic *lo*.
    """

    def _deal_with_super_sub(self, string: str, style: str = "plain") -> str:
        if "\\" in string or is_composed(string):
            return string if "\\" in string else composed(string)
        found = str(super()._deal_with_super_sub(string, style))
        for word in re.split(r"[_^]", string)[1:] if "{" not in string else ():
            if (read := translate(word)).startswith("\\") and "{" in read:
                found = found.replace(read, rf"\mathrm{{{word}}}")
        return found

    def _print_Indexed(self, expr: Basic) -> str:
        stem, _, named = str(expr.args[0]).partition("_")
        stem, digits = re.fullmatch(r"(.*?)(\d*)", stem).groups()  # type: ignore[union-attr]
        at = "".join(map(str, expr.args[1:]))
        sub = named if set(named) == set(at) else ",".join(x for x in (digits, named, at) if x)
        return rf"{self._print(Symbol(stem))}_{{{sub}}}"


def conjuncts(formula: Basic) -> tuple[Basic, ...]:
    """The conjuncts of a formula, in SymPy's order."""
    return formula.args if isinstance(formula, And) else (formula,)


def latex_of(expr: Basic) -> str:
    """LaTeX in which a symbol called x_oo is a limit at infinity."""
    return str(_Printer().doprint(expr)).replace("_{oo}", r"_{\infty}")


def chains(condition: Basic) -> list[str]:
    """The conjuncts of a condition in words, two-sided bounds as one.

    >>> from sympy import And, Symbol
    >>> a = Symbol("a", real=True)
    >>> chains(And(a > 0, 2 * a < 1))
    ['a > 0', '2*a < 1']
    >>> chains(And(a > 0, a <= 1))
    ['0 < a <= 1']
    """
    return _chained(condition, TEXT)


def latex_chains(condition: Basic) -> list[str]:
    """``chains`` in LaTeX."""
    return _chained(condition, LATEX)


@dataclass(frozen=True)
class Style:
    """How mathematics is written: terms, signs of relations, and the words between alternatives."""

    said: Callable[[Basic], str]
    signs: Mapping[str, str]
    either: str
    both: str


_WRITTEN = {Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Eq: "=", Ne: "!="}
_IN_LATEX = {"<=": r"\leq", ">=": r"\geq", "!=": r"\neq"}
TEXT = Style(str, {x: x for x in _WRITTEN.values()}, " or ", " and ")
LATEX = Style(latex_of, {**TEXT.signs, **_IN_LATEX}, r"\ \text{or}\ ", r"\ \text{and}\ ")


def _link(part: Basic) -> Link | None:
    """An inequality as smaller, sign, larger; None for what is none."""
    if isinstance(part, Lt | Le):
        return part.lhs, "<" if isinstance(part, Lt) else "<=", part.rhs
    if isinstance(part, Gt | Ge):
        return part.rhs, "<" if isinstance(part, Gt) else "<=", part.lhs
    return None


def _chained(condition: Basic, style: Style) -> list[str]:
    parts = sorted(conjuncts(condition), key=_place)
    left: list[tuple[Basic, Link | None]] = [(x, _link(x)) for x in parts]
    told: list[str] = []
    while left:
        part, link = left.pop(0)
        if link is None:
            told.append(_other(part, style))
            continue
        chain: list[Basic | str] = list(link)
        while found := _next(chain, left):
            at, front = found
            _, more = left.pop(at)
            assert more is not None
            chain = [*more[:2], *chain] if front else [*chain, *more[1:]]
        if len(chain) == 3:  # a single inequality as it was written
            told.append(_other(part, style))
        else:
            told.append(
                " ".join(style.signs[x] if isinstance(x, str) else style.said(x) for x in chain)
            )
    return told


def _next(
    chain: Sequence[Basic | str], left: list[tuple[Basic, Link | None]]
) -> tuple[int, bool] | None:
    """Where the next link of a chain stands, and whether it goes in front."""
    for at, (_, link) in enumerate(left):
        if link is not None and link[0] == chain[-1] and not link[0].is_number:
            return at, False
        if link is not None and link[2] == chain[0] and not link[2].is_number:
            return at, True
    return None


def _place(part: Basic) -> tuple[int, str]:
    """Sizes first, then bounds, then the rest; by text within."""
    whole = all(getattr(x, "is_integer", False) for x in part.free_symbols)
    return (0 if whole else 1, str(part))


def _other(part: Basic, style: Style) -> str:
    if isinstance(part, Or | And):
        told = [
            f"({_other(x, style)})" if isinstance(x, Or | And) else _other(x, style)
            for x in sorted(part.args, key=_place)
        ]
        return (style.either if isinstance(part, Or) else style.both).join(told)
    if isinstance(part, Relational) and type(part) in _WRITTEN:
        sign = style.signs[_WRITTEN[type(part)]]
        return f"{style.said(part.lhs)} {sign} {style.said(part.rhs)}"
    if isinstance(part, Not):
        return f"not ({_other(part.args[0], style)})"
    return style.said(part)


def sentence(
    items: Sequence[Item],
    region: Basic,
    formula: Basic,
    symbols: Mapping[str, str] = NOTHING,
    *,
    typeset: bool = False,
) -> str:
    """``Suppose that ...; and that ... . Then ... .  Here ... .`` of a claim's parts.

    An item that is said ``after`` the conclusion, such as a limit, stands behind it.  A symbol's line may be
    a noun or a whole statement, so a colon introduces it.
    typeset: as Markdown, with conditions, items and formula as LaTeX between dollars, and no symbols.
    """

    def told_of(item: Item) -> str:
        return f"{item.words} (${item.latex}$)" if typeset else item.words

    def mathematics(expr: Basic) -> list[str]:
        return [f"${x}$" for x in latex_chains(expr)] if typeset else chains(expr)

    after = [told_of(x) for x in items if x.after]
    told = [f"that {told_of(x)}" for x in items if not x.after]
    if whole := list(integers((formula, region))):
        told.append(f"that {_integers(whole, typeset)}")
    if region is not true:
        told.append(f"that {', '.join(mathematics(region))}")
    then = " and ".join(y for x in conjuncts(formula) for y in mathematics(x))
    ending = f", {', '.join(after)}" if after else ""
    here = ""
    if symbols and not typeset:
        here = f" Here {'; '.join(f'{k}: {v}' for k, v in symbols.items())}."
    if not told:
        return f"{_upper(then)}{ending}.{here}"
    if len(told) > 1:
        told[-1] = f"and {told[-1]}"
    return f"Suppose {'; '.join(told)}. Then {then}{ending}.{here}"


def _integers(whole: Sequence[Basic], typeset: bool) -> str:
    if typeset:
        return rf"${', '.join(map(latex_of, whole))}\in\mathbb{{Z}}$"
    *more, last = map(str, whole)
    return f"{', '.join(more)} and {last} are integers" if more else f"{last} is an integer"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:] if text[:1].islower() and " " in text[:2] else text


__all__ = ["chains", "conjuncts", "latex_chains", "latex_of", "sentence"]
