r"""Where a start leads: dead neurons, and starts that the spurious minima catch.

Notation as in ``theory/model/landscape.py``: s is the mass on the active data, rho the rest of ||w||^2.
Spurious minima are s = 0, rho > 2 (SADDLES); r2 - 2 = s + rho - 2.
"""

from __future__ import annotations

from sympy import And, Expr, Or, Rational, Symbol, sqrt

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import OutOfReach, Parameter
from theory import vocabulary as words
from theory.model.autoencoder import ORTHONORMAL, RELU
from theory.model.landscape import SPLIT
from theory.notation import (
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    S,
    a,
    d,
    gradient,
    k,
    n,
    r2,
    r2_next,
    rho,
    rho_next,
    s,
    s_next,
)
from theory.sources import GHOSH
from theory.vocabulary import observables, places

kappa = Symbol("kappa", real=True)
batch_factor = Symbol("f", real=True)


def next_masses(inside: Expr, outside: Expr) -> tuple[Expr, Expr]:
    """(s+, rho+) when the batch is multiplied by ``inside`` and all else by ``outside``."""
    return (s - S) * outside**2 + S * inside**2, outside**2 * rho


def caught(s_: Expr, rho_: Expr) -> Expr:
    """Positive on the part of {rho > 2} that is shown to be caught."""
    return (2 - kappa) * (rho_ - 2) ** 2 - 8 * s_


INIT_RADIUS = Claim(
    id="INIT-RADIUS",
    title="Starts beyond squared norm 2, near the spurious minima",
    formula=And(
        Ge(batch_factor, 0),
        Le(batch_factor, 1 - a * (rho - 2)),
        Ge(rho_next, 2),
        Ge(caught(s_next, rho_next), (1 - a * S) ** 4 * caught(s, rho)),
        Ge((rho_next - 2) * (s + rho - 2) ** 2, (rho - 2) * (s_next + rho_next - 2) ** 2),
    ),
    source=Source("finding", f"{GHOSH}: randomly initialised SGD finds a global minimum"),
    bound="lower",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("margin", And(Gt(kappa, 0), Le(kappa, 1)), sharp=Le(kappa, 1)),
        Assumption(
            "outside",
            Gt(rho, 2),
            note="follows from near and step size, and stands here for the reader",
            needed=False,
        ),
        Assumption("near", And(Ge(s, 0), Gt(caught(s, rho), 0))),
        Assumption("batch mass", And(Ge(S, 0), Le(S, s))),
        Assumption("step size", And(Gt(a, 0), Le(a * (s + rho - 2) ** 2, kappa * (rho - 2)))),
        Assumption(
            "room",
            And(Ge(k, 0), Ge(n, k), Ge(d, n), Gt(d, k), Or(Eq(s, 0), Ge(k, 1))),
            note="follows from rho > 0, and stands for the reader. At d = n no linear start is caught",
            needed=False,
        ),
    ),
    steps=("signs", "contraction", "outside", "near", "step size"),
    parts={
        "signs": Ge(batch_factor, 0),
        "contraction": Le(batch_factor, 1 - a * (rho - 2)),
        "outside": Ge(rho_next, 2),
        "near": Ge(caught(s_next, rho_next), (1 - a * S) ** 4 * caught(s, rho)),
        "step size": Ge(
            (rho_next - 2) * (s + rho - 2) ** 2, (rho - 2) * (s_next + rho_next - 2) ** 2
        ),
    },
    symbols={
        **SPLIT,
        "k": observables.ACTIVE_COUNT.said("the number of active data (linear: n)"),
        "kappa": Parameter("a constant, fixed for the run"),
        str(batch_factor): observables.FACTOR,
    },
    survivors={
        "strictness: rho^+ >= 2 made strict": "true: near, after the step, excludes 2",
        "integer: -S*a -> -2*S*a": "weaker: aS <= 1/4 here, so (1 - 2aS)^4 <= (1 - aS)^4",
    },
    remark=(
        "The hypotheses hold again after the step, whatever the batch, so they hold for ever, and the "
        "coordinates that are drawn again and again shrink to 0 while rho stays above 2: "
        "L -> 1/2 > (n-1)/(2n) where every active datum is in infinitely many batches. Any random start "
        "whose direction has a positive density is caught with positive probability once "
        "2 < ||w_0||^2 < 2 + 1/a (linear: d > n). As a -> 0, kappa -> 0 gives the exact basin of "
        "FLOW-SEPARATRIX."
    ),
)

