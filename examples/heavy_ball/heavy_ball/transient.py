"""What heavy ball costs at its first step and gains in the long run, both at the optimal parameters."""

from __future__ import annotations

from sympy import And, Eq, Ge, Gt, Le, Rational, Symbol, log

from heavy_ball.notation import k, s, x, x_next
from theorem_audit.statement import Assumption, Claim, Source

gain_hb = Symbol("g_HB", real=True)
gain_gd = Symbol("g_GD", real=True)

_FIRST = Eq(x_next, -(k - 1) * (3 * k + 1) / (k + 1) ** 2 * x)
_GROWS = Gt(((k - 1) * (3 * k + 1) / (k + 1) ** 2) ** 2, 1)
HB_OVERSHOOT = Claim(
    id="HB-OVERSHOOT",
    title="First step of optimal heavy ball from rest, in the steepest direction",
    formula=And(_FIRST, _GROWS),
    source=Source("finding", "folklore: 'heavy ball comes closer at every step'"),
    bound="exact",
    chapter=__name__,
    assumptions=(
        Assumption("ordered", Ge(k, 1)),
        Assumption("kappa > (1 + sqrt 2)^2", Gt(k**2 - 2 * k - 1, 0), needed=True,
                   sharp=Gt(k**2 - 2 * k - 1, 0)),
    ),
    steps=("first step", "growth"),
    parts={"first step": _FIRST, "growth": _GROWS},
    symbols={"x^+": "the coordinate along curvature L after one step from x^- = x", "k": "sqrt(L/mu)"},
    remark="The folklore statement is false: for condition numbers above 5.83 the very first step leads away, "
    "up to three times as far.",
)  # fmt: skip

_GAINS = And(Eq(gain_hb, log((1 + s) / (1 - s))), Eq(gain_gd, log((1 + s**2) / (1 - s**2))))
_FASTER = Gt(s * gain_hb, gain_gd)
HB_SPEEDUP = Claim(
    id="HB-SPEEDUP",
    title="Gain a step: heavy ball against gradient descent, both at their best",
    formula=And(_GAINS, _FASTER),
    source=Source("new", "this example"),
    bound="lower",
    chapter=__name__,
    assumptions=(
        Assumption("kappa at most 100", Ge(s, Rational(1, 10))),
        Assumption("kappa at least 100/81", Le(s, Rational(9, 10))),
    ),
    steps=("gains", "comparison"),
    parts={"gains": _GAINS, "comparison": _FASTER},
    symbols={
        "s": "1/sqrt(kappa)",
        "g_HB, g_GD": "minus the logarithm of the rate of HB-RATE and of GD-OPTIMAL",
    },
    remark="Heavy ball gains more than sqrt(kappa) times as much a step. The note shows it for every "
    "kappa > 1, by hand; what is certified is the range stated.",
    survivors={
        name: "weaker: both gains are positive, and the claim is a lower bound"
        for name in (
            "coefficient: g_HB*s -> 1001*g_HB*s/1000 (part 1)",
            "integer: g_HB*s -> 2*g_HB*s (part 1)",
            "sign: g_GD -> -g_GD (part 1)",
        )
    },
)
