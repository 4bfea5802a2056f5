"""Verdicts, derived from outcomes: nobody writes one down.

A claim's own verdict comes from its evidence, step by step; then the weakest link: a claim is no
stronger than the weakest claim that its deciding evidence read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theorem_audit.kinds import DECIDING, NOT_REACHED
from theorem_audit.weigh.outcome import Outcome, uses_of, where
from theorem_audit.weigh.unread import NO_CLAIMS, unread

if TYPE_CHECKING:
    from theorem_audit.statement.claim import Claim
    from theorem_audit.weigh.told import Told

# From strongest to weakest.  ``refuted`` never spreads: a claim that rests on a false one is not
# thereby false, only unproved.
STRENGTHS = (
    "kernel",
    "proved",
    "certified",
    "steps",
    "supported",
    "open",
    "unchecked",
    "stale",
    "inconclusive",
    "refuted",
)
# What may rest on a cited theorem; its name then ends in ``_given``.
GIVEN = ("proved", "certified", "steps")
# Every name of a verdict, in the order of tables.
RANKS = (
    "kernel",
    "proved",
    "certified",
    "proved_given",
    "certified_given",
    "steps",
    "steps_given",
    *STRENGTHS[STRENGTHS.index("supported") :],
)
_STRENGTH = {
    "kernel": "kernel",
    "symbolic": "proved",
    "certificate": "certified",
    "ball": "certified",
    "cited": "proved",
}
_SYMBOL = {
    "kernel": "◼", "proved": "■", "certified": "▣", "proved_given": "◧", "certified_given": "◨",
    "steps": "▤", "steps_given": "▥", "supported": "◌", "refuted": "✗",
}  # fmt: skip


class CyclicUse(ValueError):
    """Claims rest on each other in a circle, so none is proved; the message names the circle."""


@dataclass(frozen=True)
class Verdict:
    """A claim's verdict with what it came from.

    name: one of ``RANKS``.  own: the verdict before the weakest link.  given: outside theorems it
    rests on, directly or through ``uses``.  reasons: one line each, most telling first.
    """

    claim_id: str
    name: str
    own: str
    given: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def symbol(self) -> str:
        """One character for tables."""
        return _SYMBOL.get(self.name, "?")

    @property
    def strength(self) -> str:
        """The name without ``_given``: one of ``STRENGTHS``."""
        return self.name.removesuffix("_given")


CUT = "the run was cut short"


def named(strength: str, given: bool) -> str:
    """The verdict's name: ``strength``, with ``_given`` where that can be said and is so."""
    return f"{strength}_given" if given and strength in GIVEN else strength


@dataclass(frozen=True)
class Own:
    """What a claim's own evidence comes to: one of ``STRENGTHS``, the theorems it cites, and why."""

    strength: str
    given: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def own_verdict(claim: Claim | Told, outcomes: Sequence[Outcome]) -> Own:
    """The verdict of a claim's own evidence.

    A step is as strong as its strongest evidence, and the claim as its weakest step; where it has
    several and prose puts them together (``uncovered``), it is no stronger than ``steps``.
    A theorem of the kernel on the statement decides the whole and rests on nothing else.
    Evidence that a run did not reach might have refuted the claim: it is *unchecked*, whatever the rest says.
    """
    for bad, name in (("refuted", "refuted"), ("error", "inconclusive")):
        hits = [o for o in outcomes if o.outcome == bad]
        if hits:
            return Own(name, (), tuple(f"{bad}: {where(o)}: {o.detail}" for o in hits))
    if open_ones := [o for o in outcomes if o.outcome == "inconclusive"]:
        said = tuple(f"inconclusive: {where(o)}: {o.detail}" for o in open_ones)
        return Own("inconclusive", (), said)
    if left := sum(o.outcome == "not_run" and o.detail == NOT_REACHED for o in outcomes):
        return Own("unchecked", (), (f"{CUT}: {left} of {len(outcomes)} not reached",))
    reasons = tuple(
        f"kernel: not checked here ({o.detail or 'not run'})"
        for o in outcomes
        if o.kind == "kernel" and o.outcome == "not_run"
    )
    passed = [o for o in outcomes if o.outcome == "passed"]
    decided = _decided([o for o in outcomes if o.kind != "kernel"])
    kernel = _decided([o for o in outcomes if o.kind == "kernel"])
    if "statement" in kernel:
        return Own("kernel", (), reasons)
    decided |= kernel
    if missing := [step for step in claim.steps if step not in decided]:
        reasons = (f"undecided step: {', '.join(missing)}", *reasons)
        if not passed:
            return Own("unchecked", (), reasons)
        return Own("open" if claim.source.kind == "open" else "supported", (), reasons)
    strength = max((_STRENGTH[decided[step]] for step in claim.steps), key=STRENGTHS.index)
    if loose := uncovered(claim):
        strength = "steps"
        reasons = (f"composed in prose: {loose}", *reasons)
    if strength == "kernel":
        return Own(strength, (), reasons)
    given = claim.cites
    if not given:
        cited = {
            o.test for o in passed for step in o.steps if decided.get(step) == o.kind == "cited"
        }
        given = tuple(f"what {test.rsplit('::', 1)[-1]} cites" for test in sorted(cited))
    return Own(strength, given, reasons)


_BEST_FIRST = tuple(_STRENGTH)


