"""Chapter nonorthogonal: step, fixed points and full batch on unit data with any inner products."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Poly,
    Rational,
    Symbol,
    cancel,
    expand,
    limit,
    oo,
    solve,
)

from sim.problems.nonorthogonal import from_data, simulate_gram
from tests.ambient import as_fmpq, gates_at, hessian
from tests.ambient import gradient as gradient_in_space
from tests.ambient import loss as loss_in_space
from tests.analysis import expect_outside
from tests.assumptions.oblique import ACUTE, COSINE, pair
from tests.inequalities import condition_of, expect_holds, expect_implied, is_strict, restricted
from tests.instances import ENTRIES, Instance, dot, evaluate, exact, reflected
from tests.minibatch.test_sparse import test_live_mass_is_kept as live_mass_is_kept
from tests.minibatch.test_sparse import test_slack_is_kept as slack_is_kept
from tests.reading import bound_on, by_side, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, rng, seed
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import box_of, satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.nonorthogonal import (
    NONORTH_FIXED,
    NONORTH_NOLIMIT,
    NONORTH_OBTUSE,
    NONORTH_STEP,
    U,
    V,
    c,
    fall,
    live_start,
    mass_bound,
    mass_excess,
    norm_excess,
    oblique_least,
    p_limit,
    p_sparse,
    shift2,
    single_excess,
    step_parts,
)
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.minibatch.two_points import MASS_FLOOR
from theory.model.autoencoder import GRAD
from theory.model.landscape import STATIONARY, loss_minimum
from theory.model.spectrum import EIGENVALUES, MAX_EIG
from theory.model.step import norm_step
from theory.notation import (
    S,
    a,
    active,
    b,
    below,
    delta,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    rho,
    s,
    s_next,
    t,
    w,
    x,
)

Q, R = Symbol("Q", real=True), Symbol("R", real=True)  # c^2 and q_i^2


# NONORTH-STEP


@evidence(NONORTH_STEP, "symbolic", step="step")
def test_step_from_the_gradient(claim: Claim) -> None:
    """<., x_j> of w+ = alpha w + beta X, and of a unit vector orthogonal to the data."""
    expect_only(claim, q_j_next, perp_next, norm_excess, mass_excess, single_excess)
    shrink, pull = step_parts()
    expect_zero(by_side(claim, q_j_next) - (shrink * q_j + pull * U), "along x_j")
    expect_zero(by_side(claim, perp_next) - shrink * perp, "off the data")


def _square(first: Expr) -> Expr:
    """||alpha w + beta X||^2 for ||w||^2 = first, <w, X> = S, ||X||^2 = V, as NONORTH-STEP has it."""
    step = by_side(NONORTH_STEP, q_j_next)
    shrink, pull = step.coeff(q_j), step.expand().coeff(U)
    expect_zero(step - shrink * q_j - pull * U, "the step is alpha w + beta X")
    return expand(shrink**2 * first + 2 * shrink * pull * S + pull**2 * V)


@evidence(NONORTH_STEP, "symbolic", step="norm")
def test_norm_differs_by_the_excess(claim: Claim) -> None:
    known = norm_step().subs(delta, r2 - 1)
    expect_zero(by_side(claim, norm_excess) - (_square(r2) - 1 - known), "r2+ against NORM")


@evidence(NONORTH_STEP, "symbolic", step="mass")
def test_mass_differs_by_the_excess(claim: Claim) -> None:
    """X lies in span(x), so the projection of w+ is alpha times that of w, plus beta X."""
    growth = next(y for y in relations(MASS_FLOOR.formula) if isinstance(y, Eq))
    known = growth.rhs.subs(t, 2 - r2) + s
    expect_zero(growth.lhs - (s_next - s), "MASS-FLOOR is about s+ - s")
    expect_zero(by_side(claim, mass_excess) - (_square(s) - known), "s+ against MASS-FLOOR")


@evidence(NONORTH_STEP, "symbolic", step="one sample")
def test_one_sample_sees_no_inner_product(claim: Claim) -> None:
    """X = q_i x_i: V = q_i^2 ||x_i||^2 = S."""
    expect_zero(by_side(claim, single_excess) - (q_i**2 * 1 - q_i**2), "V - S")


@st.composite
def oblique(draw: st.DrawFn) -> Instance:
    """Any number of rational unit points, start and batch; some pairs may be orthogonal or equal."""
    size, dimension = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    vectors = st.lists(ENTRIES, min_size=dimension, max_size=dimension)
    data = [reflected(1, [draw(vectors), draw(vectors)])[0] for _ in range(size)]
    order = draw(st.permutations(range(size)))
    batch = tuple(order[: draw(st.integers(1, size))])
    step = draw(st.fractions(min_value=Fraction(1, 50), max_value=2, max_denominator=50))
    return Instance(data, draw(vectors), batch, step, draw(st.sampled_from(["linear", "relu"])))


@evidence(NONORTH_STEP, "property", step=("step", "norm", "one sample"))
@given(at=oblique())
def test_step_on_oblique_data(claim: Claim, at: Instance) -> None:
    """Against the chain rule in exact rationals."""
    after = at.step()
    drawn = [i for i in at.batch if at.gates[i]]
    rows = range(len(at.weight))
    X = [sum((at.q[i] * at.data[i][row] for i in drawn), Fraction(0)) for row in rows]
    values = {a: at.a, S: at.S, r2: at.r2, V: dot(X, X)}
    for j, point in enumerate(at.data):
        here = {**values, q_j: at.q[j], U: dot(X, point)}
        expect(evaluate(by_side(claim, q_j_next), here) == after.q[j], f"q_{j}+", instance=at)
    known = norm_step()
    found = after.r2 - 1 - evaluate(known, {**values, delta: at.r2 - 1})
    expect(evaluate(by_side(claim, norm_excess), values) == found, "r2+", instance=at)
    if len(drawn) == 1:
        expect(dot(X, X) - at.S == by_side(claim, single_excess), "V - S", instance=at)


# NONORTH-FIXED


def claimed_square(claim: Claim, square: Expr) -> Expr:
    """What the claim says ``square``, no symbol of its own, equals."""
    return by_side(claim, square)


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

    Checked by rank: the 0/1 matrix of all b-subsets has full column rank for 1 <= b < n; not at b = n.
    """
    for points in range(1, 6):
        for size in range(points + 2):
            at = {n: points, b: size, a: 1, q_i: 1, c: Rational(1, 2), below: 1}
            if claim.region.subs(at) == True:  # noqa: E712 - a SymPy truth value
                expect(_batch_rank(points, size) == points, "batches do not separate", **_text(at))
    expect_implied(Ge(b, 1), claim.region)
    expect_implied(Gt(n - b, 0), claim.region)


