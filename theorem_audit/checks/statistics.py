"""Statistical tests that state what they can get wrong.

Each test books its error probability (a true claim called refuted by chance) and its power at the
smallest error it is meant to see.  Too little power is ``Inconclusive``, never a pass.

That draws are independent is the word of the evidence that hands them over, and a note says so: of a count of
successes nothing is seen.  A sample is ``Inconclusive`` where its values all come again (``repeated``), and
where its order, or a stretch that comes twice, shows that its draws hang together (``in_order``): hand them
over as they were drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from numbers import Rational, Real
from typing import Any

import numpy as np
from scipy import stats

from theorem_audit.checks import skewed
from theorem_audit.checks.in_order import hang_together
from theorem_audit.checks.repeated import come_again
from theorem_audit.checks.run_context import Inconclusive, current
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.rationals import to_fraction

ERROR = 1e-7
POWER = 0.99
LEAST_ERROR = 1e-15
MOST_TRIALS = 10**15  # SciPy's quantiles are nan, or never end, from 10^16 on
# Of the way to the next draw: far above rounding, and a law has little of its mass there.
BESIDE = 1 / 1024
SMALL, LARGE = (
    1e-100,
    1e100,
)  # squares of draws that are all smaller, or of a larger one, are no floats


def _ends(name: str, value: Any) -> tuple[float, float]:
    """The floats next to a finite number, below and above: it twice where it is one, or an integer.

    Fractions, decimals and SymPy's rationals lie between the two.  ValueError for anything else: nan passes
    every comparison, a complex one is compared by its real part alone, and of a root SciPy makes nothing.
    """
    told = np.asarray(value)
    if told.ndim == 0 and told.dtype.kind in "iuf" and math.isfinite(value):
        return float(value), float(value)
    if told.ndim == 0 and told.dtype.kind == "O" and (exact := _exact(value)) is not None:
        try:
            near = float(exact)
        except OverflowError:
            raise ValueError(f"{name}={value!r}: no float is so large") from None
        low = near if Fraction(near) <= exact else math.nextafter(near, -math.inf)
        return low, low if Fraction(low) == exact else math.nextafter(low, math.inf)
    raise ValueError(
        f"{name}={value!r}: a finite number is needed (a float, an integer, a fraction, SymPy's Rational)"
    )


def _exact(value: Any) -> Fraction | None:
    """A fraction, a decimal, an integer of any size or a rational of SymPy's, exactly; None of all else."""
    if isinstance(value, Rational) or (isinstance(value, Decimal) and value.is_finite()):
        return Fraction(value)
    if getattr(value, "is_Rational", False) is True:
        return to_fraction(value)
    return None


def _parameters(error: float, **visible: float) -> list[float]:
    """Error probability and visible size as floats, the nearest ones; ValueError beyond what can be meant."""
    found = []
    for name, value in {"error": error, **visible}.items():
        _ends(name, value)
        if not 0 < value <= 1:
            raise ValueError(
                f"{name}={value}: 0 < {name} <= 1; who sees larger errors alone sees neither sign nor size"
            )
        found.append(float(value))
    if not LEAST_ERROR <= found[0] < 1:
        raise ValueError(
            f"error={error}: {LEAST_ERROR} <= error < 1; a smaller one refutes next to nothing"
        )
    return found


def _counts(successes: int, trials: int) -> tuple[int, int]:
    for name, value in (("successes", successes), ("trials", trials)):
        _ends(name, value)
    if trials > MOST_TRIALS:
        raise ValueError(
            f"trials={trials}: at most {MOST_TRIALS}, beyond which no quantile is worked out"
        )
    whole = successes == int(successes) and trials == int(trials)
    if not whole or trials < 1 or not 0 <= successes <= trials:
        raise ValueError(
            f"successes={successes}, trials={trials}: integers with 0 <= successes <= trials, "
            "trials >= 1"
        )
    return int(successes), int(trials)


def _real(raw: np.ndarray) -> bool:
    """Whether all of it are real numbers: of objects, by what they say they are, as float() drops parts."""
    if raw.dtype.kind != "O":
        return raw.dtype.kind in "biuf"
    return all(
        (isinstance(x, Real | Decimal | np.bool_) and not isinstance(x, np.timedelta64))
        or getattr(x, "is_extended_real", None) is True  # SymPy's
        for x in raw.flat
    )


def _masked(value: Any) -> bool:
    """Whether some of an array is masked, or of what a list holds."""
    if isinstance(value, list | tuple):
        return any(_masked(x) for x in value if not isinstance(x, float | int))
    return bool(np.ma.is_masked(value))


def _sample(sample: Any) -> np.ndarray:
    """The draws as floats; TypeError for what NumPy would read as numbers, and is none, or not all of it."""
    raw = np.asarray(sample)
    if not _real(raw):
        raise TypeError(f"sample: of {raw.dtype}; real numbers are needed")
    if _masked(sample):
        raise TypeError(
            "sample: some of it is masked, and would count: hand over what is to be tested"
        )
    return np.asarray(raw, dtype=float)


