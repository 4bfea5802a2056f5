"""What an edit makes run again: exactly what reaches it, and the verdicts are a fresh run's."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any, cast

import pytest

from theorem_audit.reuse.files import place
from theorem_audit.reuse.graph import Graph
from theorem_audit.reuse.keeper import Earlier
from theorem_audit.tests import reuse_project as small
from theorem_audit.tests.reuse_project import ALL, OF_DOUBLE, OF_SQUARE
from theorem_audit.tests.thorough import IN_CI, THOROUGH, in_ci_but
from theorem_audit.weigh.counts import Counts


@pytest.fixture
def project(settled: Path, tmp_path: Path) -> Path:
    """A copy of it, with its store: the copied folder goes on where the first stood."""
    folder = tmp_path / "copy"
    shutil.copytree(settled, folder)
    return folder


def _edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: small.edit(folder, name, old, new)


NOTHING = {
    "a comment": _edit("thing/constants.py", "FACTOR = 2", "# two\nFACTOR = 2  # as said"),
    "a docstring": _edit("tests/test_first.py", "What it is.", "What it is, in other words."),
    "a constant that nothing reaches": _edit("thing/constants.py", "UNUSED = 7", "UNUSED = 8"),
    "a neighbour of a helper": _edit("tests/three.py", "return 1", "return 2"),
}
EDITS = {
    # (a) a constant in the theory
    "a constant": (
        _edit("thing/constants.py", "FACTOR = 2", "FACTOR = 3"), OF_DOUBLE | {"sum"},
        "thing/constants.py: FACTOR changed",
    ),
    # (b) a helper three imports away
    "a helper": (
        _edit("tests/three.py", "return value", "return 1 * value"), {"helper-1", "helper-9"},
        "tests/three.py: deep changed",
    ),
    # (c) the version of a package from elsewhere
    "a version": (
        lambda folder: small.version(folder, "2.0"), {"peer"}, "elsewhere 2.0 (was elsewhere 1.0)",
    ),
    # (d) a hypothesis of a claim: its own evidence, and that of the claim made from it
    "a hypothesis": (
        _edit("thing/first.py", "Ge(x, 1)", "Ge(x, 2)"), OF_DOUBLE | {"sum"},
        "thing/first.py: FLOOR changed",
    ),
    "a hypothesis of another": (
        _edit("thing/second.py", "Ge(x, 0)", "Ge(x, 3)"), OF_SQUARE, "thing/second.py: SQUARE changed",
    ),
    "data": (
        _edit("tests/data.json", "3", "4"), {"numbers", "again"}, "tests/data.json changed",
    ),
    "new evidence": (
        _edit("tests/test_first.py", "@evidence(\"DOUBLE\", \"symbolic\")",
              "@evidence(\"DOUBLE\", \"property\")\ndef test_new(claim):\n    ran(\"new\")\n"
              "    expect_zero(claim.formula.rhs - FACTOR * x, 'gap')\n\n@evidence(\"DOUBLE\", \"symbolic\")"),
        {"new"}, "DOUBLE (not run before)",
    ),
}  # fmt: skip


def test_nothing_is_run_where_nothing_changed(project: Path) -> None:
    for change in NOTHING.values():
        change(project)
    again = small.run(project)
    assert again.ran == set(), again.said
    assert "reused 12 of 12, ran 0" in again.said


class _Mapping:
    """A finder as `pip install -e` leaves one: a name, and the checkout that it means."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.file = name, folder / "__init__.py"

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.file) if name == self.name else None


def test_a_package_that_was_installed_from_a_checkout_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: a tool installed by `pip install -e` was in no project's sources: an edit of it ran nothing."""
    folder = tmp_path / "checkout" / "nobody_has_this"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    assert place("nobody_has_this", tmp_path) is None
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, _Mapping("nobody_has_this", folder)])
    assert place("nobody_has_this", tmp_path) == folder
    assert place("sys", tmp_path) is None, "built in, and no file"


