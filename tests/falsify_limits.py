"""The random search on limits and laws: many runs at once in R^d, in floats, from the loss.

A statistical judgement refuses what is true with chance below 1e-9. A limit is judged where runs
have come to rest (50 steps moved w by less than 1e-7); settings at which many are slow are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import integrate as quadrature
from scipy import stats
from sympy import Rational, lambdify

from tests.falsify_draw import Falsifier, Point, Rng, inside, one_of, refute, until
from theory import notation as no
from theory.alignment import (
    max_tail,
    mixture_density,
    share,
    share_density,
    sum_of_fourths,
    threshold,
)
from theory.claim import Claim
from theory.edge import (
    cycle_factor,
    cycle_perp_factor,
    high_point,
    low_point,
    second_order,
    third_order,
)
from theory.exact import relations, stated
from theory.full_batch import perp_factor, radial_factor
from theory.gaussian_start import caught_share, mean_alignment, mean_fourths
from theory.initialisation import critical_share, flow_invariant, separatrix
from theory.orthogonal import BetaTail, T, p_aligned

Floats = NDArray[np.float64]
ERROR = 1e-9
AWAY = Rational(1, 2)  # a value for symbols of the region that are no part of a start


def slope(w: Floats, x: Floats, relu: bool, drawn: Floats | None = None) -> Floats:
    """Sum over the batch of the gradients of 1/2 |x_i - w phi(<w, x_i>)|^2, by the chain rule.

    w: (R, d); x: (n, d); drawn: (R, n) of 0 and 1, or None for every sample.
    """
    q = w @ x.T
    gate = (q > 0).astype(float) if relu else np.ones_like(q)
    if drawn is not None:
        gate = gate * drawn
    phi = gate * q
    along = q - (w**2).sum(axis=1, keepdims=True) * phi  # <w, x_i - w phi_i>
    return -(phi + gate * along) @ x + w * (phi**2).sum(axis=1, keepdims=True)


def descend(
    w: Floats, x: Floats, a: float, relu: bool, steps: int, b: int | None = None, rng: Any = None
) -> tuple[Floats, NDArray[np.bool_]]:
    """The last w of each run and whether it has come to rest (see above)."""
    before = w
    n = len(x)
    for step in range(steps):
        if step % 50 == 0 and step:
            moved = np.abs(w - before).max(axis=1)
            if (moved < 1e-7).all():
                return w, moved < 1e-7
            before = w
        drawn = None
        if b is not None and b < n:
            drawn = (rng.random((len(w), n)).argsort(axis=1) < b).astype(float)
        with np.errstate(over="ignore", invalid="ignore"):
            w = w - a * slope(w, x, relu, drawn)
    return w, np.abs(w - before).max(axis=1) < 1e-7


STEPS = (0.05, 0.25, 0.3, 0.45, 0.49, 0.55, 0.6, 6.0)
RADII = (0.1, 1.0, 1.9, 2.0, 2.5, 4.01, 12.0, "Gaussian")


def settings(claim: Claim, rng: Rng, points: tuple[int, ...]) -> dict[str, Any] | None:
    """A start's law, sizes, step, activation and batch size that the claim's region admits, or None.

    "Gaussian" (unbounded norm) only where the region says nothing of r2.
    """
    n = int(one_of(rng, *points))
    d = n + int(one_of(rng, 0, 1, 1, 3, 8))
    relu = bool(rng.random() < 0.5)
    b = int(one_of(rng, n, n, n, max(1, n - 1)))
    a, radius = float(one_of(rng, *STEPS)), one_of(rng, *RADII)
    bounded = claim.region.has(no.r2)
    if radius == "Gaussian" and bounded:
        return None
    r2 = 1.0 if radius == "Gaussian" else radius
    base: Point = {
        no.n: Rational(n), no.d: Rational(d), no.b: Rational(b), no.k: Rational(n),
        no.a: Rational(str(a)), no.r2: Rational(str(r2)), share: AWAY, threshold: Rational(99, 100),
    }  # fmt: skip
    gates = ((1, 1), (-1, 0 if relu else 1))  # (q_j, h)
    if any(claim.region.subs({**base, no.q_j: q, no.active: h}) == False for q, h in gates):  # noqa: E712
        return None
    return {"n": n, "d": d, "b": b, "a": a, "relu": relu, "radius": radius}


def starts(rng: Rng, found: dict[str, Any], runs: int) -> tuple[Floats, Floats]:
    x = np.linalg.qr(rng.normal(size=(found["d"], found["n"])))[0].T
    w = rng.normal(size=(runs, found["d"]))
    if found["radius"] != "Gaussian":
        w *= np.sqrt(found["radius"]) / np.linalg.norm(w, axis=1, keepdims=True)
    return w, x


def rested(
    claim: Claim, rng: Rng, found: dict[str, Any], runs: int
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]] | None:
    """Starts, data, ends, and which runs are live at the start.

    Refuted where one run in twenty has no limit: its norm explodes, or it moves by more than 1e-2 in
    one more step though it has had its time.  None where more than one in fifty are only slow.
    """
    w, x = starts(rng, found, runs)
    q = w @ x.T
    live = (q > 0).any(axis=1) if found["relu"] else np.ones(runs, dtype=bool)
    args = (x, found["a"], found["relu"])
    end, rest = descend(w, *args, 400 + int(100 / found["a"]), found["b"], rng)
    if not rest.all():
        last, _ = descend(end, *args, 1, found["b"], rng)
        restless = ~(np.abs(last - end).max(axis=1) < 1e-2)
        if restless.sum() > runs / 20:
            refute(
                claim, "that runs converge", {**found, "moving": int(restless.sum()), "of": runs}
            )
        if (~rest & ~(np.abs(last - end).max(axis=1) < 1e-6)).sum() > runs / 50:
            return None
    return w, x, end, live


def laws(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-ALIGN*, GD-DENSE*: limits of real runs against the claimed law, over the law of the start."""
    played = 0
    tail = max_tail in claim.formula.free_symbols
    for _ in until(seconds):
        found = settings(
            claim, rng, (20, 40, 200) if tail else (1, 2, 4, int(rng.integers(1, 41)), 8)
        )
        if found is None:
            continue
        runs = 4000 if tail else 2000
        ended = rested(claim, rng, found, runs)
        if ended is None:
            continue
        w, x, end, live = ended
        if claim.formula.has(share_density) or claim.formula.has(mixture_density):
            keep = live if claim.formula.has(mixture_density) else np.ones(runs, dtype=bool)
            if found["d"] > found["n"] and keep.sum() > 500:
                inner = (w * end).sum(axis=1)[keep] ** 2
                cosine = inner / ((w**2).sum(axis=1) * (end**2).sum(axis=1))[keep]
                distance(claim, cosine, found)
                played += 1
            continue
        q = w @ x.T
        count = ((q > 0) if found["relu"] else np.ones_like(q, dtype=bool)).sum(axis=1)
        u = end @ x.T
        u[count == 0] = np.nan
        u = np.where(q > 0, u, 0.0) if found["relu"] else u
        groups = [k for k in np.unique(count) if k] if claim.formula.has(no.k) else [None]
        for k in groups:
            chosen = u[(count == k) if k is not None else live]
            if len(chosen) >= 400:
                judge(claim, chosen, {**found, "k": k})
                played += 1
    return played


