"""What one module declares and holds, and how a project on disk is imported to find it."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from sympy import Eq, Symbol

from tests.tool.judged.kernel import replaced
from tests.tool.judged.small_files import tree_of
from tests.tool.judged.tools import module_there, raises
from theorem_audit.checks import mark
from theorem_audit.project import Project, ProjectError
from theorem_audit.reuse.files import Module, Tree
from theorem_audit.statement.claim import Claim, Source

X, Y = Symbol("x", real=True), Symbol("y", real=True)


def claim_of(name: str, chapter: str) -> Claim:
    """A claim that such a module declares."""
    return Claim(name, name, Eq(Y, X), Source("lemma", "x"), "exact", chapter)


TOY = {
    "toyth/__init__.py": "from sympy import Eq, Symbol\nfrom theorem_audit.statement import Claim, Source\n"
    "A = Claim('A', 'a', Eq(Symbol('y', real=True), 1), Source('lemma', 'x'), 'exact', __name__)\n",
    "toytests/__init__.py": "",
    "toytests/test_a.py": "from theorem_audit import evidence\n@evidence('A', 'symbolic')\n"
    "def test_a(claim): ...\n",
    "toytests/test_b.py": "import pytest\npytest.importorskip('nothing_of_this_name')\n",
}


def imports_hold(judge: ModuleType) -> None:
    """A project on disk, whose folder is nowhere on the path yet."""
    with tempfile.TemporaryDirectory() as name:
        root, paths = Path(name).resolve(), [*sys.path]
        for file, text in TOY.items():
            (root / file).parent.mkdir(exist_ok=True)
            (root / file).write_text(text)
        tree = Tree(Project(root, "small", "toyth", "toytests", "notes"))
        for module in tree_of(*TOY).modules.values():
            file = root / module.file.relative_to("/no/such/folder")
            tree.modules[module.name] = Module(module.name, file, module.package)
        for first in ("toyth", "toytests"):
            try:
                if first == "toytests":  # what is known of the theory needs no import of it
                    found = judge.build(
                        tree, lambda kind, m, make: _chapter() if kind == "chapter" else make()
                    )
                else:
                    found = judge.build(tree, lambda kind, m, make: make())
                assert found.claims == {"A": ("toyth", "A")}
                assert [r.name for r in found.evidence["A"]] == ["test_a", "challenge"]
                assert list(found.left_out) == ["toytests/test_b.py"]
            finally:
                sys.path[:] = paths
                mark.LEFT_OUT.pop("toytests/test_b.py", None)
                for known in [x for x in sys.modules if x.split(".")[0] in ("toyth", "toytests")]:
                    del sys.modules[known]


def _chapter() -> dict[str, Any]:
    return {"order": [], "claims": [("A", "A")], "strays": [], "lost": ""}


def modules_hold(judge: ModuleType) -> None:
    """What one module declares and holds."""
    one, two, away = claim_of("A", "thing.a"), claim_of("B", "a"), claim_of("S", "thing.other")
    with module_there(
        "thing.a", AA=one, again=one, BB=two, SS=away, x=3, READING_ORDER=("p", "q")
    ) as module:
        assert judge.claims_of(module, "thing") == {
            "order": ["p", "q"], "claims": [("A", "AA"), ("B", "BB")], "strays": [("S", "thing.other")],
             "lost": ""}  # fmt: skip
        taken = claim_of("S", "other")  # as its chapter is told once its claims were taken
        with module_there("thing.other"), module_there("thing.b", SS=taken) as module_b:
            assert judge.claims_of(module_b, "thing")["strays"] == [("S", "thing.other")]
        lost = claim_of("L", "thing.a")
        with replaced(
            sys.modules["theorem_audit.statement.well_formed"],
            unbound=lambda name, known: f"{name} {sorted(known)}",
        ):
            assert judge.claims_of(module, "thing")["lost"] == "thing.a ['A', 'B']"
        assert lost.id == "L"

    def f() -> None: ...
    def g() -> None: ...

    f.__module__, g.__module__ = "tests.test_m", "elsewhere"
    item = mark.Evidence("A", "symbolic", f, ("s",), needs="n", slow=True, cases=())
    f.evidence_marks = [item, mark.Evidence("B", "ball", f, (), cases=(("x", 1), ("y", 2)))]  # type: ignore[attr-defined]
    g.evidence_marks = [item]  # type: ignore[attr-defined]
    with (
        module_there("tests.test_m", f=f, g=g, h=3) as module,
        replaced(mark, nothing_hidden=lambda module: None),
    ):
        said = judge.marks_of(module)
        assert (said["order"], said["evidence"]) == ([], True)
        assert [(x["claim_id"], x["kind"], x["binding"], x["number"], x["name"]) for x in said["marks"]] == [
            ("A", "symbolic", "f", 0, "f"), ("B", "ball", "f", 1, "f")]  # fmt: skip
        assert said["marks"][0]["cases"] == [""]
        assert len(said["marks"][1]["cases"]) == 2
        module.EVIDENCE, module.READING_ORDER = False, ["z"]  # type: ignore[attr-defined]
        assert judge.marks_of(module)["evidence"] is False
        assert judge.marks_of(module)["order"] == ["z"]
        row = judge.Row("A", "symbolic", "tests.test_m", "f", 1, "f", (), "", False, ("",))
        row = replace(row, imports=("no.such.module", "colorsys"))
        sys.modules.pop("colorsys", None)
        with replaced(mark, imported=lambda name: module):
            assert row.marked is f.evidence_marks[1]  # type: ignore[attr-defined]
        assert "colorsys" in sys.modules, "and what its evidence may import"
    hidden: list[Any] = []
    with module_there("tests.test_n") as module, replaced(mark, nothing_hidden=hidden.append):
        judge.marks_of(module)
        assert hidden == [module]
    row = judge.Row("A", "symbolic", "tests.m", "f", 0, "f", ("s", "t"), "", False, ("",))
    assert judge.unknown_step(row, ("s", "t", "u")) == ""
    assert "claim A has no step ['t']" in judge.unknown_step(row, ("s",))
    for kind, fits in (("symbolic", False), ("kernel", True), ("property", True)):
        asked = judge.Row("A", kind, "tests.m", "f", 0, "f", ("statement",), "", False, ("",))
        assert (judge.unknown_step(asked, ("s",)) == "") == fits
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "toyth").mkdir()
        (Path(name) / "toyth/__init__.py").write_text("")
        (Path(name) / "toyth/bad.py").write_text("raise KeyError('k')")
        (Path(name) / "toyth/ends.py").write_text("import sys\nsys.exit(3)")
        here = Project(Path(name), "small", "toyth", "tests", "notes")
        sys.path.insert(0, name)
        try:
            assert judge._imported_chapter(here, "toyth", "w").__name__ == "toyth"
            said = raises(ProjectError, lambda: judge._imported_chapter(here, "toyth.bad", "w"))
            assert said == "w does not import: KeyError: 'k'"
            raises(ProjectError, lambda: judge._imported_chapter(here, "toyth.ends", "w"))
        finally:
            sys.path.remove(name)
            for known in [x for x in sys.modules if x.split(".")[0] == "toyth"]:
                del sys.modules[known]
