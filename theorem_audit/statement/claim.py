"""Claims, their assumptions and sources: small frozen records, and how they are found.

A claim is a module-level ``Claim`` in some chapter ``theory/<chapter>.py``.  That is all the
registration there is: ``theory.claims`` imports every chapter and collects what it finds.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from sympy import And, Basic, latex, true
from sympy.logic.boolalg import Boolean

BOUNDS = ("exact", "upper", "lower", "statement")
SOURCES = ("paper", "lemma", "new", "finding", "open")

_reads: ContextVar[set[str] | None] = ContextVar("theory_claim_reads", default=None)


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


GHOSH = "Ghosh, Frei, Ha, Yu, JMLR 26(49), 2025"
GHOSH_WORKSHOP = "Ghosh, Frei, Ha, Yu, OPT workshop at NeurIPS, 2022"
PATEL = "Patel, arXiv:1709.04718, 2017"


@dataclass(frozen=True)
class Assumption:
    """One hypothesis of a claim.

    condition: a SymPy Boolean in ``theory.notation``'s symbols, or ``None`` for a structural one
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

    id: short upper-case name, as in ``theory.md``; unique.
    formula: a SymPy expression, relation or Boolean in ``theory.notation``'s symbols.  All evidence
    reads it from the claim it is handed, so that a wrong variant is checked by the same code.
    bound: ``exact`` | ``upper`` | ``lower`` (an inequality that may be loosened) | ``statement``.
    chapter: ``__name__`` of the declaring module.
    region: the conjunction of the assumptions' conditions, always.
    steps: names of the proof's steps; the claim is proved when every step is decided.
    cites: outside theorems the proof rests on; the claim is then *proved given* them.
    symbols: meaning of symbols that are not in ``theory.notation``, for readers.
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

    def __post_init__(self) -> None:
        if self.bound not in BOUNDS:
            raise ValueError(f"bound={self.bound!r} in claim {self.id}: allowed are {BOUNDS}")
        if not isinstance(self.formula, Basic):
            raise TypeError(
                f"formula={self.formula!r} in claim {self.id}: a SymPy expression or relation is "
                "needed (a relation between constants that SymPy evaluated to a bool is a mistake)"
            )
        object.__setattr__(self, "chapter", self.chapter.removeprefix("theory."))
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
        parts = self.formula.args if isinstance(self.formula, And) else (self.formula,)
        rows = [_latex(part) for part in parts]
        if self.region is not true:
            hypotheses = self.region.args if isinstance(self.region, And) else (self.region,)
            rows.append(r"\text{for } " + r",\ ".join(_latex(x) for x in hypotheses))
        if len(rows) == 1:
            return rows[0]
        return r"\begin{array}{l} " + r" \\ ".join(rows) + r" \end{array}"

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


def _latex(expr: Basic) -> str:
    """LaTeX in which a symbol called x_oo is a limit at infinity."""
    return str(latex(expr)).replace("_{oo}", r"_{\infty}")


# The order in which a reader meets the chapters; a chapter that is not named comes after these.
READING_ORDER = (
    "autoencoder", "landscape", "spectrum", "initialisation", "step", "band", "full_batch", "edge",
    "alignment", "random_walk", "minibatch", "capture", "reach", "two_points", "sparse",
    "sparse_time", "rates", "selection", "orthogonal", "quadratic", "quadratic_bounds",
    "quadratic_paths", "nonconvex", "gram_thresholds", "bridge", "sampling", "purity_time",
    "unequal_norms", "saddle_trap", "selection_n", "nonorthogonal", "nonorthogonal_law", "momentum",
)  # fmt: skip


def _place(name: str) -> tuple[int, str]:
    known = name in READING_ORDER
    return (READING_ORDER.index(name) if known else len(READING_ORDER), name)


class Claims(dict[str, Claim]):
    """Claims by id; an unknown id is answered with those that look like it."""

    def __missing__(self, claim_id: str) -> Claim:
        raise KeyError(f"{claim_id!r} is no claim's id{self.like(claim_id)}")

    def like(self, claim_id: object) -> str:
        """What to say about an unknown id: the ids that resemble it, or how many there are."""
        near = get_close_matches(str(claim_id).upper(), self, n=3, cutoff=0.6)
        return f"; did you mean {' or '.join(near)}?" if near else f" among the {len(self)} known"


def discover(package: str = "theory") -> Claims:
    """Import every module of ``package`` and collect its claims, in reading order.

    Raises ValueError when two different claims share an id, or when a claim's chapter is not the
    module that declares it.
    """
    found = Claims()
    root = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda x: _place(x.name)):
        module = importlib.import_module(f"{package}.{info.name}")
        for value in vars(module).values():
            if not isinstance(value, Claim) or value.chapter != info.name:
                continue
            if found.setdefault(value.id, value) is not value:
                raise ValueError(f"id={value.id!r} is claimed twice; ids must be unique")
    return found


__all__ = ["GHOSH", "GHOSH_WORKSHOP", "PATEL", "Assumption", "Claim", "Source"]
