"""Chapter random_walk: best-possible bounds on leaving, hitting and escaping."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, Le, Rational, Symbol, cancel, expand, linsolve, symbols

import theorem_audit.checks.statistics as statistics
from sim.problems.walks import exit_times
from tests.walks.bounds import (
    coefficients_in,
    exact_exit_times,
    expect_attained,
    expect_on_orthant,
    rational,
    upper_bound,
)
from theorem_audit import evidence, expect, expect_zero, seed
from theorem_audit.statement.claim import Claim
from theory.walks.random_walk import (
    DRIFT_ESCAPE,
    FOSTER,
    NHRW,
    SUPERMARTINGALE_CRITERIA,
    drift,
    eps,
    f_floor,
    f_start,
    f_target,
    height,
    hit,
    jump,
    level,
    mean_time,
    returning,
    second,
    start,
    start_value,
    width,
)
from theory.walks.walk_law import increment

SMALL = st.fractions(min_value=Fraction(1, 20), max_value=3, max_denominator=20)


# FOSTER


@evidence(FOSTER, "symbolic", step="attained")
def test_foster_is_attained_by_constant_drift(claim: Claim) -> None:
    """Walk +1 with p, -1 with q > p, from x to 0: T(x) = slope x with T = 1 + p T(+1) + q T(-1)."""
    x, p, q, slope = symbols("x p q slope")
    step = 1 + p * slope * (x + 1) + q * slope * (x - 1) + (1 - p - q) * slope * x - slope * x
    ((value,),) = linsolve([expand(step)], slope)
    expect_attained(claim.formula, mean_time, {mean_time: value * x, start_value: x, eps: q - p})


@evidence(FOSTER, "symbolic", step="telescoping")
def test_foster_from_the_telescoping_sum(claim: Claim) -> None:
    """V_0 = E V_{tau^k} + eps E[tau^k] + (what the drift has to spare), all three >= 0."""
    mean_value, time, spare = symbols("M_k T_k spare")
    bound = upper_bound(claim.formula, mean_time)
    gap = (bound - time).subs(start_value, mean_value + eps * time + spare)
    expect_on_orthant(gap, "V_0/eps against E[tau ^ k]")


# NHRW


def reflecting_exit_time() -> Expr:
    """E tau of the lazy walk +-J with E D^2 = v, reflected at 0, from y until it is above W.

    +-J with probability v/(2 J^2) each, +J with v/J^2 at 0.  T is the quadratic solving
    T = 1 + E T(y + D), the reflection at 0, and T(W + J) = 0.
    """
    a0, a1, a2 = symbols("a0 a1 a2")

    def T(y: Expr) -> Expr:
        return a0 + a1 * y + a2 * y**2

    y, chance = height, second / jump**2
    inner = expand(1 + chance / 2 * (T(y + jump) + T(y - jump) - 2 * T(y)))
    wall = expand(1 + chance * (T(jump) - T(Rational(0))))
    ((b0, b1, b2),) = linsolve([inner, wall, T(width + jump)], (a0, a1, a2))
    return b0 + b1 * y + b2 * y**2


@evidence(NHRW, "symbolic", step="attained")
def test_exit_time_is_attained_by_the_reflected_walk(claim: Claim) -> None:
    expect_attained(claim.formula, mean_time, {mean_time: reflecting_exit_time()})


@evidence(NHRW, "symbolic", step="attained")
def test_exit_time_is_attained_by_the_free_walk(claim: Claim) -> None:
    """The same law without a wall, until |y| > W: T = T(-y) solves T = 1 + E T(y + D)."""
    a0, a2 = symbols("a0 a2")
    y, chance = height, second / jump**2

    def T(z: Expr) -> Expr:
        return a0 + a2 * z**2

    inner = expand(1 + chance / 2 * (T(y + jump) + T(y - jump) - 2 * T(y)))
    ((b0, b2),) = linsolve([inner, T(width + jump)], (a0, a2))
    expect_attained(claim.formula, mean_time, {mean_time: b0 + b2 * y**2})


@evidence(NHRW, "symbolic", step="supersolution")
def test_exit_bound_decreases_by_one_in_mean(claim: Claim) -> None:
    """h(y) - E h(y + D) >= 1 from y E D = out >= 0, E D^2 = v + spare; then FOSTER with V = h."""
    out, spare = symbols("out spare")
    h = upper_bound(claim.formula, mean_time)
    change = h - h.subs(height, height + increment)
    free, first, square = coefficients_in(change, 2)
    expect_zero(free, "a jump of 0 changes nothing")
    expect_on_orthant(first * out / height + square * (second + spare) - 1, "mean decrease - 1")
    V = Symbol("V")
    foster = upper_bound(FOSTER.formula, mean_time)
    expect_zero(foster.subs({start_value: V, eps: 1}) - V, "FOSTER with V = h and eps = 1")


@evidence(NHRW, "symbolic", step="non-negative")
def test_exit_bound_is_non_negative_where_the_process_can_be(claim: Claim) -> None:
    """|X - o| <= W + J up to and including tau: X - o = (W + J)(above - below)/(above + below)."""
    below, above = symbols("below above")
    h = upper_bound(claim.formula, mean_time)
    z = (width + jump) * (above - below) / (above + below)
    expect_on_orthant(h.subs(height, z), "h at the exit")


@st.composite
def outward_laws(draw: st.DrawFn) -> tuple[int, list[dict[int, Fraction]]]:
    """o and one law per state 0..size: jumps |D| <= 3, (x - o) E D >= 0, E D^2 > 0."""
    size, reach = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    centre, laws = draw(st.integers(0, size)), []
    for state in range(size + 1):
        weights = draw(st.lists(st.integers(0, 5), min_size=2 * reach + 1, max_size=2 * reach + 1))
        law = {d: w for d, w in zip(range(-reach, reach + 1), weights, strict=True)}
        if (state - centre) * sum(d * w for d, w in law.items()) < 0:
            law = {-d: w for d, w in law.items()}
        assume(any(w for d, w in law.items() if d))
        laws.append({d: Fraction(w, sum(law.values())) for d, w in law.items() if w})
    return centre, laws


@evidence(NHRW, "property")
@given(walk=outward_laws())
def test_exact_exit_times_obey_the_bound(claim: Claim, walk: Any) -> None:
    centre, laws = walk
    size = len(laws) - 1
    values = {
        width: max(centre, size - centre),
        jump: max(abs(d) for law in laws for d in law),
        second: rational(min(sum(d * d * p for d, p in law.items()) for law in laws)),
    }
    for state, time in enumerate(exact_exit_times(size, laws)):
        point = {**values, height: state - centre, mean_time: rational(time)}
        truth = claim.formula.subs(point)
        expect(truth == True, "exact mean exit time", laws=laws, start=state, o=centre)  # noqa: E712


@evidence(NHRW, "simulation")
def test_exit_time_of_the_reflected_walk(claim: Claim) -> None:
    """Steps +-1/2 with E D^2 = 1/8 (lazy), reflected at 0, W = 3."""

    def sampler(x: Any, generator: Any) -> Any:
        u = generator.random(x.shape)
        step = (u < 0.25) * 0.5 - ((u > 0.75) & (x > 0)) * 0.5
        return step + (x == 0) * (u > 0.75) * 0.5

    found = exit_times(sampler, 1.0, 0.0, 3.0, runs=20_000, seed=seed("exit"), max_steps=20_000)
    expect(found.finished.all(), "every run leaves the band", left=int(found.finished.sum()))
    values = {width: 3, jump: Rational(1, 2), second: Rational(1, 8), height: 1}
    bound = float(upper_bound(claim.formula, mean_time).subs(values))
    statistics.expect_mean(found.times, bound, visible=0.06, what="mean exit time")


@evidence(
    NHRW,
    "witness",
    needs="outward drift",
    cases={"mean -1/3": Fraction(-1, 3), "mean -1/100": Fraction(-1, 100)},
)
def test_downward_drift_breaks_the_bound(claim: Claim, case: Fraction) -> None:
    """Nearest-neighbour walk on 0..20 with mean ``case`` inside, reflected at 0: it takes longer."""
    size = 20
    laws = [{1: Fraction(1)}] + [{1: (1 + case) / 2, -1: (1 - case) / 2}] * size
    time = exact_exit_times(size, laws)[0]
    values = {width: size, jump: 1, second: 1, height: 0, mean_time: rational(time)}
    expect(claim.formula.subs(values) == False, "the bound fails", time=time)  # noqa: E712


# SUPERMARTINGALE-CRITERIA


@evidence(SUPERMARTINGALE_CRITERIA, "symbolic", step="attained")
def test_hitting_bound_is_attained_by_the_simple_walk(claim: Claim) -> None:
    """P(N before 0 | x) solves P = (P(x+1) + P(x-1))/2, P(0) = 0, P(N) = 1; f is affine."""
    x, N, low, slope, rise = symbols("x N low slope rise")
    ((per_step,),) = linsolve([rise * N - 1], rise)
    expect_zero(per_step * (x + 1) + per_step * (x - 1) - 2 * per_step * x, "x/N is harmonic")
    values = {hit: per_step * x, f_start: low + slope * x, f_target: low + slope * N, f_floor: low}
    expect_attained(claim.formula, hit, values)


@evidence(SUPERMARTINGALE_CRITERIA, "symbolic", step="stopped")
def test_hitting_bound_from_the_stopped_process(claim: Claim) -> None:
    """f_x = f_B P + f_C (1 - P) + spare, f_B = f_C + gap: the bound exceeds P by spare/gap."""
    chance, gap, spare = symbols("P_k gap spare")
    bound = upper_bound(claim.formula, hit)
    levels = {
        f_start: (f_floor + gap) * chance + f_floor * (1 - chance) + spare,
        f_target: f_floor + gap,
    }
    expect_on_orthant(cancel((bound - chance).subs(levels)), "bound minus P(B by time k)")


@evidence(SUPERMARTINGALE_CRITERIA, "property")
@given(size=st.integers(2, 8), odds=SMALL)
def test_hitting_bound_for_biased_walks(claim: Claim, size: int, odds: Fraction) -> None:
    """f = odds^x is harmonic for p = 1/(1+odds): gambler's ruin, exactly, from every state."""
    assume(odds < 1)  # f decreases: B is at and below 0, and f_floor = f(size) bounds it until then
    f = [odds**k for k in range(size + 1)]
    up_chance = 1 / (1 + odds)
    rows = [[fmpq(int(i == j)) for j in range(size - 1)] for i in range(size - 1)]
    for i in range(size - 1):
        for j, p in ((i + 1, up_chance), (i - 1, 1 - up_chance)):
            if 0 <= j < size - 1:
                rows[i][j] -= fmpq(p.numerator, p.denominator)
    to_zero = 1 - up_chance
    right = [fmpq(to_zero.numerator, to_zero.denominator)] + [fmpq(0)] * (size - 2)
    exact = fmpq_mat(rows).solve(fmpq_mat(size - 1, 1, right))
    for x in range(1, size):
        chance = Rational(int(exact[x - 1, 0].p), int(exact[x - 1, 0].q))
        levels = {f_start: rational(f[x]), f_target: 1, f_floor: rational(f[size])}
        gap = (upper_bound(claim.formula, hit) - chance).subs(levels)
        expect_zero(gap, f"from {x} of {size} at odds {odds}")


