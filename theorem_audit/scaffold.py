"""``audit init``: a new project with one small claim that comes out proved.

The files are those of ``templates/``: what stands between double braces is filled in.
"""

from __future__ import annotations

import keyword
import re
import sys
import sysconfig
from importlib.machinery import PathFinder
from pathlib import Path

from theorem_audit.files import write_all

TEMPLATES = Path(__file__).with_name("templates")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_.][A-Za-z0-9]+)*")
# Template -> place in the new project; PACKAGE is the theory's package.
PLACES = {
    "pyproject.toml.txt": "pyproject.toml",
    "gitignore.txt": ".gitignore",
    "ci.yml.txt": ".github/workflows/audit.yml",
    "README.md.txt": "README.md",
    "theory_init.py.txt": "PACKAGE/__init__.py",
    "descent.py.txt": "PACKAGE/descent.py",
    "tests_init.py.txt": "tests/__init__.py",
    "test_descent.py.txt": "tests/test_descent.py",
    "descent.md.txt": "proofs_notes/descent.md",
}


class CannotInit(ValueError):
    """No project can be written there; the message says why, and nothing was written."""


def scaffold(folder: Path, name: str | None = None) -> list[Path]:
    """Write a new project into ``folder`` (made if missing) and return the files: all of them or none.

    name: the project's name (default: the folder's), which also names the theory's package.  Raises
    CannotInit when the name makes no package name, or when a file of the project is there already.
    """
    folder = folder.absolute()
    title = name if name is not None else re.sub(r"[^A-Za-z0-9]+", "-", folder.name).strip("-")
    if not NAME.fullmatch(title):
        raise CannotInit(
            f"--name {title!r}: letters, digits and single '-', starting with a letter"
        )
    package = re.sub(r"[-.]", "_", title).lower()
    if keyword.iskeyword(package) or package in ("tests", "theorem_audit"):
        raise CannotInit(
            f"--name {title!r}: its package would be called {package!r}, which is taken"
        )
    if where := _elsewhere(package):
        raise CannotInit(
            f"--name {title!r}: its package would be called {package!r}, and hide {where}, or be hidden by it"
        )
    texts = {
        folder / place.replace("PACKAGE", package): (TEMPLATES / template)
        .read_text(encoding="utf-8")
        .replace("{{name}}", title)
        .replace("{{package}}", package)
        for template, place in PLACES.items()
    }
    if there := [path for path in texts if path.exists()]:
        raise CannotInit(
            f"{there[0]} is there already; `audit init` writes into a folder without it"
        )
    try:
        write_all(texts)
    except OSError as error:
        raise CannotInit(f"{folder}: cannot be written: {error.strerror or error}") from error
    return list(texts)


def _elsewhere(package: str) -> str:
    """What else ``import package`` would mean: Python's own, or what is installed; empty where nothing is."""
    if package in sys.stdlib_module_names:
        return "Python's own"
    found = PathFinder.find_spec(package, [sysconfig.get_path(x) for x in ("purelib", "platlib")])
    # a folder without __init__.py gives way
    return (found.origin or "") if found is not None else ""
