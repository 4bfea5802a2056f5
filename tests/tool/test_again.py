"""A run that a search has played stands for the same run of another variant, and for no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.falsify.model.draw import until
from tests.falsify.walks.play import Clock
from theorem_audit.doubt import again, searched
from theorem_audit.doubt.falsify import Falsified, Found
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theorem_audit.weigh.watching import together
from theory import claims


class Time:
    """The processor's time, which goes on as it is told to."""

    now = 0.0

    def process_time(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    found = Time()
    monkeypatch.setattr(again, "time", found)
    monkeypatch.setattr(again, "_clock", again._Clock())
    again.forget()
    yield found
    again.forget()


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def walk_of(time: Time) -> tuple[Any, list[Any]]:
    """A function that is kept, takes a second, and notes what it was called with."""
    called: list[Any] = []

    @again.kept
    def walk(rng: np.random.Generator, *given: Any) -> tuple[np.ndarray, int]:
        called.append(given)
        time.now += 1.0
        return rng.random(3), len(called)

    return walk, called


def test_the_same_run_is_played_once_and_takes_its_time_twice(time: Time) -> None:
    walk, called = walk_of(time)
    rngs = [generator(), generator()]
    (one, first), (two, second) = (walk(rng, 1, np.arange(3)) for rng in rngs)
    assert len(called) == first == second == 1
    assert (one == two).all()
    assert again.now() == 2.0
    assert time.now == 1.0
    assert rngs[0].random() == rngs[1].random() != generator().random(), "where a run leaves it"


COIN = Item("coin", "fair", "the coin is fair", "p", sample=lambda rng: 0, holds=lambda p: True)


def test_any_other_argument_or_place_of_the_generator_is_another_run(time: Time) -> None:
    walk, called = walk_of(time)
    edited = Item("coin", "fair", "the coin is fair", "p", sample=lambda rng: 1, holds=COIN.holds)
    given: list[tuple[Any, ...]] = [
        (), (1,), (1.0,), (True,), ("1",), ([1],), ((1,),), ({"n": 1},), ({"n": 2},), ((1, 1),), (1, 1),
        (np.arange(2),), (np.arange(2.0),), (np.arange(2)[None],), (np.arange(2).view(float),),
        (COIN,), (edited,),
        (Item("coin", "fair", "the coin is fair", "p", sample=COIN.sample, holds=COIN.holds,
              gives={"mean": 1}),),
    ]  # fmt: skip
    for x in given:
        walk(generator(), *x)
    late = generator()
    late.random()
    walk(late)
    assert len(called) == len(given) + 1
    other, calls = walk_of(time)
    other(generator())
    assert len(calls) == 1, "another function"


def test_an_item_edited_in_its_place_is_another(time: Time) -> None:
    walk, called = walk_of(time)
    item = Item("coin", "fair", "the coin is fair", "p", sample=COIN.sample, holds=COIN.holds)
    walk(generator(), item)
    object.__setattr__(item, "sample", lambda rng: 1)
    walk(generator(), item)
    object.__setattr__(item, "gives", {"mean": 1})
    walk(generator(), item)
    assert len(called) == 3


def test_what_is_kept_cannot_be_written_over(time: Time) -> None:
    walk, _ = walk_of(time)
    with pytest.raises(ValueError, match="read-only"):
        walk(generator())[0][:] = 0


def test_what_is_kept_is_no_change_of_what_judges(time: Time) -> None:
    walk, _ = walk_of(time)
    with together() as changed:
        walk(generator())
        walk(generator())
    assert again.now() == 2.0
    assert changed == []


def test_what_is_raised_is_raised_again(time: Time) -> None:
    called = []

    @again.kept
    def broken(rng: np.random.Generator) -> None:
        called.append(rng)
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            broken(generator())
    assert len(called) == 2


@pytest.mark.parametrize(
    ("ends", "mosts", "plays"),
    [
        (3, (5, 9), 1),
        (3, (9, 4), 1),
        (3, (9, 3), 2),
        (3, (2, 9), 2),
        (7, (5, 5), 1),
        (7, (5, 6), 2),
    ],
)
def test_a_run_that_ended_by_itself_is_that_of_any_larger_number_of_steps(
    time: Time, ends: int, mosts: tuple[int, int], plays: int
) -> None:
    called = []

    @again.kept
    def walk(rng: np.random.Generator, *, most: int) -> tuple[str, int]:
        called.append(most)
        steps = min(ends, most)
        return f"{steps} steps", steps

    found = [walk(generator(), most=most) for most in mosts]
    assert found == [(f"{min(ends, x)} steps", min(ends, x)) for x in mosts]
    assert len(called) == plays


def test_only_the_latest_runs_are_kept(time: Time) -> None:
    walk, called = walk_of(time)
    for k in (*range(again.MOST), 0, again.MOST, 0, again.MOST):
        walk(generator(), k)
    assert len(called) == again.MOST + 1, "the second was let go"
    walk(generator(), 1)
    assert len(called) == again.MOST + 2


def _cases(seconds: float) -> Iterator[Any]:
    clock = Clock(seconds)
    while clock.left:
        clock.played += 1
        yield clock.played


@pytest.mark.parametrize("timed", [until, _cases], ids=["until", "Clock"])
def test_a_search_plays_as_many_cases_of_kept_runs_as_of_new_ones(time: Time, timed: Any) -> None:
    walk, called = walk_of(time)

    def search() -> int:
        rng = generator()
        return sum(1 for _ in timed(3.5) if walk(rng))

    assert [search(), search()] == [4, 4]
    assert len(called) == 4
    assert time.now == 4.0


def test_the_claim_is_played_for_as_long_as_its_variant_with_what_was_not_played_again(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, _ = walk_of(time)
    claim, asked = claims["GRAD"], []

    def play(of: Claim, seconds: float) -> Found:
        asked.append(seconds)
        if of is claim:
            return Found(of.id, "held", 1)
        walk(generator())
        return Falsified(of.id, "falsified")

    monkeypatch.setattr(searched, "falsify", play)
    searched.forget()
    for _ in range(2):
        assert searched.counterexample(claim.with_item(claim.items[0], None), 0.5)
        searched.forget()
    assert asked == [0.5, 2.0, 0.5, 2.0]


def test_what_a_caller_does_to_a_list_is_not_seen_by_the_next(time: Time) -> None:
    """Mended: lists and tables were given back as they were kept, and an end that one variant's search added to
    one stood there for the next.
    """

    @again.kept
    def ends(rng: np.random.Generator) -> tuple[Any, ...]:
        return [1, [2]], {"a": [3], "b": np.zeros(1)}, {4}

    for _ in range(3):
        items, table, some = ends(generator())
        assert (items, table["a"], some) == ([1, [2]], [3], {4})
        items[1].append(0)
        table["a"].append(0)
        some.add(0)
        with pytest.raises(ValueError, match="read-only"):
            table["b"][0] = 1
