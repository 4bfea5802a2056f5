"""The batteries of the kernel's gate and of its axioms and judge: a Coq that says what is scripted."""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from theorem_audit.kernel.axioms import CLOSED, PERMITTED
from theorem_audit.kernel.build import Build, Tampered
from theorem_audit.kernel.toolchain import Done

LISTED = "Axioms:\n" + "".join(f"{k}\n  : {v}\n" for k, v in PERMITTED.items())
TYPED = "claimed\n     : Prop\n"  # Coq's answer to ``Check``
HONEST = "Lemma l : True. exact I. Qed.\n(* gate *)\nintros; lra."


@contextlib.contextmanager
def replaced(judge: ModuleType, **names: Any) -> Iterator[None]:
    """The module with other names inside the block."""
    kept = {name: getattr(judge, name) for name in names}
    vars(judge).update(names)
    try:
        yield
    finally:
        vars(judge).update(kept)


def _build(folder: Path) -> Build:
    place = folder / "builds" / "here"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text(json.dumps({"sources": {}, "compiled": {}}))
    return Build(place, "Toy", "here")


def gate_holds(judge: ModuleType) -> None:
    """Two files, in order, with the statement first in each; each bad answer is no proof."""
    with tempfile.TemporaryDirectory() as name:
        build = _build(Path(name))
        written: dict[str, str] = {}
        says: dict[str, Done] = {}

        def compile_file(path: Path, place: Path, search: Any, seconds: float) -> Done:
            assert path.parent == place
            assert search[-1] == (place, "GATE")
            assert search[0] == (build.place, "Toy")
            written[path.stem] = path.read_text(encoding="utf-8")
            return says[path.stem]

        coq = SimpleNamespace(version=lambda: "Coq 0", compile_file=compile_file)
        good = Done(True, f"claimed = it\n     : Prop\n{CLOSED}\n", "")

        def ruled(out: Any = good, fresh: bool = True, **changed: str) -> Any:
            says.update(bridge=Done(True, TYPED, ""), ruling=good)
            says.update(out if isinstance(out, dict) else {"ruling": out})
            written.clear()
            gate = judge.Gate(**{
                "name": "g", "preamble": "Require Import Reals.", "statement": "1 <= 2",
                "bridge": HONEST, **changed,
            })  # fmt: skip
            return judge.rule(gate, build, fresh=fresh)

        with replaced(judge, toolchain=coq):
            first = ruled(fresh=False)
            assert (first.proved, first.cached, first.says, first.axioms) == (
                True, False, "proved", (),
            )  # fmt: skip
            assert first.printed == "claimed = it\n     : Prop"
            assert 0 <= first.seconds < 60
            assert list(written) == ["bridge", "ruling"]
            for name, order in (
                ("bridge", ("Reals.", "1 <= 2", "Check claimed.", "Lemma l", "Theorem gate", "intros; lra.")),
                ("ruling", ("Reals.", "(1 <= 2)", "Require GATE.bridge.", "Print Assumptions")),
            ):  # fmt: skip
                places = [written[name].index(x) for x in order]
                assert places == sorted(places), name  # the bridge is read after the statement
            assert "Lemma l" not in written["ruling"]
            assert " : GATE.ruling.claimed := GATE.bridge.gate." in written["ruling"]
            again = ruled(fresh=False)  # read back: Coq is not asked
            assert (again.proved, again.cached, written, again.axioms) == (True, True, {}, ())
            assert again.printed == first.printed
            _spoiled(judge, build, ruled)
            assert not ruled().cached
            assert written
            for part in ("preamble", "statement", "bridge"):  # another gate has no kept result
                other = {"preamble": "X.", "statement": "2 <= 3", "bridge": HONEST + " auto."}[part]
                assert not ruled(fresh=False, **{part: other}).cached
            assert (
                len(
                    {
                        judge.Gate(*x).key(build)
                        for x in (("a", "b", "c", "d"), ("a", "b", "d", "c"))
                    }
                )
                == 2
            )
            assert len(judge.Gate("a", "b", "c", "d").key(build)) == 24
            listed = ruled(Done(True, "it\n" + LISTED, ""))
            assert (listed.proved, listed.axioms) == (True, tuple(sorted(PERMITTED)))
            for out, word in (
                (Done(True, "it\nAxioms:\ncheat : False\n", ""), "cheat"),
                (Done(True, "it\n", ""), "no assumptions"),
                (Done(True, "", ""), "no assumptions"),
                ({"ruling": Done(False, "", "no such")}, "ruling: no such"),
                ({"bridge": Done(False, TYPED, "no proof")}, "bridge: no proof"),
            ):  # fmt: skip
                refused = ruled(out)
                assert (refused.proved, refused.says) == (False, "refused")
                assert word in refused.detail
            typed = ruled(
                {"bridge": Done(False, "", "no type")}, fresh=False, statement="typed badly"
            )
            assert (typed.says, typed.detail) == ("ill-typed", "statement: no type")
            late = {"bridge": Done(False, "", "no answer within 9 s", timed_out=True)}
            for _ in range(2):  # what gave no answer is asked again
                silent = ruled(late, fresh=False, statement="slow")
                assert (silent.says, silent.cached, silent.proved) == ("no answer", False, False)
                assert written
            for changed in (
                {"statement": "Axiom x : False"}, {"bridge": HONEST + " Admitted."},
                {"preamble": "Parameter p : R."},
                {"bridge": "intros; lra."}, {"bridge": HONEST + "\n(* gate *)\nlra."},
            ):  # fmt: skip
                refused = ruled(**changed)
                assert (refused.says, written) == ("refused", {}), changed
            (build.place / "manifest.json").write_text(
                json.dumps({"sources": {"gone.v": "0"}, "compiled": {}})
            )
            try:  # before a kept result is looked up
                ruled(fresh=False)
                raise RuntimeError("a build whose file is gone was used")
            except Tampered:
                pass


