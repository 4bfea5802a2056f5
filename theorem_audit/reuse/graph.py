"""What a definition reaches, over all files of a project, and one hash of all of it.

Nodes:  ("def", module, name)  a name that a module binds;
        ("base", module)       its effects, and those of what it imports;
        ("whole", module)      everything in it;
        ("below", package)     everything in a package, and in all below it;
        ("method", module, "Class.name")  a method that imports as it runs: a part of its class, but
                               for the tool's own, which whoever mentions its name reaches;
        ("outside", package)   a package from elsewhere;
        ("hints", module)      what its annotations name, for who reads them;
        ("imports", module)    the modules that it imports, for their files.

Where it cannot be told what a statement reaches, it reaches too much: a module that is mentioned as an
object counts with all it holds, an import under a name that is only known at run time with all modules.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from theorem_audit.reuse.definitions import DISCOVER, Source, Statement
from theorem_audit.reuse.files import TOOL, Tree
from theorem_audit.reuse.reach import Node, Reach

STANDARD = frozenset(sys.stdlib_module_names)
FINDS = f"{TOOL}.statement.discovery"  # imports what lies in a package that it is handed, and nothing else
DISCOVERS: Node = ("def", FINDS, DISCOVER)
# What a module has beside what it binds, and that leads to nothing of it.
PLAIN = frozenset(
    ("__all__", "__doc__", "__file__", "__name__", "__package__", "__path__", "__version__")
)
FINDERS = frozenset((DISCOVERS, ("def", FINDS, "modules"), ("def", FINDS, "Claims")))


class Graph:
    """Definitions of a project and what they reach.

    sources: module -> its definitions.  outside: what stands for a package from elsewhere (its version).
    """

    def __init__(
        self, tree: Tree, sources: Mapping[str, Source], outside: Callable[[str], str]
    ) -> None:
        self.tree, self.sources, self.outside = tree, sources, outside
        self._bound: dict[str, dict[str, list[Statement]]] = {}
        self._imported: dict[str, dict[str, tuple[str, str]]] = {}
        self._edges: dict[Node, tuple[Node, ...]] = {}
        self._digests: dict[Node, str] = {}
        self._reach = Reach(self.edges, self._hash)
        self._by_name = Reach(lambda node: [x for x in self.edges(node) if x[0] != "below"])
        self._seen: dict[tuple[str, str, tuple[str, ...]], frozenset[Node]] = {}
        self._stars = cache(self._stars)  # type: ignore[method-assign]
        self._changing: dict[Node, bool] = {}
        self._calls: dict[Node, frozenset[str]] = {}

    # --- what a module binds ------------------------------------------------------------------

    def _names(self, module: str) -> dict[str, list[Statement]]:
        if module not in self._bound:
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
                            imported[alias] = (self._absolute(module, where, level), name)
            self._bound[module], self._imported[module] = bound, imported
        return self._bound[module]

    def _absolute(self, module: str, where: str, level: int) -> str:
        if not level:
            return where
        parts = module.split(".")
        if not self.tree.modules[module].package:
            parts = parts[:-1]
        parts = parts[: len(parts) - level + 1]
        return ".".join([*parts, where] if where else parts)

    def _ours(self, module: str) -> bool:
        return module.split(".")[0] in self.tree.tops

    # --- resolving ----------------------------------------------------------------------------

    def name(self, module: str, name: str, below: Iterable[str] = ()) -> set[Node]:
        """The nodes that ``name`` (and then the attributes ``below``) means in a module of the project."""
        return set(self._name(module, name, tuple(below), 0))

    def _name(self, module: str, name: str, below: tuple[str, ...], depth: int) -> frozenset[Node]:
        if depth > 40:
            return frozenset([("whole", module)])
        key = (module, name, below)
        if key not in self._seen:
            self._seen[key] = frozenset()  # a circle of imports adds nothing
            self._seen[key] = frozenset(self._resolved(module, name, below, depth))
        return self._seen[key]

    def _resolved(self, module: str, name: str, below: tuple[str, ...], depth: int) -> set[Node]:
        bound = self._names(module)
        found: set[Node] = set()
        if name in self._imported[module]:
            found |= self._target(*self._imported[module][name], below, depth + 1)
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
                target = self._absolute(module, where, level)
                found |= {("whole", target)} if target in self.tree.modules else set()
        return found

    def _stars(self, module: str) -> list[tuple[str, str, str, int]]:
        return [
            x for s in self.sources[module].statements for x in s.imports if x[1] == "*"
        ]  # fmt: skip

    def _target(self, where: str, name: str, below: tuple[str, ...], depth: int) -> set[Node]:
        """What ``from where import name`` brings, or ``import where`` for an empty name."""
        if not self._ours(where):
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

    # --- edges --------------------------------------------------------------------------------

    @cached_property
    def _by_attribute(self) -> dict[str, list[Node]]:
        """Methods of the tool by name: who has a project at hand has not read its claims for that."""
        found: dict[str, list[Node]] = {}
        for module, source in self.sources.items():
            for name in source.methods if module.split(".")[0] == TOOL else ():
                found.setdefault(name.split(".")[1], []).append(("method", module, name))
        return found

    def _of(self, module: str, statement: Statement) -> set[Node]:
        """What a statement of a module reaches at once."""
        found: set[Node] = {("base", module)}
        local: dict[str, tuple[str, str]] = {}
        for where, name, alias, level in statement.imports:
            target = self._absolute(module, where, level)
            if not self._ours(target):
                found.add(("outside", target.split(".")[0]))
            elif not alias or alias.startswith("."):
                found |= self._module(target, (), 0)
            elif statement.names or statement.effect:
                local[alias] = (target, name)
                found |= {("base", target)} if target in self.tree.modules else set()
        for ref in statement.refs:
            root, *rest = ref.split(".")
            if root in local:
                found |= self._target(*local[root], tuple(rest), 0)
            else:
                found |= self._name(module, root, tuple(rest), 0)
        for attribute in statement.attrs:
            found |= set(self._by_attribute.get(attribute, ()))
        for key in statement.doors:
            found |= self._door(key)
        own, finders = module.split(".")[0] == TOOL, found & FINDERS
        known = finders == {DISCOVERS} and bool(statement.packages) and all(statement.packages)
        if known:
            found |= {("below", x) for x in statement.packages}
        by_name = statement.dynamic and module != FINDS  # the tool takes packages from doors
        if by_name or ((statement.loose or (finders and not known)) and not own):
            found |= {("below", top) for top in self.tree.tops}
        for kind, reads in (("docs", statement.docs), ("hints", statement.hinted)):
            if reads and not own:
                found |= {(kind, x) for x in self.sources if x.split(".")[0] != TOOL}
        return found

    def _door(self, key: str) -> set[Node]:
        """What the project's table names under ``key``."""
        said = getattr(self.tree.project, key, "")
        found: set[Node] = set()
        for text in (said,) if isinstance(said, str) else said:
            module, _, attribute = text.partition(":")
            if module not in self.tree.modules:
                continue
            found |= set(self._name(module, attribute, (), 0)) if attribute else {("below", module)}
        return found

    def edges(self, node: Node) -> tuple[Node, ...]:
        """What a node reaches at once."""
        if node not in self._edges:
            self._edges[node] = tuple(sorted(self._out(node) - {node}))
        return self._edges[node]

    def _out(self, node: Node) -> set[Node]:
        kind, module = node[0], node[1]
        if kind in ("outside", "docs"):
            return set()
        if kind == "below":
            return {
                ("whole", x) for x in self.tree.modules if x == module or x.startswith(f"{module}.")
            }
        if module not in self.sources:
            return set()
        source = self.sources[module]
        if kind == "imports":
            return {("imports", x) for x in self._modules_imported(module)}
        if kind == "hints":
            return {
                node
                for statement in (*source.statements, *source.methods.values())
                for root, *rest in (x.split(".") for x in statement.hints)
                for node in self._name(module, root, tuple(rest), 0)
            }
        if kind == "def":
            found = set[Node]()
            for statement in self._names(module).get(node[2], ()):
                found |= self._of(module, statement)
            if module.split(".")[0] != TOOL:
                mine = (x for x in source.methods if x.split(".")[0] == node[2])
                found |= {("method", module, x) for x in mine}
            return found
        if kind == "method":
            return self._of(module, source.methods[node[2]])
        if kind == "whole":
            names = [*self._names(module), *self._imported[module]]
            found = {("base", module)}.union(*(self._name(module, x, (), 0) for x in names))
            return found | {("method", module, x) for x in source.methods}
        return self._base(module, source)

    def _base(self, module: str, source: Source) -> set[Node]:
        """Effects of a module, of the packages it lies in, and of what it imports when it is imported."""
        parts = module.split(".")
        found: set[Node] = {("base", ".".join(parts[:k])) for k in range(1, len(parts))}
        for statement in source.statements:
            if self._acts(module, statement):
                found |= self._of(module, statement)
            if statement.names or statement.typing:
                continue
            for where, name, _, level in statement.imports:
                target = self._absolute(module, where, level)
                if self._ours(target):
                    inner = f"{target}.{name}"
                    found.add(("base", inner if inner in self.tree.modules else target))
        return {x for x in found if x[1] in self.tree.modules or x[0] == "outside"}

    def _acts(self, module: str, statement: Statement) -> bool:
        """Whether a statement may do more than to bind its names."""
        if statement.effect:
            return True
        asked = self._stirring & _called(statement)
        return any(
            self._changes(node) or (asked and asked & self._stirred(node))
            for root, *rest in (x.split(".") for x in statement.runs)
            for node in self._name(module, root, tuple(rest), 0)
        ) or (statement.looks and self._asks(module, statement, asked))

    def _asks(self, module: str, statement: Statement, asked: set[str]) -> bool:
        """Whether a property is read, or what any attribute asks for, by which an object changes."""
        asked = {x for x in asked if x.startswith(".")}
        return bool(asked) and any(
            asked & self._stirred(node)
            for root, *rest in (x.split(".") for x in statement.refs)
            for node in self._name(module, root, tuple(rest), 0)
        )

    @cached_property
    def _stirring(self) -> set[str]:
        """The methods of the project's classes that change their own object."""
        ours = (x for name, x in self.sources.items() if name.split(".")[0] != TOOL)
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
            if node[0] != "def" or node[1].split(".")[0] == TOOL or node[1] not in self.sources:
                continue
            said = self._names(node[1]).get(node[2], [])
            methods = self.sources[node[1]].methods.items()
            yield node, [*said, *(x for whose, x in methods if whose.split(".")[0] == node[2])]
            for statement in said:
                for root, *rest in (x.split(".") for x in statement.refs):
                    new = self._name(node[1], root, tuple(rest), 0) - seen
                    seen |= new
                    pending += new

    def _alters(self, module: str, said: Iterable[Statement]) -> bool:
        """Whether code of a definition may change what it did not make, as any may that imports as it runs."""
        return any(
            x.changes or x.dynamic or x.doors
            or any(self._ours(self._absolute(module, at, level)) for at, _, _, level in x.imports)
            for x in said
        )  # fmt: skip

    def _modules_imported(self, module: str) -> set[str]:
        """The modules of the project that a file names in an import, anywhere, and the packages above."""
        source, found = self.sources[module], set[str]()
        for statement in (*source.statements, *source.methods.values()):
            for where, name, _, level in statement.imports:
                target = self._absolute(module, where, level)
                parts = target.split(".")
                found |= {".".join(parts[:k]) for k in range(1, len(parts) + 1)}
                found.add(f"{target}.{name}")
        parts = module.split(".")
        found |= {".".join(parts[:k]) for k in range(1, len(parts))}
        return {x for x in found if x in self.tree.modules}

    def tops(self, module: str) -> set[str]:
        """The packages from elsewhere that a file imports."""
        source = self.sources[module]
        return {
            where.split(".")[0]
            for statement in (*source.statements, *source.methods.values())
            for where, _, _, level in statement.imports
            if not level and where and not self._ours(where)
        }

    def asks_the_clock(self, node: Node) -> bool:
        """Whether a definition of the project, or an effect of a module, may ask what time it is."""
        kind, module = node[0], node[1]
        if module not in self.sources or module.split(".")[0] == TOOL:
            return False
        source = self.sources[module]
        if kind == "base":
            return any(x.clock and self._acts(module, x) for x in source.statements)
        if kind == "method":
            return source.methods[node[2]].clock
        return kind == "def" and any(x.clock for x in self._names(module).get(node[2], ()))

    # --- hashes -------------------------------------------------------------------------------

    def own(self, node: Node) -> str:
        """What a node itself says."""
        kind, module = node[0], node[1]
        if kind == "outside":
            return "" if module in STANDARD else self.outside(module)
        if module not in self.sources:
            return "absent" if module != TOOL else ""
        source = self.sources[module]
        if source.broken:
            return source.digest
        if kind == "docs":
            return source.docs
        if kind == "def":
            return " ".join(x.digest for x in self._names(module).get(node[2], ()))
        if kind == "method":
            return source.methods[node[2]].digest
        if kind == "base":
            return " ".join(x.digest for x in source.statements if self._acts(module, x))
        return ""

    def seen(self) -> set[Node]:
        """All nodes that have a hash by now."""
        return set(self._digests)

    def reached(self, roots: Iterable[Node]) -> set[Node]:
        """The roots and all that they reach."""
        return self._reach.of(roots)

    def among(
        self, roots: Sequence[Node], asked: Callable[[Node], bool]
    ) -> list[tuple[Node, bool]]:
        """The nodes that roots reach for which ``asked`` holds, in order, and whether each is reached by name.

        asked: is asked once for each node; known as an object, so hand in the same one again.
        Not by name: only where a folder, or all of a project, counts as a whole.
        """
        for x in roots:
            self._reach.settle(x)
            self._by_name.settle(x)
        found = sorted(self._reach.among(roots, asked))
        near = {*self._by_name.among(roots, asked)} if found else ()
        return [(x, x in near) for x in found]

    def digest(self, node: Node) -> str:
        """A hash of everything that a node reaches, itself included: equal where nothing of it changed."""
        self._reach.settle(node)
        return self._digests[node]

    def _hash(self, members: Sequence[Node], below: set[Node]) -> None:
        """One hash for nodes that reach each other, from what they say and the hashes of what they reach."""
        own = sorted(f"{'.'.join(x)} {self.own(x)}" for x in members)
        said = "\n".join([*own, "--", *sorted({self._digests[x] for x in below})])
        found = hashlib.sha256(said.encode()).hexdigest()[:32]
        self._digests |= dict.fromkeys(members, found)


def _called(statement: Statement) -> set[str]:
    """The methods that a statement may call by the attributes that it mentions, also by reading them."""
    return {*statement.attrs, *(f".{x}" for x in statement.attrs), *["."] * bool(statement.attrs)}


def _of_itself(method: str) -> bool:
    """Whether Python calls a method without its name: ``__call__``, ``__getitem__``."""
    return method.startswith("__")


__all__ = ["Graph", "Node"]
