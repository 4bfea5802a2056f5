"""The pytest side: evidence functions become tests, their outcomes a verdict summary.

pytest                         every evidence is a test, with the claim as its argument
pytest --audit-json run.json   the ledger of what was run, as ``audit run --json`` writes it; the search and
                               the wrong variants that a run asks for are asked for, too
pytest --audit-seed 7          other random draws
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from unittest import SkipTest

import hypothesis
import pytest

from theorem_audit import project
from theorem_audit.checks.mark import (
    Evidence,
    UnknownEvidence,
    imported,
    is_test,
    nothing_hidden_so_far,
)
from theorem_audit.checks.run_context import DEFAULT_SEED
from theorem_audit.files import is_plain
from theorem_audit.guard import no_exit
from theorem_audit.pytest_plugin import ENDING
from theorem_audit.weigh import collected, jobs, lemmas_named, runner, sense
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told

_OUTCOMES = pytest.StashKey[list[Outcome]]()
# What stands in the same file for the same claims, selected or not.
_BESIDE = pytest.StashKey[list[Outcome]]()
# Files and claims of which that was said, in this process.
_TOLD = pytest.StashKey[set[tuple[str, str]]]()
# Files of evidence that skipped themselves, and why.
_LEFT_OUT = pytest.StashKey[dict[str, str]]()


def start(config: pytest.Config) -> None:
    """Load the Hypothesis profile before any test module is imported; gather in the controlling process."""
    hypothesis.settings.load_profile("audit")
    config.stash[_OUTCOMES] = []
    config.stash[_BESIDE] = []
    config.stash[_LEFT_OUT] = {}
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collector(config), "theorem-audit-collector")
        target = _target(config)
        # An older one must not speak for a session that is cut short.
        if target and is_plain(Path(target)):
            Ledger(seed=_seed(config)).write(Path(target))


# Options of pytest with which no test is run.
_TOLD_ONLY = (
    "collectonly", "markers", "showfixtures", "show_fixtures_per_test", "setuponly", "setupplan", "cacheshow",
)  # fmt: skip


def _target(config: pytest.Config) -> str | None:
    """Where the ledger goes; nowhere, where no test is run."""
    told_only = any(config.getoption(name, None) for name in _TOLD_ONLY)
    return None if told_only else config.getoption("--audit-json", None)


def _pairs(function: Any) -> list[tuple[Evidence, str]]:
    marks: list[Evidence] = getattr(function, "evidence_marks", [])
    return [(mark, case) for mark in marks for case, _ in collected.cases_of(mark)]


def _seed(config: pytest.Config) -> int:
    return int(config.getoption("--audit-seed", DEFAULT_SEED))


class _Row(int):
    """Which of its function's pairs a test is of, in the mark that is ours: a user's own has none of it."""


def _marks(mark: Evidence, row: int) -> list[pytest.MarkDecorator]:
    """What selects a test; ``row`` says which of its function's pairs it is: an id is escaped, or numbered."""
    found = [pytest.mark.claim(mark.claim_id, row=_Row(row)), pytest.mark.kind(mark.kind)]
    return [*found, pytest.mark.slow] if mark.slow else found


