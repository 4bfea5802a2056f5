"""The judge, and what evidence and the kernel's gate are judged by, judged: each mutant is caught or explained.

``verify.py`` has the rules of a verdict and the checker of certificates a second time; the other batteries
(``tests/tool/judged``), too, compute what they expect by other means.  Each holds for a part of the judge as it
is, and fails for every mutant of its source, or the mutant is explained here: so a rule that no battery reads
shows up as a survivor.  The table in ``proofs_notes/audit.md`` must say what comes out.
"""

from __future__ import annotations

import ast
import gc
import importlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from tests.tool import tried_before
from tests.tool.explained import EXPLAINED
from tests.tool.judge_mutants import built, counted, every_function
from tests.tool.judged import (
    answers,
    apart,
    asking_early,
    at_points,
    ball,
    bernstein,
    between,
    booking,
    certificates,
    challenging,
    chance,
    comparing,
    compiling,
    cornering,
    covering,
    discovering,
    excluding,
    expectations,
    falsifying,
    finding,
    growing,
    guarding,
    hanging,
    implying,
    inside,
    kernel,
    kinking,
    leaving,
    making,
    marking,
    nothing,
    picking,
    probing,
    quotients,
    replacing,
    running,
    settling,
    showing,
    skewing,
    solving,
    standing,
    statement,
    summing,
    trying,
    two_values,
    undefining,
    using,
    varying,
    verdicts,
    words,
    working_out,
    zero,
)
from tests.tool.judged.tools import processor_time
from tests.tool.test_reuse_mutants import BATTERIES as REUSE
from theorem_audit.tests.thorough import in_ci_but
from theorem_audit.weigh import records, untouched

BATTERIES: dict[str, Callable[[ModuleType], None]] = {
    "checks/expect.py": expectations.expectations_hold,
    "checks/at_one_point.py": at_points.points_are_told,
    "checks/run_context.py": leaving.contexts_hold,
    "checks/statistics.py": chance.tests_of_chance_hold, "exact/zero.py": zero.zero_holds,
    "checks/skewed.py": skewing.skewness_holds,
    "exact/region.py": zero.regions_hold, "exact/bernstein.py": bernstein.bernstein_holds,
    "exact/quotients.py": quotients.quotients_hold, "exact/values.py": quotients.values_hold,
    "exact/ball.py": ball.balls_hold, "exact/decided.py": ball.telling_holds,
    "kernel/gate.py": kernel.gate_holds, "kernel/axioms.py": kernel.axioms_hold,
    "kernel/judge.py": kernel.court_holds, "kernel/statement.py": statement.statements_hold,
    "checks/in_order.py": hanging.order_holds, "checks/over_nothing.py": nothing.over_nothing_holds,
    "checks/written.py": standing.written_holds, "checks/mark.py": marking.marks_hold,
    "checks/covering.py": covering.parts_hold, "doubt/between.py": between.zeros_hold,
    "doubt/implication.py": implying.implications_hold, "doubt/signs.py": implying.signs_hold,
    "doubt/outside.py": excluding.witnesses_are_placed, "doubt/ranges.py": excluding.ranges_hold,
    "doubt/worked_out.py": working_out.parts_are_worked_out,
    "doubt/undefined.py": undefining.undefined_holds, "doubt/compare.py": comparing.comparisons_hold,
    "statement/use.py": using.uses_hold, "statement/conjuncts.py": picking.conjuncts_hold,
    "doubt/variants.py": varying.variants_hold,
    "doubt/instances.py": finding.instances_hold,
    "doubt/corners.py": cornering.corners_hold, "doubt/unspoken.py": cornering.unspoken_holds,
    "doubt/solutions.py": solving.solutions_hold,
    "doubt/condition.py": compiling.conditions_hold,
    "doubt/overlapping.py": two_values.overlaps_hold,
    "doubt/limits.py": two_values.limits_hold,
    "doubt/kinks.py": kinking.kinks_hold,
    "doubt/partial.py": settling.searches_hold,
    "doubt/growth.py": growing.growth_holds,
    "doubt/converges.py": summing.sums_hold,
    "doubt/challenge.py": challenging.challenges_hold,
    "doubt/alternatives.py": apart.alternatives_hold, "doubt/within.py": inside.values_hold,
    "doubt/falsify.py": falsifying.falsifiers_hold, "doubt/lemmas.py": using.lemmas_hold,
    "weigh/answers.py": answers.answers_hold, "weigh/runner.py": running.runs_hold,
    "weigh/untouched.py": guarding.guard_holds, "weigh/places.py": guarding.places_hold,
    "weigh/leftovers.py": leaving.leftovers_hold,
    "weigh/verdict.py": verdicts.both_hold, "weigh/unread.py": verdicts.reads_hold,
    "weigh/outcome.py": verdicts.outcomes_hold, "exact/checker.py": certificates.certificates_hold,
    "weigh/tried.py": words.tables_hold, "weigh/told.py": words.words_hold,
    "statement/meaning.py": words.meanings_hold, "statement/well_formed.py": making.claims_are_refused,
    "statement/recording.py": making.reads_are_noted, "weigh/copies.py": making.copies_are_known,
    "weigh/early.py": asking_early.imports_are_asked,
    "weigh/sense.py": making.sense_is_asked, "weigh/ledger.py": booking.ledger_holds,
    "statement/plain.py": showing.shown_is_said, "statement/discovery.py": discovering.discovery_holds,
    "doubt/probe.py": probing.probes_hold, "doubt/mutants.py": trying.variants_are_tried,
    "ours.py": replacing.replacing_holds,
}  # fmt: skip
SECOND = {  # of which verify.py has a second implementation: which functions are changed; of the others all
    "weigh/verdict.py": {
        "own_verdict", "_decided", "uncovered", "named", "derive", "find_cycle", "_beyond", "_gap",
    },
    "exact/checker.py": {
        "_read", "_add", "_times", "_substitute", "_smallest_bernstein", "_checked",
    },
}  # fmt: skip
WITHOUT_SECOND = [x for x in BATTERIES if x not in SECOND]
LONG = {  # batteries of half a second and more, where what they judge has tests of its own
    "checks/covering.py", "doubt/between.py", "doubt/compare.py", "doubt/ranges.py", "doubt/signs.py",
    "doubt/undefined.py", "doubt/converges.py", "doubt/kinks.py", "doubt/alternatives.py",
    "statement/discovery.py",
}  # fmt: skip
SOME = ["exact/zero.py", *SECOND]  # the first has a quick battery
# Of the processor: a battery takes less than one, and a mutant that does not end is caught.
SECONDS = 5