RADIUS_TWO = Claim(
    id="RADIUS-TWO",
    title="One step from squared norm 2 exactly",
    formula=And(Eq(r2_next, 2 - 2 * a * S * (2 - a * S)), Lt(r2_next, 2)),
    source=Source(
        "finding", "derived here from STEP: r2(0) < 2 may be relaxed to r2(0) <= 2, s > 0"
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("radius", Eq(r2, 2)),
        Assumption("step size", And(Gt(a, 0), Lt(a, 1)), sharp=Lt(a, 1)),
        Assumption("batch mass", And(Gt(S, 0), Le(S, 2)), note="some active coordinate is drawn"),
    ),
    remark="Sharp in a: at a = 1 and S = 2 the squared norm is 2 again.",
)

flow_invariant = Symbol("C", real=True)
separatrix = Symbol("s_sep", real=True)
critical_share = Symbol("u_c", real=True)

FLOW_SEPARATRIX = Claim(
    id="FLOW-SEPARATRIX",
    title="Gradient flow: the exact border between global and spurious minima",
    formula=And(
        Eq(flow_invariant, (s + rho - 1) / rho**2),
        Eq(separatrix, (rho - 2) ** 2 / 4),
        Eq(critical_share, (sqrt(r2 - 1) - 1) ** 2 / r2),
    ),
    source=Source("new", "the small-step limit of INIT-RADIUS, for every batch size"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "off the active data",
            And(Gt(rho, 0), Ge(s, 0)),
            note="the invariant divides by it",
            needed=True,
            witness="test_flow_separatrix_needs",
        ),
        Assumption(
            "beyond squared norm 2",
            Gt(r2, 2),
            note="of the sphere that u_c speaks of; s_sep speaks of rho > 2",
            needed=True,
            witness="test_flow_separatrix_needs",
        ),
    ),
    steps=("invariant", "separatrix", "share"),
    symbols={
        **SPLIT,
        str(flow_invariant): OutOfReach(
            "conserved along gradient flow of L",
            why="any function of it is conserved as well: the search plays that it is",
        ),
        str(separatrix): places.BORDER,
        str(critical_share): places.BORDER_SHARE,
    },
    remark=(
        "Caught iff rho > 2 and s < s_sep. For the linear neuron and a uniform direction, s/||w||^2 is "
        "Beta(n/2, (d-n)/2), so the fraction caught as a -> 0 is that law's distribution function at "
        "u_c: n = 4, d = 12 give 0.6% at radius 1.6, 13.7% at 2, 40.3% at 2.5 (the first draft's 46% "
        "is not reproduced, at any step size tried)."
    ),
)

dead_probability = Symbol("P_dead", real=True)

DEAD = Claim(
    id="DEAD",
    title="ReLU: dead starts, their probability and gradient",
    formula=And(Eq(dead_probability, Rational(1, 2) ** n), Eq(gradient, 0)),
    source=Source("lemma", "derived here from GRAD and the signs of the start"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        RELU,
        Assumption(
            "joint sign symmetry",
            item=words.SIGN_SYMMETRIC,
            witness="test_symmetry_of_w_alone_is_not_enough",
            needed=True,
        ),
    ),
    steps=("probability", "gradient"),
    parts={
        "probability": Eq(dead_probability, Rational(1, 2) ** n),
        "gradient": Eq(gradient, 0),
    },
    symbols={
        str(dead_probability): places.DEAD,
        str(gradient): places.GRADIENT.said("gradient of every loss_i at a dead neuron"),
        "q_j(0)": "<w_0, x_j>",
    },
    remark=(
        "Finding: w_0 and -w_0 having one law is not enough (q_1 = ... = q_n gives 1/2). Gaussian "
        "starts, and uniform directions, have the joint symmetry on any orthonormal data; of the data "
        "themselves nothing else is used. With atoms "
        "at q_j = 0 the probability is larger."
    ),
)
