"""The quadratic-sum simulator and its moments, against exact rationals and each other."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.problems.quadratic import simulate_quadratic
from sim.problems.quadratic_moments import (
    almost_sure_threshold,
    batch_means,
    lyapunov_exponent,
    mean_square_threshold,
    second_moments,
    stationary_second_moment,
    variance_factor,
)
from tests.quadratic.cases import SINGULAR, STABLE, UNSTABLE, Case, cases

F = Fraction
Q2 = [[[1.0, 0.25], [0.25, 0.5]], [[1.0, -0.25], [-0.25, 0.5]], [[2.0, 0.0], [0.0, 1.0]]]


def _floats(case: Case) -> np.ndarray:
    return np.array([[[float(x) for x in row] for row in m] for m in case.components])


def _exact_path(
    case: Case, start: list[Fraction], linear: Any, batches: Any, C: Fraction
) -> tuple[list[Fraction], float]:
    """The end point in rationals, and a bound of the floats' error there in the maximum norm.

    One step computes t - C (Q_B t + r_B): sums of k and d terms, a quotient, two products, so its
    error is at most u (k + d + 6)(|t| + C (|Q|_B |t| + |r|_B)), |Q|_B with absolute values inside,
    u = 2^-52; and the error so far is multiplied by at most |I - C Q_B|.
    """
    t, error, size = start, 0.0, len(start)
    for batch in batches:
        k = len(batch)
        picked = [case.components[i] for i in batch]
        mean = [[sum(F(m[r][j]) for m in picked) / k for j in range(size)] for r in range(size)]
        weight = max(
            sum(abs(F(m[r][j])) for m in picked for j in range(size)) / k for r in range(size)
        )
        push = [sum(linear[i][r] for i in batch) / k for r in range(size)]
        norm = max(sum(abs((r == j) - C * mean[r][j]) for j in range(size)) for r in range(size))
        largest = max(abs(x) for x in t)
        strongest = max(abs(x) for i in batch for x in linear[i])
        around = largest + C * (weight * largest + strongest)
        error = float(norm) * error + 2.0**-52 * (k + size + 6) * float(around)
        t = [
            t[r] - C * (sum(mean[r][j] * t[j] for j in range(size)) + push[r]) for r in range(size)
        ]
    return t, error


@settings(max_examples=30)
@given(case=cases(max_count=4), data=st.data(), shared=st.booleans())
def test_paths_follow_the_exact_recursion(case: Case, data: st.DataObject, shared: bool) -> None:
    """The same batches in exact rationals, for all samplings, with and without linear parts."""
    size, count = case.problem.dimension, case.problem.count
    C = data.draw(st.fractions(min_value=F(1, 64), max_value=F(1, 4), max_denominator=64))
    C = F(float(C))
    start = [data.draw(st.integers(-3, 3).map(Fraction)) for _ in range(size)]
    gradients = [
        [F(0 if shared else (3 * i + j) % 4 - 1) for j in range(size)] for i in range(count)
    ]
    exact_case = Case([[[F(float(x)) for x in row] for row in m] for m in case.components])
    draw = st.lists(st.integers(0, count - 1), min_size=case.batch_size, max_size=case.batch_size,
                    unique=case.sampling == "uniform")  # fmt: skip
    batches = [data.draw(draw) for _ in range(20)]
    exact, bound = _exact_path(exact_case, start, gradients, batches, C)
    result = simulate_quadratic(
        _floats(case), [float(x) for x in start], batch_size=case.batch_size, step_size=float(C),
        steps=20, batches=batches, sampling=case.sampling,
        linear=None if shared else [[float(x) for x in g] for g in gradients],
    )  # fmt: skip
    gap = max(abs(F(x) - y) for x, y in zip(result.iterate[0].tolist(), exact, strict=True))
    assert gap <= bound


def test_own_batches_have_the_stated_law() -> None:
    """k > N/2 draws what is left out: the mean over one step is the exact one.

    With start e_1 and one step, iterate = e_1 - C Q_B e_1 takes one value per batch; the six 2-of-4
    and four 3-of-4 batches must all occur, each with frequency 1/6, 1/4 within 6 standard errors
    (chance of failing below 10 * 2e-9).
    """
    values = np.array([1.0, 2.0, 4.0, 8.0])
    for k in (2, 3):
        runs = 20_000
        result = simulate_quadratic(
            values, np.ones((runs, 1)), batch_size=k, step_size=1.0, steps=1
        )
        found = np.round(k * (1 - result.iterate[:, 0])).astype(int)
        expected = sorted(int(sum(c)) for c in combinations(values, k))
        seen, counts = np.unique(found, return_counts=True)
        assert seen.tolist() == expected
        share = 1 / len(expected)
        error = math.sqrt(share * (1 - share) / runs)
        assert (np.abs(counts / runs - share) < 6 * error).all()


def test_same_seed_same_paths_whatever_is_recorded() -> None:
    arguments: dict[str, Any] = {"batch_size": 2, "step_size": 0.3, "steps": 40, "seed": 5}
    one = simulate_quadratic(Q2, np.ones((5, 2)), **arguments)
    two = simulate_quadratic(Q2, np.ones((5, 2)), every=7, **arguments)
    other = simulate_quadratic(Q2, np.ones((5, 2)), **{**arguments, "seed": 6})
    assert (one.iterate == two.iterate).all()
    assert (one.iterate != other.iterate).any()
    assert two.recorded_steps.tolist() == [0, 7, 14, 21, 28, 35]
    assert (two.recorded[0] == 1).all()
    short = simulate_quadratic(Q2, np.ones((5, 2)), **{**arguments, "steps": 35})
    np.testing.assert_allclose(two.recorded[-1], short.iterate, rtol=1e-12)


def test_nothing_is_lost_below_or_above_the_float_range() -> None:
    """Full batch, Q = 1: t_p = (1 - C)^p exactly; log|t_p| = p log|1 - C| to rounding."""
    for C, p in ((0.5, 5_000), (3.0, 5_000)):
        result = simulate_quadratic([1.0], [[1.0]], batch_size=1, step_size=C, steps=p)
        assert abs(result.log_norm[0] / (p * math.log(abs(1 - C))) - 1) < 1e-12
    assert result.iterate[0, 0] == np.inf
    assert not result.diverged[0]
    lost = simulate_quadratic(
        [1.0], [[1.0]], batch_size=1, step_size=3.0, steps=5_000, linear=[1.0]
    )
    assert lost.diverged[0]
    assert np.isnan(lost.iterate[0, 0])
    zero = simulate_quadratic([1.0, 1.0], [[1.0]], batch_size=1, step_size=1.0, steps=3)
    assert zero.log_norm[0] == -np.inf


@pytest.mark.parametrize("name", list(STABLE))
def test_float_threshold_lies_in_the_enclosure(name: str) -> None:
    """Backward error of the eigenproblem: relative 1e-12 is 1e3 times more than d^2 eps cond here."""
    case = STABLE[name]
    found = mean_square_threshold(_floats(case), case.batch_size, case.sampling)
    low, high = float(case.threshold.low), float(case.threshold.high)
    assert low * (1 - 1e-11) <= found <= high * (1 + 1e-11)


def test_float_threshold_of_singular_and_unstable_sums() -> None:
    for case in SINGULAR.values():
        found = mean_square_threshold(_floats(case), 1)
        assert abs(found / float(case.threshold.low) - 1) < 1e-11
    for case, _ in UNSTABLE.values():
        assert mean_square_threshold(_floats(case), case.batch_size) == 0.0
    assert mean_square_threshold([0.0, 0.0], 1) == math.inf


def test_moments_agree_with_each_other() -> None:
    Q = np.array(Q2)
    g = np.array([[1.0, 0.0], [0.0, -2.0], [-1.0, 2.0]])
    for sampling in ("uniform", "replacement"):
        arguments: dict[str, Any] = {"batch_size": 2, "step_size": 0.4, "sampling": sampling}
        limit = stationary_second_moment(Q, g, **arguments)
        path = second_moments(Q, np.zeros((2, 2)), steps=200, linear=g, **arguments)
        np.testing.assert_allclose(path[-1], limit, rtol=1e-10)
    one = second_moments(Q, np.eye(2), batch_size=2, step_size=0.4, steps=1)[1]
    pairs = [np.eye(2) - 0.4 * Q[list(c)].mean(axis=0) for c in combinations(range(3), 2)]
    np.testing.assert_allclose(one, np.mean([E @ E.T for E in pairs], axis=0), rtol=1e-12)


def test_almost_sure_threshold_of_a_pair() -> None:
    assert abs(almost_sure_threshold([1.0, 3.0], 1) - 4 / 3) < 1e-9
    assert abs(lyapunov_exponent([1.0, 3.0], batch_size=1, step_size=4 / 3)) < 1e-12
    assert lyapunov_exponent([1.0, 3.0], batch_size=1, step_size=1.0) == -math.inf
    assert batch_means([1.0, 3.0], 2, "replacement").tolist() == [1.0, 2.0, 2.0, 3.0]


GOOD: dict[str, Any] = {"matrices": Q2, "start": [[1.0, 1.0]], "batch_size": 1, "step_size": 0.1,
                        "steps": 2}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            {"matrices": [[[1.0, 2.0], [3.0, 1.0]]]},
            ValueError,
            r"matrices\[0\]\[0\]\[1\]=2.0 but \[1\]\[0\]=3.0",
        ),
        (
            {"matrices": [[[np.nan]]]},
            ValueError,
            r"matrices\[\(0, 0, 0\)\]=nan: every entry must be finite",
        ),
        ({"matrices": [[1.0, 2.0]]}, ValueError, r"matrices: shape \(1, 2\); must be \(N, d, d\)"),
        ({"matrices": []}, ValueError, r"matrices: shape"),
        ({"batch_size": 0}, ValueError, r"batch_size=0: must be an integer from 1 to 3"),
        ({"batch_size": 4}, ValueError, r"batch_size=4: must be an integer from 1 to 3"),
        ({"batch_size": 1.5}, TypeError, r"batch_size=1.5: must be an integer"),
        ({"step_size": 0.0}, ValueError, r"step_size=0.0: must be a finite number > 0"),
        ({"step_size": -1.0}, ValueError, r"step_size=-1.0: must be a finite number > 0"),
        ({"step_size": 2.0**60}, ValueError, r"step_size=.*must be below 2\*\*50"),
        ({"start": [1.0, 2.0, 3.0]}, ValueError, r"start: shape \(1, 3\); must be .* d = 2"),
        (
            {"linear": [[1.0, 2.0]]},
            ValueError,
            r"linear: shape \(1, 2\); must be \(N, d\) = \(3, 2\)",
        ),
        ({"sampling": "cyclic", "batch_size": 2}, ValueError, r"batch_size=2: must divide n = 3"),
        ({"sampling": "no"}, ValueError, r"sampling='no': must be one of"),
        ({"steps": -1}, ValueError, r"steps=-1: must be an integer >= 0"),
        ({"every": 0}, ValueError, r"every=0: must be an integer >= 1"),
        ({"seed": -1}, ValueError, r"seed=-1"),
        ({"batches": [[0]]}, ValueError, r"batches: shape"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        simulate_quadratic(**{**GOOD, **change})


def test_bad_input_to_the_moments_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sampling='cyclic': must be one of"):
        variance_factor(3, 1, "cyclic")
    with pytest.raises(ValueError, match=r"start: shape \(2,\); must be \(d, d\)"):
        second_moments(Q2, [1.0, 1.0], batch_size=1, step_size=0.1, steps=1)
    with pytest.raises(ValueError, match=r"linear: mean .* must be zero"):
        second_moments(Q2, np.eye(2), batch_size=1, step_size=0.1, steps=1, linear=np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"step_size=5.0: must be below the mean-square threshold"):
        stationary_second_moment(Q2, np.zeros((3, 2)), batch_size=1, step_size=5.0)
    with pytest.raises(ValueError, match=r"values: shape \(1, 1\)"):
        batch_means([[1.0]], 1)
    with pytest.raises(ValueError, match=r"batch_size=20: 137846528820 batches"):
        batch_means(np.ones(40), 20)
    with pytest.raises(ValueError, match=r"values: mean -1; must be positive"):
        almost_sure_threshold([-1.0, -1.0], 1)
