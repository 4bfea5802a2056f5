"""Chapter sampling: with replacement, cyclic, reshuffled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Matrix,
    Poly,
    Pow,
    Rational,
    Sum,
    Symbol,
    cancel,
    diff,
    floor,
    gammasimp,
    lambdify,
    log,
    powsimp,
    solve,
    sqrt,
    together,
)

from sim import simulate
from tests.analysis import expect_outside, expect_same
from tests.inequalities import (
    condition_of,
    expect_holds,
    expect_implied,
    expect_region_of,
    is_strict,
    restricted,
    univariate_sign,
)
from tests.instances import Instance, evaluate, exact, instances
from tests.obstructions import OBSTRUCTIONS, dead_starts, two_cycles
from tests.reading import bound_on, by_side, expect_only
from theorem_audit import evidence, expect, expect_identity, expect_zero, seed
from theorem_audit.checks.statistics import expect_mean
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.sampling import (
    SAMPLING_CYCLIC,
    SAMPLING_CYCLIC_LIMIT,
    SAMPLING_CYCLIC_SHARED,
    SAMPLING_EDGE,
    SAMPLING_GLOBAL,
    SAMPLING_LOCAL,
    SAMPLING_MOMENT,
    SAMPLING_REPLACEMENT,
    SAMPLING_RESHUFFLED,
    SAMPLING_STEP,
    U_exit,
    U_start,
    epoch_off,
    epoch_radial,
    epoch_ratio,
    epoch_uniform,
    epochs,
    factor_between,
    factor_off,
    factor_radial,
    first_square,
    m_i,
    m_j,
    mass_elsewhere,
    moment,
    multiplier,
    other_multiplier,
    p_cyclic,
    p_local,
    p_multi,
    p_same,
    rate_multi,
    rate_multi_off,
    rate_multi_radial,
    second_square,
    theta,
    u,
)
from theory.full_batch.convergence import GD_DIRECTION, GD_RATE, radial_factor
from theory.minibatch.capture import MOMENT, g
from theory.minibatch.log_ratios import WALK_DRIFT, jump, membership_moments, step_factor
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.model.autoencoder import GRAD
from theory.model.step import step_from
from theory.notation import (
    S,
    a,
    b,
    chi,
    n,
    p,
    perp,
    perp_next,
    q_i,
    q_i_next,
    q_j,
    q_j_next,
    r2,
    s,
    t,
)

x, c, D = Symbol("x", real=True), Symbol("c", real=True), Symbol("D", real=True)
POINTS = [{a: Rational(1, 10), n: 5, b: 3}, {a: Rational(1, 20), n: 2, b: 2}]

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


OBSTRUCTED = ("step size", "radius", "live coordinate")


def expect_runs_inside(claim: Claim, known: dict[Symbol, Any], names: Sequence[str]) -> None:
    """The runs satisfy each of the claim's conditions; Undecided where one is gone."""
    for name in names:
        expect(satisfies(condition_of(claim, name), known), f"the runs are outside: {name}")


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


@evidence(SAMPLING_GLOBAL, "simulation")
def test_full_batch_with_replacement_is_sparse(claim: Claim) -> None:
    """n = 3, b = 3 and b = 5 > n, 60 runs each: all at a data point to 1e-6.

    log ratios fall by a^2 b/n a step with variance twice that: by 77 +- 12 and 67 +- 12 over the run.
    """
    expect_only(claim, p_multi)
    expect(by_side(claim, p_multi) == 1, "all runs are expected there")
    for batch, step, steps in ((3, Rational(4, 25), 3000), (5, Rational(9, 100), 5000)):
        sizes = {n: 3, b: batch, a: step, r2: 1, s: 1}
        expect_runs_inside(claim, sizes, ("with replacement", *OBSTRUCTED))
        random = np.random.Generator(np.random.PCG64(seed(str(batch))))
        q = random.normal(size=(60, 3))
        q /= np.linalg.norm(q, axis=1, keepdims=True)
        result = simulate(q, 0.0, batch_size=batch, step_size=float(step * batch), steps=steps,
                          sampling="replacement", seed=seed("run", str(batch)))  # fmt: skip
        largest = np.sort(result.q**2, axis=1)
        near = (np.abs(largest[:, -1] - 1) < 1e-6) & (largest[:, :-1].sum(axis=1) < 1e-6)
        expect(near.all(), f"{near.sum()} of 60 are at a data point", b=batch)


