"""From trained networks to thresholds, and true SGD on them. Needs torch, scikit-learn or jax;
says so."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.real_models import half
from figures.real_models import KEPT, rows
from sim import from_jax, from_torch, mean_square_threshold

ROOT = Path(__file__).parents[2]


def needs(*names: str) -> None:
    """Skip the test, saying why, where an optional package is missing."""
    for name in names:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed (extra `peers`): nothing was tested here")


def tiny() -> tuple[Any, Any, Any]:
    import torch

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    draw = np.random.default_rng(0)
    return net, draw.normal(size=(5, 3)), draw.normal(size=(5, 2))


def test_jacobian_by_differences() -> None:
    needs("torch")
    import torch

    net, x, y = tiny()
    found = from_torch(net, x, y, chunk=2)
    assert found.jacobian.shape == (5, 2, 26)
    net = net.double()
    theta = torch.nn.utils.parameters_to_vector(net.parameters()).detach()

    def outputs(vector: Any) -> Any:
        torch.nn.utils.vector_to_parameters(vector, net.parameters())
        return net(torch.tensor(x)).detach().numpy()

    for index in (0, 7, 25):
        unit = torch.zeros_like(theta)
        unit[index] = 1e-5
        slope = (outputs(theta + unit) - outputs(theta - unit)) / 2e-5
        # central differences: third derivatives of order one, times h^2, and rounding u/h
        assert found.jacobian[:, :, index] == pytest.approx(slope, abs=1e-8)
    # the samples' own gradients, by torch's backward
    for i in range(5):
        net.zero_grad()
        torch.nn.utils.vector_to_parameters(theta, net.parameters())
        (0.5 * ((net(torch.tensor(x[i])) - torch.tensor(y[i])) ** 2).sum()).backward()
        length = torch.nn.utils.parameters_to_vector(p.grad for p in net.parameters()).norm()
        assert found.gradients[i] == pytest.approx(float(length), rel=1e-12)
    assert not found.interpolates
    assert f"sample {int(found.gradients.argmax())} has gradient norm" in found.meaning


def test_frozen_parameters_are_constants() -> None:
    """Mended: they were differentiated, too, as if the training moved them."""
    needs("torch")
    net, x, y = tiny()
    whole = from_torch(net, x, y)
    net[0].weight.requires_grad_(False)  # the first twelve
    found = from_torch(net, x, y)
    assert found.jacobian == pytest.approx(whole.jacobian[:, :, 12:], rel=1e-12)
    net.requires_grad_(False)
    with pytest.raises(ValueError, match=r"no parameter to train \([1-9] there, all frozen"):
        from_torch(net, x, y)


def test_cross_entropy_takes_the_output_hessian() -> None:
    """J_i' H_i J_i is the Hessian of a linear model's cross entropy, by torch; what smoothing
    changes."""
    needs("torch")
    import torch

    net = torch.nn.Linear(3, 3).double()
    x = np.random.default_rng(1).normal(size=(4, 3))
    smooth = np.full((4, 3), 0.05) + 0.85 * np.eye(3)[[0, 1, 2, 0]]
    found = from_torch(net, x, smooth, "cross_entropy")
    theta = torch.cat([p.detach().reshape(-1) for p in net.parameters()])

    def loss(vector: Any, i: int) -> Any:
        h = vector[:9].reshape(3, 3) @ torch.tensor(x[i]) + vector[9:]
        return torch.nn.functional.cross_entropy(h[None], torch.tensor(smooth[i])[None])

    for i in range(4):
        H = torch.autograd.functional.hessian(lambda v, i=i: loss(v, i), theta)
        assert found.jacobian[i].T @ found.jacobian[i] == pytest.approx(H.numpy(), abs=1e-12)
    assert found.smooth
    plain = from_torch(net, x, np.array([0, 1, 2, 0]), "cross_entropy")
    assert not plain.interpolates
    assert "no minimum" in plain.meaning
    with pytest.raises(ValueError, match="at least two outputs"):
        from_torch(torch.nn.Linear(3, 1), x, np.zeros(4), "cross_entropy")
    with pytest.raises(ValueError, match="loss='hinge'"):
        from_torch(net, x, smooth, "hinge")
    with torch.no_grad():
        net.weight[0, 0] = float("nan")
    with pytest.raises(ValueError, match="must be finite"):
        from_torch(net, x, smooth, "cross_entropy")


def test_targets_that_do_not_fit_are_refused() -> None:
    """Transposed targets were reshaped into others, class -1 was the last, 1.5 was 1."""
    needs("torch")
    import torch

    net, x, y = tiny()
    for targets in (y.T, y[:4], np.zeros(5)):
        with pytest.raises(ValueError, match="targets: shape"):
            from_torch(net, x, targets)
    for targets, message in (
        ([0, 1, 2, 0, 1], "class 2; must be an integer from 0 to 1"), ([0, -1, 0, 0, 1], "class -1"),
        ([0, 1.5, 0, 0, 1], "class 1.5"), (np.full((5, 2), 0.6), r"targets\[0\]: must be prob"),
        ([[1.5, -0.5]] * 5, r"targets\[0\]: must be prob"), (np.zeros((5, 1)), "targets: shape"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            from_torch(net, x, targets, "cross_entropy")
    with pytest.raises(ValueError, match="at least one of each"):
        from_torch(net, x[:0], y)
    with pytest.raises(ValueError, match=r"no parameter to train \(0 there"):
        from_torch(torch.nn.Tanh(), x, y)
    with pytest.raises(ValueError, match="chunk=0"):
        from_torch(net, x, y, chunk=0)


def test_an_embedding_gets_its_integers() -> None:
    needs("torch")
    import torch

    table = torch.nn.Embedding(6, 2).double()
    net = torch.nn.Sequential(table, torch.nn.Flatten(), torch.nn.Linear(4, 1).double())
    words = np.array([[1, 2], [3, 3]])
    found = from_torch(net, words, np.zeros(2))
    weight = net[2].weight.detach().numpy().ravel()
    expected = np.zeros((6, 2))
    expected[1], expected[2] = weight[:2], weight[2:]
    assert found.jacobian[0, 0, :12].reshape(6, 2) == pytest.approx(expected, rel=1e-12)
    # what it gives goes into the thresholds as it is
    both = (
        mean_square_threshold(found, batch_size=1),
        mean_square_threshold(found.gram, batch_size=1),
    )
    assert both[0].low == both[1].low


def test_the_module_is_left_as_it_is() -> None:
    needs("torch")
    net, x, y = tiny()
    net.train()
    before = [p.clone() for p in net.parameters()]
    from_torch(net, x, y)
    assert net.training
    assert all(
        (p == q).all() and p.dtype == q.dtype for p, q in zip(before, net.parameters(), strict=True)
    )


def test_jax_twin() -> None:
    needs("torch", "jax")
    import jax
    import jax.numpy as jnp

    net, x, y = tiny()
    W, b, V, c = (p.detach().numpy() for p in net.parameters())
    twin = from_jax(
        lambda p, one: p["V"] @ jnp.tanh(p["W"] @ one + p["b"]) + p["c"],
        {"W": W, "b": b, "V": V, "c": c}, x, y, chunk=3,
    )  # fmt: skip
    ours = from_torch(net, x, y)
    assert twin.gradients == pytest.approx(ours.gradients, rel=1e-12)
    low = mean_square_threshold(twin.jacobian, batch_size=2)
    also = mean_square_threshold(ours.jacobian, batch_size=2)
    assert low.low == pytest.approx(also.low, rel=1e-8)
    assert not jax.config.jax_enable_x64


def test_without_the_packages_it_says_what_to_install(monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    monkeypatch.setitem(__import__("sys").modules, "jax", None)
    with pytest.raises(ImportError, match="extra `peers`"):
        from_torch(None, None, None)
    with pytest.raises(ImportError, match="extra `peers`"):
        from_jax(lambda p, x: x, {}, None, None)


def test_batched_gradients_are_torchs() -> None:
    needs("torch", "sklearn")
    import torch

    from benchmarks.real_nets import Chains, module, tasks

    for task in tasks().values():
        net = module(task, 5)
        index = np.array([[0, 3, 5]])
        chains = Chains(net, task)
        grads, _ = chains.gradient([p[None, None] for p in chains.start], index)
        outputs = net(torch.tensor(task.inputs[index[0]]))
        targets = torch.tensor(task.targets[index[0]])
        if task.loss == "squared":
            (0.5 * ((outputs - targets) ** 2).sum(dim=1).mean()).backward()
        else:
            torch.nn.functional.cross_entropy(outputs, targets).backward()
        c, P, k = task.units, task.patches.shape[1], task.targets.shape[1]
        G = [p.grad.numpy() for p in net.parameters()]
        expected = (G[0].reshape(c, -1).T, G[1], G[2].T.reshape(c, P, k).transpose(1, 0, 2), G[3])
        for ours, theirs in zip(grads, expected, strict=True):
            assert ours[0, 0] == pytest.approx(theirs, rel=1e-12, abs=1e-14)


def test_smoothed_targets_are_weighted_as_their_jacobian_is() -> None:
    """J_w' r_w is the gradient J'(p - y), away from the minimum; J by `from_torch`'s squared loss."""
    needs("torch", "sklearn")
    from benchmarks.real_nets import module, tasks, weighted

    task = tasks()["digits, smoothed convolution"]
    net = module(task, 2)
    found = from_torch(net, task.inputs, task.targets, task.loss)
    plain = from_torch(net, task.inputs, task.targets).jacobian
    gradient = np.einsum("nkp,nk->np", plain, found.residuals)
    turned = np.einsum("nkp,nk->np", found.jacobian, weighted(task, found.residuals))
    assert turned == pytest.approx(gradient, rel=1e-9, abs=1e-11)
    assert np.abs(gradient).max() > 0.1


