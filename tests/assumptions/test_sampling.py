"""Chapter sampling: with replacement, cyclic, reshuffled."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Poly,
    Pow,
    Rational,
    Sum,
    Symbol,
    cancel,
    diff,
    gammasimp,
    lambdify,
    log,
    powsimp,
    solve,
    together,
)

from sim import simulate
from tests.analysis import expect_outside, expect_same
from tests.assumptions.sampling_tools import POINTS, D, c, expect_runs_inside, x
from tests.inequalities import (
    condition_of,
    expect_holds,
    expect_implied,
    is_strict,
)
from tests.instances import Instance, evaluate, instances
from tests.reading import bound_on, by_side, expect_only
from theorem_audit import evidence, expect, expect_identity, expect_zero, seed
from theorem_audit.checks.statistics import expect_mean
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.sampling import (
    SAMPLING_EDGE,
    SAMPLING_LOCAL,
    SAMPLING_MOMENT,
    SAMPLING_REPLACEMENT,
    SAMPLING_STEP,
    U_exit,
    U_start,
    m_i,
    m_j,
    moment,
    p_local,
    rate_multi,
    rate_multi_off,
    rate_multi_radial,
)
from theory.full_batch.convergence import GD_DIRECTION, GD_RATE, radial_factor
from theory.minibatch.capture import MOMENT, g
from theory.model.autoencoder import GRAD
from theory.model.step import step_from
from theory.notation import (
    S,
    a,
    b,
    chi,
    n,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
)

# SAMPLING-STEP


@evidence(SAMPLING_STEP, "symbolic")
def test_step_with_multiplicities(claim: Claim) -> None:
    """The sum of gradients is linear in the membership of j, which a multiplicity replaces."""
    q_next, perp_step = step_from(GRAD.formula.rhs)
    expect(Poly(q_next, chi).degree() == 1, "the step is not linear in the membership")
    expect_identity(claim.formula, {q_j_next: q_next.subs(chi, m_j), perp_next: perp_step})


@evidence(SAMPLING_STEP, "property")
@given(instance=instances(), data=st.data(), row=st.integers(0, 4))
def test_repeated_samples_on_explicit_vectors(
    claim: Claim, instance: Instance, data: Any, row: int
) -> None:
    batch = data.draw(st.lists(st.integers(0, len(instance.data) - 1), min_size=1, max_size=5))
    instance = replace(instance, batch=tuple(batch))
    after, gates, row = instance.step(), instance.gates, row % len(instance.weight)
    mass = sum((gates[k] * instance.q[k] ** 2 for k in batch), Fraction(0))
    shared = {a: instance.a, S: mass, r2: instance.r2}
    for j, (before, value) in enumerate(zip(instance.q, after.q, strict=True)):
        at = {**shared, q_j: before, m_j: gates[j] * batch.count(j)}
        found = evaluate(by_side(claim, q_j_next), at)
        expect(found == value, f"q_{j} after the step", instance=instance)
    found = evaluate(by_side(claim, perp_next), {**shared, perp: instance.perp[row]})
    expect(found == after.perp[row], "w_perp after the step", row=row)


# The multinomial and binomial laws


def summand(total: Expr) -> tuple[Expr, Expr]:
    """(weight, term) of an expectation that a claim writes as a sum."""
    if not isinstance(total, Sum):
        raise Undecided(f"{total} is no sum over multiplicities")
    weight, term = total.function.as_independent(a, as_Add=False)
    return weight, term


def expect_law(total: Expr, classes: dict[Symbol, Expr]) -> None:
    """The sum's weight is the law of how often b independent indices fall into the classes.

    classes: counted symbol -> chance of one index; the rest of the chance is counted nowhere.
    b = 0..2 by playing all words (n = 2, 5), b -> b + 1 for every b by the one more index.
    """
    weight, _ = summand(total)
    counted = list(classes)
    rest = 1 - sum(classes.values())
    for size, points in product(range(3), (2, 5)):
        chances: dict[tuple[int, ...], Expr] = {}
        for word in product(range(len(counted) + 1), repeat=size):
            key = tuple(word.count(k) for k in range(len(counted)))
            letters = [*classes.values(), rest]
            chance = Integer(1)
            for letter in word:
                chance *= letters[letter].subs(n, points)
            chances[key] = chances.get(key, Integer(0)) + chance
        for key, chance in chances.items():
            at = {b: size, **dict(zip(counted, key, strict=True))}
            # counts before n: at n = 2 the power of 1 - 2/n may be 0^0 = 1
            found = weight.subs(at, simultaneous=True).subs(n, points)
            expect(found == chance, "chance of the counts", n=points, b=size, counts=key)
    longer = weight.subs(b, b + 1)
    parts = rest * _quotient(weight, longer)
    for symbol, chance in classes.items():
        parts += chance * _quotient(weight.subs(symbol, symbol - 1), longer)
    expect_zero(parts - 1, "one more index")


def _quotient(one: Expr, two: Expr) -> Expr:
    """Quotient of two weights, a rational function of the counts."""
    for value in (one / two, together(one / two)):
        quotient = cancel(powsimp(gammasimp(value), force=True))
        if not any(not e.exp.is_Integer for e in quotient.atoms(Pow)):
            return quotient
    raise Undecided(f"{one} over {two} is not seen to be rational")


PAIR = {m_i: 1 / n, m_j: 1 / n}
SINGLE = {m_i: 1 / n}


def mean_square() -> Expr:
    """E (m_j - m_i)^2 = b E X^2: each index adds X = 1, -1, 0 with chances 1/n, 1/n, 1 - 2/n."""
    for power, gain in ((1, Integer(0)), (2, 2 / n)):
        mean = (1 - 2 / n) * D**power + ((D + 1) ** power + (D - 1) ** power) / n
        expect_zero(mean - D**power - gain, f"E of D^{power} after one more index")
    return 2 * b / n


def factors_at_the_point() -> dict[str, Expr]:
    """Factors in one step at x_i, from SAMPLING-STEP: t = 1, S = m_i."""
    at = {S: m_i, r2: 1}
    other = cancel(by_side(SAMPLING_STEP, q_j_next) / q_j).subs(at)
    own = other.subs(m_j, m_i)
    off = cancel(by_side(SAMPLING_STEP, perp_next) / perp).subs(at)
    alone = by_side(SAMPLING_STEP, q_j_next).subs(m_j, m_i).subs({S: m_i * q_j**2, r2: q_j**2})
    return {"ratio": cancel(other / own), "off": off, "radial": diff(alone, q_j).subs(q_j, 1)}


def expect_small_product(claim: Claim, most: Expr) -> Expr:
    """0 < a b < most follows from the claim's region, strictly; returns the claim's own end."""
    expect_implied(Gt(a, 0), claim.region)
    ends = []
    for condition in relations(condition_of(claim, "step size")):
        gap = cancel(difference(condition).subs(a, x / b))
        if gap.free_symbols == {x} and diff(gap, x).is_negative:
            ends.append((solve(gap, x)[0], is_strict(condition)))
    if not ends:
        raise Undecided(f"{claim.region} does not bound a b")
    end, strict = min(ends)
    expect(end < most or (end == most and strict), "a b too large", end=end, most=most)
    return end


def expect_sizes(claim: Claim, least_batch: int) -> None:
    """n >= 2 makes 1 - 2/n a chance, b >= 1 makes the noise: both must be in the region."""
    expect_implied(Ge(n, 2), claim.region)
    expect_implied(Ge(b, least_batch), claim.region)


# SAMPLING-REPLACEMENT and SAMPLING-MOMENT


def pair_total(claim: Claim) -> Expr:
    return by_side(claim, rate_multi if claim.id == SAMPLING_REPLACEMENT.id else moment)


@evidence(SAMPLING_REPLACEMENT, "symbolic", step="factor")
@evidence(SAMPLING_MOMENT, "symbolic", step="factor")
def test_factor_of_a_ratio_with_replacement(claim: Claim) -> None:
    if claim.id == SAMPLING_REPLACEMENT.id:
        expect_only(claim, rate_multi, inequalities=2)
    else:
        expect_only(claim, moment, inequalities=1)
    _, term = summand(pair_total(claim))
    inner = term.args[0]
    expect(inner.has(m_j) and term in (log(inner), inner**g), f"{term} is no function of a factor")
    expect_zero(inner - factors_at_the_point()["ratio"], "factor of |q_j/q_i|")


@evidence(SAMPLING_REPLACEMENT, "symbolic", step="law")
@evidence(SAMPLING_MOMENT, "symbolic", step="two-sided")
def test_multinomial_law(claim: Claim) -> None:
    total = pair_total(claim)
    expect_law(total, PAIR)
    expect(total.limits == ((m_j, 0, b - m_i), (m_i, 0, b)), f"limits {total.limits}")
    expect_sizes(claim, 1)


@evidence(SAMPLING_REPLACEMENT, "symbolic", step="symmetry")
def test_gains_and_losses_are_alike(claim: Claim) -> None:
    """E log(1 + aD) = (1/2) E log(1 - a^2 D^2)."""
    weight, term = summand(pair_total(claim))
    swapped = weight.subs({m_i: m_j, m_j: m_i}, simultaneous=True)
    expect_zero(_quotient(weight, swapped) - 1, "the law of (m_i, m_j) is not symmetric")
    both = term.args[0] * term.args[0].subs({m_i: m_j, m_j: m_i}, simultaneous=True)
    expect_zero(both - (1 - a**2 * (m_j - m_i) ** 2), "product of the two factors")


@evidence(SAMPLING_REPLACEMENT, "symbolic", step=("mean square", "bounds"))
def test_bounds_by_bernoulli(claim: Claim) -> None:
    """log(1 - cx) <= c log(1 - x) for c >= 1, 0 <= cx < 1, termwise, 1 <= D^2 <= b^2.

    Both sides are 0 at x = 0, and the slope of the gap is c(c-1)x/((1-x)(1-cx)).  From above with
    x = a^2, c = D^2; from below with x = a^2 D^2, c = b^2/D^2.
    """
    gap = c * log(1 - x) - log(1 - c * x)
    expect(gap.subs(x, 0) == 0, "both sides at 0")
    expect_zero(diff(gap, x) - c * (c - 1) * x / ((1 - x) * (1 - c * x)), "slope of the gap")
    expect_small_product(claim, Integer(1))
    expect_sizes(claim, 1)
    half = mean_square() / 2
    above, below = half * log(1 - a**2), half / b**2 * log(1 - a**2 * b**2)
    bounds = [r for r in relations(claim.formula) if not isinstance(r, Eq)]
    expect(len(bounds) == 2, f"two bounds are claimed, not {bounds}")
    for bound in bounds:
        upper = bound.lts == rate_multi
        expect(upper or bound.gts == rate_multi, f"{bound} does not bound {rate_multi}")
        claimed, derived = (bound.gts, above) if upper else (bound.lts, below)
        expect(not is_strict(bound), f"{bound}: equal at b = 1")
        expect_same(claimed, derived, POINTS, f"{bound}")


@evidence(SAMPLING_MOMENT, "symbolic", step=("two-sided", "mean square"))
def test_moment_with_replacement(claim: Claim) -> None:
    """Half of CAPTURE-MOMENT's two-sided bound at a|D|, whose mean needs E D^2 alone."""
    bound = next(r for r in relations(MOMENT.formula) if not isinstance(r, Eq))
    _, term = summand(pair_total(claim))
    expect(term == (1 + a * (m_j - m_i)) ** g, f"{term} is not the g-th power of the factor")
    two_sided = bound.lts.subs(a, x)
    expect(two_sided == (1 - x) ** g + (1 + x) ** g, f"{two_sided}: the law of D is symmetric")
    expect_small_product(claim, Integer(1))
    expect_sizes(claim, 1)
    known = condition_of(MOMENT, "moment")
    expect(condition_of(claim, "moment") == known, f"CAPTURE-MOMENT is for {known}")
    square = cancel((2 - bound.gts) / a**2)  # CAPTURE-MOMENT: two-sided <= 2 - square a^2
    expect(not square.has(a), "the bound is quadratic in a")
    (claimed,) = [r for r in relations(claim.formula) if not isinstance(r, Eq)]
    expect(isinstance(claimed, Le | Ge), f"{claimed}: equal at g = 0 and 1")
    expect(claimed.lts == moment, f"{claimed} is no bound on {moment} from above")
    expect_zero(claimed.gts - (1 - square * a**2 * mean_square() / 2), "mean of the bound")


