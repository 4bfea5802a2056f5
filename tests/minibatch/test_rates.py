"""Chapter rates: exponents at the limit, the edge of stability, decay over the whole sphere."""

from __future__ import annotations

from fractions import Fraction

from sympy import Abs, And, Expr, Ge, Integer, Le, Max, Rational, Symbol, diff, log, zeta

from tests.analysis import ball, expect_outside, expect_same
from tests.inequalities import expect_condition, expect_inside, expect_region_of
from tests.instances import Instance, exact
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.region import box_of, satisfies
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory.minibatch.log_ratios import WALK_JUMP, membership_moments, step_factor
from theory.minibatch.rates import (
    SGD_RATE,
    SGD_RATE_PATHS,
    exponent_of_ratio,
    exponent_off,
    path_off,
    path_ratio,
    rate_norm,
    rate_off,
    rate_radial,
    rate_ratio,
)
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.model.step import NORM, SIGN, norm_step
from theory.notation import S, a, b, delta, n, p, r2, s, t

POINTS = [
    {a: Rational(3, 10), p: Rational(1, 7), n: 5, b: 2},
    {a: Rational(9, 20), p: Rational(1, 3), n: 4, b: 3},
]


# SGD-RATE


@evidence(SGD_RATE, "symbolic", step="limit")
def test_exponents_at_the_limit(claim: Claim) -> None:
    """Means of the logarithms of the factors at x_I over the b-subsets, for symbolic n and b.

    Both factors of each logarithm are > 0 at x_I for a < 1: 1 - a, 1 + a.
    """
    expect_counts(claim)
    expect_mini_batches(claim)
    expect_zero(stated(claim.region, p) - chance_of(1, 1), "p is the chance of a split")
    for drawn, mass in ((0, 1), (1, 0), (0, 0), (1, 1)):
        factor = step_factor(drawn, Integer(mass)).subs(t, 1)
        expect_nonnegative(factor + 0 * a, {a: box_of(claim.region, (a,))[a]}, "factor at x_I")
    expect_same(claim.says(rate_ratio), exponent_of_ratio(), POINTS, "ratios")
    expect_same(claim.says(rate_off), exponent_off(), POINTS, "off the live coordinates")


# SGD-RATE-PATHS


@evidence(SGD_RATE_PATHS, "symbolic", step="limit")
def test_paths_converge_where_the_exponents_are(claim: Claim) -> None:
    """SGD-SPARSE: almost surely some w_k -> +-x_I; its region is implied, radius and mass too.

    Inside the radius SIGN keeps every factor > 0: the logarithms of SGD-RATE exist along the path.
    """
    expect_region_of(claim, SGD_SPARSE)
    expect(SGD_SPARSE.says(p_sparse) == 1, "convergence is almost sure")
    for symbol, value in ((path_ratio, rate_ratio), (path_off, rate_off)):
        expect(claim.says(symbol) == value, f"{symbol} is the mean at the limit")
    expect_zero(stated(claim.region, p) - stated(SGD_RATE.region, p), "the same p")
    expect_inside(And(claim.region, Ge(S, 0), Le(S, r2)), SIGN, (a, r2, S))


@evidence(SGD_RATE_PATHS, "witness", step="limit", needs="radius")
def test_outside_the_radius_a_ratio_may_be_exactly_zero(claim: Claim) -> None:
    """n = 2, b = 1, a = 9/25, w_0 = (5/3, 1/10): drawing 1 gives (-709/1500, 0); the rate is -oo.

    1 is drawn first with probability 1/2, both coordinates are live, a < 1/2: only r2 < 2 fails.
    """
    start, step = [Fraction(5, 3), Fraction(1, 10)], Fraction(9, 25)
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    after = Instance(basis, start, (0,), step, "linear").step()
    expect(after.q == [Fraction(-709, 1500), 0], "exactly 0", q=after.q)
    for batch in ((0,), (1,)):
        moved = Instance(basis, after.weight, batch, step, "linear").step()
        expect(moved.q[1] == 0, "0 for ever")
    square = exact(start[0] ** 2 + start[1] ** 2)
    point = {n: 2, b: 1, p: Rational(1, 2), a: exact(step), r2: square, s: square}
    for assumption in SGD_RATE_PATHS.assumptions:
        if assumption.condition is not None:
            holds = satisfies(assumption.condition, point)
            expect(holds == (assumption.name != "radius"), f"{assumption.name} is {holds}")
    expect_outside(claim, point, "log|q_2/q_1| is -oo from the first step on")


