"""sim.problems: enclosures against exact rationals, other routes to the same numbers, bad input."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim import (
    Gram,
    Hessians,
    almost_sure_threshold,
    design,
    full_batch_edge,
    growth_rate,
    mean_square_threshold,
    stationary_covariance,
)
from sim.engine.batches import child
from sim.problems import gram_design, gram_enclosure, gram_lyapunov
from sim.problems.arrays import gram_of
from sim.problems.exponents import Residuals, exponents
from sim.problems.gram_operator import Operator, Weights, variance_factor
from sim.problems.nonconvex import simulate_sum, styblinski_tang_slopes
from sim.problems.quadratic_moments import almost_sure_threshold as one_dimensional
from sim.problems.quadratic_moments import mean_square_threshold as dense
from sim.problems.quadratic_moments import stationary_second_moment
from theory.quadratic.nonconvex import wells as exact_wells
from theory.quadratic.thresholds import QuadraticSum, compare

SHAPES = {
    "plain": (4, 1, 3), "wide": (3, 1, 5), "one sample": (1, 1, 2), "two outputs": (3, 2, 4),
    "rank one": (4, 2, 1), "three outputs": (2, 3, 3),
}  # fmt: skip


def integers(shape: tuple[int, int, int], seed: int = 0, most: int = 3) -> Any:
    return np.random.default_rng([seed, *shape]).integers(-most, most + 1, size=shape).astype(float)


def exactly(J: Any) -> QuadraticSum:
    """Q_i = J_i' J_i over the rationals, of a Jacobian of floats."""
    parts = []
    for block in J:
        rows = [[Fraction(x) for x in row] for row in block]
        size = len(rows[0])
        parts.append([[sum(r[a] * r[b] for r in rows) for b in range(size)] for a in range(size)])
    return QuadraticSum(parts)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("sampling", ["uniform", "replacement"])
def test_enclosures_hold_exactly(name: str, sampling: str) -> None:
    """low <= C_ms <= high, decided over the rationals; and the width that was asked for."""
    J = integers(SHAPES[name])
    if name == "plain":
        J[1] = J[0]  # a repeated sample
        J[3] = 0.0  # a sample that nothing moves
    problem = exactly(J)
    for b in range(1, len(J) + 1):
        found = mean_square_threshold(J, batch_size=b, sampling=sampling)
        kappa = problem.variance_factor(b, sampling)
        assert compare(problem, kappa, Fraction(found.low)) >= 0
        assert compare(problem, kappa, Fraction(found.high)) <= 0
        assert found.width <= 1e-8
        assert abs(found.perron.sum() - 1) < 1e-12
        assert (found.perron >= 0).all()


def test_an_end_moved_inside_is_noticed() -> None:
    """The check above can fail: half a width is visible to it."""
    J = integers(SHAPES["wide"])
    found = mean_square_threshold(J, batch_size=1)
    problem = exactly(J)
    assert compare(problem, Fraction(1), Fraction(found.low * (1 + 1e-8))) < 0
    assert compare(problem, Fraction(1), Fraction(found.high * (1 - 1e-8))) > 0


def _violations(make: Any) -> int:
    """How many of the ends, asked for at an accuracy that floats do not have, are on the wrong side."""
    wrong = 0
    for seed in range(40):
        J = integers((3, 1, 3), seed=seed, most=9)
        problem = exactly(J)
        for b in (1, 2):
            found = mean_square_threshold(make(J), batch_size=b, width=1e-15)
            if not np.isfinite(found.high):
                continue
            kappa = problem.variance_factor(b)
            wrong += compare(problem, kappa, Fraction(found.low)) < 0
            wrong += compare(problem, kappa, Fraction(found.high)) > 0
    return wrong


def test_rounding_is_accounted_for_and_would_show(monkeypatch: Any) -> None:
    """Over the rationals: no end is wrong; with every rounding bound switched off, many are."""
    assert _violations(Gram.from_jacobian) == 0
    monkeypatch.setattr(Operator, "spread_error", lambda self, V: 0.0)
    monkeypatch.setattr(Operator, "apply_errors", lambda self, image, weights, spread: (0.0, 0.0))
    monkeypatch.setattr(gram_enclosure, "NUDGE", 1.0)
    monkeypatch.setattr(gram_enclosure, "gamma", lambda count: 0.0)
    monkeypatch.setattr(gram_enclosure, "FLOOR", 1e-18)

    def bare(J: Any) -> Gram:
        gram = Gram.from_jacobian(J)
        return Gram(gram.samples, gram.outputs, gram.values, gram.vectors, 0.0, 0.0)

    assert _violations(bare) > 10


def test_exact_products_bound_their_error() -> None:
    """F F' of floats, over the rationals: the error is within the bound, and the bound is tight."""
    F = np.random.default_rng(1).normal(size=(5, 40)) * np.logspace(0, -6, 5)[:, None]
    got, bound = gram_of(F)
    rows = [[Fraction(x) for x in row] for row in F]
    worst = Fraction(0)
    for i, one in enumerate(rows):
        for j, two in enumerate(rows):
            exact = sum(x * y for x, y in zip(one, two, strict=True))
            worst += (Fraction(got[i, j]) - exact) ** 2
    assert worst <= Fraction(bound) ** 2
    assert bound < 1e-14 * np.linalg.norm(F) ** 2


