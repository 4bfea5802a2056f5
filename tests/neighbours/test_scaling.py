"""Chapter scaling: step size over batch size at the threshold."""

from __future__ import annotations

from fractions import Fraction

from sympy import Eq, Expr, Ge, Gt, Le, Poly, Rational, Symbol, expand, symbols

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied, expect_region_of
from tests.neighbours.tools import weak_gap
from tests.quadratic.cases import (
    FLAT_NOISE,
    STABLE,
    Case,
    expect_assumed,
    expect_relation,
    expect_squares,
    interval,
    log_symbols,
)
from tests.reading import expect_items, expect_only
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.minibatch.rates import SGD_RATE, rate_off, rate_radial, rate_ratio
from theory.model.trace_algebra import letter, trace
from theory.neighbours import scaling as sc
from theory.neighbours.scaling import SCALING_EPOCH, SCALING_ETA_B
from theory.notation import a, b, n, p
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import (
    Q_KAPPA,
    Q_MS,
    C_ms,
    batch_ab,
    gradient2,
    kappa_replacement,
    kappa_uniform,
    l_min,
)
from theory.quadratic.second_moment import (
    C,
    N,
    k,
    kappa,
    kron_product,
    kron_sum,
    noise,
    operator,
    second_moment_operator,
)
from theory.quadratic.second_moment import spectral_radius as rho
from theory.quadratic.thresholds import definiteness, threshold

F = Fraction


def _setting(claim: Claim) -> None:
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0: C_ms is a threshold at all
    expect_items(claim, words.INDEPENDENT)
    expect_implied(Gt(l_min, 0), claim.region)


@evidence(SCALING_ETA_B, "symbolic", step="noise scale")
def test_noise_enters_by_its_scale(claim: Claim) -> None:
    _setting(claim)
    derived = second_moment_operator(Q_KAPPA.says(batch_ab))
    claimed = claim.says(operator).subs(sc.scale, claim.says(sc.scale))
    expect_zero(claimed - derived, "M_C")
    g = Symbol("g_0")
    expect_zero(claim.says(sc.scale).subs(kappa, g / C) - g, "g = C kappa")


def _quotients() -> None:
    """<X, QXQ>/<X, AX> lies in [l_min/2, l_max/2]: with Q = P^2 and l_max - Q = R^2 (Q - l_min = R^2)."""
    X, Q, P, R = (letter(x) for x in "XQPR")
    end = Symbol("l")
    expect(trace(X * (Q * X + X * Q)) == trace(2 * X**2 * Q), "<X, AX> = 2 tr X^2 Q")
    gap = trace(expand(X * (end - Q) * X * Q))
    expect(gap == trace(expand(end * X**2 * Q - X * Q * X * Q)), "l <X, AX>/2 - <X, QXQ>")
    expect_squares(
        trace(X * R**2 * X * P**2), "it is >= 0 for l - Q = R^2, and <= 0 for Q - l = R^2"
    )


@evidence(SCALING_ETA_B, "symbolic", step="threshold")
def test_threshold_between_two_ends(claim: Claim) -> None:
    """1/C_ms(kappa) = max over X of (1 - kappa) b + kappa e, b and e the quotients of QXQ and E[Q_Y X Q_Y].

    Above: b <= l_max/2 and e <= 1/C_ms(1) at every X.  Below: at the X where e = 1/C_ms(1).
    """
    _setting(claim)
    for needed in (Ge(kappa, 0), Ge(1 - kappa, 0)):
        expect_implied(needed, claim.region)
    _quotients()
    said = Q_MS.says(C_ms)
    expect(said.is_Pow and said.exp == -1 and said.base.func == rho, "C_ms is one over a radius")
    b, e, one, two = symbols("b e one two", real=True)  # slacks >= 0: one, two
    quotient = expand(said.base.args[0] * kron_sum).subs({kron_product: b, noise: e - b})
    expect_zero(quotient - ((1 - kappa) * b + kappa * e), "G is a mixture")
    at_one = quotient.subs(kappa, 1)
    expect_zero(at_one - e, "at kappa = 1 it is e")
    high = weak_gap(claim, sc.any_noise, l_max)
    values = {sc.any_noise: 1 / quotient, sc.single: 1 / (e + one)}
    rest = (1 - kappa) * two + kappa * one
    expect_zero(high.subs(values).subs(l_max, 2 * (b + two)) - rest, "above")
    low = weak_gap(claim, sc.any_noise, l_min)
    values = {sc.any_noise: 1 / (quotient + one), sc.single: 1 / e}
    expect_zero(low.subs(values).subs(l_min, 2 * (b - two)) - (one + (1 - kappa) * two), "below")


