"""What a seventh referee got past the judge: it looked at a part, or at something else, and said nothing."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from theorem_audit.checks.mark import Evidence
from theorem_audit.checks.run_context import Inconclusive, RunContext, note, rng, running
from theorem_audit.checks.statistics import WORD, expect_distribution, expect_mean
from theorem_audit.exact import Refuted
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.test_no_silent_success import claim
from theorem_audit.tests.thorough import THOROUGH, thorough_but
from theorem_audit.weigh.runner import run_evidence

pytestmark = pytest.mark.usefixtures("somewhere")

DRAWS = np.random.default_rng(0).normal(1, 1, 4000)
MASKED = np.ma.array(np.r_[DRAWS, np.full(1000, 50.0)], mask=np.arange(5000) >= 4000)


def _objects(entries: Any) -> Any:
    held = np.empty(len(entries), dtype=object)
    held[:] = list(entries)
    return held


def _normal(values: Any) -> Any:
    from scipy import stats

    return stats.norm.cdf(values, 1, 1)


# --- tests of chance --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [400, 401, 1000, 4001])
@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 0.7, 1.1, 2.3])
def test_one_value_over_and_over_has_no_spread_to_judge_by(value: float, size: int) -> None:
    """The mean of many 0.3 is rounded, and so is their spread: a true mean was refuted."""
    with pytest.raises(Inconclusive, match="no spread"):
        expect_mean(np.full(size, value), value, visible=0.5, what="m")


@pytest.mark.parametrize(
    "sample",
    [DRAWS + 5j, MASKED, [str(x) for x in DRAWS], np.array([str(x) for x in DRAWS], dtype=object),
     np.full(400, np.datetime64("2020-01-01")), _objects(DRAWS + 5j), [MASKED, MASKED], ([MASKED[:4500]],),
     _objects([np.array(str(x)) for x in DRAWS]), _objects([bytearray(b"1"), *DRAWS])],
    ids=["complex", "masked", "text", "objects", "dates", "complex objects", "masked ones in a list",
         "masked ones further in", "arrays of text", "bytes"],
)  # fmt: skip
def test_what_numpy_takes_for_numbers_is_no_sample(sample: Any) -> None:
    """Imaginary parts were dropped, and what was masked counted."""
    with pytest.raises(TypeError, match="sample"):
        expect_mean(sample, 1.0, visible=0.2, what="m")
    with pytest.raises(TypeError, match="sample"):
        expect_distribution(sample, _normal, visible=0.2, what="m")


def test_samples_of_numbers_are_samples() -> None:
    from decimal import Decimal
    from fractions import Fraction

    from sympy import Rational, pi

    exact = [Fraction(round(1000 * x), 1000) for x in DRAWS]
    symbolic = [Rational(x.numerator, x.denominator) for x in exact]
    more = (
        _objects(DRAWS),
        symbolic,
        [pi - pi.n(20) + x for x in symbolic],
        [Decimal(x) for x in DRAWS],
    )
    for sample in (*more, DRAWS, list(DRAWS), exact, DRAWS.reshape(40, 100), np.ma.array(DRAWS)):
        expect_mean(sample, 1.0, visible=0.2, what="m")
        expect_distribution(sample, _normal, visible=0.2, what="m")
    with pytest.raises(Refuted):
        expect_distribution(DRAWS.reshape(4000, 1) + 1, _normal, visible=0.2, what="m")


def _run(function: Any, kind: str = "simulation", seed: int = 0) -> Any:
    return run_evidence(Evidence("A", kind, function), claim(), run_seed=seed)


def _in_thread(work: Any) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _chance() -> None:
    expect_mean(rng("sample").normal(1, 1, 4000), 1.0, visible=0.2, error=1e-3, what="m")


def test_a_test_of_chance_in_a_thread_is_booked() -> None:
    """It was booked with nobody: the run called itself free of chance."""
    said = _run(lambda claim: _in_thread(_chance))
    assert (said.outcome, said.checks, said.error) == ("passed", 1, 1e-3), said
    assert said.power is not None


def test_a_test_of_chance_in_a_thread_decides_nothing() -> None:
    def both(claim: Any) -> None:
        from theorem_audit.checks.expect import expect

        expect(True, "m")
        _in_thread(_chance)

    said = _run(both, "symbolic")
    assert (said.outcome, "chance" in said.detail) == ("error", True), said


def test_draws_in_a_thread_are_those_of_the_evidence_and_the_seed() -> None:
    """They were the same for every evidence and for every seed of a run."""
    drawn, places = list[float](), list[Any]()

    def draws(claim: Any) -> None:
        drawn.append(places[-1](lambda: float(rng("a").normal())))
        _in_thread(lambda: note("from a thread"))
        _in_thread(_chance)

    for seed in (0, 1):
        for place in (lambda work: work(), _in_thread):
            places.append(place)
            assert _run(draws, seed=seed).notes == ("from a thread", WORD)
    assert drawn[0] == drawn[1] != drawn[2] == drawn[3], "the seed of the run"


def test_the_record_of_a_thread_is_gone_with_the_run() -> None:
    from theorem_audit.checks.run_context import current

    with running(RunContext(seed=7)) as outer, running(RunContext(seed=8)) as inner:
        assert _in_thread(current) is inner is not outer
    assert _in_thread(current).seed == 0


@pytest.mark.parametrize(
    "sample", [1 + 50 * (DRAWS[:400] - DRAWS[:400].mean()), np.ones(400)], ids=["weak", "constant"]
)
def test_a_test_that_could_not_tell_is_not_passed_by_going_on(sample: Any) -> None:
    def goes_on(claim: Any) -> None:
        with suppress(Inconclusive):
            expect_mean(sample, 1.0, visible=0.1, what="m")
        _chance()

    said = _run(goes_on)
    assert (said.outcome, "went on" in said.detail) == ("inconclusive", True), said


# --- what evidence rests on -------------------------------------------------------------------

LEMMA = """
LEMMA = Claim(
    id="LEMMA", title="The same step, supported alone", formula=Eq(x_next, x - step_size * curvature * x),
    source=Source("new", "textbook"), bound="exact", chapter=__name__,
)
"""
CACHED = """
from functools import cache
from sympy import Eq
from theorem_audit import evidence, expect, expect_identity
from small.descent import *

