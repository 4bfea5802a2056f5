"""The battery of ``doubt/falsify.py``: falsifiers that hold, refute, break, and play nothing."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import Integer, Le, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.project import ProjectError
from theorem_audit.weigh.workers import Lost

X = Symbol("x", real=True)


class _Crew:
    """Runs jobs here; one of them is lost."""

    made: dict[str, Any]

    def __init__(
        self, function: Any, start: Any, arguments: Any, *, workers: int, limit: float, answers: Any
    ) -> None:
        _Crew.made = {"start": start, "arguments": arguments, "workers": workers, "limit": limit}
        _Crew.made["answers"] = answers
        self.function = function

    def __enter__(self) -> _Crew:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, jobs: list[Any]) -> Any:
        _Crew.made["jobs"] = jobs
        for job in jobs:
            yield job, Lost("it was killed") if job[0] == "LOST" else self.function(job)


def falsifiers_hold(judge: ModuleType) -> None:
    """What a search came to is what its falsifier did; a falsifier that plays nothing did not hold."""
    plays: list[Any] = []

    def holds(claim: Any, rng: Any, seconds: float) -> int:
        plays.append((claim.id, int(rng.integers(2**62)), seconds))
        return 3

    def refutes(claim: Any, rng: Any, seconds: float) -> int:
        raise Refuted("wrong", {"n": 2})

    def beside(claim: Any, rng: Any, seconds: float) -> int:
        raise Refuted("wrong", {X: Integer(2)})

    def breaks(claim: Any, rng: Any, seconds: float) -> int:
        raise ZeroDivisionError("zero")

    def played(*answers: Any) -> Any:
        left = list(answers)

        def search(claim: Any, rng: Any, seconds: float) -> Any:
            plays.append(seconds)
            return left.pop(0) if len(left) > 1 else left[0]

        return search

    ids = (
        "HOLDS", "FALSE", "BREAKS", "NOTHING", "WORDS", "SLOW", "FAR", "NEW", "LOST", "MINUS",
        "ONE", "BESIDE", "WITHIN",
    )  # fmt: skip
    claims = {x: SimpleNamespace(id=x, region=Le(X, 2 if x == "WITHIN" else 1)) for x in ids}
    searches = {
        "HOLDS": holds, "FALSE": refutes, "BREAKS": breaks, "NOTHING": played(0), "WORDS": played("many"),
        "SLOW": played(0, 5), "LOST": holds, "MINUS": played(-1), "ONE": played(1),
        "BESIDE": beside, "WITHIN": beside,
    }  # fmt: skip
    first = SimpleNamespace(__name__="tests.first", FALSIFIERS=searches)
    second = SimpleNamespace(
        __name__="tests.second", OUT_OF_REACH={"FAR": "no run ends"}, FALSIFIERS=searches
    )
    package = [first, second]
    asked: list[str] = []
    here = SimpleNamespace(
        falsifiers="tests.falsify", claims=claims, import_from=lambda *x: asked.append(x) or x
    )
    used: list[Any] = []
    project = SimpleNamespace(
        current=lambda: here, claims=lambda: claims, enter=used.append, ProjectError=ProjectError
    )

    def modules(place: Any, wanted: Any) -> Any:
        assert place == ("falsifiers", "tests.falsify")
        assert wanted("gram")
        assert wanted("tests_of")
        assert not wanted("test_gram")
        return package

    def one(name: str, **more: Any) -> Any:
        plays.clear()
        return judge.falsify(claims[name], **more)

    with replaced(judge, project=project, modules=modules, Crew=_Crew):
        assert judge.tables() == (searches, {"FAR": "no run ends"})
        for said in (" ", "", 3):
            package[:] = [SimpleNamespace(__name__="tests.third", OUT_OF_REACH={"FAR": said})]
            told = raises(ProjectError, judge.tables)
            assert told == "tests.third.OUT_OF_REACH: no word why no run can reach FAR"
        package[:] = [first, second]
        told = raises(TypeError, lambda: judge.played(lambda _: True, 1.0))
        assert told == "True: a search gives back how many cases it played"
        held = one("HOLDS")
        assert (held.outcome, held.cases, held.bad, type(held)) == ("held", 3, False, judge.Held)
        assert plays[0][2] == 2.0
        assert 0 <= held.seconds < 60
        drawn = plays[0][1]
        one("HOLDS", seed=0)
        assert plays[0][1] == drawn
        one("HOLDS", seed=1, seconds=0.5)
        assert plays[0][1] != drawn
        assert plays[0][2] == 0.5
        one("LOST")
        assert plays[0][1] != drawn  # claims draw apart
        wrong = one("FALSE")
        assert (wrong.outcome, wrong.detail, wrong.witness) == ("falsified", "wrong", {"n": "2"})
        assert (wrong.bad, wrong.cases, type(wrong)) == (True, 0, judge.Falsified)
        assert held.witness == {}
        past, within = one("BESIDE"), one("WITHIN")  # at 2, where x <= 1 is supposed, and x <= 2
        assert (past.outcome, past.bad, past.witness) == ("error", True, {"x": "2"})
        assert past.detail == "wrong; but the claim supposes x <= 1"
        assert (within.outcome, within.detail, within.witness) == ("falsified", "wrong", {"x": "2"})
        broken = one("BREAKS")
        assert (broken.outcome, broken.detail, broken.bad) == (
            "error",
            "ZeroDivisionError: zero",
            True,
        )
        nothing = one("NOTHING", seconds=0.25)
        assert (nothing.outcome, nothing.bad) == ("error", True)
        assert plays == [0.25, 1.0, 4.0, 16.0]  # up to LONGEST = 16 seconds
        for seconds, shares in ((2, [2, 8]), (20, [20, 80])):  # or four times its share
            plays.clear()
            assert one("NOTHING", seconds=float(seconds)).outcome == "error"
            assert plays == shares
        for name in ("WORDS", "MINUS"):
            assert one(name).outcome == "error"
        assert (one("ONE").outcome, one("ONE").cases, plays) == ("held", 1, [2.0])
        assert (one("SLOW").outcome, one("SLOW").cases) == ("held", 5)
        far, new = one("FAR"), one("NEW")
        assert (far.outcome, far.detail, far.bad) == ("out of reach", "no run ends", False)
        assert (new.outcome, new.bad) == ("missing", True)
        for seconds in (0, -1, float("nan"), 0.0):
            try:
                one("HOLDS", seconds=seconds)
                raise RuntimeError(f"{seconds} seconds of search")
            except ValueError as error:
                assert f"seconds={seconds!r}" in str(error)
        assert one("HOLDS", seconds=0.25).outcome == "held"
        found = list(judge.search(["FAR", "HOLDS", "LOST", "NEW"], seconds=30, seed=4, workers=2))
        assert [(x.claim_id, x.outcome) for x in found] == [
            ("FAR", "out of reach"), ("NEW", "missing"), ("HOLDS", "held"), ("LOST", "error"),
        ]  # fmt: skip
        assert found[3].detail == "it was killed"
        made = _Crew.made
        assert made["jobs"] == [("HOLDS", 30.0, 4), ("LOST", 30.0, 4)]
        assert (made["workers"], made["limit"], made["arguments"]) == (2, 30 + judge.GRACE, (here,))
        assert {*map(type, found), judge.Found} == {*made["answers"]} - {judge.Falsified}
        list(judge.search(["HOLDS"], seconds=30))
        assert (made is not _Crew.made, _Crew.made["jobs"], _Crew.made["workers"]) == (
            True,
            [("HOLDS", 30.0, 0)],
            1,
        )
        _Crew.made = {}
        assert [x.outcome for x in judge.search(["FAR"], seconds=3)] == ["out of reach"]
        assert _Crew.made == {}
        judge.start_worker(here)
        assert used == [here]
        here.falsifiers = ""
        assert judge.tables() == ({}, {})
        here.falsifiers = "tests.falsify"
        for table, error in (
            ({"FALSIFIERS": {"NOBODY": holds}}, ProjectError),
            ({"FALSIFIERS": {"HOLDS": breaks}}, judge.DoubleFalsifier),
            ({"OUT_OF_REACH": {"HOLDS": "far"}}, judge.DoubleFalsifier),
            ({"FALSIFIERS": {"FAR": holds}}, judge.DoubleFalsifier),
            ({"OUT_OF_REACH": {"FAR": "for another reason"}}, judge.DoubleFalsifier),
        ):  # fmt: skip
            package[2:] = [SimpleNamespace(__name__="tests.third", **table)]
            for call in (judge.tables, lambda: judge.start_worker(here)):
                try:
                    call()
                    raise RuntimeError(f"{table} went through")
                except error:
                    pass
