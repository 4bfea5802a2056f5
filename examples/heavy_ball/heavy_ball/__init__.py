"""Gradient descent, heavy ball and Nesterov's method on strongly convex quadratics.

A quadratic with Hessian eigenvalues between mu and L splits into its eigendirections, and every
method here acts on each of them alone: x is one coordinate, h its curvature, mu <= h <= L.
"""

READING_ORDER = ("descent", "momentum", "transient", "nesterov", "noise")
