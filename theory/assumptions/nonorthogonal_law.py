r"""Two unit points with inner product c > 0, b = 1: where SGD stays, for a fixed c and for c = kappa a.

phi is the angle of w from x_1 + x_2, psi that from w to the point drawn, C = cos^2 psi and
m = sin psi cos psi.  A step turns w by exactly arctan(a (1 - delta) m/(1 - 2 a delta C)); up to a^3

    E[turn] = -(a c/2)(1 - delta) sin 2 phi,
    E[turn^2] = (a^2/4)(1 - delta)^2 ((1 - c^2) cos^2 2 phi + c^2 sin^2 2 phi).

The data pull to the bisector at rate a c, sampling pushes to the data points at rate a^2.  For fixed c
the noise is small: E phi^2 ~ a (1 - c^2)/(8 c).  With c = kappa a the two balance, and
u = pi/2 + 2 phi (0 at x_1, pi at x_2) has in the time a^2 k the generator

    L f = (1/2) sin(u)^2 f'' + kappa cos(u) f'.
"""

from __future__ import annotations

from sympy import And, Ne, Rational, Symbol, besselk, cos, cosh, exp, pi, sin

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.model.autoencoder import UNIT
from theory.notation import Eq, Ge, Gt, Le, Lt, a, active, b, delta, n, perp, q_i, q_j
from theory.vocabulary import crossover, neuron, runs

c = Symbol("c", real=True)
C = Symbol("C", real=True)
m = Symbol("m", real=True)
X = Symbol("sin2phi", real=True)
tangent = Symbol("tan_step", real=True)
turn_error2 = Symbol("error^2", real=True)
mean_m = Symbol("E_m", real=True)
mean_m2 = Symbol("E_m^2", real=True)
along = Symbol("Sigma_along", real=True)
across = Symbol("Sigma_across", real=True)
floor = Symbol("floor", real=True)
kappa = Symbol("kappa", real=True)
u = Symbol("u", real=True)
y = Symbol("y", real=True)
drift = Symbol("A_1", real=True)
square = Symbol("A_2", real=True)
density = Symbol("p_u", real=True)
density_y = Symbol("p_y", real=True)
kappa_mode = Symbol("kappa_*", real=True)
sine_mode = Symbol("sin(u_*)", real=True)
spread = Symbol("E_cot^2", real=True)

PAIR = Assumption(
    "one of two points",
    And(Eq(n, 2), Eq(b, 1), Eq(active, 1)),
    item=words.UNIFORM,
    note="h = 1, both gates are open: linear, or ReLU with q_1, q_2 > 0",
)
ACUTE = Assumption("acute pair", And(Gt(c, 0), Lt(c, 1)), note="c = <x_1, x_2>")
START = Assumption(
    "start",
    And(
        *(Eq(perp, 0), Ge(q_i, 0), Ge(q_j, 0), Gt(a, 0), Le(a, Rational(23, 100))),
        *(Ge(delta, 0), Le(delta, a / 4)),
        Eq((1 + delta) * (1 - c**2), q_i**2 + q_j**2 - 2 * c * q_i * q_j),
    ),
    note="w_0 in span(x_1, x_2), q_1 >= 0, q_2 >= 0 (linear: or both <= 0, the mirror image), "
    "0 <= delta_0 <= a/4 and a <= 0.23; 1 + delta_0 = r2; for instance w_0 = x_1",
    needed=True,
    witness="test_starts_off_the_plane_and_outside_the_band",
)
LATE = Assumption("limits", item=words.SMALL_STEPS_LATE)
SMALL_STEP = Assumption(
    "step size",
    And(Gt(a, 0), Le(a, Rational(23, 100))),
    note="above it only the band is not known to be kept",
)
IN_PLANE = Assumption(
    "in the plane",
    Eq(perp, 0),
    note="w in span(x_1, x_2), angles signed: for E_m and E_m^2; turn and error need no plane",
)
BAND = Assumption("sphere band", And(Ge(delta, 0), Le(delta, a / 4)), note="kept: BAND-ABOVE")

