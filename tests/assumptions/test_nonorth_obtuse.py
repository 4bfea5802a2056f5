"""Evidence: NONORTH-OBTUSE."""

from __future__ import annotations

from fractions import Fraction

from sympy import Eq, Expr, Gt, Rational, Symbol, expand, limit, oo

from tests.ambient import as_fmpq, gates_at, hessian
from tests.ambient import gradient as gradient_in_space
from tests.ambient import loss as loss_in_space
from tests.analysis import expect_outside
from tests.assumptions.nonorthogonal_tools import INSIDE, _box, expect_other_neuron
from tests.assumptions.oblique import pair
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_implied, is_strict, restricted
from tests.instances import Instance, dot, exact
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import (
    NONORTH_FIXED,
    NONORTH_NOLIMIT,
    NONORTH_OBTUSE,
    NONORTH_STEP,
    U,
    c,
    fall,
    live_start,
    p_limit,
    p_sparse,
    shift2,
)
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.model.landscape import STATIONARY, loss_minimum
from theory.model.spectrum import EIGENVALUES, MAX_EIG
from theory.notation import S, a, b, n, perp_next, q_i, q_j, q_j_next, r2, rho, s, s_next, t

# NONORTH-OBTUSE


def _pair_step(q_first: Expr, q_second: Expr) -> Expr:
    """q_second+ when the first is drawn with an open gate: S = q_first^2, U = c q_first."""
    step = NONORTH_STEP.says(q_j_next).subs(r2, 2 - t)
    return step.subs({S: q_first**2, U: c * q_first, q_j: q_second}, simultaneous=True)


@evidence(NONORTH_OBTUSE, "certificate", step="closed")
def test_closed_gates_stay_closed(claim: Claim) -> None:
    """q_j = -y <= 0 and i drawn: -q_j+ = (1 - aS) y - a t c q_i >= 0; S <= 2 and a < 1/2."""
    expect_items(claim, words.RELU)
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
    bound = claim.conjunct(fall, kind="inequality")
    gap = difference(bound).subs(fall, _pair_step(q_i, q_j) - q_j)
    expect_nonnegative(expand(gap), _box(claim), f"{bound}")
    expect(not is_strict(bound), "equality at q_j = 0")
    slope = -(fall + difference(bound))  # minus the bound
    expect(cancel(slope / (a * t * c * q_i)).is_Rational, "the bound")
    expect(cancel(slope / (a * t * c * q_i)) < 0, "the bound is negative")


@evidence(NONORTH_OBTUSE, "certificate", step="closing")
def test_a_gate_closes_within_a_fixed_number_of_draws(claim: Claim) -> None:
    """Drawing the larger again and again is full batch on it: q_i^2 >= sigma; q_j falls by a fixed
    amount. The chance is at least 2^-N in any N steps, so a gate closes almost surely."""
    expect_items(claim, words.UNIT_DATA, words.UNIFORM)
    floor = GD_CONVERGES.conjunct(greater=s_next)
    room = (1 - 2 * a) ** 2 * (2 - rho) / 2
    expect(set(floor.lts.args) == {s, room}, f"floor {floor}")
    strict = claim.condition("step size")
    expect_holds(Gt(1 - 2 * a, 0), restricted(strict, (a,)), (a,), derived={})
    for condition in (Gt(-c, 0), Gt(a, 0), Gt(live_start, 0)):  # each draw counts; one gate is open
        expect_implied(condition, claim.region)
    for symbol, size in ((n, 2), (b, 1)):
        expect(Eq(symbol, size) in relations(claim.region), f"{symbol} = {size} is not assumed")
    trials = Symbol("m", integer=True)
    expect(limit((1 - Rational(1, 2) ** 9) ** trials, trials, oo) == 1 - claim.says(p_sparse), "P")


@evidence(NONORTH_OBTUSE, "symbolic", step="alone")
def test_one_open_gate_is_full_batch_on_one_point(claim: Claim) -> None:
    """S = U = q_i^2/.., s = q_i^2, rho = r2 - s: GD-DIRECTION's map, so GD-CONVERGES applies."""
    step = NONORTH_STEP.says(q_j_next).subs({U: q_j, S: s, r2: s + rho})
    expect_zero(step - GD_DIRECTION.says(q_j_next), "on x_i")
    off = NONORTH_STEP.says(perp_next).subs(S, s)
    expect_zero(off - GD_DIRECTION.says(perp_next), "off x_i")
    for condition in relations(GD_CONVERGES.region):
        if condition.free_symbols == {a}:
            expect_holds(condition, restricted(claim.region, (a,)), (a,), derived={})
    radius = conjunct(GD_CONVERGES.region, rho, s)
    expect_zero(difference(radius) - (2 - s - rho), "radius")
    expect_implied(Gt(2 - r2, 0), claim.region)


