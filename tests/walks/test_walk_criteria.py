"""Chapter random_walk: the checker of hypotheses, and what goes wrong without each of them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import QQ, Integer, Poly, Rational, Symbol, diff, log, oo

from sim.problems.walks import birth_death_sampler, exit_times, sample_moments
from tests.analysis import expect_outside
from tests.walks.bounds import exact_exit_times, upper_bound
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.zero import is_zero
from theorem_audit.statement.claim import Claim
from theory.walks.birth_death import birth_death
from theory.walks.random_walk import (
    DRIFT_ESCAPE,
    FOSTER,
    NHRW,
    SUPERMARTINGALE_CRITERIA,
    drift,
    eps,
    f_floor,
    f_start,
    f_target,
    height,
    hit,
    jump,
    level,
    mean_time,
    returning,
    second,
    start,
    start_value,
    width,
)
from theory.walks.walk_criteria import (
    LOG_RISE,
    Theorem,
    check,
    classify,
    foster,
    lamperti_positive_recurrence,
    lamperti_recurrence,
    lamperti_transience,
    non_confinement,
    positive_drift,
    recurrence,
    transience,
)
from theory.walks.walk_law import FiniteLaw, MomentBounds, SampledMoments, Walk, increment, position
from theory.walks.walk_states import States, decide

x, D = position, increment
time = Symbol("k", integer=True)
half, HALF_LINE = Rational(1, 2), States(x, 0)


def walk(up: Any, states: States = HALF_LINE, **special: Any) -> FiniteLaw:
    """Nearest-neighbour walk, +1 with probability ``up``; +1 at 0."""
    return FiniteLaw(states, ((1, up), (-1, 1 - up)), {0: ((1, 1),), **special.get("at", {})})


SIMPLE, UPWARD = walk(half), walk(Rational(3, 4))

# Martingales of E[D^2] = 1 and of E[D^2] = 1/(k+2)^4 whose law depends on the time k.
RARE_JUMPS = FiniteLaw(
    States(time, 0),
    (
        (0, 1 - 1 / (time + 2) ** 2),
        (time + 2, 1 / (2 * (time + 2) ** 2)),
        (-time - 2, 1 / (2 * (time + 2) ** 2)),
    ),
)
DYING_JUMPS = FiniteLaw(
    States(time, 0), ((1 / (time + 2) ** 2, half), (-1 / (time + 2) ** 2, half))
)
WALLED = FiniteLaw(States(x, 0, 3), ((1, half), (-1, half)), {0: ((1, 1),), 3: ((-1, 1),)})
STUCK = walk(half, at={5: ((0, 1),)})
TO_ZERO = FiniteLaw(States(x, 1), ((1, 1 - 1 / (4 * x)), (-x, 1 / (4 * x))))
FOURFOLD = FiniteLaw(States(x, 1, lattice=False), ((3 * x, half), (-x / 2, half)))

# (theorem, walk, the one hypothesis that fails, a state where it does); below: why the conclusion fails
VIOLATIONS: dict[str, tuple[Theorem, Walk, str, Any]] = {
    "rare jumps stay": (non_confinement(5, 1), RARE_JUMPS, "bounded jumps", 4),
    "a wall pushes back": (non_confinement(1, 1), WALLED, "non-negative drift", 3),
    "pulled to the centre": (
        non_confinement(1, 1, low=-5, high=5, centre=0),
        FiniteLaw(States(x, -9, 9), ((1, half - x / 40), (-1, half + x / 40))),
        "outward drift",
        -5,
    ),
    "jumps die out": (
        non_confinement(1, Rational(1, 100)),
        DYING_JUMPS,
        "second moment bounded below",
        2,
    ),
    "negative V": (foster(-x, half, 1), UPWARD, "V non-negative", 1),
    "no drift of V": (foster(x, half, 1), SIMPLE, "drift of V", 1),
    "upward walk": (
        recurrence(x, 1, step=1, chance=half),
        UPWARD,
        "supermartingale",
        1,
    ),
    "constant f": (recurrence(Integer(1), 1, step=1, chance=half), UPWARD, "unbounded f", None),
    "stuck at 5": (recurrence(x, 1, step=1, chance=half), STUCK, "climbs", 5),
    "f below zero": (transience(2 - x, 1, 1), SIMPLE, "f non-negative", 3),
    "convex f": (transience(1 / (x + 1), 1, 1), SIMPLE, "supermartingale", 1),
    "f higher outside": (transience(x, 1, 1), SIMPLE, "lower outside", 0),
    "falls to zero": (positive_drift(10, half, 1), TO_ZERO, "bounded jumps", 11),
    "no drift": (positive_drift(1, Rational(1, 10), 1), SIMPLE, "positive drift", 1),
    "Lamperti, falls to zero": (lamperti_transience(10, half, 2), TO_ZERO, "bounded jumps", 11),
    "Lamperti, recurrent": (
        lamperti_transience(1, Rational(1, 100), 1),
        birth_death(half, 1, 0),
        "drift",
        1,
    ),
    "Lamperti, fourfold": (lamperti_recurrence(10, 1, 1), FOURFOLD, "bounded jumps", None),
    "Lamperti, transient": (
        lamperti_recurrence(1, Rational(1, 100), 1),
        birth_death(Rational(3, 4), 1, 0),
        "drift",
        1,
    ),
    "Lamperti, null recurrent": (
        lamperti_positive_recurrence(Rational(1, 100), 1),
        birth_death(-half, 1, 0),
        "drift of V",
        1,
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_checker_names_exactly_the_failing_hypothesis(name: str) -> None:
    theorem, law, failing, state = VIOLATIONS[name]
    report = check(theorem, law)
    assert set(report.failing) == {failing}, report
    assert not report.undecided
    assert not report.holds
    if state is not None:
        assert report.failing[failing] == state


HEALTHY: dict[str, tuple[Theorem, Walk]] = {
    "non-confinement": (non_confinement(1, 1), SIMPLE),
    "non-confinement, two-sided": (
        non_confinement(1, 1, low=-5, high=5, centre=0),
        FiniteLaw(States(x, -9, 9), ((1, half + x / 40), (-1, half - x / 40))),
    ),
    "Foster": (foster(x, half, 1), walk(Rational(1, 4))),
    "recurrence": (recurrence(x, 1, step=1, chance=half), SIMPLE),
    "recurrence by the logarithm": (
        recurrence(log(x), 9, step=1, chance=Rational(1, 4), rise=LOG_RISE),
        birth_death(Rational(1, 3), 1, 0),
    ),
    "transience": (transience(1 / (x + 1), 30, 31), birth_death(Rational(19, 10), 1, 1)),
    "positive drift": (positive_drift(1, half, 1), UPWARD),
    "Lamperti transience": (
        lamperti_transience(1, half, 1),
        birth_death(Rational(3, 4), 1, 0),
    ),
    "Lamperti recurrence": (
        lamperti_recurrence(1, half, 1),
        birth_death(Rational(1, 4), 1, 0),
    ),
    "Lamperti positive recurrence": (
        lamperti_positive_recurrence(half, 1),
        birth_death(Rational(-3, 4), 1, 0),
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_checker_accepts_what_holds(name: str) -> None:
    theorem, law = HEALTHY[name]
    report = check(theorem, law)
    assert report.holds, report.findings


# Why the conclusions fail: exact instances on which a claim without the hypothesis is false.


def expect_false(claim: Claim, values: dict[Symbol, Any], why: str) -> None:
    truth = claim.formula.subs(values)
    expect(truth == False, f"{claim.id} without a hypothesis: {why}", values=values)  # noqa: E712


@evidence(NHRW, "witness", needs="bounded jumps")
def test_rare_large_jumps_may_never_come(claim: Claim) -> None:
    """P(no jump by time N) = prod_{j=2}^N (1 - 1/j^2) = (N+1)/(2N) > 1/2, so E tau = oo."""
    N = Symbol("N")
    still = (N + 1) / (2 * N)
    expect_zero(still.subs(N, 2) - RARE_JUMPS.jumps[0][1].subs(time, 0), "first factor")
    step = still.subs(N, N + 1) - still * RARE_JUMPS.jumps[0][1].subs(time, N - 1)
    expect_zero(step, "one more factor")
    expect_zero(RARE_JUMPS.moment(1), "drift")
    expect_zero(RARE_JUMPS.moment(2) - 1, "second moment")
    expect_false(claim, {mean_time: oo, width: 2, jump: 5, second: 1, height: 1}, "rare jumps")


@evidence(NHRW, "witness", needs="outward drift")
def test_a_wall_confines(claim: Claim) -> None:
    """On {0, ..., 3} with +-1 turned back at both ends: E tau = oo from the band [0, 3]."""
    for state in range(4):
        jumps = WALLED.exceptions.get(Integer(state), WALLED.jumps)
        expect(all(0 <= state + d <= 3 for d, _ in jumps), "it cannot leave", state=state)
        expect(all(d**2 == 1 for d, _ in jumps), "E D^2 = 1", state=state)
    expect_false(claim, {mean_time: oo, width: 3, jump: 1, second: 1, height: 0}, "a wall")


@evidence(NHRW, "witness", needs="second moment bounded below")
def test_dying_jumps_stay_in_a_band(claim: Claim) -> None:
    """sum 1/(k+2)^2 <= sum 1/((k+1)(k+2)) = 1: confined to [-1, 1], though a martingale."""
    size = DYING_JUMPS.jumps[0][0]
    for k in range(50):  # the term-wise bound; the telescoping sum is 1 - 1/(N+1)
        expect(size.subs(time, k) <= Rational(1, (k + 1) * (k + 2)), "term", k=k)
    N = Symbol("N")
    expect_zero((1 - 1 / (N + 1)) - (1 - 1 / N) - 1 / (N * (N + 1)), "the sum telescopes")
    values = {mean_time: oo, width: 2, jump: 1, second: Rational(1, 100), height: 1}
    expect_false(claim, values, "dying jumps")


# (claim, hypothesis): points beyond it where the right side is below what is sure: E tau >= 0,
# P >= 0, and P(X_k <= A for some k) = 1 from a start x <= A.
TINY = Rational(1, 40)
_BAND = {mean_time: 0, width: 1, jump: 1, second: 1}
BEYOND: dict[str, tuple[Claim, str, dict[Symbol, Any]]] = {
    "V below 0": (FOSTER, "V non-negative", {mean_time: 0, start_value: -TINY, eps: 1}),
    "V gains": (FOSTER, "drift of V", {mean_time: 0, start_value: 1, eps: -TINY}),
    "negative moment": (NHRW, "second moment bounded below", {**_BAND, second: -TINY, height: 0}),
    "start above": (NHRW, "start in the band", {**_BAND, height: 2 + TINY}),
    "start below": (NHRW, "start in the band", {**_BAND, height: -2 - TINY}),
    "levels crossed": (
        SUPERMARTINGALE_CRITERIA,
        "levels",
        {hit: 0, f_start: 1, f_target: -TINY, f_floor: 0},
    ),
    "drift down": (
        DRIFT_ESCAPE,
        "positive drift",
        {returning: 1, jump: 1, drift: -TINY, level: 0, start: -1},
    ),
    "drift above J": (
        DRIFT_ESCAPE,
        "positive drift",
        {returning: 0, jump: 1, drift: 1 + TINY, level: 0, start: 1},
    ),
}


def beyond(claim: Claim) -> dict[str, Any]:
    return {name: row[1:] for name, row in BEYOND.items() if row[0] is claim}


def expect_beyond(claim: Claim, hypothesis: str, point: dict[Symbol, Any]) -> None:
    expect_outside(claim, point, f"{hypothesis}: the bound fails")
    expect_false(claim, point, hypothesis)


@evidence(FOSTER, "witness", needs="V non-negative", cases=beyond(FOSTER))
@evidence(NHRW, "witness", needs="start in the band", cases=beyond(NHRW))
@evidence(
    SUPERMARTINGALE_CRITERIA, "witness", needs="levels", cases=beyond(SUPERMARTINGALE_CRITERIA)
)
@evidence(DRIFT_ESCAPE, "witness", needs="positive drift", cases=beyond(DRIFT_ESCAPE))
def test_the_region_ends_where_the_bound_fails(claim: Claim, case: Any) -> None:
    expect_beyond(claim, *case)


@evidence(FOSTER, "witness", needs="V non-negative")
def test_a_negative_lyapunov_function_proves_nothing(claim: Claim) -> None:
    """Up with 3/4 from 1: 0 is missed with probability 1 - (1/4)/(3/4) = 2/3, so E tau = oo."""
    expect(UPWARD.moment(1) == half, "V = -x loses 1/2 a step")
    expect_false(claim, {mean_time: oo, start_value: -1, eps: half}, "V = -x")


@evidence(FOSTER, "witness", needs="drift of V")
def test_without_drift_the_mean_time_is_infinite(claim: Claim) -> None:
    """Simple walk from 1 to 0: before N it takes N - 1 steps in mean, above 2 = V/eps for N = 4."""
    laws = [{1: Fraction(1, 2), -1: Fraction(1, 2)}] * 3  # states 1, 2, 3; out at 0 and 4
    least = exact_exit_times(2, laws)[0]
    values = {mean_time: Rational(least.numerator, least.denominator), start_value: 1, eps: half}
    expect_false(claim, values, "V = x")


@evidence(SUPERMARTINGALE_CRITERIA, "witness", needs="supermartingale")
def test_an_upward_walk_reaches_more_than_f_says(claim: Claim) -> None:
    """Up with 3/4, f = x: from 1, 3 before 0 has probability (1 - 1/3)/(1 - 1/27) = 9/13 > 1/3."""
    third = Rational(1, 3)
    chance = {k: (1 - third**k) / (1 - third**3) for k in range(4)}
    for k in (1, 2):
        mean = Rational(3, 4) * chance[k + 1] + chance[k - 1] / 4
        expect(chance[k] == mean, "gambler's ruin", k=k)
    expect_false(claim, {hit: chance[1], f_start: 1, f_target: 3, f_floor: 0}, "f = x upward")


@evidence(SUPERMARTINGALE_CRITERIA, "witness", needs="levels")
def test_a_floor_that_f_falls_through(claim: Claim) -> None:
    """Simple walk from 1, f = 2 - x: 0 is reached surely, though f_x/f_B = 1/2."""
    expect_false(claim, {hit: 1, f_start: 1, f_target: 2, f_floor: 0}, "f = 2 - x")


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
    roots=st.lists(st.fractions(-6, 6, max_denominator=6), max_size=4),
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
    value = Poly(poly, x, domain=QQ)
    grid = range(low, 9) if lattice else [low + Rational(k, 120) for k in range((9 - low) * 120)]
    truth = all((value.eval(p) > 0) if strict else (value.eval(p) >= 0) for p in grid)
    assert found.verdict == ("holds" if truth else "fails")
    if not truth:
        assert found.witness is not None
        assert value.eval(found.witness) < (1 if strict else 0)


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
