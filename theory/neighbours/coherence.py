r"""Coherence of the components' Hessians, as a condition for divergence.

Dexter and others measure how alike the Hessians Q_i >= 0 are by S_ij = |Q_i^(1/2) Q_j^(1/2)|_F and
sigma = lambda_max(S)/max_i lambda_max(Q_i), and conclude divergence from a large C l_max/sigma.  Both claims
below go through the sharpest sample, Lambda = max_i lambda_max(Q_i): N l_max <= lambda_max(S), so
C l_max/sigma <= C Lambda/N, whose size makes M_C large at vv'.

COHERENCE is for batches of k of N, with or without replacement; COHERENCE-INDICES for batches that hold each
index independently with chance k/N, divided by k.  Notation of ``theory/quadratic/mean_square.py``.  Only
summaries of the paper were at hand.
"""

from __future__ import annotations

from sympy import And, Symbol, sqrt

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.notation import Eq, Ge, Gt, Le
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import (
    ANY_BATCH,
    BATCH,
    INDEPENDENT,
    POSITIVE,
    SHARED,
    THRESHOLD,
    C_ms,
    batch_ab,
    l_min,
)
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kappa,
    mean_a,
    mean_ab,
    mean_b,
    operator,
    spectral_radius,
)
from theory.sources import COHERENT, DEXTER
from theory.vocabulary import sums

Lambda = Symbol("Lambda", real=True)
norms_top = Symbol("lambda_S", real=True)
sigma = Symbol("sigma", real=True)
q_least = Symbol("q_least", real=True)
square = Symbol("E[m_i^2]", real=True)
mixed = Symbol("E[m_i*m_j]", real=True)
radius = spectral_radius(operator)

COMPONENTS = Assumption(
    "convex components",
    And(Ge(q_least, 0), Gt(Lambda, 0)),
    note="q_least, the least eigenvalue of all Q_i, is >= 0: S has square roots of them; not all are 0",
)
COHERENCE_MEANING = {
    "Lambda": sums.SHARPEST.shared,
    "l_max": sums.L_MAX.said("the largest eigenvalue of their mean Q"),
    "lambda_S": sums.NORMS_TOP.shared,
    "sigma": sums.COHERENCE.shared,
}

_REACH = 1 + sqrt(N / kappa)
_STEPS = {
    "sharpest sample": Le(kappa / N * (1 - C * Lambda) ** 2, radius),
    "coherence": And(Eq(sigma, norms_top / Lambda), Le(N * l_max, norms_top)),
    "threshold": And(Le(C_ms, _REACH / Lambda), Le(_REACH / Lambda, _REACH * sigma / (N * l_max))),
}

COHERENCE = Claim(
    id="COHERENCE",
    title="Divergence by the coherence of the components, beside the threshold",
    formula=And(*_STEPS.values()),
    source=Source(
        "new",
        f"{DEXTER.cite()}: a divergence condition by coherence; for k of N, and through the sharpest sample: "
        "this suite",
        prior=(COHERENT,),
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
            "noise", Gt(kappa, 0), needed=True, sharp=Gt(kappa, 0),
            witness="test_without_noise_no_reach_has_a_value", note="k < N without replacement",
        ),
        COMPONENTS,
        Assumption("largest eigenvalue", Le(l_min, l_max), note="the ends of Q's spectrum"),
    ),
    steps=tuple(_STEPS),
    symbols=THRESHOLD | COHERENCE_MEANING,
    remark="So a condition by coherence never fires below C_ms; and a condition on the sharpest sample alone, "
    "C Lambda >= 1 + sqrt(N/kappa), fires no later.  On orthonormal samples uniform subsets have C_ms "
    "Lambda = 2k, and both fire at 1 + sqrt(N/kappa), about sqrt(kN).",
)  # fmt: skip

_INDICES = {
    "moments": Eq(batch_ab, mean_a * mean_b + (N - k) / (k * N) * mean_ab),
    "sharpest sample": Le(C**2 * (N - k) / (k * N**2) * Lambda**2, radius),
    "coherence": And(
        Eq(sigma, norms_top / Lambda),
        Le(C**2 * (N - k) / k * l_max**2 / sigma**2, C**2 * (N - k) / (k * N**2) * Lambda**2),
    ),
}

COHERENCE_INDICES = Claim(
    id="COHERENCE-INDICES",
    title="The coherence of the components and the radius, for independent indices",
    formula=And(*_INDICES.values()),
    source=Source(
        "new",
        f"{DEXTER.cite()}: diverges where C l_max sqrt(N/k - 1) > sigma, as we remember it; through the "
        "sharpest sample: this suite",
        prior=(COHERENT,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption(
            "independent indices",
            And(Eq(square, k / N), Eq(mixed, k**2 / N**2)),
            needed=True, witness="test_batches_of_fixed_size_have_less_noise",
            note="m_i is 1 where i is in the batch, with chance k/N, else 0; independent of the other indices",
        ),
        Assumption("batch size", And(Ge(k, 1), Le(k, N)), note="k: the mean size, by which sums are divided"),
        Assumption("convex components", And(Ge(q_least, 0), Gt(Lambda, 0), Ge(l_max, 0)),
                   note="q_least, the least eigenvalue of all Q_i, is >= 0"),
    ),
    steps=tuple(_INDICES),
    symbols=COHERENCE_MEANING
    | {
        "a_B, b_B": "sums over the batch of a_i, b_i, divided by k; bar a, bar b, overline ab: means over all",
        "m_i": "1 where the batch holds i, else 0",
    },
    remark="So where C l_max sqrt(N/k - 1) > sigma, rho(M_C) > 1 and the second moment grows.",
)  # fmt: skip
