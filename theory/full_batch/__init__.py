"""Full-batch gradient descent: where it converges, at which steps, and how its limit lies to its start."""

READING_ORDER = ("convergence", "edge", "alignment", "gaussian_start")
