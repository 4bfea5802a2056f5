"""Exact thresholds of rational quadratic sums, and what they refuse."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.quadratic.cases import SINGLE_J, SINGULAR, STABLE, UNSTABLE, Case
from theory.quadratic.thresholds import MOTIONLESS, NEVER_STABLE, QuadraticSum, threshold

F = Fraction


def test_enclosures_are_exact_where_the_threshold_is_rational() -> None:
    assert str(STABLE["pair"].threshold) == "C_ms = 4/5 exactly"
    assert str(STABLE["one component"].threshold) == "C_ms = 1 exactly"
    found = SINGLE_J.threshold
    # 1/C_ms is the larger root of 2x^2 - (3/2)x + 1/4 - 1/256
    low, high = F(1) / found.high, F(1) / found.low
    assert found.high > found.low
    polynomial = [2 * x * x - F(3, 2) * x + F(1, 4) - F(1, 256) for x in (low, high)]
    assert polynomial[0] <= 0 <= polynomial[1]


def test_a_singular_mean_is_handled_on_its_range() -> None:
    assert str(SINGULAR["common kernel"].threshold) == "C_ms = 4/5 exactly"
    assert str(SINGULAR["common kernel, tilted"].threshold) == "C_ms = 4/25 exactly"
    for case, _ in UNSTABLE.values():
        assert case.threshold.kind == NEVER_STABLE
        assert "no finite positive threshold" in str(case.threshold)
    assert Case([[[0, 0], [0, 0]]]).threshold.kind == MOTIONLESS
    zero_mean = Case([[[1]], [[-1]]], 2)
    assert zero_mean.threshold.kind == MOTIONLESS


@pytest.mark.parametrize(
    ("components", "error", "message"),
    [
        ([], ValueError, r"components=\[\]: at least one matrix"),
        (
            [[[1, 2], [3, 1]]],
            ValueError,
            r"components\[0\]\[1\]\[0\]=3 but \[0\]\[1\]=2.*symmetric",
        ),
        ([[[1]], [[1, 0], [0, 1]]], ValueError, r"components\[1\]: 2 rows.*size 1"),
        ([[[1, 0]]], ValueError, r"components\[0\]: 1 rows of lengths \[2\]"),
        ([[[0.5]]], TypeError, r"components\[0\]\[0\]\[0\]=0.5: a rational is needed"),
        ([[["x"]]], TypeError, r"components\[0\]\[0\]\[0\]='x': a rational is needed"),
    ],
)
def test_bad_components_are_refused(components: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        QuadraticSum(components)


def test_bad_batches_and_widths_are_refused() -> None:
    problem = QuadraticSum([[[1]], [[3]]])
    with pytest.raises(ValueError, match=r"batch_size=3: must be from 1 to N = 2"):
        problem.variance_factor(3)
    with pytest.raises(ValueError, match=r"batch_size=0: must be at least 1"):
        problem.variance_factor(0, "replacement")
    with pytest.raises(TypeError, match=r"batch_size=1.5: must be an integer"):
        problem.variance_factor(1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"sampling='no': allowed are"):
        problem.variance_factor(1, "no")
    with pytest.raises(ValueError, match=r"kappa=-1"):
        threshold(problem, F(-1))
    assert problem.variance_factor(3, "replacement") == F(1, 3)