def judge(claim: Claim, u: Floats, found: dict[str, Any]) -> None:
    """One group of runs with one active count (or all of them, where the formula knows no count)."""
    at = {no.n: found["n"], no.k: found["k"] or found["n"], no.d: found["d"]}
    if max_tail not in claim.formula.free_symbols:
        values = (u**4).sum(axis=1)
        claimed = float(stated(claim.formula, sum_of_fourths).subs(at))
        spread = values.std(ddof=1) / np.sqrt(len(values)) + 1e-6
        if abs(values.mean() - claimed) > 7 * spread + 0.02:  # one run in fifty may be slow
            refute(claim, f"E sum u^4 = {claimed:.4f}", {**found, "mean": values.mean()})
        return
    largest = (u**2).max(axis=1)
    for x in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8):
        point = {
            **at,
            threshold: Rational(str(x)),
            no.b: found["b"],
            no.a: Rational(str(found["a"])),
        }
        point |= {no.r2: 1 if found["radius"] == "Gaussian" else Rational(str(found["radius"]))}
        point |= {no.active: 1}
        if claim.region.subs(point) == False:  # noqa: E712
            continue
        bound = min(1.0, float(claim.formula.gts.subs(point)))
        hits = int((largest >= x + 1e-9).sum())
        if float(stats.binom.sf(hits - 1, len(largest), bound)) < ERROR:
            refute(
                claim, f"P(max u^2 >= {x}) <= {bound:.3g}", {**found, "hits": hits, "of": len(u)}
            )


