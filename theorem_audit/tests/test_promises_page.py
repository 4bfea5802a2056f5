"""The page of promises: links are made anew, and a promise that nothing keeps is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from theorem_audit import project
from theorem_audit.report.promises import main
from theorem_audit.tests import lab

PAGE = "# Promises\n\n1. It holds. `test_root`\n2. And this, `test_square`\n   and [`test_log`](old.py)\n"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Path]:
    lab.write(tmp_path)
    was = project._current
    project.use(project.read(tmp_path / "pyproject.toml"))
    yield tmp_path / "PROMISES.md"
    project.use(was)


def test_links_are_renewed(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(PAGE)
    assert main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert page.read_text() == PAGE, "--check only says"
    assert main([]) == 0
    assert "1. It holds. [`test_root`](tests/test_roots.py)\n" in page.read_text()
    assert "[`test_log`](tests/test_roots.py)" in page.read_text()
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1. Nothing keeps this.\n", "no test keeps: 1. Nothing keeps this."),
        ("1. A test that is gone: `test_gone`\n", "test_gone is defined in no file"),
        ("1. One of two: `test_twice`\n", "one is needed"),
    ],
)
def test_an_unkept_promise_is_refused(
    page: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    for name in ("one", "two"):
        (page.parent / "tests" / f"test_{name}.py").write_text("def test_twice():\n    pass\n")
    page.write_text(text)
    assert main([]) == 1
    assert told in capsys.readouterr().err
    assert page.read_text() == text
