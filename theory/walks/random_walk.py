r"""What makes a one-dimensional adapted process leave a band, return, or run away.

X_0, X_1, ... is adapted to F_0, F_1, ...; D = X_{k+1} - X_k.  Nothing is assumed of the past:
increments may depend on all of it.  One argument carries the chapter.  If h >= 0 and
E[h(X_{k+1}) | F_k] <= h(X_k) - eps up to a stopping time tau, then summing gives
0 <= E h(X_{tau ^ k}) <= h(X_0) - eps E[tau ^ k]:

    eps = 1 or more    a mean time:   E tau <= h(X_0)/eps                       FOSTER, NHRW
    eps = 0            a probability: f_B P(tau_B <= k) + f_C P(not) <= f(X_0)  SUPERMARTINGALE-CRITERIA

Every bound is best possible: an explicit walk attains it.  Hypotheses as data, and their checker:
``theory/walks/walk_criteria.py``.  The yardstick, birth-death chains with drift c/x:
``theory/walks/birth_death.py``.
"""

from __future__ import annotations

from sympy import (
    And,
    Integer,
    Max,
    Symbol,
    gamma,
)

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.meaning import Parameter
from theory.notation import Eq, Ge, Gt, Le, Lt, Ne
from theory.sources import GHOSH
from theory.vocabulary import passages
from theory.walks.birth_death import c, kappa, m, v
from theory.walks.walk_law import increment


def _real(name: str) -> Symbol:
    return Symbol(name, real=True)


mean_time = _real("E_tau")  # mean hitting or exit time
start_value = _real("V_0")  # V(X_0)
eps = _real("epsilon")
width = _real("W")
jump = _real("J")
second = _real("v")  # lower bound of E[D^2 | past]; the same symbol as birth_death.v
height = _real("y")  # X_0 - o
hit = _real("P_B")  # P(reach B before C)
f_start = _real("f_x")  # f(X_0)
f_target = _real("f_B")  # lower bound of f on B
f_floor = _real("f_C")  # lower bound of f everywhere
drift = _real("delta_1")  # lower bound of E[D | past]
level, start = _real("A"), _real("x")
place = Symbol("x", integer=True)  # a state of a chain
returning = _real("P_A")  # P(ever at or below A | start x)
resistance = _real("rho_x")
resistance_sum = _real("R_x")  # sum of rho_k over m <= k < x
escape = _real("P_esc")  # P(never back at m | start m)
# one step, at any k before the stopping time, whatever the past F_k
k = Symbol("k", integer=True)
tau = _real("tau")
now = _real("X_k")
offset = _real("z")  # X_k - o
mean_jump = _real("m_1")  # E[D | F_k]
mean_square = _real("m_2")  # E[D^2 | F_k]
value_now, value_next = _real("V_k"), _real("V_next")  # V(X_k), E[V(X_{k+1}) | F_k]
value_stop = _real("V_tau")  # V where the process stops
f_now, f_next = _real("f_k"), _real("f_next")  # f(X_k), E[f(X_{k+1}) | F_k]
stationary = _real("pi_m")  # long-run share of time at m; 0 unless positive recurrent

REFERENCE = "Menshikov, Popov, Wade, Non-homogeneous Random Walks, CUP, 2017"
_BOUNDED = Assumption(
    "bounded jumps",
    And(Gt(jump, 0), Le(increment**2, jump**2)),
    note="|D| <= J for every increment that can come",
)
_EVERY_STEP = Assumption(
    "every step",
    And(Ge(k, 0), Lt(k, tau)),
    note="what is said of step k holds at every k with 0 <= k < tau, whatever the past",
)
_MOMENTS = Assumption(
    "moments",
    And(Le(mean_jump**2, mean_square), Le(mean_square, jump**2)),
    note="m_1 and m_2 are means of D and of D^2: what every law on [-J, J] obeys",
)
SCOPE = {
    "dropped assumption: every step": "true: without a scope what is said of step k holds at every k"
}
LAWS = "true: every law on [-J, J] has such means"

_STEP_SYMBOLS = {
    str(k): Parameter("any step before tau"),
    str(tau): passages.STOPPED,
}
_INCREMENT = {str(increment): Parameter("X_{k+1} - X_k")}

FOSTER = Claim(
    id="FOSTER",
    title="Foster's criterion: mean hitting time from a Lyapunov function",
    formula=Le(mean_time, start_value / eps),
    source=Source("lemma", f"{REFERENCE}: Foster's criterion; proved here"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption(
            "V non-negative",
            And(Ge(start_value, 0), Ge(value_now, 0), Ge(value_stop, 0)),
            note="V(X_k) >= 0 for all k <= tau, the stopping time included",
        ),
        Assumption(
            "drift of V",
            And(Gt(eps, 0), Le(value_next, value_now - eps)),
            note="E[V(X_{k+1}) | F_k] <= V(X_k) - epsilon, V(X_0) a constant",
        ),
        _EVERY_STEP,
    ),
    steps=("telescoping", "attained"),
    parts=dict.fromkeys(("telescoping", "attained"), Le(mean_time, start_value / eps)),
    symbols={
        str(mean_time): passages.MEAN_STOP,
        str(start_value): Parameter("V(X_0)"),
        str(eps): Parameter("drift of V"),
        str(value_now): Parameter("V(X_k)"),
        str(value_stop): Parameter("V(X_tau), where tau is finite"),
        str(value_next): passages.next_value("E[V(X_{k+1}) | F_k]"),
        **_STEP_SYMBOLS,
    },
    remark="Equality for a nearest-neighbour walk with constant drift to 0, V(x) = x.",
    survivors=SCOPE,
)

