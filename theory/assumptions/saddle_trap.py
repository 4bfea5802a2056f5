r"""Saddles that trap SGD: exponents at x_i/sigma_i, and the step sizes at which all are negative.

At w = +-x_i/sigma_i a batch has S = sigma_i^2 1{i in B} and 2 - r2 = 1, so by NORMS-STEP c_j has the
factor 1 - a sigma_i^2 1{i in B} + a sigma_j^2 1{j in B}.  Its mean logarithm is the exponent of c_j.
A larger norm sigma_j makes x_i/sigma_i a strict saddle of the loss, yet the exponent of c_j can be
negative: drawing i alone shrinks c_j by 1 - a sigma_i^2, drawing j alone stretches it by
1 + a sigma_j^2, and log of the product (b = 1) is negative when 1/sigma_i^2 - 1/sigma_j^2 < a.
"""

from __future__ import annotations

from sympy import Abs, And, Expr, Rational, Symbol, cancel, log

from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Meaning, Parameter
from theorem_audit.statement.use import Use
from theory.assumptions.unequal_norms import (
    NORMS_STEP,
    ORTHOGONAL,
    STEP_SIZE,
    UNIFORM,
    c_j,
    c_j_next,
    curve_j,
    rate_j,
    rate_off,
    sigma_i,
    sigma_j,
    sigma_k,
    sigma_m,
    start_j2,
)
from theory.minibatch.log_ratios import PAIR
from theory.notation import Eq, Ge, Gt, Le, Lt, S, a, b, chi, n, p, r2, rho, s
from theory.sources import SADDLES_ATTRACT
from theory.vocabulary import ending, factors, levels, neuron, observables, windows
from theory.vocabulary.meanings import TRAPPED

p_both = Symbol("p_2", real=True)
rate_radial = Symbol("lambda_radial", real=True)
a_low = Symbol("a_low", real=True)
a_high = Symbol("a_high", real=True)
widest = Symbol("h_max", real=True)
p_trap = Symbol("P_trap", real=True)
W_start = Symbol("W_0", real=True)
W_exit = Symbol("W_exit", real=True)
W_ratio = Symbol("W_ratio", real=True)
theta = Symbol("theta", real=True)
start_c2 = Symbol("c_i(0)^2", real=True)
kept_c2 = Symbol("c_j(k)^2", real=True)

NEW = Source("new", "sign of the exponents at a strict saddle")
THEORY = Source(
    "finding", "the first draft's condition on a lacks the radial exponent's: a < 1/(2 sigma_i^2)"
)
NORMS = Assumption("norms", And(Gt(sigma_i**2, 0), Gt(sigma_j**2, 0)))
CHANCES = Assumption(
    "chances",
    And(Eq(p * n * (n - 1), b * (n - b)), Eq(p_both * n * (n - 1), b * (b - 1))),
    note="p = P(i in B, j not), p_2 = P(i and j in B), as in NORMS-EXPONENT",
)
CHANCES_MEAN = {
    "p": observables.SPLIT.said("P(i in B, j not)"),
    "p_2": observables.BOTH.said("P(i and j in B), as in NORMS-EXPONENT"),
}
LOCAL_STEP = Assumption("step size", And(Gt(a, 0), Lt(a * sigma_i**2, 1)))


def factor_of(drawn: int, mass: Expr = S) -> Expr:
    """c_j+ / c_j when j is (not) drawn and the batch has mass ``mass``, as NORMS-STEP claims it."""
    after = stated(NORMS_STEP.formula, c_j_next)
    return cancel(after.subs(chi, drawn) / c_j).subs(S, mass)


def factor_at(i_drawn: int, j_drawn: int) -> Expr:
    """The factor of c_j at +-x_i/sigma_i, for memberships of i and j."""
    return factor_of(j_drawn, sigma_i**2 * i_drawn).subs(r2, 1)


