"""Searches: quadratic sums, sampling, saddles, norms, oblique data, momentum."""
