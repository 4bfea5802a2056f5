"""The battery of ``checks/expect.py``: each expectation on statements that are true, false and open."""

from __future__ import annotations

from decimal import Decimal
from types import ModuleType
from typing import Any

import numpy as np
from mpmath import mpc, mpf
from sympy import (
    And,
    Eq,
    Float,
    Ge,
    Gt,
    Le,
    Lt,
    Ne,
    Poly,
    Rational,
    Symbol,
    false,
    log,
    sqrt,
    symbols,
    true,
)

from tests.tool.judged.tools import outcome, told
from theorem_audit.checks.over_nothing import noted_all as counted
from theorem_audit.checks.run_context import RunContext, running
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.checker import InvalidCertificate, check_certificate
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.tests.made_up import claim

X, A, B, P, Q = Symbol("x", real=True), *symbols("a b p q", real=True)
UNIT, OPEN = (A >= 0) & (A <= 1), (A > 0) & (A < 1)
HALF = Rational(1, 2)


def _is(judge: ModuleType, word: str, name: str, *arguments: Any, checks: int, **more: Any) -> str:
    found, said, context = outcome(lambda: getattr(judge, name)(*arguments, **more))
    assert (found, context.checks) == (word, checks), (name, arguments, said)
    noted = [*context.failed, *context.weak]
    assert set(noted) == ({said} if word != "passed" else set()), (name, arguments, noted)
    assert bool(context.failed) == (word == "refuted"), (name, arguments, noted)
    return said


def _conditions(judge: ModuleType) -> None:
    for value in (True, np.True_, true, Rational(1) < 2):
        assert judge.truth(value) is True
        with told() as heard:
            _is(judge, "passed", "expect", value, "m", checks=1)
        assert heard == [("condition", "m")]
    for value in (False, np.False_, false, Rational(3) < 2):
        assert judge.truth(value) is False
        assert _is(judge, "refuted", "expect", value, "m", checks=1) == "m"
        assert _is(judge, "refuted", "expect", value, "m", checks=1, k=3, z=A) == "m at k=3, z=a"
    for value in (None, X < 1, Eq(X, 2)):
        _is(judge, "inconclusive", "expect", value, "m", checks=1)
    for items, word in (([True], "passed"), ([], "ValueError")):
        found, said, context = outcome(lambda items=items: judge.expect(counted(items), "m"))  # type: ignore[misc]
        assert (found, context.checks, context.weak) == (word, 1, [said] if said else [])
        assert said in ("", "m: all(...) over nothing, so that no item was checked")
    for entries, word in ((np.ones(2), "passed"), (np.array([]), "ValueError")):
        found, said, _ = outcome(lambda entries=entries: judge.expect(np.all(entries > 0), "m"))  # type: ignore[misc]
        assert found == word, entries
        assert said in ("", "m: all of entries, which is empty, so that no entry was checked")
    for value in ((1 == 2, "m"), X, X - 1, 1, 0, "true", [True], np.array([True]), float("nan")):
        _is(judge, "TypeError", "expect", value, "m", checks=1)


def _identities(judge: ModuleType) -> None:
    _is(judge, "passed", "expect_zero", (A + B) ** 2 - A**2 - 2 * A * B - B**2, "m", checks=1)
    said = _is(judge, "refuted", "expect_zero", A - B, "m", checks=1)
    assert said == "m: a - b is not identically zero"
    _is(judge, "inconclusive", "expect_zero", sqrt(X**2) - X, "m", checks=1)
    assert "expr='x': " in _is(judge, "TypeError", "expect_zero", "x", "m", checks=1)
    _is(judge, "TypeError", "expect_identity", Eq(P, A), {P: "a"}, checks=0)
    for value in (0.5, np.float64(0.5), np.float32(0.5), Float(0.5), A + Float(0.5) - A, float("inf"),
                  mpf("inf"), mpc("inf", 0), Decimal("0.5"), 0.5j):  # fmt: skip
        said = _is(judge, "TypeError", "expect_identity", Eq(P, HALF), {P: value}, checks=0)
        assert said.startswith("p=")
    _is(judge, "passed", "expect_identity", Eq(P, 2), {P: np.int64(2)}, checks=5)
    _is(judge, "TypeError", "expect_inequality", P >= 0, UNIT, [A], derived={P: "a"}, checks=1)

    def identity(word: str, checks: int, formula: Any, derived: Any) -> str:
        return _is(judge, word, "expect_identity", formula, derived, checks=checks)

    with running(RunContext(claim=claim(Eq(P, A**2)))) as context:
        judge.expect_identity(Eq(P, A**2), {P: A * A})
    assert (context.at_points, context.in_general) == ({}, {Eq(P, A**2)})
    square, double = Eq(P, (A + B) ** 2), Eq(Q, 2 * A)
    right = {P: A**2 + 2 * A * B + B**2, Q: A + A}
    with told() as heard:
        identity("passed", 8, And(square, double), right)  # 1 + 3 for each equation + 1
    sides = [what for kind, what in heard if kind == "sides"]
    assert {tuple(x.expand() for x in pair) for pair in sides} == {
        (right[P], right[P]), (2 * A, 2 * A),
    }  # fmt: skip
    identity("refuted", 4, square, {P: A**2 + B**2})
    assert identity("inconclusive", 1, true, {P: A}).endswith("states nothing")
    assert "is not an equation" in identity("inconclusive", 2, P >= A, {P: A})
    assert "mentions nothing derived" in identity("inconclusive", 3, Eq(A, A + B - B + X), {P: A})
    said = identity("inconclusive", 5, square, right)
    assert said.endswith("says nothing about {q}")
    # one substitution after the other would make both sides of it the same
    identity("refuted", 4, Eq(P, Q), {P: Q, Q: P + A})


