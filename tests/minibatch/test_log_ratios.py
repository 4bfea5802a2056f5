"""Chapter minibatch: fixed points and the random walk of the log ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

from hypothesis import given
from sympy import And, Expr, Ge, Gt, Mul, Ne, Rational, Symbol, diff, log, solveset, sqrt
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean
from sympy.sets import FiniteSet

from tests.analysis import ball, expect_outside, expect_quotient, expect_same
from tests.forms import cancel
from tests.inequalities import expect_implied, expect_inside, in_chart, restricted, shadows
from tests.instances import Instance, exact, instances
from tests.reading import expect_items
from tests.subsets import chance_of, expect_counts, expect_mini_batches
from theorem_audit import (
    evidence,
    expect,
    expect_identity,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.minibatch.log_ratios import (
    FIXED_POINTS,
    WALK_DRIFT,
    WALK_DRIFT_LOW,
    WALK_JUMP,
    WALK_VARIANCE,
    S_i,
    S_j,
    drift,
    jump,
    membership_moments,
    pair_moment,
    slow,
    spread,
    step_factor,
)
from theory.model.step import SIGN, STEP
from theory.notation import (
    S_C,
    S,
    a,
    b,
    n,
    p,
    perp,
    perp_next,
    q_i,
    q_i_next,
    q_j,
    q_j_next,
    r2,
    r2_next,
    t,
)

M, X = Symbol("M", real=True), Symbol("X", real=True)  # q_i^2 + q_j^2 and q_i^2 - q_j^2
Q_I, Q_J = Symbol("Q_i", real=True), Symbol("Q_j", real=True)  # q_i^2 and q_j^2
SQUARES = {q_i: sqrt(Q_I), q_j: sqrt(Q_J)}
PAIR_CHART = {q_i: sqrt((M + X) / 2), q_j: sqrt((M - X) / 2)}
POINTS = [
    {a: Rational(3, 10), t: Rational(1, 2), S_C: Rational(1, 5), q_i: Rational(4, 5),
     q_j: Rational(1, 3), p: Rational(1, 7), S: Rational(3, 4)},
    {a: Rational(1, 20), t: Rational(7, 5), S_C: Rational(0), q_i: Rational(1, 2),
     q_j: Rational(1, 2), p: Rational(1, 2), S: Rational(1, 4)},
]  # fmt: skip


PAIR_ORDER = (a, t, S_C, M, X)


def pair_region(claim: Claim) -> Boolean:
    """The claim's region over PAIR_ORDER, with what it leaves out where a coordinate is 0."""
    whole = And(*(x for x in relations(claim.region) if not isinstance(x, Ne)))
    # q_j^2 >= 0 and q_i^2 >= 0; and what they leave of the sum S_C + M
    region = in_chart(whole, PAIR_CHART, Ge(M - X, 0), Ge(M + X, 0), Ge(M, 0))
    return And(region, *shadows(region, M))


def square_region(claim: Claim) -> Boolean:
    """The claim's region over (a, t, S_C, q_i^2, q_j^2)."""
    state = restricted(claim.region, (a, t, S_C, q_i, q_j))
    region = in_chart(state, SQUARES, Ge(Q_I, 0), Ge(Q_J, 0))
    return And(region, *shadows(region, Q_I, Q_J))


def positive_factors(
    region: Boolean,
    order: Sequence[Symbol],
    *masses: Expr,
    chart: Mapping[Symbol, Expr] | None = None,
) -> list[Expr]:
    """The factors that SIGN says are > 0, for batches of the given masses.

    SIGN's hypotheses are proved on the region, which is in the chart's coordinates.
    """
    for mass in masses:
        expect_inside(region, SIGN, order, {r2: 2 - t, S: mass.subs(dict(chart or {}))})
    found = [difference(x) for x in matching(SIGN.formula, without=[r2_next])]
    return [x.subs({r2: 2 - t, S: mass}) for x in found for mass in masses]


# FIXED-POINTS


def _claimed_values(claim: Claim, symbol: Symbol) -> FiniteSet:
    relation = claim.conjunct(symbol)
    return solveset(difference(relation), symbol)


