r"""SGD's second moment as that of a mixture of full-batch and single-sample steps.

Mulayoff and Michaeli state that SGD with batches of k of N is as stable in mean square as the mixture that
takes, at each step, the full batch with chance 1 - p and one uniform sample with chance p, where
p = (N - k)/(k (N - 1)).  The reason is a statement on batch means of *any* two families a_i, b_i: their mean
product is the same under both ways of drawing.  With a_i, b_i the entries of (Q_i, g_i; 0, 0) it says that
mean and second moment of t - t* agree at every step, from every start, with or without a shared minimiser.

Notation of ``theory.quadratic.second_moment``.
"""

from __future__ import annotations

from sympy import And, Ge, Le, Symbol

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.notation import Eq
from theory.quadratic.mean_square import batch_ab
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kron_product,
    kron_sum,
    mean_a,
    mean_ab,
    mean_b,
    noise,
    operator,
)
from theory.sources import MIXTURE, MULAYOFF
from theory.vocabulary import sums
from theory.vocabulary.batch_means import BATCH_AB, THIRD

chance = Symbol("p", real=True)
other_chance = Symbol("p_M", real=True)
full_operator = Symbol(r"M_{\mathrm{full}}")
single_operator = Symbol(r"M_{\mathrm{one}}")
excess = Symbol(r"M_C-M_{\mathrm{mix}}")
mu_3 = Symbol("mu_3", real=True)
third_batch = Symbol(r"\mu_3(a_B)", real=True)
third_mixture = Symbol(r"\mu_3(a_M)", real=True)

_PARTS = {
    "moments": And(
        Eq(chance, (N - k) / (k * (N - 1))),
        Eq(batch_ab, (1 - chance) * mean_a * mean_b + chance * mean_ab),
    ),
    "operator": And(
        Eq(full_operator, 1 - C * kron_sum + C**2 * kron_product),
        Eq(single_operator, 1 - C * kron_sum + C**2 * (kron_product + noise)),
        Eq(operator, (1 - chance) * full_operator + chance * single_operator),
    ),
    "other chances": Eq(excess, C**2 * (chance - other_chance) * noise),
    "third moments": And(
        Eq(k**2 * (N - 1) * (N - 2) * third_batch, (N - k) * (N - 2 * k) * mu_3),
        Eq(third_mixture, chance * mu_3),
    ),
}

Q_MIXTURE = Claim(
    id="Q-MIXTURE",
    title="SGD's second moment beside that of full-batch and single-sample steps mixed",
    formula=And(*_PARTS.values()),
    parts=_PARTS,
    source=Source(
        "new",
        f"{MULAYOFF.cite()}: the equivalence, at interpolating minima; without a shared minimiser, for no "
        "other chance, and where it ends (third moments): this suite",
        prior=(MIXTURE,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption(
            "uniform batches",
            item=words.UNIFORM,
            needed=True,
            witness="test_with_replacement_the_chance_is_another",
        ),
        Assumption(
            "batch size",
            And(Ge(k, 1), Le(k, N), Ge(N, 2)),
            needed=True,
            witness="test_past_the_last_sample_there_is_no_chance",
        ),
    ),
    steps=tuple(_PARTS),
    symbols={
        "a, b": "a_i, b_i may be entries of any vectors or matrices",
        r"\mathbb{E}[a_B b_B]": BATCH_AB.said(
            "the mean product of two batch means, k of N; the right-hand side is that of the mixture of "
            "chance p"
        ),
        "M_full, M_one": "E[(I - C Q_B) (x) (I - C Q_B)] of the full batch, and of one uniform sample",
        r"M_C-M_{\mathrm{mix}}": sums.OVER_MIXTURE.shared,
        "mu_3": THIRD.said(
            "third central moment of numbers a_1..a_N; of the batch mean a_B; and of the mixture's a_M"
        ),
    },
    remark="p is Q-KAPPA's variance factor.  So both have one C_ms.  They have not the same paths: the third "
    "moments agree for k = 1, k = N and families without skewness only.",
)