@pytest.mark.parametrize("name", ["digits, perceptron", "digits, smoothed convolution"])
def test_a_small_replay_of_the_experiment(name: str) -> None:
    """The kept prediction again, and true SGD: 24 of 24 leave at 1.15 C_as, none at C_ms (b = 4)."""
    needs("torch", "sklearn")
    from benchmarks.real_models import prepared
    from benchmarks.real_nets import Chains

    kept = json.loads(KEPT.read_text())["tasks"][name]["batches"]["4"]
    task, net, linear = prepared(name)
    assert linear.gradients.max() < 1e-10
    assert linear.interpolates
    assert linear.meaning.endswith("thresholds of this minimum")
    found = mean_square_threshold(linear.gram, batch_size=4)
    # the minimum that training ends in moves with the rounding of the machine's products
    assert found.middle == pytest.approx(sum(kept["mean_square"]) / 2, rel=1e-4)
    chains = Chains(net, task)
    left = chains.run(
        [found.low, 1.15 * kept["almost_sure"][1]], batch_size=4, runs=24, epochs=600, seed=3
    )
    counts = (left >= 0).sum(axis=1)
    assert counts[0] == 0
    assert counts[1] == 24


def test_kept_results_say_what_the_text_says() -> None:
    """Nobody left at C_ms; half of the runs leave within 1 % of the predicted interval; six networks."""
    result = json.loads(KEPT.read_text())
    table = rows(result)
    assert len(result["tasks"]) == 6
    losses = [task["loss"] for task in result["tasks"].values()]
    assert losses == ["squared"] * 4 + ["cross_entropy"] * 2
    assert {task["outputs"] for task in result["tasks"].values()} == {1, 3}
    assert all(task["largest_gradient"] < 1e-10 for task in result["tasks"].values())
    seen = [row for row in table if row["runs"] and row["left_at_mean_square"] is not None]
    assert len(seen) == 18
    for row in seen:
        assert row["left_at_mean_square"] == 0, row
        gap = max(
            row["at_most_half_leave"] / row["almost_sure_high"] - 1,
            1 - row["at_least_half_leave"] / row["almost_sure_low"],
        )
        assert gap < 0.01, row
    with (ROOT / "pictures" / "real_models.csv").open(newline="") as file:
        drawn = list(csv.DictReader(file))
    assert [(x["network"], float(x["almost_sure_low"])) for x in drawn] == [
        (x["network"], x["almost_sure_low"]) for x in table
    ]


