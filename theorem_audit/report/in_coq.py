"""The Coq statement of a claim whose rank is *kernel*, to be read beside its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from theorem_audit import project
from theorem_audit.kernel.statement import NoPhrase, statement

KERNEL = "kernel"


def coq_statements(run: Mapping[str, Any]) -> dict[str, str]:
    """Claim id -> the proposition that the kernel was asked, made anew from the claim object.

    Only for claims of that rank whose statement is still the ledger's, and that the project's ``spoken``
    has phrases for.
    """
    here = project.current()
    if not here.spoken:
        return {}
    spoken = here.import_from("spoken", here.spoken)
    found = {}
    for row in run["claims"]:
        claim = here.claims.get(row["id"]) if row["verdict"] == KERNEL else None
        if claim is None or claim.statement != row["statement"]:
            continue
        try:
            found[claim.id] = statement(claim, spoken(claim.id))
        except NoPhrase:
            continue  # its kernel evidence does not go through the phrases
    return found


__all__ = ["coq_statements"]
