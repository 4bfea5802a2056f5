r"""Which of n points wins as a -> 0: a Dirichlet problem, what bounds its solution, and a wrong guess.

With x_j = log|q_j| a function of degree 0 in q is a function on R^n/(1, ..., 1), D_j = d/dx_j, and

    L = (1/2) sum D_j^2 + sum (q_j^2/r2) D_j = (1/2) Laplace + grad(phi).grad,  phi = (1/2) log r2.

h, the limit of P(x_i wins), is the bounded solution of L h = 0 with h -> 1 at x_i and 0 at the others.
"""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Function,
    IndexedBase,
    Integer,
    Poly,
    Subs,
    Sum,
    Symbol,
    atan,
    cancel,
    exp,
    pi,
    sqrt,
)

from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.use import Use
from theory import vocabulary as words
from theory.minibatch.log_ratios import SAMPLING, UNIFORM
from theory.minibatch.selection import (
    SELECT_GENERATOR,
    SMOOTH_HERE,
    first_coefficient,
    mixed_coefficient,
    second_coefficient,
)
from theory.minibatch.sparse_time import Q
from theory.model.autoencoder import ORTHONORMAL, SOME_DATA
from theory.notation import Eq, Ge, Gt, Le, b, delta, k, n, p, q_i, q_j, r2, rho
from theory.vocabulary import passages, selecting

j = Symbol("j", integer=True)
h_j, h_jj, square = IndexedBase("h_j"), IndexedBase("h_jj"), IndexedBase("q2")
gauge, gauge_slope = Symbol("g", real=True), Symbol("g'", real=True)
slope, curvature = Symbol("h_j", real=True), Symbol("h_jj", real=True)
flux_change = Symbol("D_j F_j", real=True)
rest = Symbol("R", real=True)  # sqrt of the sum of q_j^2 over j != i
share = Symbol("V", real=True)  # sum of q_j^4 over j != i, over R^4
chance = Symbol("P_i", real=True)
own_end = Symbol("h_own", real=True)
other_end = Symbol("h_other", real=True)
pair = Symbol("u_i + u_j", real=True)
generated = Symbol("L f", real=True)
q_1, q_2, q_3 = (Symbol(f"q_{k}", real=True) for k in (1, 2, 3))
r = Symbol("r", real=True)  # sqrt(q_1^2 + q_2^2 + q_3^2)
area = Symbol("f_1", real=True)

ON_SPHERE = Assumption(
    "on the sphere",
    And(Eq(rho, 0), Eq(delta, 0)),
    note="||w_0|| = 1, w_0 in the span of its live coordinates",
)
SMALL = Assumption("small steps", item=words.SMALL_STEPS)

DIFFUSION = "convergence of Markov chains to diffusions"
DIRICHLET = "the Dirichlet problem on a ball for an elliptic operator"
GIRSANOV = "Girsanov's theorem"

SELECT_N = Claim(
    id="SELECT-N",
    title="The chance that x_i wins among n, as a -> 0: a Dirichlet problem",
    formula=And(
        Eq(Sum(h_jj[j] / 2 + square[j] * h_j[j], (j, 1, n)), 0),
        Eq(own_end, 1),
        Eq(other_end, 0),
    ),
    source=Source(
        "new", "limit of the log ratios as a diffusion; no closed form is known for n >= 3"
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, ON_SPHERE, Assumption("all live", Eq(k, n)), SMALL),
    carried={
        "SELECT-GENERATOR": "h is C^2 and of degree 0 by its definition, and smooth inside by ellipticity"
    },
    steps=("equation", "diffusion", "dominant", "unique"),
    cites=(DIFFUSION, DIRICHLET, GIRSANOV),
    symbols={
        "h": "lim P(x_i wins), degree 0 in q; the one such function, among the C^2 and bounded ones, "
        "whose limits h_own, h_other are uniform",
        "h_own": selecting.HITS_OWN.shared,
        "h_other": selecting.HITS_OTHER.shared,
        "h_j": selecting.HITS_SLOPE.said("D_j h"),
        "h_jj": selecting.HITS_CURVATURE.said("D_j^2 h"),
        "q2": selecting.SQUARES.shared,
    },
    remark=(
        "Closed forms: n = 2 (SELECT), equal |q_j| (SELECT-EQUAL), bounds for every n (SELECT-ANGLE). "
        "Solved on a grid for n = 3 (sim/problems/selection_law.py): at |q| = (e, 1, 1) h_1 = 0.6401. "
        "Coordinates that are not live never win: leave them out. "
        "Open: a closed form for n = 3; the area of a spherical triangle is not it (SELECT-AREA). "
        "Ethier, Kurtz, Markov Processes, 1986, theorem 7.4.1; "
        "Gilbarg, Trudinger, theorems 6.13, 6.17; Karatzas, Shreve, theorem 3.5.1."
    ),
)