@evidence(SAMPLING_GLOBAL, "witness", needs="with replacement")
@evidence(SAMPLING_REPLACEMENT, "witness", step="factor", needs="with replacement")
@evidence(SAMPLING_LOCAL, "witness", step="attraction", needs="with replacement")
def test_full_batch_without_replacement_keeps_ratios(claim: Claim) -> None:
    """b = n: every ratio is kept, exactly, so the exponent is 0 and no data point is reached.

    From as near x_1 as one likes (LOCAL), r2 < 2, all live: what fails is only how batches are drawn.
    """
    for size, near in product((2, 3, 7), (Fraction(1, 4), Fraction(1, 10**6))):
        weight = [1 - near] + [near] * (size - 1)
        step = Fraction(1, 2 * size + 1)
        basis = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
        at = Instance(basis, weight, tuple(range(size)), step, "relu")
        after = at.step()
        factors = {(y / x) / (after.q[0] / at.q[0]) for x, y in zip(at.q, after.q, strict=True)}
        expect(factors == {1}, "factors of the ratios", factors=factors)
        point = {n: size, b: size, a: exact(step), r2: exact(at.r2), s: exact(at.S),
                 U_exit: 1, theta: Rational(1, 2)}  # fmt: skip
        for assumption in claim.assumptions:
            if assumption.condition is not None:
                expect(satisfies(assumption.condition, point), f"{assumption.name}", at=point)
        inside = condition_of(claim, "with replacement")
        expect(satisfies(inside, point), "the sizes alone are allowed", at=point)
        if claim.id == SAMPLING_REPLACEMENT.id:
            bound = next(r.gts for r in relations(claim.formula) if r.lts == rate_multi)
            expect(bound.subs(point) < 0, "log 1 = 0 is below the claimed bound", bound=bound)
        else:
            share = {U_start: U_exit / 2}
            chance = (bound_on(claim, p_local).lts.subs(share) if claim.id == SAMPLING_LOCAL.id
                      else by_side(claim, p_multi))  # fmt: skip
            expect(chance > 0, "the data point is never reached")


def _mark_global(function: Any) -> Any:
    for name in OBSTRUCTED:
        evidence(SAMPLING_GLOBAL, "witness", cases={name: name}, needs=name)(function)
    return function


@_mark_global
def test_global_claim_needs(claim: Claim, case: str) -> None:
    """At b = 1 replacement is nothing new: the exact obstructions to SGD-SPARSE apply."""
    for point, why in OBSTRUCTIONS[case]():
        for assumption in SAMPLING_GLOBAL.assumptions:
            if assumption.condition is not None:
                holds = satisfies(assumption.condition, point)
                expect(holds == (assumption.name != case), f"{assumption.name}", at=point)
        expect_outside(claim, point, why)


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


# SAMPLING-CYCLIC


@evidence(SAMPLING_CYCLIC, "symbolic", step=("inside", "between", "radial"))
def test_epoch_of_cyclic_batches(claim: Claim) -> None:
    """All mass, 1, in A: S = 1 when A is seen and 0 otherwise, t = 1, in any order, any K.

    i, j in one batch share their membership and S: each step multiplies them alike.
    """
    expect_two_batches(claim)
    seen, left = (lambda mass, c=c: step_factor(c, Integer(mass)).subs(t, 1) for c in (1, 0))
    expect_zero(left(0) - 1, "the other batches, and w_perp when they are seen")
    expect_zero(seen(1) - 1, "q_i, i in A, when A is seen")
    norm = radial_slopes()
    expect_zero(norm[1] - 1, "the radius when A is not seen")
    equations = And(*(r for r in relations(claim.formula) if isinstance(r, Eq)))
    for together_ in (0, 1):
        step = {q_i_next: q_i * step_factor(together_), q_j_next: q_j * step_factor(together_)}
        derived = {factor_between: left(1) * seen(0), factor_off: left(1), factor_radial: norm[0]}
        expect_identity(equations, {**step, **derived})


