"""The theory's vocabulary: what is drawn obeys the word, what is not implied does not, and claims use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import symbols

from theorem_audit.statement import setting
from theorem_audit.statement.vocabulary import Item, Kind
from theorem_audit.tests.thorough import IN_CI
from theory import claims
from theory import vocabulary as words
from theory.vocabulary import batches as drawn

Q = symbols("q_1:4", real=True)
DRAWS = 60


def pairs(kind: Kind, implied: bool) -> list[tuple[Item, Item]]:
    """(drawn, asked): items of a kind that can be drawn and tested, by whether one implies the other."""
    return [
        (x, y) for x in kind if x.sample for y in kind if y.holds and kind.implied(x, y) is implied
    ]


def thing(kind: Kind, item: Item, rng: np.random.Generator) -> tuple[Any, ...]:
    """Something drawn by an item, as the arguments of ``holds``."""
    assert item.sample is not None
    if kind is words.DATA:
        return (item.sample(rng, int(rng.integers(1, 5)), 5),)
    if kind is words.NEURON:
        return (item.sample(rng),)
    if kind is words.START:
        return (item.sample(rng, 3000, 4),)
    if kind is words.VELOCITY:
        return (item.sample(rng, [Fraction(1), Fraction(2)]),)
    if kind is words.STATE:
        minimum = (
            item is words.MINIMUM
        )  # on data of norm 1 alone a unit vector in their span is one
        data = (words.ORTHONORMAL if minimum else words.ORTHOGONAL).sample(rng, 3, 4)  # type: ignore[misc]
        activation = str(rng.choice(["linear", "relu"]))
        return (item.sample(rng, data, activation), data, activation)
    if kind is words.FUNCTION:
        return (item.sample(rng, Q), Q)
    assert kind is words.FIT
    return (item.sample(rng, 5),)


EXACT = [
    words.DATA, words.NEURON, words.START, words.VELOCITY, words.STATE, words.FUNCTION, words.FIT,
]  # fmt: skip


MANY = pytest.param(words.FUNCTION, marks=IN_CI)  # most pairs, and the slowest


@pytest.mark.parametrize(
    "kind", [MANY if x is words.FUNCTION else x for x in EXACT], ids=lambda kind: kind.name
)
def test_what_is_drawn_obeys_what_it_implies(kind: Kind) -> None:
    found = pairs(kind, True)
    assert found
    for number, (item, other) in enumerate(found):
        rng = np.random.default_rng([1, number])
        for _ in range(4 if kind is words.START else DRAWS):
            assert other.holds is not None
            assert other.holds(*thing(kind, item, rng)), f"{item} drawn, {other} asked"


@pytest.mark.parametrize("kind", EXACT, ids=lambda kind: kind.name)
def test_what_is_not_implied_fails_somewhere(kind: Kind) -> None:
    for number, (item, other) in enumerate(pairs(kind, False)):
        rng = np.random.default_rng([2, number])
        assert other.holds is not None
        tries = (other.holds(*thing(kind, item, rng)) for _ in range(DRAWS))
        assert not all(tries), f"everything that {item} draws is {other}"


PROCESSES: dict[str, Callable[[int, int], drawn.Process]] = {
    "uniform subsets": lambda n, b: lambda past: drawn.uniform_law(n, b),
    "with replacement": lambda n, b: lambda past: drawn.replacement_law(n, b),
    "full batch": lambda n, b: lambda past: {tuple(range(n)): Fraction(1)},
    "reshuffled": lambda n, b: lambda past: drawn.epoch_law(n, b, past),
    "cyclic": lambda n, b: (
        lambda past: {tuple(range(b)) if len(past) % 2 == 0 else (2, 3): Fraction(1)}
    ),
    "any sequence": lambda n, b: lambda past: {(0, 1): Fraction(1)},
}


def test_a_way_of_drawing_is_recognised_by_its_conditional_law() -> None:
    """n = 4, b = 2: each process is its own item, and exactly what that implies."""
    for name, process in PROCESSES.items():
        for other in words.BATCHES:
            if other.holds is not None:
                expected = words.BATCHES.implied(words.BATCHES[name], other)
                assert other.holds(process(4, 2), 4, 2) is expected, (name, other.name)


def first(batches: Iterator[drawn.Batch], count: int) -> list[drawn.Batch]:
    return [next(batches) for _ in range(count)]


@pytest.mark.parametrize("name", ["uniform subsets", "with replacement", "reshuffled"])
def test_drawn_batches_have_the_law(name: str) -> None:
    """12,000 first and second batches of n = 4, b = 2: chi-square, refused with chance 1e-9."""
    from scipy import stats

    law = PROCESSES[name](4, 2)
    rng = np.random.default_rng(3)
    sample = words.BATCHES[name].sample
    assert sample is not None
    seen: dict[tuple[drawn.Batch, ...], int] = {}
    for _ in range(12_000):
        key = tuple(first(sample(rng, 4, 2), 2))
        seen[key] = seen.get(key, 0) + 1
    expected = {(x, y): p * q for x, p in law(()).items() for y, q in law((x,)).items() if q}
    assert set(seen) <= set(expected)
    counts = [seen.get(key, 0) for key in expected]
    assert stats.chisquare(counts, [12_000 * float(x) for x in expected.values()]).pvalue > 1e-9


def test_deterministic_ways_are_what_they_say() -> None:
    rng = np.random.default_rng(4)
    for n, b in ((1, 1), (4, 2), (9, 3), (12, 4)):
        cycle = first(words.CYCLIC.sample(rng, n, b), 3 * (n // b))  # type: ignore[misc]
        assert words.CYCLIC.holds is not None
        assert words.CYCLIC.holds(lambda past, x=cycle: {x[len(past)]: Fraction(1)}, n, b)
        fair = first(words.FAIR_BATCHES.sample(rng, n, b), 12 * n)  # type: ignore[misc]
        assert {i for x in fair for i in x} == set(range(n))
        assert set(first(words.FULL.sample(rng, n, b), 5)) == {tuple(range(n))}  # type: ignore[misc]
    with pytest.raises(ValueError, match="size=2: must divide points=3"):
        first(words.CYCLIC.sample(rng, 3, 2), 1)  # type: ignore[misc]


def test_orthonormal_data_need_room() -> None:
    with pytest.raises(ValueError, match="points=3: at most dimension=2"):
        words.ORTHONORMAL.sample(np.random.default_rng(0), 3, 2)  # type: ignore[misc]


def test_every_hypothesis_is_a_condition_or_a_word_of_the_vocabulary() -> None:
    used = set()
    for claim in claims.values():
        for x in claim.assumptions:
            assert x.condition is not None or x.item is not None, f"{claim.id}: {x.name}"
        for item in claim.items:
            used.add(setting.kind_of(item, {k.name: k for k in words.KINDS}))
    assert used == set(words.KINDS), "a kind that no claim uses"


@pytest.mark.parametrize("claim_id", list(claims))
def test_a_sentence_says_every_hypothesis_and_every_conjunct(claim_id: str) -> None:
    claim = claims[claim_id]
    sentence = claim.sentence
    for item in claim.items:
        assert item.words in sentence
    for x in claim.assumptions:
        if x.condition is not None:
            for symbol in x.condition.free_symbols:
                assert str(symbol) in sentence
    for symbol in claim.formula.free_symbols:
        assert str(symbol) in sentence