@evidence(SGD_RATE, "witness", step="radial")
def test_the_radial_exponent_is_no_rate_of_paths(claim: Claim) -> None:
    """Inside the ball: a = 25/72, w_0 = (4/5, 0); drawing 1 gives q = 1, delta = 0, exactly.

    log|delta|/k is -oo then; the mean at the limit is finite.  So the exponent must be the mean.
    """
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    at = Instance(basis, [Fraction(4, 5), Fraction(0)], (0,), Fraction(25, 72), "linear").step()
    expect(at.weight == [1, 0], "delta = 0", w=at.weight)
    expect(claim.symbols["lambda_radial"].startswith("mean"), "read as a mean, not as a limit")
    value = claim.says(rate_radial).subs({a: Rational(25, 72), n: 2, b: 1})
    expect(ball(value, {}) < 0, "finite")


@evidence(SGD_RATE_PATHS, "certificate", step="bounded")
def test_increments_are_bounded(claim: Claim) -> None:
    """|log ratio| moves by at most log(1 + 2a); 1 >= 1 - aS >= 1 - 2a > 0 bounds log(1 - aS)."""
    box = {a: box_of(claim.region, (a,))[a], S: (0, 2)}
    expect(WALK_JUMP.formula.gts.free_symbols == {a}, "the jump bound depends on the state")
    expect_condition(claim.region, 1 - 2 * a > 0, "log(1 - 2a) is finite")
    expect_nonnegative(step_factor(0) - (1 - 2 * a), box, "left-out factor from below")
    expect_nonnegative(1 - step_factor(0), box, "left-out factor from above")


@evidence(SGD_RATE_PATHS, "cited", step="strong law")
def test_hypotheses_of_the_strong_law(claim: Claim) -> None:
    """N_k = sum of D_l/l, |D_l| <= d, is a martingale with E N_k^2 <= d^2 zeta(2): it converges.

    Kronecker: D_1 + ... + D_k = k N_k - (N_1 + ... + N_{k-1}), so the mean of D tends to 0: by induction on k,
    as N_k = N_{k-1} + D_k/k: both sides grow by D_k, from 0 at k = 0.
    """
    expect(claim.cites == ("supermartingale convergence theorem",), f"cites {claim.cites}")
    expect(zeta(2).is_finite, "sum of 1/l^2")
    step, before, jump = (Symbol(name, real=True) for name in ("l", "N_{l-1}", "D_l"))
    now = before + jump / step
    grows = step * now - (step - 1) * before - before  # by N_{l-1} the sum that is taken away
    expect_zero(grows - jump, "Abel summation, from l - 1 to l")


@evidence(SGD_RATE, "symbolic", step="radial")
def test_radial_exponent(claim: Claim) -> None:
    """With q_I alone a batch with I sees all the mass, S = 1 + delta; any other does nothing."""
    single, _ = membership_moments()
    alone = norm_step()
    slope = diff(alone.subs(S, 1 + delta), delta).subs(delta, 0)
    expect_zero(diff(alone.subs(S, 0), delta) - 1, "factor when I is left out")
    expect_same(
        _signed(claim.says(rate_radial)), _signed(single * log(Abs(slope))), POINTS, "radial"
    )


def _signed(expr: Expr) -> Expr:
    """log|x| as log(x^2)/2, which the normal form can read."""
    return expr.replace(lambda x: x.func is log, lambda x: log(_square(x.args[0])) / 2)


def _square(expr: Expr) -> Expr:
    return expr.args[0] ** 2 if isinstance(expr, Abs) else expr**2


@evidence(SGD_RATE_PATHS, "symbolic", step="forced")
def test_norm_is_forced_by_squares(claim: Claim) -> None:
    """delta+ = A delta + force: the force vanishes with the other coordinates, and to second order.

    eps scales all coordinates but q_I; I in the batch or not.
    """
    eps, share, rest = Symbol("eps"), Symbol("x"), Symbol("y")
    form = NORM.conjunct(r2).rhs
    force = form.subs(delta, 0)
    order = None
    for mass in (1 - rest * eps**2 + share * eps**2, share * eps**2):  # I in B, I not in B
        value = force.subs({S: mass, r2: 1}).expand()
        low = min(power for (power,) in _powers(value, eps))
        order = low if order is None else min(order, low)
    bound = claim.conjunct(rate_norm)
    derived = Max(rate_radial, order * rate_ratio, order * rate_off)
    expect(bound == Le(rate_norm, derived), f"{bound}, where the force has order {order}")


def _powers(expr: Expr, x: Symbol) -> list[tuple[int, ...]]:
    return expr.as_poly(x).monoms()