def _batch_rank(points: int, size: int) -> int:
    from itertools import combinations

    from sympy import Matrix

    rows = [[int(i in batch) for i in range(points)] for batch in combinations(range(points), size)]
    return int(Matrix(rows).rank()) if rows else 0


def _text(at: dict[Symbol, object]) -> dict[str, object]:
    return {str(key): value for key, value in at.items()}


@evidence(NONORTH_FIXED, "symbolic", step="shift")
def test_shift_of_a_data_point_by_the_other_sample(claim: Claim) -> None:
    """w = sign x_i: w+ - w = -a grad_j, q_j = sign c, <x_j, w> = q_j, ||w||^2 = 1."""
    expect_neuron(claim, 1)
    slope = Poly(-a * GRAD.formula.rhs.subs({active: 1, r2: 1, q_i: Q}), x, w)
    on_x, on_w = slope.coeff_monomial(x), slope.coeff_monomial(w)
    for sign in (1, -1):
        size = (on_x**2 + 2 * on_x * on_w * Q + on_w**2).subs(Q, sign * c)
        expect_zero(by_side(claim, shift2) - size, f"shift from {sign} x_i")


@evidence(NONORTH_FIXED, "certificate", step="positive")
def test_the_shift_is_positive(claim: Claim) -> None:
    """The shift over a^2 > 0, in Q = c^2; strictly."""
    found = bound_on(claim, c)
    expect(isinstance(found, Gt), f"{found} is not strict")
    expect_zero(difference(found) - by_side(claim, shift2), "it is about the shift")
    expect_implied(Gt(a, 0), claim.region)
    over = expand(cancel(difference(found) / a**2)).subs(c**4, Q**2).subs(c**2, Q)
    expect(over.free_symbols == {Q}, f"{found} is not a^2 times a function of c^2")
    region = restricted(claim.region.subs(c**2, Q), (Q,))
    expect_holds(Gt(over, 0), region, (Q,), derived={})


