"""Which verdicts of an earlier run no longer speak of the code as it is now.

An outcome rests on the module of its evidence, on the modules of its claim and of the claims it
read, and on whatever these import from this project or name as a file of it.  A run records the
hash of every such file; loaded again, an outcome is stale when one of its files has another hash, and
all are when an interpreter or package version is another.  Stale is weaker than open and spreads: a
claim that rests on a stale one is stale.
"""

from __future__ import annotations

import hashlib
import math
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorem_audit import project
from theorem_audit.reuse import definitions
from theorem_audit.reuse.installed import PackageNotFoundError, version
from theorem_audit.weigh import tried
from theorem_audit.weigh.outcome import Outcome
from theorem_audit.weigh.verdict import Verdict, derive

if TYPE_CHECKING:
    from theorem_audit.checks.mark import Evidence
    from theorem_audit.statement.claim import Claim
    from theorem_audit.weigh.told import Told

    Claims = Mapping[str, Claim] | Mapping[str, Told]

TOOL = "theorem_audit"
# In the place of a hash.
ABSENT, CHANGED, UNREADABLE = "absent", "changed as the run went on", "it may not be read"
PACKAGES = ("sympy", "python-flint", "mpmath", "numpy", "scipy", "hypothesis", "pytest")


@cache
def _place(package: str, root: Path) -> Path:
    """The folder (or file without its ending) of a top-level package: below ``root``, or installed."""
    place = root / package
    if place.is_dir() or place.with_suffix(".py").is_file():
        return place
    spec = find_spec(package)
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(spec.origin).with_suffix("") if spec is not None and spec.origin else place


def _packages() -> tuple[str, ...]:
    return (*project.current().packages, TOOL)


def _name(file: Path, root: Path) -> str:
    """How a file is called in a run: by its package and its place in it, or by its place in the project."""
    return _called(file, root, _packages())


@cache
def _called(file: Path, root: Path, packages: tuple[str, ...]) -> str:
    for package in packages:
        place = _place(package, root)
        if place in file.parents or place == file.with_suffix(""):
            return (
                str(Path(package, file.relative_to(place))) if place in file.parents else file.name
            )
    return str(file.relative_to(root))


@cache
def source_files(path: Path, root: Path) -> frozenset[Path]:
    """The file, and all files of this project that it imports or names, directly or not."""
    found: set[Path] = set()
    pending = [path]
    while pending:
        file = pending.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix == ".py":
            pending += _named_in(file, root)
    return frozenset(found)


@cache
def _named_in(file: Path, root: Path) -> tuple[Path, ...]:
    source = definitions.of_bytes(file.read_bytes())
    package, packages = Path(_name(file, root)).parent.parts, _packages()
    found: set[Path] = set()
    for statement in (*source.statements, *source.methods.values()):
        for module, name, _, level in statement.imports:
            base = package[: len(package) - level + 1] if level else ()
            base += tuple(module.split(".")) if module else ()
            if base and base[0] in packages:
                found |= _module_files(base, root)
                if name:
                    found |= _module_files((*base, name), root)
    for text in source.strings:
        found |= _data_files(text, root)
    return tuple(sorted(found))


@cache
def _module_files(parts: tuple[str, ...], root: Path) -> frozenset[Path]:
    """The files of a module of ours, and of the packages above it."""
    place = _place(parts[0], root).joinpath(*parts[1:])
    found = filter(Path.is_file, _files(place))
    return frozenset(found) | (_module_files(parts[:-1], root) if parts[1:] else frozenset())


def _data_files(text: str, root: Path) -> set[Path]:
    """The files of a folder or the file that a string names: data that the code may read."""
    if "\n" in text or len(text) > 200 or not text.strip("./"):
        return set()
    folder = root / project.current().certificates
    if text == "certificates" and folder.is_dir():
        return set(folder.glob("*.json"))
    place = root / text
    if project.current().path("output") in place.parents:
        return set()  # what runs write
    try:
        ours = "/" in text and not text.startswith("/") and ".." not in place.parts
        return {place} if ours and place.is_file() else set()
    except (OSError, ValueError):
        return set()


def files_of(outcome: Outcome, claims: Claims, root: Path) -> frozenset[Path]:
    """All files that an outcome rests on; those it starts from even where they are gone."""
    package, *rest = outcome.test.split("::")[0].split("/")
    start = [_place(package, root).joinpath(*rest)]
    for claim_id in (outcome.claim_id, *outcome.uses):
        if claim_id in claims:
            start += _chapter_files(claims[claim_id].chapter, root)
    found = frozenset(start)
    return found.union(*(source_files(f, root) for f in start if f.is_file()))


def _chapter_files(chapter: str, root: Path) -> list[Path]:
    """The file of a chapter, which may be a package, or the whole theory; where none is there, its place."""
    theory = project.current().theory
    within = chapter.removeprefix(f"{theory}.")
    names = (f"{theory}.{within}", *[theory] * (within == theory))
    parts = [name.split(".") for name in names]
    places = [_place(x[0], root).joinpath(*x[1:]) for x in parts]
    found = [next(filter(Path.is_file, _files(x)), None) for x in places]
    return [x for x in found if x is not None] or [places[-1].with_suffix(".py")]


def _files(place: Path) -> tuple[Path, Path]:
    """Where a module's file may stand, a package's first, as an import looks."""
    return place / "__init__.py", place.with_suffix(".py")


