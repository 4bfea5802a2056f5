"""How a claim's proof uses a lemma, where it does not use it as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, Float, Symbol, false, true
from sympy.logic.boolalg import Boolean


@dataclass(frozen=True)
class Use:
    """One use of a lemma.

    put: symbol of the lemma -> what it stands for here: an expression in the claim's symbols, or a symbol of
    which the claim does not speak (the mass at a later step), whose conditions are then the reader's.  What is
    not named stands for itself.
    where: the case in which the lemma is used, a condition between the claim's symbols.

    With that put in, the claim's conditions must say the lemma's there (``theorem_audit.doubt.lemmas``).

    >>> from sympy import symbols
    >>> x, y = symbols("x y", real=True)
    >>> uses = {"SQUARE-ROOT": (Use({x: y**2}),)}  # a lemma for x >= 0
    """

    put: Mapping[Symbol, Expr] = field(default_factory=dict)
    where: Boolean = true

    def __post_init__(self) -> None:
        if not isinstance(self.where, Boolean) or isinstance(self.where, Expr):
            raise TypeError(f"where={self.where!r}: a condition is needed")
        if self.where is false:
            raise ValueError("where=False: what is used nowhere is no use")
        for symbol, value in self.put.items():
            if not isinstance(symbol, Symbol) or not isinstance(value, Expr) or value.has(Float):
                raise TypeError(
                    f"put={{{symbol!r}: {value!r}}}: a symbol and an exact expression are needed"
                )
            if symbol.is_integer and not value.is_integer:
                raise ValueError(f"put={{{symbol}: {value}}}: {symbol} is an integer")


def expect_uses(claim_id: str, applied: Mapping[str, tuple[Use, ...]]) -> None:
    """Raise TypeError where ``applied`` of a claim is no table of uses."""
    for lemma, uses in applied.items():
        if not isinstance(uses, tuple) or not uses or not all(isinstance(x, Use) for x in uses):
            raise TypeError(
                f"applied[{lemma!r}]={uses!r} in claim {claim_id}: a tuple of Use(...) is needed"
            )


__all__ = ["Use", "expect_uses"]
