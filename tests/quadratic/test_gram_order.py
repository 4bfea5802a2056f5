"""Chapter gram_thresholds: the order in the matrix, and closed forms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat
from sympy import Rational, Symbol, diff, expand, sign

from tests.forms import cancel
from tests.quadratic.cases import Case, expect_relation, interval
from tests.quadratic.gram_cases import (
    KEPT,
    enclosed,
    fraction,
    in_parameters,
    plain,
    rational,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.quadratic.bounds import threshold_of
from theory.quadratic.gram_thresholds import (
    K_1,
    K_2,
    Q_GRAM,
    Q_GRAM_EDGE,
    Q_GRAM_ORDER,
    K_max,
    at_kappa,
    d_ab,
    gap,
    l_a,
    l_b,
    l_max,
    ones_form,
    tau,
    tau_slope,
    trace_k,
)
from theory.quadratic.second_moment import C, N, kappa
from theory.quadratic.thresholds import compare, definiteness, identity, threshold

F = Fraction


# ------------------------------------------------------------------------------------- Q-GRAM-ORDER


@evidence(Q_GRAM_ORDER, "symbolic", step="slope")
def test_kernel_rises_with_each_eigenvalue(claim: Claim) -> None:
    """Derivative of Q-GRAM's kernel; kappa >= 0 times a square."""
    known = Q_GRAM.says(tau).subs(d_ab, Q_GRAM.says(d_ab))
    expect_zero(claim.says(tau_slope) - diff(known, l_a), "derivative in l_a")
    relation = claim.conjunct(tau_slope, kind="inequality")
    root = Symbol("w")
    shown = cancel(claim.says(tau_slope) / kappa)
    square = cancel(shown / (known / (kappa * l_a)) ** 2)
    expect_zero(square - 1, "a square")
    given_ = (relation.gts - relation.lts).subs(tau_slope, kappa * root**2)
    expect_nonnegative(expand(given_), {kappa: (0, 1), root: (-1, 1)}, f"{relation}")
    silent = claim.says(tau_slope).subs(kappa, 0)
    expect(relation.subs(tau_slope, silent), "kappa = 0 is allowed", value=silent)


def _pair(left: Any, extra: Any) -> tuple[Case, Case]:
    """K_1 = J J' and K_2 = J J' + w w', both with the parameters of [J, w]."""
    small = in_parameters([[*row, F(0)] for row in left])
    large = in_parameters([[*row, x] for row, x in zip(left, extra, strict=True)])
    return small, large


def _ordered(claim: Claim, small: Case, large: Case, factors: Any) -> None:
    relation = claim.conjunct(threshold_of(K_1), threshold_of(K_2), kind="inequality")
    for factor in factors:
        one, two = (threshold(x.problem, factor) for x in (small, large))
        if one.kind == two.kind == "finite":
            found = {threshold_of(K_1): interval(one), threshold_of(K_2): interval(two)}
            expect_relation(relation, found, small=small, large=large, kappa=factor)


PAIRS = {
    "one direction": ([[F(1), F(0)], [F(1, 2), F(1)]], [F(1), F(-1)]),
    "nothing added": ([[F(1), F(0)], [F(1, 2), F(1)]], [F(0), F(0)]),
    "a new direction": ([[F(1)], [F(2)], [F(1)]], [F(1), F(0), F(-1)]),
    "orthogonal": ([[F(1), F(0)], [F(0), F(1, 2)]], [F(0), F(1)]),
    "a hair": ([[F(1), F(0)], [F(1, 2), F(1)]], [F(1, 1000), F(0)]),
}


@evidence(Q_GRAM_ORDER, "ball", step="order")
def test_order_on_kept_pairs(claim: Claim) -> None:
    """Exact thresholds in p^2 dimensions; every kappa of three."""
    for left, extra in PAIRS.values():
        _ordered(claim, *_pair(left, extra), (F(1), F(1, 3), F(0)))
    same = Symbol("c", positive=True)
    relation = claim.conjunct(threshold_of(K_1), threshold_of(K_2), kind="inequality")
    expect(relation.subs({threshold_of(K_1): same, threshold_of(K_2): same}), "equality occurs")


@evidence(Q_GRAM_ORDER, "cited", step="order")
def test_hypotheses_of_the_antitone_inverse(claim: Claim) -> None:
    """<V,T V> is kappa <V, [x_A + x_B - c]^-1 V> with x_A = K^-1 (x) 1, x_B = 1 (x) K^-1, positive
    below the edge.

    K_1 <= K_2 reverses to K_2^-1 <= K_1^-1, so the bracket falls, is still positive below K_2's
    edge, and its inverse
    rises. Checked exactly: brackets, their order, and their inverses' order, on pairs of definite K.
    """
    expect_items(claim, words.INDEPENDENT, words.FITTED)  # else C_ms is no root of C rho(T) = 1
    relation = claim.conjunct(threshold_of(K_1), threshold_of(K_2), kind="inequality")
    expect(relation.gts == threshold_of(K_1), "the smaller matrix has the larger threshold")
    from theory.quadratic.thresholds import kron

    for left, extra in (PAIRS["one direction"], PAIRS["orthogonal"], PAIRS["a hair"]):
        J = fmpq_mat([[rational(x) for x in row] for row in left])
        w = fmpq_mat([[rational(x)] for x in extra])
        one = J * J.transpose()
        two = one + w * w.transpose()
        expect(definiteness(two - one) >= 0, "K_1 <= K_2")
        eye = identity(2)
        brackets = []
        for K in (one, two):
            inverse = K.inv()
            cut = fmpq(1, 4) * fmpq(1, 2)  # C (1 - kappa)/N
            brackets.append(kron(inverse, eye) + kron(eye, inverse) - kron(eye, eye) * cut)
        expect(all(definiteness(x) > 0 for x in brackets), "below both edges")
        expect(definiteness(brackets[0] - brackets[1]) >= 0, "the bracket falls")
        expect(definiteness(brackets[1].inv() - brackets[0].inv()) >= 0, "its inverse rises")


