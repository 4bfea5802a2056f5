"""The battery of ``exact/bernstein.py``: every certificate before ``verify.py``,
every witness by its value."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from sympy import Add, Expr, Float, Mul, Poly, Rational, Symbol, pi, symbols, sympify

import verify
from tests.tool.judged.tools import outcome, told

X, Y, Z = symbols("x y z")
N = Symbol("n", integer=True)
HALF, THIRD = Rational(1, 2), Rational(1, 3)
Box = dict[Symbol, tuple[Any, Any]]
PROVED: tuple[tuple[Any, Box], ...] = (
    (X, {X: (0, 1)}), (X * (1 - X), {X: (0, 1)}), ((X - HALF) ** 2, {X: (0, 1)}),
    (Rational(0), {X: (0, 1)}),
    ((X - THIRD) ** 2, {X: (0, THIRD)}), ((X - THIRD) ** 2 + Rational(1, 50), {X: (0, 1)}),
    (X**3 - X + HALF, {X: (0, 1)}), (X - Y, {X: (0, 1), Y: (0, X)}), (X + 5, {X: (-5, -5)}),
    (1 - X**2, {X: (-1, 1)}), ((X - Y) ** 2 + X * Y, {X: (0, 1), Y: (0, X)}),
    (Y - X**2 + X, {X: (0, 1), Y: (X**2 - X, X + 2)}), (X * Y * Z, {X: (0, 1), Y: (0, 2), Z: (0, X * Y)}),
    (2 - X - Y, {X: (0, 1), Y: (-3, 1)}), (Rational(7), {X: (2, 3), Y: (0, 1)}), (X, {X: (0, 0)}),
)  # fmt: skip
REFUTED: tuple[tuple[Any, Box], ...] = (
    (X - HALF, {X: (0, 1)}), (HALF - X, {X: (0, 1)}), (Rational(-1), {X: (0, 1)}),
    (X - 1, {X: (1 - HALF, 1)}),
    (X**2 - X + Rational(6, 25), {X: (0, 1)}), (Y - X, {X: (0, 1), Y: (0, 1)}),
    (X + Y - 1, {X: (0, 1), Y: (0, X)}),
    ((X - THIRD) ** 2 - Rational(1, 10**6), {X: (0, 1)}),
    (1 - X * Y - Z, {X: (1, 2), Y: (X, 3), Z: (-2, -1)}),
)  # fmt: skip


def _random() -> Iterator[tuple[Any, Box]]:
    rng = random.Random(20261126)
    for _ in range(40):
        terms = [
            Rational(rng.randint(-6, 9), rng.choice([1, 2, 3]))
            * X ** rng.randint(0, 3)
            * Y ** rng.randint(0, 2)
            for _ in range(4)
        ]
        low = Rational(rng.randint(-3, 3), 2)
        box: Box = {X: (low, low + rng.randint(1, 2)), Y: (rng.choice([Rational(0), X - 4]), X + 3)}
        yield Add(*terms), box


def _proves(certificate: Any, poly: Any, box: Box) -> int:
    """The certificate speaks of exactly this polynomial and box, and the second checker accepts it."""
    data = json.loads(certificate.to_json())
    symbols_ = list(box)
    assert data["symbols"] == [str(x) for x in symbols_]

    def of(terms: Any) -> Expr:
        return Add(
            *(
                Rational(c) * Mul(*(x**k for x, k in zip(symbols_, e, strict=True)))
                for e, c in terms
            )
        )

    said = [(of(data["polynomial"]), poly)]
    for (low, high), x in zip(data["box"], symbols_, strict=True):
        said += [(of(low), box[x][0]), (of(high), box[x][1])]
    assert all(Poly(a - b, *symbols_).is_zero for a, b in said)
    cells: int = verify.check_certificate(data)
    return cells


def _refutes(error: Any, poly: Any, box: Box) -> None:
    at = error.witness
    assert poly.subs(at) < 0
    for x, (low, high) in box.items():
        assert sympify(low).subs(at) <= at[x] <= sympify(high).subs(at)


def _words(judge: ModuleType) -> None:
    for poly, box, message in (
        (X + Y, {X: (0, 1)}, "no bounds for ['y']"), (X, {X: (1, 0)}, "low must be <= high"),
        (X, {X: (0, Y), Y: (0, 1)}, "only symbols that stand earlier"), (X, {X: (X, 1)}, "stand earlier"),
        (X, {X: (0, Float(0.5))}, "floats are no bound"),
        (X - Float("0.5"), {X: (HALF, 1)}, "floats are no bound"), (X * Float("0.5"), {X: (0, 1)}, "0.5"),
        (X, {X: (pi, 4)}, "a rational is needed"),
        (Rational(1), {}, "at least one symbol is needed"),
    ):  # fmt: skip
        found, said, _ = outcome(lambda p=poly, b=box: judge.prove_nonnegative(p, b))  # type: ignore[misc]
        assert found == "ValueError", (poly, box)
        assert message in said, said
    for limit in (1, 2, 50):
        said = outcome(
            lambda k=limit: judge.prove_nonnegative((X - THIRD) ** 2, {X: (0, 1)}, max_cells=k)
        )[1]  # type: ignore[misc]
        assert f"no decision within {limit} cells" in said
    # one bisection settles it: one cell looked at in vain is within a limit of 1
    assert judge.prove_nonnegative((X - HALF) ** 2, {X: (0, 1)}, max_cells=1).cells == 2
    assert (
        outcome(lambda: judge.prove_nonnegative((X - HALF) ** 2, {X: (0, 1)}, max_cells=0))[0]
        == "inconclusive"
    )
    # (x - 1/3)^2 + 2/9 4^-k is settled in cells of width 2^-k, where its middle coefficient is 0
    for deep, found in ((128, "passed"), (129, "inconclusive")):
        poly = (X - THIRD) ** 2 + Rational(2, 9) / 4**deep
        said = outcome(lambda p=poly: judge.prove_nonnegative(p, {X: (0, 1)}))  # type: ignore[misc]
        assert said[0] == found, said
        assert found == "passed" or "went too deep" in said[1]


def _integers(judge: ModuleType) -> None:
    """What stands for an integer has an integer's value at each witness; between them nothing is refuted."""
    for poly, box, at in (
        ((N - 1) * (N - 3), {N: (0, 3)}, {N: 2}), (N - HALF, {N: (0, 1)}, {N: 0}),
        ((N - 1) * (N - 3) + X, {N: (0, 5), X: (0, 1)}, {N: 2, X: 0}),
    ):  # fmt: skip
        try:
            judge.prove_nonnegative(poly, box)
            raise RuntimeError(f"{poly} >= 0 on {box} was proved")
        except AssertionError as error:
            assert error.witness == at  # type: ignore[attr-defined]
            assert f"{poly} = {poly.subs(at)} < 0" in str(error)
    # 32 points between integers are looked at; the first stands in the message
    word, said, _ = outcome(lambda: judge.prove_nonnegative((N - 1) * (N - 2), {N: (1, 3)}))
    assert word == "inconclusive"
    assert "between integers, as at {n: 3/2}" in said
    # not where x has crossed its bounds: there the polynomial is negative, and nothing is said of it
    crossing: Box = {N: (0, 3), X: (N, 3 - N)}
    for sum_ in (3 - N - X + HALF, 3 - N + X):
        word, said, _ = outcome(lambda p=sum_: judge.prove_nonnegative(p, crossing))  # type: ignore[misc]
        assert word == "passed" or "between" not in said, said