CASES = {"n=2, b=2": (2, 2, 0.2), "n=5, b=5": (5, 5, 0.12), "n=4, b=6": (4, 6, 0.1)}


@evidence(SAMPLING_REPLACEMENT, "simulation", step=("factor", "law"), cases=CASES)
def test_rates_with_replacement_in_runs(claim: Claim, case: tuple[int, int, float]) -> None:
    """Paths that start near x_1 with the others at 1e-40, so the factors are those at x_1 to 1e-20.

    The chance that another overtakes is below n 1e-20 (SAMPLING-MOMENT at g = 1/2).
    """
    points, batch, step = case
    runs, steps = 2000, 400
    q = np.full((runs, points), 1e-40)
    q[:, 0] = 1.0
    result = simulate(q, 0.0, batch_size=batch, step_size=step * batch, steps=steps,
                      sampling="replacement", seed=seed(str(case)))  # fmt: skip
    logs = result.log_abs_q - np.log(q)
    ratios = (logs[:, 1:] - logs[:, :1]).mean(axis=1) / steps
    expected = float(lambdify((n, b, a), by_side(claim, rate_multi))(points, batch, step))
    expect_mean(ratios, expected, visible=0.2, what=f"ratio, {case}")


@evidence(GD_DIRECTION, "witness", needs="full batch")
def test_full_batch_with_replacement_turns(claim: Claim) -> None:
    """b = n = 2 with replacement: the batch {1, 1}, of chance 1/4, turns w = (3/5, 4/5); a = 1/4.

    In exact rationals; the claim's factor is the same for both coordinates.
    """
    factors = [cancel(by_side(claim, q_j_next) / q_j)]
    expect(not factors[0].has(q_j), "the claimed factor depends on the coordinate")
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    at = Instance(basis, [Fraction(3, 5), Fraction(4, 5)], (0, 0), Fraction(1, 4), "linear")
    after = at.step()
    expect(after.q[0] * at.q[1] != after.q[1] * at.q[0], "the direction is kept")


