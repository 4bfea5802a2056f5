"""Coq: the development (statements apart from proofs), and what ties it to the claims (``formal.tie``)."""
