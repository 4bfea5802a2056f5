"""What is simulated: the autoencoder, sums of quadratics, non-convex sums, other data and optimisers."""
