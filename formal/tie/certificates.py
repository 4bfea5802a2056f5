"""The polynomial inequalities that ``formal/`` takes from Bernstein certificates.

Four are certificates that the suite stores (BAND-WIDE, ENTRY, GD-CONVERGES).  Eight are those of
SPARSE-TIME, in the form that ``formal/sparse_time_pointwise.v`` asks for, with zeros at a, pi and
1 - pi divided out.  They are proved afresh here; what Coq checks is the proof, not this search.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sympy import QQ, Expr, Integer, Rational, Symbol, ring

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
    # In a ring of polynomials: every process that asks the kernel makes them
    _, a, xi, pi, S = ring((_a, _xi, _pi, _S), QQ)
    deviation = a * xi
    left = 1 - a * (1 + deviation) * pi
    drawn = left + a * (1 - deviation)
    mass = left**2 * (1 - pi) + drawn**2 * pi
    found: dict[str, tuple[Expr, dict[Symbol, tuple[Expr, Expr]]]] = {}
    for c in (0, 1, 2):
        bound = (
            1 + a * (1 - deviation) * (QQ(c, 2) - pi)
            - a**2 / 12 * (4 * pi * (1 - pi) + c * (2 - c))
        )  # fmt: skip
        found[f"bound{c}"] = (bound.as_expr(), box)
        gap = bound**2 * mass - left ** (2 - c) * drawn**c
        for factor in (a**2, pi, 1 - pi):
            quotient, rest = gap.div(factor)
            gap = quotient if rest == 0 else gap
        found[f"gap{c}"] = (gap.as_expr(), box)
    after = a**2 * S * ((1 - deviation) ** 2 - S * (1 - 3 * deviation)) + deviation * (
        1 - 4 * a * S
    )
    seen = {_a: box[_a], _xi: box[_xi], _S: (zero, 1 + _a * _xi)}
    found["bandlow"] = (after.exquo(a).as_expr(), seen)
    found["bandhigh"] = ((a / 4 - after).exquo(a).as_expr(), seen)
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
