"""Changed words and formulas that kept their verdict once, or that no single variant makes.

Each is falsified by a run, or keeps no rank: a quantifier, a bound, two words at once.  What ``audit mutants``
makes of a claim by itself stands in the kept table of variants, or in ``test_words.py``.
"""

from __future__ import annotations

from itertools import combinations

import pytest
from sympy import And, Eq, Expr, Function, Ge, Gt, Le, Lt, Max, Or, Rational, Symbol

from tests.falsify.trying import REFUSED, Change, both, fate, less, part, says, under, word
from theorem_audit import check
from theorem_audit.doubt.falsify import Falsified, Found, falsify
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theorem_audit.tests.thorough import in_ci_but
from theorem_audit.weigh.told import beyond
from theory import claims
from theory import vocabulary as words
from theory.assumptions import momentum as mo
from theory.assumptions import saddle_trap as st
from theory.assumptions import two_batches as tb
from theory.assumptions import unequal_norms as un
from theory.assumptions.momentum import beta
from theory.minibatch.selection import p_win
from theory.neighbours.scaling import ratio_replacement, ratio_uniform
from theory.notation import a, b, below, d, k, n
from theory.vocabulary.batches import FULL_FROM_8

HALF = Rational(1, 2)
# Hypotheses without which the claim keeps no rank.
DROPPED = {
    "CAPTURE": ("slack kept", "mass kept"),
    "COHERENCE": ("noise",),
    "DESIGN": ("lower end",),
    "MOMENTUM-AIRY": ("split probability",),
    "MOMENTUM-ENERGY": ("batch mass", "velocity"),
    "NHRW": ("start in the band",),
    "Q-GRAM-EDGE": ("sharp direction",),
    "Q-GRAM-ORDER": ("ordered", "below the edge"),
    "Q-GRAM-PERRON": ("less noise",),
    "REACH-TIME": ("mass kept",),
    "SADDLE-CAPTURE": ("exponents",),
    "SADDLE-NEVER": ("start", "exponent"),
    "SADDLE-SHARE": ("chances",),
    "SELECT": ("start",),
}


def _symbol(claim_id: str, name: str) -> Symbol:
    return next(x for x in claims[claim_id].formula.free_symbols if str(x) == name)


def exchanged(one: str, two: str) -> Change:
    """The claim with each of two symbols read as the other."""

    def change(claim: Claim) -> Claim:
        first, second = claim.meaning(one), claim.meaning(two)
        return claim.with_meaning(one, second).with_meaning(two, first)

    return change


def _lyapunov() -> Expr:
    """The top exponent as that of the first direction alone."""
    (top,) = [x for x in claims["LYAPUNOV"].formula.args if x.has(Max)]
    (most,) = top.atoms(Max)
    return Eq(top.lhs, top.rhs.subs(most, most.args[0]))


