"""Certificates and identities in Coq's kernel: what holds is accepted, tampered files are not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sympy import Expr, Rational, Symbol, symbols

from tests.kernel_tools import KeptCourt, needs_coq
from theorem_audit.exact.checker import Certificate
from theorem_audit.exact.zero import prove_nonnegative
from theorem_audit.kernel import certificates
from theorem_audit.kernel.judge import Court, Judged, assumed
from theorem_audit.tests.thorough import THOROUGH, thorough_but

a, delta, S, x, y, lam = symbols("a delta S x y lambda")
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
    "a name of Python's": (-lam / 3 + 1, {lam: (0, 2)}),
}


def proved(name: str) -> Certificate:
    return prove_nonnegative(*CASES[name])


def less(certificate: Certificate, amount: Rational) -> Certificate:
    """The same proof data for the polynomial minus a constant."""
    constant = (0,) * len(certificate.symbols)
    terms = {tuple(e): Fraction(c) for e, c in certificate.polynomial}
    terms[constant] = terms.get(constant, Fraction(0)) - Fraction(int(amount.p), int(amount.q))
    shown = tuple((k, f"{c.numerator}/{c.denominator}") for k, c in terms.items())
    return replace(certificate, polynomial=shown)


def file_of(certificate: Certificate, *, strict: bool = False) -> str:
    return certificates.HEADER + certificates.theorem("t", certificate, strict=strict)


def judged(
    court: KeptCourt, source: str, certificate: Certificate, *, strict: bool = False
) -> Judged:
    return court.judge(source, {"t": certificates.statement(certificate, strict=strict)})


# ---- certificates


@needs_coq
def test_what_holds_is_accepted(court: KeptCourt) -> None:
    named = {f"t{k}": proved(name) for k, name in enumerate(CASES)}
    said = {label: certificates.statement(x) for label, x in named.items()}
    result = court.judge(certificates.export(named), said)
    assert result.accepted, result.detail


@needs_coq
@THOROUGH
def test_strict_where_every_corner_is_positive_and_only_there(court: KeptCourt) -> None:
    positive, zero = proved("two cells"), proved("one variable, no slack")
    assert judged(court, file_of(positive, strict=True), positive, strict=True).accepted
    assert "0 < " in certificates.statement(positive, strict=True)
    assert not judged(court, file_of(zero, strict=True), zero, strict=True).accepted
    # And what was proved is not more than what is claimed.
    assert not judged(court, file_of(positive), positive, strict=True).accepted


def without_cells(certificate: Certificate) -> Certificate:
    return replace(certificate, tree=None)


def without_a_half(certificate: Certificate) -> Certificate:
    """The subdivision is of an axis that there is not: its halves cover nothing."""
    return replace(certificate, tree=(7, None, None))


def wider(certificate: Certificate) -> Certificate:
    """The same data on a box that reaches to 1000."""
    constant = (0,) * len(certificate.symbols)
    (low, _), *rest = certificate.box
    return replace(certificate, box=((low, ((constant, "1000/1"),)), *rest))


def later(certificate: Certificate) -> Certificate:
    """A bound that uses its own symbol."""
    own = tuple(int(k == 0) for k in range(len(certificate.symbols)))
    (low, _), *rest = certificate.box
    return replace(certificate, box=((low, ((own, "1/1"),)), *rest))


@needs_coq
@pytest.mark.parametrize("change", [without_cells, without_a_half, wider, later])
def test_data_that_prove_nothing_are_refused(court: KeptCourt, change: Any) -> None:
    bad = change(proved("everything"))
    result = judged(court, file_of(bad), bad)
    assert not result.accepted
    assert "check t_data = true" in result.detail


@needs_coq
def test_a_negative_polynomial_is_refused(court: KeptCourt) -> None:
    """At x = 1/2 the polynomial is 1/12; less 1/12 it is still proved, less a little more it is not."""
    certificate = proved("two cells")
    assert certificate.cells > 1
    edge = less(certificate, Rational(1, 12))
    assert judged(court, file_of(edge), edge).accepted
    below = less(certificate, Rational(1, 12) + Rational(1, 10**6))
    assert not judged(court, file_of(below), below).accepted


@needs_coq
def test_a_coefficient_changed_in_the_data_alone_is_refused(court: KeptCourt) -> None:
    """The data still prove something; the statement is about another polynomial."""
    certificate = proved("rational bounds")
    source = file_of(certificate)
    assert source.count("(Ratio 1 3)") >= 1
    other = source.replace("(Ratio 1 3)", "(Ratio 1 4)", 1)
    assert not judged(court, other, certificate).accepted


@needs_coq
@THOROUGH
def test_another_theorem_under_the_same_name_is_refused(court: KeptCourt) -> None:
    certificate = proved("two cells")
    cases = {
        "True": "Theorem t : True. Proof. exact I. Qed.\n",
        "another polynomial": certificates.theorem("t", proved("one variable, no slack")),
        "a smaller polynomial's": certificates.theorem("t", less(certificate, Rational(1, 100))),
        "a smaller box": certificates.theorem(
            "t", prove_nonnegative(CASES["two cells"][0], {x: (0, Rational(1, 2))})
        ),
        "<= means something else": (
            "Definition nothing (p q : R) : Prop := True.\n"
            'Notation "p <= q" := (nothing p q) : R_scope.\n'
            f"Theorem t : {certificates.statement(certificate)}.\nProof. intros; exact I. Qed.\n"
        ),
    }
    for name, text in cases.items():
        result = judged(court, certificates.HEADER + text, certificate)
        assert not result.accepted, name
        assert "Gate.v" in result.detail, (name, result.detail)  # the file itself compiles


CHEAT = "Axiom cheat : forall p : Prop, p.\n"


TRUSTING = {
    "an axiom": (CHEAT, "Proof. intros; apply cheat. Qed.", "it rests on Under.cheat"),
    "an axiom behind another theorem's assumptions": (
        CHEAT,
        "Proof. intros; apply cheat. Qed.\nTheorem clean : True. exact I. Qed.\n"
        "Print Assumptions clean.",
        "it rests on Under.cheat",
    ),
    "an axiom under a permitted name": (
        "Module ClassicalDedekindReals.\nAxiom sig_not_dec : forall p : Prop, p.\n"
        "End ClassicalDedekindReals.\n",
        "Proof. intros; apply ClassicalDedekindReals.sig_not_dec. Qed.",
        "it rests on Under.ClassicalDedekindReals.sig_not_dec",
    ),
    "Admitted": ("", "Admitted.", "it rests on Under.t"),
    "no proof at all": ("", "Proof. Abort.", "Gate.v"),
    "a loop that is not checked": (
        "Unset Guard Checking.\nFixpoint loop (n : nat) : False := loop n.\nSet Guard Checking.\n",
        "Proof. destruct (loop 0). Qed.",
        "loop",
    ),
}


@needs_coq
@pytest.mark.parametrize("name", thorough_but(TRUSTING, "an axiom"))
def test_what_rests_on_something_else_is_refused(court: KeptCourt, name: str) -> None:
    certificate = proved("two cells")
    statement = certificates.statement(certificate)
    before, proof, reason = TRUSTING[name]
    source = f"{certificates.HEADER}{before}Theorem t : {statement}.\n{proof}\n"
    result = judged(court, source, certificate)
    assert not result.accepted
    assert reason in result.detail, result.detail


@needs_coq
@THOROUGH
def test_an_axiom_that_the_theorem_does_not_use_changes_nothing(court: KeptCourt) -> None:
    certificate = proved("two cells")
    assert judged(court, file_of(certificate) + CHEAT, certificate).accepted


@needs_coq
@THOROUGH
def test_an_axiom_appended_to_the_checker_is_refused(
    court: KeptCourt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`sound` proved by an axiom, in the checker's own source."""
    from theorem_audit.kernel import judge

    for path in judge.SOURCES.glob("*.v"):
        shutil.copy(path, tmp_path)
    text = (tmp_path / "certificate.v").read_text()
    start = text.index("Theorem sound c")
    (tmp_path / "certificate.v").write_text(
        text[:start] + CHEAT + "Theorem sound c : check c = true -> forall xs, states c xs.\n"
        "Proof. intros; apply cheat. Qed.\n"
    )
    monkeypatch.setattr(judge, "SOURCES", tmp_path)
    certificate = proved("two cells")
    with Court() as other:
        result = judged(other, file_of(certificate), certificate)
    assert not result.accepted
    assert "cheat" in result.detail


