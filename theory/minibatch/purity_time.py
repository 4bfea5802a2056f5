r"""How many steps until one data point holds the share 1 - eps of the mass.

    pi = max_j q_j^2 / sum_j q_j^2 over the live coordinates,   T_eps = first step with pi >= 1 - eps.

1 - pi = X/(1 + X) with X = sum_{j != I} (q_j/q_I)^2, all of whose terms have the exponent 2 Lambda,
Lambda = p log(1 - a^2) of SGD-RATE: so T_eps = log(1/eps)/(2 |Lambda|) to first order.  With two live
coordinates nothing else is left in the limit of small steps.  With more, the largest of several
fluctuating ratios is what must fall below eps, and the next term is of order sqrt(log(1/eps)).
"""

from __future__ import annotations

from sympy import And, Integer, Symbol, log, sqrt

from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.statement.use import Use
from theory.minibatch.log_ratios import RADIUS, SAMPLING, SPLIT, STEP_SIZE, UNIFORM
from theory.minibatch.selection import ON_SPHERE, SMALL
from theory.minibatch.sparse_time import IN_SPAN, SMALL_STEP
from theory.model.autoencoder import ORTHONORMAL
from theory.notation import Eq, Expectation, Ge, Gt, Le, Lt, a, b, delta, eta, k, n, p, r2, s
from theory.sources import NOISE_SCALE
from theory.vocabulary import moves, passages

eps = Symbol("eps", real=True)
purity = Symbol("pi_0", real=True)
level = Symbol("Z", real=True)
time = Symbol("tau", real=True)
slope = Symbol("T_slope", real=True)
mean_slope = Symbol("E_slope", real=True)
mean_time = Symbol("E_T", real=True)
rate = Symbol("Lambda", real=True)
variance = Symbol("V", real=True)
covariance = Symbol("C", real=True)
spread = Symbol("V_own", real=True)
# means, and not medians: the formula says so
offset = Expectation(Symbol("Z_T", real=True))
largest = Expectation(Symbol("N_max", real=True))
per_step = Symbol("R_step", real=True)
per_epoch = Symbol("R_epoch", real=True)
gain_step = Symbol("Delta_step", real=True)
gain_epoch = Symbol("Delta_epoch", real=True)

FIRST = "first step with a live q_j^2 >= (1 - eps) s"
NEW = Source("new", "time to purity")
LIVE = Assumption("live coordinates", And(Ge(k, 2), Le(k, n)), note="k >= 2 live coordinates")

TIME_TWO = Claim(
    id="TIME-TWO",
    title="n = 2, from the unit circle: mean time to purity 1 - eps as a -> 0",
    formula=And(
        Eq(level, log((1 - eps) / eps) / 2),
        Eq(time, log(purity * (1 - purity) / (eps * (1 - eps)))),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    applied={"SELECT-TIME": (Use(where=Gt(level, 0)),)},
    assumptions=(
        ORTHONORMAL,
        UNIFORM,
        ON_SPHERE,
        SMALL,
        Assumption(
            "purity",
            And(Gt(eps, 0), Le(2 * purity, 2 - 2 * eps), Ge(2 * purity, 1)),
            note="the start's",
        ),
    ),
    steps=("level", "time"),
    parts={
        "level": Eq(level, log((1 - eps) / eps) / 2),
        "time": Eq(time, log(purity * (1 - purity) / (eps * (1 - eps)))),
    },
    symbols={
        "Z": passages.PURE_LEVEL,
        "tau": passages.steps("limit of a^2 E[T_eps] as a -> 0", "half of it", 0.5),
        "T_eps": FIRST,
        "pi_0": passages.PURITY,
    },
    remark="From a tie: a^2 E[T_eps] -> log(1/(4 eps (1 - eps))). The level is exact for every a.",
)

TIME_PURITY = Claim(
    id="TIME-PURITY",
    title="Almost sure growth of T_eps in log(1/eps)",
    formula=Eq(slope, -1 / (2 * p * log(1 - a**2))),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        SPLIT,
        STEP_SIZE,
        RADIUS,
        Assumption("live mass", And(Gt(s, 0), Le(s, r2))),
        LIVE,
    ),
    steps=("rate", "squares", "passage"),
    symbols={
        "T_slope": passages.per_log("lim T_eps/log(1/eps) as eps -> 0, almost surely"),
        "T_eps": FIRST,
    },
)

SPHERE = Assumption("sphere", Eq(delta, 0), note="||w_0|| = 1")

TIME_MEAN = Claim(
    id="TIME-MEAN",
    title="Small steps from the sphere: bound on E[T_eps], and its first-order growth",
    formula=And(
        Le(mean_time, 1 + 6 / (p * a**2) * (1 + log(n * (n - 1) / 2) + log(n / eps) / 4)),
        Eq(mean_slope, -1 / (2 * p * log(1 - a**2))),
    ),
    source=NEW,
    bound="upper",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        SPLIT,
        SMALL_STEP,
        IN_SPAN,
        SPHERE,
        LIVE,
        Assumption("eps", And(Gt(eps, 0), Le(2 * eps, 1)), note="0 < eps <= 1/2"),
    ),
    steps=("tail", "sum", "integrable"),
    symbols={
        "E_T": passages.steps("E[T_eps]", "ten times it", 10),
        "E_slope": passages.per_log("lim E[T_eps]/log(1/eps) as eps -> 0"),
        "T_eps": FIRST,
    },
    remark="The bound holds for every eps in the region; its slope is about three times the true one.",
)

_gain = log(1 - a) ** 2, log(1 + a) ** 2