def _nonnegative(judge: ModuleType) -> None:
    box = {A: (0, 1)}
    certificate = judge.expect_nonnegative(A * (1 - A), box)
    assert check_certificate(certificate) >= 1
    _is(judge, "passed", "expect_nonnegative", A * (1 - A), box, checks=1)
    assert _is(judge, "refuted", "expect_nonnegative", A - HALF, box, "m", checks=1)[:3] == "m: "
    _is(judge, "inconclusive", "expect_nonnegative", (A - Rational(1, 3)) ** 2, box, checks=1)
    kept = judge.prove_nonnegative
    judge.prove_nonnegative = lambda *_: kept(A, box).__class__(
        ("a",), (([0], "-1/1"),), ((),), None
    )
    try:  # a prover that lies: the checker has the last word
        judge.expect_nonnegative(A, box)
        raise RuntimeError("a wrong certificate went through")
    except InvalidCertificate:
        pass
    finally:
        judge.prove_nonnegative = kept


def _inequalities(judge: ModuleType) -> None:
    def inequality(word: str, checks: int, *arguments: Any, **more: Any) -> str:
        return _is(judge, word, "expect_inequality", *arguments, checks=checks, **more)

    inequality("passed", 2, Ge(A, A**2), UNIT, [A])
    inequality("passed", 2, Ge(A, A**2), {A: (0, 1)})
    inequality("passed", 2, Le(P, 1), UNIT, [A], derived={P: A**2})
    inequality("refuted", 2, Ge(P, HALF), UNIT, [A], derived={P: A**2})
    inequality("passed", 2, Ge(P, Q), UNIT, [A], derived={P: 2 * A, Q: A})
    assert inequality("refuted", 0, false, UNIT, [A]) == "False holds nowhere"
    for other in (true, Eq(P, A), Ne(P, A)):
        assert "is not an inequality" in inequality("inconclusive", 1, other, UNIT, [A])
    inequality("refuted", 2, Ge(A, HALF), UNIT, [A])
    own = Claim(
        "A",
        "a",
        Ge(A, A**2),
        Source("lemma", "a"),
        "exact",
        "m",
        assumptions=(Assumption("u", UNIT),),
    )
    for box, word in (((0, 1), "passed"), ((0, HALF), "inconclusive")):
        with running(RunContext(claim=own)) as context:
            try:
                judge.expect_inequality(own.formula, {A: box})
            except Undecided as error:
                assert context.weak == [str(error)]
        assert (word == "passed") == (context.pieces == {own.formula: [true]}), word
    with running(RunContext(claim=own)) as context:
        judge.expect_inequality(own.formula, {A: (0, HALF)}, part=A <= HALF)
    assert context.pieces == {own.formula: [A <= HALF]}
    _on_its_region(judge, own)
    found = judge._told_in(Refuted("m", {A: 2, P: 7}), {P: A**2, Q: A + 1, B: 3})
    assert (str(found), found.witness) == ("m", {A: 2, P: 7, Q: 3})
    # a factor: divided out where it divides; else the inequality is tried as it is
    inner = (A - Rational(1, 3)) ** 2 + Rational(1, 100)
    touching = (inner * (A - Rational(1, 3)) ** 2).expand()
    inequality("inconclusive", 2, Ge(touching, 0), UNIT, [A])
    inequality("passed", 2, Ge(touching, 0), UNIT, [A], factor=(A - Rational(1, 3)) ** 2)
    inequality("passed", 2, Ge(A, A**2), UNIT, [A], factor=A + 7)
    inequality("passed", 2, Ge(3 * A**3, 0), UNIT, [A], factor=3 * A**3)
    with told() as heard:  # the factor's own certificate is not told
        inequality("passed", 2, Ge(A, A**2), UNIT, [A], factor=A)
    assert [kind for kind, _ in heard] == ["certificate"]
    for factor in (-A, HALF - A, (HALF - A) ** 3, Rational(-1) * A**2, -(A**3)):
        assert "negative at" in inequality("ValueError", 1, Ge(factor, 0), UNIT, [A], factor=factor)
    # strict: on a closed region, on an open one, with equality inside, on the edge and nowhere
    inequality("passed", 2, Gt(A + 1, 0), UNIT, [A])
    inequality("passed", 2, Lt(A, 2), {A: (0, 1)})
    assert "the difference is 0 at" in inequality("refuted", 2, Gt(A, 0), UNIT, [A])
    inequality("refuted", 2, Lt(0, A), {A: (0, 1)})
    inequality("refuted", 2, Gt(A * (A + 1), 0), UNIT, [A], factor=A)
    assert "the difference is -1" in inequality("refuted", 2, Gt(A - HALF, 0), OPEN, [A])
    inequality("passed", 2, Gt(A * (1 - A), 0), OPEN, [A])
    inequality("passed", 3, Gt(A**2 * (1 - A) ** 2, 0), OPEN, [A])  # slack^1 is too much
    inequality("passed", 4, Gt(A**3 * (1 - A) ** 3, 0), OPEN, [A])
    said = inequality("inconclusive", 7, Gt(A**4 * (1 - A) ** 4, 0), OPEN, [A])
    assert "is strict, and no positive margin was certified" in said
    least = (A - Rational(1, 3)) ** 2 + Rational(1, 10**6)  # touches the smaller margin
    said = inequality("inconclusive", 3, Gt(least.expand(), 0), UNIT, [A])
    assert "is strict, and no positive margin was certified (" in said
    inequality("passed", 3, Gt(A + Rational(1, 1000), 0), UNIT, [A])  # margin 10^-6, not 1/100
    # a strict condition on a symbol outside the box is no slack of it
    inequality("passed", 2, Gt(A + 1, 0), UNIT & (B > 0), [A])
    inequality("passed", 2, Gt(A * (1 - A), 0), OPEN & (B > 0), [A])
    inequality("passed", 2, Gt(B - A + 1, 0), UNIT & (B > 0) & (B < 1) & (B >= A), [A, B])


