"""Second opinions on stored certificates: checker, Coq, z3; an absent program loses its line only."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, Rational, Symbol, symbols

from theorem_audit import cli
from theorem_audit.exact.checker import Certificate, InvalidCertificate
from theorem_audit.exact.zero import prove_nonnegative
from theorem_audit.kernel import certificates, second_opinion

a, x, y = symbols("a x y")
CASES: dict[str, tuple[Expr, dict[Symbol, tuple[Any, Any]]]] = {
    "rational bounds": (1 - a * x / 3, {a: (0, Rational(8573, 20000)), x: (Rational(-1, 3), 2)}),
    "two cells": (x**2 - x + Rational(1, 3), {x: (0, 1)}),
    "bounds with denominators": (y, {x: (0, 1), y: (x / 6, x / 2 + Rational(1, 3))}),
}


def tampered(certificate: Certificate) -> Certificate:
    """The same proof data for the polynomial minus 3: false in every case above."""
    constant = (0,) * len(certificate.symbols)
    terms = {tuple(e): c for e, c in certificate.polynomial}
    terms[constant] = str(Rational(terms.get(constant, "0")) - 3)
    return replace(certificate, polynomial=tuple(terms.items()))


@pytest.mark.parametrize("name", CASES)
def test_the_checker_rejects_a_tampered_certificate(name: str) -> None:
    certificate = prove_nonnegative(*CASES[name])
    assert second_opinion.by_checker(name, certificate).says == "accepted"
    assert second_opinion.by_checker(name, tampered(certificate)).disagrees


def test_z3_agrees_and_rejects_a_tampered_certificate() -> None:
    pytest.importorskip("z3", reason="z3-solver is not installed (optional)")
    for name, case in CASES.items():
        certificate = prove_nonnegative(*case)
        assert second_opinion.by_z3(name, certificate).says == "accepted"
        wrong = second_opinion.by_z3(name, tampered(certificate))
        assert wrong.disagrees, name
        assert "negative at" in wrong.detail


def test_without_coq_only_its_line_is_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    two = {"c": prove_nonnegative(*CASES["two cells"])}
    found = list(second_opinion.opinions(two, ("checker", "coq")))
    assert [(o.program, o.says) for o in found] == [("checker", "accepted"), ("coq", "absent")]
    assert "coqc" in found[1].detail
    assert not any(o.disagrees for o in found)
    assert cli.main(["opinions", "TRACE"]) == 0
    assert "kernel: not checked here (coqc is not installed" in capsys.readouterr().out
    assert (
        cli.main(["opinions", "trace"]) == 0
    )  # mended: "neither a claim nor one of ... certificates"
    assert "kernel: not checked here (coqc is not installed" in capsys.readouterr().out


def test_progress_is_told_in_a_pipe_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert cli.main(["opinions", "BAND"]) == 0
    out, err = capsys.readouterr()
    assert "certificates: 0 of " in err
    assert "waiting for Coq" in err
    assert "certificates: " not in out


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "BAND-upper.json").write_text("{}")
    with pytest.raises(InvalidCertificate, match=r"BAND-upper\.json"):
        second_opinion.stored(tmp_path)


def test_stored_certificates_have_names_that_coq_takes() -> None:
    stored = (*second_opinion.stored(), "BAND-upper 1", "1")
    names = [certificates.module_name(name) for name in stored]
    assert all(re.fullmatch(r"[A-Za-z]\w*", name) for name in names)
    assert len(set(names)) == len(names)


def test_export_writes_the_checker_beside_the_certificates(tmp_path: Path) -> None:
    assert cli.main(["export", "--coq", str(tmp_path)]) == 0
    listed = (tmp_path / "_CoqProject").read_text().split()[3:]
    assert set(listed) == {path.name for path in tmp_path.glob("*.v")}
    assert "certificate.v" in listed
    assert "BAND_upper.v" in listed