SELECT_REVERSIBLE = Claim(
    id="SELECT-REVERSIBLE",
    title="Divergence form of the selection's generator",
    formula=Eq(
        flux_change,
        2 * gauge * r2 * (curvature / 2 + q_j**2 / r2 * slope) + gauge_slope * r2 * slope / n,
    ),
    source=Source("new", "the drift of SELECT-GENERATOR is the gradient of (1/2) log r2"),
    bound="exact",
    chapter=__name__,
    applied={"SELECT-GENERATOR": (Use(where=Ge(n, 2)),)},
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        SOME_DATA,
        Assumption("degree", item=words.SMOOTH),
    ),
    symbols={
        "F_j": "g(m) r2 h_j, with any smooth g of the mean m = (1/n) sum log|q_j|",
        "g": selecting.GAUGE,
        "g'": selecting.GAUGE_SLOPE,
        "h_j": selecting.SLOPE,
        "h_jj": selecting.CURVATURE,
    },
    remark=(
        "Summed over j: div(g r2 grad h) = 2 g r2 L h, as sum h_j = 0. With g = exp(-2m) the weight "
        "g r2 has degree 0, so this is an equation on the plane sum log|q_j| = 0."
    ),
    survivors={"dropped assumption: some data": "true: without a datum there is no j"},
)

SELECT_ANGLE = Claim(
    id="SELECT-ANGLE",
    title="Every n: upper bound on the chance of x_i by an angle, as a -> 0",
    formula=And(
        Le(chance, 2 / pi * atan(q_i / rest)),
        Eq(generated, -q_i * rest * (1 - share) / (pi * (q_i**2 + rest**2))),
        Le(-q_i * rest * (1 - share) / (pi * (q_i**2 + rest**2)), 0),
    ),
    source=Source(
        "new", "a superharmonic function of the small-step limit; SELECT is its case n = 2"
    ),
    bound="upper",
    chapter=__name__,
    applied={"SELECT": (Use(where=And(Eq(n, 2), Eq(b, 1))),)},
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        ON_SPHERE,
        SMALL,
        Assumption("sizes", And(Gt(q_i, 0), Gt(rest, 0)), note="q_i stands for |q_i| > 0; R > 0"),
        Assumption("share", Le(share, 1), note="V >= 0 is the sum of squares of shares"),
    ),
    carried=SMOOTH_HERE,
    steps=("superharmonic", "limits", "remainder", "closing"),
    symbols={
        "P_i": passages.wins("limsup of P(x_i wins) as a -> 0"),
        "R": selecting.OTHERS,
        "V": selecting.OTHERS_SHARE,
        "L f": selecting.generated("generator (SELECT-GENERATOR over p) on f = (2/pi) atan(q_i/R)"),
    },
    remark=(
        "Equality for two live coordinates (V = 1). The chances sum to 1, so P_i is also at least "
        "1 - (2/pi) sum over j != i of the angles of the others."
    ),
)

_upper = q_1**2 * (r**2 + r * (q_2 + q_3)) - r * (q_2**3 + q_3**3)
SELECT_AREA = Claim(
    id="SELECT-AREA",
    title="n = 3: area of the spherical triangle opposite x_1, tried as the chance of x_1",
    formula=And(
        Eq(area, 4 / pi * atan(q_1 / (r + q_2 + q_3))),
        Eq(
            generated,
            2
            * q_1
            * q_2
            * q_3
            * (_upper - q_2**4 - q_2**2 * q_3**2 - q_3**4)
            / (pi * r**3 * (r + q_2) ** 2 * (r + q_3) ** 2),
        ),
    ),
    source=Source("finding", "the natural guess that extends SELECT's angle is refuted"),
    bound="exact",
    chapter=__name__,
    applied={"SELECT": (Use({n: Integer(2), k: Integer(2)}),)},
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        Assumption(
            "sizes",
            And(Gt(q_1, 0), Gt(q_2, 0), Gt(q_3, 0), Gt(r, 0), Eq(r**2, q_1**2 + q_2**2 + q_3**2)),
            note="q_j stands for |q_j|; r: the norm of w",
        ),
    ),
    steps=("right on the edges", "right at the centre", "generator"),
    symbols={
        "f_1": selecting.AREA,
        "L f": selecting.generated(
            "generator (SELECT-GENERATOR over p) on f_1; SELECT-N would need 0"
        ),
    },
    remark=(
        "f_1 + f_2 + f_3 = 1, and f obeys SELECT on each edge and SELECT-EQUAL at the centre; but L f "
        "is not 0: at |q| = (2, 1, 2) it is a nonzero rational over pi. It errs by up to about 0.013."
    ),
)


