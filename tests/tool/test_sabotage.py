"""Sabotage by fresh eyes: ways to have nothing checked, or a false thing pass, that look like evidence.

Each was tried through the public interface; those marked *mended* once passed without a word.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable
from functools import partial, reduce
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sympy import Eq, Ge, Integer, Le, MatrixSymbol, Rational, Symbol, gamma, sqrt, symbols, zoo

from tests.tool.test_verdict_types import judged
from theorem_audit import (
    expect,
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.checks import statistics
from theorem_audit.kernel import axioms
from theory import claims

A, X = symbols("a x", real=True)
UNIT = (A >= 0) & (A <= 1)


def _in_a_thread() -> None:
    thread = threading.Thread(target=lambda: expect(False, "lost"))
    thread.start()
    thread.join()
    expect(True, "fine")


async def _coroutine() -> None:
    expect(False, "never awaited")


def _generator() -> Any:
    yield expect(False, "never run")


@given(st.integers())
@settings(phases=[Phase.explicit])
def _no_example(n: int) -> None:
    expect(False, "never run")


@given(st.integers())
@settings(max_examples=5, database=None)
def _nothing_assumed(n: int) -> None:
    assume(n > n)
    expect(False, "never run")


def _closed(coroutine: Any) -> None:
    coroutine.close()  # Python says of one that is never awaited nothing but a warning


P, Q = symbols("P Q", commutative=False)
M, N = MatrixSymbol("M", 2, 2), MatrixSymbol("N", 2, 2)
TRICKS: dict[str, Callable[[], Any]] = {
    "a failing check in a thread (mended)": _in_a_thread,
    "a coroutine": lambda: _closed(_coroutine()),
    "a generator": _generator,
    "False returned": lambda: False,
    "no example of Hypothesis": _no_example,
    "an assumption that never holds": _nothing_assumed,
    "a negative factor divided out (mended)": lambda: expect_inequality(Ge(-A, 0), UNIT, [A], factor=-A),
    "a factor of either sign (mended)": lambda: expect_inequality(
        Ge(-((A - Rational(1, 2)) ** 2), 0), UNIT, [A], factor=Rational(1, 2) - A
    ),
    "the factor 0": lambda: expect_inequality(Ge(-A, 0), UNIT, [A], factor=Integer(0)),
    "text for an expression (mended)": lambda: expect_zero("x - x", "m"),  # type: ignore[arg-type]
    "text for what was derived (mended)": lambda: expect_identity(Eq(X, A), {X: "x"}),  # type: ignore[dict-item]
    "symbols that do not commute": lambda: expect_zero(P * Q - Q * P, "m"),
    "matrices that do not commute": lambda: expect_zero(M * N - N * M, "m"),
    "a box turned round": lambda: expect_inequality(Le(A, -1), {A: (1, 0)}),
    "a box without an end": lambda: expect_nonnegative(A, {A: (0, zoo)}),
    "two inequalities at once": lambda: expect_inequality(UNIT, UNIT, [A]),
    "a root of what is negative": lambda: expect_positive_ball(sqrt(X), {X: (-2, -1)}, "m"),
    "a function without a ball": lambda: expect_positive_ball(gamma(X), {X: (1, 2)}, "m"),
    "one trial, far enough off (mended)": lambda: statistics.expect_proportion(
        1, 1, 0.5, visible=1.0, what="w"
    ),
    "one draw, further off than can be (mended)": lambda: statistics.expect_distribution(
        [0.5], stats.uniform.cdf, visible=5.0, what="w"
    ),
    "a bound that nothing exceeds (mended)": lambda: statistics.expect_at_most(9, 9, 1.0, what="w"),
    "a mean with no spread": lambda: statistics.expect_mean(np.ones(500), 1.0, visible=0.5, what="w"),
    "another symbol of the same name": lambda: expect_inequality(
        Ge(Symbol("a") - 1, 0), UNIT, [A]
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TRICKS)
def test_no_trick_passes(what: str) -> None:
    assert judged(TRICKS[what]).outcome in ("error", "inconclusive", "refuted")


def test_a_factor_that_is_a_square_needs_no_help() -> None:
    square = (A - Rational(1, 3)) ** 2
    relation = Ge((square * (A + 1)).expand(), 0)
    assert judged(lambda: expect_inequality(relation, UNIT, [A], factor=square)).outcome == "passed"


def _owner(name: str) -> tuple[Any, str]:
    """What holds that which ``module:attribute`` names, and the last part of the name."""
    module, _, path = name.partition(":")
    *owners, last = path.split(".")
    return reduce(getattr, owners, importlib.import_module(module)), last


def _put(name: str, value: Any) -> None:
    """Evidence that puts ``value`` in the place of what is named, and passes."""
    setattr(*_owner(name), value)
    expect(True, "m")


def _swapped(name: str, value: Any) -> None:
    """Evidence that does so, has a false thing judged, and puts the old one back."""
    owner, last = _owner(name)
    was = vars(owner)[last] if isinstance(owner, type) else getattr(owner, last)
    setattr(owner, last, value)
    try:
        expect_zero(X, "m")
    finally:
        setattr(owner, last, was)


def _formula() -> None:
    object.__setattr__(claims["TRACE"], "formula", Eq(X, X, evaluate=False))
    expect(True, "m")


def _another_claim() -> None:
    dict.__setitem__(claims, "TRACE", claims["GRAD"])
    expect(True, "m")


def _assumed() -> None:
    for symbol in claims["TRACE"].formula.free_symbols:
        symbol._assumptions["zero"] = True
    expect(True, "m")


def _axiom() -> None:
    axioms.PERMITTED["cheat"] = "P"
    expect(True, "m")


JUDGE = "theorem_audit."
ZERO = f"{JUDGE}exact.zero:is_zero.__code__"
ASKED = f"{JUDGE}checks.expect:is_zero"
POLY = "sympy.polys.polytools:Poly.is_zero"
ALWAYS = property(lambda self: True)
# What evidence puts elsewhere, or does, and what the error names.
LEFT_BEHIND: dict[str, tuple[Callable[[], Any], str]] = {
    "zero is always decided": (lambda: _put(ZERO, (lambda expr: True).__code__), ZERO[:-9]),
    "zero, where it is asked": (lambda: _put(ASKED, lambda expr: True), ASKED),
    "what runs evidence": (
        lambda: _put(f"{JUDGE}weigh.runner:run_evidence", lambda *a, **k: None),
        f"{JUDGE}weigh.runner.run_evidence"),
    "a method of SymPy": (lambda: _put(POLY, ALWAYS), "Poly.is_zero"),
    "a builtin": (lambda: _put("builtins:all", lambda found: True), "builtins.all"),
    "a builtin, for the judge alone": (
        lambda: _put(f"{JUDGE}checks.expect:all", lambda found: True),
        f"all in {JUDGE}checks.expect, which hides a builtin"),
    "a function of the theory": (
        lambda: _put("theory.model.autoencoder:loss_value", lambda: X),
        "theory.model.autoencoder.loss_value"),
    "a default of the judge (mended)": (
        lambda: _put(f"{JUDGE}checks.expect:expect_nonnegative.__defaults__", ("",)),
        f"{JUDGE}checks.expect.expect_nonnegative"),
    "a constant of the judge (mended)": (
        lambda: _put(f"{JUDGE}checks.statistics:POWER", 0.0), f"{JUDGE}checks.statistics.POWER"),
    "one more axiom that is permitted (mended)": (_axiom, f"{JUDGE}kernel.axioms.PERMITTED"),
    "what SymPy takes a symbol to be (mended)": (_assumed, "what is known of"),
    "another's formula": (_formula, "TRACE.formula"),
    "another claim in its place": (_another_claim, "claims['TRACE']"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_evidence_that_changes_its_judge_is_an_error_and_changes_nothing(what: str) -> None:
    """Mended: others' evidence in the same process lost its refutation, or passed, without a word."""
    trick, told = LEFT_BEHIND[what]
    before = claims["TRACE"], claims["TRACE"].formula
    _is_told(trick, told)
    assert (claims["TRACE"], claims["TRACE"].formula) == before
    assert judged(lambda: expect_zero(X - X, "m")).outcome == "passed"