@evidence(SCALING_ETA_B, "symbolic", step="ratio")
def test_ratios_are_the_threshold_at_their_variance_factor(claim: Claim) -> None:
    """1/r_k = k/C_ms(kappa_k): k times the bounds of the step before, which is read and decided there."""
    _setting(claim)
    for needed in (Ge(k, 1), Ge(N, 2), Le(k, N)):
        expect_implied(needed, claim.region)
    slack = Symbol("slack")  # of the bound on 1/C_ms(kappa): >= 0
    for name, factor in (
        (sc.ratio_replacement, kappa_replacement),
        (sc.ratio_uniform, kappa_uniform),
    ):
        size = Q_KAPPA.says(factor)
        expect(_between_zero_and_one(size), f"0 <= {factor} <= 1")
        for end, sign in ((l_min, 1), (l_max, -1)):
            ends = kappa / sc.ratio_one + (1 - kappa) * end / 2
            value = (ends + sign * slack).subs(kappa, size)
            gap = weak_gap(claim, name, end).subs(name, 1 / (k * value))
            expect_zero(gap - k * slack, f"{name} by {end}")
            bound = weak_gap(claim, sc.any_noise, end).subs(sc.single, sc.ratio_one)
            expect_zero(sign * (1 / sc.any_noise - ends) - bound, "the bound that is multiplied")


def _between_zero_and_one(factor: Expr) -> bool:
    """k = 1 + y, N = k + z: neither the factor nor 1 minus it has a negative coefficient (N = 1 aside)."""
    y, z = symbols("y z")
    for part in (factor, 1 - factor):
        for one in cancel(part.subs(N, k + z).subs(k, 1 + y)).as_numer_denom():
            if any(x < 0 for x in Poly(one, y, z).coeffs()):
                return False
    return True


def _all(claim: Claim, case: Case, factor: Fraction) -> None:
    """Every bound at one problem with diagonal Q; thresholds enclosed."""
    problem, size = case.problem, case.batch_size
    mean = problem.mean
    dimension = problem.dimension
    if any(mean[i, j] for i in range(dimension) for j in range(i)) or definiteness(mean) < 1:
        return
    if problem.count < 2 or size > problem.count:
        return
    spectrum = sorted(Rational(int(mean[i, i].p), int(mean[i, i].q)) for i in range(dimension))
    at = {
        l_min: spectrum[0],
        l_max: spectrum[-1],
        kappa: Rational(factor),
        N: problem.count,
        k: size,
    }
    one = interval(threshold(problem, F(1)))
    ends = {sc.single: one, sc.ratio_one: one, sc.any_noise: interval(threshold(problem, factor))}
    for name, scheme in ((sc.ratio_replacement, "replacement"), (sc.ratio_uniform, "uniform")):
        low, high = interval(threshold(problem, problem.variance_factor(size, scheme)))
        ends[name] = (low / size, high / size)
    names = {x: Symbol(f"end{i}") for i, x in enumerate(ends)}  # C_ms(kappa) has kappa inside
    for part in relations(claim.formula):
        if not isinstance(part, Eq):
            used = {names[x]: v for x, v in ends.items() if part.has(x)}
            expect_relation(part.xreplace(names).subs(at), used, case=case, kappa=factor)


@evidence(SCALING_ETA_B, "ball", step=("threshold", "ratio"))
def test_bounds_on_kept_problems(claim: Claim) -> None:
    """Equality where Q = l I, both bounds: Q = 1, 3, and where the noise spares the sharpest direction."""
    for case in (*STABLE.values(), FLAT_NOISE):
        for size in range(1, case.problem.count + 1):
            for factor in (F(0), F(1, 3), F(1)):
                _all(claim, Case(case.components, size), factor)


