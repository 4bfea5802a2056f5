"""Which statements do more than to bind their names as a module is imported, looked up over all files.

``acts`` reads off one statement what it runs, and whether its code changes what it did not make; here the
names of what it runs are followed, and whatever they mention in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from theorem_audit.reuse.files import TOOL
from theorem_audit.reuse.reach import Node
from theorem_audit.reuse.resolving import Names
from theorem_audit.reuse.statements import Statement


class Stirring:
    """What of a project's statements changes something.  names: what its names mean."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._changing: dict[Node, bool] = {}
        self._calls: dict[Node, frozenset[str]] = {}

    def acts(self, module: str, statement: Statement) -> bool:
        """Whether a statement may do more than to bind its names."""
        if statement.effect:
            return True
        asked = self._stirring & _called(statement)
        return any(
            self._changes(node) or (asked and asked & self._stirred(node))
            for root, *rest in (x.split(".") for x in statement.runs)
            for node in self.names.name(module, root, rest)
        ) or (statement.looks and self._asks(module, statement, asked))

    def _asks(self, module: str, statement: Statement, asked: set[str]) -> bool:
        """Whether a property is read, or what any attribute asks for, by which an object changes."""
        asked = {x for x in asked if x.startswith(".")}
        return bool(asked) and any(
            asked & self._stirred(node)
            for root, *rest in (x.split(".") for x in statement.refs)
            for node in self.names.name(module, root, rest)
        )

    @cached_property
    def _stirring(self) -> set[str]:
        """The methods of the project's classes that change their own object."""
        ours = (x for name, x in self.names.sources.items() if name.split(".")[0] != TOOL)
        return {
            name for source in ours for statement in source.statements for name in statement.stirs
        }

    def _changes(self, start: Node) -> bool:
        """Whether a definition of the project, or one that it mentions, may change what it did not make.

        It does where it calls by name a method of a class that it mentions, too, by which objects change.
        """
        if start not in self._changing:
            asked, stirred = set[str](), set[str]()
            for node, said in self._mentioned(start):
                if self._changing.get(node) or self._alters(node[1], said):
                    self._changing[start] = True
                    return True
                for x in said:
                    asked.update(self._stirring & _called(x))
                    stirred.update(x.stirs)
            self._changing[start] = not asked.isdisjoint(stirred) or any(map(_of_itself, stirred))
        return self._changing[start]

    def _stirred(self, start: Node) -> frozenset[str]:
        """The methods by which objects of classes change that a definition mentions, directly or not."""
        if start not in self._calls:
            found = (x.stirs for _, said in self._mentioned(start) for x in said)
            self._calls[start] = frozenset(name for names in found for name in names)
        return self._calls[start]

    def _mentioned(self, start: Node) -> Iterator[tuple[Node, list[Statement]]]:
        """The project's definitions that one mentions, directly or not, itself first, and their statements."""
        seen, pending = {start}, [start]
        while pending:
            node = pending.pop()
            if (
                node[0] != "def"
                or node[1].split(".")[0] == TOOL
                or node[1] not in self.names.sources
            ):
                continue
            said = self.names.bound(node[1]).get(node[2], [])
            methods = self.names.sources[node[1]].methods.items()
            yield node, [*said, *(x for whose, x in methods if whose.split(".")[0] == node[2])]
            for statement in said:
                for root, *rest in (x.split(".") for x in statement.refs):
                    new = self.names.name(node[1], root, rest) - seen
                    seen |= new
                    pending += new

    def _alters(self, module: str, said: Iterable[Statement]) -> bool:
        """Whether code of a definition may change what it did not make, as any may that imports as it runs."""
        return any(
            x.changes or x.dynamic or x.doors
            or any(self.names.ours(self.names.absolute(module, at, level)) for at, _, _, level in x.imports)
            for x in said
        )  # fmt: skip


def _called(statement: Statement) -> set[str]:
    """The methods that a statement may call by the attributes that it mentions, also by reading them."""
    return {*statement.attrs, *(f".{x}" for x in statement.attrs), *["."] * bool(statement.attrs)}


def _of_itself(method: str) -> bool:
    """Whether Python calls a method without its name: ``__call__``, ``__getitem__``."""
    return method.startswith("__")


__all__ = ["Stirring"]
