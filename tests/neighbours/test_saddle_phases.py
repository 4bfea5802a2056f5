"""Chapter saddle_phases: signs of moments and exponents at x_i/sigma_i, as regions."""

from __future__ import annotations

from sympy import (
    Expr,
    Ge,
    Gt,
    Integer,
    Poly,
    Rational,
    Symbol,
    diff,
    fraction,
    log,
    sqrt,
)
from sympy import sign as sign_of
from sympy.logic.boolalg import Boolean

from tests.analysis import ball, expect_outside, expect_same
from tests.assumptions.norms import scaled
from tests.exponents import chances, radial_slope
from tests.forms import cancel, together
from tests.inequalities import expect_implied, is_strict
from tests.neighbours.tools import expect_sign
from tests.reading import expect_items, expect_only
from tests.subsets import expect_counts
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.assumptions.saddle_trap import factor_at
from theory.assumptions.unequal_norms import sigma_i, sigma_j
from theory.neighbours.saddle_phases import (
    SADDLE_PHASES,
    SADDLE_PHASES_BATCH,
    b_more,
    beta,
    factor_radial,
    h,
    h_as,
    h_ms,
    mean_growth,
    rate,
    rate_gain,
    square_gain,
    square_growth,
)
from theory.notation import a, b, n

CHART = {a: beta / sigma_i**2, sigma_j: sigma_i * sqrt(h)}
LOW, HIGH, DRAWN, LEFT = (Symbol(x, real=True) for x in ("low", "high", "drawn", "left"))
# beta in (0, 1), b >= 1, n >= b + 1 (or n >= b), by numbers > 0 (low, high) and >= 0 (drawn, left)
SPLIT = {beta: LOW / (LOW + HIGH), b: 1 + DRAWN, n: 2 + DRAWN + LEFT}
ANY = {**SPLIT, n: 1 + DRAWN + LEFT}
POINTS = [
    {beta: step, n: size, b: batch}
    for size, batch in ((2, 1), (3, 2), (9, 4), (40, 39), (40, 1))
    for step in (Rational(1, 1000), Rational(1, 4), Rational(1, 2), Rational(49, 50))
]


def positive(expr: Expr, chart: dict[Symbol, Expr]) -> bool:
    """Whether a rational function has, in the chart, numerator and denominator with coefficients >= 0.

    Some monomial of each must be free of what may be 0, so that neither vanishes.
    """
    parts = fraction(cancel(together(expr.xreplace(chart))))
    found = []
    for part in parts:
        poly = Poly(part, LOW, HIGH, h, DRAWN, LEFT)
        signs = {c > 0 for c in poly.coeffs()}
        firm = any(powers[3:] == (0, 0) for powers in poly.monoms())
        if poly.is_zero or len(signs) != 1 or not firm:
            return False
        found.append(signs.pop())
    return found[0] == found[1]


def expect_positive(expr: Expr, what: str, chart: dict[Symbol, Expr] = SPLIT) -> None:
    for point in POINTS:
        for ratio in (Rational(1, 100), Rational(1), Rational(7, 2)):
            value = expr.xreplace({**point, h: ratio, b_more: point[n]})
            expect(not value.is_Rational or value > 0, f"{what}: {value}", h=ratio, **_named(point))
    if not positive(expr, chart):
        raise Undecided(f"{what}: the sign of {expr} is open")
    expect(True, what)


def _named(point: dict[Symbol, Expr]) -> dict[str, Expr]:
    return {str(x): y for x, y in point.items()}


def expect_setting(claim: Claim) -> None:
    """Orthogonal data, uniform subsets; beta in (0, 1), h > 0 and the sizes are what SPLIT runs over."""
    expect_items(claim, words.ORTHOGONAL, words.UNIFORM)
    expect_zero(stated(claim.region, beta) - a * sigma_i**2, "beta")
    expect_zero(stated(claim.region, h) - sigma_j**2 / sigma_i**2, "h")
    for condition in (Gt(a, 0), Gt(1 - a * sigma_i**2, 0), Gt(sigma_i**2, 0), Gt(sigma_j**2, 0)):
        expect_implied(condition, claim.region)


