"""Chapter nonorthogonal: step, fixed points and full batch on unit data with any inner products."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from flint import fmpz_mat
from sympy import Expr, Ge, Gt, Poly, Rational, Symbol, expand, fraction, solve

from tests.assumptions.oblique import pair
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, restricted
from tests.instances import Instance, dot, exact
from tests.reading import expect_items, expect_only, from_item
from tests.subsets import LARGEST
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import (
    NONORTH_FIXED,
    NONORTH_STEP,
    U,
    V,
    c,
    mass_excess,
    norm_excess,
    shift2,
    single_excess,
    step_parts,
)
from theory.minibatch.log_ratios import membership_moments
from theory.minibatch.two_points import MASS_FLOOR
from theory.model.autoencoder import GRAD
from theory.model.step import norm_step
from theory.notation import (
    S,
    a,
    active,
    b,
    delta,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    s,
    s_next,
    t,
    w,
    x,
)

Q, R = Symbol("Q", real=True), Symbol("R", real=True)  # c^2 and q_i^2
m, y, z = (Symbol(name, integer=True) for name in "myz")


# NONORTH-STEP


@evidence(NONORTH_STEP, "symbolic", step="step")
def test_step_from_the_gradient(claim: Claim) -> None:
    """<., x_j> of w+ = alpha w + beta X, and of a unit vector orthogonal to the data."""
    expect_only(claim, q_j_next, perp_next, norm_excess, mass_excess, single_excess)
    shrink, pull = step_parts()
    expect_zero(claim.says(q_j_next) - (shrink * q_j + pull * U), "along x_j")
    expect_zero(claim.says(perp_next) - shrink * perp, "off the data")


def _square(claim: Claim, first: Expr) -> Expr:
    """||alpha w + beta X||^2 for ||w||^2 = first, <w, X> = S, ||X||^2 = V, as the claim's own step has it."""
    step = claim.says(q_j_next)
    shrink, pull = step.coeff(q_j), step.expand().coeff(U)
    expect_zero(step - shrink * q_j - pull * U, "the step is alpha w + beta X")
    return expand(shrink**2 * first + 2 * shrink * pull * S + pull**2 * V)


@evidence(NONORTH_STEP, "symbolic", step="norm")
def test_norm_differs_by_the_excess(claim: Claim) -> None:
    """For orthonormal data ||X||^2 = S: there r2+ is what NORM says."""
    after = _square(claim, r2)
    expect_zero(claim.says(norm_excess) - (after - after.subs(V, S)), "r2+ against V = S")


@evidence(NONORTH_STEP, "property", step=("norm", "mass"))
def test_orthonormal_data_have_the_known_step(claim: Claim) -> None:
    """At V = S the excess is 0, and r2+ and s+ are what NORM and MASS-FLOOR say."""
    expect_zero(_square(claim, r2).subs(V, S) - 1 - norm_step().subs(delta, r2 - 1), "NORM")
    growth = MASS_FLOOR.conjunct(kind="equation")
    expect_zero(growth.lhs - (s_next - s), "MASS-FLOOR is about s+ - s")
    expect_zero(_square(claim, s).subs(V, S) - growth.rhs.subs(t, 2 - r2) - s, "MASS-FLOOR")
    for symbol in (norm_excess, mass_excess):
        expect_zero(claim.says(symbol).subs(V, S), f"{symbol}")


@evidence(NONORTH_STEP, "symbolic", step="mass")
def test_mass_differs_by_the_excess(claim: Claim) -> None:
    """X lies in span(x), so the projection of w+ is alpha times that of w, plus beta X."""
    after = _square(claim, s)
    expect_zero(claim.says(mass_excess) - (after - after.subs(V, S)), "s+ against V = S")


@evidence(NONORTH_STEP, "symbolic", step="one sample")
def test_one_sample_sees_no_inner_product(claim: Claim) -> None:
    """X = q_i x_i: V = q_i^2 ||x_i||^2, with the norm that the claim's data have, and S = q_i^2."""
    norm = from_item(claim, words.DATA, "norm")
    expect_zero(claim.says(single_excess) - (q_i**2 * norm**2 - q_i**2), "V - S")


# NONORTH-FIXED


def claimed_square(claim: Claim, square: Expr) -> Expr:
    """What the claim says ``square``, no symbol of its own, equals."""
    return claim.says(square)


@evidence(NONORTH_FIXED, "symbolic", step="one sample")
def test_where_one_sample_leaves_w_alone(claim: Claim) -> None:
    """grad_i = q_i (-(2 - r2) x_i + q_i w) = 0, q_i != 0: w = q_i x_i, so r2 = q_i^2."""
    expect_only(claim, q_i**2, r2, shift2, inequalities=1)
    expect_implied(Gt(q_i**2, 0), claim.region)
    slope = GRAD.formula.rhs.subs(active, 1)
    along = solve(slope / q_i, w)  # w as a multiple of x_i
    expect(len(along) == 1, f"w is {along}")
    multiple = cancel(along[0] / x)
    on_axis = cancel((multiple - q_i).subs(r2, q_i**2) * q_i)  # <w, x_i> = q_i
    roots = solve(on_axis.subs(q_i**2, R).subs(q_i, R ** Rational(1, 2)), R)
    expect(roots == [claimed_square(claim, q_i**2)], f"q_i^2 in {roots}")
    expect_zero(claimed_square(claim, r2) - claimed_square(claim, q_i**2), "r2 = q_i^2")


