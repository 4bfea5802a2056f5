"""Chapter momentum: mini-batches with heavy ball end sparse, by runs, and where they do not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Ge, Gt, Rational, Symbol

from sim.problems.momentum import simulate_momentum
from tests.analysis import expect_outside
from tests.assumptions.momentum_exponents import enclosed
from tests.assumptions.momentum_tools import (
    HALF,
    PLANE,
    exact_step,
    expect_not_admitted,
    largest_step,
)
from tests.inequalities import expect_implied, restricted
from tests.instances import Instance, dot, exact
from tests.reading import expect_items
from theorem_audit import evidence, expect, rng, seed
from theorem_audit.checks.statistics import expect_at_least, expect_at_most
from theorem_audit.exact.region import box_of
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.momentum import MOMENTUM_SPARSE, beta
from theory.minibatch.sparse import limit_off, limit_others, limit_winner, p_sparse
from theory.notation import a, b, n, r2

# MOMENTUM-SPARSE


def top_step(claim: Claim, momentum: float) -> float:
    """The claim's largest a at this momentum."""
    return float(largest_step(claim).subs(beta, Rational(str(momentum))))


def expect_run_range(claim: Claim) -> None:
    """The region asks for no more than what is run: 0 <= beta < 1, 0 < s <= r2 < 2, b < n."""
    mass = Symbol("s", real=True)
    for condition in (Ge(beta, 0), Gt(1 - beta, 0), Gt(r2, 0), Gt(2 - r2, 0), Gt(mass, 0),
                      Ge(r2 - mass, 0), Ge(b, 1), Ge(n - b, 1)):  # fmt: skip
        expect_implied(condition, claim.region)
    expect_implied(Gt(a, 0), restricted(claim.region, (a,)))
    expect_items(claim, words.ORTHONORMAL, words.UNIFORM, words.AT_REST, words.LINEAR)


def sparse_share(claim: Claim, run: Any) -> Any:
    """Runs that are within 2e-4 of the claimed limits, as squares."""
    square = np.sort(run.q**2, axis=1)
    return (
        (np.abs(square[:, -1] - float(claim.says(limit_winner))) < 2e-4)
        & (np.abs(square[:, :-1].sum(axis=1) - float(claim.says(limit_others))) < 2e-4)
        & (np.abs(run.perp**2 - float(claim.says(limit_off))) < 2e-4)
    )


RUNS = 100
SHARE = 0.9  # least chance, for each run, to be within the tolerance at the last step
CASES = {  # p = P(exactly one of x_i, x_j is in the batch) is 1/2, 2/3, 1
    "beta = 0": (0.0, 4, 3, 1500),
    "beta = 0.5": (0.5, 3, 1, 4500),
    "beta = 0.7": (0.7, 2, 1, 8000),
}


def expect_share(claim: Claim, sparse: int, what: str) -> None:
    """The runs agree with the claimed chance, but for runs that are not there yet (1 - SHARE)."""
    chance = float(claim.says(p_sparse))
    expect(0 < chance <= 1, "P_sparse is a chance", P=chance)
    expect_at_least(sparse, RUNS, SHARE * chance, what=what)
    if chance < 1:
        expect_at_most(sparse, RUNS, chance, what=what)


@evidence(MOMENTUM_SPARSE, "simulation", cases=CASES)
def test_mini_batches_with_momentum_end_sparse(
    claim: Claim, case: tuple[float, int, int, int]
) -> None:
    """The claim's largest step; RUNS starts with r2 up to its upper end; full batch stays dense.

    Near x_i, log|q_j| has drift about -m = -p (a/(1-beta))^2 / 2 and variance about 2m a step, so at
    step T it is above -L with chance exp(-(mT - L)^2 / (4 mT)), for each of n - 1 coordinates.
    """
    momentum, points, batch, steps = case
    expect_run_range(claim)
    a_value = top_step(claim, momentum)
    low, high = (float(z) for z in box_of(restricted(claim.region, (r2,)), (r2,))[r2])
    random = rng("start", str(momentum))
    q = random.normal(size=(100, points))
    total = low + (high - low) * random.uniform(0.05, 1, size=100)
    total[:20] = high - 1e-6
    rho = total * random.uniform(0, 0.8, size=100)
    q *= np.sqrt((total - rho) / (q**2).sum(axis=1))[:, None]
    kw: dict[str, Any] = {"momentum": momentum, "seed": seed("run", str(momentum))}
    run = simulate_momentum(q, rho, batch_size=batch, step_size=a_value * batch, steps=steps, **kw)
    near = sparse_share(claim, run)
    expect_share(claim, int(near.sum()), f"beta = {momentum}: sparse")
    dense = simulate_momentum(
        q, rho, batch_size=points, step_size=a_value * points, steps=500, **kw
    )
    share = np.abs(dense.q) / np.linalg.norm(dense.q, axis=1, keepdims=True)
    start = np.abs(q) / np.linalg.norm(q, axis=1, keepdims=True)
    expect(np.abs(share - start).max() < 1e-9, "full batch does not keep the direction")


def product_exponents(momentum: float, a_value: float, steps: int) -> Any:
    """(1/steps) log|(v_j, q_j)| of the product at x_i, n = 2, b = 1, 2000 runs, from (0, 1)."""
    sign_of = rng("product", str(momentum)).integers(0, 2, size=(steps, 2000)) * 2 - 1
    v, q, total = np.zeros(2000), np.ones(2000), np.zeros(2000)
    for step, drawn in enumerate(sign_of):
        v = momentum * v + a_value * drawn * q
        q = q + v
        if step % 50 == 49 or step == steps - 1:
            size = np.hypot(v, q)
            total += np.log(size)
            v, q = v / size, q / size
    return total / steps


