"""One hypothesis of a claim: a frozen record."""

from __future__ import annotations

from dataclasses import dataclass

from sympy.logic.boolalg import Boolean

from theorem_audit.statement.plain import Final
from theorem_audit.statement.sentence import chains
from theorem_audit.statement.vocabulary import Item


@dataclass(frozen=True)
class Assumption(Final):
    """One hypothesis of a claim: a condition between symbols, an item of the vocabulary, or both.

    condition: a SymPy Boolean in the theory's symbols.
    item: what no condition can say (orthonormal data, how batches are drawn).
    note: explains the hypothesis to a reader, and is none: nothing may rest on it.
    needed: ``None`` while nobody has looked; ``True`` when the evidence named ``witness`` shows that
    the claim fails without it; ``False`` when the proof does not use it (a finding).
    sharp: the widest condition under which the claim still holds, where known.
    """

    name: str
    condition: Boolean | None = None
    needed: bool | None = None
    witness: str = ""
    sharp: Boolean | None = None
    item: Item | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.condition is None and self.item is None:
            raise ValueError(
                f"assumption {self.name!r}: a condition between symbols or an item of the vocabulary is "
                "needed; no machine reads a hypothesis in words alone"
            )
        if isinstance(self.condition, bool):
            raise TypeError(
                f"assumption {self.name!r}: condition={self.condition}: Python compared, so that nothing of it "
                "is left; write Eq(x, 1) for x == 1, Ne(x, 1) for x != 1"
            )

    @property
    def words(self) -> str:
        """The hypothesis in words, from its item and its condition."""
        told = [] if self.item is None else [self.item.words]
        if self.condition is not None:
            told.append(", ".join(chains(self.condition)))
        return "; ".join(told)


__all__ = ["Assumption"]
