"""SGD-SPARSE and SPARSE-RATE: where runs inside the claim's region end, and whether the rate is one."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
from sympy import Rational, Symbol, ceiling

from tests.falsify.walks.play import Case, Clock, cases, float_steps, inside, refute
from tests.instances import evaluate, exact
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.minibatch.capture import CAPTURE, g, s_star, t_star
from theory.minibatch.reach import M
from theory.minibatch.sparse import (
    block_length,
    limit_off,
    limit_others,
    limit_winner,
    p_sparse,
    rate,
    rounds_needed,
)
from theory.vocabulary.meanings import REACHED, Ends

RUNS, BLOCK = 6, 500
SPREAD = 0.07  # see ``limits_seen``
STILL = 1e-9  # moved in a block: the run has settled
HORIZON = 40.0  # steps, times n/(b a^2): past that a run is left undecided, which refutes nothing
LONGEST_BLOCK = 200_000  # steps of a block whose rate is still compared, exactly
SHORT = 4_000  # steps of two cases in three, so that there are many


def sparse(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """Runs from a start of the region: one that settles away from every live data point refutes.

    So does one that leaves every ball; a run that still wanders at the horizon is no refutation.
    """
    clock = Clock(seconds)
    for case in cases(claim, rng, clock):
        if not inside(claim, case.observed(claim)):
            continue
        clock.played += 1
        fate, run = _fates(case, rng, clock)
        if "elsewhere" in fate:
            refute(claim, case, "a run settles away from every live data point", fates=fate)
        if "away" in fate:
            refute(claim, case, "a run leaves every ball", fates=fate)
        if set(fate) == {"reached"}:
            _limits(claim, case, run)
    return clock.played


def _fates(case: Case, rng: np.random.Generator, clock: Clock) -> tuple[list[str], Ends]:
    """What became of each run, and where each was then: one that has reached a datum is left there.

    It may leave again, for a while; what the claim says is of the limit.
    """
    at, count = case.at, case.n
    start, X = at.floats()
    live, signs = case.live, np.sign([float(x) for x in at.q])
    W, steps = np.tile(start, (RUNS, 1)), 0
    paths = case.setting.paths(RUNS, count, case.size)
    begin = W
    if paths is None:
        return ["wanders"] * RUNS, Ends(begin, W, X, at.activation != "linear")
    most = HORIZON * count / (case.size * float(at.a) ** 2)
    most = most if rng.random() < 1 / 3 else min(most, SHORT)
    if not live:
        # nothing that a batch sees ever moves it
        return ["elsewhere"] * RUNS, Ends(begin, W, X, at.activation != "linear")
    fate = ["wanders"] * RUNS
    while steps < most and "wanders" in fate and clock.left:
        old = W
        moved = float_steps(W, float(at.a), paths.next(BLOCK), at.activation, X)
        W = np.where(np.array([[x == "reached"] for x in fate]), W, moved)
        steps += BLOCK
        for run in range(RUNS):
            if not np.isfinite(W[run]).all() or (W[run] ** 2).sum() > 1e6:
                fate[run] = "away"
                continue
            if min(((W[run] - signs[j] * X[j]) ** 2).sum() for j in live) < REACHED:
                fate[run] = "reached"
            elif np.abs(W[run] - old[run]).max() < STILL:
                fate[run] = "elsewhere"
    return fate, Ends(begin, W, X, at.activation != "linear")


def _limits(claim: Claim, case: Case, run: Ends) -> None:
    """All runs are at a live data point: what the formula says of the limit must not be false there."""
    seen = limits_seen(claim, run)
    for part in relations(claim.formula):
        if part.subs(seen) == False:  # noqa: E712 - a SymPy Boolean
            refute(claim, case, f"every run ends on a live data point, against {part}")


def limits_seen(claim: Claim, run: Ends) -> dict[Symbol, Rational]:
    """What the claim's symbols mean on runs that are within the root of REACHED of a data point.

    There a coordinate is within 0.032 of its limit, a square or a sum of squares within 0.065 + 0.001: what
    is within 0.07 of 0 or 1 in every run is that.  A probability is the share of the runs.
    """
    found = {}
    for symbol in (p_sparse, limit_winner, limit_others, limit_off):
        values = np.asarray(claim.meaning(symbol).value(run), dtype=float)
        if symbol == p_sparse:
            found[symbol] = Rational(int(values.sum()), len(values))
            continue
        whole = np.abs(values - values.round()).max() < SPREAD and np.ptp(values.round()) == 0
        found[symbol] = Rational(str(values[0].round() if whole else values[0]))
    return found


def block_rate(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """The rate is one: 0 <= c < 1 and T >= 1, and no smaller than what a block of T can cost.

    In a block every word but one may be of no use, so a fraction of at most 1 - 1/(2 N^T) is promised, N
    the number of batches: a claimed c below that promises more than the block gives.
    """
    clock = Clock(seconds)
    block, factor = claim.says(block_length), claim.says(rate)
    for case in cases(claim, rng, clock, most=3):
        values = dict(case.observed(claim))
        slack = min(2 - case.at.r2, 1 - Fraction(10, 27) * case.at.a)
        values[t_star] = slack * Fraction(int(rng.integers(1, 5)), 4)
        values[s_star] = min(case.at.mass, (1 - 2 * case.at.a) ** 2 * values[t_star])
        if not (values[t_star] > 0 and values[s_star] > 0):
            continue
        values[g] = evaluate(CAPTURE.says(g), values)
        fewest = rounds_needed().subs({x: exact(y) for x, y in values.items()}).evalf()
        for extra in (0, ceiling(fewest) if fewest.is_real else 0):  # few where that is allowed
            values[M] = int(rng.integers(1, 4)) + int(extra)
            if inside(claim, values):
                break
        else:
            continue
        if values[M] * (case.n - 1) > LONGEST_BLOCK:
            continue
        clock.played += 1
        point = {x: exact(v) for x, v in values.items()}
        length, cost = block.subs(point), factor.subs(point).doit()
        if not (length.is_Integer and length >= 1):
            refute(claim, case, "T is no number of steps", T=length)
        if not 0 <= cost < 1:
            refute(claim, case, "c is no rate", c=cost)
        least = 1 - Rational(1, 2 * comb(case.n, case.size) ** int(length))
        if cost < least:
            refute(claim, case, f"c is less than a block of {length} steps gives")
    return clock.played


SEARCHES = {"SGD-SPARSE": sparse, "SPARSE-RATE": block_rate}
