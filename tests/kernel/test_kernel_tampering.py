"""The gate refuses whoever would pass it by another door: True, a hidden axiom, an edited file."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kernel_tools import kept_folder
from theorem_audit.kernel import (
    Build,
    Development,
    Gate,
    KernelAbsent,
    NotBuilt,
    Tampered,
    rule,
    toolchain,
)
from theorem_audit.kernel.axioms import CLOSED, PERMITTED, objections
from theorem_audit.kernel.build import (
    BuildFailed,
    digest,
    forbidden,
    objections_of_coqchk,
    without_comments,
)
from theorem_audit.tests.thorough import THOROUGH, thorough_but

PREAMBLE = "From Coq Require Import Reals Lra.\nFrom Toy Require Import toy.\nOpen Scope R_scope.\n"
SOURCE = (
    "From Coq Require Import Reals Lra.\nOpen Scope R_scope.\n"
    "Definition square (x : R) : R := x * x.\n"
)
HONEST = "(* gate *)\nintros x H. unfold square. nra.\n"
STATEMENT = "forall x : R, 1 <= x -> 1 <= square x"
TWO = "(* gate *)\nintros. exact I. Qed.\nTheorem t : True.\nProof. exact I.\n"
HIDDEN = "From Coq Require Import Reals.\nOpen Scope R_scope.\nAxiom wrong : 0 = 1.\n"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A development of one definition, built without mathcomp's help in about a second."""
    try:
        toolchain.version()
    except KernelAbsent as absent:
        pytest.skip(f"kernel: not checked here ({absent})")
    source = tmp_path_factory.mktemp("toy")
    (source / "toy.v").write_text(SOURCE)
    with kept_folder("toy", tmp_path_factory.mktemp("builds")) as place:
        toy = Development(source, "Toy", place).build(1, check=False, say=lambda _: None)
    return toy


def _gate(**changed: str) -> Gate:
    return replace(Gate("toy", PREAMBLE, STATEMENT, HONEST), **changed)


def test_an_honest_proof_passes_and_is_kept(toy: Build) -> None:
    first, second = rule(_gate(), toy), rule(_gate(), toy)
    assert first.proved
    assert second.proved
    assert second.cached
    assert set(first.axioms) <= set(PERMITTED)
    assert "square" in first.printed


REFUSED = {
    "another statement": {"statement": "forall x : R, 1 <= x -> 2 <= square x"},
    "a dropped hypothesis": {"statement": "forall x : R, 1 <= square x"},
    "a swapped hypothesis": {"statement": "forall x : R, x <= 1 -> 1 <= square x"},
    "admitted": {"bridge": "Lemma l : False. Admitted.\n(* gate *)\ndestruct l.\n"},
    "an axiom in the bridge": {"bridge": "Axiom l : False.\n(* gate *)\ndestruct l.\n"},
    "a parameter": {"bridge": "Parameter l : False.\n(* gate *)\ndestruct l.\n"},
    "an axiom by another word": {"bridge": "Variable l : False.\n(* gate *)\ndestruct l.\n"},
    "a second theorem": {"bridge": TWO},
    "no mark": {"bridge": "intros x H. unfold square. nra.\n"},
}  # fmt: skip


@pytest.mark.parametrize("what", thorough_but(REFUSED, "another statement", "admitted", "no mark"))
def test_what_is_refused(toy: Build, what: str) -> None:
    assert rule(_gate(**REFUSED[what]), toy).says == "refused"


BRIDGES = (
    "Notation \"'forall' x : R, 1 <= x -> 1 <= square x\" := True.\n",
    "Definition square (x : R) : R := 1.\n",
    "Module M. Definition claimed := True. End M. Import M.\n",
    "Module GATE. Module ruling. Definition claimed := True. End ruling. End GATE.\nImport GATE.ruling.\n",
)


