"""The battery of answers of worker processes: looks and outcomes, in which order they come, what is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit.reuse.index import Row
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.workers import Lost

SEED = 7


def row_of(
    claim: str, name: str, kind: str = "symbolic", cases: tuple[str, ...] = ("",), **more: Any
) -> Row:
    """Where a made-up evidence stands."""
    plain: dict[str, Any] = {"slow": False, **more}
    return Row(
        claim, kind, "tests.m", name, 0, name, ("statement",), "", plain.pop("slow"), cases, **plain
    )


def answers_are_looked_at(judge: ModuleType) -> None:
    """Each part alone, with a crew that says what it is told to."""
    _looks(judge)
    _runs(judge)
    _order(judge)
    _forged(judge)


ABOUT: Mapping[str, Any] = {"instance": {}, "boundary": []}


class _Says:
    """A crew that answers each job as it is told to."""

    def __init__(self, *said: Any) -> None:
        self.said, self.jobs = said, list[Any]()

    def run(self, jobs: Any) -> Iterator[tuple[Any, Any]]:
        self.jobs += jobs
        yield from zip(jobs, self.said, strict=True)


def _looks(judge: ModuleType) -> None:
    empty = Outcome("A", judge.LOOK, "witness", (), "error", seed=SEED, detail="none")
    more = {"run_seed": SEED, "quick": True}
    says = _Says(((None, ABOUT), {}), ((replace(empty, claim_id="B"), ABOUT), {}), Lost("it ended"))
    found = [*judge.look(["A", "B", "C"], workers=says, **more)]
    assert found == [
        ("A", (None, ABOUT)), ("B", (replace(empty, claim_id="B"), ABOUT)),
        ("C", (replace(empty, claim_id="C", detail="it ended"), {"instance": None, "boundary": []})),
    ]  # fmt: skip
    assert says.jobs == [("A", None, ""), ("B", None, ""), ("C", None, "")]
    for bad in (
        None, 3, (None, ABOUT), ((None, ABOUT), {}, 1), ((None, {}), {}), ((None, {**ABOUT, "more": 1}), {}),
            ((3, ABOUT), {}),
        ((replace(empty, claim_id="B"), ABOUT), {}), ((replace(empty, kind="ball"), ABOUT), {}),
        ((None, 3), {}),
        ((replace(empty, steps=("s",)), ABOUT), {}), ((replace(empty, outcome="passed"), ABOUT), {}),
        ((None, []), {}),
    ):  # fmt: skip
        ((claim_id, (why, about)),) = judge.look(["A"], workers=_Says(bad), **more)
        assert (claim_id, why) == ("A", replace(empty, detail=judge.FORGED)), bad
        assert about == judge.LOST
        assert judge._strange(bad, "A") == judge.FORGED
    for outcome in ("error", "inconclusive", "refuted"):
        assert judge._strange(((replace(empty, outcome=outcome), ABOUT), {}), "A") == ""
    with replaced(judge, _work=lambda job, seed, quick: (job, seed, quick)):
        assert [*judge.look(["A"], workers=None, **more)] == [("A", (("A", None, ""), SEED, True))]


def _runs(judge: ModuleType) -> None:
    row, slow = row_of("A", "f"), row_of("A", "g", slow=True)
    pairs = [(("A", row, ""), row), (("A", slow, ""), slow)]
    good = Outcome("A", row.test, "symbolic", ("statement",), "passed", checks=1, seed=SEED)
    opened: list[Any] = []
    says = _Says((good, {("m", "f"): {"file"}}))
    found = [*judge.run_jobs(pairs, run_seed=SEED, quick=True, workers=says, reads=opened.append)]
    left = Outcome(
        "A",
        slow.test,
        "symbolic",
        ("statement",),
        "not_run",
        seed=SEED,
        detail="slow evidence is left out by --quick",
    )
    assert found == [(pairs[1][0], left), (pairs[0][0], good)]
    assert says.jobs == [pairs[0][0]]
    assert opened == [{("m", "f"): {"file"}}]
    asked = Outcome("A", row.test, "symbolic", ("statement",), "error", seed=SEED)
    for said, detail in (
        (Lost("it ended"), "it ended"), (good, f"{judge.FORGED}: it is no pair"),
        ((replace(good, claim_id="B"), {}), f"{judge.FORGED}: its claim_id is another"),
        ((good, {("a", "b"): {3}}), f"{judge.FORGED}: what was opened is no text"),
    ):  # fmt: skip
        opened.clear()
        ((_, outcome),) = judge.run_jobs(
            pairs[:1], run_seed=SEED, quick=True, workers=_Says(said), reads=opened.append
        )
        assert (outcome, opened) == (replace(asked, detail=detail), []), said
    slow_good = replace(good, test=slow.test)
    both = _Says((slow_good, {}), (good, {}))
    with replaced(judge, _work=lambda job, seed, quick: (job, seed, quick)):
        here = [*judge.run_jobs(pairs[:1], run_seed=SEED, quick=False, workers=None)]
    assert here == [(pairs[0][0], (pairs[0][0], SEED, False))]
    got = [*judge.run_jobs(pairs[::-1], run_seed=SEED, quick=False, workers=both)]
    assert [o for _, o in got] == [slow_good, good]


def _order(judge: ModuleType) -> None:
    """The longest claims first, each as a whole, and what decides before what supports."""
    rows = [
        row_of("A", "f", "property"), row_of("A", "g", "symbolic"), row_of("B", "h", "simulation"),
        row_of("C", "i", "symbolic"),
        row_of("D", "j", "symbolic", slow=True), row_of("C", "k", "symbolic", ("x",)), row_of("E", "l",
            "certificate"),
    ]  # fmt: skip
    pairs = [((r.claim_id, r, r.cases[0]), r) for r in rows]

    def order(seconds: Mapping[Any, float]) -> str:
        says = _Says(*(Lost("") for _ in pairs))
        for _ in judge.run_jobs(pairs, run_seed=SEED, quick=False, workers=says, seconds=seconds):
            pass
        return "".join(job[1].name for job in says.jobs)

    assert order({}) == "jgfhlik", "2; 0.31 + 0.1; 0.33; 0.21; 0.1 + 0.1"
    assert order({pairs[3][0]: 1.5, pairs[5][0]: 1.5}) == "ikjgfhl"
    assert order({pairs[0][0]: 0.0, pairs[1][0]: 0.0, pairs[4][0]: 0.0}) == "hlikgfj"
    assert order({pairs[2][0]: 0.21}) == "jgfhlik", "by name where they are as long"
    assert (judge.SLOW, judge.USUAL["simulation"]) == (2.0, 0.33)


def _forged(judge: ModuleType) -> None:
    for said, why in (
        (("o", {}), ""), (("o", {("a", "b"): {"x", "y"}}), ""), (("o", {("a", "b"): ("x",)}), ""),
        (("o", {("a", "b"): set()}), ""),
        ("o", "it is no pair"), (("o", {}, 1), "it is no pair"), (["o", {}], "it is no pair"),
        (("o", []), "it is no pair"),
        (("o",), "it is no pair"), (("o", {("a", "b"): 3}), "what was opened is no set of texts"),
        (("o", {("a", "b"): "x"}), "what was opened is no set of texts"),
        (("o", {"ab": {"x"}}), "what was opened is no set of texts"),
        (("o", {("a", "b", "c"): {"x"}}), "what was opened is no set of texts"),
        (("o", {("a", 3): {"x"}}), "what was opened is no text"),
        (("o", {("a", "b"): {"x", 3}}), "what was opened is no text"),
        (("o", {("a", "b"): {"x"}, ("c", "d"): {3}}), "what was opened is no text"),
    ):  # fmt: skip
        assert judge._forged(said) == why, said
    assert raises(TypeError, lambda: judge._forged(*[1, 2]))


__all__ = ["answers_are_looked_at"]