@evidence(NONORTH_FIXED, "witness", step="positive", needs="oblique pair")
def test_equal_and_orthogonal_pairs_share_fixed_points(claim: Claim) -> None:
    for cosine in (0, 1, -1):
        expect(by_side(claim, shift2).subs(c, cosine) == 0, "x_i moves", c=cosine)
        point = {a: Rational(1, 4), b: 1, n: 2, q_i: 1, c: cosine, below: 1}
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
    point = {a: exact(at.a), b: 2, n: 2, q_i: exact(at.q[0]), c: exact(dot(*data)), below: 1}
    expect(not satisfies(claim.region, point), "the region admits b = n")


@evidence(NONORTH_FIXED, "property", step=("one sample", "shift"))
@given(at=oblique())
def test_data_points_move_by_the_claimed_shift(claim: Claim, at: Instance) -> None:
    for i, start in enumerate(at.data):
        for j, other in enumerate(at.data):
            moved = Instance(at.data, start, (j,), at.a, "linear").step().weight
            gap = [y - z for y, z in zip(moved, start, strict=True)]
            found = evaluate(by_side(claim, shift2), {a: at.a, c: dot(start, other)})
            expect(found == dot(gap, gap), "shift", i=i, j=j, instance=at)


# NONORTH-NOLIMIT


def without_equations(claim: Claim) -> Claim:
    """The claim with its inequalities only (a wider one): what other chapters' boxes are made of."""
    kept = tuple(
        replace(x, condition=And(*(y for y in relations(x.condition) if hasattr(y, "gts"))))
        for x in claim.assumptions
        if x.condition is not None
    )
    return replace(claim, assumptions=kept)


@evidence(NONORTH_NOLIMIT, "certificate", step="confine")
@evidence(NONORTH_OBTUSE, "certificate", step="confine")
def test_norm_is_confined_as_on_orthonormal_data(claim: Claim) -> None:
    """One sample: NORM holds as it stands, with S = q_i^2 <= r2; so SGD-SPARSE's t_* does."""
    expect(by_side(NONORTH_STEP, single_excess) == 0, "V = S")
    expect_zero(by_side(NONORTH_STEP, norm_excess).subs(V, S), "r2+ is NORM's")
    slack_is_kept(without_equations(claim))
    if claim.id == NONORTH_NOLIMIT.id:
        expect_one_sample(claim)


def expect_one_sample(claim: Claim) -> None:
    sizes = [size for size in range(6) if satisfies(claim.region, {**INSIDE, b: size})]
    expect(sizes == [1], f"the region admits batches of {sizes}")


INSIDE = {a: Rational(1, 4), r2: 1, s: Rational(1, 2), oblique_least: Rational(1, 4), below: 1}


@evidence(NONORTH_NOLIMIT, "certificate", step="floor")
@evidence(NONORTH_OBTUSE, "certificate", step="mass")
def test_mass_has_a_floor_as_on_orthonormal_data(claim: Claim) -> None:
    """MASS-FLOOR holds as it stands; q_i^2 <= s as x_i is a unit vector of the span."""
    expect_zero(by_side(NONORTH_STEP, mass_excess).subs(V, S), "s+ is MASS-FLOOR's")
    live_mass_is_kept(without_equations(claim))
    if claim.id == NONORTH_OBTUSE.id:
        _expect_pair_mass(claim)


