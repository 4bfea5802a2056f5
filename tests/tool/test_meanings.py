"""Symbols whose meaning is played: another meaning is seen, and a meaning that cannot be is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from sympy import Eq

from tests.falsify.walks import reach
from tests.tool.shared_meanings import SHARED
from theorem_audit.doubt.falsify import Falsified, Held, falsify
from theorem_audit.doubt.variants import meaning_variants
from theorem_audit.exact.zero import relations
from theorem_audit.kinds import MEANING, NO_RUN
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import Meaning, OutOfReach, Parameter, line_of, meanings_of
from theorem_audit.statement.recording import recording_hypotheses
from theorem_audit.tests.thorough import thorough_but
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.told import Told, describe, stated
from theorem_audit.weigh.unread import meanings_played, out_of_reach
from theory import claims
from theory.legend import LEGEND
from theory.vocabulary import (
    batch_means,
    crossover,
    ending,
    factors,
    gram,
    levels,
    maps,
    meanings,
    minima,
    moves,
    neuron,
    observables,
    passages,
    places,
    runs,
    selecting,
    slow_time,
    sums,
    windows,
)
from theory.vocabulary.meanings import Curvature, Ends, Move

SPARSE = claims["SGD-SPARSE"]
VARIANTS = {
    f"{claim.id}, {v.name}": v
    for claim in claims.values()
    if meanings_of(claim.symbols)
    for v in meaning_variants(claim)
}
QUICK = tuple(
    x for x in VARIANTS if x.startswith(("SGD-SPARSE", "GD-ALIGN,", "SGD-RATE,", "SADDLE-TRAP,"))
)


def _refuted(claim: Claim) -> bool:
    """Whether one of some searches finds it, each twice as long as the last: a busy machine plays few cases."""
    return any(isinstance(falsify(claim, seconds=0.5 * 2**k, seed=k), Falsified) for k in range(6))


@pytest.mark.parametrize("name", QUICK)
def test_another_meaning_of_a_symbol_is_refuted(name: str) -> None:
    assert _refuted(VARIANTS[name].claim)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [x for x in VARIANTS if x not in QUICK])
def test_no_meaning_can_be_exchanged(name: str) -> None:
    assert isinstance(falsify(VARIANTS[name].claim, seconds=1), Falsified)


def test_the_same_meaning_said_otherwise_is_held() -> None:
    """A placebo: other words and another function, the same numbers."""
    same = Meaning(
        "chance of ending on a live datum", lambda run: SPARSE.meaning("P_sparse").value(run) * 1
    )
    assert isinstance(falsify(SPARSE.with_meaning("P_sparse", same), seconds=0.5), Held)


def test_a_search_asks_the_claim_and_that_is_counted() -> None:
    with recording_hypotheses() as seen:
        falsify(SPARSE, seconds=0.5)
    read = tuple(kind for _, kind in seen)
    assert {f"{MEANING}{x}" for x in meanings_of(SPARSE.symbols)} <= {*read}
    found = Outcome("SGD-SPARSE", "t", "search", (), "passed", checks=1, read=read)
    told = {"SGD-SPARSE": Told.of(SPARSE)}
    names = {"P_sparse", "a", "b", "n", "r2", "rho_oo", "s", "sigma_oo", "z_oo"}
    assert {*SPARSE.names} == names
    assert meanings_played(told, {"SGD-SPARSE": [found]}) == (9, 9), "five of them are drawn"
    assert meanings_played(told, {"SGD-SPARSE": [replace(found, outcome="refuted")]}) == (0, 9)


def test_what_no_run_can_compute_is_counted_apart() -> None:
    apart = OutOfReach("limit", why="a limit")
    told = {"SGD-SPARSE": Told.of(replace(SPARSE, symbols={**SPARSE.symbols, "z_oo": apart}))}
    found = Outcome("SGD-SPARSE", "t", "search", (), "passed", checks=1, read=(f"{MEANING}a",))
    assert out_of_reach(told, {"SGD-SPARSE": [found]}) == 1
    assert out_of_reach(told, {"SGD-SPARSE": [replace(found, read=(f"{MEANING}z_oo",))]}) == 0
    beyond = replace(found, outcome="not_run", read=(), detail=f"{NO_RUN}: a reason")
    assert out_of_reach(told, {"SGD-SPARSE": [beyond]}) == 9
    with pytest.raises(ValueError, match="says why"):
        OutOfReach("limit", why=" ")


PLAYED_BY = {f"{name} of {x}": (x, name) for x, names in SHARED.items() for name in names}


def _shared(claim_id: str, name: str) -> Meaning:
    """The shared meaning behind a claim's line, which may say it in the claim's own words."""
    said = line_of(claims[claim_id].symbols, claims[claim_id].chapter, name)
    assert isinstance(said, Meaning)
    (found,) = [x for x in CLOSED if x.value is said.value]
    return found


MODULES = (
    batch_means, crossover, ending, factors, gram, levels, maps, meanings, minima, moves, neuron,
    observables, passages, places, runs, selecting, slow_time, sums, windows,
)  # fmt: skip
CLOSED = tuple(
    {
        id(x): x
        for module in MODULES
        for x in vars(module).values()
        if isinstance(x, Meaning) and x.near
    }.values()
)


@pytest.mark.parametrize(
    "played", thorough_but(PLAYED_BY, *list(PLAYED_BY)[::24], in_ci=list(PLAYED_BY)[::6])
)
def test_a_shared_symbol_read_otherwise_is_refuted(played: str) -> None:
    """One claim for each meaning; every claim that plays it takes it from the same place."""
    claim_id, name = PLAYED_BY[played]
    near = _shared(claim_id, name).near
    assert near
    found = {}
    for other in near:
        wrong = claims[claim_id].with_meaning(name, other)
        found[str(other)] = _refuted(wrong)
    assert all(found.values()), found


def test_each_shared_meaning_with_neighbours_is_tried() -> None:
    told = {
        said.value
        for lines in (*LEGEND.values(), *(claim.symbols for claim in claims.values()))
        for said in lines.values()
        if isinstance(said, Meaning)
    }
    tried = {_shared(x, name).value for x, name in PLAYED_BY.values()}
    own = {
        said.value
        for claim in claims.values()
        for said in claim.symbols.values()
        if getattr(said, "near", ())
    }
    assert {x.value for x in CLOSED} & (told - own) <= tried


def test_every_meaning_has_a_neighbour_that_is_tried() -> None:
    """Its own, or that of the meaning which it says in other words."""
    with_near = {x.value for x in CLOSED if x.near}
    for claim in claims.values():
        for name, said in meanings_of(claim.symbols).items():
            assert said.near or said.value in with_near, (claim.id, name)


def test_a_parameter_is_nothing_that_a_claim_concludes() -> None:
    """A symbol that stands alone on one side of a conclusion is computed, unless the conditions speak of it."""
    for claim in claims.values():
        known = {str(x) for x in claim.region.free_symbols}
        said = {str(x.args[0]) for x in relations(claim.formula) if isinstance(x, Eq)}
        drawn = {
            x
            for x in claim.names
            if isinstance(line_of(claim.symbols, claim.chapter, x), Parameter)
        }
        assert not (said & drawn) - known, claim.id


def test_a_search_that_draws_no_parameter_plays_none() -> None:
    claim = claims["STEP"]
    with recording_hypotheses() as seen:
        claim.drawn(("a", "q_j", "nothing"))
    assert seen == {("STEP", f"{MEANING}a")}, "q_j is computed, and so is not drawn"


def test_a_meaning_is_a_part_of_the_statement() -> None:
    other = VARIANTS["SGD-SPARSE, other meaning: P_sparse: P(w -> x_1 or w -> -x_1)"].claim
    assert "Here" in other.sentence
    assert "P_sparse: P(w -> x_1 or w -> -x_1)" in other.sentence
    assert stated(other) != stated(SPARSE)
    assert describe(SPARSE)["symbols"]["P_sparse"] == str(meanings.ON_A_LIVE_DATUM)


def test_a_meaning_that_nothing_can_play_is_refused() -> None:
    with pytest.raises(
        LookupError, match="gives r2, s no meaning that can be played: 'squared norm"
    ):
        SPARSE.meaning("r2, s")
    with pytest.raises(ValueError, match="a meaning needs words"):
        Meaning("", len)
    assert SPARSE.idle == []
    assert replace(SPARSE, symbols={**SPARSE.symbols, "T": meanings.OTHERS}).idle == ["T"]
    with pytest.raises(ValueError, match=r"name='r2': claim SGD-SPARSE has meanings of P_sparse, "):
        SPARSE.with_meaning("r2", meanings.OTHERS)


def test_meanings_of_steps_and_points_by_hand() -> None:
    """Two batches with chances 1/2: factors 2 and 1/2 of the ratio; a Hessian with eigenvalues 3 and 1."""
    one, half = Fraction(1), Fraction(1, 2)
    moves = [Move(0.5, ((one, one), one), ((one, 2 * one), one)),
             Move(0.5, ((one, one), one), ((2 * one, one), half))]  # fmt: skip
    assert float(meanings.RATIO_EXPONENT.value(moves)) == pytest.approx(0)
    assert float(meanings.RATIO_EXPONENT.near[0].value(moves)) == pytest.approx(np.log(1.25))
    assert float(meanings.OFF_EXPONENT.value(moves)) == pytest.approx(-np.log(2) / 2)
    still = [Move(1, ((one, one), one), ((one, 0 * one), one))]
    assert float(meanings.RATIO_EXPONENT.value(still)) == -np.inf
    bend = Curvature(((2 * one, one), (one, 2 * one)), n=3)
    trace = meanings.hessian_trace("trace")
    assert [float(x.value(bend)) for x in (trace, *trace.near)] == [4, 12, 10]


def test_levels_where_one_leads_by_hand() -> None:
    """U by hand: at g = 1 it is 1/4, 1/2, 3/4, 2/3; the second and third lead by no more than 2."""
    sizes = [[Fraction(y) for y in x] for x in ((4, 1), (4, 2), (4, 3), (3, 1, 1), (4,))]
    by_two, by_four = moves.LEAD, moves.LEAD.near[0]
    for power, half, quarter in ((1, 0.5, 0.25), (2, 0.25, 0.0625)):
        x = moves.Leads(sizes, power)
        assert [float(y.value(x)) for y in (by_two, by_four)] == pytest.approx([half, quarter])
        assert float(moves.HALF_LEAD.value(x)) == pytest.approx(half / 2)
    last = moves.Leads([*sizes[:1], [Fraction(8), Fraction(5), Fraction(1)]], 1)
    assert float(by_two.value(last)) == pytest.approx(0.75), (
        "i leads the last of three, not the second"
    )


def test_a_schedules_chance_is_that_of_the_draws() -> None:
    """Of all words of three draws of two out of four, one is the schedule; cycles multiply."""
    pairs = list(combinations(range(4), 2))
    words = list(product(pairs, repeat=3))
    wanted = words.count(((0, 1), (0, 2), (0, 3)))
    x = moves.Words([Fraction(1, len(pairs))] * 3, 1, 4, 2)
    assert float(moves.DRAWN_SO.value(x)) == pytest.approx(wanted / len(words))
    twice = moves.DRAWN_SO.value(replace(x, cycles=2))
    assert float(twice) == pytest.approx((wanted / len(words)) ** 2)
    ordered = list(product(product(range(4), repeat=2), repeat=3))
    assert float(moves.DRAWN_SO.near[0].value(x)) == pytest.approx(1 / len(ordered))
    assert reach.in_turn(4, 2) == Fraction(1, len(pairs)), "one index after another, none twice"
    assert reach.in_turn(9, 4) == Fraction(1, len(list(combinations(range(9), 4))))


def test_traps_by_hand() -> None:
    data, start = np.diag([2.0, 1.0]), np.array([[-0.3, 0.1], [0.3, 0.1], [0.3, 0.1]])
    run = Ends(start, np.array([[-1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]]), data, relu=False)
    assert [x.value(run).tolist() for x in (meanings.TRAPPED, *meanings.TRAPPED.near)] == [
        [True, False, False], [False, True, False], [False, False, True],
    ]  # fmt: skip


def test_meanings_of_runs_by_hand() -> None:
    """Two runs in R^3, data e_1, e_2: one ends on -e_2, one stays between them and off them."""
    start = np.array([[0.1, -0.5, 0.2], [0.5, 0.5, 0.1]])
    end = np.array([[0.0, -1.0, 0.0], [0.6, 0.0, 0.8]])
    run = Ends(start, end, np.eye(2, 3), relu=False)
    assert meanings.ON_A_LIVE_DATUM.value(run).tolist() == [True, False]
    assert meanings.ON_THE_FIRST.value(run).tolist() == [False, False]
    assert meanings.OPPOSITE.value(run).tolist() == [False, False]
    assert meanings.WINNER_SQUARE.value(run) == pytest.approx([1, 0.36])
    assert meanings.OTHERS.value(run) == pytest.approx([0, 0])
    assert meanings.OFF_THE_LIVE.value(run) == pytest.approx([0, 0.64])
    assert meanings.AT_START.value(run) == pytest.approx([0.25, 0.25])
    assert meanings.FOURTHS.value(run) == pytest.approx([1, 0.6**4])
    closed = Ends(start, end, np.eye(2, 3), relu=True)
    assert meanings.ON_A_LIVE_DATUM.value(closed).tolist() == [False, False], "e_2 is passive"
    assert meanings.SHARE_KEPT.value(run)[0] == pytest.approx(0.25 / 0.30)
