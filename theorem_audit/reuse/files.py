"""The project's source files, by the names they are imported under."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path

from theorem_audit.project import Project

TOOL = "theorem_audit"
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

    @property
    def tops(self) -> tuple[str, ...]:
        """The top-level packages."""
        return (*dict.fromkeys((*self.project.packages, TOOL)),)

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

    def edited(self) -> set[str]:
        """Names of modules whose file is another one than when looked at; new and lost ones too."""
        now = look(self.project)
        return {
            name
            for name in {*now.modules, *self.modules}
            if name not in now.modules
            or name not in self.modules
            or now.stamps[now.modules[name].file] != self.stamps[self.modules[name].file]
        }


def place(top: str, root: Path) -> Path | None:
    """The folder or the file of a top-level package: below ``root``, or wherever it is installed."""
    for path in (root / top, root / f"{top}.py"):
        if path.exists() and (path.is_file() or (path / "__init__.py").is_file()):
            return path
    spec = PathFinder.find_spec(top)
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin)
    return found.parent if found.name == "__init__.py" else found


def look(project: Project) -> Tree:
    """The project's modules as they are now (no file is read, only its size and time)."""
    tree = Tree(project)
    for top in tree.tops:
        where = place(top, project.root)
        if where is None:
            continue
        found = _below(where, top) if where.is_dir() else iter([Module(top, where, False)])
        for module in found:
            try:
                state = module.file.stat()
            except OSError:
                continue
            tree.modules[module.name] = module
            tree.stamps[module.file] = (state.st_mtime_ns, state.st_size)
    return tree


def _below(folder: Path, name: str) -> Iterator[Module]:
    """A package and all that lies below it; folders without ``__init__.py`` count too."""
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda x: x.name)
    for entry in listed:
        stem, ending = os.path.splitext(entry.name)
        if ending == ".py" and stem.isidentifier():
            if stem == "__init__":
                yield Module(name, folder / entry.name, True)
            else:
                yield Module(f"{name}.{stem}", folder / entry.name, False)
        elif entry.is_dir() and entry.name not in SKIPPED and entry.name.isidentifier():
            yield from _below(folder / entry.name, f"{name}.{entry.name}")


def shown(modules: Mapping[str, Module], name: str) -> str:
    """How a module's file is called in messages: ``theory/model/step.py``."""
    path = name.replace(".", "/")
    return f"{path}/__init__.py" if name in modules and modules[name].package else f"{path}.py"


__all__ = ["TOOL", "Module", "Tree", "look", "place", "shown"]
