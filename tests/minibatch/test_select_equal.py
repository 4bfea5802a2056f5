"""Evidence: SELECT-EQUAL."""

from __future__ import annotations

from sympy import Eq, Ge, Symbol, solve

from tests.analysis import expect_outside
from tests.inequalities import expect_region_of
from tests.obstructions import caught_starts
from tests.subsets import expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory.minibatch.rates import P4
from theory.minibatch.selection import SELECT_EQUAL, p_equal
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.model.step import STEP
from theory.notation import S_C, S, chi, k, perp_next, q_i, q_j, q_j_next, s

# SELECT-EQUAL


@evidence(SELECT_EQUAL, "symbolic", step="symmetry")
def test_steps_commute_with_permutations(claim: Claim) -> None:
    """Exchanging two live i, j (transpositions generate all) commutes with a step and keeps its law.

    With memberships c_i, c_j and S = S_C + c_i q_i^2 + c_j q_j^2, exchanged state and memberships give
    the exchanged step, by STEP; S, and so every other coordinate's factor, is the same.  A step is odd
    in q_j, so a sign may be exchanged as well (ReLU: live means > 0).  An exchange maps b-subsets one
    to one onto b-subsets, all of the same chance 1/C(n, b).  So from |q_i| = |q_j| the paths with i
    and j exchanged have the same law: P(x_i wins) = P(x_j wins).  The k live q_j^2 have one size, s/k: the
    squares of their distances from it add up to P_4 - s^2/k = 0.
    """
    c_i, c_j = Symbol("c_i", real=True), Symbol("c_j", real=True)
    mass = S_C + c_i * q_i**2 + c_j * q_j**2
    swap = {q_i: q_j, q_j: q_i, c_i: c_j, c_j: c_i}
    expect_zero(mass.subs(swap, simultaneous=True) - mass, "the batch's mass")
    after = STEP.says(q_j_next).subs(S, mass)
    of_j = after.subs(chi, c_j)
    of_i = STEP.says(q_j_next).subs({q_j: q_i, chi: c_i}, simultaneous=True).subs(S, mass)
    expect_zero(of_j.subs(swap, simultaneous=True) - of_i, "the step of the exchanged state")
    off = STEP.says(perp_next).subs(S, mass)
    expect_zero(off.subs(swap, simultaneous=True) - off, "the rest's step")
    odd = STEP.says(q_j_next)
    expect_zero(odd.subs(q_j, -q_j) + odd, "a step is odd in q_j, given S")
    expect_counts(claim)
    expect_mini_batches(claim)
    expect(implied(Eq(k * P4, s**2), claim.region), "the live coordinates start equal")
    expect(implied(Ge(k, 1), claim.region), "and there is one")
    spread = P4 - 2 * (s / k) * s + k * (s / k) ** 2
    expect_zero(spread.subs(P4, s**2 / k), "sum of (q_j^2 - s/k)^2 over the k live coordinates")
    expect(claim.says(p_equal).free_symbols == {k}, "the same for every live j")


@evidence(SELECT_EQUAL, "symbolic", step="total")
def test_equal_chances_sum_to_one(claim: Claim) -> None:
    expect_region_of(claim, SGD_SPARSE)
    chance = Symbol("x", real=True)
    total = k * chance - SGD_SPARSE.says(p_sparse)
    expect_identity(claim.formula, {p_equal: solve(total, chance)[0]})


@evidence(SELECT_EQUAL, "witness", step="total", needs="radius")
def test_ties_outside_the_radius_need_not_win(claim: Claim) -> None:
    """r2 > 2, the live mass shared equally by two coordinates: r2 > 2 for ever, so nobody wins."""
    for point, why in caught_starts():
        tied = {**point, k: 2, P4: point[s] ** 2 / 2}
        for assumption in claim.assumptions:
            if assumption.condition is not None and assumption.name != "radius":
                expect(satisfies(assumption.condition, tied), f"{assumption.name} at {tied}")
        expect_outside(claim, tied, why)
        expect(claim.says(p_equal).subs(tied) > 0, "the claim gives each of them a chance")
