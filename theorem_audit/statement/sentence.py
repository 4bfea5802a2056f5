"""A statement's words and LaTeX, made of its items, its conditions and its formula.

Conditions that bound one quantity from both sides are put together as a reader expects them:
``0 < a < 1/2`` for ``And(a > 0, a < 1/2)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sympy import (
    And,
    Basic,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    MatrixSymbol,
    Mod,
    Mul,
    Ne,
    Not,
    Or,
    Order,
    Symbol,
    true,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction
from sympy.printing.latex import LatexPrinter, translate
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from theorem_audit.statement.names import composed, is_composed
from theorem_audit.statement.plain import integers, matrices

if TYPE_CHECKING:
    from theorem_audit.statement.vocabulary import Item

NOTHING: Mapping[str, str] = MappingProxyType({})
MOST = 4096  # expressions whose text is kept: a claim's is asked for several times
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
        told = [str(x) for x in expr.args[1:]]
        # Letters stand beside each other (ij); 1, 12 is neither 11, 2 nor 112.
        beside = all(len(x) == 1 and x.isalpha() for x in told)
        at = ("" if beside else ",").join(told)
        sub = (
            named
            if set(named) == set("".join(told))
            else ",".join(x for x in (digits, named, at) if x)
        )
        return rf"{self._print(Symbol(stem))}_{{{sub}}}"

    def _print_log(self, expr: Basic, exp: str | None = None) -> str:
        if len(expr.args) == 1:
            return str(super()._print_log(expr, exp))
        number, base = map(self._print, expr.args)  # unevaluated; SymPy leaves the base out
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\log_{{{base}}}{power}{{\left({number} \right)}}"

    def _print_Order(self, expr: Order) -> str:
        """With where the symbols go to: SymPy leaves out that they go to 0."""
        at = ", ".join(rf"{self._print(x)} \to {self._print(to)}" for x, to in expr.args[1:])
        return (
            rf"O\left({self._print(expr.expr)}\right)_{{{at}}}"
            if at
            else f"O({self._print(expr.expr)})"
        )

    def _print_Mod(self, expr: Basic, exp: str | None = None) -> str:
        left, right = (self.parenthesize(x, PRECEDENCE["Atom"], strict=True) for x in expr.args)
        told = rf"{left} \bmod {right}"
        return told if exp is None else rf"\left({told}\right)^{{{exp}}}"

    def _print_Mul(self, expr: Mul) -> str:
        if isinstance(-expr, Mod):  # else the sign would be the first number's
            return rf"- \left({self._print(-expr)}\right)"
        return str(super()._print_Mul(expr))

    def _print_Relational(self, expr: Relational) -> str:
        if not any(isinstance(x, Relational | BooleanFunction) for x in expr.args):
            return str(super()._print_Relational(expr))
        left, right = (rf"\left({self._print(x)}\right)" for x in expr.args)
        return f"{left} {_IN_LATEX.get(expr.rel_op, expr.rel_op.replace('==', '='))} {right}"


class _Words(StrPrinter):
    """SymPy's text, with where the symbols of O(...) go to."""

    def _print_Order(self, expr: Order) -> str:
        at = ", ".join(f"{self._print(x)} -> {self._print(to)}" for x, to in expr.args[1:])
        return f"O({self._print(expr.expr)}{f' as {at}' if at else ''})"


@lru_cache(maxsize=MOST, typed=True)
def text_of(expr: Basic) -> str:
    """Plain text."""
    return str(_Words().doprint(expr)) if expr.has(Order) else str(expr)


def conjuncts(formula: Basic) -> tuple[Basic, ...]:
    """The conjuncts of a formula, in SymPy's order."""
    return formula.args if isinstance(formula, And) else (formula,)


@lru_cache(maxsize=MOST, typed=True)
def latex_of(expr: Basic) -> str:
    """LaTeX in which a symbol called x_oo is a limit at infinity."""
    return str(_Printer().doprint(expr)).replace("_{oo}", r"_{\infty}")


