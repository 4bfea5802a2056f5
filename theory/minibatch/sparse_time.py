r"""How long until SGD is sparse: an explicit geometric bound from every start on the unit sphere.

Let w_0 lie in the span of its live coordinates with ||w_0|| = 1, and

    Phi = sum over live pairs i < j of sqrt(|q_i q_j| / s).

With c the number of i, j in the batch and pi = S/s the batch's share of the mass, one step multiplies
a term by psi_c(pi), psi_c^2 = v^c / (1 + (v^2 - 1) pi), v = 1 + a t/(1 - a s pi).  To second order in a
psi_c is 1 + a (c/2 - pi) - a^2 (pi(1-pi)/2 + c(2-c)/8) exactly, and all three terms have means that do
not depend on the batch's law beyond its pair moments:

    E[c/2 - pi] = 0,   E[pi (1-pi)] = p (1 - Q),   E[c (2-c)] = 2 p,    Q = sum of (q_j^2/s)^2 <= 1.

So Phi falls by a factor on average in *every* state of the band: no capture, no waiting, no limit.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Or, Rational, Symbol, cancel

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.minibatch.log_ratios import SAMPLING, SPLIT, membership_moments, step_factor
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, S, a, delta, delta_next, p, rho, s, t
from theory.vocabulary import moves

pi = Symbol("pi", real=True)
c = Symbol("c", integer=True)
Q = Symbol("Q", real=True)
psi = Symbol("psi", real=True)
mean_psi = Symbol("E_psi", real=True)

LARGEST_STEP = Rational(23, 100)
SMALL_STEP = Assumption(
    "step size",
    And(Gt(a, 0), Le(a, LARGEST_STEP)),
)
SPHERE_BAND = Assumption("sphere band", And(Ge(delta, 0), Le(delta, a / 4)))

BAND_ABOVE = Claim(
    id="BAND-ABOVE",
    title="The norm after a small step from just outside the unit sphere",
    formula=And(Ge(delta_next, 0), Le(delta_next, a / 4)),
    source=Source("new", "from NORM; a refinement of BAND for small steps"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "step size",
            And(Gt(a, 0), Le(a, Rational(23931, 100000))),
            note="up to the root 0.239313... of a^4 + 4a^3 - 4a^2 - 16a + 4",
        ),
        SPHERE_BAND,
        Assumption("batch mass", And(Ge(S, 0), Le(S, 1 + delta)), note="S is part of r2"),
    ),
    steps=("bounds", "sharp"),
    remark="Past the root a batch of full mass from delta = a/4 leads below the sphere.",
    survivors={
        "sign: delta^+ -> -delta^+ (part 2)": "weaker: implied by delta+ >= 0",
        "dropped assumption: batch mass": "true: every batch's mass is part of r2 (Bessel)",
    },
)

IN_SPAN = Assumption(
    "in the span",
    Eq(rho, 0),
    note="w_0 is in the span of its live coordinates, so rho = 0 and s = r2 = 1 + delta for ever",
)

SPARSE_TIME = Claim(
    id="SPARSE-TIME",
    title="Mean factor of Phi in one small step, from just outside the unit sphere",
    formula=And(
        Le(psi, 1 + a * t * (c / 2 - pi) - a**2 * (4 * pi * (1 - pi) + c * (2 - c)) / 12),
        Eq(mean_psi, 1 - a**2 * p * (3 - 2 * Q) / 6),
        Le(mean_psi, 1 - a**2 * p / 6),
    ),
    source=Source("new", "a finite-time form of SGD-SPARSE with no outside theorem"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        SPLIT,
        SMALL_STEP,
        SPHERE_BAND,
        IN_SPAN,
        Assumption("share", And(Ge(pi, 0), Le(pi, 1)), note="pi = S/s"),
        Assumption("members", Or(Eq(c, 0), Eq(c, 1), Eq(c, 2)), note="of i, j in the batch"),
        Assumption(
            "concentration",
            And(Gt(Q, 0), Le(Q, 1)),
            note="Q = sum of squares of the shares q_j^2/s",
        ),
        Assumption("slack", Eq(t, 1 - delta), note="t = 2 - r2"),
    ),
    steps=("band", "factor", "pointwise", "average"),
    symbols={
        "psi": moves.PSI,
        "E_psi": moves.MEAN_BOUND,
        "c": moves.MEMBERS,
        "pi": moves.SHARE,
    },
    remark=(
        "Hence P(Phi_k > x) <= (1 - p a^2/6)^k Phi_0/x, Phi_0 < n (n-1)/2, and w_k -> sign(q_I) x_I "
        "almost surely: k = (6/(p a^2)) log(Phi_0/(x y)) steps make Phi <= x with probability 1 - y."
    ),
    survivors={
        "dropped term: -a**2*p/6 out of -a**2*p/6 + 1 (part 1)": "weaker",
        "exponent: factor p of -a**2*p/6 squared (part 1)": "weaker: p <= 1/2",
    },
)


def squared_factor(members: Expr) -> Expr:
    """psi_c^2 from STEP: f_i f_j s / s+ with S = pi s, c = ``members`` of i, j drawn."""
    drawn, left = step_factor(1, pi * s), step_factor(0, pi * s)
    mass = left**2 * (1 - pi) + drawn**2 * pi
    return cancel(drawn**members * left ** (2 - members) / mass)


def averages() -> dict[str, Expr]:
    """E of c/2 - pi, pi (1 - pi) and c (2 - c), in p and Q, from the pair moments.

    c = 1_i + 1_j and pi = sum_k x_k 1_k with shares x_k, sum x_k = 1, sum x_k^2 = Q.
    """
    single, both = membership_moments()
    mean_c, mean_pi = 2 * single, single
    square_pi = Q * single + (1 - Q) * both
    square_c = 2 * single + 2 * both
    return {
        "balance": cancel(mean_c / 2 - mean_pi),
        "share": cancel((mean_pi - square_pi) / (single - both)) * p,
        "pair": cancel((2 * mean_c - square_c) / (single - both)) * p,
    }
