r"""Near a data point SGD is captured: moments of the ratios |q_j/q_i| fall on average.

A positive ratio R = |q_j/q_i| is multiplied by e^l, l = -log(1 + u_i) or + log(1 + u_j), each with
probability p (WALK-DRIFT).  At x_i itself u_i = a/(1-a), u_j = a, so R^g has mean factor
1 - 2p + p((1-a)^g + (1+a)^g): below 1 for 0 < g < 1, and 1 at g = 1 - the first moment does not fall.

Away from x_i let U be the sum of |q_j/q_i|^g over the live j != i, with live mass s >= s_* and
2 - r2 >= t_*.  U <= 2^(-g) makes i lead: q_j^2 <= q_i^2/4, so s <= q_i^2 (n+3)/4, and the drift of
every log|q_j/q_i| is at most -p log(1 + z) with an explicit z.  A small g turns that into E U+ < U.
"""

from __future__ import annotations

from sympy import And, Expr, Ne, Rational, Symbol, log, sqrt

from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import OutOfReach
from theorem_audit.statement.use import Use
from theory.minibatch.log_ratios import (
    INSIDE,
    MASSES,
    PAIR,
    SAMPLING,
    SPLIT,
    STEP_SIZE,
    UNIFORM,
    S_i,
    S_j,
)
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, Lt, a, n, p, q_i, q_j, s, t
from theory.sources import GHOSH
from theory.vocabulary import moves, observables

g = Symbol("g", real=True)
Lambda = Symbol("Lambda", real=True)
t_star = Symbol("t_*", real=True)
s_star = Symbol("s_*", real=True)
growth = Symbol("G", real=True)
theta = Symbol("theta", real=True)

CONFINED = Assumption(
    "confinement",
    And(Gt(t_star, 0), Le(t_star, 1)),
)
SLACK = Assumption(
    "slack kept", Le(t_star, t), note="t = 2 - r2 at any step; BAND-WIDE and ENTRY keep it so"
)
FLOOR = Assumption(
    "mass floor",
    And(Gt(s_star, 0), Le(s_star, 2)),
)
MASS = Assumption(
    "mass kept", Le(s_star, s), note="s: live mass at any step; MASS-FLOOR keeps it so"
)

_two_sided = (1 - a) ** g + (1 + a) ** g

MOMENT = Claim(
    id="CAPTURE-MOMENT",
    title="g-th moment of the ratios at x_i, 0 <= g <= 1",
    formula=And(
        Eq(Lambda, log(1 - 2 * p + p * _two_sided)),
        Le(_two_sided, 2 - g * (1 - g) * a**2),
    ),
    source=Source("lemma", "needed to prove capture; moment exponents of the linearised ratios"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        PAIR,
        SPLIT,
        Assumption("step size", And(Gt(a, 0), Lt(a, 1))),
        Assumption("moment", And(Ge(g, 0), Le(g, 1)), sharp=And(Ge(g, 0), Le(g, 1))),
    ),
    steps=("exponent", "bound"),
    parts={
        "exponent": Eq(Lambda, log(1 - 2 * p + p * _two_sided)),
        "bound": Le(_two_sided, 2 - g * (1 - g) * a**2),
    },
    symbols={
        "Lambda": moves.MOMENT,
    },
    remark=(
        "For b < n (p > 0) Lambda(g) < 0 for 0 < g < 1, Lambda(0) = Lambda(1) = 0, and Lambda(g) > 0 "
        "for g > 1: CAPTURE-MOMENT-UP. Sharp as a -> 0."
    ),
)

MOMENT_UP = Claim(
    id="CAPTURE-MOMENT-UP",
    title="g-th moment of the ratios at x_i, g >= 1",
    formula=Ge(_two_sided, 2 + g * (g - 1) * a**2 / 2),
    source=Source("lemma", "the other side of CAPTURE-MOMENT: mean-square theory sees instability"),
    bound="lower",
    chapter=__name__,
    assumptions=(
        Assumption("step size", And(Gt(a, 0), Lt(a, 1))),
        Assumption("moment", Ge(g, 1), sharp=Ge(g, 1)),
    ),
)

_ratio_i = (1 - a * S_i) / (1 - a * S_i + a * t)
_ratio_j = (1 - a * S_j + a * t) / (1 - a * S_j)

CAPTURE_HALF = Claim(
    id="CAPTURE-HALF",
    title="Mean factor of sqrt|q_j/q_i| where coordinate i leads",
    formula=Le(sqrt(_ratio_i) + sqrt(_ratio_j), 2),
    source=Source("lemma", "the supermartingale sum sqrt|q_j/q_i| near x_i"),
    bound="upper",
    chapter=__name__,
    applied={"RATIO": (Use(where=And(Ne(q_i, 0), Ne(q_j, 0))),)},
    assumptions=(
        ORTHONORMAL,
        Assumption("step size", And(Gt(a, 0), Le(a, Rational(2, 5)))),
        INSIDE,
        MASSES,
        Assumption("lead", Ge(q_i**2 - q_j**2, 3 * t / 4), note="q_i^2 - q_j^2 >= (3/4)(2 - r2)"),
    ),
    symbols={
        "the two roots": "factors of sqrt|q_j/q_i| when of the two i alone, j alone is drawn, q_j != 0; where "
        "j is passive drawing it leaves the ratio as it is, and the second root is at least that factor 1",
        "q_i": observables.ACTIVE_Q_I,
    },
)


def lead_drift() -> Expr:
    """z: the integrand of the drift of log|q_i/q_j| is >= p log(1 + z) where U <= theta."""
    return 3 * a**2 * t_star * s_star / ((n + 3) * (1 + 2 * a))


CAPTURE = Claim(
    id="CAPTURE",
    title="Mean factor of U = sum |q_j/q_i|^g where coordinate i leads, a < 1/2",
    formula=And(
        Eq(g, lead_drift() / (2 * (1 + lead_drift()))),
        Eq(growth, 1 - p * g**2),
        Eq(theta, 2 ** (-g)),
    ),
    source=Source("lemma", f"{GHOSH}: capture near a data point; the constants are ours"),
    bound="upper",
    chapter=__name__,
    applied=dict.fromkeys(("WALK-DRIFT-LOW", "WALK-JUMP"), (Use({t: Symbol("t_k", real=True)}),)),
    assumptions=(ORTHONORMAL, SAMPLING, SPLIT, STEP_SIZE, SLACK, CONFINED, MASS, FLOOR),
    steps=("lead", "drift", "spread", "exponential", "threshold", "balance"),
    symbols={
        "U": "sum over the live j != i of |q_j/q_i|^g, for a live i",
        "G": moves.GROWTH,
        "theta": moves.LEAD,
        "g": OutOfReach(
            "an exponent greater than 0",
            why="it is chosen, by this formula; the search plays what it is chosen for",
        ),
    },
    remark=(
        "Valid wherever U <= theta. With z = 3 a^2 t_* s_*/((n+3)(1+2a)), g = z/(2(1+z)) "
        "minimises the bound 1 - p g z/(1+z) + p g^2. Explicit, not best: see SPARSE-TIME."
    ),
)


def threshold() -> Expr:
    """theta: U <= theta makes every other live |q_j| <= |q_i|/2."""
    return stated(CAPTURE.formula, theta)
