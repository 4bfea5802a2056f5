"""How claims are found: by importing every chapter of a theory's package.

A package may say in which order its chapters are read::

    READING_ORDER = ("model", "full_batch")  # names of its modules and subpackages

What is not named comes after, by name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from theorem_audit.guard import no_exit
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.recording import recording_reads
from theorem_audit.statement.well_formed import unbound
from theorem_audit.unreached import CLAIM, unreached

M = TypeVar("M")


class DuplicateClaim(ValueError):
    """Two claims share an id; the message names both chapters."""


class LostClaim(ValueError):
    """A claim that nothing would find: its chapter is not the module that declares it, no name is bound to
    it, or its file is not imported.
    """


class NoClaim(ValueError):
    """A theory holds no claim at all."""


class Claims(dict[str, Claim]):
    """Claims by id, in reading order; an unknown id is answered with those that look like it.

    Those of a package are found as they are asked for: one id imports the chapters that write it down, and
    whatever goes over all of them imports every chapter.  Errors of the chapters come at that moment:
    DuplicateClaim, LostClaim, and what importing raises (``told`` may put another one in its place).
    """

    def __init__(self, *given: object, package: str = "", **more: Claim) -> None:
        super().__init__(*given, **more)
        self.package, self._whole, self.where = package, not package, ""
        self.told: Callable[[Exception], Exception | None] = lambda error: None
        self.own: dict[str, Claim] = {}  # as found: what is put in their place is not the theory's

    def __missing__(self, claim_id: str) -> Claim:
        if self._find(claim_id):
            return super().__getitem__(claim_id)
        raise KeyError(f"{claim_id!r} is no claim's id{self.like(claim_id)}")

    def like(self, claim_id: object) -> str:
        """What to say about an unknown id: the ids that resemble it, or how many there are."""
        near = get_close_matches(str(claim_id).upper(), self, n=3, cutoff=0.6)
        return f"; did you mean {' or '.join(near)}?" if near else f" among the {len(self)} known"

    def _find(self, claim_id: object) -> bool:
        """Import the chapters that write the id down, then all, until it is found."""
        if not self._whole and isinstance(claim_id, str):
            with self._telling():
                for module in _writing(self.package, claim_id):
                    for found, name in _claims_of(module, self.package)[0]:
                        self._take(found, name)
                    if super().__contains__(claim_id):
                        return True
            self._all()
        return super().__contains__(claim_id)

    def _take(self, claim: Claim, chapter: str) -> None:
        object.__setattr__(claim, "chapter", chapter)
        first = self.own.setdefault(claim.id, claim)
        if first is not claim:
            raise DuplicateClaim(
                f"id={claim.id!r} is claimed twice, in {first.chapter} and {chapter}; "
                "ids must be unique"
            )
        if not super().__contains__(claim.id):
            super().__setitem__(claim.id, claim)

    def _all(self) -> None:
        """Import every chapter, and put the claims in reading order."""
        if self._whole:
            return
        with self._telling():
            found, strays = list[str](), dict[int, tuple[Claim, str]]()
            package = importlib.import_module(self.package)
            for place in getattr(package, "__path__", ()):
                for said in unreached(Path(place), CLAIM):
                    raise LostClaim(said)
            for module in modules(package):
                mine, lost = _claims_of(module, self.package)
                for claim, name in mine:
                    self._take(claim, name)
                    found.append(claim.id)
                strays |= {id(claim): (claim, module.__name__) for claim in reversed(lost)}
                if said := unbound(module.__name__, (claim.id for claim, _ in mine)):
                    raise LostClaim(said)
            known = {id(claim) for claim in self.own.values()}
            for key, (claim, where) in strays.items():
                if key not in known:
                    raise LostClaim(
                        f"claim {claim.id} in {where} names the chapter {claim.chapter!r}; a claim's "
                        "chapter is __name__ of the module that declares it"
                    )
            ordered = {x: super(Claims, self).__getitem__(x) for x in (*found, *super().keys())}
            super().clear()
            super().update(ordered)
            if not ordered and self.where:
                raise NoClaim(f"{self.where} holds no claim")
            self._whole = True

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Put another error in the place of what importing raises; what it reads, nobody has read."""
        try:
            with recording_reads(), no_exit():
                yield
        except Exception as error:
            other = self.told(error)
            if other is None:
                raise
            raise other from error

    def __contains__(self, claim_id: object) -> bool:
        return super().__contains__(claim_id) or self._find(claim_id)

    def __iter__(self) -> Iterator[str]:
        self._all()
        return super().__iter__()

    def __reversed__(self) -> Iterator[str]:
        self._all()
        return super().__reversed__()

    def __len__(self) -> int:
        self._all()
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self._all()
        return super().__eq__(other)

    __hash__ = None

    def __repr__(self) -> str:
        self._all()
        return super().__repr__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        """The ids."""
        self._all()
        return super().keys()

    def values(self) -> ValuesView[Claim]:  # type: ignore[override]
        """The claims."""
        self._all()
        return super().values()

    def items(self) -> ItemsView[str, Claim]:  # type: ignore[override]
        """Ids and claims."""
        self._all()
        return super().items()

    def get(self, claim_id: str, default: Any = None) -> Any:
        """The claim of that id, or ``default``."""
        try:
            return self[claim_id]
        except KeyError:
            return default

    def loaded(self) -> list[tuple[str, Claim]]:
        """Those that are imported so far, with their ids."""
        return list(super().items())

    def copy(self) -> dict[str, Claim]:
        """All of them, as a plain dictionary."""
        self._all()
        return super().copy()


