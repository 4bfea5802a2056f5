"""What the evidence of the chapter band shares: instances, strategies, derivations."""

from __future__ import annotations

from typing import Any

from sympy import Rational, Symbol

from theory.model.band import PEAK, m
from theory.notation import S, a, delta, r2


def _point(a_value: Any, delta_value: Any, mass: Any) -> dict[Symbol, Any]:
    return {a: a_value, delta: delta_value, S: mass}


A, M = Rational(43, 100), Rational(19, 100)
PEAK_A, PEAK_M = PEAK.subs(a, A), PEAK.subs(a, M * (M + 2))
NEEDS: dict[tuple[str, str], dict[Symbol, Any]] = {
    ("BAND", "step size"): _point(A, PEAK_A, 1 + PEAK_A),
    ("BAND", "positive step"): _point(-1, Rational(-1, 2), Rational(1, 2)),
    ("BAND", "nonzero weight"): _point(Rational(1, 4), -1, 0),
    ("BAND", "start in the band"): _point(Rational(1, 4), Rational(1, 2), 0),
    ("BAND", "batch mass"): _point(Rational(1, 4), Rational(-1, 2), 40),
    ("BAND-WIDE", "step size"): _point(Rational(51, 100), PEAK.subs(a, Rational(51, 100)), None),
    ("BAND-LEAST", "step size"): _point(M * (M + 2), PEAK_M, 1 + PEAK_M) | {m: M},
    ("ENTRY", "above the band"): _point(Rational(1, 10), 0, Rational(1, 10)),
    ("ENTRY", "upper end"): _point(1, 2, 3),
    ("ENTRY-LEAST", "upper end"): _point(Rational(9, 16), 2, 3) | {m: Rational(1, 4)},
    ("ENTRY-LEAST", "above the least band"): _point(
        Rational(9, 16),
        Rational(1, 10),
        Rational(1, 1000),
    )
    | {m: Rational(1, 4)},
    ("GROWTH", "radius"): {a: 1, r2: Rational(3, 2), S: 1},
    ("GROWTH", "batch mass"): {a: 1, r2: 1, S: 2},
    ("GROWTH-LOW", "radius"): {a: 1, r2: Rational(51, 100), S: Rational(51, 100)},
}
wide = NEEDS["BAND-WIDE", "step size"]
wide[S] = 1 + wide[delta]