def _spoiled(judge: ModuleType, build: Build, ruled: Any) -> None:
    """A kept ruling that somebody changed or cut, or one of another gate, is none: Coq is asked again."""
    (kept,) = (build.place.parent / "gates").glob("*.json")
    good = kept.read_bytes()
    no = Done(False, "", "no such")
    refused = ruled({"ruling": no}, statement="9 <= 2")
    (other,) = {*kept.parent.glob("*.json")} - {kept}
    assert refused.says == "refused"
    told = json.loads(other.read_bytes())
    told["ruling"]["says"] = "proved"
    for bad in (json.dumps(told).encode(), good, other.read_bytes()[:-9], b"[]", b"\xff", b""):
        other.write_bytes(bad)
        assert ruled({"ruling": no}, fresh=False, statement="9 <= 2").says == "refused", bad
        again = ruled({"ruling": no}, fresh=False, statement="9 <= 2")
        assert (again.says, again.cached) == ("refused", True), "what was found again is kept"
    assert (kept.read_bytes(), ruled(fresh=False).cached) == (good, True)


def axioms_hold(judge: ModuleType) -> None:
    """What Coq prints is read strictly; one more axiom, or another type, is an objection."""
    assert judge.parse(CLOSED) == {}
    assert judge.parse(f"\n  {CLOSED} \n") == {}
    assert judge.parse(LISTED) == PERMITTED
    assert judge.objections(LISTED) == []
    assert judge.objections(CLOSED) == []
    inline = "Axioms:\n" + "".join(f"{k} : {v}\n" for k, v in PERMITTED.items())
    assert judge.parse(inline) == PERMITTED
    assert judge.parse("Axioms:\nA.b : forall x,\n    x = x\n\nc\n  : R\n") == {
        "A.b": "forall x, x = x",
        "c": "R",
    }
    assert judge.parse("Axioms:\nc") == {"c": ""}
    for wrong, word in (
        ("", "said ''"), ("cheat : False", "said 'cheat : False'"),
        (f"{CLOSED}\nx : R", "Print Assumptions said"),
        ("Axioms:\n  : R\n", "belongs to no axiom"), ("Axioms:\n1 + 1 = 2\n", "is no axiom"),
        ("Axioms:\nc : R\nc : R\n", "c twice"), ("x" * 500, "'" + "x" * 200 + "'"),
    ):  # fmt: skip
        try:
            judge.parse(wrong)
            raise RuntimeError(f"{wrong!r} was read")
        except judge.Unreadable as error:
            assert word in str(error)
        assert len(judge.objections(wrong)) == 1
    name = "Classical_Prop.classic"
    assert judge.objections("Axioms:\ncheat : False\n") == ["it rests on cheat"]
    assert judge.objections(f"Axioms:\n{name} : False\n") == [
        f"it rests on {name} with the type False"
    ]
    assert judge.objections(f"{LISTED}z : R\na : R\n") == ["it rests on a", "it rests on z"]


