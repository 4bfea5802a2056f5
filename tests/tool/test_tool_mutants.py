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
from tests.tool.judge_mutants import built, counted, every_function
from tests.tool.judged import (
    answers,
    ball,
    bernstein,
    between,
    certificates,
    chance,
    comparing,
    covering,
    excluding,
    expectations,
    falsifying,
    guarding,
    implying,
    kernel,
    leaving,
    making,
    quotients,
    running,
    statement,
    undefining,
    using,
    verdicts,
    words,
    zero,
)
from tests.tool.judged.tools import processor_time
from tests.tool.test_reuse_mutants import BATTERIES as REUSE
from theorem_audit.tests.thorough import in_ci_but

BATTERIES: dict[str, Callable[[ModuleType], None]] = {
    "checks/expect.py": expectations.expectations_hold,
    "checks/run_context.py": leaving.contexts_hold,
    "checks/statistics.py": chance.tests_of_chance_hold, "exact/zero.py": zero.zero_holds,
    "exact/region.py": zero.regions_hold, "exact/bernstein.py": bernstein.bernstein_holds,
    "exact/quotients.py": quotients.quotients_hold, "exact/values.py": quotients.values_hold,
    "exact/ball.py": ball.balls_hold, "exact/decided.py": ball.telling_holds,
    "kernel/gate.py": kernel.gate_holds, "kernel/axioms.py": kernel.axioms_hold,
    "kernel/judge.py": kernel.court_holds, "kernel/statement.py": statement.statements_hold,
    "checks/covering.py": covering.parts_hold, "doubt/between.py": between.zeros_hold,
    "doubt/implication.py": implying.implications_hold, "doubt/signs.py": implying.signs_hold,
    "doubt/outside.py": excluding.witnesses_are_placed, "doubt/ranges.py": excluding.ranges_hold,
    "doubt/undefined.py": undefining.undefined_holds, "doubt/compare.py": comparing.comparisons_hold,
    "statement/use.py": using.uses_hold,
    "doubt/falsify.py": falsifying.falsifiers_hold, "doubt/lemmas.py": using.lemmas_hold,
    "weigh/answers.py": answers.answers_hold, "weigh/runner.py": running.runs_hold,
    "weigh/untouched.py": guarding.guard_holds, "weigh/places.py": guarding.places_hold,
    "weigh/leftovers.py": leaving.leftovers_hold,
    "weigh/verdict.py": verdicts.both_hold, "weigh/unread.py": verdicts.reads_hold,
    "weigh/outcome.py": verdicts.outcomes_hold, "exact/checker.py": certificates.certificates_hold,
    "weigh/tried.py": words.tables_hold, "weigh/told.py": words.words_hold,
    "statement/meaning.py": words.meanings_hold, "statement/well_formed.py": making.claims_are_refused,
    "statement/recording.py": making.reads_are_noted, "weigh/copies.py": making.copies_are_known,
    "weigh/sense.py": making.sense_is_asked,
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
    "doubt/undefined.py",
}  # fmt: skip
SOME = ["exact/zero.py", *SECOND]  # the first has a quick battery
# Of the processor: a battery takes less than one, and a mutant that does not end is caught.
SECONDS = 5

