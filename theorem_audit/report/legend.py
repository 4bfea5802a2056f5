"""What a statement's symbols mean: the claim's own words, then those of the project's ``legend``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from theorem_audit import project
from theorem_audit.statement.meaning import line_of, told_by


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
    found = {x: line_of({}, row["chapter"], x) for x in claim.names if x not in told}
    return {x: said for x, said in found.items() if said}


__all__ = ["shared_legend"]
