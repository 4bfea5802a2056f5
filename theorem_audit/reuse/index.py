"""Which module declares which claims, and holds which evidence: known without importing any of them.

A module is imported once for each state of its sources and of what it imports; what it held is kept.  A
module that skips itself is imported each time, since that hangs on what is installed.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import ModuleType
from typing import TYPE_CHECKING, Any

from theorem_audit.guard import no_exit
from theorem_audit.project import Project, ProjectError
from theorem_audit.reuse.files import Module, Tree
from theorem_audit.unreached import CLAIM, EVIDENCE, unreached

if TYPE_CHECKING:
    from theorem_audit.checks.mark import Evidence

FORM = 4
CHALLENGE = ("theorem_audit.doubt.challenge", "challenge")  # where wrong variants are tried


@dataclass(frozen=True)
class Row:
    """One evidence, by where it stands: ``getattr(module, binding).evidence_marks[number]``.

    cases: the names of its cases; ("",) where it has no table.  imports: modules to be imported before it
    is run, since importing a chapter reads claims.  near: those of them that its own file imports, directly or
    not (what asks for claims by a name at run time may mean any).  beside: of wrong variants, the evidence that
    is to reject them.  around: of a search, module and name of what wraps it.  first: modules that its claim's
    evidence in this run is in, imported once for all of it.  See ``Evidence`` for the rest.
    """

    claim_id: str
    kind: str
    module: str
    binding: str
    number: int
    name: str
    steps: tuple[str, ...]
    needs: str
    slow: bool
    cases: tuple[str, ...]
    imports: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    beside: tuple[Row, ...] = ()
    around: tuple[tuple[str, str], ...] = ()
    first: tuple[str, ...] = ()

    @property
    def test(self) -> str:
        """The pytest node id, without parameters."""
        return f"{self.module.replace('.', '/')}.py::{self.name}"

    @property
    def marked(self) -> Evidence:
        """The evidence itself; imports its module."""
        from theorem_audit.kinds import DOUBTS

        if self.kind in DOUBTS:
            from theorem_audit.doubt.doubts import asked

            return asked(self)
        from theorem_audit.checks.mark import imported

        module = imported(self.module)
        for name in self.imports:
            with suppress(Exception):  # told where the evidence itself imports it, or in the index
                importlib.import_module(name)
        found: Evidence = getattr(module, self.binding).evidence_marks[self.number]
        return found


@dataclass
class Index:
    """claims: id -> (module, name it is bound to), in reading order.  evidence: id -> rows, in order.

    left_out: files that skipped themselves, and what they say.  broken: files of the theory or of its
    evidence that cannot be imported, and why; nothing of them is in the index.
    """

    claims: dict[str, tuple[str, str]] = field(default_factory=dict)
    evidence: dict[str, list[Row]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def like(self, claim_id: str) -> str:
        """What to say about an unknown id."""
        near = get_close_matches(claim_id.upper(), self.claims, n=3, cutoff=0.6)
        return (
            f"; did you mean {' or '.join(near)}?"
            if near
            else f" among the {len(self.claims)} known"
        )


def claims_of(module: ModuleType, package: str) -> dict[str, Any]:
    """What a module of the theory declares, as JSON."""
    from theorem_audit.checks.mark import outside
    from theorem_audit.statement.claim import Claim
    from theorem_audit.statement.well_formed import unbound

    name = module.__name__.removeprefix(f"{package}.")
    found: list[tuple[str, str]] = []
    strays: list[tuple[str, str]] = []
    for binding, value in vars(module).items():
        if isinstance(value, Claim):
            if value.chapter in (module.__name__, name):
                if value.id not in {x for x, _ in found}:
                    found.append((value.id, binding))
            else:  # once its own module's claims were taken, a claim tells its chapter without the package
                whole = f"{package}.{value.chapter}"
                strays.append((value.id, whole if whole in sys.modules else value.chapter))
    order = list(getattr(module, "READING_ORDER", ()))
    lost = unbound(module.__name__, (x for x, _ in found)) or outside(module)
    return {"order": order, "claims": found, "strays": strays, "lost": lost}


def marks_of(module: ModuleType) -> dict[str, Any]:
    """The evidence in a module, as JSON; UnknownEvidence for what is marked and would not be found."""
    from theorem_audit.checks.mark import nothing_hidden

    nothing_hidden(module)
    marks = []
    for binding, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        for number, mark in enumerate(getattr(value, "evidence_marks", ())):
            marks.append({
                "claim_id": mark.claim_id, "kind": mark.kind, "module": module.__name__,
                "binding": binding, "number": number, "name": mark.function.__name__,
                "steps": list(mark.steps), "needs": mark.needs, "slow": mark.slow,
                "cases": [str(x) for x in mark.cases] or [""],
            })  # fmt: skip
    order = list(getattr(module, "READING_ORDER", ()))
    return {"order": order, "evidence": bool(getattr(module, "EVIDENCE", True)), "marks": marks}


Kept = Callable[[str, str, Callable[[], dict[str, Any] | None]], dict[str, Any] | None]


def walk(
    tree: Tree, package: str, row: Callable[[Module], dict[str, Any] | None], wanted: str = ""
) -> Iterator[tuple[Module, dict[str, Any]]]:
    """The modules below a package in reading order, with what is known of each: packages first.

    wanted: how the names of modules begin that are looked at; packages always are.
    """
    top = tree.modules.get(package)
    if top is None or (said := row(top)) is None:
        return
    if not said.get("evidence", True):
        return
    yield top, said
    order = list(said["order"])
    inner = [
        m
        for name, m in tree.modules.items()
        if name.startswith(f"{package}.") and "." not in name[len(package) + 1 :]
    ]
    last = {m.name: m.name.rsplit(".", 1)[1] for m in inner}

    def place(m: Module) -> tuple[int, str]:
        name = last[m.name]
        return (order.index(name) if name in order else len(order), name)

    for m in sorted(inner, key=place):
        if m.package:
            yield from walk(tree, m.name, row, wanted)
        elif last[m.name].startswith(wanted) and (said := row(m)) is not None:
            yield m, said


def build(tree: Tree, kept: Kept) -> Index:
    """The index of a project.

    kept(kind, module, make): what is kept of a module as it is now, or else what ``make`` finds by
    importing it; None where it skips itself.  Raises ProjectError for claims that cannot be told apart,
    UnknownEvidence for marks that name no claim or step, NoEvidence where there is none.
    """
    from theorem_audit.checks import mark

    here, found = tree.project, Index()
    where = f"{here.file}: theory = {here.theory!r}"
    strays: list[tuple[str, str, str]] = []

    def chapter(m: Module) -> dict[str, Any] | None:
        def make() -> dict[str, Any]:
            return claims_of(_imported_chapter(here, m.name, where), here.theory)

        try:
            return kept("chapter", m.name, make)
        except ProjectError as error:
            if m.package or error.__cause__ is None:
                raise
            found.broken[_path(m)] = f"{type(error.__cause__).__name__}: {error.__cause__}"
            return None

    top = tree.modules.get(here.theory)
    if top is not None and top.package:
        for line in unreached(top.file.parent, CLAIM):
            raise ProjectError(f"{where}: {line}")
    for m, said in walk(tree, here.theory, chapter):
        if said["lost"]:
            raise ProjectError(f"{where}: {said['lost']}")
        for claim_id, binding in said["claims"]:
            if claim_id in found.claims:
                first = found.claims[claim_id][0].removeprefix(f"{here.theory}.")
                again = m.name.removeprefix(f"{here.theory}.")
                raise ProjectError(
                    f"{where}: id={claim_id!r} is claimed twice, in {first} and {again}; ids must be unique"
                )
            found.claims[claim_id] = (m.name, binding)
            found.evidence[claim_id] = []
        strays += [(claim_id, m.name, told) for claim_id, told in said["strays"]]
    for claim_id, name, told in strays:
        if claim_id not in found.claims:
            raise ProjectError(
                f"{where}: claim {claim_id} in {name} names the chapter {told!r}; a claim's chapter is "
                "__name__ of the module that declares it"
            )
    if not found.claims:
        first = next((f"does not import: {x}" for x in found.broken.values()), "holds no claim")
        raise ProjectError(f"{where} {first}")
    tests_package = tree.modules.get(here.evidence)
    if tests_package is None or not tests_package.package:
        here.evidence_package()  # says what is wrong
        raise ProjectError(f"{here.file}: evidence = {here.evidence!r}: its folder is not found")

    def tests(m: Module) -> dict[str, Any] | None:
        def make() -> dict[str, Any] | None:
            here.evidence_package()
            module = mark.imported(m.name)
            return None if module is None else marks_of(module)

        path = _path(m)
        try:
            said = kept("tests", m.name, make)
        except mark.UnknownEvidence as error:
            if m.package or error.__cause__ is None:
                raise
            found.broken[path] = f"{type(error.__cause__).__name__}: {error.__cause__}"
            return None
        if said is None and path in mark.LEFT_OUT:
            found.left_out[path] = mark.LEFT_OUT[path]
        return said

    for line in unreached(tests_package.file.parent, EVIDENCE, mark.is_test):
        raise mark.UnknownEvidence(line)
    for m, said in walk(tree, here.evidence, tests, "test_"):
        for data in said["marks"]:
            row = Row(**{**data, "steps": tuple(data["steps"]), "cases": tuple(data["cases"])})
            if row.claim_id not in found.evidence:
                if found.broken:  # its chapter may be among them
                    found.broken.setdefault(
                        _path(m), f"speaks for {row.claim_id}, which is not known"
                    )
                    continue
                raise mark.UnknownEvidence(f"{row.test} speaks for unknown claim {row.claim_id}")
            found.evidence[row.claim_id].append(row)
    if not any(found.evidence.values()):
        raise mark.NoEvidence(
            f"{here.file}: evidence = {here.evidence!r}: no test_*.py in "
            f"{tests_package.file.parent} holds a function marked @evidence"
        )
    _add_doubts(tree, kept, found)
    return found


def _add_doubts(tree: Tree, kept: Kept, found: Index) -> None:
    """Rows for what every run asks beside evidence: a search where the project has one, and variants."""

    here = tree.project

    def searches(m: Module) -> dict[str, Any] | None:
        if m.name.rpartition(".")[2].startswith("test_"):
            return None
        try:
            return kept("searches", m.name, lambda: _searches_of(m.name))
        except Exception as error:
            if m.package or not found.broken:
                raise
            found.broken[_path(m)] = f"{type(error).__name__}: {error}"  # it imports what is broken
            return None

    if here.falsifiers:
        for _, said in walk(tree, here.falsifiers, searches):
            for claim_id, (module, name, around) in said["searches"].items():
                rows = found.evidence.get(claim_id)
                if rows is not None and not any(x.kind == "search" for x in rows):
                    row = doubt(claim_id, "search", module, name)
                    rows.append(replace(row, around=tuple((at, by) for at, by in around)))
    for rows in found.evidence.values():
        rows += variants_of(rows)


def _searches_of(module: str) -> dict[str, Any]:
    from theorem_audit.doubt.doubts import searches_of

    with no_exit():
        return searches_of(importlib.import_module(module))


def variants_of(rows: Sequence[Row]) -> list[Row]:
    """The row that asks for wrong variants of a claim; none where nothing of its evidence decides."""
    from theorem_audit.kinds import DECIDING

    beside = tuple(x for x in rows if x.kind in DECIDING and x.kind != "kernel")
    return [doubt(beside[0].claim_id, "variants", *CHALLENGE, beside)] if beside else []


def doubt(claim_id: str, kind: str, module: str, name: str, beside: tuple[Row, ...] = ()) -> Row:
    """A row for what a run asks beside evidence."""
    return Row(claim_id, kind, module, name, 0, name, (), "", False, ("",), beside=beside)


def unknown_step(row: Row, steps: tuple[str, ...]) -> str:
    """What to say where an evidence names a step that its claim does not have; empty where all is well."""
    from theorem_audit.kinds import SUPPORTING

    known = {*steps} | ({"statement"} if row.kind in {*SUPPORTING, "kernel"} else set())
    if unknown := set(row.steps) - known:
        return f"{row.test}: claim {row.claim_id} has no step {sorted(unknown)}; it has {steps}"
    return ""


def _path(m: Module) -> str:
    return f"{m.name.replace('.', '/')}.py"


def _imported_chapter(here: Project, name: str, where: str) -> ModuleType:
    here.theory_package()
    try:
        with no_exit():
            return importlib.import_module(name)
    except Exception as error:
        raise ProjectError(f"{where} does not import: {type(error).__name__}: {error}") from error


def state_of(files: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """The state of a module's sources and of what it imports, as a key."""
    lines = [f"{k} {v}" for k, v in sorted(files.items())] + [
        f"{k}={v}" for k, v in sorted(versions.items())
    ]
    return hashlib.sha256("\n".join([f"index {FORM}", *lines]).encode()).hexdigest()[:32]


__all__ = ["Index", "Row", "build", "claims_of", "marks_of", "state_of", "unknown_step", "walk"]