@evidence(FIXED_POINTS, "symbolic", step="fixed")
def test_what_every_batch_leaves_alone(claim: Claim) -> None:
    """A batch with i and without j has S >= q_i^2 > 0, and j's equation is -a S q_j = 0.

    So q_j = 0 for every j but i and w_perp = 0; then S = r2 = q_i^2 where i is drawn, and its own
    equation leaves q_i^2 = 1.  Such a batch exists for every n and b of the region: P(i in B, j not)
    is b (n-b)/(n (n-1)), and both factors are >= 1.
    """
    expect_counts(claim)
    expect_mini_batches(claim)
    for after, before in ((q_i_next, q_i), (q_j_next, q_j), (perp_next, perp)):
        expect(implied(Eq(after, before), claim.region), f"{before} stays")
    positive = [difference(x) for x in relations(claim.region) if isinstance(x, Gt)]
    expect(a in positive and q_i**2 in positive, "a S >= a q_i^2 > 0", region=claim.region)
    expect_zero((step_factor(0) - 1) * q_j + a * S * q_j, "change of a coordinate left out")
    perp_change = STEP.conjunct(without=[q_j]).rhs - perp
    expect_zero(perp_change + a * S * perp, "change of w_perp")
    for symbol in (q_j, perp):
        expect(_claimed_values(claim, symbol) == FiniteSet(0), f"{symbol} is claimed not to be 0")
    change = (step_factor(1, q_i**2).subs(t, 2 - q_i**2) - 1) * q_i
    fixed = solveset(cancel(change / a), q_i) - FiniteSet(0)
    claimed = _claimed_values(claim, q_i)
    expect(fixed == claimed, f"fixed where q_i is in {fixed}, claimed {claimed}")


@evidence(FIXED_POINTS, "symbolic", step="converse")
def test_data_points_are_fixed(claim: Claim) -> None:
    for value in _claimed_values(claim, q_i):
        for drawn in (0, 1):
            mass = drawn * value**2
            factor = step_factor(drawn, mass).subs(t, 2 - value**2)
            expect_zero(factor - 1, f"q_i = {value} moves when drawn = {drawn}")
    for symbol in (q_j, perp):
        for value in _claimed_values(claim, symbol):
            expect_zero(value * (step_factor(0) - 1), f"{symbol} = {value} moves")


OTHER_FIXED = {
    "without replacement": ([Fraction(3, 5), Fraction(4, 5)], 2, Fraction(1, 4)),
    "live coordinate": ([Fraction(0), Fraction(1, 2)], 1, Fraction(1, 4)),
    "positive step": ([Fraction(3, 5), Fraction(1, 5)], 1, Fraction(0)),
}
SAMPLED, LIVE, STEPPED = ({name: name} for name in OTHER_FIXED)


@evidence(FIXED_POINTS, "witness", step="fixed", cases=SAMPLED, needs="without replacement")
@evidence(FIXED_POINTS, "witness", step="fixed", cases=LIVE, needs="live coordinate")
@evidence(FIXED_POINTS, "witness", step="fixed", cases=STEPPED, needs="positive step")
def test_other_points_are_fixed_outside_the_region(claim: Claim, case: str) -> None:
    """Exact: a dense minimum under the full batch, a dead ReLU neuron, a step of size 0."""
    weight, size, step = OTHER_FIXED[case]
    if case == "live coordinate":
        weight = [-value for value in weight]
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    for batch in combinations(range(2), size):
        at = Instance(basis, weight, batch, step, "relu" if case == "live coordinate" else "linear")
        expect(at.step().weight == weight, f"{weight} moves", batch=batch)
    live = weight[0] if case != "live coordinate" else Fraction(0)
    values = {a: exact(step), n: 2, b: size, q_i: exact(live), q_j: exact(weight[1]), perp: 0}
    values |= {q_i_next: values[q_i], q_j_next: values[q_j], perp_next: 0}
    expect(not claim.formula.subs(values), "this point satisfies the claim", **{str(weight): case})
    expect_outside(claim, values, f"{case}: {weight} is fixed")


# WALK-DRIFT


@evidence(WALK_DRIFT, "symbolic", step="split probability")
def test_split_probability(claim: Claim) -> None:
    """Symbolic n and b, twice: by exchangeability and by ratios of binomials."""
    expect_counts(claim)
    single, both = membership_moments()
    expect_zero(single - chance_of(1), "P(i in B)")
    expect_zero(both - chance_of(2), "P(i, j in B)")
    expect_zero(single - both - chance_of(1, 1), "P(i in B, j not)")
    expect_identity(claim.conjunct(n), {p: single - both})


