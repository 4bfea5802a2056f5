r"""Unit data points with any inner products: what the step, the fixed points and full batch become.

GRAD and HESS need no orthogonality.  With X = sum_{i in B} q_i x_i one step is

    w+ = (1 - aS) w + a (2 - r2) X,       <w, X> = S,  ||X||^2 = V,  <X, x_j> = U_j,

and only U_j and V see the inner products: for one sample V = S, so NORM, MASS-FLOOR and all that rests
on them alone hold word for word.  Full batch sees the data through C = mean of x_i x_i' only: it is
the power method, and its minima are the top eigenvectors.  Noise: ``theory/assumptions/nonorthogonal_law.py``.
"""

from __future__ import annotations

from sympy import And, Expr, Poly, Rational, Symbol, expand

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.assumptions.unequal_norms import LINEAR_NEURON, UNIFORM
from theory.minibatch.log_ratios import RADIUS, STEP_SIZE
from theory.model.autoencoder import GRAD, SOME_DATA, UNIT
from theory.notation import (
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
    S,
    a,
    active,
    b,
    d,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    s,
    t,
    w,
    w_v,
    x,
)
from theory.vocabulary import ending, neuron, observables

c = Symbol("c", real=True)
U = Symbol("U_j", real=True)
V = Symbol("V", real=True)
norm_excess = Symbol("Delta_r2", real=True)
mass_excess = Symbol("Delta_s", real=True)
single_excess = Symbol("Delta_1", real=True)
shift2 = Symbol("shift^2", real=True)
p_limit = Symbol("P_limit", real=True)
mu = Symbol("mu", real=True)
nu = Symbol("nu", real=True)
loss_here = Symbol("L_mu", real=True)
curvature_along = Symbol("H_w", real=True)
curvature_across = Symbol("H_v", real=True)
trace_here = Symbol("T_mu", real=True)
edge_here = Symbol("a_mu", real=True)
ratio_factor = Symbol("f_v/f_w", real=True)
mu_pair = Symbol("mu_+", real=True)
nu_pair = Symbol("mu_-", real=True)
p_sparse = Symbol("P_sparse", real=True)
fall = Symbol("q_j^+-q_j", real=True)
mass_bound = Symbol("s_pair", real=True)
oblique_least = Symbol("o_min", real=True)
live_start = Symbol("q_live(0)", real=True)

RELU_NEURON = Assumption("ReLU", item=words.RELU)
ONE_SAMPLE = Assumption("one sample", Eq(b, 1))
POSITIVE_STEP = Assumption("positive step", Gt(a, 0))
OBLIQUE = Assumption(
    "oblique pair",
    And(Gt(c**2, 0), Lt(c**2, 1)),
    note="c = <x_i, x_j>",
    sharp=And(Gt(c**2, 0), Lt(c**2, 1)),
)


def step_parts() -> tuple[Expr, Expr]:
    """(alpha, beta) in w+ = alpha w + beta X, from GRAD: the gradient's parts summed over the batch.

    Raises ValueError where the part along x_i is not a multiple of q_i, or that along w of q_i^2.
    """
    poly = Poly(expand(GRAD.formula.rhs.subs(active, 1)), x, w)
    along_x, along_w = poly.coeff_monomial(x), poly.coeff_monomial(w)
    pull, shrink = (along_x / q_i).expand(), (along_w / q_i**2).expand()
    if poly.as_expr() - along_x * x - along_w * w != 0 or (pull + shrink).has(q_i):
        raise ValueError(f"gradient={GRAD.formula.rhs}: no sum over q_i x_i and q_i^2 w")
    return 1 - a * shrink * S, expand(-a * pull)


_STEP_PARTS = {
    "step": And(
        Eq(q_j_next, (1 - a * S) * q_j + a * (2 - r2) * U), Eq(perp_next, (1 - a * S) * perp)
    ),
    "norm": Eq(norm_excess, a**2 * (2 - r2) ** 2 * (V - S)),
    "mass": Eq(mass_excess, a**2 * (2 - r2) ** 2 * (V - S)),
    "one sample": Eq(single_excess, 0),
}

NONORTH_STEP = Claim(
    id="NONORTH-STEP",
    title="One SGD step for any inner products",
    formula=And(*_STEP_PARTS.values()),
    parts=_STEP_PARTS,
    source=Source("new", "GRAD without orthogonality"),
    bound="exact",
    chapter=__name__,
    assumptions=(UNIT,),
    steps=("step", "norm", "mass", "one sample"),
    symbols={
        "S": observables.BATCH_MASS.said("sum_B q_i^2, B the active batch (linear: all of it)"),
        "U_j": neuron.PULL.shared,
        "V": neuron.PULL2.shared,
        "Delta_r2": neuron.NORM_EXCESS.shared,
        "Delta_s": neuron.MASS_EXCESS.shared,
        "Delta_1": neuron.SINGLE.shared,
    },
    remark=(
        "So for b = 1 and any unit data NORM, BAND, BAND-WIDE, BAND-ABOVE, ENTRY, GROWTH and "
        "MASS-FLOOR hold with S = q_i^2, unchanged. ReLU: sums over open gates."
    ),
)

