"""Points at which a claim can fail: a symbol that stands for an integer has an integer's value there.

A box holds all numbers between its ends.  What is negative between two integers alone is no instance of a claim
on integers, so it refutes nothing; a certificate, which speaks of the whole box, cannot be had there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import Basic, Integer, Symbol, floor, sympify

BETWEEN = 32  # negative points between integers after which nobody looks for one at integers


def possible(point: Mapping[Symbol, Any]) -> bool:
    """Whether each symbol that stands for an integer has an integer's value.

    >>> n = Symbol("n", integer=True)
    >>> possible({n: 2, Symbol("x"): Fraction(1, 2)}), possible({n: Fraction(1, 2)})
    (True, False)
    """
    return all(_whole(value) for symbol, value in point.items() if symbol.is_integer)


def _whole(value: Any) -> bool:
    number = sympify(value)
    return not number.is_number or bool((floor(number) - number).is_zero)


def next_to(point: Mapping[Symbol, Any]) -> Iterator[dict[Symbol, Any]]:
    """The possible points nearest to ``point``, whose values are rational: itself, where it is one."""
    ends = [
        (value,) if not symbol.is_integer or _whole(value) else _ends(value)
        for symbol, value in point.items()
    ]
    for values in product(*ends):
        yield dict(zip(point, values, strict=True))


def _ends(value: Any) -> tuple[Any, Any]:
    low = math.floor(value)
    kind = Integer if isinstance(value, Basic) else Fraction
    return kind(low), kind(low + 1)


__all__ = ["BETWEEN", "next_to", "possible"]
