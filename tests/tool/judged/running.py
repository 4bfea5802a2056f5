"""The battery of the runner: what becomes of evidence, whatever it does."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sympy import Ge, Gt, Le, Symbol, true

from tests.tool.judged.kernel import replaced
from theorem_audit.checks.expect import expect
from theorem_audit.checks.mark import Evidence
from theorem_audit.checks.run_context import Absent, Inconclusive, current, note, rng
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.tests.made_up import claim
from theorem_audit.weigh.copies import COPIED
from theorem_audit.weigh.early import READ
from theorem_audit.weigh.untouched import CHANGED

x, y = Symbol("x", real=True), Symbol("y", real=True)
HALF = Ge(x, 1)
SAID = Ge(x, 0)
ODD = claim(SAID, HALF)
LEMMA, OTHER = claim(Gt(y, 0), Gt(y, 3), "LEMMA"), claim(Gt(y, 5), name="OTHER")


class _Watch:
    """Who watches, and says what the test wants."""

    TOGETHER = False

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.says: list[str] = []

    def listed(self) -> _Watch:
        return self

    def begin(self) -> None:
        self.told.append("begin")

    def look(self, checks: int) -> None:
        self.told.append(checks)

    def changed(self) -> list[str]:
        self.told.append("changed")
        return self.says


class _Mute:
    def __str__(self) -> str:
        raise KeyError("no text")


def _raises(error: BaseException, *notes: str) -> Callable[..., None]:
    def function(claim: Any) -> None:
        error.__notes__ = [*notes]
        expect(True, "fine so far")
        raise error

    return function


def _leaves(**what: Any) -> Callable[..., None]:
    def function(claim: Any) -> None:
        expect(True, "fine so far")
        for name, value in what.items():
            setattr(current(), name, value)

    return function


def _says(value: Any) -> Callable[..., Any]:
    def function(claim: Any) -> Any:
        expect(True, "fine so far")
        return value() if callable(value) else value

    return function


def _absent(claim: Any) -> None:
    current().failed.append("before")
    raise Absent("no Coq")


def _yields() -> Any:
    yield 1


async def _waits() -> None: ...


async def _both() -> Any:
    yield 1


WENT_ON = "an expectation failed, and it went on"
# What evidence does, its kind, what becomes of it, and how the detail begins.
BECOMES: tuple[tuple[Callable[..., Any], str, str, str], ...] = (
    (_says(None), "symbolic", "passed", ""), (_says(3), "symbolic", "passed", ""),
    (_says(x), "symbolic", "passed", ""), (_says(0.0), "symbolic", "passed", ""),
    (_says(True), "symbolic", "error", "it gives back True, and nobody"),
    (_says(False), "property", "error", "it gives back False, and nobody"),
    (_says(np.bool_(True)), "symbolic", "error", "it gives back True"),
    (_says((False, "m")), "symbolic", "error", "it gives back (False, 'm')"),
    (_says(["m", true]), "symbolic", "error", "it gives back ['m', True]"),
    (_says(true), "symbolic", "error", "it gives back True"),
    (_says(HALF), "symbolic", "error", "it gives back x"),
    (_says(_yields), "symbolic", "error", "it gives back a generator"),
    (_says(_waits), "symbolic", "error", "it gives back a coroutine"),
    (_says(_both), "symbolic", "error", "it gives back a async_generator"),
    (lambda claim: None, "symbolic", "error", "the evidence checked nothing"),
    (_leaves(checks=-5), "symbolic", "error", "the evidence checked nothing"),
    (_leaves(checks=_Mute()), "symbolic", "error", "the evidence checked nothing"),
    (_leaves(error=0.25), "symbolic", "error", "a test of chance decides nothing: kind 'symbolic'"),
    (_leaves(error=0.25), "property", "passed", ""), (_leaves(error=1), "property", "passed", ""),
    (_leaves(error=2), "property", "error", "an error probability of 2 was"),
    (_leaves(error=-1), "property", "error", "an error probability of -1 was"),
    (_leaves(refused=["one", "two"]), "property", "error", "a test of chance rejected, and it went on: one"),
    (_leaves(lost=["one", "two"]), "property", "error", "a thread of it ended by one"),
    (_leaves(failed=["one", "two"]), "property", "error", f"{WENT_ON} (`attempt` is for what may fail): one"),
    (_leaves(weak=["one", "two"]), "property", "inconclusive", "it went on: one"),
    (_leaves(pieces={SAID: [Le(x, 2)]}), "certificate", "inconclusive", "x >= 0 is certified on a part"),
    (_leaves(pieces={SAID: [Le(x, 2)]}), "property", "passed", ""),
    (_leaves(pieces={SAID: [Ge(x, 1)]}), "certificate", "passed", ""),
    (_raises(Absent("no Coq")), "kernel", "not_run", "no Coq"), (_absent, "kernel", "error", WENT_ON),
    (_raises(Inconclusive("few")), "symbolic", "inconclusive", "few"),
    (_raises(Undecided("open")), "symbolic", "inconclusive", "open"),
    (_raises(AssertionError("no")), "symbolic", "refuted", "no"), (_raises(AssertionError("no")), "kernel",
     "error", "no"),
    (_raises(AssertionError()), "symbolic", "refuted", "AssertionError"),
    (_raises(AssertionError(" no "), "first ", " ", "then"), "symbolic", "refuted", "no; first; then"),
    (_raises(Refuted("false", {x: 1})), "kernel", "refuted", "false"),
    (_raises(Refuted("false", {x: 2})), "symbolic", "refuted", "false"),
    (_raises(Refuted("false", {x: 0})), "symbolic", "inconclusive", "false; but the claim supposes x >= 1"),
    (_raises(SystemExit(3)), "symbolic", "error", "it called sys.exit(3)"),
    (_raises(KeyError("gone")), "symbolic", "error", "KeyError: 'gone'"),
    (_raises(GeneratorExit()), "symbolic", "error", "GeneratorExit: GeneratorExit"),
    (_raises(ValueError("a\x1bb")), "symbolic", "error", "ValueError: a"),
    (_raises(ValueError(_Mute())), "symbolic", "error", "ValueError: a ValueError whose text cannot be made"),
)  # fmt: skip


def _run(
    judge: ModuleType, function: Any, kind: str = "symbolic", of: Any = ODD, **more: Any
) -> Any:
    return judge.run_evidence(Evidence(of.id, kind, function), of, **more)


def _lemmas(judge: ModuleType) -> None:
    """Which claims and hypotheses were read, by whom, and what lemmas ask."""

    def asks(claim: Any, lemma: Any) -> Any:
        return SimpleNamespace(beyond=(f"{lemma.id}: b",), reader=(f"{lemma.id}: r",))

    asked = SimpleNamespace(asked=asks)
    known = {"LEMMA": LEMMA, "OTHER": OTHER}
    copies = sys.modules["theorem_audit.weigh.copies"]

    def reads(claim: Any) -> None:
        _ = OTHER.formula, LEMMA.formula, claim.formula, claim.region
        expect(True, "fine")

    def fails(claim: Any) -> None:
        reads(claim)
        expect(False, "wrong")

    with replaced(copies, lemma=known.get), replaced(judge, lemmas=asked):
        found = _run(judge, reads)
        assert (found.outcome, found.uses, found.read) == (
            "passed",
            ("LEMMA", "OTHER"),
            ("region",),
        )
        assert (found.beyond, found.reader) == (("LEMMA: b", "OTHER: b"), ("LEMMA: r", "OTHER: r"))
        for kind, function in (("property", reads), ("symbolic", fails)):
            found = _run(judge, function, kind)
            assert (found.beyond, found.reader, found.uses) == ((), (), ("LEMMA", "OTHER"))

        def beside(claim: Any) -> None:
            _ = LEMMA.region, claim.formula
            expect(True, "fine")

        assert _run(judge, beside).read == (), "it was the lemma's"
        del known["OTHER"]
        assert _run(judge, reads).beyond == ("LEMMA: b",), "a made-up one asks nothing"
        modules: list[str] = []
        with replaced(
            judge, read_at_import=lambda *names: (modules.extend(names), {"EARLY", "ODD"})[1]
        ):
            found = _run(judge, _says(None), imports=("a", "b"))
        assert (found.uses, modules) == (("EARLY",), [__name__, "a", "b"])
    for error in (TypeError, ValueError, ZeroDivisionError):

        def breaks(claim: Any, lemma: Any, error: Any = error) -> Any:
            raise error("odd use")

        with (
            replaced(copies, lemma=lambda name: LEMMA),
            replaced(judge, lemmas=SimpleNamespace(asked=breaks)),
        ):
            found = _run(judge, reads)
            assert (found.outcome, found.detail) == ("error", "odd use")
            assert _run(judge, reads, "property").outcome == "passed"
    with replaced(copies, known=lambda name: OTHER):
        for function in (reads, fails):
            found = _run(judge, function)
            assert (found.outcome, found.detail) == ("error", COPIED)
        assert _run(judge, _says(None)).outcome == "passed"


def _watched(judge: ModuleType, watch: _Watch) -> None:
    """The judge is looked at around each evidence, but not within another's, nor among several."""
    watch.told.clear()
    assert _run(judge, _says(None)).outcome == "passed"
    assert watch.told == ["begin", 1, "changed"]
    watch.says = ["is_zero", "Poly"]
    for function in (_says(None), _raises(AssertionError("no")), _raises(Absent("no Coq"))):
        found = _run(judge, function)
        assert (found.outcome, found.detail) == ("error", f"{CHANGED}is_zero, Poly")
    watch.told.clear()
    watch.TOGETHER = True
    assert _run(judge, _says(None)).outcome == "passed"
    assert watch.told == [1]
    watch.TOGETHER = False
    may = {"limits": lambda: "all", "lowered": lambda before: [before, "RLIMIT_AS"]}
    with replaced(judge, **may):
        found = _run(judge, _says(None))
        assert (found.outcome, found.detail) == ("error", f"{CHANGED}is_zero, Poly")
        watch.says = []
        found = _run(judge, _says(None))
        said = "it lowered what its process may take: all, RLIMIT_AS"
        assert (found.outcome, found.detail) == ("error", said)
    with replaced(judge, tuple_asserted=lambda function: "a tuple"):
        found = _run(judge, _says(None))
        assert (found.outcome, found.detail) == ("error", "a tuple")

    def another(claim: Any) -> None:
        assert _run(judge, _says(None)).outcome == "passed"
        expect(True, "fine")

    watch.says = []
    watch.told.clear()
    assert _run(judge, another).outcome == "passed"
    assert watch.told == ["begin", 1, 1, "changed"]


