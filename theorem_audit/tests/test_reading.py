"""Commands that read the last ledger: no SymPy, no evidence; how old it is and what is stale is told."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from theorem_audit import project
from theorem_audit.cli import main
from theorem_audit.reuse import versions
from theorem_audit.reuse.index import Row
from theorem_audit.reuse.store import open_store
from theorem_audit.tests import reuse_project as small
from theorem_audit.tests import warm
from theorem_audit.tests.thorough import IN_CI, THOROUGH, thorough_but
from theorem_audit.weigh import latest, watch
from theorem_audit.weigh.watch import follow

READ = """
import sys
from theorem_audit.cli import main
code = main(sys.argv[1:])
print("imported:", *sorted({"sympy", "numpy", "hypothesis", "thing"} & set(sys.modules)))
sys.exit(code)
"""


@pytest.fixture
def here(settled: Path, tmp_path: Path) -> Path:
    """A copy of it that may be edited."""
    shutil.copytree(settled, tmp_path / "copy")
    return tmp_path / "copy"


def read(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command, with what it imported as its last line; nothing of it may run evidence."""
    (folder / "log").unlink(missing_ok=True)
    done = warm.reader(READ, words, folder / "project", small.environment(folder))
    assert not (folder / "log").exists(), "evidence was run"
    return done


READINGS = [
    (("list",), "A multiple"),
    (("list", "sum"), "Twice a multiple"),
    (("list", "--source", "new"), "Twice a multiple"),
    (("show", "SUM"), "test_sum"),
    (("show", "DOUBLE"), "all hypotheses hold at x = 1"),
    (("graph",), "└── DOUBLE proved"),
    (("stale",), "nothing is stale"),
    (("impact", "DOUBLE"), "if it falls, 1 other verdicts change"),
]


@pytest.mark.parametrize(
    ("words", "told"),
    thorough_but(READINGS, READINGS[0], READINGS[3], rows=True),
)
def test_reading_imports_neither_sympy_nor_the_theory(
    settled: Path, words: tuple[str, ...], told: str
) -> None:
    done = read(settled, *words)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert "ago; nothing is stale" in done.stdout or "just now; nothing is stale" in done.stdout
    assert done.stdout.splitlines()[-1] == "imported:"