def digest(file: Path, since: float = math.inf) -> str:
    """SHA-256 of a file's bytes; ABSENT where it is gone, CHANGED where it changed since a moment (ns)."""
    if not file.is_file():
        return ABSENT
    text = file.read_bytes()
    return CHANGED if file.stat().st_ctime_ns >= since else hashlib.sha256(text).hexdigest()


def outside(names: Iterable[str]) -> list[str]:
    """Files elsewhere that evidence opened, but for what Python's path names and is not there."""
    return sorted(x for x in names if x not in sys.path or Path(x).exists())


def digest_of(file: Path, since: float = math.inf) -> str:
    """``digest``, and UNREADABLE where the file may not be read."""
    try:
        return digest(file, since)
    except OSError:
        return UNREADABLE


def snapshot(root: Path | None = None) -> dict[str, str]:
    """Path within the project -> hash, for every file that evidence may rest on, as of now."""
    root = root or project.current().root
    places = [_place(name, root) for name in _packages()]
    files = [f for place in places for f in (*place.rglob("*.py"), place.with_suffix(".py"))]
    here = project.current()
    files += [*(root / here.notes).rglob("*.json"), *(root / here.formal).rglob("*.v")]
    return {_name(f, root): digest(f) for f in sorted(files) if f.is_file()}


def sources(
    outcomes: Iterable[Outcome],
    claims: Claims,
    hashes: Mapping[str, str],
    root: Path | None = None,
) -> dict[str, str]:
    """Path -> hash for everything that the outcomes rest on, from a ``snapshot``."""
    root = root or project.current().root
    starts: dict[tuple[str, str, tuple[str, ...]], Outcome] = {
        (o.claim_id, o.test.split("::")[0], o.uses): o for o in outcomes
    }
    files = frozenset[Path]().union(*(files_of(o, claims, root) for o in starts.values()))
    names = sorted(_name(f, root) for f in files)
    return {name: hashes.get(name, ABSENT) for name in names}


def versions() -> dict[str, str]:
    """Versions of the interpreter and of the packages that evidence is run with."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


@dataclass(frozen=True)
class Reloaded:
    """An earlier run, judged today.

    verdicts: by claim id, with ``stale`` where something changed.  changed: what changed, by claim id.
    missing: claims of today that the run knows nothing of.
    """

    verdicts: Mapping[str, Verdict]
    changed: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]

    @property
    def stale(self) -> tuple[str, ...]:
        """Ids of the claims whose verdict is stale."""
        return tuple(x for x, v in self.verdicts.items() if v.name == "stale")


def outcomes_of(data: Mapping[str, Any]) -> dict[str, list[Outcome]]:
    """The outcomes in a run's JSON, by claim id."""
    return {
        claim["id"]: [Outcome.from_dict({"claim_id": claim["id"], **e}) for e in claim["evidence"]]
        for claim in data["claims"]
    }


def reload(
    data: Mapping[str, Any],
    claims: Claims,
    root: Path | None = None,
    evidence: Mapping[str, Sequence[Evidence]] | None = None,
) -> Reloaded:
    """Judge an earlier run's JSON by the sources and versions of today.

    data: as written by ``audit run --json`` (validate it first).
    evidence: today's, by claim id; a claim that has evidence which the run did not know is stale.
    A run without recorded hashes is stale altogether.
    """
    root = root or project.current().root
    recorded, now = data.get("sources", {}), versions()
    other = tuple(
        f"{name} was {was}, is {now.get(name, 'absent')}"
        for name, was in data["versions"].items()
        if now.get(name, "absent") != was
    )
    found = {x: o for x, o in outcomes_of(data).items() if x in claims}
    opened = {c["id"]: c.get("opened", ()) for c in data["claims"]}
    elsewhere = {c["id"]: c.get("elsewhere", ()) for c in data["claims"]}
    changed: dict[str, tuple[str, ...]] = {}
    for claim_id, outcomes in found.items():
        files = frozenset[Path]().union(*(files_of(o, claims, root) for o in outcomes))
        why = list(other)
        files |= {root / x for x in opened.get(claim_id, ())}
        for file in sorted(files):
            name = _name(file, root)
            if recorded.get(name) != digest(file):
                why.append(f"{name} {'changed' if name in recorded else 'is new'}")
        was = data.get("elsewhere", {})
        why += [f"{x} changed" for x in elsewhere[claim_id] if was.get(x) != digest_of(Path(x))]
        known = {o.test for o in outcomes}
        tests = dict.fromkeys(x.test for x in (evidence or {}).get(claim_id, ()))
        why += [f"{test} is new" for test in tests if test not in known]
        if why:
            changed[claim_id] = tuple(why)
    usable = {
        x: [replace(o, uses=tuple(u for u in o.uses if u in found)) for o in outcomes]
        for x, outcomes in found.items()
    }
    wrong = tried.accepted({x: claims[x] for x in found})
    verdicts = spread(derive(claims, usable, accepted=wrong), changed)
    return Reloaded(verdicts, changed, tuple(x for x in claims if x not in found))


def spread(
    verdicts: Mapping[str, Verdict], changed: Mapping[str, tuple[str, ...]]
) -> dict[str, Verdict]:
    """Verdicts, made stale where something changed (id -> what) and where they rest on a stale one."""
    why = dict(changed)
    grown = True
    while grown:
        grown = False
        for x, verdict in verdicts.items():
            below = [u for u in verdict.uses if u in why]
            if x not in why and below:
                why[x], grown = tuple(f"rests on {u}, which is stale" for u in below), True
    return {
        x: replace(v, name="stale", reasons=(*why[x], f"it was {v.name}")) if x in why else v
        for x, v in verdicts.items()
    }
