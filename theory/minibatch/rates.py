r"""How fast, and up to which step size: Lyapunov exponents of SGD at its limit x_I.

At w = x_I a batch has S = 1{I in B}, and 2 - r2 = 1.  The exponents are means over one batch of log of
the factor there (SGD-RATE).  That those of the ratios and of w_perp are the rates of the paths that
start inside the radius is the strong law for martingales with bounded increments (SGD-RATE-PATHS):
there no factor is ever 0, which outside the radius, and for the radial direction anywhere, may happen.

Away from the limit the same number governs F = sum over live j of log|q_j| - (k/2) delta, k = |live|:
to leading order in a, F falls by (k-1) p a^2 per step from every point of the unit sphere.
"""

from __future__ import annotations

from sympy import Abs, And, Expr, Gt, Integer, Le, Lt, Max, Rational, Symbol, cancel, diff, log

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.minibatch.log_ratios import (
    RADIUS,
    SAMPLING,
    SPLIT,
    STEP_SIZE,
    jump,
    membership_moments,
    step_factor,
)
from theory.model.autoencoder import ORTHONORMAL
from theory.model.step import norm_step
from theory.notation import Eq, S, a, b, delta, k, n, p, r2, rho, s, t
from theory.sources import BATCH_SHARPNESS, LYAPUNOV_SIGN, NOISE_COLLAPSES
from theory.vocabulary import moves, observables, passages
from theory.vocabulary.meanings import OFF_EXPONENT, RATIO_EXPONENT

rate_ratio = Symbol("lambda_ratio", real=True)
rate_off = Symbol("lambda_off", real=True)
rate_radial = Symbol("lambda_radial", real=True)
rate_norm = Symbol("lambda_norm", real=True)
path_ratio = Symbol("r_ratio", real=True)
path_off = Symbol("r_off", real=True)
edge = Symbol("a_max", real=True)
eta_max = Symbol("eta_max", real=True)
first_order = Symbol("F_1", real=True)
second_order = Symbol("F_2", real=True)
P4 = Symbol("P_4", real=True)


def exponent_of_ratio() -> Expr:
    """E of the change of log|q_j/q_I| at x_I: I alone is drawn (S = 1), or j alone (S = 0)."""
    return -p * (jump(1, 0, Integer(1)) + jump(0, 1, Integer(0))).subs(t, 1)


def exponent_off() -> Expr:
    """E of the change of log|w_perp| (or of a passive coordinate) at x_I."""
    single, _ = membership_moments()
    return single * log(step_factor(0, Integer(1)))


SGD_RATE = Claim(
    id="SGD-RATE",
    title="Exponents of SGD at x_I",
    formula=And(
        Eq(rate_ratio, p * log(1 - a**2)),
        Eq(rate_off, b / n * log(1 - a)),
        Eq(rate_radial, b / n * log(Abs(1 - 4 * a))),
    ),
    source=Source(
        "new",
        "Lyapunov exponents of SGD at its limit",
        prior=(
            LYAPUNOV_SIGN,
            NOISE_COLLAPSES,
        ),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, SPLIT, STEP_SIZE),
    steps=("limit", "radial"),
    parts={
        "limit": And(Eq(rate_ratio, p * log(1 - a**2)), Eq(rate_off, b / n * log(1 - a))),
        "radial": Eq(rate_radial, b / n * log(Abs(1 - 4 * a))),
    },
    symbols={
        "lambda_ratio": RATIO_EXPONENT,
        "lambda_off": OFF_EXPONENT,
        "lambda_radial": moves.RADIAL,
    },
    remark=(
        "Means at a point, not rates of paths: these are SGD-RATE-PATHS. Finding: of lambda_radial no "
        "such theorem is true without a condition on the start: from (4/5, 0), a = 25/72, drawing 1 "
        "gives delta = 0 exactly."
    ),
)

SGD_RATE_PATHS = Claim(
    id="SGD-RATE-PATHS",
    title="Rates of the paths that converge to x_I, from inside squared norm 2",
    formula=And(
        Eq(path_ratio, rate_ratio),
        Eq(path_off, rate_off),
        Le(rate_norm, Max(rate_radial, 2 * rate_ratio, 2 * rate_off)),
    ),
    source=Source("new", "strong law along convergent paths; delta is forced by what decays"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        SPLIT,
        STEP_SIZE,
        RADIUS,
        Assumption("live mass", And(Gt(s, 0), Le(s, r2)), note="live mass s > 0 at the start"),
    ),
    steps=("limit", "bounded", "strong law", "forced"),
    cites=("supermartingale convergence theorem",),
    symbols={
        "lambda_ratio": RATIO_EXPONENT.said("SGD-RATE's exponent of the ratios"),
        "lambda_off": OFF_EXPONENT.said("SGD-RATE's exponent of w_perp"),
        "lambda_radial": moves.RADIAL.said("SGD-RATE's radial exponent"),
        "r_ratio": passages.RATE_RATIO,
        "r_off": passages.RATE_OFF,
        "lambda_norm": passages.RATE_NORM.shared,
        "r2, s": Parameter("squared norm and live mass of the start w_0"),
    },
    remark=(
        "Finding: (b/n) log|1 - 4a| is the rate of delta only when nothing else is left and no delta_k "
        "is exactly 0. Otherwise delta is forced by the squares of what decays; for a <= 0.41 the "
        "forcing is the slower. Of lambda_norm only an upper bound is proved. The radius is needed: "
        "n = 2, b = 1, a = 9/25, w_0 = (5/3, 1/10): drawing 1 gives q_2 = 0 exactly. "
        "Strong law: Williams, Probability with Martingales, 1991, 11.5, 12.1; Kronecker's lemma 12.7."
    ),
)

