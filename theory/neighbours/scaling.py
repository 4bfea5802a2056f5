r"""Step size over batch size: where one number stands for both, and where it does not.

Keskar and others, Jastrzebski and others, and Smith and Le read SGD's noise off the ratio C/k of step size and
batch size, or off C(N/k - 1).  In the second moment of a quadratic sum the noise enters by g = C kappa alone:
C/k with replacement, C (N - k)/(k (N - 1)) without.  What does not follow g is the mean's own second-order term
C^2 QXQ, and it decides at the threshold: the critical ratio C_ms/k falls with every sample added to the batch,
by an amount between two closed forms.  At a data point of the autoencoder eta/b is an exact scaling of two of
the three exponents an epoch.

Notation of ``theory/quadratic/mean_square.py``; C_ms(kappa) of ``theory/quadratic/bounds.py``.
"""

from __future__ import annotations

from sympy import Abs, And, Integer, Symbol, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.minibatch.log_ratios import SAMPLING, STEP_SIZE
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Le, a, b, n
from theory.quadratic.bounds import l_max, threshold_of
from theory.quadratic.mean_square import INDEPENDENT, MEANING, POSITIVE, SHARED, l_min
from theory.quadratic.second_moment import C, N, k, kappa, kron_product, kron_sum, noise, operator
from theory.sources import JASTRZEBSKI, NOISE_SCALE, NOISE_SCALE_SMITH, SHARP_AND_FLAT, SMITH
from theory.vocabulary import sums
from theory.vocabulary.batch_means import NOISE_SCALE as NOISE_SCALE_MEANING
from theory.vocabulary.meanings import VARIANCE_FACTOR

scale = Symbol("g", real=True)
ratio_one = Symbol("r_1", real=True)
ratio_replacement = Symbol(r"r_k^{\mathrm{repl}}", real=True)
ratio_uniform = Symbol(r"r_k^{\mathrm{uniform}}", real=True)
single = threshold_of(Integer(1))
any_noise = threshold_of(kappa)

_STEPS = {
    "noise scale": And(
        Eq(scale, C * kappa),
        Eq(operator, 1 + C * (scale * noise - kron_sum + C * kron_product)),
    ),
    "threshold": And(
        Le(kappa / single + (1 - kappa) * l_min / 2, 1 / any_noise),
        Le(1 / any_noise, kappa / single + (1 - kappa) * l_max / 2),
    ),
    "ratio": And(
        Le(1 / ratio_one + (k - 1) * l_min / 2, 1 / ratio_replacement),
        Le(1 / ratio_replacement, 1 / ratio_one + (k - 1) * l_max / 2),
        Le(((N - k) / ratio_one + N * (k - 1) * l_min / 2) / (N - 1), 1 / ratio_uniform),
        Le(1 / ratio_uniform, ((N - k) / ratio_one + N * (k - 1) * l_max / 2) / (N - 1)),
    ),
}

SCALING_ETA_B = Claim(
    id="SCALING-ETA-B",
    title="Step size over batch size at the mean-square threshold",
    formula=And(*_STEPS.values()),
    source=Source(
        "new",
        f"{JASTRZEBSKI.cite()} and {SMITH.cite()}: the noise scale; how far the threshold is from following "
        "it: this suite",
        prior=(NOISE_SCALE, NOISE_SCALE_SMITH, SHARP_AND_FLAT),
    ),
    bound="exact",
    chapter=__name__,
    carried={"Q-MS": "the threshold is read as a function of the variance factor, with which it moves"},
    assumptions=(
        SHARED,
        INDEPENDENT,
        POSITIVE,
        Assumption("variance factor", And(Ge(kappa, 0), Le(kappa, 1)), needed=True,
                   witness="test_past_one_sample_the_order_turns", note="that of any batch, by Q-KAPPA",
                   sharp=And(Ge(kappa, 0), Le(kappa, 1))),
        Assumption("batch size", And(Ge(k, 1), Le(k, N), Ge(N, 2)), note="for the ratios"),
    ),
    steps=tuple(_STEPS),
    symbols={x: MEANING[x] for x in (r"Q\oplus Q", r"Q\otimes Q", "V")}
    | {
        "g": NOISE_SCALE_MEANING.said(f"the noise scale, {NOISE_SCALE_MEANING}"),
        "kappa": VARIANCE_FACTOR.shared,
        "C_ms": sums.C_MS.said(
            "C_ms(kappa) is the threshold at variance factor kappa, for one family Q_1..Q_N"
        ),
        "r_1": sums.RATIO_ONE,
        "r_k": "C_ms/k for k samples with replacement, and for k of N without",
    },
    remark="So C/k is no exact scaling of the threshold: with replacement 1/r_k exceeds 1/r_1 by "
    "(k - 1) l_min/2 or more.  "
    "Both bounds meet where Q is a multiple of the identity.  As kappa <= 1, C >= g: the term C QXQ, which a "
    "diffusion drops, is no smaller than g QXQ.",
)  # fmt: skip

epoch_ratio = Symbol("Lambda_ratio", real=True)
epoch_off = Symbol("Lambda_off", real=True)
epoch_radial = Symbol("Lambda_radial", real=True)

SCALING_EPOCH = Claim(
    id="SCALING-EPOCH",
    title="Exponents an epoch at a data point of the autoencoder, in step size over batch size",
    formula=And(
        Eq(epoch_ratio, (n - b) / (n - 1) * log(1 - a**2)),
        Eq(epoch_off, log(1 - a)),
        Eq(epoch_radial, log(Abs(1 - 4 * a))),
    ),
    source=Source(
        "new",
        f"{JASTRZEBSKI.cite()}: the ratio of step size and batch size; its part at a data point: this suite",
        prior=(NOISE_SCALE, NOISE_SCALE_SMITH),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, STEP_SIZE),
    symbols={
        "Lambda": "n/b times SGD-RATE's exponents at x_I: of q_j/q_I (j != I live), w_perp and the radius",
        "a": Parameter("eta/b"),
    },
    remark="Off the data and along the radius eta/b is an exact scaling, for every n and b.  The ratios, which "
    "decide sparsity, have the factor (n - b)/(n - 1): at one eta/b a larger batch is slower per epoch.",
)