def _heights(given: Any, shape: tuple[int, ...]) -> np.ndarray:
    """What a distribution function gives, as floats; TypeError as for a sample, ValueError for nan and inf,
    or for another number of values than of draws.
    """
    raw = np.asarray(given)
    if not _real(raw) or _masked(given):
        raise TypeError(f"cdf: gives values of {raw.dtype}, some masked; real numbers are needed")
    heights = np.asarray(raw, dtype=float)
    if heights.shape != shape:
        raise ValueError(f"cdf: gives values of shape {heights.shape} for draws of shape {shape}")
    if not np.isfinite(heights).all():
        raise ValueError("cdf: gives values that are not finite")
    return heights


def _cannot_tell(said: str) -> Inconclusive:
    """Too little to judge by; noted, so that evidence which catches it does not pass."""
    current().weak.append(said)
    return Inconclusive(said)


WORD = "that the draws of its tests of chance are independent is this evidence's word"


def _trusted() -> None:
    """Leave a note, once, of what no test can see."""
    if WORD not in (notes := current().notes):
        notes.append(WORD)


def _judge(refused: Refuted | None, error: float, power: float, visible: float, what: str) -> None:
    """Book the test, then: refuted if it rejects, inconclusive if it passed for want of power."""
    context = current()
    context.count()
    context.spend(error, power, visible)
    _trusted()
    if refused is not None:
        context.refused.append(what)
        raise refused
    if power < POWER:
        raise _cannot_tell(f"{what}: power {power:.3f} < {POWER} at relative error {visible:g}")


def expect_proportion(
    successes: int, trials: int, expected: float, *, visible: float, error: float = ERROR, what: str
) -> None:
    """Exact two-sided binomial test of P = ``expected``.

    visible: relative error of ``expected`` that must be seen, on either side, with power 0.99; a side
    that would leave 0..1 ends there.  Power is exact for the equal-tailed rejection region.
    An ``expected`` between two floats gets the ends of both: a count's tail is monotone in P.
    """
    error, visible = _parameters(error, visible=visible)
    successes, trials = _counts(successes, trials)
    below, above = _ends("expected", expected)
    if not 0 < expected < 1:
        raise ValueError(f"expected={expected}: 0 < expected < 1")
    low = int(stats.binom.ppf(error / 2, trials, below)) - 1
    high = int(stats.binom.isf(error / 2, trials, above)) + 1
    power = 1.0
    for wrong in (above * (1 - visible), min(1.0, below * (1 + visible))):
        seen = stats.binom.cdf(low, trials, wrong) + stats.binom.sf(high - 1, trials, wrong)
        power = min(power, float(seen))
    refused = None
    if successes <= low or successes >= high:
        refused = Refuted(
            f"{what}: {successes} of {trials}, outside {low + 1}..{high - 1} for P={below:.6g}",
            {"successes": successes, "trials": trials},
        )
    _judge(refused, error, power, visible, what)


def _expect_independent(values: np.ndarray, error: float, what: str) -> None:
    """Raise Inconclusive for draws that show that they are not independent, as far as that can be seen."""
    if said := come_again(values, error) or hang_together(values, error):
        raise _cannot_tell(f"{what}: {said}")


def expect_mean(
    sample: Any, expected: float, *, visible: float, error: float = ERROR, what: str
) -> None:
    """Student's t test of mean = ``expected`` on independent draws (see above for what of that is seen).

    The error probability is that of the normal limit, corrected for the skewness found (``skewed``); samples of
    at least 400 are required.  Draws without a variance, or so skewed that this says nothing, are Inconclusive.
    visible: relative error of ``expected`` that must be seen with power 0.99, given the spread found.
    """
    error, visible = _parameters(error, visible=visible)
    below, above = _ends("expected", expected)
    values = _sample(sample)
    if values.size < 400 or not np.isfinite(values).all():
        raise ValueError(f"sample: {values.size} values; at least 400 finite ones are needed")
    # Not by the spread: where their mean is rounded, it need not come out as 0.
    if values.min() == values.max():
        said = f"all values are {values.flat[0]}, so there is no spread to judge by"
        raise _cannot_tell(f"{what}: {said}")
    largest = float(np.abs(values).max())
    if not SMALL <= largest <= LARGE:
        raise ValueError(
            f"sample: values of up to {largest:.3g}; the largest must lie between {SMALL:g} and {LARGE:g}, "
            "since squares of others are no floats: count in another unit"
        )
    _expect_independent(values, error, what)
    spread = float(values.std(ddof=1)) / math.sqrt(values.size)
    if (critical := skewed.critical(values, error)) is None:
        said = (
            f"{values.size} draws are too few for a law as skewed as theirs, or it has no variance"
        )
        raise _cannot_tell(f"{what}: {said}")
    power = float(stats.norm.sf(critical - abs(below) * visible / spread))
    refused = None
    mean = float(values.mean())
    if max(below - mean, mean - above) > critical * spread:
        refused = Refuted(
            f"{what}: mean {mean:.6g} +- {spread:.2g}, expected {below:.6g}",
            {"mean": mean, "standard error": spread},
        )
    _judge(refused, error, power, visible, what)