def _on_its_region(judge: ModuleType, own: Claim) -> None:
    """What says the claim's inequality: on the region, on less of it, and on what is said to be a part."""
    for check in (
        lambda box, **more: judge.expect_nonnegative(A - A**2, box, "m", **more),
        lambda box, **more: judge.expect_positive_ball(A - A**2, box, "m", **more),
    ):
        for box, more, word in (
            ((Rational(1, 4), HALF), {}, "Undecided"),
            ((Rational(1, 4), HALF), {"part": (Rational(1, 4) <= A) & (A <= HALF)}, ""),
        ):
            with running(RunContext(claim=own)) as context:
                try:
                    check({A: box}, **more)
                    said = ""
                except Undecided as error:
                    said = "Undecided"
                    assert context.weak == [str(error)]
            assert said == word, (box, more)
            assert context.pieces == ({} if word else {own.formula: [more["part"]]})
    with running(RunContext(claim=own)) as context:
        judge.expect_nonnegative(A - A**2, {A: (0, 1)})
        judge.expect_nonnegative(HALF - A, {A: (0, HALF)})  # of its own
    assert context.pieces == {own.formula: [true]}
    assert not context.weakly
    for strict, check, weakly in (
        (Lt(A**2, A), lambda: judge.expect_nonnegative(A - A**2, {A: (0, 1)}), {Lt(A**2, A): A - A**2}),
        (Gt(A + 1, 0), lambda: judge.expect_positive_ball(A + 1, {A: (0, 1)}, "m"), {}),
        (Gt(A + 1, 0), lambda: judge.expect_nonnegative(A + 1, {A: (0, 1)}), {Gt(A + 1, 0): A + 1}),
    ):  # fmt: skip
        with running(RunContext(claim=claim(strict, UNIT))) as context:
            check()
        assert (context.weakly, context.pieces) == (weakly, {} if weakly else {strict: [true]})


def _quotients(judge: ModuleType) -> None:
    for left, right in (
        (A**2 - B**2, A - B),
        ((A + B) ** 3 * X, (A + B) * X),
        (A * 3, Rational(3) * A),
        (A * B + B, B),
    ):
        quotient = judge.exact_quotient(left.expand(), right)
        assert Poly(quotient * right - left, A, B, X).is_zero
    assert judge.exact_quotient(A**2 + 1, A) is None
    assert judge.exact_quotient(A, B) is None


def _balls(judge: ModuleType) -> None:
    box = {A: (1, 2)}
    _is(judge, "passed", "expect_positive_ball", log(1 + A), box, "m", checks=1)
    said = _is(judge, "refuted", "expect_positive_ball", log(A) - 1, box, "m", checks=1)
    assert said.startswith("m: ")
    for word, name, arguments in (
        ("expect_nonnegative", "expect_nonnegative", (A - HALF, {A: (0, 1)}, "m")),
        ("expect_positive_ball", "expect_positive_ball", (log(A) - 1, box, "m")),
    ):
        try:
            getattr(judge, name)(*arguments)
            raise RuntimeError(f"{word} passed")
        except AssertionError as error:
            assert A in error.witness  # type: ignore[attr-defined]


def expectations_hold(judge: ModuleType) -> None:
    """What is true passes, what is false is refuted, what is open is undecided; each is counted."""
    _conditions(judge)
    _identities(judge)
    _nonnegative(judge)
    _inequalities(judge)
    _quotients(judge)
    _balls(judge)
