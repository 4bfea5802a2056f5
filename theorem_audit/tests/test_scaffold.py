"""``audit init`` and ``audit new``: from an empty folder to proved; all of it or nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from difflib import ndiff
from pathlib import Path

import pytest

from theorem_audit.files import write_all
from theorem_audit.new import THEORY, THEORY_HEAD, THEORY_NEEDS, BadClaimName, _python
from theorem_audit.project import Project, read
from theorem_audit.scaffold import CannotInit, scaffold
from theorem_audit.tests import warm
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.tests.warm import this_tool


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }


def project(folder: Path) -> Project:
    found = read(folder / "pyproject.toml")
    assert found is not None
    return found


@pytest.fixture
def fresh(whole: Path) -> Path:
    """All that is written."""
    return whole


def test_from_an_empty_folder_to_a_report(fresh: Path, audit: Run) -> None:
    assert audit("run").stdout.count("proved") == 2, "the row and the count"
    tests = warm.server().run("pytest", ("-q", "-p", "no:cacheprovider"), fresh, this_tool())
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert audit("notes", "--check").returncode == 0, "a new project's note is of today"
    assert "audit, by the tests selected: 1 proved" in tests.stdout
    made = audit("new", "MY-CLAIM", "--chapter", "shelf.mine")
    assert made.returncode == 0, made.stderr
    assert audit("new", "MORE", "--chapter", "descent").returncode == 0
    done = audit("run", "--json", "build/audit.json")
    assert done.returncode == 1, "a stub is not yet evidence"
    assert "MY-CLAIM has no evidence yet" in " ".join(done.stdout.split())
    assert "GD-STEP   proved" in done.stdout
    assert audit("notes", "--check").returncode == 1
    assert audit("notes").returncode == 0
    assert audit("notes", "--check").returncode == 0
    assert audit("report").returncode == 0
    page = (fresh / "build" / "report" / "index.html").read_text()
    assert "small" in page
    assert "SGD" not in page


def test_a_python_started_from_nothing_does_the_same(fresh: Path, audit: Run) -> None:
    """The other tests' server of commands against ``python -m theorem_audit``: what it says, and its code."""
    for words in (("list",), ("run", "--workers", "0"), ()):
        plain = subprocess.run([sys.executable, "-m", "theorem_audit", *words], cwd=fresh, text=True,
                               env=this_tool(), capture_output=True, timeout=120, check=False)  # fmt: skip
        served = audit(*words)
        assert (served.returncode, served.stdout, served.stderr) == (
            plain.returncode, plain.stdout, plain.stderr,
        ), words  # fmt: skip


def test_every_wrong_variant_of_the_first_claim_is_refuted(audit: Run) -> None:
    done = audit("mutants", "GD-STEP", "--workers", "1")
    assert done.returncode == 0, done.stdout
    assert "0 unexplained survivors of " in done.stdout


@IN_CI
def test_one_claim_is_told_as_one(fresh: Path, audit: Run) -> None:
    (fresh / "README.md").write_text("<!-- verdicts -->\n<!-- /verdicts -->\n")
    told = audit("run", "--json", "run.json", "--workers", "1").stdout + audit("falsify").stdout
    assert audit("report", "--from", "run.json", "--readme", "README.md").returncode == 0
    assert audit("report", "--from", "run.json", "--out", "page").returncode == 0
    page, block = (fresh / "page/index.html").read_text(), (fresh / "README.md").read_text()
    for text in (told, page, block):
        assert re.search(r"\b1 claim\b", text), text
        assert not re.search(r"\b1 (claims|cases|theorems)\b", text), text


def test_init_writes_nothing_where_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "proofs_notes").mkdir()
    (tmp_path / "proofs_notes" / "descent.md").write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(CannotInit, match=r"descent\.md is there already"):
        scaffold(tmp_path, "small")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["", "1st", "a b", "../x", "tests", "theorem-audit", "class", "é"])
