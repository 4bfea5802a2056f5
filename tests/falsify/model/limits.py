"""The random search on limits and laws: many runs at once in R^d, in floats, from the loss.

A statistical judgement refuses what is true with chance below 1e-9. A limit is judged where runs
have come to rest (25 steps moved w by less than 1e-7); settings at which many are slow are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import integrate as quadrature
from scipy import stats
from sympy import Expr, Rational, Symbol, lambdify

from tests.falsify.model.ambient import Floats, descend, slope
from tests.falsify.model.draw import (
    Falsifier,
    Point,
    Rng,
    activation_of,
    batches_by,
    inside,
    one_of,
    other_sizes,
    outside,
    refute,
    until,
)
from tests.instances import Vector
from theorem_audit.doubt import again
from theorem_audit.doubt.again import kept
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import notation as no
from theory import vocabulary as words
from theory.full_batch.alignment import (
    max_tail,
    mixture_density,
    share,
    share_density,
    sum_of_fourths,
    threshold,
)
from theory.minibatch.orthogonal import BetaTail, T, p_aligned
from theory.vocabulary.meanings import Ends
from theory.vocabulary.observables import F, Seen

ERROR = 1e-9
AWAY = Rational(1, 2)  # a value for symbols of the region that are no part of a start


STEPS = (0.1, 0.25, 0.3, 0.45, 0.49, 0.55, 0.6, 6.0)
TAIL_STEPS = (0.3, 0.45, 0.55)
DRAWN = "as drawn"
RADII = (0.1, 1.0, 1.9, 2.0, 2.5, 4.01, 12.0, DRAWN)
MOST_DRAWS = 200  # of settings, for one that a claim admits, when the time is over
GROUPS = 20  # of runs with one sequence of batches each


def settings(
    claim: Claim, rng: Rng, points: tuple[int, ...], steps: tuple[float, ...] = STEPS
) -> dict[str, Any] | None:
    """A start's law, sizes, step, activation and batch size that the claim admits, or None.

    "as drawn" (norms of the law itself) only where the region says nothing of r2.
    """
    n = int(one_of(rng, *points))
    d = n + int(one_of(rng, 0, 1, 1, 3, 8))
    relu = activation_of(claim, rng) == "relu"
    b = int(one_of(rng, 1, max(1, n - 1), max(1, n - 1), n))
    a, radius = float(one_of(rng, *steps)), one_of(rng, *RADII)
    bounded = claim.region.has(no.r2)
    if radius == DRAWN and bounded:
        return None
    r2 = 1.0 if radius == DRAWN else radius
    base: Point = {
        no.n: Rational(n), no.d: Rational(d), no.b: Rational(b), no.k: Rational(n),
        no.a: Rational(str(a)), no.r2: Rational(str(r2)), share: AWAY, threshold: Rational(99, 100),
    }  # fmt: skip
    if outside(claim, base):
        return None
    return {"n": n, "d": d, "b": b, "a": a, "relu": relu, "radius": radius}


def frame(points: list[Vector]) -> Floats:
    """An orthonormal basis of R^d as rows, the first k spanning the first k of ``points``."""
    q, r = np.linalg.qr(np.array([[float(e) for e in p] for p in points]).T)
    return np.asarray((q * np.where(np.diag(r) < 0, -1, 1)).T)


def starts(
    claim: Claim, rng: Rng, found: dict[str, Any], runs: int
) -> tuple[Floats, Floats] | None:
    """Draws of the claim's law of w_0, given their norm where that still obeys the law; and the data."""
    items = claim.item(words.DATA), claim.item(words.START)
    return started(rng, items, (found["n"], found["d"]), found["radius"], runs)


@kept
def started(
    rng: Rng, items: tuple[Item, Item], n_d: tuple[int, int], radius: Any, runs: int
) -> tuple[Floats, Floats] | None:
    """The same of the data's and the start's items."""
    points: Any = items[0].sample
    law: Any = items[1]
    data = points(rng, n_d[1], n_d[1])
    w = law.sample(rng, runs, n_d[1])
    if radius != DRAWN:
        w = w * np.sqrt(radius) / np.linalg.norm(w, axis=1, keepdims=True)
        if not law.holds(w):
            return None
    return w @ frame(data), np.array([[float(e) for e in p] for p in data[: n_d[0]]])