def coefficients() -> tuple[Expr, Expr]:
    """Those of D_j^2 and of (q_j^2/r2) D_j in L, from SELECT-GENERATOR over p."""
    parts = {x.lhs: x.rhs for x in relations(SELECT_GENERATOR.formula)}
    if parts[mixed_coefficient] != 0:
        raise ValueError(f"A_ij={parts[mixed_coefficient]}: no mixed derivatives are expected")
    return cancel(parts[second_coefficient] / p), cancel(parts[first_coefficient] / (p * q_j**2))


def generator_summand() -> Expr:
    """Summand of L in h_j, h_jj and q_j^2/r2 (h is of degree 0)."""
    twice, once = coefficients()
    return twice * curvature + once * q_j**2 / r2 * slope


def product_rule() -> Expr:
    """D_j of g(m) r2 h_j, with x_j = log|q_j| the one thing that selecting."""
    x_j, others, mean = Symbol("x_j", real=True), Symbol("others"), Symbol("mean")
    of_mean, h_prime = Function("g"), Function("f")
    total = of_mean(mean + x_j / n) * (others + exp(2 * x_j)) * h_prime(x_j)
    change = total.diff(x_j).doit()
    change = change.replace(lambda x: isinstance(x, Subs), lambda x: gauge_slope)
    change = change.subs(h_prime(x_j).diff(x_j), curvature)
    change = change.subs({of_mean(mean + x_j / n): gauge, h_prime(x_j): slope})
    return change.subs(others, r2 - exp(2 * x_j)).subs(exp(2 * x_j), q_j**2).expand()


def generator_on_angle(f: Expr) -> Expr:
    """L f for f a function of q_i and R, any number of points: power sums of the others.

    With rho = R^2: D_j f = 2 q_j^2 f_rho, D_j^2 f = 4 q_j^4 f_rho,rho + 4 q_j^2 f_rho for j != i, and
    over j != i the sums of q_j^2 and q_j^4 are R^2 and V R^4.
    """
    rho, size = Symbol("rho", positive=True), Symbol("size", positive=True)
    value = f.subs({q_i: size, rest: sqrt(rho)}, simultaneous=True)
    own = size * value.diff(size)
    own_twice = size * own.diff(size)
    once = value.diff(rho)
    twice = once.diff(rho)
    total_2 = own_twice + 4 * twice * share * rho**2 + 4 * once * rho
    total_1 = (size**2 * own + 2 * once * share * rho**2) / (size**2 + rho)
    of_second, of_first = coefficients()
    whole = of_second * total_2 + of_first * total_1
    return cancel(whole.subs(rho, rest**2).subs(sqrt(rest**2), rest).subs(size, q_i))


def operator_of(total: Sum) -> tuple[Expr, Expr]:
    """Coefficients of h_jj and of q_j^2 h_j under a sum like SELECT-N's, which must have no others."""
    twice, once, weight = (Symbol(f"_{x}") for x in ("twice", "once", "weight"))
    flat = total.function.subs({h_jj[j]: twice, h_j[j]: once, square[j]: weight}).expand()
    of_second, of_first = flat.coeff(twice, 1), flat.coeff(once, 1).coeff(weight, 1)
    if cancel(flat - of_second * twice - of_first * once * weight) != 0:
        raise ValueError(f"total={total}: only h_jj and q2 h_j are expected")
    return of_second, of_first


def generator_in_r(f: Expr, operator: tuple[Expr, Expr]) -> Expr:
    """L f for f in q_1, q_2, q_3 and r = |q|: D_j r = q_j^2/r; operator as `operator_of` gives it."""

    def d(g: Expr, q: Symbol) -> Expr:
        return q * g.diff(q) + g.diff(r) * q**2 / r

    of_second, of_first = operator
    total: Expr = Integer(0)
    for q in (q_1, q_2, q_3):
        once = cancel(d(f, q))
        total += of_second * d(once, q) + of_first * q**2 / r**2 * once
    return total


def pair_decay() -> Expr:
    """L f/f for f = sqrt(|q_i q_j|/r2), in Q = sum of (q_k^2/r2)^2 and the shares of i and j.

    With u_k = q_k^2/r2: D_k log f = 1{k = i or j}/2 - u_k, D_k u_k = 2 u_k (1 - u_k), and
    D_k^2 f/f = (D_k log f)^2 + D_k^2 log f; sums over k by sum u_k = 1, sum u_k^2 = Q.
    """
    u_k, inside = Symbol("u_k", real=True), Symbol("1_k", real=True)
    change = inside / 2 - u_k
    of_second, of_first = coefficients()
    term = of_second * (change**2 - 2 * u_k * (1 - u_k)) + of_first * u_k * change
    poly = Poly(term.expand(), inside, u_k)
    sums = {(0, 1): Integer(1), (0, 2): Q, (1, 1): pair, (2, 0): Integer(2), (1, 0): Integer(2)}
    total: Expr = Integer(0)
    for powers, coefficient in poly.terms():
        total += coefficient * sums[powers]
    return cancel(total)
