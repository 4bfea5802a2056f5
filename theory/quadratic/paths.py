r"""Stochastic quadratic sums, beyond the mean-square threshold: stationary noise, and single paths.

Where the minimiser is not shared, e+ = (I - C Q_B) e - C g_B never settles: its second moment has a
limit instead.  Where it is shared, almost every path may converge although the second moment
diverges: rare paths carry it.  Notation of ``theory/quadratic/mean_square.py``.
"""

from __future__ import annotations

from sympy import And, Symbol, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory.notation import Eq, Gt, Le, Lt
from theory.quadratic.mean_square import (
    ANY_BATCH,
    BATCH,
    INDEPENDENT,
    MEANING,
    MOMENT,
    POSITIVE,
    SHARED,
    C_ms,
)
from theory.quadratic.second_moment import C, kappa, kron_sum, operator, spectral_radius
from theory.sources import COVARIANCE, LYAPUNOV_SIGN, PATEL
from theory.vocabulary import sums

C_as = Symbol("C_as", real=True)
exponent = Symbol("Lambda", real=True)
q1 = Symbol("q_1", real=True)
q2 = Symbol("q_2", real=True)
mean_start2 = Symbol("|E_e_0|^2", real=True)

Sigma = Symbol("Sigma")
Sigma_next = Symbol("Sigma^+")
Sigma_inf = Symbol("Sigma_inf")
Gamma = Symbol("Gamma")

_STATIONARY_PARTS = {
    "recursion": Eq(Sigma_next, operator * Sigma + C**2 * kappa * Gamma),
    "fixed point": Eq(Sigma_inf, C * kappa * Gamma / (kron_sum - C * MOMENT)),
}

Q_STATIONARY = Claim(
    id="Q-STATIONARY",
    title="Stationary second moment where the minimiser is not shared",
    formula=And(*_STATIONARY_PARTS.values()),
    parts=_STATIONARY_PARTS,
    source=Source(
        "lemma",
        f"{PATEL}: inhomogeneous case; linear equation for the covariance",
        prior=(COVARIANCE,),
    ),
    bound="exact",
    chapter=__name__,
    carried=ANY_BATCH,
    assumptions=(
        INDEPENDENT,
        POSITIVE,
        BATCH,
        Assumption("centred", Eq(mean_start2, 0), needed=True,
                   witness="test_off_centre_the_recursion_has_a_cross_term",
                   note="E[t_0] = t*, so E[t_p] = t* for ever; else (I - CQ)^p E[t_0 - t*] enters"),
        Assumption("stable", And(Gt(C, 0), Lt(C, C_ms)), needed=True,
                   witness="test_stationary_second_moment_solves_the_linear_equation",
                   sharp=And(Gt(C, 0), Lt(C, C_ms))),
    ),
    steps=("recursion", "fixed point"),
    symbols=MEANING
    | {
        "Sigma": sums.SIGMA.shared,
        "Gamma": sums.GAMMA.shared,
        "|E_e_0|^2": sums.MEAN_START.shared,
        "C_ms": sums.C_MS.said("Q-MS's threshold C_ms of the same Q_i where every g_i is 0"),
        "Sigma_inf": sums.SIGMA_INF.shared,
    },
)  # fmt: skip

Q_AS = Claim(
    id="Q-AS",
    title="Almost-sure stability beside mean-square stability",
    formula=And(
        Le(exponent, log(spectral_radius(operator)) / 2),
        Eq(C_as, (q1 + q2) / (q1 * q2)),
        Eq(C_ms, 2 * (q1 + q2) / (q1**2 + q2**2)),
        Le(C_ms, 4 / (q1 + q2)),
        Le(4 / (q1 + q2), C_as),
    ),
    source=Source(
        "new",
        "goes beyond the sources, which have the mean-square side only",
        prior=(LYAPUNOV_SIGN,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        SHARED,
        INDEPENDENT,
        Assumption("positive mean", Gt(q1 + q2, 0), needed=True,
                   witness="test_negative_pairs_have_no_threshold", sharp=Gt(q1 + q2, 0)),
        Assumption("moderate spread", Lt((q1 - q2) ** 2, 4 * q1 * q2), needed=True,
                   witness="test_wide_pairs_are_unstable_in_a_gap",
                   sharp=Lt((q1 - q2) ** 2, 4 * q1 * q2),
                   note="(q_1 - q_2)^2 < 4 q_1 q_2; so both have the same sign"),
    ),
    steps=("jensen", "pair"),
    symbols={
        "Lambda": sums.PATH.said("limsup (1/p) log||t_p - t*||, almost surely; d = 1: E log|1 - C Q_B|"),
        "C_as": sums.C_AS.said("Lambda < 0 exactly for 0 < C < C_as"),
        "C_ms": sums.C_MS.said(
            "these thresholds are of the sum with the two one-dimensional components q_1, q_2 at k = 1 "
            "(kappa = 1)"
        ),
    },
    remark="Finding: 4/(q_1 + q_2) is gradient descent's threshold (k = 2), and C_ms <= it <= C_as: "
    "sampling makes second moments less stable and paths more stable, so C_as may fall as the batch "
    "grows where C_ms rises. Finding: past the moderate spread (q_2/q_1 > "
    "3 + 2 sqrt 2) the stable step sizes are no interval: Lambda is positive in a gap below C_as.",
)  # fmt: skip
