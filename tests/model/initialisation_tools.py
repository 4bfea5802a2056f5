"""What the evidence of the chapter initialisation shares: instances, strategies, derivations."""

from __future__ import annotations

from sympy import Symbol

# Scaled coordinates: y = rho - 2, z = s/y, v = S/s, alpha = a y.  All are >= 0.
y, z, v, alpha = (Symbol(name, real=True) for name in ("y", "z", "v", "alpha"))
