"""Small networks on data that come with scikit-learn, trained until every sample is fitted.

Each is one layer of tanh units on patches of the input and a linear read-out: a patch that is the
whole input makes a multilayer perceptron, smaller ones a convolution.  PyTorch holds the network
from which the predictions are made; ``Chains`` plays true nonlinear SGD on the same network for
many runs at once, with gradients written out by hand (compared with PyTorch's in the tests).

The smoothed tasks have label-smoothed cross entropy, whose minimum (probabilities equal to the
targets) every sample can reach; the others squared loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

SEED = 20240719
SMOOTHING = 0.1  # of the probability, spread over all classes


@dataclass(frozen=True)
class Task:
    """A data set and a network's shape.

    inputs: as the torch module takes them. patches: (N, P, f), what each hidden unit sees.
    targets: (N, k). units: c hidden units a patch. loss: as in ``sim.from_torch``.
    """

    name: str
    inputs: Any
    patches: Any
    targets: Any
    units: int
    loss: str = "squared"

    def rest(self, outputs: Any, targets: Any) -> Any:
        """Give the loss's gradient in the outputs: h - y, or softmax(h) - y."""
        if self.loss == "squared":
            return outputs - targets
        power = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return power / power.sum(axis=-1, keepdims=True) - targets


def tasks() -> dict[str, Task]:
    """Give the tasks by name."""
    from sklearn.datasets import load_breast_cancer, load_digits

    rng = np.random.default_rng(SEED)
    cancer, digits = load_breast_cancer(), load_digits(n_class=3)
    x = (cancer.data - cancer.data.mean(axis=0)) / cancer.data.std(axis=0)
    y = 2.0 * cancer.target - 1
    some = rng.permutation(len(x))
    few, more = some[:32], some[:64]
    image = digits.data.reshape(-1, 1, 8, 8) / 16
    chosen = rng.permutation(len(image))[:32]
    classes = np.eye(3)[digits.target[chosen]]
    flat = image[chosen].reshape(32, 64)
    # ten measurements, each as mean, standard error and worst: a patch is one measurement's three
    three = x[few].reshape(32, 3, 10)
    windows = np.lib.stride_tricks.sliding_window_view(image[chosen, 0], (3, 3), axis=(1, 2))
    windows = windows[:, ::2, ::2].reshape(32, -1, 9)
    odd = 2.0 * (digits.target[chosen] % 2) - 1
    smooth = (1 - SMOOTHING) * classes + SMOOTHING / 3
    return {
        "cancer, perceptron": Task(
            "cancer, perceptron", x[more], x[more][:, None, :], y[more][:, None], 10
        ),
        "cancer, convolution": Task(
            "cancer, convolution", three, three.transpose(0, 2, 1), y[few][:, None], 6
        ),
        "digits, perceptron": Task("digits, perceptron", flat, flat[:, None, :], odd[:, None], 6),
        "digits, convolution": Task("digits, convolution", image[chosen], windows, classes, 4),
        "digits, smoothed perceptron": Task(
            "digits, smoothed perceptron", flat, flat[:, None, :], smooth, 6, "cross_entropy"
        ),
        "digits, smoothed convolution": Task(
            "digits, smoothed convolution", image[chosen], windows, smooth, 4, "cross_entropy"
        ),
    }  # fmt: skip