def _as_data(judge: ModuleType) -> None:
    """All that an outcome holds, as plain data."""

    def function(claim: Any, case: int) -> None:
        expect(case == 7, "the case")
        current().spend(0.25, 0.75, 0.5)
        note("a\x1bb")
        current().notes.append(_Mute())  # type: ignore[arg-type]

    item = Evidence("ODD", "property", function, ("one", "two"), {"a": 3, "b": 7}, "given")
    found = judge.run_evidence(item, ODD, case="b", run_seed=5, quick=True)
    assert (found.claim_id, found.test, found.kind, found.steps) == (
        "ODD",
        item.test,
        "property",
        ("one", "two"),
    )
    assert (found.case, found.seed, found.checks, found.needs) == ("b", 5, 1, "given")
    assert (found.error, found.power, found.smallest_visible) == (0.25, 0.75, 0.5)
    assert 0 <= found.seconds < 60
    assert "\x1b" not in found.notes[0]
    assert found.notes[1] == "a _Mute whose text cannot be made: KeyError"
    assert found.outcome == "passed", found.detail
    found = judge.run_evidence(item, ODD, case="a")
    assert (found.outcome, found.detail, found.seed) == ("refuted", "the case", 0)
    assert [_run(judge, _leaves(error=k), "property").error for k in (0, 1, 2, -1)] == [0, 1, 1, 1]
    assert _run(judge, _leaves(checks=-5)).checks == 0
    found = _run(judge, lambda claim: expect(False, "wrong", at=3, mute=_Mute) and None)
    assert found.witness["at"] == "3"
    odd = Refuted("false", {"at": _Mute()})
    assert _run(judge, _raises(odd)).witness == {
        "at": "a _Mute whose text cannot be made: KeyError"
    }
    assert len(_run(judge, _raises(ValueError("x" * 900))).detail) == len("ValueError: ") + 600
    called: list[Any] = []
    found = _run(
        judge, _says(None), call=lambda **given: (called.append(given), expect(True, "m"))[1]
    )
    assert (found.outcome, called) == ("passed", [{"claim": ODD}])
    waits = _waits()
    assert _run(judge, _says(lambda: waits)).outcome == "error"
    assert inspect.getcoroutinestate(waits) == inspect.CORO_CLOSED, "or Python warns of it"
    with pytest.raises(KeyboardInterrupt):
        _run(judge, _raises(KeyboardInterrupt()))
    missing = judge.not_run(item, "b", 5, "why")
    assert (missing.outcome, missing.case, missing.seed, missing.needs, missing.detail) == (
        "not_run", "b", 5, "given", "why",
    )  # fmt: skip

    def draws(claim: Any) -> None:
        rng("key"), rng("key")
        expect(True, "two generators")

    assert "asked for before" in _run(judge, draws, "property").detail
    draws.hypothesis = True  # type: ignore[attr-defined]
    assert _run(judge, draws, "property").outcome == "passed"
    states: list[Any] = []
    for number in (1, 1, 2):

        def drawn(claim: Any) -> None:
            states.append(drawn._hypothesis_internal_use_seed)  # type: ignore[attr-defined]
            expect(True, "m")

        drawn.hypothesis = True  # type: ignore[attr-defined]
        _run(judge, drawn, "property", run_seed=number)
    assert states[0] == states[1] != states[2]


