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
        "Any batch smaller than the data ends on one data point: almost surely, for every a < 1/2",
        "For every b < n, every step size with a = eta/b < 1/2 and every start with 0 < ||w||^2 < 2 "
        "and a live coordinate, SGD converges to a single data point. Every constant in the proof is "
        "explicit; only two textbook theorems are taken from outside. Without b < n, "
        "a < 1/2, the bound on the norm or the live coordinate there are starts that do not converge.",
        ("SGD-SPARSE", "MASS-FLOOR", "CAPTURE", "REACH-TIME"),
    ),
    Finding(
        "The sharpness gap sits at the limit point, not on the path",
        "A ReLU neuron's active set never changes while SGD runs, so along the path the trace of the "
        "Hessian tends to (d+4-k0)/n for every batch size. Only the limit point itself, where all but "
        "one coordinate are zero and the ReLU is taken to have slope 0 at 0, has trace (d+3)/n; with "
        "slope 1 at 0 it would be the smallest value of all.",
        ("TRACE-JUMP", "TRACE"),
    ),
    Finding(
        "'Finds a global minimum' needs a start inside the ball of squared norm 2",
        "From outside, a positive fraction of starts is caught where the neuron is orthogonal to all "
        "data: a spurious local minimum with loss 1/2. For gradient flow the border is exact. Inside, "
        "every step size with eta/b < 1/2 works.",
        ("INIT-RADIUS", "SADDLES", "FLOW-SEPARATRIX", "RADIUS-TWO"),
    ),
    Finding(
        "Mean-square theory calls the sparse minima unstable; SGD converges to them anyway",
        "At a data point the second moment of the linearised walk grows for every step size, while "
        "almost every path converges. The two theories part exactly at moment 1.",
        ("BRIDGE", "CAPTURE-MOMENT", "CAPTURE-MOMENT-UP"),
    ),
    Finding(
        "Runs leave a minimum at the almost-sure threshold, not at the mean-square one",
        "On non-convex sums the observed escape step is the almost-sure threshold, up to 2.3 times the "
        "mean-square one. Between the two the second moment diverges while paths converge; small "
        "batches can even keep the sharper of two minima.",
        ("Q-NONCONVEX", "Q-AS"),
    ),
    Finding(
        "A bound stated for a single curvature is not valid",
        "The upper end of the bracket around the mean-square threshold needs the largest of the "
        "per-curvature values; a kept example breaks the single-curvature form. And the threshold "
        "never falls with the batch size, but it need not rise.",
        ("Q-BRACKET", "Q-SMALL-BATCH"),
    ),
)
