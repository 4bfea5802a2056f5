"""Chapter random_walk: the checker of hypotheses, and what goes wrong without each of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import Integer, Rational, Symbol, log, oo

from tests.analysis import expect_outside
from tests.walks.bounds import exact_exit_times
from tests.walks.walk_criteria_tools import HALF_LINE, TO_ZERO, expect_false, half, x
from theorem_audit import evidence, expect, expect_zero
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
    tau,
    value_next,
    value_now,
    value_stop,
    width,
)
from theory.walks.walk_criteria import (
    LOG_RISE,
    Theorem,
    check,
    foster,
    lamperti_positive_recurrence,
    lamperti_recurrence,
    lamperti_transience,
    non_confinement,
    positive_drift,
    recurrence,
    transience,
)
from theory.walks.walk_law import FiniteLaw, Walk
from theory.walks.walk_states import States

time = Symbol("k", integer=True)


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


@evidence(FOSTER, "witness", needs="V non-negative")
def test_a_stop_below_0_can_be_late(claim: Claim) -> None:
    """V = 0 until a coin of chance 1/2 stops it at -1: V falls by 1/2 in mean, and E tau = 2 > 0."""
    chance, end = half, -1
    after = (1 - chance) * 0 + chance * end
    expect(after == -half, "E V_next = V_k - 1/2", found=after)
    point = {start_value: 0, value_now: 0, value_next: after, eps: half, time: 3, tau: 4}
    expect(claim.region.subs({**point, value_stop: 0}) == True, "all else holds")  # noqa: E712
    expect_outside(claim, {**point, value_stop: end}, "it stops below 0")
    expect_false(claim, {mean_time: 1 / chance, start_value: 0, eps: half}, "a late stop below 0")


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
