"""What a reader of the papers should know, in plain words; each finding names the claims behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One headline, a few sentences, and the ids of the claims that carry it."""

    headline: str
    text: str
    claims: tuple[str, ...]


FINDINGS: tuple[Finding, ...] = (
    Finding(
        "The sharpness gap sits at the limit point, not on the path",
        "A ReLU neuron's active set never changes while SGD runs, so along the path the trace of the "
        "Hessian tends to (d+4-k0)/n for every batch size. Only the limit point itself, where all but "
        "one coordinate are zero and the ReLU is taken to have slope 0 at 0, has trace (d+3)/n.",
        ("TRACE-JUMP", "TRACE"),
    ),
    Finding(
        "'Finds a global minimum' needs a start inside the ball of squared norm 2",
        "From outside, a positive fraction of starts is caught where the neuron is orthogonal to all "
        "data: a spurious local minimum with loss 1/2. Inside, every step size with eta/b < 1/2 works.",
        ("INIT-RADIUS", "SADDLES", "SGD-SPARSE"),
    ),
    Finding(
        "Mean-square theory calls the sparse minima unstable; SGD converges to them anyway",
        "At a data point the second moment of the linearised walk grows for every step size, while "
        "almost every path converges. The two theories part exactly at moment 1.",
        ("BRIDGE",),
    ),
)