@cache
def lemma():
    return LEMMA.formula.rhs

@evidence("LEMMA", "property")
def test_lemma(claim):
    expect(claim.formula.subs({x: 0, x_next: 0}), "m")

@evidence("GD-STEP", "property")
def test_first(claim):
    expect(lemma().subs(x, 0) == 0, "m")

@evidence("GD-STEP", "symbolic")
def test_second(claim):
    expect_identity(claim.formula, {x_next: lemma()})
"""


def test_a_lemma_that_a_supporting_evidence_reads_first_is_put_down_to_what_decides(
    fresh: Path, audit: Run
) -> None:
    """Both share a process, and a cache: what decides found the lemma there, and rested on nothing."""
    chapter = fresh / "small" / "descent.py"
    chapter.write_text(chapter.read_text() + LEMMA)
    (fresh / "tests" / "test_descent.py").write_text(CACHED)
    audit("run", "--json", "l.json")
    rows = {x["id"]: x for x in json.loads((fresh / "l.json").read_text())["claims"]}
    row = rows["GD-STEP"]
    assert (row["verdict"], row["uses"]) == ("supported", ["LEMMA"]), row["reasons"]


SAYS = {  # what a statement is read from; how it is put there
    "a file": ("int(open(__file__.rpartition('small')[0] + 'k.txt').read())", "k.txt", "{}"),
    "a variable": ("int(__import__('os').environ['K_OF_TEST'])", "", ""),
    "a module elsewhere": ("__import__('elsewhere').K", "lib/elsewhere.py", "K = {}"),
}


@pytest.mark.parametrize(
    ("what", "seeds"),
    thorough_but([*((x, "000") for x in SAYS), ("a file", "012")], ("a file", "012"), rows=True),
)
def test_the_statement_is_the_one_that_was_tested(
    fresh: Path, audit: Run, what: str, seeds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evidence was run anew, on the new statement, and the ledger showed the old one: proved."""
    how, file, text = SAYS[what]
    (fresh / "lib").mkdir()
    monkeypatch.syspath_prepend(fresh / "lib")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(fresh / "lib"), os.environ.get("PYTHONPATH", "")])
    )
    chapter = fresh / "small" / "descent.py"
    text_of_it = chapter.read_text()
    chapter.write_text(text_of_it.replace("* x),", f"* x + {how}),") + f"\nMANY = {how} == 3\n")
    (fresh / "tests" / "test_descent.py").write_text(
        "from theorem_audit import evidence, expect_identity\nfrom small.descent import *\n"
        "@evidence('GD-STEP', 'symbolic', cases={'a': 0, **({'b': 0} if MANY else {})})\n"
        f"def test_it(claim, case):\n    expect_identity(claim.formula, {{x_next: step() + {how}}})\n"
    )
    for k, seed in zip((2, 3, 2), seeds, strict=True):
        monkeypatch.setenv("K_OF_TEST", str(k))
        if file:
            (fresh / file).write_text(text.format(k))
        done = audit("run", "--seed", seed, "--json", "l.json")
        (row,) = json.loads((fresh / "l.json").read_text())["claims"]
        assert (done.returncode, row["verdict"]) == (0, "proved"), done.stdout + done.stderr
        assert f"+ {k}" in row["statement"], (k, row["statement"])
        cases = [x["case"] for x in row["evidence"] if x["kind"] == "symbolic"]
        assert cases == ["a", "b"][: k - 1]


@THOROUGH
def test_claims_that_go_with_a_file_are_told(fresh: Path, audit: Run) -> None:
    chapter, names = fresh / "small" / "descent.py", fresh / "names.txt"
    chapter.write_text(chapter.read_text() + (
        "\nfrom pathlib import Path\n"
        "for name in (Path(__file__).parents[1] / 'names.txt').read_text().split():\n"
        "    globals()[name.replace('-', '_')] = Claim(\n"
        "        name, 'Named', Eq(x, x_next), Source('new', 'h'), 'exact', __name__)\n"
    ))  # fmt: skip
    names.write_text("AA-ONE BB-TWO")
    (fresh / "tests" / "test_named.py").write_text(
        "from theorem_audit import evidence, expect\nfrom small.descent import *\n"
        "@evidence('AA-ONE', 'property')\ndef test_it(claim):\n    expect(names() is not None, 'm')\n"
        "def names():\n    return (Path(__file__).parents[1] / 'names.txt').read_text()\n"
    )
    audit("run", "AA-ONE")
    names.write_text("AA-ONE CC-THREE")
    done = audit("run")
    assert done.returncode == 2
    assert "claims with it (BB-TWO, CC-THREE): run this again" in " ".join(done.stderr.split())
    assert "CC-THREE" in audit("run").stdout
