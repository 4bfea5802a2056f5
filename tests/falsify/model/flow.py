"""The random search near the limit, on the 2-cycle, and along gradient flow, in floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import integrate as quadrature
from scipy import stats
from sympy import Rational, lambdify

from tests.falsify.model.ambient import Floats, flow, slope
from tests.falsify.model.draw import (
    Falsifier,
    Rng,
    activation_of,
    basis,
    batches_of,
    one_of,
    outside,
    refute,
    until,
)
from tests.falsify.model.limits import DRAWN, descended, frame, sizes_of, starts
from theorem_audit.statement.claim import Claim
from theory import notation as no
from theory import vocabulary as words
from theory.full_batch.convergence import perp_factor, radial_factor
from theory.full_batch.edge import (
    cycle_factor,
    cycle_perp_factor,
    high_point,
    low_point,
    second_order,
    third_order,
)
from theory.full_batch.gaussian_start import caught_share, mean_alignment, mean_fourths
from theory.model.initialisation import critical_share, flow_invariant, separatrix
from theory.vocabulary.maps import Maps
from theory.vocabulary.meanings import Ends
from theory.vocabulary.observables import Seen

ERROR = 1e-9


@dataclass(frozen=True)
class Ray:
    """Weights sqrt(s) u, u a unit vector in the span of the data, d = n + 1, and a batch; in floats."""

    x: Floats  # the data
    u: Floats
    y: Floats  # a unit vector off the data
    relu: bool
    drawn: Floats

    @staticmethod
    def of(claim: Claim, rng: Rng) -> Ray:
        """One that obeys the claim's items; all data are active on it."""
        n = int(one_of(rng, 1, 2, 3))
        data, rest = basis(claim, rng, n, n + 1)
        x, rows = np.array([[float(e) for e in p] for p in data]), frame([*data, *rest])
        batch = next(batches_of(claim, rng, n, int(rng.integers(1, n + 1))))
        u = rng.uniform(0.2, 1, size=n) @ rows[:n]
        drawn = np.bincount(batch, minlength=n).astype(float)[None]
        relu = activation_of(claim, rng) == "relu"
        return Ray(x, u[None] / np.linalg.norm(u), rows[n:], relu, drawn)

    def step(self, w: Floats, a: float) -> Floats:
        return w - a * slope(w, self.x, self.relu, self.drawn)

    def maps(self, a: float) -> Maps:
        """As meanings read them."""
        return Maps(lambda mass: self.radial(mass, a), lambda mass: self.off_factor(mass, a))

    def radial(self, mass: float, a: float) -> float:
        """s after one step from s, rho = 0."""
        after = self.step(np.sqrt(mass) * self.u, a) @ self.x.T
        return float(np.where((after > 0) | (not self.relu), after**2, 0.0).sum())

    def off_factor(self, mass: float, a: float) -> float:
        """Factor of a small w_perp at that s."""
        w = np.sqrt(mass) * self.u + 1e-9 * self.y
        return float((self.step(w, a) * self.y).sum() / 1e-9)


def second_iterate(claim: Claim, rng: Rng, seconds: float) -> int:
    """The coefficients at e = 0.01: what is left out is of order e^2 times one of the next two, below 60."""
    played = 0
    for _ in until(min(seconds, 0.2)):
        maps = Ray.of(claim, rng).maps(0.5)
        claim.drawn((no.a,))
        for symbol, error in ((second_order, 0.01), (third_order, 0.02)):
            seen = claim.meaning(symbol).value(maps)
            if abs(float(claim.says(symbol)) - seen) > error:
                refute(claim, symbol, {"seen": seen})
        played += 1
    return played


def rates(claim: Claim, rng: Rng, seconds: float) -> int:
    """Central differences at s = 1, good to 1e-6 for a <= 3."""
    played = 0
    for _ in until(min(seconds, 0.5)):
        a, ray = float(rng.uniform(0.01, 3.0)), Ray.of(claim, rng)
        claim.drawn((no.a,))
        for symbol in (radial_factor, perp_factor):
            seen = claim.meaning(symbol).value(ray.maps(a))
            if abs(float(claim.says(symbol).subs(no.a, a)) - seen) > 1e-5:
                refute(claim, symbol, {"a": a, "seen": seen})
        played += 1
    return played