TIME_SPREAD = Claim(
    id="TIME-SPREAD",
    title="Second term of T_eps in log(1/eps), three or more live coordinates",
    formula=And(
        Eq(variance, p * (_gain[0] + _gain[1]) - rate**2),
        Eq(covariance, p * ((n - b - 1) * _gain[0] + (b - 1) * _gain[1]) / (n - 2) - rate**2),
        Eq(spread, p * ((b - 1) * _gain[0] + (n - b - 1) * _gain[1]) / (n - 2)),
        Eq(offset, largest * sqrt(spread / 2) / (-rate) ** (Integer(3) / 2)),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        SPLIT,
        STEP_SIZE,
        RADIUS,
        Assumption("live mass", And(Gt(s, 0), Le(s, r2))),
        Assumption("three points", And(Ge(k, 3), Le(k, n)), note="k >= 3 live coordinates"),
    ),
    steps=("covariance", "central limit", "passage"),
    cites=("martingale central limit theorem",),
    symbols={
        "V": moves.VARIANCE,
        "C": moves.COVARIANCE,
        "V_own": moves.OWN,
        "Lambda": moves.MEAN_CHANGE,
        "Z_T": passages.SECOND_TERM.shared,
        "T_eps": FIRST,
        "N_max": passages.LARGEST_NORMAL.shared,
        "E": passages.MEAN.shared,
    },
    remark=(
        "The limit law is that of max_j G_j sqrt(1/2)/|Lambda|^(3/2), G normal with covariances V, C. "
        "E(N_max) = 1/sqrt(pi) for k = 3. So for k >= 3 no constant offset can be measured. At k = 2 "
        "the next term is of the same order, sqrt(V/(2 |Lambda|^3)) times a normal variable: mean 0. "
        "Convergence in law is proved, of the means only supported. Martingale central limit theorem: "
        "Hall, Heyde, Martingale Limit Theory and Its Application, 1980, corollary 3.1."
    ),
)

TIME_BEST = Claim(
    id="TIME-BEST",
    title="Fixed a = eta/b: the exponent per step and per epoch, as b grows",
    formula=And(
        Eq(per_epoch, -(n - b) / (n - 1) * log(1 - a**2)),
        Eq(gain_epoch, log(1 - a**2) / (n - 1)),
        Eq(per_step, -b * (n - b) / (n * (n - 1)) * log(1 - a**2)),
        Eq(gain_step, -(n - 1 - 2 * b) / (n * (n - 1)) * log(1 - a**2)),
        Lt(log(1 - a**2), 0),
    ),
    source=NEW,
    bound="exact",
    chapter=__name__,
    assumptions=(ORTHONORMAL, SAMPLING, STEP_SIZE),
    steps=("rates", "gains", "sign"),
    parts={
        "rates": And(
            Eq(per_epoch, -(n - b) / (n - 1) * log(1 - a**2)),
            Eq(per_step, -b * (n - b) / (n * (n - 1)) * log(1 - a**2)),
        ),
        "gains": And(
            Eq(gain_epoch, log(1 - a**2) / (n - 1)),
            Eq(gain_step, -(n - 1 - 2 * b) / (n * (n - 1)) * log(1 - a**2)),
        ),
        "sign": Lt(log(1 - a**2), 0),
    },
    symbols={
        "R_step": moves.PER_STEP,
        "R_epoch": moves.PER_EPOCH,
        "Delta_step": moves.GAIN_STEP,
        "Delta_epoch": moves.GAIN_EPOCH,
    },
    remark=(
        "The gains are those from b to b + 1, b + 1 <= n (at b = n - 1 to full batches). Delta_epoch "
        "< 0 always. Delta_step > 0 exactly for b < (n-1)/2: the best b per step is n/2 "
        "for even n, and (n-1)/2 and (n+1)/2 tie for odd n."
    ),
)

TIME_BEST_ETA = Claim(
    id="TIME-BEST-ETA",
    title="Fixed eta: the exponent per step, as b grows",
    formula=And(
        Eq(per_step, -b * (n - b) / (n * (n - 1)) * log(1 - eta**2 / b**2)),
        Lt((b + 1) * log(1 - eta**2 / (b + 1) ** 2), 0),
        Gt((b + 1) * log(1 - eta**2 / (b + 1) ** 2), b * log(1 - eta**2 / b**2)),
    ),
    source=NEW.with_prior(NOISE_SCALE),
    bound="exact",
    chapter=__name__,
    assumptions=(
        ORTHONORMAL,
        SAMPLING,
        Assumption("learning rate", And(Gt(eta, 0), Lt(2 * eta, 1)), note="0 < eta < 1/2"),
    ),
    steps=("rate", "bernoulli"),
    parts={
        "rate": Eq(per_step, -b * (n - b) / (n * (n - 1)) * log(1 - eta**2 / b**2)),
        "bernoulli": And(
            Lt((b + 1) * log(1 - eta**2 / (b + 1) ** 2), 0),
            Gt((b + 1) * log(1 - eta**2 / (b + 1) ** 2), b * log(1 - eta**2 / b**2)),
        ),
    },
    symbols={
        "R_step": moves.PER_STEP.said(
            "-Lambda per step at a = eta/b; T_eps ~ log(1/eps)/(2 R_step)"
        )
    },
    remark=(
        "R_step = (n-b)/(n(n-1)) times -b log(1 - eta^2/b^2): both factors fall in b. R_step is "
        "eta^2 (n-b)/(n (n-1) b) to leading order. eta < 1/2 keeps a < 1/2 at b = 1."
    ),
)
