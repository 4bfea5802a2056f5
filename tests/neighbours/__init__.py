"""Neighbouring theory: what other papers state, on our models."""
