"""Batteries for the parts of the judge: each holds for a part as it is, and breaks for its mutants.

A battery takes the module under judgement, and computes what it expects by other means.
"""
