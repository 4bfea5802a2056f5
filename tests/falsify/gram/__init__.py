"""Searches: thresholds of trained models."""
