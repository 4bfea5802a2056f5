"""What a reader of the papers should know, in plain words; each finding names the claims behind it."""

from __future__ import annotations

from theorem_audit.report.findings import Finding

FINDINGS: tuple[Finding, ...] = (
    Finding(
        "With any batch smaller than the data SGD ends on one data point: almost surely, for every $a < 1/2$",
        "For every $b < n$, every step size with $a = \\eta/b < 1/2$ and every start with "
        "$0 < \\|w\\|^2 < 2$ and a live coordinate, SGD converges to a single data point, at "
        "an explicit geometric "
        "rate. The proof takes no theorem from outside and stands in Coq from the loss to the limit. "
        "Without $b < n$, $a < 1/2$, the bound on the norm or the live coordinate there are starts from "
        "which it does not.",
        ("SGD-SPARSE", "SPARSE-RATE", "MASS-FLOOR", "CAPTURE", "REACH-TIME"),
        picture="mass",
    ),
    Finding(
        "The sharpness gap sits at the limit point, not on the path",
        "With $a < 1/2$ and $\\|w\\|^2 \\le 2$ at the start a ReLU neuron's active set never changes while "
        "SGD runs (without either it can), so along the path the trace of the Hessian tends to "
        "$(d+4-k_0)/n$ for every batch size. Only the limit point itself, where all but one coordinate "
        "are zero and the ReLU is taken to have slope 0 at 0, has trace "
        "$(d+3)/n$; with slope 1 at 0 its trace would be the smallest of all global minima.",
        ("TRACE-JUMP", "TRACE"),
        picture="trace",
    ),
    Finding(
        "'Finds a global minimum': from squared norm at most 2; beyond it, not always",
        "Beyond it an open set of starts is caught where the neuron is orthogonal to all active data: "
        "a spurious local minimum with loss $1/2$, where there is room off the data (linear: $d > n$); other "
        "starts beyond 2 do converge. For gradient flow the border is exact: of plain Gaussian starts with "
        "$n = 4$, $d = 12$, 67 % are caught as the step goes to 0. Within, every step size with "
        "$\\eta/b < 1/2$ works, with batches almost surely.",
        ("INIT-RADIUS", "SADDLES", "FLOW-SEPARATRIX", "GD-GAUSSIAN", "RADIUS-TWO"),
        picture="phase",
    ),
    Finding(
        "Mean-square theory calls the sparse minima unstable; SGD converges to them anyway",
        "At a data point the second moment of the linearised walk grows for every step size, "
        "while SGD converges to one almost surely ($a < 1/2$, $b < n$, $0 < \\|w\\|^2 < 2$, a live "
        "coordinate). Of the linearised process a moment of order $g > 0$ grows exactly when $g > 1$.",
        ("BRIDGE", "CAPTURE-MOMENT", "CAPTURE-MOMENT-UP"),
        picture="bridge",
    ),
    Finding(
        "Runs leave a minimum at the almost-sure threshold, not at the mean-square one",
        "On non-convex sums the observed escape step is the almost-sure threshold, up to 2.3 "
        "times the mean-square one. Between the two the second moment diverges while paths "
        "converge; small batches can even keep the sharper of two minima. Six small trained networks "
        "do the same, within 0.4 % of the interval predicted from their Jacobians (one of the cells "
        "was run longer after it had missed by 1.2 %). Past that threshold leaving is not monotone in "
        "the step size: between two ranges that leave there can be one that stays.",
        ("Q-NONCONVEX", "Q-AS", "Q-GRAM", "DESIGN"),
        picture="thresholds",
    ),
    Finding(
        "A bound stated for a single curvature is not valid",
        "The upper end of the bracket around the mean-square threshold needs the largest of the "
        "per-curvature values; a kept example breaks the single-curvature form. And the threshold "
        "never falls with the batch size, but it need not rise.",
        ("Q-BRACKET", "Q-SMALL-BATCH"),
    ),
    Finding(
        "Full batch stays dense only because it is drawn without replacement",
        "Drawn with replacement, every batch size kills the ratios near a data point, $b = n$ "
        "included, and per epoch at least as fast as batch size 1; while $a b < 1/2$ SGD ends on one "
        "data point from every start as above. Reshuffling each epoch has exactly the exponent of "
        "independent batches if $b$ divides $n$. A fixed partition visited in turn freezes "
        "the ratios inside each batch; one batch wins, but not from every start: an exact "
        "unstable orbit shares the mass of two batches for ever. With two batches and $a \\le 2/5$ "
        "almost no start on the unit sphere does so.",
        (
            "SAMPLING-REPLACEMENT",
            "SAMPLING-LOCAL",
            "SAMPLING-GLOBAL",
            "SAMPLING-RESHUFFLED",
            "SAMPLING-CYCLIC-SHARED",
            "SAMPLING-CYCLIC-ROOM",
        ),
        picture="sampling",
    ),
    Finding(
        "With data of unequal length SGD can converge to a strict saddle",
        "On orthogonal data full batch goes to the longest live point. With one sample a step and "
        "$1/s_i^2 - 1/s_{\\max}^2 < a < 1/(2 s_i^2)$, $s$ the lengths, SGD converges with positive "
        "probability to the shorter point $i$, a strict saddle of the loss, from every start with "
        "$\\|w\\|^2 \\le 2$ that sees it. Where some live exponent there is positive, $a "
        "s_{\\max}^2 < 1/2$ and "
        "$0 < \\|w\\|^2 < 2$, the probability is 0; in between nothing is claimed. For every batch size "
        "below $n$ and $a s_{\\max}^2 < 1/2$ the sign of the largest live exponent decides; once $(b-1) "
        "s_{\\max}^2 \\ge (n-1) s_i^2$, with the longest datum live, no saddle traps.",
        (
            "NORMS-GD",
            "SADDLE-WINDOW",
            "SADDLE-TRAP",
            "SADDLE-NEVER",
            "SADDLE-TRAP-BATCH",
            "SADDLE-LARGE-BATCH",
        ),
        picture="saddle_trap",
    ),
    Finding(
        "Oblique points, however nearly orthogonal, end the sparse limit",
        "When each point is oblique to some other, a linear neuron with one sample a step, "
        "$a < 1/2$, $0 < \\|w\\|^2 < 2$ and mass on the data almost surely does not converge at all. What "
        "remains between two points is a law, known exactly as $a \\to 0$: at inner product "
        "$c = \\kappa a$ the angle has two modes, near the data, for $c < a$ and one mode, between "
        "them, from $c = a$ on. For fixed $c > 0$ SGD sits around the full-batch minimum with "
        "mean squared angle "
        "near $a (1 - c^2)/(8c)$. ReLU on two points at an obtuse angle is the exception.",
        ("NONORTH-NOLIMIT", "NONORTH-CROSSOVER", "NONORTH-FLOOR", "NONORTH-OBTUSE"),
        picture="crossover",
    ),
    Finding(
        "The best batch size depends on what is held fixed",
        "The time to purity $1 - \\varepsilon$ is $\\log(1/\\varepsilon)$ over twice the "
        "exponent, plus a term of order "
        "$\\sqrt{\\log(1/\\varepsilon)}$, whose mean is positive with three or more live "
        "coordinates, because purity "
        "waits for the slowest of the ratios. At a fixed step "
        "size $b = 1$ is fastest, per step and per epoch; at fixed $a = \\eta/b$, $b = 1$ is fastest per "
        "epoch, and $b = n/2$ per step.",
        ("TIME-PURITY", "TIME-SPREAD", "TIME-BEST", "TIME-BEST-ETA"),
        picture="purity",
    ),
    Finding(
        "Which point wins: one linear equation for any number of points, and no batch size in it",
        "From the unit sphere of the live coordinates' span, and for any $b < n$, "
        "as the step size goes to 0 the law of the winner tends to the only bounded solution of "
        "one equation; the batch size only sets the clock. No point wins more often than "
        "$(2/\\pi)\\arctan(|q_i|/R)$, $R$ the length of the start's other coordinates, with equality for two "
        "points. For three points the area of a spherical triangle, a natural guess, is right on "
        "the edges and at the centre and still wrong.",
        ("SELECT-N", "SELECT-ANGLE", "SELECT-AREA"),
        picture="selection_n",
    ),
    Finding(
        "Full batch: momentum keeps the line of the data part, Adam need not",
        "Full batch with heavy-ball or Nesterov momentum keeps the line of the data part exactly. "
        "With mini-batches and heavy ball the ratios die at a data point like those of SGD with "
        "step $a/(1 - \\beta)$, to second order in $a$; that runs end on one point from far away is "
        "supported by runs only, and as $\\beta \\to 1$ that step alone no longer decides whether "
        "they die. Adam's full batch keeps or loses the direction depending on the axes in which "
        "the same problem is written.",
        ("MOMENTUM-DIRECTION", "MOMENTUM-EXPONENT", "MOMENTUM-SPARSE", "ADAM-BASIS"),
        picture="momentum",
    ),
)
