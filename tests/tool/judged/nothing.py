"""The battery of checks over nothing: calls, arrays and loops that are over none, and what is left alone."""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, ModuleType
from typing import Any

import numpy as np
from sympy import Ge, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.tools import outcome, raises
from theorem_audit import expect as plain_expect
from theorem_audit.checks import expect
from theorem_audit.checks.run_context import RunContext, running
from theorem_audit.tests import test_over_nothing as tables
from theorem_audit.tests.made_up import claim

ODD = claim(Ge(Symbol("x", real=True), 0))
NAME = "<made for a battery>"


def over_nothing_holds(judge: ModuleType) -> None:
    """All of nothing, of an empty array, and a loop over nothing are told; what checks something is not."""
    _both_say_what_pythons_say(judge)
    with _asked_by(judge):
        tables_are_told(judge)
        _items(judge)
        _entries(judge)
        _loops(judge)


@contextmanager
def _asked_by(judge: ModuleType) -> Iterator[None]:
    """What expectations ask, and the ``all`` and ``any`` of the file of tables, are those judged."""
    with (
        replaced(expect, expect_items=judge.expect_items, expect_entries=judge.expect_entries),
        replaced(tables, all=judge.noted_all, any=judge.noted_any),
    ):
        yield


def _both_say_what_pythons_say(judge: ModuleType) -> None:
    for items in ([], [0], [1], [0, 1], [1, 0], ["", None], [1, 1], [1, 1, 0], [0, 0, 1], [[]]):
        for name in ("all", "any"):
            assert getattr(judge, f"noted_{name}")(iter(items)) is getattr(builtins, name)(items), (
                items
            )
    for name, first in (("all", 0), ("any", 1)):
        rest = iter([1 - first, first, 5])
        getattr(judge, f"noted_{name}")(rest)
        assert next(rest) == 5, "no more is taken than is needed"
    names: dict[str, Any] = {"any": sum}
    judge.give(names)
    assert names == {"any": sum, "all": judge.noted_all}
    judge.give(names := {})
    assert names == {"any": judge.noted_any, "all": judge.noted_all}


def tables_are_told(judge: ModuleType) -> None:
    """The rows of the tests."""
    for table, said in (
        (tables.OVER_NOTHING, "over nothing, so that no item was checked"),
        (tables.OF_NO_ENTRY, "is empty, so that no entry was checked"),
        (tables.OVER_SOMETHING, None),
        (tables.OF_SOME_ENTRY, None),
    ):
        for check in table:
            became, words, _ = outcome(check)
            told = f"m: {words[3:]}"
            where = check.__code__.co_firstlineno
            expected = ("passed", "") if said is None else ("ValueError", told)
            assert (became, words) == expected, where
            assert said is None or words.endswith(said), where
    for loop in tables.LOOPS_OVER_NOTHING:
        first = loop.__code__.co_firstlineno
        told = _unasked(judge, loop)
        ours = (f"its loop in line {n} ran over nothing, so that none of the checks in it was made"
                for n in range(first + 1, first + 6))  # fmt: skip
        assert told in [*ours], loop.__name__
    for loop in tables.LOOPS_OVER_SOMETHING:
        assert _unasked(judge, loop) == "", loop.__name__


def _unasked(judge: ModuleType, function: Callable[[Any], Any]) -> str:
    with running(RunContext()) as context:
        function(ODD)
    found: str = judge.unasked(function, context.asked)
    return found


