"""Random search against the walk theorems: the worst adapted walk that the hypotheses allow, solved.

The hypotheses on a step are conditions in a claim's region.  Those with D must hold for every jump;
those with m_1 = E[D | F_k], m_2 = E[D^2 | F_k], V_next or f_next are linear constraints on the law of
the step.  On a lattice the laws allowed at a position are a polytope whose vertices have few jumps,
and the worst adapted walk is a decision process over them (a memoryless one is among the worst).  Its
value, by iteration from below, is a lower bound of the supremum up to rounding: above the claimed
bound it refutes. What holds only at some steps binds only there: the conditions are read at k = 0 and
at k = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from typing import Any

import numpy as np
from sympy import Basic, Symbol

from tests.falsify.walks.play import Clock, number, refute
from tests.falsify.walks.steps import Search
from tests.instances import evaluate
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.vocabulary.passages import End, Jump, Path
from theory.walks import random_walk as rw
from theory.walks.walk_law import increment

F = Fraction
SLACK = 1e-9  # of floats in the iteration: a thousand roundings of numbers near 1
LITTLE = F(1, 40)  # beyond a bound, where a region allows it
FAR = 20  # how far a jump may go where nothing bounds it
Mean = Callable[[Fraction, Fraction], Fraction]
MEANS: dict[Symbol, Mean] = {
    rw.mean_jump: lambda _, jump: jump,
    rw.mean_square: lambda _, jump: jump * jump,
}
NEXT = (rw.value_next, rw.f_next)
Law = list[tuple[Fraction, float]]


def means_of(claim: Claim) -> dict[Symbol, Mean]:
    """What the means of a step are of, by position and jump; the next value is as the claim means it."""
    free, found = claim.region.free_symbols, dict(MEANS)
    for x in NEXT:
        if x in free:
            value = claim.meaning(x).value
            found[x] = lambda at, jump, value=value: value(Jump(at, jump))  # type: ignore[misc]
    return found


def payoff(
    claim: Claim,
    symbol: Symbol,
    there: Callable[[Fraction], bool],
    late: Callable[[Fraction], float],
) -> tuple[float, Callable[[Fraction], float]]:
    """What the claim's mean of ``symbol`` earns a step, and at the position where the walk has stopped.

    there: whether that is where it was waited for.  late: steps before the stop is counted.
    """
    value = claim.meaning(symbol).value
    each = value(End(1.0, False)) - value(End(0.0, False))
    return each, lambda x: value(End(each * late(x), there(x)))


def split_conditions(
    claim: Claim, at: Mapping[Symbol, Any], step: int, path: Path | None = None
) -> tuple[list[Basic], list[Basic]] | None:
    """(sure, mean) conditions in force at step ``step``; None when what fixes no step fails.

    A condition with k is a scope: where it is false at this step, the step's conditions do not bind.
    path: from this position on; where the claim's tau has come by then, none binds.
    """
    sure, mean, scope, fixed = _sorted(claim.region)
    if any(x.free_symbols <= set(at) and not evaluate(x, at) for x in fixed):
        return None
    stop = claim.meaning(rw.tau).value(path) if path and scope else np.inf
    tau = 10**9 if np.isinf(stop) else step + int(stop)
    binding = all(x.subs({rw.k: step, rw.tau: tau}) == True for x in scope)  # noqa: E712
    return (sure, mean) if binding else ([], [])


# What a law of walks draws at each position and step, beside what a search fixes.
LAW = (rw.k, increment, *MEANS, *NEXT, rw.offset, rw.now, rw.value_now, rw.value_stop, rw.f_now)


@cache
def _sorted(region: Basic) -> tuple[list[Basic], list[Basic], list[Basic], list[Basic]]:
    """The region's conditions on jumps, on means, on the step's number, and the others."""
    sure: list[Basic] = []
    mean: list[Basic] = []
    scope: list[Basic] = []
    fixed: list[Basic] = []
    for part in relations(region):
        free = part.free_symbols
        named = free & {*MEANS, *NEXT}
        if any(side.diff(x, 2) != 0 for x in named for side in part.args):
            continue  # m_1^2 <= m_2: true of every law
        kind = scope if rw.k in free else mean if named else sure if increment in free else fixed
        kind.append(part)
    return sure, mean, scope, fixed


def laws(
    means: Mapping[Symbol, Mean], sure: Sequence[Basic], mean: Sequence[Basic],
    at: Mapping[Symbol, Any], here: Fraction, jumps: Iterable[Fraction],
) -> list[Law]:  # fmt: skip
    """Vertices of the laws allowed at a position: at most one jump more than tight constraints."""
    allowed = [j for j in jumps if all(evaluate(x, {**at, increment: j}) for x in sure)]
    rows = []
    for part in mean:
        (symbol,) = part.free_symbols & set(means)

        def gap(value: Fraction, condition: Basic = part, name: Symbol = symbol) -> Fraction:
            point = {**at, name: value}
            return evaluate(condition.gts, point) - evaluate(condition.lts, point)  # type: ignore[no-any-return]

        rows.append([float(gap(means[symbol](here, j))) for j in allowed])
    found: list[Law] = []
    table = np.array(rows).reshape(len(rows), len(allowed))
    for size in range(1, len(rows) + 2):
        for support in combinations(range(len(allowed)), size):
            for tight in combinations(range(len(rows)), size - 1):
                matrix = np.vstack([np.ones((1, size)), table[np.ix_(tight, support)]])
                if abs(np.linalg.det(matrix)) < 1e-12:
                    continue
                chance = np.linalg.solve(matrix, np.eye(size)[0])
                if chance.min() >= 0 and (table[:, support] @ chance >= -1e-12).all():
                    found.append([(allowed[j], x) for j, x in zip(support, chance, strict=True)])
    return found


def worst(
    inner: Sequence[Fraction], options: Mapping[Fraction, list[Law]], reward: float,
    outside: Callable[[Fraction], float], limit: float, first: Mapping[Fraction, list[Law]] | None,
    start: Fraction, stuck: float = 0.0,
) -> float:  # fmt: skip
    """sup of the sum of ``reward`` a step plus ``outside`` at the exit, from ``start``, to 3 limits.

    stuck: earned where no law is left, and it cannot go on.
    """
    place = {x: i for i, x in enumerate(inner)}
    value = np.zeros(len(inner))

    def compiled(x: Fraction, found: list[Law]) -> tuple[np.ndarray, np.ndarray]:
        rows, ends = np.zeros((len(found), len(inner))), np.full(len(found), reward)
        for row, law in enumerate(found):
            for jump, weight in law:
                if x + jump in place:
                    rows[row, place[x + jump]] += weight
                else:
                    ends[row] += weight * outside(x + jump)
        return rows, ends

    def gain(table: tuple[np.ndarray, np.ndarray]) -> float:
        rows, ends = table
        return float((rows @ value + ends).max()) if len(ends) else stuck

    later = [compiled(x, options[x]) for x in inner]
    if reward and any(
        len(law) == 1 and law[0][0] == 0 for laws_ in options.values() for law in laws_
    ):
        return float("inf")  # it may stay where it is for ever
    for _ in range(20_000):
        new = np.array([gain(table) for table in later])
        done = np.abs(new - value).max() < 1e-12 or new[place[start]] > 3 * limit + 1
        value = new
        if done:
            break
    return float(value[place[start]]) if first is None else gain(compiled(start, first[start]))


def _both(claim: Claim, at: dict[Symbol, Any], inner: Sequence[Fraction], name: Symbol | None,
          jumps: Sequence[Fraction], ends: tuple[Any, Any]) -> Any:  # fmt: skip
    """The laws at every position, at step 0 and at later steps; ends: the levels that tau knows."""
    tables, means = [], means_of(claim)
    for step in (0, 1):
        table = {}
        for x in inner:
            here = {**at, name: x} if name is not None else dict(at)
            conditions = split_conditions(claim, here, step, Path([x], *ends))
            table[x] = [] if conditions is None else laws(means, *conditions, here, x, jumps)
        tables.append(table)
    return tables


def _outside(claim: Claim) -> None:
    """Starts that are outside the band, where tau = 0, and bounds of the wrong sign, where allowed."""
    for reach, wide, least, far in product(
        (F(1), F(-1)), (F(0), F(1), F(3), -LITTLE), (F(1), -LITTLE), (F(0), LITTLE, F(1))
    ):
        for start in (wide + reach + far, -wide - reach - far, F(0)):
            at = {rw.jump: reach, rw.width: wide, rw.second: least, rw.height: start}
            _, _, _, fixed = _sorted(claim.region)
            if not all(evaluate(x, at) for x in fixed if x.free_symbols <= set(at)):
                continue
            bound = evaluate(claim.formula.rhs, at)
            what = f"J={reach}, W={wide}, v={least}, X_0={start}"
            if bound < 0:
                refute(claim, what, f"E tau >= 0 > {bound}")
            if start == 0 == wide * (wide - 3) and least == 1 and bound < (wide + 1) ** 2:
                refute(claim, what, f"the simple walk has E tau = {(wide + 1) ** 2} > {bound}")


def exit_time(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """NHRW: the longest mean time in a band, free or with o at its lower end, against the bound."""
    clock = Clock(seconds)
    corners = list(product((1, 2), (0, 1, 3), (F(1), F(1, 4), F(0)), (False, True)))
    turn = 0
    _outside(claim)
    while clock.left and turn < 10_000:
        reach, wide, share, walled = corners[turn] if turn < len(corners) else (
            int(rng.integers(1, 3)), int(rng.integers(0, 5)), F(int(rng.integers(1, 9)), 8),
            bool(rng.integers(2)))  # fmt: skip
        turn += 1
        least = share * reach**2
        low = 0 if walled else -wide
        inner = [F(x) for x in range(low, wide + 1)]
        start = inner[int(rng.integers(len(inner)))]
        jumps = [F(x) for x in range(-reach, reach + 1)] + [
            F(FAR),
            F(-FAR),
            F(reach + 1),
            F(-reach - 1),
        ]
        at = {rw.jump: F(reach), rw.width: F(wide), rw.second: least, rw.height: start}
        tables = _both(claim, at, inner, rw.offset, jumps, (low, wide))
        if any(not table[x] for table in tables for x in inner):
            continue  # somewhere no law is allowed: no such walk
        clock.played += 1
        claim.drawn((*at, *LAW))
        bound = float(number(claim.formula.rhs, at)) if least else float("inf")
        first = tables[0] if tables[0] != tables[1] else None
        late = lambda x, low=low, wide=wide: claim.meaning(rw.tau).value(Path([x], low, wide))  # noqa: E731
        reward, outside = payoff(claim, rw.mean_time, lambda _: False, late)
        time = worst(inner, tables[1], reward, outside, bound, first, start)
        what = f"J={reach}, W={wide}, v={least}, band [{low}, {wide}], X_0={start}"
        if time > bound * (1 + SLACK) or (
            time == bound and claim.formula.func.__name__ == "StrictLessThan"
        ):
            refute(claim, what, f"a walk with E tau = {time:.6g} > {bound:.6g}")
    return clock.played


def foster_time(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """FOSTER: V on a lattice; the longest mean time while the drift condition can be kept."""
    clock, turn, means = Clock(seconds), 0, means_of(claim)
    while clock.left and turn < 10_000:
        turn += 1
        drift = F(int(rng.integers(1, 5)), 2) if turn % 4 else -LITTLE
        top = int(rng.integers(3, 9))
        inner = [F(x, 2) for x in range(-2 * top, 2 * top + 1)]
        start = F(int(rng.integers(0, 2 * top)), 2) if turn % 5 else -LITTLE
        at = {rw.eps: drift, rw.start_value: start}
        tables = []
        inside = [
            y for y in inner if split_conditions(claim, {**at, rw.value_now: y}, 1) is not None
        ]
        _, _, _, fixed = _sorted(claim.region)
        last = [x for x in fixed if x.free_symbols <= {rw.value_stop}]
        ends = [y for y in inner if all(evaluate(x, {rw.value_stop: y}) for x in last)]
        landing = sorted({*inside, *ends})  # where it may go on, and where it may stop
        for step in (0, 1):
            table: dict[Fraction, list[Law]] = {}
            for x in inside:
                here = {**at, rw.value_now: x}
                found = split_conditions(claim, here, step)
                jumps = [y - x for y in landing]
                table[x] = [] if found is None else laws(means, *found, here, x, jumps)
            tables.append(table)
        if not all(evaluate(x, at) for x in fixed if x.free_symbols <= set(at)):
            continue
        clock.played += 1
        claim.drawn((*at, *LAW))
        bound = float(number(claim.formula.rhs, at))
        first = tables[0] if tables[0] != tables[1] else None
        if bound < 0:
            refute(claim, f"V_0={start}, epsilon={drift}", f"E tau >= 0 > {bound:.6g}")
        if start not in inside:
            continue
        stop = claim.meaning(rw.tau).value(Path([()]))  # where no law is allowed, it has stopped
        reward, outside = payoff(claim, rw.mean_time, lambda _: False, lambda _, stop=stop: stop)
        time = worst(inside, tables[1], reward, outside, bound, first, start, outside(start))
        if time > bound * (1 + SLACK):
            refute(claim, f"V_0={start}, epsilon={drift}", f"E tau = {time:.6g} > {bound:.6g}")
    return clock.played


def escape_chance(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """DRIFT-ESCAPE: the greatest chance to come down to A, paths beyond A + 12 counted as lost."""
    clock, turn = Clock(seconds), 0
    while clock.left and turn < 10_000:
        turn += 1
        reach, low = int(rng.integers(1, 3)), int(rng.integers(-2, 3))
        slope = F(int(rng.integers(1, 8)), 8) * reach
        start = F(low + int(rng.integers(1, 6)))
        inner = [F(x) for x in range(low + 1, low + 13)]
        jumps = [F(x) for x in range(-reach, reach + 1)] + [
            F(FAR),
            F(-FAR),
            F(reach + 1),
            F(-reach - 1),
        ]
        at = {rw.jump: F(reach), rw.drift: slope, rw.level: F(low), rw.start: start}
        tables = _both(claim, at, inner, rw.now, jumps, (F(low), None))
        if any(not table[x] for table in tables for x in inner):
            continue
        clock.played += 1
        claim.drawn((*at, *LAW))
        bound = float(number(claim.formula.rhs, at))
        first = tables[0] if tables[0] != tables[1] else None
        _, outside = payoff(claim, rw.returning, lambda x, a=low: x <= a, lambda _: 0.0)
        chance = worst(inner, tables[1], 0.0, outside, 1.0, first, start)
        if chance > bound * (1 + SLACK):
            what = f"J={reach}, delta_1={slope}, A={low}, x={start}"
            refute(claim, what, f"a walk that returns with P >= {chance:.9g} > {bound:.9g}")
    return clock.played


def hitting_chance(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
    """SUPERMARTINGALE-CRITERIA: values of f on a lattice from f_C up; B is where f >= f_B."""
    clock, turn, means = Clock(seconds), 0, means_of(claim)
    while clock.left and turn < 10_000:
        turn += 1
        floor_, rise = F(int(rng.integers(-3, 4)), 2), int(rng.integers(-1, 7))
        target = floor_ + F(rise, 2)
        start = floor_ + F(int(rng.integers(0, max(rise, 0) + 1)), 2)
        at = {rw.f_floor: floor_, rw.f_target: target, rw.f_start: start}
        if split_conditions(claim, at, 0) is None:
            continue
        if target <= floor_:  # admitted: a walk in B at the start
            clock.played += 1
            top, bottom = start - floor_, target - floor_
            if bottom == 0 or not evaluate(claim.formula, {**at, rw.hit: F(1)}):
                refute(
                    claim,
                    f"f_x={start}, f_B={target}, f_C={floor_}",
                    f"P = 1, bound {top}/{bottom}",
                )
            continue
        inner = [floor_ + F(x, 2) for x in range(max(rise, 1))]
        if start not in inner:
            continue
        tables = []
        for step in (0, 1):
            table: dict[Fraction, list[Law]] = {}
            for x in inner:
                here = {**at, rw.f_now: x}
                found = split_conditions(claim, here, step, Path([x], high=target))
                jumps = [floor_ + F(y, 2) - x for y in range(rise + 3)]
                table[x] = [] if found is None else laws(means, *found, here, x, jumps)
            tables.append(table)
        clock.played += 1
        claim.drawn((*at, *LAW))
        bound = float(number(claim.formula.rhs, at))
        first = tables[0] if tables[0] != tables[1] else None
        _, outside = payoff(claim, rw.hit, lambda x, z=target: x >= z, lambda _: 0.0)
        chance = worst(inner, tables[1], 0.0, outside, 1.0, first, start)
        if chance > bound + SLACK:
            refute(
                claim,
                f"f_x={start}, f_B={target}, f_C={floor_}",
                f"P >= {chance:.6g} > {bound:.6g}",
            )
    return clock.played


SEARCHES: dict[str, Search] = {
    "FOSTER": foster_time,
    "NHRW": exit_time,
    "SUPERMARTINGALE-CRITERIA": hitting_chance,
    "DRIFT-ESCAPE": escape_chance,
}
