"""A random search for counterexamples to the claims on the model, full batch and random starts.

    FALSIFIERS[claim.id](claim, rng, seconds)  ->  cases played; Refuted with a witness if one fails

Each draws settings at random, boundaries first (n = 1, d = n, b = n - 1, exact zeros, starts that a
factor sends to 0, passive ReLU data), and keeps those that lie in the claim's *own* region: the region
is evaluated at them; the claim's items draw data, neuron, batches, starts and states.  They are played in
R^d from the loss, in exact rationals (``tests/instances.py``, ``tests/ambient.py``) or, for limits and laws,
in floats (``tests/falsify/model/ambient.py``); neither shares code with ``sim`` or reads a formula of
``theory``.  Then the claim's formula is judged there.
What a claim leaves open is drawn freely: one with no condition on the radius is played at any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import isqrt

from mpmath import mp
from sympy import Float, Rational

from tests.falsify.model import flow as falsify_flow
from tests.falsify.model import landscape as falsify_landscape
from tests.falsify.model import limits as falsify_limits
from tests.falsify.model import spectra as falsify_spectra
from tests.falsify.model.draw import (
    Case,
    Falsifier,
    Point,
    Rng,
    draw,
    fraction,
    holds,
    inside,
    now,
    observables,
    one_of,
    refute,
    until,
)
from tests.falsify.seeing import measured
from tests.instances import dot, exact
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import notation as no
from theory.model.band import m
from theory.model.initialisation import kappa
from theory.model.step import log_ratio_change


def more_points(claim: Claim, at: Point, rng: Rng) -> Iterator[Point]:
    """Values of a claim's parameters that no state fixes: kappa; m >= 0 with a = m (m + 2)."""
    if claim.region.has(kappa):
        for value in (Fraction(1), Fraction(1, 2), fraction(rng, Fraction(1, 24), Fraction(1))):
            yield {**at, kappa: value}
    elif claim.region.has(m):
        root = 1 + at[no.a]
        value = Fraction(isqrt(root.numerator), isqrt(root.denominator))
        if value**2 == root:
            yield {**at, m: value - 1}
    else:
        yield at


def one_step(
    claim: Claim,
    rng: Rng,
    seconds: float,
    moved: Callable[[Case, Rng], Case] = lambda case, _: case,
) -> int:
    """Every conjunct whose symbols are measured, wherever a drawn case lies in the region.

    moved: where one case in four is put before its step.
    """
    played = 0
    for turn in until(seconds):
        case = draw(claim, rng)
        case = moved(case, rng) if turn % 4 == 1 else case
        if claim.region.has(m):  # a = m (m + 2) with a rational m
            root = fraction(rng, Fraction(0), Fraction(1, 2), 1000)
            at = replace(case.at, a=root * (root + 2))
            case = replace(case, at=at, after=at.step())
        for point in more_points(claim, observables(claim, case), rng):
            if not inside(claim, point):
                continue
            parts = relations(claim.formula)
            judged = [holds(part, point) for part in parts]
            for part, verdict in zip(parts, judged, strict=True):
                if verdict is False:
                    refute(claim, part, {**point, "case": case})
            played += any(x is not None for x in judged)
    return played


def at_minimum(case: Case, _: Rng) -> Case:
    """The same at a = 1/4 and a global minimum with two live data, which all but full batches leave."""
    if len(case.at.data) < 2:
        return case
    one, two = (case.at.data[k] for k in (0, 1))
    weight = [Fraction(3, 5) * x + Fraction(4, 5) * y for x, y in zip(one, two, strict=True)]
    at = replace(case.at, weight=weight, a=Fraction(1, 4))
    return replace(case, at=at, after=at.step())


def loss_falls(claim: Claim, rng: Rng, seconds: float) -> int:
    """GD-LOSS: one step, also from minima."""
    return one_step(claim, rng, seconds, at_minimum)


