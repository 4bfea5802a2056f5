"""What the commands refuse, on a theory of four claims: words, tables and ids, in one line with a code."""

from __future__ import annotations

from pathlib import Path

import pytest
from sympy import true

from theorem_audit.statement.claim import Claim, Source
from theorem_audit.tests import lab
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import thorough_but


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The laboratory, where the fixture ``audit`` runs its commands."""
    return lab.write(tmp_path / "lab")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("mutants", "SQUARE", "--cap", "-1"), "--cap -1: at least 0"),
        (("mutants", "SQUARE", "--workers", "0"), "--workers 0: at least 1"),
        (("falsify", "--seconds", "nan"), "--seconds nan: a finite number > 0"),
        (("falsify", "--seconds", "0"), "a finite number > 0"),
        (("falsify", "--workers", "0"), "--workers 0: at least 1"),
        (("run", "--time-limit", "nan"), "--time-limit nan"),
        (("run", "--workers", "-3"), "--workers -3: at least 1"),
        (("impact", "SQUARE"), "no run is kept"),
        (("stale",), "no run is kept"),
        (("stale", "none.json"), "none.json"),
        (("receipt", "SQUARE", "--from", "none.json"), "none.json"),
        (("report", "--from", "none.json"), "none.json"),
        (("figures", "cube"), "unknown picture cube; known are line, bare"),
        (("opinions",), "no certificate (*.json) in"),
        (("init", ".", "--name", "class"), "--name"),
        (("new", "lower", "--chapter", "bounds"), "upper-case words"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else "",
)
def test_wrong_words_are_one_line_and_code_2(audit: Run, words: tuple[str, ...], told: str) -> None:
    done = audit(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("FALSIFIERS = {'HALF': print}", "HALF is spoken for already"),
        ("OUT_OF_REACH = {'HALF': 'too far'}", "HALF is spoken for already"),
        ("FALSIFIERS = {'HALVES': print}", "'HALVES' is no claim"),
        ("OUT_OF_REACH = {'HALF': ' '}", "no word why no run can reach HALF"),
    ],
)
def test_tables_of_searches_that_contradict_each_other_are_refused(
    fresh: Path, audit: Run, more: str, told: str
) -> None:
    (fresh / "searches" / "more.py").write_text(more + "\n")
    done = audit("falsify", "HALF")
    assert done.returncode in (1, 2)
    assert told in done.stderr + done.stdout


PYPROJECT = (
    ('theory = "lab"', 'theory = "labs"', "no module labs"),
    ('theory = "lab"', 'theory = "extra"', "holds no claim"),
    ('evidence = "tests"', 'evidence = "extra"', "a package is needed"),
    ('lab.works:WORKS', 'lab.works:WORDS', "lab.works has no WORDS"),
    ('commands = ["extra:add_commands"]', 'commands = ["broken:x"]', "does not import: SyntaxError"),
    ('commands = ["extra:add_commands"]', 'commands = ["lonely:x"]', "does not import: ModuleNotFound"),
    ('certified = ["bounds"]', 'certified = ["roof"]', "'roof' is no claim and no chapter"),
    ('certified = ["bounds"]', 'certified = []', "certified names no claim and no chapter"),
    ('certified = ["bounds"]', 'certified = "bounds"', "a list of strings is needed"),
    ('name = "lab"', 'name = 3', "a non-empty string is needed"),
    ('name = "lab"', 'name = ', "not TOML"),
    ('name = "lab"', 'nam = "lab"', "unknown key 'nam'"),
    ('name = "lab"', "", "lacks the key 'name'"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    thorough_but(PYPROJECT, *PYPROJECT[:4], rows=True),
    ids=lambda x: str(x)[:24],
)
def test_a_table_that_names_what_is_not_there_is_told_in_one_line(
    fresh: Path, audit: Run, old: str, new: str, told: str
) -> None:
    (fresh / "broken.py").write_text("def (:\n")
    (fresh / "lonely.py").write_text("import nothing_of_that_name\n")
    table = fresh / "pyproject.toml"
    assert old in table.read_text()
    table.write_text(table.read_text().replace(old, new))
    for words in (("certify",), ("notes", "--check"), ("greet",)):
        done = audit(*words)
        if done.returncode == 2 and told in done.stderr:
            break
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert told in done.stderr
    assert "pyproject.toml" in done.stderr


EVIDENCE = (
    ('"LOG", "symbolic"', '"LOGS", "symbolic"', "speaks for unknown claim LOGS"),
    ('step="root"', 'step="roof"', "has no step ['roof']"),
    ('"LOG", "symbolic"', '"LOG", "magic"', "kind='magic'"),
    ('from theorem_audit import', 'from theorem_audit import nothing,', "nothing"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), thorough_but(EVIDENCE, EVIDENCE[0], rows=True))
def test_evidence_that_speaks_for_nothing_fails_the_run(
    fresh: Path, audit: Run, old: str, new: str, told: str
) -> None:
    file = fresh / "tests" / "test_roots.py"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    done = audit("run", "--workers", "1")
    assert done.returncode != 0
    assert told in " ".join((done.stderr + done.stdout).split())


def test_an_id_that_no_ledger_can_hold_is_refused_where_it_is_declared(
    fresh: Path, audit: Run
) -> None:
    """Mended: such a claim was run, and its ledger was then refused by the report."""
    for name in ("", "A B", "a", "A/../B", "<B>", "É", "A\u200b", "A--B", "A-"):
        with pytest.raises(ValueError, match="upper-case words with hyphens between"):
            Claim(name, "t", true, Source("new", "here"), "exact", "m")
    chapter = fresh / "lab" / "bounds.py"
    text = chapter.read_text().replace('id="HALF"', 'id="A/../B"')
    assert text != chapter.read_text()
    chapter.write_text(text)
    done = audit("run", "SQUARE", "--workers", "1")
    assert done.returncode == 2
    assert "upper-case words with hyphens between" in done.stderr