@kept
def descended(
    rng: Rng, item: Item, sizes: tuple[int, int, list[int]], w: Floats, x: Floats, a: float,
    relu: bool, steps: int, on: bool = False,
) -> tuple[Floats, NDArray[np.bool_], Floats | None]:  # fmt: skip
    """``descend`` with sequences of batches of its own; ``on``: and one more step, where a run has not rested.

    sizes: n, b, and what b may be where there are no such batches.
    """
    n, b, others = sizes
    ways = [batches_by(item, rng, n, b, lambda: others) for _ in range(GROUPS)]
    end, rest = descend(w, x, a, relu, steps, ways)
    last = step_on(end, x, a, relu, ways) if on and not rest.all() else None
    return end, rest, last


def sizes_of(claim: Claim, n: int, b: int) -> tuple[int, int, list[int]]:
    """n, b, and what b may be where the claim's item draws no such batches."""
    sample: Any = claim.item(words.BATCHES).sample
    try:
        next(sample(np.random.default_rng(0), n, b))
    except ValueError:
        return n, b, other_sizes(claim, n)
    return n, b, []


def rested(
    claim: Claim, rng: Rng, found: dict[str, Any], runs: int
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]] | None:
    """Starts, data, ends, and which runs are live at the start.

    Refuted where one run in twenty has no limit: its norm explodes, or it moves by more than 1e-2 in
    one more step though it has had its time.  None where more than one in fifty are only slow.
    """
    drawn = starts(claim, rng, found, runs)
    if drawn is None:
        return None
    w, x = drawn
    q = w @ x.T
    live = (q > 0).any(axis=1) if found["relu"] else np.ones(runs, dtype=bool)
    item, sizes = claim.item(words.BATCHES), sizes_of(claim, found["n"], found["b"])
    # Many are slow: only at steps at which 300 are enough.
    steps = 300 if found["n"] > 100 else 800 + int(100 / found["a"])
    end, rest, last = descended(rng, item, sizes, w, x, found["a"], found["relu"], steps, True)
    if last is not None:
        restless = ~(np.abs(last - end).max(axis=1) < 1e-2)
        if restless.sum() > runs / 20:
            refute(
                claim, "that runs converge", {**found, "moving": int(restless.sum()), "of": runs}
            )
        if (~rest & ~(np.abs(last - end).max(axis=1) < 1e-6)).sum() > runs / 50:
            return None
    return w, x, end, live


