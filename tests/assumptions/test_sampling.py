"""Chapter sampling: with replacement, cyclic, reshuffled."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Ge, Integer, Le, Poly, Rational, diff, log

from tests.analysis import expect_outside, expect_same
from tests.assumptions.sampling_laws import (
    _quotient,
    expect_law,
    expect_sizes,
    expect_small_product,
    factors_at_the_point,
    summand,
)
from tests.assumptions.sampling_tools import POINTS, D, c, x
from tests.forms import cancel
from tests.inequalities import is_strict
from tests.instances import Instance
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.assumptions.sampling import (
    SAMPLING_LOCAL,
    SAMPLING_MOMENT,
    SAMPLING_REPLACEMENT,
    SAMPLING_STEP,
    m_i,
    m_j,
    moment,
    rate_multi,
)
from theory.full_batch.convergence import GD_DIRECTION
from theory.minibatch.capture import MOMENT, g
from theory.model.autoencoder import GRAD
from theory.model.step import step_from
from theory.notation import a, b, chi, n, perp_next, q_j, q_j_next

# SAMPLING-STEP


@evidence(SAMPLING_STEP, "symbolic")
def test_step_with_multiplicities(claim: Claim) -> None:
    """The sum of gradients is linear in the membership of j, which a multiplicity replaces."""
    q_next, perp_step = step_from(GRAD.formula.rhs)
    expect(Poly(q_next, chi).degree() == 1, "the step is not linear in the membership")
    expect_identity(claim.formula, {q_j_next: q_next.subs(chi, m_j), perp_next: perp_step})


PAIR = {m_i: 1 / n, m_j: 1 / n}


def mean_square() -> Expr:
    """E (m_j - m_i)^2 = b E X^2: each index adds X = 1, -1, 0 with chances 1/n, 1/n, 1 - 2/n."""
    for power, gain in ((1, Integer(0)), (2, 2 / n)):
        mean = (1 - 2 / n) * D**power + ((D + 1) ** power + (D - 1) ** power) / n
        expect_zero(mean - D**power - gain, f"E of D^{power} after one more index")
    return 2 * b / n


# SAMPLING-REPLACEMENT and SAMPLING-MOMENT


def pair_total(claim: Claim) -> Expr:
    return claim.says(rate_multi if claim.id == SAMPLING_REPLACEMENT.id else moment)


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
    expect_items(claim, words.WITH_REPLACEMENT)
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
    for bound in matching(claim.formula, kind="inequality", number=2):
        upper = bound.lts == rate_multi
        expect(upper or bound.gts == rate_multi, f"{bound} does not bound {rate_multi}")
        claimed, derived = (bound.gts, above) if upper else (bound.lts, below)
        expect(not is_strict(bound), f"{bound}: equal at b = 1")
        expect_same(claimed, derived, POINTS, f"{bound}")


@evidence(SAMPLING_MOMENT, "symbolic", step=("two-sided", "mean square"))
def test_moment_with_replacement(claim: Claim) -> None:
    """Half of CAPTURE-MOMENT's two-sided bound at a|D|, whose mean needs E D^2 alone."""
    bound = MOMENT.conjunct(kind="inequality")
    _, term = summand(pair_total(claim))
    expect(term == (1 + a * (m_j - m_i)) ** g, f"{term} is not the g-th power of the factor")
    two_sided = bound.lts.subs(a, x)
    expect(two_sided == (1 - x) ** g + (1 + x) ** g, f"{two_sided}: the law of D is symmetric")
    expect_small_product(claim, Integer(1))
    expect_sizes(claim, 1)
    known = MOMENT.condition("moment")
    expect(claim.condition("moment") == known, f"CAPTURE-MOMENT is for {known}")
    square = cancel((2 - bound.gts) / a**2)  # CAPTURE-MOMENT: two-sided <= 2 - square a^2
    expect(not square.has(a), "the bound is quadratic in a")
    claimed = claim.conjunct(kind="inequality")
    expect(isinstance(claimed, Le | Ge), f"{claimed}: equal at g = 0 and 1")
    expect(claimed.lts == moment, f"{claimed} is no bound on {moment} from above")
    expect_zero(claimed.gts - (1 - square * a**2 * mean_square() / 2), "mean of the bound")


@evidence(GD_DIRECTION, "witness", needs="full batch")
def test_full_batch_with_replacement_turns(claim: Claim) -> None:
    """b = n = 2 with replacement: the batch {1, 1}, of chance 1/4, turns w = (3/5, 4/5); a = 1/4.

    In exact rationals; the claim's factor is the same for both coordinates.
    """
    factors = [cancel(claim.says(q_j_next) / q_j)]
    expect(not factors[0].has(q_j), "the claimed factor depends on the coordinate")
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    at = Instance(basis, [Fraction(3, 5), Fraction(4, 5)], (0, 0), Fraction(1, 4), "linear")
    after = at.step()
    expect(after.q[0] * at.q[1] != after.q[1] * at.q[0], "the direction is kept")


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
