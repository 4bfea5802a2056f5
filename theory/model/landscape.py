r"""The loss over all data: stationary points, global minima, saddles and spurious minima.

    L = mean_i loss_i,   A = the data whose gate is open (linear: all n; ReLU: q_i > 0),   k = |A|

    w = w_A + w_rest,    w_A = sum_{i in A} q_i x_i,   s = ||w_A||^2,   rho = ||w_rest||^2

In this chapter s and rho split ||w||^2 along A: for the linear neuron that is on and off span(x); for
ReLU the coordinates with q_i <= 0 belong to rho, and they move like it (STEP with chi = 0).
A sum over the data of a polynomial in q_i, <x_i, v> and x_i needs only a table of totals, because
the x_i are orthonormal: no n, d or k is ever fixed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import And, Expr, Or, Poly, Symbol, expand

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.model.autoencoder import ORTHONORMAL, loss_value
from theory.notation import Eq, Ge, Gt, active, d, k, n, q_i, r2, rho, s, w, x, x_v
from theory.sources import GHOSH_WORKSHOP
from theory.vocabulary import observables, places

w_active = Symbol("w_A")  # part of w in the span of the active data
w_rest = Symbol("w_rest")  # the rest of w
overlap = Symbol("<w_A,v>", real=True)
v_active = Symbol(
    "||v_A||^2", real=True
)  # squared length of v's part in the span of the active data

# sum over i in A of q_i^e1 <x_i, v>^e2 x_i^e3
TOTALS: Mapping[tuple[int, int, int], Expr] = {
    (0, 0, 0): k,
    (2, 0, 0): s,
    (1, 1, 0): overlap,
    (0, 2, 0): v_active,
    (1, 0, 1): w_active,
}


def mean_over_data(per_sample: Expr) -> Expr:
    """(1/n) times the sum over all data of ``per_sample``, a polynomial in q_i, <x_i, v> and x_i.

    Samples with an open gate are summed by ``TOTALS``; the other n - k give their value at gate 0.
    Raises ValueError where orthonormality does not determine the sum.
    """
    closed = expand(per_sample.subs(active, 0))
    poly = Poly(expand(per_sample.subs(active, 1)), q_i, x_v, x)
    unknown = [powers for powers in poly.monoms() if powers not in TOTALS]
    if unknown or closed.free_symbols & {q_i, x_v, x}:
        raise ValueError(f"per_sample={per_sample}: no total for {unknown or closed}")
    total: Expr = (n - k) * closed
    for powers, coefficient in poly.terms():
        total += coefficient * TOTALS[powers]
    return expand(total / n)


def mean_loss() -> Expr:
    """L in s, rho and n, from the loss of one sample; k cancels."""
    return expand(mean_over_data(loss_value()).subs(r2, s + rho))


def mean_gradient(gradient: Expr) -> tuple[Expr, Expr]:
    """Coefficients (c_A, c_rest) of grad L = c_A w_A + c_rest w_rest.

    gradient: of one sample, a combination of x_i and w (as in GRAD).
    """
    total = mean_over_data(gradient).subs(r2, s + rho).subs(w, w_active + w_rest)
    poly = Poly(expand(total), w_active, w_rest)
    return poly.coeff_monomial(w_active), poly.coeff_monomial(w_rest)


SPLIT = {
    "s": observables.MASS.said("the sum of q_i^2 over the active data (linear: all)"),
    "rho": observables.MASS_OFF.said("||w||^2 - s"),
}
"""The two masses: after a step they count the data that were active before it."""
SIZES = Assumption("sizes", And(Ge(k, 1), Ge(n, k), Ge(d, n)))
ACTIVE_SPLIT = Assumption("split along the active data", And(Ge(s, 0), Ge(rho, 0)))

ROOM = Assumption(
    "room",
    Or(Eq(rho, 0), Gt(d, k)),
    note="rho > 0 needs a direction off the k data that are counted: linear d > n",
    needed=False,
)
COUNTED = Assumption(
    "counted data",
    And(Ge(k, 1), Ge(n, k), Ge(d, n)),
    note="linear: k = n; ReLU: max_i q_i = 0, so no dead neuron with all q_i < 0",
    needed=True,
    witness="test_a_dead_neuron_has_no_such_curvature",
)

gradient_norm2 = Symbol("G", real=True)
loss_minimum = Symbol("L_min", real=True)
loss_excess = Symbol("L_excess", real=True)
s_stationary = Symbol("s_*", real=True)
rho_stationary = Symbol("rho_*", real=True)

STATIONARY = Claim(
    id="STATIONARY",
    title="Stationary points and global minima of the loss",
    formula=And(
        Eq(gradient_norm2, s * ((2 * s + rho - 2) ** 2 + s * rho) / n**2),
        Eq(s_stationary, 1),
        Eq(rho_stationary, 0),
        Eq(loss_minimum, (n - 1) / (2 * n)),
        Eq(loss_excess, ((1 - s) ** 2 + s * rho) / (2 * n)),
    ),
    source=Source("paper", f"{GHOSH_WORKSHOP}: a manifold of global minima"),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, ACTIVE_SPLIT, Assumption("data", Ge(n, 1))),
    steps=("gradient", "classification", "minimum"),
    parts={
        "gradient": Eq(gradient_norm2, s * ((2 * s + rho - 2) ** 2 + s * rho) / n**2),
        "classification": And(Eq(s_stationary, 1), Eq(rho_stationary, 0)),
        "minimum": And(
            Eq(loss_minimum, (n - 1) / (2 * n)),
            Eq(loss_excess, ((1 - s) ** 2 + s * rho) / (2 * n)),
        ),
    },
    symbols={
        **SPLIT,
        str(gradient_norm2): places.SLOPE_SQUARED,
        str(s_stationary): places.STILL_S,
        str(rho_stationary): places.STILL_RHO,
        str(loss_minimum): places.LEAST_LOSS,
        str(loss_excess): places.EXCESS,
    },
    remark=(
        "The gradient vanishes exactly at s = 0 (linear: w orthogonal to the data; ReLU: no q_i > 0) "
        "and at s = 1, rho = 0 (a unit vector in the span of its active data), and the latter are "
        "exactly the global minima (linear: a sphere; ReLU: the part of one where all q_i >= 0, with "
        "corners). L is continuously differentiable for ReLU as well, so no "
        "convention for phi'(0) enters."
    ),
)

saddle_curvature = Symbol("mu", real=True)
critical_radius2 = Symbol("r_c^2", real=True)
saddle_multiplicity = Symbol("m_mu", real=True)
loss_gap = Symbol("L_gap", real=True)
edge_gap = Symbol("L_edge", real=True)

SADDLES = Claim(
    id="SADDLES",
    title="Weights with no mass on the data, by their squared norm",
    formula=And(
        Eq(saddle_curvature, -(2 - rho) / n),
        Eq(saddle_multiplicity, k),
        Eq(loss_gap, -s * (2 - s - rho) / (2 * n)),
        Eq(critical_radius2, 2),
        Eq(edge_gap, -(s**2) / (2 * n)),
    ),
    source=Source(
        "lemma", "derived here; the first draft put squared norm 2 among the local minima"
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, ACTIVE_SPLIT, COUNTED, ROOM),
    steps=("hessian", "loss", "inside", "outside", "edge"),
    symbols={
        **SPLIT,
        "k": observables.ACTIVE_COUNT.said(
            "the number of data with q_i = 0 at s = 0 whose gates count as open; all others are closed"
        ),
        str(saddle_curvature): places.SADDLE_CURVATURE,
        str(saddle_multiplicity): places.SADDLE_MULTIPLICITY,
        str(loss_gap): places.GAP,
        str(critical_radius2): places.SIGN_CHANGE,
        str(edge_gap): places.GAP.said(
            "the same on the curve rho = r_c^2 - 2s, which ends at s = 0, ||w||^2 = r_c^2"
        ),
    },
    remark=(
        "Inside (rho < 2) strict saddles, outside spurious minima. "
        "Finding: at ||w||^2 = 2 exactly, a point with s = 0 is no local minimum (edge): spurious "
        "minima need ||w||^2 > 2, so for the linear neuron d > n. There the minimum is not strict: L "
        "is constant on {s = 0}. At d = n the linear neuron has s = 0 only at w = 0, which is a local "
        "maximum, a strict saddle only in the wide sense of having a descent direction. A ReLU neuron "
        "with all q_i < 0 (k = 0) is a flat local minimum at every norm, inside 2 as well."
    ),
)
