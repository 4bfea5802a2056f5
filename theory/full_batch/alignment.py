r"""Where full batch ends, seen from where it starts: alignment with the start, and density.

By GD-DIRECTION and GD-CONVERGES the limit is w_inf = P w_0/|P w_0|, P the projection on the data
(ReLU: on the active data).  So with s = |P w_0|^2 and rho = |w_0|^2 - s

    cos^2(w_inf, w_0) = s/(s + rho) =: C.

For a Gaussian w_0, s and rho are independent chi-square variables with n and d - n degrees of freedom.
C does not change when w_0 is scaled, so every rotation-invariant law has the same law of s/(s + rho).
That the limit *is* the normed projection needs r2(0) <= 2 (GD-CONVERGES): a plain Gaussian start is
outside with positive probability, and what it does is in ``theory/full_batch/gaussian_start.py``.  u = w_inf on
the data is uniform on the unit sphere of R^n, and u_1^2
is such a C too, one coordinate out of n.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import (
    And,
    E,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Mul,
    Pow,
    Sum,
    Symbol,
    binomial,
    exp,
    factorrat,
    gamma,
    integrate,
    oo,
    sqrt,
)

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.full_batch.convergence import FULL_BATCH, STEP_SIZE
from theory.model.autoencoder import ORTHONORMAL, RELU
from theory.notation import Eq, d, k, n, r2
from theory.sources import GHOSH
from theory.vocabulary import meanings

share = Symbol("c", real=True)
share_density = Symbol("f_C", real=True)
mixture_density = Symbol("f_relu", real=True)
sum_of_fourths = Symbol("E_4", real=True)
threshold = Symbol("x", real=True)
max_tail = Symbol("P_max", real=True)

RADIAL = Symbol("r", positive=True)
"""r2 where it is positive by declaration, as SymPy's integration needs."""
_r = RADIAL
_half = Symbol("h", positive=True)


def exponents(expr: Expr) -> dict[Expr, Expr]:
    """A product of powers of positive bases as base -> exponent: equal if all exponents agree.

    Products and powers are taken apart, integers into primes, exp into a power of E; sums and Gamma
    values are bases.  Every base must be positive where this is used.
    """
    found: dict[Expr, Expr] = {}

    def add(base: Expr, exponent: Expr) -> None:
        if isinstance(base, Mul):
            for part in base.args:
                add(part, exponent)
        elif isinstance(base, exp):
            add(E, base.args[0] * exponent)
        elif isinstance(base, Pow):
            add(base.base, base.exp * exponent)
        elif base.is_Rational and base > 0:
            for prime, power in factorrat(base).items():
                found[prime] = (found.get(prime, Integer(0)) + power * exponent).expand()
        else:
            key = base.func(*(x.expand() for x in base.args)) if base.args else base
            found[key] = (found.get(key, Integer(0)) + exponent).expand()

    add(expr, Integer(1))
    return {base: exponent for base, exponent in found.items() if exponent != 0}


def chi_square_density(value: Expr, freedom: Expr) -> Expr:
    """Density of the sum of ``freedom`` squared standard normals at ``value`` > 0."""
    half = freedom / 2
    return value ** (half - 1) * exp(-value / 2) / (2**half * gamma(half))


def density_of_share(size: Expr, total: Expr) -> dict[Expr, Expr]:
    """Density of C = s/(s + rho) at c, for chi-square s of ``size`` and rho of ``total - size``.

    (s, rho) = (c r, (1-c) r) has Jacobian r; r > 0 is integrated out.  Returned as ``exponents``.
    """
    at = chi_square_density(share * _r, size) * chi_square_density((1 - share) * _r, total - size)
    joint = exponents(at * _r)
    in_r, in_e = joint.pop(_r), joint.pop(E)
    if (in_e + _r / 2).expand() != 0:
        raise ValueError(f"exp({in_e}): the two densities do not add up to exp(-r/2)")
    radial = integrate(_r ** (_half - 1) * exp(-_r / 2), (_r, 0, oo)).subs(_half, in_r + 1)
    for base, exponent in exponents(radial).items():
        joint[base] = (joint.get(base, Integer(0)) + exponent).expand()
    return {base: exponent for base, exponent in joint.items() if exponent != 0}


def _beta(value: Expr, first: Expr, second: Expr) -> Expr:
    constant = gamma(first + second) / (gamma(first) * gamma(second))
    return constant * value ** (first - 1) * (1 - value) ** (second - 1)