def court_holds(judge: ModuleType) -> None:
    """The second file restates each theorem; every failure on the way is no acceptance."""
    answers: list[Any] = []
    seen: list[tuple[str, str]] = []

    def run(command: Any, **how: Any) -> Any:
        if command[1] == "--print-version":
            return subprocess.CompletedProcess(command, 0, "8.0 4.0\n", "")
        assert how["timeout"] > 0
        text = (Path(how["cwd"]) / command[-1]).read_text(encoding="utf-8")
        seen.append((command[-1], text))
        answer = answers.pop(0) if answers else (0, "", "")
        if answer is None:
            raise subprocess.TimeoutExpired(command, how["timeout"])
        return subprocess.CompletedProcess(command, *answer)

    process = SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
    with replaced(judge, subprocess=process, shutil=SimpleNamespace(which=lambda _: None)):
        try:
            judge.Court()
            raise RuntimeError("a court without Coq")
        except judge.CoqAbsent:
            pass
    programs = SimpleNamespace(which=lambda name: f"/bin/{name}", copy=judge.shutil.copy)
    with replaced(judge, subprocess=process, shutil=programs):
        with judge.Court() as court:
            assert [x for x, _ in seen] == [f"{x}.v" for x in judge.ORDER]
            folder = court.folder
            for answer, accepted, word in (
                ([(0, "", ""), (0, f"{CLOSED}\n", "")], True, ""), ([(0, "", ""),
                (0, LISTED_OF_THREE, "")], True, ""),
                ([(0, "", ""), (0, "Axioms:\ncheat : False\n", "")], False, "it rests on cheat"),
                ([(0, "", ""), (0, "", "")], False, "said nothing"),
                ([(1, "", "Error: a")], False, "Error: a"), ([(1, "Error: b", "")], False, "Error: b"),
                ([(0, "", ""), (1, CLOSED, "Error: c")], False, "Error: c"),
                ([None], False, "within 600 s"),
                ([(0, "", ""), None], False, "within 600 s"), ([(1, "", "x" * 999)], False, "x" * 300),
            ):  # fmt: skip
                answers[:] = answer
                seen.clear()
                (folder / "Under.vo").write_text("old")
                said = court.judge("SOURCE", {"one": "1 <= 2", "two": "2 <= 3"})
                assert (said.accepted, said.timed_out) == (accepted, "within" in said.detail), (
                    answer
                )
                assert said.detail == word if word[:1] in "wEx" else word in said.detail
                assert seen[0] == ("Under.v", "SOURCE")
                assert not (folder / "Under.vo").exists()
                assert len(seen) == len(answer)
                if len(seen) == 2:
                    gate = seen[1][1]
                    assert "Require Bernstein.Under." in gate
                    assert "Definition gate0 : 1 <= 2 := Bernstein.Under.one.\n" in gate
                    assert "Definition gate1 : 2 <= 3 := Bernstein.Under.two.\n" in gate
                    assert "gate := (gate0, gate1).\nPrint Assumptions gate." in gate
        assert not folder.exists()
        answers[:] = [(1, "", "broken")]
        court = judge.Court()
        try:
            court.__enter__()
            raise RuntimeError("a checker that does not compile")
        except judge.CoqBroken as error:
            assert f"{judge.ORDER[0]}.v: broken" in str(error)
        assert not court.folder.exists()
    assert judge.assumed(CLOSED).accepted
    assert judge.assumed(f"\n{CLOSED}\n").accepted
    assert not judge.assumed(f"{CLOSED}\ncheat : False").accepted
    assert judge.assumed("Axioms:\n- : R\n").detail == "it rests on - : R"
    assert judge.assumed("Axioms:\nb : R\na\n  : R\n").detail == "it rests on a, b"
    assert judge.assumed("y" * 500).detail == "Print Assumptions said " + "y" * 200


LISTED_OF_THREE = "Axioms:\n" + "".join(
    f"{k}\n  : {v}\n" for k, v in PERMITTED.items() if k != "Classical_Prop.classic"
)
