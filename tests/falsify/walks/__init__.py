"""Searches: adapted walks, log ratios, capture, rates, selection, time to purity."""
