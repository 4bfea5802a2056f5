"""Chapter sparse: almost sure convergence of mini-batch SGD to one data point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import (
    And,
    Expr,
    Ge,
    Gt,
    Le,
    Max,
    Min,
    Poly,
    Rational,
    Symbol,
    binomial,
    diff,
    limit,
    log,
    oo,
    solve,
)
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean

from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, expect_inside, restricted
from tests.minibatch.test_reach import CASES
from theorem_audit import attempt, evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct, matching
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.minibatch.capture import (
    CAPTURE,
    CONFINED,
    FLOOR,
    g,
    growth,
    lead_drift,
    s_star,
    t_star,
    threshold,
)
from theory.minibatch.log_ratios import SAMPLING, STEP_SIZE, WALK_DRIFT, WALK_JUMP, step_factor
from theory.minibatch.reach import REACH, M, final_ratio, schedule_probability
from theory.minibatch.sparse import (
    LARGEST_V,
    PERTURBED,
    SGD_SPARSE,
    SPARSE_RATE,
    block_length,
    descent,
    least_mass,
    least_slack,
    limit_off,
    limit_others,
    limit_winner,
    p_sparse,
    rate,
    rounds_needed,
    weight,
    winner_rate,
)
from theory.minibatch.two_points import MASS_FLOOR
from theory.model.band import BAND_WIDE, ENTRY
from theory.model.step import SIGN
from theory.notation import S, a, b, delta, delta_next, n, p, r2, rho, rho_next, s, s_next, t

STATE_ORDER = (a, r2, s, t_star)


def expect_fits(
    claim: Claim,
    conditions: Iterable[Boolean],
    symbol: Symbol,
    value: Expr,
    order: Sequence[Symbol],
) -> None:
    """Each bound on ``symbol`` holds for ``value``, a minimum: from below for each of its terms."""
    region = And(claim.region, CONFINED.condition)  # t_* occurs in s_*
    for condition in conditions:
        weight = difference(condition).coeff(symbol)
        expect(weight.is_Rational and weight != 0, f"{condition} does not bound {symbol}")
        failed: list[Exception] = []
        for term in value.args:
            try:
                bound = condition.subs(symbol, term)
                with attempt():
                    expect_holds(bound, restricted(region, order), order, derived={})
            except (Refuted, Undecided) as error:
                if weight > 0:
                    raise
                failed.append(error)
        if len(failed) == len(value.args):
            raise failed[0]


def own_bounds(condition: Boolean, symbol: Symbol) -> list[Boolean]:
    """The conditions on ``symbol`` alone; others bound it by the state, as the chain's first steps do."""
    return matching(condition, symbols=[symbol])


def expect_hypotheses(claim: Claim, lemma: Claim) -> None:
    """The lemma's hypotheses hold for the claim's t_* and s_*, strict ones strictly."""
    known: list[Boolean] = []
    for symbol, value, order in (
        (t_star, least_slack(), (a, r2)),
        (s_star, least_mass(), STATE_ORDER),
    ):
        found = own_bounds(lemma.region, symbol)
        expect_fits(claim, found, symbol, value, order)
        known += found
    known += [Le(t_star, t), Le(s_star, s)]  # at every step: 'confine' and 'floor'
    expect_inside(claim.region, lemma, (a,), given=known)


# SGD-SPARSE: the chain


@evidence(SGD_SPARSE, "certificate", step="confine")
def test_slack_is_kept(claim: Claim) -> None:
    """delta <= max(delta_0, 10a/27) for ever: BAND-WIDE below, ENTRY above; SIGN keeps the live set."""
    top = BAND_WIDE.conjunct(a).gts
    expect(top.free_symbols == {a} and delta_next not in top.free_symbols, f"band {top}")
    step = box_of(claim.region, (a,))[a]
    widest = next(
        x.rhs for x in relations(BAND_WIDE.region) if x.lhs == a and x.has(a) and x.rhs != 0
    )
    expect(step[1] <= widest, "BAND-WIDE does not reach the claim's step sizes", largest=step[1])
    falls = matching(ENTRY.region, delta, without=[S])
    for condition in falls:  # with top <= delta <= 1: inside ENTRY's region
        gap = difference(condition).subs(delta, top + (1 - top) * Symbol("v"))
        expect_nonnegative(gap.expand(), {a: step, Symbol("v"): (0, 1)}, f"{condition}")
    signs = conjunct(SIGN.region, r2, without=[S])
    radius = box_of(claim.region, (a, r2))
    expect_nonnegative(difference(signs), radius, "SIGN's radius")
    first, second = least_slack().args
    expect({cancel(2 - r2), cancel(1 - top)} == {cancel(first), cancel(second)}, "t_*")
    expect_fits(claim, own_bounds(CONFINED.condition, t_star), t_star, least_slack(), (a, r2))


