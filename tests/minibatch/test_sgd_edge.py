"""Evidence: SGD-EDGE, UNIVERSAL-DECAY."""

from __future__ import annotations

from sympy import Abs, Ge, Rational, Symbol, diff, log, solve

from tests.analysis import ball, expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.obstructions import two_cycles
from tests.reading import expect_items
from tests.subsets import chance_of, expect_counts
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.log_ratios import WALK_DRIFT, membership_moments
from theory.minibatch.rates import (
    P4,
    SGD_EDGE,
    SGD_RATE,
    UNIVERSAL_DECAY,
    decay_coefficients,
    edge,
    eta_max,
    first_order,
    rate_off,
    rate_radial,
    rate_ratio,
    second_order,
)
from theory.model.step import norm_step
from theory.notation import S, a, b, delta, k, n, p, rho, s, t

# SGD-EDGE


@evidence(SGD_EDGE, "certificate", step="edge")
def test_edge_of_the_radial_exponent(claim: Claim) -> None:
    """|1 - 4a| < 1 exactly on (0, edge): the square is 1 at its ends, below inside, above outside."""
    factor = diff(norm_step().subs(S, 1 + delta), delta).subs(delta, 0)  # a batch with I alone
    gap = 1 - factor**2
    ends = sorted(solve(gap, a))
    expect(len(ends) == 2 and ends[0] == 0 and ends[1] == claim.says(edge), f"ends {ends}")
    inside = cancel(gap / ((a - ends[0]) * (ends[1] - a)))
    expect(inside.is_Rational and inside > 0, f"1 - (1-4a)^2 over (a)(edge - a) is {inside}")
    rate = SGD_RATE.says(rate_radial)
    expect(rate.has(log(Abs(factor))), f"{rate} is not made of the factor {factor}")


@evidence(SGD_EDGE, "symbolic", step="edge")
def test_other_exponents_are_negative_beyond_the_edge(claim: Claim) -> None:
    """log(1 - a^2) and log(1 - a) are negative on (0, 1), with positive weights p and b/n."""
    top = claim.says(edge)
    for rate in (rate_ratio, rate_off):
        (logarithm,) = SGD_RATE.says(rate).atoms(log)
        expect_nonnegative(1 - logarithm.args[0], {a: (0, 1)}, f"{logarithm} <= 0")
        expect_nonnegative(logarithm.args[0], {a: (0, top)}, f"{logarithm} exists")
        expect(ball(SGD_RATE.says(rate), {a: top, p: Rational(1, 3), n: 3, b: 1}) < 0, "sign")


@evidence(SGD_EDGE, "symbolic", step="scaling")
def test_scaling_rule(claim: Claim) -> None:
    expect_zero(claim.says(eta_max) - b * claim.says(edge), "eta = a b at the edge")


@evidence(SGD_EDGE, "symbolic", step="edge")
def test_two_cycles_past_the_edge(claim: Claim) -> None:
    """x y = c and x^2 + y^2 = 1 + c, c = 1/(2a), give x (1 + 2a(1 - x^2)) = y; real from a = 1/2 on."""
    y = Symbol("y", real=True)
    square = 1 + 1 / (2 * a) - y**2
    image = 1 / (2 * a * y) * (1 + 2 * a * (1 - square))
    expect_zero(image - y, "x is mapped to y, and by symmetry y to x")
    distance = square - 2 / (2 * a) + y**2  # (x - y)^2
    expect(solve(cancel(distance), a) == [claim.says(edge)], "the cycle is born at the edge")
    for point, _ in two_cycles():
        expect(point[a] > claim.says(edge), "a rational cycle below the edge", a=point[a])


# UNIVERSAL-DECAY


