"""Chapter orthogonal: how far SGD ends from its start."""

from __future__ import annotations

from scipy import stats
from sympy import Expr, Ge, Gt, Integer, Rational, Sum, Symbol

from tests.analysis import upper_bound_on
from tests.inequalities import expect_condition, expect_region_of, is_strict
from tests.obstructions import dead_starts
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.full_batch.alignment import density_of_share, share
from theory.minibatch.orthogonal import SGD_ORTHOGONAL, BetaTail, T, p_aligned
from theory.minibatch.sparse import SGD_SPARSE, limit_winner, p_sparse
from theory.notation import a, b, d, n, r2, s


@evidence(SGD_ORTHOGONAL, "symbolic", step="limit")
def test_cosine_is_a_coordinate(claim: Claim) -> None:
    """w_inf = +-x_I: |cos(w_inf, w_0)| = |<x_I, w_0>|/||w_0||, at most the largest of the n."""
    expect_region_of(claim, SGD_SPARSE, a, b, n)
    expect_region_of(claim, SGD_SPARSE, r2)
    expect_condition(claim.region, Gt(s, 0), "a live coordinate, which SGD-SPARSE needs")
    expect_items(claim, words.ORTHONORMAL, words.UNIFORM)
    expect(SGD_SPARSE.says(p_sparse) == 1, "convergence is almost sure")
    expect(SGD_SPARSE.says(limit_winner) == 1, "the limit is a unit vector along x_I")
    expect(not is_strict(claim.formula), "both sides are 0 at T = 1")
    tail = _tail(claim)
    expect_condition(claim.region, Ge(T, 0), "|cos| >= T is cos^2 >= T^2")
    expect_zero(tail.args[2] - T**2, "cos^2 >= T^2")


def _tail(claim: Claim) -> Expr:
    (tail,) = claim.formula.atoms(BetaTail)
    return tail


@evidence(SGD_ORTHOGONAL, "symbolic", step="union")
def test_union_bound(claim: Claim) -> None:
    index, one = Symbol("j", integer=True), Symbol("one", real=True)
    bound = upper_bound_on(claim, p_aligned).subs(_tail(claim), one)
    expect_zero(bound - Sum(one, (index, 1, n)).doit(), "sum of n equal chances")


@evidence(SGD_ORTHOGONAL, "symbolic", step="law")
def test_law_of_one_coordinate(claim: Claim) -> None:
    """<x_j, w_0>^2/||w_0||^2 is the share of one coordinate in d; a Beta law is known by its exponents."""
    expect_items(claim, words.ROTATION_INVARIANT)
    expect_condition(
        claim.region, Ge(d, 2), "the other coordinates' chi-square has d - 1 >= 1 degrees"
    )
    powers = density_of_share(Integer(1), d)
    alpha, beta, _ = _tail(claim).args
    expect_zero(powers[share] - (alpha - 1), "first exponent")
    expect_zero(powers[1 - share] - (beta - 1), "second exponent")


@evidence(SGD_ORTHOGONAL, "witness", step="limit", needs="live coordinate")
def test_dead_starts_break_the_bound(claim: Claim) -> None:
    """ReLU, no live coordinate (chance 2^-n): the cosine is 1 for ever, and the bound is 0 at T = 1."""
    expect(bool(dead_starts()), "no dead start")
    alpha, beta, edge = (x.subs({d: 2, T: 1}) for x in _tail(claim).args)
    one = stats.beta.sf(float(edge), float(alpha), float(beta))
    bound = upper_bound_on(claim, p_aligned).subs(_tail(claim), one).subs(n, 2)
    expect(bound < Rational(1, 4), "the bound allows the chance 2^-n of a dead start", bound=bound)
    dead = claim.region.subs({s: 0})
    expect(dead == False, "the claim admits a ReLU neuron without a live coordinate")  # noqa: E712
