"""The battery of a run's record: what follows from its outcomes, its JSON by hand, when it is written."""

from __future__ import annotations

import json
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import Eq, Gt, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import raises
from theorem_audit import project
from theorem_audit.statement.assumption import Assumption
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.weigh import stale
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told
from theorem_audit.weigh.verdict import RANKS

x, y = Symbol("x", real=True), Symbol("y", real=True)
GIVEN = (
    Assumption("big", Gt(x, 0)),
    Assumption("known", Gt(x, -1), needed=False, witness="its proof"),
    Assumption("small", Gt(2, x)),
)


def _claim(name: str, kind: str = "new", **more: Any) -> Claim:
    return Claim(
        name, f"On {name}", Eq(y, x + 1), Source(kind, "here"), "exact", "m", GIVEN, **more
    )


A, B, OPEN = _claim("A"), _claim("B"), _claim("C", "open")
TOLD = {x.id: Told.of(x) for x in (B, A, OPEN)}
HASHES = {"some.py": "1"}


def _outcome(
    claim: str = "A",
    test: str = "t.py::f",
    kind: str = "symbolic",
    what: str = "passed",
    **more: Any,
) -> Outcome:
    return Outcome(
        claim, test, kind, ("statement",), what, checks=1, **{"read": ("region",), **more}
    )


def ledger_holds(judge: ModuleType) -> None:
    """Outcomes replace each other by evidence and case; all else follows from them."""

    def made(*found: Outcome, ids: tuple[str, ...] = (), **more: Any) -> Any:
        ledger = judge.Ledger(**{"seed": 7, "told": TOLD, "hashes": HASHES, **more})
        ledger.about = {x: {"instance": {}, "boundary": []} for x in TOLD}
        ledger.expect(ids)
        for o in found:
            ledger.add(o)
        return ledger

    _outcomes(made)
    _counts(judge, made)
    _exits(judge, made)
    _as_json(judge, made)
    _needed(judge)
    _written(judge, made)
    _commit(judge)


def _outcomes(made: Any) -> None:
    first = _outcome()
    others = [
        _outcome(test="t.py::g"), _outcome(case="c"), _outcome(kind="ball"), _outcome("B"),
    ]  # fmt: skip
    ledger = made(first, *others, ids=("B", "A", "C"))
    assert [*ledger.outcomes] == ["B", "A", "C"]
    assert ledger.outcomes == {"B": [others[3]], "A": [first, *others[:3]], "C": []}
    again = _outcome(what="refuted")
    ledger.add(again)
    assert ledger.outcomes["A"] == [again, *others[:3]], "in the place of the earlier one"
    ledger.expect(("A", "B"))
    assert ledger.outcomes["A"] == [again, *others[:3]]
    ledger.remove(_outcome(what="not_run", test="t.py::g"))
    assert ledger.outcomes["A"] == [again, *others[1:3]], "by evidence and case, whatever came out"
    assert ledger.outcomes["B"] == [others[3]]
    assert [*made(first).outcomes] == ["A"]
    plain = made()
    assert (plain.quick, plain.complete, plain.stopped, plain.seed) == (False, False, False, 7)
    assert made(quick=True).quick is True
    assert plain.hashes is HASHES


def _counts(judge: ModuleType, made: Any) -> None:
    ledger = made(_outcome(), _outcome("B", what="refuted"), ids=("B", "A", "C"))
    verdicts = ledger.verdicts()
    assert {k: v.name for k, v in verdicts.items()} == {
        "B": "refuted",
        "A": "proved",
        "C": verdicts["C"].name,
    }
    assert ledger.counts() == {"proved": 1, verdicts["C"].name: 1, "refuted": 1}
    assert [*ledger.counts()] == [name for name in RANKS if name in ledger.counts()]
    assert ledger.hypotheses() == (3, 6) or ledger.hypotheses()[1] == 9
    assert made(_outcome(error=0.25), _outcome("B", error=0.5)).family_error == 0.75
    assert made().family_error == 0
    assert {*made(_outcome(), ids=("C",)).verdicts()} == {"A", "C"}, "of those that it is about"
    with replaced(
        judge, tried=SimpleNamespace(accepted=lambda told: {x: ["a variant"] for x in told})
    ):
        assert {k: v.name for k, v in made(_outcome()).verdicts().items()} == {"A": "supported"}
    ledger.why = {"A": ("what it rests on",)}
    assert ledger.verdicts()["A"].name != "proved"
    assert made().told is TOLD


