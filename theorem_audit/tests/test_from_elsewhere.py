"""What weighs a theory is its own: its files, of whatever name, in whichever folder a command is typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from theorem_audit import project
from theorem_audit.kernel.build import Development
from theorem_audit.project import Project, ProjectError, read
from theorem_audit.report.notes import notes
from theorem_audit.scaffold import scaffold
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.test_plugin import run as run_pytest
from theorem_audit.unreached import CLAIM, unreached

DECLARES = {
    "as it is": ("from theorem_audit.statement import Claim", "Claim"),
    "by another name": ("from theorem_audit.statement import Claim as C", "C"),
    "by its module": ("import theorem_audit.statement as st", "st.Claim"),
    "with room": ("from theorem_audit.statement import Claim", "Claim "),
    "by a name of the project's": ("from small.tools import statement", "statement"),
}


@pytest.mark.parametrize("how", DECLARES)
def test_a_claim_is_known_by_whatever_name_makes_it(how: str, tmp_path: Path) -> None:
    """Mended: in a file that nothing imports it was passed over, unless it was made by ``Claim(``."""
    brings, makes = DECLARES[how]
    text = f'{brings}\nX = {makes}(id="X", title="t", formula=f, chapter=__name__)\n'
    assert CLAIM(text)
    assert not CLAIM('from theorem_audit.statement import Claim\nOther(id="X", title="t")\n')
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "one.py").write_text(text)
    assert len(list(unreached(tmp_path, CLAIM))) == 1


@pytest.mark.parametrize(
    "makes", ["C = st.Claim\n", "C = Claim\n", "C = partial(Claim, bound='exact')\n"]
)
def test_a_claim_is_known_by_a_name_that_is_given_it(makes: str) -> None:
    """Mended: what is made by it, in order and without words, was passed over."""
    assert CLAIM(f'{makes}X = C("X", "t", f, chapter=__name__)\n')
    assert not CLAIM("C = partial(max, 1)\nisinstance(x, Claim)\n")


def test_a_folder_behind_a_link_is_looked_into(tmp_path: Path) -> None:
    for name in ("theory", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "elsewhere" / "one.py").write_text('Claim(id="X")\n')
    (tmp_path / "theory" / "shelf").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "round").symlink_to(tmp_path / "theory")
    assert len(list(unreached(tmp_path / "theory", CLAIM))) == 1


@pytest.mark.usefixtures("_clean")
def test_an_editors_lock_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mended: what Emacs leaves beside a file that is being edited, a link to nothing, ended each command."""
    (tmp_path / ".#one.py").symlink_to("somebody@somewhere.1:2")
    (tmp_path / ".#two.py").write_text('Claim(id="X")\n')
    assert len(list(unreached(tmp_path, CLAIM))) == 1
    mine = tmp_path / "mine"
    scaffold(mine, "small_here")
    found = read(mine / "pyproject.toml")
    assert found is not None
    monkeypatch.setattr(project, "current", lambda: found)
    written = notes()
    (mine / "proofs_notes" / ".#one.md").symlink_to("somebody@somewhere.1:2")
    assert notes() == written
    (mine / "one.v").write_text("Check 0.\n")
    (mine / ".#one.v").symlink_to("somebody@somewhere.1:2")
    assert [*Development(mine, "Mine", tmp_path).sources()] == ["one.v"]


def _project(folder: Path, falsifiers: str = "") -> Project:
    scaffold(folder / "mine", "small_here")
    found = read(folder / "mine" / "pyproject.toml")
    assert found is not None
    return Project(
        **{**found.__getstate__(), "evidence": "weighs_of_test", "falsifiers": falsifiers}
    )


@pytest.fixture
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in [x for x in sys.modules if x.split(".")[0] in ("small_here", "weighs_of_test")]:
        del sys.modules[name]


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "foreign" / "weighs_of_test"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "foreign")


@pytest.mark.usefixtures("_clean", "_elsewhere")
@pytest.mark.parametrize("local", [False, True])
def test_evidence_and_searches_of_another_project_are_refused(tmp_path: Path, local: bool) -> None:
    """Mended: where the project has none, or a folder without __init__.py, those of another one counted."""
    here = _project(tmp_path, "weighs_of_test")
    if local:
        (tmp_path / "mine" / "weighs_of_test").mkdir()
    for asked in (here.evidence_package, lambda: here.import_from("falsifiers", here.falsifiers)):
        with pytest.raises(ProjectError, match="another package of that name is in the way"):
            asked()


@pytest.mark.usefixtures("_clean")
def test_a_package_of_evidence_does_not_look_elsewhere(tmp_path: Path) -> None:
    here = _project(tmp_path)
    package = tmp_path / "mine" / "weighs_of_test"
    package.mkdir()
    (tmp_path / "other").mkdir()
    (package / "__init__.py").write_text(f"__path__ = [{str(tmp_path / 'other')!r}]\n")
    with pytest.raises(ProjectError, match="another package of that name is in the way"):
        here.evidence_package()


def test_a_relative_name_means_one_file_wherever_a_command_is_typed(
    fresh: Path, audit: Run
) -> None:
    """Mended: "reused" in a folder in which the evidence would have read another file."""
    (fresh / "k.txt").write_text("1")
    (fresh / "tests" / "test_descent.py").write_text(
        "from pathlib import Path\nfrom theorem_audit import evidence, expect\n\n"
        "@evidence('GD-STEP', 'witness')\ndef test_k(claim):\n"
        "    expect(Path('k.txt').read_text() == '1', 'k')\n"
    )
    below = fresh / "below"
    below.mkdir()
    (below / "k.txt").write_text("2")
    first = audit("run", cwd=below)
    assert first.returncode == 0, first.stdout
    assert "reused 1 of 1" in audit("run").stdout


def test_a_relative_name_of_a_search_is_the_projects_too(fresh: Path, audit: Run) -> None:
    """Mended: `audit falsify` searched in the folder where it was typed."""
    (fresh / "k.txt").write_text("1")
    (fresh / "searches").mkdir()
    (fresh / "searches" / "__init__.py").write_text("")
    (fresh / "searches" / "descent.py").write_text(
        "from pathlib import Path\n\n"
        "def search(claim, rng, seconds):\n    return int(Path('k.txt').read_text())\n\n"
        "FALSIFIERS = {'GD-STEP': search}\n"
    )
    table = fresh / "pyproject.toml"
    table.write_text(table.read_text().replace("\nnotes = ", '\nfalsifiers = "searches"\nnotes = '))
    below = fresh / "below"
    below.mkdir()
    done = audit("falsify", "GD-STEP", "--seconds", "1", cwd=below)
    assert done.returncode == 0, done.stdout
    assert "held" in done.stdout


def test_pytest_refuses_evidence_that_it_makes_no_test_of(fresh: Path) -> None:
    """Mended: ``audit run`` refuted it, and pytest ended with 0."""
    (fresh / "tests" / "test_more.py").write_text(
        "from theorem_audit import evidence, expect\n\n"
        "@evidence('GD-STEP', 'witness')\ndef check_it(claim):\n    expect(False, 'm')\n"
    )
    done = run_pytest(fresh)
    assert done.returncode == 2
    assert "check_it is evidence, and pytest makes no test of that name" in done.stdout
