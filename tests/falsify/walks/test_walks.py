"""The random search sees what was false, finds nothing on what stands, and leaves no claim unnamed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import And, Eq, Ge, Gt, Le, Lt, Or, Piecewise, Rational, binomial, log

from tests.falsify.walks.table import FALSIFIERS, OUT_OF_REACH
from theorem_audit import rng
from theorem_audit.doubt.falsify import falsify
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import claims
from theory.minibatch.capture import g, growth, theta
from theory.minibatch.log_ratios import spread
from theory.minibatch.purity_time import mean_time, slope
from theory.minibatch.reach import M, reached, schedule_probability
from theory.minibatch.selection_n import j, own_end, square
from theory.minibatch.sparse_time import mean_psi
from theory.notation import S, a, b, delta, n, p, rho, t
from theory.walks import random_walk as walk

pytestmark = pytest.mark.thorough

CHAPTERS = (
    "walks.random_walk",
    "minibatch.sparse",
    "minibatch.log_ratios",
    "minibatch.capture",
    "minibatch.reach",
    "minibatch.two_points",
    "minibatch.sparse_time",
    "minibatch.rates",
    "minibatch.selection",
    "minibatch.selection_n",
    "minibatch.purity_time",
    "quadratic.bridge",
)
# full batches admitted from n = 8 on
FULL_FROM_8 = And(Ge(b, 1), Or(Lt(b, n), And(Ge(n, 8), Le(b, n))))


def said(claim: Claim, old: object, new: object) -> Claim:
    """The claim with one conjunct replaced."""
    parts = [new if x == old else x for x in relations(claim.formula)]
    assert parts != list(relations(claim.formula)), f"{claim.id} does not say {old}"
    return replace(
        claim, formula=And(*parts, evaluate=False) if len(parts) > 1 else parts[0], parts={}
    )


def equal(claim: Claim, symbol: object, value: object) -> Claim:
    """The claim with another right side in its equation for ``symbol``."""
    (old,) = [x for x in relations(claim.formula) if isinstance(x, Eq) and x.lhs == symbol]
    return said(claim, old, Eq(symbol, value))


def bounded(claim: Claim, symbol: object, change: Callable[[object], object]) -> Claim:
    """The claim with its one inequality on ``symbol`` bounding it by ``change`` of the old bound."""
    (old,) = [x for x in relations(claim.formula) if x.has(symbol) and not isinstance(x, Eq)]
    new = Le(symbol, change(old.gts)) if old.lts == symbol else Ge(symbol, change(old.lts))
    return said(claim, old, new)


def two_points_start(claim: Claim, *kept: object) -> Claim:
    return claim.widened("start", And(*kept))


FALSE: dict[str, tuple[str, Callable[[Claim], Claim]]] = {
    # what stood false, and what hypotheses the statements lacked
    "rates of paths without a radius": ("SGD-RATE-PATHS", lambda x: x.without("radius")),
    "universal decay off the span": ("UNIVERSAL-DECAY", lambda x: x.without("in the span")),
    "fixed points, b = n from n = 8 on": (
        "FIXED-POINTS", lambda x: x.widened("without replacement", FULL_FROM_8)),
    "winner, b = n from n = 8 on": (
        "SELECT-EQUAL", lambda x: x.widened("without replacement", FULL_FROM_8)),
    "chance of a schedule, wrong from n = 7 on": (
        "REACH", lambda x: equal(x, schedule_probability, Piecewise(
            (binomial(n, b) ** (-(n - 1) * M), n < 7), (binomial(n, b) ** (-n * M), True)))),
    "level theta instead of theta/2": ("REACH-TIME", lambda x: equal(x, reached, 2 ** (-g))),
    "two points, any n and b": (
        "TWO-POINTS", lambda x: x.widened("two live coordinates", And(Ge(n, 2), Ge(b, 1), Le(b, n)))),
    "generator off the sphere": ("SELECT-GENERATOR", lambda x: x.without("on the sphere")),
    "each coefficient of the generator doubled": ("SELECT-GENERATOR", lambda x: replace(
        x, formula=And(*(Eq(y.lhs, 2 * y.rhs) for y in relations(x.formula))))),
    "the winner's limit is one half": ("SELECT-N", lambda x: equal(x, own_end, Rational(1, 2))),
    "the drift of the winner doubled": ("SELECT-N", lambda x: replace(
        x, formula=x.formula.xreplace({square[j]: 2 * square[j]}))),
    "two-point law for any n": ("SELECT", lambda x: two_points_start(
        x, Ge(n, 2), Eq(b, 1), Eq(rho, 0), Eq(delta, 0))),
    "two-point law for full batches": ("SELECT", lambda x: two_points_start(
        x, Eq(n, 2), Ge(b, 1), Le(b, 2), Eq(rho, 0), Eq(delta, 0))),
    "ties outside the radius": ("SELECT-EQUAL", lambda x: x.without("radius")),
    "drift with factors of any sign": ("WALK-DRIFT", lambda x: x.without("positive factors")),
    # walks
    "inward drift": ("NHRW", lambda x: x.widened(
        "outward drift", Le(walk.offset * walk.mean_jump, 0))),
    "drift dropped": ("NHRW", lambda x: x.without("outward drift")),
    "jumps unbounded": ("NHRW", lambda x: x.without("bounded jumps")),
    "hypotheses at the first step only": ("NHRW", lambda x: x.widened("every step", Eq(walk.k, 0))),
    "no second moment": ("NHRW", lambda x: x.widened(
        "second moment bounded below", Gt(walk.second, 0))),
    "a bound 1 % lower": ("NHRW", lambda x: bounded(
        x, walk.mean_time, lambda y: y * Rational(99, 100))),
    "V below 0": ("FOSTER", lambda x: x.without("V non-negative")),
    "V falls at the first step only": ("FOSTER", lambda x: x.widened("every step", Eq(walk.k, 0))),
    "no supermartingale": ("SUPERMARTINGALE-CRITERIA", lambda x: x.without("supermartingale")),
    "levels crossed": ("SUPERMARTINGALE-CRITERIA", lambda x: x.without("levels")),
    "escape with long jumps": ("DRIFT-ESCAPE", lambda x: x.without("bounded jumps")),
    "escape without drift": ("DRIFT-ESCAPE", lambda x: x.widened(
        "positive drift", And(Gt(walk.drift, 0), Lt(walk.drift, walk.jump)))),
    # constants
    "jump 2 % lower": ("WALK-JUMP", lambda x: replace(
        x, formula=Le(a * t / (1 - a * S), Rational(49, 25) * a))),
    "spread 4/5": ("WALK-VARIANCE", lambda x: said(
        x, Ge(spread, 2 * p * (3 * a / 4) ** 2), Ge(spread, 2 * p * (4 * a / 5) ** 2))),
    "capture, twice as fast": ("CAPTURE", lambda x: equal(x, growth, 1 - 60 * p * g**2)),
    "capture from 2^(6g)": ("CAPTURE", lambda x: equal(x, theta, 2 ** (6 * g))),
    "Phi falls by a^2/3": ("SPARSE-TIME", lambda x: bounded(x, mean_psi, lambda _: 1 - p * a**2 / 3)),
    "mean time a twentieth": ("TIME-MEAN", lambda x: bounded(x, mean_time, lambda y: y / 20)),
    "slope without the square": ("TIME-PURITY", lambda x: equal(x, slope, -1 / (p * log(1 - a**2)))),
    "mass without a S <= 1": ("MASS-FLOOR", lambda x: x.without("step size")),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted_with_a_witness(name: str) -> None:
    claim_id, change = FALSE[name]
    wrong = change(claims[claim_id])
    with pytest.raises(Refuted) as caught:
        FALSIFIERS[claim_id](wrong, rng("falsify", name), 6.0)
    assert caught.value.witness, "no witness"


@pytest.mark.parametrize("claim_id", FALSIFIERS)
def test_nothing_is_found_on_the_claims(claim_id: str) -> None:
    played = FALSIFIERS[claim_id](claims[claim_id], rng("falsify", claim_id), 0.5)
    assert played > 0


def test_every_claim_of_these_chapters_is_searched_or_named() -> None:
    ours = {x.id for x in claims.values() if x.chapter in CHAPTERS}
    assert ours == set(FALSIFIERS) | set(OUT_OF_REACH)
    assert not set(FALSIFIERS) & set(OUT_OF_REACH)


def test_an_empty_region_is_no_pass() -> None:
    claim = claims["WALK-JUMP"]
    empty = replace(
        claim,
        assumptions=(
            *claim.assumptions,
            replace(
                claim.assumptions[0],
                name="never",
                condition=And(Gt(a, 2), Lt(a, 1), evaluate=False),
            ),
        ),
    )
    found = falsify(empty, seconds=0.01)
    assert (found.outcome, found.detail) == ("error", "the falsifier played 0 cases")