def chains(condition: Basic, *, beside: bool = False) -> list[str]:
    """The conjuncts of a condition in words, two-sided bounds as one.

    Alternatives are put in brackets where something stands beside them, also elsewhere (``beside``).

    >>> from sympy import And, Symbol
    >>> a = Symbol("a", real=True)
    >>> chains(And(a > 0, 2 * a < 1))
    ['2*a < 1', 'a > 0']
    >>> chains(And(a > 0, a <= 1))
    ['0 < a <= 1']
    >>> chains(And(a > 0, (a < 1) | (a > 2)))
    ['(a < 1 or a > 2)', 'a > 0']
    """
    return _chained(condition, TEXT, beside)


def latex_chains(condition: Basic, *, beside: bool = False) -> list[str]:
    """``chains`` in LaTeX."""
    return _chained(condition, LATEX, beside)


@dataclass(frozen=True)
class Style:
    """How mathematics is written: terms, signs of relations, and the words between alternatives."""

    said: Callable[[Basic], str]
    signs: Mapping[str, str]
    either: str
    both: str


_WRITTEN = {Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Eq: "=", Ne: "!="}
_IN_LATEX = {"<=": r"\leq", ">=": r"\geq", "!=": r"\neq"}
TEXT = Style(text_of, {x: x for x in _WRITTEN.values()}, " or ", " and ")
LATEX = Style(latex_of, {**TEXT.signs, **_IN_LATEX}, r"\ \text{or}\ ", r"\ \text{and}\ ")


def _link(part: Basic) -> Link | None:
    """An inequality as smaller, sign, larger; None for what is none."""
    if isinstance(part, Lt | Le):
        return part.lhs, "<" if isinstance(part, Lt) else "<=", part.rhs
    if isinstance(part, Gt | Ge):
        return part.rhs, "<" if isinstance(part, Gt) else "<=", part.lhs
    return None


def _chained(condition: Basic, style: Style, beside: bool) -> list[str]:
    parts = sorted(conjuncts(condition), key=_place)
    beside = beside or len(parts) > 1
    left: list[tuple[Basic, Link | None]] = [(x, _link(x)) for x in parts]
    told: list[str] = []
    while left:
        part, link = left.pop(0)
        if link is None:
            loose = beside and isinstance(part, BooleanFunction) and not isinstance(part, Not)
            told.append(f"({_other(part, style)})" if loose else _other(part, style))
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


@lru_cache(maxsize=MOST, typed=True)
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
        left, right = (
            f"({_other(x, style)})"
            if isinstance(x, Relational | BooleanFunction)
            else style.said(x)
            for x in part.args
        )
        return f"{left} {sign} {right}"
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

    def mathematics(expr: Basic, beside: bool = False) -> list[str]:
        if not typeset:
            return chains(expr, beside=beside)
        return [f"${x}$" for x in latex_chains(expr, beside=beside)]

    after = [told_of(x) for x in items if x.after]
    told = [f"that {told_of(x)}" for x in items if not x.after]
    if whole := list(integers((formula, region))):
        told.append(f"that {_integers(whole, typeset)}")
    told += [f"that {_shape(x, typeset)}" for x in matrices((formula, region))]
    if region is not true:
        told.append(f"that {', '.join(mathematics(region))}")
    parts = conjuncts(formula)
    then = " and ".join(y for x in parts for y in mathematics(x, len(parts) > 1))
    ending = f", {', '.join(after)}" if after else ""
    here = ""
    if symbols and not typeset:
        here = f" Here {'; '.join(f'{k}: {v}' for k, v in symbols.items())}."
    if not told:
        return f"{then}{ending}.{here}"
    if len(told) > 1:
        told[-1] = f"and {told[-1]}"
    return f"Suppose {'; '.join(told)}. Then {then}{ending}.{here}"


def _integers(whole: Sequence[Basic], typeset: bool) -> str:
    if typeset:
        return rf"${', '.join(map(latex_of, whole))}\in\mathbb{{Z}}$"
    *more, last = map(str, whole)
    return f"{', '.join(more)} and {last} are integers" if more else f"{last} is an integer"


def _shape(matrix: MatrixSymbol, typeset: bool) -> str:
    rows, columns = matrix.shape
    if typeset:
        at = " \\times ".join(map(latex_of, (rows, columns)))
        return f"${latex_of(matrix)}$ is a matrix, ${at}$"
    return f"{matrix} is a matrix, {rows} x {columns}"


__all__ = ["chains", "conjuncts", "latex_chains", "latex_of", "sentence"]
