"""Criteria for adapted random walks, apart from any training."""

READING_ORDER = ("random_walk",)
