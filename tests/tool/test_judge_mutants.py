"""The judge is judged: its rules against a second implementation, and then each mutant of them.

``verify.py`` has the rules of a verdict and the checker of certificates a second time, by other means.
The batteries (``judged/verdicts.py``, ``judged/certificates.py``) hold for the judge as it is; every mutant
of its source must fail one, or is explained here. So a rule that no battery reads shows up as a survivor.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import theorem_audit.exact.checker
import theorem_audit.weigh.verdict
from tests.tool.judge_mutants import built, counted, mutants
from tests.tool.judged.certificates import certificates_hold
from tests.tool.judged.verdicts import both_hold
from tests.tool.test_tool_mutants import _table

ROOT = Path(theorem_audit.weigh.verdict.__file__).parents[1]
JUDGES: dict[str, tuple[ModuleType, Callable[[ModuleType], None], set[str]]] = {
    "verdict": (theorem_audit.weigh.verdict, both_hold,
                {"own_verdict", "_decided", "uncovered", "named", "derive", "uses_of", "find_cycle",
                 "unread", "_unread", "hypotheses", "read_by_machine", "_beyond"}),
    "certificate": (theorem_audit.exact.checker, certificates_hold,
                    {"_read", "_add", "_times", "_substitute", "_smallest_bernstein", "_checked"}),
}  # fmt: skip
# Mutants that no battery can tell from the judge, and why.
WORDS = "only the words of a reason, not the verdict"
EXPLAINED: dict[str, str] = {
    "own_verdict: 1 + 1": WORDS,
    "uncovered: other min": WORDS,
    "uncovered: other min #2": WORDS,
    "derive: other comparison in STRENGTHS.index(cap) > STRENGTHS.index(strength) #2":
        "where both are equal the same strength is set again",
    "find_cycle: without done.add(node)": "a visited node is visited again: slower, the same answer",
    "_smallest_bernstein: 0 + 1": "never reached: there is always one coefficient",
    "_smallest_bernstein: 0 + 1 #2": "the zero polynomial in a higher degree is still zero",
    "_smallest_bernstein: 0 + 1 #3": "1 over a positive number in place of 0: neither is negative",
    "_smallest_bernstein: 1 + 1": "one index more gets C(degree - e, degree + 1 - e) = 0, unread",
    "_smallest_bernstein: other operator in common * prod(map(comb, degrees, index))":
        "another positive scale: the same signs, which alone count",
}  # fmt: skip


@pytest.mark.parametrize("name", JUDGES)
def test_the_judge_agrees_with_the_second_implementation(name: str) -> None:
    judge, battery, _ = JUDGES[name]
    battery(judge)


def _tried(name: str, every: int = 1) -> tuple[int, list[str], list[str]]:
    """How many mutants there are, and of each ``every``-th: all names, and those that survive."""
    judge, battery, functions = JUDGES[name]
    count, tried, survived = 0, [], []
    for label, tree in mutants(Path(judge.__file__ or ""), functions):
        count += 1
        if count % every:
            continue
        tried.append(label)
        mutant = built(tree, judge.__name__)
        try:
            battery(mutant)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - breaking is being caught
            continue
        survived.append(label)
    return count, tried, survived


@pytest.mark.parametrize("name", JUDGES)
def test_some_mutants_of_the_judge_are_caught_or_explained(name: str) -> None:
    _, tried, survived = _tried(name, every=12)
    assert len(tried) > 3
    assert survived == [x for x in tried if x in EXPLAINED]


@pytest.mark.thorough  # ten times as many; the table of the notes counts them in every run
@pytest.mark.parametrize("name", JUDGES)
def test_every_mutant_of_the_judge_is_caught_or_explained(name: str) -> None:
    judge, _, functions = JUDGES[name]
    count, _, survived = _tried(name)
    assert count > 40
    assert [x for x in survived if x not in EXPLAINED] == []
    ours = {x for x in EXPLAINED if x.split(":")[0] in functions}
    assert ours <= set(survived), "explained, but caught: strike it out"
    path = Path(judge.__file__ or "").relative_to(ROOT).as_posix()
    assert _table()[path][1:] == (count - len(survived), len(survived)), "the notes' table"


def test_the_notes_count_todays_mutants_of_the_judge() -> None:
    """Mended: the table spoke of an older judge, and nothing looked."""
    for judge, _, functions in JUDGES.values():
        file = Path(judge.__file__ or "")
        assert _table()[file.relative_to(ROOT).as_posix()][0] == counted(file, functions)
