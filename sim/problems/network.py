"""From a trained network to what its stability takes: each sample's Jacobian, in float64.

PyTorch and JAX are optional and imported on first use (extra ``peers``).

Squared loss f_i = |h(x_i) - y_i|^2/2: J_i is the derivative of the outputs.  Cross entropy of softmax
outputs: J_i -> H_i^(1/2) J_i with the output Hessian H_i = diag(p) - p p' at p = softmax(h(x_i)).
Both are exact where every sample's own gradient vanishes.  Targets with label smoothing (positive
probabilities) have such points, p = y; plain cross entropy has none, so that there the result is a
diagnostic along training and never a verdict about a minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import _arguments as arguments
from sim.problems.gram_input import Gram

LOSSES = ("squared", "cross_entropy")
FITS = 1e-6  # a sample's gradient norm up to which the minimum counts as shared; said, never hidden
CHUNK = 64
TOTAL = 1e-6  # how far from 1 a target's probabilities may add up: float32's rounding, many classes


@dataclass(frozen=True)
class Linearised:
    """A network at the parameters it has.

    jacobian: (N, k, p), times the root of the loss's Hessian in the outputs. residuals: (N, k), its
    gradient in the outputs. gradients: (N,) norms of the samples' own gradients. losses: (N,).
    """

    jacobian: Any
    residuals: Any
    gradients: Any
    losses: Any
    loss: str
    smooth: bool

    @property
    def gram(self) -> Gram:
        """Give K, decomposed, for the functions of `sim.problems.gram`."""
        return Gram.from_jacobian(self.jacobian)

    @property
    def interpolates(self) -> bool:
        """Say whether all samples' gradients vanish, to `FITS`; only then is the result a verdict."""
        return bool(self.gradients.max() <= FITS) and self.smooth

    @property
    def meaning(self) -> str:
        """Say in a sentence what thresholds computed from this mean."""
        worst, at = float(self.gradients.max()), int(self.gradients.argmax())
        if not self.smooth:
            return (
                "plain cross entropy has no minimum: a diagnostic of the curvature at these "
                "parameters, "
                "no verdict (label smoothing has one)"
            )
        if self.interpolates:
            return f"all samples are fitted (largest gradient norm {worst:.2g}): thresholds of this minimum"
        return (
            f"not all samples are fitted: sample {at} has gradient norm {worst:.3g}. SGD does not "
            "settle here; the thresholds are those of the linearised residuals (second derivatives times "
            "residuals are left out), beyond them the noise floor (stationary_covariance) is infinite"
        )


def _linearised(J: Any, outputs: Any, targets: Any, loss: str) -> Linearised:
    """Weigh J (N, k, p) by the root of the loss's Hessian in the outputs, in NumPy."""
    J, h, y = (np.asarray(x, dtype=np.float64) for x in (J, outputs, targets))
    for name, value in (("jacobian", J), ("outputs", h), ("targets", y)):
        if not np.isfinite(value).all():
            raise ValueError(f"{name}: every entry must be finite")
    smooth = True
    if loss == "squared":
        if y.shape[:1] != h.shape[:1] or y.size != h.size:
            raise ValueError(f"targets: shape {y.shape}; the outputs have {h.shape}")
        rest = h - y.reshape(h.shape)
        losses, weighted = (rest**2).sum(axis=1) / 2, J
    else:
        y = _probabilities(y, h)
        smooth = bool((y > 0).all())
        top = h - h.max(axis=1, keepdims=True)
        log_p = top - np.log(np.exp(top).sum(axis=1, keepdims=True))
        p = np.exp(log_p)
        rest = p - y
        with np.errstate(divide="ignore", invalid="ignore"):
            entropy = np.where(y > 0, y * (np.log(y) - log_p), 0.0)
        losses = entropy.sum(axis=1)
        H = p[:, :, None] * np.eye(h.shape[1]) - p[:, :, None] * p[:, None, :]
        values, vectors = np.linalg.eigh(H)
        root = (vectors * np.sqrt(np.maximum(values, 0))[:, None, :]) @ vectors.transpose(0, 2, 1)
        weighted = root @ J
    gradients = np.linalg.norm(np.einsum("nk,nkp->np", rest, J), axis=1)
    return Linearised(weighted, rest, gradients, losses, loss, smooth)


def _probabilities(y: Any, h: Any) -> Any:
    """Give the targets of cross entropy as probabilities (N, k), from these or from class numbers."""
    samples, k = h.shape
    if k < 2:
        raise ValueError(
            "loss='cross_entropy': at least two outputs are needed (write a single logit as (0, h))"
        )
    if y.shape == (samples,):
        bad = (y != np.round(y)) | (y < 0) | (y >= k)
        if bad.any():
            raise ValueError(f"targets: class {y[bad][0]:g}; must be an integer from 0 to {k - 1}")
        return np.eye(k)[y.astype(int)]
    if y.shape != h.shape:
        raise ValueError(f"targets: shape {y.shape}; must be ({samples},) or {h.shape}")
    bad = (y < 0).any(axis=1) | (np.abs(y.sum(axis=1) - 1) > TOTAL)
    if bad.any():
        raise ValueError(f"targets[{int(bad.argmax())}]: must be probabilities that add up to 1")
    return y


