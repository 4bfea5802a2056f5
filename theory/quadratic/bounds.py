r"""What moves the mean-square threshold: closed-form bounds, the batch size, the scale.

Notation of ``theory/quadratic/mean_square.py``.  kappa is the batch's variance factor (Q-KAPPA).
"""

from __future__ import annotations

from sympy import And, Function, Or, Symbol

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.notation import Eq, Ge, Gt, Le
from theory.quadratic.mean_square import (
    ANY_BATCH,
    BATCH,
    INDEPENDENT,
    POSITIVE,
    SHARED,
    THRESHOLD,
    C_ms,
    l,
    l_min,
)
from theory.quadratic.second_moment import N, k, kappa
from theory.sources import MONOTONE, NON_UNIFORM, PATEL
from theory.vocabulary import sums

drop_uniform = Symbol(r"\Delta_{\mathrm{uniform}}", real=True)
drop_replacement = Symbol(r"\Delta_{\mathrm{repl}}", real=True)
kappa_1 = Symbol("kappa_1", real=True)
kappa_2 = Symbol("kappa_2", real=True)
threshold_of = Function("C_ms")
l_max = Symbol("l_max", real=True)
s = Symbol("s", real=True)
t = Symbol("t", real=True)
nu_min = Symbol("nu_min", real=True)
nu_max = Symbol("nu_max", real=True)
u = Symbol("u", real=True)
Q = Symbol("Q")
least = Function("min_j")
largest = Function("max_j")

NU_MIN = {"nu_min": sums.NU_MIN.shared}
NU_MAX = {"nu_max": sums.NU_MAX.shared}

Q_BRACKET = Claim(
    id="Q-BRACKET",
    title="Two closed forms around the threshold",
    formula=And(
        Le(least(2 * l / (l**2 + t * kappa)), C_ms),
        Le(C_ms, largest(2 * l / (l**2 + s * kappa))),
    ),
    source=Source(
        "paper",
        f"{PATEL}: bounds by t_Q and s_Q; the upper one needs care, see remark",
        prior=(NON_UNIFORM,),
    ),
    bound="exact",
    chapter=__name__,
    carried=ANY_BATCH,
    assumptions=(
        SHARED,
        INDEPENDENT,
        POSITIVE,
        BATCH,
        Assumption(
            "noise bracket",
            And(Le(s, nu_min), Le(nu_max, t), Ge(t, 0), Le(s, t), Or(Ge(N, 2), Le(s, 0))),
            note="the noise is >= 0 and, for a single component, 0: so s <= t, t >= 0, and there s <= 0",
            needed=True,
            witness="test_a_bracket_that_is_none_bounds_nothing",
        ),
        Assumption(
            "no noise below zero",
            Gt(l_min**2 + kappa * s, 0),
            note="s = 0 is always allowed, as the noise is >= 0",
            needed=True,
            witness="test_a_negative_bracket_bounds_nothing",
        ),
    ),
    steps=("multiplier", "order"),
    symbols=THRESHOLD
    | NU_MIN
    | NU_MAX
    | {
        "min_j": sums.LEAST_J.said(
            "the least over the eigenvalues l_j of Q, l_min the least of them"
        ),
        "max_j": sums.LARGEST_J.said("the largest over them"),
    },
    remark="Beyond the upper bound every start but t* diverges in mean square. With one fixed j in "
    "place of the maximum the upper bound is false: SINGLE_J in tests/quadratic/cases.py converges beyond it.",
)

_LARGE_PARTS = {
    "lower": Le(2 * l_max / (l_max**2 + t * kappa), C_ms),
    "upper": Le(C_ms, 2 / l_max),
}

Q_LARGE_BATCH = Claim(
    id="Q-LARGE-BATCH",
    title="The threshold at large batches, beside gradient descent's",
    formula=And(*_LARGE_PARTS.values()),
    parts=_LARGE_PARTS,
    source=Source("paper", f"{PATEL}: large batches are 'agnostic'; the rate in kappa is ours"),
    bound="exact",
    chapter=__name__,
    carried=ANY_BATCH,
    assumptions=(
        SHARED,
        INDEPENDENT,
        POSITIVE,
        BATCH,
        Assumption("largest eigenvalue", Le(l_min, l_max), note="the ends of Q's spectrum"),
        Assumption(
            "upper noise bound",
            And(Le(nu_max, t), Ge(t, 0)),
            note="the noise is >= 0: so t >= 0",
        ),
        Assumption(
            "small noise",
            Le(t * kappa, l_min * l_max),
            needed=True,
            witness="test_louder_noise_is_limited_by_the_flattest_direction",
            sharp=Le(t * kappa, l_min * l_max),
        ),
    ),
    steps=("lower", "upper"),
    symbols=THRESHOLD | NU_MAX,
    remark="At kappa = 0 both sides are 2/l_max. The noise bound enters the lower side only.",
)

_BATCH_PARTS = {
    "noise factor": And(
        Eq(drop_replacement, 1 / (k * (k + 1))), Eq(drop_uniform, N / (k * (k + 1) * (N - 1)))
    ),
    "positive noise": Le(threshold_of(kappa_1), threshold_of(kappa_2)),
}

Q_SMALL_BATCH = Claim(
    id="Q-SMALL-BATCH",
    title="The threshold as a function of the batch size",
    formula=And(*_BATCH_PARTS.values()),
    parts=_BATCH_PARTS,
    source=Source(
        "paper",
        f"{PATEL}: small batches need smaller steps; the first draft says 'increases'",
        prior=(MONOTONE,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        SHARED,
        INDEPENDENT,
        Assumption("less noise", And(Ge(kappa_2, 0), Le(kappa_2, kappa_1)), needed=True,
                   witness="test_more_noise_lowers_the_threshold",
            sharp=And(Ge(kappa_2, 0), Le(kappa_2, kappa_1))),
        Assumption("batch sizes", And(Ge(k, 1), Ge(N, k + 1)),
                   note="for Delta alone"),
    ),
    steps=("noise factor", "positive noise"),
    symbols={
        "Delta": "kappa at batch size k minus kappa at k + 1",
        "C_ms": sums.C_MS.said(
            "C_ms(kappa) is the threshold at variance factor kappa, for one family Q_1..Q_N"
        ),
    },
    survivors={
        f"coefficient: C_ms({x}) -> {c}*C_ms({x})/1000": "weaker: thresholds are > 0"
        for x, c in (("kappa_1", 999), ("kappa_2", 1001))
    },
    remark="Finding: not strictly. Where the noise spares the sharpest direction C_ms is constant in k "
    "(FLAT_NOISE in tests/quadratic/cases.py). 1/C_ms is convex in kappa.",
)  # fmt: skip

Q_FLAT = Claim(
    id="Q-FLAT",
    title="The threshold of a family scaled by a factor",
    formula=Eq(threshold_of(u * Q), threshold_of(Q) / u),
    source=Source(
        "paper", f"{PATEL}: sharper minima are left at smaller steps", prior=(NON_UNIFORM,)
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        SHARED,
        INDEPENDENT,
        Assumption(
            "positive factor",
            Gt(u, 0),
            needed=True,
            witness="test_turned_upside_down_there_is_no_threshold",
            sharp=Gt(u, 0),
        ),
    ),
    symbols={
        "C_ms": sums.C_MS.said(
            "C_ms(Q) is the threshold of the family Q_1..Q_N; uQ scales every member"
        ),
        "Q": Parameter("the family Q_1..Q_N"),
    },
)