_GHOSH = Source("paper", f"{GHOSH}: alignment and density of gradient descent")
INVARIANT = Assumption(
    "rotation-invariant start",
    item=words.ROTATION_INVARIANT,
    needed=True,
    witness="test_a_start_of_one_direction_has_no_such_law",
)
WITHIN = Assumption(
    "radius",
    And(Gt(r2, 0), Le(r2, 2)),
    note="a plain Gaussian is no such start: GD-GAUSSIAN",
    needed=True,
    witness="test_a_start_beyond_squared_norm_two_is_caught",
)
LINEAR = Assumption(
    "linear",
    item=words.LINEAR,
    needed=True,
    witness="test_a_dead_neuron_has_no_limit_on_the_sphere",
)
COUNT = Assumption(
    "active count",
    And(Ge(k, 1), Le(k, n), Le(n, d)),
    needed=True,
    witness="test_relu_is_sparser_than_all_its_data",
)
SHARE = Assumption("share", And(Lt(0, share), Lt(share, 1)))
START = {"r2": Parameter("||w_0||^2, whatever start is drawn")}
COUNTED = {
    **START,
    "k": Parameter(
        "the number of active data at the start, given: linear n; ReLU that of q_j(0) > 0"
    ),
}

GD_ALIGN = Claim(
    id="GD-ALIGN",
    title="Alignment of the full-batch limit with its start",
    formula=Eq(share_density, _beta(share, n / 2, (d - n) / 2)),
    source=_GHOSH,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        LINEAR,
        STEP_SIZE,
        WITHIN,
        INVARIANT,
        Assumption("sizes", And(Ge(n, 1), Lt(n, d)), note="d = n: no w_perp, and C = 1 surely"),
        SHARE,
    ),
    steps=("limit", "law"),
    symbols={
        **START,
        "c": meanings.SHARE_KEPT,
        str(share_density): meanings.DENSITY,
    },
    remark="C ~ Beta(n/2, (d-n)/2), mean n/d. At d = n it is the point mass at 1.",
)

GD_ALIGN_RELU = Claim(
    id="GD-ALIGN-RELU",
    title="ReLU: alignment of the full-batch limit with its start",
    formula=Eq(
        mixture_density,
        Sum(binomial(n, k) / (2**n - 1) * _beta(share, k / 2, (d - k) / 2), (k, 1, n)),
    ),
    source=_GHOSH,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        RELU,
        STEP_SIZE,
        WITHIN,
        INVARIANT,
        Assumption(
            "sizes", And(Ge(n, 1), Lt(n, d)), note="d = n: the term k = n is a point mass at 1"
        ),
        SHARE,
    ),
    steps=("active set", "law given k", "weights"),
    symbols={
        **START,
        "c": meanings.SHARE_KEPT,
        str(mixture_density): meanings.DENSITY.said(
            "density of C at c given k >= 1 (not dead at the start)"
        ),
    },
    remark=(
        "k ~ Bin(n, 1/2) conditioned on k >= 1: signs of a Gaussian are fair, independent of each "
        "other and of the sizes |q_j|. With probability 2^-n the neuron is dead and has no limit."
    ),
)

GD_DENSE = Claim(
    id="GD-DENSE",
    title="Mean fourth powers of the full-batch limit",
    formula=Eq(sum_of_fourths, 3 / (k + 2)),
    source=_GHOSH,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, FULL_BATCH, STEP_SIZE, WITHIN, INVARIANT, COUNT),
    steps=("limit", "moment"),
    symbols={**COUNTED, str(sum_of_fourths): meanings.FOURTHS},
    remark=(
        "Linear: k = n. A sparse limit (one coordinate) has 1; k equal coordinates have 1/k. "
        "k = 1: both are 1."
    ),
)

GD_DENSE_MAX = Claim(
    id="GD-DENSE-MAX",
    title="The largest coordinate of the full-batch limit",
    formula=Le(max_tail, k * sqrt(k * threshold) * exp(-(k * threshold - 1) / 2)),
    source=_GHOSH,
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        STEP_SIZE,
        WITHIN,
        INVARIANT,
        replace(COUNT, condition=And(Ge(k, 2), Le(k, n), Le(n, d))),
        Assumption("threshold", And(Ge(k * threshold, 1), Lt(threshold, 1))),
    ),
    steps=("limit", "exponential moment", "logarithm"),
    symbols={
        **COUNTED,
        str(max_tail): meanings.LARGEST,
        "x": Parameter("threshold for the largest square"),
    },
    remark=(
        "At x = 4 log(k)/k it reads P(max|u_j| >= 2 sqrt(log k/k)) <= 2 sqrt(e log k)/k, for every "
        "k >= 2 (where x >= 1 the left side is 0). Linear: k = n, so the largest coordinate is "
        "O(sqrt(log n / n)). ReLU has about n/2 active coordinates: with n in place of k it is "
        "false."
    ),
)


BEST_TILT = (k * threshold - 1) / (2 * k * threshold * (1 - threshold))
"""The tilt l for which E exp(l (g^2 (1-x) - x K)) is least.

g standard normal, K chi-square of k - 1, independent: u_1^2 >= x says g^2 (1-x) - x K >= 0, so this
expectation bounds P(u_1^2 >= x) for every 0 <= l < 1/(2(1-x)).
"""


def chernoff_bases(tilt: Expr) -> tuple[Expr, Expr]:
    """(A, B) with the expectation above = A^(-1/2) B^(-(k-1)/2), by E exp(l g^2) = (1 - "
    "2l)^(-1/2)."""
    return 1 - 2 * tilt * (1 - threshold), 1 + 2 * tilt * threshold
