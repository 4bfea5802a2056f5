r"""Momentum and Adam: what full batch still keeps, and what a mini-batch still destroys.

Heavy ball: v+ = beta v - G(w), w+ = w + v+, with G = a sum_{i in B} grad_i; Nesterov: G at w + beta v.
Both are written with a look-ahead factor nu: G at y = w + nu v, nu = 0 or beta.

Near x_i every coordinate that must die obeys, with a drive m that depends on the batch alone,

    v+ = beta v + m q,   q+ = q + v+;      w = beta u + m,  u+ = w/(1 + w),  q+/q = 1 + w   (u = v/q),

and log|q| + c_1 u, c_1 = beta/(1 - beta), has the drift E[m]/(1 - beta) - (1/2 + c_1) E[w^2] + O(w^3):
the corrector c_1 u removes what v remembers.
"""

from __future__ import annotations

from functools import cache

from sympy import And, Basic, Expr, Or, Rational, Symbol, cancel, diff, log, sign

from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.assumptions.unequal_norms import LINEAR_NEURON
from theory.full_batch.convergence import FULL_BATCH
from theory.minibatch.log_ratios import SAMPLING, membership_moments
from theory.minibatch.sparse import limit_off, limit_others, limit_winner, p_sparse
from theory.model.autoencoder import ORTHONORMAL
from theory.model.step import STEP
from theory.notation import (
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    S,
    a,
    active,
    b,
    below,
    chi,
    d,
    n,
    p,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    s,
)
from theory.vocabulary import meanings, neuron, observables

beta = Symbol("beta", real=True)
nu = Symbol("nu", real=True)
lam, mu = Symbol("lambda", real=True), Symbol("mu", real=True)
lam_off, mu_off = Symbol("lambda_off", real=True), Symbol("mu_off", real=True)
c_j, c_off = Symbol("c_j", real=True), Symbol("c_off", real=True)
v_next = Symbol("v_j^+", real=True)
v_off_next = Symbol("v_perp^+", real=True)
gamma_2 = Symbol("gamma_2", real=True)
gamma_ratio = Symbol("gamma_ratio", real=True)
gamma_off = Symbol("gamma_off", real=True)
gamma_radial = Symbol("gamma_radial", real=True)
rate = Symbol("alpha", real=True)
first, second = Symbol("A", real=True), Symbol("B", real=True)
turn = Symbol("turn", real=True)
u, y = Symbol("u", real=True), Symbol("y", real=True)

MOMENTUM = Assumption("momentum", And(Ge(beta, 0), Lt(beta, 1)))

ZERO_VELOCITY = Assumption("zero velocity", item=words.AT_REST)

_velocity = beta * mu + a * (lam + nu * mu) * ((2 - r2) * active - S)
_velocity_off = beta * mu_off - a * (lam_off + nu * mu_off) * S

MOMENTUM_DIRECTION = Claim(
    id="MOMENTUM-DIRECTION",
    title="Full batch with heavy-ball and Nesterov momentum: a step of a group of coordinates",
    formula=And(
        Eq(v_next, c_j * _velocity),
        Eq(q_j_next, c_j * (lam + _velocity)),
        Eq(v_off_next, c_off * _velocity_off),
        Eq(perp_next, c_off * (lam_off + _velocity_off)),
    ),
    source=Source("new", "STEP at the look-ahead point, by induction over the steps"),
    bound="exact",
    chapter=__name__,
    applied={
        "GD-DIRECTION": (Use(where=Eq(active, 1)),),
        "STEP": (Use(where=Or(Eq(active, 0), Eq(active, 1))),),
    },
    assumptions=(ORTHONORMAL, FULL_BATCH, ZERO_VELOCITY),
    steps=("one step", "same gate", "induction"),
    symbols={
        "lambda, mu": Parameter("q_j = lambda c_j, v_j = mu c_j: a group's scalars, no j in them"),
        "lambda_off, mu_off, c_off": Parameter("the same for a coordinate of w off span(x)"),
        "c_j": Parameter("<w, x_j> at the start"),
        "w_perp^+": neuron.W_OFF_NEXT.said("w_perp one step later"),
        "nu": Parameter("look-ahead: 0 for the heavy ball, beta for Nesterov"),
        "S": observables.BATCH_MASS.said("batch mass at the point w + nu v"),
        "r2": observables.SQUARED_NORM.said("squared norm there"),
        "h": observables.GATE.said("gate there"),
        "v_j, v_perp": Parameter("coordinates of the velocity"),
    },
    remark=(
        "Groups: all j (linear); those with q_j(0) > 0 and those with q_j(0) < 0 (ReLU). Any a > 0, "
        "any beta, at every step, also when lambda changes sign and the two groups' gates open or "
        "close: a group shares its gate. So the line spanned by a group's part of the data is kept, "
        "and q_i/q_j wherever lambda != 0. The sign of lambda may change, and a passive ReLU "
        "coordinate may open."
    ),
)


