r"""From every state a fixed schedule of batches leads into the capture set, with a known probability.

Batches that always hold i, the largest coordinate, and rotate the other b - 1 places over the n - 1
others leave every j != i out n - b times in n - 1 steps.  Each time |q_j/q_i| falls by 1 + a t_* or
more; drawn together they keep their ratio.
"""

from __future__ import annotations

from sympy import And, Expr, Ge, Le, Symbol, binomial, ceiling, log

from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.minibatch.capture import CAPTURE, CONFINED, FLOOR, MASS, SLACK, g, lead_drift, t_star
from theory.minibatch.log_ratios import SAMPLING, STEP_SIZE
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, a, b, n
from theory.vocabulary import moves

M = Symbol("M", integer=True)
final_ratio = Symbol("R_T", real=True)
schedule_probability = Symbol("P_T", real=True)
cycles = Symbol("M_*", integer=True)
horizon = Symbol("T_*", integer=True)
chance = Symbol("eps", real=True)
reached = Symbol("U_*", real=True)

_T = (n - 1) * M
EXPONENT = Assumption(
    "exponent", Eq(g, lead_drift() / (2 * (1 + lead_drift()))), note="g is CAPTURE's"
)

REACH = Claim(
    id="REACH",
    title="A schedule that always holds the largest coordinate and rotates the others",
    formula=And(
        Le(final_ratio, (1 + a * t_star) ** (-(n - b) * M)),
        Eq(schedule_probability, binomial(n, b) ** (-_T)),
    ),
    source=Source("lemma", "from any state the largest coordinate can be made to lead"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        STEP_SIZE,
        SLACK,
        CONFINED,
        Assumption("cycles", Ge(M, 0), note="of n - 1 steps each: T = (n-1) M"),
    ),
    steps=("ratio", "chance"),
    parts={
        "ratio": Le(final_ratio, (1 + a * t_star) ** (-(n - b) * M)),
        "chance": Eq(schedule_probability, binomial(n, b) ** (-_T)),
    },
    symbols={
        "R_T": moves.FINAL_RATIO,
        "P_T": moves.SCHEDULED,
        "M": Parameter("number of cycles"),
    },
    remark="Approached by a single cycle as q -> 0 with 2 - r2 = t_*.",
)

REACH_TIME = Claim(
    id="REACH-TIME",
    title="Horizon and least chance of U <= theta/2, from every confined state",
    formula=And(
        Eq(cycles, ceiling((log(n - 1) + (1 + g) * log(2)) / (g * (n - b) * log(1 + a * t_star)))),
        Eq(horizon, (n - 1) * cycles),
        Eq(chance, binomial(n, b) ** (-horizon)),
        Eq(reached, 2 ** (-g) / 2),
    ),
    source=Source("lemma", "REACH with the constants of CAPTURE"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        STEP_SIZE,
        SLACK,
        CONFINED,
        MASS,
        FLOOR,
        EXPONENT,
    ),
    steps=("positive", "horizon", "chance"),
    symbols={
        "M_*": moves.CYCLES,
        "U_*": moves.HALF_LEAD,
        "T_*": moves.HORIZON,
        "eps": moves.DRAWN_SO,
    },
    remark="g is CAPTURE's, so T_* and eps are functions of n, b, a, s_*, t_*: reach_time().",
)


def reach_time(claim: Claim | None = None) -> tuple[Expr, Expr]:
    """T_* and eps of REACH-TIME (or of a variant of it) as functions of n, b, a, s_* and t_* alone."""
    value = {x.lhs: x.rhs for x in relations((claim or REACH_TIME).formula)}
    exponent = stated(CAPTURE.formula, g)
    steps = value[horizon].subs(cycles, value[cycles]).subs(g, exponent)
    return steps, value[chance].subs(horizon, steps)