@evidence(UNIVERSAL_DECAY, "symbolic")
def test_decay_coefficients(claim: Claim) -> None:
    """s = 1 + delta - rho, with the rho that the claim assumes; pair moments for symbolic n and b."""
    expect_counts(claim)
    expect_items(claim, words.TWO_COEFFICIENTS)
    single, both = membership_moments()
    expect_zero(single - chance_of(1), "P(i in B)")
    expect_zero(both - chance_of(2), "P(i, j in B)")
    one, two = decay_coefficients()
    off = stated(claim.region, rho)
    for needed in (Ge(b, 1), Ge(n - b, 0), Ge(n, 2), Ge(k, 1), Ge(n - k, 0)):
        expect_implied(needed, claim.region)
    state = {s: 1 + delta - off, t: 1 - delta}
    second = cancel(two.subs(state).subs(delta, 0))
    expect(P4 not in second.free_symbols, "F_2 depends on the sum of q_j^4")
    expect_identity(claim.formula, {first_order: cancel(one.subs(state)), second_order: second})


@evidence(UNIVERSAL_DECAY, "witness")
def test_without_the_norm_the_decay_depends_on_the_point(claim: Claim) -> None:
    """The first draft's form: E sum log|q_j+/q_j| from s = 1, k = n, has a term in the sum of q_j^4."""
    _, two = decay_coefficients()
    norm = norm_step() - delta
    second = diff(norm, a, 2).subs({a: 0, delta: 0}) / 2
    single, both = membership_moments()
    means = second.expand().coeff(S, 1) * single + second.expand().coeff(S, 2) * (
        P4 * single + (1 - P4) * both
    )
    plain = cancel((two.subs({s: 1, t: 1, delta: 0}) + k / 2 * means).subs(k, n))
    expect(diff(plain, P4) != 0, "no dependence on the sum of q_j^4")
    expect_zero(diff(plain, P4) + n * WALK_DRIFT.says(p) / 2, "its coefficient is -n p/2")
    expect(claim.says(second_order).has(k), "F_2")


@evidence(UNIVERSAL_DECAY, "witness", needs="in the span")
def test_off_the_span_the_decay_is_another(claim: Claim) -> None:
    """With mass rho off the span s = 1 + delta - rho: F_1 has a term in rho, F_2 one in sum q_j^4."""
    one, two = decay_coefficients()
    state = {s: 1 + delta - rho, t: 1 - delta}
    point = {delta: 0, n: 2, b: 1, k: 2, rho: Rational(1, 2), P4: Rational(1, 8)}
    claimed = claim.says(first_order).subs(point), claim.says(second_order).subs(point)
    found = one.subs(state).subs(point), two.subs(state).subs(point)
    expect(found != claimed, "the same off the span", found=found, claimed=claimed)
    expect_outside(claim, point, "F_1 and F_2 differ off the span")


@evidence(UNIVERSAL_DECAY, "witness")
def test_only_to_leading_order(claim: Claim) -> None:
    """n = 2, b = 1, a = 1/4 from the sphere: the mean change is not a^2 F_2, and not that of others.

    Without (k/2) delta the a^2 coefficient is -1/4 at q^2 = (1/2, 1/2), -41/100 at (9/10, 1/10).
    """
    step, values = Rational(1, 4), {n: 2, b: 1, k: 2, delta: 0}
    leading = step**2 * claim.says(second_order).subs(values)
    changes = []
    for first in (Rational(1, 2), Rational(9, 10)):
        squares, total = (first, 1 - first), 0
        for drawn in (0, 1):
            factors = [1 - step * squares[drawn] + step * int(j == drawn) for j in (0, 1)]
            norm = sum(f**2 * x for f, x in zip(factors, squares, strict=True)) - 1
            total += (log(factors[0]) + log(factors[1]) - norm) / 2
        changes.append(total)
    for total in changes:
        expect(not ball(total - leading, {}).contains(0), "exact for a = 1/4", change=total)
    expect(not ball(changes[0] - changes[1], {}).contains(0), "the same for every point, exactly")
    plain = []
    for first in (Rational(1, 2), Rational(9, 10)):
        squares, total = (first, 1 - first), Rational(0)
        for drawn in (0, 1):
            factors = [1 - a * squares[drawn] + a * int(j == drawn) for j in (0, 1)]
            total += diff(log(factors[0]) + log(factors[1]), a, 2).subs(a, 0) / 4
        plain.append(total)
    expect(plain == [Rational(-1, 4), Rational(-41, 100)], "without the norm", found=plain)