def test_init_refuses_a_name_that_makes_no_package(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotInit, match="--name"):
        scaffold(tmp_path / "new", name)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("claim_id", "chapter", "message"),
    [
        ("lower", "x", "upper-case words"),
        ("A--B", "x", "upper-case words"),
        ("FINE", "Not-A-Module", "lower-case module name"),
        ("FINE", "../escape", "lower-case module name"),
        ("FINE", "a..b", "lower-case module name"),
        ("GD-STEP", "descent", "claimed already, in descent"),
        ("FINE", "notation", "is no chapter, it declares no claim"),
        ("FINE", "shelf", "a shelf; name a chapter in it"),
        ("FINE", "descent.deep", "descent.py is a module; a shelf of its name hides it"),
        (
            "STEP-ON-RANDOM-PARABOLAS",
            "descent",
            "test_step_on_random_parabolas is a name in test_descent.py",
        ),
        ("CURVATURE", "descent", "CURVATURE is a name in descent.py already"),
        ("FINE", "broken", "test_broken.py: not Python"),
        ("FINE", "class", "a word of Python"),
        ("FINE", "shelf.import", "a word of Python"),
    ],
)
def test_bad_names_are_refused_before_anything_is_written(
    fresh: Path, audit: Run, claim_id: str, chapter: str, message: str
) -> None:
    (fresh / "small" / "notation.py").write_text("x = 1\n")
    (fresh / "small" / "shelf").mkdir()
    (fresh / "small" / "shelf" / "__init__.py").touch()
    with (fresh / "small" / "descent.py").open("a") as chapter_file:
        chapter_file.write("\nif True:\n    CURVATURE = curvature\n")
    (fresh / "tests" / "test_broken.py").write_text("def (:\n")
    before = contents(fresh)
    done = audit("new", claim_id, "--chapter", chapter)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert contents(fresh) == before


def test_a_shelf_or_a_chapter_that_may_be_a_slip_of_the_pen_is_told(
    fresh: Path, audit: Run
) -> None:
    """Mended: a misspelt one was begun without a word."""
    done = audit("new", "ONE", "--chapter", "walks.first")
    assert done.stdout.splitlines()[0] == "begun: a new shelf, walks"
    done = audit("new", "TWO", "--chapter", "model.deep.first")
    assert done.stdout.splitlines()[0] == "begun: a new shelf, model (there are: walks)"
    before = contents(fresh)
    for chapter, near in (("walk.second", "walks"), ("model.deeep.second", "model.deep")):
        done = audit("new", "THREE", "--chapter", chapter)
        assert (done.returncode, done.stdout) == (2, "")
        shelf = chapter.rpartition(".")[0]
        assert f"there is no shelf {shelf}; did you mean {near}? (--new-shelf" in done.stderr
        assert contents(fresh) == before
    done = audit("new", "THREE", "--chapter", "walk.second", "--new-shelf")
    assert done.stdout.splitlines()[0] == "begun: a new shelf, walk (there are: model, walks)"
    for claim_id, chapter, near in (
        ("FOUR", "descnet", "descent"),
        ("FIVE", "model.second", "walk.second"),
        ("NINE", "model.seconds", "model.second"),
    ):
        done = audit("new", claim_id, "--chapter", chapter, "--json", "-")
        assert f"begun: a new chapter, {chapter} (there is: {near})" in done.stderr
    for claim_id, chapter in (
        ("SIX", "descent"),
        ("SEVEN", "model.deep.first"),
        ("EIGHT", "model.spectrum"),
    ):
        done = audit("new", claim_id, "--chapter", chapter)
        assert (done.returncode, "begun" in done.stdout + done.stderr) == (0, False), chapter


