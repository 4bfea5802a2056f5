"""Chapter purity_time: steps until one data point holds the share 1 - eps of the mass."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Ge, Gt, Integer, Poly, Rational, Symbol, ceiling, cosh, diff, log, solve, sqrt

from tests.analysis import expect_outside, expect_same
from tests.forms import cancel
from tests.inequalities import (
    expect_condition,
    expect_holds,
    expect_implied,
    expect_region_of,
)
from tests.minibatch.purity_time_tools import expect_follows, points, x
from tests.obstructions import full_batch_starts
from tests.reading import expect_items, expect_only
from tests.subsets import chance_of, expect_counts
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import relations, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.minibatch import selection
from theory.minibatch.log_ratios import WALK_DRIFT, step_factor
from theory.minibatch.purity_time import (
    TIME_MEAN,
    TIME_PURITY,
    TIME_SPREAD,
    TIME_TWO,
    eps,
    largest,
    level,
    mean_slope,
    mean_time,
    offset,
    purity,
    rate,
    slope,
    spread,
    time,
)
from theory.minibatch.rates import SGD_RATE, SGD_RATE_PATHS, path_ratio, rate_ratio
from theory.minibatch.selection import SELECT_TIME
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.minibatch.sparse_time import SPARSE_TIME, mean_psi
from theory.notation import a, b, delta, k, n, p, r2, rho, s, t

# TIME-TWO


@evidence(TIME_TWO, "symbolic", step="level")
def test_purity_is_a_level_of_the_log_ratio(claim: Claim) -> None:
    """pi = R/(1+R), R = (q_I/q_j)^2 >= 1, rises in R; pi = 1 - eps at R = e^(2Z)."""
    expect_only(claim, level, time)
    expect_items(claim, words.SMALL_STEPS_LINEAR, words.ORTHONORMAL)
    R = Symbol("R", positive=True)
    expect_zero(diff(R / (1 + R), R) - 1 / (1 + R) ** 2, "pi rises")
    (ratio,) = solve(R / (1 + R) - (1 - eps), R)
    expect_same(claim.says(level), log(cancel(ratio)) / 2, points(eps), "level")


@evidence(TIME_TWO, "symbolic", step="time")
def test_time_to_purity_of_two_points(claim: Claim) -> None:
    """SELECT-TIME at the level: cosh(Z)^2 = 1/(4 pi (1 - pi)) where e^(2Z) = pi/(1 - pi)."""
    formula = SELECT_TIME.says(selection.time)
    squares = {}
    for symbol, pure in ((selection.level, 1 - eps), (selection.start, purity)):
        root = sqrt(pure / (1 - pure))  # e^Z
        squares[symbol] = cancel(((root + 1 / root) ** 2 / 4).expand())
    derived = formula.replace(lambda e: e == log(cosh(selection.level)),
                              lambda _: log(squares[selection.level]) / 2)  # fmt: skip
    derived = derived.replace(lambda e: e == log(cosh(selection.start)),
                              lambda _: log(squares[selection.start]) / 2)  # fmt: skip
    expect(not derived.has(cosh), f"{derived}")
    expect_same(claim.says(time), derived, points(eps, purity), "time")
    fixed = matching(claim.condition("start"), kind="equation")
    for symbol, value in ((n, 2), (b, 1)):  # SELECT-TIME's start
        known = [solve(x, symbol) for x in fixed if x.free_symbols == {symbol}]
        expect(known == [[value]], f"{symbol} = {value} is assumed", found=known)
    inside = claim.condition("purity")
    for needed in (Gt(eps, 0), Ge(2 * purity, 1), Ge(1 - eps - purity, 0)):
        expect_follows(needed, inside)


# TIME-PURITY


@evidence(TIME_PURITY, "symbolic", step=("rate", "passage"))
@evidence(TIME_SPREAD, "symbolic", step="passage")
def test_first_passage_of_a_linear_decay(claim: Claim) -> None:
    """log(1 - pi_k) = 2 Lambda k + o(k) (SGD-RATE-PATHS); T is where it first is log(eps) = -L."""
    expect_region_of(claim, SGD_RATE)
    expect_region_of(claim, SGD_RATE_PATHS)
    expect(SGD_RATE_PATHS.says(path_ratio) == rate_ratio, "paths have the exponent as rate")
    expect_counts(claim)
    expect_zero(stated(claim.region, p) - chance_of(1, 1), "p")
    expect_region_of(claim, SGD_SPARSE)
    expect(SGD_SPARSE.says(p_sparse) == 1, "almost surely some w_k -> +-x_I")
    decay = SGD_RATE.says(rate_ratio)
    L, T = Symbol("L", positive=True), Symbol("T", positive=True)
    (first,) = solve(2 * rate * T + L, T)
    if claim.id == TIME_PURITY.id:
        expect_only(claim, slope)
        expect_same(claim.says(slope), (first / L).subs(rate, decay), points(a, p), "slope")
        return
    # with 2 sqrt(T) M added, T = first + sqrt(first) M/(-Lambda) + o(sqrt(L)); E M = mu sqrt(V_own)
    square = first * largest**2 * spread / rate**2 / L
    claimed = claim.says(offset)
    expect_zero(cancel((claimed**2).subs(sqrt(spread), x)).subs(x, sqrt(spread)) - square, "square")
    expect(claimed.subs({largest: 1, spread: 2, rate: -1}) == 1, "sign", value=claimed)


@evidence(TIME_PURITY, "symbolic", step="squares")
def test_impurity_is_a_sum_of_squared_ratios(claim: Claim) -> None:
    """1 - pi = X/(1+X) is between X/2 and X for 0 <= X <= 1; k >= 2 leaves X > 0 for ever."""
    expect_zero(1 - 1 / (1 + x) - x / (1 + x), "1 - pi in X")
    expect_zero(x - x / (1 + x) - x**2 / (1 + x), "X from above")
    expect_zero(x / (1 + x) - x / 2 - x * (1 - x) / (2 * (1 + x)), "X/2 from below")
    expect_implied(Ge(k, 2), claim.condition("live coordinates"))


@evidence(TIME_PURITY, "witness", step="rate", needs="without replacement",
          cases={"b = n": "without replacement"})  # fmt: skip
@evidence(TIME_PURITY, "witness", step="squares", needs="live coordinates",
          cases={"k = 1": "live coordinates"})  # fmt: skip
def test_purity_that_never_moves(claim: Claim, case: str) -> None:
    """b = n: q_1/q_2 = 3/4 for ever, T_eps = oo.  k = 1: the purity is 1 at the start, T_eps = 0."""
    for point, _ in full_batch_starts():
        at = {**point, k: 2} if case == "without replacement" else {**point, b: 1, k: 1}
        at[p] = chance_of(1, 1).subs(at)
        for assumption in TIME_PURITY.assumptions:
            if assumption.condition is not None:
                holds = satisfies(assumption.condition, at)
                expect(holds == (assumption.name != case), f"{assumption.name}", at=at)
        expect_outside(claim, at, "the time does not grow like log(1/eps)")


# TIME-MEAN


@evidence(TIME_MEAN, "symbolic", step="tail")
def test_tail_from_sparse_time(claim: Claim) -> None:
    """Phi_k >= (eps/n)^(1/4) while T > k: sqrt|q_i q_j| s^(-1/2) = (x_i x_j)^(1/4), x_I >= 1/n.

    (A + B)^4 >= A^4 + B^4 makes the fourth root subadditive.
    """
    A, B = Symbol("A", positive=True), Symbol("B", positive=True)
    extra = Poly(((A + B) ** 4 - A**4 - B**4).expand(), A, B)
    expect(all(value >= 0 for value in extra.coeffs()), "fourth root is subadditive")
    SPARSE_TIME.conjunct(lesser=mean_psi)  # it bounds the mean factor
    expect(claim.condition("step size") == SPARSE_TIME.condition("step size"), "step size")
    expect(claim.condition("without") == SPARSE_TIME.condition("without"), "batches")
    at = start_on_sphere(claim)
    for needed in relations(SPARSE_TIME.condition("sphere band")):
        read = needed.subs(at)
        if read != True:  # noqa: E712 - a SymPy truth value
            expect(read != False, f"SPARSE-TIME needs {needed}", start=at)  # noqa: E712
            expect_holds(read, claim.condition("step size"), (a,), derived={})


def start_on_sphere(claim: Claim) -> dict[Symbol, Any]:
    """delta and rho at the start, as the claim's equations for them say; Undecided without these."""
    found = {}
    for name, symbol in (("sphere", delta), ("in the span", rho)):
        condition = claim.condition(name)
        if not isinstance(condition, Eq) or condition.free_symbols != {symbol}:
            raise Undecided(f"{condition} does not fix {symbol}")
        (found[symbol],) = solve(condition, symbol)
    expect(found[rho] == 0, "SPARSE-TIME is for starts in the span", rho=found[rho])
    return found


