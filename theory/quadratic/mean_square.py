r"""Stochastic quadratic sums: for which step size does SGD converge in mean square, and where not.

f = mean of f_i, f_i(t) = t'Q_i t/2 + r_i't + c_i, batch size k of N, step size C.  The Q_i are
symmetric and may be indefinite; l_j are the eigenvalues of their mean Q.  ``theory.quadratic.second_moment``
derives the batch moments and the second-moment operator M_C = E[(I - C Q_B) (x) (I - C Q_B)];
``theory.quadratic.thresholds`` encloses C_ms for rational Q_i.

C_ms is the number with: E||t_p - t*||^2 -> 0 from every start exactly for 0 < C < C_ms.  What moves it:
``theory/quadratic/bounds.py``.  Stationary noise and single paths: ``theory/quadratic/paths.py``.
"""

from __future__ import annotations

from sympy import And, Or, Symbol, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.notation import Eq, Ge, Gt, Le
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kappa,
    kron_product,
    kron_sum,
    mean_a,
    mean_ab,
    mean_b,
    noise,
    operator,
    spectral_radius,
)
from theory.sources import EXACT_MEAN_SQUARE, MIXTURE, PATEL
from theory.vocabulary import sums
from theory.vocabulary.meanings import VARIANCE_FACTOR

batch_ab = Symbol(r"\mathbb{E}[a_B b_B]", real=True)
kappa_uniform = Symbol(r"\kappa_{\mathrm{uniform}}", real=True)
kappa_replacement = Symbol(r"\kappa_{\mathrm{repl}}", real=True)

C_ms = Symbol("C_ms", real=True)
C_direction = Symbol("C_j", real=True)
growth = Symbol("growth", real=True)

l = Symbol("l_j", real=True)  # noqa: E741 - the field's letter for an eigenvalue of Q
l_min = Symbol("l_min", real=True)
gradient2 = Symbol("|g|^2", real=True)
start_least = Symbol("lambda_0", real=True)
v = Symbol("v_j", real=True)

form_excess = Symbol(r"\langle{vv^T},(M_C-1){vv^T}\rangle", real=True)
trace_excess = Symbol(r"\mathrm{tr}\,(M_C-1)vv^T", real=True)
q_v = Symbol("q_v", real=True)
second_v = Symbol("m_v", real=True)
image_v = Symbol("n_v", real=True)


MOMENT = kron_product + kappa * noise  # E[Q_B (x) Q_B]

INDEPENDENT = Assumption(
    "independent batches",
    item=words.INDEPENDENT,
    needed=True,
    witness="test_one_batch_kept_for_ever_diverges_below_the_threshold",
)
SHARED = Assumption(
    "shared minimiser",
    Eq(gradient2, 0),
    note="|g|^2 = 0, the mean over i of |grad f_i(t*)|^2: grad f_i(t*) = 0 for every i",
    needed=True,
    witness="test_noise_at_the_minimiser_keeps_the_second_moment_away_from_zero",
)
POSITIVE = Assumption(
    "positive definite mean",
    Gt(l_min, 0),
    note="l_min, the least eigenvalue of Q, is > 0; a singular Q: on its range, if kappa = 0 or all "
    "Q_i vanish on its kernel",
    needed=True,
    witness="test_without_a_positive_mean_there_is_no_threshold",
    sharp=Gt(l_min, 0),
)
BATCH = Assumption(
    "batch size",
    Or(
        And(Ge(k, 1), Le(k, N), Ge(N, 2), Eq(kappa * k * (N - 1), N - k)),
        And(Ge(k, 1), Ge(N, 1), Eq(kappa * k, 1)),
        And(Eq(k, 1), Eq(N, 1), Eq(kappa, 0)),
    ),
    note="k of N without replacement, kappa = (N-k)/(k(N-1)) (0 for N = 1), or k with, kappa = 1/k",
)
GROWING = Assumption(
    "full start",
    Gt(start_least, 0),
    note="for the growth: lambda_0, the least eigenvalue of E e_0 e_0', is > 0",
    needed=True,
    witness="test_a_start_along_one_axis_grows_at_another_rate",
)
MEANING = {
    name: said.shared
    for name, said in {
        "C_ms": sums.C_MS, "kappa": VARIANCE_FACTOR, r"Q\oplus Q": sums.KRON_SUM,
        r"Q\otimes Q": sums.KRON_PRODUCT, "V": sums.NOISE,
    }.items()
}  # fmt: skip
THRESHOLD = {x: MEANING[x] for x in ("C_ms", "kappa")}


