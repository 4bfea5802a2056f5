"""Tools for the exponents at a data direction: chances of membership, and the local scale."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import And, Eq, Expr, Integer, Rational, Symbol, diff, log, solve
from sympy.logic.boolalg import Boolean

from tests.assumptions.norms import scaled_region
from tests.forms import cancel
from tests.instances import Instance, exact
from theorem_audit import expect, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, matching
from theory.assumptions.saddle_trap import (
    W_exit,
    factor_at,
    factor_of,
    p_both,
)  # fmt: skip
from theory.assumptions.unequal_norms import (
    sigma_i,
    sigma_j,
    sigma_m,
)  # fmt: skip
from theory.full_batch.convergence import GD_CONVERGES
from theory.minibatch.log_ratios import membership_moments
from theory.notation import S, a, b, n, p, r2, rho, s

POINTS = [
    {a: Rational(3, 10), n: 5, b: 2, sigma_i: 1, sigma_j: Rational(6, 5)},
    {a: Rational(9, 20), n: 4, b: 3, sigma_i: Rational(4, 5), sigma_j: Rational(3, 2)},
]
beta = Symbol("beta", real=True)  # a sigma_i^2
w = Symbol("w", real=True)  # another squared norm over sigma_i^2
LOCAL = {a: beta / sigma_i**2, sigma_j: sigma_i * w ** Rational(1, 2),
         sigma_m: sigma_i * w ** Rational(1, 2)}  # fmt: skip
MEMBERS = [(1, 0), (0, 1), (1, 1), (0, 0)]


def chances() -> dict[tuple[int, int], Expr]:
    """P(memberships of i and j)."""
    single, both = membership_moments()
    return {(1, 0): single - both, (0, 1): single - both, (1, 1): both,
            (0, 0): 1 - 2 * single + both}  # fmt: skip


def expect_longest_speaks(claim: Claim, exponent: Expr, room: Expr) -> None:
    """The exponent grows with sigma_j^2: negative for the longest live datum, negative for all.

    room: what is left of 1 - a sigma_i^2 by the claim's step size; the caller shows that it is >= 0.
    """
    y = Symbol("y", positive=True)  # sigma_j^2
    bottom = (1 + a * y) * (1 - a * sigma_i**2 + a * y)
    slope = cancel(diff(exponent.subs(sigma_j, y ** Rational(1, 2)), y) * bottom / a)
    expect_zero(
        slope - (p + p_both) * (room + a * y) - p_both * a * sigma_i**2,
        "its slope: a sum of what is >= 0",
    )
    joint = chances()
    total = cancel(joint[1, 0] + joint[1, 1])
    expect_zero(total - b / n, "p + p_2 = b/n > 0")
    for chance in (x for x in relations(claim.region) if isinstance(x, Eq) and x.has(p, p_both)):
        expect_zero(difference(chance).subs({p: joint[1, 0], p_both: joint[1, 1]}), f"{chance}")


def in_sizes(claim: Claim, expr: Expr) -> Expr:
    """Replace p and p_2 by what NORMS-EXPONENT says of n and b."""
    return expr.subs({x: claim.says(x) for x in (p, p_both)})


def exponent() -> Expr:
    """E of the change of log|c_j| at x_i/sigma_i, from the factors and their chances."""
    return sum((x * log(factor_at(*at)) for at, x in chances().items()), Integer(0))


def radial_slope() -> Expr:
    """d m+/d m at m = c_i^2 = 1, i drawn, with c_i alone: S = sigma_i^2 m, r2 = m."""
    m = Symbol("m", real=True)
    own = factor_of(1).subs(sigma_j, sigma_i).subs({S: sigma_i**2 * m, r2: m})
    expect_zero(m * own.subs(m, 1) ** 2 - m, "m = 1 is fixed")
    return diff(m * own**2, m).subs(m, 1)


def rational_part(claim: Claim) -> Boolean:
    """The claim's inequalities without logarithms, on a, the norms and the start."""
    kept = matching(claim.region, without=[log], kind="inequality")
    return And(*(x for x in kept if not x.has(n, b, W_exit)))


def local_region(claim: Claim) -> Boolean:
    """The claim's conditions on a and norms, in beta = a sigma_i^2 and w."""
    return scaled_region(rational_part(claim), LOCAL, sigma_i)


def expect_batch_one(claim: Claim) -> None:
    size = conjunct(claim.region, symbols=[b], kind="equation")
    expect(solve(difference(size), b) == [1], f"b = 1 is assumed, not {size}")


# Factors that are exactly 0 before the limit: (sigma, a, start, what is drawn, after it), sigma_1 = 1,
# once with r2 > 2 and a sigma_max^2 < 1/2, once the other way round.
HITS = (
    ((1, 1), Fraction(9, 25), (Fraction(5, 3), Fraction(1, 10)), 0, Fraction(-709, 1500)),
    ((1, Fraction(3, 2)), Fraction(100, 359), (Fraction(1, 5), Fraction(4, 3)), 1,
     Fraction(-41, 1795)),
)  # fmt: skip


def expect_hit(hit: tuple[Any, ...]) -> dict[Symbol, Any]:
    """After the first draw w is on the axis of x_1, and GD-CONVERGES leads to -x_1.

    Of what is drawn only x_1 counts from there on: almost surely infinitely often.
    """
    sigma, step, start, drawn, left = hit
    data = [[Fraction(sigma[0]), Fraction(0)], [Fraction(0), Fraction(sigma[1])]]
    at = Instance(data, list(start), (drawn,), step, "linear")
    weight = at.step().weight
    expect(weight == [left, 0], "c_2 is exactly 0", weight=weight)
    axis = {a: exact(step), s: exact(left**2), rho: 0}
    expect(
        satisfies(GD_CONVERGES.region, {**axis, n: 1, b: 1}), "GD-CONVERGES on the axis", at=axis
    )
    idle = Instance(data, weight, (1,), step, "linear").step()
    expect(idle.weight == weight, "drawing 2 moves nothing")
    return {a: exact(step), n: 2, b: 1, p: Rational(1, 2), p_both: 0, sigma_i: 1,
            sigma_j: exact(sigma[1]), r2: exact(at.r2)}  # fmt: skip
