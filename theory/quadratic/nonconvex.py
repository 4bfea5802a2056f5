r"""Non-convex sums: thresholds of single minima from local geometry alone.

Two sums whose components share their stationary points, so that Q-MS applies at each minimum.

Styblinski-Tang sums: f_i = z_i g with g(x) = (1/2) sum over coordinates of (x^4 - 16x^2 + 5x).
    A coordinate's wells have different curvature; the batch sees z_B times it.

Moving barrier: f_i'(x) = x (x - 1)(x - c_i).  Minima at 0 and 1 for every i (on average, when the
    mean c of the c_i lies in (0, 1)); the barrier between them moves with i.  Curvatures c_i at 0 and
    1 - c_i at 1: the same variance at both, whichever is flatter.
"""

from __future__ import annotations

from functools import cache

from sympy import QQ, And, Expr, Ge, Gt, Lt, Poly, Rational, Symbol, diff, expand, sign

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.notation import Eq
from theory.quadratic.mean_square import INDEPENDENT
from theory.quadratic.second_moment import kappa
from theory.sources import PATEL
from theory.vocabulary import minima

x = Symbol("x", real=True)
h = Symbol("h", real=True)
m = Symbol("m", real=True)
v = Symbol("v", real=True)
c = Symbol("c", real=True)
c_b = Symbol("c_B", real=True)

C_well = Symbol("C_ms(x*)", real=True)
C_left = Symbol("C_ms(0)", real=True)
C_right = Symbol("C_ms(1)", real=True)


def styblinski_tang() -> Expr:
    """One coordinate's share of g."""
    return Rational(1, 2) * (x**4 - 16 * x**2 + 5 * x)


def barrier_slope() -> Expr:
    """f_i' of the moving-barrier sum, as a function of its c_i; for a batch, of the mean c_b."""
    return expand(x * (x - 1) * (x - c_b))


@cache
def wells() -> tuple[tuple[Rational, Rational], ...]:
    """Rational enclosures of the minima of g's coordinate, sharp one first, of width 2^-60."""
    slope = Poly(diff(styblinski_tang(), x), x, domain=QQ)
    roots = slope.intervals(eps=Rational(1, 2**60))
    bend = diff(styblinski_tang(), x, 2)
    return tuple(ends for ends, _ in roots if bend.subs(x, ends[0]) > 0)


Q_NONCONVEX = Claim(
    id="Q-NONCONVEX",
    title="Thresholds at single minima of two non-convex sums",
    formula=And(
        Eq(h, 6 * x**2 - 16),
        Eq(C_well, 2 * m / (h * (m**2 + kappa * v))),
        Eq(C_left, 2 * c / (c**2 + kappa * v)),
        Eq(C_right, 2 * (1 - c) / ((1 - c) ** 2 + kappa * v)),
        Eq(sign(C_left - C_right), sign((1 - 2 * c) * (c * (1 - c) - kappa * v))),
    ),
    source=Source("paper", f"{PATEL}: Styblinski-Tang sums, numerically; the second sum is ours"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        INDEPENDENT,
        Assumption(
            "both are minima",
            And(Gt(c, 0), Lt(c, 1)),
            needed=True,
            witness="test_outside_the_unit_interval_an_end_is_no_minimum",
            sharp=And(Gt(c, 0), Lt(c, 1)),
        ),
        Assumption(
            "a minimum of g is one of the sum",
            And(Gt(m, 0), Gt(h, 0)),
            note="m is the mean of the z_i",
            needed=True,
            witness="test_a_negative_mean_weight_turns_minima_into_maxima",
            sharp=And(Gt(m, 0), Gt(h, 0)),
        ),
        Assumption(
            "noise", And(Ge(v, 0), Ge(kappa, 0)), note="v is a variance, kappa >= 0 (Q-KAPPA)"
        ),
    ),
    steps=("curvature", "threshold", "order", "capture"),
    symbols={
        "x": Parameter("a coordinate of a minimum of g; h: its curvature there"),
        "m": minima.MEAN_VALUE.said("mean of the z_i (Styblinski-Tang)"),
        "v": minima.VARIANCE.said("variance of the z_i (Styblinski-Tang), or of the c_i (barrier)"),
        "c": minima.MEAN_VALUE.said("mean of the c_i"),
        "C_ms(x*)": minima.WELL.shared,
        "C_ms(0)": minima.LEFT.shared,
        "C_ms(1)": minima.RIGHT.said("that at the minimum 1"),
    },
    remark="Finding 1: the flatter minimum tolerates the larger step only while kappa v < c(1 - c); "
    "past that the order is reversed and small batches keep the sharper one. With all c_i in [0, 1] "
    "it never is (v <= c(1 - c)): reversal needs components that are not convex at a minimum. "
    "Finding 2: below C_ms capture has a stated probability; single runs all leave only past C_as.",
)