NONORTH_FIXED = Claim(
    id="NONORTH-FIXED",
    title="Common fixed points of an oblique pair",
    formula=And(
        Eq(q_i**2, 1),
        Eq(r2, 1),
        Eq(shift2, a**2 * c**2 * (1 - c**2)),
        Gt(a**2 * c**2 * (1 - c**2), 0),
    ),
    source=Source("new", "FIXED-POINTS without orthogonality"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        UNIT,
        POSITIVE_STEP,
        Assumption("batch size", And(Ge(b, 1), Lt(b, n)), sharp=And(Ge(b, 1), Lt(b, n)),
                   note="which of the batches are drawn, and how, plays no part"),
        LINEAR_NEURON,
        Assumption("live coordinate", Gt(q_i**2, 0)),
        OBLIQUE,
    ),
    steps=("one sample", "swap", "shift", "positive"),
    symbols={
        "q_i": observables.Q_I.said(
            "<w, x_i> at a point with q_i != 0 that sample i leaves alone: w = q_i x_i there (under "
            "'oblique pair' no "
            "such point is left alone by every batch)"
        ),
        "r2": observables.SQUARED_NORM.said("||w||^2 there"),
        "shift^2": neuron.SHIFT2.said("||w+ - w||^2 at w = +-x_i for the batch {j}"),
    },
    remark=(
        "Every batch leaves w alone exactly when every sample does. For n points +-x_i is such a "
        "point iff each other <x_i, x_j> is 0 or +-1. The shift is largest at c^2 = 1/2: a/2."
    ),
)  # fmt: skip

_ONE_SAMPLE_IS_KNOWN = (
    "for b = 1 its inequality is about the step's r2, s and S alone, and NONORTH-STEP gives those the step of "
    "orthonormal data, with S = q_i^2 <= s <= r2"
)

NONORTH_NOLIMIT = Claim(
    id="NONORTH-NOLIMIT",
    title="Oblique data: the chance that one-sample SGD converges",
    formula=Eq(p_limit, 0),
    source=Source("new", "NONORTH-FIXED with the norm and mass bounds of orthonormal data"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        UNIT,
        LINEAR_NEURON,
        Assumption("every point is oblique",
                   And(Gt(oblique_least, 0), Le(oblique_least, Rational(1, 4))),
                   note="o_min > 0: each x_i has an x_j with 0 < |<x_i, x_j>| < 1"),
        UNIFORM,
        ONE_SAMPLE,
        STEP_SIZE,
        RADIUS,
        Assumption("mass", And(Gt(s, 0), Le(s, r2)), note="w_0 is not orthogonal to all the data"),
    ),
    steps=("confine", "floor", "moving", "drawn"),
    symbols={
        "P_limit": ending.AT_REST.shared,
        "o_min": neuron.O_MIN.shared,
        "s": neuron.PROJECTION.said("||projection of w_0 on span(x)||^2"),
    },
    remark="One oblique pair is not enough: a point orthogonal to all others is a limit. For ReLU it "
    "is false: NONORTH-OBTUSE.",
    carried=dict.fromkeys(("BAND-WIDE", "ENTRY", "MASS-FLOOR", "SIGN"), _ONE_SAMPLE_IS_KNOWN),
)  # fmt: skip

_PCA_PARTS = {
    "gradient": Eq(r2, 1),
    "loss": Eq(loss_here, (1 - mu) / 2),
    "hessian": And(Eq(curvature_along, 4 * mu), Eq(curvature_across, mu - nu)),
    "trace": Eq(trace_here, (d + 4) * mu - 1),
    "edge": Eq(edge_here, 1 / (2 * n * mu)),
    "ratio": Eq(ratio_factor, (1 - a * S + a * n * t * nu) / (1 - a * S + a * n * t * mu)),
    "pair": And(Eq(mu_pair, (1 + c) / 2), Eq(nu_pair, (1 - c) / 2)),
}

