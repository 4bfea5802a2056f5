"""Chapter reach: schedules that lead into the capture set."""

from __future__ import annotations

from sympy import And, Expr, Ge, Integer, Le, Rational, Symbol, binomial, log

from tests.analysis import expect_quotient, expect_same, log_of, upper_bound_on
from tests.inequalities import expect_implied, expect_inside, is_strict
from tests.minibatch.test_capture import move
from tests.minibatch.test_log_ratios import positive_factors
from tests.reading import expect_items
from tests.subsets import LARGEST, expect_mini_batches
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.capture import CAPTURE, g, lead_drift, s_star, t_star, theta
from theory.minibatch.log_ratios import jump
from theory.minibatch.reach import (
    REACH,
    REACH_TIME,
    M,
    chance,
    cycles,
    final_ratio,
    horizon,
    reach_time,
    reached,
    schedule_probability,
)
from theory.notation import S, a, b, n, t

CASES = [
    {n: 2, b: 1, a: Rational(1, 4), t_star: Rational(1, 2), s_star: Rational(1, 3), M: 3,
     g: Rational(1, 9)},
    {n: 7, b: 3, a: Rational(2, 5), t_star: Rational(1), s_star: Rational(1, 3), M: 2,
     g: Rational(1, 7)},
]  # fmt: skip


# a batch's mass is part of r2 = 2 - t >= 0; that t >= t_* is the claim's
STATE = (Le(t, 2), Ge(S, 0), Le(S, 2 - t))


# REACH


@evidence(REACH, "certificate", step="ratio")
def test_ratio_after_the_schedule(claim: Claim) -> None:
    """Together: the ratio stays.  Left out: |q_j/q_i| is divided by 1 + u_i >= 1 + a t_*.

    It starts at most at 1 (i is the largest), and each j is left out n - b times in n - 1 steps:
    place j is in the window of b - 1 places from place k on iff (j - k) mod (n-1) < b - 1, and as k
    runs over the n - 1 places, (j - k) mod (n-1) takes each value 0..n-2 once.  So it is
    drawn b - 1 times.
    """
    expect_zero(jump(1, 1, S), "log|q_i/q_j| moves when both are drawn")
    expect_falls_when_left_out(claim)
    expect_mini_batches(claim)  # 0 <= b - 1 < n - 1: the window fits
    expect_implied(Ge(M, 0), claim.region)
    strict = any(is_strict(x) for x in relations(claim.formula))
    expect(not strict, "equality at M = 0 when two coordinates tie")
    places, window = n - 1, b - 1
    derived = -(places - window) * M * log(1 + a * t_star)
    expect_same(log_of(_bound(claim)), derived, CASES, "bound on the ratio after M cycles")
    for points in range(2, LARGEST + 1):  # a check of the count, not its proof
        for size in range(1, points):
            batches = rotation(points, size, 1)
            expect(all(len(set(x)) == size for x in batches), "batch size", n=points, b=size)
            for j in range(1, points):
                count = sum(j not in x for x in batches)
                expect(count == points - size, "times left out", n=points, b=size)


def expect_falls_when_left_out(claim: Claim) -> None:
    region, order = And(claim.region, *STATE), (a, t_star, t, S)
    factor = Ge(move(1, 0, S), 1 + a * t_star)
    positive = positive_factors(region, order, S)
    expect_quotient(factor, box_of(region, order), positive=positive)


def rotation(points: int, size: int, cycles_: int) -> list[tuple[int, ...]]:
    """Batches that hold 0 and ``size - 1`` of 1..points-1 in turn, for ``cycles_`` rounds."""
    others = points - 1
    return [
        (0, *(1 + (k + shift) % others for shift in range(size - 1)))
        for k in range(others * cycles_)
    ]


def _bound(claim: Claim) -> Expr:
    return upper_bound_on(claim, final_ratio)


@evidence(REACH, "symbolic", step="chance")
def test_chance_of_a_schedule(claim: Claim) -> None:
    """(n-1) M independent draws, each one of C(n, b) equally likely sets: for symbolic n, b and M."""
    expect_implied(Ge(M, 0), claim.region)
    expect_items(claim, words.UNIFORM)
    expect_mini_batches(claim)
    claimed = claim.says(schedule_probability)
    derived = -(n - 1) * M * log(binomial(n, b))
    wide = [*CASES, {**CASES[1], n: 12, b: 5}, {**CASES[1], n: 40, b: 39}]
    expect_same(log_of(claimed), derived, wide, "independent draws")
    for points in range(2, LARGEST + 1):  # a check that C(n, b) counts the b-subsets
        for size in range(1, points):
            count = len(claim.item(words.BATCHES).gives["chance"](points, size))
            value = claimed.subs({n: points, b: size, M: 2}) * Integer(count) ** (2 * (points - 1))
            expect(value == 1, "chance of a schedule", n=points, b=size)


# REACH-TIME


@evidence(REACH_TIME, "symbolic", step="positive")
def test_exponent_is_positive(claim: Claim) -> None:
    """g = z/(2(1+z)) with z a product of positive quantities; log(1 + a t_*) > 0; n - b >= 1."""
    z, exponent = Symbol("z", positive=True), stated(claim.region, g)
    expect_zero(exponent - CAPTURE.says(g), "g is CAPTURE's")
    expect_mini_batches(claim)
    expect_zero(exponent - lead_drift() / (2 * (1 + lead_drift())), "g in terms of z")
    expect((z / (2 * (1 + z))).is_positive, "g > 0")
    signs = {a: z, t_star: z, s_star: z, n: 2 + z}  # any positive values, n >= 2
    expect(lead_drift().subs(signs).is_positive, "z > 0")
    expect_inside(claim.region, CAPTURE, (a, t_star, s_star))
    cycles_ = Ge(M, 0)  # M = M_* is the ceiling of a positive quantity, by the above
    expect_inside(claim.region, REACH, (a, t_star), given=(cycles_,))


@evidence(REACH_TIME, "symbolic", step="horizon")
def test_horizon(claim: Claim) -> None:
    """U <= (n-1) R^g <= U_* once M >= log((n-1)/U_*)/(g * fall of -log R per cycle).

    U_* is half of CAPTURE's theta: what SGD-SPARSE's maximal inequality needs below theta.
    """
    fall = -log_of(_bound(REACH)) / M
    level = claim.says(reached)
    expect_same(log_of(level), log_of(CAPTURE.says(theta)) - log(2), CASES, "half of theta")
    needed = log(n - 1) - log_of(level)
    claimed = claim.says(cycles)
    expect(claimed.func.__name__ == "ceiling", f"{claimed} is not rounded up")
    expect_same(claimed.args[0] * g * fall, needed, CASES, "cycles times fall")
    expect_zero(claim.says(horizon) - (n - 1) * cycles, "steps in a cycle")


@evidence(REACH_TIME, "symbolic", step="chance")
def test_least_chance(claim: Claim) -> None:
    derived = log_of(REACH.says(schedule_probability)).subs(M, horizon / (n - 1))
    cases = [{**x, horizon: 5} for x in CASES]
    expect_same(log_of(claim.says(chance)), derived, cases, "eps")
    steps, least = reach_time(claim)
    free = steps.free_symbols | least.free_symbols
    expect(free == {n, b, a, s_star, t_star}, f"T and eps are functions of {free}")
    at = CASES[0]
    expect(steps.subs(at).is_Integer and 0 < least.subs(at) < 1, "T and eps at n = 2, b = 1")
