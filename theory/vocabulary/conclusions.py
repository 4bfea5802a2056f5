"""Words on how a conclusion is meant (limits in a parameter), and on functions and models it speaks of."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Integer, Symbol, cancel, diff

from theorem_audit.statement.vocabulary import Item, Kind
from theory.vocabulary.data import Rng, choose

_READING = "a way to read the conclusion, and no property of what is played"
# What searches play: the steps, and how far a number may be off there, in multiples of the step.  Of heavy
# ball: the momenta beta, how far off in multiples of 1 - beta, and whether p may be as small as that.
_AT_STEPS = {
    "steps": (Fraction(1, 4), Fraction(2, 5)),
    "momenta": (Fraction(1, 2),),
    "error": 0,
    "rare": False,
}
_NEAR_ZERO = {"steps": (Fraction(1, 20),), "error": 1}

FIXED_STEP = Item(
    "limit", "at this step size", "at the step size a itself", "a>0", after=True, unread=_READING,
    gives=_AT_STEPS,
)  # fmt: skip
SMALL_STEPS = Item("limit", "a to 0", "in the limit a -> 0", r"a\to0", after=True, unread=_READING,
                   near=("at this step size",), gives=_NEAR_ZERO)  # fmt: skip
SMALL_STEPS_LINEAR = Item(
    "limit", "a to 0, error O(a)", "in the limit a -> 0, with an error O(a)", r"a\to0,\ \text{error } O(a)",
    after=True, implies=("a to 0",), near=("at this step size",), unread=_READING, gives=_NEAR_ZERO,
)  # fmt: skip
SMALL_STEPS_LATE = Item(
    "limit", "t to infinity, then a to 0", "in the limit t -> oo and then a -> 0, shares and means alike",
    r"t\to\infty,\text{ then } a\to0", after=True, implies=("a to 0",), near=("at this step size",),
    unread=_READING, gives=_NEAR_ZERO,
)  # fmt: skip
TWO_COEFFICIENTS = Item(
    "limit", "coefficients of a and a^2", "as a -> 0, the coefficients of a and of a^2 alone",
    r"a\to0,\ \text{coefficients of } a \text{ and } a^2", after=True, near=("at this step size",),
    unread=_READING,
)  # fmt: skip
# The claims say O(1 - beta) without a constant.  That one multiple is enough at the settings that are played is
# shown there by balls, setting by setting, and that a rare split needs more (``test_momentum_slow.py``).
_NEAR_ONE = {"momenta": (Fraction(9, 10), Fraction(19, 20)), "error": 1}
SLOW_ANY_SPLIT = Item(
    "limit", "beta to 1, c fixed", "in the limit beta -> 1 with c fixed, however p goes",
    r"\beta\to1,\ c\text{ fixed}", after=True, unread=_READING, gives={**_NEAR_ONE, "rare": True},
)  # fmt: skip
SLOW = Item(
    "limit", "beta to 1, c and p fixed", "in the limit beta -> 1 with c and p fixed",
    r"\beta\to1,\ c,p\text{ fixed}", after=True, unread=_READING,
    near=("beta to 1, c fixed", "at this step size"), gives={**_NEAR_ONE, "rare": False},
)  # fmt: skip
LIMIT = Kind("limit", "how a conclusion is meant in the step size or the momentum", "at this step size",
             (FIXED_STEP, SMALL_STEPS, SMALL_STEPS_LINEAR, SMALL_STEPS_LATE, TWO_COEFFICIENTS, SLOW,
              SLOW_ANY_SPLIT))  # fmt: skip


# A function of the coordinates that a conclusion speaks of.


def degree_zero(f: Expr, coordinates: tuple[Symbol, ...]) -> bool:
    """Euler: f(c q) = f(q) for every c > 0 exactly where sum_j q_j df/dq_j = 0 (f rational in q)."""
    return bool(cancel(sum((x * diff(f, x) for x in coordinates), Integer(0))) == 0)


def _some_function(rng: Rng, q: tuple[Symbol, ...]) -> Expr:
    return q[0] ** int(rng.integers(1, 4)) + choose(rng, *q)


def _ratio(rng: Rng, q: tuple[Symbol, ...]) -> Expr:
    one, two = choose(rng, *q), choose(rng, *q)
    total = sum((x**2 for x in q), Integer(0))
    return one**2 * two**2 / total**2 + Fraction(int(rng.integers(1, 4))).numerator * one**2 / total


ANY_FUNCTION = Item("function", "any function", "the test function is any", r"f:\ \mathbb R^n\to\mathbb R",
                    sample=_some_function, holds=lambda f, q: True)  # fmt: skip
DEGREE_ZERO = Item("function", "degree 0", "the test function has degree 0 in q: sum_j h_j = 0",
                   r"\textstyle\sum_j h_j=0", sample=_ratio, holds=degree_zero,
                   implies=("any function",))  # fmt: skip
SMOOTH = Item(
    "function", "smooth, degree 0",
    "f is three times continuously differentiable in log|q| near the point, of degree 0 in q",
    r"f\in C^3(\log|q|),\ f(cq)=f(q)", sample=_ratio, implies=("degree 0",),
    near=("degree 0",), unread="smoothness is not tested; what is drawn is rational, and smooth off q = 0",
)  # fmt: skip
FUNCTION = Kind("function", "a function of q: sample(rng, q), holds(f, q)", "any function",
                (ANY_FUNCTION, DEGREE_ZERO, SMOOTH))  # fmt: skip


# The model whose squared losses a Gram matrix stands for: N residuals at the minimum t*.

ANY_FIT = Item("fit", "any model", "the model is any", r"f_i=\tfrac12|h_i-y_i|^2",
               sample=lambda rng, N: [choose(rng, Fraction(0), Fraction(1)) for _ in range(N)],
               holds=lambda residuals: True)  # fmt: skip
FITTED = Item(
    "fit", "fitted model",
    "f_i = |h_i - y_i|^2/2 with every residual zero at t*, linearised there; or Q_i = J_i'J_i outright",
    r"h_i(t^*)=y_i\ \forall i,\quad Q_i=J_i'J_i", sample=lambda rng, N: [Fraction(0)] * N,
    holds=lambda residuals: all(x == 0 for x in residuals), implies=("any model",),
)  # fmt: skip
FIT = Kind("fit", "residuals at the minimum: sample(rng, N), holds(residuals)", "any model",
           (ANY_FIT, FITTED))  # fmt: skip