TIE = "differs only where two floating-point numbers are equal to the last bit"
GUARD = "a second guard: what it refuses is refused before"
WORDS = "only the words of a reason, not the verdict"
SLOWER = "a slower way to the same answer"
NEVER_0 = "differs only at 0, which does not occur there"
# Mutants that no battery can tell from the original, and why.
EXPLAINED: dict[str, dict[str, str]] = {
    "checks/covering.py": {
        "_multiple: other comparison in min(scales) > 0": "no coefficient is 0, and so no scale is",
        "_multiple: other min": "of one number",
        "_divides: other comparison in constant > 0": "it is 0 only for a gap that is, which is no relation",
    },
    "weigh/verdict.py": {
        "own_verdict: 1 + 1": WORDS,
        "uncovered: other min": WORDS,
        "uncovered: other min #2": WORDS,
        "derive: other comparison in STRENGTHS.index(cap) > STRENGTHS.index(strength) #2":
            "where both are equal the same strength is set again",
        "find_cycle: without done.add(node)": "a visited node is visited again: slower, the same answer",
    },
    "exact/checker.py": {
        "_smallest_bernstein: 0 + 1": "never reached: there is always one coefficient",
        "_smallest_bernstein: 0 + 1 #2": "the zero polynomial in a higher degree is still zero",
        "_smallest_bernstein: 0 + 1 #3": "1 over a positive number in place of 0: neither is negative",
        "_smallest_bernstein: 1 + 1": "one index more gets C(degree - e, degree + 1 - e) = 0, unread",
        "_smallest_bernstein: other operator in common * prod(map(comb, degrees, index))":
            "another positive scale: the same signs, which alone count",
    },
    "checks/expect.py": {
        "_expect_positive: 1 + 1 #2": "the slack is 1 there, and so are its powers",
        "_expect_positive: other comparison in value < 0": "at 0 the witness lies in the region, "
        "which the next condition says: strict conditions are in the slack",
        "_expect_positive: 0 + 1 #2": "only the words of what is undecided",
    },
    "checks/statistics.py": {
        "expect_mean: other comparison in max(below - mean, mean - above) > critical * spread": TIE,
        "expect_mean: 0 + 1": "all values are equal: which one is shown does not matter",
        "expect_distribution: other comparison in _distance(values, cdf) > critical": TIE,
        "expect_distribution: other comparison in distance <= critical": TIE,
        "expect_distribution: other comparison in slack > 0": "the power is 0 either way",
    },
    "exact/quotients.py": {
        "_Ring.__init__: 1 + 1 #2": "a generator more, which nothing uses",
        "_Ring._sum: without raise Left": "the products that follow are as large",
        "_Ring._sum: other operator in len(bottom) * len(under)": "the same",
        "_Ring.reduced: 0 + 1": SLOWER,
        "_Ring.reduced: 0 + 1 #3": "all of it times a root, which is zero where it was",
        "_raised: other comparison in len(poly) > 1": "a power of one term has one term",
    },
    "exact/values.py": {
        "_holds: without raise Left": "the parts of what is no comparison are no expressions",
        "value_at: without raise Left #2": "what is no expression is of none of the kinds that follow",
    },
    "exact/zero.py": {
        "rational_form: without raise Undecided(f'{atom} is not a polyno ...  not decided')": GUARD,
        "rational_form: and/or in atom.exp.is_Integer and atom.exp >= 0": GUARD,
        "rational_form: other comparison in atom.exp >= 0": GUARD,
        "rational_form: 0 + 1": GUARD,
    },
    "doubt/lemmas.py": {
        "follows: 5000 + 1": SLOWER,
        "asked: and/or in here is true or here in relations(whole)": SLOWER,
        "asked: other min": WORDS,
        "_solved: without seen.add(x)": "of two equations for a symbol the other is put in: both hold",
        "_solved: other operator in seen | value.free_symbols": "x = x^2 may be put in: it holds",
        "_relation: 1 + 1": "the sign counts, not its size",
        "_relation: 1 + 1 #2": "the sign counts, not its size",
        "_relation: no sign in -1": SLOWER,
        "_relation: other any": SLOWER,
        "_says: 0 + 1 #2": SLOWER,
        "_says: other comparison in min(scales) > 0": NEVER_0,
        "_says: other min": "there is one scale, which is the least and the largest",
        "_says: other min #2": "there is one scale, which is the least and the largest",
        "_product: other comparison in constant < 0": NEVER_0,
        "_product: 1 + 1": "the sign counts, not its size",
        "_product: 1 + 1 #2": "the sign counts, not its size",
        "_cleared: and/or in hasattr(part, 'gts') and (not _plain(part))": SLOWER,
    },
    "doubt/between.py": {
        "_ends: other comparison in len(moved) > 1": SLOWER,
        "_ends: 1 + 1": "these symbols are moved with all others next",
        "_holds: other comparison in Poly(gap, T).degree() <= 1": SLOWER,
        "_holds: other comparison in signs[0] > 0": NEVER_0,
        "_holds: 0 + 1 #4": "where the signs of the ends differ, neither way holds",
        "_holds: 100 + 1": "any small part of what the ends leave will do",
        "_shown: 1 + 1": "the first half is then the whole way",
    },
    "doubt/compare.py": {
        "compare: 9 + 1": "one level of coefficients more",
        "compare: 1 + 1": "a longer proof where a quick one is asked for, of what is true all the same",
        "compare: other comparison in ratio > 0": NEVER_0,
        "_samples: 0 + 1": "where nothing is loose or frozen, neither number is used",
        "_samples: 0 + 1 #2": "where nothing is loose or frozen, neither number is used",
        "_samples: other operator in k * stride + turn":
            "the turns pass through all places either way: other points of the region, and as many",
    },
    "doubt/undefined.py": {
        "_reached: and/or in not all((isinstance(x, Relational) for x ... e.free_symbols":
            "what is no relation between rational functions is left alone below",
        "_reached: other all": "what is no relation between rational functions is left alone below",
        "_reached: other all #2": "a search that takes longer and may find a pole more, which is one",
        "_long_powers: other comparison in base > 0": NEVER_0,
        "_senseless: no sign in not v.has(nan, zoo)": SLOWER,
    },
    "doubt/implication.py": {
        "nonnegative: 9 + 1": "one level of coefficients more",
        "_nonnegative_polynomial: other comparison in constant > 0": NEVER_0,
        "_nonnegative_polynomial: other comparison in sign > 0": NEVER_0,
        "_nonnegative_polynomial: 1 + 1": "the sign counts, not its size",
        "_nonnegative_polynomial: 1 + 1 #2": "the sign counts, not its size",
        "consequences: other comparison in left.LC() * right.LC() < 0": NEVER_0,
        "_box: other comparison in Poly(difference(c), symbol).LC() > 0": NEVER_0,
        "_by_shift: other comparison in value >= 0": NEVER_0,
        "_shifts: other comparison in poly.LC() > 0": NEVER_0,
        "_shifts: 1 + 1 #2": "a distance in another unit: the same signs",
        "_shifts: 1 + 1 #3": "a distance in another unit: the same signs",
    },
    "doubt/signs.py": {
        **dict.fromkeys((
            "positive: 0 + 1 #2", "_signs: 1 + 1", "_signs: 1 + 1 #3", "_signs: 1 + 1 #4", "_signs: 1 + 1 #5",
            "_signs: 0 + 1 #3",
        ), "the sign counts, not its size"),
        **dict.fromkeys((
            "positive: other comparison in _signs(region)[x] < 0", "_factors: other comparison in constant < 0",
            "_signs: other comparison in known[x] < 0",
        ), NEVER_0),
        "_factors: 0 + 1 #2": "denominators are cleared: the constant is an integer",
        "_signs: 500 + 1": "how many are remembered",
        "_signs: other operator in negative + sum((known[x] < 0 for x in fa ... f x in known))":
            "their difference is even where their sum is",
        "_signs: 0 + 1 #2": SLOWER,
    },
    "doubt/outside.py": {
        "excluded: and/or in not at or None in at.values()":
            "SymPy puts no None in, and without a point the region is its own rest",
    },
    "doubt/ranges.py": {"without_range: no sign in -oo #2": "SymPy knows that each symbol is at least -oo"},
    "doubt/falsify.py": {"played: 4 + 1 #2": "shares grow fourfold: none lies between"},
    "weigh/runner.py": {
        "run_evidence: 4 + 1": "seconds with one decimal more",
        "run_evidence: 1 + 1 #3": "the first word of a seed's two is the first of one",
    },
    "weigh/places.py": {
        "_asks: 1 + 1": "of two names, too, the slower way to the same values",
        "Looked.changed: no sign in not same": SLOWER,
        "Looked.changed: without self._take()": SLOWER,
        "Looked.changed: without self._made.update(((x, made_of(x)) for x ... f._functions))": SLOWER,
    },
    "weigh/untouched.py": {
        "Untouched.changed: no sign in not had": SLOWER,
        "Untouched.extend: without self._strange.add(name)": SLOWER,
        "Untouched._is_apart: and/or in bool(self._apart) and _home(place.owner) ... h(self._apart)":
            "what is not left out stands in the other list, which is looked at, too",
        "Untouched.extend: without self._made.clear()": SLOWER,
    },
    "exact/region.py": {
        "box_of: 1 + 1": "the sign counts, not its size",
        "box_of: 1 + 1 #3": "the sign counts, not its size",
        "box_of: other comparison in poly.LC() > 0": NEVER_0,
        "_tightest: other comparison in sign > 0": NEVER_0,
    },
    "kernel/gate.py": {
        "rule: 1 + 1": "seconds with two decimals",
        "rule: 1 + 1 #2": "the layout of a kept file",
    },
    "kernel/statement.py": {
        "Speaker._product: other comparison in x.exp < 0": NEVER_0,
        "Speaker._product: other comparison in x < 0": NEVER_0,
        "Speaker._product: without top.append('(- 1)')": "SymPy gives the sign as a factor of its own",
        "Speaker._power: other comparison in exponent > 0": NEVER_0,
        "Speaker._power: 0 + 1": "SymPy has no power with exponent 1",
    },
}  # fmt: skip


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