def cycles(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-EDGE: the two points are swapped; multipliers by central differences; the limit repels."""
    played = 0
    for _ in until(min(seconds, 1.0)):
        a = float(one_of(rng, 0.505, 0.6, 0.617, float(rng.uniform(0.3, 0.8))))
        if outside(claim, {no.n: 1, no.d: 2, no.a: Rational(str(a))}):
            continue
        said = {x: complex(claim.says(x).subs(no.a, a)) for x in
                (low_point, high_point, cycle_factor, cycle_perp_factor)}  # fmt: skip
        if any(abs(v.imag) > 1e-12 for v in said.values()):
            refute(claim, "a real cycle", {"a": a})
        low, high = said[low_point].real, said[high_point].real
        maps = Ray.of(claim, rng).maps(a)
        swap = max(abs(maps.radial(low) - high), abs(maps.radial(high) - low))
        with np.errstate(over="ignore", invalid="ignore"):  # where no cycle attracts
            found = {x: claim.meaning(x).value(maps) for x in (*said, radial_factor)}
        settled = abs(said[cycle_factor].real) < 0.97
        wrong = {
            "the cycle": swap > 1e-9 or not low < 1 < high,
            "it attracts": abs(maps.slope(low) * maps.slope(high)) >= 1,
            "the limit repels": found[radial_factor] > -1 + 1e-4,
            **{str(x): settled and abs(found[x] - v.real) > 1e-4 for x, v in said.items()},
        }
        for what, bad in wrong.items():
            if bad:
                refute(claim, what, {"a": a, "found": found})
        played += 1
    return played


def separates(claim: Claim, rng: Rng, seconds: float) -> int:
    """FLOW-SEPARATRIX: starts a tenth on either side of the border, at rho or on a sphere; and C."""
    played = 0
    border = lambdify(no.rho, claim.says(separatrix))
    ratio = lambdify(no.r2, claim.says(critical_share))
    invariant = lambdify((no.s, no.rho), claim.says(flow_invariant))
    for _ in until(seconds):
        n, off = int(one_of(rng, 1, 2, 4)), int(one_of(rng, 1, 3))
        relu = activation_of(claim, rng) == "relu"
        rho = float(one_of(rng, 2.5, 3.0, 6.0, float(rng.uniform(2.2, 8.0))))
        r2 = float(one_of(rng, 1.25, 1.5, 2.5, 4.0, float(rng.uniform(1.1, 8.0))))
        for kind, symbol in (("rho", separatrix), ("sphere", critical_share)):
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
            tried = []
            for scale in (0.9, 1.1):
                s = scale * (border(rho) if kind == "rho" else ratio(r2) * r2)
                rest = rho if kind == "rho" else r2 - s
                if rest <= 0:
                    continue
                data, more = basis(claim, rng, n, n + off)
                x, rows = np.array([[float(e) for e in p] for p in data]), frame([*data, *more])
                q, y = np.abs(rng.normal(size=n)) + 0.1, rng.normal(size=off)
                w = q @ np.linalg.pinv(x).T  # <w, x_i> = q_i, where such a weight exists
                w *= np.sqrt(s) / np.linalg.norm(w @ x.T)
                w = w + np.sqrt(rest) * y / np.linalg.norm(y) @ rows[n:]
                h = 1e-7
                pairs = [masses_of(claim, p, x) for p in (w, w - h * slope(w[None], x, relu)[0])]
                tried.append((*pairs[0], flow(w[None], x, relu)[0]))
                drift = (invariant(*pairs[1]) - invariant(*pairs[0])) / h
                if abs(drift) > 1e-4 * (1 + level) ** 4:
                    refute(claim, "C is conserved", {"rho": rest, "s": s, "drift": drift})
                played += 1
            caught, free = claim.meaning(symbol).value(tried)
            if not caught - ERROR <= (border(rho) if kind == "rho" else ratio(r2)) <= free + ERROR:
                refute(claim, symbol, {"rho": rho, "r2": r2, "tried": tried, "n": n})
    return played


def masses_of(claim: Claim, w: Floats, x: Floats) -> tuple[float, float]:
    """(s, rho) at a weight with all data active, as the claim means them; r2 is their sum."""
    on, r2 = float(((x @ w) ** 2).sum()), float((w**2).sum())
    at = Seen([*map(float, x @ w)], [1] * len(x), r2, on)  # type: ignore[list-item, arg-type]
    s, rho, whole = (float(claim.meaning(y).value(at)) for y in (no.s, no.rho, no.r2))
    if abs(s + rho - whole) > ERROR * (1 + whole):
        refute(claim, "||w||^2 = s + rho", {"s": s, "rho": rho, "r2": whole})
    return s, rho


def gaussian(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-GAUSSIAN: real runs from the claim's law, at the steps that its limit is read at."""
    played = 0
    for _ in until(seconds):
        n, d = one_of(rng, (4, 12), (1, 2), (2, 6), (3, 4))
        runs, reading = 800, claim.item(words.LIMIT).gives
        at = {no.n: n, no.d: d}
        if outside(claim, at):
            continue
        outer = lambdify(no.rho, claim.says(caught_share).subs(at).function, "scipy")
        chance = quadrature.quad(outer, 2, np.inf)[0]
        a = float(one_of(rng, *reading["steps"]))
        setting = {"n": n, "d": d, "radius": DRAWN, "b": int(rng.integers(1, n + 1))}
        drawn = starts(claim, rng, setting, runs)
        assert drawn is not None  # the law's own norms
        w, x = drawn
        relu = activation_of(claim, rng) == "relu"
        item, sizes = claim.item(words.BATCHES), sizes_of(claim, n, setting["b"])
        end, *_ = descended(rng, item, sizes, w, x, a, relu, 400 + int(100 / a))
        run = Ends(w, end, x, relu)
        r2 = (end**2).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            caught, cosine, fourth = (
                claim.meaning(y).value(run) for y in (caught_share, mean_alignment, mean_fourths)
            )
            s = (run.limits**2).sum(axis=1)
            open_ = int((~(s < 1e-3) & ~(np.abs(s - 1) < 1e-2)).sum())
        cosine, u4 = (np.nan_to_num(v, posinf=0.0) for v in (cosine, fourth))
        hits, slack = int(caught.sum()), float(reading["error"]) * a
        found = {
            "n": n,
            "d": d,
            "a": a,
            "caught": hits,
            "open": open_,
            "of": runs,
            "claimed": chance,
        }
        if not np.isfinite(r2).mean() > 0.95:
            refute(claim, "that runs converge", found)
        low, high = max(chance - slack, 0.0), min(chance + slack, 1.0)
        if not 0 <= chance <= 1 or float(stats.binom.cdf(hits + open_, runs, low)) < ERROR:
            refute(claim, "P_caught", found)
        if float(stats.binom.sf(hits - 1, runs, high)) < ERROR:
            refute(claim, "P_caught", found)
        fourths = float(claim.says(mean_fourths).subs({**at, caught_share: chance}))
        for what, values, claimed in (
            ("E cos^2", cosine, mean_of(claim, n, d)), ("E sum u^4", u4, fourths),
        ):  # fmt: skip
            room = 7 * values.std(ddof=1) / np.sqrt(runs) + open_ / runs + slack
            if abs(values.mean() - claimed) > room:
                refute(claim, what, {**found, "mean": values.mean(), "claimed": claimed})
        played += 1
    return played


def mean_of(claim: Claim, n: int, d: int) -> float:
    """The claimed E cos^2 by quadrature; s = x^2 takes the power s^(-1/2) away."""
    at = {no.n: n, no.d: d}
    integral = claim.says(mean_alignment) - no.n / no.d
    both = lambdify((no.s, no.rho), integral.function.subs(at), "scipy")

    def strip(r: float) -> float:
        top = float(np.sqrt(min((r - 2) ** 2 / 4, 150.0)))
        return float(quadrature.quad(lambda y: 2 * y * both(y * y, r), 0, top)[0])

    return n / d + float(quadrature.quad(strip, 2, 120, limit=200)[0])


FALSIFIERS: dict[str, Falsifier] = {
    "GD-RATE": rates, "GD-EDGE": cycles, "FLOW-SEPARATRIX": separates, "GD-GAUSSIAN": gaussian,
}  # fmt: skip