def test_half_is_bracketed_exactly() -> None:
    """24 runs: 6 or fewer leaving is at most half, 18 or more at least half, at 2.5 % a side."""
    assert half([1, 2, 3, 4], [0, 6, 7, 18], 24) == (2, 4)
    assert np.isnan(half([1.0], [12], 24)).all()


def test_the_designs_promise_on_kept_runs() -> None:
    """Where a window was offered: none of 20 runs left the minimum to keep, all left the other."""
    checked = [row for row in json.loads(KEPT.read_text())["design"]["rows"] if row.get("tame")]
    assert checked
    for row in checked:
        assert row["kept_left"] == 0, row
        assert row["leaving_left"] == 20, row


def test_the_readme_example(tmp_path: Path, monkeypatch: Any) -> None:
    """The block marked `replay: real model` in README.md (ten lines), as it stands."""
    text = (ROOT / "README.md").read_text()
    found = re.search(r"<!-- replay: real model -->\n```python\n(.*?)```", text, re.S)
    assert found is not None, "README.md has no block marked `replay: real model`"
    needs("torch", "sklearn")
    assert len([line for line in found[1].splitlines() if line.strip()]) <= 10
    monkeypatch.chdir(tmp_path)
    exec(compile(found[1], "README.md", "exec"), {})
    assert (tmp_path / "build/thresholds.png").stat().st_size > 5000
