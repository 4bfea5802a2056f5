"""Where a claim comes from: a frozen record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from theorem_audit.kinds import SOURCES
from theorem_audit.statement.bibliography import Prior
from theorem_audit.statement.plain import Final


@dataclass(frozen=True)
class Source(Final):
    """Where a claim comes from.

    kind: ``paper`` (asserted in a source), ``lemma`` (needed to prove one), ``new`` (goes beyond the
    sources), ``finding`` (a place where a source's wording needs care), ``open``.
    reference: the work and the statement in it, in words.
    prior: works that state the claim, or something that it overlaps, with what they state.
    """

    kind: str
    reference: str
    prior: tuple[Prior, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in SOURCES:
            raise ValueError(f"kind={self.kind!r}: allowed are {', '.join(SOURCES)}")

    def with_prior(self, *prior: Prior) -> Source:
        """The same source, with works that had it, or something like it, first."""
        return replace(self, prior=(*self.prior, *prior))


__all__ = ["Source"]
