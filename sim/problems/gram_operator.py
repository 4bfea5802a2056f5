r"""T(C): the N x N matrix with non-negative entries that decides mean-square stability.

With K = U diag(l) U', kappa the batch's variance factor and d_ab = (l_a + l_b)/N - C (1 - kappa)
l_a l_b/N^2,

    T(C) V = (kappa/N) blockdiag(U [(U' V U) o (l l'/d)] U'),

V block-diagonal, a k x k block a sample (k outputs; scalars for k = 1).  Two matrix products; the
first, W = U'VU, depends on neither C nor the batch size.  See proofs_notes/quadratic/gram_thresholds.md.

Rounding.  Every bound here is worst-case and holds for any order of summation inside a product of
at most `PANEL` terms; the sums over panels are ours.  Norms of matrices are Frobenius norms.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Protocol

from sim.engine import _arguments as arguments
from sim.problems.arrays import PANEL, UNIT, gamma, identity, namespace, norm, transposed, zeros
from sim.problems.gram_input import Gram

SAMPLINGS = ("uniform", "replacement")
ROWS = 512  # rows of an (r, r) array worked on at a time


def variance_factor(samples: int, batch_size: Any, sampling: str = "uniform") -> Fraction:
    """Give kappa exactly: Var(mean of a batch) = kappa Var(one sample); Q-KAPPA."""
    arguments.choice("sampling", sampling, SAMPLINGS)
    most = None if sampling == "replacement" else samples
    b = arguments.integer("batch_size", batch_size, 1, most)
    if sampling == "replacement":
        return Fraction(1, b)
    return Fraction(0) if b == samples else Fraction(samples - b, b * (samples - 1))


class Kernel(Protocol):
    """What stands between T's two products: g_ab by rows, and what is known of its size and error."""

    slope: float
    largest: float
    relative: float

    def rows(self, start: int, stop: int) -> Any:
        """Give g[start:stop, :stop]."""


class Weights:
    """The kernel g_ab = l_a l_b/d_ab at one C, as rows on demand: N/(x_a + x_b - c), x = 1/l.

    shift is added to every eigenvalue (one that is not positive then counts as 0); c = C (1 - kappa)/N.
    `relative` bounds the relative error of every entry: subtraction of c amplifies by
    1/(1 - c/(2 x_min)), and 16 roundings are fewer than that; infinite where nothing is known.
    """

    def __init__(self, gram: Gram, kappa: Fraction, step_size: float, shift: float = 0.0):
        xp = namespace(gram.values)
        self.samples = gram.samples
        self.slope = float(1 - kappa) / gram.samples  # c = slope C
        self.cut = self.slope * step_size
        shifted = gram.values + shift
        live = shifted > 0
        self.inverse = xp.where(live, 1.0 / xp.where(live, shifted, 1.0), math.inf)
        least = 2.0 * float(xp.min(self.inverse))
        room = least - self.cut
        self.largest = gram.samples / room if room > 0 else math.inf
        self.relative = 16 * UNIT * least / room if room > 0 else math.inf
        if self.relative > 0.01:
            self.relative = math.inf

    def rows(self, start: int, stop: int) -> Any:
        """Give g[start:stop, :stop]."""
        x = self.inverse
        return self.samples / (x[start:stop, None] + (x[None, :stop] - self.cut))