WORDS = {"id": "NEXT", "constant": "NEXT", "name": "next", "chapter": "descent", "title": "Descent"}
BOUND = {  # what a chapter does with a name that the stub needs, brings -> what is said, "" where it is added
    "del Eq\n": "Eq is there something else",
    "Claim = None\n": "Claim is there something else",
    "def Source(x): return x\n": "Source is there something else",
    "from operator import eq as Symbol\n": "Symbol is there something else",
    "from sympy import *\ndef half(): return NEXT / 2\n": "NEXT is a name in descent.py already",
    "if True:\n    NEXT = 1\n": "NEXT is a name in descent.py already",
    "match {'a': 1}:\n    case {**Claim}:\n        pass\n": "Claim is there something else",
    "match [1]:\n    case [*Eq]:\n        pass\n": "Eq is there something else",
    "print(Claim := 1)\n": "Claim is there something else",
    "M = [Symbol := x for x in 'ab']\n": "Symbol is there something else",
    "M = [[(Symbol := y) for y in x] for x in ('ab',)]\n": "Symbol is there something else",
    "def f(x=(Eq := 1)): return x\n": "Eq is there something else",
    "class Odd(Source := object): pass\n": "Source is there something else",
    "M = lambda x=(Eq := 1): x\n": "Eq is there something else",
    "def f():\n    global Claim\n    Claim = 1\nf()\n": "Claim is there something else",
    "try:\n    pass\nexcept* ValueError as Eq:\n    pass\n": "Eq is there something else",
    "M = {Eq: 1 for Eq in 'ab'}\n": "",
    "M = lambda x: (Eq := x)\n": "",
    "M = [(lambda: (Symbol := x))() for x in 'ab']\n": "",
    "def f(Symbol, *Eq, **Claim): return (Source := Symbol)\n": "",
    "def f():\n    Symbol = Eq = 1\n    return Symbol, Eq\n": "",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sympy import Eq\n": "",
}


@pytest.mark.parametrize("more", BOUND)
def test_a_stub_in_a_chapter_that_uses_its_names_otherwise(tmp_path: Path, more: str) -> None:
    """Mended: the stub stood there, and each command ended in a NameError."""
    scaffold(tmp_path / "small", "small")
    chapter = tmp_path / "small" / "small" / "descent.py"
    text = chapter.read_text()
    if not BOUND[more]:  # the chapter has these by other names
        text = text.replace("from sympy import Eq, Expr, Symbol, diff", "import sympy as sp")
        for name in ("Eq(", "Expr:", "Symbol(", "diff("):
            text = text.replace(name, f"sp.{name}")
    chapter.write_text(text + more)
    before = contents(tmp_path)
    if BOUND[more]:
        with pytest.raises(BadClaimName, match=BOUND[more]):
            _python(chapter, THEORY_HEAD, THEORY_NEEDS, THEORY, WORDS)
        assert contents(tmp_path) == before
    else:
        made = _python(chapter, THEORY_HEAD, THEORY_NEEDS, THEORY, WORDS)
        scope: dict[str, object] = {"__name__": "small.descent"}
        exec(compile(made, str(chapter), "exec"), scope)
        assert {"GD_STEP", "NEXT"} <= scope.keys()


@pytest.mark.parametrize("name", ["json", "typing", "sympy", "Hypothesis", "pytest"])
def test_init_refuses_a_name_that_means_another_package(tmp_path: Path, name: str) -> None:
    """Mended: each command of such a project ended in a traceback, as its ``sympy`` hid the other one."""
    with pytest.raises(CannotInit, match="would be called"):
        scaffold(tmp_path / "new", name)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_stub_changes_nothing_of_what_was_there(
    fresh: Path, audit: Run, ends: str, mark: str
) -> None:
    """Mended: line ends became those of Unix, a form feed or U+2028 in a text became an end of a line, and
    the imports then stood in the wrong place; a byte order mark was called no Python."""
    chapter, note = fresh / "small" / "descent.py", fresh / "proofs_notes" / "descent.md"
    text = chapter.read_text().replace('the loss."""', 'the loss.\f\n\u2028more\x85 text\n"""')
    assert "\u2028" in text
    text = text.replace(
        "from theorem_audit.statement import Claim, Source", "import theorem_audit.statement as st"
    )
    text = text.replace("= Claim(", "= st.Claim(").replace("Source(", "st.Source(")
    chapter.write_bytes((mark + text.replace("\n", ends)).encode())
    note.write_bytes(note.read_text().replace("\n", ends).encode())
    before = chapter.read_bytes().split(ends.encode()), note.read_bytes()
    done = audit("new", "NEXT", "--chapter", "descent")
    assert done.returncode == 0, done.stderr
    after = chapter.read_bytes().split(ends.encode())
    assert [x for x in after if x in before[0]][: len(before[0]) - 1] == before[0][:-1]
    assert not any(b"\r" in x or b"\n" in x for x in after if x), "all lines end alike"
    assert after.index(b"from theorem_audit.statement import Claim, Source") < after.index(
        b"NEXT = Claim("
    )
    assert note.read_bytes().startswith(before[1])
    assert audit("list", "--names").stdout.split() == ["GD-STEP", "NEXT"]