NORMS_EXPONENT = Claim(
    id="NORMS-EXPONENT",
    title="Exponents of SGD at x_i/sigma_i",
    formula=And(
        Eq(p, b * (n - b) / (n * (n - 1))),
        Eq(p_both, b * (b - 1) / (n * (n - 1))),
        Eq(
            rate_j,
            p * (log(1 - a * sigma_i**2) + log(1 + a * sigma_j**2))
            + p_both * log(1 - a * sigma_i**2 + a * sigma_j**2),
        ),
        Eq(rate_off, b / n * log(1 - a * sigma_i**2)),
        Eq(rate_radial, b / n * log(Abs(1 - 4 * a * sigma_i**2))),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        PAIR,
        LOCAL_STEP,
        NORMS,
        Assumption(
            "never 0",
            Gt(kept_c2, 0),
            note="c_j(k) (lambda_off: w_perp(k)) is 0 at no step k; ReLU: j is live (passive) for ever",
        ),
    ),
    steps=("limit", "bounded", "strong law", "radial"),
    cites=("supermartingale convergence theorem",),
    symbols={
        "p": observables.SPLIT.said("P(i in B, j not)"),
        "p_2": observables.BOTH.said("P(i and j in B)"),
        "lambda_j": factors.LOG_ALONG.said(
            "lim (1/k) log|c_j|, j != i live, on w_k -> +-x_i/sigma_i (ReLU: + only)"
        ),
        "lambda_off": factors.LOG_OFF.said("the same for w_perp and passive ReLU coordinates"),
        "lambda_radial": factors.LOG_RADIAL.said(
            "E of log|factor of r2 - 1| in one step at x_i/sigma_i, c_i alone not 0",
            low="at a sigma_i^2 = 1/4",
        ),
        "c_j(k)^2": Parameter(
            "c_j^2 at any step k, whichever the draws; 0 where j is not live (lambda_off: w_perp^2)"
        ),
    },
    remark=(
        "SGD-RATE at sigma = 1, the rates of NORMS-GD at b = n. Outside NORMS-CONFINED a factor can "
        "be exactly 0 far from the limit: hence 'never 0'. Strong law: Williams, Probability "
        "with Martingales, 1991, 11.5, 12.1; Kronecker's lemma 12.7."
    ),
)

SADDLE_WINDOW = Claim(
    id="SADDLE-WINDOW",
    title="b = 1: the window of step sizes at x_i/sigma_i",
    formula=And(
        Eq(a_low, 1 / sigma_i**2 - 1 / sigma_m**2),
        Eq(a_high, 1 / (2 * sigma_i**2)),
        Eq(widest, 2),
    ),
    source=THEORY.with_prior(SADDLES_ATTRACT),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        Assumption("batch size", Eq(b, 1)),
        Assumption(
            "larger norm",
            And(Gt(sigma_i**2, 0), Gt(sigma_m**2, sigma_i**2)),
            note="sigma_i is not the largest norm sigma_max: x_i/sigma_i is a strict saddle",
        ),
    ),
    steps=("largest norm", "smaller norms", "radial", "window"),
    symbols={
        "a_low": windows.FIRST_STEP.said(
            "all exponents at x_i/sigma_i are negative iff a_low < a < a_high; those of the c_j from it on"
        ),
        "a_high": windows.LAST_STEP.said(
            "the others' end: those off the data and of r2 - 1 are up to it"
        ),
        "h_max": windows.WIDEST.said("the window is not empty iff sigma_max^2/sigma_i^2 < h_max"),
    },
    remark=(
        "Finding: the first draft has only a_low. Past a_high the radial exponent is positive. So at b = 1 "
        "and sigma_i^2 <= sigma_max^2/2 at no step size are all its exponents negative."
    ),
)

# lambda_j grows with sigma_j: one condition on the largest speaks for all (test_the_longest_live_datum_*).
LONGEST = Parameter(
    "the norm of x_j, which is here the longest datum, x_i apart, that is live at the start"
)
LIVE_SQUARE = Meaning(
    "the square of c_i(0) where i is live at the start, 0 where it is not",
    neuron.LIVE_SQUARE.value,
    near=[Meaning("the square of c_i(0), i live or not", x.value) for x in neuron.LIVE_SQUARE.near],
)
NEGATIVE = Lt(
    p * (log(1 - a * sigma_i**2) + log(1 + a * sigma_j**2))
    + p_both * log(1 - a * sigma_i**2 + a * sigma_j**2),
    0,
)

SADDLE_CAPTURE = Claim(
    id="SADDLE-CAPTURE",
    title="Chance of capture at x_i/sigma_i, for any batch size",
    formula=Ge(p_trap, 1 - W_start / W_exit),
    source=NEW.with_prior(SADDLES_ATTRACT),
    bound="lower",
    chapter=__name__,
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        PAIR,
        NORMS,
        CHANCES,
        Assumption("exponents", NEGATIVE, note="so lambda_j < 0 for every live j != i"),
        Assumption(
            "step size",
            And(Gt(a, 0), Lt(a * sigma_i**2, Rational(1, 2))),
            sharp=And(Gt(a, 0), Lt(a * sigma_i**2, Rational(1, 2))),
        ),
        Assumption("start", Gt(start_c2, 0)),
        Assumption(
            "level",
            And(Gt(W_exit, 0), Ge(theta, 0), Le(W_ratio, theta), Lt(theta, 1)),
            note="for g small enough there is such a pair, which depends on a, n, b, the norms, and which data "
            "are live",
            needed=True,
            witness="test_a_level_past_another_point_captures_nothing",
        ),
    ),
    steps=("moment", "factors", "off", "radial", "supermartingale", "exit"),
    symbols={
        **CHANCES_MEAN,
        "P_trap": TRAPPED.said("P(w_k -> sign(c_i(0)) x_i/sigma_i), and exponentially fast"),
        "W": "sum_{j != i} |c_j|^g + ||w_perp||^g + | |c_i| - 1 |^g, for any g in (0, 1]",
        "W_0": levels.W_START.shared,
        "sigma_j": LONGEST,
        "W_ratio": levels.FACTOR.said(
            "the supremum of E[W+ | past]/W over the states with 0 < W < W_exit where i is live, and no datum "
            "is that is not at the start; W+ is oo where a step ends that"
        ),
        "c_i(0)^2": LIVE_SQUARE,
    },
    remark="For b = n: lambda_j = log(1 - a (sigma_i^2 - sigma_j^2)) > 0 at a saddle: never negative.",
)

