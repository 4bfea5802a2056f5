"""Random search against claims on paths: exponents by enumeration, rates, exits and times in runs.

Runs are in floats, on the axes (exact zeros stay), by the chain rule in ``falsify_play.float_steps``.
A statistic refutes beyond 6 of its standard errors (two-sided chance 2e-9 for one number), plus what the
claim itself leaves open where it says so in words.  First steps are searched exactly for zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Eq, Symbol, log

from tests.falsify_play import (
    DIGITS,
    SIZES,
    Case,
    Clock,
    Neuron,
    cases,
    draw,
    float_steps,
    inside,
    number,
    real,
    refute,
    same,
)
from tests.falsify_steps import Search, claimed_split
from tests.instances import evaluate
from theory import bridge, purity_time, rates, reach, two_points
from theory.capture import CAPTURE, g, s_star, t_star, theta
from theory.claim import Claim
from theory.exact import relations, stated
from theory.notation import a, b, delta, eta, k, n, p, r2, s

F = Fraction
SIGMAS = 6.0
POWER = F(1, 10**60)  # the size of what is small at a data point
STEP_GRID = [F(x) for x in ("49/100", "9/20", "2/5", "3/10", "1/4", "1/5", "9/25", "25/72", "12/25")]


def at_point(case: Case, others: int = 2) -> Neuron:
    """x_1 with ``others`` coordinates of size POWER and as much off the data."""
    q = [F(1)] + [POWER] * min(others, case.n - 1) + [F(0)] * max(case.n - 1 - others, 0)
    return Neuron(q, [POWER], case.at.a, "linear")


def factor_means(case: Case) -> dict[str, Any]:
    """Means over all batches of log|factor| at x_1: of q_2/q_1, of w_perp and of delta; None: -oo.

    The batches are sorted by which of 1, 2 they hold, and counted by binomials: any n and b.
    """
    near, total = at_point(case), {"ratio": mp.mpf(0), "off": mp.mpf(0), "radial": mp.mpf(0)}
    h = F(1, 10**80)
    alone = Neuron([1 + h] + [F(0)] * (case.n - 1), [], case.at.a, "linear")
    with mp.workdps(2 * DIGITS):
        for batch, weight in kinds_of(case):
            moved, radial = near.step(batch), alone.step(batch)
            if case.n > 1:
                total["ratio"] += weight * mp.log(abs(_mp(moved.q[1] / moved.q[0] / near.q[1])))
            total["off"] += weight * mp.log(abs(_mp(moved.off[0] / near.off[0])))
            change = (radial.r2 - 1) / (alone.r2 - 1)
            if abs(change) < F(1, 10**40):
                total["radial"] = None  # superstable
            elif total["radial"] is not None:
                total["radial"] += weight * mp.log(abs(_mp(change)))
    return total


def _mp(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


def kinds_of(case: Case) -> list[tuple[list[int], Any]]:
    """A batch for each membership of 1 and 2 (and n - 2 others), with its probability."""
    found = []
    for first in (0, 1):
        for second in (0, 1) if case.n > 1 else (0,):
            left = case.size - first - second
            others = case.n - (2 if case.n > 1 else 1)
            if not 0 <= left <= others:
                continue
            ways = comb(others, left)
            batch = [0] * first + [1] * second + list(range(case.n - left, case.n))
            found.append((batch, F(ways, comb(case.n, case.size))))
    with mp.workdps(2 * DIGITS):
        return [(batch, _mp(weight)) for batch, weight in found]


def sized_cases(rng: np.random.Generator, clock: Clock) -> Iterator[Case]:
    """Every size with every step of the grid, in turn: for what is read at a data point."""
    turn = 0
    while clock.left:
        size = SIZES[turn % len(SIZES)] if turn < 3 * len(SIZES) else (
            (m := int(rng.integers(2, 41))), int(rng.integers(1, m + 1)))  # fmt: skip
        step = STEP_GRID[turn % len(STEP_GRID)] if turn % 2 else F(int(rng.integers(1, 120)), 200)
        turn += 1
        q = [F(4, 5)] + [F(1, 10)] * (size[0] - 1)
        yield Case(Neuron(q, [F(1, 10)], step, "linear"), size[1], "sized")


def exponents(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SGD-RATE: means over all batches at x_I, any n up to 40, against the formulas."""
    clock = Clock(seconds)
    for case in sized_cases(rng, clock):
        at: dict[Symbol, Any] = case.observed()
        if not inside(claim, at):
            continue
        clock.played += 1
        found = factor_means(case)
        at[p] = claimed_split(claim, at)
        for symbol, name in ((rates.rate_ratio, "ratio"), (rates.rate_off, "off"),
                             (rates.rate_radial, "radial")):  # fmt: skip
            if found[name] is not None:
                same(claim, case, number(stated(claim.formula, symbol), at), found[name], name)
    return clock.played


