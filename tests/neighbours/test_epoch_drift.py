"""Chapter epoch_drift: the second-order displacement of an epoch, and of the log ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations

from sympy import Expr, Ge, Integer, Poly, Rational, Symbol, diff, expand, log

from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.instances import exact
from tests.reading import expect_items, expect_only
from tests.subsets import chance_of
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.epochs import epochs
from theory.minibatch.rates import P4
from theory.model.autoencoder import GRAD, HESS
from theory.model.step import RATIO, chi_i, chi_j
from theory.neighbours.epoch_drift import (
    EPOCH_DRIFT,
    EPOCH_DRIFT_RATIO,
    drift_j,
    drift_off,
    flat_j,
    radial,
    ratio_reshuffled,
    ratio_uniform,
)
from theory.notation import S, a, active, b, n, perp, q_i, q_j, r2, s, t, v_v, w, w_v, x, x_v

F = Fraction
OPEN = {active: 1, r2: 2 - t}
ON_SPHERE = {t: 1, s: 1}

# <u, x_i>, <u, w> and <u, v> of a vector u, for the Hessian's bilinear form at (u, v)
ALONG, ON_W, INNER, SQUARE = (Symbol(name, real=True) for name in ("u_x", "u_w", "u_v", "u_u"))


def expect_epochs(claim: Claim) -> None:
    """Orthonormal data; an epoch cuts a uniform order of all n into n/b batches, 1 <= b < n."""
    expect_items(claim, words.ORTHONORMAL, words.RESHUFFLED, words.TWO_COEFFICIENTS)
    for condition in (Ge(b, 1), Ge(n - b, 1)):
        expect_implied(condition, claim.region)
    expect_zero(
        stated(claim.region, n) - epochs * b, "K = n/b batches, so that each index comes once"
    )
    expect_zero(stated(claim.region, t) - (2 - r2), "t")


def apart() -> Expr:
    """P(i and k in two batches of an epoch): given i's place, k has n - b of n - 1 places in others.

    A batch of i is a uniform b-subset given that it holds i, so this is chance_of(1, 1)/chance_of(1).
    """
    share = cancel(chance_of(1, 1) / chance_of(1))
    expect_zero(share - (n - b) / (n - 1), "n - b of n - 1 places")
    return share


def bilinear() -> Expr:
    """u' H_i v by HESS, from its quadratic form at u + v, u and v."""
    form = HESS.formula.rhs.subs(OPEN)
    both = form.subs({x_v: ALONG + x_v, w_v: ON_W + w_v, v_v: SQUARE + 2 * INNER + v_v})
    one = form.subs({x_v: ALONG, w_v: ON_W, v_v: SQUARE}, simultaneous=True)
    return expand((expand(both) - expand(one) - expand(form)) / 2)


def _gradient() -> tuple[Expr, Expr]:
    """Coefficients of x_i and of w in the gradient of sample i, by GRAD."""
    poly = Poly(GRAD.formula.rhs.subs(OPEN), x, w)
    return poly.coeff_monomial(x), poly.coeff_monomial(w)


def total(per_sample: Expr, on_data: bool) -> Expr:
    """The sum over the live data of a polynomial in q_i and <x_i, v>; v is x_j, or a unit vector off them."""
    known = {(2, 0): s, (4, 0): P4, (1, 1): q_j, (3, 1): q_j**3}
    result: Expr = Integer(0)
    for powers, coefficient in Poly(expand(per_sample), q_i, x_v).terms():
        if powers[1] and not on_data:
            continue  # <x_i, v> = 0
        result += coefficient * known[powers]  # a KeyError: a sum that is not known
    return expand(result)


def pair_sums(on_data: bool) -> tuple[Expr, Expr]:
    """v' times (sum over i, k of H_i g_k, sum over i of H_i g_i), v = x_j or a unit vector off the data."""
    along_x, along_w = _gradient()
    place = q_j if on_data else perp  # <w, v>
    # G = sum of all g_k: sum of along_x x_k is (along_x/q) w_A, of along_w w is (along_w/q^2) s w
    slope, shrink = cancel(along_x / q_i), cancel(along_w / q_i**2) * s
    expect(not (slope.has(q_i) or shrink.has(q_i)), "the gradient's form")
    all_pairs = {
        ALONG: (slope + shrink) * q_i,
        ON_W: slope * s + shrink * (2 - t),
        INNER: (slope * q_j if on_data else 0) + shrink * place,
    }
    own = {
        ALONG: along_x + along_w * q_i,
        ON_W: along_x * q_i + along_w * (2 - t),
        INNER: along_x * x_v + along_w * place,
    }
    form = bilinear().subs(w_v, place)
    return tuple(total(form.subs(u, simultaneous=True), on_data) for u in (all_pairs, own))  # type: ignore[return-value]


