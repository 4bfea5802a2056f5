"""A command that finds nothing to do, or cannot begin, says so in one line and does not end with 0."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from theorem_audit.tests.conftest import Run
from theorem_audit.tests.warm import this_tool


def test_what_keeps_variants_from_being_tried_is_told_in_one_line(fresh: Path) -> None:
    """Mended: each worker process, by a Python started from nothing, wrote a traceback beside that line."""
    (fresh / "small" / "later.py").write_text("import no_such_package\n")
    words = [sys.executable, "-m", "theorem_audit", "mutants", "GD-STEP", "--workers", "1"]
    done = subprocess.run(
        words, cwd=fresh, env=this_tool(), capture_output=True, text=True, check=False
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("audit: ")
    assert "does not import: ModuleNotFoundError: No module named 'no_such_package'" in line
    assert (done.returncode, done.stdout) == (2, "")


def test_a_project_without_pictures_draws_none_and_says_so(fresh: Path, audit: Run) -> None:
    """Mended: nothing was said, and `audit figures` ended with 0."""
    for words in (("figures",), ("figures", "line"), ("figures", "--json", "-")):
        done = audit(*words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert done.stderr.endswith("pyproject.toml: no `figures`: there is nothing to draw\n")
    project, table = fresh / "pyproject.toml", "[tool.theorem-audit]\n"
    project.write_text(project.read_text().replace(table, f'{table}figures = "drawn"\n'))
    (fresh / "drawn.py").write_text("")
    done = audit("figures")
    assert done.returncode == 2
    assert "figures = 'drawn' holds no @picture: there is nothing to draw" in done.stderr
