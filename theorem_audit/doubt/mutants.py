"""Runs a claim's evidence against its wrong variants and says which were caught, and how.

Deciding evidence is run, fastest first, until one refutes the variant; the supporting evidence is
asked after it (only about variants that it did not refute), and alone where it is all there is.  What of
that is marked slow is asked only where it is all there is, or a variant would survive without a word for it.
What none of them refutes the claim's search is asked about; a changed item it is asked about first.

    refuted       some evidence refuted it; with the witness it gave
    not_accepted  none refuted it, but one could not decide it or broke on it: it gets no verdict
    slack         accepted, and a larger change of the same place is caught: the bound is not tight
    exempt        accepted, but smaller than the smallest error that the statistical evidence sees,
                  and a larger change of the same place is caught
    unused        an assumption dropped or widened, accepted, and no witness says it is needed: the
                  proof does not use it, or the derivation has built it in
    survived      accepted; the claim's ``survivors`` must say why, or the evidence is too weak
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from sympy import Rational
from sympy.core.relational import Eq, Ge, Relational
from sympy.logic.boolalg import Boolean

from theorem_audit import project
from theorem_audit.checks.mark import DECIDING, Evidence
from theorem_audit.doubt import compare, unasked
from theorem_audit.doubt.implication import implied
from theorem_audit.doubt.searched import GLANCE, SEARCH, against_itself, counterexample
from theorem_audit.doubt.variants import (
    SMALL,
    Variant,
    capped,
    formula_of,
    formula_variants,
    variants,
)
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh import collected
from theorem_audit.weigh.copies import COPIED
from theorem_audit.weigh.outcome import Outcome, uses_of, where
from theorem_audit.weigh.tallies import CAUGHT, COUNTED, HARMLESS
from theorem_audit.weigh.time_limit import limited
from theorem_audit.weigh.told import beyond
from theorem_audit.weigh.tried import explained

CAP = 30  # variants a claim, spread over all kinds and places; 0: all
CAP_SUPPORTED = 8  # where only supporting evidence can catch them, which is slow
TIME_LIMIT = 20.0  # seconds for one evidence on one variant, at least
LARGER = (Rational(1, 100), Rational(1, 10), Rational(1, 2))
SEARCHED = "random search"


@dataclass(frozen=True)
class Tried:
    """What became of one variant; ``outcome`` is one of those listed above, or equal / weaker.

    by: the evidence that settled it; deciding: whether that is deciding evidence.
    """

    claim_id: str
    name: str
    group: str
    statement: str
    outcome: str
    by: str = ""
    deciding: bool = False
    detail: str = ""
    witness: dict[str, str] = field(default_factory=dict)
    explained: str = ""
    seconds: float = 0.0

    @property
    def unexplained(self) -> bool:
        """A wrong variant that the evidence accepts and the claim does not explain."""
        return self.outcome == "survived" and not self.explained


def decides(items: Iterable[Evidence], claim: Claim) -> bool:
    """Whether deciding evidence covers every step of the claim."""
    covered = {step for item in items if item.kind in DECIDING for step in item.steps}
    return set(claim.steps) <= covered or "statement" in covered


Known = dict[tuple[str, str, tuple[str, ...], str], Outcome]  # test, kind, steps and case
_kept: dict[tuple[str, int], Known] = {}  # what earlier runs found of the claim itself
_told: dict[
    tuple[str, object], tuple[str, str]
] = {}  # place of a change -> what last refuted there


def known_before(claim_id: str, run_seed: int, found: Known) -> None:
    """Take what earlier runs found of a claim's evidence for what it says of the claim itself."""
    _kept[claim_id, run_seed] = found


def forget() -> None:
    """Ask the evidence anew what it says of the claims themselves."""
    _baseline.cache_clear()
    unasked.forget()


def ask_in_order() -> None:
    """Let nothing that refuted an earlier variant come first: what is asked first depends on a job alone."""
    _told.clear()


