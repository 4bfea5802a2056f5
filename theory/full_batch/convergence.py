r"""Full batch, b = n without replacement: gradient descent, in the two masses s and rho.

Every sample is seen, so S = s and every (active) coordinate has the same factor: with r2 = s + rho,

    q_j+ = q_j (1 + a (2 - 2s - rho)),    s+ = s (1 + a (2 - 2s - rho))^2,    rho+ = rho (1 - a s)^2.

(ReLU: s is the mass of the active coordinates; the inactive ones count in rho.)  So the direction
on the data is a constant of motion, and two numbers are all that moves.  V = (s^2 - 1)^2 + 4 rho falls
at every step on s + rho <= 2 for a <= 1/2.  What happens at a = 1/2 and past it: ``theory/full_batch/edge.py``.
"""

from __future__ import annotations

from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, Min, Rational, Symbol, cancel
from theory.sources import GHOSH

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import a, perp, perp_next, q_j, q_j_next, rho, rho_next, s, s_next

radial_factor = Symbol("lambda_r", real=True)
perp_factor = Symbol("lambda_p", real=True)

_GD = Source("paper", f"{GHOSH}: gradient descent keeps the direction and converges")
NEW = Source("new", "derived here")

_factor = 1 + a * (2 - 2 * s - rho)

FULL_BATCH = Assumption("full batch", text="b = n, without replacement: every sample, every step")


def lyapunov(mass: Expr, off: Expr) -> Expr:
    """V = (s^2 - 1)^2 + 4 rho."""
    return (mass**2 - 1) ** 2 + 4 * off


def contraction(mass: Expr) -> Expr:
    """c(a, s) = 4a(1-2a) (s/(1+s))^2: one step from s takes V to at most (1 - c) V.

    It grows with s, so the floor sigma of GD-CONVERGES gives V_t <= (1 - c(a, sigma))^t V_0.
    """
    return 4 * a * (1 - 2 * a) * (mass / (1 + mass)) ** 2


GD_DIRECTION = Claim(
    id="GD-DIRECTION",
    title="Full batch keeps the direction on the data exactly, at every step, for any step size",
    formula=And(
        Eq(q_j_next, q_j * _factor),
        Eq(perp_next, perp * (1 - a * s)),
        Eq(s_next, s * _factor**2),
        Eq(rho_next, rho * (1 - a * s) ** 2),
    ),
    source=_GD,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, FULL_BATCH),
    remark=(
        "The factor of q_j does not depend on j (ReLU: among the active j), so all ratios q_i/q_j are "
        "constant. Within SIGN's radius the factor is positive and the direction is kept with its sign."
    ),
)

STEP_SIZE = Assumption(
    "step size", And(Gt(a, 0), Lt(a, Rational(1, 2))), sharp=And(Gt(a, 0), Lt(a, Rational(1, 2)))
)
START = Assumption("start", And(Gt(s, 0), Ge(rho, 0)), text="some (active) q_j is not 0")
RADIUS = Assumption("radius", Le(s + rho, 2), text="r2 <= 2, the boundary included")

GD_CONVERGES = Claim(
    id="GD-CONVERGES",
    title="Full batch converges to the sphere, (s, rho) -> (1, 0), for every a < 1/2",
    formula=And(
        Ge(
            lyapunov(s, rho) - lyapunov(s_next, rho_next),
            4 * a * (1 - 2 * a) * s * (s * (s - 1) ** 2 + rho),
        ),
        Le(s_next + rho_next, 2),
        Le(rho_next, rho),
        Ge(s_next, Min(s, (1 - 2 * a) ** 2 * (2 - rho) / 2)),
        Le(lyapunov(s_next, rho_next), (1 - contraction(s)) * lyapunov(s, rho)),
        Gt(contraction(s), 0),
        Ge(lyapunov(s, rho), (s - 1) ** 2 + rho),
    ),
    source=_GD,
    bound="lower",
    chapter=__name__,
    assumptions=(FULL_BATCH, STEP_SIZE, START, RADIUS),
    steps=("decrease", "region kept", "floor", "rate", "limit"),
    remark=(
        "With sigma = min(s_0, (1-2a)^2 (2 - rho_0)/2) > 0 the floor gives s_t >= sigma, and "
        "(s_t - 1)^2 + rho_t <= V_t <= (1 - c)^t V_0 with c = 4a(1-2a)(sigma/(1+sigma))^2. Starts on "
        "r2 = 2 are included. At a = 1/2 see GD-HALF, past it GD-EDGE."
    ),
)


GD_RATE = Claim(
    id="GD-RATE",
    title="Linear rates at the limit: 1 - 4a along w, 1 - a off the data",
    formula=And(Eq(radial_factor, 1 - 4 * a), Eq(perp_factor, 1 - a)),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(FULL_BATCH,),
    symbols={
        str(radial_factor): "d s+/d s at (s, rho) = (1, 0); the same for ||w_data||",
        str(perp_factor): "factor of w_perp per step at s = 1; rho has its square",
    },
    remark="The Jacobian of (s, rho) at (1, 0) is triangular: eigenvalues 1 - 4a and (1 - a)^2.",
)


def jacobian() -> tuple[tuple[Expr, Expr], tuple[Expr, Expr]]:
    """Jacobian of (s, rho) -> (s+, rho+) at (1, 0), from GD-DIRECTION."""
    step = {x.lhs: x.rhs for x in GD_DIRECTION.formula.args}
    rows = [
        tuple(cancel(step[image].diff(x).subs({s: 1, rho: 0})) for x in (s, rho))
        for image in (s_next, rho_next)
    ]
    return rows[0], rows[1]
