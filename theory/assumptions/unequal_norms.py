r"""Orthogonal data of unequal norms: the step, the landscape, and where full batch goes.

||x_j|| = sigma_j, <x_i, x_j> = 0; c_j = <w, x_j>/sigma_j, so q_j = sigma_j c_j and
r2 = sum c_j^2 + ||w_perp||^2.  The loss of one sample sees <x_i, x_i> only in a constant, so its
gradient is GRAD's.  <x_i, x_j> = sigma_j^2 1{i = j} gives each coordinate a factor of its own:

    c_j+ = c_j [1 - aS + a (2 - r2) sigma_j^2 chi_j],     S = sum_{k in B} sigma_k^2 c_k^2.

What SGD makes of the saddles x_i/sigma_i: ``theory/assumptions/saddle_trap.py``.
"""

from __future__ import annotations

from sympy import And, Expr, Integer, Min, Poly, Rational, Symbol, cancel, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.full_batch.convergence import FULL_BATCH
from theory.model.autoencoder import GATE, SOME_DATA
from theory.model.step import MEMBERSHIP, step_from
from theory.notation import (
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    S,
    a,
    active,
    chi,
    n,
    perp,
    perp_next,
    q_j,
    r2,
    r2_next,
    rho,
    s,
    x,
)
from theory.vocabulary import ending, factors, neuron, observables

sigma_i = Symbol("sigma_i", real=True)
sigma_j = Symbol("sigma_j", real=True)
sigma_m = Symbol("sigma_max", real=True)
sigma_k = Symbol("sigma_k", real=True)
c_i = Symbol("c_i", real=True)
c_j = Symbol("c_j", real=True)
c_j_next = Symbol("c_j^+", real=True)
Q = Symbol("Q", real=True)

NEW = Source("new", "derived here from the loss")
ORTHOGONAL = Assumption("orthogonal data", item=words.ORTHOGONAL)
LINEAR_NEURON = Assumption("linear neuron", item=words.LINEAR)
UNIFORM = Assumption("uniform batches", item=words.UNIFORM)
MEANING = {
    "c_j": neuron.C_J.shared,
    "S": observables.BATCH_MASS.said("sum over the (active) batch of sigma_k^2 c_k^2 = <w, x_k>^2"),
    "Q": neuron.HEAVY.shared,
}


def step_of_norms(gradient: Expr) -> tuple[Expr, Expr]:
    """(c_j+, w_perp+) for a gradient that is a combination of x_i and w, as in ``step_from``.

    <x_i, x_j> = sigma_j^2 1{i = j}: the part of the gradient along x_i counts sigma_j^2 times.
    """
    along, off = step_from(gradient.subs(x, sigma_j**2 * x))
    return cancel(along.subs(q_j, sigma_j * c_j) / sigma_j), off


def norm_of_step(c_next: Expr, perp_step: Expr) -> Expr:
    """r2+ from the one-step map, in S, Q, r2 and a.

    c_j+ = (alpha + beta sigma_j^2 chi_j) c_j and chi_j^2 = chi_j, so sum_j (c_j+)^2 adds up from
    sum c_j^2 = r2 - rho, sum chi_j sigma_j^2 c_j^2 = S and sum chi_j sigma_j^4 c_j^2 = Q.
    """
    alpha = cancel(c_next.subs(chi, 0) / c_j)
    drawn = Poly(cancel(c_next.subs(chi, 1) / c_j) - alpha, sigma_j)
    if drawn.monoms() != [(2,)]:
        raise ValueError(f"c_next={c_next}: membership must add a multiple of sigma_j^2")
    beta = drawn.LC()
    rho = Symbol("_rho", real=True)
    on_data = alpha**2 * (r2 - rho) + 2 * alpha * beta * S + beta**2 * Q
    return (on_data + cancel(perp_step / perp) ** 2 * rho).expand()


NORMS_STEP = Claim(
    id="NORMS-STEP",
    title="One SGD step on orthogonal data of any norms",
    formula=And(
        Eq(c_j_next, c_j * (1 - a * S + a * (2 - r2) * sigma_j**2 * chi)),
        Eq(perp_next, (1 - a * S) * perp),
        Eq(
            r2_next,
            (1 - a * S) ** 2 * r2 + 2 * a * (2 - r2) * (1 - a * S) * S + a**2 * (2 - r2) ** 2 * Q,
        ),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHOGONAL, MEMBERSHIP),
    symbols=MEANING,
    remark="sigma_j = 1 is STEP. A common norm sigma is STEP with a sigma^2 for a.",
)

