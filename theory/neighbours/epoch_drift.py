r"""The drift of a reshuffled epoch, to second order in the step, and what it does to the exponents.

Beneventano: over an epoch without replacement SGD moves, beside full-batch steps, along flat directions by a
drift of second order.  An epoch of K = n/b batches from w sees every gradient once, so to first order its
displacement is that of K full-batch steps, whatever the order.  The coefficient of a^2 is the sum of
H_k g_i over pairs with i in an earlier batch than k.  Either comes first with the same chance, so

    mean = (1/2) P(not in one batch) (sum over i, k of H_k g_i - sum over i of H_i g_i),

and K full-batch steps have (1/2) (1 - b/n) times the first sum.  Orthonormal data make both sums explicit.

With independent batches the mean displacement has no such drift; but there log|q_j| loses half of the
noise's variance.  The two are one number on the minima.
"""

from __future__ import annotations

from sympy import And, Ge, Lt, Ne, Symbol

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.assumptions.epochs import epochs
from theory.minibatch.rates import P4
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, b, n, perp, q_i, q_j, r2, s, t
from theory.sources import RESHUFFLING_DRIFT
from theory.vocabulary import observables, runs

drift_j = Symbol("D_j", real=True)
drift_off = Symbol("D_perp", real=True)
flat_j = Symbol("T_j", real=True)
radial = Symbol("R", real=True)
ratio_reshuffled = Symbol("Delta_reshuffled", real=True)
ratio_uniform = Symbol("Delta_uniform", real=True)

EPOCHS = Assumption(
    "reshuffled",
    And(Ge(b, 1), Lt(b, n), Eq(n, epochs * b)),
    item=words.RESHUFFLED,
    note="an epoch is K = n/b batches",
)
SMALL = Assumption("small steps", item=words.TWO_COEFFICIENTS)
SLACK = Assumption("slack", Eq(t, 2 - r2))

_share = (n - b) / (n - 1)
_spread = P4 - s**2 / n

_MOVE = And(
    Eq(
        drift_j,
        _share / 2 * q_j
        * ((1 - 1 / n) * t * (2 * s - t) - 3 * _spread + 2 * (3 * t - 2) * (q_j**2 - s / n)),
    ),
    Eq(drift_off, _share / 2 * perp * (2 * (1 - 1 / n) * t * s - 3 * _spread)),
)  # fmt: skip
_FLAT = And(Eq(flat_j, _share * q_j * (q_j**2 - P4)), Eq(radial, _share / 2 * (1 - P4)))

EPOCH_DRIFT = Claim(
    id="EPOCH-DRIFT",
    title="Mean displacement of a reshuffled epoch beside full-batch steps",
    formula=And(_MOVE, _FLAT),
    source=Source(
        "new",
        "the drift of sampling without replacement, exact on orthonormal data",
        prior=(RESHUFFLING_DRIFT,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, EPOCHS, SMALL, SLACK),
    steps=("displacement", "minima"),
    parts={"displacement": _MOVE, "minima": _FLAT},
    symbols={
        "K": Parameter("batches an epoch"),
        "D_j": runs.DRIFT.shared,
        "D_perp": runs.DRIFT.said("the same of a coordinate off the live data"),
        "T_j": runs.FLAT.said("at a minimum (r2 = s = 1): the part of D along the unit sphere"),
        "R": runs.DRIFT.said("the inner product of D with w, at a minimum"),
        "s": observables.MASS.said("sum of q_j^2 over the live data"),
        "P_4": observables.FOURTH.said("sum of q_j^4 over the live data"),
    },
    remark=(
        "Full batch keeps every ratio of coordinates (GD-DIRECTION); the drift does not. On the minima it "
        "is T_j along the sphere: zero where all nonzero |q_j| are equal (a data "
        "point among them), and away from equality towards the larger coordinates. It is 0 at b = n. "
        "D is -(n (n-b)/(4 (n-1))) times the gradient of the variance of the samples' gradients."
    ),
)

_RESHUFFLED = Eq(ratio_reshuffled, _share * (3 * t - 2) * (q_i**2 - q_j**2))
_UNIFORM = Eq(ratio_uniform, _share * t * (q_i**2 - q_j**2))

EPOCH_DRIFT_RATIO = Claim(
    id="EPOCH-DRIFT-RATIO",
    title="Mean change of a log ratio over an epoch, reshuffled and with independent batches",
    formula=And(_RESHUFFLED, _UNIFORM),
    source=Source(
        "new",
        "the drift of sampling without replacement against the walk of the log ratios",
        prior=(RESHUFFLING_DRIFT,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        EPOCHS,
        SMALL,
        SLACK,
        Assumption("live pair", And(Ne(q_i, 0), Ne(q_j, 0)), note="i, j live (ReLU: q_i, q_j > 0)"),
    ),
    steps=("reshuffled", "uniform"),
    parts={"reshuffled": _RESHUFFLED, "uniform": _UNIFORM},
    symbols={
        "K": Parameter("batches an epoch"),
        "Delta_reshuffled": runs.SECOND.shared,
        "Delta_uniform": runs.SECOND.said("the same for n/b independent uniform b-subsets"),
    },
    remark=(
        "Equal on the unit sphere, where t = 1: what an epoch's order does by drift, independent batches do "
        "by the logarithm's curvature. So the drift along flat directions does not contradict the equal "
        "exponents per epoch of SAMPLING-RESHUFFLED; to leading order it makes them. Off the sphere they "
        "differ, by "
        "2 (t - 1) (n-b)/(n-1) (q_i^2 - q_j^2); inside it reshuffling parts the coordinates faster, and "
        "for t < 2/3 it brings them together."
    ),
)
