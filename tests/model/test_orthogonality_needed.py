"""What fails without orthogonality: one exact pair against the claims of sections 1 to 4."""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational

from tests.ambient import gradient as gradient_in_space
from tests.ambient import hessian
from tests.ambient import loss as loss_in_space
from tests.assumptions.oblique import ACUTE, pair
from tests.forms import cancel
from tests.instances import Instance, dot, exact
from theorem_audit import evidence, expect
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.nonorthogonal import NONORTH_FIXED, NONORTH_NOLIMIT, c, p_limit, shift2
from theory.full_batch.convergence import GD_DIRECTION
from theory.minibatch.log_ratios import FIXED_POINTS
from theory.minibatch.sparse import SGD_SPARSE, limit_others, limit_winner
from theory.minibatch.sparse import p_sparse as p_sparse_orthonormal
from theory.minibatch.two_points import MASS_FLOOR
from theory.model.landscape import STATIONARY, loss_minimum
from theory.model.spectrum import EIGENVALUES, MAX_EIG, TRACE, trace_linear
from theory.model.step import NORM, STEP
from theory.notation import S, a, chi, d, delta, n, q_i, q_j, q_j_next, r2, s, t


@evidence(STEP, "witness", needs="orthonormal data")
@evidence(GD_DIRECTION, "witness", needs="orthonormal data")
def test_a_coordinate_feels_the_other_sample(claim: Claim) -> None:
    """STEP: q_2 after a step on x_1 alone. GD-DIRECTION: both drawn; one factor for all q_j."""
    weight = [Fraction(1, 2), Fraction(1, 3)]
    if claim.id == STEP.id:
        at = Instance(ACUTE, weight, (0,), Fraction(1, 4), "linear")
        values = {a: exact(at.a), S: exact(at.S), r2: exact(at.r2), chi: 0, q_j: exact(at.q[1])}
        expect(claim.says(q_j_next).subs(values) != exact(at.step().q[1]), "q_2+")
        return
    at = Instance(ACUTE, weight, (0, 1), Fraction(1, 4), "linear")
    expect(not cancel(claim.says(q_j_next) / q_j).has(q_j), "the claimed factor knows j")
    after = at.step().q
    expect(after[0] * at.q[1] != after[1] * at.q[0], "the ratio is kept", before=at.q, after=after)


@evidence(NORM, "witness", needs="orthonormal data")
@evidence(MASS_FLOOR, "witness", step="mass", needs="orthonormal data")
def test_batches_of_two_feel_the_inner_product_in_the_norm(claim: Claim) -> None:
    """w = (3/5, 1/5) in the plane of the data, so s = r2; both samples drawn."""
    at = Instance(ACUTE, [Fraction(3, 5), Fraction(1, 5)], (0, 1), Fraction(1, 4), "linear")
    after = exact(at.step().r2)
    values = {a: exact(at.a), S: exact(at.S), r2: exact(at.r2), s: exact(at.r2),
              delta: exact(at.r2) - 1, t: 2 - exact(at.r2)}  # fmt: skip
    if claim.id == NORM.id:
        found = [y.rhs.subs(values) + 1 for y in relations(claim.formula)]
    else:
        growth = claim.conjunct(kind="equation")
        found = [growth.rhs.subs(values) + values[s]]
    for value in found:
        expect(value != after, "holds for an oblique pair", r2_next=after)


@evidence(STATIONARY, "witness", needs="orthonormal data")
@evidence(MAX_EIG, "witness", needs="orthonormal data")
@evidence(TRACE, "witness", needs="orthonormal data")
def test_minima_of_an_oblique_pair(claim: Claim) -> None:
    """At the minimum e_1: loss (1 - mu)/2 < (n-1)/(2n), eigenvalue 4 mu > 4/n, trace (d+4) mu - 1."""
    gates, here, sizes = [1, 1], [Fraction(1), Fraction(0)], {n: 2, d: 2}
    expect(not any(gradient_in_space(here, ACUTE, gates)), "e_1 is not stationary")
    found = hessian(here, ACUTE, gates)
    top, trace = found[0, 0], found[0, 0] + found[1, 1]
    expect(found[1, 1] > 0 and found[0, 1] == 0, "e_1 is no minimum")
    if claim.id == STATIONARY.id:
        value = claim.says(loss_minimum).subs(sizes)
        expect(exact(loss_in_space(here, ACUTE, gates)) < value, "nothing is lower")
        expect(any(gradient_in_space(ACUTE[0], ACUTE, gates)), "x_1 is stationary")
    elif claim.id == MAX_EIG.id:
        value = claim.says(EIGENVALUES["max"]).subs(sizes)
        expect(Rational(int(top.p), int(top.q)) != value, "largest eigenvalue", found=top)
    else:
        value = claim.says(trace_linear).subs(sizes)
        expect(Rational(int(trace.p), int(trace.q)) != value, "trace", found=trace)


@evidence(FIXED_POINTS, "witness", step="converse", needs="orthonormal data")
@evidence(SGD_SPARSE, "witness", step="tail", needs="orthonormal data")
def test_data_points_of_an_oblique_pair_are_no_limits(claim: Claim) -> None:
    """Every claimed limit +-x_i is moved by the other sample, by the same amount each time.

    So no path converges to one: each sample is drawn for ever, almost surely.
    """
    for data in (ACUTE, pair(Fraction(3, 5))):
        for i, j in ((0, 1), (1, 0)):
            for sign in (1, -1):
                start = [sign * y for y in data[i]]
                at = Instance(data, start, (j,), Fraction(1, 4), "linear")
                gap = [y - z for y, z in zip(at.step().weight, start, strict=True)]
                values = {a: exact(at.a), c: exact(dot(*data))}
                moved = exact(dot(gap, gap))
                expect(moved == NONORTH_FIXED.says(shift2).subs(values), "shift")
                expect(moved > 0, "x_i is fixed")
    if claim.id == SGD_SPARSE.id:
        expect(claim.says(p_sparse_orthonormal) == 1, "it claims convergence")
        expect(claim.says(limit_winner) == 1 and claim.says(limit_others) == 0, "to +-x_i")
        expect(NONORTH_NOLIMIT.says(p_limit) == 0, "there is no limit")
    else:
        expect(claim.says(q_i**2) == 1, "it claims that +-x_i are fixed")