@evidence(NONORTH_OBTUSE, "witness", step="falls", needs="obtuse pair")
def test_an_acute_pair_moves_its_own_points(claim: Claim) -> None:
    """0 < c < 1: at x_1 the other gate is open, and the other sample moves w, by NONORTH-FIXED's shift;
    a path near x_1 is moved by about as much at each draw of x_2, so it does not tend to x_1."""
    data = [[Fraction(1), Fraction(0)], [Fraction(3, 5), Fraction(4, 5)]]
    at = Instance(data, data[0], (1,), Fraction(1, 4), "relu")
    gap = [y - z for y, z in zip(at.step().weight, at.weight, strict=True)]
    shift = NONORTH_FIXED.says(shift2).subs({a: exact(at.a), c: exact(dot(*data))})
    expect(at.gates == [1, 1] and exact(dot(gap, gap)) == shift > 0, "x_1 is fixed")
    point = {**INSIDE, c: exact(dot(*data)), q_i: 1, q_j: exact(at.q[1]), t: 1, n: 2, b: 1,
             live_start: 1}  # fmt: skip
    expect(not satisfies(claim.region, point), "the region admits c > 0")


@evidence(NONORTH_OBTUSE, "witness", step="closed", needs="ReLU")
def test_a_linear_neuron_is_moved_off_both_points(claim: Claim) -> None:
    """h_- = 1, c = -3/5: x_1 is moved by x_2 and x_2 by x_1: neither is a limit (NONORTH-NOLIMIT)."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    for first, second in ((0, 1), (1, 0)):
        at = Instance(data, data[first], (second,), Fraction(1, 4), "linear")
        expect(at.step().weight != at.weight, "a data point is at rest", point=first)
    expect(NONORTH_NOLIMIT.says(p_limit) == 0 and claim.says(p_sparse) == 1, "they differ")
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
    expect(satisfies(claim.region, point), "inside for ReLU")
    expect_other_neuron(claim, "linear", "no data point is a limit")


@evidence(NONORTH_OBTUSE, "witness", step="alone", needs="mass")
def test_a_dead_relu_neuron_stays(claim: Claim) -> None:
    """q_1, q_2 <= 0 and s > 0: nothing moves for ever, though the mass on the span is positive."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    start = [Fraction(-1, 10), Fraction(-1, 2)]
    for index in (0, 1):
        at = Instance(data, start, (index,), Fraction(1, 4), "relu")
        expect(max(at.q) < 0 < at.r2 and at.step().weight == start, "it moves", sample=index)
    point = {**INSIDE, c: Rational(-3, 5), q_i: 0, q_j: 0, t: 1, n: 2, b: 1}
    expect_outside(claim, {**point, live_start: Rational(-1, 10)}, "dead")


@evidence(NONORTH_OBTUSE, "witness", step="closed", needs="two points")
def test_linear_neurons_move_at_obtuse_angles_as_well(claim: Claim) -> None:
    """The same without the gate: w = x_1, c = -3/5."""
    data = [[Fraction(1), Fraction(0)], [Fraction(-3, 5), Fraction(4, 5)]]
    for activation, stays in (("relu", True), ("linear", False)):
        at = Instance(data, data[0], (1,), Fraction(1, 4), activation)
        expect((at.step().weight == at.weight) == stays, f"x_1 under {activation}")
    expect(claim.says(p_sparse) == 1, "claimed")


@evidence(NONORTH_OBTUSE, "property", step="closed")
def test_data_points_of_an_obtuse_pair_are_relu_minima(claim: Claim) -> None:
    """x_1 with the gate of x_2 closed: stationary; loss and radial eigenvalue of orthonormal data."""
    data = pair(Fraction(3, 5))
    expect(dot(*data) < 0, "obtuse")
    for here in data:
        gates = gates_at(here, data, "relu")
        expect(sorted(gates) == [0, 1], "gates")
        expect(not any(gradient_in_space(here, data, gates)), "not stationary")
        value = STATIONARY.says(loss_minimum).subs(n, 2)
        expect(exact(loss_in_space(here, data, gates)) == value, "loss")
        found, top = hessian(here, data, gates), MAX_EIG.says(EIGENVALUES["max"]).subs(n, 2)
        for row in (0, 1):
            entry = sum(found[row, column] * as_fmpq(here[column]) for column in (0, 1))
            expect(Rational(int(entry.p), int(entry.q)) == top * exact(here[row]), "H w = 4/n w")