@evidence(SCALING_ETA_B, "witness", step="ratio")
def test_ratio_that_is_kept_does_not_keep_stability(claim: Claim) -> None:
    """Q = 1, 3 (l = 2, v = 1): stable at C = 3/4, k = 1; at C = 3, k = 4 with replacement it diverges."""
    problem = STABLE["pair"].problem
    one, four = (threshold(problem, F(1, size)) for size in (1, 4))
    expect(one.low == F(4, 5) and four.high == F(16, 17), "C_ms", one=str(one), four=str(four))
    expect(F(3, 4) < one.low and F(3) > four.high, "C/k = 3/4 on both sides")
    found = weak_gap(claim, sc.ratio_replacement, l_min)
    at = {k: 4, l_min: 2, sc.ratio_one: Rational(4, 5), sc.ratio_replacement: Rational(4, 17)}
    expect_zero(found.subs(at), "the bound is met")


@evidence(SCALING_ETA_B, "witness", needs="variance factor", step="threshold")
def test_past_one_sample_the_order_turns(claim: Claim) -> None:
    """kappa = 2 (no batch has it): Q = diag(2, 1), the noise on the second axis alone, v = 3.

    1/C_ms(1) = (1 + 3)/2 = 2 and 1/C_ms(2) = (1 + 6)/2 = 7/2; the upper end says 2*2 - 2/2 = 3.
    """
    case = Case([[[2, 0], [0, F(5, 2)]], [[2, 0], [0, F(-1, 2)]]])
    problem = case.problem
    variance = F(9, 4)
    one, two = (threshold(problem, F(x)) for x in (1, 2))
    expect(1 / one.low == (1 + variance) / 2, "C_ms(1)", found=str(one))
    expect(1 / two.low == (1 + 2 * variance) / 2, "C_ms(2)", found=str(two))
    at = {kappa: 2, l_max: 2, l_min: 1, sc.single: Rational(one.low)}
    gap = weak_gap(claim, sc.any_noise, l_max).subs(sc.any_noise, Rational(two.low))
    expect(bool(gap.subs(at) < 0), "the upper end is passed", gap=gap.subs(at))
    point = {gradient2: 0, l_min: 1, l_max: 2, kappa: 2, N: 2, k: 1}
    expect_outside(claim, point, "the upper bound is false")


# ------------------------------------------------------------------------------------ SCALING-EPOCH


@evidence(SCALING_EPOCH, "symbolic")
def test_exponents_of_an_epoch(claim: Claim) -> None:
    """n/b steps of SGD-RATE's exponents, p the chance of a split; the logarithms as symbols."""
    expect_only(claim, sc.epoch_ratio, sc.epoch_off, sc.epoch_radial)
    expect_counts(claim)
    expect_mini_batches(claim)
    split = stated(SGD_RATE.region, p)
    expect_zero(split - chance_of(1, 1), "p is the chance of a split")
    steps = n / b
    expect_zero(steps * chance_of(1) - 1, "in the mean each datum is drawn once")
    expect_region_of(claim, SGD_RATE, a)
    for one, other in ((sc.epoch_ratio, rate_ratio), (sc.epoch_off, rate_off),
                       (sc.epoch_radial, rate_radial)):  # fmt: skip
        derived = steps * SGD_RATE.says(other).subs(p, split)
        expect_zero(log_symbols(claim.says(one) - derived), f"{one} = n/b {other}")


@evidence(SCALING_EPOCH, "witness", needs="without replacement")
def test_the_full_batch_has_no_exponent_of_ratios(claim: Claim) -> None:
    """b = n: p = 0, all ratios are kept (GD-DIRECTION); b = n - 1 and n = 2 differ at one a."""
    said = claim.says(sc.epoch_ratio)
    expect(said.subs(b, n) == 0, "full batch")
    rates = {
        said.subs({n: size, b: 1 if size == 2 else size - 1, a: Rational(1, 4)})
        for size in (2, 3, 9)
    }
    expect(len(rates) == 3, "eta/b alone does not tell it", rates=rates)
    expect_outside(claim, {n: 2, b: 2, a: Rational(1, 4)}, "nothing becomes sparse")