def expect_split(claim: Claim) -> None:
    expect_implied(Ge(b, 1), claim.region)
    expect_implied(Ge(n - b, 1), claim.region)


def factors() -> list[tuple[Expr, Expr]]:
    """(probability, factor of c_j) at x_i/sigma_i by NORMS-STEP, in beta and h."""
    found = []
    for at, chance in chances().items():
        factor, power = scaled(factor_at(*at), CHART, sigma_i)
        expect(power == 0, "a factor has no scale")
        found.append((chance, factor))
    expect_zero(sum((x for x, _ in found), Integer(0)) - 1, "probabilities")
    return found


def moment(power: int) -> Expr:
    """E f^power - 1."""
    return cancel(sum((x * (f**power - 1) for x, f in factors()), Integer(0)))


def exponent() -> Expr:
    return sum((x * log(f) for x, f in factors() if f != 1), Integer(0))


def expect_read(claim: Claim) -> None:
    if claim.id == SADDLE_PHASES.id:
        signs = (sign_of(x) for x in (rate, mean_growth, square_growth, factor_radial**2 - 1))
        expect_only(
            claim, rate, mean_growth, square_growth, h_ms, factor_radial, *signs, inequalities=4
        )
    else:
        expect_only(claim, rate_gain, square_gain, inequalities=2)


@evidence(SADDLE_PHASES, "symbolic", step="exponent")
def test_exponent_in_two_scales(claim: Claim) -> None:
    """Every factor is positive: 1 - beta, 1 + beta h and 1 - beta + beta h."""
    expect_setting(claim)
    expect_counts(claim)
    expect_read(claim)
    for _, factor in factors():
        if factor != 1:
            expect_positive(factor, f"the factor {factor}")
    points = [{**x, h: Rational(6, 5)} for x in POINTS]
    expect_same(claim.says(rate), exponent(), points, "lambda_j")


def thresholds(bound: Boolean, symbol: Symbol) -> tuple[Expr, int]:
    """(value, side) of a bound: side -1 where the threshold is above it, 1 where it is below."""
    gap = Poly(difference(bound), symbol)
    if gap.degree() != 1 or not gap.LC().is_Rational:
        raise Undecided(f"{bound} does not bound {symbol}")
    return cancel(-gap.TC() / gap.LC()), -1 if gap.LC() > 0 else 1


def sign_of_logs(law: list[tuple[Expr, Expr]], sign: int) -> str:
    """Of sum c log x: 'strict' where sign * it is > 0, 'zero' or 'weak' where it is >= 0.

    Terms of equal chance are put together; c >= 0, and sign * (x - 1) >= 0 for each.
    Undecided otherwise.
    """
    groups: dict[Expr, Expr] = {}
    for chance, argument in law:
        groups[chance] = groups.get(chance, Integer(1)) * argument
    kinds = set()
    for weight, argument in groups.items():
        excess = cancel(together(sign * (argument - 1)))
        if excess == 0:
            continue
        if not positive(excess, SPLIT):
            raise Undecided(f"{argument} against 1 is open")
        firm = positive(weight, SPLIT)
        if not firm and not positive(cancel(weight / (b - 1)), SPLIT):  # else b - 1 >= 0 times that
            raise Undecided(f"the sign of {weight} is open")
        kinds.add("strict" if firm else "weak")
    return "strict" if "strict" in kinds else "weak" if kinds else "zero"


@evidence(SADDLE_PHASES, "symbolic", step="path")
def test_paths_change_sign_once(claim: Claim) -> None:
    """lambda_j grows with h, is negative at the lower bound on h_as, and is not at the upper one."""
    expect_setting(claim)
    expect_split(claim)
    found = exponent()
    slope = cancel(together(diff(found, h)))
    expect_positive(slope, "slope in h")
    _expect_sides(claim, rate, h_as)
    for bound in matching(claim.formula, h_as, kind="inequality", number=2):
        end, side = thresholds(bound, h_as)
        _expect_side(found, end, side, bound)


