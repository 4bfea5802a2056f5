r"""SGD's limit is nearly orthogonal to a random start.

w_k -> +-x_I gives |cos(w_inf, w_0)| = |<x_I, w_0>|/||w_0||, whatever I: at most the largest of n
equally distributed numbers, each the size of one coordinate of a uniform direction.
"""

from __future__ import annotations

from sympy import And, Function, Rational, Symbol

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.minibatch.log_ratios import SAMPLING, STEP_SIZE
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Ge, Gt, Le, Lt, d, n, r2, s
from theory.sources import GHOSH
from theory.vocabulary import meanings, observables, passages

T = Symbol("T", real=True)
p_aligned = Symbol("P_align", real=True)
BetaTail = Function("BetaTail", real=True)

SGD_ORTHOGONAL = Claim(
    id="SGD-ORTHOGONAL",
    title="Angle between SGD's limit and a random start",
    formula=Le(p_aligned, n * BetaTail(Rational(1, 2), (d - 1) / 2, T**2)),
    source=Source("paper", f"{GHOSH}: the sparse minimum is nearly orthogonal to its start"),
    bound="upper",
    chapter=__name__,
    applied={"SGD-SPARSE": (Use(where=Le(s, r2)),)},
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        STEP_SIZE,
        Assumption("dimension", And(Ge(d, 2), Le(n, d))),
        Assumption("level", And(Ge(T, 0), Le(T, 1))),
        Assumption("radius", And(Gt(r2, 0), Lt(r2, 2))),
        Assumption("start", item=words.ROTATION_INVARIANT),
        Assumption(
            "live coordinate",
            Gt(s, 0),
            note="an event of the start, which P_align is given",
        ),
    ),
    steps=("limit", "union", "law"),
    symbols={
        "r2": Parameter("||w_0||^2, whatever start is drawn"),
        "s": observables.MASS.said(
            "the sum of q_j(0)^2 over the live coordinates (linear: q_j(0) != 0; ReLU: q_j(0) > 0)"
        ),
        "P_align": meanings.ALIGNED,
        "BetaTail(alpha, beta, x)": passages.TAIL,
        "T": Parameter("level"),
    },
    remark=(
        "Linear: there is a live coordinate almost surely. ReLU: with probability 1 - 2^-n; otherwise "
        "w_inf = w_0, the cosine is 1, and the bound is false at T = 1, where it is 0."
    ),
)