def _claims_of(module: ModuleType, package: str) -> tuple[list[tuple[Claim, str]], list[Claim]]:
    """The claims that a module declares, with its name as a chapter; those that name another chapter."""
    name = module.__name__.removeprefix(f"{package}.")
    mine, lost = [], []
    for value in vars(module).values():
        if isinstance(value, Claim):
            if value.chapter in (module.__name__, name):
                mine.append((value, name))
            else:
                lost.append(value)
    return mine, lost


def _writing(package: str, claim_id: str) -> Iterator[ModuleType]:
    """The modules whose source writes the id as a string, imported one by one."""
    written = {f'"{claim_id}"', f"'{claim_id}'"}
    for name, file in _sources(package):
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if any(x in text for x in written):
            yield importlib.import_module(name)


def _sources(package: str) -> Iterator[tuple[str, str]]:
    """Name and file of every module below a package (or of a module that is alone), none imported."""
    top = importlib.import_module(package)
    if top.__file__ is not None:
        yield package, top.__file__
    for place in getattr(top, "__path__", ()):
        for file in sorted(Path(place).rglob("*.py")):
            parts = file.relative_to(place).with_suffix("").parts
            if parts[-1] == "__init__":
                parts = parts[:-1]
            if parts and all(x.isidentifier() for x in parts):
                yield ".".join((package, *parts)), str(file)


def modules(
    package: ModuleType,
    wanted: Callable[[str], bool] = lambda name: True,
    load: Callable[[str], M] = importlib.import_module,  # type: ignore[assignment]
) -> Iterator[ModuleType | M]:
    """The modules below ``package``, imported, in reading order; packages before what they hold.

    wanted: which modules to import, by their last name (packages always are).  A package that says
    ``EVIDENCE = False`` holds tests that speak for no claim, and is passed over.  A single module (a theory
    in one file) is its own only module.
    """
    yield package
    if not hasattr(package, "__path__"):
        return
    order: tuple[str, ...] = getattr(package, "READING_ORDER", ())

    def place(name: str) -> tuple[int, str]:
        return (order.index(name) if name in order else len(order), name)

    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda x: place(x.name)):
        name = f"{package.__name__}.{info.name}"
        if info.ispkg:
            below = importlib.import_module(name)
            if getattr(below, "EVIDENCE", True):
                yield from modules(below, wanted, load)
        elif wanted(info.name):
            yield load(name)


def discover(package: str) -> Claims:
    """The claims of ``package``, in reading order, found as they are asked for (see ``Claims``).

    A found claim's ``chapter`` becomes its module's name within the package.
    """
    return Claims(package=package)


__all__ = ["Claims", "DuplicateClaim", "LostClaim", "discover", "modules"]
