r"""Which data point wins, and when: the small-step limit of the random walk of the log ratios.

For f of degree 0 in q, E[f(q+) - f(q)] = a^2 p L f + O(a^3) on the unit sphere, with

    L = (1/2) sum D_j^2 + sum q_j^2 D_j,     D_j = q_j d/dq_j,

for every batch size: b only sets the clock, by p.  For n = 2 and y = log|q_1/q_2|,
L = d^2/dy^2 + tanh(y) d/dy, since D_1 = d/dy = -D_2.
"""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Function,
    Integer,
    Limit,
    Symbol,
    atan,
    cancel,
    cosh,
    exp,
    log,
    pi,
)

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.minibatch.log_ratios import (
    PAIR,
    RADIUS,
    SAMPLING,
    SPLIT,
    STEP_SIZE,
    UNIFORM,
    membership_moments,
    step_factor,
)
from theory.minibatch.rates import P4
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, S, a, b, delta, k, n, p, q_i, q_j, r2, rho, s
from theory.vocabulary import observables, passages, selecting

# limits as a -> 0, and not values at any a: the formulas say so
p_win = Limit(Function("P_1", real=True)(a), a, 0, "+")
p_equal = Symbol("P_tie", real=True)
time = Limit(a**2 * Function("E_steps", real=True)(a), a, 0, "+")
start = Symbol("z_0", real=True)
level = Symbol("Z", real=True)
y = Symbol("y", real=True)
cosine = Symbol("cos", real=True)
p_aligned = Symbol("P_align", real=True)
second_coefficient = Symbol("A_jj", real=True)
mixed_coefficient = Symbol("A_ij", real=True)
first_coefficient = Symbol("B_j", real=True)
T = Symbol("T", real=True)


def increment_moments() -> tuple[Expr, Expr, Expr]:
    """Coefficients of f_jj, of f_ij (i != j) and of f_j in the a^2-part of E[f(log q+) - f(log q)].

    log q_j changes by log(1 + a x_j), x_j = -S + t 1{j in B}, so the a^2-part is
    sum_j f_j E[-x_j^2/2] + (1/2) sum_ij f_ij E[x_i x_j].  f has degree 0: sum_j f_j = 0 and
    sum_j f_ij = 0, so what does not depend on j drops out of the first sum, and what depends on i
    alone or on j alone out of the second.
    """
    u, v = Symbol("1_i"), Symbol("1_j")
    drawn = cancel((step_factor(1) - 1) / a)
    left = cancel((step_factor(0) - 1) / a)
    x_i, x_j = left + (drawn - left) * u, left + (drawn - left) * v
    single, both = membership_moments()
    mean_square = Symbol("E S^2")
    seen = {x: x**2 * single + (s - x**2) * both for x in (q_i, q_j)}  # E[S 1_x]
    means = {S**2: mean_square, S * u: seen[q_i], S * v: seen[q_j], u * v: both}
    same = {S**2: mean_square, S * v: seen[q_j], v**2: single}
    off, own = expectation(x_i * x_j, means), expectation(x_j**2, same)
    both_zero = off.subs({q_i: 0, q_j: 0})
    mixed = off - off.subs(q_i, 0) - off.subs(q_j, 0) + both_zero  # what is no sum of u_i and u_j
    excess = own - off.subs(q_i, q_j)  # the diagonal beyond that form
    slope = -own / 2
    return cancel(excess / 2), cancel(mixed / 2), cancel(slope - slope.subs(q_j, 0))


def expectation(expr: Expr, means: dict[Expr, Expr]) -> Expr:
    """E of a polynomial in the batch's random quantities, monomial by monomial."""
    random = set().union(*(x.free_symbols for x in means))
    total: Expr = Integer(0)
    for term in expr.expand().as_ordered_terms():
        fixed, varying = term.as_independent(*random)
        total += fixed * (means[varying] if varying != 1 else 1)
    return total


