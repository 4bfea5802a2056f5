"""Jobs of one key go to one process, unless there is nothing else to do for another."""

from __future__ import annotations

import pytest

from theorem_audit.weigh.turns import Turns

Job = tuple[str | None, int]


def _turns(*jobs: Job) -> Turns:
    found = Turns(lambda job: job[0])
    found.extend(jobs)
    return found


def test_a_process_goes_on_with_its_own_key() -> None:
    turns = _turns(("a", 1), ("b", 1), ("a", 2), ("b", 2))
    assert [turns.take("b"), turns.take("b"), turns.take("b")] == [("b", 1), ("b", 2), ("a", 1)]
    assert len(turns) == 1


def test_a_key_at_work_elsewhere_is_left_alone_while_there_are_others() -> None:
    turns = _turns(("a", 1), ("a", 2), ("a", 3), (None, 1), ("b", 1))
    assert turns.take(None, {"a"}) == (None, 1)
    assert turns.take(None, {"a", None}) == ("b", 1)
    assert turns.take(None, {"a"}) == ("a", 3), "it helps from the end"
    assert turns.take("a", {"a"}) == ("a", 1)


def test_it_helps_where_most_is_left() -> None:
    turns = _turns(("a", 1), ("b", 1), ("b", 2))
    assert turns.take("c", {"a", "b"}) == ("b", 2)


def test_jobs_that_are_asked_again_come_first() -> None:
    turns = _turns(("a", 1), ("b", 1))
    turns.again([("c", 1), ("b", 0)])
    assert len(turns) == 4
    assert [turns.take() for _ in range(4)] == [("c", 1), ("b", 0), ("b", 1), ("a", 1)]
    with pytest.raises(IndexError):
        turns.take()