def bernstein_holds(judge: ModuleType) -> None:
    """What is proved is proved before the second checker, and what is refuted is negative there."""
    assert str(judge.Refuted("m")) == "m"
    assert judge.Refuted("m", {X: 1}).witness == {X: 1}
    assert judge.Refuted("m").witness == {}
    for poly, box in PROVED:
        with told() as heard:
            certificate = judge.prove_nonnegative(poly, box)
        assert heard == [("certificate", certificate)]
        assert _proves(certificate, poly, box) == certificate.cells, (poly, box)
    for poly, box in REFUTED:
        try:
            judge.prove_nonnegative(poly, box)
        except AssertionError as error:
            _refutes(error, poly, box)
        else:
            raise RuntimeError(f"{poly} >= 0 on {box} was proved")
    settled = 0
    for poly, box in _random():
        try:
            certificate = judge.prove_nonnegative(poly, box, max_cells=40)
        except AssertionError as error:
            _refutes(error, poly, box)
        except judge.Undecided:
            continue
        else:
            _proves(certificate, poly, box)
        settled += 1
    assert settled > 30  # a few touch zero, or nearly
    _words(judge)
    _integers(judge)
    # the first coordinate alone bends: bisecting the other would not end
    certificate = judge.prove_nonnegative((X - HALF) ** 2 + Y, {X: (0, 1), Y: (0, 1)})
    assert certificate.cells == 2
    assert judge.prove_nonnegative((Y - HALF) ** 2 + X, {X: (0, 1), Y: (0, 1)}).cells == 2
    assert (
        judge.prove_nonnegative((Y - HALF) ** 2 + 7 * X * Y + X, {X: (0, 8), Y: (0, 1)}).cells == 2
    )
