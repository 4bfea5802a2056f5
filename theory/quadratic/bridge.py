r"""The bridge: autoencoder SGD at a data point, seen by the theory of stochastic quadratic sums.

Linearise SGD at w = x_i.  By HESS the component matrices are diagonal in any orthonormal basis that
contains the data:

    Q_i = I + 3 x_i x_i',      Q_j = -x_j x_j'  (j != i),

so the x_i x_i direction is seen by sample i alone, with curvature 4; a direction x_j by sample i with
curvature 1 and by sample j with curvature -1: mean 0, pure noise; a direction off the data by sample
i with curvature 1.  All components share the stationary point x_i.  With p = P(i in B, j not) the
step factor along x_j is 1 - a, 1 + a or 1 with probabilities p, p, 1 - 2p.
"""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Expr,
    Function,
    Integer,
    Rational,
    Symbol,
    cancel,
    log,
    sign,
)

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.model.autoencoder import HESS, ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Lt, a, active, b, eta, n, p, q_i, r2, v_v, w_v, x_v
from theory.quadratic.second_moment import N, k, multiplicity_moments
from theory.sources import LYAPUNOV_SIGN, SGD_AT_MAXIMA
from theory.vocabulary import factors, observables

g = Symbol("g", real=True)
u4 = Symbol("u_4", real=True)
moment_exponent = Function("Lambda", real=True)
mean_square = Symbol("growth_j", real=True)
tangent = Symbol("Lambda_j", real=True)
radial = Symbol("Lambda_i", real=True)
perpendicular = Symbol("Lambda_perp", real=True)
displacement = Symbol("D_dense", real=True)

DIRECTIONS = ("radial", "tangent", "perpendicular")


def curvature(direction: str, sample: str) -> Expr:
    """Eigenvalue of one sample's Hessian at w = x_i along a unit direction, from HESS.

    direction: radial (x_i), tangent (x_j, j != i) or perpendicular (off the data).
    sample: own (i), other (j, the tangent direction's sample) or rest.
    """
    along = int(direction == "radial" and sample == "own")
    along += int(direction == "tangent" and sample == "other")
    values = {
        active: 1,
        r2: 1,
        v_v: 1,
        q_i: int(sample == "own"),  # <x_sample, x_i>
        x_v: along,  # <x_sample, v>
        w_v: int(direction == "radial"),  # <x_i, v>
    }
    return HESS.formula.rhs.subs(values)


def component_moments(direction: str) -> tuple[Expr, Expr]:
    """Mean and variance of the curvatures over the n samples."""
    own, other, rest = (curvature(direction, sample) for sample in ("own", "other", "rest"))
    if direction == "tangent":
        total, squares = own + other + (n - 2) * rest, own**2 + other**2 + (n - 2) * rest**2
    else:
        total, squares = own + (n - 1) * rest, own**2 + (n - 1) * rest**2
    mean = cancel(total / n)
    return mean, cancel(squares / n - mean**2)


def step_law(direction: str) -> list[tuple[Expr, Expr]]:
    """(probability, factor) of one linearised step along a direction; rest samples have no curvature.

    Memberships of i and j in a uniform b-subset, from their first two moments.
    """
    both_square, both = (m.subs({N: n, k: b}) for m in multiplicity_moments("uniform"))
    single = cancel(both_square - both)
    own, other = curvature(direction, "own"), curvature(direction, "other")
    return [
        (single, 1 - a * own),
        (single, 1 - a * other),
        (both, 1 - a * (own + other)),
        (1 - 2 * single - both, Integer(1)),
    ]


BRIDGE = Claim(
    id="BRIDGE",
    title="Moments and paths of the process linearised at a data point",
    formula=And(
        Eq(p, b * (n - b) / (n * (n - 1))),
        Eq(mean_square, log(1 + 2 * p * a**2)),
        Gt(mean_square, 0),
        Eq(moment_exponent(g), log(1 - 2 * p + p * ((1 - a) ** g + (1 + a) ** g))),
        Eq(sign(moment_exponent(g)), sign(g - 1)),
        Eq(tangent, p * log(1 - a**2)),
        Eq(radial, b / n * log(Abs(1 - 4 * a))),
        Eq(perpendicular, b / n * log(1 - a)),
        Lt(tangent, 0),
        Lt(radial, 0),
        Lt(perpendicular, 0),
        Eq(displacement, eta**2 * (n - b) / (b * (n - 1)) * (1 - u4) / n),
    ),
    source=Source(
        "new",
        "where the models of Ghosh et al. and of Patel meet",
        prior=(
            LYAPUNOV_SIGN,
            SGD_AT_MAXIMA,
        ),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "step size",
            And(Gt(a, 0), Lt(a, Rational(1, 2))),
            note="0 < a = eta/b < 1/2; the mean-square side needs a > 0 only",
            needed=True,
            witness="test_past_one_half_the_radial_direction_is_unstable",
            sharp=And(Gt(a, 0), Lt(a, Rational(1, 2))),
        ),
        Assumption(
            "mini-batch",
            And(Ge(b, 1), Lt(b, n)),
            item=words.UNIFORM,
            needed=True,
            witness="test_full_batch_has_no_noise",
            sharp=And(Ge(b, 1), Lt(b, n)),
        ),
        Assumption("learning rate", Eq(eta, a * b), note="a = eta/b: no quantity of its own"),
        Assumption(
            "moment", Gt(g, 0), needed=True, witness="test_negative_moments_grow", sharp=Gt(g, 0)
        ),
    ),
    steps=("linearisation", "mean square", "moment one", "almost sure", "dense"),
    parts={
        "linearisation": Eq(p, b * (n - b) / (n * (n - 1))),
        "mean square": And(Eq(mean_square, log(1 + 2 * p * a**2)), Gt(mean_square, 0)),
        "moment one": And(
            Eq(moment_exponent(g), log(1 - 2 * p + p * ((1 - a) ** g + (1 + a) ** g))),
            Eq(sign(moment_exponent(g)), sign(g - 1)),
        ),
        "almost sure": And(
            Eq(tangent, p * log(1 - a**2)),
            Eq(radial, b / n * log(Abs(1 - 4 * a))),
            Eq(perpendicular, b / n * log(1 - a)),
            Lt(tangent, 0),
            Lt(radial, 0),
            Lt(perpendicular, 0),
        ),
        "dense": Eq(displacement, eta**2 * (n - b) / (b * (n - 1)) * (1 - u4) / n),
    },
    symbols={
        "p": observables.SPLIT.said("P(i in B, j not)"),
        "growth_j": factors.SQUARE_RATE.shared,
        "Lambda": factors.ABSOLUTE_MOMENT.said("Lambda(g) is lim (1/t) log E|e_j|^g"),
        "Lambda_j": factors.LOG_ALONG.said(
            "almost sure growth rate of the linearised process along x_j"
        ),
        "Lambda_i": factors.LOG_RADIAL.said("the same along x_i", low="at a = 1/4"),
        "Lambda_perp": factors.LOG_OFF.said("the same off the data"),
        "D_dense": observables.MOVED.said(
            "E|w+ - w|^2 of one step from a dense minimum w = sum u_j x_j, sum u_j^2 = 1"
        ),
        "u_4": observables.FOURTH.said("sum of u_j^4"),
    },
    remark="Mean-square theory calls x_i unstable at every eta > 0; paths of the linearised process "
    "tend to 0 for every eta/b < 1/2. At a dense minimum the samples' gradients do not vanish: there "
    "the noise of Q-STATIONARY, all of it tangent to the manifold, drives the walk; it is 0 exactly "
    "when u_4 = 1.",
)