NONORTH_PCA = Claim(
    id="NONORTH-PCA",
    title="Linear neuron, any unit data: stationary points, curvature, and full batch's ratios",
    formula=And(*_PCA_PARTS.values()),
    parts=_PCA_PARTS,
    source=Source("new", "STATIONARY, MAX-EIG, TRACE, GD-DIRECTION, GD-EDGE without orthogonality"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        UNIT,
        SOME_DATA,
        LINEAR_NEURON,
        Assumption("eigenvalue", And(Gt(mu, 0), Ge(nu, 0), Le(mu + nu, 1)),
                   note="C w = mu w, mu > 0; C v = nu v for a unit v; C = mean of x_i x_i', of trace 1"),
        Assumption("factor not 0", Ne(1 - a * S + a * n * t * mu, 0),
                   note="for the ratio alone: f_v/f_w is a quotient"),
        Assumption("across", Eq(w_v, 0), needed=True, witness="test_along_w_the_curvature_is_another"),
    ),
    steps=("gradient", "loss", "hessian", "trace", "edge", "ratio", "pair"),
    symbols={
        "r2": observables.SQUARED_NORM.said(
            "||w||^2 at a stationary point that is not orthogonal to all the data: unit eigenvector of "
            "C, the mean of x_i x_i'"
        ),
        "L_mu": neuron.L_HERE.shared,
        "H_w": neuron.BEND.said("Hessian eigenvalue there along w"),
        "H_v": neuron.BEND.said("Hessian eigenvalue there along v, another unit eigenvector of C"),
        "w_v": Parameter("<w, v>"),
        "T_mu": neuron.TRACE.shared,
        "a_mu": neuron.EDGE.shared,
        "t": observables.SLACK.said("2 - ||w||^2, at any w; S there, too: for the ratio"),
        "f_v/f_w": neuron.FACTOR_RATIO.shared,
        "mu_+": neuron.MU_PLUS.shared,
        "mu_-": neuron.MU_MINUS.shared,
    },
    remark=(
        "ReLU: the same while all gates are open, but for the least loss. Minima: mu = mu_max exactly; "
        "every other unit eigenvector with mu > 0 is a strict saddle. "
        "Orthonormal data: mu = 1/n for all, a sphere of minima. The direction is kept iff all "
        "nonzero eigenvalues are equal, for two points: never at 0 < |c| < 1. Not claimed: "
        "convergence of full batch from every start."
    ),
)  # fmt: skip

OBTUSE = Assumption(
    "obtuse pair",
    And(Gt(c, -1), Lt(c, 0)),
    note="c = <x_1, x_2>, -1 < c < 0. It holds as well at c = 0 (SGD-SPARSE) and, data on a line, "
    "at c = -1 and c = 1; at 0 < c < 1 it fails",
    sharp=And(Ge(c, -1), Le(c, 0)),
)

NONORTH_OBTUSE = Claim(
    id="NONORTH-OBTUSE",
    title="ReLU, two points at an obtuse angle: the limit of SGD",
    formula=And(
        Eq(p_sparse, 1),
        Le(fall, a * t * c * q_i),
        Le((1 + c) * mass_bound, q_i**2 + q_j**2),
    ),
    source=Source("new", "at x_i the other gate is closed, so x_i is fixed by both samples"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        UNIT,
        RELU_NEURON,
        UNIFORM,
        Assumption("two points", And(Eq(n, 2), Eq(b, 1))),
        OBTUSE,
        STEP_SIZE,
        RADIUS,
        Assumption("mass", And(Gt(live_start, 0), Gt(s, 0), Le(s, r2)),
                   note="q_1(0) > 0 or q_2(0) > 0; so s > 0"),
        Assumption("both gates open", And(Ge(q_i, 0), Ge(q_j, 0)),
                   note="for the two inequalities only; P_sparse = 1 from every start with a live "
                   "coordinate: with one gate open the path is full batch on it"),
        Assumption("slack", And(Ge(t, 0), Le(t, 2)), note="t = 2 - r2"),
    ),
    steps=("closed", "falls", "mass", "confine", "closing", "alone"),
    symbols={
        "P_sparse": ending.ON_ONE_OF_TWO.shared,
        "q_j^+-q_j": neuron.FALL.shared,
        "r2": observables.SQUARED_NORM.said("squared norm at the start"),
        "s": neuron.PROJECTION.said("squared length of the projection on the pair, at the start"),
        "q_live(0)": neuron.LIVE_START.shared,
        "s_pair": neuron.PROJECTION.said("squared length of w's projection on the pair"),
    },
    remark=(
        "At 0 < c < 1 P_sparse = 0: near x_i the other gate is open, so each of the infinitely many "
        "draws of the other point moves w. With SGD-SPARSE (c = 0): for two points, |c| < 1, the "
        "sparse limit of ReLU survives exactly for c <= 0. It is no property of small batches there."
    ),
    carried=dict.fromkeys(("BAND-WIDE", "ENTRY", "MASS-FLOOR", "SIGN"), _ONE_SAMPLE_IS_KNOWN)
    | dict.fromkeys(
        ("GD-CONVERGES", "GD-DIRECTION"),
        "a step that draws x_i with the other gate closed is full batch on the one datum x_i",
    ),
)  # fmt: skip
