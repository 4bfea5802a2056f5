"""Chapter momentum: heavy ball and Nesterov, full batch and near a data point."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Rational,
    Symbol,
    cancel,
    diff,
    log,
    solve,
    zeta,
)

from sim.problems.momentum import simulate_momentum
from tests.analysis import ball, expect_quotient, upper_bound_on
from tests.assumptions.momentum_tools import (
    HALF,
    PLANE,
    exact_step,
    expect_not_admitted,
    largest_step,
)
from tests.full_batch.tools import U
from tests.inequalities import expect_implied, restricted
from tests.instances import Instance, dot, evaluate, instances
from tests.reading import by_side, expect_stated
from theorem_audit import evidence, expect, expect_identity, expect_zero, rng, seed
from theorem_audit.checks.statistics import expect_mean
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
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
    first_corrector,
    gamma_2,
    gamma_off,
    gamma_radial,
    gamma_ratio,
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
from theory.minibatch.rates import SGD_RATE, rate_off, rate_radial, rate_ratio
from theory.model.step import STEP
from theory.notation import S, a, active, b, chi, n, p, perp, perp_next, q_j, q_j_next, r2

METHODS = {"heavy ball": False, "Nesterov": True}


# MOMENTUM-DIRECTION


def stepped() -> dict[Symbol, Expr]:
    """One step of momentum from STEP: its increment is -G, taken at y = w + nu v, all drawn."""
    step = {r.lhs: r.rhs for r in relations(STEP.formula)}
    ahead, ahead_off = (lam + nu * mu) * c_j, (lam_off + nu * mu_off) * c_off
    pull = (step[q_j_next] - q_j).subs(chi, active).subs(q_j, ahead)
    pull_off = (step[perp_next] - perp).subs(perp, ahead_off)
    v, off = beta * mu * c_j + pull, beta * mu_off * c_off + pull_off
    return {v_next: v, q_j_next: lam * c_j + v, v_off_next: off, perp_next: lam_off * c_off + off}


@evidence(MOMENTUM_DIRECTION, "symbolic", step="one step")
def test_momentum_step_from_the_step(claim: Claim) -> None:
    expect_stated(claim, "orthonormal data", "full batch")
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
        value = by_side(claim, left)
        expect_zero(value * c_k - c_j * value.subs(c_j, c_k), f"{left}: a factor that sees j")
    for left in (v_off_next, perp_next):
        value = by_side(claim, left)
        expect_zero(value * c_k - c_off * value.subs(c_off, c_k), f"{left}: a factor that sees j")


@evidence(MOMENTUM_DIRECTION, "symbolic", step="induction")
def test_the_form_is_kept(claim: Claim) -> None:
    """(lambda+, mu+) = (lambda + mu+, mu+) again makes q_j = lambda c_j, v_j = mu c_j; start (1, 0)."""
    expect_stated(claim, "zero velocity")
    for position, velocity, c, old in ((q_j_next, v_next, c_j, lam),
                                       (perp_next, v_off_next, c_off, lam_off)):  # fmt: skip
        new = cancel(by_side(claim, velocity) / c)
        expect(not new.has(c), f"{velocity}/{c} depends on {c}")
        expect_zero(by_side(claim, position) - c * (old + new), "w+ = w + v+")
    start = {lam: 1, mu: 0, lam_off: 1, mu_off: 0, beta: 0, r2: r2}
    plain = {r.lhs: r.rhs for r in relations(GD_DIRECTION.formula)}
    expect(q_j_next in plain and perp_next in plain, "GD-DIRECTION")
    s, rho = Symbol("s", real=True), Symbol("rho", real=True)
    full = {S: s, active: 1, r2: s + rho}
    expect_zero(by_side(claim, q_j_next).subs(start).subs({**full, c_j: q_j}) - plain[q_j_next],
                "beta = 0 is GD-DIRECTION")  # fmt: skip


SHARES = st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(9, 10)])


@evidence(MOMENTUM_DIRECTION, "property")
@given(instance=instances(full_batch=True), momentum=SHARES, nesterov=st.booleans())
def test_momentum_on_explicit_vectors(
    claim: Claim, instance: Instance, momentum: Fraction, nesterov: bool
) -> None:
    """Three exact steps; a is anything in (0, 2), so signs do change."""
    ahead = momentum if nesterov else Fraction(0)
    start, velocity, at = instance.q, [Fraction(0)] * len(instance.weight), instance
    rest = instance.perp
    for _ in range(3):
        after, new, there = exact_step(at, velocity, momentum, ahead)
        ratios: dict[bool, set[Fraction]] = {True: set(), False: set()}
        shared = {a: at.a, beta: momentum, nu: ahead, S: there.S, r2: there.r2}
        old, drift = at.q, [dot(velocity, point) for point in at.data]
        for j, c in enumerate(start):
            if c == 0:
                expect(after.q[j] == 0, "a zero moved", at=instance)
                continue
            values = {**shared, c_j: c, lam: old[j] / c, mu: drift[j] / c, active: there.gates[j]}
            expect(evaluate(by_side(claim, q_j_next), values) == after.q[j], "q_j", at=instance)
            expect(evaluate(by_side(claim, v_next), values) == dot(new, at.data[j]), "v_j",
                   at=instance)  # fmt: skip
            ratios[c > 0 or instance.activation == "linear"].add(after.q[j] / c)
        expect(all(len(group) <= 1 for group in ratios.values()), "a ratio changed", at=instance)
        off = Instance(at.data, velocity, at.batch, at.a, at.activation).perp
        for row, c in enumerate(rest):
            if c == 0:
                continue
            values = {**shared, c_off: c, lam_off: at.perp[row] / c, mu_off: off[row] / c}
            expect(evaluate(by_side(claim, perp_next), values) == after.perp[row], "w_perp",
                   at=instance)  # fmt: skip
            seen = after.perp[row] - at.perp[row]
            expect(evaluate(by_side(claim, v_off_next), values) == seen, "v_perp", at=instance)
        at, velocity = after, new


def ratio_kept(claim: Claim, before: list[Fraction], after: list[Fraction]) -> bool:
    """Whether q+ is proportional to c = q_0, as the claim has it (its factor of c_j sees no j)."""
    expect(not cancel(by_side(claim, q_j_next) / c_j).has(c_j), "the claim's factor sees j")
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
    expect(not cancel(by_side(claim, q_j_next) / c_j).has(c_j), "the claim's factor sees j")
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


@evidence(MOMENTUM_DIRECTION, "simulation", step="induction")
def test_full_batch_with_momentum_ends_dense(claim: Claim) -> None:
    """400 steps, n = 6: directions move by rounding only, 8 (n + 30) u a step, and |w| -> 1."""
    steps = 400
    expect(not cancel(by_side(claim, q_j_next) / c_j).has(c_j), "the claim's factor sees j")
    q = rng("start").normal(size=(50, 6)) / 3
    for nesterov in METHODS.values():
        run = simulate_momentum(q, 0.2, batch_size=6, step_size=0.3, steps=steps, momentum=0.8,
                                nesterov=nesterov)  # fmt: skip
        size = np.linalg.norm(run.q, axis=1, keepdims=True)
        drift = np.abs(run.q / size - q / np.linalg.norm(q, axis=1, keepdims=True)).max()
        expect(drift <= 8 * 36 * U * steps, "a direction moved", drift=float(drift))
        expect(np.abs(size - 1).max() < 1e-3, "not on the sphere")


# MOMENTUM-EXPONENT and MOMENTUM-LOCAL

NAMES = {gamma_ratio: "ratio", gamma_off: "off", gamma_radial: "radial"}
W = Symbol("w", real=True)  # the step's w = beta u + m


def momentum_box(claim: Claim) -> dict[Symbol, Any]:
    return dict(box_of(restricted(claim.region, (beta,)), (beta,)))


def small_box(claim: Claim) -> dict[Symbol, Any]:
    return {**momentum_box(claim), a: (Integer(0), largest_step(claim))}


def named_drive(claim: Claim) -> str:
    """The drive that the claim speaks about."""
    if claim.formula.has(gamma_2):
        return "ratio"
    found = [name for symbol, name in NAMES.items() if claim.formula.has(symbol)]
    if len(found) != 1:
        raise Undecided(f"{claim.id} speaks about the drives {found}")
    return found[0]


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
    split = by_side(WALK_DRIFT, p)
    if claim.formula.has(p):
        (tie,) = [z for z in relations(claim.region) if isinstance(z, Eq) and z.has(p)] or [None]
        expect(tie is not None and cancel(solve(tie, p)[0] - split) == 0, "p is tied to n and b")
    mean, square, largest = drive_moments("ratio")
    expect_zero(mean, "the ratio's drive has mean zero")
    expect_zero(square - 2 * split * a**2, "E[m^2]")
    expect_zero(largest - a, "|m| <= a")
    for name, factor in (("off", 1), ("radial", 4)):
        mean, square, largest = drive_moments(name)
        expect_zero(mean + factor * a * b / n, f"{name}: E[m]")
        expect_zero(largest - factor * a, f"{name}: |m|")
    expect(named_drive(claim) in NAMES.values(), "the claim speaks about no drive")
    expect_stated(claim, "orthonormal data", "linearised")


@evidence(MOMENTUM_EXPONENT, "certificate", step="cone")
def test_cone_for_small_steps(claim: Claim) -> None:
    """The gap is |m| times 1 - 4|m|/(1-beta)^2 + 2|m|/(1-beta), which tends to 1 as a -> 0."""
    expect_implied(Gt(1 - beta, 0), claim.region)
    expect_implied(Ge(beta, 0), claim.region)
    _, _, largest = drive_moments("ratio")
    expect_zero(cancel(cone_gap(largest) / largest).subs(a, 0) - 1, "the cone is kept")
    expect_zero(cone(largest).subs(a, 0), "|w| = O(a)")
    expect_stated(claim, "start in the cone")


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
        expect_stated(claim, "linear neuron, or a start in the cone")


@evidence(MOMENTUM_EXPONENT, "witness", step="cone", needs="start in the cone")
def test_outside_the_cone_the_exponent_is_another(claim: Claim) -> None:
    """beta = 0, (v, q) = (1, 0): v+ = m q = 0 and q+ = q + v+ = 0 for every m, so log|q| = -oo."""
    inside = claim.region.subs({beta: 0, b: 1, n: 2, p: Rational(1, 2)})
    expect(inside == True, f"beta = 0 is in the region {claim.region}")  # noqa: E712
    v, q, m = Integer(1), Integer(0), Symbol("m", real=True)
    v_new = by_side(claim, gamma_2).subs(beta, 0) * 0 + m * q
    expect(v == 1 and v_new == 0 and q + v_new == 0, "(0, 0) after one step")
    expect(
        by_side(claim, gamma_2).subs({beta: 0, p: Rational(1, 2)}).is_finite, "the claim's value"
    )
    expect_not_admitted(claim, "start in the cone")


NEURON = "linear neuron, or a start in the cone"


@evidence(MOMENTUM_LOCAL, "witness", step="cone", needs=NEURON)
@evidence(MOMENTUM_OFF, "witness", step="cone", needs=NEURON)
def test_relu_crosses_the_kink_outside_the_cone(claim: Claim) -> None:
    """n = 2, b = 1, beta = 1/2, a = 1/16: at x_1, q_2 = -1/10^4 and v_2 = 1/10^3 make q_2 live.

    v/q = -10 is outside the cone; from then on another drive acts than before.
    """
    values = {beta: HALF, a: Fraction(1, 16), n: 2, b: 1, p: HALF}
    expect(evaluate(claim.region, values), f"the point is in the region {claim.region}")
    at = Instance(PLANE, [Fraction(1), Fraction(-1, 10**4)], (0,), Fraction(1, 16), "relu")
    velocity = [Fraction(0), Fraction(1, 10**3)]
    after, _, _ = exact_step(at, velocity, HALF, Fraction(0))
    expect(at.q[1] < 0 < after.q[1], "the passive coordinate is live after one step")
    _, _, largest = drive_moments(named_drive(claim))
    top = evaluate(cone(largest), {beta: HALF, a: Fraction(1, 16)})
    expect(abs(velocity[1] / at.q[1]) > top / (1 - top), "the start is outside the cone")
    expect_not_admitted(claim, NEURON)


@evidence(MOMENTUM_EXPONENT, "symbolic", step="corrector")
def test_second_order_drift_is_a_constant(claim: Claim) -> None:
    """log|q| + c_1 u + c_2 u^2 has the drift gamma_2 a^2 + O(a^3) at every u = a y."""
    drift = second_order_drift()
    expect(not drift.has(y), "the drift depends on the state")
    expect_identity(claim.formula, {gamma_2: drift})


@evidence(MOMENTUM_EXPONENT, "property", step="corrector")
def test_exponent_is_sgds_at_the_effective_step(claim: Claim) -> None:
    plain = by_side(SGD_RATE, rate_ratio).subs(a, a / (1 - beta))
    expect_zero(diff(plain, a, 2).subs(a, 0) / 2 - by_side(claim, gamma_2), "to second order")


@evidence(MOMENTUM_EXPONENT, "symbolic", step="remainder")
def test_remainders_are_of_third_order(claim: Claim) -> None:
    """With |w| <= M = O(a) each is w^3 times a function bounded on |w| <= 1/2."""
    image = W / (1 + W)
    expect_zero(image - W + W**2 - W**3 / (1 + W), "u+")
    expect_zero(image**2 - W**2 + W**3 * (2 + W) / (1 + W) ** 2, "u+^2")
    expect_zero(diff(log(1 + W) - W + W**2 / 2, W) - W**2 / (1 + W), "log(1 + w)")
    _, _, largest = drive_moments("ratio")
    expect_zero(diff(cone(largest), a, 2), "M is linear in a")
    expect(by_side(claim, gamma_2).has(beta), "gamma_2")


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
        split = by_side(WALK_DRIFT, p)
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


@evidence(MOMENTUM_OFF, "property", step="corrector")
@evidence(MOMENTUM_RADIAL, "property", step="corrector")
def test_bound_at_beta_zero_against_sgds_exponent(claim: Claim) -> None:
    """beta = 0 is SGD, whose exponent is known (SGD-RATE): in balls the bound is not below it.

    At a small a the two differ by a relative a/2 (2a) only, so a bound 1e-3 too low is seen.
    """
    name = named_drive(claim)
    bound = upper_bound_on(claim, next(x for x, y in NAMES.items() if y == name)).subs(beta, 0)
    if name == "off":
        exact_exponent = by_side(SGD_RATE, rate_off)
    else:
        exact_exponent = by_side(SGD_RATE, rate_radial).subs(Abs(1 - 4 * a), 1 - 4 * a)
    for points, batch in ((2, 1), (5, 2), (4, 3), (7, 3)):
        for step in (Rational(1, 5000), Rational(1, 16)):
            at = {a: step, b: Integer(batch), n: Integer(points)}
            expect(claim.region.subs(beta, 0).subs(at) == True, "in the region", a=step)  # noqa: E712
            gap = (bound - exact_exponent).subs({b: batch, n: points})
            expect(not bool(ball(gap, {a: step}) < 0), "the bound is below SGD's exponent",
                   a=step, b=batch, n=points)  # fmt: skip


def exponents(momentum: float, a_value: float, steps: int, key: str) -> Any:
    """Slopes of log|q_j/q_1| per step, mean over j, 2000 runs, n = 4, b = 1, from q_j = 1e-6."""
    q = np.full((2000, 4), 1e-6)
    q[:, 0] = 1.0
    run = simulate_momentum(q, 0.0, batch_size=1, step_size=a_value, steps=steps, momentum=momentum,
                            seed=seed(key))  # fmt: skip
    return np.log(np.abs(run.q[:, 1:] / run.q[:, :1]) / 1e-6).mean(axis=1) / steps


@evidence(MOMENTUM_EXPONENT, "simulation")
def test_exponent_in_runs(claim: Claim) -> None:
    """beta = 1/2, a = 0.04: a^2 gamma_2 and the slope differ by O(a^3) and O(1/steps)."""
    a_value, momentum = 0.04, 0.5
    split = by_side(WALK_DRIFT, p).subs({n: 4, b: 1})
    values = {p: split, beta: Rational(1, 2)}
    expected = float(by_side(claim, gamma_2).subs(values)) * a_value**2
    slopes = exponents(momentum, a_value, 3000, "exponent")
    expect_mean(slopes, expected, visible=0.15, what="slope of log|q_j/q_i|")


@evidence(MOMENTUM_LOCAL, "simulation")
def test_bounds_in_runs(claim: Claim) -> None:
    """At the claim's largest step, beta = 1/2: mean slope below the bound for the ratio.

    The slope's standard error is at most a/(1-beta) sqrt(1/(2 steps runs)): 7 of them are allowed.
    """
    largest = largest_step(claim).subs(beta, Rational(1, 2))
    split = by_side(WALK_DRIFT, p).subs({n: 4, b: 1})
    values = {a: largest, p: split, beta: Rational(1, 2), b: 1, n: 4}
    bound = float(upper_bound_on(claim, gamma_ratio).subs(values))
    slopes = exponents(0.5, float(largest), 2500, "bounds")
    allowed = 7 * float(slopes.std(ddof=1)) / np.sqrt(slopes.size)
    expect(slopes.mean() <= bound + allowed, "slope above the bound", slope=float(slopes.mean()))
