"""Chapter lyapunov: the top exponent at x_i, for every step size."""

from __future__ import annotations

from sympy import Abs, Expr, Gt, Integer, Max, Mul, Pow, Rational, log
from sympy import sign as sign_of

from tests.analysis import ball, expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied, univariate_sign
from tests.neighbours.tools import curvatures, expect_sign, factors
from tests.reading import expect_items, expect_only
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.rates import SGD_EDGE, edge
from theory.neighbours.lyapunov import LYAPUNOV, top
from theory.notation import a, b, n

MEET = Rational(2, 5)  # where |1 - 4a| = |1 - a|


def slopes() -> tuple[Expr, Expr, Expr]:
    """(1 - 4a, (1 - a)(1 + a), 1 - a): along x_i by HESS, along x_j and off the data by STEP.

    The two of x_j come with one chance, so their logarithms add up; a factor 1 adds nothing.
    """
    (_, own), (_, none) = curvatures("radial")
    expect_zero(none, "a batch without i leaves x_i's direction")
    moved = [(chance, value) for chance, value in factors("tangent") if value != 1]
    expect(len(moved) == 2, f"factors {moved}")
    expect_zero(moved[0][0] - moved[1][0], "i alone and j alone are as likely")
    (_, off), (_, rest) = factors("perpendicular")
    expect_zero(rest - 1, "a batch without i leaves what is off the data")
    return 1 - a * own, Mul(*(value for _, value in moved)), off


@evidence(LYAPUNOV, "symbolic", step="top")
def test_the_largest_of_three_exponents(claim: Claim) -> None:
    """top n/b is the log of the larger of |(1-a)(1+a)|^f and |1-4a|, f = (n-b)/(n-1) in (0, 1].

    Off the data: |1-a| <= 1-a^2 <= (1-a^2)^f up to a = 2/5, and |1-a| <= |1-4a| from there on.
    """
    expect_items(claim, words.ORTHONORMAL)
    expect_counts(claim)
    expect_mini_batches(claim)
    expect_implied(Gt(a, 0), claim.region)
    expect_only(claim, top, sign_of(top))
    radial, along, off = slopes()
    for step in (Rational(1, 8), Rational(1, 4), Rational(9, 20), Rational(1), Rational(5)):
        at = {n: 3, b: 1, a: step}  # f = 1: the larger of two rationals
        found = chance_of(1) * log(Max(Abs(along), Abs(radial)))
        value = ball((claim.says(top) - found).subs(at), {})
        expect(value.contains(0), f"the largest exponent is off by {value}", a=step)
    share = cancel(chance_of(1, 1) / chance_of(1))
    expect_zero((1 - share) * (n - 1) - (b - 1), "1 - f = (b - 1)/(n - 1) >= 0, and f > 0 by b < n")
    larger, powers = _larger(claim.says(top))
    expect_zero(larger - chance_of(1), "b/n")
    left = dict(powers)
    for base, power in ((along, share), (radial, Integer(1))):
        same = [x for x in left if _same(x, base, left[x], power)]
        expect(len(same) == 1, f"|{base}|^{power} is not one of {powers}")
        del left[same[0]]
    expect_zero(along - (1 - a**2), "the product along x_j")
    expect_zero((along - off) - a * (1 - a), "up to a = 2/5 it is above the factor off the data")
    expect_zero((radial**2 - off**2) - 15 * a * (a - MEET), "from a = 2/5 on the radial one is")
    ends = [along.subs(a, x) for x in (0, MEET)]  # 1 - a^2 falls
    expect(ends[0] == 1 and 0 < ends[1] < 1, "1 - a^2 is in (0, 1): its power f is no less")


def _larger(claimed: Expr) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """(weight, [(x, e), ...]) with claimed = weight log max |x|^e; Undecided for another form."""
    logs = list(claimed.atoms(log))
    if len(logs) != 1 or not isinstance(logs[0].args[0], Max):
        raise Undecided(f"{claimed} is not a multiple of log Max")
    found = []
    for x in logs[0].args[0].args:
        base, power = (x.base, x.exp) if isinstance(x, Pow) else (x, Integer(1))
        if not isinstance(base, Abs):
            raise Undecided(f"{x} is no power of an absolute value")
        found.append((base.args[0], power))
    return cancel(claimed / logs[0]), found


def _same(x: Expr, base: Expr, e: Expr, power: Expr) -> bool:
    return bool(cancel(x**2 - base**2) == 0 and cancel(e - power) == 0)


@evidence(LYAPUNOV, "symbolic", step="sign")
def test_the_sign_of_the_largest(claim: Claim) -> None:
    """(1-4a)^2 - 1 = 16 a (a - 1/2); along x_j the factor's square is below 1 up to a = 1/2 and past it.

    So max < 1 below, max = 1 at a = 1/2, max > 1 above; the weight b/n and the power f are positive.
    """
    expect_mini_batches(claim)
    expect_implied(Gt(a, 0), claim.region)
    radial, along, _ = slopes()
    _, powers = _larger(claim.says(top))
    expect(any(_same(x, radial, e, Integer(1)) for x, e in powers), f"{radial} is in {powers}")
    claimed = claim.says(sign_of(top))
    expect_sign(claimed, radial**2 - 1, [{a: Rational(k, 8)} for k in (1, 2, 3, 4, 5, 8, 20)])
    ratio = cancel((radial**2 - 1) / (a * claimed.args[0]))
    expect(ratio.is_Rational, f"|{radial}|^2 - 1 over {claimed.args[0]} is {ratio} a")
    expect(ratio > 0, f"|{radial}|^2 - 1 has the sign of {claimed.args[0]}")
    root = SGD_EDGE.says(edge)
    expect(claimed.args[0].subs(a, root) == 0, "the sign changes at SGD-EDGE's a_max")
    margin = cancel((1 - along**2) / a**2)  # 2 - a^2
    expect(univariate_sign(margin, a, Rational(0), root) == 1, "along x_j: below 1 up to the edge")


@evidence(LYAPUNOV, "witness", step="sign", needs="without replacement")
def test_full_batch_is_neutral_along_other_data(claim: Claim) -> None:
    """b = n, a = 1/4: no batch splits i and j, the exponent along x_j is 0, and so is the largest."""
    point = {n: 4, b: 4, a: Rational(1, 4)}
    expect(claim.says(top).subs(point) == 0, "the largest exponent at b = n")
    expect(claim.says(sign_of(top)).subs(point) == -1, "negative is claimed")
    expect_outside(claim, point, "0 < 0")