def test_lines_of_a_file_of_both_ends_keep_their_own(fresh: Path, audit: Run) -> None:
    """Mended: all became those of Windows."""
    chapter, note = fresh / "small" / "descent.py", fresh / "proofs_notes" / "descent.md"
    for path in (chapter, note):
        lines = path.read_bytes().split(b"\n")
        path.write_bytes(b"\r\n".join(lines[:3]) + b"\n" + b"\n".join(lines[3:]))
    before = {x: x.read_bytes() for x in (chapter, note)}
    assert audit("new", "NEXT", "--chapter", "descent").returncode == 0
    for path, old in before.items():
        kept = ndiff(old.decode().splitlines(True), path.read_bytes().decode().splitlines(True))
        assert not [x for x in kept if x.startswith("- ")], "lines were only added"
        assert path.read_bytes().count(b"\r\n") == old.count(b"\r\n") == 2
    stub = note.read_bytes()
    assert audit("notes").returncode == 0
    filled = note.read_bytes()
    assert filled.count(b"\n") > stub.count(b"\n"), "the stub's block was empty"
    assert filled.startswith(before[note])
    assert (filled.count(b"\r\n"), filled.count(b"\r")) == (2, 2)


def test_what_is_no_utf_8_is_told_and_left_alone(fresh: Path, audit: Run) -> None:
    """Mended: a traceback."""
    chapter, note = fresh / "small" / "descent.py", fresh / "proofs_notes" / "descent.md"
    chapter.write_bytes(b"# -*- coding: latin-1 -*-\n# caf\xe9\n" + chapter.read_bytes())
    before = contents(fresh)
    done = audit("new", "NEXT", "--chapter", "descent")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "descent.py: no UTF-8 text" in done.stderr
    assert contents(fresh) == before
    note.write_bytes(b"caf\xe9\n" + note.read_bytes())
    done = audit("notes")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "descent.md: no UTF-8 text" in done.stderr


def test_new_never_writes_outside_the_project(fresh: Path, tmp_path: Path) -> None:
    (fresh / "proofs_notes" / "out").symlink_to(tmp_path, target_is_directory=True)
    before, outside = contents(fresh), sorted(tmp_path.glob("*.md"))
    done = warm.python(
        "import sys; from pathlib import Path; from theorem_audit.new import create\n"
        "from theorem_audit.project import read as project\n"
        "create('FINE', 'out.claim', project(Path(sys.argv[1]) / 'pyproject.toml'))",
        (str(fresh),), fresh,
    )  # fmt: skip
    assert BadClaimName.__name__ in done.stderr
    assert "outside the project's folder" in done.stderr
    assert (contents(fresh), sorted(tmp_path.glob("*.md"))) == (before, outside)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("before")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        write_all({old: "after", tmp_path / "deep" / "new.txt": "x", tmp_path / "file" / "y": "z"})
    assert contents(tmp_path) == {"old.txt": b"before", "file": b"no folder"}
    assert not (tmp_path / "deep").exists()


def test_what_is_written_has_the_mode_of_the_umask(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_all({tmp_path / "x": "x"})
    finally:
        os.umask(mask)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640