@cache
def _baseline(
    claim_id: str, run_seed: int, fast: bool, late: bool = False
) -> tuple[tuple[Evidence, Outcome], ...]:
    """The evidence that passes on the claim itself, and how: deciding first, then fastest first.

    late: the supporting evidence that is marked slow beside deciding evidence, and no other.
    """
    claims = project.claims()

    found = []
    everything = collected.evidence_of()[claim_id]
    alone = not any(item.kind in DECIDING for item in everything)
    known = _kept.get((claim_id, run_seed), {})
    for item in everything:
        if item.kind == "kernel":
            continue  # some ten seconds a variant; the neighbours of its claims have tests of their own
        supports = item.kind not in DECIDING
        if late and (alone or not supports):
            continue
        if (fast and (item.slow or supports)) or (
            supports and not alone and (item.kind == "simulation" or item.slow != late)
        ):
            continue
        for case, _ in collected.cases_of(item):
            outcome = known.get((item.test, item.kind, item.steps, case)) or unasked.on_itself(
                item, claims[claim_id], case=case, run_seed=run_seed
            )
            if outcome.outcome == "passed":
                found.append((item, outcome))
    found.sort(key=lambda x: (x[0].kind not in DECIDING, x[1].seconds))
    return tuple(found)


def _against(
    claim: Claim, run_seed: int, fast: bool, deciding: bool, place: object, late: bool = False
) -> tuple[Outcome | None, list[Outcome]]:
    """The refuting outcome, if any, and all outcomes up to it, of (non-)deciding evidence.

    place: of the change; what refuted the last one there is asked first.  late: see ``_baseline``.
    """
    seen = []
    baseline = _baseline(claim.id, run_seed, fast, late)
    first = _told.get((claim.id, place))
    for item, passed in sorted(baseline, key=lambda x: (x[0].test, x[1].case) != first):
        if (item.kind in DECIDING) != deciding:
            continue
        limit = max(TIME_LIMIT, 5 * passed.seconds)
        outcome = unasked.on_variant(
            item, project.claims()[claim.id], claim, passed, limited(item.function, limit)
        )
        seen.append(outcome)
        if outcome.outcome == "refuted":
            _told[claim.id, place] = (item.test, passed.case)
            return outcome, seen
    return None, seen


def _place(variant: Variant) -> object:
    """Where a variant was changed: a conjunct of the formula, or a hypothesis."""
    return variant.part[0] if variant.part else variant.assumption or variant.item


def try_variant(variant: Variant, *, run_seed: int = 0, fast: bool = False) -> Tried:
    """Run the evidence against one variant.

    fast: only deciding evidence that is not marked slow.
    """
    claims = project.claims()

    claim, started = claims[variant.claim.id], time.perf_counter()
    text = str(variant.part[1] if variant.part else variant.claim.region)
    found = Tried(claim.id, variant.name, variant.group, text, "survived")
    if variant.part:
        if (relation := harmless(claim, variant.part, thorough=False)) != compare.DIFFERENT:
            return replace(found, outcome=relation)
    elif variant.item:
        found = replace(found, statement=variant.claim.sentence)
        if (
            settled := _searched(variant, found, GLANCE) or _unsettled(variant, found, run_seed)
        ) is not None:
            return replace(settled, seconds=time.perf_counter() - started)
    elif all(implied(c, variant.claim.region) for c in relations(claim.region)):
        return replace(found, outcome=compare.EQUAL)  # the other hypotheses say it, too
    seen: list[Outcome] = []
    for deciding in (True, False):
        refuting, more = _against(variant.claim, run_seed, fast, deciding, _place(variant))
        seen += more
        if refuting is not None:
            return replace(_by(refuting, found), seconds=time.perf_counter() - started)
    if not seen:
        found = replace(found, outcome="untested", detail="no evidence passes on the claim itself")
        return (_searched(variant, found) if variant.item else None) or found
    if (variant.assumption or variant.item) and (
        gap := _beyond_lemmas(claim, seen, run_seed, fast)
    ):
        found = replace(
            found, outcome="not_accepted", by=f"condition of {gap.partition(': ')[0]}",
            deciding=True, detail=f"{gap} is not shown to hold any more",
        )  # fmt: skip
        found = _searched(variant, found) or found
        return replace(found, seconds=time.perf_counter() - started)
    stuck = [o for o in seen if o.outcome != "passed" and not o.detail.startswith(COPIED)]
    if stuck and not variant.item and (settled := _searched(variant, found, SEARCH / 4)):
        return replace(settled, seconds=time.perf_counter() - started)
    if stuck and (stuck[0].kind in DECIDING or not any(o.kind in DECIDING for o in seen)):
        found = replace(
            found, outcome="not_accepted", by=where(stuck[0]),
            deciding=stuck[0].kind in DECIDING, detail=stuck[0].detail[:300],
        )  # fmt: skip
    else:
        if variant.part and not explanation(
            claim, variant.name
        ):  # long proofs that it is harmless, only now: they are needed
            relation = harmless(claim, variant.part, thorough=True)
            if relation != compare.DIFFERENT:
                return replace(found, outcome=relation)
        found = _accepted(variant, claim, found, seen, run_seed, fast)
    why = explanation(claim, variant.name) if found.outcome == "survived" else ""
    if found.outcome == "survived" and not why:
        refuting, _ = _against(variant.claim, run_seed, fast, False, _place(variant), late=True)
        if refuting is not None:
            found = _by(refuting, found)
        elif against := against_itself(claim.id):
            found = replace(found, detail=f"the search refutes the claim itself: {against[:240]}")
    return replace(found, explained=why, seconds=time.perf_counter() - started)