def distance(claim: Claim, sample: Floats, found: dict[str, Any]) -> None:
    """Kolmogorov-Smirnov, with the bound 2 exp(-2 m e^2) for the chance of a distance e."""
    density = claim.formula.rhs.subs({no.n: found["n"], no.d: found["d"]}).doit()
    values = lambdify(share, density, "scipy")
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
        relu, r2 = bool(rng.random() < 0.5), float(one_of(rng, 0.1, 1.0, 2.0, 3.0, 8.0))
        w, x = starts(rng, {"n": n, "d": d, "radius": r2}, 40)
        q = w @ x.T
        s = np.where((q > 0) | (not relu), q**2, 0.0).sum(axis=1)
        fixed: Point = {no.n: n, no.d: d, no.b: n, no.a: Rational(str(a)), no.active: 1}
        exact_s = [Rational(repr(float(v))) for v in s]
        admitted = [
            v > Rational(1, 50) and inside(claim, {**fixed, no.s: v, no.rho: Rational(str(r2)) - v})
            for v in exact_s
        ]
        if not any(admitted):
            continue
        end, _rest = descend(w[admitted], x, a, relu, int(3000 / a))
        ends = end @ x.T
        mass = np.where((ends > 0) | (not relu), ends**2, 0.0).sum(axis=1)
        if not (np.abs(mass - 1) + np.abs((end**2).sum(axis=1) - mass) < 1e-2).all():
            refute(claim, "(s, rho) -> (1, 0)", {"n": n, "d": d, "a": a, "r2": r2, "relu": relu})
        played += sum(admitted)
    return played


def radial(mass: float, a: float) -> float:
    """s after one full-batch step of n = d = 1 from s, in R^1 from the loss."""
    w = np.array([[np.sqrt(mass)]])
    return float(((w - a * slope(w, np.eye(1), False)) ** 2).sum())


def off_factor(mass: float, a: float) -> float:
    """Factor of a small w_perp at that s, n = 1, d = 2."""
    w = np.array([[np.sqrt(mass), 1e-9]])
    return float((w - a * slope(w, np.eye(1, 2), False))[0, 1] / 1e-9)


def second_iterate(claim: Claim, rng: Rng, seconds: float) -> int:
    """(twice(1 + e) - 1 - e)/e^2 and /e^3: within 200 e of the claimed coefficients."""
    played = 0
    for _ in until(min(seconds, 0.2)):
        for e in (1e-2, -1e-2, 3e-3):
            gap = radial(radial(1 + e, 0.5), 0.5) - 1 - e
            second, third = (float(stated(claim.formula, x)) for x in (second_order, third_order))
            if abs(gap / e**3 - second / e - third) > 200 * abs(e):
                refute(claim, "the second iterate", {"e": e, "gap": gap})
            played += 1
    return played


def rates(claim: Claim, rng: Rng, seconds: float) -> int:
    """Central differences at s = 1, good to 1e-6 for a <= 3."""
    played = 0
    for _ in until(min(seconds, 0.5)):
        a = float(rng.uniform(0.01, 3.0))
        slope_ = (radial(1 + 1e-5, a) - radial(1 - 1e-5, a)) / 2e-5
        for symbol, seen in ((radial_factor, slope_), (perp_factor, off_factor(1.0, a))):
            if abs(float(stated(claim.formula, symbol).subs(no.a, a)) - seen) > 1e-5:
                refute(claim, symbol, {"a": a, "seen": seen})
        played += 1
    return played


