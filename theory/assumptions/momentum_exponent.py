r"""The exponent of heavy ball at x_i past the real cone: enclosed at fixed beta, and its limit as beta -> 1.

The product is that of MOMENTUM-EXPONENT: v+ = beta v + m q, q+ = q + v+, E[m] = 0, E[m^2] = 2 p a^2.  Past
sqrt(a) + sqrt(beta) = 1 a matrix of it turns the plane, q changes sign for ever, and no cone is kept.  For any
continuous f on the projective line log|(v,q)| + f has a drift g there, and the exponent lies in [min g, max g].

As beta -> 1 with c^3 = p a^2/(1-beta)^3, y = v/((1-beta) q) and time in units of 1/(1-beta), the change of
log|q| + h(y) has the mean c^3 h'' - (y + y^2) h' + y.  With x = y + 1/2, h' = G, this is a constant lambda for

    G(x) = c^-3 int_0^oo K (x + s - l) ds,  K = exp(Phi(x) - Phi(x+s)),  Phi = (x^3/3 - x/4)/c^3,
    l = lambda + 1/2,

and log|q| + h is smooth off the origin exactly if the principal value of int G dx is 0, which fixes l.
"""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Or,
    Rational,
    Symbol,
    airyai,
    airyaiprime,
    airybi,
    airybiprime,
    sign,
)

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory import vocabulary as words
from theory.assumptions.momentum import LINEAR, MOMENTUM, SPLIT, STRONG_LAW, beta
from theory.assumptions.unequal_norms import LINEAR_NEURON
from theory.minibatch.log_ratios import SAMPLING
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Ge, Gt, Le, Lt, a, b, n, p
from theory.sources import WHITE_NOISE
from theory.vocabulary import meanings, slow_time

gamma_low, gamma_high = Symbol("gamma_inf", real=True), Symbol("gamma_sup", real=True)
low, high = Symbol("g_-", real=True), Symbol("g_+", real=True)
gamma_slow = Symbol("gamma_slow", real=True)
c = Symbol("c", real=True)
edge = Symbol("e_*", real=True)

# n, b, beta, a, g_-, g_+: on both sides of the exponent's zero, small beta and beta near 1.
_TABLE = (
    (2, 1, "1/2", "1/4", "-0.115", "-0.1"),
    (2, 1, "1/2", "1/10", "-0.03", "-0.018"),
    (2, 1, "9/10", "1/40", "-0.01438", "-0.01434"),
    (2, 1, "9/10", "1/18", "-0.0032", "-0.0031"),
    (2, 1, "9/10", "1/15", "0.0013", "0.0017"),
    (2, 1, "9/10", "1/10", "0.0147", "0.015"),
    (3, 2, "9/10", "1/10", "0.0079", "0.008"),
    (2, 1, "99/100", "1/400", "0.00078", "0.00081"),
    (2, 1, "199/200", "1/800", "0.00102", "0.00106"),
)
_SYMBOLS = (n, b, beta, a, low, high)
SETTINGS = Assumption(
    "setting",
    Or(
        *(
            And(*(Eq(x, Rational(value)) for x, value in zip(_SYMBOLS, row, strict=True)))
            for row in _TABLE
        )
    ),
    note="one row of a table: n, b, beta, a and the two ends; every row has sqrt(a) + sqrt(beta) > 1",
)

MOMENTUM_ENCLOSURE = Claim(
    id="MOMENTUM-ENCLOSURE",
    title="Mini-batch heavy ball: two-sided enclosures of the exponent of q_j/q_i at x_i",
    formula=And(Ge(gamma_low, low), Le(gamma_high, high)),
    source=Source(
        "new", "Poisson's equation on the projective line, solved in floats, verified by balls"
    ),
    bound="statement",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, LINEAR, LINEAR_NEURON, SETTINGS),
    steps=("linear", "arcs", "strong law"),
    cites=(STRONG_LAW,),
    symbols={
        "gamma_inf": meanings.SLOPE.said(
            "liminf of (1/k) log|(v_j, q_j)|, live j != i, almost surely, from any (v, q) != 0"
        ),
        "gamma_sup": meanings.SLOPE.said("limsup of the same"),
        "g_-, g_+": Parameter("the ends of the enclosure"),
    },
    remark=(
        "The method encloses any setting with beta > 0; the table is what is checked in every run. At beta = "
        "9/10 the exponent is negative at a = 1/18 and positive at 1/15. At a/(1-beta) = 1/4 it is negative at "
        "beta = 9/10 and positive at 99/100 and 199/200. The exponent is the product's: of the nonlinear "
        "recursion nothing is claimed. Linear neuron: q changes sign, where ReLU has its kink."
    ),
)


