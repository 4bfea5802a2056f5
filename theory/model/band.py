r"""Sets that the norm recursion keeps: bands around the unit sphere, entry into them, growth below.

With delta = r2 - 1 and R = r2 - S >= 0, NORM reads

    delta+ - delta = a S [ -4 delta (1 - a delta) + a (1 - 3 delta) R ].

The bracket is linear in R, so its extremes are at R = 0 and S = 0.  As S -> 0 it is
a - (4 + 2a) delta + a delta^2, with roots D* and 1/D*; with a = m(m+2) that is

    ((m+2) delta - m) (m delta - (m+2)),      D* = (sqrt(1+a) - 1)^2 / a = m/(m+2).

So D* is the least upper end a one-step band can have.  At R = 0 (the whole of w is seen)
r2+ = (1 + delta)(1 - 2 a delta)^2, with its local maximum 2 (1+2a)^3/(27a) at delta = (1-4a)/(6a): this
overshoot is what limits the step size.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Lt, Poly, Rational, Symbol

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.model.autoencoder import ORTHONORMAL
from theory.model.step import BATCH_MASS, POSITIVE_STEP
from theory.notation import Eq, S, a, delta, delta_next, r2, r2_next

m = Symbol("m", real=True)
_OURS = Source("lemma", "our confinement of the norm, from NORM")

PEAK = (1 - 4 * a) / (6 * a)
"""The deviation from which a step that sees all of w overshoots most."""

DEVIATION_MASS = Assumption(
    "batch mass", And(Ge(S, 0), Le(S, 1 + delta)), note="S is part of r2 = 1 + delta"
)
NOT_ZERO = Assumption("nonzero weight", Lt(-1, delta), note="r2 > 0")
ROOT_PARAMETER = Assumption("parameter", Eq(a, m * (m + 2)), note="m = sqrt(1 + a) - 1")


def overshoot_edge(upper: Expr) -> Expr:
    """The step size past which the overshoot leaves a band, an algebraic number.

    upper: upper end of the band in a, or in m with a = m(m+2).  Returns the largest real root of the
    numerator of upper - (2 (1+2a)^3/(27a) - 1), in the same parameter.
    """
    parameter = m if upper.has(m) else a
    peak = (2 * (1 + 2 * a) ** 3 / (27 * a) - 1).subs(a, m * (m + 2) if upper.has(m) else a)
    numerator = (upper - peak).together().as_numer_denom()[0].expand()
    return Poly(numerator, parameter).real_roots()[-1]


BAND = Claim(
    id="BAND",
    title="The band of half-width a/4 above the unit sphere",
    formula=And(Lt(-1, delta_next), Le(delta_next, a / 4)),
    source=_OURS,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        POSITIVE_STEP,
        Assumption(
            "step size",
            Le(a, Rational(8573, 20000)),
            note="up to the largest root of 64a^3 + 69a^2 - 60a + 8, 0.428656...",
            sharp=Le(a, overshoot_edge(a / 4)),
        ),
        NOT_ZERO,
        Assumption("start in the band", Le(delta, a / 4)),
        DEVIATION_MASS,
    ),
    steps=("upper", "lower"),
    parts={"upper": Le(delta_next, a / 4), "lower": Lt(-1, delta_next)},
    remark=(
        "Sharp in the step size: for a <= 1/2 it holds exactly up to the root 0.428656... of "
        "64a^3 + 69a^2 - 60a + 8; past it the overshoot at delta = (1-4a)/(6a), S = r2 leaves the band."
    ),
)

BAND_WIDE = Claim(
    id="BAND-WIDE",
    title="The band of half-width 10a/27 above the unit sphere, for a up to 1/2",
    formula=And(Lt(-1, delta_next), Le(delta_next, 10 * a / 27)),
    source=_OURS,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        POSITIVE_STEP,
        Assumption("step size", Le(a, Rational(1, 2)), sharp=Le(a, Rational(1, 2))),
        NOT_ZERO,
        Assumption("start in the band", Le(delta, 10 * a / 27)),
        DEVIATION_MASS,
    ),
    steps=("upper", "lower"),
    parts={"upper": Le(delta_next, 10 * a / 27), "lower": Lt(-1, delta_next)},
    remark="Equality at a = 1/2, delta = -1/3, S = r2.",
)

BAND_LEAST = Claim(
    id="BAND-LEAST",
    title="The least one-step band: half-width D* = (sqrt(1+a) - 1)^2/a",
    formula=And(Lt(-1, delta_next), Le(delta_next, m / (m + 2))),
    source=_OURS,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        ROOT_PARAMETER,
        Assumption("positive step", Gt(m, 0)),
        Assumption(
            "step size",
            Le(m, Rational(18547, 100000)),
            note="up to the largest root of (2m^2+4m+1)^3 - 27m(m+1)",
            sharp=Le(m, overshoot_edge(m / (m + 2))),
        ),
        NOT_ZERO,
        Assumption("start in the band", Le(delta, m / (m + 2))),
        DEVIATION_MASS,
    ),
    steps=("upper", "lower"),
    parts={"upper": Le(delta_next, m / (m + 2)), "lower": Lt(-1, delta_next)},
    symbols={"m": Parameter("sqrt(1 + a) - 1")},
    remark=(
        "No smaller band (-1, D], 0 <= D < D*, is kept: from delta = D a step with small S > 0 "
        "leaves it."
    ),
)

ENTRY = Claim(
    id="ENTRY",
    title="The norm above the band",
    formula=Le(delta_next, delta),
    source=_OURS,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        POSITIVE_STEP,
        Assumption("above the band", Ge(delta, a / 4), note="exact end: D*, see ENTRY-LEAST"),
        Assumption("upper end", Le(a * delta, 1), note="delta <= 1/a", sharp=Le(a * delta, 1)),
        DEVIATION_MASS,
    ),
    remark=(
        "Any a > 0 (for a > 2 no delta qualifies). Finding: of the two ends only 1/a is sharp; a/4 is "
        "the exact lower end D* to first order in a, D* = a/4 - a^2/8 + ..., see ENTRY-LEAST."
    ),
)

ENTRY_LEAST = Claim(
    id="ENTRY-LEAST",
    title="Where the norm falls: between D* = (sqrt(1+a) - 1)^2/a and 1/a",
    formula=Le(delta_next, delta),
    source=_OURS,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        ROOT_PARAMETER,
        Assumption("positive step", Gt(m, 0)),
        Assumption("above the least band", Ge(delta, m / (m + 2)), sharp=Ge(delta, m / (m + 2))),
        Assumption("upper end", Le(a * delta, 1), sharp=Le(a * delta, 1)),
        DEVIATION_MASS,
    ),
    symbols={"m": Parameter("sqrt(1 + a) - 1")},
    remark=(
        "For a given a > 0, delta+ <= delta for every S in [0, 1+delta] if and only if "
        "D* <= delta <= 1/a (for a > 3 no such delta)."
    ),
)

_growth = 4 * a * S * (1 - r2) * (1 + a * (1 - r2))

GROWTH = Claim(
    id="GROWTH",
    title="Growth of the squared norm, with the sign of its second-order part",
    formula=And(
        Eq(r2_next, r2 + _growth + a**2 * S * (r2 - S) * (4 - 3 * r2)),
        Ge(r2_next, r2 + _growth),
    ),
    source=_OURS,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        BATCH_MASS,
        Assumption("radius", Le(r2, Rational(4, 3)), sharp=Le(r2, Rational(4, 3))),
    ),
    steps=("identity", "sign"),
    parts={
        "identity": Eq(r2_next, r2 + _growth + a**2 * S * (r2 - S) * (4 - 3 * r2)),
        "sign": Ge(r2_next, r2 + _growth),
    },
    remark="The identity holds everywhere; only the sign of a^2 S (r2 - S)(4 - 3 r2) needs r2 <= 4/3.",
)

GROWTH_LOW = Claim(
    id="GROWTH-LOW",
    title="Growth of the squared norm below 1/2",
    formula=Ge(r2_next, r2 + a * (2 + a) * S),
    source=_OURS,
    bound="lower",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        POSITIVE_STEP,
        BATCH_MASS,
        Assumption("radius", Le(r2, Rational(1, 2)), sharp=Le(r2, Rational(1, 2))),
    ),
    remark="Equality at r2 = S = 1/2, for every a.",
)
