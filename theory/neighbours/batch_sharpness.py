r"""Batch sharpness on the axis of x_i: where it is 2/eta, and what the whole loss has there.

Andreyev and Beneventano: what sits at 2/eta is the curvature of a batch's loss along the batch's own
gradient, averaged with the gradients' squares,

    h = E[g_B' H_B g_B] / E[g_B' g_B],

and not the largest eigenvalue of the whole loss.  At w = m x_i batches without i have no gradient, and the
others one along x_i, so h is the curvature of those: one number, whatever the law of the batches.  Near x_i
the matrices H_B are diagonal in a basis that contains the data, and g_B is H_B times the displacement.
Past a = 1/2 SGD on the axis has an exact 2-cycle (SGD-EDGE), and what sits at 2/eta there is a secant.
"""

from __future__ import annotations

from sympy import And, Rational, Symbol, sign

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.minibatch.log_ratios import SAMPLING
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, Ne, a, b, eta, n
from theory.sources import BATCH_SHARPNESS as WHO_HAD_IT
from theory.vocabulary import runs

m = Symbol("m", real=True)
on_axis = Symbol("u_i^2", real=True)
on_others = Symbol("u_j^2", real=True)
off_data = Symbol("u_perp^2", real=True)
sharp_axis = Symbol("h_axis", real=True)
sharp_point = Symbol("h_point", real=True)
sharp_near = Symbol("h_near", real=True)
sharp_whole = Symbol("lambda_max", real=True)
sharp_cycle = Symbol("h_cycle", real=True)
secant = Symbol("h_secant", real=True)

LEARNING_RATE = Assumption(
    "learning rate", Eq(eta, a * b), note="a = eta/b: no quantity of its own"
)

_AXIS = And(Eq(sharp_axis, (6 * m**2 - 2) / b), Eq(sharp_point, 4 / b))
_NEAR = Eq(
    sharp_near,
    (64 * on_axis + off_data) / (b * (16 * on_axis + off_data + 2 * (n - b) / (n - 1) * on_others)),
)
_MOST = Le(sharp_near, 4 / b)
_WHOLE = Eq(sharp_whole, 4 / n)
_EDGE = Eq(sign(2 / eta - sharp_point), sign(Rational(1, 2) - a))

BATCH_SHARPNESS = Claim(
    id="BATCH-SHARPNESS",
    title="Batch sharpness on the axis of x_i and near x_i, against 2/eta and the whole loss",
    formula=And(_AXIS, _NEAR, _MOST, _WHOLE, _EDGE),
    source=Source(
        "new", "an instance of batch sharpness that is solved exactly", prior=(WHO_HAD_IT,)
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        Assumption("positive step", Gt(a, 0)),
        LEARNING_RATE,
        Assumption(
            "some gradient",
            And(Gt(m, 0), Ne(m, 1)),
            note="on the axis at w = m x_i; else h is 0/0 (m < 0: for ReLU)",
        ),
        Assumption(
            "displacement",
            And(
                Ge(on_axis, 0),
                Ge(on_others, 0),
                Ge(off_data, 0),
                Gt(on_axis + on_others + off_data, 0),
            ),
            note="squares of a displacement's parts along x_i, on the other data, off the data; not 0",
        ),
    ),
    steps=("axis", "near", "most", "whole", "edge"),
    parts={"axis": _AXIS, "near": _NEAR, "most": _MOST, "whole": _WHOLE, "edge": _EDGE},
    symbols={
        "h_axis": runs.SHARPNESS.said("E[g'Hg]/E[g'g] over batches at w = m x_i"),
        "h_point": runs.SHARPNESS.said("its limit as m -> 1"),
        "h_near": runs.SHARPNESS.said(
            "the limit of E[g'Hg]/E[g'g] at x_i + eps u as eps -> 0 (coordinates u_j with j live)"
        ),
        "u_i^2, u_j^2, u_perp^2": Parameter(
            "squared parts of u along x_i, on all other data, off the data"
        ),
        "lambda_max": runs.WHOLE.said(
            "largest eigenvalue of the whole loss' Hessian at x_i (linear; ReLU: where it exists)"
        ),
    },
    remark=(
        "h and lambda_max differ by n/b: at a = 1/2 the batch's curvature 4/b is 2/eta exactly, while "
        "lambda_max = 4/n is 2/eta times b/n. Finding: h at x_i depends on the direction of approach, "
        "between 0 (along other data: noise without curvature) and 4/b (along x_i); and the mean over "
        "batches of the batch's largest eigenvalue is 4/n for d > b, so it is the weight by gradients "
        "that makes 4/b."
    ),
)

BATCH_SHARPNESS_CYCLE = Claim(
    id="BATCH-SHARPNESS-CYCLE",
    title="Batch sharpness on the 2-cycle past a = 1/2",
    formula=And(
        Eq(secant, 2 / eta),
        Eq(sharp_cycle, (1 + 3 / (2 * a)) / b),
        Gt(sharp_cycle, 2 / eta),
    ),
    source=Source(
        "new", "batch sharpness where SGD cannot converge, solved exactly", prior=(WHO_HAD_IT,)
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("batches", And(Ge(b, 1), Le(b, n)), note="b-subsets, drawn in any way"),
        Assumption("past the edge", Gt(a, Rational(1, 2)), sharp=Gt(a, Rational(1, 2))),
        LEARNING_RATE,
    ),
    steps=("secant", "mean", "above"),
    parts={
        "secant": Eq(secant, 2 / eta),
        "mean": Eq(sharp_cycle, (1 + 3 / (2 * a)) / b),
        "above": Gt(sharp_cycle, 2 / eta),
    },
    symbols={
        "h_secant": runs.SECANT.said(
            "on the 2-cycle of GD-EDGE on the axis of x_i, both of its points on one side of 0: change of "
            "the batch's gradient from one point to the other "
            "over their distance, i in the batch"
        ),
        "h_cycle": runs.MEAN_BEND.said(
            "mean of h_axis over the cycle's two points, where gradients are equally long"
        ),
    },
    remark=(
        "So where SGD settles past the edge, the batch's curvature is 2/eta on average along the chord, and "
        "above it at the two points, by (2a - 1)/(2 a b). The whole loss has b/n of both. Nothing is "
        "said of other orbits (GD-EDGE: the cycle attracts on the axis for a < (sqrt(5) - 1)/2)."
    ),
)
