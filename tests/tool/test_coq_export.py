"""Second opinions on certificates: what Coq is given, and that everyone rejects a tampered one."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, Rational, Symbol, symbols

from theorem_audit.exact.checker import Certificate, InvalidCertificate, check_certificate
from theorem_audit.exact.zero import prove_nonnegative
from theorem_audit.kernel import coq, coqc, second_opinion

a, delta, S, x, y = symbols("a delta S x y")
needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not installed (Debian package coq)"
)


def proved(poly: Expr, box: dict[Symbol, tuple[Any, Any]]) -> Certificate:
    return prove_nonnegative(poly, box)


CASES: dict[str, tuple[Expr, dict[Symbol, tuple[Any, Any]]]] = {
    "rational bounds": (1 - a * x / 3, {a: (0, Rational(8573, 20000)), x: (Rational(-1, 3), 2)}),
    "zero width at an end": (1 + delta - S, {delta: (-1, a * 0 + 1), S: (0, 1 + delta)}),
    "bounds with denominators": (y, {x: (0, 1), y: (x / 6, x / 2 + Rational(1, 3))}),
    "two cells": (x**2 - x + Rational(1, 3), {x: (0, 1)}),
    "everything": (
        x**2 - x / 2 + Rational(1, 15) + y * (x / 3 - y),
        {x: (0, Rational(1, 2)), y: (0, x / 3)},
    ),
    "one variable, no slack": ((x - 1) ** 2, {x: (1, 2)}),
    "the constant zero": (x * 0, {x: (0, 1)}),
}


def tampered(certificate: Certificate) -> Certificate:
    """The same proof data for the polynomial minus 3: false in every case above."""
    terms = [list(term) for term in certificate.polynomial]
    constant = [0] * len(certificate.symbols)
    for term in terms:
        if list(term[0]) == constant:
            top, under = term[1].split("/")
            term[1] = f"{int(top) - 3 * int(under)}/{under}"
            break
    else:
        terms.append([constant, "-3/1"])
    return replace(certificate, polynomial=tuple(map(tuple, terms)))


@pytest.mark.parametrize("name", CASES)
def test_the_file_has_integers_only_and_states_the_box(name: str) -> None:
    certificate = proved(*CASES[name])
    text = coq.export(certificate, name)
    theorem = text[text.index("Theorem nonnegative") :]
    assert "/" not in theorem.replace("/\\", "")
    assert not re.search(r"\d\.\d", text)
    size = len(certificate.symbols)
    assert len(re.findall(r"-> \d+ \* x\d+ <= ", theorem)) == size
    assert text.count("Lemma cell_") == certificate.cells
    assert text == coq.export(certificate, name)


@needs_coq
def test_coq_accepts_what_the_checker_accepts_and_rejects_it_tampered(tmp_path: Path) -> None:
    """The checker and the kernel reject the same."""
    certificate = proved(*CASES["everything"])
    assert certificate.cells > 1
    (path,) = coq.write({"everything": certificate}, tmp_path)
    result = coqc.check(path)
    assert result.accepted, result.detail
    bad = tampered(certificate)
    with pytest.raises(InvalidCertificate):
        check_certificate(bad)
    (path,) = coq.write({"bad": bad}, tmp_path)
    assert not coqc.check(path).accepted


@needs_coq
def test_coq_rejects_a_subdivision_that_is_too_coarse(tmp_path: Path) -> None:
    certificate = proved(*CASES["two cells"])
    assert certificate.cells > 1
    (path,) = coq.write({"coarse": replace(certificate, tree=None)}, tmp_path)
    assert not coqc.check(path).accepted


@needs_coq
def test_a_proof_that_rests_on_another_axiom_is_not_accepted(tmp_path: Path) -> None:
    text = (
        "Require Import Reals.\nOpen Scope R_scope.\nAxiom cheat : forall p : Prop, p.\n"
        "Theorem nonnegative : forall x0 : R, 0 <= x0.\nProof. intros. apply cheat. Qed.\n"
        "Print Assumptions nonnegative.\n"
    )
    path = tmp_path / "cheat.v"
    path.write_text(text)
    result = coqc.check(path)
    assert not result.accepted
    assert "cheat" in result.detail


def test_without_coq_only_its_line_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = list(second_opinion.opinions({"c": proved(*CASES["two cells"])}, ("checker", "coq")))
    assert [(o.program, o.says) for o in found] == [("checker", "accepted"), ("coq", "absent")]
    assert "coqc" in found[1].detail
    assert not any(o.disagrees for o in found)


@pytest.mark.parametrize("name", CASES)
def test_the_checker_rejects_a_tampered_certificate(name: str) -> None:
    opinion = second_opinion.by_checker(name, tampered(proved(*CASES[name])))
    assert opinion.disagrees


def test_z3_agrees_and_rejects_a_tampered_certificate() -> None:
    pytest.importorskip("z3", reason="z3-solver is not installed (optional)")
    for name, case in CASES.items():
        certificate = proved(*case)
        assert second_opinion.by_z3(name, certificate).says == "accepted"
        wrong = second_opinion.by_z3(name, tampered(certificate))
        assert wrong.disagrees, name
        assert "negative at" in wrong.detail


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "BAND-upper.json").write_text("{}")
    with pytest.raises(InvalidCertificate, match=r"BAND-upper\.json"):
        second_opinion.stored(tmp_path)


def test_stored_certificates_have_names_that_coq_takes() -> None:
    names = [coq.module_name(name) for name in (*second_opinion.stored(), "BAND-upper 1", "1")]
    assert all(re.fullmatch(r"[A-Za-z]\w*", name) for name in names)
    assert len(set(names)) == len(names)