def _sizes(inputs: int, parameters: int, chunk: Any) -> None:
    """Raise ValueError where there is nothing to differentiate."""
    arguments.integer("chunk", chunk, 1)
    if not inputs or not parameters:
        raise ValueError(
            f"{inputs} inputs, {parameters} parameters: at least one of each is needed"
        )


def from_torch(
    module: Any, inputs: Any, targets: Any, loss: str = "squared", *, chunk: int = CHUNK
) -> Linearised:
    """Linearise a ``torch.nn.Module`` at its parameters, sample by sample, in float64.

    inputs: (N, ...), targets: (N,) or (N, k); for cross entropy class numbers (N,) or probabilities
    (N, k). loss: ``squared`` (|h - y|^2/2) or ``cross_entropy``. chunk: samples at a time.

    The module is evaluated as in ``module.eval()``, from copies of its parameters (it is left as it
    is). Parameters that are frozen (``requires_grad=False``) are constants. A layer that mixes samples
    (batch normalisation in training) has no per-sample loss.
    Inputs become float64, integers too unless the module has an embedding.
    Raises ImportError when torch is not installed, ValueError for targets that do not fit the outputs and
    where all parameters are frozen.
    """
    arguments.choice("loss", loss, LOSSES)
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            "from_torch: torch is not installed; install the extra `peers`"
        ) from error
    free = [k for k, v in module.named_parameters() if v.requires_grad]
    if not free:
        frozen = len(list(module.parameters()))
        raise ValueError(f"module: no parameter to train ({frozen} there, all frozen)")
    held = {**dict(module.named_buffers()), **dict(module.named_parameters())}
    held = {k: v.detach().double() if v.is_floating_point() else v for k, v in held.items()}
    params = {k: held.pop(k) for k in free}
    x = torch.as_tensor(inputs).detach()
    tables = (torch.nn.Embedding, torch.nn.EmbeddingBag)
    if x.is_floating_point() or not any(isinstance(m, tables) for m in module.modules()):
        x = x.double()
    _sizes(len(x), sum(v.numel() for v in params.values()), chunk)

    def output(params: Any, one: Any) -> Any:
        given = (params, held)
        return torch.func.functional_call(module, given, (one[None],)).reshape(-1)

    training = module.training
    module.eval()
    try:
        with torch.no_grad():
            h = torch.func.vmap(lambda one: output(params, one), chunk_size=chunk)(x)
        backwards = torch.func.jacrev(output)
        rows = []
        for at in range(0, len(x), chunk):
            part = torch.func.vmap(lambda one: backwards(params, one))(x[at : at + chunk])
            rows.append(
                torch.cat([v.reshape(*h[at : at + chunk].shape, -1) for v in part.values()], -1)
            )
        J = torch.cat(rows)
    finally:
        module.train(training)
    return _linearised(J.cpu(), h.cpu(), torch.as_tensor(targets).detach().cpu(), loss)


def from_jax(
    function: Callable[[Any, Any], Any], params: Any, inputs: Any, targets: Any, loss: str = "squared",
    *, chunk: int = CHUNK,
) -> Linearised:  # fmt: skip
    """Linearise ``function(params, x)``, one sample's outputs, at params (any pytree), in float64.

    The twin of `from_torch`; other arguments as there. Raises ImportError when jax is not installed.
    """
    arguments.choice("loss", loss, LOSSES)
    try:
        import jax
        import jax.numpy as jnp
        from jax.flatten_util import ravel_pytree
    except ImportError as error:
        raise ImportError("from_jax: jax is not installed; install the extra `peers`") from error
    old = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        wide = jax.tree.map(lambda v: jnp.asarray(np.asarray(v, dtype=np.float64)), params)
        flat, unravel = ravel_pytree(wide)
        x = jnp.asarray(np.asarray(inputs, dtype=np.float64))
        _sizes(len(x), flat.size, chunk)

        def output(flat: Any, one: Any) -> Any:
            return jnp.reshape(function(unravel(flat), one), -1)

        both = jax.jit(jax.vmap(lambda one: (output(flat, one), jax.jacrev(output)(flat, one))))
        parts = [both(x[at : at + chunk]) for at in range(0, len(x), chunk)]
        h = np.concatenate([np.asarray(part[0]) for part in parts])
        J = np.concatenate([np.asarray(part[1]) for part in parts])
    finally:
        jax.config.update("jax_enable_x64", old)
    return _linearised(J, h, targets, loss)