gradient_j = Symbol("G_j", real=True)
gradient_off = Symbol("G_perp", real=True)
mass = Symbol("s", real=True)
norm_star = Symbol("r2_*", real=True)
mass_star = Symbol("s_*", real=True)
loss_excess = Symbol("L_excess", real=True)

NORMS_STATIONARY = Claim(
    id="NORMS-STATIONARY",
    title="Stationary points for unequal norms",
    formula=And(
        Eq(gradient_j, (mass - active * (2 - r2) * sigma_j**2) * c_j / n),
        Eq(gradient_off, mass * perp / n),
        Eq(norm_star, 1),
        Eq(mass_star, sigma_j**2),
        Eq(
            loss_excess,
            (sigma_m**2 * (1 - r2) ** 2 + (2 - r2) * (sigma_m**2 * r2 - mass)) / (2 * n),
        ),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        SOME_DATA,
        GATE,
        Assumption(
            "mass",
            And(Gt(sigma_m, 0), Ge(mass, 0), Le(mass, sigma_m**2 * r2)),
            note="0 <= s <= sigma_max^2 ||w||^2, sigma_max the largest norm",
        ),
    ),
    steps=("gradient", "classification", "minimum", "nothing lower"),
    symbols={
        "G_j": neuron.G_J.shared,
        "G_perp": neuron.G_PERP.shared,
        "w_perp": neuron.PERP_SUM.shared,
        "s": observables.MASS.said("sum of sigma_j^2 c_j^2 over the active data (linear: all)"),
        "r2_*": observables.SQUARED_NORM.said(
            "||w||^2 at a stationary point with s != 0 and live c_j != 0"
        ),
        "s_*": observables.MASS.said("s there"),
        "L_excess": neuron.L_EXCESS.shared,
        **{"c_j": MEANING["c_j"]},
    },
    remark=(
        "If and only if: s = 0, or w is a unit vector whose nonzero coordinates are all live and have "
        "one common norm. With distinct norms: +-x_i/sigma_i. The global minima are those of the "
        "largest norm. STATIONARY's sphere of minima needs equal norms."
    ),
)

curve_along = Symbol("mu_w", real=True)
curve_j = Symbol("mu_j", real=True)
curve_off = Symbol("mu_perp", real=True)

NORMS_HESSIAN = Claim(
    id="NORMS-HESSIAN",
    title="Hessian spectrum at a stationary point for unequal norms",
    formula=And(
        Eq(curve_along, 4 * sigma_i**2 / n),
        Eq(curve_j, (sigma_i**2 - sigma_j**2) / n),
        Eq(curve_off, sigma_i**2 / n),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        SOME_DATA,
        LINEAR_NEURON,
        Assumption("stationary", item=words.STATIONARY),
    ),
    symbols={
        "mu_w": neuron.BEND.said("Hessian eigenvalue of L along w"),
        "mu_j": neuron.BEND.said(
            "along the part of x_j orthogonal to w, where it is not 0; 0 within the group of equal norm"
        ),
        "mu_perp": neuron.BEND.said("off the data"),
    },
    remark="All of the spectrum, for any n and d. sigma_j > sigma_i gives a negative eigenvalue. For ReLU "
    "c_j = 0 is at the kink: there is no second derivative.",
)

STEP_SIZE = Assumption(
    "step size",
    And(Gt(a, 0), Lt(a * sigma_m**2, Rational(1, 2))),
)
LARGEST = Assumption(
    "largest norm",
    And(Gt(sigma_m, 0), Ge(Q, 0), Le(Q, sigma_m**2 * S)),
    note="sigma_k <= sigma_max for all (active) k in the batch",
)
BATCH_MASS = Assumption(
    "batch mass", And(Ge(S, 0), Le(S, sigma_m**2 * r2)), note="S <= sigma_max^2 sum c_k^2"
)

_CONFINED_PARTS = {
    "norm": Ge(2 - r2_next, Min(2 - r2, Rational(1, 2))),
    "factor": Gt(1 - a * S, 0),
}

