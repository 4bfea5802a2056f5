"""The shared symbols and their assumptions: the one place where a name gets its meaning.

Symbols are real or integer and carry no sign: a sign is a hypothesis, and hypotheses stand in a
claim's region where they can be read, dropped and widened.  (A SymPy symbol declared positive turns
``a > 0`` into ``true`` and the hypothesis would vanish from the statement.)
"""

from __future__ import annotations

from functools import partial

import sympy
from sympy import Function, Symbol

# Relations as they are written: whether they hold is for evidence to say.  SymPy's own ask its assumptions
# about both sides of each one that a chapter declares, which was two thirds of what importing the theory cost.
Eq = partial(sympy.Eq, evaluate=False)
Ne = partial(sympy.Ne, evaluate=False)
Ge = partial(sympy.Ge, evaluate=False)
Gt = partial(sympy.Gt, evaluate=False)
Le = partial(sympy.Le, evaluate=False)
Lt = partial(sympy.Lt, evaluate=False)


def _real(name: str) -> Symbol:
    return Symbol(name, real=True)


def _integer(name: str) -> Symbol:
    return Symbol(name, integer=True)


# Sizes.
n = _integer("n")  # data points
d = _integer("d")  # ambient dimension, n <= d
b = _integer("b")  # batch size, 1 <= b <= n
k = _integer("k")  # active coordinates of a ReLU neuron
k0 = _integer("k_0")  # active coordinates at the start

# Step size.  One step sees eta and b only through a = eta/b.
eta = _real("eta")
a = _real("a")

# The state, in coordinates on the data (orthonormal x_1..x_n): q_j = <w, x_j>.
q = _real("q")
q_i = _real("q_i")
q_j = _real("q_j")
s = _real("s")  # sum of q_j^2: mass on span(x)
rho = _real("rho")  # ||w_perp||^2: mass off span(x)
r2 = _real("r2")  # ||w||^2 = s + rho
delta = _real("delta")  # r2 - 1
perp = _real("w_perp")  # one coordinate of w off span(x)

# One step.
S = _real("S")  # sum of q_i^2 over the (active) batch
S_C = _real("S_C")  # the same over C = batch minus {i, j}
chi = _real("chi")  # 1 when j is in the (active) batch, else 0
active = _real("h")  # ReLU gate 1{q > 0}; 1 for the linear neuron
below = _real("h_-")  # the gate at q < 0: 1 for the linear neuron, 0 for ReLU
t = _real("t")  # 2 - r2
p = _real("p")  # P(i in batch, j not), i != j

# The same quantities one step later.
q_i_next = _real("q_i^+")
q_j_next = _real("q_j^+")
perp_next = _real("w_perp^+")
s_next = _real("s^+")
rho_next = _real("rho^+")
r2_next = _real("r2^+")
delta_next = _real("delta^+")

# Vectors, as generators of the free module: an expression linear in them is a vector.
x = Symbol("x_i", commutative=True)
w = Symbol("w", commutative=True)

gradient = Symbol("grad_i")  # gradient of loss_i, a combination of x_i and w
hessian_form = _real("H_i[v,v]")  # Hessian of loss_i as a quadratic form at v

# Inner products with a test vector v (a symmetric matrix is its quadratic form).
x_v = _real("x_v")  # <x_i, v>
w_v = _real("w_v")  # <w, v>
v_v = _real("v_v")  # <v, v>

Expectation = Function("E", real=True)

# Symbols that a slip of the pen exchanges, for `audit mutants`.  Those that differ only in their index are
# found by it.
LIKE = (
    (n, d, b, k, k0),
    (s, rho, r2),
    (s_next, rho_next, r2_next),
    (S, S_C),
    (r2, S),
    (eta, a),
    (x_v, w_v, v_v),
    (x, w),
)

# Cases that every claim about batches should have an instance at, where its hypotheses allow them.
BOUNDARIES = {"b = 1": Eq(b, 1), "b = n - 1": Eq(b, n - 1), "b = n": Eq(b, n), "d = n": Eq(d, n)}
