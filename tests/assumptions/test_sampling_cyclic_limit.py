"""Evidence: SAMPLING-CYCLIC-LIMIT, SAMPLING-RESHUFFLED."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from sympy import Abs, Ge, Gt, Integer, Lt, Rational, log

from sim import simulate
from tests.analysis import expect_outside, expect_same
from tests.assumptions.sampling_tools import (
    POINTS,
    expect_runs_inside,
    expect_whole_epochs,
    radial_slopes,
)
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.obstructions import dead_starts, two_cycles
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero, seed
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.epochs import (
    SAMPLING_CYCLIC_LIMIT,
    SAMPLING_RESHUFFLED,
    epoch_off,
    epoch_radial,
    epoch_ratio,
    epoch_uniform,
    epochs,
    p_cyclic,
    p_same,
)
from theory.minibatch.log_ratios import jump, membership_moments, step_factor
from theory.notation import S, a, b, n, r2, s, t


@evidence(SAMPLING_CYCLIC_LIMIT, "simulation")
def test_cyclic_runs_end_on_one_batch(claim: Claim) -> None:
    """n = 6, b = 2, a = 0.3, 300 starts: the log ratio of two batches moves by about 0.09 an epoch."""
    expect_only(claim, p_cyclic)
    expect(claim.says(p_cyclic) == 1, "all starts are expected to end on one batch")
    inside = THREE_BATCHES
    expect_runs_inside(claim, inside, CYCLIC_HYPOTHESES)
    random = np.random.Generator(np.random.PCG64(seed("start")))
    q = random.normal(size=(300, 6))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    result = simulate(q, 0.0, batch_size=2, step_size=0.6, steps=2400, sampling="cyclic")
    mass = (result.q**2).reshape(300, 3, 2).sum(axis=2)
    masses = np.sort(mass, axis=1)
    one = (np.abs(masses[:, -1] - 1) < 1e-6) & (masses[:, :-1].sum(axis=1) < 1e-6)
    expect(one.all(), f"{one.sum()} of 300 are on one batch")
    rows, winner = np.arange(300), mass.argmax(axis=1)
    before, after = (x.reshape(300, 3, 2)[rows, winner] for x in (q, result.q))
    kept = np.abs(after[:, 0] / after[:, 1] / (before[:, 0] / before[:, 1]) - 1)
    # the two meet the same factors: 2400 steps of at most 16 roundings each
    expect(
        kept.max() < 2400 * 16 * 2**-53,
        "block-sparse: the winners keep their ratio",
        kept=kept.max(),
    )


THREE_BATCHES = {n: 6, b: 2, epochs: 3, a: Rational(3, 10), r2: 1, s: 1}
CYCLIC_HYPOTHESES = ("cyclic", "step size", "start", "live coordinate")


@evidence(SAMPLING_CYCLIC_LIMIT, "simulation")
def test_cyclic_relu_runs_end_on_one_batch(claim: Claim) -> None:
    """As above for ReLU, from the starts with a live coordinate; what is passive tends to 0."""
    expect_runs_inside(claim, THREE_BATCHES, CYCLIC_HYPOTHESES)
    random = np.random.Generator(np.random.PCG64(seed("start")))
    q = random.normal(size=(200, 6))
    q = q[(q > 0).any(axis=1)]
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    result = simulate(q, 0.0, batch_size=2, step_size=0.6, steps=2400, sampling="cyclic",
                      activation="relu")  # fmt: skip
    masses = np.sort((result.q**2).reshape(len(q), 3, 2).sum(axis=2), axis=1)
    one = (np.abs(masses[:, -1] - 1) < 1e-6) & (masses[:, :-1].sum(axis=1) < 1e-6)
    expect(one.all(), f"{one.sum()} of {len(q)} are on one batch")
    expect(claim.says(p_cyclic) == 1, "all are")


@evidence(SAMPLING_CYCLIC_LIMIT, "witness", needs="step size")
def test_cyclic_runs_past_the_step_size(claim: Claim) -> None:
    """a = 0: nothing moves.  a = 11/20, n = 2, b = 1: no start in 50 comes near the unit sphere.

    The two-cycle of the radius on the axis attracts: from 2000 steps on all runs repeat every 4 steps.
    """
    at = {n: 2, b: 1, epochs: 2, r2: 1, s: 1}
    expect_zero(step_factor(1).subs(a, 0) - 1, "a = 0")
    expect_outside(claim, {**at, a: 0}, "nothing moves")
    angle = np.linspace(0.02, 1.5, 50)
    q = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    early, late = (
        simulate(q, 0.0, batch_size=1, step_size=0.55, steps=steps, sampling="cyclic").q
        for steps in (2000, 2004)
    )
    expect(np.abs(early - late).max() < 1e-9, "the runs are not periodic yet")
    away = np.abs((late**2).sum(axis=1) - 1).min()
    expect(away > 0.1, "a run is on the unit sphere", distance=away)
    for step in (Rational(11, 20), Rational(3, 5), Integer(1), Rational(19, 10)):
        expect_outside(claim, {**at, a: step}, "past 1/2 the unit sphere repels")
    for point, why in two_cycles():
        expect(not satisfies(claim.condition("step size"), point), why, at=point)


@evidence(SAMPLING_CYCLIC_LIMIT, "witness", needs="live coordinate")
def test_cyclic_dead_starts_stay(claim: Claim) -> None:
    for point, why in dead_starts():  # on a sphere of any radius
        expect_outside(claim, {**point, r2: 1}, why)


# SAMPLING-RESHUFFLED


def expect_small(claim: Claim) -> None:
    """0 < a < 1 makes every factor at x_i positive, and 1 <= b < n gives every chance a meaning."""
    for condition in (Gt(a, 0), Lt(a, 1), Ge(b, 1), Gt(n - b, 0)):
        expect_implied(condition, claim.region)


@evidence(SAMPLING_RESHUFFLED, "symbolic", step=("same batch", "epoch"))
def test_epoch_of_reshuffled_batches(claim: Claim) -> None:
    """j shares i's batch with chance P(i, j in B)/P(i in B); apart, i alone and j alone occur once."""
    expect_only(claim, p_same, epoch_ratio, epoch_uniform, epoch_off, epoch_radial)
    expect_small(claim)
    expect_items(claim, words.ORTHONORMAL, words.RESHUFFLED)
    expect_whole_epochs(claim)
    single, both = membership_moments()
    same = cancel(both / single)
    apart = -(jump(1, 0, Integer(1)) + jump(0, 1, Integer(0))).subs(t, 1)
    expect_zero(claim.says(p_same) - same, "chance of the same batch")
    expect_same(claim.says(epoch_ratio), (1 - same) * apart, POINTS, "ratio")
    left = step_factor(0)
    expect_zero(left.subs(S, 0) - 1, "w_perp when i is not seen")
    expect_same(claim.says(epoch_off), log(left.subs(S, 1)), POINTS, "w_perp")
    seen, idle = radial_slopes()
    expect_zero(idle - 1, "radius when i is not seen")
    expect(claim.says(epoch_radial).func is log, "a logarithm")
    inner = claim.says(epoch_radial).args[0]
    expect(isinstance(inner, Abs), f"{inner}")
    expect_zero(inner.args[0] ** 2 - seen**2, "radius")


