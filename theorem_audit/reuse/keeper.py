"""Keys of what a run computes, from the sources as they are now, and what is kept under them.

An outcome's key is a hash of the definitions that its evidence and its claim reach (``graph``), the claim's
object, the code that runs evidence, versions of the interpreter and of the packages reached, seed, case and
``--quick``.  Files that evidence opened as it ran, and claims that it read, are kept beside the outcome and
looked at again before it is reused.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from theorem_audit.kinds import DECIDING, DOUBTS
from theorem_audit.project import Project
from theorem_audit.reuse import definitions, versions
from theorem_audit.reuse.files import TOOL, look, shown
from theorem_audit.reuse.graph import STANDARD, Graph, Node
from theorem_audit.reuse.index import Index, Row, build, state_of
from theorem_audit.reuse.reads import CHANGED, CLOCK, EVERYONE, Owner, States, changed_since
from theorem_audit.reuse.store import Store

FORM = "3"  # of keys
# Reads that the import of a module may have made, and its statements and tables rest on.
LOOKED_AT = ("file:", "folder:", "entries:", "there:", "when:", "link:", "environment:")
BY_NAME = ", which an import by a name may mean"
RUNS: tuple[Node, ...] = (("def", f"{TOOL}.weigh.runner", "run_evidence"),)
LOOKS: tuple[Node, ...] = (
    ("def", f"{TOOL}.weigh.sense", "vacuous"),
    ("def", f"{TOOL}.doubt.instances", "about"),
)
ASKS: tuple[Node, ...] = (
    ("def", f"{TOOL}.doubt.doubts", "FORM"),
    ("def", f"{TOOL}.doubt.doubts", "SECONDS"),
    ("def", f"{TOOL}.doubt.challenge", "GROSS"),
    ("def", f"{TOOL}.doubt.challenge", "TRIES"),
)
TELLS: tuple[Node, ...] = (("def", f"{TOOL}.weigh.told", "describe"),)


def sha(*parts: str) -> str:
    """A hash of several strings."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


@dataclass(frozen=True)
class Kept:
    """An outcome that is kept: its data, the files and claims it read, and the state of all sources then."""

    outcome: dict[str, Any]
    reads: dict[str, str]
    uses: dict[str, str]
    snapshot: str


def _files(reads: Iterable[str]) -> Iterator[str]:
    """The files among what was read, as they are kept."""
    return (x.removeprefix("file:") for x in reads if x.startswith("file:"))


def _otherwise(now: str, was: str) -> str:
    """What stands for a package, and what stood for it: the versions that differ, or all where none does."""
    mine, theirs = now.split("; "), was.split("; ")
    new, old = [x for x in mine if x not in theirs], [x for x in theirs if x not in mine]
    told = (
        all(" " in x for x in (*new, *old)) and new and old
    )  # a hash of a file says nothing to a reader
    return f"{'; '.join(new)} (was {'; '.join(old)})" if told else f"{now} (was {was})"


@dataclass(frozen=True, eq=False)
class Earlier:
    """What each definition said in an earlier state of the sources; whether one says another thing now."""

    graph: Graph
    said: Mapping[str, str]

    def __call__(self, node: Node) -> bool:
        name, own = ".".join(node), self.graph.own(node)
        if node[0] == "outside":
            return node[1] not in STANDARD and self.said.get(name, own) != own
        was = self.said.get(name, own if own == "absent" else "")
        return node[0] in ("def", "base", "method") and was != own