@evidence(NONORTH_NOLIMIT, "symbolic", step="moving")
def test_a_limit_would_be_moved(claim: Claim) -> None:
    """A limit has s > 0, so some q_i != 0; NONORTH-FIXED: it is +-x_i, which the other one moves."""
    expect_only(claim, p_limit)
    expect_implied(Gt(a, 0), claim.region)
    expect_implied(Gt(oblique_least, 0), claim.region)  # so each point has an oblique partner
    expect_neuron(claim, 1)  # its gate is open whatever the sign
    gap = bound_on(NONORTH_FIXED, c)
    expect_zero(difference(gap) - by_side(NONORTH_FIXED, shift2), "the shift is positive")
    for size in range(4):
        if satisfies(claim.region, {**INSIDE, b: size}):
            point = {a: INSIDE[a], b: size, n: size + 1, q_i: 1, c: Rational(1, 2), below: 1}
            expect(satisfies(NONORTH_FIXED.region, point), "NONORTH-FIXED does not apply", b=size)


@evidence(NONORTH_NOLIMIT, "symbolic", step="drawn")
def test_every_sample_is_drawn_for_ever(claim: Claim) -> None:
    """P(j is not drawn in m steps) = (1 - 1/n)^m -> 0 from every step on; so P(converges) = 0."""
    steps = Symbol("m", integer=True)
    for points in (2, 3, 7):
        missed = (1 - b / n).subs({b: 1, n: points})
        expect(limit(missed**steps, steps, oo) == by_side(claim, p_limit), "missed", n=points)


@evidence(NONORTH_NOLIMIT, "witness", step="moving", needs="every point is oblique")
def test_a_point_orthogonal_to_the_others_is_a_limit(claim: Claim) -> None:
    """x_1, x_2 oblique, x_3 orthogonal to both: every sample leaves w = x_3 alone, so P_limit = 1 from
    there; and with c = 0.02 some of 200 random starts come within 1e-6 of +-x_3."""
    data = [[*point, Fraction(0)] for point in ACUTE] + [[Fraction(0), Fraction(0), Fraction(1)]]
    for i in range(3):
        at = Instance(data, data[2], (i,), Fraction(1, 4), "linear")
        expect(at.step().weight == at.weight, "x_3 moves", sample=i)
        inside = {a: exact(at.a), b: 1, r2: exact(at.r2), s: exact(at.r2), below: 1}  # x spans R^3
        some = inside | {oblique_least: exact(dot(*data[:2]) ** 2 * (1 - dot(*data[:2]) ** 2))}
        expect(satisfies(claim.region, some), "x_3 is no start of the claim for one oblique pair")
        expect_outside(claim, inside | {oblique_least: 0}, "x_3 is orthogonal to all others")
    expect(0 < COSINE**2 < 1 and by_side(claim, p_limit) != 1, "P(w_k = x_3 for all k) = 1")
    points = np.array([[1.0, 0.0, 0.0], [0.02, np.sqrt(1 - 0.02**2), 0.0], [0.0, 0.0, 1.0]])
    weight = rng("start").normal(size=(200, 3))
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    run = simulate_gram(*from_data(weight, points), batch_size=1, step_size=0.3, steps=1000,
                        seed=seed("run"))  # fmt: skip
    near = (np.abs(np.abs(run.q) - [0, 0, 1]) < 1e-6).all(axis=1) & (np.abs(run.r2 - 1) < 1e-6)
    expect(near.any(), "no run ends at x_3")