@pytest.mark.parametrize("lemmas", thorough_but(BRIDGES, *BRIDGES[1:3]))
def test_a_bridge_cannot_change_what_a_word_means(toy: Build, lemmas: str) -> None:
    """Only what proves the true statement may pass: with these lemmas the trivial proof does not."""
    assert rule(_gate(bridge=f"{lemmas}(* gate *)\nexact I.\n"), toy).says == "refused"
    wrong = "forall x : R, 1 <= square x"
    assert not rule(
        _gate(
            statement=wrong,
            bridge=f"{lemmas}(* gate *)\ntry exact I; intros; unfold square; lra.\n",
        ),
        toy,
    ).proved


def test_nonsense_is_ill_typed_not_refused(toy: Build) -> None:
    assert rule(_gate(statement="forall x : R, 1 <= circle x"), toy).says == "ill-typed"


@THOROUGH  # coqchk over the real numbers
def test_an_axiom_behind_another_theorem_is_seen(tmp_path: Path) -> None:
    """The development itself may name no axiom; and what slips in is seen in the gate's assumptions."""
    try:
        toolchain.version()
    except KernelAbsent as absent:
        pytest.skip(f"kernel: not checked here ({absent})")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "toy.v").write_text(SOURCE)
    (tmp_path / "source" / "hidden.v").write_text(HIDDEN)
    development = Development(tmp_path / "source", "Toy", tmp_path / "builds")
    with pytest.raises(BuildFailed, match="Axiom"):
        development.build(1, check=False, say=lambda _: None)
    # the same, compiled past that look: a section variable's cousin, or an old .vo
    (tmp_path / "source" / "hidden.v").write_text("Definition fine := true.\n")
    build = development.build(1, check=False, say=lambda _: None)
    (build.place / "hidden.v").write_text(HIDDEN)
    done = toolchain.compile_file(build.place / "hidden.v", build.place, [(build.place, "Toy")], 60)
    assert done.ok
    with pytest.raises(Tampered, match=r"hidden\.v"):
        rule(_gate(), build)
    manifest = json.loads((build.place / "manifest.json").read_text())
    for kind, name in (("sources", "hidden.v"), ("compiled", "hidden.vo")):
        manifest[kind][name] = digest((build.place / name).read_bytes())
    (build.place / "manifest.json").write_text(json.dumps(manifest))
    gate = _gate(
        bridge="From Toy Require Import hidden.\n(* gate *)\n"
        "intros. exfalso. exact (R1_neq_R0 (eq_sym wrong)).\n"
    )
    found = rule(gate, build)
    assert found.says == "refused"
    assert "wrong" in found.detail
    with pytest.raises(BuildFailed, match="axiom"):
        build.check_all(say=lambda _: None)


@pytest.mark.parametrize("name", ["toy.v", "toy.vo"])
def test_an_edited_file_is_seen_before_a_kept_result(toy: Build, tmp_path: Path, name: str) -> None:
    rule(_gate(), toy)  # kept from here on, whichever test came first
    copy = tmp_path / "builds" / toy.place.name
    shutil.copytree(toy.place, copy)
    shutil.copytree(toy.place.parent / "gates", tmp_path / "builds" / "gates", dirs_exist_ok=True)
    build = Build(copy, "Toy", toy.key)
    build.verify()
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(Tampered, match=name):
        rule(_gate(), build)


def test_a_foreign_compiled_file_is_seen(toy: Build, tmp_path: Path) -> None:
    copy = tmp_path / "builds" / toy.place.name
    shutil.copytree(toy.place, copy)
    (copy / "more.vo").write_bytes(b"?")
    with pytest.raises(Tampered, match=r"more\.vo"):
        Build(copy, "Toy", toy.key).verify()


def test_changed_sources_are_not_built(toy: Build, tmp_path: Path) -> None:
    (tmp_path / "toy.v").write_text(SOURCE.replace("x * x", "x * x * x"))
    with pytest.raises(NotBuilt):
        Development(tmp_path, "Toy", toy.place.parent).built()


