"""What a name means in a file of a project: which definitions, modules or packages it leads to.

A name that is imported is followed to where it is bound, attribute by attribute, over as many files as it
takes.  Where a chain of imports is too long, or a module takes all of another, everything of that module is
meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property

from theorem_audit.reuse.definitions import Source
from theorem_audit.reuse.files import Tree
from theorem_audit.reuse.reach import Node
from theorem_audit.reuse.statements import Statement

# What a module has beside what it binds, and that leads to nothing of it.
PLAIN = frozenset(
    ("__all__", "__doc__", "__file__", "__name__", "__package__", "__path__", "__version__")
)


Tables = tuple[dict[str, list[Statement]], dict[str, tuple[str, str]]]  # bound, and imported


class Names:
    """The names of a project's files.  sources: module -> its definitions."""

    def __init__(self, tree: Tree, sources: Mapping[str, Source]) -> None:
        self.tree, self.sources = tree, sources
        self._read: dict[str, Tables] = {}
        self._seen: dict[tuple[str, str, tuple[str, ...]], frozenset[Node]] = {}
        self._stars = cache(self._stars)  # type: ignore[method-assign]

    def _tables(self, module: str) -> Tables:
        if module not in self._read:
            bound: dict[str, list[Statement]] = {}
            imported: dict[str, tuple[str, str]] = {}
            for statement in self.sources[module].statements:
                for name in statement.names:
                    bound.setdefault(name, []).append(statement)
                if not statement.names:
                    for where, name, alias, level in statement.imports:
                        if alias.startswith("."):
                            imported[alias[1:]] = (where.split(".")[0], "")
                        elif alias:
                            imported[alias] = (self.absolute(module, where, level), name)
            self._read[module] = bound, imported
        return self._read[module]

    def bound(self, module: str) -> dict[str, list[Statement]]:
        """The names that a module binds, each with the statements that do."""
        return self._tables(module)[0]

    def imported(self, module: str) -> dict[str, tuple[str, str]]:
        """The names that a module imports: the module that each is from, and what it is called there."""
        return self._tables(module)[1]

    def absolute(self, module: str, where: str, level: int) -> str:
        """The module that ``from where import``, with dots before it, names in a file."""
        if not level:
            return where
        parts = module.split(".")
        if not self.tree.modules[module].package:
            parts = parts[:-1]
        parts = parts[: len(parts) - level + 1]
        return ".".join([*parts, where] if where else parts)

    def ours(self, module: str) -> bool:
        """Whether a module lies in a package of the project, or of the tool."""
        return module.split(".")[0] in self.tree.tops

    def name(self, module: str, name: str, below: Iterable[str] = ()) -> frozenset[Node]:
        """The nodes that ``name`` (and then the attributes ``below``) means in a module of the project."""
        return self._name(module, name, tuple(below), 0)

    def target(self, where: str, name: str, below: Iterable[str] = ()) -> set[Node]:
        """What ``from where import name`` brings, or ``import where`` for an empty name."""
        return self._target(where, name, tuple(below), 0)

    def module(self, name: str) -> set[Node]:
        """A module as an object."""
        return self._module(name, (), 0)

    def _name(self, module: str, name: str, below: tuple[str, ...], depth: int) -> frozenset[Node]:
        if depth > 40:
            return frozenset([("whole", module)])
        key = (module, name, below)
        if key not in self._seen:
            self._seen[key] = frozenset()  # a circle of imports adds nothing
            self._seen[key] = frozenset(self._resolved(module, name, below, depth))
        return self._seen[key]

    def _resolved(self, module: str, name: str, below: tuple[str, ...], depth: int) -> set[Node]:
        bound, imported = self._tables(module)
        found: set[Node] = set()
        if name in imported:
            found |= self._target(*imported[name], below, depth + 1)
        if name in bound:
            found.add(("def", module, name))
        inner = f"{module}.{name}"
        if not found and self._there(inner):
            return self._module(inner, below, depth)
        only_typing = name in bound and all(x.typing for x in bound[name])
        if (not found or only_typing) and "__getattr__" in bound:
            found.add(("def", module, "__getattr__"))
        if not found:
            for where, star, _, level in self._stars(module):
                assert star == "*"
                target = self.absolute(module, where, level)
                found |= {("whole", target)} if target in self.tree.modules else set()
                inner = f"{target}.{name}"  # ``__all__`` may name what is not imported yet
                found |= self._module(inner, below, depth) if self._there(inner) else set()
        return found

    def _stars(self, module: str) -> list[tuple[str, str, str, int]]:
        return [
            x for s in self.sources[module].statements for x in s.imports if x[1] == "*"
        ]  # fmt: skip

    def _target(self, where: str, name: str, below: tuple[str, ...], depth: int) -> set[Node]:
        if not self.ours(where):
            return {("outside", where.split(".")[0])}
        if not name:
            return self._module(where, below, depth)
        if where in self.tree.modules:
            if name == "*":
                return {("whole", where)}
            return set(self._name(where, name, below, depth)) | {("base", where)}
        inner = f"{where}.{name}"
        return self._module(inner, below, depth) if self._there(inner) else set()

    def _module(self, module: str, below: tuple[str, ...], depth: int) -> set[Node]:
        """A module as an object, and what is then taken from it."""
        if module not in self.tree.modules:
            if not below:
                return {("below", module)} if module in self._folders else set()
            more = f"{module}.{below[0]}"
            return self._module(more, below[1:], depth) if self._there(more) else set()
        held: Node = ("below" if self.tree.modules[module].package else "whole", module)
        if not below:
            return {held, ("whole", module)}
        found = self._name(module, below[0], below[1:], depth + 1)
        if not found and below[0].startswith("__") and below[0] not in PLAIN:
            return {held, ("whole", module)}  # ``__dict__``, and what else leads to all of it
        return set(found) | {("base", module)} if found else {("base", module)}

    def _there(self, name: str) -> bool:
        """Whether a module or a package is called so."""
        return name in self.tree.modules or name in self._folders

    @cached_property
    def _folders(self) -> set[str]:
        """Packages without a file of their own."""
        parts = (x.split(".") for x in self.tree.modules)
        above = {".".join(x[:k]) for x in parts for k in range(1, len(x))}
        return above - {*self.tree.modules}


__all__ = ["Names"]