def _exits(judge: ModuleType, made: Any) -> None:
    budget = judge.FAMILY_ERROR
    assert budget == 1e-4
    for found, ids, code in (
        ((_outcome(),), (), 0), ((_outcome(what="refuted"),), (), 1), ((_outcome(what="error"),), (), 1),
        ((_outcome(what="inconclusive"),), (), 3), ((_outcome(what="not_run"),), (), 0),
        ((_outcome(), _outcome("B", what="refuted")), (), 1),
        ((_outcome(), _outcome("B", what="inconclusive")), (), 3),
        ((_outcome(what="error"), _outcome("B", what="inconclusive")), (), 1),
        ((_outcome(error=budget),), (), 1), ((_outcome(error=budget * 0.99),), (), 0),
        ((_outcome(error=float("nan")),), (), 1), ((_outcome(),), ("B",), 3), ((_outcome(),), ("C",), 0),
        ((_outcome(),), ("C", "B"), 3), ((_outcome(),), ("A",), 0), ((), (), 0),
    ):  # fmt: skip
        assert made(*found, ids=ids).exit_code() == code, (found, ids)


def _as_json(judge: ModuleType, made: Any) -> None:
    found = _outcome(needs="big", uses=("B",)), _outcome("B")
    ledger = made(*found, ids=("B", "A", "C"))
    ledger.add_variants("A", {"tried": 2, "rejected": 1, "survivors": []})
    asked: list[Any] = []

    def sources(outcomes: Any, told: Any, hashes: Any) -> dict[str, str]:
        asked.append(([*outcomes], told, hashes))
        return {"s.py": "3"}

    with replaced(judge, commit=lambda: "abc", stale=_stale(sources)):
        data = ledger.as_dict()
        assert asked == [([found[1], found[0]], TOLD, HASHES)]
        assert (data["sources"], data["versions"]) == ({"s.py": "3"}, {"python": "4"})
        judge.validate(json.loads(json.dumps(data)))
        ledger.complete = True
        assert ledger.as_dict()["complete"] is True
        assert made(*found, quick=True).as_dict()["quick"] is True
        assert made(_outcome("C", error=0.25)).as_dict()["family_error"] == 0.25
    opens = made(*found)
    opens.opened = {"A": {"data.txt", *HASHES}}
    beside = SimpleNamespace(
        sources=lambda *_: {"s.py": "3", "gone.py": stale.ABSENT},
        versions=dict,
        spread=stale.spread,
        ABSENT=stale.ABSENT,
        digest=lambda path, since: f"{path.name} now",
        digest_of=lambda path, since: f"{path} {since == opens._since}",
        outside=lambda names: sorted(x for x in names if x != "/gone"),
    )
    with replaced(judge, commit=lambda: "abc", stale=beside):
        assert (opens.as_dict()["outside"], opens.as_dict()["elsewhere"]) == (None, {})
        opens.elsewhere = {"A": {"/b", "/a", "/gone"}, "B": {"/b"}}
        data_of = opens.as_dict()
        hashed = data_of["sources"]
    assert (data_of["outside"], data_of["elsewhere"]) == (2, {"/a": "/a True", "/b": "/b True"})
    assert {x["id"]: x["elsewhere"] for x in data_of["claims"]} == {"A": ["/a", "/b"], "B": ["/b"]}
    assert hashed == {"data.txt": "data.txt now", "gone.py": "gone.py now", "s.py": "3"}
    top = {
        k: data[k]
        for k in ("schema", "project", "commit", "complete", "quick", "seed", "family_error")
    }
    assert top == {
        "schema": 1, "project": project.current().name, "commit": "abc", "complete": False, "quick": False,
        "seed": 7, "family_error": 0.0,
    }  # fmt: skip
    assert data["variants"] == {"current": 0, "of": 3}
    assert data["hypotheses"] == dict(zip(("read", "of"), ledger.hypotheses(), strict=True))
    assert [row["id"] for row in data["claims"]] == ["B", "A", "C"], "in the order told"
    row = data["claims"][1]
    verdict = ledger.verdicts()["A"]
    assert row["verdict"] == verdict.name
    assert row["evidence"] == [{k: v for k, v in found[0].as_dict().items() if k != "claim_id"}]
    assert row["variants"] == {"tried": 2, "rejected": 1, "survivors": []}
    assert data["claims"][0]["variants"] == {"tried": 0, "rejected": 0, "survivors": []}
    assert [(a["name"], a["needed"], a["witness"]) for a in row["assumptions"]] == [
        ("big", True, "t.py::f"), ("known", False, "its proof"), ("small", None, ""),
    ]  # fmt: skip
    assert (row["instance"], row["boundary"]) == ({}, [])
    bare = Told.of(Claim("D", "t", Eq(y, x), Source("new", "n"), "exact", "m"))
    alone = judge.Ledger(seed=0, told={"D": bare}, hashes={})
    alone.expect(["D"])
    alone.about = {"D": {"instance": {"x": "1"}, "boundary": []}}
    with replaced(judge, stale=_stale(lambda *_: {})):
        row = alone.as_dict()["claims"][0]
    assert (row["region"], row["instance"]) == ("True", {"x": "1"})
    assert data["claims"][1]["region"] == TOLD["A"].region != "True"
    raises(Exception, lambda: judge.validate({**data, "schema": 2}))
    _looked_for(judge)