# SAMPLING-LOCAL and SAMPLING-EDGE


def _term_of(total: Expr, wanted: Expr) -> None:
    """The sum's term is log of the wanted factor (up to sign, where it is log|.|)."""
    _, term = summand(total)
    inner = term.args[0]
    expect(term == log(inner), f"{term} is no logarithm")
    if isinstance(inner, Abs):
        expect_zero(inner.args[0] ** 2 - wanted**2, "factor squared")
    else:
        expect_zero(inner - wanted, "factor")


@evidence(SAMPLING_LOCAL, "symbolic", step="factors")
@evidence(SAMPLING_EDGE, "symbolic", step="factor")
def test_single_factors_with_replacement(claim: Claim) -> None:
    if claim.id == SAMPLING_EDGE.id:
        expect_only(claim, rate_multi_radial, inequalities=1)
    else:
        expect_only(claim, rate_multi_off, rate_multi_radial, inequalities=3)
    found = factors_at_the_point()
    wanted = {rate_multi_radial: found["radial"], rate_multi_off: found["off"]}
    for symbol, factor in wanted.items():
        if claim.id == SAMPLING_EDGE.id and symbol == rate_multi_off:
            continue
        _term_of(by_side(claim, symbol), factor)
    expect_zero(found["radial"].subs(m_i, 1) - by_side(GD_RATE, radial_factor), "drawn once")


