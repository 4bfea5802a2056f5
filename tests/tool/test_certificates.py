"""The stored certificates: accepted by the separate checker, current, and tamper-evident."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from tests.tool import ROOT
from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.kernel.certify import certificates_of, stored_claims

FOLDER = ROOT / "proofs_notes" / "certificates"
FILES = sorted(FOLDER.glob("*.json"))


def _load(path: Any) -> Certificate:
    return Certificate.from_json(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stored_certificate_is_accepted(path: Any) -> None:
    certificate = _load(path)
    assert check_certificate(certificate) == certificate.cells


@pytest.mark.parametrize("claim_id", stored_claims())
def test_stored_certificates_are_current(claim_id: str) -> None:
    """Exactly those that the claim's evidence makes today, byte for byte."""
    made = {stem: x.to_json() for stem, x in certificates_of(claim_id).items()}
    assert made, f"{claim_id}: its certificate evidence makes none"
    others = [x for x in stored_claims() if x.startswith(f"{claim_id}-")]
    kept = {
        path.stem: path.read_text(encoding="utf-8")
        for path in FILES
        if path.stem == claim_id or path.stem.startswith(f"{claim_id}-")
        if not any(path.stem == x or path.stem.startswith(f"{x}-") for x in others)
    }
    assert set(kept) == set(made), "run: audit certify"
    stale = [stem for stem, text in made.items() if text != kept[stem]]
    assert not stale, f"{stale} out of date; run: audit certify"


def test_every_file_belongs_to_a_claim() -> None:
    assert FILES, "no certificate is stored"
    for path in FILES:
        ids = stored_claims()
        assert any(path.stem == x or path.stem.startswith(f"{x}-") for x in ids), path.name


def _below(certificate: Certificate) -> Fraction:
    """A constant that makes the polynomial negative at the box's lowest corner."""
    values: list[Fraction] = []
    for low, _ in certificate.box:
        values.append(_at(low, values))
    return _at(certificate.polynomial, values) + 1


def _at(terms: Any, values: list[Fraction]) -> Fraction:
    total = Fraction(0)
    for exponents, coefficient in terms:
        product = Fraction(coefficient)
        for value, exponent in zip(values, exponents, strict=False):
            product *= value**exponent
        total += product
    return total


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_false_polynomial_is_rejected(path: Any) -> None:
    """Lowered by a constant until it is negative at a corner: no subdivision can prove that."""
    data = json.loads(path.read_text(encoding="utf-8"))
    certificate = _load(path)
    constant = [0] * len(data["symbols"])
    terms = {tuple(e): Fraction(c) for e, c in data["polynomial"]}
    terms[tuple(constant)] = terms.get(tuple(constant), Fraction(0)) - _below(certificate)
    data["polynomial"] = [[list(e), str(c)] for e, c in terms.items()]
    with pytest.raises(InvalidCertificate, match="Bernstein coefficient"):
        check_certificate(Certificate.from_json(json.dumps(data)))


SUBDIVIDED = [path for path in FILES if _load(path).cells > 1]


@pytest.mark.parametrize("path", SUBDIVIDED, ids=lambda path: path.stem)
def test_missing_subdivision_is_rejected(path: Any) -> None:
    """Every split was needed, so the tree cut back to one cell proves nothing."""
    data = json.loads(path.read_text(encoding="utf-8"))
    data["tree"] = None
    with pytest.raises(InvalidCertificate):
        check_certificate(Certificate.from_json(json.dumps(data)))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"symbols": ["a", "a", "S"]},
        {"tree": [7, None, None]},
        {"box": [[[], []]]},
        {"polynomial": [[[1], "1/1"]]},
        {"polynomial": [[[0, 0, 0], "1/1"], [[0, 0, 0], "1/1"]]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_malformed_certificate_is_rejected(change: dict[str, Any]) -> None:
    data = json.loads((FOLDER / "ENTRY-1.json").read_text(encoding="utf-8")) | change
    with pytest.raises(InvalidCertificate):
        check_certificate(Certificate.from_json(json.dumps(data)))