def test_the_same_numbers_by_every_way_in() -> None:
    J = integers(SHAPES["two outputs"])
    flat = J.reshape(6, 4)
    K = flat @ flat.T
    ways = [
        mean_square_threshold(J, batch_size=2),
        mean_square_threshold(K, batch_size=2, outputs=2),
        mean_square_threshold(K.reshape(3, 2, 3, 2), batch_size=2),
        mean_square_threshold(Gram.from_product(lambda V: K @ V, 3, 2), batch_size=2),
        mean_square_threshold(Gram.from_jacobian(J), batch_size=[1, 2, 3])[1],
    ]
    low, high = max(x.low for x in ways), min(x.high for x in ways)
    assert low <= high
    assert ways[0].middle == pytest.approx(dense(np.einsum("nkp,nkq->npq", J, J), 2), rel=1e-8)


def test_full_batch_and_closed_forms() -> None:
    J = integers((5, 1, 4), seed=2)
    K = J[:, 0] @ J[:, 0].T
    edge = full_batch_edge(K)
    assert edge.low <= 10 / np.linalg.eigvalsh(K)[-1] <= edge.high
    full = mean_square_threshold(K, batch_size=5)
    assert (full.low, full.high) == (edge.low, edge.high)
    one = mean_square_threshold(K, batch_size=1)
    assert 2 / K.diagonal().max() <= one.high
    assert one.low <= 10 / K.trace()
    thresholds = mean_square_threshold(K, batch_size=range(1, 6))
    assert all(x.low <= y.high for x, y in pairwise(thresholds))


def test_one_sample_carries_the_instability() -> None:
    J = np.eye(6)
    J[2] *= 4
    found = mean_square_threshold(Gram.from_jacobian(J), batch_size=1)
    assert found.perron.argmax() == 2
    assert found.perron[2] > 0.999


def test_nothing_moves() -> None:
    found = mean_square_threshold(np.zeros((3, 2)), batch_size=1)
    assert found.low == found.high == np.inf


@pytest.mark.parametrize("factor", [0.3, 0.9, 1.3])
@pytest.mark.parametrize("shape", [(4, 1, 3), (3, 2, 3)])
def test_growth_against_the_dense_operator(factor: float, shape: tuple[int, int, int]) -> None:
    J = np.random.default_rng(3).normal(size=shape)
    Q = np.einsum("nkp,nkq->npq", J, J)
    for b in range(1, shape[0] + 1):
        C = factor * dense(Q, b)
        kappa = float(variance_factor(shape[0], b))
        mean, one = Q.mean(axis=0), np.eye(shape[2])
        second = np.mean([np.kron(x, x) for x in Q], axis=0)
        M = np.kron(one, one) - C * (np.kron(mean, one) + np.kron(one, mean))
        M += C**2 * ((1 - kappa) * np.kron(mean, mean) + kappa * second)
        # I is in the interior of the cone, so tr M^p I grows with the rate; power iteration reads it
        X = one.ravel()
        for _ in range(3000):
            X = M @ X
            rate = np.log(np.linalg.norm(X))
            X /= np.linalg.norm(X)
        found = growth_rate(J, batch_size=b, step_size=C)
        assert found.low - 1e-9 <= rate <= found.high + 1e-9
        assert found.high - found.low < 1e-6
        assert (found.high < 0) == (factor < 1)


def test_stationary_covariance_against_parameters() -> None:
    """Residuals at the minimum that K does not see: the same limit as in parameters (Q-STATIONARY)."""
    draw = np.random.default_rng(4)
    J = draw.normal(size=(5, 2))
    y = draw.normal(size=5)
    rest = y - J @ np.linalg.lstsq(J, y, rcond=None)[0]
    C = 0.6 * mean_square_threshold(J, batch_size=2).low
    Q = np.einsum("np,nq->npq", J, J)
    inner = stationary_second_moment(Q, J * rest[:, None], batch_size=2, step_size=C)
    found = stationary_covariance(J, rest, batch_size=2, step_size=C)
    assert found == pytest.approx(J @ inner @ J.T, rel=1e-9, abs=1e-12)
    with pytest.raises(ValueError, match="below the mean-square threshold"):
        stationary_covariance(J, rest, batch_size=2, step_size=3 * C)
    with pytest.raises(ValueError, match="4 numbers; must be N k = 5"):
        stationary_covariance(J, rest[:4], batch_size=2, step_size=C)


@pytest.mark.parametrize("b", [1, 2, 4])
def test_almost_sure_threshold_in_one_dimension(b: int) -> None:
    """Against E log|1 - C h_B| over all batches; 99.9 % intervals, fixed seed."""
    h = np.array([1.0, 2.0, 0.5, 3.0, 1.5])
    found = almost_sure_threshold(
        np.sqrt(h)[:, None], batch_size=b, level=0.999, runs=32, epochs=300
    )
    exact = one_dimensional(h, b)
    assert found.low <= exact <= found.high
    assert found.high / found.low < 1.1
    assert found.low >= mean_square_threshold(np.sqrt(h)[:, None], batch_size=b).low


