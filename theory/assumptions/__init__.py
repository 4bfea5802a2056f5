"""What each hypothesis does: sampling, norms, orthogonality, the optimiser."""

READING_ORDER = (
    "sampling",
    "epochs",
    "unequal_norms",
    "saddle_trap",
    "nonorthogonal",
    "nonorthogonal_law",
    "momentum",
    "momentum_exponent",
    "momentum_confined",
)