def _small(largest: int) -> Assumption:
    """4 |m| <= (1-beta)^2 for a drive with |m| <= ``largest`` a."""
    return Assumption(
        "small step",
        And(Gt(a, 0), Le(a, (1 - beta) ** 2 / (4 * largest))),
    )


LINEAR = Assumption("linearised", item=words.LINEARISED)
_IN_CONE = Le(u**2 * (1 - beta - 2 * a) ** 2, (2 * a) ** 2)  # |u| <= M/(1-M), M = 2a/(1-beta)
CONE = Assumption("start in the cone", _IN_CONE, note="u = v_j/q_j at the start, as from v = 0")
NEURON = Assumption(
    "linear neuron, or a start in the cone",
    Or(Eq(below, 1), _IN_CONE),
    note="linear: any (v, q) != 0; ReLU: in the cone u = v/q, where q keeps its sign",
)
SPLIT = Assumption(
    "split probability",
    And(Gt(p, 0), Le(p, Rational(1, 2)), Eq(p * n * (n - 1), b * (n - b))),
    note="p = b (n-b)/(n (n-1)), which is in (0, 1/2] for 1 <= b < n",
)
STRONG_LAW = "supermartingale convergence theorem"

MOMENTUM_EXPONENT = Claim(
    id="MOMENTUM-EXPONENT",
    title="Mini-batch heavy ball: exponent of q_j/q_i at x_i to second order",
    formula=Eq(gamma_2, -p / (1 - beta) ** 2),
    source=Source("new", "two correctors for the projective chain of a random 2 x 2 product"),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, MOMENTUM, SPLIT, LINEAR, CONE),
    steps=("linear", "cone", "corrector", "remainder", "strong law"),
    cites=(STRONG_LAW,),
    symbols={
        "gamma_2": meanings.SECOND_EXPONENT.said(
            "liminf and limsup of (1/k) log|q_j| are both gamma_2 a^2 + O(a^3) as a -> 0, "
            "almost surely, live j != i; O for fixed beta"
        )
    },
    remark=(
        "SGD-RATE's p log(1 - a^2) at a/(1-beta), to second order; of the other exponents at x_i this "
        "is not claimed. O(a^3) is not uniform as beta -> 1: at a = (1-beta)/4, beta = 0.995, the "
        "exponent is positive (MOMENTUM-ENCLOSURE; MOMENTUM-AIRY). Linearised: SGD with momentum "
        "started near x_i is not claimed to follow the product for ever. That the limit exists is not claimed."
    ),
)

_WEAKER = "weaker: the bound is negative"
_STEPS = ("linear", "cone", "corrector", "strong law")
_CORRECTOR = Source("new", "one corrector; a supermartingale in every state of an invariant cone")

MOMENTUM_LOCAL = Claim(
    id="MOMENTUM-LOCAL",
    title="Mini-batch heavy ball: a bound on the exponent of q_j/q_i at x_i",
    formula=Le(gamma_ratio, -Rational(2, 3) * p * a**2 / (1 - beta)),
    source=_CORRECTOR,
    bound="upper",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, MOMENTUM, _small(1), SPLIT, LINEAR, NEURON),
    steps=_STEPS,
    cites=(STRONG_LAW,),
    symbols={
        "gamma_ratio": meanings.SLOPE.said(
            "limsup (1/k) log|(v_j, q_j)|, live j != i, almost surely"
        )
    },
    remark=(
        "Compare MOMENTUM-EXPONENT: -p a^2/(1-beta)^2. The step sizes are far from sharp: the cone can "
        "be had while sqrt(a) + sqrt(beta) <= 1, past which a matrix of the product has complex "
        "eigenvalues and q_j changes sign: MOMENTUM-ENCLOSURE."
    ),
    survivors={
        "strictness: gamma_ratio <= -2*a**2*p/(3*(1 - beta)) made strict": "true: log(1+w) is "
        "below its bound off w = 0, and p > 0"
    },
)

