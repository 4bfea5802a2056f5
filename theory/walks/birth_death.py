r"""Birth-death chains on {m, m+1, ...} with drift c/x: the exact yardstick for recurrence.

At x > m:  +1 with probability p_x = v/2 + c/(2x),  -1 with q_x = v/2 - c/(2x), else no move; at m: +1.
Drift c/x and second moment v exactly.  A probability for 0 < v <= 1 and |c| < v (m+1); m is free, so
every c is reached.  With kappa = c/v,

    q_x/p_x = (x - kappa)/(x + kappa),      rho_x = prod_{k=m+1}^x q_k/p_k        (resistance of x, x+1)

is a ratio of Gamma functions of order x^(-2 kappa), and sums of it telescope because

    G(x+1) - G(x) = (1 - 2 kappa) Gamma(x+1-kappa)/Gamma(x+1+kappa)
    for G(x) = Gamma(x+1-kappa)/Gamma(x+kappa).

The chain is transient iff sum rho_x < oo, positive recurrent iff sum 1/rho_x < oo (1/rho_x is the
conductance: kappa -> -kappa).  No asymptotics enter.
"""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, expand_func, gamma, sympify

from theory.walks.walk_law import FiniteLaw, position
from theory.walks.walk_states import States

c = Symbol("c", real=True)
v = Symbol("v", real=True)
m = Symbol("m", integer=True)
kappa = Symbol("kappa", real=True)


def up(x: Expr) -> Expr:
    """p_x, the probability of +1 at x > m."""
    return v / 2 + c / (2 * x)


def down(x: Expr) -> Expr:
    """q_x, the probability of -1 at x > m."""
    return v / 2 - c / (2 * x)


def birth_death(drift: Expr, variance: Expr, base: int) -> FiniteLaw:
    """The chain with these c, v and m as a law.

    Raises ValueError unless 0 < variance <= 1 and |drift| < variance * (base + 1).
    """
    values = {c: sympify(drift), v: sympify(variance), m: Integer(base)}
    if not (0 < values[v] <= 1 and abs(values[c]) < values[v] * (base + 1) and base >= 0):
        raise ValueError(
            f"drift={drift}, variance={variance}, base={base}: 0 < variance <= 1, base >= 0 and "
            "|drift| < variance*(base+1) are needed for probabilities"
        )
    plus, minus = up(position).subs(values), down(position).subs(values)
    return FiniteLaw(
        States(position, Integer(base)),
        ((1, plus), (-1, minus), (0, 1 - plus - minus)),
        {base: ((1, 1),)},
    )


def gamma_reduced(expr: Expr) -> Expr:
    """``expr`` with every Gamma function reduced by Gamma(z+1) = z Gamma(z) and made a symbol.

    Arguments that differ by integers share one symbol, so that a rational identity decides.
    """
    flat = expand_func(expr)
    names = {atom: Symbol(f"g{k}") for k, atom in enumerate(sorted(flat.atoms(gamma), key=str))}
    return flat.subs(names)


def escape_weight(resistance_sum: Expr) -> Expr:
    """P(never back at m | start m) for the sum of all resistances from m up, rho_m = 1.

    The first step from m is to m+1; from there P(reach N before m) = 1/sum_{x=m}^{N-1} rho_x.
    """
    return 1 / resistance_sum


def mean_return_time(conductance_sum: Expr) -> Expr:
    """Mean return time to m for the sum C of all 1/rho_x from m up.

    The reversible measure has pi_m = 1 and pi_x = (1/rho_{x-1} + 1/rho_x)/v for x > m, since
    p_x + q_x = v; it sums to 1 + (2C - 1)/v, and the mean return time to m is that over pi_m.
    """
    return 1 + (2 * conductance_sum - 1) / v