class Operator:
    """T(C) for one Gram matrix and one kappa."""

    def __init__(self, gram: Gram, kappa: Fraction):
        self.gram, self.kappa = gram, kappa
        self.scale = float(kappa) / gram.samples
        self.xp = namespace(gram.values)
        self.products = 0

    def start(self) -> Any:
        """Give V = identity: all samples alike."""
        N, k = self.gram.samples, self.gram.outputs
        return zeros((N, k, k), self.gram.vectors) + identity(k, self.gram.vectors)

    def spread(self, V: Any) -> Any:
        """Give W = U' V U for V (N, k, k) symmetric, positive definite or not, in panels of rows."""
        gram, xp = self.gram, self.xp
        k, r = gram.outputs, gram.rank
        blocks = max(1, PANEL // k)
        total = None
        for at in range(0, gram.samples, blocks):
            end = min(at + blocks, gram.samples)
            part, rows = V[at:end, :, :], gram.vectors[at * k : end * k, :]
            if k == 1:  # by sign, as B'B: half the time where the library knows symmetric products
                size = part[:, 0, 0]
                rows = rows * xp.sqrt(xp.abs(size))[:, None]
                up, down = rows[size >= 0], rows[size < 0]
                panel = up.T @ up
                if down.shape[0]:
                    panel = panel - down.T @ down
            else:
                panel = rows.T @ xp.reshape(part @ xp.reshape(rows, (-1, k, r)), (-1, r))
            total = panel if total is None else total + panel
        self.products += 1
        return total

    def spread_error(self, V: Any) -> float:
        """Bound ||W^ - W||, W = U~' V U~ exact: rounding of the panels' sums, then U = U~ H.

        |entries| <= gamma |U|'|V||U|, whose norm is at most the sum of the blocks' norms times
        ||U||_2^2; then ||H W H - W|| <= (2 skew + skew^2) ||V||.
        """
        gram, xp = self.gram, self.xp
        per_block = xp.sqrt(xp.sum(V * V, axis=(-2, -1)))
        panels = math.ceil(gram.samples * gram.outputs / max(1, PANEL // gram.outputs))
        terms = min(PANEL, gram.samples * gram.outputs)
        rounding = gamma(terms + gram.outputs + panels + 8) * float(xp.sum(per_block))
        skew = 2 * gram.skew + gram.skew**2
        return (rounding * (1 + skew) + skew * norm(V)) * (1 + 1e-10)

    def _lower(self, W: Any, weights: Kernel) -> Iterator[tuple[int, Any, Any]]:
        """Give W and g on and below the diagonal, `ROWS` rows at a time: both are symmetric."""
        for at in range(0, self.gram.rank, ROWS):
            stop = min(at + ROWS, self.gram.rank)
            yield at, W[at:stop, :stop], weights.rows(at, stop)

    def form(self, W: Any, weights: Kernel) -> tuple[float, float]:
        """Give (kappa/N) sum W^2 g and its derivative in C."""
        value = slope = 0.0
        for at, block, g in self._lower(W, weights):
            weighted = block * block * g
            graded = weighted * g
            value += 2 * float(self.xp.sum(weighted[:, :at])) + float(self.xp.sum(weighted[:, at:]))
            slope += 2 * float(self.xp.sum(graded[:, :at])) + float(self.xp.sum(graded[:, at:]))
        unit = self.scale * weights.slope / self.gram.samples
        return self.scale * value, unit * slope

    def apply(self, W: Any, weights: Kernel) -> tuple[Any, float]:
        """Give T V from W = U'VU, as (N, k, k), and ||W o g||; W is left as it was."""
        gram, xp = self.gram, self.xp
        N, k = gram.samples, gram.outputs
        total, squares = None, 0.0
        for at, half, g in self._lower(W, weights):
            block = half * g
            squares += 2 * float(xp.sum(block[:, :at] ** 2)) + float(xp.sum(block[:, at:] ** 2))
            block[:, :at] *= 2
            stop = int(block.shape[1])
            image = gram.vectors[:, :stop] @ block.T  # (N k, rows)
            left = gram.vectors[:, at:stop]
            if k == 1:
                part = xp.sum(image * left, axis=-1)[:, None, None]
            else:
                shape = (N, k, stop - at)
                part = xp.reshape(image, shape) @ transposed(xp.reshape(left, shape))
            total = part if total is None else total + part
        self.products += 1
        total = (total + transposed(total)) * (0.5 * self.scale)
        return total, math.sqrt(squares) * (1 + gamma(gram.rank**2 + 4))

    def apply_errors(
        self, image_norm: float, weights: Kernel, spread: float
    ) -> tuple[float, float]:
        """Bound the error of each block of `apply`, in the spectral norm, by a + b sqrt(rho(T)).

        a: rounding of g and of the second product (entries gamma |U||W o g||U|', at most
        gamma ||W o g|| as U's rows are no longer than 1), and U = U~ H.
        b: the error E of W enters as (kappa/N) sum z_a z_b g_ab E_ab for a unit z in the row space
        of a block, at most sqrt((kappa/N) max g) ||E|| sqrt((kappa/N) sum g z_a^2 z_b^2), and the
        last root's argument is <P, T P> for a projection P, at most rho(T).
        """
        gram = self.gram
        skew = 2 * gram.skew + gram.skew**2
        relative = weights.relative + gamma(2 * gram.rank + gram.outputs + 8) + skew
        first = self.scale * image_norm * relative * (1 + skew) ** 2
        second = math.sqrt(self.scale * weights.largest) * spread
        return first * (1 + 1e-10), second * (1 + 1e-10)