MOMENTUM_OFF = Claim(
    id="MOMENTUM-OFF",
    title="Mini-batch heavy ball: exponent at x_i off the live coordinates",
    formula=Le(gamma_off, -b * a / (n * (1 - beta))),
    source=_CORRECTOR,
    bound="upper",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, MOMENTUM, _small(1), LINEAR, NEURON),
    steps=_STEPS,
    cites=(STRONG_LAW,),
    symbols={
        "gamma_off": meanings.SLOPE.said(
            "limsup (1/k) log|(v, w)_perp|; the same for passive ReLU coordinates"
        )
    },
    survivors={
        "strictness: gamma_off <= -a*b/(n*(1 - beta)) made strict": "true: log(1+w) < w off 0",
        "coefficient: gamma_off -> 1001*gamma_off/1000": _WEAKER,
        "integer: gamma_off -> 2*gamma_off": _WEAKER,
        "coefficient: -a*b/(n*(1 - beta)) -> -999*a*b/(1000*n*(1 - beta))": _WEAKER,
        "sign: -a*b/(n*(1 - beta)) -> a*b/(n*(1 - beta))": _WEAKER,
        "integer: -1 in -a*b/(n*(1 - beta)) -> 0": _WEAKER,
        "exponent: factor a of -a*b/(n*(1 - beta)) squared": "weaker: a < 1",
        "dropped term: -beta out of 1 - beta": _WEAKER,
    },
)

MOMENTUM_RADIAL = Claim(
    id="MOMENTUM-RADIAL",
    title="Mini-batch heavy ball: radial exponent at x_i",
    formula=Le(gamma_radial, -4 * b * a / (n * (1 - beta))),
    source=_CORRECTOR,
    bound="upper",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, MOMENTUM, _small(4), LINEAR),
    steps=_STEPS,
    cites=(STRONG_LAW,),
    symbols={"gamma_radial": meanings.SLOPE.said("limsup (1/k) log|(v_i, q_i - 1)|")},
    remark="With MOMENTUM-LOCAL and MOMENTUM-OFF: all exponents at x_i are negative.",
    survivors={
        "strictness: gamma_radial <= -4*a*b/(n*(1 - beta)) made strict": "true: log(1+w) < w off 0",
        "coefficient: gamma_radial -> 1001*gamma_radial/1000": _WEAKER,
        "integer: gamma_radial -> 2*gamma_radial": _WEAKER,
        "coefficient: -4*a*b/(n*(1 - beta)) -> -999*a*b/(250*n*(1 - beta))": _WEAKER,
        "sign: -4*a*b/(n*(1 - beta)) -> 4*a*b/(n*(1 - beta))": _WEAKER,
        "integer: -4 in -4*a*b/(n*(1 - beta)) -> -3": _WEAKER,
        "exponent: factor a of -4*a*b/(n*(1 - beta)) squared": "weaker: a < 1",
        "dropped term: -beta out of 1 - beta": _WEAKER,
    },
)

MOMENTUM_SPARSE = Claim(
    id="MOMENTUM-SPARSE",
    title="Mini-batch heavy ball: limits for a <= (1-beta)^2/4",
    formula=And(Eq(p_sparse, 1), Eq(limit_winner, 1), Eq(limit_others, 0), Eq(limit_off, 0)),
    source=Source("new", "SGD-SPARSE with momentum; from runs only"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        MOMENTUM,
        _small(1),
        Assumption(
            "start",
            And(Gt(r2, 0), Lt(r2, 2), Gt(s, 0), Le(s, r2)),
            note="0 < ||w_0||^2 < 2 and some q_j(0) != 0: mass s > 0 on the data",
        ),
        ZERO_VELOCITY,
        LINEAR_NEURON,
    ),
    symbols={
        "P_sparse": meanings.ON_A_DATUM,
        "z_oo": meanings.WINNER_SQUARE,
        "sigma_oo": meanings.OTHERS,
        "rho_oo": meanings.OFF_THE_LIVE,
    },
    remark=(
        "No proof: MOMENTUM-LOCAL is local; the steps are those where it holds; ||w||^2 <= 2 is kept "
        "(MOMENTUM-CONFINED). Finding: a/(1-beta) alone does not control sparsity. The noise in slow time is "
        "2 p a^2/(1-beta)^3: at a = (1-beta)/4, n = 2, b = 1, beta = 0.995 the exponent of q_j at x_i is "
        "positive (MOMENTUM-ENCLOSURE). "
        "At a/(1-beta) = 1, beta = 0.9 most runs do not converge."
    ),
)