# full batches admitted from n = 8 on, in the bounds of b
WIDER = under("without replacement", And(Ge(b, 1), Or(Lt(b, n), And(Ge(n, 8), Le(b, n)))))
RATIOS = (ratio_replacement, ratio_uniform)
SABOTAGES: list[tuple[str, str, Change]] = [
    *((x, "b = n from n = 8 on", WIDER) for x in (
        "FIXED-POINTS", "SGD-SPARSE", "REACH", "REACH-TIME", "CAPTURE")),
    ("SADDLES", "fewer dimensions than data", under("counted data", (d < n) & (k >= 1) & (k <= n))),
    ("SAMPLING-MOMENT", "either way of independent batches",
     word(words.WITH_REPLACEMENT, words.INDEPENDENT)),
    ("SELECT", "at each a", lambda x: says(
        x.formula.xreplace({p_win: Function("P_1", real=True)(a)}))(x)),
    ("TIME-SPREAD", "a median in place of a mean", lambda x: says(
        x.formula.replace(Function("E", real=True), Function("median", real=True)))(x)),
    ("SADDLE-TRAP-BATCH", "surely", says(Eq(st.p_trap, 1))),
    ("SADDLE-SHARE", "a share of b in place of b - 1",
     under("large share", un.sigma_j**2 * b >= un.sigma_i**2 * (n - 1))),
    ("SAMPLING-CYCLIC-TWO", "no start is lost", part(tb.exceptions, 0)),
    ("SAMPLING-CYCLIC-TWO", "two starts are lost", part(tb.exceptions, 2)),
    ("SAMPLING-CYCLIC-ROOM", "any step size, any batches", less("step size", "two batches")),
    ("MOMENTUM-CONFINED", "steps up to (1 - beta)^2",
     under("small step", And(Gt(a, 0), Le(a, 3 * (1 - beta) ** 2)))),
    ("MOMENTUM-CONFINED", "a moving start", less("zero velocity", "small step")),
    ("MOMENTUM-CONFINED", "a radius of 3/2",
     lambda x: says(Le(_symbol(x.id, "r2_t"), 3 * HALF))(x)),
    *((x, "a cone four times as wide", under(name, Or(*linear, Le(
        mo.u**2 * (1 - beta - 2 * a) ** 2, (8 * a) ** 2)))) for x, name, *linear in (
            ("MOMENTUM-EXPONENT", mo.CONE.name), ("MOMENTUM-LOCAL", mo.NEURON.name, Eq(below, 1)),
            ("MOMENTUM-OFF", mo.NEURON.name, Eq(below, 1)))),
    ("LYAPUNOV", "the radial direction alone", lambda x: part(_lyapunov().lhs, _lyapunov())(x)),
    ("NON-UNIFORMITY", "batches that depend on the past",
     both(word(words.INDEPENDENT, None), less("batch size"))),
    ("EPOCH-DRIFT", "with replacement", word(words.RESHUFFLED, words.WITH_REPLACEMENT)),
    ("COLLAPSE", "oblique data, every batch",
     both(word(words.ORTHONORMAL, words.UNIT_DATA), word(words.UNIFORM, None))),
    ("BATCH-SHARPNESS", "at most 4/n", lambda x: part(
        _symbol(x.id, "h_near"), Le(_symbol(x.id, "h_near"), 4 / n))(x)),
    ("SADDLE-PHASES", "for all b", less("step size", "norms")),
    ("SADDLE-CAPTURE", "half the chance to leave",
     lambda x: says(Ge(x.formula.gts, (1 + x.formula.lts) / 2))(x)),
    ("BATCH-SHARPNESS-CYCLE", "below the edge", under("past the edge", Gt(a, HALF / 2))),
    ("SCALING-EPOCH", "up to a = 2", under("step size", And(Gt(a, 0), Lt(a, 2)))),
    # an item of the same kind that is no neighbour of the claim's
    *((x, "subsets or indices", word(words.UNIFORM, words.INDEPENDENT)) for x in (
        "WALK-DRIFT", "CAPTURE", "REACH-TIME", "SGD-EDGE", "TIME-BEST", "MOMENTUM-LOCAL", "SADDLE-NEVER")),
    *((x, "another limit", word(was, words.SMALL_STEPS_LATE)) for x, was in (
        ("UNIVERSAL-DECAY", words.TWO_COEFFICIENTS), ("TIME-TWO", words.SMALL_STEPS_LINEAR))),
    ("GD-GAUSSIAN", "cyclic", word(words.FULL, words.CYCLIC)),
    ("SADDLE-TRAP", "oblique unit data", word(words.ORTHOGONAL, words.UNIT_DATA)),
    # two symbols' meanings exchanged
    *((x, "exchanged", exchanged(*names)) for x, names in (
        ("WALK-DRIFT-LOW", ("q_i", "q_j")), ("NONORTH-FIXED", ("q_i", "r2")),
        ("INIT-RADIUS", ("s", "f")), ("INIT-RADIUS", ("s", "k")), ("TWO-POINTS", ("E_tau", "P_A")),
        ("NONORTH-OBTUSE", ("r2", "t")), ("SCALING-ETA-B", ("C_ms", "r_1")),
        *(("SCALING-ETA-B", x) for x in combinations(("r_1", *map(str, RATIOS)), 2)))),
]  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize(
    "claim_id, name, change", SABOTAGES, ids=[f"{x}, {y}" for x, y, _ in SABOTAGES]
)
def test_a_sabotage_is_not_accepted(claim_id: str, name: str, change: Change) -> None:
    assert fate(change(claims[claim_id])) in REFUSED, name


@pytest.mark.parametrize(
    "claim_id, names",
    [("FOSTER", ("E_tau", "V_next")), ("SUPERMARTINGALE-CRITERIA", ("P_B", "f_next"))],
)
def test_what_a_walk_earns_is_no_value_of_its_next_step(
    claim_id: str, names: tuple[str, str]
) -> None:
    """Read so FOSTER is false: V may be anything where the walk stops.  It held: no law was allowed."""
    found = falsify(exchanged(*names)(claims[claim_id]), seconds=0.1)
    assert isinstance(found, Found)
    assert "'Jump' object has no attribute" in found.detail


@pytest.mark.parametrize("batches", [words.RESHUFFLED, words.FAIR_BATCHES], ids=str)
@pytest.mark.parametrize(
    "claim_id", in_ci_but(["Q-GRAM-PERRON", "Q-GRAM-ORDER", "Q-GRAM-EDGE"], "Q-GRAM-EDGE")
)
def test_the_setting_of_a_lemma_that_is_carried_in_prose_is_asked_for(
    claim_id: str, batches: Item
) -> None:
    """K of rank one, a sample of curvature 1 and one of 3 in turn, each once an epoch: all C < 4/3 are stable,
    and 1 is claimed as the most.
    """
    wrong = claims[claim_id].with_item(words.INDEPENDENT, batches)
    assert check(wrong, quick=True).name in REFUSED


@pytest.mark.thorough
@pytest.mark.parametrize("claim_id", DROPPED)
def test_a_claim_without_a_hypothesis_is_not_accepted(claim_id: str) -> None:
    fates = {x: fate(less(x)(claims[claim_id])) for x in DROPPED[claim_id]}
    assert {x: said for x, said in fates.items() if said not in REFUSED} == {}


@pytest.mark.thorough
def test_a_word_edited_in_its_place_is_seen() -> None:
    """All claims at once: what "uniform subsets" draws, and its chances, are everything from n = 8 on."""
    was = {name: getattr(words.UNIFORM, name) for name in ("sample", "gives")}
    for name in was:
        object.__setattr__(words.UNIFORM, name, getattr(FULL_FROM_8, name))
    try:
        for claim_id in ("FIXED-POINTS", "REACH", "CAPTURE", "COLLAPSE"):
            assert isinstance(falsify(claims[claim_id], seconds=2.0), Falsified), claim_id
    finally:
        for name, value in was.items():
            object.__setattr__(words.UNIFORM, name, value)
    assert not isinstance(falsify(claims["REACH"], seconds=0.5), Falsified)


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
