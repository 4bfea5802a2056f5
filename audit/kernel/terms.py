"""Arithmetic terms in two spellings: as a reader of Coq sees them, and as data for a checker.

A term is a nested tuple: ("Int", 3), ("Ratio", 1, 2), ("Var", "a"), ("Opp", x), ("Add", x, y),
("Sub", x, y), ("Mul", x, y), ("Div", x, y), ("Inv", x), ("Pow", x, 2).  The data must mean, by
computation in the kernel, what the text says; where they differ, Coq refuses the theorem.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

Term = tuple[Any, ...]

# Words that a bound variable may not be called: Coq's, Python's (statements are read back), and what
# statements are written with.
COQ = """
Prop SProp R R0 R1 Set Type True False as at cofix else end exists exists2 fix for forall fun if in
let match mod return then using where with
"""
RESERVED = frozenset(keyword.kwlist) | frozenset(COQ.split())
# Binding strengths of Coq's notations: sum, product, sign, power, atom.
SUM, PRODUCT, SIGN, POWER, ATOM = 50, 40, 35, 30, 0


def names_of(symbols: Sequence[str]) -> list[str]:
    """One Coq name for each symbol, distinct and none of ``RESERVED``.

    >>> names_of(["t_*", "R", "S"])
    ['t_star', 'R_', 'S']
    """
    found: list[str] = []
    for symbol in symbols:
        name = re.sub(r"[^A-Za-z0-9_]", "_", symbol.replace("*", "star").replace("^+", "_next"))
        name = name if re.match(r"[A-Za-z]", name) else f"x{name}"
        while name in RESERVED or name in found:
            name += "_"
        found.append(name)
    return found


def number(value: Fraction) -> Term:
    """A rational number as a term.

    >>> number(Fraction(-3, 4))
    ('Opp', ('Ratio', 3, 4))
    """
    if value.denominator == 1:
        return ("Int", value.numerator)
    size = ("Ratio", abs(value.numerator), value.denominator)
    return size if value > 0 else ("Opp", size)


def text(term: Term, level: int = SUM) -> str:
    """``term`` in Coq's syntax over the reals, fit for a place that takes up to ``level``.

    >>> text(("Sub", ("Mul", ("Ratio", 1, 3), ("Pow", ("Var", "a"), 2)), ("Opp", ("Var", "b"))))
    '1/3 * a^2 - (- b)'
    """
    kind, *parts = term
    if kind == "Int":
        shown, own = str(parts[0]), ATOM if parts[0] >= 0 else SIGN
    elif kind == "Ratio":
        shown, own = f"{parts[0]}/{parts[1]}", PRODUCT
    elif kind == "Var":
        shown, own = parts[0], ATOM
    elif kind == "Opp":
        shown, own = f"- {text(parts[0], POWER)}", SIGN
    elif kind == "Inv":
        shown, own = f"/ {text(parts[0], POWER)}", SIGN
    elif kind == "Pow":
        shown, own = f"{text(parts[0], ATOM)}^{parts[1]}", POWER
    elif kind in ("Add", "Sub"):
        sign = "+" if kind == "Add" else "-"
        shown, own = f"{text(parts[0], SUM)} {sign} {text(parts[1], SUM - 1)}", SUM
        if parts[1][0] == "Opp" or (parts[1][0] == "Int" and parts[1][1] < 0):
            shown = f"{text(parts[0], SUM)} {sign} ({text(parts[1])})"
    else:
        sign = "*" if kind == "Mul" else "/"
        shown, own = f"{text(parts[0], PRODUCT)} {sign} {text(parts[1], POWER)}", PRODUCT
    return shown if own <= level else f"({shown})"


def data(term: Term, places: Mapping[str, int]) -> str:
    """``term`` as a Gallina term, variables by their place in the list of values.

    >>> data(("Mul", ("Int", -2), ("Pow", ("Var", "a"), 2)), {"a": 0})
    '(Mul (Int (-2)) (Pow (Var 0) 2))'
    """
    kind, *parts = term
    if kind == "Int":
        return f"(Int ({parts[0]}))" if parts[0] < 0 else f"(Int {parts[0]})"
    if kind == "Ratio":
        return f"(Ratio {parts[0]} {parts[1]})"
    if kind == "Var":
        return f"(Var {places[parts[0]]})"
    inner = [data(x, places) if isinstance(x, tuple) else str(x) for x in parts]
    return f"({kind} {' '.join(inner)})"


def polynomial(terms: Any, names: Sequence[str]) -> Term:
    """The sum of ([exponents], "p/q"), in the order given.

    >>> text(polynomial([[[1, 2], "-3/4"], [[0, 0], "2/1"]], ["a", "S"]))
    '- (3/4) * a * S^2 + 2'
    """
    total: Term | None = None
    for exponents, coefficient in terms:
        value = Fraction(coefficient)
        size = abs(value)
        factors: list[Term] = [
            ("Var", name) if e == 1 else ("Pow", ("Var", name), e)
            for name, e in zip(names, exponents, strict=True)
            if e
        ]
        if size != 1 or not factors:
            factors.insert(0, number(size))
        if total is None and value < 0:
            factors[0] = number(-size) if factors[0] == number(size) else ("Opp", factors[0])
        product = factors[0]
        for factor in factors[1:]:
            product = ("Mul", product, factor)
        total = product if total is None else ("Sub" if value < 0 else "Add", total, product)
    return ("Int", 0) if total is None else total


__all__ = ["RESERVED", "Term", "data", "names_of", "number", "polynomial", "text"]
