"""Chapter quadratic_bounds: what moves the mean-square threshold."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_mat
from sympy import Eq, Expr, Ge, Gt, Le, Poly, Rational, Symbol, expand

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.quadratic.bounds_tools import F
from tests.quadratic.cases import (
    SINGLE_J,
    STABLE,
    UNSTABLE,
    Case,
    enumerated_operator,
    expect_assumed,
    expect_fails,
    expect_relation,
    expect_squares,
    expect_variance_factors,
    inside,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero, note
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.model.trace_algebra import letter, trace
from theory.quadratic.bounds import (
    Q_BRACKET,
    Q_LARGE_BATCH,
    l_max,
    largest,
    least,
    nu_max,
    nu_min,
    s,
    t,
)
from theory.quadratic.mean_square import (
    Q_INDEFINITE,
    Q_MS,
    C_ms,
    form_excess,
    gradient2,
    l,
    l_min,
    q_v,
    second_v,
)
from theory.quadratic.second_moment import C, N, k, kappa, kron_product, kron_sum, noise, operator
from theory.quadratic.thresholds import compare, definiteness, identity

# ------------------------------------------------------------------------- Q-BRACKET, Q-LARGE-BATCH


def _inside(claim: Claim, which: Any) -> Expr:
    for part in relations(claim.formula):
        for node in part.args:
            if node.func == which:
                return node.args[0]
    raise AssertionError(f"{claim.id} has no {which}")


@evidence(Q_BRACKET, "symbolic", step="multiplier")
def test_multiplier_of_each_eigendirection(claim: Claim) -> None:
    """M_C applied to Q, with E[Q_Y Q Q_Y] - Q^3 = tau Q, multiplies l_j by a number that is 1 at C."""
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0: C_ms is a threshold at all
    tau = Symbol("tau")
    scalar = {kron_sum: 2 * l, kron_product: l**2, noise: tau}
    multiplier = Q_MS.says(operator).subs(scalar)
    for bound, name in ((t, least), (s, largest)):
        claimed = _inside(claim, name)
        weight = l**2 + kappa * bound
        gap = multiplier.subs(tau, bound) - 1 - C * weight * (C - claimed)
        expect_zero(gap, f"multiplier - 1 = C (l^2 + {bound} kappa)(C - {claimed})")


@evidence(Q_BRACKET, "symbolic", step="order")
def test_noise_is_a_positive_map(claim: Claim) -> None:
    """E[D X D] with X = R^2: v'DXDv = |RDv|^2; and the bracket's sides point the right way."""
    D, R = letter("D"), letter("R")
    v_ = letter("W")
    expect_squares(trace(v_ * D * R**2 * D * v_), "E[DXD] >= 0 for X >= 0")
    # C below (above) every claimed end: by "multiplier" each multiplier is < 1 (> 1), if l^2 + kappa t
    # (l^2 + kappa s) is > 0 at every l = l_min + y of the spectrum; so M Q <= theta Q (>= theta Q), and
    # by the order that M keeps M^p Q <= theta^p Q (>= theta^p Q).
    above = Symbol("y")
    for needed in (Gt(l_min, 0), Ge(t, 0)):
        expect_implied(needed, claim.region)
    expect_assumed(claim, Gt(l_min**2 + kappa * s, 0))
    expect_variance_factors(claim)  # kappa >= 0, as N >= k
    expect_items(claim, words.INDEPENDENT)
    for bracket in (Le(s, nu_min), Le(nu_max, t)):
        expect_assumed(claim, bracket)
    upper = Poly((l**2 + kappa * t).subs(l, l_min + above), l_min, above, kappa, t)
    expect(all(x > 0 for x in upper.coeffs()), "l^2 + kappa t > 0")
    lower = expand((l**2 + kappa * s).subs(l, l_min + above) - (l_min**2 + kappa * s))
    expect(all(x > 0 for x in Poly(lower, l_min, above).coeffs()), "l^2 + kappa s > 0")
    for part in relations(claim.formula):
        smaller, larger = part.lts, part.gts
        if smaller.has(least):
            expect(larger == C_ms and smaller.func == least, f"{part}: min_j <= C_ms")
        else:
            expect(smaller == C_ms and larger.func == largest, f"{part}: C_ms <= max_j")


def _bracket(case: Case) -> tuple[list[Fraction], Fraction, Fraction] | None:
    """Eigenvalues of a diagonal Q >= 0, and the best s, t, exactly or by bisection (None: not so)."""
    mean = case.problem.mean
    size = case.problem.dimension
    if any(mean[i, j] for i in range(size) for j in range(i)) or definiteness(mean) < 0:
        return None
    if not any(mean.entries()):
        return None
    eigenvalues = [F(int(mean[i, i].p), int(mean[i, i].q)) for i in range(size)]
    spread = fmpq_mat(size, size)
    for m in case.problem.matrices:
        spread = spread + m * mean * m * fmpq(1, case.problem.count)
    spread = spread - mean * mean * mean

    def within(value: Fraction, sign: int) -> bool:
        gap = (spread - mean * fmpq(value.numerator, value.denominator)) * fmpq(sign)
        return definiteness(gap) >= 0

    exact = [
        F(int(spread[i, i].p), int(spread[i, i].q)) / eigenvalues[i]
        for i in range(size)
        if eigenvalues[i]
    ]
    if not within(max(exact) * size + 1, -1):
        return None  # noise leaves the kernel: no t does
    if within(min(exact), 1) and within(max(exact), -1):
        return eigenvalues, min(exact), max(exact)
    top = F(1)
    while not within(top, -1):
        top *= 2

    def last(holds: Callable[[Fraction], bool]) -> tuple[Fraction, Fraction]:
        """The last value at which ``holds``, going up from 0, and the next where it does not."""
        low, high = F(0), top
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if holds(middle) else (low, middle)
        return low, high

    low = last(lambda value: within(value, 1))[0]
    upper = last(lambda value: not within(value, -1))[1]
    return eigenvalues, low, upper


def _check_bracket(claim: Claim, case: Case) -> None:
    found = _bracket(case)
    if found is None:
        return
    eigenvalues, lower, upper = found
    numbers = {s: Rational(lower), t: Rational(upper), kappa: Rational(case.kappa)}
    ends_of_noise = {nu_min: numbers[s], nu_max: numbers[t]}
    if not inside(claim, case, {**numbers, **ends_of_noise, l_min: Rational(min(eigenvalues))}):
        return
    ends = {C_ms: (case.threshold.low, case.threshold.high)}  # zero where never stable
    for part in relations(claim.formula):
        for name, choose in ((least, min), (largest, max)):
            if part.has(name):
                inner = _inside(claim, name).subs(numbers)
                forms = [inner.subs(l, Rational(e)) for e in eigenvalues]
                expect(all(x.is_Rational for x in forms), "the bound is a number", case=case)
                expect_relation(part.replace(name, lambda _: choose(forms)), ends, case=case)  # noqa: B023


@evidence(Q_BRACKET, "ball", step=("multiplier", "order"))
def test_bracket_on_kept_problems(claim: Claim) -> None:
    for case in (*STABLE.values(), UNSTABLE["noisy kernel"][0]):
        _check_bracket(claim, case)


@evidence(Q_BRACKET, "witness", step=("multiplier", "order"))
def test_single_index_upper_bound_is_false(claim: Claim) -> None:
    """Kept counterexample: C_ms is above the upper form at l_1 = 1, though not above the maximum."""
    found = _bracket(SINGLE_J)
    assert found is not None
    eigenvalues, lower, _ = found
    forms = [
        _inside(claim, largest).subs(
            {l: Rational(e), s: Rational(lower), kappa: Rational(SINGLE_J.kappa)}
        )
        for e in eigenvalues
    ]
    sharpest = forms[eigenvalues.index(max(eigenvalues))]
    step = F(int(sharpest.p), int(sharpest.q))
    expect(compare(SINGLE_J.problem, SINGLE_J.kappa, step) == 1, "contracts at the single-j bound")
    gap = identity(4) - enumerated_operator(SINGLE_J, step)
    expect(definiteness(gap) == 1, "and by enumeration", step=step)
    note(f"single-j bound {sharpest}, {SINGLE_J.threshold}, maximum over j {max(forms)}")


PAIR = {gradient2: 0, N: 2, k: 1, kappa: 1}
_BELOW_ZERO = {  # (Q_1, Q_2), s and the true threshold
    "no noise": ((1, 1), -2, 2),
    "a pole": ((1, 1), -1, 2),
    "noise": ((2, 1), -3, Rational(6, 5)),
}


@evidence(Q_BRACKET, "witness", step="order", needs="no noise below zero",
          cases={x: x for x in _BELOW_ZERO})  # fmt: skip
def test_a_negative_bracket_bounds_nothing(claim: Claim, case: str) -> None:
    """s Q <= DQ holds for every s below the noise; the form is below C_ms, negative or has a pole."""
    values, low, exact = _BELOW_ZERO[case]
    mean = Rational(sum(values), 2)
    noise_level = Rational((values[0] - values[1]) ** 2, 4)
    one = Case([[[x]] for x in values])
    ends = one.threshold
    expect(F(ends.low) <= F(exact.p, exact.q) <= F(ends.high), "C_ms") if case == "noise" else expect(
        ends.low == ends.high == exact, "C_ms", found=ends)  # fmt: skip
    bound = _inside(claim, largest).subs({l: mean, s: low, kappa: 1})
    expect(not (bound.is_finite and bound >= exact), "the bound holds", bound=bound, C_ms=exact)
    point = {**PAIR, l_min: mean, s: low, t: noise_level, nu_min: noise_level, nu_max: noise_level}
    for assumption in Q_BRACKET.assumptions:
        if assumption.condition is not None:
            holds = satisfies(assumption.condition, point)
            expect(holds == (assumption.name != "no noise below zero"), assumption.name, at=point)
    expect_outside(claim, point, "the upper bound is false")


@evidence(Q_BRACKET, "witness", step="order", needs="noise bracket")
def test_a_bracket_that_is_none_bounds_nothing(claim: Claim) -> None:
    """Q = 1, 3: the noise is exactly 1 Q, C_ms = 4/5; with s = 5 or t = 0 both ends are wrong."""
    case = STABLE["pair"]
    expect(case.threshold.low == F(4, 5), "C_ms")
    at = {l: 2, kappa: 1}
    ends = [_inside(claim, name).subs({**at, s: 5, t: 0}) for name in (least, largest)]
    expect(ends[0] > Rational(4, 5) > ends[1], "the ends", ends=ends)
    expect(
        not inside(claim, case, {l_min: 2, s: 5, t: 0, nu_min: 1, nu_max: 1}),
        "the region admits it",
    )


@evidence(Q_LARGE_BATCH, "symbolic", step="lower")
def test_sharpest_direction_gives_the_least_bound(claim: Claim) -> None:
    """c = t kappa <= l_min l_max: 2l/(l^2 + c) is least at l_max among l_min <= l <= l_max."""
    bound = claim.conjunct(t)
    base = _inside(Q_BRACKET, least)
    noise_level, gap, up = Symbol("c"), Symbol("y"), Symbol("z")
    expect(bound.gts == C_ms, f"{bound} bounds C_ms from below")
    difference_ = cancel(base - bound.lts).subs(kappa, noise_level / t)
    numerator = cancel(difference_ * (l**2 + noise_level) * (l_max**2 + noise_level))
    expect_zero(numerator - 2 * (l_max - l) * (l * l_max - noise_level), "cross difference")
    noise = conjunct(claim.region, t, kappa)
    for needed in (Gt(l_min, 0), Ge(l_max - l_min, 0), Ge(t, 0)):
        expect_implied(needed, claim.region)
    expect_variance_factors(claim)
    expect_items(claim, words.INDEPENDENT)
    expect_assumed(claim, Le(nu_max, t))
    expect_assumed(claim, Eq(gradient2, 0))  # every g_i = 0: C_ms is a threshold at all
    room = difference(noise).subs(kappa, noise_level / t)
    # l = l_min + y: (l l_max - c) = (room >= 0) + y l_max
    rest = expand((l * l_max - noise_level).subs(l, l_min + gap) - room)
    expect(all(c > 0 for c in Poly(rest, gap, l_max, l_min, up).coeffs()), "second factor >= 0")


@evidence(Q_LARGE_BATCH, "symbolic", step="upper")
def test_no_batch_does_better_than_gradient_descent(claim: Claim) -> None:
    """v'Qv = l_max: <vv', M vv'> = (1 - C l)^2 + C^2 Var(v'Q_B v), which is >= 1 at C = 2/l."""
    excess = Q_INDEFINITE.says(form_excess)
    variance = Symbol("Var")
    bound = claim.conjunct(without=[t])
    expect(bound.lts == C_ms, f"{bound} bounds C_ms from above")
    at = excess.subs({q_v: l_max, second_v: l_max**2 + variance}).subs(C, bound.gts)
    expect_zero(at - bound.gts**2 * variance, "excess at the bound")


def _large_batch(claim: Claim, case: Case) -> bool:
    found = _bracket(case)
    if found is None:
        return False
    eigenvalues, _, upper = found
    numbers = {
        t: Rational(upper),
        nu_max: Rational(upper),
        kappa: Rational(case.kappa),
        l_min: Rational(min(eigenvalues)),
        l_max: Rational(max(eigenvalues)),
    }
    if not inside(claim, case, numbers):
        return False
    for part in relations(claim.formula):
        ends = (case.threshold.low, case.threshold.high)  # zero where never stable
        expect_relation(part.subs(numbers), {C_ms: ends}, case=case)
    return True


# diag(l_min, l_max) with the same noise y on both: t kappa = y^2 against l_min l_max = 2.
_EQUAL_NOISE = [
    Case([[[1 + y, 0], [0, 2 + y]], [[1 - y, 0], [0, 2 - y]]])
    for y in (F(1, 2), F(7, 5), F(3, 2), F(3))
]


@evidence(Q_LARGE_BATCH, "ball", step=("lower", "upper"))
def test_large_batch_bounds_on_kept_problems(claim: Claim) -> None:
    """Equality occurs on both sides, and noise levels on both sides of the hypothesis."""
    table = [*STABLE.values(), *_EQUAL_NOISE, UNSTABLE["noisy kernel"][0]]
    used = sum(_large_batch(claim, case) for case in table)
    expect(used >= 5, "the table reaches the region", used=used)


@evidence(Q_LARGE_BATCH, "witness", needs="small noise", step=("lower", "upper"))
def test_louder_noise_is_limited_by_the_flattest_direction(claim: Claim) -> None:
    wide = claim.without("small noise")
    expect(_large_batch(wide, _EQUAL_NOISE[1]), "within the hypothesis the bounds hold")
    expect_fails(lambda: _large_batch(wide, _EQUAL_NOISE[2]), "past it they do not")
