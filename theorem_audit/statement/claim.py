"""Claims, their assumptions and sources: small frozen records.

A claim is a module-level ``Claim`` in some chapter, a module of the theory's package.  That is all the
registration there is: ``discovery.discover`` imports every chapter and collects what it finds.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import And, Basic, Expr, Tuple, false, true
from sympy.logic.boolalg import Boolean, BooleanAtom

from theorem_audit.kinds import MEANING, REGION, SOURCES
from theorem_audit.statement.bibliography import Prior
from theorem_audit.statement.meaning import (
    Meaning,
    OutOfReach,
    Parameter,
    meanings_of,
    names_of,
    told_by,
)
from theorem_audit.statement.plain import looked, untold
from theorem_audit.statement.sentence import chains, conjuncts, latex_chains, latex_of, sentence
from theorem_audit.statement.use import Use, expect_uses
from theorem_audit.statement.vocabulary import Item, Kind
from theorem_audit.visible import STEERS, visible

ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
BOUNDS = ("exact", "upper", "lower", "statement")

DECLARED: dict[str, list[str]] = {}  # module -> ids of the claims that its import made

# What reads a claim's statement: ``vars`` asks for the last one.
TELLS = frozenset(("formula", "region", "parts", "__dict__"))
ITEM = "item:"  # before the name of an item's kind, among what was asked of a claim
OWN = "the theory's own copy"  # among reads: of the claim, where evidence is handed a variant of it
DEEP = 12  # frames between a read and the module that is being imported, at most

# Threads have a context of their own, in which nobody collects: these are the innermost that do.
_collecting: list[set[str]] = []
_asking: list[set[tuple[str, str]]] = []
_at_import: dict[str, set[str]] = {}  # module -> claims that were read as it was imported
_watched: list[
    tuple[Claim, set[str]]
] = []  # claims, and what was asked of each; by ``recording_all``
_reads: ContextVar[set[str] | None] = ContextVar("theorem_audit_reads", default=None)
_hypotheses: ContextVar[set[tuple[str, str]] | None] = ContextVar(
    "theorem_audit_hypotheses", default=None
)


@contextmanager
def recording_reads() -> Iterator[set[str]]:
    """Collect the ids of all claims whose formula or region is read inside the block."""
    seen: set[str] = set()
    token = _reads.set(seen)
    _collecting.append(seen)
    try:
        yield seen
    finally:
        _collecting.pop()
        _reads.reset(token)


_original: Claim | None = None  # the theory's, while evidence is handed a variant of it


@contextmanager
def original(claim: Claim | None) -> Iterator[None]:
    """Inside, a read of this very object is recorded as ``OWN``, too; None: of no object."""
    global _original
    before, _original = _original, claim
    try:
        yield
    finally:
        _original = before


def read_at_import(*modules: str) -> set[str]:
    """The ids of the claims that were read as these modules were imported, by statements at their top."""
    return set[str]().union(*(_at_import.get(x, ()) for x in modules))


def _read(claim: Claim) -> None:
    claim_id = object.__getattribute__(claim, "id")
    if (reads := _reads.get()) is None and _collecting:
        reads = _collecting[-1]
    if reads is not None:
        reads.add(claim_id)
        if claim is _original:
            reads.add(OWN)
        return
    frame = sys._getframe(2)
    for _ in range(DEEP):
        if frame.f_code.co_name == "<module>":
            _at_import.setdefault(frame.f_globals.get("__name__", ""), set()).add(claim_id)
            return
        if frame.f_back is None:
            return
        frame = frame.f_back


@contextmanager
def recording_hypotheses() -> Iterator[set[tuple[str, str]]]:
    """Collect (claim id, kind) for each item asked for inside the block, ``REGION`` for the conditions."""
    seen: set[tuple[str, str]] = set()
    token = _hypotheses.set(seen)
    _asking.append(seen)
    try:
        yield seen
    finally:
        _asking.pop()
        _hypotheses.reset(token)


@contextmanager
def recording_all(claim: Claim, seen: set[str] | None) -> Iterator[None]:
    """Collect in ``seen`` what is asked of this very object inside the block: fields, items and meanings by
    name, also by the tool's own looks that are no reads of a statement (``held``); None: nothing.
    """
    if seen is None:
        yield
        return
    _watched.append((claim, seen))
    try:
        yield
    finally:
        _watched.pop()


def held(claim: Claim, name: str) -> Any:
    """A field of a claim, to compare: that reads no statement."""
    _asked(claim, name)
    return object.__getattribute__(claim, name)


def _asked(claim: Claim, name: str) -> None:
    for watched, seen in _watched:
        if watched is claim:
            seen.add(name)


def unbound(module: str, found: Iterable[str]) -> str:
    """What to say of the claims that importing a module made and that no name at its top is bound to.

    found: the ids of those that one is bound to.  Empty where that is all of them.
    """
    known = {*found}
    lost = [x for x in DECLARED.get(module, ()) if x not in known]
    if not lost:
        return ""
    return (
        f"claim {lost[0]} is made in {module}, and no name at the top of the module is bound to it in the "
        "end, so nothing would find it"
    )


@dataclass(frozen=True)
class Source:
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


@dataclass(frozen=True)
class Assumption:
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


@dataclass(frozen=True)
class Claim:
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
        if not ID.fullmatch(self.id):
            raise ValueError(f"id={self.id!r}: upper-case words with hyphens between, as GD-STEP")
        for what in ("assumptions", "steps", "cites"):
            if not isinstance(getattr(self, what), tuple):
                raise TypeError(
                    f"{what}={getattr(self, what)!r} in claim {self.id}: a tuple is needed"
                )
        if not self.steps:
            raise ValueError(f"steps=() in claim {self.id}: a proof has one step at least")
        for what, names in (
            ("steps", self.steps),
            ("assumptions", [x.name for x in self.assumptions]),
        ):
            if len({*names}) != len(names):
                raise ValueError(f"{what} of claim {self.id}: two have one name, in {names}")
        for what in ("steps", "cites"):
            if not all(isinstance(x, str) and x.strip() for x in getattr(self, what)):
                raise ValueError(
                    f"{what}={getattr(self, what)!r} in claim {self.id}: one has no name"
                )
        for what, words in self._words():
            if STEERS.search(words) or (what == "title" and "\n" in words):
                raise ValueError(
                    f"{what} of claim {self.id}: a control character in '{visible(words)}'"
                )
        if self.bound not in BOUNDS:
            raise ValueError(f"bound={self.bound!r} in claim {self.id}: allowed are {BOUNDS}")
        if not isinstance(self.formula, Basic):
            raise TypeError(
                f"formula={self.formula!r} in claim {self.id}: a SymPy expression or relation is "
                "needed (a relation between constants that SymPy evaluated to a bool is a mistake)"
            )
        if isinstance(self.formula, BooleanAtom):
            raise TypeError(
                f"formula={self.formula!r} in claim {self.id}: SymPy evaluated it, so that nothing of "
                "the statement is left (use evaluate=False, or symbols with weaker assumptions)"
            )
        for said in (self.formula, *(x.condition for x in self.assumptions)):
            if isinstance(said, Basic) and (found := looked(said).floats):
                raise TypeError(
                    f"{found[0]} in claim {self.id}: a float says no exact number; write "
                    "Rational(1, 10), or a string of digits in Rational"
                )
        conditions = [x.condition for x in self.assumptions if x.condition is not None]
        parts = [x for x in self.parts.values() if isinstance(x, Basic)]
        if why := untold([self.formula, *(x for x in conditions if isinstance(x, Basic)), *parts]):
            raise TypeError(f"formula of claim {self.id}: {why}")
        for step, part in self.parts.items():
            if step not in self.steps:
                raise ValueError(
                    f"parts name step={step!r} in claim {self.id}: allowed are {', '.join(self.steps)}"
                )
            said = isinstance(part, Boolean | Tuple) and not isinstance(part, Expr)
            if not said or part in (true, false, Tuple()):
                raise TypeError(
                    f"parts[{step!r}]={part!r} in claim {self.id}: a conjunct of the formula is needed"
                )
        expect_uses(self.id, self.applied)
        kinds: dict[str, Item] = {}
        for x in self.assumptions:
            if x.item is not None and kinds.setdefault(x.item.kind, x.item) != x.item:
                raise ValueError(
                    f"assumptions of claim {self.id} contradict each other: {kinds[x.item.kind].name!r} and "
                    f"{x.item.name!r} are both items of kind {x.item.kind!r}"
                )
        spec = getattr(sys.modules.get(self.chapter), "__spec__", None)
        initializing = getattr(spec, "_initializing", False)  # its chapter is being imported
        if initializing:
            DECLARED.setdefault(self.chapter, []).append(self.id)
        if initializing and (
            empty := [x for x in self.assumptions if x.condition in (true, false)]
        ):
            raise TypeError(
                f"assumption {empty[0].name!r} in claim {self.id}: SymPy evaluated its condition to "
                f"{empty[0].condition}, so that nothing of it is left"
            )
        if initializing and isinstance(self.formula, Expr):
            raise TypeError(
                f"formula={self.formula} in claim {self.id}: an expression claims nothing; write a relation, "
                "such as Eq(y, ...)"
            )
        object.__setattr__(self, "region", And(*conditions) if conditions else true)
        if initializing and (lost := self.idle):
            raise ValueError(
                f"symbols give {lost[0]!r} a meaning in claim {self.id}, and it speaks of "
                f"{', '.join(self.names)}"
            )

    @property
    def remarks(self) -> str:
        """What a reader is shown beside the statement: the remark, and why what is infinite converges."""
        said = f"Convergence, in prose: {self.converges}" if self.converges else ""
        return " ".join(x for x in (self.remark, said) if x)

    def _words(self) -> Iterator[tuple[str, str]]:
        """What of it and which words: all that tables and pages show as they stand."""
        yield "title", self.title
        yield "remark", self.remarks
        yield "source", self.source.reference
        yield from (("source", x.states) for x in self.source.prior)
        yield from (("steps", x) for x in self.steps)
        yield from (("cites", x) for x in self.cites)
        for what in ("symbols", "survivors", "carried"):
            for name, said in getattr(self, what).items():
                yield what, f"{name}: {said}"
        for x in self.assumptions:
            yield "assumption", f"{x.name} {x.note} {x.witness} {x.item.words if x.item else ''}"
        object_of = object.__getattribute__  # to look at the symbols' names reads no statement
        for said in (object_of(self, "formula"), *(x.condition for x in self.assumptions)):
            if isinstance(said, Basic):
                yield from (("symbol", name) for name, _ in looked(said).symbols)

    def __getattribute__(self, name: str) -> Any:
        if _watched:
            _asked(self, name)
        if name in TELLS:
            _read(self)
            if name == REGION:
                self._seen(REGION)
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
        self._seen(kind.name)
        _asked(self, f"{ITEM}{kind.name}")
        for x in object.__getattribute__(self, "assumptions"):
            if x.item is not None and x.item.kind == kind.name:
                return x.item
        return kind[kind.widest]

    def meaning(self, symbol: Basic | str) -> Meaning:
        """What a symbol means, a function of a run: the claim's own, else the legend's.  The read is recorded.

        Raises LookupError where there are words for it alone, or none.
        """
        from theorem_audit.statement.meaning import line_of  # here: who asks depends on the legend

        name = str(symbol)
        _asked(self, f"{MEANING}{name}")
        said = line_of(object.__getattribute__(self, "symbols"), self.chapter, name)
        if not isinstance(said, Meaning):
            raise LookupError(
                f"claim {self.id} gives {name} no meaning that can be played: {said!r}"
            )
        self._seen(f"{MEANING}{name}")
        return said

    def drawn(self, names: Iterable[Basic | str]) -> None:
        """A search has put the region at values of these; of those that are parameters it is recorded."""
        from theorem_audit.statement.meaning import line_of  # here: who asks depends on the legend

        if (seen := _hypotheses.get()) is None:
            return
        for name in map(str, names):
            what = f"{MEANING}{name}"
            if (self.id, what) not in seen and isinstance(
                line_of(self.symbols, self.chapter, name), Parameter
            ):
                seen.add((self.id, what))

    def _seen(self, what: str) -> None:
        if (seen := _hypotheses.get()) is None and _asking:
            seen = _asking[-1]
        if seen is not None:
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


__all__ = [
    "OWN", "Assumption", "Claim", "Source", "held", "original", "read_at_import", "recording_all",
    "recording_reads", "unbound",
]  # fmt: skip
