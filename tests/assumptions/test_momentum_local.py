"""Evidence: MOMENTUM-LOCAL, MOMENTUM-OFF."""

from __future__ import annotations

from fractions import Fraction

from sympy import Abs, Eq, Expr, Ge, Gt, Integer, Le, Rational, Symbol, diff, log

from tests.analysis import ball, expect_quotient, upper_bound_on
from tests.assumptions.momentum_exponents import (
    NAMES,
    W,
    expect_cone,
    momentum_box,
    named_drive,
    small_box,
)
from tests.assumptions.momentum_tools import HALF, PLANE, exact_step, largest_step
from tests.forms import cancel
from tests.inequalities import expect_implied, restricted
from tests.instances import Instance, evaluate
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.statement.claim import Claim
from theory.assumptions.momentum import (
    MOMENTUM_LOCAL,
    MOMENTUM_OFF,
    MOMENTUM_RADIAL,
    beta,
    cone,
    cone_gap,
    drive_moments,
    first_corrector,
    u,
)
from theory.minibatch.log_ratios import WALK_DRIFT
from theory.minibatch.rates import SGD_RATE, rate_off, rate_radial
from theory.notation import a, b, below, n, p


@evidence(MOMENTUM_LOCAL, "certificate", step="cone")
@evidence(MOMENTUM_OFF, "certificate", step="cone")
@evidence(MOMENTUM_RADIAL, "certificate", step="cone")
def test_cone_is_kept(claim: Claim) -> None:
    """|u| <= M/(1-M) gives |w| <= M < 1 and |u+| <= M/(1-M), for each of the drives."""
    expect_implied(Gt(a, 0), restricted(claim.region, (a,)))
    expect_implied(Gt(1 - beta, 0), claim.region)
    box = small_box(claim)
    _, _, largest = drive_moments(named_drive(claim))
    expect_quotient(Ge(cone_gap(largest) / largest, 0), box, positive=[1 - beta])
    expect_quotient(Le(cone(largest), Rational(1, 2)), box, positive=[1 - beta])
    if named_drive(claim) != "radial":  # at q_i = 1 no gate is near
        expect_cone(claim, Eq(below, 1))


NEURON = "linear neuron, or a start in the cone"


@evidence(MOMENTUM_LOCAL, "witness", step="cone", needs=NEURON)
@evidence(MOMENTUM_OFF, "witness", step="cone", needs=NEURON)
def test_relu_crosses_the_kink_outside_the_cone(claim: Claim) -> None:
    """n = 2, b = 1, beta = 1/2, a = 1/16: at x_1, q_2 = -1/10^4 and v_2 = 1/10^3 make q_2 live.

    v/q = -10 is outside the cone; from then on another drive acts than before.
    """
    values = {beta: HALF, a: Fraction(1, 16), n: 2, b: 1, p: HALF, below: 0, u: 0}
    expect(evaluate(claim.region, values), f"at u = 0 it is in the region {claim.region}")
    at = Instance(PLANE, [Fraction(1), Fraction(-1, 10**4)], (0,), Fraction(1, 16), "relu")
    velocity = [Fraction(0), Fraction(1, 10**3)]
    after, _, _ = exact_step(at, velocity, HALF, Fraction(0))
    expect(at.q[1] < 0 < after.q[1], "the passive coordinate is live after one step")
    _, _, largest = drive_moments(named_drive(claim))
    top = evaluate(cone(largest), {beta: HALF, a: Fraction(1, 16)})
    expect(abs(velocity[1] / at.q[1]) > top / (1 - top), "the start is outside the cone")
    outside = {**values, u: velocity[1] / at.q[1]}
    expect(not evaluate(claim.region, outside), f"the region {claim.region} admits it")