_ANGLE_PARTS = {
    "turn": Eq(tangent, a * (1 - delta) * m / (1 - 2 * a * delta * C)),
    "error": Le(turn_error2, a**6 / 4),
    "means": And(Eq(mean_m, -c * X / 2), Eq(mean_m2, ((1 - c**2) * (1 - X**2) + c**2 * X**2) / 4)),
}

NONORTH_ANGLE = Claim(
    id="NONORTH-ANGLE",
    title="Two points, b = 1: the turn of one step, exactly and on average",
    formula=And(*_ANGLE_PARTS.values()),
    parts=_ANGLE_PARTS,
    source=Source("new", "NONORTH-STEP in polar coordinates"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        UNIT,
        PAIR,
        SMALL_STEP,
        BAND,
        IN_PLANE,
        Assumption("angle", And(Ge(C, 0), Le(C, 1)), note="C = cos^2 psi, m^2 = C (1 - C)"),
    ),
    steps=("turn", "error", "means"),
    symbols={
        "C": neuron.COS2.shared,
        "m": neuron.SIN_COS.shared,
        "tan_step": neuron.TAN_STEP.shared,
        "error^2": neuron.TURN_ERROR.shared,
        "E_m": neuron.E_M.shared,
        "E_m^2": neuron.E_M2.shared,
        "sin2phi": neuron.SIN_2PHI.shared,
    },
    remark="Holds for every c in [-1, 1].",
)

_A = 2 * (1 + c)
_B = (1 - c**2) / 4
_gap = _A * c * (2 - a * c) * (2 - a * _A) - a**2 * _B**2

NONORTH_LYAPUNOV = Claim(
    id="NONORTH-LYAPUNOV",
    title="Two points: the stationary covariance of SGD linearised at the minimum",
    formula=And(
        Eq(across, a * _B * _A * (2 - a * _A) / _gap),
        Eq(along, a**2 * _B**2 / _gap),
        Eq(floor, (1 - c**2) / (8 * c)),
    ),
    source=Source("new", "Q-STATIONARY at the minimum of NONORTH-PCA"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        UNIT,
        PAIR,
        ACUTE,
        Assumption(
            "stable",
            And(Gt(a, 0), Lt(a * _A, 2), Gt(_gap, 0)),
            note="a < C_ms, the mean-square threshold of the linearised recursion",
        ),
    ),
    steps=("linearise", "stationary", "stable", "leading"),
    symbols={
        "Sigma_across": runs.ACROSS.shared,
        "Sigma_along": runs.ALONG.shared,
        "floor": runs.FLOOR.shared,
    },
    remark=(
        "The threshold is the first a with A c (2 - ac)(2 - aA) = a^2 B^2, A = 2(1+c), B = (1-c^2)/4. "
        "SGD itself: NONORTH-FLOOR."
    ),
)

_BAND = (
    "it is about r2 and S alone, and NONORTH-STEP at b = 1 gives those the step of orthonormal data"
)

NONORTH_FLOOR = Claim(
    id="NONORTH-FLOOR",
    title="The noise floor of SGD on an acute pair",
    formula=Eq(floor, (1 - c**2) / (8 * c)),
    source=Source("new", "moments of NONORTH-ANGLE; agrees with NONORTH-LYAPUNOV"),
    bound="exact",
    chapter=__name__,
    applied={"NONORTH-LYAPUNOV": (Use(where=Gt(_gap, 0)),)},
    assumptions=(UNIT, PAIR, ACUTE, START, LATE),
    steps=("cone", "contraction", "fourth moment", "floor"),
    symbols={
        "floor": runs.ANGLE_FLOOR.said(
            "the limit of E phi_k^2/a; phi: angle of w_k from x_1 + x_2 (from -(x_1 + x_2) for q_1, q_2 "
            "<= 0); the "
            "limit in k up to O(a)"
        )
    },
    remark="With x_2 -> -x_2 the linear neuron sees -c: the same at c < 0, around x_1 - x_2.",
    carried={"BAND-ABOVE": _BAND},
)

