r"""Moments of a batch mean, and the second-moment operator of SGD on a quadratic sum.

f = mean of f_i over N components, f_i(t) = t'Q_i t/2 + r_i't + c_i, Q_i symmetric; a step with batch
B of size k and step size C is t+ = t - C (mean over B of grad f_i).  With g_i = Q_i t* + r_i (mean
zero at the minimiser t* of f) the error e = t - t* obeys

    e+ = (I - C Q_B) e - C g_B,        Q_B, g_B: means over the batch.

Q_i (x) I and I (x) Q_j commute, so the algebra below is commutative and holds for matrices as it
stands.  ``a_B`` and ``b_B`` are batch means of two families a_i, b_i.
"""

from __future__ import annotations

from sympy import Expr, Function, Integer, Poly, Symbol, cancel, expand

SAMPLINGS = ("uniform", "replacement")

N = Symbol("N", integer=True)
k = Symbol("k", integer=True)
C = Symbol("C", real=True)
kappa = Symbol("kappa", real=True)

mean_a = Symbol(r"\bar{a}", real=True)
mean_b = Symbol(r"\bar{b}", real=True)
mean_ab = Symbol(r"\overline{ab}", real=True)

# Linear maps X -> ... on matrices; commuting generators, see above.
kron_sum = Symbol(r"Q\oplus Q")  # X -> QX + XQ
kron_product = Symbol(r"Q\otimes Q")  # X -> QXQ
noise = Symbol("V")  # X -> E[Q_Y X Q_Y] - QXQ = E[(Q_Y - Q) X (Q_Y - Q)]
operator = Symbol("M_C")  # X -> E[(I - C Q_B) X (I - C Q_B)]

spectral_radius = Function("rho")


def multiplicity_moments(sampling: str) -> tuple[Expr, Expr]:
    """E[m_i^2] and E[m_i m_j], i != j, for the number of times m_i that a batch holds i.

    uniform: m_i is 0 or 1.  replacement: m_i is a sum of k independent indicators of mean 1/N.
    E[m_i] = k/N by exchangeability; the mixed moment follows from (sum of m)^2 = k^2.
    """
    if sampling not in SAMPLINGS:
        raise ValueError(f"sampling={sampling!r}: allowed are {', '.join(SAMPLINGS)}")
    square = k / N if sampling == "uniform" else k / N + k * (k - 1) / N**2
    return square, cancel((k**2 - N * square) / (N * (N - 1)))


def batch_product(square: Expr, mixed: Expr) -> Expr:
    """E[a_B b_B] from E[m_i^2] and E[m_i m_j], in the means of a_i, b_i and a_i b_i."""
    diagonal = N * mean_ab
    return expand((square * diagonal + mixed * (N**2 * mean_a * mean_b - diagonal)) / k**2)


def variance_factor(sampling: str) -> Expr:
    """kappa in E[a_B b_B] = a_bar b_bar + kappa (ab_bar - a_bar b_bar), derived."""
    product = Poly(batch_product(*multiplicity_moments(sampling)), mean_ab)
    return cancel(product.LC())


def second_moment_operator(product: Expr) -> Expr:
    """E[(I - C Q_B) (x) (I - C Q_B)] for E[a_B b_B] = ``product``, a = Q (x) I and b = I (x) Q."""
    linear = 1 - C * (mean_a + mean_b)
    total = Poly(expand(linear + C**2 * product), mean_a, mean_b, mean_ab)
    # the three combinations that have names
    names = {
        (0, 0, 0): Integer(1),
        (1, 0, 0): kron_sum / 2,
        (0, 1, 0): kron_sum / 2,
        (1, 1, 0): kron_product,
        (0, 0, 1): noise + kron_product,
    }
    result: Expr = Integer(0)
    for powers, coefficient in total.terms():
        result += coefficient * names[powers]
    return expand(result)