# DRIFT-ESCAPE


@evidence(DRIFT_ESCAPE, "symbolic", step="exponential")
def test_escape_bound_is_exponential(claim: Claim) -> None:
    """The bound is base^e with e = 0 at A and e + 1 after a step J, so it is 1 at A, and attained."""
    expect(isinstance(claim.formula, Le), f"{claim.formula} is strict, but P = 1 at A")
    _, exponent = upper_bound(claim.formula, returning).as_base_exp()
    expect_zero(exponent.subs(start, level), "exponent at A")
    expect_zero(exponent.subs(start, start + jump) - exponent - 1, "exponent after a step J")


@evidence(DRIFT_ESCAPE, "symbolic", step="chord")
def test_chord_of_the_exponential_is_one_at_the_drift(claim: Claim) -> None:
    """base^(D/J) <= chord(D) on [-J, J]; the chord falls in D and is 1 at D = delta_1."""
    base, _ = upper_bound(claim.formula, returning).as_base_exp()
    chord = ((jump - increment) / base + (jump + increment) * base) / (2 * jump)
    expect_zero(chord.subs(increment, drift) - 1, "chord at the least drift")
    rest = Symbol("rest")
    slope = cancel(chord.diff(increment)).subs(jump, drift + rest)
    expect_on_orthant(-slope, "minus the chord's slope")


