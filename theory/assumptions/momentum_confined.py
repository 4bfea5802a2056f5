r"""Heavy ball keeps ||w||^2 <= 2, whatever the batches: an energy that no step lifts over 2.

v+ = beta v - G(w), w+ = w + v+.  The point e = w + beta v/(1 - beta) moves as in SGD: e+ = e - G(w)/(1 - beta).
|e|^2 alone can grow where v is large, and 2 |v|^2/(1 - beta)^2 pays for it:

    energy = |w + beta v/(1 - beta)|^2 + 2 |v|^2/(1 - beta)^2.

One step sees w, v and the batch through r2 = |w|^2, S = |Pw|^2 (P: onto the active batch) and
v = y_B Pw + y_R (w - Pw) + (a part orthogonal to both, of squared norm V).
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Gt, Le, Rational, Symbol, cancel

from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.assumptions.momentum import MOMENTUM, ZERO_VELOCITY, beta
from theory.model.autoencoder import ORTHONORMAL
from theory.model.step import BATCH_MASS, STEP
from theory.notation import Eq, S, a, chi, perp, perp_next, q_j, q_j_next, r2, r2_next
from theory.vocabulary import meanings, observables

along, rest = Symbol("y_B", real=True), Symbol("y_R", real=True)
aside = Symbol("V", real=True)
w_v, v_v = Symbol("<w,v>", real=True), Symbol("|v|^2", real=True)
w_v_next, v_v_next = Symbol("<w,v>^+", real=True), Symbol("|v|^2^+", real=True)
r2_path = Symbol("r2_t", real=True)
r2_start = Symbol("r2_0", real=True)

WEIGHT = 2  # of |v|^2/(1 - beta)^2 in the energy
LIMIT = Rational(3, 10)  # of a/(1 - beta)^2


def energy(square: Expr, product: Expr, speed: Expr) -> Expr:
    """|w + beta v/(1-beta)|^2 + 2 |v|^2/(1-beta)^2 from |w|^2, <w, v> and |v|^2."""
    return (
        square
        + 2 * beta / (1 - beta) * product
        + (beta**2 + WEIGHT) / (1 - beta) ** 2 * speed
    )  # fmt: skip


CONFINED_STEP = Assumption("small step", And(Gt(a, 0), Le(a, LIMIT * (1 - beta) ** 2)))
VELOCITY = Assumption(
    "velocity",
    And(
        Ge(aside, 0),
        Eq(w_v, along * S + rest * (r2 - S)),
        Eq(v_v, along**2 * S + rest**2 * (r2 - S) + aside),
    ),
    note="any v = y_B Pw + y_R (w - Pw) + a part orthogonal to both, of squared norm V >= 0",
)
STATE = Assumption("state", And(Le(r2, 2), Le(energy(r2, w_v, v_v), 2)))

_PARTS = {
    "energy": Le(energy(r2_next, w_v_next, v_v_next), 2),
    "radius": Le(r2_next, 2),
}

_LESS = "true: the left side is less, as r2+ >= 0 and |v|^2+ >= 0"

MOMENTUM_ENERGY = Claim(
    id="MOMENTUM-ENERGY",
    title="Mini-batch heavy ball: energy and radius over one step, for any batch",
    formula=And(*_PARTS.values()),
    parts=_PARTS,
    source=Source("new", "a quadratic form of position and velocity, by one certificate"),
    bound="upper",
    chapter=__name__,
    assumptions=(ORTHONORMAL, BATCH_MASS, MOMENTUM, CONFINED_STEP, VELOCITY, STATE),
    steps=("energy", "radius"),
    symbols={
        "y_B, y_R, V": Parameter(
            "v = y_B Pw + y_R (w - Pw) + v', v' orthogonal to Pw and w; V = ||v'||^2"
        ),
        "<w,v>": Parameter("inner product at a step; with ^+ one step later"),
        "|v|^2": Parameter("squared norm of the velocity at a step; with ^+ one step later"),
        "Pw": "w's part on the active batch, sum over i in B of h_i q_i x_i",
    },
    remark="Any gates: linear and ReLU. Heavy ball only; Nesterov's look-ahead point is not treated.",
    survivors={
        "sign: r2^+ -> -r2^+ (part 2)": _LESS,
        "dropped term: r2^+ out of 2*<w,v>^+*beta/(1 - beta) + r2^+ + | ... eta)**2 (part 2)": _LESS,
    },
)

MOMENTUM_CONFINED = Claim(
    id="MOMENTUM-CONFINED",
    title="Mini-batch heavy ball from rest: the radius, for any batches",
    formula=Le(r2_path, 2),
    source=Source("new", "MOMENTUM-ENERGY at every step"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        MOMENTUM,
        CONFINED_STEP,
        ZERO_VELOCITY,
        Assumption("radius", Le(r2_start, 2)),
    ),
    steps=("start", "induction"),
    symbols={
        "r2_0": observables.SQUARED_NORM.said("||w||^2 at the start"),
        "r2_t": meanings.LARGEST_NORM.said("||w||^2 at every step t"),
    },
    remark=(
        "Any sequence of batches, linear and ReLU; so on MOMENTUM-SPARSE's steps, and a <= (1-beta)^2/8 among "
        "them. The limit 3/10 is the certificate's, not sharp: at a = (1-beta)^2, beta = 4/5, growing on one "
        "datum and coasting on another leaves the ball; up to 4/5 of that a search found nothing."
    ),
)


def moved() -> tuple[Expr, Expr, Expr]:
    """(r2+, <w,v>+, |v|^2+) after one step of the heavy ball, in r2, S, a, beta, y_B, y_R and V.

    STEP: -G has the coordinates q_j+ - q_j on the data, chi_j = 1 on the active batch, and w_perp+ - w_perp
    off the data.
    Raises ValueError if a coordinate off the data moves otherwise than one out of the batch.
    """
    step = {x.lhs: x.rhs for x in relations(STEP.formula)}
    pull = cancel((step[q_j_next] - q_j) / q_j)
    if cancel((step[perp_next] - perp) / perp - pull.subs(chi, 0)) != 0:
        raise ValueError("a coordinate off the data has a pull of its own")
    on, off = pull.subs(chi, 1), pull.subs(chi, 0)
    # on each of the three orthogonal parts v and -G are multiples of one vector
    batch, others = beta * along + on, beta * rest + off
    speed = batch**2 * S + others**2 * (r2 - S) + beta**2 * aside
    product = (1 + batch) * batch * S + (1 + others) * others * (r2 - S) + beta**2 * aside
    square = (1 + batch) ** 2 * S + (1 + others) ** 2 * (r2 - S) + beta**2 * aside
    return square.expand(), product.expand(), speed.expand()


def multiplier() -> Expr:
    """tau with 2 - energy+ >= (1 - tau)(2 - energy) for small steps; 0 <= tau <= 1 there."""
    return a * S * 2 * (2 - r2) / (1 - beta)