NHRW = Claim(
    id="NHRW",
    title="Non-confinement: mean exit time from a band",
    formula=Le(mean_time, ((width + jump) ** 2 - height**2) / second),
    source=Source(
        "paper",
        f"{GHOSH}: random walks with bounded jumps and variance, their 'powerful tool'; "
        f"cf. {REFERENCE}: non-confinement. The constant is ours",
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        _BOUNDED,
        Assumption(
            "outward drift",
            Ge(offset * mean_jump, 0),
            note="(X_k - o) E[D | F_k] >= 0 while X_k is in the band; for o = l that is E D >= 0",
        ),
        Assumption(
            "second moment bounded below",
            And(Gt(second, 0), Ge(mean_square, second)),
            note="E[D^2 | F_k] >= v > 0 while X_k is in the band (so v <= J^2)",
        ),
        Assumption(
            "in the band",
            And(Ge(width, 0), Le(offset**2, width**2)),
            note="|X_k - o| <= W for k < tau",
        ),
        _EVERY_STEP,
        _MOMENTS,
        Assumption(
            "start in the band",
            And(Ge(height, -(width + jump)), Le(height, width + jump)),
            note="tau: first k with X_k outside the band [l, u], which contains X_0 = o + y and lies "
            "in [o - W, o + W]; from a start outside it tau = 0, which obeys the bound up to "
            "|y| = W + J",
        ),
    ),
    steps=("bound", "attained"),
    parts=dict.fromkeys(
        ("bound", "attained"), Le(mean_time, ((width + jump) ** 2 - height**2) / second)
    ),
    symbols={
        str(mean_time): passages.MEAN_STOP,
        str(width): Parameter(
            "reach of the band: it lies within W of its reference point o (o = l: W = u - l)"
        ),
        str(jump): Parameter("bound on |D|"),
        str(second): Parameter("lower bound of E[D^2 | past]"),
        str(height): Parameter("X_0 - o"),
        str(offset): Parameter("X_k - o"),
        str(mean_jump): Parameter("E[D | F_k]"),
        str(mean_square): Parameter("E[D^2 | F_k]"),
        **{**_STEP_SYMBOLS, **_INCREMENT, str(tau): passages.OUT_OF_BAND},
    },
    remark=(
        "Equality for the lazy simple walk of step J, free on [o - W, o + W] or reflected at l = o, "
        "when W and y are multiples of J. Where the hypotheses hold in every band, X is not confined "
        "to any: limsup |X_k - o| = oo, and limsup X_k = oo where E[D | F_k] >= 0 throughout."
    ),
    survivors={**SCOPE, "dropped assumption: moments": LAWS},
)

SUPERMARTINGALE_CRITERIA = Claim(
    id="SUPERMARTINGALE-CRITERIA",
    title="Reaching B before C, for a supermartingale f(X)",
    formula=Le(hit, (f_start - f_floor) / (f_target - f_floor)),
    source=Source("lemma", f"{REFERENCE}: recurrence and transience criteria; proved here"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption(
            "supermartingale",
            Le(f_next, f_now),
            note="E[f(X_{k+1}) | F_k] <= f(X_k); tau: first k with X_k in B or C",
        ),
        _EVERY_STEP,
        Assumption(
            "levels",
            Lt(f_floor, f_target),
            note="f >= f_B on B, f >= f_C everywhere (C may be empty); f_x = f(X_0)",
        ),
    ),
    steps=("stopped", "attained"),
    parts=dict.fromkeys(
        ("stopped", "attained"), Le(hit, (f_start - f_floor) / (f_target - f_floor))
    ),
    symbols={
        str(hit): passages.HITS,
        str(f_start): Parameter("f(X_0)"),
        str(f_target): Parameter("lower bound of f on B"),
        str(f_floor): Parameter("lower bound of f everywhere"),
        str(f_now): Parameter("f(X_k)"),
        str(f_next): passages.next_value("E[f(X_{k+1}) | F_k]"),
        **{**_STEP_SYMBOLS, str(tau): passages.IN_B_OR_C},
    },
    remark=(
        "Recurrence: B = {x > L}, C = {x < A}, f -> oo makes the right side 0 as L -> oo. "
        "Transience: B = {x < A}, C empty, f_C = 0: never in B with probability >= 1 - f(x)/f_B. "
        "Equality for a walk that steps neither over B nor C and f(X) a martingale."
    ),
    survivors=SCOPE,
)