def drift(on_data: bool) -> Expr:
    """The mean over orders minus K full-batch steps of b/n each, at a^2."""
    pairs, own = pair_sums(on_data)
    mean = (
        apart() / 2 * (pairs - own)
    )  # either of two in different batches is first with chance 1/2
    steps, weight = n / b, b / n
    full = steps * (steps - 1) / 2 * weight**2 * pairs
    return cancel(mean - full)


@evidence(EPOCH_DRIFT, "symbolic", step="displacement")
def test_drift_from_gradients_and_hessians(claim: Claim) -> None:
    """w_k = w - a sum of earlier gradients, so a later one gains -a H times them: a^2 H_k g_i."""
    expect_epochs(claim)
    expect_only(claim, drift_j, drift_off, flat_j, radial)
    expect_zero(claim.says(drift_j) - drift(True), "D_j")
    expect_zero(claim.says(drift_off) - drift(False), "D_perp")


@evidence(EPOCH_DRIFT, "symbolic", step="displacement")
def test_drift_is_the_gradient_of_the_noise(claim: Claim) -> None:
    """By another way: -(n(n-b)/(4(n-1))) grad V, V = (1/n) sum |g_i|^2 - |g|^2 in s, r2 and P_4.

    d/dq_j of s, r2, P_4: 2 q_j, 2 q_j, 4 q_j^3; off the data only r2 changes.
    """
    along_x, along_w = _gradient()
    square = total(along_x**2 + 2 * along_x * along_w * q_i + along_w**2 * (2 - t), False)
    slope, shrink = cancel(along_x / q_i), cancel(along_w / q_i**2) * s
    whole = slope**2 * s + 2 * slope * shrink * s + shrink**2 * (2 - t)
    variance = square / n - whole / n**2
    by_r2 = -diff(variance, t)
    on_data = 2 * q_j * (diff(variance, s) + by_r2) + 4 * q_j**3 * diff(variance, P4)
    scale = -n * (n - b) / (4 * (n - 1))
    expect_zero(claim.says(drift_j) - scale * on_data, "D_j")
    expect_zero(claim.says(drift_off) - scale * 2 * perp * by_r2, "D_perp")


@evidence(EPOCH_DRIFT, "symbolic", step="minima")
def test_drift_along_the_minima(claim: Claim) -> None:
    """r2 = s = 1: D minus its part along w; sum of q_k D_k from sum q^2 = 1, sum q^4 = P_4."""
    expect_epochs(claim)
    moved = cancel(drift(True).subs(ON_SPHERE))
    known = {2: Integer(1), 4: P4}
    form = Poly(expand(moved * q_j * (n - 1) / (n - b)).cancel(), q_j)
    outward = sum((c * known[power] for (power,), c in form.terms()), Integer(0))
    outward = cancel(outward * (n - b) / (n - 1))
    expect_zero(claim.says(radial) - outward, "R")
    expect_zero(claim.says(flat_j) - (moved - outward * q_j), "T_j")


@evidence(EPOCH_DRIFT_RATIO, "symbolic", step="reshuffled")
def test_log_ratio_over_a_reshuffled_epoch(claim: Claim) -> None:
    """Full-batch steps keep the ratio, and the first order is theirs in every order: D_i/q_i - D_j/q_j.

    By RATIO with both drawn the change is 0; the first order of q_j is -(sum of gradients) = a (t - s) q_j.
    """
    expect_epochs(claim)
    expect_only(claim, ratio_reshuffled, ratio_uniform)
    expect_zero(RATIO.formula.rhs.subs({chi_i: 1, chi_j: 1}), "full batch")
    relative = cancel(drift(True) / q_j)
    change = relative.subs(q_j, q_i) - relative
    expect_zero(claim.says(ratio_reshuffled) - change, "Delta_reshuffled")