@evidence(NONORTH_NOLIMIT, "simulation", step="moving")
def test_runs_keep_moving(claim: Claim) -> None:
    """c = 0.02, a = 0.2, 300 runs of 3,000 steps: in each the largest of the next 400 changes of
    (q_1, q_2) is above half the shift of NONORTH-FIXED. (Moving for ever is proved, not run.)"""
    expect(by_side(claim, p_limit) == 0, "claimed")
    points, step = np.array([[1.0, 0.0, 0.0], [0.02, np.sqrt(1 - 0.02**2), 0.0]]), 0.2
    weight = rng("start").normal(size=(300, 3))
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    q, norm, gram = from_data(weight, points)
    start = simulate_gram(q, norm, gram, batch_size=1, step_size=step, steps=3000, seed=seed("run"))
    late = simulate_gram(
        start.q, start.r2, gram, batch_size=1, step_size=step, steps=400, seed=seed("late"),
        observe={"q": lambda q, r2: q},
    )  # fmt: skip
    moves = np.linalg.norm(np.diff(late.recorded["q"], axis=0), axis=2).max(axis=0)
    # the sample not at hand moves q_j by a c (1 - c^2) at x_i; elsewhere steps are larger
    shift = float(by_side(NONORTH_FIXED, shift2).subs({a: step, c: 0.02})) ** 0.5
    expect(moves.min() > shift / 2, "a run has come to rest", smallest=moves.min(), shift=shift)


@evidence(NONORTH_NOLIMIT, "simulation", step="moving")
def test_runs_off_the_sphere_keep_moving(claim: Claim) -> None:
    """Three points of R^4, c of both signs, a = 0.49, r2(0) from 0.05 to 1.95: as above.

    At +-x_i some sample shifts w by a |c_ij| sqrt(1 - c_ij^2), the largest over j; half the least of
    these over i is asked for.
    """
    expect(by_side(claim, p_limit) == 0, "claimed")
    points, step = np.zeros((3, 4)), 0.49
    points[:, :3] = [[1, 0, 0], [0.3, np.sqrt(0.91), 0], [-0.1, 0.2, np.sqrt(0.95)]]
    cosine = points @ points.T
    shifts = step * np.abs(cosine) * np.sqrt(np.maximum(1 - cosine**2, 0))
    random = rng("start off the sphere")
    weight = random.normal(size=(200, 4))
    norm = random.uniform(0.05, 1.95, size=(200, 1))
    weight *= np.sqrt(norm) / np.linalg.norm(weight, axis=1, keepdims=True)
    q, r2_now, gram = from_data(weight, points)
    run = simulate_gram(q, r2_now, gram, batch_size=1, step_size=step, steps=2000, seed=seed("run"))
    late = simulate_gram(run.q, run.r2, gram, batch_size=1, step_size=step, steps=300,
                         seed=seed("late"), observe={"q": lambda q, r2: q})  # fmt: skip
    moves = np.linalg.norm(np.diff(late.recorded["q"], axis=0), axis=2).max(axis=0)
    expect(moves.min() > shifts.max(axis=1).min() / 2, "a run has come to rest", least=moves.min())
    expect((run.r2 < 2).all(), "confined")


# NONORTH-OBTUSE


def _pair_step(q_first: Expr, q_second: Expr) -> Expr:
    """q_second+ when the first is drawn with an open gate: S = q_first^2, U = c q_first."""
    step = by_side(NONORTH_STEP, q_j_next).subs(r2, 2 - t)
    return step.subs({S: q_first**2, U: c * q_first, q_j: q_second}, simultaneous=True)


def _box(claim: Claim) -> dict[Symbol, tuple[Expr, Expr]]:
    """a, c, t of the region and q_i, q_j up to sqrt(2) <= 3/2; q_i^2 <= r2 <= 2 as x_i is a unit."""
    region = claim.region
    for symbol in (q_i, q_j):
        expect_implied(Ge(symbol, 0), region)
    box = {}
    for symbol in (a, c, t):
        box |= box_of(restricted(region, (symbol,)), (symbol,))
    return {**box, q_i: (Integer(0), Rational(3, 2)), q_j: (Integer(0), Rational(3, 2))}