def _label(mark: Evidence, case: str) -> str:
    return mark.claim_id + (f"-{case}" if case else "")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """From here on files of evidence are imported: the process ends with no success before the session has."""
    if (ending := session.config.stash.get(ENDING, None)) is not None:
        ending.begin()


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> Generator[None, Any, Any]:
    """Refuse evidence that pytest would pass over for its name, where ``audit run`` weighs it."""
    found = yield
    own = getattr(obj, "__module__", None) == getattr(collector.obj, "__name__", "")
    if found is None and own and _pairs(obj):
        raise pytest.UsageError(
            f"{collector.nodeid}::{name} is evidence, and pytest makes no test of that name: call it "
            "test_..., or say so in python_functions"
        )
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each evidence function its claim, and its case where it has a table of them."""
    claims = project.claims()

    pairs = _pairs(metafunc.function)
    if not pairs:
        return
    for mark, _ in pairs:
        if mark.claim_id not in claims:
            raise pytest.UsageError(f"{mark.test} speaks for unknown claim {mark.claim_id!r}")
        if said := lemmas_named.no_claim(claims[mark.claim_id], claims):
            raise pytest.UsageError(said)
    names = ["claim", "case"] if "case" in metafunc.fixturenames else ["claim"]
    rows = [
        pytest.param(
            *(claims[m.claim_id], m.cases.get(case))[: len(names)],
            marks=_marks(m, row),
            id=_label(m, case),
        )
        for row, (m, case) in enumerate(pairs)
    ]
    metafunc.parametrize(names, rows)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse the session where a file marks evidence that pytest did not make a test of, or would excuse.

    A skipped or expected failure is no failure of the session, and ``audit run`` knows nothing of such marks.
    """
    try:
        nothing_hidden_so_far()
    except UnknownEvidence as error:
        raise pytest.UsageError(str(error)) from error
    for item in items:
        if not _pairs(getattr(item, "obj", None)):
            continue
        for name in ("skip", "skipif", "xfail"):
            if item.get_closest_marker(name) is not None:
                raise pytest.UsageError(
                    f"{item.nodeid} is evidence, and marked {name}: what cannot be run here raises Absent, "
                    "and what refutes the claim is no expected failure"
                )


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run evidence through the runner, so that pytest and the audit count the same things."""
    pairs = _pairs(pyfuncitem.obj)
    if not pairs:
        return None
    claims = project.claims()

    said = (x.kwargs.get("row") for x in pyfuncitem.iter_markers("claim"))
    mark, case = pairs[next(row for row in said if isinstance(row, _Row))]
    caught: list[BaseException] = []

    here = os.getpid()

    def call(**arguments: Any) -> Any:
        try:
            with no_exit():
                said = pyfuncitem.obj(**arguments)
        except BaseException as error:
            caught.append(error)
            raise
        finally:
            # A process that it forked would run the rest of the session, too.
            if os.getpid() != here:
                os._exit(1)
        return said

    outcome = runner.run_evidence(
        mark,
        claims[mark.claim_id],
        case=case,
        run_seed=_seed(pyfuncitem.config),
        call=call,
    )
    pyfuncitem.user_properties.append(("audit", outcome.as_dict()))
    for other in _beside(pyfuncitem, mark, outcome.seed):
        pyfuncitem.user_properties.append(("audit-beside", other.as_dict()))
    # As in `audit run`: a claim about nothing is an error, whatever its evidence says.
    if (empty := sense.vacuous(claims[mark.claim_id], outcome.seed)) is not None:
        pyfuncitem.user_properties.append(("audit", empty.as_dict()))
        if not caught:
            pytest.fail(f"{empty.outcome}: {empty.detail}", pytrace=False)
    if outcome.outcome == "not_run":
        pytest.skip(outcome.detail)
    # unittest's SkipTest would be counted as skipped, and pytest.exit ends the session, each with 0.
    if caught and not isinstance(caught[0], SkipTest | pytest.exit.Exception):
        raise caught[0]
    if outcome.outcome != "passed":
        pytest.fail(f"{outcome.outcome}: {outcome.detail}", pytrace=False)
    return True


def _beside(item: pytest.Function, mark: Evidence, run_seed: int) -> Iterator[Outcome]:
    """All that the item's file marks as evidence for its claim, as not run: what is not selected is missing."""
    told = item.config.stash.setdefault(_TOLD, set())
    if (place := (item.module.__name__, mark.claim_id)) in told:
        return
    told.add(place)
    found = {id(x): x for value in vars(item.module).values() for x, _ in _pairs(value)}
    for one in found.values():
        if one.claim_id == mark.claim_id and one.function.__module__ == item.module.__name__:
            for case, _ in collected.cases_of(one):
                yield runner.not_run(one, case, run_seed, "not selected")