def _stale(sources: Any) -> SimpleNamespace:
    return SimpleNamespace(
        sources=sources,
        versions=lambda: {"python": "4"},
        spread=stale.spread,
        ABSENT=stale.ABSENT,
        outside=stale.outside,
    )


def _looked_for(judge: ModuleType) -> None:
    """Without instances that were found, and words that were told, the theory is asked."""
    there = {x.id: x for x in (A, B, OPEN)}
    with replaced(judge, project=SimpleNamespace(claims=lambda: there, current=project.current)):
        ledger = judge.Ledger(seed=0, hashes={})
        ledger.expect(["B", "A"])
        assert ledger.told == {"A": Told.of(A), "B": Told.of(B)}
        row = ledger._claim(Told.of(A), ledger.verdicts()["A"])
        assert set(row["instance"]) == {"x"}
        assert ledger._about(A) == ledger._about(Told.of(A))
        ledger.about = {"A": {"instance": {"x": "7"}, "boundary": []}}
        assert ledger._about(A)["instance"] == {"x": "7"}
    with replaced(judge, stale=SimpleNamespace(snapshot=lambda: {"f": "2"})):
        assert judge.Ledger(seed=0, told={}).hashes == {"f": "2"}
        assert judge.Ledger(seed=0, told={}, hashes={}).hashes == {}


def _needed(judge: ModuleType) -> None:
    """What a witness shows, what is declared, or neither."""
    big, known, small = GIVEN
    for assumption, found, expected in (
        (big, [_outcome(needs="big")], (True, "t.py::f")),
        (big, [_outcome(needs="big", case="c")], (True, "t.py::f[c]")),
        (big, [_outcome(needs="big", what="refuted")], (None, "")),
        (big, [_outcome(needs="small")], (None, "")),
        (big, [_outcome(needs="small"), _outcome(test="u", needs="big")], (True, "u")),
        (known, [], (False, "its proof")), (known, [_outcome(needs="known")], (True, "t.py::f")),
        (small, [], (None, "")),
    ):  # fmt: skip
        said = judge.necessity(assumption, found)
        assert (said["needed"], said["witness"]) == expected, (assumption.name, found)


def _written(judge: ModuleType, made: Any) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        replaced(judge, commit=lambda: "abc", stale=_stale(lambda *_: {})),
    ):
        path = Path(folder, "deep", "run.json")
        ledger = made(_outcome())
        ledger.write(path)
        assert path.read_text().endswith("\n}\n")
        assert json.loads(path.read_text()) == json.loads(json.dumps(ledger.as_dict()))
        assert path.read_text().startswith('{\n "schema"')
        written: list[Path] = []
        texts = SimpleNamespace(write_text=lambda p, _: written.append(p), is_plain=lambda _: False)
        with replaced(judge, files=texts):
            ledger.write(path)
            assert written == [], "a pipe is written to once"
            for how in ("complete", "stopped"):
                ledger = made(_outcome())
                setattr(ledger, how, True)
                ledger.write(path)
            assert written == [path, path]
    for cost, apart in ((0.001, 1.0), (0.8, 80.0), (0.0, 1.0)):
        clock, at = [5.0], list[float]()
        ledger = made()

        def write(
            path: Path, clock: list[float] = clock, at: list[float] = at, cost: float = cost
        ) -> None:
            at.append(clock[0])
            clock[0] += cost

        ledger.write = write
        with replaced(judge, time=SimpleNamespace(monotonic=lambda clock=clock: clock[0])):
            for _ in range(1500):
                ledger.write_soon(Path("run.json"))
                clock[0] += 0.125
            assert at[0] == 5.0
            gaps = [later - one - cost for one, later in pairwise(at)]
            assert gaps
            assert all(apart - 1e-9 <= gap <= apart + 0.2 for gap in gaps), (cost, gaps)
            assert cost or min(gaps) == 1.0, "at the second itself"
            before = len(at)
            ledger.write_soon(Path("run.json"), every=0.0)
            assert len(at) == before + 1 or cost, "as seldom as is asked"


def _commit(judge: ModuleType) -> None:
    asked: list[Any] = []

    for says, expected in (("abc-dirty\n", "abc-dirty"), ("", "unknown"), ("\n", "unknown")):

        def run(words: Any, says: str = says, **more: Any) -> Any:
            asked.append((words, more["check"], more["timeout"]))
            return SimpleNamespace(stdout=says)

        with replaced(
            judge, subprocess=SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
        ):
            assert judge.commit() == expected
    root = project.current().root
    words = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]
    assert asked == [(words, False, 10)] * 3

    for error in (OSError(), subprocess.TimeoutExpired("git", 1)):

        def fails(*_: Any, error: Exception = error, **__: Any) -> Any:
            raise error

        with replaced(
            judge, subprocess=SimpleNamespace(run=fails, TimeoutExpired=subprocess.TimeoutExpired)
        ):
            assert judge.commit() == "unknown"


__all__ = ["ledger_holds"]
