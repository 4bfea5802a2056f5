"""Searches: the landscape, one step, the band, full batch, random starts."""
