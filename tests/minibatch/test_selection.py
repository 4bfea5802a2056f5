"""Chapter selection: who wins, when, and how far from the start."""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Gt,
    Le,
    Rational,
    Symbol,
    diff,
    exp,
    limit,
    log,
    oo,
    pi,
    solve,
    tanh,
)

from tests.analysis import ball, expect_outside
from tests.forms import cancel
from tests.reading import expect_items
from tests.subsets import chance_of, expect_counts
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.log_ratios import WALK_DRIFT, drift, jump, membership_moments
from theory.minibatch.selection import (
    SELECT,
    SELECT_GENERATOR,
    SELECT_TIME,
    first_coefficient,
    increment_moments,
    level,
    mixed_coefficient,
    p_win,
    second_coefficient,
    start,
    time,
    y,
)
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.minibatch.sparse_time import BAND_ABOVE, SPARSE_TIME, mean_psi
from theory.notation import S_C, S, a, b, delta, delta_next, n, p, q_i, q_j, rho, s, t

E = Symbol("E", positive=True)  # e^y = |q_1/q_2|
PAIR = {n: 2, b: 1}


def in_ratio(expr: Expr, variable: Symbol = y) -> Expr:
    """A rational function of e^y, with pi as a symbol."""
    rational = expr.rewrite(exp).subs(pi, Symbol("_pi")).subs(exp(variable), E)
    rational = rational.replace(
        lambda x: x.func is exp, lambda x: E ** cancel(x.args[0] / variable)
    )
    if rational.has(exp) or rational.has(variable):
        raise Undecided(f"{expr} is no rational function of exp({variable})")
    return cancel(rational)


def generator(f: Expr, variable: Symbol) -> Expr:
    """SELECT-GENERATOR for n = 2, b = 1 on functions of y: D_1 = d/dy = -D_2."""
    split = WALK_DRIFT.says(p).subs(PAIR)
    parts = {x.lhs: x.rhs.subs(p, split) for x in relations(SELECT_GENERATOR.formula)}
    first, second = diff(f, variable), diff(f, variable, 2)
    ratio = E**2 / (1 + E**2)  # q_1^2 on the unit circle, from q_1/q_2 = E
    slope = parts[first_coefficient]
    lead = slope.subs(q_j**2, ratio) - slope.subs(q_j**2, 1 - ratio)
    curvature = 2 * parts[second_coefficient] - 2 * parts[mixed_coefficient]
    return cancel(curvature * in_ratio(second, variable) + lead * in_ratio(first, variable))


# SELECT-GENERATOR


@evidence(SELECT_GENERATOR, "symbolic")
def test_generator_from_the_step(claim: Claim) -> None:
    """s = t = 1 from the claim's rho and delta; p and the pair moments for symbolic n and b."""
    expect_items(claim, words.ORTHONORMAL, words.SMOOTH)
    expect_counts(claim)
    single, both = membership_moments()
    expect_zero(single - chance_of(1), "P(i in B)")
    expect_zero(both - chance_of(2), "P(i, j in B)")
    diagonal, mixed, slope = increment_moments()
    share_ = stated(claim.region, p)
    expect_zero(share_ - chance_of(1, 1), "p")
    norm = 1 + stated(claim.region, delta)
    state = {s: norm - stated(claim.region, rho), t: 2 - norm}
    derived = {second_coefficient: diagonal, mixed_coefficient: mixed, first_coefficient: slope}
    expect_identity(claim.formula.subs(p, share_), {x: v.subs(state) for x, v in derived.items()})


@evidence(SELECT_GENERATOR, "witness", needs="on the sphere")
def test_generator_off_the_sphere(claim: Claim) -> None:
    """n = 2, b = 1, delta = 1/2: t = 1/2, and A_jj = p t^2/2 is another."""
    diagonal, _, _ = increment_moments()
    point = {n: 2, b: 1, p: Rational(1, 2), rho: 0, delta: Rational(1, 2)}
    value = diagonal.subs({t: 1 - point[delta], s: 1 + point[delta]}).subs(point)
    expect(value != claim.says(second_coefficient).subs(point), "A_jj", found=value)
    expect_outside(claim, point, "A_jj is not p/2 there")


@evidence(SELECT_GENERATOR, "witness", needs="smooth")
def test_a_kink_moves_at_first_order(claim: Claim) -> None:
    """f = |log|q_1/q_2|| at q_1 = q_2, n = 2, b = 1: f changes by log(1 + u), u = a/(1 - a/2), surely.

    So E[f(q+) - f(q)] is about a, not O(a^2): over a^2 it exceeds 1/(2a), for every a <= 1/2.
    """
    up = jump(1, 0, Rational(1, 2)).subs(t, 1)
    for size in (Rational(1, 10), Rational(1, 1000), Rational(1, 10**6)):
        value = ball(up / a**2 - 1 / (2 * a), {a: size})
        expect(value > 0, "of second order", a=size)
    expect_items(claim, words.SMOOTH)


