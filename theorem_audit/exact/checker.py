r"""Positivity certificates as data, and the short checker that trusts nobody.

A certificate says: polynomial P is >= 0 at every point with low_k <= x_k <= high_k, k = 1..m,
where low_k and high_k are polynomials in x_1..x_{k-1}.  It carries P, the bounds and a subdivision
of the unit cube.  With x_k = low_k + u_k (high_k - low_k), every such point is the image of some u in
the cube; on each cell of the subdivision P's Bernstein coefficients are >= 0, and P lies in their
convex hull.

The checker below uses integers and ``fractions`` only.  It shares no code with the search in
``theorem_audit/exact/bernstein.py`` and needs no SymPy.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import product
from math import comb, lcm, prod
from typing import Any

from theorem_audit.strict import loads

Terms = dict[tuple[int, ...], Fraction]
SCHEMA = 1


class InvalidCertificate(ValueError):
    """The certificate does not prove what it says; the message names the first bad place."""


@dataclass(frozen=True)
class Certificate:
    """Proof data for ``polynomial >= 0`` on ``box``.

    symbols: names x_1..x_m in box order.
    polynomial: [[exponents], "numerator/denominator"] for each term.
    box: for each symbol, [low, high], each a polynomial in the same form.
    tree: null for a cell, or [axis, lower half, upper half].
    """

    symbols: tuple[str, ...]
    polynomial: tuple[Any, ...]
    box: tuple[Any, ...]
    tree: Any

    def __post_init__(self) -> None:
        for name in ("symbols", "polynomial", "box", "tree"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))

    @property
    def cells(self) -> int:
        """Number of cells of the subdivision."""

        def count(tree: Any) -> int:
            return 1 if tree is None else count(tree[1]) + count(tree[2])

        return count(self.tree)

    def to_json(self) -> str:
        """The certificate as JSON text, one term a line so that a diff can be read."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> Certificate:
        """Read a certificate; InvalidCertificate where the text is not one."""
        try:
            data = loads(text)
            if data.pop("schema") != SCHEMA:
                raise InvalidCertificate(f"schema must be {SCHEMA}")
            return Certificate(data["symbols"], data["polynomial"], data["box"], data["tree"])
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise InvalidCertificate(f"not a certificate: {error!r}") from error


def _frozen(data: Any) -> Any:
    return tuple(_frozen(x) for x in data) if isinstance(data, list | tuple) else data


def _read(terms: Any, size: int) -> Terms:
    found: Terms = {}
    for exponents, coefficient in terms:
        key = tuple(exponents)
        if len(key) != size or any(not isinstance(e, int) or e < 0 for e in key):
            raise InvalidCertificate(f"bad exponents {exponents}")
        if key in found:
            raise InvalidCertificate(f"the term {exponents} stands twice")
        found[key] = Fraction(coefficient)
    return found


def _add(left: Terms, right: Terms) -> Terms:
    total = dict(left)
    for key, value in right.items():
        total[key] = total.get(key, Fraction(0)) + value
    return {key: value for key, value in total.items() if value}


def _times(left: Terms, right: Terms) -> Terms:
    total: Terms = {}
    for (e1, c1), (e2, c2) in product(left.items(), right.items()):
        key = tuple(i + j for i, j in zip(e1, e2, strict=True))
        total[key] = total.get(key, Fraction(0)) + c1 * c2
    return {key: value for key, value in total.items() if value}


def _substitute(poly: Terms, values: list[Terms]) -> Terms:
    size = len(values)
    total: Terms = {}
    for exponents, coefficient in poly.items():
        term: Terms = {(0,) * size: coefficient}
        for value, exponent in zip(values, exponents, strict=True):
            for _ in range(exponent):
                term = _times(term, value)
        total = _add(total, term)
    return total


def _smallest_bernstein(poly: Terms, size: int) -> Fraction:
    """Smallest Bernstein coefficient on the unit cube: b_I = sum_{J<=I} prod C(I,J)/C(N,J) c_J.

    As C(I,J)/C(N,J) = C(N-J,I-J)/C(N,I), one axis at a time and in integers: c_J times a common
    denominator go in, and b_I times that and prod C(N,I) come out.
    """
    degrees = [max((e[axis] for e in poly), default=0) for axis in range(size)]
    common = lcm(*(c.denominator for c in poly.values()))
    found = {e: c.numerator * (common // c.denominator) for e, c in poly.items()}
    for axis, degree in enumerate(degrees):
        spread: dict[tuple[int, ...], int] = {}
        for index, value in found.items():
            e = index[axis]
            for i in range(e, degree + 1):
                key = (*index[:axis], i, *index[axis + 1 :])
                spread[key] = spread.get(key, 0) + comb(degree - e, i - e) * value
        found = spread
    smallest: Fraction | None = None
    for index in product(*(range(degree + 1) for degree in degrees)):
        scale = common * prod(map(comb, degrees, index))
        coefficient = Fraction(found.get(index, 0), scale)
        smallest = coefficient if smallest is None else min(smallest, coefficient)
    return Fraction(0) if smallest is None else smallest


def check_certificate(certificate: Certificate) -> int:
    """Re-check a certificate from nothing; returns the number of cells.

    Raises InvalidCertificate naming what is wrong, also where the data have not the form at all.
    """
    try:
        return _checked(certificate)
    except InvalidCertificate:
        raise
    except (TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise InvalidCertificate(f"not of a certificate's form: {error!r}") from error


def _checked(certificate: Certificate) -> int:
    size = len(certificate.symbols)
    if len(set(certificate.symbols)) != size or len(certificate.box) != size:
        raise InvalidCertificate("symbols must be distinct, with one pair of bounds each")
    poly = _read(certificate.polynomial, size)
    image: list[Terms] = []
    unit: Terms = {(0,) * size: Fraction(1)}
    zero: Terms = {}
    for axis, (low_terms, high_terms) in enumerate(certificate.box):
        low, high = _read(low_terms, size), _read(high_terms, size)
        if any(any(e[axis:]) for e in (*low, *high)):
            raise InvalidCertificate(
                f"the bounds of {certificate.symbols[axis]} may use earlier symbols only"
            )
        earlier = [*image, *([zero] * (size - axis))]
        low, high = _substitute(low, earlier), _substitute(high, earlier)
        u = {tuple(int(k == axis) for k in range(size)): Fraction(1)}
        width = _add(high, _times(low, {(0,) * size: Fraction(-1)}))
        image.append(_add(low, _times(u, width)))
    cube = _substitute(poly, image)

    def descend(tree: Any, corner: tuple[Fraction, ...], widths: tuple[Fraction, ...]) -> int:
        if tree is None:
            cell: list[Terms] = []
            for axis in range(size):
                u = {tuple(int(k == axis) for k in range(size)): widths[axis]}
                cell.append(_add(_times(unit, {(0,) * size: corner[axis]}), u))
            smallest = _smallest_bernstein(_substitute(cube, cell), size)
            if smallest < 0:
                raise InvalidCertificate(f"Bernstein coefficient {smallest} < 0 in cell {corner}")
            return 1
        if not (isinstance(tree, list | tuple) and len(tree) == 3 and tree[0] in range(size)):
            raise InvalidCertificate(f"bad subdivision node {tree!r}")
        axis, lower, upper = tree
        half = tuple(width / 2 if k == axis else width for k, width in enumerate(widths))
        middle = tuple(c + half[axis] if k == axis else c for k, c in enumerate(corner))
        return descend(lower, corner, half) + descend(upper, middle, half)

    return descend(certificate.tree, (Fraction(0),) * size, (Fraction(1),) * size)
