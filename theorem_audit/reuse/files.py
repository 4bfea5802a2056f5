"""The project's source files, by the names they are imported under."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from theorem_audit.project import Project

TOOL = "theorem_audit"
LOOK = 0.25  # seconds for which a look at the files' times is good
SKIPPED = frozenset(("__pycache__", ".git", ".hypothesis", ".pytest_cache", "node_modules"))


@dataclass(frozen=True)
class Module:
    """A module of the project: its name, its file, and whether it is a package."""

    name: str
    file: Path
    package: bool


@dataclass
class Tree:
    """All modules of a project's packages and of the tool, with the state of their files when looked at.

    stamps: file -> (mtime in ns, size).  hashes: file -> SHA-256 of its bytes, filled when asked.
    """

    project: Project
    modules: dict[str, Module] = field(default_factory=dict)
    stamps: dict[Path, tuple[int, int]] = field(default_factory=dict)
    hashes: dict[Path, str] = field(default_factory=dict)
    _edited: set[str] = field(default_factory=set)
    _looked: float = float("-inf")

    @cached_property
    def tops(self) -> tuple[str, ...]:
        """The top-level packages: the project's, the tool, and whatever else lies in the project's folder."""
        return (*dict.fromkeys((*self.project.packages, TOOL, *_local(self.project.root))),)

    def sha(self, file: Path) -> str:
        """SHA-256 of a module's bytes as they were first read; ``absent`` where it is gone."""
        if file not in self.hashes:
            try:
                self.hashes[file] = hashlib.sha256(file.read_bytes()).hexdigest()
            except OSError:
                self.hashes[file] = "absent"
        return self.hashes[file]

    def state(self) -> str:
        """One hash over all names and bytes."""
        said = "\n".join(f"{m.name} {self.sha(m.file)}" for m in self.modules.values())
        return hashlib.sha256(said.encode()).hexdigest()

    def edited(self, *, now: bool = False) -> set[str]:
        """Names of modules whose file is another one by now; new and lost ones too.

        now: look again, also where the last look is only a moment old.
        """
        if now or time.monotonic() - self._looked > LOOK:
            self._edited, self._looked = self._changed(), time.monotonic()
        return self._edited

    def _changed(self) -> set[str]:
        now = look(self.project)
        return {
            name
            for name in {*now.modules, *self.modules}
            if name not in now.modules
            or name not in self.modules
            or now.stamps[now.modules[name].file] != self.stamps[self.modules[name].file]
        }


def _local(root: Path) -> list[str]:
    """Packages and modules in a folder."""
    try:
        with os.scandir(root) as entries:
            names = sorted(x.name for x in entries)
    except OSError:
        return []
    stems = [x.removesuffix(".py") for x in names if x not in SKIPPED]
    return [
        x for x in stems
        if x.isidentifier() and ((root / f"{x}.py").is_file() or (root / x / "__init__.py").is_file())
    ]  # fmt: skip


def place(top: str, root: Path) -> Path | None:
    """The folder or the file of a top-level package: below ``root``, or wherever it is installed."""
    for path in (root / top, root / f"{top}.py"):
        if path.exists() and (path.is_file() or (path / "__init__.py").is_file()):
            return path
    spec = PathFinder.find_spec(top) or _mapped(top)
    if spec is None or spec.origin is None or not spec.has_location:
        return None
    found = Path(spec.origin)
    return found.parent if found.name == "__init__.py" else found


def _mapped(top: str) -> ModuleSpec | None:
    """What a finder of its own says of a package: `pip install -e` leaves one that maps names to a checkout."""
    finders = (getattr(x, "find_spec", None) for x in sys.meta_path)
    return next((spec for find in finders if find and (spec := find(top, None))), None)


def look(project: Project) -> Tree:
    """The project's modules as they are now (no file is read, only its size and time)."""
    tree = Tree(project)
    for top in tree.tops:
        where = place(top, project.root)
        if where is None:
            continue
        found = _below(str(where), top) if where.is_dir() else iter([Module(top, where, False)])
        for module in found:
            try:
                state = os.stat(module.file)
            except OSError:
                continue
            tree.modules[module.name] = module
            tree.stamps[module.file] = (state.st_mtime_ns, state.st_size)
    return tree


def _below(folder: str, name: str) -> Iterator[Module]:
    """A package and all that lies below it; folders without ``__init__.py`` count too."""
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda x: x.name)
    for entry in listed:
        stem, ending = os.path.splitext(entry.name)
        if ending == ".py" and stem.isidentifier():
            if stem == "__init__":
                yield _module(name, entry.path, True)
            else:
                yield _module(f"{name}.{stem}", entry.path, False)
        elif entry.name not in SKIPPED and entry.name.isidentifier() and entry.is_dir():
            yield from _below(entry.path, f"{name}.{entry.name}")


@lru_cache(maxsize=8192)  # a run looks at all files once a second
def _module(name: str, file: str, package: bool) -> Module:
    return Module(name, Path(file), package)


def shown(modules: Mapping[str, Module], name: str) -> str:
    """How a module's file is called in messages: ``theory/model/step.py``."""
    path = name.replace(".", "/")
    return f"{path}/__init__.py" if name in modules and modules[name].package else f"{path}.py"


__all__ = ["TOOL", "Module", "Tree", "look", "place", "shown"]
