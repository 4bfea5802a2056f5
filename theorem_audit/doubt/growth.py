"""How an expression grows as one symbol goes to infinity, where that can be read off its factors.

    |f(x)| = constant * exp(fast * x^degree) * x^(factorial * x) * prod base^(slope * x) * x^power * log(x)^logs

up to a factor that goes to 1.  What has another form has no growth here: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy
from sympy import Abs, Add, E, Expr, Mul, Poly, Pow, Rational, Symbol, div, fraction, log, together
from sympy.core.function import AppliedUndef

from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Undecided

ZERO, HALF = Rational(0), Rational(1, 2)
BOUNDED = (sympy.sin, sympy.cos, sympy.tanh, sympy.atan, sympy.erf, sympy.sign, sympy.lowergamma)
# Near 0, up to a constant.
LIKE_THEIR_ARGUMENT = (
    sympy.sin, sympy.tan, sympy.asin, sympy.atan, sympy.sinh, sympy.tanh, sympy.asinh, sympy.erf,
)  # fmt: skip


@dataclass(frozen=True)
class Growth:
    """See the module.

    exact: False where this is a bound from above only.
    plain: False where terms of lower order were left out: signs and monotony say nothing then.
    """

    fast: tuple[Expr, int] = (ZERO, 0)
    factorial: Expr = ZERO
    bases: tuple[tuple[Expr, Expr], ...] = ()
    power: Expr = ZERO
    logs: Expr = ZERO
    exact: bool = True
    plain: bool = True

    def times(self, other: Growth) -> Growth | None:
        """Of the product; None where both are faster than exponential in different ways, or cancel: of
        their exponents only the highest powers are known here."""
        (a, m), (b, n) = self.fast, other.fast
        if m and n and (m != n or (sign(a + b) not in (1, -1) and not (a + b).free_symbols)):
            return None
        return Growth(
            (a + b, max(m, n)),
            self.factorial + other.factorial,
            self.bases + other.bases,
            self.power + other.power,
            self.logs + other.logs,
            self.exact and other.exact,
            self.plain and other.plain,
        )

    def to(self, e: Expr) -> Growth | None:
        """Of a power with a fixed exponent; of a bound only where that is positive."""
        if not self.exact and e.is_positive is not True:
            return None
        fast, degree = self.fast
        return replace(
            self,
            fast=(fast * e, degree),
            factorial=self.factorial * e,
            bases=tuple((b, s * e) for b, s in self.bases),
            power=self.power * e,
            logs=self.logs * e,
        )

    @property
    def free_symbols(self) -> set[Symbol]:
        """Of what it depends on."""
        parts = [self.fast[0], self.factorial, self.power, self.logs]
        return set().union(*(y.free_symbols for y in [*parts, *sum(self.bases, ())]))

    @property
    def base(self) -> Expr:
        """The geometric part as one number, without its sign."""
        return Mul(*(Abs(b) ** s for b, s in self.bases))

    @property
    def vanishes(self) -> bool:
        """Whether it surely goes to 0, by a power."""
        return not self.bases and self.fast[0] == self.factorial == 0 and sign(self.power) == -1


def sign(value: Expr) -> int | None:
    """The sign of a number: exactly where it is rational, else by a ball; None where that does not tell."""
    if value.is_Rational:
        return bool(value > 0) - bool(value < 0)
    if value.free_symbols:
        return None
    try:
        ball = enclose(value, {})
    except (Undecided, ZeroDivisionError, TypeError):
        return None
    return 1 if ball > 0 else -1 if ball < 0 else None


NotZero = Callable[[Expr], bool]  # whether an expression without the symbol is surely not 0


def growth(f: Expr, x: Symbol, sure: NotZero) -> Growth | None:
    """How ``f`` grows as ``x`` goes to infinity; None where it cannot be read off."""
    if not f.has(x):
        return Growth()
    if isinstance(f, Mul):
        found: Growth | None = Growth()
        for part in f.args:
            one = growth(part, x, sure)
            found = found.times(one) if found is not None and one is not None else None
        return found
    if f.is_polynomial(x):
        poly = Poly(f, x)
        lead = poly.LC()
        return Growth(power=Rational(poly.degree())) if sure(lead) else None
    if isinstance(f, Add):
        whole = together(f)
        return _largest(f, x, sure) if isinstance(whole, Add) else growth(whole, x, sure)
    if isinstance(f, Pow | sympy.exp):
        base, e = f.as_base_exp()
        return _of_power(base, e, x, sure)
    return _of_function(f, x, sure)


def _largest(f: Expr, x: Symbol, sure: NotZero) -> Growth | None:
    """Of a sum: that of its one largest term."""
    terms = [growth(part, x, sure) for part in f.args]
    for one in terms:
        if (
            one is not None
            and one.exact
            and all(other is one or (other is not None and _less(other, one)) for other in terms)
        ):
            return replace(one, plain=False)
    return None


def _less(one: Growth, two: Growth) -> bool:
    """Whether the first is surely of lower order."""
    ratio = two.to(Rational(-1))
    quotient = None if ratio is None else one.times(ratio)
    return quotient is not None and order(quotient) == -1


def order(of: Growth) -> int | None:
    """-1 where it goes to 0, 1 where it goes to infinity; 0 between them; None where that is open."""
    base = of.base
    steps = (of.fast[0], of.factorial, ZERO if base == 1 else log(base), of.power, of.logs)
    for step in steps:
        found = sign(step)
        if found != 0:
            return found
    return 0


def _of_power(base: Expr, e: Expr, x: Symbol, sure: NotZero) -> Growth | None:
    if not e.has(x):
        inner = growth(base, x, sure)
        return None if inner is None else inner.to(e)
    top, under = fraction(together(e))
    if not (top.is_polynomial(x) and under.is_polynomial(x)):
        return None
    whole, _ = div(Poly(top, x), Poly(under, x))  # what is left goes to 0
    if under.has(x) and not sure(Poly(under, x).LC()):
        return None
    degree, lead = whole.degree(), whole.LC()
    if not base.has(x):
        if degree <= 0:
            return Growth()
        return Growth(bases=((base, lead),)) if degree == 1 else Growth((lead * log(base), degree))
    quotient = [Poly(y, x) for y in fraction(together(base)) if y.is_polynomial(x)]
    if degree > 1 or len(quotient) < 2 or not all(sure(y.LC()) for y in quotient):
        return None
    size, slope = quotient[0].degree() - quotient[1].degree(), whole.nth(1)
    return Growth(
        factorial=size * slope,
        bases=((quotient[0].LC() / quotient[1].LC(), slope),),
        power=size * whole.nth(0),
    )


def _of_function(f: Expr, x: Symbol, sure: NotZero) -> Growth | None:
    if isinstance(f, sympy.factorial | sympy.binomial | sympy.rf | sympy.ff):
        return growth(f.rewrite(sympy.gamma), x, sure)
    if isinstance(f, AppliedUndef) or len(f.args) > 2:
        return None
    inner = f.args[-1]
    if isinstance(f, sympy.gamma | sympy.loggamma):
        if isinstance(f, sympy.loggamma) or not inner.is_polynomial(x):
            return None
        a, b = Poly(inner, x).nth(1), Poly(inner, x).nth(0)
        if Poly(inner, x).degree() != 1 or sign(a) != 1:
            return None
        return Growth(factorial=a, bases=((a, a), (E, -a)), power=b - HALF)
    if isinstance(f, Abs):
        return growth(inner, x, sure)
    size = growth(inner, x, sure)
    if isinstance(f, log):
        if size is None or not size.exact or size.bases or size.fast[0] or size.factorial:
            return None
        if sign(size.power) in (1, -1):
            return Growth(logs=Rational(1), plain=False)
        less = together(inner - 1)
        near = growth(less, x, sure)
        return near if near is not None and near.vanishes else None
    if isinstance(f, LIKE_THEIR_ARGUMENT) and size is not None and size.vanishes:
        return size
    return Growth(exact=False) if isinstance(f, BOUNDED) else None


__all__ = ["Growth", "growth", "order", "sign"]
