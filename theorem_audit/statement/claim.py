"""A claim: a small frozen record of a formula, its hypotheses and its source.

A claim is a module-level ``Claim`` in some chapter, a module of the theory's package.  That is all the
registration there is: ``discovery.discover`` imports every chapter and collects what it finds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import And, Basic, Expr, true
from sympy.logic.boolalg import Boolean

from theorem_audit.kinds import MEANING, REGION
from theorem_audit.passed_by import came_by
from theorem_audit.statement import well_formed
from theorem_audit.statement.assumption import Assumption
from theorem_audit.statement.meaning import (
    Meaning,
    OutOfReach,
    Parameter,
    meanings_of,
    names_of,
    told_by,
)
from theorem_audit.statement.plain import Final
from theorem_audit.statement.recording import (
    ITEM,
    WATCHED,
    hypotheses,
    note_asked,
    note_hypothesis,
    note_read,
)
from theorem_audit.statement.sentence import conjuncts, latex_chains, latex_of, sentence
from theorem_audit.statement.source import Source
from theorem_audit.statement.use import Use
from theorem_audit.statement.vocabulary import Item, Kind

# What reads a claim's statement: ``vars`` asks for its table, copies and pickles for its state.
TELLS = frozenset(
    ("formula", "region", "parts", "__dict__", "__getstate__", "__reduce__", "__reduce_ex__")
)


@dataclass(frozen=True)
class Claim(Final):
    """One statement of the theory.

    id: short upper-case name; unique.
    formula: a SymPy relation or Boolean in the theory's symbols, which are real, integer or
    neither: a sign is a condition (``plain``).  All evidence
    reads it from the claim it is handed, so that a wrong variant is checked by the same code.
    bound: ``exact`` | ``upper`` | ``lower`` (an inequality that may be loosened) | ``statement``.
    chapter: ``__name__`` of the declaring module; once discovered, its name within the theory's package
    (``model.step``).
    region: the conjunction of the assumptions' conditions, always.
    steps: names of the proof's steps; the claim is proved when every step is decided.
    parts: step -> the conjunct, or the conjunction of several, that this step alone decides.  A claim
    of several steps is proved without prose between them only where the parts name every step and
    make up the formula (``theorem_audit.weigh.verdict.uncovered``); else its verdict is at most *steps*.
    cites: outside theorems the proof rests on; the claim is then proved *given* them.
    symbols: meaning of symbols that stand in no shared notation: words for readers, or a ``Meaning``, which
    machines play, too; its symbol must stand in the statement.
    remark: what a reader must know, such as where a source's wording needs care.
    survivors: for wrong variants that hold all the same: variant name -> why.
    carried: lemma's id -> why it holds in this claim's setting, which does not imply the lemma's.  That is
    prose, so the claim is at most *steps*; a lemma used beyond its setting and not named here decides nothing.
    converges: why the infinite sums and the integrals of the formula converge, where no machine shows it
    (``theorem_audit.doubt.converges``); shown with the remark.  Without it such a claim is inconclusive.
    applied: lemma's id -> how this claim's proof uses it (``Use``), each time that it does.  Without it the
    lemma's symbols stand for themselves, and the claim's conditions must say the lemma's.
    """

    id: str
    title: str
    formula: Basic
    source: Source
    bound: str
    chapter: str
    assumptions: tuple[Assumption, ...] = ()
    region: Boolean = field(init=False)
    steps: tuple[str, ...] = ("statement",)
    cites: tuple[str, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    survivors: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Boolean] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)
    converges: str = ""
    applied: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        well_formed.expect_well_formed(self)
        if declared := well_formed.declared(self):
            came_by(sys._getframe(1))
            well_formed.expect_told(self)
        conditions = [x.condition for x in self.assumptions if x.condition is not None]
        object.__setattr__(self, "region", And(*conditions) if conditions else true)
        if declared and (lost := self.idle):
            raise ValueError(
                f"symbols give {lost[0]!r} a meaning in claim {self.id}, and it speaks of "
                f"{', '.join(self.names)}"
            )

    @property
    def remarks(self) -> str:
        """What a reader is shown beside the statement: the remark, and why what is infinite converges."""
        said = f"Convergence, in prose: {self.converges}" if self.converges else ""
        return " ".join(x for x in (self.remark, said) if x)

    def __getattribute__(self, name: str) -> Any:
        if WATCHED:
            note_asked(self, name)
        if name in TELLS:
            note_read(self)
            if name == REGION:
                note_hypothesis(self.id, REGION)
        return object.__getattribute__(self, name)

    @property
    def statement(self) -> str:
        """LaTeX of the hypotheses and the formula, generated from both."""
        rows = [latex_of(part) for part in conjuncts(self.formula)]
        hypotheses = [x.latex for x in self.items]
        if self.region is not true:
            hypotheses += latex_chains(self.region)
        if hypotheses:
            rows.append(r"\text{for } " + r",\ ".join(hypotheses))
        if len(rows) == 1:
            return rows[0]
        return r"\begin{array}{l} " + r" \\ ".join(rows) + r" \end{array}"

    @property
    def items(self) -> tuple[Item, ...]:
        """The hypotheses that are items of the vocabulary, in the order of the assumptions."""
        return tuple(x.item for x in self.assumptions if x.item is not None)

    @property
    def setting(self) -> tuple[Item, ...]:
        """What is run: another name of ``items``."""
        return self.items

    @property
    def where(self) -> Boolean:
        """The hypotheses that are conditions between symbols: another name of ``region``."""
        return self.region

    @property
    def conclusion(self) -> Basic:
        """What is claimed under them: another name of ``formula``."""
        return self.formula

    @property
    def sentence(self) -> str:
        """The claim in one sentence, put together from its items, its conditions and its formula."""
        return sentence(self.items, self.region, self.formula, self.symbols)

    @property
    def typeset(self) -> str:
        """``sentence`` as Markdown, with its mathematics in LaTeX between dollars, symbols left out."""
        return sentence(self.items, self.region, self.formula, typeset=True)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all symbols and functions of the formula and the conditions."""
        return names_of(self.formula, self.region)

    @property
    def idle(self) -> list[str]:
        """Symbols that have a meaning and that the statement does not speak of; a variant may have some."""
        return [x for x in meanings_of(self.symbols) if not told_by([x]) & {*self.names}]

    @property
    def out_of_reach(self) -> tuple[str, ...]:
        """Names of the statement's symbols that no run can compute; their lines say why."""
        from theorem_audit.statement.meaning import line_of  # here: who asks depends on the legend

        said = ((x, line_of(self.symbols, self.chapter, x)) for x in self.names)
        return tuple(x for x, line in said if isinstance(line, OutOfReach))

    def item(self, kind: Kind) -> Item:
        """The claim's item of a kind; the kind's widest where it assumes nothing.  The read is recorded."""
        note_hypothesis(self.id, kind.name)
        note_asked(self, f"{ITEM}{kind.name}")
        for x in object.__getattribute__(self, "assumptions"):
            if x.item is not None and x.item.kind == kind.name:
                return x.item
        return kind[kind.widest]

    def says(self, symbol: Expr) -> Expr:
        """What the claim says ``symbol`` equals: the right side of its one equation with that left side.

        Raises Undecided, which makes evidence inconclusive, where there is none, or where there are several.
        """
        from theorem_audit.exact.zero import stated  # here: to list a theory costs no arithmetic

        return stated(self.formula, symbol)

    def conjunct(self, *of: Basic, **asked: Any) -> Boolean:
        """The one conjunct of the formula in which each of ``of`` occurs, and that fits what is asked:
        ``without``, ``symbols``, ``kind``, ``lesser``, ``greater`` as in ``conjuncts.matching``.

        ``claim.conjunct(greater=s_next).lts``: what the claim says s_next is at least.
        Raises Undecided where there is none, or where there are several; ValueError as ``matching`` does.
        """
        from theorem_audit.statement.conjuncts import conjunct  # here: as above

        return conjunct(self.formula, *of, **asked)

    def meaning(self, symbol: Basic | str) -> Meaning:
        """What a symbol means, a function of a run: the claim's own, else the legend's.  The read is recorded.

        Raises LookupError where there are words for it alone, or none.
        """
        from theorem_audit.statement.meaning import line_of  # here: who asks depends on the legend

        name = str(symbol)
        note_asked(self, f"{MEANING}{name}")
        said = line_of(object.__getattribute__(self, "symbols"), self.chapter, name)
        if not isinstance(said, Meaning):
            raise LookupError(
                f"claim {self.id} gives {name} no meaning that can be played: {said!r}"
            )
        note_hypothesis(self.id, f"{MEANING}{name}")
        return said

    def drawn(self, names: Iterable[Basic | str]) -> None:
        """A search has put the region at values of these; of those that are parameters it is recorded."""
        from theorem_audit.statement.meaning import line_of  # here: who asks depends on the legend

        if (seen := hypotheses()) is None:
            return
        for name in map(str, names):
            what = f"{MEANING}{name}"
            if (self.id, what) not in seen and isinstance(
                line_of(self.symbols, self.chapter, name), Parameter
            ):
                seen.add((self.id, what))

    def with_meaning(self, name: str, other: Meaning) -> Claim:
        """The same claim with another meaning of the symbol called ``name`` (a wrong variant)."""
        from theorem_audit.statement.meaning import line_of  # here: who asks depends on the legend

        if not isinstance(line_of(self.symbols, self.chapter, name), Meaning):
            known = ", ".join(meanings_of(self.symbols)) or "none"
            raise ValueError(f"name={name!r}: claim {self.id} has meanings of {known}")
        return replace(self, symbols={**self.symbols, name: other})

    def with_item(self, old: Item, new: Item | None) -> Claim:
        """The same claim with another item in the place of ``old``, or none (a wrong variant).

        An assumption that has a condition keeps it.  Raises ValueError where the claim has no such item.
        """
        if old not in self.items:
            known = ", ".join(map(str, self.items)) or "none"
            raise ValueError(f"item={old.name!r}: claim {self.id} has the items {known}")
        kept = [x for x in self.assumptions if x.item != old or new or x.condition is not None]
        changed = (replace(x, item=new) if x.item == old else x for x in kept)
        return replace(self, assumptions=tuple(changed))

    def assumption(self, name: str) -> Assumption:
        """The assumption called ``name``, else the one whose name begins so: "start" for "start in the band".

        Raises Undecided, which makes evidence inconclusive, where there is none, or where several begin so.
        """
        from theorem_audit.exact.bernstein import Undecided  # here: as above

        found = [x for x in self.assumptions if x.name == name]
        found = found or [x for x in self.assumptions if x.name.startswith(name)]
        if len(found) != 1:
            told = ", ".join(x.name for x in self.assumptions) or "none"
            raise Undecided(f"name={name!r}: claim {self.id} has the assumptions {told}")
        return found[0]

    def condition(self, name: str) -> Boolean:
        """The condition of ``assumption(name)``; Undecided where it is an item alone.

        One condition is not the region: that the hypotheses are read is recorded where ``region`` is asked for.
        """
        from theorem_audit.exact.bernstein import Undecided  # here: as above

        if (said := self.assumption(name).condition) is None:
            raise Undecided(f"{name!r} of claim {self.id} is an item, and no condition")
        return said

    def without(self, name: str) -> Claim:
        """The same claim with the assumption called ``name`` dropped (a wrong variant)."""
        self._has(name)
        return replace(self, assumptions=tuple(x for x in self.assumptions if x.name != name))

    def _has(self, name: str) -> None:
        if name not in (known := [x.name for x in self.assumptions]):
            told = ", ".join(known) or "none"
            raise ValueError(f"name={name!r}: claim {self.id} has the assumptions {told}")

    def widened(self, name: str, condition: Boolean | None) -> Claim:
        """The same claim with ``condition`` in place of that of the assumption called ``name``.

        None leaves its item alone, if it has one.
        """
        self._has(name)
        changed = tuple(
            replace(x, condition=condition) if x.name == name else x for x in self.assumptions
        )
        return replace(self, assumptions=changed)


__all__ = ["Assumption", "Claim", "Source"]