SGD_EDGE = Claim(
    id="SGD-EDGE",
    title="The step size up to which all exponents at x_i are negative",
    formula=And(Eq(edge, Rational(1, 2)), Eq(eta_max, b / 2)),
    source=Source(
        "new",
        "sign of the exponents of SGD-RATE",
        prior=(
            LYAPUNOV_SIGN,
            BATCH_SHARPNESS,
        ),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING),
    steps=("edge", "scaling"),
    parts={"edge": Eq(edge, Rational(1, 2)), "scaling": Eq(eta_max, b / 2)},
    symbols={
        "a_max": moves.LARGEST_STEP,
        "eta_max": moves.LARGEST_ETA,
    },
    remark=(
        "Below the edge SGD-SPARSE gives convergence from every start with 0 < r2 < 2 and a live "
        "coordinate; past it the radial exponent "
        "(b/n) log(4a-1) is positive: a path on the axis of x_i that does not hit x_i exactly never "
        "converges to it, and an exact 2-cycle exists (GD-EDGE). Not claimed: probability 0 of "
        "convergence past the edge from every start off the axis; nor anything for SGD at a = 1/2."
    ),
)


def log_series(x: Expr) -> tuple[Expr, Expr]:
    """Coefficients of a and a^2 in log(1 + a x)."""
    return x, -(x**2) / 2


def decay_coefficients() -> tuple[Expr, Expr]:
    """Coefficients of a and a^2 in E[F+ - F], in s, t, delta, P_4 = sum of q_j^4, n, b and k.

    With m live members in the batch and mass S, sum over live j of log f_j has the coefficients
    -k S + t m and -(k S^2 - 2 t S m + t^2 m)/2.  Means over the batch from the pair moments.
    """
    single, both = membership_moments()
    m = Symbol("m", real=True)
    left, drawn = (log_series(cancel((step_factor(chi) - 1) / a)) for chi in (0, 1))
    logs = [(k - m) * x + m * y for x, y in zip(left, drawn, strict=True)]
    norm = norm_step() - delta
    change = [diff(norm, a).subs(a, 0), diff(norm, a, 2).subs(a, 0) / 2]
    means = {
        S * m: s * (single + (k - 1) * both),
        S**2: P4 * single + (s**2 - P4) * both,
        S: s * single,
        m: k * single,
    }
    return tuple(
        _mean((x - k / 2 * y).expand(), means, (S, m)) for x, y in zip(logs, change, strict=True)
    )


def _mean(expr: Expr, means: dict[Expr, Expr], random: tuple[Symbol, ...]) -> Expr:
    """E of a polynomial in the random quantities, term by term."""
    total: Expr = Integer(0)
    for term in expr.as_ordered_terms():
        fixed, varying = term.as_independent(*random)
        total += fixed * (means[varying] if varying != 1 else 1)
    return cancel(total)


UNIVERSAL_DECAY = Claim(
    id="UNIVERSAL-DECAY",
    title="Mean change of sum log|q_j| - (k/2) delta in one step, to order a^2",
    formula=And(
        Eq(first_order, 2 * b * k * delta**2 / n),
        Eq(second_order, -(k - 1) * b * (n - b) / (n * (n - 1))),
    ),
    source=Source("finding", "the first draft's statement holds after subtracting (k/2) delta"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption("batch size", And(Lt(0, b), Le(b, n), Gt(n, 1)), item=words.UNIFORM),
        Assumption("live coordinates", And(Gt(k, 0), Le(k, n)), note="k live coordinates"),
        Assumption(
            "in the span", Eq(rho, 0), note="w in the span of its live coordinates: s = 1 + delta"
        ),
        Assumption(
            "step size",
            Gt(a, 0),
            item=words.TWO_COEFFICIENTS,
        ),
    ),
    symbols={
        "F_1": moves.FIRST_ORDER,
        "F_2": moves.SECOND_ORDER,
        "k": observables.LIVE_COUNT.said("number of live coordinates"),
    },
    remark=(
        "Not exact for any fixed a, and not a statement on sum log|q_j| alone. Finding: without the "
        "term (k/2) delta it is false: from s = 1 one step gives "
        "E sum log|q_j+/q_j| = -(a^2/2)(n E S^2 - 2 b^2/n + b), which depends on sum q_j^4. In the "
        "band delta = O(a), so F_1 adds O(a^3). F_2 a^2 is (k-1) Lambda to leading order, "
        "Lambda = p log(1 - a^2)."
    ),
    survivors={
        "dropped assumption: step size": "true: an expansion in a has one form on both sides of 0"
    },
)