@evidence(WALK_DRIFT, "symbolic", step="drift")
def test_drift_of_the_log_ratio(claim: Claim) -> None:
    """Given that the pair is split, C is uniform; the logarithms' arguments are quotients of factors.

    Those factors (RATIO's hypotheses) are what the claim assumes to be positive.
    """
    expect_items(claim, words.ORTHONORMAL)
    expect_counts(claim)
    expect(implied(Ne(q_i, 0), claim.region), "i is live")
    expect(implied(Ne(q_j, 0), claim.region), "j is live")
    known = {difference(x).expand() for x in relations(claim.region) if isinstance(x, Gt)}
    for drawn in (0, 1):  # for every batch: S_i and S_j are masses of C with i, C with j
        factor = step_factor(drawn, S).expand()
        expect(factor in known, f"{factor} > 0 is not assumed", region=claim.region)
    expect_same(claim.says(drift), pair_moment(1), POINTS, "conditional drift")


@evidence(WALK_DRIFT_LOW, "symbolic", step="denominator")
def test_denominator_of_the_drift(claim: Claim) -> None:
    for x in (q_i, q_j):
        expect(implied(Ne(x, 0), claim.region), f"{x}: WALK-DRIFT is about live coordinates")
    (logarithm,) = WALK_DRIFT.says(drift).atoms(log)
    cross = difference(claim.conjunct(without=[slow]))
    gap = claim.says(slow) * (logarithm.args[0] - 1) - a**2 * t * (q_i**2 - q_j**2)
    expect_zero(gap, "drift against cross difference over denominator")
    expect_zero(cross - a**2 * t * (q_i**2 - q_j**2), "the cross difference")


@evidence(WALK_DRIFT_LOW, "certificate", step="bounds")
def test_drift_has_the_sign_of_the_order(claim: Claim) -> None:
    region, denominator = pair_region(claim), {slow: claim.says(slow)}
    box = box_of(region, PAIR_ORDER)
    # the denominator is a product of two of these, so the drift has the sign of the cross difference
    positive = positive_factors(region, PAIR_ORDER, S_i, S_j, chart=PAIR_CHART)
    factors = [x for x in claim.says(slow).args if any((x - y).expand() == 0 for y in positive)]
    expect(Mul(*factors) == claim.says(slow), "the denominator is a product of SIGN's factors")
    for bound in relations(claim.formula):
        if not isinstance(bound, Eq):
            bound = bound.subs(denominator)
            expect_quotient(bound, box, positive=(), chart=PAIR_CHART, factors=(a**2, t, X))


# WALK-JUMP


@evidence(WALK_JUMP, "certificate")
def test_jump_sizes_and_their_bound(claim: Claim) -> None:
    """RATIO's two moves are +-log(1 + u), and 0 <= u <= the claim's bound."""
    up, down = jump(1, 0, S), jump(0, 1, S)
    expect_same(up, -down, POINTS, "the two moves")
    expect_same(log(1 + claim.formula.lts), up, POINTS, "size of a move")
    expect(jump(0, 0, S) == 0 and jump(1, 1, S) == 0, "a move when both or none are drawn")
    box, u = box_of(claim.region, (a, t, S)), claim.formula.lts
    positive = positive_factors(claim.region, (a, t, S), S)
    for bound in (claim.formula, Ge(u, 0)):
        expect_quotient(bound, box, positive=positive)


# WALK-VARIANCE


@evidence(WALK_VARIANCE, "symbolic", step="moment")
def test_second_moment_of_the_jump(claim: Claim) -> None:
    expect_counts(claim)
    expect(implied(Ne(q_i, 0), claim.region), "i is live")
    expect(implied(Ne(q_j, 0), claim.region), "j is live")
    expect_same(claim.says(spread), pair_moment(2), POINTS, "second moment given C")