class Keeper:
    """What is kept of a project, as its sources are at this moment.

    known: id -> the fingerprint of a claim's object where another object than the theory's is judged.
    anew: take no index and no words of claims from the store: a table of cases, or a statement, may have
    been read from a file that no key names.  others: what was kept of them, and is not what is found anew.
    doubted: modules of which the same is done, as what their evidence read, a file or a variable, has changed.
    """

    def __init__(self, project: Project, store: Store, anew: bool = False) -> None:
        self.project, self.store, self.anew = project, store, anew
        self.others: list[str] = []
        self.doubted = set[str]()
        self.stirred = set[str]()  # keys of outcomes that do not hold for such a change
        self.words: dict[str, Any] = {}  # of claims as told anew, by key
        self.tree = look(project)
        self.states = States(project.root)
        self.since = time.time_ns()
        self.fingerprints: dict[str, str] = {}
        self._kept = set[str]()  # keys of the outcomes that this run kept
        self._changed: dict[str, bool] = {}
        self._files: dict[str, frozenset[str]] = {}
        self._states: dict[str, Earlier | None] = {}

    # --- sources ------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> dict[str, definitions.Source]:
        """The definitions of every module; a file is parsed once for each content."""
        shas = {name: self.tree.sha(m.file) for name, m in self.tree.modules.items()}
        form = f"{definitions.FORM}.{versions.interpreter()}"
        keys = {name: f"{form}.{said}" for name, said in shas.items()}
        missing = [x for name, x in keys.items() if shas[name] not in definitions.KNOWN]
        kept = self.store.get_all("source", missing)
        found = {}
        for name, m in self.tree.modules.items():
            said = shas[name]
            if said not in definitions.KNOWN:
                if keys[name] in kept:
                    definitions.KNOWN[said] = definitions.Source.back(kept[keys[name]])
                else:
                    text = m.file.read_bytes() if said != "absent" else b""
                    definitions.KNOWN[said] = definitions.read(text)
                    self.store.put("source", keys[name], definitions.KNOWN[said].plain())
            found[name] = definitions.KNOWN[said]
        return found

    @cached_property
    def graph(self) -> Graph:
        """Definitions and what they reach."""
        return Graph(self.tree, self.sources, versions.of)

    def imports(self, module: str) -> frozenset[str]:
        """All modules of the project that a module imports, directly or not, itself included."""
        if module not in self._files:
            self._files[module] = frozenset(
                x[1] for x in self.graph.reached([("imports", module)]) if x[0] == "imports"
            )
        return self._files[module]

    # --- the index ----------------------------------------------------------------------------

    def _state(self, module: str) -> str:
        modules = self.imports(module)
        files = {x: self.sources[x].digest for x in modules}
        outside = {
            top: versions.of(top)
            for top in sorted(frozenset[str]().union(*map(self.graph.tops, modules)))
            if top not in STANDARD
        }
        return state_of({**files, "": module}, {**outside, "python": versions.interpreter()})

    def row(self, kind: str, module: str, make: Callable[[], Any] | None = None) -> Any:
        """What is kept of a module as it is now; else what ``make`` finds, which is then kept."""
        key = f"{kind} {self._state(module)}"
        if (found := self.store.get("module", key)) is None and make is not None:
            found = make()
            if found is not None:
                self.store.put("module", key, found)
        return found

    @cached_property
    def index(self) -> Index:
        """The project's claims and evidence; modules that are new or changed are imported."""
        keys = {}
        tops = [("chapter", self.project.theory), ("tests", self.project.evidence)]
        tops += [("searches", self.project.falsifiers)] if self.project.falsifiers else []
        for kind, top in tops:
            for name in self.tree.modules:
                if name == top or name.startswith(f"{top}."):
                    keys[kind, name] = f"{kind} {self._state(name)}"
        stored = self.store.get_all("module", keys.values())
        anew = {key for (_, name), key in keys.items() if self.anew or name in self.doubted}
        kept = {key: said for key, said in stored.items() if key not in anew}

        def known(kind: str, module: str, make: Callable[[], Any]) -> Any:
            key = keys[kind, module]
            if key not in kept:
                found = make()
                if found is None:
                    return None
                kept[key] = found
                self.store.put("module", key, found)
                self.compare(
                    f"{shown(self.tree.modules, module)}: what it holds", stored, key, found
                )
            return kept[key]

        return build(self.tree, known)

    def doubt(self, modules: Iterable[str]) -> bool:
        """Take no index and no words of these modules from the store; whether that is new of any."""
        if new := {*modules} - self.doubted:
            self.doubted |= new
            vars(self).pop("index", None)
        return bool(new)

    def told_anew(self, claim_id: str) -> bool:
        """Whether no words of a claim are taken from the store."""
        return self.anew or self.index.claims[claim_id][0] in self.doubted

    def compare(self, what: str, stored: Mapping[str, Any], key: str, found: Any) -> None:
        """Note where something else was kept under a key than what is found anew."""
        if key in stored and stored[key] != json.loads(json.dumps(found)):
            self.others.append(f"{what} is another than kept")

    # --- keys ---------------------------------------------------------------------------------

    def nodes(self, row: Row) -> tuple[Node, ...]:
        """Where an evidence's dependencies begin; wrong variants rest on all that decides the claim.

        What asks for doubts can import anything by its name, and would rest on everything: its numbers
        stand for it, and ``FORM`` of it is raised where its code asks otherwise.
        """
        begin = [*self.claim_nodes(row.claim_id), *RUNS]
        if row.kind != "variants":
            begin.insert(0, ("def", row.module, row.binding))
        begin += [("def", *x) for x in row.around]
        if row.kind in DOUBTS:
            begin += ASKS
        if row.kind == "variants":
            rows = self.index.evidence[row.claim_id]
            # a row stands once for all its cases in the index, and once for each in the last ledger
            begin += sorted({("def", x.module, x.binding) for x in rows if x.kind in DECIDING})
        return tuple(begin)

    def claim_nodes(self, claim_id: str) -> tuple[Node, ...]:
        """Where a claim's begin."""
        return (("def", *self.index.claims[claim_id]),)

    def _digests(self, nodes: Iterable[Node]) -> list[str]:
        return [self.graph.digest(x) for x in nodes]

    def claim_key(self, claim_id: str) -> str:
        """The key of a claim's object."""
        own = self.fingerprints.get(claim_id, "")
        return sha(FORM, claim_id, own, *self._digests(self.claim_nodes(claim_id)))

    def told_key(self, claim_id: str) -> str:
        """The key of a claim's words."""
        chapter = self.index.claims[claim_id][0]
        head = ("told", chapter, versions.interpreter(), self.claim_key(claim_id))
        return sha(*head, *self._digests(TELLS))

    def about_key(self, claim_id: str) -> str:
        """The key of what is found of a claim apart from evidence: instances, boundary, sense."""
        head = ("about", versions.interpreter(), self.claim_key(claim_id))
        return sha(*head, *self._digests(LOOKS))

    def key(self, row: Row, case: str, *, seed: int, quick: bool) -> str:
        """The key of an outcome."""
        head = (row.test, row.claim_id, str(row.number), case, str(seed), str(quick))
        digests = self._digests(self.nodes(row))
        own = self.fingerprints.get(row.claim_id, "")
        return sha(FORM, versions.interpreter(), *head, own, *digests)

    def deciding(self, claim_id: str) -> str:
        """A hash of what decides a claim: of all definitions of the project's evidence that it reaches there.

        Where nothing decides it, of what supports it, which then is all that catches a wrong variant.
        Comments and docstrings are no part of it, and neither are the theory and the tool: wrong variants
        are made from the statement, and what judges them is tested by itself.  Nor is what those reach in
        turn: a theory finds its chapters by their names, and so would reach every test.
        """
        rows, top = self.index.evidence.get(claim_id, ()), self.project.evidence
        judging = [x for x in rows if x.kind in DECIDING] or [
            x for x in rows if x.kind not in DOUBTS
        ]
        pending: list[Node] = [("def", x.module, x.binding) for x in judging]
        said: dict[Node, str] = {}
        while pending:
            node = pending.pop()
            if node not in said and (node[1] == top or node[1].startswith(f"{top}.")):
                said[node] = self.graph.own(node)
                pending += self.graph.edges(node)
        return sha(*sorted("\0".join((*node, own)) for node, own in said.items()))[:24]

    @staticmethod
    def last_key(row: Row, case: str, quick: bool) -> str:
        """The key of what was last known of an evidence, whatever it rested on then."""
        return sha("last", row.test, row.claim_id, case, str(quick))

    # --- outcomes -----------------------------------------------------------------------------

    def outcomes(self, keys: Iterable[str]) -> dict[str, Kept]:
        """The kept outcomes that still hold, by key."""
        found = {}
        for key, data in self.store.get_all("outcome", keys).items():
            if data is None:
                continue
            kept = Kept(**data)
            changed = self.states.changed(kept.reads)
            if not changed and not self._other(kept.uses):
                found[key] = kept
            if any(x.startswith(LOOKED_AT) for x in changed):
                self.stirred.add(key)
        return found

    def _other(self, uses: Mapping[str, str]) -> list[str]:
        """Which of the claims that were read are not what they were."""
        claims = self.index.claims
        return [x for x, was in uses.items() if x not in claims or self.claim_key(x) != was]

    @cached_property
    def snapshot(self) -> str:
        """The state of all sources; what each definition says is kept under it."""
        key = self.tree.state()
        if self.store.get("state", key) is None:
            own = {
                ".".join(x): self.graph.own(x)
                for module, source in self.sources.items()
                for x in [
                    ("base", module),
                    *(("outside", top) for top in self.graph.tops(module) if top not in STANDARD),
                    *(("def", module, n) for s in source.statements for n in s.names),
                    *(("method", module, n) for n in source.methods),
                ]
            }
            self.store.put("state", key, own)
        return key

    def keep(
        self, key: str, outcome: dict[str, Any], reads: Mapping[Owner, Iterable[str]], row: Row
    ) -> Kept:
        """Keep an outcome, with the files that what it reaches has opened; what asks the clock is run anew."""
        roots = self.nodes(row)
        reached = self.graph.reached(roots)
        modules = {x[1] for x in reached}
        owners = {(x[1], x[2].split(".")[0]) for x in reached if len(x) == 3}
        whats = set[str]()
        for owner, opened in reads.items():
            if owner in owners or owner == EVERYONE or (not owner[1] and owner[0] in modules):
                whats |= set(opened)
        if self.graph.meets_the_clock(roots):
            whats.add(CLOCK)
        whats.update(*map(self.graph.asks_the_system, self.graph.asking(roots)))
        whats = {CHANGED if self._edited(x) else x for x in whats}
        used = {x: self.claim_key(x) for x in outcome["uses"] if x in self.index.claims}
        kept = Kept(outcome, self.states.of(whats), used, self.snapshot)
        self.store.put("outcome", key, vars(kept))
        self._kept.add(key)
        return kept

    def look_again(self) -> None:
        """Of what is kept from now on, look again which files changed; before, each was looked at once."""
        self._changed.clear()

    def _edited(self, what: str) -> bool:
        """Whether a file that was opened changed since this was made."""
        if what not in self._changed:
            self._changed[what] = changed_since(what, self.project.root, self.since)
        return self._changed[what]

    @staticmethod
    def files(reads: Iterable[str]) -> set[str]:
        """The files of the project among what was read, by their place in it."""
        return {x for x in _files(reads) if not os.path.isabs(x)}

    @staticmethod
    def outside(reads: Iterable[str]) -> set[str]:
        """The files elsewhere among what was read."""
        return {x for x in _files(reads) if os.path.isabs(x)}

    def forget(self, key: str) -> None:
        """Take an outcome back that was kept in this run."""
        if key in self._kept:
            self.store.put("outcome", key, None)

    def moved(self, nodes: Iterable[Node]) -> bool:
        """Whether something that ``nodes`` reach says something else by now than when this was made."""
        edited = self.tree.edited()
        if not edited:
            return False
        now = look(self.project)
        sources = {
            name: definitions.of_bytes(now.modules[name].file.read_bytes())
            for name in edited
            if name in now.modules
        }
        later = Graph(now, {**self.sources, **sources}, versions.of)
        return any(
            x[1] not in now.modules or later.own(x) != self.graph.own(x)
            for x in self.graph.reached(nodes)
            if x[1] in edited
        )

    # --- why something is run again -----------------------------------------------------------

    def _earlier(self, snapshot: str) -> Earlier | None:
        """An earlier state of all sources; None where it is not kept."""
        if snapshot not in self._states:
            said = self.store.get("state", snapshot)
            self._states[snapshot] = None if said is None else Earlier(self.graph, said)
        return self._states[snapshot]

    def changes(self, nodes: Sequence[Node], snapshot: str) -> list[str]:
        """What of all that ``nodes`` reach says something else than in an earlier state, by file.

        What an import by a name may mean comes last, and is called so: evidence may have nothing to do with it.
        """
        if (earlier := self._earlier(snapshot)) is None:
            return []
        files: dict[tuple[bool, str], list[str]] = {}
        others = []
        for node, named in self.graph.among(nodes, earlier):
            if node[0] == "outside":
                others.append(_otherwise(self.graph.own(node), earlier.said[".".join(node)]))
            else:
                files.setdefault((not named, node[1]), []).append(node[2] if len(node) > 2 else "")
        told: dict[bool, list[str]] = {False: [], True: []}
        for (far, module), names in files.items():
            which = ", ".join(filter(None, names[:3])) + (", ..." if len(names) > 3 else "")
            file = shown(self.tree.modules, module)
            said = f"{file}: {which} changed" if which else f"{file} changed"
            told[far].append(f"{said}{BY_NAME if far else ''}")
        return [*told[False], *others, *told[True]]


__all__ = ["Keeper", "Kept", "sha"]