DRIFT_ESCAPE = Claim(
    id="DRIFT-ESCAPE",
    title="Return from far away against a positive drift",
    formula=Le(returning, ((jump - drift) / (jump + drift)) ** ((start - level) / jump)),
    source=Source("new", "exponential supermartingale with the best exponent; used for n = 2"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        _BOUNDED,
        Assumption(
            "positive drift",
            And(Gt(drift, 0), Lt(drift, jump), Ge(mean_jump, drift)),
            note="E[D | F_k] >= delta_1 > 0 while X_k > A (so delta_1 <= J)",
        ),
        _EVERY_STEP,
    ),
    steps=("bound", "attained"),
    parts=dict.fromkeys(
        ("bound", "attained"),
        Le(returning, ((jump - drift) / (jump + drift)) ** ((start - level) / jump)),
    ),
    symbols={
        str(returning): passages.RETURNS,
        str(drift): Parameter("lower bound of E[D | past]"),
        str(jump): Parameter("bound on |D|"),
        str(mean_jump): Parameter("E[D | F_k]"),
        **{**_STEP_SYMBOLS, **_INCREMENT, str(tau): passages.DOWN},
    },
    remark=(
        "Equality for the walk with jumps +-J and drift delta_1, x - A a multiple of J. For x < A the "
        "right side exceeds 1. With delta_1 = J every jump is J and there is no return."
    ),
    survivors=SCOPE,
)

_KAPPA = Assumption(
    "probabilities",
    And(Ge(m, 0), Lt(kappa, m + 1), Lt(-(m + 1), kappa), Ge(place, m)),
    note="p_x, q_x > 0 at every x > m",
)

RESISTANCE = Claim(
    id="RESISTANCE",
    title="Birth-death chain with drift c/x: resistances and their sums in closed form",
    formula=And(
        Eq(
            resistance,
            gamma(place + 1 - kappa)
            * gamma(m + 1 + kappa)
            / (gamma(m + 1 - kappa) * gamma(place + 1 + kappa)),
        ),
        Eq(
            resistance_sum,
            (
                gamma(place + 1 - kappa)
                * gamma(m + 1 + kappa)
                / (gamma(m + 1 - kappa) * gamma(place + kappa))
                - (m + kappa)
            )
            / (1 - 2 * kappa),
        ),
    ),
    source=Source(
        "new", "telescoping product and Gosper sum for the chain of theory/walks/birth_death.py"
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        _KAPPA,
        Assumption(
            "off the boundary",
            Ne(kappa, Integer(1) / 2),
            note="at kappa = 1/2 the sum is (m + 1/2)(psi(x + 1/2) - psi(m + 1/2))",
        ),
    ),
    steps=("product", "sum"),
    symbols={
        str(resistance): passages.RESISTANCE,
        str(resistance_sum): passages.RESISTANCES,
        str(kappa): Parameter("c/v: drift c/x over second moment v"),
        str(m): Parameter(
            "the reflecting base of the birth-death chain, whose steps are -1, 0 and 1"
        ),
    },
    remark="rho_x is of order x^(-2 kappa). Conductances are 1/rho_x: replace kappa by -kappa.",
)

_transient = Max(0, 2 * c - v)
_positive = Max(0, -2 * c - v)

LAMPERTI = Claim(
    id="LAMPERTI",
    title="Lamperti's classification of the birth-death chain with drift c/x, exactly",
    formula=And(
        Eq(escape, 2 * _transient / (_transient + (2 * m + 1) * v)),
        Eq(stationary, _positive / (_positive + 2 * m + 1)),
    ),
    source=Source(
        "new",
        "closed forms from RESISTANCE; the classification is Lamperti's, J. Math. Anal. Appl. 1 "
        "(1960) and 7 (1963)",
    ),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption("second moment", And(Gt(v, 0), Le(v, 1)), note="mu_2(x) = v at every x > m"),
        Assumption(
            "drift",
            And(Ge(m, 0), Lt(c, v * (m + 1)), Lt(-v * (m + 1), c)),
            note="mu_1(x) = c/x at every x > m; reflection at m",
        ),
    ),
    steps=("transient side", "recurrent side", "positive side", "null side"),
    symbols={
        str(escape): passages.ESCAPES,
        str(stationary): passages.TIME_SHARE,
        str(c): Parameter("mu_1(x) = c/x"),
        str(v): Parameter("mu_2(x)"),
        str(m): Parameter(
            "the reflecting base of a chain whose steps are -1, 0 and 1; from it each is to m + 1"
        ),
    },
    remark=(
        "2x mu_1 = 2c against mu_2 = v: transient iff 2c > v, positive recurrent iff 2c < -v, null "
        "recurrent for |2c| <= v, both boundary cases included. Every real c is reached by "
        "choosing m > |c|/v - 1."
    ),
)
