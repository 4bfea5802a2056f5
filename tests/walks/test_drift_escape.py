"""Evidence: DRIFT-ESCAPE."""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Integer, Rational, Symbol, diff, log

from sim.problems.walks import birth_death_sampler, exit_times, sample_moments
from tests.rationals import fractions
from tests.walks.bounds import upper_bound
from tests.walks.walk_criteria_tools import HALF_LINE, TO_ZERO, D, expect_false, half, x
from theorem_audit import evidence, expect_zero
from theorem_audit.exact.zero import is_zero
from theorem_audit.statement.claim import Claim
from theory.walks.birth_death import birth_death
from theory.walks.random_walk import (
    DRIFT_ESCAPE,
    drift,
    jump,
    level,
    mean_time,
    returning,
    start,
    start_value,
)
from theory.walks.walk_criteria import (
    LOG_RISE,
    check,
    classify,
    foster,
    lamperti_recurrence,
    non_confinement,
    positive_drift,
)
from theory.walks.walk_law import FiniteLaw, MomentBounds, SampledMoments
from theory.walks.walk_states import States, decide


@evidence(DRIFT_ESCAPE, "witness", needs="bounded jumps")
def test_a_fall_to_zero_defeats_positive_drift(claim: Claim) -> None:
    """+1, or to 0 with probability 1/(4x): drift 3/4 - 1/(4x) >= 1/2, yet 0 is reached from 101.

    By time 900 it is reached with probability 1 - prod_{x=101}^{1000} (1 - 1/(4x)).
    """
    gap = TO_ZERO.moment(1) - (Rational(3, 4) - 1 / (4 * x))
    expect_zero(gap, "drift")
    missed = Fraction(1)
    for k in range(101, 1001):
        missed *= 1 - Fraction(1, 4 * k)
    reached = Rational((1 - missed).numerator, (1 - missed).denominator)
    values = {returning: reached, jump: 10, drift: half, level: 1, start: 101}
    expect_false(claim, values, "falls of size x")


@evidence(DRIFT_ESCAPE, "witness", needs="positive drift")
def test_without_drift_a_return_is_sure(claim: Claim) -> None:
    """Simple walk: from 2 to 0 before N with probability 1 - 2/N, above (9/11)^2 for N = 20."""
    values = {jump: 1, drift: Rational(1, 10), level: 0, start: 2}
    expect_false(claim, {**values, returning: 1 - Rational(2, 20)}, "no drift")


# The lemmas behind Lamperti's criteria (proofs_notes/walks/random_walk.md).


def test_rise_of_the_logarithm() -> None:
    """LOG_RISE - log(1 + y) is 0 at y = 0 and has derivative y^3/(1 + y): it is >= 0."""
    y = Symbol("y")
    bound = LOG_RISE.subs(D, y * x)
    assert bound.subs(y, 0) == 0
    assert is_zero(diff(bound, y) - 1 / (1 + y) - y**3 / (1 + y))


def test_third_derivative_of_a_power() -> None:
    """(g+1)(g+2) 2^(g+3)/6 <= 16 on 0 <= g <= 1, by 2^g <= 1 + g (convexity, ends equal)."""
    g = Symbol("g", real=True)
    gap = 16 * 6 - (g + 1) * (g + 2) * 8 * (1 + g)
    assert decide(gap, States(g, 0, 1, lattice=False)).verdict == "holds"


def test_lamperti_recurrence_radius() -> None:
    """-eps/(2x^2) + J^3/(3x^3) <= 0 from the radius on that the theorem states."""
    for J, e in ((1, half), (3, Rational(1, 7))):
        text = lamperti_recurrence(J, e, 1).conclusion
        stated = Rational(re.search(r">= ([\d/]+),", text).group(1))  # type: ignore[union-attr]
        gap = e / (2 * x**2) - Rational(J) ** 3 / (3 * x**3)
        assert decide(gap, States(x, stated, lattice=False)).verdict == "holds"


# Laws given by bounds, by samples; deciding signs; bad input.


def test_bounds_in_place_of_a_law() -> None:
    """Proved bounds are enough for non-confinement, as for |log ratio| at n = 2."""
    step = Rational(1, 5)
    speed = Rational(3, 5) * half  # 3a/4 at a = 2/5
    bounds = MomentBounds(
        States(x, 0), jump=log(1 + 2 * step), first=(Integer(0), None), second=(speed**2, None)
    )
    assert check(non_confinement(log(1 + 2 * step), speed**2), bounds).holds
    report = check(non_confinement(Rational(1, 10), speed**2), bounds)
    assert report.undecided == ("bounded jumps",)
    assert not report.failing
    report = check(positive_drift(1, half, 0), MomentBounds(States(x, 0), 1, (0, Rational(1, 4))))
    assert list(report.failing) == ["positive drift"]


def sampled(drift_: float, jump_: float | None = 1.0) -> SampledMoments:
    """From 400,000 draws at each of 1..4; all intervals together miss with probability 1e-9."""
    found = sample_moments(
        birth_death_sampler(drift_, 1.0, 0), [1, 2, 3, 4],
        draws=400_000, error=1e-9, seed=12, jump=jump_,
    )  # fmt: skip
    table = {
        Rational(row.state): (
            None if row.jump is None else Rational(row.jump),
            tuple(Rational(end) for end in row.first),
            tuple(Rational(end) for end in row.second),
        )
        for row in found
    }
    return SampledMoments(x, table, found[0].error)  # type: ignore[arg-type]