@evidence(EPOCH_DRIFT_RATIO, "symbolic", step="uniform")
def test_log_ratio_with_independent_batches(claim: Claim) -> None:
    """RATIO's logarithm to a^2, u = a t/(1 - aS): (chi_i - chi_j)(a t + a^2 (t S - t^2/2)).

    chi_i - chi_j has mean 0 and S the same part without i and j either way; only q_i^2 and q_j^2 are left.
    A step moves t and q by O(a), which adds O(a^3): n/b steps add up.
    """
    expect_epochs(claim)
    (logarithm,) = RATIO.formula.rhs.atoms(log)
    expect_zero(
        RATIO.formula.rhs - (chi_i - chi_j) * logarithm, "the change is (chi_i - chi_j) log"
    )
    step = logarithm.subs(r2, 2 - t)
    first, second = (cancel(diff(step, a, k).subs(a, 0)) / k for k in (1, 2))
    expect_zero(diff(first, S), "the first order knows no S")
    apart_in_step = chance_of(1, 1)
    alone = [second.subs(S, S + square) for square in (q_i**2, q_j**2)]
    change = cancel(apart_in_step * (alone[0] - alone[1]))
    expect_zero(claim.says(ratio_uniform) - n / b * change, "Delta_uniform")


# By playing epochs: polynomials in a, cut after a^2.

Cut = tuple[Fraction, Fraction, Fraction]


def times(u: Cut, v: Cut) -> Cut:
    return u[0] * v[0], u[0] * v[1] + u[1] * v[0], u[0] * v[2] + u[1] * v[1] + u[2] * v[0]


def plus(u: Cut, v: Cut) -> Cut:
    return u[0] + v[0], u[1] + v[1], u[2] + v[2]


def played(weight: Sequence[Cut], batch: Sequence[int], share: Fraction, relu: bool) -> list[Cut]:
    """One step of axes' data: w - a share sum of the gradients -(2 - |w|^2) q_i x_i + q_i^2 w."""
    zero = (F(0), F(0), F(0))
    square = zero
    for y in weight:
        square = plus(square, times(y, y))
    slack = (2 - square[0], -square[1], -square[2])
    seen = zero
    live = [i for i in batch if not relu or weight[i][0] > 0]
    for i in live:
        seen = plus(seen, times(weight[i], weight[i]))
    after = []
    for k, y in enumerate(weight):
        gain = plus(slack, zero) if k in live else zero
        gain = plus(gain, (-seen[0], -seen[1], -seen[2]))
        after.append(plus(y, times(y, (F(0), share * gain[0], share * gain[1]))))
    return after


def displacement(
    start: Sequence[Fraction], points: int, size: int, relu: bool
) -> tuple[list[Fraction], list[list[Cut]]]:
    """(coefficients of a^2 of the drift, the ends of all orders); the last coordinate is off the data."""
    begin: list[Cut] = [(y, F(0), F(0)) for y in start]
    ends = []
    for order in permutations(range(points)):
        at = begin
        for k in range(0, points, size):
            at = played(at, order[k : k + size], F(1), relu)
        ends.append(at)
    full = begin
    for _ in range(points // size):
        full = played(full, range(points), F(size, points), relu)
    mean = [sum((e[k][2] for e in ends), F(0)) / len(ends) for k in range(len(start))]
    expect(all(e[k][1] == full[k][1] for e in ends for k in range(len(start))), "first order")
    return [y - z[2] for y, z in zip(mean, full, strict=True)], ends


def _observed(q: Sequence[Fraction], off: Fraction, relu: bool) -> Mapping[Symbol, Rational]:
    live = [y for y in q if y and not (relu and y < 0)]
    norm = sum((y * y for y in q), off * off)
    return {
        t: exact(2 - norm),
        r2: exact(norm),
        s: exact(sum((y**2 for y in live), F(0))),
        P4: exact(sum((y**4 for y in live), F(0))),
    }


@evidence(EPOCH_DRIFT, "witness", step="displacement", needs="reshuffled")
def test_one_order_has_another_drift(claim: Claim) -> None:
    """n = 2, b = 1: the order (1, 2) alone moves q_1 at a^2 otherwise than the mean of both orders."""
    q = [F(1, 2), F(1, 3)]
    found, ends = displacement([*q, F(0)], 2, 1, False)
    alone = [e[0][2] for e in ends]
    expect(alone[0] != alone[1], "the two orders differ", q_1=alone)
    at = {**_observed(q, F(0), False), n: 2, b: 1, q_j: exact(q[0])}
    expect(claim.says(drift_j).subs(at) == exact(found[0]), "the mean is what is claimed")