@evidence(DRIFT_ESCAPE, "symbolic", step="hitting")
def test_escape_bound_from_the_hitting_bound(claim: Claim) -> None:
    """f = the bound itself: f_target = 1 at and below A, f_floor = 0."""
    value = Symbol("F")
    bound = upper_bound(SUPERMARTINGALE_CRITERIA.formula, hit)
    expect_zero(bound.subs({f_start: value, f_target: 1, f_floor: 0}) - value, "f_start/f_target")
    at_level = upper_bound(claim.formula, returning).subs(start, level)
    expect_zero(at_level - 1, "f at A")


@evidence(DRIFT_ESCAPE, "property")
@given(size=SMALL, share=SMALL, steps=st.integers(0, 6), low=st.integers(-3, 3))
def test_escape_bound_is_gamblers_ruin(
    claim: Claim, size: Fraction, share: Fraction, steps: int, low: int
) -> None:
    """Jumps +-J with up-chance p > 1/2: P(ever A | A + kJ) = ((1-p)/p)^k, and drift (2p-1) J."""
    p = (1 + share / 4) / 2
    values = {
        jump: rational(size),
        drift: rational((2 * p - 1) * size),
        level: low,
        start: low + steps * rational(size),
        returning: rational(((1 - p) / p) ** steps),
    }
    gap = (upper_bound(claim.formula, returning) - returning).subs(values)
    expect(gap == 0, "gambler's ruin", p=p, steps=steps, gap=gap)
    expect(isinstance(claim.formula, Le), f"{claim.formula} is strict, but equality occurs")