def airy_exponent() -> Expr:
    """The limit's value in c: c (log(Ai^2 + Bi^2))'/2 at 1/(4c^2), minus 1/2."""
    z = 1 / (4 * c**2)
    square = airyai(z) ** 2 + airybi(z) ** 2
    return c * (airyai(z) * airyaiprime(z) + airybi(z) * airybiprime(z)) / square - Rational(1, 2)


SCALE = Assumption(
    "scale",
    And(Gt(c, 0), Eq(p * a**2, c**3 * (1 - beta) ** 3)),
    note="so a goes with beta, c and p",
)
SLOW = Assumption("limit", item=words.SLOW)

MOMENTUM_AIRY = Claim(
    id="MOMENTUM-AIRY",
    title="Mini-batch heavy ball: limit of the exponent of q_j/q_i at x_i as beta -> 1",
    formula=Eq(gamma_slow, airy_exponent()),
    source=Source(
        "new",
        "MOMENTUM-EXPONENT's product as a diffusion; the diffusion's exponent is known",
        (WHITE_NOISE,),
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, MOMENTUM, SPLIT, SCALE, SLOW, LINEAR, LINEAR_NEURON),
    steps=("linear", "generator", "corrector", "airy", "remainder", "strong law"),
    cites=(STRONG_LAW, "Legendre's duplication formula"),
    symbols={
        "gamma_slow": slow_time.LIMIT.said(
            "limit as beta -> 1 of 1/(1-beta) times liminf, and limsup, of (1/k) log|(v_j, q_j)|, live "
            "j != i, almost "
            "surely, from any (v, q) != 0; both are gamma_slow + O(1-beta)"
        ),
        "c": Parameter("the cube root of p a^2/(1-beta)^3, half the noise in slow time"),
    },
    remark=(
        "-c^3 + O(c^6) for small c, which is MOMENTUM-EXPONENT. The O(1-beta) is for fixed c and p, with no "
        "constant given; at fixed beta see MOMENTUM-ENCLOSURE."
    ),
)

_EDGE_PARTS = {
    "one zero": Eq(sign(gamma_slow), sign(c**3 - edge)),
    "bracket": And(Gt(edge, Rational(177106, 10**5)), Lt(edge, Rational(177107, 10**5))),
}

MOMENTUM_AIRY_EDGE = Claim(
    id="MOMENTUM-AIRY-EDGE",
    title="Zero and sign of MOMENTUM-AIRY's limit",
    formula=And(*_EDGE_PARTS.values()),
    parts=_EDGE_PARTS,
    source=Source("new", "one sign change of a density; balls at two points", (WHITE_NOISE,)),
    bound="statement",
    chapter=__name__,
    assumptions=MOMENTUM_AIRY.assumptions,
    steps=("one zero", "bracket"),
    symbols={
        "gamma_slow": slow_time.LIMIT.said("MOMENTUM-AIRY's limit at c"),
        "e_*": slow_time.ZERO.shared,
    },
    remark=(
        "For c^3 below e_* = 1.77106... the product at x_i is stable for beta near enough to 1, above it "
        "unstable: the steps that it bears are of order (1-beta)^(3/2), not 1-beta."
    ),
)


def potential(x: Expr) -> Expr:
    """Phi(x): the drift 1/4 - x^2 of x = y + 1/2 is -c^3 Phi'."""
    return (x**3 / 3 - x / 4) / c**3
