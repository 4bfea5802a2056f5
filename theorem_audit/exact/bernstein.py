"""The search for positivity certificates: exact Bernstein expansion with bisection.

    P >= 0 on a box   <==   all Bernstein coefficients >= 0 on every cell of some subdivision

The converse holds up to zeros in the interior: a polynomial that touches zero inside its box is not
settled by any subdivision.  Put zeros on faces or corners first (split the box there), and divide
out known factors; see ``proofs_notes/audit.md`` of the repository.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import flint
import numpy as np
from sympy import QQ, Expr, Float, Poly, Rational, Symbol, sympify

from theorem_audit.exact.checker import Certificate
from theorem_audit.exact.decided import tell
from theorem_audit.exact.integers import BETWEEN, next_to
from theorem_audit.exact.rationals import ratio_to_flint

MAX_CELLS = 4096
DEEPEST = 128  # bisections of one cell: with a zero inside it they would never end


class Refuted(AssertionError):
    """A claimed statement is false; ``witness`` maps symbols to exact values where it fails."""

    def __init__(self, message: str, witness: Mapping[Any, Any] | None = None) -> None:
        super().__init__(message)
        self.witness = dict(witness or {})


class Undecided(Exception):
    """Neither proved nor refuted within the stated means."""


def _terms(poly: Poly) -> tuple[Any, ...]:
    return tuple(
        (list(exponents), f"{value.numerator}/{value.denominator}")
        for exponents, value in poly.terms()
    )


def _unit_cube(poly: Poly, bounds: Sequence[tuple[Expr, Expr]]) -> Poly:
    """The polynomial with each symbol written as low + u (high - low), as a polynomial in the u."""
    units = [Symbol(f"u{k}") for k in range(len(poly.gens))]
    ring = flint.fmpq_mpoly_ctx.get([x.name for x in units])
    image = list(ring.gens())
    for k, ends in enumerate(bounds):  # ends speak of earlier symbols only, which are in place
        low, high = (
            _in_ring(Poly(end, *poly.gens, domain=QQ), ring).compose(*image, ctx=ring)
            for end in ends
        )
        image[k] = low + ring.gens()[k] * (high - low)
    cube = _in_ring(poly, ring).compose(*image, ctx=ring)
    terms = {tuple(x): QQ(int(c.p), int(c.q)) for x, c in cube.to_dict().items()}
    return Poly.from_dict(terms or {(0,) * len(units): QQ(0)}, *units, domain=QQ)


def _in_ring(poly: Poly, ring: flint.fmpq_mpoly_ctx) -> flint.fmpq_mpoly:
    return ring.from_dict({x: ratio_to_flint(c) for x, c in poly.rep.terms()})


def _bernstein(poly: Poly) -> np.ndarray:
    degrees = [max(poly.degree(g), 0) for g in poly.gens]
    tensor = np.full([m + 1 for m in degrees], flint.fmpq(0), dtype=object)
    for exponents, value in poly.terms():
        tensor[exponents] = ratio_to_flint(value)
    for axis, m in enumerate(degrees):
        table = np.array(
            [
                [
                    flint.fmpq(int(flint.fmpz(i).bin_uiui(i, j)), int(flint.fmpz.bin_uiui(m, j)))
                    if j <= i
                    else flint.fmpq(0)
                    for j in range(m + 1)
                ]
                for i in range(m + 1)
            ],
            dtype=object,
        )
        tensor = np.moveaxis(np.tensordot(table, tensor, axes=(1, axis)), 0, axis)
    return tensor


def _halves(tensor: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """De Casteljau at 1/2 along ``axis``."""
    row = np.moveaxis(tensor, axis, 0)
    low, high = [row[0]], [row[-1]]
    half = flint.fmpq(1, 2)
    while len(row) > 1:
        row = (row[1:] + row[:-1]) * half
        low.append(row[0])
        high.append(row[-1])
    return (
        np.moveaxis(np.array(low, dtype=object), 0, axis),
        np.moveaxis(np.array(high[::-1], dtype=object), 0, axis),
    )


def _bend(tensor: np.ndarray, axis: int) -> flint.fmpq:
    """How far the coefficients are from linear along ``axis``: where bisection helps most."""
    row = np.moveaxis(tensor, axis, 0)
    if len(row) < 3:
        return flint.fmpq(0)
    return max(abs(value) for value in (row[2:] - row[1:-1] * 2 + row[:-2]).flat)


def _at(bound: Expr, where: Mapping[Symbol, Any]) -> Expr:
    return bound if bound.is_Rational else bound.subs(where)


def prove_nonnegative(
    poly: Expr,
    box: Mapping[Symbol, tuple[Any, Any]],
    *,
    max_cells: int = MAX_CELLS,
) -> Certificate:
    """A certificate that ``poly >= 0`` wherever ``low <= symbol <= high`` for each symbol in ``box``.

    poly: polynomial over QQ in the box's symbols.
    box: symbol -> (low, high), rationals or polynomials over QQ in symbols that stand earlier.
    max_cells: give up after this many cells of the subdivision; also after DEEPEST bisections of one.

    Raises Refuted with an exact point of the box where ``poly`` is negative, Undecided when neither
    was found, ValueError for bad input.

    >>> from sympy import symbols
    >>> x, y = symbols("x y", real=True)
    >>> proof = prove_nonnegative(x - y, {x: (0, 1), y: (0, x)})  # where 0 <= y <= x <= 1
    >>> proof.symbols, proof.tree  # one cell is enough
    (('x', 'y'), None)
    """
    found = _decided(sympify(poly), tuple((x, (*ends,)) for x, ends in box.items()), max_cells)
    if isinstance(found, Refuted):
        raise Refuted(str(found), found.witness)
    if isinstance(found, Undecided):
        raise Undecided(str(found))
    tell("certificate", found)
    return found


@lru_cache(maxsize=512)  # the same inequality is asked for by each wrong variant of its neighbours
def _decided(
    poly: Expr, items: tuple[tuple[Symbol, tuple[Any, ...]], ...], max_cells: int
) -> Certificate | Refuted | Undecided:
    """The certificate, or why there is none: often several margins are tried, and those fail again, too."""
    try:
        return _proved(poly, items, max_cells)
    except (Refuted, Undecided) as error:
        return error.with_traceback(None)


def _proved(
    poly: Expr, items: tuple[tuple[Symbol, tuple[Any, ...]], ...], max_cells: int
) -> Certificate:
    box = dict(items)
    symbols = list(box)
    for said in (poly, *(x for ends in box.values() for x in map(sympify, ends))):
        if found := said.atoms(Float):  # over QQ it would be taken for some rational near it
            raise ValueError(
                f"{min(map(str, found))} in {said}: a rational is needed, floats are no bound"
            )
    if extra := poly.free_symbols - set(symbols):
        raise ValueError(f"box={box}: no bounds for {sorted(map(str, extra))} of {poly}")
    bounds = []
    for index, symbol in enumerate(symbols):
        low, high = (sympify(bound) for bound in box[symbol])
        for bound in (low, high):
            if late := bound.free_symbols - set(symbols[:index]):
                raise ValueError(
                    f"box[{symbol}]={bound} uses {sorted(map(str, late))}: only symbols that stand "
                    "earlier in the box are allowed"
                )
            if bound.has(Symbol) is False and not bound.is_Rational:
                raise ValueError(
                    f"box[{symbol}]={bound}: a rational is needed, floats are no bound"
                )
        width = (high - low).expand()
        if width.is_Rational and width < 0:
            raise ValueError(f"box[{symbol}]=({low}, {high}): low must be <= high")
        bounds.append((low, high))
    raw = Poly(poly, *symbols, domain=QQ) if symbols else None
    if raw is None:
        raise ValueError("box={}: at least one symbol is needed")
    cube = _unit_cube(raw, bounds)
    root = _bernstein(cube)
    cells = 0
    # Points where it is negative, and that are none of the claim.
    between: list[dict[Symbol, Expr]] = []

    def point(corner: tuple[Rational, ...]) -> dict[Symbol, Expr]:
        value: dict[Symbol, Expr] = {}
        for symbol, unit, (low, high) in zip(symbols, corner, bounds, strict=True):
            low, high = _at(low, value), _at(high, value)
            value[symbol] = low + unit * (high - low)
        return value

    def inside(where: Mapping[Symbol, Expr]) -> bool:
        return all(
            _at(low, where) <= where[x] <= _at(high, where)
            for x, (low, high) in zip(symbols, bounds, strict=True)
        )

    def refute(
        tensor: np.ndarray, corner: tuple[Rational, ...], widths: tuple[Rational, ...]
    ) -> None:
        for ends in np.ndindex(*(2 for _ in symbols)):
            index = tuple(end * (size - 1) for end, size in zip(ends, tensor.shape, strict=True))
            if tensor[index] < 0:
                unit = tuple(c + e * w for c, e, w in zip(corner, ends, widths, strict=True))
                for where in next_to(at := point(unit)):
                    if inside(where) and (value := poly.subs(where)) < 0:
                        raise Refuted(f"{poly} = {value} < 0 at {where}", where)
                if inside(at):
                    between.append(at)

    def search(
        tensor: np.ndarray,
        corner: tuple[Rational, ...],
        widths: tuple[Rational, ...],
        depth: int = 0,
    ) -> Any:
        nonlocal cells
        if all(value >= 0 for value in tensor.flat):
            return None
        refute(tensor, corner, widths)
        if len(between) > BETWEEN:
            raise Undecided(
                f"{poly} >= 0: negative between integers, as at {between[0]}, so that no certificate has it"
            )
        cells += 1
        if cells > max_cells:
            raise Undecided(
                f"{poly} >= 0: no decision within {max_cells} cells, near {point(corner)}"
            )
        if depth == DEEPEST:
            raise Undecided(f"{poly} >= 0: the subdivision went too deep, near {point(corner)}")
        axis = max(range(len(symbols)), key=lambda k: (_bend(tensor, k), widths[k]))
        low, high = _halves(tensor, axis)
        half = tuple(w / 2 if k == axis else w for k, w in enumerate(widths))
        middle = tuple(c + half[axis] if k == axis else c for k, c in enumerate(corner))
        deeper = depth + 1
        return [axis, search(low, corner, half, deeper), search(high, middle, half, deeper)]

    zero, one = Rational(0), Rational(1)
    tree = search(root, (zero,) * len(symbols), (one,) * len(symbols))

    def bound_terms(bound: Expr) -> list[Any]:
        return list(_terms(Poly(bound, *symbols, domain=QQ))) if bound != 0 else []

    return Certificate(
        symbols=tuple(str(x) for x in symbols),
        polynomial=_terms(raw) if poly != 0 else (),
        box=tuple((bound_terms(low), bound_terms(high)) for low, high in bounds),
        tree=tree,
    )
