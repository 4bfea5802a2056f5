"""Chapter saddle_batches: saddles that trap SGD, for any batch size below n."""

from __future__ import annotations

from sympy import Eq, Ge, Gt, Le, Rational, Symbol, diff, expand, log, together

from tests.assumptions.norms import CHART, alpha, scaled_region, u, u_k, v
from tests.assumptions.saddle_batches_tools import SHARE, expect_large_share, expect_sizes, x
from tests.exponents import chances, expect_longest_speaks, rational_part
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, is_strict, restricted
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.saddle_batches import SADDLE_SHARE, SADDLE_TRAP_BATCH
from theory.assumptions.saddle_trap import (
    SADDLE_CAPTURE,
    W_exit,
    W_start,
    factor_of,
    p_trap,
    start_c2,
    theta,
)
from theory.assumptions.unequal_norms import (
    NORMS_CONFINED,
    NORMS_STEP,
    perp,
    perp_next,
    sigma_i,
    sigma_j,
    sigma_m,
)
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.notation import S, a, b, n, r2, rho, s, s_next

f = Symbol("f", real=True)


def strict_logarithm(claim: Claim) -> object:
    """The one condition of the region that has logarithms, strict; Undecided otherwise."""
    found = [y for y in relations(claim.region) if y.has(log) and is_strict(y)]
    if len(found) != 1:
        raise Undecided(f"{claim.id} has {len(found)} conditions on the exponents")
    return found[0]


@evidence(SADDLE_TRAP_BATCH, "certificate", step="kept")
def test_factors_are_positive_along_the_schedule(claim: Claim) -> None:
    """NORMS-CONFINED: 1 - aS >= 1 - 2 alpha > 0 and t >= t_* > 0 from the first step inside r2 < 2 on.

    At r2 = 2 a step is (1 - aS) w, and S > 0 as i is drawn: it leads inside.
    """
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    for condition in relations(scaled_region(NORMS_CONFINED.region)):
        if condition.free_symbols <= {alpha}:
            expect_implied(condition, ours)
    expect_implied(Ge(2 - r2, 0), claim.region)
    for size in (u, v, u_k):
        expect_implied(Ge(1 - size, 0), ours)
    extra = cancel((factor_of(1) - factor_of(0)) / (a * sigma_j**2))
    expect_zero(extra - (2 - r2), "drawn: more, as r2 <= 2")
    for drawn in (0, 1):
        expect_zero(factor_of(drawn).subs(r2, 2) - (1 - a * S), "at r2 = 2")
    mass, norm = Symbol("X", real=True), Symbol("r", real=True)  # S = sigma_max^2 r2 X
    box = {alpha: (0, Rational(1, 2)), mass: (0, 1), norm: (0, 2)}
    expect_nonnegative(
        expand(1 - alpha * norm * mass - (1 - 2 * alpha)), box, "1 - aS >= 1 - 2 alpha"
    )
    expect_implied(Gt(start_c2, 0), claim.region)


