"""Which theory is audited: the project whose pyproject.toml holds the table ``[tool.theorem-audit]``.

    [tool.theorem-audit]
    name = "heavy-ball"            # what ledgers are of
    theory = "heavy_ball.theory"   # importable package (or module) that holds the claims
    evidence = "tests"             # importable package whose test_*.py hold the evidence
    notes = "proofs_notes"         # folder of the proof notes, one a chapter, same names

These three must be there; the rest has defaults:

    title = "What is known of heavy ball"  # heads the report (default: the name)
    output = "build"               # where runs, reports and pictures are written
    kept = "build/kept.sqlite"     # file that keeps outcomes, so that nothing is run twice
    pictures = "pictures"          # folder of kept pictures
    certificates = "proofs_notes/certificates"  # folder of stored certificates
    certified = ["BAND", "model.step"]          # claims and chapters whose certificates are stored
    formal = "formal"              # folder of the Coq development, where there is one
    variants = "proofs_notes/variants.json"     # kept table of wrong variants
    vocabulary = "heavy_ball.vocabulary:KINDS"  # the kinds of words that its statements are made of
    boundaries = "heavy_ball.notation:BOUNDARIES"  # name -> condition, cases worth an instance
    like_roles = "heavy_ball.notation:LIKE"     # tuples of symbols that a slip of the pen exchanges
    falsifiers = "tests.falsify"   # package of random searches for counterexamples
    figures = "figures"            # package whose modules hold @picture functions
    findings = "figures.findings:FINDINGS"      # headlines for the report
    tutorial = "examples/x/README.md"           # Markdown: a page of the report, its pictures within the page
    front = "proofs_notes/front.md"             # what the report's first page says before anything else
    bibliography = "heavy_ball.sources:WORKS"   # works that claims cite, for BibTeX and the appendix
    abstracts = "heavy_ball.abstracts:SENTENCES"  # what the sources say, sentence by sentence
    legend = "heavy_ball.legend:LEGEND"         # shelf or chapter ("": all) -> symbol's name -> its meaning
    front_picture = "mass"         # the kept picture that stands on the report's first page
    spoken = "formal.phrases:declaration"       # claim's id -> how it is said in Coq, for the report
    pages = ["figures.try_it:page"]             # further pages of the report (report/extra.py)
    commands = ["figures.simulate:add_commands"]  # further commands of `audit`
    sources = ["sim"]              # further packages whose files evidence rests on

Paths are relative to the folder of pyproject.toml.  The project is the nearest one at or above the working
directory, or the one that ``--project DIR`` names; where there is none, the only one that an installed
package brings with it (``share/theorem-audit/NAME/pyproject.toml``).
"""

from __future__ import annotations

import importlib
import os
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorem_audit.guard import no_exit

if TYPE_CHECKING:
    from theorem_audit.statement.discovery import Claims

TABLE = "tool.theorem-audit"
NEEDED = ("name", "theory", "evidence", "notes")


class ProjectError(Exception):
    """The project cannot be used; the message names file and key.  Exit code 2."""