def log_bounds(top: Expr) -> Expr:
    """k with log(1+w) + c_1 w/(1+w) <= (1 + c_1) w - k w^2 for |w| <= top < 1, checked here.

    log(1+w) <= w - w^2/2 + w^3/3: the difference is 0 at 0 and has the derivative -w^3/(1+w); then
    w^3 <= top w^2.  w/(1+w) = w - w^2/(1+w) <= w - w^2/(1+top).
    """
    slope = diff(log(1 + W) - W + W**2 / 2 - W**3 / 3, W)
    expect_zero(slope + W**3 / (1 + W), "log(1+w) from above")
    expect_zero(W / (1 + W) - W + W**2 / (1 + W), "w/(1+w)")
    return Rational(1, 2) - top / 3 + first_corrector() / (1 + top)


@evidence(MOMENTUM_LOCAL, "certificate", step="corrector")
@evidence(MOMENTUM_OFF, "certificate", step="corrector")
@evidence(MOMENTUM_RADIAL, "certificate", step="corrector")
def test_corrected_logarithm_is_a_supermartingale(claim: Claim) -> None:
    """Drift of log|q| + c_1 u, at every u of the cone, is at most what the claim says.

    Ratio: (1 + c_1) beta u - c_1 u = 0, so it is <= -k E[w^2] <= -k E[m^2], as E[w^2] = beta^2 u^2 +
    E[m^2]; k falls with M, so M at the largest step will do.  Others: log(1+w) and w/(1+w) are <= w, so
    it is <= (1 + c_1) E[m] = E[m]/(1-beta).
    """
    box, top = small_box(claim), largest_step(claim)
    expect_zero((1 + first_corrector()) * beta * u - first_corrector() * u, "u cancels")
    share = Symbol("x", real=True)  # b/n
    name = named_drive(claim)
    bound = upper_bound_on(claim, next(x for x, y in NAMES.items() if y == name))
    mean, square, largest = drive_moments(name)
    if name == "ratio":
        split = WALK_DRIFT.says(p)
        k = log_bounds(cone(largest).subs(a, top))
        gap = cancel(bound + k * cancel(square / split) * p)
        box = {**momentum_box(claim), a: box[a], **box_of(restricted(claim.region, (p,)), (p,))}
    else:
        gap = cancel((bound - (1 + first_corrector()) * mean).subs(b, share * n))
        box = {**box, share: (0, 1)}
    if gap.has(b, n):
        raise Undecided(f"the bound {bound} is no function of b/n")
    if gap == 0:
        expect_zero(gap, "the bound is the drift")
        return
    # 1 + M = (3 - beta)/2 at the largest step
    positive = [1 - beta, 3 - beta]
    expect_quotient(Ge(gap, 0), box, positive=positive, factors=[p, a**2, a, share])


@evidence(MOMENTUM_OFF, "property", step="corrector")
@evidence(MOMENTUM_RADIAL, "property", step="corrector")
def test_bound_at_beta_zero_against_sgds_exponent(claim: Claim) -> None:
    """beta = 0 is SGD, whose exponent is known (SGD-RATE): in balls the bound is not below it.

    At a small a the two differ by a relative a/2 (2a) only, so a bound 1e-3 too low is seen.
    """
    name = named_drive(claim)
    bound = upper_bound_on(claim, next(x for x, y in NAMES.items() if y == name)).subs(beta, 0)
    if name == "off":
        exact_exponent = SGD_RATE.says(rate_off)
    else:
        exact_exponent = SGD_RATE.says(rate_radial).subs(Abs(1 - 4 * a), 1 - 4 * a)
    for points, batch in ((2, 1), (5, 2), (4, 3), (7, 3)):
        for step in (Rational(1, 5000), Rational(1, 16)):
            at = {a: step, b: Integer(batch), n: Integer(points), below: 1, u: 0}
            expect(claim.region.subs(beta, 0).subs(at) == True, "in the region", a=step)  # noqa: E712
            gap = (bound - exact_exponent).subs({b: batch, n: points})
            expect(not bool(ball(gap, {a: step}) < 0), "the bound is below SGD's exponent",
                   a=step, b=batch, n=points)  # fmt: skip
