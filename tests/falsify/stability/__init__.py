"""Searches: what neighbouring papers say of the mean-square threshold."""
