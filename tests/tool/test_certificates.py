"""The stored certificates: accepted by the separate checker, and current."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tool import ROOT
from theorem_audit.exact.checker import Certificate, check_certificate
from theorem_audit.kernel.certify import certificates_of, stored_claims
from theorem_audit.tests.thorough import in_ci_but, thorough_but

FOLDER = ROOT / "proofs_notes" / "certificates"
FILES = sorted(FOLDER.glob("*.json"))
STORED = stored_claims()


@pytest.mark.parametrize("path", in_ci_but(FILES, *FILES[::4]), ids=lambda path: path.stem)
def test_stored_certificate_is_accepted(path: Any) -> None:
    certificate = Certificate.from_json(path.read_text(encoding="utf-8"))
    assert check_certificate(certificate) == certificate.cells


@pytest.mark.parametrize("claim_id", thorough_but(STORED, *STORED[::24], in_ci=STORED[::6]))
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