@evidence(SAMPLING_RESHUFFLED, "symbolic", step="uniform")
def test_uniform_epoch_has_the_same_exponent(claim: Claim) -> None:
    """n/b steps at x_i: i alone and j alone have the chance P(i in B) - P(i, j in B) of a subset each."""
    expect_small(claim)
    single, both = membership_moments()
    step = (single - both) * (jump(1, 0, Integer(1)) + jump(0, 1, Integer(0))).subs(t, 1)
    expect_same(claim.says(epoch_uniform), -n / b * step, POINTS, "uniform batches")


@evidence(SAMPLING_RESHUFFLED, "witness", step="same batch",
          needs="reshuffled")  # fmt: skip
def test_a_batch_size_that_does_not_divide_n_shares_batches_otherwise(claim: Claim) -> None:
    """n = 3, b = 2: batches of 2 and of 1; two given points share one in 1/3 of the orders, not 1/2."""
    orders = list(permutations(range(3)))
    shared = sum({0, 1} == set(order[:2]) for order in orders)
    claimed = claim.says(p_same).subs({n: 3, b: 2})
    expect(Rational(shared, len(orders)) != claimed, "the claimed chance", claimed=claimed)
    point = {n: 3, b: 2, a: Rational(1, 4)}
    for whole in range(5):
        expect_outside(claim, {**point, epochs: whole}, "b does not divide n")