@evidence(SAMPLING_LOCAL, "symbolic", step="law")
@evidence(SAMPLING_EDGE, "symbolic", step="law")
def test_binomial_law(claim: Claim) -> None:
    """Starting at m_i = 1 is right: the logarithms are 0 at m_i = 0."""
    sums = [r.rhs for r in relations(claim.formula) if isinstance(r, Eq) and r.rhs.has(Sum)]
    expect(len(sums) == (1 if claim.id == SAMPLING_EDGE.id else 2), f"sums {sums}")
    for total in sums:
        expect_law(total, SINGLE)
        expect(total.limits == ((m_i, 1, b),), f"limits {total.limits}")
        expect(summand(total)[1].subs(m_i, 0) == 0, "term at m_i = 0")


@evidence(SAMPLING_LOCAL, "certificate", step="signs")
def test_every_exponent_is_negative(claim: Claim) -> None:
    """With x = a m in (0, ab]: 0 < 1 - x < 1 and |1 - 4x| < 1; m = b has chance n^-b > 0."""
    end = expect_small_product(claim, Rational(1, 2))
    expect_small_product(SAMPLING_REPLACEMENT, Integer(1))
    expect_sizes(claim, 1)
    found, inside = factors_at_the_point(), Gt(x, 0) & Lt(x, end)
    off, radial = (found[key].subs(m_i, x / a) for key in ("off", "radial"))
    for gap in (off, 1 - off, 1 - radial**2):
        expect_holds(Gt(gap.expand(), 0), inside, (x,), derived={})
    signs = [r for r in relations(claim.formula) if not isinstance(r, Eq) and not r.has(p_local)]
    expect(set(signs) == {Lt(rate_multi_off, 0), Lt(rate_multi_radial, 0)}, f"signs {signs}")