@evidence(NONORTH_OBTUSE, "certificate", step="closed")
def test_closed_gates_stay_closed(claim: Claim) -> None:
    """q_j = -y <= 0 and i drawn: -q_j+ = (1 - aS) y - a t c q_i >= 0; S <= 2 and a < 1/2."""
    expect_neuron(claim, 0)
    box = _box(claim)
    y, mass = Symbol("y", real=True), Symbol("M", real=True)
    after = -_pair_step(q_i, -y)
    pull = expand(after).coeff(c, 1) * c
    expect_zero(after - (1 - a * q_i**2) * y - pull, "two terms")
    expect_nonnegative(pull, box, "the pull closes")
    expect_nonnegative((1 - a * mass) + 0 * y, {a: box[a], mass: (0, 2)}, "1 - aS >= 0")


@evidence(NONORTH_OBTUSE, "certificate", step="falls")
def test_the_other_coordinate_falls(claim: Claim) -> None:
    expect_only(claim, p_sparse, inequalities=2)  # on the fall and on the mass
    bound = bound_on(claim, fall)
    gap = difference(bound).subs(fall, _pair_step(q_i, q_j) - q_j)
    expect_nonnegative(expand(gap), _box(claim), f"{bound}")
    expect(not is_strict(bound), "equality at q_j = 0")
    slope = -(fall + difference(bound))  # minus the bound
    expect(cancel(slope / (a * t * c * q_i)).is_Rational, "the bound")
    expect(cancel(slope / (a * t * c * q_i)) < 0, "the bound is negative")


def _expect_pair_mass(claim: Claim) -> None:
    """w = alpha x_1 + beta x_2 on the span: s in q_1, q_2 and c; bounded while both gates are open."""
    first, second = Symbol("alpha", real=True), Symbol("beta", real=True)
    found = solve([first + c * second - q_i, c * first + second - q_j], [first, second])
    value = cancel(found[first] * q_i + found[second] * q_j)
    bound = bound_on(claim, mass_bound)
    gap = cancel(difference(bound).subs(mass_bound, value) * (1 - c))
    box, gain = _box(claim), Symbol("v", real=True)
    expect(not is_strict(bound), "equality at q_i = q_j")
    for side in (1, -1):  # q_i = q_j + side v
        moved = expand(gap.subs(q_i, q_j + side * gain))
        expect_nonnegative(moved, {c: box[c], q_j: box[q_j], gain: box[q_i]}, f"{bound}")
    for condition in (Gt(1 + c, 0), Gt(1 - c, 0)):  # so 1 - c^2 > 0, and the larger has a floor
        expect_implied(condition, claim.region)


@evidence(NONORTH_OBTUSE, "certificate", step="closing")
def test_a_gate_closes_within_a_fixed_number_of_draws(claim: Claim) -> None:
    """Drawing the larger again and again is full batch on it: q_i^2 >= sigma; q_j falls by a fixed
    amount. The chance is at least 2^-N in any N steps, so a gate closes almost surely."""
    floor = next(y for y in relations(GD_CONVERGES.formula) if y.gts == s_next)
    room = (1 - 2 * a) ** 2 * (2 - rho) / 2
    expect(set(floor.lts.args) == {s, room}, f"floor {floor}")
    strict = condition_of(claim, "step size")
    expect_holds(Gt(1 - 2 * a, 0), restricted(strict, (a,)), (a,), derived={})
    for condition in (Gt(-c, 0), Gt(a, 0), Gt(live_start, 0)):  # each draw counts; one gate is open
        expect_implied(condition, claim.region)
    for symbol, size in ((n, 2), (b, 1)):
        expect(Eq(symbol, size) in relations(claim.region), f"{symbol} = {size} is not assumed")
    trials = Symbol("m", integer=True)
    expect(
        limit((1 - Rational(1, 2) ** 9) ** trials, trials, oo) == 1 - by_side(claim, p_sparse), "P"
    )


