"""One rational number in four libraries: SymPy's, FLINT's, Python's fractions, SymPy's domain QQ.

Each number goes over as two of Python's integers; the libraries' own ways between them are slower, or missing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq
from sympy import Rational


def to_flint(value: Any) -> fmpq:
    """FLINT's number for a rational of SymPy's; AttributeError for what is none.

    >>> from sympy import Rational
    >>> to_flint(Rational(-3, 2))
    -3/2
    """
    return fmpq(int(value.p), int(value.q))


def ratio_to_flint(value: Any) -> fmpq:
    """FLINT's number for a fraction of Python's, or a number of QQ; AttributeError for what is none.

    >>> ratio_to_flint(Fraction(1, 3))
    1/3
    """
    return fmpq(int(value.numerator), int(value.denominator))


def to_sympy(value: fmpq) -> Rational:
    """SymPy's number for one of FLINT's; AttributeError for what is none.

    >>> to_sympy(fmpq(1, 2))
    1/2
    """
    return Rational(int(value.p), int(value.q))


def to_fraction(value: Any) -> Fraction:
    """Python's fraction for a rational of SymPy's or FLINT's; AttributeError for what is none.

    >>> to_fraction(fmpq(1, 2))
    Fraction(1, 2)
    """
    return Fraction(int(value.p), int(value.q))


__all__ = ["ratio_to_flint", "to_flint", "to_fraction", "to_sympy"]