def _expect_sides(claim: Claim, symbol: Symbol, line: Symbol) -> None:
    """sign(symbol) is that of h - line, for what grows with h and is 0 on the line."""
    claimed = claim.says(sign_of(symbol))
    lines = (Rational(1, 2), Rational(1), Rational(3, 2))
    near = (-Rational(1, 1000), Rational(0), Rational(1, 1000))
    expect_sign(claimed, h - line, [{h: x + y, line: x} for x in lines for y in near])
    ratio = cancel((h - line) / claimed.args[0])
    if not ratio.is_Rational:
        raise Undecided(f"{claimed} is no sign of a multiple of h - {line}")
    expect(ratio > 0, f"{claimed}: it grows with h")


def _expect_side(found: Expr, end: Expr, side: int, bound: Boolean) -> None:
    """side * lambda_j at h = end is positive (strict bound) or not negative."""
    there = found.subs(h, end)
    for point in POINTS:
        if there.subs(point) == 0:
            expect(not is_strict(bound), f"{bound}: equality", **_named(point))
            continue
        value = side * ball(there.subs(point), {})
        expect(not value < 0, f"{bound}: lambda_j at {end} is {side * value}", **_named(point))
    kind = sign_of_logs([(x, f.subs(h, end)) for x, f in factors()], side)
    expect(kind == "strict" or not is_strict(bound), f"{bound}: lambda_j may be 0 at {end}")


@evidence(SADDLE_PHASES, "symbolic", step="mean")
def test_the_mean_tells_saddle_from_minimum(claim: Claim) -> None:
    expect_setting(claim)
    derived = moment(1)
    expect_zero(claim.says(mean_growth) - derived, "E f - 1")
    claimed = claim.says(sign_of(mean_growth))
    ratios = (Rational(1, 2), Rational(999, 1000), Rational(1), Rational(1001, 1000), Rational(3))
    expect_sign(claimed, derived, [{**x, h: y} for x in POINTS for y in ratios])
    expect_positive(cancel(derived / claimed.args[0]), "E f - 1 over h - 1", ANY)


@evidence(SADDLE_PHASES, "symbolic", step="mean square")
def test_the_mean_square_changes_sign_once(claim: Claim) -> None:
    """E f^2 - 1 grows with h >= 0 and is 0 at h_ms: the positive zero, as at one point and so everywhere.

    It is no zero at h = 0, so h_ms has one sign on the whole region, which is connected.
    """
    expect_setting(claim)
    expect_split(claim)
    derived = moment(2)
    expect_zero(claim.says(square_growth) - derived, "E f^2 - 1")
    expect_positive(diff(derived, h), "slope in h")
    root = claim.says(h_ms)
    for point in POINTS:
        value = ball(derived.subs(h, root), point)
        expect(value.contains(0), f"E f^2 - 1 at h_ms is {value}", **_named(point))
    expect_zero(derived.subs(h, root), "h_ms is a zero")
    expect(ball(root, POINTS[1]) > 0, "h_ms is the positive zero")
    _expect_sides(claim, square_growth, h_ms)
    for bound in matching(claim.formula, h_ms, kind="inequality", number=2):
        end, side = thresholds(bound, h_ms)
        expect(end >= 0, f"{bound}: h_ms is positive") if side > 0 else None
        expect_positive(side * derived.subs(h, end), f"{bound}: E f^2 - 1 at {end}")


@evidence(SADDLE_PHASES, "symbolic", step="radial")
def test_the_radius_at_a_data_direction(claim: Claim) -> None:
    """(1 - 4 beta)^2 - 1 = 16 beta (beta - 1/2)."""
    expect_setting(claim)
    slope = radial_slope().subs(a, beta / sigma_i**2)
    expect_zero(claim.says(factor_radial) - slope, "f_i")
    claimed = claim.says(sign_of(factor_radial**2 - 1))
    expect_sign(claimed, slope**2 - 1, [{beta: Rational(k, 8)} for k in (1, 2, 3, 4, 5, 7)])
    expect_positive(cancel((slope**2 - 1) / claimed.args[0]), "f_i^2 - 1 over beta - 1/2", ANY)


