r"""Sharpness and non-uniformity of a minimum, as conditions on its mean-square stability.

Wu, Ma and E call E[Q_Y^2] - Q^2 the non-uniformity of a minimum and judge stability by
W = (I - C Q)^2 + C^2 kappa (E[Q_Y^2] - Q^2).  W is the second-moment operator's image of the identity.  So its
largest eigenvalue bounds the operator's spectral radius from above (their condition is sufficient) and its
mean eigenvalue from below; the same operator at vv' bounds it from below for each unit vector v.

Notation of ``theory/quadratic/mean_square.py``.  Only abstracts or summaries of the papers were at hand.
"""

from __future__ import annotations

from sympy import And, Matrix, Symbol, eye, sqrt, zeros

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory.notation import Eq, Ge, Gt, Le
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import (
    ANY_BATCH,
    BATCH,
    INDEPENDENT,
    MEANING,
    SHARED,
    THRESHOLD,
    C_ms,
    q_v,
)
from theory.quadratic.second_moment import C, N, k, kappa, operator, spectral_radius
from theory.sources import MA, MOMENTS_BOUNDED, NON_UNIFORM, WU
from theory.vocabulary import sums

W = Symbol("W")
Q = Symbol("Q")
Q_squared = Symbol("Q^2")
spread = Symbol(r"\Sigma")
w_max = Symbol("w_max", real=True)
w_min = Symbol("w_min", real=True)
w_mean = Symbol(r"\bar{w}", real=True)
q_mean = Symbol(r"\bar{q}", real=True)
q2_mean = Symbol(r"\overline{q^2}", real=True)
s_mean = Symbol(r"\bar{s}", real=True)
e2 = Symbol("E|e|^2", real=True)
e2_next = Symbol("E|e^+|^2", real=True)
var_v = Symbol("var_v", real=True)
form_v = Symbol(r"\langle{vv^T},M_C{vv^T}\rangle", real=True)
radius = spectral_radius(operator)

_PARTS = {
    "image": Eq(W, 1 - 2 * C * Q + C**2 * (Q_squared + kappa * spread)),
    "one step": And(Le(w_min * e2, e2_next), Le(e2_next, w_max * e2)),
    "radius": And(
        Eq(w_mean, 1 - 2 * C * q_mean + C**2 * (q2_mean + kappa * s_mean)),
        Le(w_mean, radius),
        Le(radius, w_max),
    ),
    "direction": And(Eq(form_v, (1 - C * q_v) ** 2 + C**2 * kappa * var_v), Le(form_v, radius)),
    "bounds": And(
        Le((1 - C * l_max) ** 2, radius),
        Le(C**2 * kappa * var_v, radius),
        Le(C**2 * kappa * s_mean, radius),
    ),
}

NON_UNIFORMITY = Claim(
    id="NON-UNIFORMITY",
    title="Sharpness and non-uniformity beside the second moment's spectral radius",
    formula=And(*_PARTS.values()),
    parts=_PARTS,
    source=Source(
        "new",
        f"{WU.cite()}: a stability condition by sharpness and non-uniformity (w_max <= 1), and {MA.cite()}; "
        "the lower bounds, and both sides as bounds of one number: this suite",
        prior=(NON_UNIFORM, MOMENTS_BOUNDED),
    ),
    bound="exact",
    chapter=__name__,
    applied={"Q-KAPPA": (Use(where=And(Ge(N, 2), Le(k, N))),)},
    assumptions=(SHARED, INDEPENDENT, BATCH),
    steps=tuple(_PARTS),
    symbols={"kappa": MEANING["kappa"]}
    | {
        "W": sums.W.said(f"{sums.W}; w_min, w_max its least and largest eigenvalue"),
        r"\Sigma": sums.NON_UNIFORMITY.shared,
        "e": "t - t* at any step, and one step later e^+",
        "q_v": sums.Q_V.shared,
        "var_v": sums.V_J.said("the variance of v'Q_Y v"),
        "l_max": sums.L_MAX.said("the largest eigenvalue of Q"),
    },
    remark="w_max < 1 is sufficient for rho(M_C) < 1, which is stability (Q-MS); bar w < 1 and each of the "
    "three bounds with 1 in place of rho is necessary.  The same bound on the largest eigenvalue of Sigma is "
    "not: NON-UNIFORMITY-GAP.",
)  # fmt: skip

