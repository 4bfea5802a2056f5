"""Falsifiers for orthogonal data of unequal norms and for its saddles."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import flint
import numpy as np
from sympy import Rational

from tests.ambient import gates_at, hessian, loss, relu_loss, spectrum_polynomial
from tests.falsify.sums.draws import float_runs, subsets
from tests.falsify.sums.tools import (
    axes,
    ball,
    cases,
    choose,
    equals,
    inside,
    judge,
    plain_step,
    rational,
    refute,
    shown,
    sizes,
    squared,
)
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim
from theory.assumptions import saddle_trap as st
from theory.assumptions import unequal_norms as un
from theory.notation import S, a, active, b, below, chi, n, p, perp, perp_next, r2, r2_next

F = Fraction
NORMS = (F(1), F(11, 10), F(1, 2), F(2), F(3, 2), F(9, 10))


def _state(rng: np.random.Generator, points: int, norms: list[Fraction], size: Any = 1) -> Any:
    weight = [choose(rng, [F(0), rational(rng, -1, 1, 10), F(1)]) for _ in range(points + 1)]
    total = squared(weight)
    return [x * F(size) / (1 + total) for x in weight] if total else weight


def norms_step(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NORMS-STEP and NORMS-CONFINED: exact steps from the loss."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count, 9)
        norms = [choose(rng, NORMS) for _ in range(points)]
        top = max(norms)
        linear = bool(rng.integers(2))
        step = choose(rng, [F(1, 4), F(49, 100), F(499, 1000), F(1, 2), F(3, 5)]) / top**2
        weight = _state(rng, points, norms, choose(rng, [F(1), F(7, 5), F(2), F(3)]))
        batch = [int(x) for x in rng.permutation(points)[:size]]
        after = plain_step(axes(points, points + 1, norms), weight, batch, step, linear)
        drawn = [i for i in batch if linear or weight[i] > 0]
        mass = sum((norms[i] ** 2 * weight[i] ** 2 for i in drawn), F(0))
        heavy = sum((norms[i] ** 4 * weight[i] ** 2 for i in drawn), F(0))
        at: dict[Any, Any] = {a: step, S: mass, un.Q: heavy, r2: squared(weight), un.sigma_m: top,
                              r2_next: squared(after), perp: weight[-1],
                              perp_next: after[-1]}  # fmt: skip
        for j in range(points):
            here = {**at, un.c_j: weight[j], un.c_j_next: after[j], un.sigma_j: norms[j],
                    chi: int(j in drawn), active: int(linear or weight[j] > 0)}  # fmt: skip
            if inside(claim, here):
                played += 1
                judge(claim, here)
    return played


def norms_landscape(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NORMS-STATIONARY and NORMS-HESSIAN, by the loss itself."""
    played = 0
    for count in cases(seconds):
        points = 1 + count % 4
        norms = [choose(rng, NORMS) for _ in range(points)]
        data, top = axes(points, points + 1, norms), max(range(points), key=norms.__getitem__)
        linear = bool(rng.integers(2))
        rule = "linear" if linear else "relu"
        if claim.id == "NORMS-HESSIAN":
            i = int(rng.integers(points))
            at: dict[Any, Any] = {below: int(linear), n: points, un.sigma_i: norms[i]}
            if not inside(claim, at):
                continue
            played += 1
            unit = axes(points + 1, points + 1)[i]
            if not linear:  # along e_j, both ways: is there a second derivative?
                j = (i + 1) % points
                h = F(1, 10**6)
                ends = [relu_loss([x + side * h * (k == j) for k, x in enumerate(unit)], data)
                        for side in (1, -1, 0)]  # fmt: skip
                bend = [2 * (end - ends[2]) / h**2 for end in ends[:2]]
                if j != i and abs(bend[0] - bend[1]) > F(1, 100):
                    refute(claim, "no second derivative", at)
                continue
            here = [(un.curve_along, None, 1), (un.curve_off, None, 1)]
            here += [(un.curve_j, norms[j], 1) for j in range(points) if j != i]
            pairs = []
            for symbol, other, times in here:
                found = equals(claim, symbol, {**at, un.sigma_j: other or 0})
                pairs.append((found, times))
            known = hessian(unit, data, gates_at(unit, data, rule)).charpoly()
            claimed = [(Rational(x.numerator, x.denominator), t) for x, t in pairs]
            if known != spectrum_polynomial(claimed):
                refute(claim, "spectrum", at)
            continue
        weight = _state(rng, points, norms, choose(rng, [F(1), F(7, 5), F(3)]))
        gates = gates_at(weight, data, rule)
        step = F(1, 7)
        after = plain_step(data, weight, range(points), step, linear)
        slope = [(x - y) / step / points for x, y in zip(weight, after, strict=True)]
        mass = sum((g * norms[i] ** 2 * weight[i] ** 2 for i, g in enumerate(gates)), F(0))
        excess = (loss(weight, data, gates)
                  - loss(axes(points, points + 1)[top], data, gates_at(
                      axes(points, points + 1)[top], data, rule)))  # fmt: skip
        for j in range(points):
            at = {un.mass: mass, r2: squared(weight), un.sigma_m: norms[top], active: gates[j],
                  n: points, un.c_j: weight[j], un.sigma_j: norms[j], perp: weight[-1],
                  un.gradient_j: slope[j], un.gradient_off: slope[-1], un.loss_excess: excess,
                  un.norm_star: 1, un.mass_star: norms[j] ** 2}  # fmt: skip
            if inside(claim, at):
                played += 1
                judge(claim, at)
    return played


