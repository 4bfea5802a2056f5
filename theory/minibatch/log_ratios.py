r"""Mini-batches without replacement: fixed points, and the random walk of log|q_i/q_j|.

A batch B is a uniform b-subset of {1..n}, drawn anew at each step.  For a pair i, j let
C = B minus {i, j} and S_C = sum of q_k^2 over the live k in C.  By RATIO, with t = 2 - r2 and
u_k = a t/(1 - a (S_C + q_k^2)),

    log|q_i/q_j|  moves by  + log(1 + u_i)  when i alone of the two is in B,
                            - log(1 + u_j)  when j alone is,          and by 0 otherwise.

Either has probability p, and given either C is a uniform (b-1)-subset of the n - 2 others.  So
E[f(change) | past] = E_C[p f(log(1 + u_i)) + p f(-log(1 + u_j))] for every f with f(0) = 0.  The
integrand sees a, t, S_C, q_i, q_j only, so what is proved in these scalars holds for every n, d and b.
For ReLU, i and j are live and sums run over live coordinates; the rest is mass off span(x).
"""

from __future__ import annotations

from sympy import And, Expr, Rational, Symbol, cancel, log

from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.model.autoencoder import ORTHONORMAL
from theory.model.step import RATIO, STEP, chi_i, chi_j
from theory.notation import (
    S_C,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
    S,
    a,
    b,
    chi,
    n,
    p,
    perp,
    perp_next,
    q_i,
    q_i_next,
    q_j,
    q_j_next,
    r2,
    t,
)
from theory.sources import GHOSH
from theory.vocabulary import moves, observables

drift = Symbol("D_ij|C", real=True)
slow = Symbol("K_ij", real=True)
spread = Symbol("D2_ij|C", real=True)
S_i = S_C + q_i**2
S_j = S_C + q_j**2

STEP_SIZE = Assumption("step size", And(Gt(a, 0), Lt(a, Rational(1, 2))))
RADIUS = Assumption("radius", And(Gt(r2, 0), Lt(r2, 2)), note="r2 is that of the start")
INSIDE = Assumption("radius", And(Ge(t, 0), Le(t, 2)), note="t = 2 - r2")
MASSES = Assumption(
    "masses",
    And(Ge(S_C, 0), Le(S_C + q_i**2 + q_j**2, 2 - t)),
    note="S_C, q_i^2 and q_j^2 are parts of r2 = 2 - t",
)
SAMPLING = Assumption(
    "without replacement",
    And(Ge(b, 1), Lt(b, n)),
    item=words.UNIFORM,
)

UNIFORM = Assumption("sampling", item=words.UNIFORM)
SPLIT = Assumption(
    "split probability",
    Eq(p, b * (n - b) / (n * (n - 1))),
    note="p = P(i in B, j not): no free quantity (WALK-DRIFT)",
)


def membership_moments() -> tuple[Expr, Expr]:
    """P(i in B) and P(i, j in B), i != j.

    By exchangeability they do not depend on i, j; the number of members is b, so
    sum_i 1{i in B} = b and its square b^2 = sum_i 1{i in B} + sum_{i != j} 1{i, j in B}.
    """
    single = b / n
    return single, cancel((b**2 - n * single) / (n * (n - 1)))


def step_factor(drawn: int, mass: Expr = S) -> Expr:
    """q_j+ / q_j when j is (not) drawn and the batch has mass ``mass``, as STEP claims it."""
    after = stated(STEP.formula, q_j_next)
    return cancel(after.subs({chi: drawn, r2: 2 - t}) / q_j).subs(S, mass)


def jump(first: int, second: int, mass: Expr) -> Expr:
    """Change of log|q_i/q_j| for memberships of i and j and a batch of mass ``mass`` (RATIO)."""
    return RATIO.formula.rhs.subs({chi_i: first, chi_j: second, r2: 2 - t, S: mass})


def pair_moment(order: int) -> Expr:
    """The integrand over C of E[(change of log|q_i/q_j|)^order | past]."""
    return p * (jump(1, 0, S_i) ** order + jump(0, 1, S_j) ** order)


FIXED_POINTS = Claim(
    id="FIXED-POINTS",
    title="Points with a live coordinate that every mini-batch leaves alone",
    formula=And(Eq(q_i**2, 1), Eq(q_j, 0), Eq(perp, 0)),
    source=Source("paper", f"{GHOSH}: the limits SGD can have"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("positive step", Gt(a, 0)),
        SAMPLING,
        Assumption("live coordinate", Gt(q_i**2, 0)),
        Assumption(
            "left alone",
            And(Eq(q_i_next, q_i), Eq(q_j_next, q_j), Eq(perp_next, perp)),
        ),
    ),
    steps=("fixed", "converse"),
    parts={
        "fixed": And(Eq(q_i**2, 1), Eq(q_j, 0), Eq(perp, 0)),
        "converse": And(Eq(q_i**2, 1), Eq(q_j, 0), Eq(perp, 0)),
    },
    symbols={
        "q_i": observables.ACTIVE_Q_I,
        "q_j": observables.Q_J.said("<w, x_j> of any other datum, live or not"),
        "q_i^+": observables.Q_I_NEXT.said("q_i after one step, whichever batch is drawn"),
        "q_j^+": observables.Q_J_NEXT.said("q_j after that step"),
        "w_perp^+": observables.PERP_NEXT.said("w_perp after that step"),
    },
    remark=(
        "If and only if. With no live mass S = 0 for every batch and nothing moves. b = n: every point "
        "with rho = 0, s = 1 is fixed, a sphere."
    ),
)

