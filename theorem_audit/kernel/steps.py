"""How many proof steps are in the kernel.

A step of a claim is *decided* when all its deciding evidence passes.  It is *in the kernel* when that
evidence decides at least one certificate or identity, every one of them became a theorem that Coq
accepted, and nothing that it decides otherwise (a ball, a cited theorem, an identity that could not be
stated) stands beside them.  Conditions that Python alone reads (``expect``) are counted apart: most of
them say that a formula has the form the evidence expects.

Nothing is asked twice: verdicts are kept by the content of the theorem, the checker's source and
Coq's version; what the evidence decides, by the content of every source file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from theorem_audit import project
from theorem_audit.kernel import certificates, identities
from theorem_audit.kernel.judge import ORDER, SOURCES, Court, Judged, version
from theorem_audit.kernel.obligations import Heard, Theorem, hear
from theorem_audit.weigh import stale
from theorem_audit.weigh.collected import evidence_of

HEADERS = {"certificate": certificates.HEADER, "identity": identities.HEADER}
BATCH = 60
TIME_LIMIT = 300.0


@dataclass
class Step:
    """One proof step.  theorems: labels; refused: those that Coq did not accept, with its words.

    gate: Coq has proved the step, or the claim's whole statement, as it is generated from the claim.
    """

    claim_id: str
    step: str
    decided: bool = True
    theorems: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    conditions: int = 0
    gate: bool = False

    @property
    def in_kernel(self) -> bool:
        """Whether all that decides the step was accepted by Coq."""
        by_theorems = self.theorems and not self.refused and not self.outside
        return bool(self.decided and (self.gate or by_theorems))


def sources_hash() -> str:
    """SHA-256 over all files that evidence may rest on, by name and content, and Python's version."""
    digest = hashlib.sha256(sys.version.encode())
    for name, content in stale.snapshot().items():
        digest.update(f"{name}\0{content}\0".encode())
    return digest.hexdigest()


def checker_hash() -> str:
    """SHA-256 over the checker's Coq files and Coq's version; raises CoqAbsent."""
    digest = hashlib.sha256(version().encode())
    for name in ORDER:
        digest.update((SOURCES / f"{name}.v").read_bytes())
    return digest.hexdigest()


def key_of(theorem: Theorem, checker: str) -> str:
    """What a verdict is kept by."""
    text = f"{checker}\0{theorem.kind}\0{theorem.statement}\0{theorem.source}"
    return hashlib.sha256(text.encode()).hexdigest()


def obligations(said: list[Heard], build: Path | None = None) -> Iterator[Theorem]:
    """What all deciding evidence decides, as it comes; collected anew only when a source file has changed.

    said: what each evidence decided joins it.
    """
    build = build or project.current().path("output")
    kept, now = build / "kernel-obligations.json", sources_hash()
    if (data := _read(kept)).get("sources") == now:
        said += [Heard(**{**x, "steps": tuple(x["steps"])}) for x in data["heard"]]
        yield from (Theorem(**x) for x in data["theorems"])
        return
    rows = []
    for theorem in hear(None, said):
        rows.append(asdict(theorem))
        yield theorem
    _write(kept, {"sources": now, "heard": [x.as_dict() for x in said], "theorems": rows})


def verdicts(
    theorems: Iterable[Theorem],
    build: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Judged]:
    """Coq's verdict on each theorem, by label; raises CoqAbsent.

    Coq, a process of its own, judges the first ones while the others come.
    tell: called with a line now and then.  A batch that fails is halved until the culprit is found.
    """
    build = build or project.current().path("output")
    checker, path = checker_hash(), build / "kernel-verdicts.json"
    kept: dict[str, Any] = _read(path)
    found: dict[str, Judged] = {}
    waiting: dict[str, list[Theorem]] = {kind: [] for kind in HEADERS}
    asked = deque[tuple[list[Theorem], Future[dict[str, Judged]]]]()
    count = 0

    def settle(batch: list[Theorem], answer: Future[dict[str, Judged]]) -> None:
        new = answer.result()
        found.update(new)
        for theorem in batch:
            if not new[theorem.label].timed_out:
                kept[key_of(theorem, checker)] = asdict(new[theorem.label])
        _write(path, kept)
        tell(f"Coq: {len(found)} of {count} theorems")

    with _Bench() as bench:
        for count, theorem in enumerate(theorems, 1):  # noqa: B007 - told
            mine = waiting[theorem.kind]
            if (data := kept.get(key_of(theorem, checker))) is not None:
                found[theorem.label] = Judged(**data)
            else:
                mine.append(theorem)
            if len(mine) == BATCH:
                asked.append(([*mine], bench.ask(mine)))
                mine.clear()
            while asked and asked[0][1].done():
                settle(*asked.popleft())
        asked += [(mine, bench.ask(mine)) for mine in waiting.values() if mine]
        while asked:
            settle(*asked.popleft())
    return found


class _Bench:
    """A court that judges beside the caller; it opens when it is first asked."""

    def __init__(self) -> None:
        self._open, self._pool = ExitStack(), ThreadPoolExecutor(1)
        self._court: Future[Court] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._open.close()

    def ask(self, theorems: Sequence[Theorem]) -> Future[dict[str, Judged]]:
        """The verdict on each of some theorems of one kind, to come; raises CoqAbsent."""
        if self._court is None:
            self._court = self._pool.submit(self._open.enter_context, Court())
        opened, asked = self._court, [*theorems]
        return self._pool.submit(lambda: judge_all(opened.result(), asked))