@evidence(SAMPLING_LOCAL, "symbolic", step="attraction")
def test_linear_part_at_the_point(claim: Claim) -> None:
    """q_i = 1 + y, S = m_i q_i^2 + R, r2 = q_i^2 + Z: y+ = (1 - 4 a m_i + O(y)) y + O(R) + O(Z)."""
    y, R, Z = (Symbol(name, real=True) for name in ("y", "R", "Z"))
    own = by_side(SAMPLING_STEP, q_j_next).subs(m_j, m_i).subs(S, m_i * q_j**2 + R)
    after = own.subs(r2, q_j**2 + Z).subs(q_j, 1 + y).expand() - 1
    poly = Poly(after, y, R, Z)
    expect_zero(poly.coeff_monomial(1), "x_i is fixed")
    expect_zero(poly.coeff_monomial(y) - factors_at_the_point()["radial"], "linear part")
    expect(all(sum(powers[1:]) <= 1 for powers in poly.monoms()), "linear in R and Z")
    for symbol, before in ((q_j_next, q_j), (perp_next, perp)):
        expect_zero(by_side(SAMPLING_STEP, symbol).subs(before, 0), f"{before} = 0 is kept")
    upper = next(r for r in relations(SAMPLING_REPLACEMENT.formula) if isinstance(r, Le))
    expect(upper.lts == rate_multi and upper.gts.has(log), "the exponent of the ratios is negative")
    expect(bound_on(claim, p_local).gts == p_local, "a bound from below, by the next tests")


@evidence(SAMPLING_EDGE, "certificate", step="sign")
def test_radial_exponent_past_one_half(claim: Claim) -> None:
    """(4am - 1)^2 - 1 = 8am(2am - 1): >= 0 for a >= 1/2, m >= 1, and > 0 at m = b >= 2."""
    expect_sizes(claim, 2)
    expect_implied(Ge(a, Rational(1, 2)), claim.region)
    e, f = Symbol("e"), Symbol("f")
    gap = (factors_at_the_point()["radial"] ** 2 - 1).subs({a: Rational(1, 2) + e, m_i: 1 + f})
    poly = Poly(gap.expand(), e, f)
    expect(all(value >= 0 for value in poly.coeffs()), f"coefficients of {poly}")
    expect(poly.eval({e: 0, f: 1}) > 0, "strict at m = 2")
    expect(Poly(diff(gap, f), e, f).coeff_monomial(1) > 0, "and beyond")
    (sign,) = [r for r in relations(claim.formula) if not isinstance(r, Eq)]
    expect(sign == Gt(rate_multi_radial, 0), f"{sign}")


