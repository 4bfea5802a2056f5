r"""One SGD step, from the gradient: the map, the norm recursion, signs and log ratios.

    w+ = w - (eta/b) sum_{i in B} grad_i,   <x_i, x_j> = 1{i = j}

GRAD is a combination of x_i and w whose coefficients see only q_i and r2.  So one step, for any n, d
and b, sees the batch only through S = sum_{i in B} h_i q_i^2 and through membership chi_j = h_j
1{j in B} (h: the ReLU gate; 1 for the linear neuron).  An inactive coordinate has chi = 0: it moves
like a coordinate of w off span(x).  The sets that the recursion keeps are in ``theory/model/band.py``.
"""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Ne,
    Or,
    Poly,
    Rational,
    Symbol,
    cancel,
    log,
)

from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.model.autoencoder import GATE, ORTHONORMAL
from theory.notation import (
    Eq,
    S,
    a,
    active,
    b,
    chi,
    delta,
    delta_next,
    eta,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    r2_next,
    w,
    x,
)
from theory.sources import GHOSH
from theory.vocabulary import observables

ZERO, ONE = Integer(0), Integer(1)
chi_i = Symbol("chi_i", real=True)
chi_j = Symbol("chi_j", real=True)
log_ratio_change = Symbol("Delta_ij", real=True)

POSITIVE_STEP = Assumption("positive step", Gt(a, 0))
BATCH_MASS = Assumption(
    "batch mass", And(Ge(S, 0), Le(S, r2)), note="S is part of ||w||^2: Bessel's inequality"
)
MEMBERSHIP = Assumption(
    "membership",
    Or(Eq(chi, 0), Eq(chi, 1)),
    note="chi = 1 when j is active and in the batch, else 0",
)


def power_sum(exponent: int) -> Expr:
    """sum_{i in B} h_i q_i^exponent; the square is ``S``."""
    return S if exponent == 2 else Symbol(f"S_{exponent}", real=True)


others = Symbol("others", real=True)
"""sum over the batch, without j, of h_i q_i times <x_i, x_j> divided by their common value."""


def step_from(gradient: Expr, norm: Expr = ONE, inner: Expr = ZERO) -> tuple[Expr, Expr]:
    """One step's (q_j+, w_perp+) for a gradient that is a combination of x_i and w.

    gradient: linear in ``x`` and ``w``, polynomial in q_i, r2 and the gate, zero at gate 0.
    norm, inner: <x_j, x_j>, and <x_i, x_j> for i != j.  q_j is <w, x_j>.
    w_perp+ is the step along any unit vector orthogonal to the data.
    Raises ValueError when an inactive sample has a gradient: then S and chi would not be enough.
    """
    poly = Poly(gradient, x, w)
    along_x, along_w = (poly.coeff_monomial(vector) for vector in (x, w))
    if poly.as_expr() - along_x * x - along_w * w != 0 or gradient.subs(active, 0).expand() != 0:
        raise ValueError(f"gradient={gradient}: no combination of x_i and w that vanishes at h = 0")
    on_w: Expr = Integer(0)
    for (exponent,), coefficient in Poly(along_w.subs(active, 1), q_i).terms():
        on_w += coefficient * power_sum(exponent)
    # Of the sum over the batch <x_i, x_j> = 0 leaves the one term i = j.
    on_x = norm * chi * along_x.subs(active, 1).subs(q_i, q_j) + inner * others
    per_sample = (eta / b).subs(eta, a * b)
    return cancel(q_j - per_sample * (on_x + on_w * q_j)), cancel(perp - per_sample * on_w * perp)


def next_squared_norm(q_next: Expr, perp_step: Expr) -> Expr:
    """r2+ from the one-step map, in S, r2 and a.

    q_j+ = (alpha + beta chi_j) q_j and chi_j^2 = chi_j, so
    sum_j (q_j+)^2 = alpha^2 s + (2 alpha beta + beta^2) S, to which ||w_perp+||^2 is added.
    """
    alpha = cancel(q_next.subs(chi, 0) / q_j)
    beta = cancel(q_next.subs(chi, 1) / q_j) - alpha
    rho = Symbol("_rho", real=True)
    on_data = alpha**2 * (r2 - rho) + (2 * alpha * beta + beta**2) * S
    return (on_data + cancel(perp_step / perp) ** 2 * rho).expand()


DEVIATION = Assumption(
    "deviation",
    Eq(delta, r2 - 1),
    needed=True,
    witness="test_norm_needs_its_own_deviation",
)