# Reading what Coq prints


def test_assumptions_are_read_strictly() -> None:
    assert objections(CLOSED) == []
    classic = "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\n"
    assert objections(classic) == []
    assert objections(classic.replace("~ P", "P")) == [
        "it rests on Classical_Prop.classic with the type forall P : Prop, P \\/ P"
    ]
    assert objections("") != []
    assert objections("Axioms:\n") == []
    assert objections("Axioms:\nmine : False\n") == ["it rests on mine"]
    assert objections("Axioms:\nmine\n  : forall x,\n    False\n") == ["it rests on mine"]
    assert objections(f"{classic}f is assumed to be guarded.\n") != []
    assert objections(f"{CLOSED}\nand more") != []


def test_commands_are_found_outside_comments_only() -> None:
    assert (
        forbidden("(* Axiom (* Admitted *) Parameter *) Lemma a : True. Proof. exact I. Qed.") == ""
    )
    assert forbidden("Lemma a : False.\nAdmitted.") == "Admitted"
    assert forbidden('Definition s := "(*". Axiom a : False. (* "*) *)') == "Axiom a"
    assert without_comments("a (* b (* c *) d *) e") == "a  e"


def test_summary_of_coqchk() -> None:
    good = {"Theory": ["Set is predicative"], "Axioms": ["Coq.Logic.Classical_Prop.classic"]}
    assert objections_of_coqchk(good) == []
    assert objections_of_coqchk({**good, "Axioms": ["Toy.hidden.wrong"]}) == [
        "the axiom Toy.hidden.wrong"
    ]
    assert (
        objections_of_coqchk({**good, "Constants/Inductives relying on type-in-type": ["a"]}) != []
    )
    assert objections_of_coqchk({}) != []


def test_a_machine_without_coq_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    toolchain.version.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(KernelAbsent, match="Debian"):
        toolchain.version()
    monkeypatch.undo()
    toolchain.version.cache_clear()


def test_a_program_that_does_not_answer_is_no_proof(tmp_path: Path) -> None:
    done = toolchain.run(["sleep", "5"], tmp_path, 0.2)
    assert done.timed_out
    assert not done.ok


@THOROUGH
def test_a_build_starts_from_an_older_one_and_compiles_what_changed(tmp_path: Path) -> None:
    try:
        toolchain.version()
    except KernelAbsent as absent:
        pytest.skip(f"kernel: not checked here ({absent})")
    source = tmp_path / "source"
    source.mkdir()
    (source / "toy.v").write_text(SOURCE)
    (source / "user.v").write_text(
        "From Coq Require Import Reals.\nFrom Toy Require Import toy.\nOpen Scope R_scope.\n"
        "Lemma two : square 2 = 2 * 2.\nProof. reflexivity. Qed.\n"
    )
    (source / "other.v").write_text("Definition one := 1.\n")
    development = Development(source, "Toy", tmp_path / "builds")
    first = development.build(1, check=False, say=lambda _: None)
    (source / "toy.v").write_text(SOURCE.replace("x * x", "x * x * 1"))
    (source / "user.v").write_text((source / "user.v").read_text().replace("2 * 2", "2 * 2 * 1"))
    second = development.build(1, check=False, say=lambda _: None)
    compiled = [build.manifest()["compiled"] for build in (first, second)]
    assert first.place != second.place
    assert compiled[0]["other.vo"] == compiled[1]["other.vo"]
    assert compiled[0]["toy.vo"] != compiled[1]["toy.vo"]
    (source / "other.v").unlink()
    third = development.build(1, check=False, say=lambda _: None)
    assert "other.vo" not in third.manifest()["compiled"]
    (source / "toy.v").write_text(SOURCE.replace("x * x", "x"))  # user.v must fail now
    with pytest.raises(BuildFailed):
        development.build(1, check=False, say=lambda _: None)