ADAM_BASIS = Claim(
    id="ADAM-BASIS",
    title="Adam: the turn of full batch's first step in given axes",
    formula=Eq(turn, rate * (sign(first) * second - sign(second) * first)),
    source=Source("new", "Adam's first step is the sign of the gradient, entry by entry"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        LINEAR_NEURON,
        Assumption(
            "full batch",
            And(Eq(n, 2), Eq(d, 2)),
            item=words.FULL,
            note="two data in the plane; of Adam the first step, epsilon -> 0",
        ),
        Assumption("inside the sphere", Lt(r2, 1), note="so -grad L is along +w_0"),
        Assumption("square", Eq(r2, first**2 + second**2), note="r2 = ||w_0||^2"),
    ),
    symbols={
        "A, B": Parameter("coordinates of w_0 along the axes; the data are the same in all axes"),
        "alpha": Parameter("the step size of Adam with epsilon = 0, 0/0 read as 0"),
        "turn": neuron.TURN.shared,
    },
    remark=(
        "turn = 0 iff |A| = |B| or A B = 0. SGD and momentum commute with rotations of R^d (GRAD is "
        "made of x_i, w and inner products), so their turn is 0 in all axes (MOMENTUM-DIRECTION). "
        "ReLU: where its gates differ the gradient is not along w_0, and the turn is another."
    ),
)


def drives() -> dict[str, tuple[Expr, Expr]]:
    """m/a in v+ = beta v + m q at x_i, as (member i, member j) -> linear form in chi_i, chi_j.

    From STEP at q_i = 1 + (a deviation), the rest small: S = chi_i q_i^2 and r2 = q_i^2 to first order.
    Returns for ratio, off and radial the coefficients of chi_i and of chi_j.
    """
    return dict(_drives_of(STEP.formula))


@cache
def _drives_of(formula: Basic) -> dict[str, tuple[Expr, Expr]]:
    step = {x.lhs: x.rhs for x in relations(formula)}
    chi_i, chi_j = Symbol("chi_i", real=True), Symbol("chi_j", real=True)
    at_limit = {S: chi_i, r2: 1}
    ratio = (step[q_j_next] - q_j).subs({**at_limit, chi: chi_j}) / q_j
    off = (step[perp_next] - perp).subs(at_limit) / perp
    own = (step[q_j_next] - q_j).subs({S: chi_i * q_j**2, r2: q_j**2, chi: chi_i})
    radial = diff(own, q_j).subs(q_j, 1)
    found = {"ratio": ratio, "off": off, "radial": radial}
    return {
        name: (diff(cancel(x / a), chi_i), diff(cancel(x / a), chi_j)) for name, x in found.items()
    }


def drive_moments(name: str) -> tuple[Expr, Expr, Expr]:
    """E[m], E[m^2] and the largest |m| of a drive, from the batch's pair moments."""
    left, right = drives()[name]
    single, both = membership_moments()
    mean = (left + right) * single
    square = (left**2 + right**2) * single + 2 * left * right * both
    largest = max(abs(left), abs(right), abs(left + right))
    return a * mean, a**2 * cancel(square), a * largest


def cone(largest: Expr) -> Expr:
    """M = 2 max|m|/(1-beta): |u| <= M/(1-M) is kept and |w| <= M, while 4 max|m| <= (1-beta)^2."""
    return 2 * largest / (1 - beta)


def cone_gap(largest: Expr) -> Expr:
    """M - max|w| on the cone, times (1-M) > 0: |w| <= beta M/(1-M) + max|m|."""
    bound = cone(largest)
    return bound * (1 - bound) - beta * bound - largest * (1 - bound)


def first_corrector() -> Expr:
    """c_1: log|q| + c_1 u has no drift to first order in (u, m), if E[m] = 0."""
    return beta / (1 - beta)


def second_order_drift() -> Expr:
    """The a^2-part of the drift of log|q| + c_1 u + c_2 u^2 for the ratio's drive, in y = u/a and p."""
    xi = Symbol("xi", real=True)
    after = beta * a * y + a * xi
    image = after / (1 + after)
    change = log(1 + after) + first_corrector() * (image - a * y)
    change += second_corrector() * (image**2 - (a * y) ** 2)
    coefficient = (diff(change, a, 2).subs(a, 0) / 2).expand()
    mean, square, _ = drive_moments("ratio")
    if mean != 0:
        raise ValueError(f"E[m]={mean}: the ratio's drive must have mean zero")
    single, both = membership_moments()
    split = cancel(square / a**2 / (single - both)) * p  # E[m^2]/a^2, in p
    return cancel(coefficient.coeff(xi, 0) + coefficient.coeff(xi, 2) * split)


def second_corrector() -> Expr:
    """c_2, which removes y^2 from the second-order drift."""
    return -(Rational(1, 2) + first_corrector()) * beta**2 / (1 - beta**2)
