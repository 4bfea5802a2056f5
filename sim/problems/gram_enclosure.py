r"""Two-sided enclosures of the mean-square threshold, rounding accounted for.

C_ms is the root of C rho(T(C)) = 1 below the full-batch edge 2N/l_max.

*Above* (Rayleigh): for any V, C <V,T(C)V>/<V,V> <= C rho(T(C)), so its root is no smaller.
*Below* (Collatz-Wielandt): T maps positive block-diagonal matrices to such, so T V <= m V with V > 0
gives rho(T(C)) <= m; then C_ms >= C if C m <= 1, and >= min(C, 1/m) in any case, T being increasing.

*The matrix itself*: <V,T V> rises with K in the order of symmetric matrices (claim Q-GRAM-ORDER), and
K~ - e <= K <= K~ + e, e = `Gram.uncertainty`.  The lower end is computed for K~ + e: the same
eigenvectors, eigenvalues shifted; those taken for zero add at most 1.01 kappa e to rho(T).  For the
upper end let P be the span of the eigenvectors with l > 2e, Q = 1 - P.  Then K + eQ >= K~ - 2e on P,
and 0 elsewhere (by blocks: at least e on P, at least e on Q as K >= 0, at most e beside).  So the form
of K is at least that of the shifted matrix less what adding eQ to K brings, see `hidden`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from sim.problems.arrays import UNIT, gamma, host, like
from sim.problems.gram_input import Gram
from sim.problems.gram_operator import Operator, Weights
from sim.problems.lanczos import leading

NUDGE = 1 + 64 * UNIT  # more than the roundings of the scalar formulas below
WIDTH = 1e-8
TURNS = 9
ROUGH = 1e-4  # accuracy of the first guess at V
FLOOR = 1e-9  # of the largest: keeps V away from the boundary of the cone


@dataclass(frozen=True)
class Threshold:
    """C_ms lies in [low, high]; infinite where K = 0.

    perron: (N,) share of each sample in the leading vector, sums to 1: who carries the instability
    (for b = N, where no sampling noise is left, the square of the top eigenvector instead).
    products: applications of half of T that were made.
    """

    low: float
    high: float
    batch_size: int
    kappa: Fraction
    perron: Any
    products: int = 0

    @property
    def middle(self) -> float:
        """Give the middle of the enclosure: an estimate."""
        return self.low + (self.high - self.low) / 2 if math.isfinite(self.low) else self.low

    @property
    def width(self) -> float:
        """Give the relative width."""
        return (self.high - self.low) / self.high if math.isfinite(self.low) else 0.0


def edge(gram: Gram) -> tuple[float, float]:
    """Give an enclosure of 2N/l_max, gradient descent's threshold; infinite for K = 0."""
    top, e = gram.largest, gram.uncertainty
    low = 2 * gram.samples / (top + e) / NUDGE if top + e > 0 else math.inf
    return low, 2 * gram.samples / (top - e) * NUDGE if top > e else math.inf


def upper(op: Operator, W: Any, V: Any) -> float:
    """Give a step size that is surely >= C_ms, from one V: root of C q(C) = 1, moved up until sure.

    1/q is concave in C (a harmonic mean of affine functions), so Newton's iterates on 1/q - C
    fall to the root from above.
    """
    gram = op.gram
    top = edge(gram)[1]
    square = float(op.xp.sum(V * V)) * (1 + gamma(math.prod(V.shape)))
    spread = op.spread_error(V)

    def low_form(C: float) -> tuple[float, float]:
        weights = Weights(gram, op.kappa, C, -2 * gram.uncertainty)
        lost = hidden(gram, op.kappa, C)
        if not math.isfinite(weights.relative + lost):
            return 0.0, 0.0
        value, slope = op.form(W, weights)
        value *= 1 - weights.relative - gamma(2 * gram.rank + 8)
        root = math.sqrt(max(value, 0.0)) - math.sqrt(op.scale * weights.largest) * spread
        return max(root, 0.0) ** 2 / square / NUDGE - lost, slope / square

    C = 0.0
    for _ in range(60):
        value, slope = low_form(C)
        if value <= 0:
            return top
        new = min(C + (1 / value - C) / (1 + slope / value**2), top)
        if abs(new - C) <= 4 * UNIT * new:
            break
        C = new
    for k in range(40):
        sure = C * (1 + 2.0**k * UNIT)
        if sure >= top:
            return top
        if sure * low_form(sure)[0] >= NUDGE:
            return sure
    return top


def hidden(gram: Gram, kappa: Fraction, step_size: float) -> float:
    """Bound how much <V,T V>/<V,V> grows from K to K + eQ; 0 where Q is empty, infinite if e is large.

    Its derivative along K + sQ is 2 kappa |Q x_A (x_A + x_B - c)^-1 V|^2, x the reciprocal eigenvalues
    mu of K + sQ. The factor x_a/(x_a + x_b - c) is at most 2 where x_a >= 2 x_1 (c <= 2 x_1, x_b >=
    x_1), and at most A = 2 x_1/(2 x_1 - c) elsewhere; there mu_a > l_max/2, and |QK| <= 3e makes |Q
    u_a| at most 3e/(mu_a - e), so at most 6.3 e/l_max for e <= l_max/100.
    """
    e, top = gram.uncertainty, gram.largest
    if gram.rank == gram.samples * gram.outputs and float(gram.values[0]) > 2 * e:
        return 0.0
    if e > top / 100 or float(kappa) * top < 4 * e:
        return math.inf
    twice = 2 / (top + 2 * e)
    room = twice - float(1 - kappa) * step_size / gram.samples
    if room <= 1e-14 * twice:
        return math.inf
    return 2 * float(kappa) * e * (2 + 6.3 * e / top * twice / room) ** 2 * 1.001