@evidence(SGD_SPARSE, "certificate", step="floor")
def test_live_mass_is_kept(claim: Claim) -> None:
    """MASS-FLOOR: s never falls where s <= t; elsewhere s > t_* and a step keeps (1 - aS)^2 of it."""
    gain = MASS_FLOOR.conjunct(kind="equation")
    keep = MASS_FLOOR.conjunct(kind="inequality")
    box = {**box_of(claim.region, (a,)), t: (0, 2), s: (0, 2 - t), S: (0, s)}
    bracket = (gain.rhs / (a * S)).expand()
    low, over = Symbol("v", real=True), Symbol("x", real=True)
    inside = {a: box[a], low: (0, 1), over: (0, 1), S: (0, low)}
    # s = low <= t = low + over
    expect_nonnegative(
        bracket.subs({t: low + over, s: low}).expand(), inside, "growth where s <= t"
    )
    expect_zero(difference(keep) - (s_next - s * (1 - a * S) ** 2), "what a step keeps")
    expect_nonnegative((1 - a * S) - (1 - 2 * a), {a: box[a], S: (0, 2)}, "1 - aS >= 1 - 2a")
    expect_zero(least_mass() - Min(s, (1 - 2 * a) ** 2 * t_star), "s_*")
    expect_fits(claim, own_bounds(FLOOR.condition, s_star), s_star, least_mass(), STATE_ORDER)


def _expect_contraction() -> None:
    """CAPTURE's factor of E U lies in [7/8, 1): 0 < g <= 1/2 and 0 < p <= 1/2."""
    rate, z = CAPTURE.says(growth), lead_drift()
    expect_zero(1 - 2 * CAPTURE.says(g) - 1 / (1 + z), "1 - 2g = 1/(1+z) > 0")
    excess = n * (n - 1) * (1 - 2 * WALK_DRIFT.says(p))
    expect_zero(excess - b * (b - 1) - (n - b) * (n - b - 1), "n(n-1)(1 - 2p), >= 0 for 1 <= b < n")
    box = {p: (0, Rational(1, 2)), g: (0, Rational(1, 2))}
    expect_nonnegative(rate - Rational(7, 8), box, "E U falls by at most an eighth")
    fall = 1 - rate
    expect(fall.is_Mul and fall.free_symbols == {p, g}, f"1 - G = {fall} is a product, > 0")
    expect_nonnegative(fall, box, "E U falls")


z, sigma, x = (Symbol(name, real=True) for name in ("z", "sigma", "x"))
LYAPUNOV = (z**2 - 1) ** 2 + 4 * rho
TRIANGLE = {z: (0, 2), rho: (0, 2 - z)}


@evidence(SGD_SPARSE, "certificate", step="lead")
@evidence(SPARSE_RATE, "certificate", step="lead")
def test_where_one_coordinate_leads_u_falls(claim: Claim) -> None:
    """CAPTURE applies at every step; U <= theta makes every other |q_j| <= |q_i|/2."""
    _expect_capture(claim)
    _expect_contraction()
    expect_zero(_exponent(threshold(), 2) + g, "theta is the g-th power of 1/2")
    expect(
        weight() - 1 / threshold() == 12 / (p * g**2), "A >= 1/theta: W_i <= 1 gives U_i <= theta"
    )


def _expect_capture(claim: Claim) -> None:
    """CAPTURE's hypotheses, at the claim's t_* and s_* (SPARSE-RATE names them; else the largest)."""
    if t_star in claim.region.free_symbols:
        given = [x for x in relations(claim.region) if x.free_symbols & {t_star, s_star}]
        for symbol in (t_star, s_star):
            bounds = [x for x in given if x == Gt(symbol, 0)]
            expect(len(bounds) == 1, f"{symbol} > 0 is not asked")
        given = [x for x in given if not isinstance(x, Eq)]
        tops = {x.gts for x in given if x.lts == t_star}
        expect(tops == set(least_slack().args), f"upper bounds of t_*: {tops}")
        tops = {x.gts for x in given if x.lts == s_star}
        expect(tops == set(least_mass().args), f"upper bounds of s_*: {tops}")
    else:
        expect_hypotheses(claim, CAPTURE)
    for condition in (*relations(SAMPLING.condition), *relations(STEP_SIZE.condition)):
        expect_implied(condition, claim.region)


