"""The tool stands on its own: it imports no theory, and its checker nothing but the standard library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from theorem_audit.tests import warm
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import THOROUGH

TOOL = Path(__file__).parents[1]
FILES = sorted(x for x in TOOL.rglob("*.py") if "templates" not in x.parts)
# `audit` where a library is not there: nobody has imported it, nor any of the tool.
WITHOUT = """import sys
library = sys.argv.pop(1)
for name in list(sys.modules):
    if name.split(".")[0] in (library, "theorem_audit"):
        del sys.modules[name]
sys.modules[library] = None
from theorem_audit.cli import main
sys.exit(main())
"""
OTHERS = {"theory", "sim", "tests", "figures", "formal", "benchmarks", "audit"}


def imported(file: Path) -> set[str]:
    """The top-level packages that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
    return found


def test_no_file_imports_a_theory() -> None:
    assert len(FILES) > 40
    wrong = {str(f.relative_to(TOOL)): found for f in FILES if (found := imported(f) & OTHERS)}
    assert wrong == {}


def test_the_checker_needs_the_standard_library_alone() -> None:
    code = (
        f"import sys; sys.path.append({str(TOOL.parent)!r}); import theorem_audit.exact.checker\n"
        "print({'sympy', 'numpy', 'flint', 'hypothesis'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "set()"), done.stderr


@THOROUGH
def test_a_report_asks_for_its_libraries_by_name(fresh: Path, audit: Run) -> None:
    assert audit("run", "--json", "build/audit.json").returncode == 0
    for library in ("jinja2", "pygraphviz"):
        done = warm.python(WITHOUT, (library, "report"), fresh)
        assert done.returncode == 2, done.stderr
        assert f"{library} is not installed: pip install 'theorem-audit[report]'" in done.stderr