@evidence(SADDLE_PHASES, "witness", step="mean square", needs="without replacement")
def test_at_full_batch_the_lines_are_one(claim: Claim) -> None:
    """b = n: f = 1 - beta + beta h, and mean square, mean and paths all change sign at h = 1."""
    for step in (Rational(1, 5), Rational(2, 3)):
        point = {beta: step, n: 4, b: 4, a: step, sigma_i: 1, sigma_j: 1, h: 1}
        expect(claim.says(h_ms).subs(point) == 1, "h_ms at b = n", beta=step)
        expect_outside(claim, point, "h_ms = 1, not below")


@evidence(SADDLE_PHASES, "witness", step="path")
def test_the_upper_bound_is_reached_at_batch_one(claim: Claim) -> None:
    """b = 1, beta = 1/4: h_as = 4/3 = 1/(1 - beta), where (1 - beta)(1 + beta h) = 1."""
    ends = [thresholds(x, h_as) for x in matching(claim.formula, h_as, kind="inequality", number=2)]
    (top,) = [end for end, side in ends if side > 0]
    point = {beta: Rational(1, 4), n: 5, b: 1}
    expect(top.subs(point) == Rational(4, 3), f"the bound is {top}")
    expect((1 - point[beta]) * (1 + point[beta] * Rational(4, 3)) == 1, "lambda_j = 0 there")


# SADDLE-PHASES-BATCH


def _epochs(expr: Expr) -> Expr:
    """(n/b) times it, at b_2 minus at b."""
    return n / b_more * expr.subs(b, b_more) - n / b * expr


def expect_two_sizes(claim: Claim) -> None:
    for condition in (Ge(b, 1), Ge(b_more - b, 1), Ge(n - b_more, 0)):
        expect_implied(condition, claim.region)


@evidence(SADDLE_PHASES_BATCH, "symbolic", step="exponent")
def test_exponents_rise_with_the_batch(claim: Claim) -> None:
    """(1 - beta + beta h) - (1 - beta)(1 + beta h) = beta^2 h > 0."""
    expect_setting(claim)
    expect_counts(claim)
    expect_read(claim)
    expect_two_sizes(claim)
    points = [{beta: Rational(1, 3), h: Rational(6, 5), n: 9, b: 2, b_more: 5}]
    expect_same(claim.says(rate_gain), _epochs(exponent()), points, "Delta_lambda")
    _expect_sign(claim, rate_gain, 1)
    one, other, both, _ = (x for _, x in factors())
    expect_zero(both - one * other - beta**2 * h, "i and j drawn together, or apart")


def _expect_sign(claim: Claim, symbol: Symbol, side: int) -> None:
    """The one inequality on ``symbol`` says that it has this sign."""
    bound = claim.conjunct(symbol, kind="inequality")
    if symbol not in bound.args or 0 not in bound.args:
        raise Undecided(f"{bound} is not the sign of {symbol}")
    expect((bound.gts == symbol) == (side > 0), f"{bound}: {symbol} has the sign {side}")


@evidence(SADDLE_PHASES_BATCH, "symbolic", step="mean square")
def test_mean_squares_fall_with_the_batch(claim: Claim) -> None:
    expect_setting(claim)
    expect_two_sizes(claim)
    derived = cancel(_epochs(moment(2)))
    expect_zero(claim.says(square_gain) - derived, "Delta_2")
    _expect_sign(claim, square_gain, -1)
    ratio = cancel(-derived * (n - 1) / (b_more - b) / (beta**2 * h))
    expect(ratio == 2, f"-Delta_2 is {ratio} (b_2 - b) beta^2 h/(n - 1)")


@evidence(SADDLE_PHASES_BATCH, "witness", step="exponent", needs="two batch sizes")
def test_at_one_batch_size_nothing_is_gained(claim: Claim) -> None:
    point = {beta: Rational(1, 3), h: 2, n: 5, b: 2, b_more: 2, a: Rational(1, 3), sigma_i: 1,
             sigma_j: sqrt(2)}  # fmt: skip
    expect(claim.says(square_gain).subs(point) == 0, "Delta_2 at b_2 = b")
    expect_outside(claim, point, "0 < 0")