def radial_slopes() -> tuple[Expr, Expr]:
    """d s_A+/d s_A at s_A = 1 when A is seen and when it is not, from STEP."""
    square = Symbol("z", real=True)
    return tuple(
        diff((square * (step_factor(c, mass * square) ** 2)).subs(t, 2 - square), square)
        .subs(square, 1)
        for c, mass in ((1, 1), (0, 0))
    )  # fmt: skip


@evidence(SAMPLING_CYCLIC, "certificate", step="attraction")
def test_cyclic_factors_are_below_one(claim: Claim) -> None:
    """Jacobian of the masses (s_A, s_B, ..., rho) over an epoch: triangular, all below 1."""
    values = {key: by_side(claim, key) for key in (factor_between, factor_off, factor_radial)}
    signs = [r for r in relations(claim.formula) if not isinstance(r, Eq)]
    expect(len(signs) == len(values), f"one inequality for each factor, not {signs}")
    for sign in signs:
        expect(is_strict(sign) and bool(sign.free_symbols & set(values)), f"{sign}")
        expect_holds(sign, condition_of(claim, "step size"), (a,), derived=values)
    for value in values.values():
        expect_holds(Gt(1, value**2), condition_of(claim, "step size"), (a,), derived={})
    own = Symbol("s_A", real=True)
    others = Symbol("s_B", real=True)
    for c, mass in ((1, own), (0, others)):  # s_B+ is s_B times a factor, whichever is seen
        after = others * step_factor(1 - c, mass) ** 2
        expect_zero(after.subs(others, 0), "s_B = 0 is kept: the Jacobian is triangular")


@evidence(SAMPLING_CYCLIC, "simulation", step="inside")
def test_cyclic_runs_keep_ratios_inside_batches(claim: Claim) -> None:
    """n = 6, b = 2: log|q_0/q_1| after 300 steps as at the start to rounding, 300 * 2^-52 * 10."""
    random = np.random.Generator(np.random.PCG64(seed("start")))
    q = random.normal(size=(50, 6))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    result = simulate(q, 0.0, batch_size=2, step_size=0.6, steps=300, sampling="cyclic")
    change = np.diff(result.log_abs_q - np.log(np.abs(q)), axis=1)[:, ::2]
    expect(np.abs(change).max() < 300 * 2.0**-52 * 10, "ratios inside a batch changed")
    equation = next(r for r in relations(claim.formula) if r.has(q_i_next))
    expect(equation.subs({q_i_next: q_i, q_j_next: q_j}), f"{equation} when nothing moves")


@evidence(SAMPLING_CYCLIC, "witness", step="inside", needs="cyclic")
def test_uniform_batches_turn_inside_a_pair(claim: Claim) -> None:
    """n = 4, b = 2: the uniform batch {1, 3} splits the pair {1, 2}."""
    basis = [[Fraction(int(i == j)) for j in range(4)] for i in range(4)]
    at = Instance(basis, [Fraction(1, 2)] * 4, (0, 2), Fraction(1, 4), "linear")
    values = {q_i: at.q[0], q_j: at.q[1], q_i_next: at.step().q[0], q_j_next: at.step().q[1]}
    equation = next(r for r in relations(claim.formula) if r.has(q_i_next))
    expect(not evaluate(equation, values), "the ratio is kept")


# SAMPLING-CYCLIC-SHARED


def shared_orbit(claim: Claim) -> dict[Symbol, Expr]:
    return {r.lhs: r.rhs for r in relations(claim.formula) if isinstance(r, Eq)}


def expect_whole_epochs(claim: Claim) -> None:
    """b divides n: K = n/b is an integer."""
    ties = [x for x in relations(claim.region) if isinstance(x, Eq) and x.has(epochs)]
    if len(ties) != 1:
        raise Undecided(f"{claim.id} does not say that b divides n")
    expect(solve(ties[0], epochs) == [n / b] and epochs.is_integer, f"K by {ties[0]}")


