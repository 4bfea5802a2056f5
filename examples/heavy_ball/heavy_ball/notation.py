"""The shared symbols.  None carries a sign: a sign is a hypothesis, and stands in a claim's region."""

from __future__ import annotations

from sympy import Symbol


def _real(name: str) -> Symbol:
    return Symbol(name, real=True)


# One eigendirection, and the ends between which its curvature lies.
h = _real("h")
mu = _real("mu")
L = _real("L")
kappa = _real("kappa")  # condition number L/mu
k = _real("k")  # its square root
s = _real("s")  # 1/k
m = _real("m")  # square root of mu

# The methods.
eta = _real("eta")  # step size
beta = _real("beta")  # momentum
b = _real("b")  # square root of beta

# The state: the coordinate now, one step earlier, one step later.
x = _real("x")
x_prev = _real("x^-")
x_next = _real("x^+")

# What is said of a method.
rho = _real("rho")  # a factor by which each coordinate shrinks
z = _real("z")  # argument of the characteristic polynomial
char = _real("P")  # characteristic polynomial at z
disc = _real("D")  # its discriminant
r = _real("r")  # a bound on the moduli of all roots
radius = _real("R")  # the larger of the moduli of the two roots
modulus2 = _real("R^2")  # its square, where the roots are not real and distinct

# Symbols that a slip of the pen exchanges, for `audit mutants`.
LIKE = ((h, mu, L), (x, x_prev), (eta, beta))
