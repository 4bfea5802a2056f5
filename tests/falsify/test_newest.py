"""Sabotages of the newest claims that no single variant makes: a quantifier, a bound, two words at once.

Each must be falsified by a run, or keep no rank.  What ``audit mutants`` makes of these claims by itself (every
item dropped or exchanged, every condition dropped or widened) stands in the kept table of variants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, Max, Rational, Symbol

from tests.falsify.walks.test_sabotages import REFUSED, fate
from theorem_audit import project
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theorem_audit.weigh.told import beyond
from theory import claims
from theory import vocabulary as words
from theory.assumptions import saddle_trap as st
from theory.assumptions import two_batches as tb
from theory.assumptions import unequal_norms as un
from theory.assumptions.momentum import beta
from theory.notation import a, b, n
from theory.vocabulary.batches import DRAWN_ONCE, FULL_FROM_8

HALF = Rational(1, 2)


def says(*new: Expr) -> Callable[[Claim], Claim]:
    """The claim with another formula."""
    return lambda x: replace(x, formula=new[0] if len(new) == 1 else And(*new, evaluate=False))


def part(symbol: Expr, new: Expr) -> Callable[[Claim], Claim]:
    """The claim with another conjunct in the place of the first that speaks of ``symbol`` on its left."""

    def changed(x: Claim) -> Claim:
        parts = list(relations(x.formula))
        at = next(k for k, one in enumerate(parts) if one.lhs == symbol)
        parts[at] = new
        return replace(x, formula=And(*parts, evaluate=False))

    return changed


def item(old: Item, new: Item | None) -> Callable[[Claim], Claim]:
    """The claim with another word, or without it."""
    return lambda x: x.with_item(old, new)


def under(name: str, condition: Expr) -> Callable[[Claim], Claim]:
    """The claim with another condition."""
    return lambda x: x.widened(name, condition)


def _symbol(claim_id: str, name: str) -> Symbol:
    return next(x for x in claims[claim_id].formula.free_symbols if str(x) == name)


_EDGE = _symbol("MOMENTUM-AIRY-EDGE", "e_*")


def _lyapunov() -> Expr:
    (top,) = [x for x in relations(claims["LYAPUNOV"].formula) if x.has(Max)]
    (most,) = top.atoms(Max)
    return Eq(top.lhs, top.rhs.subs(most, most.args[0]))


SABOTAGES: dict[str, tuple[str, Callable[[Claim], Claim]]] = {
    "surely in place of with positive chance": ("SADDLE-TRAP-BATCH", says(Eq(st.p_trap, 1))),
    "chance 0 without a large share": ("SADDLE-LARGE-BATCH", lambda x: x.without("large share")),
    "chance 0 from every start": ("SADDLE-NEVER", lambda x: x.without("start")),
    "chance 0 for a negative exponent": ("SADDLE-NEVER", lambda x: x.without("exponent")),
    "a share of b in place of b - 1": (
        "SADDLE-SHARE", under("large share", un.sigma_j**2 * b >= un.sigma_i**2 * (n - 1))),
    "no start is lost": ("SAMPLING-CYCLIC-TWO", part(tb.exceptions, Eq(tb.exceptions, 0))),
    "two starts are lost": ("SAMPLING-CYCLIC-TWO", part(tb.exceptions, Eq(tb.exceptions, 2))),
    "any step size and any number of batches": (
        "SAMPLING-CYCLIC-ROOM", lambda x: x.without("step size").without("two batches")),
    "steps up to (1 - beta)^2": (
        "MOMENTUM-CONFINED", under("small step", And(Gt(a, 0), Le(a, 3 * (1 - beta) ** 2)))),
    "a moving start, linear or not": (
        "MOMENTUM-CONFINED", lambda x: x.without("zero velocity").without("small step")),
    "a radius of 3/2": ("MOMENTUM-CONFINED", says(Le(_symbol("MOMENTUM-CONFINED", "r2_t"), 3 * HALF))),
    "the zero below its bracket": ("MOMENTUM-AIRY-EDGE", part(_EDGE, Lt(_EDGE, Rational(88553, 50000)))),
    "the radial direction alone": ("LYAPUNOV", part(_lyapunov().lhs, _lyapunov())),
    "every variance factor": ("SCALING-ETA-B", lambda x: x.without("variance factor")),
    "uniform, and with replacement's kappa": ("NON-UNIFORMITY", lambda x: x.without("batch size")),
    "batches that depend on the past": (
        "NON-UNIFORMITY", lambda x: x.with_item(words.INDEPENDENT, None).without("batch size")),
    "with replacement": ("EPOCH-DRIFT", lambda x: x.with_item(words.RESHUFFLED, words.WITH_REPLACEMENT)),
    "the same drift in every order": (
        "EPOCH-DRIFT-RATIO", lambda x: x.with_item(words.RESHUFFLED, words.CYCLIC)),
    "oblique data, every batch": (
        "COLLAPSE", lambda x: x.with_item(words.ORTHONORMAL, words.UNIT_DATA).with_item(words.UNIFORM, None)),
    "at most 4/n": ("BATCH-SHARPNESS", part(_symbol("BATCH-SHARPNESS", "h_near"), Le(
        _symbol("BATCH-SHARPNESS", "h_near"), 4 / n))),
    "any number of samples": ("Q-MIXTURE", lambda x: x.without("batch size")),
    "phases for all b": ("SADDLE-PHASES", lambda x: x.without("step size").without("norms")),
    "a bound on momentum on any points": ("MOMENTUM-CONFINED", item(words.ORTHONORMAL, None)),
    "an energy whose batch mass is free": ("MOMENTUM-ENERGY", lambda x: x.without("batch mass")),
    "an energy whose velocity is free": ("MOMENTUM-ENERGY", lambda x: x.without("velocity")),
    "an enclosure with replacement": ("MOMENTUM-ENCLOSURE", item(words.UNIFORM, words.WITH_REPLACEMENT)),
    "an enclosure of one batch": ("MOMENTUM-ENCLOSURE", item(words.UNIFORM, DRAWN_ONCE)),
    "Airy's exponent for any chance": ("MOMENTUM-AIRY", lambda x: x.without("split probability")),
    "momentum with one batch": ("MOMENTUM-SPARSE", item(words.UNIFORM, DRAWN_ONCE)),
    "momentum and ReLU": ("MOMENTUM-SPARSE", item(words.LINEAR, words.RELU)),
    "momentum that starts moving": ("MOMENTUM-SPARSE", item(words.AT_REST, None)),
    "a Gram edge without its direction": ("Q-GRAM-EDGE", lambda x: x.without("sharp direction")),
    "a Gram edge, batches in turn": ("Q-GRAM-EDGE", item(words.INDEPENDENT, words.CYCLIC)),
    "Gram matrices in no order": ("Q-GRAM-ORDER", lambda x: x.without("ordered")),
    "a Gram order past the edge": ("Q-GRAM-ORDER", lambda x: x.without("below the edge")),
    "more noise, larger threshold": ("Q-GRAM-PERRON", lambda x: x.without("less noise")),
    "a design outside its enclosure": ("DESIGN", lambda x: x.without("lower end")),
    "capture at any exponents": ("SADDLE-CAPTURE", lambda x: x.without("exponents")),
    "capture with half the chance to leave": (
        "SADDLE-CAPTURE", lambda x: replace(x, formula=Ge(x.formula.gts, (1 + x.formula.lts) / 2))),
    "a trap that one batch holds": ("SADDLE-TRAP-BATCH", item(words.UNIFORM, DRAWN_ONCE)),
    "a share at any chances": ("SADDLE-SHARE", lambda x: x.without("chances")),
    "never, with one batch": ("SADDLE-NEVER", item(words.UNIFORM, DRAWN_ONCE)),
    "phases from n = 8 on": ("SADDLE-PHASES", item(words.UNIFORM, FULL_FROM_8)),
    "sharpness from n = 8 on": ("BATCH-SHARPNESS", item(words.UNIFORM, FULL_FROM_8)),
    "a cycle below the edge": ("BATCH-SHARPNESS-CYCLE", under("past the edge", Gt(a, HALF / 2))),
    "coherence of batches in turn": ("COHERENCE", item(words.INDEPENDENT, words.CYCLIC)),
    "coherence without noise": ("COHERENCE", lambda x: x.without("noise")),
    "any two indices": ("COHERENCE-INDICES", lambda x: x.without("independent indices")),
    "collapse from n = 8 on": ("COLLAPSE", item(words.UNIFORM, FULL_FROM_8)),
    "collapse of batches in turn": ("COLLAPSE", item(words.UNIFORM, words.CYCLIC)),
    "a drift of any batches": ("EPOCH-DRIFT", item(words.RESHUFFLED, None)),
    "the top exponent in turn": ("LYAPUNOV", item(words.UNIFORM, words.CYCLIC)),
    "a mixture of any batches": ("Q-MIXTURE", item(words.UNIFORM, None)),
    "a noise scale of any batches": ("SCALING-ETA-B", item(words.INDEPENDENT, None)),
    "an epoch's exponents, in turn": ("SCALING-EPOCH", item(words.UNIFORM, words.CYCLIC)),
    "an epoch's exponents up to a = 2": ("SCALING-EPOCH", under("step size", And(Gt(a, 0), Lt(a, 2)))),
}  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotage_of_a_new_claim_is_not_accepted(name: str) -> None:
    claim_id, change = SABOTAGES[name]
    assert fate(change(claims[claim_id])) in REFUSED


@pytest.mark.thorough
@pytest.mark.parametrize("claim_id", ["SADDLE-NEVER", "LYAPUNOV", "MOMENTUM-CONFINED", "Q-MIXTURE"])
def test_the_claims_themselves_are_accepted(claim_id: str) -> None:
    assert fate(claims[claim_id]) not in REFUSED


RESTING = {
    "NORMS-EXPONENT": ("SADDLE-NEVER", "SADDLE-TRAP-BATCH", "SADDLE-PHASES"),
    "SGD-RATE": ("SCALING-EPOCH",),
    "SAMPLING-CYCLIC-SHARED": ("SAMPLING-CYCLIC-RADIUS",),
    "MOMENTUM-AIRY": ("MOMENTUM-AIRY-EDGE",),
    "MOMENTUM-ENERGY": ("MOMENTUM-CONFINED",),
    "Q-MS": ("COHERENCE", "SCALING-ETA-B", "NON-UNIFORMITY"),
}


@pytest.mark.parametrize("lemma", RESTING)
def test_a_lemma_on_other_batches_or_data_is_beyond_the_claims_that_rest_on_it(lemma: str) -> None:
    """Each item of a cited lemma's setting, exchanged for one that the claim does not imply, is told."""
    kinds = {kind.name: kind for kind in words.KINDS}
    for claim_id in RESTING[lemma]:
        claim, told = claims[claim_id], claims[lemma]
        assert beyond(claim, told) == [] or lemma in claim.carried
        for item in told.items:
            own = next((x for x in claim.items if x.kind == item.kind), None)
            for other in kinds[item.kind]:
                wrong = told.with_item(item, other)
                known = own is not None and kinds[item.kind].implied(own, other)
                free = known or other.name == kinds[item.kind].widest or other.after
                assert (beyond(claim, wrong) == beyond(claim, told)) == free, (claim_id, other.name)


def test_the_claims_are_there() -> None:
    assert project.claims().keys() >= {x for x, _ in SABOTAGES.values()} | {*RESTING}