def _decided(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Step -> the best kind of deciding evidence that passed for it.

    A step whose evidence has several cases is decided only when none of them is missing.
    """
    decided: dict[str, str] = {}
    for outcome in outcomes:
        if outcome.outcome == "passed" and outcome.kind in _STRENGTH:
            for step in outcome.steps:
                best = decided.get(step, outcome.kind)
                decided[step] = min(best, outcome.kind, key=_BEST_FIRST.index)
    for outcome in outcomes:
        if outcome.outcome == "not_run" and outcome.kind in _STRENGTH:
            for step in outcome.steps:
                decided.pop(step, None)
    return decided


def uncovered(claim: Claim | Told) -> str:
    """Why the claim's steps need prose between them; empty where they do not.

    They need none where there is one step, or where ``claim.parts`` names every step and the parts
    are together exactly the conjuncts of the formula: what decides each decides their conjunction.
    """
    if (known := getattr(claim, "loose", None)) is not None:
        return str(known)
    if len(claim.steps) == 1:
        return ""
    if not claim.parts:
        return f"{len(claim.steps)} steps, and no parts of the formula that each decides alone"
    from theorem_audit.exact.zero import conjuncts  # needs SymPy

    if alone := [step for step in claim.steps if step not in claim.parts]:
        return f"no part of the formula is decided by {', '.join(alone)} alone"
    whole = conjuncts(claim.formula)
    parts = frozenset[Any]().union(*map(conjuncts, claim.parts.values()))
    if left := whole - parts:
        return f"no step alone decides {min(map(str, left))}"
    if more := parts - whole:
        return f"a part is no conjunct of the formula: {min(map(str, more))}"
    return ""


def find_cycle(uses: Mapping[str, Iterable[str]]) -> list[str] | None:
    """A cycle in the graph, as ids with the first repeated at the end, or None."""
    done: set[str] = set()
    path: list[str] = []

    def visit(node: str) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        path.append(node)
        for other in uses.get(node, ()):
            if cycle := visit(other):
                return cycle
        path.pop()
        done.add(node)
        return None

    for start in uses:
        if cycle := visit(start):
            return cycle
    return None


def _gap(claim: Claim | Told, lemma: Claim | Told, outcomes: Iterable[Outcome]) -> list[str]:
    """What a lemma supposes and a claim does not: items, and conditions that its evidence found."""
    from theorem_audit.weigh.told import beyond

    found = [x for o in outcomes if o.outcome == "passed" and o.kind in DECIDING for x in o.beyond]
    conditions = {x: None for x in found if x.startswith(f"{lemma.id}: ")}
    return [*beyond(claim, lemma), *(f"{x} is not shown to hold" for x in conditions)]


def _beyond(claim: Claim | Told, used: str, gap: Sequence[str]) -> tuple[str, str]:
    """What a claim is worth, at most, that uses a lemma beyond the lemma's setting; and why."""
    if why := claim.carried.get(used):
        return "steps", f"{used} is carried over in prose: {why}"
    return "supported", f"uses a lemma beyond its setting: {'; '.join(gap)}"


def derive(
    claims: Mapping[str, Claim] | Mapping[str, Told],
    outcomes: Mapping[str, Sequence[Outcome]],
    assumed: Mapping[str, Verdict] | None = None,
    accepted: Mapping[str, Sequence[str]] = NO_CLAIMS,
) -> dict[str, Verdict]:
    """Verdicts of all claims in ``outcomes``; claims they use must be there too.

    A used claim without outcomes counts as unchecked.  assumed: verdicts that are taken as they are, to
    see what follows.  accepted: claim -> wrong variants that its evidence accepts (``weigh.tried``); it is
    *supported* at most.  Raises CyclicUse on a circle.
    """
    uses = {claim_id: uses_of(found) for claim_id, found in outcomes.items()}
    if cycle := find_cycle(uses):
        raise CyclicUse(f"claims rest on each other in a circle: {' -> '.join(cycle)}")
    verdicts: dict[str, Verdict] = dict(assumed or {})

    def settle(claim_id: str) -> Verdict:
        if claim_id in verdicts:
            return verdicts[claim_id]
        claim, found = claims[claim_id], tuple(outcomes.get(claim_id, ()))
        own = own_verdict(claim, found)
        strength, given, reasons = own.strength, set(own.given), own.reasons
        if strength != "kernel" and (missing := unread(claim, found, claims)):
            reasons = (*reasons, f"nothing that decides or searches read: {', '.join(missing)}")
            strength = max(strength, "supported", key=STRENGTHS.index)
        if strength != "kernel" and (wrong := accepted.get(claim_id)):
            reasons = (*reasons, f"its evidence accepts wrong variants: {'; '.join(wrong)}")
            strength = max(strength, "supported", key=STRENGTHS.index)
        for used in uses.get(claim_id, ()) if strength != "kernel" else ():
            below = settle(used)
            given |= set(below.given)
            cap = "inconclusive" if below.name == "refuted" else below.strength
            if STRENGTHS.index(cap) > STRENGTHS.index(strength):
                strength = cap
                reasons = (*reasons, f"rests on {used}, which is {below.name.replace('_', ' ')}")
            if used in claims and (gap := _gap(claim, claims[used], found)):
                cap, why = _beyond(claim, used, gap)
                if STRENGTHS.index(cap) > STRENGTHS.index(strength):
                    strength = cap
                reasons = (*reasons, why)
        verdicts[claim_id] = Verdict(
            claim_id, named(strength, bool(given)), named(own.strength, bool(own.given)),
            tuple(sorted(given)), uses.get(claim_id, ()), reasons, found,
        )  # fmt: skip
        return verdicts[claim_id]

    for claim_id in outcomes:
        settle(claim_id)
    return verdicts


__all__ = [
    "CUT", "GIVEN", "RANKS", "STRENGTHS", "CyclicUse", "Own", "Verdict", "derive", "find_cycle", "named",
    "own_verdict", "uncovered",
]  # fmt: skip