def expect_distribution(
    sample: Any, cdf: Callable[..., Any], *, visible: float, error: float = ERROR, what: str
) -> None:
    """Kolmogorov-Smirnov test of independent draws against a distribution function, continuous or not.

    visible: sup-distance between distribution functions (at most 1) that must be seen with power 0.99.
    Error and power are bounded by the Dvoretzky-Kiefer-Wolfowitz inequality with Massart's constant,
    P(sup|F_m - F| > e) <= 2 exp(-2 m e^2), which needs no asymptotics and holds for every law, so also where
    F jumps.  The distance is taken at each draw and at the float before it: F_m is constant between draws and
    F grows, so over the floats it is nowhere larger.  Where it exceeds what chance allows only because F jumps
    right BESIDE draws (k/49 and F(x) = B(49 x), where 49 (1/49) < 1), the test is inconclusive.
    """
    error, visible = _parameters(error, visible=visible)
    # SciPy would take a name, or compare with a second sample, by another law.
    if not callable(cdf):
        raise TypeError(f"cdf={cdf!r:.60}: a distribution function is needed")
    values = _sample(sample).ravel()
    size = values.size
    if size < 1 or not np.isfinite(values).all():
        raise ValueError(f"sample: {size} values; at least one, and finite ones, are needed")
    _expect_independent(values, error, what)
    critical = math.sqrt(math.log(2 / error) / (2 * size))
    slack = visible - critical
    power = max(0.0, 1 - 2 * math.exp(-2 * size * slack**2)) if slack > 0 else 0.0
    refused = None
    if _distance(values, cdf) > critical:
        distance = _distance(values, cdf, BESIDE)
        if distance <= critical:
            said = "the distribution function jumps right beside draws, as where one of them is rounded"
            raise _cannot_tell(f"{what}: {said}")
        bound = min(1.0, 2 * math.exp(-2 * size * distance**2))
        refused = Refuted(
            f"{what}: sup distance {distance:.4g} > {critical:.4g} (p <= {bound:.2g})",
            {"p": bound, "draws": size},
        )
    _judge(refused, error, power, visible, what)


def _distance(values: np.ndarray, cdf: Callable[..., Any], beside: float = 0.0) -> float:
    """sup |F_m - F| over the floats.

    beside: F may take each of its values so much later or earlier, as a share of the way to the next draw.
    """
    draws, counts = np.unique(values, return_counts=True)
    gaps = np.diff(draws) if draws.size > 1 else np.abs(draws)
    at = draws + beside * np.append(gaps, gaps[-1])[: draws.size]
    before = np.nextafter(draws - beside * np.append(gaps[0], gaps)[: draws.size], -np.inf)
    upto = np.cumsum(counts)
    above = upto / values.size - _heights(cdf(at), draws.shape)
    below = _heights(cdf(before), draws.shape) - (upto - counts) / values.size
    return float(max(above.max(), below.max()))


def expect_at_most(
    successes: int, trials: int, bound: float, *, error: float = ERROR, what: str
) -> None:
    """One-sided exact binomial test of P <= ``bound``: refuted when that is too unlikely.

    Where no count at all would be too unlikely (bound 1, or too few trials) nothing is checked, and
    nothing is counted: a note says so.
    """
    (error,) = _parameters(error)
    successes, trials = _counts(successes, trials)
    _, above = _ends("bound", bound)
    if not 0 <= bound <= 1:
        raise ValueError(f"bound={bound}: 0 <= bound <= 1")
    context = current()
    if stats.binom.sf(trials - 1, trials, above) >= error:
        context.notes.append(f"{what}: no count of {trials} speaks against P <= {bound}: no check")
        return
    context.count()
    context.spend(error)
    _trusted()
    pvalue = float(stats.binom.sf(successes - 1, trials, above))
    if pvalue < error:
        context.refused.append(what)
        raise Refuted(
            f"{what}: {successes} of {trials} where P <= {bound} (p = {pvalue:.2g})",
            {"p": pvalue},
        )


def expect_at_least(
    successes: int, trials: int, bound: float, *, error: float = ERROR, what: str
) -> None:
    """One-sided exact binomial test of P >= ``bound``."""
    _ends("bound", bound)
    expect_at_most(trials - successes, trials, 1 - bound, error=error, what=what)
