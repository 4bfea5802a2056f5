"""Chapter collapse: the collapse criterion at x_i, against the exponents of a step."""

from __future__ import annotations

from sympy import Expr, Gt, Integer, Rational, Symbol, diff, log
from sympy import sign as sign_of

from tests.analysis import expect_outside, expect_same
from tests.inequalities import expect_implied
from tests.neighbours.tools import (
    Law,
    curvatures,
    diffusion_rate,
    expect_above,
    expect_sign,
    factors,
    gap_of,
)
from tests.reading import expect_items, expect_only, from_item
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.minibatch.log_ratios import step_factor
from theory.neighbours.collapse import (
    COLLAPSE,
    COLLAPSE_EDGE,
    criterion_j,
    criterion_off,
    criterion_radial,
    exponent_j,
    exponent_off,
    factor_radial,
)
from theory.notation import a, b, n, p, r2, t
from theory.quadratic.bridge import curvature

SIZES = ((2, 1), (3, 2), (9, 4), (40, 39), (40, 1))
STEPS = (Rational(1, 50), Rational(1, 2), Rational(3, 5), Rational(49, 50))
POINTS = [
    {a: step, n: size, b: batch, p: Rational(batch * (size - batch), size * (size - 1))}
    for size, batch in SIZES
    for step in STEPS
]


def _law_of_the_claim(claim: Claim) -> None:
    """Uniform subsets with 1 <= b < n of orthonormal data; p is the chance of a split."""
    expect_items(claim, words.ORTHONORMAL)
    expect_counts(claim)
    expect_mini_batches(claim)
    expect_zero(stated(claim.region, p) - chance_of(1, 1), "p is the chance of a split")


@evidence(COLLAPSE, "symbolic", step="criterion")
def test_criterion_from_the_hessians_at_a_data_point(claim: Claim) -> None:
    """Mean and variance over uniform subsets, for symbolic n and b, of what HESS gives at x_i."""
    _law_of_the_claim(claim)
    expect_only(claim, criterion_j, criterion_off, exponent_j, exponent_off, inequalities=4)
    known = {p: stated(claim.region, p)}
    for symbol, direction in ((criterion_j, "tangent"), (criterion_off, "perpendicular")):
        derived = diffusion_rate(curvatures(direction))
        expect_zero(claim.says(symbol).subs(known) - derived, f"{symbol}")


def _mean_log(law: Law) -> Expr:
    """E log of a factor; where it is 1 there is no logarithm."""
    return sum((x * log(value) for x, value in law if value != 1), Integer(0))


@evidence(COLLAPSE, "symbolic", step="exponent")
def test_exponents_from_the_step(claim: Claim) -> None:
    """STEP's factors at x_i, all positive below a = 1; they are 1 - a (curvatures of the batch) by HESS."""
    _law_of_the_claim(claim)
    known = {p: stated(claim.region, p)}
    high = box_of(claim.region, (a,))[a][1]
    for symbol, direction in ((exponent_j, "tangent"), (exponent_off, "perpendicular")):
        law = factors(direction)
        for (chance, value), (again, curved) in zip(law, curvatures(direction), strict=True):
            expect_zero(chance - again, "the same batches")
            expect_zero(value - (1 - a * curved), "the step is that of the batch's curvature")
            ends = value.subs(a, 0), value.subs(a, high)  # linear in a
            expect(ends[0] == 1 and ends[1] >= 0, f"the factor {value} is positive", a=high)
        expect_same(claim.says(symbol).subs(known), _mean_log(law), POINTS, f"{symbol}")


def _expect_remainder(claim: Claim, exponent: Symbol, criterion: Symbol, weight: Expr) -> None:
    """The two inequalities on one direction, a lower and an upper one, on the region's own interval.

    The weight, p or b/n, is positive where some batch splits two indices.
    """
    expect_mini_batches(claim)
    expect_zero(stated(claim.region, p) - chance_of(1, 1), "p is the chance of a split")
    values = {x: claim.says(x) for x in (exponent, criterion)}
    found = matching(claim.formula, exponent, kind="inequality")
    box = box_of(claim.region, (a,))[a]
    inside = [x for x in POINTS if box[0] < x[a] < box[1]]
    for x in found:
        expect_above(gap_of(x, values), str(x), box=box, weight=weight, points=inside)
    sides = {x.gts.has(exponent) for x in found}
    if len(found) != 2 or sides != {True, False}:
        raise Undecided(f"{claim.id}: {found} are not a lower and an upper bound")


@evidence(COLLAPSE, "symbolic", step="remainder along x_j")
def test_remainder_along_another_datum(claim: Claim) -> None:
    """With x = a^2: -log(1-x) - x - x^2/2 and x^2/(2(1-x)) + log(1-x) + x are 0 at 0 and rise."""
    _expect_remainder(claim, exponent_j, criterion_j, p)