def significance(slopes: Any) -> float:
    """The mean slope in standard errors; beyond 7 has a chance below 1e-11 if it is not positive."""
    return float(slopes.mean() / slopes.std(ddof=1) * np.sqrt(slopes.size))


@evidence(MOMENTUM_SPARSE, "property")
def test_exponent_at_the_largest_step_near_beta_one(claim: Claim) -> None:
    """beta = 0.99, 0.995 at the claim's largest step: the exponent of q_j at x_i is not positive."""
    for momentum in (0.99, 0.995):
        slopes = product_exponents(momentum, top_step(claim, momentum), 3000)
        found = significance(slopes)
        expect(found < 7, f"exponent {slopes.mean():.2g}, {found:.0f} standard errors > 0",
               beta=momentum, a=top_step(claim, momentum))  # fmt: skip
    expect(claim.says(limit_others) == 0, "the others die")


@evidence(MOMENTUM_SPARSE, "witness", needs="small step")
def test_effective_step_alone_does_not_control_sparsity(claim: Claim) -> None:
    """a/(1-beta) = 1/4, n = 2, b = 1, beta = 0.995: the exponent of q_j at x_i is positive, by balls."""
    share, momentum = Fraction(1, 4), Fraction(199, 200)
    value = enclosed(2, 1, momentum, share * (1 - momentum))
    expect(bool(value > 0), f"the exponent is in {value}")
    point = {beta: Rational(199, 200), a: Rational(1, 800), n: 2, b: 1, r2: 1,
             Symbol("s", real=True): 1}  # fmt: skip
    expect(claim.says(limit_others) == 0, "the claim's limit is sparse")
    expect_outside(claim, point, "the exponent of q_j is positive")


def blows_up(momentum: Fraction, step: Fraction, weight: list[Fraction], velocity: Any) -> bool:
    """Datum 1 of two is drawn in four steps, exactly: each more than squares |q_1|."""
    at = Instance(PLANE, weight, (0,), step, "linear")
    for _ in range(4):
        old = abs(at.q[0])
        at, velocity, _ = exact_step(at, velocity, momentum, Fraction(0))
        if abs(at.q[0]) <= old**2:
            return False
    return True


REST = [Fraction(0), Fraction(0)]
WILD = {
    "start": (HALF, Fraction(1, 16), [Fraction(100), Fraction(1, 10)], REST),
    "zero velocity": (HALF, Fraction(1, 16), [HALF, HALF], [Fraction(200), Fraction(0)]),
}


@evidence(MOMENTUM_SPARSE, "witness", cases={"start": "start"}, needs="start")
@evidence(MOMENTUM_SPARSE, "witness", cases={"velocity": "zero velocity"}, needs="zero velocity")
def test_wild_starts_blow_up(claim: Claim, case: str) -> None:
    """|q_1| large: v+ - beta v is about -2a q_1^3, so |q_1| is more than squared and grows for ever.

    With chance 1/16 datum 1 is drawn four times, so P_sparse = 1 fails.
    """
    momentum, step, weight, velocity = WILD[case]
    expect(blows_up(momentum, step, weight, velocity), "no blow-up")
    expect(claim.says(p_sparse) == 1, "the claim's chance")
    if case == "start":
        point = {beta: exact(momentum), a: exact(step), n: 2, b: 1,
                 r2: exact(dot(weight, weight)), Symbol("s", real=True): 1}  # fmt: skip
        expect_outside(claim, point, "the first coordinate blows up")
    else:
        expect_not_admitted(claim, case)


@evidence(MOMENTUM_SPARSE, "witness", needs="momentum")
def test_momentum_above_one_does_not_settle(claim: Claim) -> None:
    """beta = 2, from w_0 = (1/2, 1/2), a = 1/16: the velocity at least doubles, and |q_1| blows up."""
    at, velocity = Instance(PLANE, [HALF, HALF], (0,), Fraction(1, 16), "linear"), REST
    for _ in range(7):
        at, velocity, _ = exact_step(at, velocity, Fraction(2), Fraction(0))
    expect(at.r2 > 4, "w leaves the ball", r2=float(at.r2))
    point = {beta: 2, a: Rational(1, 16), n: 2, b: 1, r2: Rational(1, 2),
             Symbol("s", real=True): Rational(1, 2)}  # fmt: skip
    expect_outside(claim, point, "w leaves the ball")


@evidence(MOMENTUM_SPARSE, "witness", needs="without replacement")
def test_full_batch_with_momentum_is_not_sparse(claim: Claim) -> None:
    """b = n: the ratio of two coordinates is kept for ever (MOMENTUM-DIRECTION); here, exactly."""
    at, velocity = (
        Instance(PLANE, [HALF, HALF], (0, 1), Fraction(1, 8), "linear"),
        [Fraction(0)] * 2,
    )
    for _ in range(3):
        at, velocity, _ = exact_step(at, velocity, HALF, Fraction(0))
        expect(at.q[0] == at.q[1], "equal coordinates stay equal")
    point = {n: 2, b: 2, a: Rational(1, 8), beta: Rational(1, 2), r2: Rational(1, 2)}
    inside = claim.region.subs(point).subs(Symbol("s", real=True), Rational(1, 2))
    expect(inside == False, f"the region admits b = n: {claim.region}")  # noqa: E712
    expect(claim.says(limit_others) == 0, "the claim's limit is sparse")