def expect_two_batches(claim: Claim) -> None:
    """K = n/b >= 2, and it is whole: there is a batch A, and another, each seen once an epoch."""
    expect_whole_epochs(claim)
    expect_implied(Ge(n, 2 * b), claim.region)
    expect_implied(Ge(b, 1), claim.region)


def interval_of(claim: Claim) -> Any:
    """The claim's u: an open interval."""
    inside = restricted(claim.region, {u})
    if inside.free_symbols != {u}:
        raise Undecided(f"{claim.region} does not say where u is")
    found = inside.as_set()
    expect(found.left_open and found.right_open, f"{found} is not open")
    return found


@evidence(SAMPLING_CYCLIC_SHARED, "symbolic", step="orbit")
def test_masses_are_exchanged_by_each_step(claim: Claim) -> None:
    """Before A is seen: s_A = X, s_B = Y. STEP with S = X, t = 2 - X - Y: s_A+ = Y, s_B+ = X."""
    expect_only(claim, a, first_square, second_square, multiplier, other_multiplier, r2,
                inequalities=2)  # fmt: skip
    orbit = shared_orbit(claim)
    X, Y = orbit[first_square], orbit[second_square]
    at = {a: orbit[a], t: 2 - X - Y}
    seen, left = (step_factor(c, X).subs(at) for c in (1, 0))
    expect_zero(X * seen**2 - Y, "mass of A after its step")
    expect_zero(Y * left**2 - X, "mass of B after A's step")
    expect_zero(left - u, "u = 1 - a X > 0, so no sign changes")
    expect_zero(step_factor(0, Integer(0)) - 1, "batches without mass move nothing")
    expect_zero(seen - 1 / u, "the factor of A, positive")


@evidence(SAMPLING_CYCLIC_SHARED, "symbolic", step="every step size")
def test_each_step_size_has_one_orbit(claim: Claim) -> None:
    """a falls over the interval, from the end of SGD-SPARSE's step sizes to 0."""
    size, ends = shared_orbit(claim)[a], interval_of(claim)
    expect_zero(diff(size, u) + 1 / u**3 + 1, "slope of a, negative for u > 0")
    expect(ends.inf > 0, "u > 0", inf=ends.inf)
    expect_zero(size.subs(u, ends.sup), "a at the upper end")
    largest = max(solve(difference(r), a)[0] for r in relations(condition_of(SGD_SPARSE, "step")))
    cubic = Poly(cancel((size - largest) * 2 * u**2), u)
    expect(cubic.eval(ends.inf).expand() == 0, "a at the lower end", inf=ends.inf)


@evidence(SAMPLING_CYCLIC_SHARED, "symbolic", step="multipliers")
def test_multipliers_of_the_shared_orbit(claim: Claim) -> None:
    """The epoch is H o H, H one step followed by exchanging A and B; (x, y) is fixed by H."""
    orbit = shared_orbit(claim)
    first, second = Symbol("q_A", real=True), Symbol("q_B", real=True)
    at = {S: first**2, t: 2 - first**2 - second**2}
    half = Matrix([second * step_factor(0).subs(at), first * step_factor(1).subs(at)])
    slopes = half.jacobian([first, second])
    root = sqrt(orbit[first_square])
    entries = slopes.subs(second, first / u).subs(first**2, orbit[first_square])
    entries = entries.subs(first, root).subs(a, orbit[a])
    square = entries * entries
    mu = orbit[multiplier], orbit[other_multiplier]
    expect_zero(square.trace() - sum(mu), "sum of the multipliers")
    expect_zero(entries.det() ** 2 - mu[0] * mu[1], "their product")