def _module(path: str) -> ModuleType:
    return importlib.import_module("theorem_audit." + path.removesuffix(".py").replace("/", "."))


def _source(path: str) -> tuple[Path, set[str]]:
    """The file, and the functions of it that are changed."""
    source = Path(_module(path).__file__ or "")
    return source, SECOND.get(path) or every_function(source)


@pytest.mark.parametrize("path", SECOND)
def test_the_judge_agrees_with_the_second_implementation(path: str) -> None:
    BATTERIES[path](_module(path))


@pytest.mark.parametrize(
    "path", in_ci_but(WITHOUT_SECOND, *(x for x in WITHOUT_SECOND if x not in LONG))
)
def test_the_original_passes_its_battery(path: str) -> None:
    BATTERIES[path](_module(path))


@pytest.mark.in_ci
def test_the_guard_holds_where_the_interpreter_does_not_tell_of_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "TELLS", False)
    guarding.guard_holds(untouched)


def test_the_notes_count_todays_mutants() -> None:
    """Cheap, so that the table is seen to be of another tree as soon as it is; CI finds what it should say."""
    tool = "theorem_audit/"
    rows = {path.removeprefix(tool): row for path, row in tried_before.told().items()
            if path.startswith(tool) and path not in REUSE}  # fmt: skip
    counts = {path: counted(*_source(path)) for path in BATTERIES}
    tried_before.expect_counted(rows, counts, EXPLAINED, r"In all (\d+), of which (\d+) survive")


def _survives(path: str, tree: ast.Module) -> bool:
    mutant = built(tree, _module(path).__name__)
    try:
        with processor_time(SECONDS):
            BATTERIES[path](mutant)
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - breaking is being caught
        return False
    return True


@pytest.mark.parametrize("path", in_ci_but(SOME, SOME[0]))
def test_some_mutants_of_the_judge_are_caught_or_explained(path: str) -> None:
    survives = partial(_survives, path)
    tried, survived = tried_before.trial(*_source(path), survives, tried_before.EVERY)
    gc.collect()
    assert len(tried) > 3
    assert survived == tried & set(EXPLAINED[path])


# A mutant of the court leaves its folder to the garbage collector, which says so.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.thorough  # over a minute where all are tried; each original passes its battery without it
@pytest.mark.parametrize("path", BATTERIES)
def test_every_mutant_is_caught_or_explained(path: str) -> None:
    BATTERIES[path](
        _module(path)
    )  # what is imported or remembered takes none of the first mutant's time
    tried_before.expect_all_caught(
        path, *_source(path), BATTERIES[path], EXPLAINED.get(path, {}), partial(_survives, path)
    )
    gc.collect()


def test_a_change_has_all_mutants_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the module, of its battery or of what that imports, of what makes mutants, of what is explained."""
    paths = [
        "tests/tool/judge_mutants.py",
        "tests/tool/judged/zero.py",
        "tests/tool/judged/tools.py",
    ]
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x = 1\n")
    (tmp_path / paths[1]).write_text("from tests.tool.judged.tools import raises\n")
    source = tmp_path / "zero.py"
    source.write_text("y = 1\n")
    monkeypatch.setattr(tried_before, "ROOT", tmp_path)
    monkeypatch.setattr(tried_before, "KEPT", tmp_path / "kept.json")

    def now(*explained: str) -> str:
        return tried_before.content(source, zero.zero_holds, dict.fromkeys(explained, "why"))

    for asked, every in (("", 1), ("keep", 1), ("", tried_before.EVERY), ("all", 1)):
        monkeypatch.setattr(tried_before, "ASKED", asked)
        assert tried_before.step("zero.py", now()) == every
        tried_before.keep("zero.py", now())
    monkeypatch.setattr(tried_before, "ASKED", "")
    assert tried_before.step("other.py", now()) == 1
    assert tried_before.step("zero.py", now("a mutant")) == 1
    for changed in (source, *(tmp_path / path for path in paths)):
        was = changed.read_text()
        changed.write_text(was + "z = 1\n")
        assert tried_before.step("zero.py", now()) == 1, changed
        changed.write_text(was)
    assert tried_before.step("zero.py", now()) == tried_before.EVERY