def test_what_was_absent_and_is_has_not_changed() -> None:
    class Sources:
        said = "absent"

        def own(self, node: tuple[str, ...]) -> str:
            return self.said

    sources, node = Sources(), ("def", "gone", "f")
    assert not Earlier(cast("Graph", sources), {})(node)
    assert Earlier(cast("Graph", sources), {"def.gone.f": "as it was"})(node), "it went"
    sources.said = "as it is"
    assert Earlier(cast("Graph", sources), {})(node), "it came"


@pytest.mark.parametrize("what", in_ci_but(EDITS, "a constant", "a helper"))
def test_an_edit_runs_exactly_what_reaches_it(project: Path, what: str) -> None:
    change, expected, told = EDITS[what]
    change(project)
    again = small.run(project)
    assert again.ran == expected
    assert told in again.said
    assert "theorem_audit/" not in again.said, "the tool stands elsewhere, and nobody changed it"
    if what in ("a constant", "a hypothesis", "data"):
        assert small.same(again.run, small.run(project, "--fresh").run)


def test_an_edit_that_refutes_is_seen(project: Path) -> None:
    small.edit(project, "tests/three.py", "return value", "return value + 1")
    again = small.run(project)
    assert again.code == 1
    assert again.verdicts == {"DOUBLE": "refuted", "SQUARE": "proved", "SUM": "inconclusive"}
    small.edit(project, "tests/three.py", "return value + 1", "return value")
    back = small.run(project)
    assert back.ran == set(), "what was found before still stands"
    assert back.code == 0


def test_a_file_that_does_not_import_is_told_though_nothing_reaches_it(project: Path) -> None:
    small.edit(project, "tests/three.py", "def other():", "missing\n\n\ndef other():")
    done = small.audit(project, "run")
    assert done.returncode == 1
    assert "NameError" in done.stderr


@THOROUGH
def test_fresh_runs_everything_and_other_seeds_are_other_runs(project: Path) -> None:
    assert small.run(project, "--fresh").ran == ALL
    other = small.run(project, "--seed", "5")
    assert other.ran == ALL
    assert "(run otherwise before: seed, --quick, or another interpreter)" in other.said
    assert small.run(project).ran == set()


def test_what_reuse_would_keep_wrongly_is_reported(project: Path) -> None:
    """HIDDEN is taken from the table below ``os.environ``, as native code takes it: that nobody hears."""
    below = 'os.environ._data.get(os.fsencode("HIDDEN"), b"0")'
    small.edit(project, "tests/test_first.py", 'os.environ.get("HIDDEN", "0")', below)
    small.run(project)
    right = small.run(project, "--check-reuse")
    assert (right.code, right.ran) == (0, ALL)
    assert "every outcome that reuse would take is what a fresh run finds" in right.said
    wrong = small.run(project, "--check-reuse", HIDDEN="1")
    assert wrong.code == 1
    assert "reuse would be wrong: DOUBLE: tests/test_first.py::test_hidden: outcome" in wrong.said


@THOROUGH
def test_another_environment_is_another_run(project: Path) -> None:
    """Mended: what was found under one environment was taken for another one's, without a word."""
    other = small.run(project, HIDDEN="1")
    assert other.ran == {"hidden"}
    assert "variable HIDDEN changed" in other.said
    assert other.verdicts["DOUBLE"] == "refuted"
    assert small.run(project, HIDDEN="1", UNASKED="1").ran == set()
    assert small.run(project).ran == {"hidden"}
    small.edit(
        project, "tests/test_first.py", 'os.environ.get("HIDDEN", "0")', "len([*os.environ]) * 0"
    )
    small.run(project)
    assert small.run(project, UNASKED="1").ran == {"hidden"}, "it went through all of them"


