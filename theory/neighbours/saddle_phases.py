r"""Phases of SGD at x_i/sigma_i: what attracts in mean square, in probability only, and what repels.

Ziyin, Li, Galanti and Ueda: at a saddle without gradient noise a moment and a path may tell different
things, and the sign of a Lyapunov exponent tells the path's.  On orthogonal data of unequal norms every
x_i/sigma_i is such a point (NORMS-STATIONARY), and by NORMS-STEP c_j has there the factor

    f = 1 - beta chi_i + beta h chi_j,     beta = a sigma_i^2,     h = sigma_j^2/sigma_i^2.

So beta, h, b and n decide.  E f^2 - 1, E f - 1 and E log f grow with h and vanish at h_ms < 1 < h_as:

    0 ---- all moments up to 2 fall ---- h_ms ---- paths fall, not the mean square ---- h_as ---- paths grow.

The line between a minimum of the loss and a strict saddle, h = 1, lies inside the middle phase.
"""

from __future__ import annotations

from sympy import And, Expr, Rational, Symbol, log, sign, sqrt

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.assumptions.saddle_trap import LOCAL_STEP, NORMS
from theory.assumptions.unequal_norms import ORTHOGONAL, UNIFORM, sigma_i, sigma_j
from theory.minibatch.log_ratios import SAMPLING
from theory.notation import Eq, Ge, Gt, Le, Lt, a, b, n
from theory.sources import SADDLES_ATTRACT, SGD_AT_MAXIMA
from theory.vocabulary import factors

beta = Symbol("beta", real=True)
h = Symbol("h", real=True)
rate = Symbol("lambda_j", real=True)
mean_growth = Symbol("M_1", real=True)
square_growth = Symbol("M_2", real=True)
h_as = Symbol("h_as", real=True)
h_ms = Symbol("h_ms", real=True)
factor_radial = Symbol("f_i", real=True)
b_more = Symbol("b_2", integer=True)
rate_gain = Symbol("Delta_lambda", real=True)
square_gain = Symbol("Delta_2", real=True)

_LOG_APART = log(1 - beta) + log(1 + beta * h)
_LOG_BOTH = log(1 - beta + beta * h)


def root_of_mean_square() -> Expr:
    """The positive zero in h of 2(h - 1) + beta (1 + h^2 - 2 phi h), phi = (b - 1)/(n - 1)."""
    phi = (b - 1) / (n - 1)
    return (phi * beta - 1 + sqrt((1 - phi * beta) ** 2 + beta * (2 - beta))) / beta


NEW = Source(
    "new",
    "an exactly solved phase diagram of SGD at strict saddles",
    prior=(SADDLES_ATTRACT, SGD_AT_MAXIMA),
)
DEFINED = Assumption(
    "scales",
    And(Eq(beta, a * sigma_i**2), Eq(h, sigma_j**2 / sigma_i**2)),
    note="the two numbers that the norms and the step size enter by",
)

_EXPONENT = Eq(rate, b / (n * (n - 1)) * ((n - b) * _LOG_APART + (b - 1) * _LOG_BOTH))
_PATH = And(Eq(sign(rate), sign(h - h_as)), Gt(h_as, 1), Le(h_as - 1, beta / (1 - beta)))
_MEAN = And(Eq(mean_growth, b / n * beta * (h - 1)), Eq(sign(mean_growth), sign(h - 1)))
_SQUARE = And(
    Eq(
        square_growth,
        b / n * beta * (2 * (h - 1) + beta * (1 + h**2 - 2 * (b - 1) / (n - 1) * h)),
    ),
    Eq(h_ms, root_of_mean_square()),
    Eq(sign(square_growth), sign(h - h_ms)),
    Gt(h_ms, 0),
    Lt(h_ms, 1),
)
_RADIAL = And(
    Eq(factor_radial, 1 - 4 * beta),
    Eq(sign(factor_radial**2 - 1), sign(beta - Rational(1, 2))),
)

SADDLE_PHASES = Claim(
    id="SADDLE-PHASES",
    title="Phases at x_i/sigma_i, in step size and ratio of norms",
    formula=And(_EXPONENT, _PATH, _MEAN, _SQUARE, _RADIAL),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHOGONAL, SAMPLING, LOCAL_STEP, NORMS, DEFINED),
    steps=("exponent", "path", "mean", "mean square", "radial"),
    parts={
        "exponent": _EXPONENT,
        "path": _PATH,
        "mean": _MEAN,
        "mean square": _SQUARE,
        "radial": _RADIAL,
    },
    symbols={
        "lambda_j": factors.LOG_ALONG.said(
            "mean of log|f|, f the factor of c_j (j != i, live) in one step at x_i/sigma_i"
        ),
        "M_1": factors.MEAN_GROWTH.shared,
        "M_2": factors.SQUARE_GROWTH.shared,
        "h_as": factors.LINE_AS.said("the h > 0 at which lambda_j is 0 (beta, b and n fixed)"),
        "h_ms": factors.LINE_MS.said("the h > 0 at which M_2 is 0"),
        "f_i": factors.DRAWN_RADIAL.said(
            "factor of r2 - 1 in one step there with i in the batch, c_i alone not 0 (without i: 1)"
        ),
    },
    remark=(
        "Of several other norms the largest decides. Below beta = 1/2, for the linearised step: h < h_ms "
        "attracts in mean square, "
        "h_ms < h < h_as in probability only (SADDLE-CAPTURE), h > h_as repels (SADDLE-NEVER, for "
        "a sigma_max^2 < 1/2). h = 1 is the line between minimum and saddle (NORMS-HESSIAN), and of equal "
        "norms (BRIDGE): at equal norms no x_i attracts in mean square. Past beta = 1/2 the radius is "
        "unstable in every sense; at 1/2 its factor is -1. At b = n all three lines are h = 1. "
        "At b = 1, h_as = 1/(1 - beta), SADDLE-WINDOW's lower end."
    ),
)

SADDLE_PHASES_BATCH = Claim(
    id="SADDLE-PHASES-BATCH",
    title="The phases at x_i/sigma_i from one batch size to a larger one",
    formula=And(
        Eq(rate_gain, (b_more - b) / (n - 1) * (_LOG_BOTH - _LOG_APART)),
        Gt(rate_gain, 0),
        Eq(square_gain, -2 * (b_more - b) / (n - 1) * beta**2 * h),
        Lt(square_gain, 0),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        Assumption("two batch sizes", And(Ge(b, 1), Lt(b, b_more), Le(b_more, n), Ge(n, 2))),
        LOCAL_STEP,
        NORMS,
        DEFINED,
    ),
    steps=("exponent", "mean square"),
    parts={
        "exponent": And(
            Eq(rate_gain, (b_more - b) / (n - 1) * (_LOG_BOTH - _LOG_APART)), Gt(rate_gain, 0)
        ),
        "mean square": And(
            Eq(square_gain, -2 * (b_more - b) / (n - 1) * beta**2 * h), Lt(square_gain, 0)
        ),
    },
    symbols={
        "Delta_lambda": factors.GAIN_LOG.said(
            "(n/b_2) lambda_j at b_2 minus (n/b) lambda_j at b: exponents per epoch"
        ),
        "Delta_2": factors.GAIN_SQUARE.said("(n/b_2) M_2 at b_2 minus (n/b) M_2 at b"),
    },
    remark=(
        "At fixed a: a larger batch lowers h_as and raises h_ms, for lambda_j and M_2 grow with h. So the "
        "phase of attraction in probability only narrows from both sides, and is gone at b = n."
    ),
)
