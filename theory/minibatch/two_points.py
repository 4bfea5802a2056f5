r"""Two live coordinates: the second route, by the random-walk toolbox alone.

z = log|q_1/q_2| with n = 2, b = 1.  Its increments have an outward drift (WALK-DRIFT), bounded jumps
(WALK-JUMP) and a second moment bounded below (WALK-VARIANCE), so NHRW leads |z| beyond any level L.
What keeps it out is a drift bounded below there, and that needs mass on the data: MASS-FLOOR.  For
any n, d and b one step changes s, the (live) mass on the data, by

    s+ - s = a S [ 2 (t - s) + a ((t - S)^2 + S (s - S)) ],          t = 2 - r2,  S <= s,

so s never falls while s <= t, and s+ >= s (1 - a S)^2 always.  With t_k >= t_* for all k,
s_k >= min(s_0, (1 - 2a)^2 t_*) for ever, without exception: no return times are needed.
"""

from __future__ import annotations

from sympy import And, Symbol, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory.minibatch.log_ratios import STEP_SIZE, UNIFORM
from theory.model.autoencoder import GATE, ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, S, a, b, k, n, s, s_next, t
from theory.sources import GHOSH
from theory.vocabulary import moves, observables, passages
from theory.walks.random_walk import drift, jump, mean_time, returning, second

t_min = Symbol("t_*", real=True)
s_min = Symbol("s_*", real=True)
level = Symbol("L", real=True)
ratio = Symbol("z", real=True)  # log|q_1/q_2| at the start


MASS_FLOOR = Claim(
    id="MASS-FLOOR",
    title="Mass on the data after one step",
    formula=And(
        Eq(s_next - s, a * S * (2 * (t - s) + a * ((t - S) ** 2 + S * (s - S)))),
        Ge(s_next, s * (1 - a * S) ** 2),
    ),
    source=Source("new", "from STEP; replaces the return times of the first draft's REACH"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        GATE,
        Assumption("step size", And(Gt(a, 0), Le(a * S, 1)), note="a > 0, a S <= 1"),
        Assumption("batch mass", Ge(S, 0), note="S is part of s, so 0 <= S <= s"),
        Assumption("radius", Ge(t, 0), note="r2 <= 2, t = 2 - r2"),
    ),
    steps=("mass", "loss"),
    parts={
        "mass": Eq(s_next - s, a * S * (2 * (t - s) + a * ((t - S) ** 2 + S * (s - S)))),
        "loss": Ge(s_next, s * (1 - a * S) ** 2),
    },
    symbols={
        str(s): observables.MASS.said(
            "mass on the (live) data coordinates; ReLU: the others count as off span(x)"
        )
    },
    survivors={"dropped assumption: gate": "true: it says what h is, and no more"},
    remark=(
        "So s does not fall while s <= 2 - r2. Hence s_k >= min(s_0, (1 - 2a)^2 t_*) for all k when "
        "t_k >= t_*, a < 1/2: where s > t, a S <= a r2 <= 2a and s > t_*. Equality in the bound "
        "at S = 0."
    ),
)

TWO_POINTS = Claim(
    id="TWO-POINTS",
    title="n = 2, b = 1: leaving a band of log|q_1/q_2|, and returning",
    formula=And(
        Eq(jump, log(1 + 2 * a)),
        Eq(second, log(1 + a * t_min) ** 2),
        Eq(drift, log(1 + 3 * a**2 * t_min * s_min / (5 * (1 + 2 * a))) / 2),
        Le(mean_time, ((level + jump) ** 2 - ratio**2) / second),
        Le(returning, ((jump - drift) / (jump + drift)) ** ((level - log(2)) / jump)),
    ),
    source=Source("paper", f"{GHOSH}: the non-homogeneous random walk of the log ratio, for n = 2"),
    bound="upper",
    chapter=__name__,
    applied=dict.fromkeys(("WALK-DRIFT-LOW", "WALK-JUMP"), (Use({t: Symbol("t_k", real=True)}),))
    | {
        "DRIFT-ESCAPE": (Use(where=And(Gt(jump, drift), Gt(drift, 0))),),
        "NHRW": (Use(where=And(Gt(jump, 0), Gt(second, 0))),),
    },
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        Assumption("two live coordinates", And(Eq(n, 2), Eq(b, 1), Eq(k, 2))),
        STEP_SIZE,
        Assumption(
            "confined",
            And(Gt(t_min, 0), Le(t_min, 2), Le(t_min, t), Gt(s_min, 0), Le(s_min, 2), Le(s_min, s)),
            note="t = 2 - r2 and s at any step; BAND-WIDE, ENTRY and MASS-FLOOR keep it so",
        ),
        Assumption(
            "level",
            And(Ge(level, log(2)), Le(ratio**2, level**2)),
            note="z: log|q_1/q_2| at the start",
        ),
    ),
    steps=("jump", "second moment", "drift", "exit", "return"),
    parts={
        "jump": Eq(jump, log(1 + 2 * a)),
        "second moment": Eq(second, log(1 + a * t_min) ** 2),
        "drift": Eq(drift, log(1 + 3 * a**2 * t_min * s_min / (5 * (1 + 2 * a))) / 2),
        "exit": Le(mean_time, ((level + jump) ** 2 - ratio**2) / second),
        "return": Le(returning, ((jump - drift) / (jump + drift)) ** ((level - log(2)) / jump)),
    },
    symbols={
        str(mean_time): passages.EXIT,
        str(returning): passages.BACK,
        str(jump): moves.JUMP,
        str(second): moves.SECOND,
        str(drift): moves.OUTWARD,
        str(t_min): Parameter("lower bound of 2 - r2"),
        str(s_min): Parameter("lower bound of the mass on the data"),
    },
    remark="So |z_k| -> oo almost surely, with no outside theorem; see the proof note.",
)
