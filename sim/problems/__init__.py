"""What is simulated, and whose stability is decided: the autoencoder, sums, other data and optimisers.

``gram``: SGD near a minimum of a trained model, in the residuals' N dimensions.
"""
