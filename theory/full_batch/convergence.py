r"""Full batch, b = n without replacement: gradient descent, in the two masses s and rho.

Every sample is seen, so S = s and every (active) coordinate has the same factor: with r2 = s + rho,

    q_j+ = q_j (1 + a (2 - 2s - rho)),    s+ = s (1 + a (2 - 2s - rho))^2,    rho+ = rho (1 - a s)^2.

(ReLU: s is the mass of the active coordinates; the inactive ones count in rho.)  So the direction
on the data is a constant of motion, and two numbers are all that moves.  V = (s^2 - 1)^2 + 4 rho falls
at every step on s + rho <= 2 for a <= 1/2.  What happens at a = 1/2 and past it: ``theory/full_batch/edge.py``.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Lt, Min, Rational, Symbol, cancel

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.model.autoencoder import ORTHONORMAL
from theory.model.landscape import SPLIT
from theory.notation import (
    Eq,
    a,
    active,
    perp,
    perp_next,
    q_j,
    q_j_next,
    rho,
    rho_next,
    s,
    s_next,
)
from theory.sources import GHOSH
from theory.vocabulary import maps, observables

radial_factor = Symbol("lambda_r", real=True)
perp_factor = Symbol("lambda_p", real=True)

_GD = Source("paper", f"{GHOSH}: gradient descent keeps the direction and converges")
NEW = Source("new", "derived here")

_factor = 1 + a * (2 - 2 * s - rho)

FULL_BATCH = Assumption(
    "full batch",
    item=words.FULL,
    needed=True,
    witness="test_a_smaller_batch_is_no_full_batch",
)


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
    title="One full-batch step: the common factor of all active coordinates",
    formula=And(
        Eq(q_j_next, q_j * _factor),
        Eq(perp_next, perp * (1 - a * s)),
        Eq(s_next, s * _factor**2),
        Eq(rho_next, rho * (1 - a * s) ** 2),
    ),
    source=_GD,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        Assumption(
            "active coordinate",
            Eq(active, 1),
            note="h = 1. Linear: every j; ReLU: those j with q_j > 0, the others move like w_perp",
            needed=True,
            witness="test_a_passive_coordinate_moves_like_w_perp",
        ),
    ),
    symbols={
        **SPLIT,
        str(s_next): observables.MASS_NEXT.said(
            "mass after the step of the coordinates active before it"
        ),
        str(rho_next): observables.MASS_OFF_NEXT.said("the rest of ||w||^2 after the step"),
    },
    remark=(
        "The factor of q_j does not depend on j, so the active part of w stays on its *line*, for any "
        "step size, as long as no gate closes. The factor may be negative (a = 1: (1, 1) goes to "
        "(-1, -1)) or 0 (a = 1/2, s = 2, rho = 0: w goes to 0). Within SIGN's radius it is positive, "
        "and then the direction is kept with its sign, at every step."
    ),
)

STEP_SIZE = Assumption(
    "step size", And(Gt(a, 0), Lt(a, Rational(1, 2))), sharp=And(Gt(a, 0), Lt(a, Rational(1, 2)))
)
START = Assumption("start", And(Gt(s, 0), Ge(rho, 0)), note="some (active) q_j is not 0")
RADIUS = Assumption("radius", Le(s + rho, 2), note="r2 <= 2, the boundary included")

GD_CONVERGES = Claim(
    id="GD-CONVERGES",
    title="Full batch from squared norm at most 2: Lyapunov function, floor and geometric rate",
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
    assumptions=(ORTHONORMAL, FULL_BATCH, STEP_SIZE, START, RADIUS),
    steps=("decrease", "region kept", "floor", "rate", "limit"),
    parts={
        "decrease": Ge(
            lyapunov(s, rho) - lyapunov(s_next, rho_next),
            4 * a * (1 - 2 * a) * s * (s * (s - 1) ** 2 + rho),
        ),
        "region kept": And(Le(s_next + rho_next, 2), Le(rho_next, rho)),
        "floor": Ge(s_next, Min(s, (1 - 2 * a) ** 2 * (2 - rho) / 2)),
        "rate": Le(lyapunov(s_next, rho_next), (1 - contraction(s)) * lyapunov(s, rho)),
        "limit": And(Gt(contraction(s), 0), Ge(lyapunov(s, rho), (s - 1) ** 2 + rho)),
    },
    symbols=SPLIT,
    remark=(
        "The formula is one step; that (s_t, rho_t) -> (1, 0) follows by induction over steps, in the "
        "note and in the kernel's statement, which goes to the limit of w_t: c grows with s "
        "(test_rate_grows_with_the_floor). "
        "With sigma = min(s_0, (1-2a)^2 (2 - rho_0)/2) > 0 the floor gives s_t >= sigma, and "
        "(s_t - 1)^2 + rho_t <= V_t <= (1 - c)^t V_0 with c = 4a(1-2a)(sigma/(1+sigma))^2. Starts on "
        "r2 = 2 are included. At a = 1/2 see GD-HALF, past it GD-EDGE."
    ),
)


GD_RATE = Claim(
    id="GD-RATE",
    title="Linear rates of full batch at the sphere, along w and off the data",
    formula=And(Eq(radial_factor, 1 - 4 * a), Eq(perp_factor, 1 - a)),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, FULL_BATCH),
    symbols={
        str(radial_factor): maps.RADIAL_FACTOR,
        str(perp_factor): maps.OFF_FACTOR,
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