def _items(judge: ModuleType) -> None:
    """What is noted is of one call, once; within another's arguments it is that one's own business."""
    nothing, some = tables.NOTHING, tables.SOME

    def twice() -> None:
        for whole, items in ((False, some), (True, nothing), (False, some)):
            plain_expect(whole or judge.noted_all(items), "m")

    def said_once() -> None:
        assert raises(ValueError, lambda: plain_expect(judge.noted_all(nothing), "m"))
        plain_expect(True, "beside")

    def by_lines() -> None:
        text = (
            "all(NOTHING)\nexpect(\n    not NOTHING, 'm'\n); all(NOTHING)\n"
            "any(NOTHING); expect(all(SOME), 'm'); all(NOTHING)\n"
        )
        names = {"all": judge.noted_all, "any": judge.noted_any, "expect": plain_expect}
        exec(compiled(text), {**names, "NOTHING": nothing, "SOME": some})

    def around() -> None:
        judge.noted_all([plain_expect(x > 0, "m") is None for x in some])
        judge.noted_all([plain_expect(judge.noted_all(some), "m") is None for x in some])

    for check in (twice, by_lines, around):
        assert outcome(check)[:2] == ("passed", ""), check.__name__
    said_once_outcome = outcome(said_once)
    assert said_once_outcome[:2] == ("passed", "")
    for say, check in (
        ("any", lambda: plain_expect(not judge.noted_any(nothing), "m")),
        ("all", lambda: plain_expect(judge.noted_all(nothing), "m")),
        ("all", lambda: plain_expect(
            (judge.noted_all(some) and not judge.noted_any([judge.noted_all(nothing)]))
            or judge.noted_all(nothing),
            "m",
        )),
    ):  # fmt: skip
        words = f"m: {say}(...) over nothing, so that no item was checked"
        assert outcome(check)[:2] == ("ValueError", words)
    assert outcome(lambda: plain_expect(judge.noted_all(nothing), "m"))[2].counted == {}
    kept = outcome(lambda: (judge.noted_all(nothing), plain_expect(judge.noted_all(some), "m")))[
        2
    ].counted
    assert [*kept.values()] == ["all"], (kept, "what stands beside is kept for its own call")
    with running(RunContext()) as context:
        context.again = True
        plain_expect(judge.noted_all(nothing), "an example may be an empty one")
        plain_expect(np.all(np.array(nothing) > 0), "the same")
    assert len(context.counted) == 1


def _entries(judge: ModuleType) -> None:
    """Which parts of a call are looked at, and what of it has no length."""
    for text, parts in (
        ("np.all(x > 0)", ["x"]), ("numpy.allclose(x, y[1:])", ["x", "y[1:]"]), ("x.all()", ["x"]),
        ("(x[a:b] > 0).all()", ["x[a:b]"]), ("np.all(f(x) > 0)", []), ("np.all(x.f(y) > 0)", ["x"]),
        ("np.any(x > 0)", []), ("np.all(len(x))", []), ("np.all(x[f(y)] > 0)", ["x"]),
        ("np.all(x[n + 1] > x[m < k])", ["x[n + 1]", "x[m < k]"]),
        ("np.all(np.abs(x) > 0) and y > 0", ["x"]), ("kit.all(x)", ["kit"]), ("np.linalg.all(x)", ["x"]),
        ("np.all([x for x in y])", ["y"]), ("[np.all(x > z) for z in y]", ["x"]),
        ("[x.all() for x in y]", []), ("all(x)", []), ("np.allclose(x, **y)", ["x"]),
    ):  # fmt: skip
        code, at = made(f"f({text})")
        assert [x for x, _ in judge._asked_of_all(code, at)] == parts, text
    for value, told in (
        (np.ones(0), True), (np.ones((3, 0)), True), (np.ones(1), False), ([], True), ((), True), ({}, True),
        (set(), True), (frozenset(), True), ([0], False), ("", False), (range(0), False),
    ):  # fmt: skip
        words = raises(ValueError, lambda v=value: _all_of(judge, v)) if told else ""
        assert words == (
            "m: all of x, which is empty, so that no entry was checked" if told else ""
        )
        if not told:
            _all_of(judge, value)


def _all_of(judge: ModuleType, value: Any) -> None:
    """A call that asks ``np.all`` of a name of that value, as an expectation is asked about it."""
    text = "np.all(x[7]) or np.all(x['k']) or np.all(x)"
    code, at = made(f"f({text})")

    class Frame:
        f_code, f_lasti, f_locals, f_globals = code, at, {"x": value}, {"np": np}

    with running(RunContext()):
        judge.expect_entries(Frame, "m")


