"""What every run asks of a claim beside its evidence: a short search, and a few wrong variants.

Both are run and kept like evidence, and stand in the ledger beside it; no claim rises by them.

    search     a counterexample inside the claim's own hypotheses refutes it, with a witness; and what the
               search asks of the hypotheses counts as read
    variants   where the deciding evidence accepts every wrong variant that is tried of a conjunct, the
               claim keeps no rank (``challenge``)
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from theorem_audit.checks.mark import DOUBTS, Evidence
from theorem_audit.checks.run_context import Absent, Inconclusive, current, seed
from theorem_audit.kinds import NO_RUN

if TYPE_CHECKING:
    from theorem_audit.reuse.index import Row

FORM = 5  # raised where searches or wrong variants are asked otherwise: outcomes are kept by it
SECONDS = 0.15  # of search in one claim; at least one case is played


def searches_of(module: ModuleType) -> dict[str, Any]:
    """The searches that a module of falsifiers holds, as JSON: claim id -> where its function stands.

    That is module, name, and the definitions that wrap it: a table may say ``precise(search)``, which has the
    module and the name of ``search`` and does what ``precise`` says, too.  A function that is not defined by a
    name at the top of its module stands where its table does.
    """
    found: dict[str, list[Any]] = {}
    for claim_id, function in getattr(module, "FALSIFIERS", {}).items():
        place, name = function.__module__, function.__qualname__
        plain = name.isidentifier() and place != "functools"
        found[claim_id] = [place, name] if plain else [module.__name__, "FALSIFIERS"]
        found[claim_id].append(_around(function))
    for claim_id in getattr(module, "OUT_OF_REACH", {}):
        found[claim_id] = [module.__name__, "OUT_OF_REACH", []]
    return {"order": [], "searches": found}


def _around(function: Any) -> list[list[str]]:
    """Where the code of each wrapper of a function is written: module, and name at the top of it."""
    found = []
    while (inner := getattr(function, "__wrapped__", None)) is not None:
        if (code := getattr(function, "__code__", None)) is not None:
            found.append([function.__globals__["__name__"], code.co_qualname.partition(".")[0]])
        function = inner
    return found


def asked(row: Row) -> Evidence:
    """The evidence that stands behind a row of one of ``DOUBTS``."""
    function = _search(row.claim_id) if row.kind == "search" else _variants(row)
    function.__module__, function.__name__ = row.module, row.name
    return Evidence(row.claim_id, row.kind, function, ())


def _search(claim_id: str) -> Callable[..., None]:
    from theorem_audit.doubt import falsify

    searches, reasons = falsify.tables()  # here: what an import reads is not read by the search

    def search(claim: Any) -> None:
        if claim_id in reasons:
            raise Absent(f"{NO_RUN}: {reasons[claim_id]}")
        play, start = searches[claim_id], seed("search")

        def again(share: float) -> int:  # for longer, where no case was played: from the start
            return play(claim, np.random.Generator(np.random.PCG64(start)), share)

        current().checks += falsify.played(again, SECONDS)

    return search


def _variants(row: Row) -> Callable[..., None]:
    from theorem_audit.doubt.challenge import challenge

    items = [x.marked for x in row.beside]

    def variants(claim: Any) -> None:
        said = challenge(claim, items, run_seed=current().seed)
        if said is None:
            raise Absent(
                "no evidence here decides the claim, so that none is to reject its variants"
            )
        current().checks += said.checks
        if said.outcome != "passed":
            raise Inconclusive(said.detail)

    return variants


__all__ = ["DOUBTS", "asked", "searches_of"]
