"""Numbers that bound, in few digits: never on the wrong side of what they stand for."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal


def at_most(value: float, digits: int = 5) -> str:
    """The number in so many digits, not above itself: a lower bound, or how far a promise reaches.

    >>> at_most(1.99999999)
    '1.9999'
    """
    return _rounded(value, digits, ROUND_FLOOR)


def at_least(value: float, digits: int = 5) -> str:
    """The number in so many digits, not below itself.

    >>> at_least(0.100001)
    '0.10001'
    """
    return _rounded(value, digits, ROUND_CEILING)


def _rounded(value: float, digits: int, how: str) -> str:
    if not math.isfinite(value):
        return str(value)
    found = Context(prec=digits, rounding=how).create_decimal(Decimal(value))
    return f"{float(found):.{digits}g}"  # so few digits come back from a float as they went in


__all__ = ["at_least", "at_most"]
