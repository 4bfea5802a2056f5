"""LaTeX of a symbol's name that says more than a letter with indices.

SymPy splits a name at every underscore and caret, so that it read ``rho(T(C_ms))`` as a letter with the
subscript ``ms))`` and ``q_j^+-q_j`` as one with two.
"""

from __future__ import annotations

import re

from sympy.printing.latex import greek_letters_set

COMPOSED = re.compile(r"[(\[|/,<> ]|\d_|\^\d\*|[+]-|_[^_^]*_|^(?:sin|cos|tan)\d")
_PIECE = re.compile(
    r"(?P<base>[A-Za-z]+)(?P<digits>\d*)(?P<sub>(?:_(?:[A-Za-z0-9]+(?:\|[A-Z](?![\w|]))?|\*|[+-](?!\w)))*)"
    r"(?P<sup>\^(?:\d+\*?|[A-Za-z]+|[+-]))?"
    r"|(?P<power>\^(?:\d+|\+))|(?P<times>\*(?=\w))|(?P<other>.)"
)
_FUNCTIONS = frozenset(("sin", "cos", "tan", "log"))
_SIGNS = {"<": r"\langle ", ">": r"\rangle ", " ": r"\,"}


def is_composed(name: str) -> bool:
    """Whether a name is to be read piece by piece; one that is LaTeX already is not."""
    return not re.search(r"[\\{]", name) and bool(COMPOSED.search(name))


def composed(name: str) -> str:
    r"""LaTeX of such a name.

    >>> composed("c_j(k)^2")
    'c_{j}(k)^{2}'
    >>> composed("q_j^+-q_j")
    'q_{j}^{+}-q_{j}'
    """
    found = ""
    for piece in _PIECE.finditer(name):
        base = piece["base"]
        if not base:
            sup = piece["power"]
            told = (
                f"^{{{sup[1:]}}}"
                if sup
                else " "
                if piece["times"]
                else _SIGNS.get(piece[0], piece[0])
            )
            found = f"{{{found}}}" + told if sup and found[-1:] == "}" else found + told
        elif base in _FUNCTIONS:
            found += rf"\{base} {piece['digits']}"
        else:
            found += (
                _letter(base) + _index(piece) + (f"^{{{piece['sup'][1:]}}}" if piece["sup"] else "")
            )
    return found


def _index(piece: re.Match[str]) -> str:
    """One subscript: digits and an index stand side by side, an index of an index below it."""
    subs = [_letter(x) for x in (piece["sub"] or "").split("_")[1:]]
    sub = subs[0] + "".join(f"_{{{x}}}" for x in subs[1:]) if subs else ""
    told = ",".join(x for x in (piece["digits"], sub) if x)
    return f"_{{{told}}}" if told else ""


def _letter(word: str) -> str:
    return rf"\{word}" if word.lower() in greek_letters_set else word


__all__ = ["composed", "is_composed"]
