"""The evidence: full batch."""
