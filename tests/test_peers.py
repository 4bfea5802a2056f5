"""PyTorch's automatic differentiation agrees on the model: optional (``pip install torch==2.13.0``).

The loss is written once, in ambient coordinates, as in the papers; PyTorch differentiates it.  The
data are random orthonormal bases.  Where PyTorch is not installed the evidence says so and is not
run; nothing else is lost.
"""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy as np
from sympy import lambdify

from theorem_audit import Absent, evidence, expect, rng
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory.model.autoencoder import GRAD, HESS
from theory.model.step import STEP
from theory.notation import (
    S,
    a,
    active,
    chi,
    hessian_form,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    v_v,
    w,
    w_v,
    x,
    x_v,
)

EPS = float(np.finfo(float).eps)
ACTIVATIONS = {"linear": "linear", "relu": "relu"}


def pytorch() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch's own, at import
            import torch
    except ImportError as error:
        raise Absent("PyTorch is not installed (optional extra: peers)") from error
    torch.set_num_threads(1)
    return torch


def loss(torch: Any, weight: Any, point: Any, activation: str) -> Any:
    """1/2 |x - w phi(<w, x>)|^2."""
    inner = weight @ point
    phi = inner if activation == "linear" else torch.relu(inner)
    return 0.5 * ((point - weight * phi) ** 2).sum()


def basis_and_weight(n: int, d: int, key: str) -> tuple[np.ndarray, np.ndarray]:
    """n orthonormal rows in R^d (to rounding) and a weight with |w| <= 1.3."""
    stream = rng(key, n, d)
    data = np.linalg.qr(stream.standard_normal((d, n)))[0].T
    weight = stream.standard_normal(d)
    return data, weight * (0.5 + 0.8 * stream.random()) / np.linalg.norm(weight)


def tolerance(d: int, size: float) -> float:
    """For two float64 evaluations of one polynomial of degree <= 4.

    Each is a sum of fewer than 12 terms whose factors are inner products of length d: relative
    error below (12 + 4 d) eps of the sum of absolute values, which ``size`` bounds.  QR leaves
    <x, x> = 1 + O(d eps), the same order again; with both sides, 8 (12 + 4 d) eps is generous.
    """
    return 8 * (12 + 4 * d) * EPS * size


@evidence(GRAD, "peer", cases=ACTIVATIONS)
def test_autograd_gradient(claim: Claim, case: str) -> None:
    torch = pytorch()
    slope = lambdify((active, q_i, r2, x, w), claim.formula.rhs, "numpy")
    for n, d in ((1, 1), (3, 3), (4, 9), (10, 30)):
        data, start = basis_and_weight(n, d, case)
        for point in data:
            weight = torch.tensor(start, requires_grad=True)
            loss(torch, weight, torch.tensor(point), case).backward()
            q = float(start @ point)
            gate = float(case == "linear" or q > 0)
            gap = np.abs(weight.grad.numpy() - slope(gate, q, start @ start, point, start)).max()
            # |2 - r2| |q| |x| + q^2 |w| <= 2 * 1.3 + 1.3^3 < 5
            expect(gap <= tolerance(d, 5.0), f"gradient, n={n}, d={d}", gap=gap)


@evidence(HESS, "peer", cases=ACTIVATIONS)
def test_autograd_hessian(claim: Claim, case: str) -> None:
    torch = pytorch()
    expect(claim.formula.lhs == hessian_form, "the claim is about another quantity")
    form = lambdify((active, q_i, r2, x_v, w_v, v_v), claim.formula.rhs, "numpy")
    for n, d in ((1, 1), (3, 3), (4, 9)):
        data, start = basis_and_weight(n, d, case)
        direction = rng("direction", case, d).standard_normal(d)
        direction *= 1.25 / np.linalg.norm(direction)
        for point in data:
            fixed = torch.tensor(point)
            matrix = torch.autograd.functional.hessian(
                lambda weight, fixed=fixed: loss(torch, weight, fixed, case), torch.tensor(start)
            ).numpy()
            q = float(start @ point)
            gate = float(case == "linear" or q > 0)
            found = direction @ matrix @ direction
            claimed = form(
                gate, q, start @ start, point @ direction, start @ direction, direction @ direction
            )
            # (|2 - r2| + 4 |q| |w| + q^2) |v|^2 <= (2 + 5 * 1.3^2) 1.25^2 < 17; d^2 terms
            expect(
                abs(found - claimed) <= tolerance(d * d, 17.0), f"Hessian, n={n}, d={d}", n=n, d=d
            )


@evidence(STEP, "peer", cases=ACTIVATIONS)
def test_autograd_descent_follows_the_step(claim: Claim, case: str) -> None:
    """1,000 steps of PyTorch's SGD on the mini-batch loss; each is the claimed one from its start."""
    torch = pytorch()
    claimed = equated(claim.formula)
    q_map = lambdify((q_j, S, r2, a, chi), claimed[q_j_next], "numpy")
    off_map = lambdify((perp, S, r2, a), claimed[perp_next], "numpy")
    n, d, b, step_size = 6, 11, 2, 0.7
    data, start = basis_and_weight(n, d, case)
    points = torch.tensor(data)
    weight = torch.tensor(start, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=step_size)
    stream = rng("batches", case)
    worst = 0.0
    for _ in range(1000):
        before = weight.detach().numpy().copy()
        batch = stream.permutation(n)[:b]
        optimiser.zero_grad()
        inner = points[batch] @ weight
        phi = inner if case == "linear" else torch.relu(inner)
        value = 0.5 * ((points[batch] - phi[:, None] * weight) ** 2).sum(dim=1).mean()
        value.backward()
        optimiser.step()
        after = weight.detach().numpy()
        q = data @ before
        member = np.isin(np.arange(n), batch) & ((q > 0) | (case == "linear"))
        mass, norm = float((q**2)[member].sum()), float(before @ before)
        expected = q_map(q, mass, norm, step_size / b, member.astype(float))
        off_before = before - data.T @ q
        off_after = after - data.T @ (data @ after)
        off = off_map(off_before, mass, norm, step_size / b)
        worst = max(worst, np.abs(data @ after - expected).max(), np.abs(off_after - off).max())
    # As for the gradient; a (b gradients of size 5, |w| < 2) is below 8.
    expect(worst <= tolerance(d, 8.0), "a step", worst=worst)
