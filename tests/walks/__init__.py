"""The evidence: random walks."""