def test_full_batch_needs_no_runs() -> None:
    found = almost_sure_threshold(integers((4, 1, 3)), batch_size=4)
    assert found.exact
    assert found.measured == ()


def test_rank_deficient_matrices_are_simulated_on_their_range() -> None:
    """A null space of K has exponent 0 in the residuals, and would hide a negative one."""
    J = np.ones((6, 1))
    (found,) = exponents(
        Residuals(Gram.from_jacobian(J)), [0.5], batch_size=1, epochs=50, runs=16, seed=0
    )
    assert found.mean == pytest.approx(6 * np.log(0.5), rel=1e-9)


def test_thresholds_draw_from_no_child_of_their_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """K, too, may be drawn from children of the integer, or the sequence, that is handed over."""
    asked = []

    def heard(*args: Any, seed: Any, **options: Any) -> Any:
        asked.append(np.random.default_rng(seed).bytes(16))
        return exponents(*args, seed=seed, **options)

    monkeypatch.setattr(gram_lyapunov, "exponents", heard)
    monkeypatch.setattr(gram_design, "exponents", heard)
    root = np.random.SeedSequence(3)
    flat, sharp = np.array([[1.0], [1.2]]), np.array([[2.0], [2.4]])
    for seed in (3, root):
        design(keep=[flat], leave=[sharp], batch_size=[1], runs=16, epochs=20, seed=seed)
    assert len(set(asked)) >= 8
    children = root.spawn(20)
    theirs: list[Any] = [
        3,
        [3, 1],
        root,
        *children,
        *(x for one in children for x in one.spawn(3)),
        child(3),
        child(root),
    ]
    assert not set(asked) & {np.random.default_rng(x).bytes(16) for x in theirs}


def test_design_and_its_limits() -> None:
    flat, sharp = np.array([[1.0], [1.2]]), np.array([[2.0], [2.4]])
    windows = design(keep=[flat], leave=[sharp], runs=32, epochs=200)
    assert [w.batch_size for w in windows] == [1, 2]
    for w in windows:
        assert w.tame is not None
        assert w.leaves_above < w.keeps_below
    none = design(keep=[sharp], leave=[flat], batch_size=[1], runs=32, epochs=200)
    assert none[0].tame is None
    assert "none keeps A" in str(none[0])
    with pytest.raises(ValueError, match="at least one minimum"):
        design(keep=[], leave=[])


def test_a_window_is_cut_where_leaving_ends() -> None:
    """Curvatures 1 and 10, one a step: left from C = 0.23, kept again from 0.87 (claim DESIGN)."""
    tall = np.sqrt([[1.0], [10.0]])
    tame = np.full((2, 1), 0.1)
    (found,) = design(keep=[tame], leave=[tall], batch_size=[1], runs=32, epochs=200)
    upper = (11 + np.sqrt(121 - 80)) / 20
    assert found.tame is not None
    assert found.tame[1] <= found.keeps_below / 2
    assert all(upper > C or C > 1.1 for C in found.measured)


def test_design_at_the_autoencoder_is_about_paths() -> None:
    """BRIDGE: at x_i components are indefinite; C_ms = 0, yet runs stay for eta/b < 1/2."""
    n, b = 4, 1
    Q = np.stack([np.eye(n) * (i == 0) for i in range(n)])
    Q[0, 0, 0] = 4.0
    for j in range(1, n):
        Q[j, j, j] = -1.0
    (window,) = design(keep=[Hessians(Q)], leave=[], batch_size=[b], runs=32, epochs=400)
    assert window.keeps_below == 0
    assert not window.rigorous
    assert window.tame is None
    assert window.paths is not None
    assert 0.45 < window.paths[1] <= 0.5


def test_design_on_styblinski_tang_sums() -> None:
    """Curvatures z_i h at both wells: a window for full batch, none for b = 1; and runs."""
    weights = np.array([0.05, 0.2, 0.4, 0.7, 1.1, 1.8, 2.75, 0.5])
    wells = [float(low) for low, _ in exact_wells()]
    sharp, flat = (np.sqrt(weights * (6 * x * x - 16))[:, None] for x in wells)
    one, full = design(keep=[flat], leave=[sharp], batch_size=[1, 8], runs=32, epochs=200)
    assert one.tame is None
    assert full.tame is not None
    C = sum(full.tame) / 2
    left = {}
    for at in wells:
        result = simulate_sum(
            styblinski_tang_slopes(weights), np.full((20, 1), at + 1e-7), batch_size=8, step_size=C,
            steps=1500, centre=at, radius=2e-3, seed=1,
        )  # fmt: skip
        left[at] = int(result.left.sum())
    assert list(left.values()) == [20, 0]


def test_the_weights_refuse_to_speak_near_their_pole() -> None:
    gram = Gram.from_matrix(np.eye(2) * 2)
    kappa = variance_factor(2, 1) / 10**15
    assert Weights(gram, kappa, 2.0).relative == np.inf
