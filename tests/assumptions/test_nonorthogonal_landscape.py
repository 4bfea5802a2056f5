"""Chapter nonorthogonal: minima and full batch for any unit data."""

from __future__ import annotations

import numpy as np
from sympy import Expr, Ge, Gt, Integer, Ne, Poly, Rational, Symbol, expand, solve

from sim.problems.nonorthogonal import from_data, simulate_gram
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero, rng
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import (
    NONORTH_PCA,
    NONORTH_STEP,
    U,
    c,
    curvature_across,
    curvature_along,
    edge_here,
    loss_here,
    mu,
    mu_pair,
    nu,
    nu_pair,
    ratio_factor,
    trace_here,
)
from theory.model.autoencoder import GRAD, HESS, loss_value
from theory.notation import (
    a,
    active,
    d,
    gradient,
    n,
    q_i,
    q_j,
    q_j_next,
    r2,
    t,
    v_v,
    w,
    w_v,
    x,
    x_v,
)

# NONORTH-PCA


def data_mean(expr: Expr, at: dict[Expr, Expr]) -> Expr:
    """Mean over the data of a polynomial in q_i, <x_i, v>, x_i whose totals are in ``at``."""
    total: Expr = Integer(0)
    for term in expand(expr).as_ordered_terms():
        fixed, varying = term.as_independent(q_i, x_v, x)
        total += fixed * (at[varying] if varying != 1 else 1)
    return expand(total)


# C w = mu w, so <C w, v> = mu <w, v>; <v, C v> = lambda.
LAMBDA = Symbol("lambda", real=True)
TOTALS = {q_i**2: mu * r2, q_i * x: mu * w, q_i * x_v: mu * w_v, x_v**2: LAMBDA}


@evidence(NONORTH_PCA, "symbolic", step="gradient")
def test_gradient_at_an_eigenvector(claim: Claim) -> None:
    expect_items(claim, words.UNIT_DATA, words.LINEAR)  # every gate is open
    expect_implied(Ge(n, 1), claim.region)
    expect_implied(Gt(mu, 0), claim.region)
    slope = data_mean(GRAD.says(gradient).subs(active, 1), TOTALS)
    factor = cancel(slope / w)
    expect(not factor.has(w), "the gradient is not along w")
    expect(solve(factor, r2) == [claim.says(r2)], f"stationary where {factor} = 0")


@evidence(NONORTH_PCA, "symbolic", step="loss")
def test_loss_at_an_eigenvector(claim: Claim) -> None:
    expect_items(claim, words.UNIT_DATA, words.LINEAR)
    value = data_mean(loss_value().subs(active, 1), TOTALS).subs(r2, claim.says(r2))
    expect_zero(claim.says(loss_here) - value, "mean loss")


def hessian_mean(claim: Claim) -> Expr:
    """v'Hv at a unit eigenvector, v'v = 1, in <w, v> and v'Cv."""
    form = data_mean(HESS.formula.rhs.subs(active, 1), TOTALS)
    return form.subs({r2: claim.says(r2), v_v: 1})


@evidence(NONORTH_PCA, "symbolic", step="hessian")
def test_hessian_at_an_eigenvector(claim: Claim) -> None:
    expect_items(claim, words.UNIT_DATA, words.LINEAR)
    form = hessian_mean(claim)
    expect_zero(claim.says(curvature_along) - form.subs({w_v: 1, LAMBDA: mu}), "along w")
    aside = stated(claim.region, w_v)
    expect_zero(claim.says(curvature_across) - form.subs({w_v: aside, LAMBDA: nu}), "across")
    # no mixed term: the form is diagonal in the eigenbasis
    expect(Poly(form, w_v, LAMBDA).total_degree() == 2, "form")


