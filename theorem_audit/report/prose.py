"""Plain words of a ledger as HTML: small mathematics set as such, names of claims as links.

Titles, hypotheses and remarks are written in ASCII (``||w_0||^2 < 2``), so that a terminal shows them too.
Everything is escaped; the only tags are those made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from markupsafe import Markup, escape

_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho "
    "varsigma sigma tau upsilon phi chi psi omega"
)
GREEK = {name: chr(0x3B1 + place) for place, name in enumerate(_LETTERS.split())} | {
    "eps": "ε",
    "Delta": "Δ",
    "Gamma": "Γ",
    "Lambda": "Λ",
    "Sigma": "Σ",
    "Psi": "Ψ",
    "Phi": "Φ",
}
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "->": "→", "||": "‖", "oo": "∞"}
TIMES = "·"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SIGN = re.compile("|".join([r"<=", ">=", "!=", "->", r"\|\|", r"\boo\b"]))
_NAME = "|".join([*sorted(GREEK, key=len, reverse=True), "sum", "[A-Za-z]"])
_INDEX = r"\{[^{}]*\}|[A-Za-z0-9]+(?:_[A-Za-z0-9]\b)?(?:\([0-9A-Za-z]\))?|\*"
_START = r"(?<![\w\\`])(?<!(?<!\.)\.)"  # x_1..x_n is two names, a.b is a file
_MATH = (
    rf"{_START}(?P<base>{_NAME})(?:_(?P<sub>{_INDEX}))?(?:\^(?P<sup>{_INDEX}|[+-]\d*|\([^()\s]*\)))?(?!\w|\.py)"
    rf"|(?P<code>{_START}(?<!/)(?:test_\w+|[A-Za-z]{{3,}}(?:_[A-Za-z]{{2,}})+|[A-Z]{{3,}}_[A-Z]+)(?:\(\))?(?![\w./]\w))"
    rf"|{_START}(?P<word>[a-z]{{2,}})(?:_(?P<at>[A-Za-z0-9])|\^(?P<to>\d))(?![\w./]\w)(?!\w)"
    rf"|(?<=[|)\]\d])\^(?P<power>{_INDEX}|[+-]\d+|\([^()\s]*\))|(?<=[\w)\]|])\*\*(?P<twice>\d+|[A-Za-z]\b|\([^()]*\))"
    rf"|(?P<digit>{_START}[a-z]2(?:_(?P<further>[a-z0-9]))?(?![\w.]\w))"
    r"|(?P<sign><=|>=|!=|->|\|\||\boo\b|(?:(?<=[\w)])|(?<=_\*))\*(?=[\w(]))"
)


def _index(text: str) -> Markup:
    bare = text.strip("{}") if text.startswith("{") else text
    first, _, below = bare.partition("_")
    if below:
        return Markup("{}<sub>{}</sub>").format(GREEK.get(first, first), below)
    return escape(_SIGN.sub(lambda m: SIGNS[m[0]], GREEK.get(bare, bare)))


def _set(match: re.Match[str]) -> Markup:
    if sign := match["sign"]:
        return Markup(SIGNS.get(sign, TIMES))
    if power := match["power"] or match["twice"]:
        return Markup("<sup>{}</sup>").format(_index(power))
    if code := match["code"]:
        return Markup("<code>{}</code>").format(code)
    if digit := match["digit"]:
        further = f",{match['further']}" if match["further"] else ""
        return Markup("<i>{}</i><sub>2{}</sub>").format(digit[0], further)
    if word := match["word"]:
        tag, index = ("sub", match["at"]) if match["at"] else ("sup", match["to"])
        return Markup("{}<{}>{}</{}>").format(word, Markup(tag), index, Markup(tag))
    base, sub, sup = match["base"], match["sub"], match["sup"]
    if sub is None and sup is None and base not in GREEK:
        return escape(match[0])  # a letter alone may be a word
    if base == "sum":
        if sub is None:
            return escape(match[0])
        found = Markup("∑")
    else:
        found = Markup("<i>{}</i>").format(GREEK.get(base, base))
    if sub is not None:
        # q_j(0): the index is j, the time 0
        index, opened, at = (sub, "", "") if sub.startswith("{") else sub.partition("(")
        found += Markup("<sub>{}</sub>{}").format(_index(index), opened + at)
    if sup is not None:
        found += Markup("<sup>{}</sup>").format(_index(sup))
    return found


@lru_cache(maxsize=8)  # compiled once for all pages
def _names(ids: frozenset[str]) -> re.Pattern[str]:
    found = "|".join(sorted(map(re.escape, ids), key=len, reverse=True))
    return re.compile(rf"(?<![\w/-])(?:{found or '(?!)'})(?![\w/]|-[A-Z0-9])")


@lru_cache(maxsize=8)
def _names_and_math(ids: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?P<id>{_names(ids).pattern})|{_MATH}")


@dataclass(frozen=True)
class Prose:
    """Sets prose; ``ids`` are the claims that have a page, ``link`` how its address is made from the id.

    here: the claim whose page it is for, which is no link.
    """

    ids: frozenset[str]
    link: str
    here: str = ""

    @property
    def names(self) -> re.Pattern[str]:
        """The claims' names, the longest first; one that is a part of a longer word is none."""
        return _names(self.ids)

    def __call__(self, text: str) -> Markup:
        """The text with its mathematics set and its claims linked."""

        def said(match: re.Match[str]) -> Markup:
            return self.anchor(match["id"]) if match["id"] else _set(match)

        return _replaced(text, _names_and_math(self.ids), said)

    def anchor(self, claim_id: str) -> Markup:
        """The link to a claim; the name alone of the one whose page it is."""
        if claim_id == self.here:
            return escape(claim_id)
        return Markup('<a href="{}">{}</a>').format(self.link.format(claim_id), claim_id)

    def address(self, href: str) -> str:
        """Where a link of a note leads, from a page in a folder of the report; "" where to nothing in it."""
        if _SCHEME.match(href):
            return href
        file, _, mark = href.partition("#")
        path = PurePosixPath(file)
        if path.suffix == ".md":
            return self.link.format(mark.upper()) if mark.upper() in self.ids else ""
        if path.parent.name == "pictures" and path.suffix == ".png":
            return f"../pictures.html#{path.stem}"
        return href

    def linked(self, text: str) -> Markup:
        """The text with its claims linked and nothing else changed."""
        return _replaced(text, self.names, lambda match: self.anchor(match[0]))


def _replaced(text: str, pattern: re.Pattern[str], said: object) -> Markup:
    assert callable(said)
    found, at = Markup(), 0
    for match in pattern.finditer(text):
        found += escape(text[at : match.start()]) + said(match)
        at = match.end()
    return found + escape(text[at:])


def prose(ids: Iterable[str] = (), link: str = "{}.html", here: str = "") -> Prose:
    """A ``Prose`` for these claims."""
    return Prose(frozenset(ids), link, here)


__all__ = ["GREEK", "SIGNS", "Prose", "prose"]
