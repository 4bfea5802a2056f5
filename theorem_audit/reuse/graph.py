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
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from theorem_audit.reuse.definitions import Source
from theorem_audit.reuse.files import TOOL, Tree
from theorem_audit.reuse.reach import Node, Reach
from theorem_audit.reuse.resolving import Names
from theorem_audit.reuse.statements import Statement
from theorem_audit.reuse.stirring import Stirring
from theorem_audit.reuse.unnamed import DISCOVER

STANDARD = frozenset(sys.stdlib_module_names)
FINDS = f"{TOOL}.statement.discovery"  # imports what lies in a package that it is handed, and nothing else
DISCOVERS: Node = ("def", FINDS, DISCOVER)
FINDERS = frozenset((DISCOVERS, ("def", FINDS, "modules"), ("def", FINDS, "Claims")))


class Graph:
    """Definitions of a project and what they reach.

    sources: module -> its definitions.  outside: what stands for a package from elsewhere (its version).
    """

    def __init__(
        self, tree: Tree, sources: Mapping[str, Source], outside: Callable[[str], str]
    ) -> None:
        self.tree, self.sources, self.outside = tree, sources, outside
        self.names = Names(tree, sources)
        self.stirring = Stirring(self.names)
        self._edges: dict[Node, tuple[Node, ...]] = {}
        self._digests: dict[Node, str] = {}
        self._tops: dict[str, frozenset[str]] = {}
        self._statements: dict[Node, list[Statement]] = {}
        self._absent: dict[str, bool] = {}
        self._reach = Reach(self.edges, self._hash)
        self._by_name = Reach(lambda node: [x for x in self.edges(node) if x[0] != "below"])

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
            target = self.names.absolute(module, where, level)
            if not self.names.ours(target):
                found.add(("outside", target.split(".")[0]))
            elif not alias or alias.startswith("."):
                found |= self.names.module(target)
            elif statement.names or statement.effect:
                local[alias] = (target, name)
                found |= {("base", target)} if target in self.tree.modules else set()
        for ref in statement.refs:
            root, *rest = ref.split(".")
            if root in local:
                found |= self.names.target(*local[root], rest)
            else:
                found |= self.names.name(module, root, rest)
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
            found |= set(self.names.name(module, attribute)) if attribute else {("below", module)}
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
                for node in self.names.name(module, root, rest)
            }
        if kind == "def":
            found = set[Node]()
            for statement in self.names.bound(module).get(node[2], ()):
                found |= self._of(module, statement)
            if module.split(".")[0] != TOOL:
                mine = (x for x in source.methods if x.split(".")[0] == node[2])
                found |= {("method", module, x) for x in mine}
            return found
        if kind == "method":
            return self._of(module, source.methods[node[2]])
        if kind == "whole":
            names = [*self.names.bound(module), *self.names.imported(module)]
            found = {("base", module)}.union(*(self.names.name(module, x) for x in names))
            return found | {("method", module, x) for x in source.methods}
        return self._base(module, source)

    def _base(self, module: str, source: Source) -> set[Node]:
        """Effects of a module, of the packages it lies in, and of what it imports when it is imported."""
        parts = module.split(".")
        found: set[Node] = {("base", ".".join(parts[:k])) for k in range(1, len(parts))}
        for statement in source.statements:
            if self.stirring.acts(module, statement):
                found |= self._of(module, statement)
            if statement.names or statement.typing:
                continue
            for where, name, alias, level in statement.imports:
                target = self.names.absolute(module, where, level)
                if self.names.ours(target):
                    inner = f"{target}.{name}"
                    found.add(("base", inner if inner in self.tree.modules else target))
                elif module.split(".")[0] != TOOL and self._for_itself(source, target, alias):
                    found.add(("outside", target.split(".")[0]))
        return {x for x in found if x[1] in self.tree.modules or x[0] == "outside"}

    def _for_itself(self, source: Source, target: str, alias: str) -> bool:
        """Whether a package from elsewhere is imported for what its import does, or is not there at all.

        For what its import does, where nothing mentions the name that it is bound to.
        """
        top = target.split(".")[0]
        if top in STANDARD:
            return False
        if top not in self._absent:
            self._absent[top] = self.outside(top).partition(";")[0].endswith(" absent")
        if self._absent[top] or alias == "*":
            return True
        name = alias.removeprefix(".")
        statements = (*source.statements, *source.methods.values())
        return all(name != x.partition(".")[0] for s in statements for x in (*s.refs, *s.hints))

    def _modules_imported(self, module: str) -> set[str]:
        """The modules of the project that a file names in an import, anywhere, and the packages above."""
        source, found = self.sources[module], set[str]()
        for statement in (*source.statements, *source.methods.values()):
            for where, name, _, level in statement.imports:
                target = self.names.absolute(module, where, level)
                parts = target.split(".")
                found |= {".".join(parts[:k]) for k in range(1, len(parts) + 1)}
                found.add(f"{target}.{name}")
        parts = module.split(".")
        found |= {".".join(parts[:k]) for k in range(1, len(parts))}
        return {x for x in found if x in self.tree.modules}

    def tops(self, module: str) -> frozenset[str]:
        """The packages from elsewhere that a file imports."""
        if module not in self._tops:
            source = self.sources[module]
            self._tops[module] = frozenset(
                where.split(".")[0]
                for statement in (*source.statements, *source.methods.values())
                for where, _, _, level in statement.imports
                if not level and where and not self.names.ours(where)
            )
        return self._tops[module]

    def asks_the_clock(self, node: Node) -> bool:
        """Whether a definition of the project, or an effect of a module, may ask what time it is."""
        return any(x.clock for x in self._said(node))

    def asks_the_system(self, node: Node) -> set[str]:
        """The variables of the environment for which one may have the operating system ask."""
        return {name for x in self._said(node) for name in x.variables}

    def _said(self, node: Node) -> list[Statement]:
        """The statements of the project that a node is: asked anew for each outcome, worked out once."""
        if node not in self._statements:
            self._statements[node] = self._made_of(node)
        return self._statements[node]

    def _made_of(self, node: Node) -> list[Statement]:
        kind, module = node[0], node[1]
        if module not in self.sources or module.split(".")[0] == TOOL:
            return []
        source = self.sources[module]
        if kind == "base":
            return [x for x in source.statements if self.stirring.acts(module, x)]
        if kind == "method":
            return [source.methods[node[2]]]
        return self.names.bound(module).get(node[2], []) if kind == "def" else []

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
            return " ".join(x.digest for x in self.names.bound(module).get(node[2], ()))
        if kind == "method":
            return source.methods[node[2]].digest
        if kind == "base":
            return " ".join(x.digest for x in source.statements if self.stirring.acts(module, x))
        return ""

    def seen(self) -> set[Node]:
        """All nodes that have a hash by now."""
        return set(self._digests)

    def reached(self, roots: Iterable[Node]) -> set[Node]:
        """The roots and all that they reach."""
        return self._reach.of(roots)

    def meets_the_clock(self, roots: Sequence[Node]) -> bool:
        """Whether something that roots reach asks what time it is."""
        for x in roots:
            self._reach.settle(x)
        return bool(self._reach.among(roots, self.asks_the_clock))

    def asking(self, roots: Sequence[Node]) -> list[Node]:
        """What roots reach that has the operating system asked for a variable of the environment."""
        for x in roots:
            self._reach.settle(x)
        return self._reach.among(roots, self.asks_the_system)

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


__all__ = ["Graph", "Node"]
