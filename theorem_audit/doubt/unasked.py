"""Evidence that asks nothing of what a wrong variant changes says of it what it says of the claim itself.

Evidence is one function of what it asks of the claim's object, of its seed and its case.  What it asks is
noted as it runs, the tool's own looks included (``recording_all``); on a variant that is the same in all of
it, evidence that passes on the claim would do again what it did.  A claim's conditions are one thing to ask
for, as its formula is; its items and its symbols' meanings are one each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from theorem_audit.checks.mark import Evidence
from theorem_audit.kinds import MEANING
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import told_by
from theorem_audit.statement.recording import ITEM, held
from theorem_audit.weigh import runner
from theorem_audit.weigh.outcome import Outcome

# What copies an object, or tells of all of it, asks for this.
EVERYTHING = frozenset(("__dict__", "__getstate__", "__reduce__", "__reduce_ex__"))
Key = tuple[str, str, tuple[str, ...], str, int]  # test, kind, steps, case and seed

# By evidence: the claim's own object, and what was asked of it.
_asked: dict[Key, tuple[Claim, frozenset[str]]] = {}


def forget() -> None:
    """Run all evidence anew."""
    _asked.clear()


def on_itself(item: Evidence, claim: Claim, *, case: str, run_seed: int) -> Outcome:
    """What evidence says of the claim itself; what it asks is kept."""
    asked = set[str]()
    found = runner.run_evidence(item, claim, case=case, run_seed=run_seed, asked=asked)
    _asked[_key(item, case, run_seed)] = claim, frozenset(asked)
    return found


def on_variant(
    item: Evidence, claim: Claim, variant: Claim, passed: Outcome, call: Callable[..., Any]
) -> Outcome:
    """What evidence that passes on ``claim`` says of ``variant``; ``passed`` where it would do the same."""
    key, changes = _key(item, passed.case, passed.seed), changed(claim, variant)
    of, known = _asked.get(key, (None, frozenset[str]()))
    if of is claim and not _meets(known, changes):
        return passed
    asked = set[str]()
    found = runner.run_evidence(
        item, variant, case=passed.case, run_seed=passed.seed, call=call, asked=asked
    )
    if found.outcome == "passed" and not _meets(asked, changes):  # as on the claim itself
        _asked[key] = claim, frozenset(asked)
    return found


def _key(item: Evidence, case: str, run_seed: int) -> Key:
    return item.test, item.kind, item.steps, case, run_seed


def changed(claim: Claim, variant: Claim) -> frozenset[str]:
    """What may be asked of the variant and is another than the claim's."""
    found = set[str]()
    for name in (x.name for x in fields(Claim)):
        one, two = held(claim, name), held(variant, name)
        if one is two or one == two:
            continue
        found.add(name)
        if name == "assumptions":
            kinds = [
                {x.item.kind: x.item for x in said if x.item is not None} for said in (one, two)
            ]
            found |= {f"{ITEM}{x}" for x in _different(*kinds)}
        elif name == "symbols":
            found |= {f"{MEANING}{x}" for x in told_by(_different(one, two))}
    return frozenset(found)


def _different(one: Mapping[str, Any], two: Mapping[str, Any]) -> list[str]:
    """The keys under which two mappings have not the same."""
    return [x for x in {**one, **two} if x not in one or x not in two or one[x] != two[x]]


def _meets(asked: set[str] | frozenset[str], changes: frozenset[str]) -> bool:
    return bool(asked & (changes | EVERYTHING))


__all__ = ["changed", "forget", "on_itself", "on_variant"]