CROSSOVER = Assumption(
    "crossover",
    And(Gt(kappa, 0), Eq(c, kappa * a), Lt(c, 1)),
    note="kappa is the same for all a",
)
ARC = Assumption(
    "between the points", And(Gt(u, 0), Lt(u, pi)), note="the density is one on (0, pi)"
)

NONORTH_CROSSOVER = Claim(
    id="NONORTH-CROSSOVER",
    title="c = kappa a: the law of the angle's time averages as a -> 0",
    formula=And(
        Eq(drift, kappa * cos(u)),
        Eq(square, sin(u) ** 2),
        Eq(density, exp(-2 * kappa / sin(u)) / (2 * besselk(1, 2 * kappa) * sin(u) ** 2)),
        Eq(density_y, exp(-2 * kappa * cosh(y)) * cosh(y) / (2 * besselk(1, 2 * kappa))),
        Eq(sine_mode, kappa),
        Eq(kappa_mode, 1),
        Eq(spread, besselk(2, 2 * kappa) / (2 * kappa * besselk(1, 2 * kappa))),
    ),
    source=Source("new", "small-step limit of NONORTH-ANGLE; at kappa = 0 SELECT-GENERATOR"),
    bound="exact",
    chapter=__name__,
    applied={
        "SELECT-GENERATOR": (Use(where=Eq(delta, 0)),),
        "WALK-DRIFT": (Use(where=And(Ne(q_i, 0), Ne(q_j, 0))),),
    },
    assumptions=(UNIT, PAIR, START, CROSSOVER, ARC, LATE),
    steps=(
        "generator",
        "no atoms",
        "no flux",
        "density",
        "normalisation",
        "modes",
        "second moment",
    ),
    cites=("Helly's selection theorem", "DLMF 10.29.1, 10.32.9"),
    symbols={
        "A_1": crossover.TURN.shared,
        "A_2": crossover.TURN_SQUARE.shared,
        "p_u": crossover.LAW.said(
            "density on (0, pi) of the limit law of u: for continuous f, the mean of f(u_j) over j < k and "
            "over runs tends to the integral of f p_u"
        ),
        "p_y": crossover.LAW_OF_Y.said(
            "the same law as a density of y = log cot(u/2) on the real line: the limit law of "
            "log|q_1/q_2| too, as log|q_1/q_2| - y -> 0 for a -> 0, uniformly on compacts of (0, pi), and "
            "the law has no atoms at 0 and pi"
        ),
        "y": crossover.HEIGHT.shared,
        "kappa_*": crossover.ONE_MODE.said("the value of kappa from which on the law has one mode"),
        "sin(u_*)": crossover.MODE.said(
            "at the two modes of p_u, for kappa below kappa_*; from there on pi/2 is the mode"
        ),
        "E_cot^2": crossover.COT_SQUARE.shared,
    },
    remark=(
        "Under p_u cot u has the symmetric hyperbolic law, density exp(-2 kappa sqrt(1 + v^2))"
        "/(2 K_1(2 kappa)). Not claimed: that a stationary law exists, or is unique, at fixed a. "
        "The most likely angles are off the bisector for c < a and at the bisector for c >= a. That "
        "depends on the coordinate: as a density of y the mode moves at c = a/2. As kappa -> oo "
        "E cot^2 u ~ 1/(2 kappa), NONORTH-FLOOR's 4 E phi^2. At kappa = 0: atoms at 0 and pi, SELECT."
    ),
    carried=dict.fromkeys(
        ("SELECT-GENERATOR", "WALK-DRIFT"),
        "read at kappa = 0, where c = 0 and the two points are orthonormal, and for the smooth function u",
    )
    | {"BAND-ABOVE": _BAND},
)
