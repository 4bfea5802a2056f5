"""The battery of ``checks/statistics.py``: laws summed term by term, against the tests' own."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from types import ModuleType
from typing import Any

import numpy as np
from scipy import stats
from sympy import Float, I, Integer, Rational, pi, sqrt

from tests.tool.judged.tools import outcome

NAN = float("nan")
ROUNDING = 1e-9  # sums of at most 301 terms, each a product of at most 301 factors rounded at 2^-53


@cache
def _law(trials: int, share: float) -> list[float]:
    """The binomial law, term by term."""
    return [
        math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(trials + 1)
    ]


@cache
def _rejected(trials: int, expected: float, error: float) -> set[int]:
    """Equal tails: k is refused where the law gives one of its two tails at most error / 2."""
    law = _law(trials, expected)
    low = {k for k in range(trials + 1) if sum(law[: k + 1]) < error / 2}
    return low | {k for k in range(trials + 1) if sum(law[k:]) <= error / 2}


def _mixed(draws: Any) -> Any:
    """The same in an order that says nothing: a sample that is sorted is none of independent draws."""
    return np.random.default_rng(5).permutation(draws)


def _proportion(judge: ModuleType) -> None:
    for trials, expected, error, visible in (
        (60, 0.4, 0.01, 0.2), (200, 0.5, 1e-3, 0.9), (50, 0.7, 0.2, 0.35), (300, 0.3, 1e-4, 0.8),
        (40, 0.5, 1e-3, 1.0), (9, 0.6, 0.01, 1.0), (1, 0.5, 0.01, 1.0),
    ):  # fmt: skip
        refused = _rejected(trials, expected, error)
        allowed = sorted(set(range(trials + 1)) - refused)
        sides = max(0.0, expected * (1 - visible)), min(1.0, expected * (1 + visible))
        power = min(sum(_law(trials, p)[k] for k in refused) for p in sides)
        for k in {
            0, trials, allowed[0], allowed[-1], max(allowed[0] - 1, 0),
            min(allowed[-1] + 1, trials),
        }:  # fmt: skip

            def call(k: int = k) -> None:
                judge.expect_proportion(k, trials, expected, visible=visible, error=error, what="w")  # noqa: B023

            found, said, context = outcome(call)
            should = "refuted" if k in refused else "passed" if power >= 0.99 else "inconclusive"
            assert found == should, (trials, k)
            assert context.checks == 1
            assert context.error == error
            assert abs(context.power - power) < ROUNDING  # type: ignore[operator]
            assert context.smallest_visible == visible
            assert context.refused == ["w"] * (found == "refuted")
            if found == "refuted":
                assert f"{k} of {trials}, outside {allowed[0]}..{allowed[-1]} " in said
    for expected in (0.0, 1.0, -0.1, 1.5):
        assert _error(judge.expect_proportion, 5, 100, expected, visible=0.5)
    assert _error(judge.expect_proportion, 5, 100, 0.5, visible=0)
    assert _error(judge.expect_proportion, 5.5, 100, 0.5, visible=0.5)
    assert _error(judge.expect_proportion, 5, 100, 0.5, visible=0.5, error=0.0)


def _error(function: Any, *arguments: Any, **more: Any) -> bool:
    found, _, context = outcome(lambda: function(*arguments, what="w", **more))
    return found == "ValueError" and context.checks == 0


def _mean(judge: ModuleType) -> None:
    error, visible = 1e-3, 0.5
    for size in (400, 700):
        shape = _mixed(np.linspace(-1.0, 1.0, size))
        shape *= math.sqrt(size) / math.sqrt(
            float((shape**2).sum()) / (size - 1)
        )  # error of mean 1
        critical = float(-stats.t(size - 1).ppf(error / 2))
        for expected, far in ((20.0, 1 - 1e-6), (20.0, -1 + 1e-6), (20.0, 1 + 1e-6), (-20.0, -1 - 1e-6),
                              (7.0, 0.5), (0.0, 0.5)):  # fmt: skip
            sample = shape + expected + far * critical

            def call(sample: Any = sample, expected: float = expected) -> None:
                judge.expect_mean(sample, expected, visible=visible, error=error, what="w")

            found, said, context = outcome(call)
            power = math.erfc((critical - abs(expected) * visible) / math.sqrt(2)) / 2
            should = "passed" if power >= 0.99 else "inconclusive"
            assert found == ("refuted" if abs(far) > 1 else should), (size, expected, far)
            assert (context.checks, context.error) == (1, error)
            assert abs(context.power - power) < ROUNDING  # type: ignore[operator]
            if found == "refuted":
                assert f"mean {expected + far * critical:.6g} +- 1, expected {expected:.6g}" in said
    assert outcome(lambda: judge.expect_mean([2.0] * 400, 2.0, visible=0.5, what="w"))[:2] == (
        "inconclusive", "w: all values are 2.0, so there is no spread to judge by",
    )  # fmt: skip
    one = np.zeros(1_000)  # all of the spread is one draw's
    one[0] = 1.0
    found, said, context = outcome(lambda: judge.expect_mean(one, 0.001, visible=0.5, what="w"))
    assert (found, said[:25], context.checks) == ("inconclusive", "w: 1000 draws are too few", 0)
    good = _mixed(np.linspace(0.0, 2.0, 500))
    assert _error(judge.expect_mean, good[:399], 1.0, visible=0.5)
    assert _error(judge.expect_mean, np.where(good == 0, NAN, good), 1.0, visible=0.5)
    assert _error(judge.expect_mean, good, NAN, visible=0.5)
    for largest, taken in (
        (1e-100, True),
        (0.9e-100, False),
        (1e100, True),
        (1.1e100, False),
        (5e-324, False),
    ):
        scaled = good * (largest / 2) if largest > 1e-300 else np.where(good > 1, largest, 0.0)
        scaled[good == 2.0] = largest
        assert _error(judge.expect_mean, scaled, largest / 2, visible=0.5) != taken, largest
        assert _error(judge.expect_mean, -scaled, -largest / 2, visible=0.5) != taken, largest
    assert _error(judge.expect_mean, good, 1.0, visible=-1)


def _distribution(judge: ModuleType) -> None:
    def uniform(x: Any) -> Any:
        return np.clip(x, 0.0, 1.0)

    drawn = _mixed((np.arange(400) + 0.5) / 400)
    for cdf in (
        "uniform", drawn, None, lambda x: x + 0j, lambda x: x.astype(str),
        lambda x: np.ma.array(x, mask=True),
    ):  # fmt: skip
        try:
            judge.expect_distribution(drawn, cdf, visible=0.5, error=0.01, what="w")
        except TypeError as error:
            assert str(error).startswith("cdf"), (cdf, error)
            continue
        raise AssertionError(cdf)
    error = 0.01
    for size in (100, 400, 1):
        critical = math.sqrt(math.log(2 / error) / (2 * size))
        for visible in (critical, 0.5, 0.3, 0.9, critical / 2):
            if visible > 1:
                continue
            slack = visible - critical
            power = max(0.0, 1 - 2 * math.exp(-2 * size * slack**2)) if slack > 0 else 0.0
            for far in (1 - 1e-6, 1 + 1e-6, 1 + 2.0**-9):
                distance = far * critical
                sample = _mixed((np.arange(size) + 0.5) / size + (distance - 0.5 / size))
                found, _, context = outcome(
                    lambda s=sample, v=visible: judge.expect_distribution(  # type: ignore[misc]
                        s, uniform, visible=v, error=error, what="w"
                    )
                )
                should = "passed" if power >= 0.99 else "inconclusive"
                if (
                    far > 1 and distance < 1
                ):  # within what a jump right beside a draw may do, or above
                    seen = "refuted" if far > 1 + 1e-6 else "inconclusive"
                    assert found == seen, (size, visible, far)
                    if seen == "inconclusive":
                        assert (context.checks, context.error) == (0, 0.0)
                        continue
                else:
                    assert found == should, (size, visible, far)
                assert (context.checks, context.error, context.smallest_visible) == (
                    1,
                    error,
                    visible,
                )
                assert abs(context.power - power) < ROUNDING  # type: ignore[operator]
    one = outcome(
        lambda: judge.expect_distribution([0.99], uniform, visible=0.9, error=0.5, what="w")
    )
    assert one[0] == "refuted"
    good = _mixed(np.linspace(0.01, 0.99, 50))
    assert _error(judge.expect_distribution, [], uniform, visible=0.5)
    assert _error(judge.expect_distribution, [NAN, 0.5], uniform, visible=0.5)
    assert _error(judge.expect_distribution, good, lambda x: x * NAN, visible=0.5)
    assert _error(judge.expect_distribution, good, uniform, visible=1.5)
    assert _error(judge.expect_distribution, good, uniform, visible=0.0)
    whole = outcome(
        lambda: judge.expect_distribution(good, uniform, visible=1, error=0.5, what="w")
    )
    assert whole[0] == "passed"


def _jumps(judge: ModuleType) -> None:
    """Draws of laws with atoms, with each count what the law says, and one too far: by sums over the atoms."""
    for weights, draws in (
        ((0.5, 0.5), (200, 200)), ((0.5, 0.5), (165, 235)), ((0.5, 0.5), (235, 165)),
        ((0.5, 0.5), (166, 234)), ((0.5, 0.5), (234, 166)), ((0.1, 0.2, 0.7), (40, 80, 280)),
        ((0.1, 0.2, 0.7), (40, 120, 240)), ((0.0, 1.0), (0, 400)), ((1.0, 0.0), (0, 400)),
    ):  # fmt: skip
        upto = np.cumsum(weights)
        distance = max(abs(np.cumsum(draws) / 400 - upto))
        critical = math.sqrt(math.log(2 / 0.01) / 800)
        assert abs(distance - critical) > ROUNDING
        for scale in (1.0, 49.0):  # k/49 times 49 falls below k for some k
            first = 0.0 if scale == 1 else 1.0
            sample = _mixed(np.repeat((np.arange(len(draws)) + first) / scale, draws))

            def cdf(x: Any, upto: Any = upto, scale: float = scale, first: float = first) -> Any:
                at = np.floor(x * scale - first).astype(int)
                return np.where(at < 0, 0.0, upto[np.clip(at, 0, len(upto) - 1)])

            found, said, context = outcome(
                lambda s=sample, c=cdf: judge.expect_distribution(  # type: ignore[misc]
                    s, c, visible=0.5, error=0.01, what="w"
                )
            )
            if scale == 49 and found == "inconclusive":
                assert "jumps right beside draws" in said
                assert context.weak == [said]
                assert 49 * (1 / 49) < 1, "rounding has it jump after the draw"
                continue
            assert found == ("refuted" if distance > critical else "passed"), (weights, draws)
            assert context.error == 0.01
            if found == "refuted":
                bound = 2 * math.exp(-800 * distance**2)
                assert f"{distance:.4g} > {critical:.4g} (p <= {bound:.2g})" in said, (
                    said,
                    distance,
                )
    even = _mixed(np.repeat([0.0, 1.0], 200))
    for far, should in (
        (0.0, "passed"), (2.0**-52, "inconclusive"), (2.0**-10, "inconclusive"), (2.0**-9, "refuted"),
    ):  # fmt: skip
        for low, high in ((0.0, 1 + far), (-far, 1.0)):  # the jumps come later, or earlier
            found = outcome(lambda low=low, high=high: judge.expect_distribution(  # type: ignore[misc]
                even, lambda x: np.where(x < low, 0.0, np.where(x < high, 0.5, 1.0)), visible=0.5,
                error=0.01, what="w"))[0]  # fmt: skip
            assert found == should, (far, low, high, found)
    for value, far, should in ((1.0, 2.0**-10, "inconclusive"), (1.0, 2.0**-9, "refuted"),
                               (-2.0, 2.0**-9, "inconclusive"), (0.0, 1e-300, "refuted")):  # fmt: skip
        found = outcome(
            lambda v=value, f=far: judge.expect_distribution(  # type: ignore[misc]
                np.full(400, v),
                lambda x: np.where(x < v + f, 0.0, 1.0),
                visible=0.5,
                error=0.01,
                what="w",
            )
        )[0]
        assert found == should, (value, far, found)
    assert _error(judge.expect_distribution, even, lambda x: 0.5, visible=0.5), "not a value each"


def _exact_numbers(judge: ModuleType) -> None:
    """Fractions lie between two floats, and each test is as for the one that refutes less."""
    assert judge._ends("x", 0.5) == (0.5, 0.5)
    assert judge._ends("x", 3) == (3.0, 3.0)
    assert judge._ends("x", Fraction(7, 2)) == judge._ends("x", Rational(7, 2)) == (3.5, 3.5)
    for wrong in ("0.5", True, 0.5j):
        assert _error(judge.expect_at_least, 5, 100, wrong)
    for exact in (Fraction(1, 3), Fraction(2, 3), Fraction(-1, 3), Fraction(1, 10), Fraction(7)):
        for said in (exact, Rational(exact.numerator, exact.denominator)):
            low, high = judge._ends("x", said)
            assert Fraction(low) <= exact <= Fraction(high)
            assert high == (low if Fraction(low) == exact else math.nextafter(low, math.inf))
    assert judge._ends("x", Decimal("0.1")) == judge._ends("x", Fraction(1, 10))
    assert judge._ends("x", 10**30) == judge._ends("x", Fraction(10**30))
    for wrong in (sqrt(2), "1", None, True, 1j, Decimal("nan"), Fraction(10**400), Float(1), [1.0]):
        assert _error(lambda v, what: judge._ends("x", v), wrong), wrong
    third = Rational(1, 3)
    for call in (
        lambda p: judge.expect_proportion(500, 1500, p, visible=0.5, what="w"),
        lambda p: judge.expect_proportion(900, 1500, p, visible=0.5, what="w"),
        lambda p: judge.expect_mean(_mixed(np.linspace(0, 2 * p, 500)), p, visible=0.5, what="w"),
        lambda p: judge.expect_mean(_mixed(np.linspace(1, 1.1, 500)), p, visible=0.5, what="w"),
        lambda p: judge.expect_at_most(900, 1500, p, what="w"),
        lambda p: judge.expect_at_most(500, 1500, p, what="w"),
        lambda p: judge.expect_at_least(5, 1500, p, what="w"),
        lambda p: judge.expect_proportion(500, 1500, 1 / 3, visible=p, what="w"),
    ):
        plain = outcome(partial(call, 1 / 3))
        for said in (Fraction(1, 3), third):
            found = outcome(partial(call, said))
            assert (found[0], found[2].error) == (plain[0], plain[2].error), (said, found[1])
            if plain[2].power is not None:
                assert abs(found[2].power - plain[2].power) < ROUNDING  # type: ignore[operator]
    # At a bound where rounding decides: P <= 1/3 exactly, and the float next to it is below.
    low, high = judge._ends("x", Fraction(1, 3))
    p_low, p_high = (float(stats.binom.sf(29, 50, p)) for p in (low, high))
    assert p_low < p_high
    found, _, _ = outcome(
        lambda: judge.expect_at_most(30, 50, Fraction(1, 3), error=p_high, what="w")
    )
    assert found == "passed"
    assert (
        outcome(lambda: judge.expect_at_most(30, 50, low, error=p_high, what="w"))[0] == "refuted"
    )


def _one_sided(judge: ModuleType) -> None:
    for trials, bound, error in (
        (50, 0.3, 0.01), (80, 0.05, 1e-4), (20, 0.0, 0.1), (8, 0.25, 0.5), (2, 0.25, 0.25),
    ):  # fmt: skip
        law = _law(trials, bound)
        more: dict[str, Any] = {"error": error, "what": "w"}
        for k in range(trials + 1):
            should = "refuted" if sum(law[k:]) < error else "passed"
            found, _, context = outcome(partial(judge.expect_at_most, k, trials, bound, **more))
            assert found == should, (trials, k)
            assert (context.checks, context.error, context.power) == (1, error, None)
            assert context.refused == ["w"] * (found == "refuted")
            least = partial(judge.expect_at_least, trials - k, trials, 1 - bound, **more)
            found, _, context = outcome(least)
            assert (found, context.checks) == (should, 1), (trials, k)
    for trials, bound in ((20, 1.0), (2, 0.5), (1, 0.25)):  # no count is rare: nothing is checked
        found, _, context = outcome(
            partial(judge.expect_at_most, trials, trials, bound, error=0.25, what="w")
        )
        assert (found, context.checks, context.error) == ("passed", 0, 0.0)
        assert context.notes == [f"w: no count of {trials} speaks against P <= {bound!r}: no check"]
    for bound in (-0.1, 1.1, NAN):
        assert _error(judge.expect_at_most, 5, 100, bound)
        assert _error(judge.expect_at_least, 5, 100, bound)
    assert _error(judge.expect_at_most, 5, 100, 0.1, error=0.0)
    assert _error(judge.expect_at_most, 5, 4, 0.1)


def _inputs(judge: ModuleType) -> None:
    counts = (
        (1.5, 3), (1, 3.5), (1, 0), (0, 0), (-1, 3), (4, 3), (True, 3), (1, np.True_), (NAN, 3),
        (1, NAN),
    )  # fmt: skip
    for counted in counts:
        assert _error(lambda c, what: judge._counts(*c), counted), counted
    assert _error(lambda c, what: judge._counts(*c), (1, judge.MOST_TRIALS + 1))
    for counted in ((0, 1), (1, 1), (0, 2), (2, 2), (1.0, 2.0), (1, judge.MOST_TRIALS)):
        judge._counts(*counted)
    for error in (0.0, 1.0, -1.0, 2.0, NAN):
        assert _error(lambda e, what: judge._parameters(e), error), error
    for value in (0.0, -1.0, NAN, math.inf, True):
        assert _error(lambda v, what: judge._parameters(0.5, visible=v), value), value
    for value in (0.5, 1):
        judge._parameters(0.5, visible=value)
    assert _error(lambda v, what: judge._parameters(0.5, visible=v), 1.01)
    judge._parameters(1e-15)
    for value in (0.99e-15, 1e-300, 1):
        assert _error(lambda v, what: judge._parameters(v), value), value
    found, _, context = outcome(lambda: judge._judge(None, 0.1, judge.POWER, 0.1, "w"))
    assert (found, context.checks) == ("passed", 1)


def _samples(judge: ModuleType) -> None:
    """What is a sample of numbers, all of it; and what could not tell is noted."""
    for wrong in (
        [1j, 2j], ["1"], np.array([1.0, "1"], dtype=object), np.array([b"1", 2.0], dtype=object),
        np.array(["2020-01-01"], dtype="datetime64[D]"), np.ma.array([1.0, 2.0], mask=[0, 1]),
        [np.array("1"), None], np.array([np.complex128(1j), 2.0], dtype=object), [I, Integer(1)],
        np.array([np.timedelta64(1, "s"), 2.0], dtype=object),
        [[2.0, 3.0], np.ma.array([1.0, 2.0], mask=[0, 1])],
        [([np.ma.array([1.0, 2.0], mask=[0, 1])],)],
    ):  # fmt: skip
        try:
            judge._sample(wrong)
        except TypeError:
            continue
        raise AssertionError(wrong)
    for right in (
        [1, 2], [True, False], np.ma.array([1.0, 2.0]), [Fraction(1), Fraction(2)], [pi, Integer(2)],
        [Decimal(1), 2.0], np.array([np.bool_(1), 2.0], dtype=object),
    ):  # fmt: skip
        found = judge._sample(right)
        assert (found.dtype, found.tolist()) == (float, [float(x) for x in right])
    for call in (
        lambda: judge.expect_mean([2.0] * 400, 2.0, visible=0.5, what="w"),
        lambda: judge.expect_mean(_mixed(np.linspace(0, 2, 400)), 1.0, visible=0.01, what="w"),
        lambda: judge.expect_mean(
            _mixed(np.repeat(np.linspace(0, 2, 400), 2)), 1.0, visible=0.5, what="w"
        ),
        lambda: judge.expect_mean(np.linspace(0, 2, 400), 1.0, visible=0.5, what="w"),
        lambda: judge.expect_distribution(
            _mixed(np.repeat(np.linspace(0, 1, 4000), 2)), stats.uniform.cdf, visible=0.5, what="w"
        ),
        lambda: judge.expect_distribution(
            np.linspace(0, 1, 4000), stats.uniform.cdf, visible=0.5, what="w"
        ),
    ):
        found, said, context = outcome(call)
        assert (found, context.weak) == ("inconclusive", [said])


def _notes(judge: ModuleType) -> None:
    """That draws are independent is the evidence's word, which each test says, once."""
    for call in (
        lambda: judge.expect_proportion(50, 100, 0.5, visible=0.9, error=1e-3, what="w"),
        lambda: judge.expect_at_most(1, 100, 0.5, what="w"),
        lambda: judge.expect_mean(_mixed(np.linspace(0, 2, 400)), 1.0, visible=0.5, what="w"),
    ):
        found, said, context = outcome(lambda call=call: (call(), call()))  # type: ignore[misc]
        assert (found, context.notes) == ("passed", [judge.WORD]), said


def tests_of_chance_hold(judge: ModuleType) -> None:
    """Acceptance regions, powers, errors booked and input refused, each by summing the law."""
    _inputs(judge)
    _samples(judge)
    _proportion(judge)
    _mean(judge)
    _distribution(judge)
    _jumps(judge)
    _exact_numbers(judge)
    _notes(judge)
    _one_sided(judge)