SELECT_GENERATOR = Claim(
    id="SELECT-GENERATOR",
    title="Small-step generator of the selection",
    formula=And(
        Eq(second_coefficient, p / 2),
        Eq(mixed_coefficient, 0),
        Eq(first_coefficient, p * q_j**2),
    ),
    source=Source("new", "second-order expansion of STEP and NORM on the unit sphere"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        PAIR,
        SPLIT,
        Assumption(
            "on the sphere",
            And(Eq(rho, 0), Eq(delta, 0)),
            note="w in the span of its live data, ||w|| = 1: s = t = 1",
        ),
        Assumption(
            "smooth",
            item=words.SMOOTH,
        ),
    ),
    symbols={
        "A_jj": selecting.OWN_SECOND.shared,
        "A_ij": selecting.MIXED_SECOND.shared,
        "B_j": selecting.FIRST.shared,
    },
    remark=(
        "So as a -> 0 the law of the winner does not depend on b, which only sets the clock, by p."
    ),
)

ON_SPHERE = Assumption(
    "start",
    And(Eq(n, 2), Eq(b, 1), Eq(k, 2), Eq(rho, 0), Eq(delta, 0)),
    note="w_0 on the unit circle of span(x_1, x_2), both coordinates live",
)
SMALL = Assumption("small steps", item=words.SMALL_STEPS_LINEAR)

SMOOTH_HERE = {
    "SELECT-GENERATOR": "the function it is applied to is written out: smooth in log|q|, of degree 0"
}

SELECT = Claim(
    id="SELECT",
    title="n = 2, from the unit circle: limit of P(x_1 wins) as a -> 0",
    formula=Eq(p_win, 2 / pi * atan(exp(y))),
    source=Source("new", "harmonic function of the small-step limit"),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, UNIFORM, ON_SPHERE, SMALL),
    carried=SMOOTH_HERE,
    steps=("generator", "harmonic", "limits", "sphere", "moments", "closing"),
    symbols={
        "P_1(a)": passages.wins("P(x_1 wins) at step size a"),
        "y": Parameter("log|q_1/q_2| at the start"),
    },
    remark=(
        "The error is O(a): at a fixed a > 0 the chance is another number. The same limit for every n "
        "and b < n when only two coordinates are live: SELECT-GENERATOR."
    ),
)

SELECT_TIME = Claim(
    id="SELECT-TIME",
    title="n = 2, from the unit circle: mean time until |log|q_1/q_2|| >= Z as a -> 0",
    formula=Eq(time, 2 * (log(cosh(level)) - log(cosh(start)))),
    source=Source("new", "Dynkin's formula for the small-step limit"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        ON_SPHERE,
        Assumption(
            "level",
            And(Gt(level, 0), Le(start**2, level**2)),
            note="z_0: log|q_1/q_2| at the start",
        ),
        SMALL,
    ),
    carried=SMOOTH_HERE,
    steps=("generator", "exit time", "sphere", "moments", "closing"),
    symbols={
        "E_steps(a)": passages.steps(
            "mean number of steps until |log|q_1/q_2|| >= Z from z_0, at step size a",
            "half of it",
            0.5,
        ),
    },
)

SELECT_EQUAL = Claim(
    id="SELECT-EQUAL",
    title="k live coordinates of equal size: chance of each to win, a < 1/2",
    formula=Eq(p_equal, 1 / k),
    source=Source("new", "exchangeability of the batches and SGD-SPARSE"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        STEP_SIZE,
        RADIUS,
        Assumption(
            "live",
            And(Ge(k, 1), Le(k, n), Gt(s, 0), Le(s, r2), Eq(k * P4, s**2)),
            note="equality in Cauchy's inequality: the k live coordinates have one size",
        ),
    ),
    steps=("symmetry", "total"),
    symbols={
        "P_tie": passages.wins("P(x_j wins), j live"),
        "P_4": observables.FOURTH.said("sum of q_j^4 over the start's live data"),
        "r2, s": Parameter("squared norm and live mass of the start"),
    },
    remark=(
        "Finding: false without the radius: from r2 > 2 SGD can converge to no data point. Finding: that "
        "x_j has the mean size, s = k q_j^2, is not enough: all k sizes must be equal."
    ),
)
