"""Stores the certificates that carry the inequalities of sections 2 to 4, as JSON.

    python -m theorem_audit.kernel.certify           write proofs_notes/certificates/ID-step[-k].json anew

They are taken from the evidence itself: its deciding tests are run, and every certificate that the
separate checker accepts on the way is kept.  Nothing is proved twice, and nothing is stored that no
test rests on.  ``tests/tool/test_certificates.py`` says when a file is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from unittest import mock

from theorem_audit.checks.mark import ROOT, Evidence
from theorem_audit.exact.checker import Certificate, check_certificate
from theorem_audit.weigh.runner import cases_of, evidence_of, run_evidence
from theory import claims

FOLDER = ROOT / "proofs_notes" / "certificates"
CHAPTERS = ("step", "band", "full_batch", "edge")
CLAIMS = (  # of other chapters: what SGD-SPARSE rests on
    "WALK-DRIFT-LOW", "WALK-JUMP", "WALK-VARIANCE", "CAPTURE-MOMENT", "CAPTURE-HALF", "REACH",
    "SGD-SPARSE",
)  # fmt: skip


@contextmanager
def _kept() -> Iterator[list[Certificate]]:
    found: list[Certificate] = []

    def check(certificate: Certificate) -> int:
        cells = check_certificate(certificate)
        found.append(certificate)
        return cells

    module = import_module(
        "theorem_audit.checks.expect"
    )  # the name theorem_audit.checks.expect is the function in it
    with mock.patch.object(module, "check_certificate", check):
        yield found


def stored_claims() -> list[str]:
    """Ids of the claims whose certificates are kept."""
    table = evidence_of()
    return [
        claim_id
        for claim_id, claim in claims.items()
        if claim_id in CLAIMS
        or (claim.chapter in CHAPTERS and any(e.kind == "certificate" for e in table[claim_id]))
    ]


def _of(item: Evidence) -> list[Certificate]:
    with _kept() as found:
        for case, _ in cases_of(item):
            outcome = run_evidence(item, claims[item.claim_id], case=case)
            if outcome.outcome != "passed":
                raise RuntimeError(f"{item.test} {outcome.outcome}: {outcome.detail}")
    return found


def certificates_of(claim_id: str) -> dict[str, Certificate]:
    """File stem -> certificate, for one claim; raises RuntimeError where its evidence fails."""
    named: dict[str, Certificate] = {}
    for item in evidence_of()[claim_id]:
        if item.kind != "certificate":
            continue
        steps = [] if item.steps == ("statement",) else list(item.steps)
        stem = "-".join([claim_id, *(x.replace(" ", "-") for x in steps)])
        found = list({x.to_json(): x for x in _of(item)}.values())
        for number, certificate in enumerate(found, 1):
            named[stem if len(found) == 1 else f"{stem}-{number}"] = certificate
    return named


def main() -> None:
    """Write all files, and remove those that no evidence produces any more."""
    FOLDER.mkdir(exist_ok=True)
    written = set()
    for claim_id in stored_claims():
        for stem, certificate in certificates_of(claim_id).items():
            path = FOLDER / f"{stem}.json"
            path.write_text(certificate.to_json(), encoding="utf-8")
            written.add(path)
            print(f"{path.name}: {certificate.cells} cells")
    for path in set(FOLDER.glob("*.json")) - written:
        path.unlink()


if __name__ == "__main__":
    main()
