"""Mini-batch SGD on orthonormal data: walks of log ratios, capture, limits, rates, selection."""

READING_ORDER = (
    "log_ratios",
    "capture",
    "reach",
    "two_points",
    "sparse",
    "sparse_time",
    "rates",
    "selection",
    "selection_n",
    "orthogonal",
    "purity_time",
)
