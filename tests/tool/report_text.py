"""What a page of the report says, as the plain text of a ledger."""

from __future__ import annotations

import html
import re
import unicodedata

SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "‖": "||", "∞": "oo", "·": "*", "∑": "sum"}


def plain(page: str) -> str:
    """A page's words without tags, its small mathematics in ASCII again, all spaces one.

    An index in braces and one without, ``x2`` and ``x_2``, ``x**2`` and ``x^2`` read alike.
    """
    text = re.sub(r"<sub>", "_", re.sub(r"<sup>", "^", page))
    text = html.unescape(re.sub(r"<[^<>]*>", "", text)).replace("**", "^")
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    text = "".join(_letter(x) for x in text)
    text = re.sub(r"([_^])\{([^{}]*)\}", r"\1\2", text)
    return re.sub(r"\s+", " ", text.replace("r_2", "r2").replace("epsilon", "eps"))


def _letter(letter: str) -> str:
    if not "Α" <= letter <= "ω":
        return letter
    name = unicodedata.name(letter).removeprefix("GREEK ").split(" LETTER ")
    word = name[1].replace("FINAL SIGMA", "VARSIGMA").replace("LAMDA", "LAMBDA").lower()
    return word if name[0] == "SMALL" else word.capitalize()
