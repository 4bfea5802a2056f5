"""Does the deciding evidence of a claim reject anything?  A few wrong variants of each conjunct are tried.

``expect_identity(claim.formula, {x: claim.formula.rhs})`` compares the claim with itself and passes whatever
the formula says.  So a rank is kept only where, for each conjunct of the formula, the evidence that decides
it rejects one gross variant (a sign, a factor two, a term left out) that is not harmless.  The same for each
case of a table and its like (``alternatives``), and once for what two of its equations share, doubled in both.
``audit mutants`` tries all variants; this is the part of it that every run makes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from sympy.logic.boolalg import Boolean

from theorem_audit.checks.mark import DECIDING, Evidence
from theorem_audit.doubt import compare
from theorem_audit.doubt.alternatives import alternatives, of_one, only, rescaled, shown_different
from theorem_audit.doubt.mutants import decides, explanation, harmless
from theorem_audit.doubt.variants import GROUPS, Draft, Variant, changed_parts
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh import collected, runner
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.time_limit import limited

WHERE = "theorem_audit/doubt/challenge.py::challenge"
# The kinds of change that are tried, in this order.
GROSS = ("sign", "integer", "dropped term", "exponent")
TRIES = 4  # wrong variants of one conjunct
PATIENCE = 10.0  # seconds for one evidence on one variant


def challenge(claim: Claim, evidence: Iterable[Evidence], *, run_seed: int = 0) -> Outcome | None:
    """The outcome of trying wrong variants of ``claim``; None where no evidence here decides it.

    evidence: the claim's, or what of it decides.

    ``passed`` with the number of variants that were rejected as ``checks``; ``inconclusive`` where the
    variants that were tried of some conjunct are all accepted: the claim then keeps no rank.  What the
    claim's ``survivors`` explain, and what is harmless, counts for nothing.
    """
    items = [x for x in evidence if x.kind in DECIDING and x.kind != "kernel"]
    if not decides(items, claim):
        return None
    started, rejected = time.perf_counter(), 0
    blind, unmade = list[str](), list[Boolean]()
    records = {x.key: _Record() for x in items}
    for index, part in enumerate(relations(claim.formula)):

        def rejects(variant: Variant, index: int = index) -> bool:
            return _rejected(variant.claim, _about(items, claim, index, records), run_seed, records)

        one, accepted = _first(_wrong(claim, index), rejects)
        rejected += one is not None
        if one is None and not accepted:  # nothing tells whether any evidence reads it
            unmade.append(part)
        blind += _unread(claim, f"{part}", one, accepted)
        if one is None:
            continue
        assert one.part is not None
        for alternative in alternatives(part):
            if only(part, one.part[1]) == alternative:
                continue
            found, accepted = _first(
                islice(_made(of_one(claim, index, alternative)), TRIES), rejects
            )
            rejected += found is not None
            blind += _unread(claim, f"{alternative} in {part}", found, accepted)
    if not blind:
        quick = sorted(items, key=lambda x: (x.slow, records[x.key].cost))
        blind += _shared(claim, lambda wrong: _rejected(wrong, quick, run_seed, records))
    detail = ""
    if blind:
        detail = f"no wrong variant is rejected of {' and '.join(blind)}"
    elif unmade or not rejected:
        of = " and ".join(map(str, unmade)) if rejected else "the formula"
        detail = f"no wrong variant of {of} could be made"
    return Outcome(
        claim.id, WHERE, "witness", (), "inconclusive" if detail else "passed", seed=run_seed,
        seconds=round(time.perf_counter() - started, 4), checks=rejected, detail=detail[:600],
    )  # fmt: skip


def _first(
    variants: Iterable[Variant], rejects: Callable[[Variant], bool]
) -> tuple[Variant | None, list[Variant]]:
    """The first variant that is rejected, if one is, and those before it."""
    accepted = list[Variant]()
    for variant in variants:
        if rejects(variant):
            return variant, accepted
        accepted.append(variant)
    return None, accepted


def _unread(
    claim: Claim, what: str, rejected: Variant | None, accepted: Iterable[Variant]
) -> list[str]:
    """What to say of a part of the formula of which no variant was rejected."""
    if rejected is not None:
        return []
    names = [v.name for v in accepted if not _excused(claim, v)]
    return [f"{what} (tried: {'; '.join(names)})"] if names else []


def _shared(claim: Claim, rejects: Callable[[Claim], bool]) -> list[str]:
    """What to say where the same change of several equations is accepted, whatever they share is changed.

    A change that may be none (twice 0 is 0) says nothing against the evidence.
    """
    told = list[str]()
    for name, wrong in islice(rescaled(claim), TRIES):
        if rejects(wrong):
            return []
        if not explanation(claim, name) and shown_different(claim, wrong):
            told.append(name)
    return [f"what its equations share (tried: {'; '.join(told)})"] if told else []


def _wrong(claim: Claim, index: int) -> Iterator[Variant]:
    """At most TRIES variants of one conjunct, the gross ones first; no more of them are worked out."""
    by_group = [_made(changed_parts(claim, index, (group,))) for group in GROSS]
    others = _made(changed_parts(claim, index, [x for x in GROUPS if x not in GROSS]))
    return islice(chain(_in_turn(by_group), others), TRIES)


def _in_turn(rows: Sequence[Iterator[Variant]]) -> Iterator[Variant]:
    """The first of each row, then the second of each, and so on; none is made before it is asked for."""
    left = list(rows)
    while left:
        for row in list(left):
            if (variant := next(row, None)) is None:
                left.remove(row)
            else:
                yield variant


def _made(changes: Iterable[Draft]) -> Iterator[Variant]:
    return (x.variant for x in changes if x.variant is not None)


def _excused(claim: Claim, variant: Variant) -> bool:
    """Whether an accepted variant says nothing against the evidence: it is harmless, or explained."""
    assert variant.part is not None
    return bool(
        explanation(claim, variant.name)
        or harmless(claim, variant.part, thorough=False) != compare.DIFFERENT
    )


@dataclass
class _Record:
    """What became of wrong variants that an evidence was asked about."""

    asked: int = 0
    rejected: int = 0
    seconds: float = 0.0

    @property
    def cost(self) -> float:
        """Seconds for one rejection, about: 0 where it was never asked."""
        return self.seconds / max(1, self.asked) * (self.asked + 1) / (self.rejected + 0.5)


def _about(
    items: list[Evidence], claim: Claim, index: int, records: Mapping[str, _Record]
) -> list[Evidence]:
    """The evidence in the order in which it is asked: what decides this conjunct first, slow ones last, and of
    others those first that rejected variants of the claim in the least time.

    One that rejects is enough, whichever it is, so that the order changes no outcome.
    """
    part = relations(claim.formula)[index]
    named = {step for step, said in claim.parts.items() if part in relations(said)}
    return sorted(items, key=lambda x: (not named & set(x.steps), x.slow, records[x.key].cost))


def _rejected(
    wrong: Claim, items: list[Evidence], run_seed: int, records: Mapping[str, _Record]
) -> bool:
    for item in items:
        record = records[item.key]
        record.asked += 1
        for case, _ in collected.cases_of(item):
            outcome = runner.run_evidence(
                item,
                wrong,
                case=case,
                run_seed=run_seed,
                call=limited(item.function, PATIENCE),
            )
            record.seconds += outcome.seconds
            if outcome.detail.startswith(runner.NOTHING_SAID):
                continue  # that says nothing of the variant
            if outcome.outcome in ("refuted", "inconclusive", "error"):
                record.rejected += 1
                return True
    return False


__all__ = ["challenge"]
