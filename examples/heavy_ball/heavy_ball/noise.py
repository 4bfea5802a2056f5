"""Heavy ball with noisy gradients: the variance at which it settles, and what momentum does to it."""

from __future__ import annotations

from sympy import And, Eq, Gt, Lt, Symbol

from heavy_ball.notation import beta, eta, h
from theorem_audit.statement import Assumption, Claim, Source

sigma = Symbol("sigma", real=True)
variance = Symbol("v", real=True)
slope = Symbol("dv/dbeta", real=True)

STABLE = (
    Assumption("forward", Gt(eta, 0)),
    Assumption("convex", Gt(h, 0)),
    Assumption("step within the stability region", Lt(eta * h, 2 * (1 + beta))),
    Assumption("momentum below one", Lt(beta, 1)),
)

_VARIANCE = Eq(
    variance, eta * sigma**2 * (1 + beta) / ((1 - beta) * h * (2 * (1 + beta) - eta * h))
)
_POSITIVE = Gt(eta * (1 + beta) / ((1 - beta) * h * (2 * (1 + beta) - eta * h)), 0)
HB_NOISE = Claim(
    id="HB-NOISE",
    title="Stationary variance of heavy ball with noisy gradients",
    formula=And(_VARIANCE, _POSITIVE),
    source=Source("paper", "folklore; a stationary autoregression of order two"),
    bound="exact",
    chapter=__name__,
    assumptions=STABLE,
    steps=("variance", "sign"),
    parts={"variance": _VARIANCE, "sign": _POSITIVE},
    symbols={
        "sigma": "standard deviation of the noise on each gradient, independent and centred",
        "v": "stationary variance of the coordinate",
    },
)

_FACTOR = 2 * eta / ((1 - beta) ** 2 * h * (2 * (1 + beta) - eta * h) ** 2)
_SLOPE = Eq(slope, _FACTOR * sigma**2 * ((1 + beta) ** 2 - eta * h))
_SIGN = Gt(_FACTOR, 0)
HB_NOISE_SLOPE = Claim(
    id="HB-NOISE-SLOPE",
    title="Slope of the stationary variance in the momentum",
    formula=And(_SLOPE, _SIGN),
    source=Source("finding", "folklore: 'more momentum averages the noise away'"),
    bound="exact",
    chapter=__name__,
    assumptions=STABLE,
    steps=("slope", "sign"),
    parts={"slope": _SLOPE, "sign": _SIGN},
    symbols={"v": "stationary variance, as in HB-NOISE"},
    remark="The folklore statement is false wherever eta h < (1 + beta)^2: there more momentum is more noise. "
    "Only for steps close to the edge of stability does it help.",
)