@evidence(SGD_SPARSE, "certificate", step="winner")
@evidence(SPARSE_RATE, "certificate", step="winner")
def test_the_winner_follows_the_full_batch(claim: Claim) -> None:
    """V+ <= V - kappa V 1{i drawn} + 200 sigma: (q_i^2, rho) is GD's (s, rho) up to 200 sigma in V.

    f = 1 - aS + at with S = z + x sigma, r2 = z + rho + sigma, 0 <= x <= 1, against GD's factor.
    """
    step = box_of(claim.region, (a,))[a]
    mass, slack = z + x * sigma, 2 - z - rho - sigma
    gd = {y.lhs: y.rhs.subs(s, z) for y in relations(GD_DIRECTION.formula)}
    drawn, off = step_factor(1, mass).subs(t, slack), step_factor(0, mass)
    change = z * drawn**2 - gd[s_next], rho * off**2 - gd[rho_next]
    missed = z * step_factor(0, x * sigma) ** 2 - z, rho * step_factor(0, x * sigma) ** 2 - rho
    box = {a: step, z: (0, 2), rho: (0, 2 - z), sigma: (0, 2 - z - rho), x: (0, 1)}
    slopes = (24, 4)
    for symbol, slope in zip((z, rho), slopes, strict=True):
        for sign in (1, -1):  # |dV/dz| <= 24, |dV/drho| <= 4 on the convex triangle
            expect_nonnegative(
                (slope - sign * diff(LYAPUNOV, symbol)).expand(), TRIANGLE, f"slope {slope}"
            )
    for parts, bounds in ((change, (8, 2)), (missed, (2, 2))):
        for part, bound in zip(parts, bounds, strict=True):
            for sign in (1, -1):
                gap = bound - sign * cancel(part / sigma)
                expect_nonnegative(gap.expand(), box, f"{part} against sigma")
        total = sum(u * v for u, v in zip(slopes, bounds, strict=True))
        expect(total <= PERTURBED, "constant of sigma", total=total)
    after = LYAPUNOV.subs({z: s_next, rho: rho_next}, simultaneous=True)
    lyapunov = GD_CONVERGES.conjunct(greater=LYAPUNOV.subs(z, s) - after)
    margin = 4 * a * (1 - 2 * a)
    expect_holds(Gt(margin, 0), restricted(claim.region, (a,)), (a,), derived={})
    quotient = cancel(lyapunov.lts.subs(s, z) / margin)
    expect_zero(quotient - z * (z * (z - 1) ** 2 + rho), "dissipation")
    # z^2 V/9 <= dissipation/(4a(1-2a)), and z >= s_*/n where i leads: s_* <= z (n+3)/4 <= n z
    expect_nonnegative(
        (9 * cancel(quotient / z) - z * LYAPUNOV).expand(), TRIANGLE, "V against dissipation"
    )
    expect_zero(n - (n + 3) / 4 - 3 * (n - 1) / 4, "n >= (n+3)/4")
    expect_zero(winner_rate() - margin * (s_star / n) ** 2 / 9, "kappa")


@evidence(SGD_SPARSE, "certificate", step="balance")
@evidence(SPARSE_RATE, "certificate", step="balance")
def test_the_best_candidate_falls_on_average(claim: Claim) -> None:
    """E W+ <= A (1 - p g^2) U + ((1 - kappa b/n) V + 200 sigma)/68 <= c1 W, as sigma <= 2 U."""
    for condition in relations(SAMPLING.condition):
        expect_implied(condition, claim.region)
    half = Rational(1, 2)
    expect_nonnegative(2 * x - 2 * x**2, {x: (0, half)}, "R^2 q_i^2 <= 2 R <= 2 R^g for R <= 1/2")
    gain = cancel(weight() * p * g**2 - p * g**2 / threshold())
    expect_zero(gain - 12, "A p g^2 >= 12")
    expect(gain / 2 >= 2 * PERTURBED / 68, "half of what U loses pays for 200 sigma")
    first, second = descent().args
    falls = {cancel(1 - first), cancel(1 - second)}
    expect(falls == {cancel(p * g**2 / 2), cancel(winner_rate() * b / n)}, f"1 - c1: {falls}")
    expect_nonnegative(1 - 4 * a * (1 - 2 * a), {a: box_of(claim.region, (a,))[a]}, "kappa < 1")


