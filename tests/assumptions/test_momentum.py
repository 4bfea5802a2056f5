"""Chapter momentum: heavy ball and Nesterov, full batch and near a data point."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Ge, Gt, Integer, Le, Rational, Symbol, diff, log, solve, zeta

from tests.analysis import expect_quotient
from tests.assumptions.momentum_exponents import NAMES, W, expect_cone, named_drive, small_box
from tests.assumptions.momentum_tools import HALF, PLANE, exact_step, expect_not_admitted
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.instances import Instance
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, equated
from theory import vocabulary as words
from theory.assumptions.momentum import (
    MOMENTUM_DIRECTION,
    MOMENTUM_EXPONENT,
    MOMENTUM_LOCAL,
    MOMENTUM_OFF,
    MOMENTUM_RADIAL,
    beta,
    c_j,
    c_off,
    cone,
    cone_gap,
    drive_moments,
    gamma_2,
    lam,
    lam_off,
    mu,
    mu_off,
    nu,
    second_order_drift,
    u,
    v_next,
    v_off_next,
    y,
)
from theory.full_batch.convergence import GD_DIRECTION
from theory.minibatch.log_ratios import WALK_DRIFT
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.model.step import STEP
from theory.notation import S, a, active, b, chi, n, p, perp, perp_next, q_j, q_j_next, r2

# MOMENTUM-DIRECTION


def stepped() -> dict[Symbol, Expr]:
    """One step of momentum from STEP: its increment is -G, taken at y = w + nu v, all drawn."""
    step = equated(STEP.formula)
    ahead, ahead_off = (lam + nu * mu) * c_j, (lam_off + nu * mu_off) * c_off
    pull = (step[q_j_next] - q_j).subs(chi, active).subs(q_j, ahead)
    pull_off = (step[perp_next] - perp).subs(perp, ahead_off)
    v, off = beta * mu * c_j + pull, beta * mu_off * c_off + pull_off
    return {v_next: v, q_j_next: lam * c_j + v, v_off_next: off, perp_next: lam_off * c_off + off}


@evidence(MOMENTUM_DIRECTION, "symbolic", step="one step")
def test_momentum_step_from_the_step(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL, words.FULL)
    expect_identity(claim.formula, stepped())


@evidence(MOMENTUM_DIRECTION, "symbolic", step="same gate")
def test_a_group_shares_its_gate(claim: Claim) -> None:
    """y_j = (lambda + nu mu) c_j: for c_j, c_k of one sign y_j y_k >= 0, 0 only if both gates shut."""
    c_k = Symbol("c_k", real=True)
    ahead = lam + nu * mu
    expect_zero(
        ahead * c_j * ahead * c_k - ahead**2 * (c_j * c_k), "y_j y_k has the sign of c_j c_k"
    )
    for left in (v_next, q_j_next):
        value = claim.says(left)
        expect_zero(value * c_k - c_j * value.subs(c_j, c_k), f"{left}: a factor that sees j")
    for left in (v_off_next, perp_next):
        value = claim.says(left)
        expect_zero(value * c_k - c_off * value.subs(c_off, c_k), f"{left}: a factor that sees j")


@evidence(MOMENTUM_DIRECTION, "symbolic", step="induction")
def test_the_form_is_kept(claim: Claim) -> None:
    """(lambda+, mu+) = (lambda + mu+, mu+) again makes q_j = lambda c_j, v_j = mu c_j; start (1, 0)."""
    expect_items(claim, words.AT_REST)
    for position, velocity, c, old in ((q_j_next, v_next, c_j, lam),
                                       (perp_next, v_off_next, c_off, lam_off)):  # fmt: skip
        new = cancel(claim.says(velocity) / c)
        expect(not new.has(c), f"{velocity}/{c} depends on {c}")
        expect_zero(claim.says(position) - c * (old + new), "w+ = w + v+")
    start = {lam: 1, mu: 0, lam_off: 1, mu_off: 0, beta: 0, r2: r2}
    plain = equated(GD_DIRECTION.formula)
    expect(q_j_next in plain and perp_next in plain, "GD-DIRECTION")
    s, rho = Symbol("s", real=True), Symbol("rho", real=True)
    full = {S: s, active: 1, r2: s + rho}
    expect_zero(claim.says(q_j_next).subs(start).subs({**full, c_j: q_j}) - plain[q_j_next],
                "beta = 0 is GD-DIRECTION")  # fmt: skip


def ratio_kept(claim: Claim, before: list[Fraction], after: list[Fraction]) -> bool:
    """Whether q+ is proportional to c = q_0, as the claim has it (its factor of c_j sees no j)."""
    expect(not cancel(claim.says(q_j_next) / c_j).has(c_j), "the claim's factor sees j")
    return before[0] * after[1] == before[1] * after[0]


@evidence(MOMENTUM_DIRECTION, "witness", step="induction", needs="zero velocity")
def test_an_initial_velocity_turns_the_direction(claim: Claim) -> None:
    at = Instance(PLANE, [HALF, HALF], (0, 1), Fraction(1, 10), "linear")
    rest, moving = [Fraction(0)] * 2, [Fraction(1, 10), Fraction(0)]
    for ahead in (Fraction(0), HALF):
        after, _, _ = exact_step(at, rest, HALF, ahead)
        expect(ratio_kept(claim, at.q, after.q), "from rest")
        after, _, _ = exact_step(at, moving, HALF, ahead)
        expect(not ratio_kept(claim, at.q, after.q), "with an initial velocity")
    expect_not_admitted(claim, "zero velocity")


@evidence(MOMENTUM_DIRECTION, "witness", step="same gate")
def test_lambda_changes_sign_and_a_passive_coordinate_opens(claim: Claim) -> None:
    """Heavy ball, exactly: lambda = 0 after one step; and lambda < 0 for a passive ReLU coordinate.

    The second is why nothing is claimed about which coordinates are live.
    """
    expect(not cancel(claim.says(q_j_next) / c_j).has(c_j), "the claim's factor sees j")
    one = Instance(PLANE, [Fraction(1), Fraction(1)], (0, 1), HALF, "linear")
    after, _, _ = exact_step(one, [Fraction(0)] * 2, HALF, Fraction(0))
    expect(after.q == [0, 0], "lambda = 0", q=after.q)
    weight = [Fraction(9, 10), Fraction(-3, 10)]
    at, velocity = Instance(PLANE, weight, (0, 1), Fraction(1, 10), "relu"), [Fraction(0)] * 2
    for _ in range(6):
        expect(at.q[1] < 0, "passive")
        at, velocity, _ = exact_step(at, velocity, Fraction(9, 10), Fraction(0))
    expect(at.q[1] > 0, "the passive coordinate has opened at step 6")


@evidence(MOMENTUM_DIRECTION, "witness", step="one step", needs="full batch")
def test_a_mini_batch_turns_the_direction(claim: Claim) -> None:
    at = Instance(PLANE, [HALF, HALF], (0,), Fraction(1, 10), "linear")
    for ahead in (Fraction(0), HALF):
        after, _, _ = exact_step(at, [Fraction(0)] * 2, HALF, ahead)
        expect(not ratio_kept(claim, at.q, after.q), "b = 1 of n = 2")
    expect_not_admitted(claim, "full batch")


@evidence(MOMENTUM_DIRECTION, "witness", step="one step", needs="orthonormal data")
def test_other_data_turn_the_direction(claim: Claim) -> None:
    """Orthogonal of unequal norms; and unit vectors at an angle."""
    longer = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]]
    slanted = [[Fraction(1), Fraction(0)], [Fraction(3, 5), Fraction(4, 5)]]
    for data in (longer, slanted):
        at = Instance(data, [HALF, Fraction(1, 3)], (0, 1), Fraction(1, 10), "linear")
        after, _, _ = exact_step(at, [Fraction(0)] * 2, HALF, Fraction(0))
        expect(not ratio_kept(claim, at.q, after.q), f"data {data}")
    expect_not_admitted(claim, "orthonormal data")


@evidence(MOMENTUM_EXPONENT, "symbolic", step="linear")
@evidence(MOMENTUM_LOCAL, "symbolic", step="linear")
@evidence(MOMENTUM_OFF, "symbolic", step="linear")
@evidence(MOMENTUM_RADIAL, "symbolic", step="linear")
def test_drives_from_the_step(claim: Claim) -> None:
    """E[m] = 0 and E[m^2] = 2 p a^2 for q_j/q_i; the others are pulled by a b/n and 4 a b/n.

    q_i itself tends to 1 there, so log|q_j/q_i| and log|q_j| have the same exponent.
    """
    for condition in (Ge(b, 1), Ge(n - b, 1)):
        expect_implied(condition, claim.region)  # the pair moments are those of a b-subset
    split = WALK_DRIFT.says(p)
    if claim.formula.has(p):
        tie = conjunct(claim.region, p, kind="equation")
        expect(cancel(solve(tie, p)[0] - split) == 0, "p is tied to n and b")
    mean, square, largest = drive_moments("ratio")
    expect_zero(mean, "the ratio's drive has mean zero")
    expect_zero(square - 2 * split * a**2, "E[m^2]")
    expect_zero(largest - a, "|m| <= a")
    for name, factor in (("off", 1), ("radial", 4)):
        mean, square, largest = drive_moments(name)
        expect_zero(mean + factor * a * b / n, f"{name}: E[m]")
        expect_zero(largest - factor * a, f"{name}: |m|")
    expect(named_drive(claim) in NAMES.values(), "the claim speaks about no drive")
    expect_items(claim, words.ORTHONORMAL, words.UNIFORM, words.LINEARISED)


@evidence(MOMENTUM_EXPONENT, "certificate", step="cone")
def test_cone_for_small_steps(claim: Claim) -> None:
    """The gap is |m| times 1 - 4|m|/(1-beta)^2 + 2|m|/(1-beta), which tends to 1 as a -> 0."""
    expect_implied(Gt(1 - beta, 0), claim.region)
    expect_implied(Ge(beta, 0), claim.region)
    _, _, largest = drive_moments("ratio")
    expect_zero(cancel(cone_gap(largest) / largest).subs(a, 0) - 1, "the cone is kept")
    expect_zero(cone(largest).subs(a, 0), "|w| = O(a)")
    expect_cone(claim)


@evidence(MOMENTUM_EXPONENT, "witness", step="cone", needs="start in the cone")
def test_outside_the_cone_the_exponent_is_another(claim: Claim) -> None:
    """beta = 0, (v, q) = (1, 0): v+ = m q = 0 and q+ = q + v+ = 0 for every m, so log|q| = -oo."""
    region = claim.region.subs({beta: 0, b: 1, n: 2, p: Rational(1, 2), a: Rational(1, 16)})
    expect(region.subs(u, 0) == True, f"beta = 0 is in the region {claim.region}")  # noqa: E712
    for ratio in (1, 10, 10**9):  # v/q = 1/0 is past all of them
        expect(region.subs(u, ratio) == False, f"v/q = {ratio} is admitted")  # noqa: E712
    v, q, m = Integer(1), Integer(0), Symbol("m", real=True)
    v_new = claim.says(gamma_2).subs(beta, 0) * 0 + m * q
    expect(v == 1 and v_new == 0 and q + v_new == 0, "(0, 0) after one step")
    expect(claim.says(gamma_2).subs({beta: 0, p: Rational(1, 2)}).is_finite, "the claim's value")


@evidence(MOMENTUM_EXPONENT, "symbolic", step="corrector")
def test_second_order_drift_is_a_constant(claim: Claim) -> None:
    """log|q| + c_1 u + c_2 u^2 has the drift gamma_2 a^2 + O(a^3) at every u = a y."""
    drift = second_order_drift()
    expect(not drift.has(y), "the drift depends on the state")
    expect_identity(claim.formula, {gamma_2: drift})


@evidence(MOMENTUM_EXPONENT, "property", step="corrector")
def test_exponent_is_sgds_at_the_effective_step(claim: Claim) -> None:
    plain = SGD_RATE.says(rate_ratio).subs(a, a / (1 - beta))
    expect_zero(diff(plain, a, 2).subs(a, 0) / 2 - claim.says(gamma_2), "to second order")


@evidence(MOMENTUM_EXPONENT, "symbolic", step="remainder")
def test_remainders_are_of_third_order(claim: Claim) -> None:
    """With |w| <= M = O(a) each is w^3 times a function bounded on |w| <= 1/2."""
    image = W / (1 + W)
    expect_zero(image - W + W**2 - W**3 / (1 + W), "u+")
    expect_zero(image**2 - W**2 + W**3 * (2 + W) / (1 + W) ** 2, "u+^2")
    expect_zero(diff(log(1 + W) - W + W**2 / 2, W) - W**2 / (1 + W), "log(1 + w)")
    _, _, largest = drive_moments("ratio")
    expect_zero(diff(cone(largest), a, 2), "M is linear in a")
    expect(claim.says(gamma_2).has(beta), "gamma_2")


@evidence(MOMENTUM_EXPONENT, "cited", step="strong law")
@evidence(MOMENTUM_LOCAL, "cited", step="strong law")
@evidence(MOMENTUM_OFF, "cited", step="strong law")
@evidence(MOMENTUM_RADIAL, "cited", step="strong law")
def test_strong_law_for_bounded_increments(claim: Claim) -> None:
    """|w| <= M <= 1/2 bounds log(1 + w) and u+: change minus mean is bounded, as in SGD-RATE's proof.

    1/2 <= 1 + w <= 3/2 and -1 <= u+ = w/(1 + w) <= 1.  M <= 1/2 on the region, or for small a.
    """
    _, _, largest = drive_moments(named_drive(claim))
    if claim.formula.has(gamma_2):
        expect(cone(largest).subs(a, 0) < Rational(1, 2), "M <= 1/2 for small a")
    else:
        half = Le(cone(largest), Rational(1, 2))
        expect_quotient(half, small_box(claim), positive=[1 - beta])
    image, within = W / (1 + W), {W: (-Rational(1, 2), Rational(1, 2))}
    expect_quotient(Ge(1 + W, Rational(1, 2)), within, positive=[])
    expect_quotient(Ge(image, -1), within, positive=[1 + W])
    expect_quotient(Le(image, 1), within, positive=[1 + W])
    expect(claim.cites == ("supermartingale convergence theorem",), f"cites {claim.cites}")
    expect(zeta(2).is_finite, "sum of 1/l^2")
    expect_implied(Gt(1 - beta, 0), claim.region)