@evidence(SADDLE_TRAP_BATCH, "symbolic", step="share")
def test_negative_exponents_bound_the_share(claim: Claim) -> None:
    """SADDLE-SHARE the other way round, for each live j: f sigma_j^2 < sigma_i^2."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_sizes(claim)
    expect_zero(SHARE.subs(b, 1), "b = 1: f = 0, and SADDLE-SHARE has b >= 2")
    (positive,) = relations(SADDLE_SHARE.formula)
    negative = strict_logarithm(claim)
    expect_zero(difference(negative) + difference(positive), "what is > 0 there is < 0 here")
    for condition in relations(SADDLE_SHARE.region):
        if condition.has(a) and condition != Gt(a, 0):  # a sigma_i^2 <= alpha < 1/2
            gap = difference(condition).subs(a, x / sigma_i**2)
            expect_holds(Gt(cancel(gap), 0), Ge(x, 0) & Le(x, Rational(1, 2)), (x,), derived={})
        elif condition.has(sigma_j):
            expect_large_share(SADDLE_SHARE)
        elif isinstance(condition, Eq):
            expect(condition in relations(claim.region), f"{condition}")
        elif condition != Ge(b, 2):
            expect_implied(condition, claim.region)
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    expect_implied(Gt(Rational(1, 2) - alpha, 0), ours)
    expect_implied(Ge(1 - u, 0), ours)


@evidence(SADDLE_TRAP_BATCH, "symbolic", step="schedule")
def test_other_coordinates_fall_behind_i(claim: Claim) -> None:
    """tau = at/(1-aS).  |c_j/c_i| has the factor 1/(1 + sigma_i^2 tau), times 1 + sigma_j^2 tau where j is
    drawn.  Those drawn have at most the share f of V = sum |c_j/c_i|^g, so V has the factor
    (1 + f (M^g - 1))/(1 + sigma_i^2 tau)^g at most, M = 1 + sigma_j^2 tau for the largest live norm: below 1
    for small g."""
    expect_items(claim, words.ORTHOGONAL)
    expect_sizes(claim)
    tau = a * (2 - r2) / (1 - a * S)
    own, left = factor_of(1).subs(sigma_j, sigma_i), factor_of(0)
    expect_zero(left / own - 1 / (1 + sigma_i**2 * tau), "left out, passive, or off the data")
    expect_zero(factor_of(1) / own - (1 + sigma_j**2 * tau) / (1 + sigma_i**2 * tau), "drawn")
    expect_zero(cancel(NORMS_STEP.says(perp_next) / perp) - left, "w_perp")
    k, m, small, large = (Symbol(y, real=True) for y in ("k", "m", "small", "large"))
    # k smallest of m numbers: each is at most each of the others, so (m - k) small <= k large
    expect_zero(k / m * (small + large) - small - (k * large - (m - k) * small) / m, "their share")
    expect_zero(SHARE - (b - 1) / (n - 1), "k = b - 1 of m = n - 1")
    g, grown, M = (Symbol(y, positive=True) for y in ("g", "G", "M"))
    most = log(1 + f * (M**g - 1)) - g * log(grown)
    expect_zero(most.subs(g, 0), "1 at g = 0")
    slope = diff(most, g).subs(g, 0)
    expect_zero(slope - (f * log(M) - log(grown)), "slope at g = 0")
    # Bernoulli: f log(1+z) <= log(1+fz), equal at z = 0
    z = Symbol("z", real=True)
    gap = diff(log(1 + f * z) - f * log(1 + z), z)
    expect_zero(gap - f * (1 - f) * z / ((1 + z) * (1 + f * z)), "rises in z for 0 <= f <= 1")
    # log(1 + f sigma_j^2 tau) < log(1 + sigma_i^2 tau) by "share", tau > 0
    inner = (1 + sigma_i**2 * tau) - (1 + f * sigma_j**2 * tau)
    expect_zero(inner - tau * (sigma_i**2 - f * sigma_j**2), "by the share")


@evidence(SADDLE_TRAP_BATCH, "certificate", step="axis")
def test_what_is_left_goes_to_the_datum(claim: Claim) -> None:
    """The rest is r c_i^2 with r -> 0.  Once r (beta + alpha) <= beta/3, c_i grows by 1 + 5 beta/6 or more
    while c_i^2 <= 1/2, and it never falls by more than 1 - 2 alpha: c_i^2 >= (1-2 alpha)^2/2 at last.
    Limit points lie on the axis there, where GD-CONVERGES leads to sign(c_i) x_i/sigma_i."""
    beta, m, r = (Symbol(y, real=True) for y in ("beta", "m", "r"))
    # S <= sigma_i^2 m + sigma_max^2 r m, t = 2 - (1 + r) m
    heaviest = sigma_i**2 * m + sigma_m**2 * r * m
    own = (
        factor_of(1).subs(sigma_j, sigma_i).subs({S: heaviest, r2: (1 + r) * m}, simultaneous=True)
    )
    expect_zero(diff(factor_of(1), S) + a, "a larger S gives a smaller factor")
    value = cancel(
        own.subs(sigma_m, (alpha / a) ** Rational(1, 2)).subs(sigma_i, (beta / a) ** Rational(1, 2))
    )
    share = Symbol("w", real=True)  # r (beta + alpha) = beta w/3
    value = expand(cancel(value.subs(r, beta * share / 3 / (beta + alpha))))
    spare = cancel(together(value - 1 - 5 * beta / 6))
    half = Symbol("h", real=True)  # m = h/2
    top = cancel(spare / beta).subs(m, half / 2)
    expect(not top.has(alpha), "alpha enters by r (alpha + beta) alone")
    expect_nonnegative(expand(top), {half: (0, 1), share: (0, 1)}, "grows")
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    expect_implied(Gt(Rational(1, 2) - alpha, 0), ours)
    expect_implied(Gt(alpha, 0), ours)
    expect_implied(Ge(1 - u, 0), ours)  # beta = alpha u <= alpha < 1/2
    expect_implied(Gt(u, 0), ours)
    # on the axis a batch that has i is full batch on one unit datum
    alone = {S: sigma_i**2 * s, r2: s}
    axis = factor_of(1).subs(sigma_j, sigma_i).subs(alone).subs(a, beta / sigma_i**2)
    known = GD_DIRECTION.says(s_next).subs({a: beta, rho: 0}, simultaneous=True)
    expect_zero(s * axis**2 - known, "c_i^2 on the axis")
    for condition in relations(restricted(GD_CONVERGES.region, (a, s, rho))):
        read = condition.subs({a: beta, s: start_c2, rho: r2 - start_c2}, simultaneous=True)
        if condition.has(a):
            gap = difference(read)
            expect(gap in (beta, Rational(1, 2) - beta), f"{condition}: 0 < beta <= alpha < 1/2")
        else:
            expect_implied(read, claim.region)


@evidence(SADDLE_TRAP_BATCH, "symbolic", step="capture")
def test_one_schedule_has_a_chance(claim: Claim) -> None:
    """K batches that are given have the chance C(n, b)^-K; then SADDLE-CAPTURE keeps half."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    (relation,) = relations(claim.formula)
    kept = SADDLE_CAPTURE.conjunct(p_trap, kind="inequality").lts.subs(W_start, W_exit / 2)
    expect(kept == Rational(1, 2), "SADDLE-CAPTURE from half its level", kept=kept)
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    negative = strict_logarithm(claim)
    expect(strict_logarithm(SADDLE_CAPTURE) == negative, "the same exponents are negative")
    for condition in relations(SADDLE_CAPTURE.region):
        if condition.has(log, W_exit, theta):
            continue
        if condition.has(a) and condition != Gt(a, 0):
            gap = cancel(
                difference(condition)
                .subs(a, alpha / sigma_m**2)
                .subs(sigma_i, sigma_m * u ** Rational(1, 2))
            )
            expect_zero(
                gap - (Rational(1, 2) - alpha * u), "a sigma_i^2 < 1/2 as alpha < 1/2, u <= 1"
            )
            expect_implied(Gt(Rational(1, 2) - alpha, 0), ours)
        elif isinstance(condition, Eq):
            expect(condition in relations(claim.region), f"{condition}")
        else:
            expect_implied(condition, claim.region)
    chance = sum(chances().values())
    expect_zero(chance - 1, "the chances of memberships")
    expect_sizes(claim)  # 1 <= b < n: the number C(n, b) of batches is positive
    count, draws = (Symbol(y, integer=True, positive=True) for y in ("C", "K"))
    least = count ** (-draws) * kept
    expect(least.is_positive is True, "a positive chance", least=least)
    expect(relation.subs(p_trap, Rational(1, 10**60)) == True, f"{relation}")  # noqa: E712
    expect(relation.subs(p_trap, 0) == False, f"{relation} says nothing at 0")  # noqa: E712


@evidence(SADDLE_TRAP_BATCH, "symbolic", step="capture")
def test_the_longest_live_datum_has_the_largest_exponent(claim: Claim) -> None:
    expect_longest_speaks(claim, difference(strict_logarithm(claim)) * -1, 1 - a * sigma_i**2)
    ours = scaled_region(rational_part(claim), CHART, sigma_m)
    expect_zero((1 - alpha * u) - (1 - alpha) - alpha * (1 - u), "1 - a sigma_i^2 >= 1 - alpha > 0")
    for condition in (Gt(1 - alpha, 0), Gt(alpha, 0), Ge(1 - u, 0)):
        expect_implied(condition, ours)


@evidence(SADDLE_CAPTURE, "symbolic", step="moment")
def test_the_longest_live_datum_speaks_for_the_capture(claim: Claim) -> None:
    expect_longest_speaks(claim, difference(strict_logarithm(claim)) * -1, 1 - a * sigma_i**2)
    expect_implied(Gt(1 - a * sigma_i**2, 0), claim.region)