def judge_all(court: Court, theorems: Sequence[Theorem]) -> dict[str, Judged]:
    """The verdict on each of some theorems of one kind."""
    source = "\n".join([HEADERS[theorems[0].kind], *(x.source for x in theorems)])
    said = court.judge(source, {x.label: x.statement for x in theorems}, TIME_LIMIT)
    if said.accepted or len(theorems) == 1:
        return {x.label: said for x in theorems}
    half = len(theorems) // 2
    return judge_all(court, theorems[:half]) | judge_all(court, theorems[half:])


def steps_of(heard: Iterable[Heard], said: Mapping[str, Judged]) -> list[Step]:
    """The proof steps, each with what its evidence decided and what Coq said of that."""
    found: dict[tuple[str, str], Step] = {}
    heard = list(heard)
    proved = {
        (x.claim_id, name) for x in heard if x.gate and x.outcome == "passed" for name in x.steps
    }
    for one in heard:
        for name in one.steps:
            step = found.setdefault((one.claim_id, name), Step(one.claim_id, name))
            step.decided &= one.outcome == "passed"
            step.theorems += [x for x in one.theorems if x not in step.theorems]
            step.same += [x for x in one.same if x not in step.same]
            step.outside += one.outside
            step.conditions += one.conditions
            for label in one.theorems:
                if not said[label].accepted:
                    step.refused[label] = said[label].detail
    for (claim_id, name), step in found.items():
        step.gate = bool({(claim_id, name), (claim_id, "statement")} & proved)
    return list(found.values())


def summary(steps: Sequence[Step]) -> dict[str, Any]:
    """The counts, for all and for each claim; for steps outside the kernel, the reasons."""
    claims: dict[str, dict[str, Any]] = {}
    for step in steps:
        row = claims.setdefault(step.claim_id, {"in_kernel": 0, "decided": 0, "outside": {}})
        row["decided"] += step.decided
        row["in_kernel"] += step.in_kernel
        if not step.in_kernel:
            row["outside"][step.step] = reasons(step)
    inside = [x for x in steps if x.in_kernel]
    return {
        "in_kernel": len(inside),
        "decided": sum(x.decided for x in steps),
        "theorems": len({label for x in steps for label in x.theorems}),
        "refused": len({label for x in steps for label in x.refused}),
        "with_conditions": sum(x.conditions > 0 for x in inside),
        "only_same": sum(not x.gate and set(x.same) == set(x.theorems) for x in inside),
        "by_gates": sum(x.gate for x in inside),
        "claims": claims,
    }


def reasons(step: Step) -> list[str]:
    """Why a step is not in the kernel, most frequent first."""
    if not step.decided:
        return ["its evidence does not pass"]
    told = Counter([*step.outside, *(f"Coq: {x}" for x in step.refused.values())])
    if not step.theorems and not told:
        return [f"it is decided by {step.conditions} conditions that Python alone reads"]
    return [f"{count} x {reason}" if count > 1 else reason for reason, count in told.most_common()]


def count(
    build: Path | None = None, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Count the proof steps in the kernel, of all claims, and keep ``kernel-steps.json``.

    Raises CoqAbsent.  About a minute where a source file has changed, a second where none has.
    """
    build = build or project.current().path("output")
    version()  # before a minute is spent on what only Coq could use
    tell("collecting what the deciding evidence decides")
    before = sources_hash()
    heard: list[Heard] = []
    said = verdicts(obligations(heard, build), build, tell)
    found = summary(steps_of(heard, said))
    data = {"schema": 1, "sources": before, "checker": checker_hash(), **found}
    _write(build / "kernel-steps.json", data)
    return data


def of_claims(ids: Sequence[str], build: Path | None = None) -> dict[str, Any]:
    """The same for the claims ``ids`` alone, whose evidence is run now.  Raises CoqAbsent."""
    version()
    table = evidence_of()
    heard: list[Heard] = []
    said = verdicts(hear((x for claim_id in ids for x in table[claim_id]), heard), build)
    return summary(steps_of(heard, said))


def known(build: Path | None = None) -> dict[str, Any] | None:
    """What ``count`` kept, where no source file has changed since; else None.  Starts nothing."""
    build = build or project.current().path("output")
    data = _read(build / "kernel-steps.json")
    return data if data.get("sources") == sources_hash() else None


def told(data: Mapping[str, Any] | None) -> str:
    """One line for an overview, from what ``known`` returned.

    Steps whose theorems only say that an expression equals itself are not counted as in the kernel.
    """
    if data is None:
        return (
            "proof steps in the kernel: not counted for these sources (audit opinions counts them)"
        )
    same = data["only_same"]
    line = f"proof steps in the kernel: {data['in_kernel'] - same} of {data['decided']}"
    return line + (f" (and {same} that only say that an expression equals itself)" if same else "")


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):  # nothing was kept, or it was cut off: made anew
        return {}
    return data if isinstance(data, dict) else {}


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(path)


__all__ = [
    "Step",
    "count",
    "judge_all",
    "known",
    "obligations",
    "reasons",
    "steps_of",
    "summary",
    "told",
    "verdicts",
]