@IN_CI
def test_another_path_is_another_run_only_where_it_finds_another_program(project: Path) -> None:
    """Mended: an activated environment has a folder more, and half of a theory's evidence ran again."""
    sought = '0 * bool(__import__("shutil").which("prover"))'
    small.edit(project, "tests/test_first.py", 'int(os.environ.get("HIDDEN", "0"))', sought)
    usual = os.environ["PATH"]
    assert small.run(project, PATH=usual).ran == {"hidden"}
    first = project / "first"
    first.mkdir()
    assert small.run(project, PATH=f"{first}:{usual}", VIRTUAL_ENV="x").ran == set()
    (first / "prover").touch(0o755)
    found = small.run(project, PATH=f"{first}:{usual}")
    assert found.ran == {"hidden"}
    assert "prover" in found.said
    assert small.run(project, PATH=f"{usual}:{first}").ran == set(), "the same one"
    second = shutil.copytree(first, project / "second")
    assert small.run(project, PATH=f"{second}:{first}:{usual}").ran == {"hidden"}, "another one"


def test_the_line_says_why_it_ran_before_what_was_not_run() -> None:
    """Mended: the claims that were run stood behind "not run", as if they were those."""
    why = {f"C{k}": "BAND changed" if k else "" for k in range(7)}
    said = Counts(total=20, reused=9, ran=8, could_not=3, why=why).line
    assert said.startswith("reused 9 of 20, ran 8: C0, C1 (BAND changed), ")
    assert ", C4 (BAND changed) and 2 more claims; 3 not run (" in said
    assert Counts(total=3, reused=2, could_not=1, why=why).line.startswith(
        "reused 2 of 3, ran 0; 1 not"
    )


@THOROUGH
def test_a_run_from_scratch_reads_cases_and_statements_anew(project: Path) -> None:
    """Mended: both were taken as they were kept, from a file that no key names, also by --fresh."""
    (project / "project" / "said.json").write_text('["square"]')
    small.edit(
        project,
        "thing/second.py",
        'title="A square"',
        'title=__import__("json").load(open("said.json"))[-1]',
    )
    small.edit(
        project,
        "tests/test_second.py",
        '@evidence("SQUARE", "property")\ndef test_numbers(claim):\n    ran("numbers")',
        '@evidence("SQUARE", "property", cases={x: x for x in json.load(open("said.json"))})\n'
        "def test_numbers(claim, case):\n    ran(case)",
    )
    assert "square" in small.run(project).ran
    (project / "project" / "said.json").write_text('["square", "cube"]')
    checked = small.run(project, "--check-reuse")
    assert checked.code == 1
    assert checked.ran == (ALL - {"numbers"}) | {"cube"}
    for what in ("tests/test_second.py: what it holds", "SQUARE: what is told of it"):
        assert f"reuse would be wrong: {what} is another than kept" in checked.said
    (project / "project" / "said.json").write_text('["square", "root"]')
    again = small.run(project, "--fresh")
    assert again.ran == (ALL - {"numbers"}) | {"root"}
    assert [c["title"] for c in again.run["claims"] if c["id"] == "SQUARE"] == ["root"]


@THOROUGH
def test_names_that_no_file_can_have_end_no_run(project: Path) -> None:
    """Mended: whoever asked for one, or opened what is no UTF-8, ended the run by a traceback."""
    odd = (
        "[os.path.exists(x) for x in ('a\\0b', b'\\xff')] and os.path.exists('odd') "
        "and [*os.scandir('odd')] and 0 or 0"
    )
    small.edit(project, "tests/test_first.py", 'int(os.environ.get("HIDDEN", "0"))', f"({odd})")
    (project / "project" / "odd").mkdir()
    (project / "project" / "odd" / os.fsdecode(b"\xff")).touch()
    again = small.run(project)
    assert (again.code, again.ran) == (0, {"hidden"}), again.said
    assert small.run(project).ran == set()


@THOROUGH
def test_broken_evidence_is_run_again_each_time(project: Path) -> None:
    small.edit(project, "tests/three.py", "return value", "raise RuntimeError")
    for _ in range(2):
        again = small.run(project)
        assert again.code == 1
        assert again.ran == {"helper-1", "helper-9"}
