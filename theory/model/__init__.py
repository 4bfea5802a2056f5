"""The model: one neuron, its losses, its landscape, one step, the band around the sphere."""

READING_ORDER = ("autoencoder", "landscape", "spectrum", "initialisation", "step", "band")