@evidence(DRIFT_ESCAPE, "simulation")
def test_escape_of_a_process_with_memory(claim: Claim) -> None:
    """After a small jump: +-1 with 3/5, 2/5, mean 1/5; after a large one: 1/5, 1, -3/5 with
    3/4, 3/20, 1/10, mean 6/25.  Stopped at 60: a return from there has P <= (2/3)^60 < 1e-10.
    """
    last = np.zeros(20_000)

    def sampler(x: Any, generator: np.random.Generator) -> Any:
        u = generator.random(x.shape)
        wild = np.where(u < 0.6, 1.0, -1.0)
        mild = np.where(u < 0.75, 0.2, np.where(u < 0.9, 1.0, -0.6))
        last[:] = np.where(np.abs(last) < 1, wild, mild)
        return last

    runs = 20_000
    found = exit_times(sampler, 5.0, 1e-9, 60.0, runs=runs, seed=seed("memory"), max_steps=20_000)
    expect(found.finished.all(), "every run returns or is far away")
    values = {jump: 1, drift: Rational(1, 5), level: 0, start: 5}
    bound = float(upper_bound(claim.formula, returning).subs(values))
    statistics.expect_at_most(
        int((found.positions <= 0).sum()), runs, bound, what="return of a process with memory"
    )