def module(task: Task, seed: int = 0) -> Any:
    """Give the untrained torch module of a task, float64."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    k, c, P = task.targets.shape[1], task.units, task.patches.shape[1]
    if P == 1:
        layers = [nn.Linear(task.patches.shape[2], c), nn.Tanh(), nn.Linear(c, k)]
    elif task.inputs.ndim == 3:
        layers = [nn.Conv1d(3, c, 1), nn.Tanh(), nn.Flatten(), nn.Linear(c * P, k)]
    else:
        layers = [nn.Conv2d(1, c, 3, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(c * P, k)]
    return nn.Sequential(*layers).double()


def weighted(task: Task, rest: Any) -> Any:
    """Give r with J_w' r the gradient, J_w as `from_torch` weighs it: H^(-1/2) (p - y), or h - y.

    H = diag(p) - p p' has the null vector 1, and p - y has no part along it.
    """
    if task.loss == "squared":
        return rest
    p = rest + task.targets
    H = p[:, :, None] * np.eye(p.shape[1]) - p[:, :, None] * p[:, None, :]
    values, vectors = np.linalg.eigh(H)
    seen = np.where(values > 1e-12 * values[:, -1:], values, np.inf)
    turned = np.swapaxes(vectors, 1, 2) @ rest[:, :, None] / np.sqrt(seen)[:, :, None]
    return (vectors @ turned)[:, :, 0]


def fit(net: Any, task: Task, *, steps: int = 200) -> Any:
    """Fit every sample: Levenberg-Marquardt steps J'(JJ' + m)^-1 r, m falling; gives `Linearised`."""
    import torch

    from sim import from_torch

    inputs, targets = torch.tensor(task.inputs), torch.tensor(task.targets)
    now = from_torch(net, inputs, targets, task.loss)
    size = 1.0
    for _ in range(steps):
        if now.gradients.max() < 1e-13:
            break
        J = now.jacobian.reshape(-1, now.jacobian.shape[-1])
        r = weighted(task, now.residuals).reshape(-1)
        K = J @ J.T
        old = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
        for _ in range(30):
            move = J.T @ np.linalg.solve(K + size * np.eye(len(K)) * np.trace(K) / len(K), r)
            torch.nn.utils.vector_to_parameters(old - torch.tensor(move), net.parameters())
            new = from_torch(net, inputs, targets, task.loss)
            if new.losses.sum() < now.losses.sum():
                size = max(size / 5, 1e-14)
                break
            size *= 3
        else:
            torch.nn.utils.vector_to_parameters(old, net.parameters())
            break
        now = new
    return now


class Chains:
    """True SGD on a task's loss: many runs at several step sizes, all at once."""

    def __init__(self, net: Any, task: Task):
        self.task = task
        W, bias, V, out = (p.detach().numpy() for p in net.parameters())
        c, P, k = task.units, task.patches.shape[1], task.targets.shape[1]
        # torch flattens (c, P); here a read-out weight is (P, c, k)
        self.start = (
            W.reshape(c, -1).T.copy(), bias.copy(), V.T.reshape(c, P, k).transpose(1, 0, 2).copy(),
            out.copy(),
        )  # fmt: skip

    def gradient(self, state: Any, index: Any) -> tuple[Any, Any]:
        """Mean gradient over batches index (m, b) at state (steps, m, ...); and the residuals."""
        W, bias, V, out = state
        patches, targets = self.task.patches[index], self.task.targets[index]
        m, b, P, f = patches.shape
        c = W.shape[-1]
        flat = patches.reshape(m, b * P, f)
        hidden = np.tanh(flat @ W + bias[..., None, :])
        wide = hidden.reshape(*hidden.shape[:-2], b, P * c)
        read = V.reshape(*V.shape[:-3], P * c, -1)
        rest = self.task.rest(wide @ read + out[..., None, :], targets)
        back = (rest @ np.swapaxes(read, -1, -2)).reshape(hidden.shape) * (1 - hidden * hidden)
        grads = (
            np.swapaxes(flat, -1, -2) @ back, back.sum(axis=-2),
            (np.swapaxes(wide, -1, -2) @ rest).reshape(V.shape), rest.sum(axis=-2),
        )  # fmt: skip
        return tuple(g / b for g in grads), rest

    def run(
        self, step_sizes: Any, *, batch_size: int, runs: int, epochs: int, seed: Any,
        distance: float = 1e-12, level: float = 1e-4,
    ) -> Any:  # fmt: skip
        """Start `distance` from the minimum; give the epoch at which each run left, (steps, runs).

        A run has left when some residual of its batch exceeds `level`, watched at every step; -1 if it
        never did. Runs are independent, the step sizes see the same starts and batches.
        """
        from sim.problems.exponents import draw_batches

        rng = np.random.default_rng(seed)
        C = np.asarray(step_sizes, dtype=float)
        N = len(self.task.targets)
        moves = [rng.normal(size=(runs, *p.shape)) for p in self.start]
        length = np.sqrt(sum((x**2).reshape(runs, -1).sum(axis=1) for x in moves))
        state = []
        for p, x in zip(self.start, moves, strict=True):
            one = p + distance * x / length.reshape(-1, *[1] * p.ndim)
            state.append(np.broadcast_to(one, (len(C), *one.shape)).copy())
        left = np.full((len(C), runs), -1)
        steps = -(-epochs * N // batch_size)
        batches = draw_batches(rng, N, batch_size, "uniform", runs)
        live = np.arange(len(C))
        for step in range(steps):
            grads, rest = self.gradient(state, next(batches))
            gone = (np.abs(rest).max(axis=(-1, -2)) > level) & (left[live] < 0)
            if gone.any():
                rows, columns = np.nonzero(gone)
                left[live[rows], columns] = step * batch_size // N
            for p, g in zip(state, grads, strict=True):
                p -= C[live].reshape(-1, *[1] * (p.ndim - 1)) * g
            if gone.any():
                out = left[live] >= 0
                for p, origin in zip(state, self.start, strict=True):
                    p[out] = origin  # a run that left is over; its place stands still
                stay = ~out.all(axis=1)
                if not stay.all():
                    live = live[stay]
                    state = [p[stay] for p in state]
                    if not len(live):
                        break
        return left
