"""Stores the certificates that carry a theory's inequalities, as JSON.

    audit certify    write ID-step[-k].json anew, in the project's folder

They are taken from the evidence itself: its deciding tests are run, and every certificate that the
separate checker accepts on the way is kept.  Nothing is proved twice, and nothing is stored that no
test rests on.  A test of the project says when a file is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from unittest import mock

from theorem_audit import project
from theorem_audit.checks.mark import Evidence
from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.files import read_text, write_all
from theorem_audit.weigh.collected import cases_of, evidence_of
from theorem_audit.weigh.runner import run_evidence


@contextmanager
def _kept() -> Iterator[list[Certificate]]:
    found: list[Certificate] = []

    def check(certificate: Certificate) -> int:
        cells = check_certificate(certificate)
        found.append(certificate)
        return cells

    module = import_module("theorem_audit.checks.expect")
    with mock.patch.object(module, "check_certificate", check):
        yield found


def stored_claims() -> list[str]:
    """Ids of the claims whose certificates are kept: those the project's ``certified`` names.

    Raises ProjectError for a name that is neither a claim nor a chapter.
    """
    here, table = project.current(), evidence_of()
    known = {*here.claims, *(claim.chapter for claim in here.claims.values())}
    if unknown := [name for name in here.certified if name not in known]:
        raise project.ProjectError(
            f"{here.file}: certified: {unknown[0]!r} is no claim and no chapter"
        )
    return [
        claim_id
        for claim_id, claim in here.claims.items()
        if claim_id in here.certified
        or (
            claim.chapter in here.certified
            and any(e.kind == "certificate" for e in table[claim_id])
        )
    ]


def made_by(item: Evidence) -> dict[str, Certificate]:
    """The certificates that a test makes, by their text; none where it does not pass."""
    try:
        return {x.to_json(): x for x in _of(item)}
    except project.ProjectError:
        return {}


def _of(item: Evidence) -> list[Certificate]:
    with _kept() as found:
        for case, _ in cases_of(item):
            outcome = run_evidence(item, project.claims()[item.claim_id], case=case)
            if outcome.outcome != "passed":
                raise project.ProjectError(f"{item.test} {outcome.outcome}: {outcome.detail}")
    return found


def certificates_of(claim_id: str) -> dict[str, Certificate]:
    """File stem -> certificate, for one claim; raises ProjectError where its evidence fails."""
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


def _certificates_alone(folder: Path) -> None:
    """Raise ProjectError, before anything is written, where a file is no certificate: it would be removed."""
    for path in sorted(folder.glob("*.json")):
        try:
            Certificate.from_json(read_text(path))
        except InvalidCertificate as error:
            raise project.ProjectError(
                f"{path}: {error}; certificates alone are kept there; what no evidence makes is removed"
            ) from error


def store() -> tuple[list[Path], list[Path]]:
    """Write all files, and remove those that no evidence produces any more: (written, removed).

    Raises ProjectError where the folder holds what is no certificate.
    """
    if not stored_claims():
        raise project.ProjectError(
            f"{project.current().file}: certified names no claim and no chapter"
        )
    folder = project.current().path("certificates")
    _certificates_alone(folder)
    made = {
        folder / f"{stem}.json": certificate.to_json()
        for claim_id in stored_claims()
        for stem, certificate in certificates_of(claim_id).items()
    }
    write_all(made)
    gone = sorted(set(folder.glob("*.json")) - set(made))
    for path in gone:
        path.unlink()
    return list(made), gone