@pytest.mark.parametrize("bound", [1.0, None])
def test_sampled_moments_decide_up_to_their_error(bound: float | None) -> None:
    """Radii: 2 sqrt(log(16e9)/8e5) = 0.011 for E D; drifts here are at least 0.9/4."""
    upward, downward, driftless = (sampled(d, bound) for d in (0.9, -0.9, 0.0))
    theorem = non_confinement(1, Rational(9, 10))
    expected = () if bound else ("bounded jumps",)
    report = check(theorem, upward)
    assert not report.failing
    assert report.undecided == expected
    assert check(theorem, downward).failing == {"non-negative drift": 1}
    assert "non-negative drift" in check(theorem, driftless).undecided


def test_sampled_intervals_hold_the_exact_moments() -> None:
    law = birth_death(half, 1, 0)
    for state, (_, first, second_) in sampled(0.5).table.items():
        for ends, order in ((first, 1), (second_, 2)):
            exact = law.moment(order).subs(x, state)
            assert ends[0] <= exact <= ends[1]  # type: ignore[operator]


@given(
    roots=st.lists(fractions(-6, 6, max_denominator=6), max_size=4),
    low=st.integers(-4, 4),
    sign_=st.sampled_from([1, -1]),
    lattice=st.booleans(),
    strict=st.booleans(),
)
def test_signs_of_polynomials_by_brute_force(
    roots: list[Fraction], low: int, sign_: int, lattice: bool, strict: bool
) -> None:
    """All roots are in [-6, 6] and multiples of 1/60; beyond 7 nothing changes."""
    assume(lattice or not strict)
    poly = Integer(sign_)
    for root in roots:
        poly *= x - Rational(root.numerator, root.denominator)
    found = decide(poly, States(x, low, lattice=lattice), strict=strict)

    def value(at: int) -> int:
        """120^degree times the polynomial at at/120, which has its sign."""
        return sign_ * prod(at - int(120 * root) for root in roots)

    grid = range(120 * low, 120 * 9, 120 if lattice else 1)
    truth = all(value(k) > 0 if strict else value(k) >= 0 for k in grid)
    assert found.verdict == ("holds" if truth else "fails")
    if not truth:
        assert found.witness is not None
        assert poly.subs(x, found.witness) < (1 if strict else 0)


def test_undecided_is_said() -> None:
    assert decide(log(1 + x) - log(x), States(x, 1)).verdict == "undecided"
    assert decide(log(1 + x) - log(x), States(x, 1, 50)).verdict == "holds"
    assert decide(1 - log(x), States(x, 1)).witness == 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: non_confinement(0, 1), "jump=0"),
        (lambda: foster(x, -1, 0), "eps=-1"),
        (lambda: foster(x, 1, 0.5), "float"),
        (lambda: FiniteLaw(HALF_LINE, ((1, half),)), "sum to 1"),
        (lambda: FiniteLaw(HALF_LINE, ((1, x / 2), (-1, 1 - x / 2))), "x=3"),
        (lambda: birth_death(2, 1, 0), "drift=2"),
        (lambda: States(x, 3, 2), "low <= high"),
        (lambda: classify(TO_ZERO), "unbounded"),
        (lambda: exit_times(lambda s, g: s, 5, 0, 1, runs=1, seed=0, max_steps=1), "start=5"),
        (lambda: sample_moments(lambda s, g: s, [], draws=9, error=0.1, seed=0), "0 states"),
        (
            lambda: sample_moments(lambda s, g: s, [3], draws=9, error=0.1, seed=0, jump=1.0),
            "jump=1",
        ),
    ],
)
def test_bad_input_is_named(call: Any, words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=re.escape(words)):
        call()


def test_boundary_classes() -> None:
    """Both boundary cases are null recurrent; a step beyond is not."""
    tiny = Rational(1, 1000)
    for c, kind in (
        (half, "null recurrent"),
        (half + tiny, "transient"),
        (-half, "null recurrent"),
        (-half - tiny, "positive recurrent"),
    ):
        assert classify(birth_death(c, 1, 0)) == kind


def test_exit_times_are_those_of_the_start_seed() -> None:
    def fair(states: Any, generator: np.random.Generator) -> Any:
        return generator.choice([-1.0, 1.0], size=states.shape)

    runs = [exit_times(fair, 2, 1, 3, runs=50, seed=s, max_steps=500).times for s in (1, 1, 2)]
    assert (runs[0] == runs[1]).all()
    assert (runs[0] != runs[2]).any()
    unfinished = exit_times(fair, 2, -9, 9, runs=5, seed=1, max_steps=3)
    assert not unfinished.finished.any()
    assert (unfinished.times == -1).all()


def test_a_bound_from_the_wrong_side_is_refused() -> None:
    with pytest.raises(AssertionError, match="is not an upper bound"):
        upper_bound(mean_time >= start_value, mean_time)