SADDLE_TRAP = Claim(
    id="SADDLE-TRAP",
    title="b = 1: the chance of ending at a strict saddle",
    formula=And(Gt(p_trap, 0), Eq(curve_j, (sigma_i**2 - sigma_m**2) / n), Lt(curve_j, 0)),
    source=THEORY.with_prior(SADDLES_ATTRACT),
    bound="statement",
    chapter=__name__,
    applied={
        "GD-CONVERGES": (
            Use({a: a * sigma_i**2, s: start_c2, rho: r2 - start_c2}, where=Gt(a, 0)),
        ),
        "SADDLE-CAPTURE": (Use(where=Gt(a, 0)),),
    },
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        Assumption("batch size", Eq(b, 1)),
        Assumption("points", Ge(n, 2)),
        Assumption(
            "larger norm",
            And(Gt(sigma_i**2, 0), Gt(sigma_m**2, sigma_i**2)),
        ),
        Assumption(
            "window",
            And(Lt(1 / sigma_i**2 - 1 / sigma_m**2, a), Lt(a, 1 / (2 * sigma_i**2))),
        ),
        Assumption(
            "start",
            And(Gt(start_c2, 0), Le(start_c2, r2), Le(r2, 2)),
        ),
    ),
    steps=("saddle", "exponents", "reach", "capture"),
    symbols={
        "P_trap": TRAPPED,
        "mu_j": neuron.BEND.said(
            "Hessian eigenvalue of the mean loss along x_max at x_i/sigma_i (linear neuron)"
        ),
        "r2": observables.SQUARED_NORM.said("||w_0||^2"),
        "c_i(0)^2": LIVE_SQUARE,
    },
    remark=(
        "From every start with c_i(0) live: drawing i often enough leads near x_i/sigma_i. Finding: "
        "the first draft's shares at the saddle, 32 % and 52 %, are 30 % and 47 %."
    ),
    carried=dict.fromkeys(
        ("GD-CONVERGES", "GD-DIRECTION"),
        "a draw of i alone (b = 1) is full batch on one unit datum with a sigma_i^2 for a",
    )
    | {
        "NORMS-HESSIAN": "mu_j is said of the linear neuron at x_i/sigma_i, a point of one norm's sphere"
    },
)

SADDLE_NEVER = Claim(
    id="SADDLE-NEVER",
    title="The chance of ending at x_i/sigma_i where an exponent is positive",
    formula=Eq(p_trap, 0),
    source=NEW.with_prior(SADDLES_ATTRACT),
    bound="exact",
    chapter=__name__,
    applied={"NORMS-EXPONENT": (Use(where=Lt(a * sigma_i**2, 1)),)},
    assumptions=(
        ORTHOGONAL,
        UNIFORM,
        PAIR,
        NORMS,
        CHANCES,
        Assumption(
            "exponent", Gt(NEGATIVE.lhs, 0), note="lambda_j > 0"
        ),
        STEP_SIZE,
        Assumption("largest norm", And(Gt(sigma_m, 0), Le(sigma_i**2, sigma_m**2),
                                       Le(sigma_j**2, sigma_m**2), Le(sigma_k**2, sigma_m**2)),
                   note="sigma_k <= sigma_max for every k, i and j among them"),
        Assumption("start", And(Gt(r2, 0), Lt(r2, 2), Gt(start_j2, 0)), note="r2 is that of the start"),
    ),
    steps=("kept", "rate"),
    symbols={
        "P_trap": ending.EITHER_TRAP.shared,
        **CHANCES_MEAN,
        "sigma_k": Parameter("the norm of any datum"),
        "c_j(0)^2": neuron.LIVE_SQUARE,
    },
    remark=(
        "b = 1: a < 1/sigma_i^2 - 1/sigma_j^2. Open: exponent exactly 0, where log|c_j| near the "
        "saddle is a walk without drift to leading order; and a sigma_max^2 >= 1/2."
    ),
)  # fmt: skip