@evidence(SAMPLING_CYCLIC_SHARED, "certificate", step=("saddle", "radius"))
def test_shared_orbit_is_a_saddle(claim: Claim) -> None:
    """Numerators by Sturm's theorem on the closed interval, zeros at u = 1 divided out.

    The radius is that of SGD-SPARSE.
    """
    orbit, ends = shared_orbit(claim), interval_of(claim)
    low = floor(1000 * ends.inf) / Integer(1000)
    signs = [r for r in relations(claim.formula) if not isinstance(r, Eq)]
    expect(len(signs) == 2 and all(map(is_strict, signs)), f"two strict inequalities: {signs}")
    expect(condition_of(claim, "rest") == Eq(mass_elsewhere, 0), "no other mass")
    expect_zero(orbit[r2] - orbit[first_square] - orbit[second_square], "r2 = X + Y")
    expect_two_batches(claim)
    for relation in (*signs, *relations(condition_of(SGD_SPARSE, "radius"))):
        top, bottom = cancel(difference(relation).subs(orbit)).as_numer_denom()
        while Poly(top, u).eval(1) == 0:
            top = cancel(top / (1 - u))
        expect(ends.sup <= 1, "1 - u > 0", sup=ends.sup)
        signs_ = [univariate_sign(part, u, low, ends.sup) for part in (top, bottom)]
        expect(signs_[0] * signs_[1] == 1, f"{relation}", low=low)


@evidence(SAMPLING_CYCLIC_SHARED, "witness", step="orbit")
@evidence(SGD_SPARSE, "witness", step=SGD_SPARSE.steps, needs="without replacement")
def test_rational_orbit_that_shares_the_mass(claim: Claim) -> None:
    """u = 31/35: q = (31/46, 35/46), b = 1; one epoch in exact rationals.

    a < 1/2, 0 < r2 < 2, both live: what fails of SGD-SPARSE is only how batches are drawn.
    """
    orbit = {r.lhs: r.rhs for r in relations(SAMPLING_CYCLIC_SHARED.formula) if isinstance(r, Eq)}
    values = {key: value.subs(u, Rational(31, 35)) for key, value in orbit.items()}
    sizes = [sqrt(values[first_square]), sqrt(values[second_square])]
    weight = [Fraction(int(value.p), int(value.q)) for value in sizes]
    step = Fraction(int(values[a].p), int(values[a].q))
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    start = Instance(basis, weight, (0,), step, "relu")
    half = start.step()
    expect(half.weight == weight[::-1], "the masses are exchanged", weight=half.weight)
    back = replace(half, batch=(1,)).step()
    expect(back.weight == weight, "one epoch leads back", weight=back.weight)
    known = {a: exact(step), r2: exact(start.r2), s: exact(start.r2), n: 2, b: 1}
    for assumption in SGD_SPARSE.assumptions:
        if assumption.condition is not None:
            expect(bool(assumption.condition.subs(known)), f"{assumption.name}", at=known)
    if claim.id == SGD_SPARSE.id:
        expect(by_side(claim, p_sparse) == 1, "SGD-SPARSE says that one point wins")


@evidence(SAMPLING_CYCLIC_SHARED, "witness", step="saddle")
def test_starts_beside_the_orbit_leave_it_to_both_sides(claim: Claim) -> None:
    """a = 1/5, beside the orbit by +-1e-6 in log(q_A/q_B): after 1500 epochs A or B has it all."""
    size = shared_orbit(claim)[a]
    root = next(z for z in Poly(cancel((size - Rational(1, 5)) * 2 * u**2), u).nroots(30)
                if z.is_real and Rational(3, 4) < z < 1)  # fmt: skip
    orbit = {key: float(value.subs(u, root)) for key, value in shared_orbit(claim).items()}
    shift = np.exp(1e-6 * np.array([1, -1]))
    q = np.sqrt([orbit[first_square], orbit[second_square]]) * np.stack([shift, 1 / shift], axis=1)
    result = simulate(q, 0.0, batch_size=1, step_size=0.2, steps=3000, sampling="cyclic")
    expect(np.allclose(result.q**2, np.eye(2), atol=1e-9), "limits", q=result.q)


