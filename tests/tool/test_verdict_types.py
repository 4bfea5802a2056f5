"""What counts as a verdict, what counts as a number, and that strict means strict.

Each case here once passed without a word: a pair is true in Python, nan fails every comparison.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from sympy import Eq, Ge, Gt, Lt, Symbol, nan, oo, symbols
from sympy import true as sympy_true

from theorem_audit import (
    expect,
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_zero,
)
from theorem_audit.checks.expect import expect_positive_ball
from theorem_audit.checks.mark import Evidence
from theorem_audit.checks.run_context import RunContext, current, running
from theorem_audit.checks.statistics import (
    expect_at_least,
    expect_at_most,
    expect_distribution,
    expect_mean,
    expect_proportion,
)
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim, Source
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.runner import run_evidence

X, A, B = Symbol("x", real=True), *symbols("a b", real=True)
NAN = float("nan")
CLAIM = Claim("A", "a", Eq(X, X + 1, evaluate=False), Source("lemma", "made up"), "exact", "made")


def judged(function: Any) -> Outcome:
    return run_evidence(Evidence("A", "symbolic", lambda claim: function()), CLAIM)


# --- verdicts ---------------------------------------------------------------------------------


NO_VERDICTS = {
    "a pair": (1 == 2, "m"), "an empty pair": (), "an expression": X - 1, "a symbol": X, "nan": NAN,
    "one": 1, "zero": 0, "a list": [False], "an array": np.array([True, False]),
    "an array of one": np.array([True]), "a string": "False", "a function": lambda: False,
    "SymPy's nan": nan, "a set": {1},
}  # fmt: skip


@pytest.mark.parametrize("what", NO_VERDICTS)
def test_these_are_no_verdicts(what: str) -> None:
    found = judged(lambda: expect(NO_VERDICTS[what], "m"))
    assert found.outcome == "error"
    assert "is no verdict: a bool is needed" in found.detail


@pytest.mark.parametrize("value", [None, X < 1, Eq(X, 2), X.is_positive])
def test_what_is_open_is_undecided_not_refuted(value: Any) -> None:
    found = judged(lambda: expect(value, "m"))
    assert found.outcome == "inconclusive"
    assert "neither true nor false" in found.detail


WRONG_ARGUMENTS = {
    "expect_zero of a bool": lambda: expect_zero(1 == 2, "m"),  # type: ignore[arg-type]
    "expect_zero of a relation": lambda: expect_zero(Eq(X, 1), "m"),
    "expect_zero of nan": lambda: expect_zero(nan, "m"),
    "expect_zero of a float's nan": lambda: expect_zero(NAN, "m"),  # type: ignore[arg-type]
    "expect_zero of None": lambda: expect_zero(None, "m"),  # type: ignore[arg-type]
    "expect_zero of infinity less itself": lambda: expect_zero(oo - oo, "m"),
    "expect_nonnegative of nan": lambda: expect_nonnegative(nan, {X: (0, 1)}),
    "expect_nonnegative of a bool": lambda: expect_nonnegative(True, {X: (0, 1)}),  # type: ignore[arg-type]
    "expect_nonnegative of a relation": lambda: expect_nonnegative(X < 2, {X: (0, 1)}),
    "expect_nonnegative on nan": lambda: expect_nonnegative(X, {X: (0, NAN)}),
    "expect_nonnegative up to infinity": lambda: expect_nonnegative(X, {X: (0, oo)}),
    "expect_positive_ball of nan": lambda: expect_positive_ball(nan, {X: (0, 1)}, "m"),
    "expect_positive_ball on nan": lambda: expect_positive_ball(X + 1, {X: (0, NAN)}, "m"),
    "expect_inequality of true": lambda: expect_inequality(sympy_true, X < 1, [X]),
    "expect_inequality of nan": lambda: expect_inequality(Ge(X, nan), (X < 1) & (X > 0), [X]),
    "expect_identity of true": lambda: expect_identity(sympy_true, {X: A}),
    "expect_identity of nothing derived": lambda: expect_identity(Eq(X, 1), {}),
    "expect_identity with nan": lambda: expect_identity(Eq(X, A), {X: nan}),
}


@pytest.mark.parametrize("what", WRONG_ARGUMENTS)
def test_no_expectation_passes_on_what_is_no_statement(what: str) -> None:
    assert judged(WRONG_ARGUMENTS[what]).outcome in ("error", "inconclusive", "refuted"), what


# --- numbers ----------------------------------------------------------------------------------

NORMAL = np.random.default_rng(1).standard_normal(1_000)
ONE_NAN = np.where(np.arange(1_000) == 7, NAN, NORMAL)
ONE_INF = np.where(np.arange(1_000) == 7, np.inf, NORMAL)


def _ks(sample: Any = NORMAL, cdf: Any = stats.norm.cdf, **more: Any) -> None:
    expect_distribution(sample, cdf, **{"visible": 0.2, "what": "x", **more})


def _mean(sample: Any = NORMAL + 5, expected: float = 5.0, **more: Any) -> None:
    expect_mean(sample, expected, **{"visible": 0.5, "what": "x", **more})


def _share(successes: Any = 500, trials: Any = 1_000, expected: float = 0.5, **more: Any) -> None:
    expect_proportion(successes, trials, expected, **{"visible": 0.5, "what": "x", **more})


def _most(successes: Any = 5, trials: Any = 1_000, bound: float = 0.5, **more: Any) -> None:
    expect_at_most(successes, trials, bound, **{"what": "x", **more})


def _least(successes: Any = 900, trials: Any = 1_000, bound: float = 0.5, **more: Any) -> None:
    expect_at_least(successes, trials, bound, **{"what": "x", **more})


TESTS = {"distribution": _ks, "mean": _mean, "share": _share, "most": _most, "least": _least}
BAD: dict[str, tuple[Any, dict[str, Any]]] = {
    "one nan among the draws": (_ks, {"sample": ONE_NAN}),
    "one infinity among the draws": (_ks, {"sample": ONE_INF}),
    "no draws": (_ks, {"sample": []}),
    "a cdf that gives nan": (_ks, {"cdf": lambda x: np.full(np.shape(x), NAN)}),
    "one nan in the mean": (_mean, {"sample": ONE_NAN}),
    "a mean of nan": (_mean, {"expected": NAN}),
    "a share of nan": (_share, {"expected": NAN}),
    "nan successes": (_share, {"successes": NAN}),
    "half a success": (_share, {"successes": 1.5}),
    "true successes": (_share, {"successes": True}),
    "more successes than trials": (_most, {"successes": 1_001}),
    "fewer than none": (_most, {"successes": -1}),
    "at most, of nan": (_most, {"bound": NAN}),
    "at least, of nan": (_least, {"bound": NAN}),
    "at most 2": (_most, {"bound": 2.0}),
    "nan trials": (_least, {"trials": NAN}),
    "no trials": (_most, {"successes": 0, "trials": 0}),
    **{f"error nan: {k}": (v, {"error": NAN}) for k, v in TESTS.items()},
    **{f"error 0: {k}": (v, {"error": 0.0}) for k, v in TESTS.items()},
    **{f"error 1: {k}": (v, {"error": 1.0}) for k, v in TESTS.items()},
    **{
        f"visible nan: {k}": (TESTS[k], {"visible": NAN}) for k in ("distribution", "mean", "share")
    },
    **{f"visible inf: {k}": (TESTS[k], {"visible": np.inf}) for k in ("distribution", "mean")},
}


@pytest.mark.parametrize("name", TESTS)
def test_each_test_passes_on_what_is_right(name: str) -> None:
    with running(RunContext()) as context:
        TESTS[name]()
    assert context.checks == 1
    assert context.error > 0


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_finite_is_an_error(what: str) -> None:
    function, arguments = BAD[what]
    found = judged(lambda: function(**arguments))
    assert found.outcome == "error", found
    assert found.detail.startswith("ValueError")


def test_an_error_probability_of_nan_is_never_booked() -> None:
    """``spend`` refuses it, says its battery (``judged/leaving.py``); so does what runs evidence."""

    def past_the_door() -> None:
        expect(True, "fine")
        current().error = NAN

    found = judged(past_the_door)
    assert (found.outcome, found.error) == ("error", 1.0)


@pytest.mark.parametrize("error", [NAN, float("inf"), 1e-4])
def test_an_error_budget_that_is_no_number_fails_the_run(error: float) -> None:
    ledger = Ledger(seed=0)
    ledger.add(Outcome("GRAD", "t", "simulation", ("statement",), "passed", checks=1, error=error))
    assert ledger.exit_code() == 1


# --- strict -----------------------------------------------------------------------------------

UNIT, OPEN = (A >= 0) & (A <= 1), (A > 0) & (A < 1)


@pytest.mark.parametrize("relation", [Gt(A * (1 - A), 0), Lt(0, A * (1 - A))])
def test_a_strict_inequality_with_equality_in_the_region_is_refuted(relation: Any) -> None:
    with pytest.raises(Refuted, match="the difference is 0 at") as caught:
        expect_inequality(relation, UNIT, [A])
    assert caught.value.witness[A] in (0, 1)
    with pytest.raises(Refuted):
        expect_inequality(relation, {A: (0, 1)}, [A])


def test_a_factor_that_may_vanish_does_not_make_it_strict() -> None:
    with pytest.raises(Refuted):
        expect_inequality(Gt(A * (A + 1), 0), UNIT, [A], factor=A)
    expect_inequality(Ge(A * (A + 1), 0), UNIT, [A], factor=A)