STEP = Claim(
    id="STEP",
    title="One SGD step in coordinates on the data",
    formula=And(
        Eq(q_j_next, q_j * (1 - a * S + a * (2 - r2) * chi)),
        Eq(perp_next, (1 - a * S) * perp),
    ),
    source=Source("lemma", f"{GHOSH}: the SGD update, in the coordinates <w, x_j>"),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, GATE, MEMBERSHIP),
    remark=(
        "eta and b enter only through a = eta/b. ReLU: an inactive coordinate has chi = 0 and does "
        "not count in S, so it moves like w_perp."
    ),
)

_deviation = 1 - a * delta


def norm_step() -> Expr:
    """delta+ in delta, S and a alone, as NORM claims it."""
    return next(x.rhs for x in relations(NORM.formula) if not x.has(r2))


NORM = Claim(
    id="NORM",
    title="Recursion of the squared norm",
    formula=And(
        Eq(
            delta_next,
            delta * (1 - 4 * a * S) + a**2 * S * ((1 - delta) ** 2 - S * (1 - 3 * delta)),
        ),
        Eq(
            delta_next,
            delta * (1 - 4 * a * S * _deviation) + a**2 * S * (1 - 3 * delta) * (r2 - S),
        ),
    ),
    source=Source("lemma", "derived here from STEP; needed for every confinement of the norm"),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, DEVIATION),
    remark="The second form shows the sign of each part: r2 - S >= 0 always, and r2 = 1 + delta.",
)

INSIDE_RADIUS = Assumption(
    "radius",
    Lt(2 * a * (r2 - 1), 1),
    note="r2 < 1 + 1/(2a); every r2 <= 2 satisfies it when a < 1/2",
    sharp=Lt(2 * a * (r2 - 1), 1),
)

SIGN = Claim(
    id="SIGN",
    title="Signs, zeros and the active set from one step to the next",
    formula=And(
        Gt(1 - a * S, 0),
        Gt(1 - a * S + a * (2 - r2), 0),
        Lt(2 * a * (r2_next - 1), 1),
    ),
    source=Source("lemma", f"{GHOSH}: signs are kept for small steps; the radius here is sharp"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("step size", And(Gt(a, 0), Le(a, Rational(1, 2))), sharp=Le(a, Rational(1, 2))),
        BATCH_MASS,
        INSIDE_RADIUS,
    ),
    steps=("kept in one step", "radius invariant"),
    parts={
        "kept in one step": And(Gt(1 - a * S, 0), Gt(1 - a * S + a * (2 - r2), 0)),
        "radius invariant": Lt(2 * a * (r2_next - 1), 1),
    },
    remark=(
        "Both factors of STEP are positive, and the next state satisfies the same hypothesis, so, by "
        "induction, signs, zeros and the active set are kept for ever. Past a = 1/2, or from outside "
        "the radius, they need not be: n = d = 1, a = 1, q = 4/3 gives -20/27. Sharp: at "
        "r2 = 1 + 1/(2a) and S = r2 the factor of the batch is 0."
    ),
)

RATIO = Claim(
    id="RATIO",
    title="One step of the log ratio of two coordinates",
    formula=Eq(log_ratio_change, (chi_i - chi_j) * log(1 + a * (2 - r2) / (1 - a * S))),
    source=Source("paper", f"{GHOSH}: the random walk of the log ratio, one step"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "nonzero coordinates",
            And(Ne(q_i, 0), Ne(q_j, 0)),
            note="a coordinate that is zero has no ratio",
            needed=True,
            witness="test_ratio_needs_its_assumptions",
        ),
        Assumption(
            "batch mass",
            And(Ge(S, chi_i * q_i**2 + chi_j * q_j**2), Le(S, r2)),
            note="S is a part of ||w||^2 that holds q_i^2 and q_j^2 where they are drawn",
            needed=False,
        ),
        Assumption(
            "factors do not vanish",
            And(Ne(a * S, 1), Ne(1 - a * S + a * (2 - r2), 0)),
            note="follows where the quotient is a positive number, and stands for the reader",
            needed=False,
        ),
        Assumption(
            "positive quotient",
            Gt(1 + a * (2 - r2) / (1 - a * S), 0),
            note="holds under SIGN; beyond it read the logarithm as log|.|",
        ),
        Assumption(
            "membership",
            And(Or(Eq(chi_i, 0), Eq(chi_i, 1)), Or(Eq(chi_j, 0), Eq(chi_j, 1))),
        ),
    ),
    symbols={
        str(log_ratio_change): observables.LOG_CHANGE,
        "chi_i": observables.DRAWN_I,
        "chi_j": observables.DRAWN.said("the same for j"),
    },
)
