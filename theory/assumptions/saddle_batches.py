r"""Saddles that trap SGD, for any batch size b < n: who is trapped, and who cannot be.

With f = (b-1)/(n-1), x = a sigma_i^2 and y = a sigma_j^2 the exponent of c_j at x_i/sigma_i is

    (n/b) lambda_j = (1-f) log[(1-x)(1+y)] + f log(1-x+y).

By log(1+z) >= z/(1+z) and log(1+d) >= 2d/(2+d), d = y - x, it is positive once f y >= x.  So a negative
exponent means f sigma_j^2 < sigma_i^2.  That is what a schedule needs: always draw i, and with it the b - 1
others of least |c_j/c_i|.  Of each sum over the others these are f at most, so they grow by f sigma_j^2 at
most where i grows by sigma_i^2.
"""

from __future__ import annotations

from sympy import And

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory.assumptions.saddle_trap import (
    CHANCES,
    CHANCES_MEAN,
    LIVE_SQUARE,
    LONGEST,
    NEGATIVE,
    NORMS,
    SADDLE_NEVER,
    p_trap,
    start_c2,
)
from theory.assumptions.unequal_norms import ORTHOGONAL, STEP_SIZE, UNIFORM, sigma_i, sigma_j
from theory.notation import Eq, Ge, Gt, Le, Lt, a, b, n, r2, rho, s
from theory.sources import SADDLES_ATTRACT
from theory.vocabulary import neuron
from theory.vocabulary.ending import EITHER_TRAP
from theory.vocabulary.meanings import TRAPPED
from theory.vocabulary.observables import SQUARED_NORM

NEW = Source("new", "every batch size below n")
SIZES = Assumption("sizes", And(Ge(b, 1), Lt(b, n), Ge(n, 2)))
TWO_OR_MORE = Assumption("sizes", And(Ge(b, 2), Lt(b, n)), note="b = 1 has no such j")
LARGE_SHARE = Assumption(
    "large share",
    Ge((b - 1) * sigma_j**2, (n - 1) * sigma_i**2),
    note="P(j in B | i in B) sigma_j^2 >= sigma_i^2; so b >= 2 and sigma_j > sigma_i",
)
_NEVER = {x.name: x for x in SADDLE_NEVER.assumptions}
_SHARE_STEP = Le(a * sigma_i**2 + a**2 * sigma_i**4, 1)

SADDLE_SHARE = Claim(
    id="SADDLE-SHARE",
    title="Exponent at x_i/sigma_i of a datum whose share outweighs i",
    formula=Gt(NEGATIVE.lhs, 0),
    source=NEW,
    bound="lower",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        TWO_OR_MORE,
        CHANCES,
        Assumption("step size", And(Gt(a, 0), Gt(sigma_i**2, 0), _SHARE_STEP)),
        LARGE_SHARE,
    ),
    symbols=CHANCES_MEAN,
    remark=(
        "So at any step a sigma_i^2 <= 0.618 a negative exponent needs (b-1) sigma_j^2 < (n-1) sigma_i^2. "
        "At b = n - 1 little more than sigma_j = sigma_i is enough for a positive one."
    ),
)

SADDLE_TRAP_BATCH = Claim(
    id="SADDLE-TRAP-BATCH",
    title="Any batch size: the chance of ending at x_i/sigma_i where all exponents are negative",
    formula=Gt(p_trap, 0),
    source=NEW.with_prior(SADDLES_ATTRACT),
    bound="statement",
    chapter=__name__,
    applied={
        "GD-CONVERGES": (
            Use(
                {a: a * sigma_i**2, s: start_c2, rho: r2 - start_c2},
                where=Lt(2 * a * sigma_i**2, 1),
            ),
        ),
        "SADDLE-CAPTURE": (Use(where=Lt(2 * a * sigma_i**2, 1)),),
        "SADDLE-SHARE": (Use(where=And(Ge(b, 2), LARGE_SHARE.condition, _SHARE_STEP)),),
    },
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        SIZES,
        NORMS,
        CHANCES,
        Assumption("exponents", NEGATIVE, note="so lambda_j < 0 for every live j != i"),
        STEP_SIZE,
        _NEVER["largest norm"],
        Assumption("start", And(Gt(start_c2, 0), Le(start_c2, r2), Le(r2, 2))),
    ),
    steps=("kept", "share", "schedule", "axis", "capture"),
    symbols={
        "P_trap": TRAPPED,
        **CHANCES_MEAN,
        "sigma_j": LONGEST,
        "sigma_k": Parameter("the norm of any datum"),
        "r2": SQUARED_NORM.said("||w_0||^2"),
        "c_i(0)^2": LIVE_SQUARE,
    },
    remark=(
        "With SADDLE-NEVER a dichotomy, while a sigma_max^2 < 1/2 and 0 < r2 < 2. The largest live lambda_j "
        "negative: x_i/sigma_i, strict saddle or not, has a positive chance from every start that sees i. "
        "Positive: it has none. At 0 nothing is claimed."
    ),
    carried=dict.fromkeys(
        ("GD-CONVERGES", "GD-DIRECTION"),
        "with c_i alone not 0 a batch that has i is full batch on one unit datum, a sigma_i^2 for a",
    ),
)

SADDLE_LARGE_BATCH = Claim(
    id="SADDLE-LARGE-BATCH",
    title="Large batches: the chance of ending at x_i/sigma_i",
    formula=Eq(p_trap, 0),
    source=NEW.with_prior(SADDLES_ATTRACT),
    bound="exact",
    chapter=__name__,
    applied={
        "SADDLE-NEVER": (Use(where=Gt(NEGATIVE.lhs, 0)),),
        "SADDLE-SHARE": (Use(where=_SHARE_STEP),),
    },
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        TWO_OR_MORE,
        NORMS,
        CHANCES,
        LARGE_SHARE,
        STEP_SIZE,
        _NEVER["largest norm"],
        _NEVER["start"],
    ),
    symbols={
        "P_trap": EITHER_TRAP.shared,
        **CHANCES_MEAN,
        "sigma_k": Parameter("the norm of any datum"),
        "c_j(0)^2": neuron.LIVE_SQUARE,
    },
    remark="No saddle traps SGD from b = 1 + (n-1) sigma_i^2/sigma_max^2 on: at b = n - 1 about none.",
)
