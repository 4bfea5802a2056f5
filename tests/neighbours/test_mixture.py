"""Chapter mixture: SGD and the mixture of full-batch and single-sample steps."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

from flint import fmpq
from sympy import Ge, Rational, expand, symbols

from tests.inequalities import expect_implied
from tests.quadratic.cases import Case, enumerated_operator
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.neighbours.mixture import (
    Q_MIXTURE,
    chance,
    excess,
    full_operator,
    mu_3,
    other_chance,
    single_operator,
    third_batch,
    third_mixture,
)
from theory.quadratic.mean_square import Q_KAPPA, batch_ab, kappa_replacement, kappa_uniform
from theory.quadratic.second_moment import (
    C,
    N,
    batch_product,
    k,
    kron_product,
    kron_sum,
    mean_a,
    mean_ab,
    mean_b,
    multiplicity_moments,
    noise,
    operator,
    second_moment_operator,
)
from theory.quadratic.thresholds import QuadraticSum

F = Fraction


def _sizes(claim: Claim) -> None:
    """What the derivation divides by, and that there are batches at all."""
    for needed in (Ge(k, 1), Ge(N, 2), Ge(N - k, 0)):
        expect_implied(needed, claim.region)
    expect_items(claim, words.UNIFORM)


@evidence(Q_MIXTURE, "symbolic", step="moments")
def test_mean_products_of_both_ways_of_drawing(claim: Claim) -> None:
    """The batch's from E m_i = k/N, E m_i m_j; the mixture's from its two branches."""
    _sizes(claim)
    p = claim.says(chance)
    square, mixed = multiplicity_moments("uniform")
    expect_zero(N * square + N * (N - 1) * mixed - k**2, "(sum of m)^2 = k^2")
    claimed = claim.says(batch_ab)
    expect_zero(claimed.subs(chance, p) - batch_product(square, mixed), "E[a_B b_B]")
    full, single = mean_a * mean_b, mean_ab  # the means themselves; one uniform index for both
    expect_zero(claimed - ((1 - chance) * full + chance * single), "the mixture's E[a_M b_M]")
    expect_zero(p - Q_KAPPA.says(kappa_uniform), "p is the variance factor")


@evidence(Q_MIXTURE, "symbolic", step="operator")
def test_operators_of_both_ways_of_drawing(claim: Claim) -> None:
    """a = Q (x) I, b = I (x) Q: each operator from its own mean product."""
    _sizes(claim)
    branches = {full_operator: mean_a * mean_b, single_operator: mean_ab}
    derived = {x: second_moment_operator(product) for x, product in branches.items()}
    for name, value in derived.items():
        expect_zero(claim.says(name) - value, f"{name}")
    batch = batch_product(*multiplicity_moments("uniform"))
    claimed = claim.says(operator).subs({**derived, chance: claim.says(chance)})
    expect_zero(claimed - second_moment_operator(batch), "M_C of the batch")


@evidence(Q_MIXTURE, "symbolic", step="other chances")
def test_no_other_chance_has_the_operator(claim: Claim) -> None:
    """The difference is that of the mean products: so 0 only at p_M = p, or where C^2 V = 0."""
    _sizes(claim)
    batch = second_moment_operator(batch_product(*multiplicity_moments("uniform")))
    mixture = (1 - other_chance) * second_moment_operator(mean_a * mean_b)
    mixture += other_chance * second_moment_operator(mean_ab)
    claimed = claim.says(excess).subs(chance, claim.says(chance))
    expect_zero(claimed - expand(batch - mixture), "M_C - M_mix")


@evidence(Q_MIXTURE, "symbolic", step="third moments")
def test_third_moments_of_both_ways_of_drawing(claim: Claim) -> None:
    """Numbers x_i with sum 0 and sum of cubes N mu_3; e_j: mean of a product of j different m_i.

    m_i is 0 or 1 with sum k, and exchangeable: (N - j) e_(j+1) + j e_j = k e_j.
    Sum of x_i^2 x_j over i != j, and of x_i x_j x_l over different i, j, l, in power sums: a monomial of
    degree 3 has three of the N numbers at most, so three decide both identities for every N.
    """
    _sizes(claim)
    e_1 = k / N
    e_2 = (k - 1) * e_1 / (N - 1)
    e_3 = (k - 2) * e_2 / (N - 2)
    _, mixed = multiplicity_moments("uniform")
    expect_zero(e_2 - mixed, "e_2 is the second moment's")
    numbers = symbols("x y z")
    sums = symbols("s_1 s_2 s_3")
    powers = {s: sum(u**j for u in numbers) for j, s in enumerate(sums, 1)}
    pairs, triples = sums[1] * sums[0] - sums[2], sums[0] ** 3 - 3 * sums[0] * sums[1] + 2 * sums[2]
    listed = sum(u**2 * v for u, v in permutations(numbers, 2))
    expect_zero(pairs.subs(powers) - listed, "sum over pairs")
    listed = sum(u * v * w for u, v, w in permutations(numbers, 3))
    expect_zero(triples.subs(powers) - listed, "sum over triples")
    centred = {sums[0]: 0, sums[2]: N * mu_3}
    total = (e_1 * sums[2] + 3 * e_2 * pairs + e_3 * triples).subs(centred)
    derived = total / k**3
    said = claim.conjunct(third_batch)
    gap = (said.lhs - said.rhs).subs(third_batch, derived)
    expect_zero(gap, "third moment of the batch mean")
    for count, size in ((2, 1), (2, 2)):  # where N - 2 = 0: a pair has no skewness, so mu_3 = 0
        sides = [side.subs({N: count, k: size, mu_3: 0}) for side in (said.lhs, said.rhs)]
        expect(sides == [0, 0], "N = 2", k=size)
    full, single = 0, mu_3  # the mean itself has no spread
    derived_mixture = (1 - chance) * full + chance * single
    expect_zero(claim.says(third_mixture) - derived_mixture, "third moment of the mixture")


@evidence(Q_MIXTURE, "witness", needs="uniform batches", step=("moments", "operator"))
def test_with_replacement_the_chance_is_another(claim: Claim) -> None:
    """N = k = 2, Q = 1, 3, C = 1/2: drawn twice, E e^2 shrinks by 1/8; p = 0 says full batch, by 0."""
    case = Case([[[1]], [[3]]], 2, "replacement")
    found = enumerated_operator(case, F(1, 2))[0, 0]
    p = claim.says(chance).subs({N: 2, k: 2})
    A, product, V = QuadraticSum(case.components).operators
    values = {kron_sum: A[0, 0], kron_product: product[0, 0], noise: V[0, 0]}
    at = {x: Rational(int(v.p), int(v.q)) for x, v in values.items()} | {C: Rational(1, 2)}
    parts = {x: claim.says(x).subs(at) for x in (full_operator, single_operator)}
    claimed = claim.says(operator).subs({**parts, chance: p})
    expect(found == fmpq(1, 8), "E e^2 with replacement", found=found)
    expect(claimed == 0, "what the mixture has", claimed=claimed)
    expect(p != Q_KAPPA.says(kappa_replacement).subs(k, 2), "the chance would be 1/k")


@evidence(Q_MIXTURE, "witness", needs="batch size", step=("moments", "operator"))
def test_past_the_last_sample_there_is_no_chance(claim: Claim) -> None:
    """k = N + 1: p < 0 is no chance; k = 0 and N = 1: p has no value."""
    p = claim.says(chance)
    for count in (2, 7):
        expect(p.subs({N: count, k: count + 1}) < 0, "a chance", N=count)
        expect(not satisfies(claim.region, {N: count, k: count + 1}), "k = N + 1 is admitted")
    for point in ({N: 3, k: 0}, {N: 1, k: 1}):
        expect(p.as_numer_denom()[1].subs(point) == 0, "p is defined", at=point)
        expect(not satisfies(claim.region, point), "the region admits it", at=point)


@evidence(Q_MIXTURE, "witness", step="third moments")
def test_the_two_have_not_the_same_third_moment(claim: Claim) -> None:
    """N = 3, k = 2, values 0, 0, 3: the batch mean is skewed to the left, the mixture to the right."""
    point = {N: 3, k: 2, mu_3: 2}
    said = claim.conjunct(third_batch)
    batch = said.rhs.subs(point) / said.lhs.subs(third_batch, 1).subs(point)
    mixture = claim.says(third_mixture).subs(chance, claim.says(chance)).subs(point)
    draws = [F(0), F(3, 2), F(3, 2)]
    skewed = sum((x - 1) ** 3 for x in draws) / 3
    expect(Rational(skewed) == batch and batch < 0, "the batch", found=skewed, claimed=batch)
    expect(mixture > 0, "the mixture", mixture=mixture)