@evidence(Q_GRAM_ORDER, "witness", needs="ordered", step="order")
def test_a_smaller_matrix_has_no_smaller_threshold(claim: Claim) -> None:
    small, large = _pair(*PAIRS["one direction"])
    relation = claim.conjunct(threshold_of(K_1), threshold_of(K_2), kind="inequality")
    one, two = (threshold(x.problem, F(1)) for x in (large, small))  # K_1 the larger: g < 0
    point = {threshold_of(K_1): plain(one.high), threshold_of(K_2): plain(two.low)}
    expect(not claim.region.subs(gap, -1), "outside the region")
    expect(not relation.subs(point), "the other order")


# -------------------------------------------------------------------------------------- Q-GRAM-EDGE


@evidence(Q_GRAM_EDGE, "symbolic", step="full batch")
def test_without_noise_the_sharpest_mode_decides(claim: Claim) -> None:
    """kappa = 0: the mode a, a has factor 1 - C d_aa = (1 - C l_a/N)^2; it is 1 first at l_max."""
    expect_items(
        claim, words.INDEPENDENT, words.FITTED
    )  # d_ab is the mean dynamics of such batches
    factor = 1 - C * Q_GRAM.says(d_ab).subs({kappa: 0, l_b: l_max, l_a: l_max})
    stated = claim.says(at_kappa(0))
    expect_zero(factor.subs(C, stated) - 1, "factor 1 at the claimed threshold")
    expect(stated.subs({N: 2, l_max: 1}) != 0, "and it is not C = 0")


@evidence(Q_GRAM_EDGE, "symbolic", step="one sample")
def test_row_sums_at_one_sample(claim: Claim) -> None:
    """kappa = 1: (T 1)_i = sum_a U_ia^2 tau_aa = K_ii/2, as tau_aa = l_a/2.

    The least and largest row sum enclose rho(T), and so does their mean from below: with 2 rho + u
    = K_max
    and 2 rho - w = tr K/N, u, w >= 0, C_ms = 1/rho lies where the claim says; and at u = w = 0 it may.
    """
    expect_items(claim, words.INDEPENDENT, words.FITTED)  # else C_ms is no root of C rho(T) = 1
    row = Q_GRAM.says(tau).subs(d_ab, Q_GRAM.says(d_ab)).subs({l_b: l_a, kappa: 1})
    expect_zero(row - l_a / 2, "tau_aa at kappa = 1")
    found = matching(claim.formula, at_kappa(1), number=2)
    z, u, w = Symbol("z"), Symbol("u"), Symbol("w")  # z = rho
    for relation in found:
        value = (relation.gts - relation.lts).subs(
            {at_kappa(1): 1 / z, K_max: 2 * z + u, trace_k: N * (2 * z - w)}
        )
        top, bottom = cancel(value).as_numer_denom()
        sure = bottom.subs({z: 1, u: Rational(1, 2), w: Rational(1, 2)})
        top = top * sign(sure)
        names: dict[Symbol, Any] = {x: (0, 1) for x in (z, u, w) if top.has(x)}
        if top.has(w) and top.has(z):
            names[w] = (0, 2 * z)  # tr K >= 0
        if names:
            expect_nonnegative(expand(top), names, f"{relation}")
        else:
            expect(top >= 0, f"{relation}")


@evidence(Q_GRAM_EDGE, "symbolic", step="eigenvalues")
def test_form_of_the_all_ones_vector(claim: Claim) -> None:
    """U'U = 1: <1, T 1>/N = (1/N) sum_a tau_aa."""
    expect_items(claim, words.INDEPENDENT, words.FITTED)
    row = Q_GRAM.says(tau).subs(d_ab, Q_GRAM.says(d_ab)).subs(l_b, l_a)
    expect_zero(claim.says(ones_form) - row / N, "omega_a")


@evidence(Q_GRAM_EDGE, "ball", step=("full batch", "one sample", "eigenvalues"))
def test_closed_forms_on_kept_models(claim: Claim) -> None:
    for name, model in KEPT.items():
        size, problem = len(model.roots), model.case.problem
        K = model.gram
        point = {
            N: size, l_max: plain(max(model.values)),
            K_max: plain(max(fraction(K[i, i]) for i in range(size))),
            trace_k: plain(sum((fraction(K[i, i]) for i in range(size)), F(0))),
        }  # fmt: skip
        edge = claim.says(at_kappa(0)).subs(point)
        expect(compare(problem, F(0), F(int(edge.p), int(edge.q))) == 0, "2N/l_max", case=name)
        one = enclosed(model, F(1))
        for relation in matching(claim.formula, at_kappa(1)):
            expect_relation(relation.subs(point), {at_kappa(1): one}, case=name)
        factor = model.case.kappa
        low = plain(enclosed(model, factor)[0])
        terms = [
            claim.says(ones_form).subs({N: size, l_a: plain(x), C: low, kappa: plain(factor)})
            for x in model.values if x
        ]  # fmt: skip
        expect(low * sum(terms) <= 1, "C_ms is at most the root", case=name)