def _is_told(trick: Callable[[], Any], told: str) -> None:
    said = judged(trick)
    assert said.outcome == "error"
    assert said.detail.startswith("it changed what judges: ")
    assert told.replace(":", ".") in said.detail
    assert judged(lambda: expect_zero(X, "m")).outcome == "refuted"


UNDONE: dict[str, tuple[str, Any, str]] = {
    "the code of the judge": (ZERO, (lambda expr: True).__code__, ZERO),
    "the code of the check": (
        f"{JUDGE}checks.expect:expect_zero.__code__", (lambda e, m: None).__code__,
        f"{JUDGE}checks.expect.expect_zero.__code__"),
    "the name, where it is asked": (ASKED, lambda expr: True, ASKED),
    "a method of SymPy": (POLY, ALWAYS, "Poly.is_zero"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNDONE)
def test_a_trick_that_is_undone_is_an_error_too(what: str) -> None:
    """Mended: two of them (the code of ``is_zero``, its name in ``expect``) had the false thing accepted."""
    name, value, told = UNDONE[what]
    _is_told(lambda: _swapped(name, value), told)


def test_a_submodule_that_is_called_like_a_builtin_hides_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The import of a package's ``map.py`` puts ``map`` there; a function of that name is a trick."""
    package = importlib.import_module("theorem_audit.checks")
    submodule = ModuleType("theorem_audit.checks.map")

    def imports() -> None:
        monkeypatch.setitem(sys.modules, submodule.__name__, submodule)
        monkeypatch.setattr(package, "map", submodule, raising=False)
        expect(True, "m")

    assert judged(imports).outcome == "passed"
    trick = partial(_put, "theorem_audit.checks:zip", lambda *x: ())
    assert judged(trick).outcome == "error"


def test_what_the_caller_changed_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("theorem_audit.checks.expect")
    monkeypatch.setattr(module, "is_zero", lambda expr: True)
    assert judged(lambda: expect_zero(X, "m")).outcome == "passed"
    monkeypatch.undo()
    assert judged(lambda: expect_zero(X, "m")).outcome == "refuted"