def far_out(case: Case, rng: Rng) -> Case:
    """The same with rho > 9, at most 4 on the active data, and steps up to (rho - 2)/(r2 - 2)^2.

    There much mass lies on data that are not drawn, and s, S, k and the factor are far from each other.
    """
    at = case.at
    on = [Fraction(0)] * len(at.weight)
    for gate, q, x in zip(at.gates, at.q, at.data, strict=True):
        on = [y + gate * q * z for y, z in zip(on, x, strict=True)]
    off = [x - y for x, y in zip(at.weight, on, strict=True)]
    s, rho = dot(on, on), dot(off, off)
    if rho == 0:
        return case
    on_times, off_times = (max(1, isqrt(int(4 / s))) if s else 1), isqrt(int(9 / rho)) + 1
    weight = [on_times * x + off_times * y for x, y in zip(on, off, strict=True)]
    rho *= off_times**2
    largest = (rho - 2) / (dot(weight, weight) - 2) ** 2
    at = replace(at, weight=weight, a=one_of(rng, 1, Fraction(1, 2), Fraction(1, 24)) * largest)
    return replace(case, at=at, after=at.step())


def caught(claim: Claim, rng: Rng, seconds: float) -> int:
    """INIT-RADIUS: one step, also from far out."""
    return one_step(claim, rng, seconds, far_out)


def log_ratio(claim: Claim, rng: Rng, seconds: float) -> int:
    """The claimed change against log|q_i+/q_j+| - log|q_i/q_j|, at 60 digits, good to 1e-40."""
    played = 0
    for _ in until(seconds):
        case = draw(claim, rng)
        left = [j for j in range(len(case.at.q)) if j not in case.at.batch]
        if left and rng.random() < 0.7:  # a drawn one against one that is not
            case = replace(case, i=int(one_of(rng, *case.at.batch)), j=int(one_of(rng, *left)))
        at = observables(claim, case)
        if not inside(claim, at):
            continue
        before, after = case.at.q, case.after.q
        values = (before[case.i], before[case.j], after[case.i], after[case.j])
        if 0 in values:
            refute(claim, "the log ratio exists", {**at, "q_i, q_j, q_i+, q_j+": values})
        with mp.workdps(70):
            change = Float(
                str(measured(claim, now(case), (log_ratio_change,))[log_ratio_change]), 70
            )
        right = claim.formula.rhs.subs({x: exact(v) for x, v in at.items()})
        gap = (right - change).evalf(60)
        if not gap.is_real or abs(gap) > Rational(1, 10**40):
            refute(claim, claim.formula, {**at, "change": change})
        played += 1
    return played


def signs_for_ever(claim: Claim, rng: Rng, seconds: float) -> int:
    """One step's conjuncts; then up to four more steps, other batches: signs, zeros, gates stay."""
    played = one_step(claim, rng, seconds / 2)
    for _ in until(seconds / 2):
        case = draw(claim, rng)
        if not inside(claim, observables(claim, case)):
            continue
        at = case.at
        for _ in range(4):
            after = at.step()
            for x, y in zip(at.q, after.q, strict=True):
                if (x > 0) != (y > 0) or (x < 0) != (y < 0):
                    refute(claim, "signs, zeros and the active set are kept", {"at": at})
            at = replace(after, batch=next(case.batches))
            if at.r2.denominator > 10**80:
                break
        played += 1
    return played


def converges(claim: Claim, rng: Rng, seconds: float) -> int:
    """One step, exactly; then whole runs in floats from the region."""
    return one_step(claim, rng, seconds / 2) + falsify_limits.descends(claim, rng, seconds / 2)


def at_one_half(claim: Claim, rng: Rng, seconds: float) -> int:
    """One step, exactly; then the second iterate of the radial map near s = 1, n = d = 1."""
    return one_step(claim, rng, seconds / 2) + falsify_flow.second_iterate(claim, rng, seconds / 2)


ONE_STEP = (
    "STEP", "NORM", "BAND", "BAND-WIDE", "BAND-LEAST", "ENTRY", "ENTRY-LEAST", "GROWTH", "GROWTH-LOW",
    "RADIUS-TWO", "GD-DIRECTION",
)  # fmt: skip

FALSIFIERS: dict[str, Falsifier] = {
    **dict.fromkeys(ONE_STEP, one_step),
    "INIT-RADIUS": caught,
    "GD-LOSS": loss_falls,
    "RATIO": log_ratio,
    "SIGN": signs_for_ever,
    "GD-CONVERGES": converges,
    "GD-HALF": at_one_half,
    **falsify_landscape.FALSIFIERS,
    **falsify_spectra.FALSIFIERS,
    **falsify_limits.FALSIFIERS,
    **falsify_flow.FALSIFIERS,
}

OUT_OF_REACH: dict[str, str] = {}
"""None of these chapters' claims: GD-GAUSSIAN's limit is played as gradient flow."""
