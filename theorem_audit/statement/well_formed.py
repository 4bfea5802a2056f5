"""Whether a claim is one, asked as it is made: each field is of its kind, and something is said.

What is asked of every claim is asked of wrong variants, too.  Of one whose chapter is being imported more is
asked: SymPy may evaluate a variant's condition, or leave a symbol without its use; what an author wrote so is
a mistake.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sympy import Basic, Expr, Tuple, false, true
from sympy.logic.boolalg import Boolean, BooleanAtom

from theorem_audit.kinds import CLAIM_ID
from theorem_audit.passed_by import claims_passed_by
from theorem_audit.statement.meaning import Meaning, told_by
from theorem_audit.statement.plain import looked, untold
from theorem_audit.statement.use import expect_uses
from theorem_audit.statement.vocabulary import Item
from theorem_audit.visible import STEERS, visible

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim

ID = re.compile(CLAIM_ID)
BOUNDS = ("exact", "upper", "lower", "statement")

DECLARED: dict[str, list[str]] = {}  # module -> ids of the claims that its import made


def expect_well_formed(claim: Claim) -> None:
    """Raises ValueError or TypeError, with the field and its value, where a claim is none."""
    _expect_names(claim)
    if claim.bound not in BOUNDS:
        raise ValueError(f"bound={claim.bound!r} in claim {claim.id}: allowed are {BOUNDS}")
    _expect_formula(claim)
    _expect_parts(claim)
    expect_uses(claim.id, claim.applied)
    whole = {str(x) for x in claim.formula.free_symbols if x.is_integer}
    for name, said in claim.symbols.items():
        if isinstance(said, Meaning) and said.low and told_by([name]) & whole:
            raise ValueError(
                f"symbols[{name!r}] in claim {claim.id}: an integer is nowhere -oo, and its meaning is, "
                f"{said.low!r}"
            )
    kinds: dict[str, Item] = {}
    for x in claim.assumptions:
        if x.item is not None and kinds.setdefault(x.item.kind, x.item) != x.item:
            raise ValueError(
                f"assumptions of claim {claim.id} contradict each other: {kinds[x.item.kind].name!r} and "
                f"{x.item.name!r} are both items of kind {x.item.kind!r}"
            )


def _expect_names(claim: Claim) -> None:
    """The id, and the names of steps, assumptions and cited theorems; no words steer a terminal."""
    if not ID.fullmatch(claim.id):
        raise ValueError(f"id={claim.id!r}: upper-case words with hyphens between, as GD-STEP")
    for what in ("assumptions", "steps", "cites"):
        if not isinstance(getattr(claim, what), tuple):
            raise TypeError(
                f"{what}={getattr(claim, what)!r} in claim {claim.id}: a tuple is needed"
            )
    if not claim.steps:
        raise ValueError(f"steps=() in claim {claim.id}: a proof has one step at least")
    for what, names in (
        ("steps", claim.steps),
        ("assumptions", [x.name for x in claim.assumptions]),
    ):
        if len({*names}) != len(names):
            raise ValueError(f"{what} of claim {claim.id}: two have one name, in {names}")
    for what in ("steps", "cites"):
        if not all(isinstance(x, str) and x.strip() for x in getattr(claim, what)):
            raise ValueError(
                f"{what}={getattr(claim, what)!r} in claim {claim.id}: one has no name"
            )
    prose = {**claim.carried, **claim.survivors, "converges": claim.converges or "-"}
    for name, why in prose.items():
        if not why.strip():
            raise ValueError(f"{name} in claim {claim.id} is explained by a blank: say why")
    for what, words in _words(claim):
        if STEERS.search(words) or (what == "title" and "\n" in words):
            raise ValueError(
                f"{what} of claim {claim.id}: a control character in '{visible(words)}'"
            )


def _words(claim: Claim) -> Iterator[tuple[str, str]]:
    """What of a claim and which words: all that tables and pages show as they stand."""
    yield "title", claim.title
    yield "remark", claim.remarks
    yield "source", claim.source.reference
    yield from (("source", x.states) for x in claim.source.prior)
    yield from (("steps", x) for x in claim.steps)
    yield from (("cites", x) for x in claim.cites)
    for what in ("symbols", "survivors", "carried"):
        for name, said in getattr(claim, what).items():
            yield what, f"{name}: {said}"
    for x in claim.assumptions:
        yield "assumption", f"{x.name} {x.note} {x.witness} {x.item.words if x.item else ''}"
    object_of = object.__getattribute__  # to look at the symbols' names reads no statement
    for said in (object_of(claim, "formula"), *(x.condition for x in claim.assumptions)):
        if isinstance(said, Basic):
            yield from (("symbol", name) for name, _ in looked(said).symbols)


def _expect_formula(claim: Claim) -> None:
    """Formula, conditions and parts are exact, and still say something."""
    if not isinstance(claim.formula, Basic):
        raise TypeError(
            f"formula={claim.formula!r} in claim {claim.id}: a SymPy expression or relation is "
            "needed (a relation between constants that SymPy evaluated to a bool is a mistake)"
        )
    if isinstance(claim.formula, BooleanAtom):
        raise TypeError(
            f"formula={claim.formula!r} in claim {claim.id}: SymPy evaluated it, so that nothing of "
            "the statement is left (use evaluate=False, or symbols with weaker assumptions)"
        )
    for said in (claim.formula, *(x.condition for x in claim.assumptions)):
        if isinstance(said, Basic) and (found := looked(said).floats):
            raise TypeError(
                f"{found[0]} in claim {claim.id}: a float says no exact number; write "
                "Rational(1, 10), or a string of digits in Rational"
            )
    conditions = [x.condition for x in claim.assumptions if isinstance(x.condition, Basic)]
    parts = [x for x in claim.parts.values() if isinstance(x, Basic)]
    if why := untold([claim.formula, *conditions, *parts]):
        raise TypeError(f"formula of claim {claim.id}: {why}")


def _expect_parts(claim: Claim) -> None:
    """Each part is a conjunct, of a step that there is."""
    for step, part in claim.parts.items():
        if step not in claim.steps:
            raise ValueError(
                f"parts name step={step!r} in claim {claim.id}: allowed are {', '.join(claim.steps)}"
            )
        said = isinstance(part, Boolean | Tuple) and not isinstance(part, Expr)
        if not said or part in (true, false, Tuple()):
            raise TypeError(
                f"parts[{step!r}]={part!r} in claim {claim.id}: a conjunct of the formula is needed"
            )


def declared(claim: Claim) -> bool:
    """Whether the chapter of a claim that is just being made is being imported; the claim is then noted."""
    spec = getattr(sys.modules.get(claim.chapter), "__spec__", None)
    if not getattr(spec, "_initializing", False):
        return False
    DECLARED.setdefault(claim.chapter, []).append(claim.id)
    return True


def expect_told(claim: Claim) -> None:
    """Raises TypeError where an author's claim has a condition of which nothing is left, or says nothing."""
    if empty := [x for x in claim.assumptions if x.condition in (true, false)]:
        raise TypeError(
            f"assumption {empty[0].name!r} in claim {claim.id}: SymPy evaluated its condition to "
            f"{empty[0].condition}, so that nothing of it is left"
        )
    if isinstance(claim.formula, Expr):
        raise TypeError(
            f"formula={claim.formula} in claim {claim.id}: an expression claims nothing; write a relation, "
            "such as Eq(y, ...)"
        )


def unbound(module: str, found: Iterable[str]) -> str:
    """What to say of the claims that importing a module made and that no name at its top is bound to.

    found: the ids of those that one is bound to.  Empty where that is all of them, and none is passed by.
    """
    known = {*found}
    lost = [x for x in DECLARED.get(module, ()) if x not in known]
    if not lost:
        return claims_passed_by(module, known)
    return (
        f"claim {lost[0]} is made in {module}, and no name at the top of the module is bound to it in the "
        "end, so nothing would find it"
    )


__all__ = ["declared", "expect_told", "expect_well_formed", "unbound"]