def _by(refuting: Outcome, found: Tried) -> Tried:
    """Refuted, by that evidence."""
    return replace(
        found, outcome="refuted", by=where(refuting), deciding=refuting.kind in DECIDING,
        detail=refuting.detail[:300], witness=dict(refuting.witness),
    )  # fmt: skip


def _searched(variant: Variant, found: Tried, seconds: float = SEARCH) -> Tried | None:
    """Refuted, where random search inside the variant's own hypotheses finds a counterexample."""
    if (search := counterexample(variant.claim, seconds)) is None:
        return None
    return replace(
        found, outcome="refuted", by=SEARCHED, deciding=False, detail=search.detail[:300],
        witness=dict(search.witness),
    )  # fmt: skip


def _unsettled(variant: Variant, found: Tried, run_seed: int) -> Tried | None:
    """Not accepted, where the variant's proof reads a lemma that supposes what the variant does not."""
    claims = project.claims()
    passed = _baseline(variant.claim.id, run_seed, False)  # slow evidence, too, whatever is run
    for lemma in uses_of(outcome for _, outcome in passed):
        known = beyond(claims[variant.claim.id], claims[lemma])
        for gap in beyond(variant.claim, claims[lemma]):
            if gap not in known:
                return replace(found, outcome="not_accepted", by=f"setting of {lemma}", deciding=True,
                               detail=gap)  # fmt: skip
    return None


def _beyond_lemmas(claim: Claim, seen: Iterable[Outcome], run_seed: int, fast: bool) -> str:
    """A condition of a lemma that deciding evidence read, which the claim's say and the variant's do not."""
    known = {x for _, o in _baseline(claim.id, run_seed, fast) for x in (*o.beyond, *o.reader)}
    for o in seen:
        for gap in (*o.beyond, *o.reader) if o.outcome == "passed" else ():
            if gap not in known and gap.partition(": ")[0] not in claim.carried:
                return gap
    return ""


def harmless(claim: Claim, part: tuple[int, Boolean], *, thorough: bool) -> str:
    """Whether the changed conjunct is equal to its original, or weaker than it or than another."""
    index, changed = part
    parts = relations(claim.formula)
    relation = compare.compare(parts[index], changed, claim.region, thorough=thorough)
    if relation != compare.DIFFERENT:
        return relation
    others = (part for k, part in enumerate(parts) if k != index)
    follows = (compare.compare(x, changed, claim.region, thorough=thorough) for x in others)
    return compare.WEAKER if any(x != compare.DIFFERENT for x in follows) else compare.DIFFERENT