@evidence(SAMPLING_CYCLIC_LIMIT, "simulation")
def test_cyclic_runs_end_on_one_batch(claim: Claim) -> None:
    """n = 6, b = 2, a = 0.3, 300 starts: the log ratio of two batches moves by about 0.09 an epoch."""
    expect_only(claim, p_cyclic)
    expect(by_side(claim, p_cyclic) == 1, "all starts are expected to end on one batch")
    inside = THREE_BATCHES
    expect_runs_inside(claim, inside, CYCLIC_HYPOTHESES)
    random = np.random.Generator(np.random.PCG64(seed("start")))
    q = random.normal(size=(300, 6))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    result = simulate(q, 0.0, batch_size=2, step_size=0.6, steps=2400, sampling="cyclic")
    mass = (result.q**2).reshape(300, 3, 2).sum(axis=2)
    masses = np.sort(mass, axis=1)
    one = (np.abs(masses[:, -1] - 1) < 1e-6) & (masses[:, :-1].sum(axis=1) < 1e-6)
    expect(one.all(), f"{one.sum()} of 300 are on one batch")
    rows, winner = np.arange(300), mass.argmax(axis=1)
    before, after = (x.reshape(300, 3, 2)[rows, winner] for x in (q, result.q))
    kept = np.abs(after[:, 0] / after[:, 1] / (before[:, 0] / before[:, 1]) - 1)
    # the two meet the same factors: 2400 steps of at most 16 roundings each
    expect(
        kept.max() < 2400 * 16 * 2**-53,
        "block-sparse: the winners keep their ratio",
        kept=kept.max(),
    )


THREE_BATCHES = {n: 6, b: 2, epochs: 3, a: Rational(3, 10), r2: 1, s: 1}
CYCLIC_HYPOTHESES = ("cyclic", "step size", "start", "live coordinate")


@evidence(SAMPLING_CYCLIC_LIMIT, "simulation")
def test_cyclic_relu_runs_end_on_one_batch(claim: Claim) -> None:
    """As above for ReLU, from the starts with a live coordinate; what is passive tends to 0."""
    expect_runs_inside(claim, THREE_BATCHES, CYCLIC_HYPOTHESES)
    random = np.random.Generator(np.random.PCG64(seed("start")))
    q = random.normal(size=(200, 6))
    q = q[(q > 0).any(axis=1)]
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    result = simulate(q, 0.0, batch_size=2, step_size=0.6, steps=2400, sampling="cyclic",
                      activation="relu")  # fmt: skip
    masses = np.sort((result.q**2).reshape(len(q), 3, 2).sum(axis=2), axis=1)
    one = (np.abs(masses[:, -1] - 1) < 1e-6) & (masses[:, :-1].sum(axis=1) < 1e-6)
    expect(one.all(), f"{one.sum()} of {len(q)} are on one batch")
    expect(by_side(claim, p_cyclic) == 1, "all are")


@evidence(SAMPLING_CYCLIC_LIMIT, "witness", needs="step size")
def test_cyclic_runs_past_the_step_size(claim: Claim) -> None:
    """a = 0: nothing moves.  a = 11/20, n = 2, b = 1: no start in 50 comes near the unit sphere.

    The two-cycle of the radius on the axis attracts: from 2000 steps on all runs repeat every 4 steps.
    """
    at = {n: 2, b: 1, epochs: 2, r2: 1, s: 1}
    expect_zero(step_factor(1).subs(a, 0) - 1, "a = 0")
    expect_outside(claim, {**at, a: 0}, "nothing moves")
    angle = np.linspace(0.02, 1.5, 50)
    q = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    early, late = (
        simulate(q, 0.0, batch_size=1, step_size=0.55, steps=steps, sampling="cyclic").q
        for steps in (2000, 2004)
    )
    expect(np.abs(early - late).max() < 1e-9, "the runs are not periodic yet")
    away = np.abs((late**2).sum(axis=1) - 1).min()
    expect(away > 0.1, "a run is on the unit sphere", distance=away)
    for step in (Rational(11, 20), Rational(3, 5), Integer(1), Rational(19, 10)):
        expect_outside(claim, {**at, a: step}, "past 1/2 the unit sphere repels")
    for point, why in two_cycles():
        expect(not satisfies(condition_of(claim, "step size"), point), why, at=point)


@evidence(SAMPLING_CYCLIC_LIMIT, "witness", needs="live coordinate")
def test_cyclic_dead_starts_stay(claim: Claim) -> None:
    for point, why in dead_starts():  # on a sphere of any radius
        expect_outside(claim, {**point, r2: 1}, why)