@evidence(WALK_VARIANCE, "certificate", step="bound")
def test_least_second_moment(claim: Claim) -> None:
    """a t/(1 - aS) >= a t >= a (1 - a/4) >= 0, so both squares are at least log(1 + a(1 - a/4))^2.

    h(a) = log(1 + a - a^2/4) - c a is concave (its argument is) with h(0) = 0: its end decides.
    """
    split = chance_of(1, 1)  # both sides are multiples of p >= 0
    expect_zero(stated(claim.region, p) - split, "p is the chance of a split")
    expect_implied(Ge(b, 0), claim.region)
    expect_implied(Ge(n - b, 0), claim.region)
    expect_implied(Ge(n, 2), claim.region)
    expect_zero(split * n * (n - 1) - b * (n - b), "p >= 0")
    box = box_of(claim.region, (a, t))
    least = a * (1 - a / 4)
    expect_nonnegative(a * t - least, box, "the band's least t")
    region, order = square_region(claim), (a, t, S_C, Q_I, Q_J)
    for mass in (S_i, S_j):
        more = Ge(a * t / (1 - a * mass), a * t, evaluate=False)
        positive = positive_factors(region, order, mass, chart=SQUARES)
        squares = box_of(region, order)
        expect_quotient(more, squares, positive=positive, chart=SQUARES, factors=(a**2, t))
    bound = claim.conjunct(kind="inequality")
    expect(bound.gts == spread and bound.lts != spread, f"{bound} bounds the spread from above")
    square = cancel(bound.lts / (2 * p))
    largest = box_of(claim.region, (a,))[a][1]
    least = log(1 + least)
    for part in range(1, 9):  # squares cannot hide a wrong power of a
        value = ball(least**2 - square, {a: largest * part / 8, p: 1})
        if value < 0:
            raise Refuted(f"{bound} fails at a = {largest * part / 8}, S = 0: {value}")
    slope = cancel(square / a**2)
    if not (slope.is_Rational and slope >= 0):
        raise Undecided(f"{bound} is not 2 p (c a)^2")
    expect_nonnegative(-diff(least.args[0], a, 2), {a: (0, largest)}, "concave argument")
    expect_zero(least.subs(a, 0), "h(0)")
    gap = (least - sqrt(slope) * a).subs(a, largest)
    expect_positive_ball(gap, {}, "h at the largest a")


# All of them on exact instances


@evidence(WALK_DRIFT, "property", step=("split probability", "drift"))
@given(instance=instances(lambda share, _: share / 2))
def test_walk_on_explicit_vectors(claim: Claim, instance: Instance) -> None:
    """Every batch of the instance is played: the mean of log|q_i/q_j|'s change."""
    live = [j for j, value in enumerate(instance.q) if value and instance.gates[j]]
    points, size = len(instance.data), len(instance.batch)
    if len(live) < 2 or instance.r2 > 2:
        expect(True, "nothing to move")
        return
    batches = list(combinations(range(points), size))
    moves = [Instance(instance.data, instance.weight, x, instance.a, instance.activation).step()
             for x in batches]  # fmt: skip
    first, second = sorted(live[:2], key=lambda j: -abs(instance.q[j]))
    before = instance.q[first] / instance.q[second]
    factors = [exact(move.q[first] / move.q[second] / before) for move in moves]
    base = {a: exact(instance.a), t: exact(2 - instance.r2), n: points, b: size}
    share = claim.says(p).subs(base)
    others = [j for j in range(points) if j not in (first, second)]
    product_of_all = Rational(1)
    for factor in factors:
        product_of_all *= factor
    total = Rational(1)
    for rest in combinations(others, size - 1):
        mass = sum((instance.q[j] ** 2 * instance.gates[j] for j in rest), Fraction(0))
        state = {**base, S_C: exact(mass), q_i: exact(instance.q[first]),
                 q_j: exact(instance.q[second]), p: 1}  # fmt: skip
        total *= _exp(claim.says(drift), state)
    # E[change] = E_C[p log X_C]: with N = C(n, b) batches and M = C(n-2, b-1) sets C, each X_C stands
    # for two batches, so the product of all factors is the product of the X_C and p N = M
    expect(product_of_all == total, "mean change of the log ratio", instance=instance)
    expect(share * comb(points, size) == comb(points - 2, size - 1), "split probability")
    expect(product_of_all >= 1, "the larger coordinate loses on average", instance=instance)


def _exp(expr: Expr, at: dict[Symbol, Expr]) -> Expr:
    """exp of an integer multiple of one logarithm, at an exact point (p = 1)."""
    (logarithm,) = expr.atoms(log)
    multiple = cancel(expr / logarithm).subs(at)
    if not multiple.is_Integer:
        raise Undecided(f"{expr} is no integer multiple of a logarithm at p = 1")
    return logarithm.args[0].subs(at) ** multiple