@evidence(TIME_MEAN, "symbolic", step="sum")
def test_sum_of_the_tail(claim: Claim) -> None:
    """sum_k min(1, B r^k) <= 1 + (1 + log B)/kappa, r = 1 - kappa, B = (n(n-1)/2)(n/eps)^(1/4) >= 1.

    N = ceil(log B/-log r) <= 1 + log(B)/kappa terms of 1, then at most r^N B/kappa <= 1/kappa.
    """
    bound = SPARSE_TIME.conjunct(lesser=mean_psi).gts
    kappa = 1 - bound
    expect_zero(stated(claim.region, p) - chance_of(1, 1), "p")
    expect_zero(diff(-log(1 - x) - x, x) - x / (1 - x), "slope of -log(1 - x) - x, which is 0 at 0")
    for needed in (Ge(k, 2), Ge(n, 2), Ge(1, 2 * eps), Gt(eps, 0)):
        if needed.free_symbols == {eps}:
            expect_follows(needed, claim.condition("eps"))
        else:
            expect_implied(needed, claim.region)
    log_b = log(n * (n - 1) / 2) + log(n / eps) / 4
    derived = 1 + (1 + log_b) / kappa
    claimed = claim.conjunct(mean_time)
    expect(claimed.lts == mean_time, f"{claimed}")
    expect_same(claimed.gts, derived, points(a, p, n, eps), "bound")