def edge(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SGD-EDGE: all three exponents are negative just below a_max, and one is not just above."""
    clock = Clock(seconds)
    for case in sized_cases(rng, clock):
        at: dict[Symbol, Any] = case.observed()
        if not inside(claim, at):
            continue
        clock.played += 1
        top = evaluate(stated(claim.formula, rates.edge), at)
        if evaluate(stated(claim.formula, rates.eta_max), at) != top * case.size:
            refute(claim, case, "eta_max is not b a_max")
        for share, below in ((F(1) - F(1, 10**6), True), (F(int(rng.integers(1, 99)), 100), True),
                             (F(1) + F(1, 10**6), False)):  # fmt: skip
            found = factor_means(Case(Neuron(case.at.q, case.at.off, share * top, "linear"), case.size, ""))
            negative = all(x is None or x < 0 for x in found.values())
            if negative != below:
                refute(claim, case, f"exponents at a = {share} a_max: {negative} that all are < 0")
    return clock.played


def exact_zeros(claim: Claim, case: Case) -> None:
    """A live coordinate or w_perp that becomes exactly 0 within two batches: its rate is -oo."""
    at = case.at
    for first in case.some_batches(6):
        one = at.step(first)
        for second in case.some_batches(6):
            two = one.step(second)
            for moved, path in ((one, [first]), (two, [first, second])):
                gone = [j for j in at.live if moved.q[j] == 0]
                if gone and len(at.live) > len(gone):
                    refute(claim, case, f"coordinates {gone} are exactly 0 after the batches {path}")
                if at.off and any(at.off) and not any(moved.off):
                    refute(claim, case, f"w_perp is exactly 0 after the batches {path}")


def path_rates(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SGD-RATE-PATHS: exact zeros in the first steps; then slopes of runs that have converged."""
    clock, turn = Clock(seconds), 0
    for case in cases(rng, clock, most=12):
        at: dict[Symbol, Any] = case.observed()
        if not inside(claim, at) or len(case.live) < 2:
            continue
        clock.played += 1
        exact_zeros(claim, case)
        turn += 1
        if turn % 12 or case.n > 6 or case.at.a < F(1, 5):
            continue
        runs, W = 400, np.array([*map(float, case.at.q), *map(float, case.at.off)])
        live = np.array(case.live)
        found = factor_means(case)
        slope = float(stated_rate(claim, at))
        span = int(min(1200, 250 / max(abs(slope), abs(float(found["off"])))))
        W = np.tile(W, (runs, 1))
        W = float_steps(W, float(case.at.a), draw(rng, span, runs, case.n, case.size),
                        case.at.activation, case.n)  # fmt: skip
        rows, first = np.arange(runs), np.abs(W[:, live])
        winner = live[first.argmax(axis=1)]
        if not (first.max(axis=1) > 0.9).all():
            continue  # not yet near a data point: the slope would be another
        other = np.where(winner == live[0], live[1], live[0])
        with np.errstate(divide="ignore"):
            before = np.log(np.abs(W[rows, other] / W[rows, winner]))
            W = float_steps(W, float(case.at.a), draw(rng, span, runs, case.n, case.size),
                            case.at.activation, case.n)  # fmt: skip
            change = (np.log(np.abs(W[rows, other] / W[rows, winner])) - before) / span
        if np.isneginf(change).any():
            refute(claim, case, "a live coordinate is 0 in floats after a run")
        error = change.std() / np.sqrt(runs)
        # what is not at the limit yet: impurities at the start of the window, over its length
        bias = 20 * np.exp(before).mean() / (span * 0.02) + abs(slope) / 50
        if abs(change.mean() - slope) > SIGMAS * error + bias:
            refute(claim, case, f"slope {change.mean():.5f} +- {error:.5f}, claimed {slope:.5f}")
    return clock.played


def stated_rate(claim: Claim, at: dict[Symbol, Any]) -> Any:
    """The claimed rate of a ratio along paths, through SGD-RATE's exponent."""
    value = stated(claim.formula, rates.path_ratio)
    value = value.subs(rates.rate_ratio, stated(rates.SGD_RATE.formula, rates.rate_ratio))
    return number(value, {**at, p: claimed_split(claim, at)})


def universal_decay(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """UNIVERSAL-DECAY: the mean change of F over all batches at a = 1e-25, to order a and a^2."""
    clock, step = Clock(seconds), F(1, 10**25)
    for case in cases(rng, clock, most=9):
        if case.kind not in ("sphere", "dense") and clock.played % 2 == 0:
            q = [abs(x) for x in case.at.q]  # in the span and of any norm
            case = Case(Neuron(q, [], case.at.a, "linear"), case.size, case.kind + ", in the span")  # noqa: PLW2901
        at: dict[Symbol, Any] = case.observed()
        batches, live = case.batches(), case.live
        if not inside(claim, at) or not batches or not live or case.at.r2 > 4:
            continue
        clock.played += 1
        small = Neuron(case.at.q, case.at.off, step, case.at.activation)
        with mp.workdps(150):
            total = mp.mpf(0)
            for batch in batches:
                moved = small.step(batch)
                logs = mp.fsum(mp.log(abs(_mp(moved.q[j] / small.q[j]))) for j in live)
                total += logs - mp.mpf(len(live)) / 2 * _mp(moved.r2 - small.r2)
            mean = total / len(batches)
            one = number(stated(claim.formula, rates.first_order), at)
            size = mp.mpf(10) ** -20 * (1 + _mp(case.at.r2)) ** 6 * (1 + len(live))
            if abs(mean / _mp(step) - one) > size:
                refute(claim, case, f"F_1 = {mp.nstr(mean / _mp(step), 12)}, claimed {mp.nstr(one, 12)}")
            if case.at.r2 == 1:
                two = number(stated(claim.formula, rates.second_order), at)
                if abs(mean / _mp(step) ** 2 - two) > size:
                    refute(claim, case, f"F_2 = {mp.nstr(mean / _mp(step) ** 2, 12)}, claimed {two}")
    return clock.played


def schedule(case: Case, start: int, cycles: int) -> Iterator[list[int]]:
    """Batches that always hold ``start`` and rotate the others, ``cycles`` times around."""
    others = [j for j in range(case.n) if j != start]
    for turn in range(cycles * len(others)):
        yield [start, *(others[(turn + x) % len(others)] for x in range(case.size - 1))]


def shortened(at: Neuron) -> Neuron:
    """The same to a relative 2^-200 a coordinate: exact rationals grow fivefold in length a step."""

    def cut(x: Fraction) -> Fraction:
        if x == 0 or x.denominator.bit_length() < 400:
            return x
        shift = 200 - x.numerator.bit_length() + x.denominator.bit_length()
        return F(int(x * F(2) ** shift), 1) / F(2) ** shift

    return Neuron([cut(x) for x in at.q], [cut(x) for x in at.off], at.a, at.activation)


def reach_schedule(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """REACH: the schedule (exact while short, then to 60 digits), its ratio and its chance."""
    clock = Clock(seconds)
    for case in cases(rng, clock):
        if len(case.live) < 2 or case.at.r2 >= 2:
            continue
        for turns in (0, 1, 2) if case.n <= 5 else (0, 1):
            lead = max(case.live, key=lambda j: abs(case.at.q[j]))
            path = [case.at]
            for batch in schedule(case, lead, turns):
                path.append(shortened(path[-1].step(batch)))
            slack = min(2 - x.r2 for x in path)
            at: dict[Symbol, Any] = {**case.observed(), t_star: min(slack, F(1)), reach.M: turns}
            if slack <= 0 or not inside(claim, at):
                continue
            clock.played += 1
            end = path[-1]
            ratio = max(abs(end.q[j] / end.q[lead]) for j in case.live if j != lead)
            bound = next(x for x in relations(claim.formula) if x.has(reach.final_ratio))
            with mp.workdps(DIGITS):
                if real(ratio) > number(bound.gts, at) * (1 + mp.mpf(10) ** -25):
                    refute(claim, case, f"ratio {float(ratio)} after {turns} cycles")
                chance = _mp(F(1, comb(case.n, case.size))) ** (turns * (case.n - 1))
                claimed = number(stated(claim.formula, reach.schedule_probability), at)
                if abs(claimed / chance - 1) > mp.mpf(10) ** -25:
                    refute(claim, case, f"chance of the schedule is {mp.nstr(chance, 9)}, not {claimed}")
    return clock.played


def reach_horizon(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """REACH-TIME: after T_* steps of the schedule U <= U_*; U_* is half of theta; the chance of T_* draws."""
    clock = Clock(seconds)
    for case in cases(rng, clock, most=40):
        if len(case.live) < 2 or case.at.r2 >= F(199, 100):
            continue
        base: dict[Symbol, Any] = case.observed()
        width = 1 - F(10, 27) * case.at.a
        floor_ = min(base[s], (1 - 2 * case.at.a) ** 2 * min(2 - case.at.r2, width))
        base |= {t_star: min(2 - case.at.r2, width), s_star: min(floor_, F(2))}
        if base[s_star] <= 0:
            continue
        base[g] = evaluate(stated(CAPTURE.formula, g), base)
        if not inside(claim, base):
            continue
        clock.played += 1
        with mp.workdps(DIGITS):
            top = mp.mpf(number(stated(claim.formula, reach.cycles), base))
            base[reach.cycles] = int(top)
            steps = evaluate(stated(claim.formula, reach.horizon), base)
            base[reach.horizon] = int(steps)
            ways = comb(case.n, case.size)
            claimed = number(log(stated(claim.formula, reach.chance)), {**base})
            if abs(claimed + int(steps) * mp.log(ways)) > mp.mpf(10) ** -20 * (1 + abs(claimed)):
                refute(claim, case, f"chance of {steps} draws out of {ways} sets")
            level = number(stated(claim.formula, reach.reached), base)
            whole = number(stated(CAPTURE.formula, theta), base)
            if abs(2 * level - whole) > mp.mpf(10) ** -30:
                refute(claim, case, f"the level is {mp.nstr(level / whole, 6)} of theta, not a half")
            # the schedule's own bound at T_*: (n-1) (1 + a t_*)^(-g (n-b) M) <= U_*
            fall = real(base[g]) * (case.n - case.size) * mp.log(1 + real(case.at.a * base[t_star]))
            if mp.log(case.n - 1) - fall * int(top) > mp.log(level) + mp.mpf(10) ** -30:
                refute(claim, case, f"{top} cycles do not lead to U <= U_*")
        if int(steps) <= 3000 and case.n <= 4:
            played_horizon(claim, case, base, int(steps), float(level))
    return clock.played


def played_horizon(claim: Claim, case: Case, at: dict[Symbol, Any], steps: int, level: float) -> None:
    """The same schedule in floats: U after it."""
    lead = max(case.live, key=lambda j: abs(case.at.q[j]))
    W = np.array([[*map(float, case.at.q), *map(float, case.at.off)]])
    rows = list(schedule(case, lead, steps // (case.n - 1)))
    batches = np.array(rows)[:, None, :]
    end = float_steps(W, float(case.at.a), batches, case.at.activation, case.n)[0]
    power = float(at[g])
    total = sum(abs(end[j] / end[lead]) ** power for j in case.live if j != lead)
    if total > level * (1 + 1e-9):
        refute(claim, case, f"U = {total:.6g} > U_* = {level:.6g} after the schedule")


def two_points_walk(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TWO-POINTS: mean exit times and returns in runs, from tiny, balanced and nearly tied starts."""
    clock = Clock(seconds)
    sizes = [(2, 1), (40, 1), (2, 2), (3, 2), (8, 1), (12, 6)]
    turn = 0
    while clock.left:
        points, batch = sizes[turn % len(sizes)]
        step = F(int(rng.integers(20, 50)), 100) if turn % 3 else F(3, 10)
        small = F(1, int(10 ** rng.integers(0, 4)) + 1)
        gap = F(int(rng.integers(10, 15)), 10)
        q = [small, small / gap] + [F(0)] * (points - 2)
        case = Case(Neuron(q, [F(1, 3) * (turn % 2)], step, "relu" if turn % 2 else "linear"), batch, "")
        turn += 1
        slack = min(2 - case.at.r2, 1 - F(10, 27) * step)
        mass = min(case.at.mass, (1 - 2 * step) ** 2 * slack)
        wide = float(mp.log(2)) if turn % 2 else float(rng.uniform(0.7, 2.0))
        start = float(mp.log(real(gap)))
        level, ratio = F(wide).limit_denominator(10**6) + F(1, 10**6), F(start)
        at: dict[Symbol, Any] = {
            **case.observed(), two_points.t_min: slack, two_points.s_min: mass,
            two_points.level: level, two_points.ratio: ratio,
        }  # fmt: skip
        if slack <= 0 or mass <= 0 or not inside(claim, at):
            continue
        clock.played += 1
        for symbol in (two_points.jump, two_points.second, two_points.drift):
            at[symbol] = number(stated(claim.formula, symbol), at)
        bound, chance = (
            float(number(next(x for x in relations(claim.formula) if x.has(y)).gts, at))
            for y in (two_points.mean_time, two_points.returning)
        )
        runs, most = 800, int(min(40 * bound, 20_000)) + 20
        W = np.tile(np.array([*map(float, case.at.q), *map(float, case.at.off)]), (runs, 1))
        times, out = np.zeros(runs), np.zeros(runs, dtype=bool)
        left, back = np.zeros(runs, dtype=bool), np.zeros(runs, dtype=bool)
        for now in range(most):
            z = np.log(np.abs(W[:, 0] / W[:, 1]))
            out |= np.abs(z) > float(level)
            left |= np.abs(z) >= float(level)
            back |= left & (np.abs(z) <= float(mp.log(2)) - 1e-12)
            if out.all() and now > 3 * bound:
                break
            times += ~out
            W = float_steps(W, float(step), draw(rng, 1, runs, points, batch), case.at.activation, points)
        error = times.std() / np.sqrt(runs)
        if times.mean() - SIGMAS * error > bound:
            refute(claim, case, f"mean exit time {times.mean():.2f} > {bound:.2f}, L = {float(level):.3f}")
        share = back[left].mean() if left.any() else 0.0
        if share - SIGMAS * np.sqrt(0.25 / max(left.sum(), 1)) > chance:
            refute(claim, case, f"returns with frequency {share:.3f} > {chance:.3f}")
    return clock.played


def linearised(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """BRIDGE: moments and means of the factors at x_1, and the noise at a dense minimum, exactly."""
    clock = Clock(seconds)
    for case in sized_cases(rng, clock):
        at: dict[Symbol, Any] = {**case.observed(), bridge.g: F(int(rng.integers(1, 40)), 10)}
        if not inside(claim, at):
            continue
        clock.played += 1
        found, near = factor_means(case), at_point(case)
        with mp.workdps(2 * DIGITS):
            factors = [(weight, abs(_mp(near.step(batch).q[1] / near.q[1]))) for batch, weight in kinds_of(case)]
            square = mp.fsum(w * x**2 for w, x in factors)
            power = mp.fsum(w * x ** _mp(at[bridge.g]) for w, x in factors)
        formula = claim.formula
        at[p] = evaluate(stated(formula, p), at)
        if at[p] != case.observed()[p]:
            refute(claim, case, f"p = {case.observed()[p]}, claimed {at[p]}")
        with mp.workdps(DIGITS):
            same(claim, case, number(stated(formula, bridge.mean_square), at), mp.log(square), "growth")
            value = number(stated(formula, bridge.moment_exponent(bridge.g)), at)
            same(claim, case, value, mp.log(power), "Lambda(g)")
            signs = mp.sign(mp.log(power)) if at[bridge.g] != 1 else 0
            if signs != (at[bridge.g] > 1) - (at[bridge.g] < 1):
                refute(claim, case, f"sign of Lambda at g = {at[bridge.g]}")
            same(claim, case, number(stated(formula, bridge.tangent), at),
                 mp.fsum(w * mp.log(x) for w, x in factors), "tangent")  # fmt: skip
            same(claim, case, number(stated(formula, bridge.perpendicular), at), found["off"], "off")
            if found["radial"] is not None:
                same(claim, case, number(stated(formula, bridge.radial), at), found["radial"], "radial")
            for name in ("off", "radial"):
                if found[name] is not None and not found[name] < 0:
                    refute(claim, case, f"the {name} exponent is {mp.nstr(found[name], 6)}")
        dense = Neuron([F(3, 5), F(4, 5)] + [F(0)] * (case.n - 2), [], case.at.a, "linear")
        batches = case.batches()
        if batches:
            total = F(0)
            for batch in batches:
                moved = dense.step(batch)
                total += sum((x - y) ** 2 for x, y in zip(moved.q, dense.q, strict=True))
            at[bridge.u4] = sum(x**4 for x in dense.q)
            claimed = evaluate(stated(formula, bridge.displacement), at)
            if claimed != total / len(batches):
                refute(claim, case, f"E|w+ - w|^2 = {total / len(batches)}, claimed {claimed}")
    return clock.played


def best_batch(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """TIME-BEST and TIME-BEST-ETA: minus the exponent of a ratio, by counting batches, at b and b + 1."""
    clock = Clock(seconds)
    fixed_eta = claim.id == purity_time.TIME_BEST_ETA.id
    for case in sized_cases(rng, clock):
        base: dict[Symbol, Any] = case.observed()
        if fixed_eta:
            base[eta] = case.at.a
            base[a] = case.at.a / case.size
        if not inside(claim, base):
            continue
        clock.played += 1
        value = {}
        for size in (case.size, case.size + 1):
            step = base[eta] / size if fixed_eta else base[a]
            if size <= case.n:
                value[size] = -factor_means(Case(Neuron(case.at.q, [], step, "linear"), size, ""))["ratio"]
        here, size = value[case.size], case.size
        with mp.workdps(DIGITS):
            same(claim, case, number(stated(claim.formula, purity_time.per_step), base), here, "per step")
            if fixed_eta:
                if size + 1 < case.n and not value[size + 1] < here:
                    refute(claim, case, "b + 1 is no slower")
                for part in relations(claim.formula):
                    if not isinstance(part, Eq) and not number(part.gts - part.lts, base) > 0:
                        refute(claim, case, f"{part}")
                continue
            per_epoch = F(case.n, size)
            same(claim, case, number(stated(claim.formula, purity_time.per_epoch), base),
                 _mp(per_epoch) * here, "per epoch")  # fmt: skip
            after = value[size + 1]
            same(claim, case, number(stated(claim.formula, purity_time.gain_step), base), after - here, "gain")
            gain = _mp(F(case.n, size + 1)) * after - _mp(per_epoch) * here
            same(claim, case, number(stated(claim.formula, purity_time.gain_epoch), base), gain, "gain/epoch")
    return clock.played


SEARCHES: dict[str, Search] = {
    "SGD-RATE": exponents,
    "SGD-RATE-PATHS": path_rates,
    "SGD-EDGE": edge,
    "UNIVERSAL-DECAY": universal_decay,
    "REACH": reach_schedule,
    "REACH-TIME": reach_horizon,
    "TWO-POINTS": two_points_walk,
    "BRIDGE": linearised,
    "TIME-BEST": best_batch,
    "TIME-BEST-ETA": best_batch,
}
_ = b, delta, k, n, r2