def test_every_line_of_the_printed_assumptions_is_read() -> None:
    good = "Axioms:\nClassicalDedekindReals.sig_not_dec : forall P : Prop,\n  {~ ~ P} + {~ P}\n"
    assert assumed(good).accepted
    assert assumed("Closed under the global context\n").accepted
    for bad in (
        "", "Axioms:\ncheat : False\n", good + "loop is assumed to be guarded.\n",
        good + "Under.ClassicalDedekindReals.sig_not_dec : False\n",
        "Type hierarchy is collapsed (logic is inconsistent)\n",
    ):  # fmt: skip
        assert not assumed(bad).accepted, bad


# ---- statements, read back without Coq


@pytest.mark.parametrize("name", CASES)
def test_the_statement_read_back_is_the_certificate(name: str) -> None:
    certificate = proved(name)
    said = certificates.statement(certificate)
    assert said == certificates.statement(certificate)
    assert certificates.same(certificates.read_back(said), certificate)


@pytest.mark.parametrize(
    ("old", "new"),
    [("1/3", "1/4"), ("x^2", "x"), ("x <= 1 ->", "x <= 2 ->"), ("- x", "+ x"), ("+ 1/3", "")],
)
def test_a_changed_statement_is_noticed(old: str, new: str) -> None:
    certificate = proved("two cells")
    said = certificates.statement(certificate)
    assert old in said
    assert not certificates.same(certificates.read_back(said.replace(old, new)), certificate)


def test_no_statement_is_not_read() -> None:
    for said in ("True", "forall x : R,\n  0 <= exp x", "forall x : R,\n  0 <= x ->\n  0 <= x"):
        with pytest.raises(ValueError, match=r"no (statement|polynomial|bounds)"):
            certificates.read_back(said)
