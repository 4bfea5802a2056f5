"""The record of one audit: claims, outcomes, verdicts; as JSON that describes itself.

The JSON is written whole or not at all (a new file is moved over the old one), and it can be written
after every outcome: whatever interrupts a run, the file says what was run and what was not.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorem_audit import files, project
from theorem_audit.weigh import stale, tried
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told, ToldAssumption
from theorem_audit.weigh.unread import read_by_machine
from theorem_audit.weigh.verdict import RANKS, Verdict, derive

if TYPE_CHECKING:
    from theorem_audit.statement.assumption import Assumption
    from theorem_audit.statement.claim import Claim

SCHEMA = 1
WRITING = 0.01  # of a run's time, at most, goes into writing a ledger that grows
UNDECIDED = 3  # exit code of a run in which nothing is refuted, and some evidence could not tell
FAMILY_ERROR = 1e-4  # a whole run may call some true claim refuted with at most this probability
SCHEMA_FILE = Path(__file__).with_name("run.schema.json")


class Ledger:
    """Outcomes of one run, and what follows from them.

    seed: the run's seed.  quick: whether slow evidence was left out.
    told: the claims' words, by id and in the order of the report; without them they are read off the theory.
    hashes: of all files that evidence may rest on, by name; without them they are computed.
    """

    def __init__(
        self,
        *,
        seed: int,
        quick: bool = False,
        told: Mapping[str, Told] | None = None,
        hashes: Mapping[str, str] | None = None,
    ) -> None:
        self.seed = seed
        self.quick = quick
        self.given = told
        self.complete = self.stopped = False  # stopped: by the user, so that nothing follows
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self._outcomes: dict[str, list[Outcome]] = {}
        self._written = float("-inf")
        self._cost = 0.0  # seconds that the last writing took
        self._variants: dict[str, dict[str, Any]] = {}
        self.why: Mapping[
            str, tuple[str, ...]
        ] = {}  # id -> what changed since, in a ledger read back
        self.about: dict[str, dict[str, Any]] = {}  # instances of hypotheses, where looked for
        self.left_out: Mapping[str, str] = {}  # files of evidence that skipped themselves, and why
        self.opened: dict[str, set[str]] = {}  # id -> files of the project that its evidence opened
        # the same of files outside the project; None: nobody heard of any
        self.elsewhere: dict[str, set[str]] | None = None
        self._since = time.time_ns()
        # now, before anything can be edited under the run
        self.hashes: Mapping[str, str] = stale.snapshot() if hashes is None else hashes

    def expect(self, claim_ids: Iterable[str]) -> None:
        """Name the claims that this run is about, in the order of the report."""
        for claim_id in claim_ids:
            self._outcomes.setdefault(claim_id, [])

    def add(self, outcome: Outcome) -> None:
        """Add one outcome (it replaces an earlier one of the same evidence and case)."""
        found = self._outcomes.setdefault(outcome.claim_id, [])
        for place, o in enumerate(found):
            if _key(o) == _key(outcome):
                found[place] = outcome
                return
        found.append(outcome)

    def remove(self, outcome: Outcome) -> None:
        """Take away the outcome of the same evidence and case, which has to be there."""
        found = self._outcomes[outcome.claim_id]
        found.remove(next(o for o in found if _key(o) == _key(outcome)))

    def add_variants(self, claim_id: str, summary: Mapping[str, Any]) -> None:
        """Attach the result of running wrong variants of a claim."""
        self._variants[claim_id] = dict(summary)

    @property
    def outcomes(self) -> Mapping[str, list[Outcome]]:
        """Outcomes by claim id."""
        return self._outcomes

    @property
    def family_error(self) -> float:
        """Bound on the probability that any true claim is called refuted by chance."""
        return sum(o.error for found in self._outcomes.values() for o in found)

    def verdicts(self) -> dict[str, Verdict]:
        """Verdicts that follow from the outcomes so far."""
        told = {x: t for x, t in self.told.items() if x in self._outcomes}
        found = derive(self.told, self._outcomes, accepted=tried.accepted(told))
        return stale.spread(found, self.why)

    @property
    def told(self) -> Mapping[str, Told]:
        """The words of all claims that the ledger may speak of, in the order of the report."""
        if self.given is not None:
            return self.given
        if not self._outcomes:  # to ask for the claims imports them all
            return {}
        claims = project.claims()
        return {x: Told.of(claims[x]) for x in claims if x in self._outcomes}

    def hypotheses(self) -> tuple[int, int]:
        """How many hypotheses were read by what decides or searches, and how many there are."""
        return read_by_machine(self.told, self._outcomes)

    def counts(self) -> dict[str, int]:
        """How many claims have each verdict, strongest first."""
        found = Counter(v.name for v in self.verdicts().values())
        return {name: found[name] for name in RANKS if found[name]}

    def as_dict(self) -> dict[str, Any]:
        """The whole run as plain data, in the form of ``theorem_audit/weigh/run.schema.json``."""
        told = self.told
        verdicts = self.verdicts()
        outside = {x for names in (self.elsewhere or {}).values() for x in stale.outside(names)}
        return {
            "schema": SCHEMA,
            "project": project.current().name,
            "commit": commit(),
            "started": self.started,
            "complete": self.complete,
            "quick": self.quick,
            "seed": self.seed,
            "family_error": self.family_error,
            "hypotheses": dict(zip(("read", "of"), self.hypotheses(), strict=True)),
            "variants": {
                "current": len(tried.current({x: told[x] for x in verdicts}, tried.table().rows)),
                "of": len(verdicts),
            },
            "left_out": dict(sorted(self.left_out.items())),
            "versions": stale.versions(),
            "sources": self._sources(told),
            "outside": None if self.elsewhere is None else len(outside),
            "elsewhere": {x: stale.digest_of(Path(x), self._since) for x in sorted(outside)},
            "claims": [self._claim(told[c], verdicts[c]) for c in told if c in verdicts],
        }

    def _about(self, claim: Claim | Told) -> dict[str, Any]:
        """Instances of the claim's hypotheses: as they were found, or found now."""
        if not (known := self.about.get(claim.id)):
            from theorem_audit.doubt import instances  # needs SymPy

            known = instances.about(
                project.claims()[claim.id] if isinstance(claim, Told) else claim
            )
        return known

    def _sources(self, told: Mapping[str, Told]) -> dict[str, str]:
        """Hashes of what the outcomes rest on: sources as they stood before the run, and what it opened."""
        outcomes = (o for found in self._outcomes.values() for o in found)
        found = stale.sources(outcomes, told, self.hashes)
        opened = {x for names in self.opened.values() for x in names}
        others = opened | {name for name, said in found.items() if said == stale.ABSENT}
        root = project.current().root
        found |= {x: stale.digest(root / x, self._since) for x in others - {*self.hashes}}
        return dict(sorted(found.items()))

    def _claim(self, claim: Claim | Told, verdict: Verdict) -> dict[str, Any]:
        about, claim = self._about(claim), Told.of(claim)
        return {
            "id": claim.id,
            "title": claim.title,
            "chapter": claim.chapter,
            "source": {
                "kind": claim.source.kind,
                "reference": claim.source.reference,
                "prior": [vars(x) for x in claim.source.prior],
            },
            "items": [{**vars(x), "implied": list(x.implied)} for x in claim.items],
            "carried": dict(claim.carried),
            "sentence": claim.sentence,
            "typeset": claim.typeset,
            "bound": claim.bound,
            "statement": claim.statement,
            "region": claim.region or "True",
            "remark": claim.remark,
            "symbols": dict(claim.symbols),
            "verdict": verdict.name,
            "own": verdict.own,
            "reasons": list(verdict.reasons),
            "accepted": tried.accepted({claim.id: claim}).get(claim.id, []),
            "given": list(verdict.given),
            "uses": list(verdict.uses),
            "steps": list(claim.steps),
            "parts": dict(claim.parts),
            "assumptions": [
                {
                    "name": x.name,
                    "condition": x.condition,
                    "text": x.text,
                    "note": x.note,
                    "item": x.item,
                    **necessity(x, verdict.outcomes),
                }
                for x in claim.assumptions
            ],
            **about,
            "evidence": [
                {k: v for k, v in o.as_dict().items() if k != "claim_id"} for o in verdict.outcomes
            ],
            "opened": sorted(self.opened.get(claim.id, ())),
            "elsewhere": stale.outside((self.elsewhere or {}).get(claim.id, ())),
            "variants": self._variants.get(claim.id, {"tried": 0, "rejected": 0, "survivors": []}),
        }

    def exit_code(self) -> int:
        """1 when a claim is refuted, an evidence broke, or the error budget is overspent.

        Else UNDECIDED where some evidence could not tell, or a claim that is no open question has none; and 0
        where none is left open.
        """
        met = {o.outcome for found in self._outcomes.values() for o in found}
        if met & {"refuted", "error"} or not self.family_error < FAMILY_ERROR:  # nan is no budget
            return 1
        bare = [x for x, found in self._outcomes.items() if not found]
        unasked = bare and any(self.told[x].source.kind != "open" for x in bare)
        return UNDECIDED if "inconclusive" in met or unasked else 0

    def write_soon(self, path: Path, every: float = 1.0) -> None:
        """``write``, unless less than ``every`` seconds have passed since the last time.

        A ledger of many claims takes a second to write: it is written so seldom that this stays a small
        part of the run.
        """
        started = time.monotonic()
        if started - self._written >= max(every, self._cost / WRITING):
            self.write(path)
            self._written = time.monotonic()
            self._cost = self._written - started

    def write(self, path: Path) -> None:
        """Write the JSON whole or not at all; missing folders are made.

        What is no regular file (a pipe, a device) is written to once, when the run is complete.
        """
        if self.complete or self.stopped or files.is_plain(path):
            files.write_text(path, json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n")


def necessity(
    assumption: Assumption | ToldAssumption, outcomes: Iterable[Outcome]
) -> dict[str, Any]:
    """Whether an assumption is needed, read off the run.

    True with the witness's name when evidence that names it has passed; False only where the claim
    declares that its proof does not use it; else None.
    """
    for o in outcomes:
        if o.needs == assumption.name and o.outcome == "passed":
            return {"needed": True, "witness": o.test + (f"[{o.case}]" if o.case else "")}
    if assumption.needed is False:
        return {"needed": False, "witness": assumption.witness}
    return {"needed": None, "witness": ""}


def _key(outcome: Outcome) -> tuple[str, str, str]:
    return (outcome.test, outcome.case, outcome.kind)


def validate(data: Any) -> None:
    """Raise jsonschema.ValidationError when ``data`` is not a run of this schema version."""
    import jsonschema  # slow to import

    jsonschema.validate(data, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def commit() -> str:
    """The commit that is checked out, with ``-dirty`` where it was changed; ``unknown`` without git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(project.current().root), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() or "unknown"
