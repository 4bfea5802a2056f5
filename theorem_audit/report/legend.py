"""What a statement's symbols mean: the claim's own words, then those of the project's ``legend``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sympy import Indexed
from sympy.core.function import AppliedUndef

from theorem_audit import project
from theorem_audit.statement.claim import Claim


def names_of(claim: Claim) -> list[str]:
    """The names of a claim's symbols and functions, in alphabetical order."""
    found: set[str] = set()
    for expr in (claim.formula, claim.region):
        found |= {str(x) for x in expr.free_symbols if not isinstance(x, Indexed)}
        found |= {str(f.func) for f in expr.atoms(AppliedUndef)}
    return sorted(found, key=str.lower)


def entry_names(entry: str) -> list[str]:
    """The names that one entry of a legend tells: ``r2, s`` two, ``Beta(x, y)`` one."""
    return re.split(r",\s+(?![^()]*\))", entry)


def told_as(name: str) -> str:
    r"""A legend's ``bar a`` or ``overline ab`` as the symbol is named: ``\bar{a}``."""
    return re.sub(r"^(bar|overline) (\S+)$", r"\\\1{\2}", name)


def told_by(symbols: Mapping[str, str]) -> set[str]:
    """The names that a legend tells: its entries', and a function's (``P(a)`` tells ``P``)."""
    names = {told_as(y) for x in symbols for y in entry_names(x)}
    return names | {x.partition("(")[0] for x in names if x.endswith(")")}


def shared_legend(row: Mapping[str, Any]) -> dict[str, str]:
    """Symbol -> meaning, for those of a ledger's row that the claim itself does not tell.

    Nothing where the claim object says something else than the row, or the project has no ``legend``.
    """
    here = project.current()
    if not here.legend or row["id"] not in here.claims:
        return {}
    claim = here.claims[row["id"]]
    if claim.statement != row["statement"]:
        return {}
    told = told_by(row.get("symbols", {}))
    known = here.import_from("legend", here.legend)
    parts = row["chapter"].split(".")
    places = [".".join(parts[:size]) for size in range(len(parts), -1, -1)]
    found = {}
    for name in names_of(claim):
        if name not in told:
            meanings = (known.get(place, {}).get(name) for place in places)
            if meaning := next((x for x in meanings if x), ""):
                found[name] = meaning
    return found


__all__ = ["entry_names", "names_of", "shared_legend", "told_as", "told_by"]
