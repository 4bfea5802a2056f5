"""Chapter random_walk: best-possible bounds on leaving, hitting and escaping."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, Ge, Gt, Le, Lt, Rational, Symbol, expand, linsolve, log, symbols

from tests.forms import cancel
from tests.instances import evaluate
from tests.rationals import fractions
from tests.walks.bounds import (
    asked,
    coefficients_in,
    exact_exit_times,
    expect_attained,
    expect_every_step,
    expect_on_orthant,
    from_slack,
    rational,
    upper_bound,
)
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.walks.random_walk import (
    DRIFT_ESCAPE,
    FOSTER,
    NHRW,
    SUPERMARTINGALE_CRITERIA,
    drift,
    eps,
    f_floor,
    f_next,
    f_now,
    f_start,
    f_target,
    height,
    hit,
    jump,
    level,
    mean_jump,
    mean_square,
    mean_time,
    offset,
    returning,
    second,
    start,
    start_value,
    value_next,
    value_now,
    value_stop,
    width,
)
from theory.walks.walk_criteria import non_confinement
from theory.walks.walk_law import increment, position

SMALL = fractions(min_value=Fraction(1, 20), max_value=3, max_denominator=20)


# FOSTER


@evidence(FOSTER, "symbolic", step="attained")
def test_foster_is_attained_by_constant_drift(claim: Claim) -> None:
    """Walk +1 with p, -1 with q > p, from x to 0: T(x) = slope x with T = 1 + p T(+1) + q T(-1)."""
    x, p, q, slope = symbols("x p q slope")
    step = 1 + p * slope * (x + 1) + q * slope * (x - 1) + (1 - p - q) * slope * x - slope * x
    ((value,),) = linsolve([expand(step)], slope)
    expect_attained(claim.formula, mean_time, {mean_time: value * x, start_value: x, eps: q - p})


@evidence(FOSTER, "symbolic", step="telescoping")
def test_foster_by_induction_on_the_horizon(claim: Claim) -> None:
    """T_k = E[tau ^ k], M_k = E V(X_{tau ^ k}): spare_k = V_0 - M_k - eps T_k >= 0 for every k.

    k = 0: T = 0, M = V_0.  One more step happens on {tau > k}, of probability pi, which F_k knows:
    T grows by pi and M by pi times a mean of E[V(X_{k+1}) | F_k] - V(X_k), which the drift condition
    bounds.  So T_k = (V_0 - M_k - spare_k)/eps is at most the bound, as M_k >= 0; and T_k -> E tau
    (monotone convergence: tau ^ k rises to tau).
    """
    expect_every_step(claim)
    time, mean, chance, before, slack = symbols("T_k M_k pi spare_k slack")
    step = from_slack(claim, value_next, slack) - value_now

    def spare(mean_value: Expr, mean_steps: Expr) -> Expr:
        return start_value - mean_value - eps * mean_steps

    expect_zero(spare(start_value, Rational(0)), "k = 0")
    later = spare(mean + chance * step, time + chance).subs(mean, start_value - eps * time - before)
    expect_on_orthant(later, "spare_{k+1} from spare_k >= 0")
    low = matching(claim.region, value_now, without=[value_next])
    expect(low == [Ge(value_now, 0)], "V >= 0 before tau", found=low)
    last = matching(claim.region, value_stop)
    expect(last == [Ge(value_stop, 0)], "V >= 0 at tau", found=last)
    gap = upper_bound(claim.formula, mean_time) - time
    expect_on_orthant(gap.subs(start_value, mean + eps * time + before), "bound - E[tau ^ k]")


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


@evidence(NHRW, "symbolic", step="bound")
def test_exit_bound_by_foster(claim: Claim) -> None:
    """FOSTER with V = h, the bound as a function of X - o = z, and eps = 1; both hypotheses of it here.

    Drift: h(z) - E h(z + D) >= 1 from the claim's conditions on E D and E D^2, at every step before
    tau.  h >= 0 up to and including tau: |z| <= W and |D| <= J there, in coordinates on the simplex.
    """
    expect_every_step(claim)
    h = upper_bound(claim.formula, mean_time)
    out, spare = symbols("out spare")
    change = (h - h.subs(height, height + increment)).subs(height, offset)
    free, first, square = coefficients_in(change, 2)
    expect_zero(free, "a jump of 0 changes nothing")
    drift_part = asked(claim, mean_jump)
    expect_zero(drift_part - offset * mean_jump, "outward: (X_k - o) E D >= 0")
    mean = first * out / offset + square * from_slack(claim, mean_square, spare)
    expect_on_orthant(mean - 1, "mean decrease - 1")
    expect_zero(asked(claim, increment) - (jump**2 - increment**2), "|D| <= J")
    band = matching(claim.region, offset, without=[mean_jump])
    expect(band == [offset**2 <= width**2], "|X_k - o| <= W", found=band)
    up, down, above, below = symbols("up down above below")
    inside = {offset: width * (up - down) / (up + down),
              increment: jump * (above - below) / (above + below)}  # fmt: skip
    end = h.subs(height, offset + increment).subs(inside)
    expect_on_orthant(end, "h after a step from the band")
    V = Symbol("V")
    foster = upper_bound(FOSTER.formula, mean_time)
    expect_zero(foster.subs({start_value: V, eps: 1}) - V, "FOSTER with V = h and eps = 1")


@evidence(NHRW, "symbolic", step="bound")
def test_hypotheses_are_those_that_the_checker_asks(claim: Claim) -> None:
    """walk_criteria's non-confinement, with D for m_1 and D^2 for m_2, has the claim's conditions."""
    J_, v_ = Rational(3, 2), Rational(1, 3)
    theorem = non_confinement(J_, v_, low=-2, high=2, centre=0)
    wanted = {h.name: h.expression for h in theorem.hypotheses}
    known = {jump: J_, second: v_, offset: position}
    for symbol, moment, name in (
        (increment, increment, "bounded jumps"),
        (mean_jump, increment, "outward drift"),
        (mean_square, increment**2, "second moment bounded below"),
    ):
        expect_zero(asked(claim, symbol).subs(symbol, moment).subs(known) - wanted[name], name)


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
        second: min(sum(d * d * p for d, p in law.items()) for law in laws),
    }
    for state, time in enumerate(exact_exit_times(size, laws)):
        truth = evaluate(claim.formula, {**values, height: state - centre, mean_time: time})
        expect(truth, "exact mean exit time", laws=laws, start=state, o=centre)


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
    """E f(X_{tau ^ k}) <= f_x by induction: one more step adds pi (E[f(X_{k+1}) | F_k] - f(X_k)) <= 0.

    P = P(tau <= k, X_tau in B): f_x = f_B P + f_C (1 - P) + spare, f_B = f_C + gap, so the bound
    exceeds P by spare/gap; and P rises to P(B before C).
    """
    expect_every_step(claim)
    weight, slack = symbols("pi slack")
    step = from_slack(claim, f_next, slack) - f_now
    expect_on_orthant(-weight * step, "what one more step takes from E f")
    order = matching(claim.region, f_target)
    expect(order == [f_floor < f_target], "f_C < f_B", found=order)
    chance, gap, spare = symbols("P_k gap spare")
    bound = upper_bound(claim.formula, hit)
    levels = {
        f_start: (f_floor + gap) * chance + f_floor * (1 - chance) + spare,
        f_target: f_floor + gap,
    }
    expect_on_orthant(cancel((bound - chance).subs(levels)), "bound minus P(B by time k)")


# DRIFT-ESCAPE


@evidence(DRIFT_ESCAPE, "symbolic", step="attained")
def test_escape_bound_is_attained_by_gamblers_ruin(claim: Claim) -> None:
    """Jumps +-J with up-chance p, drift (2p-1) J: P(ever at A | A + kJ) = ((1-p)/p)^k, k = 0, 1, ..."""
    expect(isinstance(claim.formula, Le), f"{claim.formula} is strict, but equality occurs")
    base, exponent = upper_bound(claim.formula, returning).as_base_exp()
    up, steps = symbols("up steps")
    expect_zero(base.subs(drift, (2 * up - 1) * jump) - (1 - up) / up, "the ruin's base")
    expect_zero(exponent.subs(start, level + steps * jump) - steps, "the ruin's exponent")
    x = Symbol(
        "x"
    )  # the ruin probability's equation x = (1 - p) + p x^2 has the roots 1 and (1-p)/p
    expect_zero((1 - up) + up * x**2 - x - up * (x - 1) * (x - (1 - up) / up), "first step")


@evidence(DRIFT_ESCAPE, "symbolic", step="bound")
def test_escape_bound_by_an_exponential_supermartingale(claim: Claim) -> None:
    """f = the bound as a function of X is a supermartingale above A; then SUPERMARTINGALE-CRITERIA.

    f(X + D) = f(X) base^(D/J).  D -> base^(D/J) is convex, so on [-J, J] it is at most its chord, whose
    mean is its value at E D; the chord falls in D and is 1 at D = delta_1.  f >= 1 at and below A.
    """
    expect_every_step(claim)
    base, exponent = upper_bound(claim.formula, returning).as_base_exp()
    expect_zero(exponent.subs(start, start + increment) - exponent - increment / jump, "f(X + D)")
    beta, move = Symbol("beta", positive=True), Symbol("D", real=True)
    curve = (beta**move).diff(move, 2)
    expect(
        curve == beta**move * log(beta) ** 2, "convex: its second derivative is a square times f"
    )
    expect_zero(asked(claim, increment) - (jump**2 - increment**2), "|D| <= J: between the ends")
    chord = ((jump - increment) / base + (jump + increment) * base) / (2 * jump)
    for end in (jump, -jump):
        expect_zero(chord.subs(increment, end) - base ** (end / jump), "chord at the ends")
    expect_zero(chord.subs(increment, drift) - 1, "chord at the least drift")
    rest, spare = symbols("rest spare")
    slope = cancel(chord.diff(increment)).subs(jump, drift + rest)
    expect_on_orthant(-slope, "minus the chord's slope, delta_1 < J")
    means = matching(claim.region, mean_jump)
    expect(means == [mean_jump >= drift], "E D >= delta_1", found=means)
    positive = {Gt(drift, 0), Lt(drift, jump)}
    expect(positive <= set(relations(claim.region)), "0 < delta_1 < J: 0 < base < 1")
    expect_zero(exponent.subs(start, level), "f = 1 at A")
    below = exponent.subs(start, level - spare)
    expect_on_orthant(-below, "f = base^e, e <= 0 and base < 1: f >= 1 below A")
    value = Symbol("F")
    bound = upper_bound(SUPERMARTINGALE_CRITERIA.formula, hit)
    expect_zero(bound.subs({f_start: value, f_target: 1, f_floor: 0}) - value, "f_start/f_target")


@evidence(DRIFT_ESCAPE, "property")
@given(size=SMALL, share=SMALL, steps=st.integers(0, 6), low=st.integers(-3, 3))
def test_escape_bound_is_gamblers_ruin(
    claim: Claim, size: Fraction, share: Fraction, steps: int, low: int
) -> None:
    """Jumps +-J with up-chance p > 1/2: P(ever A | A + kJ) = ((1-p)/p)^k, and drift (2p-1) J."""
    p = (1 + share / 4) / 2
    chance = ((1 - p) / p) ** steps
    values = {
        jump: size, drift: (2 * p - 1) * size, level: Fraction(low), start: low + steps * size,
    }  # fmt: skip
    claimed = evaluate(upper_bound(claim.formula, returning), values)
    expect(claimed == chance, "gambler's ruin", p=p, steps=steps, claimed=claimed)
    expect(isinstance(claim.formula, Le), "equality occurs, so the formula is not strict")
