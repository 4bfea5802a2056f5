r"""Batches drawn with replacement.

A sample drawn m times counts m times: the sum over the batch in STEP becomes S = sum of m_k q_k^2, and
membership chi_j becomes the multiplicity m_j.  At x_i, where t = 2 - r2 = 1 and S = m_i,

    |q_j/q_i| is multiplied by 1 + a (m_j - m_i),   w_perp by 1 - a m_i,   q_i^2 - 1 by 1 - 4 a m_i.

Without replacement and with b = n all m are 1 and nothing moves.  With replacement m_j - m_i is a sum
of b independent terms, +1 and -1 with probability 1/n each, and no batch size is without noise.
"""

from __future__ import annotations

from sympy import (
    Abs,
    And,
    Expr,
    Integer,
    Rational,
    Sum,
    Symbol,
    binomial,
    log,
)

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.minibatch.capture import g
from theory.minibatch.log_ratios import RADIUS
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import (
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    S,
    a,
    b,
    n,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    s,
)
from theory.vocabulary import factors, levels, observables
from theory.vocabulary.meanings import ON_A_LIVE_DATUM, TRAPPED

m_i = Symbol("m_i", integer=True)
m_j = Symbol("m_j", integer=True)
rate_multi = Symbol("lambda_repl", real=True)
rate_multi_off = Symbol("lambda_off", real=True)
rate_multi_radial = Symbol("lambda_radial", real=True)
moment = Symbol("M_g", real=True)
p_local = Symbol("P_local", real=True)
p_multi = Symbol("P_repl", real=True)

NEW = Source("new", "sampling other than the first draft's uniform subsets")
U_start = Symbol("U_0", real=True)
U_exit = Symbol("U_exit", real=True)
U_ratio = Symbol("U_ratio", real=True)
theta = Symbol("theta", real=True)

REPLACEMENT = Assumption(
    "with replacement",
    And(Ge(n, 2), Ge(b, 1)),
    item=words.WITH_REPLACEMENT,
    note="m_k counts how often k is drawn; b > n allowed",
)


def pair_weight() -> Expr:
    """P(i is drawn m_i times and j m_j times), i != j: the multinomial law."""
    ways = binomial(b, m_i) * binomial(b - m_i, m_j)
    return ways * (1 - 2 / n) ** (b - m_i - m_j) / n ** (m_i + m_j)


def single_weight() -> Expr:
    """P(i is drawn m_i times): the binomial law."""
    return binomial(b, m_i) * (1 - 1 / n) ** (b - m_i) / n**m_i


def pair_sum(term: Expr) -> Expr:
    """E of a function of (m_i, m_j)."""
    return Sum(pair_weight() * term, (m_j, 0, b - m_i), (m_i, 0, b))


def single_sum(term: Expr) -> Expr:
    """E of a function of m_i that is 0 at m_i = 0."""
    return Sum(single_weight() * term, (m_i, 1, b))


SAMPLING_STEP = Claim(
    id="SAMPLING-STEP",
    title="One SGD step when a sample may be drawn more than once",
    formula=And(
        Eq(q_j_next, q_j * (1 - a * S + a * (2 - r2) * m_j)),
        Eq(perp_next, (1 - a * S) * perp),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL,),
    symbols={"m_j": observables.TIMES.said("how often j is in the batch (ReLU: 0 when j is inactive)"),
             "S": observables.BATCH_MASS.said(
                 "sum over the (active) batch of q_k^2, each as often as it is drawn")},
    remark="a = eta/b as before. STEP is the case that every multiplicity is 0 or 1.",
)  # fmt: skip

SAMPLING_REPLACEMENT = Claim(
    id="SAMPLING-REPLACEMENT",
    title="With replacement: exponent of the ratios at x_i",
    formula=And(
        Eq(rate_multi, pair_sum(log(1 + a * (m_j - m_i)))),
        Le(rate_multi, b / n * log(1 - a**2)),
        Ge(rate_multi, log(1 - a**2 * b**2) / (b * n)),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        REPLACEMENT,
        Assumption("step size", And(Gt(a, 0), Lt(a * b, 1)), note="eta = a b"),
    ),
    steps=("factor", "law", "symmetry", "mean square", "bounds"),
    symbols={"lambda_repl": factors.LOG_RATIO.shared},
    remark=(
        "So GD-DIRECTION is a property of drawing without replacement. Per epoch of n/b steps the "
        "exponent is at most log(1 - a^2), that of b = 1, for every b; equal only at b = 1: per epoch "
        "and at fixed a, b = 1 is the slowest; without replacement it is the fastest (TIME-BEST). "
        "ab < 1 makes every factor positive; past it read log|.|: nothing is claimed."
    ),
)

