r"""How large the step size of full batch may be: the loss, a = 1/2 exactly, and past it.

On rho = 0 the full-batch map is s -> s (1 + 2a(1 - s))^2; in x = sqrt(2a) ||w|| it is the odd cubic
x -> (1 + 2a) x - x^3, whose fixed point has the slope 1 - 4a.  It loses stability at a = 1/2 by a
period doubling; the loss itself stops being a Lyapunov function before that, at a = sqrt(2) - 1.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Lt, Poly, Rational, Symbol, sqrt

from theorem_audit.statement.claim import Assumption, Claim
from theory.full_batch.convergence import (
    FULL_BATCH,
    GD_DIRECTION,
    NEW,
    RADIUS,
    lyapunov,
    radial_factor,
)
from theory.model.autoencoder import ORTHONORMAL
from theory.model.landscape import SPLIT
from theory.notation import Eq, a, rho, rho_next, s, s_next
from theory.vocabulary import maps

low_point = Symbol("s_1", real=True)
high_point = Symbol("s_2", real=True)
cycle_factor = Symbol("Lambda_r", real=True)
cycle_perp_factor = Symbol("Lambda_p", real=True)
second_order = Symbol("c_2", real=True)
third_order = Symbol("c_3", real=True)


def scaled_loss(mass: Expr, off: Expr) -> Expr:
    """2 n L - (n - 1) = (1 - s)^2 + s rho, L the mean loss; 0 exactly at the global minima."""
    return (1 - mass) ** 2 + mass * off


def second_iterate(radial_map: Expr, mass: Symbol) -> tuple[Expr, Expr, Expr]:
    """Coefficients of e, e^2, e^3 in the second iterate of s -> ``radial_map`` at s = 1 + e."""
    e = Symbol("e", real=True)
    once = Poly((radial_map.subs(mass, 1 + e) - 1).expand(), e)
    twice = Poly(once.as_expr().subs(e, once.as_expr()).expand(), e)
    first, second, third = (twice.coeff_monomial(e**k) for k in (1, 2, 3))
    return first, second, third


def radial_map() -> Expr:
    """s+ on rho = 0, from GD-DIRECTION."""
    return next(x.rhs for x in GD_DIRECTION.formula.args if x.lhs == s_next).subs(rho, 0)


GD_LOSS = Claim(
    id="GD-LOSS",
    title="The loss along full-batch steps, for a up to sqrt(2) - 1",
    formula=Ge(scaled_loss(s, rho), scaled_loss(s_next, rho_next)),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        Assumption("positive step", Gt(a, 0)),
        Assumption(
            "step size", Le(a, Rational(41421, 100000)), note="sharp: sqrt(2) - 1 = 0.414213...",
            sharp=Le(a, sqrt(2) - 1),
        ),
        Assumption("start", And(Ge(s, 0), Ge(rho, 0))),
        RADIUS,
    ),
    symbols=SPLIT,
    remark=(
        "Past sqrt(2) - 1 the loss rises from rho = 0, s = 1 + (1-a)/(2a) (inside r2 <= 2 for "
        "a >= 1/3), and yet every run converges for a < 1/2: hence the other Lyapunov function."
    ),
)  # fmt: skip

_lam = 1 + 2 * a
_root = sqrt(_lam**2 - 4)

GD_EDGE = Claim(
    id="GD-EDGE",
    title="The 2-cycle of full batch past a = 1/2",
    formula=And(
        Lt(radial_factor, -1),
        Eq(low_point, (_lam - _root) / (4 * a)),
        Eq(high_point, (_lam + _root) / (4 * a)),
        Eq(cycle_factor, 9 - 2 * _lam**2),
        Eq(cycle_perp_factor, (3 - 4 * a) / 4),
        Lt(cycle_factor, 1),
        Gt(cycle_factor, -1),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        Assumption("past the edge", Gt(a, Rational(1, 2)), sharp=Gt(a, Rational(1, 2))),
        Assumption(
            "before the next doubling", Lt(_lam**2, 5), note="a < (sqrt(5) - 1)/2 = 0.618...",
            sharp=Lt(_lam**2, 5),
        ),
    ),
    steps=("unstable", "cycle", "multipliers", "attracting"),
    parts={
        "unstable": Lt(radial_factor, -1),
        "cycle": And(
            Eq(low_point, (_lam - _root) / (4 * a)), Eq(high_point, (_lam + _root) / (4 * a))
        ),
        "multipliers": And(
            Eq(cycle_factor, 9 - 2 * _lam**2), Eq(cycle_perp_factor, (3 - 4 * a) / 4)
        ),
        "attracting": And(Lt(cycle_factor, 1), Gt(cycle_factor, -1)),
    },
    symbols={
        str(low_point): maps.LOW_POINT,
        str(high_point): maps.HIGH_POINT,
        str(cycle_factor): maps.CYCLE_FACTOR,
        str(cycle_perp_factor): maps.CYCLE_OFF_FACTOR,
        str(radial_factor): maps.RADIAL_FACTOR.said("see GD-RATE"),
    },
    remark=(
        "With x = sqrt(2a) ||w|| the radial map is x+ = (1+2a) x - x^3; its positive 2-cycle has "
        "x_1 x_2 = 1 and x_1^2 + x_2^2 = 1 + 2a, real exactly for a >= 1/2. It attracts off rho = "
        "0 as "
        "well: 0 < 3/4 - a < 1/4."
    ),
)  # fmt: skip

GD_HALF = Claim(
    id="GD-HALF",
    title="Full batch at a = 1/2 exactly",
    formula=And(
        Ge(
            lyapunov(s, rho) - lyapunov(s_next, rho_next),
            s * (2 * s * (s - 1) ** 4 + rho),
        ),
        Le(s_next + rho_next, 2),
        Gt(s_next, 0),
        Eq(second_order, 0),
        Eq(third_order, -4),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        Assumption("step size", Eq(a, Rational(1, 2))),
        Assumption("start", And(Gt(s, 0), Ge(rho, 0)), note="some (active) q_j is not 0"),
        Assumption(
            "not sent to zero",
            Lt(s, 2),
            note="s = 2, rho = 0 is sent to w = 0 in one step",
            needed=True,
            witness="test_needs",
        ),
        RADIUS,
    ),
    steps=("decrease", "region kept", "normal form"),
    parts={
        "decrease": Ge(
            lyapunov(s, rho) - lyapunov(s_next, rho_next),
            s * (2 * s * (s - 1) ** 4 + rho),
        ),
        "region kept": And(Le(s_next + rho_next, 2), Gt(s_next, 0)),
        "normal form": And(Eq(second_order, 0), Eq(third_order, -4)),
    },
    survivors={
        "coefficient: rho -> 1001*rho/1000": "true: in rho it is not tight (up to 1.7)",
    },
    symbols={
        **SPLIT,
        str(second_order): maps.SECOND_ORDER,
        str(third_order): maps.THIRD_ORDER,
    },
    remark=(
        "From every start of the region (s, rho) -> (1, 0), by the argument in the note. On rho = "
        "0, "
        "|s - 1| ~ 1/(2 sqrt(t)), except on paths that hit s = 1; for rho > 0 no rate is claimed. "
        "On r2 = 2 the one exception is s = 2, rho = 0, which is sent to w = 0. So a < 1/2 is "
        "sharp for the "
        "geometric rate and for starts on r2 = 2."
    ),
)
