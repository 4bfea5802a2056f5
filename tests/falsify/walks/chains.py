"""Random search against the claims on birth-death chains: resistances term by term, escape and return."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Rational, Symbol

from tests.falsify.walks.play import DIGITS, Clock, number, real, refute, same
from tests.falsify.walks.steps import Search
from tests.instances import evaluate
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.walks import random_walk as rw
from theory.walks.birth_death import c, kappa, m, v

F = Fraction


def resistances(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """RESISTANCE: the product of q_k/p_k = (k - kappa)/(k + kappa) and its sum, exactly, term by
    term.  Where x need be no integer, it is none by turns: the chain is never there.
    """
    clock = Clock(seconds)
    (place,) = (x for x in claim.formula.free_symbols if str(x) == str(rw.place))
    while clock.left and clock.played < 5_000:
        base, top = int(rng.integers(-1, 5)), int(rng.integers(0, 30))
        between = F(0) if place.is_integer or rng.integers(2) else F(1, 2)
        at: dict[Symbol, Any] = {
            m: base, place: base + top + between,
            kappa: F(int(rng.integers(-40, 41)), int(rng.integers(3, 9))),
        }  # fmt: skip
        if not all(evaluate(x, at) for x in relations(claim.region)):
            continue
        clock.played += 1
        claim.drawn(at)
        if between:
            shown = {str(x): str(y) for x, y in at.items()}
            refute(claim, shown, "the chain is never at this x: nothing is said of it")
        if -at[kappa] in range(base + 1, base + top + 1):
            refute(claim, {str(x): str(y) for x, y in at.items()}, "p_x = 0: no resistance there")
        ratios = [(x + 1 - at[kappa]) / (x + 1 + at[kappa]) for x in range(base, base + top)]
        for symbol in (rw.resistance, rw.resistance_sum):
            value = F(claim.meaning(symbol).value(ratios))
            shown = {str(x): str(y) for x, y in at.items()}
            whole = {x: Rational(F(y).numerator, F(y).denominator) for x, y in at.items()}
            with mp.workdps(DIGITS):  # SymPy reads 1/Gamma(0) as 0
                claimed = mp.mpf(str(claim.says(symbol).subs(whole).evalf(40)))
            same(claim, shown, claimed, real(value), str(symbol))
    return clock.played


def lamperti(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """LAMPERTI: escape and stationary probability of the chain cut off at N, extrapolated exactly.

    The chance of N before m from m + 1 is 1/R_N, R_N the sum of resistances; 1/(mean return time) is
    the conductance at m over their sum.  Tails are R_oo - R_N = N rho_N/(2 kappa - 1) (1 + O(1/N)).
    """
    clock = Clock(seconds)
    while clock.left and clock.played < 500:
        at: dict[Symbol, Any] = {
            m: int(rng.integers(-1, 4)), v: F(int(rng.integers(-1, 9)), 8),
            c: F(int(rng.integers(-40, 41)), 8),
        }  # fmt: skip
        if not all(evaluate(x, at) for x in relations(claim.region)):
            continue
        clock.played += 1
        claim.drawn(at)
        ratio, base, top = float(at[c] / at[v]), at[m], 40_000
        places = np.arange(base + 1, top)
        logs = np.log((places - ratio) / (places + ratio)).cumsum()
        total, last = 1 + np.exp(logs).sum(), np.exp(logs[-1])
        if ratio > 0.75:  # clearly transient: the tail is of order N^(1 - 2 kappa)
            total += last * top / (2 * ratio - 1)
            found = claim.meaning(rw.escape).value(total)
        elif ratio <= 0.25:
            found = 0.0
        else:
            continue
        claimed = float(number(claim.says(rw.escape), at))
        if abs(claimed - found) > 1e-3:
            refute(
                claim, {str(x): str(y) for x, y in at.items()}, f"escape {claimed} against {found}"
            )
        if ratio < -0.75:  # flows: m moves up surely, conductance 1/rho_k between k and k+1
            pairs = np.exp(-np.concatenate([[0.0], logs]))
            mass = pairs.sum() + pairs[-1] * top / (-2 * ratio - 1)
            # stationary weight of x is (its two conductances)/(1 - chance of not moving)
            weights = pairs[0] + ((pairs[:-1] + pairs[1:]) / float(at[v])).sum()
            weights += (mass - pairs.sum()) * 2 / float(at[v])
            found = claim.meaning(rw.stationary).value((pairs[0], weights))
            claimed = float(number(claim.says(rw.stationary), at))
            if abs(claimed - found) > 1e-3:
                refute(
                    claim,
                    {str(x): str(y) for x, y in at.items()},
                    f"share {claimed}, found {found}",
                )
    return clock.played


SEARCHES: dict[str, Search] = {"RESISTANCE": resistances, "LAMPERTI": lamperti}
