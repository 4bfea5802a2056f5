"""The battery of a worker's answers: what is no part of one, and what is another's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import numpy as np
from sympy import Symbol

from tests.tool.judged.tools import raises
from theorem_audit.weigh.outcome import Outcome

X = Symbol("x", real=True)
ASKED = Outcome("A", "t", "symbolic", ("s",), "not_run", case="c", seed=3, needs="n")
GOOD = replace(
    ASKED, outcome="passed", checks=1, uses=("B",), notes=("a",), read=("k",), witness={"x": "1"}
)


@dataclass(frozen=True)
class Box:
    """A known class."""

    inside: Any
    more: int = 0


class Number(int):
    """As NumPy's numbers are: a plain one of another class."""


def answers_hold(judge: ModuleType) -> None:
    """What is written is read again, all else is refused; and an outcome must be the one that was asked for."""
    for value in (
        None, True, 3, -2.5, "x\ud800", [1, [2]], (1, ("a",)), {1, 2}, frozenset((3,)), {("a", "b"): {"c"}},
        {}, (), Box((1, {"x"}), 2), [Box(None)], float("inf"),
    ):  # fmt: skip
        found = judge.read(judge.written(value, [Box]), [Box])
        assert (found, type(found)) == (value, type(value))
    for value, plain in ((Number(7), 7), (np.float64(0.5), 0.5), (np.str_("a"), "a")):
        found = judge.read(judge.written(value, ()), ())
        assert (found, type(found)) == (plain, type(plain))
    for value in (Box(1), [{1: object()}], (X,), b"a", lambda: None, Box, {"a": Box(1)}):
        assert "is no part of an answer" in raises(
            judge.NotPlain, lambda v=value: judge.written(v, ())
        )
    for known in (GOOD, Number):
        assert raises(judge.NotPlain, lambda k=known: judge.written(Box(k), [Outcome]))
    for text in (
        b"", b"{", b"{}", b'["Box", {"inside": 1}]', b'["eval", ["1"]]', b"[[]]", b'["dict", [1]]',
        b'["set", [["list", []]]]', b'["Box", {"other": 1}]', b"[" * 100_000,
    ):  # fmt: skip
        known = [Box] if b"other" in text else []
        raises(judge.NotPlain, lambda t=text, k=known: judge.read(t, k))
    assert judge.doubt(GOOD, ASKED) == ""
    for many in ((GOOD,), None, {}, "passed"):
        assert judge.doubt(many, ASKED)
    for name, other in (
        ("claim_id", "B"), ("test", "u"), ("kind", "kernel"), ("steps", ("r",)), ("case", ""), ("seed", 4),
        ("needs", ""),
    ):  # fmt: skip
        assert judge.doubt(replace(GOOD, **{name: other}), ASKED) == f"its {name} is another"
    for changes in (
        {"outcome": "proved"}, {"checks": 0}, {"checks": 1.0}, {"checks": True}, {"seconds": float("nan")},
        {"seconds": "1"}, {"error": -0.1}, {"error": 1.1}, {"error": None}, {"power": float("inf")},
        {"power": "1"}, {"smallest_visible": float("nan")}, {"detail": 1}, {"detail": "\ud800"},
        {"notes": ["a"]}, {"notes": (1,)}, {"uses": "B"}, {"uses": None}, {"read": (None,)}, {"witness": ()},
        {"beyond": ["a"]}, {"reader": (1,)},
        {"witness": {"x": 1}}, {"witness": {1: "x"}},
    ):  # fmt: skip
        assert judge.doubt(replace(GOOD, **changes), ASKED), changes
    for changes in (
        {"outcome": "refuted", "checks": 0}, {"error": 0}, {"error": 1.0}, {"power": 0.5},
        {"smallest_visible": 2.0}, {"checks": 9}, {"outcome": "not_run", "checks": 0}, {"notes": ()},
    ):  # fmt: skip
        assert judge.doubt(replace(GOOD, **changes), ASKED) == "", changes