def test_a_reader_that_leaves_is_no_error(settled: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m theorem_audit list | :", shell=True, cwd=settled / "project", text=True,
        env=small.environment(settled), capture_output=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.stderr == ""


@THOROUGH
def test_only_claims_of_a_source_are_listed(here: Path) -> None:
    small.edit(here, "thing/second.py", 'source=Source("new", "here"), bound="exact", chapter=__name__,',
               'source=Source("open", "here"), bound="exact", chapter=__name__,')  # fmt: skip
    assert small.run(here).code == 0
    rows = json.loads(small.audit(here, "list", "--source", "open", "--json", "-").stdout)
    assert [r["id"] for r in rows] == ["SUM"]
    assert "SUM" not in read(here, "list", "--source", "new").stdout
    none = small.audit(here, "list", "double", "--source", "open")
    assert none.returncode == 2
    assert "--source open: no claim" in none.stderr


def test_what_is_stale_is_told_without_running(here: Path) -> None:
    small.edit(here, "thing/constants.py", "FACTOR = 2", "FACTOR = 3")
    done = read(here, "list")
    assert "2 of 3 stale: DOUBLE (thing/constants.py: FACTOR changed) and 1 more" in done.stdout
    assert done.stdout.splitlines()[-1] == "imported:"
    page = read(here, "show", "SUM").stdout
    assert "because: thing/constants.py: FACTOR changed" in page
    assert "because: it was proved" in page
    assert read(here, "stale").returncode == 1
    rows = json.loads(small.audit(here, "list", "--json", "-").stdout)
    assert {r["id"]: r["verdict"] for r in rows} == {
        "DOUBLE": "stale", "SQUARE": "proved", "SUM": "stale",
    }  # fmt: skip
    small.edit(here, "thing/constants.py", "FACTOR = 3", "FACTOR = 2")
    assert "nothing is stale" in read(here, "list").stdout


def test_what_only_a_quick_run_found_is_told(here: Path) -> None:
    """Mended: the verdicts of a run with fewer examples stood there as those of a whole one."""
    kept = here / "project" / "build" / "kept.sqlite"
    kept.unlink()
    small.run(here, "--quick")
    assert "just now, 3 of 3 by --quick alone; nothing is stale" in read(here, "list").stdout
    small.run(here)
    assert "--quick" not in read(here, "list").stdout


def test_deciding_evidence_of_several_cases_is_not_stale_right_after_its_run(here: Path) -> None:
    small.edit(here, "tests/test_first.py", '"property", cases=', '"symbolic", cases=')
    assert small.run(here).code == 0
    assert "nothing is stale" in read(here, "list").stdout


def test_what_a_search_is_wrapped_in_is_noted() -> None:
    row = Row(
        "X",
        "search",
        "t.table",
        "one",
        0,
        "one",
        (),
        "",
        False,
        ("",),
        around=(("t.tools", "twice"),),
    )
    assert latest.row_of("X", json.loads(json.dumps(latest.noted(row, "", "key")))) == row


def test_a_run_judges_what_it_notes_for_the_first_reader(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def because() -> dict[str, tuple[str, ...]]:
        found = latest.read(project.locate(str(here / "project")))
        assert found is not None
        return found.why

    monkeypatch.syspath_prepend(here / "site")
    versions.of.cache_clear()  # of the package from elsewhere, which is found from now on
    small.edit(here, "tests/three.py", "return value", "return +value")
    with monkeypatch.context() as patch:
        patch.setattr(latest, "_judged", lambda *said: pytest.fail("not judged yet"))
        with pytest.raises(pytest.fail.Exception):
            because()
        assert small.run(here, "DOUBLE").code == 0
        assert because() == {}
    small.edit(here, "tests/three.py", "return +value", "return value")
    assert set(because()) == {"DOUBLE"}


def test_data_and_new_definitions_are_seen(here: Path) -> None:
    small.edit(here, "tests/data.json", "3", "4")
    assert "1 of 3 stale: SQUARE (tests/data.json changed)" in read(here, "list").stdout
    with (here / "project/thing/second.py").open("a") as file:
        file.write("NEW = Claim('NEW', 'New', Eq(x, y), Source('open', 'h'), 'exact', __name__)\n")
    assert "new: thing/second.py (NEW)" in read(here, "list").stdout


def test_a_claim_that_is_gone_is_no_longer_listed(here: Path) -> None:
    path = here / "project/thing/second.py"
    path.write_text(path.read_text().split("SUM = Claim")[0])
    assert "SUM" not in read(here, "list").stdout


@THOROUGH
def test_show_runs_where_asked_and_where_nothing_is_kept(here: Path) -> None:
    small.edit(here, "tests/three.py", "return value", "return +value")
    assert "3 of 5, ran 2" in small.audit(here, "show", "DOUBLE", "--run").stdout
    assert "nothing is stale" in read(here, "show", "DOUBLE").stdout
    (here / "project/build/kept.sqlite").unlink()
    assert "reused 0 of 5, ran 5" in small.audit(here, "show", "DOUBLE").stdout
    listed = read(here, "list").stdout
    assert "never run" in listed
    assert "2 of 3 never run" in listed


def test_json_of_what_was_read_is_a_ledger(settled: Path, tmp_path: Path) -> None:
    data = json.loads(small.audit(settled, "show", "SUM", "--json", "-").stdout)
    assert [c["id"] for c in data["claims"]] == ["DOUBLE", "SUM"]
    assert data["sources"]["thing/constants.py"] != "absent"
    assert small.audit(settled, "stale", str(_kept(tmp_path, data))).returncode == 0
    graph = json.loads(small.audit(settled, "graph", "--json", "-").stdout)
    assert graph["impact"]["DOUBLE"]["falls"] == [
        {"id": "SUM", "now": "proved", "then": "inconclusive"}
    ]
    told = json.loads(small.audit(settled, "impact", "SUM", "--json", "-").stdout)
    assert (told["verdict"], told["direct"], told["falls"], told["rises"]) == ("proved", [], [], [])


def _kept(folder: Path, data: object) -> Path:
    path = folder / "run.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@IN_CI
def test_an_unfit_store_is_told_and_rebuilt_by_a_run(here: Path) -> None:
    path = here / "project/build/kept.sqlite"
    path.write_bytes(path.read_bytes()[:20_000])
    again = small.run(here)
    assert again.ran == small.ALL
    assert "it is damaged" in again.said
    assert "set aside as kept.aside.sqlite, another is begun" in again.said
    assert small.run(here).ran == set()


@THOROUGH
def test_two_runs_at_once_and_one_that_is_killed(here: Path) -> None:
    path = here / "project/build/kept.sqlite"
    path.unlink()
    words, log = ("run", "--workers", "1"), here / "log"
    begun = [small.begin(here, *words) for _ in "ab"]
    for done in map(small.end, begun):
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert small.run(here).ran == set()
    log.unlink(missing_ok=True)
    victim = small.begin(here, *words, "--fresh")
    until = time.monotonic() + 120
    while not log.exists() and time.monotonic() < until:  # its first evidence has not run
        time.sleep(0.01)
    assert log.exists()
    os.kill(victim, signal.SIGKILL)
    assert small.end(victim).returncode == -signal.SIGKILL
    assert small.run(here).ran == set()


@THOROUGH
def test_an_edit_during_a_run_is_not_taken_for_what_was_run(here: Path) -> None:
    """Evidence itself edits what another one reaches: that one's outcome may be of either state."""
    change = (
        "    from pathlib import Path\n    file = Path('tests/three.py')\n    text = file.read_text()\n"
        "    file.write_text(text.replace('return value', 'return +value'))\n"
    )
    small.edit(here, "tests/test_first.py", '    ran("double")\n', f'    ran("double")\n{change}')
    small.edit(here, "tests/one.py", "return through(value)", "return +through(value)")
    first = small.run(here)
    assert first.ran == {"double", "helper-1", "helper-9"}, first.said
    small.edit(here, "tests/three.py", "return +value", "return value")
    assert small.audit(here, "stale").returncode == 1
    again = small.run(here)
    # "double" read the file as a text, which counts as well.
    assert again.ran == {"double", "helper-1", "helper-9"}, again.said


def test_watch_tells_what_was_edited(here: Path) -> None:
    told: list[list[str]] = []
    edits = iter(["thing/constants.py", "tests/three.py"])

    def more() -> bool:
        name = next(edits, None)
        if name is not None:
            with (here / "project" / name).open("a") as file:
                file.write("# edited\n")
        return name is not None

    found = project.read(here / "project" / "pyproject.toml")
    assert found is not None
    with project.using(found):
        follow(found, told.append, more)
    assert told == [["thing/constants.py"], ["tests/three.py"]]


def test_a_ledger_of_another_form_counts_as_none(here: Path) -> None:
    found = project.read(here / "project" / "pyproject.toml")
    assert found is not None
    store = open_store(found.path("kept"), print)
    store.put("theory", "last", {"form": 0, "claims": []})
    store.close()
    assert latest.read(found) is None


def test_watch_runs_again_what_an_edit_names_until_it_is_interrupted(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[list[str]] = []

    def ran(words: list[str], *, check: bool) -> SimpleNamespace:
        calls.append(words)
        if len(calls) > 1:
            raise KeyboardInterrupt
        small.edit(here, "thing/constants.py", "FACTOR = 2", "FACTOR = 3")
        return SimpleNamespace(returncode=0)

    def follow(found: project.Project, act: Callable[[list[str]], None]) -> None:
        act([f"thing/{k}.py" for k in range(6)])

    monkeypatch.setattr(watch.subprocess, "run", ran)
    monkeypatch.setattr(watch, "follow", follow)
    monkeypatch.chdir(here / "project")  # where the command looks for its project
    was = project._current
    project.use(project.read(here / "project" / "pyproject.toml"))
    try:
        words = ["--quick", "--seed", "3", "--workers", "1", "--json", "run.json", "--fresh"]
        code = main(["watch", "SUM", *words])
        refused = main(["watch", "--workers", "0"])
        wrong = SimpleNamespace(returncode=2)
        monkeypatch.setattr(watch.subprocess, "run", lambda words, *, check: wrong)
        unknown = main(["watch", "NOPE"])
    finally:
        project.use(was)
    assert (code, refused, unknown) == (0, 2, 2), "what no edit mends is not watched"
    said = capsys.readouterr().out
    assert "edited: thing/0.py, thing/1.py, thing/2.py, thing/3.py and 2 more" in said
    assert said.rstrip().endswith("ended")
    first, second = calls
    assert first == [*second, "--fresh"], "mended: neither this nor --json was passed on"
    assert first[first.index("run") :] == [
        "run", "SUM", "--changes", "--seed", "3", "--workers", "1", "--time-limit", "1200.0", "--quick",
        "--json", "run.json", "--fresh",
    ]  # fmt: skip
