"""Deciding without a float: zero by normal form, inequalities by certificates, the rest by balls.

``theorem_audit.exact.checker`` needs the standard library alone, and importing it imports nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PLACES = {
    "Certificate": "checker",
    "InvalidCertificate": "checker",
    "Refuted": "bernstein",
    "Undecided": "bernstein",
    "box_of": "region",
    "check_certificate": "checker",
    "difference": "zero",
    "enclose": "ball",
    "is_zero": "zero",
    "prove_nonnegative": "bernstein",
    "prove_positive": "ball",
    "rational_form": "zero",
    "relations": "zero",
    "satisfies": "region",
}

if TYPE_CHECKING:
    from theorem_audit.exact.ball import enclose, prove_positive
    from theorem_audit.exact.bernstein import Refuted, Undecided, prove_nonnegative
    from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
    from theorem_audit.exact.region import box_of, satisfies
    from theorem_audit.exact.zero import difference, is_zero, rational_form, relations


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'theorem_audit.exact' has no attribute {name!r}")
    value = getattr(import_module(f"theorem_audit.exact.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


__all__ = [
    "Certificate",
    "InvalidCertificate",
    "Refuted",
    "Undecided",
    "box_of",
    "check_certificate",
    "difference",
    "enclose",
    "is_zero",
    "prove_nonnegative",
    "prove_positive",
    "rational_form",
    "relations",
    "satisfies",
]