def norms_gd(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    played = 0
    for count in cases(seconds):
        low, top = choose(
            rng, [(F(1), F(11, 10)), (F(1, 2), F(2)), (F(1), F(1)), (F(9, 10), F(3, 2))]
        )
        step = choose(rng, [F(1, 4), F(49, 100), F(1, 20), F(3, 5)]) / top**2
        first, second = rational(rng, 0, 1, 8), rational(rng, 0, F(3, 4), 8)
        rest = choose(rng, [F(0), F(1, 2), F(1)])
        weight = [first, second, rest]
        at: dict[Any, Any] = {a: step, un.sigma_m: top, un.sigma_j: low, r2: squared(weight),
                              un.start_m2: first**2, un.start_j2: second**2,
                              S: (top * first) ** 2 + (low * second) ** 2}  # fmt: skip
        if not inside(claim, at):
            continue
        played += 1
        after = plain_step(axes(2, 3, [top, low]), weight, (0, 1), step)
        if 0 in (first, second):
            refute(claim, "a zero stays, and no rate is finite", at)
        ratio = (after[0] / first) / (after[1] / second)
        at[un.gain] = ball(ratio).log()
        at[un.rate_j] = ball(1 - step * (top**2 - low**2)).log()
        at[un.rate_off] = ball(1 - step * top**2).log()
        at[un.c_star2] = 1
        judge(claim, at)
        if count % 4:
            continue
        full = lambda _: np.ones((1, 2))  # noqa: E731
        start = np.array([[float(first), float(second)]])
        late, off = float_runs(start, np.array([float(rest**2)]), float(step), full, 3_000,
                               norms=np.array([float(top), float(low)]))  # fmt: skip
        if abs(late[0, 0] ** 2 - 1) > 1e-3 and abs(late[0, 1]) > 1e-3:
            again, _ = float_runs(
                late, off, float(step), full, 2, norms=np.array([top, low], float)
            )
            if abs(again - late).max() < 1e-9 or top == low:
                refute(claim, f"full batch ends at {late[0]}", at)
    return played


HITS = (
    ((1, 1), F(9, 25), (F(5, 3), F(1, 10)), 0),
    ((1, F(3, 2)), F(100, 359), (F(1, 5), F(4, 3)), 1),
)


def _chances(points: int, size: int) -> dict[Any, Any]:
    return {p: F(size * (points - size), points * (points - 1)),
            st.p_both: F(size * (size - 1), points * (points - 1))}  # fmt: skip


def _log(number: Fraction) -> flint.arb:
    return flint.arb("-inf") if number == 0 else ball(abs(number)).log()


def _exponent(points: int, size: int, step: Fraction, one: Fraction, two: Fraction) -> flint.arb:
    """E of the change of log|c_j| at x_i/sigma_i by the four cases of i, j in or out of the batch."""
    total, whole = flint.arb(0), comb(points, size)
    for i in (0, 1):
        for j in (0, 1):
            rest = size - i - j
            ways = comb(points - 2, rest) if 0 <= rest <= points - 2 else 0
            if ways:
                total += ball(F(ways, whole)) * _log(1 - step * one**2 * i + step * two**2 * j)
    return total


def exponents(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NORMS-EXPONENT and SADDLE-WINDOW."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count + 1, 30)
        one, two = choose(rng, NORMS), choose(rng, NORMS)
        step = rational(rng, F(1, 100), F(99, 100), 40) / one**2
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              un.sigma_m: two, st.kept_c2: choose(rng, [F(1, 9), F(0)])}  # fmt: skip
        if claim.id == "SADDLE-WINDOW":
            at[b] = size = 1
        if points < 2 or not inside(claim, at):
            continue
        played += 1
        rates = (
            _exponent(points, size, step, one, two),
            ball(F(size, points)) * _log(1 - step * one**2),
        )
        radial = ball(F(size, points)) * _log(1 - 4 * step * one**2)
        if claim.id == "NORMS-EXPONENT":
            if at[st.kept_c2] == 0:
                refute(claim, "a coordinate that is 0 from some step on has the exponent -oo", at)
            at |= {**_chances(points, size), un.rate_j: rates[0], un.rate_off: rates[1]}
            skip = 4 * step * one**2 == 1
            judge(claim, {**at, st.rate_radial: radial}, lambda x, no=skip: not (
                no and x.has(st.rate_radial)))  # fmt: skip
            continue
        low, high = equals(claim, st.a_low, at), equals(claim, st.a_high, at)
        signs = [bool(x < 0) for x in (*rates, radial)]
        if step not in (low, high) and all(signs) != (low < step < high):
            refute(claim, f"window ({low}, {high}), all negative: {all(signs)}", at)
        if (low < high) != (two**2 / one**2 < equals(claim, st.widest, at)):
            refute(claim, "the window is empty or not", at)
    return played


def capture(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-CAPTURE: levels that are none, and runs from 1e-12 beside x_i/sigma_i."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count + 1, 9)
        one, two = choose(rng, NORMS), choose(rng, NORMS)
        step = choose(rng, [F(1, 4), F(45, 100), F(1, 10), F(1, 3), F(3, 5)]) / one**2
        if points < 2:
            continue
        level = choose(rng, [(F(1, 10**6), F(1, 2)), (F(100), F(1))])
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_j: two,
                              **_chances(points, size), st.start_c2: 1, st.W_exit: level[0],
                              st.theta: level[1]}  # fmt: skip
        if count == 0:  # the other point is at rest, and half the runs are lost
            at |= {n: 2, b: 1, a: F(1, 4), un.sigma_i: 1, un.sigma_j: 1, **_chances(2, 1),
                   st.start_c2: F(1, 100), st.W_exit: 100, st.theta: 1}  # fmt: skip
            if inside(claim, at):
                judge(claim, {**at, st.W_start: 3, st.p_trap: F(1, 2)})
            continue
        if not inside(claim, at):
            continue
        played += 1
        rate = _exponent(points, size, step, one, two)
        if not rate < ball(F(-1, 200)) or abs(1 - 4 * step * one**2) > F(9, 10) or level[0] > 1:
            continue  # too slow to be seen in 400 steps
        c = np.full((40, points), 1e-12)
        c[:, 0] = 1 + 1e-3
        norms = np.array([float(one)] + [float(two)] * (points - 1))
        found, _ = float_runs(c, np.zeros(40), float(step), subsets(rng, 40, points, size), 400,
                              norms=norms)  # fmt: skip
        left = int((~(np.abs(found[:, 1:]).sum(axis=1) < 0.1)).sum())
        if left > 20:
            refute(claim, f"{left} of 40 runs leave", at)
    return played


def trap(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-TRAP: draws of i alone lead to x_i/sigma_i, and there every exponent is negative."""
    played = 0
    for count in cases(seconds):
        points, size = (2, 1) if count < 6 else sizes(rng, count, 9)
        one, top = choose(
            rng, [(F(1), F(11, 10)), (F(1), F(5, 4)), (F(9, 10), F(1)), (F(11, 10), F(1))]
        )
        low, high = 1 / one**2 - 1 / top**2, 1 / (2 * one**2)
        step = low + (high - low) * choose(rng, [F(1, 2), F(1, 10), F(0), F(1), F(-1, 5), F(9, 8)])
        own, rest = rational(rng, 0, F(7, 5), 10), rational(rng, 0, 1, 6)
        at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: one, un.sigma_m: top,
                              st.start_c2: own**2, r2: own**2 + rest}  # fmt: skip
        if points < 2 or not inside(claim, at):
            continue
        played += 1
        alone = lambda _: np.ones((1, 1))  # noqa: E731
        start = np.array([[float(own)]]), np.array([float(rest)])
        length = np.array([float(one)])
        late, off = float_runs(
            *start, float(step), alone, 3_000 if count % 4 == 0 else 0, norms=length
        )
        slow = 1 - 4 * step * one**2 < F(-49, 50) or step * one**2 < F(1, 100) or own**2 < F(1, 50)
        near = abs(late[0, 0] - 1) < 1e-3 and off[0] < 1e-3
        negative = _exponent(points, size, step, one, top) < 0
        trapped = (near or slow or count % 4 > 0) and negative and size < points
        at[st.p_trap] = F(1, 10**9) if trapped else F(0)
        at[un.curve_j] = (one**2 - top**2) / points
        judge(claim, at)
    return played


def never(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SADDLE-NEVER: no coordinate may become 0; kept exact hits and exact random play."""
    played = 0
    for count in cases(seconds):
        points, size = sizes(rng, count + 1, 6)
        norms = [choose(rng, NORMS) for _ in range(max(points, 2))]
        if count < 2 * len(HITS):
            pair, step, start, drawn = HITS[count % len(HITS)]
            norms, points, size, batches = [F(x) for x in pair], 2, 1, [[drawn]]
            weight = [*map(F, start), F(0)]
            tops = (max(norms), F(1))
        else:
            if points < 2:
                continue
            top = max(norms)
            step = choose(rng, [F(1, 4), F(49, 100), F(1, 2), F(3, 5)]) / top**2
            weight = _state(rng, points, norms, choose(rng, [F(1), F(7, 5), F(2)]))
            batches = [[int(x) for x in rng.permutation(points)[:size]] for _ in range(3)]
            tops = (top,)
        for called in tops:
            at: dict[Any, Any] = {n: points, b: size, a: step, un.sigma_i: norms[0],
                                  un.sigma_j: norms[1], un.sigma_k: norms[-1], un.sigma_m: called,
                                  r2: squared(weight), **_chances(points, size)}  # fmt: skip
            if weight[1] == 0 or not inside(claim, at):
                continue
            if (
                max(norms) > called
                and un.sigma_k in claim.region.free_symbols
                and count >= 2 * len(HITS)
            ):
                continue
            played += 1
            if not _exponent(points, size, step, norms[0], norms[1]) > 0:
                refute(claim, "the exponent is not positive", at)
            state = weight
            for batch in batches:
                state = plain_step(axes(points, points + 1, norms), state, batch, step)
                if state[1] == 0:
                    trapped = (
                        state[0] != 0 and not any(state[1:]) and step * norms[0] ** 2 < F(1, 2)
                    )
                    judge(claim, {**at, st.p_trap: F(1, points) if trapped else F(0)})
                    raise Refuted(f"{claim.id}: c_j is 0 after {batch} at {shown(at)}", shown(at))
            judge(claim, {**at, st.p_trap: 0})
    return played