NORMS_CONFINED = Claim(
    id="NORMS-CONFINED",
    title="Confinement for unequal norms: the radius, signs and zeros",
    formula=And(*_CONFINED_PARTS.values()),
    parts=_CONFINED_PARTS,
    source=NEW,
    bound="lower",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        STEP_SIZE,
        LARGEST,
        BATCH_MASS,
        Assumption("radius", And(Ge(r2, 0), Le(r2, 2)), sharp=Le(r2, 2)),
    ),
    steps=("norm", "factor"),
    symbols={x: MEANING[x] for x in ("S", "Q")},
    survivors={
        "sign: Min(1/2, 2 - r2) -> -Min(1/2, 2 - r2)": "weaker: the minimum is >= 0",
        "coefficient: 1/2 in Min(1/2, 2 - r2) -> 1001/2000": "true: 1/2 is not sharp",
        "coefficient: -r2 -> -1001*r2/1000": "weaker: 2 - 1.001 r2 <= 2 - r2",
    },
    remark=(
        "Only a sigma_max^2, S/sigma_max^2 and Q/sigma_max^4 enter, and r2+ grows with Q: unequal "
        "norms move ||w|| outwards no more than the common norm sigma_max does. The factors of "
        "NORMS-STEP are 1 - aS + (something >= 0) > 0: signs and zeros are kept for ever."
    ),
)

gain = Symbol("Delta_mj", real=True)
rate_j = Symbol("lambda_j", real=True)
rate_off = Symbol("lambda_off", real=True)
c_star2 = Symbol("c_m^2*", real=True)
start_m2 = Symbol("c_m(0)^2", real=True)
start_j2 = Symbol("c_j(0)^2", real=True)

NORMS_GD = Claim(
    id="NORMS-GD",
    title="Full batch on unequal norms: limit and rates",
    formula=And(
        Eq(gain, log(1 + a * (2 - r2) * (sigma_m**2 - sigma_j**2)
                     / (1 - a * S + a * (2 - r2) * sigma_j**2))),
        Eq(c_star2, 1),
        Eq(rate_j, log(1 - a * (sigma_m**2 - sigma_j**2))),
        Eq(rate_off, log(1 - a * sigma_m**2)),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    applied={"GD-CONVERGES": (Use({a: a * sigma_m**2, s: Symbol("m", real=True), rho: Integer(0)}),)},
    assumptions=(
        ORTHOGONAL,
        FULL_BATCH,
        STEP_SIZE,
        BATCH_MASS,
        Assumption(
            "one largest norm",
            And(Gt(sigma_m, 0), Gt(sigma_j**2, 0), Lt(sigma_j**2, sigma_m**2)),
            note="for all other live j",
        ),
        Assumption("start", And(Gt(r2, 0), Lt(r2, 2)), note="r2 is that of the start"),
        Assumption(
            "not 0",
            And(Gt(start_m2, 0), Gt(start_j2, 0), Le(start_m2 + start_j2, r2)),
            note="for its rate c_j(0) != 0 (lambda_off: w_perp(0) != 0)",
        ),
    ),
    steps=("gain", "confined", "growth", "floor", "axis", "rates"),
    symbols={
        "Delta_mj": factors.ONE_STEP.said("growth of log|c_m/c_j| in one step; S over all live data"),
        "c_m^2*": ending.LONGEST_SQUARE.shared,
        "lambda_j": factors.LOG_ALONG.said("lim (1/k) log|c_j| for a live j != m"),
        "sigma_j": Parameter("the norm of any live datum but x_m"),
        "lambda_off": factors.LOG_OFF.said(
            "the same for w_perp and for passive ReLU coordinates, where they are not 0 at the start"
        ),
        "S": MEANING["S"],
        "c_m(0)^2": neuron.LONGEST_LIVE,
        "c_j(0)^2": neuron.LIVE_SQUARE,
        "sigma_max": Parameter("the norm of x_m"),
    },
    remark=(
        "So GD-DIRECTION and the sphere of limits need equal norms; norms that differ by little part "
        "slowly, within about 1/(a (sigma_max^2 - sigma_j^2)) steps."
    ),
    carried=dict.fromkeys(
        ("GD-CONVERGES", "GD-DIRECTION"),
        "with c_m alone left the step is that of one unit datum with a sigma_max^2 for a",
    ),
)  # fmt: skip
