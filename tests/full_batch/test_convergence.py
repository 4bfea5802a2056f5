"""Chapter full_batch: gradient descent in the two masses s and rho."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Eq, Ge, Integer, Le, Min, Rational, Symbol, lambdify
from sympy.logic.boolalg import Boolean

from sim import from_weights, simulate
from tests.forms import cancel
from tests.full_batch.tools import (
    U,
    certify,
    expect_every_sample,
    full_step,
    in_masses,
    mass_step,
)
from tests.inequalities import (
    end_of,
    expect_holds,
    expect_needed,
    is_strict,
    mark_needs,
)
from tests.instances import Instance, evaluate, exact
from theorem_audit import attempt, evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.full_batch.convergence import (
    GD_CONVERGES,
    GD_DIRECTION,
    GD_RATE,
    contraction,
    jacobian,
    lyapunov,
    perp_factor,
    radial_factor,
)
from theory.model.step import STEP
from theory.notation import (
    S,
    a,
    active,
    chi,
    n,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    rho,
    rho_next,
    s,
    s_next,
)


@evidence(GD_DIRECTION, "symbolic")
def test_full_batch_map_from_the_step(claim: Claim) -> None:
    """S = s, every coordinate is drawn, r2 = s + rho; one common factor, so s+ = factor^2 s."""
    expect_every_sample(claim)  # so 1{j in B} = 1, and chi_j = h_j, which is 1 for an active j
    gates = matching(claim.region, active)
    expect(gates == [Eq(active, 1)], "q_j is not active", gates=gates)
    step = {x.lhs: x.rhs.subs({S: s, chi: 1, r2: s + rho}) for x in relations(STEP.formula)}
    factor, off = cancel(step[q_j_next] / q_j), cancel(step[perp_next] / perp)
    expect(not factor.has(q_j), "the factor depends on the coordinate")
    expect_identity(claim.formula, {**step, s_next: factor**2 * s, rho_next: off**2 * rho})


@dataclass(frozen=True)
class Start:
    """n, d, basis seed, activation and the two masses of a start; weight() has exactly those."""

    n: int
    d: int
    basis: int
    activation: str
    active: int
    s: float
    rho: float

    def coordinates(self) -> tuple[Any, Any]:
        """(q, rho_perp) from an ambient weight on a random orthonormal basis."""
        random = np.random.default_rng(self.basis)
        data = np.linalg.qr(random.normal(size=(self.d, self.n)))[0].T
        live = random.permutation(self.n) < self.active
        q = np.abs(random.normal(size=self.n)) + 0.1
        if self.activation == "linear":
            q *= random.choice([-1, 1], size=self.n)
        q[~live] *= -1 if self.activation == "relu" else 0
        off = random.normal(size=self.d)
        off -= data.T @ (data @ off)
        q[live] *= np.sqrt(self.s) / np.linalg.norm(q[live])
        passive = np.where(live, 0.0, q) @ data + (off if self.d > self.n else 0)
        norm = np.linalg.norm(passive)
        passive *= np.sqrt(self.rho) / norm if norm > 0 else 0.0
        return from_weights(np.where(live, q, 0.0) @ data + passive, data)


@st.composite
def starts(draw: st.DrawFn) -> Start:
    n = draw(st.integers(1, 30))
    d = draw(st.integers(n, n + 10))
    mass = draw(st.floats(0.5, 1.5))
    return Start(
        n, d, draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from(["linear", "relu"])),
        draw(st.integers(1, n)), mass, draw(st.floats(0.0, min(1.0, 2 - mass))),
    )  # fmt: skip


LIMIT = 1e-6  # V at which a run counts as converged: |s - 1| <= 1e-3


@evidence(GD_CONVERGES, "property", step="limit")
@given(start=starts(), step=st.floats(0.1, 0.3))
def test_every_run_converges_within_the_proven_horizon(
    claim: Claim, start: Start, step: float
) -> None:
    """Convergence and density at b = n: the horizon is from the claimed rate, so this is certain.

    V_T <= kappa^T V_0, kappa the claimed factor at the floor sigma.  Rounding of one step moves V by
    at most 2^9 (n + 30) u (s <= 2, |dV| <= 24 |ds| + 4 |drho|, see test_step), so all steps together by
    that over 1 - kappa.  Directions: n + 30 roundings a step, each relative.
    """
    q, off = start.coordinates()
    live = q[0] > 0 if start.activation == "relu" else q[0] != 0
    mass, rest = float((q[0][live] ** 2).sum()), float(off[0] + (q[0][~live] ** 2).sum())
    floor, rate = _floor_and_rate(claim)
    sigma = min(mass, float(floor(step, mass, rest)))
    kappa = float(rate(step, sigma, 0.5))
    first = (mass**2 - 1) ** 2 + 4 * rest
    horizon = int(np.ceil(np.log(LIMIT / max(first, LIMIT)) / np.log(kappa))) + 1
    run = simulate(
        q, off, batch_size=start.n, step_size=step * start.n, steps=horizon,
        activation=start.activation,
    )  # fmt: skip
    now = float((run.q[0][live] ** 2).sum())
    rest = float(run.r2[0]) - now
    value = (now**2 - 1) ** 2 + 4 * max(rest, 0.0)
    slack = 2**9 * (start.n + 30) * U
    expect(value <= LIMIT + slack / (1 - kappa), "not converged", V=value, horizon=horizon)
    drift = np.abs(run.q[0][live] / np.sqrt(now) - q[0][live] / np.sqrt(mass)).max()
    expect(drift <= 8 * (start.n + 30) * U * horizon, "the direction moved", drift=drift)
    expect(np.count_nonzero(run.q[0][live]) == live.sum(), "a coordinate was lost")


def _floor_and_rate(claim: Claim) -> tuple[Any, Any]:
    floor = claim.conjunct(Min)
    rate = _rate(claim)
    return (
        lambdify((a, s, rho), floor.lts),
        lambdify((a, s, rho), rate.gts / lyapunov(s, rho)),
    )


def _rate(claim: Claim) -> Boolean:
    return claim.conjunct(side=lyapunov(s_next, rho_next))


FALL = lyapunov(s, rho) - lyapunov(s_next, rho_next)


@evidence(GD_CONVERGES, "certificate", step="decrease")
def test_lyapunov_function_falls(claim: Claim) -> None:
    expect_every_sample(claim)
    fall = claim.conjunct(side=FALL)
    expect(not is_strict(fall), "equality holds at the limit")
    certify(claim, fall)


@evidence(GD_CONVERGES, "certificate", step=("region kept", "limit"))
def test_region_is_kept_and_v_is_a_distance(claim: Claim) -> None:
    """All that is claimed besides the decrease, the floor and the rate."""
    expect_every_sample(claim)
    for relation in relations(claim.formula):
        if not (FALL in relation.args or relation.has(Min) or relation == _rate(claim)):
            certify(claim, relation)


@evidence(GD_CONVERGES, "certificate", step="rate")
def test_one_step_contracts(claim: Claim) -> None:
    """The claimed decrease is at least c V, so the rate follows from it; else it is tried directly."""
    rate = _rate(claim)
    decrease = claim.conjunct(greater=FALL).lts
    try:
        with attempt():
            certify(claim, Ge(decrease, lyapunov(s, rho) - rate.gts))
    except Refuted:
        certify(claim, rate)


@evidence(GD_CONVERGES, "certificate", step="floor")
def test_mass_on_the_data_keeps_its_floor(claim: Claim) -> None:
    """Where 2s + rho <= 2 the mass grows; beyond, the other term of the minimum holds."""
    relation = claim.conjunct(Min)
    minimum = next(iter(relation.atoms(Min)))
    grows = [x for x in minimum.args if not x.has(a)]
    expect(len(grows) == 1 and len(minimum.args) == 2, f"{minimum}: expected s and a floor")
    top = end_of(claim.condition("radius").subs(rho, 0), s)
    cells = (
        (grows[0], And(Le(s, 1), Le(rho, 2 - 2 * s))),
        (next(x for x in minimum.args if x.has(a)), And(Le(s, 1), Ge(rho, 2 - 2 * s))),
        (next(x for x in minimum.args if x.has(a)), And(Ge(s, 1), Le(s, top))),
    )
    for value, cell in cells:
        region = And(in_masses(claim), cell)
        part = relation.subs(minimum, value)
        try:
            expect_holds(part, region, (a, s, rho), derived=mass_step(), factor=s)
        except Refuted as refuted:
            at = {symbol: refuted.witness.get(symbol, Integer(0)) for symbol in (a, s, rho)}
            if bool(relation.subs(mass_step(), simultaneous=True).subs(at)):
                raise Undecided(
                    f"{part} fails where {relation} holds by its other term"
                ) from refuted
            raise


@evidence(GD_CONVERGES, "property")  # of the induction over steps: no conjunct says it
def test_rate_grows_with_the_floor(claim: Claim) -> None:
    """c(a, s) is non-decreasing in s, so c(a, s_t) >= c(a, sigma); and V = 0 only at (1, 0)."""
    rate = _rate(claim)
    factor = cancel(1 - rate.gts / lyapunov(s, rho))
    expect_zero(factor - contraction(s), "the claimed factor is not 1 - c")
    slope = cancel(factor.diff(s) * (1 + s) ** 3 / (a * (1 - 2 * a) * s))
    expect(slope.is_Rational and slope > 0, "c does not grow with s", slope=slope)
    positive = claim.conjunct(side=contraction(s))
    expect(bool(positive.subs({a: Rational(1, 4), s: 1})), "c > 0 is claimed")
    distance = claim.conjunct(side=lyapunov(s, rho))
    expect_zero(distance.gts.subs({s: 1, rho: 0}), "V at the limit")


NEEDS: dict[tuple[str, str], dict[Symbol, Any]] = {
    ("GD-CONVERGES", "step size"): {a: Rational(3, 5), s: Rational(11, 10), rho: 0},
    ("GD-CONVERGES", "start"): {a: Rational(1, 4), s: 0, rho: 1},
    ("GD-CONVERGES", "radius"): {a: Rational(1, 10), s: Rational(1, 10), rho: 3},
}


def test_needs(claim: Claim, case: tuple[str, str]) -> None:
    expect_needed(claim, case[1], {**NEEDS[case], n: 2}, mass_step())


mark_needs(test_needs, (GD_CONVERGES,), NEEDS)


@evidence(GD_DIRECTION, "witness", needs="full batch")
@evidence(GD_CONVERGES, "witness", needs="full batch")
def test_a_smaller_batch_is_no_full_batch(claim: Claim) -> None:
    """n = 2, b = 1, a = 9/20, w = (1/100, 9/10), the first is drawn: in exact rationals.

    GD-DIRECTION: q_1+, q_2+ and s+ are others. GD-CONVERGES: V falls by less than is claimed.
    """
    at = Instance([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]],
                  [Fraction(1, 100), Fraction(9, 10)], (0,), Fraction(9, 20), "linear")  # fmt: skip
    after = at.step()
    values = {a: at.a, s: at.r2, rho: Fraction(0), s_next: after.r2, rho_next: Fraction(0)}
    one = claim.item(words.BATCHES).holds(lambda past: {(0,): Fraction(1)}, 2, 1)
    expect(not one, "the claim admits b = 1")
    named_ = {**{x: exact(v) for x, v in values.items()}, q_j: exact(at.q[1]),
              q_j_next: exact(after.q[1]), perp: 0, perp_next: 0}  # fmt: skip
    held = [bool(x.subs(named_)) for x in relations(claim.formula)]
    expect(not all(held), "the formula holds for a batch of one", held=held)


@evidence(GD_DIRECTION, "witness", needs="active coordinate")
def test_a_passive_coordinate_moves_like_w_perp(claim: Claim) -> None:
    """ReLU, n = d = 2, a = 1/4, w = (1/2, -1/2): q_2 has the factor 1 - as, not that of q_1."""
    at = Instance([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]],
                  [Fraction(1, 2), Fraction(-1, 2)], (0, 1), Fraction(1, 4), "relu")  # fmt: skip
    after = at.step()
    values = {a: at.a, s: at.S, rho: at.r2 - at.S, q_j: at.q[1], perp: at.q[1]}
    expect(evaluate(claim.says(q_j_next), values) != after.q[1], "q_2+", q=after.q)
    expect(evaluate(claim.says(perp_next), values) == after.q[1], "as w_perp", q=after.q)
    closed = claim.region.subs({active: 0, n: 2})
    expect(closed == False, "the region admits a closed gate")  # noqa: E712


@evidence(GD_DIRECTION, "witness", cases={"turned round": 1, "sent to zero": Fraction(1, 2)})
def test_the_common_factor_may_be_negative_or_zero(claim: Claim, case: Fraction) -> None:
    """w = (1, 1), n = d = 2: a = 1 gives (-1, -1), a = 1/2 gives 0. Only the line is kept."""
    at = Instance([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]],
                  [Fraction(1), Fraction(1)], (0, 1), Fraction(case), "linear")  # fmt: skip
    after = at.step()
    factor = evaluate(claim.says(q_j_next), {a: at.a, s: 2, rho: 0, q_j: 1})
    expect(after.q == [factor, factor] and factor <= 0, "the factor", q=after.q, claimed=factor)


@evidence(GD_RATE, "symbolic")
def test_rates_are_the_jacobians_eigenvalues(claim: Claim) -> None:
    expect_every_sample(claim)
    (radial, _), (coupling, off) = jacobian()
    perp_step = cancel(full_step()[perp_next] / perp).subs(s, 1)
    expect_zero(coupling, "the Jacobian is not triangular")
    expect_zero(off - perp_step**2, "rho has the square of w_perp's factor")
    expect_identity(claim.formula, {radial_factor: radial, perp_factor: perp_step})