@evidence(COLLAPSE, "symbolic", step="remainder off the data")
def test_remainder_off_the_data(claim: Claim) -> None:
    """-log(1-a) - a - a^2/2 between a^3/3 and a^3/(3(1-a)); the square of the mean is apart."""
    _expect_remainder(claim, exponent_off, criterion_off, b / n)


@evidence(COLLAPSE, "witness", step="remainder along x_j", needs="without replacement")
def test_full_batch_has_nothing_along_another_datum(claim: Claim) -> None:
    """b = n: p = 0, so criterion, exponent and both bounds are 0, and neither inequality is strict."""
    point = {n: 5, b: 5, p: 0, a: Rational(1, 4)}
    for symbol in (criterion_j, exponent_j):
        expect(claim.says(symbol).subs(point) == 0, f"{symbol} at b = n")
    expect_outside(claim, point, "0 > 0")


@evidence(COLLAPSE, "witness", step="exponent", needs="step size")
def test_from_step_one_on_a_factor_is_not_positive(claim: Claim) -> None:
    """1 - a is 0 at a = 1 (the exponent is -oo) and negative past it, where log(1 - a) is no number."""
    for step in (Rational(1), Rational(3, 2)):
        expect(step_factor(0, Integer(1)).subs({t: 1, a: step}) <= 0, "the factor", a=step)
        expect_outside(
            claim, {n: 3, b: 1, p: Rational(1, 3), a: step}, "log of what is not positive"
        )


# COLLAPSE-EDGE


@evidence(COLLAPSE_EDGE, "symbolic", step="criterion")
def test_criterion_along_the_axis(claim: Claim) -> None:
    """4 chi_i/b by HESS: a sum of a positive term and of one that is >= 0, for b <= n."""
    expect_items(claim, words.ORTHONORMAL)
    expect_zero(from_item(claim, words.BATCHES, "member") - chance_of(1), "P(i in B)")
    expect_only(
        claim, criterion_radial, factor_radial, sign_of(factor_radial**2 - 1), inequalities=1
    )
    for condition in (Gt(a, 0), b >= 1, n - b >= 0):
        expect_implied(condition, claim.region)
    claimed = claim.says(criterion_radial)
    expect_zero(claimed - diffusion_rate(curvatures("radial")), "X_i")
    positive = claim.conjunct(kind="inequality")
    expect(positive.gts == criterion_radial and positive.lts == 0, f"{positive}: X_i > 0")
    first, second = Symbol("first"), Symbol("second")  # a b/n > 0 and a (n - b)/n >= 0
    split = 4 * first + 8 * first * second
    expect_zero(claimed - split.subs({first: a * b / n, second: a * (n - b) / n}), "two terms")


@evidence(COLLAPSE_EDGE, "symbolic", step="factor")
def test_factor_along_the_axis(claim: Claim) -> None:
    """f^2 - 1 = 16 a (a - 1/2), so for a > 0 it has the sign of a - 1/2."""
    expect_items(claim, words.ORTHONORMAL)
    expect_implied(Gt(a, 0), claim.region)
    m = Symbol("m", real=True)  # w = m x_i, i drawn: S = r2 = m^2
    after = m * step_factor(1, m**2).subs(t, 2 - r2).subs(r2, m**2)
    expect_zero(after.subs(m, 1) - 1, "x_i is fixed")
    factor = diff(after, m).subs(m, 1)
    expect_zero(claim.says(factor_radial) - factor, "f_i")
    expect_zero(factor - (1 - a * curvature("radial", "own")), "by the batch's curvature")
    claimed = claim.says(sign_of(factor_radial**2 - 1))
    expect_sign(claimed, factor**2 - 1, [{a: x} for x in (*STEPS, Rational(1, 4), Rational(2))])
    ratio = (factor**2 - 1) / claimed.args[0] / a
    expect_zero(ratio - 16, "f^2 - 1 over a (a - 1/2)")


@evidence(COLLAPSE_EDGE, "witness", step="factor")
def test_the_criterion_and_the_step_disagree_past_one_half(claim: Claim) -> None:
    """n = 3, b = 1, a = 3/5: X_i = 36/25 > 0, and |1 - 4a| = 7/5 > 1."""
    point = {n: 3, b: 1, a: Rational(3, 5)}
    rate = claim.says(criterion_radial).subs(point)
    expect(rate == Rational(36, 25) and rate > 0, f"the criterion says {rate}")
    expect(claim.says(factor_radial).subs(point) ** 2 > 1, "the step expands")


@evidence(COLLAPSE_EDGE, "witness", step="criterion", needs="positive step")
def test_no_step_no_pull(claim: Claim) -> None:
    point = {n: 3, b: 1, a: 0}
    expect(claim.says(criterion_radial).subs(point) == 0, "X_i at a = 0")
    expect_outside(claim, point, "0 > 0")