@evidence(SGD_SPARSE, "certificate", step="reach")
@evidence(SPARSE_RATE, "certificate", step="reach")
def test_every_state_is_brought_to_one_half(claim: Claim) -> None:
    """After M rounds A U <= 1/4, by REACH's own bound; V/68 <= 1/4 always."""
    _expect_capture(claim)
    expect_nonnegative((LARGEST_V - LYAPUNOV).expand(), TRIANGLE, "V <= 17")
    expect(Rational(1, 4) >= LARGEST_V / 68, "V/68 <= 1/4")
    if claim.id == SPARSE_RATE.id:  # its own M, g and p; SGD-SPARSE takes them so
        enough = Ge(M, rounds_needed())
        expect(enough in relations(claim.region), f"{enough} is not asked", region=claim.region)
        expect_zero(stated(claim.region, g) - CAPTURE.says(g), "g is CAPTURE's")
        expect_zero(stated(claim.region, p) - stated(CAPTURE.region, p), "p is the split's chance")
    bound = REACH.conjunct(final_ratio).gts
    expect(bound.is_Pow, f"REACH's bound {bound}")
    base, exponent = bound.args
    left = g * exponent.subs(M, rounds_needed()) * log(base)  # log of R^g after these rounds
    expect_zero(cancel(left + log(4 * weight() * (n - 1))), "A (n-1) R^g <= 1/4")
    expect_zero(cancel(diff(exponent, M) + (n - b)), "more rounds, smaller ratios")


def _exponent(power: Expr, base: Expr | int) -> Expr:
    """The exponent of a power of this base."""
    found, exponent = power.as_base_exp()
    expect(found == base, f"{power} is no power of {base}")
    return exponent


@evidence(SGD_SPARSE, "symbolic", step="block")
@evidence(SPARSE_RATE, "symbolic", step="block")
def test_psi_contracts_over_a_block(claim: Claim) -> None:
    """Psi = 1: one word of chance P_T brings it to 1/2, so E Psi <= 1 - P_T/2; Psi < 1: c1."""
    least = REACH.says(schedule_probability)
    contraction = (SPARSE_RATE if claim.id != SPARSE_RATE.id else claim).says(rate)
    expect(contraction.func is Max, f"c = {contraction}")
    own = set(contraction.args) - set(descent().args)
    expect(len(own) == 1 and set(descent().args) < set(contraction.args), f"c = {contraction}")
    subsets = binomial(n, b)
    chance = _exponent(2 * (1 - own.pop()), subsets)
    expect_zero(chance - _exponent(least, subsets), f"c = {contraction}, P_T = {least}")
    length = (SPARSE_RATE if claim.id != SPARSE_RATE.id else claim).says(block_length)
    expect_zero(chance + length, "P_T = C(n,b)^-T")
    more = Symbol("more", real=True)  # n - 2
    weights = Poly(length.subs(n, 2 + more), M, more).coeffs()
    expect(all(x > 0 for x in weights), "T >= 0, and 0 < P_T <= 1: there are subsets")
    for at in CASES:
        for condition in relations(SAMPLING.condition):
            expect(condition.subs(at) == True, f"{condition}")  # noqa: E712 - a SymPy truth value
        expect(0 < least.subs(at).subs(M, 1) <= 1, "P_T", **{str(k): v for k, v in at.items()})


@evidence(SGD_SPARSE, "certificate", step="tail")
def test_a_small_psi_stays_at_one_data_point(claim: Claim) -> None:
    """The index cannot change, the only zero of V is the claimed limit, and c^k/x -> 0."""
    change = 1 + 2 * a  # WALK-JUMP: a ratio's largest factor in one step
    expect_zero(WALK_JUMP.formula.gts - (change - 1), "largest factor")
    expect_nonnegative(
        4 - change - Rational(1, 10), {a: box_of(claim.region, (a,))[a]}, "from 1/2 to 2"
    )
    size = Symbol("y", real=True)
    near = cancel(((size**4 - 1) ** 2 - (size - 1) ** 2) / (size - 1) ** 2)
    expect_nonnegative(near.expand(), {size: (0, 2)}, "(|q|-1)^2 <= V")
    zeros = [w for w in solve(LYAPUNOV.subs(rho, 0), z) if w.is_real and w >= 0]
    expect(zeros == [claim.says(limit_winner)], f"zeros of V: {zeros}")
    expect(claim.says(limit_off) == solve(LYAPUNOV.subs(z, 1), rho)[0], "rho")
    expect(claim.says(limit_others) == 2 * Rational(0), "sigma <= 2 U <= 2 Psi/A")
    ratio_, level = Symbol("c", positive=True), Symbol("x", positive=True)
    shrinking = ratio_ / (1 + ratio_)  # any number in (0, 1)
    bad = limit(shrinking ** Symbol("k", positive=True) / level, Symbol("k", positive=True), oo)
    expect_zero(1 - bad - claim.says(p_sparse), "P(limit)")
