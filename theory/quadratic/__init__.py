"""Sums of quadratics: thresholds in mean square and almost surely; the bridge to the autoencoder."""

READING_ORDER = ("mean_square", "bounds", "paths", "nonconvex", "gram_thresholds", "bridge")