@evidence(NONORTH_OBTUSE, "symbolic", step="alone")
def test_one_open_gate_is_full_batch_on_one_point(claim: Claim) -> None:
    """S = U = q_i^2/.., s = q_i^2, rho = r2 - s: GD-DIRECTION's map, so GD-CONVERGES applies."""
    step = by_side(NONORTH_STEP, q_j_next).subs({U: q_j, S: s, r2: s + rho})
    expect_zero(step - by_side(GD_DIRECTION, q_j_next), "on x_i")
    off = by_side(NONORTH_STEP, perp_next).subs(S, s)
    expect_zero(off - by_side(GD_DIRECTION, perp_next), "off x_i")
    for condition in relations(GD_CONVERGES.region):
        if condition.free_symbols == {a}:
            expect_holds(condition, restricted(claim.region, (a,)), (a,), derived={})
    radius = next(y for y in relations(GD_CONVERGES.region) if y.has(rho) and y.has(s))
    expect_zero(difference(radius) - (2 - s - rho), "radius")
    expect_implied(Gt(2 - r2, 0), claim.region)


@evidence(NONORTH_OBTUSE, "witness", step="falls", needs="obtuse pair")
def test_an_acute_pair_moves_its_own_points(claim: Claim) -> None:
    """0 < c < 1: at x_1 the other gate is open, and the other sample moves w, by NONORTH-FIXED's shift;
    a path near x_1 is moved by about as much at each draw of x_2, so it does not tend to x_1."""
    data = [[Fraction(1), Fraction(0)], [Fraction(3, 5), Fraction(4, 5)]]
    at = Instance(data, data[0], (1,), Fraction(1, 4), "relu")
    gap = [y - z for y, z in zip(at.step().weight, at.weight, strict=True)]
    shift = by_side(NONORTH_FIXED, shift2).subs({a: exact(at.a), c: exact(dot(*data))})
    expect(at.gates == [1, 1] and exact(dot(gap, gap)) == shift > 0, "x_1 is fixed")
    point = {**INSIDE, c: exact(dot(*data)), q_i: 1, q_j: exact(at.q[1]), t: 1, below: 0, n: 2, b: 1,
             live_start: 1}  # fmt: skip
    expect(not satisfies(claim.region, point), "the region admits c > 0")


def expect_neuron(claim: Claim, gate: int) -> None:
    """The region says which neuron: h_- = 1 linear, h_- = 0 ReLU."""
    if Eq(below, gate) not in relations(claim.region):
        raise Undecided(f"{claim.id} does not say that h_- = {gate}")
    expect(True, f"h_- = {gate}")


@evidence(NONORTH_NOLIMIT, "witness", step="moving", needs="linear neuron")
@evidence(NONORTH_FIXED, "witness", step="shift", needs="linear neuron")
def test_relu_rests_on_a_point_of_an_obtuse_pair(claim: Claim) -> None:
    """ReLU, c = -3/5, w_0 = x_1: both samples leave w alone for ever, so it converges with chance 1."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    for index in (0, 1):
        at = Instance(data, data[0], (index,), Fraction(1, 4), "relu")
        expect(at.step().weight == at.weight, "w moves", sample=index)
    square = exact(dot(*data)) ** 2
    point = {**INSIDE, a: Rational(1, 4), b: 1, n: 2, r2: 1, s: 1, c: exact(dot(*data)), q_i: 1,
             oblique_least: square * (1 - square)}  # fmt: skip
    expect(satisfies(claim.region, point), "for the linear neuron the claim speaks of this start")
    expect_outside(claim, {**point, below: 0}, "x_1 is at rest")


@evidence(NONORTH_OBTUSE, "witness", step="closed", needs="ReLU")
def test_a_linear_neuron_is_moved_off_both_points(claim: Claim) -> None:
    """h_- = 1, c = -3/5: x_1 is moved by x_2 and x_2 by x_1: neither is a limit (NONORTH-NOLIMIT)."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    for first, second in ((0, 1), (1, 0)):
        at = Instance(data, data[first], (second,), Fraction(1, 4), "linear")
        expect(at.step().weight != at.weight, "a data point is at rest", point=first)
    expect(by_side(NONORTH_NOLIMIT, p_limit) == 0 and by_side(claim, p_sparse) == 1, "they differ")
    point = {
        **INSIDE,
        c: Rational(-3, 5),
        q_i: 1,
        q_j: Rational(1, 4),
        t: 1,
        n: 2,
        b: 1,
        live_start: 1,
    }
    expect(satisfies(claim.region, {**point, below: 0}), "inside for ReLU")
    expect_outside(claim, {**point, below: 1}, "no data point is a limit")


