"""The evidence: quadratic sums."""