def _twins(judge: ModuleType) -> None:
    """The theory's own claim is handed over as a twin; who changes that, or has read the own one, is told."""
    handed: list[Any] = []

    def takes(claim: Any) -> None:
        handed.append(claim)
        expect(True, "fine")

    def changes(claim: Any) -> None:
        takes(claim)
        object.__setattr__(claim, "title", "another")

    def asks(claim: Any) -> None:
        takes(claim)
        _ = ODD.formula

    copies, early = (sys.modules[f"theorem_audit.weigh.{x}"] for x in ("copies", "early"))
    variant = claim(Ge(x, 1), HALF)
    with replaced(copies, known={"ODD": ODD}.get):
        assert _run(judge, takes).outcome == "passed"
        assert _run(judge, takes, of=variant).outcome == "passed"
        assert (handed[0] is ODD, handed[0] == ODD, handed[1] is variant) == (False, True, True)
        found = _run(judge, changes)
        assert (found.outcome, found.detail) == ("error", f"{CHANGED}ODD")
        for of in (ODD, variant):
            found = _run(judge, asks, of=of)
            assert (found.outcome, found.detail) == ("error", COPIED)
        with replaced(early, early=lambda function, own: f"m.{own.id}" * (function is takes)):
            for of in (ODD, variant):
                found = _run(judge, takes, of=of)
                assert found.detail == f"{COPIED}, by m.ODD{READ}"
    handed.clear()
    with replaced(early, early=lambda function, name: "m.F"):
        assert _run(judge, takes).outcome == "passed", "of a made-up claim"
    assert handed[0] is ODD


def runs_hold(judge: ModuleType) -> None:
    """What becomes of evidence by what it does, and all that is told of it."""
    watch = _Watch()
    with replaced(judge, watching=watch):
        for function, kind, told, says in BECOMES:
            found = _run(judge, function, kind)
            assert (found.outcome, found.detail.startswith(says)) == (told, True), (kind, found)
            assert bool(found.detail) == bool(says)
            assert "\x1b" not in found.detail
        _as_data(judge)
        _lemmas(judge)
        _twins(judge)
        _watched(judge, watch)