@evidence(NONORTH_OBTUSE, "witness", step="alone", needs="mass")
def test_a_dead_relu_neuron_stays(claim: Claim) -> None:
    """q_1, q_2 <= 0 and s > 0: nothing moves for ever, though the mass on the span is positive."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    start = [Fraction(-1, 10), Fraction(-1, 2)]
    for index in (0, 1):
        at = Instance(data, start, (index,), Fraction(1, 4), "relu")
        expect(max(at.q) < 0 < at.r2 and at.step().weight == start, "it moves", sample=index)
    point = {**INSIDE, c: Rational(-3, 5), q_i: 0, q_j: 0, t: 1, n: 2, b: 1, below: 0}
    expect_outside(claim, {**point, live_start: Rational(-1, 10)}, "dead")


@evidence(NONORTH_OBTUSE, "witness", step="closed", needs="two points")
def test_linear_neurons_move_at_obtuse_angles_as_well(claim: Claim) -> None:
    """The same without the gate: w = x_1, c = -3/5."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    for activation, stays in (("relu", True), ("linear", False)):
        at = Instance(data, data[0], (1,), Fraction(1, 4), activation)
        expect((at.step().weight == at.weight) == stays, f"x_1 under {activation}")
    expect(by_side(claim, p_sparse) == 1, "claimed")


@evidence(NONORTH_OBTUSE, "property", step="closed")
def test_data_points_of_an_obtuse_pair_are_relu_minima(claim: Claim) -> None:
    """x_1 with the gate of x_2 closed: stationary; loss and radial eigenvalue of orthonormal data."""
    data = pair(Fraction(3, 5))
    expect(dot(*data) < 0, "obtuse")
    for here in data:
        gates = gates_at(here, data, "relu")
        expect(sorted(gates) == [0, 1], "gates")
        expect(not any(gradient_in_space(here, data, gates)), "not stationary")
        value = by_side(STATIONARY, loss_minimum).subs(n, 2)
        expect(exact(loss_in_space(here, data, gates)) == value, "loss")
        found, top = hessian(here, data, gates), by_side(MAX_EIG, EIGENVALUES["max"]).subs(n, 2)
        for row in (0, 1):
            entry = sum(found[row, column] * as_fmpq(here[column]) for column in (0, 1))
            expect(Rational(int(entry.p), int(entry.q)) == top * exact(here[row]), "H w = 4/n w")


@evidence(NONORTH_OBTUSE, "simulation", step=("closing", "alone"))
def test_obtuse_pairs_in_runs(claim: Claim) -> None:
    """c = -0.3 and -0.02, a = 0.45, r2(0) = 1.9: all of 300 live runs end at a data point."""
    for cosine in (-0.3, -0.02):
        random = rng(str(cosine))
        points = np.array([[1.0, 0.0, 0.0], [cosine, np.sqrt(1 - cosine**2), 0.0]])
        weight = random.normal(size=(900, 3))
        weight *= np.sqrt(1.9) / np.linalg.norm(weight, axis=1, keepdims=True)
        q, norm, gram = from_data(weight, points)
        live = np.flatnonzero((q > 0).any(axis=1))[:300]
        run = simulate_gram(q[live], norm[live], gram, batch_size=1, step_size=0.45, steps=2500,
                            activation="relu", seed=seed(str(cosine)))  # fmt: skip
        top, low = run.q.max(axis=1), run.q.min(axis=1)
        near = (
            (np.abs(top - 1) < 1e-6) & (np.abs(low - cosine) < 1e-6) & (np.abs(run.r2 - 1) < 1e-6)
        )
        expect(near.mean() == float(by_side(claim, p_sparse)), f"{near.sum()} of {len(near)}")
