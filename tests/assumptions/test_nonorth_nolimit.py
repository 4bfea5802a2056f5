"""Evidence: NONORTH-NOLIMIT."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from sympy import And, Ge, Gt, Poly, Rational, Symbol, expand, fraction, solve

from sim.problems.nonorthogonal import from_data, simulate_gram
from tests.analysis import expect_outside
from tests.assumptions.nonorthogonal_tools import INSIDE, _box, expect_other_neuron
from tests.assumptions.oblique import ACUTE, COSINE
from tests.forms import cancel
from tests.inequalities import expect_implied, is_strict
from tests.instances import Instance, dot, exact
from tests.minibatch.test_sparse import test_live_mass_is_kept as live_mass_is_kept
from tests.minibatch.test_sparse import test_slack_is_kept as slack_is_kept
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero, rng, seed
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.assumptions.nonorthogonal import (
    NONORTH_FIXED,
    NONORTH_NOLIMIT,
    NONORTH_OBTUSE,
    NONORTH_STEP,
    V,
    c,
    mass_bound,
    mass_excess,
    norm_excess,
    oblique_least,
    p_limit,
    shift2,
    single_excess,
)
from theory.minibatch.log_ratios import membership_moments
from theory.notation import S, a, b, n, q_i, q_j, r2, s

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
    expect(NONORTH_STEP.says(single_excess) == 0, "V = S")
    expect_zero(NONORTH_STEP.says(norm_excess).subs(V, S), "r2+ is NORM's")
    slack_is_kept(without_equations(claim))
    if claim.id == NONORTH_NOLIMIT.id:
        expect_one_sample(claim)


def expect_one_sample(claim: Claim) -> None:
    expect_implied(Ge(b - 1, 0), claim.region)
    expect_implied(Ge(1 - b, 0), claim.region)


@evidence(NONORTH_NOLIMIT, "certificate", step="floor")
@evidence(NONORTH_OBTUSE, "certificate", step="mass")
def test_mass_has_a_floor_as_on_orthonormal_data(claim: Claim) -> None:
    """MASS-FLOOR holds as it stands; q_i^2 <= s as x_i is a unit vector of the span."""
    expect_zero(NONORTH_STEP.says(mass_excess).subs(V, S), "s+ is MASS-FLOOR's")
    live_mass_is_kept(without_equations(claim))
    if claim.id == NONORTH_OBTUSE.id:
        _expect_pair_mass(claim)


@evidence(NONORTH_NOLIMIT, "symbolic", step="moving")
def test_a_limit_would_be_moved(claim: Claim) -> None:
    """A limit has s > 0, so some q_i != 0; NONORTH-FIXED: it is +-x_i, which the other one moves."""
    expect_only(claim, p_limit)
    expect_implied(Gt(a, 0), claim.region)
    expect_implied(Gt(oblique_least, 0), claim.region)  # so each point has an oblique partner
    expect_items(claim, words.LINEAR)  # its gate is open whatever the sign
    gap = NONORTH_FIXED.conjunct(c, kind="inequality")
    expect_zero(difference(gap) - NONORTH_FIXED.says(shift2), "the shift is positive")
    drawn = And(*(x for x in relations(claim.region) if x.free_symbols == {b}))
    for condition in relations(NONORTH_FIXED.region):  # for n >= 2: an oblique pair is two points
        if condition.has(b):
            expect_implied(condition, drawn & Ge(n, 2))


@evidence(NONORTH_NOLIMIT, "symbolic", step="drawn")
def test_every_sample_is_drawn_for_ever(claim: Claim) -> None:
    """P(j is not drawn in m steps) = r^m, r = 1 - P(j in B), 0 <= r < 1 for every n: it tends to 0."""
    expect_items(claim, words.UNIFORM)
    single, _ = membership_moments()
    others, more = Symbol("y", integer=True), cancel(single.subs(b, 1) * n)
    top, bottom = fraction(cancel((1 - single).subs({b: 1, n: 1 + others})))
    terms = [*Poly(top, others).coeffs(), *Poly(bottom, others).coeffs()]
    expect(all(x >= 0 for x in terms), "r >= 0 at n = 1 + y", found=top / bottom)
    expect(more.is_Rational and more > 0, "r < 1: n (1 - r) is a positive number", found=more)
    expect_zero(claim.says(p_limit), "the limit of a geometric sequence of ratio r")


@evidence(NONORTH_NOLIMIT, "witness", step="moving", needs="every point is oblique")
def test_a_point_orthogonal_to_the_others_is_a_limit(claim: Claim) -> None:
    """x_1, x_2 oblique, x_3 orthogonal to both: every sample leaves w = x_3 alone, so P_limit = 1 from
    there; and with c = 0.02 some of 200 random starts come within 1e-6 of +-x_3."""
    data = [[*point, Fraction(0)] for point in ACUTE] + [[Fraction(0), Fraction(0), Fraction(1)]]
    for i in range(3):
        at = Instance(data, data[2], (i,), Fraction(1, 4), "linear")
        expect(at.step().weight == at.weight, "x_3 moves", sample=i)
        inside = {a: exact(at.a), b: 1, r2: exact(at.r2), s: exact(at.r2)}  # x spans R^3
        some = inside | {oblique_least: exact(dot(*data[:2]) ** 2 * (1 - dot(*data[:2]) ** 2))}
        expect(satisfies(claim.region, some), "x_3 is no start of the claim for one oblique pair")
        expect_outside(claim, inside | {oblique_least: 0}, "x_3 is orthogonal to all others")
    expect(0 < COSINE**2 < 1 and claim.says(p_limit) != 1, "P(w_k = x_3 for all k) = 1")
    points = np.array([[1.0, 0.0, 0.0], [0.02, np.sqrt(1 - 0.02**2), 0.0], [0.0, 0.0, 1.0]])
    weight = rng("start").normal(size=(200, 3))
    weight /= np.linalg.norm(weight, axis=1, keepdims=True)
    run = simulate_gram(*from_data(weight, points), batch_size=1, step_size=0.3, steps=1000,
                        seed=seed("run"))  # fmt: skip
    near = (np.abs(np.abs(run.q) - [0, 0, 1]) < 1e-6).all(axis=1) & (np.abs(run.r2 - 1) < 1e-6)
    expect(near.any(), "no run ends at x_3")


def _expect_pair_mass(claim: Claim) -> None:
    """w = alpha x_1 + beta x_2 on the span: s in q_1, q_2 and c; bounded while both gates are open."""
    first, second = Symbol("alpha", real=True), Symbol("beta", real=True)
    found = solve([first + c * second - q_i, c * first + second - q_j], [first, second])
    value = cancel(found[first] * q_i + found[second] * q_j)
    bound = claim.conjunct(mass_bound, kind="inequality")
    gap = cancel(difference(bound).subs(mass_bound, value) * (1 - c))
    box, gain = _box(claim), Symbol("v", real=True)
    expect(not is_strict(bound), "equality at q_i = q_j")
    for side in (1, -1):  # q_i = q_j + side v
        moved = expand(gap.subs(q_i, q_j + side * gain))
        expect_nonnegative(moved, {c: box[c], q_j: box[q_j], gain: box[q_i]}, f"{bound}")
    for condition in (Gt(1 + c, 0), Gt(1 - c, 0)):  # so 1 - c^2 > 0, and the larger has a floor
        expect_implied(condition, claim.region)


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
    expect_other_neuron(claim, "relu", "x_1 is at rest")
