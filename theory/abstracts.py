"""The four abstracts, sentence by sentence: which claims say it, on which region, and what it hides.

Quotations are short; the rest is in our words.  The arXiv and the journal version of Ghosh et al. differ in
two words, and are read as one.  Only abstracts were at hand.
"""

from __future__ import annotations

from theorem_audit.statement.bibliography import Said
from theory.sources import GHOSH_2022, GHOSH_2025, PATEL_2017

SENTENCES = (
    Said(
        GHOSH_2025, "single-neuron autoencoder with linear or ReLU activation on orthogonal data",
        "the model: one neuron w, loss 1/2 |x - w phi(<w, x>)|^2, orthogonal data",
        ("GRAD", "HESS", "STEP", "NORMS-STEP"),
        "any step size and batch",
        "'orthogonal' must be orthonormal in what follows: with unequal norms full batch goes to the longest "
        "live point (NORMS-GD), and SGD can end on a strict saddle (SADDLE-TRAP).",
    ),
    Said(
        GHOSH_2025, "successfully finds a global minimum for any batch size choice",
        "randomly started SGD with a constant step converges to a global minimum, full batch and mini-batch",
        ("GD-CONVERGES", "SGD-SPARSE", "INIT-RADIUS", "FLOW-SEPARATRIX", "GD-GAUSSIAN", "DEAD"),
        "0 < a = eta/b < 1/2, 0 < |w_0|^2 <= 2 (full batch) or < 2 (mini-batch), a live coordinate",
        "not from every start: beyond squared norm 2, with room off the data, an open set of "
        "starts is caught at a spurious local minimum, "
        "67 % of plain Gaussian starts at n = 4, d = 12 as the step goes to 0; a "
        "ReLU neuron with no live coordinate does not move; for a >= 1/2 some starts end elsewhere or "
        "nowhere.",
    ),
    Said(
        GHOSH_2025, "the particular global minimum found depends upon the batch size",
        "b = n keeps all ratios of coordinates, any b < n ends on one data point",
        ("GD-DIRECTION", "SGD-SPARSE", "TIME-BEST-ETA", "SELECT-EQUAL"),
        "as above",
        "the divide is b = n against b < n: among b < n the kind of limit is the same; the chance of each data "
        "point and the time to it can differ (as the step size goes to 0, the time alone). Drawn with "
        "replacement b = n is sparse as well (SAMPLING-REPLACEMENT).",
    ),
    Said(
        GHOSH_2025, "dense (i.e., not sparse) and is highly aligned with its initialized direction",
        "full batch ends at the normed projection of the start on the data",
        ("GD-ALIGN", "GD-ALIGN-RELU", "GD-DENSE", "GD-DENSE-MAX", "GD-GAUSSIAN"),
        "rotation-invariant start, 0 < |w_0|^2 <= 2 surely, a < 1/2",
        "cos^2 has the law Beta(n/2, (d - n)/2), of mean n/d: 'highly aligned' needs n of the "
        "order of d. Dense "
        "for random starts, not for every start: a start on one data point stays there.",
    ),
    Said(
        GHOSH_2025, "relatively little feature learning occurs",
        "the ratios of active coordinates are kept for ever",
        ("GD-DIRECTION", "MOMENTUM-DIRECTION"),
        "full batch, any step size while signs are kept",
        "a long step can flip all signs at once: the line is kept, not the direction.",
    ),
    Said(
        GHOSH_2025, "sparse and nearly orthogonal to its initialization",
        "for every b < n the limit is one data point, and its angle to a random start is large",
        ("SGD-SPARSE", "SPARSE-RATE", "SGD-ORTHOGONAL", "NONORTH-NOLIMIT"),
        "0 < a < 1/2, 0 < |w_0|^2 < 2, a live coordinate; orthonormal data",
        "b = n - 1 is as sparse as b = 1. On oblique data, b = 1, SGD almost surely has no limit at all.",
    ),
    Said(
        GHOSH_2025, 'a qualitatively different type of "feature selection"',
        "noise picks one data point: which one, and when",
        ("SELECT", "SELECT-N", "SELECT-TIME", "TIME-MEAN", "SAMPLING-REPLACEMENT", "SAMPLING-CYCLIC-SHARED"),
        "small steps, from the unit sphere; n = 2 in closed form",
        "it is the unequal treatment of samples in a step that selects, not randomness alone: full batch drawn "
        "with replacement selects too, and a fixed cyclic order keeps the ratios inside each batch.",
    ),
    Said(
        GHOSH_2025, "the minima found with full-batch gradient descent are flatter",
        "the trace of the Hessian is smaller at dense minima",
        ("TRACE", "TRACE-JUMP", "MAX-EIG"),
        "ReLU; k >= 2 active coordinates at the limit",
        "the linear neuron has the same trace at every minimum, and the largest eigenvalue is the "
        "same for both "
        "neurons. For ReLU the gap sits at the limit point alone and hangs on the slope taken at the kink: "
        "while SGD runs it tends to the same value for every batch size.",
    ),
    Said(
        GHOSH_2025, "in contrast to previous works which suggest that large batches lead to sharper minima",
        "the order of sharpness between full batch and mini-batch is reversed here",
        ("TRACE", "MAX-EIG", "BRIDGE"),
        "as above",
        "by the trace only, and only with the convention phi'(0) = 0.",
    ),
    Said(
        GHOSH_2025, "a powerful tool from the theory of non-homogeneous random walks",
        "the log ratio of two coordinates is such a walk; it leaves every band in finite mean time",
        ("NHRW", "WALK-DRIFT", "WALK-VARIANCE", "TWO-POINTS", "FOSTER", "LAMPERTI"),
        "bounded jumps, outward drift, variance bounded below, at every step",
        "almost sure convergence can be had without it: SGD-SPARSE's proof is a contraction of one "
        "function and "
        "cites nothing.",
    ),
    Said(
        GHOSH_2022, "a manifold of global minima all with the same maximum Hessian eigenvalue",
        "the unit sphere of the span of the active data; the largest eigenvalue of the Hessian is 4/n on it",
        ("STATIONARY", "SADDLES", "MAX-EIG"),
        "orthonormal data; ReLU with the gates as at the minimum",
        "for ReLU the loss is not twice differentiable at minima with an inactive datum.",
    ),
    Said(
        GHOSH_2022, "gradient descent reaches a particular global minimum when initialized randomly",
        "the normed projection of the start on the span of its active data",
        ("GD-CONVERGES", "GD-HALF", "GD-RATE"),
        "0 < a < 1/2, 0 < |w_0|^2 <= 2, a live coordinate",
        "'randomly' hides the radius: see above.",
    ),
    Said(
        GHOSH_2022, "merely rescaled uniformly",
        "the active coordinates share one factor at every step",
        ("GD-DIRECTION", "GD-DENSE"),
        "full batch",
        "the inactive ones share another.",
    ),
    Said(
        GHOSH_2022, "in high-dimensions the learned neuron is a near uniform mixture",
        "no coordinate of the limit is large",
        ("GD-DENSE", "GD-DENSE-MAX"),
        "rotation-invariant start; k active coordinates, bounds in k",
        "for ReLU k is the number of active data, about n/2 of them.",
    ),
    Said(
        GHOSH_2022, "with batch-size one the neuron exactly aligns with a single such direction",
        "the case b = 1",
        ("SGD-SPARSE", "SELECT"),
        "0 < a < 1/2, 0 < |w_0|^2 < 2, a live coordinate",
        "in the limit, not in finite time; and so for every b < n.",
    ),
    Said(
        PATEL_2017, "successful in training neural networks with strong generalization properties",
        "an observation on practice",
        (),
        "",
        "about no statement of this theory: nothing here speaks of generalisation.",
    ),
    Said(
        PATEL_2017, "converges to flat minima",
        "what others hold of small batches (Keskar et al.): small batches flat, large ones sharp",
        ("Q-FLAT", "Q-SMALL-BATCH", "TRACE"),
        "quadratic sums in mean square; the autoencoder by the trace",
        "in mean square flatter minima allow larger steps; on the autoencoder the order by the trace is the "
        "reverse.",
    ),
    Said(
        PATEL_2017, "noisier gradients in SB methods that allow SB iterates to escape",
        "the common explanation, by noise",
        ("BRIDGE", "Q-STATIONARY", "Q-AS"),
        "interpolating minima: the noise vanishes there",
        "at an interpolating minimum there is no additive noise to escape by; what counts is the product of "
        "random matrices, and paths leave at the almost-sure threshold.",
    ),
    Said(
        PATEL_2017,
        "a deterministic relationship between the learning rate, the batch size, and the local geometry",
        "one threshold for the step size, from curvatures, their spread and kappa",
        ("Q-MS", "Q-KAPPA", "Q-BRACKET", "Q-INDEFINITE"),
        "a shared minimiser, independent batches, positive definite mean",
        "deterministic for second moments. Paths have another threshold: between the two the second moment "
        "diverges while almost every path converges (Q-AS).",
    ),
    Said(
        PATEL_2017, "the canonical quadratic sums problem",
        "exact relationships for sums of quadratics",
        ("Q-MS", "Q-BRACKET", "Q-STATIONARY", "Q-LARGE-BATCH"),
        "as above; Q-STATIONARY without a shared minimiser",
        "the bracket for a single curvature is not valid: the largest over all is needed.",
    ),
    Said(
        PATEL_2017, "extend to nonconvex, stochastic optimization problems",
        "numerically: Styblinski-Tang sums, and trained networks here",
        ("Q-NONCONVEX", "Q-GRAM", "DESIGN"),
        "the named sums and networks",
        "runs leave at the almost-sure threshold, up to 2.3 times the mean-square one.",
    ),
    Said(
        PATEL_2017, "why SB methods prefer flat minima and LB methods seem agnostic",
        "for small batches the threshold falls with the spread of curvatures; for large ones it nears that of "
        "gradient descent",
        ("Q-SMALL-BATCH", "Q-LARGE-BATCH", "Q-FLAT"),
        "mean square",
        "the threshold does not fall as the batch grows, but it need not rise; and large batches are not "
        "agnostic: full batch has 2/l_max.",
    ),
    Said(
        PATEL_2017, "leveraged to design SB and LB training methods",
        "step sizes, for each batch size, that keep one minimum and leave another",
        ("DESIGN", "Q-GRAM", "Q-GRAM-ORDER", "Q-GRAM-EDGE"),
        "two minima with known Jacobians",
        "leaving is promised, finding is not; at one step size no batch size reverses the order in "
        "mean square.",
    ),
)  # fmt: skip
