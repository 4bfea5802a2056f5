r"""Stochastic collapse at a data point: the criterion of continuous time, and the exponent of the step.

Chen, Kunin, Yamamura and Ganguli: gradient noise pulls towards an invariant set where the curvature across
it and half the noise's add up to something positive.  In one direction v across the set let a batch's
gradient be c_B u for a small displacement u, with mean h and variance nu of c_B over batches.  The diffusion
with that drift and that noise, du = -h u dt + sqrt(eta nu) u dW, has log|u| falling at h + eta nu/2 by
Ito's formula, which per step of length eta is

    X = eta h + eta^2 nu/2.

At x_i the axis of x_i is invariant, and by HESS a batch has c_B = (chi_i - chi_j)/b along x_j, chi_i/b off
the data and 4 chi_i/b along x_i itself.  The step's own number is minus the mean of log|1 - eta c_B|.
"""

from __future__ import annotations

from sympy import And, Rational, Symbol, log, sign

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.minibatch.log_ratios import SAMPLING, SPLIT
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, Lt, a, b, n, p
from theory.sources import NOISE_COLLAPSES
from theory.vocabulary import factors

criterion_j = Symbol("X_j", real=True)
criterion_off = Symbol("X_perp", real=True)
criterion_radial = Symbol("X_i", real=True)
exponent_j = Symbol("lambda_j", real=True)
exponent_off = Symbol("lambda_perp", real=True)
factor_radial = Symbol("f_i", real=True)


_CRITERION = And(
    Eq(criterion_j, p * a**2),
    Eq(criterion_off, a * b / n + a**2 * b * (n - b) / (2 * n**2)),
)
_EXPONENT = And(Eq(exponent_j, p * log(1 - a**2)), Eq(exponent_off, b / n * log(1 - a)))
_ALONG = And(
    Gt(-exponent_j - criterion_j, p * a**4 / 2),
    Lt(-exponent_j - criterion_j, p * a**4 / (2 * (1 - a**2))),
)
_OFF = And(
    Gt(-exponent_off - criterion_off, a**2 * b**2 / (2 * n**2) + a**3 * b / (3 * n)),
    Lt(-exponent_off - criterion_off, a**2 * b**2 / (2 * n**2) + a**3 * b / (3 * n * (1 - a))),
)

COLLAPSE = Claim(
    id="COLLAPSE",
    title="The collapse criterion across the axis of x_i, and the exponents of a step there",
    formula=And(_CRITERION, _EXPONENT, _ALONG, _OFF),
    source=Source(
        "new",
        "the criterion for stochastic collapse, evaluated at x_i and compared with the step's exponents",
        prior=(NOISE_COLLAPSES,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        SPLIT,
        Assumption("step size", And(Gt(a, 0), Lt(a, 1)), sharp=And(Gt(a, 0), Lt(a, 1))),
    ),
    steps=("criterion", "exponent", "remainder along x_j", "remainder off the data"),
    parts={
        "criterion": _CRITERION,
        "exponent": _EXPONENT,
        "remainder along x_j": _ALONG,
        "remainder off the data": _OFF,
    },
    symbols={
        "X_j": factors.X_ALONG.said(f"{factors.X_ALONG}; x_j live, also in lambda_j"),
        "X_perp": factors.X_OFF.said("the same off the data at x_i"),
        "lambda_j": factors.LOG_ALONG.said("mean over one batch at x_i of the change of log|q_j|"),
        "lambda_perp": factors.LOG_OFF.said(
            "mean over one batch at x_i of the change of log|w_perp|"
        ),
    },
    remark=(
        "So the criterion is the exponent to leading order, and below it in size: the step attracts faster "
        "than its diffusion says. Off the data the two differ at order a^2 already, by half the square of "
        "eta times the mean curvature, which a diffusion does not have; along x_j that mean is 0. It ends "
        "where the logarithm does, at a = 1; that the radius is stable needs a < 1/2 (COLLAPSE-EDGE)."
    ),
    survivors={
        "coefficient: -lambda_j -> -1001*lambda_j/1000 (part 4)": "weaker: lambda_j < 0",
        "exponent: 1/(1 - a) -> (1 - a)**(-2) (part 8)": "weaker: 0 < 1 - a < 1",
    },
)

COLLAPSE_EDGE = Claim(
    id="COLLAPSE-EDGE",
    title="The collapse criterion along x_i, and the factor of a step there",
    formula=And(
        Eq(criterion_radial, 4 * a * b / n + 8 * a**2 * b * (n - b) / n**2),
        Gt(criterion_radial, 0),
        Eq(factor_radial, 1 - 4 * a),
        Eq(sign(factor_radial**2 - 1), sign(a - Rational(1, 2))),
    ),
    source=Source(
        "new",
        "where the criterion of continuous time and a step of finite size part",
        prior=(NOISE_COLLAPSES,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "uniform batches", And(Ge(b, 1), Le(b, n)), item=words.UNIFORM, note="b = n included"
        ),
        Assumption("positive step", Gt(a, 0), sharp=Gt(a, 0)),
    ),
    steps=("criterion", "factor"),
    parts={
        "criterion": And(
            Eq(criterion_radial, 4 * a * b / n + 8 * a**2 * b * (n - b) / n**2),
            Gt(criterion_radial, 0),
        ),
        "factor": And(
            Eq(factor_radial, 1 - 4 * a),
            Eq(sign(factor_radial**2 - 1), sign(a - Rational(1, 2))),
        ),
    },
    symbols={
        "X_i": factors.X_RADIAL.shared,
        "f_i": factors.DRAWN_RADIAL.shared,
    },
    remark=(
        "Finding: read for a step of finite size, the criterion says 'attracts' along x_i at every a. The "
        "step expands there from a = 1/2 on: the edge of stability is a matter of steps, which continuous "
        "time does not see. So COLLAPSE's conclusion of attraction needs a < 1/2 besides."
    ),
)
