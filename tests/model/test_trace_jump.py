"""Evidence: TRACE-JUMP."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Mul,
    cancel,
    expand,
)

from sim import simulate
from sim.engine.state import State
from sim.observe import hessian_trace
from tests.ambient import (
    bases,
    combination,
    gates_at,
    hessian,
)
from tests.instances import exact
from tests.model.spectrum_tools import Basis
from tests.reading import expect_items
from theorem_audit import (
    evidence,
    expect,
    expect_identity,
    expect_nonnegative,
    expect_zero,
    note,
    rng,
    seed,
)
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.autoencoder import HESS
from theory.model.landscape import equations
from theory.model.spectrum import (
    TRACE_JUMP,
    trace_at_limit,
    trace_jump,
    trace_of_hessian,
    trace_path,
    trace_path_limit,
)
from theory.model.step import SIGN, STEP
from theory.notation import S, a, chi, d, k, k0, n, perp, perp_next, q_j, q_j_next, r2, s

# --- TRACE-JUMP


@evidence(TRACE_JUMP, "symbolic", step="path")
def test_trace_along_a_path(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    along = trace_of_hessian(HESS.formula.rhs).subs(k, k0)
    expect_identity(equations(claim.formula, trace_path), {trace_path: along})


@evidence(TRACE_JUMP, "certificate", step="active set")
def test_the_active_set_is_constant(claim: Claim) -> None:
    """Both factors of STEP are among those SIGN shows positive, on a region that holds this one."""
    step = {x.lhs: x.rhs for x in relations(STEP.formula)}
    sign = SIGN
    positive = [difference(x) for x in relations(sign.formula)]
    for membership in (0, 1):
        factor = expand(cancel(step[q_j_next].subs(chi, membership) / q_j))
        expect(
            any(expand(factor - gap) == 0 for gap in positive),
            "SIGN does not speak of this factor",
            factor=factor,
        )
    expect_zero(
        cancel(step[perp_next] / perp) - cancel(step[q_j_next].subs(chi, 0) / q_j), "idle factor"
    )
    sizes = {n, d, k, k0}
    own = [x for x in relations(claim.region) if not x.free_symbols & sizes]
    box = box_of(type(claim.region)(*own), [a, r2, S])
    for condition in relations(sign.region):
        expect_nonnegative(difference(condition), box, f"hypothesis {condition} of SIGN")
    # The one strict hypothesis beyond a > 0, 2a(r2 - 1) < 1: at a < 1/2 and r2 <= 2 it is strict.


@evidence(TRACE_JUMP, "symbolic", step="limit")
def test_the_trace_along_the_path_converges(claim: Claim) -> None:
    """A polynomial in (s, r2) is continuous, so its limit is its value at (1, 1)."""
    expect_items(claim, words.CONVERGES)
    value = stated(claim.formula, trace_path)
    expect(Mul(n, value).expand().is_polynomial(s, r2), "not a polynomial in s and r2", value=value)
    expect_identity(
        equations(claim.formula, trace_path_limit), {trace_path_limit: value.subs({s: 1, r2: 1})}
    )


@evidence(TRACE_JUMP, "symbolic", step="limit point")
def test_the_trace_at_the_limit_point(claim: Claim) -> None:
    """x_I is active and no other datum is (ReLU), s = ||w||^2 = 1."""
    expect_items(claim, words.CONVERGES, words.RELU)
    at_point = trace_of_hessian(HESS.formula.rhs).subs({s: 1, r2: 1, k: 1})
    expect_identity(equations(claim.formula, trace_at_limit), {trace_at_limit: at_point})


@evidence(TRACE_JUMP, "symbolic", step="jump")
def test_the_jump(claim: Claim) -> None:
    values = {name: stated(claim.formula, name) for name in (trace_at_limit, trace_path_limit)}
    expect_identity(
        equations(claim.formula, trace_jump),
        {trace_jump: values[trace_at_limit] - values[trace_path_limit]},
    )


@evidence(TRACE_JUMP, "property")
@settings(max_examples=12)
@given(data=st.data(), basis=bases(max_n=3, extra=1))
def test_cells_that_meet_at_a_sparse_minimum(
    claim: Claim, data: st.DataObject, basis: Basis
) -> None:
    """Near w = x_1 the Hessian has a limit in each cell of gates: m open gates, trace (d+4-m)/n."""
    points, _ = basis
    size, dimension = len(points), len(points[0])
    for signs in product((1, -1), repeat=size - 1):
        count = 1 + signs.count(1)
        values = []
        for step in (Fraction(1, 8), Fraction(1, 16), Fraction(1, 32)):
            q = [Fraction(1), *(sign * step for sign in signs)]
            weight = combination(q, points)
            gates = gates_at(weight, points, "relu")
            expect(sum(gates) == count, "open gates", signs=signs)
            matrix = hessian(weight, points, gates)
            values.append(Fraction(str(sum((matrix[j, j] for j in range(1, dimension)),
                                           start=matrix[0, 0]))))  # fmt: skip
        # s and r2 are 1 + (multiple of step^2): extrapolation in step^2 is exact
        limit = (4 * values[1] - values[0]) / 3
        expect(limit == (4 * values[2] - values[1]) / 3, "the trace is no polynomial in step^2")
        claimed = stated(claim.formula, trace_path_limit).subs({n: size, d: dimension, k0: count})
        expect(exact(limit) == claimed, "limit of traces in a cell", signs=signs)
    weight = points[0]
    matrix = hessian(weight, points, gates_at(weight, points, "relu"))
    found = Fraction(str(sum((matrix[j, j] for j in range(1, dimension)), start=matrix[0, 0])))
    claimed = stated(claim.formula, trace_at_limit).subs({n: size, d: dimension})
    expect(exact(found) == claimed, "trace at x_1 with phi'(0) = 0", data=points)


@evidence(TRACE_JUMP, "simulation", cases={"b=1": 1, "b=2": 2, "full": 5})
def test_trace_along_relu_paths(claim: Claim, case: int) -> None:
    """The path keeps (d + 4 - k_0)/n for every batch size; for b < n the limit point has (d + 3)/n.

    Tolerance on the path: |trace - limit| = |(d+4)(s-1) + k_0 (r2-1)|/n exactly, plus 64 n eps for
    the observable.  6000 steps: log(q_j/q_I) falls by at least p |log(1 - a^2)| > 0.01 a step on
    average, so by more than 40.
    """
    size, dimension, runs = 5, 8, 60
    q = rng("start").standard_normal((runs, size)) / 3
    q[:, 0] = np.abs(q[:, 0])
    run = simulate(
        q, 0.2, batch_size=case, step_size=0.3 * case, steps=6000, activation="relu", seed=seed(),
        dimension=dimension, observe=["hessian_trace", "active_mass", "active_count"], every=500,
    )  # fmt: skip
    k_0 = (q > 0).sum(axis=1)
    expect((run.sign == np.sign(q)).all(), "a sign changed")
    expect((run.recorded["active_count"] == k_0).all(), "the active set changed")
    mass, found = run.recorded["active_mass"][-1], run.recorded["hessian_trace"][-1]
    expect((np.abs(mass - 1) < 1e-9).all(), "a run has not converged")
    for value, m, total, count in zip(found, mass, run.r2, k_0, strict=True):
        at = {n: size, d: dimension, k0: int(count)}
        limit = float(stated(claim.formula, trace_path_limit).subs(at))
        path = float(stated(claim.formula, trace_path).subs({**at, s: m, r2: total}))
        slack = ((dimension + 4) * abs(m - 1) + count * abs(total - 1)) / size
        rounding = 64 * size * np.finfo(float).eps
        expect(abs(value - path) <= rounding, "trace on the path", found=value, k_0=count)
        expect(abs(value - limit) <= slack + rounding, "limit", found=value, claimed=limit)
    if case == size:
        return
    point = np.where(run.log_abs_q > np.log(1e-6), run.q, 0.0)
    expect(((point > 0).sum(axis=1) == 1).all(), "the limit is not sparse")
    at_limit = hessian_trace(State.at(point, 0.0, activation="relu", dimension=dimension))
    claimed = float(stated(claim.formula, trace_at_limit).subs({n: size, d: dimension}))
    expect((np.abs(at_limit - claimed) < 1e-7).all(), "trace at the limit point", claimed=claimed)
    jumps = [float(stated(claim.formula, trace_jump).subs({n: size, k0: int(c)})) for c in k_0]
    expect((np.abs(at_limit - found - jumps) < 1e-7).all(), "jump")
    note(f"b = {case}: path {found.min():.3g}..{found.max():.3g}, limit point {claimed:.3g}")
