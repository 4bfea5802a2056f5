"""Versions of what computes: the interpreter, and packages from elsewhere, by import name."""

from __future__ import annotations

import hashlib
import locale
import os
import platform
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from theorem_audit.reuse.installed import PackageNotFoundError, requirements, version

# Import name -> the distribution's name where it is another one.
CALLED = {
    "attr": "attrs", "dateutil": "python-dateutil", "flint": "python-flint", "markdown_it": "markdown-it-py",
    "PIL": "pillow", "sklearn": "scikit-learn", "yaml": "PyYAML", "z3": "z3-solver",
}  # fmt: skip
# What a package computes with, if it is there.
BELOW = {
    "sympy": ("mpmath", "python-flint", "gmpy2"),
    "numba": ("llvmlite", "numpy"),
    "scipy": ("numpy",),
    "jax": ("jaxlib", "numpy"),
}
INSTALLED = tuple({
    f"{place}{os.sep}"
    for x in ("stdlib", "platstdlib", "purelib", "platlib")
    for place in (sysconfig.get_path(x), os.path.realpath(sysconfig.get_path(x)))
})  # fmt: skip


@cache
def interpreter() -> str:
    """Implementation and version; and what it was told to do otherwise than it does by itself."""
    said = f"{sys.implementation.name} {platform.python_version()}"
    told = {
        "encoding": (locale.getpreferredencoding(False).lower(), "utf-8"),
        "warnings": (" ".join(sys.warnoptions), ""),
        "hashes": (sys.flags.hash_randomization, 1),
        "digits": (sys.get_int_max_str_digits(), 4300),
    }
    return ", ".join([said, *(f"{x} {now}" for x, (now, usual) in told.items() if now != usual)])


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "absent"


@cache
def of(top: str) -> str:
    """What stands for an imported top-level package: its version and those of what it computes with."""
    name = CALLED.get(top, top)
    found, names, where = _version(name), [name], _place(top)
    if found == "absent" and where is not None:
        names = sorted({*packages_distributions().get(top, [])})
        found = ", ".join(f"{x} {_version(x)}" for x in names) or "of no distribution"
    below = dict.fromkeys((*BELOW.get(top, ()), *needed(names)))
    said = [f"{name} {found}", *(f"{x} {_version(x)}" for x in below if x not in names)]
    return "; ".join([*said, where] if where else said)


def _place(top: str) -> str | None:
    """A hash of a package's own file, "" where it lies among what is installed; None where it is not found.

    One of the same name, earlier on the path, is another.
    """
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    found = Path(spec.origin or "")
    if not found.is_absolute() or str(found).startswith(INSTALLED) or not found.is_file():
        return ""
    return hashlib.sha256(found.read_bytes()).hexdigest()[:12]


def needed(distributions: Iterable[str]) -> list[str]:
    """The distributions that some ask for, directly or not, beyond their own extras; by name."""
    found, pending = set[str](), [*distributions]
    while pending:
        more = {*requirements(pending.pop())} - found
        found |= more
        pending += more
    return sorted(found)


__all__ = ["interpreter", "of"]
