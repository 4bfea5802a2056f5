"""Ties the theory to its Coq development: phrases, generated certificates, build and gates."""
