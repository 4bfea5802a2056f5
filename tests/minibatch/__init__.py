"""The evidence: mini-batches."""