def step_on(w: Floats, x: Floats, a: float, relu: bool, ways: list[Any]) -> Floats:
    """One more step of each run."""
    rows = np.array([np.bincount(next(way), minlength=len(x)) for way in ways], dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        return w - a * slope(w, x, relu, rows[np.arange(len(w)) % len(ways)])


def laws(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-ALIGN*, GD-DENSE*: limits of real runs against the claimed law, over the law of the start."""
    played = drawn = 0
    tail = max_tail in claim.formula.free_symbols
    stop, turn = again.now() + seconds, 0
    while again.now() < stop or (drawn < (3 if tail else 1) and turn < MOST_DRAWS):
        first, turn = (
            drawn < 3,
            turn + 1,
        )  # 40 points and fewer runs: 200 take seconds, and 20 tell less
        many = (40,) if first else (20, 20, 20, 40, 200)
        points = many if tail else (1, 2, 4, int(rng.integers(1, 41)), 8)
        found = settings(claim, rng, points, TAIL_STEPS if tail else STEPS)
        if found is None:
            continue
        drawn += 1
        runs = (400 if first else 1000) if tail else 2000
        ended = rested(claim, rng, found, runs)
        if ended is None:
            continue
        w, x, end, live = ended
        run = Ends(w, end, x, found["relu"])
        if claim.formula.has(share_density) or claim.formula.has(mixture_density):
            keep = live if claim.formula.has(mixture_density) else np.ones(runs, dtype=bool)
            if found["d"] > found["n"] and keep.sum() > 500:
                distance(claim, claim.meaning(share).value(run)[keep], found)
                played += 1
            continue
        count = run.live.sum(axis=1)
        values = claim.meaning(max_tail if tail else sum_of_fourths).value(run)
        groups = [k for k in np.unique(count) if k] if claim.formula.has(no.k) else [None]
        for k in groups:
            chosen = values[(count == k) if k is not None else live]
            if len(chosen) >= (30 if tail else 400):  # a tail's test is exact, a mean's is not
                judge(claim, chosen, {**found, "k": k})
                played += 1
    return played


def judge(claim: Claim, values: Floats, found: dict[str, Any]) -> None:
    """One group of runs with one active count (or all of them, where the formula knows no count)."""
    at = {no.n: found["n"], no.k: found["k"] or found["n"], no.d: found["d"]}
    if max_tail not in claim.formula.free_symbols:
        claimed = float(claim.says(sum_of_fourths).subs(at))
        spread = values.std(ddof=1) / np.sqrt(len(values)) + 1e-6
        if abs(values.mean() - claimed) > 7 * spread + 0.02:  # one run in fifty may be slow
            refute(claim, f"E sum u^4 = {claimed:.4f}", {**found, "mean": values.mean()})
        return
    for x in (0.05, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5, 0.8):
        hits = int((values >= x + 1e-9).sum())
        if not hits:
            break  # no bound is below that, nor at a larger x
        point = {
            **at,
            threshold: Rational(str(x)),
            no.a: Rational(str(found["a"])),
        }
        point |= {no.r2: 1 if found["radius"] == DRAWN else Rational(str(found["radius"]))}
        if outside(claim, point):
            continue
        bound = min(1.0, _float(claim.formula.gts, point))
        if float(stats.binom.sf(hits - 1, len(values), bound)) < ERROR:
            refute(
                claim,
                f"P(max u^2 >= {x}) <= {bound:.3g}",
                {**found, "hits": hits, "of": len(values)},
            )


def _float(expr: Expr, at: Point) -> float:
    names, call = _compiled(expr)
    return float(call(*(float(at[x]) for x in names)))


@cache
def _compiled(expr: Expr) -> tuple[list[Symbol], Callable[..., float]]:
    names = sorted(expr.free_symbols, key=str)
    return names, lambdify(names, expr, "scipy")


def distance(claim: Claim, sample: Floats, found: dict[str, Any]) -> None:
    """Kolmogorov-Smirnov, with the bound 2 exp(-2 m e^2) for the chance of a distance e."""
    density = claim.formula.rhs.subs({no.n: found["n"], no.d: found["d"]}).doit()
    (law,) = {share_density, mixture_density} & claim.formula.free_symbols
    values, sample = lambdify(share, density, "scipy"), claim.meaning(law).value(sample)
    t = np.linspace(1e-6, np.pi / 2 - 1e-6, 20_001)
    rate = values(np.sin(t) ** 2) * np.sin(2 * t)
    total = quadrature.cumulative_trapezoid(rate, t, initial=0.0)
    seen = stats.kstest(
        sample, lambda c: np.interp(np.arcsin(np.sqrt(np.clip(c, 0, 1))), t, total)
    ).statistic
    if seen > np.sqrt(np.log(2 / ERROR) / (2 * len(sample))) + 0.02:
        refute(claim, "the law of cos^2", {**found, "mean": sample.mean(), "distance": seen})


def descends(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-CONVERGES: whole runs from the region end at (s, rho) = (1, 0)."""
    played = 0
    for _ in until(seconds):
        n = int(one_of(rng, 1, 2, 8, 40))
        d, a = n + int(one_of(rng, 0, 1, 5)), float(one_of(rng, *STEPS))
        relu, r2 = activation_of(claim, rng) == "relu", float(one_of(rng, 0.1, 1.0, 2.0, 3.0, 8.0))
        found = {"n": n, "d": d, "radius": r2, "b": int(rng.integers(1, n + 1))}
        drawn = starts(claim, rng, found, 40)
        if drawn is None:
            continue
        w, x = drawn
        q = w @ x.T
        s = np.where((q > 0) | (not relu), q**2, 0.0).sum(axis=1)
        fixed: Point = {no.n: n, no.d: d, no.a: Rational(str(a))}
        exact_s = [Rational(repr(float(v))) for v in s]
        admitted = [
            bool(v > Rational(1, 50))
            and inside(claim, {**fixed, no.s: v, no.rho: Rational(str(r2)) - v})
            for v in exact_s
        ]
        if not any(admitted):
            continue
        item, sizes = claim.item(words.BATCHES), sizes_of(claim, n, found["b"])
        begin = w[np.array(admitted, dtype=bool)]
        end, *_ = descended(rng, item, sizes, begin, x, a, relu, int(3000 / a))
        ends = end @ x.T
        mass = np.where((ends > 0) | (not relu), ends**2, 0.0).sum(axis=1)
        if not (np.abs(mass - 1) + np.abs((end**2).sum(axis=1) - mass) < 1e-2).all():
            refute(claim, "(s, rho) -> (1, 0)", {"n": n, "d": d, "a": a, "r2": r2, "relu": relu})
        played += sum(admitted)
    return played


def against_start(claim: Claim, rng: Rng, seconds: float) -> int:
    """SGD-ORTHOGONAL: mini-batches from uniform directions; the tail of |cos(w_inf, w_0)|."""
    played = 0
    for _ in until(seconds):
        n = int(one_of(rng, 1, 2, 3, 5, 8))
        d, b = n + int(one_of(rng, 0, 1, 4)), int(one_of(rng, 1, max(1, n - 1), n))
        a, r2 = float(one_of(rng, 0.3, 0.45, 0.6)), float(one_of(rng, 0.5, 1.0, 1.9, 3.0))
        relu = activation_of(claim, rng) == "relu"
        level = str(one_of(rng, "0", "1/2", "3/5", "4/5", "97/100", "1"))
        at = {
            no.n: n,
            no.d: d,
            no.b: b,
            no.a: Rational(str(a)),
            no.r2: Rational(str(r2)),
            T: Rational(level),
        }
        if outside(claim, at):
            continue
        drawn = starts(claim, rng, {"n": n, "d": d, "radius": r2}, 800)
        if drawn is None:
            continue
        w, x = drawn
        q = w @ x.T
        gates = (q > 0) | (not relu)  # of all runs at once, a column a datum
        mass = claim.meaning(no.s).value(Seen(q.T, gates.T, F(0), F(0)))  # type: ignore[arg-type]
        live = np.asarray(mass, dtype=float) > 0
        if claim.region.subs({**at, no.s: 0}) != False:  # noqa: E712 - dead starts are admitted, too
            live[:] = True
        item, sizes = claim.item(words.BATCHES), sizes_of(claim, n, b)
        end, *_ = descended(rng, item, sizes, w[live], x, a, relu, int(200 / a**2))
        cosine = claim.meaning(p_aligned).value(Ends(w[live], end, x, relu))
        (tail,) = claim.formula.atoms(BetaTail)
        one = claim.meaning(BetaTail).value(tuple(float(v.subs(at)) for v in tail.args))
        bound = claim.conjunct(lesser=p_aligned).gts
        limit = min(1.0, float(bound.subs(tail, float(one)).subs(at)))
        hits = int((cosine >= float(Rational(level)) + 1e-6).sum())
        if float(stats.binom.sf(hits - 1, len(cosine), limit)) < ERROR:
            refute(claim, f"P <= {limit:.3g}", {**{str(k): v for k, v in at.items()}, "hits": hits})
        played += 1
    return played


_LAWS: dict[str, Callable[[Claim, Rng, float], int]] = dict.fromkeys(
    ("GD-ALIGN", "GD-ALIGN-RELU", "GD-DENSE", "GD-DENSE-MAX"), laws
)
FALSIFIERS: dict[str, Falsifier] = {**_LAWS, "SGD-ORTHOGONAL": against_start}
