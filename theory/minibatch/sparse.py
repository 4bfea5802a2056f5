r"""SGD with b < n converges to one data point almost surely: the chain, with explicit constants.

confine -> floor -> walk -> reach -> capture -> levy -> limit; the proof stands in
``proofs_notes/minibatch/sparse.md``.  For ever 2 - r2 >= t_* and the live mass is >= s_*; U, g and theta are
those of ``theory/minibatch/capture.py``, T_* and eps those of ``theory/minibatch/reach.py``.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import And, Eq, Expr, Gt, Le, Min, Symbol
from theory.sources import GHOSH

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.minibatch.capture import t_star
from theory.minibatch.log_ratios import RADIUS, SAMPLING, STEP_SIZE
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import a, r2, s

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


CITED = {
    "supermartingale convergence theorem": "Williams, Probability with Martingales, 1991, 11.5, 11.7",
    "Levy's 0-1 law": "Williams, Probability with Martingales, 1991, 14.2",
}

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
            text="some q_j(0) != 0 (ReLU: > 0): live mass s > 0 at the start",
        ),
    ),
    steps=("confine", "floor", "walk", "reach", "capture", "levy", "limit"),
    cites=tuple(CITED),
    symbols={
        "r2, s": "squared norm and live mass of the start w_0",
        "P_sparse": "P(there is a live I with w_t -> sign(q_I(0)) x_I)",
        "z_oo": "lim q_I^2 on that event, for this I",
        "sigma_oo": "limit of the other live coordinates' squares, summed",
        "rho_oo": "limit of the mass off the live coordinates",
    },
    remark=(
        "Linear and ReLU. A random start is covered by conditioning on it. "
        + "; ".join(f"{name}: {where}" for name, where in CITED.items())
        + ". ||w_0||^2 = 2 is fine as well: RADIUS-TWO. "
        "At a = 1/2 the Lyapunov margin 4a(1-2a) is 0: not claimed."
    ),
)