def _accepted(
    variant: Variant, claim: Claim, found: Tried, seen: list[Outcome], run_seed: int, fast: bool
) -> Tried:
    """Why nothing rejects the variant, as far as that can be found out."""
    if variant.item:
        return _searched(variant, found) or found
    if variant.assumption:
        if (settled := _searched(variant, found)) is not None:
            return settled
        needed = any(item.needs == variant.assumption for item in collected.evidence_of()[claim.id])
        dropped = variant.group == "dropped assumption"
        if variant.known_wrong or (dropped and needed):
            return found
        return replace(found, outcome="unused", detail="no evidence uses it to this extent")
    larger = _larger(variant, claim)
    for size, wrong in larger:
        for deciding in (True, False):
            refuting, _ = _against(wrong, run_seed, fast, deciding, _place(variant))
            if refuting is None:
                continue
            detail = f"a change by {size} is caught: {refuting.detail[:200]}"
            visible = max((o.smallest_visible or 0.0 for o in seen), default=0.0)
            if not any(o.kind in DECIDING for o in seen):
                if variant.relative is not None and visible > variant.relative:
                    detail = f"below the smallest visible error {visible:g}; {detail}"
                    return replace(found, outcome="exempt", by=where(refuting), detail=detail)
                return found
            part = variant.part[1] if variant.part else None
            if isinstance(part, Relational) and not isinstance(part, Eq) and claim.bound != "exact":
                return replace(found, outcome="slack", by=where(refuting), detail=detail)
            return _searched(variant, found) or replace(found, detail=detail)
    return _searched(variant, found) or found


def _larger(variant: Variant, claim: Claim) -> Iterator[tuple[str, Claim]]:
    """The same change, larger: of a coefficient, or (made strict) of the whole gap."""
    if variant.part is None:
        return
    index, part = variant.part
    if variant.group == "strictness":
        for margin in (Rational(1, 10**6), *LARGER):
            wrong = Ge(difference(part) - margin, 0)
            yield f"{margin} of the gap", replace(claim, formula=formula_of(claim, index, wrong))
    if variant.relative is not None:
        small = [v.name for v in variants_of(claim, SMALL)]
        place = small.index(variant.name)
        for size in LARGER:
            same = variants_of(claim, size)
            if len(same) == len(small):
                yield str(size), same[place].claim


# By id and size of the formula's changes (None: changes of all kinds), with the claim they were made of.
_made: dict[tuple[str, Rational | None], tuple[Claim, list[Variant]]] = {}


def variants_of(claim: Claim, size: Rational | None = None) -> list[Variant]:
    """``variants(claim)``, or its ``formula_variants`` of a size, made once for the same claim object."""
    key = claim.id, size
    if key not in _made or _made[key][0] is not claim:
        found = variants(claim) if size is None else list(formula_variants(claim, size))
        _made[key] = (claim, found)
    return _made[key][1]


def explanation(claim: Claim, name: str) -> str:
    """What the claim's ``survivors`` say of a variant; see ``weigh.tried``."""
    return explained(claim.survivors, name)


def chosen(claim: Claim, cap: int | None = None) -> list[Variant]:
    """The variants of ``claim`` that are tried (``cap`` 0: all of them)."""
    if cap is None:
        cap = CAP if decides(collected.evidence_of()[claim.id], claim) else CAP_SUPPORTED
    return capped(variants_of(claim), cap)


def _row(tried: Tried) -> dict[str, Any]:
    """One variant for the JSON: what is empty is left out, what is long is cut."""
    row = {k: v for k, v in asdict(tried).items() if k != "claim_id" and v not in ("", {}, False)}
    row["seconds"] = round(tried.seconds, 2)
    return {k: v[:160] if isinstance(v, str) else v for k, v in row.items()}


def summary(tried: Sequence[Tried]) -> dict[str, Any]:
    """Counts and all variants of one claim, for the ledger's JSON."""
    counts = Counter(t.outcome for t in tried)
    return {
        "tried": sum(count for name, count in counts.items() if name not in HARMLESS),
        "rejected": sum(counts[name] for name in CAUGHT),
        "by_supporting_only": sum(t.outcome == "refuted" and not t.deciding for t in tried),
        **{name: counts[name] for name in COUNTED},
        "survivors": [
            {"name": t.name, "statement": t.statement, "why": t.explained}
            for t in tried
            if t.outcome == "survived"
        ],
        "variants": [_row(t) for t in tried],
    }
