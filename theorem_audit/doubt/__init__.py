"""Doubts the evidence: wrong variants of each claim, instances of its hypotheses."""
