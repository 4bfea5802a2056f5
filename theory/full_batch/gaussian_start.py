r"""A plain Gaussian start under full batch, as the step goes to 0: the share caught, and two means.

w_0 ~ N(0, I_d): s and rho are independent chi-squares of n and d - n degrees of freedom, and the
direction u of P w_0 is independent of both.  As a -> 0 the run from (s, rho) ends where gradient flow
does (FLOW-SEPARATRIX): at w_rest(0) scaled, off the data, if rho > 2 and 4s < (rho - 2)^2; else at
P w_0/|P w_0|.  So the event is one of (s, rho) alone, and

    P_caught = int_2^oo f_{d-n}(rho) F_n((rho - 2)^2/4) drho,

f_m the density and F_m the distribution function of a chi-square with m degrees of freedom.
"""

from __future__ import annotations

from sympy import And, Expr, Integral, Symbol, gamma, lowergamma, oo

from theorem_audit.statement.claim import Assumption, Claim, Source
from theory import vocabulary as words
from theory.full_batch.alignment import LINEAR, chi_square_density
from theory.full_batch.convergence import FULL_BATCH
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, d, n, rho, s
from theory.sources import GHOSH
from theory.vocabulary import meanings

caught_share = Symbol("P_caught", real=True)
mean_alignment = Symbol("E_cos^2", real=True)
mean_fourths = Symbol("E_4", real=True)


def chi_square_below(value: Expr, freedom: Expr) -> Expr:
    """P(chi-square of ``freedom`` <= value): the lower incomplete gamma function, normed."""
    return lowergamma(freedom / 2, value / 2) / gamma(freedom / 2)


BORDER = (rho - 2) ** 2 / 4
"""s below which a start with rho > 2 is caught, as FLOW-SEPARATRIX claims."""

_joint = chi_square_density(s, n) * chi_square_density(rho, d - n)

CITED = {
    "convergence of Euler's method on a finite time interval": (
        "Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, 1993, II.3, Theorem 3.4"
    )
}

GD_GAUSSIAN = Claim(
    id="GD-GAUSSIAN",
    title="Full batch from a plain Gaussian start, as the step size goes to 0",
    formula=And(
        Eq(
            caught_share,
            Integral(chi_square_density(rho, d - n) * chi_square_below(BORDER, n), (rho, 2, oo)),
        ),
        Eq(
            mean_alignment,
            n / d + Integral((rho - s) / (rho + s) * _joint, (s, 0, BORDER), (rho, 2, oo)),
        ),
        Eq(mean_fourths, 3 / (n + 2) * (1 - caught_share)),
    ),
    source=Source("finding", f"{GHOSH}: alignment and density of gradient descent, Gaussian start"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        FULL_BATCH,
        LINEAR,
        Assumption(
            "plain Gaussian start",
            item=words.GAUSSIAN,
            needed=True,
            witness="test_a_start_within_squared_norm_two_is_never_caught",
        ),
        Assumption(
            "sizes", And(Ge(n, 1), Gt(d, n)), note="n < d: at d = n nothing is off the data"
        ),
        Assumption(
            "small steps",
            item=words.SMALL_STEPS_LATE,
        ),
    ),
    steps=("caught", "missed", "law"),
    cites=tuple(CITED),
    converges="|rho - s| <= rho + s, and what is left of each integrand is a density's part",
    symbols={
        str(caught_share): meanings.CAUGHT,
        str(mean_alignment): meanings.SHARE_KEPT.said("limit of E cos^2(w_inf, w_0)"),
        str(mean_fourths): meanings.FOURTHS_UNCAUGHT,
    },
    remark=(
        "n = 4, d = 12: 67.2 % are caught, E cos^2 = 0.675 and E sum u^4 = 0.164, where GD-ALIGN and "
        "GD-DENSE (starts within squared norm 2) have n/d = 0.333 and 0.5. At a = 0.05 runs give 68 %, "
        "0.677 and 0.160. " + "; ".join(f"{name}: {where}" for name, where in CITED.items())
    ),
)