@evidence(NONORTH_FIXED, "symbolic", step="swap")
def test_every_batch_fixes_w_only_if_every_sample_does(claim: Claim) -> None:
    """B and B - {i} + {j} both give sum 0, so g_i = g_j = g for all i, j; then b g = 0.

    Such a pair of batches has the chance P(i in B) - P(i, j in B) > 0 each, for every 1 <= b < n: it exists.
    Checked by rank up to n = 12: the 0/1 matrix of all b-subsets has full column rank for 1 <= b < n.
    """
    single, both = membership_moments()
    top, bottom = fraction(cancel(single - both))
    for part, named in ((top, "chance"), (bottom, "of all")):
        more = expand(part.subs(n, b + m).subs({b: 1 + y, m: 1 + z}, simultaneous=True))
        terms = Poly(more, y, z).coeffs()
        expect(
            all(x > 0 for x in terms), f"{named}: positive at b = 1 + y, n - b = 1 + z", found=more
        )
    for points in range(1, LARGEST + 1):  # a check of the exchange, not its proof
        for size in range(points + 2):
            at = {n: points, b: size, a: 1, q_i: 1, c: Rational(1, 2)}
            if claim.region.subs(at) == True:  # noqa: E712 - a SymPy truth value
                expect(_batch_rank(points, size) == points, "batches do not separate", **_text(at))
    expect_implied(Ge(b, 1), claim.region)
    expect_implied(Gt(n - b, 0), claim.region)


def _batch_rank(points: int, size: int) -> int:
    rows = [[int(i in batch) for i in range(points)] for batch in combinations(range(points), size)]
    return int(fmpz_mat(rows).rank()) if rows else 0


def _text(at: dict[Symbol, object]) -> dict[str, object]:
    return {str(key): value for key, value in at.items()}


@evidence(NONORTH_FIXED, "symbolic", step="shift")
def test_shift_of_a_data_point_by_the_other_sample(claim: Claim) -> None:
    """w = sign x_i: w+ - w = -a grad_j, q_j = sign c, <x_j, w> = q_j, ||w||^2 = 1."""
    expect_items(claim, words.LINEAR)
    slope = Poly(-a * GRAD.formula.rhs.subs({active: 1, r2: 1, q_i: Q}), x, w)
    on_x, on_w = slope.coeff_monomial(x), slope.coeff_monomial(w)
    for sign in (1, -1):
        size = (on_x**2 + 2 * on_x * on_w * Q + on_w**2).subs(Q, sign * c)
        expect_zero(claim.says(shift2) - size, f"shift from {sign} x_i")


@evidence(NONORTH_FIXED, "certificate", step="positive")
def test_the_shift_is_positive(claim: Claim) -> None:
    """The shift over a^2 > 0, in Q = c^2; strictly."""
    found = claim.conjunct(c, kind="inequality")
    expect(isinstance(found, Gt), f"{found} is not strict")
    expect_zero(difference(found) - claim.says(shift2), "it is about the shift")
    expect_implied(Gt(a, 0), claim.region)
    over = expand(cancel(difference(found) / a**2)).subs(c**4, Q**2).subs(c**2, Q)
    expect(over.free_symbols == {Q}, f"{found} is not a^2 times a function of c^2")
    region = restricted(claim.region.subs(c**2, Q), (Q,))
    expect_holds(Gt(over, 0), region, (Q,), derived={})


@evidence(NONORTH_FIXED, "witness", step="positive", needs="oblique pair")
def test_equal_and_orthogonal_pairs_share_fixed_points(claim: Claim) -> None:
    for cosine in (0, 1, -1):
        expect(claim.says(shift2).subs(c, cosine) == 0, "x_i moves", c=cosine)
        point = {a: Rational(1, 4), b: 1, n: 2, q_i: 1, c: cosine}
        expect(not satisfies(claim.region, point), "the region admits it", c=cosine)


@evidence(NONORTH_FIXED, "witness", step="swap", needs="batch size")
def test_full_batch_fixes_other_points(claim: Claim) -> None:
    """b = n = 2: w = (1, 0), half-way between (4/5, +-3/5), is fixed; no sample leaves it alone."""
    data = pair(Fraction(4, 5))
    at = Instance(data, [Fraction(1), Fraction(0)], (0, 1), Fraction(1, 4), "linear")
    expect(at.step().weight == at.weight, "full batch moves it")
    for index in (0, 1):
        alone = Instance(data, at.weight, (index,), at.a, "linear")
        expect(alone.step().weight != at.weight, "a sample leaves it alone")
        expect(exact(at.q[index]) ** 2 != claimed_square(claim, q_i**2), "q_i^2")
    point = {a: exact(at.a), b: 2, n: 2, q_i: exact(at.q[0]), c: exact(dot(*data))}
    expect(not satisfies(claim.region, point), "the region admits b = n")