class _Collector:
    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Ask for the doubts where a ledger is; the session fails where they leave a claim without a rank."""
        if _target(self.config) and (outcomes := self.config.stash[_OUTCOMES]):
            found = list(_doubts(outcomes, _seed(self.config)))
            outcomes.extend(found)
            if session.exitstatus == 0 and any(
                x.outcome not in ("passed", "not_run") for x in found
            ):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note the files of evidence that skip themselves (also those of which xdist workers tell)."""
        if report.skipped:
            here = project.current()
            file, root = (self.config.rootpath / report.nodeid).resolve(), here.root.resolve()
            path = file.relative_to(root).as_posix() if file.is_relative_to(root) else ""
            if path.startswith(f"{here.evidence.replace('.', '/')}/") and is_test(file.stem):
                why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
                self.config.stash[_LEFT_OUT][path] = str(why).removeprefix("Skipped: ")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather outcomes (also those that xdist workers send)."""
        if report.when == "call":
            for name, value in report.user_properties:
                if name == "audit":
                    self.config.stash[_OUTCOMES].append(Outcome.from_dict(value))  # type: ignore[arg-type]
                if name == "audit-beside":
                    self.config.stash[_BESIDE].append(Outcome.from_dict(value))  # type: ignore[arg-type]


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Evidence that could not tell is counted as such; the session fails with it all the same."""
    if report.when == "call" and report.failed and _said(report) == "inconclusive":
        return "inconclusive", "I", "INCONCLUSIVE"
    return None


def _said(report: pytest.TestReport) -> str:
    """The outcome of the evidence that a report is of; empty for other tests."""
    found = [value["outcome"] for name, value in report.user_properties if name == "audit"]  # type: ignore[index]
    return str(found[0]) if found else ""


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line of verdict counts, and the ledger where asked for."""
    outcomes = config.stash[_OUTCOMES]
    target = _target(config)
    if not outcomes and not target:
        return
    beside = config.stash[_BESIDE]  # what is run takes the place of what was not
    ids = {o.claim_id for o in outcomes} | {u for o in outcomes for u in o.uses}
    # Their words are asked for several times, and this is the last thing that is waited for.
    named = {*ids, *(o.claim_id for o in beside)}
    told = {x: Told.of(c) for x, c in project.claims().items() if x in named}
    ledger = Ledger(seed=_seed(config), told=told)
    ledger.expect(sorted(ids))
    left_out = config.stash[_LEFT_OUT]
    ledger.left_out = left_out
    for outcome in (*beside, *outcomes):
        ledger.add(outcome)
    counts = ", ".join(
        f"{count} {'not judged: more of its evidence is needed' if name == 'unchecked' else name}"
        for name, count in ledger.counts().items()
    )
    less = "" if target else " (search and wrong variants not asked)"
    left = "".join(f"; left out: {name} ({why})" for name, why in left_out.items())
    terminalreporter.write_line(f"audit, by the tests selected: {counts}{less}{left}")
    if target:
        ledger.stopped = True  # nothing follows, so a pipe is written to as well
        ledger.write(Path(target))


def _doubts(outcomes: list[Outcome], seed: int) -> Iterator[Outcome]:
    """What a run asks of each claim beside its evidence; only what was selected is to reject the variants."""
    from theorem_audit.doubt import doubts, falsify
    from theorem_audit.reuse.index import doubt, variants_of

    searches, reasons = falsify.tables()
    for claim_id in dict.fromkeys(o.claim_id for o in outcomes):
        tests = dict.fromkeys(o.test for o in outcomes if o.claim_id == claim_id)
        marks = [m for test in tests for m in _marked(test) if m.claim_id == claim_id]
        rows = variants_of([jobs.row_of(m) for m in marks])
        if claim_id in searches or claim_id in reasons:
            rows.append(doubt(claim_id, "search", falsify.__name__, "search"))
        for row in rows:
            yield runner.run_evidence(doubts.asked(row), project.claims()[claim_id], run_seed=seed)


def _marked(test: str) -> list[Evidence]:
    """The marks of the evidence function of a node id; none for what the tool itself says of a claim."""
    path, _, name = test.partition("::")
    module = imported(path.removesuffix(".py").replace("/", "."))
    return getattr(getattr(module, name, None), "evidence_marks", [])