def made(text: str) -> tuple[CodeType, int]:
    """The code of a text that is read again where it is looked for, and where its outermost call stands."""
    import dis

    code = compiled(text + "\n")
    call = ast.parse(text).body[0].value  # type: ignore[attr-defined]
    place = (call.lineno, call.end_lineno, call.col_offset, call.end_col_offset)
    places = list(code.co_positions())
    return code, next(
        x.offset
        for x in dis.get_instructions(code)
        if x.opname.startswith("CALL") and places[x.offset // 2] == place
    )


COUNT = iter(range(1_000_000))


def compiled(text: str) -> CodeType:
    name = f"{NAME} {next(COUNT)}"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return compile(text, name, "exec")


def _function(text: str) -> Callable[[Any], Any]:
    names: dict[str, Any] = {"expect": plain_expect, "NOTHING": [], "SOME": [1, 2]}
    exec(compiled(text), names)
    found: Callable[[Any], Any] = names["f"]
    return found


def _loops(judge: ModuleType) -> None:
    """A loop in which nothing was asked, by whatever name the expectations go."""
    body = "def f(claim):\n    expect(True, 'b')\n    for x in {}:\n        expect(x, 'm')\n"
    told = "its loop in line 3 ran over nothing, so that none of the checks in it was made"
    assert _unasked(judge, _function(body.format("NOTHING"))) == told
    assert _unasked(judge, _function(body.format("[True]"))) == ""
    longer = "def f(claim):\n    for x in {}:\n        expect(\n            x,\n            'm',\n        )\n" \
        "    expect(True, 'b')\n"  # fmt: skip
    assert _unasked(judge, _function(longer.format("NOTHING"))).startswith("its loop in line 2 ")
    assert _unasked(judge, _function(longer.format("[True]"))) == ""
    both = (
        "def f(claim):\n    for x in [True]:\n        expect(x, 'm')\n"
        "    for x in {}:\n        expect(x, 'm')\n"
    )
    assert _unasked(judge, _function(both.format("NOTHING"))).startswith("its loop in line 4 ")
    assert _unasked(judge, _function(both.format("[True]"))) == ""
    other = _function(body.format("NOTHING"))
    other.__globals__["expect"] = lambda *_: None  # type: ignore[attr-defined]
    assert judge.unasked(other, set()) == "", "no expectation of ours"
    assert judge.unasked(len, set()) == ""
    named = _function(body.format("NOTHING").replace("expect(x", "ours(x"))
    named.__globals__["ours"] = plain_expect  # type: ignore[attr-defined]
    assert _unasked(judge, named) == told
    ending = (
        "def f(claim):\n    expect(not any(\n        [expect(x, 'm') for x in NOTHING]), 'b')\n"
        "    for x in {}:\n        expect(x, 'm')\n"
    )
    assert _unasked(judge, _function(ending.format("[True]"))).startswith("its loop in line 3 ")
    inner = (
        "def f(claim):\n    for x in [True]:\n        expect(x, 'm')\n"
        "        for y in NOTHING:\n            expect(y, 'm')\n"
    )
    assert _unasked(judge, _function(inner)).startswith("its loop in line 4 ")
    foreign = ModuleType("foreign")
    exec("def expect_more(): pass", vars(foreign))
    named_so = {"a": plain_expect, "b": foreign.expect_more, "c": expect.truth, "d": 7}
    assert judge._ours(named_so) == {"a"}
    helper = (
        "def g(x):\n    return [x for x in NOTHING]\n"
        "def f(claim):\n    for x in g(1):\n        expect(x, 'm')\n"
    )
    assert _unasked(judge, _function(helper)).startswith("its loop in line 4 ")
    assert judge._ours(vars(tables)) == {"expect", "expect_at_most"}
    listed = "def f(claim):\n    expect(True, 'b')\n    return [expect(x, 'm') for x in {}]\n"
    assert _unasked(judge, _function(listed.format("NOTHING"))).startswith("its loop in line 3 ")
    assert _unasked(judge, _function(listed.format("[True]"))) == ""
    for inner, outer, so in (
        ((1, 1, 3, 5), (1, 1, 3, 5), True), ((1, 1, 3, 5), (1, 1, 4, 5), False), ((1, 1, 3, 5),
        (1, 1, 3, 4), False),
        ((2, 2, 0, 1), (1, 3, 9, 0), True), ((2, 4, 0, 1), (1, 3, 9, 0), False), ((1, 2, 8, 0),
        (1, 3, 9, 0), False),
        ((1, 3, 9, 0), (1, 3, 9, 0), True), ((1, 3, 9, 1), (1, 3, 9, 0), False), (None, (1, 3, 9, 0), False),
        ((1, 1, 3, 5), None, False), (None, None, False),
    ):  # fmt: skip
        assert judge._within(inner, outer) is so, (inner, outer)
    code, at = made("f(1)")
    assert judge._place(code, at) == (1, 1, 0, 4)
    assert judge._place(_blind(code), at) is None
    assert [x.co_name for x in judge.codes(compiled("def g():\n    def h(): pass\n"))] == [
        "<module>",
        "g",
        "h",
    ]


def _blind(code: CodeType) -> CodeType:
    """The same, with its columns forgotten."""
    lines: list[int] = []
    for k in range(0, len(code.co_code) // 2, 8):
        lines += [0b11101000 | (min(8, len(code.co_code) // 2 - k) - 1), 0]
    return code.replace(co_linetable=bytes(lines))


__all__ = ["compiled", "made", "over_nothing_holds", "tables_are_told"]