SAMPLING_MOMENT = Claim(
    id="SAMPLING-MOMENT",
    title="With replacement: the g-th moment of the ratios at x_i",
    formula=And(
        Eq(moment, pair_sum((1 + a * (m_j - m_i)) ** g)),
        Le(moment, 1 - g * (1 - g) * a**2 * b / n),
    ),
    source=NEW,
    bound="upper",
    chapter=__name__,
    applied={"CAPTURE-MOMENT": (Use({a: Symbol("x", real=True), b: Integer(1), n: Integer(2)}),)},
    assumptions=(
        ORTHONORMAL,
        REPLACEMENT,
        Assumption("step size", And(Gt(a, 0), Lt(a * b, 1)), note="eta = a b"),
        Assumption("moment", And(Ge(g, 0), Le(g, 1))),
    ),
    steps=("factor", "two-sided", "mean square"),
    symbols={"M_g": factors.MOMENT.shared},
    remark="Equality at g = 0 and g = 1: in the mean the ratio stays, as without replacement.",
    carried={
        "CAPTURE-MOMENT": "read for its inequality between numbers alone, in which no batch occurs"
    },
)

SAMPLING_LOCAL = Claim(
    id="SAMPLING-LOCAL",
    title="With replacement: exponents at x_i, and the chance of capture",
    formula=And(
        Eq(rate_multi_off, single_sum(log(1 - a * m_i))),
        Eq(rate_multi_radial, single_sum(log(Abs(1 - 4 * a * m_i)))),
        Lt(rate_multi_off, 0),
        Lt(rate_multi_radial, 0),
        Ge(p_local, 1 - U_start / U_exit),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        REPLACEMENT,
        Assumption("step size", And(Gt(a, 0), Lt(2 * a * b, 1)), note="eta = a b"),
        Assumption(
            "level",
            And(Gt(U_exit, 0), Ge(theta, 0), Le(U_ratio, theta), Lt(theta, 1)),
            note="for g small enough there is such a pair, which depends on a, n and b alone",
            needed=True,
            witness="test_a_level_past_another_point_captures_nothing",
        ),
    ),
    steps=("factors", "law", "signs", "attraction"),
    symbols={
        "lambda_off": factors.LOG_OFF.said(
            "E of the change of log|w_perp| at x_i; also of a passive ReLU coordinate"
        ),
        "lambda_radial": factors.LOG_RADIAL.said(
            "E of log|factor of q_i^2 - 1| at x_i", low="where some 4 a m_i = 1"
        ),
        "P_local": TRAPPED.said("P(w_k -> x_i), and exponentially fast"),
        "U_ratio": levels.FACTOR.shared,
        "U_0": levels.U_START.shared,
        "U": "|q_i - 1|^g + sum_{j != i} |q_j|^g + ||w_perp||^g, for any g in (0, 1]",
    },
    remark="So P_local -> 1 as w_0 -> x_i. At b = n this is false without replacement: no start with "
    "another live coordinate is drawn to x_i.",
)

SAMPLING_EDGE = Claim(
    id="SAMPLING-EDGE",
    title="With replacement and b >= 2: the radial exponent from a = 1/2 on",
    formula=And(
        Eq(rate_multi_radial, single_sum(log(Abs(1 - 4 * a * m_i)))),
        Gt(rate_multi_radial, 0),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        Assumption(
            "with replacement",
            And(Ge(n, 2), Ge(b, 2)),
            item=words.WITH_REPLACEMENT,
        ),
        Assumption("step size", Ge(a, Rational(1, 2))),
    ),
    steps=("factor", "law", "sign"),
    symbols={"lambda_radial": factors.LOG_RADIAL.said("E of log|factor of q_i^2 - 1| at x_i")},
    remark=(
        "The exponent is continuous at a = 1/2, so x_i is radially unstable on some interval below "
        "1/2: the linear scaling rule eta_max = b/2 of SGD-EDGE needs sampling without replacement. "
        "The last zero lies in [1/(2b), 1/2); for b = 2 it solves (4a-1)^(2n-2) (8a-1) = 1."
    ),
)

SAMPLING_GLOBAL = Claim(
    id="SAMPLING-GLOBAL",
    title="With replacement: the limit from every start, for every batch size",
    formula=Eq(p_multi, 1),
    source=Source("new", "SGD-SPARSE's chain with multiplicities"),
    bound="exact",
    chapter=__name__,
    applied={"GD-CONVERGES": (Use({a: a * b}),)},
    assumptions=(
        ORTHONORMAL,
        REPLACEMENT,
        Assumption("step size", And(Gt(a, 0), Lt(2 * a * b, 1)), note="eta = a b"),
        RADIUS,
        Assumption("live coordinate", And(Gt(s, 0), Le(s, r2))),
    ),
    steps=("floor", "confine", "reach", "finish"),
    symbols={
        "P_repl": ON_A_LIVE_DATUM.said("P(there is a live I with w_k -> sign(q_I(0)) x_I)"),
        "r2, s": Parameter("squared norm and live mass of the start w_0"),
    },
    remark="b = n and b > n included.",
    carried=dict.fromkeys(
        ("GD-CONVERGES", "GD-DIRECTION"),
        "a batch of one index b times is full batch on that datum with b a for a",
    ),
)