# SELECT and SELECT-TIME


@evidence(SELECT, "symbolic", step="generator")
@evidence(SELECT_TIME, "symbolic", step="generator")
def test_generator_for_two_points(claim: Claim) -> None:
    """p (d^2/dy^2 + tanh(y) d/dy), p = 1/2; and WALK-DRIFT's drift agrees to order a^2."""
    sizes = {x: stated(claim.region, x) for x in (n, b, rho, delta)}
    expect(sizes == {n: 2, b: 1, rho: 0, delta: 0}, "n = 2, b = 1, the circle", found=sizes)
    f = exp(y)
    split = WALK_DRIFT.says(p).subs(PAIR)
    expected = split * (in_ratio(diff(f, y, 2)) + in_ratio(tanh(y)) * in_ratio(diff(f, y)))
    expect_zero(generator(f, y) - expected, "generator on e^y")
    exact_drift = WALK_DRIFT.says(drift).subs({S_C: 0, p: split, t: 1})
    leading = diff(exact_drift, a, 2).subs(a, 0) / 2
    circle = {q_i: E / (1 + E**2) ** Rational(1, 2), q_j: 1 / (1 + E**2) ** Rational(1, 2)}
    expect_zero(cancel(leading.subs(circle)) - split * in_ratio(tanh(y)), "drift to order a^2")
    expect(bool(claim.formula.free_symbols & {y, start}), "a function of the log ratio")


@evidence(SELECT, "symbolic", step="harmonic")
def test_chance_is_harmonic(claim: Claim) -> None:
    expect_zero(generator(claim.says(p_win), y), "L of the claimed probability")


@evidence(SELECT, "symbolic", step="limits")
def test_chance_at_both_ends(claim: Claim) -> None:
    """y -> -oo or +oo almost surely (SGD-SPARSE): there x_1 has lost or won."""
    value = claim.says(p_win)
    expect(SGD_SPARSE.says(p_sparse) == 1, "some point wins")
    expect(limit(value, y, -oo) == 0, "x_1 has lost")
    expect(limit(value, y, oo) == SGD_SPARSE.says(p_sparse), "x_1 has won")


@evidence(SELECT_TIME, "symbolic", step="exit time")
def test_mean_exit_time(claim: Claim) -> None:
    """L tau = -1 inside, tau = 0 at both ends, tau even in z_0."""
    value = claim.says(time)
    for inside in (Gt(level, 0), Le(start**2, level**2)):
        expect(implied(inside, claim.region), "the start is inside", region=claim.region)
    expect_zero(generator(value, start) + 1, "L tau + 1")
    for end in (level, -level):
        expect(value.subs(start, end) == 0, f"tau at {end}")


@evidence(SELECT, "certificate", step="sphere")
@evidence(SELECT_TIME, "certificate", step="sphere")
def test_norm_stays_near_one(claim: Claim) -> None:
    """BAND-ABOVE: 0 <= delta <= a/4 for ever from the unit circle, for a <= 0.23, so for small steps."""
    expect_items(claim, words.SMALL_STEPS_LINEAR)
    bounds = {difference(x) for x in relations(BAND_ABOVE.formula)}
    expect(bounds == {delta_next, a / 4 - delta_next}, f"BAND-ABOVE says {bounds}")
    expect(satisfies(BAND_ABOVE.region, {a: Rational(1, 5), delta: 0, S: Rational(1, 2)}), "start")


K2 = 4


