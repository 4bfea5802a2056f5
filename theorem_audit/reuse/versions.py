"""Versions of what computes: the interpreter, and packages from elsewhere, by import name."""

from __future__ import annotations

import platform
import sys
from functools import cache
from importlib.metadata import packages_distributions
from importlib.util import find_spec

from theorem_audit.reuse.installed import PackageNotFoundError, version

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


@cache
def interpreter() -> str:
    """Implementation and version."""
    return f"{sys.implementation.name} {platform.python_version()}"


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
    found = _version(name)
    if found == "absent" and _there(top):
        names = packages_distributions().get(top, [])
        found = ", ".join(f"{x} {_version(x)}" for x in sorted(set(names))) or "of no distribution"
    return "; ".join([f"{name} {found}", *(f"{x} {_version(x)}" for x in BELOW.get(top, ()))])


def _there(top: str) -> bool:
    try:
        return find_spec(top) is not None
    except (ImportError, ValueError):
        return False


__all__ = ["interpreter", "of"]
