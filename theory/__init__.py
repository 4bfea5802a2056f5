"""What is claimed and why: exact derivations in SymPy, for arbitrary n, d and b.

``claims`` maps each id to its ``Claim``.  It is filled on first use, from the chapters themselves, shelf by
shelf.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from theorem_audit.statement import Assumption, Claim, Claims, Source, discover

if TYPE_CHECKING:
    claims: Claims

READING_ORDER = (
    "model",
    "full_batch",
    "walks",
    "minibatch",
    "quadratic",
    "assumptions",
    "neighbours",
)


@cache
def _found() -> Claims:
    return discover("theory")


def __getattr__(name: str) -> Claims:
    if name == "claims":
        return _found()
    raise AttributeError(f"module 'theory' has no attribute {name!r}")


__all__ = ["Assumption", "Claim", "Source", "claims"]