@dataclass(frozen=True)
class Project:
    """One theory and where its parts are; see the module's docstring for each key."""

    root: Path
    name: str
    theory: str
    evidence: str
    notes: str
    title: str = ""
    output: str = "build"
    kept: str = "build/kept.sqlite"
    pictures: str = "pictures"
    certificates: str = "proofs_notes/certificates"
    certified: tuple[str, ...] = ()
    formal: str = "formal"
    variants: str = "proofs_notes/variants.json"
    vocabulary: str = ""
    boundaries: str = ""
    like_roles: str = ""
    falsifiers: str = ""
    figures: str = ""
    findings: str = ""
    front: str = ""
    tutorial: str = ""
    bibliography: str = ""
    abstracts: str = ""
    legend: str = ""
    front_picture: str = ""
    spoken: str = ""
    pages: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: the table; it reads the claims itself."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def file(self) -> Path:
        """The pyproject.toml that declares the project."""
        return self.root / "pyproject.toml"

    def path(self, key: str) -> Path:
        """The folder or file that ``key`` names, absolute."""
        return self.root / str(getattr(self, key))

    @property
    def packages(self) -> tuple[str, ...]:
        """Top-level packages of this project that evidence may rest on."""
        named = (self.theory, self.evidence, self.falsifiers, *self.sources)
        return tuple(dict.fromkeys(name.split(".")[0] for name in named if name))

    def import_from(self, key: str, name: str) -> Any:
        """The module or the ``module:attribute`` that ``key`` names, imported.

        Raises ProjectError where it is not there; an error inside the module is shown with its place.
        """
        module_name, _, attribute = name.partition(":")
        known = self._checked.get(module_name, self)
        if known is sys.modules.get(module_name):  # asked for again, and the same
            return self._part(known, key, name, attribute)
        self._on_path()
        try:
            with no_exit():
                module = importlib.import_module(module_name)
        except ImportError as error:
            if error.name is not None and (module_name + ".").startswith(error.name + "."):
                raise ProjectError(
                    f"{self.file}: {key} = {name!r}: no module {error.name}"
                ) from error
            raise ProjectError(
                f"{self.file}: {key} = {name!r} does not import: {type(error).__name__}: {error}"
            ) from error
        except Exception as error:
            raise ProjectError(
                f"{self.file}: {key} = {name!r} does not import: {type(error).__name__}: {error}"
            ) from error
        self._ours(module, key)
        self._checked[module_name] = module
        return self._part(module, key, name, attribute)

    def _part(self, module: Any, key: str, name: str, attribute: str) -> Any:
        if not attribute:
            return module
        if not hasattr(module, attribute):
            raise ProjectError(
                f"{self.file}: {key} = {name!r}: {module.__name__} has no {attribute}"
            )
        return getattr(module, attribute)

    @cached_property
    def _checked(self) -> dict[str, Any]:
        """The modules that were imported and are the project's own, by name."""
        return {}

    def _on_path(self) -> None:
        """The project's folder first among what is imported, before any namesake elsewhere."""
        root = str(self.root)
        if root in sys.path[:1]:
            return
        if any((self.root / name).exists() for name in self.packages):
            sys.path[:] = [root, *(x for x in sys.path if x != root)]

    @cached_property
    def claims(self) -> Claims:
        """All claims of the theory, by id, in reading order; chapters are imported as they are needed.

        Raises ProjectError when the theory does not import; and, once all claims are asked for, when a
        chapter does not, two claims share an id, or there is none.
        """
        from theorem_audit.statement import discovery
        from theorem_audit.statement.discovery import Claims, discover

        module = self.theory_package()
        where = f"{self.file}: theory = {self.theory!r}"

        def told(error: Exception) -> Exception:
            if isinstance(error, discovery.NoClaim):
                return ProjectError(str(error))
            if isinstance(error, discovery.DuplicateClaim | discovery.LostClaim):
                return ProjectError(f"{where}: {error}")
            return ProjectError(f"{where} does not import: {type(error).__name__}: {error}")

        try:
            found = getattr(module, "claims", None)
        except Exception as error:
            raise told(error) from error
        found = found if isinstance(found, Claims) else discover(self.theory)
        found.told, found.where = told, where
        return found

    @cached_property
    def _found(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """Module and key -> the module that was looked at, and where it lay."""
        return {}

    def theory_package(self) -> Any:
        """The package (or module) of the theory, imported; ProjectError where it is another's."""
        return self.import_from("theory", self.theory)

    def _ours(self, module: Any, key: str) -> None:
        """Refuse a namesake: a package of the same name that was imported from elsewhere, or a part of one.

        A module that was found to be none is not looked at again: what is asked of the legend asks for it.
        """
        lies = module, getattr(module, "__file__", None), (*getattr(module, "__path__", ()),)
        if self._found.get((module.__name__, key)) == lies:
            return
        top = module.__name__.split(".")[0]
        place = self.root / top
        for origin in _places(module):
            if self.root.resolve() in origin.parents:
                continue
            if place.is_dir() or place.with_suffix(".py").is_file():
                raise ProjectError(
                    f"{self.file}: {key} = {module.__name__!r} was imported from {origin}, not from "
                    f"{self.root}; another package of that name is in the way"
                )
            # Installed beside its pyproject, not below it; what weighs the theory then lies where that lies.
            if key in ("evidence", "falsifiers") and not _homes(top) <= _homes(self.theory):
                self.import_from("theory", self.theory)
                if not _homes(top) <= _homes(self.theory):
                    raise ProjectError(
                        f"{self.file}: {key} = {module.__name__!r} was imported from {origin}, "
                        f"which lies neither in {self.root} nor beside the theory; another package of that "
                        "name is in the way"
                    )
        self._found[module.__name__, key] = lies

    def evidence_package(self) -> Any:
        """The package that holds the evidence, imported; ProjectError where there is none."""
        module = self.import_from("evidence", self.evidence)
        if not hasattr(module, "__path__") or module.__file__ is None:
            raise ProjectError(
                f"{self.file}: evidence = {self.evidence!r}: a package is needed (a folder with __init__.py)"
            )
        return module


def _places(module: Any) -> set[Path]:
    """Where a module lies: its file, and of a package the folders in which its modules are looked for."""
    file = getattr(module, "__file__", None)
    found = {Path(x).resolve() for x in getattr(module, "__path__", ())}
    return found if file is None else found | {Path(file).resolve()}


def _homes(name: str) -> set[Path]:
    """The folders that hold the top package of a module that is imported."""
    top = sys.modules.get(name.split(".")[0])
    folders = {Path(x).resolve() for x in getattr(top, "__path__", ())}
    return {x.parent for x in folders or _places(top)}


def read(file: Path) -> Project | None:
    """The project that a pyproject.toml declares; None when it has no ``[tool.theorem-audit]``.

    Raises ProjectError, naming file and key, for a table with unknown, missing or ill-typed keys.
    """
    try:
        with file.open("rb") as stream:
            data = tomllib.load(stream)
    except OSError as error:
        raise ProjectError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{file}: not TOML: {error}") from error
    table = data.get("tool", {}).get("theorem-audit")
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ProjectError(f"{file}: [{TABLE}] must be a table")
    kinds = {field.name: str(field.type) for field in fields(Project) if field.name != "root"}
    if unknown := sorted(set(table) - set(kinds)):
        raise ProjectError(
            f"{file}: [{TABLE}] has the unknown key {unknown[0]!r}; known: {', '.join(kinds)}"
        )
    if missing := [key for key in NEEDED if key not in table]:
        raise ProjectError(f"{file}: [{TABLE}] lacks the key {missing[0]!r}")
    for key, value in table.items():
        many = kinds[key].startswith("tuple")
        fits = (
            isinstance(value, list) and all(isinstance(x, str) for x in value)
            if many
            else isinstance(value, str) and bool(value.strip())
        )
        if not fits:
            wanted = "a list of strings" if many else "a non-empty string"
            raise ProjectError(f"{file}: [{TABLE}] {key} = {value!r}: {wanted} is needed")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return Project(root=file.parent, **values)


def installed() -> list[Path]:
    """The pyproject files that installed packages brought with them."""
    return sorted(Path(sys.prefix).glob("share/theorem-audit/*/pyproject.toml"))


def find(start: Path | None = None) -> Project | None:
    """The project at or above ``start`` (default: the working directory); None where there is none."""
    try:
        folder = (start or Path.cwd()).absolute()
    except FileNotFoundError:
        return None  # the working directory was removed
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file() and (project := read(file)) is not None:
            return project
    return None


def locate(folder: str | None = None) -> Project:
    """The project that ``--project FOLDER`` names, or else the nearest, or the only installed one.

    Raises ProjectError, with what to do about it, where there is none.
    """
    if folder == "":
        raise ProjectError("--project '': the name of a folder is needed")
    if folder is not None:
        file = Path(folder).absolute() / "pyproject.toml"
        if not file.is_file():
            raise ProjectError(f"--project {folder}: no pyproject.toml in it")
        project = read(file)
        if project is None:
            raise ProjectError(f"{file}: no [{TABLE}] table")
        return project
    if (project := find()) is not None:
        return project
    known = installed()
    if len(known) == 1 and (project := read(known[0])) is not None:
        return project
    if known:
        names = ", ".join(str(file.parent) for file in known)
        raise ProjectError(f"no project here, and several are installed: --project one of {names}")
    raise ProjectError(
        f"no pyproject.toml with [{TABLE}] at or above {Path.cwd()}; `audit init` writes one, "
        "--project DIR names one elsewhere"
    )


_current: Project | None = None


def current() -> Project:
    """The project in use: the one that was set, or else the one that ``locate`` finds."""
    if _current is None:
        use(locate())
    assert _current is not None
    return _current


def use(project: Project | None) -> None:
    """Make ``project`` the current one (None: look again when next asked)."""
    global _current
    _current = project


def enter(project: Project) -> None:
    """What a worker process does first: ``project`` is the current one, and relative names are its own."""
    use(project)
    os.chdir(project.root)


@contextmanager
def using(project: Project) -> Iterator[Project]:
    """``use`` inside the block only."""
    old = _current
    use(project)
    try:
        yield project
    finally:
        use(old)


def claims() -> Claims:
    """The claims of the current project."""
    return current().claims
