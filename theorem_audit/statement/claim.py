"""Claims, their assumptions and sources: small frozen records.

A claim is a module-level ``Claim`` in some chapter, a module of the theory's package.  That is all the
registration there is: ``discovery.discover`` imports every chapter and collects what it finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import And, Basic, Expr, Tuple, false, latex, true
from sympy.logic.boolalg import Boolean, BooleanAtom

BOUNDS = ("exact", "upper", "lower", "statement")
SOURCES = ("paper", "lemma", "new", "finding", "open")

_reads: ContextVar[set[str] | None] = ContextVar("theorem_audit_reads", default=None)


@contextmanager
def recording_reads() -> Iterator[set[str]]:
    """Collect the ids of all claims whose formula or region is read inside the block."""
    seen: set[str] = set()
    token = _reads.set(seen)
    try:
        yield seen
    finally:
        _reads.reset(token)


@dataclass(frozen=True)
class Source:
    """Where a claim comes from.

    kind: ``paper`` (asserted in a source), ``lemma`` (needed to prove one), ``new`` (goes beyond the
    sources), ``finding`` (a place where a source's wording needs care), ``open``.
    reference: the work and the statement in it, in words.
    """

    kind: str
    reference: str

    def __post_init__(self) -> None:
        if self.kind not in SOURCES:
            raise ValueError(f"kind={self.kind!r}: allowed are {', '.join(SOURCES)}")


@dataclass(frozen=True)
class Assumption:
    """One hypothesis of a claim.

    condition: a SymPy Boolean in the theory's symbols, or ``None`` for a structural one
    (orthonormal data, sampling without replacement).
    text: the hypothesis in words, where ``condition`` does not say it all.
    needed: ``None`` while nobody has looked; ``True`` when the evidence named ``witness`` shows that
    the claim fails without it; ``False`` when the proof does not use it (a finding).
    sharp: the widest condition under which the claim still holds, where known.
    """

    name: str
    condition: Boolean | None = None
    text: str = ""
    needed: bool | None = None
    witness: str = ""
    sharp: Boolean | None = None


@dataclass(frozen=True)
class Claim:
    """One statement of the theory.

    id: short upper-case name; unique.
    formula: a SymPy expression, relation or Boolean in the theory's symbols.  All evidence
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
    symbols: meaning of symbols that stand in no shared notation, for readers.
    remark: what a reader must know, such as where a source's wording needs care.
    survivors: for wrong variants that hold all the same: variant name -> why.
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

    def __post_init__(self) -> None:
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
        conditions = [x.condition for x in self.assumptions if x.condition is not None]
        object.__setattr__(self, "region", And(*conditions) if conditions else true)

    def __getattribute__(self, name: str) -> Any:
        if name in ("formula", "region"):
            reads = _reads.get()
            if reads is not None:
                reads.add(object.__getattribute__(self, "id"))
        return object.__getattribute__(self, name)

    @property
    def statement(self) -> str:
        """LaTeX of the formula on its region, generated from both."""
        rows = [_latex(part) for part in relations_of(self.formula)]
        if self.region is not true:
            hypotheses = self.region.args if isinstance(self.region, And) else (self.region,)
            rows.append(r"\text{for } " + r",\ ".join(_latex(x) for x in hypotheses))
        if len(rows) == 1:
            return rows[0]
        return r"\begin{array}{l} " + r" \\ ".join(rows) + r" \end{array}"

    @property
    def setting(self) -> tuple[str, ...]:
        """The structural hypotheses, in words: those that no condition between symbols can say."""
        return tuple(x.text or x.name for x in self.assumptions if x.condition is None)

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
        """The claim in one sentence, put together from its hypotheses and its formula."""
        told = [x.text or f"{x.condition}" for x in self.assumptions]
        parts = relations_of(self.formula)
        then = " and ".join(str(part) for part in parts)
        return (f"Suppose {'; '.join(told)}. Then " if told else "") + f"{then}."

    def without(self, name: str) -> Claim:
        """The same claim with the assumption called ``name`` dropped (a wrong variant)."""
        kept = tuple(x for x in self.assumptions if x.name != name)
        if len(kept) == len(self.assumptions):
            known = ", ".join(x.name for x in self.assumptions) or "none"
            raise ValueError(f"name={name!r}: claim {self.id} has the assumptions {known}")
        return replace(self, assumptions=kept)

    def widened(self, name: str, condition: Boolean) -> Claim:
        """The same claim with the assumption called ``name`` replaced by ``condition``."""
        self.without(name)
        changed = tuple(
            replace(x, condition=condition) if x.name == name else x for x in self.assumptions
        )
        return replace(self, assumptions=changed)


def relations_of(formula: Basic) -> tuple[Basic, ...]:
    """The conjuncts of a formula."""
    return formula.args if isinstance(formula, And) else (formula,)


def _latex(expr: Basic) -> str:
    """LaTeX in which a symbol called x_oo is a limit at infinity."""
    return str(latex(expr)).replace("_{oo}", r"_{\infty}")


__all__ = ["Assumption", "Claim", "Source", "recording_reads"]