def lower(op: Operator, W: Any, V: Any, C: float) -> tuple[float, Any, float]:
    """Give a step size that is surely <= C_ms, T V at C, and the error of its blocks.

    With s = sqrt(rho) and k = 1: T V <= m V holds with m = max (A_i + B_i s), A and B from
    `apply_errors`, so s^2 <= A_i + B_i s for some i, hence s <= max (B_i + sqrt(B_i^2 + 4 A_i))/2.
    """
    gram = op.gram
    weights = Weights(gram, op.kappa, C, gram.uncertainty)
    image, image_norm = op.apply(W, weights)
    if not math.isfinite(weights.relative):
        return 0.0, image, 0.0
    a, b = op.apply_errors(image_norm, weights, op.spread_error(V))
    s = root_of_radius(op, image, V, a, b)
    if not math.isfinite(s):
        return 0.0, image, a
    small = 1.01 * float(op.kappa) * gram.uncertainty
    bound = (s * s + small) * NUDGE
    error = a + b * s
    if gram.uncertainty * C > 0.009 * gram.samples:
        return 0.0, image, error
    # the full-batch edge of K~ + e bounds nothing from below, but C must lie under it
    if C * bound <= 1:
        return min(C, edge(gram)[0]), image, error
    return min(C, 1 / bound / NUDGE, edge(gram)[0]), image, error


def root_of_radius(op: Operator, image: Any, V: Any, a: float, b: float) -> float:
    """Give s that is surely >= sqrt(rho(T)), where T V lies within a + b sqrt(rho) of `image`,
    blockwise.

    k = 1: the formula of `lower`.  k > 1: NumPy finds m with (T V) <= m V in each block and tries
    slightly larger ones until m V - image - a - b sqrt(m) >= 0 surely: an eigenvalue of a k x k matrix
    comes with an error of at most 8 k^2 u times the norms that enter.  Infinite where none is found.
    """
    if op.gram.outputs == 1:
        least = V[:, 0, 0]
        A, B = (image[:, 0, 0] + a) / least * (1 + 4 * UNIT), b / least
        return float(op.xp.max((B + op.xp.sqrt(B * B + 4 * A)) / 2)) * NUDGE
    Y, X = host(image), host(V)
    k = op.gram.outputs
    eye = np.eye(k)
    inverse = np.linalg.inv(np.linalg.cholesky(X))
    m = float(np.linalg.eigvalsh(inverse @ (Y + a * eye) @ np.swapaxes(inverse, 1, 2)).max())
    sizes = np.linalg.norm(X, axis=(1, 2)), np.linalg.norm(Y, axis=(1, 2))
    for tried in range(60):
        bound = m * (1 + 1e-13 * 2.0**tried)
        slack = 8 * k * k * UNIT * (bound * sizes[0] + sizes[1])
        needed = a + b * math.sqrt(bound) + slack
        if (np.linalg.eigvalsh(bound * X - Y)[:, 0] >= needed).all():
            return math.sqrt(bound) * NUDGE
    return math.inf


def positive(op: Operator, V: Any, floor: float) -> Any:
    """Give V made positive definite: absolute value of each block plus `floor` of the largest."""
    xp = op.xp
    if op.gram.outputs == 1:
        V = xp.abs(V)
        return V + floor * xp.max(V)
    X = host(V)
    values, vectors = np.linalg.eigh(X)
    values = np.abs(values) + floor * np.abs(values).max()
    return like((vectors * values[:, None, :]) @ np.swapaxes(vectors, 1, 2), V)


def shares(V: Any) -> Any:
    """Give the trace of each block, normalised to sum 1, as a NumPy array."""
    trace = np.trace(host(V), axis1=1, axis2=2)
    return trace / trace.sum()


def enclose(
    gram: Gram, kappa: Fraction, batch_size: int, *, width: float = WIDTH, start: Any = None
) -> tuple[Threshold, Any]:
    """Enclose C_ms to relative `width`, or to what rounding allows; and the vector V it ended with.

    start: a V to begin with, as another batch size ended with.
    """
    low, high = edge(gram)
    if kappa == 0 or gram.rank == 0:
        top = gram.vectors[:, -1:] if gram.rank else gram.vectors[:, :0] @ gram.vectors[:0, :0]
        share = host(top).reshape(gram.samples, gram.outputs, -1)
        perron = (share**2).sum(axis=(1, 2)) if gram.rank else np.zeros(gram.samples)
        return Threshold(low, high, batch_size, kappa, perron), start
    op = Operator(gram, kappa)
    V = op.start() if start is None else start
    low, best, floor = 0.0, V, FLOOR
    for turn in range(TURNS):
        W = op.spread(V)
        before, high = high, min(high, upper(op, W, V))
        C = high * (1 - width / 4)
        if (
            turn < 2
        ):  # C to the square of V's accuracy: a rough V first, then one as good as is needed
            V = positive(op, leading(op, C, V, W, (ROUGH, width / 16)[turn]), floor)
            continue
        found, image, error = lower(op, W, V, C)
        stuck = found <= low and high >= before
        if found > low:
            low, best = found, V
        if high - low <= width * high or (stuck and turn > 3):
            break  # done, or rounding allows no more
        # samples that hardly couple to the leading ones: their entries must exceed the error there
        floor = max(FLOOR, 2 * error * C / float(op.xp.max(op.xp.abs(V))))
        if turn % 2 == 0:
            V = positive(op, leading(op, C, V, W, width / 64), floor)
        else:
            V = positive(op, image / float(op.xp.max(op.xp.abs(image))), floor)
    return Threshold(low, high, batch_size, kappa, shares(best), op.products), best