@evidence(SELECT, "certificate", step="moments")
@evidence(SELECT_TIME, "certificate", step="moments")
def test_moments_up_to_third_order(claim: Claim) -> None:
    """|m_1 - (a^2/2) tanh y| <= a^3 and |m_2 - a^2| <= 4 a^3, a <= 1/5, 0 <= delta = a xi <= a/4.

    m_1 = log(1 + z)/2 with z from WALK-DRIFT, |log(1+z) - z| <= z^2; m_2 is the mean of two squares
    of log(1 + u), u/(1+u) <= log(1+u) <= u, u = at/(1 - a q^2).
    """
    xi, lead = Symbol("xi", real=True), Symbol("lead", real=True)  # lead = tanh y
    norm, slack = 1 + a * xi, 1 - a * xi
    first, second = norm * (1 + lead) / 2, norm * (1 - lead) / 2
    box = {a: (0, Rational(1, 5)), xi: (0, Rational(1, 4)), lead: (0, 1)}
    (logarithm,) = WALK_DRIFT.says(drift).atoms(log)
    argument = logarithm.args[0].subs({S_C: 0, t: slack, q_i: first**Rational(1, 2),
                                       q_j: second**Rational(1, 2)})  # fmt: skip
    z = cancel((argument - 1) / (a**2 * lead))
    for sign in (
        1,
        -1,
    ):  # |z/(a^2 lead) - 1| <= a, so |z - a^2 lead| <= a^3 and z^2 <= 2 a^4 <= a^3
        _expect_rational(a - sign * (z - 1), box, "z to second order", a)
    _expect_rational(2 - z**2, box, "z^2 against a^4")
    for mass in (first, second):
        (one,) = jump(1, 0, mass).subs(t, slack).atoms(log)
        u = cancel((one.args[0] - 1) / a)
        _expect_rational(1 + K2 * a - u**2, box, "log(1+u)^2 from above", a)
        _expect_rational((u / (1 + a * u)) ** 2 - (1 - K2 * a), box, "log(1+u)^2 from below", a)
    expect(bool(claim.formula.free_symbols & {y, start}), "a function of the log ratio")


def _expect_rational(
    expr: Expr, box: dict[Symbol, Any], what: str, factor: Expr | None = None
) -> None:
    """expr >= 0 on the box, its denominator being positive there."""
    top, bottom = cancel(expr).as_numer_denom()
    middle = {x: Rational(1, 10) for x in box}
    if bottom.subs(middle) < 0:
        top, bottom = -top, -bottom
    expect_nonnegative(bottom.expand() + 0 * a, box, f"denominator, {what}")
    if factor is not None:
        top = cancel(top / factor) if cancel(top / factor).is_polynomial(*box) else top
    expect_nonnegative(top.expand(), box, what)


@evidence(SELECT, "certificate", step="closing")
def test_errors_add_up_to_order_a(claim: Claim) -> None:
    """h', h'', h''' are O(sech y), sech(y+v) <= e^|v| sech y, and sum_k E sech(y_k) <= 12/a^2.

    SPARSE-TIME with n = 2, b = 1: Phi^2 = sech(y)/2, Phi <= 1/sqrt(2), so
    E sech y_k <= sqrt(2) E Phi_k <= (1 - p a^2/6)^k.
    """
    h, tau = claim.says(p_win), Symbol("tau", real=True)
    sech = 2 * E / (1 + E**2)
    for order in (1, 2, 3):
        relative = cancel(in_ratio(diff(h, y, order)) / sech * Symbol("_pi"))
        even = cancel(relative**2)  # in x = tanh(y)^2: E^2 = (1 + tau)/(1 - tau)
        poly = cancel(even.subs(E, ((1 + tau) / (1 - tau)) ** Rational(1, 2)))
        expect_nonnegative((1 - poly).expand() + 0 * tau, {tau: (-1, 1)}, f"order {order}")
    V = Symbol("V", positive=True)  # e^v, v >= 0: e^v cosh(y+v) - cosh(y) = e^y (V^2 - 1)/2
    shifted = V * (E * V + 1 / (E * V)) / 2 - (E + 1 / E) / 2
    expect_zero(shifted - E * (V**2 - 1) / 2, "sech(y + v) against sech(y)")
    phi_squared = E / (1 + E**2)
    expect_zero(sech - 2 * phi_squared, "Phi^2 = sech(y)/2")
    split = WALK_DRIFT.says(p).subs(PAIR)
    rate = 1 - solve(difference(_mean_bound()), mean_psi)[0].subs(p, split)
    expect_zero(1 / rate - 12 / a**2, "sum of the geometric series")


def _mean_bound() -> Any:
    return SPARSE_TIME.conjunct(mean_psi, kind="inequality")


@evidence(SELECT_TIME, "certificate", step="closing")
def test_optional_stopping(claim: Claim) -> None:
    """log cosh has derivatives tanh, sech^2, -2 tanh sech^2, all within [-1, 1].

    So E[log cosh y+ - log cosh y] = (a^2/2)(1 + O(a)) at every step, and stopping overshoots Z by at
    most log(1 + 2a).
    """
    value, tau = claim.says(time), Symbol("tau", real=True)
    for order in (1, 2, 3):
        poly = cancel(in_ratio(diff(-value / 2, start, order), start) ** 2)
        poly = cancel(poly.subs(E, ((1 + tau) / (1 - tau)) ** Rational(1, 2)))
        expect_nonnegative((1 - poly).expand() + 0 * tau, {tau: (-1, 1)}, f"derivative {order}")