@evidence(SAMPLING_EDGE, "property", step="sign")
@given(points=st.integers(2, 40), batch=st.integers(2, 40), step=st.integers(50, 300))
def test_radial_exponent_in_numbers(claim: Claim, points: int, batch: int, step: int) -> None:
    """At least 90 % of the term m = b, which is positive, in floats that are good to 1e-12."""
    value = lambdify((n, b, a), by_side(claim, rate_multi_radial))(points, batch, step / 100)
    least = points ** float(-batch) * np.log(2 * batch - 1)
    expect(value > 0.9 * least - 1e-12, "sum", n=points, b=batch, a=step)


@evidence(SAMPLING_LOCAL, "simulation", step="attraction")
def test_starts_near_a_point_stay_with_replacement(claim: Claim) -> None:
    """n = b = 3, a = 4/25, from q_1 = 0.9, rho = 0.01, the others at 1e-20: all 300 runs end at x_1.

    The chance to leave is about 1e-20 (the first moment is kept); 2000 steps take the ratios to
    e^-51 of that, with spread e^10.
    """
    near_one = bound_on(claim, p_local).lts.subs({U_start: Symbol("x") * U_exit})
    expect(near_one.subs(Symbol("x"), 0) == 1, "near enough, all runs are expected there")
    sizes = {n: 3, b: 3, a: Rational(4, 25)}
    expect_runs_inside(claim, sizes, ("with replacement", "step size"))
    q = np.tile([0.9, 1e-20, 1e-20], (300, 1))
    result = simulate(q, 0.01, batch_size=3, step_size=0.48, steps=2000, sampling="replacement",
                      seed=seed("near"))  # fmt: skip
    expect(np.abs(result.q - [1, 0, 0]).max() < 1e-9, "a run has left", q=result.q.min(axis=0))
    expect(result.rho.max() < 1e-9, "w_perp is left")


@evidence(SAMPLING_REPLACEMENT, "witness", step="bounds", needs="step size")
@evidence(SAMPLING_MOMENT, "witness", step="two-sided", needs="step size")
@evidence(SAMPLING_LOCAL, "witness", step="signs", needs="step size")
def test_larger_steps_with_replacement(claim: Claim) -> None:
    """ab >= 1: the batch that draws only i has factor 1 - ab <= 0.  LOCAL: |1 - 4a| >= 1 at a = 1/2."""
    ratio, radial = (factors_at_the_point()[key] for key in ("ratio", "radial"))
    for size, batch, step in ((2, 1, 1), (2, 2, Rational(1, 2)), (7, 3, Rational(2, 5))):
        worst = ratio.subs({m_j: 0, m_i: batch, a: step})
        expect(worst <= 0, "the factor is positive", b=batch, a=step)
        expect_outside(claim, {n: size, b: batch, a: step, g: Rational(1, 2)}, "log of 0 or less")
    if claim.id == SAMPLING_LOCAL.id:
        for step in (Rational(1, 2), Rational(3, 5)):
            expect(radial.subs({m_i: 1, a: step}) <= -1, "the radius is stable", a=step)
            expect_outside(claim, {n: 2, b: 1, a: step}, "the radial exponent is not negative")


EDGE_OUT = {"with replacement": (3, 1, Rational(1, 2)), "step size": (3, 2, Rational(1, 5))}


@evidence(SAMPLING_EDGE, "witness", step="sign", needs="with replacement",
          cases={"b = 1": "with replacement"})  # fmt: skip
@evidence(SAMPLING_EDGE, "witness", step="sign", needs="step size", cases={"a": "step size"})
def test_edge_needs_two_draws_and_large_steps(claim: Claim, case: str) -> None:
    """n = 3: at b = 1, a = 1/2 the exponent is 0; at b = 2, a = 1/5 it is negative."""
    total = by_side(SAMPLING_EDGE, rate_multi_radial)
    at = dict(zip((n, b, a), EDGE_OUT[case], strict=True))
    expect(total.subs(at).doit() <= 0, "positive", at=at)
    expect_outside(claim, at, "the exponent is not positive")