Q_KAPPA = Claim(
    id="Q-KAPPA",
    title="Second moments of a batch mean",
    formula=And(
        Eq(batch_ab, mean_a * mean_b + kappa * (mean_ab - mean_a * mean_b)),
        Eq(kappa_uniform, (N - k) / (k * (N - 1))),
        Eq(kappa_replacement, 1 / k),
    ),
    source=Source(
        "lemma",
        f"{PATEL}: batches; sampling theory's finite population correction",
        prior=(MIXTURE,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption(
            "batch size",
            And(Ge(k, 1), Le(k, N), Ge(N, 2)),
            note="1 <= k <= N, N >= 2; with replacement k > N is fine, too, and N = 1",
            needed=True,
            witness="test_sizes_outside_the_range_have_no_variance_factor",
        ),
    ),
    symbols={
        "a, b": "a_i, b_i may be entries of any vectors or matrices",
        "kappa": VARIANCE_FACTOR.said(
            "kappa_uniform without replacement, kappa_replacement with (there any k >= 1)"
        ),
    },
)

ANY_BATCH = {
    "Q-KAPPA": "E m_i^2 and E m_i m_j give its equation of second moments: with replacement for every k and N, "
    "and for N = 1, where a batch is the sum"
}

Q_MS = Claim(
    id="Q-MS",
    title="Mean-square convergence: threshold and growth rate",
    formula=And(
        Eq(operator, 1 - C * kron_sum + C**2 * MOMENT),
        Eq(C_ms, 1 / spectral_radius(MOMENT / kron_sum)),
        Eq(growth, log(spectral_radius(operator))),
        Eq(C_direction, 2 * l / (l**2 + kappa * v)),
    ),
    source=Source(
        "paper", f"{PATEL}: 'exact relationship' for quadratic sums", prior=(EXACT_MEAN_SQUARE,)
    ),
    bound="exact",
    chapter=__name__,
    carried=ANY_BATCH,
    assumptions=(SHARED, INDEPENDENT, POSITIVE, BATCH, GROWING),
    steps=("operator", "modulus", "threshold", "growth", "direction"),
    symbols=MEANING
    | {
        "growth": sums.GROWTH.shared,
        "|g|^2": Parameter("mean over i of |grad f_i(t*)|^2"),
        "C_j": sums.C_MS.said(
            "commuting Q_i: the threshold of eigendirection j, where Q_Y has mean l_j and variance v_j; "
            "then C_ms is "
            "the least C_j"
        ),
    },
    remark="The Q_i may be indefinite; only their mean must be positive definite.",
)

Q_INDEFINITE = Claim(
    id="Q-INDEFINITE",
    title="Second moment along a direction without positive mean curvature",
    formula=And(
        Eq(form_excess, -2 * C * q_v + C**2 * second_v),
        Eq(trace_excess, -2 * C * q_v + C**2 * image_v),
        Gt(spectral_radius(operator), 1),
    ),
    source=Source("new", "complements Q-MS where Q is not positive definite"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption("no mean curvature", Le(q_v, 0), needed=True, note="q_v = v'Qv <= 0, |v| = 1",
                   witness="test_positive_curvature_can_be_stable"),
        Assumption("noise", Gt(image_v, 0), needed=True, note="n_v = E|Q_B v|^2 > 0",
                   witness="test_a_silent_kernel_does_not_grow"),
        Assumption("positive step", Gt(C, 0), needed=True,
                   witness="test_negative_curvature_is_stable_for_a_backward_step"),
    ),
    steps=("excess", "unstable"),
    symbols={
        "q_v": sums.Q_V.shared,
        "m_v": sums.M_V.shared,
        "n_v": sums.N_V.shared,
    },
    remark="So a problem with a noisy kernel, or a negative eigenvalue of Q, has no threshold: C_ms=0. "
    "At kappa = 0 only Q is seen, and its kernel is silent whatever the Q_i are.",
)  # fmt: skip