_cross = a**2 * t * (q_i**2 - q_j**2)
_slow = (1 - a * S_i) * (1 - a * S_j + a * t)
PAIR = Assumption("pair", And(Ge(n, 2), Ge(b, 1), Le(b, n)))
LIVE_PAIR = Assumption("live pair", And(Ne(q_i, 0), Ne(q_j, 0)))

WALK_DRIFT = Claim(
    id="WALK-DRIFT",
    title="Drift of the log ratio of two coordinates",
    formula=And(
        Eq(p, b * (n - b) / (n * (n - 1))),
        Eq(drift, p * log(1 + _cross / _slow)),
    ),
    source=Source("paper", f"{GHOSH}: the log ratio as a non-homogeneous random walk"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        PAIR,
        UNIFORM,
        LIVE_PAIR,
        Assumption(
            "positive factors",
            And(Gt(1 - a * S, 0), Gt(1 - a * S + a * t, 0)),
            note="S: live mass of any batch, with both, one or none of i, j; under SIGN they hold",
        ),
    ),
    steps=("split probability", "drift"),
    parts={
        "split probability": Eq(p, b * (n - b) / (n * (n - 1))),
        "drift": Eq(drift, p * log(1 + _cross / _slow)),
    },
    symbols={
        "D_ij|C": moves.DRIFT,
        "q_i": observables.ACTIVE_Q_I,
        "q_j": observables.ACTIVE_Q_J,
    },
    remark="With WALK-DRIFT-LOW: |log|q_i/q_j|| is a submartingale, the larger gains on average.",
)

WALK_DRIFT_LOW = Claim(
    id="WALK-DRIFT-LOW",
    title="Sign and least size of the drift of the log ratio, inside squared norm 2",
    formula=And(Ge(_cross, 0), Eq(slow, _slow), Le(slow, 1 + 2 * a)),
    source=Source("lemma", "the log ratio is a submartingale; the explicit lower bound is ours"),
    bound="lower",
    chapter=__name__,
    applied={"WALK-DRIFT": (Use(where=Ge(n, 2)),)},
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        STEP_SIZE,
        INSIDE,
        MASSES,
        LIVE_PAIR,
        Assumption("order", Ge(q_i**2, q_j**2), note="i is the larger of the two"),
    ),
    steps=("denominator", "bounds"),
    parts={
        "denominator": Eq(slow, _slow),
        "bounds": And(Ge(_cross, 0), Le(slow, 1 + 2 * a)),
    },
    symbols={
        "K_ij": moves.SLOW,
        "q_i": observables.ACTIVE_Q_I,
        "q_j": observables.ACTIVE_Q_J,
    },
    remark=(
        "So the integrand of the drift is >= p log(1 + a^2 t (q_i^2 - q_j^2)/(1 + 2a)) >= 0. "
        "1 + 2a is approached as r2 -> 0."
    ),
)

WALK_JUMP = Claim(
    id="WALK-JUMP",
    title="Largest jump of the log ratio of two coordinates",
    formula=Le(a * t / (1 - a * S), 2 * a),
    source=Source("lemma", f"{GHOSH}: bounded jumps; derived here from RATIO"),
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        STEP_SIZE,
        INSIDE,
        Assumption("batch mass", And(Ge(S, 0), Le(S, 2 - t)), note="S is part of r2 = 2 - t"),
    ),
    symbols={"a*t/(-S*a + 1)": "u, where log|q_i/q_j| moves by 0 or by +-log(1 + u)"},
    remark="u -> 2a as r2 -> 0, so 2a cannot be lowered.",
)

BAND_RADIUS = Assumption(
    "band", And(Ge(t, 1 - a / 4), Le(t, 2)), note="delta <= a/4: BAND and ENTRY lead there"
)

WALK_VARIANCE = Claim(
    id="WALK-VARIANCE",
    title="Second moment of the log ratio's change in the band",
    formula=And(
        Eq(spread, p * (log(1 + a * t / (1 - a * S_i)) ** 2 + log(1 + a * t / (1 - a * S_j)) ** 2)),
        Ge(spread, 2 * p * (3 * a / 4) ** 2),
    ),
    source=Source("lemma", f"{GHOSH}: variance bounded below; derived here from RATIO"),
    bound="lower",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        PAIR,
        SPLIT,
        Assumption("step size", And(Gt(a, 0), Le(a, Rational(2, 5)))),
        BAND_RADIUS,
        MASSES,
        LIVE_PAIR,
    ),
    steps=("moment", "bound"),
    parts={
        "moment": Eq(
            spread,
            p * (log(1 + a * t / (1 - a * S_i)) ** 2 + log(1 + a * t / (1 - a * S_j)) ** 2),
        ),
        "bound": Ge(spread, 2 * p * (3 * a / 4) ** 2),
    },
    symbols={
        "D2_ij|C": moves.SPREAD,
        "q_i": observables.ACTIVE_Q_I,
        "q_j": observables.ACTIVE_Q_J,
    },
    remark=(
        "Without the band: E[jump^2 | past] >= 2 p log(1 + a t)^2, from the step 'bound'. "
        "3/4 may be raised to (5/2) log(34/25) = 0.7687..., its value at a = 2/5."
    ),
)