# A family on which each condition has a closed form.
m = Symbol("m", integer=True)
l = Symbol("l", real=True)  # noqa: E741 - the field's letter for an eigenvalue of Q
C_low = Symbol(r"C_{\mathrm{suff}}", real=True)
C_high = Symbol(r"C_{\mathrm{nec}}", real=True)
level = Symbol(r"\nu_{ms}", real=True)


def swap(axis: int, dimension: int) -> Matrix:
    """e_0 e_j' + e_j e_0' for j = ``axis`` >= 1."""
    if not 1 <= axis < dimension:
        raise ValueError(f"axis={axis}: must be from 1 to dimension - 1 = {dimension - 1}")
    found = zeros(dimension)
    found[0, axis] = found[axis, 0] = 1
    return found


def star(spokes: int) -> list[Matrix]:
    """The family at l = 1: I + swap_j and I - swap_j for j = 1..m, matrices of size m + 1."""
    if spokes < 1:
        raise ValueError(f"spokes={spokes}: at least 1 is needed")
    size = spokes + 1
    return [eye(size) + x * swap(j, size) for j in range(1, size) for x in (1, -1)]


_GAP_STEPS = {
    "threshold": Eq(C_ms, 2 * sqrt(m) / (l * (sqrt(m) + kappa))),
    "conditions": And(
        Eq(C_low, 2 / (l * (1 + kappa))),
        Eq(C_high, 2 * (m + 1) / (l * (m + 1 + 2 * kappa))),
    ),
    "order": And(Le(C_low, C_ms), Le(C_ms, C_high), Le(C_ms, (1 + kappa) * C_low)),
    "level": Eq(level, 4 * kappa * m / (sqrt(m) + kappa) ** 2),
}

NON_UNIFORMITY_GAP = Claim(
    id="NON-UNIFORMITY-GAP",
    title="The gap between the conditions by non-uniformity, on a star of noise",
    formula=And(*_GAP_STEPS.values()),
    source=Source("new", "this suite", prior=(NON_UNIFORM,)),
    bound="exact",
    chapter=__name__,
    carried=ANY_BATCH,
    assumptions=(
        SHARED,
        INDEPENDENT,
        BATCH,
        Assumption(
            "star", And(Ge(m, 1), Eq(N, 2 * m)),
            note="two samples for each of the m spokes, see ``star``; all Q_i are >= 0",
        ),
        Assumption("positive curvature", Gt(l, 0), needed=True, sharp=Gt(l, 0),
                   witness="test_turned_upside_down_the_star_has_no_threshold"),
    ),
    steps=tuple(_GAP_STEPS),
    symbols=THRESHOLD
    | {
        "l, m": Parameter(
            "the family: l (I + s_j) and l (I - s_j), j = 1..m, s_j = e_0 e_j' + e_j e_0', d = m + 1"
        ),
        "C_suff": "w_max < 1 in NON-UNIFORMITY exactly for 0 < C < C_suff",
        "C_nec": "bar w < 1 exactly for 0 < C < C_nec",
        r"\nu_{ms}": sums.NU_MS.shared,
    },
    survivors={
        "integer: kappa -> 2*kappa (part 3)": "weaker: C_suff > 0 and kappa >= 0",
    },
    remark="Finding: at k = 1 and m >= 2 the level is above 1 (it tends to 4 as m grows): stability bounds not "
    "the largest eigenvalue of the non-uniformity by 1/(C^2 kappa).  The sufficient condition is off by a "
    "factor up to 1 + kappa, which it tends to as m grows.",
)  # fmt: skip