# SAMPLING-RESHUFFLED


@evidence(SAMPLING_RESHUFFLED, "symbolic", step=("same batch", "epoch"))
def test_epoch_of_reshuffled_batches(claim: Claim) -> None:
    """j shares i's batch with chance P(i, j in B)/P(i in B); apart, i alone and j alone occur once."""
    expect_only(claim, p_same, epoch_ratio, epoch_uniform, epoch_off, epoch_radial)
    expect_region_of(claim, SGD_RATE, a, b, n)
    expect_whole_epochs(claim)
    single, both = membership_moments()
    same = cancel(both / single)
    apart = -(jump(1, 0, Integer(1)) + jump(0, 1, Integer(0))).subs(t, 1)
    expect_zero(by_side(claim, p_same) - same, "chance of the same batch")
    expect_same(by_side(claim, epoch_ratio), (1 - same) * apart, POINTS, "ratio")
    left = step_factor(0)
    expect_zero(left.subs(S, 0) - 1, "w_perp when i is not seen")
    expect_same(by_side(claim, epoch_off), log(left.subs(S, 1)), POINTS, "w_perp")
    seen, idle = radial_slopes()
    expect_zero(idle - 1, "radius when i is not seen")
    expect(by_side(claim, epoch_radial).func is log, "a logarithm")
    inner = by_side(claim, epoch_radial).args[0]
    expect(isinstance(inner, Abs), f"{inner}")
    expect_zero(inner.args[0] ** 2 - seen**2, "radius")


@evidence(SAMPLING_RESHUFFLED, "symbolic", step="uniform")
def test_uniform_epoch_has_the_same_exponent(claim: Claim) -> None:
    """n/b steps of SGD-RATE, p from WALK-DRIFT."""
    expect_region_of(claim, SGD_RATE, a, b, n)
    rate = by_side(SGD_RATE, rate_ratio).subs(p, by_side(WALK_DRIFT, p))
    expect_same(by_side(claim, epoch_uniform), n / b * rate, POINTS, "uniform batches")


@evidence(SAMPLING_RESHUFFLED, "witness", step="same batch",
          needs="reshuffled")  # fmt: skip
def test_a_batch_size_that_does_not_divide_n_shares_batches_otherwise(claim: Claim) -> None:
    """n = 3, b = 2: batches of 2 and of 1; two given points share one in 1/3 of the orders, not 1/2."""
    orders = list(permutations(range(3)))
    shared = sum({0, 1} == set(order[:2]) for order in orders)
    claimed = by_side(claim, p_same).subs({n: 3, b: 2})
    expect(Rational(shared, len(orders)) != claimed, "the claimed chance", claimed=claimed)
    point = {n: 3, b: 2, a: Rational(1, 4)}
    for whole in range(5):
        expect_outside(claim, {**point, epochs: whole}, "b does not divide n")


@evidence(SAMPLING_RESHUFFLED, "simulation", step="epoch")
def test_reshuffled_rates_in_runs(claim: Claim) -> None:
    """n = 4, a = 0.3, the others at 1e-40. b = 1: no randomness, to rounding; b = 2: the mean."""
    runs, epochs = 1000, 100
    q = np.full((runs, 4), 1e-40)
    q[:, 0] = 1.0
    for batch in (1, 2):
        result = simulate(q, 0.0, batch_size=batch, step_size=0.3 * batch, steps=epochs * 4 // batch,
                          sampling="reshuffled", seed=seed(str(batch)))  # fmt: skip
        slopes = (result.log_abs_q[:, 1:] - np.log(1e-40)) / epochs
        expected = float(by_side(claim, epoch_ratio).subs({n: 4, b: batch, a: Rational(3, 10)}))
        if batch == 1:
            # each of 400 factors is rounded by at most 2^-52 or so; 1e-12 is 10 times their sum
            expect(np.abs(slopes - expected).max() < 1e-12, "b = 1", slopes=slopes[0])
        else:
            # one j: the mean over all j is the same in every epoch
            expect_mean(slopes[:, 0], expected, visible=0.1, what="b = 2")
