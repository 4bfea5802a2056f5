"""Tools for unequal norms: scaling a length away, and exact orthogonal data of given norms."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import And, Expr, Ge, Gt, Poly, Symbol, fraction, sqrt, together
from sympy.logic.boolalg import Boolean

from tests.forms import cancel
from tests.inequalities import is_strict
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theory.assumptions.unequal_norms import Q, sigma_i, sigma_j, sigma_k, sigma_m
from theory.notation import S, a

alpha = Symbol("alpha", real=True)  # a sigma_max^2
X = Symbol("X", real=True)  # S/sigma_max^2
Y = Symbol("Y", real=True)  # Q/sigma_max^4
v = Symbol("v", real=True)  # sigma_j^2/sigma_max^2
u = Symbol("u", real=True)  # sigma_i^2/sigma_max^2
u_k = Symbol("u_k", real=True)  # sigma_k^2/sigma_max^2
CHART = {
    a: alpha / sigma_m**2,
    S: sigma_m**2 * X,
    Q: sigma_m**4 * Y,
    sigma_j: sigma_m * sqrt(v),
    sigma_i: sigma_m * sqrt(u),
    sigma_k: sigma_m * sqrt(u_k),
}


def scaled(
    expr: Expr, chart: Mapping[Symbol, Expr] = CHART, unit: Symbol = sigma_m
) -> tuple[Expr, int]:
    """(rest, k) with expr = rest * unit^k in the chart; Undecided where it is no such product."""
    top, bottom = fraction(cancel(together(expr.subs(dict(chart), simultaneous=True))))
    parts = [Poly(x, unit) for x in (top, bottom)]
    if any(len(x.monoms()) != 1 for x in parts):
        raise Undecided(f"{expr} is not of one degree in {unit}")
    (high,), (low,) = (x.monoms()[0] for x in parts)
    return cancel(parts[0].LC() / parts[1].LC()), high - low


def scaled_region(
    region: Boolean, chart: Mapping[Symbol, Expr] = CHART, unit: Symbol = sigma_m
) -> Boolean:
    """The region in the chart, without ``unit``, which the region must say is not 0."""
    kept: list[Boolean] = []
    nonzero = False
    for condition in relations(region):
        if not hasattr(condition, "gts"):
            continue
        rest, power = scaled(difference(condition), chart, unit)
        if rest.is_Rational:
            nonzero |= bool(rest > 0) and is_strict(condition) and power != 0
            continue
        if power % 2:
            raise Undecided(f"{condition} depends on the sign of {unit}")
        kept.append(Gt(rest, 0) if is_strict(condition) else Ge(rest, 0))
    if not nonzero:
        raise Undecided(f"the region {region} does not exclude {unit} = 0")
    return And(*kept)
