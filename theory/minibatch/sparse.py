r"""SGD with b < n converges to one data point almost surely, at a geometric rate for every a < 1/2.

For ever 2 - r2 >= t_* and the live mass is >= s_* (confine, floor).  With U, g, theta of
``theory/minibatch/capture.py`` let, for a live i with z = q_i^2 and the rest rho of the squared norm,

    V = (z^2 - 1)^2 + 4 rho <= 17,   W_i = A U_i + V_i/68,   Psi = min(1, least W_i over live i),

A = 1/theta + 12/(p g^2).  Below 1 Psi falls by a factor on average (lead, winner, balance), it never
grows on average, and from every state one word of T batches brings it to 1/2 (reach).  So E Psi
contracts in every block of T steps, and a finite maximal inequality does the rest (block, tail).  The
proof stands in ``proofs_notes/minibatch/sparse.md``; nothing in it is cited.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import And, Expr, Integer, Max, Min, Rational, Symbol, binomial, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import OutOfReach, Parameter
from theorem_audit.statement.use import Use
from theory.minibatch.capture import g, s_star, t_star, threshold
from theory.minibatch.log_ratios import RADIUS, SAMPLING, SPLIT, STEP_SIZE
from theory.minibatch.reach import EXPONENT, M
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, a, b, n, p, r2, s
from theory.sources import GHOSH
from theory.vocabulary import meanings

p_sparse = Symbol("P_sparse", real=True)
limit_winner = Symbol("z_oo", real=True)
limit_others = Symbol("sigma_oo", real=True)
limit_off = Symbol("rho_oo", real=True)


def least_slack() -> Expr:
    """t_*: 2 - r2 >= t_* at every step, for a start with squared norm r2."""
    return Min(2 - r2, 1 - 10 * a / 27)


def least_mass() -> Expr:
    """s_*: the live mass is at least this at every step, for a start with live mass s."""
    return Min(s, (1 - 2 * a) ** 2 * t_star)


LARGEST_V = Integer(17)
PERTURBED = Integer(200)


def weight() -> Expr:
    """A: the weight of U in W_i = A U_i + V_i/68."""
    return 1 / threshold() + 12 / (p * g**2)


def winner_rate() -> Expr:
    """kappa: while i leads and is drawn, V_i falls by kappa V_i up to 200 sigma."""
    return 4 * a * (1 - 2 * a) * (s_star / n) ** 2 / 9


def descent() -> Expr:
    """c1: E Psi+ <= c1 Psi wherever Psi < 1."""
    return Max(1 - p * g**2 / 2, 1 - winner_rate() * b / n)


def rounds_needed() -> Expr:
    """M rounds of REACH's schedule bring Psi to 1/2 from every state when M is at least this."""
    return log(4 * weight() * (n - 1)) / ((n - b) * g * log(1 + a * t_star))


ONE_POINT = (
    "a batch with i acts on (q_i^2, rho) as a full batch of the one point x_i does, up to 200 sigma: "
    "the step 'winner' bounds the difference"
)
WINNER = {"GD-CONVERGES": ONE_POINT, "GD-DIRECTION": ONE_POINT}

SGD_SPARSE = Claim(
    id="SGD-SPARSE",
    title="Mini-batch SGD converges almost surely to a single data point",
    formula=And(Eq(p_sparse, 1), Eq(limit_winner, 1), Eq(limit_others, 0), Eq(limit_off, 0)),
    source=Source("paper", f"{GHOSH}: SGD with b < n finds a sparse minimum; sharp region ours"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        STEP_SIZE,
        replace(RADIUS, sharp=And(Gt(r2, 0), Le(r2, 2))),
        Assumption(
            "live coordinate",
            And(Gt(s, 0), Le(s, r2)),
            note="of the start: some q_j(0) != 0 (ReLU: > 0)",
        ),
    ),
    steps=("confine", "floor", "lead", "winner", "balance", "reach", "block", "tail"),
    carried=WINNER,
    symbols={
        "r2, s": Parameter("squared norm and live mass of the start w_0"),
        "P_sparse": meanings.ON_A_LIVE_DATUM,
        "z_oo": meanings.WINNER_SQUARE,
        "sigma_oo": meanings.OTHERS,
        "rho_oo": meanings.OFF_THE_LIVE,
    },
    remark=(
        "Linear and ReLU. A random start is covered by conditioning on it. "
        "||w_0||^2 = 2 is fine as well: RADIUS-TWO. "
        "At a = 1/2 the Lyapunov margin 4a(1-2a) is 0: not claimed."
    ),
)

block_length = Symbol("T", integer=True)
rate = Symbol("c", real=True)

SPARSE_RATE = Claim(
    id="SPARSE-RATE",
    title="Geometric rate at which mini-batch SGD settles at one data point, for every a < 1/2",
    formula=And(
        Eq(block_length, (n - 1) * M),
        Eq(rate, Max(descent(), 1 - Rational(1, 2) * binomial(n, b) ** (-(n - 1) * M))),
    ),
    source=Source("new", "this suite; every a < 1/2, where SPARSE-TIME has a <= 0.23"),
    bound="upper",
    chapter=__name__,
    applied={"REACH": (Use(where=Ge(M, 0)),)},
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        STEP_SIZE,
        Assumption(
            "slack",
            And(Gt(t_star, 0), Le(t_star, 2 - r2), Le(t_star, 1 - 10 * a / 27)),
        ),
        Assumption(
            "least mass",
            And(Gt(s_star, 0), Le(s_star, s), Le(s_star, (1 - 2 * a) ** 2 * t_star)),
        ),
        Assumption(
            "rounds",
            Ge(M, rounds_needed()),
            note="log(4 A (n - 1)) / ((n - b) g log(1 + a t_*)), A = 1/theta + 12/(p g^2)",
        ),
        SPLIT,
        EXPONENT,
    ),
    steps=("lead", "winner", "balance", "reach", "block"),
    carried=WINNER,
    symbols={
        "r2, s": Parameter("squared norm and live mass of the start w_0"),
        "T, c": OutOfReach(
            "0 <= c < 1, and for every accuracy dl > 0 some C: for all K <= L, of the words of L "
            "batches all but a fraction C c^floor(K/T) keep w within dl of one +-x_i from step K to L",
            why="C is any constant, L any length: what a block of T can cost bounds c from below",
        ),
        "M": Parameter("rounds of REACH's schedule in a block"),
    },
    remark=(
        "T and c do not depend on the accuracy. Explicit, not best: c is close to 1. Where SPARSE-TIME "
        "applies, its 1 - p a^2/6 is far better."
    ),
)
