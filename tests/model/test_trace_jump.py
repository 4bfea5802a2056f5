"""Evidence: TRACE-JUMP."""

from __future__ import annotations

from sympy import Mul, expand

from tests.forms import cancel
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory import vocabulary as words
from theory.model.autoencoder import HESS
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
    expect_identity(claim.conjunct(side=trace_path, kind="equation"), {trace_path: along})


@evidence(TRACE_JUMP, "certificate", step="active set")
def test_the_active_set_is_constant(claim: Claim) -> None:
    """Both factors of STEP are among those SIGN shows positive, on a region that holds this one."""
    step = equated(STEP.formula)
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
    value = claim.says(trace_path)
    expect(Mul(n, value).expand().is_polynomial(s, r2), "not a polynomial in s and r2", value=value)
    expect_identity(
        claim.conjunct(side=trace_path_limit, kind="equation"),
        {trace_path_limit: value.subs({s: 1, r2: 1})},
    )


@evidence(TRACE_JUMP, "symbolic", step="limit point")
def test_the_trace_at_the_limit_point(claim: Claim) -> None:
    """x_I is active and no other datum is (ReLU), s = ||w||^2 = 1."""
    expect_items(claim, words.CONVERGES, words.RELU)
    at_point = trace_of_hessian(HESS.formula.rhs).subs({s: 1, r2: 1, k: 1})
    expect_identity(
        claim.conjunct(side=trace_at_limit, kind="equation"), {trace_at_limit: at_point}
    )


@evidence(TRACE_JUMP, "symbolic", step="jump")
def test_the_jump(claim: Claim) -> None:
    values = {name: claim.says(name) for name in (trace_at_limit, trace_path_limit)}
    expect_identity(
        claim.conjunct(side=trace_jump, kind="equation"),
        {trace_jump: values[trace_at_limit] - values[trace_path_limit]},
    )