@evidence(TIME_MEAN, "symbolic", step="integrable")
def test_growth_of_the_mean(claim: Claim) -> None:
    """T/log(1/eps) is bounded in L^2 by the tail, so TIME-PURITY's limit holds in mean.

    From the sphere in the span: r2 = s = 1 + delta = 1, inside 0 < r2 < 2.
    """
    expect_only(claim, mean_slope, inequalities=1)
    expect_same(claim.says(mean_slope), TIME_PURITY.says(slope), points(a, p), "slope")
    for condition in relations(TIME_PURITY.condition("step size")):
        expect_condition(claim.region, condition, "step size")
    expect(claim.condition("without") == TIME_PURITY.condition("without"), "batches")
    at = start_on_sphere(claim)
    start = {r2: 1 + at[delta], s: 1 + at[delta] - at[rho]}
    for name in ("radius", "live mass"):
        expect(satisfies(TIME_PURITY.condition(name), start), f"TIME-PURITY: {name}", at=start)


# n = 2, b = 1, a = 1/5, q_1 = q_2, tiny: r2, eps, and what is left in the span has t -> 2 - r2, S -> 0
SLOW = {
    "sphere": {delta: -1 + Rational(1, 10**9), rho: 0, eps: Rational(1, 10**21)},
    "in the span": {delta: 0, rho: 1 - Rational(1, 10**9), eps: Rational(1, 3 * 10**10)},
}


@evidence(TIME_MEAN, "witness", step="tail", needs="sphere", cases={"sphere": "sphere"})
@evidence(TIME_MEAN, "witness", step="tail", needs="in the span", cases={"span": "in the span"})
def test_a_tiny_start_in_the_span_takes_longer(claim: Claim, case: str) -> None:
    """As the mass s in the span tends to 0, log|q_1/q_2| is a simple walk for as long as one likes.

    Steps +-log(1 + a t): E T tends to m^2 or more, m steps leading to the level of TIME-TWO
    (TIME-SPREAD's k = 2; a walk's square minus the number of steps is a martingale).
    """
    point = {**SLOW[case], n: 2, b: 1, k: 2, a: Rational(1, 5), p: Rational(1, 2)}
    for assumption in TIME_MEAN.assumptions:
        if assumption.condition is not None:
            holds = satisfies(assumption.condition, point)
            expect(holds == (assumption.name != case), f"{assumption.name} is {holds}", at=point)
    expect_zero(step_factor(0, Integer(0)) - 1, "left out")
    up = step_factor(1, Integer(0)).subs({t: 1 if case == "in the span" else 2, a: point[a]})
    steps = ceiling(TIME_TWO.says(level).subs(point) / log(up))
    split = WALK_DRIFT.says(p).subs(point)
    bound = claim.conjunct(mean_time).gts
    most = bound.subs(p, split).subs(point)
    expect(bool(steps**2 > most), "the walk is faster than the bound", walk=steps**2, bound=most)
    expect_outside(claim, point, "the mean time exceeds the bound")