def cycles(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-EDGE: the two points are swapped; multipliers by central differences; the limit repels."""
    played = 0
    for _ in until(min(seconds, 1.0)):
        a = float(one_of(rng, 0.505, 0.6, 0.617, float(rng.uniform(0.3, 0.8))))
        if claim.region.subs({no.n: 1, no.b: 1, no.d: 2, no.a: Rational(str(a))}) == False:  # noqa: E712
            continue
        said = {x: complex(stated(claim.formula, x).subs(no.a, a)) for x in
                (low_point, high_point, cycle_factor, cycle_perp_factor)}  # fmt: skip
        if any(abs(v.imag) > 1e-12 for v in said.values()):
            refute(claim, "a real cycle", {"a": a})
        low, high = said[low_point].real, said[high_point].real
        swap = max(abs(radial(low, a) - high), abs(radial(high, a) - low))
        h = 1e-6
        factor = 1.0
        for point in (low, high):
            factor *= (radial(point + h, a) - radial(point - h, a)) / (2 * h)
        off = off_factor(low, a) * off_factor(high, a)
        repels = (radial(1 + h, a) - radial(1 - h, a)) / (2 * h)
        wrong = {
            "the cycle": swap > 1e-9 or not low < 1 < high,
            "its multiplier": abs(factor - said[cycle_factor].real) > 1e-4 or abs(factor) >= 1,
            "its factor of w_perp": abs(off - said[cycle_perp_factor].real) > 1e-6,
            "the limit repels": repels > -1 + 1e-4,
        }
        for what, bad in wrong.items():
            if bad:
                refute(claim, what, {"a": a, "multiplier": factor})
        played += 1
    return played


def flow(w: Floats, x: Floats, relu: bool, until_: float = 60.0) -> Floats:
    """Gradient flow of sum_i loss_i by RK4; +1 where it reaches r2 < 1.9 with mass, -1 where s < 1e-5
    and rho > 2, 0 where neither within the time: starts so near the border that nothing is said."""
    side = np.zeros(len(w))
    t = 0.0
    todo = np.arange(len(w))
    w = w.copy()
    while len(todo) and t < until_:
        r2 = (w[todo] ** 2).sum(axis=1, keepdims=True)
        h = 0.1 / (1 + r2.max())
        y = w[todo]
        k1 = -slope(y, x, relu)
        k2 = -slope(y + h / 2 * k1, x, relu)
        k3 = -slope(y + h / 2 * k2, x, relu)
        k4 = -slope(y + h * k3, x, relu)
        w[todo] = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
        q = w[todo] @ x.T
        s = np.where((q > 0) | (not relu), q**2, 0.0).sum(axis=1)
        rho = (w[todo] ** 2).sum(axis=1) - s
        side[todo[(s + rho < 1.9) & (s > 0)]] = 1
        side[todo[(s < 1e-5) & (rho > 2)]] = -1
        todo = todo[side[todo] == 0]
    return side


def separates(claim: Claim, rng: Rng, seconds: float) -> int:
    """FLOW-SEPARATRIX: starts a tenth on either side of the border, at rho or on a sphere; and C."""
    played = 0
    border = lambdify(no.rho, stated(claim.formula, separatrix))
    ratio = lambdify(no.r2, stated(claim.formula, critical_share))
    invariant = lambdify((no.s, no.rho), stated(claim.formula, flow_invariant))
    for _ in until(seconds):
        n, off = int(one_of(rng, 1, 2, 4)), int(one_of(rng, 1, 3))
        relu = bool(rng.random() < 0.5)
        rho = float(one_of(rng, 2.5, 3.0, 6.0, float(rng.uniform(2.2, 8.0))))
        r2 = float(one_of(rng, 1.25, 1.5, 2.5, 4.0, float(rng.uniform(1.1, 8.0))))
        for kind in ("rho", "sphere"):
            level = rho + border(rho) if kind == "rho" else r2
            at = {
                no.rho: Rational(1),
                no.s: Rational(0),
                no.r2: Rational(str(r2)),
                no.n: n,
                no.d: n + 1,
            }
            if kind == "sphere" and claim.region.subs(at) == False:  # noqa: E712
                continue
            for scale, expected in ((0.9, -1), (1.1, 1)):
                s = scale * (border(rho) if kind == "rho" else ratio(r2) * r2)
                rest = rho if kind == "rho" else r2 - s
                if rest <= 0:
                    continue
                x = np.linalg.qr(rng.normal(size=(n + off, n + off)))[0]
                q = np.abs(rng.normal(size=n)) + 0.1
                y = rng.normal(size=off)
                w = np.sqrt(s) * q / np.linalg.norm(q) @ x[:n]
                w = w + np.sqrt(rest) * y / np.linalg.norm(y) @ x[n:]
                side = flow(w[None], x[:n], relu)[0]
                if side not in (0, expected):
                    refute(
                        claim, "the border", {"rho": rest, "s": s, "of": kind, "side": side, "n": n}
                    )
                h = 1e-7
                moved = (w - h * slope(w[None], x[:n], relu)[0]) @ x.T
                now = (float((moved[:n] ** 2).sum()), float((moved[n:] ** 2).sum()))
                drift = (invariant(*now) - invariant(s, rest)) / h
                if abs(drift) > 1e-4 * (1 + level) ** 4:
                    refute(claim, "C is conserved", {"rho": rest, "s": s, "drift": drift})
                played += 1
    return played


def gaussian(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-GAUSSIAN: its limit is gradient flow's, played from N(0, I_d); and the means of its ends."""
    played = 0
    for _ in until(seconds):
        n, d = one_of(rng, (4, 12), (1, 2), (2, 6), (3, 4))
        runs = 1500
        at = {no.n: n, no.d: d}
        outer = lambdify(no.rho, stated(claim.formula, caught_share).subs(at).function, "scipy")
        chance = quadrature.quad(outer, 2, np.inf)[0]
        x = np.eye(d)[:n]
        w = rng.normal(size=(runs, d))
        side = flow(w, x, False)
        hits, open_ = int((side < 0).sum()), int((side == 0).sum())
        found = {"n": n, "d": d, "caught": hits, "open": open_, "of": runs, "claimed": chance}
        if not 0 <= chance <= 1 or float(stats.binom.cdf(hits + open_, runs, chance)) < ERROR:
            refute(claim, "P_caught", found)
        if float(stats.binom.sf(hits - 1, runs, chance)) < ERROR:
            refute(claim, "P_caught", found)
        s = (w[:, :n] ** 2).sum(axis=1)
        r2 = (w**2).sum(axis=1)
        cosine = np.where(side < 0, r2 - s, s) / r2
        u4 = np.where(side < 0, 0.0, (w[:, :n] ** 4).sum(axis=1) / s**2)
        fourths = float(stated(claim.formula, mean_fourths).subs({**at, caught_share: chance}))
        for what, values, claimed in (
            ("E cos^2", cosine, mean_of(claim, n, d)), ("E sum u^4", u4, fourths),
        ):  # fmt: skip
            slack = 7 * values.std(ddof=1) / np.sqrt(runs) + open_ / runs
            if abs(values.mean() - claimed) > slack:
                refute(claim, what, {**found, "mean": values.mean(), "claimed": claimed})
        played += 1
    return played


def mean_of(claim: Claim, n: int, d: int) -> float:
    """The claimed E cos^2 by quadrature; s = x^2 takes the power s^(-1/2) away."""
    at = {no.n: n, no.d: d}
    integral = stated(claim.formula, mean_alignment) - no.n / no.d
    both = lambdify((no.s, no.rho), integral.function.subs(at), "scipy")

    def strip(r: float) -> float:
        top = float(np.sqrt(min((r - 2) ** 2 / 4, 150.0)))
        return float(quadrature.quad(lambda y: 2 * y * both(y * y, r), 0, top)[0])

    return n / d + float(quadrature.quad(strip, 2, 120, limit=200)[0])


def against_start(claim: Claim, rng: Rng, seconds: float) -> int:
    """SGD-ORTHOGONAL: mini-batches from uniform directions; the tail of |cos(w_inf, w_0)|."""
    played = 0
    for _ in until(seconds):
        n = int(one_of(rng, 1, 2, 3, 5))
        d, b = n + int(one_of(rng, 0, 1, 4)), int(one_of(rng, 1, max(1, n - 1), n))
        a, r2 = float(one_of(rng, 0.3, 0.45, 0.6)), float(one_of(rng, 0.5, 1.0, 1.9, 3.0))
        relu, level = (
            bool(rng.random() < 0.5),
            str(one_of(rng, "0", "1/2", "3/5", "4/5", "97/100", "1")),
        )
        at = {
            no.n: n,
            no.d: d,
            no.b: b,
            no.a: Rational(str(a)),
            no.r2: Rational(str(r2)),
            T: Rational(level),
        }
        if claim.region.subs(at) == False:  # noqa: E712
            continue
        runs = 800
        w, x = starts(rng, {"n": n, "d": d, "radius": r2}, runs)
        q = w @ x.T
        live = (q > 0).any(axis=1) if relu else np.ones(runs, dtype=bool)
        end, _rest = descend(w[live], x, a, relu, int(150 / a**2), b, rng)
        cosine = np.abs((w[live] * end).sum(axis=1))
        cosine /= np.sqrt((w[live] ** 2).sum(axis=1) * (end**2).sum(axis=1))
        (tail,) = claim.formula.atoms(BetaTail)
        one = stats.beta.sf(*(float(v.subs(at)) for v in (tail.args[2], *tail.args[:2])))
        (bound,) = [x.gts for x in relations(claim.formula) if x.lts == p_aligned]
        limit = min(1.0, float(bound.subs(tail, float(one)).subs(at)))
        hits = int((cosine >= float(Rational(level)) + 1e-6).sum())
        if float(stats.binom.sf(hits - 1, len(cosine), limit)) < ERROR:
            refute(claim, f"P <= {limit:.3g}", {**{str(k): v for k, v in at.items()}, "hits": hits})
        played += 1
    return played


_LAWS: dict[str, Callable[[Claim, Rng, float], int]] = dict.fromkeys(
    ("GD-ALIGN", "GD-ALIGN-RELU", "GD-DENSE", "GD-DENSE-MAX"), laws
)
FALSIFIERS: dict[str, Falsifier] = {
    **_LAWS, "GD-RATE": rates, "GD-EDGE": cycles, "FLOW-SEPARATRIX": separates,
    "GD-GAUSSIAN": gaussian, "SGD-ORTHOGONAL": against_start,
}  # fmt: skip