@evidence(NONORTH_PCA, "witness", needs="across")
def test_along_w_the_curvature_is_another(claim: Claim) -> None:
    """v = -w is a unit eigenvector, too, with nu = mu: mu - nu is 0, and the curvature along it 4 mu."""
    form = hessian_mean(claim)
    along = form.subs({w_v: -1, LAMBDA: mu})
    expect_zero(along - 4 * mu, "along -w")
    expect_zero(claim.says(curvature_across).subs(nu, mu), "what is claimed across")


@evidence(NONORTH_PCA, "symbolic", step="trace")
def test_trace_at_an_eigenvector(claim: Claim) -> None:
    """Summed over an orthonormal basis: sum of v'Cv = mean of ||x_i||^2 = 1, sum of <w, v>^2 = 1."""
    form = Poly(hessian_mean(claim), w_v, LAMBDA)
    one = form.coeff_monomial(1) * d
    total = one + form.coeff_monomial(w_v**2) + form.coeff_monomial(LAMBDA)
    expect_zero(claim.says(trace_here) - total, "trace")


@evidence(NONORTH_PCA, "symbolic", step="edge")
def test_edge_of_the_radial_factor(claim: Claim) -> None:
    """eta = a n; 1 - eta H_w = -1."""
    edges = solve(1 - a * n * claim.says(curvature_along) + 1, a)
    expect(len(edges) == 1, f"edges {edges}")
    expect_zero(claim.says(edge_here) - edges[0], "edge")


@evidence(NONORTH_PCA, "symbolic", step="ratio")
def test_ratio_of_two_factors(claim: Claim) -> None:
    """Full batch: X = n C w, so <X, v> = n nu <w, v>."""
    expect_only(claim, r2, loss_here, curvature_along, curvature_across, trace_here, edge_here,
                     ratio_factor, mu_pair, nu_pair)  # fmt: skip
    step = NONORTH_STEP.says(q_j_next)
    factors = [cancel(step.subs(U, n * value * q_j) / q_j) for value in (nu, mu)]
    factors = [x.subs(r2, 2 - t) for x in factors]
    pole = claim.condition("factor not 0")
    expect(isinstance(pole, Ne) and pole.rhs == 0, "a quotient needs a factor that is not 0")
    expect_zero(pole.lhs - factors[1], "the factor along w")
    expect_zero(claim.says(ratio_factor) - factors[0] / factors[1], "ratio")


@evidence(NONORTH_PCA, "symbolic", step="pair")
def test_covariance_of_a_pair(claim: Claim) -> None:
    """C x_1 = (x_1 + c x_2)/2 and C x_2 = (c x_1 + x_2)/2."""
    first, second = Symbol("x_1"), Symbol("x_2")
    image = {first: (first + c * second) / 2, second: (c * first + second) / 2}
    for sign, symbol in ((1, mu_pair), (-1, nu_pair)):
        vector = first + sign * second
        after = vector.subs(image, simultaneous=True)
        expect_zero(after - claim.says(symbol) * vector, f"eigenvector x_1 + {sign} x_2")


@evidence(NONORTH_PCA, "simulation", step=("ratio", "edge"))
def test_full_batch_finds_the_top_eigenvector(claim: Claim) -> None:
    """Four random points in R^6, 12 starts: below the edge all end there, 5% past it none does."""
    random = rng("data")
    data = random.normal(size=(4, 6)) + 0.5
    data /= np.linalg.norm(data, axis=1, keepdims=True)
    values, vectors = np.linalg.eigh(data.T @ data / 4)
    edge = float(claim.says(edge_here).subs({n: 4, mu: Rational(float(values[-1]))}))
    weight = random.normal(size=(12, 6))
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    q, norm, gram = from_data(weight, data)
    target = np.abs(data @ vectors[:, -1])
    for share, expected in ((0.9, 12), (1.05, 0)):
        run = simulate_gram(q, norm, gram, batch_size=4, step_size=4 * share * edge, steps=3000)
        near = np.abs(np.abs(run.q) - target).max(axis=1) < 1e-6
        expect(near.sum() == expected, f"{near.sum()} of 12 at {share} of the edge")
