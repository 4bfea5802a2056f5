"""The polynomial inequalities that ``formal/`` takes from Bernstein certificates.

Four are certificates that the suite stores (BAND-WIDE, ENTRY, GD-CONVERGES).  Eight are those of
SPARSE-TIME, in the form that ``formal/sparse_time_pointwise.v`` asks for, with zeros at a, pi and
1 - pi divided out.  They are proved afresh here; what Coq checks is the proof, not this search.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sympy import Expr, Integer, Poly, Rational, Symbol, cancel, div

from theorem_audit.exact.bernstein import prove_nonnegative
from theorem_audit.exact.checker import Certificate

STORED = {  # name of the Coq file -> stored certificate
    "BAND_WIDE_upper": "BAND-WIDE-upper",
    "ENTRY_falls": "ENTRY-2",
    "GD_CONVERGES_decrease_1": "GD-CONVERGES-decrease-2",
    "GD_CONVERGES_decrease_2": "GD-CONVERGES-decrease-4",
}
FOLDER = Path(__file__).resolve().parents[2] / "proofs_notes" / "certificates"

_a, _xi, _pi, _S = (Symbol(name) for name in ("a", "xi", "pi", "S"))


def sparse_time_inequalities() -> dict[str, tuple[Expr, dict[Symbol, tuple[Expr, Expr]]]]:
    """Name -> (polynomial, box): the polynomial is not negative on the box.

    delta = a xi; al and be are the two factors of a step at share pi; bound_c is SPARSE-TIME's bound on
    the factor of a pair of which c members are drawn, gap_c is bound_c^2 - psi_c^2, cleared.
    """
    zero, one = Integer(0), Integer(1)
    box = {_a: (zero, Rational(23, 100)), _xi: (zero, Rational(1, 4)), _pi: (zero, one)}
    deviation = _a * _xi
    left = 1 - _a * (1 + deviation) * _pi
    drawn = left + _a * (1 - deviation)
    mass = left**2 * (1 - _pi) + drawn**2 * _pi
    found: dict[str, tuple[Expr, dict[Symbol, tuple[Expr, Expr]]]] = {}
    for c in (0, 1, 2):
        bound = (
            1 + _a * (1 - deviation) * (Rational(c, 2) - _pi)
            - _a**2 / 12 * (4 * _pi * (1 - _pi) + c * (2 - c))
        )  # fmt: skip
        found[f"bound{c}"] = (bound.expand(), box)
        gap = (bound**2 * mass - left ** (2 - c) * drawn**c).expand()
        for factor in (_a**2, _pi, 1 - _pi):
            quotient, rest = div(Poly(gap, _a, _xi, _pi), Poly(factor, _a, _xi, _pi))
            gap = quotient.as_expr() if rest.is_zero else gap
        found[f"gap{c}"] = (gap, box)
    after = _a**2 * _S * ((1 - deviation) ** 2 - _S * (1 - 3 * deviation)) + deviation * (
        1 - 4 * _a * _S
    )
    seen = {_a: box[_a], _xi: box[_xi], _S: (zero, 1 + deviation)}
    found["bandlow"] = (cancel(after.expand() / _a).expand(), seen)
    found["bandhigh"] = (cancel((_a / 4 - after).expand() / _a).expand(), seen)
    return found


@cache
def certificates() -> dict[str, Certificate]:
    """Name of the Coq file -> certificate."""
    found = {
        name: Certificate.from_json((FOLDER / f"{stored}.json").read_text("utf-8"))
        for name, stored in STORED.items()
    }
    for name, (polynomial, box) in sparse_time_inequalities().items():
        found[name] = prove_nonnegative(polynomial, box)
    return found


__all__ = ["STORED", "certificates", "sparse_time_inequalities"]
