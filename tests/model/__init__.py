"""The evidence: the model."""
